"""Regular expressions that match one whole worksheet row, so that the C engine does the walking.

Two patterns are made per sheet. The *general* one takes every plain cell in columns A to the last one seen.
The *learned* one knows the attributes that the first rows of this very sheet use, and is about twice as fast.
A row that neither matches from end to end is left to expat; nothing is skipped.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import TypeAlias

from attrs import define, field, frozen

from wemakeprice_sdk.files.cells import (
    EXACT_DIGITS,
    FORMULA_WITHOUT_VALUE,
    Cell,
    CellError,
    column_index,
    column_letter,
    number_cell,
    serial_cell,
)
from wemakeprice_sdk.files.sharedstrings import SharedStrings

Reader: TypeAlias = "Callable[[str], Cell]"
"""Turns the text inside a cell into its value."""

MOST_COLUMNS = 256
_VARIANTS = 3
_HEADER_ROWS = 3
_SHORT = 64
_REMEMBERED = 65_536

_ROW_OPEN = r'\s*+<{p}row r="(\d{{1,7}}+)"[^<>/]*+>'
_GENERAL = (
    r'(?:\s*+<{p}c r="{c}\1"(?: s="(\d{{1,9}}+)"| t="(\w{{1,12}}+)")*+(?:/>|></{p}c>|>'
    r"(?:<{p}f[^<>]*+(?:(?<=/)>|(?<!/)>[^<]*+</{p}f>)(?!<{p}v>0\.0<))?+"
    r'(?:<{p}v>([^<]*+)</{p}v>|<{p}is><{p}t(?: xml:space="preserve")?+>([^<]*+)</{p}t></{p}is>)'
    r"</{p}c>))?+"
)
_BLANK = r'(?: s="\d{{1,9}}+")?+(?:/>|></{p}c>)'
_SAMPLE_CELL = (
    r'<{p}c r="([A-Z]{{1,3}}+)\d++"((?: s="\d{{1,9}}+"| t="\w{{1,12}}+")*+)>'
    r'(<{p}v>|<{p}is><{p}t>|<{p}is><{p}t xml:space="preserve">)[^<]*+(</{p}v>|</{p}t></{p}is>)</{p}c>'
)
_TYPE = re.compile(r' t="(\w+)"')
_STYLE = re.compile(r' s="(\d+)"')


@frozen
class CellReaders:
    """How a cell's text is read, by its type and style."""

    shared: Callable[[int], str]
    """Returns a shared string."""

    head: Sequence[str] = ()
    """The shared strings that lie in memory, from the first."""

    numbers: tuple[Reader | None, ...] = ()
    """Per style: a reader of its own, or None for a plain number."""

    store: SharedStrings | None = None
    """Keeps the account of what was looked up."""

    def reader(self, kind: str, style: str) -> Reader | None:
        """Return the reader of a cell type; None when the text is the value."""
        if kind in ("", "n"):
            return self._number(style)
        if kind == "s":
            return self.shared_text
        if kind == "b":
            return read_bool
        return read_error if kind == "e" else None

    def _number(self, style: str) -> Reader:
        index = int(style) if style else 0
        own = self.numbers[index] if index < len(self.numbers) else None
        return number_cell if own is None else own

    def shared_text(self, text: str) -> Cell:
        """Look a shared string up by the text of its index."""
        if text.isdigit() and text.isascii() and len(text) < 10:
            return self.shared(int(text))
        return CellError(text[:64])

    def known_indexes(self, texts: Sequence[str]) -> list[Cell]:
        """Look shared strings up by digits."""
        head, indexes = self.head, list(map(int, texts))
        try:
            found: list[str] = list(map(head.__getitem__, indexes))
        except IndexError:
            found = [head[index] if index < len(head) else self.shared(index) for index in indexes]
        if self.store is not None and self.store.has_long:
            self.store.longest = max((self.store.longest, *map(len, found)))
        return [*found]

    def make(self, kind: str, style: str, value: str | None, inline: str | None) -> Cell:
        """Make a cell from the parts of its element, whatever way they were found."""
        if kind == "inlineStr":
            return inline
        if value is None:
            return inline
        reader = self.reader(kind, style)
        return value if reader is None else reader(value)


