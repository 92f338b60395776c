"""Proofs of order writes from the order detail (orders_get).

An empty detail is never verification of failure: a bundle in a return or exchange comes back empty (O7).
"""

from __future__ import annotations

from datetime import date

from wemakeprice_sdk.models import (
    Bundle,
    BundleNoRequest,
    ChangeInvoiceRequest,
    ClaimRejectRequest,
    Delivery,
    ExchangeDelivery,
    ExchangeShipRequest,
    OptionCancelRequest,
    Pickup,
    PickupRequest,
    ShipMethod,
    ShipRequest,
    ShipStatus,
    couriers,
    same_invoice,
)
from wemakeprice_sdk.wire.verdicts import (
    Known,
    Verification,
    VerificationData,
    applied,
    conflict,
    not_applied,
    undecided,
)

_EMPTY = undecided(
    "the bundle is not shown; it may be in a return or exchange",
    "배송번호가 조회되지 않습니다(반품·교환 진행 중일 수 있음). 파트너센터에서 주문을 확인해 주세요",
)
_STATE = undecided(
    "the state of the bundle is not known",
    "배송상태를 알 수 없습니다. 파트너센터에서 배송상태를 확인해 주세요",
)
_UNREADABLE = undecided(
    "a value that would decide it cannot be read",
    "판단에 필요한 값을 읽을 수 없습니다. 파트너센터에서 결과를 확인해 주세요",
)
_SENT = (ShipStatus.DELIVERY, ShipStatus.COMPLETE)


def the_bundle(read_back: VerificationData, bundle_no: int | None) -> Bundle | None:
    """Return the bundle of that number, None when it was not shown."""
    return next((row for row in read_back.bundles or () if row.bundle_no == bundle_no), None)


def _status(bundle: Bundle) -> ShipStatus | None:
    status = bundle.delivery.ship_status if bundle.delivery else None
    return status if status is not None and status.is_known else None


