"""The bytes of a BIFF sheet, for the child process that reads `.xls`: strings, and where its rows lie.

Rows of a sheet mostly lie alike in their records. Where all cells are texts, numbers and truths, such rows
are found by a pattern of bytes and can be unpacked whole, many at once.
"""

from __future__ import annotations

import itertools
import re
import struct
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache

_TEXTS_AT_ONCE = 4_096
_PATTERNS, _LAYOUTS = 16, 1_024
# A sheet of this format has 256 columns.
WIDEST = 256
NUMBERS_TO = 1e15
_HALF = re.compile("[\ud800-\udfff]")


# --- strings -----------------------------------------------------------------------------------------------


def whole(text: str) -> str:
    """Join the halves of surrogate pairs; a half that stayed alone becomes U+FFFD."""
    if _HALF.search(text) is None:
        return text
    return _HALF.sub("\ufffd", text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))


class Texts:
    """Decodes strings for xlrd, and remembers how long the longest was."""

    def __init__(self) -> None:
        self.longest = 0

    def decode(self, data: bytes, encoding: str) -> str:
        """Decode as xlrd would, but lose no more than a damaged character."""
        errors = "surrogatepass" if encoding == "utf_16_le" else "replace"
        text = whole(data.decode(encoding, errors))
        self.longest = max(self.longest, len(text))
        return text

    def table(self, parts: list[bytes], _count: int) -> tuple[SharedTexts, dict[int, object]]:
        """Return the table of shared strings; its counters are not believed, what is there counts."""
        return SharedTexts(self, strings_of(parts)), {}


class SharedTexts:
    """The table of shared strings, read as far as rows refer to it: the first rows need not wait for all."""

    def __init__(self, texts: Texts, more: Iterator[str]) -> None:
        self._texts = texts
        self._more = more
        self._known: list[str] = []

    def __getitem__(self, index: int) -> str:
        """Return one string; xlrd asks so."""
        return self.at((index,))[0]

    def at(self, indexes: Sequence[int]) -> list[str]:
        """Return many strings; raise `IndexError` for one that the table does not hold."""
        known = self._known
        missing = max(indexes) + 1 - len(known)
        if missing > 0:
            more = list(itertools.islice(self._more, max(missing, _TEXTS_AT_ONCE)))
            self._texts.longest = max(self._texts.longest, max(map(len, more), default=0))
            known += more
        if min(indexes) < 0:
            raise IndexError("index of a shared string below 0")
        return list(map(known.__getitem__, indexes))


def wide_text(data: bytes) -> str:
    """Decode UTF-16."""
    try:
        return data.decode("utf-16-le")
    except UnicodeDecodeError:
        return whole(data.decode("utf-16-le", "surrogatepass"))


def strings_of(parts: list[bytes]) -> Iterator[str]:
    """Yield the strings of an SST record and the CONTINUE records behind it, to the last whole one.

    A long string goes on in the next record, behind a byte that says anew how its characters are stored.
    """
    number, at, data = 0, 8, parts[0]
    try:
        while True:
            while at + 3 <= len(data) and (wide := data[at + 2]) <= 1:
                # Nearly all strings are plain ones that end in their record.
                end = at + 3 + ((data[at] | data[at + 1] << 8) << wide)
                if end > len(data):
                    break
                piece = data[at + 3 : end]
                at = end
                yield wide_text(piece) if wide else piece.decode("latin-1")
            if at >= len(data):
                number, at = number + 1, 0
                data = parts[number]
                continue
            left, flags = struct.unpack_from("<HB", data, at)
            at += 3
            extra = 0
            if flags & 0x08:
                extra += 4 * struct.unpack_from("<H", data, at)[0]
                at += 2
            if flags & 0x04:
                extra += struct.unpack_from("<i", data, at)[0]
                at += 4
            wide = flags & 0x01
            end = at + (left << wide)
            if end <= len(data):
                text = data[at:end].decode("utf-16-le" if wide else "latin-1", "surrogatepass")
                at = end
            else:
                pieces = []
                while True:
                    take = min(left, (len(data) - at) >> wide)
                    end = at + (take << wide)
                    pieces.append(data[at:end].decode("utf-16-le" if wide else "latin-1", "surrogatepass"))
                    left -= take
                    if not left:
                        at = end
                        break
                    number += 1
                    data = parts[number]
                    wide, at = data[0] & 0x01, 1
                text = "".join(pieces)
            yield text if text.isascii() else whole(text)
            at += max(0, extra)
            while at > len(data):
                at -= len(data)
                number += 1
                data = parts[number]
    except (IndexError, struct.error):
        return


