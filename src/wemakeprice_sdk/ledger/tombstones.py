"""What the ledger remembers of what it destroyed, so that it never takes it in again.

A tombstone names a record by a keyed digest, so it outlives the record, and it names the thing rather than
the row: what a file says of an order bears the same name as what the marketplace says of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.encryption import RowCipher, context
from wemakeprice_sdk.ledger.engine import SqlRow, Transaction, text, whole
from wemakeprice_sdk.ledger.paging import PAGE
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.records import Tombstone
from wemakeprice_sdk.ledger.timestamps import to_timestamp
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass

EVERYTHING: Final = ""
"""Stored in place of a class: nothing personal of the record comes back, whatever class it is of."""
_API_KINDS: Final[Mapping[str, str]] = {
    RecordKind.FILE_BUNDLE: RecordKind.BUNDLE,
    RecordKind.FILE_CLAIM: RecordKind.CLAIM,
}
_FROM_FILES: Final = frozenset({RecordKind.FILE_BUNDLE, RecordKind.FILE_CLAIM, RecordKind.BANK_TRANSFER})
RecordPlace = tuple[str, str]
"""Kind and key of a record."""


@frozen
class TombstoneDraft:
    """One tombstone before it is written."""

    kind: str
    key_hmac: str
    retention_class: str
    fields: tuple[str, ...] = ()


def hmac_of(secret: bytes, account: str, kind: str, key: str) -> str:
    """Return the keyed digest of a thing's natural key: 64 hexadecimal digits.

    Without `secret` nobody can try out record keys, which are short numbers, against it.
    """
    name = context(account, _API_KINDS.get(kind, kind), _natural_key(kind, key))
    return hmac.digest(secret, name, "sha256").hex()


def _natural_key(kind: str, key: str) -> str:
    if kind in _FROM_FILES:
        # A record of a file is kept as `fact@file#number`.
        return key.rpartition("@")[0] or key
    if kind == RecordKind.CLAIM and key.count("/") == 2:
        # Files do not always name the bundle of a claim.
        number, _, claim_type = key.split("/")
        return f"{number}/{claim_type}"
    return key


def destroyed_classes(
    transaction: Transaction, row_cipher: RowCipher, account: str, places: Iterable[RecordPlace]
) -> Mapping[RecordPlace, frozenset[str]]:
    """Return for the records that have tombstones which classes of them were destroyed."""
    if not transaction.rows("SELECT 1 FROM tombstones WHERE account = ? LIMIT 1", account):
        return {}
    secret = row_cipher.tombstone_key(transaction)
    names = {place: hmac_of(secret, account, *place) for place in places}
    found: dict[str, set[str]] = {}
    for batch in batches(names.values()):
        sql = f"SELECT hmac, class FROM tombstones WHERE account = ? AND hmac IN ({placeholders(batch)})"  # noqa: S608
        for name, destroyed in transaction.rows(sql, account, *batch):
            found.setdefault(text(name), set()).add(text(destroyed))
    return {place: frozenset(found[name]) for place, name in names.items() if name in found}


def bars(destroyed: Collection[str], retention_class: str) -> bool:
    """Return whether tombstones keep values of a class out."""
    return EVERYTHING in destroyed or retention_class in destroyed


def insert_tombstones(
    transaction: Transaction,
    account: str,
    lines: Iterable[TombstoneDraft],
    now: int,
    *,
    audit_number: int = 0,
    reason: str = "",
) -> None:
    """Write tombstones."""
    transaction.many(
        "INSERT INTO tombstones (account, hmac, class, kind, fields, destroyed, audit_number, reason) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                account,
                one.key_hmac,
                one.retention_class,
                one.kind,
                " ".join(one.fields),
                now,
                audit_number,
                reason,
            )
            for one in lines
        ],
    )


def tombstone_page(transaction: Transaction, account: str, after: int) -> list[Tombstone]:
    """Return the lines of the register behind `after`, at most `PAGE`."""
    rows = transaction.rows(
        "SELECT t.number, t.kind, t.class, t.hmac, t.fields, t.destroyed, t.reason, t.audit_number, a.actor "  # noqa: S608
        "FROM tombstones t JOIN audit a ON a.account = t.account AND a.number = t.audit_number "
        f"WHERE t.account = ? AND t.number > ? AND t.class <> '' ORDER BY t.number LIMIT {PAGE}",
        account,
        after,
    )
    return [_tombstone(account, row) for row in rows]


def _tombstone(account: str, row: SqlRow) -> Tombstone:
    number, kind, retention_class, key_hmac, fields, destroyed, reason, audit_number, actor = row
    return Tombstone(
        account=account,
        number=whole(number),
        kind=text(kind),
        retention_class=RetentionClass(text(retention_class)),
        key_hmac=text(key_hmac),
        fields=tuple(text(fields).split()),
        destroyed_at=to_timestamp(destroyed),
        by=text(actor),
        reason=text(reason),
        audit_number=whole(audit_number),
    )


def register_digest(lines: Iterable[TombstoneDraft | Tombstone]) -> str:
    """Return the SHA-256 of lines of the register, in any order, as the audit line of their act holds it.

    It is over the JSON array `[kind, class, HMAC, fields]` of each line, sorted, one per line: 64 hexadecimal
    digits in capitals, because small ones would look like a key and be masked.
    """
    written = sorted(
        json.dumps(
            [one.kind, one.retention_class, one.key_hmac, list(one.fields)],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for one in lines
        if one.retention_class != EVERYTHING
    )
    return hashlib.sha256("\n".join(written).encode()).hexdigest().upper()
