"""Retention over a folder under the account's lease, with its digest in the audit trail."""

from __future__ import annotations

import os
from typing import Final

from attrs import evolve

from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext, AsyncLedgerRun
from wemakeprice_sdk.runner.export.retention.folders import prepare_folder, replace_folder
from wemakeprice_sdk.runner.export.retention.terms import FolderRetention, FolderTerms

_PENDING: Final = "retention_folder"
"""Key of the progress, and word of the audit trail, for a folder that is rewritten."""


async def retain_folder(
    run: AsyncLedgerRun[AsyncLedgerContext], folder: str | os.PathLike[str], terms: FolderTerms
) -> FolderRetention:
    """Rewrite a folder; the audit trail has each run that came into its place, also when it was killed."""
    context = run.context
    if run.dry_run:
        terms = evolve(terms, key_hmac=lambda _, key: key)  # a dry run makes no ledger and names nothing
    prepared = await context.offload(prepare_folder, folder, run.account, terms, dry_run=run.dry_run)
    found = prepared.found
    pending = await context.ledger.progress(run.account, _PENDING)
    if pending is not None and pending["digest"] and pending["digest"] == prepared.earlier:
        await _note(run, str(pending["digest"]), str(pending["words"]))
    if found.changed and (lease := await run.keep_lease()) is not None:
        words = f"{found.destroyed} destroyed, {found.masked} masked, by {terms.by}"
        await context.ledger.put_progress(lease, _PENDING, {"digest": found.digest, "words": words}, run.now)
        await context.offload(replace_folder, prepared)
        await _note(run, found.digest, words)
    return found


async def _note(run: AsyncLedgerRun[AsyncLedgerContext], digest: str, words: str) -> None:
    lease = await run.keep_lease()
    if lease is not None:
        await run.context.ledger.note(lease, _PENDING, "folder", f"{words}; log {digest}", run.now)
        await run.context.ledger.put_progress(lease, _PENDING, {"digest": "", "words": ""}, run.now)
