"""The board of one account: from the ledger alone, true at a glance, and without people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from kit import KEY, Shop, config, open_shop, parcel

from wemakeprice_sdk.config import LinkState, Switches
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.runner import BackOffice, Job, JobVerdict


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_a_fresh_account_has_nothing_and_calls_nobody(shop: Shop) -> None:
    calls = sum(shop.sandbox.calls.values())
    status = shop.runner().status()
    assert sum(shop.sandbox.calls.values()) == calls
    assert (status.runs, status.waiting, status.watermarks, status.worker) == ((), (), {}, None)
    assert (status.account, status.link, status.verdict) == ("shop", LinkState.APPROVED, JobVerdict.DONE)
    assert set(status.gates.values()) == {None}


def test_runs_watermarks_and_what_is_held_are_shown(shop: Shop) -> None:
    runner = shop.runner()
    number = shop.order()
    runner.collect_orders()
    shop.pass_time(minutes=1)
    claim = shop.sandbox.request_cancel(KEY, number)
    runner.claims()
    status = runner.status()
    assert [run.job for run in status.runs] == [Job.CLAIMS, Job.COLLECT_ORDERS]
    (held,) = status.runs[0].held
    assert (held.target, held.code) == (f"claim:{claim}", "warehouse-unknown")
    assert held.due is not None
    assert timedelta(days=1) < held.due - shop.clock.now() < timedelta(days=5)
    assert status.watermarks
    text = str(status)
    assert f"held 보류: claim:{claim} warehouse-unknown until {held.due:%Y-%m-%d %H:%M}" in text
    assert "홍길동" not in text + repr(status)
    runner.claims(picked=())
    assert runner.status().runs[0].held == ()


def test_the_verdict_is_the_worst_of_what_stands(shop: Shop) -> None:
    runner = shop.runner()
    runner.collect_orders()
    assert runner.status().verdict is JobVerdict.DONE
    shop.pass_time(minutes=1)
    runner.ship([parcel(999)])
    status = runner.status()
    assert status.verdict is JobVerdict.OPERATOR_NEEDED
    assert status.runs[0].reasons == ("unknown-bundle",)


def test_closed_gates_are_named_and_the_office_needs_no_client(shop: Shop) -> None:
    shop.runner().collect_orders()
    off = config(switches=Switches(order_api=False))
    status = BackOffice(shop.ledger, off, clock=shop.clock).status()
    closed = {kind for kind, gate in status.gates.items() if gate is not None}
    assert {ActionKind.COLLECT_ORDERS, ActionKind.SHIP_BUNDLE, ActionKind.COLLECT_CLAIMS} <= closed
    assert ActionKind.COLLECT_QUESTIONS not in closed
    assert "closed 차단: collect-orders: scope.order-api" in str(status)
    assert [run.job for run in status.runs] == [Job.COLLECT_ORDERS]


def test_who_works_just_now_is_named(shop: Shop) -> None:
    shop.runner().collect_orders()
    lease = shop.ledger.acquire_lease("shop", "night-shift", 60)
    assert lease is not None
    status = shop.runner().status()
    assert (status.worker, status.until) == ("night-shift", lease.expires_at)
    shop.ledger.release_lease(lease)
    assert shop.runner().status().worker is None
