"""Jobs that import what already sells by registration date (상품·딜 가져오기, API)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from wemakeprice_sdk.client._async.pager import AsyncPager
from wemakeprice_sdk.client.paging import windows_of, windows_of_months
from wemakeprice_sdk.errors import ApiError, NotFoundError
from wemakeprice_sdk.models import Deal, DealRow, JsonValue, ProductRow
from wemakeprice_sdk.policy.actions import Action, ImportDeal, ImportProduct, ImportSource, SkuLinkMode
from wemakeprice_sdk.policy.snapshot import DealCandidate, ProductCandidate, SkuLink, Snapshot
from wemakeprice_sdk.runner._async.session import AsyncSession
from wemakeprice_sdk.runner.drafts import deal_draft, product_draft
from wemakeprice_sdk.runner.goods import TEMPLATES, links_of
from wemakeprice_sdk.runner.outages import concerns_all
from wemakeprice_sdk.runner.records import RecordDraft, RecordKind, SaveCount
from wemakeprice_sdk.runner.reports import ActionState
from wemakeprice_sdk.wire.windows import Window

T = TypeVar("T")
_WIDTH = timedelta(days=31)


async def import_products(
    session: AsyncSession, start: datetime, end: datetime, mode: SkuLinkMode, *, stock_sync: bool
) -> None:
    """Import products registered between `start` and `end` that are not registered on our side yet."""
    whole = True
    job = f"import_products/{start.isoformat()}/{end.isoformat()}"
    for window in await _left(session, job, windows_of(start, end, _WIDTH, timedelta(0))):
        await session.step()
        seen = _seen(session, window)
        rows = await _all(session, session.around.client.products.iter(window.start, window.end))
        snapshot = await _product_snapshot(session, rows, mode, stock_sync=stock_sync)
        done = await _carry_out(session, snapshot, {ImportProduct: partial(_take_product, session)})
        whole = await _remember(session, job, seen, whole and done)


async def import_deals(session: AsyncSession, start: datetime, end: datetime) -> None:
    """Import deals registered between `start` and `end`; missing products are named, not invented."""
    whole = True
    job = f"import_deals/{start.isoformat()}/{end.isoformat()}"
    for window in await _left(session, job, windows_of_months(start, end, timedelta(0))):
        await session.step()
        seen = _seen(session, window)
        rows = await _all(session, session.around.client.deals.iter(window.start, window.end))
        unread = len(session.unread)
        deals = await _read_deals(session, rows)
        snapshot = await _deal_snapshot(session, deals)
        by_number = {str(deal.deal_no): deal for deal in deals}
        done = await _carry_out(session, snapshot, {ImportDeal: partial(_take_deal, session, by_number)})
        whole = await _remember(session, job, seen, whole and done and unread == len(session.unread))


async def _all(session: AsyncSession, pager: AsyncPager[T]) -> list[T]:
    rows: list[T] = []
    async for row in pager:
        await session.step()
        rows.append(row)
        session.tell("list", len(rows))
    return rows


async def _left(session: AsyncSession, job: str, windows: Sequence[Window]) -> list[Window]:
    around = session.around
    known = await around.offload(around.ledger.progress, session.account, job)
    until = known.get("until") if known is not None else None
    if not isinstance(until, str):
        return list(windows)
    return [window for window in windows if window.end > datetime.fromisoformat(until)]


def _seen(session: AsyncSession, window: Window) -> datetime:
    """Give up to when a window shows everything: in one that is not over yet more will be registered."""
    return min(window.end, session.now - session.around.settings.overlap)


async def _carry_out(
    session: AsyncSession,
    snapshot: Snapshot,
    take: Mapping[type[Action], Callable[[Action], Awaitable[None]]],
) -> bool:
    """Import what a window showed; False when something was held or failed."""
    before = len(session.results)
    plan = session.around.policy.plan_imports(snapshot, session.now)
    await session.act(plan, take)
    failed = any(row.state is not ActionState.APPLIED for row in session.results[before:])
    return not (failed or plan.held or plan.blocked)


async def _remember(session: AsyncSession, job: str, seen: datetime, whole: bool) -> bool:
    """Remember that all is done up to `seen`, unless something before it was left out.

    A window that was not whole, and all after it, are read again by the next run; what was imported is
    known by then.
    """
    lease = await session.keep_lease()
    if whole and lease is not None:
        body: dict[str, JsonValue] = {"until": seen.isoformat()}
        await session.around.offload(session.around.ledger.put_progress, lease, job, body, session.now)
    return whole


async def _registered(session: AsyncSession, kind: RecordKind, numbers: Iterable[int]) -> frozenset[int]:
    around = session.around
    keys = [str(number) for number in numbers]
    found = await around.offload(around.ledger.registered, session.account, kind, keys)
    return frozenset(int(key) for key in found)


async def _has_templates(session: AsyncSession) -> bool:
    around = session.around
    return await around.offload(around.ledger.progress, session.account, TEMPLATES) is not None


async def _product_snapshot(
    session: AsyncSession, rows: Sequence[ProductRow], mode: SkuLinkMode, *, stock_sync: bool
) -> Snapshot:
    candidates = [
        ProductCandidate(
            product_no=row.product_no, source=ImportSource.API, sku_link=mode, stock_sync=stock_sync
        )
        for row in rows
    ]
    return Snapshot(
        templates_imported=await _has_templates(session),
        registered_products=await _registered(session, RecordKind.PRODUCT, (row.product_no for row in rows)),
        product_candidates=tuple(candidates),
    )


async def _take_product(session: AsyncSession, action: Action) -> None:
    if not isinstance(action, ImportProduct):
        raise TypeError("only products are imported here")
    around = session.around
    product = await around.client.products.get(action.product_no)
    links = links_of(product, action.sku_link, stock_sync=action.stock_sync)
    await _register(session, product_draft(product, session.now), links)


async def _register(session: AsyncSession, draft: RecordDraft, links: Iterable[SkuLink] = ()) -> None:
    lease = await session.keep_lease()
    if lease is not None:
        register = session.around.ledger.register
        new = await session.around.offload(register, lease, draft, session.now, links=links)
        session.note_saved(draft.kind, SaveCount(new=int(new), same=int(not new)))


async def _read_deals(session: AsyncSession, rows: Sequence[DealRow]) -> list[Deal]:
    known = await _registered(session, RecordKind.DEAL, (row.deal_no for row in rows))
    deals: list[Deal] = []
    for row in rows:
        if row.deal_no in known:
            continue
        await session.step()
        try:
            deals.append(await session.around.client.deals.get(row.deal_no))
        except NotFoundError:
            continue
        except ApiError as error:
            if concerns_all(error):
                raise
            session.note_unread(f"deal:{row.deal_no}", error)
        session.tell("deals", len(deals), len(rows))
    return deals


async def _deal_snapshot(session: AsyncSession, deals: Sequence[Deal]) -> Snapshot:
    named = {deal.deal_no: tuple(row.product_no for row in deal.product_list) for deal in deals}
    numbers = {number for products in named.values() for number in products}
    return Snapshot(
        templates_imported=await _has_templates(session),
        registered_products=await _registered(session, RecordKind.PRODUCT, numbers),
        deal_candidates=tuple(
            DealCandidate(deal_no=number, product_nos=products, source=ImportSource.API)
            for number, products in named.items()
        ),
    )


async def _take_deal(session: AsyncSession, deals: Mapping[str, Deal], action: Action) -> None:
    if not isinstance(action, ImportDeal):
        raise TypeError("only deals are imported here")
    await _register(session, deal_draft(deals[action.target.id], session.now))
