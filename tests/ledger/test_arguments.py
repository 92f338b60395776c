"""What every method of the ledger says to an argument of another kind."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ledger_kit import DRAFT, INTENT, NOW, KeyCipher, calls
from wemakeprice_sdk.errors import LedgerAccountError, ValidationError
from wemakeprice_sdk.ledger import (
    ImportDraft,
    IntentResult,
    IntentState,
    Lease,
    Ledger,
    MemoryLedger,
    PostgresLedger,
    SqliteLedger,
)
from wemakeprice_sdk.ledger.sql import SqlLedger


@pytest.fixture
def memory(cipher: KeyCipher) -> SqlLedger:
    ledger = MemoryLedger(cipher)
    ledger.open_account("shop", "https://sandbox")
    return ledger


WITHOUT_ARGUMENTS = {"exists", "close"}


def test_every_method_of_the_protocol_is_asked_here_and_is_written_in_sql(memory: SqlLedger) -> None:
    lease = memory.acquire_lease("shop", "w", 60)
    assert lease is not None
    methods = {name for name in vars(Ledger) if inspect.isfunction(vars(Ledger)[name]) and name[0] != "_"}
    assert methods == calls(lease, memory.begin(lease, INTENT, NOW)).keys() | WITHOUT_ARGUMENTS
    for name in methods | {"__enter__", "__exit__"}:
        assert getattr(SqlLedger, name) is not getattr(Ledger, name), f"{name} is the protocol's empty one"
        assert inspect.getdoc(getattr(SqlLedger, name)) == inspect.getdoc(getattr(Ledger, name))


def test_every_argument_of_another_type_is_named(memory: SqlLedger) -> None:
    """One argument after the other is an object of no use; the message names it and what it takes."""
    lease = memory.acquire_lease("shop", "w", 60)
    assert lease is not None
    intent = memory.begin(lease, INTENT, NOW)
    before = memory.audit_head("shop"), memory.watermark("shop", "orders"), memory.count("shop", "bundle")
    for method, arguments in calls(lease, intent).items():
        for name in arguments:
            with pytest.raises((TypeError, ValidationError), match=re.escape(name)) as raised:
                getattr(memory, method)(**{**arguments, name: object()})
            assert "object" in str(raised.value), (method, name)
    after = memory.audit_head("shop"), memory.watermark("shop", "orders"), memory.count("shop", "bundle")
    assert after == before


def test_the_same_arguments_of_the_right_types_are_taken(memory: SqlLedger) -> None:
    for method in calls(None, memory_intent(memory)[1]):  # type: ignore[arg-type]
        lease, intent = memory_intent(memory)
        arguments = calls(lease, intent)[method]
        if method == "resolve":
            memory.release_lease(lease)
        getattr(memory, method)(**arguments)


def memory_intent(ledger: SqlLedger) -> tuple[Lease, Any]:
    """Return a lease and an open intent on the first bundle, whatever happened before."""
    lease = ledger.acquire_lease("shop", "w", 60)
    assert lease is not None
    for row in ledger.active_intents("shop"):
        ledger.finish(lease, IntentResult(row, IntentState.NOT_APPLIED), NOW)
    return lease, ledger.begin(lease, INTENT, NOW)


@pytest.mark.parametrize(
    "collection", ["is_done", "save", "mark_processed", "processed", "registered", "register_all"]
)
def test_one_text_is_no_list_of_texts(memory: SqlLedger, collection: str) -> None:
    lease, intent = memory_intent(memory)
    arguments = calls(lease, intent)[collection]
    (name,) = {"once_keys", "records", "keys", "drafts"} & arguments.keys()
    with pytest.raises(TypeError, match=f"{name} takes a list"):
        getattr(memory, collection)(**{**arguments, name: "12"})


BAD = ["a\0b", "\ud800"]


@pytest.mark.parametrize("bad", BAD, ids=ascii)
def test_text_that_no_database_stores_is_refused_before_anything_is_written(
    ledger: SqlLedger, bad: str
) -> None:
    lease = ledger.acquire_lease("shop", "w", 60)
    assert lease is not None
    acts: list[Callable[[], object]] = [
        lambda: ledger.open_account(bad, ""),
        lambda: ledger.open_account("other", bad),
        lambda: ledger.acquire_lease(bad, "w", 60),
        lambda: ledger.acquire_lease("shop", bad, 60),
        lambda: ledger.count(bad, "bundle"),
        lambda: ledger.records(bad, "bundle"),
        lambda: ledger.save(lease, [evolve(DRAFT, key=bad)], NOW),
        lambda: ledger.save(lease, [DRAFT], NOW, watermark=(bad, NOW)),
        lambda: ledger.begin(lease, evolve(INTENT, target=bad), NOW),
        lambda: ledger.begin(lease, evolve(INTENT, once_key=bad), NOW),
        lambda: ledger.mark_processed(lease, "bundle", [bad], NOW),
        lambda: ledger.processed("shop", "bundle", [bad]),
        lambda: ledger.is_done("shop", [bad]),
        lambda: ledger.register(lease, evolve(DRAFT, key=bad), NOW),
        lambda: ledger.register_all(lease, [ImportDraft(DRAFT), ImportDraft(evolve(DRAFT, key=bad))], NOW),
        lambda: ledger.put_progress(lease, bad, {}, NOW),
        lambda: ledger.note(lease, "a", bad, "d", NOW),
    ]
    for act in acts:
        with pytest.raises(ValidationError, match="no database stores"):
            act()
    assert ledger.count("shop", "bundle") == 0
    assert ledger.watermark("shop", "orders") is None
    with pytest.raises(LedgerAccountError):
        ledger.acquire_lease("other", "w", 60)


def test_such_text_inside_a_document_is_kept(ledger: SqlLedger) -> None:
    """Documents are written as ASCII JSON, so what a buyer typed in is stored as it came."""
    lease = ledger.acquire_lease("shop", "w", 60)
    assert lease is not None
    body = {"buyerName": "a\0b", "productName": "\ud800"}
    ledger.save(lease, [evolve(DRAFT, body=body)], NOW)
    kept = ledger.record("shop", "bundle", "1")
    assert kept is not None
    assert kept.body == body


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path, cipher: SqliteLedger(5, cipher), "path takes text"),
        (lambda path, cipher: SqliteLedger(path, "key"), "cipher takes a Cipher"),
        (lambda path, cipher: SqliteLedger(path, cipher, account=5), "account takes text"),
        (lambda path, cipher: SqliteLedger(path, cipher, busy_timeout="5"), "busy_timeout takes"),
        (lambda path, cipher: MemoryLedger(None), "cipher takes a Cipher"),
        (lambda path, cipher: PostgresLedger(path, cipher), "conninfo takes"),
        (lambda path, cipher: PostgresLedger("", cipher, schema=5), "schema takes text"),
        (lambda path, cipher: PostgresLedger("", cipher, lock_timeout="5"), "lock_timeout takes"),
    ],
)
def test_a_ledger_is_not_made_of_anything_else(
    tmp_path: Path, cipher: KeyCipher, make: Callable[[Path, KeyCipher], SqlLedger], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        make(tmp_path / "l.db", cipher)
    assert list(tmp_path.iterdir()) == []
