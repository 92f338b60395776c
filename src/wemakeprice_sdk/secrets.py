"""Secrets: a string that never shows itself, and ciphers for what is stored."""

from __future__ import annotations

import hmac
from typing import Final, NoReturn, final

from wemakeprice_sdk.errors import SecretUnavailableError

# Stray characters that come along when a key is copied from a web page or a message.
_INVISIBLE: Final = dict.fromkeys(
    (0x00A0, 0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF),
)


@final
class SecretStr:
    """A secret text, such as the API key (인증키), that shows itself only through `reveal()`.

    White space around it and zero-width characters anywhere in it are dropped. `repr`, `str`, `format`
    and `len` tell nothing. A pickle does not hold the value: what comes back from one raises
    `SecretUnavailableError` on `reveal()`. `copy` and `deepcopy` give the same object.
    """

    __slots__ = ("_value",)
    _value: str | None

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value.translate(_INVISIBLE).strip())

    @classmethod
    def verbatim(cls, value: str) -> SecretStr:
        """Make a secret of free text, such as a memo (메모), without cleaning it."""
        secret = cls("")
        object.__setattr__(secret, "_value", value)
        return secret

    def reveal(self) -> str:
        """Give the secret itself; raise `SecretUnavailableError` when it was left out of a pickle."""
        if self._value is None:
            raise SecretUnavailableError("the secret was left out of a pickle; load it again from its source")
        return self._value

    @property
    def available(self) -> bool:
        """Say whether `reveal()` would give a value."""
        return self._value is not None

    def __bool__(self) -> bool:
        """Say whether there is a secret that is not empty."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare in constant time with another secret."""
        if not isinstance(other, SecretStr) or self._value is None or other._value is None:
            return self is other
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        """Hash like the type, so that the hash tells nothing about the value."""
        return hash(SecretStr)

    def __repr__(self) -> str:
        """Give stars."""
        return "SecretStr('***')"

    __str__ = __repr__

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a SecretStr cannot change")

    def __copy__(self) -> SecretStr:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> SecretStr:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _sealed, ()


def _sealed() -> SecretStr:
    secret = SecretStr("")
    object.__setattr__(secret, "_value", None)
    return secret
