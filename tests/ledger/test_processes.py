"""A ledger at the border of its process, and a file that is taken away under it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger_kit import NOW, KeyCipher
from wemakeprice_sdk.errors import LedgerStateError
from wemakeprice_sdk.ledger import IntentDraft, RecordDraft, SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger


def said_by_a_child(act: Callable[[], object]) -> str:
    """Fork, act in the child, and return what it raised, or what came back."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # From 3.12 on Python warns of a fork beside threads; here that is what is looked at.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        # A child that waits for ever for a lock of its parent ends by this alarm.
        signal.alarm(30)
        try:
            said = repr(act())
        except LedgerStateError as error:
            said = f"{type(error).__name__}: {error}"
        except BaseException:
            said = traceback.format_exc()
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said or "the child was killed"


def test_a_forked_child_is_refused_and_its_parent_goes_on(ledger: SqlLedger) -> None:
    assert said_by_a_child(lambda: ledger.acquire_lease("shop", "child", 60)).startswith("LedgerStateError")
    assert "per process" in said_by_a_child(lambda: ledger.count("shop", "bundle"))
    assert "프로세스마다" in said_by_a_child(lambda: list(ledger.records("shop", "bundle")))
    assert said_by_a_child(ledger.close) == "None"
    assert said_by_a_child(lambda: (ledger.close(), ledger.holds("shop"))).startswith("LedgerStateError")
    lease = ledger.acquire_lease("shop", "parent", 60)
    assert lease is not None
    ledger.begin(lease, IntentDraft("orders_confirm", "bundle:1"), NOW)
    assert len(ledger.active_intents("shop")) == 1


def test_a_child_is_refused_while_a_thread_of_its_parent_is_inside_a_transaction(ledger: SqlLedger) -> None:
    lease = ledger.acquire_lease("shop", "w", 60)
    assert lease is not None
    inside, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[RecordDraft]:
        inside.set()
        assert go_on.wait(60)
        yield RecordDraft("product", "1", "A", NOW, {})

    worker = threading.Thread(target=lambda: ledger.save(lease, slowly(), NOW))
    worker.start()
    try:
        assert inside.wait(60)
        assert said_by_a_child(lambda: ledger.count("shop", "product")).startswith("LedgerStateError")
        assert said_by_a_child(ledger.close) == "None"
    finally:
        go_on.set()
        worker.join()
    assert ledger.count("shop", "product") == 1


def test_a_ledger_that_was_closed_or_never_used_may_go_to_a_child(tmp_path: Path, cipher: KeyCipher) -> None:
    fresh = SqliteLedger(tmp_path / "l.db", cipher)
    assert said_by_a_child(lambda: fresh.open_account("shop", "https://sandbox")) == "None"
    with fresh as ledger:
        assert ledger.count("shop", "bundle") == 0
    assert said_by_a_child(lambda: ledger.count("shop", "bundle")) == "0"


