from __future__ import annotations

from datetime import date

import pytest
from policy_builders import CJ, HANJIN, HOUR, NOW, bundle, claim, policy, snapshot

from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import (
    ClaimStatus,
    ClaimType,
    ExchangeShipStatus,
    PickupStatus,
    ShipMethod,
    ShipStatus,
)
from wemakeprice_sdk.models.known import Known
from wemakeprice_sdk.policy import (
    HoldReturn,
    RegisterPickup,
    ReturnFacts,
    ReturnInspection,
    Shipment,
    SyncPlan,
)
from wemakeprice_sdk.policy.actions import ClaimAction

RETURN, EXCHANGE = ClaimType.RETURN, ClaimType.EXCHANGE
OUT = bundle(1, status=ShipStatus.COMPLETE, courier="CJ대한통운", invoice="1234-5678-9012")


def plan_of(row: Claim, **facts: object) -> SyncPlan:
    known = [ReturnFacts(claim_bundle_no=row.claim_bundle_no, **facts)] if facts else []  # type: ignore[arg-type]
    return policy().plan_claims(snapshot(bundles=[OUT], claims=[row], return_facts=known), NOW)


def test_a_fresh_return_waits_for_a_pickup_invoice() -> None:
    plan = plan_of(claim(kind=RETURN, pickup=PickupStatus.PICKUP_WAIT))
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["pickup-unknown"]


def test_a_pickup_is_registered_once() -> None:
    (action,) = plan_of(claim(kind=RETURN, pickup=PickupStatus.PICKUP_WAIT), pickup=HANJIN)
    assert isinstance(action, RegisterPickup)
    assert action.shipment == HANJIN
    again = plan_of(claim(kind=RETURN, pickup=PickupStatus.PICKUP_REQUESTED), pickup=HANJIN)
    assert again.is_empty
    assert [h.reason.code for h in again.held] == ["goods-on-the-way"]


@pytest.mark.parametrize("invoice", ["123456789012", "1234-5678-9012", " 1234 56789012"])
def test_a_pickup_with_the_outbound_invoice_goes_out_as_direct(invoice: str) -> None:
    wanted = Shipment(ShipMethod.PARCEL, "D002", invoice)
    (action,) = plan_of(claim(kind=EXCHANGE, pickup=PickupStatus.PICKUP_WAIT), pickup=wanted)
    assert isinstance(action, RegisterPickup)
    assert action.shipment.method == ShipMethod.DIRECT
    assert action.shipment.courier_code is None
    assert action.shipment.schedule_ship_date == date(2026, 3, 11)
    assert action.reason.rule == "contract C7"


def test_goods_the_buyer_already_sent_need_no_pickup() -> None:
    sent = claim(kind=RETURN, pickup=PickupStatus.PICKUP_WAIT, pickup_invoice="99887766")
    plan = plan_of(sent, pickup=HANJIN)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["buyer-sent-goods"]
    assert [a.kind for a in plan_of(sent, received=True)] == ["complete-pickup"]


@pytest.mark.parametrize("pickup", [None, *PickupStatus])
def test_a_return_is_walked_to_its_end_when_all_is_known(pickup: PickupStatus | None) -> None:
    plan = plan_of(claim(kind=RETURN, pickup=pickup), received=True, inspection=ReturnInspection.PASSED)
    kinds = [action.kind for action in plan]
    first = [] if pickup == PickupStatus.PICKUP_DONE else ["complete-pickup"]
    assert kinds == [*first, "approve-return"]
    if first:
        assert plan.actions[1].depends_on == ("complete-pickup:500",)


def test_a_failed_inspection_holds_the_return_and_a_passed_one_releases_it() -> None:
    back = claim(kind=RETURN, pickup=PickupStatus.PICKUP_DONE)
    (action,) = plan_of(back, inspection=ReturnInspection.FAILED, hold_detail="구성품 누락")
    assert isinstance(action, HoldReturn)
    assert (action.reason_code, action.reason_detail) == ("RPD5", "구성품 누락")
    (action,) = plan_of(back, inspection=ReturnInspection.FAILED)
    assert isinstance(action, HoldReturn)
    assert action.build()[0].violations() == ()
    held = claim(kind=RETURN, status=ClaimStatus.PENDING, pickup=PickupStatus.PICKUP_DONE)
    assert plan_of(held, inspection=ReturnInspection.FAILED).is_empty
    assert [a.kind for a in plan_of(held, inspection=ReturnInspection.PASSED)] == ["approve-return"]


def test_only_a_return_approved_for_want_of_stock_is_noted() -> None:
    sold_out = {"claim_reason": "재고없음/발송불가"}
    rows = [
        claim(501, RETURN, ClaimStatus.APPROVE, **sold_out),
        claim(502, RETURN, ClaimStatus.APPROVE, claim_reason="단순변심"),
        claim(503, RETURN, **sold_out),
        claim(504, EXCHANGE, ClaimStatus.APPROVE, **sold_out),
    ]
    plan = policy().plan_claims(snapshot(bundles=[OUT], claims=rows), NOW)
    assert [str(note.target) for note in plan.notes] == ["claim:501"]


def test_a_step_names_the_bundle_of_its_claim() -> None:
    (pickup,) = plan_of(claim(kind=RETURN, pickup=PickupStatus.PICKUP_WAIT), pickup=HANJIN)
    passed = {"received": True, "inspection": ReturnInspection.PASSED, "replacement": CJ}
    exchange = plan_of(claim(kind=EXCHANGE, pickup=PickupStatus.PICKUP_MOVING), **passed)
    approved = plan_of(claim(kind=RETURN, pickup=PickupStatus.PICKUP_MOVING), **passed)
    for action in (pickup, *exchange, *approved):
        assert isinstance(action, ClaimAction)
        assert (action.bundle_no, action.requested_at) == (1, NOW - HOUR)
        assert action.build()[1] == Known(bundle_no=1, claim_requested_at=NOW - HOUR)


