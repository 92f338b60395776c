from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError, WindowError
from wemakeprice_sdk.wire import windows
from wemakeprice_sdk.wire.windows import (
    DAY_LIMIT,
    SECOND,
    Window,
    split_days,
    split_months,
    split_weeks,
    split_window,
)

ZONES = st.sampled_from([UTC, KST, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=45))])
TIMESTAMPS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2038, 1, 1), timezones=ZONES)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40))
OVERLAPS = st.integers(0, 12 * 3600).map(lambda seconds: timedelta(seconds=seconds))


def kst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=KST)  # type: ignore[misc,arg-type]


def floor(timestamp: datetime) -> datetime:
    return timestamp.astimezone(KST).replace(microsecond=0)


def ceil(timestamp: datetime) -> datetime:
    return floor(timestamp) + (SECOND if timestamp.microsecond else timedelta(0))


@given(TIMESTAMPS, SPANS)
def test_windows_cover_every_second_exactly_once(start: datetime, span: timedelta) -> None:
    found = list(split_window(start, start + span))
    assert found[0].start == floor(start)
    assert found[-1].end == ceil(start + span)
    for before, after in itertools.pairwise(found):
        assert after.start == before.end + SECOND


@given(TIMESTAMPS, SPANS, OVERLAPS)
def test_windows_stay_strictly_under_a_day_in_whole_korean_seconds(
    start: datetime, span: timedelta, overlap: timedelta
) -> None:
    for window in split_window(start, start + span, overlap=overlap):
        assert timedelta(0) <= window.span < DAY_LIMIT
        assert window.start.microsecond == window.end.microsecond == 0
        assert window.start.tzinfo is KST
        assert window.end.tzinfo is KST


@given(TIMESTAMPS, SPANS, OVERLAPS)
def test_following_windows_reach_back_by_exactly_the_overlap(
    start: datetime, span: timedelta, overlap: timedelta
) -> None:
    found = list(split_window(start, start + span, overlap=overlap))
    for before, after in itertools.pairwise(found):
        assert before.end + SECOND - after.start == overlap
    assert found[0].start == floor(start)
    assert found[-1].end == ceil(start + span)


@given(TIMESTAMPS, st.timedeltas(timedelta(0), timedelta(hours=8)), st.integers(2, 7200))
def test_any_other_limit_is_kept_too(start: datetime, span: timedelta, limit: int) -> None:
    found = list(itertools.islice(split_window(start, start + span, limit=timedelta(seconds=limit)), 20_000))
    assert all(window.span < timedelta(seconds=limit) for window in found)
    assert found[-1].end == ceil(start + span)


def test_a_limit_with_fractions_is_not_reached_either() -> None:
    limit = timedelta(seconds=10, microseconds=500_000)
    found = list(split_window(kst(2026, 1, 1), kst(2026, 1, 1, 0, 1), limit=limit))
    assert max(window.span for window in found) == timedelta(seconds=10)


def test_one_whole_day_becomes_two_windows_or_one_of_a_second_less() -> None:
    day = list(split_window(kst(2026, 1, 1), kst(2026, 1, 2)))
    assert day == [
        Window(kst(2026, 1, 1), kst(2026, 1, 1, 23, 59, 59)),
        Window(kst(2026, 1, 2), kst(2026, 1, 2)),
    ]
    assert len(list(split_window(kst(2026, 1, 1), kst(2026, 1, 1, 23, 59, 59)))) == 1


def test_a_single_timestamp_is_one_window_and_fractions_widen_it() -> None:
    timestamp = kst(2026, 1, 1, 12)
    assert list(split_window(timestamp, timestamp)) == [Window(timestamp, timestamp)]
    late = timestamp + timedelta(microseconds=1)
    assert list(split_window(late, late)) == [Window(timestamp, timestamp + SECOND)]


@pytest.mark.parametrize("split", [split_window, split_months])
@pytest.mark.parametrize("naive", ["start", "end"])
def test_naive_datetimes_are_refused_at_once(split: Callable[..., object], naive: str) -> None:
    bounds = {"start": kst(2026, 1, 1), "end": kst(2026, 1, 2)}
    bounds[naive] = bounds[naive].replace(tzinfo=None)
    with pytest.raises(NaiveDatetimeError) as caught:
        split(bounds["start"], bounds["end"])
    assert caught.value.violations[0].path == naive


