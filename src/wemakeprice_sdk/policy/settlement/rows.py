"""The rows of a reconciliation: one piece of money each, with its deductions and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar, Final, overload

import attrs

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import require_whole
from wemakeprice_sdk.models.settlement import SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.models.tables import TableList, Tabular
from wemakeprice_sdk.policy.settlement.columns import IntTable
from wemakeprice_sdk.policy.settlement.states import PaymentBasis, SettlementStatus


@frozen(kw_only=True)
class SettlementBreakdown:
    """From gross to net, in won: `net` = `gross` minus every deduction. Refunds carry the minus on all of
    them.

    `gross` is price times quantity, for shipping the fees that are passed on. `claim_deduction`
    (클레임 공제금) is what a shipping row takes off for a claim.
    """

    gross: int = 0
    item_coupon: int = 0
    """Borne by the seller (판매자부담 상품쿠폰)."""
    cart_coupon: int = 0
    """Borne by the seller (판매자부담 장바구니쿠폰)."""
    agency_fee: int = 0
    """판매대행수수료."""
    discount_burden: int = 0
    """할인분담금."""
    channel_fee: int = 0
    """제휴(EP) 수수료."""
    claim_deduction: int = 0

    @property
    def deductions(self) -> Mapping[str, int]:
        """Each deduction by its field."""
        return {name: getattr(self, name) for name in DEDUCTIONS}

    @property
    def net(self) -> int:
        """What is paid out."""
        return self.gross - sum(self.deductions.values())

    def __add__(self, other: SettlementBreakdown) -> SettlementBreakdown:
        """Return both together."""
        return SettlementBreakdown(**{name: getattr(self, name) + getattr(other, name) for name in _PARTS})

    def __neg__(self) -> SettlementBreakdown:
        """Return it taken back."""
        return SettlementBreakdown(**{name: -getattr(self, name) for name in _PARTS})


_PARTS: Final = tuple(one.name for one in attrs.fields(SettlementBreakdown))
DEDUCTIONS: Final = _PARTS[1:]
NOTHING: Final = SettlementBreakdown()


def order_breakdown(line: SettlementOrderLine) -> SettlementBreakdown:
    """Return a product row from gross to net (all 0 when a figure is missing, which is said in its reason).

    A refund may carry the minus on its quantity, on its price, or on both: it takes money back in any case.
    One that carries no minus at all is a sale undone as a whole: fees and coupons come back with the price.
    """
    require_whole(line, line.FIGURES)
    try:
        gross = line.gross
    except ValidationError:
        return NOTHING
    item, cart, fee, burden, channel = line.deductions
    taken = SettlementBreakdown(
        gross=gross,
        item_coupon=item,
        cart_coupon=cart,
        agency_fee=fee,
        discount_burden=burden,
        channel_fee=channel,
    )
    if not line.is_refund or gross <= 0:
        return taken
    unsigned = (line.complete_qty or 0) > 0 and min(line.deductions) >= 0
    return -taken if unsigned else attrs.evolve(taken, gross=-gross)


def ship_breakdown(line: SettlementShipLine) -> SettlementBreakdown:
    """Return a shipping row from the fees that are passed on to what is paid."""
    require_whole(line, line.FIGURES)
    deduction = -(line.claim_deduct_amt or 0)
    return SettlementBreakdown(gross=line.payable + deduction, claim_deduction=deduction)


@frozen(kw_only=True)
class ReconciledRow(Tabular):
    """One piece of money: a settlement row, or what an order says should have come and did not.

    Amounts in won. `expected` is what an order says for the units (or the shipping fee) that no settlement
    row speaks of, by the commission rules net of fees, without a rule before fees; None when it cannot be
    said, and on settlement rows; `fee` is the fee by rule, `fee_basis` what the rule rests on. `paid` is what
    arrived of it (by the schedule without bank records), `owed` what is due and did not. `reason` is a stable
    machine word. `dated_by` names the policy that gave `sales_day` where the order has no delivery date;
    empty otherwise. `due_by` names what gave `payout_day`: `settlement-row`, `rows-of-sales-day` (other rows
    of that day), or the cycle with its basis; empty when nothing does.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("settled",)
    SHOWN: ClassVar[tuple[str, ...]] = (
        "subject",
        "status",
        "reason",
        "bundle_no",
        "order_no",
        "order_option_no",
        "sales_day",
        "payout_day",
        "settled",
        "expected",
        "paid",
        "owed",
    )

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
    expected: int | None = None
    paid: int = 0
    owed: int = 0
    breakdown: SettlementBreakdown = NOTHING
    fee: int | None = None
    fee_basis: str = ""
    dated_by: str = ""
    due_by: str = ""

    @property
    def settled(self) -> int:
        """What the settlement row pays, in won; 0 without one."""
        return self.breakdown.net


