# Generated from ledger/protocol.py by scripts/unasync.py; edit that one, or the head of this one there.
# ruff: noqa: D102 -- the protocol documents the methods
"""The ledger for the event loop: each method of `Ledger` in a thread, so that none holds the loop up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final, TypeVar

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
    RecordDraft,
    SaveCount,
    StockBook,
    StockOffer,
    StoredRecord,
    Tombstone,
)
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.models.sku_matching import SkuUse

_T = TypeVar("_T")
# Rows that one turn in a thread hands over. The loop works on them without a pause, so more would hold others
# up (measured: 4 ms for 100 bundles made into models); a turn costs 0.05 ms, so fewer would cost more.
_AT_ONCE: Final = 100


class AsyncLedger:
    """`Ledger`, method by method, in a thread; a cancelled caller does not stop what was begun.

    Records and audit lines come through `async for`, some at a time; nothing is read ahead.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def exists(self) -> bool:
        return await asyncio.to_thread(self._ledger.exists)

    async def open_account(self, account: str, origin: str) -> None:
        return await asyncio.to_thread(self._ledger.open_account, account, origin)

    async def rebind(self, account: str, origin: str, now: datetime, *, by: str) -> str:
        return await asyncio.to_thread(self._ledger.rebind, account, origin, now, by=by)

    async def acquire_lease(self, account: str, worker: str, ttl: float) -> Lease | None:
        return await asyncio.to_thread(self._ledger.acquire_lease, account, worker, ttl)

    async def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        return await asyncio.to_thread(self._ledger.renew_lease, lease, ttl)

    async def release_lease(self, lease: Lease) -> None:
        return await asyncio.to_thread(self._ledger.release_lease, lease)

    async def mark_time(self, lease: Lease, now: datetime, tolerance: float) -> None:
        return await asyncio.to_thread(self._ledger.mark_time, lease, now, tolerance)

    async def jumped_at(self, account: str) -> datetime | None:
        return await asyncio.to_thread(self._ledger.jumped_at, account)

    async def standing(self, account: str) -> AccountStanding:
        return await asyncio.to_thread(self._ledger.standing, account)

    async def reset_time(self, lease: Lease, now: datetime, back: datetime, *, by: str) -> int:
        return await asyncio.to_thread(self._ledger.reset_time, lease, now, back, by=by)

    async def begin(
        self, lease: Lease, draft: IntentDraft, now: datetime, *, after: IntentResult | None = None
    ) -> Intent:
        return await asyncio.to_thread(self._ledger.begin, lease, draft, now, after=after)

    async def finish(self, lease: Lease, result: IntentResult, now: datetime) -> Intent:
        return await asyncio.to_thread(self._ledger.finish, lease, result, now)

    async def resolve(
        self, account: str, intent_id: int, state: IntentState, now: datetime, *, by: str
    ) -> Intent:
        return await asyncio.to_thread(self._ledger.resolve, account, intent_id, state, now, by=by)

    async def active_intents(self, account: str, state: IntentState | None = None) -> tuple[Intent, ...]:
        return await asyncio.to_thread(self._ledger.active_intents, account, state)

    async def intents(
        self, account: str, *, target: str | None = None, limit: int = 1000
    ) -> tuple[Intent, ...]:
        return await asyncio.to_thread(self._ledger.intents, account, target=target, limit=limit)

    async def is_done(self, account: str, once_keys: Iterable[str]) -> frozenset[str]:
        return await asyncio.to_thread(self._ledger.is_done, account, once_keys)

    async def done_since(self, account: str, operation: str, since: datetime) -> Mapping[str, datetime]:
        return await asyncio.to_thread(self._ledger.done_since, account, operation, since)

    async def save(
        self,
        lease: Lease,
        records: Iterable[RecordDraft],
        now: datetime,
        *,
        watermark: tuple[str, datetime] | None = None,
        audit: AuditNote | None = None,
    ) -> SaveCount:
        return await asyncio.to_thread(
            self._ledger.save, lease, records, now, watermark=watermark, audit=audit
        )

    async def record(self, account: str, kind: str, key: str) -> StoredRecord | None:
        return await asyncio.to_thread(self._ledger.record, account, kind, key)

    def records(
        self,
        account: str,
        kind: str,
        *,
        status: str | None = None,
        ref: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> AsyncIterator[StoredRecord]:
        return _HandedOver(
            partial(self._ledger.records, account, kind, status=status, ref=ref, since=since, until=until)
        )

    async def keys(self, account: str, kind: str, *, status: str | None = None) -> tuple[str, ...]:
        return await asyncio.to_thread(self._ledger.keys, account, kind, status=status)

    async def count(self, account: str, kind: str, status: str | None = None) -> int:
        return await asyncio.to_thread(self._ledger.count, account, kind, status)

    async def oldest(
        self, account: str, kind: str, status: str, *, since: datetime | None = None
    ) -> datetime | None:
        return await asyncio.to_thread(self._ledger.oldest, account, kind, status, since=since)

    async def watermark(self, account: str, stream: str) -> datetime | None:
        return await asyncio.to_thread(self._ledger.watermark, account, stream)

    async def changes(
        self, account: str, kinds: Iterable[str], *, after: datetime | None = None, limit: int = 500
    ) -> tuple[StoredRecord, ...]:
        return await asyncio.to_thread(self._ledger.changes, account, kinds, after=after, limit=limit)

    async def position(self, account: str, cursor: str) -> datetime | None:
        return await asyncio.to_thread(self._ledger.position, account, cursor)

    async def acknowledge(
        self, account: str, cursor: str, until: datetime, *, after: datetime | None
    ) -> bool:
        return await asyncio.to_thread(self._ledger.acknowledge, account, cursor, until, after=after)

    async def mark_processed(self, lease: Lease, kind: str, keys: Iterable[str], now: datetime) -> None:
        return await asyncio.to_thread(self._ledger.mark_processed, lease, kind, keys, now)

    async def processed(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        return await asyncio.to_thread(self._ledger.processed, account, kind, keys)

    async def register(
        self,
        lease: Lease,
        record: RecordDraft,
        now: datetime,
        *,
        links: Iterable[SkuLink] = (),
        export: RecordDraft | None = None,
        shared: Iterable[str] = (),
    ) -> bool:
        return await asyncio.to_thread(
            self._ledger.register, lease, record, now, links=links, export=export, shared=shared
        )

    async def register_all(
        self, lease: Lease, drafts: Iterable[ImportDraft], now: datetime
    ) -> tuple[bool, ...]:
        return await asyncio.to_thread(self._ledger.register_all, lease, drafts, now)

    async def registered(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        return await asyncio.to_thread(self._ledger.registered, account, kind, keys)

    async def put_links(
        self, lease: Lease, links: Iterable[SkuLink], now: datetime, *, instead_of: Iterable[SkuLink] = ()
    ) -> None:
        return await asyncio.to_thread(self._ledger.put_links, lease, links, now, instead_of=instead_of)

    async def links(self, account: str, *, sku: str | None = None) -> tuple[SkuLink, ...]:
        return await asyncio.to_thread(self._ledger.links, account, sku=sku)

    async def accounts(self) -> tuple[str, ...]:
        return await asyncio.to_thread(self._ledger.accounts)

    async def sku_uses(self) -> tuple[SkuUse, ...]:
        return await asyncio.to_thread(self._ledger.sku_uses)

    async def shared_skus(self) -> frozenset[str]:
        return await asyncio.to_thread(self._ledger.shared_skus)

    async def share_skus(
        self, lease: Lease, skus: Iterable[str], now: datetime, *, by: str, shared: bool = True
    ) -> int:
        return await asyncio.to_thread(self._ledger.share_skus, lease, skus, now, by=by, shared=shared)

    async def stock_book(self, account: str, products: Iterable[int] | None = None) -> StockBook:
        return await asyncio.to_thread(self._ledger.stock_book, account, products)

    async def reserve_stock(
        self,
        lease: Lease,
        offers: Iterable[StockOffer],
        *,
        versions: Mapping[str, int],
        seen: datetime | None = None,
    ) -> bool:
        return await asyncio.to_thread(
            self._ledger.reserve_stock, lease, offers, versions=versions, seen=seen
        )

    async def put_progress(
        self, lease: Lease, job: str, progress: Mapping[str, JsonValue], now: datetime
    ) -> None:
        return await asyncio.to_thread(self._ledger.put_progress, lease, job, progress, now)

    async def progress(self, account: str, job: str) -> Mapping[str, JsonValue] | None:
        return await asyncio.to_thread(self._ledger.progress, account, job)

    async def set_hold(self, lease: Lease, hold: LegalHold, now: datetime) -> None:
        return await asyncio.to_thread(self._ledger.set_hold, lease, hold, now)

    async def holds(self, account: str) -> tuple[LegalHold, ...]:
        return await asyncio.to_thread(self._ledger.holds, account)

    async def mask_personal(
        self,
        lease: Lease,
        kind: str,
        before: datetime | None,
        now: datetime,
        *,
        limit: int = 500,
        retention_class: RetentionClass | None = None,
        keys: Iterable[str] | None = None,
    ) -> int:
        return await asyncio.to_thread(
            self._ledger.mask_personal,
            lease,
            kind,
            before,
            now,
            limit=limit,
            retention_class=retention_class,
            keys=keys,
        )

    async def destroy_personal(
        self,
        lease: Lease,
        kind: str,
        before: datetime | None,
        now: datetime,
        *,
        limit: int = 500,
        retention_class: RetentionClass | None = None,
        keys: Iterable[str] | None = None,
        reason: str = "",
    ) -> int:
        return await asyncio.to_thread(
            self._ledger.destroy_personal,
            lease,
            kind,
            before,
            now,
            limit=limit,
            retention_class=retention_class,
            keys=keys,
            reason=reason,
        )

    async def due_personal(
        self,
        account: str,
        kind: str,
        now: datetime,
        mask_before: datetime | None,
        destroy_before: datetime | None,
        *,
        retention_class: RetentionClass | None = None,
    ) -> tuple[int, int]:
        return await asyncio.to_thread(
            self._ledger.due_personal,
            account,
            kind,
            now,
            mask_before,
            destroy_before,
            retention_class=retention_class,
        )

    def personal_parts(
        self,
        account: str,
        kind: str,
        *,
        retention_class: RetentionClass | None = None,
        before: datetime | None = None,
    ) -> AsyncIterator[PersonalPart]:
        return _HandedOver(
            partial(
                self._ledger.personal_parts, account, kind, retention_class=retention_class, before=before
            )
        )

    def mentioning(self, account: str, kind: str, values: Iterable[str]) -> AsyncIterator[StoredRecord]:
        return _HandedOver(partial(self._ledger.mentioning, account, kind, values))

    def tombstones(self, account: str, *, after: int = 0) -> AsyncIterator[Tombstone]:
        return _HandedOver(partial(self._ledger.tombstones, account, after=after))

    async def key_hmac(self, account: str, kind: str, key: str) -> str:
        return await asyncio.to_thread(self._ledger.key_hmac, account, kind, key)

    async def scrub(self) -> None:
        return await asyncio.to_thread(self._ledger.scrub)

    async def note(self, lease: Lease, action: str, target: str, detail: str, now: datetime) -> None:
        return await asyncio.to_thread(self._ledger.note, lease, action, target, detail, now)

    def audit(self, account: str, *, after: int = 0) -> AsyncIterator[AuditEntry]:
        return _HandedOver(partial(self._ledger.audit, account, after=after))

    async def audit_head(self, account: str) -> tuple[int, str]:
        return await asyncio.to_thread(self._ledger.audit_head, account)

    async def close(self) -> None:
        return await asyncio.to_thread(self._ledger.close)


class _HandedOver(AsyncIterator[_T]):
    """The rows of an iterator that is asked for, and read, in threads."""

    def __init__(self, ask: Callable[[], Iterator[_T]]) -> None:
        self._ask = ask
        self._rows: Iterator[_T] | None = None
        self._ready: deque[_T] = deque()
        self._over = False

    def _some(self) -> list[_T]:
        if self._rows is None:
            self._rows = self._ask()
        return list(islice(self._rows, _AT_ONCE))

    async def __anext__(self) -> _T:
        if not self._ready and not self._over:
            some = await asyncio.to_thread(self._some)
            self._ready.extend(some)
            self._over = len(some) < _AT_ONCE
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()