def read_bool(text: str) -> Cell:
    """Read TRUE and FALSE."""
    return (
        text.strip() in ("1", "true") if text.strip() in ("0", "1", "true", "false") else CellError(text[:64])
    )


def read_error(text: str) -> Cell:
    """Read an error value."""
    return CellError(text[:64]) if text else FORMULA_WITHOUT_VALUE


def padded_reader(width: int) -> Reader:
    """Return the reader of a number format such as `00000`, which shows leading zeros."""

    def read(text: str) -> Cell:
        value = number_cell(text)
        if isinstance(value, float) and value.is_integer() and value < 10**EXACT_DIGITS:
            # POI writes every number as a double: 123.0.
            value = int(value)
        return str(value).zfill(width) if isinstance(value, int) and value >= 0 else value

    return read


def date_reader() -> Reader:
    """Return the reader of a number that is shown as a date."""
    return serial_cell


Groups: TypeAlias = "tuple[str | None, ...]"
"""The groups of a matched row: the row number, then the parts of its cells."""

ColumnsMaker: TypeAlias = "Callable[[list[Groups]], Sequence[Sequence[Cell]]]"
"""Turns the groups of many rows into their cells, column by column."""


@frozen
class RowPattern:
    """A compiled row, and how its groups become cells."""

    match: Callable[[str, int], re.Match[str] | None] = field(eq=False)
    make: ColumnsMaker = field(eq=False)
    texts: Callable[[Groups], Groups] = field(eq=False)
    """Returns the groups that are what stands in the cells."""


def last_column(sample: str, prefix: str) -> int:
    """Return the highest column index that occurs in a stretch of rows, -1 for none."""
    letters = set(re.findall(rf'<{prefix}c r="([A-Z]{{1,3}}+)\d', sample))
    return max(map(column_index, letters), default=-1)


def general_pattern(columns: int, prefix: str, readers: CellReaders) -> RowPattern:
    """Make the pattern that takes every plain cell in the first `columns` columns."""
    cells = "".join(_GENERAL.format(p=prefix, c=column_letter(index)) for index in range(columns))
    pattern = re.compile(_ROW_OPEN.format(p=prefix) + cells + rf"\s*+</{prefix}row>", re.ASCII)
    make = readers.make

    def cells_of(groups: Groups) -> list[Cell]:
        return [
            None if value is None and inline is None else make(kind or "", style or "", value, inline)
            for style, kind, value, inline in zip(*[iter(groups[1:])] * 4, strict=True)
        ]

    def columns_of(matched: list[Groups]) -> Sequence[Sequence[Cell]]:
        return list(zip(*map(cells_of, matched), strict=True))

    return RowPattern(pattern.match, columns_of, lambda groups: groups[3::4] + groups[4::4])


