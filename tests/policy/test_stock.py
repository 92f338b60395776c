from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import HOUR, NOW, bundle, level, link, policy, product, snapshot

from wemakeprice_sdk.errors import NaiveDatetimeError, StaleSnapshotError, ValidationError
from wemakeprice_sdk.models.codes import DisplayState, ProductStatus, ShipStatus, SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy import (
    OptionChange,
    PolicySettings,
    Reservation,
    SetDisplay,
    SetOptions,
    SetStatus,
    SetStock,
    StockSettings,
    SyncPlan,
    imported_link,
    reservations_of,
    verified_links,
)
from wemakeprice_sdk.policy.derived import option_rows
from wemakeprice_sdk.policy.reservations import ordered_goods
from wemakeprice_sdk.policy.stock import unknown_skus


def plan_of(
    *, settings: StockSettings | None = None, switches: dict[str, bool] | None = None, **parts: object
) -> SyncPlan:
    base = {"products": [product()], "links": [link()], "stock": [level()]}
    mine = policy(PolicySettings(stock=settings or StockSettings()), switches=switches)
    return mine.plan_stock(snapshot(**{**base, **parts}), NOW)


def stock_of(plan: SyncPlan) -> int:
    (action,) = plan
    assert isinstance(action, SetStock)
    return action.stock_count


def test_a_difference_is_pushed_and_equality_is_not() -> None:
    assert plan_of().is_empty
    plan = plan_of(stock=[level(quantity=3)])
    assert stock_of(plan) == 3
    assert (plan.actions[0].before, plan.actions[0].after) == ("5", "3")


@pytest.mark.parametrize(
    ("account", "flag", "pushed", "gate"),
    [
        (True, True, True, None),
        (True, False, False, "flag.stock-sync"),
        (False, True, False, "feature.sku-sync"),
        (False, False, False, "feature.sku-sync"),
    ],
)
def test_account_switch_and_link_flag_are_both_needed(
    account: bool, flag: bool, pushed: bool, gate: str | None
) -> None:
    plan = plan_of(stock=[level(quantity=3)], links=[link(stock_sync=flag)], switches={"sku_sync": account})
    assert bool(plan) is pushed
    assert [b.gate for b in plan.blocked] == ([gate] if gate else [])


def test_an_unlinked_product_is_not_touched_and_not_complained_about() -> None:
    unlinked = link(sku=None, mode=SkuLinkMode.NONE, stock_sync=False)
    plan = plan_of(links=[unlinked], stock=[level(quantity=0)])
    assert plan.is_empty
    assert not [*plan.held, *plan.blocked]


def test_a_stock_sync_without_a_link_names_both_sides() -> None:
    with pytest.raises(ValidationError, match=r"stock_sync=True, mode=none"):
        link(mode=SkuLinkMode.NONE)
    with pytest.raises(ValidationError, match="needs a SKU"):
        link(sku=None)


@pytest.mark.parametrize(
    ("hand", "reserved", "buffer", "shown"),
    [(10, 0, 0, 10), (10, 3, 0, 7), (10, 3, 2, 5), (10, 9, 2, 0), (3, 9, 0, 0), (99_999, 0, 0, 99_999)],
)
def test_buffer_and_reservation(hand: int, reserved: int, buffer: int, shown: int) -> None:
    rows = [Reservation(100 + i, 1, "SKU-10", 1) for i in range(reserved)]
    plan = plan_of(
        products=[product(stock=77)],
        stock=[level(quantity=hand)],
        reservations=rows,
        settings=StockSettings(buffer=buffer),
    )
    assert stock_of(plan) == shown


@pytest.mark.parametrize("quantity", [0, -1, -5])
def test_an_order_of_less_than_nothing_offers_nothing_beyond_what_is_there(quantity: int) -> None:
    order = bundle(lines=[(10, quantity)])
    links = [link()]
    rows = reservations_of([order], links)
    assert [row.quantity for row in rows] == [0]
    plan = plan_of(products=[product(stock=77)], stock=[level(quantity=3)], reservations=rows, links=links)
    assert stock_of(plan) == 3


def test_single_buffers_override_the_general_one() -> None:
    settings = StockSettings(buffer=1, buffers={"SKU-10": 4})
    assert stock_of(plan_of(stock=[level(quantity=9)], products=[product(stock=0)], settings=settings)) == 5


