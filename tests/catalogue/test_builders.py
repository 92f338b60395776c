"""The catalogue out of API products and Excel exports: everything carried, nothing invented, the same ids."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import catalogue_kit as kit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.catalogue import (
    CatalogueProduct,
    CatalogueReferences,
    CertificateArea,
    ImageRole,
    Provenance,
    RefusedRow,
    SourceKind,
    VariantAxis,
    from_preview,
    from_product,
    from_record,
)
from wemakeprice_sdk.catalogue.descriptions import image_urls
from wemakeprice_sdk.catalogue.products import NOT_CARRIED
from wemakeprice_sdk.config import ChannelConfig
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, OptionRecord, ProductRecord
from wemakeprice_sdk.models import (
    Brand,
    Category,
    Maker,
    NoticeTemplateGroup,
    NoticeTemplateItem,
    Product,
    ProductRow,
    ShippingTemplate,
)
from wemakeprice_sdk.wire.converter import read

PRODUCT: dict[str, Any] = {
    "productNo": 1001,
    "basic": {
        "productName": "린넨 셔츠", "productType": "N", "dcateCode": 4000002, "shipPolicyNo": 77,
        "adultLimitYn": "N", "displayYn": "Y", "bizYn": "N", "brandNo": 31, "makerNo": 32,
        "productStatusName": "판매중",
        "shipInfo": {"claimShipFee": 4000, "releaseZipCode": "06000", "releaseRoadAddress1": "서울 예시로 1",
                     "releaseRoadAddress2": "2층", "releaseDay": 3},
    },
    "sale": {
        "salePeriod": "P", "saleStartDate": "2025-01-01 10:00:00", "saleEndDate": "2026-12-31 23:00:00",
        "originPrice": 39900, "salePrice": 29900, "stockCount": 3, "taxYn": "Y", "purchaseLimitYn": "N",
        "basketLimitYn": "N", "referencePriceType": "ONL", "purchaseMinCount": 1,
    },
    "option": {
        "selectOptionUseYn": "Y", "selectOptionDepth": 2, "selectOptionTitle1": "색상", "selectOptionTitle2": "사이즈",
        "selectOptionValueList": [
            {"optionValue1": "빨강", "optionValue2": "M", "saleStatus": "A", "stockCount": 1, "displayYn": "Y",
             "sellerOptionCode": "R-M", "optAddPrice": 0},
            {"optionValue1": "파랑", "optionValue2": "L", "saleStatus": "S", "stockCount": 2, "displayYn": "N",
             "sellerOptionCode": "B-L", "optAddPrice": 1000},
        ],
        "textOptionUseYn": "Y", "textOptionDepth": 1, "textOptionTitle1": "각인 문구",
    },
    "detail": {
        "basicImgUrl": "https://img.example.com/main.jpg",
        "addImgUrlList": ["https://img.example.com/1.jpg", "https://img.example.com/1.jpg"],
        "listImgUrl": "https://img.example.com/list.jpg", "descType": "HTML",
        "descHtml": '<p>시원합니다.<img src="https://img.example.com/d.jpg"></p>',
    },
    "noticeList": [{"productGroupNoticeNo": 5, "groupNoticeNo": 1, "noticeList": [
        {"noticeNo": 11, "description": "린넨 100%"}, {"noticeNo": 12, "description": "대한민국"}]}],
    "etc": {
        "parallelImportYn": "N", "kcKidIsCertification": "Y",
        "kcKidCertificationList": [{"certificationType": "KD_SAFETY_CT", "certificationNo": "CB000R000-0000"}],
        "kcLifeIsCertification": "N", "kcElectricIsCertification": "D", "sellerProdCode": "P-1001",
        "keywordWemakeprice": "린넨, 여름,린넨", "keywordPriceComparisonSite": "셔츠", "isbn13": "9788900000008",
        "reviewDisp": "N", "labelNoList": [1],
    },
    "branchList": [],
}  # fmt: skip

REFERENCES = CatalogueReferences.of(
    categories=[Category(dcate_code=4000002, lcate_name="의류", mcate_name="상의", dcate_name="린넨")],
    brands=[Brand(brand_no=31, brand_name="예시브랜드")],
    makers=[Maker(maker_no=32, maker_name="예시제조")],
    notices=[
        NoticeTemplateGroup(
            group_notice_no=1,
            group_notice_no_name="의류",
            notice_list=(NoticeTemplateItem(notice_no=11, notice_name="제품 소재"),),
        )
    ],
    templates=[
        read(
            ShippingTemplate,
            {
                "shipPolicyNo": 77, "shipPolicyName": "기본 배송", "shipType": "COND", "shipFee": 3000,
                "freeCondition": 50000, "prepaymentYn": "Y", "claimShipFee": 2500, "releaseDay": -1,
                "returnZipCode": "06001", "returnRoadAddress1": "서울 예시로 9", "parcelCompanyCode": "D002",
            },
        )
    ],
)  # fmt: skip


SWITCHES = {
    # These say how other keys are to be read, and those are read by what is there.
    "detail.descType", "option.selectOptionDepth", "option.selectOptionUseYn", "option.textOptionDepth",
    "option.textOptionUseYn", "sale.salePeriod",
    # Of goods with options the sum of the options.
    "sale.stockCount",
}  # fmt: skip


def built(**changes: Any) -> CatalogueProduct:
    return from_product(read(Product, {**PRODUCT, **changes}), kit.API, REFERENCES)


class TestApi:
    def test_a_whole_product_is_carried(self) -> None:
        product = built()
        assert (product.name, product.seller_code, product.brand, product.maker) == (
            "린넨 셔츠", "P-1001", "예시브랜드", "예시제조",
        )  # fmt: skip
        assert product.category == ("의류", "상의", "린넨")
        assert (product.price, product.list_price, product.stock) == (29_900, 39_900, 3)
        assert product.keywords == ("린넨", "여름", "셔츠")
        assert product.text_options == ("각인 문구",)
        assert [one.label for one in product.variants] == ["빨강 / M", "파랑 / L"]
        assert [product.price_of(one) for one in product.variants] == [29_900, 30_900]
        assert product.axis_names == ("색상", "사이즈")
        assert [(one.role, one.url.rsplit("/")[-1]) for one in product.images] == [
            (ImageRole.MAIN, "main.jpg"), (ImageRole.EXTRA, "1.jpg"), (ImageRole.LIST, "list.jpg"),
            (ImageRole.DESCRIPTION, "d.jpg"),
        ]  # fmt: skip
        (notice,) = product.notices
        assert (notice.group, [(one.name, one.value) for one in notice.entries]) == (
            "의류", [("제품 소재", "린넨 100%"), (None, "대한민국")],
        )  # fmt: skip
        assert [(one.area, one.number) for one in product.certificates] == [
            (CertificateArea.CHILD, "CB000R000-0000"), (CertificateArea.LIFE, None), (CertificateArea.ELECTRIC, None),
        ]  # fmt: skip

    def test_the_products_own_places_go_before_the_templates(self) -> None:
        shipping = built().shipping
        assert shipping is not None
        assert (shipping.fee, shipping.free_over, shipping.courier) == (3_000, 50_000, "D002")
        assert (shipping.return_fee, shipping.exchange_fee, shipping.lead_days) == (4_000, None, 3)
        assert shipping.ship_from is not None
        assert shipping.return_to is not None
        assert (shipping.ship_from.road_address, shipping.return_to.zip_code) == (
            "서울 예시로 1 2층",
            "06001",
        )

    def test_nothing_is_invented(self) -> None:
        product = from_product(read(Product, {"productNo": 5}), kit.API)
        said = {name: getattr(product, name) for name in kit.VALUE_FIELDS}
        assert {name for name, value in said.items() if value not in (None, ())} == set()
        assert product.provenance == {}
        for name in ("origin", "model", "sale_status"):
            assert getattr(built(), name) is None

    def test_every_value_says_where_it_came_from(self) -> None:
        product = built()
        assert set(product.provenance.values()) == {kit.API}
        for name in kit.VALUE_FIELDS:
            assert (name in product.provenance) is (getattr(product, name) not in (None, ()))
        for option in product.variants:
            there = {name for name in kit.VARIANT_FIELDS if getattr(option, name) not in (None, ())}
            assert there == set(option.provenance)

    def test_every_key_of_a_product_is_carried_or_listed_as_not_carried(self) -> None:
        """Change each value of the answer in turn: what changes nothing must stand in the list."""
        silent = set()
        for block, key, changed in _changes():
            if from_product(read(Product, changed), kit.API, REFERENCES) == built():
                silent.add(f"{block}.{key}".removeprefix("."))
        assert silent <= {*NOT_CARRIED, *SWITCHES}

    def test_one_unreadable_value_is_named_and_costs_nothing_else(self) -> None:
        product = built(etc={**PRODUCT["etc"], "isbn13": {"odd": 1}})
        assert product.name == "린넨 셔츠"
        assert [(one.path, one.value) for one in product.faults] == [("$.etc.isbn13", "<object>")]

    def test_options_without_a_figure_leave_the_sum_open(self) -> None:
        rows = [{**row, "stockCount": None} for row in PRODUCT["option"]["selectOptionValueList"][:1]]
        product = built(option={**PRODUCT["option"], "selectOptionValueList": rows})
        assert product.stock is None

    def test_options_that_are_switched_off_are_none(self) -> None:
        product = built(option={**PRODUCT["option"], "selectOptionUseYn": "N"})
        assert product.variants == ()
        assert product.stock == 3
        assert product.provenance["variants"] == kit.API


def _changes() -> Any:
    for block, values in PRODUCT.items():
        if not isinstance(values, dict):
            continue
        for key in values:
            changed = json.loads(json.dumps(PRODUCT))
            del changed[block][key]
            yield block, key, changed


OPTIONS = (
    OptionRecord(7, "색상:빨강/사이즈:M", "R-M", 0, None, 1, 2),
    OptionRecord(8, "색상:파랑/사이즈:L", "B-L", 1_000, None, 2, 3),
)
RECORD = ProductRecord(
    product_no=1001,
    product_name="린넨 셔츠",
    category_1="의류",
    category_2="상의",
    sale_price=29_900,
    brand_no=31,
    shipping_template_no=77,
    shipping_template_name="기본",
    seller_product_code="P-1001",
    options=OPTIONS,
)


class TestExcel:
    def test_an_export_and_the_api_agree_on_ids_and_axes(self) -> None:
        mine, theirs = from_record(RECORD, kit.SHEET, REFERENCES), built()
        assert mine.id == theirs.id
        assert [one.key for one in mine.variants] == [one.key for one in theirs.variants]
        assert [one.axes for one in mine.variants] == [one.axes for one in theirs.variants]

    def test_an_option_stands_on_its_own_row(self) -> None:
        product = from_record(RECORD, kit.SHEET)
        assert [one.provenance["stock"].row for one in product.variants] == [2, 3]
        assert product.provenance["price"] == kit.SHEET

    def test_a_list_row_of_the_api_is_a_record_too(self) -> None:
        row = ProductRow(product_no=9, product_name="이름", brand_name="브랜드", lcate_name="의류")
        product = from_record(ProductRecord.from_row(row), Provenance(kind=SourceKind.API))
        assert (product.name, product.brand, product.category) == ("이름", "브랜드", ("의류",))

    def test_a_file_is_taken_as_a_whole(self, tmp_path: Path) -> None:
        file = tmp_path / "상품.csv"
        rows = [
            ["상품번호", "상품명", "판매가", "옵션명", "업체옵션코드", "재고수량", "상품상태"],
            ["300000300", "셔츠", "1,000", "빨강/M", "A", "5", "판매중"],
            ["300000300", "", "", "파랑/L", "B", "4", ""],
            ["", "번호 없음", "2000", "", "", "1", "판매중"],
            ["300000301", "이름", "공짜", "", "", "3", "판매중"],
        ]
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(rows)
        source = Provenance(kind=SourceKind.EXCEL, file=file.name, at=kit.SEEN)
        migrator = ExcelMigrator(ChannelConfig("shop", "상점"))
        with migrator.preview(file) as preview:
            shirt, nameless, priceless = from_preview(preview, source)
            assert len(list(preview)) == 3
        assert isinstance(shirt, CatalogueProduct)
        assert isinstance(priceless, CatalogueProduct)
        assert (shirt.stock, [one.axes for one in shirt.variants]) == (
            9, [(VariantAxis(value="빨강/M"),), (VariantAxis(value="파랑/L"),)],
        )  # fmt: skip
        assert shirt.provenance["price"].row == 2
        assert shirt.variants[1].provenance["stock"].row == 3
        assert isinstance(nameless, RefusedRow)
        assert nameless.source.row == 4
        assert nameless.reasons
        assert priceless.price is None
        assert [fault.value for fault in priceless.faults] == ["공짜"]

    def test_deals_are_refused(self) -> None:
        migrator = ExcelMigrator(ChannelConfig("shop", "상점"))
        with migrator.preview_rows([], kind=ExportKind.DEALS) as preview, pytest.raises(ValidationError):
            from_preview(preview, kit.SHEET)


class TestDescriptions:
    @pytest.mark.parametrize(
        ("html", "urls"),
        [
            ('<img src="a.jpg"><IMG SRC=b.jpg><img src=\'c.jpg?x=1&amp;y=2\'/>', ["a.jpg", "b.jpg", "c.jpg?x=1&y=2"]),
            ('<img src="data:image/gif;base64,R0" data-src="real.jpg">', ["real.jpg"]),
            ('<img src="data:image/gif;base64,R0"><img><img src="">', []),
            ('<td background="bg.png"><div style="background:url(\'s.png\')">', ["bg.png", "s.png"]),
            ('<!-- <img src="no.jpg"> --><img src="a.jpg"><img src="a.jpg">', ["a.jpg"]),
            ('<script>"<img src=no.jpg>"</script>', []),
            ('<img src="first.jpg"><![broken <img src="lost.jpg">', ["first.jpg"]),
        ],
    )  # fmt: skip
    def test_pictures_are_found_in_any_html(self, html: str, urls: list[str]) -> None:
        assert list(image_urls(html)) == urls

    @given(st.text("<>!-[]&;'\"= /imgsrcdatauvl", max_size=60))
    def test_no_text_stops_it(self, html: str) -> None:
        assert all(re.search(r"\S", url) for url in image_urls(html))
