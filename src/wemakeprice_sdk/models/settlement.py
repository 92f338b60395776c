"""Settlement rows (정산)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models._answers import Essential, Quantity, Won
from wemakeprice_sdk.models._base import ReadModel, missing_figure
from wemakeprice_sdk.models._given import require_whole
from wemakeprice_sdk.models.codes import (
    FeeFlag,
    ProductType,
    SettleCycleType,
    SettlementLineKind,
    ShippingOwner,
    TransType,
    VatFlag,
)


@frozen(kw_only=True)
class SettlementOrderLine(ReadModel):
    """Daily settlement row of one option (일별 상품 매출 정산). [A]

    Money in won; refund rows carry negative figures (C). Ids are text on the wire, `"0"` reads as None.
    """

    SHOWN: ClassVar[tuple[str, ...]] = (
        "basic_dt",
        "gubun",
        "order_no",
        "order_opt_no",
        "claim_no",
        "prod_name",
        "complete_qty",
        "prod_sale_amt",
        "sale_agency_fee",
        "settle_pre_dt",
    )

    # Rows without a claim carry "0" for it: read as a number, all of them would belong to one claim.
    ZERO_MEANS_ABSENT: ClassVar[bool] = True

    FIGURES: ClassVar[tuple[str, ...]] = (
        "complete_qty",
        "prod_sale_amt",
        "opt_sale_amt",
        "seller_charge_coupon_amt",
        "seller_cart_coupon_amt",
        "sale_agency_fee",
        "wmp_discount_burden_amt",
        "ep_fee",
        "wmp_charge_coupon_amt",
    )
    """The figures that say what a row pays and settles; each is whole."""

    basic_dt: Essential[date] | None = None
    """Sales day (기준일자(매출일)). [A]"""

    gubun: Essential[SettlementLineKind] | None = None
    """Row kind (구분). [A]"""

    purchase_no: int | None = None
    """Checkout number (구매번호). [B]"""

    payment_no: str | None = None
    """Payment number (결제번호). [B]"""

    bundle_no: Essential[int] | None = None
    """Bundle number (배송번호). [A]"""

    order_no: Essential[int] | None = None
    """Order number (주문번호). [A]"""

    order_opt_no: Essential[int] | None = None
    """Option order number, 0 when absent (옵션주문번호). [A]"""

    claim_no: Essential[int] | None = None
    """Claim number, 0 when absent (클레임번호). [A]"""

    claim_opt_no: Essential[int] | None = None
    """Option claim number (옵션클레임번호). [B]"""

    prod_no: int | None = None
    """Product number (상품번호). [A]"""

    prod_name: str | None = None
    """Product name (상품명). [B]"""

    prod_type: ProductType | None = None
    """Product kind; that it carries the codes of `ProductType` is our reading (상품유형). [B]"""

    trans_type: TransType | None = None
    """Transaction kind (거래구분). [B]"""

    settle_cycle_type: SettleCycleType | None = None
    """Settlement cycle; the spelling of the values is ours (정산주기). [B]"""

    ship_mng: ShippingOwner | None = None
    """Who manages shipping; the spelling of the values is ours (배송주체). [B]"""

    prod_sale_amt: Won | None = None
    """Unit product price (상품판매가). [A]"""

    opt_sale_amt: Won | None = None
    """Unit option price (옵션판매가). [A]"""

    complete_qty: Quantity | None = None
    """Completed quantity, product level, for reference only (완료수량). [A]"""

    complete_amt: Won | None = None
    """Completed amount (완료금액). [B]"""

    sale_agency_fee: Won | None = None
    """Agency fee of the row (판매대행수수료). [A]"""

    fee_amt: Won | None = None
    """Fee amount (수수료금액). [B]"""

    fee_rate: Decimal | None = None
    """Fee rate in percent as text (수수료율). [B]"""

    fee_flag: FeeFlag | None = None
    """Fee kind; the spelling of the values is ours (수수료구분). [B]"""

    vat_flag: VatFlag | None = None
    """VAT kind; the spelling of the values is that of the settlement sheet (부가세구분). [B]"""

    wmp_charge_coupon_amt: Won | None = None
    """Item coupon borne by WMP (위메프부담 상품쿠폰). [A]"""

    seller_charge_coupon_amt: Won | None = None
    """Item coupon borne by the seller (판매자부담 상품쿠폰). [A]"""

    card_charge_coupon_amt: Won | None = None
    """Item coupon borne by the card issuer (카드사부담 상품쿠폰). [A]"""

    wmp_cart_coupon_amt: Won | None = None
    """Cart coupon borne by WMP (위메프부담 장바구니쿠폰). [A]"""

    seller_cart_coupon_amt: Won | None = None
    """Cart coupon borne by the seller (판매자부담 장바구니쿠폰). [A]"""

    card_cart_coupon_amt: Won | None = None
    """Cart coupon borne by the card issuer (카드사부담 장바구니쿠폰). [B]"""

    wmp_discount_burden_amt: Won | None = None
    """Discount contribution; also read from the older key `wmpDiscountBurdenFee` (위메프 할인분담금). [A]"""

    ep_fee: Won | None = None
    """Affiliate channel fee; also read from the older key `wmpEpAmt` (제휴(EP) 수수료). [A]"""

    claim_deduct_amt: Won | None = None
    """Claim deduction (클레임 공제금). [B]"""

    payment_complete_dt: date | None = None
    """Paid on (결제완료일). [A]"""

    settle_pre_dt: Essential[date] | None = None
    """Expected payout day (정산예정일). [B]"""

    @property
    def key(self) -> tuple[int | None, int | None, int | None, int | None, SettlementLineKind | None]:
        """Natural key: order, option order, claim, option claim (None when absent) and kind. [B]"""
        return self.order_no, self.order_opt_no, self.claim_no, self.claim_opt_no, self.gubun

    @property
    def is_refund(self) -> bool:
        """Whether the row takes money back (환불)."""
        return self.gubun is not None and self.gubun.is_refund

    @property
    def is_correction(self) -> bool:
        """Whether the row only corrects coupons: its quantity is 0. [B]"""
        return self.complete_qty == 0

    @property
    def payable(self) -> int:
        """What is paid out for this row, in won; negative when it is taken back. [B]

        (`prodSaleAmt` + `optSaleAmt`) × `completeQty` − `sellerChargeCouponAmt` − `sellerCartCouponAmt` −
        `saleAgencyFee` − `wmpDiscountBurdenAmt` − `epFee`. Signs carry refunds; coupons of WMP and of the
        card and `claimDeductAmt` are not part of it. A missing fee or coupon counts 0; a missing quantity, or
        a missing price where there is a quantity, raises `ValidationError`.
        """
        return self.gross - sum(self.deductions)

    @property
    def deductions(self) -> tuple[int, ...]:
        """What `payable` takes off the gross, in won with the sign it came with; 0 where missing. [B]"""
        amounts = (
            self.seller_charge_coupon_amt,
            self.seller_cart_coupon_amt,
            self.sale_agency_fee,
            self.wmp_discount_burden_amt,
            self.ep_fee,
        )
        return tuple(amount or 0 for amount in amounts)

    @property
    def gross(self) -> int:
        """Unit price times quantity, in won: (`prodSaleAmt` + `optSaleAmt`) × `completeQty`. [B]"""
        if self.complete_qty is None:
            raise missing_figure("completeQty", "완료수량")
        if self.complete_qty == 0:
            return 0
        if self.prod_sale_amt is None:
            raise missing_figure("prodSaleAmt", "상품판매가")
        return (self.prod_sale_amt + (self.opt_sale_amt or 0)) * self.complete_qty


@frozen(kw_only=True)
class SettlementShipLine(ReadModel):
    """Shipping-fee settlement row (배송비 정산). [A]"""

    SHOWN: ClassVar[tuple[str, ...]] = (
        "basic_dt",
        "gubun",
        "bundle_no",
        "claim_bundle_no",
        "ship_amt",
        "claim_deduct_amt",
        "original_ship_amt",
    )

    # Rows without a claim carry "0" for it: read as a number, all of them would belong to one claim.
    ZERO_MEANS_ABSENT: ClassVar[bool] = True

    FIGURES: ClassVar[tuple[str, ...]] = (
        "ship_amt",
        "wmp_charge_coupon_amt",
        "cust_charge_add_ship_amt",
        "cust_charge_return_ship_amt",
        "claim_deduct_amt",
    )
    """The figures that say what a row pays; each is whole."""

    basic_dt: Essential[date] | None = None
    """Sales day (기준일자). [A]"""

    gubun: Essential[SettlementLineKind] | None = None
    """Row kind; other values occur (구분). [A]"""

    bundle_no: Essential[int] | None = None
    """Bundle number (배송번호). [A]"""

    claim_bundle_no: Essential[int] | None = None
    """Claim number (클레임번호). [A]"""

    original_ship_amt: Won | None = None
    """Original fee (원배송비). [B]"""

    ship_amt: Won | None = None
    """Fee, negative on refund (배송비). [A]"""

    wmp_charge_coupon_amt: Won | None = None
    """Coupon borne by WMP (위메프부담 쿠폰). [A]"""

    seller_charge_coupon_amt: Won | None = None
    """Coupon borne by the seller (판매자부담 쿠폰). [B]"""

    card_charge_coupon_amt: Won | None = None
    """Coupon borne by the card issuer (카드사부담 쿠폰). [B]"""

    claim_charge_cust: Won | None = None
    """Claim fee borne by the buyer (클레임비 구매자부담). [B]"""

    claim_charge_seller: Won | None = None
    """Claim fee borne by the seller (클레임비 판매자부담). [B]"""

    claim_charge_wmp: Won | None = None
    """Claim fee borne by WMP (클레임비 위메프부담). [B]"""

    cust_charge_add_ship_amt: Won | None = None
    """Extra shipping borne by the buyer (추가배송비 구매자부담). [A]"""

    wmp_charge_add_ship_amt: Won | None = None
    """Extra shipping borne by WMP (추가배송비 위메프부담). [B]"""

    seller_charge_add_ship_amt: Won | None = None
    """Extra shipping borne by the seller (추가배송비 판매자부담). [B]"""

    cust_charge_return_ship_amt: Won | None = None
    """Return shipping borne by the buyer (반품배송비 구매자부담). [A]"""

    wmp_charge_return_ship_amt: Won | None = None
    """Return shipping borne by WMP (반품배송비 위메프부담). [B]"""

    seller_charge_return_ship_amt: Won | None = None
    """Return shipping borne by the seller (반품배송비 판매자부담). [A]"""

    ship_mng: ShippingOwner | None = None
    """Who manages shipping; the spelling of the values is ours (배송주체). [B]"""

    claim_deduct_amt: Won | None = None
    """Claim deduction (클레임 공제금). [A]"""

    @property
    def key(self) -> tuple[int | None, int | None, SettlementLineKind | None]:
        """Natural key: bundle, claim (None when absent) and kind. [B]"""
        return self.bundle_no, self.claim_bundle_no, self.gubun

    @property
    def is_refund(self) -> bool:
        """Whether the row takes money back (환불)."""
        return self.gubun is not None and self.gubun.is_refund

    @property
    def payable(self) -> int:
        """What is paid out for this row, in won; negative when it is taken back. [B]

        `shipAmt` + `wmpChargeCouponAmt` + `custChargeAddShipAmt` + `custChargeReturnShipAmt` +
        `claimDeductAmt`; a missing part counts 0.
        """
        parts = (
            self.ship_amt,
            self.wmp_charge_coupon_amt,
            self.cust_charge_add_ship_amt,
            self.cust_charge_return_ship_amt,
            self.claim_deduct_amt,
        )
        return sum(amount or 0 for amount in parts)


def total_payable(rows: Iterable[SettlementOrderLine | SettlementShipLine]) -> int:
    """Return the sum of what is paid out for the rows, in won; a row given twice counts twice.

    Raises `ValidationError` for a figure that is no whole number.
    """
    total = 0
    for row in rows:
        require_whole(row, row.FIGURES)
        total += row.payable
    return total
