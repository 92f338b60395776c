# Generated from client/_async by scripts/unasync.py; edit that one.
"""Partner notices (공지사항)."""

from __future__ import annotations

from datetime import date

from wemakeprice_sdk.client._sync.pager import Pager
from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.client.paging import (
    Cursor,
    ListQuery,
    Page,
    ProgressCallback,
    fingerprint,
    windows_of_weeks,
)
from wemakeprice_sdk.models import ListResult, Notice
from wemakeprice_sdk.wire.windows import Window


class Notices(Resource):
    """Partner notices (공지사항)."""

    __slots__ = ()

    def list(self, basic_date: date | None = None) -> ListResult[Notice]:
        """List the notices of the week around `basic_date` (공지사항 조회). [A; path B]

        No source states which week is meant; the sandbox returns the seven days that end on it (C).

        Args:
            basic_date: Korean day; today when left out.

        Example:
            ```python
            for notice in client.notices.list(date(2024, 5, 21)):
                print(notice.reg_date, notice.title)  # 2024-05-20 배송 지연 안내
            ```
        """
        return self._rows(Notice, "notices_list", {"basic_date": basic_date})

    def iter(
        self,
        start: date,
        end: date,
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[Notice]:
        """Read the notices of a range lazily, week by week, each once.

        Args:
            start: First day, Korean.
            end: Last day, included.
            cursor: `cursor` of an earlier reading, to go on after it.
            progress: Called after each week.

        Example:
            ```python
            for notice in client.notices.iter(date(2024, 4, 1), date(2024, 5, 21)):
                print(notice.reg_date, notice.title)  # 2024-05-20 배송 지연 안내
            ```
        """

        def fetch(window: Window, page: int) -> Page[Notice]:  # noqa: ARG001 - never more than one page
            return Page(self.list(window.start.date()))

        reading = ListQuery("notices_list", fingerprint({}), windows_of_weeks(start, end))
        return Pager(reading, fetch, lambda row: row.key, cursor, progress)
