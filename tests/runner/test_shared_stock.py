"""One stock in two accounts of one ledger: what both offer together never exceeds what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from attrs import define, evolve, field
from kit import START, cipher, config

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.clock import ManualClock, WeekdayCalendar
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger import IntentState, MemoryLedger, StockOffer
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import SalePeriod, ShipMethod, SkuLink, SkuPart
from wemakeprice_sdk.policy import PolicySettings, ShareRule, Shipment, StockSettings, StockShares, SyncPolicy
from wemakeprice_sdk.policy.snapshot import PendingShipment, SkuStock
from wemakeprice_sdk.runner import ActionState, ChannelRunner, JobReport, RunnerSettings
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.wire.converter import write

KEYS = {"a": "a" * 32, "b": "b" * 32}


@define
class Mall:
    """One sandbox with two accounts, one ledger, one clock."""

    sandbox: Sandbox
    ledger: SqlLedger
    clock: ManualClock
    clients: dict[str, WemakepriceClient]
    shares: StockShares = field(factory=StockShares)

    def runner(self, account: str) -> ChannelRunner:
        rules = PolicySettings(stock=StockSettings(shares=self.shares))
        channel = config(seller_id=account, api_key=KEYS[account])
        return ChannelRunner(
            self.clients[account],
            self.ledger,
            SyncPolicy(channel, calendar=WeekdayCalendar(), settings=rules),
            worker=f"w-{account}",
            settings=RunnerSettings(recovery_delay=0),
            clock=self.clock,
            sleep=lambda seconds: self.clock.advance(timedelta(seconds=seconds)),
        )

    def product(self, account: str, stock: int) -> int:
        self.sandbox.make_product(KEYS[account])
        client = self.clients[account]
        blocks = client.products.get(next(iter(self.sandbox.find_shop(KEYS[account]).products))).to_input()
        ends = START + timedelta(days=90)
        sale = evolve(blocks.sale, sale_period=SalePeriod.PERIOD, sale_end_date=ends, stock_count=stock)
        made = evolve(blocks, product_no=None, sale=sale)
        return self.sandbox.make_product(KEYS[account], write(made))

    def link(
        self, account: str, number: int, sku: str | None = "A", parts: Mapping[str, int] | None = None
    ) -> None:
        kit = tuple(SkuPart(name, count) for name, count in (parts or {}).items())
        link = SkuLink(product_no=number, sku=None if kit else sku, parts=kit, stock_sync=True)
        self.runner(account).put_links([link])

    def stock(self, account: str, **options: Any) -> JobReport:
        counted = options.pop("counted", self.clock.now())
        given = options.pop("levels", {"A": 5})
        levels = [SkuStock(sku=sku, quantity=count, as_of=counted) for sku, count in given.items()]
        return self.runner(account).stock(levels, **options)

    def shown(self, account: str, number: int) -> int | None:
        return self.clients[account].products.get(number).stock

    def order(self, account: str, number: int, quantity: int) -> int:
        return self.sandbox.place_order(KEYS[account], product_no=number, quantity=quantity).bundle_no


@pytest.fixture
def mall() -> Iterator[Mall]:
    clock = ManualClock(START)
    sandbox = Sandbox(seed=1, clock=clock)
    for account, key in KEYS.items():
        sandbox.add_account(key, account)
    with httpx.Client(transport=sandbox.transport()) as http, MemoryLedger(cipher()) as ledger:
        clients = {
            account: WemakepriceClient(
                key,
                base_url="http://127.0.0.1:9",
                http_client=http,
                throttle=ThrottlePolicy(),
                retry=RetryPolicy(),
                verification=VerificationPolicy(waits=(0.0, 0.0)),
                clock=clock,
                sleep=lambda seconds: None,
            )
            for account, key in KEYS.items()
        }
        yield Mall(sandbox, ledger, clock, clients)


@define
class Pair:
    mall: Mall
    a: int
    b: int

    @property
    def shown(self) -> tuple[int | None, int | None]:
        return self.mall.shown("a", self.a), self.mall.shown("b", self.b)


@pytest.fixture
def pair(mall: Mall) -> Pair:
    """Give each account a product of SKU A, shared, and nothing on sale yet."""
    made = Pair(mall, mall.product("a", 0), mall.product("b", 0))
    mall.link("a", made.a)
    mall.link("b", made.b)
    mall.runner("a").share_skus(["A"], by="김운영")
    return made


def notes(report: JobReport) -> list[str]:
    assert report.plan is not None
    return [note.reason.code for note in report.plan.notes]


def test_the_first_account_waits_until_the_other_was_read_and_then_both_share(pair: Pair) -> None:
    mall = pair.mall
    report = mall.stock("a")
    assert (pair.shown, notes(report)) == ((0, 0), ["shared-stock-waits"])
    mall.stock("b")
    assert pair.shown == (0, 2)
    mall.stock("a")
    assert pair.shown == (3, 2)
    assert mall.stock("b").results == ()


def test_what_is_sold_in_one_account_is_never_offered_in_the_other(pair: Pair) -> None:
    mall = pair.mall
    for account in "aba":
        mall.stock(account)
    bundle = mall.order("a", pair.a, 3)
    assert pair.shown == (0, 2)
    # Not collected: A sold three, and nobody was told.
    mall.stock("b")
    mall.stock("a")
    assert pair.shown == (0, 2)
    mall.runner("a").collect_orders()
    mall.stock("b")
    assert pair.shown == (0, 1), "of two that are left, one is for A"
    mall.stock("a")
    assert pair.shown == (1, 1)
    # It leaves; a level that was counted before still holds the goods, a new one does not.
    counted = mall.clock.now()
    mall.clock.advance(timedelta(minutes=5))
    mall.runner("a").ship([PendingShipment(bundle, Shipment(ShipMethod.PARCEL, "D002", "12345"))])
    for account in "ab":
        mall.stock(account, counted=counted)
    assert pair.shown == (1, 1)
    mall.clock.advance(timedelta(minutes=5))
    for account in "ab":
        mall.stock(account, levels={"A": 2})
    assert pair.shown == (1, 1)


def test_reservations_of_other_marketplaces_count(pair: Pair) -> None:
    mall = pair.mall
    for account in "aba":
        mall.stock(account, reservations={"A": 2})
    assert pair.shown == (2, 1)
    with pytest.raises(ValidationError, match=r"reservations\[A\]"):
        mall.stock("a", reservations={"A": -1})


def test_shares_decide_between_the_accounts(pair: Pair) -> None:
    mall = pair.mall
    mall.shares = StockShares(rule=ShareRule.FIRST, order=("b",))
    for account in "aba":
        mall.stock(account)
    assert pair.shown == (0, 5)
    mall.shares = StockShares(rule=ShareRule.FIXED, accounts={"a": 4})
    mall.stock("a")
    assert pair.shown == (0, 5), "B was not lowered yet"
    mall.stock("b")
    mall.stock("a")
    assert pair.shown == (4, 1)


def test_an_increase_waits_for_a_decrease_whose_answer_was_lost(pair: Pair) -> None:
    mall = pair.mall
    for account in "aba":
        mall.stock(account)
    assert pair.shown == (3, 2)
    mall.shares = StockShares(rule=ShareRule.FIRST, order=("b",))
    # A is to show 0. The answer is lost, and so is the read that would verify it.
    mall.sandbox.faults.add("products_update_sale", "drop-before-commit")
    report = mall.stock("a")
    mall.stock("b")
    assert pair.shown == (3, 2), (report.counts, "an open outcome keeps the larger of both")
    mall.stock("a")
    mall.stock("b")
    assert pair.shown == (0, 5)


def test_a_refused_increase_gives_back_what_it_reserved(pair: Pair) -> None:
    mall = pair.mall
    mall.stock("a")
    mall.stock("b")
    mall.shares = StockShares(rule=ShareRule.FIRST, order=("a",))
    mall.sandbox.faults.add("products_update_sale", "503")
    mall.stock("b")
    for account in "ab":
        mall.stock(account)
    mall.stock("a")
    assert pair.shown == (5, 0)


def test_a_kit_takes_from_all_its_parts_in_every_account(mall: Mall) -> None:
    single, kit = mall.product("a", 0), mall.product("b", 0)
    mall.link("a", single)
    mall.link("b", kit, parts={"A": 2, "B": 1})
    levels = {"A": 10, "B": 9}
    for account in "aba":
        mall.stock(account, levels=levels)
    assert (mall.shown("a", single), mall.shown("b", kit)) == (6, 2)
    mall.order("b", kit, 1)
    mall.runner("b").collect_orders()
    for account in "abab":
        mall.stock(account, levels=levels)
    assert (mall.shown("a", single), mall.shown("b", kit)) == (4, 2)
    (stored,) = mall.ledger.links("b", sku="B")
    assert stored.parts == (SkuPart("A", 2), SkuPart("B", 1))


def test_several_links_of_one_account_are_brought_in_line_in_one_run(mall: Mall) -> None:
    one, two = mall.product("a", 0), mall.product("a", 9)
    mall.link("a", one)
    mall.link("a", two)
    mall.runner("a").share_skus(["A"], by="김운영")
    report = mall.stock("a")
    assert report.counts == {ActionState.APPLIED: 2}
    assert (mall.shown("a", one), mall.shown("a", two)) == (3, 2)
    assert notes(report) == []


def test_a_fall_without_an_order_counts_as_sold_for_two_hours(pair: Pair) -> None:
    mall = pair.mall
    for account in "aba":
        mall.stock(account)
    mall.order("a", pair.a, 2)
    mall.stock("a")
    assert pair.shown == (1, 2)
    mall.clock.advance(timedelta(hours=2))
    for account in "aba":
        mall.stock(account)
    assert pair.shown == (3, 2)


def test_an_offer_is_written_before_the_call_and_only_while_nobody_else_wrote(ledger_pair: SqlLedger) -> None:
    ledger = ledger_pair
    leases = {}
    for account in "ab":
        ledger.open_account(account, "")
        leases[account] = ledger.acquire_lease(account, f"w-{account}", 60)
    a, b = leases["a"], leases["b"]
    assert a is not None
    assert b is not None
    assert ledger.reserve_stock(a, [StockOffer(account="a", product_no=1, pending=5)], versions={"b": 0})
    assert not ledger.reserve_stock(b, [StockOffer(account="b", product_no=2, pending=5)], versions={"a": 0})
    assert ledger.stock_book("b").offers == ()
    (offer,) = ledger.stock_book("a", [1]).offers
    assert (offer.most(own=False), offer.most(own=True), offer.state) == (5, 0, None)
    assert ledger.stock_book("a", [2]).offers == ()
    assert ledger.reserve_stock(b, [], versions={"a": 1}, seen=START)
    assert ledger.stock_book("b").seen == START
    assert ledger.reserve_stock(b, [], versions={})
    assert (ledger.stock_book("b").seen, ledger.stock_book("b").version) == (START, 2)


@pytest.fixture
def ledger_pair() -> Iterator[SqlLedger]:
    with MemoryLedger(cipher()) as made:
        yield made


@pytest.mark.parametrize(
    ("state", "own", "most"),
    [
        (None, True, 3),
        (None, False, 5),
        (IntentState.OPEN, True, 5),
        (IntentState.UNKNOWN, False, 5),
        (IntentState.APPLIED, False, 5),
        (IntentState.ALREADY_DONE, True, 5),
        (IntentState.REFUSED, False, 3),
        (IntentState.NOT_APPLIED, True, 3),
    ],
)
def test_only_a_proven_refusal_releases_what_is_reserved(
    state: IntentState | None, own: bool, most: int
) -> None:
    assert StockOffer(account="a", product_no=1, shown=3, pending=5, state=state).most(own=own) == most
    lower = StockOffer(account="a", product_no=1, shown=5, pending=3, state=state)
    done = state in (IntentState.APPLIED, IntentState.ALREADY_DONE)
    assert lower.most(own=own) == (3 if done else 5)


def test_a_dry_run_plans_what_the_run_then_does(pair: Pair) -> None:
    mall = pair.mall
    for account in ("a", "b", "a"):
        mall.stock(account)
    mall.order("a", pair.a, 2)
    mall.clock.advance(timedelta(minutes=10))
    mall.runner("a").collect_orders()
    given = {"levels": {"A": 9}, "counted": mall.clock.now()}
    dry, done = mall.stock("a", dry_run=True, **given), mall.stock("a", **given)
    assert [(row.target, row.after) for row in dry.plan or ()] == [
        (row.target, row.after) for row in done.plan or ()
    ]
    assert len(done.plan or ()) == 1
