"""Personal data in the ledger: legal holds, masking, destroying, the register of it (법정 보존·파기)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import LedgerAccountError, ValidationError
from wemakeprice_sdk.ledger import personal
from wemakeprice_sdk.ledger.arguments import checked_keys, require_text
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import AccountRow, append_audit, override
from wemakeprice_sdk.ledger.collection import LedgerCollection
from wemakeprice_sdk.ledger.engine import Transaction
from wemakeprice_sdk.ledger.forgetting import Forgetting, Selection
from wemakeprice_sdk.ledger.holds import find_holds, held_at, put_hold
from wemakeprice_sdk.ledger.intents import count_payloads, empty_payloads, finished_payloads
from wemakeprice_sdk.ledger.moving import LedgerMoving
from wemakeprice_sdk.ledger.parameters import batches
from wemakeprice_sdk.ledger.records import (
    Lease,
    LegalHold,
    PersonalPart,
    PersonalState,
    StoredRecord,
    Tombstone,
)
from wemakeprice_sdk.ledger.timestamps import to_micros
from wemakeprice_sdk.ledger.tombstones import (
    TombstoneDraft,
    hmac_of,
    insert_tombstones,
    register_digest,
    tombstone_page,
)
from wemakeprice_sdk.models.retention import INTENTS, RetentionClass, class_of
from wemakeprice_sdk.secrets import forgetful, redact

_CLEAR: Final = (PersonalState.CLEAR,)
_STANDING: Final = (PersonalState.CLEAR, PersonalState.MASKED)


@frozen
class _Task:
    """One call of `mask_personal` or `destroy_personal`, its arguments checked."""

    kind: str
    before: datetime | None
    retention_class: RetentionClass | None
    keys: list[str] | None
    limit: int
    reason: str
    destroy: bool

    def words(self, done: int, digest: str) -> str:
        """Return what the audit trail says of it."""
        things = "payloads" if self.kind == INTENTS else "records"
        words = f"{done} {things}"
        if self.retention_class is not None:
            words += f" of class {self.retention_class}"
        words += "" if self.keys is None else " named"
        words += "" if self.before is None else f" before {self.before.isoformat()}"
        words += f"; register {digest}" if digest else ""
        return f"{words}; {self.reason}" if self.reason else words


@frozen
class _Wanted:
    """What records have to say to be about a person; hidden, since frames hold it while records are read."""

    _values: frozenset[str] = field(repr=False)

    def is_said_in(self, said: set[str]) -> bool:
        """Return whether a record that says all this says one of the values."""
        return not self._values.isdisjoint(said)


class LedgerRetention(LedgerMoving, LedgerCollection):
    """Legal holds, masking and destroying."""

    @override
    def set_hold(self, lease: Lease, hold: LegalHold, now: datetime) -> None:
        check_kind("lease", lease, Lease)
        check_kind("hold", hold, LegalHold)
        personal.require_kind(hold.kind, "hold.kind")
        _check_class("hold.retention_class", hold.retention_class)
        kept = evolve(hold, reason=redact(require_words(hold.reason, "hold.reason", 200)))
        to_micros(hold.until, "hold.until")
        if hold.account != lease.account:
            raise LedgerAccountError(f"the hold is for account {hold.account!r}, not for {lease.account!r}")
        with self._write_for(lease) as (transaction, row):
            put_hold(transaction, kept)
            detail = f"until {kept.until.isoformat()}: {kept.reason}"
            if kept.retention_class is not None:
                detail = f"class {kept.retention_class} {detail}"
            append_audit(transaction, row, lease.worker, "legal_hold", kept.kind, detail, now)

    @override
    def holds(self, account: str) -> tuple[LegalHold, ...]:
        with self._read(account) as transaction:
            return find_holds(transaction, account)

    @override
    def mask_personal(
        self,
        lease: Lease,
        kind: str,
        before: datetime | None,
        now: datetime,
        *,
        limit: int = 500,
        retention_class: RetentionClass | None = None,
        keys: Iterable[str] | None = None,
    ) -> int:
        personal.require_kind(kind, "kind", personal.PERSONAL_KINDS)
        task = _checked_task(kind, before, retention_class, keys, limit, "", destroy=False)
        return self._forget(lease, task, now)

    @override
    def destroy_personal(
        self,
        lease: Lease,
        kind: str,
        before: datetime | None,
        now: datetime,
        *,
        limit: int = 500,
        retention_class: RetentionClass | None = None,
        keys: Iterable[str] | None = None,
        reason: str = "",
    ) -> int:
        personal.require_kind(kind, "kind")
        task = _checked_task(kind, before, retention_class, keys, limit, reason, destroy=True)
        return self._forget(lease, task, now)

    def _forget(self, lease: Lease, task: _Task, now: datetime) -> int:
        check_kind("lease", lease, Lease)
        micros = to_micros(now, "now")
        # In transactions of its own: how long a page keeps others waiting does not depend on what is behind.
        self._move_rest(lease.account)
        with self._write_for(lease) as (transaction, row):
            done, lines = self._forget_page(transaction, row, task, now)
            if done:
                action = "destroy_personal" if task.destroy else "mask_personal"
                words = task.words(done, register_digest(lines) if lines else "")
                append_audit(transaction, row, lease.worker, action, task.kind, words, now)
                insert_tombstones(
                    transaction,
                    row.account,
                    lines,
                    micros,
                    audit_number=row.audit_number,
                    reason=task.reason,
                )
            return done

    def _forget_page(
        self, transaction: Transaction, row: AccountRow, task: _Task, now: datetime
    ) -> tuple[int, list[TombstoneDraft]]:
        classes = _free(transaction, row.account, task.kind, now, task.retention_class)
        if not classes:
            return 0, []
        if task.kind == INTENTS:
            return self._empty(transaction, row.account, task, classes, now)
        forgetting = Forgetting(transaction, self._row_cipher(transaction), row.account)
        selection = Selection(
            account=row.account,
            kind=task.kind,
            classes=classes,
            states=_STANDING if task.destroy else _CLEAR,
            before=None if task.before is None else to_micros(task.before),
        )
        done, lines = 0, list[TombstoneDraft]()
        whole_record = len(classes) == len(RetentionClass)
        for batch in [None] if task.keys is None else batches(task.keys):
            chosen = evolve(selection, keys=batch)
            keys = forgetting.keys(chosen, task.limit - done)
            if task.destroy:
                lines += forgetting.destroy(chosen, keys, whole_record=whole_record)
            else:
                forgetting.mask(chosen, keys)
            done += len(keys)
        return done, lines

    def _empty(
        self,
        transaction: Transaction,
        account: str,
        task: _Task,
        classes: Collection[RetentionClass],
        now: datetime,
    ) -> tuple[int, list[TombstoneDraft]]:
        before, held = task.before or now, held_at(transaction, account, now)
        found: list[tuple[int, str]] = []
        for batch in [None] if task.keys is None else batches(_numbers(task.keys)):
            left = task.limit - len(found)
            found += finished_payloads(transaction, account, before, classes, held, left, batch)
        if not found:
            return 0, []
        empty_payloads(transaction, [number for number, _ in found])
        secret = self._row_cipher(transaction).tombstone_key(transaction)
        lines = [
            TombstoneDraft(
                INTENTS,
                hmac_of(secret, account, INTENTS, str(number)),
                class_of(INTENTS, operation),
                ("payload",),
            )
            for number, operation in found
        ]
        return len(found), lines

    @override
    def due_personal(
        self,
        account: str,
        kind: str,
        now: datetime,
        mask_before: datetime | None,
        destroy_before: datetime | None,
        *,
        retention_class: RetentionClass | None = None,
    ) -> tuple[int, int]:
        personal.require_kind(kind, "kind")
        _check_class("retention_class", retention_class)
        bounds = {"mask_before": mask_before, "destroy_before": destroy_before}
        mask, destroy = (None if at is None else to_micros(at, name) for name, at in bounds.items())
        with self._read(account) as transaction:
            classes = _free(transaction, account, kind, now, retention_class)
            if not classes:
                return 0, 0
            if kind == INTENTS:
                held = held_at(transaction, account, now)
                return 0, count_payloads(transaction, account, destroy_before, classes, held)
            forgetting = Forgetting(transaction, self._row_cipher(transaction), account)
            standing = Selection(account=account, kind=kind, classes=classes, states=_STANDING)
            clear = evolve(standing, states=_CLEAR, since=destroy)
            return (
                0 if mask is None else forgetting.count(evolve(clear, before=mask)),
                0 if destroy is None else forgetting.count(evolve(standing, before=destroy)),
            )

    @override
    def personal_parts(
        self,
        account: str,
        kind: str,
        *,
        retention_class: RetentionClass | None = None,
        before: datetime | None = None,
    ) -> Iterator[PersonalPart]:
        personal.require_kind(kind, "kind", personal.PERSONAL_KINDS)
        _check_class("retention_class", retention_class)
        require_text("account", account)
        selection = Selection(
            account=account,
            kind=kind,
            classes=tuple(RetentionClass) if retention_class is None else (retention_class,),
            states=_STANDING,
            before=None if before is None else to_micros(before, "before"),
        )
        return self._part_pages(selection)

    def _part_pages(self, selection: Selection) -> Iterator[PersonalPart]:
        with self._read(selection.account) as transaction:
            forgetting = Forgetting(transaction, self._row_cipher(transaction), selection.account)
            page = [
                part
                for part, starts in forgetting.unmoved(selection.kind)
                if selection.takes(part.retention_class, part.state, starts)
            ]
        yield from page
        after = ("", "")
        while True:
            with self._read(selection.account) as transaction:
                forgetting = Forgetting(transaction, self._row_cipher(transaction), selection.account)
                page = forgetting.page(selection, after)
            yield from page
            if not page:
                return
            after = page[-1].key, page[-1].retention_class

    @override
    @forgetful
    def mentioning(self, account: str, kind: str, values: Iterable[str]) -> Iterator[StoredRecord]:
        personal.require_kind(kind, "kind", personal.PERSONAL_KINDS)
        said = frozenset(personal.normalised(value) for value in checked_keys("values", values)) - {""}
        wanted = _Wanted(said)
        if not said:
            return iter(())
        return (
            record
            for record in self.records(account, kind)
            if wanted.is_said_in(personal.spoken(kind, record.body))
        )

    @override
    def tombstones(self, account: str, *, after: int = 0) -> Iterator[Tombstone]:
        require_text("account", account)
        check_kind("after", after, int)
        return self._lines_of_register(account, after)

    def _lines_of_register(self, account: str, after: int) -> Iterator[Tombstone]:
        while True:
            with self._read(account) as transaction:
                page = tombstone_page(transaction, account, after)
            yield from page
            if not page:
                return
            after = page[-1].number

    @override
    def key_hmac(self, account: str, kind: str, key: str) -> str:
        for name, value in {"account": account, "kind": kind, "key": key}.items():
            require_text(name, value)
        with self._write() as transaction:
            return hmac_of(self._row_cipher(transaction).tombstone_key(transaction), account, kind, key)

    @override
    def scrub(self) -> None:
        with self._begin(write=False):
            pass  # so that a ledger under another key is refused before anything is rewritten
        self._engine.scrub()


def _checked_task(
    kind: str,
    before: datetime | None,
    retention_class: RetentionClass | None,
    keys: Iterable[str] | None,
    limit: int,
    reason: str,
    *,
    destroy: bool,
) -> _Task:
    check_kind("limit", limit, int)
    _check_class("retention_class", retention_class)
    named = None if keys is None else list(dict.fromkeys(checked_keys("keys", keys)))
    if before is None and named is None:
        raise ValidationError.single(
            "before",
            "None",
            "a time, or the keys of records",
            "without a time everything would be taken; give a time or name the records",
            "시각이 없으면 모든 개인정보가 대상이 됩니다. before 시각이나 대상 기록을 지정해 주세요",
        )
    if before is not None:
        to_micros(before, "before")
    words = redact(require_words(reason, "reason", 120)) if reason else ""
    return _Task(kind, before, retention_class, named, limit, words, destroy)


def _numbers(keys: Iterable[str]) -> Iterator[int]:
    """Yield the keys that can be numbers of intents; no other one is there."""
    return (int(key) for key in keys if key.isdecimal() and len(key) < 19)


def _check_class(name: str, value: RetentionClass | None) -> None:
    if value is not None:
        check_kind(name, value, RetentionClass)


def _free(
    transaction: Transaction, account: str, kind: str, now: datetime, wanted: RetentionClass | None
) -> tuple[RetentionClass, ...]:
    """Return the classes of a kind that are asked for and stand under no hold now."""
    held = held_at(transaction, account, now)
    classes = tuple(RetentionClass) if wanted is None else (wanted,)
    return tuple(one for one in classes if not held.holds(kind, one))
