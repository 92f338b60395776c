"""Codes that are no SKU for certain: reported before an import, held at use, named by the status."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from kit import FROM, START, TO, Shop, cipher, config, imported, open_shop, product
from test_ledger_target import made

from wemakeprice_sdk.clock import ManualClock
from wemakeprice_sdk.errors import LedgerError, ValidationError
from wemakeprice_sdk.excel import ExcelMigrator, SkuChoice, shared_codes
from wemakeprice_sdk.ledger import MemoryLedger, SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import SkuLink, SkuLinkMode, SkuMatchState, SkuScheme
from wemakeprice_sdk.policy.snapshot import SkuStock
from wemakeprice_sdk.runner import ActionState, BackOffice, JobReport, JobVerdict, LedgerTarget
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey

FILES = Path(__file__).parent / "files"
BY_CODE = SkuChoice(SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
ENDS = START + timedelta(days=90)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def table(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def number(at: int) -> int:
    return 3000001017 + 25 * at


def sized(path: Path, count: int = 7) -> Path:
    """Products whose options are all numbered 001, 002, 003."""
    head = ["상품번호", "상품명", "판매가", "업체상품코드", "옵션명", "업체옵션코드", "재고수량", "런플여부"]
    return table(
        path,
        [
            head,
            *(
                [number(n), f"상품 {n}", 1000 + n, f"P{n}", size, code, 5, "Y" if n == 0 else "N"]
                for n in range(count)
                for size, code in (("S", "001"), ("M", "002"), ("L", "003"))
            ),
        ],
    )


def levels(shop: Shop, **quantities: int) -> list[SkuStock]:
    return [SkuStock(sku=sku, quantity=count, as_of=shop.clock.now()) for sku, count in quantities.items()]


def codes(report: JobReport) -> set[str]:
    assert report.plan is not None
    return {held.target.id for held in report.plan.held if held.reason.code == "ambiguous-sku"}


def test_an_import_reports_its_codes_before_anything_is_written(tmp_path: Path) -> None:
    with (
        MemoryLedger(cipher()) as ledger,
        LedgerTarget(ledger, "shop", clock=ManualClock(START), templates_known=True) as place,
    ):
        migrator = ExcelMigrator(config(), registry=place)
        with migrator.preview(sized(tmp_path / "p.csv")) as preview:
            report = migrator.select(preview, sku=BY_CODE).sku_matches()
            assert report.counts[SkuMatchState.AMBIGUOUS] == 3
            assert report.ambiguous == ("001", "002", "003")
            assert "under different names and prices" in report.matches[0].reason
            assert list(ledger.accounts()) == []
            joined = SkuChoice(SkuLinkMode.BY_SELLER_CODE, True, SkuScheme.PRODUCT_AND_OPTION)
            plan = migrator.select(preview, sku=joined)
            assert plan.sku_matches().counts[SkuMatchState.UNIQUE] == 21
            assert plan.commit(place).complete
        assert ledger.links("shop", sku="P3-002")[0].product_no == number(3)
        assert BackOffice(ledger, config()).status().ambiguous == ()
        # Beside what stands now, a code of the next file may be ambiguous.
        other = table(
            tmp_path / "q.csv", [["상품번호", "상품명", "업체상품코드"], [number(90), "다른 상품", "p3-002"]]
        )
        with migrator.preview(other) as preview:
            report = migrator.select(preview, sku=BY_CODE).sku_matches()
            found = {match.sku: (match.state, match.spellings) for match in report.matches}
            assert found["p3-002"] == (SkuMatchState.AMBIGUOUS, ("P3-002",))
            assert found["P3-002"] == (SkuMatchState.AMBIGUOUS, ("p3-002",))


def test_ambiguous_links_are_held_until_the_seller_says_shared(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger, open_shop(ledger) as shop:
        numbers = [product(shop, ends=ENDS, code="001") for _ in range(3)]
        alone = product(shop, ends=ENDS, code="CUP")
        runner = shop.runner()
        runner.templates()
        options: dict[str, object] = {"sku_link": SkuLinkMode.BY_SELLER_CODE, "stock_sync": True}
        dry = runner.import_products(FROM, TO, dry_run=True, **options)  # type: ignore[arg-type]
        assert dry.sku_matches.ambiguous == ("001",)
        assert ledger.links("shop") == ()
        report = runner.import_products(FROM, TO, **options)  # type: ignore[arg-type]
        assert (codes(report), report.verdict) == ({"001"}, JobVerdict.OPERATOR_NEEDED)
        assert "ambiguous-sku" in str(report)

        report = runner.stock(levels(shop, **{"001": 3, "CUP": 4}))
        assert (codes(report), report.verdict) == ({"001"}, JobVerdict.OPERATOR_NEEDED)
        stock = {number: shop.client.products.get(number).stock for number in (*numbers, alone)}
        assert stock == {**dict.fromkeys(numbers, 10), alone: 4}
        status = runner.status()
        assert [match.sku for match in status.ambiguous] == ["001"]
        assert status.verdict is JobVerdict.OPERATOR_NEEDED
        assert "SKU 001 ambiguous (불명확)" in str(status)

        assert runner.share_skus(["001"], by="김운영") == 1
        assert runner.share_skus(["001"], by="김운영") == 0
        assert runner.status().ambiguous == ()
        report = runner.stock(levels(shop, **{"001": 3}))
        assert codes(report) == set()
        assert report.counts[ActionState.APPLIED] == 3
        assert runner.share_skus(["001"], by="김운영", shared=False) == 1
        assert codes(runner.stock(levels(shop, **{"001": 2}))) == {"001"}
        trail = [(row.action, row.target) for row in ledger.audit("shop") if "share" in row.action]
        assert trail == [("share-sku", "sku:001"), ("unshare-sku", "sku:001")]


def test_linking_one_of_them_to_another_sku_ends_the_doubt(shop: Shop) -> None:
    one, other = (product(shop, ends=ENDS, code="001") for _ in range(2))
    links = [SkuLink(product_no=number, sku="001", stock_sync=True) for number in (one, other)]
    runner = shop.runner()
    runner.put_links(links)
    assert codes(runner.stock(levels(shop, **{"001": 3}))) == {"001"}
    runner.put_links([SkuLink(product_no=other, sku="OTHER-1", stock_sync=True)])
    assert runner.stock(levels(shop, **{"001": 3})).counts == {ActionState.APPLIED: 1}
    assert shop.client.products.get(one).stock == 3


def test_one_code_in_two_accounts_is_named_in_both(shop: Shop) -> None:
    for account in ("shop", "second"):
        office = BackOffice(shop.ledger, config(seller_id=account), clock=shop.clock)
        office.put_links([SkuLink(product_no=1, sku="A", stock_sync=True)])
    for account in ("shop", "second"):
        (match,) = BackOffice(shop.ledger, config(seller_id=account), clock=shop.clock).status().ambiguous
        assert [str(use) for use in match.uses] == ["second/1", "shop/1"]


def test_codes_are_shared_by_a_list_and_by_a_file(tmp_path: Path) -> None:
    with (
        MemoryLedger(cipher()) as ledger,
        LedgerTarget(ledger, "shop", clock=ManualClock(START), templates_known=True) as place,
    ):
        migrator = ExcelMigrator(config(), registry=place)
        with migrator.preview(sized(tmp_path / "p.csv", 2)) as preview:
            rows = migrator.select(preview, sku=BY_CODE).sku_matches().to_rows()
            head = list(rows[0])
            marked = [{**row, "match": "shared" if row["sku"] == "001" else row["match"]} for row in rows]
            table(tmp_path / "m.csv", [head, *([row[name] for name in head] for row in marked)])
            assert shared_codes(tmp_path / "m.csv") == ("001",)
            assert shared_codes(table(tmp_path / "l.csv", [["업체코드"], ["002"], ["003"]])) == ("002", "003")
            odd = [["sku"], ["'001"], ["ＡＢ－０１"], ["A\u200b-2"]]
            assert shared_codes(table(tmp_path / "o.csv", odd)) == ("001", "AB-01", "A-2"), "as in products"
            with pytest.raises(ValidationError, match="a column sku"):
                shared_codes(table(tmp_path / "x.csv", [["이름"], ["002"]]))
            plan = migrator.select(preview, sku=BY_CODE, shared=["001", *shared_codes(tmp_path / "l.csv")])
            assert plan.sku_matches().counts[SkuMatchState.SHARED] == 3
            assert plan.commit(place).complete
        assert ledger.shared_skus() == {"001", "002", "003"}
        assert BackOffice(ledger, config()).status().ambiguous == ()


def test_runple_is_set_by_column_by_list_and_by_call(tmp_path: Path, shop: Shop) -> None:
    ledger = shop.ledger
    with LedgerTarget(ledger, "shop", clock=shop.clock, templates_known=True) as place:
        migrator = ExcelMigrator(config(), registry=place)
        with migrator.preview(sized(tmp_path / "p.csv", 5)) as preview:
            plan = migrator.select(
                preview,
                sku=SkuChoice(SkuLinkMode.NONE),
                runple=["P1", number(2)],
                numbers=[number(at) for at in range(4)],
            )
            assert plan.commit(place).complete
    marked = {link.product_no for link in ledger.links("shop") if link.runple}
    assert marked == {number(0), number(1), number(2)}
    office = BackOffice(ledger, config(), clock=shop.clock)
    office.put_links([SkuLink(product_no=number(3), sku="A", option_key=(size,)) for size in ("S", "M")])
    assert office.set_runple(["A", 777]) == 2
    assert office.set_runple(["A"]) == 0
    assert office.set_runple([number(0)], runple=False) == 1
    assert {link.product_no for link in ledger.links("shop") if link.runple} == {
        number(1),
        number(2),
        number(3),
        777,
    }
    with pytest.raises(ValidationError, match="no product is linked"):
        office.set_runple(["NEW"])


def test_runple_goods_of_an_import_by_date(shop: Shop) -> None:
    first, second = product(shop, ends=ENDS, code="A"), product(shop, ends=ENDS, code="B")
    runner = shop.runner()
    runner.templates()
    runner.import_products(FROM, TO, sku_link=SkuLinkMode.BY_SELLER_CODE, runple=["A"], shared=["B"])
    runple = {link.product_no: link.runple for link in shop.ledger.links("shop")}
    assert (runple[first], runple[second]) == (True, False)
    assert shop.ledger.shared_skus() == {"B"}


@pytest.mark.parametrize("named", ["SKU-1", "RED-L"])
@pytest.mark.parametrize("mode", [SkuLinkMode.BY_SELLER_CODE, SkuLinkMode.NONE])
def test_runple_goods_with_options_are_found_by_either_code(
    shop: Shop, named: str, mode: SkuLinkMode
) -> None:
    goods = made(shop, options=True)
    imported(shop, sku_link=mode, sku_scheme=SkuScheme.PRODUCT_AND_OPTION, runple=[named])
    links = [link for link in shop.ledger.links("shop") if link.product_no == goods]
    assert links
    assert all(link.runple for link in links), "Runple ships a product with all its options"


def doubled(path: Path) -> None:
    """Put links into a ledger of version 0.1.0, in its own layout, as that version made them."""
    body = {"mode": "by-seller-code", "never_pushed": False, "runple": False, "stock_sync": True}
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == ("4",)
        connection.executemany(
            "INSERT INTO links (account, product_no, option_key, sku, body, at) VALUES (?, ?, ?, ?, ?, 1)",
            [
                (account, number, json.dumps([option], ensure_ascii=False), sku, json.dumps(body))
                for account, number, option, sku in (
                    ("shop", 910, "빨강", "001"),
                    ("shop", 911, "빨강", "001"),
                    ("shop", 912, "빨강", "sku-r"),
                    ("second", 913, "빨강", "SKU-B"),
                )
            ],
        )
    connection.close()


def test_ambiguous_links_of_an_older_ledger_are_found_and_held(tmp_path: Path) -> None:
    path = Path(shutil.copy(FILES / "ledger_v1.sqlite3", tmp_path / "old.sqlite3"))
    doubled(path)
    keys = {"old": SecretKey(b"a" * 32), "new": SecretKey(b"b" * 32)}

    def opened() -> SqlLedger:
        later = START + timedelta(days=30)
        return SqliteLedger(path, AesGcmCipher(keys, "new"), lease_clock=lambda: later.timestamp())

    with opened() as ledger:
        office = BackOffice(ledger, config(), clock=ManualClock(START + timedelta(days=30)))
        status = office.status()
        assert [match.sku for match in status.ambiguous] == ["001", "SKU-B", "SKU-R", "sku-r"]
        assert status.verdict is JobVerdict.OPERATOR_NEEDED
        office.share_skus(["001", "SKU-B", "sku-r", "SKU-R"], by="김운영")
        assert office.status().ambiguous == ()
    with opened() as again:
        assert again.shared_skus() == {"001", "SKU-B", "SKU-R", "sku-r"}
        assert len(again.links("shop", sku="001")) == 2


def test_nothing_is_shared_while_another_worker_has_the_account(shop: Shop) -> None:
    shop.ledger.open_account("shop", "")
    assert shop.ledger.acquire_lease("shop", "other", 60) is not None
    with pytest.raises(LedgerError, match="held by another worker"):
        shop.runner().share_skus(["A"], by="김운영")
    assert shop.ledger.shared_skus() == frozenset()
