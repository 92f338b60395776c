"""Reading CSV and TSV: the encoding is proven over the whole file, the delimiter found in its first lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.files.cells import Cell, RowBlock, SheetRow, blocks_of
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
    """Find the encoding under which the whole file decodes: a mark, UTF-8, then CP949.

    Raises `UnreadableFileError` when none does.
    """
    with path.open("rb") as stream:
        declared = declared_encoding(stream.read(1024))
    candidates = (declared,) if declared else ("utf-8", "cp949")
    reason = ""
    for encoding in candidates:
        reason = _undecodable(path, encoding, budget)
        if not reason:
            return encoding
    raise UnreadableFileError(
        f"the text is neither UTF-8 nor CP949: {reason} (문자 인코딩을 알 수 없습니다. "
        "UTF-8로 다시 저장해 주세요)"
    )


def _undecodable(path: Path, encoding: str, budget: Budget) -> str:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_CHUNK):
                budget.check_time()
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return f"{encoding}: {error.reason}"
    return ""


def choose_delimiter(sample: str) -> str:
    """Choose the delimiter that cuts the first line and most of those below it alike."""
    directive = re.match(r"sep=(.)\r?\n", sample, re.IGNORECASE)
    if directive:
        return directive[1]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(_widths(sample, delimiter)))


def _evenness(widths: list[int]) -> tuple[bool, float, int]:
    """Weigh a delimiter: it cuts the first line, most lines alike, into many columns."""
    if not widths:
        return False, 0.0, 0
    width, votes = Counter(widths).most_common(1)[0]
    return widths[0] > 1, votes / len(widths) if width > 1 else 0.0, width


def _widths(sample: str, delimiter: str) -> list[int]:
    widths: list[int] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(row):
                widths.append(len(row))
            if len(widths) > 30:
                break
    except csv.Error:
        return widths
    return widths


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
    def open(cls, path: Path, limits: FileLimits, budget: Budget) -> DelimitedFile:
        """Decide encoding and delimiter; raises `UnreadableFileError` when the text cannot be decoded."""
        encoding = detect_encoding(path, budget)
        with path.open(encoding=encoding, newline="") as stream:
            sample = stream.read(_SAMPLE)
        return cls(path, limits, encoding, choose_delimiter(sample))

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:
        """Yield the same rows, many together."""
        return blocks_of(self.rows(sheet, budget), counted=True)

    def facts(self, sheet: int) -> SheetFacts:  # noqa: ARG002 - no sheet of this format has any
        """Return nothing: the format hides no rows."""
        return SheetFacts()

    def close(self) -> None:
        """Nothing is held open."""

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:  # noqa: ARG002 - there is one only
        """Return the lines; a quoted line break does not start a new row."""
        with self.path.open(encoding=self.encoding, newline="") as stream:
            lines = _Lines(stream, self.limits, budget)
            reader = csv.reader(lines, delimiter=self.delimiter)
            number = 0
            try:
                for number, fields in enumerate(reader, 1):
                    taken = lines.take()
                    if lines.ended:
                        _refuse_open_row(number)
                    if len(taken) > 1 and _swallows("".join(taken), self.delimiter):
                        _refuse_swallowed_rows(number, lines.count, len(taken))
                    if number == 1 and _is_directive(fields, self.delimiter):
                        continue
                    yield number, _cells(number, fields, budget)
            except csv.Error as error:
                if "field limit" in str(error):
                    _refuse_long_cell(number + 1, lines.count - len(lines.take()) + 1)
                raise UnreadableFileError(
                    f"row {number + 1}: {error} (CSV 형식이 올바르지 않습니다. 다시 내려받아 주세요)"
                ) from error
            except UnicodeError as error:
                raise UnreadableFileError(f"row {number + 1}: {error}") from error


def _refuse_open_row(number: int) -> None:
    raise UnreadableFileError(
        f"row {number}: a quotation mark is never closed, so the rows below it are lost "
        "(따옴표가 닫히지 않아 아래 행을 읽을 수 없습니다. 따옴표를 닫아 주세요)"
    )


def _swallows(text: str, delimiter: str) -> bool:
    """Return whether a cell of several lines goes on behind its closing quotation mark.

    A mark that was left open is closed by the one that opens a cell further down.
    """
    plain = rf"[^{re.escape(delimiter)}\r\n]*+"
    cells = re.finditer(rf'"((?:[^"]++|"")*+)"({plain})|{plain}(?:{re.escape(delimiter)}|\r?\n|\r)?', text)
    return any(cell[2] and cell[2].strip() and ("\n" in cell[1] or "\r" in cell[1]) for cell in cells)


def _refuse_swallowed_rows(number: int, last: int, count: int) -> None:
    raise UnreadableFileError(
        f"row {number}: lines {last - count + 1} to {last} were read as one row, as a quotation mark in "
        "them is closed in the middle of a cell further down "
        "(닫히지 않은 따옴표 때문에 여러 행이 한 행으로 읽혔습니다. 따옴표를 닫아 주세요)"
    )


def _refuse_long_cell(number: int, line: int) -> None:
    raise UnsafeFileError(
        f"row {number}: a cell in the row that begins in line {line} is longer than "
        f"{csv.field_size_limit():,} characters, the limit of the csv module; "
        "is a quotation mark never closed? "
        "(셀이 너무 깁니다. 닫히지 않은 따옴표가 있는지 확인해 주세요)"
    )


@define(eq=False)
class _Lines:
    """Returns lines without ever holding more than one bound's worth of text."""

    stream: io.TextIOBase
    limits: FileLimits
    budget: Budget
    ended: bool = False
    """Whether a line was asked for after the last: the row that is given then was still open."""
    count: int = 0
    """Lines given so far."""
    _taken: list[str] = field(factory=list)

    def take(self) -> list[str]:
        """Return the lines since the last call."""
        taken, self._taken = self._taken, []
        return taken

    def __iter__(self) -> Iterator[str]:
        bound = self.limits.xml_token
        while line := self.stream.readline(bound + 1):
            if len(line) > bound:
                raise over("line", len(line), bound)
            if self.count % 1024 == 0:
                self.budget.check_time()
            self.count += 1
            self._taken.append(line)
            yield line
        self.ended = True


def _is_directive(fields: list[str], delimiter: str) -> bool:
    return bool(fields) and fields[0].lower() in ("sep=", f"sep={delimiter}")


def _cells(number: int, fields: list[str], budget: Budget) -> list[Cell]:
    budget.spend(1, len(fields))
    if len(fields) > budget.limits.columns:
        raise over("columns", len(fields), budget.limits.columns)
    sizes = list(map(len, fields))
    budget.check_text(max(sizes, default=0), sum(sizes), number)
    return [_cell(text) if text else None for text in fields]


def _cell(text: str) -> Cell:
    if text[0] == "=":
        formula = _FORMULA_TEXT.fullmatch(text)
        if formula:
            return formula[1]
    return text
