"""Settlement reconciliation (정산 대사): orders × claims × settlement rows × money that arrived.

Every row says what it rests on. "Paid" without bank records only means that the marketplace announced the
money and the announced day has passed; give bank records to know better.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from attrs import evolve

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import korean_day
from wemakeprice_sdk.config.business import Business
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.policy.settlement.allocation import allocate_records
from wemakeprice_sdk.policy.settlement.given import SettlementFacts
from wemakeprice_sdk.policy.settlement.money import Allocation
from wemakeprice_sdk.policy.settlement.reconciler import Reconciler
from wemakeprice_sdk.policy.settlement.result import BusinessReconciliation, Reconciliation, SettlementSum
from wemakeprice_sdk.policy.settlement.terms import BankRecords, SettlementTerms


def reconcile(
    account: str, facts: SettlementFacts, as_of: date, *, terms: SettlementTerms | None = None
) -> Reconciliation:
    """Return for every won whether it was paid, is expected (when), is owed or cannot be explained.

    Pure: the same facts give the same result, in whatever order they come.
    """
    check_kind("facts", facts, SettlementFacts)
    work = Reconciler(account, as_of, terms=terms)
    work.add(facts)
    return work.finish(facts.bank_records)


def reconcile_business(
    business: Business,
    accounts: Mapping[str, SettlementFacts],
    as_of: date,
    *,
    bank: BankRecords | None = None,
    terms: Mapping[str, SettlementTerms] | None = None,
) -> BusinessReconciliation:
    """Return the reconciliation of all accounts of a business, which share the money that arrived.

    `bank` are the records of the business; facts that hold bank records of their own raise `ValidationError`,
    as do accounts that are not of the business. `terms` are by account. Windows of allocation are those of
    the first account.
    """
    check_kind("business", business, Business)
    check_kind("bank", bank, BankRecords, optional=True)
    work = []
    for account in sorted(accounts):
        _require_shared_bank(account, accounts[account])
        one = Reconciler(account, as_of, terms=(terms or {}).get(account))
        one.add(accounts[account])
        work.append(one)
    return finish_business(business, work, as_of, bank)


def finish_business(
    business: Business, work: Iterable[Reconciler], as_of: date, bank: BankRecords | None
) -> BusinessReconciliation:
    """Return what `reconcile_business` returns, for reconcilers that were filled row by row."""
    check_kind("business", business, Business)
    check_kind("bank", bank, BankRecords, optional=True)
    as_of, filled = korean_day(as_of, "as_of"), sorted(work, key=lambda one: one.account)
    _require_accounts(business, [one.account for one in filled])
    if bank is None:
        results = tuple(one.finish(None) for one in filled)
        return BusinessReconciliation(business=business, as_of=as_of, accounts=results, sums=_added(results))
    allocation = allocate_records(
        [payable for one in filled for payable in one.payables()],
        bank,
        as_of,
        owner=business,
        settings=filled[0].terms.allocation if filled else None,
    )
    results = tuple(one.finish_with(allocation) for one in filled)
    return BusinessReconciliation(
        business=business,
        as_of=as_of,
        accounts=results,
        transfers=allocation.transfers,
        unfit_matches=allocation.unfit_matches,
        sums=_business_sums(_added(results), allocation),
    )


def _require_accounts(business: Business, accounts: Sequence[str]) -> None:
    strangers = sorted({one for one in accounts if one not in business.accounts or accounts.count(one) > 1})
    if strangers:
        raise ValidationError.single(
            "accounts",
            ", ".join(strangers),
            "accounts of the business, each once",
            "not an account of the business, or given twice",
            "사업자에 속하지 않거나 두 번 지정한 판매자 ID입니다. 판매자 ID를 확인해 주세요",
        )


def _require_shared_bank(account: str, facts: SettlementFacts) -> None:
    check_kind(f"accounts[{account}]", facts, SettlementFacts)
    if facts.bank_records is not None:
        raise ValidationError.single(
            f"accounts[{account}].bank",
            "<bank records>",
            "bank of the business",
            "give bank records once, for the business",
            "입금 자료는 사업자 단위로 한 번만 지정해 주세요",
        )


def _added(results: Iterable[Reconciliation]) -> SettlementSum:
    total = SettlementSum()
    for one in results:
        total += one.sums
    return total


def _business_sums(total: SettlementSum, allocation: Allocation) -> SettlementSum:
    """A tie is one between accounts: for the business its money is paid, and only the rest is owed."""
    announced, expected = (_ties(allocation, announced=one) for one in (True, False))
    return evolve(
        total,
        paid=total.paid + announced.paid,
        owed=total.owed + announced.owed,
        ahead=total.ahead + announced.ahead,
        paid_unannounced=total.paid_unannounced + expected.paid,
        owed_unannounced=total.owed_unannounced + expected.owed,
        unannounced=total.unannounced + expected.owed + expected.ahead,
        tied=0,
        tied_received=0,
        received=allocation.received,
        unexplained=allocation.unexplained,
    )


def _ties(allocation: Allocation, *, announced: bool) -> SettlementSum:
    """Add up the ties of pay-outs that rows announced, or of those that only orders let expect."""
    left: dict[date | None, int] = defaultdict(int)
    came: dict[date | None, int] = defaultdict(int)
    for one in allocation.payables:
        if one.payable.announced is announced:
            left[one.payable.day] += one.open_tie
    for tie in (tie for one in allocation.transfers for tie in one.ties if tie.announced is announced):
        came[tie.day] += tie.amount
    due = {day for day in left if day is not None and day <= allocation.as_of}
    rest = {day: won - came[day] for day, won in left.items()}
    return SettlementSum(
        paid=sum(came.values()),
        owed=sum(won for day, won in rest.items() if day in due),
        ahead=sum(won for day, won in rest.items() if day not in due),
    )
