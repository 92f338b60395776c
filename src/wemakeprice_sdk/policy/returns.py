"""Returns and exchanges (반품, 교환): next steps by the contract's state machine (section 5, C6–C9).

Each claim is walked as far as the seller's facts carry it: register the pickup, report the goods back, then
hold or approve a return, or send the replacement of an exchange and report its arrival. Every step depends
on the one before it.
"""

from __future__ import annotations

from datetime import date

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.models import couriers
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, ExchangeShipStatus, PickupStatus, ShipMethod
from wemakeprice_sdk.policy.actions import (
    ActionKind,
    ApproveReturn,
    ClaimAction,
    CompleteExchange,
    CompletePickup,
    HoldReturn,
    Reason,
    RegisterPickup,
    ShipExchange,
    Shipment,
    Target,
    TargetKind,
)
from wemakeprice_sdk.policy.dispatch import request_fault
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.snapshot import ReturnFacts, ReturnInspection, Snapshot

_REGISTER = Reason(
    "register-pickup",
    "contract C7",
    "a pickup courier and invoice are known",
    "수거 택배사와 송장이 준비되었습니다",
)
_DIRECT = Reason(
    "pickup-same-as-outbound",
    "contract C7",
    "the pickup invoice equals the outbound one, which the marketplace refuses for a parcel; sent as DIRECT",
    "수거 송장이 원송장과 같아 직접수거로 등록합니다",
)
_RECEIVED = Reason("goods-back", "contract C8", "all goods are back", "상품이 모두 수거완료되었습니다")
_PASSED = Reason(
    "inspection-passed", "contract C8", "the returned goods are in order", "수거한 상품이 검수를 통과했습니다"
)
_FAILED = Reason(
    "inspection-failed",
    "contract C8",
    "the returned goods are not in order",
    "수거한 상품의 검수에서 문제가 발견되었습니다",
)
_REPLACE = Reason(
    "replacement-ready",
    "contract C9",
    "the replacement travels with an invoice",
    "교환 상품 송장이 준비되었습니다",
)
_ARRIVED = Reason(
    "replacement-arrived", "contract C9", "the replacement arrived", "교환 상품이 배송완료되었습니다"
)
_NEED_PICKUP = Reason(
    "pickup-unknown",
    "contract C7",
    "the pickup courier and invoice are not known yet",
    "수거 택배사와 송장이 아직 없습니다. 수거 송장을 입력해 주세요",
)
_SENT_BY_BUYER = Reason(
    "buyer-sent-goods",
    "contract C7",
    "the buyer already sent the goods; nothing to register, wait for them",
    "구매자가 이미 상품을 발송했습니다. 도착을 기다립니다",
)
_AWAIT_GOODS = Reason(
    "goods-on-the-way",
    "contract C8",
    "the goods are not back yet",
    "아직 수거완료되지 않았습니다. 상품 도착을 기다립니다",
)
_PICKUP_FAILED = Reason(
    "pickup-failed",
    "contract C7",
    "the courier could not pick the goods up",
    "택배사가 상품을 수거하지 못했습니다. 구매자와 수거 일정을 다시 정해 주세요",
)
_AWAIT_INSPECTION = Reason(
    "await-inspection",
    "contract C8",
    "the goods are back and not looked at yet",
    "수거한 상품의 검수를 기다립니다. 검수 결과를 입력해 주세요",
)
_ON_HOLD = Reason(
    "return-on-hold",
    "contract C8",
    "the return is on hold until the inspection passes",
    "반품이 보류 중이며 검수 통과를 기다립니다",
)
_EXCHANGE_FAILED = Reason(
    "exchange-inspection-failed",
    "contract C9",
    "the goods are not in order, and no call to hold or refuse an exchange is known; an operator decides",
    "수거한 상품에 문제가 있습니다. 교환 보류·거절은 파트너센터에서 처리해 주세요",
)
_NEED_REPLACEMENT = Reason(
    "replacement-unknown",
    "contract C9",
    "the replacement has no invoice yet",
    "교환 상품 송장이 아직 없습니다. 교환 상품 송장을 입력해 주세요",
)
_AWAIT_ARRIVAL = Reason(
    "replacement-on-the-way", "contract C9", "the replacement is on its way", "교환 상품 배송 중입니다"
)
_SOLD_OUT = Reason(
    "sold-out-return",
    "contract C6",
    "the return was approved from the start because the goods were sold out; nothing to answer",
    "품절로 접수와 동시에 승인된 반품이므로 따로 처리하지 않아도 됩니다",
)
_UNKNOWN = Reason(
    "claim-state-unknown",
    "contract C10",
    "the state of the claim is not one the contract knows",
    "알 수 없는 클레임 상태입니다. 파트너센터에서 클레임을 확인해 주세요",
)


