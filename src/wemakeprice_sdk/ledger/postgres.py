"""The PostgreSQL engine of the ledger: many workers on many machines (psycopg 3, extra `postgres`)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import LedgerCorruptError, LedgerError, LedgerSchemaError, LedgerUnavailableError
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.engine import Ownership, SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.schema import APPLICATION, META, MIGRATIONS, VERSION
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.secrets import Cipher, SecretStr

if TYPE_CHECKING:
    import psycopg

# A server that is gone without a word is found out in a minute instead of hours.
_DEFAULTS: Final[dict[str, int]] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_DIALECT: Final = {
    "id": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "big": "BIGINT",
    "clustered": "",
}
_DATA_CORRUPTED: Final = frozenset({"XX001", "XX002"})


class PostgresLedger(SqlLedger):
    """The ledger in one schema of a PostgreSQL database (14 or newer), shared by any number of workers.

    `conninfo` is a libpq connection text or URL; it may hold a password, so it never shows. `schema` is
    made when it is missing. Leases are measured by the server's clock. Each ledger object uses one
    connection, opened on first use and opened again after it broke; a server that is gone without a word
    is noticed within a minute. The object belongs to the process that first used it, as a `SqliteLedger`
    does. `lock_timeout` is in seconds. Needs libpq 14 or newer, which `psycopg[binary]` brings.

    Raises `LedgerUnavailableError` when the server cannot be reached, and the errors of `SqliteLedger`.
    Needs `pip install "wemakeprice-sdk[postgres]"`.
    """

    def __init__(
        self,
        conninfo: SecretStr | str,
        cipher: Cipher,
        *,
        schema: str = "wemakeprice_ledger",
        account: str | None = None,
        lock_timeout: float = 30.0,
    ) -> None:
        check_kind("conninfo", conninfo, SecretStr, str)
        require_text("schema", schema)
        check_kind("lock_timeout", lock_timeout, int, float)
        # PostgreSQL cuts longer names without a word, and two ledgers could then share one schema.
        if not schema.isidentifier() or not schema.isascii() or len(schema) > 63:
            raise ValueError("a schema name is at most 63 letters, digits and underscores")
        secret = conninfo if isinstance(conninfo, SecretStr) else SecretStr(conninfo)
        super().__init__(_PostgresEngine(secret, schema, lock_timeout), cipher, account=account)


class _PostgresTransaction:
    """One transaction. Every statement has a cursor of its own: in a pipeline a cursor may be handed the
    late result of an earlier statement and take it for that of the next."""

    def __init__(self, connection: psycopg.Connection[tuple[SqlValue, ...]]) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: SqlValue) -> list[SqlRow]:
        return self._connection.cursor().execute(_translate(sql), values).fetchall()

    def run(self, sql: str) -> psycopg.Cursor[tuple[SqlValue, ...]]:
        return self._connection.cursor().execute(_translate(sql))

    def many(self, sql: str, values: Iterable[Sequence[SqlValue]]) -> None:
        self._connection.cursor().executemany(_translate(sql), values)


class _PostgresEngine:
    lock_clause = " FOR UPDATE"

    def __init__(self, conninfo: SecretStr, schema: str, lock_timeout: float) -> None:
        self._conninfo = conninfo
        self._schema = schema
        self._lock_timeout = lock_timeout
        self._lock = threading.RLock()
        self._connection: psycopg.Connection[tuple[SqlValue, ...]] | None = None
        self._ownership = Ownership()
        self._inside = False

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Transaction]:
        # In a pipeline only statements whose rows are wanted are waited for; a transaction block of psycopg
        # would wait for its own BEGIN and COMMIT one by one.
        self._ownership.check()
        with self._lock, _named_errors():
            connection = self._open()
            transaction = _PostgresTransaction(connection)
            if self._inside:
                raise LedgerError("a transaction of this ledger is open already")
            self._inside = True
            try:
                with connection.pipeline():
                    # Writers are ordered by row locks, and have to see what the one before them wrote. A
                    # reader reads a record and its personal values, which have to be of one time.
                    transaction.run("BEGIN" if write else "BEGIN ISOLATION LEVEL REPEATABLE READ")
                    yield transaction
                    end = transaction.run("COMMIT")
            except BaseException:
                _undo(connection)
                raise
            finally:
                self._inside = False
            if end.statusmessage != "COMMIT":
                raise LedgerUnavailableError("PostgreSQL: the transaction was rolled back")

    def exists(self) -> bool:
        self._ownership.check()
        with self._lock, _named_errors():
            if self._connection is not None:
                return True
            with self._dial() as connection:
                found = _PostgresTransaction(connection).rows("SELECT to_regclass('meta')::text")
                return found[0][0] is not None

    def scrub(self) -> None:
        self._ownership.check()
        with self._lock, _named_errors():
            connection = self._open()
            if self._inside:
                raise LedgerError("a transaction of this ledger is open; scrub after it")
            # A plain VACUUM frees the places of old rows and leaves their bytes where they are.
            _PostgresTransaction(connection).run("VACUUM (FULL) records, intents, personal, data_keys")

    def now(self, transaction: Transaction) -> int:
        found = transaction.rows("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        return whole(found[0][0])

    def close(self) -> None:
        if self._ownership.forked:
            return
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._ownership.give_up()

    def _open(self) -> psycopg.Connection[tuple[SqlValue, ...]]:
        if self._connection is None or self._connection.closed:
            connection = self._connect()
            self._ownership.take(connection)
            self._connection = connection
        return self._connection

    def _connect(self) -> psycopg.Connection[tuple[SqlValue, ...]]:
        connection = self._dial()
        try:
            with connection.transaction():
                _migrate(_PostgresTransaction(connection), self._schema)
        except BaseException:
            connection.close()
            raise
        return connection

    def _dial(self) -> psycopg.Connection[tuple[SqlValue, ...]]:
        import psycopg

        connection: psycopg.Connection[tuple[SqlValue, ...]] = psycopg.connect(
            _with_defaults(self._conninfo), autocommit=True
        )
        try:
            transaction = _PostgresTransaction(connection)
            patience = f"{int(self._lock_timeout * 1000)}ms"
            transaction.rows("SELECT set_config('lock_timeout', ?, false)", patience)
            transaction.rows("SELECT set_config('search_path', ?, false)", self._schema)
        except BaseException:
            connection.close()
            raise
        return connection


def _undo(connection: psycopg.Connection[tuple[SqlValue, ...]]) -> None:
    import psycopg

    try:
        connection.rollback()
    except psycopg.Error:
        # Whatever is wrong with it, the server rolls back what a closed connection left open.
        connection.close()


def _with_defaults(conninfo: SecretStr) -> str:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        given = conninfo_to_dict(conninfo.reveal())
    except psycopg.ProgrammingError:
        # The parser quotes what it could not read, which may be the password.
        raise LedgerUnavailableError("PostgreSQL: the connection text cannot be read") from None
    missing = {name: str(value) for name, value in _DEFAULTS.items() if name not in given}
    return make_conninfo(conninfo.reveal(), **missing)


def _migrate(transaction: _PostgresTransaction, schema: str) -> None:
    # One worker at a time makes the tables: two would both find none, and the second would fail. The number
    # is this library's own; another program's lock under it would only make us wait.
    transaction.rows("SELECT pg_advisory_xact_lock(7165109)::text")
    exists = transaction.rows("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", schema)
    if not exists:
        transaction.run(f"CREATE SCHEMA {schema}")
    tables = {
        text(row[0])
        for row in transaction.rows("SELECT tablename::text FROM pg_tables WHERE schemaname = ?", schema)
    }
    done = _found_version(transaction, schema) if tables else 0
    if done == VERSION:
        return
    transaction.run(META)
    for statements in MIGRATIONS[done:]:
        for statement in statements:
            transaction.run(statement.format(**_DIALECT))
    transaction.many(
        "INSERT INTO meta (name, value) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [("application", APPLICATION), ("schema", str(VERSION))],
    )


def _found_version(transaction: _PostgresTransaction, schema: str) -> int:
    known = transaction.rows("SELECT to_regclass(?)::text", f"{schema}.meta")
    rows = transaction.rows("SELECT name, value FROM meta") if known[0][0] is not None else []
    meta = {text(row[0]): text(row[1]) for row in rows}
    if meta.get("application") != APPLICATION:
        raise LedgerCorruptError(f"schema {schema!r} holds tables, but is not a ledger")
    version = meta.get("schema", "")
    if not version.isdecimal():
        raise LedgerCorruptError("the ledger does not know its own schema version")
    if int(version) > VERSION:
        raise LedgerSchemaError(f"schema {version} is newer than {VERSION}; update the library")
    return int(version)


def _translate(sql: str) -> bytes:
    # Only this package's own SQL comes here, and it holds no question mark or percent sign in a text.
    return sql.replace("?", "%s").encode()


@contextmanager
def _named_errors() -> Iterator[None]:
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise _named(error) from error


def _named(error: psycopg.Error) -> LedgerError:
    import psycopg

    said = error.diag.message_primary or type(error).__name__
    if error.sqlstate in _DATA_CORRUPTED:
        return LedgerCorruptError(f"PostgreSQL: {said}")
    away = isinstance(error, psycopg.OperationalError | psycopg.NotSupportedError)
    if away or error.sqlstate in {"25006", "42501", "53100", "55P03"}:
        return LedgerUnavailableError(f"PostgreSQL: {said}")
    return LedgerCorruptError(f"PostgreSQL: {type(error).__name__}: {said}")
