"""The crontab of examples/, line by line as cron runs it, and the worker script behind it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve, frozen
from celery.schedules import crontab

if TYPE_CHECKING:
    from .conftest import Place

CRONTAB = Path(__file__).resolve().parents[2] / "examples" / "crontab"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="cron and its shell")


@frozen
class Line:
    when: str
    command: str


def read_crontab(text: str) -> tuple[dict[str, str], list[Line]]:
    """Read a crontab as cron does: settings are not expanded, and a bare % ends the command."""
    settings: dict[str, str] = {}
    lines: list[Line] = []
    for row in text.splitlines():
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        setting = re.fullmatch(r"(\w+)\s*=\s*(.*?)\s*", row)
        if setting:
            settings[setting[1]] = setting[2]
            continue
        *when, command = row.split(None, 5)
        assert len(when) == 5, row
        assert not re.search(r"(?<!\\)%", command), "cron would cut the command here"
        lines.append(Line(" ".join(when), command))
    return settings, lines


SETTINGS, LINES = read_crontab(CRONTAB.read_text(encoding="utf-8"))


@pytest.fixture
def shop(place: Place) -> Place:
    """The folder of the crontab: the script, and a virtual environment's python."""
    python = place.folder / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (place.folder / "stock.csv").write_text("seller_id,sku,quantity,as_of\n")
    # What cron itself gives, then what the crontab sets.
    bare = {name: place.environ[name] for name in ("PATH", "HOME", "LOGNAME", "SHELL")}
    return evolve(place, environ={**bare, **SETTINGS, "SHOP": str(place.folder), "JOBS_GAP": "0"})


def cron(shop: Place, line: Line) -> subprocess.Popen[str]:
    return shop.start([SETTINGS["SHELL"], "-c", line.command])


def finish(process: subprocess.Popen[str], expected: int = 0) -> str:
    _, err = process.communicate(timeout=60)
    assert process.returncode == expected, err
    return err


def test_every_line_of_the_crontab_runs(shop: Place) -> None:
    for line in LINES:
        crontab.from_string(line.when)
        # Nothing on stdout or stderr means no mail.
        assert finish(cron(shop, line)) == ""
    log = (shop.folder / "jobs.log").read_text(encoding="utf-8")
    for seller in ("shop-1", "shop-2"):
        for job in (
            "collect_orders",
            "claims",
            "ship",
            "cs",
            "stock",
            "extend_sale_periods",
            "track",
            "settlement",
        ):
            assert f"INFO {seller} {job}: " in log


def test_the_dawn_line_does_not_depend_on_the_zone_of_the_machine() -> None:
    (dawn,) = [line for line in LINES if "extend_sale_periods" in line.command]
    assert crontab.from_string(dawn.when).hour == set(range(24))
    assert not {"TZ", "CRON_TZ"} & SETTINGS.keys()


def test_orders_are_confirmed_and_shipped_once_however_often_cron_starts_the_line(shop: Place) -> None:
    numbers = [shop.order() for _ in range(3)]
    shop.parcels(*numbers)
    for _ in range(2):
        finish(cron(shop, LINES[0]))
    assert shop.targets("orders_confirm") == numbers
    assert sorted(shop.targets("orders_ship")) == numbers
    bundles = shop.sandbox.find_shop("0" * 31 + "1").bundles
    assert {number: bundles[number].invoice for number in numbers} == {
        number: f"7{number}" for number in numbers
    }
    shop.assert_finished(*numbers)
    log = (shop.folder / "jobs.log").read_text(encoding="utf-8")
    assert log.count("INFO shop-1 collect_orders: done: ") == 2
    assert "applied 3" in log
    assert shop.people()
    assert not [text for text in shop.people() if text in log]


def test_a_start_while_the_last_one_runs_does_nothing(shop: Place) -> None:
    numbers = [shop.order() for _ in range(3)]
    shop.sandbox.arm(2)
    first = cron(shop, LINES[0])
    assert shop.sandbox.reached.wait(30)
    finish(cron(shop, LINES[0]))
    log = (shop.folder / "jobs.log").read_text(encoding="utf-8")
    assert "shop-1 collect_orders: done: skipped: lease-held" in log
    assert "INFO shop-2 ship: " in log
    assert len(shop.targets("orders_confirm")) == 1
    shop.sandbox.let_go.set()
    finish(first)
    assert shop.targets("orders_confirm") == numbers
    shop.assert_finished(*numbers)


def test_three_starts_at_once_on_one_ledger_double_nothing(shop: Place) -> None:
    numbers = [shop.order() for _ in range(8)]
    others = [shop.order("shop-2") for _ in range(8)]
    shop.parcels(*numbers)
    racing = [cron(shop, LINES[0]) for _ in range(3)]
    for process in racing:
        finish(process)
    assert Counter(shop.targets("orders_confirm")) == Counter(numbers + others)
    assert Counter(shop.targets("orders_ship")) == Counter(numbers)
    shop.assert_finished(*numbers)
    shop.assert_finished(*others, seller="shop-2")


def test_a_polite_kill_ends_between_two_orders_and_the_next_start_goes_on(shop: Place) -> None:
    numbers = [shop.order() for _ in range(6)]
    shop.order("shop-2")
    shop.sandbox.arm(3)
    process = cron(shop, LINES[0])
    assert shop.sandbox.reached.wait(30)
    process.send_signal(signal.SIGTERM)  # `exec` in the line makes the shell's process the worker's
    shop.sandbox.let_go.set()
    err = finish(process, 75)
    assert "shop-1 collect_orders:" in err
    assert "stopped" in err
    assert shop.targets("orders_confirm") == numbers[:3]
    with shop.ledger() as ledger:
        assert ledger.active_intents("shop-1") == ()
    # The lease was given back, so nobody waits for it.
    finish(cron(shop, LINES[0]))
    assert shop.targets("orders_confirm")[:6] == numbers
    assert max(Counter(shop.targets("orders_confirm")).values()) == 1
    shop.assert_finished(*numbers)


def test_a_hard_kill_in_the_middle_of_a_call_doubles_nothing(shop: Place) -> None:
    numbers = [shop.order() for _ in range(4)]
    shop.sandbox.arm(2)
    process = cron(shop, LINES[0])
    assert shop.sandbox.reached.wait(30)
    process.kill()
    process.communicate()
    shop.sandbox.let_go.set()  # the killed worker's call still arrives
    # The dead worker's lease stands, so the next start leaves the account alone ...
    finish(cron(shop, LINES[0]))
    assert "shop-1 collect_orders: done: skipped: lease-held" in (shop.folder / "jobs.log").read_text(
        encoding="utf-8"
    )
    assert len(shop.targets("orders_confirm")) <= 2
    # ... until it has run out.
    with shop.ledger() as ledger, ledger._engine.begin(write=True) as session:
        session.rows("UPDATE accounts SET expires = 0")
    finish(cron(shop, LINES[0]))
    assert shop.targets("orders_confirm") == numbers
    shop.assert_finished(*numbers)
