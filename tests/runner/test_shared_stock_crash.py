"""Two accounts on two worker processes share one stock, and are killed where they stand.

The sandbox judges: whenever its journal moves, everything that is offered or sold in both accounts is counted
against what is there. Orders come in while no worker is alive, because the contract sets a stock as an absolute
number: a sale between the read before a write and the write is undone, whoever writes.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, evolve, field

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST, WeekdayCalendar
from wemakeprice_sdk.config import ChannelConfig, LinkState, OnboardingState, Switches
from wemakeprice_sdk.errors import CallError, LeaseLostError, LedgerUnavailableError, StaleSnapshotError
from wemakeprice_sdk.ledger import IntentState, PostgresLedger, SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import SalePeriod, SkuLink, SkuPart
from wemakeprice_sdk.policy.snapshot import SkuStock
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import BackOffice, ChannelRunner, RunnerSettings
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey
from wemakeprice_sdk.wire.converter import write

pytestmark = pytest.mark.slow
IDLE = 5
"""Turns of a worker, one after another and without a write of anybody, after which it has nothing left to write."""
KEYS = {"a": "a" * 32, "b": "b" * 32}
LINKS: list[tuple[str, dict[str, int]]] = [
    ("a", {"A": 1}),
    ("a", {"A": 2, "B": 1}),
    ("b", {"A": 1}),
    ("b", {"B": 1}),
]


def opened(where: str) -> SqlLedger:
    cipher = AesGcmCipher({"k": SecretKey(b"k" * 32)}, "k")
    kind, _, place = where.partition(":")
    if kind == "sqlite":
        return SqliteLedger(place, cipher, check=False)
    schema, _, conninfo = place.partition("@")
    return PostgresLedger(conninfo, cipher, schema=schema)


def channel(account: str, url: str) -> ChannelConfig:
    return ChannelConfig(
        account,
        f"store {account}",
        KEYS[account],
        onboarding=OnboardingState.COMPLETE,
        link=LinkState.APPROVED,
        switches=Switches(sku_sync=True),
        base_url=url,
    )


def client_of(account: str, url: str) -> WemakepriceClient:
    return WemakepriceClient(
        KEYS[account],
        base_url=url,
        throttle=ThrottlePolicy(min_gap=0),
        retry=RetryPolicy(attempts=6, first_wait=0.01, max_wait=0.05, budget=1000),
        verification=VerificationPolicy(waits=(0.02, 0.1)),
    )


def work(url: str, where: str, account: str, levels: str) -> None:
    """Collect and sync until killed."""
    policy = SyncPolicy(channel(account, url), calendar=WeekdayCalendar())
    settings = RunnerSettings(lease_ttl=3, recovery_delay=0.3, overlap=timedelta(seconds=20))
    runner = ChannelRunner(client_of(account, url), opened(where), policy, worker=account, settings=settings)
    while True:
        told = json.loads(Path(levels).read_text())
        at = datetime.fromisoformat(told["at"])
        try:
            collected = runner.collect_orders()
            sent = runner.stock(
                [SkuStock(sku=sku, quantity=count, as_of=at) for sku, count in told["hand"].items()]
            )
        except (CallError, LeaseLostError, LedgerUnavailableError, StaleSnapshotError):
            continue
        if collected.skipped is None and sent.skipped is None:
            print("turn", flush=True)


@define
class Worker:
    process: subprocess.Popen[bytes]
    said: Path

    def turns(self) -> int:
        return self.said.read_bytes().count(b"turn\n")

    def await_turns(self, count: int) -> None:
        while self.turns() < count:
            assert self.process.poll() is None
            time.sleep(0.01)


@define
class Judge:
    """Counts what both accounts offer and have sold, whenever the journal moves."""

    sandbox: Sandbox
    hand: dict[str, int]
    numbers: list[int] = field(factory=list)
    sold: list[int] = field(factory=lambda: [0] * len(LINKS))
    faults: list[str] = field(factory=list)
    looks: int = 0

    def shown(self) -> list[int]:
        return [
            int(self.sandbox.find_shop(KEYS[account]).products[number].sale.get("stockCount", 0))
            for (account, _), number in zip(LINKS, self.numbers, strict=True)
        ]

    def promised(self) -> Mapping[str, int]:
        pieces = [one + sold for one, sold in zip(self.shown(), self.sold, strict=True)]
        return {
            sku: sum(parts.get(sku, 0) * count for (_, parts), count in zip(LINKS, pieces, strict=True))
            for sku in self.hand
        }

    def wait(self, more: int, workers: Sequence[Worker]) -> None:
        """Wait until the journal moved so often, or none of the workers has anything left to write."""
        wanted, end = self.looks + more, time.monotonic() + 60
        seen, turns = self.looks, [worker.turns() for worker in workers]
        while self.looks < wanted and time.monotonic() < end:
            now = [worker.turns() for worker in workers]
            if self.looks != seen:
                seen, turns = self.looks, now
            elif all(after - before >= IDLE for before, after in zip(turns, now, strict=True)):
                break
            time.sleep(0.005)

    def look(self) -> None:
        self.looks += 1
        for sku, units in self.promised().items():
            if units > self.hand[sku]:
                self.faults.append(f"{sku}: {units} of {self.hand[sku]}: {self.shown()} {self.sold}")


@contextmanager
def crew(url: str, where: str, levels: Path) -> Iterator[list[Worker]]:
    """Start one worker for each account; whatever is still alive in the end is killed."""
    started: list[Worker] = []
    for account in KEYS:
        with (levels.parent / f"{account}.out").open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, __file__, url, where, account, str(levels)],
                stdout=out,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
        started.append(Worker(process, Path(out.name)))
    try:
        yield started
    finally:
        for one in started:
            one.process.kill()
            one.process.wait()


def still(sandbox: Sandbox) -> None:
    """Wait until what a dead worker sent has arrived."""
    known = -1
    while known != len(sandbox.journal):
        known = len(sandbox.journal)
        time.sleep(0.4)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_killed_workers_never_offer_more_than_is_there(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place = f"sqlite:{tmp_path / 'l.db'}"
    if engine == "postgres":
        place = f"postgres:t_{uuid4().hex}@{request.getfixturevalue('postgres')}"
    chance = random.Random(7)
    judge = Judge(Sandbox(seed=1), {"A": 40, "B": 25})
    sandbox = judge.sandbox
    for account, key in KEYS.items():
        sandbox.add_account(key, account)
    kills = 0
    with SandboxServer(sandbox) as server, opened(place) as ledger:
        prepare(judge, server.url, ledger)
        add = sandbox.journal.add

        def looked(entry: Any) -> None:
            add(entry)
            judge.look()

        sandbox.journal.add = looked  # type: ignore[method-assign]
        levels = tmp_path / "levels.json"
        for _ in range(4):
            tell(levels, judge.hand)
            with crew(server.url, place, levels) as workers:
                for at, worker in enumerate(workers):
                    judge.wait(chance.randint(1, 2), workers[at:])
                    time.sleep(chance.uniform(0.0, 0.1))
                    worker.process.send_signal(signal.SIGKILL)
                    kills += 1
            still(sandbox)
            sell(judge, chance)
            judge.hand["A"] += chance.randrange(4)
            judge.look()
        tell(levels, judge.hand)
        for account in KEYS:
            resolve(sandbox, BackOffice(ledger, channel(account, server.url)))
        with crew(server.url, place, levels) as workers:
            for worker in workers:
                worker.await_turns(3)
        judge.look()
    assert (judge.faults, kills) == ([], 8)
    assert judge.looks > 12
    assert sum(judge.sold) > 0
    left = {sku: judge.hand[sku] - units for sku, units in judge.promised().items()}
    assert all(0 <= units <= 2 for units in left.values()), (left, "what is there is offered again")


def resolve(sandbox: Sandbox, office: BackOffice) -> None:
    """Say what became of writes that no read can decide, because their goods were sold since."""
    for intent in office.waiting():
        if intent.state is not IntentState.UNKNOWN:
            continue
        number = int(intent.target.removeprefix("product:"))
        written = [entry for entry in sandbox.journal.writes() if number in entry.targets.values()]
        earlier = office.ledger.intents(office.account, target=intent.target)
        done = sum(one.state is IntentState.APPLIED for one in earlier)
        office.resolve(intent.id, applied=len(written) > done, by="김운영")


def prepare(judge: Judge, url: str, ledger: SqlLedger) -> None:
    for at, (account, parts) in enumerate(LINKS):
        judge.sandbox.make_product(KEYS[account])
        with client_of(account, url) as client:
            example = next(iter(judge.sandbox.find_shop(KEYS[account]).products))
            blocks = client.products.get(example).to_input()
        ends = datetime.now(KST).replace(minute=0, second=0, microsecond=0) + timedelta(days=90)
        sale = evolve(blocks.sale, sale_period=SalePeriod.PERIOD, sale_end_date=ends, stock_count=0)
        made = evolve(blocks, product_no=None, sale=sale)
        judge.numbers.append(judge.sandbox.make_product(KEYS[account], write(made)))
        kit = tuple(SkuPart(sku, count) for sku, count in parts.items()) if len(parts) > 1 else ()
        single = None if kit else next(iter(parts))
        link = SkuLink(product_no=judge.numbers[at], sku=single, parts=kit, stock_sync=True)
        BackOffice(ledger, channel(account, url)).put_links([link])
    BackOffice(ledger, channel("a", url)).share_skus(["A"], by="김운영")


def sell(judge: Judge, chance: random.Random) -> None:
    for at, (shown, number) in enumerate(zip(judge.shown(), judge.numbers, strict=True)):
        count = chance.randint(0, min(shown, 2))
        if count:
            judge.sandbox.place_order(KEYS[LINKS[at][0]], product_no=number, quantity=count)
            judge.sold[at] += count


def tell(levels: Path, hand: Mapping[str, int]) -> None:
    fresh = levels.with_suffix(".new")
    fresh.write_text(json.dumps({"at": datetime.now(KST).isoformat(), "hand": dict(hand)}))
    fresh.replace(levels)


if __name__ == "__main__":
    work(*sys.argv[1:])
