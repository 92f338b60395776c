"""Encrypts what must not lie open in the ledger, and tells whether a document changed."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.ledger.engine import SqlRow, Transaction, text
from wemakeprice_sdk.ledger.personal import PersonalValues
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.secrets import Cipher, RotatingCipher, rotate_token

# Stored: the token of every ledger is bound to these bytes, and to the name `seal` of its row.
_CONTEXT: Final = b"wemakeprice-sdk-ledger/seal"
PAGE: Final = 500
"""Rows that are read, re-encrypted or handed out at once. A page is held in memory as a whole, and a written
one locks out others: larger ones would make waiting workers run into their timeout, smaller ones cost a
transaction (on PostgreSQL a round trip) each."""


class RowCipher:
    """The cipher of one ledger, and the keyed digest of its documents.

    The key of the digests is random and stored encrypted: decrypting it shows that the cipher is the right
    one, and without it nobody can guess back from a digest what a document says.
    """

    def __init__(self, cipher: Cipher, transaction: Transaction) -> None:
        self._cipher = cipher
        self._digest_key = self._load_digest_key(transaction)

    def _load_digest_key(self, transaction: Transaction) -> bytes:
        found = transaction.rows("SELECT value FROM meta WHERE name = 'seal'")
        if not found:
            token = self._cipher.encrypt(b64encode(os.urandom(32)), context=_CONTEXT)
            transaction.many(
                "INSERT INTO meta (name, value) VALUES ('seal', ?) ON CONFLICT DO NOTHING", [(token,)]
            )
            found = transaction.rows("SELECT value FROM meta WHERE name = 'seal'")
        stored = text(found[0][0])
        return b64decode(self._cipher.decrypt(stored, context=_CONTEXT))

    def digest(self, body: Mapping[str, JsonValue]) -> str:
        """Return the keyed digest of a document; with 16 bytes no two are alike by chance."""
        return hashlib.blake2b(dump(body).encode(), key=self._digest_key, digest_size=16).hexdigest()

    def encrypt_payload(self, values: Mapping[str, object], *parts: str) -> str:
        """Encrypt `values`, bound to the place named by `parts`."""
        return self._cipher.encrypt(dump(values).encode(), context=context(*parts))

    def decrypt_payload(self, token: str, *parts: str) -> dict[str, JsonValue]:
        """Decrypt what `encrypt_payload` made for the same place."""
        return load(self._cipher.decrypt(token, context=context(*parts)).decode())

    def decrypt_values(self, token: str, *parts: str) -> PersonalValues:
        """Decrypt the personal values of a record."""
        return {
            path: value
            for path, value in self.decrypt_payload(token, *parts).items()
            if value is None or isinstance(value, str | int | float)
        }


@frozen
class RotationPage:
    """Values to write anew, as rows; how many were looked at; after what the next page begins."""

    changes: tuple[SqlRow, ...]
    seen: int
    after: SqlRow | None = None


def rotate_digest_key(transaction: Transaction, cipher: RotatingCipher) -> bool:
    """Encrypt the digest key under the primary key; return whether it was under another."""
    stored = text(transaction.rows("SELECT value FROM meta WHERE name = 'seal'")[0][0])
    token = rotate_token(cipher, stored, context=_CONTEXT)
    transaction.many("UPDATE meta SET value = ? WHERE name = 'seal' AND value = ?", [(token, stored)])
    return token != stored


def context(*parts: str) -> bytes:
    """Return the name of the place a value is bound to."""
    return "\x1f".join(parts).encode()


def dump(value: Mapping[str, object]) -> str:
    """Write JSON in one fixed form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def load(stored: str) -> dict[str, JsonValue]:
    """Read a JSON object."""
    value = json.loads(stored)
    if not isinstance(value, dict):
        raise LedgerCorruptError("a stored document is not an object")
    return value
