"""Every kind of file gives the same records, whatever its name says."""

from __future__ import annotations

import base64
import csv
import io
import quopri
from collections.abc import Callable
from pathlib import Path

import excel_corpus as corpus
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind
from wemakeprice_sdk.files import FileFormat, delimited
from wemakeprice_sdk.files.delimited import DelimitedFile, detect_encoding
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget
from wemakeprice_sdk.files.sniff import sniff

TABLE = corpus.products()
KINDS: dict[str, tuple[Callable[[], bytes], FileFormat, str]] = {
    "inline": (lambda: corpus.xlsx(TABLE), FileFormat.XLSX, ""),
    "stored": (lambda: corpus.xlsx(TABLE, compression=0), FileFormat.XLSX, ""),
    "shared": (lambda: corpus.shared(TABLE), FileFormat.XLSX, ""),
    "rich": (lambda: corpus.shared(TABLE, rich=True), FileFormat.XLSX, ""),
    "strict": (
        lambda: corpus.package({"상품": corpus.sheet_xml(TABLE, namespace=corpus.STRICT)}, strict=True),
        FileFormat.XLSX,
        "",
    ),
    "biff8": (lambda: corpus.xls(TABLE), FileFormat.XLS, "cp1200"),
    "html": (lambda: corpus.html_table(TABLE), FileFormat.HTML, "utf-8"),
    "html-euc-kr": (lambda: corpus.html_table(TABLE, encoding="euc-kr"), FileFormat.HTML, "cp949"),
    "html-unclosed": (lambda: corpus.html_table(TABLE, closed=False), FileFormat.HTML, "utf-8"),
    "html-utf16": (lambda: corpus.html_table(TABLE, encoding="utf-16"), FileFormat.HTML, "utf-16"),
    "xml2003": (lambda: corpus.xml2003(TABLE), FileFormat.XML2003, ""),
    "csv": (lambda: corpus.delimited(TABLE), FileFormat.CSV, "utf-8"),
    "csv-bom": (lambda: corpus.delimited(TABLE, encoding="utf-8-sig"), FileFormat.CSV, "utf-8-sig"),
    "csv-cp949": (lambda: corpus.delimited(TABLE, encoding="cp949"), FileFormat.CSV, "cp949"),
    "csv-utf16": (
        lambda: corpus.delimited(TABLE, encoding="utf-16", delimiter="\t"),
        FileFormat.CSV,
        "utf-16",
    ),
    "csv-utf16-bare": (
        lambda: corpus.delimited(TABLE, encoding="utf-16-le", delimiter="\t"),
        FileFormat.CSV,
        "utf-16-le",
    ),
    "csv-semicolon": (lambda: b"sep=;\n" + corpus.delimited(TABLE, delimiter=";"), FileFormat.CSV, "utf-8"),
    "tsv": (lambda: corpus.delimited(TABLE, delimiter="\t"), FileFormat.CSV, "utf-8"),
}


@pytest.fixture
def expected(migrator: ExcelMigrator, tmp_path: Path) -> list[object]:
    path = corpus.save(tmp_path, "expected.xlsx", corpus.xlsx(TABLE))
    return [parsed.record for parsed in migrator.products(path)]


