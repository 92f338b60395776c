# Generated from runner/_async by scripts/unasync.py; edit that one.
"""What the ledger knows of the money, reconciled without a marketplace: orders, claims, settlement rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from wemakeprice_sdk.ledger.records import RecordKind
from wemakeprice_sdk.models import Bundle, Claim, ReadModel, SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.policy.settlement import Reconciliation, SettlementFacts, SettlementTerms, reconcile
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext
from wemakeprice_sdk.runner.conversion import GONE, restore

M = TypeVar("M", bound=ReadModel)


def reconcile_stored(context: LedgerContext, received: Mapping[date, int] | None) -> Reconciliation:
    """Reconcile everything the ledger holds, as of today (KST)."""
    facts = settlement_facts(context, received)
    terms = SettlementTerms(cycle=context.config.settlement_cycle)
    today = context.clock.now().date()
    # A year of orders takes seconds.
    return context.offload(reconcile, context.account, facts, today, terms=terms)


def settlement_facts(context: LedgerContext, received: Mapping[date, int] | None) -> SettlementFacts:
    """Return what a reconciliation looks at."""
    order_lines, ship_lines = RecordKind.SETTLEMENT_ORDER, RecordKind.SETTLEMENT_SHIP
    return SettlementFacts(
        bundles=_all(context, Bundle, RecordKind.BUNDLE),
        claims=_all(context, Claim, RecordKind.CLAIM),
        order_lines=_shown(context, SettlementOrderLine, order_lines),
        ship_lines=_shown(context, SettlementShipLine, ship_lines),
        withdrawn=(
            *_all(context, SettlementOrderLine, order_lines, GONE),
            *_all(context, SettlementShipLine, ship_lines, GONE),
        ),
        received=received,
    )


def _all(context: LedgerContext, cls: type[M], kind: RecordKind, status: str | None = None) -> tuple[M, ...]:
    records = context.ledger.records(context.account, kind, status=status)
    return tuple([restore(cls, row) for row in records])


def _shown(context: LedgerContext, cls: type[M], kind: RecordKind) -> tuple[M, ...]:
    records = context.ledger.records(context.account, kind)
    return tuple([restore(cls, row) for row in records if row.status != GONE])
