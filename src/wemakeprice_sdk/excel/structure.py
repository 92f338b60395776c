"""The plan by which a row's cells become typed values: compiled once per file, then run per row.

Every reader has a short way for the values that nearly all cells hold, and a careful one for the rest. What a
reader finds wrong goes to one `Faults` list, so that a clean row costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, repeat
from typing import TypeAlias

from attrs import define, field, frozen

from wemakeprice_sdk.excel.columns import ColumnBook, ColumnSpec, spellings
from wemakeprice_sdk.excel.faults import sentences
from wemakeprice_sdk.excel.mapping import ENUMS, KNOWN_STATES, ColumnMap, digit_lengths, state_of
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
from wemakeprice_sdk.excel.values import (
    EMPTY_MARKS,
    Doubt,
    FaultError,
    clean,
    is_clean,
    is_empty_mark,
    iso_text_timestamp,
    iso_timestamps,
    narrow,
    parse_amount,
    parse_flag,
    parse_id,
    parse_id_list,
    parse_timestamp,
)
from wemakeprice_sdk.files.cells import (
    EXACT_DIGITS,
    Cell,
    CellError,
    RowBlock,
    Serial,
    cell_text,
    column_letter,
    is_blank,
    plain_number,
    serial_to_datetime,
)
from wemakeprice_sdk.models._base import OpenEnum, is_masked

Read: TypeAlias = "Callable[[Cell], object]"
Column: TypeAlias = "Sequence[Cell]"
Even: TypeAlias = "Callable[[Column], Sequence[object] | None]"

_MEMO = 90_000
_MEMO_TEXT = 64
_LONGEST_TEXT = 4_000
_PROVEN = 2_000
_PROVEN_LENGTH = 100
_SHOWN = 80
_MOST_UNNAMED = 256
_EXACT = 10**EXACT_DIGITS
_ZIP_DIGITS = 5
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
    ]
)


Found: TypeAlias = "tuple[str, Cell, str, str]"
"""Field, cell, rule, detail."""


@define
class Faults:
    """What the readers found wrong in a batch of rows; `at` is the row within it."""

    at: int = 0
    found: dict[int, list[Found]] = field(factory=dict)

    def add(self, name: str, cell: Cell, rule: str, detail: str = "") -> None:
        """Note that a field's cell breaks a rule."""
        self.found.setdefault(self.at, []).append((name, cell, rule, detail))

    def take(self) -> dict[int, list[Found]]:
        """Return what was found and start afresh."""
        taken, self.found = self.found, {}
        return taken


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
    """Reads a whole column of clean cells at once; None when any cell needs care."""


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


def severity_of(rule: str, spec: ColumnSpec) -> ProblemSeverity:
    """Weigh a broken rule by itself and by the field it stands in."""
    if rule in _NOTES:
        return ProblemSeverity.NOTE
    if rule in _DOUBTS:
        return ProblemSeverity.WARNING
    return ProblemSeverity.ERROR if spec.required else spec.severity


def shown(cell: Cell, spec: ColumnSpec | None) -> str:
    """Show a cell in a problem: personal data masked, long text cut."""
    if spec is not None and spec.personal and cell is not None:
        return "***"
    text = cell_text(cell)
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
            found = self.faults.take()
            values = zip(*typed, strict=True)
            for at, (number, row, extra) in enumerate(zip(filled.numbers, values, extras, strict=False)):
                yield TypedRow(number, row, extra, found.get(at, ()), columns, at)

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
            # A small number alone is that of a page.
            kind = NonDataKind.NOTE if len(filled) == 1 and _is_page(filled[0]) else None
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
        read, even = _readers(spec, faults, cells, date1904=date1904)
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
    enum, second = ENUMS[step.spec.type], ENUMS[missing.type]
    memo: dict[Cell, object] = {None: None}
    second_memo: dict[Cell, object] = {None: None}
    read = _enum_reader(step.spec, faults.add, memo, second)
    only = _second_state_reader(enum, second, second_memo)
    return {
        name: Step(step.spec, step.index, step.letter, step.header, read, _even_memo(memo)),
        other: Step(missing, step.index, step.letter, step.header, only, _even_memo(second_memo)),
    }


def _is_shared_header(step: Step, missing: ColumnSpec) -> bool:
    own = spellings(step.header)[1:]
    return any(word in own for label in (missing.korean, *missing.aliases) for word in spellings(label)[1:])


