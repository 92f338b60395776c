"""Small pure readings on goods that the jobs share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from attrs import evolve

from wemakeprice_sdk.config import EndedGoodsPolicy
from wemakeprice_sdk.ledger.records import StoredRecord
from wemakeprice_sdk.models import Product, ProductSale, ProductStatus, SalePeriod
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import Action, SetStatus
from wemakeprice_sdk.policy.derived import option_key, option_rows, product_status
from wemakeprice_sdk.policy.imports import imported_link
from wemakeprice_sdk.runner.conversion import restore
from wemakeprice_sdk.runner.reports import ActionState

TEMPLATES: Final = "templates"
"""JobProgress key that says the templates were imported once."""
STOPPED: Final = "stopped-by-us"
"""JobProgress key of the products whose sale the sync stopped, so that it may resume them."""


def due_soon(
    record: StoredRecord, horizon: datetime, *, old: datetime, ended: EndedGoodsPolicy
) -> tuple[datetime, int] | None:
    """Return end and number of a product to look at, or None.

    Those that end before `horizon`, those whose end nobody knows, and those last read before `old`: meanwhile
    they may have been paused, resumed or shortened elsewhere. Only 판매종료 is final.
    """
    if record.status == ProductStatus.END.value and ended is EndedGoodsPolicy.SKIP:
        return None
    product = restore(Product, record)
    sale = product.sale or ProductSale()
    end = sale.sale_end_date or horizon
    if record.last_seen < old or (end <= horizon and sale.sale_period != SalePeriod.ALWAYS):
        return end, product.product_no
    return None


def pushed_links(
    links: Iterable[SkuLink], proven: Collection[tuple[int, tuple[str, ...]]], failed: Collection[str]
) -> list[SkuLink]:
    """Return the fresh links that showed sellable stock and whose product was not refused, not fresh."""
    return [
        evolve(link, never_pushed=False)
        for link in links
        if (link.product_no, link.option_key) in proven and str(link.product_no) not in failed
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


def links_of(product: Product, mode: SkuLinkMode, *, stock_sync: bool) -> list[SkuLink]:
    """Return the SKU links of a product that is imported: by seller code (업체코드), created, or none.

    An option or product without a seller code is left without a link, except under CREATE.
    """
    if mode is SkuLinkMode.NONE:
        return []
    created = mode is SkuLinkMode.CREATE
    code = product.etc.seller_prod_code if product.etc else None
    rows = option_rows(product)
    named: list[tuple[tuple[str, ...], str | None]] = [
        (option_key(row), row.seller_option_code) for row in rows
    ] or [((), code)]
    links: list[SkuLink] = []
    for index, (key, sku) in enumerate(named, start=1):
        if not sku and created:
            sku = f"{product.product_no}-{index}" if rows else str(product.product_no)
        if sku:
            links.append(imported_link(product.product_no, sku, key, stock_sync=stock_sync, created=created))
    return links
