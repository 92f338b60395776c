"""The plan by which a row's cells become typed values: compiled once per file, then run per row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, repeat

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.cellreaders import (
    Column,
    Even,
    Faults,
    Found,
    Read,
    column_readers,
    shared_state_readers,
)
from wemakeprice_sdk.excel.columns import ColumnBook, ColumnSpec, spellings
from wemakeprice_sdk.excel.faults import sentences
from wemakeprice_sdk.excel.mapping import ColumnMap
from wemakeprice_sdk.excel.nondata import (
    LeftOutRow,
    LeftOutRows,
    NonDataKind,
    Place,
    Sums,
    classify,
    is_total_word,
)
from wemakeprice_sdk.excel.records import Problem, ProblemSeverity
from wemakeprice_sdk.files.cells import (
    Cell,
    CellError,
    RowBlock,
    cell_text,
    column_letter,
    is_blank,
)
from wemakeprice_sdk.models._base import OpenEnum
from wemakeprice_sdk.secrets import redact

_SHOWN = 80
_MOST_UNNAMED = 256
_WIDTH_SEVERITY: Mapping[str, ProblemSeverity] = {
    "row-wide": ProblemSeverity.ERROR,
    "row-short": ProblemSeverity.WARNING,
    "beyond-header": ProblemSeverity.WARNING,
}
_NOTES = frozenset(("recovered-id", "cleaned"))
_DOUBTS = frozenset(
    [
        "long-id",
        "leading-zero",
        "two-digit-year",
        "american-date",
        "unformatted-date",
        "date-in-text",
        "unknown-name",
        "masked",
        "formula-text",
    ]
)


@frozen
class Step:
    """One field of the plan: its specification, its column, and its readers."""

    spec: ColumnSpec
    index: int
    letter: str
    header: str
    read: Read = field(eq=False, repr=False)
    """Reads one cell, with care."""
    even: Even = field(eq=False, repr=False)
    """Reads a whole column at once, odd cells with care; None when that is no quicker than one by one."""


@define(eq=False)
class TypedRow:
    """One row of the file with the values of the fields that were asked for."""

    number: int
    values: tuple[object, ...]
    extras: tuple[Cell, ...]
    """The cells of the columns nobody understood."""
    faults: Sequence[Found]
    _columns: Sequence[Column]
    at: int
    """Its place in the block."""

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell of the row, from column A on."""
        return tuple(column[self.at] for column in self._columns)

    def cell(self, index: int) -> Cell:
        """Return one cell, by the index of its column."""
        return self._columns[index][self.at]


def severity_of(rule: str, spec: ColumnSpec) -> ProblemSeverity:
    """Weigh a broken rule by itself and by the field it stands in."""
    if rule in _NOTES:
        return ProblemSeverity.NOTE
    if rule in _DOUBTS:
        return ProblemSeverity.WARNING
    return ProblemSeverity.ERROR if spec.required else spec.severity


def shown(cell: Cell, spec: ColumnSpec | None) -> str:
    """Show a cell in a problem: personal data masked, long text cut.

    Columns may have slipped, so what looks like a telephone number, an e-mail or a key is masked in any.
    """
    if spec is not None and spec.personal and cell is not None:
        return "***"
    text = redact(cell_text(cell)) if isinstance(cell, str) else cell_text(cell)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


