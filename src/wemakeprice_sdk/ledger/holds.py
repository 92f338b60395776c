"""Legal holds as the ledger keeps them (법정 보존): by kind, and by retention class where they name one."""

from __future__ import annotations

from datetime import datetime

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.engine import Transaction, text
from wemakeprice_sdk.ledger.records import LegalHold
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.models.retention import RetentionClass


@frozen
class HoldSet:
    """What stands under a hold at one time."""

    _places: frozenset[tuple[str, RetentionClass | None]]

    def holds(self, kind: str, retention_class: RetentionClass) -> bool:
        """Return whether values of a class in records of a kind have to stay."""
        return (kind, None) in self._places or (kind, retention_class) in self._places


def put_hold(transaction: Transaction, hold: LegalHold) -> None:
    """Write a hold in place of the one on the same kind and class."""
    transaction.many(
        "INSERT INTO holds (account, kind, class, until, reason) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (account, kind, class) DO UPDATE SET until = excluded.until, reason = excluded.reason",
        [(hold.account, hold.kind, hold.retention_class or "", to_micros(hold.until), hold.reason)],
    )


def find_holds(transaction: Transaction, account: str) -> tuple[LegalHold, ...]:
    """Return every hold of an account, those that ended included."""
    sql = "SELECT kind, until, reason, class FROM holds WHERE account = ? ORDER BY kind, class"
    return tuple(
        LegalHold(
            account,
            text(kind),
            to_timestamp(until),
            text(reason),
            RetentionClass(text(retention_class)) if retention_class else None,
        )
        for kind, until, reason, retention_class in transaction.rows(sql, account)
    )


def held_at(transaction: Transaction, account: str, now: datetime) -> HoldSet:
    """Return what stands under a hold now."""
    micros = to_micros(now, "now")
    running = (hold for hold in find_holds(transaction, account) if micros < to_micros(hold.until))
    return HoldSet(frozenset((hold.kind, hold.retention_class) for hold in running))
