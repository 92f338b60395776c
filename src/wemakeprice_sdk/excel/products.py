"""Rows of the product export → product records, with the option rows of one product put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.nondata import is_total_word, reads_like_total
from wemakeprice_sdk.excel.options import SPLIT_FIELDS, Crowded, OptionReader
from wemakeprice_sdk.excel.records import OptionRecord, Problem, ProblemSeverity, ProductRecord
from wemakeprice_sdk.excel.structure import NonDataRows, RowPlan, TypedRow
from wemakeprice_sdk.files.cells import Cell, RowBlock

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
    "runple",
    "stock_count",
]
_OPTION_FIELDS = [
    "option_no",
    "option_name",
    "option_code",
    "option_price",
    "option_status",
    "option_value",
    "option_name_2",
    "option_value_2",
    "option_name_3",
    "option_value_3",
]
_OPTION_CELLS = ("option_name", "option_value", "option_name_2", "option_value_2", "option_code")
_STOCK = _FIELDS.index("stock_count")
_START, _END = _FIELDS.index("sale_start"), _FIELDS.index("sale_end")
_NO_OPTION = (None, None, None)
_NOTHING: Sequence[Problem] = ()
_PRICE, _ORIGIN = _FIELDS.index("sale_price"), _FIELDS.index("origin_price")


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
        self.reader = OptionReader(plan)
        self.has_options = self.reader.any
        self.non_data = NonDataRows(plan, "product_no", "product_name", _OPTION_CELLS)

    def single(self, blocks: Iterable[RowBlock]) -> Iterator[Parsed]:
        """One row, one product."""
        for row in self.plan.typed(blocks, _FIELDS):
            values = row.values
            number, name = values[0], values[1]
            if number is None or name is None:
                if self.non_data.takes(row, _FIELDS, number):
                    continue
            elif reads_like_total(name) and self.non_data.takes_total(row):
                continue
            self.non_data.started = True
            problems = tuple(self._checked(row, values))
            if number is None or name is None:
                yield Parsed(None, (row.number,), problems, number)  # type: ignore[arg-type] # an id or None
                continue
            record = ProductRecord(*values, (), row.extras)  # type: ignore[call-arg,arg-type] # typed by the plan
            yield Parsed(record, (row.number,), problems, number)  # type: ignore[arg-type] # an id

    def _checked(self, row: TypedRow, values: Sequence[object]) -> Sequence[Problem]:
        """Put the faults of a row into words, and check its fields against each other."""
        start, end, name = values[_START], values[_END], values[1]
        origin, price = values[_ORIGIN], values[_PRICE]
        if (
            not row.faults
            and (start is None or end is None or start <= end)  # type: ignore[operator] # timestamps both
            and (origin is None or price is None or origin == 0 or price <= origin)  # type: ignore[operator] # won
            and (name is None or len(name) <= NAME_CUT)  # type: ignore[arg-type] # a text
        ):
            return _NOTHING
        plan, number = self.plan, row.number
        problems = plan.problems(row)
        if start is not None and end is not None and end < start:  # type: ignore[operator] # timestamps both
            problems.append(plan.problem(number, "sale_end", self._cell("sale_end", row), "period-order"))
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
        return row.cell(self.plan.steps[name].index)

    def grouped(self, blocks: Iterable[RowBlock]) -> Iterator[Parsed]:
        """One row per option; rows that leave the product's cells blank belong to the product above."""
        group: _Group | None = None
        size = len(_FIELDS)
        names = (*_FIELDS, *_OPTION_FIELDS)
        for row in self.plan.typed(blocks, names):
            values, cells = row.values[:size], row.values[size:]
            option = self.reader.read(cells)
            is_option = option[:3] != _NO_OPTION
            continues = group is not None and is_option and self._continues(values, group)
            if self._left_out(row, names, values, option, group if continues else None):
                continue
            self.non_data.started = True
            if group is not None and continues:
                if row.faults:
                    row = evolve(row, faults=[fault for fault in row.faults if fault[2] != "required"])
                group.add(row, values, option, self._checked(row, values))
                continue
            if group is not None:
                yield group.finish()
            group = _Group(self.plan, self.reader, values, row.extras)
            group.begin(row, option if is_option else None, self._checked(row, values))
        if group is not None:
            yield group.finish()

    def _left_out(
        self,
        row: TypedRow,
        names: Sequence[str],
        values: Sequence[object],
        option: Sequence[object],
        group: _Group | None,
    ) -> bool:
        """Leave a row out when it is no data; `group` is the product that it would go on with."""
        worded = reads_like_total(option[1]) or reads_like_total(option[2])
        own_code = option[0] is not None or (option[2] is not None and not reads_like_total(option[2]))
        if values[0] is None and not own_code:
            if group is None:
                return self.non_data.takes(row, names, None)
            return worded and self.non_data.takes(row, names, None, group.sums(), group.above())
        if values[1] is None and values[0] is not None and group is None:
            return self.non_data.takes(row, names, values[0])
        if not worded and not reads_like_total(values[1]):
            return False
        if group is None:
            return self.non_data.takes_total(row)
        return self.non_data.takes_total(row, group.carried(), group.sums())

    def _continues(self, values: Sequence[object], group: _Group) -> bool:
        """Return whether an option row belongs to the product above: same number, or no product cells."""
        if values[0] is not None:
            return values[0] == group.values[0]
        return values[1] is None and group.values[0] is not None


