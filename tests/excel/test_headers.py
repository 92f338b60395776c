"""Headers as people decorate them: ornaments, numbering, two languages, currencies, and what only counts lines."""

from __future__ import annotations

from pathlib import Path

import excel_corpus as corpus
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ColumnError, WrongKindError
from wemakeprice_sdk.excel import ExcelMigrator
from wemakeprice_sdk.excel.mapping import is_counter

FIELDS = {
    "상품번호": "product_no", "상품명": "product_name", "상품상태": "product_status", "노출여부": "display", "판매가": "sale_price",
    "판매종료일": "sale_end", "업체상품코드": "seller_product_code", "재고수량": "stock_count",
}  # fmt: skip
ROW = [300000001, "가방", "판매중", "노출", 12900, "2029-01-15", "TS-1", 5]


def fields(
    migrator: ExcelMigrator, folder: Path, headers: list[str], row: list[object] | None = None
) -> list[str | None]:
    """Return what the columns of a sheet were taken for."""
    path = corpus.save(folder, "a.xlsx", corpus.xlsx([headers, row or ROW, row or ROW]))
    return [match.field for match in migrator.inspect(path).columns.matches]


@pytest.mark.parametrize(
    "form",
    [
        "{}*", "* {}", "{}(*)", "필수 {}", "{} 필수", "{}/필수", "[필수] {}", "{}\n※숫자만", "{}\n(텍스트)", "{} ⓘ", "{}ℹ️", "{}¹", "{}①", "1 {}", "A: {}",
        "가. {}", "Ⅰ. {}", "1-1. {}", "01. {}", "{}_x000D_", "{}\u200b", "{} (10자 이내)", "{}/Name", "{}\nName", "{} | Name", "{}★", "「{}」", "❗{}",
    ],
)  # fmt: skip
def test_ornaments_mean_nothing(migrator: ExcelMigrator, tmp_path: Path, form: str) -> None:
    assert fields(migrator, tmp_path, [form.format(one) for one in FIELDS]) == list(FIELDS.values())


@pytest.mark.parametrize(
    "headers",
    [
        ["Product No(상품번호)", "Product Name(상품명)", "Status(상품상태)", "Display(노출여부)", "Price(판매가)", "End(판매종료일)",
         "Code(업체상품코드)", "Stock(재고수량)"],
        ["상품번호/Product No", "상품명/Name", "상품상태/Status", "노출여부/Display", "판매가/Price", "판매종료일/End", "업체상품코드/Code",
         "재고수량/Stock"],
        ["productNo", "productName", "productStatus", "displayYn", "salePrice", "saleEndDate", "sellerProductCode", "stockCount"],
        ["product_no", "product_name", "product_status", "display_yn", "sale_price_krw", "sale_end_date", "seller_product_code", "stock"],
    ],
)  # fmt: skip
def test_headers_in_english_and_in_both_languages(
    migrator: ExcelMigrator, tmp_path: Path, headers: list[str]
) -> None:
    assert fields(migrator, tmp_path, headers) == list(FIELDS.values())


def test_a_header_of_two_fields_is_neither(migrator: ExcelMigrator, tmp_path: Path) -> None:
    found = fields(migrator, tmp_path, ["상품번호", "상품명", "판매가/재고수량"], [300000001, "가방", 5])
    assert found == ["product_no", "product_name", None]


@pytest.mark.parametrize(
    "header",
    ["판매가(THB)", "판매가(CAD)", "판매가[AUD]", "판매가(₫)", "판매가(元)", "판매가(円)", "판매가(RM)", "판매가(K)", "판매가 엔", "판매가(천)",
     "판매가(in thousands)", "판매가/Price (USD)", "Price(USD)/판매가"],
)  # fmt: skip
def test_money_of_other_places_is_not_won(migrator: ExcelMigrator, tmp_path: Path, header: str) -> None:
    path = corpus.save(
        tmp_path, "a.xlsx", corpus.xlsx([["상품번호", "상품명", header], [300000001, "가방", 12]])
    )
    with migrator.preview(path) as found:
        assert [row.record.sale_price for row in found] == [None]
        assert any(header in note and "원화" in note for note in found.notes)


@pytest.mark.parametrize(
    "header",
    ["판매가(원)", "판매가 원", "판매가(₩)", "판매가(KRW)", "판매가_원", "판매가(VAT 포함)", "판매가[won]"],
)
def test_won_is_won(migrator: ExcelMigrator, tmp_path: Path, header: str) -> None:
    found = fields(migrator, tmp_path, ["상품번호", "상품명", header], [300000001, "가방", 12900])
    assert found == ["product_no", "product_name", "sale_price"]


