"""The report workbook: the seller's columns, marks on problem cells, nothing that runs."""

from __future__ import annotations

import re
from pathlib import Path

import excel_corpus as corpus
import openpyxl
import pytest
from excel_kit import MemoryTarget, Shop
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ColumnError, ValidationError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, SkuChoice
from wemakeprice_sdk.excel.report import safe_value
from wemakeprice_sdk.files.cells import CellError, Serial
from wemakeprice_sdk.models import ProductRow
from wemakeprice_sdk.models.codes import SkuLinkMode

NASTY = [
    '=HYPERLINK("http://x")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "a\x07b",
]


def report(
    migrator: ExcelMigrator, folder: Path, table: list[list[object]], **options: object
) -> openpyxl.Workbook:
    path = corpus.save(folder, "a.csv", corpus.delimited(table, encoding="utf-8-sig"))
    out = folder / "report.xlsx"
    with migrator.preview(path) as preview:
        migrator.report(preview, out, path, **options)  # type: ignore[arg-type]
    return openpyxl.load_workbook(out)


def test_columns_marks_and_reasons(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["메모", *row] for row in corpus.products()]
    table[2][6] = "공짜"
    book = report(migrator, tmp_path, table)
    assert book.sheetnames[0] == "요약"
    sheet = book[book.sheetnames[1]]
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == ["상태", "사유", "메모", *corpus.PRODUCT_HEADERS]
    assert [row[0].value for row in rows[1:]] == ["신규", "오류", "신규"]
    assert "[G3] 숫자가 아닙니다" in rows[2][1].value
    bad = rows[2][8]
    assert bad.value == "공짜"
    assert bad.fill.fgColor.rgb == "FFFFC7CE"
    assert "not a number" in bad.comment.text
    assert rows[1][8].fill.fill_type is None
    summary = {row[0].value: row[1].value for row in book["요약"].iter_rows()}
    assert (summary["신규"], summary["오류"], summary["판매자 ID"]) == (2, 1, "shop-1")