def test_too_much_is_clamped_with_a_note_and_negative_is_refused() -> None:
    plan = plan_of(stock=[level(quantity=100_000)])
    assert stock_of(plan) == 99_999
    assert [(n.reason.code, str(n.target)) for n in plan.notes] == [("stock-clamped", "sku:SKU-10")]
    with pytest.raises(ValidationError, match=r"stock\[SKU-10\]=-1"):
        level(quantity=-1)


def test_stale_missing_and_future_levels() -> None:
    stale = plan_of(stock=[level(quantity=0, as_of=NOW - timedelta(hours=2, seconds=1))])
    assert stale.is_empty
    assert [h.reason.code for h in stale.held] == ["stale-stock"]
    missing = plan_of(stock=[])
    assert (missing.held, missing.actions) == ((), ())
    assert [(n.reason.code, str(n.target)) for n in missing.notes] == [("no-stock-level", "account:stock")]
    with pytest.raises(ValidationError, match=r"stock\[SKU-10\]\.as_of"):
        plan_of(stock=[level(as_of=NOW + HOUR)])
    with pytest.raises(NaiveDatetimeError):
        level(as_of=NOW.replace(tzinfo=None))
    with pytest.raises(StaleSnapshotError, match="stock were read"):
        plan_of(stock_at=NOW - 3 * HOUR, stock=[level(as_of=NOW - 4 * HOUR)])
    with pytest.raises(StaleSnapshotError, match="products were not read"):
        plan_of(products_at=None, products=[])


OPTIONS = {"빨강": 5, "파랑": 6, "초록": 7}


def test_only_changed_rows_are_named_and_unlinked_ones_keep_their_stock() -> None:
    plan = plan_of(
        products=[product(options=OPTIONS)],
        links=[link(option="빨강", sku="R"), link(option="파랑", sku="B")],
        stock=[level("R", 5), level("B", 1), level("G", 0)],
    )
    (action,) = plan
    assert isinstance(action, SetOptions)
    assert action.changes == (OptionChange(("파랑",), 1, None),)


def test_an_option_change_says_of_which_product_from_what_and_to_what() -> None:
    links = [link(option=name, sku=name) for name in OPTIONS]
    stock = [level("빨강", 5), level("파랑", 1), level("초록", 2, display=DisplayState.HIDDEN)]
    (action,) = plan_of(products=[product(options=OPTIONS)], links=links, stock=stock)
    assert isinstance(action, SetOptions)
    assert (action.product_no, action.key) == (10, "set-options:10")
    assert (action.before, action.after) == ("파랑=6; 초록=7", "파랑=1; 초록=2 hidden")
    assert [change.seen for change in action.changes] == [6, 7]


def test_one_bad_level_does_not_stop_the_other_options() -> None:
    plan = plan_of(
        products=[product(options=OPTIONS)],
        links=[link(option="빨강", sku="R"), link(option="파랑", sku="B"), link(option="초록", sku="G")],
        stock=[level("R", 1, as_of=NOW - 5 * HOUR), level("B", 1)],
    )
    (action,) = plan
    assert isinstance(action, SetOptions)
    assert [change.option_key for change in action.changes] == [("파랑",)]
    assert [h.reason.code for h in plan.held] == ["stale-stock"]
    assert ["1 linked SKU" in n.reason.text for n in plan.notes] == [True]


def test_a_level_of_a_sku_that_no_link_names_is_noted() -> None:
    levels = [level("TYPO", 3), level("SKU-10", 1)]
    (note,) = unknown_skus(levels, [link(), link(11, sku="OTHER")])
    assert (str(note.target), note.reason.code) == ("sku:TYPO", "unknown-sku")
    assert unknown_skus([], [link()]) == ()


def test_a_link_to_a_missing_option_and_doubled_options_are_held() -> None:
    plan = plan_of(products=[product(options=OPTIONS)], links=[link(option="노랑")])
    assert [h.reason.code for h in plan.held] == ["option-missing"]
    twice = product(options=OPTIONS)
    row = twice.option.select_option_value_list[0]  # type: ignore[union-attr]
    twice = evolve(twice, option=evolve(twice.option, select_option_value_list=(row, row)))
    plan = plan_of(products=[twice], links=[link(option="빨강")], stock=[level(quantity=0)])
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["option-twice"]


def test_sold_out_and_back() -> None:
    out = plan_of(stock=[level(quantity=0)])
    assert (stock_of(out), out.actions[0].reason.code) == (0, "sold-out")
    back = plan_of(products=[product(stock=0)], stock=[level(quantity=4)])
    assert (stock_of(back), back.actions[0].reason.code) == (4, "back-in-stock")


