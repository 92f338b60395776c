"""Reading HTML tables, which many exports are under the name `.xls`."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from attrs import define

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files.cells import Cell, RowBlock, SheetRow, blocks_of, number_cell
from wemakeprice_sdk.files.delimited import declared_encoding, detect_encoding
from wemakeprice_sdk.files.limits import Budget, FileLimits, over
from wemakeprice_sdk.files.workbook import FileFormat, SheetFacts, SheetInfo

_CHUNK = 1 << 16
_LONGEST_REST = 1 << 14
_BREAKS = frozenset(("br", "p", "div", "li"))
_SILENT = frozenset(("script", "style", "title"))


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
    """An HTML page; every outermost table is a sheet."""

    path: Path
    limits: FileLimits
    encoding: str
    sheets: tuple[SheetInfo, ...]

    format = FileFormat.HTML
    engine = "html-parser"
    date1904 = False
    notes = ()

    @classmethod
    def open(cls, path: Path, limits: FileLimits, budget: Budget) -> HtmlWorkbook:
        """Count the tables; raises `UnreadableFileError` when there is none."""
        encoding = html_encoding(path, budget)
        parser = _TableParser(-1, budget)
        for _ in _parse(path, encoding, parser, budget):
            pass
        if not parser.tables:
            reason = "a page of frames, whose tables lie in other files" if parser.is_frameset else "no table"
            raise UnreadableFileError(
                f"an HTML page with {reason} (표가 없는 HTML 파일입니다. 다시 내려받아 주세요)"
            )
        return cls(path, limits, encoding, tuple(SheetInfo(f"table {n + 1}") for n in range(parser.tables)))

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:
        """Yield the same rows, many together."""
        return blocks_of(self.rows(sheet, budget))

    def facts(self, sheet: int) -> SheetFacts:  # noqa: ARG002 - no sheet of this format has any
        """Return nothing: the format hides no rows."""
        return SheetFacts()

    def close(self) -> None:
        """Nothing is held open."""

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Return the rows of a table."""
        return _parse(self.path, self.encoding, _TableParser(sheet, budget), budget)


def _parse(path: Path, encoding: str, parser: _TableParser, budget: Budget) -> Iterator[SheetRow]:
    bound = budget.limits.xml_token
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while piece := stream.read(_CHUNK):
                budget.check_time()
                parser.feed(piece)
                if len(parser.rawdata) > bound:
                    raise over("xml_token", len(parser.rawdata), bound, path.name)
                yield from parser.take()
        parser.finish()
    except (UnicodeError, AssertionError, ValueError) as error:
        raise UnreadableFileError(
            f"{path.name}: not readable as HTML: {error} (손상된 파일입니다. 다시 내려받아 주세요)"
        ) from error
    yield from parser.take()
