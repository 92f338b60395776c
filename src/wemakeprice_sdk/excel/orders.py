"""Rows of the order export → `Bundle` models, for archives. Nothing is sent and nothing is confirmed.

The 36 columns are known (B); how 상품금액 relates to 총상품금액 is not, so arithmetic decides per row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.nondata import NonDataKind, reads_like_total
from wemakeprice_sdk.excel.records import Problem, ProblemSeverity
from wemakeprice_sdk.excel.structure import NonDataRows, RowPlan, TypedRow
from wemakeprice_sdk.files.cells import Cell, RowBlock, cell_text, is_blank
from wemakeprice_sdk.models import Bundle, Delivery, OrderOption, OrderProduct, ShipAddress
from wemakeprice_sdk.models.tables import Report

_NO_MODEL_FIELD = ("total_price", "partner_fee", "island_ship_price", "second_ship_date")
ORDER_FIELDS = [
    "bundle_no",
    "order_no",
    "order_option_no",
    "order_date",
    "ship_status",
    "origin_ship_date",
    "purchase_no",
    "product_no",
    "product_name",
    "option_name",
    "quantity",
    "price",
    "total_price",
    "commission",
    "wmp_discount",
    "partner_fee",
    "buyer_name",
    "buyer_phone",
    "recipient",
    "recipient_phone",
    "ship_method",
    "courier",
    "invoice_no",
    "schedule_ship_date",
    "zipcode",
    "address",
    "message",
    "prepayment",
    "ship_price",
    "island_ship_price",
    "pay_date",
    "order_confirm_date",
    "second_ship_date",
    "seller_product_code",
    "seller_option_code",
    "customs_pin",
]
"""The 36 columns, in the order of the export."""

_REQUIRED = ("bundle_no", "order_no", "order_option_no", "purchase_no", "product_no", "quantity")


@frozen
class OrderArchiveEntry(Report):
    """One bundle of an order export (배송번호 묶음): None when its identifiers cannot be read, or when its
    rows only repeat lines that an earlier entry holds.

    `extras` holds, per order option number, what the model has no field for (총상품금액, 제휴채널 수수료,
    도서산간 배송비, 2차발송기한 and unknown columns) as text under the file's headers.
    """

    bundle: Bundle | None
    rows: tuple[int, ...]
    problems: tuple[Problem, ...]
    extras: Mapping[int, Mapping[str, str]] = field(repr=False)

    @property
    def valid(self) -> bool:
        """Whether the bundle was read and no row of it is in error."""
        return self.bundle is not None and all(
            one.severity is not ProblemSeverity.ERROR for one in self.problems
        )


class _BundleRows:
    """The rows of one bundle while they are being collected."""

    def __init__(self, values: Mapping[str, object], seen: dict[tuple[object, object], int]) -> None:
        self.first = values
        self.seen = seen
        """The lines of the whole file: a hash of their values per bundle and order option number."""
        self.lines: list[Mapping[str, object]] = []
        self.rows: list[int] = []
        self.problems: list[Problem] = []
        self.extras: dict[int, Mapping[str, str]] = {}

    def add(self, row: TypedRow, values: Mapping[str, object], plan: RowPlan) -> None:
        """Take an order line, once: a repeated one would double its quantity."""
        line, content = values["order_option_no"], hash(tuple(values.values()))
        earlier = self.seen.get((values["bundle_no"], line))
        if earlier is not None:
            cell = row.cell(plan.steps["order_option_no"].index)
            severity = ProblemSeverity.WARNING if earlier == content else ProblemSeverity.ERROR
            self.problems.append(plan.problem(row.number, "order_option_no", cell, "same-line", "", severity))
            return
        self.seen[values["bundle_no"], line] = content
        self.lines.append(values)
        if isinstance(line, int):
            self.extras[line] = _extras(row.cells, plan)

    def sums(self) -> Mapping[str, int]:
        """Return what a total of this bundle would say."""
        return {
            name: sum(value for value in (line[name] for line in self.lines) if isinstance(value, int))
            for name in ("quantity", "total_price", "commission")
        }

    def finish(self) -> OrderArchiveEntry:
        """Make the bundle."""
        whole = bool(self.lines) and all(
            self.first[name] is not None for name in ("bundle_no", "purchase_no")
        )
        bundle = _bundle(self.first, self.lines) if whole else None
        return OrderArchiveEntry(bundle, tuple(self.rows), tuple(self.problems), self.extras)


def read_orders(blocks: Iterable[RowBlock], plan: RowPlan) -> Iterator[OrderArchiveEntry]:
    """Return the bundles of a file in its order; neighbouring rows of one 배송번호 become one bundle.

    Rows of a bundle that stand apart make a bundle of their own, which a problem says (`bundle-apart`); a
    line that stands in the file twice is taken once (`same-line`).
    """
    group: _BundleRows | None = None
    seen: set[object] = set()
    lines: dict[tuple[object, object], int] = {}
    non_data = NonDataRows(plan, "bundle_no", "product_name", ("option_name",))
    for row in plan.typed(blocks, ORDER_FIELDS):
        # The identifiers stand first: bundle, order, option order. A count of orders may stand in the second.
        if row.values[0] is row.values[2] is None and non_data.takes(row, ORDER_FIELDS, None):
            continue
        if _is_subtotal(row, group, non_data):
            continue
        non_data.started = True
        values = dict(zip(ORDER_FIELDS, row.values, strict=True))
        problems = [*plan.problems(row), *_totals(row, values, plan)]
        if group is None or values["bundle_no"] is None or values["bundle_no"] != group.first["bundle_no"]:
            if group is not None:
                yield group.finish()
            group = _BundleRows(values, lines)
            if values["bundle_no"] is not None and values["bundle_no"] in seen:
                cell = row.cell(plan.steps["bundle_no"].index)
                problems.append(
                    plan.problem(row.number, "bundle_no", cell, "bundle-apart", "", ProblemSeverity.WARNING)
                )
            seen.add(values["bundle_no"])
        group.rows.append(row.number)
        group.problems += problems
        if all(values[name] is not None for name in _REQUIRED):
            group.add(row, values, plan)
    if group is not None:
        yield group.finish()


_NAME, _OPTION = ORDER_FIELDS.index("product_name"), ORDER_FIELDS.index("option_name")
_OF_A_LINE = tuple(
    map(ORDER_FIELDS.index, ("order_option_no", "product_no", "product_name", "option_name", "purchase_no"))
)


def _is_subtotal(row: TypedRow, group: _BundleRows | None, non_data: NonDataRows) -> bool:
    """Leave out a subtotal that repeats the bundle: nothing that names a line, or sums that agree."""
    values = row.values
    if group is not None and not any(values[at] is not None for at in _OF_A_LINE):
        return non_data.takes_total(row, group.first, group.sums())
    if not (
        reads_like_total(values[_OPTION]) or (values[_OPTION] is None and reads_like_total(values[_NAME]))
    ):
        return False
    if values[2] is None:
        non_data.plan.leave_out(row, NonDataKind.TOTAL)
        return True
    return non_data.takes_total(row, group.first if group is not None else None)


def _totals(row: TypedRow, values: Mapping[str, object], plan: RowPlan) -> list[Problem]:
    price, quantity, total = values["price"], values["quantity"], values["total_price"]
    if not (isinstance(price, int) and isinstance(quantity, int) and isinstance(total, int)):
        return []
    if total in (price, price * quantity):
        return []
    cell = row.cell(plan.steps["total_price"].index)
    return [
        plan.problem(
            row.number,
            "total_price",
            cell,
            "total-differs",
            f"{price} × {quantity} ≠ {total}",
            ProblemSeverity.WARNING,
        )
    ]


def _extras(cells: Sequence[Cell], plan: RowPlan) -> Mapping[str, str]:
    indexes = [plan.steps[name].index for name in _NO_MODEL_FIELD if name in plan.steps]
    headers = {match.index: match.header for match in plan.columns.matches}
    kept = [index for index in (*indexes, *plan.extras) if not is_blank(cells[index])]
    return {headers[index]: cell_text(cells[index]) for index in kept}


def _unit_price(line: Mapping[str, object]) -> object:
    """Return the unit price: 상품금액, unless it can only be the total of several."""
    price, quantity, total = line["price"], line["quantity"], line["total_price"]
    if (
        isinstance(price, int)
        and isinstance(quantity, int)
        and quantity > 1
        and price == total
        and price % quantity == 0
    ):
        return price // quantity
    return price


def _bundle(first: Mapping[str, object], lines: list[Mapping[str, object]]) -> Bundle:
    products: dict[object, list[Mapping[str, object]]] = {}
    for line in lines:
        products.setdefault(line["order_no"], []).append(line)
    return Bundle(
        bundle_no=first["bundle_no"],  # type: ignore[arg-type] # typed by the plan, here and below
        purchase_no=first["purchase_no"],  # type: ignore[arg-type]
        order_date=first["order_date"],  # type: ignore[arg-type]
        pay_date=first["pay_date"],  # type: ignore[arg-type]
        origin_ship_date=first["origin_ship_date"],  # type: ignore[arg-type]
        order_confirm_date=first["order_confirm_date"],  # type: ignore[arg-type]
        buyer_name=first["buyer_name"],  # type: ignore[arg-type]
        buyer_phone=first["buyer_phone"],  # type: ignore[arg-type]
        ship_price=first["ship_price"],  # type: ignore[arg-type]
        prepayment=first["prepayment"],  # type: ignore[arg-type]
        delivery=_delivery(first),
        order_product=tuple(_product(rows) for rows in products.values()),
    )


def _delivery(first: Mapping[str, object]) -> Delivery:
    at = first["schedule_ship_date"]
    address = ShipAddress(
        zipcode=first["zipcode"],  # type: ignore[arg-type]
        addr_fixed=first["address"],  # type: ignore[arg-type]
        message=first["message"],  # type: ignore[arg-type]
    )
    return Delivery(
        ship_status=first["ship_status"],  # type: ignore[arg-type]
        ship_method=first["ship_method"],  # type: ignore[arg-type]
        schedule_ship_date=None if at is None else at.date(),  # type: ignore[attr-defined] # a timestamp
        parcel_company=first["courier"],  # type: ignore[arg-type]
        invoice_no=first["invoice_no"],  # type: ignore[arg-type]
        name=first["recipient"],  # type: ignore[arg-type]
        phone=first["recipient_phone"],  # type: ignore[arg-type]
        customs_pin=first["customs_pin"],  # type: ignore[arg-type]
        ship_address=address,
    )


def _product(lines: list[Mapping[str, object]]) -> OrderProduct:
    first = lines[0]
    quantities = [line["quantity"] for line in lines]
    return OrderProduct(
        order_no=first["order_no"],  # type: ignore[arg-type]
        product_no=first["product_no"],  # type: ignore[arg-type]
        product_name=first["product_name"],  # type: ignore[arg-type]
        product_price=_unit_price(first),  # type: ignore[arg-type]
        product_commission_price=first["commission"],  # type: ignore[arg-type]
        product_qty=sum(quantity for quantity in quantities if isinstance(quantity, int)),
        wmp_charge_discount_price=first["wmp_discount"],  # type: ignore[arg-type]
        seller_product_code=first["seller_product_code"],  # type: ignore[arg-type]
        order_option=tuple(_option(line) for line in lines),
    )


def _option(line: Mapping[str, object]) -> OrderOption:
    return OrderOption(
        order_option_no=line["order_option_no"],  # type: ignore[arg-type]
        option_name=line["option_name"],  # type: ignore[arg-type]
        option_qty=line["quantity"],  # type: ignore[arg-type]
        seller_option_code=line["seller_option_code"],  # type: ignore[arg-type]
    )
