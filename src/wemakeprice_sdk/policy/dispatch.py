"""Dispatch (발송처리): only after a fresh read of claims, whole bundles, never twice (rules 6.3, 6.4)."""

from __future__ import annotations

from collections.abc import Iterable

from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.models import couriers
from wemakeprice_sdk.models.codes import ClaimType, ShipMethod, ShipStatus
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.policy.actions import Action, ActionKind, Reason, ShipBundle, Shipment
from wemakeprice_sdk.policy.derived import bundle_status, is_shipped
from wemakeprice_sdk.policy.orders import (
    OPEN_CANCEL,
    UNKNOWN_STATE,
    UNREAD_CANCEL,
    bundle_target,
    hides_cancel,
    open_cancels,
    with_unclear_cancels,
)
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.settings import DispatchSettings
from wemakeprice_sdk.policy.snapshot import Part, PendingShipment, Snapshot

_READY = Reason(
    "parcel-ready",
    "6.3",
    "the bundle is confirmed, no claim is open and its parcel has an invoice",
    "발주확인을 마쳤고 처리할 클레임이 없으며 송장이 준비되었습니다",
)
UNKNOWN_BUNDLE = Reason(
    "bundle-unknown",
    "6.1",
    "the bundle was not read",
    "조회 결과에 없는 배송번호입니다. 배송번호를 확인해 주세요",
)
NOT_CONFIRMED = Reason(
    "not-confirmed",
    "6.2",
    "only confirmed bundles can be shipped, and this one is not confirmed",
    "발주확인하지 않은 주문은 발송처리할 수 없습니다. 먼저 발주확인해 주세요",
)
_OPEN_RETURN = Reason(
    "open-return",
    "6.3",
    "a return or exchange of the bundle is open",
    "진행 중인 반품 또는 교환이 있습니다. 클레임을 먼저 처리해 주세요",
)
_SAME = Reason(
    "already-shipped",
    "6.4",
    "the bundle is already shipped with this invoice; nothing to do",
    "이미 같은 송장으로 발송되었습니다",
)
_CONFLICT = Reason(
    "shipped-with-another-invoice",
    "6.4",
    "the bundle is already shipped with another courier or invoice; an operator decides which one is right",
    "이미 다른 택배사 또는 송장번호로 발송되었습니다. 파트너센터에서 송장을 확인해 주세요",
)


def same_shipment(bundle: Bundle, shipment: Shipment) -> bool:
    """Return whether a shipped bundle travels as `shipment` says: same courier, same invoice digits."""
    delivery = bundle.delivery
    if delivery is None or delivery.ship_method != shipment.method:
        return False
    if shipment.method == ShipMethod.DIRECT:
        return True
    if shipment.method == ShipMethod.ETC:
        return delivery.ship_method_message == shipment.message
    if shipment.method == ShipMethod.POST and shipment.invoice_no is None:
        return not delivery.invoice_no
    same_courier = couriers.lookup(delivery.parcel_company) == couriers.lookup(shipment.courier_code)
    return same_courier and couriers.same_invoice(delivery.invoice_no, shipment.invoice_no)


def plan_dispatch(builder: PlanBuilder, snapshot: Snapshot, settings: DispatchSettings) -> None:
    """Ship every bundle whose invoice is ready.

    Raises `StaleSnapshotError` when there is something to ship and the claims or bundles are older than the
    settings allow.
    """
    if not snapshot.shipments or not builder.is_open(ActionKind.SHIP_BUNDLE, len(snapshot.shipments)):
        return
    snapshot.require_fresh(Part.CLAIMS, builder.now, settings.claims_max_age)
    snapshot.require_fresh(Part.BUNDLES, builder.now, settings.bundles_max_age)
    snapshot = with_unclear_cancels(snapshot)
    bundles = {bundle.bundle_no: bundle for bundle in snapshot.bundles}
    cancels = open_cancels(snapshot)
    returns = _open_returns(snapshot)
    for pending in snapshot.shipments:
        bundle = bundles.get(pending.bundle_no)
        if bundle is not None and is_shipped(bundle):
            _already_shipped(builder, bundle, pending.shipment)
            continue
        reason = _obstacle(bundle, pending, cancels, returns)
        if reason is None and hides_cancel(snapshot, pending.bundle_no):
            reason = UNREAD_CANCEL
        action = _ship(pending)
        if reason is not None:
            builder.hold(ActionKind.SHIP_BUNDLE, action.target, reason)
        elif (fault := request_fault(action)) is not None:
            builder.hold(ActionKind.SHIP_BUNDLE, action.target, fault, wrong_input=True)
        else:
            builder.add(action)


def _open_returns(snapshot: Snapshot) -> frozenset[int]:
    return frozenset(
        claim.bundle_no
        for claim in snapshot.claims
        if claim.bundle_no is not None
        and claim.claim_type in (ClaimType.RETURN, ClaimType.EXCHANGE)
        and claim.is_open
    )


def _obstacle(
    bundle: Bundle | None, pending: PendingShipment, cancels: Iterable[int], returns: frozenset[int]
) -> Reason | None:
    if bundle is None:
        return UNKNOWN_BUNDLE
    if pending.bundle_no in cancels:
        return OPEN_CANCEL
    if pending.bundle_no in returns:
        return _OPEN_RETURN
    status = bundle_status(bundle)
    if status == ShipStatus.NEW:
        return NOT_CONFIRMED
    return None if status == ShipStatus.CONFIRM else UNKNOWN_STATE


def _already_shipped(builder: PlanBuilder, bundle: Bundle, shipment: Shipment) -> None:
    target = bundle_target(bundle.bundle_no)
    if same_shipment(bundle, shipment):
        builder.note(target, _SAME)
        return
    builder.hold(ActionKind.SHIP_BUNDLE, target, _CONFLICT)
    builder.alarm(target, IssueSeverity.SERIOUS, _CONFLICT)


def _ship(pending: PendingShipment) -> ShipBundle:
    return ShipBundle(
        bundle_no=pending.bundle_no,
        shipment=pending.shipment,
        reason=_READY,
        before=ShipStatus.CONFIRM.korean,
        after=f"{ShipStatus.DELIVERY.korean} {pending.shipment}",
    )


def request_fault(action: Action) -> Reason | None:
    """Return why the call of an action cannot be sent, naming every broken rule; None when it can."""
    violations = action.build()[0].violations()
    if not violations:
        return None
    return Reason(
        "shipment-invalid" if hasattr(action, "shipment") else "request-invalid",
        "6.4",
        "; ".join(violation.message for violation in violations),
        "; ".join(violation.message_ko for violation in violations),
    )
