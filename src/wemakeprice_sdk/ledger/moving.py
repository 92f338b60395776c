"""Personal values of a ledger of version 0.1.0 (one token per record, one key for all) on their way apart.

The tables are changed when the ledger is opened; the values follow page by page, because that takes the key.
Each page is a short transaction, so whatever is killed goes on where it stopped, and others work meanwhile:
what is not moved yet is read where it stands, and moves when it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from wemakeprice_sdk.ledger.base import LedgerBase
from wemakeprice_sdk.ledger.encryption import RowCipher, context, load
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.paging import PAGE, RotationPage
from wemakeprice_sdk.ledger.parts import PartStore, starts_at, unmoved_parts
from wemakeprice_sdk.ledger.tombstones import EVERYTHING, TombstoneDraft, hmac_of, insert_tombstones
from wemakeprice_sdk.secrets import RotatingCipher, rotate_token

SEALED: Final = "kind, record_key, at, last_seen, personal, body, sealed"
"""The columns that `move_rows` needs."""


class LedgerMoving(LedgerBase):
    """Personal values of older ledgers, moved apart."""

    def migrate(self, progress: Callable[[int], None] | None = None) -> int:
        """Move the personal values that a ledger of version 0.1.0 holds to their own tables and keys.

        Return how many records were moved; 0 when there is nothing left to move. `progress` is called after
        each page (500 records) with how many it were so far. Others may go on working; what is killed is
        started again. A lease moves a page as well, so nobody has to call this; to rewrite the files, so that
        the old tokens are gone from them, call `scrub` afterwards. Raises `DecryptionError`.
        """
        with self._begin(write=False) as transaction:
            rows = transaction.rows("SELECT account FROM accounts ORDER BY account")
        moved = 0
        for (account,) in rows:
            while count := self._move_page(text(account)):
                moved += count
                if progress is not None:
                    progress(moved)
        return moved

    def _move_all(self, account: str) -> None:
        while self._move_page(account):
            pass

    def _move_page(self, account: str) -> int:
        if account in self._moved:
            return 0
        with self._write() as transaction:
            self._lock(transaction, account)
            rows = transaction.rows(
                f"SELECT {SEALED} FROM records WHERE account = ? AND sealed IS NOT NULL LIMIT {PAGE}",  # noqa: S608
                account,
            )
            if rows:
                move_rows(transaction, self._row_cipher(transaction), account, rows)
        if not rows:
            # Nothing writes there any more: older code refuses this ledger.
            self._moved.add(account)
        return len(rows)


def move_rows(transaction: Transaction, row_cipher: RowCipher, account: str, rows: Sequence[SqlRow]) -> None:
    """Move the values of rows of `SEALED`; the account is locked."""
    store = PartStore(transaction, row_cipher, account)
    lines: list[TombstoneDraft] = []
    now = 0
    for kind, key, at, seen, state, body, sealed in rows:
        place, time = (text(kind), text(key)), whole(at)
        if sealed:
            parts = unmoved_parts(row_cipher, account, *place, text(sealed), text(state))
            store.put(*place, time, starts_at(place[0], load(text(body)), time, whole(seen)), parts, {})
        else:
            name = hmac_of(row_cipher.tombstone_key(transaction), account, *place)
            lines.append(TombstoneDraft(place[0], name, EVERYTHING))
            now = max(now, whole(seen))
    store.write()
    insert_tombstones(transaction, account, lines, now)
    transaction.many(
        "UPDATE records SET sealed = NULL WHERE account = ? AND kind = ? AND record_key = ?",
        [(account, kind, key) for kind, key, *_ in rows],
    )


def rotate_page(
    transaction: Transaction, cipher: RotatingCipher, account: str, after: SqlRow
) -> RotationPage:
    """Read the tokens not moved yet behind `after` (kind, key), and return anew those under an older key."""
    rows = transaction.rows(
        "SELECT kind, record_key, sealed FROM records WHERE account = ? AND (kind, record_key) > (?, ?) "  # noqa: S608
        f"AND sealed IS NOT NULL AND sealed <> '' ORDER BY kind, record_key LIMIT {PAGE}",
        account,
        *after,
    )
    changes: list[tuple[SqlValue, ...]] = []
    for kind, key, sealed in rows:
        place = context(account, "record", text(kind), text(key))
        token = rotate_token(cipher, text(sealed), context=place)
        if token != sealed:
            changes.append((token, account, kind, key, sealed))
    return RotationPage(tuple(changes), len(rows), rows[-1][:2] if len(rows) == PAGE else None)


def write_rotated(transaction: Transaction, changes: Sequence[SqlRow]) -> None:
    """Write what `rotate_page` returned, but where a record was moved since."""
    transaction.many(
        "UPDATE records SET sealed = ? WHERE account = ? AND kind = ? AND record_key = ? AND sealed = ?",
        changes,
    )
