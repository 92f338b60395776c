"""Flat rows for data frames (표): plain values, documented columns, people masked unless asked for.

A field is a column of its name, a value inside a model has the field of the model before it
(`delivery_invoice_no`). The one list of models that a model has becomes rows, its columns without a prefix: a
bundle gives a row for each ordered option. Of several lists beside each other only the number of items is
given. `raw` and `faults` are no columns: they may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib import import_module
from types import ModuleType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Final,
    TypeAlias,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
from attrs import frozen

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

TableCell: TypeAlias = "bool | int | float | str | date | datetime | None"
"""A value of a flat row. Times are aware and Korean, money is whole won, codes are their plain text."""
TableRow: TypeAlias = dict[str, TableCell]

HIDDEN: Final = "***"


def hide(value: object) -> str:
    """Return the repr of personal data: whether it is there, never what it is."""
    return repr(None) if value is None else repr(HIDDEN)


def hide_typed(value: str | None) -> str:
    """Return the repr of an option name without the text the buyer typed behind the bar."""
    return repr(_without_typed(value))


def _without_typed(value: str | None) -> str | None:
    return value if value is None or "|" not in value else f"{value.partition('|')[0]}|{HIDDEN}"


def is_personal(attribute: attrs.Attribute[object]) -> bool:
    """Return whether a field holds personal data (its repr is masked)."""
    return attribute.repr is hide or attribute.repr is hide_typed


class Tabular:
    """What can be looked at as a table."""

    __slots__ = ()

    def _tabled(self) -> Iterable[object]:
        """Return the models that become rows, in their order."""
        return (self,)

    def to_rows(self, *, personal: bool = False) -> list[TableRow]:
        """Return flat rows, each with the same columns in the same order.

        Names, telephone numbers, addresses, customs codes, memos and what people wrote are `***` unless
        `personal`. `attrs.asdict` masks nothing.
        """
        check_kind("personal", personal, bool)
        rows = [row for item in self._tabled() for row in _rows(item, personal=personal)]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        return [{name: row.get(name) for name in columns} for row in rows]

    def to_pandas(self, *, personal: bool = False) -> pd.DataFrame:
        """Return the rows of `to_rows` as a pandas data frame (extra `pandas`); whole numbers stay whole.

        Raise `MissingExtraError` when pandas is not installed.
        """
        frames = _needed("pandas")
        return cast("pd.DataFrame", frames.DataFrame(self.to_rows(personal=personal)).convert_dtypes())

    def to_polars(self, *, personal: bool = False) -> pl.DataFrame:
        """Return the rows of `to_rows` as a polars data frame (extra `polars`).

        Raise `MissingExtraError` when polars is not installed.
        """
        frames = _needed("polars")
        # polars takes a fixed offset for UTC, or drops it: Korean times go in without one and get it there.
        rows = [
            {name: _without_zone(value) for name, value in row.items()}
            for row in self.to_rows(personal=personal)
        ]
        # Every row counts for the type of a column: the first hundred may be blank in it.
        frame = frames.from_dicts(rows or [{}], infer_schema_length=None)
        times = frames.selectors.datetime()
        return cast("pl.DataFrame", frame.with_columns(times.dt.replace_time_zone("Asia/Seoul")))


def _without_zone(value: TableCell) -> TableCell:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _needed(package: str) -> ModuleType:
    try:
        return import_module(package)
    except ImportError:
        raise MissingExtraError(package) from None


@frozen
class _Shape:
    """How a class becomes rows: its plain fields, models inside it, and the one list that becomes rows."""

    plain: tuple[attrs.Attribute[object], ...]
    inside: tuple[tuple[str, type], ...]
    counted: tuple[str, ...]
    rows: tuple[str, type] | None


@cache
def _shape(cls: type) -> _Shape:
    hints = get_type_hints(cls)
    plain, inside, lists = [], [], []
    for attribute in attrs.fields(cls):
        inner = inner_model(hints[attribute.name])
        if attribute.name in ("raw", "faults"):
            continue
        if inner is None:
            plain.append(attribute)
        elif _is_list(hints[attribute.name]):
            lists.append((attribute.name, inner))
        else:
            inside.append((attribute.name, inner))
    rows = lists[0] if len(lists) == 1 else None
    counted = tuple(name for name, _ in lists) if rows is None else ()
    return _Shape(tuple(plain), tuple(inside), counted, rows)


def inner_model(hint: object) -> type[Tabular] | None:
    """Return the model that an annotation speaks of, in a list or alone; None when it is another type."""
    while get_origin(hint) in (Annotated, Union, UnionType, tuple):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return hint if isinstance(hint, type) and issubclass(hint, Tabular) else None


def _is_list(hint: object) -> bool:
    while get_origin(hint) in (Annotated, Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    return get_origin(hint) is tuple


def _rows(item: object, *, personal: bool) -> list[TableRow]:
    single, many = _parts(type(item), item, "", personal=personal)
    return [single | row for row in many or [{}]]


def _parts(cls: type, item: object, prefix: str, *, personal: bool) -> tuple[TableRow, list[TableRow]]:
    """Return the columns that stand once, and the rows of the list inside, blank when `item` is None."""
    shape = _shape(cls)
    single: TableRow = {
        f"{prefix}{attribute.name}": _cell(attribute, getattr(item, attribute.name, None), personal=personal)
        for attribute in shape.plain
    }
    many: list[TableRow] = []
    for name, inner in shape.inside:
        beside, found = _parts(inner, getattr(item, name, None), f"{prefix}{name}_", personal=personal)
        single |= beside
        many += found
    for name in shape.counted:
        single[f"{prefix}{name}_count"] = len(getattr(item, name, None) or ())
    if shape.rows is not None:
        many += _listed(shape.rows, item, personal=personal)
    return single, many


def _listed(rows: tuple[str, type], item: object, *, personal: bool) -> Iterator[TableRow]:
    name, inner = rows
    # A row without an item keeps the columns, so that an empty list changes no table.
    for entry in getattr(item, name, None) or (None,):
        single, many = _parts(inner, entry, "", personal=personal)
        yield from (single | row for row in many or [{}])


def _cell(attribute: attrs.Attribute[object], value: object, *, personal: bool) -> TableCell:
    if value and is_personal(attribute) and not personal:
        return _without_typed(str(value)) if attribute.repr is hide_typed else HIDDEN
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float | date):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(str(part) for part in value)
    return str(value)
