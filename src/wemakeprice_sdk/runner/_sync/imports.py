# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs that import what already sells by registration date (상품·딜 가져오기, API)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from wemakeprice_sdk.client._sync.pager import Pager
from wemakeprice_sdk.client.paging import windows_of, windows_of_months
from wemakeprice_sdk.errors import ApiError, NotFoundError
from wemakeprice_sdk.models import Deal, DealRow, JsonValue, ProductRow
from wemakeprice_sdk.policy.actions import Action, ImportDeal, ImportProduct, ImportSource, SkuLinkMode
from wemakeprice_sdk.policy.snapshot import DealCandidate, ProductCandidate, SkuLink, Snapshot
from wemakeprice_sdk.runner._sync.session import Session
from wemakeprice_sdk.runner.drafts import deal_draft, product_draft
from wemakeprice_sdk.runner.goods import TEMPLATES, links_of
from wemakeprice_sdk.runner.outages import concerns_all
from wemakeprice_sdk.runner.records import RecordDraft, RecordKind, SaveCount
from wemakeprice_sdk.runner.reports import ActionState
from wemakeprice_sdk.wire.windows import Window

T = TypeVar("T")
_WIDTH = timedelta(days=31)


def import_products(
    session: Session, start: datetime, end: datetime, mode: SkuLinkMode, *, stock_sync: bool
) -> None:
    """Import products registered between `start` and `end` that are not registered on our side yet."""
    whole = True
    job = f"import_products/{start.isoformat()}/{end.isoformat()}"
    for window in _left(session, job, windows_of(start, end, _WIDTH, timedelta(0))):
        session.step()
        seen = _seen(session, window)
        rows = _all(session, session.around.client.products.iter(window.start, window.end))
        snapshot = _product_snapshot(session, rows, mode, stock_sync=stock_sync)
        done = _carry_out(session, snapshot, {ImportProduct: partial(_take_product, session)})
        whole = _remember(session, job, seen, whole and done)


def import_deals(session: Session, start: datetime, end: datetime) -> None:
    """Import deals registered between `start` and `end`; missing products are named, not invented."""
    whole = True
    job = f"import_deals/{start.isoformat()}/{end.isoformat()}"
    for window in _left(session, job, windows_of_months(start, end, timedelta(0))):
        session.step()
        seen = _seen(session, window)
        rows = _all(session, session.around.client.deals.iter(window.start, window.end))
        unread = len(session.unread)
        deals = _read_deals(session, rows)
        snapshot = _deal_snapshot(session, deals)
        by_number = {str(deal.deal_no): deal for deal in deals}
        done = _carry_out(session, snapshot, {ImportDeal: partial(_take_deal, session, by_number)})
        whole = _remember(session, job, seen, whole and done and unread == len(session.unread))


def _all(session: Session, pager: Pager[T]) -> list[T]:
    rows: list[T] = []
    for row in pager:
        session.step()
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


def _seen(session: Session, window: Window) -> datetime:
    """Give up to when a window shows everything: in one that is not over yet more will be registered."""
    return min(window.end, session.now - session.around.settings.overlap)


def _carry_out(
    session: Session,
    snapshot: Snapshot,
    take: Mapping[type[Action], Callable[[Action], None]],
) -> bool:
    """Import what a window showed; False when something was held or failed."""
    before = len(session.results)
    plan = session.around.policy.plan_imports(snapshot, session.now)
    session.act(plan, take)
    failed = any(row.state is not ActionState.APPLIED for row in session.results[before:])
    return not (failed or plan.held or plan.blocked)


def _remember(session: Session, job: str, seen: datetime, whole: bool) -> bool:
    """Remember that all is done up to `seen`, unless something before it was left out.

    A window that was not whole, and all after it, are read again by the next run; what was imported is
    known by then.
    """
    lease = session.keep_lease()
    if whole and lease is not None:
        body: dict[str, JsonValue] = {"until": seen.isoformat()}
        session.around.offload(session.around.ledger.put_progress, lease, job, body, session.now)
    return whole


def _registered(session: Session, kind: RecordKind, numbers: Iterable[int]) -> frozenset[int]:
    around = session.around
    keys = [str(number) for number in numbers]
    found = around.offload(around.ledger.registered, session.account, kind, keys)
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
        registered_products=_registered(session, RecordKind.PRODUCT, (row.product_no for row in rows)),
        product_candidates=tuple(candidates),
    )


def _take_product(session: Session, action: Action) -> None:
    if not isinstance(action, ImportProduct):
        raise TypeError("only products are imported here")
    around = session.around
    product = around.client.products.get(action.product_no)
    links = links_of(product, action.sku_link, stock_sync=action.stock_sync)
    _register(session, product_draft(product, session.now), links)


def _register(session: Session, draft: RecordDraft, links: Iterable[SkuLink] = ()) -> None:
    lease = session.keep_lease()
    if lease is not None:
        register = session.around.ledger.register
        new = session.around.offload(register, lease, draft, session.now, links=links)
        session.note_saved(draft.kind, SaveCount(new=int(new), same=int(not new)))


def _read_deals(session: Session, rows: Sequence[DealRow]) -> list[Deal]:
    known = _registered(session, RecordKind.DEAL, (row.deal_no for row in rows))
    deals: list[Deal] = []
    for row in rows:
        if row.deal_no in known:
            continue
        session.step()
        try:
            deals.append(session.around.client.deals.get(row.deal_no))
        except NotFoundError:
            continue
        except ApiError as error:
            if concerns_all(error):
                raise
            session.note_unread(f"deal:{row.deal_no}", error)
        session.tell("deals", len(deals), len(rows))
    return deals


def _deal_snapshot(session: Session, deals: Sequence[Deal]) -> Snapshot:
    named = {deal.deal_no: tuple(row.product_no for row in deal.product_list) for deal in deals}
    numbers = {number for products in named.values() for number in products}
    return Snapshot(
        templates_imported=_has_templates(session),
        registered_products=_registered(session, RecordKind.PRODUCT, numbers),
        deal_candidates=tuple(
            DealCandidate(deal_no=number, product_nos=products, source=ImportSource.API)
            for number, products in named.items()
        ),
    )


def _take_deal(session: Session, deals: Mapping[str, Deal], action: Action) -> None:
    if not isinstance(action, ImportDeal):
        raise TypeError("only deals are imported here")
    _register(session, deal_draft(deals[action.target.id], session.now))