# --- looking ahead -----------------------------------------------------------------------------------------

_OLD_CELLS = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06)
_CELLS = frozenset((*_OLD_CELLS, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406))
_BOFS = frozenset((0x09, 0x209, 0x409, 0x809))
_EOF, _ROW, _COLINFO, _FILTER = 0x0A, 0x208, 0x7D, 0x9D
_FORMULAS = frozenset((0x06, 0x206, 0x406))
_ZERO, _NO_TEXT = bytes(8), b"\x03\0\0\0\0\0\xff\xff"
_ON_LOAD = 0x02
_XLWT = b"\x5c\0\x70\0None "
"""How xlwt names the user. It writes a blank text for every formula, as Excel does where one gives it."""
_RUN = re.compile(
    rb"(?=.{4}(..))(?:\xfd\x00\x0a\x00\1.{8}|\x03\x02\x0e\x00\1.{12}|\x7e\x02\x0a\x00\1.{8}"
    rb"|\x01\x02\x06\x00\1.{4}|\x05\x02\x08\x00\1.{6})++",
    re.DOTALL,
)
"""The cells of one row, as far as they are records of a fixed length."""


LABEL, _FLOAT, RK, _RKS, _BLANK, _BLANKS, TRUTH = 0xFD, 0x203, 0x27E, 0xBD, 0x201, 0xBE, 0x205
_FORMS = {(LABEL, 10): "Hi", (_FLOAT, 14): "Hd", (RK, 10): "Hi", (_BLANK, 6): "2x", (TRUTH, 8): "HBB"}
"""The cells that are read here, by kind and length, and how they are unpacked behind row and column."""


def _form(kind: int, length: int, data: bytes, at: int) -> str:
    """Return how a cell, or a run of them in one record, is unpacked; empty for what xlrd has to read."""
    if kind in (_RKS, _BLANKS) and length >= 8 and (length - 6) % (6 if kind == _RKS else 2) == 0:
        count = (length - 6) // (6 if kind == _RKS else 2)
        first, last = (
            struct.unpack_from("<H", data, at + 6)[0],
            struct.unpack_from("<H", data, at + 2 + length)[0],
        )
        return (
            ("Hi" * count + "2x" if kind == _RKS else f"{2 * count + 2}x")
            if last == first + count - 1
            else ""
        )
    return _FORMS.get((kind, length), "")


class Layout:
    """How the cells of a row lie in their records, which they do alike in most rows."""

    def __init__(self, data: bytes, at: int) -> None:
        """Learn from the row that begins at a place; a layout without an end is for xlrd."""
        self.length = 0
        self.key = b""
        self.kinds: list[tuple[int, int]] = []
        """Column and kind of every value."""
        pattern, form, row, begin = b"", "<", data[at + 4 : at + 6], at
        while data[at + 4 : at + 6] == row and at + 8 < len(data):
            kind, length = struct.unpack_from("<HH", data, at)
            if kind not in _CELLS:
                break
            found = _form(kind, length, data, at)
            if not found or at + 4 + length > len(data):
                return
            (column,) = struct.unpack_from("<H", data, at + 6)
            values = found.count("H")
            self.kinds += [(column + n, RK if kind == _RKS else kind) for n in range(values)]
            again = rb"\1" if pattern else rb"(..)"
            ends = re.escape(data[at + 2 + length : at + 4 + length]) if found.endswith("i2x") else b""
            pattern += re.escape(data[at : at + 4]) + again + re.escape(data[at + 6 : at + 8])
            pattern += rb".{%d}" % (length - 4 - (2 if ends else 0)) + ends
            form += f"{'8x' if at > begin else '4xH2x'}{found}"
            at += 4 + length
        columns = [column for column, _ in self.kinds]
        if columns == sorted(set(columns)) and max(columns, default=0) < WIDEST:
            self.length, self.unpack_from = at - begin, struct.Struct(form).unpack_from
            self.key = pattern

    def pattern(self) -> re.Pattern[bytes]:
        """Return what finds such a row: nothing of it may follow."""
        more = b"|".join(re.escape(struct.pack("<H", kind)) for kind in sorted(_CELLS))
        return re.compile(self.key + rb"(?!(?:" + more + rb")..\1)", re.DOTALL)