@pytest.mark.parametrize("split", [split_window, split_months, split_days, split_weeks])
@pytest.mark.parametrize("wrong", ["2026-01-01", 20260101, None])
def test_texts_and_numbers_are_no_timestamps_or_days(split: Callable[..., object], wrong: object) -> None:
    for bounds, path in (((wrong, kst(2026, 1, 2)), "start"), ((kst(2026, 1, 1), wrong), "end")):
        with pytest.raises(ValidationError) as caught:
            split(*bounds)
        (violation,) = caught.value.violations
        assert violation.path == path
        assert violation.rule in ("type datetime", "type date")


@pytest.mark.parametrize("split", [split_window, split_months])
def test_a_reversed_range_is_refused_at_once(split: Callable[..., object]) -> None:
    with pytest.raises(WindowError, match="not before start"):
        split(kst(2026, 1, 2), kst(2026, 1, 2) - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("limit", "overlap"),
    [
        (timedelta(hours=24), timedelta(seconds=-1)),
        (timedelta(hours=24), timedelta(hours=12, seconds=1)),
        (timedelta(hours=24), timedelta(microseconds=1)),
        (timedelta(seconds=1), timedelta(0)),
    ],
)
def test_impossible_limits_and_overlaps_are_refused(limit: timedelta, overlap: timedelta) -> None:
    with pytest.raises(WindowError):
        split_window(kst(2026, 1, 1), kst(2026, 1, 2), limit=limit, overlap=overlap)


def test_a_timestamp_outside_korean_time_is_refused() -> None:
    with pytest.raises(WindowError, match="9999"):
        split_window(kst(2026, 1, 1), datetime.max.replace(tzinfo=UTC))
    with pytest.raises(WindowError, match="9999"):
        split_days(date(9999, 12, 31), datetime.max.replace(tzinfo=UTC))


def test_the_last_second_of_all_time_ends_the_split() -> None:
    end = datetime.max.replace(tzinfo=KST)
    found = list(split_window(end - timedelta(days=2), end))
    assert found[-1].end == end.replace(microsecond=0)
    months = list(split_months(end - timedelta(days=2), end))
    assert months == [Window(floor(end - timedelta(days=2)), end.replace(microsecond=0))]


@given(TIMESTAMPS, st.timedeltas(timedelta(0), timedelta(days=1500)))
def test_month_windows_cover_exactly_and_keep_the_limit_from_both_ends(
    start: datetime, span: timedelta
) -> None:
    found = list(split_months(start, start + span))
    assert found[0].start == floor(start)
    assert found[-1].end == ceil(start + span)
    for before, after in itertools.pairwise(found):
        assert after.start == before.end + SECOND
    for window in found:
        # However the site measures, forwards from the start or back from the end, the window passes.
        assert window.end <= windows.shift_months(window.start, 6)
        assert windows.shift_months(window.end, -6) <= window.start


def test_six_months_clamp_to_the_end_of_february() -> None:
    assert windows.shift_months(kst(2026, 8, 31, 10), -6) == kst(2026, 2, 28, 10)
    assert windows.shift_months(kst(2024, 8, 31, 10), -6) == kst(2024, 2, 29, 10)
    assert windows.shift_months(kst(2026, 8, 31), 6) == kst(2027, 2, 28)
    found = list(split_months(kst(2026, 8, 31), kst(2027, 3, 1)))
    assert found[0] == Window(kst(2026, 8, 31), kst(2027, 2, 28))
    assert found[1].start == kst(2027, 2, 28, 0, 0, 1)


def test_the_six_month_limit_itself_is_included() -> None:
    start = kst(2026, 1, 15, 9)
    assert windows.within_months(start, kst(2026, 7, 15, 9))
    assert not windows.within_months(start, kst(2026, 7, 15, 9, 0, 1))
    windows.check_window("P6M inclusive", start, kst(2026, 7, 15, 9))
    with pytest.raises(WindowError, match="at most 6 months"):
        windows.check_window("P6M inclusive", start, kst(2026, 7, 15, 9, 0, 1))
    # Fractions of a second do not go out.
    windows.check_window("P6M inclusive", start, kst(2026, 7, 15, 9, 0, 0, 900_000))
    with pytest.raises(WindowError, match="not before start"):
        windows.check_window("P6M inclusive", start, start - SECOND)


