"""One `orders.list` of 200 bundles beside raw httpx and `json.loads`, on the same sandbox; and import times.

The two are measured in turns, so that both see the same machine. Prints medians and their ratio.

    python benchmarks/client_orders_list.py [--rounds 60] [--bundles 200]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import ShipStatus
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer

KEY = "benchmark-key"
START = datetime(2024, 5, 20, tzinfo=KST)
END = START + timedelta(hours=23)
BODY = json.dumps(
    {
        "fromDate": "2024-05-20 00:00:00",
        "toDate": "2024-05-20 23:00:00",
        "type": "NEW",
        "searchDateType": "NEW",
    }
).encode()


def timed(call: Callable[[], int], expected: int) -> float:
    started = time.perf_counter()
    found = call()
    taken = time.perf_counter() - started
    if found != expected:
        raise SystemExit(f"{found} bundles instead of {expected}")
    return taken


def compare(url: str, bundles: int, rounds: int) -> tuple[list[float], list[float]]:
    headers = {"apiKey": KEY, "Content-Type": "application/json"}
    ours: list[float] = []
    raw: list[float] = []
    with (
        httpx.Client(trust_env=False) as plain,
        WemakepriceClient(KEY, base_url=url, throttle=ThrottlePolicy(min_gap=0)) as client,
    ):

        def by_operator() -> int:
            answer = plain.post(f"{url}/order/out/getOrderList", content=BODY, headers=headers)
            return len(json.loads(answer.content)["data"]["bundle"])

        def by_client() -> int:
            return len(client.orders.list(START, END, ShipStatus.NEW))

        for _ in range(5):
            by_operator()
            by_client()
        for _ in range(rounds):
            raw.append(timed(by_operator, bundles))
            ours.append(timed(by_client, bundles))
    return ours, raw


def import_time(statement: str, rounds: int) -> float:
    code = f"import time; s = time.perf_counter(); {statement}; print(time.perf_counter() - s)"
    # Bytecode has to be there, as it is on every start but the first one.
    where = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    runs = [
        float(
            subprocess.run(
                [sys.executable, "-c", code], env=where, capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(rounds + 1)
    ]
    return statistics.median(runs[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--bundles", type=int, default=200)
    options = parser.parse_args()
    sandbox = Sandbox(seed=1, clock=START + timedelta(hours=12))
    sandbox.add_account(KEY)
    for _ in range(options.bundles):
        sandbox.place_order()
    with SandboxServer(sandbox) as server:
        ours, raw = compare(server.url, options.bundles, options.rounds)
    mine, theirs = statistics.median(ours) * 1000, statistics.median(raw) * 1000
    print(f"orders.list of {options.bundles} bundles, median of {options.rounds}")
    print(f"  client        {mine:8.2f} ms")
    print(f"  httpx + json  {theirs:8.2f} ms")
    print(f"  ratio         {mine / theirs:8.2f}")
    for statement in ("import wemakeprice_sdk", "import wemakeprice_sdk.client", "import httpx"):
        print(f"{statement:30} {import_time(statement, 9) * 1000:8.1f} ms")


if __name__ == "__main__":
    main()
