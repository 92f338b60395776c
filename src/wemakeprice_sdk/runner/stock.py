"""Small pure readings on stock: which links were pushed, which stops are ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from attrs import evolve

from wemakeprice_sdk.models import Product, ProductStatus
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import Action, SetStatus
from wemakeprice_sdk.policy.derived import option_key, option_rows, product_status
from wemakeprice_sdk.runner.results import ActionState


def pushed_links(
    links: Iterable[SkuLink], verified: Collection[tuple[int, tuple[str, ...]]], failed: Collection[str]
) -> list[SkuLink]:
    """Return the fresh links that showed sellable stock and whose product was not refused, not fresh."""
    return [
        evolve(link, never_pushed=False)
        for link in links
        if (link.product_no, link.option_key) in verified and str(link.product_no) not in failed
    ]


def seated_links(links: Iterable[SkuLink], products: Iterable[Product]) -> list[SkuLink]:
    """Return the links whose option row, or product without option rows, was read from the marketplace."""
    there = {
        (product.product_no, key)
        for product in products
        for key in [option_key(row) for row in option_rows(product)] or [()]
    }
    return [link for link in links if (link.product_no, link.option_key) in there]


def standing_stops(known: Collection[int], products: Iterable[Product]) -> frozenset[int]:
    """Return our stops that still stand: a product read in another state was moved by someone else."""
    moved = {row.product_no for row in products if product_status(row) not in (None, ProductStatus.STOP)}
    return frozenset(known) - moved


def wanted_stops(plan: Iterable[Action]) -> frozenset[int]:
    """Return the products whose sale a plan stops."""
    return frozenset(
        row.product_no for row in plan if isinstance(row, SetStatus) and row.status == ProductStatus.STOP
    )


def stops_after(
    known: Collection[int], plan: Iterable[Action], states: Mapping[str, ActionState]
) -> frozenset[int]:
    """Return the stops of ours after a run; one whose outcome is open counts, one that was there does not."""
    rows = [row for row in plan if isinstance(row, SetStatus)]
    ours = {row.product_no for row in rows if states.get(row.key) in _MAY_HAVE_STOPPED}
    resumed = {row.product_no for row in rows if states.get(row.key) in _THERE}
    stops = wanted_stops(rows)
    return (frozenset(known) - (resumed - stops)) | (ours & stops)


_THERE = frozenset({ActionState.APPLIED, ActionState.ALREADY_DONE})
_MAY_HAVE_STOPPED = frozenset({ActionState.APPLIED, ActionState.OPEN, ActionState.UNKNOWN})
