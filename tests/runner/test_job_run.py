"""What every job has in common: retention of what it kept, its audit trail, the asyncio half."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from kit import (
    KEY,
    Shop,
    cipher,
    config,
    delivered,
    open_shop,
    parcel,
)

from wemakeprice_sdk.client import AsyncWemakepriceClient, ThrottlePolicy
from wemakeprice_sdk.clock import WeekdayCalendar
from wemakeprice_sdk.ledger import MemoryLedger
from wemakeprice_sdk.ledger.audit import export, verify_lines
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ActionState, AsyncChannelRunner

ANSWER = "안녕하세요. 문의하신 내용을 확인하여 안내드립니다."


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_the_audit_trail_of_a_day_is_whole_and_names_nobody(shop: Shop) -> None:
    delivered(shop, 3)
    lines = list(export(shop.ledger, "shop"))
    assert verify_lines(lines, head=shop.ledger.audit_head("shop")).ok
    assert len(lines) == 6
    assert all("홍길동" not in line and "010-" not in line and KEY not in line for line in lines)


def test_the_async_runner_does_the_same(shop: Shop) -> None:
    number = shop.order()

    async def day() -> None:
        async with httpx.AsyncClient(transport=shop.sandbox.async_transport()) as http:
            client = AsyncWemakepriceClient(
                KEY, base_url="http://127.0.0.1:9", http_client=http, throttle=ThrottlePolicy(min_gap=0)
            )
            policy = SyncPolicy(config(), calendar=WeekdayCalendar())
            with MemoryLedger(cipher()) as ledger:
                runner = AsyncChannelRunner(client, ledger, policy, worker="w", clock=shop.clock)
                first, second = await asyncio.gather(runner.collect_orders(), runner.collect_orders())
                assert first.counts == {ActionState.APPLIED: 1}
                assert second.results == ()
                await runner.ship([parcel(number)])

    asyncio.run(day())
    assert shop.writes("orders_confirm") == [number]
    assert shop.writes("orders_ship") == [number]


def test_a_cancelled_task_is_like_a_crash_and_loses_nothing(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(4)]

    async def day() -> None:
        async with httpx.AsyncClient(transport=shop.sandbox.async_transport()) as http:
            client = AsyncWemakepriceClient(
                KEY, base_url="http://127.0.0.1:9", http_client=http, throttle=ThrottlePolicy(min_gap=0)
            )
            policy = SyncPolicy(config(), calendar=WeekdayCalendar())
            with MemoryLedger(cipher()) as ledger:
                runner = AsyncChannelRunner(client, ledger, policy, worker="w", clock=shop.clock)
                task = asyncio.create_task(runner.collect_orders())
                while not shop.writes("orders_confirm"):  # noqa: ASYNC110 -- the sandbox has no event to wait for
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                shop.pass_time(minutes=1)
                report = await runner.collect_orders()
                assert not report.waiting

    asyncio.run(day())
    assert sorted(shop.writes("orders_confirm")) == numbers
