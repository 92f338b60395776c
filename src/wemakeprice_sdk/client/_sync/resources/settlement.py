# Generated from client/_async by scripts/unasync.py; edit that one.
"""Settlement (정산)."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Literal, overload

from wemakeprice_sdk.client._sync.pager import Pager
from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.client.paging import (
    Cursor,
    ListQuery,
    Page,
    ProgressCallback,
    fingerprint,
    windows_of_days,
)
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models import ListResult, SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.wire.windows import Window


# The sales day belongs to the keys: the same line on another day is another posting, not a repeat.
def _order_key(row: SettlementOrderLine) -> tuple[Hashable, ...]:
    return (row.basic_dt, row.order_no, row.order_opt_no, row.claim_no, row.claim_opt_no, row.gubun)


def _ship_key(row: SettlementShipLine) -> tuple[Hashable, ...]:
    return (row.basic_dt, row.bundle_no, row.claim_bundle_no, row.gubun)


def _check_kind(kind: str) -> None:
    if kind not in ("order", "ship"):
        raise ValidationError.single(
            "kind",
            kind,
            "one of order, ship",
            "settlement is read by order lines or by shipping fees",
            "정산은 order(상품) 또는 ship(배송비)으로 조회합니다",
        )


class Settlement(Resource):
    """Settlement (정산). Days are Korean sales days; amounts are whole won, negative on refunds."""

    __slots__ = ()

    def list_order_lines(self, basic_dt: date) -> ListResult[SettlementOrderLine]:
        """List the order lines settled for one sales day (일별 상품 정산 조회). [A; path B]

        Args:
            basic_dt: Korean sales day (매출기준일).

        Example:
            ```python
            lines = client.settlement.list_order_lines(date(2024, 5, 20))
            print(sum(line.payable for line in lines))  # 11610
            ```
        """
        return self._rows(SettlementOrderLine, "settlement_list_order_lines", {"basic_dt": basic_dt})

    def list_ship_lines(self, basic_dt: date) -> ListResult[SettlementShipLine]:
        """List the shipping fees settled for one sales day (배송비 정산 조회). [A; path B]

        Args:
            basic_dt: Korean sales day (매출기준일).

        Example:
            ```python
            lines = client.settlement.list_ship_lines(date(2024, 5, 20))
            print(sum(line.payable for line in lines))  # 3000
            ```
        """
        return self._rows(SettlementShipLine, "settlement_list_ship_lines", {"basic_dt": basic_dt})

    def iter_order_lines(
        self,
        start: date,
        end: date,
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[SettlementOrderLine]:
        """Read the order lines of every sales day from `start` to `end` lazily, each row once.

        Corrections of coupons, and an older feed without option numbers, repeat the key of a row: all come.

        Args:
            start: First day, Korean; an aware datetime counts as its Korean day.
            end: Last day, included.
            cursor: `cursor` of an earlier reading, to go on after it.
            progress: Called after each day.

        Example:
            ```python
            for line in client.settlement.iter_order_lines(date(2024, 5, 1), date(2024, 5, 20)):
                print(line.basic_dt, line.order_no, line.payable)  # 2024-05-20 410001001 11610
            ```
        """

        def fetch(window: Window, page: int) -> Page[SettlementOrderLine]:  # noqa: ARG001 - one page
            return Page(self.list_order_lines(window.start.date()))

        days = windows_of_days(start, end)
        reading = ListQuery("settlement_list_order_lines", fingerprint({}), days, repeats=True)
        return Pager(reading, fetch, _order_key, cursor, progress)

    def iter_ship_lines(
        self,
        start: date,
        end: date,
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[SettlementShipLine]:
        """Read the shipping fees of every sales day from `start` to `end` lazily, each row once.

        Args:
            start: First day, Korean; an aware datetime counts as its Korean day.
            end: Last day, included.
            cursor: `cursor` of an earlier reading, to go on after it.
            progress: Called after each day.

        Example:
            ```python
            for line in client.settlement.iter_ship_lines(date(2024, 5, 1), date(2024, 5, 20)):
                print(line.basic_dt, line.bundle_no, line.payable)  # 2024-05-20 210001001 3000
            ```
        """

        def fetch(window: Window, page: int) -> Page[SettlementShipLine]:  # noqa: ARG001 - one page
            return Page(self.list_ship_lines(window.start.date()))

        days = windows_of_days(start, end)
        reading = ListQuery("settlement_list_ship_lines", fingerprint({}), days, repeats=True)
        return Pager(reading, fetch, _ship_key, cursor, progress)

    @overload
    def iter(
        self,
        start: date,
        end: date,
        kind: Literal["order"] = "order",
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[SettlementOrderLine]: ...

    @overload
    def iter(
        self,
        start: date,
        end: date,
        kind: Literal["ship"],
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[SettlementShipLine]: ...

    def iter(
        self,
        start: date,
        end: date,
        kind: Literal["order", "ship"] = "order",
        *,
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[SettlementOrderLine] | Pager[SettlementShipLine]:
        """Read order lines or shipping fees, as `kind` says; see `iter_order_lines`, `iter_ship_lines`.

        Args:
            start: First day, Korean; an aware datetime counts as its Korean day.
            end: Last day, included.
            kind: `"order"` for order lines (상품), `"ship"` for shipping fees (배송비).
            cursor: `cursor` of an earlier reading of the same kind, to go on after it.
            progress: Called after each day.

        Example:
            ```python
            for line in client.settlement.iter(date(2024, 5, 1), date(2024, 5, 20), "ship"):
                print(line.basic_dt, line.bundle_no, line.payable)  # 2024-05-20 210001001 3000
            ```
        """
        _check_kind(kind)
        if kind == "ship":
            return self.iter_ship_lines(start, end, cursor=cursor, progress=progress)
        return self.iter_order_lines(start, end, cursor=cursor, progress=progress)
