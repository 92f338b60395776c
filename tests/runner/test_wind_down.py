"""Closing a shop: every sale is stopped once, proved by reading, and what could not be is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from kit import KEY, START, Shop, config, imported, open_shop, product

from wemakeprice_sdk.config import ConfirmationMode, Switches
from wemakeprice_sdk.errors import BadRequestError, NaiveDatetimeError, ValidationError
from wemakeprice_sdk.models import DealRow, ListResult, ProductStatus
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.policy import SkuStock
from wemakeprice_sdk.runner import ChannelRunner, Job, JobVerdict, Skipped, StopSwitch, VerdictCode
from wemakeprice_sdk.wire.converter import read_list

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "wind_down_day.py"
SINCE = START - timedelta(days=100)
LATER = START + timedelta(days=90)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def closing(shop: Shop, **switches: bool) -> ChannelRunner:
    flags = {"wind_down": True, "sku_sync": True, **switches}
    return shop.runner(config(ConfirmationMode.AUTO, switches=Switches(**flags)))


def states(shop: Shop) -> set[ProductStatus | None]:
    numbers = shop.sandbox.find_shop(KEY).products
    found = {shop.client.products.get(number).basic for number in numbers}
    return {basic.product_status_name for basic in found if basic} - {ProductStatus.END}


def test_everything_is_stopped_whether_it_was_imported_or_not(shop: Shop) -> None:
    for code in ("A", "B"):
        product(shop, ends=LATER, code=code)
    imported(shop)
    shop.pass_time(days=2)
    fresh = product(shop, ends=LATER, code="C")
    shop.pass_time(days=2)
    report = closing(shop, sku_sync=False).wind_down(SINCE)
    assert states(shop) == {ProductStatus.STOP}
    assert fresh in report.off_sale
    assert set(report.off_sale) == set(shop.sandbox.find_shop(KEY).products)
    assert (report.on_sale, report.already_off, report.complete) == ({}, (), True)
    assert report.verdict is JobVerdict.DONE
    assert "never read: what was registered before" in str(report)
    writes = len(shop.writes("products_set_status"))
    again = closing(shop).wind_down(SINCE)
    assert set(again.already_off) == set(report.off_sale)
    assert (again.off_sale, again.complete) == ((), True)
    assert len(shop.writes("products_set_status")) == writes, "nothing is stopped twice"


def test_goods_from_before_come_from_the_export(shop: Shop) -> None:
    old = product(shop, ends=LATER, code="A")
    shop.pass_time(days=40)
    runner = closing(shop)
    since = shop.clock.now() - timedelta(days=10)
    assert runner.wind_down(since).off_sale == ()
    assert runner.wind_down(since, products=[old, 999]).off_sale == (old,)
    assert 999 in runner.wind_down(since, products=[999]).already_off, "what is gone sells nothing"


def test_nothing_else_sells_or_confirms_meanwhile(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=3))
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    runner = closing(shop)
    runner.wind_down(SINCE)
    shop.order(product_no=number)
    assert runner.collect_orders().results == ()
    report = runner.stock([SkuStock(sku="SKU-1", quantity=99, as_of=shop.clock.now())])
    assert report.results == ()
    assert report.plan is not None
    assert "wind-down-no-stock" in {held.reason.code for held in report.plan.held}
    assert states(shop) == {ProductStatus.STOP}


def test_what_cannot_be_stopped_is_named(shop: Shop) -> None:
    numbers = [product(shop, ends=LATER, code=code) for code in ("A", "B", "C")]
    shop.pass_time(days=1)
    shop.sandbox.faults.add("products_set_status", "timeout", None)
    report = closing(shop).wind_down(SINCE)
    shop.sandbox.faults.clear()
    assert report.on_sale
    assert not report.complete
    (reason,) = [reason for reason in report.reasons if reason.code is VerdictCode.STILL_ON_SALE]
    assert report.verdict is JobVerdict.OPERATOR_NEEDED
    assert reason.subjects == tuple(f"product:{number}" for number in report.on_sale)
    assert all(why.startswith("still on sale; ") for why in report.on_sale.values())
    assert "판매를 중지하지 못한" in str(report)
    assert set(numbers) - set(report.on_sale) <= set(report.off_sale)
    mended = closing(shop).wind_down(SINCE)
    assert set(mended.off_sale) == set(report.on_sale)
    assert mended.complete


def test_a_window_that_cannot_be_read_is_named_and_stops_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    product(shop, ends=LATER)
    shop.pass_time(days=1)
    resource = type(shop.client.products)
    whole = resource.list

    def broken(self: Any, start: datetime, *more: Any, **named: Any) -> Any:
        if start == SINCE:
            raise BadRequestError("the site refuses this range")
        return whole(self, start, *more, **named)

    monkeypatch.setattr(resource, "list", broken)
    report = closing(shop).wind_down(SINCE)
    assert [text.split(" 20")[0] for text in report.unread] == ["products registered"]
    assert not report.complete
    assert states(shop) == {ProductStatus.STOP}
    assert report.verdict is JobVerdict.AGAIN_LATER


def test_a_deal_that_cannot_be_read_is_named_and_hides_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = product(shop, ends=LATER)
    deal = shop.sandbox.make_deal(KEY, [number])
    shop.pass_time(days=1)
    resource = type(shop.client.deals)
    whole = resource.list

    def with_a_broken_row(self: Any, *given: Any, **named: Any) -> Any:
        page = whole(self, *given, **named)
        lost = read_list(DealRow, [{"dealNo": "x"}], path="$.data")
        return evolve(page, rows=ListResult(page.rows, lost.unread)) if page.rows else page

    monkeypatch.setattr(resource, "list", with_a_broken_row)
    report = closing(shop).wind_down(SINCE)
    assert report.deals == (deal,)
    assert [text.split(":")[0] for text in report.unread] == ["deal"]
    assert not report.complete


def test_deals_are_named_because_no_call_ends_them(shop: Shop) -> None:
    number = product(shop, ends=LATER)
    deal = shop.sandbox.make_deal(KEY, [number])
    shop.pass_time(days=1)
    report = closing(shop).wind_down(SINCE)
    assert report.deals == (deal,)
    assert f"cannot be ended by a call: deal:{deal}" in str(report)


def test_it_needs_the_switch_a_past_date_and_whole_numbers(shop: Shop) -> None:
    future = START + timedelta(days=1)
    with pytest.raises(ValidationError) as caught:
        shop.runner().wind_down(future)
    assert [found.path for found in caught.value.violations] == ["since", "switches.wind_down"]
    with pytest.raises(NaiveDatetimeError):
        closing(shop).wind_down(datetime(2024, 1, 1))
    with pytest.raises(ValidationError, match=r"products\[1\]"):
        closing(shop).wind_down(SINCE, products=[1, 2.5])  # type: ignore[list-item]


def test_gates_and_a_second_worker_keep_it_away(shop: Shop) -> None:
    product(shop, ends=LATER)
    off = closing(shop, master=False).wind_down(SINCE)
    assert (off.skipped, off.complete) == (Skipped.GATE_CLOSED, False)
    runner = closing(shop)
    runner.wind_down(SINCE, dry_run=True)
    assert shop.writes("products_set_status") == []
    shop.ledger.open_account("shop", "http://127.0.0.1:9")
    lease = shop.ledger.acquire_lease("shop", "other", 60)
    assert lease is not None
    assert runner.wind_down(SINCE).skipped is Skipped.LEASE_HELD
    shop.ledger.release_lease(lease)


def test_a_stopped_run_goes_on_where_it_was(shop: Shop) -> None:
    for code in ("A", "B", "C"):
        product(shop, ends=START + timedelta(days=400), code=code)
        shop.pass_time(days=40)
    stop = StopSwitch()

    def press(progress: Any) -> None:
        if progress.phase == "stop" and progress.done >= 1:
            stop.press()

    first = closing(shop).wind_down(START - timedelta(days=1), progress=press, stop=stop)
    assert first.stopped
    assert not first.complete
    reads = shop.sandbox.calls["products_get"]
    second = closing(shop).wind_down(START - timedelta(days=1))
    assert second.complete
    assert set(first.off_sale) <= set(second.off_sale), "the report is about the whole wind-down"
    assert states(shop) == {ProductStatus.STOP}
    left = len(second.off_sale) - len(first.off_sale)
    assert shop.sandbox.calls["products_get"] - reads <= 4 * left, "what was proved is not read again"
    assert second.job is Job.WIND_DOWN


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_killed_and_doubled_workers_stop_everything_once(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    more = ["--postgres", request.getfixturevalue("postgres")] if engine == "postgres" else []
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--products", "90", "--kills", "3", "--workers", "2", *more],
        capture_output=True,
        timeout=240,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()[-4000:]
    result = json.loads(done.stdout)
    assert (result["kills"], result["selling"], result["stopped_twice"]) == (3, 0, [])
    assert result["complete"]
    assert result["reported"] == 90
