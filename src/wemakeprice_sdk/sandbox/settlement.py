"""Settlement (정산): rows made from the orders that were delivered and the returns that were approved.

Nothing is stored: a sale is booked on the day its bundle was delivered, a refund on the day its return was
approved, or on the day of delivery when that came later. The rates and shares are invented but fixed, so
the same orders always give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Json
from wemakeprice_sdk.sandbox.orders import COMMISSION_PERCENT, commission
from wemakeprice_sdk.sandbox.shipping import OWNER, owner
from wemakeprice_sdk.sandbox.state import Bundle, Claim, OptionLine, ProductLine, Shop

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call

SALE, REFUND, CORRECTION = "1", "2", "3"
OLDER = {"wmpDiscountBurdenAmt": "wmpDiscountBurdenFee", "epFee": "wmpEpAmt"}
CART_COUPON = 500
SHIP_COUPON = 1000


@dataclass(frozen=True, slots=True)
class SettlementTotals:
    """What one sales day pays, won, counted from orders and claims and not from settlement rows."""

    day: str
    order_payable: int
    ship_payable: int


@dataclass(frozen=True, slots=True)
class _Shares:
    """What is taken off one product line beside the commission."""

    seller: int
    cart: int
    burden: int
    wmp: int
    card: int


def _shares(product: ProductLine) -> _Shares:
    number = product.order_no
    return _Shares(
        seller=product.seller_discount,
        cart=CART_COUPON if number % 11 == 0 else 0,
        burden=product.wmp_discount // 10 if number % 7 == 0 else 0,
        wmp=product.wmp_discount,
        card=product.card_discount,
    )


_NO_SHARES = _Shares(0, 0, 0, 0, 0)


def _ep_fee(product: ProductLine, option: OptionLine) -> int:
    return (product.price + option.add_price) * option.quantity // 200 if product.order_no % 3 == 0 else 0


def payout_day(day: str) -> str:
    """Return the expected pay-out of a sales day: the Friday after its week, Monday to Sunday."""
    at = date.fromisoformat(day)
    return (at - timedelta(days=at.weekday()) + timedelta(days=11)).strftime("%Y%m%d")


def sales_of(shop: Shop, day: str) -> list[Bundle]:
    """Return the bundles delivered on a day."""
    return [shop.bundles[number] for number in shop.completed.between(f"{day} 00:00:00", f"{day} 23:59:59")]


def refunds_of(shop: Shop, day: str) -> Iterator[tuple[Claim, Bundle]]:
    """Return the returns booked on a day."""
    start, end = f"{day} 00:00:00", f"{day} 23:59:59"
    for number in shop.claim_dates["APPROVE"].between(start, end):
        claim = shop.claims[number]
        bundle = shop.bundles[claim.bundle_no]
        if claim.kind == "RETURN" and bundle.complete_date and bundle.complete_date <= end:
            yield claim, bundle
    for bundle in sales_of(shop, day):
        for number in shop.claims_of.get(bundle.bundle_no, ()):
            claim = shop.claims[number]
            if claim.kind == "RETURN" and claim.status == "APPROVE" and str(claim.approve_date) < start:
                yield claim, bundle


def settlement_list_order_lines(call: Call) -> list[Json]:
    """Return the order rows of one sales day."""
    day = call.body["basicDt"]
    rows = [row for bundle in sales_of(call.shop, day) for row in _sale_rows(bundle, day)]
    for claim, bundle in refunds_of(call.shop, day):
        rows += _refund_rows(claim, bundle, day)
    if call.settings.unknown_values == "filled":
        rows = [row | _vocabulary(call.shop, int(row["prodNo"])) for row in rows]
    if call.settings.settlement_names == "older":
        rows = [{OLDER.get(key, key): value for key, value in row.items()} for row in rows]
    return rows


def _vocabulary(shop: Shop, product_no: int) -> Json:
    """Return values that are known to exist for the keys whose values on the wire nobody knows."""
    product = shop.products.get(product_no)
    taxable = product is None or product.sale.get("taxYn", "Y") == "Y"
    return {
        "prodType": "N" if product is None else product.basic.get("productType", "N"),
        "transType": "C",
        "settleCycleType": "주정산",
        "shipMng": OWNER,
        "feeFlag": "정률",
        "vatFlag": "과세" if taxable else "면세",
    }


def _sale_rows(bundle: Bundle, day: str) -> Iterator[Json]:
    for product in bundle.products:
        for place, option in enumerate(product.options):
            shares = _NO_SHARES if place else _shares(product)
            yield _order_row(bundle, product, option, day, SALE, option.quantity, shares, None)


def _refund_rows(claim: Claim, bundle: Bundle, day: str) -> Iterator[Json]:
    for product in claim.products:
        for option in product.options:
            shares = _shares(product) if _takes_all(bundle, product, option) else _NO_SHARES
            yield _order_row(bundle, product, option, day, REFUND, -option.quantity, shares, claim)
            if shares.wmp:
                row = _order_row(bundle, product, option, day, CORRECTION, 0, _NO_SHARES, claim)
                yield row | {"wmpChargeCouponAmt": -shares.wmp}


def _takes_all(bundle: Bundle, product: ProductLine, option: OptionLine) -> bool:
    """Whether the refund takes the whole option that the product's discounts were booked on."""
    for sold in bundle.products:
        if sold.order_no == product.order_no:
            first = sold.options[0]
            return first.order_option_no == option.order_option_no and first.quantity == option.quantity
    return False


