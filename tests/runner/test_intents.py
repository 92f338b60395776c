"""Intents in the ledger: the contract's own body with a format number, read back whole or not at all."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import evolve
from kit import START, cipher

from action_samples import CALLS, OPTIONED
from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.ledger import Intent, IntentState, SqliteLedger
from wemakeprice_sdk.models.known import Known
from wemakeprice_sdk.policy.actions import Action
from wemakeprice_sdk.runner.intents import FORMAT, call_of, draft_of
from wemakeprice_sdk.wire.requests import build_request

CONTRACT = Path(__file__).parents[2] / "contract/openapi.yaml"


def name(sample: object) -> str:
    return type(sample).__name__ if isinstance(sample, Action) else ""


def stored(action: Action, read: Known) -> Intent:
    """Return the intent as a ledger gives it back: through JSON."""
    draft = draft_of(action, *action.build(read))
    payload = json.loads(json.dumps(dict(draft.payload)))
    return Intent(
        id=17,
        account="shop",
        operation=draft.operation,
        target=draft.target,
        state=IntentState.OPEN,
        opened_at=START,
        worker="w1",
        fence=1,
        payload=payload,
        once_key=draft.once_key,
    )


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(CONTRACT.read_text("utf-8"), yaml.CSafeLoader)
    return loaded


def keys_of(contract: dict[str, Any], operation: str) -> set[str]:
    (body,) = (
        verb
        for verbs in contract["paths"].values()
        for verb in verbs.values()
        if verb["operationId"] == operation
    )
    schema = body["requestBody"]["content"]["application/json"]["schema"]
    while "$ref" in schema:
        schema = contract["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return set(schema["properties"])


@pytest.mark.parametrize(("action", "read"), CALLS, ids=name)
def test_an_intent_is_stored_as_the_contract_spells_it(
    contract: dict[str, Any], action: Action, read: Known
) -> None:
    payload = stored(action, read).payload
    assert (payload["format"], payload["key"]) == (2, action.key)
    assert isinstance(payload["body"], dict)
    assert set(payload["body"]) <= keys_of(contract, action.operation)


@pytest.mark.parametrize(("action", "read"), CALLS, ids=name)
def test_what_comes_back_is_what_was_meant(tmp_path: Path, action: Action, read: Known) -> None:
    request, known = action.build(read)
    with SqliteLedger(tmp_path / "ledger.sqlite3", cipher(), durable=False) as ledger:
        ledger.open_account("shop", "")
        lease = ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        ledger.begin(lease, draft_of(action, request, known), START)
        (intent,) = ledger.active_intents("shop")
        call = call_of(intent)
    assert build_request(intent.operation, call.request) == build_request(action.operation, request)
    assert (call.key, call.request, call.known) == (action.key, request, known)
    before, again = known.product_before, call.known.product_before
    assert (before and before.raw) == (again and again.raw)


@pytest.mark.parametrize(("action", "read"), CALLS, ids=name)
def test_nothing_of_what_is_sent_stands_in_the_file_in_clear(
    tmp_path: Path, action: Action, read: Known
) -> None:
    path = tmp_path / "ledger.sqlite3"
    with SqliteLedger(path, cipher(), durable=False) as ledger:
        ledger.open_account("shop", "")
        lease = ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        draft = draft_of(action, *action.build(read))
        ledger.begin(lease, draft, START)
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert draft.operation.encode() in written
    for secret in ("홍길동", "123456789012", "빨강", "견본로", '"body"', "예시특별시"):
        assert secret.encode() not in written


SECRET = "홍길동 010-1234-5678"
BROKEN: dict[str, dict[str, Any]] = {
    "a later format": {"format": FORMAT + 1},
    "a format that is no number": {"format": SECRET},
    "a format that is a flag": {"format": True},
    "a format that is a list": {"format": [2]},
    "no body": {"body": None},
    "a body that is a text": {"body": SECRET},
    "an unknown key": {"body": {SECRET: 1}},
    "a missing key": {"body": {}},
    "a number that is none": {"body": {"bundleNo": SECRET}},
    "a bundle that is no number": {"bundle_no": SECRET},
    "a time that is none": {"claim_requested_at": SECRET},
    "templates that are no list": {"template_nos_before": SECRET},
    "templates that are no numbers": {"template_nos_before": [SECRET]},
    "a product that is none": {"product_before": SECRET},
    "a product without its number": {"product_before": {"basic": {"productName": SECRET}}},
    "nothing": {"format": 1},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_names_the_intent_and_nothing_else(change: dict[str, Any]) -> None:
    intent = stored(*CALLS[0])
    broken = evolve(intent, payload={**intent.payload, **change})
    with pytest.raises(LedgerCorruptError, match="intent 17 ") as caught:
        call_of(broken)
    assert "홍길동" not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None
    trace = caught.tb.tb_next
    while trace is not None:
        assert "홍길동" not in repr(trace.tb_frame.f_locals)
        trace = trace.tb_next


def test_an_unknown_operation_is_no_call() -> None:
    with pytest.raises(LedgerCorruptError, match="intent 17 is of no operation"):
        call_of(evolve(stored(*CALLS[0]), operation="orders_teleport"))


def test_options_and_times_come_back_as_they_were() -> None:
    action, read = next(row for row in CALLS if row[0].operation == "products_update_options")
    call = call_of(stored(action, read))
    assert call.known.product_before == OPTIONED
    exchange = next(row for row in CALLS if row[0].operation == "claims_ship_exchange")
    at = call_of(stored(*exchange)).known.claim_requested_at
    assert at is not None
    assert at.utcoffset() is not None
    assert at == datetime.fromisoformat("2026-03-04T09:30:15+09:00")
