"""Masking and destroying personal data page by page (개인정보 보유기간)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from wemakeprice_sdk.runner._async.session import AsyncSession
from wemakeprice_sdk.runner.records import Lease
from wemakeprice_sdk.runner.settings import RetentionPolicy

# SQLite's waiting writers look every 0.1 s whether it is their turn.
_BREATH: Final = 0.1


async def forget(
    session: AsyncSession,
    kind: str,
    policy: RetentionPolicy,
    masked: dict[str, int],
    destroyed: dict[str, int],
) -> None:
    """Carry the policy out for one kind; a dry run only counts."""
    mask, destroy = policy.of(kind)
    now, ledger = session.now, session.around.ledger
    mask_before = None if mask is None else now - mask
    destroy_before = None if destroy is None else now - destroy
    to_mask, to_destroy = 0, 0
    if session.dry_run:
        count, bounds = ledger.due_personal, (mask_before, destroy_before)
        to_mask, to_destroy = await session.around.offload(count, session.account, kind, now, *bounds)
    if destroy_before is not None:
        destroyed[kind] = to_destroy
        await _pages(session, ledger.destroy_personal, kind, destroy_before, destroyed)
    if mask_before is not None:
        masked[kind] = to_mask
        await _pages(session, ledger.mask_personal, kind, mask_before, masked)


async def _pages(
    session: AsyncSession,
    work: Callable[[Lease, str, datetime, datetime], int],
    kind: str,
    before: datetime,
    counts: dict[str, int],
) -> None:
    done = -1
    while done and (lease := await session.keep_lease()) is not None:
        await session.step()
        done = await session.around.offload(work, lease, kind, before, session.now)
        counts[kind] += done
        session.tell(kind, counts[kind])
        await session.wait(_BREATH if done else 0)
