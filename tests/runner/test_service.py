"""Questions, reviews, inquiries; settlement; retention; the audit trail of a whole day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from kit import KEY, Shop, cipher, config, open_shop, parcel

from wemakeprice_sdk.client import AsyncWemakepriceClient, ThrottlePolicy
from wemakeprice_sdk.clock import WeekdayCalendar
from wemakeprice_sdk.config import SettlementCycle, Switches
from wemakeprice_sdk.ledger import MemoryLedger
from wemakeprice_sdk.ledger.audit import export, verify_lines
from wemakeprice_sdk.policy import SettlementStatus
from wemakeprice_sdk.policy.snapshot import PendingAnswer, PendingInquiryAnswer
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ActionState, AsyncChannelRunner, RetentionPolicy, Skipped

ANSWER = "안녕하세요. 문의하신 내용을 확인하여 안내드립니다."


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def delivered(shop: Shop, count: int = 1) -> list[int]:
    numbers = [shop.order() for _ in range(count)]
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number) for number in numbers])
    shop.pass_time(days=3)
    runner.track()
    return numbers


def test_cs_collects_every_kind_and_answers_each_once(shop: Shop) -> None:
    question, inquiry = shop.sandbox.ask_question(KEY, product_no=None), shop.sandbox.ask_inquiry(KEY)
    runner = shop.runner()
    assert runner.cs().ok
    asked = next(iter(shop.ledger.records("shop", "question"))).at
    answers = [PendingAnswer(question, asked, ANSWER)]
    replies = [PendingInquiryAnswer(inquiry, ANSWER)]
    assert runner.cs(answers=answers, inquiry_answers=replies).counts == {ActionState.APPLIED: 2}
    assert runner.cs(answers=answers, inquiry_answers=replies).results == ()
    assert shop.writes("cs_answer_question") == [question]
    assert shop.writes("cs_answer_inquiry") == [inquiry]


def test_a_follow_up_is_a_round_of_its_own(shop: Shop) -> None:
    question = shop.sandbox.ask_question(KEY, product_no=None)
    runner = shop.runner()
    runner.cs()
    first = next(iter(shop.ledger.records("shop", "question"))).at
    runner.cs(answers=[PendingAnswer(question, first, ANSWER)])
    shop.pass_time(hours=1)
    shop.sandbox.ask_question(KEY, "한 가지 더 궁금합니다", follow_up=question)
    runner.cs()
    rounds = sorted(row.at for row in shop.ledger.records("shop", "question"))
    assert len(rounds) == 2
    report = runner.cs(answers=[PendingAnswer(question, rounds[1], ANSWER)])
    assert report.counts == {ActionState.APPLIED: 1}


def test_only_the_kinds_that_are_switched_on_are_read(shop: Shop) -> None:
    shop.runner(config(switches=Switches(cs_kinds=("review",)))).cs()
    assert shop.sandbox.calls["cs_list_reviews"] > 0
    assert shop.sandbox.calls["cs_list_questions"] == shop.sandbox.calls["cs_list_inquiries"] == 0
    off = shop.runner(config(switches=Switches(cs_api=False)))
    assert off.cs().skipped is Skipped.GATE_CLOSED


def test_settlement_collects_days_and_reconciles(shop: Shop) -> None:
    numbers = delivered(shop, 3)
    runner = shop.runner(config(settlement_cycle=SettlementCycle("주정산")))
    shop.pass_time(days=1)
    report = runner.settlement()
    assert report.reconciliation is not None
    rows = [row for row in report.reconciliation.rows if row.subject == "product"]
    assert sorted(row.bundle_no or 0 for row in rows) == numbers
    assert {row.status for row in rows} <= {SettlementStatus.EXPECTED, SettlementStatus.PAID}
    assert all(row.payout_day is not None for row in rows)
    before = shop.sandbox.calls["settlement_list_order_lines"]
    shop.pass_time(days=1)
    runner.settlement()
    assert shop.sandbox.calls["settlement_list_order_lines"] - before <= 5, "only the days that are missing"


def test_settled_amounts_are_those_the_sandbox_expects(shop: Shop) -> None:
    delivered(shop, 4)
    shop.pass_time(days=1)
    report = shop.runner().settlement()
    assert report.reconciliation is not None
    day = next(row.sales_day for row in report.reconciliation.rows if row.sales_day)
    expected = shop.sandbox.settlement_totals(KEY, day)
    products = sum(row.settled for row in report.reconciliation.rows if row.subject == "product")
    shipping = sum(row.settled for row in report.reconciliation.rows if row.subject == "shipping")
    totals = {value for value in vars_of(expected).values() if isinstance(value, int)}
    assert {products, shipping} <= totals
    assert products > 0


def test_equal_corrections_of_one_day_are_all_kept_however_often_it_is_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered(shop, 2)
    shop.pass_time(days=1)
    show_rows(shop, monkeypatch, lambda rows: [*rows, *rows])
    runner = shop.runner()
    runner.settlement()
    first = runner.settlement().reconciliation
    assert first is not None
    assert shop.ledger.count("shop", "settle_order") == 4
    settled = [row for row in first.rows if row.subject == "product"]
    assert len(settled) == 4
    day = settled[0].sales_day
    assert day is not None
    assert sum(row.settled for row in settled) == 2 * shop.sandbox.settlement_totals(KEY, day).order_payable


def test_a_row_that_a_day_shows_no_more_pays_nothing_and_is_said(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered(shop, 2)
    shop.pass_time(days=1)
    runner = shop.runner()
    before = runner.settlement().reconciliation
    with monkeypatch.context() as patch:
        show_rows(shop, patch, lambda rows: rows[:1])
        after = runner.settlement().reconciliation
    assert before is not None
    assert after is not None
    (withdrawn,) = [row for row in after.rows if row.reason == "row-withdrawn"]
    products = [
        sum(row.settled for row in found.rows if row.subject == "product") for found in (before, after)
    ]
    assert products[1] == products[0] - (withdrawn.expected or 0)
    again = runner.settlement().reconciliation
    assert again is not None
    assert again.rows == before.rows, "a row that comes back counts again"


def show_rows(shop: Shop, patch: pytest.MonkeyPatch, change: Any) -> None:
    """Let the product settlement of every day show other rows."""
    kind = type(shop.client.settlement)
    real = kind.list_order_lines
    patch.setattr(kind, "list_order_lines", lambda self, day: tuple(change(list(real(self, day)))))


def vars_of(thing: object) -> dict[str, object]:
    return {name: getattr(thing, name) for name in dir(thing) if not name.startswith("_")}


def test_retention_masks_then_destroys_and_holds_stop_it(shop: Shop) -> None:
    delivered(shop)
    runner = shop.runner()
    policy = RetentionPolicy(mask_after=timedelta(days=30), destroy_after=timedelta(days=60))
    assert runner.retention(policy).masked["bundle"] == 0
    shop.pass_time(days=31)
    assert runner.retention(policy).masked["bundle"] == 1
    runner.set_hold("bundle", shop.clock.now() + timedelta(days=100), "전자상거래법")
    shop.pass_time(days=60)
    assert runner.retention(policy).destroyed["bundle"] == 0
    shop.pass_time(days=60)
    assert runner.retention(policy).destroyed["bundle"] == 1
    record = next(iter(shop.ledger.records("shop", "bundle")))
    assert record.body["buyerName"] is None


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