def _second_state_reader(first: type[OpenEnum], second: type[OpenEnum], memo: dict[Cell, object]) -> Read:
    def read(cell: Cell) -> object:
        if not isinstance(cell, str):
            return None
        text = narrow(cell)
        value = state_of(second, text)
        found = value if value.is_known and not state_of(first, text).is_known else None
        _remember(memo, cell, found)
        return found

    return read


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


AddProblem: TypeAlias = "Callable[[str, Cell, str, str], None]"


def _readers(
    spec: ColumnSpec, faults: Faults, sample: Sequence[Cell], *, date1904: bool
) -> tuple[Read, Even]:
    note = faults.add
    if spec.type == "id":
        return _id_reader(spec, note), _even_numbers(spec, 1, _EXACT - 1)
    if spec.type in ("won", "count"):
        return _amount_reader(spec, note), _even_numbers(spec, *_bounds(spec))
    if spec.type == "moment":
        return _timestamp_readers(spec, faults, date1904=date1904)
    if spec.type == "text":
        return _text_reader(spec, note, date1904=date1904), _even_texts(spec)
    if spec.type == "code":
        return _code_reader(spec, note, digit_lengths(sample), date1904=date1904), _even_texts(spec)
    if spec.type == "id_list":
        return _id_list_reader(spec, note), _uneven
    memo: dict[Cell, object] = {None: None}
    read = _flag_reader(spec, note, memo) if spec.type == "flag" else _enum_reader(spec, note, memo)
    return read, _even_memo(memo)


# --- whole columns -----------------------------------------------------------------------------------------

_INTS = frozenset((int,))
_STRS = frozenset((str,))
_NONE = type(None)


def _uneven(_: Column) -> None:
    return None


def _filled(column: Column, spec: ColumnSpec) -> tuple[frozenset[type], Column] | None:
    """Return the types and the cells of a column without its blanks; None when a blank is a fault."""
    kinds = frozenset(map(type, column))
    if _NONE not in kinds and (str not in kinds or "" not in column):
        return kinds, column
    if spec.required:
        return None
    return kinds - {_NONE}, [cell for cell in column if cell is not None and cell != ""]


def _spread(column: Column, filled: Column, values: Sequence[object]) -> Sequence[object]:
    """Put the values of the filled cells back between the blanks."""
    if len(filled) == len(column):
        return values
    following = iter(values)
    return [None if cell is None or cell == "" else next(following) for cell in column]


def _even_numbers(spec: ColumnSpec, low: int, high: int) -> Even:
    def even(column: Column) -> Sequence[object] | None:
        found = _filled(column, spec)
        if found is None:
            return None
        kinds, filled = found
        numbers: Sequence[int] | None = None
        if kinds == _INTS:
            numbers = filled  # type: ignore[assignment] # the types were looked at
        elif kinds == _STRS and filled:
            numbers = _digits(filled)  # type: ignore[arg-type] # the types were looked at
        if not filled:
            return [None] * len(column)
        if numbers is None or min(numbers) < low or max(numbers) > high:
            return None
        return _spread(column, filled, numbers)

    return even


_GROUPED_DIGITS = r"(?:\d{1,3}(?:,\d{3})++|\d++)"
_GROUPED = re.compile(rf"{_GROUPED_DIGITS}(?:\|{_GROUPED_DIGITS})*+", re.ASCII)


def _digits(texts: Sequence[str]) -> Sequence[int] | None:
    """Read texts of digits, grouped (`12,900`, as Excel saves amounts into a CSV) or not; None for others."""
    joined = "".join(texts)
    if "," in joined:
        if _GROUPED.fullmatch("|".join(texts)) is None:
            return None
        texts = [text.replace(",", "") for text in texts]
        joined = "".join(texts)
    if not (joined.isascii() and joined.isdigit()) or max(map(len, texts)) > EXACT_DIGITS:
        return None
    return list(map(int, texts))


