"""Cancels, returns and exchanges (클레임: 취소, 반품, 교환)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, ClassVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import BusinessCalendar, add_business_days
from wemakeprice_sdk.models._answers import Essential, Quantity, Won
from wemakeprice_sdk.models._base import ReadModel
from wemakeprice_sdk.models._rules import (
    HOLD_CODE,
    INVOICE,
    REJECT_CODE,
    Broken,
    Chars,
    KnownCourier,
    Ko,
    Range,
    When,
    WriteModel,
    check_day_window,
    only,
)
from wemakeprice_sdk.models.codes import (
    ClaimDateType,
    ClaimStatus,
    ClaimType,
    ClaimWhoReason,
    ExchangeShipStatus,
    PickupStatus,
    ShipMethod,
)
from wemakeprice_sdk.models.couriers import lookup
from wemakeprice_sdk.models.orders import Bundle, ShipAddress, effective_quantity, split_option_name
from wemakeprice_sdk.models.tables import hide, hide_typed

AUTO_APPROVAL_BUSINESS_DAYS = 2
"""Business days after which the marketplace approves an unanswered cancel by itself. [B]"""


def _same(text: str | None, wanted: str) -> bool:
    return text is not None and "".join(text.split()) == wanted


@frozen(kw_only=True)
class Pickup(ReadModel):
    """Pickup leg of a return or exchange (수거정보). [B]"""

    ship_status: Essential[PickupStatus] | None = None
    """State of this leg as a display name (배송상태). [B]"""

    ship_method: ShipMethod | None = None
    """Method as a display name (배송방법). [B]"""

    schedule_ship_date: date | None = None
    """Planned date (예정일). [B]"""

    parcel_company: str | None = None
    """Courier name (택배사). [B]"""

    invoice_no: str | None = None
    """Invoice number; on a fresh pickup it means the buyer already sent the goods (송장번호). [B]"""

    name: str | None = field(default=None, repr=hide)
    """Name (이름). [B]"""

    phone: str | None = field(default=None, repr=hide)
    """Phone (연락처). [B]"""

    ship_address: ShipAddress | None = None
    """Address (주소). [B]"""

    @property
    def parcel_company_code(self) -> str | None:
        """The courier's code, found from its name or code; None when it is in no row."""
        return lookup(self.parcel_company)

    @property
    def is_done(self) -> bool:
        """Whether the goods are back (수거완료)."""
        return self.ship_status == PickupStatus.PICKUP_DONE


@frozen(kw_only=True)
class ExchangeDelivery(ReadModel):
    """Re-shipment leg of an exchange (교환배송정보). [B]"""

    ship_status: Essential[ExchangeShipStatus] | None = None
    """State of this leg as a display name (배송상태). [B]"""

    ship_method: ShipMethod | None = None
    """Method as a display name (배송방법). [B]"""

    schedule_ship_date: date | None = None
    """Planned date (예정일). [B]"""

    parcel_company: str | None = None
    """Courier name (택배사). [B]"""

    invoice_no: str | None = None
    """Invoice number; on a fresh pickup it means the buyer already sent the goods (송장번호). [B]"""

    name: str | None = field(default=None, repr=hide)
    """Name (이름). [B]"""

    phone: str | None = field(default=None, repr=hide)
    """Phone (연락처). [B]"""

    ship_address: ShipAddress | None = None
    """Address (주소). [B]"""

    @property
    def parcel_company_code(self) -> str | None:
        """The courier's code, found from its name or code; None when it is in no row."""
        return lookup(self.parcel_company)


@frozen(kw_only=True)
class ClaimOption(ReadModel):
    """Claimed option line (클레임 옵션). [A]"""

    order_option_no: int
    """Option order number (옵션주문번호). [A]"""

    option_no: int | None = None
    """Catalogue option number (옵션번호). [A]"""

    option_name: str | None = field(default=None, repr=hide_typed)
    """Option text (옵션명). [A]"""

    option_qty: Quantity | None = None
    """Claimed quantity, can be below the ordered one; below 1 use productQty (클레임 수량). [A]"""

    seller_option_code: str | None = None
    """Seller option code (업체옵션코드). [A]"""

    @property
    def option_label(self) -> str | None:
        """The option part of `option_name`, without the text the buyer typed."""
        return split_option_name(self.option_name)[0]

    @property
    def typed_text(self) -> str | None:
        """The text the buyer typed (텍스트옵션), None when there is none. May be personal. [B]"""
        return split_option_name(self.option_name)[1]


