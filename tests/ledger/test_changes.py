"""Changes in the order of their saves: nothing comes too late, whatever the clock says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_kit import DRAFT, NOW, KeyCipher
from wemakeprice_sdk.errors import LedgerAccountError, ValidationError
from wemakeprice_sdk.ledger import Lease, MemoryLedger, RecordDraft, SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger

SECOND = timedelta(seconds=1)


def lease_of(ledger: SqlLedger) -> Lease:
    lease = ledger.acquire_lease("shop", "w", 3600)
    assert lease is not None
    return lease


def draft(key: int | str, word: str = "NEW", at: datetime = NOW) -> RecordDraft:
    return RecordDraft("bundle", str(key), word, at, {"bundleNo": 1})


def drain(ledger: SqlLedger, cursor: str = "warehouse", limit: int = 2) -> list[tuple[str, str]]:
    """Read to the end like a reader that acknowledges every page."""
    seen: list[tuple[str, str]] = []
    while True:
        after = ledger.position("shop", cursor)
        rows = ledger.changes("shop", ["bundle"], after=after, limit=limit)
        if not rows:
            return seen
        seen += [(row.key, row.status) for row in rows]
        assert ledger.acknowledge("shop", cursor, rows[-1].last_seen, after=after)


def test_pages_come_in_the_order_of_the_saves_and_never_end_inside_one(ledger: SqlLedger) -> None:
    lease = lease_of(ledger)
    for number in range(3):
        ledger.save(lease, [draft(f"{number}{part}") for part in "ba"], NOW)
    first = ledger.changes("shop", ["bundle"], limit=3)
    assert [row.key for row in first] == ["0a", "0b", "1a", "1b"]
    rest = ledger.changes("shop", ["bundle"], after=first[-1].last_seen, limit=3)
    assert [row.key for row in rest] == ["2a", "2b"]
    assert ledger.changes("shop", ["claim"]) == ()


def test_several_kinds_come_in_one_order_and_each_once(ledger: SqlLedger) -> None:
    lease = lease_of(ledger)
    for number in range(6):
        kinds = ("bundle", "claim", "deal")[: 1 + number % 3]
        ledger.save(
            lease, [evolve(draft(f"{number}{part}"), kind=kind) for kind in kinds for part in "ba"], NOW
        )
    wanted = ["deal", "bundle", "deal"]
    rows, after = [], None
    while page := ledger.changes("shop", wanted, after=after, limit=3):
        assert len(page) in (4, 6)
        rows += page
        after = page[-1].last_seen
    stored = [row for kind in ("bundle", "deal") for row in ledger.records("shop", kind)]
    assert rows == sorted(stored, key=lambda row: (row.last_seen, row.kind, row.key))
    assert ledger.changes("shop", []) == ()


def test_a_record_of_an_older_time_saved_under_a_clock_gone_back_comes_all_the_same(
    ledger: SqlLedger,
) -> None:
    lease = lease_of(ledger)
    ledger.save(lease, [draft(1)], NOW)
    assert drain(ledger) == [("1", "NEW")]
    ledger.save(lease, [draft(2, at=NOW - timedelta(days=30))], NOW - 200 * SECOND)
    ledger.save(lease, [draft(1, "CONFIRM")], NOW - 100 * SECOND)
    assert drain(ledger) == [("2", "NEW"), ("1", "CONFIRM")]
    assert drain(ledger) == []


def test_two_readers_have_a_position_each_and_it_outlives_the_connection(ledger: SqlLedger) -> None:
    ledger.save(lease_of(ledger), [draft(1)], NOW)
    assert drain(ledger, "first") == [("1", "NEW")]
    if not isinstance(ledger, MemoryLedger):
        ledger.close()
    assert drain(ledger, "first") == []
    assert drain(ledger, "second") == [("1", "NEW")]


def test_a_position_needs_no_lease_and_never_moves_back_or_over_a_gap(ledger: SqlLedger) -> None:
    ledger.save(lease_of(ledger), [draft(1)], NOW)
    assert ledger.acknowledge("shop", "c", NOW, after=None)
    assert ledger.acknowledge("shop", "c", NOW - SECOND, after=None), "an older batch says nothing new"
    assert ledger.position("shop", "c") == NOW
    assert not ledger.acknowledge("shop", "c", NOW + 9 * SECOND, after=NOW + SECOND)
    assert ledger.position("shop", "c") == NOW
    with pytest.raises(LedgerAccountError):
        ledger.acknowledge("nobody", "c", NOW, after=None)
    with pytest.raises(ValidationError, match="one line"):
        ledger.acknowledge("shop", "a\nb", NOW, after=None)


def test_after_a_clock_that_ran_ahead_readers_get_again_what_was_saved_meanwhile(ledger: SqlLedger) -> None:
    lease = lease_of(ledger)
    ledger.save(lease, [draft(1)], NOW)
    assert drain(ledger) == [("1", "NEW")]
    ahead = NOW + timedelta(days=400)
    ledger.mark_time(lease, ahead, 1)
    ledger.save(lease, [draft(2)], ahead)
    assert drain(ledger) == [("2", "NEW")]
    now = NOW + timedelta(hours=1)
    ledger.reset_time(lease, now, now - timedelta(days=30), by="김운영")
    ledger.save(lease, [draft(3)], now)
    assert drain(ledger) == [("2", "NEW"), ("3", "NEW")]
    row = ledger.record("shop", "bundle", "3")
    assert row is not None
    assert row.last_seen < ahead, "the stamps follow the right clock again"


def test_a_ledger_of_before_this_order_is_read_whole_and_goes_on_behind_it(ledger: SqlLedger) -> None:
    lease = lease_of(ledger)
    ledger.save(lease, [draft(1)], NOW + SECOND)
    with ledger._write() as transaction:
        transaction.many("DELETE FROM watermarks WHERE stream = ?", [("saved",)])
    ledger.save(lease, [draft(2)], NOW)
    assert drain(ledger, limit=1) == [("1", "NEW"), ("2", "NEW")]


def test_the_same_again_comes_no_more_until_a_day_has_passed(ledger: SqlLedger) -> None:
    lease = lease_of(ledger)
    ledger.save(lease, [DRAFT], NOW)
    drain(ledger)
    ledger.save(lease, [DRAFT], NOW + timedelta(hours=5))
    assert drain(ledger) == []
    ledger.save(lease, [evolve(DRAFT, status="GONE")], NOW + timedelta(hours=6))
    assert drain(ledger) == [("1", "GONE")]


STEP = st.one_of(
    st.tuples(st.just("save"), st.lists(st.integers(0, 6), min_size=1, max_size=4), st.integers(-290, 290)),
    st.tuples(st.just("read"), st.sampled_from(["a", "b"]), st.booleans()),
    st.tuples(st.just("reset"), st.integers(0, 50), st.just(0)),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(STEP, max_size=25))
def test_every_version_that_stands_reaches_every_reader(steps: list[tuple[str, object, object]]) -> None:
    """An independent book of versions, over clocks that jump, readers that die, and resets of the time."""
    with MemoryLedger(KeyCipher()) as ledger:
        ledger.open_account("shop", "")
        lease = lease_of(ledger)
        stands: dict[str, str] = {}
        has: dict[str, dict[str, str]] = {"a": {}, "b": {}}
        version = 0
        for kind, what, more in steps:
            if kind == "save":
                assert isinstance(what, list)
                assert isinstance(more, int)
                version += 1
                rows = {str(key): f"V{version}" for key in what}
                ledger.save(lease, [draft(key, word) for key, word in rows.items()], NOW + more * SECOND)
                stands |= rows
            elif kind == "read":
                after = ledger.position("shop", str(what))
                found = ledger.changes("shop", ["bundle"], after=after, limit=2)
                if found and more:  # else the reader died with the batch in its hands
                    has[str(what)] |= {row.key: row.status for row in found}
                    assert ledger.acknowledge("shop", str(what), found[-1].last_seen, after=after)
            else:
                assert isinstance(what, int)
                now = NOW + what * SECOND
                ledger.reset_time(lease, now, now - timedelta(days=1), by="김운영")
        for reader, known in has.items():
            known |= dict(drain(ledger, reader))
            assert known == stands


WRITER = """
import sys, itertools
sys.path[:0] = {path!r}
from ledger_kit import KeyCipher, NOW
from wemakeprice_sdk.ledger import SqliteLedger, RecordDraft
ledger = SqliteLedger({place!r}, KeyCipher())
lease = ledger.acquire_lease("shop", "w", 3600)
for number in itertools.count({start}):
    rows = [RecordDraft("bundle", f"{{number}}-{{part}}", "NEW", NOW, {{"bundleNo": 1}}) for part in range(3)]
    ledger.save(lease, rows, NOW)
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_time_leaves_whole_saves_and_no_gap(tmp_path: Path) -> None:
    place = str(tmp_path / "ledger.db")
    with SqliteLedger(place, KeyCipher()) as ledger:
        ledger.open_account("shop", "")
        said: list[int] = []
        seen: list[str] = []
        for turn in range(3):
            code = WRITER.format(path=sys.path, place=place, start=turn * 1000)
            with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as writer:
                assert writer.stdout is not None
                said += [int(writer.stdout.readline()) for _ in range(5 + turn)]
                os.kill(writer.pid, signal.SIGKILL)
                said += [int(line) for line in writer.stdout if line.endswith("\n")]
            seen += [key for key, _ in drain(ledger, limit=4)]
        assert len(seen) == len(set(seen))
        assert {f"{number}-{part}" for number in said for part in range(3)} <= set(seen)
        assert len(seen) % 3 == 0
        assert len(seen) == ledger.count("shop", "bundle")
