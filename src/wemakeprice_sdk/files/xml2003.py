"""Reading XML Spreadsheet 2003 (`<?mso-application progid="Excel.Sheet"?>`), usually named `.xls`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files.cells import (
    MAX_COLUMNS,
    Cell,
    CellError,
    RowBlock,
    SheetRow,
    blocks_of,
    column_letter,
    number_cell,
)
from wemakeprice_sdk.files.delimited import KOREAN_CHARSETS
from wemakeprice_sdk.files.guard import GuardedXml, attribute
from wemakeprice_sdk.files.limits import Budget, FileLimits
from wemakeprice_sdk.files.rowpattern import Reader, date_reader
from wemakeprice_sdk.files.workbook import FileFormat, SheetFacts, SheetInfo
from wemakeprice_sdk.files.xlsx import format_reader

_CHUNK = 1 << 18
_MOST_STYLES = 65_536
_NAMED_DATES = frozenset(
    ("General Date", "Long Date", "Medium Date", "Short Date", "Long Time", "Medium Time", "Short Time")
)
_NAMED = frozenset(("General", "General Number", "Currency", "Euro Currency", "Fixed", "Standard", "Percent"))
_DECLARED = re.compile(rb"\s{0,20}<\?xml\s[^>]{0,200}?encoding\s{0,5}=\s{0,5}[\"']([\w-]{1,30})", re.ASCII)


@define(eq=False)
class _Events:
    """Follows Worksheet, Row, Cell and Data; keeps the rows of one sheet."""

    wanted: int
    budget: Budget
    sheets: list[SheetInfo] = field(factory=list)
    rows: list[SheetRow] = field(factory=list)
    date1904: bool = False
    is_workbook: bool = False
    _row: int = 0
    _cells: list[Cell] = field(factory=list)
    _column: int = 0
    _next_column: int = 0
    _type: str = ""
    _parts: list[str] | None = None
    _size: int = 0
    _row_size: int = 0
    far_cells: int = 0
    _comment: bool = False
    _columns: int = 0
    _styles: dict[str, Reader | None] = field(factory=dict)
    _style: str = ""
    hidden_rows: list[int] = field(factory=list)
    hidden_columns: list[int] = field(factory=list)
    autofilter: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Cell":
            self._start_cell(attributes)
        elif name == "Comment":
            self._comment = True
        elif name == "Data" and not self._comment:
            self._type = attribute(attributes, "Type", "String")
            self._parts = []
            self._size = 0
        elif name == "Row":
            self._row = _index(attributes, self._row + 1)
            self.budget.check_row_number(self._row)
            if len(self.sheets) - 1 == self.wanted and attribute(attributes, "Hidden") == "1":
                self.hidden_rows.append(self._row)
            self._cells, self._next_column, self._row_size = [], 0, 0
        elif name == "Worksheet":
            hidden = attribute(attributes, "Visible", "SheetVisible") != "SheetVisible"
            self.sheets.append(SheetInfo(attribute(attributes, "Name"), hidden))
            self.budget.check_sheets(len(self.sheets))
            self._row = self._columns = 0
        elif name == "Style":
            self._style = attribute(attributes, "ID")
        elif name == "NumberFormat" and len(self._styles) < _MOST_STYLES:
            self._styles[self._style] = _format_reader(attribute(attributes, "Format"))
        elif name == "Column":
            self._see_columns(attributes)
        elif name == "AutoFilter" and len(self.sheets) - 1 == self.wanted:
            self.autofilter = True
        elif name == "Workbook":
            self.is_workbook = True
        elif name == "Date1904":
            self.date1904 = True

    def _see_columns(self, attributes: dict[str, str]) -> None:
        first = _index(attributes, self._columns + 1)
        span = attribute(attributes, "Span", "0")
        self._columns = first + (int(span) if span.isdigit() and len(span) < 6 else 0)
        if len(self.sheets) - 1 == self.wanted and attribute(attributes, "Hidden") == "1":
            self.hidden_columns += range(first - 1, min(self._columns, self.budget.limits.columns))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column = _index(attributes, self._next_column + 1) - 1
        self._style = attribute(attributes, "StyleID")
        across = attribute(attributes, "MergeAcross", "0")
        merged = int(across) if across.isdigit() and len(across) < 6 else 0
        self._next_column = self._column + 1 + merged

    def end(self, name: str) -> None:
        if name == "Data" and self._parts is not None:
            own = self._styles.get(self._style) if self._type == "Number" else None
            text = "".join(self._parts)
            self._place(_value(self._type, text) if own is None else own(text))
            self._parts = None
        elif name == "Comment":
            self._comment = False
        elif name == "Row":
            self.budget.spend(1, len(self._cells))
            if len(self.sheets) - 1 == self.wanted and self._cells:
                self.rows.append((self._row, self._cells))
            self._cells = []
        elif name == "Table":
            self._row = 0

    def text(self, data: str) -> None:
        if self._parts is None:
            return
        self._size += len(data)
        self._row_size += len(data)
        self.budget.check_text(self._size, self._row_size, self._row)
        self._parts.append(data)

    def _place(self, cell: Cell) -> None:
        if self._column >= self.budget.limits.columns:
            self.far_cells += cell is not None
            return
        self._cells += [None] * (self._column + 1 - len(self._cells))
        self._cells[self._column] = cell

    def place(self) -> str:
        """Return where the parser is, for errors."""
        if not self._row:
            return ""
        return f", row {self._row}, column {column_letter(min(self._column, MAX_COLUMNS - 1))}"

    def take(self) -> list[SheetRow]:
        taken, self.rows = self.rows, []
        return taken


def _index(attributes: dict[str, str], following: int) -> int:
    text = attribute(attributes, "Index")
    return int(text) if text.isdigit() and 0 < len(text) < 9 and int(text) > 0 else following


def _format_reader(code: str) -> Reader | None:
    """Return what reads numbers of a format: SheetJS keeps dates as numbers; Excel's formats have names."""
    return date_reader() if code in _NAMED_DATES else None if code in _NAMED else format_reader(code)


