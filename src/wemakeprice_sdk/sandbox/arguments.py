"""Checks what the control surface was sent against the signature it is meant for, before anything is called.

JSON knows no types of ours, and a wrong value that is stored breaks answers much later. So every argument is
held against its annotation; numbers have to fit 64 bits and texts have to be writable.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from wemakeprice_sdk.sandbox.answers import Json, JsonValue, SandboxError

DEEPEST = 20
LARGEST = 2**63 - 1
_NAMES: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    datetime: "a timestamp as text",
    date: "a day as text",
    NoneType: "null",
    list: "a list",
    dict: "an object",
}


def require_plain(value: JsonValue, depth: int = DEEPEST) -> None:
    """Raise `SandboxError` for numbers beyond 64 bits and for what is nested deeper than `depth` levels."""
    if isinstance(value, int | float):
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise SandboxError("a number does not fit 64 bits")
    elif isinstance(value, list | dict):
        if depth == 0:
            raise SandboxError(f"nested deeper than {DEEPEST} levels")
        for item in value.values() if isinstance(value, dict) else value:
            require_plain(item, depth - 1)


def require_arguments(action: Callable[..., object], arguments: Json, *given: object) -> None:
    """Raise `SandboxError` naming the first argument that `action` does not take, or not in that form.

    `action` may be a dataclass; `given` are the positional arguments it gets beside the named ones.
    """
    try:
        bound = inspect.signature(action).bind(*given, **arguments)
    except TypeError as error:
        raise SandboxError(str(error)) from None
    # The sandbox itself is a type only for checkers where a function takes it.
    hints = get_type_hints(action, localns={"Sandbox": object})
    catch_all = next((p.name for p in bound.signature.parameters.values() if p.kind is p.VAR_KEYWORD), "")
    for name, value in arguments.items():
        require_form(name, value, hints[name] if name in bound.signature.parameters else hints[catch_all])


def require_form(name: str, value: object, hint: object) -> None:
    """Raise `SandboxError` when a JSON value cannot be what `hint` says."""
    if not _fits(value, hint):
        raise SandboxError(f"{name} is {_NAMES.get(type(value), 'something')}; it takes {_describe(hint)}")


def _fits(value: object, hint: object) -> bool:
    origin, parts = get_origin(hint), get_args(hint)
    if hint in (Any, object):
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, dict) and all(_fits(item, parts[1]) for item in value.values())
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return isinstance(value, list) and all(_fits(item, parts[0]) for item in value)
    if hint is float:
        return type(value) in (int, float)
    # True is an int to Python, and never a number to the site.
    return isinstance(hint, type) and type(value) is hint


def _describe(hint: object) -> str:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        known = dict.fromkeys(text for part in parts if (text := _describe(part)))
        return " or ".join(known)
    if isinstance(origin, type):
        return "an object" if issubclass(origin, Mapping) else "a list"
    # A class of ours has no form in JSON; what stands beside it in the annotation has.
    return _NAMES.get(hint, "")
