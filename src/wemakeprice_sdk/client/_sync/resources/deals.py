# Generated from client/_async by scripts/unasync.py; edit that one.
"""Deals (딜); the whole group is our own design, no public trace of it exists (C)."""

from __future__ import annotations

from datetime import datetime, timedelta

from wemakeprice_sdk.client._sync.pager import Pager
from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.client.paging import (
    PAGE_SIZE,
    Cursor,
    ListQuery,
    Page,
    ProgressCallback,
    fingerprint,
    page_of,
    windows_of_months,
)
from wemakeprice_sdk.models import Deal, DealPage, DealRow
from wemakeprice_sdk.wire.windows import Window


class Deals(Resource):
    """Deals (딜). [C]"""

    __slots__ = ()

    def list(
        self, from_date: datetime, to_date: datetime, *, page: int = 1, size: int = PAGE_SIZE
    ) -> DealPage:
        """List one page of the deals registered in at most six calendar months (딜 목록 조회). [C]"""
        query = {"from_date": from_date, "to_date": to_date, "page": page, "size": size}
        return self._page(DealPage, "deals_list", query)

    def get(self, deal_no: int) -> Deal:
        """Read one deal (딜 상세 조회). [C] Raises `NotFoundError` when there is none."""
        return self._one(Deal, "deals_get", {"deal_no": deal_no})

    def iter(
        self,
        start: datetime,
        end: datetime,
        *,
        overlap: timedelta = timedelta(0),
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[DealRow]:
        """Read every deal registered in a range of any length lazily, each number once. [C]"""

        def fetch(window: Window, page: int) -> Page[DealRow]:
            found = self.list(window.start, window.end, page=page)
            return page_of(found.rows, found.total_count)

        reading = ListQuery("deals_list", fingerprint({}), windows_of_months(start, end, overlap))
        return Pager(reading, fetch, lambda row: (row.deal_no,), cursor, progress)