@pytest.mark.parametrize("extension", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("kind", KINDS)
def test_same_records(
    migrator: ExcelMigrator, tmp_path: Path, expected: list[object], kind: str, extension: str
) -> None:
    build, format_, encoding = KINDS[kind]
    path = corpus.save(tmp_path, f"export.{extension}", build())
    inspection = migrator.inspect(path)
    assert (inspection.format, inspection.encoding) == (format_, encoding)
    assert inspection.kind is ExportKind.PRODUCTS
    parsed = list(migrator.products(path))
    assert [one.record for one in parsed] == expected
    assert [problem for one in parsed for problem in one.problems] == []
    assert expected[1].product_name == "청바지 & 벨트"  # type: ignore[attr-defined]
    assert expected[2].product_name == "겨울 <패딩>"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \r\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "image"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", "binary"),
        (b"PK\x03\x04 broken", "zip"),
        (corpus.xlsx(TABLE)[:-40], "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
        (b"<html><body>no data</body></html>", "no table"),
        (b"<html><frameset><frame src='x'></frameset></html>", "frames"),
        (b"<?xml version='1.0'?><note>hello</note>", "not an XML spreadsheet"),
        (b"\x80\x81\xff\xfe\xfd,\xff", "CP949"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (
            corpus.package({}, extra={"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}),
            "no worksheet",
        ),
        (corpus.package({}, extra={"xl/workbook.bin": b"x"}), "xlsb.*save it as .xlsx.*엑셀에서"),
        (corpus.zipped({"mimetype": b"x", "content.xml": b"<x/>"}), "OpenDocument.*엑셀에서"),
        (corpus.zipped({"Index/Document.iwa": b"x"}), "Numbers"),
        (
            b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><table:table/>',
            "OpenDocument.*엑셀에서",
        ),
        (b"ID;PWXL;N;E\r\nC;Y1;X1;K1\r\nE\r\n", "SYLK.*엑셀에서"),
        (b'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n0,2\r\n', "DIF.*엑셀에서"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b--", "MHTML.*엑셀에서"),
    ],
)
def test_unreadable(migrator: ExcelMigrator, tmp_path: Path, data: bytes, words: str) -> None:
    path = corpus.save(tmp_path, "file.xlsx", data)
    with pytest.raises(UnreadableFileError, match=words):
        list(migrator.products(path))


def test_missing_file_is_a_typed_error(migrator: ExcelMigrator, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        migrator.inspect(tmp_path / "none.xlsx")


def test_zip_of_something_else(migrator: ExcelMigrator, tmp_path: Path) -> None:
    import io
    import zipfile

    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("export.xlsx", corpus.xlsx(TABLE))
    with pytest.raises(UnreadableFileError, match="unpack it"):
        migrator.inspect(corpus.save(tmp_path, "export.zip", memory.getvalue()))
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(UnreadableFileError, match="OpenDocument"):
        migrator.inspect(corpus.save(tmp_path, "export.ods", memory.getvalue()))


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "export.csv", corpus.xlsx(TABLE))
    assert sniff(path, DEFAULT_LIMITS) is FileFormat.XLSX


def test_excel_text_formula_in_csv_keeps_zeros(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = '상품번호,상품명,업체상품코드\n="300000001",가방,="00123"\n'.encode()
    (parsed,) = migrator.products(corpus.save(tmp_path, "a.csv", data))
    assert parsed.record is not None
    assert (parsed.record.product_no, parsed.record.seller_product_code) == (300000001, "00123")


def test_html_spans_keep_columns_in_place(migrator: ExcelMigrator, tmp_path: Path) -> None:
    page = (
        "<table><tr><th rowspan=2>상품번호<th rowspan=2>상품명<th colspan=2>가격</tr><tr><th>판매가<th>정상가</tr>"
        "<tr><td x:num='300000001'>3.00E+08<td>가방<td>1,000원<td>2,000</table>"
    )
    (parsed,) = migrator.products(corpus.save(tmp_path, "a.xls", page.encode()))
    assert parsed.record is not None
    assert parsed.record.product_no == 300000001
    assert (parsed.record.sale_price, parsed.record.origin_price) == (1000, 2000)


def test_xls_strings_may_be_cut_within_a_character(migrator: ExcelMigrator, tmp_path: Path) -> None:
    # Excel and POI cut long tables of strings every 8 KiB, wherever that is: here between the halves of 😀.
    table = [["상품번호", "상품명"], [300000001, "이모지 😀 양말"], [300000002, "청바지"]]
    path = corpus.save(tmp_path, "a.xls", corpus.biff8(table, split=(2, 5)))
    names = [one.record.product_name for one in migrator.products(path) if one.record]
    assert names == ["이모지 😀 양말", "청바지"]


def test_half_a_character_in_xls_costs_that_character_only(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = corpus.biff8([["상품번호", "상품명"], [300000001, "양말 가다"]])
    half = data.replace("가다".encode("utf-16-le"), "\ud83d다".encode("utf-16-le", "surrogatepass"))
    parsed = list(migrator.products(corpus.save(tmp_path, "a.xls", half)))
    assert [one.record.product_name for one in parsed if one.record] == ["양말 \ufffd다"]


def test_a_quotation_mark_never_closed_loses_no_row_in_silence(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    lines = [
        "상품번호,상품명",
        "300000001,정상",
        '300000002,"특가 모니터',
        "300000003,벨트",
        "300000004,모자",
        "",
    ]
    path = corpus.save(tmp_path, "a.csv", "\n".join(lines).encode("cp949"))
    with pytest.raises(UnreadableFileError, match="row 3, line 3, byte 31: a quotation mark"):
        list(migrator.products(path))
    closed = corpus.save(
        tmp_path, "b.csv", "\n".join([*lines[:2], '300000002,"특가\n모니터"']).encode("cp949")
    )
    assert [one.number for one in migrator.products(closed)] == [300000001, 300000002]


@pytest.mark.parametrize(
    "head", ["<html><head><meta charset=utf-8><body>", "<html><head><title>목록<body>", "<script>x</script>"]
)
def test_sloppy_heads_of_pages(migrator: ExcelMigrator, tmp_path: Path, head: str) -> None:
    page = f"{head}<table><tr><td>상품번호<td>상품명<tr><td>300000001<td>청바지</table>"
    parsed = list(migrator.products(corpus.save(tmp_path, "a.xls", page.encode())))
    assert [one.number for one in parsed] == [300000001]


def test_comments_of_xml_spreadsheets_are_no_values(migrator: ExcelMigrator, tmp_path: Path) -> None:
    comment = '<Comment ss:Author="a"><ss:Data xmlns="http://www.w3.org/TR/REC-html40"><B>메모</B></ss:Data></Comment>'
    xml = (
        corpus.xml2003(TABLE)
        .decode()
        .replace("청바지 &amp; 벨트</Data>", f"청바지 &amp; 벨트</Data>{comment}")
    )
    parsed = list(migrator.products(corpus.save(tmp_path, "a.xls", xml.encode())))
    assert [one.record.product_name for one in parsed if one.record][1] == "청바지 & 벨트"


def test_xml_spreadsheets_in_the_korean_code_page(
    migrator: ExcelMigrator, tmp_path: Path, expected: list[object]
) -> None:
    xml = corpus.xml2003(TABLE).decode().replace('encoding="UTF-8"', 'encoding="EUC-KR"')
    path = corpus.save(tmp_path, "a.xls", xml.encode("cp949"))
    assert [one.record for one in migrator.products(path)] == expected
    broken = corpus.save(tmp_path, "b.xls", xml.encode("cp949").replace("청".encode("cp949"), b"\xff\xff"))
    with pytest.raises(UnreadableFileError, match="EUC-KR"):
        list(migrator.products(broken))


def test_a_title_never_closed_in_a_cell_silences_no_further_cell(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    page = corpus.html_table(TABLE).replace("청바지".encode(), "청바지<title>x".encode())
    found = [one.record for one in migrator.products(corpus.save(tmp_path, "a.xls", page))]
    assert [record and record.product_no for record in found] == [300000001, 300000002, 300000003]


@pytest.mark.parametrize("tag", ["<style>", "<script>"])
@pytest.mark.parametrize("inside", [True, False])
def test_a_style_never_closed_loses_no_row_in_silence(
    migrator: ExcelMigrator, tmp_path: Path, tag: str, inside: bool
) -> None:
    page = corpus.html_table(TABLE).decode()
    row = "<tr><td>300000002"
    broken = page.replace(row, f"{tag}x{row}") if inside else f"{page}{tag}{page[page.index('<table') :]}"
    path = corpus.save(tmp_path, "a.xls", broken.encode())
    with pytest.raises(UnreadableFileError, match="never closed"):
        list(migrator.products(path))


def test_a_style_never_closed_below_the_table_loses_nothing(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xls", corpus.html_table(TABLE) + b"<style>td {}")
    assert len(list(migrator.products(path))) == 3


@pytest.mark.parametrize("swallowed", [1, 2, 60])
def test_a_quotation_mark_closed_by_a_later_row_loses_no_row_in_silence(
    migrator: ExcelMigrator, tmp_path: Path, swallowed: int
) -> None:
    rows = [f"{300000010 + row},상품 {row}" for row in range(swallowed)]
    lines = [
        "상품번호,상품명",
        "300000001,정상",
        '300000002,"열린',
        *rows,
        '300000999,"닫힘"',
        "300001000,모자",
        "",
    ]
    path = corpus.save(tmp_path, "a.csv", "\n".join(lines).encode("cp949"))
    with pytest.raises(
        UnreadableFileError, match=f"row 3, line 3, byte 31: lines 3 to {4 + swallowed} were read as one row"
    ):
        list(migrator.products(path))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_of_several_lines_are_taken(migrator: ExcelMigrator, tmp_path: Path, end: str) -> None:
    rows = [
        "상품번호,상품명,비고",
        f'300000001,"특가{end}모니터","27"형, 새것"',
        f'300000002,"그는 ""네""{end}라고",,',
        f'300000003,벨트 30",{end}300000004,"a{end}{end}b" ,x',
        f'300000005,"모자","""{end}"""',
    ]
    path = corpus.save(tmp_path, "a.csv", end.join([*rows, ""]).encode("cp949"))
    assert [one.number for one in migrator.products(path)] == [300000001 + at for at in range(5)]


def test_a_quotation_mark_left_open_before_much_text_is_named(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    rows = [f"{300000010 + row},상품 {row}" for row in range(20_000)]
    lines = ["상품번호,상품명", '300000001,"둘\n줄"', '300000002,"열린', *rows, ""]
    path = corpus.save(tmp_path, "a.csv", "\n".join(lines).encode("cp949"))
    with pytest.raises(
        UnsafeFileError,
        match=r"row 3, line 4, byte 34: .* line 4 is longer than 131,072 .* quotation mark never",
    ):
        list(migrator.products(path))


@pytest.mark.parametrize("opening", ['"', '"가\n'])
def test_a_cell_longer_than_the_csv_module_takes(
    bounded: Callable[..., ExcelMigrator], tmp_path: Path, opening: str
) -> None:
    data = f"상품번호,상품명\n1,{opening}".encode() + b"x" * 200_000
    path = corpus.save(tmp_path, "a.csv", data)
    with pytest.raises(
        UnsafeFileError, match=r"row 2, line 2, byte 23: .* begins in line 2 .* limit of the csv module"
    ):
        list(bounded(cell_text=1 << 20).products(path))


def mhtml(pages: list[str], *, charset: str = "ks_c_5601-1987", encoding: str = "quoted-printable") -> bytes:
    """Return what Excel saves as a single file web page."""
    parts = []
    for number, page in enumerate(pages):
        raw = page.encode("cp949" if charset.startswith("ks_c") else charset)
        body = quopri.encodestring(raw) if encoding == "quoted-printable" else base64.encodebytes(raw)
        head = f'Content-Location: file:///C:/1/sheet{number}.htm\r\nContent-Transfer-Encoding: {encoding}\r\nContent-Type: text/html; charset="{charset}"\r\n\r\n'
        parts.append(b"--b1\r\n" + head.encode() + body)
    front = b'From: <Saved by Microsoft Excel>\r\nMIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related;\r\n boundary="b1"\r\n\r\nThis is MIME.\r\n\r\n'
    return front + b"\r\n".join(parts) + b"\r\n--b1--\r\n"


FRAMES = "<html><frameset><frame src='sheet1.htm'></frameset></html>"


@pytest.mark.parametrize("charset", ["ks_c_5601-1987", "utf-8", "euc-kr", "us-ascii-nonsense"])
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_single_file_web_pages(
    migrator: ExcelMigrator, tmp_path: Path, expected: list[object], charset: str, encoding: str
) -> None:
    page = corpus.html_table(TABLE).decode()
    data = mhtml([FRAMES, page], charset="utf-8" if "nonsense" in charset else charset, encoding=encoding)
    data = data.replace(b'charset="utf-8"', f'charset="{charset}"'.encode())
    path = corpus.save(tmp_path, "export.xls", data)
    found = migrator.inspect(path)
    assert (found.format, found.sheets) == (FileFormat.MHTML, ("table 1",))
    assert [one.record for one in migrator.products(path)] == expected


def test_pages_of_an_archive_do_not_run_into_each_other(migrator: ExcelMigrator, tmp_path: Path) -> None:
    open_end = "<table><tr><td>안내<table><tr><td>x"
    path = corpus.save(tmp_path, "a.xls", mhtml([open_end, corpus.html_table(TABLE).decode()]))
    assert migrator.inspect(path).sheet == "table 2"


def test_large_web_page_archives_are_refused(bounded: Callable[..., ExcelMigrator], tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xls", mhtml([corpus.html_table(TABLE).decode()]))
    with pytest.raises(UnsafeFileError, match="mhtml_bytes"):
        bounded(mhtml_bytes=500).inspect(path)
    deep = b"MIME-Version: 1.0\r\n" + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at) for at in range(3000)
    )
    with pytest.raises(UnreadableFileError):
        bounded().inspect(corpus.save(tmp_path, "b.xls", deep))


@pytest.mark.parametrize(
    "title", ["상품목록; 총 1건", "상품목록 | 총 1건", "상품목록\t총 1건", "상품목록, 총 1건", "상품,번호;가"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_a_title_above_the_header_decides_no_delimiter(
    migrator: ExcelMigrator, tmp_path: Path, title: str, delimiter: str
) -> None:
    rows = [
        title,
        "",
        delimiter.join(["상품번호", "상품명", "판매가"]),
        delimiter.join(["300000001", "티셔츠", "100"]),
    ]
    path = corpus.save(tmp_path, "a.csv", "\r\n".join([*rows, ""]).encode("cp949"))
    (parsed,) = migrator.products(path)
    assert parsed.record is not None
    assert (parsed.record.product_no, parsed.record.sale_price, parsed.rows) == (300000001, 100, (4,))


@given(
    st.lists(
        st.lists(st.text(st.sampled_from('가a1,;"\r\n= \t'), max_size=5), min_size=2, max_size=4),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 40),
)
def test_rows_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], end: str, chunk: int
) -> None:
    memory = io.StringIO(newline="")
    csv.writer(memory, lineterminator=end).writerows([["번호", "이름"], *table])
    text = memory.getvalue()
    expected = [
        (number, fields) for number, fields in enumerate(csv.reader(io.StringIO(text, newline="")), 1)
    ]
    path = corpus.save(tmp_path_factory.mktemp("csv"), "a.csv", text.encode())
    file = DelimitedFile(path, DEFAULT_LIMITS, "utf-8", ",")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_CHUNK", chunk)
        patch.setattr(delimited, "_BLOCK", 3)
        found = [(number, list(cells)) for number, cells in file.rows(0, Budget())]
    assert [number for number, _ in found] == [number for number, _ in expected]
    for (_, cells), (_, fields) in zip(found, expected, strict=True):
        wanted = [delimited._cell(text) if text else None for text in fields]
        assert cells[: len(wanted)] == wanted
        assert set(cells[len(wanted) :]) <= {None}


def test_a_row_that_goes_on_behind_its_block_keeps_the_zeros_of_its_codes(tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.csv", '번호,코드\n"1\n2","=""007"""\n'.encode())
    file = DelimitedFile(path, DEFAULT_LIMITS, "utf-8", ",")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_FIRST_BLOCK", 2)
        found = [list(cells) for _, cells in file.rows(0, Budget())]
    assert found == [["번호", "코드"], ["1\n2", "007"]]


def test_an_inspection_shows_every_cell_of_the_first_rows_once(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    rows = "".join(f"30000000{at},상품 {at},=1+{at}\n" for at in range(12))
    path = corpus.save(tmp_path, "a.csv", f"상품번호,상품명,비고\n{rows}".encode())
    shown = migrator.inspect(path).first_rows
    assert shown == tuple((f"30000000{at}", f"상품 {at}", f"=1+{at}") for at in range(10))


def test_the_first_rows_come_before_the_file_is_read(migrator: ExcelMigrator, tmp_path: Path) -> None:
    head = "상품번호,상품명\n300000001,티셔츠\n".encode("cp949")
    good = "300000002,바지\n".encode("cp949") * 200_000
    path = corpus.save(tmp_path, "a.csv", head + good + b"300000003,\xff\xff\n")
    parsed = migrator.products(path)
    assert next(parsed).number == 300000001
    with pytest.raises(UnreadableFileError, match=f"line 200003, byte {len(head + good) + 10:,}: not cp949"):
        list(parsed)


def test_a_text_that_is_ascii_for_long_has_its_encoding_found(tmp_path: Path) -> None:
    data = b"no,name\n" + b"1,shirt\n" * 100_000
    for encoding in ("utf-8", "cp949"):
        path = corpus.save(tmp_path, "a.csv", data + "2,바지\n".encode(encoding) * 300_000)
        assert detect_encoding(path, Budget()) == encoding


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
@pytest.mark.parametrize(
    "title",
    [
        "sep=;",
        "sep=,",
        "SEP=|",
        "상품번호; 상품명; 판매가 목록입니다",
        "상품번호, 상품명 안내",
        "상품목록|조회기간|2024|전체|총 2건",
    ],
)
def test_neither_a_title_nor_a_directive_decides_against_the_header(
    migrator: ExcelMigrator, tmp_path: Path, delimiter: str, title: str
) -> None:
    rows = [
        ["상품번호", "상품명", "판매가", "재고"],
        ["300000001", "가방", "100", "1"],
        ["300000002", "컵", "200", "2"],
    ]
    text = "\n".join([title, *map(delimiter.join, rows)])
    for encoding in ("utf-8-sig", "cp949"):
        path = corpus.save(tmp_path, "a.csv", text.encode(encoding))
        read = [(one.number, one.record and one.record.sale_price) for one in migrator.products(path)]
        assert read == [(300000001, 100), (300000002, 200)]


@given(st.sampled_from([",", ";", "|", "\t"]), st.text(alphabet="가나 ,;|\t1:", max_size=30), st.booleans())
def test_the_delimiter_is_the_headers_whatever_stands_above(delimiter: str, title: str, quoted: bool) -> None:
    rows = [["상품번호", "상품명", "판매가"], ["300000001", "가방", "100"], ["300000002", "컵", "200"]]
    quote = '"{}"' if quoted else "{}"
    text = "\n".join([title, *(delimiter.join(map(quote.format, row)) for row in rows)])
    assert delimited.choose_delimiter(text, lambda texts: "상품번호" in texts) == delimiter


@pytest.mark.parametrize(
    ("good", "bad"),
    [("utf-8", b"\xff"), ("cp949", b"\x81 "), ("utf-8", "한글".encode("cp949")), ("cp949", b"\xff,")],
)
def test_a_damaged_letter_is_named_by_line_and_byte(
    migrator: ExcelMigrator, tmp_path: Path, good: str, bad: bytes
) -> None:
    above = "상품번호,상품명\n300000001,가방\n300000002,컵\n".encode(good)
    path = corpus.save(tmp_path, "a.csv", above + b"300000003," + bad + b"\n")
    with pytest.raises(UnreadableFileError) as caught:
        migrator.preview(path)
    assert str(caught.value).startswith(f"line 4, byte {len(above) + 10}: ")
    assert "이 줄" in str(caught.value)


def test_hidden_rows_of_a_page_are_said(migrator: ExcelMigrator, tmp_path: Path) -> None:
    page = (
        corpus.html_table(TABLE)
        .decode()
        .replace("<tr><td>300000002", "<tr style='display:none'><td>300000002")
    )
    assert "display" in page
    with migrator.preview(corpus.save(tmp_path, "a.xls", page.encode())) as found:
        assert found.counts.new == 3
        assert [sign.rule for sign in found.signs] == ["hidden-rows"]
        assert "3" in found.signs[0].message


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        b"Rar!",
        b"PK\x03\x04 no archive",
        b"<html><p>no table</p></html>",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\0\1",
    ],
)
def test_every_refusal_says_what_to_do_next(migrator: ExcelMigrator, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="주세요") as caught:
        migrator.inspect(corpus.save(tmp_path, "a.xlsx", data))
    assert str(tmp_path) not in str(caught.value)