def verify_confirm(sent: BundleNoRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify orders_confirm: 상품준비중 or later, or a confirm date."""
    bundle = the_bundle(read_back, sent.bundle_no)
    if bundle is None:
        return _EMPTY
    status = _status(bundle)
    if bundle.order_confirm_date is not None or status in (ShipStatus.CONFIRM, *_SENT):
        return applied("the bundle is confirmed", "발주확인된 상태입니다")
    if bundle.is_unreadable("order_confirm_date"):
        return _UNREADABLE
    if status == ShipStatus.NEW:
        return not_applied("the bundle is still new", "아직 신규주문 상태입니다")
    return _STATE


def verify_ship(sent: ShipRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify orders_ship: 배송중 or 배송완료 with our courier and invoice; another one is a conflict."""
    bundle = the_bundle(read_back, sent.bundle_no)
    return _EMPTY if bundle is None else verify_shipped(sent, bundle)


def verify_shipped(sent: ShipRequest | ClaimRejectRequest, bundle: Bundle) -> Verification:
    """Verify that a bundle went out as sent."""
    status = _status(bundle)
    if status in (ShipStatus.NEW, ShipStatus.CONFIRM):
        return not_applied("the bundle is not shipped", "아직 발송되지 않았습니다")
    if status not in _SENT or bundle.delivery is None:
        return _STATE
    return _as_verification(same_dispatch(sent, bundle.delivery))


def _as_verification(same: bool | None) -> Verification:
    if same is None:
        return undecided(
            "what is stored cannot be compared with what was sent",
            "저장된 배송정보를 비교할 수 없습니다. 파트너센터에서 배송정보를 확인해 주세요",
        )
    if same:
        return applied("it went out as sent", "보낸 내용대로 처리되어 있습니다")
    return conflict(
        "it went out in another way than sent",
        "다른 택배사·송장 또는 방법으로 처리되어 있습니다. 파트너센터에서 송장을 확인해 주세요",
    )


def same_dispatch(
    sent: ShipRequest | ClaimRejectRequest | PickupRequest | ExchangeShipRequest,
    leg: Delivery | Pickup | ExchangeDelivery,
) -> bool | None:
    """Compare method, courier, invoice, date and message with a stored leg; None when it cannot be told."""
    if (
        leg.ship_method is not None
        and leg.ship_method.code is not None
        and leg.ship_method != sent.ship_method
    ):
        return False
    if sent.ship_method == ShipMethod.PARCEL:
        return same_courier_and_invoice(sent.parcel_company_code, sent.invoice_no, leg)
    if sent.ship_method == ShipMethod.POST:
        return _same_post(sent.invoice_no, leg)
    if leg.ship_method is None or leg.ship_method.code is None:
        return None
    message = getattr(sent, "ship_method_message", None)
    if message is not None:
        return _same_text(message, getattr(leg, "ship_method_message", None))
    return _same_day(sent.schedule_ship_date, leg.schedule_ship_date)


def _same_post(invoice: str | None, leg: Delivery | Pickup | ExchangeDelivery) -> bool | None:
    if leg.ship_method is None or leg.ship_method.code is None:
        return None
    if invoice is None:
        return True
    return None if not leg.invoice_no else same_invoice(invoice, leg.invoice_no)


def _same_text(sent: str, stored: str | None) -> bool | None:
    if not stored or "*" in stored:
        return None
    return "".join(sent.split()) == "".join(stored.split())


def _same_day(sent: date | None, stored: date | None) -> bool | None:
    return None if sent is None or stored is None else sent == stored


def same_courier_and_invoice(
    code: str | None, invoice: str | None, leg: Delivery | Pickup | ExchangeDelivery
) -> bool | None:
    """Compare a courier code and an invoice with a stored leg; None when it cannot be told.

    Another invoice decides alone. An equal invoice under a courier name that is in no table does not.
    """
    if not leg.invoice_no or invoice is None or "*" in leg.invoice_no:
        return None
    if not same_invoice(invoice, leg.invoice_no):
        return False
    stored, ours = couriers.lookup(leg.parcel_company), couriers.lookup(code)
    return None if stored is None or ours is None else stored == ours


def verify_invoice(sent: ChangeInvoiceRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify orders_change_invoice: courier and invoice equal the sent ones."""
    bundle = the_bundle(read_back, sent.bundle_no)
    if bundle is None:
        return _EMPTY
    if bundle.delivery is None:
        return _STATE
    same = same_courier_and_invoice(sent.parcel_company_code, sent.invoice_no, bundle.delivery)
    if same is False:
        return not_applied("another courier or invoice is stored", "다른 택배사·송장이 저장되어 있습니다")
    return _as_verification(same)


def verify_complete(sent: BundleNoRequest, read_back: VerificationData, _: Known) -> Verification:
    """Verify orders_complete_direct: a completion date, or 배송완료."""
    bundle = the_bundle(read_back, sent.bundle_no)
    if bundle is None:
        return _EMPTY
    status = _status(bundle)
    if bundle.ship_complete_date is not None or status == ShipStatus.COMPLETE:
        return applied("the delivery is completed", "배송완료된 상태입니다")
    if bundle.is_unreadable("ship_complete_date"):
        return _UNREADABLE
    if status is not None:
        return not_applied("the delivery is not completed", "아직 배송완료되지 않았습니다")
    return _STATE


def verify_cancel(sent: OptionCancelRequest, read_back: VerificationData, known: Known) -> Verification:
    """Verify orders_cancel_option: the option line is gone, or the bundle is empty.

    Only a line that was known to be in the bundle can be gone from it.
    """
    if read_back.bundles is None or known.bundle_no is None:
        return undecided(
            "the bundle of the option line is not known",
            "옵션주문의 배송번호를 알 수 없습니다. 파트너센터에서 주문을 확인해 주세요",
        )
    if known.option_nos_before is not None and sent.order_option_no not in known.option_nos_before:
        return undecided(
            "the option line was not in this bundle before",
            "해당 배송번호에 없던 옵션주문번호입니다. 옵션주문번호를 확인해 주세요",
        )
    bundle = the_bundle(read_back, known.bundle_no)
    lines = [] if bundle is None else [option for row in bundle.order_product for option in row.order_option]
    if any(line.order_option_no == sent.order_option_no for line in lines):
        return not_applied("the option line is still there", "옵션주문이 아직 남아 있습니다")
    if bundle is None and read_back.may_hide("bundle_no", known.bundle_no):
        return _UNREADABLE
    if known.option_nos_before is None or (bundle is None and read_back.bundles):
        return undecided(
            "the option line is not shown, but it is not known to have been in this bundle",
            "옵션주문이 조회되지 않으나, 이 배송번호에 있던 것인지 알 수 없습니다. "
            "파트너센터에서 주문을 확인해 주세요",
        )
    return applied("the option line is gone", "옵션주문이 취소되어 없습니다")
