"""Claims: cancel, return, exchange (취소·반품·교환)."""

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
    Claim,
    ClaimApproveRequest,
    ClaimDateType,
    ClaimHoldRequest,
    ClaimInfoRequest,
    ClaimListRequest,
    ClaimRejectRequest,
    ClaimStatus,
    ClaimType,
    ExchangeCompleteRequest,
    ExchangeShipRequest,
    ListResult,
    PickupCompleteRequest,
    PickupRequest,
    ShipMethod,
    couriers,
)
from wemakeprice_sdk.wire.outcomes import Outcome
from wemakeprice_sdk.wire.verdicts import NOTHING_KNOWN, Known
from wemakeprice_sdk.wire.windows import Window


class AsyncClaims(AsyncResource):
    """Claims (클레임): cancel, return, exchange. Every write acts on the whole claim (클레임번호).

    Writes take `known`: with `Known(claim_requested_at=...)` a lost answer can be verified from the claim
    list too, should the claim detail (C) not exist.
    """

    __slots__ = ()

    async def list(
        self,
        from_date: datetime,
        to_date: datetime,
        claim_type: ClaimType,
        claim_status: ClaimStatus,
        search_date_type: ClaimDateType | None = None,
    ) -> ListResult[Claim]:
        """List the claims of one kind and state (클레임 목록 조회). [A; path C]

        The window is aware and strictly below 24 hours (B); without `search_date_type` it means the
        request time (C). Withdrawn cancels are never listed (B).
        """
        request = ClaimListRequest(
            from_date=from_date,
            to_date=to_date,
            claim_type=claim_type,
            claim_status=claim_status,
            search_date_type=search_date_type,
        )
        return await self._rows(Claim, "claims_list", request)

    async def get(self, claim_bundle_no: int) -> Claim | None:
        """Read one claim (클레임 상세 조회), None when there is none. [C]

        Raises `ProtocolError` when several claims, or another one, come back, and
        `UnreadableValueError` when a value that decisions rest on cannot be read.
        """
        request = ClaimInfoRequest(claim_bundle_no=claim_bundle_no)
        return await self._row(Claim, "claims_get", request, "claim_bundle_no")

    async def approve(
        self, claim_bundle_no: int, claim_type: ClaimType, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Approve a cancel, or a return whose goods are back (클레임 승인). [B; path C]

        Raises `WithdrawnError` when the buyer took the claim back (철회, B).
        """
        request = ClaimApproveRequest(claim_bundle_no=claim_bundle_no, claim_type=claim_type)
        return await self._caller.write("claims_approve", request, known)

    async def reject(
        self,
        claim_bundle_no: int,
        *,
        reject_reason_code: str = "CJD3",
        reject_reason_detail: str = "이미 출고된 주문입니다.",
        ship_method: ShipMethod = ShipMethod.PARCEL,
        parcel_company_code: str | None = None,
        invoice_no: str | None = None,
        schedule_ship_date: date | None = None,
        ship_method_message: str | None = None,
        known: Known = NOTHING_KNOWN,
    ) -> Outcome:
        """Reject a cancel because the goods left already (클레임 거절). [B; path C]

        This also ships the whole bundle with the given invoice: send no `orders.ship` afterwards (B).
        CJD3 이미출고 is the only reason known (B). Raises `WithdrawnError` (철회), and `ConflictError`
        when the cancel was approved meanwhile: then the goods must not go out (C).
        """
        request = ClaimRejectRequest(
            claim_bundle_no=claim_bundle_no,
            claim_type=ClaimType.CANCEL,
            reject_reason_code=reject_reason_code,
            reject_reason_detail=reject_reason_detail,
            ship_method=ship_method,
            parcel_company_code=couriers.lookup(parcel_company_code) or parcel_company_code,
            invoice_no=invoice_no,
            schedule_ship_date=schedule_ship_date,
            ship_method_message=ship_method_message,
        )
        return await self._caller.write("claims_reject", request, known)

    async def hold(
        self,
        claim_bundle_no: int,
        *,
        pending_reason_code: str = "RPD5",
        pending_reason_detail: str,
        known: Known = NOTHING_KNOWN,
    ) -> Outcome:
        """Put a return whose goods are back on hold (클레임 보류). [B, never verified to run; path C]"""
        request = ClaimHoldRequest(
            claim_bundle_no=claim_bundle_no,
            claim_type=ClaimType.RETURN,
            pending_reason_code=pending_reason_code,
            pending_reason_detail=pending_reason_detail,
        )
        return await self._caller.write("claims_hold", request, known)

    async def register_pickup(
        self,
        claim_bundle_no: int,
        claim_type: ClaimType,
        *,
        ship_method: ShipMethod = ShipMethod.PARCEL,
        parcel_company_code: str | None = None,
        invoice_no: str | None = None,
        schedule_ship_date: date | None = None,
        known: Known = NOTHING_KNOWN,
    ) -> Outcome:
        """Register the pickup of a return or exchange, once per claim (수거요청). [B; path C]

        A pickup invoice equal to the outbound one raises `ConflictError`; send it as DIRECT then (B).
        """
        request = PickupRequest(
            claim_bundle_no=claim_bundle_no,
            claim_type=claim_type,
            ship_method=ship_method,
            parcel_company_code=couriers.lookup(parcel_company_code) or parcel_company_code,
            invoice_no=invoice_no,
            schedule_ship_date=schedule_ship_date,
        )
        return await self._caller.write("claims_register_pickup", request, known)

    async def complete_pickup(
        self, claim_bundle_no: int, claim_type: ClaimType, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Report the goods as back, once, when all lines are back (수거완료). [B; path C]"""
        request = PickupCompleteRequest(claim_bundle_no=claim_bundle_no, claim_type=claim_type)
        return await self._caller.write("claims_complete_pickup", request, known)

    async def ship_exchange(
        self,
        claim_bundle_no: int,
        *,
        ship_method: ShipMethod = ShipMethod.PARCEL,
        parcel_company_code: str | None = None,
        invoice_no: str | None = None,
        schedule_ship_date: date | None = None,
        known: Known = NOTHING_KNOWN,
    ) -> Outcome:
        """Register the replacement of an exchange as shipped (교환배송 등록). [B; path C]"""
        request = ExchangeShipRequest(
            claim_bundle_no=claim_bundle_no,
            claim_type=ClaimType.EXCHANGE,
            ship_method=ship_method,
            parcel_company_code=couriers.lookup(parcel_company_code) or parcel_company_code,
            invoice_no=invoice_no,
            schedule_ship_date=schedule_ship_date,
        )
        return await self._caller.write("claims_ship_exchange", request, known)

    async def complete_exchange(self, claim_bundle_no: int, *, known: Known = NOTHING_KNOWN) -> Outcome:
        """Complete an exchange whose replacement is delivered (교환완료). [B; path C]"""
        request = ExchangeCompleteRequest(claim_bundle_no=claim_bundle_no, claim_type=ClaimType.EXCHANGE)
        return await self._caller.write("claims_complete_exchange", request, known)

    def iter(
        self,
        start: datetime,
        end: datetime,
        claim_type: ClaimType,
        claim_status: ClaimStatus | Iterable[ClaimStatus],
        search_date_type: ClaimDateType | None = None,
        *,
        overlap: timedelta = timedelta(0),
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> AsyncPager[Claim]:
        """Read every claim of a range lazily, in windows below 24 hours, each claim row once.

        `start` and `end` are aware and included. `overlap` lets each window reach back into the one before.
        Of several states each window is asked for one after the other, as `orders.iter` does.
        """
        states = in_turn("claim_status", claim_status, ClaimStatus)

        async def fetch(window: Window, page: int) -> Page[Claim]:  # noqa: ARG001 - never more than one page
            return await self._in_turn(
                states, lambda state: self.list(window.start, window.end, claim_type, state, search_date_type)
            )

        query = fingerprint(
            {
                "claim_type": claim_type,
                "claim_status": ",".join(map(str, states)),
                "search_date_type": search_date_type,
            }
        )
        reading = ListQuery("claims_list", query, windows_below_a_day(start, end, overlap))
        return AsyncPager(
            reading,
            fetch,
            lambda row: (row.claim_bundle_no, row.purchase_no, row.bundle_no, row.claim_type),
            cursor,
            progress,
        )