@pytest.mark.parametrize(
    "own", ["WMP상품번호", "위메프 상품번호", "상품번호(위메프)", "위메프상품코드", "wemakeprice 상품번호"]
)
@pytest.mark.parametrize("other", ["상품번호", "상품코드"])
def test_the_number_of_the_marketplace_wins_wherever_it_stands(
    migrator: ExcelMigrator, tmp_path: Path, own: str, other: str
) -> None:
    found = fields(migrator, tmp_path, [other, own, "상품명"], [200000123, 300000001, "가방"])
    assert found == [None, "product_no", "product_name"]


@pytest.mark.parametrize(
    ("header", "words", "field"),
    [
        ("판매상태", ["전시", "비전시"], "display"), ("상태", ["진열", "미진열"], "display"), ("전시상태", ["판매중", "판매중지"], "product_status"),
        ("전시상태", ["전시", "전시종료"], "display"), ("진열여부", ["O", "X"], "display"), ("전시여부", ["예", "아니오"], "display"),
    ],
)  # fmt: skip
def test_the_content_says_which_state_it_is(
    migrator: ExcelMigrator, tmp_path: Path, header: str, words: list[str], field: str
) -> None:
    rows = [[300000001 + 9 * at, "가방", word] for at, word in enumerate(words)]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([["상품번호", "상품명", header], *rows]))
    with migrator.preview(path) as found:
        states = [getattr(row.record, field) for row in found]
        assert (found.counts.problems, len(states)) == (0, 2)
    assert all(state is not None and state.is_known for state in states)


# --- counters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2, 4, 5], [1, 3, 4, 8, 9], [1001, 1002, 1003], ["0001", "0002", "0003"], [99999, 99998, 99997], ["1.", "2.", "3."], [3, 1, 2],
        [10, 20, 40, 50], [0, 1, 2], [1001, 1001, 1002], ["１", "２", "３"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("header", ["상품번호", "상품 No", "ID"])
def test_what_counts_lines_has_to_be_confirmed(
    migrator: ExcelMigrator, tmp_path: Path, numbers: list[object], header: str
) -> None:
    table = [[header, "상품명"], *[[number, f"상품 {at}"] for at, number in enumerate(numbers)]]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    with pytest.raises(ColumnError, match="counts the lines"):
        migrator.preview(path)
    assert migrator.inspect(path).missing_required
    with migrator.preview(path, mapping={"product_no": "A"}) as found:
        assert found.counts.total == len(numbers)


@pytest.mark.parametrize(
    "numbers", [[300000001, 300000002, 300000003], [10234, 55312, 20991], [123456, 123457, 123458], [7]]
)
def test_numbers_that_count_no_lines(numbers: list[int]) -> None:
    assert not is_counter(numbers)


def test_a_weak_word_is_weak_in_every_spelling(migrator: ExcelMigrator, tmp_path: Path) -> None:
    for header in ("ID", "id", "NO.", "코드번호", "(번호)"):
        table = [[header, "상품명"], [300000001, "가방"], [300000077, "컵"]]
        with pytest.raises(ColumnError, match=r"says too little"):
            migrator.preview(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))


@given(st.lists(st.integers(0, 99_999), min_size=3, max_size=40, unique=True))
def test_order_does_not_matter_to_a_counter(numbers: list[int]) -> None:
    shuffled = sorted(numbers, key=lambda number: (number * 7919) % 1009)
    assert is_counter(shuffled) is is_counter(sorted(numbers)) is is_counter(sorted(numbers, reverse=True))


# --- other doors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "row", "said"),
    [
        (["상품번호", "상품명", "옵션", "수량", "받는사람", "주소"], [300000001, "가방", "빨강", 1, "홍길동", "서울"], "columns of orders"),
        (["상품번호", "상품명", "배송메모", "우편번호"], [300000001, "가방", "문 앞", "01234"], "columns of orders"),
        (["리뷰번호", "상품번호", "상품명", "평점", "리뷰내용"], [1, 300000001, "가방", 5, "좋아요"], "review list"),
    ],
)  # fmt: skip
def test_no_list_of_people_is_a_product_list(
    migrator: ExcelMigrator, tmp_path: Path, headers: list[str], row: list[object], said: str
) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([headers, row]))
    with pytest.raises(WrongKindError, match=said):
        migrator.preview(path)
