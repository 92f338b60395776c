"""Personal data in the ledger: legal holds, masking, destroying (법정 보존·파기)."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import LedgerAccountError
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import LedgerBase, append_audit, override
from wemakeprice_sdk.ledger.collection import count_personal, forget_personal
from wemakeprice_sdk.ledger.engine import Transaction, text
from wemakeprice_sdk.ledger.intents import count_payloads, empty_payloads
from wemakeprice_sdk.ledger.records import Lease, LegalHold
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.models.retention import INTENTS
from wemakeprice_sdk.secrets import redact


class LedgerRetention(LedgerBase):
    """Legal holds, masking and destroying."""

    @override
    def set_hold(self, lease: Lease, hold: LegalHold, now: datetime) -> None:
        check_kind("lease", lease, Lease)
        check_kind("hold", hold, LegalHold)
        personal.require_kind(hold.kind, "hold.kind")
        kept = evolve(hold, reason=redact(require_words(hold.reason, "hold.reason", 200)))
        until = to_micros(hold.until, "hold.until")
        if hold.account != lease.account:
            raise LedgerAccountError(f"the hold is for account {hold.account!r}, not for {lease.account!r}")
        with self._write_for(lease) as (transaction, row):
            transaction.many(
                "INSERT INTO holds (account, kind, until, reason) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (account, kind) DO UPDATE SET until = excluded.until, reason = excluded.reason",
                [(kept.account, kept.kind, until, kept.reason)],
            )
            detail = f"until {kept.until.isoformat()}: {kept.reason}"
            append_audit(transaction, row, lease.worker, "legal_hold", kept.kind, detail, now)

    @override
    def holds(self, account: str) -> tuple[LegalHold, ...]:
        with self._read(account) as transaction:
            return _holds(transaction, account)

    @override
    def mask_personal(
        self, lease: Lease, kind: str, before: datetime, now: datetime, *, limit: int = 500
    ) -> int:
        personal.require_kind(kind, "kind", personal.PERSONAL_KINDS)
        return self._forget(lease, kind, before, now, limit, destroy=False)

    @override
    def destroy_personal(
        self, lease: Lease, kind: str, before: datetime, now: datetime, *, limit: int = 500
    ) -> int:
        personal.require_kind(kind, "kind")
        return self._forget(lease, kind, before, now, limit, destroy=True)

    def _forget(
        self, lease: Lease, kind: str, before: datetime, now: datetime, limit: int, *, destroy: bool
    ) -> int:
        check_kind("limit", limit, int)
        to_micros(before, "before")
        with self._write_for(lease) as (transaction, row):
            held = _held(transaction, row.account, now)
            if kind in held:
                return 0
            if kind == INTENTS:
                done, things = empty_payloads(transaction, row.account, before, held, limit), "payloads"
            else:
                row_cipher, things = self._row_cipher(transaction), "records"
                done = forget_personal(
                    transaction, row_cipher, row.account, kind, before, limit, destroy=destroy
                )
            if done:
                action = "destroy_personal" if destroy else "mask_personal"
                detail = f"{done} {things} before {before.isoformat()}"
                append_audit(transaction, row, lease.worker, action, kind, detail, now)
            return done

    @override
    def due_personal(
        self,
        account: str,
        kind: str,
        now: datetime,
        mask_before: datetime | None,
        destroy_before: datetime | None,
    ) -> tuple[int, int]:
        personal.require_kind(kind, "kind")
        for name, bound in (("mask_before", mask_before), ("destroy_before", destroy_before)):
            if bound is not None:
                to_micros(bound, name)
        with self._read(account) as transaction:
            held = _held(transaction, account, now)
            if kind in held:
                return 0, 0
            if kind == INTENTS:
                return 0, count_payloads(transaction, account, destroy_before, held)
            return (
                count_personal(transaction, account, kind, destroy_before, mask_before, destroy=False),
                count_personal(transaction, account, kind, None, destroy_before, destroy=True),
            )

    @override
    def scrub(self) -> None:
        with self._begin(write=False):
            pass  # so that a ledger under another key is refused before anything is rewritten
        self._engine.scrub()


def _holds(transaction: Transaction, account: str) -> tuple[LegalHold, ...]:
    rows = transaction.rows("SELECT kind, until, reason FROM holds WHERE account = ? ORDER BY kind", account)
    return tuple(LegalHold(account, text(row[0]), to_timestamp(row[1]), text(row[2])) for row in rows)


def _held(transaction: Transaction, account: str, now: datetime) -> frozenset[str]:
    """Return the kinds that stand under a hold now."""
    micros = to_micros(now, "now")
    return frozenset(row.kind for row in _holds(transaction, account) if micros < to_micros(row.until))
