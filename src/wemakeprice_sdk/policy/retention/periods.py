"""How long something is kept, in calendar years, months and days of Korean time."""

from __future__ import annotations

from datetime import date, timedelta

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.clock import add_months, korean_day

_ONE_DAY = timedelta(days=1)
_MOST_YEARS = 100
_MOST_DAYS = 36_600


@frozen(kw_only=True)
class RetentionPeriod:
    """A period of calendar years, months and days (보유기간); without any, only the day of the event itself.

    It is counted as Korean civil law does: the day of the event does not count (민법 제157조), a year ends on
    the day before the day it began on, and where the last month has no such day, at the end of that month
    (제160조). Five years from 29 February 2024 last until 28 February 2029. Raises `ConfigError`.
    """

    years: int = 0
    months: int = 0
    days: int = 0

    def __attrs_post_init__(self) -> None:
        """Check the numbers."""
        problems = Problems()
        problems.number("years", self.years, 0, _MOST_YEARS)
        problems.number("months", self.months, 0, 12 * _MOST_YEARS)
        problems.number("days", self.days, 0, _MOST_DAYS)
        problems.raise_all("RetentionPeriod")

    def free_from(self, event: date) -> date:
        """Return the first day (KST) on which what happened on the day `event` is no longer kept.

        `date.max` where the calendar of Python ends before that.
        """
        day = korean_day(event)
        try:
            first = day + _ONE_DAY
            turn = add_months(first, 12 * self.years + self.months)
            if turn.day != first.day:
                # The last month has no such day: the period lasts until its end, that day included.
                turn += _ONE_DAY
            return turn + timedelta(days=self.days)
        except (OverflowError, ValueError):
            return date.max

    def last_free(self, today: date) -> date | None:
        """Return the last day of an event that is free on the day `today`; None when there is none."""
        low, high = date.min.toordinal(), korean_day(today).toordinal()
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._is_free(middle, today) else (low, middle - 1)
        return date.fromordinal(low) if self._is_free(low, today) else None

    def _is_free(self, ordinal: int, today: date) -> bool:
        return self.free_from(date.fromordinal(ordinal)) <= today

    def is_shorter_than(self, other: RetentionPeriod) -> bool:
        """Return whether this period may end before `other`, whatever day both begin on."""
        return any(self.free_from(day) < other.free_from(day) for day in _PROBES)

    def __str__(self) -> str:
        """Return the period in English words."""
        return _words(self, ("year", "month", "day"), "s", " ") or "0 days"

    @property
    def korean(self) -> str:
        """The period in Korean words."""
        return _words(self, ("년", "개월", "일"), "", "") or "0일"


# Every day of four years with a leap day: months and days compare differently from day to day.
_PROBES = tuple(date(2023, 1, 1) + timedelta(days=index) for index in range(1461))


def _words(period: RetentionPeriod, units: tuple[str, str, str], plural: str, blank: str) -> str:
    parts = zip((period.years, period.months, period.days), units, strict=True)
    return " ".join(f"{count}{blank}{unit}{plural if count != 1 else ''}" for count, unit in parts if count)


def return_deadline(day: date) -> date:
    """Return the day until which value added tax of the half-year of `day` is to be returned (확정신고 기한).

    25 July and 25 January, moved to Monday off a weekend; public holidays are not known here, so the true
    deadline may lie some days later.
    """
    at = korean_day(day)
    deadline = date(at.year, 7, 25) if at.month <= 6 else date(at.year + 1, 1, 25)
    return deadline + timedelta(days=7 - deadline.weekday() if deadline.weekday() >= 5 else 0)
