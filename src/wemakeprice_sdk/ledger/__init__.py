"""The record of what was collected, meant and done: one protocol, kept in SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.ledger.async_ledger import AsyncLedger
    from wemakeprice_sdk.ledger.audit import AuditVerdict
    from wemakeprice_sdk.ledger.postgres import PostgresLedger
    from wemakeprice_sdk.ledger.protocol import Ledger
    from wemakeprice_sdk.ledger.records import (
        AccountStanding,
        AuditEntry,
        AuditNote,
        ImportDraft,
        Intent,
        IntentDraft,
        IntentResult,
        IntentState,
        Lease,
        LegalHold,
        PersonalPart,
        PersonalState,
        RecordDraft,
        SaveCount,
        StockBook,
        StockOffer,
        StoredRecord,
        Tombstone,
    )
    from wemakeprice_sdk.ledger.sqlite import MemoryLedger, SqliteLedger
    from wemakeprice_sdk.models.codes import RecordKind
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "async_ledger": ("AsyncLedger",),
            "audit": ("AuditVerdict",),
            "postgres": ("PostgresLedger",),
            "protocol": ("Ledger",),
            "records": (
                "AccountStanding",
                "AuditEntry",
                "AuditNote",
                "ImportDraft",
                "Intent",
                "IntentDraft",
                "IntentResult",
                "IntentState",
                "Lease",
                "LegalHold",
                "PersonalPart",
                "PersonalState",
                "RecordDraft",
                "SaveCount",
                "StockBook",
                "StockOffer",
                "StoredRecord",
                "Tombstone",
            ),
            "sqlite": ("MemoryLedger", "SqliteLedger"),
            "wemakeprice_sdk.models.codes": ("RecordKind",),
        },
    )

__all__ = [
    "AccountStanding",
    "AsyncLedger",
    "AuditEntry",
    "AuditNote",
    "AuditVerdict",
    "ImportDraft",
    "Intent",
    "IntentDraft",
    "IntentResult",
    "IntentState",
    "Lease",
    "Ledger",
    "LegalHold",
    "MemoryLedger",
    "PersonalPart",
    "PersonalState",
    "PostgresLedger",
    "RecordDraft",
    "RecordKind",
    "SaveCount",
    "SqliteLedger",
    "StockBook",
    "StockOffer",
    "StoredRecord",
    "Tombstone",
]
