"""JSON to models and models to JSON, with explicit hooks for every primitive.

Reading is tolerant as the 14 reader rules of contract section 10 ask: numbers in every spelling, unknown
keys and codes kept, only identifiers essential. What cannot be read at all becomes a `ProtocolError` that
names the place (`$.data.bundle[3].payDate`) and never the value. Writing gives exactly the form the
contract attests. cattrs compiles one function per class on first use; its own coercions are never reached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs
import cattrs
from cattrs.errors import IterableValidationNote
from cattrs.gen import make_dict_structure_fn, override

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import ProtocolError
from wemakeprice_sdk.models._base import (
    JsonValue,
    OpenEnum,
    ReadModel,
    wire_name,
)
from wemakeprice_sdk.models._rules import MAX_ID, FieldSpec, WriteModel, field_specs
from wemakeprice_sdk.wire import windows
from wemakeprice_sdk.wire.envelope import rows_of
from wemakeprice_sdk.wire.operations import Operation

M = TypeVar("M", bound=ReadModel)
_Hook: TypeAlias = "Callable[[JsonValue, object], object]"

_RAW = "(raw)"
_SECOND_SPELLING: Mapping[str, str] = {
    "defaltValue": "defaultValue",
    "shipMngs": "shipMng",
    # Left unread, the two deductions of the older settlement feed would raise what is paid out.
    "wmpDiscountBurdenAmt": "wmpDiscountBurdenFee",
    "epFee": "wmpEpAmt",
}
_ALLOWED_NULLS = frozenset({"originPrice", "certificationNo"})
_EXACT_FLOAT = 2**53
_NUMBER = re.compile(r"([+-]?(?:\d{1,19}|\d{1,3}(?:,\d{3}){1,6}))(?:\.0*)?", re.ASCII)


class _UnreadableError(ValueError):
    """A value of the wrong kind; the text says what was expected and never what stood there."""


def _read_int(value: JsonValue, _: object) -> int | None:
    if type(value) is int and -MAX_ID <= value <= MAX_ID:
        return value
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT_FLOAT:
        return int(value)
    if isinstance(value, str):
        text = value.strip()
        found = _NUMBER.fullmatch(text)
        if found and abs(number := int(found[1].replace(",", ""))) <= MAX_ID:
            return number
        if not text:
            return None
    raise _UnreadableError("a whole number was expected")


def _read_absent_zero(value: JsonValue, kind: object) -> int | None:
    return _read_int(value, kind) or None


def _read_text(value: JsonValue, _: object) -> str | None:
    if type(value) is str or value is None:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    raise _UnreadableError("a text was expected")


_FLAGS: Mapping[str, bool] = {"Y": True, "N": False}


def _read_flag(value: JsonValue, _: object) -> bool | None:
    if isinstance(value, str):
        return _FLAGS.get(value.strip().upper())
    if value is None or isinstance(value, bool):
        return value
    raise _UnreadableError("Y or N was expected")


def _read_decimal(value: JsonValue, _: object) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = Decimal(str(value).replace(",", "").strip())
        except InvalidOperation:
            raise _UnreadableError("a decimal number was expected") from None
        if number.is_finite():
            return number
    raise _UnreadableError("a decimal number was expected")


def _read_timestamp(value: JsonValue, _: object) -> datetime | None:
    if isinstance(value, str):
        if len(value) == 19 and value[4] == value[7] == "-" and value[10] in " T" and value[13] == ":":
            try:
                return datetime.fromisoformat(value).replace(tzinfo=KST)
            except ValueError:
                raise _UnreadableError("a timestamp was expected") from None
        text = value.strip()
        if not text:
            return None
        try:
            return windows.parse_timestamp(text)
        except ValueError:
            raise _UnreadableError("a timestamp was expected") from None
    if value is None:
        return None
    raise _UnreadableError("a timestamp was expected")


def _read_day(value: JsonValue, _: object) -> date | None:
    if type(value) is int:
        value = str(value)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            return windows.parse_day(value.strip())
        except ValueError:
            raise _UnreadableError("a day was expected") from None
    raise _UnreadableError("a day was expected")


def _code_hook(kind: type[OpenEnum]) -> _Hook:
    known: dict[str, OpenEnum] = {}
    for member in kind:
        known[str(member.value)] = member
        for name in member.names:
            known.setdefault(name, member)

    def read_code(value: JsonValue, _: object) -> OpenEnum | None:
        if value is None or value == "":
            return None
        if type(value) is int:
            value = str(value)
        if not isinstance(value, str):
            raise _UnreadableError("a code was expected")
        return known.get(value) or kind.from_wire(value)

    return read_code


def _required(hook: _Hook) -> _Hook:
    def read_required(value: JsonValue, kind: object) -> object:
        found = hook(value, kind)
        if found is None:
            raise _UnreadableError("an identifier is missing")
        return found

    return read_required


_PRIMITIVES: Mapping[object, _Hook] = {
    int: _read_int,
    str: _read_text,
    bool: _read_flag,
    Decimal: _read_decimal,
    datetime: _read_timestamp,
    date: _read_day,
}


def _strip(hint: object) -> tuple[object, bool]:
    """Take `Annotated` and `| None` off a type; the second value says whether None was allowed."""
    optional = False
    while get_origin(hint) in (Annotated, Union, UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        optional = optional or type(None) in get_args(hint)
        hint = parts[0]
    return hint, optional


def _plain_hook(kind: object, converter: cattrs.Converter) -> _Hook:
    if kind in _PRIMITIVES:
        return _PRIMITIVES[kind]
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return _code_hook(kind)
    return partial(_read_object, converter.get_structure_hook(kind))


def _read_object(hook: _Hook, value: JsonValue, kind: object) -> object:
    if type(value) is dict:
        return hook(value, kind)
    # An empty text or list stands for "no such object" in answers made by loosely typed servers.
    return None if value is None or value in ("", []) else hook(value, kind)


def _many_hook(item: object, converter: cattrs.Converter) -> _Hook:
    kind, _ = _strip(item)
    if kind in _PRIMITIVES:
        hook = _required(_PRIMITIVES[kind])
        # A class of its own carries the hook through cattrs' list code, which reports the index.
        marker = type("Item", (), {})
        converter.register_structure_hook(marker, hook)
        kind = marker
    listed = list[kind]  # type: ignore[valid-type]
    inner = converter.get_structure_hook(listed)

    def read_many(value: JsonValue, _: object) -> tuple[object, ...]:
        if not value and not isinstance(value, bool | int | float):
            return ()
        if not isinstance(value, list):
            raise _UnreadableError("a list was expected")
        return tuple(inner(value, listed))

    return read_many


def _field_hook(cls: type, name: str, hint: object, converter: cattrs.Converter) -> _Hook:
    kind, optional = _strip(hint)
    if get_origin(kind) is tuple:
        return _many_hook(get_args(kind)[0], converter)
    if kind is int and cls.__name__.startswith("Settle") and name.endswith("_no"):
        return _read_absent_zero
    hook = _plain_hook(kind, converter)
    return hook if optional else _required(hook)


def _structure_factory(cls: type[ReadModel], converter: cattrs.Converter) -> _Hook:
    hints = get_type_hints(cls, include_extras=True)
    names = [field.name for field in attrs.fields(cls) if field.name != "raw"]
    overrides = {
        name: override(rename=wire_name(name), struct_hook=_field_hook(cls, name, hints[name], converter))
        for name in names
    }
    overrides["raw"] = override(rename=_RAW, struct_hook=lambda value, _: value)
    make = cast("Callable[..., Callable[[Any, Any], object]]", make_dict_structure_fn)
    build = make(cls, converter, _cattrs_detailed_validation=converter.detailed_validation, **overrides)
    seconds = {key: other for key, other in _SECOND_SPELLING.items() if key in map(wire_name, names)}

    def structure(value: JsonValue, _: object) -> object:
        if type(value) is not dict:
            raise _UnreadableError("an object was expected")
        return build({**value, _RAW: value}, cls)

    def structure_either(value: JsonValue, _: object) -> object:
        if type(value) is not dict:
            raise _UnreadableError("an object was expected")
        keyed = {**value, _RAW: value}
        for key, other in seconds.items():
            if keyed.get(key) in (None, "") and keyed.get(other) is not None:
                keyed[key] = keyed[other]
        return build(keyed, cls)

    return structure_either if seconds else structure


@cache
def _converter(*, detailed: bool) -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=detailed)
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, type) and issubclass(kind, ReadModel), _structure_factory
    )
    return converter


def read(cls: type[M], value: JsonValue, *, path: str = "$", operation: Operation | None = None) -> M:
    """Read one object as a model.

    Unknown keys stay reachable in `raw`, unknown codes become pseudo-members, every key but the
    identifiers may be missing. Raises `ProtocolError` naming the path of the first unreadable value.
    """
    try:
        return _converter(detailed=False).structure(value, cls)
    except (ValueError, KeyError, TypeError, OverflowError):
        error = _located(cls, value, path, operation)
    value = None  # personal data, as in read_list
    raise error from None


def read_list(
    cls: type[M], values: Sequence[JsonValue], *, path: str = "$", operation: Operation | None = None
) -> tuple[M, ...]:
    """Read every row of a list as a model; errors as `read`, with the index in the path."""
    hook = _converter(detailed=False).get_structure_hook(cls)
    found: list[M] = []
    try:
        for value in values:
            found.append(hook(value, cls))  # noqa: PERF401 - its length tells the row that failed
        return tuple(found)
    except (ValueError, KeyError, TypeError, OverflowError):
        index = len(found)
        error = _located(cls, values[index], f"{path}[{index}]", operation)
    # Personal data, and no business of whatever shows the local variables of an error.
    values, value, found = (), None, []
    raise error from None


def read_rows(cls: type[M], operation: Operation, data: JsonValue) -> tuple[M, ...]:
    """Read the rows of a list answer; every form of an empty answer gives an empty tuple."""
    try:
        rows = rows_of(operation, data)
    finally:
        del data  # personal data, as in read_list
    return read_list(cls, rows.rows, path=rows.path, operation=operation)


def read_page(cls: type[M], operation: Operation, data: JsonValue) -> M:
    """Read a page answer (`totalCount` and `list`); an empty answer gives a page without rows."""
    rows_of(operation, data)
    return read(cls, data or {}, path="$.data", operation=operation)


def _located(cls: type, value: JsonValue, path: str, operation: Operation | None) -> ProtocolError:
    where, what = path, "unreadable"
    try:
        _converter(detailed=True).structure(value, cls)
    except (ValueError, KeyError, TypeError, OverflowError, cattrs.BaseValidationError) as error:
        where, what = _first(error, path)
    message = f"{where}: {what}"
    if operation is None:
        return ProtocolError(message)
    return ProtocolError(message, operation=operation.id, method=operation.method, path=operation.path)


def _first(error: BaseException, path: str) -> tuple[str, str]:
    if isinstance(error, cattrs.ClassValidationError | cattrs.IterableValidationError):
        noted, other = error.group_exceptions()
        if not noted:
            return _first(other[0], path)
        inner, note = noted[0]
        step = f"[{note.index}]" if isinstance(note, IterableValidationNote) else f".{wire_name(note.name)}"
        return _first(inner, path + step)
    if isinstance(error, KeyError):
        return path, "an identifier is missing"
    return path, str(error) if isinstance(error, _UnreadableError) else "unreadable"


def write(model: WriteModel) -> dict[str, JsonValue]:
    """Return the JSON body of a request or one of its blocks, in the forms the contract attests.

    Only listed keys; no nulls but `originPrice` and `certificationNo`; flags as Y and N; codes and not
    names; `productNo` as text where only text was ever seen. The model is expected to be valid.
    """
    body: dict[str, JsonValue] = {}
    for spec in field_specs(type(model)).values():
        value = getattr(model, spec.name)
        if value is not None:
            body[spec.wire] = [_spell(item, spec) for item in value] if spec.many else _spell(value, spec)
        elif spec.wire in _ALLOWED_NULLS:
            body[spec.wire] = None
    return body


def _spell(value: object, spec: FieldSpec) -> JsonValue:
    if isinstance(value, WriteModel):
        return write(value)
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, int):
        return str(value) if spec.as_text else value
    if isinstance(value, datetime):
        return windows.format_hour(value, spec.wire) if spec.hour_only else windows.format_timestamp(value)
    if isinstance(value, date):
        return windows.format_day(value)
    if issubclass(spec.kind, OpenEnum):
        return spec.kind(str(value)).code
    return str(value)
