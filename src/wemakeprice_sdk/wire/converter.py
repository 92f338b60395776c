"""JSON to models and models to JSON, with explicit hooks for every primitive.

Reading is tolerant as the 14 reader rules of contract section 10 ask: numbers in every spelling, unknown
keys and codes kept, only identifiers essential. Every row is read in one compiled pass (cattrs) that expects
nothing wrong. A row that fails it is read once more, value by value: an unreadable optional value becomes
None with its fault, an unreadable value that a decision rests on costs that row and no other. Faults name the
place (`$.data.bundle[3].payDate`) and never the value. Writing gives exactly the form the contract attests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import cattrs
from attrs import frozen
from cattrs.gen import make_dict_structure_fn, override

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import UnreadableValueError
from wemakeprice_sdk.models._answers import (
    EssentialMark,
    ListResult,
    SaleEndMark,
    UnreadRow,
    ValueFault,
    json_kind,
)
from wemakeprice_sdk.models._base import (
    OWN_FIELDS,
    JsonValue,
    OpenEnum,
    ReadModel,
    wire_name,
)
from wemakeprice_sdk.models._rules import MAX_ID, FieldSpec, WriteModel, field_specs
from wemakeprice_sdk.wire import timestamps, windows
from wemakeprice_sdk.wire.envelope import rows_of, whole_number
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


class _UnreadableError(ValueError):
    """A value of the wrong kind; the text says what was expected and never what stood there."""


def _read_int(value: JsonValue, _: object = None) -> int | None:
    if type(value) is int and -MAX_ID <= value <= MAX_ID:
        return value
    if value is None or value == "":
        return None
    number = whole_number(value)
    if number is None and not (isinstance(value, str) and not value.strip()):
        raise _UnreadableError("a whole number was expected")
    return number


def _read_absent_zero(value: JsonValue, _: object = None) -> int | None:
    return _read_int(value) or None


def _read_text(value: JsonValue, _: object = None) -> str | None:
    if type(value) is str or value is None:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    raise _UnreadableError("a text was expected")


_FLAGS: Mapping[JsonValue, bool | None] = {
    "Y": True, "N": False, "TRUE": True, "FALSE": False, "1": True, "0": False, "": None,
}  # fmt: skip


def _read_flag(value: JsonValue, _: object = None) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str | int):
        text = str(value).strip().upper()
        if text in _FLAGS:
            return _FLAGS[text]
    raise _UnreadableError("Y or N was expected")


def _read_decimal(value: JsonValue, _: object = None) -> Decimal | None:
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


def _read_timestamp(value: JsonValue, _: object = None) -> datetime | None:
    # The spelling of nearly every answer. A year 20.. is none of the dates that mean something else.
    if (
        type(value) is str
        and len(value) == 19
        and value[:2] == "20"
        and value[4] == "-"
        and value[10] in " T"
    ):
        try:
            return timestamps.FROM_ISO(value).replace(tzinfo=KST)
        except ValueError:
            pass  # 24:00:00, a short offset, or no date at all
    if value is None or value == "":
        return None
    try:
        return timestamps.read_datetime(value)
    except (ValueError, OverflowError):
        raise _UnreadableError("a timestamp was expected") from None


def _read_sale_end(value: JsonValue, _: object = None) -> datetime | None:
    try:
        return timestamps.read_datetime(value, sale_end=True)
    except (ValueError, OverflowError):
        raise _UnreadableError("a timestamp was expected") from None


def _read_day(value: JsonValue, _: object = None) -> date | None:
    if value is None or value == "":
        return None
    try:
        return timestamps.read_date(value)
    except (ValueError, OverflowError):
        raise _UnreadableError("a day was expected") from None


def _code_hook(kind: type[OpenEnum]) -> _Hook:
    known: dict[str, OpenEnum] = {}
    for member in kind:
        known[str(member.value)] = member
        for name in member.names:
            known.setdefault(name, member)

    def read_code(value: JsonValue, _: object = None) -> OpenEnum | None:
        if value is None or value == "":
            return None
        if type(value) is int:
            value = str(value)
        if not isinstance(value, str):
            raise _UnreadableError("a code was expected")
        return known.get(value) or kind.from_wire(value)

    return read_code


_MISSING = "an identifier is missing"


def _required(hook: _Hook) -> _Hook:
    def read_required(value: JsonValue, kind: object = None) -> object:
        found = hook(value, kind)
        if found is None:
            raise _UnreadableError(_MISSING)
        return found

    return read_required


def _real(kind: type) -> type:
    """Return the class itself where a test put its own in its place (freezegun's `FakeDatetime`)."""
    return next((base for base in kind.__mro__ if type(base) is type and base.__module__ == "datetime"), kind)


_PRIMITIVES: Mapping[object, _Hook] = {
    int: _read_int,
    str: _read_text,
    bool: _read_flag,
    Decimal: _read_decimal,
    _real(datetime): _read_timestamp,
    _real(date): _read_day,
}


@frozen
class _Spec:
    """One field of a read shape: where it stands, how it is read, and what an unreadable value costs.

    `read` reads a plain value or item; None where `model` is the read shape that stands there instead.
    """

    name: str
    wire: str
    other: str | None
    required: bool
    essential: bool
    many: bool
    read: _Hook | None
    model: type[ReadModel] | None


_KNOWN: Final[dict[type, tuple[_Spec, ...]]] = {}


def _specs(cls: type[ReadModel]) -> tuple[_Spec, ...]:
    return _KNOWN.get(cls) or _KNOWN.setdefault(cls, _resolved(cls))


def _resolved(cls: type[ReadModel]) -> tuple[_Spec, ...]:
    hints = get_type_hints(cls, include_extras=True)
    names = [field.name for field in attrs.fields(cls) if field.name not in OWN_FIELDS]
    return tuple(_spec(cls, name, hints[name]) for name in names)


def _spec(cls: type[ReadModel], name: str, hint: object) -> _Spec:
    kind, marks, optional = _strip(hint)
    many = get_origin(kind) is tuple
    if many:
        kind, item_marks, _ = _strip(get_args(kind)[0])
        marks += item_marks
    model = kind if isinstance(kind, type) and issubclass(kind, ReadModel) else None
    hook = None if model is not None else _hook_of(cls, name, kind, marks)
    required = not optional and not many
    wire = wire_name(name)
    return _Spec(
        name=name,
        wire=wire,
        other=_SECOND_SPELLING.get(wire),
        required=required,
        essential=required or any(isinstance(mark, EssentialMark) for mark in marks),
        many=many,
        read=_required(hook) if hook is not None and (required or many) else hook,
        model=model,
    )


def _strip(hint: object) -> tuple[object, tuple[object, ...], bool]:
    """Take `Annotated` and `| None` off a type; return its marks, and whether None was allowed."""
    marks: tuple[object, ...] = ()
    optional = False
    while get_origin(hint) in (Annotated, Union, UnionType):
        if get_origin(hint) is Annotated:
            hint, *found = get_args(hint)
            marks += tuple(found)
        else:
            optional = optional or type(None) in get_args(hint)
            hint = next(part for part in get_args(hint) if part is not type(None))
    return hint, marks, optional


def _hook_of(cls: type[ReadModel], name: str, kind: object, marks: Sequence[object]) -> _Hook:
    if not isinstance(kind, type):
        raise TypeError(f"{cls.__name__}.{name}: cannot read {kind!r}")
    if issubclass(kind, OpenEnum):
        return _code_hook(kind)
    if any(isinstance(mark, SaleEndMark) for mark in marks):
        return _read_sale_end
    if kind is int and cls.ZERO_MEANS_ABSENT and name.endswith("_no"):
        return _read_absent_zero
    return _PRIMITIVES[_real(kind)]


# The first pass: compiled by cattrs, stops at the first unreadable value.


def _compiled(spec: _Spec, converter: cattrs.Converter) -> _Hook:
    if spec.many:
        return _many_hook(spec, converter)
    if spec.model is not None:
        return partial(_read_object, converter.get_structure_hook(spec.model))
    if spec.read is None:
        raise TypeError(spec.name)
    return spec.read


def _read_object(hook: _Hook, value: JsonValue, kind: object) -> object:
    if type(value) is dict:
        return hook(value, kind)
    # An empty text or list stands for "no such object" in answers made by loosely typed servers.
    return None if value is None or value in ("", []) else hook(value, kind)


def _many_hook(spec: _Spec, converter: cattrs.Converter) -> _Hook:
    hook = converter.get_structure_hook(spec.model) if spec.model is not None else spec.read
    if hook is None:
        raise TypeError(spec.name)

    def read_many(value: JsonValue, _: object) -> tuple[object, ...]:
        return tuple([hook(item, spec.model) for item in _items(value)]) if value else _nothing(value)

    return read_many


def _items(value: JsonValue) -> Sequence[JsonValue]:
    if not isinstance(value, list):
        raise _UnreadableError("a list was expected")
    return value


def _nothing(value: JsonValue) -> tuple[object, ...]:
    if isinstance(value, bool | int | float):
        raise _UnreadableError("a list was expected")
    return ()


def _structure_factory(cls: type[ReadModel], converter: cattrs.Converter) -> _Hook:
    specs = _specs(cls)
    overrides = {
        spec.name: override(rename=spec.wire, struct_hook=_compiled(spec, converter)) for spec in specs
    }
    overrides["raw"] = override(rename=_RAW, struct_hook=lambda value, _: value)
    overrides["faults"] = override(omit=True)
    make = cast("Callable[..., Callable[[Any, Any], object]]", make_dict_structure_fn)
    build = make(cls, converter, _cattrs_detailed_validation=False, **overrides)
    seconds = {spec.wire: spec.other for spec in specs if spec.other is not None}

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
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, type) and issubclass(kind, ReadModel), _structure_factory
    )
    return converter


