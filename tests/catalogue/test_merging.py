"""Several sources of one product: who wins, what is listed, and that the order of inputs changes nothing."""

import random
from datetime import datetime
from typing import Any

import catalogue_kit as kit
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.catalogue import (
    CatalogueImage,
    CataloguePlace,
    CatalogueProduct,
    MergePolicy,
    MergeRule,
    Origin,
    Provenance,
    RefusedRow,
    ShippingTerms,
    SourceKind,
    StatedValue,
    merge_catalogue,
    merge_product,
)
from wemakeprice_sdk.catalogue.merging import MERGED_FIELDS
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import ConfigError, Violation

LATER = evolve(kit.SHEET, at=datetime(2026, 5, 1, tzinfo=KST))


def said(source: Provenance, **values: Any) -> CatalogueProduct:
    return kit.sourced(CatalogueProduct(product_no=1, **values), source)


class TestWinners:
    def test_the_kind_of_the_source_decides_then_the_time(self) -> None:
        merged = merge_product([said(LATER, price=2), said(kit.API, price=1), said(kit.SHEET, price=3)])
        assert merged.product.price == 1
        assert merged.product.provenance == {"price": kit.API}
        (found,) = merged.contradictions
        assert (found.id, found.field) == ("wmp-1", "price")
        assert found.kept == StatedValue(text="1", source=kit.API)
        assert [one.text for one in found.dropped] == ["2", "3"]

    def test_the_newest_wins_if_the_seller_wants_it(self) -> None:
        policy = MergePolicy(rule=MergeRule.NEWEST)
        forms = [said(kit.API, price=1), said(LATER, price=2), said(evolve(kit.API, at=None), price=3)]
        assert merge_product(forms, policy).product.price == 2

    def test_one_field_may_have_a_winner_of_its_own(self) -> None:
        policy = MergePolicy(fields={"price": (SourceKind.EXCEL,), "variants.stock": (SourceKind.EXCEL,)})
        forms = [
            said(kit.API, price=1, name="가", variants=kit.variants([("빨강",)], stock=[1])),
            said(kit.SHEET, price=2, name="나", variants=kit.variants([("빨강",)], stock=[5])),
        ]
        product = merge_product(forms, policy).product
        assert (product.price, product.name, product.variants[0].stock, product.stock) == (2, "가", 5, 5)

    def test_nothing_never_beats_something(self) -> None:
        merged = merge_product(
            [said(kit.API, name=None, keywords=()), said(kit.SHEET, name="이름", keywords=("a",))]
        )
        assert (merged.product.name, merged.product.keywords) == ("이름", ("a",))
        assert merged.contradictions == ()

    def test_terms_are_put_together_from_their_parts(self) -> None:
        terms = ShippingTerms(template_no=77, template_name="기본", fee=100)
        full = ShippingTerms(template_no=77, fee=3_000, ship_from=CataloguePlace(zip_code="06000"))
        other = ShippingTerms(ship_from=CataloguePlace(zip_code="06001"))
        merged = merge_product(
            [
                said(kit.SHEET, shipping=terms, origin=Origin(text="대한민국")),
                said(kit.API, shipping=full),
                said(LATER, shipping=other, origin=Origin(code="00")),
            ]
        )
        assert merged.product.shipping == evolve(full, template_name="기본")
        assert merged.product.origin == Origin(code="00", text="대한민국")
        assert merged.product.provenance["shipping"] == kit.API
        assert merged.product.provenance["shipping.template_name"] == kit.SHEET
        found = {
            one.field: (one.kept.text, [other.text for other in one.dropped]) for one in merged.contradictions
        }
        assert found == {"shipping.fee": ("3000", ["100"]), "shipping.ship_from": ("***", ["***"])}

    def test_what_a_fetch_found_out_stays_with_its_address(self) -> None:
        bare, fetched = CatalogueImage(url="a"), CatalogueImage(url="a", sha256="ab", size=3, file="x.jpg")
        merged = merge_product([said(kit.API, images=(bare,)), said(kit.SHEET, images=(fetched,))])
        assert merged.product.images == (fetched,)
        assert merged.contradictions == ()

    def test_faults_of_all_sources_stay(self) -> None:
        fault = Violation("a", "", "r", "m", "ㅁ")
        forms = [evolve(said(source, price=1), faults=(fault,)) for source in (kit.API, kit.SHEET)]
        assert merge_product(forms).product.faults == (fault,)


