"""What the one SQL ledger needs of a database: transactions, rows, a clock for leases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

SqlValue: TypeAlias = "int | str | None"
SqlRow: TypeAlias = "tuple[SqlValue, ...]"


class Transaction(Protocol):
    """One transaction; parameters are written as `?`."""

    def rows(self, sql: str, *values: SqlValue) -> list[SqlRow]:
        """Run one statement and return its rows."""
        ...

    def many(self, sql: str, values: Iterable[Sequence[SqlValue]]) -> None:
        """Run one statement for each set of values."""
        ...


class Engine(Protocol):
    """One kind of database."""

    lock_clause: str
    """What makes a SELECT lock its rows; empty where a writing transaction locks everything anyway."""

    def begin(self, *, write: bool) -> AbstractContextManager[Transaction]:
        """Open a transaction: committed at the end of the block, rolled back on any exception.

        One at a time: other threads of this process wait.
        """
        ...

    def exists(self) -> bool:
        """Return whether there is something to open; nothing is made to find out."""
        ...

    def now(self, transaction: Transaction) -> int:
        """Return the timestamp leases are measured by, in microseconds; one clock for all workers."""
        ...

    def close(self) -> None:
        """Close the connection; the next transaction opens a new one."""
        ...


def text(cell: SqlValue) -> str:
    """Read a text column."""
    if not isinstance(cell, str):
        raise TypeError("a text column holds something else")
    return cell


def whole(cell: SqlValue) -> int:
    """Read a number column."""
    if not isinstance(cell, int):
        raise TypeError("a number column holds something else")
    return cell
