"""A ledger of version 0.1.0 on its way: read at every step, killed anywhere, worked on by others meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import LedgerUnavailableError, TamperedError
from wemakeprice_sdk.ledger import (
    LegalHold,
    PersonalState,
    PostgresLedger,
    RecordDraft,
    SqliteLedger,
    StoredRecord,
    moving,
)
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey

FILES = Path(__file__).parents[1] / "runner" / "files"
KEYS = {"old": SecretKey(b"a" * 32), "new": SecretKey(b"b" * 32)}
BOTH = AesGcmCipher(KEYS, "new")
LAST = datetime(2026, 3, 5, 13, 0, tzinfo=KST)
LATER = LAST + timedelta(days=4000)
CLOCK = LAST.timestamp()
ACCOUNTS = ("second", "shop")
SEALED = 24
"""Records of the fixture that hold personal values, or did before they were destroyed."""

Opened = Callable[..., SqlLedger]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Open one and the same copy of the stored ledger."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = Path(shutil.copy(FILES / "ledger_v1.sqlite3", tmp_path / "l.db"))

            def open_it(ring: AesGcmCipher = BOTH) -> SqlLedger:
                return stack.enter_context(SqliteLedger(path, ring, durable=False, lease_clock=lambda: CLOCK))

        else:
            conninfo, schema = request.getfixturevalue("postgres"), f"t_{uuid4().hex}"
            dump = (FILES / "ledger_v1.postgres.sql").read_text(encoding="utf-8").replace("ledger_v1", schema)
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute(dump.encode())

            def open_it(ring: AesGcmCipher = BOTH) -> SqlLedger:
                return stack.enter_context(PostgresLedger(conninfo, ring, schema=schema))

        yield open_it


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "PAGE", 3)


def content(ledger: SqlLedger) -> list[StoredRecord]:
    return [record for account in ACCOUNTS for kind in RecordKind for record in ledger.records(account, kind)]


def unmoved(ledger: SqlLedger) -> int:
    with ledger._engine.begin(write=False) as transaction:
        [(count,)] = transaction.rows("SELECT count(*) FROM records WHERE sealed IS NOT NULL")
    assert isinstance(count, int)
    return count


def test_every_step_reads_the_same_and_the_last_leaves_nothing_behind(opened: Opened) -> None:
    ledger = opened()
    before, left = content(ledger), [unmoved(ledger)]
    assert left == [SEALED]

    def look(moved: int) -> None:
        left.append(unmoved(ledger))
        assert left[-1] == SEALED - moved
        assert content(ledger) == before
        assert {part.key for part in ledger.personal_parts("shop", "bundle")} == standing

    standing = {record.key for record in before if record.kind == "bundle" and record.account == "shop"}
    standing -= {record.key for record in before if record.personal is PersonalState.DESTROYED}
    assert ledger.migrate(look) == SEALED
    assert left[-1] == 0
    assert ledger.migrate() == 0
    ledger.close()
    assert content(opened()) == before
    with ledger._engine.begin(write=False) as transaction:
        tokens = {row[0] for row in transaction.rows("SELECT sealed FROM records")}
        keys = transaction.rows("SELECT DISTINCT data_key FROM personal")
        assert len(keys) == len(transaction.rows("SELECT number FROM data_keys"))
    assert tokens == {None}


def test_leases_move_it_page_by_page_and_what_holds_one_goes_on(opened: Opened) -> None:
    ledger = opened()
    before = content(ledger)
    working = ledger.acquire_lease("second", "w1", 60)
    assert working is not None
    for _ in range(SEALED):
        assert ledger.acquire_lease("shop", "w3", 60) is not None
    ledger.migrate()
    assert ledger.renew_lease(working, 60).fence == working.fence
    ledger.note(working, "note", "account", "still here", LAST)
    assert unmoved(ledger) == 0
    assert content(ledger) == before


def test_a_lease_is_not_kept_from_others_by_a_page_that_fails(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened()

    def fails(*_: object) -> None:
        raise LedgerUnavailableError("full")

    with monkeypatch.context() as patch:
        patch.setattr(moving, "move_rows", fails)
        with pytest.raises(LedgerUnavailableError):
            ledger.acquire_lease("shop", "w3", 60)
    assert ledger.acquire_lease("shop", "w4", 60) is not None


def test_what_is_saved_moves_at_once_and_what_was_destroyed_stays_away(opened: Opened) -> None:
    ledger = opened()
    lease = ledger.acquire_lease("shop", "w3", 60)
    assert lease is not None
    for record in content(ledger):
        if record.account != "shop" or record.kind != "bundle":
            continue
        fresh = {**record.body, "buyerName": "김철수", "tomorrow": "김철수"}
        ledger.save(lease, [RecordDraft("bundle", record.key, "X", record.at, fresh, record.ref)], LAST)
        again = ledger.record("shop", "bundle", record.key)
        assert again is not None
        assert again.personal == record.personal
        told = {PersonalState.CLEAR: "김철수", PersonalState.MASKED: "김**", PersonalState.DESTROYED: None}
        assert again.body["buyerName"] == told[record.personal]
        if record.personal is PersonalState.DESTROYED:
            assert again.body["tomorrow"] is None


def test_a_destroyed_record_of_then_stays_away_after_the_record_itself_is_gone(opened: Opened) -> None:
    ledger = opened()
    [gone] = [one for one in content(ledger) if one.kind == "bundle" and one.personal == "destroyed"]
    ledger.migrate()
    with ledger._engine.begin(write=True) as transaction:
        transaction.many("DELETE FROM records WHERE record_key = ?", [(gone.key,)])
    lease = ledger.acquire_lease("shop", "w3", 60)
    assert lease is not None
    draft = RecordDraft("bundle", gone.key, "NEW", LAST, {"bundleNo": 1, "buyerName": "홍길동"})
    assert ledger.save(lease, [draft], LAST).new == 1
    again = ledger.record("shop", "bundle", gone.key)
    assert again is not None
    assert again.body["buyerName"] is None
    assert list(ledger.tombstones("shop")) == [], "when it was destroyed, nobody wrote a register"


def test_what_is_due_is_counted_before_it_is_moved_as_after(opened: Opened) -> None:
    ledger = opened()
    wanted = [(kind, one) for kind in ("bundle", "claim", "export") for one in (None, *RetentionClass)]
    starts = {part.starts_at for kind, _ in wanted for part in ledger.personal_parts("shop", kind)}
    ask = lambda: [  # noqa: E731
        ledger.due_personal("shop", kind, LATER, LATER, bound, retention_class=one)
        for kind, one in wanted
        for bound in (LAST - timedelta(days=1), max(starts))
    ]
    before = ask()
    assert unmoved(ledger) == SEALED, "counting writes nothing"
    ledger.migrate()
    assert ask() == before
    assert any(mask for mask, _ in before)
    assert any(destroy for _, destroy in before)


def test_destroying_takes_what_was_not_moved_yet(opened: Opened) -> None:
    ledger = opened()
    lease = ledger.acquire_lease("shop", "w3", 60)
    assert lease is not None
    due = ledger.due_personal("shop", "claim", LATER, None, LATER)[1]
    assert due > 1
    assert ledger.destroy_personal(lease, "claim", LATER, LATER) == due
    assert {one.personal for one in ledger.records("shop", "claim")} == {PersonalState.DESTROYED}
    assert verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok


def test_holds_of_then_hold_everything_of_their_kind(opened: Opened) -> None:
    ledger = opened()
    held = [hold for hold in ledger.holds("shop") if hold.kind == "bundle"]
    assert [hold.retention_class for hold in held] == [None]
    lease = ledger.acquire_lease("shop", "w3", 60)
    assert lease is not None
    for one in RetentionClass:
        assert ledger.destroy_personal(lease, "bundle", LATER, LAST, retention_class=one) == 0
    ledger.set_hold(lease, LegalHold("shop", "bundle", LATER, "청구", RetentionClass.CONTRACT), LAST)
    assert len([hold for hold in ledger.holds("shop") if hold.kind == "bundle"]) == 2


def test_keys_rotate_at_every_step(opened: Opened) -> None:
    ledger = opened()
    before = content(ledger)
    steps: list[int] = []

    def rotate(moved: int) -> None:
        steps.append(moved)
        opened().rotate_keys()
        assert content(opened(AesGcmCipher({"new": KEYS["new"]}, "new"))) == before

    opened(AesGcmCipher(KEYS, "old")).migrate(rotate)
    assert len(steps) > 3
    last = opened(AesGcmCipher({"new": KEYS["new"]}, "new"))
    assert content(last) == before
    assert last.migrate() == 0


_MOVES = """
import sys
from wemakeprice_sdk.ledger import PostgresLedger, SqliteLedger, moving
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey
moving.PAGE = 2

