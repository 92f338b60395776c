"""A week of settlement, two accounts at once, with a cursor that could be kept between runs."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from wemakeprice_sdk.client import AsyncWemakepriceClient
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer

KEYS = ("first-example-key", "second-example-key")


async def week(url: str, key: str, last: date) -> int:
    async with AsyncWemakepriceClient(key, base_url=url) as client:
        lines = client.settlement.iter_order_lines(last - timedelta(days=6), last)
        total = 0
        async for line in lines:
            total += line.payable
        print(f"cursor to go on from: {lines.cursor.position.isoformat()}")
        return total


async def main() -> None:
    sandbox = Sandbox(seed=7)
    today = sandbox.clock.now()
    for key in KEYS:
        sandbox.add_account(key)
        order = sandbox.place_order(key)
        sandbox.prepare_bundle(key, order.bundle_no, "COMPLETE")
    sandbox.set_clock(today + timedelta(days=1))
    with SandboxServer(sandbox) as server:
        totals = await asyncio.gather(*(week(server.url, key, today.date()) for key in KEYS))
    for number, total in enumerate(totals, start=1):
        print(f"account {number}: {total:,} won")


if __name__ == "__main__":
    asyncio.run(main())
