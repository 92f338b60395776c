"""A list may show a row long after its own date: what waits is looked for again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from kit import KEY, Shop, config, open_shop

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.config import ConfirmationMode
from wemakeprice_sdk.ledger import RecordKind
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, RunnerSettings


class LaggingLists(httpx.BaseTransport):
    """The sandbox behind lists that do not show some rows yet; counts the calls of each path."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.hidden: set[int] = set()
        self.calls: dict[str, int] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rsplit("/", 1)[-1]
        self.calls[name] = self.calls.get(name, 0) + 1
        response = self.inner.handle_request(request)
        response.read()
        if name not in ("getOrderList", "getClaimList", "getQnaList"):
            return response
        body: Any = response.json()
        data = body["data"]
        if isinstance(data, dict):
            for key, rows in data.items():
                data[key] = [row for row in rows or [] if not self._is_hidden(row)]
        elif isinstance(data, list):
            body["data"] = [row for row in data if not self._is_hidden(row)]
        return httpx.Response(200, json=body)

    def _is_hidden(self, row: dict[str, Any]) -> bool:
        numbers = (row.get("claimBundleNo"), row.get("bundleNo"), row.get("qnaSeq"))
        return next((number for number in numbers if number is not None), None) in self.hidden


class Lagging:
    """A shop whose lists lag."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.lists = LaggingLists(shop.sandbox.transport())
        client = WemakepriceClient(
            KEY,
            base_url="http://127.0.0.1:9",
            http_client=httpx.Client(transport=self.lists),
            throttle=ThrottlePolicy(min_gap=0),
            retry=RetryPolicy(attempts=1),
            clock=shop.clock,
            sleep=lambda _: None,
        )
        policy = SyncPolicy(config(mode=ConfirmationMode.AUTO))
        settings = RunnerSettings(recovery_delay=0)
        self.runner = ChannelRunner(
            client, shop.ledger, policy, clock=shop.clock, sleep=lambda _: None, settings=settings
        )

    def pass_time(self, minutes: int, job: str, **arguments: Any) -> None:
        for _ in range(minutes // 10):
            self.shop.clock.advance(timedelta(minutes=10))
            getattr(self.runner, job)(**arguments)


@pytest.fixture
def lagging() -> Iterator[Lagging]:
    with open_shop() as shop:
        yield Lagging(shop)


@pytest.mark.parametrize(("late", "within"), [(30, 60), (12 * 60, 60), (40 * 60, 25 * 60)])
def test_an_order_listed_late_is_collected_and_confirmed(lagging: Lagging, late: int, within: int) -> None:
    lagging.runner.collect_orders()
    lagging.shop.clock.advance(timedelta(minutes=5))
    number = lagging.shop.sandbox.place_order(KEY).bundle_no
    lagging.lists.hidden.add(number)
    lagging.pass_time(late, "collect_orders")
    assert not lagging.shop.sandbox.journal.writes("orders_confirm")
    lagging.lists.hidden.clear()
    lagging.pass_time(within + 10, "collect_orders")
    assert len(lagging.shop.sandbox.journal.writes("orders_confirm", bundleNo=number)) == 1


def test_a_cancel_request_listed_late_is_answered(lagging: Lagging) -> None:
    shop = lagging.shop
    order = shop.sandbox.place_order(KEY)
    lagging.runner.collect_orders()
    lagging.runner.claims(picked=())
    shop.clock.advance(timedelta(minutes=5))
    claim = shop.sandbox.request_cancel(KEY, order.bundle_no)
    lagging.lists.hidden.add(claim)
    lagging.pass_time(30, "claims")
    lagging.lists.hidden.clear()
    lagging.pass_time(70, "claims", picked=())
    assert [row for row in shop.ledger.records("shop", RecordKind.CLAIM) if str(claim) in row.key]
    assert len(shop.sandbox.journal.writes("claims_approve", claimBundleNo=claim)) == 1


def test_a_question_listed_late_is_collected(lagging: Lagging) -> None:
    shop = lagging.shop
    product = shop.sandbox.make_product(KEY)
    lagging.runner.cs()
    shop.clock.advance(timedelta(minutes=5))
    number = shop.sandbox.ask_question(KEY, product_no=product, text="언제 오나요?")
    lagging.lists.hidden.add(number)
    lagging.pass_time(23 * 60, "cs")
    lagging.lists.hidden.clear()
    lagging.pass_time(70, "cs")
    assert [row for row in shop.ledger.records("shop", RecordKind.QUESTION) if str(number) in row.key]


def test_what_looking_back_costs_is_bounded(lagging: Lagging) -> None:
    """Ten-minute runs over a day: one call a run, the hourly look among them, 30 windows once."""
    lagging.runner.collect_orders()
    lagging.lists.calls.clear()
    lagging.pass_time(24 * 60, "collect_orders")
    runs, days = 24 * 6, 30
    # NEW and CONFIRM bundles; the cancels of a confirming run are read with them only when there are new ones.
    assert lagging.lists.calls["getOrderList"] <= 2 * (runs + days)
