"""The job on stock, sale state and display (재고연동)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import LedgerUnavailableError, NotFoundError
from wemakeprice_sdk.ledger.parameters import batches
from wemakeprice_sdk.models import JsonValue, Product
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.models.sku_matching import ambiguous_skus, uses_of
from wemakeprice_sdk.policy.imports import rekeyed_links
from wemakeprice_sdk.policy.plan import PlanNote, SyncPlan
from wemakeprice_sdk.policy.shares import SHARED_STOCK_WAITS
from wemakeprice_sdk.policy.snapshot import SkuStock, Snapshot
from wemakeprice_sdk.policy.stock import unknown_skus, verified_links
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner._async.orders import in_flight
from wemakeprice_sdk.runner._async.shared_stock import AsyncSharedStock
from wemakeprice_sdk.runner.conversion import STOPPED, product_draft
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all
from wemakeprice_sdk.runner.results import ActionState
from wemakeprice_sdk.runner.shared_stock import LinkIndex
from wemakeprice_sdk.runner.stock import (
    pushed_links,
    seated_links,
    standing_stops,
    stops_after,
    wanted_stops,
)

_DONE = (ActionState.APPLIED, ActionState.ALREADY_DONE)
_TRIES = 50
"""How often a plan is made anew because another account wrote shared stock meanwhile. Each try is a few reads
of the ledger; a chunk of another account takes seconds, so more than a few in a row are a fault."""
_AT_ONCE = 500
"""So many products are read before their stock is sent. Reads come one by one: with more, the first of them
would be older than `StockSettings.products_max_age` or the reservations by the time stock is sent."""


async def sync_stock(run: AsyncJobRun, levels: Iterable[SkuStock], reservations: Mapping[str, int]) -> None:
    """Bring stock, sale state and display in line with the SKUs (규칙 3.6, 7.7, 7.8)."""
    # Contradictions among all levels are refused before the first of them is sent.
    stock = Snapshot(stock_at=run.now, stock=tuple(levels), reserved_elsewhere=reservations)
    job = await _opened(run, stock)
    mine = job.links[run.account]
    notes = unknown_skus(stock.stock, mine)
    await run.act(SyncPlan(seller_id=run.account, made_at=run.now, notes=notes))
    waiting: list[PlanNote] = []
    for some in batches(sorted({link.product_no for link in mine}), _AT_ONCE):
        waiting += await _sync_some(job, some)
    if any(result.state in _DONE for result in run.results):
        # What was lowered above makes room for what waited.
        again, waiting = sorted({int(note.target.id) for note in waiting}), []
        for some in batches(again, _AT_ONCE):
            waiting += await _sync_some(job, some)
    await run.act(SyncPlan(seller_id=run.account, made_at=run.now, notes=tuple(waiting)))


@frozen
class _StockJob:
    """One run: the levels, the links of all accounts, and what is known of their SKUs."""

    run: AsyncJobRun
    stock: Snapshot
    links: Mapping[str, tuple[SkuLink, ...]]
    index: LinkIndex
    shared: AsyncSharedStock


async def _opened(run: AsyncJobRun, stock: Snapshot) -> _StockJob:
    ledger, offload = run.context.ledger, run.context.offload
    # In a ledger that is not there yet nobody has an account.
    accounts = {*await ledger.accounts(), run.account}
    links = {account: await ledger.links(account) for account in sorted(accounts)}
    words = await ledger.shared_skus()
    uses = [use for account, rows in links.items() for use in uses_of(rows, account)]
    found = await offload(ambiguous_skus, uses, words)
    doubtful = frozenset(match.sku for match in found if match.sku is not None)
    index = await offload(LinkIndex, links)
    counted_at = min((row.as_of for row in stock.stock), default=run.now)
    shared = AsyncSharedStock(run, index, counted_at)
    await shared.settle()
    return _StockJob(run, evolve(stock, shared_skus=words, ambiguous_skus=doubtful), links, index, shared)


async def _sync_some(job: _StockJob, numbers: Sequence[int]) -> tuple[PlanNote, ...]:
    """Read some products and bring them in line, with the orders there are by then; return what waits."""
    run = job.run
    products_at = run.now
    products = await read_products(run, numbers)
    links = await _rekeyed(job, job.index.of_products(run.account, numbers), products)
    stopped = standing_stops(await _stopped(run), products)
    snapshot = evolve(
        job.stock,
        products_at=products_at,
        products=products,
        links=links,
        stopped_by_us=stopped,
        in_flight=await in_flight(run),
    )
    snapshot, plan = await _reserved(job, snapshot)
    # Before the calls: a run that is killed between a stop and its note could never resume it.
    await _remember_stops(run, stopped | wanted_stops(plan))
    waiting = tuple(note for note in plan.notes if note.reason == SHARED_STOCK_WAITS)
    await run.act(evolve(plan, notes=tuple(note for note in plan.notes if note not in waiting)))
    await _remember_pushed(run, snapshot, plan, stopped)
    return waiting


async def _reserved(job: _StockJob, snapshot: Snapshot) -> tuple[Snapshot, SyncPlan]:
    """Plan with what all accounts promise, and write what the plan is about to offer before any call."""
    run = job.run
    for _ in range(_TRIES):
        await run.step()
        view = await job.shared.view(snapshot.links, snapshot.products)
        snapshot = evolve(snapshot, stock_at=run.now, reservations=view.reservations, offers=view.offers)
        plan = run.context.policy.plan_stock(snapshot, run.now)
        if await job.shared.reserve(view, plan):
            return snapshot, plan
    raise LedgerUnavailableError(
        "other accounts of the ledger wrote shared stock all the while; nothing was sent, run the job again "
        "(다른 계정이 같은 재고를 계속 처리하고 있습니다. 잠시 뒤 다시 실행해 주세요)"
    )


async def _remember_pushed(
    run: AsyncJobRun, snapshot: Snapshot, plan: SyncPlan, stopped: frozenset[int]
) -> None:
    """Keep which stops are ours now, and which fresh links showed stock."""
    states = {result.key: result.state for result in run.results}
    await _remember_stops(run, stops_after(stopped, plan, states))
    failed = {result.target.id for result in run.results if result.state not in _DONE}
    verified = verified_links(snapshot, run.context.policy.settings.stock, run.now)
    fresh = pushed_links(seated_links(snapshot.links, snapshot.products), verified, failed)
    lease = await run.keep_lease()
    if fresh and lease is not None:
        await run.context.ledger.put_links(lease, fresh, run.now)


async def _rekeyed(
    job: _StockJob, links: Sequence[SkuLink], products: Sequence[Product]
) -> tuple[SkuLink, ...]:
    """Bring links that an export made in line with the option rows of the marketplace, and keep them."""
    run = job.run
    meant = rekeyed_links(links, products)
    lease = await run.keep_lease()
    if meant and lease is not None:
        await run.context.ledger.put_links(lease, list(meant.values()), run.now, instead_of=list(meant))
    for old, new in meant.items():
        job.index.replace(run.account, old, new)
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
