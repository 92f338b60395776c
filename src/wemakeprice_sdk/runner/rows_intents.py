"""Intent rows: written before the act, settled after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import evolve

from wemakeprice_sdk.errors import LedgerError, TargetBusyError
from wemakeprice_sdk.runner.chunks import chunks, marks
from wemakeprice_sdk.runner.engine import Cell, Row, Session, text, whole
from wemakeprice_sdk.runner.moments import to_micros, to_moment
from wemakeprice_sdk.runner.records import Intent, IntentDraft, IntentState, Lease
from wemakeprice_sdk.runner.vault import Vault

_COLUMNS: Final = (
    "id, account, operation, target, state, opened, worker, fence, payload, once_key, reason, rule, detail, "
    "settled, resolved_by"
)


def begin(session: Session, vault: Vault, lease: Lease, draft: IntentDraft, now: datetime) -> Intent:
    """Insert an open intent; the unique indexes refuse a second one on the target or the effect."""
    micros = to_micros(now)
    payload = vault.close_up(dict(draft.payload), lease.account, "intent", draft.operation, draft.target)
    found = session.rows(
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
        opened_at=to_moment(micros),
        worker=lease.worker,
        fence=lease.fence,
        payload=dict(draft.payload),
        once_key=draft.once_key,
        reason=draft.reason,
        rule=draft.rule,
    )


def settle(
    session: Session,
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
    found = session.rows(
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
    return evolve(intent, state=state, detail=detail, settled_at=now, resolved_by=by)


def find(session: Session, vault: Vault, account: str, intent_id: int) -> Intent:
    """Give one intent."""
    rows = session.rows(f"SELECT {_COLUMNS} FROM intents WHERE id = ? AND account = ?", intent_id, account)  # noqa: S608
    if not rows:
        raise LedgerError(f"account {account!r} has no intent {intent_id}")
    return _read(rows[0], vault)


def active(session: Session, vault: Vault, account: str, state: IntentState | None) -> tuple[Intent, ...]:
    """Give open and unknown intents, oldest first."""
    wanted = [state.value] if state is not None else [IntentState.OPEN.value, IntentState.UNKNOWN.value]
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM intents WHERE account = ? AND state IN ({marks(wanted)}) "  # noqa: S608
        "AND state IN ('open', 'unknown') ORDER BY id",
        account,
        *wanted,
    )
    return tuple(_read(row, vault) for row in rows)


def newest(
    session: Session, vault: Vault, account: str, target: str | None, limit: int
) -> tuple[Intent, ...]:
    """Give intents, newest first."""
    values: list[Cell] = [account]
    condition = ""
    if target is not None:
        condition = " AND target = ?"
        values.append(target)
    rows = session.rows(
        f"SELECT {_COLUMNS} FROM intents WHERE account = ?{condition} ORDER BY id DESC LIMIT ?",  # noqa: S608
        *values,
        limit,
    )
    return tuple(_read(row, vault) for row in rows)


def done(session: Session, account: str, once_keys: Iterable[str]) -> frozenset[str]:
    """Give those effects that are there."""
    found: set[str] = set()
    for chunk in chunks(once_keys):
        rows = session.rows(
            f"SELECT once_key FROM intents WHERE account = ? AND once_key IN ({marks(chunk)}) "  # noqa: S608
            "AND once_key IS NOT NULL AND state IN ('applied', 'already_done')",
            account,
            *chunk,
        )
        found.update(text(row[0]) for row in rows)
    return frozenset(found)


def _read(row: Row, vault: Vault) -> Intent:
    operation, target, account = text(row[2]), text(row[3]), text(row[1])
    return Intent(
        id=whole(row[0]),
        account=account,
        operation=operation,
        target=target,
        state=IntentState(text(row[4])),
        opened_at=to_moment(row[5]),
        worker=text(row[6]),
        fence=whole(row[7]),
        payload=vault.open_up(text(row[8]), account, "intent", operation, target),
        once_key=None if row[9] is None else text(row[9]),
        reason=text(row[10]),
        rule=text(row[11]),
        detail=text(row[12]),
        settled_at=None if row[13] is None else to_moment(row[13]),
        resolved_by=text(row[14]),
    )
