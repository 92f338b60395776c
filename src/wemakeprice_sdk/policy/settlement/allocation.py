"""Which money that arrived is which pay-out (입금 매칭): every won has one place.

The order of rules: an operator's match, an explicit reference, an exact amount, the oldest due. Ties are
named and stay open. Everything runs over sorted input, so the order in which facts come in changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from attrs import define, field

from wemakeprice_sdk.checks import Problems, check_items, check_kind
from wemakeprice_sdk.config.business import Business
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models.bank import BankTransfer
from wemakeprice_sdk.policy.settlement.money import (
    Allocated,
    Allocation,
    AllocationRule,
    AllocationSettings,
    MatchFault,
    OpenTie,
    OperatorMatch,
    Payable,
    PayableState,
    TransferOutcome,
    TransferState,
    UnfitMatch,
)
from wemakeprice_sdk.policy.settlement.references import comes_from, refers_to
from wemakeprice_sdk.policy.settlement.terms import BankRecords


def allocate(
    payables: Iterable[Payable],
    transfers: Iterable[BankTransfer],
    as_of: date,
    *,
    owner: Business | str,
    matches: Iterable[OperatorMatch] = (),
    settings: AllocationSettings | None = None,
    strict: bool = True,
) -> Allocation:
    """Return which transfer pays which pay-out, to the won. Pure; the order of the input means nothing.

    `owner` is the one account (판매자 ID), or the business whose accounts share the money. Raises
    `ValidationError` naming every pay-out or transfer of another account, every repeated key, and every match
    that names a transfer or pay-out that is not there or more won than both have; unless `strict`, such
    matches are named in the result.
    """
    for name, values in (("payables", payables), ("transfers", transfers), ("matches", matches)):
        check_items(name, values)
    check_kind("owner", owner, Business, str)
    check_kind("settings", settings, AllocationSettings, optional=True)
    work = _Work(tuple(payables), tuple(transfers), as_of, settings or AllocationSettings())
    work.check({owner} if isinstance(owner, str) else set(owner.accounts))
    work.run(tuple(matches))
    if strict:
        refuse_matches(work.unfit)
    return work.result()


def allocate_records(
    payables: Iterable[Payable],
    bank: BankRecords,
    as_of: date,
    *,
    owner: Business | str,
    settings: AllocationSettings | None = None,
) -> Allocation:
    """Return the allocation of bank records over the pay-outs they speak of.

    These are the ones that were due on the days they cover, those an operator names, and any whose money
    they show to the won: a statement that begins the day after a due day has a pay-out that came a day late.
    """
    named, used = {match.payable for match in bank.matches}, settings or AllocationSettings()
    every = sorted(payables, key=lambda one: (one.day or date.max, one.key))
    chosen = [one for one in every if bank.covers(one.day) or one.key in named]

    def run() -> Allocation:
        return allocate(
            chosen,
            bank.transfers,
            as_of,
            owner=owner,
            matches=bank.matches,
            settings=used,
            strict=bank.strict,
        )

    found, known = run(), len(chosen)
    free = [one for one in found.transfers if one.unexplained and comes_from(one.transfer, used.payers)]
    for payable in (one for one in every if one.announced and one not in chosen):
        shown = next((one for one in free if _shows(one, payable, used)), None)
        if shown is not None:
            free.remove(shown)
            chosen.append(payable)
    return found if len(chosen) == known else run()


def _shows(state: TransferState, payable: Payable, settings: AllocationSettings) -> bool:
    at, day = state.transfer.received_on, payable.day
    if day is None or state.unexplained != payable.amount:
        return False
    return day - timedelta(days=settings.early_days) <= at <= day + timedelta(days=settings.late_days)


@define(eq=False)
class _Target:
    """A pay-out while money is given to it."""

    payable: Payable
    left: int
    uses: list[Allocated] = field(factory=list)
    over: int = 0
    tied: bool = False

    @property
    def rank(self) -> tuple[bool, bool, date]:
        """Announced before expected, dated before undated, then the oldest."""
        day = self.payable.day
        return (not self.payable.announced, day is None, day or date.max)


@define(eq=False)
class _Money:
    """A transfer while it is being used up."""

    transfer: BankTransfer
    left: int
    uses: list[Allocated] = field(factory=list)
    ties: list[OpenTie] = field(factory=list)
    outcome: TransferOutcome | None = None


@define(eq=False)
class _Pending:
    """Money for some pay-outs of one due day that fits none of them alone."""

    money: _Money
    amount: int
    rule: AllocationRule
    members: tuple[_Target, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one.payable.key for one in self.members)


@define(eq=False)
class _Group:
    """The pay-outs of one due day over all accounts, and money that waits for several of them."""

    members: list[_Target]
    pending: list[_Pending] = field(factory=list)

    @property
    def left(self) -> int:
        return self.free(self.members)

    def free(self, members: Sequence[_Target]) -> int:
        """Return the won that pay-outs of this day may still take, what waits for any of them left out."""
        waiting = sum(one.amount for one in self.pending if any(each in members for each in one.members))
        return sum(one.left for one in members) - waiting


class _Work:
    def __init__(
        self,
        payables: Sequence[Payable],
        transfers: Sequence[BankTransfer],
        as_of: date,
        settings: AllocationSettings,
    ) -> None:
        self._as_of = as_of
        self._settings = settings
        self._targets = [_Target(one, one.amount) for one in sorted(payables, key=lambda one: one.key)]
        self._targets.sort(key=lambda one: (one.rank, one.payable.account))
        self._money = [_Money(one, one.amount) for one in sorted(transfers, key=_order)]
        groups: dict[tuple[bool, bool, date], _Group] = {}
        self._group_of: dict[str, _Group] = {}
        for target in self._targets:
            group = groups.setdefault(target.rank, _Group([]))
            group.members.append(target)
            self._group_of[target.payable.key] = group
        self._groups = list(groups.values())
        self.unfit: list[UnfitMatch] = []

    def check(self, known: set[str]) -> None:
        """Refuse accounts that do not share the business number, and keys that stand for two facts."""
        problems = Problems()
        for target in self._targets:
            _require_account(problems, "payables", target.payable.account, known)
        for money in self._money:
            if money.transfer.account is not None:
                _require_account(problems, "transfers", money.transfer.account, known)
        for path, keys in (
            ("payables", sorted(one.payable.key for one in self._targets)),
            ("transfers", sorted(one.transfer.key for one in self._money)),
        ):
            for key in sorted({key for key, after in pairwise(keys) if key == after}):
                problems.add(
                    path,
                    key,
                    "unique",
                    "the same fact was given twice; merge statements first",
                    "같은 항목이 두 번 들어왔습니다. 거래 내역을 먼저 합쳐 주세요",
                )
        problems.raise_all("allocation", ValidationError)

    def run(self, matches: Sequence[OperatorMatch]) -> None:
        self._set_reversals_apart()
        self._operator(matches)
        for money in self._open_money():
            self._reference(money)
        self._exact()
        if self._settings.offset_negative:
            self._offset()
            self._exact()
        for money in self._open_money(named=True):
            self._oldest(money)
        for group in self._groups:
            self._settle_group(group)

    # --- what takes part ---

    def _set_reversals_apart(self) -> None:
        """Set apart lines of 0 and below, and the deposit that a negative line takes back."""
        for at, money in enumerate(self._money):
            if money.transfer.amount > 0:
                continue
            money.left, money.outcome = 0, TransferOutcome.NOT_INCOMING
            undone = [
                one
                for one in self._money[:at]
                if one.transfer.amount == -money.transfer.amount > 0
                and one.transfer.bank == money.transfer.bank
                and one.outcome is None
            ]
            if undone:
                undone[-1].left, undone[-1].outcome = 0, TransferOutcome.REVERSED
                money.outcome = TransferOutcome.REVERSED

    def _open_money(self, *, named: bool = False) -> Iterator[_Money]:
        """Yield transfers with money left; with `named` only those of the payers, where any are given."""
        words = self._settings.payers if named else ()
        return (money for money in self._money if money.left > 0 and comes_from(money.transfer, words))

    def _in_window(self, money: _Money, target: _Target) -> bool:
        day, at = target.payable.day, money.transfer.received_on
        if day is None:
            return target.payable.since is None or at >= target.payable.since
        early, late = self._settings.early_days, self._settings.late_days
        return day - timedelta(days=early) <= at <= day + timedelta(days=late)

    def _own_first(self, money: _Money, targets: Sequence[_Target]) -> list[list[_Target]]:
        """Return the targets of the transfer's own account, then those of the others."""
        own = money.transfer.account
        if own is None:
            return [list(targets)]
        return [
            [one for one in targets if one.payable.account == own],
            [one for one in targets if one.payable.account != own],
        ]

    # --- giving ---

    def _give(
        self,
        money: _Money,
        target: _Target,
        amount: int,
        rule: AllocationRule,
        *,
        match: OperatorMatch | None = None,
        rivals: tuple[str, ...] = (),
    ) -> None:
        if amount <= 0:
            return
        late = _days_late(target.payable.day, money.transfer.received_on)
        use = Allocated(
            transfer=money.transfer.key,
            payable=target.payable.key,
            amount=amount,
            rule=rule,
            received_on=money.transfer.received_on,
            days_late=late,
            is_late=late > self._settings.on_time_days,
            by=match.by if match else "",
            reason=match.reason if match else "",
            rivals=rivals,
        )
        money.left -= amount
        target.left -= amount
        money.uses.append(use)
        target.uses.append(use)

    def _give_to(self, money: _Money, members: Sequence[_Target], rule: AllocationRule) -> None:
        """Give to pay-outs of one due day: to the one that fits, to all, or to the day as a whole."""
        group = self._group_of[members[0].payable.key]
        amount = min(money.left, group.free(members))
        exact = [one for one in members if one.left == money.left == group.free([one])]
        if len(members) == 1 or len(exact) == 1:
            chosen = (exact or list(members))[0]
            self._give(money, chosen, min(amount, group.free([chosen])), rule)
        elif amount == sum(one.left for one in members):
            for one in members:
                self._give(money, one, one.left, rule)
        elif amount > 0:
            money.left -= amount
            group.pending.append(_Pending(money, amount, rule, tuple(members)))

    def _settle_group(self, group: _Group) -> None:
        """Give out what waited for several pay-outs, when it covers all of them; else it is a tie."""
        for members in sorted({one.keys for one in group.pending}, key=_by_size):
            waiting = [one for one in group.pending if one.keys == members]
            targets = waiting[0].members
            if sum(one.amount for one in waiting) < sum(one.left for one in targets):
                for target in targets:
                    target.tied = target.left > 0
                day, announced = targets[0].payable.day, targets[0].payable.announced
                for one in waiting:
                    late = _days_late(day, one.money.transfer.received_on) > self._settings.on_time_days
                    one.money.ties.append(OpenTie(one.amount, members, day, announced, late))
                continue
            for one in waiting:
                self._release(one)
                group.pending.remove(one)

    def _release(self, waiting: _Pending) -> None:
        money, amount = waiting.money, waiting.amount
        money.left += amount
        for target in waiting.members:
            part = min(amount, target.left)
            self._give(money, target, part, waiting.rule)
            amount -= part

    # --- the rules ---

    def _operator(self, matches: Sequence[OperatorMatch]) -> None:
        money = {one.transfer.key: one for one in self._money if one.outcome is None}
        targets = {one.payable.key: one for one in self._targets}
        for match in sorted(matches, key=lambda one: (one.transfer, one.payable)):
            source, target = money.get(match.transfer), targets.get(match.payable)
            if source is None or target is None:
                fault = MatchFault.NO_TRANSFER if source is None else MatchFault.NO_PAYOUT
                self.unfit.append(UnfitMatch(match=match, fault=fault))
                continue
            most = min(source.left, max(target.left, 0))
            amount = most if match.amount is None else match.amount
            if not 0 < amount <= most:
                self.unfit.append(UnfitMatch(match=match, fault=MatchFault.TOO_MUCH, most=most))
                continue
            self._give(source, target, amount, AllocationRule.OPERATOR, match=match)

    def _reference(self, money: _Money) -> None:
        named = [
            one
            for one in self._targets
            if one.left > 0 and one.payable.announced and refers_to(money.transfer, one.payable)
        ]
        for members in self._by_day(named):
            if money.left > 0:
                self._give_to(money, members, AllocationRule.REFERENCE)

    def _exact(self) -> None:
        for money in self._open_money(named=True):
            self._exact_single(money, same_day=True)
        self._exact_days()
        for money in self._open_money(named=True):
            self._exact_single(money, same_day=False)
        for money in self._open_money(named=True):
            self._exact_run(money)

    def _exact_single(self, money: _Money, *, same_day: bool) -> None:
        fits = [
            one
            for one in self._targets
            if one.left == money.left
            and self._in_window(money, one)
            and (not same_day or one.payable.day == money.transfer.received_on)
        ]
        for part in self._own_first(money, fits):
            for members in self._by_day(part):
                if self._group_of[members[0].payable.key].free(members) < money.left:
                    continue
                if len(members) > 1:
                    self._give_to(money, members, AllocationRule.EXACT)
                else:
                    # Equal pay-outs of other days fit as well: the oldest is taken, the others are named.
                    rivals = tuple(one.payable.key for one in part if one is not members[0])
                    self._give(money, members[0], money.left, AllocationRule.EXACT, rivals=rivals)
                return

    def _by_day(self, targets: Sequence[_Target]) -> list[list[_Target]]:
        """Return targets by due day, the oldest first."""
        days: dict[tuple[bool, bool, date], list[_Target]] = {}
        for target in targets:
            days.setdefault(target.rank, []).append(target)
        return list(days.values())

    def _exact_days(self) -> None:
        """Match everything that came on a due day with everything due then, or with one pay-out of then."""
        days: dict[date, list[_Money]] = defaultdict(list)
        for money in self._open_money(named=True):
            days[money.transfer.received_on].append(money)
        for day, arrived in sorted(days.items()):
            total = sum(one.left for one in arrived)
            due = [
                one
                for one in self._targets
                if one.payable.day == day
                and one.payable.announced
                and one.left > 0
                and not self._group_of[one.payable.key].pending
            ]
            single = [one for one in due if one.left == total]
            if total == sum(one.left for one in due):
                self._pour(arrived, due, AllocationRule.EXACT)
            elif len(single) == 1:
                self._pour(arrived, single, AllocationRule.EXACT)

    def _exact_run(self, money: _Money) -> None:
        """Match a transfer with due days that follow each other, when exactly one such run has its sum."""
        groups = [
            group
            for group in self._groups
            if group.left > 0
            and not group.pending
            and group.members[0].payable.announced
            and self._in_window(money, group.members[0])
        ]
        runs = [run for run in _runs(groups, money.left) if len(run) > 1]
        if len(runs) == 1:
            members = [one for group in runs[0] for one in group.members if one.left > 0]
            self._pour([money], members, AllocationRule.EXACT)

    def _pour(self, arrived: Sequence[_Money], due: Sequence[_Target], rule: AllocationRule) -> None:
        for money in arrived:
            for target in due:
                self._give(money, target, min(money.left, target.left), rule)

    def _offset(self) -> None:
        """Take a negative pay-out from the next pay-outs of its account, as a marketplace does."""
        for source in self._targets:
            if source.left >= 0 or source.payable.day is None or not source.payable.announced:
                continue
            later = (
                one
                for one in self._targets
                if one.left > 0
                and one.payable.announced
                and one.payable.account == source.payable.account
                and (one.payable.day or date.max) >= source.payable.day
                and not self._group_of[one.payable.key].pending
            )
            for target in later:
                amount = min(-source.left, target.left)
                if amount <= 0:
                    break
                _take_over(source, target, amount)

    def _oldest(self, money: _Money) -> None:
        fits = [one for one in self._targets if one.left > 0 and self._in_window(money, one)]
        for part in self._own_first(money, fits):
            for members in self._by_day(part):
                if money.left > 0:
                    self._give_to(money, members, AllocationRule.OLDEST)

    # --- what came out ---

    def result(self) -> Allocation:
        for money in self._money:
            if money.left > 0 and money.uses:
                self._target(money.uses[-1].payable).over += money.left
        return Allocation(
            as_of=self._as_of,
            payables=tuple(
                PayableState(
                    payable=one.payable,
                    uses=tuple(one.uses),
                    left=one.left,
                    tied=one.tied,
                    over=one.over,
                    as_of=self._as_of,
                )
                for one in self._targets
            ),
            transfers=tuple(_state(one) for one in self._money),
            unfit_matches=tuple(self.unfit),
        )

    def _target(self, key: str) -> _Target:
        return next(one for one in self._group_of[key].members if one.payable.key == key)


