"""Tables for people: CSV and XLSX without formula injection."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, TypeAlias

import attrs

from wemakeprice_sdk.runner.reconcile import ReconciledRow, Reconciliation

Value: TypeAlias = "str | int | date | datetime | None"
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TOTALS: Final = ("account", "payout_day", "announced", "received", "difference", "rows")
_MAX_ROWS: Final = 1_048_575


def safe_text(value: str) -> str:
    """Give text that no spreadsheet takes for a formula: an apostrophe goes before a risky first letter.

    A minus counts as risky, so negative numbers have to stay numbers.
    """
    cleaned = "".join(letter for letter in value if letter >= " " or letter in "\t\n")
    return "'" + cleaned if cleaned.lstrip(" ").startswith(_RISKY) else cleaned


def write_csv(path: str | os.PathLike[str], columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """Write a CSV file (UTF-8 with byte order mark, so that Excel reads Korean); give the number of rows."""
    count = 0
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe_text(column) for column in columns])
        for row in rows:
            writer.writerow([_csv_cell(value) for value in row])
            count += 1
    return count


def write_xlsx(
    path: str | os.PathLike[str],
    sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Value]]]],
) -> Mapping[str, int]:
    """Write an XLSX file with one sheet per table; give the number of rows of each.

    A table longer than a sheet goes on in sheets named `name-2`, `name-3`. Text is written as text,
    never as a formula; numbers above 15 digits as text, because Excel would round them.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    counts: dict[str, int] = {}
    for name, (columns, rows) in sheets.items():
        counts[name] = 0
        sheet = None
        for row in rows:
            if counts[name] % _MAX_ROWS == 0:
                part = counts[name] // _MAX_ROWS + 1
                sheet = book.create_sheet(name if part == 1 else f"{name}-{part}")
                sheet.append([safe_text(column) for column in columns])
            if sheet is not None:
                sheet.append([_xlsx_cell(value) for value in row])
            counts[name] += 1
        if sheet is None:
            book.create_sheet(name).append([safe_text(column) for column in columns])
    book.save(os.fspath(path))
    return counts


def reconciliation_tables(
    results: Sequence[Reconciliation],
) -> Mapping[str, tuple[Sequence[str], Iterator[Sequence[Value]]]]:
    """Give the tables of one or several accounts: rows, pay-outs, totals."""
    names = [attribute.name for attribute in attrs.fields(ReconciledRow)]
    return {
        "rows": (
            ["account", *names],
            ([result.account, *_cells(row, names)] for result in results for row in result.rows),
        ),
        "payouts": (
            _TOTALS,
            (
                [
                    result.account,
                    total.payout_day,
                    total.announced,
                    total.received,
                    total.difference,
                    total.rows,
                ]
                for result in results
                for total in result.payouts
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


def _cells(row: object, names: Sequence[str]) -> list[Value]:
    return [getattr(row, name) for name in names]


def _csv_cell(value: Value) -> str | int:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    return safe_text(value) if isinstance(value, str) else value.isoformat()


def _xlsx_cell(value: Value) -> str | int | date | None:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, int) and abs(value) >= 10**15:
        return str(value)
    return safe_text(value) if isinstance(value, str) else value
