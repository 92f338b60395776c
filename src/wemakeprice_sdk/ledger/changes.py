"""What was saved since a reader last asked, in an order in which nothing can come late.

Every save of an account is stamped later than every save before it, whatever the clock says: the account's
row is locked meanwhile, so the order of the stamps is the order of the commits. A record carries the stamp of
the last save that changed it, or saw it again. So what lies at or before a stamp that was read is complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from wemakeprice_sdk.checks import check_items
from wemakeprice_sdk.ledger.arguments import checked_keys
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import override
from wemakeprice_sdk.ledger.collection import LedgerCollection
from wemakeprice_sdk.ledger.engine import SqlValue, Transaction, whole
from wemakeprice_sdk.ledger.parameters import placeholders
from wemakeprice_sdk.ledger.reading import COLUMNS, RecordPage
from wemakeprice_sdk.ledger.records import StoredRecord
from wemakeprice_sdk.ledger.timestamps import to_micros
from wemakeprice_sdk.models._given import whole_number

CURSORS: Final = "cursor/"
"""How the streams of the watermarks begin that are positions of readers."""


class LedgerChanges(LedgerCollection):
    """Changes by the time they were saved, and the positions of their readers."""

    @override
    def changes(
        self, account: str, kinds: Iterable[str], *, after: datetime | None = None, limit: int = 500
    ) -> tuple[StoredRecord, ...]:
        check_items("kinds", kinds)
        wanted = sorted(set(checked_keys("kinds", kinds)))
        start = 0 if after is None else to_micros(after, "after")
        values: list[SqlValue] = [account, *wanted, start]
        condition = f"account = ? AND kind IN ({placeholders(wanted)}) AND last_seen > ?"
        size = max(whole_number(limit, "limit"), 1)
        if not wanted:
            return ()
        with self._read(account) as transaction:
            end = _end_of_page(transaction, account, wanted, start, size)
            if end is not None:
                condition += " AND last_seen <= ?"
                values.append(end)
            rows = transaction.rows(
                f"SELECT {COLUMNS} FROM records WHERE {condition} "  # noqa: S608
                "ORDER BY last_seen, kind, record_key",
                *values,
            )
            page = RecordPage.read(transaction, self._row_cipher(transaction), rows)
        return tuple(page.records())

    @override
    def position(self, account: str, cursor: str) -> datetime | None:
        return self.watermark(account, CURSORS + require_words(cursor, "cursor", 100))

    @override
    def acknowledge(self, account: str, cursor: str, until: datetime, *, after: datetime | None) -> bool:
        stream = CURSORS + require_words(cursor, "cursor", 100)
        start, end = 0 if after is None else to_micros(after, "after"), to_micros(until, "until")
        with self._write() as transaction:
            row = self._lock(transaction, account)
            known = transaction.rows(
                "SELECT moment FROM watermarks WHERE account = ? AND stream = ?", row.account, stream
            )
            # A position that was set back meanwhile lies before what was read: the gap would be passed over.
            if start > (whole(known[0][0]) if known else 0):
                return False
            transaction.many(
                "INSERT INTO watermarks (account, stream, moment) VALUES (?, ?, ?) "
                "ON CONFLICT (account, stream) DO UPDATE SET moment = excluded.moment "
                "WHERE excluded.moment > watermarks.moment",
                [(row.account, stream, end)],
            )
            return True


def _end_of_page(
    transaction: Transaction, account: str, kinds: Sequence[str], start: int, size: int
) -> SqlValue:
    """Return the stamp of the save in which a page of `size` records ends; None when there are fewer.

    A page never ends inside a save: a position is a stamp, and the rest would be left behind it. Each kind
    has an index in this order, all of them together have none: they would be sorted, down to the last one.
    """
    one = (
        "SELECT last_seen FROM (SELECT last_seen FROM records WHERE account = ? AND kind = ? "  # noqa: S608
        f"AND last_seen > ? ORDER BY last_seen LIMIT {size}) AS page"
    )
    ends = transaction.rows(
        f"{' UNION ALL '.join([one] * len(kinds))} ORDER BY last_seen LIMIT 1 OFFSET {size - 1}",
        *(value for kind in kinds for value in (account, kind, start)),
    )
    return ends[0][0] if ends else None


def set_back(transaction: Transaction, account: str, since: int) -> None:
    """Let readers read again what was saved from `since` on, when those saves are stamped `since` at most."""
    transaction.many(
        "UPDATE watermarks SET moment = ? WHERE account = ? AND moment >= ? AND substr(stream, 1, ?) = ?",
        [(since - 1, account, since, len(CURSORS), CURSORS)],
    )
