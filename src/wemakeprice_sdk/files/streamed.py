"""Workbooks written row by row in flat memory: several sheets at once, the same input gives the same bytes.

Text is always text: what looks like a formula is marked as quoted, and stays so when somebody edits the cell.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import IO, BinaryIO, Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from attrs import frozen

MOST_CELL_TEXT: Final = 32_767
"""Characters (UTF-16 units) that a cell holds."""

MOST_ROWS: Final = 1_048_576

SheetCell: TypeAlias = "str | int | datetime | None"
"""A cell to write; a datetime is written as the wall clock it shows."""

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's wall clock has no zone
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS: Final = re.compile("\r\n?")
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_RISKY: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@＝＋－＠]")
_IN_MEMORY: Final = 8 << 20
_LONGEST_LIST: Final = 255
_WHOLE_DIGITS: Final = 15
_HIDDEN: Final = ' hidden="1"'


class ColumnKind(Enum):
    """How the cells of a column are shown, and what stays what it is when somebody edits one."""

    TEXT = 0
    NUMBER = 1
    TIME = 2


@frozen(kw_only=True)
class SheetColumn:
    """A column: title, width in letters, kind; `choices` is the list Excel offers for an editable cell."""

    title: str
    width: int = 16
    kind: ColumnKind = ColumnKind.TEXT
    editable: bool = False
    choices: tuple[str, ...] = ()
    hidden: bool = False


def sheet_text(text: str) -> str:
    """Return a text as a cell can hold it: line ends are `\\n`, and what XML cannot say is left out."""
    return _UNWRITABLE.sub("", _LINE_ENDS.sub("\n", text))


def fits_cell(text: str) -> bool:
    """Return whether a cell can hold a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 <= MOST_CELL_TEXT


class StreamedSheet:
    """A sheet that rows are added to."""

    def __init__(self, name: str, columns: Sequence[SheetColumn]) -> None:
        self.name = name
        self._columns = columns
        self._letters = [column_letters(at) for at in range(len(columns))]
        self._styles = [_style(column) for column in columns]
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `close` does
        self._row = 0
        self._write(self._start())
        self.append([column.title for column in columns], header=True)

    def append(self, cells: Sequence[SheetCell], *, header: bool = False) -> None:
        """Add a row. Raise `ValueError` for a text above `MOST_CELL_TEXT` or a row below the last one."""
        self._row += 1
        if self._row > MOST_ROWS:
            raise ValueError(f"sheet {self.name}: a sheet ends after {MOST_ROWS} rows")
        parts = [f'<row r="{self._row}">']
        for letters, style, cell in zip(self._letters, self._styles, cells, strict=True):
            if cell is not None and cell != "":
                parts.append(_cell(f"{letters}{self._row}", _HEADER if header else style, cell))
            elif not header and style >= _EDITABLE:
                # An empty cell that may be filled has to say so.
                parts.append(f'<c r="{letters}{self._row}" s="{style}"/>')
        parts.append("</row>")
        self._write("".join(parts))

    def _write(self, text: str) -> None:
        self._file.write(text.encode())

    def _start(self) -> str:
        columns = "".join(
            f'<col min="{at}" max="{at}" width="{column.width}" customWidth="1"'
            f"{_HIDDEN if column.hidden else ''}/>"
            for at, column in enumerate(self._columns, start=1)
        )
        return (
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
            "</sheetView></sheetViews>"
            f"<cols>{columns}</cols><sheetData>"
        )

    def _end(self) -> str:
        # Without a password: it keeps a hand from slipping, and hinders nobody.
        protection = '<sheetProtection sheet="1" formatColumns="0" formatRows="0" sort="0" autoFilter="0"/>'
        last = f"{self._letters[-1]}{self._row}"
        lists = "".join(self._lists())
        count = lists.count("<dataValidation ")
        validations = f'<dataValidations count="{count}">{lists}</dataValidations>' if lists else ""
        return f'</sheetData>{protection}<autoFilter ref="A1:{last}"/>{validations}</worksheet>'

    def _lists(self) -> Iterator[str]:
        for letters, column in zip(self._letters, self._columns, strict=True):
            formula = ",".join(column.choices)
            if column.choices and len(formula) <= _LONGEST_LIST:
                place = f"{letters}2:{letters}{max(self._row, 2)}"
                yield (
                    f'<dataValidation type="list" allowBlank="1" sqref="{place}">'
                    f'<formula1>"{escape(formula)}"</formula1></dataValidation>'
                )

    def pour(self, out: IO[bytes]) -> None:
        """Write the whole sheet into `out`."""
        self._write(self._end())
        self._file.seek(0)
        while piece := self._file.read(1 << 20):
            out.write(piece)

    def close(self) -> None:
        """Forget the rows."""
        self._file.close()


