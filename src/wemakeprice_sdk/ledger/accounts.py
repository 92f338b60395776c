"""Accounts of the ledger: whose it is, who holds the lease, what time was recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import ClockJumpError, LedgerAccountError, LedgerError
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import AccountRow, append_audit, override
from wemakeprice_sdk.ledger.changes import set_back
from wemakeprice_sdk.ledger.collection import SAVED
from wemakeprice_sdk.ledger.encryption import load
from wemakeprice_sdk.ledger.engine import Transaction, text, whole
from wemakeprice_sdk.ledger.moving import LedgerMoving
from wemakeprice_sdk.ledger.records import AccountStanding, Lease
from wemakeprice_sdk.ledger.timestamps import SECOND, to_micros, to_timestamp

MAX_TTL: Final = 3600.0
"""The longest lease, in seconds. One that seems to run longer was written before the clock jumped back, and
is taken as free; without the bound it would block its account for as long as the jump was."""


class LedgerAccounts(LedgerMoving):
    """Accounts, leases and the clock."""

    @override
    def open_account(self, account: str, origin: str) -> None:
        require_text("account", account)
        require_text("origin", origin)
        with self._write() as transaction:
            if self._only is not None:
                _dedicate(transaction, self._only)
            owner = _owner(transaction)
            if owner is not None and account != owner:
                raise LedgerAccountError(f"the ledger was made for account {owner!r}, not for {account!r}")
            _insert_account(transaction, account, origin)

    @override
    def rebind(self, account: str, origin: str, now: datetime, *, by: str) -> str:
        by, origin = require_words(by, "by", 100), require_words(origin, "origin", 500)
        to_micros(now, "now")
        with self._write() as transaction:
            row = self._lock(transaction, account)
            known = text(transaction.rows("SELECT origin FROM accounts WHERE account = ?", account)[0][0])
            if known == origin:
                return known
            if row.holder and self._engine.now(transaction) < row.expires:
                raise LedgerError(
                    f"account {account!r} is held by {row.holder!r} just now; it stays as it was"
                )
            _refuse_waiting(transaction, account)
            transaction.many("UPDATE accounts SET origin = ? WHERE account = ?", [(origin, account)])
            detail = f"from {known or 'no host'} to {origin}"
            append_audit(transaction, row, by, "rebind", "account", detail, now)
            return known

    @override
    def acquire_lease(self, account: str, worker: str, ttl: float) -> Lease | None:
        require_text("worker", worker)
        length = _micros_of(ttl)
        # A page with every lease, so that an older ledger moves on by itself; before it, because a lease that
        # runs already would be lost with whatever stops the page.
        self._move_page(account)
        with self._write() as transaction:
            row = self._lock(transaction, account)
            now = self._engine.now(transaction)
            running = now < row.expires <= now + int(MAX_TTL * SECOND)
            if row.holder and row.holder != worker and running:
                return None
            fence, expires = row.fence + 1, now + length
            transaction.many(
                "UPDATE accounts SET holder = ?, fence = ?, expires = ? WHERE account = ?",
                [(worker, fence, expires, account)],
            )
        return Lease(account, worker, fence, to_timestamp(expires))

    @override
    def renew_lease(self, lease: Lease, ttl: float) -> Lease:
        length = _micros_of(ttl)
        with self._write_for(lease) as (transaction, row):
            expires = self._engine.now(transaction) + length
            transaction.many("UPDATE accounts SET expires = ? WHERE account = ?", [(expires, row.account)])
            return Lease(lease.account, lease.worker, lease.fence, to_timestamp(expires))

    @override
    def release_lease(self, lease: Lease) -> None:
        check_kind("lease", lease, Lease)
        with self._write() as transaction:
            transaction.many(
                "UPDATE accounts SET holder = '', expires = 0 WHERE account = ? AND fence = ? AND holder = ?",
                [(lease.account, lease.fence, lease.worker)],
            )

    @override
    def mark_time(self, lease: Lease, now: datetime, tolerance: float) -> None:
        check_kind("tolerance", tolerance, int, float)
        micros = to_micros(now, "now")
        with self._write_for(lease) as (transaction, row):
            late = micros + int(tolerance * SECOND) < row.latest
            if late:
                transaction.many(
                    "UPDATE accounts SET jumped = ? WHERE account = ? AND (jumped = 0 OR jumped > ?)",
                    [(micros, row.account, micros)],
                )
            elif micros > row.latest:
                _set_latest(transaction, row, micros)
        if late:
            # Outside of the transaction, which would take the note of the jump back with it.
            raise ClockJumpError(
                f"account {row.account!r}: the clock says {to_timestamp(micros).isoformat()}, "
                f"the ledger already recorded {to_timestamp(row.latest).isoformat()}"
            )

    @override
    def jumped_at(self, account: str) -> datetime | None:
        with self._read(account) as transaction:
            return _jumped_at(transaction, account)

    @override
    def standing(self, account: str) -> AccountStanding:
        with self._read(account) as transaction:
            now = self._engine.now(transaction)
            held = transaction.rows("SELECT holder, expires FROM accounts WHERE account = ?", account)
            marks = transaction.rows("SELECT stream, moment FROM watermarks WHERE account = ?", account)
            jobs = transaction.rows("SELECT job, body FROM progress WHERE account = ?", account)
        holder, expires = (text(held[0][0]), whole(held[0][1])) if held else ("", 0)
        works = bool(holder) and now < expires <= now + int(MAX_TTL * SECOND)
        return AccountStanding(
            holder=holder if works else None,
            expires_at=to_timestamp(expires) if works else None,
            watermarks={text(stream): to_timestamp(moment) for stream, moment in marks},
            progress={text(job): load(text(body)) for job, body in jobs},
        )

    @override
    def reset_time(self, lease: Lease, now: datetime, back: datetime, *, by: str) -> int:
        by = require_words(by, "by", 100)
        micros, start = to_micros(now, "now"), to_micros(back, "back")
        with self._write_for(lease) as (transaction, row):
            jumped = _jumped_at(transaction, row.account)
            since = micros if jumped is None else min(micros, to_micros(jumped))
            transaction.many("UPDATE accounts SET jumped = 0 WHERE account = ?", [(row.account,)])
            _set_latest(transaction, row, micros)
            count = _forget_after(transaction, row.account, since, start)
            detail = f"{count} lists back to {back.isoformat()}"
            append_audit(transaction, row, by, "reset_time", "account", detail, now)
            return count


def _dedicate(transaction: Transaction, account: str) -> None:
    """Bind a ledger without an owner, and without other accounts, to one account."""
    others = transaction.rows("SELECT account FROM accounts WHERE account <> ?", account)
    if others:
        raise LedgerAccountError(f"the ledger already holds account {others[0][0]!r}, not only {account!r}")
    transaction.many(
        "INSERT INTO meta (name, value) VALUES ('owner', ?) ON CONFLICT DO NOTHING", [(account,)]
    )


def _owner(transaction: Transaction) -> str | None:
    """Return the only account this ledger is for; None when it may hold many."""
    rows = transaction.rows("SELECT value FROM meta WHERE name = 'owner'")
    return text(rows[0][0]) if rows else None


def _insert_account(transaction: Transaction, account: str, origin: str) -> None:
    """Insert the account, or check that it belongs to the same origin; the first that is told counts."""
    transaction.many(
        "INSERT INTO accounts (account, origin) VALUES (?, ?) ON CONFLICT DO NOTHING", [(account, origin)]
    )
    known = text(transaction.rows("SELECT origin FROM accounts WHERE account = ?", account)[0][0])
    if origin and not known:
        transaction.many("UPDATE accounts SET origin = ? WHERE account = ?", [(origin, account)])
    elif origin and known != origin:
        raise LedgerAccountError(
            f"account {account!r} of this ledger belongs to {known}, not to {origin}; if the host moved, an "
            "operator says so with BackOffice.rebind "
            "(원장이 다른 접속 주소의 것입니다. 주소가 바뀌었다면 담당자가 rebind로 바꿔 주세요)"
        )


def _refuse_waiting(transaction: Transaction, account: str) -> None:
    sql = "SELECT count(*) FROM intents WHERE account = ? AND state IN ('open', 'unknown')"
    waiting = whole(transaction.rows(sql, account)[0][0])
    if waiting:
        raise LedgerError(
            f"account {account!r} has {waiting} acts without an outcome, and another host cannot say what "
            "became of them; resolve them first "
            "(결과를 모르는 처리가 남아 있습니다. 먼저 결과를 기록해 주세요)"
        )


def _set_latest(transaction: Transaction, row: AccountRow, micros: int) -> None:
    transaction.many("UPDATE accounts SET latest = ? WHERE account = ?", [(micros, row.account)])


def _jumped_at(transaction: Transaction, account: str) -> datetime | None:
    rows = transaction.rows("SELECT jumped FROM accounts WHERE account = ? AND jumped > 0", account)
    return to_timestamp(rows[0][0]) if rows else None


def _forget_after(transaction: Transaction, account: str, since: int, back: int) -> int:
    """Let lists that are said to be read beyond `since` begin at `back`; return how many.

    How far imports came goes too, and no record counts as seen later than `since`.
    """
    # One less, so that the next save is stamped with its own time and still lies behind these.
    last = since - 1
    set_back(transaction, account, last)
    transaction.many(
        "UPDATE watermarks SET moment = ? WHERE account = ? AND stream = ? AND moment > ?",
        [(last, account, SAVED, last)],
    )
    moved = transaction.rows(
        "UPDATE watermarks SET moment = ? WHERE account = ? AND moment > ? RETURNING stream",
        back,
        account,
        since,
    )
    transaction.many(
        "DELETE FROM progress WHERE account = ? AND at > ? AND substr(job, 1, 7) = 'import_'",
        [(account, since)],
    )
    transaction.many(
        "UPDATE records SET last_seen = ? WHERE account = ? AND last_seen > ?", [(last, account, last)]
    )
    return len(moved)


def _micros_of(ttl: float) -> int:
    check_kind("ttl", ttl, int, float)
    if not 0 < ttl <= MAX_TTL:
        raise ValueError(f"a lease runs for 0..{MAX_TTL:g} seconds, not {ttl:g}")
    return int(ttl * SECOND)
