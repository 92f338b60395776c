"""Tables for people: CSV and XLSX without formula injection."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, TypeAlias

import attrs

from wemakeprice_sdk.files.sheetwriter import write_workbook
from wemakeprice_sdk.files.sheetxml import UNWRITABLE
from wemakeprice_sdk.policy.settlement import PayoutTotal, ReconciledRow, Reconciliation, SettlementBreakdown

TableValue: TypeAlias = "str | int | date | datetime | None"
_RISKY: Final = re.compile(r" *[\t\n]|[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]*[=+\-@＝＋－＠]")
_ROW: Final = tuple(one.name for one in attrs.fields(ReconciledRow) if one.name != "breakdown")
_PARTS: Final = tuple(one.name for one in attrs.fields(SettlementBreakdown))
_PAYOUT: Final = (
    "payout_day",
    "announced",
    "received",
    "difference",
    "rows",
    "status",
    "owed",
    "ahead",
    "tied",
    "over",
)


def safe_text(value: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe goes before a risky first letter.

    A minus counts as risky, so negative numbers have to stay numbers. Blanks and invisible letters before it
    do not hide it. Left out is what no sheet can hold: control characters, lone surrogates, U+FFFE, U+FFFF.
    """
    cleaned = UNWRITABLE.sub("", value)
    return "'" + cleaned if _RISKY.match(cleaned) else cleaned


def write_csv(
    path: str | os.PathLike[str], columns: Sequence[str], rows: Iterable[Sequence[TableValue]]
) -> int:
    """Write a CSV file (UTF-8 with byte order mark, so that Excel reads Korean); return the row count."""
    count = 0
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        # Every text in quotes: where a semicolon parts columns, no text may begin a cell of its own.
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([safe_text(column) for column in columns])
        for row in rows:
            writer.writerow([_csv_cell(value) for value in row])
            count += 1
    return count


def write_xlsx(
    path: str | os.PathLike[str],
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[TableValue]]]],
    *,
    created: datetime | None = None,
    printed: Mapping[str, Sequence[int]] | None = None,
) -> Mapping[str, int]:
    """Write an XLSX file with one sheet per table; return the number of rows of each.

    A table longer than a sheet goes on in sheets named `name-2`, `name-3`. Text is written as text,
    never as a formula; numbers above 15 digits as text, because Excel would round them. The same rows give
    the same bytes; `created` is the date the file says it was made, `printed` the widths of what is to print.
    """
    tables = {
        name: (
            [safe_text(column) for column in columns],
            ([_xlsx_cell(value) for value in row] for row in rows),
        )
        for name, (columns, rows) in sheets.items()
    }
    return write_workbook(path, tables, created=created, printed=printed)


def reconciliation_tables(
    results: Sequence[Reconciliation],
) -> Mapping[str, tuple[Sequence[str], Iterator[Sequence[TableValue]]]]:
    """Return the tables of one or several accounts: rows, pay-outs, totals.

    A row goes from gross over each deduction to `settled`; pay-outs that only orders let expect have
    `announced_by` orders.
    """
    return {
        "rows": (
            ["account", *_ROW, *_PARTS, "settled"],
            ([result.account, *_row_cells(row)] for result in results for row in result.rows),
        ),
        "payouts": (
            ["account", *_PAYOUT, "announced_by", *_PARTS],
            (
                [result.account, *_payout_cells(total, told)]
                for result in results
                for told, totals in (("rows", result.payouts), ("orders", result.expected_payouts))
                for total in totals
            ),
        ),
        "totals": (
            ["account", "as_of", "status", "won"],
            (
                [result.account, result.as_of, status.value, amount]
                for result in results
                for status, amount in result.totals.items()
            ),
        ),
    }


def _row_cells(row: ReconciledRow) -> list[TableValue]:
    return [*_cells(row, _ROW), *_cells(row.breakdown, _PARTS), row.settled]


def _payout_cells(total: PayoutTotal, told: str) -> list[TableValue]:
    return [*_cells(total, _PAYOUT), told, *_cells(total.breakdown, _PARTS)]


def _cells(thing: object, names: Sequence[str]) -> list[TableValue]:
    return [getattr(thing, name) for name in names]


def _csv_cell(value: TableValue) -> str | int:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    return safe_text(value) if isinstance(value, str) else value.isoformat()


def _xlsx_cell(value: TableValue) -> str | int | date | None:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return safe_text(value) if isinstance(value, str) else value