class _Group:
    """The rows of one product while they are being collected."""

    def __init__(
        self, plan: RowPlan, reader: OptionReader, values: Sequence[object], extras: tuple[Cell, ...]
    ) -> None:
        self.plan = plan
        self.reader = reader
        self.values = values
        self.extras = extras
        self.rows: list[int] = []
        self.options: list[OptionRecord] = []
        self.problems: list[Problem] = []
        self.keys: set[object] = set()
        self.crowded: list[Crowded] = []
        self.whole = 0
        """How many options are no list."""

    def sums(self) -> Mapping[str, int]:
        """Return what a total of this product would say."""
        return {
            "stock_count": sum(one.stock_count or 0 for one in self.options),
            "option_price": sum(one.add_price or 0 for one in self.options),
        }

    def carried(self) -> Mapping[str, object]:
        """Return the values that rows of this product repeat."""
        return dict(zip(_FIELDS[:_STOCK], self.values, strict=False))

    def above(self) -> tuple[str, ...]:
        """Return the words that a total of this product could name."""
        names = (self.values[0], self.values[1], *(one.name for one in self.options[-1:]))
        return tuple(str(name) for name in names if name is not None)

    def begin(self, row: TypedRow, option: Sequence[object] | None, problems: Sequence[Problem]) -> None:
        """Take the product's first row."""
        self.rows.append(row.number)
        if option is not None:
            problems = self._append(row, self.values, option, problems)
        self.problems += problems

    def add(
        self, row: TypedRow, values: Sequence[object], option: Sequence[object], problems: Sequence[Problem]
    ) -> None:
        """Take a further option row."""
        self.rows.append(row.number)
        first = len(self.problems)
        if option_key(option[0], option[1], option[2]) in self.keys:
            self.problems += problems
            self.problems.append(self._option_problem(row, "same-option", ProblemSeverity.ERROR))
            return
        self._compare(row, values)
        before = len(self.options)
        self.problems[first:first] = self._append(row, values, option, problems)
        if before <= MOST_OPTIONS < len(self.options):
            over = self.plan.problem(
                row.number, "option_name", None, "too-many-options", severity=ProblemSeverity.ERROR
            )
            self.problems.append(over)

    def _option_problem(self, row: TypedRow, rule: str, severity: ProblemSeverity) -> Problem:
        name = self.reader.field
        cell = row.cell(self.plan.steps[name].index)
        return self.plan.problem(row.number, name, cell, rule, severity=severity)

    def _compare(self, row: TypedRow, values: Sequence[object]) -> None:
        plan = self.plan
        if values[:_STOCK] == self.values[:_STOCK]:
            return
        for position, name in enumerate(_FIELDS[:-1]):
            value = values[position]
            if value is not None and value != self.values[position] and name in plan.steps:
                cell = row.cell(plan.steps[name].index)
                problem = plan.problem(
                    row.number, name, cell, "group-differs", severity=ProblemSeverity.WARNING
                )
                self.problems.append(problem)

    def _append(
        self, row: TypedRow, values: Sequence[object], option: Sequence[object], problems: Sequence[Problem]
    ) -> Sequence[Problem]:
        """Add the option of a row, or the several that stand in it; return the problems that are left."""
        several = self.reader.several(row, option)
        if several is None or isinstance(several, Crowded):
            if several is None:
                self.whole += 1
            else:
                self.crowded.append(several)
            self._put(row, option, values[_STOCK])
        else:
            for one, stock in several:
                self._put(row, one, stock)
            # What one cell could not be read as, its parts were.
            problems = [one for one in problems if one.field not in SPLIT_FIELDS]
        if is_total_word(str(option[1] or ""), strong=True):
            problems = [*problems, self._option_problem(row, "looks-total", ProblemSeverity.WARNING)]
        return problems

    def _put(self, row: TypedRow, option: Sequence[object], stock: object) -> None:
        self.keys.add(option_key(option[0], option[1], option[2]))
        number, name, code, price, status = option
        self.options.append(
            OptionRecord(number, name, code, price, status, stock, row.number, row.extras)  # type: ignore[arg-type] # typed by the plan
        )

    def _flag_crowded(self, crowded: Crowded, options: tuple[OptionRecord, ...]) -> tuple[OptionRecord, ...]:
        name = self.plan.steps[self.reader.field].spec.name
        rule, severity = "several-options", ProblemSeverity.WARNING
        self.problems.append(self.plan.problem(crowded.row, name, crowded.cell, rule, severity=severity))
        return tuple(
            evolve(one, stock_count=None) if crowded.stock_unclear and one.row == crowded.row else one
            for one in options
        )

    def finish(self) -> Parsed:
        """Make the record."""
        values, options = self.values, tuple(self.options)
        number = values[0] if isinstance(values[0], int) else None
        for crowded in self.crowded:
            if len(options) > 1 and not self.whole and len({one.parts for one in self.crowded}) == 1:
                # Rows of as many parts each are levels of one option.
                break
            options = self._flag_crowded(crowded, options)
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
