"""Interest on what is owed (지연이자): off unless asked for, with formula and days on every line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind, shown_type
from wemakeprice_sdk.clock import korean_day
from wemakeprice_sdk.models.tables import Tabular
from wemakeprice_sdk.policy.settlement.commission import is_percent, percent
from wemakeprice_sdk.policy.settlement.result import BusinessReconciliation, PayoutTotal, Reconciliation

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

    def last_day(self, received_on: date | None = None) -> date:
        """Return the last day that counts: until it arrived, and never beyond `until`."""
        return self.until if received_on is None else min(received_on, self.until)

    def days(self, due: date, received_on: date | None = None) -> int:
        """Count the days from the day after `due` to the last day, both included; 0 when there are none."""
        return max((self.last_day(received_on) - due).days, 0)

    def amount(self, principal: int, due: date, received_on: date | None = None) -> int:
        """Return the interest in won, rounded down."""
        return int(principal * Fraction(self.rate) * self.days(due, received_on) / 36_500)


@frozen(kw_only=True)
class InterestLine(Tabular):
    """Interest on one part of a pay-out, in won, with everything to redo it.

    A part that came late accrues until the day it was `received_on`, what never came (None) until the last
    day of the terms: together that is the interest on what was left of the pay-out each day. `account` is
    the seller account, or the business number where accounts are tied. `announced` is false where no
    settlement row says the principal, only orders do. `transfer` is the key of the transfer that came late.
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
    received_on: date | None = None
    transfer: str = ""


@frozen
class _Part:
    """Won that were due on a day, and when they came; None when they never did."""

    account: str
    due: date
    announced: bool
    amount: int
    received_on: date | None = None
    transfer: str = ""


def interest(
    result: Reconciliation | BusinessReconciliation, terms: InterestTerms | None
) -> tuple[InterestLine, ...]:
    """Return a line for every part that came late, and for what is owed, by due day; nothing without `terms`.

    Each line is rounded down to the won. Money that came within the days that count as on time bears none.
    What is tied between the accounts of a business is a line of the business.
    """
    check_kind("result", result, Reconciliation, BusinessReconciliation)
    check_kind("terms", terms, InterestTerms, optional=True)
    if terms is None:
        return ()
    lines = [_line(part, terms) for part in _parts(result)]
    return tuple(sorted(lines, key=_order))


def _order(line: InterestLine) -> tuple[date, str, bool, date, str]:
    return line.due, line.account, not line.announced, line.received_on or date.max, line.transfer


def _parts(result: Reconciliation | BusinessReconciliation) -> Iterator[_Part]:
    accounts = result.accounts if isinstance(result, BusinessReconciliation) else (result,)
    for one in accounts:
        for totals, announced in ((one.payouts, True), (one.expected_payouts, False)):
            for total in totals:
                yield from _parts_of(one.account, total, announced=announced)
    if isinstance(result, BusinessReconciliation):
        yield from _parts_in_ties(result)


def _parts_of(account: str, total: PayoutTotal, *, announced: bool) -> Iterator[_Part]:
    if total.payout_day is None:
        return
    for use in total.uses:
        if use.is_late:
            yield _Part(account, total.payout_day, announced, use.amount, use.received_on, use.transfer)
    if total.owed:
        yield _Part(account, total.payout_day, announced, total.owed)


def _parts_in_ties(result: BusinessReconciliation) -> Iterator[_Part]:
    """Yield what came late, and what is owed, of pay-outs of one day that money came for without a name."""
    number = result.business.number
    left: dict[tuple[date, bool], int] = defaultdict(int)
    for account in result.accounts:
        for totals, announced in ((account.payouts, True), (account.expected_payouts, False)):
            for total in totals:
                if total.tied and total.payout_day is not None and total.payout_day <= result.as_of:
                    left[total.payout_day, announced] += total.tied
    for one in result.transfers:
        for tie in one.ties:
            if tie.day is not None and (tie.day, tie.announced) in left:
                left[tie.day, tie.announced] -= tie.amount
                if tie.is_late:
                    came, key = one.transfer.received_on, one.transfer.key
                    yield _Part(number, tie.day, tie.announced, tie.amount, came, key)
    for (day, announced), owed in left.items():
        if owed > 0:
            yield _Part(number, day, announced, owed)


def _line(part: _Part, terms: InterestTerms) -> InterestLine:
    days = terms.days(part.due, part.received_on)
    return InterestLine(
        account=part.account,
        due=part.due,
        announced=part.announced,
        principal=part.amount,
        first=part.due + timedelta(days=1),
        until=terms.last_day(part.received_on),
        days=days,
        rate=terms.rate,
        formula=f"floor({part.amount} × {terms.rate.normalize():f}% × {days} / 365)",
        amount=terms.amount(part.amount, part.due, part.received_on),
        basis=terms.basis,
        disputed=terms.disputed,
        received_on=part.received_on,
        transfer=part.transfer,
    )
