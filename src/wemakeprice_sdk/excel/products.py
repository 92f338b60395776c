"""Rows of the product export → product records, with the option rows of one product put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from wemakeprice_sdk.excel.records import OptionRecord, Problem, ProblemSeverity, ProductRecord
from wemakeprice_sdk.excel.structure import RowPlan, TypedRow
from wemakeprice_sdk.files.cells import Cell, RowBlock, cell_text, is_blank

MOST_OPTIONS = 200
NAME_CUT = 70

_FIELDS = [
    "product_no",
    "product_name",
    "mall_type",
    "product_status",
    "sale_status",
    "display",
    "sale_price",
    "origin_price",
    "sale_start",
    "sale_end",
    "category_1",
    "category_2",
    "category_3",
    "category_4",
    "category_code",
    "brand_no",
    "brand_name",
    "maker_no",
    "maker_name",
    "shipping_template_no",
    "shipping_template_name",
    "registered_at",
    "changed_at",
    "seller_product_code",
    "taxable",
    "stock_count",
]
_OPTION_FIELDS = ["option_no", "option_name", "option_code", "option_price", "option_status"]
_STOCK = _FIELDS.index("stock_count")
_START, _END = _FIELDS.index("sale_start"), _FIELDS.index("sale_end")
_PRICE, _ORIGIN = _FIELDS.index("sale_price"), _FIELDS.index("origin_price")
_TOTALS = ("합계", "총계", "소계", "total", "계")


@frozen
class Parsed:
    """One product of the file: its record (None when number or name cannot be read), rows and problems."""

    record: ProductRecord | None
    rows: tuple[int, ...]
    problems: tuple[Problem, ...]
    number: int | None
    option_rows: bool = False
    """Whether the rows describe options, so that further rows of the same number belong to the product."""


def read_products(blocks: Iterable[RowBlock], plan: RowPlan) -> Iterator[Parsed]:
    """Yield the products of a file in its order; neighbouring option rows become one record."""
    reader = _ProductReader(plan)
    return reader.grouped(blocks) if reader.has_options else reader.single(blocks)


class _ProductReader:
    """Turns typed rows into products."""

    def __init__(self, plan: RowPlan) -> None:
        self.plan = plan
        self.has_options = any(name in plan.steps for name in ("option_no", "option_name", "option_code"))

    def single(self, blocks: Iterable[RowBlock]) -> Iterator[Parsed]:
        """One row, one product."""
        for row in self.plan.typed(blocks, _FIELDS):
            values = row.values
            name, start, end = values[1], values[_START], values[_END]
            origin, price = values[_ORIGIN], values[_PRICE]
            number = values[0]
            if (number is None or name is None) and self._is_filler(row):
                continue
            problems: tuple[Problem, ...] = ()
            if (
                row.faults
                or (start is not None and end is not None and end < start)  # type: ignore[operator] # times both
                or (origin is not None and price is not None and 0 < origin < price)  # type: ignore[operator] # won
                or (name is not None and len(name) > NAME_CUT)  # type: ignore[arg-type] # a text
            ):
                problems = tuple(self._checked(row, values))
            if number is None or name is None:
                yield Parsed(None, (row.number,), problems, number)  # type: ignore[arg-type] # an id or None
                continue
            record = ProductRecord(*values, (), row.extras)  # type: ignore[call-arg,arg-type] # typed by the plan
            yield Parsed(record, (row.number,), problems, number)  # type: ignore[arg-type] # an id

    def _checked(self, row: TypedRow, values: Sequence[object]) -> list[Problem]:
        """Put the faults of a row into words, and check its fields against each other."""
        plan, number = self.plan, row.number
        problems = plan.problems(row)
        start, end, name = values[_START], values[_END], values[1]
        if start is not None and end is not None and end < start:  # type: ignore[operator] # timestamps both
            problems.append(plan.problem(number, "sale_end", self._cell("sale_end", row), "period-order"))
        origin, price = values[_ORIGIN], values[_PRICE]
        if isinstance(origin, int) and isinstance(price, int) and 0 < origin < price:
            cell = self._cell("origin_price", row)
            problems.append(plan.problem(number, "origin_price", cell, "price-order"))
        if isinstance(name, str) and len(name) > NAME_CUT:
            detail = f"{len(name)} > {NAME_CUT}"
            cell = self._cell("product_name", row)
            problems.append(
                plan.problem(number, "product_name", cell, "too-long", detail, ProblemSeverity.WARNING)
            )
        return problems

    def _cell(self, name: str, row: TypedRow) -> Cell:
        return row.cells[self.plan.steps[name].index]

    def _is_filler(self, row: TypedRow) -> bool:
        """Return whether a row is blank, or a line of totals, so that nothing is missed by leaving it out."""
        filled = [cell for cell in row.cells if not is_blank(cell)]
        if not filled:
            return True
        if row.values[0] is not None or row.values[1] is not None:
            return False
        return any(cell_text(cell).strip().lower().rstrip(":") in _TOTALS for cell in filled[:3])

    def grouped(self, blocks: Iterable[RowBlock]) -> Iterator[Parsed]:
        """One row per option; rows that leave the product's cells blank belong to the product above."""
        group: _Group | None = None
        size = len(_FIELDS)
        for row in self.plan.typed(blocks, (*_FIELDS, *_OPTION_FIELDS)):
            values, option = row.values[:size], row.values[size:]
            is_option = any(value is not None for value in option[:3])
            if group is not None and is_option and self._continues(values, group):
                kept = evolve(row, faults=[fault for fault in row.faults if fault[2] != "required"])
                group.add(kept, values, option, self._checked(kept, values), self.plan)
                continue
            if (values[0] is None or values[1] is None) and self._is_filler(row):
                continue
            if group is not None:
                yield group.finish()
            group = _Group(values, row.extras)
            group.begin(row, option if is_option else None, self._checked(row, values))
        if group is not None:
            yield group.finish()

    def _continues(self, values: Sequence[object], group: _Group) -> bool:
        """Return whether an option row belongs to the product above: same number, or no product cells."""
        if values[0] is not None:
            return values[0] == group.values[0]
        return values[1] is None and group.values[0] is not None


