"""What goes wrong with a product is a line of the report, and everything else goes on."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
from collections.abc import Iterator
from typing import Any

import catalogue_kit as kit
import export_kit
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.catalogue import CatalogueProduct
from wemakeprice_sdk.catalogue.defaults import CodeMap, Defaults, Overflow, SellerMaps, SkuSource
from wemakeprice_sdk.catalogue.exporters import (
    TARGETS,
    Cafe24,
    CoupangDraft,
    Exporter,
    Godomall,
    GoogleFeed,
    NaverApi,
    NaverSheet,
    Sabangnet,
    Shopify,
    ShopifyDialect,
    WooCommerce,
    export,
)
from wemakeprice_sdk.catalogue.exporters.base import (
    TextLimit,
    TextUnit,
    unencodable,
    without_active_parts,
)
from wemakeprice_sdk.catalogue.exporters.matrix import Matrix, MatrixRow
from wemakeprice_sdk.catalogue.report import LineCode, LineKind
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models.codes import OptionSaleStatus

EVERY = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)


def request(product: CatalogueProduct, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(export_kit.written([product], NaverApi(), **more))["originProduct"]
    return made


def combinations(product: CatalogueProduct, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = request(product, **more)["detailAttribute"]["optionInfo"][
        "optionCombinations"
    ]
    return found


def optioned(
    rows: list[tuple[str, ...]], titles: tuple[str, ...] = ("색상", "사이즈"), **values: Any
) -> CatalogueProduct:
    given = {"surcharge": [0] * len(rows), "stock": [5] * len(rows), **values}
    return export_kit.grid(variants=kit.variants(rows, titles=titles, **given))


@EVERY
def test_rows_in_are_rows_out_and_refused(target: type[Exporter]) -> None:
    goods = [*kit.shapes(), export_kit.grid(2002), export_kit.single(2001)]
    found, summary = export_kit.steps(goods, target(), export_kit.JOINING)
    assert (summary.rows_in, summary.rows_in) == (len(goods), summary.rows_out + summary.refused)
    assert summary.rows_out >= 2
    by_product = {step.product: step for step in found if step.product}
    assert set(by_product) == {one.id for one in goods}
    for step in by_product.values():
        assert step.refused == any(line.kind is LineKind.REFUSED for line in step.lines)
        assert bool(step.data or step.rows) == (not step.refused)
    assert sum(summary.lines.values()) == sum(len(step.lines) for step in by_product.values())


@EVERY
def test_a_product_of_which_only_the_number_is_known_is_refused_by_name(target: type[Exporter]) -> None:
    reasons = export_kit.refusals(kit.bare(), target())
    assert LineCode.MISSING in {code for code, _ in reasons}
    assert len(reasons) >= 2


@EVERY
def test_a_second_export_has_the_same_bytes_and_the_same_keys(target: type[Exporter]) -> None:
    goods = [export_kit.grid(), export_kit.single()]
    assert export_kit.written(goods, target()) == export_kit.written(copy.deepcopy(goods), target())


@EVERY
def test_keys_do_not_change_with_what_is_sold(target: type[Exporter]) -> None:
    again = evolve(export_kit.grid(), name="새 이름", price=1_000, seller_code="OTHER", brand=None)
    assert b"wmp-1002" in export_kit.written([again], target()).replace(b"_", b"-")


@EVERY
def test_a_product_that_comes_twice_is_written_once(target: type[Exporter]) -> None:
    found, summary = export_kit.steps([export_kit.grid(), export_kit.grid()], target())
    assert (summary.rows_in, summary.rows_out, summary.refused) == (2, 1, 1)
    assert [line.code for step in found if step.refused for line in step.lines] == [LineCode.DUPLICATE_KEY]


@EVERY
def test_what_a_source_could_not_read_is_told_again(target: type[Exporter]) -> None:
    fault = Violation("price", "abc", "won", "is no number", "숫자가 아닙니다")
    told = export_kit.lines([export_kit.grid(faults=(fault,))], target())
    assert (LineCode.SOURCE, "price", "abc") in {(line.code, line.field, line.value) for line in told}


def test_every_line_speaks_both_languages() -> None:
    for code in LineCode:
        assert code.english
        assert code.korean.endswith(("다", "요"))
    assert {kind.korean for kind in LineKind} == {"제외", "확인 필요", "변경"}


# What went wrong for others


@EVERY
def test_an_unknown_brand_never_becomes_another_one(target: type[Exporter]) -> None:
    product = export_kit.grid(brand="없는 브랜드")
    output = export_kit.written([product], target()).decode()
    assert "B0000001" not in output
    if target is Cafe24:
        (row,) = export_kit.table(output.encode())
        assert row["브랜드"] == ""
        assert (LineCode.UNMAPPED, "없는 브랜드") in {
            (line.code, line.value) for line in export_kit.lines([product], target())
        }


def test_a_surcharge_is_added_where_the_target_takes_whole_prices() -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], surcharge=[0, 1_500])
    assert [row["Price"] for row in export_kit.table(export_kit.written([product], Shopify()))][:2] == [
        "29900", "31400",
    ]  # fmt: skip
    woo = export_kit.table(export_kit.written([product], WooCommerce()))
    assert [(row["Sale price"], row["Regular price"]) for row in woo[1:]] == [
        ("29900", "39900"),
        ("31400", "41400"),
    ]
    feed = export_kit.table(export_kit.written([product], GoogleFeed()), delimiter="\t")
    assert [row["sale_price"] for row in feed] == ["29900 KRW", "31400 KRW"]


def test_a_surcharge_stays_one_where_the_target_takes_surcharges() -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], surcharge=[0, 1_500])
    assert [row["price"] for row in combinations(product)] == [0, 1_500]


@given(st.lists(st.integers(-3_000, 3_000), min_size=2, max_size=2))
@settings(deadline=None, max_examples=30)
def test_totals_stay_when_the_base_price_is_moved(surcharges: list[int]) -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], surcharge=surcharges)
    made = request(product)
    rows = made["detailAttribute"]["optionInfo"]["optionCombinations"]
    assert [made["salePrice"] + row["price"] for row in rows] == [29_900 + one for one in surcharges]
    assert min(row["price"] for row in rows) == 0


def test_a_surcharge_that_cannot_be_held_is_refused_or_listed() -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], surcharge=[0, 1_500])
    assert (LineCode.MISFIT, "추가금액") in export_kit.refusals(product, Cafe24())
    listed = export_kit.lines([product], Cafe24(list_surcharges=True))
    assert [(line.value, line.detail) for line in listed if line.field == "추가금액"] == [
        ("흰색 / M", "1500")
    ]


@EVERY
def test_goods_never_go_out_without_their_options(target: type[Exporter]) -> None:
    uneven = evolve(
        export_kit.grid(),
        variants=tuple(
            evolve(one, axes=one.axes if at else one.axes[:1])
            for at, one in enumerate(export_kit.grid().variants)
        ),
    )
    assert LineCode.AXES_DIFFER in {code for code, _ in export_kit.refusals(uneven, target())}
    assert export_kit.steps([uneven], target())[1].rows_out == 0


def test_limits_count_in_the_units_of_the_target() -> None:
    assert TextLimit(3, TextUnit.BYTES).measure("가") == 3
    assert TextLimit(3, TextUnit.BYTES, "cp949").measure("가") == 2
    assert TextLimit(3, TextUnit.UTF16).measure("😀") == 2
    assert TextLimit(3).measure("😀") == 1
    name = "가" * 84  # 252 bytes of UTF-8, 168 of CP949
    product = export_kit.grid(name=name)
    assert (LineCode.TOO_LONG, "상품명") in export_kit.refusals(product, Cafe24())
    assert export_kit.refusals(product, Cafe24(encoding="cp949")) == set()


@pytest.mark.parametrize(("length", "taken"), [(24, True), (25, False)])
@pytest.mark.parametrize("target", [NaverApi, NaverSheet])
def test_an_option_value_of_naver_has_fewer_than_25_characters(
    target: type[Exporter], length: int, taken: bool
) -> None:
    product = optioned([("가" * length, "M"), ("흰색", "M")])
    assert (export_kit.refusals(product, target()) == set()) is taken


@given(st.text(max_size=40), st.integers(0, 30), st.sampled_from(TextUnit))
@settings(deadline=None)
def test_a_cut_text_fits_and_is_a_beginning(text: str, most: int, unit: TextUnit) -> None:
    limit = TextLimit(most, unit)
    cut = limit.cut(text)
    assert limit.fits(cut)
    assert text.startswith(cut)
    longer = text[: len(cut) + 1]
    assert longer == text or not limit.fits(longer) or text[: len(cut) + 1].rstrip() == cut


def test_a_name_is_cut_only_when_the_seller_says_so() -> None:
    product = export_kit.grid(name="가" * 101)
    assert (LineCode.TOO_LONG, "name") in export_kit.refusals(product, NaverApi())
    cutting = evolve(export_kit.DEFAULTS, overflow=Overflow.CUT)
    told = export_kit.lines([product], NaverApi(), cutting)
    assert LineCode.CUT in {line.code for line in told}
    assert request(product, defaults=cutting)["name"] == "가" * 100


@pytest.mark.parametrize("target", [NaverApi, NaverSheet])
def test_a_missing_category_rule_refuses_one_product_and_touches_no_other(target: type[Exporter]) -> None:
    strange = export_kit.grid(1009, category=("없는", "분류"))
    found, summary = export_kit.steps([strange, export_kit.grid()], target())
    assert [step.product for step in found if step.refused] == ["wmp-1009"]
    assert summary.rows_out == 1


def test_empty_lists_are_lists_and_nothing_is_null() -> None:
    made = request(export_kit.single(keywords=(), text_options=()))
    options = made["detailAttribute"]["optionInfo"]
    assert (options["optionSimple"], options["optionCustom"]) == ([], [])
    assert made["detailAttribute"]["seoInfo"]["sellerTags"] == []
    assert "null" not in json.dumps(made)


def test_a_product_without_a_notice_gets_the_general_one_or_is_refused() -> None:
    product = export_kit.grid(notices=())
    silent = evolve(export_kit.DEFAULTS, notice_text=None)
    assert (LineCode.MISSING, "itemName") in export_kit.refusals(product, NaverApi(), silent)
    told = export_kit.lines([product], NaverApi())
    assert LineCode.FALLBACK in {line.code for line in told if line.field == "productInfoProvidedNotice"}
    notice = request(product)["detailAttribute"]["productInfoProvidedNotice"]
    assert notice["productInfoProvidedNoticeType"] == "ETC"
    assert set(notice["etc"].values()) == {"상품상세 참조"}


@EVERY
def test_two_options_of_one_value_are_refused(target: type[Exporter]) -> None:
    product = optioned([("검정", "M"), ("검정", "M")])
    assert LineCode.DUPLICATE_OPTION in {code for code, _ in export_kit.refusals(product, target())}


@EVERY
def test_two_axes_of_one_name_are_refused(target: type[Exporter]) -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], titles=("색상", "색상"))
    assert LineCode.DUPLICATE_OPTION in {code for code, _ in export_kit.refusals(product, target())}


def test_a_comma_in_an_option_term_is_escaped_or_refused() -> None:
    product = optioned([("빨강, 진한", "M"), ("흰색", "M")])
    parent, first, _ = export_kit.table(export_kit.written([product], WooCommerce()))
    assert parent["Attribute 1 value(s)"] == "빨강\\, 진한, 흰색"
    assert first["Attribute 1 value(s)"] == "빨강\\, 진한"
    assert (LineCode.SEPARATOR, "옵션값") in export_kit.refusals(product, NaverSheet())
    assert combinations(product)[0]["optionName1"] == "빨강, 진한"


def test_a_comma_or_an_arrow_in_a_category_starts_no_other_category() -> None:
    maps = SellerMaps()
    product = export_kit.grid(category=("가구, 침대", "침대"))
    row = export_kit.table(export_kit.written([product], WooCommerce(), maps=maps))[0]
    assert row["Categories"] == "가구\\, 침대 > 침대"
    arrow = export_kit.grid(category=("가구", "a>b"))
    assert export_kit.table(export_kit.written([arrow], WooCommerce(), maps=maps))[0]["Categories"] == ""
    assert (LineCode.SEPARATOR, "Categories") in {
        (line.code, line.field) for line in export_kit.lines([arrow], WooCommerce(), maps=maps)
    }


@EVERY
def test_a_refused_product_leaves_no_child_behind(target: type[Exporter]) -> None:
    output = export_kit.written([export_kit.grid(1008, name=None), export_kit.grid()], target())
    output = output.replace(b"_", b"-")  # Godomall's codes take no dash
    assert b"wmp-1008" not in output
    assert b"wmp-1002" in output


@pytest.mark.parametrize("target", [NaverApi, NaverSheet])
def test_a_courier_is_a_code_and_an_unknown_one_is_refused(target: type[Exporter]) -> None:
    shipping = evolve(export_kit.grid().shipping, courier="CJ대한통운")
    output = export_kit.written([export_kit.grid(shipping=shipping)], target()).decode()
    assert "CJGLS" in output
    assert "대한통운" not in output
    for name in ("D006", "없는택배"):
        strange = export_kit.grid(shipping=evolve(shipping, courier=name))
        assert LineCode.UNMAPPED in {code for code, _ in export_kit.refusals(strange, target())}
    logen = export_kit.grid(shipping=evolve(shipping, courier="D004"))
    told = export_kit.lines([logen], target())
    assert ("KGB", "LOGEN") in {(line.value, line.detail) for line in told if line.code is LineCode.DISPUTED}


@pytest.mark.parametrize(
    ("target", "brand", "maker"),
    [
        (Cafe24, "브랜드", "제조사"),
        (NaverSheet, "브랜드", "제조사"),
        (NaverApi, "brandName", "manufacturerName"),
    ],
)
def test_brand_and_maker_stand_in_their_own_places(target: type[Exporter], brand: str, maker: str) -> None:
    if target is NaverApi:
        cells = request(export_kit.grid())["detailAttribute"]["naverShoppingSearchInfo"]
        assert (cells[brand], cells[maker]) == ("예시브랜드", "예시제조")
    elif target is Cafe24:
        (cells,) = export_kit.table(export_kit.written([export_kit.grid()], Cafe24()))
        assert (cells[brand], cells[maker]) == ("B0000001", "M0000001")
    else:
        (cells,) = sheet_rows(export_kit.grid())
        assert (cells[brand], cells[maker]) == ("예시브랜드", "예시제조")


def sheet_rows(
    product: CatalogueProduct, defaults: Defaults = export_kit.DEFAULTS
) -> Iterator[dict[str, Any]]:
    sheet = NaverSheet()
    for step in export_kit.steps([product], sheet, defaults)[0]:
        for row in step.rows:
            yield dict(zip(sheet.layout.columns, row, strict=True))


@pytest.mark.parametrize("brand", ["나이키코리아", "ABC Co., Ltd.", "주식회사 예시", "브랜드(정품)"])
def test_a_brand_keeps_its_ending(brand: str) -> None:
    product = export_kit.grid(brand=brand)
    assert export_kit.table(export_kit.written([product], Shopify()))[0]["Vendor"] == brand
    assert request(product)["detailAttribute"]["naverShoppingSearchInfo"]["brandName"] == brand


def test_a_ragged_matrix_makes_no_phantoms() -> None:
    rows = [("검정", "M"), ("흰색", "L")]
    product = optioned(rows)
    for target in (Cafe24, NaverSheet):
        assert LineCode.MISFIT in {code for code, _ in export_kit.refusals(product, target())}
    (row,) = export_kit.table(export_kit.written([product], Cafe24(), export_kit.JOINING))
    assert row["옵션입력"] == "색상 / 사이즈{검정 / M|흰색 / L}"
    (cells,) = sheet_rows(product, export_kit.JOINING)
    assert (cells["옵션명"], cells["옵션값"]) == ("색상 / 사이즈", "검정 / M,흰색 / L")
    assert [(one["optionName1"], one["optionName2"]) for one in combinations(product)] == rows
    assert len(export_kit.table(export_kit.written([product], WooCommerce()))) == 3


def test_stocks_that_do_not_follow_the_first_axis_are_never_flattened() -> None:
    product = optioned([("검정", "M"), ("검정", "L")], stock=[1, 9])
    assert (LineCode.MISFIT, "옵션값") in export_kit.refusals(product, NaverSheet())
    (cells,) = sheet_rows(product, export_kit.JOINING)
    assert (cells["옵션값"], cells["옵션 재고수량"]) == ("검정 / M,검정 / L", "1,9")
    assert LineCode.JOINED in {
        line.code for line in export_kit.lines([product], NaverSheet(), export_kit.JOINING)
    }


@given(
    st.lists(
        st.tuples(st.sampled_from("가나다"), st.sampled_from("12"), st.sampled_from("xy")),
        min_size=1,
        unique=True,
    ),
    st.integers(1, 3),
)
@settings(deadline=None)
def test_joining_keeps_every_combination_and_makes_none_up(rows: list[tuple[str, ...]], most: int) -> None:
    made = tuple(
        MatrixRow(key=str(at), values=values, surcharge=at, stock=at) for at, values in enumerate(rows)
    )
    matrix = Matrix(("a", "b", "c"), made).joined(most)
    assert [(row.key, row.surcharge, row.stock) for row in matrix.rows] == [
        (row.key, row.surcharge, row.stock) for row in made
    ]
    assert [" / ".join(row.values) for row in matrix.rows] == [" / ".join(values) for values in rows]
    grid = {
        (first, second, third)
        for first in {one[0] for one in rows}
        for second in {one[1] for one in rows}
        for third in {one[2] for one in rows}
    }
    assert Matrix(("a", "b", "c"), made).is_full_grid == (grid == set(rows))


# Bad input


@pytest.mark.parametrize("target", [NaverApi, NaverSheet])
def test_600_combinations_are_refused_where_500_are_the_most(target: type[Exporter]) -> None:
    product = evolve(kit.large(count=600), category=("의류", "상의", "티셔츠", "반팔"))
    assert LineCode.TOO_MANY in {
        code for code, _ in export_kit.refusals(product, target(), export_kit.JOINING)
    }


def test_600_combinations_go_where_they_fit() -> None:
    product = kit.large(count=600)
    assert export_kit.steps([product], Shopify())[1].rows_out == 1
    legacy = Shopify(dialect=ShopifyDialect.LEGACY)
    assert (LineCode.TOO_MANY, "Option") in export_kit.refusals(product, legacy)
    assert (
        export_kit.steps([product], Shopify(dialect=ShopifyDialect.LEGACY, most_variants=600))[1].rows_out
        == 1
    )


def test_a_description_over_a_cell_is_refused_and_half_of_one_is_never_written() -> None:
    html = "<p>" + "가" * 32_767 + "</p>"
    product = export_kit.grid(description_html=html)
    assert (LineCode.TOO_LONG, "상세설명") in export_kit.refusals(product, NaverSheet())
    assert request(product)["detailContent"] == html


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (Cafe24, "a|b"),
        (Cafe24, "{x}"),
        (Cafe24, "가//나"),
        (NaverSheet, "가,나"),
        (NaverSheet, "가\n나"),
        (WooCommerce, "a\\"),
    ],
)
def test_an_option_value_with_the_targets_separator_is_refused(target: type[Exporter], value: str) -> None:
    product = optioned([(value, "M"), ("흰색", "M")])
    assert LineCode.SEPARATOR in {code for code, _ in export_kit.refusals(product, target())}


def test_an_emoji_where_the_encoding_has_none_is_refused_by_name() -> None:
    product = export_kit.grid(name="셔츠 😀")
    told = export_kit.lines([product], Cafe24(encoding="cp949"))
    assert (LineCode.CHARACTERS, "상품명", "😀", "cp949") in {
        (line.code, line.field, line.value, line.detail) for line in told
    }
    assert export_kit.refusals(product, Cafe24()) == set()


@pytest.mark.parametrize(("encoding", "iconv"), [("cp949", "CP949"), ("euc_kr", "EUC-KR")])
def test_iconv_agrees_about_what_an_encoding_holds(encoding: str, iconv: str) -> None:
    marks = [*map(chr, range(0xAC00, 0xD7A4, 7)), *"€가A①‚…😀한"]
    held = "".join(mark for mark in marks if not unencodable(mark, encoding))
    done = subprocess.run(
        ["iconv", "-f", iconv, "-t", "UTF-8"], input=held.encode(encoding), capture_output=True, check=True
    )
    assert done.stdout.decode() == held
    lost = next(mark for mark in marks if unencodable(mark, encoding))
    refused = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", iconv], input=lost.encode(), capture_output=True, check=False
    )
    assert refused.returncode != 0


def test_sabangnet_refuses_what_euc_kr_lacks_and_names_it() -> None:
    for mark in ("😀", "똠"):
        told = export_kit.lines([export_kit.grid(name=f"셔츠 {mark}")], Sabangnet())
        assert (LineCode.CHARACTERS, "GOODS_NM", mark) in {
            (line.code, line.field, line.value) for line in told
        }


def test_sabangnet_holds_1000_goods_a_file_and_never_a_key() -> None:
    found, _ = export_kit.steps((export_kit.single(at) for at in range(1, 1_002)), Sabangnet())
    assert {step.file for step in found if step.product} == {1, 2}
    assert sum(step.data.endswith(b"</SABANG_GOODS_REGI>\n") for step in found) == 2
    assert "SEND_AUTH_KEY" in {line.field for line in found[0].lines}


def godomall_rows(product: CatalogueProduct) -> Iterator[dict[str, Any]]:
    target = Godomall()
    for step in export_kit.steps([product], target)[0]:
        for row in step.rows:
            yield dict(zip(target.heading()[1], row, strict=True))


def test_godomall_holds_a_ragged_matrix_line_by_line() -> None:
    product = optioned([("검정", "M"), ("흰색", "L")], surcharge=[0, -500], stock=[1, 9])
    (row,) = godomall_rows(product)
    assert (row["option_yn"], row["option_name"]) == ("y", "색상^|^사이즈")
    assert row["option_value"] == "검정^|^M\n흰색^|^L"
    assert (row["option_price"], row["stock_cnt"]) == ("0\n-500", "1\n9")
    assert (row["goods_price"], row["fixed_price"], row["goods_state"]) == (29_900, 39_900, "n")
    assert row["goods_must_info"] == "제품 소재^|^린넨 100%\n제조국^|^대한민국"
    assert (row["kcmark_fl"], row["kcmark_div_fl"], row["kcmark_no"]) == ("y", "kcCd02", "CB000R000-0000")
    assert row["image_storage"] == "https://img.example.com/"
    assert row["image_name"].splitlines()[:2] == ["main^|^main-0.jpg", "list^|^main-0.jpg"]


def test_godomall_takes_no_mark_in_a_code_but_the_underscore() -> None:
    (row,) = godomall_rows(export_kit.grid())
    assert row["goods_cd"] == "wmp_1002"
    assert all(code.startswith("wmp_1002_") for code in row["option_code"].splitlines())
    seller = evolve(export_kit.DEFAULTS, sku=SkuSource.SELLER)
    product = export_kit.single(seller_code="A-1")
    assert (LineCode.CHARACTERS, "goods_cd") in export_kit.refusals(product, Godomall(), seller)


def test_a_draft_of_coupang_is_never_ready() -> None:
    body = json.loads(export_kit.written([export_kit.grid()], CoupangDraft(), export_kit.PUBLISHING))
    assert set(body) == {"draft", "gaps"}
    assert body["draft"]["requested"] is False
    assert {"items.attributes", "vendorId", "returnCenterCode", "outboundShippingPlaceCode"} <= set(
        body["gaps"]
    )
    assert body["draft"]["items"][0]["attributes"] == [
        {"attributeTypeName": "색상", "attributeValueName": "빨강"},
        {"attributeTypeName": "사이즈", "attributeValueName": "M"},
    ]


def test_coupang_gets_the_fields_of_its_reference() -> None:
    body = json.loads(export_kit.written([export_kit.single()], CoupangDraft()))["draft"]
    item = body["items"][0]
    assert (body["deliveryMethod"], body["deliveryChargeType"], body["deliveryCharge"]) == (
        "SEQUENCIAL",
        "NOT_FREE",
        3_000,
    )
    assert (body["deliveryCompanyCode"], body["returnCharge"], body["unionDeliveryType"]) == (
        "CJGLS",
        2_500,
        "UNION_DELIVERY",
    )
    assert (item["originalPrice"], item["salePrice"], item["maximumBuyCount"]) == (39_900, 29_900, 7)
    assert (item["adultOnly"], item["taxType"], item["unitCount"]) == ("EVERYONE", "TAX", 0)
    assert item["images"][0] == {
        "imageOrder": 0,
        "imageType": "REPRESENTATION",
        "vendorPath": kit.image().url,
    }
    assert item["notices"][0] == {
        "noticeCategoryName": "의류", "noticeCategoryDetailName": "제품 소재", "content": "린넨 100%",
    }  # fmt: skip


def test_a_category_code_of_sabangnet_has_three_or_four_levels() -> None:
    maps = evolve(export_kit.SABANGNET_MAPS, categories=CodeMap({"의류 > 상의 > 셔츠 > 린넨": "001|002"}))
    assert (LineCode.UNMAPPED, "CLASS_CD1") in export_kit.refusals(export_kit.grid(), Sabangnet(), maps=maps)


def test_cp949_is_what_a_korean_windows_reads() -> None:
    data = export_kit.written([export_kit.grid()], Cafe24(encoding="cp949"))
    done = subprocess.run(
        ["iconv", "-f", "CP949", "-t", "UTF-8"], input=data, capture_output=True, check=True
    )
    assert export_kit.table(done.stdout)[0]["상품명"] == "린넨 셔츠 긴팔"


@pytest.mark.parametrize("sign", ["=1+1", "+82", "-5", "@x"])
def test_a_formula_is_neutralised_where_the_target_takes_the_mark_away_again(sign: str) -> None:
    product = optioned([(sign, "M"), ("흰색", "M")])
    parent, first, _ = export_kit.table(export_kit.written([product], WooCommerce()))
    assert parent["Attribute 1 value(s)"] == f"'{sign}, 흰색"
    assert first["Attribute 1 value(s)"] == f"'{sign}"
    told = export_kit.lines([product], WooCommerce())
    assert (LineCode.NEUTRALISED, sign) in {(line.code, line.value) for line in told}
    for target in (WooCommerce, Shopify, Cafe24):
        cells = export_kit.table(export_kit.written([export_kit.single(name=sign)], target()))[0]
        assert sign in cells.values()


def test_control_characters_and_half_surrogates_are_taken_out_and_told() -> None:
    product = export_kit.grid(name="셔츠\x00\x1b \ud83d긴팔")
    for target in TARGETS:
        assert "셔츠 긴팔".encode() in export_kit.written([product], target())
        assert LineCode.CLEANED in {line.code for line in export_kit.lines([product], target())}


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<p>a</p><script>x()</script><b>c</b>", "<p>a</p><b>c</b>"),
        ("<SCRIPT src='x'></SCRIPT >a", "a"),
        ("a<style>p{}</style><iframe src=x>b</iframe>c", "ac"),
        ("a<script>never ends", "a"),
        ("<scripted>a</scripted>", "<scripted>a</scripted>"),
    ],
)
def test_active_parts_are_stripped(html: str, kept: str) -> None:
    assert without_active_parts(html) == kept


def test_stripping_does_not_take_quadratic_time() -> None:
    assert without_active_parts("<script>" * 50_000) == ""


def test_what_is_stripped_is_told() -> None:
    product = export_kit.grid(description_html="<p>a</p><iframe src='https://x.example.com'></iframe>")
    assert request(product)["detailContent"] == "<p>a</p>"
    assert LineCode.STRIPPED in {line.code for line in export_kit.lines([product], NaverApi())}


def test_an_option_without_a_title_gets_the_general_one_and_is_counted() -> None:
    product = export_kit.grid(
        variants=kit.variants([("빨강/M",), ("파랑/L",)], titles=("",), surcharge=[0, 0], stock=[1, 1])
    )
    row = export_kit.table(export_kit.written([product], Shopify()))[0]
    assert (row["Option1 name"], row["Option1 value"]) == ("옵션", "빨강/M")
    assert LineCode.FALLBACK in {line.code for line in export_kit.lines([product], Shopify())}


def test_more_axes_than_a_target_has_are_joined_or_refused() -> None:
    titles = ("색상", "사이즈", "소재", "무늬")
    product = optioned([("검정", "M", "면", "줄"), ("흰색", "L", "면", "점")], titles=titles)
    for target in (Shopify, NaverApi):
        assert LineCode.MISFIT in {code for code, _ in export_kit.refusals(product, target())}
    row = export_kit.table(export_kit.written([product], Shopify(), export_kit.JOINING))[0]
    assert (row["Option3 name"], row["Option3 value"]) == ("소재 / 무늬", "면 / 줄")
    assert combinations(product, defaults=export_kit.JOINING)[1]["optionName3"] == "면 / 점"


def test_a_sold_out_option_is_never_offered() -> None:
    states = [OptionSaleStatus.SALE, OptionSaleStatus.SOLD_OUT]
    product = optioned([("검정", "M"), ("흰색", "M")], state=states)
    assert [row["Inventory quantity"] for row in export_kit.table(export_kit.written([product], Shopify()))][
        :2
    ] == ["5", "0"]
    assert [row["usable"] for row in combinations(product)] == [True, False]
    feed = export_kit.table(export_kit.written([product], GoogleFeed()), delimiter="\t")
    assert [row["availability"] for row in feed] == ["in_stock", "out_of_stock"]
    assert LineCode.CLOSED in {line.code for line in export_kit.lines([product], Shopify())}


@EVERY
def test_an_unknown_stock_is_never_made_up(target: type[Exporter]) -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], stock=[None, 3])
    assert LineCode.MISSING in {code for code, _ in export_kit.refusals(product, target())}
    filled = evolve(export_kit.DEFAULTS, stock=0)
    assert LineCode.DEFAULT in {line.code for line in export_kit.lines([product], target(), filled)}
    assert export_kit.refusals(product, target(), filled) == set()


def test_seller_codes_that_two_things_bear_are_named_before() -> None:
    seller = evolve(export_kit.DEFAULTS, sku=SkuSource.SELLER)
    goods = kit.shared_codes()
    found, summary = export_kit.steps([*goods, export_kit.grid()], Shopify(), seller)
    assert (summary.rows_out, summary.refused) == (1, len(goods))
    assert all(step.refused == (step.product != "wmp-1002") for step in found if step.product)
    assert {line.value for step in found for line in step.lines if line.code is LineCode.SHARED_CODE} == {
        "001",
        "002",
    }
    with pytest.raises(TypeError, match="read twice"):
        export(iter(goods), Shopify(), defaults=seller)
    assert export(iter(goods), Shopify(), defaults=seller, shared_codes=["001"]).summary.rows_in == 0


def test_a_seller_code_stands_as_sku_when_chosen() -> None:
    seller = evolve(export_kit.DEFAULTS, sku=SkuSource.SELLER)
    rows = export_kit.table(export_kit.written([export_kit.grid()], Shopify(), seller))
    assert [row["SKU"] for row in rows if row["SKU"]] == ["OPT_0", "OPT_1", "OPT_2", "OPT_3"]
    missing = export_kit.lines([export_kit.single(seller_code=None)], Shopify(), seller)
    assert LineCode.FALLBACK in {line.code for line in missing}


def test_a_surcharge_beyond_the_band_is_refused_unless_the_check_is_off() -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], surcharge=[0, 15_000])
    assert (LineCode.OUT_OF_RANGE, "옵션가") in export_kit.refusals(product, NaverApi())
    assert export_kit.refusals(product, NaverApi(price_band=None)) == set()


def test_a_negative_total_is_refused() -> None:
    product = optioned([("검정", "M"), ("흰색", "M")], surcharge=[0, -40_000])
    assert (LineCode.OUT_OF_RANGE, "Price") in export_kit.refusals(product, Shopify())


def test_the_sellers_phone_is_in_no_line() -> None:
    told = export_kit.lines([export_kit.grid()], NaverApi())
    assert not any("02-000-0000" in f"{line.value}{line.detail}" for line in told)
    assert "02-000-0000" not in repr(export_kit.DEFAULTS)


def test_a_picture_without_an_address_is_told_and_the_others_stay() -> None:
    images = (
        kit.image(),
        kit.image(kit.ImageRole.EXTRA, 0),
        evolve(kit.image(kit.ImageRole.EXTRA, 1), url="//img/x.jpg"),
    )
    product = export_kit.grid(images=images)
    rows = export_kit.table(export_kit.written([product], Shopify()))
    assert [row["Product image URL"] for row in rows if row["Product image URL"]] == [
        one.url for one in images[:2]
    ]
    assert LineCode.NOT_A_LINK in {line.code for line in export_kit.lines([product], Shopify())}


def test_pictures_that_the_target_holds_already_need_no_upload() -> None:
    product = export_kit.single(images=(kit.image(),))
    assert LineCode.UPLOAD in {line.code for line in export_kit.lines([product], NaverApi())}
    url = "https://shop1.phinf.naver.net/1.jpg"
    maps = evolve(export_kit.MAPS, pictures=CodeMap({kit.image().url: url}))
    assert LineCode.UPLOAD not in {line.code for line in export_kit.lines([product], NaverApi(), maps=maps)}
    made = json.loads(export_kit.written([product], NaverApi(), maps=maps))
    assert made["originProduct"]["images"]["representativeImage"]["url"] == url


@pytest.mark.parametrize("target", [NaverApi, NaverSheet])
def test_imported_goods_need_an_importer(target: type[Exporter]) -> None:
    product = export_kit.grid(origin=evolve(export_kit.grid().origin, code="02", importer=None))
    assert LineCode.MISSING in {code for code, _ in export_kit.refusals(product, target())}


@given(kit.products())
@settings(deadline=None, max_examples=60)
def test_no_product_breaks_an_export(product: CatalogueProduct) -> None:
    other = export_kit.grid(product.product_no + 1)
    for target in TARGETS:
        found, summary = export_kit.steps([product, other], target(), export_kit.JOINING)
        assert (summary.rows_in, summary.rows_out + summary.refused) == (2, 2)
        assert not found[-2].refused or found[-1].product == ""


@pytest.mark.parametrize("name", ["target", "defaults", "maps"])
def test_a_wrong_kind_of_argument_is_named(name: str) -> None:
    wrong: Any = {"target": Shopify(), name: "none"}
    with pytest.raises(TypeError, match=rf"^{name} takes "):
        export([], **wrong)


def test_what_is_no_product_is_named() -> None:
    wrong: Any = ["none"]
    with pytest.raises(TypeError, match=r"^products takes a CatalogueProduct"):
        list(export(wrong, Shopify()))


def test_defaults_maps_and_lines_survive_a_pickle() -> None:
    for thing in (export_kit.DEFAULTS, export_kit.MAPS, *export_kit.lines([export_kit.grid()], Shopify())):
        assert pickle.loads(pickle.dumps(thing)) == thing


@EVERY
def test_goods_for_nothing_go_to_no_other_shop(target: type[Exporter]) -> None:
    """A price that was never filled in is 0, and the other shop would give the goods away."""
    for free in (export_kit.single(price=0), export_kit.grid(price=0)):
        refused = export_kit.refusals(free, target())
        assert LineCode.OUT_OF_RANGE in {code for code, _ in refused}
    rows = [("빨강", "M"), ("빨강", "L")]
    dear = export_kit.single(price=0, variants=kit.variants(rows, surcharge=[1_000, 2_000], stock=[5, 5]))
    if target in (Shopify, WooCommerce, Godomall):
        assert not export_kit.refusals(dear, target()), "every option has a price of its own"
