"""Record rows: what was collected, sealed, merged and, in time, masked and destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.encryption import RotationPage, RowCipher, context, dump, load
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.records import PersonalState, RecordDraft, SaveCount, StoredRecord
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.secrets import RotatingCipher, rotate_token

_COLUMNS: Final = "account, kind, record_key, status, at, ref, first_seen, last_seen, personal, body, sealed"
_UPSERT: Final = """INSERT INTO records
    (account, kind, record_key, status, at, ref, first_seen, last_seen, body, sealed, personal, digest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, kind, record_key) DO UPDATE SET
    status = excluded.status, at = excluded.at, ref = excluded.ref, last_seen = excluded.last_seen,
    body = excluded.body, sealed = excluded.sealed, personal = excluded.personal, digest = excluded.digest"""
_PAGE: Final = 500
_DAY: Final = 86_400 * 1_000_000


@frozen
class _Known:
    digest: str
    last_seen: int
    personal: PersonalState
    body: str
    sealed: str | None


def save(
    transaction: Transaction,
    row_cipher: RowCipher,
    account: str,
    records: Iterable[RecordDraft],
    now: datetime,
) -> SaveCount:
    """Insert and update records, in order: a later draft of the same key is merged into the earlier one."""
    total = SaveCount()
    for batch in batches(records):
        for part in _without_twins(batch):
            total += _save_batch(transaction, row_cipher, account, part, to_micros(now))
    return total


def _without_twins(drafts: Iterable[RecordDraft]) -> Iterator[list[RecordDraft]]:
    batch: dict[tuple[str, str], RecordDraft] = {}
    for draft in drafts:
        if (draft.kind, draft.key) in batch:
            yield list(batch.values())
            batch = {}
        batch[draft.kind, draft.key] = draft
    yield list(batch.values())


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
            if now - before.last_seen > _DAY:
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
    if before is not None and before.sealed is not None and before.personal is PersonalState.CLEAR:
        old = personal.join(load(before.body), row_cipher.decrypt_values(before.sealed, *place))
        body = personal.merge(draft.kind, old, body)
    clear, sealed = personal.split(draft.kind, body)
    state = PersonalState.CLEAR if sealed else PersonalState.NONE
    if before is not None and before.personal is PersonalState.DESTROYED:
        sealed, state = {}, PersonalState.DESTROYED
    elif before is not None and before.personal is PersonalState.MASKED:
        sealed, state = personal.mask(sealed), PersonalState.MASKED
    token = row_cipher.encrypt_payload(sealed, *place) if sealed else None
    return (
        account,
        draft.kind,
        draft.key,
        draft.status,
        to_micros(draft.at),
        draft.ref,
        now,
        now,
        dump(clear),
        token,
        state.value,
        digest,
    )


def find(
    transaction: Transaction, row_cipher: RowCipher, account: str, kind: str, key: str
) -> StoredRecord | None:
    """Return one record."""
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM records WHERE account = ? AND kind = ? AND record_key = ?",  # noqa: S608
        account,
        kind,
        key,
    )
    return _read(rows[0], row_cipher) if rows else None


def page(
    transaction: Transaction,
    row_cipher: RowCipher,
    account: str,
    kind: str,
    *,
    after: tuple[int, str] | None,
    status: str | None,
    ref: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[StoredRecord]:
    """Return the next records by time and key."""
    condition = "account = ? AND kind = ?"
    values: list[SqlValue] = [account, kind]
    for column, test, value in (
        ("status", "=", status),
        ("ref", "=", ref),
        ("at", ">=", None if since is None else to_micros(since)),
        ("at", "<", None if until is None else to_micros(until)),
    ):
        if value is not None:
            condition += f" AND {column} {test} ?"
            values.append(value)
    if after is not None:
        condition += " AND (at, record_key) > (?, ?)"
        values += [after[0], after[1]]
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM records WHERE {condition} ORDER BY at, record_key LIMIT {_PAGE}",  # noqa: S608
        *values,
    )
    return [_read(row, row_cipher) for row in rows]


def is_last_page(records: Sequence[StoredRecord]) -> bool:
    """Return whether no page follows."""
    return len(records) < _PAGE


def count(transaction: Transaction, account: str, kind: str, status: str | None) -> int:
    """Count records."""
    sql, values = "SELECT count(*) FROM records WHERE account = ? AND kind = ?", [account, kind]
    if status is not None:
        sql, values = sql + " AND status = ?", [*values, status]
    return whole(transaction.rows(sql, *values)[0][0])


def oldest(
    transaction: Transaction, account: str, kind: str, status: str, since: datetime | None
) -> datetime | None:
    """Return the timestamp of the oldest record in a state."""
    rows = transaction.rows(
        "SELECT at FROM records WHERE account = ? AND kind = ? AND status = ? AND at >= ? "
        "ORDER BY at LIMIT 1",
        account,
        kind,
        status,
        0 if since is None else to_micros(since),
    )
    return to_timestamp(rows[0][0]) if rows else None


def forget(
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
        to_micros(before),
        limit,
    )
    transaction.many(
        "UPDATE records SET sealed = ?, personal = ?, digest = '' "
        "WHERE account = ? AND kind = ? AND record_key = ?",
        [_forgotten(row_cipher, account, kind, row, destroy=destroy) for row in rows],
    )
    return len(rows)


def count_due(
    transaction: Transaction,
    account: str,
    kind: str,
    since: datetime | None,
    before: datetime | None,
    *,
    destroy: bool,
) -> int:
    """Count what `forget` would take, from `since` on; nothing without `before`."""
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
    """Read the records behind `after` (kind, key), and give what is sealed under an older key anew."""
    rows = transaction.rows(
        "SELECT kind, record_key, sealed FROM records WHERE account = ? AND (kind, record_key) > (?, ?) "  # noqa: S608
        f"AND sealed IS NOT NULL ORDER BY kind, record_key LIMIT {_PAGE}",
        account,
        *after,
    )
    changes: list[tuple[SqlValue, ...]] = []
    for kind, key, sealed in rows:
        place = context(account, "record", text(kind), text(key))
        token = rotate_token(cipher, text(sealed), context=place)
        if token != sealed:
            changes.append((token, account, kind, key, sealed))
    return RotationPage(tuple(changes), len(rows), rows[-1][:2] if len(rows) == _PAGE else None)


def write_rotated(transaction: Transaction, changes: Sequence[SqlRow]) -> None:
    """Write what `rotate_page` gave, but where a record was saved or forgotten since."""
    transaction.many(
        "UPDATE records SET sealed = ? WHERE account = ? AND kind = ? AND record_key = ? AND sealed = ?",
        changes,
    )


def _read(row: SqlRow, row_cipher: RowCipher) -> StoredRecord:
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
