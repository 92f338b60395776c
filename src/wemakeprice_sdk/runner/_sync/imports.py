# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs that import what already sells by registration date (상품·딜 가져오기, API)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from wemakeprice_sdk.client._sync.pager import Pager
from wemakeprice_sdk.client.paging import windows_of, windows_of_months
from wemakeprice_sdk.errors import NotFoundError
from wemakeprice_sdk.models import Deal, DealRow, ProductRow
from wemakeprice_sdk.policy.actions import Action, ImportDeal, ImportProduct, ImportSource, SkuLinkMode
from wemakeprice_sdk.policy.snapshot import DealCandidate, ProductCandidate, Snapshot
from wemakeprice_sdk.runner._sync.goods import TEMPLATES
from wemakeprice_sdk.runner._sync.session import Session
from wemakeprice_sdk.runner.drafts import deal_draft, product_draft
from wemakeprice_sdk.runner.goods import links_of
from wemakeprice_sdk.runner.records import RecordKind
from wemakeprice_sdk.runner.reports import ActionState
from wemakeprice_sdk.wire.windows import Window

T = TypeVar("T")
_WIDTH = timedelta(days=31)
_PRODUCT, _DEAL = "imported-product", "imported-deal"


def import_products(
    session: Session, start: datetime, end: datetime, mode: SkuLinkMode, *, stock_sync: bool
) -> None:
    """Import products registered between `start` and `end` that are not registered on our side yet."""
    job = f"import_products/{start.isoformat()}/{end.isoformat()}"
    for window in _left(session, job, windows_of(start, end, _WIDTH, timedelta(0))):
        rows = _all(session, session.around.client.products.iter(window.start, window.end))
        snapshot = _product_snapshot(session, rows, mode, stock_sync=stock_sync)
        before = len(session.results)
        session.act(
            session.around.policy.plan_imports(snapshot, session.now), partial(_take_product, session)
        )
        _finish(session, job, window, before)
        if session.stopped:
            return


def import_deals(session: Session, start: datetime, end: datetime) -> None:
    """Import deals registered between `start` and `end`; missing products are named, not invented."""
    job = f"import_deals/{start.isoformat()}/{end.isoformat()}"
    for window in _left(session, job, windows_of_months(start, end, timedelta(0))):
        rows = _all(session, session.around.client.deals.iter(window.start, window.end))
        deals = _read_deals(session, rows)
        snapshot = _deal_snapshot(session, deals)
        by_number = {str(deal.deal_no): deal for deal in deals}
        before = len(session.results)
        session.act(
            session.around.policy.plan_imports(snapshot, session.now), partial(_take_deal, session, by_number)
        )
        _finish(session, job, window, before)
        if session.stopped:
            return


def _all(session: Session, pager: Pager[T]) -> list[T]:
    rows: list[T] = []
    for row in pager:
        rows.append(row)
        session.tell("list", len(rows))
    return rows


def _left(session: Session, job: str, windows: Sequence[Window]) -> list[Window]:
    around = session.around
    known = around.offload(around.ledger.progress, session.account, job)
    until = known.get("until") if known is not None else None
    if not isinstance(until, str):
        return list(windows)
    return [window for window in windows if window.end > datetime.fromisoformat(until)]


def _finish(session: Session, job: str, window: Window, before: int) -> None:
    # A window with a row that failed is read again by the next run; what was imported is known by then.
    mine = session.results[before:]
    lease = session.keep_lease()
    if lease is None or any(row.state is not ActionState.APPLIED for row in mine):
        return
    around = session.around
    body = {"until": window.end.isoformat()}
    around.offload(around.ledger.put_progress, lease, job, body, session.now)


def _registered(session: Session, kind: str, numbers: Iterable[int]) -> frozenset[int]:
    around = session.around
    keys = [str(number) for number in numbers]
    found = around.offload(around.ledger.processed, session.account, kind, keys)
    return frozenset(int(key) for key in found)


def _has_templates(session: Session) -> bool:
    around = session.around
    return around.offload(around.ledger.progress, session.account, TEMPLATES) is not None


def _product_snapshot(
    session: Session, rows: Sequence[ProductRow], mode: SkuLinkMode, *, stock_sync: bool
) -> Snapshot:
    candidates = [
        ProductCandidate(
            product_no=row.product_no, source=ImportSource.API, sku_link=mode, stock_sync=stock_sync
        )
        for row in rows
    ]
    return Snapshot(
        templates_imported=_has_templates(session),
        registered_products=_registered(session, _PRODUCT, (row.product_no for row in rows)),
        product_candidates=tuple(candidates),
    )


def _take_product(session: Session, action: Action) -> None:
    if not isinstance(action, ImportProduct):
        raise TypeError("only products are imported here")
    around = session.around
    product = around.client.products.get(action.product_no)
    session.save(RecordKind.PRODUCT, [product_draft(product, session.now)])
    lease = session.keep_lease()
    if lease is None:
        return
    links = links_of(product, action.sku_link, stock_sync=action.stock_sync)
    around.offload(around.ledger.put_links, lease, links, session.now)
    # Last, because it says that nothing is left to do for this product.
    key = [str(action.product_no)]
    around.offload(around.ledger.mark_processed, lease, _PRODUCT, key, session.now)


def _read_deals(session: Session, rows: Sequence[DealRow]) -> list[Deal]:
    known = _registered(session, _DEAL, (row.deal_no for row in rows))
    deals: list[Deal] = []
    for row in rows:
        if row.deal_no in known:
            continue
        try:
            deals.append(session.around.client.deals.get(row.deal_no))
        except NotFoundError:
            continue
        session.tell("deals", len(deals), len(rows))
    return deals


def _deal_snapshot(session: Session, deals: Sequence[Deal]) -> Snapshot:
    named = {deal.deal_no: tuple(row.product_no for row in deal.product_list) for deal in deals}
    numbers = {number for products in named.values() for number in products}
    return Snapshot(
        templates_imported=_has_templates(session),
        registered_products=_registered(session, _PRODUCT, numbers),
        deal_candidates=tuple(
            DealCandidate(deal_no=number, product_nos=products, source=ImportSource.API)
            for number, products in named.items()
        ),
    )


def _take_deal(session: Session, deals: Mapping[str, Deal], action: Action) -> None:
    if not isinstance(action, ImportDeal):
        raise TypeError("only deals are imported here")
    deal = deals[action.target.id]
    session.save(RecordKind.DEAL, [deal_draft(deal, session.now)])
    lease = session.keep_lease()
    if lease is not None:
        around = session.around
        key = [str(deal.deal_no)]
        around.offload(around.ledger.mark_processed, lease, _DEAL, key, session.now)
