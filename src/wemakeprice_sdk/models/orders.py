"""Orders, from checkout to delivery (주문/배송)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Self

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.models._answers import Essential, Quantity, Won
from wemakeprice_sdk.models._base import ReadModel, missing_figure
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
from wemakeprice_sdk.models.couriers import find, lookup, normalise_invoice, same_invoice
from wemakeprice_sdk.models.tables import hide, hide_typed

_SHIPPED = (ShipStatus.DELIVERY, ShipStatus.COMPLETE)


def split_option_name(text: str | None) -> tuple[str | None, str | None]:
    """Split an option name into the option and the text the buyer typed behind the first `|`. [B]"""
    if text is None:
        return None, None
    label, bar, typed = text.partition("|")
    return label.strip(), typed.strip() if bar else None


def effective_quantity(option_qty: int | None, product_qty: int | None) -> int:
    """Return the quantity of an option line: `optionQty`, below 1 `productQty`. [B]

    Raises `ValidationError` when neither was given.
    """
    if option_qty is not None and option_qty >= 1:
        return option_qty
    if product_qty is None:
        raise missing_figure("productQty", "상품수량")
    return product_qty


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

    ship_status: Essential[ShipStatus] | None = None
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

    @property
    def is_overseas(self) -> bool:
        """Whether the method was named as overseas purchase agency (해외구매대행); needs the raw answer."""
        return self.ship_method == ShipMethod.OVERSEAS or ShipMethod.is_overseas_text(
            self.wire_text("ship_method")
        )

    @property
    def parcel_company_code(self) -> str | None:
        """The courier's code, found from its name or code; None when it is in no row."""
        return lookup(self.parcel_company)

    def carries(self, courier: str, invoice: str | int) -> bool:
        """Return whether this is the shipment with that courier (name or code) and that invoice.

        It decides whether 이미 (shipped before) is success or a conflict. Blanks and dashes do not matter;
        an unknown courier is compared by its text.
        """
        if not same_invoice(self.invoice_no, invoice):
            return False
        code = lookup(courier)
        if code is None:
            return (self.parcel_company or "").strip() == courier.strip()
        return code == self.parcel_company_code


@frozen(kw_only=True)
class OrderOption(ReadModel):
    """Option line (주문 옵션). [A]"""

    order_option_no: int
    """Option order number; best line key (옵션주문번호). [A]"""

    option_no: Essential[int] | None = None
    """Catalogue option number (옵션번호). [A]"""

    option_name: str | None = field(default=None, repr=hide_typed)
    """Option text; typed input follows a vertical bar (B) (옵션명). [A]"""

    option_qty: Quantity | None = None
    """Quantity; fall back to productQty when below 1 (옵션수량). [A]"""

    seller_option_code: str | None = None
    """Seller option code, may be blank (업체옵션코드). [A]"""

    option_add_price: Won | None = None
    """Extra price (옵션추가금액). [B]"""

    option_sale_price: Won | None = None
    """Option sale price (옵션판매가). [B]"""

    option_commission_price: Won | None = None
    """Option commission (옵션 수수료). [B]"""

    @property
    def option_label(self) -> str | None:
        """The option part of `option_name`, without the text the buyer typed."""
        return split_option_name(self.option_name)[0]

    @property
    def typed_text(self) -> str | None:
        """The text the buyer typed (텍스트옵션), None when there is none. May be personal. [B]"""
        return split_option_name(self.option_name)[1]


