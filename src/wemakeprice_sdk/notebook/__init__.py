"""What people look at (노트북): HTML, plots and progress bars; only formatting, imported on use."""

from wemakeprice_sdk.notebook.plots import MissingHangulWarning, plot_orders, plot_settlement, plot_stock
from wemakeprice_sdk.notebook.progress import ProgressBars, rich_progress, tqdm_progress

__all__ = [
    "MissingHangulWarning",
    "ProgressBars",
    "plot_orders",
    "plot_settlement",
    "plot_stock",
    "rich_progress",
    "tqdm_progress",
]