@frozen(kw_only=True)
class ClaimProduct(ReadModel):
    """Claimed product line (클레임 상품). No discounts here. [A]"""

    order_no: int
    """Order number (주문번호). [A]"""

    product_no: int | None = None
    """Product number (상품번호). [A]"""

    product_name: str | None = None
    """Product name (상품명). [A]"""

    product_price: Won | None = None
    """Unit sale price (판매단가). [A]"""

    product_qty: Quantity | None = None
    """Product quantity (상품수량). [A]"""

    seller_product_code: str | None = None
    """Seller product code (업체상품코드). [A]"""

    order_option: Essential[tuple[ClaimOption, ...]] = ()
    """Option lines (옵션 목록). [A]"""

    @property
    def quantities(self) -> Mapping[int, int]:
        """Claimed quantity by `orderOptionNo`: `optionQty`, below 1 `productQty`. [A]"""
        return {
            option.order_option_no: effective_quantity(option.option_qty, self.product_qty)
            for option in self.order_option
        }


@frozen(kw_only=True)
class Claim(ReadModel):
    """Claim (클레임): one claimBundleNo covers one bundle and may list several lines. [A]"""

    SHOWN: ClassVar[tuple[str, ...]] = (
        "claim_bundle_no",
        "claim_type",
        "claim_status",
        "bundle_no",
        "request_date",
        "approve_date",
        "claim_who_reason",
        "claim_fee",
        "pickup_ship_status",
        "product_name",
        "option_name",
    )

    claim_bundle_no: int
    """Claim number; unit of every claim write (클레임번호). [A]"""

    claim_type: Essential[ClaimType] | None = None
    """Claim kind as a display name (클레임 유형). [A]"""

    claim_status: Essential[ClaimStatus] | None = None
    """Claim state as a display name; exact strings unverified, read by suffix (클레임 상태). [B]"""

    purchase_no: Essential[int] | None = None
    """Checkout number (구매번호). [A]"""

    bundle_no: Essential[int] | None = None
    """Bundle number (배송번호). [A]"""

    request_date: datetime | None = field(default=None, repr=str)
    """Requested at (신청일시). [A]"""

    approve_date: datetime | None = field(default=None, repr=str)
    """Approved at (승인일시). [B]"""

    pending_date: datetime | None = field(default=None, repr=str)
    """Put on hold at (보류일시). [B]"""

    reject_date: datetime | None = field(default=None, repr=str)
    """Rejected at (거절일시). [B]"""

    claim_reason: str | None = None
    """Reason text, not a code (클레임 사유). [A]"""

    claim_reason_detail: str | None = field(default=None, repr=hide)
    """Reason detail (클레임 상세사유). [B]"""

    pending_reason: str | None = None
    """Hold reason text (보류 사유). [B]"""

    pending_reason_detail: str | None = field(default=None, repr=hide)
    """Hold detail (보류 상세사유). [B]"""

    reject_reason: str | None = None
    """Rejection reason text (거절 사유). [B]"""

    reject_reason_detail: str | None = field(default=None, repr=hide)
    """Rejection detail (거절 상세사유). [B]"""

    claim_who_reason: ClaimWhoReason | None = None
    """Who is at fault (귀책). [B]"""

    claim_fee: Won | None = None
    """Claim shipping fee (클레임 배송비). [B]"""

    claim_ship_fee_enclose: str | None = None
    """How the claim fee is paid (클레임 배송비 동봉). [B]"""

    pickup: Essential[Pickup] | None = None
    """Pickup leg; RETURN and EXCHANGE (수거정보). [B]"""

    delivery: Essential[ExchangeDelivery] | None = None
    """Re-shipment leg; EXCHANGE (교환배송정보). [B]"""

    order_product: Essential[tuple[ClaimProduct, ...]] = ()
    """Claimed lines (클레임 상품 목록). [A]"""

    @property
    def key(self) -> tuple[int, int | None, int | None, ClaimType | None]:
        """Natural key: (`claim_bundle_no`, `purchase_no`, `bundle_no`, `claim_type`). [B]"""
        return self.claim_bundle_no, self.purchase_no, self.bundle_no, self.claim_type

    @property
    def is_open(self) -> bool:
        """Whether the claim waits for an answer: requested (신청), on hold (보류) or late (지연)."""
        return self.claim_status is not None and self.claim_status.is_open

    @property
    def is_withdrawn(self) -> bool:
        """Whether the buyer took it back (철회); withdrawn cancels are never listed. [B]"""
        return self.claim_status == ClaimStatus.WITHDRAW

    @property
    def quantities(self) -> Mapping[int, int]:
        """Claimed quantity by `orderOptionNo`; may be lower than the ordered one. [A]"""
        return {
            number: count for product in self.order_product for number, count in product.quantities.items()
        }

    @property
    def quantity(self) -> int:
        """Sum of the claimed quantities. A write still acts on the whole claim. [A]"""
        return sum(self.quantities.values())

    def covers(self, bundle: Bundle) -> bool:
        """Return whether the claim takes every line of the bundle in its full quantity."""
        claimed = self.quantities
        return self.bundle_no == bundle.bundle_no and all(
            claimed.get(line.key, 0) >= line.quantity for line in bundle.lines
        )

    @property
    def is_sold_out_return(self) -> bool:
        """Whether it is a return made because nothing was left (재고없음/발송불가), not by the buyer. [B]"""
        return self.claim_type == ClaimType.RETURN and _same(self.claim_reason, "재고없음/발송불가")

    @property
    def is_fee_enclosed(self) -> bool:
        """Whether the fee lies in the box (박스동봉); do not charge it again. [B]"""
        return _same(self.claim_ship_fee_enclose, "박스동봉")

    @property
    def buyer_sent_goods(self) -> bool:
        """Whether the buyer already sent the goods: an open claim with a filled pickup invoice. [B]"""
        return self.is_open and self.pickup is not None and bool((self.pickup.invoice_no or "").strip())

    @property
    def is_pickup_done(self) -> bool:
        """Whether the goods of a return or exchange are back (수거완료)."""
        return self.pickup is not None and self.pickup.is_done

    @property
    def is_exchange_shipped(self) -> bool:
        """Whether the replacement of an exchange is on its way or delivered."""
        status = self.delivery.ship_status if self.delivery is not None else None
        return status is not None and status.is_sent

    @property
    def is_exchange_complete(self) -> bool:
        """Whether the replacement was delivered (교환완료, read by its original spelling too)."""
        if self.claim_type != ClaimType.EXCHANGE:
            return False
        done = self.delivery is not None and self.delivery.ship_status == ExchangeShipStatus.COMPLETE
        return done or (self.wire_text("claim_status") or "").strip().endswith("완료")

    def auto_approval_at(self, calendar: BusinessCalendar) -> datetime | None:
        """Return when the marketplace approves an open cancel: 2 business days after the request. [B]

        None for anything else. Which days count is the calendar's word; the marketplace's own is unknown (C).
        """
        if self.claim_type != ClaimType.CANCEL or self.claim_status != ClaimStatus.REQUEST:
            return None
        if self.request_date is None:
            return None
        return add_business_days(self.request_date, AUTO_APPROVAL_BUSINESS_DAYS, calendar)