class TestVariants:
    def test_the_winners_list_decides_and_the_others_are_named(self) -> None:
        api = said(kit.API, variants=kit.variants([("빨강",), ("파랑",)], stock=[1, 2]))
        sheet = said(
            kit.SHEET, variants=kit.variants([("파랑",), ("검정",)], seller_code=["B", "K"], stock=[9, 9])
        )
        merged = merge_product([sheet, api])
        assert [(one.label, one.stock, one.seller_code) for one in merged.product.variants] == [
            ("빨강", 1, None), ("파랑", 2, "B"),
        ]  # fmt: skip
        assert merged.product.stock == 3
        black = f"wmp-1-{sheet.variants[1].key}"
        assert {(one.id, one.field, one.kept.text, one.dropped[0].text) for one in merged.contradictions} == {
            (black, "variants", "", "검정"),
            (f"wmp-1-{sheet.variants[0].key}", "stock", "2", "9"),
        }

    def test_no_options_never_beat_options_and_the_claim_is_listed(self) -> None:
        none = evolve(said(kit.API, name="이름"), provenance={"name": kit.API, "variants": kit.API})
        merged = merge_product([none, said(kit.SHEET, variants=kit.variants([("빨강",)]))])
        assert len(merged.product.variants) == 1
        assert [(one.field, one.kept.text) for one in merged.contradictions] == [("variants", "1 options")]

    def test_one_text_and_levels_are_no_contradiction(self) -> None:
        api = said(kit.API, variants=kit.variants([("빨강", "M")]))
        sheet = said(kit.SHEET, variants=kit.variants([("빨강/M",)], titles=("",)))
        merged = merge_product([sheet, api])
        assert merged.contradictions == ()
        assert merged.product.variants[0].axes == api.variants[0].axes


@given(st.lists(kit.products(st.just(7)), min_size=1, max_size=5), st.sampled_from(MergeRule), st.randoms())
def test_the_order_of_inputs_changes_nothing(
    forms: list[CatalogueProduct], rule: MergeRule, chance: random.Random
) -> None:
    policy = MergePolicy(rule=rule)
    first = merge_product(forms, policy)
    shuffled = chance.sample(forms, len(forms))
    assert merge_product(shuffled, policy) == first
    assert merge_product([*shuffled, *forms], policy) == first


@given(st.lists(kit.products(st.just(7)), min_size=1, max_size=5))
def test_every_value_comes_from_a_source_and_every_loser_is_listed(forms: list[CatalogueProduct]) -> None:
    merged = merge_product(forms)
    listed = {(one.id, one.field) for one in merged.contradictions}
    for name in kit.VALUE_FIELDS:
        found = {getattr(form, name) for form in forms} - {None, ()}
        if name not in ("shipping", "origin", "stock"):
            assert getattr(merged.product, name) in found or not found
            assert (("wmp-7", name) in listed) is (len(found) > 1)


class TestCatalogues:
    def test_rows_in_are_products_and_refused(self) -> None:
        refused = RefusedRow(source=kit.SHEET, reasons=())
        seen: list[int] = []
        merge = merge_catalogue(
            kit.shapes(), iter([refused, *kit.shapes()]), (kit.simple(no) for no in range(5_000, 6_500)),
            progress=seen.append,
        )  # fmt: skip
        assert merge.taken == 2 * len(kit.shapes()) + 1 + 1_500
        assert merge.refused == (refused,)
        numbers = [product.product_no for product in merge.products()]
        assert numbers == sorted(numbers)
        assert len(numbers) == len(kit.shapes()) + 1_500
        assert list(merge.contradictions()) == []
        assert seen == [1_000]

    def test_wrong_kinds_are_named(self) -> None:
        with pytest.raises(TypeError, match="sources"):
            merge_catalogue(["text"])  # type: ignore[list-item]
        with pytest.raises(ValueError, match="single product"):
            merge_product([kit.simple(1), kit.simple(2)])

    def test_all_faults_of_a_policy_are_named_at_once(self) -> None:
        with pytest.raises(ConfigError) as caught:
            MergePolicy(order=(SourceKind.API, SourceKind.API), fields={"prize": ("api",), "price": "api"})  # type: ignore[dict-item]
        assert {one.path for one in caught.value.violations} == {
            "order",
            "fields.prize[0]",
            "fields.prize",
            "fields.price",
        }
        assert {"price", "shipping.fee", "variants.stock", "variants"} <= MERGED_FIELDS
