"""A shop for the runner's tests: sandbox, client, configuration, ledger and one clock for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import httpx
from attrs import define, evolve, field

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST, ManualClock, WeekdayCalendar
from wemakeprice_sdk.config import (
    ChannelConfig,
    ConfirmationMode,
    ExtensionLength,
    LengthUnit,
    LinkState,
    OnboardingState,
    OrderConfirmation,
    SalePeriodExtension,
    Switches,
)
from wemakeprice_sdk.ledger import MemoryLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import SalePeriod, ShipMethod
from wemakeprice_sdk.policy.actions import Shipment
from wemakeprice_sdk.policy.snapshot import PendingShipment
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, RunnerSettings
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey
from wemakeprice_sdk.wire.converter import write

KEY = "0123456789abcdef0123456789abcdef"
START = datetime(2026, 3, 4, 10, 0, tzinfo=KST)
DAWN = datetime(2026, 3, 5, 3, 0, tzinfo=KST)
FROM, TO = START - timedelta(days=40), START + timedelta(days=1)
"""A range that holds every product of the shop."""


def cipher() -> AesGcmCipher:
    return AesGcmCipher({"test": SecretKey(b"k" * 32)}, "test")


def config(mode: ConfirmationMode = ConfirmationMode.AUTO, **changes: Any) -> ChannelConfig:
    values: dict[str, Any] = {
        "seller_id": "shop",
        "store_name": "시험 상점",
        "api_key": KEY,
        "onboarding": OnboardingState.COMPLETE,
        "link": LinkState.APPROVED,
        "switches": Switches(sku_sync=True),
        "confirmation": OrderConfirmation(mode=mode),
        "sale_period": SalePeriodExtension(enabled=True, length=ExtensionLength(30, LengthUnit.DAYS)),
    }
    return ChannelConfig(**{**values, **changes})


def parcel(bundle_no: int, invoice: str | None = None) -> PendingShipment:
    return PendingShipment(bundle_no, Shipment(ShipMethod.PARCEL, "D002", invoice or f"7{bundle_no}"))


@define
class Shop:
    sandbox: Sandbox
    client: WemakepriceClient
    ledger: SqlLedger
    clock: ManualClock
    slept: list[float] = field(factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))

    def runner(self, channel: ChannelConfig | None = None, **options: Any) -> ChannelRunner:
        policy = SyncPolicy(channel or config(), calendar=WeekdayCalendar())
        values: dict[str, Any] = {"worker": "w1", "settings": RunnerSettings(recovery_delay=0)}
        return ChannelRunner(
            self.client, self.ledger, policy, clock=self.clock, sleep=self.sleep, **{**values, **options}
        )

    def writes(self, operation: str) -> list[int]:
        """Targets of the applied writes of one operation, in order."""
        entries = self.sandbox.journal.writes(operation)
        return [next(iter(entry.targets.values())) for entry in entries]  # type: ignore[misc]

    def order(self, **options: Any) -> int:
        return self.sandbox.place_order(KEY, **options).bundle_no

    def pass_time(self, **parts: float) -> None:
        self.clock.advance(timedelta(**parts))


@contextmanager
def open_shop(ledger: SqlLedger | None = None, *, at: datetime = START) -> Iterator[Shop]:
    clock = ManualClock(at)
    sandbox = Sandbox(seed=1, clock=clock)
    sandbox.add_account(KEY)
    http = httpx.Client(transport=sandbox.transport())
    # No real time: a call on a busy machine would else come to its deadline now and then.
    waited = [0.0]
    client = WemakepriceClient(
        KEY,
        base_url="http://127.0.0.1:9",
        http_client=http,
        throttle=ThrottlePolicy(),
        retry=RetryPolicy(),
        verification=VerificationPolicy(waits=(0.0, 0.0)),
        clock=clock,
        monotonic=lambda: sum(waited),
        sleep=waited.append,
    )
    with http, ledger or MemoryLedger(cipher()) as kept:
        yield Shop(sandbox, client, kept, clock)


def at_hour(timestamp: datetime, hour: int) -> datetime:
    return datetime.combine(timestamp.date(), time(hour), KST)


def product(shop: Shop, *, ends: datetime, code: str = "SKU-1", stock: int = 10) -> int:
    shop.sandbox.make_product(KEY)  # the example product, for the form of one
    example = shop.client.products.get(next(iter(shop.sandbox.find_shop(KEY).products)))
    blocks = example.to_input()
    made = evolve(
        blocks,
        product_no=None,
        basic=evolve(blocks.basic, product_name=f"상품 {code}"),
        sale=evolve(blocks.sale, sale_period=SalePeriod.PERIOD, sale_end_date=ends, stock_count=stock),
        etc=evolve(blocks.etc, seller_prod_code=code),
    )
    return shop.sandbox.make_product(KEY, write(made))


def imported(shop: Shop, **options: object) -> None:
    runner = shop.runner()
    runner.templates()
    report = runner.import_products(FROM, TO, **options)  # type: ignore[arg-type]
    assert report.ok, str(report)


def delivered(shop: Shop, count: int = 1) -> list[int]:
    numbers = [shop.order() for _ in range(count)]
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number) for number in numbers])
    shop.pass_time(days=3)
    runner.track()
    return numbers
