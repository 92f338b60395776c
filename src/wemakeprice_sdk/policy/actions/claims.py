"""Actions on claims (취소·반품·교환)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models import WriteModel
from wemakeprice_sdk.models.claims import (
    Claim,
    ClaimApproveRequest,
    ClaimHoldRequest,
    ClaimRejectRequest,
    ExchangeCompleteRequest,
    ExchangeDelivery,
    ExchangeShipRequest,
    Pickup,
    PickupCompleteRequest,
    PickupRequest,
)
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, ExchangeShipStatus, PickupStatus
from wemakeprice_sdk.models.known import NOTHING_KNOWN, Known
from wemakeprice_sdk.models.orders import Bundle, OrderOption, OrderProduct
from wemakeprice_sdk.policy.actions.base import Action, ActionKind, Shipment, Target, TargetKind
from wemakeprice_sdk.policy.actions.orders import mark_shipped
from wemakeprice_sdk.policy.derived import claim_lines, claimed_quantity, ordered_quantity
from wemakeprice_sdk.policy.world import World


@frozen(kw_only=True)
class ClaimAction(Action):
    """An action on one claim (클레임번호), the unit of every claim write; `bundle_no` is its bundle.

    `requested_at` is when the buyer asked, which a lost answer can be verified from where details fail.
    """

    claim_bundle_no: int
    bundle_no: int
    claim_type: ClaimType
    requested_at: datetime | None = None

    @property
    def target(self) -> Target:
        """The claim."""
        return Target(TargetKind.CLAIM, str(self.claim_bundle_no))

    @property
    def of_bundle(self) -> int | None:
        """The bundle; a claim that came without its number (0) shares none with anything."""
        return self.bundle_no or None

    def build(self, read: Known = NOTHING_KNOWN) -> tuple[WriteModel, Known]:  # noqa: ARG002
        """Return the request of the call, and by what a claim is found without its detail."""
        return self.request(), Known(bundle_no=self.bundle_no, claim_requested_at=self.requested_at)

    def apply(self, world: World) -> None:
        """Change the claim."""
        world.claims[self.claim_bundle_no] = self.changed(world.claims[self.claim_bundle_no], world.now)

    def changed(self, claim: Claim, now: datetime) -> Claim:
        """Return the claim as the action leaves it."""
        raise NotImplementedError


@frozen(kw_only=True)
class ApproveCancel(ClaimAction):
    """Approve a cancel request (취소 승인); its lines leave the bundle."""

    kind: ClassVar[ActionKind] = ActionKind.APPROVE_CANCEL
    operation: ClassVar[str] = "claims_approve"
    once: ClassVar[bool] = True

    def request(self) -> WriteModel:
        """Return the request that approves it."""
        return ClaimApproveRequest(claim_bundle_no=self.claim_bundle_no, claim_type=self.claim_type)

    def changed(self, claim: Claim, now: datetime) -> Claim:
        """Return the approved claim."""
        return evolve(claim, claim_status=ClaimStatus.APPROVE, approve_date=now)

    def apply(self, world: World) -> None:
        """Approve the claim, and take its lines out of the bundle."""
        super().apply(world)
        bundle = world.bundles.get(self.bundle_no)
        if bundle is None:
            return
        lines = claim_lines(world.claims[self.claim_bundle_no])
        left = _without(bundle, {o.order_option_no: claimed_quantity(p, o) for p, o in lines})
        if left is None:
            del world.bundles[self.bundle_no]
        else:
            world.bundles[self.bundle_no] = left


@frozen(kw_only=True)
class RejectCancel(ClaimAction):
    """Reject a cancel request (취소 거절); this ships the bundle with `shipment`, so no ship call follows.

    `reason_code` CJD3 (이미출고) is the only one known (grade B).
    """

    kind: ClassVar[ActionKind] = ActionKind.REJECT_CANCEL
    operation: ClassVar[str] = "claims_reject"
    once: ClassVar[bool] = True

    shipment: Shipment
    reason_code: str = "CJD3"
    reason_detail: str = "이미 출고된 주문입니다."

    def request(self) -> WriteModel:
        """Return the request that refuses the cancel and ships its bundle."""
        return ClaimRejectRequest(
            claim_bundle_no=self.claim_bundle_no,
            claim_type=ClaimType.CANCEL,
            reject_reason_code=self.reason_code,
            reject_reason_detail=self.reason_detail,
            ship_method=self.shipment.method,
            parcel_company_code=self.shipment.courier_code,
            invoice_no=self.shipment.invoice_no,
            schedule_ship_date=self.shipment.schedule_ship_date,
            ship_method_message=self.shipment.message,
        )

    def changed(self, claim: Claim, now: datetime) -> Claim:
        """Return the rejected claim."""
        return evolve(claim, claim_status=ClaimStatus.REJECT, reject_date=now)

    def apply(self, world: World) -> None:
        """Reject the claim, which ships the bundle."""
        super().apply(world)
        mark_shipped(world, self.bundle_no, self.shipment)


@frozen(kw_only=True)
class RegisterPickup(ClaimAction):
    """Register the pickup of a return or exchange (수거요청)."""

    kind: ClassVar[ActionKind] = ActionKind.REGISTER_PICKUP
    operation: ClassVar[str] = "claims_register_pickup"

    shipment: Shipment

    def request(self) -> WriteModel:
        """Return the request that registers the pickup."""
        return PickupRequest(
            claim_bundle_no=self.claim_bundle_no,
            claim_type=self.claim_type,
            ship_method=self.shipment.method,
            parcel_company_code=self.shipment.courier_code,
            invoice_no=self.shipment.invoice_no,
            schedule_ship_date=self.shipment.schedule_ship_date,
        )

    def changed(self, claim: Claim, now: datetime) -> Claim:  # noqa: ARG002
        """Return the claim with its pickup under way."""
        return _with_pickup(claim, PickupStatus.PICKUP_REQUESTED, self.shipment.invoice_no)


@frozen(kw_only=True)
class CompletePickup(ClaimAction):
    """Report that all goods of a return or exchange are back (수거완료)."""

    kind: ClassVar[ActionKind] = ActionKind.COMPLETE_PICKUP
    operation: ClassVar[str] = "claims_complete_pickup"

    def request(self) -> WriteModel:
        """Return the request that reports the pickup done."""
        return PickupCompleteRequest(claim_bundle_no=self.claim_bundle_no, claim_type=self.claim_type)

    def changed(self, claim: Claim, now: datetime) -> Claim:  # noqa: ARG002
        """Return the claim with its goods back."""
        return _with_pickup(
            claim, PickupStatus.PICKUP_DONE, claim.pickup.invoice_no if claim.pickup else None
        )


@frozen(kw_only=True)
class HoldReturn(ClaimAction):
    """Put a return on hold after its goods came back (반품 보류); RPD5, never proven to run (grade B)."""

    kind: ClassVar[ActionKind] = ActionKind.HOLD_RETURN
    operation: ClassVar[str] = "claims_hold"

    reason_code: str = "RPD5"
    reason_detail: str = "반품 상품 확인이 필요합니다."

    def request(self) -> WriteModel:
        """Return the request that puts it on hold."""
        return ClaimHoldRequest(
            claim_bundle_no=self.claim_bundle_no,
            claim_type=ClaimType.RETURN,
            pending_reason_code=self.reason_code,
            pending_reason_detail=self.reason_detail,
        )

    def changed(self, claim: Claim, now: datetime) -> Claim:
        """Return the claim on hold."""
        return evolve(claim, claim_status=ClaimStatus.PENDING, pending_date=now)


@frozen(kw_only=True)
class ApproveReturn(ClaimAction):
    """Approve a return whose goods are back (반품 승인)."""

    kind: ClassVar[ActionKind] = ActionKind.APPROVE_RETURN
    operation: ClassVar[str] = "claims_approve"
    once: ClassVar[bool] = True

    def request(self) -> WriteModel:
        """Return the request that approves it."""
        return ClaimApproveRequest(claim_bundle_no=self.claim_bundle_no, claim_type=self.claim_type)

    def changed(self, claim: Claim, now: datetime) -> Claim:
        """Return the approved claim."""
        return evolve(claim, claim_status=ClaimStatus.APPROVE, approve_date=now)


@frozen(kw_only=True)
class ShipExchange(ClaimAction):
    """Register the re-shipment of an exchange (교환배송)."""

    kind: ClassVar[ActionKind] = ActionKind.SHIP_EXCHANGE
    operation: ClassVar[str] = "claims_ship_exchange"
    once: ClassVar[bool] = True

    shipment: Shipment

    def request(self) -> WriteModel:
        """Return the request that registers the re-shipment."""
        return ExchangeShipRequest(
            claim_bundle_no=self.claim_bundle_no,
            claim_type=ClaimType.EXCHANGE,
            ship_method=self.shipment.method,
            parcel_company_code=self.shipment.courier_code,
            invoice_no=self.shipment.invoice_no,
            schedule_ship_date=self.shipment.schedule_ship_date,
        )

    def changed(self, claim: Claim, now: datetime) -> Claim:  # noqa: ARG002
        """Return the claim with its replacement under way."""
        return _exchanged(claim, ExchangeShipStatus.DELIVERY, self.shipment.invoice_no)


@frozen(kw_only=True)
class CompleteExchange(ClaimAction):
    """Report that the replacement arrived (교환완료)."""

    kind: ClassVar[ActionKind] = ActionKind.COMPLETE_EXCHANGE
    operation: ClassVar[str] = "claims_complete_exchange"
    once: ClassVar[bool] = True

    def request(self) -> WriteModel:
        """Return the request that completes it."""
        return ExchangeCompleteRequest(claim_bundle_no=self.claim_bundle_no, claim_type=ClaimType.EXCHANGE)

    def changed(self, claim: Claim, now: datetime) -> Claim:  # noqa: ARG002
        """Return the completed claim."""
        invoice = claim.delivery.invoice_no if claim.delivery else None
        return _exchanged(claim, ExchangeShipStatus.COMPLETE, invoice)


def _with_pickup(claim: Claim, status: PickupStatus, invoice_no: str | None) -> Claim:
    return evolve(claim, pickup=evolve(claim.pickup or Pickup(), ship_status=status, invoice_no=invoice_no))


def _exchanged(claim: Claim, status: ExchangeShipStatus, invoice_no: str | None) -> Claim:
    delivery = evolve(claim.delivery or ExchangeDelivery(), ship_status=status, invoice_no=invoice_no)
    return evolve(claim, claim_status=ClaimStatus.APPROVE, delivery=delivery)


def _without(bundle: Bundle, taken: Mapping[int, int]) -> Bundle | None:
    products = [
        evolve(product, order_option=tuple(options))
        for product in bundle.order_product or ()
        if (options := list(_options_left(product, taken)))
    ]
    return evolve(bundle, order_product=tuple(products)) if products else None


def _options_left(product: OrderProduct, taken: Mapping[int, int]) -> Iterable[OrderOption]:
    for option in product.order_option or ():
        left = ordered_quantity(product, option) - taken.get(option.order_option_no, 0)
        if left > 0:
            yield evolve(option, option_qty=left)
