"""Reading HTML tables, which many exports are under the name `.xls`."""

from __future__ import annotations

import email
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import IO

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files.cells import Cell, RowBlock, SheetRow, blocks_of, number_cell
from wemakeprice_sdk.files.delimited import KOREAN_CHARSETS, declared_encoding, detect_encoding
from wemakeprice_sdk.files.limits import Budget, FileLimits, over
from wemakeprice_sdk.files.workbook import FileFormat, SheetFacts, SheetInfo

_CHUNK = 1 << 16
_LONGEST_REST = 1 << 14
_BREAKS = frozenset(("br", "p", "div", "li"))
_SILENT = frozenset(("script", "style", "title"))
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def html_encoding(path: Path, budget: Budget) -> str:
    """Find the encoding of a page: a mark, the declared charset where it holds, else UTF-8 or CP949."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    declared = declared_encoding(head)
    if declared:
        return declared
    return detect_encoding(path, budget)


class _TableParser(HTMLParser):
    """Collects rows per outermost table; spans are laid out with empty cells."""

    def __init__(self, wanted: int, budget: Budget) -> None:
        super().__init__(convert_charrefs=True)
        self.wanted = wanted
        self.budget = budget
        self.tables = 0
        self.rows: list[SheetRow] = []
        self.hidden_rows: list[int] = []
        self.is_frameset = False
        self._depth = 0
        self._silent = 0
        self._row_number = 0
        self._in_row = False
        self._cells: list[Cell] = []
        self._spans: dict[int, int] = {}
        self._parts: list[str] | None = None
        self._size = self._row_size = 0
        self._number: str | None = None
        self._colspan = self._rowspan = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Follow table, tr, td and th; closing tags may be missing, as HTML allows."""
        if tag == "table":
            self._start_table()
        elif tag in ("td", "th") and self._depth == 1:
            self._end_cell()
            if not self._in_row:
                self._start_row()
            self._start_cell(dict(attrs))
        elif tag == "tr" and self._depth == 1:
            self._end_row()
            self._start_row()
            if self.tables - 1 == self.wanted and _NOT_SHOWN.search(dict(attrs).get("style") or ""):
                self.hidden_rows.append(self._row_number)
        elif tag in _BREAKS and self._parts:
            self.handle_data("\n")
        elif tag in _SILENT:
            self._silent += 1
        elif tag in ("frameset", "frame"):
            self.is_frameset = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take `<td/>` as an empty cell; other closed tags are as their opening."""
        if tag in _SILENT:
            return
        self.handle_starttag(tag, attrs)
        if tag in ("td", "th", "tr", "table"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag in ("td", "th") and self._depth == 1:
            self._end_cell()
        elif tag == "tr" and self._depth == 1:
            self._end_row()
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
            self._depth -= 1
        elif tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        """Add text to the open cell."""
        if self._parts is None or self._silent:
            return
        self._size += len(data)
        self._row_size += len(data)
        self.budget.check_text(self._size, self._row_size, self._row_number)
        self._parts.append(data)

    def _start_table(self) -> None:
        self._depth += 1
        if self._depth > self.budget.limits.xml_depth:
            raise over("xml_depth", self._depth, self.budget.limits.xml_depth, "tables")
        if self._depth == 1:
            self.tables += 1
            self.budget.check_sheets(self.tables)
            self._silent = 0
            self._row_number = 0
            self._spans = {}

    def _start_row(self) -> None:
        self._in_row = True
        self._silent = 0
        self._row_number += 1
        self._row_size = 0
        self._cells = []

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        self._parts = []
        self._silent = self._size = 0
        self._number = attributes.get("x:num")
        self._colspan = _span(attributes.get("colspan"), self.budget.limits.columns)
        self._rowspan = _span(attributes.get("rowspan"), self.budget.limits.rows)

    def _end_cell(self) -> None:
        if self._parts is None:
            return
        text = "".join(self._parts).replace("\u00a0", " ").strip()
        self._parts = None
        while self._spans.get(len(self._cells), 0):
            self._take_span()
        begin = len(self._cells)
        if begin + self._colspan > self.budget.limits.columns:
            raise over(
                "columns", begin + self._colspan, self.budget.limits.columns, f"row {self._row_number}"
            )
        self._cells.append(number_cell(self._number) if self._number else (text or None))
        self._cells += [None] * (self._colspan - 1)
        if self._rowspan > 1:
            self._spans.update((column, self._rowspan - 1) for column in range(begin, len(self._cells)))

    def _take_span(self) -> None:
        column = len(self._cells)
        self._spans[column] -= 1
        self._cells.append(None)

    def _end_row(self) -> None:
        self._end_cell()
        if not self._in_row:
            return
        self._in_row = False
        width = len(self._cells)
        for column in [at for at, left in self._spans.items() if left and at >= width]:
            self._spans[column] -= 1
        self.budget.spend(1, width)
        if self.tables - 1 == self.wanted:
            self.rows.append((self._row_number, self._cells))

    def finish(self) -> None:
        """End the document; raise `UnreadableFileError` when much of it is a tag or comment never closed.

        The parser would look for the end of each such tag again and again. A style or script never closed
        swallows the tags in it.
        """
        swallows = self.cdata_elem is not None and (self._depth or "<table" in self.rawdata.lower())
        if swallows or len(self.rawdata) > _LONGEST_REST:
            raise UnreadableFileError(
                f"row {self._row_number}: a tag, style or comment is never closed, so what follows is lost "
                "(태그가 닫히지 않아 이후 내용을 읽을 수 없습니다. 다시 내려받아 주세요)"
            )
        self.close()
        self._end_row()

    @property
    def row_number(self) -> int:
        """Number of the row that is being read."""
        return self._row_number

    def take(self) -> list[SheetRow]:
        """Return the rows since the last call."""
        taken, self.rows = self.rows, []
        return taken


def _span(text: str | None, bound: int) -> int:
    if text is None or not text.strip().isdigit() or len(text) > 7 or not text.isascii():
        return 1
    return max(1, min(int(text), bound))


@define(eq=False)
class HtmlWorkbook:
    """An HTML page, or several in a web page archive; every outermost table is a sheet."""

    path: Path
    limits: FileLimits
    encoding: str
    _pages: str | None = None
    """The pages of an archive, None for a page that is read from its file."""
    sheets: tuple[SheetInfo, ...] = ()
    _hidden: dict[int, list[int]] = field(factory=dict, init=False)

    engine = "html-parser"
    date1904 = False
    notes = ()

    @classmethod
    def open(cls, path: Path, limits: FileLimits, budget: Budget) -> HtmlWorkbook:
        """Count the tables; raises `UnreadableFileError` when there is none."""
        return cls(path, limits, html_encoding(path, budget))._with_sheets(budget)

    @classmethod
    def open_archive(cls, path: Path, limits: FileLimits, budget: Budget) -> HtmlWorkbook:
        """Unpack a web page archive ("single file web page" of Excel), and count the tables of its pages."""
        encoding, pages = archived_pages(path, limits, budget)
        return cls(path, limits, encoding, pages)._with_sheets(budget)

    @property
    def format(self) -> FileFormat:
        """A page or an archive of pages."""
        return FileFormat.HTML if self._pages is None else FileFormat.MHTML

    def _with_sheets(self, budget: Budget) -> HtmlWorkbook:
        parser = _TableParser(-1, budget)
        for _ in self._parse(parser, budget):
            pass
        if not parser.tables:
            reason = "a page of frames, whose tables lie in other files" if parser.is_frameset else "no table"
            raise UnreadableFileError(
                f"an HTML page with {reason} (표가 없는 HTML 파일입니다. 엑셀 파일로 다시 내려받아 주세요)"
            )
        self.sheets = tuple(SheetInfo(f"table {n + 1}") for n in range(parser.tables))
        return self

    def facts(self, sheet: int) -> SheetFacts:
        """Return what the pass saw that began last: Excel writes hidden rows with `display:none`."""
        hidden = self._hidden.get(sheet, [])
        return SheetFacts(hidden_rows=len(hidden), first_hidden_row=hidden[0] if hidden else 0)

    def close(self) -> None:
        """Nothing is held open."""

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Yield the rows of a table."""
        parser = _TableParser(sheet, budget)
        self._hidden[sheet] = parser.hidden_rows
        return self._parse(parser, budget)

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:
        """Yield the same rows, many together."""
        return blocks_of(self.rows(sheet, budget))

    def _parse(self, parser: _TableParser, budget: Budget) -> Iterator[SheetRow]:
        bound = budget.limits.xml_token
        try:
            with self._text() as stream:
                while piece := stream.read(_CHUNK):
                    budget.check_time()
                    parser.feed(piece)
                    if len(parser.rawdata) > bound:
                        raise over("xml_token", len(parser.rawdata), bound, self.path.name)
                    yield from parser.take()
            parser.finish()
        except (UnicodeError, AssertionError, ValueError) as error:
            raise UnreadableFileError(
                f"row {parser.row_number}: not readable as HTML: {error} "
                "(손상된 파일입니다. 다시 내려받아 주세요)"
            ) from error
        yield from parser.take()

    def _text(self) -> IO[str]:
        if self._pages is not None:
            return io.StringIO(self._pages, newline="")
        return self.path.open(encoding=self.encoding, newline="")


