"""Columns are found by their headers, their content, or the caller's word; never silently wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import excel_corpus as corpus
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ColumnError, ValidationError, WrongKindError
from wemakeprice_sdk.excel import ColumnBook, ExcelMigrator, ExportKind, Inspection
from wemakeprice_sdk.excel.columns import book_from_json, spellings

BOOK = ColumnBook.default()


def inspect(
    migrator: ExcelMigrator, folder: Path, table: Sequence[Sequence[object]], **options: object
) -> Inspection:
    return migrator.inspect(corpus.save(folder, "a.xlsx", corpus.xlsx(table)), **options)  # type: ignore[arg-type]


def fields(inspection: Inspection) -> dict[str, str]:
    return {match.field: match.header for match in inspection.columns.understood if match.field}


@pytest.mark.parametrize("kind", list(ExportKind))
def test_every_name_and_alias_finds_its_field(kind: ExportKind) -> None:
    for name, spec in BOOK.kinds[kind].fields.items():
        for label in (spec.korean, *spec.aliases):
            assert name in {found for found, _, _ in BOOK.candidates(kind, label)}, (name, label)
        assert BOOK.candidates(kind, spec.korean)[0][0] == name or len(BOOK.candidates(kind, spec.korean)) > 1


@pytest.mark.parametrize(
    ("label", "field"),
    [
        (" 상품 번호 ", "product_no"), ("상품\n번호", "product_no"), ("상품\u00a0번호", "product_no"), ("상\u200b품번호", "product_no"),
        ("*상품번호", "product_no"), ("상품번호(필수)", "product_no"), ("[상품번호]", "product_no"), ("상품 ID", "product_no"), ("상품NO.", "product_no"),
        ("판매가(원)", "sale_price"), ("판매가 [KRW]", "sale_price"), ("업체 상품 코드", "seller_product_code"), ("판매시작일시", "sale_start"),
        ("등록일자", "registered_at"), ("카테고리(대)", "category_1"), ("productNo", "product_no"), ("브랜드 코드", "brand_no"), ("브랜드명", "brand_name"),
    ],
)  # fmt: skip
def test_spellings(label: str, field: str) -> None:
    found = BOOK.candidates(ExportKind.PRODUCTS, label)
    assert [name for name, _, _ in found] == [field]


@given(st.text(max_size=30))
def test_spelling_any_text(text: str) -> None:
    assert len(spellings(text)) == 3
    BOOK.candidates(ExportKind.PRODUCTS, text)


def test_the_36_columns_of_the_order_export() -> None:
    specs = BOOK.kinds[ExportKind.ORDERS].fields
    assert [spec.korean for spec in specs.values()] == corpus.ORDER_HEADERS


def test_header_below_titles_and_in_any_order(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["위메프 상품 목록"],
        ["조회기간: 2024-01-01 ~ 2024-12-31"],
        [],
        *[row[::-1] for row in corpus.products()],
    ]
    found = inspect(migrator, tmp_path, table)
    assert found.header_rows == (4, 4)
    assert found.titles[0] == "위메프 상품 목록"
    assert fields(found)["product_no"] == "상품번호"
    assert found.columns.matches[-1].field == "product_no"


def test_two_row_header_with_merged_cells(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "카테고리", None, None, None, "판매정보", None],
        [None, None, "대", "중", "소", "세", "판매가", "정상가"],
        [300000001, "가방", "패션", "잡화", "가방", "백팩", 1000, 2000],
    ]
    found = inspect(migrator, tmp_path, table)
    assert found.header_rows == (1, 2)
    assert fields(found) == {
        "product_no": "상품번호", "product_name": "상품명", "category_1": "카테고리 대", "category_2": "카테고리 중",
        "category_3": "카테고리 소", "category_4": "카테고리 세", "sale_price": "판매정보 판매가", "origin_price": "판매정보 정상가",
    }  # fmt: skip


def test_first_data_row_is_not_taken_for_a_header(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["상품번호", "상품명"], ["300000001", "상품명"], ["300000002", "판매가"]]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    assert [one.number for one in migrator.products(path)] == [300000001, 300000002]


@pytest.mark.parametrize(
    ("values", "field"),
    [(["판매중", "판매종료", "판매대기"], "product_status"), (["판매중", "품절", "품절"], "sale_status")],
)
def test_an_ambiguous_header_is_decided_by_content(
    migrator: ExcelMigrator, tmp_path: Path, values: list[str], field: str
) -> None:
    table = [
        ["상품번호", "상품명", "상태"],
        *[[300000001 + at, "가방", value] for at, value in enumerate(values)],
    ]
    found = inspect(migrator, tmp_path, table)
    match = found.columns.get(field)
    assert match is not None
    assert (match.header, match.how) == ("상태", "content")


def test_a_line_number_is_not_a_product_number(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["번호", "상품번호", "상품명"], *[[at + 1, 300000001 + at, "가방"] for at in range(5)]]
    assert fields(inspect(migrator, tmp_path, table))["product_no"] == "상품번호"
    table = [["번호", "상품명", "판매가"], *[[at + 1, "가방", 1000] for at in range(5)]]
    assert inspect(migrator, tmp_path, table).missing_required
    table = [["번호", "상품명", "판매가"], *[[300000001 + at * 7, "가방", 1000] for at in range(5)]]
    found = inspect(migrator, tmp_path, table)
    assert found.missing_required, "번호 says too little: only the caller can confirm it"
    assert "A [번호]" in found.columns.unconfirmed[0]
    found = inspect(migrator, tmp_path, table, kind=ExportKind.PRODUCTS, mapping={"product_no": "번호"})
    assert fields(found)["product_no"] == "번호"
    assert not found.missing_required


def test_duplicates_and_extras(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "상품번호", "비고", "비고"],
        [300000001, "가방", 300000001, "x", "y"],
        [300000002, "컵", 300000002, "z", None],
    ]
    found = inspect(migrator, tmp_path, table)
    assert [match.how for match in found.columns.matches] == [
        "name",
        "name",
        "duplicate",
        "unknown",
        "unknown",
    ]
    path = corpus.save(tmp_path, "b.xlsx", corpus.xlsx(table))
    first, _ = migrator.products(path)
    assert first.record is not None
    assert first.record.extras == (300000001, "x", "y")


def test_two_different_columns_of_one_name(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["상품번호", "상품명", "판매가", "판매가"], [300000001, "가방", 1000, 2000]]
    found = inspect(migrator, tmp_path, table)
    assert "sale_price" not in fields(found)
    assert "C [판매가], D [판매가]" in found.columns.ambiguous[0]
    table = [["상품번호", "상품번호", "상품명"], [300000001, 300000009, "가방"]]
    path = corpus.save(tmp_path, "b.xlsx", corpus.xlsx(table))
    with pytest.raises(ColumnError, match="ambiguous") as caught:
        migrator.preview(path)
    assert "A [상품번호]" in str(caught.value)
    with migrator.preview(path, mapping={"product_no": "B"}) as preview:
        assert [row.number for row in preview] == [300000009]


def test_missing_required_columns_are_one_error(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["판매가", "판매시작일", "품명", "관리번호"], [1000, "2024-01-01", "가방", 300000001]]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    with pytest.raises(ColumnError) as caught:
        migrator.preview(path)
    text = str(caught.value)
    for word in ("상품번호", "상품명", "C [품명]", "D [관리번호]", "mapping"):
        assert word in text
    with migrator.preview(path, mapping={"product_no": "관리번호", "product_name": "품명"}) as preview:
        assert preview.counts.new == 1


def test_no_header_at_all(migrator: ExcelMigrator, tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="no header row"):
        inspect(migrator, tmp_path, [["가", "나"], [1, 2]])


def test_a_mapping_is_saved_and_used_again(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["관리번호", "품명", "판매가"], [300000001, "가방", 1000]]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    first = migrator.inspect(
        path, kind=ExportKind.PRODUCTS, mapping={"product_no": "관리번호", "product_name": "품명"}
    )
    assert first.columns.get("product_no").how == "explicit"  # type: ignore[union-attr]
    saved = first.columns.to_json()
    for mapping in (saved, first.columns):
        (parsed,) = migrator.products(path, mapping=mapping)
        assert parsed.record is not None
        assert parsed.record.sale_price == 1000


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind": "deals", "columns": {}}', '{"kind": "products", "columns": 3}']
)
def test_a_broken_mapping(migrator: ExcelMigrator, tmp_path: Path, text: str) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(corpus.products()))
    with pytest.raises(ValidationError):
        list(migrator.products(path, mapping=text))


def test_a_mapping_that_does_not_fit(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(corpus.products()))
    for mapping in ({"product_no": "없는 열"}, {"no_field": "상품번호"}):
        with pytest.raises(ColumnError):
            list(migrator.products(path, mapping=mapping))
    with pytest.raises(ValidationError, match="kind"):
        migrator.inspect(path, mapping={"product_no": "상품번호"})


def test_the_table_is_extended(tmp_path: Path, migrator: ExcelMigrator) -> None:
    own = ExcelMigrator(
        migrator.account,
        book=BOOK.extended(ExportKind.PRODUCTS, {"product_no": ["관리번호"], "product_name": ["품명"]}),
    )
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx([["관리번호", "품명"], [300000001, "가방"]]))
    assert [one.number for one in own.products(path)] == [300000001]
    with pytest.raises(ValidationError, match="no such field"):
        BOOK.extended(ExportKind.PRODUCTS, {"nothing": ["x"]})


def test_a_table_of_the_users_own(tmp_path: Path) -> None:
    text = '{"kinds": {"products": {"korean": "상품", "english": "products", "fields": {"product_no": {"korean": "품번", "type": "id"}}}}}'
    path = tmp_path / "aliases.json"
    path.write_text(text, encoding="utf-8")
    assert ColumnBook.load(path).candidates(ExportKind.PRODUCTS, "품번")[0][0] == "product_no"
    with pytest.raises(ValidationError) as caught:
        book_from_json(text.replace('"id"', '"color", "severity": "loud"'))
    assert [violation.path.rpartition(".")[2] for violation in caught.value.violations] == [
        "type",
        "severity",
    ]
    for broken in ("", "{}", "[]", '{"kinds": {"x": {}}}'):
        with pytest.raises(ValidationError):
            book_from_json(broken)


def test_a_deal_product_is_the_deal_itself(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["딜상품번호", "딜상품명", "대표가격", "구성상품번호"],
        [700000001, "봄 모음", 9900, "300000001,300000002"],
        [700000002, "여름 모음", 8900, "300000003"],
    ]
    found = inspect(migrator, tmp_path, table)
    assert found.kind is ExportKind.DEALS
    assert fields(found) == {
        "deal_no": "딜상품번호",
        "deal_name": "딜상품명",
        "sale_price": "대표가격",
        "product_nos": "구성상품번호",
    }


@pytest.mark.parametrize(
    ("table", "asked", "words"),
    [
        (corpus.deals(), ExportKind.PRODUCTS, "deal list"),
        (corpus.products(), ExportKind.DEALS, "product list"),
        ([corpus.ORDER_HEADERS, corpus.order_row(1, 2, 3)], ExportKind.PRODUCTS, "order list"),
        (
            [
                ["클레임번호", "클레임유형", "클레임상태", "배송번호", "상품번호", "상품명"],
                ["1", "취소", "취소신청", "2", "3", "x"],
            ],
            ExportKind.PRODUCTS,
            "claim list",
        ),
        (
            [["정산예정일", "정산금액", "공제금", "주문번호"], ["2024-01-01", 1, 2, 3]],
            ExportKind.DEALS,
            "settlement list",
        ),
    ],
)
def test_the_wrong_kind_is_named(
    migrator: ExcelMigrator, tmp_path: Path, table: list[list[object]], asked: ExportKind, words: str
) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    with pytest.raises(WrongKindError, match=words):
        migrator.preview(path, kind=asked)


def test_kinds_are_told_apart(migrator: ExcelMigrator, tmp_path: Path) -> None:
    assert inspect(migrator, tmp_path, corpus.products()).kind is ExportKind.PRODUCTS
    assert inspect(migrator, tmp_path, corpus.deals()).kind is ExportKind.DEALS
    assert (
        inspect(migrator, tmp_path, [corpus.ORDER_HEADERS, corpus.order_row(1, 2, 3)]).kind
        is ExportKind.ORDERS
    )
    with pytest.raises(WrongKindError):
        migrator.preview(
            corpus.save(tmp_path, "o.xlsx", corpus.xlsx([corpus.ORDER_HEADERS])), kind=ExportKind.ORDERS
        )


def test_personal_data_is_not_shown(migrator: ExcelMigrator, tmp_path: Path) -> None:
    found = inspect(migrator, tmp_path, [corpus.ORDER_HEADERS, corpus.order_row(1, 2, 3)])
    assert "홍길동" not in repr(found).replace("홍길동 각인", "")
    assert "010-0000-0000" not in repr(found)


def test_a_saved_mapping_keeps_columns_of_one_header_apart(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["상품번호", "상품명", "상품 번호"], [1001, "가", 900001], [1002, "나", 900002]]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    chosen = {"product_no": "C", "product_name": "상품명"}
    columns = migrator.inspect(path, kind=ExportKind.PRODUCTS, mapping=chosen).columns
    for mapping in (chosen, columns, columns.to_json()):
        assert [one.number for one in migrator.products(path, mapping=mapping)] == [900001, 900002]


def test_a_workbook_of_both_kinds_serves_both(migrator: ExcelMigrator, tmp_path: Path) -> None:
    book = corpus.package(
        {"딜": corpus.sheet_xml(corpus.deals()), "상품": corpus.sheet_xml(corpus.products())}
    )
    path = corpus.save(tmp_path, "a.xlsx", book)
    for kind, count in ((ExportKind.PRODUCTS, 3), (ExportKind.DEALS, 2)):
        assert migrator.inspect(path, kind=kind).kind is kind
        with migrator.preview(path, kind=kind) as preview:
            assert preview.counts.new == count
            assert not preview.signs


TITLE = ["조회기간", "2024-01-01 ~ 2024-02-01", None, None]
HEADER = ["상품번호", "상품명", "판매가", "업체상품코드"]
DATA: list[list[object]] = [[300000001 + row, f"상품 {row}", 12900, f"TS{row}"] for row in range(5)]


@pytest.mark.parametrize(
    "above", [[TITLE], [["시험 상점", "총 5건", "2024-01-01"]], [TITLE, TITLE], [TITLE, [5, "건"]]]
)
@pytest.mark.parametrize("header", [HEADER, ["상품번호", "상품명"], ["번", "물건", "값", "업체상품코드"]])
def test_a_mapping_by_letters_takes_no_title_for_the_header(
    migrator: ExcelMigrator, tmp_path: Path, above: list[list[object]], header: list[str]
) -> None:
    table = [*above, header, *DATA]
    found = inspect(
        migrator,
        tmp_path,
        table,
        kind=ExportKind.PRODUCTS,
        mapping={"product_no": "A", "product_name": "B"},
    )
    assert found.header_rows == (len(above) + 1, len(above) + 1)


def test_a_mapping_by_letters_under_unknown_words_takes_no_data_for_the_header(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    data = [[300000001, "가방", "판매가"], [300000002, "모자", "브랜드"]]
    found = inspect(
        migrator,
        tmp_path,
        [["번", "물건", "말"], *data],
        kind=ExportKind.PRODUCTS,
        mapping={"product_no": "A", "product_name": "B"},
    )
    assert found.header_rows == (1, 1)


@pytest.mark.parametrize(
    "above",
    [
        [["상품번호", "상품명"], ["12자리 숫자", "100자 이내"]],
        [["필수", "상품번호", "상품명"]],
        [["상품번호", "상품명을 입력하세요"], [], ["상품번호", "상품명"]],
    ],
)
def test_a_legend_is_not_taken_for_the_header(
    migrator: ExcelMigrator, tmp_path: Path, above: list[list[object]]
) -> None:
    table = [*above, [], [], HEADER, *DATA]
    found = inspect(migrator, tmp_path, table)
    assert found.header_rows == (len(above) + 3, len(above) + 3)
    assert set(fields(found)) == {"product_no", "product_name", "sale_price", "seller_product_code"}


def test_a_header_that_is_repeated_further_down_loses_no_rows(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    table = [HEADER, *DATA, [*HEADER, "상품상태"], *[[*row, "판매중"] for row in DATA]]
    assert inspect(migrator, tmp_path, table).header_rows == (1, 1)
