"""Stock, sale state and display against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from kit import (
    START,
    Shop,
    config,
    imported,
    open_shop,
    product,
)

from wemakeprice_sdk.models import ProductStatus
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.policy import PolicySettings, StockSettings, SyncPolicy
from wemakeprice_sdk.policy.snapshot import SkuStock
from wemakeprice_sdk.runner import (
    ActionState,
    ChannelRunner,
    JobReport,
    RunnerSettings,
)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def sale_state(shop: Shop, number: int) -> ProductStatus | None:
    basic = shop.client.products.get(number).basic
    return basic.product_status_name if basic else None


def test_stock_goes_out_less_what_is_reserved(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90))
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    runner = shop.runner()
    shop.order(product_no=number, quantity=3)
    runner.collect_orders()
    report = runner.stock([SkuStock(sku="SKU-1", quantity=20, as_of=shop.clock.now())])
    assert report.counts == {ActionState.APPLIED: 1}, str(report)
    assert shop.client.products.get(number).stock == 17
    link = next(link for link in shop.ledger.links("shop") if link.product_no == number)
    assert not link.never_pushed
    assert runner.stock([SkuStock(sku="SKU-1", quantity=20, as_of=shop.clock.now())]).results == ()


def test_the_sync_resumes_what_it_stopped_and_nothing_else(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90), stock=10)
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)

    def sync(*, on_sale: bool) -> JobReport:
        return shop.runner().stock(
            [SkuStock(sku="SKU-1", quantity=10, as_of=shop.clock.now(), on_sale=on_sale)]
        )

    sync(on_sale=True)
    assert sync(on_sale=False).counts == {ActionState.APPLIED: 1}
    assert sale_state(shop, number) == ProductStatus.STOP
    assert sync(on_sale=False).results == ()
    assert sync(on_sale=True).counts == {ActionState.APPLIED: 1}
    assert sale_state(shop, number) == ProductStatus.SALE
    shop.client.products.set_status(number, ProductStatus.STOP)
    report = sync(on_sale=True)
    assert report.plan is not None
    assert (f"set-status:{number}", "stopped-elsewhere") in {
        (held.key, held.reason.code) for held in report.plan.held
    }
    assert sale_state(shop, number) == ProductStatus.STOP


def test_a_stop_whose_answer_was_lost_is_still_ours(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90), stock=10)
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    settings = PolicySettings(stock=StockSettings(stop_when_sold_out=True))
    policy = SyncPolicy(config(), settings=settings)

    def sync(quantity: int) -> JobReport:
        runner = ChannelRunner(
            shop.client,
            shop.ledger,
            policy,
            clock=shop.clock,
            sleep=shop.sleep,
            worker="w1",
            settings=RunnerSettings(recovery_delay=0),
        )
        return runner.stock([SkuStock(sku="SKU-1", quantity=quantity, as_of=shop.clock.now())])

    sync(10)
    shop.sandbox.faults.add("products_set_status", "drop-after-commit")
    sync(0)
    assert sale_state(shop, number) == ProductStatus.STOP
    sync(4)
    assert sale_state(shop, number) == ProductStatus.SALE


def test_an_import_never_pushes_a_zero(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90), stock=10)
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    report = shop.runner().stock([SkuStock(sku="SKU-1", quantity=0, as_of=shop.clock.now())])
    assert report.plan is not None
    assert "import-zero" in {held.reason.code for held in report.plan.held}
    assert shop.client.products.get(number).stock == 10