@frozen(kw_only=True)
class ClaimListRequest(WriteModel):
    """Search for claims (클레임 목록 조회). The window must be shorter than 24 hours (B). [A]"""

    from_date: Annotated[datetime, Ko("조회 시작일시")]
    """Window start, inclusive (조회 시작일시). [A]"""

    to_date: Annotated[datetime, Ko("조회 종료일시")]
    """Window end, inclusive; may lie in the future (B) (조회 종료일시). [A]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형")]
    """Claim kind (클레임 유형). [A]"""

    claim_status: Annotated[ClaimStatus, Ko("클레임 상태")]
    """Claim state (클레임 상태). [A]"""

    search_date_type: Annotated[ClaimDateType | None, Ko("조회 기준일")] = None
    """Date the window applies to; optional, independent of claimStatus (조회 기준일). [A]"""

    def _cross(self) -> Iterator[tuple[str, Broken]]:
        yield from super()._cross()
        yield from check_day_window(self.from_date, self.to_date)


@frozen(kw_only=True)
class ClaimInfoRequest(WriteModel):
    """One claim (클레임 상세 조회). [C]"""

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [C]"""


@frozen(kw_only=True)
class ClaimApproveRequest(WriteModel):
    """Approve a cancel or return (클레임 승인). [B]"""

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [B]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형"), only(ClaimType.CANCEL, ClaimType.RETURN)]
    """Claim kind (클레임 유형). [B]"""


