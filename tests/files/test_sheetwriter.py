"""Workbooks written as rows of text, read back by a library that nobody here wrote."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files import sheetxml
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget
from wemakeprice_sdk.files.sheetwriter import count_sheet_rows, write_workbook
from wemakeprice_sdk.files.sniff import open_workbook

UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
VALUES = st.one_of(
    st.none(),
    st.integers(-(10**16), 10**16),
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.dates(date(1899, 1, 1), date(2100, 1, 1)),
)


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=6))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str | int | date | None]]
) -> None:
    place = tmp_path_factory.mktemp("sheets") / "t.xlsx"
    assert write_workbook(place, {"시트": (["a", "b", "c"], rows)}) == {"시트": len(rows)}
    assert count_sheet_rows(place) == {"시트": len(rows)}
    sheet = openpyxl.load_workbook(place)["시트"]
    read = [[sheet.cell(at, column).value for column in (1, 2, 3)] for at in range(2, len(rows) + 2)]
    assert read == [[expected(value) for value in row] for row in rows]


def expected(value: str | int | date | None) -> object:
    if isinstance(value, date):
        early = value < date(1900, 3, 1)
        return value.isoformat() if early else datetime(value.year, value.month, value.day)
    if isinstance(value, int):
        return value if abs(value) < 10**15 else str(value)
    return None if value is None else UNWRITABLE.sub("", re.sub("\r\n?", "\n", value))


def test_a_long_table_goes_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheetxml, "MOST_ROWS", 3)
    rows = [[number] for number in range(5)]
    write_workbook(tmp_path / "t.xlsx", {"rows": (["n"], rows), "rows-x": (["n"], [])})
    assert count_sheet_rows(tmp_path / "t.xlsx") == {"rows": 2, "rows-2": 2, "rows-3": 1, "rows-x": 0}


def test_the_same_rows_give_the_same_bytes_and_the_date_is_what_was_said(tmp_path: Path) -> None:
    at = datetime(2026, 1, 6, 9, 0, tzinfo=KST)
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, {"rows": (["n"], [["값"]])}, created=at)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").properties.created == datetime(2026, 1, 6)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_part_is_written_at_the_same_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [[f"값 {number * 7919 % 1000}", number] for number in range(2_000)]
    sizes = []
    for level in (1, 9):
        monkeypatch.setattr(sheetxml, "_LEVEL", level)
        write_workbook(tmp_path / "t.xlsx", {"rows": (["a", "b"], rows)})
        with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
            sizes.append({entry.filename: entry.compress_size for entry in archive.infolist()})
    fast, small = sizes
    assert small["xl/worksheets/sheet1.xml"] < 0.9 * fast["xl/worksheets/sheet1.xml"]
    assert small["xl/styles.xml"] < fast["xl/styles.xml"]


def test_a_text_that_reads_like_an_escape_stays_what_it_is(tmp_path: Path) -> None:
    texts = ["_x0041_", "_x005F_x0041_", "_xZZ_", "_x0041"]
    write_workbook(tmp_path / "t.xlsx", {"rows": (texts, [texts])})
    book = open_workbook(tmp_path / "t.xlsx", DEFAULT_LIMITS, Budget(DEFAULT_LIMITS))
    assert [list(cells) for _, cells in book.rows(0, Budget(DEFAULT_LIMITS))] == [texts, texts]
    book.close()


@pytest.mark.parametrize(
    ("text", "fits"), [("가" * 32_767, True), ("😀" * 16_384, False), ("a" * 40_000, False)]
)
def test_a_text_that_no_cell_holds_says_that_it_is_cut(tmp_path: Path, text: str, fits: bool) -> None:
    write_workbook(tmp_path / "t.xlsx", {"rows": (["text"], [[text], ["next"]])})
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["rows"]
    cell = str(sheet["A2"].value)
    assert (cell == text, sheet["A3"].value) == (fits, "next")
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767
    if not fits:
        assert cell.endswith(f"… 〈셀 한도를 넘어 잘림 (cut): {len(text):,}자〉")
        assert text.startswith(cell.partition("…")[0])


def test_columns_beyond_z_and_a_name_with_signs(tmp_path: Path) -> None:
    header = [f"c{number}" for number in range(800)]
    write_workbook(tmp_path / "t.xlsx", {"a&\"b'": (header, [list(range(800))])})
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["a&\"b'"]
    assert (sheet["ADT2"].value, sheet["ADT1"].value, sheet.freeze_panes) == (799, "c799", "A2")


def test_a_row_longer_than_its_header_is_written_whole(tmp_path: Path) -> None:
    write_workbook(tmp_path / "t.xlsx", {"rows": (["title"], [["a", "b", "c"]])})
    assert openpyxl.load_workbook(tmp_path / "t.xlsx")["rows"]["C2"].value == "c"


def test_a_cut_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "t.xlsx"
    write_workbook(place, {"rows": (["n"], [[1]])})
    for content in (place.read_bytes()[:-30], b"", b"PK"):
        place.write_bytes(content)
        with pytest.raises(UnreadableFileError, match=r"t\.xlsx: cannot be unpacked"):
            count_sheet_rows(place)


def test_a_table_to_print_is_wrapped_on_a_page_across(tmp_path: Path) -> None:
    place = tmp_path / "b.xlsx"
    rows = [("가나다라마바사", 7), ("x", None)]
    write_workbook(
        place, {"인쇄": (("제목", "건수"), rows), "그 밖": (("a",), [("b",)])}, printed={"인쇄": (7, 5)}
    )
    book = openpyxl.load_workbook(place)
    page = book["인쇄"]
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )
    assert page.sheet_properties.pageSetUpPr is not None
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert [page.column_dimensions[name].width for name in "AB"] == [7, 5]
    assert page["A2"].alignment.wrap_text
    assert page.row_dimensions[2].height == 30, "fourteen letters wide, in a column of seven"
    assert (page["B2"].value, page.row_dimensions[3].height) == (7, 15)
    assert book["그 밖"].page_setup.orientation is None


@pytest.mark.parametrize(
    ("text", "height"), [("a\nb\nc", 45), ("가" * 400, 405), ("", 15)], ids=["lines", "long", "empty"]
)
def test_a_printed_row_is_as_high_as_its_lines_and_as_excel_takes(
    tmp_path: Path, text: str, height: int
) -> None:
    place = tmp_path / "b.xlsx"
    write_workbook(place, {"t": (("제목",), [(text,)])}, printed={"t": (20,)})
    assert openpyxl.load_workbook(place)["t"].row_dimensions[2].height == height
