# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The job on shipping templates (배송 템플릿)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import partial

from wemakeprice_sdk.models import JsonValue, ListResult, Product, ProductBasic, ShippingTemplate
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.actions import Action, DeleteTemplate
from wemakeprice_sdk.policy.snapshot import Snapshot, TemplateDelete, TemplateSave
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.orders import in_flight
from wemakeprice_sdk.runner.conversion import DELETED, TEMPLATES, deleted_draft, template_draft

_CATALOGUE = timedelta(days=3653)
"""How far back products may have been registered that still use a template: ten years. An older product
would not count in what a change reaches, so the limit of a change could be passed unseen."""


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
    deleted = run.context.ledger.keys(run.account, RecordKind.TEMPLATE, status=DELETED)
    hidden = set(deleted) - set(wished)
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
