# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on goods: stock, sale periods, templates (재고·판매기간·배송 템플릿)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import partial

from wemakeprice_sdk.errors import ApiError, MaintenanceError, NotFoundError
from wemakeprice_sdk.models import Bundle, JsonValue, Product, ProductBasic, ShipPolicy, ShipStatus
from wemakeprice_sdk.policy.actions import Action, ActionKind, DeleteTemplate
from wemakeprice_sdk.policy.imports import rekeyed_links
from wemakeprice_sdk.policy.sale_period import dawn_of
from wemakeprice_sdk.policy.snapshot import SkuLink, SkuStock, Snapshot, TemplateDelete, TemplateSave
from wemakeprice_sdk.policy.stock import proven_links, reservations_of
from wemakeprice_sdk.runner._sync.orders import in_flight
from wemakeprice_sdk.runner._sync.session import Session
from wemakeprice_sdk.runner.chunks import chunks
from wemakeprice_sdk.runner.commands import extension_key
from wemakeprice_sdk.runner.drafts import DELETED, deleted_draft, product_draft, restore, template_draft
from wemakeprice_sdk.runner.goods import (
    STOPPED,
    TEMPLATES,
    due_soon,
    seated_links,
    settled_links,
    settled_stops,
    standing_stops,
    wanted_stops,
)
from wemakeprice_sdk.runner.outages import concerns_all
from wemakeprice_sdk.runner.records import RecordKind
from wemakeprice_sdk.runner.reports import ActionState

_PAUSE = timedelta(minutes=1)
_CATALOGUE = timedelta(days=3653)
"""How far back products may have been registered that still use a template."""
_AT_ONCE = 20
_STOCK_AT_ONCE = 500
"""So many products are read before their stock is sent; more would have aged meanwhile."""
_REFRESH = timedelta(days=3)
"""So old may the ledger's word on a product be that its sale period is not looked at: less than the shortest
threshold, so that a period shortened in the partner centre is found in time."""


def sync_stock(session: Session, levels: Iterable[SkuStock]) -> None:
    """Bring stock, sale state and display in line with the SKUs (규칙 3.6)."""
    around = session.around
    # Contradictions among all levels are refused before the first of them is sent.
    stock = Snapshot(stock_at=session.now, stock=tuple(levels)).stock
    links = around.offload(around.ledger.links, session.account)
    numbers = {link.product_no for link in links}
    if around.policy.wind_down:
        numbers |= around.offload(_imported, session)
    for some in chunks(sorted(numbers), _STOCK_AT_ONCE):
        _sync_some(session, stock, some)


def _sync_some(session: Session, stock: tuple[SkuStock, ...], numbers: Sequence[int]) -> None:
    """Read some products and bring them in line, with the orders there are by then."""
    around = session.around
    products_at = session.now
    products = read_products(session, numbers)
    every = around.offload(around.ledger.links, session.account)
    wanted = frozenset(numbers)
    links = _rekeyed(session, [link for link in every if link.product_no in wanted], products)
    bundles = around.offload(_unshipped, session)
    stopped = standing_stops(_stopped(session), products)
    snapshot = Snapshot(
        products_at=products_at,
        products=products,
        stock_at=session.now,
        stock=stock,
        links=links,
        # An order of any product takes from a SKU that several share.
        reservations=reservations_of(bundles, every),
        stopped_by_us=stopped,
        in_flight=in_flight(session),
    )
    now = session.now
    plan = around.policy.plan_stock(snapshot, now)
    # Before the calls: a run that is killed between a stop and its note could never resume it.
    _remember_stops(session, stopped | wanted_stops(plan))
    session.act(plan)
    states = {result.key: result.state for result in session.results}
    _remember_stops(session, settled_stops(stopped, plan, states))
    done = (ActionState.APPLIED, ActionState.ALREADY_DONE)
    failed = {result.target.id for result in session.results if result.state not in done}
    proven = proven_links(snapshot, around.policy.settings.stock, now)
    fresh = settled_links(seated_links(links, products), proven, failed)
    lease = session.keep_lease()
    if fresh and lease is not None:
        around.offload(around.ledger.put_links, lease, fresh, session.now)