class StreamedWorkbook:
    """A workbook under way: make sheets, add rows to any of them, then `save`; `close` in any case."""

    def __init__(self) -> None:
        self._sheets: list[StreamedSheet] = []

    def sheet(self, name: str, columns: Sequence[SheetColumn]) -> StreamedSheet:
        """Add a sheet."""
        made = StreamedSheet(name, columns)
        self._sheets.append(made)
        return made

    def save(self, file: BinaryIO) -> None:
        """Write the workbook. Sheets cannot be added to afterwards."""
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, text in _parts([sheet.name for sheet in self._sheets]):
                archive.writestr(_member(name), _HEAD + text)
            for at, sheet in enumerate(self._sheets, start=1):
                with archive.open(_member(f"xl/worksheets/sheet{at}.xml"), "w", force_zip64=True) as out:
                    sheet.pour(out)

    def close(self) -> None:
        """Forget the rows."""
        for sheet in self._sheets:
            sheet.close()


def _member(name: str) -> ZipInfo:
    # One fixed time, so that the same rows are the same bytes.
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    return info


def column_letters(at: int) -> str:
    """Return the letters of a column from its index, 0 for A."""
    letters = ""
    while at >= 0:
        at, rest = divmod(at, 26)
        letters = chr(65 + rest) + letters
        at -= 1
    return letters


_HEADER: Final = 1
_LOCKED: Final = 2
_EDITABLE: Final = 8
"""Numbers of the styles: header, then kind × quoted for locked and for editable cells."""


def _style(column: SheetColumn) -> int:
    return (_EDITABLE if column.editable else _LOCKED) + 2 * column.kind.value


def _cell(place: str, style: int, cell: SheetCell) -> str:
    if isinstance(cell, datetime):
        serial = (cell.replace(tzinfo=None) - _EPOCH).total_seconds() / 86_400
        return f'<c r="{place}" s="{style}"><v>{serial!r}</v></c>'
    if isinstance(cell, int) and len(str(abs(cell))) <= _WHOLE_DIGITS:
        return f'<c r="{place}" s="{style}"><v>{int(cell)}</v></c>'
    text = sheet_text(str(cell))
    if not fits_cell(text):
        raise ValueError(f"{place}: a cell holds {MOST_CELL_TEXT} characters")
    style += 1 if style != _HEADER and _RISKY.match(text) else 0
    shown = escape(_ESCAPED.sub("_x005F_", text))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


def _styles() -> str:
    formats = ("49", "3", "164")
    cells = ['<xf numFmtId="0"/>', '<xf numFmtId="49" fontId="1" fillId="2" applyFont="1" applyFill="1"/>']
    for editable in (False, True):
        for number in formats:
            for quoted in ("", ' quotePrefix="1"'):
                fill = "0" if editable else "3"
                locked = f'<protection locked="{int(not editable)}"/>'
                cells.append(
                    f'<xf numFmtId="{number}" fillId="{fill}" applyNumberFormat="1" applyFill="1" '
                    f'applyAlignment="1" applyProtection="1"{quoted}><alignment vertical="top"/>{locked}</xf>'
                )
    fills = "".join(
        f'<fill><patternFill patternType="solid"><fgColor rgb="{color}"/></patternFill></fill>'
        for color in ("FFD9D9D9", "FFF2F2F2")
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
        '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/></numFmts>'
        '<fonts count="2"><font><sz val="10"/></font><font><b/><sz val="10"/></font></fonts>'
        '<fills count="4"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{fills}</fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{"".join(cells)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _parts(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    numbered = list(enumerate(names, start=1))
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{kinds}.worksheet+xml"/>'
        for at, _ in numbered
    )
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>{overrides}</Types>'
    )
    yield "[Content_Types].xml", types
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in numbered
    )
    book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'
    yield "xl/workbook.xml", book
    inside = [("worksheet", f"worksheets/sheet{at}.xml") for at, _ in numbered]
    yield "xl/_rels/workbook.xml.rels", _relations([*inside, ("styles", "styles.xml")])
    yield "xl/styles.xml", _styles()


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'
