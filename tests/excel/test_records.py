"""Rows become typed records; everything wrong with them is said in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import excel_corpus as corpus
import pytest

from wemakeprice_sdk.excel import ExcelMigrator, Parsed, ProblemSeverity
from wemakeprice_sdk.models import DisplayState, OptionSaleStatus, ProductStatus


def parse(migrator: ExcelMigrator, folder: Path, table: Sequence[Sequence[object]]) -> list[Parsed]:
    return list(migrator.products(corpus.save(folder, "a.xlsx", corpus.xlsx(table))))


def rules(parsed: Parsed) -> list[tuple[str, str]]:
    return [(problem.field, problem.rule) for problem in parsed.problems]


def test_a_whole_record(migrator: ExcelMigrator, tmp_path: Path) -> None:
    first, second, _ = parse(migrator, tmp_path, corpus.products())
    record = second.record
    assert record is not None
    assert (record.product_no, record.product_name, record.sale_price, record.stock_count) == (
        300000002,
        "청바지 & 벨트",
        35000,
        0,
    )
    assert record.product_status == ProductStatus.STOP
    assert record.sale_status == OptionSaleStatus.SOLD_OUT
    assert record.display == DisplayState.LINK_ONLY
    assert str(record.sale_end) == "2028-05-01 00:00:00+09:00"
    assert record.seller_product_code == "JN-001"
    assert first.record is not None
    assert type(record).from_row(record.as_row()) == type(record)(
        **{name: getattr(record, name) for name in ("product_no", "product_name", "product_status", "sale_status", "display",
           "sale_price", "sale_start", "sale_end")}
    )  # fmt: skip


def test_all_problems_in_one_pass(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        [
            "상품번호",
            "상품명",
            "판매가",
            "정상가",
            "판매시작일",
            "판매종료일",
            "재고수량",
            "과세여부",
            "상품상태",
            "업체상품코드",
            "브랜드번호",
        ],
        [1e17, "", "공짜", 1, "어제", "2024-01-01", -1, "글쎄", "이상한상태", "A" * 60, "x"],
        [
            300000002,
            "이" * 71,
            5000,
            3000,
            "2024-02-01 10:00",
            "2024-01-01 10:00",
            "1,000개",
            "면세",
            "판매중",
            "ok",
            7,
        ],
    ]
    bad, odd = parse(migrator, tmp_path, table)
    assert bad.record is None
    assert rules(bad) == [
        ("product_no", "damaged-id"), ("product_name", "required"), ("product_status", "unknown-name"), ("sale_price", "number"),
        ("sale_start", "date"), ("brand_no", "id"), ("seller_product_code", "too-long"), ("taxable", "yes-no"), ("stock_count", "range"),
    ]  # fmt: skip
    problem = bad.problems[3]
    assert (problem.sheet, problem.row, problem.column, problem.header, problem.value) == (
        "상품목록",
        2,
        "C",
        "판매가",
        "공짜",
    )
    assert problem.severity is ProblemSeverity.ERROR
    assert "not a number" in problem.message
    assert "숫자" in problem.message_ko
    assert "상품목록!C2" in str(problem)
    assert bad.problems[5].severity is ProblemSeverity.WARNING
    assert odd.record is not None
    assert rules(odd) == [
        ("sale_end", "period-order"),
        ("origin_price", "price-order"),
        ("product_name", "too-long"),
    ]
    assert odd.record.stock_count == 1000
    assert odd.record.taxable is False


def test_ids_and_codes_as_spreadsheets_leave_them(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "업체상품코드", "판매시작일"],
        ["300000001.0", "가", "00123", 45306],
        [300000002.0, "나", 124, "24-01-15"],
        ["3.00000003E+8", "다", "00125", "2024-01-15"],
        ["3.00E+08", "라", "00126", "2024-01-15"],
    ]
    first, second, third, fourth = parse(migrator, tmp_path, table)
    assert [one.number for one in (first, second, third, fourth)] == [300000001, 300000002, 300000003, None]
    assert rules(first) == [("product_no", "recovered-id"), ("sale_start", "unformatted-date")]
    assert rules(second) == [("sale_start", "two-digit-year"), ("seller_product_code", "leading-zero")]
    assert second.record is not None
    assert second.record.seller_product_code == "124"
    assert first.problems[0].severity is ProblemSeverity.NOTE
    assert rules(fourth) == [("product_no", "damaged-id")]


def test_codes_of_even_length_are_not_flagged(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "업체상품코드"],
        *[[300000001 + at, "가", 88_000_001 + at] for at in range(3)],
    ]
    assert [one.problems for one in parse(migrator, tmp_path, table)] == [(), (), ()]


def test_invisible_characters_are_removed_and_said(migrator: ExcelMigrator, tmp_path: Path) -> None:
    (parsed,) = parse(migrator, tmp_path, [["상품번호", "상품명"], [300000001, "가\u200b방\u00a0"]])
    assert parsed.record is not None
    assert parsed.record.product_name == "가방"
    assert rules(parsed) == [("product_name", "cleaned")]


def test_an_error_value_in_a_cell(migrator: ExcelMigrator, tmp_path: Path) -> None:
    body = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>상품번호</t></is></c><c r="B1" t="inlineStr"><is><t>상품명</t></is></c>'
        '<c r="C1" t="inlineStr"><is><t>판매가</t></is></c><c r="D1" t="inlineStr"><is><t>브랜드</t></is></c></row>'
        '<row r="2"><c r="A2"><v>300000001</v></c><c r="B2" t="inlineStr"><is><t>가방</t></is></c>'
        '<c r="C2" t="e"><v>#N/A</v></c><c r="D2"><f>X1</f></c></row>'
    )
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"s": corpus.sheet_xml([], body=body)}))
    (parsed,) = migrator.products(path)
    assert rules(parsed) == [("sale_price", "error-value"), ("brand_name", "error-value")]
    assert [problem.value for problem in parsed.problems] == ["#N/A", "#FORMULA"]


def test_blank_rows_and_totals_are_left_out(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "판매가"],
        [300000001, "가방", 1000],
        [None, None, None],
        [None, " ", None],
        ["합계", None, 1000],
    ]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))
    parsed = list(migrator.products(path))
    assert [one.number for one in parsed] == [300000001]
    table[-1] = [None, None, 1000]
    assert rules(parse(migrator, tmp_path, table)[1]) == [
        ("product_no", "required"),
        ("product_name", "required"),
    ]


OPTIONS = ["상품번호", "상품명", "판매가", "옵션번호", "옵션명", "업체옵션코드", "옵션추가금액", "재고수량"]


def test_option_rows_are_grouped(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        OPTIONS,
        [300000001, "티셔츠", 12900, 11, "빨강/L", "R-L", 0, 3],
        [300000001, "티셔츠", 12900, 12, "빨강/M", "R-M", 500, 4],
        [300000002, "컵", 5000, None, None, None, None, 9],
        [300000003, "바지", 35000, 31, "28", "B-28", 0, 1],
        [None, None, None, 32, "30", "B-30", 0, None],
    ]
    shirt, cup, trousers = parse(migrator, tmp_path, table)
    assert shirt.rows == (2, 3)
    assert shirt.record is not None
    assert [(option.name, option.stock_count, option.add_price) for option in shirt.record.options] == [
        ("빨강/L", 3, 0),
        ("빨강/M", 4, 500),
    ]
    assert shirt.record.stock_count == 7
    assert cup.record is not None
    assert (cup.record.options, cup.record.stock_count) == ((), 9)
    assert trousers.record is not None
    assert trousers.rows == (5, 6)
    assert trousers.record.stock_count is None
    assert [one.problems for one in (shirt, cup, trousers)] == [(), (), ()]


def test_problems_within_a_group(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        OPTIONS,
        [300000001, "티셔츠", 12900, 11, "빨강", "R", 0, 3],
        [300000001, "셔츠", 12900, 12, "파랑", "B", 0, "많이"],
        [300000001, "티셔츠", 12900, 11, "빨강", "R", 0, 3],
    ]
    (parsed,) = parse(migrator, tmp_path, table)
    assert rules(parsed) == [
        ("stock_count", "number"),
        ("product_name", "group-differs"),
        ("option_no", "same-option"),
    ]
    assert [problem.row for problem in parsed.problems] == [3, 3, 4]


def test_more_than_200_options(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows = [[300000001, "티셔츠", 1, at, f"옵션 {at}", f"C{at}", 0, 1] for at in range(1, 203)]
    (parsed,) = parse(migrator, tmp_path, [OPTIONS, *rows])
    assert rules(parsed) == [("option_name", "too-many-options")]


def test_a_date_where_text_belongs(migrator: ExcelMigrator, tmp_path: Path) -> None:
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    head = corpus.sheet_xml([OPTIONS])
    row = "".join(corpus.cell_xml(2, at, value) for at, value in enumerate([300000001, "티셔츠", 1, 11]))
    row += corpus.cell_xml(2, 4, 45306, "1")
    xml = head.replace("</sheetData>", f'<row r="2">{row}</row></sheetData>')
    (parsed,) = migrator.products(corpus.save(tmp_path, "a.xlsx", corpus.package({"s": xml}, styles=styles)))
    assert rules(parsed) == [("option_name", "date-in-text")]


@pytest.mark.parametrize("rows", [1, 15, 16, 17, 271, 272, 273, 600])
def test_batches_do_not_show(migrator: ExcelMigrator, tmp_path: Path, rows: int) -> None:
    table: list[list[object]] = [["상품번호", "상품명", "판매가"]]
    table += [[300000001 + at, f"상품 {at}", "x" if at % 7 == 3 else at] for at in range(rows)]
    parsed = parse(migrator, tmp_path, table)
    assert [one.number for one in parsed] == [300000001 + at for at in range(rows)]
    assert [bool(one.problems) for one in parsed] == [at % 7 == 3 for at in range(rows)]
    assert all(problem.row == one.rows[0] for one in parsed for problem in one.problems)


# --- deals -------------------------------------------------------------------------------------------------


def test_deals(migrator: ExcelMigrator, tmp_path: Path) -> None:
    first, second = migrator.deals(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(corpus.deals())))
    assert first.record is not None
    assert first.record.product_nos == (300000001, 300000002)
    assert (first.record.deal_no, first.record.sale_price, first.record.product_count) == (700001, 9900, 2)
    assert first.problems == second.problems == ()


def test_deals_on_one_row_per_product(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["딜번호", "딜명", "구성상품수", "상품번호"],
        [700001, "모음전", 3, 300000001],
        [700001, "모음전", 3, 300000002],
        [None, None, None, 300000003],
        [700002, "다른 모음전", 2, "300000001, 엉뚱"],
    ]
    first, second = migrator.deals(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))
    assert first.record is not None
    assert first.record.product_nos == (300000001, 300000002, 300000003)
    assert first.rows == (2, 3, 4)
    assert first.problems == ()
    assert [problem.rule for problem in second.problems] == ["id"]


def test_a_deal_that_counts_otherwise(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = corpus.deals()
    table[1][7] = 5
    first, _ = migrator.deals(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))
    assert [problem.rule for problem in first.problems] == ["count-differs"]


# --- orders ------------------------------------------------------------------------------------------------


def test_orders_become_bundles(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        corpus.ORDER_HEADERS,
        corpus.order_row(9001, 8001, 7001),
        corpus.order_row(9001, 8001, 7002, 옵션="파랑", 수량=1, 총상품금액=12900),
        corpus.order_row(9001, 8002, 7003, 상품금액=30000, 총상품금액=30000, 수량=3),
        corpus.order_row(9002, 8003, 7004, 총상품금액=1),
    ]
    first, second = migrator.orders(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))
    bundle = first.bundle
    assert bundle is not None
    assert (bundle.bundle_no, bundle.purchase_no, bundle.buyer_name, bundle.ship_price) == (
        9001,
        55,
        "홍길동",
        2500,
    )
    assert bundle.delivery is not None
    assert bundle.delivery.ship_address is not None
    assert (bundle.delivery.invoice_no, bundle.delivery.ship_address.zipcode) == ("123456789012", "01234")
    assert [product.order_no for product in bundle.order_product] == [8001, 8002]
    assert [option.option_qty for option in bundle.order_product[0].order_option] == [2, 1]
    assert [product.product_price for product in bundle.order_product] == [12900, 10000]
    assert [product.product_qty for product in bundle.order_product] == [3, 3]
    assert first.rows == (2, 3, 4)
    assert first.valid
    assert first.extras[7001]["위메프 제휴채널 수수료"] == "100"
    assert [(problem.row, problem.column, problem.rule) for problem in second.problems] == [
        (5, "M", "total-differs")
    ]


def test_orders_do_not_show_personal_data_in_problems(migrator: ExcelMigrator, tmp_path: Path) -> None:
    row = corpus.order_row(
        9001,
        8001,
        7001,
        우편번호=1234,
        구매자="홍*동",
        **{"구매자 휴대폰": 1000000000, "받는사람 연락처": "010-****-0000"},
    )
    (entry,) = migrator.orders(corpus.save(tmp_path, "a.xlsx", corpus.xlsx([corpus.ORDER_HEADERS, row])))
    assert {(problem.field, problem.rule) for problem in entry.problems} == {
        ("zipcode", "leading-zero"), ("buyer_name", "masked"), ("buyer_phone", "leading-zero"), ("recipient_phone", "masked"),
    }  # fmt: skip
    assert {problem.value for problem in entry.problems} == {"***"}
    text = " ".join(map(str, entry.problems)) + repr(entry)
    for secret in ("홍*동", "1234,", "→ 01234", "1000000000", "홍길동", "시험로"):
        assert secret not in text.replace("홍길동 각인", "")


def test_an_order_line_without_identifiers(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        corpus.ORDER_HEADERS,
        corpus.order_row(9001, 8001, 7001, 구매번호=None),
        corpus.order_row(9002, 8001, 7001),
    ]
    first, second = migrator.orders(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))
    assert first.bundle is None
    assert not first.valid
    assert [(problem.field, problem.rule) for problem in first.problems] == [("purchase_no", "required")]
    assert second.valid


def test_a_repeated_order_line_counts_once(migrator: ExcelMigrator, tmp_path: Path) -> None:
    row, other = corpus.order_row(1, 11, 111), corpus.order_row(1, 11, 111, 수량=5, 총상품금액=64500)
    table = [corpus.ORDER_HEADERS, row, row, corpus.order_row(1, 11, 112), other]
    (entry,) = migrator.orders(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)))
    assert entry.bundle is not None
    assert [product.product_qty for product in entry.bundle.order_product or ()] == [4]
    assert [(one.row, one.rule, one.severity) for one in entry.problems] == [
        (3, "same-line", ProblemSeverity.WARNING),
        (5, "same-line", ProblemSeverity.ERROR),
    ]
    assert not entry.valid


def test_a_bundle_whose_rows_stand_apart_says_so(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        corpus.ORDER_HEADERS,
        corpus.order_row(1, 11, 111),
        corpus.order_row(2, 12, 112),
        corpus.order_row(1, 13, 113),
    ]
    entries = list(migrator.orders(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))))
    assert [one.bundle.bundle_no for one in entries if one.bundle] == [1, 2, 1]
    assert [[problem.rule for problem in one.problems] for one in entries] == [[], [], ["bundle-apart"]]
    assert all(one.valid for one in entries)


def test_a_repeated_line_of_a_bundle_that_stands_apart_counts_once(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    table = [
        corpus.ORDER_HEADERS,
        corpus.order_row(71, 710, 711),
        corpus.order_row(72, 720, 721),
        corpus.order_row(71, 710, 711),
        corpus.order_row(73, 730, 711),
        corpus.order_row(71, 710, 712),
        corpus.order_row(71, 710, 711, 수량=3),
    ]
    entries = list(migrator.orders(corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table))))
    lines = [
        (one.bundle.bundle_no, option.order_option_no)
        for one in entries
        if one.bundle is not None
        for product in one.bundle.order_product
        for option in product.order_option
    ]
    assert lines == [(71, 711), (72, 721), (73, 711), (71, 712)]
    assert [
        [
            (problem.row, problem.rule, problem.severity)
            for problem in one.problems
            if problem.rule == "same-line"
        ]
        for one in entries
    ] == [[], [], [(4, "same-line", ProblemSeverity.WARNING)], [], [(7, "same-line", ProblemSeverity.ERROR)]]
    assert entries[2].bundle is None
    assert not entries[2].valid