def archived_pages(path: Path, limits: FileLimits, budget: Budget) -> tuple[str, str]:
    """Return the encoding of the pages of a web page archive (MHTML), and their text one after the other.

    Raises `UnreadableFileError` when it holds none, `UnsafeFileError` above `limits.mhtml_bytes`.
    """
    size = path.stat().st_size
    if size > limits.mhtml_bytes:
        raise over("mhtml_bytes", size, limits.mhtml_bytes)
    try:
        message = email.message_from_bytes(path.read_bytes())
        parts = list(islice(message.walk(), limits.archive_members + 1))
    except RecursionError as error:
        raise UnreadableFileError(
            "the parts of the web page archive are nested too deep (손상된 파일입니다. 다시 내려받아 주세요)"
        ) from error
    if len(parts) > limits.archive_members:
        raise over("archive_members", len(parts), limits.archive_members)
    encoding, pages = "", []
    for part in parts:
        budget.check_time()
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            encoding, page = _decoded(
                payload if isinstance(payload, bytes) else b"", part.get_content_charset()
            )
            pages.append(page)
    if not pages:
        raise UnreadableFileError(
            "a web page archive (MHTML) without a page; open it in Excel and save it as .xlsx "
            "(엑셀에서 열어 .xlsx로 저장한 뒤 다시 올려 주세요)"
        )
    # A table that one page leaves open must not take in those of the next.
    return encoding, ("</table>" * 2).join(pages)


def _decoded(data: bytes, charset: str | None) -> tuple[str, str]:
    declared = "cp949" if charset in KOREAN_CHARSETS else charset or "utf-8"
    for encoding in (declared_encoding(data[:4096]) or declared, "utf-8", "cp949"):
        try:
            return encoding, data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    raise UnreadableFileError(
        "a page of the web page archive has an unreadable encoding "
        "(문자 인코딩을 알 수 없습니다. 엑셀에서 .xlsx로 다시 저장해 주세요)"
    )
