"""Jobs that import what already sells by registration date (상품·딜 가져오기, API)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from wemakeprice_sdk.client._async.pager import AsyncPager
from wemakeprice_sdk.client.paging import windows_of, windows_of_months
from wemakeprice_sdk.errors import NotFoundError
from wemakeprice_sdk.models import Deal, DealRow, ProductRow
from wemakeprice_sdk.policy.actions import Action, ImportDeal, ImportProduct, ImportSource, SkuLinkMode
from wemakeprice_sdk.policy.snapshot import DealCandidate, ProductCandidate, Snapshot
from wemakeprice_sdk.runner._async.goods import TEMPLATES
from wemakeprice_sdk.runner._async.session import AsyncSession
from wemakeprice_sdk.runner.drafts import deal_draft, product_draft
from wemakeprice_sdk.runner.goods import links_of
from wemakeprice_sdk.runner.records import RecordKind
from wemakeprice_sdk.runner.reports import ActionState
from wemakeprice_sdk.wire.windows import Window

T = TypeVar("T")
_WIDTH = timedelta(days=31)
_PRODUCT, _DEAL = "imported-product", "imported-deal"


async def import_products(
    session: AsyncSession, start: datetime, end: datetime, mode: SkuLinkMode, *, stock_sync: bool
) -> None:
    """Import products registered between `start` and `end` that are not registered on our side yet."""
    job = f"import_products/{start.isoformat()}/{end.isoformat()}"
    for window in await _left(session, job, windows_of(start, end, _WIDTH, timedelta(0))):
        rows = await _all(session, session.around.client.products.iter(window.start, window.end))
        snapshot = await _product_snapshot(session, rows, mode, stock_sync=stock_sync)
        before = len(session.results)
        await session.act(
            session.around.policy.plan_imports(snapshot, session.now), partial(_take_product, session)
        )
        await _finish(session, job, window, before)
        if session.stopped:
            return


async def import_deals(session: AsyncSession, start: datetime, end: datetime) -> None:
    """Import deals registered between `start` and `end`; missing products are named, not invented."""
    job = f"import_deals/{start.isoformat()}/{end.isoformat()}"
    for window in await _left(session, job, windows_of_months(start, end, timedelta(0))):
        rows = await _all(session, session.around.client.deals.iter(window.start, window.end))
        deals = await _read_deals(session, rows)
        snapshot = await _deal_snapshot(session, deals)
        by_number = {str(deal.deal_no): deal for deal in deals}
        before = len(session.results)
        await session.act(
            session.around.policy.plan_imports(snapshot, session.now), partial(_take_deal, session, by_number)
        )
        await _finish(session, job, window, before)
        if session.stopped:
            return


async def _all(session: AsyncSession, pager: AsyncPager[T]) -> list[T]:
    rows: list[T] = []
    async for row in pager:
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


async def _finish(session: AsyncSession, job: str, window: Window, before: int) -> None:
    # A window with a row that failed is read again by the next run; what was imported is known by then.
    mine = session.results[before:]
    lease = await session.keep_lease()
    if lease is None or any(row.state is not ActionState.APPLIED for row in mine):
        return
    around = session.around
    body = {"until": window.end.isoformat()}
    await around.offload(around.ledger.put_progress, lease, job, body, session.now)


async def _registered(session: AsyncSession, kind: str, numbers: Iterable[int]) -> frozenset[int]:
    around = session.around
    keys = [str(number) for number in numbers]
    found = await around.offload(around.ledger.processed, session.account, kind, keys)
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
        registered_products=await _registered(session, _PRODUCT, (row.product_no for row in rows)),
        product_candidates=tuple(candidates),
    )


async def _take_product(session: AsyncSession, action: Action) -> None:
    if not isinstance(action, ImportProduct):
        raise TypeError("only products are imported here")
    around = session.around
    product = await around.client.products.get(action.product_no)
    await session.save(RecordKind.PRODUCT, [product_draft(product, session.now)])
    lease = await session.keep_lease()
    if lease is None:
        return
    links = links_of(product, action.sku_link, stock_sync=action.stock_sync)
    await around.offload(around.ledger.put_links, lease, links, session.now)
    # Last, because it says that nothing is left to do for this product.
    key = [str(action.product_no)]
    await around.offload(around.ledger.mark_processed, lease, _PRODUCT, key, session.now)


async def _read_deals(session: AsyncSession, rows: Sequence[DealRow]) -> list[Deal]:
    known = await _registered(session, _DEAL, (row.deal_no for row in rows))
    deals: list[Deal] = []
    for row in rows:
        if row.deal_no in known:
            continue
        try:
            deals.append(await session.around.client.deals.get(row.deal_no))
        except NotFoundError:
            continue
        session.tell("deals", len(deals), len(rows))
    return deals


async def _deal_snapshot(session: AsyncSession, deals: Sequence[Deal]) -> Snapshot:
    named = {deal.deal_no: tuple(row.product_no for row in deal.product_list) for deal in deals}
    numbers = {number for products in named.values() for number in products}
    return Snapshot(
        templates_imported=await _has_templates(session),
        registered_products=await _registered(session, _PRODUCT, numbers),
        deal_candidates=tuple(
            DealCandidate(deal_no=number, product_nos=products, source=ImportSource.API)
            for number, products in named.items()
        ),
    )


async def _take_deal(session: AsyncSession, deals: Mapping[str, Deal], action: Action) -> None:
    if not isinstance(action, ImportDeal):
        raise TypeError("only deals are imported here")
    deal = deals[action.target.id]
    await session.save(RecordKind.DEAL, [deal_draft(deal, session.now)])
    lease = await session.keep_lease()
    if lease is not None:
        around = session.around
        key = [str(deal.deal_no)]
        await around.offload(around.ledger.mark_processed, lease, _DEAL, key, session.now)
