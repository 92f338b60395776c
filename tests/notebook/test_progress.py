"""Progress bars for every callback."""

import io
import sys
from datetime import datetime
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from wemakeprice_sdk.catalogue import ImageProgress
from wemakeprice_sdk.client import ReadProgress
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import MissingExtraError
from wemakeprice_sdk.excel import ImportProgress, ItemOutcome, RowResult
from wemakeprice_sdk.notebook import rich_progress, tqdm_progress
from wemakeprice_sdk.runner import Job, JobProgress
from wemakeprice_sdk.wire import Window

NOON = datetime(2024, 5, 20, 12, tzinfo=KST)
STEPS: list[Any] = [
    JobProgress(Job.SHIP, "orders", 1, None),
    JobProgress(Job.SHIP, "act", 2, 4),
    ReadProgress(
        operation="orders_list", queries_done=3, queries_total=9, items=5, window=Window(NOON, NOON)
    ),
    ImportProgress(4, 8, RowResult(1, ItemOutcome.IMPORTED, "상품", (2,))),
    ImageProgress(done=5, total=6, missing=0, size=100),
]
WANTED = {"orders": (1, None), "act": (2, 4), "orders_list": (3, 9), "import": (4, 8), "image": (5, 6)}


def test_rich_has_a_task_for_each_phase() -> None:
    shown = Progress(console=Console(file=io.StringIO()))
    with shown, rich_progress(shown) as bars:
        for step in STEPS:
            bars(step)
        assert {task.description: (task.completed, task.total) for task in shown.tasks} == WANTED
        assert not shown.finished


def test_rich_of_our_own_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    with rich_progress() as bars:
        bars(STEPS[1])
    assert "act" in capsys.readouterr().out


def test_tqdm_has_a_bar_for_each_phase() -> None:
    out = io.StringIO()
    with tqdm_progress(file=out, ascii=True) as bars:
        for step in STEPS:
            bars(step)
    for label, (done, total) in WANTED.items():
        assert f"{label}: " in out.getvalue()
        assert f"{done}/{total}" in out.getvalue() if total else f"{done}it" in out.getvalue()


@pytest.mark.parametrize(
    ("package", "module", "make"),
    [("tqdm", "tqdm.auto", tqdm_progress), ("rich", "rich.progress", rich_progress)],
)
def test_a_missing_package_is_named(
    package: str, module: str, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"wemakeprice-sdk\[{package}\].*설치"):
        make()
