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
        """List one page of the deals registered in a period (딜 목록 조회). [C]

        Args:
            from_date: Start of the period, aware.
            to_date: End of the period, aware and included; at most six calendar months after the start.
            page: Page number, from 1.
            size: Rows per page, at most 100.

        Raises:
            WindowError: The period is longer than six calendar months. `iter` takes any range.

        Example:
            ```python
            start = datetime(2024, 5, 1, tzinfo=KST)
            page = client.deals.list(start, start + timedelta(days=30))
            print(page.total_count, page.rows[0].deal_name)  # 1 예시 묶음딜
            ```
        """
        query = {"from_date": from_date, "to_date": to_date, "page": page, "size": size}
        return self._page(DealPage, "deals_list", query)

    def get(self, deal_no: int) -> Deal:
        """Read one deal (딜 상세 조회). [C]

        Raises:
            NotFoundError: There is no such deal.

        Example:
            ```python
            deal = client.deals.get(810001001)
            print([product.product_no for product in deal.product_list])  # [3000001001]
            ```
        """
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
        """Read every deal registered in a range of any length lazily, each number once. [C]

        Args:
            start: Start of the range, aware and included.
            end: End of the range, aware and included.
            overlap: How far each window of six months reaches back into the one before.
            cursor: `cursor` of an earlier reading, to go on after it.
            progress: Called after each page.

        Raises:
            IncompleteListError: From the loop: the pages do not add up to the total, even when read again.

        Example:
            ```python
            start = datetime(2023, 1, 1, tzinfo=KST)
            for deal in client.deals.iter(start, start + timedelta(days=730)):
                print(deal.deal_no, deal.deal_name)  # 810001001 예시 묶음딜
            ```
        """

        def fetch(window: Window, page: int) -> Page[DealRow]:
            found = self.list(window.start, window.end, page=page)
            return page_of(found.rows, found.total_count)

        reading = ListQuery("deals_list", fingerprint({}), windows_of_months(start, end, overlap))
        return Pager(reading, fetch, lambda row: (row.deal_no,), cursor, progress)
