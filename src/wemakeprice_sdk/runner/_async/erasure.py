"""Erasing one order or one person on request: the records are found first, and destroyed after a look."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Final

from wemakeprice_sdk.ledger.personal import PERSONAL_KINDS, spoken
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import RetentionPolicy
from wemakeprice_sdk.runner._async.ledger_run import AsyncLedgerContext, AsyncLedgerRun
from wemakeprice_sdk.runner._async.retention import PAGE, begin_page, end_page, running_holds
from wemakeprice_sdk.runner.erasure import (
    ErasureItem,
    ErasurePreview,
    ErasureSubject,
    ErasureTerms,
    bundle_of,
    is_open,
    orders_of,
    refers_to,
    targets_of,
)
from wemakeprice_sdk.runner.export.retention.register import DestructionNote, DestructionReason

_Places = dict[str, set[str]]
"""Keys of records, by kind."""
_ORDERS: Final[Mapping[RecordKind, RecordKind]] = {
    RecordKind.BUNDLE: RecordKind.BUNDLE,
    RecordKind.FILE_BUNDLE: RecordKind.BUNDLE,
    RecordKind.CLAIM: RecordKind.CLAIM,
    RecordKind.FILE_CLAIM: RecordKind.CLAIM,
}
"""Kinds of orders and claims, to the kind under which the marketplace's word of the same thing stands."""
_SPEECH: Final = (RecordKind.QUESTION, RecordKind.REVIEW, RecordKind.INQUIRY)


async def preview_erasure(
    context: AsyncLedgerContext,
    subject: ErasureSubject,
    policy: RetentionPolicy,
    confirmed: Mapping[int, date],
) -> ErasurePreview:
    """Find what a request is about, and say what would become of it."""
    places = await _find(context, subject)
    terms = await _terms(context, policy, confirmed)
    items = await _items(context, terms, places)
    records = tuple((kind, key) for kind in sorted(places) for key in sorted(places[kind]))
    return ErasurePreview(account=context.account, target=subject.target, records=records, items=tuple(items))


async def erase(
    run: AsyncLedgerRun[AsyncLedgerContext],
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
    items = await _items(context, await _terms(context, policy, confirmed), places)
    kept = Counter((item.kind, item.data_class) for item in items if not item.destroyed)
    done += [item for item in items if not item.destroyed]
    destroyed = 0
    groups: dict[tuple[str, RetentionClass], list[ErasureItem]] = defaultdict(list)
    for item in items:
        if item.destroyed:
            groups[item.kind, item.data_class].append(item)
    for (kind, data_class), found in groups.items():
        for start in range(0, len(found), PAGE):
            page = found[start : start + PAGE]
            lease = await begin_page(run)
            destroyed += await context.ledger.destroy_personal(
                lease,
                kind,
                None,
                run.now,
                retention_class=data_class,
                keys=[item.key for item in page],
                reason=_note(page, by, kept[kind, data_class]),
            )
            done += page
            await end_page(run, kind, start + len(page), len(found))
    last = await run.keep_lease()
    if last is not None:
        words = f"{destroyed} destroyed, {kept.total()} kept, by {by}"
        await context.ledger.note(last, "erasure_request", preview.target, words, run.now)


def _note(page: list[ErasureItem], by: str, kept: int) -> str:
    days = [item.day for item in page]
    note = DestructionNote(
        reason=DestructionReason.REQUEST, by=by, first=min(days), last=max(days), exceptions=kept
    )
    return note.to_text()


async def _terms(
    context: AsyncLedgerContext, policy: RetentionPolicy, confirmed: Mapping[int, date]
) -> ErasureTerms:
    holds = await running_holds(context)
    held = {place: (f"보존 조치: {hold.reason}", hold.until) for place, hold in holds.items()}
    today = context.clock.now().date()
    return ErasureTerms(rules=policy.rules, today=today, confirmed=confirmed, holds=held)


async def _items(context: AsyncLedgerContext, terms: ErasureTerms, places: _Places) -> list[ErasureItem]:
    items: list[ErasureItem] = []
    waiting = await _waiting(context, places)
    for kind in PERSONAL_KINDS:
        keys = places.get(kind)
        if keys:
            parts = context.ledger.personal_parts(context.account, kind)
            items += [
                terms.of_part(part, is_open=(kind, part.key) in waiting)
                async for part in parts
                if part.key in keys
            ]
    sent = [
        target for kind in sorted(places) for key in sorted(places[kind]) for target in targets_of(kind, key)
    ]
    for target in dict.fromkeys(sent):
        intents = await context.ledger.intents(context.account, target=target)
        items += [terms.of_payload(intent) for intent in intents if intent.payload]
    return items


async def _waiting(context: AsyncLedgerContext, places: _Places) -> set[tuple[str, str]]:
    """Return the orders and claims that no record, of the marketplace or a file, says to be over."""
    things: dict[tuple[str, str], tuple[str, str]] = {}
    over: set[tuple[str, str]] = set()
    for kind, shown in _ORDERS.items():
        for key in places.get(kind, ()):
            things[kind, key] = thing = (shown, key.partition("/")[0])
            record = await context.ledger.record(context.account, kind, key)
            if record is not None and not is_open(record):
                over.add(thing)
    return {place for place, thing in things.items() if thing not in over}


async def _find(context: AsyncLedgerContext, subject: ErasureSubject) -> _Places:
    places: _Places = defaultdict(set)
    bundles: set[int] = set()
    if subject.bundle_no is not None:
        bundles.add(subject.bundle_no)
    for kind in PERSONAL_KINDS if subject.values else ():
        found = context.ledger.mentioning(context.account, kind, subject.values)
        async for record in found:
            if subject.values <= spoken(kind, record.body):
                places[kind].add(record.key)
                bundle = bundle_of(record.body) if kind in _ORDERS else None
                bundles |= set() if bundle is None else {bundle}
    orders: set[int] = set()
    for kind in _ORDERS:
        async for record in context.ledger.records(context.account, kind):
            if bundle_of(record.body) in bundles:
                places[kind].add(record.key)
                orders |= orders_of(record.body)
    for kind in _SPEECH:
        async for record in context.ledger.records(context.account, kind):
            if refers_to(record.body, frozenset(orders), subject):
                places[kind].add(record.key)
    return places
