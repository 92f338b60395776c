"""Monthly figures for VAT: the partner centre's page (부가세 신고내역) and the seller's own tax invoices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import korean_day
from wemakeprice_sdk.models._given import checked
from wemakeprice_sdk.models.sources import SourceRow

_SIGNS: Final[Mapping[str, int]] = {
    "delivered": 1,
    "sales_discount": -1,
    "partner_coupon": -1,
    "adjustment": 1,
    "product_deduction": 1,
    "shipping": 1,
    "shipping_deduction": 1,
}


def _month(value: date) -> date:
    return korean_day(value, "month").replace(day=1)


@frozen(kw_only=True, field_transformer=checked)
class VatMonth:
    """One month of the partner centre's VAT page, in won; None where the page says nothing. [C]

    `total` 총매출액 = `delivered` 배송완료금액 (refunds netted) − `sales_discount` 매출에누리
    − `partner_coupon` 파트너사부담쿠폰 + `adjustment` 계산서대상 임의조정 + `product_deduction` 상품공제
    + `shipping` 배송비 + `shipping_deduction` 배송비공제; and it is `cash_receipts` 현금영수증 합계
    + `other` 기타. Deductions that are added carry their own minus. `month` is its first day.
    """

    month: date = field(converter=_month)
    total: int
    delivered: int | None = None
    sales_discount: int | None = None
    partner_coupon: int | None = None
    adjustment: int | None = None
    product_deduction: int | None = None
    shipping: int | None = None
    shipping_deduction: int | None = None
    cash_receipts: int | None = None
    other: int | None = None
    source: SourceRow | None = None

    @property
    def computed_total(self) -> int | None:
        """What the parts add up to; None when the page says none of them. A missing part counts 0."""
        parts = {name: getattr(self, name) for name in _SIGNS}
        if all(part is None for part in parts.values()):
            return None
        return sum(sign * (parts[name] or 0) for name, sign in _SIGNS.items())

    @property
    def differences(self) -> Mapping[str, int]:
        """Name every sum that does not add up, with `total` minus the sum, in won: `parts`, `receipts`."""
        sums = {"parts": self.computed_total, "receipts": self._receipts}
        return {name: self.total - found for name, found in sums.items() if found not in (None, self.total)}

    @property
    def _receipts(self) -> int | None:
        if self.cash_receipts is None:
            return None
        return self.cash_receipts + (self.other or 0)


class TaxInvoiceKind(StrEnum):
    """What a tax invoice is about."""

    SALES = "sales"
    """The seller's sales through the marketplace, as he declared them (매출)."""
    FEES = "fees"
    """The marketplace's fees, charged to the seller (수수료 매입 세금계산서)."""


@frozen(kw_only=True, field_transformer=checked)
class TaxInvoice:
    """A tax invoice (세금계산서) or another declared amount of one month, in won with VAT."""

    month: date = field(converter=_month)
    amount: int
    kind: TaxInvoiceKind = TaxInvoiceKind.SALES
    source: SourceRow | None = None
