"""What other software puts into its files besides plain cells."""

from __future__ import annotations

from pathlib import Path

import excel_corpus as corpus
import pytest

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.excel import ExcelMigrator
from wemakeprice_sdk.files import CellError
from wemakeprice_sdk.files.cells import Cell
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget, FileLimits
from wemakeprice_sdk.files.sniff import open_workbook
from wemakeprice_sdk.files.workbook import SheetFacts

X15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
DATES = '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy-mm-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>{}</styleSheet>'


def cells(path: Path, sheet: int = 0) -> dict[int, list[Cell]]:
    book = open_workbook(path, DEFAULT_LIMITS, Budget())
    try:
        return {number: list(row) for number, row in book.rows(sheet, Budget())}
    finally:
        book.close()


def facts_of(path: Path) -> SheetFacts:
    book = open_workbook(path, DEFAULT_LIMITS, Budget())
    try:
        for _ in book.rows(0, Budget()):
            pass
        return book.facts(0)
    finally:
        book.close()


def with_workbook(folder: Path, body: str, sheet: str, **options: str) -> Path:
    """Save a workbook of one sheet whose workbook part ends in `body`."""
    workbook = (
        f'<workbook xmlns="{corpus.TRANSITIONAL}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'<workbookPr date1904="1"/><sheets><sheet name="상품" sheetId="1" r:id="rId1"/></sheets>{body}</workbook>'
    )
    data = corpus.package({"상품": sheet}, extra={"xl/workbook.xml": workbook.encode()}, **options)
    return corpus.save(folder, "a.xlsx", data)


@pytest.mark.parametrize(
    "extension",
    [
        '<x15:workbookPr chartTrackingRefBase="1"/>',
        '<x15:workbookPr date1904="0"/>',
        '<x15:sheets><x15:sheet name="없음" r:id="rId1"/></x15:sheets>',
    ],
)
def test_extensions_of_the_workbook_change_nothing(tmp_path: Path, extension: str) -> None:
    body = f'<extLst><ext uri="x" xmlns:x15="{X15}">{extension}</ext></extLst>'
    path = with_workbook(tmp_path, body, corpus.sheet_xml([["가"]]))
    book = open_workbook(path, DEFAULT_LIMITS, Budget())
    assert (book.date1904, [sheet.name for sheet in book.sheets]) == (True, ["상품"])
    book.close()


def test_extensions_of_styles_and_sheets_change_nothing(migrator: ExcelMigrator, tmp_path: Path) -> None:
    styles = DATES.format(
        '<extLst><ext xmlns:x14="x"><x14:cellXfs><x14:xf numFmtId="14"/></x14:cellXfs>'
        '<x14:numFmts><x14:numFmt numFmtId="170" formatCode="0"/></x14:numFmts></ext></extLst>'
    )
    row = corpus.cell_xml(2, 0, 300000001) + corpus.cell_xml(2, 1, "티셔츠")
    row += '<c r="C2" s="1"><v>45306</v><extLst><ext><x14:v>1</x14:v><x14:c r="A2"/></ext></extLst></c>'
    after = '<extLst><ext xmlns:x14="x"><x14:row r="3"><x14:c r="A3"><x14:v>7</x14:v></x14:c></x14:row></ext></extLst>'
    head = corpus.sheet_xml([["상품번호", "상품명", "판매시작일"]], after=after)
    xml = head.replace("<worksheet ", '<worksheet xmlns:x14="x" ', 1)
    xml = xml.replace("</sheetData>", f'<row r="2">{row}</row></sheetData>')
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}, styles=styles))
    (parsed,) = migrator.products(path)
    assert parsed.record is not None
    assert parsed.record.sale_start is not None
    assert parsed.record.sale_start.strftime("%Y-%m-%d") == "2024-01-15"
    assert parsed.problems == ()


