"""An Excel import that goes into the runner's ledger, and what the jobs make of it afterwards."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from kit import DAWN, KEY, START, Shop, cipher, config, open_shop

from wemakeprice_sdk.clock import ManualClock
from wemakeprice_sdk.errors import CommitError, LedgerAccountError, ValidationError
from wemakeprice_sdk.excel import (
    ExcelMigrator,
    ExportKind,
    ImportProgress,
    ItemOutcome,
    ProductImport,
    SkuChoice,
)
from wemakeprice_sdk.excel.commit import commit_items
from wemakeprice_sdk.ledger import MemoryLedger, SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import Product, ProductStatus, SalePeriod
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.models.sku_links import SkuLink as Link
from wemakeprice_sdk.policy.snapshot import SkuStock
from wemakeprice_sdk.runner import ActionState, LedgerTarget, RetentionPolicy, RunnerSettings
from wemakeprice_sdk.runner.conversion import restore
from wemakeprice_sdk.wire.converter import write

HEADERS = [
    "상품번호",
    "상품명",
    "상품상태",
    "판매가",
    "판매종료일",
    "배송정책번호",
    "업체상품코드",
    "재고수량",
    "담당",
]
OPTION_HEADERS = ["상품번호", "상품명", "옵션명", "업체옵션코드", "재고수량"]
BY_CODE = SkuChoice(SkuLinkMode.BY_SELLER_CODE, stock_sync=True)


def table(path: Path, headers: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def products(path: Path, count: int) -> Path:
    rows: list[list[object]] = [
        [300_000_300 + n, f"상품 {n}", "판매중", 1000, "2026-03-09 10:00", 7, f"SKU-{n}", 5, "김아무개 과장"]
        for n in range(count)
    ]
    return table(path, HEADERS, rows)


@pytest.fixture
def ledger() -> Iterator[SqlLedger]:
    with MemoryLedger(cipher()) as made:
        yield made


def target(ledger: SqlLedger, **options: object) -> LedgerTarget:
    values: dict[str, object] = {"templates_known": True, "clock": ManualClock(START)}
    return LedgerTarget(ledger, "shop", **{**values, **options})  # type: ignore[arg-type]


def commit(
    place: LedgerTarget, path: Path, kind: ExportKind = ExportKind.PRODUCTS, sku: SkuChoice | None = BY_CODE
) -> dict[ItemOutcome, int]:
    migrator = ExcelMigrator(config(), registry=place)
    with migrator.preview(path, kind=kind) as preview:
        report = migrator.select(preview, sku=sku, include_incomplete=True).commit(place)
    return {outcome: count for outcome, count in report.counts.items() if count}


def test_products_are_in_the_ledger_wholly_and_once(ledger: SqlLedger, tmp_path: Path) -> None:
    path = products(tmp_path / "p.csv", 3)
    with target(ledger) as place:
        assert commit(place, path) == {ItemOutcome.IMPORTED: 3}
        assert place.known_products("shop", [300_000_300, 300_000_302, 300_000_303]) == {
            300_000_300,
            300_000_302,
        }
        with ExcelMigrator(config(), registry=place).preview(path) as preview:
            assert (preview.counts.new, preview.counts.registered) == (0, 3)
    first = next(ledger.records("shop", "product"))
    product = restore(Product, first)
    assert (product.product_no, first.status) == (300_000_300, ProductStatus.SALE.value)
    assert product.basic is not None
    assert (product.basic.product_name, product.basic.shipping_template_no) == ("상품 0", 7)
    assert product.sale is not None
    assert (product.sale.sale_price, product.stock) == (1000, 5)
    assert ledger.links("shop", sku="SKU-1") == (
        Link(product_no=300_000_301, sku="SKU-1", stock_sync=True, never_pushed=True),
    )
    assert [(row.target, row.detail) for row in ledger.audit("shop")] == [
        (f"product:{number}", "from an export") for number in (300_000_300, 300_000_301, 300_000_302)
    ]


def test_what_only_the_export_says_is_kept_and_encrypted(tmp_path: Path) -> None:
    with SqliteLedger(tmp_path / "ledger.db", cipher()) as ledger:
        with target(ledger) as place:
            commit(place, products(tmp_path / "p.csv", 1))
        (row,) = ledger.records("shop", "export")
        assert row.key == "product/300000300"
        assert row.body["extras"] == {"담당": "김아무개 과장"}
        assert row.body["product_name"] == "상품 0"
    for file in tmp_path.glob("ledger.db*"):
        assert "김아무개".encode() not in file.read_bytes()


def test_a_catalogue_outlives_the_retention_unless_it_is_named(tmp_path: Path) -> None:
    with open_shop() as shop:
        with LedgerTarget(shop.ledger, "shop", clock=shop.clock, templates_known=True) as place:
            commit(place, products(tmp_path / "p.csv", 1))
        shop.pass_time(days=400)
        shop.runner().retention(RetentionPolicy(), by="김운영")
        (row,) = shop.ledger.records("shop", "export")
        assert row.body["extras"] == {"담당": "김아무개 과장"}
        report = shop.runner().retention(RetentionPolicy(exports=True), by="김운영")
        assert report.of_kind("export")[RetentionClass.UNCLASSIFIED].destroyed == 1
        (row,) = shop.ledger.records("shop", "export")
        assert row.body["extras"] == {"담당": None}


def test_nothing_is_imported_before_the_templates_unless_nobody_can_be_asked(
    ledger: SqlLedger, tmp_path: Path
) -> None:
    path = products(tmp_path / "p.csv", 1)
    with target(ledger, templates_known=False) as place, pytest.raises(CommitError, match="템플릿"):
        commit(place, path)
    assert ledger.count("shop", "product") == 0


def test_a_held_account_and_another_account_are_refused(ledger: SqlLedger, tmp_path: Path) -> None:
    path = products(tmp_path / "p.csv", 2)
    ledger.open_account("shop", "http://127.0.0.1:9")
    lease = ledger.acquire_lease("shop", "somebody", 60)
    assert lease is not None
    with target(ledger) as place:
        with pytest.raises(CommitError, match="held by another worker"):
            commit(place, path)
        with pytest.raises(LedgerAccountError, match="other"):
            place.known_products("other", [1])
        ledger.release_lease(lease)
        assert commit(place, path) == {ItemOutcome.IMPORTED: 2}


def test_a_lost_lease_stops_the_import_and_the_next_goes_on(ledger: SqlLedger, tmp_path: Path) -> None:
    path = products(tmp_path / "p.csv", 250)
    migrator = ExcelMigrator(config(), registry=target(ledger))
    with migrator.preview(path) as preview, target(ledger, worker="same") as place:
        plan = migrator.select(preview, sku=BY_CODE)

        def lose(progress: ImportProgress) -> None:
            if progress.done == 100:
                ledger.acquire_lease("shop", "same", 60)

        with pytest.raises(CommitError, match="stopped after 100 of 250"):
            plan.commit(place, progress=lose)
        assert ledger.count("shop", "product") == 100
    with target(ledger, worker="same") as place:
        assert commit(place, path) == {ItemOutcome.IMPORTED: 150}


def test_one_product_that_cannot_be_stored_keeps_no_other_out(ledger: SqlLedger, tmp_path: Path) -> None:
    migrator = ExcelMigrator(config(), registry=target(ledger))
    with migrator.preview(products(tmp_path / "p.csv", 4)) as preview, target(ledger) as place:
        first, second, bad, last = migrator.select(preview, sku=BY_CODE).items()
        assert isinstance(bad, ProductImport)
        bad = evolve(bad, record=evolve(bad.record, seller_product_code="SKU\0"))
        with pytest.raises(ValidationError, match="no database stores"):
            place.import_all([first, bad])
        assert ledger.count("shop", "product") == len(ledger.links("shop")) == 0
        work = [(row, item) for row, item in zip(preview, (first, second, bad, last), strict=True)]
        report = commit_items(
            work, place, seller_id="shop", kind=ExportKind.PRODUCTS, total=4, not_carried=(),
            progress=None, cancelled=None, batch=200,
        )  # fmt: skip
    assert report.counts == {ItemOutcome.IMPORTED: 3, ItemOutcome.FAILED: 1}
    assert [failure.number for failure in report.failures()] == [300_000_302]
    assert ledger.count("shop", "product") == ledger.count("shop", "export") == len(ledger.links("shop")) == 3


def test_the_lease_is_renewed_in_a_long_import(tmp_path: Path) -> None:
    passed = [0.0]
    with MemoryLedger(cipher(), lease_clock=lambda: passed[0]) as ledger:
        migrator = ExcelMigrator(config(), registry=target(ledger))
        path = products(tmp_path / "p.csv", 350)
        with (
            migrator.preview(path) as preview,
            target(ledger, monotonic=lambda: passed[0], settings=RunnerSettings(lease_ttl=60)) as place,
        ):

            def pass_time(progress: ImportProgress) -> None:
                passed[0] += 0.3

            assert migrator.select(preview, sku=BY_CODE).commit(place, progress=pass_time).complete
            assert passed[0] > 60
            assert ledger.acquire_lease("shop", "other", 60) is None


def test_deals_name_their_products_and_what_is_missing(ledger: SqlLedger, tmp_path: Path) -> None:
    deals = table(
        tmp_path / "d.csv",
        ["딜번호", "딜명", "딜상태", "노출여부", "딜 시작일", "딜 종료일", "대표가격", "상품번호 목록"],
        [
            [
                900,
                "봄 기획전",
                "판매중",
                "노출",
                "2026-03-01 00:00",
                "2026-04-01 00:00",
                9900,
                "300000300, 999",
            ]
        ],
    )
    with target(ledger) as place:
        commit(place, products(tmp_path / "p.csv", 1))
        migrator = ExcelMigrator(config(), registry=place)
        with migrator.preview(deals, kind=ExportKind.DEALS) as preview:
            report = migrator.select(preview, include_incomplete=True).commit(place)
    assert report.results[0].missing_products == (999,)
    (deal,) = ledger.records("shop", "deal")
    assert deal.body["productList"] == [{"productNo": 300_000_300}, {"productNo": 999}]


def test_the_jobs_know_what_was_imported(tmp_path: Path) -> None:
    with open_shop() as shop:
        number = made(shop)
        path = table(tmp_path / "p.csv", HEADERS[:2] + HEADERS[6:8], [[number, "상품", "SKU-1", 10]])
        shop.runner().templates()
        with LedgerTarget(shop.ledger, "shop", clock=shop.clock) as place:
            assert commit(place, path) == {ItemOutcome.IMPORTED: 1}
        level = SkuStock(sku="SKU-1", quantity=7, as_of=shop.clock.now())
        assert shop.runner().stock([level]).counts == {ActionState.APPLIED: 1}
        start, end = START - timedelta(days=40), START + timedelta(days=1)
        known = shop.runner().import_products(start, end)
        assert str(number) not in {result.target.id for result in known.results}
        shop.clock.set(DAWN)
        assert shop.runner().extend_sale_periods().counts == {ActionState.APPLIED: 1}
        assert [row.key for row in shop.ledger.records("shop", "export")] == [f"product/{number}"]


@pytest.mark.parametrize(
    ("link", "code", "name"),
    [
        (SkuLinkMode.BY_SELLER_CODE, "RED-M", "표기가 다른 옵션"),
        (SkuLinkMode.CREATE, "", "빨강 / M"),
        (SkuLinkMode.CREATE, "", "색상:빨강, 사이즈:M"),
    ],
)
def test_an_option_of_an_export_finds_its_row(
    tmp_path: Path, link: SkuLinkMode, code: str, name: str
) -> None:
    with open_shop() as shop:
        number = made(shop, options=True)
        path = table(tmp_path / "p.csv", OPTION_HEADERS, [[number, "상품", name, code, 3]])
        with LedgerTarget(shop.ledger, "shop", clock=shop.clock, templates_known=True) as place:
            commit(place, path, sku=SkuChoice(link, stock_sync=True))
        (before,) = shop.ledger.links("shop")
        assert before.option_key == (name,)
        dry = shop.runner().stock([level_of(shop, before.sku)], dry_run=True)
        assert dry.plan is not None
        assert len(dry.plan) == 1
        assert shop.ledger.links("shop") == (before,), "a dry run writes nothing"
        assert shop.runner().stock([level_of(shop, before.sku)]).counts == {ActionState.APPLIED: 1}
        (after,) = shop.ledger.links("shop")
        assert after == evolve(before, option_key=("빨강", "M"), never_pushed=False)
        option = shop.client.products.get(number).option
        assert option is not None
        assert [row.stock_count for row in option.select_option_value_list] == [9, 4]


def test_an_option_that_could_be_several_rows_is_held(tmp_path: Path) -> None:
    with open_shop() as shop:
        number = made(shop, options=True)
        path = table(tmp_path / "p.csv", OPTION_HEADERS, [[number, "상품", "빨강", "", 3]])
        with LedgerTarget(shop.ledger, "shop", clock=shop.clock, templates_known=True) as place:
            commit(place, path, sku=SkuChoice(SkuLinkMode.CREATE, stock_sync=True))
        (link,) = shop.ledger.links("shop")
        report = shop.runner().stock([level_of(shop, link.sku)])
        assert report.results == ()
        assert report.plan is not None
        assert report.plan.held
        assert link.mode is SkuLinkMode.CREATE


def level_of(shop: Shop, sku: str | None) -> SkuStock:
    return SkuStock(sku=sku or "", quantity=9, as_of=shop.clock.now())


def made(shop: Shop, *, options: bool = False) -> int:
    shop.sandbox.make_product(KEY)
    example = shop.client.products.get(next(iter(shop.sandbox.find_shop(KEY).products)))
    blocks = example.to_input()
    body = write(
        evolve(
            blocks,
            product_no=None,
            sale=evolve(
                blocks.sale,
                sale_period=SalePeriod.PERIOD,
                sale_end_date=START + timedelta(days=5),
                stock_count=None if options else 10,
            ),
            etc=evolve(blocks.etc, seller_prod_code="SKU-1"),
        )
    )
    if options:
        body["option"] = {
            "selectOptionUseYn": "Y",
            "selectOptionDepth": 2,
            "selectOptionTitle1": "색상",
            "selectOptionTitle2": "사이즈",
            "selectOptionValueList": [
                {"optionValue1": "빨강", "optionValue2": size, "stockCount": 4, "displayYn": "Y"}
                | {"sellerOptionCode": f"RED-{size}"}
                for size in ("M", "L")
            ],
            "textOptionUseYn": "N",
        }
    return shop.sandbox.make_product(KEY, body)


COMMIT = """
import os, signal, sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from test_ledger_target import config, target, BY_CODE
from kit import cipher
from wemakeprice_sdk.excel import ExcelMigrator
from wemakeprice_sdk.ledger import SqliteLedger, imports

