"""Timestamps as whole microseconds, the way the ledger stores them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from wemakeprice_sdk.clock import KST, require_aware
from wemakeprice_sdk.ledger.engine import SqlValue, whole

SECOND: Final = 1_000_000
"""Microseconds in a second. Stored numbers are whole microseconds: a datetime has no finer part, so what is
read is what was written, to the last digit; in floating seconds, pages would lose or repeat rows."""
DAY: Final = 86_400 * SECOND
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def to_micros(timestamp: datetime, name: str = "timestamp") -> int:
    """Return microseconds since 1970 (UTC); raise `ValidationError` for no datetime or a naive one."""
    return (require_aware(timestamp, name) - _EPOCH) // _TICK


def to_timestamp(cell: SqlValue) -> datetime:
    """Return the timestamp in KST."""
    return (_EPOCH + whole(cell) * _TICK).astimezone(KST)