def _order_row(
    bundle: Bundle,
    product: ProductLine,
    option: OptionLine,
    day: str,
    gubun: str,
    quantity: int,
    shares: _Shares,
    claim: Claim | None,
) -> Json:
    unit = product.price + option.add_price
    sign = (quantity > 0) - (quantity < 0)
    fee = commission(unit) * quantity
    return {
        "basicDt": day.replace("-", ""),
        "gubun": gubun,
        "purchaseNo": str(bundle.purchase_no),
        "paymentNo": str(bundle.purchase_no + 400_000_000),
        "bundleNo": str(bundle.bundle_no),
        "orderNo": str(product.order_no),
        "orderOptNo": str(option.order_option_no),
        "claimNo": str(claim.claim_no if claim else 0),
        "claimOptNo": str(option.order_option_no + 110_000_000 if claim else 0),
        "prodNo": str(product.product_no),
        "prodName": product.name,
        "prodType": None,
        "transType": None,
        "settleCycleType": None,
        "shipMng": None,
        "prodSaleAmt": product.price,
        "optSaleAmt": option.add_price,
        "completeQty": quantity,
        "completeAmt": unit * quantity,
        "saleAgencyFee": fee,
        "feeAmt": fee,
        "feeRate": f"{COMMISSION_PERCENT}.00",
        "feeFlag": None,
        "vatFlag": None,
        "wmpChargeCouponAmt": shares.wmp if gubun == SALE else 0,
        "sellerChargeCouponAmt": sign * shares.seller,
        "cardChargeCouponAmt": sign * shares.card,
        "wmpCartCouponAmt": 0,
        "sellerCartCouponAmt": sign * shares.cart,
        "cardCartCouponAmt": 0,
        "wmpDiscountBurdenAmt": sign * shares.burden,
        "epFee": sign * _ep_fee(product, option),
        "claimDeductAmt": 0,
        "paymentCompleteDt": bundle.pay_date[:10].replace("-", ""),
        "settlePreDt": payout_day(day),
    }


def _fee_paid(bundle: Bundle) -> int:
    return bundle.ship_price if bundle.prepaid else 0


def _ship_coupon(bundle: Bundle) -> int:
    return SHIP_COUPON if bundle.bundle_no % 13 == 0 and _fee_paid(bundle) > SHIP_COUPON else 0


