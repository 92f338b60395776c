"""Gathering of violations, so that a reader sees all of them at once."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, ItemsView
from typing import Final

from attrs import define, field

from wemakeprice_sdk.errors import ConfigError, Violation

HIDDEN: Final = "***"
_SHOWN_LENGTH: Final = 80
_INVISIBLE: Final[dict[int, None]] = dict.fromkeys(
    (0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)
)


def shown(value: object) -> str:
    """Return `value` as short text for a violation."""
    text = repr(value) if not isinstance(value, str) else value
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"


def fold(text: str) -> str:
    """Fold width, case, white space and invisible characters, for comparing what people typed."""
    # Dropping a blank can join a letter with an accent, so one pass is not always the last.
    while (folded := _fold_once(text)) != text:
        text = folded
    return text


def _fold_once(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold()
    return "".join(plain.split())


def closest(word: str, known: Collection[str]) -> str | None:
    """Return the known word nearest to a mistyped one."""
    found = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None


@define
class Problems:
    """Violations found so far."""

    found: list[Violation] = field(factory=list)

    def add(self, path: str, value: object, rule: str, message: str, message_ko: str) -> None:
        """Note one violation."""
        self.found.append(Violation(path, shown(value), rule, message, message_ko))

    def take(self, error: ConfigError, under: str = "") -> None:
        """Note the violations of a part, with the part's own path in front of theirs."""
        self.found.extend(
            Violation(
                joined(under, violation.path),
                violation.value,
                violation.rule,
                violation.message,
                violation.message_ko,
            )
            for violation in error.violations
        )

    def raise_all(self, subject: str) -> None:
        """Raise `ConfigError` with everything found, if anything was."""
        if self.found:
            raise ConfigError(self.found, subject=subject)

    def instance(self, path: str, value: object, kind: type, name: str) -> bool:
        """Note a value of a wrong type; `bool` is not taken for `int`."""
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return True
        reader = f"{name}.from_text" if isinstance(value, str) and hasattr(kind, "from_text") else None
        self.add(
            path,
            shown_type(value),
            f"type {name}",
            f"a value of type {name} is needed" + (f"; {reader} reads a word" if reader else ""),
            f"{name} 형식의 값이 필요합니다"
            + (f". 글자는 다음 함수로 읽어 주세요: {reader}" if reader else ""),
        )
        return False

    def flag(self, path: str, value: object) -> None:
        """Note a switch that is neither true nor false."""
        self.instance(path, value, bool, "bool")

    def text(self, path: str, value: object, *, required: bool = False, lines: bool = False) -> None:
        """Note text that is missing, not text, or holds control characters."""
        if not self.instance(path, value, str, "text") or not isinstance(value, str):
            return
        if required and not value.strip():
            self.add(path, value, "required", "must not be empty", "비워 둘 수 없습니다. 값을 입력해 주세요")
        if value != value.strip() and not lines:
            self.add(
                path,
                value,
                "no outer white space",
                "has white space around it",
                "앞뒤에 공백이 있습니다. 공백을 지워 주세요",
            )
        allowed = "\n\t" if lines else ""
        if value.isprintable():
            return
        if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in allowed for sign in value):
            self.add(
                path,
                ascii(value),
                "no control characters",
                "holds control characters",
                "제어 문자가 들어 있습니다. 제어 문자를 지워 주세요",
            )

    def number(self, path: str, value: object, low: int, high: int) -> bool:
        """Note a whole number that is not one or lies outside `low`..`high`."""
        if not self.instance(path, value, int, "int") or not isinstance(value, int):
            return False
        if low <= value <= high:
            return True
        self.add(
            path,
            value,
            f"range {low}..{high}",
            f"must be between {low} and {high}",
            f"{low}에서 {high} 사이여야 합니다",
        )
        return False

    def each(self, path: str, values: object, kind: type | tuple[type, ...], name: str) -> None:
        """Note the members of a tuple that are of a wrong type."""
        if not isinstance(values, tuple):
            self.add(
                path,
                shown_type(values),
                f"type list of {name}",
                f"a list of {name} is needed",
                f"{name} 목록이 필요합니다",
            )
            return
        for index, value in enumerate(values):
            if not isinstance(value, kind):
                self.add(
                    f"{path}[{index}]",
                    shown_type(value),
                    f"type {name}",
                    f"a value of type {name} is needed",
                    f"{name} 형식의 값이 필요합니다",
                )


def shown_type(value: object) -> str:
    """Name the type of a value, because the value itself may be a misplaced secret."""
    return f"<{type(value).__name__}>"


def joined(left: str, right: str) -> str:
    """Join two parts of a path."""
    if not left or not right:
        return left or right
    return f"{left}{right}" if right.startswith("[") else f"{left}.{right}"


def as_tuple(value: object) -> object:
    """Make a tuple of any plain collection; leave the rest for validation to name."""
    return tuple(value) if isinstance(value, (list, set, frozenset, ItemsView)) else value
