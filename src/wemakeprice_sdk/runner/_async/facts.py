"""What the ledger knows of the money, reconciled without a marketplace: orders, claims, settlement rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import TypeVar

from wemakeprice_sdk.ledger.records import RecordKind
from wemakeprice_sdk.models import Bundle, Claim, ReadModel, SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.policy.settlement import BankRecords, Reconciler, Reconciliation, SettlementTerms
from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext
from wemakeprice_sdk.runner.conversion import GONE, restore

M = TypeVar("M", bound=ReadModel)


async def reconcile_stored(context: AsyncLedgerContext, bank: BankRecords | None) -> Reconciliation:
    """Reconcile everything the ledger holds, as of today (KST)."""
    work = await reconciler_of(context, context.clock.now().date())
    # A year of orders takes seconds.
    return await context.offload(work.finish, bank)


async def reconciler_of(context: AsyncLedgerContext, as_of: date) -> Reconciler:
    """Return a reconciler that took every row of the ledger; only numbers are held in memory."""
    work = Reconciler(context.account, as_of, terms=SettlementTerms(cycle=context.config.settlement_cycle))
    async for bundle, _ in _models(context, Bundle, RecordKind.BUNDLE):
        work.add_bundle(bundle)
    async for claim, _ in _models(context, Claim, RecordKind.CLAIM):
        work.add_claim(claim)
    async for line, status in _models(context, SettlementOrderLine, RecordKind.SETTLEMENT_ORDER):
        (work.add_withdrawn if status == GONE else work.add_order_line)(line)
    async for shipping, status in _models(context, SettlementShipLine, RecordKind.SETTLEMENT_SHIP):
        (work.add_withdrawn if status == GONE else work.add_ship_line)(shipping)
    return work


async def _models(
    context: AsyncLedgerContext, cls: type[M], kind: RecordKind
) -> AsyncIterator[tuple[M, str]]:
    """Yield the records of a kind as models, each with its status."""
    async for record in context.ledger.records(context.account, kind):
        yield restore(cls, record), record.status
