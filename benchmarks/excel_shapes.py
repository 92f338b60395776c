"""The same invented products in the file shapes that other software writes.

Each shape repeats byte for byte how its software writes a row: where it breaks lines, which attributes it sets, how it
shows numbers, and where it keeps texts. The committed files in `tests/excel/files` show the originals.
"""

from __future__ import annotations

import csv
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

HEADERS = [
    "상품번호",
    "상품명",
    "몰구분",
    "상품상태",
    "판매상태",
    "노출여부",
    "판매가",
    "정상가",
    "판매시작일",
    "판매종료일",
    "대카테고리",
    "중카테고리",
    "소카테고리",
    "세카테고리",
    "브랜드번호",
    "브랜드",
    "제조사번호",
    "제조사",
    "배송정책번호",
    "배송템플릿",
    "등록일",
    "수정일",
    "업체상품코드",
    "과세여부",
    "재고수량",
]
OPTION_HEADERS = ["옵션번호", "옵션명", "업체옵션코드"]
EXTRAS = [f"관리항목 {number}" for number in range(1, 16)]
COLUMNS = len(HEADERS) + len(EXTRAS)


def headers(*, options: bool = False) -> list[str]:
    """Return the header; with `options` three of the extra columns are the options'."""
    return [*HEADERS, *OPTION_HEADERS, *EXTRAS[3:]] if options else [*HEADERS, *EXTRAS]


