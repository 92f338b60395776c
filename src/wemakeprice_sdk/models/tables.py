"""Flat rows for data frames (표): plain values, documented columns, people masked unless asked for.

A field is a column of its name, a value inside another has the field it stands in before it
(`delivery_invoice_no`). The one list of models that a model has becomes rows, its columns without a prefix: a
bundle gives a row for each ordered option. Every other list is counted (`results_count`); those of a report
are tables of their own: `report.table("results")`. What a repr leaves out is no column (`raw`, `faults`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from datetime import datetime
from functools import partial
from importlib import import_module
from itertools import islice
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

import attrs

from wemakeprice_sdk.checks import check_items, check_kind, shown, whole_text
from wemakeprice_sdk.errors import MissingExtraError, ValidationError
from wemakeprice_sdk.models._flat import (
    HIDDEN,
    ColumnPart,
    Kind,
    Lists,
    Look,
    Path,
    TableCell,
    TableItems,
    TableRow,
    columns_of,
    hide,
    hide_typed,
    is_personal,
    rows_of,
    shape_of,
)

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = [
    "HIDDEN",
    "Report",
    "ReportTable",
    "TableCell",
    "TableList",
    "TableRow",
    "Tabular",
    "as_table",
    "counted",
    "hide",
    "hide_typed",
    "is_personal",
    "table_of",
]

T_co = TypeVar("T_co", covariant=True)


def counted(values: Sized) -> str:
    """Return the repr of what may be long: how many there are."""
    return f"<{len(values)}>"


class Tabular:
    """What can be looked at as a table."""

    __slots__ = ()

    LISTS: ClassVar[Lists] = "count"
    DERIVED: ClassVar[tuple[str, ...]] = ()
    """Properties that are columns or tables, as fields are."""
    SHOWN: ClassVar[tuple[str, ...]] = ()
    """The columns that HTML shows; the first ones that are not blank when none are named."""

    def to_rows(self, *, personal: bool = False) -> list[TableRow]:
        """Return flat rows, each with the same columns in the same order.

        Names, telephone numbers, addresses, customs codes, memos and what people wrote are `***` unless
        `personal`. `attrs.asdict` masks nothing.
        """
        check_kind("personal", personal, bool)
        rows = list(self._flat(Look(personal=personal)))
        columns = list(dict.fromkeys(name for row in rows for name in row))
        return [{name: row.get(name) for name in columns} for row in rows]

    def to_pandas(self, *, personal: bool = False) -> pd.DataFrame:
        """Return the rows of `to_rows` as a pandas data frame (extra `pandas`); whole numbers stay whole.

        Raise `MissingExtraError` when pandas is not installed.
        """
        frames = _needed("pandas")
        rows = [
            {name: whole_text(value) if isinstance(value, str) else value for name, value in row.items()}
            for row in self.to_rows(personal=personal)
        ]
        frame = frames.DataFrame(rows) if rows else frames.DataFrame(columns=list(self._columns()))
        return cast("pd.DataFrame", frame.convert_dtypes())

    def to_polars(self, *, personal: bool = False) -> pl.DataFrame:
        """Return the rows of `to_rows` as a polars data frame (extra `polars`).

        Raise `MissingExtraError` when polars is not installed.
        """
        frames = _needed("polars")
        # polars takes a fixed offset for UTC, or drops it: Korean times go in without one and get it there.
        rows = [
            {name: _for_polars(value) for name, value in row.items()}
            for row in self.to_rows(personal=personal)
        ]
        if not rows:
            return cast("pl.DataFrame", frames.DataFrame(schema=list(self._columns())))
        # Every row counts for the type of a column: the first hundred may be blank in it.
        frame = frames.from_dicts(rows, infer_schema_length=None)
        times = frames.selectors.datetime()
        return cast("pl.DataFrame", frame.with_columns(times.dt.replace_time_zone("Asia/Seoul")))

    def _flat(self, look: Look, most: int | None = None) -> Iterator[TableRow]:  # noqa: ARG002 - it is one
        """Yield the rows, of the first `most` items only."""
        return rows_of(self, look)

    def _columns(self) -> Mapping[str, Path]:
        """Return the columns and where each comes from; empty when only rows could tell."""
        return columns_of(type(self))

    def _repr_html_(self) -> str:
        from wemakeprice_sdk.models import _html

        return _html.single(self)


class TableList(Tabular, Sized, Iterable[T_co]):
    """Values of ours in a row, each a row (or several) of a table."""

    __slots__ = ()

    def _flat(self, look: Look, most: int | None = None) -> Iterator[TableRow]:
        for item in islice(self, most):
            yield from rows_of(item, look)

    def _columns(self) -> Mapping[str, Path]:
        return {name: way for item in islice(self, 1) for name, way in columns_of(type(item)).items()}

    def _repr_html_(self) -> str:
        from wemakeprice_sdk.models import _html

        return _html.listing(self)


class ReportTable(TableList[T_co]):
    """A table of a report, or any list of values of ours; made by `Report.table` and `as_table`.

    Iterating gives the values themselves. Nothing is copied: a table of a preview reads its rows anew.
    """

    __slots__ = ("_count", "_made_of", "_source", "name")

    def __init__(
        self, name: str, source: Callable[[], Iterable[T_co]], count: int, made_of: TableItems | None
    ) -> None:
        self.name = name
        self._source = source
        self._count = count
        self._made_of = made_of

    @property
    def owner(self) -> type:
        """The class of the report it belongs to; `ReportTable` when it belongs to none."""
        return ReportTable if self._made_of is None else self._made_of.owner

    def __iter__(self) -> Iterator[T_co]:
        """Yield the values, in their order."""
        return iter(self._source())

    def __len__(self) -> int:
        """Return the number of values; a model may give several rows."""
        return self._count

    def __repr__(self) -> str:
        """Show name and length."""
        return f"<table {self.name}: {self._count}>"

    def _flat(self, look: Look, most: int | None = None) -> Iterator[TableRow]:
        if self._made_of is None:
            yield from super()._flat(look, most)
            return
        for item in islice(self, most):
            yield from self._made_of.rows(item, look)

    def _columns(self) -> Mapping[str, Path]:
        return super()._columns() if self._made_of is None else self._made_of.columns()


class Report(Tabular):
    """A result with tables: each list of it is one, under the name of its field."""

    __slots__ = ()

    LISTS: ClassVar[Lists] = "tables"
    MAIN: ClassVar[str] = ""
    """The table that `to_rows` gives; empty for one row about the report as a whole."""

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names that `table` takes; a report inside has its field's name before those of its tables."""
        return tuple(self._tables())

    def table(self, name: str) -> ReportTable[object]:
        """Return one of the tables, with `to_rows`, `to_pandas` and `to_polars` of its own.

        Raise `ValidationError` for a name that is none of `table_names`.
        """
        tables = self._tables()
        if name in tables:
            return tables[name]
        names = ", ".join(tables)
        raise ValidationError.single(
            "name",
            shown(name),
            f"one of {names}",
            f"there is no such table; there are: {names}",
            f"없는 표입니다. 다음 이름 중에서 골라 주세요: {names}",
        )

    def _tables(self) -> dict[str, ReportTable[object]]:
        cls: type = type(self)
        shape, found = shape_of(cls), dict[str, ReportTable[object]]()
        for part in shape.lists:
            values = getattr(self, part.name)
            source = values.items if part.kind.keyed else partial(iter, values)
            found[part.name] = ReportTable(part.name, source, len(values), TableItems(cls, part))
        for part in shape.inside:
            inner = getattr(self, part.name)
            if isinstance(inner, Report):
                beside = inner._tables()
                main = {part.name: beside.pop(inner.MAIN)} if inner.MAIN else {}
                found |= main | {f"{part.name}_{name}": table for name, table in beside.items()}
        return found

    def _flat(self, look: Look, most: int | None = None) -> Iterator[TableRow]:
        return self.table(self.MAIN)._flat(look, most) if self.MAIN else rows_of(self, look)

    def _columns(self) -> Mapping[str, Path]:
        return self.table(self.MAIN)._columns() if self.MAIN else columns_of(type(self))

    def _repr_html_(self) -> str:
        from wemakeprice_sdk.models import _html

        return _html.report(self)


def table_of(
    report: Report, name: str, made_of: type[T_co], source: Callable[[], Iterable[T_co]], count: int
) -> ReportTable[T_co]:
    """Return a table of a report whose values are read anew at each look."""
    return ReportTable(
        name, source, count, TableItems(type(report), ColumnPart(name, Kind((made_of,), listed=True)))
    )


def as_table(items: Iterable[T_co], name: str = "") -> ReportTable[T_co]:
    """Return values of this library's classes as a table: problems, audit entries, intents, ….

    Raise `TypeError` for anything else.
    """
    check_items("items", items)
    found = tuple(items)
    for item in found:
        if not attrs.has(type(item)):
            raise TypeError(f"items takes values of this library's classes, not {type(item).__name__}")
    return ReportTable(name, partial(iter, found), len(found), None)


def _for_polars(value: TableCell) -> TableCell:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return whole_text(value) if isinstance(value, str) else value


def _needed(package: str) -> ModuleType:
    try:
        return import_module(package)
    except ImportError:
        raise MissingExtraError(package) from None
