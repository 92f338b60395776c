# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Erasing one order or one person on request: the records are found first, and destroyed after a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Final

from wemakeprice_sdk.ledger.personal import PERSONAL_KINDS, normalised, spoken
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import RetentionPolicy
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, LedgerRun
from wemakeprice_sdk.runner._sync.retention import PAGE, begin_page, end_page, running_holds
from wemakeprice_sdk.runner.erasure import (
    ErasureItem,
    ErasurePreview,
    ErasureSubject,
    ErasureTerms,
    bundle_of,
    orders_of,
    refers_to,
)
from wemakeprice_sdk.runner.export.retention.register import DestructionNote, DestructionReason

_Places = dict[str, set[str]]
"""Keys of records, by kind."""
_ORDERS: Final = (RecordKind.BUNDLE, RecordKind.FILE_BUNDLE, RecordKind.CLAIM, RecordKind.FILE_CLAIM)
_SPEECH: Final = (RecordKind.QUESTION, RecordKind.REVIEW, RecordKind.INQUIRY)
_BY_NUMBER: Final = frozenset({RecordKind.BUNDLE, RecordKind.CLAIM})


def preview_erasure(
    context: LedgerContext,
    subject: ErasureSubject,
    policy: RetentionPolicy,
    confirmed: Mapping[int, date],
) -> ErasurePreview:
    """Find what a request is about, and say what would become of it."""
    places = _find(context, subject)
    terms = _terms(context, policy, confirmed)
    items = _items(context, terms, places)
    records = tuple((kind, key) for kind in sorted(places) for key in sorted(places[kind]))
    return ErasurePreview(account=context.account, target=subject.target, records=records, items=tuple(items))


def erase(
    run: LedgerRun[LedgerContext],
    preview: ErasurePreview,
    policy: RetentionPolicy,
    confirmed: Mapping[int, date],
    by: str,
    done: list[ErasureItem],
) -> None:
    """Decide again on the records of a preview and destroy what may go; `done` says what became of each."""
    context = run.context
    places: _Places = defaultdict(set)
    for kind, key in preview.records:
        places[kind].add(key)
    items = _items(context, _terms(context, policy, confirmed), places)
    kept = [item for item in items if not item.destroyed]
    done += kept
    groups: dict[tuple[str, RetentionClass], list[ErasureItem]] = defaultdict(list)
    for item in items:
        if item.destroyed:
            groups[item.kind, item.data_class].append(item)
    for (kind, data_class), found in groups.items():
        for start in range(0, len(found), PAGE):
            page = found[start : start + PAGE]
            lease = begin_page(run)
            context.ledger.destroy_personal(
                lease,
                kind,
                None,
                run.now,
                retention_class=data_class,
                keys=[item.key for item in page],
                reason=_note(page, by, len(kept)),
            )
            done += page
            end_page(run, kind, start + len(page), len(found))
    last = run.keep_lease()
    if last is not None:
        words = f"{len(items) - len(kept)} destroyed, {len(kept)} kept, by {by}"
        context.ledger.note(last, "erasure_request", preview.target, words, run.now)


def _note(page: list[ErasureItem], by: str, kept: int) -> str:
    days = [item.day for item in page]
    note = DestructionNote(
        reason=DestructionReason.REQUEST, by=by, first=min(days), last=max(days), exceptions=kept
    )
    return note.to_text()


def _terms(context: LedgerContext, policy: RetentionPolicy, confirmed: Mapping[int, date]) -> ErasureTerms:
    holds = running_holds(context)
    held = {place: (f"보존 조치: {hold.reason}", hold.until) for place, hold in holds.items()}
    today = context.clock.now().date()
    return ErasureTerms(rules=policy.rules, today=today, confirmed=confirmed, holds=held)


def _items(context: LedgerContext, terms: ErasureTerms, places: _Places) -> list[ErasureItem]:
    items: list[ErasureItem] = []
    for kind in PERSONAL_KINDS:
        keys = places.get(kind)
        if keys:
            parts = context.ledger.personal_parts(context.account, kind)
            items += [terms.of_part(part) for part in parts if part.key in keys]
    sent = [(kind, key) for kind in sorted(places) for key in sorted(places[kind])]
    for place in sent:
        items += _payloads(context, terms, *place)
    return items


def _payloads(context: LedgerContext, terms: ErasureTerms, kind: str, key: str) -> list[ErasureItem]:
    """Return what was sent about a record."""
    # The kinds of records and of targets are the same words; orders and claims are known there by number.
    target = f"{kind}:{key.partition('/')[0] if kind in _BY_NUMBER else key}"
    intents = context.ledger.intents(context.account, target=target)
    return [terms.of_payload(intent) for intent in intents if intent.payload]


def _find(context: LedgerContext, subject: ErasureSubject) -> _Places:
    places: _Places = defaultdict(set)
    bundles: set[int] = set()
    if subject.bundle_no is not None:
        bundles.add(subject.bundle_no)
    for kind in PERSONAL_KINDS if subject.values else ():
        found = context.ledger.mentioning(context.account, kind, subject.values)
        for record in found:
            if subject.values <= spoken(kind, record.body):
                places[kind].add(record.key)
                bundle = bundle_of(record.body) if kind in _ORDERS else None
                bundles |= set() if bundle is None else {bundle}
    orders: set[int] = set()
    for kind in _ORDERS:
        for record in context.ledger.records(context.account, kind):
            if bundle_of(record.body) in bundles:
                places[kind].add(record.key)
                orders |= orders_of(record.body)
    phone = normalised(subject.phone)
    for kind in _SPEECH:
        for record in context.ledger.records(context.account, kind):
            if refers_to(record.body, frozenset(orders), phone):
                places[kind].add(record.key)
    return places
