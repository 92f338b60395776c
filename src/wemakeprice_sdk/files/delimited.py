"""Reading CSV and TSV as a stream: encoding and delimiter are found in the first part of a file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from typing import TypeAlias

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.files.cells import Cell, RowBlock, SheetRow
from wemakeprice_sdk.files.limits import Budget, FileLimits, over
from wemakeprice_sdk.files.workbook import FileFormat, SheetFacts, SheetInfo

_CHUNK = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 1 << 16
KOREAN_CHARSETS = frozenset(
    ("euc-kr", "euckr", "ks_c_5601-1987", "ksc5601", "ks_c_5601", "cp949", "ms949", "windows-949")
)
"""Names under which documents declare the Korean code page."""

# Enough to tell UTF-8 from CP949 beyond doubt, little enough to be read twice.
_PROBE = 1 << 20
_SAMPLE_ROWS = 40
_FIRST_BLOCK, _BLOCK = 16, 256
_MARK = "\0"
_FORMULA_TEXT = re.compile(r'="([^"]*)"')


def declared_encoding(head: bytes) -> str:
    """Return the encoding that a byte order mark or a pattern of NUL bytes shows; empty when neither does."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    even, odd = head[::2].count(0), head[1::2].count(0)
    # Some Hangul syllables end in a zero byte too (가 is U+AC00), so the majority counts.
    if odd > 3 * even and _has_separators(head, "utf-16-le"):
        return "utf-16-le"
    if even > 3 * odd and _has_separators(head, "utf-16-be"):
        return "utf-16-be"
    return ""


