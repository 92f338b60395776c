"""Reading CSV and TSV: the encoding is proven over the whole file, the delimiter found in its first lines."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from attrs import define

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.excel.cells import Cell, SheetRow
from wemakeprice_sdk.excel.limits import Budget, Limits, over
from wemakeprice_sdk.excel.workbook import FileFormat, SheetInfo

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
    """Give the encoding that a byte order mark or a pattern of NUL bytes shows; empty when neither does."""
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
    """Say whether the first bytes read as text with line ends or tabs, as a table in UTF-16 has them."""
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
    raise UnreadableFileError(f"the text is neither UTF-8 nor CP949: {reason} (문자 인코딩을 알 수 없습니다)")


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
    limits: Limits
    encoding: str
    delimiter: str

    format = FileFormat.CSV
    engine = "csv"
    date1904 = False
    sheets = (SheetInfo("CSV"),)
    notes = ()

    @classmethod
    def open(cls, path: Path, limits: Limits, budget: Budget) -> DelimitedFile:
        """Decide encoding and delimiter; raises `UnreadableFileError` when the text cannot be decoded."""
        encoding = detect_encoding(path, budget)
        with path.open(encoding=encoding, newline="") as stream:
            sample = stream.read(_SAMPLE)
        return cls(path, limits, encoding, choose_delimiter(sample))

    def close(self) -> None:
        """Nothing is held open."""

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:  # noqa: ARG002 - there is one only
        """Give the lines; a quoted line break does not start a new row."""
        with self.path.open(encoding=self.encoding, newline="") as stream:
            lines = _Lines(stream, self.limits, budget)
            reader = csv.reader(lines, delimiter=self.delimiter)
            number = 0
            try:
                for number, fields in enumerate(reader, 1):
                    if lines.ended:
                        _refuse_open_row(number)
                    if number == 1 and _is_directive(fields, self.delimiter):
                        continue
                    yield number, _cells(number, fields, budget)
            except csv.Error as error:
                raise UnreadableFileError(
                    f"row {number + 1}: {error} (CSV 형식이 올바르지 않습니다)"
                ) from error
            except UnicodeError as error:
                raise UnreadableFileError(f"row {number + 1}: {error}") from error


def _refuse_open_row(number: int) -> None:
    raise UnreadableFileError(
        f"row {number}: a quotation mark is never closed, so the rows below it are lost "
        "(따옴표가 닫히지 않아 아래 행을 읽을 수 없습니다)"
    )


@define(eq=False)
class _Lines:
    """Gives lines without ever holding more than one bound's worth of text."""

    stream: io.TextIOBase
    limits: Limits
    budget: Budget
    ended: bool = False
    """Whether a line was asked for after the last: the row that is given then was still open."""
    _count: int = 0

    def __iter__(self) -> Iterator[str]:
        bound = self.limits.xml_token
        while line := self.stream.readline(bound + 1):
            if len(line) > bound:
                raise over("line", len(line), bound)
            if self._count % 1024 == 0:
                self.budget.check_time()
            self._count += 1
            yield line
        self.ended = True


def _is_directive(fields: list[str], delimiter: str) -> bool:
    return bool(fields) and fields[0].lower() in ("sep=", f"sep={delimiter}")


def _cells(number: int, fields: list[str], budget: Budget) -> list[Cell]:
    budget.spend(1, len(fields))
    if len(fields) > budget.limits.columns:
        raise over("columns", len(fields), budget.limits.columns)
    sizes = [len(field) for field in fields]
    budget.check_text(max(sizes, default=0), sum(sizes), number)
    return [_cell(field) if field else None for field in fields]


def _cell(text: str) -> Cell:
    if text[0] == "=":
        formula = _FORMULA_TEXT.fullmatch(text)
        if formula:
            return formula[1]
    return text
