"""What the business rules leave open: explicit settings with safe defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from attrs import field, frozen

from wemakeprice_sdk.checks import Problems, of_kind

__all__ = [
    "MAX_STOCK",
    "ClaimSettings",
    "DispatchSettings",
    "OrderSettings",
    "PolicySettings",
    "SalePeriodSettings",
    "StockSettings",
    "TemplateSettings",
]

MAX_STOCK = 99_999
"""Largest stock the marketplace takes (재고수량, grade A)."""

HOUR = timedelta(hours=1)
"""How old a read may be by default: long enough for a job over many pages, short enough that a plan does not
confirm or answer what was cancelled, withdrawn or answered since."""


def not_negative(problems: Problems, **values: int | timedelta) -> None:
    """Note counts and durations below zero."""
    for name, value in values.items():
        number = value.total_seconds() if isinstance(value, timedelta) else value
        problems.require(number >= 0, name, str(value), ">= 0", "cannot be negative", "음수일 수 없습니다")


def _positive(problems: Problems, **ages: timedelta) -> None:
    for name, age in ages.items():
        problems.require(
            age > timedelta(),
            name,
            str(age),
            "> 0",
            "has to be a positive duration",
            "0보다 긴 시간이어야 합니다",
        )


@frozen(kw_only=True)
class OrderSettings:
    """Orders: how old the reads may be, and how long before 발송기한 a late shipment is announced."""

    max_age: timedelta = HOUR
    claims_max_age: timedelta = HOUR
    late_warning: timedelta = timedelta(hours=24)

    def __attrs_post_init__(self) -> None:
        """Refuse ages that are not positive and a negative warning time."""
        problems = Problems()
        _positive(problems, max_age=self.max_age, claims_max_age=self.claims_max_age)
        not_negative(problems, late_warning=self.late_warning)
        problems.raise_all("orders")


@frozen(kw_only=True)
class ClaimSettings:
    """Claims: how old the reads of claims, and of the bundles they are about, may be; the auto-approval in
    business days (2, grade B); the warning time.
    """

    max_age: timedelta = HOUR
    bundles_max_age: timedelta = HOUR
    business_days: int = 2
    warn_before: timedelta = timedelta(hours=4)

    def __attrs_post_init__(self) -> None:
        """Refuse ages that are not positive, negative days and a negative warning time."""
        problems = Problems()
        _positive(problems, max_age=self.max_age, bundles_max_age=self.bundles_max_age)
        not_negative(problems, business_days=self.business_days, warn_before=self.warn_before)
        problems.raise_all("claims")


@frozen(kw_only=True)
class DispatchSettings:
    """Dispatch (발송처리): how fresh claims and bundles have to be before an invoice goes out (rule 6.3)."""

    # Shorter than elsewhere: what is sent over a cancel that came since the read comes back as a return.
    claims_max_age: timedelta = timedelta(minutes=10)
    bundles_max_age: timedelta = HOUR

    def __attrs_post_init__(self) -> None:
        """Refuse durations that are not positive."""
        problems = Problems()
        _positive(problems, claims_max_age=self.claims_max_age, bundles_max_age=self.bundles_max_age)
        problems.raise_all("dispatch")


@frozen(kw_only=True)
class StockSettings:
    """Stock, sale state and display by SKU.

    `max_age` is the age at which a stock level is refused, `products_max_age` the same for the products.
    `buffer` units of every SKU (`buffers` for single ones) are kept off the marketplace (안전재고).
    `stop_when_sold_out` also stops the sale (판매중지) when nothing is left of a product; by default only the
    stock becomes 0, which shows 품절. `resume_foreign_stops` lets the sync resume a sale that someone else
    stopped; off by default.
    """

    # A level ages by every sale elsewhere; sent when it is older, it would offer what is gone (rule 7.8).
    max_age: timedelta = timedelta(hours=2)
    products_max_age: timedelta = timedelta(hours=24)
    buffer: int = 0
    buffers: Mapping[str, int] = field(factory=dict)
    stop_when_sold_out: bool = False
    resume_foreign_stops: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse negative buffers and durations that are not positive."""
        problems = Problems()
        _positive(problems, max_age=self.max_age, products_max_age=self.products_max_age)
        kept = {f"buffers[{sku}]": units for sku, units in self.buffers.items()}
        not_negative(problems, buffer=self.buffer, **kept)
        problems.raise_all("stock")

    def buffer_of(self, sku: str) -> int:
        """Return the units of a SKU that are reserved and not offered."""
        return self.buffers.get(sku, self.buffer)


@frozen(kw_only=True)
class SalePeriodSettings:
    """Sale periods: how old the product reads may be."""

    products_max_age: timedelta = timedelta(hours=24)

    def __attrs_post_init__(self) -> None:
        """Refuse durations that are not positive."""
        problems = Problems()
        _positive(problems, products_max_age=self.products_max_age)
        problems.raise_all("sale_period")


@frozen(kw_only=True)
class TemplateSettings:
    """Shipping templates: how many products one change may reach before an operator must raise the limit."""

    max_affected: int = 100
    max_age: timedelta = timedelta(hours=24)

    def __attrs_post_init__(self) -> None:
        """Refuse a negative limit and durations that are not positive."""
        problems = Problems()
        _positive(problems, max_age=self.max_age)
        not_negative(problems, max_affected=self.max_affected)
        problems.raise_all("templates")


@frozen(kw_only=True)
class PolicySettings:
    """All settings together; `max_targets` bounds every plan (`BlastRadiusError`), None for no bound."""

    orders: OrderSettings = field(default=OrderSettings(), validator=of_kind(OrderSettings))
    claims: ClaimSettings = field(default=ClaimSettings(), validator=of_kind(ClaimSettings))
    dispatch: DispatchSettings = field(default=DispatchSettings(), validator=of_kind(DispatchSettings))
    stock: StockSettings = field(factory=StockSettings, validator=of_kind(StockSettings))
    sale_period: SalePeriodSettings = field(
        default=SalePeriodSettings(), validator=of_kind(SalePeriodSettings)
    )
    templates: TemplateSettings = field(default=TemplateSettings(), validator=of_kind(TemplateSettings))
    max_targets: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a negative bound."""
        if self.max_targets is not None:
            problems = Problems()
            not_negative(problems, max_targets=self.max_targets)
            problems.raise_all("policy")