def _even_texts(spec: ColumnSpec) -> Even:
    longest = spec.maximum or _LONGEST_TEXT
    if spec.personal:
        return _uneven
    proven: set[Cell] = set() if spec.required else {None}

    def even(column: Column) -> Sequence[object] | None:
        if proven.issuperset(column):
            return column
        found = _filled(column, spec)
        if found is None:
            return None
        kinds, filled = found
        if not filled:
            return [None] * len(column)
        if kinds != _STRS:
            return None
        texts: list[str] = list(filled)  # type: ignore[arg-type] # the types were looked at
        joined = "|".join(texts)
        if not joined.isprintable() or max(map(len, texts)) > longest or not _stripped(joined, texts):
            return None
        if not is_clean(joined) or "|'" in joined or joined[0] == "'":
            return None
        if not EMPTY_MARKS.isdisjoint(texts):
            return None
        if len(proven) < _PROVEN and len(joined) < _PROVEN_LENGTH * len(texts):
            proven.update(texts)
        return _spread(column, filled, texts)

    return even


def _stripped(joined: str, texts: list[str]) -> bool:
    """Return whether no text has blanks at its ends; joined by bars, most columns show it in one search."""
    if " |" in joined or "| " in joined or joined[0] == " " or joined[-1] == " ":
        return list(map(str.strip, texts)) == texts
    return True


def _even_memo(memo: dict[Cell, object]) -> Even:
    def even(column: Column) -> Sequence[object] | None:
        try:
            # A number could equal no key: only texts and None are remembered.
            return list(map(memo.__getitem__, column))
        except KeyError:
            return None

    return even


# --- single cells ------------------------------------------------------------------------------------------


def _careful(spec: ColumnSpec, note: AddProblem, parse: Callable[[Cell], object]) -> Read:
    """Run a parser and note what it finds."""
    name, required = spec.name, spec.required

    def read(cell: Cell) -> object:
        try:
            value = parse(cell)
        except FaultError as fault:
            note(name, cell, fault.rule, fault.detail)
            return None
        if isinstance(value, Doubt):
            note(name, cell, value.rule, "")
            value = value.value
        if value is None and required:
            note(name, cell, "required", "")
        return value

    return read


def _id_reader(spec: ColumnSpec, note: AddProblem) -> Read:
    careful = _careful(spec, note, parse_id)
    name, zero_is_none = spec.name, spec.zero_is_none

    def read(cell: Cell) -> object:
        if type(cell) is int and 0 < cell < _EXACT:
            return cell
        if (
            type(cell) is str
            and cell.isdigit()
            and cell.isascii()
            and len(cell) <= EXACT_DIGITS
            and cell[0] != "0"
        ):
            return int(cell)
        value = careful(cell)
        if value == 0:
            if not zero_is_none:
                note(name, cell, "range", "1..")
            return None
        return value

    return read


def _bounds(spec: ColumnSpec) -> tuple[int, int]:
    low = spec.minimum if spec.minimum is not None else -_EXACT
    return low, spec.maximum if spec.maximum is not None else _EXACT


def _amount_reader(spec: ColumnSpec, note: AddProblem) -> Read:
    careful = _careful(spec, note, parse_amount)
    name = spec.name
    low, high = _bounds(spec)
    bounds = f"{low}..{high}"

    def read(cell: Cell) -> object:
        if type(cell) is int:
            value: object = cell
        elif type(cell) is str and cell.isdigit() and cell.isascii() and len(cell) <= EXACT_DIGITS:
            value = int(cell)
        else:
            value = careful(cell)
        if isinstance(value, int) and not low <= value <= high:
            note(name, cell, "range", bounds)
            return None
        return value

    return read


def _timestamp_readers(spec: ColumnSpec, faults: Faults, *, date1904: bool) -> tuple[Read, Even]:
    sale_end = spec.name == "sale_end"
    careful = _careful(
        spec, faults.add, lambda cell: parse_timestamp(cell, date1904=date1904, sale_end=sale_end)
    )

    def read(cell: Cell) -> object:
        if type(cell) is str and (timestamp := iso_text_timestamp(cell)) is not None:
            return timestamp
        return careful(cell) if cell is not None or spec.required else None

    def even(column: Column) -> Sequence[object] | None:
        found = _filled(column, spec)
        if found is None:
            return None
        kinds, filled = found
        if not filled:
            return [None] * len(column)
        timestamps = iso_timestamps(filled) if kinds == _STRS else None  # type: ignore[arg-type] # the types were looked at
        return None if timestamps is None else _spread(column, filled, timestamps)

    return read, even


