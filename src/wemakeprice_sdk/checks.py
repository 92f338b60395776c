"""The checks that every room makes: the kinds of arguments, and violations noted together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from inspect import get_annotations
from typing import Any, Final, TypeVar

from attrs import Attribute, define, evolve, field

from wemakeprice_sdk.errors import ConfigError, ValidationError, Violation

_SHOWN_LENGTH: Final = 80
_HALF: Final = re.compile("[\ud800-\udfff]")
_T = TypeVar("_T")


def check_kind(name: str, value: object, *kinds: type, optional: bool = False, hint: str = "") -> None:
    """Raise `TypeError`, naming parameter and classes, for an argument of none of the `kinds`.

    A text or a member of another enum would otherwise pass every `is` and silently mean something else. A
    protocol is fulfilled by whatever has its members, but not by a class that has them. None is fine only
    where it is `optional`. `hint` says what to hand in (`such as …`).
    """
    if type(value) in kinds or (value is None and optional):
        return
    missing = ""
    for kind in kinds:
        if not getattr(kind, "_is_protocol", False):
            if isinstance(value, kind):
                return
        elif not isinstance(value, type) and not (missing := _missing_member(value, kind)):
            return
    wanted = " or ".join(_NAMES.get(kind) or _with_article(kind.__name__) for kind in kinds)
    such_as = f", {hint}" if hint else ""
    lacks = f", which has no {missing}" if missing else ""
    raise TypeError(f"{name} takes {wanted}{such_as}, not {_named(value)}{lacks}")


def check_items(name: str, values: object) -> None:
    """Raise `TypeError` for what is no collection; one text is none, though Python would go through it."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name} takes a list or another iterable, not {_named(values)}")


def items_of(name: str, values: Iterable[_T], *kinds: type) -> tuple[_T, ...]:
    """Return the items of a collection; raise `TypeError`, naming the parameter, for an item of no such kind.

    A mapping is refused: only its keys would be taken, and what it says of them would be lost.
    """
    if isinstance(values, Mapping):
        raise TypeError(f"{name} takes a list or another iterable, not {_named(values)}")
    check_items(name, values)
    items = tuple(values)
    if kinds:
        for index, item in enumerate(items):
            check_kind(f"{name}[{index}]", item, *kinds)
    return items


def of_kind(
    kind: type, *, optional: bool = False, hint: str = ""
) -> Callable[[Any, Attribute[Any], Any], None]:
    """Return the validator of a field that calls `check_kind`."""

    def validate(_: object, attribute: Attribute[object], value: object) -> None:
        check_kind(attribute.name, value, kind, optional=optional, hint=hint)

    return validate


_NAMES: Final[Mapping[type, str]] = {
    str: "text (str)",
    int: "a whole number (int)",
    float: "a number (float)",
}


def _with_article(name: str) -> str:
    return f"an {name}" if name[:1] in set("AEIOaeio") else f"a {name}"


def _named(value: object) -> str:
    # Never the value itself: it may be a misplaced secret.
    return f"the class {value.__name__}" if isinstance(value, type) else _with_article(type(value).__name__)


def _missing_member(value: object, protocol: type) -> str:
    # Not isinstance: it does not see the members that a proxy answers for by `__getattr__`.
    for base in protocol.__mro__:
        if not getattr(base, "_is_protocol", False):
            continue
        for name in (*vars(base), *get_annotations(base)):
            if name.startswith("_"):
                continue
            method = callable(vars(base).get(name))
            if not (callable(getattr(value, name, None)) if method else hasattr(value, name)):
                return name
    return ""


def whole_text(text: str) -> str:
    """Return a text that UTF-8 can hold: half an emoji, left where a name was cut, becomes U+FFFD."""
    return _HALF.sub("\ufffd", text)


def shown(value: object) -> str:
    """Return `value` as short text for a violation."""
    text = repr(value) if not isinstance(value, str) else value
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"


@define
class Problems:
    """Violations found so far: whoever checks notes all of them, so that a reader sees them at once."""

    found: list[Violation] = field(factory=list)

    def add(self, path: str, value: object, rule: str, message: str, message_ko: str) -> None:
        """Note one violation."""
        self.found.append(Violation(path, shown(value), rule, message, message_ko))

    def take(self, found: Iterable[Violation], under: str = "") -> None:
        """Note the violations of a part, with the part's own path in front of theirs."""
        self.found.extend(evolve(violation, path=joined(under, violation.path)) for violation in found)

    def require(
        self, holds: bool, path: str, value: object, rule: str, message: str, message_ko: str
    ) -> None:
        """Note a violation unless `holds`."""
        if not holds:
            self.add(path, value, rule, message, message_ko)

    def raise_all(self, subject: str, error: type[ValidationError] = ConfigError) -> None:
        """Raise `error` with everything found, if anything was."""
        if self.found:
            raise error(self.found, subject=subject)

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