_WORDS: Final = ("subject", "status", "reason", "basis", "fee_basis", "dated_by", "due_by")
_NUMBERS: Final = ("bundle_no", "order_no", "order_option_no", "claim_no", "expected", "paid", "owed", "fee")
_DAYS: Final = ("sales_day", "payout_day")
_WIDTH: Final = len(_WORDS) + len(_NUMBERS) + len(_DAYS) + len(_PARTS)
_SHOWN: Final = 3


class SettlementRows(TableList[ReconciledRow], Sequence[ReconciledRow]):
    """The rows of a reconciliation, held in columns; a row is made when it is looked at.

    Behaves as a tuple of `ReconciledRow`. The repr shows the first rows only, whatever the number.
    """

    __slots__ = ("_table", "_words")

    def __init__(self, rows: Iterable[ReconciledRow] = ()) -> None:
        self._table = IntTable(_WIDTH)
        self._words: dict[str, int] = {}
        for row in rows:
            self.add(row)

    def add(self, row: ReconciledRow) -> None:
        """Add a row; for whoever makes the result."""
        words = [self._words.setdefault(getattr(row, name), len(self._words)) for name in _WORDS]
        days = [None if day is None else day.toordinal() for day in (row.sales_day, row.payout_day)]
        numbers = [getattr(row, name) for name in _NUMBERS]
        parts = [getattr(row.breakdown, name) for name in _PARTS]
        self._table.append([*words, *numbers, *days, *parts])

    def _made(self, at: int, words: Sequence[str]) -> ReconciledRow:
        cells = self._table.row(at)
        said = [words[cell or 0] for cell in cells[: len(_WORDS)]]
        numbers = cells[len(_WORDS) : len(_WORDS) + len(_NUMBERS)]
        days = cells[-len(_PARTS) - len(_DAYS) : -len(_PARTS)]
        parts = {name: cell or 0 for name, cell in zip(_PARTS, cells[-len(_PARTS) :], strict=True)}
        bundle_no, order_no, order_option_no, claim_no, expected, paid, owed, fee = numbers
        return ReconciledRow(
            subject=said[0],
            status=SettlementStatus(said[1]),
            reason=said[2],
            basis=PaymentBasis(said[3]),
            fee=fee,
            fee_basis=said[4],
            dated_by=said[5],
            due_by=said[6],
            bundle_no=bundle_no,
            order_no=order_no,
            order_option_no=order_option_no,
            claim_no=claim_no,
            expected=expected,
            paid=paid or 0,
            owed=owed or 0,
            sales_day=None if days[0] is None else date.fromordinal(days[0]),
            payout_day=None if days[1] is None else date.fromordinal(days[1]),
            breakdown=SettlementBreakdown(**parts) if any(parts.values()) else NOTHING,
        )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._table)

    def __iter__(self) -> Iterator[ReconciledRow]:
        """Yield the rows, each made for this look."""
        words = [str(word) for word in self._words]
        return (self._made(at, words) for at in range(len(self)))

    @overload
    def __getitem__(self, at: int) -> ReconciledRow: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[ReconciledRow, ...]: ...
    def __getitem__(self, at: int | slice) -> ReconciledRow | tuple[ReconciledRow, ...]:
        """Return a row, or a tuple of rows for a slice."""
        words = [str(word) for word in self._words]
        if isinstance(at, slice):
            return tuple(self._made(one, words) for one in range(len(self))[at])
        return self._made(range(len(self))[at], words)

    def __eq__(self, other: object) -> bool:
        """Return whether the rows are the same, also those of a tuple or a list."""
        if isinstance(other, SettlementRows | tuple | list):
            return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show the number and the first rows."""
        first = ", ".join(map(repr, self[:_SHOWN]))
        return f"<{len(self)} rows: {first}{', …' if len(self) > _SHOWN else ''}>"
