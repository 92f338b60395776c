"""Korean local time as the wire writes it, and the sandbox's clock that can be set and moved.

Inside the sandbox a moment is its wire text (`yyyy-MM-dd HH:mm:ss`), which sorts by time.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from wemakeprice_sdk.clock import KST, Clock, ManualClock, SystemClock, add_months, require_aware
from wemakeprice_sdk.sandbox.answers import SandboxError

MOMENT = "%Y-%m-%d %H:%M:%S"
DAY = "%Y-%m-%d"
HOUR = "%Y-%m-%d %H:%M"

_DURATION = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?",
    re.ASCII,
)
# Deliveries, deadlines and sales reach years ahead of a timestamp; all of it has to stay a date.
FIRST, LAST = "1970-01-01 00:00:00", "2199-12-31 23:59:59"


def stamp(moment: datetime) -> str:
    """Write a moment as the wire does."""
    return moment.astimezone(KST).strftime(MOMENT)


def unstamp(text: str) -> datetime:
    """Read a moment the wire wrote, aware."""
    return datetime.strptime(text, MOMENT).replace(tzinfo=KST)


def later(text: str, delta: timedelta) -> str:
    """Add `delta` to a wire moment."""
    return (datetime.strptime(text, MOMENT) + delta).strftime(MOMENT)  # noqa: DTZ007 - local wire time


def is_kind(text: str, kind: str) -> bool:
    """Return whether `text` is a real date of that spelling (timestamp, day or hour)."""
    try:
        datetime.strptime(text, {"timestamp": MOMENT, "day": DAY, "hour": HOUR}[kind])  # noqa: DTZ007
    except ValueError:
        return False
    return True


def to_stamp(value: datetime | str) -> str:
    """Take an aware datetime or a wire moment; raise `SandboxError` on other texts and out of range."""
    try:
        text = value if isinstance(value, str) and is_kind(value, "timestamp") else _to_stamp(value)
    except (ValueError, OverflowError) as error:
        raise SandboxError(
            f"not a moment: {value!r}; write 2024-05-20 10:00:00 or ISO 8601 with a zone"
        ) from error
    return in_range(unstamp(text))


def _to_stamp(value: datetime | str) -> str:
    return stamp(require_aware(datetime.fromisoformat(value) if isinstance(value, str) else value))


def in_range(at: datetime) -> str:
    """Write a timestamp as the wire does; raise `SandboxError` when it lies before 1970 or after 2199."""
    text = stamp(at)
    if not FIRST <= text <= LAST:
        raise SandboxError(f"a timestamp lies from {FIRST[:4]} to {LAST[:4]}, not in {text[:4]}")
    return text


def minus_months(text: str, months: int) -> str:
    """Move a wire moment back by calendar months; a day past the end of the month becomes its last day."""
    day = add_months(date.fromisoformat(text[:10]), -months)
    return f"{day.isoformat()}{text[10:]}"


def plus_years(text: str, years: int) -> str:
    """Move a wire hour or moment by calendar years; 29 February becomes the 28th."""
    day = add_months(date.fromisoformat(text[:10]), 12 * years)
    return f"{day.isoformat()}{text[10:]}"


def earliest_start(to_date: str, duration: str) -> str:
    """Return the earliest window start that `duration` (ISO 8601) allows for a window ending at `to_date`."""
    found = _DURATION.fullmatch(duration)
    parts = {key: int(value) for key, value in (found.groupdict() if found else {}).items() if value}
    if not parts:
        raise SandboxError(f"not an ISO 8601 duration: {duration!r}")
    try:
        start = minus_months(to_date, 12 * parts.pop("years", 0) + parts.pop("months", 0))
        return later(start, -timedelta(**parts))
    except (ValueError, OverflowError):
        return "0001-01-01 00:00:00"  # further back than dates go: every start is allowed


class SandboxClock:
    """The clock of a sandbox: the system's, a fixed one, or either shifted.

    `base` is the clock read; `set` replaces it by a fixed moment, `advance` moves whichever runs. An
    injected `ManualClock` is itself moved, so that others who hold it see the same time.
    """

    def __init__(self, base: Clock | datetime | None = None) -> None:
        if isinstance(base, str | date) and not isinstance(base, datetime):
            raise SandboxError(f"clock takes an aware datetime or a Clock, not a {type(base).__name__}")
        self._base: Clock = ManualClock(base) if isinstance(base, datetime) else base or SystemClock()
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the current moment in KST, in whole seconds as the wire writes it."""
        return (self._base.now().astimezone(KST) + self._shift).replace(microsecond=0)

    def set(self, moment: datetime) -> None:
        """Stop the clock at an aware `moment`."""
        moment = require_aware(moment, "moment")
        in_range(moment)
        self._shift = timedelta()
        if isinstance(self._base, ManualClock):
            self._base.set(moment)
        else:
            self._base = ManualClock(moment)

    def advance(self, delta: timedelta) -> None:
        """Move the clock; a running one goes on running, shifted."""
        in_range(self.now() + delta)
        if isinstance(self._base, ManualClock):
            self._base.advance(delta)
        else:
            self._shift += delta

    def follow_system(self, shift: timedelta = timedelta()) -> None:
        """Run with the machine's clock, `shift` ahead of it."""
        in_range(SystemClock().now() + shift)
        self._base, self._shift = SystemClock(), shift

    def describe(self) -> dict[str, str]:
        """Return the mode and what is needed to restore it."""
        if isinstance(self._base, ManualClock):
            return {"mode": "fixed", "at": stamp(self._base.now() + self._shift)}
        return {"mode": "shifted" if self._shift else "system", "shift": str(self._shift.total_seconds())}

    def restore(self, saved: dict[str, str]) -> None:
        """Go back to what `describe` gave."""
        if saved["mode"] == "fixed":
            self.set(unstamp(saved["at"]))
        else:
            self.follow_system(timedelta(seconds=float(saved["shift"])))