@define(eq=False)
class RowPlan:
    """The compiled steps of one file."""

    sheet: str
    columns: ColumnMap
    steps: Mapping[str, Step]
    faults: Faults
    width: int
    """How many columns the header has."""
    extras: tuple[int, ...]
    """The columns nobody understood."""
    field_counts: tuple[int, int] = (0, 0)
    """Of a delimited file: how many fields the header has, and how many a row usually has."""
    left_out: LeftOutRows = field(factory=LeftOutRows)
    """The rows that are no data."""
    sums: Sums = field(factory=Sums)
    _odd_extras: dict[int, tuple[int, int]] = field(factory=dict, init=False)
    """Per column nobody understood: how many error values it holds, and the first row with one."""

    def __attrs_post_init__(self) -> None:
        """Name the columns that can be summed up."""
        numeric = (name for name, step in self.steps.items() if step.spec.type in ("won", "count"))
        self.sums.names = tuple(numeric)

    @property
    def extra_headers(self) -> tuple[str, ...]:
        """The headers of the columns nobody understood; a column without one goes by its letter."""
        headers = {match.index: match.header or f"{match.letter}열" for match in self.columns.matches}
        seen: set[str] = set()
        names: list[str] = []
        for index in self.extras:
            # Two columns of one name would overwrite each other.
            name = (
                headers[index] if headers[index] not in seen else f"{headers[index]} ({column_letter(index)})"
            )
            seen.add(name)
            names.append(name)
        return tuple(names)

    def typed(self, blocks: Iterable[RowBlock], names: Sequence[str]) -> Iterator[TypedRow]:
        """Yield the rows that hold anything, with the values of `names` and their faults."""
        for block in blocks:
            filled = block.filled()
            blank: Sequence[Cell] = [None] * len(filled.numbers)
            columns = [*filled.columns, *repeat(blank, self.width - len(filled.columns))]
            typed = [self._column(name, columns, blank) for name in names]
            self.sums.begin(names, typed)
            extras = (
                zip(*(columns[index] for index in self.extras), strict=True) if self.extras else repeat(())
            )
            if len(columns) > self.width or filled.counts.count(self.field_counts[0]) != len(filled.counts):
                self._check_widths(filled.counts or [0] * len(filled.numbers), columns)
            if not filled.counts:
                # A delimited file holds texts only.
                self._see_extras(filled.numbers, columns)
            found = self.faults.take()
            values = zip(*typed, strict=True)
            for at, (number, row, extra) in enumerate(zip(filled.numbers, values, extras, strict=False)):
                yield TypedRow(number, row, extra, found.get(at, ()), columns, at)

    def _see_extras(self, numbers: Sequence[int], columns: Sequence[Column]) -> None:
        for index in self.extras:
            if CellError not in set(map(type, columns[index])):
                continue
            rows = [numbers[at] for at, cell in enumerate(columns[index]) if isinstance(cell, CellError)]
            count, first = self._odd_extras.get(index, (0, rows[0]))
            self._odd_extras[index] = (count + len(rows), first)

    def odd_extras(self) -> list[str]:
        """Return one line for every column nobody understood that holds errors or uncalculated formulas."""
        headers = dict(zip(self.extras, self.extra_headers, strict=True))
        return [
            f"{self.sheet}!{column_letter(index)} [{headers[index]}] holds {count} error value(s) or "
            f"formulas never calculated, the first in row {first}; kept as they are "
            f"({column_letter(index)} [{headers[index]}]: "
            f"오류 값 또는 계산되지 않은 수식 {count}개가 있습니다. 첫 행: 원본 {first}행. "
            "엑셀에서 파일을 열어 저장한 뒤 다시 올려 주세요)"
            for index, (count, first) in sorted(self._odd_extras.items())
        ]

    def _check_widths(self, counts: Sequence[int], columns: Sequence[Column]) -> None:
        """Note the rows that are wider than the header: a comma too many shifts what stands behind it."""
        beyond = columns[self.width :]
        for at, count in enumerate(counts):
            last = next((n for n in range(len(beyond), 0, -1) if not is_blank(beyond[n - 1][at])), 0)
            odd = self._odd(count, self.width + last)
            if not last and not odd:
                continue
            self.faults.at = at
            cell = next((column[at] for column in beyond if not is_blank(column[at])), None)
            if odd and count < self.width:
                self.faults.add("", cell, "row-short", _widths(count, self.width))
                continue
            wide = odd or _shifted([column[at] for column in columns], self.width)
            detail = _widths(max(self.width + last, count), self.width)
            self.faults.add("", cell, "row-wide" if wide else "beyond-header", detail)

    def _odd(self, count: int, filled: int) -> bool:
        """Return whether a row of a delimited file has another number of fields than it should."""
        wanted, usual = self.field_counts
        if count in (0, wanted):
            return False
        return filled > wanted or (count > wanted and count != usual) or (count < self.width <= usual)

    def _column(self, name: str, columns: Sequence[Column], blank: Sequence[object]) -> Sequence[object]:
        step = self.steps.get(name)
        if step is None:
            return blank
        column = columns[step.index]
        even = step.even(column)
        if even is not None:
            return even
        faults, read = self.faults, step.read
        values: list[object] = []
        for faults.at, cell in enumerate(column):
            values.append(read(cell))
        return values

    def problem(
        self,
        row: int,
        name: str,
        cell: Cell,
        rule: str,
        detail: str = "",
        severity: ProblemSeverity | None = None,
    ) -> Problem:
        """Put a broken rule into words."""
        step = self.steps.get(name)
        english, korean = sentences(rule, detail)
        weight = severity or (
            severity_of(rule, step.spec) if step else _WIDTH_SEVERITY.get(rule, ProblemSeverity.WARNING)
        )
        return Problem(
            self.sheet,
            row,
            step.letter if step else column_letter(self.width) if rule in _WIDTH_SEVERITY else "",
            step.header if step else "",
            name,
            shown(cell, step.spec if step else None),
            rule,
            weight,
            english,
            korean,
        )

    def problems(self, row: TypedRow) -> list[Problem]:
        """Put everything the readers found in a row into words."""
        return [self.problem(row.number, *fault) for fault in row.faults] if row.faults else []

    def leave_out(self, row: TypedRow, kind: NonDataKind) -> None:
        """Take a row for no data: a total counts in no sum below it."""
        ignored = self.columns.ignored
        texts = [
            cell.strip()
            for at, cell in enumerate(row.cells)
            if isinstance(cell, str) and not is_blank(cell) and at not in ignored
        ]
        worded = [text for text in texts if is_total_word(text)] if kind is NonDataKind.TOTAL else []
        private = any(step.spec.personal for step in self.steps.values())
        said = next(iter(worded or ([] if private else texts)), "")[:_SHOWN]
        self.left_out.add(LeftOutRow(kind, self.sheet, row.number, said))
        self.sums.leave_out(row.at)


