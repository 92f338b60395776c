"""What a snapshot looks like after actions succeeded: for previews, and to plan one job after another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import evolve

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import Action
from wemakeprice_sdk.policy.snapshot import Snapshot
from wemakeprice_sdk.policy.world import World

__all__ = ["advance"]


def advance(snapshot: Snapshot, actions: Iterable[Action], now: datetime) -> Snapshot:
    """Return the snapshot as it would be if every action succeeded at `now`.

    Pure, and a model of the contract's state machines: goods that leave take their reservation with them,
    approved cancels take their lines out of the bundle, a rejected cancel ships the bundle. Reservations of
    cancelled lines stay until their owner releases them.
    """
    check_kind("snapshot", snapshot, Snapshot)
    world = _world(snapshot, require_aware(now, "now"))
    for action in actions:
        action.apply(world)
    return _snapshot(snapshot, world)


def _world(snapshot: Snapshot, now: datetime) -> World:
    return World(
        now=now,
        bundles={bundle.bundle_no: bundle for bundle in snapshot.bundles},
        claims={claim.claim_bundle_no: claim for claim in snapshot.claims},
        products={product.product_no: product for product in snapshot.products},
        templates={template.shipping_template_no: template for template in snapshot.templates},
        shipped=set(),
        confirmed=set(snapshot.confirmed),
        stopped=set(snapshot.stopped_by_us),
        extended=dict(snapshot.last_extension),
        pushed=set(),
        answered=set(snapshot.answered),
        registered_products=set(snapshot.registered_products),
        registered_deals=set(snapshot.registered_deals),
        templates_imported=snapshot.templates_imported,
    )


def _snapshot(base: Snapshot, world: World) -> Snapshot:
    gone: dict[str, int] = {}
    kept = []
    for row in base.reservations:
        if row.bundle_no in world.shipped:
            gone[row.sku] = gone.get(row.sku, 0) + row.quantity
        else:
            kept.append(row)
    stock = [
        evolve(row, quantity=max(0, row.quantity - gone[row.sku])) if row.sku in gone else row
        for row in base.stock
    ]
    return evolve(
        base,
        bundles=tuple(world.bundles.values()),
        claims=tuple(world.claims.values()),
        products=tuple(world.products.values()),
        templates=tuple(world.templates.values()),
        reservations=tuple(kept),
        stock=tuple(stock),
        links=tuple(_pushed(link, world.pushed) for link in base.links),
        confirmed=frozenset(world.confirmed),
        stopped_by_us=frozenset(world.stopped),
        last_extension=world.extended,
        answered=frozenset(world.answered),
        registered_products=frozenset(world.registered_products),
        registered_deals=frozenset(world.registered_deals),
        templates_imported=world.templates_imported,
    )


def _pushed(link: SkuLink, pushed: set[tuple[int, tuple[str, ...]]]) -> SkuLink:
    if link.never_pushed and (link.product_no, link.option_key) in pushed:
        return evolve(link, never_pushed=False)
    return link
