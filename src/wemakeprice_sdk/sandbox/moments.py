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
    r"^P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$"
)


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
    """Return whether `text` is a real date of that spelling (moment, day or hour)."""
    try:
        datetime.strptime(text, {"moment": MOMENT, "day": DAY, "hour": HOUR}[kind])  # noqa: DTZ007
    except ValueError:
        return False
    return True


def to_stamp(value: datetime | str) -> str:
    """Take an aware datetime or a wire moment; raise `SandboxError` on any other text."""
    if isinstance(value, datetime):
        return stamp(require_aware(value))
    if is_kind(value, "moment"):
        return value
    try:
        return stamp(require_aware(datetime.fromisoformat(value)))
    except ValueError as error:
        raise SandboxError(
            f"not a moment: {value!r}; write 2024-05-20 10:00:00 or ISO 8601 with a zone"
        ) from error


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
    found = _DURATION.match(duration)
    parts = {key: int(value) for key, value in (found.groupdict() if found else {}).items() if value}
    if not parts:
        raise SandboxError(f"not an ISO 8601 duration: {duration!r}")
    start = minus_months(to_date, 12 * parts.pop("years", 0) + parts.pop("months", 0))
    return later(start, -timedelta(**parts))


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
        self._shift = timedelta()
        if isinstance(self._base, ManualClock):
            self._base.set(moment)
        else:
            self._base = ManualClock(moment)

    def advance(self, delta: timedelta) -> None:
        """Move the clock; a running one goes on running, shifted."""
        if isinstance(self._base, ManualClock):
            self._base.advance(delta)
        else:
            self._shift += delta

    def follow_system(self, shift: timedelta = timedelta()) -> None:
        """Run with the machine's clock, `shift` ahead of it."""
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
