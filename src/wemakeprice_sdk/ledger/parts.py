"""The personal values of records, apart from them: a row for each class, under a key of its month."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import Final

from attrs import define, field

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.data_keys import COLUMNS, NONCE, DataKey
from wemakeprice_sdk.ledger.encryption import RowCipher, context, dump, load, plain_values
from wemakeprice_sdk.ledger.engine import SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.personal import PersonalValues
from wemakeprice_sdk.ledger.records import PersonalState
from wemakeprice_sdk.ledger.timestamps import DAY, SECOND, to_micros, to_timestamp
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass, class_of
from wemakeprice_sdk.secrets import forgetful

# When a thing was over, as far as its body says so: the marketplace's API knows the delivery (배송완료), not
# the buyer's word that follows it (구매확정).
_OVER: Final[Mapping[str, tuple[str, ...]]] = {
    RecordKind.BUNDLE: ("shipCompleteDate",),
    RecordKind.FILE_BUNDLE: ("shipCompleteDate",),
    RecordKind.CLAIM: ("approveDate", "rejectDate", "withdrawDate"),
    RecordKind.FILE_CLAIM: ("approveDate", "rejectDate", "withdrawDate"),
}
_EAST: Final = 9 * 3600 * SECOND
"""How far Korean time is ahead."""
_UPSERT: Final = """INSERT INTO personal
    (account, kind, record_key, class, state, starts, data_key, token) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (account, kind, record_key, class) DO UPDATE SET
    state = excluded.state, starts = excluded.starts, data_key = excluded.data_key, token = excluded.token"""


@define
class EncryptedPart:
    """One row of the table, still encrypted, with its data key: None when that is missing."""

    state: PersonalState
    starts: int
    number: int
    token: str = field(repr=False)
    data_key: DataKey | None


@define
class PlainPart:
    """The values of one class of one record, decrypted; `stands` says how they are stored (data key, start of
    the period, state, plaintext)."""

    state: PersonalState
    values: PersonalValues = field(repr=False)
    stands: tuple[int, int, str, bytes] | None = field(default=None, repr=False)


# Faster than the call of the enum, which every row would need.
_STATES: Final = {state.value: state for state in PersonalState}
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


@forgetful
def decrypt_parts(account: str, kind: str, key: str, stored: EncryptedParts) -> PlainParts:
    """Decrypt the parts of a record; raise `LedgerCorruptError` when the key of one is missing."""
    opened: PlainParts = {}
    for name, part in stored.items():
        if part.data_key is None:
            raise LedgerCorruptError(f"the data key {part.number} of {kind} {key!r} is missing")
        plain = part.data_key.decrypt(part.token, _place(account, kind, key, name))
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


def joined(parts: PlainParts) -> PersonalValues:
    """Return the values of parts together."""
    return {path: value for part in parts.values() for path, value in part.values.items()}


@define
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
                f"SELECT p.record_key, p.class, p.state, p.starts, p.data_key, p.token, {COLUMNS} "  # noqa: S608
                "FROM personal p LEFT JOIN data_keys k ON k.number = p.data_key "
                f"WHERE p.account = ? AND p.kind = ? AND p.record_key IN ({placeholders(batch)})",
                self._account,
                kind,
                *batch,
            )
            for key, name, state, starts, number, token, *data_key in rows:
                found.setdefault(text(key), {})[text(name)] = EncryptedPart(
                    _STATES[text(state)],
                    whole(starts),
                    whole(number),
                    text(token),
                    self._data_keys.opened(tuple(data_key)),
                )
        return found

    def open(self, kind: str, keys: Sequence[str]) -> dict[str, PlainParts]:
        """Return the parts of records of one kind, decrypted."""
        found = self.find(kind, keys)
        return {key: decrypt_parts(self._account, kind, key, parts) for key, parts in found.items()}

    def put(self, kind: str, key: str, at: int, starts: int, parts: PlainParts, old: PlainParts) -> None:
        """Keep these parts of a record instead of its old ones, at the next `write`."""
        if parts or old:
            self._drafts.append(_Draft(kind, key, _month((at + _EAST) // DAY), starts, parts, old))

    @forgetful
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

    @forgetful
    def mask(self, kind: str, found: Mapping[str, EncryptedParts]) -> None:
        """Cover the values of rows, under the data keys they have."""
        rows: list[tuple[SqlValue, ...]] = []
        for key, stored in found.items():
            for name, part in decrypt_parts(self._account, kind, key, stored).items():
                old, place = stored[name], (self._account, kind, key)
                assert old.data_key is not None  # noqa: S101 -- it was decrypted by it
                covered = dump(personal.mask(part.values)).encode()
                token = old.data_key.encrypt(covered, _place(*place, name), os.urandom(NONCE))
                rows.append((*place, name, PersonalState.MASKED.value, old.starts, old.number, token))
        self._transaction.many(_UPSERT, rows)

    def delete(self, rows: Iterable[Sequence[SqlValue]]) -> None:
        """Delete rows by account, kind, record and class."""
        self._transaction.many(
            "DELETE FROM personal WHERE account = ? AND kind = ? AND record_key = ? AND class = ?", rows
        )


@lru_cache(maxsize=400)
def _month(day: int) -> str:
    """Return the month of a day (KST), counted from 1970."""
    at = to_timestamp(day * DAY - _EAST)
    return f"{at.year:04}-{at.month:02}"


def _place(account: str, kind: str, key: str, retention_class: str) -> bytes:
    """Return the name of the place personal values are bound to."""
    return context(account, "personal", kind, key, retention_class)