def test_month_windows_reach_back_by_the_overlap() -> None:
    start, overlap = kst(2026, 1, 1), timedelta(days=14)
    found = list(split_months(start, kst(2026, 4, 1), months=1, overlap=overlap))
    assert found[0] == Window(start, kst(2026, 2, 1))
    assert found[-1].end == kst(2026, 4, 1)
    for before, after in itertools.pairwise(found):
        assert before.end + SECOND - after.start == overlap
    assert list(split_months(start, kst(2026, 2, 1), overlap=timedelta(days=84)))
    for months, wrong in ((1, overlap + SECOND), (6, timedelta(days=84) + SECOND), (0, timedelta(0))):
        with pytest.raises(WindowError) as caught:
            split_months(start, kst(2026, 4, 1), months=months, overlap=wrong)
        assert caught.value.violations[0].path == ("overlap" if months else "months")


def test_a_day_window_of_exactly_24_hours_is_refused_and_a_second_less_passes() -> None:
    start = kst(2026, 1, 1)
    windows.check_window("PT24H exclusive", start, kst(2026, 1, 1, 23, 59, 59))
    with pytest.raises(WindowError, match="below 24 hours"):
        windows.check_window("PT24H exclusive", start, kst(2026, 1, 2))
    with pytest.raises(WindowError, match="below 24 hours"):
        # Spelt without fractions, these two are a whole day apart.
        windows.check_window(
            "PT24H exclusive", kst(2026, 1, 1, 0, 0, 0, 500_000), kst(2026, 1, 2, 0, 0, 0, 400_000)
        )
    windows.check_window("unknown", start, kst(2030, 1, 1))
    with pytest.raises(WindowError, match="not before start"):
        windows.check_window("unknown", kst(2030, 1, 1), start)


def test_days_include_both_ends_and_count_in_korea() -> None:
    assert list(windows.split_days(date(2026, 2, 27), date(2026, 3, 1))) == [
        date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1),
    ]  # fmt: skip
    late = datetime(2026, 1, 1, 15, tzinfo=UTC)
    assert list(windows.split_days(late, late)) == [date(2026, 1, 2)]
    with pytest.raises(WindowError):
        windows.split_days(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(NaiveDatetimeError):
        windows.split_days(datetime(2026, 1, 1), date(2026, 1, 1))


@given(st.dates(date(2000, 1, 1), date(2038, 1, 1)), st.integers(0, 60))
def test_weeks_cover_every_day(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    asked = list(windows.split_weeks(start, end))
    assert asked[-1] == end
    covered = {basic - timedelta(days=back) for basic in asked for back in range(7)}
    assert set(windows.split_days(start, end)) <= covered
    assert len(asked) == max(1, -(-(days + 1) // 7))


def test_the_four_spellings() -> None:
    timestamp = datetime(2026, 1, 1, 20, 30, 15, 999_999, tzinfo=UTC)
    assert windows.format_timestamp(timestamp) == "2026-01-02 05:30:15"
    assert windows.format_day(timestamp) == "2026-01-02"
    assert windows.format_compact_day(date(2026, 1, 2)) == "20260102"
    assert windows.format_hour(kst(2026, 1, 2, 5)) == "2026-01-02 05:00"
    for day in ("2026-01-02", "20260102"):
        assert windows.parse_timestamp(day) == kst(2026, 1, 2)
    for wrong in (kst(2026, 1, 2, 5, 30), kst(2026, 1, 2, 5, 0, 1), kst(2026, 1, 2, 5, 0, 0, 1)):
        with pytest.raises(ValidationError, match="on the hour"):
            windows.format_hour(wrong)


@given(TIMESTAMPS)
def test_what_is_spelt_is_read_back(timestamp: datetime) -> None:
    assert windows.parse_timestamp(windows.format_timestamp(timestamp)) == floor(timestamp)
    assert windows.parse_day(windows.format_day(timestamp)) == floor(timestamp).date()
    assert windows.parse_day(windows.format_compact_day(timestamp)) == floor(timestamp).date()
    hour = floor(timestamp).replace(minute=0, second=0)
    assert windows.parse_hour(windows.format_hour(hour)) == hour


@pytest.mark.parametrize(
    "text",
    ["", "어제", "2026-1-1", "2026-13-01", "20260230", "2026-01-01 25:00:00", "2026-01-01 10:00:00 KST",
     "2026-W01-1", "２０２６-01-01", "2026-01-01T10:00:00+09:00"],
)  # fmt: skip
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        windows.parse_timestamp(text)
    with pytest.raises(ValueError, match=r"."):
        windows.parse_day(text)


def test_an_hour_needs_its_own_spelling() -> None:
    with pytest.raises(ValueError, match="yyyy-MM-dd HH:mm"):
        windows.parse_hour("2026-01-01 10:00:00")
