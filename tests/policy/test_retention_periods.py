"""How long something is kept: calendar years in Korean time, against plain integers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.policy.retention.periods import RetentionPeriod, return_deadline

Day = tuple[int, int, int]


# The oracle knows no library code and no `datetime`: days are counted one by one.


def leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def length(year: int, month: int) -> int:
    return (31, 29 if leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def next_day(day: Day) -> Day:
    year, month, number = day
    if number < length(year, month):
        return year, month, number + 1
    return (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)


def last_kept(event: Day, years: int, months: int) -> Day:
    """Return the last day of a period of years and months: it began on the day after the event."""
    year, month, number = next_day(event)
    month += 12 * years + months
    while month > 12:
        year, month = year + 1, month - 12
    if number > length(year, month):
        return year, month, length(year, month)
    if number > 1:
        return year, month, number - 1
    year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return year, month, length(year, month)


DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(event=DAYS, years=st.integers(0, 40), months=st.integers(0, 30), days=st.integers(0, 60))
@example(event=date(2024, 2, 29), years=5, months=0, days=0)
@example(event=date(2024, 2, 28), years=5, months=0, days=0)
@example(event=date(2023, 2, 28), years=5, months=0, days=0)
@example(event=date(2025, 8, 30), years=0, months=6, days=0)
@settings(deadline=None, max_examples=800)
def test_a_period_ends_where_counting_day_by_day_ends(
    event: date, years: int, months: int, days: int
) -> None:
    expected = next_day(last_kept((event.year, event.month, event.day), years, months))
    for _ in range(days):
        expected = next_day(expected)
    found = RetentionPeriod(years=years, months=months, days=days).free_from(event)
    assert (found.year, found.month, found.day) == expected


@pytest.mark.parametrize(
    ("event", "free"),
    [
        (date(2021, 3, 4), date(2026, 3, 5)),
        (date(2024, 2, 29), date(2029, 3, 1)),
        (date(2024, 2, 28), date(2029, 3, 1)),  # counting begins on 29 February, which 2029 does not have
        (date(2023, 2, 28), date(2028, 3, 1)),  # 29 February 2028 still belongs to the five years
        (date(2021, 12, 31), date(2027, 1, 1)),
    ],
)
def test_five_years_are_calendar_years(event: date, free: date) -> None:
    assert RetentionPeriod(years=5).free_from(event) == free


def test_an_event_counts_by_its_korean_day() -> None:
    late = datetime(2026, 1, 1, 15, 30, tzinfo=UTC)  # half past midnight in Korea, on the second
    assert RetentionPeriod(days=1).free_from(late) == date(2026, 1, 4)


def test_beyond_the_calendar_is_never() -> None:
    assert RetentionPeriod(years=5).free_from(date(9998, 1, 1)) == date.max


@given(
    left=st.tuples(st.integers(0, 5), st.integers(0, 30), st.integers(0, 800)),
    right=st.tuples(st.integers(0, 5), st.integers(0, 30), st.integers(0, 800)),
    event=DAYS,
)
@settings(deadline=None, max_examples=60)
def test_what_is_not_shorter_never_ends_earlier(
    left: tuple[int, int, int], right: tuple[int, int, int], event: date
) -> None:
    one, other = (RetentionPeriod(years=y, months=m, days=d) for y, m, d in (left, right))
    # Years without a 29 February (2100) are outside of the four-year cycle that is compared.
    if not one.is_shorter_than(other) and event.year < 2060:
        assert one.free_from(event) >= other.free_from(event)


def test_equal_periods_in_other_units_are_compared_by_the_calendar() -> None:
    five = RetentionPeriod(years=5)
    assert not RetentionPeriod(months=60).is_shorter_than(five)
    assert RetentionPeriod(days=5 * 365).is_shorter_than(five)
    assert not RetentionPeriod(days=5 * 366).is_shorter_than(five)


@pytest.mark.parametrize("wrong", [{"years": -1}, {"days": 1.5}, {"months": True}, {"years": 101}])
def test_a_period_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RetentionPeriod(**wrong)


def test_a_period_is_told_in_both_languages() -> None:
    period = RetentionPeriod(years=5, days=1)
    assert (str(period), period.korean) == ("5 years 1 day", "5년 1일")
    assert (str(RetentionPeriod()), RetentionPeriod().korean) == ("0 days", "0일")


@pytest.mark.parametrize(
    ("day", "deadline"),
    [
        (date(2024, 1, 1), date(2024, 7, 25)),
        (date(2024, 6, 30), date(2024, 7, 25)),
        (date(2024, 7, 1), date(2025, 1, 27)),  # 25 January 2025 is a Saturday
        (date(2021, 3, 4), date(2021, 7, 26)),  # a Sunday
        (date(2025, 3, 4), date(2025, 7, 25)),  # a Friday
    ],
)
def test_tax_is_counted_from_the_deadline_of_its_half_year(day: date, deadline: date) -> None:
    assert return_deadline(day) == deadline
