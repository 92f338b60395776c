# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on goods: stock, sale periods, templates (재고·판매기간·배송 템플릿)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from wemakeprice_sdk.errors import MaintenanceError, NotFoundError
from wemakeprice_sdk.ledger.parameters import batches
from wemakeprice_sdk.ledger.records import RecordKind
from wemakeprice_sdk.models import (
    Bundle,
    JsonValue,
    ListResult,
    Product,
    ProductBasic,
    ShippingTemplate,
    ShipStatus,
)
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import Action, ActionKind, DeleteTemplate, extension_key
from wemakeprice_sdk.policy.imports import rekeyed_links
from wemakeprice_sdk.policy.sale_period import dawn_of
from wemakeprice_sdk.policy.snapshot import SkuStock, Snapshot, TemplateDelete, TemplateSave
from wemakeprice_sdk.policy.stock import reservations_of, verified_links
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.orders import in_flight
from wemakeprice_sdk.runner.conversion import DELETED, deleted_draft, product_draft, restore, template_draft
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all
from wemakeprice_sdk.runner.products import (
    STOPPED,
    TEMPLATES,
    due_soon,
    pushed_links,
    seated_links,
    standing_stops,
    stops_after,
    wanted_stops,
)
from wemakeprice_sdk.runner.reports import ActionState

_PAUSE = timedelta(minutes=1)
_CATALOGUE = timedelta(days=3653)
"""How far back products may have been registered that still use a template."""
_AT_ONCE = 20
_STOCK_AT_ONCE = 500
"""This many products are read before their stock is sent; with more, the first would be out of date."""
_REFRESH = timedelta(days=3)
"""A sale period is read again when the ledger's copy of the product is older than this. It is less than the
shortest threshold, so that a period shortened in the partner centre is found in time."""


def sync_stock(run: JobRun, levels: Iterable[SkuStock]) -> None:
    """Bring stock, sale state and display in line with the SKUs (규칙 3.6)."""
    context = run.context
    # Contradictions among all levels are refused before the first of them is sent.
    stock = Snapshot(stock_at=run.now, stock=tuple(levels)).stock
    links = context.ledger.links(run.account)
    numbers = {link.product_no for link in links}
    if context.policy.wind_down:
        numbers |= _imported(run)
    for some in batches(sorted(numbers), _STOCK_AT_ONCE):
        _sync_some(run, stock, some)


def _sync_some(run: JobRun, stock: tuple[SkuStock, ...], numbers: Sequence[int]) -> None:
    """Read some products and bring them in line, with the orders there are by then."""
    context = run.context
    products_at = run.now
    products = read_products(run, numbers)
    every = context.ledger.links(run.account)
    wanted = frozenset(numbers)
    links = _rekeyed(run, [link for link in every if link.product_no in wanted], products)
    bundles = _unshipped(run)
    stopped = standing_stops(_stopped(run), products)
    snapshot = Snapshot(
        products_at=products_at,
        products=products,
        stock_at=run.now,
        stock=stock,
        links=links,
        # An order of any product takes from a SKU that several share.
        reservations=reservations_of(bundles, every),
        stopped_by_us=stopped,
        in_flight=in_flight(run),
    )
    now = run.now
    plan = context.policy.plan_stock(snapshot, now)
    # Before the calls: a run that is killed between a stop and its note could never resume it.
    _remember_stops(run, stopped | wanted_stops(plan))
    run.act(plan)
    states = {result.key: result.state for result in run.results}
    _remember_stops(run, stops_after(stopped, plan, states))
    done = (ActionState.APPLIED, ActionState.ALREADY_DONE)
    failed = {result.target.id for result in run.results if result.state not in done}
    proven = verified_links(snapshot, context.policy.settings.stock, now)
    fresh = pushed_links(seated_links(links, products), proven, failed)
    lease = run.keep_lease()
    if fresh and lease is not None:
        context.ledger.put_links(lease, fresh, run.now)