@frozen
class _State:
    claim_type: ClaimType
    status: ClaimStatus
    pickup: PickupStatus | None
    delivery: ExchangeShipStatus | None


@frozen
class _Step:
    """The next thing for a claim: an action with the state after it, or a reason to wait."""

    action: ClaimAction | None
    after: _State
    kind: ActionKind
    reason: Reason
    severity: IssueSeverity | None = None


def plan_returns(builder: PlanBuilder, snapshot: Snapshot) -> None:
    """Walk every return and exchange as far as the facts carry it."""
    facts = {fact.claim_bundle_no: fact for fact in snapshot.return_facts}
    outbound = {
        bundle.bundle_no: bundle.delivery.invoice_no
        for bundle in snapshot.bundles
        if bundle.delivery is not None and bundle.delivery.invoice_no
    }
    for claim in snapshot.claims:
        if claim.claim_type not in (ClaimType.RETURN, ClaimType.EXCHANGE):
            continue
        known = facts.get(claim.claim_bundle_no) or ReturnFacts(claim_bundle_no=claim.claim_bundle_no)
        if known.outbound_invoice is None and claim.bundle_no in outbound:
            known = evolve(known, outbound_invoice=outbound[claim.bundle_no])
        _walk(builder, claim, known)


def _walk(builder: PlanBuilder, claim: Claim, facts: ReturnFacts) -> None:
    target = Target(TargetKind.CLAIM, str(claim.claim_bundle_no))
    if claim.claim_type is None or claim.claim_status is None or not claim.claim_status.is_known:
        builder.hold(ActionKind.APPROVE_RETURN, target, _UNKNOWN)
        builder.alarm(target, IssueSeverity.ORDINARY, _UNKNOWN)
        return
    state: _State | None = _state(claim)
    while state is not None:
        step = _next(claim, state, facts, builder.now.date())
        state = None
        if step is None:
            return
        if step.action is not None:
            fault = request_fault(step.action)
            if fault is not None:
                builder.hold(step.kind, target, fault, wrong_input=True)
            elif builder.add(step.action):
                state = step.after
            continue
        builder.hold(step.kind, target, step.reason)
        if step.severity is not None:
            builder.alarm(target, step.severity, step.reason)


def _state(claim: Claim) -> _State:
    if claim.claim_type is None or claim.claim_status is None:
        raise ValueError("a claim without type or state has no next step")
    delivery = claim.delivery.ship_status if claim.delivery else None
    # 교환완료 reads as APPROVE by its suffix, so the finished exchange is told by the claim itself.
    if claim.is_exchange_complete:
        delivery = ExchangeShipStatus.COMPLETE
    return _State(
        claim.claim_type, claim.claim_status, claim.pickup.ship_status if claim.pickup else None, delivery
    )


def _next(claim: Claim, state: _State, facts: ReturnFacts, today: date) -> _Step | None:
    if state.status in (ClaimStatus.REJECT, ClaimStatus.WITHDRAW):
        return None
    if state.status == ClaimStatus.APPROVE:
        return _after_approval(claim, state, facts)
    if state.pickup == PickupStatus.PICKUP_DONE:
        return _after_pickup(claim, state, facts)
    return _before_pickup(claim, state, facts, today)


def _act(claim: Claim, cls: type[ClaimAction], state: _State, after: _State, reason: Reason) -> _Step:
    action = cls(
        claim_bundle_no=claim.claim_bundle_no,
        requested_at=claim.request_date,
        bundle_no=claim.bundle_no or 0,
        claim_type=state.claim_type,
        reason=reason,
        before=_name(state),
        after=_name(after),
    )
    return _Step(action, after, cls.kind, reason)


def _name(state: _State) -> str:
    parts = (
        f"{state.claim_type.korean}{state.status.korean}",
        state.pickup.korean if state.pickup else None,
        f"교환배송 {state.delivery.korean}" if state.delivery else None,
    )
    return " / ".join(part for part in parts if part)


def _wait(state: _State, kind: ActionKind, reason: Reason, severity: IssueSeverity | None = None) -> _Step:
    return _Step(None, state, kind, reason, severity)


