"""How the cells of one column become typed values.

Every reader has a short way for the values that nearly all cells hold, and a careful one for the rest. What a
reader finds wrong goes to one `Faults` list, so that a clean row costs nothing: where a few cells of a column
are odd (a state that nobody knows, a date of two digits), the others still are read at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import TypeAlias

from attrs import define, field

from wemakeprice_sdk.excel.columns import ColumnSpec
from wemakeprice_sdk.excel.mapping import ENUMS, KNOWN_STATES, digit_lengths, state_of
from wemakeprice_sdk.excel.values import (
    EMPTY_MARKS,
    Doubt,
    FaultError,
    clean,
    clean_code,
    is_clean,
    is_clean_code,
    is_empty_mark,
    is_error_word,
    is_formula,
    iso_text_timestamp,
    iso_timestamps,
    looks_iso,
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
    Serial,
    cell_text,
    plain_number,
    serial_to_datetime,
)
from wemakeprice_sdk.models._base import OpenEnum, is_masked

Read: TypeAlias = "Callable[[Cell], object]"
Column: TypeAlias = "Sequence[Cell]"
Even: TypeAlias = "Callable[[Column], Sequence[object] | None]"
AddProblem: TypeAlias = "Callable[[str, Cell, str, str], None]"

_MEMO = 90_000
_MEMO_TEXT = 64
_LONGEST_TEXT = 4_000
_PROVEN = 2_000
_PROVEN_LENGTH = 100
_EXACT = 10**EXACT_DIGITS
_ZIP_DIGITS = 5


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


def column_readers(
    spec: ColumnSpec, faults: Faults, sample: Sequence[Cell], *, date1904: bool
) -> tuple[Read, Even]:
    """Return the reader of one cell of a column, with care, and that of a whole column of clean cells."""
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
    return read, _even_memo(memo, read, faults)


def shared_state_readers(
    spec: ColumnSpec, missing: ColumnSpec, faults: Faults
) -> tuple[tuple[Read, Even], tuple[Read, Even]]:
    """Return the readers of both states that stand in one column, each by the words that only it has."""
    enum, second = ENUMS[spec.type], ENUMS[missing.type]
    memo: dict[Cell, object] = {None: None}
    second_memo: dict[Cell, object] = {None: None}
    own = _enum_reader(spec, faults.add, memo, second)
    only = _second_state_reader(enum, second, second_memo)
    return (own, _even_memo(memo, own, faults)), (only, _even_memo(second_memo, only, faults))


# --- whole columns -----------------------------------------------------------------------------------------

_INTS = frozenset((int,))
_STRS = frozenset((str,))
_NONE = type(None)
_UNKNOWN = object()


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


_ODD_STARTS = ("'", "=", "#", "Err:")
"""How a text begins that an apostrophe keeps as text, a formula, and what is shown for an error."""
_ODD_INSIDE = tuple(f"|{start}" for start in _ODD_STARTS)


def _even_texts(spec: ColumnSpec) -> Even:
    longest = spec.maximum or _LONGEST_TEXT
    if spec.personal:
        return _uneven
    proven: set[Cell] = set() if spec.required else {None}
    code = spec.type == "code"

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
        if not is_clean(joined) or joined.startswith(_ODD_STARTS):
            return None
        if any(map(joined.__contains__, _ODD_INSIDE)):
            return None
        if code and not is_clean_code(joined):
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


def _even_memo(memo: dict[Cell, object], read: Read, faults: Faults) -> Even:
    def even(column: Column) -> Sequence[object] | None:
        try:
            # A number could equal no key: only texts and None are remembered.
            return list(map(memo.__getitem__, column))
        except KeyError:
            values = list(map(memo.get, column, repeat(_UNKNOWN)))
        odd = [at for at, value in enumerate(values) if value is _UNKNOWN]
        _read_odd(column, values, odd, read, faults)
        return values

    return even


def _read_odd(column: Column, values: list[object], odd: Iterable[int], read: Read, faults: Faults) -> None:
    """Read the few cells of a column that need care."""
    for faults.at in odd:
        values[faults.at] = read(column[faults.at])


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
        return mostly(column) if timestamps is None else _spread(column, filled, timestamps)

    def mostly(column: Column) -> Sequence[object] | None:
        odd = [at for at, cell in enumerate(column) if not looks_iso(cell)]
        if 2 * len(odd) > len(column):
            return None
        odd_at = frozenset(odd)
        texts: list[str] = [cell for at, cell in enumerate(column) if at not in odd_at]  # type: ignore[misc] # texts all
        timestamps = iso_timestamps(texts)
        if timestamps is None:
            return None
        following = iter(timestamps)
        values: list[object] = [None if at in odd_at else next(following) for at in range(len(column))]
        _read_odd(column, values, odd, read, faults)
        return values

    return read, even


def _text_reader(
    spec: ColumnSpec, note: AddProblem, *, date1904: bool, tidy: Callable[[str], str] = clean
) -> Read:
    name, required, personal = spec.name, spec.required, spec.personal
    longest = spec.maximum or _LONGEST_TEXT

    def read(cell: Cell) -> object:
        if cell is None and not required:
            return None
        text = _as_text(cell, name, note, date1904=date1904)
        cleaned = tidy(text)
        if cleaned != text.strip():
            note(name, cell, "cleaned", "")
        if not cleaned:
            if required:
                note(name, cell, "required", "")
            return None
        if len(cleaned) > longest:
            note(name, cell, "too-long", f"{len(cleaned)} > {longest}")
            return cleaned[:longest]
        if is_formula(cleaned):
            note(name, cell, "formula-text", "")
        if personal and is_masked(cleaned):
            note(name, cell, "masked", "")
        return cleaned

    return read


def _as_text(cell: Cell, name: str, note: AddProblem, *, date1904: bool) -> str:
    if isinstance(cell, str) and not is_error_word(cell):
        return cell
    if isinstance(cell, str | CellError):
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
    text_reader = _text_reader(spec, note, date1904=date1904, tidy=clean_code)
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


def _id_list_reader(spec: ColumnSpec, note: AddProblem) -> Read:
    careful = _careful(spec, note, parse_id_list)

    def read(cell: Cell) -> object:
        return () if cell is None else careful(cell) or ()

    return read
