"""The fee that should have been charged (판매대행수수료), by rules an operator reads in the contract."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import combinations
from typing import cast

from attrs import field
from attrs.converters import optional

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, of_kind, shown_type
from wemakeprice_sdk.models._given import checked, listed


class WonRounding(StrEnum):
    """How a fraction of a won is rounded, by its size; a refund is rounded like its sale."""

    DOWN = "down"
    HALF_UP = "half-up"
    UP = "up"


_MODES: Mapping[WonRounding, str] = {
    WonRounding.DOWN: ROUND_FLOOR,
    WonRounding.HALF_UP: ROUND_HALF_UP,
    WonRounding.UP: ROUND_CEILING,
}


def percent(value: Decimal | str | int) -> Decimal:
    """Return a percentage as `Decimal`, also from text and a whole number; anything else unchanged."""
    if isinstance(value, str) or type(value) is int:
        with suppress(ArithmeticError):
            return Decimal(value)
    return cast("Decimal", value)


@frozen(kw_only=True, field_transformer=checked)
class CommissionRule:
    """One fee rule: `rate` in percent of price times quantity, or `amount` in won for each piece.

    It holds for one product, else for one category, else for everything; between `first` and `last` sales
    day, both included, without them always. `basis` says where it stands (contract, page, date) and comes
    with every figure. A rate is a `Decimal`, text or whole number, never a float. Raises `ConfigError`.
    """

    basis: str
    rate: Decimal | None = field(default=None, converter=optional(percent))
    amount: int | None = None
    product_no: int | None = None
    category: str | None = None
    first: date | None = None
    last: date | None = None
    rounding: WonRounding = field(default=WonRounding.DOWN, validator=of_kind(WonRounding))

    def __attrs_post_init__(self) -> None:
        """Check the parts against each other."""
        problems = Problems()
        problems.text("basis", self.basis, required=True)
        if self.rate is not None and not is_percent(self.rate):
            problems.add(
                "rate",
                shown_type(self.rate),
                "percent 0..100",
                "must be a Decimal, text or whole number between 0 and 100",
                "수수료율은 0에서 100 사이의 Decimal, 글자 또는 정수로 적어 주세요",
            )
        if self.amount is not None:
            problems.number("amount", self.amount, 0, 10**12)
        problems.require(
            (self.rate is None) != (self.amount is None),
            "rate",
            f"rate={self.rate}, amount={self.amount}",
            "rate or amount",
            "needs a rate or an amount, not both",
            "수수료율과 건당 수수료 중 하나만 적어 주세요",
        )
        problems.require(
            self.product_no is None or self.category is None,
            "category",
            self.category,
            "product or category",
            "holds for a product or for a category, not both",
            "상품과 카테고리 중 하나만 지정해 주세요",
        )
        problems.require(
            self.first is None or self.last is None or self.first <= self.last,
            "last",
            self.last,
            "not before first",
            f"last is before first ({self.first})",
            "종료일이 시작일보다 빠릅니다. 기간을 확인해 주세요",
        )
        problems.raise_all("CommissionRule")

    def fee(self, gross: int, quantity: int) -> int:
        """Return the fee in won of `quantity` pieces that cost `gross` won together; negative for a
        refund."""
        if self.rate is None:
            return (self.amount or 0) * (quantity if gross >= 0 else -abs(quantity))
        exact = abs(gross) * self.rate / 100
        won = int(exact.to_integral_value(_MODES[self.rounding]))
        return won if gross >= 0 else -won

    def covers(self, day: date | None) -> bool:
        """Return whether the rule holds on a sales day; a rule with a period does not for an unknown day."""
        if self.first is None and self.last is None:
            return True
        return day is not None and (self.first or day) <= day <= (self.last or day)


def is_percent(value: object) -> bool:
    """Return whether a value is a `Decimal` between 0 and 100."""
    return isinstance(value, Decimal) and value.is_finite() and 0 <= value <= 100


@frozen(kw_only=True)
class CommissionRules:
    """All fee rules of an account, and the category of each product where rules need it.

    A rule for the product goes before one for its category, and that before one for everything. Raises
    `ConfigError` when two rules of one rank hold on the same day.
    """

    rules: tuple[CommissionRule, ...] = field(converter=listed)
    categories: Mapping[int, str] = field(factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse rules that contradict each other."""
        problems = Problems()
        problems.each("rules", self.rules, CommissionRule, "CommissionRule")
        if not problems.found:
            for (one, first), (other, second) in combinations(enumerate(self.rules), 2):
                problems.require(
                    not _collide(first, second),
                    f"rules[{other}]",
                    second.basis,
                    "one rule for a day",
                    f"holds on the same days as rules[{one}]",
                    "같은 기간에 적용되는 규칙이 둘 이상입니다. 기간이나 대상을 나누어 주세요",
                )
        problems.raise_all("CommissionRules")

    def rule_for(self, product_no: int | None, day: date | None) -> CommissionRule | None:
        """Return the rule for a product on a sales day; None when none holds."""
        category = None if product_no is None else self.categories.get(product_no)
        found = [rule for rule in self.rules if rule.covers(day) and _matches(rule, product_no, category)]
        return max(found, key=_rank, default=None)


def _rank(rule: CommissionRule) -> int:
    return 2 if rule.product_no is not None else 1 if rule.category is not None else 0


def _matches(rule: CommissionRule, product_no: int | None, category: str | None) -> bool:
    if rule.product_no is not None:
        return rule.product_no == product_no
    return rule.category is None or rule.category == category


def _collide(one: CommissionRule, other: CommissionRule) -> bool:
    if (one.product_no, one.category) != (other.product_no, other.category):
        return False
    starts_after = one.first and other.last and one.first > other.last
    ends_before = one.last and other.first and one.last < other.first
    return not (starts_after or ends_before)
