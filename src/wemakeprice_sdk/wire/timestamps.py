"""Reading the dates and times of an answer in every spelling that has one meaning only.

The contract knows four spellings. Servers also write ISO 8601 with a zone, Unix time, packed digits and
24:00; each of them is read where it cannot be taken for another. Anything else raises `ValueError`, and so
does a date that does not exist.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from wemakeprice_sdk.clock import KST, DateSentinel, date_sentinel
from wemakeprice_sdk.models._answers import ALWAYS_ON_END
from wemakeprice_sdk.models._base import JsonValue

# Bound to the real class when this module is imported: freezegun puts its own in place of every module's
# `datetime`, and values made by that one can only be unpickled where freezegun is installed.
FROM_ISO: Final = datetime.fromisoformat
DAY_FROM_ISO: Final = date.fromisoformat
COMBINE: Final = datetime.combine
_FROM_TIMESTAMP: Final = datetime.fromtimestamp

_DAY = r"(?P<y>\d{4})(?P<sep>[-./])(?P<mon>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
_TIME = r"(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<frac>\d{1,9}))?)?"
_ZONE = r"(?P<zone>z|utc|gmt|kst|[+-]\d{2}(?::?\d{2})?)"
_SPELT = re.compile(rf"{_DAY}(?:(?:\s*t\s*|\s+){_TIME}(?:\s*{_ZONE})?)?", re.ASCII | re.IGNORECASE)
_PACKED = re.compile(
    r"(?P<y>\d{4})(?P<mon>\d{2})(?P<d>\d{2})(?:T?(?P<h>\d{2})(?P<min>\d{2})(?P<s>\d{2})?)?", re.ASCII
)
_PACKED_HOUR = re.compile(r"20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])", re.ASCII)
_SECONDS_DIGITS, _MILLIS_DIGITS = 10, 13
"""Unix time of the years 2001 to 2286; fewer digits are a packed day, more are packed times."""


def read_datetime(value: JsonValue, *, sale_end: bool = False) -> datetime | None:
    """Return the aware Korean datetime a value stands for, None for one that stands for none.

    A day alone is its midnight, 24:00 the midnight after it. A date that means "for ever" is the always-on
    end (상시판매) where a sale ends and none elsewhere.
    """
    text = _text(value)
    if not text or date_sentinel(text) is not None:
        return None
    found, _ = _parse(text)
    return _meant(found, sale_end=sale_end)


def read_date(value: JsonValue) -> date | None:
    """Return the Korean day a value stands for, None for one that stands for none.

    24:00 is refused: it is the end of one day and the start of the next.
    """
    text = _text(value)
    if not text or date_sentinel(text) is not None:
        return None
    found, is_end_of_day = _parse(text)
    if is_end_of_day:
        raise ValueError("24:00 names two days")
    real = _meant(found, sale_end=False)
    return None if real is None else real.date()


def _text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("no date")  # noqa: TRY004 - the caller names the field and the type
    return str(value)


def _meant(found: datetime, *, sale_end: bool) -> datetime | None:
    sentinel = date_sentinel(found)
    if sentinel is None:
        return found
    return ALWAYS_ON_END if sale_end and sentinel is DateSentinel.ENDLESS else None


def _parse(text: str) -> tuple[datetime, bool]:
    """Return the datetime, and whether it was spelt as the end (24:00) of the day before."""
    if text.isascii() and text.isdigit() and len(text) in (_SECONDS_DIGITS, _MILLIS_DIGITS):
        return _unix_time(text), False
    match = _SPELT.fullmatch(text) or _PACKED.fullmatch(text)
    if match is None:
        raise ValueError("no known spelling of a date")
    parts = match.groupdict()
    zone = _zone(parts.get("zone"))
    midnight = FROM_ISO(f"{parts['y']}-{parts['mon']:0>2}-{parts['d']:0>2}").replace(tzinfo=zone)
    if date_sentinel(midnight) is not None:
        return midnight, False
    found = midnight + _time_of_day(parts)
    return (found if zone is KST else found.astimezone(KST)), parts["h"] == "24"


def _time_of_day(parts: dict[str, str | None]) -> timedelta:
    hour, minute, second = (int(parts[name] or 0) for name in ("h", "min", "s"))
    micros = int((parts.get("frac") or "").ljust(6, "0")[:6])
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second or micros)):
        raise ValueError("no time of day")
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)


def _zone(text: str | None) -> tzinfo:
    if text is None or text.upper() == "KST":
        return KST
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(":") or 0)
    delta = timedelta(minutes=minutes)
    return timezone(-delta if text[0] == "-" else delta)


def _unix_time(text: str) -> datetime:
    if text[0] == "0" or _PACKED_HOUR.fullmatch(text):
        # 2026010215 is an hour to some and a second of 2034 to others.
        raise ValueError("more than one meaning")
    seconds, millis = divmod(int(text), 1000) if len(text) == _MILLIS_DIGITS else (int(text), 0)
    return _FROM_TIMESTAMP(seconds, KST) + timedelta(milliseconds=millis)
