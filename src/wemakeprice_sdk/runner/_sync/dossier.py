# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Gathering what a dossier says: the facts of every account, reconciled together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime

from wemakeprice_sdk.config.business import Business
from wemakeprice_sdk.ledger.records import IntentState
from wemakeprice_sdk.policy.settlement import (
    MergedStatements,
    Reconciler,
    Reconciliation,
    SettlementSum,
    TransferState,
    finish_business,
    merge_statements,
)
from wemakeprice_sdk.runner._sync.facts import StoredFacts, stored_facts
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext
from wemakeprice_sdk.runner.export.dossier.folder import DossierReport, copies_of, write_dossier
from wemakeprice_sdk.runner.export.dossier.parts import DossierAccount, DossierFacts, LineSums
from wemakeprice_sdk.runner.sources.states import statements_of


def make_dossier(
    contexts: Sequence[LedgerContext],
    folder: str | os.PathLike[str],
    as_of: datetime,
    business: Business | None,
    files: Iterable[str | os.PathLike[str]],
    *,
    personal: bool,
    replace: bool,
) -> DossierReport:
    """Read every account, reconcile, and write the folder."""
    offload = contexts[0].offload
    copies = offload(copies_of, tuple(files))
    gathered = [stored_facts(context, as_of.date()) for context in contexts]
    merged = offload(_merged, gathered)
    results, transfers, sums = offload(_finish, gathered, business, merged, as_of)
    accounts = [_account(facts, result) for facts, result in zip(gathered, results, strict=True)]
    found = DossierFacts(
        as_of=as_of,
        accounts=tuple(accounts),
        business=business,
        sums=sums,
        transfers=transfers,
        statement_notes=() if merged is None else merged.notes,
        copies=copies,
        personal=personal,
    )
    return offload(write_dossier, folder, found, replace=replace)


def _merged(gathered: Sequence[StoredFacts]) -> MergedStatements | None:
    found = {one.sha256: one for facts in gathered for one in statements_of(facts.transfers, facts.sources)}
    return merge_statements(found.values()) if found else None


def _finish(
    gathered: Sequence[StoredFacts],
    business: Business | None,
    merged: MergedStatements | None,
    as_of: datetime,
) -> tuple[Sequence[Reconciliation], tuple[TransferState, ...], SettlementSum]:
    bank = None if merged is None else merged.records()
    work: list[Reconciler] = [facts.reconciler for facts in gathered]
    if business is None:
        result = work[0].finish(bank)
        return [result], result.transfers, result.sums
    whole = finish_business(business, work, as_of.date(), bank)
    by_account = {one.account: one for one in whole.accounts}
    return [by_account[one.account] for one in work], whole.transfers, whole.sums


def _account(facts: StoredFacts, result: Reconciliation) -> DossierAccount:
    context = facts.context
    waiting = context.ledger.active_intents(context.account, IntentState.UNKNOWN)
    return DossierAccount(
        result=result,
        lines=context.offload(LineSums.of, result),
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
