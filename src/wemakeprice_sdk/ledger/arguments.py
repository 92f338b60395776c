"""What the ledger takes: the types of arguments, and the texts that every engine can store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger.protocol import Ledger

_METHODS: Final = tuple(name for name in vars(Ledger) if not name.startswith("_"))
_NAMES: Final = {str: "text (str)", int: "a whole number (int)", float: "a number"}


def require(value: object, name: str, *kinds: type) -> None:
    """Raise `TypeError`, which names the argument and what it takes, for a value of no such kind."""
    if not isinstance(value, kinds):
        words = " or ".join(_NAMES.get(kind, kind.__name__) for kind in kinds)
        raise TypeError(f"{name} must be {words}, not {type(value).__name__}")


def require_text(value: object, name: str) -> None:
    """Raise `TypeError` for anything but text, and `ValidationError` for text that cannot be stored."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text (str), not {type(value).__name__}")
    # PostgreSQL stores no NUL, and neither engine a half of a surrogate pair.
    if "\0" in value or not _encodes(value):
        raise ValidationError.single(
            name,
            f"{len(value)} characters",
            "no NUL character and no lone surrogate",
            f"{name} holds a character that no database stores; remove it",
            f"{name}: 저장할 수 없는 문자(NUL 등)가 있습니다. 해당 문자를 지우고 다시 시도해 주세요",
        )


def require_ledger(value: object, name: str = "ledger") -> None:
    """Raise `TypeError` for what has not every method of a `Ledger`; a path to one is none."""
    missing = [method for method in _METHODS if not callable(getattr(value, method, None))]
    if missing:
        raise TypeError(
            f"{name} must be a Ledger, such as SqliteLedger(path, cipher), not {type(value).__name__}, "
            f"which has no method {missing[0]}"
        )


def _encodes(value: str) -> bool:
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def require_items(values: object, name: str) -> None:
    """Raise `TypeError` for what is no collection; one text is none, though Python would go through it."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list or another iterable, not {type(values).__name__}")


def checked_keys(keys: object, name: str) -> list[str]:
    """Return the texts of a collection, each checked as by `require_text`."""
    require_items(keys, name)
    checked = list(cast("Iterable[str]", keys))
    for key in checked:
        require_text(key, name)
    return checked
