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

        Withdrawn cancels are never listed (B).

        Args:
            from_date: Start of the window, aware and included (C).
            to_date: End of the window, aware and included (C), less than 24 hours after the start (B).
            claim_type: Cancel, return or exchange.
            claim_status: The state of the claims.
            search_date_type: What the window means; the request (신청일) when left out (C).

        Raises:
            WindowError: The window is 24 hours or longer. `iter` takes any range.

        Example:
            ```python
            from wemakeprice_sdk.models import ClaimStatus, ClaimType

            start, end = datetime(2024, 5, 21, tzinfo=KST), datetime(2024, 5, 21, 23, tzinfo=KST)
            claims = await client.claims.list(start, end, ClaimType.CANCEL, ClaimStatus.REQUEST)
            print([claim.claim_bundle_no for claim in claims])  # [610001001]
            ```
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

        Raises:
            ProtocolError: Several claims, or another one, came back.
            UnreadableValueError: A value that decisions rest on cannot be read.

        Example:
            ```python
            claim = await client.claims.get(610001002)
            if claim is not None:
                print(claim.claim_type.korean, claim.claim_status.korean)  # 반품 신청
            ```
        """
        request = ClaimInfoRequest(claim_bundle_no=claim_bundle_no)
        return await self._row(Claim, "claims_get", request, "claim_bundle_no")

    async def approve(
        self, claim_bundle_no: int, claim_type: ClaimType, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Approve a cancel, or a return whose goods are back (클레임 승인). [B; path C]

        Args:
            claim_bundle_no: Claim (클레임번호).
            claim_type: `CANCEL` or `RETURN`, as the claim is.
            known: `Known(claim_requested_at=...)` lets a lost answer be verified from the claim list too.

        Raises:
            WithdrawnError: The buyer took the claim back (철회, B).
            PreconditionError: The goods of a return are not back yet: 수거완료 comes first (C).
            ConflictError: The claim was rejected before (C).
            NotFoundError: There is no such claim (C).

        Example:
            ```python
            from wemakeprice_sdk.models import ClaimType

            outcome = await client.claims.approve(610001001, ClaimType.CANCEL)
            print(outcome.message)  # 완료 되었습니다.
            ```
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

        Args:
            claim_bundle_no: Claim (클레임번호).
            reject_reason_code: CJD3 (이미출고) is the only one known (B).
            reject_reason_detail: What the buyer reads.
            ship_method: `PARCEL` takes courier and invoice, `DIRECT` the planned day, `ETC` a message.
            parcel_company_code: Courier, as code (`D002`) or Korean name (`CJ대한통운`).
            invoice_no: 1 to 15 digits; blanks and dashes are taken out.
            schedule_ship_date: Planned day of a direct delivery (배송예정일), Korean.
            ship_method_message: How it travels, such as 퀵서비스.
            known: `Known(claim_requested_at=...)` lets a lost answer be verified from the claim list too.

        Raises:
            WithdrawnError: The buyer took the claim back (철회, B).
            ConflictError: The cancel was approved meanwhile: the goods must not go out (C).
            NotFoundError: There is no such claim (C).

        Example:
            ```python
            outcome = await client.claims.reject(
                610001001, parcel_company_code="CJ대한통운", invoice_no="600000000006"
            )
            print(outcome.message)  # 완료 되었습니다.
            ```
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
        """Put a return whose goods are back on hold (클레임 보류). [B, never verified to run; path C]

        Args:
            claim_bundle_no: Claim (클레임번호).
            pending_reason_code: Code of the reason.
            pending_reason_detail: What the buyer reads.
            known: `Known(claim_requested_at=...)` lets a lost answer be verified from the claim list too.

        Raises:
            PreconditionError: The goods are not back yet: 수거완료 comes first (C).
            WithdrawnError: The buyer took the claim back (철회, C).
            NotFoundError: There is no such claim (C).

        Example:
            ```python
            outcome = await client.claims.hold(610001003, pending_reason_detail="상품 상태 확인 중")
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
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

        Args:
            claim_bundle_no: Claim (클레임번호).
            claim_type: `RETURN` or `EXCHANGE`, as the claim is.
            ship_method: `PARCEL` takes courier and invoice, `DIRECT` the planned day.
            parcel_company_code: Courier, as code (`D002`) or Korean name (`CJ대한통운`).
            invoice_no: Pickup invoice of 1 to 15 digits; for `DIRECT` a free reference of up to 20
                characters.
            schedule_ship_date: Planned day of a direct pickup (수거예정일), Korean.
            known: `Known(claim_requested_at=...)` lets a lost answer be verified from the claim list too.

        Raises:
            ConflictError: The pickup invoice is the outbound one; send it as `DIRECT` then (B).
            WithdrawnError: The buyer took the claim back (철회, C).
            NotFoundError: There is no such claim (C).

        Example:
            ```python
            from wemakeprice_sdk.models import ClaimType

            outcome = await client.claims.register_pickup(
                610001002, ClaimType.RETURN, parcel_company_code="CJ대한통운", invoice_no="700000000002"
            )
            print(outcome.message)  # 완료 되었습니다.
            ```
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
        """Report the goods as back, once, when all lines are back (수거완료). [B; path C]

        Args:
            claim_bundle_no: Claim (클레임번호).
            claim_type: `RETURN` or `EXCHANGE`, as the claim is.
            known: `Known(claim_requested_at=...)` lets a lost answer be verified from the claim list too.

        Raises:
            WithdrawnError: The buyer took the claim back (철회, C).
            NotFoundError: There is no such claim (C).

        Example:
            ```python
            from wemakeprice_sdk.models import ClaimType

            outcome = await client.claims.complete_pickup(610001002, ClaimType.RETURN)
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
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
        """Register the replacement of an exchange as shipped (교환배송 등록). [B; path C]

        Args:
            claim_bundle_no: Claim (클레임번호).
            ship_method: `PARCEL` takes courier and invoice, `DIRECT` the planned day.
            parcel_company_code: Courier, as code (`D002`) or Korean name (`CJ대한통운`).
            invoice_no: 1 to 15 digits; blanks and dashes are taken out.
            schedule_ship_date: Planned day of a direct delivery (배송예정일), Korean.
            known: `Known(claim_requested_at=...)` lets a lost answer be verified from the claim list too.

        Raises:
            PreconditionError: The goods are not back yet: 수거완료 comes first (C).
            WithdrawnError: The buyer took the claim back (철회, C).
            NotFoundError: There is no such claim (C).

        Example:
            ```python
            outcome = await client.claims.ship_exchange(
                610001004, parcel_company_code="CJ대한통운", invoice_no="600000000009"
            )
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
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
        """Complete an exchange whose replacement is delivered (교환완료). [B; path C]

        Args:
            claim_bundle_no: Claim (클레임번호).
            known: `Known(claim_requested_at=...)` lets a lost answer be verified from the claim list too.

        Raises:
            PreconditionError: The replacement is not registered as shipped: 교환배송 등록 comes first (C).
            WithdrawnError: The buyer took the claim back (철회, C).
            NotFoundError: There is no such claim (C).

        Example:
            ```python
            outcome = await client.claims.complete_exchange(610001005)
            print(outcome.message)  # 완료 되었습니다.
            ```
        """
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

        Args:
            start: Start of the range, aware and included.
            end: End of the range, aware and included.
            claim_type: Cancel, return or exchange.
            claim_status: One state or several. Of several, each window is asked for one after the other, as
                `orders.iter` does.
            search_date_type: What the range means; the request (신청일) when left out (C).
            overlap: How far each window reaches back into the one before.
            cursor: `cursor` of an earlier reading with the same filters, to go on after it.
            progress: Called after each window.

        Example:
            ```python
            from wemakeprice_sdk.models import ClaimStatus, ClaimType

            start, end = datetime(2024, 5, 14, tzinfo=KST), datetime(2024, 5, 22, tzinfo=KST)
            async for claim in client.claims.iter(start, end, ClaimType.RETURN, ClaimStatus.REQUEST):
                print(claim.claim_bundle_no)  # 610001002, 610001003
            ```
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
