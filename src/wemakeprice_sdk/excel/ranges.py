"""Splitting a long time into the periods that the partner centre exports at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import add_months
from wemakeprice_sdk.errors import WindowError

DEAL_EXPORT_MONTHS = 6
"""Calendar months of one deal export (DOMAIN 5.4)."""


@frozen
class ExportPeriod:
    """A period to export, both days included."""

    start: date
    end: date

    def __str__(self) -> str:
        """Return the period as the partner centre's form takes it."""
        return f"{self.start} ~ {self.end}"


def deal_export_periods(
    start: date, end: date, *, months: int = DEAL_EXPORT_MONTHS
) -> Iterator[ExportPeriod]:
    """Split `start`..`end` (both included) into periods of at most `months` calendar months.

    No gap, no overlap, newest last. A period that ends on day d begins no earlier than d minus `months`
    calendar months, where 31 August minus 6 months is the last day of February. Raises `WindowError` for a
    reversed range.
    """
    if end < start:
        raise WindowError.single(
            "end",
            end,
            "start <= end",
            "the range is reversed",
            "조회 종료일이 조회 시작일보다 빠릅니다. 기간을 확인해 주세요",
        )
    if months < 1:
        raise WindowError.single(
            "months", months, "months >= 1", "a period needs a month at least", "1개월 이상이어야 합니다"
        )
    while start <= end:
        last = min(_last_day(start, months), end)
        yield ExportPeriod(start, last)
        start = last + timedelta(days=1)


def _last_day(start: date, months: int) -> date:
    """Return the latest end whose start, moved back by `months`, is not after `start`."""
    last = add_months(start, months)
    while add_months(last + timedelta(days=1), -months) <= start:
        last += timedelta(days=1)
    return last
