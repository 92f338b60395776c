"""Korean time: clocks that are handed in, aware-only datetimes, the business calendar.

The marketplace speaks Korean local time without a zone. `KST` is a fixed offset of +09:00, so the
daylight saving of 1987 and 1988 cannot reach any computation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from functools import cache
from typing import Protocol

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError

KST = timezone(timedelta(hours=9), "KST")

_ONE_DAY = timedelta(days=1)


def require_aware(value: datetime, name: str = "datetime") -> datetime:
    """Return `value` in KST; raise `NaiveDatetimeError` without a zone, `ValidationError` for no datetime."""
    if type(value) is datetime and value.tzinfo is KST:
        return value
    if _is_no_timestamp(value):
        raise ValidationError.single(
            name,
            shown(value),
            "type datetime",
            f"an aware datetime is needed, not a {type(value).__name__}",
            "시간대가 있는 datetime이 필요합니다",
        )
    if value.tzinfo is None or value.utcoffset() is None:
        raise NaiveDatetimeError.single(
            name,
            value.isoformat(),
            "aware datetime",
            "a datetime needs a zone, for example datetime(..., tzinfo=KST)",
            "시간대가 있는 시각이 필요합니다(예: tzinfo=KST)",
        )
    return plain_datetime(value).astimezone(KST)


def plain_datetime(value: datetime) -> datetime:
    """Return the value as a `datetime` and no subclass of it (pandas' `Timestamp`), to the microsecond."""
    if type(value) is datetime:
        return value
    day = datetime(value.year, value.month, value.day, tzinfo=value.tzinfo, fold=value.fold)
    return day.replace(
        hour=value.hour, minute=value.minute, second=value.second, microsecond=value.microsecond
    )


def _is_no_timestamp(value: object) -> bool:
    # pandas' NaT is a datetime by its class and equals nothing, not even itself.
    return not isinstance(value, datetime) or value != value


def korean_minute(at: datetime) -> str:
    """Return a timestamp as a seller reads it: Korean time, to the minute, without a zone."""
    return f"{at.astimezone(KST):%Y-%m-%d %H:%M}"


def korean_day(value: date, name: str = "day") -> date:
    """Return a plain date; an aware datetime becomes its Korean day, anything else is refused."""
    if isinstance(value, datetime):
        return require_aware(value, name).date()
    if _is_no_day(value):
        raise ValidationError.single(
            name,
            shown(value),
            "type date",
            f"a date is needed, not a {type(value).__name__}",
            "날짜(date)가 필요합니다",
        )
    return value


def _is_no_day(value: object) -> bool:
    return not isinstance(value, date)


def shown(value: object) -> str:
    """Return a wrong value for a message: the start of a text, a number or a day, else its type."""
    return str(value)[:60] if isinstance(value, str | int | date) else type(value).__name__


class DateSentinel(Enum):
    """What a date means that is no real date."""

    NONE = "none"
    """There is no date: MySQL's 0000-00-00, .NET's 0001-01-01, day zero of a sheet, day one of a database
    or of Unix time."""
    ENDLESS = "endless"
    """For ever: a day in 2999 or 9999. In a field that is not the end of something it means none."""


_ZERO_DATE = re.compile(
    r"0000([-./]?)00\1(?:00|01)(?:[T ].*)?|1900([-./])0?1\2 ?0?0(?:[T ].*)?|0+", re.ASCII | re.DOTALL
)
_NO_DATES = frozenset({(1, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1970, 1, 1)})
_ENDLESS_YEARS = frozenset({2999, 9999})


def date_sentinel(value: date | str) -> DateSentinel | None:
    """Return what a date stands for when it is no real date; None for a real one and for any other text.

    The one list of such dates, for answers and for files alike. A text is looked at only for zero dates
    (`0000-00-00 00:00:00`, `00000000`, the `1900-01-00` of a sheet), which no date can hold; whatever else
    it says is parsed first.
    """
    if isinstance(value, str):
        return DateSentinel.NONE if _ZERO_DATE.fullmatch(value.strip()) else None
    if value.year in _ENDLESS_YEARS:
        return DateSentinel.ENDLESS
    return DateSentinel.NONE if (value.year, value.month, value.day) in _NO_DATES else None


class Clock(Protocol):
    """Tells the current time; handed in wherever time matters."""

    def now(self) -> datetime:
        """Return the current timestamp, aware."""
        ...


@frozen
class SystemClock:
    """The machine's clock, in KST."""

    def now(self) -> datetime:
        """Return the current time in KST."""
        return datetime.now(KST)


def _aware_now(value: datetime) -> datetime:
    return require_aware(value, "now")


@define
class ManualClock:
    """A clock that moves only when told; for tests, simulations and replays."""

    _now: datetime = field(converter=_aware_now)

    def now(self) -> datetime:
        """Return the timestamp the clock was last set to, in KST."""
        return self._now

    def set(self, timestamp: datetime) -> None:
        """Set the clock, forwards or backwards, to an aware `timestamp`."""
        self._now = _aware_now(timestamp)

    def advance(self, delta: timedelta) -> datetime:
        """Move the clock by `delta` and give the new timestamp."""
        self._now += delta
        return self._now


class BusinessCalendar(Protocol):
    """Says which Korean days are business days (영업일)."""

    def is_business_day(self, day: date) -> bool:
        """Return whether `day` counts."""
        ...


@cache
def _korean_holidays(year: int) -> frozenset[date]:
    import holidays

    return frozenset(holidays.country_holidays("KR", years=year))


def _days(values: Iterable[date]) -> frozenset[date]:
    return frozenset(korean_day(value) for value in values)


@frozen
class KoreanBusinessCalendar:
    """Monday to Friday without Korean public, substitute and lunar holidays (package `holidays`, offline).

    `extra_holidays` adds days off such as a temporary holiday announced later; `working_days` takes
    days back. The marketplace's own calendar is unknown (grade C).
    """

    extra_holidays: frozenset[date] = field(default=frozenset(), converter=_days)
    working_days: frozenset[date] = field(default=frozenset(), converter=_days)

    def is_business_day(self, day: date) -> bool:
        """Return whether `day` counts."""
        day = korean_day(day)
        if day in self.working_days:
            return True
        if day.weekday() >= 5 or day in self.extra_holidays:
            return False
        return day not in _korean_holidays(day.year)


@frozen
class WeekdayCalendar:
    """Monday to Friday without the given `holidays`; needs no package and knows no public holiday."""

    holidays: frozenset[date] = field(default=frozenset(), converter=_days)

    def is_business_day(self, day: date) -> bool:
        """Return whether `day` counts."""
        day = korean_day(day)
        return day.weekday() < 5 and day not in self.holidays


def add_business_days(timestamp: datetime, days: int, calendar: BusinessCalendar) -> datetime:
    """Return the timestamp at which `days` whole business days have passed since `timestamp`, in KST.

    Time on a day off does not count: a request on Friday 15:00 with two business days ends on Tuesday
    15:00, one made on a Saturday starts counting at Monday 00:00.
    """
    if days < 0:
        raise ValueError("days must not be negative")
    at = require_aware(timestamp, "timestamp")
    if not calendar.is_business_day(at.date()):
        at = _midnight(_next_business_day(at.date(), calendar))
    for _ in range(days):
        at = datetime.combine(_next_business_day(at.date(), calendar), at.timetz())
    return at


def business_days_between(start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
    """Return the part of `start`..`end` that falls on business days; zero when `end` is not later."""
    begin, finish = require_aware(start, "start"), require_aware(end, "end")
    total = timedelta()
    while begin < finish:
        stop = min(_midnight(begin.date() + _ONE_DAY), finish)
        if calendar.is_business_day(begin.date()):
            total += stop - begin
        begin = stop
    return total


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=KST)


def _next_business_day(day: date, calendar: BusinessCalendar) -> date:
    day += _ONE_DAY
    while not calendar.is_business_day(day):
        day += _ONE_DAY
    return day


def add_months(day: date, months: int) -> date:
    """Move `day` by calendar months; a day past the end of the month becomes its last day.

    31 August minus 6 months is the last day of February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - _ONE_DAY).day
    return date(year, month + 1, min(day.day, last))
