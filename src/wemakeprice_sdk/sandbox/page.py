"""The start page: what the sandbox can do, what it holds, what happened last. No key, no personal data."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox import schema
from wemakeprice_sdk.sandbox.answers import Reply, html_reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wemakeprice_sdk.sandbox.core import Sandbox

LAST_ENTRIES = 30

_STYLE = (
    "body{font-family:system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}td,th{border-bottom:1px solid #ddd;"
    "padding:.3rem .6rem;text-align:left;vertical-align:top;font-size:.9rem}code{font-size:.85rem}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}td,th{border-color:#444}}"
)


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def serve(sandbox: Sandbox) -> Reply:
    """Make the page."""
    with sandbox.lock:
        counts = sandbox.counts()
        accounts = sandbox.accounts
        calls = dict(sandbox.calls)
        last = sandbox.journal[-LAST_ENTRIES:]
        now = sandbox.now()
    operations = schema.load()["operations"]
    rows = (
        (name, row["method"], row["path"], row["grades"], row["summary"], calls.get(name, 0))
        for name, row in operations.items()
    )
    entries = (
        (e.seq, e.at, e.account, e.actor, e.operation, ", ".join(f"{k} {v}" for k, v in e.targets.items()))
        for e in reversed(last)
    )
    parts = (
        "<h1>WeMakePrice sandbox (위메프 샌드박스)</h1>",
        "<p>A stand-in partner server with invented data. It is not WeMakePrice.</p>",
        f"<p>Sandbox time <b>{escape(now)}</b> KST. Control surface: <code>/__sandbox__/</code></p>",
        "<h2>Accounts</h2>",
        _table(("label", "key approved"), ((a.label, "yes" if a.approved else "no") for a in accounts)),
        "<h2>Data</h2>",
        _table(("records", "count"), counts.items()),
        f"<h2>Journal, last {LAST_ENTRIES}</h2>",
        _table(("no", "at", "account", "actor", "operation", "targets"), entries),
        f"<h2>Operations ({len(operations)})</h2>",
        "<p>Grades of call / path: A two or more sources, B one, C inferred or our design.</p>",
        _table(("operationId", "method", "path", "grades", "summary", "calls"), rows),
    )
    title = "WeMakePrice sandbox"
    return html_reply(
        200,
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body>{''.join(parts)}</body></html>",
    )
