"""What can happen to a ledger file: damage, strangers, no space, no permission, several processes."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ledger_kit import NOW, Hand, KeyCipher
from wemakeprice_sdk.errors import (
    LedgerAccountError,
    LedgerCorruptError,
    LedgerError,
    LedgerSchemaError,
    LedgerUnavailableError,
    WrongKeyError,
)
from wemakeprice_sdk.ledger.records import IntentDraft, IntentState, Lease, RecordDraft, StockOffer
from wemakeprice_sdk.ledger.schema import MIGRATIONS, VERSION
from wemakeprice_sdk.ledger.sqlite import SqliteLedger


def made(path: Path, cipher: KeyCipher, **options: object) -> SqliteLedger:
    ledger = SqliteLedger(path, cipher, **options)  # type: ignore[arg-type]
    try:
        ledger.open_account("shop", "https://sandbox")
    except BaseException:
        ledger.close()
        raise
    return ledger


def test_a_new_file_is_readable_by_its_owner_only(tmp_path: Path, cipher: KeyCipher) -> None:
    with made(tmp_path / "l.db", cipher):
        assert (tmp_path / "l.db").stat().st_mode & 0o077 == 0


def test_everything_is_there_after_opening_again(tmp_path: Path, cipher: KeyCipher) -> None:
    with made(tmp_path / "l.db", cipher) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        ledger.begin(lease, IntentDraft("x", "bundle:1", {"a": 1}), NOW)
    with made(tmp_path / "l.db", cipher) as ledger:
        assert ledger.active_intents("shop")[0].payload == {"a": 1}


def test_a_wrong_key_is_told_at_once(tmp_path: Path, cipher: KeyCipher) -> None:
    made(tmp_path / "l.db", cipher).close()
    with pytest.raises(WrongKeyError):
        made(tmp_path / "l.db", KeyCipher(b"x" * 32))


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, cipher: KeyCipher, content: bytes) -> None:
    path = tmp_path / "l.db"
    path.write_bytes(content)
    with pytest.raises(LedgerCorruptError, match=r"l\.db"):
        made(path, cipher)
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerCorruptError, match="not a ledger"):
        made(path, cipher)
    assert path.read_bytes() == before


def test_a_damaged_ledger_is_refused(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    with made(path, cipher) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        ledger.save(
            lease, [RecordDraft("product", str(n), "A", NOW, {"n": "x" * 500}) for n in range(300)], NOW
        )
    content = bytearray(path.read_bytes())
    for page in range(8, len(content) // 4096 - 4):
        content[page * 4096 : page * 4096 + 64] = b"\x00" * 64
    path.write_bytes(content)
    with pytest.raises(LedgerCorruptError):
        made(path, cipher)


def test_a_ledger_whose_schema_is_no_text_is_refused(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    made(path, cipher).close()
    content = path.read_bytes()
    assert b"CREATE TABLE" in content
    path.write_bytes(content.replace(b"CREATE TABLE", b"CREATE \xff\xfe\xfa\xbaE"))
    with pytest.raises(LedgerCorruptError):
        made(path, cipher)


def test_a_truncated_ledger_is_refused(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    made(path, cipher).close()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(LedgerCorruptError):
        made(path, cipher)


def test_a_newer_schema_is_refused(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    made(path, cipher).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (str(VERSION + 1),))
    connection.commit()
    connection.close()
    with pytest.raises(LedgerSchemaError, match="newer"):
        made(path, cipher)


def test_an_older_schema_is_migrated_forwards_with_its_rows(
    tmp_path: Path, cipher: KeyCipher, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.db"
    with monkeypatch.context() as patch:
        patch.setattr("wemakeprice_sdk.ledger.sqlite.MIGRATIONS", MIGRATIONS[:1])
        patch.setattr("wemakeprice_sdk.ledger.sqlite.VERSION", 1)
        with made(path, cipher) as ledger:
            lease = ledger.acquire_lease("shop", "w", 60)
            assert lease is not None
            ledger.begin(lease, IntentDraft("x", "bundle:1"), NOW)
    with made(path, cipher) as ledger:
        assert ledger.holds("shop") == ()
        assert len(ledger.active_intents("shop")) == 1


def test_a_ledger_of_another_account_is_refused(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    made(path, cipher, account="shop").close()
    with SqliteLedger(path, cipher) as ledger, pytest.raises(LedgerAccountError, match="'shop'"):
        ledger.open_account("other", "https://sandbox")
    with SqliteLedger(path, cipher, account="other") as ledger, pytest.raises(LedgerAccountError):
        ledger.open_account("other", "https://sandbox")


def test_a_full_disk_is_named_and_what_was_there_stays(tmp_path: Path, cipher: KeyCipher) -> None:
    with made(tmp_path / "l.db", cipher) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        connection = ledger._engine._connection  # type: ignore[attr-defined]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        drafts = [RecordDraft("product", str(n), "A", NOW, {"n": "x" * 500}) for n in range(300)]
        with pytest.raises(LedgerUnavailableError, match="full"):
            ledger.save(lease, drafts, NOW, watermark=("orders", NOW))
        assert ledger.count("shop", "product") == 0
        assert ledger.watermark("shop", "orders") is None
        connection.execute("PRAGMA max_page_count = 100000")
        assert ledger.save(lease, drafts, NOW).new == 300


def test_a_read_only_ledger_is_named(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    made(path, cipher).close()
    with SqliteLedger(path, cipher) as ledger:
        ledger.count("shop", "bundle")
        ledger._engine._connection.execute("PRAGMA query_only = 1")  # type: ignore[attr-defined]
        with pytest.raises(LedgerUnavailableError, match="readonly"):
            ledger.acquire_lease("shop", "w", 60)


@contextmanager
def as_nobody() -> Iterator[None]:
    """File modes bind root as little as they please, so let another user meet them."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let the system refuse to make any file longer, as a quota or a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("mode", "said"), [(0o000, "unable to open|denied"), (0o444, "readonly|denied")])
