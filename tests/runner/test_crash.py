"""Real worker processes, killed at random points; `scripts/crash_day.py` plays the whole day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "crash_day.py"


def day(tmp_path: Path | None, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options, "--patience", "60"],
        capture_output=True,
        timeout=240,
        env={**os.environ, "TMPDIR": str(tmp_path)} if tmp_path else None,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()[-4000:]
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def check(result: dict[str, Any], orders: int, kills: int) -> None:
    assert (result["orders"], result["kills"], result["quiet"]) == (orders, kills, True)
    assert result["lost"] == result["wrong"] == result["repeated"] == result["applied_twice"] == []
    assert result["overlapping"] == []
    assert result["shipped"] > orders / 2


def test_killed_workers_lose_and_repeat_nothing_while_calls_fail(tmp_path: Path) -> None:
    result = day(tmp_path, "--orders", "30", "--kills", "8", "--faults", "0.3")
    check(result, 30, 8)
    assert sum(result["faults"].values()) > 10


def test_immediate_stops_of_the_database_lose_and_repeat_nothing() -> None:
    # Not under tmp_path: the user that the server runs as cannot enter it, and the path of a socket is short.
    result = day(None, "--orders", "16", "--kills", "4", "--workers", "2", "--accounts", "2", "--stops", "3")
    check(result, 16, 4)
    assert (result["stops"], result["workers_that_died_by_themselves"]) == (3, 0)


def test_three_workers_share_accounts_over_postgres(tmp_path: Path, postgres: str) -> None:
    result = day(
        tmp_path,
        "--orders",
        "24",
        "--kills",
        "4",
        "--workers",
        "3",
        "--accounts",
        "3",
        "--backends",
        "2",
        "--postgres",
        postgres,
    )
    check(result, 24, 4)
