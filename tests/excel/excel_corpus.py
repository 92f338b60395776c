"""Files built by code: every kind and damage an export can come in."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

PRODUCT_HEADERS = [
    "상품번호",
    "상품명",
    "상품상태",
    "판매상태",
    "노출여부",
    "판매가",
    "판매시작일",
    "판매종료일",
    "업체상품코드",
    "재고수량",
]
PRODUCT_ROWS: list[list[object]] = [
    [
        300000001,
        "면 반팔 티셔츠",
        "판매중",
        "판매중",
        "노출",
        12900,
        "2024-01-15 10:00",
        "2029-01-15 10:00",
        "TS-001",
        15,
    ],
    [
        300000002,
        "청바지 & 벨트",
        "판매중지",
        "품절",
        "비노출(상세접근가능)",
        35000,
        "2023-05-01 00:00",
        "2028-05-01 00:00",
        "JN-001",
        0,
    ],
    [
        300000003,
        "겨울 <패딩>",
        "판매종료",
        "판매중",
        "노출",
        99000,
        "2022-11-01 09:00",
        "2023-03-01 09:00",
        "PD-001",
        7,
    ],
]
DEAL_HEADERS = [
    "딜번호",
    "딜명",
    "딜상태",
    "노출여부",
    "딜 시작일",
    "딜 종료일",
    "대표가격",
    "구성상품수",
    "상품번호 목록",
]
DEAL_ROWS: list[list[object]] = [
    [
        700001,
        "봄맞이 모음전",
        "판매중",
        "노출",
        "2024-03-01 00:00",
        "2024-04-01 00:00",
        9900,
        2,
        "300000001,300000002",
    ],
    [
        700002,
        "겨울 모음전",
        "판매종료",
        "비노출",
        "2023-01-01 00:00",
        "2023-02-01 00:00",
        19900,
        1,
        "300000003",
    ],
]
ORDER_HEADERS = [
    "배송번호",
    "주문번호",
    "옵션주문번호",
    "주문일",
    "주문상태",
    "발송기한",
    "구매번호",
    "상품번호",
    "상품명",
    "옵션",
    "수량",
    "상품금액",
    "총상품금액",
    "판매대행수수료",
    "위메프 지원할인",
    "위메프 제휴채널 수수료",
    "구매자",
    "구매자 휴대폰",
    "받는사람",
    "받는사람 연락처",
    "배송방법",
    "택배사",
    "송장번호",
    "배송예정일",
    "우편번호",
    "주소",
    "배송메세지",
    "배송비지급",
    "배송비",
    "도서산간 배송비",
    "결제일",
    "주문확인일",
    "2차발송기한",
    "업체상품코드",
    "업체옵션코드",
    "개인통관고유번호",
]


def order_row(bundle: int, order: int, option: int, **changes: object) -> list[object]:
    """Return an invented order line."""
    row: dict[str, object] = dict.fromkeys(ORDER_HEADERS)
    row |= {
        "배송번호": bundle, "주문번호": order, "옵션주문번호": option, "주문일": "2024-05-01 10:00:00", "주문상태": "배송완료",
        "발송기한": "2024-05-03 23:59:59", "구매번호": 55, "상품번호": 300000001, "상품명": "면 반팔 티셔츠", "옵션": "빨강|홍길동 각인",
        "수량": 2, "상품금액": 12900, "총상품금액": 25800, "판매대행수수료": 2580, "위메프 지원할인": 0, "위메프 제휴채널 수수료": 100,
        "구매자": "홍길동", "구매자 휴대폰": "010-0000-0000", "받는사람": "홍길동", "받는사람 연락처": "010-0000-0000",
        "배송방법": "택배배송", "택배사": "CJ대한통운", "송장번호": "123456789012", "우편번호": "01234",
        "주소": "서울시 없는구 시험로 1", "배송메세지": "문 앞", "배송비지급": "선결제", "배송비": 2500, "도서산간 배송비": 0,
        "결제일": "2024-05-01 10:01:00", "주문확인일": "2024-05-01 12:00:00", "업체상품코드": "TS-001", "업체옵션코드": "TS-001-R",
    }  # fmt: skip
    row |= changes
    return [row[header] for header in ORDER_HEADERS]


def products(rows: Sequence[Sequence[object]] = PRODUCT_ROWS) -> list[list[object]]:
    """Return a product table with its header."""
    return [list(PRODUCT_HEADERS), *map(list, rows)]


def deals() -> list[list[object]]:
    """Return a deal table with its header."""
    return [list(DEAL_HEADERS), *map(list, DEAL_ROWS)]


# --- raw xlsx ----------------------------------------------------------------------------------------------

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def letters(index: int) -> str:
    """Return column letters."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_xml(row: int, column: int, value: object, style: str = "") -> str:
    """Return a cell as a streaming writer does: numbers and inline strings."""
    reference = f"{letters(column)}{row}"
    attribute = f' s="{style}"' if style else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{reference}"{attribute} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"{attribute}><v>{value!r}</v></c>'
    return f'<c r="{reference}"{attribute} t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def sheet_xml(
    table: Sequence[Sequence[object]],
    *,
    dimension: str = "",
    namespace: str = TRANSITIONAL,
    body: str = "",
    after: str = "",
) -> str:
    """Return a worksheet part; `body` replaces the rows."""
    rows = body or "".join(
        f'<row r="{number}">{"".join(cell_xml(number, at, value) for at, value in enumerate(row))}</row>'
        for number, row in enumerate(table, 1)
    )
    size = f'<dimension ref="{dimension}"/>' if dimension else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{namespace}">{size}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def package(
    sheets: Mapping[str, str | bytes],
    *,
    hidden: Sequence[str] = (),
    date1904: bool = False,
    styles: str = "",
    strings: str = "",
    strict: bool = False,
    extra: Mapping[str, bytes] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """Zip a workbook up from its sheet parts."""
    main, rels = (STRICT, _STRICT_RELS) if strict else (TRANSITIONAL, _RELS)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"{" state=" + quoteattr("hidden") if name in hidden else ""}/>'
        for at, name in enumerate(sheets, 1)
    )
    flag = '<workbookPr date1904="1"/>' if date1904 else ""
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{rels}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    if strings:
        relations += f'<Relationship Id="rIdS" Type="{rels}/sharedStrings" Target="sharedStrings.xml"/>'
    if styles:
        relations += f'<Relationship Id="rIdT" Type="{rels}/styles" Target="styles.xml"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{rels}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rels}">{flag}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
    }
    for at, body in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{at}.xml"] = body
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    if styles:
        parts["xl/styles.xml"] = styles
    parts |= extra or {}
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return memory.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Zip some members up."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return memory.getvalue()


