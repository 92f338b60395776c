"""Rule 3.7 to the letter."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import DAY, NOW, at, config, day, policy, product, snapshot

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import DailyMaintenance, DatedMaintenance, EndedGoodsPolicy, ExtensionLength
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models.codes import ProductStatus, SalePeriod
from wemakeprice_sdk.models.products import Product
from wemakeprice_sdk.policy import ExtendSalePeriod, SyncPlan
from wemakeprice_sdk.policy.sale_period import dawn_of, extended_end, latest_end


def plan_of(*rows: Product, now: datetime = NOW, last: object = None, **settings: object) -> SyncPlan:
    parts = {} if last is None else {"last_extension": last}
    return policy(**settings).plan_sale_periods(snapshot(at=now, products=list(rows), **parts), now)


def new_end(plan: SyncPlan) -> datetime:
    (action,) = plan
    assert isinstance(action, ExtendSalePeriod)
    return action.new_end


@pytest.mark.parametrize(
    ("left", "extended"),
    [
        (timedelta(days=6, hours=23, minutes=59, seconds=59), True),
        (timedelta(days=7), False),
        (timedelta(days=7, seconds=1), False),
        (timedelta(seconds=1), True),
        (timedelta(0), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_less_than_seven_days_and_not_exactly_seven(left: timedelta, extended: bool) -> None:
    assert bool(plan_of(product(end=NOW + left))) is extended


def test_a_product_that_is_not_due_keeps_none_after_it_from_being_extended() -> None:
    rows = [product(10, end=NOW + timedelta(days=99)), product(11, end=NOW + DAY), product(12, end=NOW)]
    assert [action.target.id for action in plan_of(*rows)] == ["11"]
    held = plan_of(product(10, end=NOW + DAY), product(11, end=NOW + DAY), last={10: NOW.date()})
    assert [action.target.id for action in held] == ["11"]


@pytest.mark.parametrize(
    ("status", "extended"),
    [
        (ProductStatus.SALE, True),
        (ProductStatus.WAIT, True),
        (None, True),
        (ProductStatus.STOP, False),
        (ProductStatus.END, False),
        (ProductStatus.from_wire("심사중"), False),
    ],
)
def test_paused_and_ended_products_are_not_extended(status: ProductStatus | None, extended: bool) -> None:
    assert bool(plan_of(product(end=NOW + DAY, status=status))) is extended


def test_always_on_products_are_not_extended() -> None:
    assert plan_of(product(end=NOW + DAY, period=SalePeriod.ALWAYS)).is_empty


@pytest.mark.parametrize("row", [product(end=None), evolve(product(), sale=None)])
def test_products_without_an_end_are_left_alone_and_named(row: Product) -> None:
    plan = plan_of(row)
    assert plan.is_empty
    assert [held.reason.code for held in plan.held] == ["end-unknown"]
    always = plan_of(product(end=None, period=SalePeriod.ALWAYS))
    assert (always.is_empty, always.held) == (True, ())


def test_ended_products_follow_their_policy() -> None:
    ended = product(end=NOW - DAY, status=ProductStatus.END)
    assert plan_of(ended).is_empty
    assert new_end(plan_of(ended, ended=EndedGoodsPolicy.EXTEND)) == at("2026-04-09T03:00:00")
    long_ago = product(end=NOW - 60 * DAY, status=ProductStatus.END)
    plan = plan_of(long_ago, ended=EndedGoodsPolicy.EXTEND)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["ended-too-long-ago"]


@pytest.mark.parametrize(
    ("length", "end", "wanted"),
    [
        ("30 days", "2026-03-12T23:00:00", "2026-04-11T23:00:00"),
        ("1 month", "2026-03-12T23:00:00", "2026-04-12T23:00:00"),
        ("1 month", "2026-01-31T10:00:00", "2026-02-28T10:00:00"),
        ("1 month", "2028-01-31T10:00:00", "2028-02-29T10:00:00"),
        ("12 months", "2028-02-29T10:00:00", "2029-02-28T10:00:00"),
        ("6 months", "2026-08-31T23:00:00", "2027-02-28T23:00:00"),
        ("10 days", "2028-02-25T00:00:00", "2028-03-06T00:00:00"),
        ("30 days", "2026-03-12T23:59:59", "2026-04-11T23:00:00"),
    ],
)
def test_length_month_ends_leap_day_and_the_full_hour(length: str, end: str, wanted: str) -> None:
    found = extended_end(at(end), ExtensionLength.parse(length), at("2026-01-01T00:00:00"))
    assert found == at(wanted)
    assert found.utcoffset() == timedelta(hours=9)


def test_ends_on_the_wire_in_another_zone_are_counted_in_korean_time() -> None:
    utc = datetime(2026, 1, 30, 20, 0, tzinfo=UTC)
    assert extended_end(utc, ExtensionLength.parse("1 month"), None) == at("2026-02-28T05:00:00")


@pytest.mark.parametrize(
    ("start", "last"),
    [("2024-02-29T09:00:00", "2029-02-28T09:00:00"), ("2021-04-01T00:00:00", "2026-04-01T00:00:00")],
)
def test_five_years_after_the_start_is_the_end(start: str, last: str) -> None:
    assert latest_end(at(start)) == at(last)
    length = ExtensionLength.parse("60 months")
    assert extended_end(at(last) - DAY, length, at(start)) == at(last)


def test_the_cap_shortens_the_extension_and_then_stops_it() -> None:
    start, capped = at("2021-03-14T00:00:00"), at("2026-03-14T00:00:00")
    near = product(end=capped - DAY, start=start)
    assert NOW < capped - DAY < NOW + 7 * DAY
    assert new_end(plan_of(near)) == capped
    plan = plan_of(product(end=capped, start=start))
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["five-year-limit"]
    assert [a.reason.code for a in plan.alarms] == ["five-year-limit"]


def test_once_per_dawn() -> None:
    due = product(end=NOW + DAY)
    today, yesterday = {10: day("2026-03-11")}, {10: day("2026-03-10")}
    plan = plan_of(due, last=today)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["once-per-dawn"]
    assert len(plan_of(due, last=yesterday)) == 1


@pytest.mark.parametrize(
    ("clock", "is_open", "opens"),
    [
        ("2026-03-11T01:59:59", False, "2026-03-11T02:00:00"),
        ("2026-03-11T02:00:00", True, "2026-03-11T02:00:00"),
        ("2026-03-11T05:59:59", True, "2026-03-11T05:59:59"),
        ("2026-03-11T06:00:00", False, "2026-03-12T02:00:00"),
        ("2026-12-31T23:00:00", False, "2027-01-01T02:00:00"),
    ],
)
def test_only_at_dawn(clock: str, is_open: bool, opens: str) -> None:
    now = at(clock)
    plan = plan_of(product(end=now + DAY), now=now)
    assert bool(plan) is is_open
    if not is_open:
        assert [(h.reason.code, h.until) for h in plan.held] == [("waits-for-dawn", at(opens))]


NIGHT = DatedMaintenance(at("2026-03-11T03:00:00"), at("2026-03-11T05:00:00"))
LONG = DatedMaintenance(at("2026-03-11T04:00:00"), at("2026-03-11T09:30:00"))
DAILY = DailyMaintenance(time(1), time(7))


@pytest.mark.parametrize(
    ("windows", "clock", "is_open", "dawn"),
    [
        ((NIGHT,), "2026-03-11T02:59:59", True, "2026-03-11"),
        ((NIGHT,), "2026-03-11T03:00:00", False, "2026-03-11"),
        ((NIGHT,), "2026-03-11T05:00:00", True, "2026-03-11"),
        # Two hours were lost, so the batch goes on for two hours after its usual end.
        ((NIGHT,), "2026-03-11T07:59:59", True, "2026-03-11"),
        ((NIGHT,), "2026-03-11T08:00:00", False, "2026-03-12"),
        ((LONG,), "2026-03-11T09:29:59", False, "2026-03-11"),
        ((LONG,), "2026-03-11T09:30:00", True, "2026-03-11"),
        ((LONG,), "2026-03-11T11:30:00", False, "2026-03-12"),
        ((DAILY,), "2026-03-11T03:00:00", False, "2026-03-11"),
        ((DAILY,), "2026-03-11T07:00:00", True, "2026-03-11"),
        ((DAILY,), "2026-03-11T11:00:00", False, "2026-03-12"),
        ((NIGHT, LONG), "2026-03-11T09:30:00", True, "2026-03-11"),
        ((NIGHT, LONG), "2026-03-11T12:30:00", False, "2026-03-12"),
    ],
)
def test_a_batch_that_meets_maintenance_waits_and_resumes(
    windows: tuple[DatedMaintenance | DailyMaintenance, ...], clock: str, is_open: bool, dawn: str
) -> None:
    found = dawn_of(config(maintenance=windows), at(clock))
    assert (found.is_open, found.day) == (is_open, day(dawn))


def test_maintenance_says_when_it_goes_on_and_forgets_nobody() -> None:
    now = at("2026-03-11T03:30:00")
    done, waiting = product(10, end=now + DAY), product(11, end=now + DAY)
    last = {10: day("2026-03-11")}
    held = plan_of(done, waiting, now=now, last=last, maintenance=(NIGHT,))
    assert held.is_empty
    assert {(h.reason.code, h.until) for h in held.held} == {("maintenance", at("2026-03-11T05:00:00"))}
    later = plan_of(done, waiting, now=at("2026-03-11T05:00:00"), last=last, maintenance=(NIGHT,))
    assert [a.key for a in later] == ["extend-sale-period:11"]


def test_a_window_over_midnight_of_maintenance_keeps_the_day_it_belongs_to() -> None:
    until_next_day = DatedMaintenance(at("2026-03-11T02:00:00"), at("2026-03-12T00:30:00"))
    found = dawn_of(config(maintenance=(until_next_day,)), at("2026-03-12T01:00:00"))
    assert (found.is_open, found.day) == (True, day("2026-03-11"))


def test_the_summer_time_of_1988_is_irrelevant() -> None:
    # On 1988-05-08 Korean clocks jumped from 02:00 to 03:00; a fixed +09:00 knows nothing of it.
    now = at("1988-05-08T02:30:00")
    left = product(start=at("1987-01-01T00:00:00"), end=at("1988-05-15T02:30:00"))
    assert plan_of(left, now=now).is_empty
    less = product(start=at("1987-01-01T00:00:00"), end=at("1988-05-15T02:29:59"))
    assert new_end(plan_of(less, now=now)) == at("1988-06-14T02:00:00")


def test_what_ends_first_is_extended_first() -> None:
    rows = [product(1, end=NOW + 3 * DAY), product(2, end=NOW + DAY), product(3, end=NOW + DAY)]
    assert [a.target.id for a in plan_of(*rows)] == ["2", "3", "1"]


def test_the_switch_off_blocks_and_a_short_length_is_refused() -> None:
    plan = plan_of(product(end=NOW + DAY), extension=False)
    assert plan.is_empty
    assert [b.gate for b in plan.blocked] == ["feature.sale-period"]
    with pytest.raises(ConfigError, match=r"threshold_days=7.*length=5 days"):
        config(length="5 days")


hours = st.integers(0, 24 * 365 * 8).map(lambda count: at("2022-01-01T00:00:00") + timedelta(hours=count))
lengths = st.one_of(
    st.integers(7, 1826).map(lambda n: ExtensionLength.parse(f"{n} days")),
    st.integers(1, 60).map(lambda n: ExtensionLength.parse(f"{n} months")),
)


@settings(deadline=None)
@given(hours, hours, lengths)
def test_an_extension_is_on_the_hour_never_past_five_years(
    start: datetime, end: datetime, length: ExtensionLength
) -> None:
    found = extended_end(end, length, start)
    assert (found.minute, found.second, found.microsecond) == (0, 0, 0)
    assert found <= latest_end(start)
    assert found.tzinfo == KST
    assert found <= length.after(end)


@settings(deadline=None)
@given(hours, hours, lengths)
def test_a_later_end_is_never_extended_to_an_earlier_one(
    one: datetime, two: datetime, length: ExtensionLength
) -> None:
    early, late = sorted((one, two))
    start = at("2022-01-01T00:00:00")
    assert extended_end(early, length, start) <= extended_end(late, length, start)


daily = st.builds(
    lambda start, end: DailyMaintenance(min(start, end), max(start, end)),
    st.sampled_from([time(hour, minute) for hour in range(12) for minute in (0, 30)]),
    st.sampled_from([time(hour, 15) for hour in range(12)]),
)
QUARTERS = [at("2026-03-11T00:00:00") + timedelta(minutes=15 * count) for count in range(96)]


@settings(max_examples=25, deadline=None)
@given(st.lists(daily, max_size=3))
def test_the_batch_keeps_its_length_whatever_maintenance_takes(windows: list[DailyMaintenance]) -> None:
    account = config(maintenance=tuple(windows))
    dawns = [dawn_of(account, quarter) for quarter in QUARTERS]
    running = [quarter for quarter, dawn in zip(QUARTERS, dawns, strict=True) if dawn.is_open]
    assert len(running) == 16
    assert not any(account.in_maintenance(quarter) for quarter in running)
    assert {dawn.day for dawn in dawns if dawn.is_open} == {day("2026-03-11")}
    for quarter, dawn in zip(QUARTERS, dawns, strict=True):
        assert dawn.is_open == (dawn.opens == quarter)
        assert dawn_of(account, dawn.opens).is_open
