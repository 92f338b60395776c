"""Totals, units, second headers and notes that stand among the rows: left out, named, and never a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import excel_corpus as corpus
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, LeftOutRow, NonDataKind
from wemakeprice_sdk.excel.nondata import is_total_word

PLAIN = ["상품번호", "상품명", "판매가", "재고수량"]
OPTIONS = ["상품번호", "상품명", "판매가", "옵션명", "재고수량"]
BAG, CUP = [300000001, "가방", 12900, 10], [300000002, "컵", 9900, 7]
NOTHING = [None, None, None, None]


def counted(
    migrator: ExcelMigrator, folder: Path, table: Sequence[Sequence[object]]
) -> tuple[int, list[int]]:
    """Return how many products are new, and the rows that were left out; nothing else may be said."""
    path = corpus.save(folder, "a.xlsx", corpus.xlsx(table))
    with migrator.preview(path) as found:
        assert (found.counts.invalid, found.counts.problems) == (0, 0)
        return found.counts.new, [one.row for one in found.left_out]


@pytest.mark.parametrize(
    "row",
    [
        [None, "평균", 11400, 8.5], [None, "개수", None, 2], ["개수", None, 2, 2], [None, "최대", 12900, 10], ["최솟값", None, 9900, 7],
        ["Count", None, 2, 2], ["Average", None, 11400, 8.5], ["Max", None, 12900, 10], [None, "전체 개수", None, 2],
        ["합계", "2개 상품", 22800, 17], ["합계(원)", None, 22800, 17], ["합계 [VAT 포함]", None, 22800, 17],
        ["총 재고", None, None, 17], ["총 상품수", 2, None, None], ["전체 판매금액", None, 22800, None], [None, "소 계", 22800, 17],
        [None, None, "의류 요약", 17], [None, None, "합계", None], [600000003, None, 22800, 17], ["TOTAL :", None, 22800, 17],
    ],
)  # fmt: skip
def test_every_figure_below_a_table_is_left_out(
    migrator: ExcelMigrator, tmp_path: Path, row: list[object]
) -> None:
    assert counted(migrator, tmp_path, [PLAIN, BAG, CUP, row]) == (2, [4])


@pytest.mark.parametrize("word", ["평균", "개수", "최대값", "표준편차", "요약", "Average", "MAX"])
def test_a_figure_in_the_option_column_is_no_option(
    migrator: ExcelMigrator, tmp_path: Path, word: str
) -> None:
    table = [
        OPTIONS,
        [300000001, "티셔츠", 100, "빨강", 10],
        [None, None, None, "파랑", 20],
        [None, None, None, word, 15],
    ]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    (one,) = migrator.products(path)
    assert one.record is not None
    assert (one.record.stock_count, [option.name for option in one.record.options]) == (30, ["빨강", "파랑"])


def test_a_figure_that_repeats_the_product_is_flagged(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows = [
        [300000001, "티셔츠", 100, "빨강", 10],
        [300000001, "티셔츠", 100, "파랑", 20],
        [300000001, "티셔츠", 100, "평균", 15],
    ]
    (one,) = migrator.products(corpus.save(tmp_path, "a.xlsx", corpus.xlsx([OPTIONS, *rows])))
    assert [(problem.row, problem.rule) for problem in one.problems] == [(4, "looks-total")]


@pytest.mark.parametrize("name", ["전체", "총 3개", "1개", "합계 노트", "대소", "Set Max 3"])
def test_options_that_only_sound_like_figures_stay(
    migrator: ExcelMigrator, tmp_path: Path, name: str
) -> None:
    rows = [[300000001, "티셔츠", 100, "빨강", 10], [300000001, "티셔츠", 100, name, 5]]
    (one,) = migrator.products(corpus.save(tmp_path, "a.xlsx", corpus.xlsx([OPTIONS, *rows])))
    assert one.record is not None
    assert [option.name for option in one.record.options] == ["빨강", name]


def test_a_total_of_a_category_in_a_column_of_its_own(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["대카테고리", *PLAIN], ["의류", *BAG], ["의류", *CUP], ["의류 요약", None, None, 22800, 17],
        ["총합계", None, None, 22800, 17],
    ]  # fmt: skip
    assert counted(migrator, tmp_path, table) == (2, [4, 5])


def test_a_totals_row_of_formulas_that_were_never_computed(migrator: ExcelMigrator, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (PLAIN, BAG, CUP, [None, None, "=SUBTOTAL(109,C2:C3)", "=SUBTOTAL(109,D2:D3)"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    with migrator.preview(tmp_path / "a.xlsx") as found:
        assert (found.counts.new, found.counts.problems) == (2, 0)
        assert [one.row for one in found.left_out] == [4]


@pytest.mark.parametrize(
    "row",
    [
        [None, "컵", 200, 4],
        [None, None, 1000, 1],
        ["abc", "컵", 1, 1],
        [None, "전체", 200, 4],
        [300000003, None, 1, 1],
    ],
)
def test_a_broken_product_stays_an_error(migrator: ExcelMigrator, tmp_path: Path, row: list[object]) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([PLAIN, BAG, CUP, row]))
    with migrator.preview(path) as found:
        assert (found.counts.new, found.counts.invalid, found.left_out) == (2, 1, ())


@pytest.mark.parametrize("row", [["abc", "컵", "공짜", "많음"], [None, None, "공짜", "Vitamin"]])
def test_a_broken_first_product_is_no_second_header_and_no_total(
    migrator: ExcelMigrator, tmp_path: Path, row: list[object]
) -> None:
    """Korean below the header says nothing of it again, and a word that ends in min is no minimum."""
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([PLAIN, row, BAG, CUP]))
    with migrator.preview(path) as found:
        assert (found.counts.new, found.counts.invalid, found.left_out) == (2, 1, ())


def test_a_subtotal_that_repeats_the_deal(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["딜번호", "딜명", "상품번호", "상품명", "재고수량"],
        [700001, "봄", 300000001, "가", 5], [700001, "봄", 300000002, "나", 6], [700001, "봄", None, "소계", 11],
        [700001, "봄", 300000003, "합계 노트", 11],
    ]  # fmt: skip
    (deal,) = migrator.deals(corpus.save(tmp_path, "d.xlsx", corpus.xlsx(table)))
    assert deal.record is not None
    assert deal.record.product_nos == (300000001, 300000002, 300000003)
    assert deal.rows == (2, 3, 5)


@pytest.mark.parametrize(
    "changes",
    [
        {"배송번호": "개수", "주문번호": 3}, {"배송번호": 5, "주문번호": 6, "수량": 2, "총상품금액": 25800}, {"배송번호": "5 요약", "수량": 2},
        {"상품명": "평균", "수량": 2}, {"구매자": "합계", "수량": 6}, {"배송번호": 5, "상품명": "소계", "수량": 2},
    ],
)  # fmt: skip
def test_totals_of_orders_take_no_bundle_with_them(
    migrator: ExcelMigrator, tmp_path: Path, changes: dict[str, object]
) -> None:
    lines = [corpus.order_row(1, 2, 3), corpus.order_row(5, 6, 7), corpus.order_row(5, 6, 8)]
    total = [changes.get(name) for name in corpus.ORDER_HEADERS]
    if "총상품금액" in changes:
        total[corpus.ORDER_HEADERS.index("수량")] = 4
        total[corpus.ORDER_HEADERS.index("총상품금액")] = 51600
    path = corpus.save(tmp_path, "o.xlsx", corpus.xlsx([corpus.ORDER_HEADERS, *lines, total]))
    left: list[LeftOutRow] = []
    found = list(migrator.orders(path, left_out=left.append))
    assert [(one.rows, one.valid) for one in found] == [((2,), True), ((3, 4), True)]
    assert [(one.row, one.kind) for one in left] == [(5, NonDataKind.TOTAL)]


# --- right below the header --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [["productNo", "productName", "salePrice", "stockCount"], ["Product No", "Name", "Price", "Stock"]],
)
def test_a_second_header_in_english_is_no_product(
    migrator: ExcelMigrator, tmp_path: Path, words: list[object]
) -> None:
    assert counted(migrator, tmp_path, [PLAIN, words, BAG, CUP]) == (2, [2])


@pytest.mark.parametrize(
    ("units", "price"),
    [
        (["", "", "(원)", "(개)"], 12900), (["", "", "원", "개"], 12900), (["", "", "(USD)", "(개)"], None), (["", "", "천원", ""], None),
        (["", "", "[단위: 천원]", "EA"], None),
    ],
)  # fmt: skip
def test_a_row_of_units_belongs_to_the_header(
    migrator: ExcelMigrator, tmp_path: Path, units: list[object], price: int | None
) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([PLAIN, units, BAG, CUP]))
    with migrator.preview(path) as found:
        assert next((row.record.sale_price, row.record.stock_count) for row in found) == (price, 10)
        assert (found.counts.invalid, found.left_out) == (0, ())
        assert any("won" in note for note in found.notes) is (price is None)


def test_a_title_that_names_another_currency_is_said(migrator: ExcelMigrator, tmp_path: Path) -> None:
    for title, said in (
        ("통화: USD", ["unit"]),
        ("(단위: 백만원)", ["unit"]),
        ("단위: 원", []),
        ("통화: KRW", []),
    ):
        path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([[title], PLAIN, BAG]))
        with migrator.preview(path) as found:
            assert [sign.rule for sign in found.signs] == said


# --- any row -----------------------------------------------------------------------------------------------

_WORDS = ("소계", "합계", "평균", "개수", "Grand Total", "최대값", "총 재고", "요약")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(1, 999), st.integers(1, 99)), min_size=2, max_size=6),
    st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from([0, 2])), min_size=1, max_size=3),
)
def test_figures_never_change_what_is_imported(
    tmp_path_factory: pytest.TempPathFactory,
    goods: list[tuple[int, int]],
    figures: list[tuple[str, int]],
) -> None:
    rows: list[list[object]] = [
        [300000001 + 7 * at, f"상품 {at}호", price, stock] for at, (price, stock) in enumerate(goods)
    ]
    below: list[list[object]] = []
    for word, column in figures:
        line: list[object] = [None, None, 1, 1]
        line[column] = word
        below.append(line)
    folder = tmp_path_factory.mktemp("f")
    assert counted(ExcelMigrator(Shop()), folder, [PLAIN, *rows, *below]) == (
        len(goods),
        [len(rows) + 2 + at for at in range(len(below))],
    )


class Shop:
    seller_id = "shop-1"


@pytest.mark.parametrize("text", ["합계 노트", "평균대", "개수대", "전체샷", "최대한", "요약 노트"])
def test_names_that_hold_such_a_word(text: str) -> None:
    assert not is_total_word(text)


def test_an_average_of_deals(migrator: ExcelMigrator, tmp_path: Path) -> None:
    line = [None, "평균", None, None, None, None, 14900, None]
    path = corpus.save(tmp_path, "d.xlsx", corpus.xlsx([corpus.DEAL_HEADERS, *corpus.DEAL_ROWS, line]))
    with migrator.preview(path, kind=ExportKind.DEALS) as found:
        assert (found.counts.new, [one.row for one in found.left_out]) == (2, [4])