@pytest.mark.parametrize("rows", [3, 600])
def test_rows_for_readers_of_an_extension_are_not_rows_too(tmp_path: Path, rows: int) -> None:
    row = '<row r="{0}"><c r="A{0}"><v>{1}</v></c></row>'
    body = "".join(row.format(n, n) for n in range(1, rows))
    for_some = "".join(row.format(n, 7) for n in range(rows, rows + 3))
    for_all = "".join(row.format(n, n) for n in range(rows, rows + 3))
    body += f'<mc:AlternateContent><mc:Choice Requires="x14">{for_some}</mc:Choice>'
    body += f"<mc:Fallback>{for_all}</mc:Fallback></mc:AlternateContent>" + row.format(rows + 3, rows + 3)
    xml = corpus.sheet_xml([], body=body)
    spaces = 'xmlns:x14="x" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    xml = xml.replace("<worksheet ", f"<worksheet {spaces}", 1)
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}))
    book = open_workbook(path, DEFAULT_LIMITS, Budget())
    found = [(number, list(row)) for number, row in book.rows(0, Budget())]
    book.close()
    assert found == [(n, [n]) for n in range(1, rows + 4)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014-01-16T15:59:59.99999979045242400", "2014-01-16T16:00:00"),
        ("2014-01-16T15:59:59.4", "2014-01-16T15:59:59"),
        ("2014-12-31T23:59:59.5", "2015-01-01T00:00:00"),
        ("2014-01-16T15:59:59", "2014-01-16T15:59:59"),
        ("2014-01-16", "2014-01-16"),
        ("2014-13-16T15:59:59.9", "2014-13-16T15:59:59.9"),
        ("9999-12-31T23:59:59.9", "9999-12-31T23:59:59.9"),
    ],
)
def test_dates_of_strict_workbooks(tmp_path: Path, text: str, expected: str) -> None:
    body = "".join(f'<row r="{n}"><c r="A{n}" t="d"><v>{text}</v></c></row>' for n in range(1, 5))
    for rows in (body, body.replace("<v>", "<!-- slow --><v>")):
        data = corpus.package({"상품": corpus.sheet_xml([], body=rows)}, strict=True)
        path = corpus.save(tmp_path, "a.xlsx", data)
        assert cells(path) == {n: [expected] for n in range(1, 5)}


def test_references_in_lower_case(migrator: ExcelMigrator, tmp_path: Path) -> None:
    xml = corpus.sheet_xml(corpus.products())
    for letter in "ABCDEFGHIJ":
        xml = xml.replace(f'r="{letter}', f'r="{letter.lower()}')
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}))
    assert [one.record.product_no for one in migrator.products(path) if one.record] == [
        300000001,
        300000002,
        300000003,
    ]


@pytest.mark.parametrize(("load", "zero"), [("1", CellError("#FORMULA")), ("0", 0)])
def test_formulas_left_to_the_spreadsheet(tmp_path: Path, load: str, zero: Cell) -> None:
    row = '<c r="A{0}"><f>B{0}*2</f><v>0</v></c><c r="B{0}"><v>0</v></c><c r="C{0}"><f>B{0}+{0}</f><v>{0}</v></c>'
    body = "".join(f'<row r="{n}">{row.format(n)}</row>' for n in range(1, 6))
    for rows in (body, body.replace("<v>", "<!-- slow --><v>")):
        path = with_workbook(tmp_path, f'<calcPr fullCalcOnLoad="{load}"/>', corpus.sheet_xml([], body=rows))
        assert cells(path) == {n: [zero, 0, n] for n in range(1, 6)}


def test_a_name_computed_by_nobody_is_no_product_named_0(migrator: ExcelMigrator, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["상품번호", "상품명", "판매가"])
    sheet.write_row(1, 0, [300000001, "티셔츠", 100])
    sheet.write_number(2, 0, 300000002)
    sheet.write_formula(2, 1, '="바지"&A3')
    sheet.write_formula(2, 2, "=C2*2")
    book.close()
    first, second = migrator.products(path)
    assert first.record is not None
    assert first.record.sale_price == 100
    assert second.record is None
    assert {problem.field for problem in second.problems} == {"product_name", "sale_price"}


HIDING = '<cols><col min="2" max="3" hidden="1"/><col min="5" max="5" width="9"/></cols>'


