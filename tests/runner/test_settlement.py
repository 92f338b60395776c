"""Settlement against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from kit import (
    KEY,
    Shop,
    config,
    delivered,
    open_shop,
)

from wemakeprice_sdk.config import SettlementCycle
from wemakeprice_sdk.errors import WindowError
from wemakeprice_sdk.policy import SettlementStatus


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


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


def test_one_won_short_is_one_won_missing(shop: Shop) -> None:
    delivered(shop, 2)
    shop.pass_time(days=1)
    runner = shop.runner()
    announced = runner.settlement().reconciliation
    assert announced is not None
    (payout,) = announced.payouts
    assert payout.payout_day is not None
    shop.pass_time(days=120)
    for short in (1, 0):
        report = runner.settlement(received={payout.payout_day: payout.announced - short})
        assert report.missing_won == short
        assert report.reconciliation is not None
        assert report.reconciliation.payouts[0].owed == short


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


def test_a_row_that_every_day_shows_is_owed_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that ignores the day it is asked for would else multiply what it owes."""
    delivered(shop, 2)
    shop.pass_time(days=1)
    runner = shop.runner()
    before = runner.settlement().reconciliation
    assert before is not None
    day = next(row.sales_day for row in before.rows if row.sales_day)
    rows = shop.client.settlement.list_order_lines(day)
    with monkeypatch.context() as patch:
        show_rows(shop, patch, lambda _: [*rows])
        after = runner.settlement(start=day - timedelta(days=5), end=day + timedelta(days=1)).reconciliation
    assert after is not None
    assert after.rows == before.rows
    assert shop.ledger.count("shop", "settle_order") == 2


def test_a_period_that_ends_before_it_starts_is_refused(shop: Shop) -> None:
    today = shop.clock.now().date()
    with pytest.raises(WindowError):
        shop.runner().settlement(start=today, end=today - timedelta(days=1))


def show_rows(shop: Shop, patch: pytest.MonkeyPatch, change: Any) -> None:
    """Let the product settlement of every day show other rows."""
    kind = type(shop.client.settlement)
    real = kind.list_order_lines
    patch.setattr(kind, "list_order_lines", lambda self, day: tuple(change(list(real(self, day)))))


def vars_of(thing: object) -> dict[str, object]:
    return {name: getattr(thing, name) for name in dir(thing) if not name.startswith("_")}