def _text_reader(spec: ColumnSpec, note: AddProblem, *, date1904: bool) -> Read:
    name, required, personal = spec.name, spec.required, spec.personal
    longest = spec.maximum or _LONGEST_TEXT

    def read(cell: Cell) -> object:
        if cell is None and not required:
            return None
        text = _as_text(cell, name, note, date1904=date1904)
        cleaned = clean(text)
        if cleaned != text.strip():
            note(name, cell, "cleaned", "")
        if not cleaned:
            if required:
                note(name, cell, "required", "")
            return None
        if len(cleaned) > longest:
            note(name, cell, "too-long", f"{len(cleaned)} > {longest}")
            return cleaned[:longest]
        if personal and is_masked(cleaned):
            note(name, cell, "masked", "")
        return cleaned

    return read


def _as_text(cell: Cell, name: str, note: AddProblem, *, date1904: bool) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, CellError):
        note(name, cell, "error-value", "")
        return ""
    if isinstance(cell, Serial):
        note(name, cell, "date-in-text", "")
        wall = serial_to_datetime(float(cell), date1904=date1904)
        return wall.isoformat(sep=" ") if wall is not None else plain_number(cell)
    return cell_text(cell)


def _code_reader(spec: ColumnSpec, note: AddProblem, usual: int, *, date1904: bool) -> Read:
    """Read a code that only looks like a number: as text, its leading zeros missed where they can be."""
    name = spec.name
    text_reader = _text_reader(spec, note, date1904=date1904)
    longest = spec.maximum or _LONGEST_TEXT
    least = _ZIP_DIGITS if name == "zipcode" else usual
    phone, personal = name.endswith("phone"), spec.personal

    def read(cell: Cell) -> object:
        if type(cell) is int or type(cell) is float:
            return read_number(cell)
        value = text_reader(cell)
        if isinstance(value, str):
            if is_empty_mark(value):
                return None
            if len(value) > longest:
                note(name, cell, "too-long", f"{len(value)} > {longest}")
                return None
        return value

    def read_number(cell: float) -> object:
        text = plain_number(cell)
        if abs(cell) >= _EXACT and not (isinstance(cell, int) and text[EXACT_DIGITS:].strip("0")):
            note(name, cell, "damaged-id", "")
            return None
        lost = phone and text.startswith(("10", "2", "31", "50")) and len(text) in (8, 9, 10, 11)
        if lost or (text.isdigit() and len(text) < least):
            note(name, cell, "leading-zero", "" if personal else f"{text} → {text.zfill(least)}")
        return text

    return read


def _remember(memo: dict[Cell, object], cell: Cell, value: object) -> None:
    """Remember what a short text means; long ones could fill the memory."""
    if type(cell) is str and len(cell) <= _MEMO_TEXT and len(memo) < _MEMO:
        memo[cell] = value


def _flag_reader(spec: ColumnSpec, note: AddProblem, memo: dict[Cell, object]) -> Read:
    careful = _careful(spec, note, parse_flag)

    def read(cell: Cell) -> object:
        value = careful(cell) if cell is not None or spec.required else None
        if value is not None:
            _remember(memo, cell, value)
        return value

    return read


def _enum_reader(
    spec: ColumnSpec, note: AddProblem, memo: dict[Cell, object], second: type[OpenEnum] | None = None
) -> Read:
    """Read a state; a word that only a `second` state of the same column has is none of this one."""
    enum = ENUMS[spec.type]
    name = spec.name
    odd: dict[Cell, object] = {}

    def read(cell: Cell) -> object:
        if type(cell) is str:
            if cell in memo:
                return memo[cell]
            if cell in odd:
                note(name, cell, "unknown-name", "")
                return odd[cell]
        if cell is None:
            return None
        if isinstance(cell, CellError):
            note(name, cell, "error-value", "")
            return None
        text = narrow(cell_text(cell))
        if is_empty_mark(text):
            return None
        value = state_of(enum, text)
        if not value.is_known and second is not None and state_of(second, text).is_known:
            _remember(memo, cell, None)
            return None
        if not value.is_known and text not in KNOWN_STATES:
            note(name, cell, "unknown-name", "")
            _remember(odd, cell, value)
        else:
            _remember(memo, cell, value)
        return value

    return read


def _id_list_reader(spec: ColumnSpec, note: AddProblem) -> Read:
    careful = _careful(spec, note, parse_id_list)

    def read(cell: Cell) -> object:
        return () if cell is None else careful(cell) or ()

    return read