class _Group:
    """The rows of one product while they are being collected."""

    def __init__(self, values: Sequence[object], extras: tuple[Cell, ...]) -> None:
        self.values = values
        self.extras = extras
        self.rows: list[int] = []
        self.options: list[OptionRecord] = []
        self.problems: list[Problem] = []
        self.keys: set[object] = set()

    def begin(self, row: TypedRow, option: Sequence[object] | None, problems: list[Problem]) -> None:
        """Take the product's first row."""
        self.rows.append(row.number)
        self.problems += problems
        if option is not None:
            self._append(row.number, self.values, option)

    def add(
        self,
        row: TypedRow,
        values: Sequence[object],
        option: Sequence[object],
        problems: list[Problem],
        plan: RowPlan,
    ) -> None:
        """Take a further option row."""
        self.rows.append(row.number)
        self.problems += problems
        if option_key(option[0], option[1], option[2]) in self.keys:
            name = next(name for name in ("option_no", "option_name", "option_code") if name in plan.steps)
            cell = row.cells[plan.steps[name].index]
            self.problems.append(
                plan.problem(row.number, name, cell, "same-option", severity=ProblemSeverity.ERROR)
            )
            return
        self._compare(row, values, plan)
        self._append(row.number, values, option)
        if len(self.options) == MOST_OPTIONS + 1:
            over = plan.problem(
                row.number, "option_name", None, "too-many-options", severity=ProblemSeverity.ERROR
            )
            self.problems.append(over)

    def _compare(self, row: TypedRow, values: Sequence[object], plan: RowPlan) -> None:
        for position, name in enumerate(_FIELDS[:-1]):
            value = values[position]
            if value is not None and value != self.values[position] and name in plan.steps:
                cell = row.cells[plan.steps[name].index]
                problem = plan.problem(
                    row.number, name, cell, "group-differs", severity=ProblemSeverity.WARNING
                )
                self.problems.append(problem)

    def _append(self, row: int, values: Sequence[object], option: Sequence[object]) -> None:
        self.keys.add(option_key(option[0], option[1], option[2]))
        number, name, code, price, status = option
        self.options.append(
            OptionRecord(number, name, code, price, status, values[_STOCK], row)  # type: ignore[arg-type] # typed by the plan
        )

    def finish(self) -> Parsed:
        """Make the record."""
        values, options = self.values, tuple(self.options)
        number = values[0] if isinstance(values[0], int) else None
        if values[0] is None or values[1] is None:
            return Parsed(None, tuple(self.rows), tuple(self.problems), number, bool(options))
        stock = total_stock(options) if options else values[_STOCK]
        record = ProductRecord(*values[:_STOCK], stock, options, self.extras)  # type: ignore[call-arg,arg-type] # typed by the plan
        return Parsed(record, tuple(self.rows), tuple(self.problems), number, bool(options))


def option_key(number: object, name: object, code: object) -> object:
    """Return what tells one option of a product from another."""
    return number if number is not None else (name, code)


def total_stock(options: Iterable[OptionRecord]) -> int | None:
    """Add the options' stock up; None when any of them does not say."""
    total = 0
    for option in options:
        if option.stock_count is None:
            return None
        total += option.stock_count
    return total


def merge_options(record: ProductRecord, more: Iterable[OptionRecord]) -> ProductRecord:
    """Add option rows that stood elsewhere in the file."""
    options = (*record.options, *more)
    return evolve(record, options=options, stock_count=total_stock(options))
