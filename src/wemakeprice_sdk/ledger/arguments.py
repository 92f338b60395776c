"""The texts that every engine of the ledger can store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.errors import ValidationError


def require_text(name: str, value: object, hint: str = "") -> None:
    """Raise `TypeError` for anything but text, and `ValidationError` for text that cannot be stored."""
    check_kind(name, value, str, hint=hint)
    text = cast("str", value)
    # PostgreSQL stores no NUL, and neither engine a half of a surrogate pair.
    if "\0" in text or not _encodes(text):
        raise ValidationError.single(
            name,
            f"{len(text)} characters",
            "no NUL character and no lone surrogate",
            f"{name} holds a character that no database stores; remove it",
            f"{name}: 저장할 수 없는 문자(NUL 등)가 있습니다. 해당 문자를 지우고 다시 시도해 주세요",
        )


def _encodes(value: str) -> bool:
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def checked_keys(name: str, keys: object) -> list[str]:
    """Return the texts of a collection, each checked as by `require_text`."""
    check_items(name, keys)
    checked = list(cast("Iterable[str]", keys))
    for key in checked:
        require_text(name, key)
    return checked
