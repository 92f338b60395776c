"""What the ledger collected: records, how far lists were read, what needs no more work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.arguments import checked_keys, require_text
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import LedgerBase, append_audit, override
from wemakeprice_sdk.ledger.encryption import PAGE, RotationPage, RowCipher, context, dump, load
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.records import (
    AuditNote,
    Lease,
    PersonalState,
    RecordDraft,
    SaveCount,
    StoredRecord,
)
from wemakeprice_sdk.ledger.timestamps import DAY, to_micros, to_timestamp
from wemakeprice_sdk.secrets import RotatingCipher, rotate_token

COLUMNS: Final = "account, kind, record_key, status, at, ref, first_seen, last_seen, personal, body, sealed"
_UPSERT: Final = """INSERT INTO records
    (account, kind, record_key, status, at, ref, first_seen, last_seen, body, sealed, personal, digest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, kind, record_key) DO UPDATE SET
    status = excluded.status, at = excluded.at, ref = excluded.ref, last_seen = excluded.last_seen,
    body = excluded.body, sealed = excluded.sealed, personal = excluded.personal, digest = excluded.digest"""


SAVED: Final = "saved"
"""The stream of the watermarks that holds the stamp of the account's last save."""
_Condition = tuple[str, list[SqlValue]]


@frozen
class _Known:
    digest: str
    last_seen: int
    personal: PersonalState
    body: str
    token: str | None


