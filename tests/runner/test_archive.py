"""The archive: everything readable in one folder, resumed after a crash, verified."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from attrs import evolve
from kit import KEY, START, Shop, config, open_shop

from wemakeprice_sdk.errors import (
    LedgerCorruptError,
    LedgerUnavailableError,
    ServerError,
    ValidationError,
    WindowError,
)
from wemakeprice_sdk.excel import DealImport, DealRecord, ProductImport, ProductRecord, SkuChoice
from wemakeprice_sdk.models import ShipStatus
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.runner import (
    ArchiveReport,
    BackOffice,
    JobProgress,
    LedgerTarget,
    StopSwitch,
    verify_archive,
)
from wemakeprice_sdk.runner.export.archive import ArchiveFolder
from wemakeprice_sdk.runner.export.tables import write_xlsx
from wemakeprice_sdk.sandbox import seed_shop
from wemakeprice_sdk.wire.converter import write

FROM, TO = START - timedelta(days=6), START + timedelta(hours=1)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        seed_shop(made.sandbox, KEY, products=8, orders=40, days=5, questions=2, claim_rate=0.3)
        made.pass_time(hours=2)
        yield made


@pytest.fixture
def small() -> Iterator[Shop]:
    with open_shop() as made:
        made.sandbox.make_product(KEY)
        made.order()
        yield made


def keys(folder: Path, part: str = "orders") -> list[str]:
    return [json.loads(line)["key"] for line in (folder / f"{part}.jsonl").read_text().splitlines()]


def sums(report: ArchiveReport) -> dict[str, str]:
    return {file.name: file.sha256 for file in report.files if file.name.endswith(".jsonl")}


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

    def cut(step: JobProgress) -> None:
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
    assert sums(resumed) == sums(whole)


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


@pytest.mark.parametrize("source", ["marketplace", "ledger"])
def test_a_period_that_ends_before_it_starts_is_no_archive(small: Shop, tmp_path: Path, source: Any) -> None:
    with pytest.raises(WindowError):
        small.runner().archive(tmp_path / "a", TO, FROM, source=source)
    assert not (tmp_path / "a").exists()


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


def test_what_had_not_passed_is_read_again(small: Shop, tmp_path: Path) -> None:
    first, last = START - timedelta(days=1), START + timedelta(days=5)
    runner, folder = small.runner(), tmp_path / "a"
    report = runner.archive(folder, first, last)
    assert (report.complete, report.read_until, report.counts["orders"]) == (True, START, 1)
    small.pass_time(days=2)
    number = small.order()
    again = runner.archive(folder, first, last)
    assert (again.read_until, again.counts["orders"]) == (START + timedelta(days=2), 2)
    small.client.orders.confirm(number)
    small.pass_time(days=1)
    assert runner.archive(folder, first, last).counts["orders"] == 2
    small.pass_time(days=30)
    over = runner.archive(folder, first, last)
    assert (over.complete, over.read_until, over.counts["orders"]) == (True, last, 2)
    whole = runner.archive(tmp_path / "whole", first, last)
    assert sums(over) == sums(whole)
    before = sum(small.sandbox.calls.values())
    assert sums(runner.archive(folder, first, last)) == sums(whole)
    assert sum(small.sandbox.calls.values()) == before, "a period that is over is read once"


def test_an_open_window_shows_the_newest_state_and_outlives_a_failed_reading(
    small: Shop, tmp_path: Path
) -> None:
    first, last = START - timedelta(hours=2), START + timedelta(hours=2)
    runner, folder = small.runner(), tmp_path / "a"
    runner.archive(folder, first, last)
    small.client.orders.confirm(int(keys(folder)[0].split("/")[0]))
    small.sandbox.faults.add("orders_list", "html-500", count=None)
    with pytest.raises(ServerError):
        runner.archive(folder, first, last)
    assert verify_archive(folder).complete, "what was there is there still"
    small.sandbox.faults.clear()
    assert runner.archive(folder, first, last).complete
    (line,) = (folder / "orders.jsonl").read_text().splitlines()
    assert ShipStatus.from_wire(json.loads(line)["data"]["delivery"]["shipStatus"]) == ShipStatus.CONFIRM


def test_settlement_rows_of_the_last_days_may_still_come(small: Shop, tmp_path: Path) -> None:
    first, last = START - timedelta(days=4), START - timedelta(days=1)
    runner = small.runner()
    runner.archive(tmp_path / "a", first, last)
    small.sandbox.calls.clear()
    runner.archive(tmp_path / "a", first, last)
    assert {name for name, count in small.sandbox.calls.items() if count} == {
        "settlement_list_order_lines",
        "settlement_list_ship_lines",
    }


@pytest.mark.parametrize("masked", [True, False])
def test_clear_and_masked_data_never_mix(small: Shop, tmp_path: Path, masked: bool) -> None:
    stop = StopSwitch()
    small.runner().archive(
        tmp_path / "a", FROM, TO, mask=masked, stop=stop, progress=lambda step: stop.press()
    )
    with pytest.raises(LedgerCorruptError, match=f"go on with mask={masked}, or give another folder"):
        small.runner().archive(tmp_path / "a", FROM, TO, mask=not masked)
    assert small.runner().archive(tmp_path / "a", FROM, TO, mask=masked).complete


def test_every_file_is_its_owners_only_in_a_folder_that_is_not(small: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir(mode=0o755)
    (folder / "archive.new").touch(mode=0o644)
    (folder / "orders.jsonl").touch(mode=0o644)
    small.runner().archive(folder, FROM, TO)
    assert {place.name: oct(place.stat().st_mode & 0o777) for place in folder.iterdir()} == dict.fromkeys(
        [place.name for place in folder.iterdir()], "0o600"
    )
    assert not list(folder.glob("*.new"))


@pytest.mark.parametrize(("phase", "done", "left"), [("templates", 1, "orders"), ("orders", 3, "claims")])
def test_a_stopped_archive_says_so_and_goes_on(
    shop: Shop, tmp_path: Path, phase: str, done: int, left: str
) -> None:
    stop = StopSwitch()

    def press(step: JobProgress) -> None:
        if (step.phase, step.done) == (phase, done):
            stop.press()

    report = shop.runner().archive(tmp_path / "a", FROM, TO, stop=stop, progress=press)
    assert (report.complete, report.counts[phase] > 0) == (False, True)
    assert "call again" in report.problems[0]
    assert not (tmp_path / "a" / f"{left}.jsonl").exists()
    resumed = shop.runner().archive(tmp_path / "a", FROM, TO)
    whole = shop.runner().archive(tmp_path / "whole", FROM, TO)
    assert (resumed.complete, sums(resumed)) == (True, sums(whole))


def test_two_never_write_into_one_folder(shop: Shop, tmp_path: Path) -> None:
    refused: list[str] = []

    def interfere(step: JobProgress) -> None:
        if step.phase == "orders" and not refused:
            with pytest.raises(LedgerUnavailableError) as caught:
                shop.runner(worker="other").archive(tmp_path / "a", FROM, TO)
            refused.append(str(caught.value))

    report = shop.runner().archive(tmp_path / "a", FROM, TO, progress=interfere)
    assert refused == [f"{tmp_path / 'a'}: another archive is being written into it"]
    assert report.complete
    assert sums(report) == sums(shop.runner(worker="other").archive(tmp_path / "a", FROM, TO))


def test_a_killed_process_holds_no_folder(small: Shop, tmp_path: Path) -> None:
    code = (
        "import sys, time, datetime as d; from wemakeprice_sdk.runner.export.archive import ArchiveFolder\n"
        "first, last = map(d.datetime.fromisoformat, sys.argv[2:])\n"
        "held = ArchiveFolder(sys.argv[1], 'shop', first, last, mask=False)\n"
        "print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a"), FROM.isoformat(), TO.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LedgerUnavailableError, match="another archive"):
            small.runner().archive(tmp_path / "a", FROM, TO)
        other.kill()
    assert small.runner().archive(tmp_path / "a", FROM, TO).complete


def test_a_stop_is_heeded_between_two_products(
    small: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = small.client.products.get(small.sandbox.make_product(KEY)).to_input()
    another = evolve(blocks, product_no=None, basic=evolve(blocks.basic, product_name="또 하나"))
    small.sandbox.make_product(KEY, write(another))
    small.sandbox.calls.clear()
    stop, real = StopSwitch(), type(small.client.products).get

    def get(self: object, number: int) -> object:
        stop.press()
        return real(self, number)  # type: ignore[arg-type]

    monkeypatch.setattr(type(small.client.products), "get", get)
    report = small.runner().archive(tmp_path / "a", FROM, TO, stop=stop)
    assert (report.complete, report.counts["products"]) == (False, 0)
    assert small.sandbox.calls["products_get"] == 1


def test_a_stop_heals_what_a_crash_left(small: Shop, tmp_path: Path) -> None:
    first, last = START - timedelta(days=1), START + timedelta(hours=2)
    small.runner().archive(tmp_path / "a", first, last)
    with (tmp_path / "a" / "orders.jsonl").open("a") as file:
        file.write('{"key": "half a li')
    stop = StopSwitch()
    stop.press()
    report = small.runner().archive(tmp_path / "a", first, last, stop=stop)
    assert (report.complete, report.counts["orders"]) == (False, 1)


@pytest.mark.parametrize("call", [1, 2, 3, 4, 7, -1])
def test_a_full_disk_is_named_and_gone_on_from(
    small: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    first, last = START - timedelta(days=1), START + timedelta(hours=2)
    whole = small.runner().archive(tmp_path / "whole", first, last)
    left = [call if call > 0 else 10_000]
    real = os.fsync

    def fsync(descriptor: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    def save(path: str, sheets: object, created: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        if call < 0:
            patch.setattr("wemakeprice_sdk.runner.export.archive.write_xlsx", save)
        with pytest.raises(LedgerUnavailableError, match="No space left on device; call again"):
            small.runner().archive(tmp_path / "a", first, last)
    resumed = small.runner().archive(tmp_path / "a", first, last)
    assert (resumed.complete, sums(resumed)) == (True, sums(whole))


def test_a_folder_that_cannot_be_made_is_named(small: Shop, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(LedgerUnavailableError, match="File exists"):
        small.runner().archive(tmp_path / "a", FROM, TO)


def test_texts_that_no_sheet_can_hold_stay_whole_in_the_lines(tmp_path: Path) -> None:
    text = "한\ud800글\ufffe\uffff\x00\x0b\r\U0001f600"
    folder = ArchiveFolder(tmp_path, "shop", FROM, TO, mask=False)
    folder.keys("orders")
    folder.append("orders", [{"key": "1", "data": {"name": text, text: 1}}], windows=1, passed=True)
    report = folder.finish(["orders"], TO)
    folder.close()
    assert report.complete, report.problems
    assert json.loads((tmp_path / "orders.jsonl").read_text(encoding="utf-8"))["data"]["name"] == text
    sheet = openpyxl.load_workbook(tmp_path / "archive.xlsx")["orders"]
    assert [cell.value for cell in sheet[2]] == ["1", "한글\U0001f600", 1]


@pytest.mark.parametrize(
    ("part", "rows", "said"), [("orders", 3, "3 rows of orders"), ("others", 2, "0 rows of orders")]
)
def test_a_workbook_has_to_open_and_to_hold_every_row(
    tmp_path: Path, part: str, rows: int, said: str
) -> None:
    folder = ArchiveFolder(tmp_path, "shop", FROM, TO, mask=False)
    folder.keys("orders")
    folder.append("orders", [{"key": "1", "data": {}}, {"key": "2", "data": {}}], windows=1, passed=True)
    assert folder.finish(["orders"], TO).complete
    folder.close()
    place = tmp_path / "archive.xlsx"
    write_xlsx(place, {part: (["key"], [[str(row)] for row in range(rows)])})
    trust(tmp_path, place)
    assert said in verify_archive(tmp_path).problems[0]
    place.write_bytes(place.read_bytes()[:-30])
    trust(tmp_path, place)
    (problem,) = verify_archive(tmp_path).problems
    assert problem.startswith("archive.xlsx: cannot be unpacked (BadZipFile); write it again (압축을")


def trust(folder: Path, place: Path) -> None:
    """Let the manifest say that a file is as it should be."""
    manifest = json.loads((folder / "manifest.json").read_text())
    content = place.read_bytes()
    for row in manifest["files"]:
        if row["name"] == place.name:
            row |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_short_period_hides_no_goods_and_what_only_the_ledger_knows_is_there(tmp_path: Path) -> None:
    with open_shop() as shop:
        shop.sandbox.make_product(KEY)
        shop.pass_time(days=60)
        record = ProductRecord(9_000_000_001, "엑셀 상품", sale_price=1000)
        deal = DealRecord(8_000_000_001, "엑셀 딜", product_nos=(9_000_000_001,))
        with LedgerTarget(shop.ledger, "shop", templates_known=True, clock=shop.clock) as target:
            target.import_product(ProductImport("p", "shop", record, SkuChoice(SkuLinkMode.NONE)))
            target.import_deal(DealImport("d", "shop", deal, (9_000_000_001,)))
        first, last = shop.clock.now() - timedelta(days=20), shop.clock.now() - timedelta(days=1)
        asked = shop.runner().archive(tmp_path / "a", first, last)
        assert (asked.counts["products"], asked.counts["deals"]) == (2, 1)
        again = shop.runner().archive(tmp_path / "a", first, last)
        assert (again.counts["products"], sums(again)) == (2, sums(asked))
        alone = shop.runner().archive(tmp_path / "b", first, last, source="ledger")
        assert (alone.counts["products"], alone.counts["deals"], alone.counts["exports"]) == (1, 1, 2)


def test_the_archive_of_the_ledger_holds_what_was_collected_with_its_status(
    shop: Shop, tmp_path: Path
) -> None:
    runner = shop.runner()
    runner.collect_orders()
    runner.cs()
    runner.settlement()
    shop.sandbox.calls.clear()
    office = BackOffice(shop.ledger, config(), clock=shop.clock)
    report = office.archive(tmp_path / "a", FROM, TO)
    assert report.complete, report.problems
    assert report.source == verify_archive(tmp_path / "a").source == "ledger"
    assert report.counts["orders"] == shop.ledger.count("shop", "bundle") > 0
    assert report.counts["questions"] == shop.ledger.count("shop", "question") > 0
    assert sum(shop.sandbox.calls.values()) == 0
    line = json.loads((tmp_path / "a" / "orders.jsonl").read_text().splitlines()[0])
    assert (line["status"], "010-" in json.dumps(line)) == ("CONFIRM", True)
    sheet = openpyxl.load_workbook(tmp_path / "a" / "archive.xlsx")["orders"]
    assert [cell.value for cell in next(iter(sheet.iter_rows(max_row=1)))][:2] == ["key", "status"]
    masked = office.archive(tmp_path / "m", FROM, TO, mask=True)
    assert masked.counts == report.counts
    assert "010-" not in (tmp_path / "m" / "orders.jsonl").read_text()
    earlier = office.archive(tmp_path / "e", FROM - timedelta(days=90), FROM - timedelta(days=60))
    assert (earlier.counts["orders"], earlier.complete) == (0, True)


def test_the_same_ledger_gives_the_same_bytes(shop: Shop, tmp_path: Path) -> None:
    shop.runner().collect_orders()
    office = BackOffice(shop.ledger, config(), clock=shop.clock)
    whole = [office.archive(tmp_path / "a", FROM, TO, as_of=START)]
    shop.pass_time(days=9)
    whole.append(office.archive(tmp_path / "b", FROM, TO, as_of=START))
    whole.append(office.archive(tmp_path / "a", FROM, TO, as_of=START))
    assert len({tuple((file.name, file.sha256) for file in report.files) for report in whole}) == 1
    assert (tmp_path / "a" / "manifest.json").read_bytes() == (tmp_path / "b" / "manifest.json").read_bytes()
    with pytest.raises(ValidationError, match="only with source=ledger"):
        shop.runner().archive(tmp_path / "c", FROM, TO, as_of=START)


def test_a_stopped_archive_of_the_ledger_is_written_anew(shop: Shop, tmp_path: Path) -> None:
    shop.runner().collect_orders()
    office = BackOffice(shop.ledger, config(), clock=shop.clock)
    stop = StopSwitch()
    halted = office.archive(tmp_path / "a", FROM, TO, stop=stop, progress=lambda step: stop.press())
    assert not halted.complete
    with pytest.raises(LedgerCorruptError, match="another source"):
        shop.runner().archive(tmp_path / "a", FROM, TO)
    assert office.archive(tmp_path / "a", FROM, TO).complete


def test_an_archive_begun_by_an_older_version_is_refused_by_name(small: Shop, tmp_path: Path) -> None:
    small.runner().archive(tmp_path / "a", FROM, TO)
    state = json.loads((tmp_path / "a" / "state.json").read_text())
    del state["form"]
    (tmp_path / "a" / "state.json").write_text(json.dumps(state))
    with pytest.raises(LedgerCorruptError, match="older version"):
        small.runner().archive(tmp_path / "a", FROM, TO)
