"""Times in which the marketplace is known to be away (점검 시간)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias, cast

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.clock import KST, require_aware
from wemakeprice_sdk.config._checks import as_tuple

_DAY: Final = 86_400 * 1_000_000
_WEEK: Final = 7 * _DAY
_ONE_DAY: Final = timedelta(days=1)


def _weekdays(value: object) -> tuple[int, ...]:
    return cast("tuple[int, ...]", as_tuple(value))


@frozen
class DailyMaintenance:
    """A window that comes back every day, or on `weekdays` (0 = Monday .. 6 = Sunday) only.

    `start` and `end` are times of day in KST; `end` itself is outside. An `end` before `start` lies on the
    next day, and `weekdays` then names the day on which the window starts.
    """

    start: time
    end: time
    weekdays: tuple[int, ...] = field(default=(), converter=_weekdays)
    note: str = ""

    def __attrs_post_init__(self) -> None:
        """Check the times and weekdays."""
        problems = Problems()
        clean = [_check_time(problems, "start", self.start), _check_time(problems, "end", self.end)]
        if all(clean) and self.start == self.end:
            problems.add(
                "end",
                self.end,
                "start != end",
                f"equals start={self.start}",
                f"시작 시각과 같습니다({self.start}). 서로 다른 시각을 적어 주세요",
            )
        problems.each("weekdays", self.weekdays, int, "int")
        if not problems.found:
            for index, weekday in enumerate(self.weekdays):
                problems.number(f"weekdays[{index}]", weekday, 0, 6)
        problems.text("note", self.note, lines=True)
        problems.raise_all("DailyMaintenance")

    def end_at(self, timestamp: datetime) -> datetime | None:
        """Return the end of the window that covers `timestamp`, or None when none does."""
        at = require_aware(timestamp, "timestamp")
        for day in (at.date(), at.date() - _ONE_DAY):
            start, end = self._on(day)
            if (not self.weekdays or day.weekday() in self.weekdays) and start <= at < end:
                return end
        return None

    def covers(self, timestamp: datetime) -> bool:
        """Return whether `timestamp` (aware) lies inside."""
        return self.end_at(timestamp) is not None

    def _on(self, day: date) -> tuple[datetime, datetime]:
        start = datetime.combine(day, self.start, KST)
        last = day if self.end > self.start else day + _ONE_DAY
        return start, datetime.combine(last, self.end, KST)


def _check_time(problems: Problems, path: str, value: object) -> bool:
    if not problems.instance(path, value, time, "time") or not isinstance(value, time):
        return False
    if value.tzinfo is not None:
        problems.add(
            path,
            value,
            "time of day in KST",
            "carries a zone; a plain time of day in KST is meant",
            "시간대 없이 한국 시간으로 적어 주세요",
        )
        return False
    return True


@frozen
class DatedMaintenance:
    """A window announced for one date: from `start` to just before `end`, both aware, kept in KST."""

    start: datetime
    end: datetime
    note: str = ""

    def __attrs_post_init__(self) -> None:
        """Check the timestamps and bring them to KST."""
        problems = Problems()
        clean = [self._take(problems, "start", self.start), self._take(problems, "end", self.end)]
        if all(clean) and self.end <= self.start:
            problems.add(
                "end",
                self.end,
                "start < end",
                f"is not after start={self.start}",
                f"시작 시각({self.start})보다 늦어야 합니다",
            )
        problems.text("note", self.note, lines=True)
        problems.raise_all("DatedMaintenance")

    def _take(self, problems: Problems, path: str, value: object) -> bool:
        if not problems.instance(path, value, datetime, "datetime") or not isinstance(value, datetime):
            return False
        if value.utcoffset() is None:
            problems.add(
                path,
                value,
                "aware datetime",
                "needs a zone, for example +09:00",
                "시간대가 필요합니다(예: +09:00)",
            )
            return False
        object.__setattr__(self, path, require_aware(value, path))
        return True

    def end_at(self, timestamp: datetime) -> datetime | None:
        """Return `end` when the window covers `timestamp`, otherwise None."""
        return self.end if self.start <= require_aware(timestamp, "timestamp") < self.end else None

    def covers(self, timestamp: datetime) -> bool:
        """Return whether `timestamp` (aware) lies inside."""
        return self.end_at(timestamp) is not None


MaintenanceWindow: TypeAlias = DailyMaintenance | DatedMaintenance
"""A window in which the marketplace is away: daily or dated."""


def next_clear(windows: Iterable[MaintenanceWindow], timestamp: datetime) -> datetime:
    """Return `timestamp` itself, or the first timestamp after it that no window covers, in KST."""
    at = require_aware(timestamp, "timestamp")
    known = tuple(windows)
    while ends := [end for window in known if (end := window.end_at(at)) is not None]:
        at = max(ends)
    return at


def leaves_no_time(windows: Iterable[DailyMaintenance]) -> bool:
    """Return whether the daily windows together cover the whole week, so that nothing could ever run."""
    reached = 0
    spans = sorted(span for window in windows for span in _spans(window))
    for start, end in spans:
        if start > reached:
            return False
        reached = max(reached, end)
    return reached >= _WEEK


def _spans(window: DailyMaintenance) -> list[tuple[int, int]]:
    start, end = _micros(window.start), _micros(window.end)
    end += _DAY if end <= start else 0
    spans = [(day * _DAY + start, day * _DAY + end) for day in window.weekdays or range(7)]
    return spans + [(0, end - _WEEK) for _, end in spans if end > _WEEK]


def _micros(value: time) -> int:
    # Whole numbers: a gap that only rounding made would be looked for until the end of the calendar.
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