def test_a_file_mode_that_forbids_it_is_named(
    tmp_path: Path, cipher: KeyCipher, mode: int, said: str
) -> None:
    path = tmp_path / "l.db"
    made(path, cipher).close()
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    path.chmod(mode)
    with as_nobody(), SqliteLedger(path, cipher) as ledger, pytest.raises(LedgerUnavailableError, match=said):
        ledger.acquire_lease("shop", "w", 60)
    path.chmod(0o600)
    with SqliteLedger(path, cipher) as ledger:
        assert ledger.acquire_lease("shop", "w", 60) is not None


def test_a_system_that_takes_no_more_bytes_is_named_and_what_was_there_stays(
    tmp_path: Path, cipher: KeyCipher
) -> None:
    with made(tmp_path / "l.db", cipher) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        drafts = [RecordDraft("product", str(n), "A", NOW, {"n": "x" * 500}) for n in range(3000)]
        with no_file_beyond(500_000), pytest.raises(LedgerUnavailableError, match=r"full|disk I/O"):
            ledger.save(lease, drafts, NOW, watermark=("orders", NOW))
        assert ledger.count("shop", "product") == 0
        assert ledger.watermark("shop", "orders") is None
        assert ledger.save(lease, drafts, NOW).new == 3000


def test_a_folder_that_is_missing_or_closed_is_named(tmp_path: Path, cipher: KeyCipher) -> None:
    with pytest.raises(LedgerUnavailableError):
        made(tmp_path / "no" / "l.db", cipher)
    with pytest.raises(LedgerUnavailableError):
        made(tmp_path, cipher)


def test_a_locked_ledger_is_named_after_the_timeout(tmp_path: Path, cipher: KeyCipher) -> None:
    path = tmp_path / "l.db"
    with made(path, cipher, busy_timeout=0.05) as ledger:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailableError, match="locked"):
            ledger.acquire_lease("shop", "w", 60)
        other.execute("ROLLBACK")
        other.close()
        assert ledger.acquire_lease("shop", "w", 60) is not None


def test_a_dead_workers_lease_expires_and_is_taken_over(tmp_path: Path, cipher: KeyCipher) -> None:
    hand = Hand()
    with made(tmp_path / "l.db", cipher, lease_clock=hand) as ledger:
        dead = ledger.acquire_lease("shop", "w1", 60)
        hand.seconds += 59.9
        assert ledger.acquire_lease("shop", "w2", 60) is None
        hand.seconds += 0.1
        taken = ledger.acquire_lease("shop", "w2", 60)
        assert dead is not None
        assert taken is not None
        assert taken.fence == dead.fence + 1


def test_an_operator_resolves_what_a_dead_worker_left_open(tmp_path: Path, cipher: KeyCipher) -> None:
    hand = Hand()
    with made(tmp_path / "l.db", cipher, lease_clock=hand) as ledger:
        dead = ledger.acquire_lease("shop", "w1", 60)
        assert dead is not None
        left = ledger.begin(dead, IntentDraft("orders_confirm", "bundle:1"), NOW)
        hand.seconds += 59.9
        with pytest.raises(LedgerError, match="carried out by 'w1' just now"):
            ledger.resolve("shop", left.id, IntentState.NOT_APPLIED, NOW, by="김운영")
        hand.seconds += 0.1
        ledger.resolve("shop", left.id, IntentState.NOT_APPLIED, NOW, by="김운영")
        assert ledger.active_intents("shop") == ()


