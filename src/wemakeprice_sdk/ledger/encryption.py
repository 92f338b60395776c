"""Encrypts what must not lie open in the ledger, and tells whether a document changed."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Final

from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.ledger.data_keys import DataKeys
from wemakeprice_sdk.ledger.engine import Transaction, text
from wemakeprice_sdk.ledger.personal import PersonalValues
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.secrets import Cipher, RotatingCipher, forgetful, rotate_token

# Stored: names of the ledger's own keys, and the bytes that their tokens are bound to, in the order of their
# rotation: the ledger opens without the old key once the digest key is under the new one, so that comes last.
_DIGEST_KEY: Final = "seal"
_TOMBSTONE_KEY: Final = "tombstones"
_META_KEYS: Final[Mapping[str, bytes]] = {
    _TOMBSTONE_KEY: b"wemakeprice-sdk-ledger/tombstones",
    _DIGEST_KEY: b"wemakeprice-sdk-ledger/seal",
}


# `json.dumps` would make an encoder for every document, which takes as long as a small document does.
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class RowCipher:
    """The cipher of one ledger, its data keys, and the keyed digest of its documents.

    The key of the digests is random and stored encrypted: decrypting it shows that the cipher is the right
    one, and without it nobody can guess back from a digest what a document says.
    """

    def __init__(self, cipher: Cipher, transaction: Transaction) -> None:
        self._cipher = cipher
        self.data_keys = DataKeys(cipher)
        self._digest_key = self._meta_key(transaction, _DIGEST_KEY)

    def _meta_key(self, transaction: Transaction, name: str) -> bytes:
        """Return a random key of the ledger's own; it is made when it is first asked for."""
        sql = "SELECT value FROM meta WHERE name = ?"
        found = transaction.rows(sql, name)
        if not found:
            token = self._cipher.encrypt(b64encode(os.urandom(32)), context=_META_KEYS[name])
            transaction.many(
                "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", [(name, token)]
            )
            found = transaction.rows(sql, name)
        return b64decode(self._cipher.decrypt(text(found[0][0]), context=_META_KEYS[name]))

    def tombstone_key(self, transaction: Transaction) -> bytes:
        """Return the key of the names under which the ledger remembers what it destroyed.

        It is read each time: one that was made in a transaction that is rolled back is none.
        """
        return self._meta_key(transaction, _TOMBSTONE_KEY)

    @forgetful
    def digest(self, body: Mapping[str, JsonValue]) -> str:
        """Return the keyed digest of a document; with 16 bytes no two are alike by chance."""
        return hashlib.blake2b(dump(body).encode(), key=self._digest_key, digest_size=16).hexdigest()

    @forgetful
    def encrypt_payload(self, values: Mapping[str, object], *parts: str) -> str:
        """Encrypt `values`, bound to the place named by `parts`."""
        return self._cipher.encrypt(dump(values).encode(), context=context(*parts))

    @forgetful
    def decrypt_payload(self, token: str, *parts: str) -> dict[str, JsonValue]:
        """Decrypt what `encrypt_payload` made for the same place."""
        return load(self._cipher.decrypt(token, context=context(*parts)).decode())

    def decrypt_values(self, token: str, *parts: str) -> PersonalValues:
        """Decrypt the personal values of a record, as one token held all of them up to version 0.1.0."""
        return plain_values(self.decrypt_payload(token, *parts))


def plain_values(values: Mapping[str, JsonValue]) -> PersonalValues:
    """Return decrypted values as those of paths: neither mapping nor list."""
    return {
        path: value for path, value in values.items() if value is None or isinstance(value, str | int | float)
    }


def rotate_meta_keys(transaction: Transaction, cipher: RotatingCipher) -> Iterator[bool]:
    """Encrypt the ledger's own keys under the primary key; yield for each whether it was under another."""
    for name, place in _META_KEYS.items():
        for (stored,) in transaction.rows("SELECT value FROM meta WHERE name = ?", name):
            token = rotate_token(cipher, text(stored), context=place)
            transaction.many(
                "UPDATE meta SET value = ? WHERE name = ? AND value = ?", [(token, name, stored)]
            )
            yield token != stored


def context(*parts: str) -> bytes:
    """Return the name of the place a value is bound to."""
    return "\x1f".join(parts).encode()


def dump(value: Mapping[str, object]) -> str:
    """Write JSON in one fixed form."""
    return _ENCODER.encode(value)


def load(stored: str) -> dict[str, JsonValue]:
    """Read a JSON object."""
    value = json.loads(stored)
    if not isinstance(value, dict):
        raise LedgerCorruptError("a stored document is not an object")
    return value
