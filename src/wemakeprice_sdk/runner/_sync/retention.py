# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Masking and destroying personal data page by page (개인정보 보유기간)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from wemakeprice_sdk.ledger.records import Lease
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, LedgerRun
from wemakeprice_sdk.runner.settings import RetentionPolicy

_BREATH: Final = 0.1
"""Pause in seconds between two pages. SQLite's waiting writers look every 0.1 s whether it is their turn:
without the pause a long retention would keep every other worker out."""


SCRUB: Final = "scrub"
"""Key of the progress that says whether the files still have to be rewritten."""


def forget(
    run: LedgerRun[LedgerContext],
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
    to_mask, to_destroy = ledger.due_personal(run.account, kind, now, *bounds)
    if (to_mask or to_destroy) and (lease := run.keep_lease()) is not None:
        # Noted before the first page, so that a run that is killed behind it leaves the note to the next.
        ledger.put_progress(lease, SCRUB, {"due": True}, now)
    if not run.dry_run:
        to_mask, to_destroy = 0, 0
    if destroy_before is not None:
        destroyed[kind] = to_destroy
        _pages(run, ledger.destroy_personal, kind, destroy_before, destroyed)
    if mask_before is not None:
        masked[kind] = to_mask
        _pages(run, ledger.mask_personal, kind, mask_before, masked)


def scrub(run: LedgerRun[LedgerContext]) -> None:
    """Leave nothing of what was masked and destroyed in the ledger's files, by this run or one before."""
    ledger, noted = run.context.ledger, run.context.ledger.progress(run.account, SCRUB)
    if noted is None or not noted["due"] or run.keep_lease() is None:
        return
    run.step()
    ledger.scrub()
    if (lease := run.keep_lease()) is not None:
        ledger.note(lease, "scrub", "ledger", "files rewritten", run.now)
        ledger.put_progress(lease, SCRUB, {"due": False}, run.now)


def _pages(
    run: LedgerRun[LedgerContext],
    work: Callable[[Lease, str, datetime, datetime], int],
    kind: str,
    before: datetime,
    counts: dict[str, int],
) -> None:
    done = -1
    while done and (lease := run.keep_lease()) is not None:
        run.step()
        done = work(lease, kind, before, run.now)
        counts[kind] += done
        run.tell(kind, counts[kind])
        run.wait(_BREATH if done else 0)
