"""The job on stock, sale state and display (재고연동)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from wemakeprice_sdk.errors import NotFoundError
from wemakeprice_sdk.ledger.parameters import batches
from wemakeprice_sdk.models import Bundle, JsonValue, Product, ShipStatus
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.models.sku_matching import ambiguous_skus
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.imports import rekeyed_links
from wemakeprice_sdk.policy.plan import SyncPlan
from wemakeprice_sdk.policy.snapshot import SkuStock, Snapshot
from wemakeprice_sdk.policy.stock import reservations_of, unknown_skus, verified_links
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner._async.orders import in_flight
from wemakeprice_sdk.runner.conversion import STOPPED, product_draft, restore
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all
from wemakeprice_sdk.runner.results import ActionState
from wemakeprice_sdk.runner.stock import (
    pushed_links,
    seated_links,
    standing_stops,
    stops_after,
    wanted_stops,
)

_AT_ONCE = 500
"""So many products are read before their stock is sent. Reads come one by one: with more, the first of them
would be older than `StockSettings.products_max_age` or the reservations by the time stock is sent."""


async def sync_stock(run: AsyncJobRun, levels: Iterable[SkuStock]) -> None:
    """Bring stock, sale state and display in line with the SKUs (규칙 3.6)."""
    context = run.context
    # Contradictions among all levels are refused before the first of them is sent.
    stock = Snapshot(stock_at=run.now, stock=tuple(levels)).stock
    links = await context.ledger.links(run.account)
    skus = await _skus(run)
    notes = unknown_skus(stock, links)
    await run.act(SyncPlan(seller_id=run.account, made_at=run.now, notes=notes))
    for some in batches(sorted({link.product_no for link in links}), _AT_ONCE):
        await _sync_some(run, stock, some, skus)


@frozen
class _Skus:
    """What the ledger knows of SKUs over all accounts."""

    shared: frozenset[str]
    ambiguous: frozenset[str]


async def _skus(run: AsyncJobRun) -> _Skus:
    ledger = run.context.ledger
    shared, uses = await ledger.shared_skus(), await ledger.sku_uses()
    found = await run.context.offload(ambiguous_skus, uses, shared)
    return _Skus(shared, frozenset(match.sku for match in found if match.sku is not None))


async def _sync_some(
    run: AsyncJobRun, stock: tuple[SkuStock, ...], numbers: Sequence[int], skus: _Skus
) -> None:
    """Read some products and bring them in line, with the orders there are by then."""
    context = run.context
    products_at = run.now
    products = await read_products(run, numbers)
    every = await context.ledger.links(run.account)
    wanted = frozenset(numbers)
    links = await _rekeyed(run, [link for link in every if link.product_no in wanted], products)
    bundles = await _unshipped(run)
    stopped = standing_stops(await _stopped(run), products)
    snapshot = Snapshot(
        products_at=products_at,
        products=products,
        stock_at=run.now,
        stock=stock,
        links=links,
        # An order of any product takes from a SKU that several share.
        reservations=reservations_of(bundles, every),
        stopped_by_us=stopped,
        in_flight=await in_flight(run),
        shared_skus=skus.shared,
        ambiguous_skus=skus.ambiguous,
    )
    now = run.now
    plan = context.policy.plan_stock(snapshot, now)
    # Before the calls: a run that is killed between a stop and its note could never resume it.
    await _remember_stops(run, stopped | wanted_stops(plan))
    await run.act(plan)
    states = {result.key: result.state for result in run.results}
    await _remember_stops(run, stops_after(stopped, plan, states))
    done = (ActionState.APPLIED, ActionState.ALREADY_DONE)
    failed = {result.target.id for result in run.results if result.state not in done}
    verified = verified_links(snapshot, context.policy.settings.stock, now)
    fresh = pushed_links(seated_links(links, products), verified, failed)
    lease = await run.keep_lease()
    if fresh and lease is not None:
        await context.ledger.put_links(lease, fresh, run.now)


async def _rekeyed(
    run: AsyncJobRun, links: Sequence[SkuLink], products: Sequence[Product]
) -> tuple[SkuLink, ...]:
    """Bring links that an export made in line with the option rows of the marketplace, and keep them."""
    meant = rekeyed_links(links, products)
    lease = await run.keep_lease()
    if meant and lease is not None:
        await run.context.ledger.put_links(lease, list(meant.values()), run.now, instead_of=list(meant))
    return tuple(meant.get(link, link) for link in links)


async def _stopped(run: AsyncJobRun) -> frozenset[int]:
    context = run.context
    kept = await context.ledger.progress(run.account, STOPPED)
    numbers = kept.get("products") if kept is not None else None
    rows = numbers if isinstance(numbers, list) else []
    return frozenset(number for number in rows if isinstance(number, int))


async def _remember_stops(run: AsyncJobRun, stopped: frozenset[int]) -> None:
    if stopped == await _stopped(run):
        return
    lease = await run.keep_lease()
    if lease is not None:
        body: dict[str, JsonValue] = {"products": [*sorted(stopped)]}
        context = run.context
        await context.ledger.put_progress(lease, STOPPED, body, run.now)


async def read_products(run: AsyncJobRun, numbers: Iterable[int]) -> tuple[Product, ...]:
    """Read products one by one and keep them; those that are gone or cannot be read are left out."""
    found: list[Product] = []
    for number in numbers:
        await run.step()
        try:
            product = await run.context.client.products.get(number)
        except NotFoundError:
            continue
        except TARGET_ERRORS as error:
            if concerns_all(error):
                raise
            run.note_unread(f"product:{number}", error)
            continue
        found.append(product)
        run.note_faults(RecordKind.PRODUCT, product)
        await run.save(RecordKind.PRODUCT, [product_draft(product, run.now)])
        run.tell("products", len(found))
    return tuple(found)


async def _unshipped(run: AsyncJobRun) -> list[Bundle]:
    ledger, account = run.context.ledger, run.account
    bundles = [
        restore(Bundle, record)
        for state in (ShipStatus.NEW.value, ShipStatus.CONFIRM.value)
        async for record in ledger.records(account, RecordKind.BUNDLE, status=state)
    ]
    keys = {f"{ActionKind.SHIP_BUNDLE}:{bundle.bundle_no}": bundle.bundle_no for bundle in bundles}
    shipped = {keys[key] for key in await ledger.is_done(account, keys)}
    return [bundle for bundle in bundles if bundle.bundle_no not in shipped]
