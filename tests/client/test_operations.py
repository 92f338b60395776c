"""Every operation of the contract, over real HTTP, on both clients; and nothing of the contract is missing."""

import inspect
from functools import cached_property, reduce
from pathlib import Path
from typing import Any

import pytest
import yaml
from client_kit import Driver
from client_scenarios import SCENARIOS

from wemakeprice_sdk.client import AsyncWemakepriceClient, WemakepriceClient
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.sandbox.core import ROUTES
from wemakeprice_sdk.wire.operations import OPERATIONS

ROOT = Path(__file__).parents[2]


def contract() -> dict[str, dict[str, Any]]:
    paths = yaml.load((ROOT / "contract/openapi.yaml").read_text("utf-8"), yaml.CSafeLoader)["paths"]
    return {row["operationId"]: row for item in paths.values() for row in item.values()}


@pytest.mark.parametrize("operation", list(SCENARIOS))
def test_operation(operation: str, go: Driver, client: Any, sandbox: Sandbox) -> None:
    before = sandbox.calls[operation]
    SCENARIOS[operation](go, client, sandbox)
    assert sandbox.calls[operation] > before


def test_every_operation_has_a_row_a_route_a_method_on_both_clients_and_a_scenario() -> None:
    there = contract()
    assert len(there) == 44
    assert set(there) == set(OPERATIONS) == set(ROUTES) == set(SCENARIOS)
    for operation, row in there.items():
        assert OPERATIONS[operation].sdk_method == row["x-sdk-method"]
        asynchronous = AsyncWemakepriceClient("k", base_url="http://127.0.0.1:9")
        synchronous = WemakepriceClient("k", base_url="http://127.0.0.1:9")
        names = row["x-sdk-method"].split(".")
        assert inspect.iscoroutinefunction(reduce(getattr, names, asynchronous))
        assert inspect.ismethod(reduce(getattr, names, synchronous))
        assert not inspect.iscoroutinefunction(reduce(getattr, names, synchronous))


def test_both_clients_have_the_same_methods_with_the_same_parameters() -> None:
    def shape(client: object) -> dict[str, list[str]]:
        resources = [name for name, kind in vars(type(client)).items() if isinstance(kind, cached_property)]
        groups = {name: getattr(client, name) for name in resources}
        return {
            f"{group}.{name}": list(inspect.signature(method).parameters)
            for group, value in {**groups, "client": client}.items()
            for name, method in inspect.getmembers(value, inspect.ismethod)
            if not name.startswith("_")
        }

    ours = shape(WemakepriceClient("k", base_url="http://127.0.0.1:9"))
    theirs = shape(AsyncWemakepriceClient("k", base_url="http://127.0.0.1:9"))
    theirs["client.close"] = theirs.pop("client.aclose")
    assert ours == theirs
    assert len(ours) > 44


def test_the_generated_client_is_in_step() -> None:
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/unasync.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rule_of_the_generator_that_matches_nothing_is_an_error() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("unasync", ROOT / "scripts/unasync.py")
    assert spec is not None
    assert spec.loader is not None
    unasync = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(unasync)
    unasync.RULES = (*unasync.RULES, (r"\bno_such_word\b", ""))  # type: ignore[attr-defined]
    with pytest.raises(SystemExit, match="no_such_word"):
        unasync.wanted()
