"""Every operation replays from its cassette, without a server, on both clients."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from cassette_cases import CASES
from cassette_tape import HOST, LABEL, PERSONAL, recorder
from client_kit import KEY

from wemakeprice_sdk.client import (
    AsyncWemakepriceClient,
    RetryPolicy,
    ThrottlePolicy,
    VerificationPolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.outcomes import Applied

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "cassettes"
OPTIONS: dict[str, Any] = {
    "base_url": HOST,
    "throttle": ThrottlePolicy(min_gap=0),
    "retry": RetryPolicy.never(),
    "verification": VerificationPolicy(read_before=False),
}


def tape(operation: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((FOLDER / f"{operation}.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return found


def test_there_is_one_cassette_per_operation() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(OPERATIONS) == set(CASES)


@pytest.mark.parametrize("operation", list(CASES))
def test_the_sync_client_reads_the_recording(operation: str) -> None:
    given = tape(operation)["given"]
    with (
        recorder(operation, given, "none")(FOLDER / f"{operation}.yaml") as cassette,
        WemakepriceClient(KEY, **OPTIONS) as client,
    ):
        result = CASES[operation].call(client, given)
        assert cassette.all_played
    check(operation, result)


@pytest.mark.parametrize("operation", list(CASES))
def test_the_async_client_reads_the_recording(operation: str) -> None:
    given = tape(operation)["given"]

    async def run() -> Any:
        async with AsyncWemakepriceClient(KEY, **OPTIONS) as client:
            return await CASES[operation].call(client, given)

    with recorder(operation, given, "none")(FOLDER / f"{operation}.yaml") as cassette:
        result = asyncio.run(run())
        assert cassette.all_played
    check(operation, result)


def check(operation: str, result: Any) -> None:
    """The result is what the recorded answer says, nothing lost and nothing made up."""
    (exchange,) = tape(operation)["interactions"]
    data = json.loads(exchange["response"]["body"]["string"])["data"]
    if not OPERATIONS[operation].is_read:
        assert result == Applied(operation, result.key, data["returnMsg"])
        assert result.key in (None, data.get("productNo"), data.get("returnKey"))
        return
    rows = data
    for container in ("bundle", "claim"):
        if isinstance(data, dict) and container in data:
            rows = data[container]
    found = list(result) if isinstance(result, Sequence) else [result]
    expected = rows if isinstance(rows, list) else [rows]
    assert expected
    if operation == "products_find_by_seller_code":
        assert found == [row["productNo"] for row in expected]
        return
    assert [model.raw for model in found] == expected
    assert all(attrs.has(type(model)) for model in found)


@pytest.mark.parametrize("operation", list(CASES))
def test_a_cassette_is_labelled_and_holds_neither_key_nor_personal_data(operation: str) -> None:
    text = (FOLDER / f"{operation}.yaml").read_text("utf-8")
    found = tape(operation)
    assert (found["label"], found["operation"]) == (LABEL, operation)
    assert KEY not in text
    assert "apikey" not in text.lower()
    assert not any(word in text for word in ("홍길동", "010-0000", "127.0.0.1", "견본로"))
    for exchange in found["interactions"]:
        for body in (exchange["request"]["body"], exchange["response"]["body"]["string"]):
            assert not list(clear(json.loads(body) if body else None))


def clear(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from clear(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from clear(item, key)
    elif key in PERSONAL and isinstance(value, str) and value.strip("*") and key != "optionName":
        yield key


@pytest.mark.slow
def test_recording_again_changes_nothing() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/record_cassettes.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
