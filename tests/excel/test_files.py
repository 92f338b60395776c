"""Committed files of Apache POI, LibreOffice, ExcelJS and SheetJS read as the same products, cell for cell."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.excel import ExcelMigrator, ProductRecord, RowStatus
from wemakeprice_sdk.files import CellError
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget
from wemakeprice_sdk.files.sniff import open_workbook
from wemakeprice_sdk.models import DisplayState, OptionSaleStatus, ProductStatus

# `scripts/foreign_files.py` has these tests read files that it had written a moment ago.
FILES = Path(os.environ.get("FOREIGN_FILES") or Path(__file__).parent / "files")
NAMES = ('면 반팔 티셔츠 & "여름"', "앞뒤 공백", "줄\n바꿈", "이모지 😀 양말", "=1+1 모자", "<청바지>")
STATES = ("판매중", "판매중지", "판매종료", "판매대기")
WRITTEN = [
    ("poi-sxssf-inline.xlsx", "상품목록"),
    ("poi-sxssf-shared.xlsx", "상품목록"),
    ("poi-xssf-1904.xlsx", "상품목록"),
    ("poi-hssf.xls", "상품목록"),
    ("exceljs-inline.xlsx", "상품목록"),
    ("exceljs-shared.xlsx", "상품목록"),
    ("sheetjs-inline.xlsx", "상품목록"),
    ("sheetjs-shared.xlsx", "상품목록"),
    ("sheetjs.xls", "상품목록"),
    ("sheetjs.xml", "상품목록"),
    ("libreoffice.xlsx", "상품목록"),
    ("libreoffice.xls", "상품목록"),
    ("libreoffice.html", "table 2"),
    ("libreoffice.csv", "CSV"),
]


def expected(at: int) -> ProductRecord:
    return ProductRecord(
        product_no=300000001 + at,
        product_name=NAMES[at % 6],
        product_status=ProductStatus.from_wire(STATES[at % 4]),
        sale_status=OptionSaleStatus.from_wire("품절" if at % 3 == 0 else "판매중"),
        display=DisplayState.from_wire("노출" if at % 2 == 0 else "비노출"),
        sale_price=12900 + 10 * at,
        origin_price=None if at % 3 == 0 else 15900 + 10 * at,
        sale_start=datetime(2024, 1, 15, 10, 30, tzinfo=KST) + timedelta(days=at),
        sale_end=datetime(2029, 1, 15, tzinfo=KST) + timedelta(days=at),
        registered_at=datetime(2023, 5, 1, 10, tzinfo=KST),
        seller_product_code=f"{at + 1:06d}",
        taxable=at % 2 == 0,
        stock_count=at,
    )


@pytest.mark.parametrize(("name", "sheet"), WRITTEN)
def test_products_of_real_writers(migrator: ExcelMigrator, name: str, sheet: str) -> None:
    found = migrator.inspect(FILES / name)
    assert found.sheet == sheet
    assert found.header_rows == (3, 3)
    assert found.titles == ("상품 목록",)
    assert found.date1904 == ("1904" in name)
    assert not found.columns.unknown
    assert not found.columns.guessed
    with migrator.preview(FILES / name) as preview:
        rows = list(preview)
    assert [row.record for row in rows] == [expected(at) for at in range(12)]
    assert [row.rows for row in rows] == [(4 + at,) for at in range(12)]
    assert [(row.status, row.problems) for row in rows] == [(RowStatus.NEW, ())] * 12


@pytest.mark.parametrize("name", ["poi-sxssf-inline.xlsx", "poi-sxssf-shared.xlsx"])
def test_cells_of_the_streaming_writer(name: str) -> None:
    book = open_workbook(FILES / name, DEFAULT_LIMITS, Budget())
    try:
        rows = dict(book.rows(1, Budget()))
    finally:
        book.close()
    assert list(rows[4][:7]) == [300000001, NAMES[0], "판매중", "품절", "노출", 12900, None]
    assert list(rows[5][:2]) == [300000002, " 앞뒤 공백 "]
    assert rows[16][5] == CellError("#FORMULA")
    assert sorted(rows) == [1, *range(3, 17)]
