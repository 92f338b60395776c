"""Orders and delivery (주문/배송)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from wemakeprice_sdk.client._async.pager import AsyncPager
from wemakeprice_sdk.client._async.resources._base import AsyncResource
from wemakeprice_sdk.client.paging import (
    Cursor,
    ListQuery,
    Page,
    ProgressCallback,
    fingerprint,
    in_turn,
    windows_below_a_day,
)
from wemakeprice_sdk.models import (
    Bundle,
    BundleNoRequest,
    ChangeInvoiceRequest,
    ListResult,
    OptionCancelRequest,
    OrderDateType,
    OrderListRequest,
    ShipMethod,
    ShipRequest,
    ShipStatus,
    couriers,
)
from wemakeprice_sdk.wire.outcomes import Outcome
from wemakeprice_sdk.wire.verdicts import Known
from wemakeprice_sdk.wire.windows import Window


class AsyncOrders(AsyncResource):
    """Orders and delivery (주문/배송). The unit of every call is the shipping bundle (배송번호)."""

    __slots__ = ()

    async def list(
        self,
        from_date: datetime,
        to_date: datetime,
        type: ShipStatus,  # noqa: A002 - the contract's name
        search_date_type: OrderDateType = OrderDateType.NEW,
    ) -> ListResult[Bundle]:
        """List the bundles in one state, by payment or confirmation time (주문 목록 조회). [A]

        The window is aware, both ends count (C), and is strictly below 24 hours (B); `iter` takes any
        range. `type` and `search_date_type` are independent (B).
        """
        request = OrderListRequest(
            from_date=from_date, to_date=to_date, type=type, search_date_type=search_date_type
        )
        return await self._rows(Bundle, "orders_list", request)

    async def get(self, bundle_no: int) -> Bundle | None:
        """Read one bundle (주문 상세 조회). [B; path C]

        None for an unknown bundle, and for one that moved into a return or exchange since it was read (B):
        its claim stands in `claims.list` then, so None does not say that the number is wrong. Raises
        `ProtocolError` when several bundles, or another one, come back, and `UnreadableValueError` when a
        value that decisions rest on cannot be read.
        """
        request = BundleNoRequest(bundle_no=bundle_no)
        return await self._row(Bundle, "orders_get", request, "bundle_no")

    async def confirm(self, bundle_no: int) -> Outcome:
        """Confirm a whole bundle (발주확인): 신규주문 becomes 상품준비중. [A; path B]

        Raises `ConflictError` while a cancel request is open (C).
        """
        return await self._caller.write("orders_confirm", BundleNoRequest(bundle_no=bundle_no))

    async def ship(
        self,
        bundle_no: int,
        *,
        ship_method: ShipMethod = ShipMethod.PARCEL,
        parcel_company_code: str | None = None,
        invoice_no: str | None = None,
        schedule_ship_date: date | None = None,
        ship_method_message: str | None = None,
    ) -> Outcome:
        """Ship a whole bundle (발송처리): 상품준비중 becomes 배송중. [A; path B]

        PARCEL takes courier (code or Korean name) and invoice of 1 to 15 digits, DIRECT the scheduled day,
        ETC a message. "Shipped before" is read back: with the same courier and invoice it is
        `AlreadyDone`, else `ConflictError`. Raises `PreconditionError` before the confirmation.
        """
        request = ShipRequest(
            bundle_no=bundle_no,
            ship_method=ship_method,
            parcel_company_code=couriers.lookup(parcel_company_code) or parcel_company_code,
            invoice_no=invoice_no,
            schedule_ship_date=schedule_ship_date,
            ship_method_message=ship_method_message,
        )
        return await self._caller.write("orders_ship", request)

    async def change_invoice(self, bundle_no: int, *, parcel_company_code: str, invoice_no: str) -> Outcome:
        """Change courier and invoice of a parcel bundle in 배송중 (송장 수정). [B; path C]"""
        request = ChangeInvoiceRequest(
            bundle_no=bundle_no,
            parcel_company_code=couriers.lookup(parcel_company_code) or parcel_company_code,
            invoice_no=invoice_no,
        )
        return await self._caller.write("orders_change_invoice", request)

    async def complete_direct(self, bundle_no: int) -> Outcome:
        """Report a direct delivery as delivered (배송완료, 직접배송 전용). [B; path C]"""
        return await self._caller.write("orders_complete_direct", BundleNoRequest(bundle_no=bundle_no))

    async def cancel_option(self, order_option_no: int, *, bundle_no: int | None = None) -> Outcome:
        """Cancel one whole option line before shipping (판매자 주문취소, 품절). [A; path C]

        The stock of the product stays as it is (C). The call itself names no bundle; give `bundle_no`, so
        that a lost answer can be verified, otherwise it ends as `OutcomeUnknownError`.
        """
        request = OptionCancelRequest(order_option_no=order_option_no)
        return await self._caller.write("orders_cancel_option", request, Known(bundle_no=bundle_no))

    def iter(
        self,
        start: datetime,
        end: datetime,
        type: ShipStatus | Iterable[ShipStatus],  # noqa: A002 - the contract's name
        search_date_type: OrderDateType = OrderDateType.NEW,
        *,
        overlap: timedelta = timedelta(0),
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> AsyncPager[Bundle]:
        """Read every bundle of a range lazily, in windows below 24 hours, each purchase and bundle once.

        `start` and `end` are aware and included. `overlap` lets each window reach back into the one before.
        Of several states each window is asked for one after the other, in the order a bundle goes through
        them: one that moves on meanwhile is not missed, and comes once.
        """
        states = in_turn("type", type, ShipStatus)

        async def fetch(window: Window, page: int) -> Page[Bundle]:  # noqa: ARG001 - never more than one page
            return await self._in_turn(
                states, lambda state: self.list(window.start, window.end, state, search_date_type)
            )

        query = fingerprint({"type": ",".join(map(str, states)), "search_date_type": search_date_type})
        reading = ListQuery("orders_list", query, windows_below_a_day(start, end, overlap))
        return AsyncPager(reading, fetch, lambda row: (row.purchase_no, row.bundle_no), cursor, progress)