def _value(kind: str, text: str) -> Cell:
    if kind == "Number":
        return number_cell(text)
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "Error":
        return CellError(text[:64])
    return text or None


@define(eq=False)
class Xml2003Workbook:
    """An XML spreadsheet. Dates are ISO text in it, so the date system does not matter."""

    path: Path
    limits: FileLimits
    sheets: tuple[SheetInfo, ...]
    date1904: bool = False
    notes: tuple[str, ...] = ()
    _seen: dict[int, _Events] = field(factory=dict, init=False)

    format = FileFormat.XML2003
    engine = "xml-expat"
    encoding = ""

    @classmethod
    def open(cls, path: Path, limits: FileLimits, budget: Budget) -> Xml2003Workbook:
        """Read the names of the sheets, and check the document as a whole while doing so."""
        events = _Events(-1, budget)
        for _ in _parse(path, events, budget):
            pass
        if not events.is_workbook or not events.sheets:
            raise UnreadableFileError(
                "an XML file, but not an XML spreadsheet (엑셀 XML 형식이 아닙니다. "
                ".xlsx로 다시 저장해 주세요)"
            )
        far = f"{events.far_cells} cell(s) right of the column limit were left out"
        notes = (far,) if events.far_cells else ()
        return cls(path, limits, tuple(events.sheets), events.date1904, notes)

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:
        """Yield the same rows, many together."""
        return blocks_of(self.rows(sheet, budget))

    def facts(self, sheet: int) -> SheetFacts:
        """Return what was seen on a sheet so far; complete once its rows were read to the end."""
        events = self._seen.get(sheet)
        if events is None:
            return SheetFacts()
        return SheetFacts(
            hidden_rows=len(events.hidden_rows),
            first_hidden_row=min(events.hidden_rows, default=0),
            hidden_columns=tuple(events.hidden_columns),
            autofilter=events.autofilter,
        )

    def close(self) -> None:
        """Nothing is held open."""

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Return the rows of a sheet that hold anything."""
        self._seen[sheet] = events = _Events(sheet, budget)
        return _parse(self.path, events, budget)


def _parse(path: Path, events: _Events, budget: Budget) -> Iterator[SheetRow]:
    with path.open("rb") as stream:
        head = stream.read(_CHUNK)
        korean = _declares_korean(head)
        parser = GuardedXml(events, budget, path.name, "utf-8" if korean else None, events.place)
        decoder = codecs.getincrementaldecoder("cp949")()
        piece = head
        while piece:
            try:
                parser.feed(decoder.decode(piece).encode() if korean else piece)
            except UnicodeDecodeError as error:
                raise UnreadableFileError(
                    f"{path.name} is not EUC-KR: {error.reason} (손상된 파일입니다. 다시 내려받아 주세요)"
                ) from error
            yield from events.take()
            piece = stream.read(_CHUNK)
    parser.feed(b"", final=True)
    yield from events.take()


def _declares_korean(head: bytes) -> bool:
    """Return whether the document is in EUC-KR or CP949, which expat cannot read by itself."""
    declared = _DECLARED.match(head)
    return declared is not None and declared[1].decode().lower() in KOREAN_CHARSETS
