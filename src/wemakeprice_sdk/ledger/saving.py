"""Saving records: what is new, what changed, what of it is personal, and what must never come in again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import define, field

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.encryption import RowCipher, dump, load
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.moving import SEALED, move_rows
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.parts import PartStore, PlainPart, PlainParts, by_class, joined, starts_at
from wemakeprice_sdk.ledger.records import PersonalState, RecordDraft, SaveCount
from wemakeprice_sdk.ledger.timestamps import DAY, to_micros
from wemakeprice_sdk.ledger.tombstones import RecordPlace, bars, destroyed_classes
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.secrets import forgetful

_UPSERT: Final = """INSERT INTO records
    (account, kind, record_key, status, at, ref, first_seen, last_seen, body, personal, digest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, kind, record_key) DO UPDATE SET
    status = excluded.status, at = excluded.at, ref = excluded.ref, last_seen = excluded.last_seen,
    body = excluded.body, personal = excluded.personal, digest = excluded.digest"""
_GONE: Final = frozenset({PersonalState.PARTIAL, PersonalState.DESTROYED})


@define
class _Known:
    digest: str
    last_seen: int
    personal: PersonalState
    body: str


@define
class _Kept:
    """What of a draft is kept; `reduced` when that is less than the draft says."""

    clear: Mapping[str, JsonValue] = field(repr=False)
    parts: PlainParts = field(repr=False)
    state: PersonalState
    reduced: bool


def check_draft(draft: RecordDraft, name: str) -> None:
    """Raise `TypeError` or `ValidationError` for what cannot be kept."""
    check_kind(name, draft, RecordDraft)
    for part in ("kind", "key", "status", "ref"):
        require_text(f"{name}.{part}", getattr(draft, part))
    check_kind(f"{name}.body", draft.body, Mapping)


class RecordWriter:
    """Inserts and updates records of one locked account, all under the stamp `now`."""

    def __init__(self, transaction: Transaction, row_cipher: RowCipher, account: str, now: int) -> None:
        self._transaction = transaction
        self._row_cipher = row_cipher
        self._account = account
        self._now = now
        self._store = PartStore(transaction, row_cipher, account)

    def save(self, records: Iterable[RecordDraft]) -> SaveCount:
        """Save in order: a later draft of the same key is merged into the earlier one."""
        total = SaveCount()
        for batch in batches(records):
            for part in _without_twins(batch):
                total += self._save_batch(part)
        return total

    def _save_batch(self, drafts: Sequence[RecordDraft]) -> SaveCount:
        known = self._known(drafts)
        changed: list[tuple[RecordDraft, str]] = []
        seen: list[RecordDraft] = []
        for draft in drafts:
            before, digest = known.get((draft.kind, draft.key)), self._digest(draft, draft.body)
            if before is not None and before.digest == digest:
                seen.append(draft)
            else:
                changed.append((draft, digest))
        rows: list[tuple[SqlValue, ...]] = []
        new = 0
        for draft, digest, old, destroyed in self._with_parts(changed, known):
            before = known.get((draft.kind, draft.key))
            kept = _kept(draft, before, old, destroyed)
            if kept.reduced:
                # A digest of what was destroyed or covered would still tell whether a guess of it is right.
                digest = self._digest(draft, personal.join(kept.clear, joined(kept.parts)))
                if before is not None and before.digest == digest:
                    seen.append(draft)
                    continue
            new += before is None
            rows.append(self._row(draft, kept, old, digest))
        self._transaction.many(_UPSERT, rows)
        self._store.write()
        self._touch(seen, known)
        return SaveCount(new, len(rows) - new, len(seen))

    @forgetful
    def _digest(self, draft: RecordDraft, body: Mapping[str, JsonValue]) -> str:
        return self._row_cipher.digest({"body": dict(body), "status": draft.status, "ref": draft.ref})

    def _known(self, drafts: Iterable[RecordDraft]) -> dict[RecordPlace, _Known]:
        found: dict[RecordPlace, _Known] = {}
        unmoved: list[SqlRow] = []
        for kind, keys in _by_kind((draft.kind, draft.key) for draft in drafts).items():
            rows = self._transaction.rows(
                f"SELECT {SEALED}, digest FROM records "  # noqa: S608
                f"WHERE account = ? AND kind = ? AND record_key IN ({placeholders(keys)})",
                self._account,
                kind,
                *keys,
            )
            for row in rows:
                _, key, _, last_seen, state, body, sealed, digest = row
                place = kind, text(key)
                found[place] = _Known(text(digest), whole(last_seen), PersonalState(text(state)), text(body))
                if sealed is not None:
                    unmoved.append(row[:-1])
        if unmoved:
            page = move_rows(self._transaction, self._row_cipher, self._account, unmoved)
            if page.flaws:
                # What is read anew would be merged into what cannot be read.
                raise page.flaws[0]
        return found

    def _with_parts(
        self, changed: Sequence[tuple[RecordDraft, str]], known: Mapping[RecordPlace, _Known]
    ) -> Iterator[tuple[RecordDraft, str, PlainParts, Collection[str]]]:
        """Yield each draft with the personal values its record holds, and the classes that were destroyed."""
        places = [(draft.kind, draft.key) for draft, _ in changed if personal.may_hold(draft.kind)]
        stored = [place for place in places if place in known]
        old = {
            (kind, key): parts
            for kind, keys in _by_kind(stored).items()
            for key, parts in self._store.open(kind, keys).items()
        }
        destroyed = destroyed_classes(self._transaction, self._row_cipher, self._account, places)
        for draft, digest in changed:
            place = draft.kind, draft.key
            yield draft, digest, old.get(place, {}), destroyed.get(place, ())

    def _row(self, draft: RecordDraft, kept: _Kept, old: PlainParts, digest: str) -> tuple[SqlValue, ...]:
        at, now = to_micros(draft.at, "records.at"), self._now
        starts = starts_at(draft.kind, kept.clear, at, now)
        self._store.put(draft.kind, draft.key, at, starts, kept.parts, old)
        head = (self._account, draft.kind, draft.key, draft.status, at, draft.ref, now, now)
        return (*head, dump(kept.clear), kept.state.value, digest)

    def _touch(self, seen: Iterable[RecordDraft], known: Mapping[RecordPlace, _Known]) -> None:
        # That a thing still stands as it did is worth a write once a day, not at every look.
        late = [(one.kind, one.key) for one in seen if self._now - known[one.kind, one.key].last_seen > DAY]
        self._transaction.many(
            "UPDATE records SET last_seen = ? WHERE account = ? AND kind = ? AND record_key = ?",
            [(self._now, self._account, *place) for place in late],
        )


@forgetful
def _kept(draft: RecordDraft, before: _Known | None, old: PlainParts, destroyed: Collection[str]) -> _Kept:
    """Merge a draft into what is there, less what was destroyed, and covered as it was covered."""
    clear, private = personal.split(draft.kind, draft.body)
    # Mostly the state alone moves on: where every value is there as it was, no old one has to be kept.
    if before is not None and old and private != (values := joined(old)):
        body = personal.merge(draft.kind, personal.join(load(before.body), values), draft.body)
        clear, private = personal.split(draft.kind, body)
    parts: PlainParts = {}
    dropped = covered = False
    for name, values in by_class(draft.kind, private).items():
        held = old.get(name)
        if held is None and bars(destroyed, name):
            dropped = True
        elif held is not None and held.state is PersonalState.MASKED:
            parts[name], covered = PlainPart(held.state, personal.mask(values)), True
        else:
            parts[name] = PlainPart(PersonalState.CLEAR, values)
    gone = dropped or (before is not None and before.personal in _GONE)
    return _Kept(clear, parts, _state(parts, gone=gone, covered=covered), dropped or covered)


def _state(parts: PlainParts, *, gone: bool, covered: bool) -> PersonalState:
    if gone:
        return PersonalState.PARTIAL if parts else PersonalState.DESTROYED
    if covered:
        return PersonalState.MASKED
    return PersonalState.CLEAR if parts else PersonalState.NONE


def _by_kind(places: Iterable[RecordPlace]) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for kind, key in places:
        keys.setdefault(kind, []).append(key)
    return keys


def _without_twins(drafts: Iterable[RecordDraft]) -> Iterator[list[RecordDraft]]:
    batch: dict[tuple[str, str], RecordDraft] = {}
    for draft in drafts:
        check_draft(draft, "records")
        if (draft.kind, draft.key) in batch:
            yield list(batch.values())
            batch = {}
        batch[draft.kind, draft.key] = draft
    yield list(batch.values())