def _before_pickup(claim: Claim, state: _State, facts: ReturnFacts, today: date) -> _Step:
    if facts.received:
        after = evolve(state, pickup=PickupStatus.PICKUP_DONE)
        return _act(claim, CompletePickup, state, after, _RECEIVED)
    if state.pickup == PickupStatus.PICKUP_FAILED:
        return _wait(state, ActionKind.REGISTER_PICKUP, _PICKUP_FAILED, IssueSeverity.ORDINARY)
    if state.pickup not in (None, PickupStatus.PICKUP_WAIT) or state.status != ClaimStatus.REQUEST:
        return _wait(state, ActionKind.COMPLETE_PICKUP, _AWAIT_GOODS)
    if claim.buyer_sent_goods:
        return _wait(state, ActionKind.COMPLETE_PICKUP, _SENT_BY_BUYER)
    if facts.pickup is None:
        return _wait(state, ActionKind.REGISTER_PICKUP, _NEED_PICKUP)
    shipment, reason = _pickup(facts.pickup, facts.outbound_invoice, today)
    after = evolve(state, pickup=PickupStatus.PICKUP_REQUESTED)
    action = RegisterPickup(
        claim_bundle_no=claim.claim_bundle_no,
        requested_at=claim.request_date,
        bundle_no=claim.bundle_no or 0,
        claim_type=state.claim_type,
        shipment=shipment,
        reason=reason,
        before=_name(state),
        after=f"{_name(after)} {shipment}",
    )
    return _Step(action, after, ActionKind.REGISTER_PICKUP, reason)


def _pickup(wanted: Shipment, outbound: str | None, today: date) -> tuple[Shipment, Reason]:
    if wanted.method == ShipMethod.PARCEL and couriers.same_invoice(wanted.invoice_no, outbound):
        day = wanted.schedule_ship_date or today
        return Shipment(ShipMethod.DIRECT, invoice_no=wanted.invoice_no, schedule_ship_date=day), _DIRECT
    return wanted, _REGISTER


def _after_pickup(claim: Claim, state: _State, facts: ReturnFacts) -> _Step:
    if state.claim_type == ClaimType.EXCHANGE:
        return _send_replacement(claim, state, facts)
    if facts.inspection is ReturnInspection.PASSED:
        return _act(claim, ApproveReturn, state, evolve(state, status=ClaimStatus.APPROVE), _PASSED)
    if state.status == ClaimStatus.PENDING:
        return _wait(state, ActionKind.APPROVE_RETURN, _ON_HOLD)
    if facts.inspection is None:
        return _wait(state, ActionKind.APPROVE_RETURN, _AWAIT_INSPECTION)
    step = _act(claim, HoldReturn, state, evolve(state, status=ClaimStatus.PENDING), _FAILED)
    if facts.hold_detail and isinstance(step.action, HoldReturn):
        return evolve(step, action=evolve(step.action, reason_detail=facts.hold_detail))
    return step


def _send_replacement(claim: Claim, state: _State, facts: ReturnFacts) -> _Step:
    if facts.inspection is ReturnInspection.FAILED:
        return _wait(state, ActionKind.SHIP_EXCHANGE, _EXCHANGE_FAILED, IssueSeverity.ORDINARY)
    if facts.inspection is None:
        return _wait(state, ActionKind.SHIP_EXCHANGE, _AWAIT_INSPECTION)
    if facts.replacement is None:
        return _wait(state, ActionKind.SHIP_EXCHANGE, _NEED_REPLACEMENT)
    after = evolve(state, status=ClaimStatus.APPROVE, delivery=ExchangeShipStatus.DELIVERY)
    action = ShipExchange(
        claim_bundle_no=claim.claim_bundle_no,
        requested_at=claim.request_date,
        bundle_no=claim.bundle_no or 0,
        claim_type=state.claim_type,
        shipment=facts.replacement,
        reason=_REPLACE,
        before=_name(state),
        after=f"{_name(after)} {facts.replacement}",
    )
    return _Step(action, after, ActionKind.SHIP_EXCHANGE, _REPLACE)


def _after_approval(claim: Claim, state: _State, facts: ReturnFacts) -> _Step | None:
    if state.claim_type == ClaimType.RETURN:
        return None
    if state.delivery not in (ExchangeShipStatus.RELEASED, ExchangeShipStatus.DELIVERY):
        return None
    if not facts.replacement_delivered:
        return _wait(state, ActionKind.COMPLETE_EXCHANGE, _AWAIT_ARRIVAL)
    after = evolve(state, delivery=ExchangeShipStatus.COMPLETE)
    return _act(claim, CompleteExchange, state, after, _ARRIVED)


def note_sold_out(builder: PlanBuilder, snapshot: Snapshot) -> None:
    """Note the returns that were approved at first sight because the goods were sold out (C6)."""
    for claim in snapshot.claims:
        if claim.claim_status == ClaimStatus.APPROVE and claim.is_sold_out_return:
            builder.note(Target(TargetKind.CLAIM, str(claim.claim_bundle_no)), _SOLD_OUT)
