"""Record rows: what was collected, sealed, merged and, in time, masked and destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from attrs import frozen

from wemakeprice_sdk.runner import personal
from wemakeprice_sdk.runner.chunks import chunks, marks
from wemakeprice_sdk.runner.engine import Cell, Row, Session, text, whole
from wemakeprice_sdk.runner.moments import to_micros, to_moment
from wemakeprice_sdk.runner.records import PersonalState, RecordDraft, SaveCount, StoredRecord
from wemakeprice_sdk.runner.vault import Page, Vault, context, dump, load
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
    session: Session, vault: Vault, account: str, records: Iterable[RecordDraft], now: datetime
) -> SaveCount:
    """Insert and update records, in order: a later draft of the same key is merged into the earlier one."""
    total = SaveCount()
    for chunk in chunks(records):
        for batch in _without_twins(chunk):
            total += _save_chunk(session, vault, account, batch, to_micros(now))
    return total


def _without_twins(drafts: Iterable[RecordDraft]) -> Iterator[list[RecordDraft]]:
    batch: dict[tuple[str, str], RecordDraft] = {}
    for draft in drafts:
        if (draft.kind, draft.key) in batch:
            yield list(batch.values())
            batch = {}
        batch[draft.kind, draft.key] = draft
    yield list(batch.values())


def _save_chunk(
    session: Session, vault: Vault, account: str, drafts: Sequence[RecordDraft], now: int
) -> SaveCount:
    known = _known(session, account, drafts)
    rows: list[tuple[Cell, ...]] = []
    # That a thing still stands as it did is worth a write once a day, not at every look.
    seen: list[tuple[Cell, ...]] = []
    new = changed = same = 0
    for draft in drafts:
        before = known.get((draft.kind, draft.key))
        digest = vault.digest({"body": dict(draft.body), "status": draft.status, "ref": draft.ref})
        if before is not None and before.digest == digest:
            same += 1
            if now - before.last_seen > _DAY:
                seen.append((now, account, draft.kind, draft.key))
            continue
        new, changed = (new + 1, changed) if before is None else (new, changed + 1)
        rows.append(_row(vault, account, draft, before, digest, now))
    session.many(_UPSERT, rows)
    session.many("UPDATE records SET last_seen = ? WHERE account = ? AND kind = ? AND record_key = ?", seen)
    return SaveCount(new, changed, same)


def _known(session: Session, account: str, drafts: Sequence[RecordDraft]) -> dict[tuple[str, str], _Known]:
    found: dict[tuple[str, str], _Known] = {}
    for kind in sorted({draft.kind for draft in drafts}):
        keys = [draft.key for draft in drafts if draft.kind == kind]
        rows = session.rows(
            "SELECT record_key, digest, last_seen, personal, body, sealed FROM records "  # noqa: S608
            f"WHERE account = ? AND kind = ? AND record_key IN ({marks(keys)})",
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
    vault: Vault, account: str, draft: RecordDraft, before: _Known | None, digest: str, now: int
) -> tuple[Cell, ...]:
    place = (account, "record", draft.kind, draft.key)
    body = draft.body
    if before is not None and before.sealed is not None and before.personal is PersonalState.CLEAR:
        old = personal.join(load(before.body), vault.open_sealed(before.sealed, *place))
        body = personal.merge(draft.kind, old, body)
    clear, sealed = personal.split(draft.kind, body)
    state = PersonalState.CLEAR if sealed else PersonalState.NONE
    if before is not None and before.personal is PersonalState.DESTROYED:
        sealed, state = {}, PersonalState.DESTROYED
    elif before is not None and before.personal is PersonalState.MASKED:
        sealed, state = personal.mask(sealed), PersonalState.MASKED
    token = vault.close_up(sealed, *place) if sealed else None
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


def find(session: Session, vault: Vault, account: str, kind: str, key: str) -> StoredRecord | None:
    """Give one record."""
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM records WHERE account = ? AND kind = ? AND record_key = ?",  # noqa: S608
        account,
        kind,
        key,
    )
    return _read(rows[0], vault) if rows else None


def page(
    session: Session,
    vault: Vault,
    account: str,
    kind: str,
    *,
    after: tuple[int, str] | None,
    status: str | None,
    ref: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[StoredRecord]:
    """Give the next records by time and key."""
    condition = "account = ? AND kind = ?"
    values: list[Cell] = [account, kind]
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
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM records WHERE {condition} ORDER BY at, record_key LIMIT {_PAGE}",  # noqa: S608
        *values,
    )
    return [_read(row, vault) for row in rows]


def is_last_page(records: Sequence[StoredRecord]) -> bool:
    """Say whether no page follows."""
    return len(records) < _PAGE


def count(session: Session, account: str, kind: str, status: str | None) -> int:
    """Count records."""
    sql, values = "SELECT count(*) FROM records WHERE account = ? AND kind = ?", [account, kind]
    if status is not None:
        sql, values = sql + " AND status = ?", [*values, status]
    return whole(session.rows(sql, *values)[0][0])


def oldest(session: Session, account: str, kind: str, status: str, since: datetime | None) -> datetime | None:
    """Give the moment of the oldest record in a state."""
    rows = session.rows(
        "SELECT at FROM records WHERE account = ? AND kind = ? AND status = ? AND at >= ? "
        "ORDER BY at LIMIT 1",
        account,
        kind,
        status,
        0 if since is None else to_micros(since),
    )
    return to_moment(rows[0][0]) if rows else None


def forget(
    session: Session, vault: Vault, account: str, kind: str, before: datetime, limit: int, *, destroy: bool
) -> int:
    """Mask or destroy the personal data of at most `limit` records older than `before`."""
    states = _forgettable(destroy=destroy)
    rows = session.rows(
        "SELECT record_key, sealed FROM records WHERE account = ? AND kind = ? "  # noqa: S608
        f"AND personal IN ({marks(states)}) AND at < ? LIMIT ?",
        account,
        kind,
        *states,
        to_micros(before),
        limit,
    )
    session.many(
        "UPDATE records SET sealed = ?, personal = ?, digest = '' "
        "WHERE account = ? AND kind = ? AND record_key = ?",
        [_forgotten(vault, account, kind, row, destroy=destroy) for row in rows],
    )
    return len(rows)


def count_due(
    session: Session,
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
    sql = f"SELECT count(*) FROM records WHERE account = ? AND kind = ? AND personal IN ({marks(states)})"  # noqa: S608
    values: list[Cell] = [account, kind, *states, to_micros(before)]
    sql += " AND at < ?"
    if since is not None:
        sql, values = sql + " AND at >= ?", [*values, to_micros(since)]
    return whole(session.rows(sql, *values)[0][0])


def _forgettable(*, destroy: bool) -> list[str]:
    clear, masked = PersonalState.CLEAR.value, PersonalState.MASKED.value
    return [clear, masked] if destroy else [clear]


def _forgotten(vault: Vault, account: str, kind: str, row: Row, *, destroy: bool) -> tuple[Cell, ...]:
    key = text(row[0])
    place = (account, "record", kind, key)
    if destroy or row[1] is None:
        return None, PersonalState.DESTROYED.value, account, kind, key
    masked = personal.mask(vault.open_sealed(text(row[1]), *place))
    return vault.close_up(masked, *place), PersonalState.MASKED.value, account, kind, key


def rotate_page(session: Session, cipher: RotatingCipher, account: str, after: Row) -> Page:
    """Read the records behind `after` (kind, key), and give what is sealed under an older key anew."""
    rows = session.rows(
        "SELECT kind, record_key, sealed FROM records WHERE account = ? AND (kind, record_key) > (?, ?) "  # noqa: S608
        f"AND sealed IS NOT NULL ORDER BY kind, record_key LIMIT {_PAGE}",
        account,
        *after,
    )
    changes: list[tuple[Cell, ...]] = []
    for kind, key, sealed in rows:
        place = context(account, "record", text(kind), text(key))
        token = rotate_token(cipher, text(sealed), context=place)
        if token != sealed:
            changes.append((token, account, kind, key, sealed))
    return Page(tuple(changes), len(rows), rows[-1][:2] if len(rows) == _PAGE else None)


def write_rotated(session: Session, changes: Sequence[Row]) -> None:
    """Write what `rotate_page` gave, but where a record was saved or forgotten since."""
    session.many(
        "UPDATE records SET sealed = ? WHERE account = ? AND kind = ? AND record_key = ? AND sealed = ?",
        changes,
    )


def _read(row: Row, vault: Vault) -> StoredRecord:
    account, kind, key = text(row[0]), text(row[1]), text(row[2])
    body = load(text(row[9]))
    if row[10] is not None:
        body = personal.join(body, vault.open_sealed(text(row[10]), account, "record", kind, key))
    return StoredRecord(
        account=account,
        kind=kind,
        key=key,
        status=text(row[3]),
        at=to_moment(row[4]),
        ref=text(row[5]),
        first_seen=to_moment(row[6]),
        last_seen=to_moment(row[7]),
        personal=PersonalState(text(row[8])),
        body=body,
    )
