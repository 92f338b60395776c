"""The catalogue as JSON: one object for a product, as `catalogue.schema.json` describes it.

What is empty is left out. Codes are written by the name of their member (`SALE`, `FREE`), a code that nobody
knows as `?` and its text. Sources stand once in `sources`, the fields name them by index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from attrs import NOTHING, AttrsInstance, fields, has

from wemakeprice_sdk.catalogue.model import CatalogueProduct, CatalogueVariant, Provenance
from wemakeprice_sdk.checks import Problems, check_kind, joined
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models._answers import json_kind
from wemakeprice_sdk.models._base import OpenEnum

FORMAT: Final = 1
"""Number of the form; a form with other meanings gets another number."""

_UNKNOWN_CODE: Final = "?"
_A = TypeVar("_A")
_Read = Callable[[JsonValue, str, Problems], Any]


def to_json(product: CatalogueProduct) -> dict[str, JsonValue]:
    """Return a product as JSON. It comes back by `from_json` as it was."""
    check_kind("product", product, CatalogueProduct)
    sources: dict[Provenance, int] = {}
    body: dict[str, JsonValue] = {"format": FORMAT, "id": product.id}
    body |= _written(product)
    if product.variants:
        body["variants"] = [
            {
                "id": product.variant_id(variant),
                **_written(variant),
                **_provenance(variant.provenance, sources),
            }
            for variant in product.variants
        ]
    body |= _provenance(product.provenance, sources)
    if sources:
        body["sources"] = [_written(source) for source in sources]
    return body


def _provenance(provenance: Mapping[str, Provenance], sources: dict[Provenance, int]) -> dict[str, JsonValue]:
    if not provenance:
        return {}
    return {
        "provenance": {
            name: sources.setdefault(provenance[name], len(sources)) for name in sorted(provenance)
        }
    }


def _written(value: AttrsInstance) -> dict[str, JsonValue]:
    return {
        name: _value(found)
        for name, default in _fields(type(value))
        if (found := getattr(value, name)) != default and name not in ("provenance", "variants")
    }


@cache
def _fields(kind: type[AttrsInstance]) -> tuple[tuple[str, object], ...]:
    # A field without a default is always written: it equals nothing.
    return tuple((one.name, one.default) for one in fields(kind))


def _value(value: object) -> JsonValue:
    if isinstance(value, OpenEnum):
        return value.name if value.is_known else _UNKNOWN_CODE + value.value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(KST).isoformat()
    if isinstance(value, tuple):
        return [_value(one) for one in value]
    if has(type(value)):
        return _written(cast("AttrsInstance", value))
    return cast("JsonValue", value)


def from_json(data: JsonValue, path: str = "$") -> CatalogueProduct:
    """Read a product back. Raise `ValidationError` naming every fault with its place below `path`."""
    problems = Problems()
    product = _product(data, path, problems)
    problems.raise_all("product of a catalogue", ValidationError)
    return cast("CatalogueProduct", product)


def _product(data: JsonValue, path: str, problems: Problems) -> CatalogueProduct | None:
    if not _is_object(data, path, problems):
        return None
    left = dict(cast("Mapping[str, JsonValue]", data))
    if left.pop("format", None) != FORMAT:
        problems.add(
            joined(path, "format"),
            "",
            f"{FORMAT}",
            "is written in a form that this version does not read; read it with the version that wrote it",
            "이 버전에서 읽을 수 없는 형식입니다. 파일을 만든 버전으로 읽어 주세요",
        )
        return None
    sources = _items(left.pop("sources", []), joined(path, "sources"), problems, _reader(Provenance))
    product_id, rows = left.pop("id", None), left.pop("variants", [])
    variants = _items(
        rows, joined(path, "variants"), problems, lambda row, at, found: _variant(row, at, found, sources)
    )
    provenance = _sources(left.pop("provenance", {}), joined(path, "provenance"), problems, sources)
    values = _values(CatalogueProduct, left, path, problems)
    if problems.found or values is None:
        return None
    product = CatalogueProduct(**values, variants=tuple(row for row, _ in variants), provenance=provenance)
    _check_ids(product, product_id, [found for _, found in variants], path, problems)
    return product


def _check_ids(
    product: CatalogueProduct, found: JsonValue, variants: Sequence[JsonValue], path: str, problems: Problems
) -> None:
    wanted = [(path, product.id, found)]
    for at, (variant, variant_id) in enumerate(zip(product.variants, variants, strict=True)):
        wanted.append((joined(path, f"variants[{at}]"), product.variant_id(variant), variant_id))
    for place, expected, given in wanted:
        problems.require(
            given == expected,
            joined(place, "id"),
            given,
            expected,
            "does not belong to the product and option numbers beside it",
            "함께 적힌 상품번호·옵션과 맞지 않는 식별자입니다. 원래 값으로 되돌려 주세요",
        )


def _variant(
    data: JsonValue, path: str, problems: Problems, sources: Sequence[Provenance]
) -> tuple[CatalogueVariant, JsonValue] | None:
    if not _is_object(data, path, problems):
        return None
    left = dict(cast("Mapping[str, JsonValue]", data))
    variant_id = left.pop("id", None)
    provenance = _sources(left.pop("provenance", {}), joined(path, "provenance"), problems, sources)
    values = _values(CatalogueVariant, left, path, problems)
    return None if values is None else (CatalogueVariant(**values, provenance=provenance), variant_id)


def _sources(
    data: JsonValue, path: str, problems: Problems, sources: Sequence[Provenance]
) -> dict[str, Provenance]:
    if not _is_object(data, path, problems):
        return {}
    found = {}
    for name, at in cast("Mapping[str, JsonValue]", data).items():
        if isinstance(at, int) and not isinstance(at, bool) and 0 <= at < len(sources):
            found[name] = sources[at]
        else:
            _add(problems, joined(path, name), at, f"index 0..{len(sources) - 1} of sources")
    return found


def _items(data: JsonValue, path: str, problems: Problems, read: Callable[..., _A | None]) -> list[_A]:
    if not isinstance(data, Sequence) or isinstance(data, str):
        _add(problems, path, data, "list")
        return []
    made = (read(one, f"{path}[{at}]", problems) for at, one in enumerate(data))
    return [one for one in made if one is not None]


def _is_object(data: JsonValue, path: str, problems: Problems) -> bool:
    if isinstance(data, Mapping):
        return True
    _add(problems, path, data, "object")
    return False


def _add(problems: Problems, path: str, value: JsonValue, rule: str) -> None:
    # The value may be an address: its kind says enough.
    problems.add(
        path,
        f"<{json_kind(value)}>",
        rule,
        f"is not what the form asks for: {rule}",
        "형식에 맞지 않는 값입니다. 파일을 다시 만들거나 값을 고쳐 주세요",
    )


def _values(
    kind: type[AttrsInstance], data: Mapping[str, JsonValue], path: str, problems: Problems
) -> dict[str, Any] | None:
    readers, before = _readers(kind), len(problems.found)
    values = {}
    for name, value in data.items():
        if name in readers:
            values[name] = readers[name](value, joined(path, name), problems)
        else:
            _add(problems, joined(path, name), value, "a key of the form")
    for one in fields(kind):
        if one.default is NOTHING and one.name not in data:
            _add(problems, joined(path, one.name), None, "present")
    return values if len(problems.found) == before else None


@cache
def _readers(kind: type[AttrsInstance]) -> Mapping[str, _Read]:
    hints = get_type_hints(kind)
    own = ("provenance", "variants")
    return {one.name: _reader(hints[one.name]) for one in fields(kind) if one.name not in own}


@cache
def _reader(hint: Any) -> _Read:
    origin = get_origin(hint)
    if origin in (UnionType, Union):
        (inner,) = [one for one in get_args(hint) if one is not type(None)]
        return _reader(inner)
    if origin is tuple:
        item = _reader(get_args(hint)[0])
        return lambda value, path, problems: tuple(_items(value, path, problems, item))
    if has(hint):
        return lambda value, path, problems: _object(hint, value, path, problems)
    if issubclass(hint, OpenEnum):
        return lambda value, path, problems: _code(hint, value, path, problems)
    if issubclass(hint, StrEnum):
        return lambda value, path, problems: _word(hint, value, path, problems)
    return (
        _timestamp if hint is datetime else lambda value, path, problems: _plain(hint, value, path, problems)
    )


def _object(
    kind: type[AttrsInstance], value: JsonValue, path: str, problems: Problems
) -> AttrsInstance | None:
    if not _is_object(value, path, problems):
        return None
    values = _values(kind, cast("Mapping[str, JsonValue]", value), path, problems)
    return None if values is None else kind(**values)


def _code(kind: type[OpenEnum], value: JsonValue, path: str, problems: Problems) -> OpenEnum | None:
    if isinstance(value, str) and value in kind.__members__:
        return kind[value]
    if isinstance(value, str) and value.startswith(_UNKNOWN_CODE):
        return kind(value.removeprefix(_UNKNOWN_CODE))
    _add(problems, path, value, f"one of {', '.join(kind.__members__)}, or ? and a text")
    return None


def _word(kind: type[StrEnum], value: JsonValue, path: str, problems: Problems) -> StrEnum | None:
    if isinstance(value, str) and value in {one.value for one in kind}:
        return kind(value)
    _add(problems, path, value, f"one of {', '.join(one.value for one in kind)}")
    return None


def _timestamp(value: JsonValue, path: str, problems: Problems) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        _add(problems, path, value, "timestamp with a zone, such as 2026-03-04T09:00:00+09:00")
        return None
    return found.astimezone(KST)


def _plain(kind: type, value: JsonValue, path: str, problems: Problems) -> object:
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    _add(problems, path, value, {str: "text", int: "whole number", bool: "true or false"}[kind])
    return None
