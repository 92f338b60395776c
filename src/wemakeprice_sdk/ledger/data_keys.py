"""Keys of the personal values: one for each retention class and month, random, destroyed with the last value.

A data key is stored encrypted by the ledger's own cipher. Once its row is gone, a page that holds values
without it (an older page of the file, a copy of one table) cannot be read again. A copy that holds the row
too, such as a backup of the whole ledger, can be read until the cipher's key was rotated and destroyed.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import TamperedError
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.paging import PAGE, RotationPage
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.secrets import Cipher, RotatingCipher, rotate_token

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KeyPlace = tuple[str, str]
"""Retention class and month (KST, `2026-03`) of a data key."""
COLUMNS: Final = "k.number, k.account, k.class, k.period, k.wrapped"
NONCE: Final = 12
"""Bytes of random at the head of each token."""
_KNOWN: Final = 500
"""Keys held open at once: more than a ledger of five years has."""


@frozen
class DataKey:
    """One data key, opened."""

    number: int
    _box: AESGCM = field(repr=False)

    def encrypt(self, plaintext: bytes, place: bytes, nonce: bytes) -> str:
        """Encrypt, bound to the place, with 12 random bytes that are used for nothing else."""
        return b64encode(nonce + self._box.encrypt(nonce, plaintext, place)).decode()

    def decrypt(self, token: str, place: bytes) -> bytes:
        """Decrypt; raise `TamperedError` for what was changed, and for what belongs to another place."""
        from cryptography.exceptions import InvalidTag

        try:
            sealed = b64decode(token, validate=True)
            return self._box.decrypt(sealed[:NONCE], sealed[NONCE:], place)
        except (InvalidTag, ValueError):
            raise TamperedError("a personal value was changed, or belongs to another record") from None


class DataKeys:
    """The data keys of one ledger.

    Their rows are read in every transaction, and only what the cipher makes of them is remembered: a key that
    another process destroyed is never written under again, nor one whose transaction was rolled back.
    """

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher
        self._known: dict[str, DataKey] = {}

    def for_writing(
        self, transaction: Transaction, account: str, places: Iterable[KeyPlace]
    ) -> Mapping[KeyPlace, DataKey]:
        """Return the keys of these classes and months, made where there are none; the account is locked."""
        wanted = set(places)
        found: dict[KeyPlace, DataKey] = {}
        for batch in batches(sorted({month for _, month in wanted})):
            sql = f"SELECT {COLUMNS} FROM data_keys k WHERE account = ? AND period IN ({placeholders(batch)})"  # noqa: S608
            rows = {(text(row[2]), text(row[3])): row for row in transaction.rows(sql, account, *batch)}
            found |= {place: self._open(row) for place, row in rows.items() if place in wanted}
        for place in sorted(wanted - found.keys()):
            found[place] = self._make(transaction, account, place)
        return found

    def opened(self, row: SqlRow) -> DataKey | None:
        """Return the key of a row of `COLUMNS`; None when the row is not there (a left join)."""
        return None if row[0] is None else self._open(row)

    def destroy_unused(self, transaction: Transaction, account: str, classes: Iterable[str]) -> None:
        """Destroy the keys of these classes under which nothing stands any more; the account is locked."""
        wanted = list(classes)
        rows = transaction.rows(
            "SELECT number, wrapped FROM data_keys "  # noqa: S608
            f"WHERE account = ? AND class IN ({placeholders(wanted)}) "
            "AND NOT EXISTS (SELECT 1 FROM personal WHERE data_key = number)",
            account,
            *wanted,
        )
        transaction.many("DELETE FROM data_keys WHERE number = ?", [row[:1] for row in rows])
        for _, wrapped in rows:
            self._known.pop(text(wrapped), None)

    def _make(self, transaction: Transaction, account: str, place: KeyPlace) -> DataKey:
        wrapped = self._cipher.encrypt(os.urandom(32), context=key_context(account, place))
        sql = "INSERT INTO data_keys (account, class, period, wrapped) VALUES (?, ?, ?, ?) RETURNING number"
        [(number,)] = transaction.rows(sql, account, *place, wrapped)
        return self._open((number, account, *place, wrapped))

    def _open(self, row: SqlRow) -> DataKey:
        wrapped = text(row[4])
        known = self._known.get(wrapped)
        if known is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            place = key_context(text(row[1]), (text(row[2]), text(row[3])))
            box = AESGCM(self._cipher.decrypt(wrapped, context=place))
            if len(self._known) >= _KNOWN:
                self._known.clear()
            known = self._known[wrapped] = DataKey(whole(row[0]), box)
        return known


def key_context(account: str, place: KeyPlace) -> bytes:
    """Return the name of the place an encrypted data key is bound to."""
    return "\x1f".join((account, "data_key", *place)).encode()


def rotate_page(
    transaction: Transaction, cipher: RotatingCipher, account: str, after: SqlRow
) -> RotationPage:
    """Read the data keys behind `after` (number), and return anew those under an older key."""
    rows = transaction.rows(
        f"SELECT {COLUMNS} FROM data_keys k WHERE account = ? AND number > ? ORDER BY number LIMIT {PAGE}",  # noqa: S608
        account,
        *after,
    )
    changes: list[tuple[SqlValue, ...]] = []
    for number, _, retention_class, month, wrapped in rows:
        place = key_context(account, (text(retention_class), text(month)))
        token = rotate_token(cipher, text(wrapped), context=place)
        if token != wrapped:
            changes.append((token, number, wrapped))
    return RotationPage(tuple(changes), len(rows), rows[-1][:1] if len(rows) == PAGE else None)


def write_rotated(transaction: Transaction, changes: Sequence[SqlRow]) -> None:
    """Write what `rotate_page` returned, but where a key was destroyed since."""
    transaction.many("UPDATE data_keys SET wrapped = ? WHERE number = ? AND wrapped = ?", changes)