def test_lowest_stock_goes_first_and_falls_before_rises() -> None:
    rows = [product(n, stock=50) for n in (1, 2, 3)] + [product(4, stock=0)]
    links = [link(n, f"S{n}") for n in (1, 2, 3, 4)]
    levels = [level("S1", 40), level("S2", 0), level("S3", 2), level("S4", 2)]
    plan = plan_of(products=rows, links=links, stock=levels)
    assert [a.target.id for a in plan] == ["2", "3", "4", "1"]


@pytest.mark.parametrize("quantity", [0, 1, 5])
def test_an_import_never_pushes_zero_by_accident(quantity: int) -> None:
    fresh = imported_link(10, "SKU-10", stock_sync=True)
    plan = plan_of(links=[fresh], stock=[level(quantity=quantity)])
    if quantity:
        assert not plan.held
        return
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["import-zero"]
    told = link(never_pushed=True, zero_acknowledged=True)
    assert stock_of(plan_of(links=[told], stock=[level(quantity=0)])) == 0
    assert stock_of(plan_of(links=[link()], stock=[level(quantity=0)])) == 0


def test_an_import_does_not_stop_the_sale_either() -> None:
    fresh = imported_link(10, "SKU-10", stock_sync=True)
    plan = plan_of(links=[fresh], stock=[level(quantity=5, on_sale=False)])
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["import-zero"]


def test_a_link_is_proven_once_its_sku_shows_stock() -> None:
    links = [imported_link(n, f"S{n}", stock_sync=True) for n in (1, 2, 3)]
    shop = snapshot(links=links, stock=[level("S1", 4), level("S2", 0)])
    assert verified_links(shop, StockSettings(), NOW) == {(1, ())}


def test_a_link_of_an_ambiguous_sku_is_not_proven() -> None:
    links = [imported_link(n, "S", stock_sync=True) for n in (1, 2)]
    shop = snapshot(links=links, stock=[level("S", 4)])
    assert verified_links(shop, StockSettings(), NOW) == frozenset()
    shared = snapshot(links=links, stock=[level("S", 4)], shared_skus=frozenset({"S"}))
    assert verified_links(shared, StockSettings(), NOW) == {(1, ()), (2, ())}


def test_an_option_whose_level_was_not_read_keeps_the_product_on_sale() -> None:
    links = [link(option=name, sku=name) for name in OPTIONS]
    told = StockSettings(stop_when_sold_out=True)
    for unread, kinds in ((1, ["set-options"]), (0, ["set-options", "set-status"])):
        rows = [product(options={"빨강": unread, "파랑": 6})]
        plan = plan_of(products=rows, links=links[:2], stock=[level("파랑", 0)], settings=told)
        assert [a.kind for a in plan] == kinds


def test_ended_products_are_left_alone_and_unread_ones_are_held() -> None:
    ended = plan_of(products=[product(status=ProductStatus.END)], stock=[level(quantity=0)])
    assert ended.is_empty
    unread = plan_of(products=[], stock=[level(quantity=0)])
    assert [h.reason.code for h in unread.held] == ["product-unknown"]


def test_stop_when_sold_out_is_a_setting_and_resumes_only_its_own_stops() -> None:
    settings = StockSettings(stop_when_sold_out=True)
    stop = plan_of(stock=[level(quantity=0)], settings=settings)
    assert [a.key for a in stop] == ["set-stock:10", "set-status:10"]
    stopped = [product(stock=0, status=ProductStatus.STOP)]
    ours = plan_of(products=stopped, stock=[level(quantity=4)], settings=settings, stopped_by_us=[10])
    assert [a.after for a in ours] == ["4", "판매중"]
    assert ours.actions[1].depends_on == ("set-stock:10",)
    foreign = plan_of(products=stopped, stock=[level(quantity=4)], settings=settings)
    assert [a.key for a in foreign] == ["set-stock:10"]


def test_sale_state_follows_the_sku() -> None:
    off = plan_of(stock=[level(on_sale=False)])
    (action,) = off
    assert isinstance(action, SetStatus)
    assert (action.status, action.after) == (ProductStatus.STOP, "판매중지")
    paused = [product(status=ProductStatus.STOP)]
    held = plan_of(products=paused, stock=[level(on_sale=True)])
    assert [h.reason.code for h in held.held] == ["stopped-elsewhere"]
    on = plan_of(products=paused, stock=[level(on_sale=True)], stopped_by_us=[10])
    assert [a.after for a in on] == ["판매중"]
    told = StockSettings(resume_foreign_stops=True)
    assert len(plan_of(products=paused, stock=[level(on_sale=True)], settings=told)) == 1