def die():
    os.kill(os.getpid(), signal.SIGKILL)

append, lines = imports.append_audit, []

def append_or_die(*words):
    append(*words)
    lines.append(words)
    if sys.argv[4] == "transaction" and len(lines) == 250:
        die()

imports.append_audit = append_or_die

def tell(progress):
    if sys.argv[4] == "progress" and progress.done == 250:
        die()

with SqliteLedger(sys.argv[1], cipher(), check=False) as ledger, target(ledger, worker="same") as place:
    migrator = ExcelMigrator(config(), registry=place)
    with migrator.preview(sys.argv[2]) as preview:
        migrator.select(preview, sku=BY_CODE).commit(place, progress=tell)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
@pytest.mark.parametrize(("at", "there"), [("transaction", 200), ("progress", 300)])
def test_killed_in_the_middle_the_import_goes_on_and_repeats_nothing(
    tmp_path: Path, at: str, there: int
) -> None:
    """Killed between two products of one transaction, and between that and the last word of it."""
    path = products(tmp_path / "p.csv", 350)
    command = [sys.executable, "-c", COMMIT, tmp_path / "ledger.db", path, Path(__file__).parent, at]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with SqliteLedger(tmp_path / "ledger.db", cipher()) as ledger:
        assert ledger.count("shop", "product") == ledger.count("shop", "export") == there
        assert len(ledger.links("shop")) == ledger.audit_head("shop")[0] == there
        with target(ledger, worker="same") as place:
            assert commit(place, path) == {ItemOutcome.IMPORTED: 350 - there}
        assert ledger.count("shop", "product") == len(ledger.links("shop")) == 350


