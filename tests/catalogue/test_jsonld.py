"""JSON-LD: what another library extracts from a page is a product group with offers."""

import json
from pathlib import Path
from typing import Any

import catalogue_kit as kit
import extruct
import pytest
from hypothesis import given

from wemakeprice_sdk.catalogue import CatalogueProduct, Origin, ShippingTerms, to_jsonld, write_jsonld
from wemakeprice_sdk.catalogue.jsonld import is_gtin13
from wemakeprice_sdk.models import OptionSaleStatus, ProductStatus, ShipType


def extracted(product: CatalogueProduct) -> dict[str, Any]:
    """Put the JSON-LD into a page, and let extruct take it out again."""
    text = json.dumps(to_jsonld(product), ensure_ascii=False).replace("</", "<\\/")
    page = f'<html><head><script type="application/ld+json">{text}</script></head></html>'
    (found,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    return found


class TestGroups:
    def test_a_product_with_options_is_a_group_with_an_offer_for_each(self) -> None:
        found = extracted(kit.full())
        assert (found["@context"], found["@type"], found["productGroupID"]) == (
            "https://schema.org", "ProductGroup", "wmp-1002",
        )  # fmt: skip
        assert found["variesBy"] == ["https://schema.org/color", "https://schema.org/size"]
        assert found["brand"] == {"@type": "Brand", "name": "예시브랜드"}
        assert (found["category"], found["countryOfOrigin"]) == ("의류 > 상의 > 셔츠 > 린넨", "대한민국")
        assert len(found["image"]) == 4
        red_large = found["hasVariant"][1]
        assert (red_large["color"], red_large["size"], red_large["sku"]) == ("빨강", "L", "OPT-1")
        assert red_large["@id"] == f"urn:wemakeprice:{kit.full().variant_id(kit.full().variants[1])}"
        assert red_large["inProductGroupWithID"] == "wmp-1002"
        offer = red_large["offers"]
        assert (offer["price"], offer["priceCurrency"], offer["inventoryLevel"]["value"]) == (
            30_900,
            "KRW",
            11,
        )
        assert offer["availability"] == "https://schema.org/InStock"
        assert offer["itemCondition"] == "https://schema.org/NewCondition"
        assert {"name": "제조국", "value": "대한민국", "@type": "PropertyValue"} in found[
            "additionalProperty"
        ]

    def test_a_hole_in_the_grid_stays_one(self) -> None:
        found = extracted(kit.ragged())
        assert [(one["color"], one["size"]) for one in found["hasVariant"]] == [
            ("빨강", "M"), ("빨강", "L"), ("파랑", "L"), ("검정", "XL"),
        ]  # fmt: skip
        assert [one["offers"]["availability"].rpartition("/")[2] for one in found["hasVariant"]] == [
            "InStock", "OutOfStock", "InStock", "InStock",
        ]  # fmt: skip

    def test_axes_without_a_word_become_properties(self) -> None:
        found = extracted(kit.untitled())
        assert "variesBy" not in found
        assert found["hasVariant"][0]["additionalProperty"] == [
            {"@type": "PropertyValue", "name": "옵션", "value": "빨강/M"}
        ]


class TestOffers:
    @pytest.mark.parametrize(
        ("changes", "sold"),
        [
            ({}, True), ({"stock": None}, True), ({"stock": 0}, False), ({"status": ProductStatus.STOP}, False),
            ({"status": ProductStatus.END}, False), ({"sale_status": OptionSaleStatus.SOLD_OUT}, False),
        ],
    )  # fmt: skip
    def test_goods_that_cannot_be_bought_say_so(self, changes: dict[str, Any], sold: bool) -> None:
        offer = extracted(kit.simple(**changes))["offers"]
        assert offer["availability"].endswith("InStock" if sold else "OutOfStock")

    def test_no_price_is_no_price(self) -> None:
        assert {"price", "priceCurrency"}.isdisjoint(extracted(kit.bare())["offers"])
        assert extracted(kit.simple(price=0))["offers"]["price"] == 0

    @pytest.mark.parametrize(
        ("terms", "rate"),
        [
            (ShippingTerms(fee_kind=ShipType.FREE, fee=3_000), 0),
            (ShippingTerms(fee_kind=ShipType.FIXED, fee=3_000), 3_000),
            (ShippingTerms(fee_kind=ShipType.FIXED, fee=3_000, step=2), None),
            (ShippingTerms(fee_kind=ShipType.COND, fee=3_000, free_over=50_000), None),
        ],
    )
    def test_only_a_rate_that_is_always_due_is_one(self, terms: ShippingTerms, rate: int | None) -> None:
        details = extracted(kit.simple(shipping=terms))["offers"].get("shippingDetails")
        assert (details and details["shippingRate"]["value"]) == rate

    def test_only_a_real_gtin_is_one(self) -> None:
        assert is_gtin13("4006381333931")
        assert not is_gtin13("4006381333932")
        assert not is_gtin13("978890000000")
        assert extracted(kit.simple(isbn="4006381333931"))["gtin13"] == "4006381333931"
        assert "gtin13" not in extracted(kit.simple(isbn="8900000000"))

    def test_nothing_is_said_that_no_source_said(self) -> None:
        assert set(extracted(kit.bare())) == {"@context", "@type", "@id", "sku", "offers"}
        assert "countryOfOrigin" not in extracted(kit.simple(origin=Origin(code="00")))


@given(kit.products())
def test_any_product_can_be_said(product: CatalogueProduct) -> None:
    body = json.loads(json.dumps(to_jsonld(product)))
    rows = body.get("hasVariant", [])
    assert [row["@id"] for row in rows] == [
        f"urn:wemakeprice:{product.variant_id(one)}" for one in product.variants
    ]
    assert None not in body.values()


def test_a_file_holds_them_all_and_is_the_same_twice(tmp_path: Path) -> None:
    report = write_jsonld(tmp_path / "a.json", iter(kit.shapes()))
    graph = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert graph["@context"] == "https://schema.org"
    assert [one["@id"].rpartition("-")[2] for one in graph["@graph"]] == [
        str(one.product_no) for one in kit.shapes()
    ]
    assert (report.products, report.sha256) == (10, write_jsonld(tmp_path / "b.json", kit.shapes()).sha256)
    write_jsonld(tmp_path / "c.json", [])
    assert json.loads((tmp_path / "c.json").read_text())["@graph"] == []
