"""Rows of the deal export → deal records; a deal may stand on one row, or on one row per product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.nondata import NonDataKind, is_total_word, reads_like_total
from wemakeprice_sdk.excel.records import DealRecord, Problem, ProblemSeverity
from wemakeprice_sdk.excel.structure import NonDataRows, RowPlan, TypedRow
from wemakeprice_sdk.files.cells import Cell, RowBlock

_FIELDS = [
    "deal_no",
    "deal_name",
    "deal_status",
    "display",
    "sale_price",
    "sale_start",
    "sale_end",
    "product_count",
    "registered_at",
    "changed_at",
]
_PRICE = _FIELDS.index("sale_price")
_START, _END, _COUNT = _FIELDS.index("sale_start"), _FIELDS.index("sale_end"), _FIELDS.index("product_count")


@frozen
class ParsedDeal:
    """One deal of the file: its record (None when its number or name cannot be read), rows and problems."""

    record: DealRecord | None
    rows: tuple[int, ...]
    problems: tuple[Problem, ...]
    number: int | None


class _DealGroup:
    """The rows of one deal while they are being collected."""

    def __init__(self, values: Sequence[object], extras: tuple[Cell, ...]) -> None:
        self.values = list(values)
        self.extras = [extras]
        self.rows: list[int] = []
        self.products: dict[int, None] = {}
        self.problems: list[Problem] = []
        self.own_prices = False

    def compare(self, row: TypedRow, values: Sequence[object], plan: RowPlan) -> None:
        """Hold a further row against the first: a price that differs is the product's own."""
        for position, name in enumerate(_FIELDS):
            value, first = values[position], self.values[position]
            if (
                value is None
                or value == first
                or name not in plan.steps
                or (position == _PRICE and self.own_prices)
            ):
                continue
            rule = "group-differs"
            if position == _PRICE and "대표" not in plan.steps[name].header:
                rule, self.own_prices = "row-price", True
            cell = row.cell(plan.steps[name].index)
            self.problems.append(plan.problem(row.number, name, cell, rule, "", ProblemSeverity.WARNING))

    def finish(self, plan: RowPlan) -> ParsedDeal:
        """Make the record."""
        number = self.values[0] if isinstance(self.values[0], int) else None
        if self.values[0] is None or self.values[1] is None:
            return ParsedDeal(None, tuple(self.rows), tuple(self.problems), number)
        if self.own_prices:
            self.values[_PRICE] = None
        count = self.values[_COUNT]
        if self.products and isinstance(count, int) and count != len(self.products):
            detail = f"{count} ≠ {len(self.products)}"
            self.problems.append(
                plan.problem(
                    self.rows[0], "product_count", count, "count-differs", detail, ProblemSeverity.WARNING
                )
            )
        several = tuple(self.extras) if len(self.extras) > 1 and plan.extras else ()
        record = DealRecord(*self.values, tuple(self.products), self.extras[0], several)  # type: ignore[call-arg,arg-type] # typed by the plan
        return ParsedDeal(record, tuple(self.rows), tuple(self.problems), number)


def read_deals(blocks: Iterable[RowBlock], plan: RowPlan) -> Iterator[ParsedDeal]:
    """Yield the deals of a file in its order; neighbouring rows of one number become one record."""
    group: _DealGroup | None = None
    non_data = NonDataRows(plan, "deal_no", "deal_name")
    names = (*_FIELDS, "product_nos")
    for row in plan.typed(blocks, names):
        values, products = row.values[:-1], row.values[-1] or ()
        continues = group is not None and _continues(values, products, group)
        if not continues and (values[0] is None or values[1] is None):
            if non_data.takes(row, names, values[0]):
                continue
        elif reads_like_total(values[1]) and non_data.takes_total(row):
            continue
        if group is not None and _is_subtotal(row, products, group, plan):
            plan.leave_out(row, NonDataKind.TOTAL)
            continue
        non_data.started = True
        if group is None or not continues:
            if group is not None:
                yield group.finish(plan)
            group = _DealGroup(values, row.extras)
            group.problems += _checked(row, plan)
        else:
            kept = [fault for fault in row.faults if fault[2] != "required"]
            group.problems += [plan.problem(row.number, *fault) for fault in kept]
            group.compare(row, values, plan)
            group.extras.append(row.extras)
        group.rows.append(row.number)
        if isinstance(products, tuple):
            group.products.update(dict.fromkeys(products))
    if group is not None:
        yield group.finish(plan)


def _continues(values: Sequence[object], products: object, group: _DealGroup) -> bool:
    if not products:
        return False
    if values[0] is not None:
        return values[0] == group.values[0]
    return values[1] is None and group.values[0] is not None


def _is_subtotal(row: TypedRow, products: object, group: _DealGroup, plan: RowPlan) -> bool:
    """Return whether a row repeats the deal above, names no product, and says 소계 where one would stand."""
    if products or "product_nos" not in plan.steps or row.values[0] != group.values[0]:
        return False
    return any(is_total_word(cell, strong=True) for cell in row.cells if isinstance(cell, str))


def _checked(row: TypedRow, plan: RowPlan) -> list[Problem]:
    problems = plan.problems(row)
    start, end = row.values[_START], row.values[_END]
    if start is not None and end is not None and end < start:  # type: ignore[operator] # timestamps both
        problems.append(
            plan.problem(row.number, "sale_end", row.cell(plan.steps["sale_end"].index), "period-order")
        )
    return problems