@pytest.mark.parametrize(
    ("link", "code", "name"),
    [
        (SkuLinkMode.BY_SELLER_CODE, "BIG-SKU", "빨강 M"),
        (SkuLinkMode.CREATE, "", "빨강 M+"),
    ],
)
def test_an_option_of_another_sku_or_size_is_never_taken(
    tmp_path: Path, link: SkuLinkMode, code: str, name: str
) -> None:
    with open_shop() as shop:
        number = made(shop, options=True)
        path = table(tmp_path / "p.csv", OPTION_HEADERS, [[number, "상품", name, code, 3]])
        with LedgerTarget(shop.ledger, "shop", clock=shop.clock, templates_known=True) as place:
            commit(place, path, sku=SkuChoice(link, stock_sync=True))
        (before,) = shop.ledger.links("shop")
        report = shop.runner().stock([level_of(shop, before.sku)])
        assert report.results == ()
        assert report.plan is not None
        assert report.plan.held
        assert shop.ledger.links("shop") == (before,)


def test_options_of_one_name_keep_a_link_each(ledger: SqlLedger, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [300_000_300, "상품", "빨강", "R-A", 3],
        [300_000_300, "상품", "빨강", "R-B", 4],
    ]
    with target(ledger) as place:
        commit(place, table(tmp_path / "p.csv", OPTION_HEADERS, rows))
    assert {link.sku: link.option_key for link in ledger.links("shop")} == {
        "R-A": ("빨강", "R-A"),
        "R-B": ("빨강", "R-B"),
    }