@frozen(kw_only=True)
class OrderProduct(ReadModel):
    """Product line of a bundle (주문 상품). Discounts are stated once per product. [A]"""

    order_no: int
    """Order number of this product line (주문번호). [A]"""

    product_no: Essential[int] | None = None
    """Product number (상품번호). [A]"""

    product_name: str | None = None
    """Product name (상품명). [A]"""

    product_origin_price: Won | None = None
    """List price (정상가). [B]"""

    product_price: Won | None = None
    """Unit sale price (판매단가). [A]"""

    product_commission_price: Won | None = None
    """Commission amount (수수료 금액). [B]"""

    product_qty: Quantity | None = None
    """Product quantity (상품수량). [A]"""

    wmp_charge_discount_price: Won | None = None
    """Discount borne by WMP (위메프 부담 할인금액). [B]"""

    seller_charge_discount_price: Won | None = None
    """Discount borne by the seller (판매자 부담 할인금액). [B]"""

    card_charge_discount_price: Won | None = None
    """Discount borne by the card issuer (카드사 부담 할인금액). [B]"""

    seller_product_code: str | None = None
    """Seller product code, may be blank (업체상품코드). [A]"""

    order_option: Essential[tuple[OrderOption, ...]] = ()
    """Option lines, at least one (주문 옵션 목록). [A]"""

    @property
    def discount(self) -> int:
        """Discounts that lower the revenue, in won: borne by WMP plus borne by the seller. [B]

        Stated once per product, whatever the number of its options; the card's discount is not deducted.
        """
        return (self.wmp_charge_discount_price or 0) + (self.seller_charge_discount_price or 0)

    @property
    def unit_price(self) -> int:
        """`productPrice`, in won; raises `ValidationError` when the marketplace left it out."""
        if self.product_price is None:
            raise missing_figure("productPrice", "판매단가")
        return self.product_price

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """The option lines with their money; the discount is booked on the first one, 0 on the others."""
        return tuple(
            OrderLine(product=self, option=option, discount=self.discount if index == 0 else 0)
            for index, option in enumerate(self.order_option)
        )

    @property
    def quantity(self) -> int:
        """Sum of the effective quantities of the options; `productQty` when there is no option."""
        if not self.order_option:
            return effective_quantity(None, self.product_qty)
        return sum(line.quantity for line in self.lines)

    @property
    def amount(self) -> int:
        """Sum of the line amounts, in won, before discounts; price times quantity without options."""
        if not self.order_option:
            return self.unit_price * self.quantity
        return sum(line.amount for line in self.lines)

    @property
    def revenue(self) -> int:
        """`amount` without `discount`, in won; equals the sum of the line revenues. [B]"""
        return self.amount - self.discount


@frozen(kw_only=True)
class OrderLine:
    """One option line with its money, computed (옵션 주문 라인); the unit of seller cancels.

    Raises `ValidationError` when the marketplace left out what the figure rests on, rather than count 0.
    """

    product: OrderProduct
    """The product line this option belongs to."""

    option: OrderOption
    """The option line itself."""

    discount: int = 0
    """Discount booked on this line, in won."""

    @property
    def key(self) -> int:
        """`orderOptionNo`, the best natural key of a line. [A]"""
        return self.option.order_option_no

    @property
    def quantity(self) -> int:
        """Effective quantity: `optionQty`, below 1 `productQty`. [B]"""
        return effective_quantity(self.option.option_qty, self.product.product_qty)

    @property
    def unit_price(self) -> int:
        """`productPrice` + `optionAddPrice` (0 when absent), in won. [B, the sum C]"""
        return self.product.unit_price + (self.option.option_add_price or 0)

    @property
    def amount(self) -> int:
        """`unit_price` times `quantity`, in won. [B]"""
        return self.unit_price * self.quantity

    @property
    def revenue(self) -> int:
        """`amount` without `discount`, in won. [B]"""
        return self.amount - self.discount