def learned_patterns(sample: str, columns: int, prefix: str, readers: CellReaders) -> list[RowPattern]:
    """Make the patterns of the cells that `sample` uses; none when there is nothing to learn.

    The first asks for a cell in every column that the sample fills in one way, the second for none; both
    have the same groups.
    """
    seen: defaultdict[int, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    for letters, attributes, opening, closing in re.findall(_SAMPLE_CELL.format(p=prefix), sample):
        if opening.count("<") == closing.count("<"):
            seen[column_index(letters)][attributes, opening, closing] += 1
    if not seen:
        return []
    filled = sample.count(f"</{prefix}row>") - _HEADER_ROWS
    blank = _BLANK.format(p=prefix)
    strict = free = _ROW_OPEN.format(p=prefix)
    variants: list[tuple[int, Reader | None]] = []
    for index in range(columns):
        known: list[str] = []
        for (attributes, opening, closing), count in seen[index].most_common(_VARIANTS):
            if count > 1 or not known:
                reader = _reader_of(attributes, opening, readers)
                inner = _inner(reader, readers)
                known.append(
                    f"{re.escape(attributes)}>{re.escape(opening)}({inner}){re.escape(closing)}</{prefix}c>"
                )
                variants.append((index, reader))
        start = rf'<{prefix}c r="{column_letter(index)}\1"'
        optional = rf"(?:{start}(?:{'|'.join([*known, blank])}))?+"
        free += optional
        strict += start + known[0] if len(known) == 1 and seen[index].total() >= filled else optional
    make = _learned_maker(variants, columns, readers)
    end = rf"\s*+</{prefix}row>"
    return [
        RowPattern(re.compile(cells + end, re.ASCII).match, make, lambda groups: groups[1:])
        for cells in (strict, free)
    ]


def _inner(reader: Reader | None, readers: CellReaders) -> str:
    """Return the pattern of what stands in a cell; only texts may be long."""
    if reader == readers.shared_text:
        return "[0-9]{1,9}+"
    return "[^<]*+" if reader is None else f"[^<]{{0,{_SHORT}}}+"


def _reader_of(attributes: str, opening: str, readers: CellReaders) -> Reader | None:
    kind, style = _TYPE.search(attributes), _STYLE.search(attributes)
    kind_text, style_text = kind[1] if kind else "", style[1] if style else ""
    inline = "is>" in opening
    if kind_text == "inlineStr":
        return None if inline else _nothing
    return None if inline else readers.reader(kind_text, style_text)


def _nothing(_: str) -> Cell:
    return None


def _learned_maker(
    variants: list[tuple[int, Reader | None]], columns: int, readers: CellReaders
) -> ColumnsMaker:
    """Compile the way from the groups of many rows to cells, column by column."""
    room = _REMEMBERED // columns
    by_column: list[list[tuple[int, _Texts]]] = [[] for _ in range(columns)]
    for position, (index, reader) in enumerate(variants, 1):
        by_column[index].append((position, _Texts(_bulk_reader(reader, readers), room)))

    def columns_of(matched: list[Groups]) -> Sequence[Sequence[Cell]]:
        groups = list(zip(*matched, strict=True))
        blank: list[Cell] = [None] * len(matched)
        cells: list[Sequence[Cell]] = []
        for ways in by_column:
            column: Sequence[Cell] = blank
            for number, (position, texts) in enumerate(ways):
                found = groups[position]
                if number == 0:
                    column = texts.cells(found)
                elif found.count(None) < len(found):
                    column = _overlay(column, texts.cells(found))
            cells.append(column)
        return cells

    return columns_of


def _overlay(column: Sequence[Cell], other: Sequence[Cell]) -> Sequence[Cell]:
    """Join two ways in which a column is written; every cell is written in one of them."""
    return [one if two is None else two for one, two in zip(column, other, strict=True)]


BulkReader: TypeAlias = "Callable[[Sequence[str]], list[Cell]]"
"""Turns many texts of one kind into their values."""


@define(eq=False)
class _Texts:
    """Reads the texts of one column, many at once; those met before are only looked up."""

    read: BulkReader | None
    room: int
    _known: dict[str | None, Cell] = field(factory=lambda: {None: None}, init=False)

    def cells(self, texts: Sequence[str | None]) -> Sequence[Cell]:
        """Return the values in order, None for None."""
        if self.read is None:
            return texts
        known = self._known
        try:
            return list(map(known.__getitem__, texts))
        except KeyError:
            filled = [text for text in texts if text is not None]
        values = self.read(filled)
        if len(known) < self.room:
            # Long strings are not held: they may lie outside of memory for a reason.
            known.update(pair for pair in zip(filled, values, strict=True) if len(str(pair[1])) <= _SHORT)
        if len(filled) == len(texts):
            return values
        following = iter(values)
        return [None if text is None else next(following) for text in texts]


def _bulk_reader(reader: Reader | None, readers: CellReaders) -> BulkReader | None:
    if reader is None:
        return None
    if reader is number_cell:
        return _numbers
    if reader == readers.shared_text:
        return readers.known_indexes
    return lambda texts: list(map(reader, texts))


def _numbers(texts: Sequence[str]) -> list[Cell]:
    joined = "".join(texts)
    if joined.isdigit() and joined.isascii() and "" not in texts:
        return list(map(int, texts))
    return list(map(number_cell, texts))
