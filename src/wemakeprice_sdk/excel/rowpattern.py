"""Regular expressions that match one whole worksheet row, so that the C engine does the walking.

Two patterns are made per sheet. The *general* one takes every plain cell in columns A to the last one seen.
The *learned* one knows the attributes that the first rows of this very sheet use, and is about twice as fast.
A row that neither matches from end to end is left to expat; nothing is skipped.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from attrs import field, frozen

from wemakeprice_sdk.excel.cells import (
    FORMULA_WITHOUT_VALUE,
    Cell,
    CellError,
    column_index,
    column_letter,
    number_cell,
    serial_cell,
)

Reader: TypeAlias = "Callable[[str], Cell]"
"""Turns the text inside a cell into its value."""

MOST_COLUMNS = 256
_VARIANTS = 3

_ROW_OPEN = r'\s*+<{p}row r="(\d{{1,7}}+)"[^<>/]*+>'
_GENERAL = (
    r'(?:\s*+<{p}c r="{c}\1"(?: s="(\d{{1,9}}+)"| t="(\w{{1,12}}+)")*+(?:/>|>'
    r"(?:<{p}f[^<>]*+(?:(?<=/)>|(?<!/)>[^<]*+</{p}f>))?+"
    r'(?:<{p}v>([^<]*+)</{p}v>|<{p}is><{p}t(?: xml:space="preserve")?+>([^<]*+)</{p}t></{p}is>)'
    r"</{p}c>))?+"
)
_BLANK = r'(?: s="\d{1,9}+")?+/>'
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
    """Gives a shared string."""

    head: Sequence[str] = ()
    """The shared strings that lie in memory, from the first."""

    numbers: tuple[Reader | None, ...] = ()
    """Per style: a reader of its own, or None for a plain number."""

    def reader(self, kind: str, style: str) -> Reader | None:
        """Give the reader of a cell type; None when the text is the value."""
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

    def known_index(self, text: str) -> Cell:
        """Look a shared string up by digits."""
        index = int(text)
        try:
            return self.head[index]
        except IndexError:
            return self.shared(index)

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
    """Give the reader of a number format such as `00000`, which shows leading zeros."""

    def read(text: str) -> Cell:
        value = number_cell(text)
        plain = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return str(value).zfill(width) if plain else value

    return read


def date_reader() -> Reader:
    """Give the reader of a number that is shown as a date."""
    return serial_cell


Groups: TypeAlias = "tuple[str | None, ...]"
"""The groups of a matched row: the row number, then the parts of its cells."""

RowMaker: TypeAlias = "Callable[[list[Groups]], Iterable[Sequence[Cell]]]"
"""Turns the groups of many rows into their cells."""


@frozen
class RowPattern:
    """A compiled row, and how its groups become cells."""

    match: Callable[[str, int], re.Match[str] | None] = field(eq=False)
    make: RowMaker = field(eq=False)


def last_column(sample: str, prefix: str) -> int:
    """Give the highest column index that occurs in a stretch of rows, -1 for none."""
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

    def rows_of(matched: list[Groups]) -> Iterable[Sequence[Cell]]:
        return map(cells_of, matched)

    return RowPattern(pattern.match, rows_of)


def learned_pattern(sample: str, columns: int, prefix: str, readers: CellReaders) -> RowPattern | None:
    """Make the pattern of the cells that `sample` uses; None when there is nothing to learn."""
    seen: defaultdict[int, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    for letters, attributes, opening, closing in re.findall(_SAMPLE_CELL.format(p=prefix), sample):
        if opening.count("<") == closing.count("<"):
            seen[column_index(letters)][attributes, opening, closing] += 1
    if not seen:
        return None
    parts = [_ROW_OPEN.format(p=prefix)]
    variants: list[tuple[int, Reader | None]] = []
    for index in range(columns):
        known = ""
        for (attributes, opening, closing), _ in seen[index].most_common(_VARIANTS):
            for inner, reader in _readings(attributes, opening, readers):
                known += (
                    f"{re.escape(attributes)}>{re.escape(opening)}({inner}){re.escape(closing)}</{prefix}c>|"
                )
                variants.append((index, reader))
        parts.append(rf'(?:<{prefix}c r="{column_letter(index)}\1"(?:{known}{_BLANK}))?+')
    pattern = re.compile("".join(parts) + rf"\s*+</{prefix}row>", re.ASCII)
    return RowPattern(pattern.match, _learned_maker(variants, columns, readers))


def _readings(attributes: str, opening: str, readers: CellReaders) -> list[tuple[str, Reader | None]]:
    """Give the ways to match and read what stands in a cell, the commonest first."""
    any_text = "[^<]*+"
    reader = _reader_of(attributes, opening, readers)
    if reader is number_cell:
        # Plain digits are most numbers, and `int` reads them without a step through Python.
        return [("[0-9]{1,15}+", int), (any_text, number_cell)]
    if reader == readers.shared_text:
        return [("[0-9]{1,9}+", readers.known_index)]
    return [(any_text, reader)]


def _reader_of(attributes: str, opening: str, readers: CellReaders) -> Reader | None:
    kind, style = _TYPE.search(attributes), _STYLE.search(attributes)
    kind_text, style_text = kind[1] if kind else "", style[1] if style else ""
    inline = "is>" in opening
    if kind_text == "inlineStr":
        return None if inline else _nothing
    return None if inline else readers.reader(kind_text, style_text)


def _nothing(_: str) -> Cell:
    return None


def _learned_maker(variants: list[tuple[int, Reader | None]], columns: int, readers: CellReaders) -> RowMaker:
    """Compile the way from the groups of many rows to cells: column by column, in C where one is even."""
    by_column: list[list[tuple[int, Reader | None]]] = [[] for _ in range(columns)]
    for position, (index, reader) in enumerate(variants, 1):
        by_column[index].append((position, reader))

    def rows_of(matched: list[Groups]) -> Iterable[Sequence[Cell]]:
        groups = list(zip(*matched, strict=True))
        blank: list[Cell] = [None] * len(matched)
        cells: list[Sequence[Cell]] = []
        for ways in by_column:
            column: Sequence[Cell] = blank
            for number, (position, reader) in enumerate(ways):
                texts = groups[position]
                if number == 0:
                    column = _column(texts, reader, readers)
                elif texts.count(None) < len(texts):
                    column = _overlay(column, texts, reader)
            cells.append(column)
        return zip(*cells, strict=True)

    return rows_of


def _column(texts: Sequence[str | None], reader: Reader | None, readers: CellReaders) -> Sequence[Cell]:
    if reader is None:
        return texts
    if None in texts:
        return [None if text is None else reader(text) for text in texts]
    if reader == readers.known_index:
        try:
            return list(map(readers.head.__getitem__, map(int, texts)))  # type: ignore[arg-type] # no None left
        except IndexError:
            return list(map(readers.known_index, texts))  # type: ignore[arg-type] # no None left
    return list(map(reader, texts))  # type: ignore[arg-type] # no None left


def _overlay(column: Sequence[Cell], texts: Sequence[str | None], reader: Reader | None) -> Sequence[Cell]:
    merged = list(column)
    for at, text in enumerate(texts):
        if text is not None:
            merged[at] = text if reader is None else reader(text)
    return merged
