"""What a reconciliation says: rows, pay-outs, transfers, and the sums of an account or a business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

import attrs
from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.config.business import Business
from wemakeprice_sdk.models.tables import Report, Tabular, counted
from wemakeprice_sdk.policy.settlement.money import (
    Allocated,
    TransferState,
    UnfitMatch,
    transfers_of,
)
from wemakeprice_sdk.policy.settlement.rows import (
    NOTHING,
    ReconciledRow,
    SettlementBreakdown,
    SettlementRows,
)
from wemakeprice_sdk.policy.settlement.states import SettlementStatus


@frozen(kw_only=True)
class PayoutTotal(Tabular):
    """What a pay-out day (지급일) should bring, in won, and what arrived for it.

    `announced` is the sum of its settlement rows; for expected pay-outs, of orders without rows, what the
    orders say. `received` is what was allocated to it (a negative pay-out that was taken from a later one
    counts on both), None without bank records. `announced` = paid + `owed` + `ahead` + `tied`. `over` came
    with its last transfer beyond everything due. `uses` are the won of transfers that were taken for it.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("difference",)

    payout_day: date | None
    announced: int
    received: int | None
    rows: int
    status: SettlementStatus
    owed: int = 0
    ahead: int = 0
    tied: int = 0
    over: int = 0
    breakdown: SettlementBreakdown = NOTHING
    uses: tuple[Allocated, ...] = field(default=(), repr=counted)

    @property
    def transfers(self) -> tuple[str, ...]:
        """The keys of the transfers it was paid by; several mean that it was split."""
        return transfers_of(self.uses)

    @property
    def difference(self) -> int | None:
        """What arrived for it beyond (or, negative, below) what was announced, in won."""
        return None if self.received is None else self.received + self.over - self.announced


@frozen(kw_only=True)
class SettlementSum(Tabular):
    """The money of one account or business, in won.

    `breakdown` goes from gross to net over all settlement rows: its net is `announced`, and `announced` =
    `paid` + `owed` + `ahead` + `tied`. `unannounced` are delivered orders that no settlement row speaks of,
    though one should, without what arrived for them (`paid_unannounced`); `owed_unannounced` is due of orders
    without a row. `no_due_day` is what did not arrive of rows and orders of which nobody knows when they are
    due; `undated` are orders without a delivery date; `fee_difference` is what was charged beyond
    the commission rules. `received` is all that arrived, None
    without bank records; `received` = `paid` + `paid_unannounced` + `unexplained` (for nothing we know) +
    `tied_received` (for one of several pay-outs).
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("announced",)

    breakdown: SettlementBreakdown = NOTHING
    paid: int = 0
    owed: int = 0
    ahead: int = 0
    tied: int = 0
    unannounced: int = 0
    paid_unannounced: int = 0
    owed_unannounced: int = 0
    no_due_day: int = 0
    undated: int = 0
    fee_difference: int = 0
    received: int | None = None
    unexplained: int = 0
    tied_received: int = 0

    @property
    def announced(self) -> int:
        """What the settlement rows pay."""
        return self.breakdown.net

    @property
    def due(self) -> int:
        """What is due and did not arrive, whether a settlement row speaks of it or only an order."""
        return self.owed + self.owed_unannounced

    def __add__(self, other: SettlementSum) -> SettlementSum:
        """Return both together; what one bank received for both must be in one of them only."""
        names = [one.name for one in attrs.fields(SettlementSum) if one.name != "received"]
        both = [one.received for one in (self, other) if one.received is not None]
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return SettlementSum(**sums, received=sum(both) if both else None)


@frozen(kw_only=True)
class Reconciliation(Report):
    """The result for one account: rows, pay-outs, expected pay-outs, transfers, and sums in won.

    `transfers` are empty on an account of a business: see `BusinessReconciliation`. The repr is short
    whatever the number of rows.
    """

    MAIN: ClassVar[str] = "rows"

    account: str
    as_of: date
    rows: SettlementRows
    payouts: tuple[PayoutTotal, ...] = field(repr=counted)
    expected_payouts: tuple[PayoutTotal, ...] = field(default=(), repr=counted)
    transfers: tuple[TransferState, ...] = field(default=(), repr=counted)
    sums: SettlementSum = SettlementSum()
    unfit_matches: tuple[UnfitMatch, ...] = ()
    """An operator's matches that took no money, where the bank records are not strict."""

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


@frozen(kw_only=True)
class BusinessReconciliation(Report):
    """The result for all accounts of a business (사업자등록번호), and the transfers they share."""

    MAIN: ClassVar[str] = "accounts"

    business: Business
    as_of: date
    accounts: tuple[Reconciliation, ...]
    transfers: tuple[TransferState, ...] = field(default=(), repr=counted)
    sums: SettlementSum = SettlementSum()
    """A tie is one between accounts: here its money is paid, and only the rest is owed."""
    unfit_matches: tuple[UnfitMatch, ...] = ()