def _rekeyed(session: Session, links: Sequence[SkuLink], products: Sequence[Product]) -> tuple[SkuLink, ...]:
    """Bring links that an export made in line with the option rows of the marketplace, for good."""
    meant = rekeyed_links(links, products)
    lease = session.keep_lease()
    if meant and lease is not None:
        put, now = session.around.ledger.put_links, session.now
        session.around.offload(put, lease, list(meant.values()), now, instead_of=list(meant))
    return tuple(meant.get(link, link) for link in links)


def _imported(session: Session) -> set[int]:
    records = session.around.ledger.records(session.account, RecordKind.PRODUCT)
    return {int(record.key) for record in records}


def _stopped(session: Session) -> frozenset[int]:
    around = session.around
    kept = around.offload(around.ledger.progress, session.account, STOPPED)
    numbers = kept.get("products") if kept is not None else None
    rows = numbers if isinstance(numbers, list) else []
    return frozenset(number for number in rows if isinstance(number, int))


def _remember_stops(session: Session, stopped: frozenset[int]) -> None:
    if stopped == _stopped(session):
        return
    lease = session.keep_lease()
    if lease is not None:
        body: dict[str, JsonValue] = {"products": [*sorted(stopped)]}
        around = session.around
        around.offload(around.ledger.put_progress, lease, STOPPED, body, session.now)


def read_products(session: Session, numbers: Iterable[int]) -> tuple[Product, ...]:
    """Read products one by one and keep them; those that are gone or cannot be read are left out."""
    found: list[Product] = []
    for number in numbers:
        session.step()
        try:
            product = session.around.client.products.get(number)
        except NotFoundError:
            continue
        except ApiError as error:
            if concerns_all(error):
                raise
            session.note_unread(f"product:{number}", error)
            continue
        found.append(product)
        session.save(RecordKind.PRODUCT, [product_draft(product, session.now)])
        session.tell("products", len(found))
    return tuple(found)


def _unshipped(session: Session) -> list[Bundle]:
    ledger, account = session.around.ledger, session.account
    bundles = [
        restore(Bundle, record)
        for state in (ShipStatus.NEW.value, ShipStatus.CONFIRM.value)
        for record in ledger.records(account, RecordKind.BUNDLE, status=state)
    ]
    keys = {f"{ActionKind.SHIP_BUNDLE}:{bundle.bundle_no}": bundle.bundle_no for bundle in bundles}
    shipped = {keys[key] for key in ledger.is_done(account, keys)}
    return [bundle for bundle in bundles if bundle.bundle_no not in shipped]


def extend_sale_periods(session: Session) -> bool:
    """Extend what ends too soon, once per product and dawn (규칙 3.7); False when maintenance is too long.

    A batch that meets a maintenance window, announced or not, waits and goes on.
    """
    around = session.around
    rules = around.config.sale_period
    now = session.now
    horizon = now + rules.threshold + timedelta(days=1)
    due = around.offload(
        lambda: due_soon(
            around.ledger.records(session.account, RecordKind.PRODUCT),
            horizon,
            old=now - _REFRESH,
            ended=rules.ended,
        )
    )
    waited = timedelta()
    for some in chunks(due, _AT_ONCE):
        while not _extend(session, some):
            left = _away(session)
            waited += left
            if session.dry_run or waited > around.settings.max_wait:
                return False
            session.tell("maintenance", int(waited.total_seconds()))
            session.wait(left.total_seconds())
    return True


def _away(session: Session) -> timedelta:
    """Give how long to wait: to the end of an announced maintenance, else a while."""
    dawn = dawn_of(session.around.config, session.now)
    return dawn.opens - session.now if dawn.in_maintenance else _PAUSE


