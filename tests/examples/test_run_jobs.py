"""The worker script's exit codes and lines, run in this process."""

from __future__ import annotations

from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from wemakeprice_sdk import errors
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import Switches
from wemakeprice_sdk.ledger import Intent, IntentState
from wemakeprice_sdk.policy.actions import ActionKind, Target, TargetKind
from wemakeprice_sdk.policy.snapshot import SkuStock
from wemakeprice_sdk.runner import ActionResult, ActionState, Job, JobReport, Skipped, StopSwitch
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
    assert "INFO shop-1 collect_orders: skipped: gate-closed master" in err
    assert inside.targets("orders_confirm") == []


def test_a_marketplace_that_is_away_says_later(inside: Place, main: Main) -> None:
    inside.server.close()
    code, err = main("templates", "--account", "shop-1")
    assert code == 75
    assert "WARNING shop-1: NetworkError shipping_list_policies" in err


@pytest.mark.parametrize(
    ("status", "code", "name"),
    [
        (408, 75, "MaintenanceError"),
        (429, 75, "MaintenanceError"),
        (502, 75, "ServerError"),
        (504, 75, "ServerError"),
        (401, 1, "AuthenticationError"),
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
    assert "ERROR shop-1: PermissionDeniedError" in err
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
    assert f"WARNING shop-1 ship: bundle:{number} shipped-with-another-invoice" in err
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


def intent(state: IntentState) -> Intent:
    return Intent(7, "shop-1", "cs_answer_question", "question:1", state, NOW, "w", 1)


def result(state: ActionState) -> ActionResult:
    return ActionResult("k", ActionKind.CONFIRM_BUNDLE, Target(TargetKind.BUNDLE, "1"), state)


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ({}, "DONE"),
        ({"skipped": Skipped.LEASE_HELD}, "DONE"),
        ({"skipped": Skipped.GATE_CLOSED}, "DONE"),
        ({"skipped": Skipped.MAINTENANCE}, "LATER"),
        ({"stopped": True}, "LATER"),
        ({"results": (result(ActionState.APPLIED), result(ActionState.ALREADY_DONE))}, "DONE"),
        ({"results": (result(ActionState.BUSY),)}, "DONE"),
        ({"results": (result(ActionState.NOT_APPLIED),)}, "LATER"),
        ({"results": (result(ActionState.OPEN),)}, "LATER"),
        ({"results": (result(ActionState.LEFT_OUT),)}, "LATER"),
        ({"results": (result(ActionState.REFUSED), result(ActionState.OPEN))}, "PERSON"),
        ({"waiting": (intent(IntentState.OPEN),)}, "LATER"),
        ({"waiting": (intent(IntentState.UNKNOWN),), "stopped": True}, "PERSON"),
    ],
)
def test_every_report_has_a_verdict(
    run_jobs: ModuleType, parts: dict[str, Any], verdict: str, caplog: pytest.LogCaptureFixture
) -> None:
    report = JobReport(job=Job.CS, account="shop-1", started_at=NOW, finished_at=NOW, **parts)
    with caplog.at_level("INFO", "jobs"):
        assert run_jobs.tell(report).name == verdict
    levels = {"DONE": "INFO", "LATER": "WARNING", "PERSON": "ERROR"}
    assert caplog.records[-1].levelname == levels[verdict]
    unknown = [found for found in report.waiting if found.state is IntentState.UNKNOWN]
    assert ("an operator decides intent 7" in caplog.text) is bool(unknown)


def test_what_weighs_more_wins(run_jobs: ModuleType) -> None:
    verdict = run_jobs.Verdict
    assert run_jobs.worst(verdict.PERSON, verdict.LATER, verdict.DONE) is verdict.PERSON
    assert run_jobs.worst(verdict.DONE, verdict.LATER) is verdict.LATER
    assert [int(one) for one in verdict] == [0, 75, 1, 78]


def test_the_text_of_an_answer_is_not_logged(run_jobs: ModuleType) -> None:
    error = errors.ConflictError(
        "홍길동", operation="orders_ship", http_status=200, result_code=500, text="홍길동"
    )
    assert run_jobs.describe(error) == "ConflictError orders_ship http=200 resultCode=500"


def test_a_pressed_stop_starts_no_further_job(inside: Place, run_jobs: ModuleType) -> None:
    inside.order()
    has = run_jobs.Supplies(stop=StopSwitch())
    has.stop.press()
    work = run_jobs.Workplace.from_env()
    assert run_jobs.run_account(work, "shop-1", ["collect_orders"], has) is run_jobs.Verdict.LATER
    assert inside.targets("orders_confirm") == []