def _has_separators(head: bytes, encoding: str) -> bool:
    """Return whether the first bytes read as text with line ends or tabs, as a table in UTF-16 has them."""
    try:
        text = head[: len(head) // 2 * 2].decode(encoding)
    except UnicodeDecodeError:
        return False
    return any(mark in text for mark in "\t\n\r,<") and "\0" not in text


def detect_encoding(path: Path, budget: Budget) -> str:
    """Find the encoding of a text: a mark, UTF-8, then CP949.

    The file is decoded from its first byte that is not ASCII on, as far as `_PROBE` bytes: no text of that
    length is UTF-8 by chance. What does not decode further down is an error where it stands.
    Raises `UnreadableFileError` when neither fits.
    """
    with path.open("rb") as stream:
        declared = declared_encoding(stream.read(1024))
        if declared:
            return declared
        stream.seek(0)
        skipped = lines = 0
        while (piece := stream.read(_CHUNK)) and piece.isascii():
            budget.check_time()
            skipped, lines = skipped + len(piece), lines + piece.count(b"\n")
        probe = piece + stream.read(_PROBE)
        final = not stream.read(1)
    faults: list[UnicodeDecodeError] = []
    for encoding in ("utf-8", "cp949"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(probe, final)
        except UnicodeDecodeError as error:
            faults.append(error)
        else:
            return encoding
    # The encoding that goes further is what the text was meant to be in.
    fault = max(faults, key=lambda one: one.start)
    line = lines + probe[: fault.start].count(b"\n") + 1
    raise UnreadableFileError(
        f"line {line}, byte {skipped + fault.start:,}: the text is neither UTF-8 nor CP949: "
        f"{fault.encoding}: {fault.reason}; put this line right, or save the file as .xlsx or as CSV UTF-8 "
        "(이 줄의 글자가 손상되었습니다. 줄을 고치거나 엑셀에서 .xlsx 또는 'CSV UTF-8'로 다시 저장해 주세요)"
    )


HeaderTest: TypeAlias = "Callable[[Sequence[str]], bool]"
"""Tells whether the texts of a row look like a header; the reader knows no columns itself."""


def choose_delimiter(sample: str, is_header: HeaderTest | None = None) -> str:
    """Choose the delimiter that finds a header, else the one that cuts the first line and most others alike.

    A title above the header may hold any of the delimiters: `상품목록; 총 1건`.
    """
    directive = re.match(r"sep=(.)\r?\n", sample, re.IGNORECASE)
    said = directive[1] if directive else ""
    rows = {mark: _first_rows(sample, mark) for mark in dict.fromkeys((*_DELIMITERS, *said))}
    found = {mark: _like_header(rows[mark], is_header) for mark in rows}
    if said and (found[said] or not any(found.values())):
        return said
    return max(_DELIMITERS, key=lambda mark: (found[mark], _evenness([*map(len, rows[mark])])))


def _like_header(rows: list[list[str]], is_header: HeaderTest | None) -> int:
    """Return how many rows are as wide as the header; 0 when there is none.

    A title that says the words of columns (`상품번호; 상품명 안내`) has no rows of its width below it.
    """
    if is_header is None:
        return 0
    widths = [len(row) for row in rows]
    return max((widths.count(len(row)) for row in rows if is_header(row)), default=0)


def _evenness(widths: list[int]) -> tuple[bool, float, int]:
    """Weigh a delimiter: it cuts the first line, most lines alike, into many columns."""
    if not widths:
        return False, 0.0, 0
    width, votes = Counter(widths).most_common(1)[0]
    return widths[0] > 1, votes / len(widths) if width > 1 else 0.0, width


def _first_rows(sample: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        rows.extend(islice(filter(any, reader), _SAMPLE_ROWS))
    except csv.Error:
        return rows
    return rows


@define(eq=False)
class DelimitedFile:
    """A CSV or TSV file: one sheet, every cell text."""

    path: Path
    limits: FileLimits
    encoding: str
    delimiter: str

    format = FileFormat.CSV
    engine = "csv"
    date1904 = False
    sheets = (SheetInfo("CSV"),)
    notes = ()

    @classmethod
    def open(
        cls, path: Path, limits: FileLimits, budget: Budget, is_header: HeaderTest | None = None
    ) -> DelimitedFile:
        """Decide encoding and delimiter; raises `UnreadableFileError` when the text cannot be decoded."""
        encoding = detect_encoding(path, budget)
        with path.open(encoding=encoding, errors="replace", newline="") as stream:
            sample = stream.read(_SAMPLE)
        return cls(path, limits, encoding, choose_delimiter(sample, is_header))

    def facts(self, sheet: int) -> SheetFacts:  # noqa: ARG002 - there is one only
        """Return nothing: the format hides no rows."""
        return SheetFacts()

    def close(self) -> None:
        """Nothing is held open."""

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Yield the lines; a quoted line break does not start a new row."""
        for block in self.blocks(sheet, budget):
            yield from block.rows()

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:  # noqa: ARG002 - there is one only
        """Yield the same rows, many together; the file is decoded as it is read."""
        lines = _Lines(self.path, self.encoding, self.limits, budget)
        number, size = 1, _FIRST_BLOCK
        while batch := lines.take(size):
            size = _BLOCK
            text = "".join(batch)
            rows = _even_rows(batch, text, self.delimiter)
            longest, formulas = max(map(len, batch)), '="' in text
            if rows is None:
                rows = self._uneven_rows(lines, batch, number)
                # Its last row may have taken lines that are not in `text`.
                longest, formulas = budget.limits.xml_token, True
            block = _block(rows, number, budget, longest=longest, formulas=formulas)
            number += len(rows)
            if block.numbers[0] == 1 and _is_directive(rows[0], self.delimiter):
                block = block.after(1)
            if block.numbers:
                yield block

    def _uneven_rows(self, lines: _Lines, batch: list[str], number: int) -> list[list[str]]:
        """Read lines some of which belong together in one row; takes more of them while a row is open."""
        rows: list[list[str]] = []
        feed = _Feed(lines, deque(batch))
        reader = csv.reader(feed, delimiter=self.delimiter)
        try:
            while feed.waiting:
                rows.append(next(reader))
                taken = feed.taken()
                if feed.ended:
                    self._refuse_open_row(number + len(rows) - 1, lines.count - feed.left - len(taken) + 1)
                if len(taken) > 1 and _swallows("".join(taken), self.delimiter):
                    self._refuse_swallowed_rows(number + len(rows) - 1, lines.count - feed.left, len(taken))
        except csv.Error as error:
            line = lines.count - feed.left - len(feed.taken()) + 1
            if "field limit" in str(error):
                self._refuse_long_cell(number + len(rows), line)
            raise UnreadableFileError(
                f"row {number + len(rows)}, {self._place(line)}: {error} "
                "(CSV 형식이 올바르지 않습니다. 이 줄을 고쳐 주세요)"
            ) from error
        return rows

    def _place(self, line: int) -> str:
        """Return a line and where it begins, for errors; the file is read again up to there."""
        offset = len(codecs.BOM_UTF8) if self.encoding == "utf-8-sig" else 0
        plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
        if self.encoding in ("utf-16", "utf-32"):
            offset = len("".encode(self.encoding))
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as stream:
            for _ in range(line - 1):
                offset += len(stream.readline().encode(plain.get(self.encoding, self.encoding), "replace"))
        return f"line {line}, byte {offset:,}"

    def _refuse_open_row(self, number: int, line: int) -> None:
        raise UnreadableFileError(
            f"row {number}, {self._place(line)}: a quotation mark is never closed, so what is below is lost "
            "(따옴표가 닫히지 않아 아래 행을 읽을 수 없습니다. 이 줄의 따옴표를 고쳐 주세요)"
        )

    def _refuse_swallowed_rows(self, number: int, last: int, count: int) -> None:
        raise UnreadableFileError(
            f"row {number}, {self._place(last - count + 1)}: lines {last - count + 1} to {last} were read as "
            "one row, as a quotation mark in them is closed in the middle of a cell further down "
            "(닫히지 않은 따옴표 때문에 여러 행이 한 행으로 읽혔습니다. 이 줄의 따옴표를 고쳐 주세요)"
        )

    def _refuse_long_cell(self, number: int, line: int) -> None:
        raise UnsafeFileError(
            f"row {number}, {self._place(line)}: a cell in the row that begins in line {line} is longer than "
            f"{csv.field_size_limit():,} characters, the limit of the csv module; "
            "is a quotation mark never closed? "
            "(셀이 너무 깁니다. 닫히지 않은 따옴표가 있는지 확인해 주세요)"
        )


def _even_rows(lines: list[str], text: str, delimiter: str) -> list[list[str]] | None:
    """Read lines each of which is a row of its own; None when any of them goes on in the next."""
    if '"' not in text:
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return [line.split(delimiter) for line in text.removesuffix("\n").split("\n")]
    try:
        # Were the last row still open, it would take the mark in.
        rows = list(csv.reader([*lines, _MARK], delimiter=delimiter))
    except csv.Error:
        return None
    whole = len(rows) == len(lines) + 1 and rows.pop() == [_MARK]
    return rows if whole else None


def _block(rows: list[list[str]], number: int, budget: Budget, *, longest: int, formulas: bool) -> RowBlock:
    widest = max(map(len, rows))
    limits = budget.limits
    budget.spend(len(rows), sum(map(len, rows)))
    if widest > limits.columns:
        at = next(at for at, fields in enumerate(rows) if len(fields) > limits.columns)
        raise over("columns", len(rows[at]), limits.columns, f"row {number + at}")
    if longest > min(limits.cell_text, limits.row_text):
        for at, fields in enumerate(rows, number):
            sizes = list(map(len, fields))
            budget.check_text(max(sizes, default=0), sum(sizes), at)
    columns = [_column(column, formulas=formulas) for column in zip_longest(*rows)]
    return RowBlock(range(number, number + len(rows)), columns, list(map(len, rows)))


def _column(texts: Sequence[str | None], *, formulas: bool) -> Sequence[Cell]:
    """Make cells of the texts of a column: nothing of an empty one, and the text of `="007"`."""
    if formulas:
        return [_cell(text) if text else None for text in texts]
    return [text or None for text in texts] if "" in texts else texts


def _swallows(text: str, delimiter: str) -> bool:
    """Return whether a cell of several lines goes on behind its closing quotation mark.

    A mark that was left open is closed by the one that opens a cell further down.
    """
    plain = rf"[^{re.escape(delimiter)}\r\n]*+"
    cells = re.finditer(rf'"((?:[^"]++|"")*+)"({plain})|{plain}(?:{re.escape(delimiter)}|\r?\n|\r)?', text)
    return any(cell[2] and cell[2].strip() and ("\n" in cell[1] or "\r" in cell[1]) for cell in cells)


@define(eq=False)
class _Lines:
    """Decodes a file line by line, without ever holding more than one bound's worth of it."""

    path: Path
    encoding: str
    limits: FileLimits
    budget: Budget
    count: int = 0
    """Lines that were taken."""
    _texts: Iterator[str] | None = None
    _waiting: deque[str] = field(factory=deque)
    _rest: str = ""

    def take(self, most: int) -> list[str]:
        """Return the next lines, none after the last."""
        waiting = self._waiting
        while len(waiting) < most and self._read():
            pass
        taken = [waiting.popleft() for _ in range(min(most, len(waiting)))]
        self.count += len(taken)
        return taken

    def _read(self) -> bool:
        """Decode more; return whether there was any."""
        if self._texts is None:
            self._texts = self._decoded()
        text = next(self._texts, None)
        if text is None:
            if self._rest:
                self._waiting.append(self._rest)
            self._rest = ""
            return False
        text = self._rest + text
        # A carriage return at the end may be half of a line end.
        cut = max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1
        lines, self._rest = io.StringIO(text[:cut], newline="").readlines(), text[cut:]
        bound = self.limits.xml_token
        longest = max(len(self._rest), max(map(len, lines), default=0))
        if longest > bound:
            raise over("line", longest, bound, f"line {self.count + len(self._waiting) + 1} or below")
        self._waiting += lines
        return True

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)()
        done = 0
        with self.path.open("rb") as stream:
            while True:
                self.budget.check_time()
                piece = stream.read(_CHUNK)
                held = len(decoder.getstate()[0])
                try:
                    text = decoder.decode(piece, not piece)
                except UnicodeDecodeError as error:
                    above = error.object[: error.start].count(b"\n") + self._rest.count("\n")
                    line = self.count + len(self._waiting) + above + 1
                    byte = done - held + error.start
                    raise UnreadableFileError(
                        f"line {line}, byte {byte:,}: not {self.encoding}: {error.reason} "
                        "(이 줄의 글자가 손상되었습니다. 이 줄을 고쳐 다시 저장해 주세요)"
                    ) from error
                done += len(piece)
                if text:
                    yield text
                if not piece:
                    return


@define(eq=False)
class _Feed:
    """Returns the csv module lines that are at hand, and further ones while it asks for them within a row."""

    lines: _Lines
    _queue: deque[str]
    ended: bool = False
    """Whether a line was asked for after the last: the row that is given then was still open."""
    _taken: list[str] = field(factory=list)

    @property
    def waiting(self) -> bool:
        """Whether lines are left that belong to no row yet."""
        return bool(self._queue)

    @property
    def left(self) -> int:
        """How many."""
        return len(self._queue)

    def taken(self) -> list[str]:
        """Return the lines since the last call."""
        taken, self._taken = self._taken, []
        return taken

    def __iter__(self) -> Iterator[str]:
        """Return line after line."""
        while self._queue or self._more():
            line = self._queue.popleft()
            self._taken.append(line)
            yield line
        self.ended = True

    def _more(self) -> bool:
        self._queue += self.lines.take(_BLOCK)
        return bool(self._queue)


def _is_directive(fields: list[str], delimiter: str) -> bool:
    return bool(fields) and re.fullmatch(r"sep=.?", fields[0].removesuffix(delimiter), re.I) is not None


def _cell(text: str) -> Cell:
    if text[0] == "=":
        formula = _FORMULA_TEXT.fullmatch(text)
        if formula:
            return formula[1]
    return text