def _extend(session: Session, numbers: Sequence[int]) -> bool:
    """Read some products and extend them; False when the marketplace is away just now.

    What was extended before it went away is not extended again: the ledger knows.
    """
    around = session.around
    day = dawn_of(around.config, session.now)
    if day.in_maintenance and not session.dry_run:
        return False
    products_at = session.now
    try:
        products = read_products(session, numbers)
        snapshot = Snapshot(
            products_at=products_at,
            products=products,
            last_extension=_extended(session, products, day.day),
            in_flight=in_flight(session),
        )
        session.act(around.policy.plan_sale_periods(snapshot, session.now))
    except MaintenanceError:
        return False
    return session.dry_run or not session.drop_unsent()


def _extended(session: Session, products: Iterable[Product], day: date) -> dict[int, date]:
    around = session.around
    keys = {extension_key(row.product_no, day.isoformat()): row.product_no for row in products}
    done = around.offload(around.ledger.is_done, session.account, keys)
    return {keys[key]: day for key in done}


def sync_templates(
    session: Session, saves: Iterable[TemplateSave], deletes: Iterable[TemplateDelete]
) -> None:
    """Import the shipping templates, then make the wished changes within their limit (규칙 4.1-4.5).

    What a change reaches is read from the marketplace's list, so products that were never imported count.
    """
    around = session.around
    wishes, unwanted = tuple(saves), tuple(deletes)
    templates_at = session.now
    listed = around.client.shipping_templates.list()
    session.policy_nos = frozenset(row.ship_policy_no for row in listed)
    # A wish to save one that was deleted on our side takes the deletion back.
    wished = {str(wish.template.ship_policy_no) for wish in wishes}
    templates = _kept_templates(session, listed, wished)
    session.save(RecordKind.TEMPLATE, [template_draft(row, session.now) for row in templates])
    lease = session.keep_lease()
    if lease is not None:
        body: dict[str, JsonValue] = {"count": len(listed), "at": session.now.isoformat()}
        around.offload(around.ledger.put_progress, lease, TEMPLATES, body, session.now)
    products_at = session.now
    snapshot = Snapshot(
        templates_at=templates_at,
        templates=templates,
        templates_imported=True,
        products_at=products_at,
        products=_linked_products(session) if wishes or unwanted else (),
        template_saves=wishes,
        template_deletes=unwanted,
        in_flight=in_flight(session),
    )
    plan = around.policy.plan_templates(snapshot, session.now)
    session.act(plan, {DeleteTemplate: partial(_forget_template, session)})


def _kept_templates(
    session: Session, listed: Iterable[ShipPolicy], wished: Collection[str]
) -> tuple[ShipPolicy, ...]:
    """Leave out what was deleted on our side: the marketplace knows no delete and lists it for ever."""
    around = session.around
    gone = around.offload(
        lambda: {
            row.key for row in around.ledger.records(session.account, RecordKind.TEMPLATE, status=DELETED)
        }
    )
    hidden = gone.difference(wished)
    return tuple(row for row in listed if str(row.ship_policy_no) not in hidden)


def _linked_products(session: Session) -> tuple[Product, ...]:
    now = session.now
    found: dict[int, Product] = {}
    for row in session.around.client.products.iter(now - _CATALOGUE, now):
        session.step()
        basic = ProductBasic(ship_policy_no=row.ship_policy_no)
        found[row.product_no] = Product(product_no=row.product_no, basic=basic)
        session.tell("list", len(found))
    return tuple(found.values())


def _forget_template(session: Session, action: Action) -> None:
    lease = session.keep_lease()
    if lease is None:
        return
    ledger, offload = session.around.ledger, session.around.offload
    stored = offload(ledger.record, session.account, RecordKind.TEMPLATE, action.target.id)
    if stored is not None:
        session.save(RecordKind.TEMPLATE, [deleted_draft(stored)])
    note = "on our side only"
    offload(ledger.note, lease, "delete_template", str(action.target), note, session.now)