@pytest.mark.parametrize("comment", ["", "<!-- slow -->"])
def test_hidden_rows_and_columns_are_told_and_read(tmp_path: Path, comment: str) -> None:
    body = "".join(
        f'<row r="{n}"{" hidden=" + chr(34) + ("1" if n % 3 == 0 else "0") + chr(34)}><c r="A{n}"><v>{n}</v></c></row>'
        for n in range(1, 1001)
    )
    xml = corpus.sheet_xml([], body=body, after='<autoFilter ref="A1:A9"/>')
    xml = xml.replace("<sheetData>", f"{HIDING}{comment}<sheetData>")
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}))
    assert len(cells(path)) == 1000
    assert facts_of(path) == SheetFacts(
        hidden_rows=333, first_hidden_row=3, hidden_columns=(1, 2), autofilter=True
    )


def test_an_ordinary_sheet_hides_nothing(tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(corpus.products()))
    assert facts_of(path) == SheetFacts()


def test_filters_of_tables_are_told(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.add_table(0, 0, 3, 1, {"columns": [{"header": "상품번호"}, {"header": "상품명"}]})
    book.close()
    assert facts_of(path) == SheetFacts(autofilter=True)


def test_hidden_rows_of_xml_spreadsheets(tmp_path: Path) -> None:
    data = corpus.xml2003(corpus.products()).decode()
    data = data.replace("<Table>", '<Table><Column/><Column ss:Hidden="1" ss:Span="1"/>')
    data = data.replace("<Row>", '<Row ss:Hidden="1">', 2).replace('<Row ss:Hidden="1">', "<Row>", 1)
    data = data.replace("</Worksheet>", '<AutoFilter x:Range="R1C1" xmlns:x="x"/></Worksheet>')
    path = corpus.save(tmp_path, "a.xml", data.encode())
    assert facts_of(path) == SheetFacts(
        hidden_rows=1, first_hidden_row=2, hidden_columns=(1, 2), autofilter=True
    )


@pytest.mark.parametrize("rows", [1, 300])
@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="C{0}" t="s"><v>99</v></c>', "column C: shared string 99 does not exist"),
        ("<c r=\"C{0}\" t='s'><v>99</v></c>", "column C: shared string 99 does not exist"),
        ('<c r="C{0}" t="inlineStr"><is><t>가 & 나</t></is></c>', "column C is not well-formed"),
        ('<c r="C{0}" t="inlineStr"><is><t>가</b></is></c>', "column C is not well-formed"),
    ],
)
def test_problems_of_a_sheet_name_row_and_column(tmp_path: Path, cell: str, words: str, rows: int) -> None:
    usual = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="C{0}" t="s"><v>0</v></c></row>'
    body = "".join(usual.format(n) for n in range(1, rows + 1))
    broken = f'<c r="A{rows + 1}"><v>1</v></c>{cell.format(rows + 1)}'
    xml = corpus.sheet_xml([], body=f'{body}<row r="{rows + 1}">{broken}</row>{body.replace("x", "y")}')
    strings = (
        f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{corpus.TRANSITIONAL}"><si><t>가</t></si></sst>'
    )
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}, strings=strings))
    with pytest.raises(UnreadableFileError, match=f"row {rows + 1}, {words}"):
        cells(path)


@pytest.mark.parametrize("comment", ["", "<!-- slow -->"])
def test_a_cell_of_too_much_text_is_named(tmp_path: Path, comment: str) -> None:
    body = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="D{n}" t="str"><v>{"가" * (99 if n == 250 else 3)}</v></c></row>'
        for n in range(1, 301)
    )
    xml = corpus.sheet_xml([], body=body).replace("<sheetData>", f"{comment}<sheetData>")
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml}))
    book = open_workbook(path, FileLimits(cell_text=20), Budget())
    with pytest.raises(UnsafeFileError, match="row 250, column D"):
        list(book.rows(0, Budget(FileLimits(cell_text=20))))
    book.close()


def test_problems_of_an_xml_spreadsheet_name_row_and_column(tmp_path: Path) -> None:
    data = corpus.xml2003(corpus.products()).decode().replace("청바지 &amp; 벨트", "청바지 & 벨트")
    with pytest.raises(UnreadableFileError, match="row 3, column B is not well-formed"):
        cells(corpus.save(tmp_path, "a.xml", data.encode()))
