"""Reading lists by time without losing anything: overlap, watermark, back-fill, what vanished."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from attrs import define, field

from wemakeprice_sdk.client.paging import windows_below_a_day
from wemakeprice_sdk.ledger.records import RecordDraft, StoredRecord
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimDateType,
    ClaimStatus,
    ClaimType,
    JsonValue,
    ListResult,
    OrderDateType,
    ShipStatus,
)
from wemakeprice_sdk.models._answers import unread_of
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner.conversion import bundle_draft, claim_draft, gone_draft
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all
from wemakeprice_sdk.runner.unfinished import joined, kept_windows
from wemakeprice_sdk.wire.windows import SECOND, Window

T = TypeVar("T")


async def poll(
    run: AsyncJobRun,
    stream: str,
    kind: RecordKind,
    states: Sequence[str],
    read: Callable[[datetime, datetime], Awaitable[ListResult[T]]],
    draft: Callable[[T, datetime], RecordDraft],
) -> dict[str, T]:
    """Read a list from its watermark (less the overlap) to now, or from its oldest open record.

    Every window is saved together with the watermark that makes it complete, so a crash in between reads
    the window again. `states` are the states in which known records are still in the list; those that are
    older than the watermark are looked for too, and so are windows that hold a row that could not be read.
    """
    end = run.now
    rows: dict[str, T] = {}
    back = await LookBack.of(run, stream) if stream in _WAITING else None
    start = await _start(run, stream, kind, states, end)
    start = start if back is None else min(start, back.start)
    again = await Unfinished.of(run, stream)
    for window in (*again.before(start), *windows_below_a_day(start, end, timedelta(0))):
        await run.step()
        found = await read(window.start, window.end)
        await again.note(kind, window, found)
        drafts = [draft(row, end) for row in found]
        await run.save(kind, drafts, (stream, window.end) if window.start >= start else None)
        rows.update({made.key: row for made, row in zip(drafts, found, strict=True)})
        run.tell(stream, len(rows))
    await again.finish()
    if back is not None:
        await back.finish()
    return rows


_DAY: Final = timedelta(days=1)


@define
class LookBack:
    """How far a list of what still waits is read back, because a row may show up later than its own date.

    An order under payment review, or a list that lags behind, shows a row whose date the watermark has passed
    by then; without a look back it would never be collected. Every `look_back_every` the last day is read
    again, and once a day all of `max_back`. When that was done last stands in the ledger.
    """

    run: AsyncJobRun
    stream: str
    start: datetime
    _at: datetime
    _day: datetime | None
    _all: datetime | None

    @classmethod
    async def of(cls, run: AsyncJobRun, stream: str) -> LookBack:
        """Return what is due now; `start` is now where nothing is."""
        settings, now = run.context.settings, run.now
        kept = await run.context.ledger.progress(run.account, _looked_back(stream)) or {}
        day, all_ = (_timestamp_of(kept.get(name)) for name in ("day", "all"))
        if all_ is None or now - all_ >= max(_DAY, settings.look_back_every):
            return cls(run, stream, _since(now, settings.max_back), now, now, now)
        if day is None or now - day >= settings.look_back_every:
            return cls(run, stream, _since(now, min(_DAY, settings.max_back)), now, now, all_)
        return cls(run, stream, now, now, day, all_)

    async def finish(self) -> None:
        """Note that everything due was read; a run that is broken off before looks back once more."""
        lease = await self.run.keep_lease()
        if lease is None or self._at not in (self._day, self._all):
            return
        body = {"day": _text_of(self._day), "all": _text_of(self._all)}
        await self.run.context.ledger.put_progress(lease, _looked_back(self.stream), body, self.run.now)


def _since(now: datetime, back: timedelta) -> datetime:
    """Return where a look back begins: both ends of a list's window count, so a whole day would need two."""
    return min(now - back + SECOND, now)


def _looked_back(stream: str) -> str:
    return f"looked-back/{stream}"