def test_an_option_off_sale_shows_no_stock_and_all_off_stop_the_product() -> None:
    links = [link(option=name, sku=name) for name in OPTIONS]
    rows = {name: level(name, OPTIONS[name]) for name in OPTIONS}
    one = {**rows, "빨강": level("빨강", 5, on_sale=False)}
    (action,) = plan_of(products=[product(options=OPTIONS)], links=links, stock=list(one.values()))
    assert isinstance(action, SetOptions)
    assert action.changes == (OptionChange(("빨강",), 0, None),)
    off = [level(name, OPTIONS[name], on_sale=False) for name in OPTIONS]
    plan = plan_of(products=[product(options=OPTIONS)], links=links, stock=off)
    assert [a.kind for a in plan] == ["set-options", "set-status"]
    partly = plan_of(products=[product(options=OPTIONS)], links=links[:2], stock=off)
    assert [a.kind for a in partly] == ["set-options"]


def test_display_follows_the_sku() -> None:
    hide = plan_of(stock=[level(display=DisplayState.LINK_ONLY)])
    (action,) = hide
    assert isinstance(action, SetDisplay)
    assert action.display_yn == DisplayState.LINK_ONLY
    links = [link(option=name, sku=name) for name in OPTIONS]
    mixed = [level(name, OPTIONS[name], display=DisplayState.SHOWN) for name in list(OPTIONS)[1:]]
    mixed.append(level("빨강", 5, display=DisplayState.HIDDEN))
    plan = plan_of(products=[product(options=OPTIONS)], links=links, stock=mixed)
    assert [a.kind for a in plan] == ["set-options"]
    assert plan.actions[0].after == "빨강=5 hidden"


def test_reservations_of_unshipped_bundles() -> None:
    rows = [
        bundle(1, lines=[(10, 2)]),
        bundle(2, lines=[(10, 3)], status=ShipStatus.DELIVERY),
        bundle(3, lines=[(99, 9)]),
    ]
    assert reservations_of(rows, [link()]) == (Reservation(100, 1, "SKU-10", 2),)
    two = [link(option="빨강", sku="R"), link(option="파랑", sku="B")]
    assert reservations_of(rows, two) == ()


@pytest.mark.parametrize(
    ("line", "sku", "option"),
    [
        ({"seller_option_code": "B"}, "B", "파랑"),
        ({"option_name": "파랑"}, "B", "파랑"),
        ({"seller_option_code": "R", "option_name": "파랑"}, "R", "빨강"),
        ({"seller_option_code": "X", "option_name": "검정"}, None, None),
        ({}, None, None),
    ],
)
def test_a_line_is_of_the_link_that_its_code_or_else_its_option_names(
    line: dict[str, str], sku: str | None, option: str | None
) -> None:
    links = [link(option="빨강", sku="R"), link(option="파랑", sku="B")]
    assert goods_of(line, links) == ([] if sku is None else [(sku, option)])


def test_of_options_that_bear_one_code_the_line_names_its_own() -> None:
    links = [link(option="빨강", sku="S"), link(option="파랑", sku="S")]
    assert goods_of({"seller_option_code": "S", "option_name": "파랑"}, links) == [("S", "파랑")]
    assert goods_of({"seller_option_code": "S"}, links) == [("S", None)], "which of them is not known"


def goods_of(line: dict[str, str], links: list[SkuLink]) -> list[tuple[str, str | None]]:
    row = bundle(1, lines=[(10, 2)])
    (ordered,) = row.order_product
    option = evolve(ordered.order_option[0], **line)  # type: ignore[arg-type]
    row = evolve(row, order_product=(evolve(ordered, order_option=(option,)),))
    return [
        (part.sku, None if goods.link is None else goods.link.option_key[0])
        for goods in ordered_goods([row], links)
        for part in goods.parts
    ]


def test_reservations_of_goods_that_left_since_a_timestamp() -> None:
    rows = [bundle(number, status=ShipStatus.DELIVERY, lines=[(10, 2)]) for number in (1, 2, 3)]
    times = (NOW - timedelta(seconds=1), NOW, None)
    left = [evolve(row, order_shipping_date=at) for row, at in zip(rows, times, strict=True)]
    assert reservations_of(left, [link()], shipped_after=NOW) == (Reservation(200, 2, "SKU-10", 2, NOW),)


