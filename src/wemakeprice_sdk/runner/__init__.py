"""Runs plans against the marketplace with a ledger, so that a crash loses nothing and repeats nothing."""

from __future__ import annotations

from wemakeprice_sdk.runner._async.runner import AsyncChannelRunner
from wemakeprice_sdk.runner._sync.runner import ChannelRunner
from wemakeprice_sdk.runner.archive_files import ArchivedFile, ArchiveReport, verify_archive
from wemakeprice_sdk.runner.excel_target import LedgerTarget
from wemakeprice_sdk.runner.ledger import Ledger
from wemakeprice_sdk.runner.postgres import PostgresLedger
from wemakeprice_sdk.runner.reconcile import (
    Evidence,
    PayoutTotal,
    ReconciledRow,
    Reconciliation,
    SettlementFacts,
    SettlementStatus,
    reconcile,
)
from wemakeprice_sdk.runner.records import (
    AuditEntry,
    Intent,
    IntentDraft,
    IntentState,
    Lease,
    LegalHold,
    Outcome,
    PersonalState,
    RecordDraft,
    RecordKind,
    SaveCount,
    StoredRecord,
)
from wemakeprice_sdk.runner.reports import (
    ActionResult,
    ActionState,
    Job,
    JobReport,
    Progress,
    RetentionReport,
    SettlementReport,
    Skipped,
    StopSwitch,
)
from wemakeprice_sdk.runner.settings import RetentionPolicy, RunnerSettings
from wemakeprice_sdk.runner.sqlite import MemoryLedger, SqliteLedger

__all__ = [
    "ActionResult",
    "ActionState",
    "ArchiveReport",
    "ArchivedFile",
    "AsyncChannelRunner",
    "AuditEntry",
    "ChannelRunner",
    "Evidence",
    "Intent",
    "IntentDraft",
    "IntentState",
    "Job",
    "JobReport",
    "Lease",
    "Ledger",
    "LedgerTarget",
    "LegalHold",
    "MemoryLedger",
    "Outcome",
    "PayoutTotal",
    "PersonalState",
    "PostgresLedger",
    "Progress",
    "ReconciledRow",
    "Reconciliation",
    "RecordDraft",
    "RecordKind",
    "RetentionPolicy",
    "RetentionReport",
    "RunnerSettings",
    "SaveCount",
    "SettlementFacts",
    "SettlementReport",
    "SettlementStatus",
    "Skipped",
    "SqliteLedger",
    "StopSwitch",
    "StoredRecord",
    "reconcile",
    "verify_archive",
]
