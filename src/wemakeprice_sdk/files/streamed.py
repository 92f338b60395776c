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

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.files import sheetxml
from wemakeprice_sdk.files.cells import EXACT_DIGITS, column_letter
from wemakeprice_sdk.files.sheetxml import (
    MAIN,
    MOST_CELL_TEXT,
    escape,
    fits_cell,
    new_archive,
    open_sheet,
    sheet_start,
    sheet_text,
    text_cell,
    write_frame,
)

SheetCell: TypeAlias = "str | int | datetime | None"
"""A cell to write; a datetime is written as the wall clock it shows."""

_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's wall clock has no zone
_RISKY: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@＝＋－＠]")
_IN_MEMORY: Final = 8 << 20
_LONGEST_LIST: Final = 255
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


class StreamedSheet:
    """A sheet that rows are added to."""

    def __init__(self, name: str, columns: Sequence[SheetColumn]) -> None:
        self.name = name
        self._columns = columns
        self._letters = [column_letter(at) for at in range(len(columns))]
        self._styles = [_style(column) for column in columns]
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `close` does
        self._row = 0
        self._write(self._start())
        self.append([column.title for column in columns], header=True)

    def append(self, cells: Sequence[SheetCell], *, header: bool = False) -> None:
        """Add a row. Raise `ValueError` for a text above `MOST_CELL_TEXT` or a row below the last one."""
        self._row += 1
        if self._row > sheetxml.MOST_ROWS:
            raise ValueError(f"sheet {self.name}: a sheet ends after {sheetxml.MOST_ROWS} rows")
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
        return sheet_start(f"<cols>{columns}</cols>")

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
        with new_archive(file) as archive:
            write_frame(archive, [sheet.name for sheet in self._sheets], _styles())
            for at, sheet in enumerate(self._sheets, start=1):
                with open_sheet(archive, at) as out:
                    sheet.pour(out)

    def close(self) -> None:
        """Forget the rows."""
        for sheet in self._sheets:
            sheet.close()


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
    if isinstance(cell, int) and len(str(abs(cell))) <= EXACT_DIGITS:
        return f'<c r="{place}" s="{style}"><v>{int(cell)}</v></c>'
    text = sheet_text(str(cell))
    if not fits_cell(text):
        raise ValueError(f"{place}: a cell holds {MOST_CELL_TEXT} characters")
    style += 1 if style != _HEADER and _RISKY.match(text) else 0
    return text_cell(place, text, style)


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
        f'<styleSheet xmlns="{MAIN}"><numFmts count="1">'
        '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/></numFmts>'
        '<fonts count="2"><font><sz val="10"/></font><font><b/><sz val="10"/></font></fonts>'
        '<fills count="4"><fill><patternFill patternType="none"/></fill>'
        f'<fill><patternFill patternType="gray125"/></fill>{fills}</fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{"".join(cells)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