class Outline:
    """What a walk over the record headers shows: where rows lie, whether in order, and what is hidden."""

    def __init__(self, data: bytes, at: int, columns: int) -> None:
        self.ordered = True
        self.plain = True
        """Whether all rows have a layout."""
        self.rows = array("Q")
        self.layouts: list[Layout] = []
        self.layout_of = array("H")
        """Where every row begins, and the index of its layout."""
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self.autofilter = False
        self.pending: set[tuple[int, int]] = set()
        """The cells of formulas that were never computed: zero or blank, and to be computed when opened."""
        self._blank_is_pending = _XLWT in data[:4_096]
        self._by_key: dict[bytes, int] = {}
        self._patterns: list[tuple[int, re.Pattern[bytes]]] = []
        self.plain = self._walk(data, at, columns) and self.plain and self.ordered

    def _walk(self, data: bytes, at: int, columns: int) -> bool:
        """Return whether the sheet has an end."""
        last, depth, size = -1, 0, len(data)
        while at + 4 <= size:
            run = self._row(data, at) if self.plain and depth == 1 else None
            begin = at
            if run is not None:
                row, at = run
                # Cells of one row in two places are joined by xlrd's way alone.
                self.plain = row > last
            elif (match := _RUN.match(data, at)) is not None:
                row, at, self.plain = int.from_bytes(match[1], "little"), match.end(), False
            else:
                kind, length = struct.unpack_from("<HH", data, at)
                at += 4 + length
                if kind in _CELLS and length >= 2 and depth <= 1:
                    row, self.plain = int.from_bytes(data[begin + 4 : begin + 6], "little"), False
                    if kind in _FORMULAS:
                        self._see_formula(data[begin + 4 : at])
                else:
                    depth += (kind in _BOFS) - (kind == _EOF)
                    if depth <= 0:
                        return True
                    self._see(kind, data[begin + 4 : at], columns)
                    continue
            self.ordered = self.ordered and row >= last
            last = row
        return False

    def _row(self, data: bytes, at: int) -> tuple[int, int] | None:
        """Take notice of a row; return its number and its end, None when no row of a layout begins here."""
        for number, pattern in self._patterns:
            match = pattern.match(data, at)
            if match is not None:
                self.rows.append(at)
                self.layout_of.append(number)
                return int.from_bytes(match[1], "little"), match.end()
        if int.from_bytes(data[at : at + 2], "little") not in _CELLS:
            return None
        layout = Layout(data, at)
        number = self._by_key.setdefault(layout.key, len(self.layouts)) if layout.length else _LAYOUTS
        if number >= _LAYOUTS:
            return None
        if number == len(self.layouts):
            self.layouts.append(layout)
            if number < _PATTERNS:
                self._patterns.append((number, layout.pattern()))
        self.rows.append(at)
        self.layout_of.append(number)
        return int.from_bytes(data[at + 4 : at + 6], "little"), at + layout.length

    def _see(self, kind: int, record: bytes, columns: int) -> None:
        if kind == _ROW and len(record) >= 16 and record[12] & 0x20:
            self.hidden_rows.append(int.from_bytes(record[:2], "little"))
        elif kind == _COLINFO and len(record) >= 10 and record[8] & 0x01:
            first, last = struct.unpack_from("<HH", record)
            self.hidden_columns += range(first, min(last + 1, columns))
        elif kind == _FILTER:
            self.autofilter = True

    def _see_formula(self, record: bytes) -> None:
        result, flags = record[6:14], record[14:15]
        on_load = result == _ZERO and flags and flags[0] & _ON_LOAD
        if on_load or (result == _NO_TEXT and self._blank_is_pending):
            row, column = struct.unpack_from("<HH", record)
            self.pending.add((row, column))

    def facts(self) -> tuple[int, int, list[int], bool]:
        """Return how many rows are hidden, the number of the first, the hidden columns, and any filter."""
        first = min(self.hidden_rows) + 1 if self.hidden_rows else 0
        return len(self.hidden_rows), first, self.hidden_columns, self.autofilter


@lru_cache(maxsize=65_536)
def rk_number(packed: int) -> float:
    """Return the number that BIFF keeps in 30 bits: a whole one or half a float, or a hundredth of either."""
    if packed & 2:
        value = float(packed >> 2)
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))
    value = value / 100.0 if packed & 1 else value
    return int(value) if value.is_integer() and abs(value) < NUMBERS_TO else value


def exact(cells: list[object]) -> list[object]:
    """Turn whole numbers, all of which BIFF keeps as floats, into integers."""
    kinds = set(map(type, cells))
    if kinds == {str} or float not in kinds:
        return cells
    if kinds == {float}:
        try:
            integers: list[object] = list(map(int, cells))  # type: ignore[arg-type] # floats all
        except (ValueError, OverflowError):
            integers = []
        if integers == cells and max(map(abs, cells)) < NUMBERS_TO:  # type: ignore[arg-type] # floats all
            return integers
    return [
        int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < NUMBERS_TO else cell
        for cell in cells
    ]
