"""One new order against ledgers that hold many bundles, and what a bundle and an imported product cost there.

    python benchmarks/ledger.py [STORED ...] [--rounds 7] [--bundles 2000] [--products 20000]

The first table has the processor time of `collect_orders` and `stock` with one new order, the sandbox included,
beside a ledger that is empty: it must not grow. What is stored are copies of one delivered bundle, each with its
confirmation and its parcel among the intents. Then the processor time per bundle (saved, saved again unchanged
and changed, read, reconciled) and per product of an Excel export. The ledger is a SQLite file.
"""

from __future__ import annotations

import argparse
import csv
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from attrs import evolve

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import ConfirmationMode, OrderConfirmation
from wemakeprice_sdk.excel import ExcelMigrator, SkuChoice
from wemakeprice_sdk.ledger import (
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    RecordDraft,
    RecordKind,
    SqliteLedger,
    personal,
)
from wemakeprice_sdk.models import JsonValue, SkuLink, SkuLinkMode
from wemakeprice_sdk.policy import SkuStock, SyncPolicy
from wemakeprice_sdk.runner import BackOffice, ChannelRunner, LedgerTarget, RunnerSettings
from wemakeprice_sdk.secrets import AesGcmCipher, generate_key
from wemakeprice_sdk.testing import SandboxShop

START = datetime(2026, 3, 11, 9, 0, tzinfo=KST)
OLD = START - timedelta(days=60)
ACCOUNT = "test-shop"


def draft_of(number: int, address: str = "서울특별시 강남구 예시로 1") -> RecordDraft:
    option = {
        "orderOptionNo": number * 100,
        "optionNo": 5,
        "optionName": "빨강|각인 없음",
        "optionQty": 2,
        "sellerOptionCode": "A-1",
    }
    order = {
        "orderNo": number * 10, "orderDate": "2026-01-10 10:00:00", "productNo": 300000001, "productName": "가방", "productPrice": 10_000,
        "productQty": 2, "orderOption": [option],
    }  # fmt: skip
    body: dict[str, JsonValue] = {
        "bundleNo": number, "purchaseNo": number, "payDate": "2026-01-10 10:01:00", "originShipDate": "2026-01-12",
        "orderConfirmDate": "2026-01-10 11:00:00", "orderShippingDate": "2026-01-11 15:00:00", "shipCompleteDate": "2026-01-12 15:00:00",
        "shipPrice": 2_500, "buyerName": "홍길동", "buyerPhone": "010-0000-0000", "orderProduct": [order],
        "delivery": {
            "shipStatus": "COMPLETE", "shipMethod": "PARCEL", "parcelCompany": "D002", "invoiceNo": "123456789012", "name": "홍길동",
            "phone": "010-0000-0000", "shipAddress": {"zipcode": "06000", "addr": address, "addrDetail": "101동 1001호", "message": "문 앞"},
        },
    }  # fmt: skip
    at = OLD + timedelta(seconds=number % 10**6)
    return RecordDraft(RecordKind.BUNDLE, f"{number}/{number}", "COMPLETE", at, body, str(number))


def cpu(work: Callable[[], object]) -> float:
    """Return the processor seconds of some work."""
    started = time.process_time()
    work()
    return time.process_time() - started


@contextmanager
def opened(folder: Path, name: str) -> Iterator[tuple[SqliteLedger, Lease]]:
    with SqliteLedger(folder / f"{name}.db", AesGcmCipher.single(generate_key())) as ledger:
        ledger.open_account(ACCOUNT, "http://sandbox.test")
        lease = ledger.acquire_lease(ACCOUNT, "bench", 3600)
        if lease is None:
            raise SystemExit("the account is held")
        yield ledger, lease


def fill(path: Path, ledger: SqliteLedger, lease: Lease, count: int) -> None:
    """Store one bundle with its intents, and copies of all of its rows beside it."""
    ledger.save(lease, [draft_of(1)], OLD)
    for operation, once in (("orders_confirm", "confirm-bundle:1"), ("orders_ship", "ship-bundle:1")):
        intent = ledger.begin(lease, IntentDraft(operation, "bundle:1", once_key=once), OLD)
        ledger.finish(lease, IntentResult(intent, IntentState.APPLIED, ""), OLD)
    with sqlite3.connect(path) as connection:
        for table, numbered in (
            ("records", ("record_key", "ref")),
            ("personal", ("record_key",)),
            ("intents", ("target", "once_key")),
        ):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "id"]
            copied = ", ".join(f"replace({name}, '1', n)" if name in numbered else name for name in columns)
            connection.execute(
                "WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?) "
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {copied} FROM numbers, (SELECT * FROM {table})",
                (count,),
            )
    connection.close()


