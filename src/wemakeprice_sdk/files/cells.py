"""What stands in a cell, before anything is known about its column."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import compress, islice, repeat, zip_longest
from typing import TypeAlias

from attrs import define

from wemakeprice_sdk._frozen import frozen


@frozen
class CellError:
    """An error value of the spreadsheet (`#N/A`), or a formula that carries no computed value."""

    text: str

    def __str__(self) -> str:
        """Return the text as the spreadsheet shows it."""
        return self.text


class Serial(float):
    """A number that the spreadsheet shows as a date or a time."""

    __slots__ = ()


Cell: TypeAlias = str | int | float | CellError | None
"""A cell: nothing, text, a number (`bool` for TRUE and FALSE, `Serial` for a date), or an error."""

SheetRow: TypeAlias = "tuple[int, Sequence[Cell]]"
"""A row number (from 1) and its cells from column A on."""

_FIRST_BLOCK = 16
_BLOCK = 256


@define(eq=False)
class RowBlock:
    """Neighbouring rows, column by column; every column is as long as `numbers`, a blank cell is None."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]
    counts: Sequence[int] = ()
    """Of a delimited file: how many fields each row has. Other formats have no such number."""

    def rows(self) -> Iterator[SheetRow]:
        """Return the rows one by one."""
        if self.counts and self.columns:
            rows = zip(self.numbers, zip(*self.columns, strict=True), self.counts, strict=True)
            return ((number, own[:count]) for number, own, count in rows)
        cells: Iterable[Sequence[Cell]] = zip(*self.columns, strict=True) if self.columns else repeat(())
        return zip(self.numbers, cells, strict=False)

    def filled(self) -> RowBlock:
        """Leave out the rows that hold nothing."""
        if self.columns and None not in self.columns[0]:
            return self
        keep = [cells.count(None) < len(cells) for _, cells in self.rows()]
        if all(keep):
            return self
        columns = [list(compress(column, keep)) for column in self.columns]
        return RowBlock(list(compress(self.numbers, keep)), columns, list(compress(self.counts, keep)))

    def after(self, number: int) -> RowBlock:
        """Leave out what stands above the first row with a higher number."""
        first = next((at for at, own in enumerate(self.numbers) if own > number), len(self.numbers))
        columns = [column[first:] for column in self.columns]
        return RowBlock(self.numbers[first:], columns, self.counts[first:])


def blocks_of(rows: Iterable[SheetRow]) -> Iterator[RowBlock]:
    """Put rows together in blocks; the first one is small, so that the first row comes soon."""
    stream, size = iter(rows), _FIRST_BLOCK
    while batch := list(islice(stream, size)):
        size = _BLOCK
        columns = list(zip_longest(*(cells for _, cells in batch)))
        yield RowBlock([number for number, _ in batch], columns)


FORMULA_WITHOUT_VALUE = CellError("#FORMULA")
MAX_COLUMNS = 16_384
EXACT_DIGITS = 15

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")


@lru_cache(maxsize=2 * MAX_COLUMNS)
def column_letter(index: int) -> str:
    """Return the letters of a column counted from 0: 0 is A, 16383 is XFD."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=2 * MAX_COLUMNS)
def column_index(letters: str) -> int:
    """Return the index, from 0, of a column's letters; -1 when no sheet has such a column."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1 if index <= MAX_COLUMNS else -1


def split_reference(reference: str) -> tuple[int, int] | None:
    """Return (row from 1, column from 0) of `B12`, or None when it is no cell reference."""
    match = _REFERENCE.fullmatch(reference) or _REFERENCE.fullmatch(reference.upper())
    if match is None:
        return None
    column = column_index(match[1])
    return (int(match[2]), column) if column >= 0 else None


def number_cell(text: str) -> Cell:
    """Read the text of a number cell: a whole number becomes an exact `int`, anything else a `float`.

    `2500.0`, as Java shows the number 2500, is whole. Past 15 digits a float is not exact and stays one.
    """
    if len(text) <= 18 and text.isdigit() and text.isascii():
        return int(text)
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped) is None:
        return CellError(stripped[:64]) if stripped else None
    if "." not in stripped and "e" not in stripped and "E" not in stripped:
        return int(stripped)
    value = float(stripped)
    if not math.isfinite(value):
        return CellError(stripped[:64])
    return int(value) if value.is_integer() and abs(value) < 10**EXACT_DIGITS else value


def serial_cell(text: str) -> Cell:
    """Read the text of a number cell that is shown as a date."""
    value = number_cell(text)
    return Serial(value) if isinstance(value, int | float) and abs(value) < 1e15 else value


def plain_number(value: float) -> str:
    """Show a number without scientific notation where it is whole."""
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(float(value))


def cell_text(cell: Cell) -> str:
    """Show a cell as a reader of the sheet sees it; empty for nothing."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return plain_number(cell)
    return cell.text


def is_blank(cell: Cell) -> bool:
    """Return whether nothing can be seen in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip("\u200b\ufeff\u00a0 \t\r\n"))


_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet's wall clock has no zone
_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001
_BEFORE_LEAP_BUG = datetime(1899, 12, 31)  # noqa: DTZ001
_LAST_SERIAL = 2_958_466


def serial_to_datetime(serial: float, *, date1904: bool) -> datetime | None:
    """Turn a date serial into wall-clock time, to the second; None for a serial no calendar has.

    In the 1900 system serial 60 is 29 February 1900, which never was (Excel's leap bug).
    """
    if not 0 <= serial < _LAST_SERIAL:
        return None
    if date1904:
        base = _EPOCH_1904
    elif serial < 60:
        base = _BEFORE_LEAP_BUG
    elif serial < 61:
        return None
    else:
        base = _EPOCH_1900
    days = math.floor(serial)
    seconds = math.floor((serial - days) * 86_400 + 0.5)
    return base + timedelta(days=days, seconds=seconds)
