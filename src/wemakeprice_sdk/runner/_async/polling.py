"""Reading lists by time without losing anything: overlap, watermark, back-fill, what vanished."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from wemakeprice_sdk.client.paging import windows_below_a_day
from wemakeprice_sdk.errors import ApiError
from wemakeprice_sdk.ledger.records import RecordDraft, RecordKind, StoredRecord
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimDateType,
    ClaimStatus,
    ClaimType,
    OrderDateType,
    ShipStatus,
)
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner.conversion import bundle_draft, claim_draft, gone_draft
from wemakeprice_sdk.runner.outages import concerns_all

T = TypeVar("T")


async def poll(
    run: AsyncJobRun,
    stream: str,
    kind: RecordKind,
    states: Sequence[str],
    read: Callable[[datetime, datetime], Awaitable[tuple[T, ...]]],
    draft: Callable[[T, datetime], RecordDraft],
) -> dict[str, T]:
    """Read a list from its watermark (less the overlap) to now, or from its oldest open record.

    Every window is saved together with the watermark that makes it complete, so a crash in between reads
    the window again. `states` are the states in which known records are still in the list; those that are
    older than the watermark are looked for too.
    """
    end = run.now
    rows: dict[str, T] = {}
    start = await _start(run, stream, kind, states, end)
    for window in windows_below_a_day(start, end, timedelta(0)):
        await run.step()
        found = await read(window.start, window.end)
        drafts = [draft(row, end) for row in found]
        await run.save(kind, drafts, (stream, window.end))
        rows.update({made.key: row for made, row in zip(drafts, found, strict=True)})
        run.tell(stream, len(rows))
    return rows


async def open_streams(run: AsyncJobRun, kind: RecordKind, streams: Sequence[str]) -> None:
    """Write down where the streams of a job begin, before the first of them is read.

    Otherwise a first run that is killed half way would let the streams it did not reach begin days later,
    with the run that goes on.
    """
    context = run.context
    for stream in streams:
        if await context.offload(context.ledger.watermark, run.account, stream) is None:
            await run.save(kind, [], (stream, run.now - _reach(run, stream)))


def _reach(run: AsyncJobRun, stream: str) -> timedelta:
    """Return how far the first reading of a stream goes back: farther for what still waits for an act."""
    settings = run.context.settings
    return settings.max_back if stream in _WAITING else settings.backfill


async def _start(
    run: AsyncJobRun, stream: str, kind: RecordKind, states: Sequence[str], end: datetime
) -> datetime:
    context = run.context
    settings = context.settings
    mark = await context.offload(context.ledger.watermark, run.account, stream)
    start = end - _reach(run, stream) if mark is None else mark - settings.overlap
    limit = end - settings.max_back
    for state in states:
        # A pause is filled up however long it was; only the search for old open records has a bound.
        oldest = await context.offload(context.ledger.oldest, run.account, kind, state, since=limit)
        start = start if oldest is None else min(start, oldest)
    return min(start, end)


def order_stream(state: ShipStatus, by: OrderDateType) -> str:
    """Name the stream of bundles in one state by one date."""
    return f"orders/{state.value}/{by.value}"


def claim_stream(kind: ClaimType, state: ClaimStatus) -> str:
    """Name the stream of claims of one kind and state."""
    return f"claims/{kind.value}/{state.value}"


_WAITING: Final = frozenset(
    (
        order_stream(ShipStatus.NEW, OrderDateType.NEW),
        order_stream(ShipStatus.CONFIRM, OrderDateType.CONFIRM),
        *(
            claim_stream(kind, state)
            for kind in (ClaimType.CANCEL, ClaimType.RETURN, ClaimType.EXCHANGE)
            for state in (ClaimStatus.REQUEST, ClaimStatus.PENDING)
        ),
    )
)


async def bundles_in(
    run: AsyncJobRun, state: ShipStatus, by: OrderDateType, open_states: Sequence[str] = ()
) -> dict[str, Bundle]:
    """Sweep the bundles in one state (주문 목록)."""
    orders = run.context.client.orders

    async def read(start: datetime, end: datetime) -> tuple[Bundle, ...]:
        return await orders.list(start, end, state, by)

    return await poll(run, order_stream(state, by), RecordKind.BUNDLE, open_states, read, bundle_draft)


async def claims_in(
    run: AsyncJobRun, kind: ClaimType, state: ClaimStatus, by: ClaimDateType
) -> dict[str, Claim]:
    """Sweep the claims of one kind and state (클레임 목록)."""
    claims = run.context.client.claims

    async def read(start: datetime, end: datetime) -> tuple[Claim, ...]:
        return await claims.list(start, end, kind, state, by)

    is_open = state in (ClaimStatus.REQUEST, ClaimStatus.PENDING)
    open_states = (f"{kind.value}:{state.value}",) if is_open else ()
    return await poll(run, claim_stream(kind, state), RecordKind.CLAIM, open_states, read, claim_draft)


async def close_vanished(
    run: AsyncJobRun, kind: RecordKind, state: str, listed: dict[str, T]
) -> dict[str, Bundle | Claim]:
    """Ask one by one after records that the ledger holds in `state` and the list shows no more.

    What is still there comes back in its new state; what is gone (withdrawn cancels are never listed) is
    marked so. What cannot be read stays as it was.
    """
    context = run.context
    stored = await context.offload(_stored, run, kind, state)
    back: dict[str, Bundle | Claim] = {}
    end = run.now
    for record in stored:
        if record.key in listed:
            continue
        await run.step()
        try:
            row = await _ask(run, kind, record)
        except ApiError as error:
            if concerns_all(error):
                raise
            run.note_unread(f"{kind}:{record.ref or record.key}", error)
            continue
        if row is None:
            await run.save(kind, [gone_draft(record)])
        else:
            back[record.key] = row
            draft = bundle_draft(row, end) if isinstance(row, Bundle) else claim_draft(row, end)
            await run.save(kind, [draft])
    return back


def _stored(run: AsyncJobRun, kind: RecordKind, state: str) -> list[StoredRecord]:
    return list(run.context.ledger.records(run.account, kind, status=state))


async def _ask(run: AsyncJobRun, kind: RecordKind, record: StoredRecord) -> Bundle | Claim | None:
    client = run.context.client
    number = int(record.key.split("/", 1)[0])
    if kind is RecordKind.BUNDLE:
        return await client.orders.get(number)
    return await client.claims.get(number)
