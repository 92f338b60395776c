"""Rows of the deal export → deal records; a deal may stand on one row, or on one row per product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from wemakeprice_sdk.excel.records import DealRecord, Problem, ProblemSeverity
from wemakeprice_sdk.excel.structure import RowPlan, TypedRow
from wemakeprice_sdk.files.cells import Cell, RowBlock, is_blank

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
        self.values = values
        self.extras = extras
        self.rows: list[int] = []
        self.products: dict[int, None] = {}
        self.problems: list[Problem] = []

    def finish(self, plan: RowPlan) -> ParsedDeal:
        """Make the record."""
        number = self.values[0] if isinstance(self.values[0], int) else None
        if self.values[0] is None or self.values[1] is None:
            return ParsedDeal(None, tuple(self.rows), tuple(self.problems), number)
        count = self.values[_COUNT]
        if self.products and isinstance(count, int) and count != len(self.products):
            detail = f"{count} ≠ {len(self.products)}"
            self.problems.append(
                plan.problem(
                    self.rows[0], "product_count", count, "count-differs", detail, ProblemSeverity.WARNING
                )
            )
        record = DealRecord(*self.values, tuple(self.products), self.extras)  # type: ignore[call-arg,arg-type] # typed by the plan
        return ParsedDeal(record, tuple(self.rows), tuple(self.problems), number)


def read_deals(blocks: Iterable[RowBlock], plan: RowPlan) -> Iterator[ParsedDeal]:
    """Return the deals of a file in its order; neighbouring rows of one number become one record."""
    group: _DealGroup | None = None
    for row in plan.typed(blocks, (*_FIELDS, "product_nos")):
        if all(map(is_blank, row.cells)):
            continue
        values, products = row.values[:-1], row.values[-1] or ()
        if group is None or not _continues(values, products, group):
            if group is not None:
                yield group.finish(plan)
            group = _DealGroup(values, row.extras)
            group.problems += _checked(row, plan)
        else:
            kept = [fault for fault in row.faults if fault[2] != "required"]
            group.problems += [plan.problem(row.number, *fault) for fault in kept]
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


def _checked(row: TypedRow, plan: RowPlan) -> list[Problem]:
    problems = plan.problems(row)
    start, end = row.values[_START], row.values[_END]
    if start is not None and end is not None and end < start:  # type: ignore[operator] # timestamps both
        problems.append(
            plan.problem(row.number, "sale_end", row.cells[plan.steps["sale_end"].index], "period-order")
        )
    return problems