def _rekeyed(run: JobRun, links: Sequence[SkuLink], products: Sequence[Product]) -> tuple[SkuLink, ...]:
    """Match links that an export made to the option rows of the marketplace, and store them."""
    meant = rekeyed_links(links, products)
    lease = run.keep_lease()
    if meant and lease is not None:
        run.context.ledger.put_links(lease, list(meant.values()), run.now, instead_of=list(meant))
    return tuple(meant.get(link, link) for link in links)


def _imported(run: JobRun) -> set[int]:
    records = run.context.ledger.records(run.account, RecordKind.PRODUCT)
    return {int(record.key) for record in records}


def _stopped(run: JobRun) -> frozenset[int]:
    context = run.context
    kept = context.ledger.progress(run.account, STOPPED)
    numbers = kept.get("products") if kept is not None else None
    rows = numbers if isinstance(numbers, list) else []
    return frozenset(number for number in rows if isinstance(number, int))


def _remember_stops(run: JobRun, stopped: frozenset[int]) -> None:
    if stopped == _stopped(run):
        return
    lease = run.keep_lease()
    if lease is not None:
        body: dict[str, JsonValue] = {"products": [*sorted(stopped)]}
        context = run.context
        context.ledger.put_progress(lease, STOPPED, body, run.now)


def read_products(run: JobRun, numbers: Iterable[int]) -> tuple[Product, ...]:
    """Read products one by one and keep them; those that are gone or cannot be read are left out."""
    found: list[Product] = []
    for number in numbers:
        run.step()
        try:
            product = run.context.client.products.get(number)
        except NotFoundError:
            continue
        except TARGET_ERRORS as error:
            if concerns_all(error):
                raise
            run.note_unread(f"product:{number}", error)
            continue
        found.append(product)
        run.note_faults(RecordKind.PRODUCT, product)
        run.save(RecordKind.PRODUCT, [product_draft(product, run.now)])
        run.tell("products", len(found))
    return tuple(found)


def _unshipped(run: JobRun) -> list[Bundle]:
    ledger, account = run.context.ledger, run.account
    bundles = [
        restore(Bundle, record)
        for state in (ShipStatus.NEW.value, ShipStatus.CONFIRM.value)
        for record in ledger.records(account, RecordKind.BUNDLE, status=state)
    ]
    keys = {f"{ActionKind.SHIP_BUNDLE}:{bundle.bundle_no}": bundle.bundle_no for bundle in bundles}
    shipped = {keys[key] for key in ledger.is_done(account, keys)}
    return [bundle for bundle in bundles if bundle.bundle_no not in shipped]


def extend_sale_periods(run: JobRun) -> bool:
    """Extend what ends too soon, once per product and dawn (규칙 3.7); False when maintenance is too long.

    A batch that meets a maintenance window, announced or not, waits and goes on.
    """
    context = run.context
    rules = context.config.sale_period
    now = run.now
    horizon = now + rules.threshold + timedelta(days=1)
    records = context.ledger.records(run.account, RecordKind.PRODUCT)
    looked_at = [due_soon(row, horizon, old=now - _REFRESH, ended=rules.ended) for row in records]
    soonest_first = sorted(row for row in looked_at if row is not None)
    waited = timedelta()
    for some in batches([number for _, number in soonest_first], _AT_ONCE):
        while not _extend(run, some):
            left = _away(run)
            waited += left
            if run.dry_run or waited > context.settings.max_wait:
                return False
            run.tell("maintenance", int(waited.total_seconds()))
            run.wait(left.total_seconds())
    return True


def _away(run: JobRun) -> timedelta:
    """Return how long to wait: to the end of an announced maintenance, else a while."""
    dawn = dawn_of(run.context.config, run.now)
    return dawn.opens - run.now if dawn.in_maintenance else _PAUSE


def _extend(run: JobRun, numbers: Sequence[int]) -> bool:
    """Read some products and extend them; False when the marketplace is away just now.

    What was extended before it went away is not extended again: the ledger knows.
    """
    context = run.context
    day = dawn_of(context.config, run.now)
    if day.in_maintenance and not run.dry_run:
        return False
    products_at = run.now
    try:
        products = read_products(run, numbers)
        snapshot = Snapshot(
            products_at=products_at,
            products=products,
            last_extension=_extended(run, products, day.day),
            in_flight=in_flight(run),
        )
        run.act(context.policy.plan_sale_periods(snapshot, run.now))
    except MaintenanceError:
        return False
    return run.dry_run or not run.drop_unsent()


