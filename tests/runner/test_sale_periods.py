"""Sale periods against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest
from kit import (
    DAWN,
    START,
    Shop,
    config,
    imported,
    open_shop,
    product,
)

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import DailyMaintenance
from wemakeprice_sdk.ledger import RecordDraft
from wemakeprice_sdk.models import ProductStatus
from wemakeprice_sdk.runner import (
    ActionState,
    JobProgress,
    Skipped,
    StopSwitch,
)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_sale_periods_are_extended_at_dawn_once(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=5))
    imported(shop)
    runner = shop.runner()
    assert runner.extend_sale_periods().results == (), "not before dawn"
    shop.clock.set(DAWN)
    report = runner.extend_sale_periods()
    assert report.counts == {ActionState.APPLIED: 1}, str(report)
    sale = shop.client.products.get(number).sale
    assert sale is not None
    assert sale.sale_end_date == START + timedelta(days=35)
    shop.pass_time(minutes=30)
    assert runner.extend_sale_periods().results == ()
    assert shop.writes("products_update_sale") == [number]


def test_products_resumed_by_an_operator_are_extended_again(shop: Shop) -> None:
    number = product(shop, ends=DAWN + timedelta(days=3))
    shop.client.products.set_status(number, ProductStatus.STOP)
    imported(shop)
    shop.clock.set(DAWN)
    assert shop.runner().extend_sale_periods().results == ()
    shop.client.products.set_status(number, ProductStatus.SALE)
    assert shop.runner().extend_sale_periods().counts == {ActionState.APPLIED: 1}


def test_the_dawn_batch_waits_out_maintenance_and_goes_on(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=5))
    imported(shop)
    shop.clock.set(DAWN)
    away = config(maintenance=(DailyMaintenance(time(2, 30), time(4)),))
    report = shop.runner(away).extend_sale_periods()
    assert report.counts == {ActionState.APPLIED: 1}, str(report)
    assert sum(shop.slept) >= 3600
    assert shop.clock.now() >= datetime(2026, 3, 5, 4, 0, tzinfo=KST)
    assert shop.writes("products_update_sale") == [number]


def test_a_dawn_batch_that_meets_an_outage_waits_for_its_end(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=5))
    imported(shop)
    shop.clock.set(DAWN)
    shop.sandbox.faults.add("products_get", "html-500", count=9)
    report = shop.runner().extend_sale_periods()
    assert report.counts == {ActionState.APPLIED: 1}, str(report)
    assert shop.slept
    assert shop.writes("products_update_sale") == [number]


def test_an_endless_maintenance_is_not_waited_for(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=5))
    imported(shop)
    shop.clock.set(DAWN)
    shop.sandbox.faults.add("products_get", "html-500", count=None)
    assert shop.runner().extend_sale_periods().skipped is Skipped.MAINTENANCE
    assert shop.writes("products_update_sale") == []


def test_a_batch_that_loses_the_marketplace_half_way_goes_on_and_extends_each_once(shop: Shop) -> None:
    numbers = [product(shop, ends=START + timedelta(days=5), code=f"SKU-{n}") for n in range(4)]
    imported(shop)
    shop.clock.set(DAWN)

    def lose_it(step: JobProgress) -> None:
        if (step.phase, step.done) == ("act", 2):
            shop.sandbox.faults.add("products_get", "html-500", count=9)

    report = shop.runner().extend_sale_periods(progress=lose_it)
    assert report.counts == {ActionState.APPLIED: 4}, str(report)
    assert report.ok
    assert sum(shop.slept) >= 60
    assert sorted(shop.writes("products_update_sale")) == numbers


def test_products_resumed_elsewhere_or_without_a_known_end_are_read_again(shop: Shop) -> None:
    stopped = product(shop, ends=START + timedelta(days=5))
    shop.client.products.set_status(stopped, ProductStatus.STOP)
    imported(shop)
    shop.client.products.set_status(stopped, ProductStatus.SALE)
    lease = shop.ledger.acquire_lease("shop", "w1", 60)
    assert lease is not None
    unknown = product(shop, ends=START + timedelta(days=5), code="SKU-2")
    draft = RecordDraft("product", str(unknown), "A", START, {"productNo": unknown})
    shop.ledger.register(lease, draft, START)
    shop.clock.set(DAWN)
    assert shop.runner().extend_sale_periods().ok
    assert sorted(shop.writes("products_update_sale")) == [stopped, unknown]


def test_a_stop_is_heeded_while_the_batch_waits(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=5))
    imported(shop)
    shop.clock.set(DAWN)
    stop = StopSwitch()
    away = config(maintenance=(DailyMaintenance(time(2, 30), time(4)),))
    report = shop.runner(away).extend_sale_periods(progress=lambda _: stop.press(), stop=stop)
    assert report.stopped
    assert report.skipped is None
    assert sum(shop.slept) <= 20
