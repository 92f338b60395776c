"""Imports by registration date against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from kit import (
    FROM,
    KEY,
    START,
    TO,
    Shop,
    imported,
    open_shop,
    product,
)

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_nothing_is_imported_before_the_templates(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=90))
    report = shop.runner().import_products(FROM, TO)
    assert report.results == ()
    assert report.plan is not None
    assert {held.reason.code for held in report.plan.held} == {"templates-not-imported"}


def test_import_is_resumed_and_repeats_nothing(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90))
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    links = [link for link in shop.ledger.links("shop") if link.product_no == number]
    assert links == [SkuLink(product_no=number, sku="SKU-1", stock_sync=True, never_pushed=True)]
    again = shop.runner().import_products(FROM, TO)
    assert again.results == ()
    wider = shop.runner().import_products(FROM - timedelta(days=5), TO)
    assert wider.results == (), "known products are not imported twice"


def test_stock_sync_without_a_link_is_refused_at_once(shop: Shop) -> None:
    with pytest.raises(ValidationError, match="SKU"):
        shop.runner().import_products(FROM, TO, stock_sync=True)


def test_deals_are_imported_and_missing_products_named(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90))
    deal = shop.sandbox.make_deal(KEY, [number])
    runner = shop.runner()
    runner.templates()
    report = runner.import_deals(FROM, TO)
    assert report.plan is not None
    assert [note.reason.code for note in report.plan.notes] == ["deal-products-missing"]
    assert [row.key for row in shop.ledger.records("shop", "deal")] == [str(deal)]
    assert runner.import_deals(FROM, TO).results == ()


def test_what_was_held_for_its_templates_is_imported_once_they_are_there(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90))
    shop.runner().import_products(FROM, TO)
    imported(shop)
    assert str(number) in {row.key for row in shop.ledger.records("shop", "product")}


def test_a_range_that_reaches_into_the_future_finds_what_is_registered_later(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=90))
    imported(shop)
    shop.pass_time(hours=1)
    later = product(shop, ends=START + timedelta(days=90), code="SKU-2")
    imported(shop)
    assert str(later) in {row.key for row in shop.ledger.records("shop", "product")}


def test_a_dry_run_over_many_windows_shows_the_plan_of_all_of_them(shop: Shop) -> None:
    first = product(shop, ends=START + timedelta(days=400))
    shop.pass_time(days=70)
    second = product(shop, ends=START + timedelta(days=400), code="SKU-2")
    shop.runner().templates()
    report = shop.runner().import_products(FROM, START + timedelta(days=80), dry_run=True)
    assert report.plan is not None
    planned = {action.target.id for action in report.plan}
    assert {str(first), str(second)} <= planned
    assert f"product:{first}" in str(report)
