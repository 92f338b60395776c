"""An operator's matches of money and pay-outs, kept in the ledger (수동 매칭)."""

from __future__ import annotations

from attrs import evolve

from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.records import AuditNote
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.settlement import OperatorMatch, SettlementTerms, merge_statements
from wemakeprice_sdk.policy.settlement.allocation import refuse_matches
from wemakeprice_sdk.runner._async.facts import stored_facts, stored_matches
from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext, AsyncLedgerRun
from wemakeprice_sdk.runner.sources.forms import match_draft
from wemakeprice_sdk.runner.sources.states import statements_of
from wemakeprice_sdk.secrets import redact

_Run = AsyncLedgerRun[AsyncLedgerContext]


async def put_match(run: _Run, match: OperatorMatch, terms: SettlementTerms | None) -> None:
    """Keep a match that fits what the ledger holds."""
    kept = evolve(match, reason=redact(match.reason))
    # A pay-out of another account of the business is checked where both are reconciled.
    if kept.payable.startswith(f"{run.account}/"):
        await _require_fit(run, kept, terms)
    await _save(run, kept, stands=True)


async def take_back_match(run: _Run, transfer: str, payable: str, by: str, reason: str) -> bool:
    """Take a match back; False when none stands."""
    operator = require_words(by, "by", 100)
    for match in await stored_matches(run.context):
        if (match.transfer, match.payable) == (transfer, payable):
            await _save(run, evolve(match, by=operator, reason=redact(reason)), stands=False)
            return True
    return False


async def _require_fit(run: _Run, match: OperatorMatch, terms: SettlementTerms | None) -> None:
    facts = await stored_facts(run.context, run.now.date(), terms)
    others = [one for one in facts.matches if (one.transfer, one.payable) != (match.transfer, match.payable)]
    merged = merge_statements(statements_of(facts.transfers, facts.sources))
    bank = merged.records([*others, match], strict=False)
    result = await run.context.offload(facts.reconciler.finish, bank)
    refuse_matches(one for one in result.unfit_matches if one.match == match)


async def _save(run: _Run, match: OperatorMatch, *, stands: bool) -> None:
    words = f"{match.transfer} -> {match.payable}"
    won = "as much as both have" if match.amount is None else f"{match.amount} won"
    action = "match_transfer" if stands else "take_back_match"
    note = AuditNote(match.by, action, words, f"{won}: {match.reason}" if match.reason else won)
    await run.save(RecordKind.BANK_MATCH, [match_draft(match, run.now, stands=stands)], audit=note)
