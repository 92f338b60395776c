"""Products: the rules no schema can say, and the way from what is stored back to what is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import NaiveDatetimeError
from wemakeprice_sdk.models import (
    ALWAYS_ON_END,
    Branch,
    BundleKind,
    Certification,
    CertificationInput,
    CertificationState,
    CertificationType,
    DescType,
    DisplayState,
    InputLimits,
    NoticeGroup,
    NoticeItem,
    OptionSaleStatus,
    OptionValue,
    OptionValueInput,
    Product,
    ProductBasic,
    ProductDetail,
    ProductDetailInput,
    ProductEtc,
    ProductInput,
    ProductOption,
    ProductOptionInput,
    ProductSale,
    ProductSaleInput,
    ProductStatus,
    ProductType,
    PurchaseLimitDuration,
    ReferencePriceType,
    SalePeriod,
    ShippingTemplate,
    latest_sale_end,
)

START = datetime(2024, 5, 1, 10, tzinfo=KST)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=KST)  # type: ignore[misc]


def sale(**changes: Any) -> ProductSaleInput:
    base: dict[str, Any] = {
        "sale_period": SalePeriod.PERIOD,
        "sale_start_date": START,
        "sale_end_date": at(2025, 5, 1, 0),
        "sale_price": 12_900,
        "stock_count": 10,
        "tax_yn": True,
        "purchase_limit_yn": False,
        "reference_price_type": ReferencePriceType.ONLINE,
    }
    return ProductSaleInput(**{**base, **changes})


def rules(found: Any) -> list[tuple[str, str]]:
    return [(violation.path, violation.rule) for violation in found]


# --- sale period -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "latest"),
    [
        (at(2024, 5, 1, 10), at(2029, 5, 1, 10)),
        (at(2024, 2, 29, 23), at(2029, 2, 28, 23)),
        (at(2023, 2, 28, 0), at(2028, 2, 28, 0)),
        (at(2024, 12, 31, 23), at(2029, 12, 31, 23)),
    ],
)
def test_five_years_with_29_february_clamped(start: datetime, latest: datetime) -> None:
    assert latest_sale_end(start) == latest
    assert sale(sale_start_date=start, sale_end_date=latest).violations() == ()
    late = sale(sale_start_date=start, sale_end_date=latest + timedelta(hours=1))
    assert rules(late.violations()) == [("saleEndDate", "start + 5 years")]


def test_five_years_are_counted_in_korean_time() -> None:
    new_year_in_korea = datetime(2023, 12, 31, 15, tzinfo=UTC)
    assert latest_sale_end(new_year_in_korea) == at(2029, 1, 1, 0)
    with pytest.raises(NaiveDatetimeError):
        latest_sale_end(datetime(2024, 1, 1))


@settings(deadline=None)
@given(start=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(KST)))
def test_the_latest_end_keeps_month_and_hour(start: datetime) -> None:
    latest = latest_sale_end(start)
    assert (latest.year, latest.month, latest.hour) == (start.year + 5, start.month, start.hour)
    assert latest.day == start.day or (start.month, start.day, latest.day) == (2, 29, 28)


def test_always_on_goods_end_in_2037() -> None:
    always = {"sale_period": SalePeriod.ALWAYS}
    assert sale(**always, sale_end_date=ALWAYS_ON_END).violations() == ()
    assert sale(**always, sale_end_date=datetime(2037, 12, 31, 14, tzinfo=UTC)).violations() == ()
    found = sale(**always, sale_end_date=at(2037, 12, 31, 22)).violations()
    assert rules(found) == [("saleEndDate", "always-on end 2037-12-31 23:00")]


@pytest.mark.parametrize(
    "timestamp", [at(2024, 5, 1, 10, 30), at(2024, 5, 1, 10, 0, 1), START.replace(microsecond=1)]
)
def test_sale_dates_lie_on_the_hour(timestamp: datetime) -> None:
    assert ("saleStartDate", "on the hour") in rules(sale(sale_start_date=timestamp).violations())


def test_the_hour_is_korean() -> None:
    half_zone = datetime.fromisoformat("2024-05-01T10:00:00+05:30")
    assert rules(sale(sale_start_date=half_zone).violations()) == [("saleStartDate", "on the hour")]
    assert sale(sale_start_date=datetime.fromisoformat("2024-05-01T10:30:00+05:30")).violations() == ()


def test_naive_dates_and_reversed_periods_are_refused() -> None:
    naive = sale(sale_start_date=datetime(2024, 5, 1))
    assert rules(naive.violations()) == [("saleStartDate", "type datetime")]
    assert naive.violations()[0].value == "2024-05-01 00:00:00 (no zone)"
    in_utc = sale(sale_end_date=datetime(2030, 1, 1, tzinfo=UTC))
    assert in_utc.violations()[0].value == "2030-01-01 09:00:00"
    assert rules(sale(sale_end_date=START).violations()) == [("saleEndDate", "after saleStartDate")]


def test_purchase_limits() -> None:
    limit = {"purchase_limit_yn": True, "purchase_limit_count": 5}
    once = sale(**limit, purchase_limit_duration=PurchaseLimitDuration.ONCE)
    period = sale(**limit, purchase_limit_duration=PurchaseLimitDuration.PERIOD, purchase_limit_day=30)
    assert once.violations() == period.violations() == ()
    assert rules(evolve(once, purchase_limit_day=1).violations()) == [("purchaseLimitDay", "forbidden")]
    assert rules(evolve(period, purchase_limit_day=None).violations()) == [("purchaseLimitDay", "required")]
    assert rules(evolve(period, purchase_limit_day=91).violations()) == [("purchaseLimitDay", "range 1..90")]
    assert rules(sale(purchase_limit_count=1).violations()) == [("purchaseLimitCount", "forbidden")]


# --- options -----------------------------------------------------------------------------------------------


def row(*values: str, **changes: Any) -> OptionValueInput:
    levels = {f"option_value{index}": value for index, value in enumerate(values, 1)}
    return OptionValueInput(**{"stock_count": 1, "display_yn": True, **levels, **changes})


def options(depth: int, *rows: OptionValueInput) -> ProductOptionInput:
    titles: dict[str, Any] = {f"select_option_title{level}": f"제목{level}" for level in range(1, depth + 1)}
    return ProductOptionInput(
        select_option_use_yn=True,
        select_option_depth=depth,
        select_option_value_list=rows,
        text_option_use_yn=False,
        **titles,
    )


def test_depth_above_two_only_when_asked() -> None:
    three = options(3, row("빨강", "L", "면"))
    assert rules(three.violations()) == [("selectOptionDepth", "option depth ..2")]
    assert three.violations(InputLimits(max_option_depth=3)) == ()
    assert options(2, row("빨강", "L")).violations() == ()


def test_duplicates_name_the_second_row() -> None:
    found = options(2, row("빨강", "L"), row("빨강", "M"), row("빨강 ", " L")).violations()
    assert rules(found) == [("selectOptionValueList[2]", "unique")]
    assert "row 0" in found[0].message
    assert "중복 옵션이 존재" in found[0].message_ko


def test_every_level_is_filled_and_none_beyond() -> None:
    found = options(2, row("빨강"), row("파랑", "L", "면"), row("검정", " ")).violations()
    assert rules(found) == [
        ("selectOptionValueList[0].optionValue2", "required"),
        ("selectOptionValueList[1].optionValue3", "forbidden"),
        ("selectOptionValueList[2].optionValue2", "not blank"),
    ]


@pytest.mark.parametrize(("count", "wanted"), [(200, []), (201, [("selectOptionValueList", "items 1..200")])])
def test_two_hundred_rows(count: int, wanted: list[tuple[str, str]]) -> None:
    assert rules(options(1, *(row(f"값{index}") for index in range(count))).violations()) == wanted


def test_paths_go_down_to_the_row() -> None:
    block = options(1, row("빨강"), row("x" * 71))
    product = whole(option=block)
    assert rules(product.violations()) == [
        ("option.selectOptionValueList[1].optionValue1", "length 1..70 characters")
    ]


def test_over_long_names_are_refused_and_never_cut() -> None:
    product = whole()
    assert evolve(product, basic=evolve(product.basic, product_name="가" * 70)).violations() == ()
    long = evolve(product, basic=evolve(product.basic, product_name="가" * 71))
    assert rules(long.violations()) == [("basic.productName", "length 1..70 characters")]
    assert "71" in long.violations()[0].message_ko
    assert "상품명" in long.violations()[0].message_ko


# --- description, certificates, whole product --------------------------------------------------------------


def detail(**changes: Any) -> ProductDetailInput:
    base: dict[str, Any] = {
        "basic_img_url": "https://img.example/1.jpg",
        "list_img_url": "https://img.example/2.jpg",
    }
    return ProductDetailInput(**{**base, "desc_type": DescType.HTML, "desc_html": "<p>설명</p>", **changes})


@pytest.mark.parametrize("html", ["<iframe src='x'>", "<IFRAME>", "<p>a</p>< iframe >", "</iframe>"])
def test_iframes_are_refused(html: str) -> None:
    assert rules(detail(desc_html=html).violations()) == [("descHtml", "no an iframe tag")]


def test_description_is_counted_in_bytes() -> None:
    assert detail(desc_html="가" * 21_845).violations() == ()
    assert rules(detail(desc_html="가" * 21_845 + "a").violations()) == [("descHtml", "bytes ..65535")]


def test_image_description_needs_images_and_no_html() -> None:
    images = detail(desc_type=DescType.IMAGE, desc_html=None)
    assert rules(images.violations()) == [("descImgUrlList", "required")]
    assert rules(evolve(images, desc_img_url_list=()).violations()) == [("descImgUrlList", "items 1..50")]
    assert evolve(images, desc_img_url_list=("https://img.example/3.jpg",)).violations() == ()
    both = detail(desc_type=DescType.IMAGE, desc_img_url_list=("u",))
    assert rules(both.violations()) == [("descHtml", "forbidden")]


def test_only_supplier_declarations_go_without_a_number() -> None:
    for kind in CertificationType:
        found = CertificationInput(certification_type=kind, certification_no=None).violations()
        assert (found == ()) == kind.is_supplier_declaration
        assert CertificationInput(certification_type=kind, certification_no="CB061R0000").violations() == ()


def test_certificates_fit_their_kind(tools: SimpleNamespace) -> None:
    wrong = CertificationInput(certification_type=CertificationType.RP_STB, certification_no="1")
    etc = evolve(
        whole().etc,
        kc_kid_is_certification=CertificationState.GIVEN,
        kc_kid_certification_list=(wrong,),
        kc_life_is_certification=CertificationState.GIVEN,
        kc_report_is_certification=CertificationState.GIVEN,
        kc_report_certification_list=(wrong,),
        kc_electric_is_certification=CertificationState.GIVEN,
        kc_electric_certification_list=(),
    )
    assert {violation.path: violation.rule.split()[0] for violation in etc.violations()} == {
        "kcLifeCertificationList": "required",
        "kcKidCertificationList[0].certificationType": "enum",
        "kcElectricCertificationList": "items",
    }


def test_certificates_count_only_when_they_are_said_to_be_given() -> None:
    odd = (CertificationInput(certification_type=CertificationType.RP_STB, certification_no="1"),)
    for state in (None, CertificationState.NONE, CertificationState.IN_DESCRIPTION):
        etc = evolve(whole().etc, kc_kid_is_certification=state, kc_kid_certification_list=odd)
        assert etc.violations() == ()


def stored(**changes: Any) -> Product:
    rows = (
        OptionValue(option_value1="빨강", option_value2="L", option_value3="", stock_count=3, display_yn=True,
                    sale_status=OptionSaleStatus.SALE, opt_add_price=100, seller_option_code=""),
        OptionValue(option_value1="빨강", option_value2="M", stock_count=2, display_yn=True,
                    sale_status=OptionSaleStatus.SOLD_OUT, seller_option_code="R-M"),
        OptionValue(option_value1="파랑", option_value2="M", stock_count=0, display_yn=False,
                    sale_status=OptionSaleStatus.SOLD_OUT),
    )  # fmt: skip
    base: dict[str, Any] = {
        "product_no": 4_000_000_000,
        "partner_group_id": "G1",
        "basic": ProductBasic(
            product_name="셔츠", product_type=ProductType.NEW, dcate_code=4_100_001, shipping_template_no=5, biz_yn=False,
            display_yn=DisplayState.SHOWN, brand_no=0, maker_no=0, product_status_name=ProductStatus.SALE,
        ),
        "sale": ProductSale(
            sale_period=SalePeriod.PERIOD, sale_start_date=START, sale_end_date=at(2025, 5, 1, 0), sale_price=12_900,
            stock_count=150_000, tax_yn=True, purchase_limit_yn=False, purchase_limit_day=0, purchase_limit_count=0,
            reference_price_type=ReferencePriceType.WMP, purchase_min_count=1,
        ),
        "detail": ProductDetail(
            basic_img_url="https://img.example/1.jpg", list_img_url="https://img.example/2.jpg",
            desc_type=DescType.HTML, desc_html="<p>설명</p>",
        ),
        "option": ProductOption(
            select_option_use_yn=True, select_option_depth=2, select_option_title1="색상", select_option_title2="크기",
            select_option_title3="", select_option_value_list=rows, text_option_use_yn=False, text_option_depth=0,
        ),
        "notice_list": (
            NoticeGroup(product_group_notice_no=77, group_notice_no=1,
                        notice_list=(NoticeItem(notice_no=1, description="상세설명 참조"),)),
        ),
        "etc": ProductEtc(parallel_import_yn=False, parallel_import_url="", label_no_list=(12, 34), isbn13="",
                          kc_kid_is_certification=CertificationState.GIVEN,
                          kc_kid_certification_list=(
                              Certification(certification_type=CertificationType.KD_SPL, certification_no=None),)),
        "branch_list": (Branch(branch_id="B1", origin_price=1, sale_price=1, use_yn=True),),
    }  # fmt: skip
    return Product(**{**base, **changes})


def whole(**changes: Any) -> ProductInput:
    return evolve(stored().to_input(), **changes)


def test_a_stored_product_can_be_sent_back_as_it_is() -> None:
    product = stored().to_input()
    assert product.violations() == ()
    assert product.product_no == 4_000_000_000
    assert product.sale.sale_start_date == START
    assert product.notice_list[0].product_group_notice_no == 77
    assert product.etc.label_no_list == (12, 34)


def test_nulls_read_only_and_inapplicable_keys_are_gone(tools: SimpleNamespace, contract: Any) -> None:
    body = tools.dump(stored().to_input())
    assert contract.validator("ProductInput").is_valid(body)
    text = str(body)
    for key in (
        "optAddPrice",
        "productStatusName",
        "partnerGroupId",
        "purchaseLimit",
        "brandNo",
        "textOptionDepth",
    ):
        assert f"'{key}'" not in text
    assert "parallelImportUrl" not in text
    assert "optionValue3" not in text


def test_option_goods_send_no_total_stock() -> None:
    assert stored().to_input().sale.stock_count is None
    plain = ProductOption(select_option_use_yn=False, text_option_use_yn=False)
    sale_block = evolve(stored().sale, stock_count=7)
    assert stored(option=plain, sale=sale_block).to_input().sale.stock_count == 7
    assert stored(option=plain, sale=evolve(sale_block, stock_count=None)).to_input().violations()[
        0
    ].path == ("sale.stockCount")


def test_a_row_held_back_by_hand_stays_sold_out() -> None:
    rows = stored().to_input().option.select_option_value_list
    assert rows is not None
    assert [each.sale_status for each in rows] == [None, OptionSaleStatus.SOLD_OUT, None]


def test_missing_blocks_are_named_and_not_invented() -> None:
    assert set(rules(Product(product_no=1).to_input().violations())) == {
        ("basic", "required"),
        ("sale", "required"),
        ("detail", "required"),
        ("option", "required"),
        ("noticeList", "items 1..10"),
        ("etc", "required"),
    }


def test_deep_options_come_back_but_are_refused_unless_asked() -> None:
    block = evolve(
        stored().option,
        select_option_depth=3,
        select_option_title3="소재",
        select_option_value_list=(
            OptionValue(
                option_value1="a", option_value2="b", option_value3="c", stock_count=1, display_yn=True
            ),
        ),
    )
    product = stored(option=block).to_input()
    assert rules(product.violations()) == [("option.selectOptionDepth", "option depth ..2")]
    assert product.violations(InputLimits(max_option_depth=3)) == ()


def test_missing_sale_period_is_read_from_the_end() -> None:
    missing = evolve(stored().sale, sale_period=None)
    assert missing.to_input().sale_period is SalePeriod.PERIOD
    always = evolve(missing, sale_end_date=ALWAYS_ON_END)
    assert always.is_always_on
    assert always.to_input().sale_period is SalePeriod.ALWAYS
    assert always.to_input(option_goods=True).stock_count is None
    assert always.to_input(option_goods=True).violations() == ()


def test_remaining_time() -> None:
    block = stored().sale
    assert block is not None
    assert block.remaining(at(2025, 4, 24, 0)) == timedelta(days=7)
    assert block.remaining(at(2025, 5, 2, 0)) == timedelta(days=-1)
    assert ProductSale().remaining(START) is None


def test_stock_and_status() -> None:
    assert stored().stock == 5
    assert stored().status is ProductStatus.SALE
    assert stored().has_options
    assert stored(option=None).stock == 150_000
    assert Product(product_no=1).stock is None
    assert Product(product_no=1).status is None
    assert stored().option.select_option_value_list[0].values == ("빨강", "L")


def test_what_is_frozen_after_creation() -> None:
    old, new = stored(), stored().to_input()
    assert new.update_violations(old, START) == ()
    other = evolve(
        new,
        basic=evolve(new.basic, biz_yn=True),
        sale=evolve(new.sale, sale_start_date=START + timedelta(hours=1)),
        option=evolve(new.option, text_option_use_yn=True),
    )
    assert rules(other.update_violations(old, START)) == [
        ("basic.bizYn", "frozen"),
        ("sale.saleStartDate", "frozen once begun"),
        ("option.textOptionUseYn", "frozen"),
    ]
    before = START - timedelta(seconds=1)
    assert "sale.saleStartDate" not in {violation.path for violation in other.update_violations(old, before)}
    assert other.update_violations(Product(product_no=1), START) == ()


def test_left_out_biz_yn_means_no() -> None:
    basic = whole().basic
    assert evolve(basic, biz_yn=None).update_violations(ProductBasic(biz_yn=False)) == ()
    assert rules(evolve(basic, biz_yn=None).update_violations(ProductBasic(biz_yn=True))) == [
        ("bizYn", "frozen")
    ]


def test_product_places_only_with_a_per_product_policy(tools: SimpleNamespace) -> None:
    places = dict.fromkeys(("releaseRoadAddress1", "releaseRoadAddress2", "releaseAddress1", "releaseAddress2", "returnRoadAddress1", "returnRoadAddress2", "returnAddress1", "returnAddress2"), "x")  # fmt: skip
    from wemakeprice_sdk.models import ShipInfoInput

    info = tools.load(ShipInfoInput, {**places, "claimShipFee": 0, "releaseZipCode": "04524", "returnZipCode": "04524",
                                      "releaseDay": 2, "holidayExceptYn": "Y"})  # fmt: skip
    basic = evolve(whole().basic, ship_info=info)
    assert basic.violations() == ()
    assert (
        basic.policy_violations(ShippingTemplate(shipping_template_no=5, bundle_kind=BundleKind.PRODUCT))
        == ()
    )
    assert rules(
        basic.policy_violations(ShippingTemplate(shipping_template_no=5, bundle_kind=BundleKind.BUNDLE))
    ) == [("shipInfo", "forbidden")]
    assert evolve(basic, ship_info=None).policy_violations(ShippingTemplate(shipping_template_no=5)) == ()


def test_wrong_types_are_violations_and_never_crashes() -> None:
    product = whole()
    bad = ProductInput(
        basic="x",  # type: ignore[arg-type]
        sale=5,  # type: ignore[arg-type]
        detail=None,  # type: ignore[arg-type]
        option=evolve(product.option, select_option_depth="2", select_option_value_list=7),
        notice_list=("x",),  # type: ignore[arg-type]
        etc=evolve(product.etc, kc_kid_certification_list="x", label_no_list=(0, "a", True)),
    )
    assert {violation.path for violation in bad.violations()} >= {
        "basic",
        "sale",
        "detail",
        "option.selectOptionDepth",
        "option.selectOptionValueList",
        "noticeList[0]",
        "etc.kcKidCertificationList",
        "etc.labelNoList[0]",
        "etc.labelNoList[1]",
        "etc.labelNoList[2]",
    }