def test_an_export_takes_nothing_from_what_the_api_gave(tmp_path: Path) -> None:
    with open_shop() as shop:
        number = made(shop, options=True)
        link = Link(product_no=number, sku="RED-M", option_key=("빨강", "M"), stock_sync=True)
        shop.runner().put_links([link])
        shop.runner().stock([level_of(shop, "RED-M")])
        before = shop.ledger.record("shop", "product", str(number))
        path = table(tmp_path / "p.csv", OPTION_HEADERS, [[number, "상품", "빨강 M", "RED-M", 3]])
        with LedgerTarget(shop.ledger, "shop", clock=shop.clock, templates_known=True) as place:
            assert commit(place, path) == {ItemOutcome.IMPORTED: 1}
        assert shop.ledger.record("shop", "product", str(number)) == before
        assert [row.sku for row in shop.ledger.links("shop")] == ["RED-M"]
        assert shop.ledger.count("shop", "export") == 1


def test_a_target_that_lost_its_lease_takes_it_again(ledger: SqlLedger, tmp_path: Path) -> None:
    with target(ledger, worker="same") as place:
        commit(place, products(tmp_path / "p.csv", 1))
        taken = ledger.acquire_lease("shop", "same", 60)
        assert taken is not None
        with pytest.raises(CommitError, match="overtaken"):
            commit(place, products(tmp_path / "p.csv", 2))
        ledger.release_lease(taken)
        assert commit(place, products(tmp_path / "p.csv", 2)) == {ItemOutcome.IMPORTED: 1}
        assert ledger.count("shop", "product") == 2


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda ledger: LedgerTarget(ledger, config()),
            r"account takes text \(str\), the seller_id of a ChannelConfig",
        ),
        (
            lambda ledger: LedgerTarget("ledger.db", "shop"),
            r"ledger takes a Ledger, .*SqliteLedger.*not a str, which has no ",
        ),
        (lambda ledger: LedgerTarget(ledger, "shop", worker=5), "worker takes text"),
        (lambda ledger: LedgerTarget(ledger, "shop", settings=5), "settings takes a RunnerSettings"),
        (lambda ledger: target(ledger).known_products(5, [1]), "seller_id takes text"),
        (lambda ledger: target(ledger).known_deals("shop", 5), "numbers takes a list"),
        (lambda ledger: target(ledger).import_product(5), "item takes a ProductImport"),
        (lambda ledger: target(ledger).import_deal(5), "item takes a DealImport"),
        (lambda ledger: target(ledger).import_all(5), "items takes a list"),
        (lambda ledger: target(ledger).import_all([5]), r"items\[0\] takes a ProductImport or a DealImport"),
        (
            lambda ledger: ExcelMigrator("shop"),
            "account takes an Account, such as a ChannelConfig, not a str",
        ),
        (
            lambda ledger: ExcelMigrator(config(), registry=ledger),
            r"registry takes an ImportRegistry, .*LedgerTarget",
        ),
        (lambda ledger: ExcelMigrator(config(), book={}), "book takes a ColumnBook"),
        (lambda ledger: ExcelMigrator(config(), limits=5), "limits takes a FileLimits"),
    ],
)
def test_an_argument_of_another_kind_is_named(
    ledger: SqlLedger, make: Callable[[SqlLedger], object], said: str
) -> None:
    with pytest.raises(TypeError, match=said):
        make(ledger)


def test_a_seller_id_that_no_database_stores_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(ValidationError, match="account holds a character"):
        LedgerTarget(ledger, "sh\0op")
