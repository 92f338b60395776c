"""Personal values that have had their time: listed, counted, masked, destroyed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import DecryptionError, LedgerCorruptError
from wemakeprice_sdk.ledger.encryption import RowCipher, load
from wemakeprice_sdk.ledger.engine import SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.moving import SEALED
from wemakeprice_sdk.ledger.paging import PAGE
from wemakeprice_sdk.ledger.parameters import placeholders
from wemakeprice_sdk.ledger.parts import (
    EncryptedParts,
    PartStore,
    decrypt_parts,
    joined,
    starts_at,
    unmoved_parts,
)
from wemakeprice_sdk.ledger.records import PersonalPart, PersonalState
from wemakeprice_sdk.ledger.timestamps import to_timestamp
from wemakeprice_sdk.ledger.tombstones import EVERYTHING, TombstoneDraft, hmac_of
from wemakeprice_sdk.models.retention import RetentionClass

# Behind every time there can be, in microseconds.
_END: Final = 2**62
_INDEX: Final = re.compile(r"\[.*", re.DOTALL)


@frozen(kw_only=True)
class Selection:
    """Personal values of one kind, of some classes and states, whose period began in [since, before)."""

    account: str
    kind: str
    classes: Collection[RetentionClass]
    states: Collection[PersonalState]
    before: int | None = None
    since: int | None = None
    keys: Sequence[str] | None = field(default=None, repr=False)

    def query(self, columns: str) -> tuple[str, list[SqlValue]]:
        """Return the query for `columns` of the table `personal` (p): by record, or by data key and time."""
        classes, states = sorted(self.classes), sorted(self.states)
        source = "data_keys k JOIN personal p ON p.data_key = k.number" if self.keys is None else "personal p"
        owner = "k" if self.keys is None else "p"
        sql = (
            f"SELECT {columns} FROM {source} "  # noqa: S608
            f"WHERE {owner}.account = ? AND {owner}.class IN ({placeholders(classes)}) "
            f"AND p.kind = ? AND p.state IN ({placeholders(states)})"
        )
        values: list[SqlValue] = [self.account, *classes, self.kind, *states]
        for name, bound in ((">=", self.since), ("<", self.before)):
            if bound is not None:
                sql, values = f"{sql} AND p.starts {name} ?", [*values, bound]
        if self.keys is not None:
            sql, values = f"{sql} AND p.record_key IN ({placeholders(self.keys)})", [*values, *self.keys]
        return sql, values

    def takes(self, retention_class: str, state: PersonalState, starts: int) -> bool:
        """Return whether a part that was read is selected."""
        return (
            retention_class in self.classes
            and state in self.states
            and (self.since is None or self.since <= starts)
            and (self.before is None or starts < self.before)
        )


class Forgetting:
    """What retention does to one account inside one transaction."""

    def __init__(self, transaction: Transaction, row_cipher: RowCipher, account: str) -> None:
        self._transaction = transaction
        self._row_cipher = row_cipher
        self._account = account
        self._store = PartStore(transaction, row_cipher, account)

    def count(self, selection: Selection) -> int:
        """Count the records that have selected values."""
        sql, values = selection.query("count(DISTINCT p.record_key)")
        unmoved = {
            part.key
            for part, starts in self.unmoved(selection.kind)
            if selection.takes(part.retention_class, part.state, starts)
        }
        return whole(self._transaction.rows(sql, *values)[0][0]) + len(unmoved)

    def keys(self, selection: Selection, limit: int) -> list[str]:
        """Return at most `limit` records that have selected values."""
        sql, values = selection.query("DISTINCT p.record_key")
        return [text(row[0]) for row in self._transaction.rows(f"{sql} LIMIT ?", *values, limit)]

    def mask(self, selection: Selection, keys: Sequence[str]) -> None:
        """Cover the selected values of these records."""
        self._store.mask(selection.kind, self._selected(selection, keys))
        self._mark(selection.kind, keys, PersonalState.MASKED)

    def destroy(
        self, selection: Selection, keys: Sequence[str], *, whole_record: bool
    ) -> list[TombstoneDraft]:
        """Delete the selected values of these records, and the data keys that nothing is left under.

        With `whole_record` nothing personal of them comes in again, whatever class it is of.
        """
        kind, found = selection.kind, self._selected(selection, keys)
        secret = self._row_cipher.tombstone_key(self._transaction)
        lines: list[TombstoneDraft] = []
        for key, parts in found.items():
            name = hmac_of(secret, self._account, kind, key)
            for retention_class, part in parts.items():
                fields = self._fields(kind, key, {retention_class: part})
                lines.append(TombstoneDraft(kind, name, retention_class, fields))
            if whole_record:
                lines.append(TombstoneDraft(kind, name, EVERYTHING))
        self._store.delete((self._account, kind, key, name) for key, parts in found.items() for name in parts)
        left = self._store.find(kind, keys)
        self._mark(kind, [key for key in keys if key in left], PersonalState.PARTIAL)
        self._mark(kind, [key for key in keys if key not in left], PersonalState.DESTROYED)
        self._row_cipher.data_keys.destroy_unused(self._transaction, self._account, selection.classes)
        return lines

    def page(self, selection: Selection, after: tuple[str, str]) -> list[PersonalPart]:
        """Return the selected values behind `after` (record, class), without them, at most `PAGE`."""
        classes = sorted(selection.classes)
        rows = self._transaction.rows(
            "SELECT p.record_key, p.class, p.state, p.starts, r.at, r.status, r.ref FROM personal p "  # noqa: S608
            "JOIN records r ON r.account = p.account AND r.kind = p.kind AND r.record_key = p.record_key "
            "WHERE p.account = ? AND p.kind = ? AND (p.record_key, p.class) > (?, ?) "
            f"AND p.class IN ({placeholders(classes)}) AND p.starts < ? "
            f"ORDER BY p.record_key, p.class LIMIT {PAGE}",
            self._account,
            selection.kind,
            *after,
            *classes,
            _END if selection.before is None else selection.before,
        )
        return [
            PersonalPart(
                kind=selection.kind,
                key=text(key),
                retention_class=RetentionClass(text(name)),
                state=PersonalState(text(state)),
                starts_at=to_timestamp(starts),
                at=to_timestamp(at),
                status=text(status),
                ref=text(ref),
            )
            for key, name, state, starts, at, status, ref in rows
        ]

    def unmoved(self, kind: str) -> Iterator[tuple[PersonalPart, int]]:
        """Yield what still stands where version 0.1.0 kept it, with the time its period begins.

        What cannot be read is left out: it is of no class before it can be.
        """
        after, more = "", True
        while more:
            rows = self._transaction.rows(
                f"SELECT {SEALED}, status, ref FROM records WHERE account = ? AND kind = ? "  # noqa: S608
                f"AND sealed IS NOT NULL AND record_key > ? ORDER BY record_key LIMIT {PAGE}",
                self._account,
                kind,
                after,
            )
            more = bool(rows)
            for _, key, at, seen, state, body, sealed, status, ref in rows:
                after, time = text(key), whole(at)
                starts = starts_at(kind, load(text(body)), time, whole(seen))
                try:
                    parts = unmoved_parts(
                        self._row_cipher, self._account, kind, after, text(sealed), text(state)
                    )
                except DecryptionError:
                    continue  # one value must not stop retention of all others; `migrate` raises it
                for name, part in parts.items():
                    found = PersonalPart(
                        kind=kind,
                        key=after,
                        retention_class=RetentionClass(name),
                        state=part.state,
                        starts_at=to_timestamp(starts),
                        at=to_timestamp(at),
                        status=text(status),
                        ref=text(ref),
                    )
                    yield found, starts

    def _selected(self, selection: Selection, keys: Sequence[str]) -> dict[str, EncryptedParts]:
        found = {
            key: {
                name: part for name, part in parts.items() if selection.takes(name, part.state, part.starts)
            }
            for key, parts in self._store.find(selection.kind, keys).items()
        }
        return {key: parts for key, parts in found.items() if parts}

    def _fields(self, kind: str, key: str, parts: EncryptedParts) -> tuple[str, ...]:
        """Return the names of the fields of parts; none where they cannot be read any more."""
        try:
            opened = decrypt_parts(self._account, kind, key, parts)
        except (DecryptionError, LedgerCorruptError):
            return ()
        return tuple(sorted({field_name(path) for path in joined(opened)}))

    def _mark(self, kind: str, keys: Iterable[str], state: PersonalState) -> None:
        # A digest of what is gone would still tell whether a guess of it is right. A record that has lost a
        # part stays one when more of it is covered.
        self._transaction.many(
            "UPDATE records SET digest = '', personal = CASE WHEN ? = 'masked' AND personal = 'partial' "
            "THEN personal ELSE ? END WHERE account = ? AND kind = ? AND record_key = ?",
            [(state.value, state.value, self._account, kind, key) for key in keys],
        )


def field_name(path: str) -> str:
    """Return the name of a field for the register: its last word, and a star for what may be a value."""
    word = "_".join(_INDEX.sub("", path.rsplit(".", 1)[-1]).split())
    return word if word.isidentifier() and len(word) <= 40 and not any(map(str.isdigit, word)) else "*"
