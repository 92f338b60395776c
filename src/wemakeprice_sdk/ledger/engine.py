"""What the one SQL ledger needs of a database: transactions, rows, a clock for leases."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import Final, Protocol, TypeAlias

from wemakeprice_sdk.errors import LedgerStateError

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

    def scrub(self) -> None:
        """Rewrite the database's files, so that no removed or overwritten value is left in them."""
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


class Ownership:
    """The process that a ledger's connection belongs to: a forked child must neither use nor close it."""

    def __init__(self) -> None:
        self._process: int | None = None
        self._connection: object = None

    @property
    def forked(self) -> bool:
        """Whether this process was forked after the ledger was first used."""
        return self._process not in (None, os.getpid())

    def check(self) -> None:
        """Raise `LedgerStateError` in a forked child. Called before any lock is waited for: one that a thread
        of the parent held at the fork is never given back in the child."""
        if self.forked:
            raise LedgerStateError(
                "the ledger was used before this process was forked; its connection belongs to the parent. "
                "Build one ledger per process, or close it before the fork "
                "(fork 전에 사용한 원장입니다. 원장을 프로세스마다 따로 만들거나 fork 전에 닫아 주세요)"
            )
        self._process = os.getpid()

    def take(self, connection: object) -> None:
        """Remember the connection of this process."""
        self.check()
        self._connection = connection
        _OWNED.add(self)
        _guard_forks()

    def give_up(self) -> None:
        """Forget a connection that was closed: whatever process uses the ledger next opens its own."""
        self._process = self._connection = None

    def _pin(self) -> None:
        import ctypes

        if self._connection is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._connection))


_OWNED: Final[weakref.WeakSet[Ownership]] = weakref.WeakSet()


@cache
def _guard_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_pin_all)


def _pin_all() -> None:
    # A child that ends would close what it inherited: SQLite then deletes the write-ahead log of whoever
    # crashed meanwhile, and with it what was committed there. What is pinned is never closed.
    for ownership in list(_OWNED):
        ownership._pin()