def _extended(run: JobRun, products: Iterable[Product], day: date) -> dict[int, date]:
    context = run.context
    keys = {extension_key(row.product_no, day): row.product_no for row in products}
    done = context.ledger.is_done(run.account, keys)
    return {keys[key]: day for key in done}


def sync_templates(run: JobRun, saves: Iterable[TemplateSave], deletes: Iterable[TemplateDelete]) -> None:
    """Import the shipping templates, then make the wished changes within their limit (규칙 4.1-4.5).

    What a change reaches is read from the marketplace's list, so products that were never imported count.
    """
    context = run.context
    wishes, unwanted = tuple(saves), tuple(deletes)
    templates_at = run.now
    listed = context.client.shipping_templates.list()
    run.note_rows(RecordKind.TEMPLATE, listed)
    hidden = (row.numbers.get("shipping_template_no") for row in listed.unread)
    run.template_nos = frozenset(
        number for number in (*(row.shipping_template_no for row in listed), *hidden) if number is not None
    )
    # A wish to save one that was deleted on our side takes the deletion back.
    wished = {str(wish.template.shipping_template_no) for wish in wishes}
    templates = _kept_templates(run, listed, wished)
    run.save(RecordKind.TEMPLATE, [template_draft(row, run.now) for row in templates])
    lease = run.keep_lease()
    if lease is not None:
        body: dict[str, JsonValue] = {"count": len(listed), "at": run.now.isoformat()}
        context.ledger.put_progress(lease, TEMPLATES, body, run.now)
    products_at = run.now
    snapshot = Snapshot(
        templates_at=templates_at,
        templates=templates,
        templates_imported=True,
        products_at=products_at,
        products=_linked_products(run) if wishes or unwanted else (),
        template_saves=wishes,
        template_deletes=unwanted,
        in_flight=in_flight(run),
    )
    plan = context.policy.plan_templates(snapshot, run.now)
    run.act(plan, {DeleteTemplate: partial(_forget_template, run)})


def _kept_templates(
    run: JobRun, listed: Iterable[ShippingTemplate], wished: Collection[str]
) -> tuple[ShippingTemplate, ...]:
    """Leave out what was deleted on our side: the marketplace knows no delete and lists it for ever."""
    records = run.context.ledger.records(run.account, RecordKind.TEMPLATE, status=DELETED)
    hidden = {row.key for row in records} - set(wished)
    return tuple(row for row in listed if str(row.shipping_template_no) not in hidden)


def _linked_products(run: JobRun) -> tuple[Product, ...]:
    now = run.now
    found: dict[int, Product] = {}
    pager = run.context.client.products.iter(now - _CATALOGUE, now)
    for row in pager:
        run.step()
        found[row.product_no] = _linked(row.product_no, row.shipping_template_no)
        run.tell("list", len(found))
    run.note_rows(RecordKind.PRODUCT, ListResult((), pager.unread))
    for hidden in pager.unread:
        # A row that cannot be read uses its template all the same.
        number = hidden.numbers.get("product_no")
        if number is not None:
            found[number] = _linked(number, hidden.numbers.get("shipping_template_no"))
    return tuple(found.values())


def _linked(number: int, template: int | None) -> Product:
    return Product(product_no=number, basic=ProductBasic(shipping_template_no=template))


def _forget_template(run: JobRun, action: Action) -> None:
    lease = run.keep_lease()
    if lease is None:
        return
    ledger = run.context.ledger
    stored = ledger.record(run.account, RecordKind.TEMPLATE, action.target.id)
    if stored is not None:
        run.save(RecordKind.TEMPLATE, [deleted_draft(stored)])
    note = "on our side only"
    ledger.note(lease, "delete_template", str(action.target), note, run.now)
