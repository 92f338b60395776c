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
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.policy.snapshot import SkuLink
from wemakeprice_sdk.runner import audit, personal, rows_accounts, rows_intents, rows_records, rows_things
from wemakeprice_sdk.runner.engine import Engine, Row, Session
from wemakeprice_sdk.runner.moments import to_micros
from wemakeprice_sdk.runner.records import (
    AuditEntry,
    Intent,
    IntentDraft,
    IntentState,
    Lease,
    LegalHold,
    Outcome,
    RecordDraft,
    SaveCount,
    StoredRecord,
)
from wemakeprice_sdk.runner.rows_accounts import AccountRow
from wemakeprice_sdk.runner.vault import Page, Vault, rotate_seal
from wemakeprice_sdk.secrets import Cipher, RotatingCipher, redact

_ReadPage = Callable[[Session, RotatingCipher, str, Row], Page]
_WritePage = Callable[[Session, Sequence[Row]], None]
_ROTATED: Final[tuple[tuple[_ReadPage, _WritePage, Row], ...]] = (
    (rows_records.rotate_page, rows_records.write_rotated, ("", "")),
    (rows_intents.rotate_page, rows_intents.write_rotated, (-(2**62), 0)),
)


class SqlLedger:
    """The `Ledger` over an engine; use `SqliteLedger`, `PostgresLedger` or `MemoryLedger`."""

    def __init__(self, engine: Engine, cipher: Cipher, *, account: str | None = None) -> None:
        self._engine = engine
        self._cipher = cipher
        self._only = account
        self._vault_lock = threading.Lock()
        self._known_vault: Vault | None = None

    def open_account(self, account: str, origin: str) -> None:
        """Register `account` at `origin` (the base URL); raise `LedgerAccountError` when it is another's."""
        with self._write() as session:
            if self._only is not None:
                rows_things.dedicate(session, self._only)
            owner = rows_things.owner(session)
            if owner is not None and account != owner:
                raise LedgerAccountError(f"the ledger was made for account {owner!r}, not for {account!r}")
            rows_accounts.open_account(session, account, origin)

    def acquire_lease(self, account: str, worker: str, ttl: float) -> Lease | None:
        """Take the account for `ttl` seconds, or give None while another worker holds it."""
        with self._write() as session:
            return rows_accounts.acquire(session, self._engine, account, worker, ttl)

    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        """Hold the account for `ttl` seconds from now."""
        with self._write() as session:
            return rows_accounts.renew(session, self._engine, lease, ttl)

    def release_lease(self, lease: Lease) -> None:
        """Give the account back; nothing happens when it is already another's."""
        with self._write() as session:
            rows_accounts.release(session, lease)

    def mark_time(self, lease: Lease, now: datetime, tolerance: float) -> None:
        """Record `now`; raise `ClockJumpError` when it lies over `tolerance` s before what is recorded."""
        with self._write_for(lease) as (session, row):
            error = rows_accounts.mark_time(session, row, now, tolerance)
        if error is not None:
            raise error

    def jumped_at(self, account: str) -> datetime | None:
        """Give the earliest moment at which the clock was found to have gone back, until `reset_time`."""
        with self._read() as session:
            return rows_accounts.jumped_at(session, account)

    def reset_time(self, lease: Lease, now: datetime, back: datetime, *, by: str) -> int:
        """Forget what was recorded under a clock that ran ahead; `by` says so in the audit trail."""
        by = audit.require_words(by, "by", 100)
        with self._write_for(lease) as (session, row):
            since = min(now, rows_accounts.jumped_at(session, row.account) or now)
            rows_accounts.reset_time(session, row.account, now)
            count = rows_things.forget_after(session, row.account, since, back)
            detail = f"{count} lists back to {back.isoformat()}"
            rows_accounts.append_audit(session, row, by, "reset_time", "account", detail, now)
            return count

    def begin(
        self, lease: Lease, draft: IntentDraft, now: datetime, *, after: Outcome | None = None
    ) -> Intent:
        """Write an intent before its act, and with it the outcome of the act before."""
        with self._write_for(lease) as (session, row):
            if after is not None:
                _settle(session, row, lease, after, now)
            return rows_intents.begin(session, self._vault(), lease, draft, now)

    def settle(self, lease: Lease, outcome: Outcome, now: datetime) -> Intent:
        """Write the outcome of an open intent."""
        with self._write_for(lease) as (session, row):
            return _settle(session, row, lease, outcome, now)

    def resolve(self, account: str, intent_id: int, state: IntentState, now: datetime, *, by: str) -> Intent:
        """Settle an intent that no worker is at by a person's word; `by` is the operator, and nobody else.

        Raises `ValidationError` when `by` is not one line of 1 to 100 characters.
        """
        by = audit.require_words(by, "by", 100)
        if state not in (IntentState.APPLIED, IntentState.NOT_APPLIED):
            raise ValueError("a person says applied or not_applied")
        with self._write() as session:
            row = rows_accounts.lock(session, self._engine, account)
            intent = rows_intents.find(session, self._vault(), account, intent_id)
            rows_accounts.refuse_running(session, self._engine, row, intent)
            settled = rows_intents.settle(
                session, intent, state, now, detail="resolved", expected=intent.state, by=by
            )
            words = f"{state.value} resolved by a person"
            rows_accounts.append_audit(session, row, by, intent.operation, intent.target, words, now)
        return settled

    def active_intents(self, account: str, state: IntentState | None = None) -> tuple[Intent, ...]:
        """Give the open and unknown intents, oldest first."""
        with self._read() as session:
            return rows_intents.active(session, self._vault(), account, state)

    def intents(self, account: str, *, target: str | None = None, limit: int = 1000) -> tuple[Intent, ...]:
        """Give intents, newest first."""
        with self._read() as session:
            return rows_intents.newest(session, self._vault(), account, target, limit)

    def is_done(self, account: str, once_keys: Iterable[str]) -> frozenset[str]:
        """Give those of `once_keys` whose effect is there."""
        with self._read() as session:
            return rows_intents.done(session, account, once_keys)

    def save(
        self,
        lease: Lease,
        records: Iterable[RecordDraft],
        now: datetime,
        *,
        watermark: tuple[str, datetime] | None = None,
    ) -> SaveCount:
        """Keep records and, in the same transaction, move a watermark forwards."""
        with self._write_for(lease) as (session, _):
            saved = rows_records.save(session, self._vault(), lease.account, records, now)
            if watermark is not None:
                rows_things.move_watermark(session, lease.account, *watermark)
            return saved

    def record(self, account: str, kind: str, key: str) -> StoredRecord | None:
        """Give one record."""
        with self._read() as session:
            return rows_records.find(session, self._vault(), account, kind, key)

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
        """Give records by business time, then key; `since` included, `until` left out."""
        after: tuple[int, str] | None = None
        while True:
            with self._read() as session:
                page = rows_records.page(
                    session,
                    self._vault(),
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
        with self._read() as session:
            return rows_records.count(session, account, kind, status)

    def oldest(
        self, account: str, kind: str, status: str, *, since: datetime | None = None
    ) -> datetime | None:
        """Give the moment of the oldest record in a state, looking back to `since`."""
        with self._read() as session:
            return rows_records.oldest(session, account, kind, status, since)

    def watermark(self, account: str, stream: str) -> datetime | None:
        """Give the moment up to which `stream` is complete."""
        with self._read() as session:
            return rows_things.watermark(session, account, stream)

    def mark_processed(self, lease: Lease, kind: str, keys: Iterable[str], now: datetime) -> None:
        """Remember that these keys need no more work."""
        with self._write_for(lease) as (session, _):
            rows_things.mark_processed(session, lease.account, kind, keys, now)

    def processed(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        """Give those of `keys` that were processed."""
        with self._read() as session:
            return rows_things.processed(session, account, kind, keys)

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
        with self._write_for(lease) as (session, row):
            if not rows_things.register(session, lease.account, record.kind, record.key, now):
                return False
            records = [record]
            if export is not None:
                # What the API gave says more than an export does.
                known = rows_records.find(session, self._vault(), lease.account, record.kind, record.key)
                records = [export] if known is not None else [record, export]
                linked = {
                    link.sku for link in rows_things.links(session, lease.account, product_no=record.key)
                }
                links = [link for link in links if link.sku not in linked]
            rows_records.save(session, self._vault(), lease.account, records, now)
            rows_things.put_links(session, lease.account, links, now)
            origin = "from the API" if export is None else "from an export"
            target = f"{record.kind}:{record.key}"
            rows_accounts.append_audit(session, row, lease.worker, "register", target, origin, now)
            return True

    def registered(self, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
        """Give those of `keys` that were registered."""
        return self.processed(account, rows_things.registered_kind(kind), keys)

    def put_links(
        self, lease: Lease, links: Iterable[SkuLink], now: datetime, *, instead_of: Iterable[SkuLink] = ()
    ) -> None:
        """Add or replace links, by product and option; those they stand `instead_of` are taken away first."""
        with self._write_for(lease) as (session, _):
            rows_things.drop_links(session, lease.account, instead_of)
            rows_things.put_links(session, lease.account, links, now)

    def links(self, account: str, *, sku: str | None = None) -> tuple[SkuLink, ...]:
        """Give the links."""
        with self._read() as session:
            return rows_things.links(session, account, sku)

    def put_progress(self, lease: Lease, job: str, progress: Mapping[str, JsonValue], now: datetime) -> None:
        """Keep how far a long job came."""
        with self._write_for(lease) as (session, _):
            rows_things.put_progress(session, lease.account, job, progress, now)

    def progress(self, account: str, job: str) -> Mapping[str, JsonValue] | None:
        """Give how far a long job came."""
        with self._read() as session:
            return rows_things.progress(session, account, job)

    def set_hold(self, lease: Lease, hold: LegalHold, now: datetime) -> None:
        """Put the personal data of one kind, or the `intent` payloads, under legal hold.

        The reason is written into the audit trail: it must name nobody. Raises `ValidationError` for an
        unknown kind and a reason that is not one line of 1 to 200 characters.
        """
        personal.require_kind(hold.kind, "hold.kind")
        reason = redact(audit.require_words(hold.reason, "hold.reason", 200))
        if hold.account != lease.account:
            raise LedgerAccountError(f"the hold is for account {hold.account!r}, not for {lease.account!r}")
        with self._write_for(lease) as (session, row):
            rows_things.set_hold(session, evolve(hold, reason=reason))
            detail = f"until {hold.until.isoformat()}: {reason}"
            rows_accounts.append_audit(session, row, lease.worker, "legal_hold", hold.kind, detail, now)

    def holds(self, account: str) -> tuple[LegalHold, ...]:
        """Give the legal holds."""
        with self._read() as session:
            return rows_things.holds(session, account)

    def mask_personal(
        self, lease: Lease, kind: str, before: datetime, now: datetime, *, limit: int = 500
    ) -> int:
        """Mask personal data of at most `limit` records whose moment lies before `before`; give how many."""
        personal.require_kind(kind, "kind", personal.PERSONAL_KINDS)
        return self._forget(lease, kind, before, now, limit, destroy=False)

    def destroy_personal(
        self, lease: Lease, kind: str, before: datetime, now: datetime, *, limit: int = 500
    ) -> int:
        """Destroy personal data of at most `limit` records older than `before`; give how many."""
        personal.require_kind(kind, "kind")
        return self._forget(lease, kind, before, now, limit, destroy=True)

    def _forget(
        self, lease: Lease, kind: str, before: datetime, now: datetime, limit: int, *, destroy: bool
    ) -> int:
        with self._write_for(lease) as (session, row):
            held = _held(session, row.account, now)
            if kind in held:
                return 0
            if kind == personal.INTENTS:
                done = rows_intents.empty(session, row.account, before, held, limit)
            else:
                vault = self._vault()
                done = rows_records.forget(session, vault, row.account, kind, before, limit, destroy=destroy)
            if done:
                action = "destroy_personal" if destroy else "mask_personal"
                things = "payloads" if kind == personal.INTENTS else "records"
                detail = f"{done} {things} before {before.isoformat()}"
                rows_accounts.append_audit(session, row, lease.worker, action, kind, detail, now)
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
        with self._read() as session:
            held = _held(session, account, now)
            if kind in held:
                return 0, 0
            if kind == personal.INTENTS:
                return 0, rows_intents.count_full(session, account, destroy_before, held)
            count = partial(rows_records.count_due, session, account, kind)
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
        with self._read() as session:
            accounts = rows_accounts.names(session)
        for account in accounts:
            for read_page, write_page, start in _ROTATED:
                after: Row | None = start
                while after is not None:
                    # Keys are at work outside of the writing transaction, so that others get their turn.
                    with self._read() as session:
                        page = read_page(session, cipher, account, after)
                    if page.changes:
                        with self._write() as session:
                            rows_accounts.lock(session, self._engine, account)
                            write_page(session, page.changes)
                    after = page.after
                    yield len(page.changes), page.seen - len(page.changes)
        with self._write() as session:
            rotated = rotate_seal(session, cipher)
        yield int(rotated), int(not rotated)

    def exists(self) -> bool:
        """Say whether anything was ever kept here; where not, the first use makes file or schema."""
        return self._engine.exists()

    def note(self, lease: Lease, action: str, target: str, detail: str, now: datetime) -> None:
        """Add a line to the audit trail."""
        with self._write_for(lease) as (session, row):
            rows_accounts.append_audit(session, row, lease.worker, action, target, detail, now)

    def audit(self, account: str, *, after: int = 0) -> Iterator[AuditEntry]:
        """Give the audit trail in order."""
        while True:
            with self._read() as session:
                page = rows_things.audit_page(session, account, after)
            yield from page
            if not page:
                return
            after = page[-1].number

    def audit_head(self, account: str) -> tuple[int, str]:
        """Give number and digest of the last audit line, from their own place."""
        with self._read() as session:
            return rows_things.audit_head(session, account)

    def close(self) -> None:
        """Close every connection; the ledger opens again when it is used."""
        self._engine.close()

    def __enter__(self) -> Self:
        """Give the ledger itself."""
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
    def _write(self) -> Iterator[Session]:
        self._ensure_vault()
        with self._engine.begin(write=True) as session:
            yield session

    @contextmanager
    def _write_for(self, lease: Lease) -> Iterator[tuple[Session, AccountRow]]:
        with self._write() as session:
            yield session, rows_accounts.lock_for(session, self._engine, lease)

    @contextmanager
    def _read(self) -> Iterator[Session]:
        self._ensure_vault()
        with self._engine.begin(write=False) as session:
            yield session

    def _ensure_vault(self) -> None:
        # Made in a transaction of its own, so that no caller's rollback takes the seal away.
        if self._known_vault is None:
            with self._vault_lock, self._engine.begin(write=True) as session:
                if self._known_vault is None:
                    self._known_vault = Vault(self._cipher, session)

    def _vault(self) -> Vault:
        if self._known_vault is None:
            raise RuntimeError("the ledger was not opened")
        return self._known_vault


def _held(session: Session, account: str, now: datetime) -> frozenset[str]:
    return frozenset(hold.kind for hold in rows_things.holds(session, account) if now < hold.until)


def _settle(session: Session, row: AccountRow, lease: Lease, outcome: Outcome, now: datetime) -> Intent:
    intent, state = outcome.intent, outcome.state
    settled = rows_intents.settle(
        session, intent, state, now, detail=outcome.detail, expected=IntentState.OPEN
    )
    words = f"{state.value} {outcome.detail}".strip()
    rows_accounts.append_audit(session, row, lease.worker, intent.operation, intent.target, words, now)
    return settled
