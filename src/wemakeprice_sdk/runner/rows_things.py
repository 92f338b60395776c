"""The smaller tables: watermarks, processed keys, links, progress, holds, audit pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from wemakeprice_sdk.errors import LedgerAccountError
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.policy.actions import SkuLinkMode
from wemakeprice_sdk.policy.snapshot import SkuLink
from wemakeprice_sdk.runner.chunks import chunks, marks
from wemakeprice_sdk.runner.engine import Cell, Row, Session, text, whole
from wemakeprice_sdk.runner.moments import to_micros, to_moment
from wemakeprice_sdk.runner.records import AuditEntry, LegalHold
from wemakeprice_sdk.runner.vault import dump, load

_LINK_FLAGS: Final = ("stock_sync", "runple", "never_pushed", "zero_acknowledged")


def dedicate(session: Session, account: str) -> None:
    """Bind a ledger without an owner, and without other accounts, to one account."""
    others = session.rows("SELECT account FROM accounts WHERE account <> ?", account)
    if others:
        raise LedgerAccountError(f"the ledger already holds account {others[0][0]!r}, not only {account!r}")
    session.rows(
        "INSERT INTO meta (name, value) VALUES ('owner', ?) ON CONFLICT DO NOTHING RETURNING name", account
    )


def owner(session: Session) -> str | None:
    """Give the only account this ledger is for; None when it may hold many."""
    rows = session.rows("SELECT value FROM meta WHERE name = 'owner'")
    return text(rows[0][0]) if rows else None


def watermark(session: Session, account: str, stream: str) -> datetime | None:
    """Give the moment up to which a stream is complete."""
    rows = session.rows("SELECT moment FROM watermarks WHERE account = ? AND stream = ?", account, stream)
    return to_moment(rows[0][0]) if rows else None


def move_watermark(session: Session, account: str, stream: str, moment: datetime) -> None:
    """Move a watermark forwards; an earlier moment changes nothing."""
    session.many(
        "INSERT INTO watermarks (account, stream, moment) VALUES (?, ?, ?) "
        "ON CONFLICT (account, stream) DO UPDATE SET moment = excluded.moment "
        "WHERE excluded.moment > watermarks.moment",
        [(account, stream, to_micros(moment))],
    )


def forget_after(session: Session, account: str, since: datetime, back: datetime) -> int:
    """Let lists that are said to be read beyond `since` begin at `back`; give how many.

    How far imports came goes too, and no record counts as seen later than `since`.
    """
    late = to_micros(since)
    moved = session.rows(
        "UPDATE watermarks SET moment = ? WHERE account = ? AND moment > ? RETURNING stream",
        to_micros(back),
        account,
        late,
    )
    session.many(
        "DELETE FROM progress WHERE account = ? AND at > ? AND substr(job, 1, 7) = 'import_'",
        [(account, late)],
    )
    session.many(
        "UPDATE records SET last_seen = ? WHERE account = ? AND last_seen > ?", [(late, account, late)]
    )
    return len(moved)


def mark_processed(session: Session, account: str, kind: str, keys: Iterable[str], now: datetime) -> None:
    """Remember keys."""
    session.many(
        "INSERT INTO processed (account, kind, item_key, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(account, kind, key, to_micros(now)) for key in keys],
    )


def processed(session: Session, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
    """Give those keys that are remembered."""
    found: set[str] = set()
    for chunk in chunks(keys):
        rows = session.rows(
            f"SELECT item_key FROM processed WHERE account = ? AND kind = ? AND item_key IN ({marks(chunk)})",  # noqa: S608
            account,
            kind,
            *chunk,
        )
        found.update(text(row[0]) for row in rows)
    return frozenset(found)


def registered_kind(kind: str) -> str:
    """Name under what the imported products or deals are remembered."""
    return f"imported-{kind}"


def register(session: Session, account: str, kind: str, key: str, now: datetime) -> bool:
    """Remember an import; False when it is known."""
    return bool(
        session.rows(
            "INSERT INTO processed (account, kind, item_key, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING RETURNING item_key",
            account,
            registered_kind(kind),
            key,
            to_micros(now),
        )
    )


def put_links(session: Session, account: str, links: Iterable[SkuLink], now: datetime) -> None:
    """Insert or replace links."""
    session.many(
        "INSERT INTO links (account, product_no, option_key, sku, body, at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (account, product_no, option_key) DO UPDATE SET "
        "sku = excluded.sku, body = excluded.body, at = excluded.at",
        [_link_row(account, link, now) for link in links],
    )


def drop_links(session: Session, account: str, links: Iterable[SkuLink]) -> None:
    """Take links away."""
    session.many(
        "DELETE FROM links WHERE account = ? AND product_no = ? AND option_key = ?",
        [(account, link.product_no, _option_cell(link)) for link in links],
    )


def links(
    session: Session, account: str, sku: str | None = None, *, product_no: str | None = None
) -> tuple[SkuLink, ...]:
    """Give links by product and option."""
    condition = "account = ?"
    values: list[Cell] = [account]
    if product_no is not None:
        condition += " AND product_no = ?"
        values.append(int(product_no))
    if sku is not None:
        condition += " AND sku = ?"
        values.append(sku)
    rows = session.rows(
        "SELECT product_no, sku, option_key, body FROM links "  # noqa: S608
        f"WHERE {condition} ORDER BY product_no, option_key",
        *values,
    )
    return tuple(_read_link(row) for row in rows)


def _link_row(account: str, link: SkuLink, now: datetime) -> tuple[Cell, ...]:
    body: dict[str, object] = {name: getattr(link, name) for name in _LINK_FLAGS}
    text_body = dump({**body, "mode": link.mode.value})
    return account, link.product_no, _option_cell(link), link.sku or "", text_body, to_micros(now)


def _option_cell(link: SkuLink) -> str:
    return json.dumps(link.option_key, ensure_ascii=False)


def _read_link(row: Row) -> SkuLink:
    body = load(text(row[3]))
    flags = {name: bool(body.get(name)) for name in _LINK_FLAGS}
    return SkuLink(
        product_no=whole(row[0]),
        sku=text(row[1]) or None,
        option_key=tuple(str(value) for value in json.loads(text(row[2]))),
        mode=SkuLinkMode(str(body.get("mode"))),
        **flags,
    )


def put_progress(
    session: Session, account: str, job: str, body: Mapping[str, JsonValue], now: datetime
) -> None:
    """Replace the progress of a job."""
    session.many(
        "INSERT INTO progress (account, job, body, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (account, job) DO UPDATE SET body = excluded.body, at = excluded.at",
        [(account, job, dump(body), to_micros(now))],
    )


def progress(session: Session, account: str, job: str) -> Mapping[str, JsonValue] | None:
    """Give the progress of a job."""
    rows = session.rows("SELECT body FROM progress WHERE account = ? AND job = ?", account, job)
    return load(text(rows[0][0])) if rows else None


def set_hold(session: Session, hold: LegalHold) -> None:
    """Insert or replace a legal hold."""
    session.many(
        "INSERT INTO holds (account, kind, until, reason) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (account, kind) DO UPDATE SET until = excluded.until, reason = excluded.reason",
        [(hold.account, hold.kind, to_micros(hold.until), hold.reason)],
    )


def holds(session: Session, account: str) -> tuple[LegalHold, ...]:
    """Give the legal holds."""
    rows = session.rows("SELECT kind, until, reason FROM holds WHERE account = ? ORDER BY kind", account)
    return tuple(LegalHold(account, text(row[0]), to_moment(row[1]), text(row[2])) for row in rows)


def audit_page(session: Session, account: str, after: int) -> list[AuditEntry]:
    """Give the next audit lines."""
    rows = session.rows(
        "SELECT number, at, actor, action, target, detail, previous, digest FROM audit "
        "WHERE account = ? AND number > ? ORDER BY number LIMIT 500",
        account,
        after,
    )
    return [
        AuditEntry(
            account,
            whole(row[0]),
            to_moment(row[1]),
            text(row[2]),
            text(row[3]),
            text(row[4]),
            text(row[5]),
            text(row[6]),
            text(row[7]),
        )
        for row in rows
    ]


def audit_head(session: Session, account: str) -> tuple[int, str]:
    """Give where the trail ends."""
    rows = session.rows("SELECT audit_number, audit_digest FROM accounts WHERE account = ?", account)
    return (whole(rows[0][0]), text(rows[0][1])) if rows else (0, "")