def test_uninspected_goods_wait() -> None:
    plan = plan_of(claim(kind=RETURN, pickup=PickupStatus.PICKUP_DONE))
    assert [h.reason.code for h in plan.held] == ["await-inspection"]


def test_a_failed_pickup_rings() -> None:
    plan = plan_of(claim(kind=RETURN, pickup=PickupStatus.PICKUP_FAILED))
    assert plan.is_empty
    assert [a.reason.code for a in plan.alarms] == ["pickup-failed"]


def test_an_exchange_is_walked_to_its_end() -> None:
    plan = plan_of(
        claim(kind=EXCHANGE, pickup=PickupStatus.PICKUP_MOVING),
        received=True,
        inspection=ReturnInspection.PASSED,
        replacement=CJ,
        replacement_delivered=True,
    )
    assert [a.kind for a in plan] == ["complete-pickup", "ship-exchange", "complete-exchange"]
    assert [a.depends_on for a in plan][1:] == [
        ("complete-pickup:500",),
        ("complete-pickup:500", "ship-exchange:500"),
    ]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"inspection": ReturnInspection.FAILED}, "exchange-inspection-failed"),
        ({}, "await-inspection"),
        ({"inspection": ReturnInspection.PASSED}, "replacement-unknown"),
    ],
)
def test_an_exchange_waits_for_what_is_missing(facts: dict[str, object], code: str) -> None:
    plan = plan_of(claim(kind=EXCHANGE, pickup=PickupStatus.PICKUP_DONE), **facts)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == [code]


def test_an_exchange_on_its_way_completes_only_on_arrival() -> None:
    out = claim(
        kind=EXCHANGE,
        status=ClaimStatus.APPROVE,
        pickup=PickupStatus.PICKUP_DONE,
        delivery=ExchangeShipStatus.DELIVERY,
    )
    assert [h.reason.code for h in plan_of(out).held] == ["replacement-on-the-way"]
    assert [a.kind for a in plan_of(out, replacement_delivered=True)] == ["complete-exchange"]


@pytest.mark.parametrize("delivery", [None, ExchangeShipStatus.COMPLETE, ExchangeShipStatus.READY])
def test_a_finished_exchange_needs_nothing(delivery: ExchangeShipStatus | None) -> None:
    done = claim(
        kind=EXCHANGE, status=ClaimStatus.APPROVE, pickup=PickupStatus.PICKUP_DONE, delivery=delivery
    )
    assert plan_of(done, replacement_delivered=True, replacement=CJ).is_empty


def test_an_exchange_named_complete_on_the_wire_is_complete() -> None:
    done = claim(
        kind=EXCHANGE,
        status=ClaimStatus.APPROVE,
        pickup=PickupStatus.PICKUP_DONE,
        delivery=ExchangeShipStatus.DELIVERY,
        raw={"claimStatus": "교환완료"},
    )
    assert plan_of(done, replacement_delivered=True).is_empty


def test_a_sold_out_return_at_approve_is_noted_and_left_alone() -> None:
    plan = plan_of(claim(kind=RETURN, status=ClaimStatus.APPROVE, claim_reason="재고없음/발송불가"))
    assert plan.is_empty
    assert [n.reason.code for n in plan.notes] == ["sold-out-return"]


@pytest.mark.parametrize("kind", [RETURN, EXCHANGE])
@pytest.mark.parametrize("status", [ClaimStatus.WITHDRAW, ClaimStatus.REJECT])
def test_withdrawn_and_rejected_claims_need_nothing(kind: ClaimType, status: ClaimStatus) -> None:
    row = claim(kind=kind, status=status, pickup=PickupStatus.PICKUP_WAIT)
    plan = plan_of(row, received=True, inspection=ReturnInspection.PASSED, pickup=HANJIN, replacement=CJ)
    assert plan.is_empty
    assert not plan.held


def test_an_unknown_state_is_held_for_an_operator() -> None:
    plan = plan_of(claim(kind=RETURN, status=ClaimStatus.from_wire("반품심사")), received=True)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["claim-state-unknown"]


def test_an_open_intent_stops_the_walk() -> None:
    row = claim(kind=RETURN, pickup=PickupStatus.PICKUP_WAIT)
    facts = [ReturnFacts(claim_bundle_no=500, received=True, inspection=ReturnInspection.PASSED)]
    shop = snapshot(bundles=[OUT], claims=[row], return_facts=facts, in_flight=["complete-pickup:500"])
    plan = policy().plan_claims(shop, NOW)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["in-flight"]


@pytest.mark.parametrize(
    ("kind", "pickup", "facts"),
    [
        (RETURN, PickupStatus.PICKUP_WAIT, {"pickup": Shipment(ShipMethod.PARCEL, "D033", "99")}),
        (RETURN, PickupStatus.PICKUP_WAIT, {"pickup": Shipment(ShipMethod.ETC, message="퀵서비스")}),
        (
            EXCHANGE,
            PickupStatus.PICKUP_DONE,
            {"inspection": ReturnInspection.PASSED, "replacement": Shipment(ShipMethod.PARCEL, "D002")},
        ),
    ],
)
def test_a_parcel_that_cannot_be_sent_is_held_with_its_reasons(
    kind: ClaimType, pickup: PickupStatus, facts: dict[str, object]
) -> None:
    plan = plan_of(claim(kind=kind, pickup=pickup), **facts)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["shipment-invalid"]
