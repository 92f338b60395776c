"""Time and peak memory of a settlement reconciliation whose facts come row by row, as out of a ledger.

    python benchmarks/settlement.py [--sizes 1000 20000 100000]

Each size runs in a process of its own, so that its peak memory is its own; `before` is the memory with the
library imported and nothing read. Times are processor seconds and include making the facts. Each bundle has one
line, a shipping fee, a product row and a shipping row; every tenth is returned, every week is paid.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import (
    BankTransfer,
    Bundle,
    Claim,
    ClaimOption,
    ClaimProduct,
    ClaimStatus,
    ClaimType,
    OrderOption,
    OrderProduct,
    Prepayment,
    SettlementLineKind,
    SettlementOrderLine,
    SettlementShipLine,
)
from wemakeprice_sdk.policy import BankRecords, Reconciler, SettlementFacts

START = date(2023, 1, 2)


def day_of(number: int) -> date:
    return START + timedelta(days=number % 364)


def payout_of(number: int) -> date:
    day = day_of(number)
    return day + timedelta(days=11 - day.weekday())


def bundle(number: int) -> Bundle:
    option = OrderOption(order_option_no=number * 10, option_qty=1 + number % 3)
    product = OrderProduct(
        order_no=number * 100,
        product_no=300_000_000 + number % 500,
        product_name=f"상품 {number % 500}",
        product_price=10_000 + number % 50 * 100,
        order_option=(option,),
    )
    done = day_of(number)
    return Bundle(
        bundle_no=number,
        purchase_no=number,
        ship_complete_date=datetime(done.year, done.month, done.day, 12, tzinfo=KST),
        ship_price=2_500,
        prepayment=Prepayment.PREPAID,
        order_product=(product,),
    )


def line(number: int) -> SettlementOrderLine:
    return SettlementOrderLine(
        basic_dt=day_of(number),
        gubun=SettlementLineKind.DELIVERED,
        bundle_no=number,
        order_no=number * 100,
        order_opt_no=number * 10,
        prod_no=300_000_000 + number % 500,
        prod_sale_amt=10_000 + number % 50 * 100,
        complete_qty=1 + number % 3,
        sale_agency_fee=1_200,
        settle_pre_dt=payout_of(number),
    )


def shipping(number: int) -> SettlementShipLine:
    kind = SettlementLineKind.DELIVERED
    return SettlementShipLine(basic_dt=day_of(number), gubun=kind, bundle_no=number, ship_amt=2_500)


def claim(number: int) -> Claim:
    option = ClaimOption(order_option_no=number * 10, option_qty=1)
    return Claim(
        claim_bundle_no=number * 1_000,
        bundle_no=number,
        claim_type=ClaimType.RETURN,
        claim_status=ClaimStatus.APPROVE,
        order_product=(ClaimProduct(order_no=number * 100, order_option=(option,)),),
    )


def facts(size: int) -> SettlementFacts:
    numbers = range(1, size + 1)
    return SettlementFacts(
        bundles=map(bundle, numbers),
        claims=map(claim, numbers[::10]),
        order_lines=map(line, numbers),
        ship_lines=map(shipping, numbers),
    )


def paid(work: Reconciler) -> Iterator[BankTransfer]:
    for payable in work.payables():
        if payable.day is not None and payable.announced and payable.amount > 0:
            yield BankTransfer(received_on=payable.day, amount=payable.amount - payable.day.day % 2)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(size: int) -> dict[str, object]:
    before, began = peak(), time.process_time()
    work = Reconciler("bench", date(2024, 12, 31))
    work.add(facts(size))
    result = work.finish(BankRecords(transfers=tuple(paid(work))))
    return {
        "bundles": size,
        "rows": len(result.rows),
        "owed": result.sums.owed,
        "seconds": round(time.process_time() - began, 1),
        "before MB": before,
        "peak MB": peak(),
        "repr": len(repr(result)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 20_000, 100_000])
    parser.add_argument("--one", type=int)
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(measure(given.one)))
        return
    for size in given.sizes:
        run = [sys.executable, __file__, "--one", str(size)]
        print(subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip())


if __name__ == "__main__":
    main()
