"""A ledger under a new key: everything, in pages, while others work, and started again after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import define, evolve

from ledger_kit import NOW, KeyCipher
from wemakeprice_sdk.config import RotationReport
from wemakeprice_sdk.errors import UnknownKeyError
from wemakeprice_sdk.ledger import (
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    MemoryLedger,
    PostgresLedger,
    RecordDraft,
    SqliteLedger,
    data_keys,
    intents,
)
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey

KEYS = {"old": SecretKey(b"a" * 32), "new": SecretKey(b"b" * 32)}
BEFORE = AesGcmCipher({"old": KEYS["old"]}, "old")
BOTH = AesGcmCipher(KEYS, "new")
AFTER = AesGcmCipher({"new": KEYS["new"]}, "new")
LATER = NOW + timedelta(days=1)

Opened = Callable[[AesGcmCipher], SqlLedger]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Open one and the same store with any ring."""
    schema = f"t_{uuid4().hex}"
    with ExitStack() as stack:

        def opened_with(ring: AesGcmCipher) -> SqlLedger:
            if request.param == "sqlite":
                return stack.enter_context(SqliteLedger(tmp_path / "l.db", ring, durable=False))
            conninfo = request.getfixturevalue("postgres")
            return stack.enter_context(PostgresLedger(conninfo, ring, schema=schema))

        yield opened_with


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_keys, "PAGE", 3)
    monkeypatch.setattr(intents, "PAGE", 3)


def record(number: int, kind: str = "bundle") -> RecordDraft:
    return RecordDraft(kind, str(number), "NEW", NOW, {"bundleNo": number, "buyerName": f"홍길동{number}"})


def taken(ledger: SqlLedger, account: str = "shop") -> Lease:
    ledger.open_account(account, "https://sandbox")
    lease = ledger.acquire_lease(account, "w1", 60)
    assert lease is not None
    return lease


def fill(ledger: SqlLedger) -> None:
    """Two accounts: records of five months and of one, 5 payloads (one emptied beside), something destroyed."""
    lease, other = taken(ledger), taken(ledger, "other")
    ledger.save(lease, [record(8)], NOW)
    ledger.destroy_personal(lease, "bundle", LATER, NOW)
    ledger.save(lease, [record(1)], NOW)
    ledger.mask_personal(lease, "bundle", LATER, NOW)
    ledger.save(lease, [*(record(n) for n in range(2, 6)), record(1, "claim"), record(2, "claim")], NOW)
    months = [evolve(record(n), at=NOW - timedelta(days=31 * n)) for n in range(10, 14)]
    ledger.save(lease, months, NOW)
    ledger.save(lease, [record(1, "product")], NOW)
    ledger.save(other, [record(1)], NOW)
    sent = ledger.begin(lease, IntentDraft("x", "bundle:0", {"n": 0}), NOW)
    ledger.finish(lease, IntentResult(sent, IntentState.APPLIED), NOW)
    ledger.destroy_personal(lease, "intent", LATER, NOW)
    for number in range(1, 5):
        ledger.begin(lease, IntentDraft("x", f"bundle:{number}", {"n": number}), NOW)
    ledger.begin(other, IntentDraft("x", "bundle:1", {"n": 1}), NOW)


def content(ledger: SqlLedger) -> list[object]:
    kinds = ("bundle", "claim", "product")
    return [
        (list(ledger.intents(account)), [list(ledger.records(account, kind)) for kind in kinds])
        for account in ("shop", "other")
    ]


def test_after_a_rotation_the_old_key_may_go(opened: Opened) -> None:
    first = opened(BEFORE)
    fill(first)
    before = content(first)
    ledger = opened(BOTH)
    told: list[RotationReport] = []
    assert ledger.rotate_keys(told.append) == RotationReport(rotated=13, current=0), (
        "5 data keys and 1, 4 payloads and 1, the keys of tombstones and digests"
    )
    assert [report.rotated for report in told] == [0, 1, 2, 2, 5, 7, 10, 11, 13], "page by page"
    assert ledger.rotate_keys() == RotationReport(rotated=0, current=13)
    last = opened(AFTER)
    assert content(last) == before
    assert last.save(taken(last), [record(2)], NOW).same == 1, "the digests are those of before"


def test_a_killed_rotation_needs_both_keys_until_it_was_run_again(opened: Opened) -> None:
    fill(opened(BEFORE))
    before = content(opened(BOTH))

    def kill(report: RotationReport) -> None:
        if report.rotated > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened(BOTH).rotate_keys(kill)
    with pytest.raises(UnknownKeyError, match="old"):
        opened(AFTER).count("shop", "bundle")
    assert content(opened(BOTH)) == before
    report = opened(BOTH).rotate_keys()
    assert report == RotationReport(rotated=8, current=5)
    assert content(opened(AFTER)) == before


def test_others_go_on_writing_while_keys_are_rotated(opened: Opened) -> None:
    fill(opened(BEFORE))
    worker, numbers = opened(BOTH), iter(range(100, 200))
    lease = taken(worker)

    def work(_: RotationReport) -> None:
        number = next(numbers)
        worker.save(
            lease, [record(number), RecordDraft("bundle", "3", f"S{number}", NOW, {"n": number})], NOW
        )
        intent = worker.begin(lease, IntentDraft("x", f"bundle:{number}", {"n": number}), NOW)
        worker.finish(lease, IntentResult(intent, IntentState.APPLIED), NOW)

    opened(BOTH).rotate_keys(work)
    last = opened(AFTER)
    done = next(numbers)
    found = last.record("shop", "bundle", "3")
    assert found is not None
    assert (found.status, found.body["n"], found.body["buyerName"]) == (f"S{done - 1}", done - 1, "홍길동3")
    for number in range(100, done):
        kept = last.record("shop", "bundle", str(number))
        assert kept is not None
        assert kept.body["buyerName"] == f"홍길동{number}"
        assert last.intents("shop", target=f"bundle:{number}")[0].payload == {"n": number}


@define
class Meddling:
    """A ring that lets somebody write after the page was read and before it is written."""

    meddle: Callable[[], object]
    meddled: bool = False

    def decrypt(self, token: str, *, context: bytes) -> bytes:
        return BOTH.decrypt(token, context=context)

    def encrypt(self, plaintext: bytes, *, context: bytes) -> str:
        if not self.meddled:
            self.meddled = True
            self.meddle()
        return BOTH.encrypt(plaintext, context=context)

    def is_current(self, token: str) -> bool:
        return BOTH.is_current(token)


def test_what_is_written_while_a_page_is_re_encrypted_stands(opened: Opened) -> None:
    fill(opened(BEFORE))
    worker = opened(BOTH)
    lease, other = taken(worker), taken(worker, "other")

    def meddle() -> None:
        changed = RecordDraft("bundle", "1", "SHIPPED", NOW, {"buyerName": "김철수"})
        worker.save(other, [changed], NOW)
        worker.destroy_personal(lease, "claim", LATER, NOW)

    ledger = opened(BOTH)
    assert ledger.holds("shop") == (), "the ledger is open before anybody meddles"
    ledger._cipher = Meddling(meddle)
    ledger.rotate_keys()
    last = opened(AFTER)
    found = last.record("other", "bundle", "1")
    assert found is not None
    assert (found.status, found.body["buyerName"]) == ("SHIPPED", "김철수")
    assert [record.body["buyerName"] for record in last.records("shop", "claim")] == [None, None]


def test_a_cipher_that_cannot_tell_its_keys_apart_is_refused() -> None:
    with MemoryLedger(KeyCipher()) as ledger, pytest.raises(TypeError, match="older key"):
        ledger.rotate_keys()
