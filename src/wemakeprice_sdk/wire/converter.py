"""JSON to models and models to JSON, with explicit hooks for every primitive.

Reading is tolerant as the 14 reader rules of contract section 10 ask: numbers in every spelling, unknown
keys and codes kept, only identifiers essential. Every row is read in one pass (`_compiled.py`) that expects
nothing wrong. A row that fails it is read once more, value by value: an unreadable optional value becomes
None with its fault, an unreadable value that a decision rests on costs that row and no other. Faults name the
place (`$.data.bundle[3].payDate`) and never the value. Writing gives exactly the form the contract attests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import attrs

from wemakeprice_sdk.errors import UnreadableValueError
from wemakeprice_sdk.models._answers import ListResult, UnreadRow, ValueFault, json_kind
from wemakeprice_sdk.models._base import JsonValue, OpenEnum, ReadModel
from wemakeprice_sdk.models._rules import FieldSpec, WriteModel, field_specs
from wemakeprice_sdk.secrets import forgetful
from wemakeprice_sdk.wire import windows
from wemakeprice_sdk.wire._compiled import FAILED, first_pass
from wemakeprice_sdk.wire._fields import FieldReader, UnreadableError, field_readers, no_list, no_object
from wemakeprice_sdk.wire.envelope import rows_of
from wemakeprice_sdk.wire.operations import Operation

M = TypeVar("M", bound=ReadModel)

_ALLOWED_NULLS = frozenset({"originPrice", "certificationNo"})

# The second pass: value by value, only for a row that failed the first.


class _EssentialError(Exception):
    """A value that a decision rests on cannot be read; it costs the whole row."""

    def __init__(self, fault: ValueFault) -> None:
        self.fault = fault
        super().__init__(str(fault))


def _read_carefully(cls: type[M], value: JsonValue, path: str, faults: list[ValueFault]) -> M:
    if type(value) is not dict:
        raise UnreadableError("an object was expected")
    mine: list[ValueFault] = []
    given: dict[str, Any] = {"raw": value}
    try:
        for spec in field_readers(cls):
            item = spec.value_in(value)
            where = f"{path}.{spec.wire}"
            try:
                given[spec.name] = _value_carefully(spec, item, where, mine)
            except UnreadableError as error:
                _note(spec, ValueFault(where, json_kind(item), str(error)), mine)
    finally:
        faults += mine
    return cls(**given, faults=tuple(mine))


def _note(spec: FieldReader, fault: ValueFault, faults: list[ValueFault]) -> None:
    if spec.essential:
        raise _EssentialError(fault)
    faults.append(fault)


def _value_carefully(spec: FieldReader, value: JsonValue, path: str, faults: list[ValueFault]) -> object:
    if spec.many:
        return tuple(_many_carefully(spec, value, path, faults)) if type(value) is list else no_list(value)
    if spec.model is not None:
        return _read_carefully(spec.model, value, path, faults) if type(value) is dict else no_object(value)
    return None if spec.read is None else spec.read(value)


def _many_carefully(
    spec: FieldReader, items: Sequence[JsonValue], path: str, faults: list[ValueFault]
) -> Iterator[object]:
    for index, item in enumerate(items):
        where = f"{path}[{index}]"
        try:
            if spec.model is not None:
                yield _read_carefully(spec.model, item, where, faults)
            elif spec.read is not None:
                yield spec.read(item)
        except UnreadableError as error:
            _note(spec, ValueFault(where, json_kind(item), str(error)), faults)


def _second_look(cls: type[M], value: JsonValue, path: str, operation: Operation | None) -> M | UnreadRow:
    faults: list[ValueFault] = []
    try:
        return _read_carefully(cls, value, path, faults)
    except UnreadableError as error:
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
    for spec in field_readers(cls):
        if type(value) is dict and spec.name.endswith(("_no", "_seq")) and spec.read is not None:
            try:
                number = spec.read(value.get(spec.wire))
            except UnreadableError:
                continue
            if isinstance(number, int):
                found[spec.name] = number
    return found


@forgetful
def read(cls: type[M], value: JsonValue, *, path: str = "$", operation: Operation | None = None) -> M:
    """Read one object as a model.

    Unknown keys stay reachable in `raw`, unknown codes become pseudo-members, every key but the
    identifiers may be missing, and an unreadable optional value is None and stands in `faults`. Raises
    `UnreadableValueError` naming the path of the value that a decision rests on.
    """
    try:
        return first_pass(cls)(value)
    except FAILED:
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


@forgetful
def read_list(
    cls: type[M], values: Sequence[JsonValue], *, path: str = "$", operation: Operation | None = None
) -> ListResult[M]:
    """Read every row of a list as a model.

    A row that cannot be read stops no other: it stands in `unread` of the result, with its place, its faults
    and its raw form.
    """
    read_row = first_pass(cls)
    found: list[M] = []
    unread: list[UnreadRow] = []
    for index, value in enumerate(values):
        try:
            found.append(read_row(value))
        except FAILED:
            again = _second_look(cls, value, f"{path}[{index}]", operation)
            if isinstance(again, UnreadRow):
                unread.append(again)
            else:
                found.append(again)
    return ListResult(found, unread)


@forgetful
def read_rows(cls: type[M], operation: Operation, data: JsonValue) -> ListResult[M]:
    """Read the rows of a list answer; every form of an empty answer gives an empty result."""
    try:
        rows = rows_of(operation, data)
    finally:
        del data  # personal data, and no business of whatever shows the local variables of an error
    return read_list(cls, rows.rows, path=rows.path, operation=operation)


@forgetful
def read_page(cls: type[M], operation: Operation, data: JsonValue) -> M:
    """Read a page answer (`totalCount` and `list`), row by row; an empty answer gives one without rows."""
    (spec,) = (spec for spec in field_readers(cls) if spec.many)
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


@forgetful
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