class Slow:
    def __init__(self, ring): self.ring = ring
    def encrypt(self, plaintext, *, context):
        sys.stdout.write("."); sys.stdout.flush()
        return self.ring.encrypt(plaintext, context=context)
    def decrypt(self, token, *, context):
        sys.stdout.write("."); sys.stdout.flush()
        return self.ring.decrypt(token, context=context)

ring = Slow(AesGcmCipher({"old": SecretKey(b"a" * 32), "new": SecretKey(b"b" * 32)}, "new"))
where, schema = sys.argv[1:]
with PostgresLedger(where, ring, schema=schema) if schema else SqliteLedger(where, ring) as ledger:
    ledger.migrate()
sys.stdout.write("!")
"""


def test_whatever_kills_it_it_goes_on(opened: Opened) -> None:
    """It is killed for real after the 6th, 12th, 18th … act of its cipher, in pages and between them."""
    ledger = opened()
    before = content(ledger)
    engine = ledger._engine
    where = getattr(engine, "_path", None) or engine._conninfo.reveal()  # type: ignore[attr-defined]
    arguments = [sys.executable, "-c", _MOVES, where, getattr(engine, "_schema", "")]
    kills, left = 0, [unmoved(ledger)]
    while True:
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            heard = process.stdout.read(6 * (kills + 1))
            process.send_signal(signal.SIGKILL)
            heard += process.stdout.read()
        left.append(unmoved(ledger))
        assert content(ledger) == before
        if heard.endswith(b"!"):
            break
        kills += 1
        assert kills < 100
    assert kills > 2
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


_DESTROYS = """
import sys
from datetime import datetime
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey
from wemakeprice_sdk.models.retention import RetentionClass
ring = AesGcmCipher({"new": SecretKey(b"b" * 32)}, "new")
now = datetime.fromisoformat(sys.argv[2])
with SqliteLedger(sys.argv[1], ring, busy_timeout=60) as ledger:
    lease = ledger.acquire_lease("shop", "w1", 3600)
    sys.stdout.write("."); sys.stdout.flush()
    while ledger.destroy_personal(lease, "bundle", now, now, retention_class=RetentionClass.CONTACT, limit=20):
        sys.stdout.write("."); sys.stdout.flush()
