"""The smaller tables: watermarks, processed keys, links, progress, holds, audit pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from wemakeprice_sdk.errors import LedgerAccountError
from wemakeprice_sdk.ledger.encryption import dump, load
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.records import AuditEntry, LegalHold
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink

_LINK_FLAGS: Final = ("stock_sync", "runple", "never_pushed", "zero_acknowledged")


def dedicate(transaction: Transaction, account: str) -> None:
    """Bind a ledger without an owner, and without other accounts, to one account."""
    others = transaction.rows("SELECT account FROM accounts WHERE account <> ?", account)
    if others:
        raise LedgerAccountError(f"the ledger already holds account {others[0][0]!r}, not only {account!r}")
    transaction.rows(
        "INSERT INTO meta (name, value) VALUES ('owner', ?) ON CONFLICT DO NOTHING RETURNING name", account
    )


def owner(transaction: Transaction) -> str | None:
    """Return the only account this ledger is for; None when it may hold many."""
    rows = transaction.rows("SELECT value FROM meta WHERE name = 'owner'")
    return text(rows[0][0]) if rows else None


def watermark(transaction: Transaction, account: str, stream: str) -> datetime | None:
    """Return the timestamp up to which a stream is complete."""
    rows = transaction.rows("SELECT moment FROM watermarks WHERE account = ? AND stream = ?", account, stream)
    return to_timestamp(rows[0][0]) if rows else None


def move_watermark(transaction: Transaction, account: str, stream: str, timestamp: datetime) -> None:
    """Move a watermark forwards; an earlier timestamp changes nothing."""
    transaction.many(
        "INSERT INTO watermarks (account, stream, moment) VALUES (?, ?, ?) "
        "ON CONFLICT (account, stream) DO UPDATE SET moment = excluded.moment "
        "WHERE excluded.moment > watermarks.moment",
        [(account, stream, to_micros(timestamp))],
    )


def forget_after(transaction: Transaction, account: str, since: datetime, back: datetime) -> int:
    """Let lists that are said to be read beyond `since` begin at `back`; return how many.

    How far imports came goes too, and no record counts as seen later than `since`.
    """
    late = to_micros(since)
    moved = transaction.rows(
        "UPDATE watermarks SET moment = ? WHERE account = ? AND moment > ? RETURNING stream",
        to_micros(back),
        account,
        late,
    )
    transaction.many(
        "DELETE FROM progress WHERE account = ? AND at > ? AND substr(job, 1, 7) = 'import_'",
        [(account, late)],
    )
    transaction.many(
        "UPDATE records SET last_seen = ? WHERE account = ? AND last_seen > ?", [(late, account, late)]
    )
    return len(moved)


def mark_processed(
    transaction: Transaction, account: str, kind: str, keys: Iterable[str], now: datetime
) -> None:
    """Remember keys."""
    transaction.many(
        "INSERT INTO processed (account, kind, item_key, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(account, kind, key, to_micros(now)) for key in keys],
    )


def processed(transaction: Transaction, account: str, kind: str, keys: Iterable[str]) -> frozenset[str]:
    """Return those keys that are remembered."""
    found: set[str] = set()
    for batch in batches(keys):
        keys_there = placeholders(batch)
        rows = transaction.rows(
            f"SELECT item_key FROM processed WHERE account = ? AND kind = ? AND item_key IN ({keys_there})",  # noqa: S608
            account,
            kind,
            *batch,
        )
        found.update(text(row[0]) for row in rows)
    return frozenset(found)


def registered_kind(kind: str) -> str:
    """Name under what the imported products or deals are remembered."""
    return f"imported-{kind}"


def register(transaction: Transaction, account: str, kind: str, key: str, now: datetime) -> bool:
    """Remember an import; False when it is known."""
    return bool(
        transaction.rows(
            "INSERT INTO processed (account, kind, item_key, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING RETURNING item_key",
            account,
            registered_kind(kind),
            key,
            to_micros(now),
        )
    )


def put_links(transaction: Transaction, account: str, links: Iterable[SkuLink], now: datetime) -> None:
    """Insert or replace links."""
    transaction.many(
        "INSERT INTO links (account, product_no, option_key, sku, body, at) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (account, product_no, option_key) DO UPDATE SET "
        "sku = excluded.sku, body = excluded.body, at = excluded.at",
        [_link_row(account, link, now) for link in links],
    )


def drop_links(transaction: Transaction, account: str, links: Iterable[SkuLink]) -> None:
    """Take links away."""
    transaction.many(
        "DELETE FROM links WHERE account = ? AND product_no = ? AND option_key = ?",
        [(account, link.product_no, _option_cell(link)) for link in links],
    )


def links(
    transaction: Transaction, account: str, sku: str | None = None, *, product_no: str | None = None
) -> tuple[SkuLink, ...]:
    """Return links by product and option."""
    condition = "account = ?"
    values: list[SqlValue] = [account]
    if product_no is not None:
        condition += " AND product_no = ?"
        values.append(int(product_no))
    if sku is not None:
        condition += " AND sku = ?"
        values.append(sku)
    rows = transaction.rows(
        "SELECT product_no, sku, option_key, body FROM links "  # noqa: S608
        f"WHERE {condition} ORDER BY product_no, option_key",
        *values,
    )
    return tuple(_read_link(row) for row in rows)


def _link_row(account: str, link: SkuLink, now: datetime) -> tuple[SqlValue, ...]:
    body: dict[str, object] = {name: getattr(link, name) for name in _LINK_FLAGS}
    text_body = dump({**body, "mode": link.mode.value})
    return account, link.product_no, _option_cell(link), link.sku or "", text_body, to_micros(now)


def _option_cell(link: SkuLink) -> str:
    return json.dumps(link.option_key, ensure_ascii=False)


def _read_link(row: SqlRow) -> SkuLink:
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
    transaction: Transaction, account: str, job: str, body: Mapping[str, JsonValue], now: datetime
) -> None:
    """Replace the progress of a job."""
    transaction.many(
        "INSERT INTO progress (account, job, body, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (account, job) DO UPDATE SET body = excluded.body, at = excluded.at",
        [(account, job, dump(body), to_micros(now))],
    )


def progress(transaction: Transaction, account: str, job: str) -> Mapping[str, JsonValue] | None:
    """Return the progress of a job."""
    rows = transaction.rows("SELECT body FROM progress WHERE account = ? AND job = ?", account, job)
    return load(text(rows[0][0])) if rows else None


def set_hold(transaction: Transaction, hold: LegalHold) -> None:
    """Insert or replace a legal hold."""
    transaction.many(
        "INSERT INTO holds (account, kind, until, reason) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (account, kind) DO UPDATE SET until = excluded.until, reason = excluded.reason",
        [(hold.account, hold.kind, to_micros(hold.until), hold.reason)],
    )


def holds(transaction: Transaction, account: str) -> tuple[LegalHold, ...]:
    """Return the legal holds."""
    rows = transaction.rows("SELECT kind, until, reason FROM holds WHERE account = ? ORDER BY kind", account)
    return tuple(LegalHold(account, text(row[0]), to_timestamp(row[1]), text(row[2])) for row in rows)


def audit_page(transaction: Transaction, account: str, after: int) -> list[AuditEntry]:
    """Return the next audit lines."""
    rows = transaction.rows(
        "SELECT number, at, actor, action, target, detail, previous, digest FROM audit "
        "WHERE account = ? AND number > ? ORDER BY number LIMIT 500",
        account,
        after,
    )
    return [
        AuditEntry(
            account,
            whole(row[0]),
            to_timestamp(row[1]),
            text(row[2]),
            text(row[3]),
            text(row[4]),
            text(row[5]),
            text(row[6]),
            text(row[7]),
        )
        for row in rows
    ]


def audit_head(transaction: Transaction, account: str) -> tuple[int, str]:
    """Return where the trail ends."""
    rows = transaction.rows("SELECT audit_number, audit_digest FROM accounts WHERE account = ?", account)
    return (whole(rows[0][0]), text(rows[0][1])) if rows else (0, "")
