"""One stock over links and accounts: never more offered than is there, by an oracle that knows nothing of the code."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from attrs import define, evolve, field
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from policy_builders import CALENDAR, NOW, config, level, product, snapshot

from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models.products import OptionValue
from wemakeprice_sdk.models.sku_links import SkuLink, SkuPart
from wemakeprice_sdk.policy import (
    PolicySettings,
    Reservation,
    SetOptions,
    SetStock,
    ShareRule,
    SkuOffer,
    StockSettings,
    StockShares,
    SyncPlan,
    SyncPolicy,
)
from wemakeprice_sdk.policy.shares import several_of, shown_of

SHARED = frozenset({"A", "B"})


def plan_of(
    shown: Mapping[int, int],
    links: list[SkuLink],
    *,
    account: str = "a",
    shares: StockShares | None = None,
    **parts: object,
) -> SyncPlan:
    channel = evolve(config(), seller_id=account)
    rules = PolicySettings(stock=StockSettings(shares=shares or StockShares()))
    mine = SyncPolicy(channel, calendar=CALENDAR, settings=rules)
    given = {
        "products": [product(number, stock=count) for number, count in shown.items()],
        "links": links,
        "shared_skus": SHARED,
        "stock": [level("A", 5), level("B", 5)],
        **parts,
    }
    return mine.plan_stock(snapshot(**given), NOW)


def sent(plan: SyncPlan) -> dict[int, int]:
    return {action.product_no: action.stock_count for action in plan if isinstance(action, SetStock)}


def to(number: int, sku: str = "A", **options: object) -> SkuLink:
    return SkuLink(product_no=number, sku=sku, stock_sync=True, **options)  # type: ignore[arg-type]


def kit(number: int, **parts: int) -> SkuLink:
    made = tuple(SkuPart(sku, count) for sku, count in parts.items())
    return SkuLink(product_no=number, parts=made, stock_sync=True)


def elsewhere(account: str, number: int, quantity: int | None, sku: str = "A") -> SkuOffer:
    return SkuOffer(account=account, product_no=number, parts=(SkuPart(sku),), quantity=quantity)


def test_links_of_one_account_share_what_is_there() -> None:
    assert sent(plan_of({1: 10, 2: 10, 3: 10}, [to(1), to(2), to(3)])) == {1: 2, 2: 2, 3: 1}
    plan = plan_of({1: 0, 2: 5, 3: 0}, [to(1), to(2), to(3)])
    assert sent(plan) == {2: 2}, "the others wait until the second is known to show less"
    assert {note.reason.code for note in plan.notes} == {"shared-stock-waits"}
    assert sent(plan_of({1: 0, 2: 2, 3: 0}, [to(1), to(2), to(3)])) == {1: 2, 3: 1}


def test_only_skus_that_something_else_sells_too_are_shared() -> None:
    links = [SkuLink(product_no=number, sku=sku) for number, sku in ((1, "S"), (2, "S"), (3, "T"))]
    assert several_of(snapshot(links=links)) == {"S"}
    assert several_of(snapshot(links=links[1:])) == set()
    kit = SkuLink(product_no=4, parts=(SkuPart("T", 2), SkuPart("U", 1)))
    assert several_of(snapshot(links=[*links, kit])) == {"S", "T"}


def test_five_pieces_are_never_five_in_b_while_three_are_sold_in_a() -> None:
    # A offers three at most, whether they are sold or not; its orders are not collected yet.
    plan = plan_of({9: 0}, [to(9)], account="b", offers=[elsewhere("a", 1, 3)])
    assert sent(plan) == {9: 2}
    sold = [Reservation(1, 1, "A", 3)]
    assert sent(plan_of({9: 0}, [to(9)], account="b", offers=[elsewhere("a", 1, 0)], reservations=sold)) == {
        9: 1
    }
    assert sent(plan_of({9: 5}, [to(9)], account="b", offers=[elsewhere("a", 1, 3)])) == {9: 2}


def test_two_kits_do_not_rise_into_the_same_room() -> None:
    kits, ten = [kit(1, A=2), kit(2, A=2)], [level("A", 10)]
    plan = plan_of({1: 0, 2: 0}, kits, stock=ten)
    assert (sent(plan), plan.notes) == ({1: 3, 2: 2}, ())
    # Six of ten still stand elsewhere: four are left, which are two kits of two.
    ours = StockShares(accounts={"b": 0})
    plan = plan_of({1: 0, 2: 0}, kits, stock=ten, offers=[elsewhere("b", 9, 6)], shares=ours)
    assert sum(sent(plan).values()) == 2


def test_an_option_list_that_is_switched_off_shows_the_stock_of_the_product() -> None:
    plain = product(1, stock=7)
    assert plain.option is not None
    stale = evolve(plain.option, select_option_value_list=(OptionValue(option_value1="빨강", stock_count=3),))
    assert shown_of(evolve(plain, option=stale)) == {(): 7}


def test_nothing_rises_while_another_link_was_never_read() -> None:
    plan = plan_of({9: 1}, [to(9)], account="b", offers=[elsewhere("a", 1, None)])
    assert sent(plan) == {}
    assert [note.reason.code for note in plan.notes] == ["shared-stock-waits"]
    assert sent(plan_of({9: 5}, [to(9)], account="b", offers=[elsewhere("a", 1, None)])) == {9: 2}


def test_a_fall_that_no_order_explains_counts_as_sold() -> None:
    # The link was to show three and shows one: two were sold, and no order for them was collected yet.
    own = elsewhere("a", 1, 3)
    plan = plan_of({1: 1}, [to(1)], offers=[own, elsewhere("b", 9, 2)])
    assert sent(plan) == {}


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [
        (StockShares(), {"a": 3, "b": 2}),
        (StockShares(accounts={"a": 1, "b": 4}), {"a": 1, "b": 4}),
        (StockShares(accounts={"b": 0}), {"a": 5, "b": 0}),
        (StockShares(rule=ShareRule.FIRST, order=("b",)), {"a": 0, "b": 5}),
        (StockShares(rule=ShareRule.FIRST), {"a": 5, "b": 0}),
        (StockShares(rule=ShareRule.FIXED, accounts={"b": 2}), {"a": 3, "b": 2}),
        (StockShares(rule=ShareRule.FIXED, accounts={"a": 2, "b": 1}), {"a": 2, "b": 1}),
        (StockShares(rule=ShareRule.FIXED, accounts={"b": 9, "a": 2}), {"a": 0, "b": 5}),
    ],
)
def test_shares_between_accounts(shares: StockShares, wanted: dict[str, int]) -> None:
    assert dict(shares.divide(5, ("a", "b"))) == wanted
    for account, other in (("a", "b"), ("b", "a")):
        plan = plan_of({1: 9}, [to(1)], account=account, shares=shares, offers=[elsewhere(other, 2, 0)])
        assert sent(plan) == {1: wanted[account]}


def test_shares_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"accounts\[a\]"):
        StockShares(accounts={"a": -1})
    with pytest.raises(ConfigError, match="order with first"):
        StockShares(order=("a",))
    with pytest.raises(ConfigError, match="order with first"):
        StockShares(rule=ShareRule.FIRST, accounts={"a": 1})


def test_a_kit_sells_the_smallest_quotient_and_reserves_its_parts() -> None:
    assert sent(plan_of({1: 0}, [kit(1, A=2, B=1)])) == {1: 2}
    assert sent(plan_of({1: 0}, [kit(1, A=2, B=1)], stock=[level("A", 50), level("B", 3)])) == {1: 3}
    # What the kit cannot use of a part goes to the part's own link.
    plan = plan_of({1: 0, 2: 0}, [kit(1, A=2, B=1), to(2)], stock=[level("A", 10), level("B", 1)])
    assert sent(plan) == {1: 1, 2: 8}
    missing = plan_of({1: 3}, [kit(1, A=2, B=1)], stock=[level("A", 10)])
    assert sent(missing) == {}
    assert ["1 linked SKU" in note.reason.text for note in missing.notes] == [True]
    stale = plan_of(
        {1: 3}, [kit(1, A=2, B=1)], stock=[level("A", 9), level("B", 0, as_of=NOW - timedelta(hours=5))]
    )
    assert (sent(stale), [held.reason.code for held in stale.held]) == ({}, ["stale-stock"])


def test_a_share_of_nothing_says_why() -> None:
    plan = plan_of({1: 3, 2: 3}, [to(1), to(2)], stock=[level("A", 1)])
    assert [(action.product_no, action.reason.code) for action in plan if isinstance(action, SetStock)] == [
        (2, "shared-out"),
        (1, "stock-changed"),
    ]
    fresh = plan_of({1: 3, 2: 3}, [to(1), to(2, never_pushed=True)], stock=[level("A", 1)])
    assert sent(fresh) == {1: 1, 2: 0}, "the SKU has stock, so this is no zero by accident"
    out = plan_of({1: 3, 2: 3}, [to(1), to(2, never_pushed=True)], stock=[level("A", 0)])
    assert [held.reason.code for held in out.held] == ["import-zero"]


def test_goods_that_left_since_the_level_was_counted_still_stand_in_it() -> None:
    links, counted = [to(1)], NOW - timedelta(hours=1)
    stock = [level("A", 5, as_of=counted)]
    later = [Reservation(1, 1, "A", 2, NOW - timedelta(minutes=30))]
    assert sent(plan_of({1: 5}, links, stock=stock, reservations=later)) == {1: 3}
    before = [Reservation(1, 1, "A", 2, NOW - timedelta(hours=2))]
    assert sent(plan_of({1: 5}, links, stock=stock, reservations=before)) == {}
    assert sent(plan_of({1: 5}, links, reserved_elsewhere={"A": 4})) == {1: 1}


# --- the oracle: a warehouse, marketplaces that sell, and accounts that sync in any order ------------------------


@define
class Market:
    """One link at one account: what it shows, and what was sold and not collected yet."""

    account: str
    link: SkuLink
    shown: int
    sold: int = 0
    bound: int | None = None


@define
class World:
    hand: dict[str, int]
    markets: list[Market]
    reserved: list[Reservation] = field(factory=list)
    lines: int = 0

    def promised(self, sku: str) -> int:
        """Count every unit that a buyer has, or may take at this moment."""
        units = sum(row.quantity for row in self.reserved if row.sku == sku)
        for market in self.markets:
            for part in market.link.needs:
                if part.sku == sku:
                    units += part.quantity * (market.shown + market.sold)
        return units


LINKS = [
    ("a", to(1)),
    ("a", to(2)),
    ("b", to(3)),
    ("b", kit(4, A=2, B=1)),
    ("c", to(5, "B")),
    ("c", kit(6, A=1, B=3)),
]
RULES = [
    StockShares(),
    StockShares(accounts={"a": 5, "b": 0}),
    StockShares(rule=ShareRule.FIRST, order=("c", "a")),
    StockShares(rule=ShareRule.FIXED, accounts={"a": 2, "c": 3}),
]


class Shared(RuleBasedStateMachine):
    """Sales anywhere, collections, deliveries, syncs whose writes are applied, refused or lost."""

    @initialize(a=st.integers(0, 30), b=st.integers(0, 30), shares=st.sampled_from(RULES))
    def begin(self, a: int, b: int, shares: StockShares) -> None:
        self.shares = shares
        self.world = World({"A": a, "B": b}, [Market(account, link, 0) for account, link in LINKS])
        self.over = {"A": 0, "B": 0}

    @rule(at=st.integers(0, 5), wanted=st.integers(1, 4))
    def sale(self, at: int, wanted: int) -> None:
        market = self.world.markets[at]
        count = min(wanted, market.shown)
        market.shown -= count
        market.sold += count

    @rule(at=st.integers(0, 5))
    def collect(self, at: int) -> None:
        market = self.world.markets[at]
        for part in market.link.needs:
            self.world.lines += 1
            units = market.sold * part.quantity
            if units:
                self.world.reserved.append(Reservation(self.world.lines, 1, part.sku, units))
        if market.bound is not None:
            market.bound -= market.sold
        market.sold = 0

    @rule()
    def ship(self) -> None:
        for row in self.world.reserved:
            self.world.hand[row.sku] -= row.quantity
        self.world.reserved.clear()

    @rule(sku=st.sampled_from(["A", "B"]), more=st.integers(1, 20))
    def restock(self, sku: str, more: int) -> None:
        self.world.hand[sku] += more

    @rule(
        account=st.sampled_from("abc"),
        fate=st.lists(
            st.sampled_from(["applied", "refused", "lost", "lost-applied"]), min_size=3, max_size=3
        ),
    )
    def sync(self, account: str, fate: list[str]) -> None:
        world = self.world
        mine = [market for market in world.markets if market.account == account]
        others = [market for market in world.markets if market.account != account]
        for market in mine:
            market.bound = max(market.bound if market.bound is not None else 0, market.shown)
        offers = [
            SkuOffer(
                account=market.account,
                product_no=market.link.product_no,
                parts=market.link.needs,
                quantity=market.bound,
            )
            for market in (*mine, *others)
        ]
        plan = plan_of(
            {market.link.product_no: market.shown for market in mine},
            [market.link for market in mine],
            account=account,
            shares=self.shares,
            stock=[level(sku, count) for sku, count in world.hand.items()],
            reservations=world.reserved,
            offers=offers,
        )
        wanted = sent(plan)
        for market, outcome in zip(mine, fate, strict=False):
            stock = wanted.get(market.link.product_no)
            if stock is None:
                continue
            assert market.bound is not None
            sold = market.bound - market.shown
            if outcome in ("applied", "lost-applied"):
                market.shown = stock
            if outcome == "applied":
                market.bound = stock + sold
            elif outcome != "refused":
                market.bound = max(market.bound, stock + sold)

    @invariant()
    def never_more_than_is_there(self) -> None:
        if hasattr(self, "world"):
            for sku, count in self.world.hand.items():
                assert self.world.promised(sku) <= count, sku


TestShared = Shared.TestCase
TestShared.settings = settings(deadline=None, max_examples=60, stateful_step_count=40)


counts = st.integers(0, 40)


@settings(deadline=None, max_examples=150)
@given(
    st.tuples(counts, counts),
    st.lists(counts, min_size=4, max_size=4),
    st.sampled_from(RULES),
    st.integers(0, 9),
)
def test_what_rises_fits_beside_what_stands(
    hand: tuple[int, int], shown: list[int], shares: StockShares, other: int
) -> None:
    links = [to(1), to(2), kit(3, A=2, B=1), to(4, "B")]
    offers = [elsewhere("b", 9, other)]
    plan = plan_of(
        dict(enumerate(shown, 1)),
        links,
        shares=shares,
        stock=[level("A", hand[0]), level("B", hand[1])],
        offers=offers,
    )
    after = {**dict(enumerate(shown, 1)), **sent(plan)}
    for at, sku in enumerate(("A", "B")):

        def units(stock: Mapping[int, int], sku: str = sku) -> int:
            own = sum(
                part.quantity * stock[link.product_no]
                for link in links
                for part in link.needs
                if part.sku == sku
            )
            return own + (other if sku == "A" else 0)

        # All at once, and with every decrease still missing.
        late = {number: max(after[number], shown[number - 1]) for number in after}
        rises = any(
            after[number] > shown[number - 1]
            for link in links
            for number in [link.product_no]
            if any(p.sku == sku for p in link.needs)
        )
        assert units(late) <= hand[at] or not rises, sku
        assert units(after) <= max(hand[at], units(dict(enumerate(shown, 1))))


def test_options_share_as_products_do() -> None:
    row = product(1, options={"빨강": 9, "파랑": 9})
    links = [SkuLink(product_no=1, sku="A", option_key=(name,), stock_sync=True) for name in ("빨강", "파랑")]
    plan = plan_of({}, links, products=[row])
    (action,) = plan
    assert isinstance(action, SetOptions)
    assert [(change.option_key, change.stock_count) for change in action.changes] == [
        (("빨강",), 3),
        (("파랑",), 2),
    ]


def test_twice_the_kits_take_twice_the_work() -> None:
    def calls(count: int) -> int:
        made: Counter[str] = Counter()
        shown = dict.fromkeys(range(1, count + 1), 5)
        links = [kit(number, A=1, **{f"T{number}": 2}) for number in shown]
        levels = [level("A", 5), *(level(f"T{number}", 9) for number in shown)]
        sys.setprofile(lambda _, event, __: made.update((event,)))
        try:
            plan_of(shown, links, stock=levels)
        finally:
            sys.setprofile(None)
        return made["call"]

    assert calls(200) < 2.5 * calls(100)
