"""The pytest plugin: a sandbox with one account, and all around it. Nothing is imported before it is used.

def test_shop(wemakeprice_sandbox, wemakeprice_client):
    order = wemakeprice_sandbox.place_order()
    wemakeprice_client.orders.confirm(order.bundle_no)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from wemakeprice_sdk.client import AsyncWemakepriceClient, WemakepriceClient
    from wemakeprice_sdk.clock import Clock
    from wemakeprice_sdk.config import ChannelConfig
    from wemakeprice_sdk.ledger import MemoryLedger
    from wemakeprice_sdk.runner import ChannelRunner
    from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
    from wemakeprice_sdk.testing.cassettes import VcrConfig
    from wemakeprice_sdk.testing.shop import SandboxShop
    from wemakeprice_sdk.testing.stub import StubMarketplace


@pytest.fixture
def wemakeprice_key() -> str:
    """Return the invented key of the sandbox account; override the fixture to use another one."""
    return "test-key-of-the-sandbox"


@pytest.fixture
def wemakeprice_sandbox(wemakeprice_key: str) -> Sandbox:
    """Return a fresh sandbox with one empty account, in this process and without a port."""
    from wemakeprice_sdk.sandbox import Sandbox

    sandbox = Sandbox(seed=1)
    sandbox.add_account(wemakeprice_key)
    return sandbox


@pytest.fixture
def wemakeprice_server(wemakeprice_sandbox: Sandbox) -> Iterator[SandboxServer]:
    """Return a server of the sandbox on a free port of 127.0.0.1; its address is `.url`."""
    from wemakeprice_sdk.sandbox import SandboxServer

    with SandboxServer(wemakeprice_sandbox) as server:
        yield server


@pytest.fixture
def wemakeprice_shop(wemakeprice_sandbox: Sandbox, wemakeprice_key: str) -> Iterator[SandboxShop]:
    """Return the account with everything around it: config, client, ledger, runner, on one clock."""
    from wemakeprice_sdk.testing.shop import SandboxShop

    with SandboxShop(wemakeprice_sandbox, wemakeprice_key) as shop:
        yield shop


@pytest.fixture
def wemakeprice_seeded_shop(wemakeprice_shop: SandboxShop) -> SandboxShop:
    """Return the shop with 10 invented products and 30 orders of the last 30 days."""
    from wemakeprice_sdk.sandbox.seed import seed_shop

    seed_shop(wemakeprice_shop.sandbox, wemakeprice_shop.key, products=10, orders=30)
    return wemakeprice_shop


@pytest.fixture
def wemakeprice_clock(wemakeprice_sandbox: Sandbox) -> Clock:
    """Stop the clock at 2024-05-20 12:00 KST; `wemakeprice_sandbox.advance(days=1)` moves it."""
    from wemakeprice_sdk.testing.factories import NOON

    wemakeprice_sandbox.set_clock(NOON)
    return wemakeprice_sandbox.clock


@pytest.fixture
def wemakeprice_config(wemakeprice_shop: SandboxShop) -> ChannelConfig:
    """Return the configuration of an account that may do everything."""
    return wemakeprice_shop.config


@pytest.fixture
def wemakeprice_client(wemakeprice_shop: SandboxShop) -> WemakepriceClient:
    """Return a client of the sandbox that neither waits between calls nor before verifying."""
    return wemakeprice_shop.client


@pytest.fixture
def wemakeprice_ledger(wemakeprice_shop: SandboxShop) -> MemoryLedger:
    """Return a ledger that is gone with the test."""
    return wemakeprice_shop.ledger


@pytest.fixture
def wemakeprice_runner(wemakeprice_shop: SandboxShop) -> ChannelRunner:
    """Return the runner over that client and ledger."""
    return wemakeprice_shop.runner


@pytest.fixture
def wemakeprice_async_client(wemakeprice_sandbox: Sandbox, wemakeprice_key: str) -> AsyncWemakepriceClient:
    """Return an asynchronous client of the sandbox; use it in one event loop, with `async with`."""
    import httpx

    from wemakeprice_sdk.client import AsyncWemakepriceClient, ThrottlePolicy, VerificationPolicy

    return AsyncWemakepriceClient(
        wemakeprice_key,
        base_url="http://sandbox.invalid",
        http_client=httpx.AsyncClient(transport=wemakeprice_sandbox.async_transport()),
        throttle=ThrottlePolicy(min_gap=0),
        verification=VerificationPolicy(waits=(0.0,)),
    )


@pytest.fixture
def wemakeprice_stub() -> Iterator[StubMarketplace]:
    """Return a strict stub; the test fails when a queued answer was not used."""
    from wemakeprice_sdk.testing.stub import StubMarketplace

    stub = StubMarketplace()
    yield stub
    stub.assert_all_used()


@pytest.fixture(scope="session")
def wemakeprice_vcr_config() -> VcrConfig:
    """Return the arguments of `vcr.VCR` that keep the key and personal data out of a cassette."""
    from wemakeprice_sdk.testing.cassettes import vcr_config

    return vcr_config()
