"""What seller codes say as SKUs: unique, shared on purpose, ambiguous, missing."""

from __future__ import annotations

import pytest

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models import (
    SkuLink,
    SkuLinkMode,
    SkuMatchReport,
    SkuMatchState,
    SkuPart,
    SkuScheme,
    SkuUse,
    match_skus,
)
from wemakeprice_sdk.models.sku_matching import ambiguous_skus, folded_sku, uses_of


def use(number: int, sku: str | None, option: str = "", **parts: object) -> SkuUse:
    key = (option,) if option else ()
    return SkuUse(product_no=number, sku=sku, option_key=key, **parts)  # type: ignore[arg-type]


def states(report: SkuMatchReport) -> dict[str | None, str]:
    return {match.sku: str(match.state) for match in report.matches}


def test_option_codes_that_repeat_in_seven_products_are_ambiguous() -> None:
    uses = [use(300 + n, code, code, name=f"상품 {n}") for n in range(7) for code in ("001", "002", "003")]
    report = match_skus([*uses, use(400, "CUP")])
    assert states(report) == {"001": "ambiguous", "002": "ambiguous", "003": "ambiguous", "CUP": "unique"}
    assert report.ambiguous == ("001", "002", "003")
    first = report.matches[0]
    assert len(first.uses) == 7
    assert "7 options bear the code under different names" in first.reason
    assert "7개입니다 (서로 다른 항목: 상품명)" in first.reason_ko
    assert states(match_skus([*uses, use(400, "CUP")], shared=["001", "002"])) == {
        "001": "shared",
        "002": "shared",
        "003": "ambiguous",
        "CUP": "unique",
    }


def test_product_and_option_code_make_them_unique_and_a_missing_code_is_named() -> None:
    scheme = SkuScheme.PRODUCT_AND_OPTION
    skus = [scheme.sku_of(f"P{n}", code, has_options=True) for n in range(3) for code in ("001", "002")]
    assert len(set(skus)) == 6
    assert skus[0] == "P0-001"
    assert scheme.sku_of(None, "001", has_options=True) is None
    assert scheme.sku_of("P", None, has_options=False) == "P"
    assert SkuScheme.OPTION.sku_of("P", None, has_options=True) is None
    report = match_skus([use(1, None, "빨강"), use(1, None, "파랑"), use(2, "A")])
    assert report.counts[SkuMatchState.MISSING] == 2
    # Joined codes may meet again: A-B + C and A + B-C.
    twice = [scheme.sku_of("A-B", "C", has_options=True), scheme.sku_of("A", "B-C", has_options=True)]
    assert states(match_skus([use(1, twice[0]), use(2, twice[1])])) == {"A-B-C": "ambiguous"}


@pytest.mark.parametrize(
    ("one", "other"), [("sku-1", "SKU-1"), ("ＳＫＵ-1", "SKU-1"), ("001", "1"), ("0", "000"), (" A", "A")]
)
def test_codes_that_differ_only_in_spelling_are_ambiguous(one: str, other: str) -> None:
    assert folded_sku(one) == folded_sku(other)
    report = match_skus([use(1, one), use(2, other)])
    assert set(states(report).values()) == {"ambiguous"}
    assert all(match.spellings for match in report.matches)
    assert "only by case, width or leading zeros" in report.matches[0].reason
    assert "앞자리 0만" in report.matches[0].reason_ko
    # A word for one spelling says nothing about the other.
    assert states(match_skus([use(1, one), use(2, other)], shared=[one])) == {
        one: "unique",
        other: "ambiguous",
    }


def test_different_prices_are_said_and_one_product_may_hold_them_all() -> None:
    report = match_skus([use(1, "A", "M", price=1000), use(1, "A", "L", price=1200)])
    assert "under different prices" in report.matches[0].reason


def test_links_that_stand_count_but_only_for_the_codes_of_the_import() -> None:
    standing = list(uses_of([SkuLink(product_no=9, sku="A"), SkuLink(product_no=8, sku="B")], "other"))
    report = match_skus([use(1, "A", account="shop")], standing=standing)
    assert states(report) == {"A": "ambiguous"}
    assert [str(one) for one in report.matches[0].uses] == ["shop/1", "other/9"]
    # The same product read again, its option spelled in another way, is the link that stands.
    known = [SkuUse(account="shop", product_no=1, sku="A", option_key=("빨강", "M"))]
    assert states(match_skus([use(1, "A", "빨강/M", account="shop")], standing=known)) == {"A": "unique"}


def test_a_kit_names_its_parts_on_purpose() -> None:
    kit = SkuLink(product_no=1, parts=(SkuPart("CUP", 2), SkuPart("SAUCER", 2)), stock_sync=True)
    assert kit.needs == (SkuPart("CUP", 2), SkuPart("SAUCER", 2))
    assert ambiguous_skus(uses_of([kit, SkuLink(product_no=2, sku="CUP")]), ()) == ()


@pytest.mark.parametrize(
    ("parts", "options", "rule"),
    [
        ((SkuPart("A"),), {"sku": "A"}, "parts in the place of sku"),
        ((SkuPart("A"),), {"mode": SkuLinkMode.NONE}, "parts in the place of sku"),
        ((SkuPart("A"), SkuPart("A")), {}, "each SKU once"),
        ((SkuPart(""),), {}, "each SKU once"),
        ((SkuPart("A", 0),), {}, "quantity >= 1"),
    ],
)
def test_a_kit_that_contradicts_itself_is_refused(
    parts: tuple[SkuPart, ...], options: dict[str, object], rule: str
) -> None:
    with pytest.raises(ValidationError, match=rule):
        SkuLink(product_no=1, parts=parts, **options)  # type: ignore[arg-type]


def test_rows_put_first_what_needs_a_word_and_texts_stay_short() -> None:
    many = [use(number, "001") for number in range(1, 2001)]
    report = match_skus([use(5000, "B"), *many])
    rows = report.to_rows()
    assert [rows[0]["match"], rows[-1]["match"]] == ["ambiguous", "unique"]
    assert len(rows) == 2001
    assert set(rows[0]) >= {"sku", "match", "match_ko", "product_no", "option", "reason", "reason_ko"}
    assert len(repr(report)) < 200
    assert len(repr(report.matches[1])) < 700
    assert "… 2000" in str(report)
