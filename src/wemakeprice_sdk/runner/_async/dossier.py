"""Gathering what a dossier says: the facts of every account, reconciled together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.config.business import Business
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger.records import IntentState
from wemakeprice_sdk.policy.settlement import (
    BusinessReconciliation,
    MergedStatements,
    Reconciliation,
    SettlementTerms,
    finish_business,
    interest,
    merge_statements,
    three_way,
)
from wemakeprice_sdk.runner._async.facts import AsyncStoredFacts, stored_facts
from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext
from wemakeprice_sdk.runner.export.dossier.folder import DossierReport, copies_of, write_dossier
from wemakeprice_sdk.runner.export.dossier.parts import DossierAccount, DossierFacts, LineSums
from wemakeprice_sdk.runner.sources.states import shared_statements, statements_of


def by_account(
    terms: SettlementTerms | Mapping[str, SettlementTerms] | None, accounts: Sequence[str]
) -> Mapping[str, SettlementTerms]:
    """Return the terms of each account; raise `ValidationError` for what accounts of a business must share.

    They share the money that arrives, and so the windows in which it is looked for and its interest.
    """
    if not isinstance(terms, Mapping):
        check_kind("terms", terms, SettlementTerms, optional=True)
        return {} if terms is None else dict.fromkeys(accounts, terms)
    given = dict(terms)
    for account, one in given.items():
        check_kind("terms", account, str)
        check_kind(f"terms[{account}]", one, SettlementTerms)
    problems = Problems()
    shared = {(one.interest, one.allocation) for one in given.values()}
    problems.require(
        set(given) <= set(accounts),
        "terms",
        ", ".join(sorted(set(given) - set(accounts))),
        "accounts of the dossier",
        "names accounts that are not in the dossier",
        "이 자료에 포함되지 않은 판매자 ID입니다. 판매자 ID를 확인해 주세요",
    )
    problems.require(
        len(shared) <= 1 and (not given or len(given) == len(accounts)),
        "terms",
        ", ".join(sorted(given)),
        "one interest and one allocation for all accounts",
        "accounts that share money need the same interest and allocation: name every account",
        "입금을 함께 쓰는 판매자 ID는 빠짐없이 지정하고, 이자와 입금 매칭 기간을 모두 같게 맞춰 주세요",
    )
    problems.raise_all("terms", ValidationError)
    return given


async def make_dossier(
    contexts: Sequence[AsyncLedgerContext],
    folder: str | os.PathLike[str],
    as_of: datetime,
    terms: Mapping[str, SettlementTerms],
    business: Business | None,
    files: Iterable[str | os.PathLike[str]],
    *,
    personal: bool,
    replace: bool,
) -> DossierReport:
    """Read every account, reconcile, and write the folder."""
    offload = contexts[0].offload
    copies = await offload(copies_of, tuple(files))
    gathered = [await stored_facts(one, as_of.date(), terms.get(one.account)) for one in contexts]
    merged = await offload(_merged, gathered)
    whole = await offload(_finish, gathered, business, merged, as_of)
    results = _by_account(whole, [one.account for one in contexts])
    accounts = [await _account(facts, result) for facts, result in zip(gathered, results, strict=True)]
    found = DossierFacts(
        as_of=as_of,
        accounts=tuple(accounts),
        business=business,
        sums=whole.sums,
        transfers=whole.transfers,
        interest=interest(whole, gathered[0].reconciler.terms.interest),
        unfit_matches=whole.unfit_matches,
        statement_notes=() if merged is None else merged.notes,
        copies=copies,
        personal=personal,
    )
    return await offload(write_dossier, folder, found, replace=replace)


def _merged(gathered: Sequence[AsyncStoredFacts]) -> MergedStatements | None:
    found = {one.context.account: statements_of(one.transfers, one.sources) for one in gathered}
    statements = shared_statements(found)
    return merge_statements(statements) if statements else None


def _finish(
    gathered: Sequence[AsyncStoredFacts],
    business: Business | None,
    merged: MergedStatements | None,
    as_of: datetime,
) -> Reconciliation | BusinessReconciliation:
    if business is None:
        return gathered[0].reconciler.finish(gathered[0].bank(None))
    matches = [match for facts in gathered for match in facts.matches]
    bank = None if merged is None else merged.records(matches, strict=False)
    return finish_business(business, [facts.reconciler for facts in gathered], as_of.date(), bank)


def _by_account(
    whole: Reconciliation | BusinessReconciliation, accounts: Sequence[str]
) -> Sequence[Reconciliation]:
    if isinstance(whole, Reconciliation):
        return [whole]
    found = {one.account: one for one in whole.accounts}
    return [found[account] for account in accounts]


async def _account(facts: AsyncStoredFacts, result: Reconciliation) -> DossierAccount:
    context = facts.context
    waiting = await context.ledger.active_intents(context.account, IntentState.UNKNOWN)
    return DossierAccount(
        result=result,
        lines=await context.offload(LineSums.of, result),
        terms=facts.reconciler.terms,
        three_way=await context.offload(three_way, result, facts.vat_months, facts.tax_invoices),
        store_name=context.config.store_name,
        origins=facts.origins,
        contradictions=tuple(facts.contradictions),
        sources=tuple(facts.sources),
        vat_months=tuple(facts.vat_months),
        tax_invoices=tuple(facts.tax_invoices),
        buyers=facts.buyers,
        unread=tuple(facts.unread),
        waiting=len(waiting),
    )