def test_a_lease_written_before_the_clock_jumped_back_does_not_block_for_ever(
    tmp_path: Path, cipher: KeyCipher
) -> None:
    hand = Hand()
    with made(tmp_path / "l.db", cipher, lease_clock=hand) as ledger:
        ledger.acquire_lease("shop", "w1", 60)
        hand.seconds -= 86400
        assert ledger.acquire_lease("shop", "w2", 60) is not None


_CONTENDER = """
import sys
sys.path.insert(0, sys.argv[1])
from ledger_kit import KeyCipher, NOW
from wemakeprice_sdk.errors import TargetBusyError
from wemakeprice_sdk.ledger.records import IntentDraft, IntentState, IntentResult
from wemakeprice_sdk.ledger.sqlite import SqliteLedger
won = 0
with SqliteLedger(sys.argv[2], KeyCipher(), durable=False) as ledger:
    ledger.open_account("shop", "https://sandbox")
    number = 0
    while number < 60:
        lease = ledger.acquire_lease("shop", sys.argv[3], 5)
        if lease is None:
            continue
        try:
            draft = IntentDraft("orders_confirm", f"bundle:{number}", once_key=f"confirm:{number}")
            intent = ledger.begin(lease, draft, NOW)
        except TargetBusyError:
            pass
        else:
            ledger.finish(lease, IntentResult(intent, IntentState.APPLIED), NOW)
            won += 1
        ledger.release_lease(lease)
        number += 1
sys.stdout.write(str(won))
"""


def test_processes_share_one_new_file_and_each_effect_happens_once(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _CONTENDER, str(Path(__file__).parents[1]), str(path), f"w{n}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for n in range(3)
    ]
    results = [worker.communicate(timeout=60) for worker in workers]
    assert [error for _, error in results] == [b"", b"", b""]
    assert sum(int(out) for out, _ in results) == 60


def test_a_copied_file_is_a_ledger_too(tmp_path: Path, cipher: KeyCipher) -> None:
    made(tmp_path / "l.db", cipher).close()
    shutil.copy(tmp_path / "l.db", tmp_path / "copy.db")
    made(tmp_path / "copy.db", cipher).close()


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"status": "B"},
        {"ref": "r"},
        {"status": "B", "since": NOW},
        {"status": "B", "since": NOW, "until": NOW + timedelta(days=1)},
        {"ref": "r", "until": NOW + timedelta(days=1)},
    ],
    ids=str,
)
def test_no_page_is_sorted_or_reads_past_what_it_is_asked_for(
    tmp_path: Path, cipher: KeyCipher, wanted: dict[str, object]
) -> None:
    """What a query reads is told by SQLite's plan: each wanted column bounds the index, which gives the order."""
    with made(tmp_path / "l.db", cipher) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        drafts = [RecordDraft("product", str(n), "B", NOW, {}, ref="r") for n in range(501)]
        ledger.save(lease, drafts, NOW)
        connection = ledger._engine._connection  # type: ignore[attr-defined]
        asked: list[str] = []
        connection.set_trace_callback(
            lambda sql: asked.append(sql) if sql.startswith("SELECT account") else None
        )
        assert len(list(ledger.records("shop", "product", **wanted))) == 501  # type: ignore[arg-type]
        connection.set_trace_callback(None)
        assert len(asked) == 2
        for sql in asked:
            plans = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
            assert len(plans) == 1, plans
            for column in {"account", "kind", *wanted} - {"since", "until"}:
                assert f"{column}=?" in plans[0]
            if sql is asked[1]:
                assert "(at,record_key)>(?,?)" in plans[0]


@pytest.mark.parametrize(
    ("asked_by", "bounded"),
    [
        (lambda ledger, _: ledger.is_done("shop", ["x:1", "x:2"]), "once_key=?"),
        (lambda ledger, _: ledger.done_since("shop", "x", NOW), "operation=? AND settled>?"),
        (lambda ledger, _: ledger.active_intents("shop"), "USING INDEX intents_one_per_target"),
        (
            lambda ledger, lease: ledger.reserve_stock(
                lease, [StockOffer(account="shop", product_no=1)], versions={}
            ),
            "SEARCH intents",
        ),
    ],
    ids=["is_done", "done_since", "active_intents", "reserve_stock"],
)
def test_no_job_reads_every_intent_there_ever_was(
    tmp_path: Path, cipher: KeyCipher, asked_by: Callable[[SqliteLedger, Lease], object], bounded: str
) -> None:
    with made(tmp_path / "l.db", cipher) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        connection = ledger._engine._connection  # type: ignore[attr-defined]
        asked: list[str] = []
        connection.set_trace_callback(lambda sql: asked.append(sql) if "FROM intents" in sql else None)
        asked_by(ledger, lease)
        connection.set_trace_callback(None)
        (sql,) = asked
        plan, *rest = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert bounded in plan
        assert rest in ([], ["USE TEMP B-TREE FOR ORDER BY"]), "what is open is short enough to sort"
