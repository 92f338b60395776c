"""A shop is closed by workers that are killed again and again; the sandbox's journal says what came of it.

Workers run `wind_down` on one account, several at once, and are killed (SIGKILL) after a random number of their
calls. The result is one JSON object; the exit code is 0 only when nothing sells any more, no product was stopped
twice, and the last report says so.

    python scripts/wind_down_day.py --products 10000 --kills 5
    python scripts/wind_down_day.py --products 10000 --kills 5 --workers 2 --postgres 'host=...'
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from crash_day import make_runner, open_ledger
from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST, SystemClock
from wemakeprice_sdk.config import Switches
from wemakeprice_sdk.errors import CallError, LeaseLostError, LedgerUnavailableError
from wemakeprice_sdk.models import ProductStatus
from wemakeprice_sdk.runner import WindDownReport
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer, seed_shop

ACCOUNT = "shop"
KEY = "0123456789abcdef" * 2


def worker(url: str, where: str, name: str, since: datetime) -> int:
    """Wind the account down until a run is through; print its numbers."""
    runner = make_runner(url, open_ledger(where, ACCOUNT), ACCOUNT, name, KEY, Switches(wind_down=True))
    while True:
        try:
            report = runner.wind_down(since)
        except (CallError, LeaseLostError, LedgerUnavailableError):
            continue
        if report.complete:
            print(json.dumps(told(report)))
            return 0
        time.sleep(0.05)


def told(report: WindDownReport) -> dict[str, int]:
    return {"off_sale": len(report.off_sale), "already_off": len(report.already_off)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--worker", nargs=4, metavar=("URL", "WHERE", "NAME", "SINCE"), help=argparse.SUPPRESS
    )
    args = parser.parse_args()
    if args.worker:
        url, where, name, since = args.worker
        return worker(url, where, name, datetime.fromisoformat(since))
    with tempfile.TemporaryDirectory() as folder:
        result = play(args, f"postgres:{args.postgres}" if args.postgres else folder)
    print(json.dumps(result, indent=2))
    good = result["complete"] and not result["selling"] and not result["stopped_twice"]
    return 0 if good and result["reported"] == args.products else 1


def play(args: argparse.Namespace, where: str) -> dict[str, object]:
    random.seed(args.seed)
    now = SystemClock().now()
    sandbox = Sandbox(seed=1)
    sandbox.add_account(KEY)
    seed_shop(sandbox, KEY, products=args.products, orders=0, deals=0, options=1, questions=0, days=30)
    since = (now - timedelta(days=400)).astimezone(KST)
    started = time.perf_counter()
    with SandboxServer(sandbox) as server:
        line = [sys.executable, os.path.abspath(__file__), "--worker", server.url, where]
        kills, last = 0, ""
        while True:
            running = [
                subprocess.Popen([*line, f"w{kills}-{index}", since.isoformat()], stdout=subprocess.PIPE)
                for index in range(args.workers)
            ]
            if kills < args.kills and wait_for_calls(sandbox, random.randint(20, args.products), running):
                for process in running:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                kills += 1
                continue
            outputs = [process.communicate()[0].decode() for process in running]
            last = next(text for text in outputs if text)
            break
        seconds = time.perf_counter() - started
        return verdict(sandbox, kills, last, seconds, selling(server.url, sandbox))


def selling(url: str, sandbox: Sandbox) -> int:
    """Count what still sells, by reading every product."""
    with WemakepriceClient(KEY, base_url=url, throttle=ThrottlePolicy(min_gap=0)) as client:
        products = [client.products.get(number) for number in sandbox.find_shop(KEY).products]
    off = (ProductStatus.STOP, ProductStatus.END)
    return sum(row.basic is None or row.basic.product_status_name not in off for row in products)


def wait_for_calls(sandbox: Sandbox, count: int, running: list[subprocess.Popen[bytes]]) -> bool:
    """Wait until the workers made so many more calls; False when they were through before."""
    before = sum(sandbox.calls.values())
    while sum(sandbox.calls.values()) < before + count:
        if all(process.poll() is not None for process in running):
            return False
        time.sleep(0.01)
    return True


def verdict(sandbox: Sandbox, kills: int, last: str, seconds: float, selling: int) -> dict[str, object]:
    writes = Counter(
        next(iter(entry.targets.values())) for entry in sandbox.journal.writes("products_set_status")
    )
    numbers = json.loads(last) if last else {"off_sale": 0, "already_off": 0}
    return {
        "kills": kills,
        "complete": bool(last),
        "reported": numbers["off_sale"] + numbers["already_off"],
        "selling": selling,
        "stopped_twice": sorted(number for number, count in writes.items() if count > 1),
        "calls": sum(sandbox.calls.values()),
        "seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    raise SystemExit(main())
