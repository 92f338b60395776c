"""Personal values of a ledger of version 0.1.0 (one token per record, one key for all) on their way apart.

The tables are changed when the ledger is opened; the values follow page by page, because that takes the key.
Each page is a short transaction, so whatever is killed goes on where it stopped, and others work meanwhile:
what is not moved yet is read where it stands, and moves when it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import DecryptionError
from wemakeprice_sdk.ledger.base import LedgerBase
from wemakeprice_sdk.ledger.encryption import RowCipher, context, load
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.paging import PAGE, RotationPage
from wemakeprice_sdk.ledger.parts import PartStore, starts_at, unmoved_parts
from wemakeprice_sdk.ledger.tombstones import EVERYTHING, TombstoneDraft, hmac_of, insert_tombstones
from wemakeprice_sdk.secrets import RotatingCipher, rotate_token

SEALED: Final = "kind, record_key, at, last_seen, personal, body, sealed"
"""The columns that `move_rows` needs."""


@frozen
class MovedPage:
    """What became of one page: how many records were moved, and what stays because it cannot be read."""

    moved: int
    flaws: tuple[DecryptionError, ...] = ()


class LedgerMoving(LedgerBase):
    """Personal values of older ledgers, moved apart."""

    def migrate(self, progress: Callable[[int], None] | None = None) -> int:
        """Move the personal values that a ledger of version 0.1.0 holds to their own tables and keys.

        Return how many records were moved; 0 when there is nothing left to move. `progress` is called after
        each page (500 records) with how many it were so far. Others may go on working; what is killed is
        started again. A lease moves a page as well, so nobody has to call this; to rewrite the files, so that
        the old tokens are gone from them, call `scrub` afterwards.

        Raises the `DecryptionError` of a value that cannot be read, once all others are moved: it stays where
        it is, and is not destroyed before it can be read.
        """
        moved, flaws = 0, list[DecryptionError]()
        for account in self.accounts():
            self._moves.pop(account, None)
            while (page := self._move_page(account)) is not None:
                moved += page.moved
                flaws += page.flaws
                if progress is not None:
                    progress(moved)
        if flaws:
            raise flaws[0]
        return moved

    def _move_rest(self, account: str) -> None:
        while self._move_page(account) is not None:
            pass

    def _move_page(self, account: str) -> MovedPage | None:
        """Move the next page of an account; None when there is none any more."""
        after = self._moves.get(account, ("", ""))
        if after is None:
            return None
        with self._write() as transaction:
            self._lock(transaction, account)
            rows = transaction.rows(
                f"SELECT {SEALED} FROM records WHERE account = ? AND sealed IS NOT NULL "  # noqa: S608
                f"AND (kind, record_key) > (?, ?) ORDER BY kind, record_key LIMIT {PAGE}",
                account,
                *after,
            )
            page = move_rows(transaction, self._row_cipher(transaction), account, rows) if rows else None
        # Nothing comes in behind: older code refuses this ledger.
        self._moves[account] = (text(rows[-1][0]), text(rows[-1][1])) if rows else None
        return page


def move_rows(
    transaction: Transaction, row_cipher: RowCipher, account: str, rows: Sequence[SqlRow]
) -> MovedPage:
    """Move the values of rows of `SEALED`, as far as they can be read; the account is locked."""
    store = PartStore(transaction, row_cipher, account)
    lines: list[TombstoneDraft] = []
    moved: list[SqlRow] = []
    flaws: list[DecryptionError] = []
    for kind, key, at, seen, state, body, sealed in rows:
        place, time = (text(kind), text(key)), whole(at)
        try:
            parts = unmoved_parts(row_cipher, account, *place, text(sealed), text(state))
        except DecryptionError as flaw:
            flaws.append(flaw)
            continue
        if not sealed:
            name = hmac_of(row_cipher.tombstone_key(transaction), account, *place)
            lines.append(TombstoneDraft(place[0], name, EVERYTHING))
        starts = starts_at(place[0], load(text(body)), time, whole(seen))
        store.put(*place, time, starts, parts, {})
        moved.append((account, kind, key))
    store.write()
    insert_tombstones(transaction, account, lines, max(whole(row[3]) for row in rows))
    transaction.many(
        "UPDATE records SET sealed = NULL WHERE account = ? AND kind = ? AND record_key = ?", moved
    )
    return MovedPage(len(moved), tuple(flaws))


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
