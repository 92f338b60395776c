"""Orders collected and confirmed against the sandbox: how many a second, and where the processor time goes.

Over HTTP on this machine, one call at a time, the sandbox in a process of its own. The shares are of the
processor time of this process, so neither the disk nor the sandbox counts in them. The account has looked at
its lists before; `--first-look` measures that look with the orders, which is some 120 list calls more.
`--stored` fills the ledger first, to see how the time grows.

    python benchmarks/runner_day.py --orders 300 --stored 1000 10000 100000
    python benchmarks/runner_day.py --postgres 'host=/tmp/pg user=postgres dbname=postgres'
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from inspect import isfunction
from pathlib import Path
from typing import Any
from uuid import uuid4

from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.client._sync.caller import Caller
from wemakeprice_sdk.clock import WeekdayCalendar
from wemakeprice_sdk.config import (
    ChannelConfig,
    ConfirmationMode,
    LinkState,
    OnboardingState,
    OrderConfirmation,
)
from wemakeprice_sdk.ledger import Ledger, PostgresLedger, RecordDraft, RecordKind, SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, RunnerSettings
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey

KEY = "b" * 32
LEDGER_CALLS = [name for name, member in vars(Ledger).items() if isfunction(member) and name[0] != "_"]


class Stopwatch:
    """Adds up the processor time inside the outermost call of each kind, and of what is read from it."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._inside = False

    @contextmanager
    def _timed(self, kind: str) -> Iterator[None]:
        if self._inside:
            yield
            return
        self._inside = True
        started = time.process_time()
        try:
            yield
        finally:
            self.spent[kind] = self.spent.get(kind, 0.0) + time.process_time() - started
            self._inside = False

    def wrap(self, owner: Any, name: str, kind: str) -> None:
        real = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            with self._timed(kind):
                result = real(*args, **kwargs)
            return self._read(result, kind) if isinstance(result, Iterator) else result

        setattr(owner, name, timed)

    def _read(self, rows: Iterator[Any], kind: str) -> Iterator[Any]:
        end = object()
        while True:
            with self._timed(kind):
                row = next(rows, end)
            if row is end:
                return
            yield row


@contextmanager
def sandbox() -> Iterator[str]:
    code = (
        "import sys\nfrom wemakeprice_sdk.sandbox import Sandbox, SandboxServer\n"
        f"box = Sandbox(seed=1); box.add_account({KEY!r}, 'bench')\n"
        "server = SandboxServer(box).start(); print(server.url, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if process.stdout is None or process.stdin is None:
        raise RuntimeError("no pipes")
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def control(url: str, action: str, **arguments: Any) -> Any:
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("POST", f"/__sandbox__/{action}", json.dumps(arguments))
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["result"]


def fill(ledger: SqlLedger, url: str, count: int) -> None:
    ledger.open_account("bench", url)
    lease = ledger.acquire_lease("bench", "fill", 3600)
    if lease is None:
        raise RuntimeError("the account is held")
    old = datetime.now(UTC) - timedelta(days=60)
    body = {
        "buyerName": "홍길동",
        "delivery": {
            "name": "홍길동",
            "phone": "010-0000-0000",
            "shipAddress": {"addrDetail": "101동 1001호"},
        },
        "orderProduct": [
            {"orderNo": 1, "productName": "예시 면 티셔츠", "orderOption": [{"orderOptionNo": 1}]}
        ],
    }
    drafts = (
        RecordDraft(
            RecordKind.BUNDLE,
            f"{n}/{n}",
            "COMPLETE",
            old + timedelta(minutes=n),
            body | {"bundleNo": n},
            str(n),
        )
        for n in range(count)
    )
    ledger.save(lease, drafts, old)
    ledger.release_lease(lease)


def measure(ledger: SqlLedger, url: str, orders: int, *, first_look: bool) -> dict[str, Any]:
    config = ChannelConfig(
        "bench",
        "bench",
        KEY,
        onboarding=OnboardingState.COMPLETE,
        link=LinkState.APPROVED,
        base_url=url,
        confirmation=OrderConfirmation(mode=ConfirmationMode.AUTO),
    )
    client = WemakepriceClient(KEY, base_url=url, throttle=ThrottlePolicy(min_gap=0))
    policy = SyncPolicy(config, calendar=WeekdayCalendar())
    runner = ChannelRunner(client, ledger, policy, settings=RunnerSettings(overlap=timedelta(seconds=5)))
    if not first_look:
        # With an order, or the cancels would not be looked at.
        control(url, "place_order", key="bench")
        runner.collect_orders()
    for _ in range(orders):
        control(url, "place_order", key="bench")
    watch = Stopwatch()
    for name in LEDGER_CALLS:
        watch.wrap(ledger, name, "ledger")
    before = {name: getattr(Caller, name) for name in ("read", "write")}, SyncPolicy.plan
    for name in ("read", "write"):
        watch.wrap(Caller, name, "client")
    watch.wrap(SyncPolicy, "plan", "policy")
    started = time.perf_counter(), time.process_time()
    try:
        report = runner.collect_orders()
    finally:
        seconds, spent = time.perf_counter() - started[0], time.process_time() - started[1]
        for name, real in before[0].items():
            setattr(Caller, name, real)
        SyncPolicy.plan = before[1]  # type: ignore[method-assign]
        client.close()
    if len(report.results) < orders or not report.ok:
        raise RuntimeError(str(report))
    return {
        "orders": orders,
        "seconds": round(seconds, 2),
        "per_second": round(orders / seconds, 1),
        "cpu_us_an_order": round(spent / orders * 1e6),
        "ledger_us_an_order": round(watch.spent["ledger"] / orders * 1e6),
        "shares": {kind: f"{part / spent:.1%}" for kind, part in sorted(watch.spent.items())},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--stored", type=int, nargs="*", default=[0])
    parser.add_argument("--postgres")
    parser.add_argument("--first-look", action="store_true")
    options = parser.parse_args()
    cipher = AesGcmCipher({"bench": SecretKey(b"b" * 32)}, "bench")
    for stored in options.stored:
        with tempfile.TemporaryDirectory() as folder, sandbox() as url:
            ledger: SqlLedger = (
                PostgresLedger(options.postgres, cipher, schema=f"bench_{uuid4().hex}")
                if options.postgres
                else SqliteLedger(Path(folder) / "bench.db", cipher)
            )
            with ledger:
                fill(ledger, url, stored)
                engine = "postgres" if options.postgres else "sqlite"
                figures = measure(ledger, url, options.orders, first_look=options.first_look)
                print(json.dumps({"engine": engine, "stored": stored, **figures}))


if __name__ == "__main__":
    main()