def _timestamp_of(value: JsonValue) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _text_of(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


@define
class Unfinished:
    """The windows of a stream that hold a row that could not be read; they are read again by every run.

    They are kept in the ledger beside the watermark, which moves on, so that one row holds up no other. A
    window that is older than `max_back` is given up, and the report of that run says so.
    """

    run: AsyncJobRun
    stream: str
    known: tuple[Window, ...]
    _found: list[Window] = field(factory=list)

    @classmethod
    async def of(cls, run: AsyncJobRun, stream: str) -> Unfinished:
        """Return what earlier runs left unfinished."""
        context = run.context
        kept = await context.ledger.progress(run.account, _unread(stream))
        limit = run.now - context.settings.max_back
        windows = kept_windows(kept)
        run.hidden[stream] = ()
        for window in windows:
            if window.end < limit:
                run.note_given_up(f"{stream}: {window.start.isoformat()}..{window.end.isoformat()}")
        return cls(run, stream, tuple(window for window in windows if window.end >= limit))

    def before(self, start: datetime) -> tuple[Window, ...]:
        """Return the windows that the reading from `start` on does not cover, each cut off there."""
        return tuple(
            Window(window.start, min(window.end, start - SECOND))
            for window in self.known
            if window.start < start
        )

    async def note(self, kind: RecordKind, window: Window, rows: Sequence[object]) -> None:
        """Note what a window showed, before it is saved: a crash in between must not lose an unread row."""
        self.run.note_rows(kind, rows)
        unread = unread_of(rows)
        if unread:
            self.run.hidden[self.stream] += unread
            self._found.append(window)
            await self._keep((*self.known, *self._found))

    async def finish(self) -> None:
        """Note that every window was read: those that showed nothing unreadable are done."""
        await self._keep(tuple(self._found))

    async def _keep(self, windows: tuple[Window, ...]) -> None:
        merged = joined(windows)
        run, lease = self.run, await self.run.keep_lease()
        ledger, key = run.context.ledger, _unread(self.stream)
        kept = kept_windows(await ledger.progress(run.account, key))
        if lease is not None and kept != merged:
            body: dict[str, JsonValue] = {
                "windows": [[window.start.isoformat(), window.end.isoformat()] for window in merged]
            }
            await ledger.put_progress(lease, key, body, run.now)


def _unread(stream: str) -> str:
    return f"unread/{stream}"


async def open_streams(run: AsyncJobRun, kind: RecordKind, streams: Sequence[str]) -> None:
    """Write down where the streams of a job begin, before the first of them is read.

    Otherwise a first run that is killed half way would let the streams it did not reach begin days later,
    with the run that goes on.
    """
    context = run.context
    for stream in streams:
        if await context.ledger.watermark(run.account, stream) is None:
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
    mark = await context.ledger.watermark(run.account, stream)
    start = end - _reach(run, stream) if mark is None else mark - settings.overlap
    limit = end - settings.max_back
    for state in states:
        # A pause is filled up however long it was; only the search for old open records has a bound.
        oldest = await context.ledger.oldest(run.account, kind, state, since=limit)
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
    """Poll the bundles in one state (주문 목록)."""
    orders = run.context.client.orders

    async def read(start: datetime, end: datetime) -> ListResult[Bundle]:
        return await orders.list(start, end, state, by)

    return await poll(run, order_stream(state, by), RecordKind.BUNDLE, open_states, read, bundle_draft)


async def claims_in(
    run: AsyncJobRun, kind: ClaimType, state: ClaimStatus, by: ClaimDateType
) -> dict[str, Claim]:
    """Poll the claims of one kind and state (클레임 목록)."""
    claims = run.context.client.claims

    async def read(start: datetime, end: datetime) -> ListResult[Claim]:
        return await claims.list(start, end, kind, state, by)

    is_open = state in (ClaimStatus.REQUEST, ClaimStatus.PENDING)
    open_states = (f"{kind.value}:{state.value}",) if is_open else ()
    return await poll(run, claim_stream(kind, state), RecordKind.CLAIM, open_states, read, claim_draft)


async def close_vanished(
    run: AsyncJobRun, kind: RecordKind, state: str, listed: dict[str, T]
) -> dict[str, Bundle | Claim]:
    """Ask one by one for records that the ledger holds in `state` and the list no longer shows.

    What is still there comes back in its new state; what is gone (withdrawn cancels are never listed) is
    marked so. What cannot be read stays as it was.
    """
    # All keys are read before the first is asked for: what is saved meanwhile must not shift them.
    stored = await run.context.ledger.keys(run.account, kind, status=state)
    back: dict[str, Bundle | Claim] = {}
    end = run.now
    for key in stored:
        record = None if key in listed else await run.context.ledger.record(run.account, kind, key)
        if record is None:
            continue
        await run.step()
        try:
            row = await _ask(run, kind, record)
        except TARGET_ERRORS as error:
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


async def _ask(run: AsyncJobRun, kind: RecordKind, record: StoredRecord) -> Bundle | Claim | None:
    client = run.context.client
    number = int(record.key.split("/", 1)[0])
    if kind is RecordKind.BUNDLE:
        return await client.orders.get(number)
    return await client.claims.get(number)
