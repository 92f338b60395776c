"""Orders per second collected and confirmed against the sandbox, and where the time goes.

Over HTTP on this machine, one call at a time, the sandbox in a process of its own. The shares are the time
spent inside the client (the marketplace's answer included), the ledger and the policy. `--stored` fills the
ledger first, to see how the time grows.

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
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
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
from wemakeprice_sdk.ledger import PostgresLedger, RecordDraft, RecordKind, SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, RunnerSettings
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey

KEY = "b" * 32
LEDGER_CALLS = (
    "begin",
    "finish",
    "save",
    "renew_lease",
    "acquire_lease",
    "release_lease",
    "mark_time",
    "active_intents",
    "is_done",
    "links",
    "oldest",
    "watermark",
    "open_account",
    "records",
)


class Stopwatch:
    """Adds up the time inside the outermost call of each kind."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside = False

    def wrap(self, owner: Any, name: str, kind: str) -> None:
        real = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            if self._inside:
                return real(*args, **kwargs)
            self._inside = True
            started = time.perf_counter()
            try:
                return real(*args, **kwargs)
            finally:
                self.spent[kind] += time.perf_counter() - started  # type: ignore[assignment]
                self._inside = False

        setattr(owner, name, timed)


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


def measure(ledger: SqlLedger, url: str, orders: int) -> dict[str, Any]:
    config = ChannelConfig(
        "bench",
        "bench",
        KEY,
        onboarding=OnboardingState.COMPLETE,
        link=LinkState.APPROVED,
        base_url=url,
        confirmation=OrderConfirmation(mode=ConfirmationMode.AUTO),
    )
    for _ in range(orders):
        control(url, "place_order", key="bench")
    watch = Stopwatch()
    client = WemakepriceClient(KEY, base_url=url, throttle=ThrottlePolicy(min_gap=0))
    policy = SyncPolicy(config, calendar=WeekdayCalendar())
    runner = ChannelRunner(client, ledger, policy, settings=RunnerSettings(overlap=timedelta(seconds=5)))
    for name in LEDGER_CALLS:
        watch.wrap(ledger, name, "ledger")
    before = {name: getattr(Caller, name) for name in ("read", "write")}, SyncPolicy.plan
    for name in ("read", "write"):
        watch.wrap(Caller, name, "client")
    watch.wrap(SyncPolicy, "plan", "policy")
    started = time.perf_counter()
    try:
        report = runner.collect_orders()
    finally:
        seconds = time.perf_counter() - started
        for name, real in before[0].items():
            setattr(Caller, name, real)
        SyncPolicy.plan = before[1]  # type: ignore[method-assign]
        client.close()
    if len(report.results) < orders or not report.ok:
        raise RuntimeError(str(report))
    shares = {kind: f"{spent / seconds:.0%}" for kind, spent in sorted(watch.spent.items())}
    return {
        "orders": orders,
        "seconds": round(seconds, 2),
        "per_second": round(orders / seconds, 1),
        "shares": shares,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--stored", type=int, nargs="*", default=[0])
    parser.add_argument("--postgres")
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
                print(
                    json.dumps({"engine": engine, "stored": stored, **measure(ledger, url, options.orders)})
                )


if __name__ == "__main__":
    main()
