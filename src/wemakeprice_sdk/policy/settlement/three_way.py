"""The three-way check (3자 대조): settlement rows, the VAT page, and the seller's own tax invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.models.tables import Tabular
from wemakeprice_sdk.models.vat import TaxInvoice, TaxInvoiceKind, VatMonth
from wemakeprice_sdk.policy.settlement.result import Reconciliation


class ThreeWayStatus(StrEnum):
    """What the sources of one month say to each other."""

    AGREES = "agrees"
    DIFFERS = "differs"
    CONTRADICTS = "contradicts"
    """One source says two things of the month."""
    ALONE = "alone"
    """Only one source speaks of the month."""


@frozen(kw_only=True)
class ThreeWayLine(Tabular):
    """One month, its sales or its fees, as each source says them, in won; None where a source is silent.

    `rows` are settlement rows by sales day (매출일); `month` is None for rows without one. `page_sums`
    are the sums of the VAT page that do not add up in themselves (`VatMonth.differences`). That the
    page counts what rows count is our reading (C): gross without coupons and claim deductions.
    """

    DERIVED: ClassVar[tuple[str, ...]] = (
        "status",
        "vat_page",
        "rows_minus_vat_page",
        "rows_minus_invoices",
        "vat_page_minus_invoices",
    )

    month: date | None
    subject: TaxInvoiceKind
    rows: int | None
    vat_pages: tuple[int, ...] = ()
    """Each total that a page gives for the month, once; the page knows no fees."""
    invoices: int | None = None
    page_sums: Mapping[str, int] = field(factory=dict)

    @property
    def vat_page(self) -> int | None:
        """What the VAT page says; None when it is silent, or says two things."""
        return self.vat_pages[0] if len(self.vat_pages) == 1 else None

    @property
    def rows_minus_vat_page(self) -> int | None:
        """The difference with its sign; None when one of both is missing."""
        return _minus(self.rows, self.vat_page)

    @property
    def rows_minus_invoices(self) -> int | None:
        """The difference with its sign; None when one of both is missing."""
        return _minus(self.rows, self.invoices)

    @property
    def vat_page_minus_invoices(self) -> int | None:
        """The difference with its sign; None when one of both is missing."""
        return _minus(self.vat_page, self.invoices)

    @property
    def status(self) -> ThreeWayStatus:
        """What the sources say to each other."""
        if len(self.vat_pages) > 1:
            return ThreeWayStatus.CONTRADICTS
        said = {one for one in (self.rows, self.vat_page, self.invoices) if one is not None}
        count = sum(one is not None for one in (self.rows, self.vat_page, self.invoices))
        if count < 2:
            return ThreeWayStatus.ALONE
        return ThreeWayStatus.AGREES if len(said) == 1 else ThreeWayStatus.DIFFERS


def three_way(
    result: Reconciliation,
    vat_months: Iterable[VatMonth] = (),
    tax_invoices: Iterable[TaxInvoice] = (),
) -> tuple[ThreeWayLine, ...]:
    """Return a line for every month that any source speaks of, for sales and for fees, by month.

    Invoices of one month and kind are added up; a page that is given twice counts once. Pure.
    """
    check_kind("result", result, Reconciliation)
    check_items("vat_months", vat_months)
    check_items("tax_invoices", tax_invoices)
    sums = _row_sums(result)
    pages: dict[date, list[VatMonth]] = defaultdict(list)
    for page in vat_months:
        pages[page.month].append(page)
    for invoice in tax_invoices:
        months = sums.setdefault(invoice.kind, {})
        months.setdefault(invoice.month, _Month()).add_invoice(invoice.amount)
    for month in pages:
        sums[TaxInvoiceKind.SALES].setdefault(month, _Month())
    return tuple(
        _line(
            month,
            kind,
            sums[kind][month],
            pages.get(month, []) if month and kind is TaxInvoiceKind.SALES else [],
        )
        for month in sorted({month for months in sums.values() for month in months}, key=_last_if_none)
        for kind in TaxInvoiceKind
        if month in sums[kind]
    )


class _Month:
    """What rows and invoices say of a month, while it is added up."""

    def __init__(self) -> None:
        self.rows: int | None = None
        self.invoices: int | None = None

    def add_row(self, amount: int) -> None:
        self.rows = (self.rows or 0) + amount

    def add_invoice(self, amount: int) -> None:
        self.invoices = (self.invoices or 0) + amount


def _row_sums(result: Reconciliation) -> dict[TaxInvoiceKind, dict[date | None, _Month]]:
    sums: dict[TaxInvoiceKind, dict[date | None, _Month]] = {kind: {} for kind in TaxInvoiceKind}
    for row in result.rows:
        if row.expected is not None or row.subject == "commission":
            continue
        month = None if row.sales_day is None else row.sales_day.replace(day=1)
        parts = row.breakdown
        sales = parts.gross - parts.item_coupon - parts.cart_coupon - parts.claim_deduction
        fees = parts.agency_fee + parts.discount_burden + parts.channel_fee
        sums[TaxInvoiceKind.SALES].setdefault(month, _Month()).add_row(sales)
        if row.subject == "product":
            sums[TaxInvoiceKind.FEES].setdefault(month, _Month()).add_row(fees)
    return sums


def _line(month: date | None, kind: TaxInvoiceKind, found: _Month, pages: Iterable[VatMonth]) -> ThreeWayLine:
    by_total = {page.total: page.differences for page in pages}
    return ThreeWayLine(
        month=month,
        subject=kind,
        rows=found.rows,
        vat_pages=tuple(sorted(by_total)),
        invoices=found.invoices,
        page_sums={name: won for sums in by_total.values() for name, won in sums.items()},
    )


def _minus(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left - right


def _last_if_none(month: date | None) -> date:
    return month or date.max
