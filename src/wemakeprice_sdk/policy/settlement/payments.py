"""What became of the money of each row, and the sums of an account."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeAlias

from attrs import define, evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.policy.settlement.money import PayableState
from wemakeprice_sdk.policy.settlement.purse import Purse
from wemakeprice_sdk.policy.settlement.result import PayoutTotal, SettlementSum
from wemakeprice_sdk.policy.settlement.rows import NOTHING, ReconciledRow, SettlementBreakdown
from wemakeprice_sdk.policy.settlement.states import PaymentBasis, SettlementStatus

PayoutDay: TypeAlias = tuple[date | None, bool]
"""A pay-out of an account: its day, and whether settlement rows announced it."""


@define(eq=False)
class PayoutRows:
    """The rows of a pay-out, added up."""

    breakdown: SettlementBreakdown = NOTHING
    amount: int = 0
    negatives: int = 0
    rows: int = 0
    since: date | None = None
    """The first sales day."""

    def add(self, breakdown: SettlementBreakdown, amount: int, day: date | None) -> None:
        """Add a row of `amount` won."""
        self.breakdown += breakdown
        self.amount += amount
        self.negatives += min(amount, 0)
        self.rows += 1
        if day is not None:
            self.since = day if self.since is None else min(self.since, day)


@frozen
class DueDay:
    """When a row's money is due, and what says so; `name` is for people, empty when nobody knows."""

    day: date | None = None
    basis: PaymentBasis = PaymentBasis.NONE
    name: str = ""


@frozen
class RowPayment:
    """What became of one row's money."""

    status: SettlementStatus
    reason: str
    basis: PaymentBasis
    paid: int = 0
    owed: int = 0


class Payments:
    """Spreads what arrived for each pay-out over its rows, which ask in their order; each asks once."""

    def __init__(
        self,
        payouts: Mapping[PayoutDay, PayoutRows],
        states: Mapping[PayoutDay, PayableState],
        as_of: date,
        *,
        banked: bool,
    ) -> None:
        self._states = states
        self._as_of = as_of
        self._banked = banked
        self._purses = {key: Purse(state, payouts[key].negatives) for key, state in states.items()}

    def of_row(self, due: DueDay, amount: int) -> RowPayment:
        """Return what became of a settlement row."""
        state = self._states.get((due.day, True))
        if state is None:
            return self._by_schedule(due, amount)
        paid, late = self._purses[due.day, True].take(amount)
        return _judged(state, amount, paid, late, _ahead(due))

    def _by_schedule(self, due: DueDay, amount: int) -> RowPayment:
        if due.day is None or due.day > self._as_of:
            return _ahead(due)
        reason = "outside-bank-records" if self._banked else "pay-out-day-passed"
        return RowPayment(SettlementStatus.PAID, reason, due.basis, paid=amount)

    def of_absent(self, row: ReconciledRow) -> ReconciledRow:
        """Return a row that no settlement row stands for with what arrived for it; it is no row on paper."""
        amount, key = row.expected or 0, (row.payout_day, False)
        paid, late = self._purses[key].take(amount) if key in self._purses else (0, False)
        state = self._states.get(key)
        if paid and paid == amount:
            status = SettlementStatus.LATE if late else SettlementStatus.PAID
            return evolve(
                row, status=status, reason="received-without-row", basis=PaymentBasis.BANK, paid=paid
            )
        if state is not None and state.tied:
            return evolve(row, status=SettlementStatus.UNEXPLAINED, reason="tied", paid=paid)
        if row.status is not SettlementStatus.MISSING:
            return evolve(row, paid=paid)
        if paid:
            row = evolve(
                row, status=SettlementStatus.SHORT_PAID, reason="received-in-part", basis=PaymentBasis.BANK
            )
        return evolve(row, paid=paid, owed=amount - paid)


def _ahead(due: DueDay) -> RowPayment:
    if due.day is None:
        return RowPayment(SettlementStatus.NO_DUE_DAY, "pay-out-day-unknown", due.basis)
    return RowPayment(SettlementStatus.EXPECTED, "pay-out-ahead", due.basis)


def _judged(state: PayableState, amount: int, paid: int, late: bool, ahead: RowPayment) -> RowPayment:
    bank = PaymentBasis.BANK
    if paid == amount and (amount or state.paid or state.is_due):
        if late:
            return RowPayment(SettlementStatus.LATE, "received-late", bank, paid=paid)
        return RowPayment(SettlementStatus.PAID, "received" if amount else "nothing-due", bank, paid=paid)
    if state.tied:
        return RowPayment(SettlementStatus.UNEXPLAINED, "tied", bank, paid=paid)
    if not state.is_due or amount < 0:
        return evolve(ahead, paid=paid)
    if paid:
        return RowPayment(SettlementStatus.SHORT_PAID, "received-in-part", bank, paid, amount - paid)
    return RowPayment(SettlementStatus.MISSING, "not-received", bank, owed=amount)


def payout_total(key: PayoutDay, payout: PayoutRows, state: PayableState | None, as_of: date) -> PayoutTotal:
    """Return what a pay-out brings and brought; without a state by the schedule."""
    day, announced = key
    if state is None:
        status = _by_schedule(day, as_of, announced=announced)
        owed = payout.amount if status is SettlementStatus.MISSING else 0
        return PayoutTotal(
            payout_day=day,
            announced=payout.amount,
            received=None,
            rows=payout.rows,
            status=status,
            owed=owed,
            ahead=0 if status is SettlementStatus.PAID else payout.amount - owed,
            breakdown=payout.breakdown,
        )
    return PayoutTotal(
        payout_day=day,
        announced=payout.amount,
        received=state.paid,
        rows=payout.rows,
        status=state.status,
        owed=state.owed,
        ahead=state.ahead,
        tied=state.open_tie,
        over=state.over,
        breakdown=payout.breakdown,
        uses=state.uses,
    )


def _by_schedule(day: date | None, as_of: date, *, announced: bool) -> SettlementStatus:
    """Only what was announced counts as paid once its day has passed: nobody promised the rest."""
    if day is None:
        return SettlementStatus.NO_DUE_DAY
    if day > as_of:
        return SettlementStatus.EXPECTED
    return SettlementStatus.PAID if announced else SettlementStatus.MISSING


def account_sums(
    announced: Collection[PayoutTotal], expected: Collection[PayoutTotal], by_rows: SettlementSum
) -> SettlementSum:
    """Return the sums of an account: `by_rows` with what its pay-outs say."""
    breakdown, owed, ahead, tied = NOTHING, 0, 0, 0
    for one in announced:
        breakdown += one.breakdown
        owed, ahead, tied = owed + one.owed, ahead + one.ahead, tied + one.tied
    return evolve(
        by_rows,
        breakdown=breakdown,
        paid=breakdown.net - owed - ahead - tied,
        owed=owed,
        ahead=ahead,
        tied=tied,
        paid_unannounced=sum(one.received or 0 for one in expected),
        owed_unannounced=sum(one.owed for one in expected),
        no_due_day=by_rows.no_due_day + sum(one.ahead for one in announced if one.payout_day is None),
    )