def _state(money: _Money) -> TransferState:
    outcome = money.outcome
    if outcome is None and money.ties:
        outcome = TransferOutcome.TIED
    elif outcome is None and money.left == 0:
        outcome = TransferOutcome.ALLOCATED
    elif outcome is None:
        outcome = TransferOutcome.OVER if money.uses else TransferOutcome.UNEXPLAINED
    return TransferState(
        transfer=money.transfer,
        outcome=outcome,
        uses=tuple(money.uses),
        ties=tuple(money.ties),
        unexplained=money.left,
    )


def _order(transfer: BankTransfer) -> tuple[date, str, str, int, int]:
    at = "" if transfer.received_at is None else transfer.received_at.isoformat()
    return transfer.received_on, at, transfer.bank, transfer.amount, transfer.nth


def _by_size(keys: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(keys), keys


def _days_late(due: date | None, received: date) -> int:
    return 0 if due is None else max((received - due).days, 0)


def _take_over(source: _Target, target: _Target, amount: int) -> None:
    for one, sign in ((source, -1), (target, 1)):
        one.left -= sign * amount
        one.uses.append(
            Allocated(
                transfer=(target if one is source else source).payable.key,
                payable=one.payable.key,
                amount=sign * amount,
                rule=AllocationRule.OFFSET,
                received_on=target.payable.day or source.payable.day,
            )
        )


def _runs(groups: Sequence[_Group], wanted: int) -> Iterator[Sequence[_Group]]:
    """Yield the runs of neighbouring due days that add up to `wanted`; every sum of a day is above 0."""
    start, total = 0, 0
    sums = [group.left for group in groups]
    for end, amount in enumerate(sums):
        total += amount
        while total > wanted:
            total -= sums[start]
            start += 1
        if total == wanted:
            yield groups[start : end + 1]


def _require_account(problems: Problems, path: str, account: str, known: set[str]) -> None:
    problems.require(
        account in known,
        f"{path}.account",
        account,
        "an account of the business",
        "accounts share received money only under one business number",
        "사업자등록번호가 같은 판매자 ID끼리만 입금을 함께 처리합니다. 판매자 ID를 확인해 주세요",
    )


def refuse_matches(unfit: Iterable[UnfitMatch]) -> None:
    """Raise `ValidationError` for matches that take no money, all at once."""
    problems = Problems()
    for one in unfit:
        match = one.match
        if one.fault is MatchFault.TOO_MUCH:
            problems.add(
                f"matches[{match.transfer}].amount",
                match.amount,
                f"range 1..{one.most}",
                "the match takes more won than the transfer and the pay-out both have left",
                "입금액이나 지급액에 남은 금액보다 많이 연결했습니다. 금액을 확인해 주세요",
            )
            continue
        side = "transfer" if one.fault is MatchFault.NO_TRANSFER else "payable"
        problems.add(
            f"matches.{side}",
            getattr(match, side),
            "known key",
            f"no open {side} has this key",
            "해당하는 항목이 없습니다. 입금 또는 지급 항목의 키를 확인해 주세요",
        )
    problems.raise_all("matches", ValidationError)
