"""The ledger in SQL, written once for both engines."""

from __future__ import annotations

from wemakeprice_sdk.ledger.accounts import LedgerAccounts
from wemakeprice_sdk.ledger.changes import LedgerChanges
from wemakeprice_sdk.ledger.imports import LedgerImports
from wemakeprice_sdk.ledger.intents import LedgerIntents
from wemakeprice_sdk.ledger.retention import LedgerRetention
from wemakeprice_sdk.ledger.rotation import LedgerRotation
from wemakeprice_sdk.ledger.skus import LedgerSkus
from wemakeprice_sdk.ledger.stock import LedgerStock
from wemakeprice_sdk.ledger.trail import LedgerTrail


class SqlLedger(
    LedgerAccounts,
    LedgerIntents,
    LedgerImports,
    LedgerSkus,
    LedgerStock,
    LedgerChanges,
    LedgerRetention,
    LedgerTrail,
    LedgerRotation,
):
    """The `Ledger` over an engine; use `SqliteLedger`, `PostgresLedger` or `MemoryLedger`."""
