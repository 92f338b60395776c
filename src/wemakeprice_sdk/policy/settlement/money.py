"""What money that arrived is allocated to, by which rule, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import ClassVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, of_kind
from wemakeprice_sdk.clock import korean_day
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import checked, listed
from wemakeprice_sdk.models.bank import BankTransfer
from wemakeprice_sdk.models.tables import Report, Tabular, counted
from wemakeprice_sdk.policy.settlement.states import SettlementStatus


class AllocationRule(StrEnum):
    """Why money was taken for a pay-out, in the order the rules are tried."""

    OPERATOR = "operator"
    """An operator said so."""
    REFERENCE = "reference"
    """The transfer names the pay-out."""
    EXACT = "exact"
    """The amount is that of one pay-out, or the sum of several, to the won."""
    OLDEST = "oldest"
    """The oldest due that was still open."""
    OFFSET = "offset"
    """No money came: a negative pay-out was taken from a later one."""


class TransferOutcome(StrEnum):
    """What became of a transfer."""

    ALLOCATED = "allocated"
    OVER = "over"
    """Part of it was allocated, and more came than was due."""
    TIED = "tied"
    """It may be for several pay-outs of one due day; an operator decides."""
    UNEXPLAINED = "unexplained"
    NOT_INCOMING = "not-incoming"
    """A line of 0 won or below that takes back nothing we know."""
    REVERSED = "reversed"
    """A deposit and the negative line that takes it back; neither counts."""


def _optional_day(value: date | None) -> date | None:
    return None if value is None else korean_day(value)


@frozen(kw_only=True, field_transformer=checked)
class AllocationSettings:
    """How far from its due day money is taken for a pay-out (입금 매칭 설정); days of the calendar.

    Before `early_days` and after `late_days` only a reference or an operator matches it. Up to
    `on_time_days` after the due day money is not late. `offset_negative` takes a negative pay-out from the
    next ones of the account; that marketplaces do so is our reading (C). A bank account holds money of others
    too: with `payers`, only a transfer whose payer, memo or reference holds one of these words is taken by
    its amount or age.
    """

    early_days: int = 3
    late_days: int = 90
    on_time_days: int = 0
    offset_negative: bool = True
    payers: tuple[str, ...] = field(default=(), converter=listed)

    def __attrs_post_init__(self) -> None:
        """Check the bounds."""
        problems = Problems()
        for name in ("early_days", "late_days", "on_time_days"):
            problems.number(name, getattr(self, name), 0, 3_660)
        problems.flag("offset_negative", self.offset_negative)
        for at, word in enumerate(self.payers):
            problems.text(f"payers[{at}]", word, required=True)
        problems.raise_all("AllocationSettings")


@frozen(kw_only=True, field_transformer=checked)
class Payable:
    """A sum that is due to an account on one day (지급 예정), in won; negative when it is taken back.

    `announced` means that settlement rows say so; otherwise orders without rows let expect it. `day` is None
    when nobody knows it; money that came before `since` is then none of it. `references` are texts by which a
    transfer names it.
    """

    account: str
    day: date | None = field(converter=_optional_day)
    amount: int
    announced: bool = True
    references: tuple[str, ...] = ()
    since: date | None = None

    @property
    def key(self) -> str:
        """Name of the pay-out: account, due day, and whether it was announced."""
        day = "undated" if self.day is None else self.day.isoformat()
        return f"{self.account}/{day}" + ("" if self.announced else "/expected")


@frozen(kw_only=True)
class OperatorMatch:
    """An operator's word that a transfer is for a pay-out (수동 매칭): it goes before every rule.

    `transfer` and `payable` are their keys, `amount` won (None: as much as both have), `by` names the
    operator and `reason` says why; both are for the audit trail, one line of at most 100 and 200 characters.
    """

    transfer: str
    payable: str
    by: str
    amount: int | None = None
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        """Check the texts and the amount."""
        problems = Problems()
        for name, most in (("transfer", 300), ("payable", 300), ("by", 100), ("reason", 200)):
            value = getattr(self, name)
            problems.text(name, value, required=name != "reason")
            if isinstance(value, str) and len(value) > most:
                problems.add(
                    name,
                    value,
                    f"at most {most} characters",
                    f"must not be longer than {most} characters",
                    f"최대 {most}자까지 적을 수 있습니다",
                )
        if self.amount is not None:
            problems.number("amount", self.amount, 1, 10**15)
        problems.raise_all("OperatorMatch", ValidationError)


class MatchFault(StrEnum):
    """Why an operator's match takes no money."""

    NO_TRANSFER = "no-such-transfer"
    """No open transfer has this key."""
    NO_PAYOUT = "no-such-pay-out"
    """No open pay-out has this key."""
    TOO_MUCH = "more-than-both-have"
    """The match takes more won than the transfer and the pay-out both have left."""


