"""Time and peak memory of a stock plan over very many SKUs, beside a bare loop that only compares.

    python benchmarks/policy_plan.py [--sizes 10000 100000 1000000] [--changed 5]

Each size runs in a process of its own, so that its peak memory is its own. Times are processor seconds, which
other work on the machine disturbs least. Four options stand on a product,
each tied to one SKU; `--changed` per cent of the SKUs differ from what the marketplace shows.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta

from wemakeprice_sdk.clock import KST, WeekdayCalendar
from wemakeprice_sdk.config import Agency, ChannelConfig, LinkState, OnboardingState, Switches
from wemakeprice_sdk.models.codes import ProductStatus, SalePeriod
from wemakeprice_sdk.models.products import OptionValue, Product, ProductBasic, ProductOption, ProductSale
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy import SkuStock, Snapshot, SyncPolicy

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


def parts_of(rows: list[Row]) -> dict[str, tuple[object, ...]]:
    products, links, stock = [], [], []
    as_of = NOW - timedelta(minutes=5)
    for first in range(0, len(rows), OPTIONS):
        number, mine = 1_000_000 + first, rows[first : first + OPTIONS]
        products.append(product_of(number, mine))
        for index, (sku, _, wanted) in enumerate(mine):
            links.append(SkuLink(product_no=number, sku=sku, option_key=(f"옵션 {index}",), stock_sync=True))
            stock.append(SkuStock(sku=sku, quantity=wanted, as_of=as_of))
    return {"products": tuple(products), "links": tuple(links), "stock": tuple(stock)}


def bare_loop(rows: list[Row]) -> int:
    wanted = {sku: quantity for sku, _, quantity in rows}
    return len([sku for sku, shown, _ in rows if wanted[sku] != shown])


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(size: int, changed: int) -> dict[str, float]:
    rows = rows_of(size, changed)
    started = time.process_time()
    different = bare_loop(rows)
    bare = time.process_time() - started
    parts = parts_of(rows)
    gc.collect()
    gc.freeze()
    base = peak()
    started = time.process_time()
    snapshot = Snapshot(products_at=NOW, stock_at=NOW, **parts)  # type: ignore[arg-type]
    taken = time.process_time() - started
    mine = SyncPolicy(account(), calendar=WeekdayCalendar())
    started = time.process_time()
    plan = mine.plan_stock(snapshot, NOW)
    planned = time.process_time() - started
    named = sum(len(action.changes) for action in plan.actions)  # type: ignore[attr-defined]
    if named != different:
        raise SystemExit(f"the plan names {named} options, the bare loop found {different}")
    return {
        "skus": size,
        "actions": len(plan),
        "bare_s": bare,
        "snapshot_s": taken,
        "plan_s": planned,
        "data_mb": base,
        "added_mb": peak() - base,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--changed", type=int, default=5, help="per cent of SKUs that differ")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(measure(given.one, given.changed)))
        return
    print(
        f"{'SKUs':>9} {'actions':>8} {'bare':>8} {'snapshot':>9} {'plan':>8} {'per SKU':>8} {'ratio':>6} {'data':>8} {'added':>8}"
    )
    for size in given.sizes:
        command = [sys.executable, __file__, "--one", str(size), "--changed", str(given.changed)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{size:>9,} {found['actions']:>8,} {found['bare_s']:>7.3f}s {found['snapshot_s']:>8.3f}s "
            f"{found['plan_s']:>7.3f}s {found['plan_s'] / size * 1e6:>6.2f}µs "
            f"{found['plan_s'] / found['bare_s']:>5.1f}x {found['data_mb']:>6.0f}MB {found['added_mb']:>6.0f}MB"
        )


if __name__ == "__main__":
    main()