@frozen(kw_only=True)
class ClaimRejectRequest(WriteModel):
    """Reject a cancel and ship the bundle (취소 클레임 거절). [B]

    The bundle goes out with the given courier and invoice; send no ship call afterwards. Only the reason
    `CJD3` (이미출고) is known.
    """

    CROSS: ClassVar[tuple[When, ...]] = (
        When(
            "ship_method",
            (ShipMethod.PARCEL,),
            require=("parcel_company_code", "invoice_no"),
            forbid=("schedule_ship_date", "ship_method_message"),
        ),
        When(
            "ship_method",
            (ShipMethod.DIRECT,),
            require=("schedule_ship_date",),
            forbid=("parcel_company_code", "invoice_no", "ship_method_message"),
        ),
        When(
            "ship_method",
            (ShipMethod.ETC,),
            require=("ship_method_message",),
            forbid=("parcel_company_code", "invoice_no", "schedule_ship_date"),
        ),
    )

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [B]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형"), only(ClaimType.CANCEL)] = ClaimType.CANCEL
    """Claim kind (클레임 유형). [B]"""

    reject_reason_code: Annotated[str, Ko("거절 사유코드"), REJECT_CODE]
    """Rejection code (거절 사유코드). [B]"""

    reject_reason_detail: Annotated[str, Ko("거절 상세사유"), Chars(1)] = field(repr=hide)
    """Rejection text (거절 상세사유). [B]"""

    ship_method: Annotated[
        ShipMethod, Ko("배송방법"), only(ShipMethod.PARCEL, ShipMethod.DIRECT, ShipMethod.ETC)
    ]
    """Method code (배송방법). [B]"""

    parcel_company_code: Annotated[str | None, Ko("택배사 코드"), KnownCourier()] = None
    """Courier code (택배사 코드). [B]"""

    invoice_no: Annotated[str | None, Ko("송장번호"), INVOICE] = None
    """Invoice number, digits only; 15 enforced, 20 documented (송장번호). [B]"""

    schedule_ship_date: Annotated[date | None, Ko("배송예정일")] = None
    """Planned date of a direct delivery (배송예정일). [B]"""

    ship_method_message: Annotated[str | None, Ko("배송방법 메시지"), Chars(1)] = field(
        default=None, repr=hide
    )
    """Free text for 기타배송 (배송방법 메시지). [B]"""


@frozen(kw_only=True)
class ClaimHoldRequest(WriteModel):
    """Put a return on hold (클레임 보류). [B]"""

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [B]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형"), only(ClaimType.RETURN)] = ClaimType.RETURN
    """Claim kind (클레임 유형). [B]"""

    pending_reason_code: Annotated[str, Ko("보류 사유코드"), HOLD_CODE]
    """Hold code (보류 사유코드). [B]"""

    pending_reason_detail: Annotated[str, Ko("보류 상세사유"), Chars(1)] = field(repr=hide)
    """Hold text (보류 상세사유). [B]"""


