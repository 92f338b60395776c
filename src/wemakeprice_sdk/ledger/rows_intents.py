"""Intent rows: written before the act, finished after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from wemakeprice_sdk.errors import LedgerError, TargetBusyError
from wemakeprice_sdk.ledger.encryption import RotationPage, RowCipher, context
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.records import Intent, IntentDraft, IntentState, Lease, RecordKind
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.secrets import RotatingCipher, rotate_token

_COLUMNS: Final = (
    "id, account, operation, target, state, opened, worker, fence, payload, once_key, reason, rule, detail, "
    "settled, resolved_by"
)
_PAGE: Final = 500
# Under a legal hold of a kind stands also what was sent about it.
_OPERATIONS: Final[Mapping[str, str]] = {
    RecordKind.BUNDLE: "orders_",
    RecordKind.CLAIM: "claims_",
    RecordKind.QUESTION: "cs_answer_question",
    RecordKind.INQUIRY: "cs_answer_inquiry",
}


def begin(
    transaction: Transaction, row_cipher: RowCipher, lease: Lease, draft: IntentDraft, now: datetime
) -> Intent:
    """Insert an open intent; the unique indexes refuse a second one on the target or the effect."""
    micros = to_micros(now)
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
        micros,
    )
    if not found:
        raise TargetBusyError(
            f"{draft.target}: another intent on it has no outcome yet, or {draft.once_key} is done already"
        )
    return Intent(
        id=whole(found[0][0]),
        account=lease.account,
        operation=draft.operation,
        target=draft.target,
        state=IntentState.OPEN,
        opened_at=to_timestamp(micros),
        worker=lease.worker,
        fence=lease.fence,
        payload=dict(draft.payload),
        once_key=draft.once_key,
        reason=draft.reason,
        rule=draft.rule,
    )


def finish(
    transaction: Transaction,
    intent: Intent,
    state: IntentState,
    now: datetime,
    *,
    detail: str,
    expected: IntentState,
    by: str = "",
) -> Intent:
    """Move an intent from `expected` to `state`, exactly once."""
    if state is IntentState.OPEN:
        raise ValueError("an intent cannot be opened again")
    found = transaction.rows(
        "UPDATE intents SET state = ?, settled = ?, detail = ?, resolved_by = ? "
        "WHERE id = ? AND account = ? AND state = ? RETURNING id",
        state.value,
        to_micros(now),
        detail,
        by,
        intent.id,
        intent.account,
        expected.value,
    )
    if not found:
        raise LedgerError(f"intent {intent.id} is not {expected.value} any more")
    return evolve(intent, state=state, detail=detail, finished_at=now, resolved_by=by)


def find(transaction: Transaction, row_cipher: RowCipher, account: str, intent_id: int) -> Intent:
    """Return one intent."""
    sql = f"SELECT {_COLUMNS} FROM intents WHERE id = ? AND account = ?"  # noqa: S608
    rows = transaction.rows(sql, intent_id, account)
    if not rows:
        raise LedgerError(f"account {account!r} has no intent {intent_id}")
    return _read(rows[0], row_cipher)


def active(
    transaction: Transaction, row_cipher: RowCipher, account: str, state: IntentState | None
) -> tuple[Intent, ...]:
    """Return open and unknown intents, oldest first."""
    wanted = [state.value] if state is not None else [IntentState.OPEN.value, IntentState.UNKNOWN.value]
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM intents WHERE account = ? AND state IN ({placeholders(wanted)}) "  # noqa: S608
        "AND state IN ('open', 'unknown') ORDER BY id",
        account,
        *wanted,
    )
    return tuple(_read(row, row_cipher) for row in rows)


def newest(
    transaction: Transaction, row_cipher: RowCipher, account: str, target: str | None, limit: int
) -> tuple[Intent, ...]:
    """Return intents, newest first."""
    values: list[SqlValue] = [account]
    condition = ""
    if target is not None:
        condition = " AND target = ?"
        values.append(target)
    rows = transaction.rows(
        f"SELECT {_COLUMNS} FROM intents WHERE account = ?{condition} ORDER BY id DESC LIMIT ?",  # noqa: S608
        *values,
        limit,
    )
    return tuple(_read(row, row_cipher) for row in rows)


def done(transaction: Transaction, account: str, once_keys: Iterable[str]) -> frozenset[str]:
    """Return those effects that are there."""
    found: set[str] = set()
    for batch in batches(once_keys):
        rows = transaction.rows(
            f"SELECT once_key FROM intents WHERE account = ? AND once_key IN ({placeholders(batch)}) "  # noqa: S608
            "AND once_key IS NOT NULL AND state IN ('applied', 'already_done')",
            account,
            *batch,
        )
        found.update(text(row[0]) for row in rows)
    return frozenset(found)


def empty(transaction: Transaction, account: str, before: datetime, held: Iterable[str], limit: int) -> int:
    """Empty the payloads of at most `limit` finished intents opened before `before`, but of `held` kinds."""
    condition, values = _full(account, before, held)
    rows = transaction.rows(f"SELECT id FROM intents WHERE {condition} LIMIT ?", *values, limit)  # noqa: S608
    transaction.many("UPDATE intents SET payload = '' WHERE id = ?", rows)
    return len(rows)


def count_full(transaction: Transaction, account: str, before: datetime | None, held: Iterable[str]) -> int:
    """Count what `empty` would take; nothing without `before`."""
    if before is None:
        return 0
    condition, values = _full(account, before, held)
    return whole(transaction.rows(f"SELECT count(*) FROM intents WHERE {condition}", *values)[0][0])  # noqa: S608


def _full(account: str, before: datetime, held: Iterable[str]) -> tuple[str, list[SqlValue]]:
    condition = "account = ? AND opened < ? AND payload <> '' AND state NOT IN ('open', 'unknown')"
    values: list[SqlValue] = [account, to_micros(before)]
    for prefix in (_OPERATIONS[kind] for kind in held if kind in _OPERATIONS):
        condition += f" AND substr(operation, 1, {len(prefix)}) <> ?"
        values.append(prefix)
    return condition, values


def rotate_page(
    transaction: Transaction, cipher: RotatingCipher, account: str, after: SqlRow
) -> RotationPage:
    """Read the payloads behind `after` (timestamp, id), and give those under an older key anew."""
    rows = transaction.rows(
        "SELECT opened, id, payload, operation, target FROM intents "  # noqa: S608
        "WHERE account = ? AND (opened, id) > (?, ?) AND payload <> '' "
        f"ORDER BY opened, id LIMIT {_PAGE}",
        account,
        *after,
    )
    changes: list[tuple[SqlValue, ...]] = []
    for _, number, payload, operation, target in rows:
        place = context(account, "intent", text(operation), text(target))
        token = rotate_token(cipher, text(payload), context=place)
        if token != payload:
            changes.append((token, number, payload))
    return RotationPage(tuple(changes), len(rows), rows[-1][:2] if len(rows) == _PAGE else None)


def write_rotated(transaction: Transaction, changes: Sequence[SqlRow]) -> None:
    """Write what `rotate_page` gave, but where a payload changed or was emptied since."""
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
