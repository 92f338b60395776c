"""What notebooks show of models, lists and reports: masked, bounded, under Korean headings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wemakeprice_sdk.models._flat import Look, Path, TableRow, columns_of, flatten
from wemakeprice_sdk.models.tables import Report, ReportTable, TableList, Tabular
from wemakeprice_sdk.notebook.headings import class_heading, heading
from wemakeprice_sdk.notebook.page import Grid, page

MOST_ITEMS: Final = 200
"""Values that HTML shows of a list; the rest is counted, because a notebook hangs on a million rows."""
_BESIDE: Final = 50
"""The same for each table of a report."""
_READER: Final = Look(korean=True)


def single(value: Tabular) -> str:
    """Return one value: its columns below each other, and the rows inside as a table."""
    cls = type(value)
    facts, many = flatten(cls, value, "", _READER)
    columns = columns_of(cls)
    rows = [row for row in many if any(cell is not None for cell in row.values())]
    inside = [_grid("", columns, rows[:MOST_ITEMS], len(rows), MOST_ITEMS, cls)] if rows else []
    return page(class_heading(cls), _grid("", columns, [facts], 1, 1, cls), inside)


def listing(values: TableList[object]) -> str:
    """Return a list as a table."""
    return page("", None, [_listed(values, MOST_ITEMS)])


def report(value: Report) -> str:
    """Return a report: what it says as a whole, then its tables, those without rows left out."""
    cls = type(value)
    facts, _ = flatten(cls, value, "", _READER)
    tables = [table for table in value._tables().values() if len(table)]
    named = {f"{name}_count" for name in value._tables()}
    columns = columns_of(cls)
    left = {
        name: cell for name, cell in facts.items() if name not in named and (cell or len(columns[name]) == 1)
    }
    return page(
        class_heading(cls),
        _grid("", columns, [left], 1, 1, cls),
        [_listed(table, MOST_ITEMS if table.name == value.MAIN else _BESIDE) for table in tables],
    )


def _listed(values: TableList[object], most: int) -> Grid:
    cls = next((type(value) for value in values), None)
    title = heading(values.owner, values.name) if isinstance(values, ReportTable) else ""
    return _grid(title, values._columns(), list(values._flat(_READER, most)), len(values), most, cls)


def _grid(
    title: str, columns: Mapping[str, Path], rows: list[TableRow], count: int, most: int, cls: type | None
) -> Grid:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return Grid(
        title=title,
        headings={name: _heading(columns, name) for name in names},
        rows=rows,
        wanted=tuple(name for name in getattr(cls, "SHOWN", ()) if name in names),
        count=count,
        left=max(count - most, 0),
    )


def korean_columns(cls: type) -> dict[str, str]:
    """Return the Korean heading of every column that rows of a class have."""
    columns = columns_of(cls)
    return {name: _heading(columns, name) for name in columns}


def korean_rows(value: Tabular, *, personal: bool) -> list[TableRow]:
    """Return the rows of a value with its codes in Korean words."""
    return list(value._flat(Look(personal=personal, korean=True)))


def _heading(columns: Mapping[str, Path], name: str) -> str:
    """Return the Korean heading of a column; a field inside another has both names."""
    return " ".join(heading(cls, field) for cls, field in columns.get(name, ((object, name),)) if field)
