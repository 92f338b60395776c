"""A long row of calls, sync and async, many of them cancelled or given up half-way; does the process stay as it is?

The sandbox and a proxy that breaks a few exchanges run in another process, so that what is measured is the client
alone. Half of the calls are made by threads that share a client, half by tasks that share another; a share of the
async ones is cancelled at a random time, and some lists are left after their first rows. After each tenth, with
nothing under way, the resident memory, the open file descriptors, the connections that the clients keep, and the
tasks and threads are noted. The result is one JSON object; the exit code is 0 only when the last half of the calls
added no more than 5 MB and 3 descriptors, and no task, no busy connection and no taken permit is left.

    python scripts/soak.py --calls 100000
    python scripts/soak.py --calls 1500 --cancelled 0.5 --seed 7
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import define, field

from hostile_proxy import HostileProxy, Hostility, chooser
from wemakeprice_sdk.client import (
    AsyncWemakepriceClient,
    ConnectionLimits,
    ThrottlePolicy,
    Timeouts,
    WemakepriceClient,
)
from wemakeprice_sdk.clock import SystemClock
from wemakeprice_sdk.errors import CallError
from wemakeprice_sdk.models import ProductStatus, ShipStatus

KEY = "50" * 16
TENTHS, WORKERS = 10, 8
MORE_MEMORY, MORE_DESCRIPTORS = 5.0, 3
"""What the last half of the calls may add: MB of resident memory, and open descriptors that no client keeps."""
SLOW = {
    Hostility.SILENT_BEFORE,
    Hostility.SILENT_AFTER,
    Hostility.LENGTH_TOO_LONG,
    Hostility.ENDLESS_DRIP,
    Hostility.BOMB,
}
"""Left out: they show nothing here that the others do not, and take long."""
LIMITS: dict[str, Any] = {
    "timeout": Timeouts(connect=5, read=5, write=5, pool=5, total=10),
    "throttle": ThrottlePolicy(min_gap=0, max_concurrent=WORKERS),
    "connection_limits": ConnectionLimits(max_connections=WORKERS, max_keepalive=WORKERS),
}


def serve(share: float, seed: int) -> int:
    """Run the sandbox and the proxy until the parent ends; say first where, and which products there are."""
    from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
    from wemakeprice_sdk.sandbox.seed import seed_shop

    sandbox = Sandbox(seed=seed)
    sandbox.add_account(KEY)
    seed_shop(sandbox, KEY, products=20, orders=30, days=10)
    ways = tuple(way for way in Hostility if way not in SLOW | {Hostility.NONE})
    with (
        SandboxServer(sandbox) as server,
        HostileProxy(server.url, chooser(share, seed, ways)) as proxy,
    ):
        sys.stdout.write(json.dumps([proxy.url, list(sandbox.find_shop(None).products)]) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    return 0


@contextmanager
def marketplace(share: float, seed: int) -> Iterator[tuple[str, list[int]]]:
    """Run `serve` in a process of its own; yield its address and its products."""
    command = [sys.executable, __file__, "--serve", str(share), str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("the server has no pipes")
        url, products = json.loads(child.stdout.readline())
        try:
            yield url, products
        finally:
            child.stdin.close()


Call = Callable[[Any], Any]
"""Makes one call, or begins to read a list, with either client."""


@define
class Caller:
    """Draws the calls and counts how they end."""

    chance: random.Random
    cancelled: float
    products: list[int]
    ends: Counter[str] = field(factory=Counter)

    def draw(self) -> Call:
        """Return a call; one in six writes, and one in six begins a list that is left half-way."""
        end = SystemClock().now()
        start, number = end - timedelta(days=20), self.chance.choice(self.products)
        status = self.chance.choice((ProductStatus.STOP, ProductStatus.SALE))
        calls: list[Call] = [
            lambda client: client.shipping_templates.list(),
            lambda client: client.products.get(number),
            lambda client: client.orders.list(end - timedelta(hours=3), end, ShipStatus.NEW),
            lambda client: client.reference.list_couriers(),
            lambda client: client.products.set_status(number, status),
            lambda client: client.products.iter(start, end),
        ]
        return self.chance.choice(calls)

    def carry(self, client: WemakepriceClient, call: Call) -> None:
        """Make a call, or take the first rows of a list."""
        try:
            result = call(client)
            if hasattr(result, "cursor"):
                list(islice(result, 2))
        except CallError as error:
            self.ends[type(error).__name__] += 1
        else:
            self.ends["done"] += 1

    async def carry_async(self, client: AsyncWemakepriceClient, call: Call) -> None:
        """Make a call, or take the first rows of a list, and cancel a share of them somewhere on the way."""
        task = asyncio.ensure_future(first_rows(call(client)))
        ending = None
        if self.chance.random() < self.cancelled:
            # An exchange takes some milliseconds, so that this meets every part of it, and what comes after too.
            ending = asyncio.get_running_loop().call_later(self.chance.random() * 0.02, task.cancel)
        try:
            await task
        except CallError as error:
            self.ends[type(error).__name__] += 1
        except asyncio.CancelledError:
            self.ends["cancelled"] += 1
        else:
            self.ends["done"] += 1
        finally:
            if ending is not None:
                ending.cancel()


async def first_rows(result: Any) -> None:
    """Await a call, or take two rows of a list and leave the rest."""
    if not hasattr(result, "cursor"):
        await result
        return
    for _ in range(2):
        if await anext(result, None) is None:
            return


def carry_all(caller: Caller, client: WemakepriceClient, count: int) -> None:
    """Carry out so many calls, from several threads."""
    with ThreadPoolExecutor(WORKERS) as crew:
        for done in [crew.submit(caller.carry, client, caller.draw()) for _ in range(count)]:
            done.result()


async def carry_all_async(caller: Caller, client: AsyncWemakepriceClient, count: int) -> int:
    """Carry out so many calls, from several tasks; return how many tasks are left when all have ended."""
    left = iter([caller.draw() for _ in range(count)])

    async def work() -> None:
        for call in left:
            await caller.carry_async(client, call)

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    if others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others, timeout=5)  # closing what was thrown away may take a turn more
    return len(asyncio.all_tasks()) - 1


async def at_once(seconds: float) -> None:
    """Stand where a client would sleep."""
    del seconds
    await asyncio.sleep(0)


def measured(calls: int, clients: tuple[Any, ...], tasks: int) -> dict[str, float]:
    """Return what the process holds now."""
    gc.collect()
    shared = [client._caller.shared for client in clients]
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return {
        "calls": calls,
        "rss_mb": round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1),
        "descriptors": len(os.listdir("/proc/self/fd")) - 1,  # without the one that lists the folder
        "connections": sum(len(one.transport._idle) for one in shared),
        "busy": sum(one.transport._busy for one in shared),
        "permits_taken": sum(WORKERS - one.throttle._turnstile._free for one in shared),
        "tasks": tasks,
        "threads": threading.active_count(),
    }


def soak(calls: int, share: float, cancelled: float, seed: int) -> dict[str, Any]:
    """Make so many calls, in ten parts; note what the process holds after each."""
    started, part = time.monotonic(), calls // TENTHS // 2
    rows: list[dict[str, float]] = []
    with marketplace(share, seed) as (url, products), asyncio.Runner() as loop:
        caller = Caller(random.Random(seed), cancelled, products)
        client = WemakepriceClient(KEY, base_url=url, sleep=lambda _: None, **LIMITS)
        other = AsyncWemakepriceClient(KEY, base_url=url, sleep=at_once, **LIMITS)
        for tenth in range(1, TENTHS + 1):
            carry_all(caller, client, part)
            tasks = loop.run(carry_all_async(caller, other, part))
            rows.append(measured(2 * part * tenth, (client, other), tasks))
        client.close()
        loop.run(other.aclose())
    took = round(time.monotonic() - started, 1)
    return {"seed": seed, "seconds": took, "ends": dict(caller.ends), "rows": rows, "wrong": judge(rows)}


def judge(rows: list[dict[str, float]]) -> list[str]:
    """Return what did not stay as it was, in words."""
    half, last = rows[TENTHS // 2 - 1], rows[-1]
    wrong = [
        f"{row['calls']} calls: {row[name]} {name}"
        for row in rows
        for name in ("busy", "permits_taken", "tasks")
        if row[name]
    ]
    memory = last["rss_mb"] - half["rss_mb"]
    if memory > MORE_MEMORY:
        wrong.append(f"the last half of the calls added {memory:.1f} MB")
    # How many connections are kept depends on what the proxy broke last, so that they do not count here.
    loose = [row["descriptors"] - row["connections"] for row in (half, last)]
    if loose[1] - loose[0] > MORE_DESCRIPTORS:
        wrong.append(f"the last half of the calls added {loose[1] - loose[0]} descriptors")
    return wrong


def main() -> int:
    if sys.argv[1:2] == ["--serve"]:
        return serve(float(sys.argv[2]), int(sys.argv[3]))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.03, help="of all exchanges that go wrong")
    parser.add_argument("--cancelled", type=float, default=0.2, help="share of the async calls")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    result = soak(options.calls, options.share, options.cancelled, options.seed)
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    return int(bool(result["wrong"]))


if __name__ == "__main__":
    raise SystemExit(main())
