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

        Args:
            from_date: Start of the window, aware and included (C).
            to_date: End of the window, aware and included (C), less than 24 hours after the start (B).
            type: The state of the bundles; independent of `search_date_type` (B).
            search_date_type: Whether the window means the payment or the confirmation.

        Raises:
            WindowError: The window is 24 hours or longer. `iter` takes any range.

        Example:
            ```python
            from wemakeprice_sdk.models import ShipStatus

            start = datetime(2024, 5, 21, tzinfo=KST)
            bundles = await client.orders.list(start, start + timedelta(hours=23), ShipStatus.NEW)
            print([bundle.bundle_no for bundle in bundles])  # [210001002, 210001006]
            ```
        """
        request = OrderListRequest(
            from_date=from_date, to_date=to_date, type=type, search_date_type=search_date_type
        )
        return await self._rows(Bundle, "orders_list", request)

    async def get(self, bundle_no: int) -> Bundle | None:
        """Read one bundle (주문 상세 조회). [B; path C]

        None for an unknown bundle, and for one that moved into a return or exchange since it was read (B):
        its claim stands in `claims.list` then, so None does not say that the number is wrong.

        Raises:
            ProtocolError: Several bundles, or another one, came back.
            UnreadableValueError: A value that decisions rest on cannot be read.

        Example:
            ```python
            bundle = await client.orders.get(210001002)
            if bundle is not None:
                print(bundle.delivery.ship_status.korean, bundle.lines[0].quantity)  # 신규주문 1
            ```
        """
        request = BundleNoRequest(bundle_no=bundle_no)
        return await self._row(Bundle, "orders_get", request, "bundle_no")

    async def confirm(self, bundle_no: int) -> Outcome:
        """Confirm a whole bundle (발주확인): 신규주문 becomes 상품준비중. [A; path B]

        Confirming twice is `AlreadyDone`, once a read has shown that the bundle is confirmed.

        Raises:
            ConflictError: A cancel request of the buyer is open (C).
            NotFoundError: There is no such bundle (C).

        Example:
            ```python
            outcome = await client.orders.confirm(210001002)
            print(outcome.message)  # 완료 되었습니다.
            ```
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

        "Shipped before" is read back: with the same courier and invoice it is `AlreadyDone`.

        Args:
            bundle_no: Shipping bundle (배송번호).
            ship_method: `PARCEL` takes courier and invoice, `DIRECT` the planned day, `ETC` a message,
                `POST` an invoice or nothing.
            parcel_company_code: Courier, as code (`D002`) or Korean name (`CJ대한통운`).
            invoice_no: 1 to 15 digits; blanks and dashes are taken out.
            schedule_ship_date: Planned day of a direct delivery (배송예정일), Korean.
            ship_method_message: How it travels, such as 퀵서비스.

        Raises:
            ValidationError: Before sending: the courier is unknown, the invoice no number, or a value does
                not fit `ship_method`.
            PreconditionError: The bundle is not confirmed yet (B), or the invoice is not accepted (C).
            ConflictError: It left with another invoice, or a cancel request is open (C).
            NotFoundError: There is no such bundle (C).

        Example:
            ```python
            outcome = await client.orders.ship(
                210001003, parcel_company_code="CJ대한통운", invoice_no="6000-0000-0003"
            )
            print(outcome.message)  # 완료 되었습니다.
            ```
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
        """Change courier and invoice of a parcel bundle in 배송중 (송장 수정). [B; path C]

        Args:
            bundle_no: Shipping bundle (배송번호).
            parcel_company_code: Courier, as code (`D003`) or Korean name (`한진택배`).
            invoice_no: 1 to 15 digits; blanks and dashes are taken out.

        Raises:
            PreconditionError: The bundle is not in 배송중, or the invoice is not accepted (C).
            NotFoundError: There is no such bundle (C).

        Example:
            ```python
            outcome = await client.orders.change_invoice(
                210001004, parcel_company_code="한진택배", invoice_no="700000000001"
            )
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
        request = ChangeInvoiceRequest(
            bundle_no=bundle_no,
            parcel_company_code=couriers.lookup(parcel_company_code) or parcel_company_code,
            invoice_no=invoice_no,
        )
        return await self._caller.write("orders_change_invoice", request)

    async def complete_direct(self, bundle_no: int) -> Outcome:
        """Report a direct delivery as delivered (배송완료, 직접배송 전용). [B; path C]

        Raises:
            PreconditionError: The bundle was not shipped as `ShipMethod.DIRECT` (C).
            NotFoundError: There is no such bundle (C).

        Example:
            ```python
            outcome = await client.orders.complete_direct(210001005)
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
        return await self._caller.write("orders_complete_direct", BundleNoRequest(bundle_no=bundle_no))

    async def cancel_option(self, order_option_no: int, *, bundle_no: int | None = None) -> Outcome:
        """Cancel one whole option line before shipping (판매자 주문취소, 품절). [A; path C]

        The stock of the product stays as it is (C).

        Args:
            order_option_no: Option line (옵션주문번호); all of its pieces are cancelled.
            bundle_no: Its bundle. The call itself names none: give it, so that a lost answer can be
                verified, otherwise it ends as `OutcomeUnknownError`.

        Raises:
            PreconditionError: The bundle was shipped already (C).
            NotFoundError: There is no such option line (C).

        Example:
            ```python
            outcome = await client.orders.cancel_option(510001002, bundle_no=210001002)
            print(outcome.message)  # 완료 되었습니다.
            ```
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

        Args:
            start: Start of the range, aware and included.
            end: End of the range, aware and included.
            type: One state or several. Of several, each window is asked for one after the other, in the
                order a bundle goes through them: one that moves on meanwhile is not missed, and comes once.
            search_date_type: Whether the range means the payment or the confirmation.
            overlap: How far each window reaches back into the one before.
            cursor: `cursor` of an earlier reading with the same filters, to go on after it.
            progress: Called after each window.

        Example:
            ```python
            from wemakeprice_sdk.models import ShipStatus

            start, end = datetime(2024, 5, 14, tzinfo=KST), datetime(2024, 5, 22, tzinfo=KST)
            async for bundle in client.orders.iter(start, end, [ShipStatus.NEW, ShipStatus.CONFIRM]):
                print(bundle.bundle_no)  # 210001002, 210001006, 210001003
            ```
        """
        states = in_turn("type", type, ShipStatus)

        async def fetch(window: Window, page: int) -> Page[Bundle]:  # noqa: ARG001 - never more than one page
            return await self._in_turn(
                states, lambda state: self.list(window.start, window.end, state, search_date_type)
            )

        query = fingerprint({"type": ",".join(map(str, states)), "search_date_type": search_date_type})
        reading = ListQuery("orders_list", query, windows_below_a_day(start, end, overlap))
        return AsyncPager(reading, fetch, lambda row: (row.purchase_no, row.bundle_no), cursor, progress)
