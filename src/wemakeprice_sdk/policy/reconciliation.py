"""Settlement reconciliation (정산 대사): orders × claims × settlement rows.

Every row says what it rests on. "Paid" without bank records only means that the marketplace announced the
money and the announced day has passed; give `received` (what really arrived, by day) to know better.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import attrs
from attrs import frozen

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.config.settlement import SettlementCycle
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import won_by_day
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, ShipType
from wemakeprice_sdk.models.orders import Bundle, OrderLine
from wemakeprice_sdk.models.settlement import SettlementOrderLine, SettlementShipLine

GRACE_DAYS: Final = 10
"""Days after delivery within which a settlement row may still be on its way; the real rule is unknown (C)."""


class SettlementStatus(StrEnum):
    """Where the money of one row stands."""

    PAID = "paid"
    EXPECTED = "expected"
    MISSING = "missing"
    UNEXPLAINED = "unexplained"


class PaymentBasis(StrEnum):
    """What a status rests on."""

    BANK = "bank"
    """A receipt of that day covers what was announced for it."""
    SCHEDULE = "schedule"
    """Announced by the marketplace (정산예정일)."""
    CYCLE = "cycle"
    """Computed from the settlement cycle."""
    NONE = "none"


@frozen(kw_only=True)
class ReconciledRow:
    """One piece of money: a settlement row, or what an order says should have come and did not.

    Amounts in won. `settled` is the payable of the settlement row (0 without one), `expected` what the
    order says before fees for the units (or the shipping fee) that no row speaks of, None when it cannot be
    said. `reason` is a stable machine word.
    """

    subject: str
    status: SettlementStatus
    reason: str
    basis: PaymentBasis
    bundle_no: int | None = None
    order_no: int | None = None
    order_option_no: int | None = None
    claim_no: int | None = None
    sales_day: date | None = None
    payout_day: date | None = None
    settled: int = 0
    expected: int | None = None


@frozen
class PayoutTotal:
    """What a pay-out day (지급일) should bring and what arrived; `received` is None without bank records."""

    payout_day: date | None
    announced: int
    received: int | None
    rows: int

    @property
    def difference(self) -> int | None:
        """What arrived beyond (or, negative, below) what was announced, in won."""
        return None if self.received is None else self.received - self.announced


@frozen(kw_only=True)
class Reconciliation:
    """The result for one account: all rows, and totals by pay-out day and by status (won)."""

    account: str
    as_of: date
    rows: tuple[ReconciledRow, ...]
    payouts: tuple[PayoutTotal, ...]

    @property
    def totals(self) -> Mapping[SettlementStatus, int]:
        """Settled amounts by status; rows without a settlement row count with what is expected."""
        sums = dict.fromkeys(SettlementStatus, 0)
        for row in self.rows:
            sums[row.status] += row.settled or (row.expected or 0)
        return sums

    def of(self, status: SettlementStatus) -> tuple[ReconciledRow, ...]:
        """Return the rows of one status."""
        check_kind("status", status, SettlementStatus)
        return tuple(row for row in self.rows if row.status is status)


def _receipts(received: Mapping[date, int] | None) -> Mapping[date, int] | None:
    return None if received is None else won_by_day(received, "received")


@frozen(kw_only=True)
class SettlementFacts:
    """Everything a reconciliation looks at; every row counts, so give each day's rows once.

    `withdrawn` are settlement rows that their day showed once and shows no more. `received` maps a pay-out
    day to the won that arrived then; raises `ValidationError` for a fraction of a won.
    """

    bundles: tuple[Bundle, ...] = ()
    claims: tuple[Claim, ...] = ()
    order_lines: tuple[SettlementOrderLine, ...] = ()
    ship_lines: tuple[SettlementShipLine, ...] = ()
    withdrawn: tuple[SettlementOrderLine | SettlementShipLine, ...] = ()
    received: Mapping[date, int] | None = attrs.field(default=None, converter=_receipts)


def order_payable(line: SettlementOrderLine) -> int:
    """Return what a product row pays, in won (0 when a figure is missing, which is said in its reason).

    A refund may carry the minus on its quantity, on its price, or on both: it takes money back in any case.
    One that carries no minus at all is a sale undone as a whole: fees and coupons come back with the price.
    """
    try:
        gross, payable = line.gross, line.payable
    except ValidationError:
        return 0
    if not line.is_refund or gross <= 0:
        return payable
    unsigned = (line.complete_qty or 0) > 0 and min(line.deductions) >= 0
    return -payable if unsigned else payable - 2 * gross


def ship_payable(line: SettlementShipLine) -> int:
    """Return what a shipping row pays, in won."""
    return line.payable


def reconcile(
    account: str,
    facts: SettlementFacts,
    as_of: date,
    *,
    cycle: SettlementCycle | None = None,
    grace_days: int = GRACE_DAYS,
) -> Reconciliation:
    """Return for every won whether it was paid, is expected (when), is missing or cannot be explained.

    Pure: the same facts give the same result.
    """
    check_kind("facts", facts, SettlementFacts)
    check_kind("cycle", cycle, SettlementCycle, optional=True)
    work = _Work(facts, as_of, cycle, grace_days)
    rows = [
        *work.order_rows(),
        *work.ship_rows(),
        *work.unsettled_lines(),
        *work.unsettled_shipping(),
        *work.unbooked_refunds(),
        *work.withdrawn_rows(),
    ]
    return Reconciliation(account=account, as_of=as_of, rows=tuple(rows), payouts=work.payouts())


class _Units:
    """Units by option order number: settled, refunded and claimed, each counted once over all rows."""

    def __init__(self, lines: Iterable[SettlementOrderLine], claims: Iterable[Claim]) -> None:
        self.sold: Counter[int] = Counter()
        self.refunded: Counter[int] = Counter()
        self.discounted: Counter[int] = Counter()
        self.cancelled: Counter[int] = Counter()
        self.returned: Counter[int] = Counter()
        self.claimed: Counter[int] = Counter()
        self.uncounted: set[int] = set()
        for line in lines:
            self._add_line(line)
        for claim in claims:
            self._add_claim(claim)

    def _add_line(self, line: SettlementOrderLine) -> None:
        key, quantity = line.order_opt_no, line.complete_qty
        if key is None or quantity == 0:
            return
        if quantity is None or line.gubun is None or not line.gubun.is_known:
            self.uncounted.add(key)
        elif line.is_refund:
            self.refunded[key] += abs(quantity)
        else:
            self.sold[key] += quantity
            self.discounted[key] += (line.seller_charge_coupon_amt or 0) + (line.wmp_charge_coupon_amt or 0)

    def _add_claim(self, claim: Claim) -> None:
        self.claimed.update(claim.quantities)
        if claim.claim_status == ClaimStatus.APPROVE and claim.claim_type != ClaimType.EXCHANGE:
            cancel = claim.claim_type == ClaimType.CANCEL
            (self.cancelled if cancel else self.returned).update(claim.quantities)

    def unrefunded(self, key: int) -> int:
        """Units whose return was approved and that no refund row covers."""
        return max(self.returned[key] - self.refunded[key], 0)

    def unsold(self, key: int, ordered: int) -> int:
        """Units that no row settles; one that was returned before it was settled is owed nothing."""
        return max(ordered - max(self.sold[key], 0) - self.unrefunded(key), 0)

    def refunds_ahead(self, key: int, ordered: int) -> int:
        """Units that were settled and returned, and are not taken back yet."""
        return min(self.unrefunded(key), max(self.sold[key] + self.unrefunded(key) - ordered, 0))

    def oversold(self, key: int, ordered: int) -> bool:
        """Whether more is settled than was ordered, what refunds without a return took back left out."""
        return self.sold[key] - max(self.refunded[key] - self.returned[key], 0) > ordered


class _Work:
    def __init__(
        self, facts: SettlementFacts, as_of: date, cycle: SettlementCycle | None, grace_days: int
    ) -> None:
        self._as_of = as_of
        self._cycle = cycle
        self._grace = timedelta(days=grace_days)
        self._received = facts.received
        self._bundles = {bundle.bundle_no: bundle for bundle in facts.bundles}
        self._lines = {line.key: (bundle, line) for bundle in facts.bundles for line in bundle.lines}
        self._claims = {claim.claim_bundle_no: claim for claim in facts.claims}
        self._units = _Units(facts.order_lines, self._claims.values())
        self._order_lines = facts.order_lines
        self._ship_lines = facts.ship_lines
        self._withdrawn = facts.withdrawn
        self._announced: dict[date | None, int] = defaultdict(int)
        self._counts: dict[date | None, int] = defaultdict(int)
        # Shipping rows name no pay-out day of their own: they follow the product rows of their sales day.
        self._day_of_sales: dict[date | None, date] = {}
        for line in self._order_lines:
            if line.settle_pre_dt is not None:
                known = self._day_of_sales.get(line.basic_dt, line.settle_pre_dt)
                self._day_of_sales[line.basic_dt] = max(known, line.settle_pre_dt)
        for line in self._order_lines:
            self._announce(self._payout_day(line.basic_dt, line.settle_pre_dt), order_payable(line))
        for shipping in self._ship_lines:
            self._announce(self._payout_day(shipping.basic_dt, None), ship_payable(shipping))

    def _announce(self, day: date | None, amount: int) -> None:
        self._announced[day] += amount
        self._counts[day] += 1

    def _payout_day(self, sales_day: date | None, announced: date | None) -> date | None:
        known = announced or self._day_of_sales.get(sales_day)
        if known is not None or sales_day is None or self._cycle is None:
            return known
        return self._cycle.expected_payout(sales_day)

    def order_rows(self) -> Iterable[ReconciledRow]:
        for line in sorted(self._order_lines, key=_order_sort):
            day = self._payout_day(line.basic_dt, line.settle_pre_dt)
            problem = self._order_problem(line)
            status, reason, basis = self._payment_status(day, announced=line.settle_pre_dt is not None)
            if problem:
                status, reason, basis = SettlementStatus.UNEXPLAINED, problem, PaymentBasis.NONE
            elif line.complete_qty == 0:
                reason = "coupon-correction"
            elif line.is_refund:
                reason = "refund"
            yield ReconciledRow(
                subject="product",
                status=status,
                reason=reason,
                basis=basis,
                bundle_no=line.bundle_no,
                order_no=line.order_no,
                order_option_no=line.order_opt_no,
                claim_no=line.claim_no,
                sales_day=line.basic_dt,
                payout_day=day,
                settled=order_payable(line),
            )

    def _order_problem(self, line: SettlementOrderLine) -> str:
        if line.gubun is None or not line.gubun.is_known:
            return "unknown-row-kind"
        if line.complete_qty is None or (line.complete_qty and line.prod_sale_amt is None):
            return "figures-missing"
        found = self._lines.get(line.order_opt_no or 0)
        if found is None:
            return "" if self._left_by_claim(line) else "no-such-order-line"
        unit = abs((line.prod_sale_amt or 0) + (line.opt_sale_amt or 0))
        if line.complete_qty and unit != _unit_price(found[1]):
            return "price-differs"
        return self._quantity_problem(line, found[1]) if line.complete_qty else ""

    def _quantity_problem(self, line: SettlementOrderLine, ordered: OrderLine) -> str:
        units, key, quantity = self._units, ordered.key, _quantity(ordered)
        if line.is_refund:
            # Without the claim row the order's own claims still explain a refund.
            if not (self._left_by_claim(line) or units.returned[key] or units.cancelled[key]):
                return "refund-without-claim"
            differs = 0 < units.claimed[key] < units.refunded[key]
        else:
            differs = quantity is not None and units.oversold(key, quantity)
        return "quantity-differs" if differs and not _has_siblings(ordered) else ""

    def _left_by_claim(self, line: SettlementOrderLine) -> bool:
        return line.claim_no is not None and line.claim_no in self._claims

    def _payment_status(
        self, day: date | None, *, announced: bool
    ) -> tuple[SettlementStatus, str, PaymentBasis]:
        told = PaymentBasis.SCHEDULE if announced else PaymentBasis.CYCLE
        if day is None:
            return SettlementStatus.EXPECTED, "pay-out-day-unknown", PaymentBasis.NONE
        if day > self._as_of:
            return SettlementStatus.EXPECTED, "pay-out-ahead", told
        if self._received is None:
            return SettlementStatus.PAID, "pay-out-day-passed", told
        if self._received.get(day, 0) >= self._announced[day]:
            return SettlementStatus.PAID, "received", PaymentBasis.BANK
        return SettlementStatus.MISSING, "not-received", PaymentBasis.BANK

    def ship_rows(self) -> Iterable[ReconciledRow]:
        for line in sorted(self._ship_lines, key=_ship_sort):
            day = self._payout_day(line.basic_dt, None)
            status, reason, basis = self._payment_status(day, announced=line.basic_dt in self._day_of_sales)
            known = line.bundle_no in self._bundles or line.claim_bundle_no in self._claims
            if not known:
                status, reason, basis = SettlementStatus.UNEXPLAINED, "no-such-bundle", PaymentBasis.NONE
            elif line.is_refund:
                reason = "refund"
            yield ReconciledRow(
                subject="shipping",
                status=status,
                reason=reason,
                basis=basis,
                bundle_no=line.bundle_no,
                claim_no=line.claim_bundle_no,
                sales_day=line.basic_dt,
                payout_day=day,
                settled=ship_payable(line),
            )

    def unsettled_lines(self) -> Iterable[ReconciledRow]:
        """Return delivered order lines, or those of their units, that no settlement row speaks of."""
        for key, (bundle, line) in sorted(self._lines.items()):
            if key in self._units.uncounted:
                continue
            if bundle.ship_complete_date is None:
                if bundle.is_delivered:
                    yield self._undated(bundle, line)
                continue
            ordered = _quantity(line)
            units = self._units.unsold(key, 1 if ordered is None else ordered)
            if units:
                yield self._unsettled(bundle, line, units, bundle.ship_complete_date.date())

    def _undated(self, bundle: Bundle, line: OrderLine) -> ReconciledRow:
        """Name a delivered line whose delivery date cannot be read: when its money is due nobody can say."""
        return ReconciledRow(
            subject="product",
            status=SettlementStatus.UNEXPLAINED,
            reason="delivery-date-unreadable",
            basis=PaymentBasis.NONE,
            bundle_no=bundle.bundle_no,
            order_no=line.product.order_no,
            order_option_no=line.key,
        )

    def _unsettled(self, bundle: Bundle, line: OrderLine, units: int, delivered: date) -> ReconciledRow:
        status, reason = self._absence(delivered)
        in_part = self._units.sold[line.key] > 0
        # The quantity of a row is said of the product, and whether a cancel lowers what was ordered is (C).
        doubtful = (in_part and _has_siblings(line)) or units <= self._units.cancelled[line.key]
        if status is SettlementStatus.MISSING and doubtful:
            status, reason = SettlementStatus.UNEXPLAINED, "quantity-differs"
        elif status is SettlementStatus.MISSING and in_part:
            reason = "settled-in-part"
        return ReconciledRow(
            subject="product",
            status=status,
            reason=reason,
            basis=PaymentBasis.CYCLE if self._cycle else PaymentBasis.NONE,
            bundle_no=bundle.bundle_no,
            order_no=line.product.order_no,
            order_option_no=line.key,
            sales_day=delivered,
            payout_day=self._payout_day(delivered, None),
            expected=_worth(line, units, self._units.discounted[line.key]),
        )

    def _absence(self, delivered: date) -> tuple[SettlementStatus, str]:
        if self._as_of - delivered > self._grace:
            return SettlementStatus.MISSING, "no-settlement-row"
        return SettlementStatus.EXPECTED, "row-ahead"

    def unsettled_shipping(self) -> Iterable[ReconciledRow]:
        """Return prepaid shipping fees of delivered bundles that no shipping row speaks of.

        A bundle that was returned as a whole is left out: whether its fee is kept depends on who is at fault.
        """
        booked = {
            line.bundle_no for line in self._ship_lines if not line.is_refund and line.claim_bundle_no is None
        }
        for number, bundle in sorted(self._bundles.items()):
            done, fee = bundle.ship_complete_date, bundle.prepaid_ship_price
            if done is None or number in booked or fee <= 0 or bundle.ship_type == ShipType.FREE:
                continue
            if self._is_returned(bundle):
                continue
            status, reason = self._absence(done.date())
            yield ReconciledRow(
                subject="shipping",
                status=status,
                reason=reason,
                basis=PaymentBasis.CYCLE if self._cycle else PaymentBasis.NONE,
                bundle_no=number,
                sales_day=done.date(),
                payout_day=self._payout_day(done.date(), None),
                expected=fee,
            )

    def _is_returned(self, bundle: Bundle) -> bool:
        return all(self._units.returned[line.key] >= (_quantity(line) or 1) for line in bundle.lines)

    def unbooked_refunds(self) -> Iterable[ReconciledRow]:
        """Return returned units of settled lines whose refund row has not come: money still to be taken."""
        for key, (bundle, line) in sorted(self._lines.items()):
            if key in self._units.uncounted:
                continue
            ordered = _quantity(line)
            units = self._units.refunds_ahead(key, self._units.sold[key] if ordered is None else ordered)
            if units:
                unit = _unit_price(line)
                yield ReconciledRow(
                    subject="product",
                    status=SettlementStatus.EXPECTED,
                    reason="refund-ahead",
                    basis=PaymentBasis.NONE,
                    bundle_no=bundle.bundle_no,
                    order_no=line.product.order_no,
                    order_option_no=key,
                    expected=None if unit is None else -unit * units,
                )

    def withdrawn_rows(self) -> Iterable[ReconciledRow]:
        """Return rows that were taken out of their day: money that was announced and is not any more."""
        for line in self._withdrawn:
            if isinstance(line, SettlementOrderLine):
                subject, option, payable = "product", line.order_opt_no, order_payable(line)
            else:
                subject, option, payable = "shipping", None, ship_payable(line)
            yield ReconciledRow(
                subject=subject,
                status=SettlementStatus.UNEXPLAINED,
                reason="row-withdrawn",
                basis=PaymentBasis.NONE,
                bundle_no=line.bundle_no,
                order_option_no=option,
                sales_day=line.basic_dt,
                expected=payable,
            )

    def payouts(self) -> tuple[PayoutTotal, ...]:
        days = {*self._announced, *(self._received or {})}
        return tuple(
            PayoutTotal(
                day,
                self._announced.get(day, 0),
                None if self._received is None or day is None else self._received.get(day, 0),
                self._counts.get(day, 0),
            )
            for day in sorted(days, key=lambda day: day or date.max)
        )


def _unit_price(line: OrderLine) -> int | None:
    try:
        return line.unit_price
    except ValidationError:
        return None


def _worth(line: OrderLine, units: int, discounted: int) -> int | None:
    """Units times price, without the part of the discount that settled rows do not carry yet."""
    unit = _unit_price(line)
    return None if unit is None else max(unit * units - max(line.discount - discounted, 0), 0)


def _quantity(line: OrderLine) -> int | None:
    try:
        return line.quantity
    except ValidationError:
        return None


def _has_siblings(line: OrderLine) -> bool:
    return len(line.product.order_option) > 1


def _order_sort(line: SettlementOrderLine) -> tuple[str, int, int, int]:
    return (str(line.basic_dt), line.bundle_no or 0, line.order_opt_no or 0, line.claim_no or 0)


def _ship_sort(line: SettlementShipLine) -> tuple[str, int, int]:
    return (str(line.basic_dt), line.bundle_no or 0, line.claim_bundle_no or 0)
