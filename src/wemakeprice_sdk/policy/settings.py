"""What the business rules leave open: explicit settings with safe defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, of_kind

__all__ = [
    "MAX_STOCK",
    "ClaimSettings",
    "DispatchSettings",
    "OrderSettings",
    "PolicySettings",
    "SalePeriodSettings",
    "ShareRule",
    "StockSettings",
    "StockShares",
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


class ShareRule(StrEnum):
    """How accounts share the stock of a SKU (재고 배분)."""

    PROPORTIONAL = "proportional"
    """By the weight of each account; one that has none weighs 1."""
    FIRST = "first"
    """All of it to the first account in the order that sells the SKU."""
    FIXED = "fixed"
    """A number of units to each account that has one, as far as it goes; the rest evenly to the others."""


@frozen(kw_only=True)
class StockShares:
    """How the accounts of a ledger share the stock of a SKU; links of one account share evenly.

    `accounts` are weights (proportional) or units (fixed) by seller id, `order` the seller ids that come
    first. Every account has to run with the same shares; with others less is offered than there is, and
    never more.
    Raises `ConfigError` for negative numbers and for what means nothing under the rule.
    """

    rule: ShareRule = field(default=ShareRule.PROPORTIONAL, validator=of_kind(ShareRule))
    accounts: Mapping[str, int] = field(factory=dict)
    order: tuple[str, ...] = field(default=(), converter=tuple)

    def __attrs_post_init__(self) -> None:
        """Refuse negative numbers and contradictions."""
        problems = Problems()
        not_negative(problems, **{f"accounts[{name}]": units for name, units in self.accounts.items()})
        problems.require(
            not self.order if self.rule is not ShareRule.FIRST else not self.accounts,
            "shares",
            self.rule.value,
            "order with first, accounts with the others",
            "the rule first takes an order of accounts, the others take numbers by account",
            "first는 계정 순서를, 다른 방식은 계정별 숫자를 지정해 주세요",
        )
        problems.raise_all("shares")

    def divide(self, count: int, accounts: Sequence[str]) -> Mapping[str, int]:
        """Return the units that each of the accounts gets of `count`; never more than that together."""
        if self.rule is ShareRule.FIRST:
            first = min(accounts, key=lambda name: (self._place(name), name))
            return {name: count if name == first else 0 for name in accounts}
        if self.rule is ShareRule.PROPORTIONAL:
            weights = [self.accounts.get(name, 1) for name in accounts]
            return dict(zip(accounts, evenly(count, weights), strict=True))
        found, left = {}, count
        for name in (one for one in self.accounts if one in accounts):
            found[name] = min(self.accounts[name], left)
            left -= found[name]
        others = [name for name in accounts if name not in found]
        return {**found, **dict(zip(others, evenly(left, [1] * len(others)), strict=True))}

    def _place(self, account: str) -> int:
        return self.order.index(account) if account in self.order else len(self.order)


def evenly(count: int, weights: Sequence[int]) -> list[int]:
    """Divide whole units by weights; what does not come out even goes to the largest remainders."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    found = [count * weight // total for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda at: (-(count * weights[at] % total), at))
    for at in by_rest[: count - sum(found)]:
        found[at] += 1
    return found


@frozen(kw_only=True)
class StockSettings:
    """Stock, sale state and display by SKU.

    `max_age` is the age at which a stock level is refused, `products_max_age` the same for the products.
    `buffer` units of every SKU (`buffers` for single ones) are kept off the marketplace (안전재고).
    `shares` divides a SKU that several links or accounts sell. Units that vanish from such a link without an
    order that explains them count as sold for `unexplained_for`.
    `stop_when_sold_out` also stops the sale (판매중지) when nothing is left of a product; by default only the
    stock becomes 0, which shows 품절. `resume_foreign_stops` lets the sync resume a sale that someone else
    stopped; off by default.
    """

    # A level ages by every sale elsewhere; sent when it is older, it would offer what is gone (rule 7.8).
    max_age: timedelta = timedelta(hours=2)
    products_max_age: timedelta = timedelta(hours=24)
    buffer: int = 0
    buffers: Mapping[str, int] = field(factory=dict)
    shares: StockShares = field(factory=StockShares, validator=of_kind(StockShares))
    # A list may show an order long after its date; two hours cover the list that is read again every hour.
    unexplained_for: timedelta = timedelta(hours=2)
    stop_when_sold_out: bool = False
    resume_foreign_stops: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse negative buffers and durations that are not positive."""
        problems = Problems()
        _positive(problems, max_age=self.max_age, products_max_age=self.products_max_age)
        not_negative(problems, unexplained_for=self.unexplained_for)
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
