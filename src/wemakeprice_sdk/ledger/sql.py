"""The ledger in SQL, written once for both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Final, Self

from attrs import evolve

from wemakeprice_sdk.config import RotationReport
from wemakeprice_sdk.errors import LedgerAccountError
from wemakeprice_sdk.ledger import audit, personal, rows_accounts, rows_intents, rows_records, rows_state
from wemakeprice_sdk.ledger.encryption import RotationPage, RowCipher, rotate_digest_key
from wemakeprice_sdk.ledger.engine import Engine, SqlRow, Transaction
from wemakeprice_sdk.ledger.records import (
    AuditEntry,
    Intent,
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    LegalHold,
    RecordDraft,
    SaveCount,
    StoredRecord,
)
from wemakeprice_sdk.ledger.rows_accounts import AccountRow
from wemakeprice_sdk.ledger.timestamps import to_micros
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.secrets import Cipher, RotatingCipher, redact

_ReadPage = Callable[[Transaction, RotatingCipher, str, SqlRow], RotationPage]
_WritePage = Callable[[Transaction, Sequence[SqlRow]], None]
_ROTATED: Final[tuple[tuple[_ReadPage, _WritePage, SqlRow], ...]] = (
    (rows_records.rotate_page, rows_records.write_rotated, ("", "")),
    (rows_intents.rotate_page, rows_intents.write_rotated, (-(2**62), 0)),
)


class SqlLedger:
    """The `Ledger` over an engine; use `SqliteLedger`, `PostgresLedger` or `MemoryLedger`."""

    def __init__(self, engine: Engine, cipher: Cipher, *, account: str | None = None) -> None:
        self._engine = engine
        self._cipher = cipher
        self._only = account
        self._row_cipher_lock = threading.Lock()
        self._known_row_cipher: RowCipher | None = None

    def open_account(self, account: str, origin: str) -> None:
        """Register `account` at `origin` (the base URL); raise `LedgerAccountError` when it is another's."""
        with self._write() as transaction:
            if self._only is not None:
                rows_state.dedicate(transaction, self._only)
            owner = rows_state.owner(transaction)
            if owner is not None and account != owner:
                raise LedgerAccountError(f"the ledger was made for account {owner!r}, not for {account!r}")
            rows_accounts.open_account(transaction, account, origin)

    def acquire_lease(self, account: str, worker: str, ttl: float) -> Lease | None:
        """Take the account for `ttl` seconds, or return None while another worker holds it."""
        with self._write() as transaction:
            return rows_accounts.acquire(transaction, self._engine, account, worker, ttl)

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        """Hold the account for `ttl` seconds from now."""
        with self._write() as transaction:
            return rows_accounts.renew(transaction, self._engine, lease, ttl)

    def release_lease(self, lease: Lease) -> None:
        """Return the account back; nothing happens when it is already another's."""
        with self._write() as transaction:
            rows_accounts.release(transaction, lease)

    def mark_time(self, lease: Lease, now: datetime, tolerance: float) -> None:
        """Record `now`; raise `ClockJumpError` when it lies over `tolerance` s before what is recorded."""
        with self._write_for(lease) as (transaction, row):
            error = rows_accounts.mark_time(transaction, row, now, tolerance)
        if error is not None:
            raise error

    def jumped_at(self, account: str) -> datetime | None:
        """Return the earliest time at which the clock was found to have gone back, until `reset_time`."""
        with self._read() as transaction:
            return rows_accounts.jumped_at(transaction, account)

    def reset_time(self, lease: Lease, now: datetime, back: datetime, *, by: str) -> int:
        """Forget what was recorded under a clock that ran ahead; `by` says so in the audit trail."""
        by = audit.require_words(by, "by", 100)
        with self._write_for(lease) as (transaction, row):
            since = min(now, rows_accounts.jumped_at(transaction, row.account) or now)
            rows_accounts.reset_time(transaction, row.account, now)
            count = rows_state.forget_after(transaction, row.account, since, back)
            detail = f"{count} lists back to {back.isoformat()}"
            rows_accounts.append_audit(transaction, row, by, "reset_time", "account", detail, now)
            return count

    def begin(
        self, lease: Lease, draft: IntentDraft, now: datetime, *, after: IntentResult | None = None
    ) -> Intent:
        """Write an intent before its act, and with it the outcome of the act before."""
        with self._write_for(lease) as (transaction, row):
            if after is not None:
                _finish(transaction, row, lease, after, now)
            return rows_intents.begin(transaction, self._row_cipher(), lease, draft, now)

    def finish(self, lease: Lease, outcome: IntentResult, now: datetime) -> Intent:
        """Write the outcome of an open intent."""
        with self._write_for(lease) as (transaction, row):
            return _finish(transaction, row, lease, outcome, now)

    def resolve(self, account: str, intent_id: int, state: IntentState, now: datetime, *, by: str) -> Intent:
        """Settle an intent that no worker is at by an operator's word; `by` is the operator, and nobody else.

        Raises `ValidationError` when `by` is not one line of 1 to 100 characters.
        """
        by = audit.require_words(by, "by", 100)
        if state not in (IntentState.APPLIED, IntentState.NOT_APPLIED):
            raise ValueError("an operator says applied or not_applied")
        with self._write() as transaction:
            row = rows_accounts.lock(transaction, self._engine, account)
            intent = rows_intents.find(transaction, self._row_cipher(), account, intent_id)
            rows_accounts.refuse_running(transaction, self._engine, row, intent)
            finished = rows_intents.finish(
                transaction, intent, state, now, detail="resolved", expected=intent.state, by=by
            )
            words = f"{state.value} resolved by a person"
            rows_accounts.append_audit(transaction, row, by, intent.operation, intent.target, words, now)
        return finished

    def active_intents(self, account: str, state: IntentState | None = None) -> tuple[Intent, ...]:
        """Return the open and unknown intents, oldest first."""
        with self._read() as transaction:
            return rows_intents.active(transaction, self._row_cipher(), account, state)

    def intents(self, account: str, *, target: str | None = None, limit: int = 1000) -> tuple[Intent, ...]:
        """Return intents, newest first."""
        with self._read() as transaction:
            return rows_intents.newest(transaction, self._row_cipher(), account, target, limit)

    def is_done(self, account: str, once_keys: Iterable[str]) -> frozenset[str]:
        """Return those of `once_keys` whose effect is there."""
        with self._read() as transaction:
            return rows_intents.done(transaction, account, once_keys)

    def save(
        self,
        lease: Lease,
        records: Iterable[RecordDraft],
        now: datetime,
        *,
        watermark: tuple[str, datetime] | None = None,
    ) -> SaveCount:
        """Keep records and, in the same transaction, move a watermark forwards."""
        with self._write_for(lease) as (transaction, _):
            saved = rows_records.save(transaction, self._row_cipher(), lease.account, records, now)
            if watermark is not None:
                rows_state.move_watermark(transaction, lease.account, *watermark)
            return saved

    def record(self, account: str, kind: str, key: str) -> StoredRecord | None:
        """Return one record."""
        with self._read() as transaction:
            return rows_records.find(transaction, self._row_cipher(), account, kind, key)

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
        """Return records by business time, then key; `since` included, `until` left out."""
        after: tuple[int, str] | None = None
        while True:
            with self._read() as transaction:
                page = rows_records.page(
                    transaction,
                    self._row_cipher(),
                    account,
                    kind,
                    after=after,
                    status=status,
                    ref=ref,
                    since=since,
                    until=until,
                )
            yield from page
            if rows_records.is_last_page(page):
                return
            after = (to_micros(page[-1].at), page[-1].key)

    def count(self, account: str, kind: str, status: str | None = None) -> int:
        """Count records."""
        with self._read() as transaction:
            return rows_records.count(transaction, account, kind, status)

    def oldest(
        self, account: str, kind: str, status: str, *, since: datetime | None = None
    ) -> datetime | None:
        """Return the timestamp of the oldest record in a state, looking back to `since`."""
        with self._read() as transaction:
            return rows_records.oldest(transaction, account, kind, status, since)

    def watermark(self, account: str, stream: str) -> datetime | None:
        """Return the timestamp up to which `stream` is complete."""
        with self._read() as transaction:
            return rows_state.watermark(transaction, account, stream)

    def mark_processed(self, lease: Lease, kind: str, keys: Iterable[str], now: datetime) -> None:
        """Remember that these keys need no more work."""
        with self._write_for(lease) as (transaction, _):
            rows_state.mark_processed(transaction, lease.account, kind, keys, now)

    def processed(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        """Return those of `keys` that were processed."""
        with self._read() as transaction:
            return rows_state.processed(transaction, account, kind, keys)

    def register(
        self,
        lease: Lease,
        record: RecordDraft,
        now: datetime,
        *,
        links: Iterable[SkuLink] = (),
        export: RecordDraft | None = None,
    ) -> bool:
        """Take over an imported product or deal, wholly; False when it was there before."""
        with self._write_for(lease) as (transaction, row):
            if not rows_state.register(transaction, lease.account, record.kind, record.key, now):
                return False
            records = [record]
            if export is not None:
                # What the API gave says more than an export does.
                known = rows_records.find(
                    transaction, self._row_cipher(), lease.account, record.kind, record.key
                )
                records = [export] if known is not None else [record, export]
                linked = {
                    link.sku for link in rows_state.links(transaction, lease.account, product_no=record.key)
                }
                links = [link for link in links if link.sku not in linked]
            rows_records.save(transaction, self._row_cipher(), lease.account, records, now)
            rows_state.put_links(transaction, lease.account, links, now)
            origin = "from the API" if export is None else "from an export"
            target = f"{record.kind}:{record.key}"
            rows_accounts.append_audit(transaction, row, lease.worker, "register", target, origin, now)
            return True

    def registered(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        """Return those of `keys` that were registered."""
        return self.processed(account, rows_state.registered_kind(kind), keys)

    def put_links(
        self, lease: Lease, links: Iterable[SkuLink], now: datetime, *, instead_of: Iterable[SkuLink] = ()
    ) -> None:
        """Add or replace links, by product and option; those they stand `instead_of` are taken away first."""
        with self._write_for(lease) as (transaction, _):
            rows_state.drop_links(transaction, lease.account, instead_of)
            rows_state.put_links(transaction, lease.account, links, now)

    def links(self, account: str, *, sku: str | None = None) -> tuple[SkuLink, ...]:
        """Return the links."""
        with self._read() as transaction:
            return rows_state.links(transaction, account, sku)

    def put_progress(self, lease: Lease, job: str, progress: Mapping[str, JsonValue], now: datetime) -> None:
        """Keep how far a long job came."""
        with self._write_for(lease) as (transaction, _):
            rows_state.put_progress(transaction, lease.account, job, progress, now)

    def progress(self, account: str, job: str) -> Mapping[str, JsonValue] | None:
        """Return how far a long job came."""
        with self._read() as transaction:
            return rows_state.progress(transaction, account, job)

    def set_hold(self, lease: Lease, hold: LegalHold, now: datetime) -> None:
        """Put the personal data of one kind, or the `intent` payloads, under legal hold.

        The reason is written into the audit trail: it must name nobody. Raises `ValidationError` for an
        unknown kind and a reason that is not one line of 1 to 200 characters.
        """
        personal.require_kind(hold.kind, "hold.kind")
        reason = redact(audit.require_words(hold.reason, "hold.reason", 200))
        if hold.account != lease.account:
            raise LedgerAccountError(f"the hold is for account {hold.account!r}, not for {lease.account!r}")
        with self._write_for(lease) as (transaction, row):
            rows_state.set_hold(transaction, evolve(hold, reason=reason))
            detail = f"until {hold.until.isoformat()}: {reason}"
            rows_accounts.append_audit(transaction, row, lease.worker, "legal_hold", hold.kind, detail, now)

    def holds(self, account: str) -> tuple[LegalHold, ...]:
        """Return the legal holds."""
        with self._read() as transaction:
            return rows_state.holds(transaction, account)

    def mask_personal(
        self, lease: Lease, kind: str, before: datetime, now: datetime, *, limit: int = 500
    ) -> int:
        """Mask personal data of at most `limit` records whose time lies before `before`; return how many."""
        personal.require_kind(kind, "kind", personal.PERSONAL_KINDS)
        return self._forget(lease, kind, before, now, limit, destroy=False)

    def destroy_personal(
        self, lease: Lease, kind: str, before: datetime, now: datetime, *, limit: int = 500
    ) -> int:
        """Destroy personal data of at most `limit` records older than `before`; return how many."""
        personal.require_kind(kind, "kind")
        return self._forget(lease, kind, before, now, limit, destroy=True)

    def _forget(
        self, lease: Lease, kind: str, before: datetime, now: datetime, limit: int, *, destroy: bool
    ) -> int:
        with self._write_for(lease) as (transaction, row):
            held = _held(transaction, row.account, now)
            if kind in held:
                return 0
            if kind == personal.INTENTS:
                done = rows_intents.empty(transaction, row.account, before, held, limit)
            else:
                row_cipher = self._row_cipher()
                done = rows_records.forget(
                    transaction, row_cipher, row.account, kind, before, limit, destroy=destroy
                )
            if done:
                action = "destroy_personal" if destroy else "mask_personal"
                things = "payloads" if kind == personal.INTENTS else "records"
                detail = f"{done} {things} before {before.isoformat()}"
                rows_accounts.append_audit(transaction, row, lease.worker, action, kind, detail, now)
            return done

    def due_personal(
        self,
        account: str,
        kind: str,
        now: datetime,
        mask_before: datetime | None,
        destroy_before: datetime | None,
    ) -> tuple[int, int]:
        """Count what is due to be masked and to be destroyed; what is destroyed is not masked before."""
        personal.require_kind(kind, "kind")
        with self._read() as transaction:
            held = _held(transaction, account, now)
            if kind in held:
                return 0, 0
            if kind == personal.INTENTS:
                return 0, rows_intents.count_full(transaction, account, destroy_before, held)
            count = partial(rows_records.count_due, transaction, account, kind)
            return (
                count(destroy_before, mask_before, destroy=False),
                count(None, destroy_before, destroy=True),
            )

    def rotate_keys(self, progress: Callable[[RotationReport], None] | None = None) -> RotationReport:
        """Re-encrypt records, payloads and, at last, the seal under the cipher's primary key.

        Give every worker a ring with both keys first, the new one primary. They may go on working: each page
        (500 values) is written in a short transaction of its own, and `progress` is called after it. A
        rotation that was killed is started again; what is done is skipped. Until it is done the ledger does
        not open without the old key; once a second call gives `rotated=0`, the old key may leave the ring.

        Raises `TypeError` for a cipher that cannot tell its keys apart (`RotatingCipher`), and
        `DecryptionError`.
        """
        cipher = self._cipher
        if not isinstance(cipher, RotatingCipher):
            raise TypeError("the cipher cannot say which values are under an older key")
        report = RotationReport(0, 0)
        for rotated, current in self._rotated_pages(cipher):
            report = RotationReport(report.rotated + rotated, report.current + current)
            if progress is not None:
                progress(report)
        return report

    def _rotated_pages(self, cipher: RotatingCipher) -> Iterator[tuple[int, int]]:
        with self._read() as transaction:
            accounts = rows_accounts.names(transaction)
        for account in accounts:
            for read_page, write_page, start in _ROTATED:
                after: SqlRow | None = start
                while after is not None:
                    # Keys are at work outside of the writing transaction, so that others get their turn.
                    with self._read() as transaction:
                        page = read_page(transaction, cipher, account, after)
                    if page.changes:
                        with self._write() as transaction:
                            rows_accounts.lock(transaction, self._engine, account)
                            write_page(transaction, page.changes)
                    after = page.after
                    yield len(page.changes), page.seen - len(page.changes)
        with self._write() as transaction:
            rotated = rotate_digest_key(transaction, cipher)
        yield int(rotated), int(not rotated)

    def exists(self) -> bool:
        """Return whether anything was ever kept here; where not, the first use makes file or schema."""
        return self._engine.exists()

    def note(self, lease: Lease, action: str, target: str, detail: str, now: datetime) -> None:
        """Add a line to the audit trail."""
        with self._write_for(lease) as (transaction, row):
            rows_accounts.append_audit(transaction, row, lease.worker, action, target, detail, now)

    def audit(self, account: str, *, after: int = 0) -> Iterator[AuditEntry]:
        """Return the audit trail in order."""
        while True:
            with self._read() as transaction:
                page = rows_state.audit_page(transaction, account, after)
            yield from page
            if not page:
                return
            after = page[-1].number

    def audit_head(self, account: str) -> tuple[int, str]:
        """Return number and digest of the last audit line, from their own place."""
        with self._read() as transaction:
            return rows_state.audit_head(transaction, account)

    def close(self) -> None:
        """Close every connection; the ledger opens again when it is used."""
        self._engine.close()

    def __enter__(self) -> Self:
        """Return the ledger itself."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Close."""
        self.close()

    @contextmanager
    def _write(self) -> Iterator[Transaction]:
        self._ensure_row_cipher()
        with self._engine.begin(write=True) as transaction:
            yield transaction

    @contextmanager
    def _write_for(self, lease: Lease) -> Iterator[tuple[Transaction, AccountRow]]:
        with self._write() as transaction:
            yield transaction, rows_accounts.lock_for(transaction, self._engine, lease)

    @contextmanager
    def _read(self) -> Iterator[Transaction]:
        self._ensure_row_cipher()
        with self._engine.begin(write=False) as transaction:
            yield transaction

    def _ensure_row_cipher(self) -> None:
        # Made in a transaction of its own, so that no caller's rollback takes the seal away.
        if self._known_row_cipher is None:
            with self._row_cipher_lock, self._engine.begin(write=True) as transaction:
                if self._known_row_cipher is None:
                    self._known_row_cipher = RowCipher(self._cipher, transaction)

    def _row_cipher(self) -> RowCipher:
        if self._known_row_cipher is None:
            raise RuntimeError("the ledger was not opened")
        return self._known_row_cipher


def _held(transaction: Transaction, account: str, now: datetime) -> frozenset[str]:
    return frozenset(hold.kind for hold in rows_state.holds(transaction, account) if now < hold.until)


def _finish(
    transaction: Transaction, row: AccountRow, lease: Lease, outcome: IntentResult, now: datetime
) -> Intent:
    intent, state = outcome.intent, outcome.state
    finished = rows_intents.finish(
        transaction, intent, state, now, detail=outcome.detail, expected=IntentState.OPEN
    )
    words = f"{state.value} {outcome.detail}".strip()
    rows_accounts.append_audit(transaction, row, lease.worker, intent.operation, intent.target, words, now)
    return finished