class NonDataRows:
    """Tells the rows of a table that are no data, and leaves them out of its plan."""

    def __init__(self, plan: RowPlan, key: str, name: str = "", more: Sequence[str] = ()) -> None:
        self.plan = plan
        self.key = key
        """The field that identifies a record."""
        self.names = [plan.steps[one].index for one in (name, *more) if one in plan.steps]
        self.headers = tuple(match.header for match in plan.columns.matches)
        self.ignored = plan.columns.ignored
        self.started = False
        """Whether a record was read."""

    def takes(
        self,
        row: TypedRow,
        fields: Sequence[str],
        number: object,
        group: Mapping[str, int] | None = None,
        above: Sequence[str] | None = None,
    ) -> bool:
        """Leave out a row without identifier or name when it is blank, a total, a note or a header."""
        cells = row.cells
        if self.ignored:
            cells = tuple(None if at in self.ignored else cell for at, cell in enumerate(cells))
        filled = [cell for cell in cells if not is_blank(cell)]
        if not filled:
            return True
        if number is not None:
            kind = self._numbered(row, filled)
        else:
            step = self.plan.steps.get(self.key)
            place = Place(
                cells=cells,
                id_cell=cells[step.index] if step is not None else None,
                names=tuple(cells[index] for index in self.names),
                headers=self.headers,
                readable=self._readable(row, fields),
                sums_agree=self.plan.sums.agrees(row.at, carried={}, group=group or {}),
                above=tuple(above or ()),
                before_data=not self.started,
            )
            kind = classify(place)
        if kind is not None:
            self.plan.leave_out(row, kind)
        return kind is not None

    def _numbered(self, row: TypedRow, filled: Sequence[Cell]) -> NonDataKind | None:
        """Return what a row with a number but without a name is: a page's number, or a sum of numbers."""
        if len(filled) == 1 and _is_page(filled[0]):
            return NonDataKind.NOTE
        nameless = all(is_blank(row.cells[index]) for index in self.names)
        agree = nameless and self.plan.sums.agrees(row.at, carried={}, group={})
        return NonDataKind.TOTAL if agree else None

    def takes_total(
        self,
        row: TypedRow,
        carried: Mapping[str, object] | None = None,
        group: Mapping[str, int] | None = None,
    ) -> bool:
        """Leave out a row that is named like a total when all its numbers are the sums of rows above it."""
        addends = 1 if group else 2
        if not self.plan.sums.agrees(row.at, carried=carried or {}, group=group or {}, addends=addends):
            return False
        self.plan.leave_out(row, NonDataKind.TOTAL)
        return True

    def _readable(self, row: TypedRow, fields: Sequence[str]) -> int:
        """Count the typed cells of a row that could be read."""
        count = 0
        for name, value in zip(fields, row.values, strict=False):
            step = self.plan.steps.get(name)
            if step is None or value is None or value == () or step.spec.type in ("text", "code"):
                continue
            count += value.is_known if isinstance(value, OpenEnum) else 1
        return count


