"""Query windows and the four date spellings of the wire, without reading a clock.

The wire knows whole seconds of Korean local time and both ends of a window are inclusive (C), so windows
are counted in whole seconds: the next one starts one second after the last one ended, or earlier by a
chosen overlap. Which ends the real site includes, and whether it compares fractions of a second, nobody
knows (contract section 12); an overlap with de-duplication by natural key covers both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from wemakeprice_sdk import clock
from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST, add_months, require_aware
from wemakeprice_sdk.errors import ValidationError, WindowError

SECOND: Final = timedelta(seconds=1)
DAY: Final = timedelta(days=1)
DAY_LIMIT: Final = timedelta(hours=24)
"""Exclusive limit of one order or claim query (contract O1, C1: B)."""

DEFAULT_OVERLAP: Final = timedelta(minutes=5)
"""How far following windows reach back when collecting (writer rule 7)."""

DEAL_MONTHS: Final = 6
"""Inclusive limit of one deal query in calendar months (C)."""

NOTICE_DAYS: Final = 7
"""Days one notice query returns, the last one being `basicDate` (B, direction C)."""


@frozen
class Window:
    """One query window (조회 구간): whole seconds in KST, both ends included."""

    start: datetime
    end: datetime

    @property
    def span(self) -> timedelta:
        """Distance of the two ends, as the marketplace measures it."""
        return self.end - self.start


def _window_error(name: str, value: str, rule: str, message: str, korean: str) -> WindowError:
    return WindowError.single(name, value, rule, message, korean)


def _kst(value: datetime, name: str) -> datetime:
    try:
        return require_aware(value, name)
    except OverflowError:
        raise _window_error(
            name, value.isoformat(), "years 1..9999", "the timestamp does not exist in Korean time",
            "한국 시간으로 나타낼 수 없는 시각입니다. 시각을 확인해 주세요",
        ) from None  # fmt: skip


def _bounds(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    first, last = _kst(start, "start"), _kst(end, "end")
    if last < first:
        raise _window_error(
            "end", last.isoformat(), "not before start", "the range ends before it starts",
            "조회 종료일시가 조회 시작일시보다 빠릅니다. 기간을 확인해 주세요",
        )  # fmt: skip
    first = first.replace(microsecond=0)
    if last.microsecond:
        # A partial last second is asked for as a whole one: asking for too much costs nothing.
        last = last.replace(microsecond=0)
        last = last + SECOND if last < datetime.max.replace(microsecond=0, tzinfo=KST) else last
    return first, last


def _check_overlap(overlap: timedelta, limit: timedelta) -> None:
    if limit <= SECOND:
        raise _window_error(
            "limit", str(limit), "> 1 second", "a window needs more than one second",
            "조회 구간은 1초보다 길어야 합니다",
        )  # fmt: skip
    if overlap < timedelta(0) or overlap.microseconds or overlap > limit / 2:
        raise _window_error(
            "overlap", str(overlap), f"whole seconds 0..{limit / 2}",
            "the overlap is negative, has fractions of a second, or is more than half a window",
            "겹침은 초 단위이며 0 이상, 구간의 절반 이하여야 합니다",
        )  # fmt: skip


def split_window(
    start: datetime,
    end: datetime,
    *,
    limit: timedelta = DAY_LIMIT,
    overlap: timedelta = timedelta(0),
) -> Iterator[Window]:
    """Split an aware range into windows strictly shorter than `limit`, in order, without a gap.

    Both ends are included; fractions of a second are widened to whole seconds. With `overlap` zero no
    second is asked for twice, else every following window reaches back by exactly `overlap`. A naive
    datetime raises `NaiveDatetimeError`, a reversed range or an impossible overlap `WindowError`, at once
    and not on the first step.
    """
    first, last = _bounds(start, end)
    _check_overlap(overlap, limit)
    span = timedelta(seconds=-(-limit // SECOND) - 1)
    return _windows(first, last, span, overlap)


def _windows(first: datetime, last: datetime, span: timedelta, overlap: timedelta) -> Iterator[Window]:
    while last - first > span:
        window = Window(first, first + span)
        yield window
        first = window.end + SECOND - overlap
    yield Window(first, last)


def split_months(
    start: datetime,
    end: datetime,
    *,
    months: int = DEAL_MONTHS,
    overlap: timedelta = timedelta(0),
) -> Iterator[Window]:
    """Split an aware range into windows of at most `months` calendar months, both ends included.

    The end of a month is clamped: 31 August plus six months is the last day of February. Errors as
    `split_window`.
    """
    first, last = _bounds(start, end)
    if months < 1:
        raise _window_error(
            "months", str(months), ">= 1", "a window needs at least one month", "1개월 이상이어야 합니다"
        )
    _check_overlap(overlap, timedelta(days=28) * months)
    return _month_windows(first, last, months, overlap)


def _month_windows(first: datetime, last: datetime, months: int, overlap: timedelta) -> Iterator[Window]:
    while not within_months(first, last, months):
        window = Window(first, shift_months(first, months))
        yield window
        first = window.end + SECOND - overlap
    yield Window(first, last)


def shift_months(timestamp: datetime, months: int) -> datetime:
    """Move an aware timestamp by calendar months, clamped to the end of the month, in KST."""
    at = _kst(timestamp, "timestamp")
    return datetime.combine(add_months(at.date(), months), at.timetz())


def within_months(start: datetime, end: datetime, months: int = DEAL_MONTHS) -> bool:
    """Return whether an aware range spans at most `months` calendar months, the limit itself included."""
    first, last = _kst(start, "start"), _kst(end, "end")
    try:
        return last <= shift_months(first, months)
    except ValueError:  # past the year 9999, so no end can lie beyond it
        return True


def split_days(start: date, end: date) -> Iterator[date]:
    """Return every Korean calendar day of a range, both ends included, in order.

    Aware datetimes count as their Korean day. A naive datetime raises `NaiveDatetimeError`, a reversed
    range `WindowError`.
    """
    first, last = _day_bounds(start, end)
    return (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))


def split_weeks(start: date, end: date, *, days: int = NOTICE_DAYS) -> Iterator[date]:
    """Return the `basicDate` values whose weeks (the `days` days ending on each) cover a range of days.

    The last one is the end of the range. Errors as `split_days`.
    """
    first, last = _day_bounds(start, end)
    return _weeks(first, last, days)


def _weeks(first: date, last: date, days: int) -> Iterator[date]:
    number = first.toordinal() + days - 1
    while number < last.toordinal():
        yield date.fromordinal(number)
        number += days
    yield last


def korean_day(value: date, name: str = "day") -> date:
    """Return a day as `clock.korean_day` does, and refuse timestamps that do not exist in Korean time."""
    return _kst(value, name).date() if isinstance(value, datetime) else clock.korean_day(value, name)


def _day_bounds(start: date, end: date) -> tuple[date, date]:
    first, last = korean_day(start, "start"), korean_day(end, "end")
    if last < first:
        raise _window_error(
            "end", last.isoformat(), "not before start", "the range ends before it starts",
            "조회 종료일이 조회 시작일보다 빠릅니다. 기간을 확인해 주세요",
        )  # fmt: skip
    return first, last


WINDOW_RULES: Final = frozenset({"not before start", "below 24 hours", f"at most {DEAL_MONTHS} months"})
"""The machine words of `check_window`, for telling a wrong period from other wrong input."""


def check_window(limit: str | None, start: datetime, end: datetime) -> None:
    """Refuse a period that one query cannot cover, by the limit of its operation row, with `WindowError`."""
    if limit == "P6M inclusive":
        check_month_window(start, end)
    elif limit == "PT24H exclusive":
        check_day_window(start, end)
    else:
        _bounds(start, end)


def check_day_window(start: datetime, end: datetime) -> None:
    """Refuse a range of 24 hours or more, or a reversed one, with `WindowError` (O1, C1)."""
    first, last = _kst(start, "from_date"), _kst(end, "to_date")
    _bounds(first, last)
    if last.replace(microsecond=0) - first.replace(microsecond=0) >= DAY_LIMIT:
        raise _window_error(
            "to_date", format_timestamp(last), "below 24 hours",
            "one query covers less than 24 hours; split the range, or use iter(), which does",
            "조회 기간은 24시간 미만이어야 합니다. 기간을 나눠 주거나 iter()로 조회해 주세요",
        )  # fmt: skip


def check_month_window(start: datetime, end: datetime, months: int = DEAL_MONTHS) -> None:
    """Refuse a range above `months` calendar months, or a reversed one, with `WindowError`."""
    first, last = _kst(start, "from_date"), _kst(end, "to_date")
    _bounds(first, last)
    if not within_months(first.replace(microsecond=0), last.replace(microsecond=0), months):
        raise _window_error(
            "to_date", format_timestamp(last), f"at most {months} months",
            f"one query covers at most {months} calendar months; split the range, or use iter(), which does",
            f"조회 기간은 최대 {months}개월입니다. 기간을 나눠 조회해 주세요",
        )  # fmt: skip


def format_timestamp(value: datetime, name: str = "timestamp") -> str:
    """Spell an aware timestamp as `yyyy-MM-dd HH:mm:ss` in KST; fractions of a second are cut."""
    return _kst(value, name).replace(tzinfo=None).isoformat(" ", "seconds")


def format_hour(value: datetime, name: str = "hour") -> str:
    """Spell an aware timestamp on the hour as `yyyy-MM-dd HH:00` in KST; anything else is refused (P4)."""
    at = _kst(value, name)
    if at.minute or at.second or at.microsecond:
        raise ValidationError.single(
            name, at.isoformat(), "on the hour", "sale periods start and end on the hour",
            "판매기간은 정시(00분) 단위여야 합니다",
        )  # fmt: skip
    return at.replace(tzinfo=None).isoformat(" ", "minutes")


def format_day(value: date, name: str = "day") -> str:
    """Spell a day as `yyyy-MM-dd`; an aware datetime as its Korean day."""
    return korean_day(value, name).isoformat()


def format_compact_day(value: date) -> str:
    """Spell a day as `yyyyMMdd`, the form of settlement answers."""
    return format_day(value).replace("-", "")


_DAY_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_COMPACT_TEXT = re.compile(r"\d{8}", re.ASCII)
_TIMESTAMP_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?", re.ASCII)


def parse_timestamp(text: str) -> datetime:
    """Read `yyyy-MM-dd HH:mm[:ss]` or a day in either spelling (then midnight) as a timestamp in KST.

    Raises `ValueError` for anything else.
    """
    if _TIMESTAMP_TEXT.fullmatch(text):
        return datetime.fromisoformat(text).replace(tzinfo=KST)
    day = parse_day(text)
    return datetime(day.year, day.month, day.day, tzinfo=KST)


def parse_day(text: str) -> date:
    """Read `yyyy-MM-dd`, `yyyyMMdd`, or the day of a timestamp. Raises `ValueError` for anything else."""
    if _DAY_TEXT.fullmatch(text) or _COMPACT_TEXT.fullmatch(text):
        return date.fromisoformat(text)
    if _TIMESTAMP_TEXT.fullmatch(text):
        return datetime.fromisoformat(text).date()
    raise ValueError("not one of the four date spellings")


def parse_hour(text: str) -> datetime:
    """Read `yyyy-MM-dd HH:00` (sale period) as a timestamp in KST. Raises `ValueError` for anything else."""
    if len(text) != len("2026-01-01 00:00"):
        raise ValueError("not spelt yyyy-MM-dd HH:mm")
    return parse_timestamp(text)