def _returns_everything(claim: Claim, bundle: Bundle) -> bool:
    return sum(p.quantity for p in claim.products) == sum(p.quantity for p in bundle.products)


def settlement_list_ship_lines(call: Call) -> list[Json]:
    """Return the shipping rows of one sales day."""
    day = call.body["basicDt"]
    rows = []
    for bundle in sales_of(call.shop, day):
        if bundle.ship_price:
            coupon = _ship_coupon(bundle)
            rows.append(_ship_row(bundle, day, SALE, None, shipAmt=_fee_paid(bundle) - coupon, coupon=coupon))
    for claim, bundle in refunds_of(call.shop, day):
        rows.append(_refund_ship_row(claim, bundle, day))
    return [row | {"shipMng": owner(call.settings)} for row in rows]


def _refund_ship_row(claim: Claim, bundle: Bundle, day: str) -> Json:
    by_seller = claim.who == "SELLER"
    gives_back = by_seller and _returns_everything(claim, bundle)
    charged = claim.fee if claim.who == "BUYER" and not claim.enclosed else 0
    return _ship_row(
        bundle,
        day,
        REFUND,
        claim,
        shipAmt=-_fee_paid(bundle) if gives_back else 0,
        claimChargeCust=charged,
        claimChargeSeller=claim.fee if by_seller else 0,
        custChargeReturnShipAmt=charged,
        sellerChargeReturnShipAmt=claim.fee if by_seller else 0,
        claimDeductAmt=-claim.fee if by_seller else 0,
    )


def _ship_row(
    bundle: Bundle, day: str, gubun: str, claim: Claim | None, *, coupon: int = 0, **amounts: int
) -> Json:
    zeros = dict.fromkeys(
        (
            "shipAmt",
            "wmpChargeCouponAmt",
            "sellerChargeCouponAmt",
            "cardChargeCouponAmt",
            "claimChargeCust",
            "claimChargeSeller",
            "claimChargeWmp",
            "custChargeAddShipAmt",
            "wmpChargeAddShipAmt",
            "sellerChargeAddShipAmt",
            "custChargeReturnShipAmt",
            "wmpChargeReturnShipAmt",
            "sellerChargeReturnShipAmt",
            "claimDeductAmt",
        ),
        0,
    )
    return {
        "basicDt": day.replace("-", ""),
        "gubun": gubun,
        "bundleNo": str(bundle.bundle_no),
        "claimBundleNo": str(claim.claim_no if claim else 0),
        "originalShipAmt": bundle.ship_price,
        "shipMng": None,
        **zeros,
        **amounts,
        "wmpChargeCouponAmt": coupon,
    }


def totals(shop: Shop, day: str) -> SettlementTotals:
    """Count what a sales day pays straight from the orders delivered and the returns approved."""
    order = ship = 0
    for bundle in sales_of(shop, day):
        order += sum(_worth(product) for product in bundle.products)
        order -= sum(_off(product) for product in bundle.products)
        ship += _fee_paid(bundle)
    for claim, bundle in refunds_of(shop, day):
        for product in claim.products:
            order -= _worth(product)
            if any(_takes_all(bundle, product, option) for option in product.options):
                order += _off(product)
        if claim.who == "SELLER":
            ship -= claim.fee + (_fee_paid(bundle) if _returns_everything(claim, bundle) else 0)
        elif claim.who == "BUYER" and not claim.enclosed:
            ship += claim.fee
    return SettlementTotals(day, order, ship)


def _worth(product: ProductLine) -> int:
    worth = 0
    for option in product.options:
        unit = product.price + option.add_price
        worth += (unit - commission(unit)) * option.quantity - _ep_fee(product, option)
    return worth


def _off(product: ProductLine) -> int:
    shares = _shares(product)
    return shares.seller + shares.cart + shares.burden


ROUTES = {
    "settlement_list_order_lines": settlement_list_order_lines,
    "settlement_list_ship_lines": settlement_list_ship_lines,
}
