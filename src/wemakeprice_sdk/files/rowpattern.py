"""Regular expressions that match one whole worksheet row, so that the C engine does the walking.

Two patterns are made per sheet. The *general* one takes every plain cell in columns A to the last one seen.
The *learned* one knows the attributes that the first rows of this very sheet use, and is about twice as fast.
A row that neither matches from end to end is left to expat; nothing is skipped.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
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
from wemakeprice_sdk.files.sharedstrings import SharedStrings, unescape_text

Reader: TypeAlias = "Callable[[str], Cell]"
"""Turns the text inside a cell into its value."""

MOST_COLUMNS = 256
_VARIANTS = 3
_HEADER_ROWS = 3
_SHORT = 64
_REMEMBERED = 65_536

# Apache POI breaks the line after `<row ...>`; PHP_XLSXWriter writes `r` behind other attributes.
_ROW_OPEN = r'\s*+<{p}row((?: (?!r=)[\w:]{{1,40}}+="[^"<>/]*+")*+) r="(\d{{1,7}}+)"([^<>/]*+)>\s*+'
_PRESERVE = r'(?: xml:space="preserve")?+'
_FORMULA = r"<{p}f[^<>]*+(?:(?<=/)>|(?<!/)>[^<]*+</{p}f>)(?!<{p}v>(?:{pending})<)"
_GENERAL = (
    r'(?:\s*+<{p}c r="{c}\2"(?: s="(\d{{1,9}}+)"| t="(\w{{1,12}}+)")*+(?:/>|></{p}c>|>'
    r"(?:{formula})?+"
    r"(?:<{p}v{keep}>([^<]*+)</{p}v>|<{p}is><{p}t{keep}>([^<]*+)</{p}t></{p}is>)"
    r"</{p}c>))?+"
)
_BLANK = r'(?: s="\d{{1,9}}+"| t="\w{{1,12}}+")*+(?:/>|></{p}c>)'
_SAMPLE_CELL = (
    r'<{p}c r="([A-Z]{{1,3}}+)\d++"((?: s="\d{{1,9}}+"| t="\w{{1,12}}+")*+)>({formula})?+'
    r"(?:<{p}(v){keep}>[^<]*+</{p}v>|<{p}is><{p}t{keep}>[^<]*+</{p}t></{p}is>)</{p}c>(\s?)"
)
_OF_NUMBERS = dict.fromkeys(map(ord, "0123456789.eE+-"))
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

    pending: tuple[str, ...] = ("0.0",)
    """What a formula that was never computed shows: POI writes `0.0`, others `0` into a book that is to be
    computed when it is opened."""

    def reader(self, kind: str, style: str) -> Reader | None:
        """Return the reader of a cell type; None when the text is the value."""
        if kind in ("", "n"):
            return self._number(style)
        if kind == "s":
            return self.shared_text
        if kind == "b":
            return read_bool
        if kind == "d":
            return read_iso_date
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


_FRACTION = re.compile(
    r"\s*(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)\.(\d{1,100})([Zz]|[+-]\d\d:?\d\d)?\s*", re.ASCII
)


def read_iso_date(text: str) -> Cell:
    """Read a date of strict OOXML, rounded to the second: writers turn a float into up to 17 decimals."""
    match = _FRACTION.fullmatch(text)
    if match is None:
        return text
    try:
        wall = datetime.fromisoformat(match[1])
        return (wall + timedelta(seconds=int(match[2][0] >= "5"))).isoformat() + (match[3] or "")
    except (ValueError, OverflowError):
        return text


def padded_reader(width: int) -> Reader:
    """Return the reader of a number format such as `00000`, which shows leading zeros."""

    def read(text: str) -> Cell:
        value = number_cell(text)
        return str(value).zfill(width) if isinstance(value, int) and value >= 0 else value

    return read


def date_reader() -> Reader:
    """Return the reader of a number that is shown as a date."""
    return serial_cell


Groups: TypeAlias = "tuple[str | None, ...]"
"""The groups of a matched row: attributes before its number, the number, those behind it, then its cells."""

NUMBER, CELLS = 1, 3
"""Where the number of a row stands in its groups, and from where on its cells do."""

ColumnsMaker: TypeAlias = "Callable[[list[Groups], bool], Sequence[Sequence[Cell]]]"
"""Turns the groups of many rows into their cells, column by column; the flag tells that escapes may occur."""


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


def _formula(prefix: str, readers: CellReaders) -> str:
    # Openpyxl leaves `<v></v>`: whether that is an empty text or no value, the slow way tells.
    return _FORMULA.format(p=prefix, pending="|".join(map(re.escape, (*readers.pending, ""))))


def general_pattern(columns: int, prefix: str, readers: CellReaders) -> RowPattern:
    """Make the pattern that takes every plain cell in the first `columns` columns."""
    formula = _formula(prefix, readers)
    cells = "".join(
        _GENERAL.format(p=prefix, c=column_letter(index), formula=formula, keep=_PRESERVE)
        for index in range(columns)
    )
    pattern = re.compile(_ROW_OPEN.format(p=prefix) + cells + rf"\s*+</{prefix}row>", re.ASCII)
    make = readers.make

    def cells_of(groups: Groups) -> list[Cell]:
        return [
            None if value is None and inline is None else make(kind or "", style or "", value, inline)
            for style, kind, value, inline in zip(*[iter(groups[CELLS:])] * 4, strict=True)
        ]

    def columns_of(matched: list[Groups], escaped: bool) -> Sequence[Sequence[Cell]]:
        if escaped:
            matched = [tuple(unescaped(groups)) for groups in matched]
        return list(zip(*map(cells_of, matched), strict=True))

    return RowPattern(
        pattern.match, columns_of, lambda groups: groups[CELLS + 2 :: 4] + groups[CELLS + 3 :: 4]
    )


@frozen
class _Way:
    """One way in which a sheet writes the cells of a column."""

    attributes: str
    formula: bool
    inline: bool

    def pattern(self, prefix: str, formula: str, inner: str) -> str:
        """Return the pattern from behind the reference to the end of the cell."""
        # SheetJS preserves blanks in <v> too.
        opening, closing = f"<{prefix}v{_PRESERVE}>", f"</{prefix}v>"
        if self.inline:
            opening = f"<{prefix}is><{prefix}t{_PRESERVE}>"
            closing = f"</{prefix}t></{prefix}is>"
        front = formula if self.formula else ""
        return f"{re.escape(self.attributes)}>{front}{opening}({inner}){closing}</{prefix}c>"

    def reader(self, readers: CellReaders) -> Reader | None:
        """Return what reads the text; None when the text is the value."""
        kind, style = _TYPE.search(self.attributes), _STYLE.search(self.attributes)
        kind_text, style_text = kind[1] if kind else "", style[1] if style else ""
        if self.inline:
            return None
        return _nothing if kind_text == "inlineStr" else readers.reader(kind_text, style_text)


@define(eq=False)
class Learner:
    """Remembers which ways of writing cells a sheet uses, and makes patterns of them."""

    prefix: str
    readers: CellReaders
    columns: int = 0
    _seen: defaultdict[int, Counter[_Way]] = field(factory=lambda: defaultdict(Counter), init=False)
    _rows: int = field(default=-_HEADER_ROWS, init=False)
    _spaced: bool = field(default=False, init=False)

    def look(self, sample: str) -> None:
        """Learn from a stretch of rows."""
        self.columns = max(self.columns, last_column(sample, self.prefix) + 1)
        pattern = _SAMPLE_CELL.format(
            p=self.prefix, formula=_formula(self.prefix, self.readers), keep=_PRESERVE
        )
        for letters, attributes, formula, value, gap in re.findall(pattern, sample):
            self._seen[column_index(letters)][_Way(attributes, bool(formula), not value)] += 1
            self._spaced = self._spaced or bool(gap)
        self._rows += sample.count(f"</{self.prefix}row>")

    def patterns(self) -> list[RowPattern]:
        """Make the patterns of the ways that were seen, and the general one.

        The first asks for a cell in every column that the sample fills in one way, the second for none; both
        have the same groups.
        """
        general = general_pattern(self.columns, self.prefix, self.readers)
        return [*self._learned(), general] if self._seen else [general]

    def _learned(self) -> list[RowPattern]:
        prefix, formula = self.prefix, _formula(self.prefix, self.readers)
        gap = r"\s*+" if self._spaced else ""
        blank = _BLANK.format(p=prefix)
        strict = free = _ROW_OPEN.format(p=prefix)
        variants: list[tuple[int, Reader | None]] = []
        for index in range(self.columns):
            known: list[str] = []
            for way, count in self._seen[index].most_common(_VARIANTS):
                if count > 1 or not known:
                    reader = way.reader(self.readers)
                    known.append(way.pattern(prefix, formula, _inner(reader, self.readers)))
                    variants.append((index, reader))
            start = rf'{gap}<{prefix}c r="{column_letter(index)}\2"'
            optional = rf"(?:{start}(?:{'|'.join([*known, blank])}))?+"
            free += optional
            whole = len(known) == 1 and self._seen[index].total() >= self._rows
            strict += start + known[0] if whole else optional
        make = _learned_maker(variants, self.columns, self.readers)
        end = rf"\s*+</{prefix}row>"
        return [
            RowPattern(re.compile(cells + end, re.ASCII).match, make, lambda groups: groups[CELLS:])
            for cells in (strict, free)
        ]


def _inner(reader: Reader | None, readers: CellReaders) -> str:
    """Return the pattern of what stands in a cell; only texts may be long, or hold what is escaped."""
    if reader == readers.shared_text:
        return "[0-9]{1,9}+"
    return "[^<]*+" if reader is None else f"[^<&_]{{0,{_SHORT}}}+"


def _nothing(_: str) -> Cell:
    return None


def _learned_maker(
    variants: list[tuple[int, Reader | None]], columns: int, readers: CellReaders
) -> ColumnsMaker:
    """Compile the way from the groups of many rows to cells, column by column."""
    room = _REMEMBERED // columns
    texts_at = [position for position, (_, reader) in enumerate(variants, CELLS) if reader is None]
    by_column: list[list[tuple[int, _Texts]]] = [[] for _ in range(columns)]
    for position, (index, reader) in enumerate(variants, CELLS):
        by_column[index].append((position, _Texts(_bulk_reader(reader, readers), room)))

    def columns_of(matched: list[Groups], escaped: bool) -> Sequence[Sequence[Cell]]:
        groups: list[Groups] = list(zip(*matched, strict=True))
        for position in texts_at if escaped else ():
            groups[position] = unescaped(groups[position])
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


def unescaped(texts: Groups) -> Groups:
    """Undo what is escaped in texts, most of which hold nothing of the kind."""
    joined = "".join(filter(None, texts))
    if "&" not in joined and "_x" not in joined:
        return texts
    return tuple(
        [
            unescape_text(text) if text is not None and ("&" in text or "_x" in text) else text
            for text in texts
        ]
    )


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
    if not joined.isascii() or "" in texts:
        return list(map(number_cell, texts))
    if joined.isdigit():
        return list(map(int, texts))
    found = None if joined.translate(_OF_NUMBERS) else _whole_doubles(texts)
    return list(map(number_cell, texts)) if found is None else found


def _whole_doubles(texts: Sequence[str]) -> list[Cell] | None:
    """Read whole numbers that are written as doubles (POI: `2500.0`); None when there are others."""
    try:
        values = list(map(float, texts))
        whole = list(map(int, values))
    except (ValueError, OverflowError):
        return None
    if values != whole or max(whole) >= 10**EXACT_DIGITS or min(whole) <= -(10**EXACT_DIGITS):
        return None
    return [*whole]
