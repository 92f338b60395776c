"""Masking and destroying personal data page by page (개인정보 보유기간)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from wemakeprice_sdk.ledger.records import Lease
from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext, AsyncLedgerRun
from wemakeprice_sdk.runner.settings import RetentionPolicy

_BREATH: Final = 0.1
"""Pause in seconds between two pages. SQLite's waiting writers look every 0.1 s whether it is their turn:
without the pause a long retention would keep every other worker out."""


SCRUB: Final = "scrub"
"""Key of the progress that says whether the files still have to be rewritten."""


async def forget(
    run: AsyncLedgerRun[AsyncLedgerContext],
    kind: str,
    policy: RetentionPolicy,
    masked: dict[str, int],
    destroyed: dict[str, int],
) -> None:
    """Carry the policy out for one kind; a dry run only counts."""
    mask, destroy = policy.of(kind)
    now, ledger = run.now, run.context.ledger
    mask_before = None if mask is None else now - mask
    destroy_before = None if destroy is None else now - destroy
    bounds = (mask_before, destroy_before)
    to_mask, to_destroy = await ledger.due_personal(run.account, kind, now, *bounds)
    if (to_mask or to_destroy) and (lease := await run.keep_lease()) is not None:
        # Noted before the first page, so that a run that is killed behind it leaves the note to the next.
        await ledger.put_progress(lease, SCRUB, {"due": True}, now)
    if not run.dry_run:
        to_mask, to_destroy = 0, 0
    if destroy_before is not None:
        destroyed[kind] = to_destroy
        await _pages(run, ledger.destroy_personal, kind, destroy_before, destroyed)
    if mask_before is not None:
        masked[kind] = to_mask
        await _pages(run, ledger.mask_personal, kind, mask_before, masked)


async def scrub(run: AsyncLedgerRun[AsyncLedgerContext]) -> None:
    """Leave nothing of what was masked and destroyed in the ledger's files, by this run or one before."""
    ledger, noted = run.context.ledger, await run.context.ledger.progress(run.account, SCRUB)
    if noted is None or not noted["due"] or await run.keep_lease() is None:
        return
    await run.step()
    await ledger.scrub()
    if (lease := await run.keep_lease()) is not None:
        await ledger.note(lease, "scrub", "ledger", "files rewritten", run.now)
        await ledger.put_progress(lease, SCRUB, {"due": False}, run.now)


async def _pages(
    run: AsyncLedgerRun[AsyncLedgerContext],
    work: Callable[[Lease, str, datetime, datetime], Awaitable[int]],
    kind: str,
    before: datetime,
    counts: dict[str, int],
) -> None:
    done = -1
    while done and (lease := await run.keep_lease()) is not None:
        await run.step()
        done = await work(lease, kind, before, run.now)
        counts[kind] += done
        run.tell(kind, counts[kind])
        await run.wait(_BREATH if done else 0)
