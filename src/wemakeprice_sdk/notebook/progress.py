"""Progress bars of tqdm and rich for every callback of this library (진행 표시)."""

from __future__ import annotations

from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from wemakeprice_sdk.errors import MissingExtraError

if TYPE_CHECKING:
    from rich.progress import Progress


class _Display(Protocol):
    """What draws bars: one for each label."""

    def show(self, label: str, done: int, total: int | None) -> None: ...

    def close(self) -> None: ...


class ProgressBars:
    """A progress callback that draws: give it as `progress=` to a job, a pager, a commit or an image fetch.

    Use it in a `with` block, or call `close`. A job with several phases gets a bar for each.
    """

    def __init__(self, display: _Display) -> None:
        self._display = display

    def __call__(self, progress: object) -> None:
        """Show one step: `JobProgress`, `ReadProgress`, `ImportProgress` or `ImageProgress`."""
        label = getattr(progress, "phase", None) or getattr(progress, "operation", None)
        done, total = _numbers(progress)
        self._display.show(
            str(label or type(progress).__name__.removesuffix("Progress").lower()), done, total
        )

    def close(self) -> None:
        """Leave the bars as they stand."""
        self._display.close()

    def __enter__(self) -> Self:
        """Use it in a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the bars."""
        self.close()


def _numbers(progress: Any) -> tuple[int, int | None]:
    if hasattr(progress, "queries_done"):
        return progress.queries_done, progress.queries_total
    return progress.done, progress.total


def tqdm_progress(**options: object) -> ProgressBars:
    """Return bars of tqdm, in a notebook as in a terminal; `options` go to `tqdm`.

    Raise `MissingExtraError` when tqdm is not installed (extra `tqdm`).
    """
    try:
        bar = import_module("tqdm.auto").tqdm
    except ImportError:
        raise MissingExtraError("tqdm") from None
    return ProgressBars(_Tqdm(bar, options))


def rich_progress(progress: Progress | None = None) -> ProgressBars:
    """Return bars of rich; on a `rich.progress.Progress` of your own, which then stays open.

    Raise `MissingExtraError` when rich is not installed (extra `rich`).
    """
    try:
        made = import_module("rich.progress").Progress
    except ImportError:
        raise MissingExtraError("rich") from None
    return ProgressBars(_Rich(progress or made(), own=progress is None))


class _Tqdm:
    def __init__(self, bar: Any, options: dict[str, object]) -> None:
        self._make = bar
        self._options = options
        self._bars: dict[str, Any] = {}

    def show(self, label: str, done: int, total: int | None) -> None:
        if label not in self._bars:
            self._bars[label] = self._make(**{"desc": label, "total": total, **self._options})
        bar = self._bars[label]
        bar.total = total
        bar.n = done
        bar.refresh()

    def close(self) -> None:
        for bar in self._bars.values():
            bar.close()
        self._bars.clear()


class _Rich:
    def __init__(self, progress: Progress, *, own: bool) -> None:
        self._progress = progress
        self._own = own
        self._tasks: dict[str, Any] = {}
        if own:
            progress.start()

    def show(self, label: str, done: int, total: int | None) -> None:
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=total)
        self._progress.update(self._tasks[label], completed=done, total=total)

    def close(self) -> None:
        if self._own:
            self._progress.stop()
