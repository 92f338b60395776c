"""Orders (주문): lists, confirm, ship, invoice change, direct completion, seller cancel."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Failed, Json, Refused, done
from wemakeprice_sdk.sandbox.moments import later, stamp, unstamp
from wemakeprice_sdk.sandbox.schema import load
from wemakeprice_sdk.sandbox.state import Bundle, OptionLine, Person, ProductLine, Shop

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call
    from wemakeprice_sdk.sandbox.settings import Settings

STATUS = {"NEW": "신규주문", "CONFIRM": "상품준비중", "DELIVERY": "배송중", "COMPLETE": "배송완료"}
METHOD = {"PARCEL": "택배배송", "DIRECT": "직접배송", "POST": "우편배송", "ETC": "기타배송"}
SHIP_TYPE = {"FREE": "무료", "FIXED": "유료", "COND": "조건부무료"}
INVOICE_LIMIT = 15
DIRECT_DAYS = 7
COMMISSION_PERCENT = 10
UNKNOWN_BUNDLE = "존재하지 않는 배송번호입니다."


def method_name(code: str | None, settings: Settings) -> str | None:
    """Return the display name of a shipping method, plain or prefixed as the settings say."""
    if code is None:
        return None
    prefix = "일반-" if settings.ship_method_display == "prefixed" and code != "ETC" else ""
    return prefix + METHOD[code]


def courier_name(code: str | None) -> str | None:
    """Return the name of a courier code."""
    return None if code is None else str(load()["couriers"][code])


def window(body: Json) -> tuple[str, str]:
    """Check a search window: in order, and strictly below 24 hours."""
    start, end = body["fromDate"], body["toDate"]
    if end < start:
        raise Failed(422, f"입력값이 올바르지 않습니다: toDate ({start} 이후여야 합니다)")
    if unstamp(end) - unstamp(start) >= timedelta(hours=24):
        raise Failed(422, "조회 기간은 24시간 미만이어야 합니다: toDate")
    return start, end


def bundles_answer(bundles: list[Bundle], settings: Settings) -> Json | None:
    """Wrap bundles in their container, in the form the settings give an empty one."""
    if bundles or settings.empty_container == "list":
        return {"bundle": [show_bundle(bundle, settings) for bundle in bundles]}
    if settings.empty_container == "null-list":
        return {"bundle": None}
    return {} if settings.empty_container == "missing-key" else None


def _blank(text: str | None, settings: Settings) -> str | None:
    """Return a text that does not apply as the settings say: empty, or null."""
    return "" if text is None and settings.blank_text == "empty" else text


def show_bundle(bundle: Bundle, settings: Settings) -> Json:
    """Write a bundle as the wire does."""
    return {
        "bundleNo": bundle.bundle_no,
        "purchaseNo": bundle.purchase_no,
        "orderDate": bundle.order_date,
        "payDate": bundle.pay_date,
        "originShipDate": bundle.deadline,
        "orderConfirmDate": bundle.confirm_date,
        "orderShippingDate": bundle.ship_date,
        "shipCompleteDate": bundle.complete_date or ("" if bundle.ship_date else None),
        "buyerName": bundle.buyer_name,
        "buyerPhone": bundle.buyer_phone,
        "shipPrice": bundle.ship_price,
        "prepayment": settings.prepaid_display if bundle.prepaid else "착불",
        "shipType": SHIP_TYPE[bundle.ship_type],
        "delivery": show_delivery(bundle, settings),
        "orderProduct": [show_product(product) for product in bundle.products],
    }


def show_delivery(bundle: Bundle, settings: Settings) -> Json:
    """Write the delivery of a bundle."""
    person = bundle.recipient
    return {
        "shipStatus": STATUS[bundle.status],
        "shipMethod": method_name(bundle.method, settings),
        "shipMethodMessage": _blank(bundle.method_message, settings),
        "scheduleShipDate": bundle.schedule,
        "parcelCompany": _blank(courier_name(bundle.courier), settings),
        "invoiceNo": _blank(bundle.invoice, settings),
        "name": person.name,
        "phone": person.phone,
        "customsPin": _blank(person.customs_pin, settings),
        "shipAddress": show_address(person),
    }


def show_address(person: Person) -> Json:
    """Write an address."""
    return {
        "zipcode": person.zipcode,
        "addrFixed": person.address,
        "addrDetail": person.detail,
        "message": person.message,
    }


def commission(price: int) -> int:
    """Return the commission on one piece, won."""
    return price * COMMISSION_PERCENT // 100


def show_product(product: ProductLine) -> Json:
    """Write a product line; discounts stand here once, not per option."""
    return {
        "orderNo": product.order_no,
        "productNo": product.product_no,
        "productName": product.name,
        "productOriginPrice": product.origin_price,
        "productPrice": product.price,
        "productCommissionPrice": commission(product.price),
        "productQty": product.quantity,
        "wmpChargeDiscountPrice": product.wmp_discount,
        "sellerChargeDiscountPrice": product.seller_discount,
        "cardChargeDiscountPrice": product.card_discount,
        "sellerProductCode": product.seller_code,
        "orderOption": [show_option(product, option) for option in product.options],
    }


def show_option(product: ProductLine, option: OptionLine) -> Json:
    """Write an option line."""
    price = product.price + option.add_price
    return {
        "orderOptionNo": option.order_option_no,
        "optionNo": option.option_no,
        "optionName": option.name,
        "optionQty": option.quantity,
        "sellerOptionCode": option.seller_code,
        "optionAddPrice": option.add_price,
        "optionSalePrice": price,
        "optionCommissionPrice": commission(price),
    }


def orders_list(call: Call) -> Json | None:
    """List bundles by state and date."""
    start, end = window(call.body)
    index = call.shop.paid if call.body["searchDateType"] == "NEW" else call.shop.confirmed
    found = [call.shop.bundles[number] for number in index.between(start, end)]
    wanted = call.body["type"]
    return bundles_answer([b for b in found if b.status == wanted and b.products], call.settings)


def orders_get(call: Call) -> Json | None:
    """Read one bundle; one that is in a return or exchange comes back empty."""
    number = call.body["bundleNo"]
    bundle = call.shop.bundles.get(number)
    shown = bundle is not None and bundle.products and not call.shop.open_claims(number, "RETURN", "EXCHANGE")
    return bundles_answer([bundle] if bundle and shown else [], call.settings)


def _bundle(call: Call) -> Bundle:
    bundle = call.shop.bundles.get(call.body["bundleNo"])
    if bundle is None or not bundle.products:
        raise Refused(UNKNOWN_BUNDLE)
    return bundle


def _refuse_open_cancel(call: Call, bundle: Bundle) -> None:
    if call.shop.open_claims(bundle.bundle_no, "CANCEL"):
        raise Refused("취소신청 중인 주문입니다. 클레임을 먼저 처리해 주세요.")


def refuse_long_invoice(invoice: str | None) -> None:
    """Refuse an invoice number that is too long, as a business refusal."""
    if invoice is not None and len(invoice) > INVOICE_LIMIT:
        raise Refused(f"송장번호는 {INVOICE_LIMIT}자리까지 입력 가능합니다.")


def orders_confirm(call: Call) -> Json:
    """Move a whole bundle from 신규주문 to 상품준비중."""
    bundle = _bundle(call)
    if bundle.status != "NEW":
        raise Refused("이미 주문확인된 주문입니다.")
    _refuse_open_cancel(call, bundle)
    bundle.status, bundle.confirm_date = "CONFIRM", call.now
    call.shop.note("bundle", bundle.bundle_no)
    call.applied(bundleNo=bundle.bundle_no)
    return done()


def send(bundle: Bundle, body: Json, now: str) -> None:
    """Put a bundle on its way with the method, courier and invoice of a request."""
    bundle.status, bundle.ship_date = "DELIVERY", now
    bundle.confirm_date = bundle.confirm_date or now
    bundle.method = body["shipMethod"]
    bundle.courier = body.get("parcelCompanyCode")
    bundle.invoice = body.get("invoiceNo")
    bundle.schedule = body.get("scheduleShipDate")
    bundle.method_message = body.get("shipMethodMessage")


def orders_ship(call: Call) -> Json:
    """Ship a whole confirmed bundle."""
    bundle = _bundle(call)
    if bundle.status in ("DELIVERY", "COMPLETE"):
        raise Refused("이미 발송된 상품입니다")
    _refuse_open_cancel(call, bundle)
    if bundle.status == "NEW":
        raise Refused("주문확인건만 발송처리 가능합니다")
    refuse_long_invoice(call.body.get("invoiceNo"))
    send(bundle, call.body, call.now)
    call.shop.note("bundle", bundle.bundle_no)
    call.applied(bundleNo=bundle.bundle_no)
    return done()


def orders_change_invoice(call: Call) -> Json:
    """Change courier and invoice of a parcel bundle that is on its way."""
    bundle = _bundle(call)
    if bundle.status != "DELIVERY" or bundle.method != "PARCEL":
        raise Refused("택배배송 건은 배송중 상태에서만 수정 가능합니다.")
    refuse_long_invoice(call.body["invoiceNo"])
    bundle.courier, bundle.invoice = call.body["parcelCompanyCode"], call.body["invoiceNo"]
    call.shop.note("bundle", bundle.bundle_no)
    call.applied(bundleNo=bundle.bundle_no)
    return done()


def orders_complete_direct(call: Call) -> Json:
    """Complete a direct delivery."""
    bundle = _bundle(call)
    if bundle.method != "DIRECT" or bundle.status in ("NEW", "CONFIRM"):
        raise Refused("직접배송 건만 배송완료 처리 가능합니다.")
    if bundle.status == "COMPLETE":
        raise Refused("이미 배송완료된 주문입니다.")
    complete(call.shop, bundle, call.now)
    call.applied(bundleNo=bundle.bundle_no)
    return done()


def complete(shop: Shop, bundle: Bundle, at: str) -> None:
    """Set a bundle to 배송완료."""
    bundle.status, bundle.complete_date = "COMPLETE", at
    shop.note("bundle", bundle.bundle_no)


def orders_cancel_option(call: Call) -> Json:
    """Take one whole option line out before shipping, and book it as an approved cancel of the seller."""
    from wemakeprice_sdk.sandbox import claims

    number = call.body["orderOptionNo"]
    owner = call.shop.line_owner.get(number)
    if owner is None:
        raise Refused("존재하지 않는 옵션주문번호입니다.")
    bundle = call.shop.bundles[owner]
    found = bundle.line(number)
    if found is None:
        raise Refused("이미 취소된 주문입니다.")
    if bundle.status not in ("NEW", "CONFIRM"):
        raise Refused("발송 전 주문만 취소 가능합니다.")
    claim = claims.book_seller_cancel(call, bundle, number, found[1].quantity)
    claims.drop_line(call.shop, bundle.bundle_no, number, call.now)
    bundle.remove(number, found[1].quantity)
    call.shop.note("bundle", bundle.bundle_no)
    call.applied(orderOptionNo=number, bundleNo=bundle.bundle_no, claimBundleNo=claim.claim_no)
    return done()


def arrive(shop: Shop, now: datetime, transit_days: int) -> Iterator[tuple[str, int, str]]:
    """Complete what is due: direct deliveries after 7 days, everything else after `transit_days`."""
    for heap, days, operation in (
        (shop.transit, transit_days, "auto_deliver"),
        (shop.direct, DIRECT_DAYS, "auto_complete_direct"),
    ):
        limit = stamp(now - timedelta(days=days))
        while heap and heap[0][0] <= limit:
            shipped, number = heapq.heappop(heap)
            bundle = shop.bundles[number]
            if (
                bundle.status == "DELIVERY"
                and bundle.ship_date == shipped
                and ((bundle.method == "DIRECT") == (heap is shop.direct))
            ):
                at = later(shipped, timedelta(days=days))
                complete(shop, bundle, at)
                yield operation, number, at


ROUTES = {
    "orders_list": orders_list,
    "orders_get": orders_get,
    "orders_confirm": orders_confirm,
    "orders_ship": orders_ship,
    "orders_change_invoice": orders_change_invoice,
    "orders_complete_direct": orders_complete_direct,
    "orders_cancel_option": orders_cancel_option,
}