def test_an_imported_link_is_that_of_its_option() -> None:
    found = imported_link(10, "R", ["빨강", "L"], stock_sync=False)
    assert (found.option_key, found.mode, found.stock_sync, found.never_pushed) == (
        ("빨강", "L"), SkuLinkMode.BY_SELLER_CODE, False, True,
    )  # fmt: skip
    assert imported_link(10, "R", stock_sync=False, created=True).mode is SkuLinkMode.CREATE


quantities = st.integers(0, 150_000)


@settings(deadline=None)
@given(quantities, quantities, st.integers(0, 200), st.integers(0, 200), st.integers(0, 99_999))
def test_more_goods_never_show_less_and_the_range_holds(
    one: int, two: int, buffer: int, reserved: int, current: int
) -> None:
    def shown(quantity: int) -> int:
        plan = plan_of(
            products=[product(stock=current)],
            stock=[level(quantity=quantity)],
            reservations=[Reservation(1, 1, "SKU-10", reserved)],
            settings=StockSettings(buffer=buffer),
        )
        return stock_of(plan) if plan else current

    low, high = sorted((one, two))
    assert 0 <= shown(low) <= shown(high) <= 99_999
    assert shown(low) <= low


def test_a_level_that_was_not_read_is_no_sell_out() -> None:
    row = product(options={"빨강": 0, "파랑": 3})
    assert row.option is not None
    rows = [
        evolve(value, stock_count=0 if value.option_value1 == "빨강" else None) for value in option_rows(row)
    ]
    row = evolve(row, option=evolve(row.option, select_option_value_list=tuple(rows)))
    plan = plan_of(
        products=[row],
        links=[link(option="빨강")],
        stock=[level(quantity=0)],
        settings=StockSettings(stop_when_sold_out=True),
    )
    assert plan.is_empty


def test_the_reason_of_an_option_change_is_its_own() -> None:
    rows = {"products": [product(options={"빨강": 0, "파랑": 3})], "links": [link(option="파랑")]}
    off = plan_of(**rows, stock=[level(quantity=3, on_sale=False)])
    assert [a.reason.code for a in off] == ["sku-off-sale"]
    hidden = plan_of(**rows, stock=[level(quantity=3, display=DisplayState.HIDDEN)])
    assert [a.reason.code for a in hidden] == ["sku-hidden"]
    both = plan_of(**rows, stock=[level(quantity=0, on_sale=False)])
    assert [a.reason.code for a in both] == ["sold-out"]


def test_an_unread_level_is_shown_as_such() -> None:
    (action,) = plan_of(products=[evolve(product(), sale=None)], stock=[level(quantity=4)])
    assert (action.before, action.after) == ("?", "4")


def test_a_product_whose_options_are_not_synced_is_blocked_once() -> None:
    links = [link(option=name, sku=name, stock_sync=False) for name in OPTIONS]
    levels = [level(name, 50) for name in OPTIONS]
    plan = plan_of(products=[product(options=OPTIONS)], links=links, stock=levels)
    assert [(str(row.target), row.gate) for row in plan.blocked] == [("product:10", "flag.stock-sync")]


def test_a_link_that_only_says_runple_needs_no_stock() -> None:
    shop = snapshot(
        stock_at=None, products=[product(end=NOW + HOUR)], links=[link(runple=True, stock_sync=False)]
    )
    assert [a.key for a in policy().plan(shop, NOW)] == ["extend-sale-period:10"]
    synced = evolve(shop, links=(link(),))
    with pytest.raises(StaleSnapshotError, match="stock were not read"):
        policy().plan(synced, NOW)


def test_what_many_options_or_products_share_is_said_once() -> None:
    links = [link(option=name, sku=name, never_pushed=True) for name in OPTIONS]
    levels = [level(name, 0) for name in OPTIONS]
    fresh = plan_of(products=[product(options=OPTIONS)], links=links, stock=levels)
    assert [a.reason.code for a in fresh.alarms] == ["import-zero"]
    shared = plan_of(
        products=[product(10), product(11)],
        links=[link(10), link(11)],
        stock=[level(quantity=200_000)],
        shared_skus=frozenset({"SKU-10"}),
    )
    assert [str(note.target) for note in shared.notes] == ["sku:SKU-10"]
