"""Workbooks (XLSX) written row by row as text: nothing is held in memory, the same rows give the same bytes.

Only what a table of text, whole numbers and days needs. openpyxl makes an object of every cell, which took
84 of 100 seconds of a large archive.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import count as count_from
from itertools import islice
from pathlib import Path
from typing import IO, Final, TypeAlias
from zipfile import BadZipFile, ZipFile

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files import sheetxml
from wemakeprice_sdk.files.cells import EXACT_DIGITS, column_letter
from wemakeprice_sdk.files.sheetxml import (
    LINE_HEIGHT,
    MAIN,
    MOST_LINES,
    fitted_text,
    new_archive,
    open_sheet,
    sheet_start,
    sheet_text,
    text_cell,
    text_width,
    write_frame,
)

SheetValue: TypeAlias = "str | int | date | None"
_WIDTH: Final = 16
"""Width of every column in letters: enough for a time, an amount or a Korean title."""
_AT_ONCE: Final = 200
_EPOCH: Final = date(1899, 12, 30)
_FIRST_DAY: Final = date(1900, 3, 1)
"""Sheets count a 29 February 1900 that never was; earlier days are written as text."""
_EXACT: Final = 10**EXACT_DIGITS
_DAY, _BOLD, _WRAPPED, _BOLD_WRAPPED = 1, 2, 3, 4
_STYLES: Final = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/>'
    '<xf applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf fontId="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def write_workbook(
    path: str | os.PathLike[str],
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[SheetValue]]]],
    *,
    created: datetime | None = None,
    printed: Mapping[str, Sequence[int]] | None = None,
) -> Mapping[str, int]:
    """Write an XLSX file with one sheet per table, name → (header, rows); return the rows of each table.

    A table longer than a sheet goes on in sheets named `name-2`, `name-3`. Text stays text, whatever it
    begins with; one that is longer than a cell can hold is cut and says so at its end. Days are written as
    such, numbers above 15 digits as text, because Excel would round them.
    `created` is the date the file says it was made; without it the file says none. `printed` names tables
    that are to be printed, with the width of each column in letters: on A4 across, wrapped, and no wider than
    a page.
    """
    try:
        with new_archive(path) as archive:
            return _write_parts(archive, sheets, created, printed or {})
    except BaseException:
        # Half a workbook holds rows of people and opens in nothing.
        Path(path).unlink(missing_ok=True)
        raise


def _write_parts(
    archive: ZipFile,
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[SheetValue]]]],
    created: datetime | None,
    printed: Mapping[str, Sequence[int]],
) -> Mapping[str, int]:
    names: list[str] = []
    counts = {
        name: _write_table(archive, name, header, rows, names, printed.get(name))
        for name, (header, rows) in sheets.items()
    }
    write_frame(archive, names, _STYLES, created=created)
    return counts


def count_sheet_rows(path: str | os.PathLike[str]) -> Mapping[str, int]:
    """Read every sheet of an XLSX file to its end, and return how many rows stand below its header.

    Raises `UnreadableFileError` when the file, or one of its sheets, cannot be unpacked whole.
    """
    try:
        with ZipFile(path) as archive:
            book = archive.read("xl/workbook.xml").decode("utf-8")
            names = re.findall(r'<(?:\w+:)?sheet [^>]*?\bname="([^"]*)"', book)
            return {
                name: _count(archive, f"xl/worksheets/sheet{number}.xml") - 1
                for number, name in enumerate(names, start=1)
            }
    except (EOFError, KeyError, OSError, ValueError, BadZipFile, zlib.error) as error:
        raise UnreadableFileError(
            f"{Path(path).name}: cannot be unpacked ({type(error).__name__}); write it again "
            "(압축을 풀 수 없는 파일입니다. 파일을 다시 만들어 주세요)"
        ) from error


def _count(archive: ZipFile, part: str) -> int:
    rows, rest = 0, b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            rest += chunk
            rows += rest.count(b"<row ")
            # The mark may be cut in two; five letters of it are never a whole one.
            rest = rest[-4:]
    return rows


def _write_table(
    archive: ZipFile,
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[SheetValue]],
    names: list[str],
    widths: Sequence[int] | None,
) -> int:
    iterator, total = iter(rows), 0
    for part in count_from(1):
        names.append(name if part == 1 else f"{name}-{part}")
        most = sheetxml.MOST_ROWS - 1
        with open_sheet(archive, len(names)) as stream:
            count = _write_rows(stream, header, islice(iterator, most), widths)
        total += count
        if count < most:
            break
    return total


def _write_rows(
    stream: IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[SheetValue]],
    widths: Sequence[int] | None,
) -> int:
    start, end = (_UNPRINTED, "") if widths is None else (_printed(widths), _PAGE)
    head, style = (_BOLD, 0) if widths is None else (_BOLD_WRAPPED, _WRAPPED)
    stream.write(f"{start}{_row(1, header, head, widths)}".encode())
    count, iterator = 0, iter(rows)
    while lines := [
        _row(count + 2 + at, row, style, widths) for at, row in enumerate(islice(iterator, _AT_ONCE))
    ]:
        stream.write("".join(lines).encode())
        count += len(lines)
    stream.write(f"</sheetData>{end}</worksheet>".encode())
    return count


_UNPRINTED: Final = sheet_start(
    f'<sheetFormatPr defaultColWidth="{_WIDTH}" defaultRowHeight="{LINE_HEIGHT}"/>'
)
_PAGE: Final = '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'


def _printed(widths: Sequence[int]) -> str:
    """Return how a sheet to print begins."""
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, 1)
    )
    layout = f'<sheetFormatPr defaultRowHeight="{LINE_HEIGHT}"/><cols>{columns}</cols>'
    return sheet_start(layout, '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>')


def _height(values: Sequence[SheetValue], widths: Sequence[int] | None) -> str:
    """Return the height of a row whose texts are wrapped: not every reader works it out."""
    if widths is None:
        return ""
    lines = [
        sum(max(1, -(-_letters(part) // width)) for part in str(value).split("\n"))
        for value, width in zip(values, widths, strict=False)
    ]
    return f' ht="{LINE_HEIGHT * min(max(lines, default=1), MOST_LINES)}" customHeight="1"'


def _letters(text: str) -> int:
    """Return how wide a text is, in letters: a Korean one is as wide as two; lines break between words."""
    return text_width(text) + text.count(" ")


def _row(number: int, values: Sequence[SheetValue], style: int, widths: Sequence[int] | None) -> str:
    cells = [
        _cell(f"{column_letter(index)}{number}", value, style)
        for index, value in enumerate(values)
        if value is not None
    ]
    return f'<row r="{number}"{_height(values, widths)}>{"".join(cells)}</row>'


def _cell(place: str, value: SheetValue, style: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and -_EXACT < value < _EXACT:
        marked = f' s="{style}"' if style else ""
        return f'<c r="{place}"{marked}><v>{value}</v></c>'
    if type(value) is date and value >= _FIRST_DAY:
        return f'<c r="{place}" s="{_DAY}"><v>{(value - _EPOCH).days}</v></c>'
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text_cell(place, fitted_text(sheet_text(text)), style)