def xlsx(table: Sequence[Sequence[object]], **options: object) -> bytes:
    """Return a one-sheet workbook with inline strings."""
    return package({"상품목록": sheet_xml(table)}, **options)  # type: ignore[arg-type]


def shared(table: Sequence[Sequence[object]], *, rich: bool = False) -> bytes:
    """Return a one-sheet workbook with shared strings; `rich` cuts every second one into runs."""
    index: dict[str, int] = {}
    rows = []
    for number, row in enumerate(table, 1):
        cells = []
        for at, value in enumerate(row):
            if isinstance(value, str):
                place = index.setdefault(value, len(index))
                cells.append(f'<c r="{letters(at)}{number}" t="s"><v>{place}</v></c>')
            else:
                cells.append(cell_xml(number, at, value))
        rows.append(f'<row r="{number}" spans="1:{len(row)}">{"".join(cells)}</row>')
    items = []
    for at, text in enumerate(index):
        if rich and at % 2 and len(text) > 1:
            first, rest = escape(text[:1]), escape(text[1:])
            items.append(
                f"<si><r><t>{first}</t></r><r><rPr><b/></rPr><t>{rest}</t></r><rPh sb='0' eb='1'><t>읽기</t></rPh></si>"
            )
        else:
            items.append(f"<si><t>{escape(text)}</t></si>")
    strings = (
        f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{TRANSITIONAL}" count="9">{"".join(items)}</sst>'
    )
    return package({"상품목록": sheet_xml([], body="".join(rows))}, strings=strings)


# --- other formats -----------------------------------------------------------------------------------------


def html_table(table: Sequence[Sequence[object]], *, encoding: str = "utf-8", closed: bool = True) -> bytes:
    """Return an HTML page as many exports are under the name .xls."""
    end = "</td>" if closed else ""
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape('' if value is None else str(value))}{end}" for value in row)
        + ("</tr>" if closed else "")
        for row in table
    )
    page = (
        f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv="Content-Type" content="text/html; '
        f'charset={encoding}"><style>td {{ mso-number-format:"\\@"; }}</style></head><body><table border=1>{rows}</table></body></html>'
    )
    return page.encode(encoding)


