"""Masking and destroying: records, payloads, holds, pages, counts, and what the audit trail says of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from kit import START, open_shop

from ledger_kit import NOW, KeyCipher
from wemakeprice_sdk.errors import (
    LeaseLostError,
    LedgerAccountError,
    ValidationError,
)
from wemakeprice_sdk.ledger import (
    Intent,
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    LegalHold,
    PersonalState,
    PostgresLedger,
    RecordDraft,
    SqliteLedger,
)
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.engine import Transaction
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import Bundle, Claim
from wemakeprice_sdk.runner.conversion import bundle_draft, claim_draft
from wemakeprice_sdk.runner.sources.forms import fact_key
from wemakeprice_sdk.wire.converter import read

LATER = NOW + timedelta(days=1)


def bundle(number: int, **extra: object) -> RecordDraft:
    body = {"bundleNo": number, "buyerName": "홍길동", "delivery": {"phone": "010-0000-0000"}, **extra}
    return RecordDraft("bundle", str(number), "NEW", NOW, body)  # type: ignore[arg-type]


def states(ledger: SqlLedger) -> list[PersonalState]:
    return [record.personal for record in ledger.records("shop", "bundle")]


@pytest.fixture
def lease(ledger: SqlLedger) -> Lease:
    taken = ledger.acquire_lease("shop", "w1", 60)
    assert taken is not None
    return taken


@pytest.fixture
def intents(ledger: SqlLedger, lease: Lease) -> dict[str, Intent]:
    """One intent in every state and one of every family, all of the same timestamp."""
    made: dict[str, Intent] = {}
    for operation, state in (
        ("orders_ship", IntentState.APPLIED),
        ("claims_reject", IntentState.ALREADY_DONE),
        ("cs_answer_question", IntentState.REFUSED),
        ("cs_answer_inquiry", IntentState.NOT_APPLIED),
        ("products_update_sale", IntentState.UNKNOWN),
        ("shipping_save_policy", IntentState.OPEN),
    ):
        draft = IntentDraft(operation, f"{operation}:1", {"answer": "홍길동님"}, reason="auto", rule="3.2")
        made[operation] = intent = ledger.begin(lease, draft, NOW)
        if state is not IntentState.OPEN:
            ledger.finish(lease, IntentResult(intent, state), LATER)
    return made


def full(ledger: SqlLedger) -> set[str]:
    return {intent.operation for intent in ledger.intents("shop") if intent.payload}


ACTIVE = {"products_update_sale", "shipping_save_policy"}


def test_payloads_of_finished_intents_are_emptied_and_the_rest_of_them_stays(
    ledger: SqlLedger, lease: Lease, intents: dict[str, Intent]
) -> None:
    assert ledger.destroy_personal(lease, "intent", NOW, LATER) == 0, "not older than the bound"
    assert ledger.destroy_personal(lease, "intent", NOW + timedelta(seconds=1), LATER) == 4
    assert full(ledger) == ACTIVE
    kept = ledger.intents("shop", target="orders_ship:1")[0]
    assert (kept.id, kept.state, kept.payload) == (intents["orders_ship"].id, IntentState.APPLIED, {})
    assert (kept.reason, kept.rule, kept.finished_at) == ("auto", "3.2", LATER)
    assert ledger.destroy_personal(lease, "intent", LATER, LATER) == 0
    last = list(ledger.audit("shop"))[-1]
    assert (last.action, last.target, last.detail.split()[:2]) == (
        "destroy_personal",
        "intent",
        ["4", "payloads"],
    )
    ledger.resolve("shop", intents["products_update_sale"].id, IntentState.APPLIED, LATER, by="kim")
    assert ledger.destroy_personal(lease, "intent", LATER, LATER) == 1


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("bundle", {"orders_ship"}),
        ("claim", {"claims_reject"}),
        ("question", {"cs_answer_question"}),
        ("inquiry", {"cs_answer_inquiry"}),
        ("review", set()),
        ("intent", {"orders_ship", "claims_reject", "cs_answer_question", "cs_answer_inquiry"}),
    ],
)
@pytest.mark.usefixtures("intents")
def test_what_was_sent_about_a_kind_stands_under_its_hold(
    ledger: SqlLedger, lease: Lease, kind: str, kept: set[str]
) -> None:
    until = LATER + timedelta(days=1)
    ledger.set_hold(lease, LegalHold("shop", kind, until, "전자상거래법"), NOW)
    due = ledger.due_personal("shop", "intent", LATER, None, LATER)
    assert due == (0, 4 - len(kept))
    assert ledger.destroy_personal(lease, "intent", LATER, LATER) == 4 - len(kept)
    assert full(ledger) == ACTIVE | kept
    assert ledger.destroy_personal(lease, "intent", LATER, until) == len(kept)


def test_retention_takes_a_page_at_a_time_and_goes_on_under_the_next_lease(
    ledger: SqlLedger, lease: Lease
) -> None:
    ledger.save(lease, [bundle(number) for number in range(25)], NOW)
    assert ledger.mask_personal(lease, "bundle", LATER, LATER, limit=10) == 10
    assert sorted(states(ledger)).count(PersonalState.MASKED) == 10
    second = ledger.acquire_lease("shop", "w1", 60)
    assert second is not None
    with pytest.raises(LeaseLostError):
        ledger.mask_personal(lease, "bundle", LATER, LATER, limit=10)
    assert [ledger.mask_personal(second, "bundle", LATER, LATER, limit=10) for _ in range(3)] == [10, 5, 0]
    assert [ledger.destroy_personal(second, "bundle", LATER, LATER, limit=20) for _ in range(3)] == [20, 5, 0]
    details = [entry.detail.split()[0] for entry in ledger.audit("shop")]
    assert details == ["10", "10", "5", "20", "5"]
    assert verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok


def test_what_is_due_is_counted_as_it_will_be_done(ledger: SqlLedger, lease: Lease) -> None:
    days = [0, 1, 2, 3, 4, 5]
    ledger.save(
        lease, [RecordDraft("bundle", str(d), "N", NOW + timedelta(days=d), {"n": "홍"}) for d in days], NOW
    )
    ledger.mask_personal(lease, "bundle", LATER, LATER)
    mask_before, destroy_before = NOW + timedelta(days=4), NOW + timedelta(days=2)
    head = ledger.audit_head("shop")
    assert ledger.due_personal("shop", "bundle", LATER, mask_before, destroy_before) == (2, 2)
    assert ledger.due_personal("shop", "bundle", LATER, mask_before, None) == (3, 0)
    assert ledger.audit_head("shop") == head
    assert ledger.destroy_personal(lease, "bundle", destroy_before, LATER) == 2
    assert ledger.mask_personal(lease, "bundle", mask_before, LATER) == 2


@pytest.mark.parametrize("kind", ["bundles", "product", "", "INTENT"])
def test_a_kind_that_holds_no_personal_data_is_refused(ledger: SqlLedger, lease: Lease, kind: str) -> None:
    calls = [
        lambda: ledger.set_hold(lease, LegalHold("shop", kind, LATER, "소송"), NOW),
        lambda: ledger.mask_personal(lease, kind, LATER, LATER),
        lambda: ledger.destroy_personal(lease, kind, LATER, LATER),
        lambda: ledger.due_personal("shop", kind, LATER, None, None),
    ]
    for call in calls:
        with pytest.raises(ValidationError) as caught:
            call()
        [violation] = caught.value.violations
        assert "bundle, claim, question, review, inquiry, export" in violation.message
        assert "bundle, claim, question, review, inquiry, export" in violation.message_ko
    assert ledger.holds("shop") == ()


def test_a_payload_cannot_be_masked(ledger: SqlLedger, lease: Lease) -> None:
    with pytest.raises(ValidationError, match="kind"):
        ledger.mask_personal(lease, "intent", LATER, LATER)


def test_a_hold_is_set_for_the_account_of_the_lease_only(ledger: SqlLedger, lease: Lease) -> None:
    ledger.open_account("other", "https://sandbox")
    with pytest.raises(LedgerAccountError, match="'other'"):
        ledger.set_hold(lease, LegalHold("other", "bundle", LATER, "소송"), NOW)
    assert ledger.holds("other") == ()


# free text -------------------------------------------------------------------


def test_free_text_of_a_hold_is_redacted_before_it_is_kept(ledger: SqlLedger, lease: Lease) -> None:
    reason = " 소송 kim@example.com 010-0000-0000 "
    ledger.set_hold(lease, LegalHold("shop", "bundle", LATER, reason), NOW)
    assert ledger.holds("shop")[0].reason == "소송 *** ***"
    [line] = ledger.audit("shop")
    assert line.detail == f"until {LATER.isoformat()}: 소송 *** ***"


@pytest.mark.parametrize("words", ["", "  ", "a\nb", "a\u2028b", "a\x00b", "\x1b[2J", "가" * 201])
def test_free_text_is_one_line_of_a_sane_length(ledger: SqlLedger, lease: Lease, words: str) -> None:
    unknown = ledger.begin(lease, IntentDraft("x", "bundle:1"), NOW)
    ledger.finish(lease, IntentResult(unknown, IntentState.UNKNOWN), NOW)
    head = ledger.audit_head("shop")
    with pytest.raises(ValidationError) as caught:
        ledger.set_hold(lease, LegalHold("shop", "bundle", LATER, words), NOW)
    assert words.strip() == "" or words not in str(caught.value)
    with pytest.raises(ValidationError, match="by"):
        ledger.resolve("shop", unknown.id, IntentState.APPLIED, NOW, by=words)
    with pytest.raises(ValidationError, match="by"):
        ledger.reset_time(lease, NOW, NOW, by=words)
    assert ledger.audit_head("shop") == head
    assert ledger.active_intents("shop")[0].state is IntentState.UNKNOWN


def test_no_detail_breaks_the_lines_of_the_trail(ledger: SqlLedger, lease: Lease) -> None:
    ledger.note(lease, "import", "bundle:1", "one\r\ntwo\u2029 010-0000-0000 \ud800" + "x" * 999, NOW)
    [line] = ledger.audit("shop")
    assert line.detail.startswith("one two *** x")
    assert len(line.detail) == 300
    assert verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok


# the job ---------------------------------------------------------------------


def test_the_runner_refuses_a_hold_of_an_unknown_kind() -> None:
    with open_shop() as shop:
        with pytest.raises(ValidationError, match="bundles"):
            shop.runner().set_hold("bundles", START + timedelta(days=3650), "소송")
        assert shop.ledger.holds("shop") == ()


# the store -------------------------------------------------------------------


def test_the_queries_of_retention_use_their_indexes(tmp_path: Path) -> None:
    with SqliteLedger(tmp_path / "l.db", KeyCipher()) as ledger:
        ledger.open_account("shop", "https://sandbox")
        lease = ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        connection: sqlite3.Connection = ledger._engine._connection  # type: ignore[attr-defined]
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        for kind in ("bundle", "intent"):
            ledger.destroy_personal(lease, kind, LATER, LATER)
            ledger.due_personal("shop", kind, LATER, LATER, NOW)
        ledger.mask_personal(lease, "bundle", LATER, LATER)
        connection.set_trace_callback(None)
        plans = [
            " ".join(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
            for query in asked
            if query.startswith("SELECT") and any(table in query for table in (" p ON", "sealed", "intents"))
        ]
        assert len(plans) == 8
        for plan in plans:
            assert "SCAN" not in plan
            assert (
                "INDEX personal_by_time (data_key=? AND kind=? AND state=? AND starts" in plan
                or "INDEX records_with_sealed (account=?" in plan
                or "INDEX intents_with_payload (account=? AND opened<?)" in plan
            )


def full_of_people(ledger: SqlLedger) -> tuple[Lease, list[str]]:
    """Save fifty bundles; return the lease and the encrypted values as they are stored."""
    ledger.open_account("shop", "https://sandbox")
    lease = ledger.acquire_lease("shop", "w1", 60)
    assert lease is not None
    ledger.save(lease, [bundle(number) for number in range(50)], NOW)
    with ledger._engine.begin(write=False) as transaction:
        return lease, tokens_of(transaction)


def tokens_of(transaction: Transaction) -> list[str]:
    """Return the encrypted values of people, and the encrypted keys that they are under."""
    return [
        str(row[0])
        for column, table in (("token", "personal"), ("wrapped", "data_keys"))
        for row in transaction.rows(f"SELECT {column} FROM {table}")
    ]


def left_in(places: Iterable[Path], tokens: list[str]) -> int:
    """Count the tokens of which any 24 characters in a row stand in the files."""
    content = b"".join(place.read_bytes() for place in places if place.is_file())
    parts = ([token[at : at + 24].encode() for at in range(0, len(token) - 24, 24)] for token in tokens)
    return sum(any(part in content for part in found) for found in parts)


def test_nothing_of_what_was_destroyed_is_left_in_the_files_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with SqliteLedger(path, KeyCipher()) as ledger:
        lease, tokens = full_of_people(ledger)
        assert ledger.destroy_personal(lease, "bundle", LATER, LATER) == 50
        assert left_in([tmp_path / "l.db-wal"], tokens) == len(tokens) > 100, (
            "the log still has what was written first"
        )
        ledger.scrub()
        assert {place.name for place in tmp_path.iterdir()} == {"l.db", "l.db-wal", "l.db-shm"}
        assert left_in(tmp_path.iterdir(), tokens) == 0
        assert states(ledger) == [PersonalState.DESTROYED] * 50
    assert left_in(tmp_path.iterdir(), tokens) == 0


def test_nothing_of_what_was_destroyed_is_left_in_the_tables_of_postgres(postgres: str) -> None:
    tables = Path(postgres.split("host=")[1].split(maxsplit=1)[0], "data", "base")
    with (
        PostgresLedger(postgres, KeyCipher(), schema=f"t_{uuid4().hex}") as ledger,
        psycopg.connect(postgres, autocommit=True) as admin,
    ):
        lease, tokens = full_of_people(ledger)
        assert ledger.destroy_personal(lease, "bundle", LATER, LATER) == 50
        admin.execute("CHECKPOINT")
        assert left_in(tables.rglob("*"), tokens) > 0, "old rows keep their bytes"
        ledger.scrub()
        admin.execute("CHECKPOINT")
        assert left_in(tables.rglob("*"), tokens) == 0
        assert states(ledger) == [PersonalState.DESTROYED] * 50


def test_what_was_destroyed_never_comes_back_by_collecting_it_again(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1)], NOW)
    ledger.destroy_personal(lease, "bundle", LATER, LATER)
    ledger.scrub()
    ledger.save(lease, [bundle(1, customsPin="P000000000000")], LATER)
    kept = ledger.record("shop", "bundle", "1")
    assert kept is not None
    assert kept.personal is PersonalState.DESTROYED
    assert kept.body == {"bundleNo": 1, "buyerName": None, "delivery": {"phone": None}, "customsPin": None}


def test_a_tombstone_names_a_thing_of_the_marketplace_and_of_a_file_alike(ledger: SqlLedger) -> None:
    claim = read(Claim, {"claimBundleNo": 9, "bundleNo": 1, "claimType": "반품"}, path="claim")
    bundle_ = read(Bundle, {"bundleNo": 1, "purchaseNo": 2}, path="bundle")
    for draft, fact in ((claim_draft(claim, NOW), claim), (bundle_draft(bundle_, NOW), bundle_)):
        stored = f"{fact_key(fact)}@{'0' * 16}#1"
        name = ledger.key_hmac("shop", draft.kind, draft.key)
        assert ledger.key_hmac("shop", f"file_{draft.kind}", stored) == name
        assert ledger.key_hmac("shop", draft.kind, stored) != name