_FAILED = (ValueError, KeyError, TypeError, OverflowError)
"""What the first pass ends in where a value cannot be read."""


# The second pass: value by value, only for a row that failed the first.


class _EssentialError(Exception):
    """A value that a decision rests on cannot be read; it costs the whole row."""

    def __init__(self, fault: ValueFault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def _read_carefully(cls: type[M], value: JsonValue, path: str, faults: list[ValueFault]) -> M:
    if type(value) is not dict:
        raise _UnreadableError("an object was expected")
    mine: list[ValueFault] = []
    given: dict[str, Any] = {"raw": value}
    try:
        for spec in _specs(cls):
            item = value.get(spec.wire)
            if item is None and spec.other is not None:
                item = value.get(spec.other)
            where = f"{path}.{spec.wire}"
            try:
                given[spec.name] = _value_carefully(spec, item, where, mine)
            except _UnreadableError as error:
                _note(spec, ValueFault(where, json_kind(item), str(error)), mine)
    finally:
        faults += mine
    return cls(**given, faults=tuple(mine))


def _note(spec: _Spec, fault: ValueFault, faults: list[ValueFault]) -> None:
    if spec.essential:
        raise _EssentialError(fault)
    faults.append(fault)


def _value_carefully(spec: _Spec, value: JsonValue, path: str, faults: list[ValueFault]) -> object:
    if spec.many:
        return tuple(_many_carefully(spec, value, path, faults)) if value else _nothing(value)
    if spec.model is not None:
        empty = value is None or value in ("", [])
        return None if empty else _read_carefully(spec.model, value, path, faults)
    return None if spec.read is None else spec.read(value, None)


def _many_carefully(spec: _Spec, value: JsonValue, path: str, faults: list[ValueFault]) -> Iterator[object]:
    for index, item in enumerate(_items(value)):
        where = f"{path}[{index}]"
        try:
            if spec.model is not None:
                yield _read_carefully(spec.model, item, where, faults)
            elif spec.read is not None:
                yield spec.read(item, None)
        except _UnreadableError as error:
            _note(spec, ValueFault(where, json_kind(item), str(error)), faults)


def _second_look(cls: type[M], value: JsonValue, path: str, operation: Operation | None) -> M | UnreadRow:
    faults: list[ValueFault] = []
    try:
        return _read_carefully(cls, value, path, faults)
    except _UnreadableError as error:
        fatal = ValueFault(path, json_kind(value), str(error))
    except _EssentialError as error:
        fatal = error.fault
    return UnreadRow(
        operation="" if operation is None else operation.id,
        path=path,
        faults=(fatal, *faults),
        numbers=_numbers(cls, value),
        raw=value,
    )


def _numbers(cls: type[ReadModel], value: JsonValue) -> Mapping[str, int]:
    """Return the identifiers of a row that can be read all the same."""
    found: dict[str, int] = {}
    for spec in _specs(cls):
        if type(value) is dict and spec.name.endswith(("_no", "_seq")) and spec.read is not None:
            try:
                number = spec.read(value.get(spec.wire), None)
            except _UnreadableError:
                continue
            if isinstance(number, int):
                found[spec.name] = number
    return found


def read(cls: type[M], value: JsonValue, *, path: str = "$", operation: Operation | None = None) -> M:
    """Read one object as a model.

    Unknown keys stay reachable in `raw`, unknown codes become pseudo-members, every key but the
    identifiers may be missing, and an unreadable optional value is None and stands in `faults`. Raises
    `UnreadableValueError` naming the path of the value that a decision rests on.
    """
    try:
        return cast("M", _converter().get_structure_hook(cls)(value, cls))
    except _FAILED:
        again = _second_look(cls, value, path, operation)
    value = None  # personal data, as in read_list
    if isinstance(again, UnreadRow):
        error = unreadable(again.faults[0], operation)
        del again
        raise error from None
    return again


def unreadable(fault: ValueFault, operation: Operation | None = None) -> UnreadableValueError:
    """Return the error for a value that could not be read."""
    message = f"{fault.path}: {fault.rule}"
    if operation is None:
        error = UnreadableValueError(message)
    else:
        error = UnreadableValueError(
            message, operation=operation.id, method=operation.method, path=operation.path
        )
    error.location, error.kind, error.rule = fault.path, fault.kind, fault.rule
    return error


def read_list(
    cls: type[M], values: Sequence[JsonValue], *, path: str = "$", operation: Operation | None = None
) -> ListResult[M]:
    """Read every row of a list as a model.

    A row that cannot be read stops no other: it stands in `unread` of the result, with its place, its faults
    and its raw form.
    """
    hook = _converter().get_structure_hook(cls)
    try:
        return ListResult([hook(value, cls) for value in values])
    except _FAILED:
        pass
    found: list[M] = []
    unread: list[UnreadRow] = []
    for index, value in enumerate(values):
        try:
            found.append(hook(value, cls))
        except _FAILED:
            again = _second_look(cls, value, f"{path}[{index}]", operation)
            if isinstance(again, UnreadRow):
                unread.append(again)
            else:
                found.append(again)
    return ListResult(found, unread)


def read_rows(cls: type[M], operation: Operation, data: JsonValue) -> ListResult[M]:
    """Read the rows of a list answer; every form of an empty answer gives an empty result."""
    try:
        rows = rows_of(operation, data)
    finally:
        del data  # personal data, and no business of whatever shows the local variables of an error
    return read_list(cls, rows.rows, path=rows.path, operation=operation)


def read_page(cls: type[M], operation: Operation, data: JsonValue) -> M:
    """Read a page answer (`totalCount` and `list`), row by row; an empty answer gives one without rows."""
    (spec,) = (spec for spec in _specs(cls) if spec.many)
    if spec.model is None:
        raise TypeError(f"{cls.__name__} has no rows")
    whole = data if isinstance(data, dict) else {}
    try:
        shell = {key: value for key, value in whole.items() if key != spec.wire}
        page = read(cls, shell, path="$.data", operation=operation)
        changes: dict[str, Any] = {spec.name: read_rows(spec.model, operation, data)}
        return attrs.evolve(page, raw=whole, **changes)
    finally:
        data = whole = shell = {}  # personal data, as in read_rows


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


def _prepare(base: type[ReadModel] = ReadModel) -> None:
    """Look up the types of every read shape now.

    A test that puts its own `datetime` into the modules of the models would be taken at its word later.
    """
    for cls in base.__subclasses__():
        _specs(cls)
        _prepare(cls)


_prepare()