def _is_page(cell: Cell) -> bool:
    text = cell_text(cell).strip()
    return text.isdigit() and len(text) <= 3


def compile_plan(
    sheet: str, columns: ColumnMap, book: ColumnBook, sample: Sequence[Sequence[Cell]], *, date1904: bool
) -> RowPlan:
    """Compile the plan of a file from its columns."""
    faults = Faults()
    specs = book.kinds[columns.kind].fields
    steps: dict[str, Step] = {}
    for match in columns.understood:
        spec = specs[match.field or ""]
        cells = [row[match.index] for row in sample if match.index < len(row)]
        read, even = column_readers(spec, faults, cells, date1904=date1904)
        steps[spec.name] = Step(spec, match.index, match.letter, match.header, read, even)
    for name, other in _SHARED_STATES:
        steps.update(_shared_state(steps, specs, name, other, faults))
    width = len(columns.matches)
    while width and not columns.matches[width - 1].header and columns.matches[width - 1].field is None:
        # A header row that is padded with blanks ends with its last word.
        width -= 1
    named = {match.index for match in columns.unknown if match.header}
    held = {match.index for match in columns.unknown[:_MOST_UNNAMED] if _holds(sample, match.index)}
    extras = tuple(index for index in range(width) if index in named | held)
    return RowPlan(sheet, columns, steps, faults, width, extras)


_SHARED_STATES = (("product_status", "sale_status"), ("sale_status", "product_status"))
"""판매상태 and 상태 stand above either state, and in some files above both: 판매중지, 품절."""


def _shared_state(
    steps: Mapping[str, Step], specs: Mapping[str, ColumnSpec], name: str, other: str, faults: Faults
) -> Mapping[str, Step]:
    """Return steps by which one column gives both states, each by the words that only it has."""
    step, missing = steps.get(name), specs.get(other)
    if step is None or missing is None or other in steps or not _is_shared_header(step, missing):
        return {}
    own, only = shared_state_readers(step.spec, missing, faults)
    return {
        name: Step(step.spec, step.index, step.letter, step.header, *own),
        other: Step(missing, step.index, step.letter, step.header, *only),
    }


def _is_shared_header(step: Step, missing: ColumnSpec) -> bool:
    own = spellings(step.header)[1:]
    return any(word in own for label in (missing.korean, *missing.aliases) for word in spellings(label)[1:])


def _holds(sample: Sequence[Sequence[Cell]], index: int) -> bool:
    return any(index < len(row) and not is_blank(row[index]) for row in sample)


_THREE = re.compile(r"\d{3}(?:\.\d+)?(?:원)?", re.ASCII)


def _widths(values: int, columns: int) -> str:
    return f"{values} values, {columns} columns|값 {values}개, 열 {columns}개"


def _shifted(cells: Sequence[Cell], width: int) -> bool:
    """Return whether a row that is wider than the header looks shifted, not only annotated at its side.

    Either a number was cut at its thousands comma (12 | 900), or what overflows is a number.
    """
    if is_blank(cells[width]):
        return False
    texts = [cell_text(cell).strip() for cell in cells]
    cut = any(0 < len(one) <= 3 and one.isdigit() and _THREE.fullmatch(two) for one, two in pairwise(texts))
    return cut or not isinstance(cells[width], str) or bool(texts[width].replace(",", "").isdigit())
