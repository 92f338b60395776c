"""The contract's own examples, and a builder of write shapes from their JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from wemakeprice_sdk.models import WriteModel
from wemakeprice_sdk.wire.bodies import read_body

CONTRACT = Path(__file__).parents[2] / "contract/openapi.yaml"


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(CONTRACT.read_text("utf-8"), yaml.CSafeLoader)
    return loaded


@pytest.fixture(scope="session")
def bodies(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Operation id to the contract's entry of that operation."""
    found = (body for verbs in contract["paths"].values() for body in verbs.values())
    return {body["operationId"]: body for body in found}


@pytest.fixture(scope="session")
def build() -> Callable[[type[WriteModel], dict[str, Any]], Any]:
    return read_body


def request_examples(contract: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for verbs in contract["paths"].values():
        for body in verbs.values():
            content = body.get("requestBody", {}).get("content", {}).get("application/json", {})
            for name, example in content.get("examples", {}).items():
                yield body["operationId"], name, example["value"]


def answer_examples(contract: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for verbs in contract["paths"].values():
        for body in verbs.values():
            content = body["responses"]["200"]["content"]["application/json"]
            for name, example in content.get("examples", {}).items():
                yield body["operationId"], name, example["value"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    sources = {"request_example": request_examples, "answer_example": answer_examples}
    for fixture, examples in sources.items():
        if fixture in metafunc.fixturenames:
            rows = list(examples(yaml.load(CONTRACT.read_text("utf-8"), yaml.CSafeLoader)))
            metafunc.parametrize(fixture, rows, ids=[f"{operation}-{name}" for operation, name, _ in rows])
