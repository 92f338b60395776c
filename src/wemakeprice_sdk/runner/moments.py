"""Moments as whole microseconds, the way the ledger stores them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from wemakeprice_sdk.clock import KST, require_aware
from wemakeprice_sdk.runner.engine import Cell, whole

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Give microseconds since 1970 (UTC); a naive moment is refused."""
    return (require_aware(moment) - _EPOCH) // _TICK


def to_moment(cell: Cell) -> datetime:
    """Give the moment in KST."""
    return (_EPOCH + whole(cell) * _TICK).astimezone(KST)
