"""What the ledger collected: records, how far lists were read, what needs no more work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.ledger.arguments import checked_keys, require_text
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import LedgerBase, append_audit, override
from wemakeprice_sdk.ledger.encryption import RowCipher
from wemakeprice_sdk.ledger.engine import SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.paging import PAGE
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.reading import COLUMNS, RecordPage, find_record
from wemakeprice_sdk.ledger.records import AuditNote, Lease, RecordDraft, SaveCount, StoredRecord
from wemakeprice_sdk.ledger.saving import RecordWriter
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp

SAVED: Final = "saved"
"""The stream of the watermarks that holds the stamp of the account's last save."""
_Condition = tuple[str, list[SqlValue]]


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
            # No transaction is open while a page is decrypted, nor while the caller works on it.
            with self._read(account) as transaction:
                rows = transaction.rows(
                    f"SELECT {COLUMNS} FROM records WHERE {condition} "  # noqa: S608
                    f"ORDER BY at, record_key LIMIT {PAGE}",
                    *values,
                )
                page = RecordPage.read(transaction, self._row_cipher(transaction), rows)
            yield from page.records()
            if len(rows) < PAGE:
                return
            condition, values = rest, [*later[1], rows[-1][4], rows[-1][2]]

    @override
    def keys(self, account: str, kind: str, *, status: str | None = None) -> tuple[str, ...]:
        condition, values = _condition(account, kind, status=status)
        with self._read(account) as transaction:
            sql = f"SELECT record_key FROM records WHERE {condition} ORDER BY at, record_key"  # noqa: S608
            return tuple(text(row[0]) for row in transaction.rows(sql, *values))

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
    """Insert and update records under the next stamp of the account."""
    stamp = _next_stamp(transaction, account, to_micros(now, "now"))
    return RecordWriter(transaction, row_cipher, account, stamp).save(records)


def _next_stamp(transaction: Transaction, account: str, now: int) -> int:
    """Return `now`, or the next microsecond behind the last save: readers of changes go by this order."""
    known = transaction.rows(
        "SELECT moment FROM watermarks WHERE account = ? AND stream = ?", account, SAVED
    ) or transaction.rows("SELECT max(last_seen) FROM records WHERE account = ?", account)
    last = known[0][0]
    stamp = now if last is None else max(now, whole(last) + 1)
    _move_watermark(transaction, account, SAVED, stamp)
    return stamp