class LedgerCollection(LedgerBase):
    """Records, watermarks and processed keys."""

    @override
    def save(
        self,
        lease: Lease,
        records: Iterable[RecordDraft],
        now: datetime,
        *,
        watermark: tuple[str, datetime] | None = None,
        audit: AuditNote | None = None,
    ) -> SaveCount:
        check_items("records", records)
        check_kind("audit", audit, AuditNote, optional=True)
        stream, complete = _checked_watermark(watermark)
        with self._write_for(lease) as (transaction, row):
            saved = save_records(transaction, self._row_cipher(transaction), row.account, records, now)
            if stream is not None:
                _move_watermark(transaction, row.account, stream, complete)
            if audit is not None and (saved.new or saved.changed):
                words = (require_words(audit.actor, "audit.actor", 100), audit.action, audit.target)
                append_audit(transaction, row, *words, audit.detail, now)
            return saved

    @override
    def record(self, account: str, kind: str, key: str) -> StoredRecord | None:
        require_text("kind", kind)
        require_text("key", key)
        with self._read(account) as transaction:
            return find_record(transaction, self._row_cipher(transaction), account, kind, key)

    @override
    def records(
        self,
        account: str,
        kind: str,
        *,
        status: str | None = None,
        ref: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[StoredRecord]:
        require_text("account", account)
        first = _condition(account, kind, status=status, ref=ref, since=since, until=until)
        # Behind a key `since` says nothing more, and SQLite would begin at it again for every page.
        later = _condition(account, kind, status=status, ref=ref, until=until)
        return self._pages(account, first, later)

    def _pages(self, account: str, first: _Condition, later: _Condition) -> Iterator[StoredRecord]:
        (condition, values), rest = first, later[0] + " AND (at, record_key) > (?, ?)"
        while True:
            # No transaction is open while the caller works on a page.
            with self._read(account) as transaction:
                rows = transaction.rows(
                    f"SELECT {COLUMNS} FROM records WHERE {condition} "  # noqa: S608
                    f"ORDER BY at, record_key LIMIT {PAGE}",
                    *values,
                )
                row_cipher = self._row_cipher(transaction)
            yield from [read_record(row, row_cipher) for row in rows]
            if len(rows) < PAGE:
                return
            condition, values = rest, [*later[1], rows[-1][4], rows[-1][2]]

    @override
    def count(self, account: str, kind: str, status: str | None = None) -> int:
        condition, values = _condition(account, kind, status=status)
        with self._read(account) as transaction:
            return whole(transaction.rows(f"SELECT count(*) FROM records WHERE {condition}", *values)[0][0])  # noqa: S608

    @override
    def oldest(
        self, account: str, kind: str, status: str, *, since: datetime | None = None
    ) -> datetime | None:
        condition, values = _condition(account, kind, status=status, since=since)
        with self._read(account) as transaction:
            rows = transaction.rows(f"SELECT at FROM records WHERE {condition} ORDER BY at LIMIT 1", *values)  # noqa: S608
            return to_timestamp(rows[0][0]) if rows else None

    @override
    def watermark(self, account: str, stream: str) -> datetime | None:
        require_text("stream", stream)
        with self._read(account) as transaction:
            sql = "SELECT moment FROM watermarks WHERE account = ? AND stream = ?"
            rows = transaction.rows(sql, account, stream)
            return to_timestamp(rows[0][0]) if rows else None

    @override
    def mark_processed(self, lease: Lease, kind: str, keys: Iterable[str], now: datetime) -> None:
        require_text("kind", kind)
        micros = to_micros(now, "now")
        with self._write_for(lease) as (transaction, row):
            transaction.many(
                "INSERT INTO processed (account, kind, item_key, at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                [(row.account, kind, key, micros) for key in checked_keys("keys", keys)],
            )

    @override
    def processed(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        require_text("kind", kind)
        found: set[str] = set()
        with self._read(account) as transaction:
            for batch in batches(checked_keys("keys", keys)):
                rows = transaction.rows(
                    "SELECT item_key FROM processed "  # noqa: S608
                    f"WHERE account = ? AND kind = ? AND item_key IN ({placeholders(batch)})",
                    account,
                    kind,
                    *batch,
                )
                found.update(text(row[0]) for row in rows)
        return frozenset(found)


def _checked_watermark(watermark: tuple[str, datetime] | None) -> tuple[str | None, int]:
    if watermark is None:
        return None, 0
    check_kind("watermark", watermark, tuple)
    stream, complete = watermark
    require_text("watermark[0]", stream)
    return stream, to_micros(complete, "watermark[1]")


def _move_watermark(transaction: Transaction, account: str, stream: str, micros: int) -> None:
    """Move a watermark forwards; an earlier timestamp changes nothing."""
    transaction.many(
        "INSERT INTO watermarks (account, stream, moment) VALUES (?, ?, ?) "
        "ON CONFLICT (account, stream) DO UPDATE SET moment = excluded.moment "
        "WHERE excluded.moment > watermarks.moment",
        [(account, stream, micros)],
    )


def _condition(
    account: str,
    kind: str,
    *,
    status: str | None = None,
    ref: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> _Condition:
    condition = "account = ?"
    values: list[SqlValue] = [account]
    texts = {"kind": kind, "status": status, "ref": ref}
    for column, wanted in texts.items():
        if wanted is not None or column == "kind":
            require_text(column, wanted)
            condition += f" AND {column} = ?"
            values.append(wanted)
    if since is not None:
        condition += " AND at >= ?"
        values.append(to_micros(since, "since"))
    if until is not None:
        condition += " AND at < ?"
        values.append(to_micros(until, "until"))
    return condition, values


def save_records(
    transaction: Transaction,
    row_cipher: RowCipher,
    account: str,
    records: Iterable[RecordDraft],
    now: datetime,
) -> SaveCount:
    """Insert and update records, in order: a later draft of the same key is merged into the earlier one."""
    total, micros = SaveCount(), _next_stamp(transaction, account, to_micros(now, "now"))
    for batch in batches(records):
        for part in _without_twins(batch):
            total += _save_batch(transaction, row_cipher, account, part, micros)
    return total


def _next_stamp(transaction: Transaction, account: str, now: int) -> int:
    """Return `now`, or the next microsecond behind the last save: readers of changes go by this order."""
    known = transaction.rows(
        "SELECT moment FROM watermarks WHERE account = ? AND stream = ?", account, SAVED
    ) or transaction.rows("SELECT max(last_seen) FROM records WHERE account = ?", account)
    last = known[0][0]
    stamp = now if last is None else max(now, whole(last) + 1)
    _move_watermark(transaction, account, SAVED, stamp)
    return stamp


def _without_twins(drafts: Iterable[RecordDraft]) -> Iterator[list[RecordDraft]]:
    batch: dict[tuple[str, str], RecordDraft] = {}
    for draft in drafts:
        check_draft(draft, "records")
        if (draft.kind, draft.key) in batch:
            yield list(batch.values())
            batch = {}
        batch[draft.kind, draft.key] = draft
    yield list(batch.values())


def check_draft(draft: RecordDraft, name: str) -> None:
    """Raise `TypeError` or `ValidationError` for what cannot be kept."""
    check_kind(name, draft, RecordDraft)
    for part in ("kind", "key", "status", "ref"):
        require_text(f"{name}.{part}", getattr(draft, part))
    check_kind(f"{name}.body", draft.body, Mapping)


def _save_batch(
    transaction: Transaction, row_cipher: RowCipher, account: str, drafts: Sequence[RecordDraft], now: int
) -> SaveCount:
    known = _known(transaction, account, drafts)
    rows: list[tuple[SqlValue, ...]] = []
    # That a thing still stands as it did is worth a write once a day, not at every look.
    seen: list[tuple[SqlValue, ...]] = []
    new = changed = same = 0
    for draft in drafts:
        before = known.get((draft.kind, draft.key))
        digest = row_cipher.digest({"body": dict(draft.body), "status": draft.status, "ref": draft.ref})
        if before is not None and before.digest == digest:
            same += 1
            if now - before.last_seen > DAY:
                seen.append((now, account, draft.kind, draft.key))
            continue
        new, changed = (new + 1, changed) if before is None else (new, changed + 1)
        rows.append(_row(row_cipher, account, draft, before, digest, now))
    transaction.many(_UPSERT, rows)
    transaction.many(
        "UPDATE records SET last_seen = ? WHERE account = ? AND kind = ? AND record_key = ?", seen
    )
    return SaveCount(new, changed, same)


def _known(
    transaction: Transaction, account: str, drafts: Sequence[RecordDraft]
) -> dict[tuple[str, str], _Known]:
    found: dict[tuple[str, str], _Known] = {}
    for kind in sorted({draft.kind for draft in drafts}):
        keys = [draft.key for draft in drafts if draft.kind == kind]
        rows = transaction.rows(
            "SELECT record_key, digest, last_seen, personal, body, sealed FROM records "  # noqa: S608
            f"WHERE account = ? AND kind = ? AND record_key IN ({placeholders(keys)})",
            account,
            kind,
            *keys,
        )
        for key, digest, seen, state, body, sealed in rows:
            token = None if sealed is None else text(sealed)
            known = _Known(text(digest), whole(seen), PersonalState(text(state)), text(body), token)
            found[kind, text(key)] = known
    return found


def _row(
    row_cipher: RowCipher, account: str, draft: RecordDraft, before: _Known | None, digest: str, now: int
) -> tuple[SqlValue, ...]:
    place = (account, "record", draft.kind, draft.key)
    body = draft.body
    if before is not None and before.token is not None and before.personal is PersonalState.CLEAR:
        old = personal.join(load(before.body), row_cipher.decrypt_values(before.token, *place))
        body = personal.merge(draft.kind, old, body)
    clear, private = personal.split(draft.kind, body)
    state = PersonalState.CLEAR if private else PersonalState.NONE
    if before is not None and before.personal is PersonalState.DESTROYED:
        private, state = {}, PersonalState.DESTROYED
    elif before is not None and before.personal is PersonalState.MASKED:
        private, state = personal.mask(private), PersonalState.MASKED
    token = row_cipher.encrypt_payload(private, *place) if private else None
    return (
        account,
        draft.kind,
        draft.key,
        draft.status,
        to_micros(draft.at, "records.at"),
        draft.ref,
        now,
        now,
        dump(clear),
        token,
        state.value,
        digest,
    )


def find_record(
    transaction: Transaction, row_cipher: RowCipher, account: str, kind: str, key: str
) -> StoredRecord | None:
    """Return one record, or None."""
    rows = transaction.rows(
        f"SELECT {COLUMNS} FROM records WHERE account = ? AND kind = ? AND record_key = ?",  # noqa: S608
        account,
        kind,
        key,
    )
    return read_record(rows[0], row_cipher) if rows else None


def forget_personal(
    transaction: Transaction,
    row_cipher: RowCipher,
    account: str,
    kind: str,
    before: datetime,
    limit: int,
    *,
    destroy: bool,
) -> int:
    """Mask or destroy the personal data of at most `limit` records older than `before`."""
    states = _forgettable(destroy=destroy)
    rows = transaction.rows(
        "SELECT record_key, sealed FROM records WHERE account = ? AND kind = ? "  # noqa: S608
        f"AND personal IN ({placeholders(states)}) AND at < ? LIMIT ?",
        account,
        kind,
        *states,
        to_micros(before, "before"),
        limit,
    )
    transaction.many(
        "UPDATE records SET sealed = ?, personal = ?, digest = '' "
        "WHERE account = ? AND kind = ? AND record_key = ?",
        [_forgotten(row_cipher, account, kind, row, destroy=destroy) for row in rows],
    )
    return len(rows)


def count_personal(
    transaction: Transaction,
    account: str,
    kind: str,
    since: datetime | None,
    before: datetime | None,
    *,
    destroy: bool,
) -> int:
    """Count what `forget_personal` would take, from `since` on; nothing without `before`."""
    if before is None:
        return 0
    states = _forgettable(destroy=destroy)
    wanted = placeholders(states)
    sql = f"SELECT count(*) FROM records WHERE account = ? AND kind = ? AND personal IN ({wanted})"  # noqa: S608
    values: list[SqlValue] = [account, kind, *states, to_micros(before)]
    sql += " AND at < ?"
    if since is not None:
        sql, values = sql + " AND at >= ?", [*values, to_micros(since)]
    return whole(transaction.rows(sql, *values)[0][0])


def _forgettable(*, destroy: bool) -> list[str]:
    clear, masked = PersonalState.CLEAR.value, PersonalState.MASKED.value
    return [clear, masked] if destroy else [clear]


def _forgotten(
    row_cipher: RowCipher, account: str, kind: str, row: SqlRow, *, destroy: bool
) -> tuple[SqlValue, ...]:
    key = text(row[0])
    place = (account, "record", kind, key)
    if destroy or row[1] is None:
        return None, PersonalState.DESTROYED.value, account, kind, key
    masked = personal.mask(row_cipher.decrypt_values(text(row[1]), *place))
    return row_cipher.encrypt_payload(masked, *place), PersonalState.MASKED.value, account, kind, key


def rotate_page(
    transaction: Transaction, cipher: RotatingCipher, account: str, after: SqlRow
) -> RotationPage:
    """Read the records behind `after` (kind, key), and return anew what is under an older key."""
    rows = transaction.rows(
        "SELECT kind, record_key, sealed FROM records WHERE account = ? AND (kind, record_key) > (?, ?) "  # noqa: S608
        f"AND sealed IS NOT NULL ORDER BY kind, record_key LIMIT {PAGE}",
        account,
        *after,
    )
    changes: list[tuple[SqlValue, ...]] = []
    for kind, key, sealed in rows:
        place = context(account, "record", text(kind), text(key))
        token = rotate_token(cipher, text(sealed), context=place)
        if token != sealed:
            changes.append((token, account, kind, key, sealed))
    return RotationPage(tuple(changes), len(rows), rows[-1][:2] if len(rows) == PAGE else None)


def write_rotated(transaction: Transaction, changes: Sequence[SqlRow]) -> None:
    """Write what `rotate_page` returned, but where a record was saved or forgotten since."""
    transaction.many(
        "UPDATE records SET sealed = ? WHERE account = ? AND kind = ? AND record_key = ? AND sealed = ?",
        changes,
    )


def read_record(row: SqlRow, row_cipher: RowCipher) -> StoredRecord:
    """Return the record of one row of `COLUMNS`."""
    account, kind, key = text(row[0]), text(row[1]), text(row[2])
    body = load(text(row[9]))
    if row[10] is not None:
        body = personal.join(body, row_cipher.decrypt_values(text(row[10]), account, "record", kind, key))
    return StoredRecord(
        account=account,
        kind=kind,
        key=key,
        status=text(row[3]),
        at=to_timestamp(row[4]),
        ref=text(row[5]),
        first_seen=to_timestamp(row[6]),
        last_seen=to_timestamp(row[7]),
        personal=PersonalState(text(row[8])),
        body=body,
    )
