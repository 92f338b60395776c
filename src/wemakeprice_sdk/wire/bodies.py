"""Request bodies back into request models: what `converter.write` spelt, and nothing looser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from wemakeprice_sdk.models._base import JsonValue, OpenEnum
from wemakeprice_sdk.models._rules import WriteModel, field_specs
from wemakeprice_sdk.wire import windows

W = TypeVar("W", bound=WriteModel)
_FLAGS: Mapping[JsonValue, bool] = {"Y": True, "N": False}


def read_body(cls: type[W], body: JsonValue) -> W:
    """Return the request model whose body this is.

    Strict, because it reads what this library wrote: raises `ValueError`, `TypeError` or `KeyError` for an
    unknown or missing key and for a value of another form. Their texts may hold what was sent.
    """
    if not isinstance(body, Mapping):
        raise TypeError("an object was expected")
    specs = {spec.wire: spec for spec in field_specs(cls).values()}
    values: dict[str, object] = {}
    for key, value in body.items():
        spec = specs[key]
        if spec.many and isinstance(value, list | tuple):
            values[spec.name] = tuple(_read(item, spec.kind) for item in value)
        else:
            values[spec.name] = None if value is None else _read(value, spec.kind)
    return cls(**values)


def _read(value: JsonValue, kind: type) -> object:
    if issubclass(kind, WriteModel):
        return read_body(kind, value)
    if kind is bool:
        return _FLAGS[value]
    # `productNo` travels as text on some calls.
    if kind is int and isinstance(value, int | str) and not isinstance(value, bool):
        return int(value)
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    if issubclass(kind, OpenEnum):
        return kind.from_wire(value)
    if issubclass(kind, datetime):
        return windows.parse_timestamp(value)
    return windows.parse_day(value) if issubclass(kind, date) else value
