"""Timestamps as whole microseconds, the way the ledger stores them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from wemakeprice_sdk.clock import KST, require_aware
from wemakeprice_sdk.ledger.engine import SqlValue, whole

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def to_micros(timestamp: datetime) -> int:
    """Return microseconds since 1970 (UTC); a naive timestamp is refused."""
    return (require_aware(timestamp) - _EPOCH) // _TICK


def to_timestamp(cell: SqlValue) -> datetime:
    """Return the timestamp in KST."""
    return (_EPOCH + whole(cell) * _TICK).astimezone(KST)