_INHERITS = """
import os, sys
sys.path.insert(0, sys.argv[1])
from ledger_kit import KeyCipher
from wemakeprice_sdk.ledger.sqlite import SqliteLedger
ledger = SqliteLedger(sys.argv[2], KeyCipher())
ledger.open_account("shop", "https://sandbox")
if os.fork() == 0:
    sys.stdin.read()  # ends as any program does, once the test closes this pipe
else:
    ledger.close()
    os.write(1, b"forked")
    os._exit(0)
"""
_IS_KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from ledger_kit import KeyCipher, NOW
from wemakeprice_sdk.ledger import RecordDraft, SqliteLedger
ledger = SqliteLedger(sys.argv[2], KeyCipher())
lease = ledger.acquire_lease("shop", "w", 60)
ledger.save(lease, [RecordDraft("product", "1", "A", NOW, {})], NOW)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_child_that_ends_takes_nothing_of_others_with_it(tmp_path: Path, cipher: KeyCipher) -> None:
    """SQLite deletes the log at the path of the file when the last connection closes; the child's is old."""
    path = tmp_path / "l.db"
    arguments = [str(Path(__file__).parents[1]), str(path)]
    with subprocess.Popen(
        [sys.executable, "-c", _INHERITS, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.read(6) == b"forked"
        parent.wait(60)
        killed = subprocess.run([sys.executable, "-c", _IS_KILLED, *arguments], check=False)
        assert killed.returncode == -signal.SIGKILL
        parent.stdin.close()
        # The child holds the other end of this pipe until it is gone.
        parent.stdout.read()
    with SqliteLedger(path, cipher) as ledger:
        assert ledger.count("shop", "product") == 1


def used(path: Path, cipher: KeyCipher) -> SqliteLedger:
    ledger = SqliteLedger(path, cipher)
    ledger.open_account("shop", "https://sandbox")
    return ledger


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced", "its folder is gone"])
def test_a_file_that_is_taken_away_is_noticed_by_the_next_transaction(
    tmp_path: Path, cipher: KeyCipher, how: str
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    path = folder / "l.db"
    with used(path, cipher) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        if how == "deleted":
            for file in folder.iterdir():
                file.unlink()
        elif how == "moved":
            path.rename(folder / "other.db")
        elif how == "replaced":
            other = folder / "other.db"
            used(other, cipher).close()
            other.replace(path)
        else:
            folder.rename(tmp_path / "there")
        there = path.exists()
        for act in (
            lambda: ledger.begin(lease, IntentDraft("orders_confirm", "bundle:1"), NOW),
            lambda: ledger.count("shop", "bundle"),
            lambda: list(ledger.records("shop", "bundle")),
        ):
            with pytest.raises(LedgerStateError, match=r"l\.db: .*open the ledger again") as raised:
                act()
            assert str(tmp_path) not in str(raised.value)
        assert path.exists() is there, "no empty ledger is put where the right one was"


def test_what_another_puts_in_the_place_stays_whole_when_the_old_ledger_closes(
    tmp_path: Path, cipher: KeyCipher
) -> None:
    path, other = tmp_path / "l.db", tmp_path / "other.db"
    used(other, KeyCipher(b"x" * 32)).close()
    old = used(path, cipher)
    for file in tmp_path.glob("l.db*"):
        file.unlink()
    other.replace(path)
    with SqliteLedger(path, KeyCipher(b"x" * 32)) as new:
        lease = new.acquire_lease("shop", "w", 60)
        assert lease is not None
        new.save(lease, [RecordDraft("product", "1", "A", NOW, {})], NOW)
        old.close()
        assert (tmp_path / "l.db-wal").exists()
        assert new.count("shop", "product") == 1
    reader = sqlite3.connect(path)
    assert reader.execute("SELECT count(*) FROM records").fetchone() == (1,)
    reader.close()


def test_a_file_that_is_put_back_is_the_ledger_again(tmp_path: Path, cipher: KeyCipher) -> None:
    path, away = tmp_path / "l.db", tmp_path / "away.db"
    with used(path, cipher) as ledger:
        path.rename(away)
        with pytest.raises(LedgerStateError):
            ledger.holds("shop")
        away.rename(path)
        assert ledger.holds("shop") == ()


def test_after_closing_the_file_that_is_there_is_opened_with_its_own_keys(tmp_path: Path) -> None:
    """The digest key belongs to the file: with that of the old one every record would look changed."""
    path, other = tmp_path / "l.db", tmp_path / "other.db"
    draft = RecordDraft("product", "1", "A", NOW, {"name": "찻잔"})
    with used(other, KeyCipher()) as ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        ledger.save(lease, [draft], NOW)
    ledger = used(path, KeyCipher())
    ledger.close()
    other.replace(path)
    with ledger:
        lease = ledger.acquire_lease("shop", "w", 60)
        assert lease is not None
        assert ledger.save(lease, [draft], NOW).same == 1


def test_a_relative_path_means_the_folder_it_was_given_in(
    tmp_path: Path, cipher: KeyCipher, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with used(Path("l.db"), cipher) as ledger:
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert ledger.count("shop", "bundle") == 0
        ledger.close()
        assert ledger.count("shop", "bundle") == 0
    assert list((tmp_path / "elsewhere").iterdir()) == []
