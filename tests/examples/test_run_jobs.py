"""The worker script's exit codes and lines, run in this process."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import Switches
from wemakeprice_sdk.policy.snapshot import SkuStock
from wemakeprice_sdk.runner import Job, JobReport, JobVerdict, Skipped, StopSwitch
from wemakeprice_sdk.sandbox import Reply

if TYPE_CHECKING:
    from .conftest import Main, Place

KEY = "0" * 31 + "1"
NOW = datetime(2026, 3, 4, 10, tzinfo=KST)


def test_a_closed_switch_is_no_fault(inside: Place, main: Main) -> None:
    inside.order()
    inside.accounts(switches=Switches(master=False))
    code, err = main("collect_orders")
    assert code == 0
    assert "INFO shop-1 collect_orders: done: skipped: gate-closed master" in err
    assert "INFO shop-1 collect_orders: done: switched-off [master]" in err
    assert inside.targets("orders_confirm") == []


def test_a_marketplace_that_is_away_says_later(inside: Place, main: Main) -> None:
    inside.server.close()
    code, err = main("templates", "--account", "shop-1")
    assert code == 75
    assert "WARNING shop-1: again-later: unreachable [NetworkError shipping_list_policies]" in err


@pytest.mark.parametrize(
    ("status", "code", "name"),
    [
        (408, 75, "MaintenanceError"),
        (429, 75, "MaintenanceError"),
        (502, 75, "ServerError"),
        (504, 75, "ServerError"),
        (401, 78, "AuthenticationError"),
        (403, 1, "PermissionDeniedError"),
    ],
)
def test_a_page_of_a_gateway_says_later_unless_it_refuses_the_key(
    status: int, code: int, name: str, inside: Place, main: Main, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Reply(status, (("Content-Type", "text/html"),), b"<html></html>")
    monkeypatch.setattr(inside.sandbox, "handle", lambda *args, **named: page)
    # One attempt: how often is repeated, and with which waits, is the client's own matter.
    monkeypatch.setattr("wemakeprice_sdk.client.retry.RetryPlan.stop", lambda plan, state: True)
    found, err = main("templates", "--account", "shop-1")
    assert found == code
    assert name in err or "maintenance" in err


def test_a_key_that_is_not_allowed_calls_a_person_and_stops_no_other_account(
    inside: Place, main: Main
) -> None:
    number = inside.order("shop-2")
    inside.order("shop-1")
    inside.sandbox.approve_key(KEY, approved=False)
    code, err = main("collect_orders")
    assert code == 1
    assert "ERROR shop-1: operator-needed: not-permitted [PermissionDeniedError" in err
    assert inside.targets("orders_confirm") == [number]
    assert KEY not in err


def test_another_invoice_than_the_one_on_its_way_calls_a_person(inside: Place, main: Main) -> None:
    number = inside.order()
    inside.parcels(number)
    assert main("collect_orders", "ship", "--parcels", "parcels.csv")[0] == 0
    (inside.folder / "parcels.csv").write_text(
        f"seller_id,bundle_no,courier,invoice_no\nshop-1,{number},D002,999\n"
    )
    code, err = main("ship", "--parcels", "parcels.csv")
    assert code == 1
    assert f"ERROR shop-1 ship: operator-needed: serious-alarm [bundle:{number}]" in err
    assert inside.targets("orders_ship") == [number]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["claims"], 2, "claims needs --parcels"),
        (["sell_everything"], 2, "invalid choice"),
        (["ship", "--parcels", "absent.csv"], 78, "FileNotFoundError"),
        (["collect_orders", "--account", "shop-9"], 78, "has the seller id 'shop-9'; did you mean"),
    ],
)
def test_what_is_wrong_from_the_start_begins_nothing(
    inside: Place, main: Main, arguments: list[str], code: int, says: str
) -> None:
    inside.order()
    found, err = main(*arguments)
    assert found == code
    assert says in err
    assert inside.targets("orders_confirm") == []
    assert not (inside.folder / "ledger.db").exists()


@pytest.mark.parametrize(
    "row", ["shop-9,1,D002,7", "shop-1,one,D002,7", "shop-1,1,없는택배,7", "shop-1,1,D002,x", "shop-1,1"]
)
def test_one_bad_line_of_parcels_refuses_the_file(inside: Place, main: Main, row: str) -> None:
    number = inside.order()
    inside.parcels(number)
    with (inside.folder / "parcels.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    code, err = main("collect_orders", "ship", "--parcels", "parcels.csv")
    assert code == 78
    assert "parcels.csv:3" in err
    assert inside.targets("orders_confirm") == []


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("JOBS_REGISTRY", None, "JOBS_REGISTRY"),
        ("JOBS_LEDGER", None, "JOBS_LEDGER"),
        ("JOBS_KEYS", None, "WEMAKEPRICE_SECRET_KEYS"),
        ("JOBS_GAP", "-1", "throttle.min_gap"),
        ("JOBS_GAP", "soon", "JOBS_GAP"),
    ],
)
def test_a_missing_or_wrong_setting_is_named(
    inside: Place, main: Main, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None, named: str
) -> None:
    monkeypatch.delenv(name)
    if value is not None:
        monkeypatch.setenv(name, value)
    code, err = main("collect_orders")
    assert code == 78
    assert named in err


def test_a_dry_run_writes_nothing(inside: Place, main: Main) -> None:
    inside.order()
    code, err = main("collect_orders", "--dry-run")
    assert code == 0
    assert "planned 1" in err
    assert inside.targets("orders_confirm") == []
    with inside.ledger() as ledger:
        assert list(ledger.records("shop-1", "bundle")) == []


def test_stock_comes_from_the_warehouse_with_its_timestamp(
    inside: Place, main: Main, run_jobs: ModuleType
) -> None:
    path = inside.folder / "stock.csv"
    path.write_text(
        "seller_id,sku,quantity,as_of\nSHOP-1,A,5,2026-03-04T10:00:00+09:00\n", encoding="utf-8-sig"
    )
    work = run_jobs.Workplace.from_env()
    timestamp = datetime(2026, 3, 4, 10, tzinfo=KST)
    assert run_jobs.read_stock(path, work.registry) == {
        "shop-1": (SkuStock(sku="A", quantity=5, as_of=timestamp),)
    }
    path.write_text("seller_id,sku,quantity,as_of\nshop-1,A,-5,2026-03-04T10:00:00+09:00\n")
    code, err = main("stock", "--stock", "stock.csv")
    assert code == 78
    assert "stock.csv:2" in err


@pytest.mark.parametrize(
    ("parts", "verdict", "level"),
    [
        ({}, JobVerdict.DONE, "INFO"),
        ({"stopped": True}, JobVerdict.AGAIN_LATER, "WARNING"),
        ({"given_up": ("orders/NEW/NEW",)}, JobVerdict.OPERATOR_NEEDED, "ERROR"),
        # Whoever holds the lease does the work.
        ({"skipped": Skipped.LEASE_HELD}, JobVerdict.DONE, "INFO"),
    ],
)
def test_a_report_is_told_with_its_verdict(
    run_jobs: ModuleType,
    parts: dict[str, Any],
    verdict: JobVerdict,
    level: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    report = JobReport(job=Job.CS, account="shop-1", started_at=NOW, finished_at=NOW, **parts)
    with caplog.at_level("INFO", "jobs"):
        assert run_jobs.tell(report) is verdict
    assert {record.levelname for record in caplog.records} == {level}
    assert f"shop-1 cs: {verdict}: " in caplog.records[-1].getMessage()


def test_each_verdict_has_its_exit_code() -> None:
    assert [verdict.exit_code for verdict in JobVerdict] == [0, 75, 1, 78]


def test_a_pressed_stop_starts_no_further_job(inside: Place, run_jobs: ModuleType) -> None:
    inside.order()
    has = run_jobs.Supplies(stop=StopSwitch())
    has.stop.press()
    work = run_jobs.Workplace.from_env()
    assert run_jobs.run_account(work, "shop-1", ["collect_orders"], has) is JobVerdict.AGAIN_LATER
    assert inside.targets("orders_confirm") == []
