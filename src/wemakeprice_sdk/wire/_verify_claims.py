"""Proofs of claim writes from the claim detail (claims_get) or the claim list.

A claim that is not shown proves nothing: withdrawn cancels are never shown (C4).
"""

from __future__ import annotations

from wemakeprice_sdk.models import (
    Claim,
    ClaimApproveRequest,
    ClaimHoldRequest,
    ClaimRejectRequest,
    ClaimStatus,
    ExchangeCompleteRequest,
    ExchangeShipRequest,
    PickupCompleteRequest,
    PickupRequest,
    PickupStatus,
    ShipMethod,
    same_invoice,
)
from wemakeprice_sdk.wire._verify_orders import same_dispatch, the_bundle, verify_shipped
from wemakeprice_sdk.wire.verdicts import (
    Known,
    Verdict,
    Verification,
    VerificationData,
    applied,
    conflict,
    half_done,
    not_applied,
    undecided,
)

_MISSING = undecided(
    "the claim is not shown; a withdrawn cancel never is",
    "클레임이 조회되지 않습니다(철회된 취소일 수 있음). 파트너센터에서 클레임을 확인해 주세요",
)
_STATE = undecided(
    "the state of the claim is not known",
    "클레임 상태를 알 수 없습니다. 파트너센터에서 클레임을 확인해 주세요",
)
_OPEN = tuple(status for status in ClaimStatus if status.is_open)
# Nobody knows whether a pickup in these states was asked for by us.
_UNCLEAR_PICKUPS = (PickupStatus.PICKUP_AUTO_WAIT, PickupStatus.PICKUP_BOOKED)


def the_claim(read_back: VerificationData, claim_bundle_no: int) -> Claim | None:
    """Return the claim of that number, None when it was not shown."""
    return next((row for row in read_back.claims or () if row.claim_bundle_no == claim_bundle_no), None)


def _status(claim: Claim) -> ClaimStatus | None:
    status = claim.claim_status
    return status if status is not None and status.is_known else None


def _elsewhere(claim: Claim) -> Verification:
    status = _status(claim)
    if status is None:
        return _STATE
    return conflict(
        f"the claim is {status}",
        f"클레임이 다른 상태입니다({status.korean}). 파트너센터에서 클레임을 확인해 주세요",
    )


def _wanted(claim: Claim | None, wanted: ClaimStatus) -> Verification:
    if claim is None:
        return _MISSING
    status = _status(claim)
    if status == wanted:
        return applied(f"the claim is {wanted}", f"클레임이 {wanted.korean} 상태입니다")
    if status in _OPEN:
        return not_applied("the claim is still open", "클레임이 아직 처리되지 않았습니다")
    return _elsewhere(claim)


