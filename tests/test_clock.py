"""Korean time: aware only, fixed offset, calendar months, business days."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import (
    KST,
    DateSentinel,
    KoreanBusinessCalendar,
    ManualClock,
    SystemClock,
    WeekdayCalendar,
    add_business_days,
    add_months,
    business_days_between,
    date_sentinel,
    require_aware,
)
from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError

timestamps = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(KST))
days = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def test_naive_datetimes_are_refused_with_the_name_of_the_field() -> None:
    with pytest.raises(NaiveDatetimeError, match="fromDate") as caught:
        require_aware(datetime(2024, 5, 1), "fromDate")
    assert caught.value.violations[0].message_ko
    with pytest.raises(NaiveDatetimeError):
        ManualClock(datetime(2024, 5, 1))


def test_other_zones_become_korean_time() -> None:
    assert require_aware(datetime(2024, 5, 1, 0, 0, tzinfo=UTC)).isoformat() == "2024-05-01T09:00:00+09:00"
    assert SystemClock().now().utcoffset() == timedelta(hours=9)


def test_the_daylight_saving_of_1988_does_not_exist_here() -> None:
    summer = datetime(1988, 7, 1, 12, tzinfo=KST)
    assert summer.astimezone(UTC).hour == 3


def test_a_manual_clock_moves_only_when_told() -> None:
    clock = ManualClock(datetime(2024, 5, 1, 3, tzinfo=timezone(timedelta(0))))
    assert clock.now() == clock.now() == datetime(2024, 5, 1, 12, tzinfo=KST)
    assert clock.advance(timedelta(hours=1)) == datetime(2024, 5, 1, 13, tzinfo=KST)
    clock.set(datetime(2024, 4, 1, tzinfo=KST))
    assert clock.now().month == 4


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 8, 31), -6, date(2024, 2, 29)),
        (date(2023, 8, 31), -6, date(2023, 2, 28)),
        (date(2024, 2, 29), 60, date(2029, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 3, 15), -3, date(2023, 12, 15)),
    ],
)
def test_calendar_months_clamp_at_the_month_end(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(days, st.integers(-240, 240))
def test_calendar_months_change_the_month_by_exactly_that_many(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2024-05-03 15:00", 2, "2024-05-08 15:00"),  # Friday, Monday is a substitute holiday
        ("2024-05-07 09:00", 2, "2024-05-09 09:00"),
        ("2024-09-13 10:00", 2, "2024-09-20 10:00"),  # 추석, by the moon
        ("2024-05-04 12:00", 2, "2024-05-09 00:00"),  # Saturday counts from the first business day on
        ("2025-01-24 18:00", 1, "2025-01-31 18:00"),  # 설날 with the temporary holiday of the 27th
    ],
)
def test_two_business_days_on_the_korean_calendar(start: str, count: int, expected: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=KST)
    end = add_business_days(begin, count, KoreanBusinessCalendar())
    assert end == datetime.fromisoformat(expected).replace(tzinfo=KST)


def test_days_can_be_added_and_taken_back() -> None:
    calendar = KoreanBusinessCalendar(extra_holidays=[date(2024, 5, 8)], working_days=[date(2024, 5, 6)])
    assert calendar.is_business_day(date(2024, 5, 6))
    assert not calendar.is_business_day(date(2024, 5, 8))


@pytest.mark.parametrize("calendar", [KoreanBusinessCalendar(), WeekdayCalendar([date(2024, 5, 1)])])
def test_a_timestamp_is_judged_by_its_korean_day(calendar: Any) -> None:
    assert calendar.is_business_day(datetime(2024, 5, 2, 14, tzinfo=UTC))
    assert not calendar.is_business_day(datetime(2024, 5, 3, 16, tzinfo=UTC))  # Saturday in Korea
    with pytest.raises(NaiveDatetimeError):
        calendar.is_business_day(datetime(2024, 5, 2))


def test_a_holiday_is_never_missed_by_its_type() -> None:
    christmas = datetime(2024, 12, 25, 9, tzinfo=KST)
    assert not KoreanBusinessCalendar().is_business_day(christmas)
    assert not WeekdayCalendar([christmas]).is_business_day(date(2024, 12, 25))
    with pytest.raises(ValidationError, match="a date is needed, not a str"):
        WeekdayCalendar(["2024-12-25"])  # type: ignore[list-item]
    with pytest.raises(ValidationError, match="a date is needed, not a str"):
        KoreanBusinessCalendar(extra_holidays=["2024-12-25"])  # type: ignore[list-item]


def test_negative_business_days_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_business_days(datetime(2024, 5, 7, tzinfo=KST), -1, WeekdayCalendar())


@given(timestamps, st.integers(0, 10))
def test_business_time_between_is_what_was_added(start: datetime, count: int) -> None:
    calendar = KoreanBusinessCalendar()
    end = add_business_days(start, count, calendar)
    assert business_days_between(start, end, calendar) == timedelta(days=count)


@given(timestamps, timestamps, st.integers(0, 5))
def test_a_later_request_never_has_an_earlier_deadline(first: datetime, second: datetime, count: int) -> None:
    calendar = WeekdayCalendar()
    early, late = sorted((first, second))
    assert add_business_days(early, count, calendar) <= add_business_days(late, count, calendar)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2024-05-07", "2024-05-07"),
        (date(2024, 5, 7), "2024-05-07"),
        (20240507, "20240507"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_datetime_is_named(value: Any, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        require_aware(value, "start")
    (violation,) = caught.value.violations
    assert (violation.path, violation.value, violation.rule) == ("start", said, "type datetime")
    assert type(value).__name__ in violation.message


def test_dates_that_are_none_and_dates_that_are_for_ever_are_told_from_real_ones() -> None:
    for text in (
        "0000-00-00",
        " 0000-00-00 00:00:00 ",
        "0000.00.00",
        "0000/00/00T00:00",
        "00000000",
        "0",
        "1900-01-00",
    ):
        assert date_sentinel(text) is DateSentinel.NONE
    for text in ("2026-01-01", "0000-13-01", "", "none", "10", "0000-00-00x", "9999-12-31", "1900-01-01"):
        assert date_sentinel(text) is None, "only zero dates are known by their text"
    for day in (date(1, 1, 1), date(1899, 12, 31), date(1900, 1, 1), datetime(1970, 1, 1, 9, tzinfo=KST)):
        assert date_sentinel(day) is DateSentinel.NONE
    for day in (date(9999, 12, 31), date(2999, 1, 1), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)):
        assert date_sentinel(day) is DateSentinel.ENDLESS
    for day in (date(1970, 1, 2), date(2037, 12, 31), date(2100, 1, 1), date(2998, 12, 31)):
        assert date_sentinel(day) is None
