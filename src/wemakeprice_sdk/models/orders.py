"""Orders, from checkout to delivery (주문/배송)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, ClassVar, Self

from attrs import field, frozen

from wemakeprice_sdk.models._base import ReadModel, hide, hide_typed
from wemakeprice_sdk.models._rules import (
    INVOICE,
    Broken,
    Chars,
    KnownCourier,
    Ko,
    Range,
    When,
    WriteModel,
    check_day_window,
)
from wemakeprice_sdk.models.codes import OrderDateType, Prepayment, ShipMethod, ShipStatus, ShipType
from wemakeprice_sdk.models.couriers import find, normalise_invoice


@frozen(kw_only=True)
class ShipAddress(ReadModel):
    """Address (배송지). [A]"""

    zipcode: str | None = field(default=None, repr=hide)
    """Zip code (우편번호). [A]"""

    addr_fixed: str | None = field(default=None, repr=hide)
    """Base address (기본주소). [A]"""

    addr_detail: str | None = field(default=None, repr=hide)
    """Detail address (상세주소). [A]"""

    message: str | None = field(default=None, repr=hide)
    """Delivery message; documented maximum 50 characters (B) (배송메시지). [A]"""


@frozen(kw_only=True)
class Delivery(ReadModel):
    """Delivery of a bundle (배송정보). [A]"""

    ship_status: ShipStatus | None = None
    """Order state as a display name (배송상태). [A]"""

    ship_method: ShipMethod | None = None
    """Method as a display name, plain or prefixed (배송방법). [A]"""

    ship_method_message: str | None = field(default=None, repr=hide)
    """Free text entered for 기타배송 (배송방법 메시지). [A]"""

    schedule_ship_date: date | None = None
    """Planned delivery date of a direct delivery (배송예정일). [A]"""

    parcel_company: str | None = None
    """Courier name, not its code (B) (택배사). [A]"""

    invoice_no: str | None = None
    """Invoice number (송장번호). [A]"""

    name: str | None = field(default=None, repr=hide)
    """Recipient (수취인). [A]"""

    phone: str | None = field(default=None, repr=hide)
    """Recipient phone, maybe a safety number (C) (수취인 연락처). [A]"""

    customs_pin: str | None = field(default=None, repr=hide)
    """Personal customs code; sensitive (개인통관고유부호). [A]"""

    ship_address: ShipAddress | None = None
    """Address (배송지). [A]"""


@frozen(kw_only=True)
class OrderOption(ReadModel):
    """Option line (주문 옵션). [A]"""

    order_option_no: int
    """Option order number; best line key (옵션주문번호). [A]"""

    option_no: int | None = None
    """Catalogue option number (옵션번호). [A]"""

    option_name: str | None = field(default=None, repr=hide_typed)
    """Option text; typed input follows a vertical bar (B) (옵션명). [A]"""

    option_qty: int | None = None
    """Quantity; fall back to productQty when below 1 (옵션수량). [A]"""

    seller_option_code: str | None = None
    """Seller option code, may be blank (업체옵션코드). [A]"""

    option_add_price: int | None = None
    """Extra price (옵션추가금액). [B]"""

    option_sale_price: int | None = None
    """Option sale price (옵션판매가). [B]"""

    option_commission_price: int | None = None
    """Option commission (옵션 수수료). [B]"""


@frozen(kw_only=True)
class OrderProduct(ReadModel):
    """Product line of a bundle (주문 상품). Discounts are stated once per product. [A]"""

    order_no: int
    """Order number of this product line (주문번호). [A]"""

    product_no: int | None = None
    """Product number (상품번호). [A]"""

    product_name: str | None = None
    """Product name (상품명). [A]"""

    product_origin_price: int | None = None
    """List price (정상가). [B]"""

    product_price: int | None = None
    """Unit sale price (판매단가). [A]"""

    product_commission_price: int | None = None
    """Commission amount (수수료 금액). [B]"""

    product_qty: int | None = None
    """Product quantity (상품수량). [A]"""

    wmp_charge_discount_price: int | None = None
    """Discount borne by WMP (위메프 부담 할인금액). [B]"""

    seller_charge_discount_price: int | None = None
    """Discount borne by the seller (판매자 부담 할인금액). [B]"""

    card_charge_discount_price: int | None = None
    """Discount borne by the card issuer (카드사 부담 할인금액). [B]"""

    seller_product_code: str | None = None
    """Seller product code, may be blank (업체상품코드). [A]"""

    order_option: tuple[OrderOption, ...] = ()
    """Option lines, at least one (주문 옵션 목록). [A]"""


@frozen(kw_only=True)
class Bundle(ReadModel):
    """Shipping bundle (배송번호 묶음); unit of confirm, ship and completion. [A]"""

    bundle_no: int
    """Bundle number (배송번호). [A]"""

    purchase_no: int
    """Checkout number (구매번호). [A]"""

    order_date: datetime | None = None
    """Ordered at (주문일). [A]"""

    pay_date: datetime | None = None
    """Paid at (결제일). [A]"""

    origin_ship_date: datetime | None = None
    """Dispatch deadline (발송기한). [A]"""

    order_confirm_date: datetime | None = None
    """Confirmed at (주문확인일). [A]"""

    order_shipping_date: datetime | None = None
    """Shipping started at (배송시작일). [A]"""

    ship_complete_date: datetime | None = None
    """Delivered at; non-empty = delivered (B) (배송완료일). [A]"""

    buyer_name: str | None = field(default=None, repr=hide)
    """Buyer (구매자명). [A]"""

    buyer_phone: str | None = field(default=None, repr=hide)
    """Buyer phone with dashes (구매자 연락처). [A]"""

    ship_price: int | None = None
    """Shipping fee of the bundle (배송비). [A]"""

    prepayment: Prepayment | None = None
    """How the shipping fee is paid (배송비 결제방식). [A]"""

    ship_type: ShipType | None = None
    """Fee kind as a display name (배송비 종류). [A]"""

    delivery: Delivery | None = None
    """Delivery (배송정보). [A]"""

    order_product: tuple[OrderProduct, ...] = ()
    """Product lines (주문 상품 목록). [A]"""


@frozen(kw_only=True)
class OrderListRequest(WriteModel):
    """Search for bundles (주문 목록 조회). The window must be shorter than 24 hours (B). [A]"""

    from_date: Annotated[datetime, Ko("조회 시작일시")]
    """Window start, inclusive (조회 시작일시). [A]"""

    to_date: Annotated[datetime, Ko("조회 종료일시")]
    """Window end, inclusive; may lie in the future (B) (조회 종료일시). [A]"""

    type: Annotated[ShipStatus, Ko("주문상태")]
    """Order state (주문상태). [A]"""

    search_date_type: Annotated[OrderDateType, Ko("조회 기준일")]
    """Date the window applies to; independent of type (조회 기준일). [A]"""

    def _cross(self) -> Iterator[tuple[str, Broken]]:
        yield from super()._cross()
        yield from check_day_window(self.from_date, self.to_date)


@frozen(kw_only=True)
class BundleNoRequest(WriteModel):
    """One bundle (배송번호 단건). [A]"""

    bundle_no: Annotated[int, Ko("배송번호"), Range(1)]
    """Bundle number (배송번호). [A]"""


@frozen(kw_only=True)
class ShipRequest(WriteModel):
    """Ship the whole bundle (발송처리). There is no line or quantity selector. [A]

    `PARCEL` carries courier and invoice, `DIRECT` the planned date, `ETC` a message; nothing else goes along.
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
        When(
            "ship_method",
            (ShipMethod.POST,),
            forbid=("parcel_company_code", "schedule_ship_date", "ship_method_message"),
        ),
    )

    @classmethod
    def parcel(cls, bundle_no: int, courier: str, invoice: str | int) -> Self:
        """Ship as a parcel; `courier` is a name or code, `invoice` may hold blanks and dashes.

        Raises `ValidationError` for an unknown courier or an invoice that is not 1 to 15 digits.
        """
        return cls(
            bundle_no=bundle_no,
            ship_method=ShipMethod.PARCEL,
            parcel_company_code=find(courier),
            invoice_no=normalise_invoice(invoice),
        )

    @classmethod
    def direct(cls, bundle_no: int, schedule_ship_date: date) -> Self:
        """Deliver it ourselves (직접배송) on the planned day."""
        return cls(bundle_no=bundle_no, ship_method=ShipMethod.DIRECT, schedule_ship_date=schedule_ship_date)

    @classmethod
    def other(cls, bundle_no: int, message: str) -> Self:
        """Ship in another way (기타배송), such as by a courier outside the table."""
        return cls(bundle_no=bundle_no, ship_method=ShipMethod.ETC, ship_method_message=message)

    bundle_no: Annotated[int, Ko("배송번호"), Range(1)]
    """Bundle number (배송번호). [A]"""

    ship_method: Annotated[ShipMethod, Ko("배송방법")]
    """Method code (배송방법). [A]"""

    parcel_company_code: Annotated[str | None, Ko("택배사 코드"), KnownCourier()] = None
    """Courier code (택배사 코드). [A]"""

    invoice_no: Annotated[str | None, Ko("송장번호"), INVOICE] = None
    """Invoice number, digits only; 15 enforced, 20 documented (송장번호). [A]"""

    schedule_ship_date: Annotated[date | None, Ko("배송예정일")] = None
    """Planned date of a direct delivery (배송예정일). [B]"""

    ship_method_message: Annotated[str | None, Ko("배송방법 메시지"), Chars(1)] = field(
        default=None, repr=hide
    )
    """Free text for 기타배송, e.g. tracking text (배송방법 메시지). [B]"""


@frozen(kw_only=True)
class ChangeInvoiceRequest(WriteModel):
    """Change courier and invoice of a shipped parcel bundle (송장 수정). [B]"""

    bundle_no: Annotated[int, Ko("배송번호"), Range(1)]
    """Bundle number (배송번호). [B]"""

    parcel_company_code: Annotated[str, Ko("택배사 코드"), KnownCourier()]
    """Courier code (택배사 코드). [B]"""

    invoice_no: Annotated[str, Ko("송장번호"), INVOICE]
    """Invoice number, digits only; 15 enforced, 20 documented (송장번호). [B]"""


@frozen(kw_only=True)
class OptionCancelRequest(WriteModel):
    """Seller cancels one whole option line (판매자 취소). No quantity, no reason. [A]"""

    order_option_no: Annotated[int, Ko("옵션주문번호"), Range(1)]
    """Option order number (옵션주문번호). [A]"""
