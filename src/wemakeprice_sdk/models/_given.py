"""Values as callers hand them in: numbers of numpy and timestamps of pandas become plain ones.

A column of a DataFrame holds `numpy.int64` and `pandas.Timestamp`. They mean what an `int` and a `datetime`
mean, and go no further than the first door. A `bool` is no number, and a `float` is no amount of won.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, SupportsIndex, cast

import attrs

from wemakeprice_sdk.checks import check_kind, shown_type
from wemakeprice_sdk.clock import korean_day, plain_datetime, require_aware, shown
from wemakeprice_sdk.errors import ValidationError


def plain(value: object) -> object:
    """Return an `int` or a `datetime` for what is one under another class; anything else unchanged."""
    if value is None or type(value) in (int, str, bool, datetime):
        return value
    if isinstance(value, datetime):
        return plain_datetime(value)
    if isinstance(value, int | str | float) or not isinstance(value, SupportsIndex):
        return value
    try:
        return operator.index(value)
    except TypeError:  # numpy.bool_ has the method and refuses
        return value


def whole_number(value: object, path: str) -> int:
    """Return a whole number; raise `ValidationError` for a `bool`, a `float` and anything else.

    A float may have lost won before it came here, so it is refused even when it looks whole.
    """
    if type(value) is int:
        return value
    number = plain(value)
    if isinstance(number, int) and not isinstance(number, bool):
        return number
    hint = "; round it yourself, won are never fractions" if isinstance(value, float) else ""
    raise ValidationError.single(
        path,
        shown(value) if not isinstance(value, str) else "<str>",
        "type int",
        f"a whole number is needed, not a {type(value).__name__}{hint}",
        "정수가 필요합니다. 소수점이 없는 정수(int)로 바꿔 주세요",
    )


def _flag(value: object, path: str) -> bool:
    """Return a switch; raise `ValidationError` for anything else, for the text "N" would count as yes."""
    if isinstance(value, bool):
        return value
    if getattr(getattr(value, "dtype", None), "kind", None) == "b":
        return bool(value)  # numpy's own
    raise ValidationError.single(
        path,
        shown_type(value),
        "type bool",
        f"True or False is needed, not a {type(value).__name__}",
        "True 또는 False가 필요합니다",
    )


def _text(value: object, path: str) -> str:
    """Return a text; raise `ValidationError` for anything else: a code made a number has lost its zeros."""
    if isinstance(value, str):
        return value
    raise ValidationError.single(
        path,
        shown_type(value),
        "type str",
        f"a text is needed, not a {type(value).__name__}",
        "문자열이 필요합니다. 숫자로 된 코드도 문자열로 넣어 주세요",
    )


def listed(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return a list as the tuple that a class holds; anything else unchanged, for the class to refuse."""
    return tuple(values) if isinstance(values, list) else cast("tuple[Any, ...]", values)


def require_whole(thing: object, names: Iterable[str]) -> None:
    """Raise `ValidationError` for the first of some fields of a model that is neither whole nor None.

    A model that came over the wire always passes; one that was made by a caller may not.
    """
    for name in names:
        value = getattr(thing, name)
        if value is not None and type(value) is not int:
            whole_number(value, f"{type(thing).__name__}.{name}")


def won_by_day(amounts: Mapping[date, int], path: str) -> dict[date, int]:
    """Return amounts in won by Korean day; raise `ValidationError` naming the day of a wrong one."""
    check_kind(path, amounts, Mapping)
    return {
        korean_day(day, f"{path} day"): whole_number(won, f"{path}[{shown(day)}]")
        for day, won in amounts.items()
    }


_CHECKS: Final[Mapping[str, Callable[[Any, str], object]]] = {
    "int": whole_number,
    "datetime": require_aware,
    "bool": _flag,
    "str": _text,
}


def checked(cls: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Check numbers, times, switches and texts of a class when it is made (an attrs `field_transformer`).

    A field annotated `int` takes a whole number, one annotated `datetime` an aware datetime, which it keeps
    in Korean time. Raises `ValidationError` or `NaiveDatetimeError` naming class and field.
    """
    return [_checked(cls, field) for field in fields]


def taken(cls: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:  # noqa: ARG001
    """Take numbers and times of other classes for plain ones, for a class that checks its values itself."""
    return [field.evolve(converter=plain) if str(field.type) in _PLAIN else field for field in fields]


_PLAIN = frozenset({"int", "int | None", "datetime", "datetime | None"})


def _checked(cls: type, field: attrs.Attribute[Any]) -> attrs.Attribute[Any]:
    kind, _, optional = str(getattr(field.type, "__name__", field.type)).partition(" | ")
    check = _CHECKS.get(kind)
    if check is None or optional not in ("", "None") or (field.validator is not None and kind == "str"):
        return field
    path = f"{cls.__name__}.{field.name}"

    def convert(value: object) -> object:
        if value is None and optional:
            return None
        return check(cast("Any", value), path)

    return field.evolve(converter=convert)
