"""Claims (클레임): cancels, returns and exchanges, their lists and every claim write."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING

from wemakeprice_sdk.clock import BusinessCalendar, add_business_days
from wemakeprice_sdk.sandbox import orders
from wemakeprice_sdk.sandbox.answers import Json, Refused, done
from wemakeprice_sdk.sandbox.moments import stamp, unstamp
from wemakeprice_sdk.sandbox.state import Bundle, Claim, Leg, Person, ProductLine, Shop

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call
    from wemakeprice_sdk.sandbox.settings import Settings

KIND = {"CANCEL": "취소", "RETURN": "반품", "EXCHANGE": "교환"}
STATE = {"REQUEST": "신청", "PENDING": "보류", "APPROVE": "승인", "REJECT": "거절", "WITHDRAW": "철회"}
WHO = {"BUYER": "구매자책임", "SELLER": "판매자책임", "WMP": "위메프책임"}
REJECT_REASONS = {"CJD3": "이미출고"}
HOLD_REASONS = {"RPD5": "반품임시보류"}
SOLD_OUT = "재고없음/발송불가"
AUTO_APPROVAL_DAYS = 2

WAITING, REQUESTED, PICKED_UP = "수거요청대기", "요청완료", "수거완료"
READY, MOVING, DELIVERED = "상품준비중", "배송중", "배송완료"

WITHDRAWN = "철회된 클레임입니다."
UNKNOWN_CLAIM = "존재하지 않는 클레임번호입니다."
REQUEST_OR_PENDING = "클레임 신청/보류 단계만 가능합니다."


def show_claim(claim: Claim, settings: Settings) -> Json:
    """Write a claim as the wire does."""
    return {
        "claimBundleNo": claim.claim_no,
        "claimType": KIND[claim.kind],
        "claimStatus": KIND[claim.kind] + ("완료" if claim.finished else STATE[claim.status]),
        "purchaseNo": claim.purchase_no,
        "bundleNo": claim.bundle_no,
        "requestDate": claim.request_date,
        "approveDate": claim.approve_date,
        "pendingDate": claim.pending_date,
        "rejectDate": claim.reject_date,
        "claimReason": claim.reason,
        "claimReasonDetail": claim.reason_detail,
        "pendingReason": claim.pending_reason,
        "pendingReasonDetail": claim.pending_detail,
        "rejectReason": claim.reject_reason,
        "rejectReasonDetail": claim.reject_detail,
        "claimWhoReason": WHO[claim.who],
        "claimFee": claim.fee,
        "claimShipFeeEnclose": "박스동봉" if claim.enclosed else None,
        "pickup": show_leg(claim.pickup, claim.person, settings),
        "delivery": show_leg(claim.delivery, claim.person, settings),
        "orderProduct": [show_product(claim, product) for product in claim.products],
    }


def show_leg(leg: Leg | None, person: Person, settings: Settings) -> Json | None:
    """Write a pickup or a re-shipment."""
    if leg is None:
        return None
    return {
        "shipStatus": leg.status,
        "shipMethod": orders.method_name(leg.method, settings),
        "scheduleShipDate": leg.schedule,
        "parcelCompany": orders.courier_name(leg.courier),
        "invoiceNo": leg.invoice,
        "name": person.name,
        "phone": person.phone,
        "shipAddress": orders.show_address(person),
    }


def show_product(claim: Claim, product: ProductLine) -> Json:
    """Write a claimed product; `productQty` is the ordered quantity, `optionQty` the claimed one."""
    return {
        "orderNo": product.order_no,
        "productNo": product.product_no,
        "productName": product.name,
        "productPrice": product.price,
        "productQty": claim.product_quantities.get(str(product.order_no), product.quantity),
        "sellerProductCode": product.seller_code,
        "orderOption": [
            {
                "orderOptionNo": option.order_option_no,
                "optionNo": option.option_no,
                "optionName": option.name,
                "optionQty": option.quantity,
                "sellerOptionCode": option.seller_code,
            }
            for option in product.options
        ],
    }


def claims_list(call: Call) -> Json:
    """List claims of one kind and state by date; withdrawn cancels are never shown."""
    start, end = orders.window(call.body)
    kind, status = call.body["claimType"], call.body["claimStatus"]
    index = call.shop.claim_dates[call.body.get("searchDateType", "REQUEST")]
    found = [call.shop.claims[number] for number in index.between(start, end)]
    shown = [c for c in found if c.kind == kind and c.status == status and is_visible(c)]
    return {"claim": [show_claim(claim, call.settings) for claim in shown]}


def is_visible(claim: Claim) -> bool:
    """Return whether the seller ever sees the claim."""
    return not (claim.kind == "CANCEL" and claim.status == "WITHDRAW")


def claims_get(call: Call) -> Json:
    """Read one claim; an unknown claim or a withdrawn cancel comes back empty."""
    claim = call.shop.claims.get(call.body["claimBundleNo"])
    shown = [claim] if claim is not None and is_visible(claim) else []
    return {"claim": [show_claim(item, call.settings) for item in shown]}


def _claim(call: Call) -> Claim:
    claim = call.shop.claims.get(call.body["claimBundleNo"])
    if claim is None or claim.kind != call.body["claimType"]:
        raise Refused(UNKNOWN_CLAIM)
    if claim.status == "WITHDRAW":
        raise Refused(WITHDRAWN)
    return claim


def _changed(call: Call, claim: Claim) -> Json:
    call.shop.note("claim", claim.claim_no)
    call.applied(claimBundleNo=claim.claim_no, bundleNo=claim.bundle_no)
    return done()


def claims_approve(call: Call) -> Json:
    """Approve a cancel, or a return whose goods are back."""
    claim = _claim(call)
    if claim.status == "APPROVE":
        raise Refused("이미 승인된 클레임입니다.")
    if claim.status == "REJECT":
        raise Refused("이미 거절된 클레임입니다.")
    if claim.kind == "RETURN" and not _is_back(claim):
        raise Refused("수거완료 후 승인 가능합니다.")
    approve(call.shop, claim, call.now)
    return _changed(call, claim)


def approve(shop: Shop, claim: Claim, at: str) -> None:
    """Set a claim to APPROVE; the lines of a cancel leave their bundle."""
    claim.status, claim.approve_date = "APPROVE", at
    if claim.kind == "CANCEL":
        bundle = shop.bundles[claim.bundle_no]
        for product in claim.products:
            for option in product.options:
                bundle.remove(option.order_option_no, option.quantity)
        shop.note("bundle", bundle.bundle_no)
    shop.note("claim", claim.claim_no)


def approve_overdue(shop: Shop, now: datetime, calendar: BusinessCalendar) -> Iterator[tuple[int, str]]:
    """Approve the cancels that two business days have passed over."""
    while shop.cancels:
        requested, number = shop.cancels[0]
        claim = shop.claims[number]
        if claim.status == "REQUEST":
            due = add_business_days(unstamp(requested), AUTO_APPROVAL_DAYS, calendar)
            if due > now:
                return
            approve(shop, claim, stamp(due))
            yield number, stamp(due)
        heapq.heappop(shop.cancels)


def claims_reject(call: Call) -> Json:
    """Reject a cancel; that ships the whole bundle with the given courier and invoice."""
    claim = _claim(call)
    if claim.status == "APPROVE":
        raise Refused("이미 승인된 클레임입니다.")
    if claim.status == "REJECT":
        raise Refused("이미 거절된 클레임입니다.")
    code = call.body["rejectReasonCode"]
    claim.status, claim.reject_date = "REJECT", call.now
    claim.reject_reason = REJECT_REASONS.get(code, code)
    claim.reject_detail = call.body["rejectReasonDetail"]
    bundle = call.shop.bundles[claim.bundle_no]
    if bundle.status in ("NEW", "CONFIRM"):
        orders.send(bundle, call.body, call.now)
        call.shop.note("bundle", bundle.bundle_no)
    return _changed(call, claim)


def claims_hold(call: Call) -> Json:
    """Put a return whose goods are back on hold."""
    claim = _claim(call)
    if claim.status == "PENDING":
        raise Refused("이미 보류된 클레임입니다.")
    if claim.status != "REQUEST" or not _is_back(claim):
        raise Refused("수거완료 상태에서만 보류 가능합니다.")
    code = call.body["pendingReasonCode"]
    claim.status, claim.pending_date = "PENDING", call.now
    claim.pending_reason = HOLD_REASONS.get(code, code)
    claim.pending_detail = call.body["pendingReasonDetail"]
    return _changed(call, claim)


def _is_back(claim: Claim) -> bool:
    return claim.pickup is not None and claim.pickup.status == PICKED_UP


def claims_register_pickup(call: Call) -> Json:
    """Register the pickup of a return or exchange."""
    claim = _claim(call)
    if claim.status != "REQUEST":
        raise Refused("클레임 신청단계만 가능합니다.")
    if claim.pickup is None or claim.pickup.status != WAITING:
        raise Refused("수거요청대기 상태에서만 가능합니다.")
    invoice, outbound = call.body.get("invoiceNo"), call.shop.bundles[claim.bundle_no].invoice
    if call.body["shipMethod"] == "PARCEL" and invoice == outbound:
        raise Refused("수거 송장이 원송장 정보와 동일합니다. 송장번호 확인해주시기 바랍니다.")
    claim.pickup = _leg(call.body, REQUESTED)
    return _changed(call, claim)


def _leg(body: Json, status: str) -> Leg:
    return Leg(
        status,
        body["shipMethod"],
        body.get("scheduleShipDate"),
        body.get("parcelCompanyCode"),
        body.get("invoiceNo"),
    )


def claims_complete_pickup(call: Call) -> Json:
    """Take note that all goods are back."""
    claim = _claim(call)
    if claim.status not in ("REQUEST", "PENDING"):
        raise Refused(REQUEST_OR_PENDING)
    if _is_back(claim):
        raise Refused("수거완료된 클레임입니다.")
    if claim.pickup is None:
        claim.pickup = Leg(WAITING)
    claim.pickup.status = PICKED_UP
    return _changed(call, claim)


def claims_ship_exchange(call: Call) -> Json:
    """Send the replacement of an exchange whose goods are back."""
    claim = _claim(call)
    if claim.status not in ("REQUEST", "PENDING"):
        raise Refused(REQUEST_OR_PENDING)
    if not _is_back(claim):
        raise Refused("수거완료 후 교환배송 등록 가능합니다.")
    claim.delivery = _leg(call.body, MOVING)
    approve(call.shop, claim, call.now)
    return _changed(call, claim)


def claims_complete_exchange(call: Call) -> Json:
    """End an exchange whose replacement was sent."""
    claim = _claim(call)
    if claim.finished:
        raise Refused("이미 완료된 클레임입니다.")
    if claim.delivery is None or claim.delivery.status != MOVING:
        raise Refused("교환배송 등록 후 완료 가능합니다.")
    claim.finished, claim.delivery.status = True, DELIVERED
    return _changed(call, claim)


def claimed_lines(bundle: Bundle, quantities: dict[int, int]) -> list[ProductLine]:
    """Copy the lines of a bundle that a claim takes, with the claimed quantities."""
    taken: list[ProductLine] = []
    for product in bundle.products:
        options = []
        for option in product.options:
            if option.order_option_no in quantities:
                options.append(copy(option))
                options[-1].quantity = quantities[option.order_option_no]
        if options:
            taken.append(copy(product))
            taken[-1].options = options
    return taken


def open_claim(call: Call, bundle: Bundle, kind: str, quantities: dict[int, int], at: str) -> Claim:
    """Make a claim in REQUEST on some lines of a bundle; the caller fills in the rest and enters it."""
    products = claimed_lines(bundle, quantities)
    ordered = {p.order_no: p.quantity for p in bundle.products}
    return Claim(
        claim_no=call.number("claim"),
        kind=kind,
        bundle_no=bundle.bundle_no,
        purchase_no=bundle.purchase_no,
        request_date=at,
        reason="단순변심",
        who="BUYER",
        person=bundle.recipient,
        products=products,
        product_quantities={str(p.order_no): ordered[p.order_no] for p in products},
    )


def book_seller_cancel(call: Call, bundle: Bundle, order_option_no: int, quantity: int) -> Claim:
    """Book what `orders_cancel_option` did as an approved cancel with the seller at fault."""
    claim = open_claim(call, bundle, "CANCEL", {order_option_no: quantity}, call.now)
    claim.reason, claim.who = "품절", "SELLER"
    claim.status, claim.approve_date = "APPROVE", call.now
    call.shop.put("claim", claim.claim_no, claim)
    return claim


def drop_line(shop: Shop, bundle_no: int, order_option_no: int, now: str) -> None:
    """Take a line the seller cancelled out of the buyer's open cancels; one left without lines is void."""
    for claim in shop.open_claims(bundle_no, "CANCEL"):
        for product in list(claim.products):
            product.options = [o for o in product.options if o.order_option_no != order_option_no]
        left = [product for product in claim.products if product.options]
        if left:
            claim.products = left
        else:
            claim.status, claim.withdraw_date = "WITHDRAW", now
        shop.note("claim", claim.claim_no)


ROUTES = {
    "claims_list": claims_list,
    "claims_get": claims_get,
    "claims_approve": claims_approve,
    "claims_reject": claims_reject,
    "claims_hold": claims_hold,
    "claims_register_pickup": claims_register_pickup,
    "claims_complete_pickup": claims_complete_pickup,
    "claims_ship_exchange": claims_ship_exchange,
    "claims_complete_exchange": claims_complete_exchange,
}
