"""Rows of records made whole again: what stands in clear, and the personal values that stand apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.encryption import RowCipher, load
from wemakeprice_sdk.ledger.engine import SqlRow, Transaction, text
from wemakeprice_sdk.ledger.parts import (
    EncryptedParts,
    PartStore,
    PlainParts,
    decrypt_parts,
    joined,
    unmoved_parts,
)
from wemakeprice_sdk.ledger.records import PersonalState, StoredRecord
from wemakeprice_sdk.ledger.timestamps import to_timestamp

COLUMNS: Final = "account, kind, record_key, status, at, ref, first_seen, last_seen, personal, body, sealed"
_WITHOUT_PARTS: Final = frozenset({PersonalState.NONE.value, PersonalState.DESTROYED.value})


@frozen
class RecordPage:
    """Rows of `COLUMNS` of one account, with all that is needed to read them outside of the transaction."""

    _rows: Sequence[SqlRow]
    _row_cipher: RowCipher
    _parts: Mapping[tuple[str, str], EncryptedParts]

    @classmethod
    def read(cls, transaction: Transaction, row_cipher: RowCipher, rows: Sequence[SqlRow]) -> RecordPage:
        """Fetch the personal values that belong to rows."""
        keys: dict[str, list[str]] = {}
        for row in rows:
            if row[8] not in _WITHOUT_PARTS and row[10] is None:
                keys.setdefault(text(row[1]), []).append(text(row[2]))
        if not keys:
            return cls(rows, row_cipher, {})
        store = PartStore(transaction, row_cipher, text(rows[0][0]))
        found = {
            (kind, key): parts
            for kind, wanted in keys.items()
            for key, parts in store.find(kind, wanted).items()
        }
        return cls(rows, row_cipher, found)

    def records(self) -> Iterator[StoredRecord]:
        """Yield the records."""
        return map(self._record, self._rows)

    def _opened(self, row: SqlRow) -> PlainParts:
        account, kind, key = text(row[0]), text(row[1]), text(row[2])
        if row[10] is not None:
            return unmoved_parts(self._row_cipher, account, kind, key, text(row[10]), text(row[8]))
        return decrypt_parts(account, kind, key, self._parts.get((kind, key), {}))

    def _record(self, row: SqlRow) -> StoredRecord:
        body, parts = load(text(row[9])), self._opened(row)
        return StoredRecord(
            account=text(row[0]),
            kind=text(row[1]),
            key=text(row[2]),
            status=text(row[3]),
            at=to_timestamp(row[4]),
            ref=text(row[5]),
            first_seen=to_timestamp(row[6]),
            last_seen=to_timestamp(row[7]),
            personal=PersonalState(text(row[8])),
            body=personal.join(body, joined(parts)) if parts else body,
        )


def find_record(
    transaction: Transaction, row_cipher: RowCipher, account: str, kind: str, key: str
) -> StoredRecord | None:
    """Return one record, or None."""
    rows = transaction.rows(
        f"SELECT {COLUMNS} FROM records WHERE account = ? AND kind = ? AND record_key = ?",  # noqa: S608
        account,
        kind,
        key,
    )
    return next(RecordPage.read(transaction, row_cipher, rows).records(), None)
