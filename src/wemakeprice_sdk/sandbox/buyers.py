"""What buyers do: order, ask for a cancel, return or exchange, withdraw, ask, review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wemakeprice_sdk.sandbox import claims, shipping
from wemakeprice_sdk.sandbox.answers import Json, SandboxError
from wemakeprice_sdk.sandbox.arguments import require_arguments
from wemakeprice_sdk.sandbox.base import Call, SandboxBase
from wemakeprice_sdk.sandbox.moments import later
from wemakeprice_sdk.sandbox.products import option_rows
from wemakeprice_sdk.sandbox.state import (
    Bundle,
    Claim,
    Leg,
    OptionLine,
    Person,
    Product,
    ProductLine,
    Shop,
    Thread,
)

POLICY_METHODS = {"KP": "PARCEL", "OP": "PARCEL", "KD": "DIRECT", "OD": "DIRECT", "KM": "POST"}
EXAMPLE_SALE: Json = {
    "salePeriod": "P",
    "originPrice": 15000,
    "salePrice": 12900,
    "stockCount": 999,
    "taxYn": "Y",
    "purchaseMinCount": 1,
    "purchaseLimitYn": "N",
    "referencePriceType": "ONL",
}
EXAMPLE_DETAIL: Json = {
    "basicImgUrl": "https://img.example.com/a.jpg",
    "listImgUrl": "https://img.example.com/a-list.jpg",
    "descType": "HTML",
    "descHtml": "<div>예시 상세설명</div>",
}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One thing a buyer puts in the basket; `option_no` counts the option rows of the product from 1."""

    product_no: int
    quantity: int = 1
    option_no: int | None = None
    typed: str = ""
    wmp_discount: int = 0
    seller_discount: int = 0
    card_discount: int = 0
    add_price: int = 0


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The numbers of an order (구매번호, 배송번호, 주문번호, 옵션주문번호)."""

    purchase_no: int
    bundle_no: int
    order_nos: tuple[int, ...]
    order_option_nos: tuple[int, ...]


class BuyerActions(SandboxBase):
    """The buyers of a sandbox. `key` is the API key or the label of the account; None means the only one.

    Moments are aware datetimes or wire text; None means now. Every action raises `SandboxError` when the
    present state does not allow it.
    """

    def place_order(
        self,
        key: str | None = None,
        lines: Sequence[OrderLine | Mapping[str, object]] = (),
        *,
        product_no: int | None = None,
        quantity: int = 1,
        option_no: int | None = None,
        paid_at: datetime | str | None = None,
        purchase_no: int | None = None,
        ship_method: str | None = None,
        ship_price: int | None = None,
        prepaid: bool | None = None,
        recipient: Person | None = None,
        buyer_name: str = "홍길동",
        customs_pin: str | None = None,
    ) -> PlacedOrder:
        """Buy and pay: one new bundle in 신규주문; without lines `product_no`, or an example product."""
        with self.acting(key, "buyer", "place_order") as call:
            wanted = [line if isinstance(line, OrderLine) else _order_line(line) for line in lines]
            paid = self.moment(paid_at)
            if not wanted:
                wanted = [OrderLine(product_no or example_product(call).product_no, quantity, option_no)]
            _check_basket(call.shop, wanted)
            person = recipient or Person("홍길동", "010-0000-0000", message="문 앞에 놓아 주세요")
            person.customs_pin = customs_pin or person.customs_pin
            bundle = make_bundle(call, wanted, paid, person, buyer_name, purchase_no)
            _override(bundle, ship_method, ship_price, prepaid)
            _take_stock(call.shop, wanted)
            call.shop.put("bundle", bundle.bundle_no, bundle)
            call.applied(bundleNo=bundle.bundle_no, purchaseNo=bundle.purchase_no)
            return placed(bundle)

    def request_cancel(
        self,
        key: str | None = None,
        bundle_no: int = 0,
        quantities: Mapping[int | str, int] | None = None,
        *,
        reason: str = "단순변심",
        detail: str | None = "색상을 잘못 골랐습니다",
        who: str = "BUYER",
        at: datetime | str | None = None,
    ) -> int:
        """Ask to cancel, all or some pieces (`{orderOptionNo: pieces}`); gives the claim number."""
        with self.acting(key, "buyer", "request_cancel") as call:
            bundle = call.shop.find_bundle(bundle_no)
            if bundle.status not in ("NEW", "CONFIRM"):
                raise SandboxError(f"bundle {bundle_no} is {bundle.status}; a cancel needs NEW or CONFIRM")
            if call.shop.open_claims(bundle_no, "CANCEL"):
                raise SandboxError(f"bundle {bundle_no} has an open cancel already")
            claim = _claim(call, bundle, "CANCEL", quantities, self.moment(at), reason, detail, who)
            return _entered(call, claim)

    def request_return(
        self,
        key: str | None = None,
        bundle_no: int = 0,
        quantities: Mapping[int | str, int] | None = None,
        *,
        reason: str = "상품불량",
        detail: str | None = "바느질 불량",
        who: str = "SELLER",
        enclosed: bool = False,
        courier: str | None = None,
        invoice: str | None = None,
        sold_out: bool = False,
        at: datetime | str | None = None,
    ) -> int:
        """Ask to return goods. `invoice` means the buyer sent them already; `sold_out` books it approved."""
        with self.acting(key, "buyer", "request_return") as call:
            bundle = call.shop.find_bundle(bundle_no)
            if bundle.status not in ("DELIVERY", "COMPLETE") and not sold_out:
                raise SandboxError(
                    f"bundle {bundle_no} is {bundle.status}; a return needs DELIVERY or COMPLETE"
                )
            moment = self.moment(at)
            claim = _claim(call, bundle, "RETURN", quantities, moment, reason, detail, who)
            claim.fee, claim.enclosed = _return_fee(call.shop, bundle), enclosed
            claim.pickup = _pickup(courier, invoice)
            if sold_out:
                claim.reason, claim.reason_detail, claim.who, claim.fee = claims.SOLD_OUT, None, "SELLER", 0
                claim.status, claim.approve_date = "APPROVE", moment
            return _entered(call, claim)

    def request_exchange(
        self,
        key: str | None = None,
        bundle_no: int = 0,
        quantities: Mapping[int | str, int] | None = None,
        *,
        reason: str = "사이즈 교환",
        detail: str | None = None,
        who: str = "BUYER",
        enclosed: bool = True,
        courier: str | None = None,
        invoice: str | None = None,
        at: datetime | str | None = None,
    ) -> int:
        """Ask to exchange goods; gives the claim number."""
        with self.acting(key, "buyer", "request_exchange") as call:
            bundle = call.shop.find_bundle(bundle_no)
            if bundle.status not in ("DELIVERY", "COMPLETE"):
                raise SandboxError(
                    f"bundle {bundle_no} is {bundle.status}; an exchange needs DELIVERY or COMPLETE"
                )
            claim = _claim(call, bundle, "EXCHANGE", quantities, self.moment(at), reason, detail, who)
            claim.fee, claim.enclosed = 2 * _return_fee(call.shop, bundle), enclosed
            claim.pickup, claim.delivery = _pickup(courier, invoice), Leg(claims.READY)
            return _entered(call, claim)

    def withdraw(self, key: str | None = None, claim_no: int = 0) -> None:
        """Take a claim back that is still in REQUEST."""
        with self.acting(key, "buyer", "withdraw") as call:
            claim = call.shop.find_claim(claim_no)
            if claim.status != "REQUEST":
                raise SandboxError(f"claim {claim_no} is {claim.status}; only REQUEST can be withdrawn")
            claim.status, claim.withdraw_date = "WITHDRAW", call.now
            call.shop.note("claim", claim_no)
            call.applied(claimBundleNo=claim_no, bundleNo=claim.bundle_no)

    def ask_question(
        self,
        key: str | None = None,
        text: str = "흰색은 언제 다시 들어오나요?",
        *,
        product_no: int | None = None,
        order_no: int | None = None,
        follow_up: int | None = None,
        private: bool = False,
        at: datetime | str | None = None,
    ) -> int:
        """Ask about a product, or once more under the number `follow_up`; gives the question number."""
        with self.acting(key, "buyer", "ask_question") as call:
            shop, moment = call.shop, self.moment(at)
            if follow_up is None:
                number = product_no or example_product(call).product_no
                shop.find_product(number)
                thread = Thread(
                    call.number("question"), "상품문의", number, str(order_no) if order_no else "", private
                )
            elif follow_up in shop.questions and not shop.questions[follow_up].deleted:
                thread = shop.questions[follow_up]
            else:
                raise SandboxError(f"no question {follow_up}")
            return _ask(call, "question", thread, text, moment)

    def ask_inquiry(
        self,
        key: str | None = None,
        text: str = "배송이 언제 되는지 알려 주세요.",
        *,
        kind: str = "배송",
        product_no: int | None = None,
        order_no: int | None = None,
        at: datetime | str | None = None,
    ) -> int:
        """Ask through the CS centre; gives the inquiry number."""
        with self.acting(key, "buyer", "ask_inquiry") as call:
            if product_no is not None:
                call.shop.find_product(product_no)
            thread = Thread(
                call.number("inquiry"), kind, product_no, str(order_no) if order_no else "", private=True
            )
            return _ask(call, "inquiry", thread, text, self.moment(at))

    def write_review(
        self,
        key: str | None = None,
        order_option_no: int = 0,
        rating: int = 5,
        text: str = "잘 받았습니다.",
        *,
        at: datetime | str | None = None,
    ) -> int:
        """Review an option line that was ordered, 1 to 5 points; gives the review number."""
        with self.acting(key, "buyer", "write_review") as call:
            if type(rating) is not int or not 1 <= rating <= 5:
                raise SandboxError("rating is 1 to 5")
            owner = call.shop.line_owner.get(order_option_no)
            found = call.shop.bundles[owner].line(order_option_no) if owner else None
            if found is None:
                raise SandboxError(f"no option line {order_option_no}")
            row = {
                "rating": rating,
                "orderOptionNo": order_option_no,
                "productNo": found[0].product_no,
                "content": text,
                "writeDate": self.moment(at),
            }
            number = call.number("review")
            call.shop.put("review", number, row)
            call.applied(reviewSeq=number)
            return number


def example_policy(call: Call) -> int:
    """Return a shipping policy of the account; an example one is made when there is none."""
    if not call.shop.policies:
        call.shop.put("policy", call.number("policy"), dict(shipping.EXAMPLE_POLICY))
    return min(call.shop.policies)


def example_product(call: Call) -> Product:
    """Return a product of the account; an example one is made when there is none."""
    if call.shop.products:
        return next(iter(call.shop.products.values()))
    policy = example_policy(call)
    start = call.now[:13] + ":00"
    basic = {
        "productName": "예시 면 티셔츠",
        "productType": "N",
        "dcateCode": 4100001,
        "shipPolicyNo": policy,
    }
    product = Product(
        call.number("product"),
        call.now,
        basic | {"displayYn": "Y", "bizYn": "N", "brandNo": 10001, "makerNo": 0},
        EXAMPLE_SALE
        | {"saleStartDate": start, "saleEndDate": later(f"{start}:00", timedelta(days=365))[:16]},
        dict(EXAMPLE_DETAIL),
        {"selectOptionUseYn": "N", "textOptionUseYn": "N"},
        [_example_notice(call)],
        {"parallelImportYn": "N", "sellerProdCode": "SKU-0001"},
        [],
    )
    call.shop.put("product", product.product_no, product)
    return product


def _example_notice(call: Call) -> Json:
    items = [{"noticeNo": number, "description": "상세설명 참조"} for number in (195, 198, 201)]
    return {"groupNoticeNo": 38, "noticeList": items, "productGroupNoticeNo": call.number("product_notice")}


def _order_line(row: Mapping[str, object]) -> OrderLine:
    values: dict[str, Any] = dict(row)
    try:
        require_arguments(OrderLine, values)
    except SandboxError as error:
        raise SandboxError(f"not an order line: {error}") from None
    return OrderLine(**values)


def _check_basket(shop: Shop, lines: Sequence[OrderLine]) -> None:
    for line in lines:
        rows = option_rows(shop.find_product(line.product_no))
        if line.quantity < 1:
            raise SandboxError("quantity is 1 or more")
        if line.option_no is not None and not 1 <= line.option_no <= max(len(rows), 1):
            raise SandboxError(f"product {line.product_no} has no option {line.option_no}")


def _take_stock(shop: Shop, lines: Sequence[OrderLine]) -> None:
    for line in lines:
        product = shop.products[line.product_no]
        rows = option_rows(product)
        stocked = rows[(line.option_no or 1) - 1] if rows else product.sale
        stocked["stockCount"] = max(0, stocked.get("stockCount", 0) - line.quantity)
        shop.touched.add(("product", product.product_no))


def make_bundle(
    call: Call,
    lines: Sequence[OrderLine],
    paid: str,
    person: Person,
    buyer_name: str,
    purchase_no: int | None,
) -> Bundle:
    """Build a bundle in 신규주문; its fee, method and deadline follow the policy of the first product."""
    policy = call.shop.policies.get(call.shop.products[lines[0].product_no].basic["shipPolicyNo"], {})
    bundle = Bundle(
        bundle_no=call.number("bundle"),
        purchase_no=purchase_no or call.number("purchase"),
        order_date=later(paid, timedelta(seconds=-31)),
        pay_date=paid,
        deadline=later(f"{paid[:10]} 23:59:59", timedelta(days=policy.get("releaseDay", 3))),
        buyer_name=buyer_name,
        buyer_phone="010-0000-0000",
        recipient=person,
        ship_price=0,
        prepaid=policy.get("prepaymentYn", "Y") == "Y",
        ship_type=policy.get("shipType", "FREE"),
        method=POLICY_METHODS[policy.get("shipMethod", "KP")],
    )
    for product_no in dict.fromkeys(line.product_no for line in lines):
        own = [line for line in lines if line.product_no == product_no]
        bundle.products.append(_product_line(call, call.shop.products[product_no], own))
    bundle.ship_price = _ship_price(policy, bundle)
    return bundle


def _product_line(call: Call, product: Product, lines: Sequence[OrderLine]) -> ProductLine:
    return ProductLine(
        order_no=call.number("order"),
        product_no=product.product_no,
        name=product.basic["productName"],
        origin_price=product.sale.get("originPrice"),
        price=product.sale["salePrice"],
        seller_code=product.etc.get("sellerProdCode") or "",
        wmp_discount=sum(line.wmp_discount for line in lines),
        seller_discount=sum(line.seller_discount for line in lines),
        card_discount=sum(line.card_discount for line in lines),
        options=[_option_line(call, product, line) for line in lines],
    )


def _option_line(call: Call, product: Product, line: OrderLine) -> OptionLine:
    rows = option_rows(product)
    place = line.option_no or 1
    name, code = "", ""
    if rows:
        row = rows[place - 1]
        name = "/".join(row[key] for key in (f"optionValue{n}" for n in range(1, 6)) if row.get(key))
        code = row.get("sellerOptionCode") or ""
    if line.typed:
        name = f"{name}|{line.typed}"
    return OptionLine(
        call.number("option_line"), place if rows else 0, name, line.quantity, code, line.add_price
    )


def _ship_price(policy: Json, bundle: Bundle) -> int:
    if policy.get("shipType") not in ("FIXED", "COND"):
        return 0
    total = sum((p.price + o.add_price) * o.quantity for p, o in bundle.lines())
    if policy["shipType"] == "COND" and total >= policy["freeCondition"]:
        return 0
    fee: int = policy["shipFee"]
    if policy.get("differenceYn") == "Y":
        steps = -(-sum(p.quantity for p in bundle.products) // policy["differenceCount"])
        return int(fee * steps)
    return fee


def _override(bundle: Bundle, method: str | None, price: int | None, prepaid: bool | None) -> None:
    if method is not None:
        if method not in ("PARCEL", "DIRECT", "POST", "ETC"):
            raise SandboxError("ship_method is PARCEL, DIRECT, POST or ETC")
        bundle.method = method
    bundle.ship_price = bundle.ship_price if price is None else price
    bundle.prepaid = bundle.prepaid if prepaid is None else prepaid


def placed(bundle: Bundle) -> PlacedOrder:
    """Return the numbers of a bundle."""
    return PlacedOrder(
        bundle.purchase_no,
        bundle.bundle_no,
        tuple(product.order_no for product in bundle.products),
        tuple(option.order_option_no for _, option in bundle.lines()),
    )


def _claim(
    call: Call,
    bundle: Bundle,
    kind: str,
    quantities: Mapping[int | str, int] | None,
    at: str,
    reason: str,
    detail: str | None,
    who: str,
) -> Claim:
    if who not in claims.WHO:
        raise SandboxError(f"who is one of {', '.join(claims.WHO)}")
    left = {option.order_option_no: option.quantity for _, option in bundle.lines()}
    for other in call.shop.open_claims(bundle.bundle_no, "RETURN", "EXCHANGE"):
        for product in other.products:
            for option in product.options:
                left[option.order_option_no] = left.get(option.order_option_no, 0) - option.quantity
    wanted = {number: pieces for number, pieces in left.items() if pieces > 0}
    if quantities is not None:
        wanted = {int(number): pieces for number, pieces in quantities.items()}
    if not wanted:
        raise SandboxError(f"bundle {bundle.bundle_no} has nothing left to claim")
    for number, pieces in wanted.items():
        if not 1 <= pieces <= left.get(number, 0):
            raise SandboxError(
                f"option line {number} has {left.get(number, 0)} pieces to claim, not {pieces}"
            )
    claim = claims.open_claim(call, bundle, kind, wanted, at)
    claim.reason, claim.reason_detail, claim.who = reason, detail, who
    return claim


def _entered(call: Call, claim: Claim) -> int:
    call.shop.put("claim", claim.claim_no, claim)
    call.applied(claimBundleNo=claim.claim_no, bundleNo=claim.bundle_no)
    return claim.claim_no


def _return_fee(shop: Shop, bundle: Bundle) -> int:
    product = shop.products.get(bundle.products[0].product_no)
    policy = shop.policies.get(product.basic["shipPolicyNo"], {}) if product else {}
    return int(policy.get("claimShipFee", 3000))


def _pickup(courier: str | None, invoice: str | None) -> Leg:
    if invoice is None:
        return Leg(claims.WAITING)
    return Leg(claims.WAITING, "PARCEL", None, courier or "D002", invoice)


def _ask(call: Call, kind: str, thread: Thread, text: str, at: str) -> int:
    if thread.dates and at <= thread.dates[-1]:
        at = later(thread.dates[-1], timedelta(seconds=1))
    thread.texts.append(text)
    thread.dates.append(at)
    call.shop.put(kind, thread.seq, thread)
    call.applied(**{"qnaSeq" if kind == "question" else "inquirySeq": thread.seq, "round": len(thread.texts)})
    return thread.seq
