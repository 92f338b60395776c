"""Workbooks (XLSX) written row by row as text: nothing is held in memory, the same rows give the same bytes.

Only what a table of text, whole numbers and days needs. openpyxl makes an object of every cell, which took
84 of 100 seconds of a large archive.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import count as count_from
from itertools import islice
from pathlib import Path
from typing import IO, Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from wemakeprice_sdk.errors import UnreadableFileError

SheetValue: TypeAlias = "str | int | date | None"
MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""
_MOST_LETTERS: Final = 32_767
_WIDTH: Final = 16
"""Width of every column in letters: enough for a time, an amount or a Korean title."""
_AT_ONCE: Final = 200
_LEVEL: Final = 3
"""Level of compression: twice as fast as the usual one for a file that is a tenth larger."""
UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold at all, and a carriage return, which XML readers turn into another letter."""
_EPOCH: Final = date(1899, 12, 30)
_FIRST_DAY: Final = date(1900, 3, 1)
"""Sheets count a 29 February 1900 that never was; earlier days are written as text."""
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SHEETML: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_VENDOR: Final = "application/vnd.openxmlformats-package"
_DAY, _BOLD = 1, 2
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf fontId="1" applyFont="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def write_workbook(
    path: str | os.PathLike[str],
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[SheetValue]]]],
    *,
    created: datetime | None = None,
) -> Mapping[str, int]:
    """Write an XLSX file with one sheet per table, name → (header, rows); return the rows of each table.

    A table longer than a sheet goes on in sheets named `name-2`, `name-3`. Text stays text, whatever it
    begins with. Days are written as such, numbers above 15 digits as text, because Excel would round them.
    `created` is the date the file says it was made; without it the file says none.
    """
    try:
        with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            return _write_parts(archive, sheets, created)
    except BaseException:
        # Half a workbook holds rows of people and opens in nothing.
        Path(path).unlink(missing_ok=True)
        raise


def _write_parts(
    archive: ZipFile,
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[SheetValue]]]],
    created: datetime | None,
) -> Mapping[str, int]:
    names: list[str] = []
    counts = {
        name: _write_table(archive, name, header, rows, names) for name, (header, rows) in sheets.items()
    }
    for part, text in _frame(names, created).items():
        archive.writestr(_entry(part), _XML + text, compresslevel=_LEVEL)
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
) -> int:
    iterator, total = iter(rows), 0
    for part in count_from(1):
        names.append(name if part == 1 else f"{name}-{part}")
        with archive.open(_entry(f"xl/worksheets/sheet{len(names)}.xml"), "w", force_zip64=True) as stream:
            count = _write_rows(stream, header, islice(iterator, MOST_ROWS))
        total += count
        if count < MOST_ROWS:
            break
    return total


def _write_rows(stream: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[SheetValue]]) -> int:
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    stream.write(
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView>'
        f'</sheetViews><sheetFormatPr defaultColWidth="{_WIDTH}" defaultRowHeight="15"/><sheetData>'
        f"{_row(1, header, _BOLD)}".encode()
    )
    count, iterator = 0, iter(rows)
    while lines := [_row(count + 2 + at, row) for at, row in enumerate(islice(iterator, _AT_ONCE))]:
        stream.write("".join(lines).encode())
        count += len(lines)
    stream.write(b"</sheetData></worksheet>")
    return count


def _row(number: int, values: Sequence[SheetValue], style: int = 0) -> str:
    cells = [
        _cell(f"{_letters(index)}{number}", value, style)
        for index, value in enumerate(values)
        if value is not None
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: SheetValue, style: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and -(10**15) < value < 10**15:
        return f'<c r="{place}"><v>{value}</v></c>'
    if type(value) is date and value >= _FIRST_DAY:
        return f'<c r="{place}" s="{_DAY}"><v>{(value - _EPOCH).days}</v></c>'
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = escape(UNWRITABLE.sub("", text)[:_MOST_LETTERS])
    marked = f' s="{style}"' if style else ""
    return f'<c r="{place}"{marked} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


@cache
def _letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _entry(name: str) -> ZipInfo:
    # No time of writing: the same rows give the same bytes.
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


def _frame(names: Sequence[str], created: datetime | None) -> Mapping[str, str]:
    """Return the parts of a workbook that hold no rows."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1)
    )
    links = [(f"{_OFFICE}/worksheet", f"worksheets/sheet{at}.xml") for at in numbers]
    root = [(f"{_OFFICE}/officeDocument", "xl/workbook.xml")]
    root.append((f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"))
    kinds = {f"xl/worksheets/sheet{at}.xml": f"{_SHEETML}.worksheet+xml" for at in numbers}
    kinds |= {"xl/workbook.xml": f"{_SHEETML}.sheet.main+xml", "xl/styles.xml": f"{_SHEETML}.styles+xml"}
    kinds["docProps/core.xml"] = f"{_VENDOR}.core-properties+xml"
    overrides = [f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in kinds.items()]
    return {
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _links([*links, (f"{_OFFICE}/styles", "styles.xml")]),
        "xl/styles.xml": _STYLES,
        "_rels/.rels": _links(root),
        "docProps/core.xml": _core(created),
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{_VENDOR}.relationships+xml"/>'
            f"{''.join(overrides)}</Types>"
        ),
    }


def _links(targets: Sequence[tuple[str, str]]) -> str:
    rows = [
        f'<Relationship Id="rId{at}" Type="{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    ]
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(rows)}</Relationships>'


def _core(created: datetime | None) -> str:
    told = ""
    if created is not None:
        # Whole seconds in UTC, as the format asks for.
        at = created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{told}</cp:coreProperties>'
    )
