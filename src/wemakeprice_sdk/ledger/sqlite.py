"""The SQLite engine of the ledger: standard library, one file, safe under several processes."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerSchemaError,
    LedgerStateError,
    LedgerUnavailableError,
)
from wemakeprice_sdk.ledger.engine import Ownership, SqlRow, SqlValue, Transaction, text
from wemakeprice_sdk.ledger.schema import APPLICATION, META, MIGRATIONS, VERSION
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.ledger.timestamps import SECOND
from wemakeprice_sdk.secrets import Cipher

_MEMORY: Final = ":memory:"
# AUTOINCREMENT never gives a number twice. Without row numbers a table is kept in the order of its key, one
# tree less to write.
_DIALECT: Final = {
    "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "big": "INTEGER",
    "clustered": " WITHOUT ROWID",
}
_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})


class SqliteLedger(SqlLedger):
    """The ledger in one SQLite file (WAL), made when it is missing, readable by its owner only.

    `cipher` encrypts personal data; the file works with no other key. Several processes on one machine
    may share the file; it must not lie on a network drive. `durable` waits for the disk at every commit,
    so that a power cut loses nothing; without it only a killed process loses nothing. `check` looks
    through the file when it is opened (about a second per gigabyte). `busy_timeout` is in seconds.

    The object belongs to the process that first used it, until it is closed: a forked child builds its own.
    A file that is deleted or replaced is noticed by the next transaction; both raise `LedgerStateError`.

    Raises `LedgerCorruptError`, `LedgerSchemaError`, `LedgerUnavailableError`, and `WrongKeyError` when
    the cipher is not the one the file was made with.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        cipher: Cipher,
        *,
        account: str | None = None,
        durable: bool = True,
        check: bool = True,
        busy_timeout: float = 30.0,
        lease_clock: Callable[[], float] = time.time,
    ) -> None:
        check_kind("path", path, str, os.PathLike)
        check_kind("busy_timeout", busy_timeout, int, float)
        engine = _SqliteEngine(
            os.fspath(path), durable=durable, check=check, busy_timeout=busy_timeout, lease_clock=lease_clock
        )
        super().__init__(engine, cipher, account=account)


class MemoryLedger(SqlLedger):
    """The ledger in memory, for tests and for trying things out: the same SQL, gone with the process."""

    def __init__(self, cipher: Cipher, *, lease_clock: Callable[[], float] = time.time) -> None:
        engine = _SqliteEngine(_MEMORY, durable=False, check=False, busy_timeout=1.0, lease_clock=lease_clock)
        super().__init__(engine, cipher)


class _SqliteTransaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: SqlValue) -> list[SqlRow]:
        return self._connection.execute(sql, values).fetchall()

    def many(self, sql: str, values: Iterable[Sequence[SqlValue]]) -> None:
        self._connection.executemany(sql, values)