def jobs(folder: Path, stored: int, rounds: int) -> tuple[float, float]:
    """Return the processor seconds of `collect_orders` with one new order, and of `stock`: medians."""
    with SandboxShop(at=START, products=3) as shop, opened(folder, f"jobs-{stored}") as (ledger, lease):
        if stored:
            # Through the ledger, 300,000 bundles would take minutes to store.
            fill(folder / f"jobs-{stored}.db", ledger, lease, stored)
            if ledger.count(ACCOUNT, RecordKind.BUNDLE) != stored:
                raise SystemExit("not every bundle was stored")
        ledger.release_lease(lease)
        config = shop.config.replace(
            confirmation=OrderConfirmation(mode=ConfirmationMode.AUTO),
            switches=evolve(shop.config.switches, sku_sync=True),
        )
        runner = ChannelRunner(
            shop.client,
            ledger,
            SyncPolicy(config),
            clock=shop.clock,
            settings=RunnerSettings(recovery_delay=0),
        )
        number = next(iter(shop.sandbox.find_shop(shop.key).products))
        runner.put_links([SkuLink(product_no=number, sku="A", stock_sync=True)])
        orders, stock = [], []
        # The first round does what is done once: imports, compiled forms, the first look back.
        for at in range(rounds + 1):
            shop.sandbox.place_order()
            level = SkuStock(sku="A", quantity=50 + at, as_of=shop.clock.now())
            orders.append(cpu(lambda: ok(runner.collect_orders())))
            stock.append(cpu(lambda level=level: ok(runner.stock([level]))))
            shop.sandbox.advance(minutes=10)
        return statistics.median(orders[1:]), statistics.median(stock[1:])


def ok(report: object) -> None:
    if getattr(report, "skipped", None) is not None:
        raise SystemExit(str(report))


def bundles(folder: Path, count: int) -> dict[str, float]:
    """Return the processor seconds for each of `count` bundles."""
    drafts = [draft_of(number) for number in range(1, count + 1)]
    moved = [draft_of(number, "부산광역시 해운대구 예시로 2") for number in range(1, count + 1)]
    with SandboxShop(at=START) as shop, opened(folder, "bundles") as (ledger, lease):
        split = [personal.split(draft.kind, draft.body) for draft in drafts]
        found = {
            "split": cpu(lambda: [personal.split(draft.kind, draft.body) for draft in drafts]),
            "join": cpu(lambda: [personal.join(clear, private) for clear, private in split]),
            "save new": cpu(lambda: ledger.save(lease, drafts, START)),
            "save same": cpu(lambda: ledger.save(lease, drafts, START)),
            "save changed": cpu(lambda: ledger.save(lease, moved, START)),
            "read": cpu(lambda: list(ledger.records(ACCOUNT, RecordKind.BUNDLE))),
        }
        ledger.release_lease(lease)
        office = BackOffice(ledger, shop.config, clock=shop.clock)
        found["reconcile"] = cpu(office.settlement)
    return {name: seconds / count for name, seconds in found.items()}


def products(folder: Path, count: int) -> tuple[float, float]:
    """Return the processor seconds per product of a commit, and of its preview."""
    path = folder / "products.csv"
    head = ["상품번호", "상품명", "판매가", "업체상품코드", "재고수량", "판매상태", "배송정책번호"]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [head, *([3_000_000_000 + n, f"상품 {n}", 9_900, f"P{n}", 5, "판매중", 1] for n in range(count))]
        )
    with SandboxShop(at=START) as shop, opened(folder, "products") as (ledger, lease):
        ledger.release_lease(lease)
        with LedgerTarget(ledger, ACCOUNT, clock=shop.clock, templates_known=True) as target:
            migrator = ExcelMigrator(shop.config, registry=target)
            started = time.process_time()
            with migrator.preview(path) as preview:
                previewed = time.process_time() - started
                plan = migrator.select(preview, sku=SkuChoice(SkuLinkMode.BY_SELLER_CODE, stock_sync=True))
                took = cpu(lambda: plan.commit(target))
        if ledger.count(ACCOUNT, RecordKind.PRODUCT) != count:
            raise SystemExit("not every product was imported")
    return took / count, previewed / count


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stored", type=int, nargs="*", default=[10_000, 300_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--bundles", type=int, default=2_000)
    parser.add_argument("--products", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{'stored':>10}{'collect_orders':>16}{'ratio':>7}{'stock':>10}{'ratio':>7}")
        empty: tuple[float, float] | None = None
        for stored in (0, *given.stored):
            orders, stock = jobs(folder, stored, given.rounds)
            empty = empty or (orders, stock)
            print(
                f"{stored:>10,}{orders * 1e3:>14.1f}ms{orders / empty[0]:>7.2f}{stock * 1e3:>8.1f}ms{stock / empty[1]:>7.2f}",
                flush=True,
            )
        print(f"\n{'per bundle':>16}")
        for what, seconds in bundles(folder, given.bundles).items():
            print(f"{what:>16}{seconds * 1e6:>8.0f}µs")
        took, previewed = products(folder, given.products)
        print(
            f"\n{'per product':>16}\n{'commit':>16}{took * 1e6:>8.0f}µs\n{'preview':>16}{previewed * 1e6:>8.0f}µs"
        )


if __name__ == "__main__":
    main()
