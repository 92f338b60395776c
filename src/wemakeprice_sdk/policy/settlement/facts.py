"""What a reconciliation keeps of orders, claims and settlement rows: numbers, not objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import require_whole
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, SettlementLineKind, ShipStatus, ShipType
from wemakeprice_sdk.models.orders import Bundle, OrderLine
from wemakeprice_sdk.models.settlement import SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.policy.settlement.columns import IntTable
from wemakeprice_sdk.policy.settlement.rows import (
    SettlementBreakdown,
    order_breakdown,
    ship_breakdown,
)
from wemakeprice_sdk.policy.settlement.terms import DeliveryDating

NOT_SHIPPED: Final = "not-shipped"
_UNDATED: Final = ("no-delivery-date", NOT_SHIPPED, "not-delivered", "delivery-date-unreadable")
_PRODUCT_FIGURES: Final = (
    "product_price", "product_qty", "wmp_charge_discount_price", "seller_charge_discount_price",
)  # fmt: skip
_OPTION_FIGURES: Final = ("option_qty", "option_add_price")
_REASON: Final = {ShipStatus.NEW: 1, ShipStatus.CONFIRM: 1, ShipStatus.DELIVERY: 2}


@frozen
class BundleFact:
    """A bundle: when it was delivered, and its prepaid shipping fee (0 for none)."""

    bundle_no: int
    delivered: date | None
    fee: int
    undated: str
    """Why it has no delivery day; empty when it has one."""
    dated_by: str
    """What gave the day where the order says none; empty otherwise."""


@frozen
class LineFact:
    """An order line; `price` and `quantity` are None where the marketplace left them out."""

    key: int
    bundle_no: int
    order_no: int
    product_no: int | None
    price: int | None
    quantity: int | None
    discount: int
    has_siblings: bool

    def worth(self, units: int, discounted: int) -> int | None:
        """Units times price, without the part of the discount that settled rows do not carry yet."""
        return None if self.price is None else max(self.price * units - max(self.discount - discounted, 0), 0)


class OrderFacts:
    """Bundles and their lines by number; of a number that comes twice the last one counts."""

    def __init__(self, dating: DeliveryDating | None) -> None:
        self._dating = dating
        self._bundles = IntTable(5)
        self._lines = IntTable(8)
        self._bundle_at: dict[int, int] = {}
        self._days: dict[int, date] = {}
        self._line_at: dict[int, int] = {}

    def add(self, bundle: Bundle) -> None:
        """Keep what a bundle says; raises `ValidationError` for money or a quantity that is not whole."""
        require_whole(bundle, ("ship_price",))
        for product in bundle.order_product:
            require_whole(product, _PRODUCT_FIGURES)
            for option in product.order_option:
                require_whole(option, _OPTION_FIGURES)
        delivered, undated, dated = self._delivery(bundle)
        fee = 0 if bundle.ship_type == ShipType.FREE else max(bundle.prepaid_ship_price, 0)
        day = None if delivered is None else delivered.toordinal()
        at = self._bundles.append([bundle.bundle_no, day, fee, undated, dated])
        self._bundle_at[bundle.bundle_no] = at
        for line in bundle.lines:
            self._line_at[line.key] = self._lines.append(_line_cells(bundle.bundle_no, line))

    def _delivery(self, bundle: Bundle) -> tuple[date | None, int | None, bool]:
        if bundle.ship_complete_date is not None:
            return bundle.ship_complete_date.date(), None, False
        day = None if self._dating is None else self._dating.day_of(bundle)
        if day is not None:
            return day, None, True
        if bundle.is_unreadable("ship_complete_date"):
            return None, 3, False
        status = bundle.ship_status
        return None, 0 if status is None else _REASON.get(status, 0), False

    def bundle(self, number: int | None) -> BundleFact | None:
        """Return a bundle; None when it is not there."""
        at = None if number is None else self._bundle_at.get(number)
        return None if at is None else self._bundle_fact(at)

    def date_by_row(self, row: OrderRowFact) -> None:
        """Take the sales day of a settled sale for the delivery day of a bundle that says none.

        Settlement goes by the day of delivery (매출일 = 배송완료일).
        """
        number, day = row.bundle_no, row.sales_day
        if number is None or day is None or row.kind != SALE or not row.quantity:
            return
        at = self._bundle_at.get(number)
        if at is not None and self._bundles.row(at)[1] is None:
            self._days[number] = min(day, self._days.get(number, day))

    def line(self, key: int | None) -> LineFact | None:
        """Return an order line; None when it is not there."""
        at = None if key is None else self._line_at.get(key)
        return None if at is None else _line_fact(self._lines.row(at))

    def bundles(self) -> Iterator[BundleFact]:
        """Yield all bundles by number."""
        return (self._bundle_fact(self._bundle_at[number]) for number in sorted(self._bundle_at))

    def lines(self) -> Iterator[LineFact]:
        """Yield all lines by number."""
        return (_line_fact(self._lines.row(self._line_at[key])) for key in sorted(self._line_at))

    def _bundle_fact(self, at: int) -> BundleFact:
        number, day, fee, undated, dated = (cell or 0 for cell in self._bundles.row(at))
        by_row = self._days.get(number)
        if not day and by_row is not None:
            return BundleFact(number, by_row, fee, "", "settlement-row")
        name = self._dating.name if dated and self._dating is not None else ""
        return BundleFact(number, _day(day or None), fee, "" if day else _UNDATED[undated], name)


def _line_cells(bundle_no: int, line: OrderLine) -> list[int | None]:
    product = line.product
    siblings = len(product.order_option) > 1
    price, quantity = _unit_price(line), _quantity(line)
    return [
        line.key, bundle_no, product.order_no, product.product_no, price, quantity, line.discount, siblings
    ]  # fmt: skip


def _unit_price(line: OrderLine) -> int | None:
    try:
        return line.unit_price
    except ValidationError:
        return None


def _quantity(line: OrderLine) -> int | None:
    try:
        return line.quantity
    except ValidationError:
        return None


def _line_fact(cells: tuple[int | None, ...]) -> LineFact:
    key, bundle_no, order_no, product_no, price, quantity, discount, siblings = cells
    return LineFact(
        key=key or 0,
        bundle_no=bundle_no or 0,
        order_no=order_no or 0,
        product_no=product_no,
        price=price,
        quantity=quantity,
        discount=discount or 0,
        has_siblings=bool(siblings),
    )


@frozen
class ClaimFact:
    """A claim: how many pieces of each order line, and what became of them."""

    quantities: tuple[tuple[int, int], ...]
    cancelled: bool = False
    returned: bool = False

    @classmethod
    def of(cls, claim: Claim) -> ClaimFact:
        """Return what counts of a claim; an exchange and one that was not approved take nothing back."""
        taken = claim.claim_status == ClaimStatus.APPROVE and claim.claim_type != ClaimType.EXCHANGE
        cancel = claim.claim_type == ClaimType.CANCEL
        return cls(tuple(claim.quantities.items()), taken and cancel, taken and not cancel)


@frozen
class OrderRowFact:
    """A product row of the settlement."""

    sales_day: date | None
    bundle_no: int | None
    order_option_no: int | None
    claim_no: int | None
    order_no: int | None
    product_no: int | None
    announced_day: date | None
    quantity: int | None
    price: int | None
    """Unit price by its size; None when it is missing although there is a quantity."""
    kind: int
    """0 sale, 1 refund, 2 unknown."""
    breakdown: SettlementBreakdown

    @property
    def is_refund(self) -> bool:
        """Whether it takes money back."""
        return self.kind == REFUND


SALE: Final = 0
REFUND: Final = 1
UNKNOWN: Final = 2


def _kind(gubun: SettlementLineKind | None) -> int:
    if gubun is None or not gubun.is_known:
        return UNKNOWN
    return REFUND if gubun.is_refund else SALE


class OrderRowFacts:
    """The product rows, in the order of sales day, bundle, order line and claim."""

    def __init__(self) -> None:
        self._table = IntTable(17)

    def add(self, line: SettlementOrderLine) -> None:
        """Keep what a row says."""
        taken = order_breakdown(line)
        missing = line.complete_qty is None or (line.complete_qty != 0 and line.prod_sale_amt is None)
        price = None if missing else abs((line.prod_sale_amt or 0) + (line.opt_sale_amt or 0))
        self._table.append([
            _ordinal(line.basic_dt), line.bundle_no, line.order_opt_no, line.claim_no, line.order_no,
            line.prod_no, _ordinal(line.settle_pre_dt), line.complete_qty, price, _kind(line.gubun),
            taken.gross, taken.item_coupon, taken.cart_coupon, taken.agency_fee, taken.discount_burden,
            taken.channel_fee, 0,
        ])  # fmt: skip

    def __iter__(self) -> Iterator[OrderRowFact]:
        """Yield the rows."""
        for at in self._table.in_order(0, 1, 2, 3):
            day, bundle, option, claim, order, product, announced, quantity, price, kind, *parts = (
                self._table.row(at)
            )
            yield OrderRowFact(
                sales_day=_day(day),
                bundle_no=bundle,
                order_option_no=option,
                claim_no=claim,
                order_no=order,
                product_no=product,
                announced_day=_day(announced),
                quantity=quantity,
                price=price,
                kind=kind or 0,
                breakdown=_breakdown(parts),
            )


@frozen
class ShipRowFact:
    """A shipping row of the settlement."""

    sales_day: date | None
    bundle_no: int | None
    claim_no: int | None
    kind: int
    breakdown: SettlementBreakdown

    @property
    def is_refund(self) -> bool:
        """Whether it takes money back."""
        return self.kind == REFUND


class ShipRowFacts:
    """The shipping rows, in the order of sales day, bundle and claim."""

    def __init__(self) -> None:
        self._table = IntTable(6)

    def add(self, line: SettlementShipLine) -> None:
        """Keep what a row says."""
        taken = ship_breakdown(line)
        self._table.append([
            _ordinal(line.basic_dt), line.bundle_no, line.claim_bundle_no, _kind(line.gubun), taken.gross,
            taken.claim_deduction,
        ])  # fmt: skip

    def __iter__(self) -> Iterator[ShipRowFact]:
        """Yield the rows."""
        for at in self._table.in_order(0, 1, 2):
            day, bundle, claim, kind, gross, deduction = self._table.row(at)
            taken = SettlementBreakdown(gross=gross or 0, claim_deduction=deduction or 0)
            yield ShipRowFact(_day(day), bundle, claim, kind or 0, taken)


def _breakdown(parts: list[int | None]) -> SettlementBreakdown:
    gross, item, cart, fee, burden, channel, claim = (part or 0 for part in parts)
    return SettlementBreakdown(
        gross=gross,
        item_coupon=item,
        cart_coupon=cart,
        agency_fee=fee,
        discount_burden=burden,
        channel_fee=channel,
        claim_deduction=claim,
    )


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)
