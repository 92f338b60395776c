"""The reconciler: takes the facts of an account row by row, and says at the end where every won is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from attrs import evolve

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import korean_day
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.models.settlement import SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.policy.settlement.allocation import allocate_records
from wemakeprice_sdk.policy.settlement.facts import (
    NOT_SHIPPED,
    UNKNOWN,
    BundleFact,
    ClaimFact,
    LineFact,
    OrderFacts,
    OrderRowFact,
    OrderRowFacts,
    ShipRowFact,
    ShipRowFacts,
)
from wemakeprice_sdk.policy.settlement.given import SettlementFacts
from wemakeprice_sdk.policy.settlement.money import Allocation, Payable
from wemakeprice_sdk.policy.settlement.payments import (
    DueDay,
    Payments,
    PayoutDay,
    PayoutRows,
    account_sums,
    payout_total,
)
from wemakeprice_sdk.policy.settlement.result import Reconciliation, SettlementSum
from wemakeprice_sdk.policy.settlement.rows import (
    NOTHING,
    ReconciledRow,
    SettlementRows,
    order_breakdown,
    ship_breakdown,
)
from wemakeprice_sdk.policy.settlement.states import PaymentBasis, SettlementStatus
from wemakeprice_sdk.policy.settlement.terms import BankRecords, SettlementTerms
from wemakeprice_sdk.policy.settlement.units import UnitCounts

_CANCELLED: Final = "cancelled-unsent"
_NO_ROW: Final = "no-settlement-row"
_ROW_AHEAD: Final = "row-ahead"
_REFUND_AHEAD: Final = "refund-ahead"
_NOT_YET: Final = (_ROW_AHEAD, _REFUND_AHEAD)


class Reconciler:
    """Takes the facts of one account row by row, in any order, and reconciles them at the end.

    It keeps numbers and not the rows themselves, so a year of orders that is read from a ledger need not be
    in memory. Claims and bundles count once by their number, the last one; every settlement row counts.
    """

    def __init__(self, account: str, as_of: date, *, terms: SettlementTerms | None = None) -> None:
        check_kind("account", account, str)
        check_kind("terms", terms, SettlementTerms, optional=True)
        self.account = account
        self.as_of = korean_day(as_of, "as_of")
        self.terms = terms or SettlementTerms()
        self._orders = OrderFacts(self.terms.dating)
        self._order_rows = OrderRowFacts()
        self._ship_rows = ShipRowFacts()
        self._units = UnitCounts()
        self._claims: dict[int, ClaimFact] = {}
        self._withdrawn: list[ReconciledRow] = []
        self._day_of_sales: dict[date | None, date] = {}
        self._booked: set[int | None] = set()
        self._payouts: dict[PayoutDay, PayoutRows] | None = None

    # --- taking facts ---

    def add(self, facts: SettlementFacts) -> None:
        """Add all rows of `facts`."""
        check_kind("facts", facts, SettlementFacts)
        for bundle in facts.bundles:
            self.add_bundle(bundle)
        for claim in facts.claims:
            self.add_claim(claim)
        for line in facts.order_lines:
            self.add_order_line(line)
        for shipping in facts.ship_lines:
            self.add_ship_line(shipping)
        for gone in facts.withdrawn:
            self.add_withdrawn(gone)

    def add_bundle(self, bundle: Bundle) -> None:
        """Add an order (배송번호 묶음)."""
        self._orders.add(bundle)

    def add_claim(self, claim: Claim) -> None:
        """Add a claim (클레임)."""
        self._claims[claim.claim_bundle_no] = ClaimFact.of(claim)

    def add_order_line(self, line: SettlementOrderLine) -> None:
        """Add a product row of the settlement."""
        self._order_rows.add(line)
        self._units.add_line(line)
        if line.settle_pre_dt is not None:
            # Shipping rows name no pay-out day of their own: they follow the product rows of their sales day.
            known = self._day_of_sales.get(line.basic_dt, line.settle_pre_dt)
            self._day_of_sales[line.basic_dt] = max(known, line.settle_pre_dt)

    def add_ship_line(self, line: SettlementShipLine) -> None:
        """Add a shipping row of the settlement."""
        self._ship_rows.add(line)
        if not line.is_refund and line.claim_bundle_no is None:
            self._booked.add(line.bundle_no)

    def add_withdrawn(self, line: SettlementOrderLine | SettlementShipLine) -> None:
        """Add a row that was taken out of its day: money that was announced and is not any more."""
        product = isinstance(line, SettlementOrderLine)
        taken = order_breakdown(line) if isinstance(line, SettlementOrderLine) else ship_breakdown(line)
        self._withdrawn.append(
            ReconciledRow(
                subject="product" if product else "shipping",
                status=SettlementStatus.UNEXPLAINED,
                reason="row-withdrawn",
                basis=PaymentBasis.NONE,
                bundle_no=line.bundle_no,
                order_option_no=line.order_opt_no if isinstance(line, SettlementOrderLine) else None,
                sales_day=line.basic_dt,
                expected=taken.net,
            )
        )

    # --- what is due ---

    def payables(self) -> tuple[Payable, ...]:
        """Return what is due to the account, by day: what rows announce, and what orders without rows say."""
        return tuple(
            Payable(
                account=self.account,
                day=day,
                amount=payout.amount,
                announced=announced,
                since=None if day is not None else payout.since,
            )
            for (day, announced), payout in self._all_payouts().items()
        )

    def _all_payouts(self) -> dict[PayoutDay, PayoutRows]:
        if self._payouts is None:
            self._count_claims()
            found: dict[PayoutDay, PayoutRows] = defaultdict(PayoutRows)
            for row in self._order_rows:
                day = self._due(row.sales_day, row.announced_day).day
                found[day, True].add(row.breakdown, row.breakdown.net, row.sales_day)
                self._orders.date_by_row(row)
            for shipping in self._ship_rows:
                day = self._due(shipping.sales_day, None).day
                found[day, True].add(shipping.breakdown, shipping.breakdown.net, shipping.sales_day)
            for absent in self._unsettled():
                if _may_be_paid(absent):
                    found[absent.payout_day, False].add(NOTHING, absent.expected or 0, absent.sales_day)
            self._payouts = dict(found)
        return self._payouts

    def _count_claims(self) -> None:
        for claim in self._claims.values():
            self._units.add_claim(claim)

    def _due(self, sales_day: date | None, announced: date | None) -> DueDay:
        if announced is not None:
            return DueDay(announced, PaymentBasis.SCHEDULE, "settlement-row")
        beside = self._day_of_sales.get(sales_day)
        if beside is not None:
            return DueDay(beside, PaymentBasis.SCHEDULE, "rows-of-sales-day")
        day, cycle = self.terms.due_day(sales_day), self.terms.cycle
        if day is None or cycle is None:
            return DueDay()
        return DueDay(day, PaymentBasis.CYCLE, cycle.name)

    # --- the result ---

    def finish(self, bank: BankRecords | None = None) -> Reconciliation:
        """Return the reconciliation of everything that was added; without `bank` by the schedule.

        Nothing can be added afterwards. Raises `ValidationError` for what `allocate` refuses.
        """
        check_kind("bank", bank, BankRecords, optional=True)
        if bank is None:
            return self.finish_with(None)
        found = allocate_records(
            self.payables(), bank, self.as_of, owner=self.account, settings=self.terms.allocation
        )
        result = self.finish_with(found)
        return evolve(
            result,
            transfers=found.transfers,
            unfit_matches=found.unfit_matches,
            sums=evolve(
                result.sums,
                received=found.received,
                unexplained=found.unexplained,
                tied_received=found.tied,
            ),
        )

    def finish_with(self, allocation: Allocation | None) -> Reconciliation:
        """Return the reconciliation under an allocation that covers this account; None goes by the
        schedule."""
        payouts = self._all_payouts()
        states = {
            (one.payable.day, one.payable.announced): one
            for one in (allocation.payables if allocation else ())
            if one.payable.account == self.account
        }
        payments = Payments(payouts, states, self.as_of, banked=allocation is not None)
        rows = SettlementRows()
        sums = SettlementSum()
        for row in self._rows(payments):
            rows.add(row)
            sums = _with_row(sums, row)
        totals = {
            key: payout_total(key, payouts[key], states.get(key), self.as_of)
            for key in sorted(payouts, key=lambda key: key[0] or date.max)
        }
        announced = tuple(total for key, total in totals.items() if key[1])
        expected = tuple(total for key, total in totals.items() if not key[1])
        return Reconciliation(
            account=self.account,
            as_of=self.as_of,
            rows=rows,
            payouts=announced,
            expected_payouts=expected,
            sums=account_sums(announced, expected, sums),
        )

    def _rows(self, payments: Payments) -> Iterator[ReconciledRow]:
        for line in self._order_rows:
            yield self._order_row(line, payments)
        for shipping in self._ship_rows:
            yield self._ship_row(shipping, payments)
        for absent in self._unsettled():
            yield payments.of_absent(absent) if _may_be_paid(absent) else absent
        yield from self._unbooked_refunds()
        yield from sorted(self._withdrawn, key=_withdrawn_order)
        if self.terms.commission is not None:
            for line in self._order_rows:
                yield from self._fee_row(line)

    # --- settlement rows ---

    def _order_row(self, line: OrderRowFact, payments: Payments) -> ReconciledRow:
        due = self._due(line.sales_day, line.announced_day)
        payment = payments.of_row(due, line.breakdown.net)
        problem = self._order_problem(line)
        status, reason, basis = payment.status, payment.reason, payment.basis
        if problem:
            # What arrived for it is known all the same.
            status, reason = SettlementStatus.UNEXPLAINED, problem
        elif line.quantity == 0:
            reason = "coupon-correction"
        elif line.is_refund:
            reason = "refund"
        return ReconciledRow(
            subject="product",
            status=status,
            reason=reason,
            basis=basis,
            bundle_no=line.bundle_no,
            order_no=line.order_no,
            order_option_no=line.order_option_no,
            claim_no=line.claim_no,
            sales_day=line.sales_day,
            payout_day=due.day,
            due_by=due.name,
            paid=payment.paid,
            owed=payment.owed,
            breakdown=line.breakdown,
        )

    def _order_problem(self, line: OrderRowFact) -> str:
        if line.kind == UNKNOWN:
            return "unknown-row-kind"
        if line.price is None:
            return "figures-missing"
        ordered = self._orders.line(line.order_option_no)
        if ordered is None:
            return "" if line.claim_no in self._claims else "no-such-order-line"
        if line.quantity and line.price != ordered.price:
            return "price-differs"
        return self._quantity_problem(line, ordered) if line.quantity else ""

    def _quantity_problem(self, line: OrderRowFact, ordered: LineFact) -> str:
        units, key = self._units, ordered.key
        if line.is_refund:
            # Without the claim row the order's own claims still explain a refund.
            if not (line.claim_no in self._claims or units.returned[key] or units.cancelled[key]):
                return "refund-without-claim"
            differs = 0 < units.claimed[key] < units.refunded[key]
        else:
            differs = ordered.quantity is not None and units.oversold(key, ordered.quantity)
        return "quantity-differs" if differs and not ordered.has_siblings else ""

    def _ship_row(self, line: ShipRowFact, payments: Payments) -> ReconciledRow:
        due = self._due(line.sales_day, None)
        payment = payments.of_row(due, line.breakdown.net)
        status, reason, basis = payment.status, payment.reason, payment.basis
        if self._orders.bundle(line.bundle_no) is None and line.claim_no not in self._claims:
            status, reason = SettlementStatus.UNEXPLAINED, "no-such-bundle"
        elif line.is_refund:
            reason = "refund"
        return ReconciledRow(
            subject="shipping",
            status=status,
            reason=reason,
            basis=basis,
            bundle_no=line.bundle_no,
            claim_no=line.claim_no,
            sales_day=line.sales_day,
            payout_day=due.day,
            due_by=due.name,
            paid=payment.paid,
            owed=payment.owed,
            breakdown=line.breakdown,
        )

    def _fee_row(self, line: OrderRowFact) -> Iterator[ReconciledRow]:
        """Yield the difference of the fee that was charged from the fee by rule, when there is one."""
        rules, quantity = self.terms.commission, line.quantity
        rule = None if rules is None else rules.rule_for(line.product_no, line.sales_day)
        if rule is None or not quantity or line.kind == UNKNOWN or line.price is None:
            return
        fee = rule.fee(line.breakdown.gross, quantity)
        if fee != line.breakdown.agency_fee:
            yield ReconciledRow(
                subject="commission",
                status=SettlementStatus.COMMISSION_DIFFERS,
                reason="fee-by-rule-differs",
                basis=PaymentBasis.NONE,
                bundle_no=line.bundle_no,
                order_no=line.order_no,
                order_option_no=line.order_option_no,
                claim_no=line.claim_no,
                sales_day=line.sales_day,
                expected=line.breakdown.agency_fee - fee,
                fee=fee,
                fee_basis=rule.basis,
            )

    # --- what no settlement row speaks of ---

    def _unsettled(self) -> Iterator[ReconciledRow]:
        """Yield order lines, or those of their units, and prepaid shipping fees that no row speaks of."""
        for line in self._orders.lines():
            bundle = self._orders.bundle(line.bundle_no)
            if bundle is None or line.key in self._units.uncounted:
                continue
            units = self._units.unsold(line.key, 1 if line.quantity is None else line.quantity)
            if units:
                yield self._unsettled_line(bundle, line, units)
        kept, cancelled = self._kept_bundles(), self._cancelled_bundles()
        for bundle in self._orders.bundles():
            # Whether the fee of a bundle that was returned as a whole is kept depends on who is at fault.
            if bundle.fee and bundle.bundle_no not in self._booked and bundle.bundle_no in kept:
                yield self._unsettled_fee(bundle, cancelled=bundle.bundle_no in cancelled)

    def _cancelled_bundles(self) -> frozenset[int]:
        """Return the bundles that were cancelled as a whole before they were sent."""
        found: dict[int, bool] = {}
        for line in self._orders.lines():
            cancelled = self._is_cancelled(line, line.quantity or 1)
            found[line.bundle_no] = cancelled and found.get(line.bundle_no, True)
        return frozenset(number for number, cancelled in found.items() if cancelled)

    def _is_cancelled(self, line: LineFact, units: int) -> bool:
        """Return whether a line was cancelled before its bundle was sent: nothing will ever be due for it.

        Where a cancel of some pieces already lowered the order (C), the rest of the line counts as cancelled
        until its bundle is sent; nothing is owed for it before.
        """
        bundle = self._orders.bundle(line.bundle_no)
        unsent = bundle is not None and bundle.undated == NOT_SHIPPED
        return unsent and units <= self._units.cancelled[line.key]

    def _kept_bundles(self) -> frozenset[int]:
        """Return the bundles of which at least one unit was not returned."""
        returned = self._units.returned
        return frozenset(
            line.bundle_no for line in self._orders.lines() if returned[line.key] < (line.quantity or 1)
        )

    def _unsettled_line(self, bundle: BundleFact, line: LineFact, units: int) -> ReconciledRow:
        in_part, day = self._units.sold[line.key] > 0, bundle.delivered
        due = self._due(day, None)
        status, reason = self._absence(bundle, due.day)
        if reason == _NO_ROW:
            # The quantity of a row is said of the product, and whether a cancel lowers the order is (C).
            if (in_part and line.has_siblings) or units <= self._units.cancelled[line.key]:
                status, reason = SettlementStatus.UNEXPLAINED, "quantity-differs"
            elif in_part:
                reason = "settled-in-part"
        worth = line.worth(units, self._units.discounted[line.key])
        fee, fee_basis = self._expected_fee(line, units, day)
        if self._is_cancelled(line, units):
            reason, worth, fee, fee_basis = _CANCELLED, 0, None, ""
        return ReconciledRow(
            subject="product",
            status=status,
            reason=reason,
            basis=due.basis,
            bundle_no=line.bundle_no,
            order_no=line.order_no,
            order_option_no=line.key,
            sales_day=day,
            payout_day=due.day,
            due_by=due.name,
            expected=None if worth is None else worth - (fee or 0),
            fee=fee,
            fee_basis=fee_basis,
            dated_by=bundle.dated_by,
        )

    def _unsettled_fee(self, bundle: BundleFact, *, cancelled: bool) -> ReconciledRow:
        due = self._due(bundle.delivered, None)
        status, reason = self._absence(bundle, due.day)
        return ReconciledRow(
            subject="shipping",
            status=status,
            reason=_CANCELLED if cancelled else reason,
            basis=due.basis,
            bundle_no=bundle.bundle_no,
            sales_day=bundle.delivered,
            payout_day=due.day,
            due_by=due.name,
            expected=0 if cancelled else bundle.fee,
            dated_by=bundle.dated_by,
        )

    def _absence(self, bundle: BundleFact, due: date | None) -> tuple[SettlementStatus, str]:
        """Return where the money of an order without a settlement row stands, by its due day alone."""
        if bundle.delivered is None:
            return SettlementStatus.NO_DELIVERY_DATE, bundle.undated
        is_due = due is not None and due <= self.as_of
        late = self.as_of - bundle.delivered > timedelta(days=self.terms.grace_days)
        reason = _NO_ROW if is_due or late else _ROW_AHEAD
        if due is None:
            return SettlementStatus.NO_DUE_DAY, reason
        return SettlementStatus.MISSING if is_due else SettlementStatus.EXPECTED, reason

    def _expected_fee(self, line: LineFact, units: int, day: date | None) -> tuple[int | None, str]:
        rules = self.terms.commission
        rule = None if rules is None else rules.rule_for(line.product_no, day)
        if rule is None or line.price is None:
            return None, ""
        return rule.fee(line.price * units, units), rule.basis

    def _unbooked_refunds(self) -> Iterator[ReconciledRow]:
        """Yield returned units of settled lines whose refund row has not come: money still to be taken."""
        for line in self._orders.lines():
            key = line.key
            if key in self._units.uncounted:
                continue
            ordered = self._units.sold[key] if line.quantity is None else line.quantity
            units = self._units.refunds_ahead(key, ordered)
            if units:
                yield ReconciledRow(
                    subject="product",
                    status=SettlementStatus.EXPECTED,
                    reason=_REFUND_AHEAD,
                    basis=PaymentBasis.NONE,
                    bundle_no=line.bundle_no,
                    order_no=line.order_no,
                    order_option_no=key,
                    expected=None if line.price is None else -line.price * units,
                )


def _may_be_paid(row: ReconciledRow) -> bool:
    named = (SettlementStatus.NO_DELIVERY_DATE, SettlementStatus.UNEXPLAINED)
    return row.status not in named and (row.expected or 0) > 0


def _withdrawn_order(row: ReconciledRow) -> tuple[str, str, int, int, int]:
    numbers = (row.bundle_no or 0, row.order_option_no or 0, row.expected or 0)
    return (row.subject, str(row.sales_day), *numbers)


def _with_row(sums: SettlementSum, row: ReconciledRow) -> SettlementSum:
    """Return the sums with what a row adds that no pay-out says."""
    amount = row.expected or 0
    if row.status is SettlementStatus.NO_DELIVERY_DATE:
        return evolve(sums, undated=sums.undated + amount)
    if row.status is SettlementStatus.COMMISSION_DIFFERS:
        return evolve(sums, fee_difference=sums.fee_difference + amount)
    if row.expected is None or row.status is SettlementStatus.UNEXPLAINED or row.reason in _NOT_YET:
        return sums
    left = amount - row.paid
    undated = left if row.status is SettlementStatus.NO_DUE_DAY else 0
    return evolve(sums, unannounced=sums.unannounced + left, no_due_day=sums.no_due_day + undated)