@frozen(kw_only=True)
class Bundle(ReadModel):
    """Shipping bundle (배송번호 묶음); unit of confirm, ship and completion. [A]"""

    SHOWN: ClassVar[tuple[str, ...]] = (
        "bundle_no",
        "delivery_ship_status",
        "pay_date",
        "order_confirm_date",
        "origin_ship_date",
        "delivery_parcel_company",
        "delivery_invoice_no",
        "ship_price",
        "order_no",
        "product_name",
        "option_name",
        "option_qty",
    )

    bundle_no: int
    """Bundle number (배송번호). [A]"""

    purchase_no: int
    """Checkout number (구매번호). [A]"""

    order_date: datetime | None = field(default=None, repr=str)
    """Ordered at (주문일). [A]"""

    pay_date: datetime | None = field(default=None, repr=str)
    """Paid at (결제일). [A]"""

    origin_ship_date: datetime | None = field(default=None, repr=str)
    """Dispatch deadline (발송기한). [A]"""

    order_confirm_date: datetime | None = field(default=None, repr=str)
    """Confirmed at (주문확인일). [A]"""

    order_shipping_date: datetime | None = field(default=None, repr=str)
    """Shipping started at (배송시작일). [A]"""

    ship_complete_date: datetime | None = field(default=None, repr=str)
    """Delivered at; non-empty = delivered (B) (배송완료일). [A]"""

    buyer_name: str | None = field(default=None, repr=hide)
    """Buyer (구매자명). [A]"""

    buyer_phone: str | None = field(default=None, repr=hide)
    """Buyer phone with dashes (구매자 연락처). [A]"""

    ship_price: Won | None = None
    """Shipping fee of the bundle (배송비). [A]"""

    prepayment: Essential[Prepayment] | None = None
    """How the shipping fee is paid (배송비 결제방식). [A]"""

    ship_type: Essential[ShipType] | None = None
    """Fee kind as a display name (배송비 종류). [A]"""

    delivery: Essential[Delivery] | None = None
    """Delivery (배송정보). [A]"""

    order_product: Essential[tuple[OrderProduct, ...]] = ()
    """Product lines (주문 상품 목록). [A]"""

    @property
    def key(self) -> tuple[int, int]:
        """Natural key for de-duplication: (`purchase_no`, `bundle_no`). [B]"""
        return self.purchase_no, self.bundle_no

    @property
    def ship_status(self) -> ShipStatus | None:
        """State of the bundle (배송상태)."""
        return None if self.delivery is None else self.delivery.ship_status

    @property
    def is_delivered(self) -> bool:
        """Delivered means that `shipCompleteDate` is filled, be it with a date that cannot be read. [B]"""
        return self.ship_complete_date is not None or self.is_unreadable("ship_complete_date")

    @property
    def is_shipped(self) -> bool:
        """Whether the bundle has left, by its state or by the date shipping began."""
        began = self.order_shipping_date is not None or self.is_unreadable("order_shipping_date")
        return began or self.ship_status in _SHIPPED

    @property
    def dispatch_deadline(self) -> datetime | None:
        """Timestamp by which the bundle must leave (발송기한, `originShipDate`)."""
        return self.origin_ship_date

    def is_late(self, now: datetime) -> bool:
        """Return whether the bundle left, or is still here, after its dispatch deadline.

        `now` is aware, else `NaiveDatetimeError`. Without a deadline nothing is late.
        """
        timestamp = require_aware(now, "now")
        if self.dispatch_deadline is None:
            return False
        if self.order_shipping_date is not None:
            return self.order_shipping_date > self.dispatch_deadline
        return not self.is_shipped and timestamp > self.dispatch_deadline

    def time_left(self, now: datetime) -> timedelta | None:
        """Return the time until the dispatch deadline, negative when late; None if shipped or without one."""
        timestamp = require_aware(now, "now")
        if self.dispatch_deadline is None or self.is_shipped:
            return None
        return self.dispatch_deadline - timestamp

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """All option lines of all products, with their money."""
        return tuple(line for product in self.order_product for line in product.lines)

    @property
    def quantity(self) -> int:
        """Sum of the effective quantities of all lines."""
        return sum(product.quantity for product in self.order_product)

    @property
    def amount(self) -> int:
        """Sum of all line amounts, in won, before discounts and without the shipping fee."""
        return sum(product.amount for product in self.order_product)

    @property
    def revenue(self) -> int:
        """Sum of all line revenues, in won, without the shipping fee."""
        return sum(product.revenue for product in self.order_product)

    @property
    def prepaid_ship_price(self) -> int:
        """Shipping fee the buyer paid with the order, in won; 0 when it is paid on delivery (착불)."""
        if self.prepayment == Prepayment.ON_DELIVERY:
            return 0
        return self.ship_price or 0


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
