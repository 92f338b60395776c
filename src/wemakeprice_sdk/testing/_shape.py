"""Which keys of an answer the contract does not know, found through the models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_type_hints

import attrs

from wemakeprice_sdk.models import JsonValue, ReadModel, wire_name
from wemakeprice_sdk.models._base import OWN_FIELDS
from wemakeprice_sdk.models._flat import kind_of

SECOND_SPELLINGS = frozenset({"defaultValue", "shipMng", "wmpDiscountBurdenFee", "wmpEpAmt"})


def unknown_keys(model: type[ReadModel], data: JsonValue, path: str = "") -> list[str]:
    """Return the paths of all keys that no field of the model stands for."""
    if not isinstance(data, Mapping):
        return []
    hints = get_type_hints(model)
    names = [item.name for item in attrs.fields(model) if item.name not in OWN_FIELDS]
    known = {wire_name(name): hints[name] for name in names}
    found = [f"{path}{key}" for key in data if key not in known and key not in SECOND_SPELLINGS]
    for key, hint in known.items():
        for inner in kind_of(hint).classes:
            if issubclass(inner, ReadModel):
                found += _below(inner, data.get(key), f"{path}{key}")
    return found


def _below(model: type[ReadModel], value: JsonValue, path: str) -> list[str]:
    if isinstance(value, list):
        return [key for item in value for key in unknown_keys(model, item, f"{path}[].")]
    return unknown_keys(model, value, f"{path}.")