def xml2003(table: Sequence[Sequence[object]]) -> bytes:
    """Return an XML spreadsheet."""
    rows = []
    for row in table:
        cells = []
        for value in row:
            kind = "Number" if isinstance(value, int | float) else "String"
            data = "" if value is None else f'<Data ss:Type="{kind}">{escape(str(value))}</Data>'
            cells.append(f"<Cell>{data}</Cell>")
        rows.append(f"<Row>{''.join(cells)}</Row>")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="상품목록"><Table>{"".join(rows)}</Table></Worksheet></Workbook>'
    ).encode()


def delimited(table: Sequence[Sequence[object]], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return a CSV file."""
    import csv

    memory = io.StringIO(newline="")
    csv.writer(memory, delimiter=delimiter).writerows(
        [["" if value is None else value for value in row] for row in table]
    )
    return memory.getvalue().encode(encoding)


def xls(table: Sequence[Sequence[object]]) -> bytes:
    """Return a BIFF8 workbook, kept as a stream of records without an OLE container."""
    return biff8(table)


def biff8(table: Sequence[Sequence[object]], *, split: tuple[int, int] | None = None) -> bytes:
    """Write the few BIFF8 records that a sheet needs: labels as inline LABEL records, numbers as NUMBER.

    With `split`, labels lie in a table of strings that goes on in a second record within the string of that index,
    after that many UTF-16 units.
    """
    import struct

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def text8(text: str) -> bytes:
        return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")

    def strings(split: tuple[int, int]) -> bytes:
        items = [
            (struct.pack("<HB", len(raw) // 2, 1), raw)
            for text in texts
            for raw in [text.encode("utf-16-le")]
        ]
        which, units = split
        before = b"".join(head + raw for head, raw in items[:which])
        after = b"".join(head + raw for head, raw in items[which + 1 :])
        head, raw = items[which]
        first = struct.pack("<II", len(texts), len(texts)) + before + head + raw[: 2 * units]
        return record(0x00FC, first) + record(0x003C, b"\x01" + raw[2 * units :] + after)

    texts: list[str] = []
    body = bytearray()
    for row, values in enumerate(table):
        for column, value in enumerate(values):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str) and split is not None:
                body += record(0x00FD, place + struct.pack("<I", len(texts)))
                texts.append(value)
            elif isinstance(value, str):
                body += record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
            elif isinstance(value, int | float):
                body += record(0x0203, place + struct.pack("<d", value))
    width = max(map(len, table), default=0)
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    sheet_bof = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    font = record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + text8("Arial"))
    formats = record(0x00E0, struct.pack("<HHHBBBBIiH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0, 0, 0x20C0)) * 16
    head = record(0x0809, bof) + record(0x0042, struct.pack("<H", 1200)) + font * 5 + formats
    head += strings(split) if split is not None else b""
    name = text8("상품목록")
    offset = len(head) + 4 + 6 + len(name) + 4
    head += record(0x0085, struct.pack("<IBB", offset, 0, 0) + name) + record(0x000A)
    dimensions = record(0x0200, struct.pack("<IIHHH", 0, len(table), 0, width, 0))
    return head + record(0x0809, sheet_bof) + dimensions + body + record(0x000A)


def save(folder: Path, name: str, data: bytes) -> Path:
    """Write a file and give its path."""
    path = folder / name
    path.write_bytes(data)
    return path


def biff_record(kind: int, data: bytes = b"") -> bytes:
    """Return one BIFF record."""
    import struct

    return struct.pack("<HH", kind, len(data)) + data


def biff_without_codepage(table: Sequence[Sequence[object]]) -> bytes:
    """Return what old Korean back offices write with PHP's `pack()`: no version, no code page, labels in CP949."""
    import struct

    data = biff_record(0x0809, struct.pack("<4H", 0, 0x10, 0, 0))
    for row, values in enumerate(table):
        for column, value in enumerate(values):
            place = struct.pack("<3H", row, column, 0)
            if isinstance(value, str):
                text = value.encode("cp949")
                data += biff_record(0x0204, place + struct.pack("<H", len(text)) + text)
            elif isinstance(value, int | float):
                data += biff_record(0x0203, place + struct.pack("<d", value))
    return data + biff_record(0x000A)
