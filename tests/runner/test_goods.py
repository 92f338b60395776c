"""Stock, sale periods, templates and imports against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest
from attrs import evolve
from kit import DAWN, KEY, START, Shop, config, open_shop

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import DailyMaintenance, Switches
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger import RecordDraft
from wemakeprice_sdk.models import ProductStatus, SalePeriod
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy import PolicySettings, StockSettings, SyncPolicy
from wemakeprice_sdk.policy.snapshot import SkuStock, TemplateDelete
from wemakeprice_sdk.runner import (
    ActionState,
    ChannelRunner,
    JobProgress,
    JobReport,
    RunnerSettings,
    Skipped,
    StopSwitch,
)
from wemakeprice_sdk.wire.converter import write

FROM, TO = START - timedelta(days=40), START + timedelta(days=1)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def product(shop: Shop, *, ends: datetime, code: str = "SKU-1", stock: int = 10) -> int:
    shop.sandbox.make_product(KEY)  # the example product, for the form of one
    example = shop.client.products.get(next(iter(shop.sandbox.find_shop(KEY).products)))
    blocks = example.to_input()
    made = evolve(
        blocks,
        product_no=None,
        basic=evolve(blocks.basic, product_name=f"상품 {code}"),
        sale=evolve(blocks.sale, sale_period=SalePeriod.PERIOD, sale_end_date=ends, stock_count=stock),
        etc=evolve(blocks.etc, seller_prod_code=code),
    )
    return shop.sandbox.make_product(KEY, write(made))


def imported(shop: Shop, **options: object) -> None:
    runner = shop.runner()
    runner.templates()
    report = runner.import_products(FROM, TO, **options)  # type: ignore[arg-type]
    assert report.ok, str(report)


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


def sale_state(shop: Shop, number: int) -> ProductStatus | None:
    basic = shop.client.products.get(number).basic
    return basic.product_status_name if basic else None


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


def test_winding_down_stops_every_imported_product_whatever_the_sync_says(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90))
    imported(shop)
    channel = config(switches=Switches(sku_sync=False))
    assert shop.runner(channel).stock([]).results == ()
    runner = ChannelRunner(
        shop.client,
        shop.ledger,
        SyncPolicy(channel, wind_down=True),
        clock=shop.clock,
        sleep=shop.sleep,
        worker="w1",
        settings=RunnerSettings(recovery_delay=0),
    )
    report = runner.stock([])
    assert set(report.counts) == {ActionState.APPLIED}
    assert sale_state(shop, number) == ProductStatus.STOP
    assert runner.stock([]).results == ()


def test_an_import_never_pushes_a_zero(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90), stock=10)
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    report = shop.runner().stock([SkuStock(sku="SKU-1", quantity=0, as_of=shop.clock.now())])
    assert report.plan is not None
    assert "import-zero" in {held.reason.code for held in report.plan.held}
    assert shop.client.products.get(number).stock == 10


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


def test_goods_resumed_by_hand_are_extended_again(shop: Shop) -> None:
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


def test_templates_are_kept_and_one_in_use_is_not_forgotten(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=90))
    imported(shop)
    kept = [int(row.key) for row in shop.ledger.records("shop", "template")]
    assert kept
    report = shop.runner().templates(deletes=[TemplateDelete(kept[0])])
    assert report.plan is not None
    assert report.plan.held or report.plan.is_empty
    assert shop.ledger.processed("shop", "template-deleted", [str(kept[0])]) == frozenset()


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


def test_goods_that_were_resumed_elsewhere_or_end_nobody_knows_when_are_looked_at(shop: Shop) -> None:
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
