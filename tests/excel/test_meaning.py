"""What rows mean: totals, notes, widths, counters, cleaning, options; no row is invented, shifted or misread."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import excel_corpus as corpus
import openpyxl
import pytest
from excel_kit import MemoryTarget
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ColumnError
from wemakeprice_sdk.excel import (
    ExcelMigrator,
    ExportKind,
    LeftOutRow,
    NonDataKind,
    Preview,
    RowStatus,
    SkuChoice,
)
from wemakeprice_sdk.excel.mapping import is_counter
from wemakeprice_sdk.excel.nondata import is_total_word, total_of
from wemakeprice_sdk.excel.options import is_title
from wemakeprice_sdk.excel.values import ALWAYS_END, clean, is_clean
from wemakeprice_sdk.models import DisplayState, OptionSaleStatus, ProductStatus
from wemakeprice_sdk.models.codes import SkuLinkMode

Table = Sequence[Sequence[object]]
OPTIONS = ["상품번호", "상품명", "판매가", "옵션명", "재고수량"]
PLAIN = ["상품번호", "상품명", "판매가", "재고수량"]


def preview(
    migrator: ExcelMigrator,
    folder: Path,
    table: Table,
    kind: ExportKind = ExportKind.PRODUCTS,
    **more: object,
) -> Preview:
    path = corpus.save(folder, "a.xlsx", corpus.xlsx(table))
    return migrator.preview(path, kind=kind, **more)  # type: ignore[arg-type]


def rules(found: Preview) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.rule) for problem in found.problems()]


def left_out(found: Preview) -> list[tuple[int, NonDataKind]]:
    return [(one.row, one.kind) for one in found.left_out]


# --- totals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["소계", "합계", "합 계", "소 계", "총합계", "부분합", "누계", "[합계]", "합계:", "합계(3건)", "ＴＯＴＡＬ", "Total", "Grand Total", "Sub-Total",
     "소계 ", "\u200b합계"],
)  # fmt: skip
def test_a_total_in_the_option_column_is_no_option(
    migrator: ExcelMigrator, tmp_path: Path, word: str
) -> None:
    table = [
        OPTIONS,
        [300000001, "티셔츠", 12900, "빨강", 10],
        [300000001, "티셔츠", 12900, "파랑", 10],
        [None, None, None, word, 20],
        [300000002, "바지", 9900, "검정", 7],
        [None, None, None, word, 7],
        [None, None, None, word, 27],
    ]
    with preview(migrator, tmp_path, table) as found:
        assert [(row.number, row.record.stock_count, len(row.record.options)) for row in found] == [
            (300000001, 20, 2),
            (300000002, 7, 1),
        ]
        assert left_out(found) == [(row, NonDataKind.TOTAL) for row in (4, 6, 7)]
        assert found.counts.problems == 0
        (note,) = found.notes
        assert "4, 6, 7" in note
        assert "합계" in note


def test_filled_down_totals_are_told_by_their_numbers(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        OPTIONS,
        [300000001, "티셔츠", 12900, "빨강", 10],
        [300000001, "티셔츠", 12900, "파랑", 5],
        [300000001, "티셔츠", 12900, "소계", 15],
        [300000002, "바지", 9900, "검정", 7],
        [300000002, "바지", 9900, "합계", 3],
    ]
    with preview(migrator, tmp_path, table) as found:
        first, second = found
        assert [one.name for one in first.record.options] == ["빨강", "파랑"]
        assert [one.name for one in second.record.options] == ["검정", "합계"], (
            "3 is no sum of the rows above"
        )
        assert rules(found) == [(6, "D", "looks-total")]


@pytest.mark.parametrize(
    "name", ["합계 노트", "총합계표 양식", "토탈 클렌징", "시계", "통계 문제집", "요약 노트", "계란 30구"]
)
def test_a_product_that_is_named_like_a_total_stays(
    migrator: ExcelMigrator, tmp_path: Path, name: str
) -> None:
    table = [PLAIN, [300000001, "가방", 100, 3], [300000002, name, 200, 4], [300000003, name, 300, 7]]
    with preview(migrator, tmp_path, table) as found:
        assert [row.number for row in found] == [300000001, 300000002, 300000003]
        assert found.left_out == ()


def test_a_product_named_total_with_its_own_numbers_stays(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [PLAIN, [300000001, "가방", 100, 3], [300000002, "합계", 200, 4], [300000003, "합계", 300, 7]]
    with preview(migrator, tmp_path, table) as found:
        assert [row.number for row in found] == [300000001, 300000002]
        assert left_out(found) == [(4, NonDataKind.TOTAL)]


@pytest.mark.parametrize(
    "row",
    [
        ["합계", None, 300, 7], [None, "합계", 300, 7], [None, "가방 요약", None, 3], ["300000001 요약", None, None, 3], [None, None, 300, 7],
        ["총합계", None, None, 7], [None, "Grand Total", 1, 2], ["전체 평균", None, 150, 3],
    ],
)  # fmt: skip
def test_totals_of_products(migrator: ExcelMigrator, tmp_path: Path, row: list[object]) -> None:
    table = [PLAIN, [300000001, "가방", 100, 3], [300000002, "컵", 200, 4], row]
    with preview(migrator, tmp_path, table) as found:
        if row[1] == "가방 요약":
            # It names a row above, and none of its numbers has to be its sum.
            assert found.counts.invalid + len(found.left_out) == 1
        else:
            assert left_out(found) == [(4, NonDataKind.TOTAL)]
            assert found.counts.invalid == 0
        assert found.counts.new == 2


def test_a_broken_product_is_no_total(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        PLAIN,
        [300000001, "가방", 100, 3],
        [None, "컵", 200, 4],
        [None, None, 1000, 1],
        ["abc", "컵", 1, 1],
    ]
    with preview(migrator, tmp_path, table) as found:
        assert found.counts.invalid == 3
        assert found.left_out == ()


def test_totals_of_deals_and_orders(migrator: ExcelMigrator, tmp_path: Path) -> None:
    deals = corpus.xlsx(
        [corpus.DEAL_HEADERS, *corpus.DEAL_ROWS, ["합계", None, None, None, None, None, 29800, 3]]
    )
    found = list(migrator.deals(corpus.save(tmp_path, "d.xlsx", deals)))
    assert [one.number for one in found] == [700001, 700002]
    total: list[object] = ["총 합 계", *[None] * 9, 4, None, 51600]
    rows = [corpus.order_row(1, 2, 3), corpus.order_row(1, 2, 4), total]
    path = corpus.save(tmp_path, "o.xlsx", corpus.xlsx([corpus.ORDER_HEADERS, *rows]))
    left: list[LeftOutRow] = []
    (entry,) = migrator.orders(path, left_out=left.append)
    assert entry.valid
    assert entry.rows == (2, 3)
    assert [(row.row, row.kind, row.text) for row in left] == [(4, NonDataKind.TOTAL, "총 합 계")]


def test_a_subtotal_that_repeats_the_bundle_is_no_order_line(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows = [
        corpus.order_row(1, 2, 3),
        corpus.order_row(1, 2, 4),
        corpus.order_row(1, 2, 0, 옵션주문번호=None, 옵션="소계", 수량=4, 총상품금액=51600),
        corpus.order_row(5, 6, 7, 옵션="합계 포장", 수량=1),
    ]
    path = corpus.save(tmp_path, "o.xlsx", corpus.xlsx([corpus.ORDER_HEADERS, *rows]))
    first, second = migrator.orders(path)
    assert first.valid
    assert second.valid
    assert (first.rows, second.rows) == ((2, 3), (5,))


@st.composite
def tables_with_totals(
    draw: st.DrawFn,
) -> tuple[list[list[object]], dict[int, list[tuple[str, int]]], list[int]]:
    """Products with options and totals wherever a pivot could put them; the right answer is kept beside."""
    words = ("소계", "합계", "합 계", "Total", "부분합")
    table: list[list[object]] = [list(OPTIONS)]
    wanted: dict[int, list[tuple[str, int]]] = {}
    totals: list[int] = []
    grand = 0
    filled = draw(st.booleans())
    for at in range(draw(st.integers(1, 5))):
        number, price = 300000001 + at, draw(st.integers(1, 50)) * 100
        stocks = draw(st.lists(st.integers(0, 50), min_size=1, max_size=5))
        options = [(f"옵션{n}가", stock) for n, stock in enumerate(stocks)]
        wanted[number] = options
        for position, (name, stock) in enumerate(options):
            head = [number, f"상품 {at}호", price] if filled or position == 0 else [None] * 3
            table.append([*head, name, stock])
        if draw(st.booleans()):
            table.append([None, None, None, draw(st.sampled_from(words)), sum(stocks)])
            totals.append(len(table))
        grand += sum(stocks)
    if draw(st.booleans()):
        table.append([draw(st.sampled_from(words)), None, None, None, grand])
        totals.append(len(table))
    return table, wanted, totals


@settings(deadline=None, max_examples=60)
@given(tables_with_totals())
def test_any_table_with_totals(
    tmp_path_factory: pytest.TempPathFactory,
    made: tuple[list[list[object]], dict[int, list[tuple[str, int]]], list[int]],
) -> None:
    table, wanted, totals = made
    path = corpus.save(tmp_path_factory.mktemp("t"), "a.xlsx", corpus.xlsx(table))
    with ExcelMigrator(Shop()).preview(path) as found:
        read = {
            row.number: [(one.name, one.stock_count) for one in row.record.options]
            for row in found
            if row.record is not None
        }
        assert read == wanted
        assert [one.row for one in found.left_out] == totals


class Shop:
    seller_id = "shop-1"


@pytest.mark.parametrize(
    ("text", "of"),
    [("티셔츠 요약", "티셔츠"), ("3월 소계", "3월"), ("A Total", "A"), ("가방", None), ("합계 노트", None)],
)
def test_what_a_total_is_of(text: str, of: str | None) -> None:
    assert total_of(text) == of


@given(st.text(max_size=200))
def test_total_words_of_any_text(text: str) -> None:
    assert is_total_word(text, strong=True) <= is_total_word(text)
    total_of(text)


# --- notes, headers, feet ----------------------------------------------------------------------------------


def test_notes_feet_and_repeated_headers_are_one_line(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        PLAIN,
        ["숫자만 입력", "70자 이내 필수", "숫자만", "숫자만"],
        ["예) 300000001", "예) 티셔츠", "10000", "5"],
        [300000001, "가방", 100, 3],
        ["- 1 -"],
        PLAIN,
        [300000002, "컵", 200, 4],
        ["※ 판매가는 할인 전 금액입니다."],
        ["출력일시:", "2024-01-01 10:00"],
        ["페이지 1/3"],
        ["총 120건"],
        ["총", "2건"],
    ]
    with preview(migrator, tmp_path, table) as found:
        assert [(row.number, row.status) for row in found] == [
            (300000001, RowStatus.NEW),
            (300000002, RowStatus.NEW),
        ]
        assert found.counts.problems == 0
        assert [row for row, _ in left_out(found)] == [2, 3, 5, 6, 8, 9, 10, 11, 12]
        assert (6, NonDataKind.HEADER) in left_out(found)
        assert sum("자료가 아닌 행 9개" in note for note in found.notes) == 1
        assert [sign.rule for sign in found.signs] == ["total"], "the foot says 120"


def test_rows_of_types_and_of_what_is_required(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품 등록 안내: 상품번호는 수정하지 마세요"],
        PLAIN,
        ["(필수)", "(필수)", "(필수)", "(선택)"],
        ["number", "text", "number", "number"],
        [300000001, "가방", 1, 1],
    ]
    with preview(migrator, tmp_path, table) as found:
        assert (found.counts.new, found.counts.invalid) == (1, 0)


def test_a_name_alone_is_a_broken_product(migrator: ExcelMigrator, tmp_path: Path) -> None:
    with preview(
        migrator, tmp_path, [PLAIN, [300000001, "가방", 1, 1], [None, "겨울 패딩", None, None]]
    ) as found:
        assert (found.counts.new, found.counts.invalid) == (1, 1)


# --- widths ------------------------------------------------------------------------------------------------


def test_a_row_wider_than_the_header_is_an_error(migrator: ExcelMigrator, tmp_path: Path) -> None:
    text = "상품번호,상품명,판매가,재고수량\n300000001,티셔츠,12,900,5\n300000002,바지,100,7\n300000003,컵,1,200,\n"
    path = corpus.save(tmp_path, "a.csv", text.encode("utf-8-sig"))
    with migrator.preview(path) as found:
        assert [(row.number, row.status) for row in found] == [
            (300000001, RowStatus.INVALID),
            (300000002, RowStatus.NEW),
            (300000003, RowStatus.INVALID),
        ]
        problem = next(found.problems())
        assert (problem.row, problem.column, problem.rule) == (2, "E", "row-wide")
        assert "5 values, 4 columns" in problem.message
        assert "값 5개, 열 4개" in problem.message_ko


def test_a_delimiter_at_every_end_shifts_nothing(migrator: ExcelMigrator, tmp_path: Path) -> None:
    text = "상품번호,상품명,판매가\n300000001,티셔츠,12900,\n300000002,바지,100,\n"
    with migrator.preview(corpus.save(tmp_path, "a.csv", text.encode("utf-8-sig"))) as found:
        assert (found.counts.new, found.counts.problems) == (2, 0)


def test_blank_lines_between_rows_are_no_rows(migrator: ExcelMigrator, tmp_path: Path) -> None:
    text = "상품번호,상품명\n" + "\n" * 700 + "300000001,티셔츠\n\n\n300000002,바지\n"
    path = corpus.save(tmp_path, "a.csv", text.encode("utf-8-sig"))
    with migrator.preview(path) as found:
        assert (found.counts.new, found.counts.problems) == (2, 0)
        migrator.report(found, tmp_path / "r.xlsx", path)


def test_a_row_that_is_cut_is_flagged(migrator: ExcelMigrator, tmp_path: Path) -> None:
    text = "상품번호,상품명,판매가\n300000001,티셔츠,12900\n300000002,바지\n300000003,컵,5\n"
    with migrator.preview(corpus.save(tmp_path, "a.csv", text.encode("utf-8-sig"))) as found:
        assert [(problem.row, problem.rule) for problem in found.problems()] == [(3, "row-short")]


def test_a_remark_at_the_side_of_a_sheet_is_only_flagged(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        PLAIN,
        [300000001, "가방", 100, 3, "확인함"],
        [300000002, "컵", 12, 900, 4],
        [300000003, "끈", 1, 2],
    ]
    with preview(migrator, tmp_path, table) as found:
        assert [row.status for row in found] == [RowStatus.NEW, RowStatus.INVALID, RowStatus.NEW]
        assert rules(found) == [(2, "E", "beyond-header"), (3, "E", "row-wide")]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 999_999), st.integers(0, 9_999), st.booleans()), min_size=1, max_size=8)
)
def test_no_price_is_read_from_a_shifted_row(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int, bool]]
) -> None:
    lines = ["상품번호,상품명,판매가,재고수량"]
    wanted = {}
    for at, (price, stock, grouped) in enumerate(drawn):
        shown = f"{price:,}" if grouped else str(price)
        lines.append(f"{300000001 + at * 7},상품,{shown},{stock}")
        if "," not in shown:
            wanted[300000001 + at * 7] = (price, stock)
    path = corpus.save(tmp_path_factory.mktemp("w"), "a.csv", "\n".join(lines).encode("utf-8-sig"))
    with ExcelMigrator(Shop()).preview(path) as found:
        read = {
            row.number: (row.record.sale_price, row.record.stock_count)
            for row in found.rows(RowStatus.NEW)
            if row.record is not None
        }
    assert read == wanted


# --- counters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "numbers",
    [[1, 2, 3], [3, 2, 1], [10, 20, 30], ["001", "002", "003"], [1, 1, 2, 2, 3], [2, 1], [99, 97, 95]],
)
@pytest.mark.parametrize("header", ["No", "번호", "상품번호", "상품코드"])
def test_a_counter_is_no_product_number(
    migrator: ExcelMigrator, tmp_path: Path, numbers: list[object], header: str
) -> None:
    table = [
        [header, "상품명", "판매가"],
        *[[number, f"상품 {at}", 100] for at, number in enumerate(numbers)],
    ]
    with pytest.raises(ColumnError) as caught:
        preview(migrator, tmp_path, table)
    assert f"A [{header}]" in str(caught.value)
    assert "mapping=" in str(caught.value)
    with preview(migrator, tmp_path, table, mapping={"product_no": "A"}) as found:
        assert found.counts.new == len(set(map(int, map(str, numbers)))), "the caller has confirmed it"


def test_a_weak_header_has_to_be_confirmed(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["번호", "상품명", "판매가"], [300000001, "가방", 1], [300000077, "컵", 1]]
    with pytest.raises(ColumnError, match="says too little"):
        preview(migrator, tmp_path, table)
    with preview(migrator, tmp_path, table, mapping={"product_no": "번호"}) as found:
        assert found.counts.new == 2


@given(st.integers(-50, 50).filter(bool), st.integers(0, 99_999), st.integers(3, 40))
def test_any_constant_step_counts(step: int, start: int, count: int) -> None:
    numbers = [start + step * at for at in range(count)]
    inside = all(0 <= number < 100_000 for number in numbers)
    assert is_counter(numbers) is inside or not inside
    assert not is_counter([300_000_000 + number for number in numbers]), (
        "numbers of the marketplace are longer"
    )


# --- one cleaning ------------------------------------------------------------------------------------------

NFD = unicodedata.normalize("NFD", "면 가방")


def test_one_cleaning_for_every_text(migrator: ExcelMigrator, tmp_path: Path) -> None:
    dirty = {"'0012": "0012", NFD: "면 가방", "\ufeffA\u00a0B\u200b": "A B", "'새' 가방": "'새' 가방"}
    for text, wanted in dirty.items():
        table = [
            ["상품번호", "상품명", "브랜드", "업체상품코드", "옵션명", "업체옵션코드"],
            [300000001, text, text, text, text, text],
        ]
        (one,) = migrator.products(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))
        assert one.record is not None
        (option,) = one.record.options
        texts = (one.record.product_name, one.record.brand_name, one.record.seller_product_code)
        assert (*texts, option.name, option.seller_option_code) == (wanted,) * 5
    deal = list(corpus.DEAL_ROWS[0])
    deal[1] = f"'{NFD}"
    path = corpus.save(tmp_path, "d.xlsx", corpus.xlsx([corpus.DEAL_HEADERS, deal]))
    assert [one.record.deal_name for one in migrator.deals(path) if one.record] == ["면 가방"]
    row = corpus.order_row(1, 2, 3, 상품명=NFD, 업체상품코드="'0012", 구매자=NFD, 우편번호="'01234")
    path = corpus.save(tmp_path, "o.xlsx", corpus.xlsx([corpus.ORDER_HEADERS, row]))
    (entry,) = migrator.orders(path)
    assert entry.bundle is not None
    (product,) = entry.bundle.order_product
    assert (product.product_name, product.seller_product_code) == ("면 가방", "0012")
    assert entry.bundle.buyer_name == "면 가방"
    assert entry.bundle.delivery is not None
    assert entry.bundle.delivery.ship_address is not None
    assert entry.bundle.delivery.ship_address.zipcode == "01234"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("ＡＢ－０１", "AB-01"), ("’0012", "0012"), ("＇0012", "0012"), ("\u202dAB\u202c", "AB"), ("\u3164AB\u1160", "AB"), ("\u2066A\u2069", "A"),
        ("가나-１", "가나-1"), ("AB", "AB"), ("㈜-1", "㈜-1"), ("'새' 1", "'새' 1"),
    ],
)  # fmt: skip
def test_codes_as_they_are_typed(migrator: ExcelMigrator, tmp_path: Path, code: str, wanted: str) -> None:
    table = [["상품번호", "상품명", "업체상품코드"], [300000001, "가방", code]]
    with preview(migrator, tmp_path, table) as found:
        (row,) = found
        assert row.record.seller_product_code == wanted
        assert [one.rule for one in row.problems] == (["cleaned"] if wanted != code else [])


def test_wide_letters_of_a_name_stay(migrator: ExcelMigrator, tmp_path: Path) -> None:
    with preview(migrator, tmp_path, [PLAIN, [300000001, "Ｗｉｄｅ （빨강）～", 1, 1]]) as found:
        assert [row.record.product_name for row in found] == ["Ｗｉｄｅ （빨강）～"]


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#FORMULA", "Err:502", "#이름?"])
def test_what_a_spreadsheet_shows_for_an_error_is_no_text(
    migrator: ExcelMigrator, tmp_path: Path, text: str
) -> None:
    lines = f"상품번호,상품명,업체상품코드\n300000001,{text},A\n300000002,컵,{text}\n300000003,# 해시,B\n"
    path = corpus.save(tmp_path, "a.csv", lines.encode("utf-8-sig"))
    with migrator.preview(path) as found:
        assert [row.status for row in found] == [RowStatus.INVALID, RowStatus.INVALID, RowStatus.NEW]
        assert (2, "B", "error-value") in rules(found)
        migrator.report(found, tmp_path / "r.xlsx", path)
    with migrator.preview(tmp_path / "r.xlsx") as back:
        assert back.counts.new == 1, "an error value that comes back in the report is still none"


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("=A2", True),
        ("=B2*2", True),
        ("=VLOOKUP(A2,시트!A:B,2)", True),
        ("=1+1", True),
        ("=시트!A1", True),
        ("=1+1 모자", False),
        ("= 특가 =", False),
    ],
)
def test_a_formula_in_a_text_is_said(
    migrator: ExcelMigrator, tmp_path: Path, text: str, flagged: bool
) -> None:
    with preview(migrator, tmp_path, [PLAIN, [300000001, text, 1, 1]]) as found:
        assert [row.record.product_name for row in found] == [text]
        assert [one.rule for one in found.problems()] == (["formula-text"] if flagged else [])


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=60))
def test_cleaning_any_text(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert not set(cleaned) & set("\u200b\u200c\u200d\ufeff\u00a0\u2060\u00ad\u202d\u2066\u3164\u1160")
    if "'" not in cleaned:
        assert clean(cleaned) == cleaned


@given(
    st.lists(
        st.sampled_from(["가", "나", "\u1100\u1161", "e\u0301", "a", " ", "漢"]), min_size=1, max_size=2_000
    )
)
def test_long_texts_are_composed_alike(parts: list[str]) -> None:
    text = "".join(parts)
    assert clean(text) == unicodedata.normalize("NFC", text).strip()
    assert is_clean(text) is unicodedata.is_normalized("NFC", text)


# --- options -----------------------------------------------------------------------------------------------


def test_title_and_value_are_one_option(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "옵션명", "옵션값", "재고수량"],
        [300000001, "티셔츠", "색상", "빨강", 1],
        [300000001, "티셔츠", "색상", "파랑", 2],
        [300000002, "컵", "색상", None, 3],
        [300000003, "끈", None, "노랑", 4],
    ]
    with preview(migrator, tmp_path, table) as found:
        assert [[one.name for one in row.record.options] for row in found] == [
            ["색상:빨강", "색상:파랑"],
            [],
            ["노랑"],
        ]
        assert [row.record.stock_count for row in found] == [3, 3, 4]
        assert found.counts.problems == 0


def test_a_title_alone_is_no_option(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [OPTIONS, [300000001, "티셔츠", 100, "색상/사이즈", 3], [300000002, "컵", 100, "빨강", 4]]
    with preview(migrator, tmp_path, table) as found:
        assert [[one.name for one in row.record.options] for row in found] == [[], ["빨강"]]
        assert [row.record.stock_count for row in found] == [3, 4]


def test_levels_side_by_side(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "옵션명1", "옵션값1", "옵션명2", "옵션값2", "재고수량"],
        [300000001, "티셔츠", "색상", "빨강", "사이즈", "L", 1],
        [300000001, "티셔츠", "색상", "빨강", "사이즈", "M", 2],
    ]
    with preview(migrator, tmp_path, table) as found:
        (row,) = found
        assert [one.name for one in row.record.options] == ["색상:빨강/사이즈:L", "색상:빨강/사이즈:M"]


@pytest.mark.parametrize("title", ["색상", "사이즈", "색상/사이즈", "Color", "옵션 선택", "색상,사이즈"])
def test_titles(title: str) -> None:
    assert is_title(title)
    assert not is_title(f"{title}:빨강")


def test_several_options_in_one_cell(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        [*OPTIONS, "업체옵션코드"],
        [300000001, "티셔츠", 100, "빨강\n파랑", "1\n2", "R\nB"],
        [300000002, "컵", 100, "빨강,파랑,검정", 30, None],
        [300000003, "끈", 100, "빨강,파랑", "10,200", None],
        [300000004, "공", 100, "빨강,파랑", "10,20", None],
        [300000005, "모자", 100, "빨강, L", 3, None],
        [300000005, "모자", 100, "빨강, M", 4, None],
        [300000006, "장갑", 100, "색상:빨강\n색상:파랑", "1\n2", None],
        [300000007, "양말", 100, "색상:빨강;파랑", "1;2", None],
        [300000008, "우산", 100, "블랙/화이트", 3, None],
    ]
    with preview(migrator, tmp_path, table) as found:
        read = [[(one.name, one.stock_count) for one in row.record.options] for row in found]
        assert read == [
            [("빨강", 1), ("파랑", 2)],
            [("빨강,파랑,검정", 30)],
            [("빨강,파랑", None)],
            [("빨강", 10), ("파랑", 20)],
            [("빨강, L", 3), ("빨강, M", 4)],
            [("색상:빨강", 1), ("색상:파랑", 2)],
            [("색상:빨강", 1), ("색상:파랑", 2)],
            [("블랙/화이트", 3)],
        ]
        assert [one.seller_option_code for one in next(iter(found)).record.options] == ["R", "B"]
        assert rules(found) == [(3, "D", "several-options"), (4, "D", "several-options")]


# --- money -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["판매가(USD)", "판매가($)", "판매가 (달러)", "판매가(천원)", "판매가[단위: 만원]", "판매가(JPY)"],
)
def test_other_money_is_not_read_as_won(migrator: ExcelMigrator, tmp_path: Path, header: str) -> None:
    table = [["상품번호", "상품명", header, "재고수량"], [300000001, "가방", 13, 1]]
    with preview(migrator, tmp_path, table) as found:
        (row,) = found
        assert row.record.sale_price is None
        assert any(header in note for note in found.notes)
        assert header in found.extra_headers
    table = [["상품번호", "상품명", header, "판매가(원)"], [300000001, "가방", 13, 12900]]
    with preview(migrator, tmp_path, table) as found:
        assert next(iter(found)).record.sale_price == 12900


def test_a_unit_in_the_title_is_said(migrator: ExcelMigrator, tmp_path: Path) -> None:
    with preview(migrator, tmp_path, [["(단위: 천원)"], PLAIN, [300000001, "가방", 13, 1]]) as found:
        assert [sign.rule for sign in found.signs] == ["unit"]
        assert not found.looks_partial


def test_prices_of_rows_are_not_the_deals(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["딜번호", "딜명", "상품번호", "판매가", "메모"],
        [700000001, "모음전", 300000001, 9900, "앞"],
        [700000001, "모음전", 300000002, 12900, "뒤"],
        [700000005, "단독", 300000003, 5000, None],
    ]
    with preview(migrator, tmp_path, table, ExportKind.DEALS) as found:
        first, second = found
        assert (first.record.sale_price, second.record.sale_price) == (None, 5000)
        assert (3, "D", "row-price") in rules(found)
        plan = migrator.select(found, include_incomplete=True)
        items = list(plan.items())
        assert items[0].extras == {"메모": "앞"}
        assert items[0].row_extras == ({"메모": "앞"}, {"메모": "뒤"})


# --- extras ------------------------------------------------------------------------------------------------


def test_extras_are_kept_per_option(migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "옵션명", "바코드", "바코드", "재고수량"],
        [300000001, "티셔츠", "빨강", "8801", "x", 1],
        [300000001, "티셔츠", "파랑", "8802", "y", 2],
        [None, None, "소계", None, None, 3],
    ]
    with preview(migrator, tmp_path, table) as found:
        report = migrator.select(found, sku=SkuChoice(SkuLinkMode.NONE)).commit(target)
    item = target.products[300000001]
    assert item.option_extras == (
        {"바코드": "8801", "바코드 (E)": "x"},
        {"바코드": "8802", "바코드 (E)": "y"},
    )
    said = {one.what: one.reason for one in report.not_carried}
    assert "every product, option and deal row" in said["바코드"]
    assert "1 row(s)" in said


def test_extras_go_by_the_headers_of_their_own_file(
    migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path
) -> None:
    one = corpus.save(
        tmp_path, "1.xlsx", corpus.xlsx([["상품번호", "상품명", "창고"], [300000001, "가방", "A"]])
    )
    two = corpus.save(
        tmp_path, "2.xlsx", corpus.xlsx([["상품번호", "상품명", "담당"], [300000002, "컵", "B"]])
    )
    with migrator.preview([one, two]) as found:
        migrator.select(found, sku=SkuChoice(SkuLinkMode.NONE)).commit(target)
        assert found.extra_headers == ("창고", "담당")
    assert target.products[300000001].extras == {"창고": "A"}
    assert target.products[300000002].extras == {"담당": "B"}


# --- states, dates, headers --------------------------------------------------------------------------------


def test_states_go_by_their_content(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows = [
        ("판매중", "전시"),
        ("판매중지", "비전시"),
        ("판매종료", "진열"),
        ("승인대기", "전시"),
        ("품절", "비진열"),
    ]
    table = [
        ["상품번호", "상품명", "판매상태", "전시상태"],
        *[[300000001 + at, "가방", *row] for at, row in enumerate(rows)],
    ]
    with preview(migrator, tmp_path, table) as found:
        records = [row.record for row in found]
        assert found.counts.problems == 0
    states = [one.product_status for one in records]
    assert states[:3] == [ProductStatus.SALE, ProductStatus.STOP, ProductStatus.END]
    assert states[3] == "승인대기"
    assert (states[4], records[4].sale_status) == (None, OptionSaleStatus.SOLD_OUT)
    shown = [one.display for one in records]
    assert shown == [
        DisplayState.SHOWN,
        DisplayState.HIDDEN,
        DisplayState.SHOWN,
        DisplayState.SHOWN,
        DisplayState.HIDDEN,
    ]


def test_a_late_state_of_the_other_kind_is_understood(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows: list[list[object]] = [[300000001 + at * 3, "가방", "품절"] for at in range(200)]
    rows.append([300009999, "컵", "판매종료"])
    with preview(migrator, tmp_path, [["상품번호", "상품명", "판매상태"], *rows]) as found:
        records = [row.record for row in found]
        assert found.counts.problems == 0
    assert (records[0].product_status, records[0].sale_status) == (None, OptionSaleStatus.SOLD_OUT)
    assert (records[-1].product_status, records[-1].sale_status) == (ProductStatus.END, None)


@pytest.mark.parametrize("cell", ["9999-12-31", "9999-12-31 23:59:59", "99991231", "2999-12-31", "상시"])
def test_dates_that_mean_for_ever_end_a_sale_and_are_none_elsewhere(
    migrator: ExcelMigrator, tmp_path: Path, cell: str
) -> None:
    table = [["상품번호", "상품명", "판매종료일", "등록일"], [300000001, "가방", cell, cell]]
    with preview(migrator, tmp_path, table) as found:
        (row,) = found
        assert (row.record.sale_end, row.record.registered_at) == (ALWAYS_END, None)
        assert found.counts.problems == 0


@pytest.mark.parametrize(
    "header",
    [
        "상품명▲",
        "1. 상품명",
        "상품명 ✅",
        "①상품명",
        "★상품명★",
        "상품명 ▼",
        "[필수] 상품명",
        "(2) 상품명",
        "B. 상품명",
        "상품명🔽",
    ],
)
def test_ornaments_of_a_header(migrator: ExcelMigrator, tmp_path: Path, header: str) -> None:
    with preview(migrator, tmp_path, [["상품번호", header], [300000001, "가방"], [300000007, "컵"]]) as found:
        assert (found.counts.new, found.counts.problems) == (2, 0)


@pytest.mark.parametrize("other", ["상품코드", "상품번호", "상품ID"])
def test_the_more_specific_number_wins(migrator: ExcelMigrator, tmp_path: Path, other: str) -> None:
    table = [[other, "위메프 상품번호", "상품명"], ["71", 300000001, "가방"], ["85", 300000002, "컵"]]
    with preview(migrator, tmp_path, table) as found:
        assert [row.number for row in found] == [300000001, 300000002]
        assert found.extra_headers == (other,)


def test_the_product_of_a_deal_is_the_deal_itself(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["딜상품번호", "딜상품명", "상품번호"], [700000001, "모음전", "300000001,300000002"]]
    with preview(migrator, tmp_path, table, ExportKind.DEALS) as found:
        (row,) = found
        assert (row.number, row.record.deal_name) == (700000001, "모음전")
        assert row.record.product_nos == (300000001, 300000002)


def test_every_problem_names_its_place(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [PLAIN, [300000001, "가방", "공짜", 1], [300000005, "컵", 1, 1], [300000005, "컵", 2, 1]]
    with preview(migrator, tmp_path, table) as found:
        places = [(one.sheet, one.row, one.column, one.header) for one in found.problems()]
    assert places == [("상품목록", 2, "C", "판매가"), ("상품목록", 4, "A", "상품번호")]
    deals = [["딜번호", "딜명"], [700000001, "모음전"]]
    with preview(migrator, tmp_path, deals, ExportKind.DEALS) as found:
        assert [(one.row, one.column) for one in found.problems()] == [(2, "A")]


# --- what a sheet hides ------------------------------------------------------------------------------------


def test_hidden_rows_and_columns_are_said(migrator: ExcelMigrator, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in corpus.products():
        sheet.append(row)
    sheet.auto_filter.ref = sheet.dimensions
    for number in (3, 4):
        sheet.row_dimensions[number].hidden = True
    for letter in "IJ":
        sheet.column_dimensions[letter].hidden = True
    book.save(tmp_path / "a.xlsx")
    with migrator.preview(tmp_path / "a.xlsx") as found:
        assert found.counts.new == 3
        assert [sign.rule for sign in found.signs] == ["hidden-rows", "hidden-columns", "filtered"]
        assert "2 hidden row(s), the first is row 3" in found.signs[0].message
        assert "I, J" in found.signs[1].message_ko
        assert not found.looks_partial, "everything was read"


def test_a_formula_that_was_never_calculated_is_said(migrator: ExcelMigrator, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [PLAIN, [300000001, "가방", "=50+50", "=SUM(D3:D9)"], [300000002, "컵", 1, 2]]:
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    with migrator.preview(tmp_path / "a.xlsx") as found:
        assert rules(found) == [(2, "C", "error-value"), (2, "D", "error-value")]
        assert [row.status for row in found] == [RowStatus.INVALID, RowStatus.NEW]
        assert "저장한 뒤 다시 올려 주세요" in next(found.problems()).message_ko


def test_left_out_rows_survive_copies() -> None:
    import copy
    import pickle

    row = LeftOutRow(NonDataKind.TOTAL, "Sheet1", 4, "소계")
    assert pickle.loads(pickle.dumps(row)) == copy.deepcopy(row) == row


@pytest.mark.parametrize(
    ("codes", "numbers", "own"),
    [
        (["TS-R", "TS-B"], [None, None], ["TS-R", "TS-B"]),
        ([400000001, 400000002], [400000001, 400000002], [None, None]),
    ],
)
def test_the_content_says_whose_an_option_code_is(
    migrator: ExcelMigrator, tmp_path: Path, codes: list[object], numbers: list[object], own: list[object]
) -> None:
    table: list[list[object]] = [["상품번호", "상품명", "옵션명", "옵션코드", "재고수량"]]
    table += [
        [300000001, "티셔츠", name, code, 3] for name, code in zip(("빨강", "파랑"), codes, strict=True)
    ]
    (one,) = migrator.products(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))
    assert one.record is not None
    assert [option.option_no for option in one.record.options] == numbers
    assert [option.seller_option_code for option in one.record.options] == own
    assert one.problems == ()
