"""Account rows: whose ledger it is, who holds the lease, where the audit trail ends."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import define

from wemakeprice_sdk.errors import ClockJumpError, LeaseLostError, LedgerAccountError, LedgerError
from wemakeprice_sdk.ledger.audit import GENESIS, digest_of, tidy
from wemakeprice_sdk.ledger.engine import Engine, Transaction, text, whole
from wemakeprice_sdk.ledger.records import Intent, IntentState, Lease
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp

# A lease that seems to run longer than this was written before the clock jumped back.
MAX_TTL: Final = 3600.0
_SECOND: Final = 1_000_000


@define
class AccountRow:
    """The locked row of one account inside a writing transaction."""

    account: str
    holder: str
    fence: int
    expires: int
    latest: int
    audit_number: int
    audit_digest: str


def lock(transaction: Transaction, engine: Engine, account: str) -> AccountRow:
    """Lock the account's row, so that writers of one account queue up."""
    rows = transaction.rows(
        "SELECT holder, fence, expires, latest, audit_number, audit_digest FROM accounts "  # noqa: S608
        f"WHERE account = ?{engine.lock_clause}",
        account,
    )
    if not rows:
        raise LedgerAccountError(f"the ledger does not know account {account!r}; open it first")
    holder, fence, expires, latest, number, digest = rows[0]
    return AccountRow(
        account, text(holder), whole(fence), whole(expires), whole(latest), whole(number), text(digest)
    )


def lock_for(transaction: Transaction, engine: Engine, lease: Lease) -> AccountRow:
    """Lock the account's row and refuse a lease that is another's by now."""
    row = lock(transaction, engine, lease.account)
    if row.fence != lease.fence or row.holder != lease.worker:
        raise LeaseLostError(
            f"account {lease.account!r}: fence {lease.fence} of {lease.worker!r} was overtaken by "
            f"{row.fence} of {row.holder or 'nobody'!r}"
        )
    return row


def names(transaction: Transaction) -> tuple[str, ...]:
    """Return every account of the ledger."""
    return tuple(text(row[0]) for row in transaction.rows("SELECT account FROM accounts ORDER BY account"))


def open_account(transaction: Transaction, account: str, origin: str) -> None:
    """Insert the account, or check that it belongs to the same origin; the first that is told counts."""
    transaction.rows(
        "INSERT INTO accounts (account, origin) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING account",
        account,
        origin,
    )
    known = text(transaction.rows("SELECT origin FROM accounts WHERE account = ?", account)[0][0])
    if origin and not known:
        transaction.many("UPDATE accounts SET origin = ? WHERE account = ?", [(origin, account)])
    elif origin and known != origin:
        raise LedgerAccountError(f"account {account!r} of this ledger belongs to {known}, not to {origin}")


def acquire(transaction: Transaction, engine: Engine, account: str, worker: str, ttl: float) -> Lease | None:
    """Take the lease if it is free, expired or the worker's own; the fence grows."""
    row = lock(transaction, engine, account)
    now = engine.now(transaction)
    running = now < row.expires <= now + int(MAX_TTL * _SECOND)
    if row.holder and row.holder != worker and running:
        return None
    expires = now + _ttl(ttl)
    transaction.rows(
        "UPDATE accounts SET holder = ?, fence = ?, expires = ? WHERE account = ? RETURNING fence",
        worker,
        row.fence + 1,
        expires,
        account,
    )
    return Lease(account, worker, row.fence + 1, to_timestamp(expires))


def refuse_running(transaction: Transaction, engine: Engine, row: AccountRow, intent: Intent) -> None:
    """Refuse to finish what is finished, or what the holder of the lease may be doing now."""
    if not intent.state.is_active:
        raise LedgerError(f"intent {intent.id} is {intent.state}, not unknown or open")
    running = row.holder and intent.fence == row.fence and engine.now(transaction) < row.expires
    if intent.state is IntentState.OPEN and running:
        raise LedgerError(f"intent {intent.id} is being carried out by {row.holder!r} just now")


def renew(transaction: Transaction, engine: Engine, lease: Lease, ttl: float) -> Lease:
    """Move the end of the lease."""
    lock_for(transaction, engine, lease)
    expires = engine.now(transaction) + _ttl(ttl)
    transaction.rows(
        "UPDATE accounts SET expires = ? WHERE account = ? RETURNING fence", expires, lease.account
    )
    return Lease(lease.account, lease.worker, lease.fence, to_timestamp(expires))


def release(transaction: Transaction, lease: Lease) -> None:
    """Free the account if the lease still holds it."""
    transaction.rows(
        "UPDATE accounts SET holder = '', expires = 0 WHERE account = ? AND fence = ? AND holder = ? "
        "RETURNING fence",
        lease.account,
        lease.fence,
        lease.worker,
    )


def mark_time(
    transaction: Transaction, row: AccountRow, now: datetime, tolerance: float
) -> ClockJumpError | None:
    """Remember the latest timestamp; note a clock that went back past the tolerance, and give the error."""
    micros = to_micros(now)
    if micros + int(tolerance * _SECOND) < row.latest:
        transaction.many(
            "UPDATE accounts SET jumped = ? WHERE account = ? AND (jumped = 0 OR jumped > ?)",
            [(micros, row.account, micros)],
        )
        return ClockJumpError(
            f"account {row.account!r}: the clock says {to_timestamp(micros).isoformat()}, "
            f"the ledger already recorded {to_timestamp(row.latest).isoformat()}"
        )
    if micros > row.latest:
        transaction.many("UPDATE accounts SET latest = ? WHERE account = ?", [(micros, row.account)])
    return None


def jumped_at(transaction: Transaction, account: str) -> datetime | None:
    """Return the earliest time at which the clock was found to have gone back; None when it never was."""
    rows = transaction.rows("SELECT jumped FROM accounts WHERE account = ? AND jumped > 0", account)
    return to_timestamp(rows[0][0]) if rows else None


def reset_time(transaction: Transaction, account: str, now: datetime) -> None:
    """Count from `now` on, whatever was recorded."""
    transaction.many(
        "UPDATE accounts SET latest = ?, jumped = 0 WHERE account = ?", [(to_micros(now), account)]
    )


def append_audit(
    transaction: Transaction,
    row: AccountRow,
    actor: str,
    action: str,
    target: str,
    detail: str,
    now: datetime,
) -> None:
    """Add a line to the chain and move its head; the row stays locked."""
    micros, detail = to_micros(now), tidy(detail)
    previous = row.audit_digest or GENESIS
    number = row.audit_number + 1
    digest = digest_of(row.account, number, to_timestamp(micros), actor, action, target, detail, previous)
    transaction.many(
        "INSERT INTO audit (account, number, at, actor, action, target, detail, previous, digest) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(row.account, number, micros, actor, action, target, detail, previous, digest)],
    )
    transaction.many(
        "UPDATE accounts SET audit_number = ?, audit_digest = ? WHERE account = ?",
        [(number, digest, row.account)],
    )
    row.audit_number, row.audit_digest = number, digest


def _ttl(seconds: float) -> int:
    if not 0 < seconds <= MAX_TTL:
        raise ValueError(f"a lease runs for 0..{MAX_TTL:g} seconds, not {seconds:g}")
    return int(seconds * _SECOND)
