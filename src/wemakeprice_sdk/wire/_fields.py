"""The fields of read shapes: where each stands on the wire, how it is read, what an unreadable one costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models._answers import EssentialMark, SaleEndMark
from wemakeprice_sdk.models._base import OWN_FIELDS, JsonValue, OpenEnum, ReadModel, wire_name
from wemakeprice_sdk.models._rules import MAX_ID
from wemakeprice_sdk.wire import timestamps
from wemakeprice_sdk.wire.envelope import whole_number

Hook: TypeAlias = "Callable[[JsonValue], object]"

_SECOND_SPELLING: Mapping[str, str] = {
    "defaltValue": "defaultValue",
    "shipMngs": "shipMng",
    # Left unread, the two deductions of the older settlement feed would raise what is paid out.
    "wmpDiscountBurdenAmt": "wmpDiscountBurdenFee",
    "epFee": "wmpEpAmt",
}


class UnreadableError(ValueError):
    """A value of the wrong kind; the text says what was expected and never what stood there."""


_SURELY_64_BITS: Final = 19
"""A number of fewer digits is within `MAX_ID`."""


def read_int(value: JsonValue) -> int | None:
    if type(value) is int and -MAX_ID <= value <= MAX_ID:
        return value
    if value is None or value == "":
        return None
    if type(value) is str and len(value) < _SURELY_64_BITS and value.isascii() and value.isdecimal():
        return int(value)
    number = whole_number(value)
    if number is None and not (isinstance(value, str) and not value.strip()):
        raise UnreadableError("a whole number was expected")
    return number


def _read_absent_zero(value: JsonValue) -> int | None:
    return read_int(value) or None


def read_text(value: JsonValue) -> str | None:
    if type(value) is str or value is None:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    raise UnreadableError("a text was expected")


_FLAGS: Mapping[JsonValue, bool | None] = {
    "Y": True, "N": False, "TRUE": True, "FALSE": False, "1": True, "0": False, "": None,
}  # fmt: skip


def read_flag(value: JsonValue) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str | int):
        text = str(value).strip().upper()
        if text in _FLAGS:
            return _FLAGS[text]
    raise UnreadableError("Y or N was expected")


# A comma stands before three digits only: 8,5 may mean 8.5, and is not read as 85.
_DECIMAL: Final = re.compile(r"[+-]?(?:(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|\.\d+)", re.ASCII)


def _read_decimal(value: JsonValue) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, int | float | str):
        text = str(value).strip()
        if not text:
            return None
        if _DECIMAL.fullmatch(text):
            return Decimal(text.replace(",", ""))
    raise UnreadableError("a decimal number was expected")


# The marks of the spellings of nearly every answer, at every third place from the fifth on, and their length.
_PLAIN_TIMES: Mapping[str, int] = {"-- ::": 19, "--T::": 19, "-- :": 16, "--T:": 16}


def _read_timestamp(value: JsonValue) -> datetime | None:
    found = _plain_time(value) if type(value) is str else None
    if found is not None or value is None or value == "":
        return found
    return _any_time(value, sale_end=False)


def _read_sale_end(value: JsonValue) -> datetime | None:
    found = _plain_time(value) if type(value) is str else None
    return _any_time(value, sale_end=True) if found is None else found


def _plain_time(value: str) -> datetime | None:
    """Return the time of `2024-05-20 10:11:12` or `2024-05-20 10:11`; None for any other spelling."""
    # A year 20.. is none of the dates that mean something else.
    if value[:2] == "20" and _PLAIN_TIMES.get(value[4::3]) == len(value):
        try:
            found = timestamps.FROM_ISO(value)
        except ValueError:
            return None  # 24:00:00, or no date at all
        return timestamps.COMBINE(found, found.time(), KST)  # `replace(tzinfo=KST)` takes four times as long
    return None


def _any_time(value: JsonValue, *, sale_end: bool) -> datetime | None:
    try:
        return timestamps.read_datetime(value, sale_end=sale_end)
    except (ValueError, OverflowError):
        raise UnreadableError("a timestamp was expected") from None


def _read_day(value: JsonValue) -> date | None:
    if value is None or value == "":
        return None
    if type(value) is str and value[:2] == "20" and (_is_packed(value) or value[4::3] == "--"):
        try:
            return timestamps.DAY_FROM_ISO(value)
        except ValueError:
            pass  # no date at all, or another spelling
    try:
        return timestamps.read_date(value)
    except (ValueError, OverflowError):
        raise UnreadableError("a day was expected") from None


def _is_packed(text: str) -> bool:
    return len(text) == 8 and text.isascii() and text.isdecimal()


@cache
def spellings(kind: type[OpenEnum]) -> Mapping[str, OpenEnum]:
    """Return the members of a code by their codes and Korean names."""
    known: dict[str, OpenEnum] = {}
    for member in kind:
        known[str(member.value)] = member
        for name in member.names:
            known.setdefault(name, member)
    return known


def _code_hook(kind: type[OpenEnum]) -> Hook:
    known = spellings(kind)

    def read_code(value: JsonValue) -> OpenEnum | None:
        if value is None or value == "":
            return None
        if type(value) is int:
            value = str(value)
        if not isinstance(value, str):
            raise UnreadableError("a code was expected")
        return known.get(value) or kind.from_wire(value)

    return read_code


_MISSING = "an identifier is missing"


def _required(hook: Hook) -> Hook:
    def read_required(value: JsonValue) -> object:
        found = hook(value)
        if found is None:
            raise UnreadableError(_MISSING)
        return found

    return read_required


_OF_TIME: Final = {"datetime": datetime, "date": date}
"""What these names mean in the modules of the models, whatever a test put there since."""


def _real(kind: type) -> type:
    """Return the class itself where a test put its own in its place (freezegun's `FakeDatetime`)."""
    return next((base for base in kind.__mro__ if type(base) is type and base.__module__ == "datetime"), kind)


_PRIMITIVES: Mapping[object, Hook] = {
    int: read_int,
    str: read_text,
    bool: read_flag,
    Decimal: _read_decimal,
    _real(datetime): _read_timestamp,
    _real(date): _read_day,
}


@frozen
class FieldReader:
    """One field of a read shape: where it stands, how it is read, and what an unreadable value costs.

    `read` reads a plain value or item of the type `kind`; None where `model` is the read shape that stands
    there instead.
    """

    name: str
    wire: str
    other: str | None
    required: bool
    essential: bool
    many: bool
    kind: type
    read: Hook | None
    model: type[ReadModel] | None

    def value_in(self, row: Mapping[str, JsonValue]) -> JsonValue:
        """Return what stands in the row under the key of this field, or under its second spelling."""
        value = row.get(self.wire)
        second = row.get(self.other) if self.other is not None and (value is None or value == "") else None
        return value if second is None else second


_KNOWN: Final[dict[type, tuple[FieldReader, ...]]] = {}


def field_readers(cls: type[ReadModel]) -> tuple[FieldReader, ...]:
    """Return how each field of a read shape is read, in the order of the fields."""
    return _KNOWN.get(cls) or _KNOWN.setdefault(cls, _resolved(cls))


def _resolved(cls: type[ReadModel]) -> tuple[FieldReader, ...]:
    hints = get_type_hints(cls, localns=_OF_TIME, include_extras=True)
    names = [field.name for field in attrs.fields(cls) if field.name not in OWN_FIELDS]
    return tuple(_field_reader(cls, name, hints[name]) for name in names)


def _field_reader(cls: type[ReadModel], name: str, hint: object) -> FieldReader:
    kind, marks, optional = _strip(hint)
    many = get_origin(kind) is tuple
    if many:
        kind, item_marks, _ = _strip(get_args(kind)[0])
        marks += item_marks
    if not isinstance(kind, type):
        raise TypeError(f"{cls.__name__}.{name}: cannot read {kind!r}")
    model = kind if issubclass(kind, ReadModel) else None
    hook = None if model is not None else _hook_of(cls, name, kind, marks)
    required = not optional and not many
    wire = wire_name(name)
    return FieldReader(
        name=name,
        wire=wire,
        other=_SECOND_SPELLING.get(wire),
        required=required,
        essential=required or any(isinstance(mark, EssentialMark) for mark in marks),
        many=many,
        kind=kind,
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


def _hook_of(cls: type[ReadModel], name: str, kind: type, marks: Sequence[object]) -> Hook:
    if issubclass(kind, OpenEnum):
        return _code_hook(kind)
    if any(isinstance(mark, SaleEndMark) for mark in marks):
        return _read_sale_end
    if kind is int and cls.ZERO_MEANS_ABSENT and name.endswith("_no"):
        return _read_absent_zero
    return _PRIMITIVES[_real(kind)]


def no_object(value: JsonValue) -> object:
    """Return None for what stands for no object: also an empty text or list, of loosely typed servers."""
    if value is None or value in ("", []):
        return None
    raise UnreadableError("an object was expected")


def no_list(value: JsonValue) -> tuple[object, ...]:
    """Return no items for what stands for an empty list."""
    if value or isinstance(value, bool | int | float):
        raise UnreadableError("a list was expected")
    return ()
