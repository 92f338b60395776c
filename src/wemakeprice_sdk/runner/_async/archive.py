"""The archive: everything an account can still read, into one folder (보관)."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2s
from typing import TypeVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.client._async.client import AsyncWemakepriceClient
from wemakeprice_sdk.client.paging import (
    windows_below_a_day,
    windows_of,
    windows_of_days,
    windows_of_months,
    windows_of_weeks,
)
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.errors import NotFoundError, UnreadableValueError
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimDateType,
    ClaimStatus,
    ClaimType,
    ListResult,
    OrderDateType,
    ReadModel,
    SettlementOrderLine,
    SettlementShipLine,
    ShipStatus,
)
from wemakeprice_sdk.models._answers import unread_of
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.runner._async.job_run import AsyncJobContext
from wemakeprice_sdk.runner._async.ledger_run import Stopped
from wemakeprice_sdk.runner.conversion import LATE_ROWS, question_key, settlement_drafts
from wemakeprice_sdk.runner.export.archive import ArchiveFolder, ArchiveLine, ArchiveReport
from wemakeprice_sdk.runner.export.stored import data_of, stored_line
from wemakeprice_sdk.runner.reports import Job, JobProgress, JobProgressCallback, StopSwitch
from wemakeprice_sdk.wire.windows import Window, check_window

T = TypeVar("T")
_Rows = Sequence[tuple[str, ReadModel]]
_Heed = Callable[[], None]
_MONTH = timedelta(days=31)


@frozen
class _Part:
    """One file of the archive. What cannot be read is in it too, as it came: the archive is the last copy."""

    name: str
    kind: str
    windows: tuple[Window, ...]
    read: Callable[[Window], Awaitable[_Rows]]
    late: timedelta = timedelta(0)


_CATALOGUE = timedelta(days=3653)
"""How far back goods may have been registered that still sell: ten years. The period of an archive says which
orders it holds; goods of any age may be on sale in it."""


async def archive(
    context: AsyncJobContext,
    folder: str | os.PathLike[str],
    start: datetime,
    end: datetime,
    *,
    mask: bool = False,
    progress: JobProgressCallback | None = None,
    stop: StopSwitch | None = None,
) -> ArchiveReport:
    """Read everything between `start` and `end` into `folder`, or go on where an earlier call ended.

    Templates, products, deals, orders, claims, questions, reviews, inquiries, settlement rows and notices;
    one JSON lines file each, a workbook and a manifest with counts and SHA-256 sums, verified at the end.
    The period bounds what happened, never the goods: products and deals are all that were registered in
    the last ten years, and those the ledger knows besides, such as the ones imported from Excel.
    A row that cannot be read is written as it came, under the key `unread/…`; nothing is left out for it.
    What had not passed when it was read is read again by the next call with the same arguments.
    Holds personal data in clear (files are the owner's only) unless `mask`.
    Raises `LedgerCorruptError` when the folder holds an archive of something else, `LedgerUnavailableError`
    when the disk is full, the folder cannot be written or another process writes into it, `WindowError` for
    a period that ends before it starts, and what reads raise.
    """
    check_kind("stop", stop, StopSwitch, optional=True)
    first, last = require_aware(start, "start"), require_aware(end, "end")
    check_window(None, first, last)
    switch = stop or StopSwitch()

    def heed() -> None:
        if switch.pressed:
            raise Stopped

    now = context.clock.now()
    until = max(first, min(last, now))
    # From the end of the period as it was asked for: a later call has to count the same windows.
    parts = _parts(context.client, first, until, min(first, last - _CATALOGUE), heed)
    names = [part.name for part in parts]
    place = await context.offload(ArchiveFolder, folder, context.account, first, last, mask=mask)
    filler = _Filler(context, place, mask, progress, heed)
    try:
        for part in parts:
            await filler.fill(part, now - max(part.late, context.settings.overlap))
        return await context.offload(place.finish, names, until)
    except Stopped:
        return await context.offload(place.stopped, names, until)
    finally:
        place.close()


@frozen
class _Filler:
    context: AsyncJobContext
    place: ArchiveFolder
    mask: bool
    progress: JobProgressCallback | None
    heed: _Heed

    async def fill(self, part: _Part, before: datetime) -> None:
        """Add the windows that ended `before` one by one, the later ones together, to be read again."""
        offload, append = self.context.offload, self.place.append
        known = await offload(self.place.keys, part.name)
        done = self.place.done(part.name)
        later: dict[str, ReadModel] = {}
        open_windows = 0
        for index, window in enumerate(part.windows[done:], start=done):
            self.heed()
            rows = {key: row for key, row in await part.read(window) if key not in known}
            if window.end < before:
                await offload(append, part.name, _lines(part, rows, mask=self.mask), windows=1, passed=True)
                known.update(rows)
            else:
                later |= rows
                open_windows += 1
            if self.progress is not None:
                self.progress(JobProgress(Job.ARCHIVE, part.name, index + 1, len(part.windows)))
        lines = _lines(part, later, mask=self.mask)
        lines += [row async for row in self._only_stored(part, known | later.keys())]
        if open_windows or lines:
            await offload(append, part.name, lines, windows=open_windows, passed=False)

    async def _only_stored(self, part: _Part, known: Container[str]) -> AsyncIterator[ArchiveLine]:
        """Yield goods that the marketplace did not list and the ledger has: they are read again each time."""
        if part.kind in (RecordKind.PRODUCT, RecordKind.DEAL) and await self.context.ledger.exists():
            async for record in self.context.ledger.records(self.context.account, part.kind):
                if record.key not in known:
                    yield stored_line(record, mask=self.mask)


def _lines(part: _Part, rows: Mapping[str, ReadModel], *, mask: bool) -> list[ArchiveLine]:
    return [{"key": key, "data": data_of(part.kind, row.raw, mask=mask)} for key, row in rows.items()]


def _parts(
    client: AsyncWemakepriceClient, start: datetime, end: datetime, oldest: datetime, heed: _Heed
) -> list[_Part]:
    days = windows_of_days(start.date(), end.date())
    return [
        _templates(client, start, end),
        _products(client, windows_of(oldest, end, _MONTH, timedelta(0)), heed),
        _deals(client, windows_of_months(oldest, end, timedelta(0)), heed),
        _orders(client, windows_below_a_day(start, end, timedelta(0))),
        _claims(client, windows_below_a_day(start, end, timedelta(0))),
        *_customers(client, days),
        *_settlement(client, days),
        _notices(client, windows_of_weeks(start.date(), end.date())),
    ]


def _templates(client: AsyncWemakepriceClient, start: datetime, end: datetime) -> _Part:
    async def read(_: Window) -> _Rows:
        rows = await client.shipping_templates.list()
        return [*((str(row.shipping_template_no), row) for row in rows), *_unread(rows)]

    return _Part("templates", RecordKind.TEMPLATE, (Window(start, end),), read)


def _products(client: AsyncWemakepriceClient, windows: tuple[Window, ...], heed: _Heed) -> _Part:
    async def read(window: Window) -> _Rows:
        rows: list[tuple[str, ReadModel]] = []
        pager = client.products.iter(window.start, window.end)
        async for row in pager:
            heed()
            found = await _or_none(client.products.get, row.product_no)
            rows.append((str(row.product_no), row if found is None else found))
        return rows + _unread(ListResult((), pager.unread))

    return _Part("products", RecordKind.PRODUCT, windows, read)


def _deals(client: AsyncWemakepriceClient, windows: tuple[Window, ...], heed: _Heed) -> _Part:
    async def read(window: Window) -> _Rows:
        rows: list[tuple[str, ReadModel]] = []
        pager = client.deals.iter(window.start, window.end)
        async for row in pager:
            heed()
            found = await _or_none(client.deals.get, row.deal_no)
            rows.append((str(row.deal_no), row if found is None else found))
        return rows + _unread(ListResult((), pager.unread))

    return _Part("deals", RecordKind.DEAL, windows, read)


async def _or_none(read: Callable[[int], Awaitable[T]], number: int) -> T | None:
    try:
        return await read(number)
    except (NotFoundError, UnreadableValueError):
        return None  # what the list said of it is kept instead


def _unread(rows: Iterable[object]) -> list[tuple[str, ReadModel]]:
    """Return the rows that could not be read, raw, each under a digest of what it says."""
    found: list[tuple[str, ReadModel]] = []
    for row in unread_of(rows):
        text = json.dumps(row.raw, ensure_ascii=False, sort_keys=True)
        body = row.raw if isinstance(row.raw, Mapping) else {"unread": row.raw}
        digest = blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        found.append((f"unread/{digest}", ReadModel(raw=body)))
    return found


def _orders(client: AsyncWemakepriceClient, windows: tuple[Window, ...]) -> _Part:
    async def read(window: Window) -> _Rows:
        rows: list[tuple[str, ReadModel]] = []
        for state in (ShipStatus.NEW, ShipStatus.CONFIRM, ShipStatus.DELIVERY, ShipStatus.COMPLETE):
            found = await client.orders.list(window.start, window.end, state, OrderDateType.NEW)
            rows += [*((_bundle_key(row), row) for row in found), *_unread(found)]
        return rows

    return _Part("orders", RecordKind.BUNDLE, windows, read)


def _bundle_key(bundle: Bundle) -> str:
    return f"{bundle.bundle_no}/{bundle.purchase_no}"


def _claims(client: AsyncWemakepriceClient, windows: tuple[Window, ...]) -> _Part:
    async def read(window: Window) -> _Rows:
        rows: list[tuple[str, ReadModel]] = []
        for kind in (ClaimType.CANCEL, ClaimType.RETURN, ClaimType.EXCHANGE):
            for state in ClaimStatus.writable():
                found = await client.claims.list(window.start, window.end, kind, state, ClaimDateType.REQUEST)
                rows += [*((_claim_key(row), row) for row in found), *_unread(found)]
        return rows

    return _Part("claims", RecordKind.CLAIM, windows, read)


def _claim_key(claim: Claim) -> str:
    return "/".join(str(part) for part in claim.key)


def _customers(client: AsyncWemakepriceClient, days: tuple[Window, ...]) -> Iterable[_Part]:
    async def questions(window: Window) -> _Rows:
        rows = await client.cs.list_questions(window.start.date())
        return [*((question_key(row), row) for row in rows), *_unread(rows)]

    async def reviews(window: Window) -> _Rows:
        rows = await client.cs.list_reviews(window.start.date())
        return [*((str(row.review_seq), row) for row in rows), *_unread(rows)]

    async def inquiries(window: Window) -> _Rows:
        rows = await client.cs.list_inquiries(window.start.date())
        return [*((str(row.inquiry_seq), row) for row in rows), *_unread(rows)]

    yield _Part("questions", RecordKind.QUESTION, days, questions)
    yield _Part("reviews", RecordKind.REVIEW, days, reviews)
    yield _Part("inquiries", RecordKind.INQUIRY, days, inquiries)


def _settlement(client: AsyncWemakepriceClient, days: tuple[Window, ...]) -> Iterable[_Part]:
    async def orders(window: Window) -> _Rows:
        day = window.start.date()
        rows = await client.settlement.list_order_lines(day)
        return _settlement_rows(rows, day)

    async def ships(window: Window) -> _Rows:
        day = window.start.date()
        rows = await client.settlement.list_ship_lines(day)
        return _settlement_rows(rows, day)

    yield _Part("settlement_orders", RecordKind.SETTLEMENT_ORDER, days, orders, LATE_ROWS)
    yield _Part("settlement_shipping", RecordKind.SETTLEMENT_SHIP, days, ships, LATE_ROWS)


def _settlement_rows(rows: Sequence[SettlementOrderLine | SettlementShipLine], day: date) -> _Rows:
    keys = (draft.key for draft in settlement_drafts(rows, day))
    return [*zip(keys, rows, strict=True), *_unread(rows)]


def _notices(client: AsyncWemakepriceClient, weeks: tuple[Window, ...]) -> _Part:
    async def read(window: Window) -> _Rows:
        rows = await client.notices.list(window.end.date())
        return [*(("/".join(str(part) for part in row.key), row) for row in rows), *_unread(rows)]

    return _Part("notices", RecordKind.NOTICE, weeks, read)
