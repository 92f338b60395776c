# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Retention over a folder under the account's lease, with its digest in the audit trail."""

from __future__ import annotations

import os
from typing import Final

from attrs import evolve

from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, LedgerRun
from wemakeprice_sdk.runner.export.retention.folders import prepare_folder, replace_folder
from wemakeprice_sdk.runner.export.retention.terms import FolderRetention, FolderTerms

_PENDING: Final = "retention_folder"
"""Key of the progress, and word of the audit trail, for a folder that is rewritten."""


def retain_folder(
    run: LedgerRun[LedgerContext], folder: str | os.PathLike[str], terms: FolderTerms
) -> FolderRetention:
    """Rewrite a folder; the audit trail has each run that came into its place, also when it was killed."""
    context = run.context
    if run.dry_run:
        terms = evolve(terms, key_hmac=lambda _, key: key)  # a dry run makes no ledger and names nothing
    prepared = context.offload(prepare_folder, folder, run.account, terms, dry_run=run.dry_run)
    found = prepared.found
    pending = context.ledger.progress(run.account, _PENDING)
    if pending is not None and pending["digest"] and pending["digest"] == prepared.earlier:
        _note(run, str(pending["digest"]), str(pending["words"]))
    if found.changed and (lease := run.keep_lease()) is not None:
        words = f"{found.destroyed} destroyed, {found.masked} masked, by {terms.by}"
        context.ledger.put_progress(lease, _PENDING, {"digest": found.digest, "words": words}, run.now)
        context.offload(replace_folder, prepared)
        _note(run, found.digest, words)
    return found


def _note(run: LedgerRun[LedgerContext], digest: str, words: str) -> None:
    lease = run.keep_lease()
    if lease is not None:
        run.context.ledger.note(lease, _PENDING, "folder", f"{words}; log {digest}", run.now)
        run.context.ledger.put_progress(lease, _PENDING, {"digest": "", "words": ""}, run.now)
