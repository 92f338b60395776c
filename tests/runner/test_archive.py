"""The archive: everything readable in one folder, resumed after a crash, verified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from kit import KEY, START, Shop, open_shop

from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.runner import Progress, verify_archive
from wemakeprice_sdk.sandbox import seed_shop

FROM, TO = START - timedelta(days=6), START + timedelta(hours=1)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        seed_shop(made.sandbox, KEY, products=8, orders=40, days=5, questions=2, claim_rate=0.3)
        yield made


def test_everything_is_archived_and_verified(shop: Shop, tmp_path: Path) -> None:
    report = shop.runner().archive(tmp_path / "a", FROM, TO)
    assert report.complete, report.problems
    assert report.counts["orders"] == 40
    assert report.counts["claims"] > 0
    assert report.counts["templates"] > 0
    assert report.counts["questions"] > 0
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0
    lines = [json.loads(line) for line in (tmp_path / "a" / "orders.jsonl").read_text().splitlines()]
    assert len({line["key"] for line in lines}) == 40
    assert all("010-" in json.dumps(line) for line in lines)
    book = openpyxl.load_workbook(tmp_path / "a" / "archive.xlsx", read_only=True)
    assert sum(1 for _ in book["orders"].iter_rows()) == 41
    book.close()


def test_a_masked_archive_names_nobody(shop: Shop, tmp_path: Path) -> None:
    shop.runner().archive(tmp_path / "a", FROM, TO, mask=True)
    text = (tmp_path / "a" / "orders.jsonl").read_text()
    assert "010-" not in text
    assert "bundleNo" in text


def test_it_goes_on_after_a_crash_and_ends_the_same(shop: Shop, tmp_path: Path) -> None:
    class Cut(BaseException):
        pass

    def cut(step: Progress) -> None:
        if (step.phase, step.done) == ("orders", 3):
            raise Cut

    whole = shop.runner().archive(tmp_path / "whole", FROM, TO)
    with pytest.raises(Cut):
        shop.runner().archive(tmp_path / "a", FROM, TO, progress=cut)
    with (tmp_path / "a" / "orders.jsonl").open("a") as file:
        file.write('{"key": "half a li')
    before = shop.sandbox.calls["products_list"]
    resumed = shop.runner().archive(tmp_path / "a", FROM, TO)
    assert shop.sandbox.calls["products_list"] == before, "finished parts are not read again"
    assert resumed.complete
    sums = {file.name: file.sha256 for file in whole.files if file.name.endswith(".jsonl")}
    assert {file.name: file.sha256 for file in resumed.files if file.name.endswith(".jsonl")} == sums


def test_every_kind_of_damage_is_found(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    shop.runner().archive(folder, FROM, TO)
    orders = folder / "orders.jsonl"
    good = orders.read_bytes()
    for bad in (
        good[:-1],
        good.replace(b"1", b"2", 1),
        good + b"{}\n",
        b"\xff\xfe",
    ):
        orders.write_bytes(bad)
        assert not verify_archive(folder).complete
    orders.unlink()
    assert "missing" in verify_archive(folder).problems[0]
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(LedgerCorruptError, match="manifest"):
        verify_archive(folder)


def test_another_period_in_the_same_folder_is_refused(shop: Shop, tmp_path: Path) -> None:
    shop.runner().archive(tmp_path / "a", FROM, TO)
    with pytest.raises(LedgerCorruptError, match="another account or period"):
        shop.runner().archive(tmp_path / "a", FROM, TO + timedelta(days=1))


def test_products_and_deals_are_archived_whole(tmp_path: Path) -> None:
    with open_shop() as shop:
        number = shop.sandbox.make_product(KEY)
        deal = shop.sandbox.make_deal(KEY, [number])
        report = shop.runner().archive(tmp_path / "a", START - timedelta(hours=1), TO)
        assert (report.counts["products"], report.counts["deals"]) == (1, 1)
        row = json.loads((tmp_path / "a" / "products.jsonl").read_text())
        assert row["key"] == str(number)
        assert "detail" in row["data"], "the whole product, not its row in the list"
        assert json.loads((tmp_path / "a" / "deals.jsonl").read_text())["key"] == str(deal)
