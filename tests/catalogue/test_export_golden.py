"""Each target against what it publishes itself; see golden/README.md for where each file comes from."""

from __future__ import annotations

import csv
import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import catalogue_kit as kit
import export_kit
import pytest
from attrs import evolve

from wemakeprice_sdk.catalogue import (
    CatalogueImage,
    CatalogueNotice,
    CatalogueProduct,
    ImageRole,
    NoticeEntry,
    Origin,
    ShippingTerms,
)
from wemakeprice_sdk.catalogue.defaults import CodeMap, NoticeMap
from wemakeprice_sdk.catalogue.exporters import (
    LAYOUT_2026_07,
    Cafe24,
    GoogleFeed,
    NaverApi,
    NaverSheet,
    Sabangnet,
    Shopify,
    ShopifyDialect,
    WooCommerce,
)
from wemakeprice_sdk.models.codes import OptionSaleStatus, ProductType, ShipArea, ShipType, TemplateShipMethod

GOLDEN = Path(__file__).parent / "golden"
ANY = "*"
"""An id of an option, or what WooCommerce's own sample fills otherwise."""


def golden(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def same(found: list[dict[str, str]], expected: list[dict[str, str]], *, fold: bool = False) -> None:
    """Compare the columns that the published example has."""
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        assert set(wanted) <= set(row)
        for name, value in wanted.items():
            if value != ANY:
                ours, theirs = (row[name].casefold(), value.casefold()) if fold else (row[name], value)
                assert ours == theirs, name


def pictures(*urls: str) -> tuple[CatalogueImage, ...]:
    roles = (ImageRole.MAIN, *[ImageRole.EXTRA] * 10)
    return tuple(
        CatalogueImage(url=url, role=role, position=at)
        for at, (url, role) in enumerate(zip(urls, roles, strict=False))
    )


def sold(product_no: int, name: str, price: int, *urls: str, **more: Any) -> CatalogueProduct:
    values = {"taxable": True, "condition": ProductType.NEW, "stock": 1, **more}
    return CatalogueProduct(product_no=product_no, name=name, price=price, images=pictures(*urls), **values)


APPAREL = (
    sold(
        1, "Ocean Blue Shirt", 50, "https://burst.shopifycdn.com/photos/young-man-in-bright-fashion_925x.jpg",
        description_html="Ocean blue cotton shirt", brand="partners-demo", keywords=("men",),
    ),
    sold(
        2, "Classic Varsity Top", 60, "https://burst.shopifycdn.com/photos/casual-fashion-woman_925x.jpg",
        description_html="Womens casual varsity top, grey and black", brand="partners-demo", keywords=("women",),
        variants=kit.variants([("Small",), ("Medium",), ("Large",)], titles=("Size",), stock=[1] * 3, surcharge=[0] * 3),
    ),
)  # fmt: skip


@pytest.mark.parametrize("dialect", ShopifyDialect)
def test_shopify_sample(dialect: ShopifyDialect) -> None:
    found = export_kit.table(
        export_kit.written(APPAREL, Shopify(dialect=dialect), export_kit.PUBLISHING), encoding="utf-8"
    )
    same(found, golden(f"shopify-{dialect.value}.csv"), fold=True)


def test_shopify_columns_are_those_of_the_2025_template() -> None:
    published = [
        "Title",
        "URL handle",
        "Description",
        "Vendor",
        "Product category",
        "Type",
        "Tags",
        "Published on online store",
        "Status",
        "SKU",
        "Barcode",
        "Option1 name",
        "Option1 value",
        "Option1 Linked To",
        "Option2 name",
        "Option2 value",
        "Option2 Linked To",
        "Option3 name",
        "Option3 value",
        "Option3 Linked To",
        "Price",
        "Compare-at price",
        "Cost per item",
        "Charge tax",
        "Tax code",
        "Inventory tracker",
        "Inventory quantity",
        "Continue selling when out of stock",
        "Weight value (grams)",
        "Weight unit for display",
        "Requires shipping",
        "Fulfillment service",
        "Product image URL",
        "Image position",
        "Image alt text",
        "Variant image URL",
        "Gift card",
        "SEO title",
        "SEO description",
    ]
    ours = Shopify().head().decode().strip().split(",")
    assert ours == [name for name in published if name in ours]


def test_woocommerce_sample() -> None:
    base = "https://woocommercecore.mystagingwebsite.com/wp-content/uploads/2017/12/"
    hoodies = kit.variants(
        [("Blue", "Yes"), ("Green", "No"), ("Red", "No")],
        titles=("Color", "Logo"),
        stock=[1] * 3,
        surcharge=[0] * 3,
    )
    products = (
        sold(1, "Beanie", 18, f"{base}beanie-2.jpg", list_price=20, category=("Clothing", "Accessories")),
        sold(
            2, "Hoodie", 45, f"{base}hoodie-2.jpg", f"{base}hoodie-blue-1.jpg",
            category=("Clothing", "Hoodies"), variants=hoodies,
        ),
    )  # fmt: skip
    maps = evolve(export_kit.MAPS, categories=CodeMap())
    found = export_kit.table(export_kit.written(products, WooCommerce(), export_kit.PUBLISHING, maps))
    same(found, golden("woocommerce.csv"))


def test_cafe24_example() -> None:
    options = kit.variants(
        [("블랙", "S"), ("블랙", "M"), ("화이트", "S"), ("화이트", "M")], titles=("색상", "사이즈"),
        stock=[1] * 4, surcharge=[0] * 4,
    )  # fmt: skip
    products = (
        sold(1, "샘플상품 1", 10_000, list_price=12_000, variants=options),
        sold(2, "샘플상품 2", 5_000, taxable=False),
    )
    data = export_kit.written(products, Cafe24(), export_kit.PUBLISHING)
    assert data.startswith(b"\xef\xbb\xbf" + "상품코드,자체 상품코드,진열상태,".encode())
    same(export_kit.table(data), golden("cafe24.csv"))
    assert len(export_kit.table(data)[0]) == 90


def test_google_item() -> None:
    product = sold(
        1, "Mens Pique Polo Shirt", 29_900, *(f"https://www.example.com/image{at}.jpg" for at in (1, 2, 3)),
        list_price=39_900, brand="Example", adult_only=False, description_html="<p>Made from 100% organic cotton</p>",
        category=("Home", "Women", "Dresses", "Maxi Dresses"),
        shipping=ShippingTerms(fee_kind=ShipType.COND, fee=3_000, free_over=50_000),
        variants=kit.variants(
            [("Black", "M"), ("Black", "L")], titles=("색상", "사이즈"), stock=[3, 0], surcharge=[0, 1_000]
        ),
    )  # fmt: skip
    found = export_kit.table(export_kit.written([product], GoogleFeed()), delimiter="\t")
    same(found, golden("google.tsv", "\t"))


def shirt(
    rows: list[tuple[str, str]], stock: list[int], surcharge: list[int], **more: Any
) -> CatalogueProduct:
    options = kit.variants(rows, titles=("색상", "사이즈"), stock=stock, surcharge=surcharge, **more)
    shipping = ShippingTerms(
        method=TemplateShipMethod.KP, fee_kind=ShipType.COND, fee=3_000, free_over=50_000, prepaid=True,
        return_fee=2_500, courier="D002",
    )  # fmt: skip
    entries = (
        NoticeEntry(name="제품 소재", value="면 100%"),
        NoticeEntry(name="제조자", value="예시제조"),
    )
    return sold(
        1, "면 티셔츠", 19_900, "https://shop1.phinf.naver.net/1.jpg", "https://shop1.phinf.naver.net/2.jpg",
        variants=options, description_html="<p>부드러운 면입니다.</p>", brand="예시브랜드", maker="예시제조",
        category=("의류", "상의", "티셔츠", "반팔"), shipping=shipping, keywords=("여름",), adult_only=False,
        origin=Origin(code="0200037", text="중국", importer="예시수입"),
        notices=(CatalogueNotice(group="의류", entries=entries),),
    )  # fmt: skip


def test_naver_request() -> None:
    states = [OptionSaleStatus.SALE, OptionSaleStatus.SALE, OptionSaleStatus.SOLD_OUT]
    product = shirt([("검정", "M"), ("흰색", "L"), ("흰색", "M")], [2, 4, 9], [0, 1_000, 0], state=states)
    rows = [("의류", "제품 소재", "WEAR", "material"), ("의류", "제조자", "WEAR", "manufacturer")]
    maps = evolve(export_kit.MAPS, notices=NoticeMap.from_rows(rows))
    found = json.loads(export_kit.written([product], NaverApi(), export_kit.PUBLISHING, maps))
    expected = json.loads((GOLDEN / "naver.json").read_text("utf-8"))
    theirs = expected["originProduct"]["detailAttribute"]["optionInfo"]["optionCombinations"]
    ours = found["originProduct"]["detailAttribute"]["optionInfo"]["optionCombinations"]
    for row, wanted in zip(ours, theirs, strict=True):
        assert row.pop("sellerManagerCode").startswith("wmp-1-")
        wanted.pop("sellerManagerCode")
    assert found == expected


def test_naver_sheet_row() -> None:
    rows = [("검정", "M"), ("검정", "L"), ("흰색", "M"), ("흰색", "L")]
    product = shirt(rows, [3, 3, 4, 4], [0, 0, 1_000, 1_000])
    found, _ = export_kit.steps([product], NaverSheet(), export_kit.PUBLISHING)
    (cells,) = next(step.rows for step in found if step.rows)
    named = dict(zip(("".join(name.split()) for name in LAYOUT_2026_07.columns), cells, strict=True))
    filled = {name: str(cell) for name, cell in named.items() if cell != ""}
    assert filled == {"".join(row["항목"].split()): row["값"] for row in golden("naver-sheet.csv")}
    assert len(LAYOUT_2026_07.columns) == 94


def test_sabangnet_file() -> None:
    rows = [("블루", "44"), ("블루", "55"), ("옐로우", "44"), ("옐로우", "55")]
    entries = (NoticeEntry(name="제조국", value="베트남"), NoticeEntry(name="색상", value="레드,블루"))
    product = sold(
        1, "원피스", 29_900, "http://gs4333.CO.KR/product_image/a0000769/200907/image20_700.jpg", list_price=39_900,
        brand="예시", maker="예시제조", model="M-1", keywords=("여름", "원피스"), category=("여성", "원피스"),
        origin=Origin(text="중국"), description_html="<p>a]]>b</p>",
        notices=(CatalogueNotice(group="의류", entries=entries),),
        shipping=ShippingTerms(fee_kind=ShipType.FIXED, fee=2_500, prepaid=True, area=ShipArea.WHOLE),
        variants=kit.variants(rows, titles=("색상", "사이즈"), stock=[3, 3, 4, 4], surcharge=[0, 0, 500, 500]),
    )  # fmt: skip
    rules = [("의류", "제조국", "001", "PROP_VAL5"), ("의류", "색상", "001", "PROP_VAL2")]
    maps = evolve(
        export_kit.MAPS,
        categories=CodeMap({"여성 > 원피스": "001|002|003|004"}),
        notices=NoticeMap.from_rows(rules),
    )
    target = Sabangnet(company_id="demo", send_date=date(2019, 8, 20), goods_kind=4)
    found, _ = export_kit.steps([product], target, export_kit.PUBLISHING, maps)
    data = b"".join(step.data for step in found)
    # iconv reads the bytes, and the standard parser the document: neither is ours.
    text = subprocess.run(
        ["iconv", "-f", "EUC-KR", "-t", "UTF-8"], input=data, capture_output=True, check=True
    ).stdout
    ours = ET.fromstring(text.decode().replace('encoding="EUC-KR"', 'encoding="UTF-8"').encode())
    theirs = ET.parse(GOLDEN / "sabangnet.xml").getroot()
    assert told(ours) == told(theirs)


def told(element: ET.Element) -> list[tuple[str, str]]:
    return [(one.tag, (one.text or "").strip()) for one in element.iter()]
