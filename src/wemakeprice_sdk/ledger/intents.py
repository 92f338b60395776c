"""Intents of the ledger: written before the act, finished after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import LedgerError, TargetBusyError
from wemakeprice_sdk.ledger.arguments import checked_keys, require_text
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import AccountRow, LedgerBase, append_audit, override
from wemakeprice_sdk.ledger.encryption import RowCipher, context
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.holds import HoldSet
from wemakeprice_sdk.ledger.paging import PAGE, RotationPage
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.records import Intent, IntentDraft, IntentResult, IntentState, Lease
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import INTENTS, SENT, RetentionClass, class_of
from wemakeprice_sdk.secrets import RotatingCipher, rotate_token

_COLUMNS: Final = (
    "id, account, operation, target, state, opened, worker, fence, payload, once_key, reason, rule, detail, "
    "settled, resolved_by"
)
# What was sent about a thing of a kind stands under the legal hold of the kind too.
_OPERATIONS: Final[Mapping[str, str]] = {
    RecordKind.BUNDLE: "orders_",
    RecordKind.CLAIM: "claims_",
    RecordKind.QUESTION: "cs_answer_question",
    RecordKind.INQUIRY: "cs_answer_inquiry",
}


def held_with(operation: str) -> tuple[str, ...]:
    """Return the kinds whose legal holds keep what an operation sent."""
    return (INTENTS, *(kind for kind, prefix in _OPERATIONS.items() if operation.startswith(prefix)))


class LedgerIntents(LedgerBase):
    """Intents and their outcomes."""

    @override
    def begin(
        self, lease: Lease, draft: IntentDraft, now: datetime, *, after: IntentResult | None = None
    ) -> Intent:
        _check_draft(draft)
        if after is not None:
            _check_result(after, "after")
        opened = to_micros(now, "now")
        with self._write_for(lease) as (transaction, row):
            if after is not None:
                _finish(transaction, row, lease, after, now)
            number = _insert(transaction, self._row_cipher(transaction), lease, draft, opened)
        return Intent(
            id=number,
            account=lease.account,
            operation=draft.operation,
            target=draft.target,
            state=IntentState.OPEN,
            opened_at=to_timestamp(opened),
            worker=lease.worker,
            fence=lease.fence,
            payload=dict(draft.payload),
            once_key=draft.once_key,
            reason=draft.reason,
            rule=draft.rule,
        )

    @override
    def finish(self, lease: Lease, result: IntentResult, now: datetime) -> Intent:
        _check_result(result, "result")
        with self._write_for(lease) as (transaction, row):
            _finish(transaction, row, lease, result, now)
        return _finished(result, now)

    @override
    def resolve(self, account: str, intent_id: int, state: IntentState, now: datetime, *, by: str) -> Intent:
        by = require_words(by, "by", 100)
        check_kind("intent_id", intent_id, int)
        check_kind("state", state, IntentState)
        if state not in (IntentState.APPLIED, IntentState.NOT_APPLIED):
            raise ValueError("an operator says applied or not_applied")
        to_micros(now, "now")
        with self._write() as transaction:
            row = self._lock(transaction, account)
            intent = _find(transaction, self._row_cipher(transaction), account, intent_id)
            self._refuse_running(transaction, row, intent)
            result = IntentResult(intent, state, "resolved")
            _move(transaction, result, now, expected=intent.state, by=by)
            # These words stand in stored trails, where programs of others may look for them.
            words = f"{state.value} resolved by a person"
            append_audit(transaction, row, by, intent.operation, intent.target, words, now)
        return _finished(result, now, by)

    def _refuse_running(self, transaction: Transaction, row: AccountRow, intent: Intent) -> None:
        """Refuse to finish what is finished, or what the holder of the lease may be doing now."""
        if not intent.state.is_active:
            raise LedgerError(f"intent {intent.id} is {intent.state}, not unknown or open")
        running = row.holder and intent.fence == row.fence and self._engine.now(transaction) < row.expires
        if intent.state is IntentState.OPEN and running:
            raise LedgerError(f"intent {intent.id} is being carried out by {row.holder!r} just now")

    @override
    def active_intents(self, account: str, state: IntentState | None = None) -> tuple[Intent, ...]:
        if state is not None:
            check_kind("state", state, IntentState)
        wanted = [state.value] if state is not None else [IntentState.OPEN.value, IntentState.UNKNOWN.value]
        with self._read(account) as transaction:
            # The states stand there a second time as the partial index spells them, or it is not used.
            rows = transaction.rows(
                f"SELECT {_COLUMNS} FROM intents WHERE account = ? AND state IN ({placeholders(wanted)}) "  # noqa: S608
                "AND state IN ('open', 'unknown') ORDER BY id",
                account,
                *wanted,
            )
            row_cipher = self._row_cipher(transaction)
            return tuple(_read(row, row_cipher) for row in rows)

    @override
    def intents(self, account: str, *, target: str | None = None, limit: int = 1000) -> tuple[Intent, ...]:
        check_kind("limit", limit, int)
        condition, values = "account = ?", [account]
        if target is not None:
            require_text("target", target)
            condition, values = condition + " AND target = ?", [account, target]
        with self._read(account) as transaction:
            sql = f"SELECT {_COLUMNS} FROM intents WHERE {condition} ORDER BY id DESC LIMIT ?"  # noqa: S608
            rows, row_cipher = transaction.rows(sql, *values, limit), self._row_cipher(transaction)
            return tuple(_read(row, row_cipher) for row in rows)

    @override
    def is_done(self, account: str, once_keys: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        with self._read(account) as transaction:
            for batch in batches(checked_keys("once_keys", once_keys)):
                # All four states stand there as the partial index spells them, or every intent is read.
                rows = transaction.rows(
                    f"SELECT once_key FROM intents WHERE account = ? AND once_key IN ({placeholders(batch)}) "  # noqa: S608
                    "AND once_key IS NOT NULL AND state IN ('open', 'unknown', 'applied', 'already_done') "
                    "AND state IN ('applied', 'already_done')",
                    account,
                    *batch,
                )
                found.update(text(row[0]) for row in rows)
        return frozenset(found)

    @override
    def done_since(self, account: str, operation: str, since: datetime) -> Mapping[str, datetime]:
        require_text("operation", operation)
        with self._read(account) as transaction:
            rows = transaction.rows(
                "SELECT target, settled FROM intents WHERE account = ? AND operation = ? AND settled >= ? "
                "AND state IN ('applied', 'already_done') ORDER BY settled",
                account,
                operation,
                to_micros(since, "since"),
            )
        return {text(target): to_timestamp(at) for target, at in rows}


def _check_draft(draft: IntentDraft) -> None:
    check_kind("draft", draft, IntentDraft)
    for name in ("operation", "target", "reason", "rule"):
        require_text(f"draft.{name}", getattr(draft, name))
    if draft.once_key is not None:
        require_text("draft.once_key", draft.once_key)
    check_kind("draft.payload", draft.payload, Mapping)


def _check_result(result: IntentResult, name: str) -> None:
    check_kind(name, result, IntentResult)
    check_kind(f"{name}.intent", result.intent, Intent)
    check_kind(f"{name}.state", result.state, IntentState)
    require_text(f"{name}.detail", result.detail)


def _insert(
    transaction: Transaction, row_cipher: RowCipher, lease: Lease, draft: IntentDraft, opened: int
) -> int:
    """Insert an open intent; the unique indexes refuse a second one on the target or the effect."""
    payload = row_cipher.encrypt_payload(
        dict(draft.payload), lease.account, "intent", draft.operation, draft.target
    )
    found = transaction.rows(
        "INSERT INTO intents (account, operation, target, once_key, state, reason, rule, payload, worker, "
        "fence, opened) VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        lease.account,
        draft.operation,
        draft.target,
        draft.once_key,
        draft.reason,
        draft.rule,
        payload,
        lease.worker,
        lease.fence,
        opened,
    )
    if not found:
        raise TargetBusyError(
            f"{draft.target}: another intent on it has no outcome yet, or {draft.once_key} is done already"
        )
    return whole(found[0][0])


def _finish(
    transaction: Transaction, row: AccountRow, lease: Lease, result: IntentResult, now: datetime
) -> None:
    _move(transaction, result, now, expected=IntentState.OPEN)
    words = f"{result.state.value} {result.detail}".strip()
    append_audit(transaction, row, lease.worker, result.intent.operation, result.intent.target, words, now)


def _move(
    transaction: Transaction, result: IntentResult, now: datetime, *, expected: IntentState, by: str = ""
) -> None:
    """Move an intent from `expected` to the state of its result, exactly once."""
    if result.state is IntentState.OPEN:
        raise ValueError("an intent cannot be opened again")
    found = transaction.rows(
        "UPDATE intents SET state = ?, settled = ?, detail = ?, resolved_by = ? "
        "WHERE id = ? AND account = ? AND state = ? RETURNING id",
        result.state.value,
        to_micros(now, "now"),
        result.detail,
        by,
        result.intent.id,
        result.intent.account,
        expected.value,
    )
    if not found:
        raise LedgerError(f"intent {result.intent.id} is not {expected.value} any more")


def _finished(result: IntentResult, now: datetime, by: str = "") -> Intent:
    return evolve(
        result.intent,
        state=result.state,
        detail=result.detail,
        finished_at=to_timestamp(to_micros(now)),
        resolved_by=by,
    )


def _find(transaction: Transaction, row_cipher: RowCipher, account: str, intent_id: int) -> Intent:
    sql = f"SELECT {_COLUMNS} FROM intents WHERE id = ? AND account = ?"  # noqa: S608
    rows = transaction.rows(sql, intent_id, account)
    if not rows:
        raise LedgerError(f"account {account!r} has no intent {intent_id}")
    return _read(rows[0], row_cipher)


def finished_payloads(
    transaction: Transaction,
    account: str,
    before: datetime,
    classes: Collection[RetentionClass],
    held: HoldSet,
    limit: int,
    numbers: Sequence[int] | None = None,
) -> list[tuple[int, str]]:
    """Return number and operation of finished intents opened before `before`, but of held ones."""
    condition, values = _with_payload(account, before, classes, held)
    if numbers is not None:
        condition, values = f"{condition} AND id IN ({placeholders(numbers)})", [*values, *numbers]
    sql = f"SELECT id, operation FROM intents WHERE {condition} LIMIT ?"  # noqa: S608
    return [(whole(number), text(operation)) for number, operation in transaction.rows(sql, *values, limit)]


def empty_payloads(transaction: Transaction, numbers: Iterable[int]) -> None:
    """Empty the payloads of intents."""
    transaction.many("UPDATE intents SET payload = '' WHERE id = ?", [(number,) for number in numbers])


def count_payloads(
    transaction: Transaction,
    account: str,
    before: datetime | None,
    classes: Collection[RetentionClass],
    held: HoldSet,
) -> int:
    """Count what `finished_payloads` would return without a limit; nothing without `before`."""
    if before is None:
        return 0
    condition, values = _with_payload(account, before, classes, held)
    return whole(transaction.rows(f"SELECT count(*) FROM intents WHERE {condition}", *values)[0][0])  # noqa: S608


def _with_payload(
    account: str, before: datetime, classes: Collection[RetentionClass], held: HoldSet
) -> tuple[str, list[SqlValue]]:
    condition = "account = ? AND opened < ? AND payload <> '' AND state NOT IN ('open', 'unknown')"
    values: list[SqlValue] = [account, to_micros(before)]
    spared = [prefix for kind, prefix in _OPERATIONS.items() if held.holds(kind, class_of(INTENTS, prefix))]
    spared += [f"{word}_" for word, one in SENT.items() if one not in classes]
    for prefix in spared:
        condition += f" AND substr(operation, 1, {len(prefix)}) <> ?"
        values.append(prefix)
    if RetentionClass.DISPLAY not in classes:
        wanted = [f"{word}_" for word, one in SENT.items() if one in classes]
        either = [f"substr(operation, 1, {len(prefix)}) = ?" for prefix in wanted] or ["1 = 0"]
        condition += f" AND ({' OR '.join(either)})"
        values += wanted
    return condition, values


def rotate_page(
    transaction: Transaction, cipher: RotatingCipher, account: str, after: SqlRow
) -> RotationPage:
    """Read the payloads behind `after` (timestamp, id), and return those under an older key anew."""
    rows = transaction.rows(
        "SELECT opened, id, payload, operation, target FROM intents "  # noqa: S608
        "WHERE account = ? AND (opened, id) > (?, ?) AND payload <> '' "
        f"ORDER BY opened, id LIMIT {PAGE}",
        account,
        *after,
    )
    changes: list[tuple[SqlValue, ...]] = []
    for _, number, payload, operation, target in rows:
        place = context(account, "intent", text(operation), text(target))
        token = rotate_token(cipher, text(payload), context=place)
        if token != payload:
            changes.append((token, number, payload))
    return RotationPage(tuple(changes), len(rows), rows[-1][:2] if len(rows) == PAGE else None)


def write_rotated(transaction: Transaction, changes: Sequence[SqlRow]) -> None:
    """Write what `rotate_page` returned, but where a payload changed or was emptied since."""
    transaction.many("UPDATE intents SET payload = ? WHERE id = ? AND payload = ?", changes)


def _read(row: SqlRow, row_cipher: RowCipher) -> Intent:
    operation, target, account, token = text(row[2]), text(row[3]), text(row[1]), text(row[8])
    return Intent(
        id=whole(row[0]),
        account=account,
        operation=operation,
        target=target,
        state=IntentState(text(row[4])),
        opened_at=to_timestamp(row[5]),
        worker=text(row[6]),
        fence=whole(row[7]),
        payload=row_cipher.decrypt_payload(token, account, "intent", operation, target) if token else {},
        once_key=None if row[9] is None else text(row[9]),
        reason=text(row[10]),
        rule=text(row[11]),
        detail=text(row[12]),
        finished_at=None if row[13] is None else to_timestamp(row[13]),
        resolved_by=text(row[14]),
    )
