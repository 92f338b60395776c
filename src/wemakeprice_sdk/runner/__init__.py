"""Runs plans against the marketplace with a ledger, so that a crash loses nothing and repeats nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.policy.retention import RetentionPolicy
    from wemakeprice_sdk.runner._async.back_office import AsyncBackOffice
    from wemakeprice_sdk.runner._async.runner import AsyncChannelRunner
    from wemakeprice_sdk.runner._async.stored import AsyncFeed, AsyncStored, AsyncStoredRows
    from wemakeprice_sdk.runner._sync.back_office import BackOffice
    from wemakeprice_sdk.runner._sync.runner import ChannelRunner
    from wemakeprice_sdk.runner._sync.stored import Feed, Stored, StoredRows
    from wemakeprice_sdk.runner.changes import ChangeBatch
    from wemakeprice_sdk.runner.erasure import ErasureItem, ErasurePreview, ErasureReport
    from wemakeprice_sdk.runner.expiry import RetentionLine
    from wemakeprice_sdk.runner.export.archive import ArchivedFile, ArchiveReport, verify_archive
    from wemakeprice_sdk.runner.export.catalogue import catalogue_from_archive, catalogue_from_ledger
    from wemakeprice_sdk.runner.export.dossier.folder import DossierReport
    from wemakeprice_sdk.runner.export.retention.register import (
        DestructionNote,
        DestructionReason,
        RegisterEntry,
        RegisterReport,
        RegisterVerdict,
        verify_register,
    )
    from wemakeprice_sdk.runner.export.retention.terms import FolderRetention
    from wemakeprice_sdk.runner.ledger_target import LedgerTarget
    from wemakeprice_sdk.runner.reports import Job, JobProgress, JobReport, StopSwitch, WindDownReport
    from wemakeprice_sdk.runner.results import ActionResult, ActionState, Skipped
    from wemakeprice_sdk.runner.retention_report import RetentionReport
    from wemakeprice_sdk.runner.settings import RunnerSettings
    from wemakeprice_sdk.runner.settlement_report import SettlementReport
    from wemakeprice_sdk.runner.source_report import SourceReport
    from wemakeprice_sdk.runner.sources.files import SourceFile, SourcePreview
    from wemakeprice_sdk.runner.sources.merging import FactContradiction, FactOrigin
    from wemakeprice_sdk.runner.sources.states import SourceState
    from wemakeprice_sdk.runner.status import AccountStatus, HeldTarget, LastRun
    from wemakeprice_sdk.runner.verdicts import JobVerdict, VerdictCode, VerdictReason, reason_of_error
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "_async.back_office": ("AsyncBackOffice",),
            "_async.runner": ("AsyncChannelRunner",),
            "_async.stored": ("AsyncFeed", "AsyncStored", "AsyncStoredRows"),
            "_sync.back_office": ("BackOffice",),
            "_sync.runner": ("ChannelRunner",),
            "_sync.stored": ("Feed", "Stored", "StoredRows"),
            "changes": ("ChangeBatch",),
            "erasure": ("ErasureItem", "ErasurePreview", "ErasureReport"),
            "expiry": ("RetentionLine",),
            "export.archive": ("ArchivedFile", "ArchiveReport", "verify_archive"),
            "export.catalogue": ("catalogue_from_archive", "catalogue_from_ledger"),
            "export.dossier.folder": ("DossierReport",),
            "export.retention.register": (
                "DestructionNote",
                "DestructionReason",
                "RegisterEntry",
                "RegisterReport",
                "RegisterVerdict",
                "verify_register",
            ),
            "export.retention.terms": ("FolderRetention",),
            "ledger_target": ("LedgerTarget",),
            "reports": ("Job", "JobProgress", "JobReport", "StopSwitch", "WindDownReport"),
            "results": ("ActionResult", "ActionState", "Skipped"),
            "retention_report": ("RetentionReport",),
            "settings": ("RunnerSettings",),
            "settlement_report": ("SettlementReport",),
            "source_report": ("SourceReport",),
            "sources.files": ("SourceFile", "SourcePreview"),
            "sources.merging": ("FactContradiction", "FactOrigin"),
            "sources.states": ("SourceState",),
            "status": ("AccountStatus", "HeldTarget", "LastRun"),
            "verdicts": ("JobVerdict", "VerdictCode", "VerdictReason", "reason_of_error"),
            "wemakeprice_sdk.policy.retention": ("RetentionPolicy",),
        },
    )

__all__ = [
    "AccountStatus",
    "ActionResult",
    "ActionState",
    "ArchiveReport",
    "ArchivedFile",
    "AsyncBackOffice",
    "AsyncChannelRunner",
    "AsyncFeed",
    "AsyncStored",
    "AsyncStoredRows",
    "BackOffice",
    "ChangeBatch",
    "ChannelRunner",
    "DestructionNote",
    "DestructionReason",
    "DossierReport",
    "ErasureItem",
    "ErasurePreview",
    "ErasureReport",
    "FactContradiction",
    "FactOrigin",
    "Feed",
    "FolderRetention",
    "HeldTarget",
    "Job",
    "JobProgress",
    "JobReport",
    "JobVerdict",
    "LastRun",
    "LedgerTarget",
    "RegisterEntry",
    "RegisterReport",
    "RegisterVerdict",
    "RetentionLine",
    "RetentionPolicy",
    "RetentionReport",
    "RunnerSettings",
    "SettlementReport",
    "Skipped",
    "SourceFile",
    "SourcePreview",
    "SourceReport",
    "SourceState",
    "StopSwitch",
    "Stored",
    "StoredRows",
    "VerdictCode",
    "VerdictReason",
    "WindDownReport",
    "catalogue_from_archive",
    "catalogue_from_ledger",
    "reason_of_error",
    "verify_archive",
    "verify_register",
]