@frozen(kw_only=True)
class PickupRequest(WriteModel):
    """Register the pickup of a return or exchange (수거요청). [B]

    The pickup invoice must differ from the outbound one; otherwise send it again as `DIRECT`.
    """

    CROSS: ClassVar[tuple[When, ...]] = (
        When(
            "ship_method",
            (ShipMethod.PARCEL,),
            require=("parcel_company_code", "invoice_no"),
            forbid=("schedule_ship_date",),
        ),
        When(
            "ship_method",
            (ShipMethod.DIRECT,),
            require=("schedule_ship_date",),
            forbid=("parcel_company_code",),
        ),
    )

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [B]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형"), only(ClaimType.RETURN, ClaimType.EXCHANGE)]
    """Claim kind (클레임 유형). [B]"""

    ship_method: Annotated[ShipMethod, Ko("배송방법"), only(ShipMethod.PARCEL, ShipMethod.DIRECT)]
    """Method code (배송방법). [B]"""

    parcel_company_code: Annotated[str | None, Ko("택배사 코드"), KnownCourier()] = None
    """Courier code (택배사 코드). [B]"""

    invoice_no: Annotated[str | None, Ko("수거 송장번호"), Chars(1, 20)] = None
    """Pickup invoice (PARCEL, digits) or free reference (DIRECT) (수거 송장번호). 1..20 characters. [B]"""

    schedule_ship_date: Annotated[date | None, Ko("수거예정일")] = None
    """Planned date of a direct pickup (수거예정일). [B]"""

    def _cross(self) -> Iterator[tuple[str, Broken]]:
        yield from super()._cross()
        if self.ship_method == ShipMethod.PARCEL and self.invoice_no is not None:
            broken = INVOICE.check(self.invoice_no)
            if broken is not None:
                yield "invoice_no", broken


@frozen(kw_only=True)
class PickupCompleteRequest(WriteModel):
    """All goods are back (수거완료). [B]"""

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [B]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형"), only(ClaimType.RETURN, ClaimType.EXCHANGE)]
    """Claim kind (클레임 유형). [B]"""


@frozen(kw_only=True)
class ExchangeShipRequest(WriteModel):
    """Register the re-shipment of an exchange (교환배송 등록). [B]"""

    CROSS: ClassVar[tuple[When, ...]] = (
        When(
            "ship_method",
            (ShipMethod.PARCEL,),
            require=("parcel_company_code", "invoice_no"),
            forbid=("schedule_ship_date",),
        ),
        When(
            "ship_method",
            (ShipMethod.DIRECT,),
            require=("schedule_ship_date",),
            forbid=("parcel_company_code", "invoice_no"),
        ),
    )

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [B]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형"), only(ClaimType.EXCHANGE)] = ClaimType.EXCHANGE
    """Claim kind (클레임 유형). [B]"""

    ship_method: Annotated[ShipMethod, Ko("배송방법"), only(ShipMethod.PARCEL, ShipMethod.DIRECT)]
    """Method code (배송방법). [B]"""

    parcel_company_code: Annotated[str | None, Ko("택배사 코드"), KnownCourier()] = None
    """Courier code (택배사 코드). [B]"""

    invoice_no: Annotated[str | None, Ko("송장번호"), INVOICE] = None
    """Invoice number, digits only; 15 enforced, 20 documented (송장번호). [B]"""

    schedule_ship_date: Annotated[date | None, Ko("배송예정일")] = None
    """Planned date of a direct delivery (배송예정일). [B]"""


@frozen(kw_only=True)
class ExchangeCompleteRequest(WriteModel):
    """The replacement was delivered (교환완료). [B]"""

    claim_bundle_no: Annotated[int, Ko("클레임번호"), Range(1)]
    """Claim number (클레임번호). [B]"""

    claim_type: Annotated[ClaimType, Ko("클레임 유형"), only(ClaimType.EXCHANGE)] = ClaimType.EXCHANGE
    """Claim kind (클레임 유형). [B]"""
