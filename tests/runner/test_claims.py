"""Claims: collected in every kind, decided by the strategy, answered once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kit import KEY, Shop, open_shop, parcel

from wemakeprice_sdk.models import ClaimType, ShipMethod
from wemakeprice_sdk.policy.actions import Shipment
from wemakeprice_sdk.policy.snapshot import ReturnFacts, ReturnInspection
from wemakeprice_sdk.runner import ActionState, JobVerdict


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def shipped(shop: Shop) -> int:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number)])
    shop.pass_time(days=3)
    runner.track()
    return number


def test_without_word_from_the_warehouse_a_cancel_waits_for_an_operator(shop: Shop) -> None:
    number = shop.order()
    claim = shop.sandbox.request_cancel(KEY, number)
    runner = shop.runner()
    report = runner.claims()
    assert shop.writes("claims_approve") == []
    assert report.plan is not None
    assert [held.reason.code for held in report.plan.held] == ["warehouse-unknown"]
    assert "자동 승인됩니다" in str(report)
    shop.pass_time(days=1, hours=23)
    assert runner.claims().verdict is JobVerdict.OPERATOR_NEEDED
    assert shop.writes("claims_approve") == []
    assert runner.claims(picked=[]).verdict is JobVerdict.DONE
    assert shop.writes("claims_approve") == [claim]


def test_a_cancel_of_goods_on_the_shelf_is_approved_once(shop: Shop) -> None:
    number = shop.order()
    claim = shop.sandbox.request_cancel(KEY, number)
    runner = shop.runner()
    assert runner.claims(picked=()).counts == {ActionState.APPLIED: 1}
    assert runner.claims(picked=()).results == ()
    assert shop.writes("claims_approve") == [claim]
    assert [row.status for row in shop.ledger.records("shop", "claim")] == ["CANCEL:APPROVE"]


def test_a_cancel_of_a_parcel_with_an_invoice_is_rejected_with_it_and_no_ship_call_follows(
    shop: Shop,
) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.request_cancel(KEY, number)
    runner.claims(picked=(), shipments=[parcel(number)])
    assert shop.writes("claims_approve") == []
    assert len(shop.writes("claims_reject")) == 1
    report = runner.ship([parcel(number)])
    assert report.results == ()
    assert shop.writes("orders_ship") == []
    assert shop.client.orders.get(number).delivery.invoice_no == f"7{number}"  # type: ignore[union-attr]


def test_a_withdrawn_cancel_is_marked_gone(shop: Shop) -> None:
    number = shop.order()
    claim = shop.sandbox.request_cancel(KEY, number)
    runner = shop.runner()
    runner.claims(picked=(), dry_run=True)
    runner.ship([parcel(number)])
    shop.sandbox.withdraw(KEY, claim)
    runner.claims(picked=())
    assert [row.status for row in shop.ledger.records("shop", "claim")] == ["GONE"]
    assert shop.writes("claims_approve") == []


def test_a_cancel_the_site_approved_by_itself_is_collected(shop: Shop) -> None:
    number = shop.order()
    shop.sandbox.request_cancel(KEY, number)
    runner = shop.runner()
    runner.ship([parcel(number)])
    shop.pass_time(days=6)
    runner.claims(picked=())
    assert [row.status for row in shop.ledger.records("shop", "claim")] == ["CANCEL:APPROVE"]


def test_a_return_walks_from_pickup_to_approval(shop: Shop) -> None:
    number = shipped(shop)
    claim = shop.sandbox.request_return(KEY, number)
    runner = shop.runner()
    pickup = Shipment(ShipMethod.PARCEL, "D002", "555000111")
    runner.claims(picked=(), facts=[ReturnFacts(claim_bundle_no=claim, pickup=pickup)])
    assert shop.writes("claims_register_pickup") == [claim]
    shop.pass_time(hours=2)
    runner.claims(
        picked=(),
        facts=[ReturnFacts(claim_bundle_no=claim, received=True, inspection=ReturnInspection.PASSED)],
    )
    assert shop.writes("claims_complete_pickup") == [claim]
    assert shop.writes("claims_approve") == [claim]
    shop.pass_time(hours=1)
    assert runner.claims(picked=()).results == ()
    assert [row.status for row in shop.ledger.records("shop", "claim")] == ["RETURN:APPROVE"]


def test_an_exchange_is_shipped_again_and_completed(shop: Shop) -> None:
    number = shipped(shop)
    claim = shop.sandbox.request_exchange(KEY, number, invoice="555000222", courier="D002")
    runner = shop.runner()
    sent = Shipment(ShipMethod.PARCEL, "D002", "888000111")
    runner.claims(
        picked=(),
        facts=[
            ReturnFacts(
                claim_bundle_no=claim, received=True, inspection=ReturnInspection.PASSED, replacement=sent
            )
        ],
    )
    assert shop.writes("claims_ship_exchange") == [claim]
    shop.pass_time(days=2)
    runner.claims(
        picked=(), facts=[ReturnFacts(claim_bundle_no=claim, replacement=sent, replacement_delivered=True)]
    )
    assert shop.writes("claims_complete_exchange") == [claim]
    shop.pass_time(days=1)
    assert runner.claims(picked=()).results == ()


def test_claim_writes_lock_the_bundle_they_belong_to(shop: Shop) -> None:
    number = shop.order()
    shop.sandbox.request_cancel(KEY, number)
    shop.runner().claims(picked=())
    assert [intent.target for intent in shop.ledger.intents("shop")] == [f"bundle:{number}"]


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_held_cancel_is_neither_approved_nor_lost_and_keeps_its_bundle(
    shop: Shop, seen_before: bool
) -> None:
    number = shop.order()
    claim = shop.sandbox.request_cancel(KEY, number)
    runner = shop.runner()
    if seen_before:
        runner.collect_orders()
    shop.sandbox.hold_cancel(KEY, claim)
    for _ in range(3):
        report = runner.claims(picked=())
        assert report.plan is not None
        assert [held.reason.code for held in report.plan.held] == ["cancel-on-hold"]
        assert [alarm.reason.code for alarm in report.plan.alarms] == ["cancel-on-hold"]
        report = runner.collect_orders()
        assert report.plan is not None
        assert [held.reason.code for held in report.plan.held] == ["open-cancel"]
        report = runner.ship([parcel(number)])
        assert report.plan is not None
        assert report.plan.is_empty
        shop.pass_time(days=2)
    for operation in ("claims_approve", "claims_reject", "orders_confirm", "orders_ship"):
        assert shop.writes(operation) == []
    assert [row.status for row in shop.ledger.records("shop", "claim")] == ["CANCEL:PENDING"]
    shop.sandbox.advance(minutes=1)
    shop.client.claims.approve(claim, ClaimType.CANCEL)
    runner.claims(picked=())
    assert [row.status for row in shop.ledger.records("shop", "claim")] == ["CANCEL:APPROVE"]
