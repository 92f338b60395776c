"""The personal values of records, apart from them: a row for each class, under a key of its month."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Final

from attrs import field, frozen

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.data_keys import NONCE, DataKey
from wemakeprice_sdk.ledger.encryption import RowCipher, context, dump, load, plain_values
from wemakeprice_sdk.ledger.engine import SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.personal import PersonalValues
from wemakeprice_sdk.ledger.records import PersonalState
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass, class_of

# When a thing was over, as far as its body says so: the marketplace's API knows the delivery (배송완료), not
# the buyer's word that follows it (구매확정).
_OVER: Final[Mapping[str, tuple[str, ...]]] = {
    RecordKind.BUNDLE: ("shipCompleteDate",),
    RecordKind.FILE_BUNDLE: ("shipCompleteDate",),
    RecordKind.CLAIM: ("approveDate", "rejectDate", "withdrawDate"),
    RecordKind.FILE_CLAIM: ("approveDate", "rejectDate", "withdrawDate"),
}
_UPSERT: Final = """INSERT INTO personal
    (account, kind, record_key, class, state, starts, data_key, token) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, kind, record_key, class) DO UPDATE SET
    state = excluded.state, starts = excluded.starts, data_key = excluded.data_key, token = excluded.token"""


@frozen
class EncryptedPart:
    """One row of the table, still encrypted."""

    state: PersonalState
    starts: int
    number: int
    token: str = field(repr=False)


@frozen
class PlainPart:
    """The values of one class of one record, decrypted; `stands` says how they are stored (data key, start of
    the period, state, plaintext)."""

    state: PersonalState
    values: PersonalValues = field(repr=False)
    stands: tuple[int, int, str, bytes] | None = field(default=None, repr=False)


EncryptedParts = dict[str, EncryptedPart]
"""By retention class."""
PlainParts = dict[str, PlainPart]
"""By retention class."""


def by_class(kind: str, values: PersonalValues) -> dict[str, PersonalValues]:
    """Part the personal values of a record by retention class."""
    parts: dict[RetentionClass, PersonalValues] = {}
    for path, value in values.items():
        parts.setdefault(class_of(kind, path), {})[path] = value
    return {retention_class.value: part for retention_class, part in parts.items()}


def starts_at(kind: str, clear: Mapping[str, JsonValue], at: int, now: int) -> int:
    """Return when the period of retention begins, in microseconds.

    That is when the thing was over, or `at` while that is not known; never before `at`, and never in the
    future, so that a slip in a date keeps nothing for longer.
    """
    fact = clear.get("fact", clear)
    body = fact if isinstance(fact, Mapping) else clear
    ends = [_micros(body.get(name)) for name in _OVER.get(kind, ())]
    return max([at, *(end for end in ends if end <= now)])


def _micros(value: JsonValue) -> int:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        return 0
    return to_micros(found if found.tzinfo is not None else found.replace(tzinfo=KST))


def decrypt_parts(
    account: str, kind: str, key: str, stored: EncryptedParts, keys: Mapping[int, DataKey]
) -> PlainParts:
    """Decrypt the parts of a record; raise `LedgerCorruptError` when the key of one is missing."""
    opened: PlainParts = {}
    for name, part in stored.items():
        data_key = keys.get(part.number)
        if data_key is None:
            raise LedgerCorruptError(f"the data key {part.number} of {kind} {key!r} is missing")
        plain = data_key.decrypt(part.token, _place(account, kind, key, name))
        stands = (part.number, part.starts, part.state.value, plain)
        opened[name] = PlainPart(part.state, plain_values(load(plain.decode())), stands)
    return opened


def unmoved_parts(
    row_cipher: RowCipher, account: str, kind: str, key: str, sealed: str, state: str
) -> PlainParts:
    """Decrypt the personal values of a record that still holds all of them in one token (up to 0.1.0)."""
    if not sealed:
        return {}
    values = row_cipher.decrypt_values(sealed, account, "record", kind, key)
    found = PersonalState(state)
    return {name: PlainPart(found, part) for name, part in by_class(kind, values).items()}


def joined(parts: PlainParts, *states: PersonalState) -> PersonalValues:
    """Return the values of parts, or of those in some states."""
    return {
        path: value
        for part in parts.values()
        if not states or part.state in states
        for path, value in part.values.items()
    }


@frozen
class _Draft:
    kind: str
    key: str
    month: str
    starts: int
    parts: PlainParts
    old: PlainParts


class PartStore:
    """The personal values of one account inside one transaction."""

    def __init__(self, transaction: Transaction, row_cipher: RowCipher, account: str) -> None:
        self._transaction = transaction
        self._data_keys = row_cipher.data_keys
        self._account = account
        self._drafts: list[_Draft] = []

    def find(self, kind: str, keys: Sequence[str]) -> dict[str, EncryptedParts]:
        """Return the rows of records of one kind."""
        found: dict[str, EncryptedParts] = {}
        for batch in batches(keys):
            rows = self._transaction.rows(
                "SELECT record_key, class, state, starts, data_key, token FROM personal "  # noqa: S608
                f"WHERE account = ? AND kind = ? AND record_key IN ({placeholders(batch)})",
                self._account,
                kind,
                *batch,
            )
            for key, name, state, starts, number, token in rows:
                part = EncryptedPart(PersonalState(text(state)), whole(starts), whole(number), text(token))
                found.setdefault(text(key), {})[text(name)] = part
        return found

    def keys_of(self, found: Iterable[EncryptedParts]) -> Mapping[int, DataKey]:
        """Return the data keys of rows."""
        return self._data_keys.by_number(
            self._transaction, {part.number for parts in found for part in parts.values()}
        )

    def open(self, kind: str, keys: Sequence[str]) -> dict[str, PlainParts]:
        """Return the parts of records of one kind, decrypted."""
        found = self.find(kind, keys)
        data_keys = self.keys_of(found.values())
        return {
            key: decrypt_parts(self._account, kind, key, parts, data_keys) for key, parts in found.items()
        }

    def put(self, kind: str, key: str, at: int, starts: int, parts: PlainParts, old: PlainParts) -> None:
        """Keep these parts of a record instead of its old ones, at the next `write`."""
        if parts or old:
            self._drafts.append(_Draft(kind, key, _month(at), starts, parts, old))

    def write(self) -> None:
        """Write what was put; what stands as it did is left alone."""
        places = {(name, draft.month) for draft in self._drafts for name in draft.parts}
        keys = self._data_keys.for_writing(self._transaction, self._account, places)
        # One call of the system for all: so many small ones would take longer than the encryption.
        random = BytesIO(os.urandom(NONCE * sum(len(draft.parts) for draft in self._drafts)))
        upserts: list[tuple[SqlValue, ...]] = []
        deletes: list[tuple[SqlValue, ...]] = []
        for draft in self._drafts:
            place = (self._account, draft.kind, draft.key)
            deletes += [(*place, name) for name in draft.old.keys() - draft.parts.keys()]
            for name, part in draft.parts.items():
                data_key, old = keys[name, draft.month], draft.old.get(name)
                plain, state = dump(part.values).encode(), part.state.value
                stands = (data_key.number, draft.starts, state, plain)
                if old is None or old.stands != stands:
                    token = data_key.encrypt(plain, _place(*place, name), random.read(NONCE))
                    upserts.append((*place, name, state, draft.starts, data_key.number, token))
        self._transaction.many(_UPSERT, upserts)
        self.delete(deletes)
        self._drafts = []

    def mask(self, kind: str, found: Mapping[str, EncryptedParts]) -> None:
        """Cover the values of rows, under the data keys they have."""
        keys = self.keys_of(found.values())
        rows: list[tuple[SqlValue, ...]] = []
        for key, stored in found.items():
            for name, part in decrypt_parts(self._account, kind, key, stored, keys).items():
                old, place = stored[name], (self._account, kind, key)
                covered = dump(personal.mask(part.values)).encode()
                token = keys[old.number].encrypt(covered, _place(*place, name), os.urandom(NONCE))
                rows.append((*place, name, PersonalState.MASKED.value, old.starts, old.number, token))
        self._transaction.many(_UPSERT, rows)

    def delete(self, rows: Iterable[Sequence[SqlValue]]) -> None:
        """Delete rows by account, kind, record and class."""
        self._transaction.many(
            "DELETE FROM personal WHERE account = ? AND kind = ? AND record_key = ? AND class = ?", rows
        )


def _month(at: int) -> str:
    day = to_timestamp(at)
    return f"{day.year:04}-{day.month:02}"


def _place(account: str, kind: str, key: str, retention_class: str) -> bytes:
    """Return the name of the place personal values are bound to."""
    return context(account, "personal", kind, key, retention_class)
