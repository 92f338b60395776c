"""Clients of both kinds against a sandbox on a real port."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wemakeprice_sdk.sandbox import Sandbox, SandboxServer

sys.path.insert(0, str(Path(__file__).parent))

from client_kit import KEY, NOW, Driver


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(seed=1, clock=NOW)
    sandbox.add_account(KEY)
    return sandbox


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[SandboxServer]:
    with SandboxServer(sandbox) as server:
        yield server


@pytest.fixture(params=["sync", "async"])
def go(request: pytest.FixtureRequest, server: SandboxServer) -> Iterator[Driver]:
    driver = Driver(request.param, server.url)
    yield driver
    driver.close()


@pytest.fixture
def client(go: Driver) -> Any:
    return go.client()
