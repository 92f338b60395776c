"""One small read beside the HTTP libraries alone, and many reads at once: milliseconds of this process's time a call.

    python -m venv PEERS && PEERS/bin/pip install . requests httpx2
    PEERS/bin/python benchmarks/calls.py [--rounds 20] [--calls 20] [--at-once 50]

The sandbox serves one bundle from a process of its own, so its time is not counted. Everybody sends the same request
and decodes the JSON; we make a model of it as well. The engines run in turns, round by round, `--calls` each; medians.
The second table has the reads one at a time and `--at-once`, with processor time and calls a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from wemakeprice_sdk.client import AsyncWemakepriceClient, ConnectionLimits, ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import ShipStatus

KEY = "benchmark-key"
START = datetime(2024, 5, 20, tzinfo=KST)
END = START + timedelta(hours=23)
PATH = "/order/out/getOrderList"
BODY = json.dumps(
    {
        "fromDate": "2024-05-20 00:00:00",
        "toDate": "2024-05-20 23:00:00",
        "type": "NEW",
        "searchDateType": "NEW",
    }
).encode()
HEADERS = {"apiKey": KEY, "Content-Type": "application/json", "Accept": "application/json"}
QUICK = ThrottlePolicy(max_concurrent=1000, min_gap=0)


def serve() -> None:
    """Serve one order until the other side goes away."""
    from wemakeprice_sdk.sandbox import Sandbox, SandboxServer

    sandbox = Sandbox(seed=1, clock=START + timedelta(hours=12))
    sandbox.add_account(KEY)
    sandbox.place_order()
    with SandboxServer(sandbox) as server:
        print(server.url, flush=True)
        sys.stdin.read()


@contextmanager
def served() -> Iterator[str]:
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


def one_bundle(content: bytes) -> None:
    if len(json.loads(content)["data"]["bundle"]) != 1:
        raise SystemExit("another answer")


def synchronous(url: str, stack: ExitStack) -> dict[str, Callable[[], object]]:
    """Return the engines that read once."""
    import httpx

    ours = stack.enter_context(WemakepriceClient(KEY, base_url=url, throttle=QUICK))
    plain = stack.enter_context(httpx.Client(trust_env=False))
    calls: dict[str, Callable[[], object]] = {
        "wemakeprice": lambda: ours.orders.list(START, END, ShipStatus.NEW),
        "httpx": lambda: one_bundle(plain.post(url + PATH, content=BODY, headers=HEADERS).content),
    }
    if find_spec("httpx2"):
        newer = stack.enter_context(import_module("httpx2").Client(trust_env=False))
        over = stack.enter_context(WemakepriceClient(KEY, base_url=url, throttle=QUICK, http_client=newer))
        calls["wemakeprice over httpx2"] = lambda: over.orders.list(START, END, ShipStatus.NEW)
        calls["httpx2"] = lambda: one_bundle(newer.post(url + PATH, content=BODY, headers=HEADERS).content)
    if find_spec("requests"):
        session = stack.enter_context(import_module("requests").Session())
        session.trust_env = False
        calls["requests"] = lambda: one_bundle(session.post(url + PATH, data=BODY, headers=HEADERS).content)
    return calls


async def asynchronous(
    url: str, stack: AsyncExitStack, most: int
) -> dict[str, Callable[[], Awaitable[object]]]:
    wide = ConnectionLimits(max_connections=most, max_keepalive=most)
    own = await stack.enter_async_context(AsyncWemakepriceClient(KEY, base_url=url, throttle=QUICK))
    many = await stack.enter_async_context(
        AsyncWemakepriceClient(KEY, base_url=url, throttle=QUICK, connection_limits=wide)
    )
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "wemakeprice": lambda: own.orders.list(START, END, ShipStatus.NEW),
        f"wemakeprice, {most} connections": lambda: many.orders.list(START, END, ShipStatus.NEW),
    }
    for name in ("httpx", "httpx2"):
        if find_spec(name):
            raw: Any = await stack.enter_async_context(import_module(name).AsyncClient(trust_env=False))
            calls |= over(url, name, raw)
    return calls


def over(url: str, name: str, raw: Any) -> dict[str, Callable[[], Awaitable[object]]]:
    client = AsyncWemakepriceClient(KEY, base_url=url, throttle=QUICK, http_client=raw)

    async def post() -> None:
        one_bundle((await raw.post(url + PATH, content=BODY, headers=HEADERS)).content)

    return {
        f"wemakeprice over {name}": lambda: client.orders.list(START, END, ShipStatus.NEW),
        name: post,
    }


def once(url: str, rounds: int, calls: int) -> None:
    """Print the processor time of one read."""
    with ExitStack() as stack:
        engines = synchronous(url, stack)
        taken: dict[str, list[float]] = {name: [] for name in engines}
        for round_no in range(rounds + 1):
            for name, call in engines.items():
                began = time.process_time()
                for _ in range(calls):
                    call()
                if round_no:
                    taken[name].append((time.process_time() - began) / calls)
    print(f"{'one read':<34}{'cpu ms':>8}{'to httpx':>10}")
    base = statistics.median(taken["httpx"])
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        print(f"{name:<34}{middle * 1000:>8.2f}{middle / base:>10.2f}")


async def at_once(url: str, rounds: int, most: int) -> None:
    """Print the processor time and the pace of reads one by one and `most` together."""
    async with AsyncExitStack() as stack:
        engines = await asynchronous(url, stack, most)
        taken: dict[tuple[str, int], list[tuple[float, float]]] = {}
        for round_no in range(rounds + 1):
            for name, call in engines.items():
                for width in (1, most):
                    figures = await timed(call, width, most)
                    if round_no:
                        taken.setdefault((name, width), []).append(figures)
    head = "".join(f"{f'{width} at once: cpu ms':>24}{'calls/s':>9}" for width in (1, most))
    print(f"\n{'asynchronous':<34}{head}")
    for name in engines:
        figures = [
            [statistics.median(each) for each in zip(*taken[name, width], strict=True)] for width in (1, most)
        ]
        print(f"{name:<34}" + "".join(f"{cpu * 1000:>24.2f}{pace:>9.0f}" for cpu, pace in figures))


async def timed(call: Callable[[], Awaitable[object]], width: int, calls: int) -> tuple[float, float]:
    """Return processor seconds a call, and calls a second, of `calls` reads made `width` at a time."""
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls // width):
        await asyncio.gather(*(call() for _ in range(width)))
    return (time.process_time() - cpu) / calls, calls / (time.perf_counter() - began)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--calls", type=int, default=20)
    options.add_argument("--at-once", type=int, default=50)
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.serve:
        serve()
        return
    with served() as url:
        once(url, given.rounds, given.calls)
        asyncio.run(at_once(url, max(given.rounds // 4, 3), given.at_once))


if __name__ == "__main__":
    main()
