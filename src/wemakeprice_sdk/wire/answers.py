"""Answers written as the contract spells them: what a file said is kept in the form the API would give."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import attrs

from wemakeprice_sdk.models import JsonValue, ReadModel
from wemakeprice_sdk.models._base import OWN_FIELDS, wire_name
from wemakeprice_sdk.wire.windows import format_timestamp


def wire_json(model: ReadModel) -> dict[str, JsonValue]:
    """Return an answer as the contract spells it; absent values are left out."""
    return {
        wire_name(item.name): _wire(value)
        for item in attrs.fields(type(model))
        if item.name not in OWN_FIELDS and (value := getattr(model, item.name)) is not None
    }


def _wire(value: object) -> JsonValue:
    if isinstance(value, ReadModel):
        return wire_json(value)
    if isinstance(value, tuple | list):
        return [_wire(one) for one in value]
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return format_timestamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, int | float | str):
        return value
    raise TypeError(f"no answer holds a {type(value).__name__}")