def test_only_problem_rows(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = corpus.products()
    table[2][5] = "공짜"
    book = report(migrator, tmp_path, table, only_problems=True)
    assert [row[0].value for row in book[book.sheetnames[1]].iter_rows(min_row=2)] == ["오류"]


@pytest.mark.parametrize("text", NASTY)
def test_nothing_runs(migrator: ExcelMigrator, tmp_path: Path, text: str) -> None:
    table = [["상품번호", "상품명", text], [300000001, text, text], [text, "가방", text]]
    book = report(migrator, tmp_path, table)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t", "＝")):
                    assert cell.quotePrefix
    cells = [cell.value for row in book[book.sheetnames[1]].iter_rows() for cell in row]
    assert text.replace("\x07", "").strip("\t") in [
        value.strip("\t") for value in cells if isinstance(value, str)
    ]


def test_personal_columns_and_odd_values() -> None:
    assert safe_value(10**15) == "1000000000000000"
    assert safe_value(CellError("#N/A")) == "#N/A"
    assert str(safe_value(Serial(45306.5))) == "2024-01-15 12:00:00"
    assert safe_value(Serial(60)) == 60.0
    assert len(str(safe_value("x" * 50_000))) == 32_767
    assert safe_value(True) is True


def test_a_report_of_several_files_and_of_the_api(migrator: ExcelMigrator, tmp_path: Path) -> None:
    tables = {"하나": corpus.products(), "둘": [*corpus.products(), [300000009, "모자"]]}
    paths = [corpus.save(tmp_path, f"{name}.xlsx", corpus.xlsx(table)) for name, table in tables.items()]
    with migrator.preview(paths) as preview:
        migrator.report(preview, tmp_path / "r.xlsx", paths)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert len(book.sheetnames) == 3
    assert [row[0].value for row in book[book.sheetnames[2]].iter_rows(min_row=2)] == [*["중복"] * 3, "신규"]
    rows = [ProductRow(product_no=300000001, product_name="가방")]
    with migrator.preview_rows(rows, kind=ExportKind.PRODUCTS) as preview:
        migrator.report(preview, tmp_path / "api.xlsx")
    book = openpyxl.load_workbook(tmp_path / "api.xlsx")
    assert [cell.value for cell in book["API"][2]] == ["신규", None, 300000001, "가방"]


def test_dates_stay_dates(tmp_path: Path) -> None:
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    head = corpus.sheet_xml([["상품번호", "상품명", "판매시작일"]])
    row = f'<row r="2">{corpus.cell_xml(2, 0, 1)}{corpus.cell_xml(2, 1, "가방")}{corpus.cell_xml(2, 2, 45306, "1")}</row>'
    path = corpus.save(
        tmp_path,
        "a.xlsx",
        corpus.package({"s": head.replace("</sheetData>", row + "</sheetData>")}, styles=styles),
    )
    migrator = ExcelMigrator(Shop(), registry=MemoryTarget())
    with migrator.preview(path) as preview:
        migrator.report(preview, tmp_path / "r.xlsx", path)
    cell = openpyxl.load_workbook(tmp_path / "r.xlsx")["s"]["E2"]
    assert cell.is_date


def test_a_report_never_overwrites_its_source(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "export.xlsx", corpus.xlsx(corpus.products()))
    before = path.read_bytes()
    with migrator.preview(path) as preview, pytest.raises(ValidationError, match="overwrite"):
        migrator.report(preview, tmp_path / "." / "export.xlsx", [path])
    assert path.read_bytes() == before


def test_files_of_one_name_are_kept_apart(migrator: ExcelMigrator, tmp_path: Path) -> None:
    bad = [300000009, "모자", "판매중", "판매중", "노출", "공짜", None, None, "A", 1]
    paths = []
    for folder, rows in (("old", corpus.PRODUCT_ROWS), ("new", [bad])):
        (tmp_path / folder).mkdir()
        paths.append(corpus.save(tmp_path / folder, "export.xlsx", corpus.xlsx(corpus.products(rows))))
    out = tmp_path / "report.xlsx"
    with migrator.preview(paths) as preview:
        migrator.report(preview, out, paths)
    book = openpyxl.load_workbook(out)
    first, second = book[book.sheetnames[1]], book[book.sheetnames[2]]
    assert [row[0].value for row in first.iter_rows(min_row=2)] == ["신규"] * 3
    assert [row[0].value for row in second.iter_rows(min_row=2)] == ["오류"]


# --- for the eyes, and back again ---------------------------------------------------------------------------


def test_reasons_cite_the_cell_of_the_report_and_of_the_source(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    table = [["안내"], [], ["메모", *corpus.PRODUCT_HEADERS], *[["x", *row] for row in corpus.products()[1:]]]
    table[4][6] = "공짜"
    book = report(migrator, tmp_path, table)
    sheet = book[book.sheetnames[1]]
    row = next(row for row in sheet.iter_rows() if row[0].value == "오류")
    here = row[1].value.split(" / ")[0]
    assert sheet[here].value == "공짜", "the cell that the reason names is the one that is wrong"
    assert "원본 [G5]" in row[1].value


def test_widths_filter_and_print_set_up(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = corpus.products()
    table[1][1] = "가" * 20
    book = report(migrator, tmp_path, table)
    sheet, summary = book[book.sheetnames[1]], book["요약"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:L{sheet.max_row}"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.column_dimensions["D"].width == 42, "Hangul takes two columns"
    widths = [summary.column_dimensions[letter].width for letter in "AB"]
    for row in summary.iter_rows():
        assert sum(2 if ord(mark) > 0x1100 else 1 for mark in str(row[0].value)) <= widths[0]
        assert row[1].alignment.wrap_text


def test_rows_that_are_no_data_are_said(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [*corpus.products(), ["합계", *[None] * 8, 22]]
    sheet = report(migrator, tmp_path, table).worksheets[1]
    assert [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=5)] == [
        ("제외", "합계 행이므로 가져오지 않습니다")
    ]


def test_a_corrected_report_is_previewed_in_place_of_the_file(
    migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path
) -> None:
    table = [["메모", *row] for row in corpus.products()]
    table[2][6] = "공짜"
    table[1][0] = "=1+1"
    table.append(["합계", None, None, None, None, None, 1, None, None, None, 22])
    report(migrator, tmp_path, table)
    path = tmp_path / "report.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    (bad,) = (row for row in sheet.iter_rows() if row[0].value == "오류")
    sheet.cell(bad[0].row, 9).value = 35000
    fixed = tmp_path / "fixed.xlsx"
    book.save(fixed)
    with migrator.preview(fixed) as preview:
        assert (preview.counts.new, preview.counts.invalid, preview.counts.problems) == (3, 0, 0)
        assert [row.record.sale_price for row in preview] == [12900, 35000, 99000]
        assert preview.extra_headers == ("메모",)
        assert len(preview.left_out) == 1
        plan = migrator.select(preview, sku=SkuChoice(SkuLinkMode.NONE))
        plan.commit(target)
        again = tmp_path / "again.xlsx"
        migrator.report(preview, again, fixed)
    assert target.products[300000001].extras == {"메모": "=1+1"}
    head = [cell.value for cell in next(openpyxl.load_workbook(again).worksheets[1].iter_rows())]
    assert head == ["상태", "사유", "메모", *corpus.PRODUCT_HEADERS], "its own columns are not doubled"


TEXTS = st.text(
    alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Co", "Cn")), min_size=1, max_size=40
)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.one_of(TEXTS, st.sampled_from(NASTY[:6]), st.just("_x0041_"), st.just("0012")),
        min_size=2,
        max_size=6,
    )
)
def test_any_text_comes_back_unchanged(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("r")
    migrator = ExcelMigrator(Shop(), registry=MemoryTarget())
    # A row of its own text only: the number makes it a product, the memo has to survive.
    table = [
        ["상품번호", "상품명", "메모"],
        *[[300000001 + at * 7, "가방", text] for at, text in enumerate(texts)],
    ]
    report(migrator, folder, table)
    with migrator.preview(folder / "a.csv") as before, migrator.preview(folder / "report.xlsx") as after:
        assert [row.record.extras for row in after] == [row.record.extras for row in before]


def test_a_letter_that_means_a_column_of_the_report_is_refused(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    report(migrator, tmp_path, corpus.products())
    with pytest.raises(ColumnError, match="열 제목"):
        migrator.preview(tmp_path / "report.xlsx", mapping={"product_no": "A"})


def test_a_sheet_with_a_state_of_its_own_is_no_report(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["상태", "사유", "상품번호", "상품명"], ["판매중", "x", 300000001, "가방"]]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    with migrator.preview(path) as preview:
        (row,) = preview
        assert row.record.product_status is not None
        assert preview.extra_headers == ("사유",)


def test_the_summary_is_in_two_languages_and_names_cells_of_both(tmp_path: Path) -> None:
    migrator = ExcelMigrator(Shop(), registry=MemoryTarget())
    table = [
        ["상품 목록 (단위: 천원)"],
        [],
        ["상품번호", "상품명", "판매가(USD)", "재고수량", "바코드"],
        [300000001, "가방", 12, 3, "x"],
        [],
        [300000002, "컵", 13, 4, "=A1*2"],
        [None, "합계", None, 7, None],
    ]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    with migrator.preview(path) as found:
        migrator.report(found, tmp_path / "r.xlsx", path)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    summary = book["요약"]
    rows = [[str(cell) for cell in row] for row in summary.iter_rows(values_only=True)]
    assert rows[0] == ["항목", "내용", "Item", "Content"]
    assert (summary.freeze_panes, summary.auto_filter.ref) == ("A2", f"A1:D{len(rows)}")
    for _, _, item, content in rows[1:]:
        assert not re.search("[가-힣]", item)
        assert not re.search("[가-힣]{2,} [가-힣]{2,}", content.replace(", ", ",")), content
    said = {row[0]: (row[1], row[3]) for row in rows}
    korean, english = said["자료가 아닌 행"]
    sheet = book.worksheets[1]
    assert korean.startswith(f"{sheet.title}!5행 / 원본 7행: 합계")
    assert english == f"{sheet.title}!row 5 / source row 7: total"
    assert sheet["D5"].value == "합계"
    korean, english = said["참고"]
    assert "E / 원본 C [판매가(USD)]" in korean
    assert english.startswith("E / source C [판매가(USD)] is not in plain won")
    assert sheet["E1"].value == "판매가(USD)"
    # What is fixed in the report is read from the report.
    assert sheet["C2"].value == 300000001
    with migrator.preview(tmp_path / "r.xlsx") as back:
        assert back.counts == found.counts
        assert [row.row for row in back.left_out] == [5]


def test_corrections_made_in_the_report_come_back(tmp_path: Path) -> None:
    migrator = ExcelMigrator(Shop(), registry=MemoryTarget())
    table = [["상품번호", "상품명", "판매가"], [300000001, "=가방", "공짜"], ["3.00E+08", "'컵", 100]]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    with migrator.preview(path) as found:
        assert (found.counts.new, found.counts.invalid) == (0, 2)
        migrator.report(found, tmp_path / "r.xlsx", path)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    sheet = book.worksheets[1]
    assert str(sheet["B2"].value).startswith("E2 / 원본 [C2] ")
    sheet["E2"], sheet["C3"] = 12900, 300000002
    book.save(tmp_path / "fixed.xlsx")
    with migrator.preview(tmp_path / "fixed.xlsx") as back:
        assert (back.counts.new, back.counts.invalid) == (2, 0)
        assert [
            (row.number, row.record.product_name, row.record.sale_price) for row in back if row.record
        ] == [
            (300000001, "=가방", 12900),
            (300000002, "컵", 100),
        ]