def rows(count: int, *, flagged: float = 0.15, options: bool = False) -> Iterator[list[object]]:
    """Yield invented products; `flagged` of them deserve a warning, one in five holds `&`, one in fifty `<`.

    With `options` every product takes four rows, one per option.
    """
    dice = random.Random(7)
    base = datetime(2019, 1, 1)  # noqa: DTZ001
    for at in range(count):
        number = at // 4 if options else at
        if not options or at % 4 == 0:
            start = base + timedelta(hours=dice.randrange(40_000))
            price = dice.randrange(100, 50_000) * 10
            states = (
                dice.choice(("판매중", "판매중지", "판매대기", "판매종료")),
                dice.choice(("판매중", "품절")),
            )
            flaw = dice.randrange(3) if dice.random() < flagged else -1
        name = f"시험 상품 {number} 면 반팔 티셔츠 {'& 바지' if number % 5 == 0 else '(봄/가을)'}"
        extras = (f"값 {at % 50}-{n}" if n % 3 else at % 1000 for n in range(15))
        row: list[object] = [
            300_000_000 + number,
            f"{name} <특가>" if number % 50 == 0 else name,
            "위메프",
            "전시대기" if flaw == 0 else states[0],  # a name nobody knows
            states[1],
            "노출",
            price,
            price - 10 if flaw == 1 else price + 1000,  # the list price is below the sale price
            start.strftime("%Y-%m-%d %H:00"),
            (start + timedelta(days=365)).strftime("%y-%m-%d" if flaw == 2 else "%Y-%m-%d %H:00"),
            "패션의류",
            f"중분류 {number % 17}",
            f"소분류 {number % 131}",
            f"세분류 {number % 997}",
            number % 701 + 1,
            f"브랜드 {number % 701}",
            number % 503 + 1,
            f"제조사 {number % 503}",
            number % 11 + 1000,
            f"배송템플릿 {number % 11}",
            (start - timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S"),
            (start + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S"),
            f"SKU-{number:07d}",
            "과세" if number % 9 else "면세",
            at % 1000,
        ]
        if options:
            row += [500_000_000 + at, f"색상 {at % 4}|사이즈 {at % 7}", f"SKU-{number:07d}-{at % 4}"]
        row += extras
        yield row[:COLUMNS]


def java_double(value: float) -> str:
    """Return a whole number as Java shows a double: 2500.0, 3.00000001E8."""
    digits = str(int(value))
    if len(digits) <= 7:
        return f"{digits}.0"
    return f"{digits[0]}.{digits[1:].rstrip('0') or '0'}E{len(digits) - 1}"


@cache
def letters(index: int) -> str:
    """Return the letters of a column."""
    return chr(65 + index) if index < 26 else chr(64 + index // 26) + chr(65 + index % 26)


Cell = Callable[[str, object], str]


class Strings(dict[str, int]):
    """A table of shared strings while it grows."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]


def _shape(name: str, strings: Strings) -> tuple[str, str, Cell]:
    """Return how a shape begins a row, ends it, and writes a cell."""
    return {
        "poi-sxssf": (
            '<row r="{0}">\n',
            "</row>\n",
            lambda ref, value: (
                f'<c r="{ref}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
                if isinstance(value, str)
                else f'<c r="{ref}" t="n"><v>{java_double(value)}</v></c>'  # type: ignore[arg-type]
            ),
        ),
        "poi-xssf": (
            '<row r="{0}">',
            "</row>",
            lambda ref, value: (
                f'<c r="{ref}" t="s"><v>{strings[value]}</v></c>'
                if isinstance(value, str)
                else f'<c r="{ref}" t="n"><v>{java_double(value)}</v></c>'  # type: ignore[arg-type]
            ),
        ),
        "excel": (
            '<row r="{0}" spans="1:40" x14ac:dyDescent="0.3">',
            "</row>",
            lambda ref, value: (
                f'<c r="{ref}" t="s"><v>{strings[value]}</v></c>'
                if isinstance(value, str)
                else f'<c r="{ref}"><v>{value}</v></c>'
            ),
        ),
        "libreoffice": (
            '<row r="{0}" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0">',
            "</row>",
            lambda ref, value: (
                f'<c r="{ref}" s="0" t="s"><v>{strings[value]}</v></c>'
                if isinstance(value, str)
                else f'<c r="{ref}" s="0" t="n"><v>{value}</v></c>'
            ),
        ),
    }[name]


WRITTEN_SHAPES = ("poi-sxssf", "poi-xssf", "excel", "libreoffice")
LIBRARY_SHAPES = ("xlsxwriter-inline", "xlsxwriter-shared")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets><sheet name="상품목록" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_RELATIONS}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>'
    ),
}


def write_shape(path: Path, shape: str, table: Iterator[Sequence[object]]) -> None:
    """Write a table (header first) as a workbook of one of `WRITTEN_SHAPES`."""
    strings = Strings()
    begin, end, cell = _shape(shape, strings)
    break_line = "\n" if shape == "poi-sxssf" else ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            x14ac = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
            head = (
                f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{_MAIN}" xmlns:x14ac="{x14ac}">'
            )
            part.write(f"{head}<sheetData>{break_line}".encode())
            for number, row in enumerate(table, 1):
                cells = "".join([cell(f"{letters(at)}{number}", value) for at, value in enumerate(row)])
                part.write(f"{begin.format(number)}{cells}{end}".encode())
            part.write(b"</sheetData></worksheet>")
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        sst = f'<sst xmlns="{_MAIN}" count="{len(strings)}" uniqueCount="{len(strings)}">{items}</sst>'
        archive.writestr("xl/sharedStrings.xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{sst}')
        for name, text in _PARTS.items():
            archive.writestr(name, text)


def write_xlsxwriter(path: Path, shape: str, table: Iterator[Sequence[object]]) -> None:
    """Write a table with XlsxWriter, in constant memory (inline strings) or as it does by default."""
    import xlsxwriter

    inline = shape == "xlsxwriter-inline"
    book = xlsxwriter.Workbook(str(path), {"constant_memory": inline, "strings_to_urls": False})
    sheet = book.add_worksheet("상품목록")
    for line, row in enumerate(table):
        for at, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, at, value)
            else:
                sheet.write_number(line, at, value)  # type: ignore[arg-type]
    book.close()


def write_xls(path: Path, table: Iterator[Sequence[object]]) -> None:
    """Write a table as BIFF8 in an OLE container, with xlwt (at most 65,536 rows)."""
    import xlwt  # type: ignore[import-untyped]

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("상품목록")
    for line, row in enumerate(table):
        for at, value in enumerate(row):
            sheet.write(line, at, value)
        if line % 1000 == 999:
            sheet.flush_row_data()
    book.save(str(path))


def write_csv(path: Path, table: Iterator[Sequence[object]]) -> None:
    """Write a table as CP949, as Korean back offices do."""
    with path.open("w", encoding="cp949", newline="") as stream:
        csv.writer(stream).writerows(table)


def write(path: Path, shape: str, count: int, *, flagged: float = 0.15, options: bool = False) -> None:
    """Write `count` rows below a header in any shape."""

    def table() -> Iterator[Sequence[object]]:
        yield headers(options=options)
        yield from rows(count, flagged=flagged, options=options)

    if shape == "csv":
        write_csv(path, table())
    elif shape == "xls":
        write_xls(path, table())
    elif shape in LIBRARY_SHAPES:
        write_xlsxwriter(path, shape, table())
    else:
        write_shape(path, shape, table())
