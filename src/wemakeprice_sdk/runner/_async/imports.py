"""Jobs that import what already sells by registration date (상품·딜 가져오기, API)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client._async.pager import AsyncPager
from wemakeprice_sdk.client.paging import windows_of, windows_of_months
from wemakeprice_sdk.errors import NotFoundError
from wemakeprice_sdk.ledger.records import RecordDraft, SaveCount
from wemakeprice_sdk.models import Deal, DealRow, JsonValue, ListResult, Product, ProductRow
from wemakeprice_sdk.models.codes import ImportSource, RecordKind, SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.models.sku_matching import SkuScheme, match_skus
from wemakeprice_sdk.policy.actions import Action, ImportDeal, ImportProduct
from wemakeprice_sdk.policy.derived import option_rows
from wemakeprice_sdk.policy.imports import links_of, sku_uses_of
from wemakeprice_sdk.policy.plan import SyncPlan
from wemakeprice_sdk.policy.sku_doubts import held_skus
from wemakeprice_sdk.policy.snapshot import DealCandidate, ProductCandidate, Snapshot
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner.conversion import TEMPLATES, deal_draft, product_draft
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all
from wemakeprice_sdk.runner.results import ActionState
from wemakeprice_sdk.wire.windows import Window

T = TypeVar("T")
_WIDTH = timedelta(days=31)
"""Products are listed and then read one by one, window by window; progress is kept after each window. A wider
one would be read again as a whole after a crash, a narrower one costs more list calls."""


@frozen(kw_only=True)
class ProductChoices:
    """What the caller chose for every product of an import."""

    mode: SkuLinkMode
    stock_sync: bool
    scheme: SkuScheme
    shared: frozenset[str]
    runple: frozenset[int | str]


async def import_products(run: AsyncJobRun, start: datetime, end: datetime, choices: ProductChoices) -> None:
    """Import products registered between `start` and `end` that are not registered on our side yet."""
    whole = True
    job = f"import_products/{start.isoformat()}/{end.isoformat()}"
    for window in await _left(run, job, windows_of(start, end, _WIDTH, timedelta(0))):
        await run.step()
        seen = _seen(run, window)
        unread = len(run.unread)
        pager = run.context.client.products.iter(window.start, window.end)
        rows = await _all(run, RecordKind.PRODUCT, pager)
        snapshot = await _product_snapshot(run, rows, choices)
        products = await _match_skus(run, snapshot, choices)
        take = partial(_take_product, run, choices, products)
        done = await _carry_out(run, snapshot, {ImportProduct: take})
        whole = await _remember(run, job, seen, whole and done and unread == len(run.unread))


async def import_deals(run: AsyncJobRun, start: datetime, end: datetime) -> None:
    """Import deals registered between `start` and `end`; missing products are named, not invented."""
    whole = True
    job = f"import_deals/{start.isoformat()}/{end.isoformat()}"
    for window in await _left(run, job, windows_of_months(start, end, timedelta(0))):
        await run.step()
        seen = _seen(run, window)
        unread = len(run.unread)
        pager = run.context.client.deals.iter(window.start, window.end)
        rows = await _all(run, RecordKind.DEAL, pager)
        deals = await _read_deals(run, rows)
        snapshot = await _deal_snapshot(run, deals)
        by_number = {str(deal.deal_no): deal for deal in deals}
        done = await _carry_out(run, snapshot, {ImportDeal: partial(_take_deal, run, by_number)})
        whole = await _remember(run, job, seen, whole and done and unread == len(run.unread))


async def _all(run: AsyncJobRun, kind: RecordKind, pager: AsyncPager[T]) -> list[T]:
    rows: list[T] = []
    async for row in pager:
        await run.step()
        rows.append(row)
        run.tell("list", len(rows))
    run.note_rows(kind, ListResult(rows, pager.unread))
    return rows


async def _left(run: AsyncJobRun, job: str, windows: Sequence[Window]) -> list[Window]:
    context = run.context
    known = await context.ledger.progress(run.account, job)
    until = known.get("until") if known is not None else None
    if not isinstance(until, str):
        return list(windows)
    return [window for window in windows if window.end > datetime.fromisoformat(until)]


def _seen(run: AsyncJobRun, window: Window) -> datetime:
    """Return up to when a window shows everything: in one that is not over yet more will be registered."""
    return min(window.end, run.now - run.context.settings.overlap)


async def _carry_out(
    run: AsyncJobRun,
    snapshot: Snapshot,
    take: Mapping[type[Action], Callable[[Action], Awaitable[None]]],
) -> bool:
    """Import what a window showed; False when something was held or failed."""
    before = len(run.results)
    plan = run.context.policy.plan_imports(snapshot, run.now)
    await run.act(plan, take)
    failed = any(row.state is not ActionState.APPLIED for row in run.results[before:])
    return not (failed or plan.held or plan.blocked)


async def _remember(run: AsyncJobRun, job: str, seen: datetime, whole: bool) -> bool:
    """Remember that all is done up to `seen`, unless something before it was left out.

    The next run reads again a window that was not read whole, and all later ones; it finds what was imported
    by then in the ledger.
    """
    lease = await run.keep_lease()
    if whole and lease is not None:
        body: dict[str, JsonValue] = {"until": seen.isoformat()}
        await run.context.ledger.put_progress(lease, job, body, run.now)
    return whole


async def _registered(run: AsyncJobRun, kind: RecordKind, numbers: Iterable[int]) -> frozenset[int]:
    context = run.context
    keys = [str(number) for number in numbers]
    found = await context.ledger.registered(run.account, kind, keys)
    return frozenset(int(key) for key in found)


async def _has_templates(run: AsyncJobRun) -> bool:
    context = run.context
    return await context.ledger.progress(run.account, TEMPLATES) is not None


async def _product_snapshot(
    run: AsyncJobRun, rows: Sequence[ProductRow], choices: ProductChoices
) -> Snapshot:
    candidates = [
        ProductCandidate(
            product_no=row.product_no,
            source=ImportSource.API,
            sku_link=choices.mode,
            stock_sync=choices.stock_sync,
        )
        for row in rows
    ]
    return Snapshot(
        templates_imported=await _has_templates(run),
        registered_products=await _registered(run, RecordKind.PRODUCT, (row.product_no for row in rows)),
        product_candidates=tuple(candidates),
    )


async def _match_skus(run: AsyncJobRun, snapshot: Snapshot, choices: ProductChoices) -> Mapping[int, Product]:
    """Read the products that will be linked, and report what their codes say before anything is written."""
    if choices.mode is SkuLinkMode.NONE or not snapshot.templates_imported:
        return {}
    known = snapshot.registered_products
    numbers = [row.product_no for row in snapshot.product_candidates if row.product_no not in known]
    products = await _read_products(run, numbers)
    uses = [use for row in products for use in sku_uses_of(row, choices.scheme, run.account)]
    if choices.mode is SkuLinkMode.CREATE:
        uses = [use for use in uses if use.sku is not None]
    ledger = run.context.ledger
    standing, shared = await ledger.sku_uses(), choices.shared | await ledger.shared_skus()
    report = match_skus(uses, standing=standing, shared=shared)
    run.sku_matches.extend(report.matches)
    if choices.stock_sync and report.ambiguous:
        await run.act(SyncPlan(seller_id=run.account, made_at=run.now, held=held_skus(report.ambiguous)))
    return {product.product_no: product for product in products}


async def _read_products(run: AsyncJobRun, numbers: Sequence[int]) -> list[Product]:
    found: list[Product] = []
    for number in numbers:
        await run.step()
        try:
            found.append(await run.context.client.products.get(number))
        except TARGET_ERRORS as error:
            # It is read again when its turn comes, and that outcome counts.
            if concerns_all(error):
                raise
        run.tell("products", len(found), len(numbers))
    return found


async def _take_product(
    run: AsyncJobRun, choices: ProductChoices, products: Mapping[int, Product], action: Action
) -> None:
    if not isinstance(action, ImportProduct):
        raise TypeError("only products are imported here")
    number = action.product_no
    product = products.get(number) or await run.context.client.products.get(number)
    code = product.etc.seller_prod_code if product.etc else None
    names = {number, code, *(row.seller_option_code for row in option_rows(product))}
    links = links_of(
        product,
        action.sku_link,
        stock_sync=action.stock_sync,
        scheme=choices.scheme,
        runple=not names.isdisjoint(choices.runple),
    )
    shared = [link.sku for link in links if link.sku is not None and link.sku in choices.shared]
    await _register(run, product_draft(product, run.now), links, shared)


async def _register(
    run: AsyncJobRun, draft: RecordDraft, links: Iterable[SkuLink] = (), shared: Iterable[str] = ()
) -> None:
    lease = await run.keep_lease()
    if lease is not None:
        new = await run.context.ledger.register(lease, draft, run.now, links=links, shared=shared)
        run.note_saved(draft.kind, SaveCount(new=int(new), same=int(not new)))


async def _read_deals(run: AsyncJobRun, rows: Sequence[DealRow]) -> list[Deal]:
    known = await _registered(run, RecordKind.DEAL, (row.deal_no for row in rows))
    deals: list[Deal] = []
    for row in rows:
        if row.deal_no in known:
            continue
        await run.step()
        try:
            deals.append(await run.context.client.deals.get(row.deal_no))
        except NotFoundError:
            continue
        except TARGET_ERRORS as error:
            if concerns_all(error):
                raise
            run.note_unread(f"deal:{row.deal_no}", error)
        run.tell("deals", len(deals), len(rows))
    return deals


async def _deal_snapshot(run: AsyncJobRun, deals: Sequence[Deal]) -> Snapshot:
    named = {deal.deal_no: tuple(row.product_no for row in deal.product_list) for deal in deals}
    numbers = {number for products in named.values() for number in products}
    return Snapshot(
        templates_imported=await _has_templates(run),
        registered_products=await _registered(run, RecordKind.PRODUCT, numbers),
        deal_candidates=tuple(
            DealCandidate(deal_no=number, product_nos=products, source=ImportSource.API)
            for number, products in named.items()
        ),
    )


async def _take_deal(run: AsyncJobRun, deals: Mapping[str, Deal], action: Action) -> None:
    if not isinstance(action, ImportDeal):
        raise TypeError("only deals are imported here")
    await _register(run, deal_draft(deals[action.target.id], run.now))
