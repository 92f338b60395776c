"""Streamed workbooks: other readers see what was written, text stays text, the same bytes twice."""

import io
from contextlib import closing
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.files.cells import serial_to_datetime
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget
from wemakeprice_sdk.files.sheetxml import fits_cell, sheet_text
from wemakeprice_sdk.files.sniff import open_workbook
from wemakeprice_sdk.files.streamed import (
    ColumnKind,
    SheetCell,
    SheetColumn,
    StreamedWorkbook,
)

COLUMNS = (
    SheetColumn(title="글", choices=("가", "나"), editable=True),
    SheetColumn(title="수 <&>", kind=ColumnKind.NUMBER),
    SheetColumn(title="때", kind=ColumnKind.TIME, editable=True, hidden=True),
)


def written(*rows: tuple[SheetCell, ...]) -> bytes:
    out = io.BytesIO()
    with closing(StreamedWorkbook()) as book:
        sheet, other = book.sheet("가&나", COLUMNS), book.sheet("둘", COLUMNS[:1])
        for row in rows:
            sheet.append(row)
            other.append(row[:1])
        book.save(out)
    return out.getvalue()


def test_another_library_reads_what_was_written() -> None:
    data = written(
        ("=1+1", 12, datetime(2026, 3, 4, 9, 30, 15)), (" a\r\nb ", -5, None), (None, 10**15, None)
    )
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["가&나", "둘"]
    rows = [[cell.value for cell in row] for row in book["가&나"].iter_rows()]
    assert rows == [
        ["글", "수 <&>", "때"], ["=1+1", 12, datetime(2026, 3, 4, 9, 30, 15)], [" a\nb ", -5, None],
        [None, "1000000000000000", None],
    ]  # fmt: skip
    first = book["가&나"]["A2"]
    assert (first.data_type, first.quotePrefix, first.protection.locked, first.number_format) == (
        "s",
        True,
        False,
        "@",
    )
    assert book["가&나"]["B2"].protection.locked
    assert not book["가&나"]["C3"].protection.locked
    assert book["가&나"].column_dimensions["C"].hidden
    (rule,) = book["가&나"].data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1) == ("A2:A4", '"가,나"')


@given(st.lists(st.tuples(st.none() | st.text(max_size=20), st.integers(-(10**14), 10**14)), max_size=4))
def test_our_own_reader_gives_every_text_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, int]]
) -> None:
    place: Path = tmp_path_factory.mktemp("book") / "a.xlsx"
    moment = datetime(2026, 12, 31, 23, 59, 59)
    data = written(*((text, number, moment) for text, number in rows))
    assert data == written(*((text, number, moment) for text, number in rows))
    place.write_bytes(data)
    book = open_workbook(place, DEFAULT_LIMITS, Budget(DEFAULT_LIMITS))
    found = [cells for _, cells in book.rows(0, Budget(DEFAULT_LIMITS))][1:]
    book.close()
    for (text, number), (cell, whole, serial) in zip(rows, found, strict=True):
        assert (cell or "") == sheet_text(text or "")
        assert whole == number
        assert isinstance(serial, float)
        assert serial_to_datetime(serial, date1904=False) == moment


def test_what_a_cell_holds() -> None:
    assert fits_cell("가" * 32_767)
    assert not fits_cell("가" * 32_768)
    assert not fits_cell("😀" * 16_384)
    with pytest.raises(ValueError, match="A2: a cell holds"):
        written(("가" * 32_768, 1, None))
    assert sheet_text("a\x00\r\nb\rc\ud800") == "a\nb\nc"
