"""The audit trail as the ledger keeps it; `audit` exports and verifies it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.base import LedgerBase, append_audit, override
from wemakeprice_sdk.ledger.engine import SqlRow, text, whole
from wemakeprice_sdk.ledger.paging import PAGE
from wemakeprice_sdk.ledger.records import AuditEntry, Lease
from wemakeprice_sdk.ledger.timestamps import to_timestamp


class LedgerTrail(LedgerBase):
    """The lines of the audit trail and where it ends."""

    @override
    def note(self, lease: Lease, action: str, target: str, detail: str, now: datetime) -> None:
        require_text("action", action)
        require_text("target", target)
        # What cannot be stored in a detail is taken out of it.
        check_kind("detail", detail, str)
        with self._write_for(lease) as (transaction, row):
            append_audit(transaction, row, lease.worker, action, target, detail, now)

    @override
    def audit(self, account: str, *, after: int = 0) -> Iterator[AuditEntry]:
        require_text("account", account)
        check_kind("after", after, int)
        return self._lines(account, after)

    def _lines(self, account: str, after: int) -> Iterator[AuditEntry]:
        while True:
            with self._read(account) as transaction:
                rows = transaction.rows(
                    "SELECT number, at, actor, action, target, detail, previous, digest FROM audit "  # noqa: S608
                    f"WHERE account = ? AND number > ? ORDER BY number LIMIT {PAGE}",
                    account,
                    after,
                )
            yield from (_entry(account, row) for row in rows)
            if len(rows) < PAGE:
                return
            after = whole(rows[-1][0])

    @override
    def audit_head(self, account: str) -> tuple[int, str]:
        with self._read(account) as transaction:
            sql = "SELECT audit_number, audit_digest FROM accounts WHERE account = ?"
            rows = transaction.rows(sql, account)
            return (whole(rows[0][0]), text(rows[0][1])) if rows else (0, "")


def _entry(account: str, row: SqlRow) -> AuditEntry:
    number, at, *words = row
    return AuditEntry(account, whole(number), to_timestamp(at), *map(text, words))
