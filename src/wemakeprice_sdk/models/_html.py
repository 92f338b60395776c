"""Small tables for notebooks; they never show personal data."""

from __future__ import annotations

from datetime import datetime
from html import escape

from wemakeprice_sdk.models._base import OpenEnum


def html_table(title: str, *rows: tuple[str, object]) -> str:
    """Return an escaped two-column table; rows without a value are left out."""
    body = "".join(
        f"<tr><th style='text-align:left'>{escape(label)}</th><td>{escape(_text(value))}</td></tr>"
        for label, value in rows
        if value is not None and value != ""
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value)


def korean(code: OpenEnum | None) -> str:
    """Return the Korean name of a code, an empty text for none."""
    return "" if code is None else code.korean


def won(amount: int | None) -> str:
    """Return an amount as `12,900 KRW`, an empty text for none."""
    return "" if amount is None else f"{amount:,} KRW"
