"""Interest on what is owed (지연이자): off unless asked for, with formula and days on every line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import field, frozen

from wemakeprice_sdk.checks import Problems, check_kind, shown_type
from wemakeprice_sdk.clock import korean_day
from wemakeprice_sdk.models.tables import Tabular
from wemakeprice_sdk.policy.settlement.commission import is_percent, percent
from wemakeprice_sdk.policy.settlement.result import BusinessReconciliation, Reconciliation

_DISPUTED: Final = Decimal("15.5")


@frozen(kw_only=True)
class InterestTerms:
    """How interest is computed: simple, by actual days over 365, rounded down to the won.

    `rate` is percent a year (`Decimal`, text or whole number, never a float), `until` the last day
    that counts, `basis` the rule it rests on. `disputed` marks a claim that the other side denies.
    Whether interest is owed at all is for others to decide. Raises `ConfigError`; 15.5 % has to be
    `disputed`, for it did not bind brokers.
    """

    rate: Decimal = field(converter=percent)
    until: date = field(converter=korean_day)
    basis: str
    disputed: bool = False

    def __attrs_post_init__(self) -> None:
        """Check the parts."""
        problems = Problems()
        if not is_percent(self.rate) or not self.rate:
            problems.add(
                "rate",
                shown_type(self.rate),
                "percent above 0, at most 100",
                "must be a Decimal, text or whole number above 0 and at most 100",
                "이율은 0보다 크고 100 이하인 Decimal, 글자 또는 정수로 적어 주세요",
            )
        problems.text("basis", self.basis, required=True)
        problems.flag("disputed", self.disputed)
        problems.require(
            self.rate != _DISPUTED or self.disputed is True,
            "disputed",
            self.disputed,
            "15.5 % is disputed",
            "15.5 % a year is listed only as claimed and disputed",
            "연 15.5%는 다툼이 있는 청구로만 적을 수 있습니다. disputed를 켜 주세요",
        )
        problems.raise_all("InterestTerms")

    @classmethod
    def commercial(cls, until: date) -> InterestTerms:
        """Return the statutory rate between merchants: 6 % a year (상법 제54조)."""
        return cls(rate=Decimal(6), until=until, basis="상법 제54조(연 6%)")

    @classmethod
    def large_retail(cls, until: date) -> InterestTerms:
        """Return the rate of the large-retail rules, 15.5 % a year, as a claim that is disputed."""
        return cls(rate=_DISPUTED, until=until, basis="대규모유통업법 고시 이율(연 15.5%)", disputed=True)

    def days(self, due: date) -> int:
        """Count the days from the day after `due` to `until`, both included; 0 when there are none."""
        return max((self.until - due).days, 0)

    def amount(self, principal: int, due: date) -> int:
        """Return the interest in won, rounded down."""
        return int(principal * Fraction(self.rate) * self.days(due) / 36_500)


@frozen(kw_only=True)
class InterestLine(Tabular):
    """Interest on one sum that is owed, in won, with everything to redo it.

    `account` is the seller account, or the business number where accounts are tied. `announced` is
    false where no settlement row says the principal, only orders do.
    """

    account: str
    due: date
    announced: bool
    principal: int
    first: date
    """The day after the due day."""
    until: date
    days: int
    rate: Decimal
    formula: str
    amount: int
    basis: str
    disputed: bool


def interest(
    result: Reconciliation | BusinessReconciliation, terms: InterestTerms | None
) -> tuple[InterestLine, ...]:
    """Return a line for every pay-out that is owed, by due day; nothing without `terms`.

    What is tied between the accounts of a business is one line of the business.
    """
    check_kind("result", result, Reconciliation, BusinessReconciliation)
    check_kind("terms", terms, InterestTerms, optional=True)
    if terms is None:
        return ()
    lines = [_line(*one, terms) for one in _owed(result)]
    return tuple(sorted(lines, key=lambda line: (line.due, line.account, not line.announced)))


def _owed(result: Reconciliation | BusinessReconciliation) -> Iterator[tuple[str, date, bool, int]]:
    accounts = result.accounts if isinstance(result, BusinessReconciliation) else (result,)
    for one in accounts:
        for totals, announced in ((one.payouts, True), (one.expected_payouts, False)):
            for total in totals:
                if total.owed and total.payout_day is not None:
                    yield one.account, total.payout_day, announced, total.owed
    if isinstance(result, BusinessReconciliation):
        yield from _owed_in_ties(result)


def _owed_in_ties(result: BusinessReconciliation) -> Iterator[tuple[str, date, bool, int]]:
    """Yield what is owed of pay-outs of one day that money arrived for without saying which."""
    for announced in (True, False):
        days: dict[date, int] = defaultdict(int)
        for account in result.accounts:
            for total in account.payouts if announced else account.expected_payouts:
                if total.tied and total.payout_day is not None and total.payout_day <= result.as_of:
                    days[total.payout_day] += total.tied
        for day, tied in days.items():
            yield result.business.number, day, announced, tied - _arrived(result, day, announced)


def _arrived(result: BusinessReconciliation, day: date, announced: bool) -> int:
    end = f"/{day.isoformat()}" + ("" if announced else "/expected")
    ties = (tie for one in result.transfers for tie in one.ties)
    return sum(tie.amount for tie in ties if tie.payables[0].endswith(end))


def _line(account: str, due: date, announced: bool, principal: int, terms: InterestTerms) -> InterestLine:
    days = terms.days(due)
    return InterestLine(
        account=account,
        due=due,
        announced=announced,
        principal=principal,
        first=date.fromordinal(due.toordinal() + 1),
        until=terms.until,
        days=days,
        rate=terms.rate,
        formula=f"floor({principal} × {terms.rate.normalize():f}% × {days} / 365)",
        amount=terms.amount(principal, due),
        basis=terms.basis,
        disputed=terms.disputed,
    )
