"""The table of what each target carries is what the code does: each field is changed, and the output looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import catalogue_kit as kit
import export_kit
import pytest
from attrs import evolve

from wemakeprice_sdk.catalogue import CatalogueNotice, CatalogueProduct, NoticeEntry, VariantAxis
from wemakeprice_sdk.catalogue.defaults import SkuSource
from wemakeprice_sdk.catalogue.exporters import TARGETS, Exporter
from wemakeprice_sdk.catalogue.exporters.base import OUR_FIELDS
from wemakeprice_sdk.catalogue.report import LineCode
from wemakeprice_sdk.models.codes import (
    BundleKind,
    DisplayState,
    OptionSaleStatus,
    ProductStatus,
    ProductType,
    ShipArea,
    ShipType,
    TemplateShipMethod,
)

Change = Callable[[CatalogueProduct], CatalogueProduct]


def own(**changes: Any) -> Change:
    return lambda product: evolve(product, **changes)


def shipping(**changes: Any) -> Change:
    return lambda product: evolve(product, shipping=evolve(product.shipping, **changes))


def origin(**changes: Any) -> Change:
    return lambda product: evolve(product, origin=evolve(product.origin, **changes))


def options(**changes: Any) -> Change:
    return lambda product: evolve(product, variants=tuple(evolve(one, **changes) for one in product.variants))


def codes(product: CatalogueProduct) -> CatalogueProduct:
    return evolve(
        product,
        variants=tuple(evolve(one, seller_code=f"NEW_{at}") for at, one in enumerate(product.variants)),
    )


def axes(product: CatalogueProduct) -> CatalogueProduct:
    return evolve(
        product,
        variants=tuple(
            evolve(one, axes=(*one.axes[:-1], VariantAxis(name="치수", value=one.axes[-1].value)))
            for one in product.variants
        ),
    )


def later(product: CatalogueProduct) -> CatalogueProduct:
    return evolve(
        product,
        sale_start=product.sale_start and product.sale_start - timedelta(days=1),
    )


CHANGES: dict[str, Change] = {
    "seller_code": own(seller_code="NEW"),
    "name": own(name="다른 이름"),
    "brand": own(brand="다른 브랜드"),
    "brand_no": own(brand_no=99),
    "maker": own(maker="다른 제조"),
    "maker_no": own(maker_no=99),
    "model": own(model="ZZ_9"),
    "status": own(status=ProductStatus.STOP),
    "sale_status": own(sale_status=OptionSaleStatus.SOLD_OUT),
    "display": own(display=DisplayState.HIDDEN),
    "taxable": own(taxable=False),
    "condition": own(condition=ProductType.E_TICKET),
    "adult_only": own(adult_only=True),
    "parallel_import": own(parallel_import=False),
    "parallel_import_url": own(parallel_import_url="https://example.com/other"),
    "category": own(category=("가", "나")),
    "category_code": own(category_code=1),
    "description_html": own(description_html="<p>다른 설명</p>"),
    "images": lambda product: evolve(product, images=(*product.images, kit.image(kit.ImageRole.EXTRA, 7))),
    "list_price": own(list_price=45_000),
    "price": own(price=30_000),
    "stock": own(stock=0),
    "sale_start": later,
    "sale_end": own(sale_end=None),
    "always_on": own(always_on=True),
    "notices": own(notices=(CatalogueNotice(group="기타", entries=(NoticeEntry(name="품명", value="셔츠"),)),)),
    "certificates": own(certificates=()),
    "text_options": own(text_options=("선물 문구",)),
    "keywords": own(keywords=("겨울",)),
    "isbn": own(isbn="9788900000009"),
    "origin.code": origin(code="01"),
    "origin.text": origin(text="중국"),
    "origin.importer": origin(importer="다른 수입"),
    "shipping.template_no": shipping(template_no=5),
    "shipping.template_name": shipping(template_name="다른 배송"),
    "shipping.method": shipping(method=TemplateShipMethod.KD),
    "shipping.bundle_kind": shipping(bundle_kind=BundleKind.PRODUCT),
    "shipping.fee_kind": shipping(fee_kind=ShipType.FREE),
    "shipping.fee": shipping(fee=2_000),
    "shipping.free_over": shipping(free_over=70_000),
    "shipping.step": shipping(step=2),
    "shipping.prepaid": shipping(prepaid=False),
    "shipping.area": shipping(area=ShipArea.NO_MOUNTAIN_ISLAND),
    "shipping.jeju_fee": shipping(jeju_fee=1),
    "shipping.islands_fee": shipping(islands_fee=1),
    "shipping.return_fee": shipping(return_fee=2_600),
    "shipping.exchange_fee": shipping(exchange_fee=7_000),
    "shipping.lead_days": shipping(lead_days=9),
    "shipping.courier": shipping(courier="D003"),
    "shipping.ship_from": shipping(ship_from=None),
    "shipping.return_to": shipping(return_to=None),
    "option.axes": axes,
    "option.option_no": options(option_no=99),
    "option.seller_code": codes,
    "option.surcharge": options(surcharge=500),
    "option.stock": options(stock=0),
    "option.state": options(state=OptionSaleStatus.SOLD_OUT),
    "option.displayed": options(displayed=False),
}  # fmt: skip


BASES = (export_kit.grid(), export_kit.single())


def outputs(target: type[Exporter], change: Change) -> list[bytes]:
    """Return what is written of a product with options and of one without, by both sources of the SKU."""
    found = []
    for base in BASES:
        for sku in SkuSource:
            defaults = evolve(export_kit.PUBLISHING, sku=sku)
            found.append(export_kit.written([change(base)], target(), defaults))
    return found


def test_every_field_of_ours_is_tried() -> None:
    assert set(CHANGES) == set(OUR_FIELDS)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_every_target_says_what_becomes_of_every_field(target: type[Exporter]) -> None:
    assert set(target.carried) | set(target.left) == set(OUR_FIELDS)
    assert not set(target.carried) & set(target.left)
    assert all(reason.why and reason.why_ko for reason in target.left.values())


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_what_is_called_carried_changes_the_output_and_nothing_else_does(target: type[Exporter]) -> None:
    before = outputs(target, lambda product: product)
    assert all(before)
    moved = {name for name, change in CHANGES.items() if outputs(target, change) != before}
    assert moved == set(target.carried)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_what_is_left_behind_is_one_line_each(target: type[Exporter]) -> None:
    dropped = {
        line.field
        for line in export_kit.lines([export_kit.grid()], target())
        if line.code is LineCode.DROPPED
    }
    empty = {"adult_only", "always_on", "shipping.exchange_fee", "shipping.step"}  # nothing to lose there
    assert set(target.left) - empty <= dropped
