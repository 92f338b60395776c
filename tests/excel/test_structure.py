"""Rows read many at once, held against the same rows read alone."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.excel.columns import ColumnBook
from wemakeprice_sdk.excel.header import find_header
from wemakeprice_sdk.excel.records import ExportKind
from wemakeprice_sdk.excel.structure import RowPlan, compile_plan
from wemakeprice_sdk.files import CellError
from wemakeprice_sdk.files.cells import Cell, Serial, SheetRow, blocks_of
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget

COLUMNS = {
    "상품번호": ("product_no", [300000001, "300000002", 3e8, "", None, "x"]),
    "상품명": ("product_name", ["면 티셔츠", "가 ", " 가", "가\u200b나", "-", "", None, "이름" * 500, 7]),
    "브랜드": ("brand_name", ["브랜드", "브랜드 ", "-", "", None, "가\n나", True, Serial(45306), "가|나"]),
    "업체상품코드": ("seller_product_code", ["SKU-1", "A" * 60, "없음", None, 12, CellError("#N/A")]),
    "판매가": ("sale_price", [12900, "12,900원", "12,900", "1,29,00", "12900", -5, None, "", 1.5]),
    "판매시작일": (
        "sale_start",
        ["2024-01-15 10:00", "2024-01-15", "2024-02-30", "2024-01-15 24:00", "", None, Serial(45306.5), 45306],
    ),
    "판매종료일": ("sale_end", ["2024-01-15 10:00:00", "상시", "1985-01-01", "24-01-15", None, "2024-01-15 10:00-09"]),
    "과세여부": ("taxable", ["과세", "면세", True, None, "글쎄"]),
    "상품상태": ("product_status", ["판매중", "판매종료", "새 상태", " 판매중 ", None, 1, CellError("#N/A")]),
}  # fmt: skip
FIELDS = [field for field, _ in COLUMNS.values()]
CLEAN = [tuple(cells[0] for _, cells in COLUMNS.values())] * 3


ROWS = st.lists(
    st.tuples(st.integers(1, 9), st.lists(st.sampled_from([None, 1, "가", ""]), max_size=4)), max_size=40
)


@given(ROWS)
def test_blocks_hold_the_rows_in_order(rows: list[SheetRow]) -> None:
    width = max((len(cells) for _, cells in rows), default=0)
    found = [row for block in blocks_of(rows) for row in block.rows()]
    assert [number for number, _ in found] == [number for number, _ in rows]
    for (_, padded), (_, cells) in zip(found, rows, strict=True):
        assert list(padded[: len(cells)]) == list(cells)
        assert set(padded[len(cells) :]) <= {None}
        assert len(padded) <= width


@given(ROWS)
def test_blocks_leave_out_blank_rows_alone(rows: list[SheetRow]) -> None:
    kept = [row for block in blocks_of(rows) for row in block.filled().rows()]
    filled = [(number, cells) for number, cells in rows if any(cell is not None for cell in cells)]
    assert [number for number, _ in kept] == [number for number, _ in filled]
    assert all(any(cell is not None for cell in cells) for _, cells in kept)


@given(ROWS, st.integers(0, 9))
def test_blocks_are_cut_at_the_first_higher_row(rows: list[SheetRow], number: int) -> None:
    for block in blocks_of(rows):
        whole = list(block.rows())
        first = next((at for at, row in enumerate(whole) if row[0] > number), len(whole))
        assert list(block.after(number).rows()) == whole[first:]


def plan() -> RowPlan:
    """Compile a plan of its own: plans remember what they have seen."""
    book = ColumnBook.default()
    sample: list[SheetRow] = [(1, list(COLUMNS)), *((row, list(cells)) for row, cells in enumerate(CLEAN, 2))]
    header = find_header(sample, book, (ExportKind.PRODUCTS,), None, Budget(DEFAULT_LIMITS))
    assert header is not None
    return compile_plan("s", header.columns, book, [cells for _, cells in sample[1:]], date1904=False)


def read(rows: Sequence[SheetRow]) -> list[tuple[int, list[tuple[type, object]], list[object]]]:
    return [
        (row.number, [(type(value), value) for value in row.values], list(row.faults))
        for row in plan().typed(blocks_of(rows), FIELDS)
    ]


def rows_strategy() -> st.SearchStrategy[list[SheetRow]]:
    cells = st.tuples(*(st.sampled_from([*pool[:1] * 5, *pool]) for _, pool in COLUMNS.values()))
    chosen = st.lists(cells, min_size=1, max_size=12)
    # Few rows, many times: the later batches meet what the earlier ones have seen.
    return st.tuples(chosen, st.integers(1, 8)).map(
        lambda drawn: list(enumerate([list[Cell](row) for row in drawn[0]] * drawn[1], 2))
    )


@settings(deadline=None)
@given(rows_strategy())
def test_rows_read_together_are_those_read_alone(rows: list[SheetRow]) -> None:
    assert read(rows) == [row for one in rows for row in read([one])]


def test_a_text_that_was_proven_does_not_vouch_for_another() -> None:
    clean = [list[Cell](cells) for cells in CLEAN] * 200
    odd = [list[Cell](cells) for cells in CLEAN]
    odd[0][2], odd[1][2], odd[2][1] = "브랜드\u200b", " 브랜드", None
    rows: list[SheetRow] = list(enumerate([*clean, *odd, *clean], 2))
    faults = {number: found for number, _, found in read(rows) if found}
    assert faults == {
        602: [("brand_name", "브랜드\u200b", "cleaned", "")],
        604: [("product_name", None, "required", "")],
    }
