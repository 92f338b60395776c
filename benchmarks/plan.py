"""A stock plan over very many SKUs, beside a plain loop over the same objects that makes the same comparisons.

    python benchmarks/plan.py [SIZE ...] [--changed 5] [--rounds 5]

Each size runs in a process of its own; loop and plan take turns in it, and the medians are printed. Times are
processor seconds, which other work on the machine disturbs least; memory is what each of them takes at its peak
beside the objects. Four options stand on a product, each tied to one SKU; `--changed` per cent of the SKUs
differ from what the marketplace shows.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import frozen

from wemakeprice_sdk.clock import KST, WeekdayCalendar
from wemakeprice_sdk.config import Agency, ChannelConfig, LinkState, OnboardingState, Switches
from wemakeprice_sdk.models.codes import DisplayState, ProductStatus, SalePeriod, SkuLinkMode
from wemakeprice_sdk.models.products import OptionValue, Product, ProductBasic, ProductOption, ProductSale
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy import SkuStock, Snapshot, StockSettings, SyncPolicy
from wemakeprice_sdk.policy.settings import MAX_STOCK

T = TypeVar("T")
NOW = datetime(2026, 3, 11, 3, 0, tzinfo=KST)
END = datetime(2030, 1, 1, tzinfo=KST)
OPTIONS = 4
Row = tuple[str, int, int]


def account() -> ChannelConfig:
    return ChannelConfig(
        "bench",
        "bench",
        api_key="0" * 64,
        agency=Agency("윈셀링"),
        onboarding=OnboardingState.COMPLETE,
        link=LinkState.APPROVED,
        switches=Switches(sku_sync=True),
    )


def rows_of(size: int, changed: int) -> list[Row]:
    return [(f"SKU-{n:08}", 10 + n % 50, 10 + n % 50 - (1 if n % 100 < changed else 0)) for n in range(size)]


def product_of(number: int, rows: list[Row]) -> Product:
    return Product(
        product_no=number,
        basic=ProductBasic(product_name=f"상품 {number}", product_status_name=ProductStatus.SALE),
        sale=ProductSale(
            sale_period=SalePeriod.PERIOD, sale_start_date=NOW, sale_end_date=END, sale_price=10_000
        ),
        option=ProductOption(
            select_option_use_yn=True,
            select_option_value_list=tuple(
                OptionValue(option_value1=f"옵션 {index}", stock_count=shown, display_yn=True)
                for index, (_, shown, _) in enumerate(rows)
            ),
        ),
    )


@frozen
class Parts:
    """What both look at."""

    products: tuple[Product, ...]
    links: tuple[SkuLink, ...]
    stock: tuple[SkuStock, ...]


def parts_of(rows: list[Row]) -> Parts:
    products, links, stock = [], [], []
    as_of = NOW - timedelta(minutes=5)
    for first in range(0, len(rows), OPTIONS):
        number, mine = 1_000_000 + first, rows[first : first + OPTIONS]
        products.append(product_of(number, mine))
        for index, (sku, _, wanted) in enumerate(mine):
            links.append(SkuLink(product_no=number, sku=sku, option_key=(f"옵션 {index}",), stock_sync=True))
            stock.append(SkuStock(sku=sku, quantity=wanted, as_of=as_of))
    return Parts(tuple(products), tuple(links), tuple(stock))


def plain_loop(
    parts: Parts, now: datetime, settings: StockSettings
) -> list[tuple[int, tuple[str, ...], int]]:
    """Make the comparisons of a stock plan over the same objects, without reasons, gates or a plan."""
    levels = {level.sku: level for level in parts.stock}
    if len({link.sku for link in parts.links}) < len(parts.links):
        raise SystemExit("a SKU stands twice")
    of_product = defaultdict(list)
    for link in parts.links:
        of_product[link.product_no].append(link)
    found = []
    for product in parts.products:
        if product.basic is None or product.basic.product_status_name == ProductStatus.END:
            continue
        option = product.option
        rows = {row.values: row for row in option.select_option_value_list} if option else {}
        for link in of_product[product.product_no]:
            level = levels.get(link.sku)
            row = rows.get(link.option_key)
            if level is None or row is None or not link.stock_sync or link.mode is SkuLinkMode.NONE:
                continue
            if now - level.as_of > settings.max_age:
                continue
            wanted = min(max(0, level.quantity - settings.buffer_of(link.sku)), MAX_STOCK)
            if wanted == 0 and link.never_pushed:
                continue
            if level.on_sale is False:
                wanted = 0
            shown = None if level.display is None else level.display == DisplayState.SHOWN
            if wanted != row.stock_count or (shown is not None and shown != row.display_yn):
                found.append((product.product_no, link.option_key, wanted))
    return found


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what some work gives, and its processor seconds."""
    gc.collect()
    started = time.process_time()
    found = work()
    return found, time.process_time() - started


def peak(work: Callable[[], object]) -> float:
    """Return the memory that some work takes at its peak, in MB."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def measure(size: int, changed: int, rounds: int) -> dict[str, float]:
    parts = parts_of(rows_of(size, changed))
    mine, settings = SyncPolicy(account(), calendar=WeekdayCalendar()), StockSettings()
    snapshot, taken = timed(
        lambda: Snapshot(
            products_at=NOW, products=parts.products, links=parts.links, stock_at=NOW, stock=parts.stock
        )
    )
    gc.collect()
    gc.freeze()
    loops, plans = [], []
    for _ in range(rounds):
        found, took = timed(lambda: plain_loop(parts, NOW, settings))
        loops.append(took)
        plan, took = timed(lambda: mine.plan_stock(snapshot, NOW))
        plans.append(took)
        named = sum(len(action.changes) for action in plan.actions)  # type: ignore[attr-defined]
        if named != len(found):
            raise SystemExit(f"the plan names {named} options, the loop found {len(found)}")
    return {
        "actions": len(plan),
        "snapshot": taken,
        "loop": statistics.median(loops),
        "plan": statistics.median(plans),
        "loop_mb": peak(lambda: plain_loop(parts, NOW, settings)),
        "plan_mb": peak(lambda: mine.plan_stock(snapshot, NOW)),
    }


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--changed", type=int, default=5, help="per cent of SKUs that differ")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(measure(given.one, given.changed, given.rounds)))
        return
    head = (
        "SKUs",
        "actions",
        "snapshot",
        "loop",
        "plan",
        "per SKU",
        "ratio",
        "loop MB",
        "plan MB",
        "more MB",
    )
    print("".join(f"{name:>11}" for name in head))
    for size in given.sizes:
        options = ["--one", str(size), "--changed", str(given.changed), "--rounds", str(given.rounds)]
        done = subprocess.run(
            [sys.executable, __file__, *options], check=True, capture_output=True, text=True
        )
        found = json.loads(done.stdout)
        print(
            f"{size:>11,}{found['actions']:>11,}{found['snapshot']:>10.2f}s{found['loop']:>10.2f}s"
            f"{found['plan']:>10.2f}s{found['plan'] / size * 1e6:>9.2f}µs{found['plan'] / found['loop']:>11.2f}"
            f"{found['loop_mb']:>11.0f}{found['plan_mb']:>11.0f}{found['plan_mb'] - found['loop_mb']:>11.0f}"
        )


if __name__ == "__main__":
    main()