@frozen(kw_only=True)
class UnfitMatch:
    """An operator's match that takes no money any more, and why; `most` is the won it could take."""

    match: OperatorMatch
    fault: MatchFault = field(validator=of_kind(MatchFault))
    most: int = 0


@frozen(kw_only=True)
class Allocated:
    """Won of one transfer that were taken for one pay-out.

    `by` and `reason` are those of an operator's match. `rivals` are pay-outs of other days that
    fitted as well. Under `OFFSET` no money came: `transfer` is the key of the other pay-out, and the
    amount is negative on the one that is taken back.
    """

    transfer: str
    payable: str
    amount: int
    rule: AllocationRule
    received_on: date | None
    days_late: int = 0
    by: str = ""
    reason: str = ""
    rivals: tuple[str, ...] = ()
    is_late: bool = False
    """Whether it came after the due day, beyond the days that count as on time."""


def transfers_of(uses: Iterable[Allocated]) -> tuple[str, ...]:
    """Return the keys of the transfers among `uses`, each once; under `OFFSET` no money came."""
    return tuple(dict.fromkeys(one.transfer for one in uses if one.rule is not AllocationRule.OFFSET))


@frozen(kw_only=True)
class PayableState(Tabular):
    """A pay-out after allocation: amount = `paid` + `owed` + `ahead` + `open_tie`, in won."""

    DERIVED: ClassVar[tuple[str, ...]] = ("status", "paid", "owed", "ahead", "open_tie", "is_late")

    payable: Payable
    uses: tuple[Allocated, ...]
    left: int
    tied: bool
    over: int
    """Won that came with the last transfer for it beyond everything due."""
    as_of: date

    @property
    def paid(self) -> int:
        """Won that arrived, or were set off against a negative pay-out."""
        return self.payable.amount - self.left

    @property
    def is_due(self) -> bool:
        """Whether the due day has come; one that nobody knows has not."""
        return self.payable.day is not None and self.payable.day <= self.as_of

    @property
    def open_tie(self) -> int:
        """Won for which money may have arrived; which pay-out it is for is not known."""
        return self.left if self.tied else 0

    @property
    def owed(self) -> int:
        """Won that are due and did not arrive."""
        return self.left if self.is_due and not self.tied and self.left > 0 else 0

    @property
    def ahead(self) -> int:
        """Won that are still to come, or (negative) still to be taken back."""
        return self.left - self.owed - self.open_tie

    @property
    def is_late(self) -> bool:
        """Whether any of the money came after the due day, beyond the days that count as on time."""
        return any(one.is_late for one in self.uses)

    @property
    def transfers(self) -> tuple[str, ...]:
        """The keys of the transfers it was paid by; several mean that it was split."""
        return transfers_of(self.uses)

    @property
    def status(self) -> SettlementStatus:
        """Where the pay-out stands as a whole."""
        if self.tied:
            return SettlementStatus.UNEXPLAINED
        if self.left == 0:
            return SettlementStatus.LATE if self.is_late else SettlementStatus.PAID
        if self.payable.day is None:
            return SettlementStatus.NO_DUE_DAY
        if self.owed == 0:
            return SettlementStatus.EXPECTED
        return SettlementStatus.SHORT_PAID if self.paid else SettlementStatus.MISSING


@frozen
class OpenTie:
    """Won that arrived for some of several pay-outs of one due day (by key); nothing says for which."""

    amount: int
    payables: tuple[str, ...]
    day: date | None
    announced: bool
    is_late: bool


@frozen(kw_only=True)
class TransferState(Tabular):
    """A transfer after allocation: amount = Σ uses + `tied` + `unexplained`, in won."""

    DERIVED: ClassVar[tuple[str, ...]] = ("tied",)

    transfer: BankTransfer
    outcome: TransferOutcome
    uses: tuple[Allocated, ...]
    ties: tuple[OpenTie, ...]
    unexplained: int

    @property
    def tied(self) -> int:
        """Won of it that are tied."""
        return sum(one.amount for one in self.ties)


@frozen(kw_only=True)
class Allocation(Report):
    """All pay-outs and all transfers, each with what was found for it, and matches that took nothing."""

    as_of: date
    payables: tuple[PayableState, ...] = field(repr=counted)
    transfers: tuple[TransferState, ...] = field(repr=counted)
    unfit_matches: tuple[UnfitMatch, ...] = ()

    @property
    def received(self) -> int:
        """Won that arrived: every deposit that was not taken back."""
        return sum(one.transfer.amount for one in self.transfers if one.outcome in _ARRIVED)

    @property
    def unexplained(self) -> int:
        """Won that arrived and are for nothing we know."""
        return sum(one.unexplained for one in self.transfers)

    @property
    def tied(self) -> int:
        """Won that arrived and may be for several pay-outs."""
        return sum(one.tied for one in self.transfers)


_ARRIVED = frozenset(
    (TransferOutcome.ALLOCATED, TransferOutcome.OVER, TransferOutcome.TIED, TransferOutcome.UNEXPLAINED)
)
