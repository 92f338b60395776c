"""What goes out for a `Shipment` (송장 등록): each call's request, and what is wrong with it."""

from __future__ import annotations

from wemakeprice_sdk.models import WriteModel
from wemakeprice_sdk.models.claims import ClaimRejectRequest, ExchangeShipRequest, PickupRequest
from wemakeprice_sdk.models.codes import ClaimType
from wemakeprice_sdk.models.orders import ShipRequest
from wemakeprice_sdk.policy.actions import Reason, RegisterPickup, RejectCancel, ShipExchange, Shipment


def ship_request(bundle_no: int, shipment: Shipment) -> ShipRequest:
    """Return the request of a ship call (발송처리)."""
    return ShipRequest(
        bundle_no=bundle_no,
        ship_method=shipment.method,
        parcel_company_code=shipment.courier_code,
        invoice_no=shipment.invoice_no,
        schedule_ship_date=shipment.schedule_ship_date,
        ship_method_message=shipment.message,
    )


def reject_request(action: RejectCancel) -> ClaimRejectRequest:
    """Return the request that refuses a cancel and ships its bundle (취소 거절)."""
    parcel = action.shipment
    return ClaimRejectRequest(
        claim_bundle_no=action.claim_bundle_no,
        claim_type=ClaimType.CANCEL,
        reject_reason_code=action.reason_code,
        reject_reason_detail=action.reason_detail,
        ship_method=parcel.method,
        parcel_company_code=parcel.courier_code,
        invoice_no=parcel.invoice_no,
        schedule_ship_date=parcel.schedule_ship_date,
        ship_method_message=parcel.message,
    )


def pickup_request(action: RegisterPickup) -> PickupRequest:
    """Return the request that registers a pickup (수거요청)."""
    parcel = action.shipment
    return PickupRequest(
        claim_bundle_no=action.claim_bundle_no,
        claim_type=action.claim_type,
        ship_method=parcel.method,
        parcel_company_code=parcel.courier_code,
        invoice_no=parcel.invoice_no,
        schedule_ship_date=parcel.schedule_ship_date,
    )


def exchange_request(action: ShipExchange) -> ExchangeShipRequest:
    """Return the request that registers the re-shipment of an exchange (교환배송 등록)."""
    parcel = action.shipment
    return ExchangeShipRequest(
        claim_bundle_no=action.claim_bundle_no,
        claim_type=ClaimType.EXCHANGE,
        ship_method=parcel.method,
        parcel_company_code=parcel.courier_code,
        invoice_no=parcel.invoice_no,
        schedule_ship_date=parcel.schedule_ship_date,
    )


def shipment_fault(request: WriteModel) -> Reason | None:
    """Return why a request cannot be sent, naming every broken rule; None when it can."""
    violations = request.violations()
    if not violations:
        return None
    return Reason(
        "shipment-invalid",
        "6.4",
        "; ".join(violation.message for violation in violations),
        "; ".join(violation.message_ko for violation in violations),
    )