"""


def test_a_kill_leaves_whole_pages_each_with_its_lines_and_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    ring = AesGcmCipher({"new": KEYS["new"]}, "new")
    with SqliteLedger(path, ring, durable=False) as ledger:
        ledger.open_account("shop", "")
        lease = ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        drafts = [
            RecordDraft("bundle", f"{n}/{n}", "NEW", LAST, {"buyerName": "홍", "buyerPhone": "010-0000-0000"})
            for n in range(300)
        ]
        ledger.save(lease, drafts, LAST)
    for page in (1, 3, 5):
        with subprocess.Popen(
            [sys.executable, "-c", _DESTROYS, str(path), LATER.isoformat()], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.read(page)
            time.sleep(0.002 * page)  # somewhere in the page that follows
            os.kill(process.pid, signal.SIGKILL)
        with SqliteLedger(path, ring) as ledger:
            gone = {one.key for one in ledger.records("shop", "bundle") if one.body["buyerPhone"] is None}
            lines = list(ledger.tombstones("shop"))
            assert {line.key_hmac for line in lines} == {
                ledger.key_hmac("shop", "bundle", key) for key in gone
            }
            assert len(lines) == len(gone) == 20 * len({line.audit_number for line in lines})
            assert verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok
            acts = [entry for entry in ledger.audit("shop") if entry.action == "destroy_personal"]
            assert [entry.number for entry in acts] == sorted({line.audit_number for line in lines})


def test_the_files_hold_no_token_of_then_after_the_move(tmp_path: Path) -> None:
    path = Path(shutil.copy(FILES / "ledger_v1.sqlite3", tmp_path / "l.db"))
    connection = sqlite3.connect(path)
    tokens = [row[0] for row in connection.execute("SELECT sealed FROM records WHERE sealed IS NOT NULL")]
    connection.close()
    with SqliteLedger(path, BOTH) as ledger:
        assert ledger.migrate() > 0
        ledger.scrub()
        left = b"".join(place.read_bytes() for place in tmp_path.iterdir())
        assert not [token for token in tokens if token[60:120].encode() in left]
        assert len(tokens) > 10


def test_a_value_that_cannot_be_read_stays_and_takes_nothing_with_it(opened: Opened) -> None:
    ledger = opened()
    before = content(ledger)
    broken = next(one for one in before if one.account == "shop" and one.personal is PersonalState.CLEAR)
    with ledger._engine.begin(write=True) as transaction:
        transaction.many(
            "UPDATE records SET sealed = substr(sealed, 1, length(sealed) - 9) || 'AAAAA.end' "
            "WHERE account = ? AND kind = ? AND record_key = ?",
            [("shop", broken.kind, broken.key)],
        )
    for _ in range(SEALED):
        assert ledger.acquire_lease("shop", "w3", 60) is not None
    with pytest.raises(TamperedError):
        ledger.migrate()
    assert unmoved(ledger) == 1
    readable = {
        one.key
        for one in before
        if (one.account, one.kind) == ("shop", broken.kind)
        and one.key != broken.key
        and one.personal in (PersonalState.CLEAR, PersonalState.MASKED)
    }
    assert {part.key for part in ledger.personal_parts("shop", broken.kind)} == readable
    assert ledger.due_personal("shop", broken.kind, LATER, None, LATER) == (0, len(readable))
    with pytest.raises(TamperedError):
        ledger.record("shop", broken.kind, broken.key)
    for one in before:
        if (one.account, one.kind, one.key) != ("shop", broken.kind, broken.key):
            assert ledger.record(one.account, one.kind, one.key) == one
