"""What only several machines over one PostgreSQL can meet."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest

from ledger_kit import NOW, KeyCipher
from wemakeprice_sdk.errors import (
    LeaseLostError,
    LedgerCorruptError,
    LedgerError,
    LedgerSchemaError,
    LedgerUnavailableError,
    TargetBusyError,
    WrongKeyError,
)
from wemakeprice_sdk.ledger import IntentDraft, IntentResult, IntentState, PostgresLedger, RecordDraft
from wemakeprice_sdk.ledger.changes import _end_of_page
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue
from wemakeprice_sdk.ledger.schema import VERSION


@pytest.fixture
def schema() -> str:
    return f"t_{uuid4().hex}"


def opened(postgres: str, schema: str) -> PostgresLedger:
    ledger = PostgresLedger(postgres, KeyCipher(), schema=schema)
    ledger.open_account("shop", "https://sandbox")
    return ledger


def test_a_stale_worker_is_refused_after_the_takeover(postgres: str, schema: str) -> None:
    with opened(postgres, schema) as one, opened(postgres, schema) as two:
        stale = one.acquire_lease("shop", "w1", 0.2)
        assert stale is not None
        assert two.acquire_lease("shop", "w2", 60) is None
        threading.Event().wait(0.3)
        taken = two.acquire_lease("shop", "w2", 60)
        assert taken is not None
        assert taken.fence == stale.fence + 1
        with pytest.raises(LeaseLostError):
            one.begin(stale, IntentDraft("orders_confirm", "bundle:1"), NOW)
        assert one.acquire_lease("shop", "w1", 60) is None


def test_of_many_workers_exactly_one_gets_the_lease_and_each_effect_happens_once(
    postgres: str, schema: str
) -> None:
    opened(postgres, schema).close()
    won: list[str] = []
    done: list[int] = []
    start = threading.Barrier(6)

    def contend(name: str) -> None:
        with opened(postgres, schema) as ledger:
            start.wait()
            for number in range(8):
                while (lease := ledger.acquire_lease("shop", name, 5)) is None:
                    threading.Event().wait(0.002)
                won.append(name)
                draft = IntentDraft("orders_ship", f"bundle:{number}", once_key=f"ship:{number}")
                try:
                    intent = ledger.begin(lease, draft, NOW)
                except TargetBusyError:
                    pass
                else:
                    ledger.finish(lease, IntentResult(intent, IntentState.APPLIED), NOW)
                    done.append(number)
                ledger.release_lease(lease)

    workers = [threading.Thread(target=contend, args=(f"w{n}",)) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert len(won) == 48
    assert sorted(done) == list(range(8))


def test_workers_that_start_together_lay_the_tables_once(postgres: str, schema: str) -> None:
    failed: list[BaseException] = []
    start = threading.Barrier(5)

    def first_use() -> None:
        start.wait()
        try:
            opened(postgres, schema).close()
        except BaseException as error:  # the assertion shows it
            failed.append(error)

    workers = [threading.Thread(target=first_use) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert failed == []


def test_a_connection_that_broke_is_opened_again(postgres: str, schema: str) -> None:
    with opened(postgres, schema) as ledger:
        ledger.count("shop", "bundle")
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        with pytest.raises(LedgerUnavailableError):
            ledger.count("shop", "bundle")
        assert ledger.count("shop", "bundle") == 0


def test_a_server_that_is_not_there_is_named_without_its_password(schema: str) -> None:
    ledger = PostgresLedger("host=/nowhere user=u password=geheim dbname=d", KeyCipher(), schema=schema)
    with pytest.raises(LedgerUnavailableError) as caught:
        ledger.open_account("shop", "https://sandbox")
    assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(vars(ledger))


def test_a_connection_text_that_cannot_be_read_is_not_quoted(schema: str) -> None:
    ledger = PostgresLedger("host=/nowhere password geheim", KeyCipher(), schema=schema)
    with pytest.raises(LedgerUnavailableError, match="connection text") as caught:
        ledger.open_account("shop", "https://sandbox")
    assert caught.value.__cause__ is None
    assert "geheim" not in "".join(traceback.format_exception(caught.value))


def test_a_statement_that_fails_unseen_takes_the_whole_transaction_back(postgres: str, schema: str) -> None:
    with opened(postgres, schema) as ledger:
        with pytest.raises(LedgerCorruptError, match="duplicate key"):
            put(ledger, ["first"], ["x", "x"], ["last"])
        assert put(ledger).isdisjoint({"x", "first", "last"})
        assert put(ledger, ["first"]) >= {"first", "seal"}


def test_a_callers_own_error_takes_the_whole_transaction_back(postgres: str, schema: str) -> None:
    with opened(postgres, schema) as ledger:
        with pytest.raises(ZeroDivisionError):
            put(ledger, ["first"], error=ZeroDivisionError())
        assert "first" not in put(ledger)


def test_a_transaction_inside_another_is_refused_before_it_can_end_it(postgres: str, schema: str) -> None:
    def drafts(ledger: PostgresLedger) -> Iterator[RecordDraft]:
        yield RecordDraft("product", "1", "A", NOW, {"n": 1})
        ledger.count("shop", "product")

    with opened(postgres, schema) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        with pytest.raises(LedgerError, match="open already"):
            ledger.save(lease, drafts(ledger), NOW)
        assert ledger.count("shop", "product") == 0


def put(ledger: PostgresLedger, *names: list[str], error: Exception | None = None) -> set[object]:
    """Insert names statement by statement in one transaction; return what a later one sees."""
    with ledger._engine.begin(write=True) as transaction:
        for some in names:
            values = [(name, "1") for name in some]
            transaction.many("INSERT INTO meta (name, value) VALUES (?, ?)", values)
        if error is not None:
            raise error
    with ledger._engine.begin(write=False) as transaction:
        return {row[0] for row in transaction.rows("SELECT name FROM meta")}


def test_a_foreign_setting_of_the_connection_wins(postgres: str, schema: str) -> None:
    with opened(f"{postgres} connect_timeout=3 keepalives_idle=77", schema) as ledger:
        ledger.count("shop", "bundle")
        connection = ledger._engine._connection  # type: ignore[attr-defined]
        used = connection.info.get_parameters()
        assert (used["connect_timeout"], used["keepalives_idle"]) == ("3", "77")
        assert used["keepalives_count"] == "3"


def test_foreign_tables_a_newer_schema_and_a_wrong_key_are_refused(postgres: str, schema: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
        admin.execute(f"CREATE TABLE {schema}.customers (name text)")
        with pytest.raises(LedgerCorruptError, match="not a ledger"):
            opened(postgres, schema)
        opened(postgres, schema + "b").close()
        stranger = PostgresLedger(postgres, KeyCipher(b"x" * 32), schema=schema + "b")
        with stranger, pytest.raises(WrongKeyError):
            stranger.count("shop", "bundle")
        admin.execute(f"UPDATE {schema}b.meta SET value = '{VERSION + 1}' WHERE name = 'schema'")
        with pytest.raises(LedgerSchemaError, match="newer"):
            opened(postgres, schema + "b")


@pytest.mark.parametrize("name", ["", "drop table", "x" * 64, "schéma", "a;b"])
def test_a_schema_name_is_a_plain_word(postgres: str, name: str) -> None:
    with pytest.raises(ValueError, match="schema"):
        PostgresLedger(postgres, KeyCipher(), schema=name)


class Recording:
    """Notes the statements that a transaction would be asked, and answers with no row."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[SqlValue, ...]]] = []

    def rows(self, sql: str, *values: SqlValue) -> list[SqlRow]:
        self.asked.append((sql, values))
        return []

    def many(self, sql: str, values: Iterable[Sequence[SqlValue]]) -> None:
        raise AssertionError("nothing is written")


def read_rows(plan: dict[str, Any]) -> int:
    """Return the most rows that a node of a plan passed on."""
    return max([int(plan["Actual Rows"]), *(read_rows(part) for part in plan.get("Plans", ()))])


def test_a_page_of_changes_over_several_kinds_reads_no_more_rows_than_it_may_hold(
    postgres: str, schema: str
) -> None:
    kinds = ["bundle", "claim"]
    with opened(postgres, schema) as ledger:
        lease = ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        drafts = [RecordDraft(kinds[n % 2], str(n), "A", NOW, {"bundleNo": n}) for n in range(3000)]
        ledger.save(lease, drafts, NOW)
        recording = Recording()
        _end_of_page(recording, "shop", kinds, 0, 10)
        [(sql, values)] = recording.asked
        with ledger._engine.begin(write=True) as transaction:
            transaction.many("ANALYZE records", [()])
            [[found]] = transaction.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
        [plan] = cast("list[dict[str, Any]]", found)
        assert 10 <= read_rows(plan["Plan"]) <= 10 * len(kinds)
