"""A whole place of work for a test: sandbox, clock, configuration, client, ledger and runner."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import Final, Self

import httpx

from wemakeprice_sdk.client import ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.clock import Clock
from wemakeprice_sdk.config import ChannelConfig, LinkState, OnboardingState
from wemakeprice_sdk.ledger import MemoryLedger
from wemakeprice_sdk.policy import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, RunnerSettings
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.sandbox.seed import seed_shop
from wemakeprice_sdk.secrets import AesGcmCipher, generate_key
from wemakeprice_sdk.testing.factories import NOON

KEY: Final = "test-key-of-the-sandbox"
URL: Final = "http://sandbox.test"


class SandboxShop:
    """One linked account with everything around it; the same clock tells the time to all of it.

        with SandboxShop() as shop:
            shop.sandbox.place_order()
            assert shop.runner.collect_orders().ok

    `sandbox` and `key` may be handed in; otherwise the clock stands at `at` (2024-05-20 12:00 KST) and moves
    with `shop.sandbox.advance(days=1)`. `products` and `orders` fill the shop with invented goods. Nothing
    opens a port or a file, and nothing waits. In unittest: `self.shop = self.enterContext(SandboxShop())`.
    """

    def __init__(
        self,
        sandbox: Sandbox | None = None,
        key: str = KEY,
        *,
        at: datetime = NOON,
        products: int = 0,
        orders: int = 0,
    ) -> None:
        if sandbox is None:
            sandbox = Sandbox(seed=1, clock=at)
            sandbox.add_account(key)
        if products or orders:
            seed_shop(sandbox, key, products=products, orders=orders)
        self.sandbox = sandbox
        self.key = key

    @property
    def clock(self) -> Clock:
        """The clock of the sandbox, which the runner goes by too."""
        return self.sandbox.clock

    @cached_property
    def config(self) -> ChannelConfig:
        """An account that may do everything: onboarded, linked, every switch as it is by default."""
        return ChannelConfig(
            "test-shop",
            "시험 상점",
            self.key,
            onboarding=OnboardingState.COMPLETE,
            link=LinkState.APPROVED,
            base_url=URL,
        )

    @cached_property
    def client(self) -> WemakepriceClient:
        """A client that neither waits between calls nor before verifying."""
        return WemakepriceClient(
            self.key,
            base_url=URL,
            http_client=self._http,
            throttle=ThrottlePolicy(min_gap=0),
            verification=VerificationPolicy(waits=(0.0,)),
        )

    @cached_property
    def _http(self) -> httpx.Client:
        return httpx.Client(transport=self.sandbox.transport())

    @cached_property
    def ledger(self) -> MemoryLedger:
        """A ledger that is gone with the test."""
        return MemoryLedger(AesGcmCipher.single(generate_key()))

    @cached_property
    def runner(self) -> ChannelRunner:
        """A runner over client and ledger that leaves no intent alone before it verifies it."""
        return ChannelRunner(
            self.client,
            self.ledger,
            SyncPolicy(self.config),
            clock=self.clock,
            settings=RunnerSettings(recovery_delay=0),
            sleep=_no_sleep,
        )

    def close(self) -> None:
        """Close what was made."""
        for name in ("client", "_http", "ledger"):
            if name in self.__dict__:
                self.__dict__[name].close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _no_sleep(seconds: float) -> None:  # noqa: ARG001 - the shape of sleep
    return None