class _SqliteEngine:
    lock_clause = ""

    def __init__(
        self, path: str, *, durable: bool, check: bool, busy_timeout: float, lease_clock: Callable[[], float]
    ) -> None:
        # A relative path means this folder, wherever the process goes later.
        self._path = path if path == _MEMORY else os.path.abspath(path)
        self._durable = durable
        self._check = check
        self._busy_timeout = busy_timeout
        self._lease_clock = lease_clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._ownership = Ownership()
        self._file: tuple[int, int] | None = None

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Transaction]:
        self._ownership.check()
        with self._lock, _named_errors(self._path):
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield _SqliteTransaction(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def exists(self) -> bool:
        return self._path == _MEMORY or os.path.exists(self._path)

    def scrub(self) -> None:
        self._ownership.check()
        with self._lock, _named_errors(self._path):
            connection = self._open()
            if connection.in_transaction:
                raise LedgerError("a transaction of this ledger is open; scrub after it")
            # VACUUM itself writes every page into the log, so the log is emptied behind it.
            connection.execute("VACUUM")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise LedgerUnavailableError(
                    f"{self._path}: another worker reads all the while, so the log cannot be emptied; "
                    "nothing is lost, call again "
                    "(다른 작업이 원장을 읽고 있습니다. 잠시 뒤 다시 시도해 주세요)"
                )

    def now(self, transaction: Transaction) -> int:  # noqa: ARG002 -- the machine has a clock of its own
        return int(self._lease_clock() * SECOND)

    def close(self) -> None:
        if self._ownership.forked:
            return
        with self._lock:
            if self._path == _MEMORY:
                return
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._ownership.give_up()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = self._connect()
            self._ownership.take(connection)
            self._connection = connection
        else:
            self._check_file()
        return self._connection

    def _check_file(self) -> None:
        """Refuse to go on in a file that no other worker sees, or that nobody will ever open again."""
        if self._path != _MEMORY and _file_at(self._path) != self._file:
            raise LedgerStateError(
                f"{os.path.basename(self._path)}: the file of the ledger was deleted or replaced under it; "
                "nothing was written. Stop every worker, put the right file back, then open the ledger again "
                "(원장 파일이 삭제되었거나 다른 파일로 바뀌었습니다. 작업을 모두 멈추고 "
                "원래 파일을 되돌린 뒤 원장을 다시 열어 주세요)"
            )

    def _connect(self) -> sqlite3.Connection:
        if self._path != _MEMORY:
            _make_private(Path(self._path))
            self._file = _file_at(self._path)
        connection = sqlite3.connect(
            self._path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(connection)
            self._check_file()
        except UnicodeDecodeError as error:
            connection.close()
            # The schema of a damaged file, which SQLite itself does not look at.
            raise LedgerCorruptError(f"{self._path}: the database is damaged") from error
        except BaseException:
            connection.close()
            raise
        if self._path == _MEMORY:
            # It outlives close(), or what it holds would be gone; it ends with this engine.
            weakref.finalize(self, connection.close)
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
        # What retention takes away must not stay readable in the free parts of the file.
        connection.execute("PRAGMA secure_delete = ON")
        _refuse_foreign(connection, self._path)
        if self._check and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise LedgerCorruptError(f"{self._path}: the database is damaged")
        if _version(connection) < VERSION:
            connection.execute("PRAGMA journal_mode = WAL")
            _migrate(connection)


def _file_at(path: str) -> tuple[int, int] | None:
    """Return what tells a file from any other; while it is open, no other one gets its number."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise LedgerUnavailableError(f"{path}: {error.strerror}") from error
    return found.st_dev, found.st_ino


def _make_private(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise LedgerUnavailableError(f"{path}: {error.strerror}") from error
    os.close(descriptor)


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _refuse_foreign(connection: sqlite3.Connection, path: str) -> None:
    tables = _tables(connection)
    if not tables:
        return
    if "meta" not in tables or _meta(connection, "application") != APPLICATION:
        raise LedgerCorruptError(f"{path}: a database, but not a ledger")
    found = _version(connection)
    if found > VERSION:
        raise LedgerSchemaError(f"{path}: schema {found} is newer than {VERSION}; update the library")


def _meta(connection: sqlite3.Connection, name: str) -> str | None:
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if found is None else text(found[0])


def _version(connection: sqlite3.Connection) -> int:
    if "meta" not in _tables(connection):
        return 0
    found = _meta(connection, "schema") or ""
    if not found.isdecimal():
        raise LedgerCorruptError("the ledger does not know its own schema version")
    return int(found)


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(META)
        done = int(_meta(connection, "schema") or "0")
        for statements in MIGRATIONS[done:]:
            for statement in statements:
                connection.execute(statement.format(**_DIALECT))
        for name, value in (("application", APPLICATION), ("schema", str(VERSION))):
            connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def _named_errors(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, path) from error


def _named(error: sqlite3.Error, path: str) -> LedgerError:
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int) and (code & 0xFF) in _CORRUPT:
        return LedgerCorruptError(f"{path}: {error}")
    if isinstance(error, sqlite3.OperationalError):
        return LedgerUnavailableError(f"{path}: {error}")
    return LedgerCorruptError(f"{path}: {type(error).__name__}: {error}")