def verify_approve(sent: ClaimApproveRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify claims_approve: the state reads as APPROVE."""
    return _wanted(the_claim(read_back, sent.claim_bundle_no), ClaimStatus.APPROVE)


def verify_hold(sent: ClaimHoldRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify claims_hold: the state reads as PENDING."""
    return _wanted(the_claim(read_back, sent.claim_bundle_no), ClaimStatus.PENDING)


def verify_reject(sent: ClaimRejectRequest, read_back: VerificationData, known: Known) -> Verification:
    """Verify claims_reject: the state reads as REJECT and the bundle went out with the sent invoice.

    A rejected claim whose bundle did not go out like that is half done.
    """
    claim = the_claim(read_back, sent.claim_bundle_no)
    verification = _wanted(claim, ClaimStatus.REJECT)
    if claim is None or verification.verdict is not Verdict.APPLIED:
        return verification
    bundle = the_bundle(read_back, claim.bundle_no or known.bundle_no)
    if bundle is None:
        return undecided(
            "the claim is rejected, but its bundle is not shown",
            "클레임은 거절되었으나 배송정보가 조회되지 않습니다. 파트너센터에서 송장을 확인해 주세요",
        )
    shipped = verify_shipped(sent, bundle)
    if shipped.verdict in (Verdict.NOT_APPLIED, Verdict.CONFLICT):
        return half_done(
            f"the claim is rejected, but {shipped.reason}", f"클레임은 거절되었으나, {shipped.reason_ko}"
        )
    return shipped


def verify_pickup(sent: PickupRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify claims_register_pickup: no longer 수거요청대기, and the sent invoice is stored."""
    claim = the_claim(read_back, sent.claim_bundle_no)
    if claim is None:
        return _MISSING
    if _status(claim) == ClaimStatus.WITHDRAW:
        return _elsewhere(claim)
    pickup = claim.pickup
    status = pickup.ship_status if pickup else None
    if pickup is None or status is None or not status.is_known or status in _UNCLEAR_PICKUPS:
        return undecided(
            "the state of the pickup is not known",
            "수거상태를 알 수 없습니다. 파트너센터에서 수거상태를 확인해 주세요",
        )
    if status == PickupStatus.PICKUP_WAIT:
        return not_applied("the pickup still waits to be requested", "아직 수거요청대기 상태입니다")
    same = same_dispatch(sent, pickup)
    if same and sent.ship_method != ShipMethod.PARCEL and sent.invoice_no is not None:
        same = pickup.invoice_no == sent.invoice_no or same_invoice(pickup.invoice_no, sent.invoice_no)
        same = None if pickup.is_unreadable("invoice_no") else same
    if same is None:
        return undecided(
            "the stored pickup cannot be compared",
            "저장된 수거정보를 비교할 수 없습니다. 파트너센터에서 수거정보를 확인해 주세요",
        )
    if same:
        return applied("the pickup is registered as sent", "보낸 내용대로 수거요청이 등록되어 있습니다")
    return conflict(
        "another pickup is registered",
        "다른 내용으로 수거요청이 등록되어 있습니다. 파트너센터에서 수거정보를 확인해 주세요",
    )


def verify_pickup_complete(
    sent: PickupCompleteRequest, read_back: VerificationData, _: Known
) -> Verification:
    """Verify claims_complete_pickup: the pickup is 수거완료."""
    claim = the_claim(read_back, sent.claim_bundle_no)
    if claim is None:
        return _MISSING
    status = claim.pickup.ship_status if claim.pickup else None
    if status == PickupStatus.PICKUP_DONE:
        return applied("the goods are back", "수거완료된 상태입니다")
    if _status(claim) not in _OPEN:
        return _elsewhere(claim)
    if status is not None and status.is_known:
        return not_applied("the pickup is not complete", "아직 수거완료되지 않았습니다")
    return undecided(
        "the state of the pickup is not known",
        "수거상태를 알 수 없습니다. 파트너센터에서 수거상태를 확인해 주세요",
    )


def verify_exchange_ship(sent: ExchangeShipRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify claims_ship_exchange: the re-shipment has left (상품출고, 배송중, …) with the sent invoice."""
    claim = the_claim(read_back, sent.claim_bundle_no)
    if claim is None:
        return _MISSING
    leg = claim.delivery
    status = leg.ship_status if leg else None
    if leg is not None and status is not None and status.is_sent:
        same = same_dispatch(sent, leg)
        if same is None:
            return undecided(
                "the stored re-shipment cannot be compared",
                "저장된 교환배송을 비교할 수 없습니다. 파트너센터에서 교환배송을 확인해 주세요",
            )
        if same:
            return applied("the replacement went out as sent", "보낸 내용대로 교환배송이 등록되어 있습니다")
        return conflict(
            "another re-shipment is registered",
            "다른 내용으로 교환배송이 등록되어 있습니다. 파트너센터에서 교환배송을 확인해 주세요",
        )
    if status is not None and not status.is_known:
        return undecided(
            "the state of the re-shipment is not known",
            "교환배송 상태를 알 수 없습니다. 파트너센터에서 교환배송을 확인해 주세요",
        )
    if _status(claim) in _OPEN:
        return not_applied("no re-shipment is registered", "교환배송이 등록되지 않았습니다")
    return _elsewhere(claim)


def verify_exchange_complete(
    sent: ExchangeCompleteRequest, read_back: VerificationData, _: Known
) -> Verification:
    """Verify claims_complete_exchange: the state text is 교환완료, which reads as APPROVE like 교환승인."""
    claim = the_claim(read_back, sent.claim_bundle_no)
    if claim is None:
        return _MISSING
    status = _status(claim)
    if status == ClaimStatus.APPROVE:
        text = "".join((claim.wire_text("claim_status") or "").split())
        if text.endswith("완료"):
            return applied("the exchange is completed", "교환완료된 상태입니다")
        if text.endswith("승인"):
            return not_applied("the exchange is not completed", "아직 교환완료되지 않았습니다")
        return _STATE
    if status in _OPEN:
        return not_applied("the replacement is not even registered", "교환배송이 등록되지 않았습니다")
    return _elsewhere(claim)
