"""Preview, choice and commit: nothing is done twice, nothing is invented, everything is said."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import excel_corpus as corpus
import pytest
from excel_kit import MemoryTarget, Shop
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import add_months
from wemakeprice_sdk.errors import (
    ColumnError,
    CommitError,
    ContentRejectedError,
    LedgerUnavailableError,
    ValidationError,
    WemakepriceError,
    WindowError,
    WrongKindError,
)
from wemakeprice_sdk.excel import (
    DealImport,
    ExcelMigrator,
    ExportKind,
    ImportProgress,
    ItemOutcome,
    Preview,
    ProductImport,
    RowStatus,
    SkuChoice,
    deal_export_periods,
)
from wemakeprice_sdk.models import DealRow, ProductRow
from wemakeprice_sdk.models.codes import SkuLinkMode

LINK = SkuChoice(SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
NO_LINK = SkuChoice(SkuLinkMode.NONE)


def save(folder: Path, table: list[list[object]], name: str = "a.xlsx") -> Path:
    return corpus.save(folder, name, corpus.xlsx(table))


@pytest.fixture
def mixed(migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path) -> Iterator[Preview]:
    """A file with a row of every status; 300000002 is registered."""
    rows = [list(row) for row in corpus.PRODUCT_ROWS]
    rows += [
        list(rows[0]),
        [*rows[2][:1], "다른 이름", *rows[2][2:]],
        [300000004, "공짜 가방", *rows[0][2:5], "공짜", *rows[0][6:]],
    ]
    rows += [[300000005, "이상한 상태", "모름", *rows[0][3:]]]
    with migrator.preview(save(tmp_path, corpus.products(rows[:3]))) as before:
        before_plan = migrator.select(before, [300000002], sku=NO_LINK)
        before_plan.commit(target)
    target.calls.clear()
    with migrator.preview(save(tmp_path, corpus.products(rows))) as preview:
        yield preview


def test_every_status(mixed: Preview) -> None:
    assert [(row.number, row.status) for row in mixed] == [
        (300000001, RowStatus.NEW), (300000002, RowStatus.REGISTERED), (300000003, RowStatus.NEW), (300000001, RowStatus.DUPLICATE),
        (300000003, RowStatus.DUPLICATE), (300000004, RowStatus.INVALID), (300000005, RowStatus.NEW),
    ]  # fmt: skip
    counts = mixed.counts
    assert (
        counts.new,
        counts.registered,
        counts.duplicate,
        counts.invalid,
        counts.flagged,
        counts.total,
    ) == (3, 1, 2, 1, 2, 7)
    assert [problem.rule for problem in mixed.problems()] == [
        "same-number",
        "other-content",
        "number",
        "unknown-name",
    ]
    assert counts.problems == 4
    assert [row.number for row in mixed.rows(RowStatus.NEW, flagged=True)] == [300000005]
    assert [row.number for row in mixed.rows(flagged=True)] == [300000003, 300000005]


def test_only_new_rows_are_imported(mixed: Preview, migrator: ExcelMigrator, target: MemoryTarget) -> None:
    plan = migrator.select(mixed, sku=LINK, per_product={300000003: NO_LINK})
    assert plan.count == 3
    assert [item.key for item in plan.items()] == [
        f"shop-1/product/{number}" for number in (300000001, 300000003, 300000005)
    ]
    report = plan.commit(target)
    assert report.complete
    assert report.counts == {ItemOutcome.IMPORTED: 3}
    assert [result.rows for result in report.results] == [(2,), (4,), (8,)]
    assert target.products[300000001].sku == LINK
    assert target.products[300000003].sku == NO_LINK
    again = plan.commit(target)
    assert again.counts == {ItemOutcome.ALREADY: 3}
    assert len(target.calls) == 3


def test_flagged_rows_can_be_left_out(mixed: Preview, migrator: ExcelMigrator) -> None:
    assert migrator.select(mixed, sku=NO_LINK, include_flagged=False).count == 2
    assert migrator.select(mixed, [300000005], sku=NO_LINK, include_flagged=False).count == 1


def test_what_cannot_be_chosen_is_said_at_once(mixed: Preview, migrator: ExcelMigrator) -> None:
    with pytest.raises(ValidationError) as caught:
        migrator.select(mixed, [300000001, 300000002, 300000004, 999], per_product={1: NO_LINK})
    paths = {(violation.path, violation.rule) for violation in caught.value.violations}
    assert paths == {
        ("product[300000001].sku", "choice needed"), ("number[300000002]", "status new"), ("number[300000004]", "status new"),
        ("number[999]", "known number"),
    }  # fmt: skip


def test_stock_sync_needs_a_link() -> None:
    with pytest.raises(ValidationError, match="meaningless"):
        SkuChoice(SkuLinkMode.NONE, stock_sync=True)
    assert SkuChoice(SkuLinkMode.CREATE, stock_sync=True).stock_sync


def test_a_link_by_code_needs_a_code(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["상품번호", "상품명", "업체상품코드"], [300000001, "가방", None], [300000002, "컵", "C-1"]]
    with migrator.preview(save(tmp_path, table)) as preview:
        with pytest.raises(ValidationError, match="seller code present") as caught:
            migrator.select(preview, sku=LINK)
        assert len(caught.value.violations) == 1
        assert (
            migrator.select(preview, sku=LINK, per_product={300000001: SkuChoice(SkuLinkMode.CREATE)}).count
            == 2
        )


def test_no_stock_is_never_zero(migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path) -> None:
    table = [
        ["상품번호", "상품명", "재고수량"],
        [300000001, "가방", None],
        [300000002, "컵", 0],
        [300000003, "솥", "-"],
    ]
    with migrator.preview(save(tmp_path, table)) as preview:
        migrator.select(preview, sku=SkuChoice(SkuLinkMode.CREATE, stock_sync=True)).commit(target)
    assert [target.products[number].observed_stock for number in (300000001, 300000002, 300000003)] == [
        None,
        0,
        None,
    ]
    assert not any("push" in name or "set_stock" in name for name in dir(ProductImport))


def test_templates_come_first(migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path) -> None:
    target.templates = False
    with migrator.preview(save(tmp_path, corpus.products())) as preview:
        assert not preview.templates_imported
        assert "배송 템플릿" in preview.blockers[0]
        plan = migrator.select(preview, sku=NO_LINK)
        with pytest.raises(CommitError, match="templates"):
            plan.commit(target)
        assert target.calls == []
        target.templates = True
        assert plan.commit(target).complete


def test_a_preview_without_a_registry_blocks(tmp_path: Path) -> None:
    with ExcelMigrator(Shop()).preview(save(tmp_path, corpus.products())) as preview:
        assert preview.blockers
        assert preview.counts.new == 3


def test_what_is_not_carried_over_is_said(
    migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path
) -> None:
    table = [
        [*row, extra] for row, extra in zip(corpus.products(), ["창고 위치", "A-1", "A-2", None], strict=True)
    ]
    with migrator.preview(save(tmp_path, table)) as preview:
        assert preview.extra_headers == ("창고 위치",)
        report = migrator.select(preview, sku=NO_LINK).commit(target)
    said = {one.what for one in report.not_carried}
    assert {"창고 위치", "정상가", "images and description"} <= said
    assert "판매가" not in said
    assert target.products[300000001].extras == {"창고 위치": "A-1"}
    assert target.products[300000003].extras == {}


def test_progress_and_cancelling(migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path) -> None:
    rows = [[300000001 + at, f"상품 {at}", *corpus.PRODUCT_ROWS[0][2:]] for at in range(50)]
    seen: list[ImportProgress] = []
    with migrator.preview(save(tmp_path, corpus.products(rows))) as preview:
        plan = migrator.select(preview, sku=NO_LINK)
        report = plan.commit(
            target, progress=seen.append, cancelled=lambda: len(target.products) >= 17, batch=10
        )
        assert report.counts == {ItemOutcome.IMPORTED: 17, ItemOutcome.CANCELLED: 33}
        assert not report.complete
        assert [one.done for one in seen] == list(range(1, 18))
        assert seen[0].total == 50
        report = plan.commit(target, batch=10)
        assert report.counts == {ItemOutcome.ALREADY: 17, ItemOutcome.IMPORTED: 33}
    assert len(target.calls) == len(set(target.calls)) == 50


class FailingTarget(MemoryTarget):
    """Refuses one product, and breaks down at another."""

    def import_product(self, item: ProductImport) -> bool:
        if item.record.product_no == 300000002:
            raise ContentRejectedError("forbidden word", text="금칙어가 포함되었습니다")
        if item.record.product_no == 300000007:
            raise LedgerUnavailableError("disk full")
        return super().import_product(item)


def test_a_refused_item_does_not_stop_the_rest(migrator: ExcelMigrator, tmp_path: Path) -> None:
    failing = FailingTarget()
    with migrator.preview(save(tmp_path, corpus.products())) as preview:
        report = migrator.select(preview, sku=NO_LINK).commit(failing)
    assert report.counts == {ItemOutcome.IMPORTED: 2, ItemOutcome.FAILED: 1}
    (failure,) = report.failures()
    assert failure.number == 300000002
    assert "금칙어" in failure.message


def test_a_broken_target_stops_and_can_be_resumed(migrator: ExcelMigrator, tmp_path: Path) -> None:
    failing = FailingTarget()
    rows = [[300000003 + at, f"상품 {at}", *corpus.PRODUCT_ROWS[0][2:]] for at in range(8)]
    with migrator.preview(save(tmp_path, corpus.products(rows))) as preview:
        plan = migrator.select(preview, sku=NO_LINK)
        with pytest.raises(CommitError, match="after 4 of 8") as caught:
            plan.commit(failing)
        assert isinstance(caught.value.__cause__, LedgerUnavailableError)
        sound = MemoryTarget(products=failing.products)
        assert plan.commit(sound).counts == {ItemOutcome.ALREADY: 4, ItemOutcome.IMPORTED: 4}


# --- targets that take many at once ------------------------------------------------------------------------


class AtOnceTarget(MemoryTarget):
    """Takes many in one go; 300000007 is refused, 300000150 breaks it down, and nothing of that go is kept."""

    def import_all(self, items: Sequence[ProductImport | DealImport]) -> list[bool]:
        self.calls.append(f"all {len(items)}")
        before = dict(self.products)
        try:
            return [self._take(item) for item in items]
        except WemakepriceError:
            self.products = before
            raise

    def import_product(self, item: ProductImport) -> bool:
        self.calls.append(item.key)
        return self._take(item)

    def _take(self, item: ProductImport | DealImport) -> bool:
        assert isinstance(item, ProductImport)
        number = item.record.product_no
        if number == 300000007:
            raise ContentRejectedError("forbidden word", text="금칙어가 포함되었습니다")
        if number == 300000150:
            raise LedgerUnavailableError("disk full")
        return self.products.setdefault(number, item) is item


def many(first: int, count: int) -> list[list[object]]:
    return corpus.products([[first + at, f"상품 {at}", *corpus.PRODUCT_ROWS[0][2:]] for at in range(count)])


def test_a_target_takes_a_hundred_at_once(migrator: ExcelMigrator, tmp_path: Path) -> None:
    target = AtOnceTarget()
    told: list[tuple[int, int]] = []
    with migrator.preview(save(tmp_path, many(300001000, 320))) as preview:
        plan = migrator.select(preview, sku=NO_LINK)
        report = plan.commit(
            target,
            progress=lambda progress: told.append((progress.done, len(target.products))),
            cancelled=lambda: len(target.products) >= 250,
            batch=150,
        )
        assert report.counts == {ItemOutcome.IMPORTED: 250, ItemOutcome.CANCELLED: 70}
        assert target.calls == ["all 100", "all 50", "all 100"]
        assert [done for done, _ in told] == list(range(1, 251))
        assert all(done <= there for done, there in told), "nothing is told before it is in"
        target.calls.clear()
        assert plan.commit(target).counts == {ItemOutcome.ALREADY: 250, ItemOutcome.IMPORTED: 70}
        assert target.calls == ["all 50", "all 20"]


def test_a_refused_item_keeps_none_of_the_others_out(migrator: ExcelMigrator, tmp_path: Path) -> None:
    target = AtOnceTarget()
    with migrator.preview(save(tmp_path, many(300000003, 120))) as preview:
        report = migrator.select(preview, sku=NO_LINK).commit(target)
    assert report.counts == {ItemOutcome.IMPORTED: 119, ItemOutcome.FAILED: 1}
    assert [(failure.number, "금칙어" in failure.message) for failure in report.failures()] == [
        (300000007, True)
    ]
    assert [result.number for result in report.results] == list(range(300000003, 300000123))
    assert (target.calls[0], target.calls[-1], len(target.calls)) == ("all 100", "all 20", 102)


def test_a_breakdown_says_how_many_are_in(migrator: ExcelMigrator, tmp_path: Path) -> None:
    target = AtOnceTarget()
    with migrator.preview(save(tmp_path, many(300000008, 200))) as preview:
        plan = migrator.select(preview, sku=NO_LINK)
        with pytest.raises(CommitError, match="after 100 of 200"):
            plan.commit(target)
        assert len(target.products) == 100
        sound = MemoryTarget(products=target.products)
        assert plan.commit(sound).counts == {ItemOutcome.ALREADY: 100, ItemOutcome.IMPORTED: 100}


class Watching:
    """A target around another, which looks at each product; the rest it hands on."""

    def __init__(self, inner: AtOnceTarget) -> None:
        self._inner = inner
        self.seen: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def import_product(self, item: ProductImport) -> bool:
        self.seen.append(item.key)
        return self._inner.import_product(item)


def test_a_target_around_another_sees_every_item(migrator: ExcelMigrator, tmp_path: Path) -> None:
    around = Watching(AtOnceTarget())
    with migrator.preview(save(tmp_path, corpus.products())) as preview:
        report = migrator.select(preview, sku=NO_LINK).commit(around)  # type: ignore[arg-type]
    assert report.complete
    assert len(around.seen) == 3


# --- deals -------------------------------------------------------------------------------------------------


def test_deals_refer_to_imported_products_only(
    migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path
) -> None:
    with migrator.preview(save(tmp_path, corpus.products())) as products:
        migrator.select(products, [300000001, 300000003], sku=NO_LINK).commit(target)
    path = save(tmp_path, corpus.deals(), "d.xlsx")
    with migrator.preview(path, kind=ExportKind.DEALS) as preview:
        first, second = preview
        assert (first.missing_products, second.missing_products) == ((300000002,), ())
        assert [problem.rule for problem in first.problems] == ["missing-product"]
        assert [item.key for item in migrator.select(preview).items()] == ["shop-1/deal/700002"]
        with pytest.raises(ValidationError, match="300000002"):
            migrator.select(preview, [700001])
        with pytest.raises(ValidationError, match="deals take no SKU"):
            migrator.select(preview, sku=NO_LINK)
        plan = migrator.select(preview, include_incomplete=True)
        report = plan.commit(target)
    assert report.counts == {ItemOutcome.IMPORTED: 2}
    assert report.results[0].missing_products == (300000002,)
    assert target.deals[700001].product_nos == (300000001,)
    assert target.deals[700002].product_nos == (300000003,)
    with migrator.preview(path, kind=ExportKind.DEALS) as preview:
        assert preview.counts.registered == 2


def test_a_deal_without_a_list_of_products_says_so(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = save(tmp_path, [["딜번호", "딜명", "구성상품수"], [700001, "모음전", 2]])
    with migrator.preview(path, kind=ExportKind.DEALS) as preview:
        assert [problem.rule for problem in preview.problems()] == ["no-products-known"]


# --- several files, scattered options, the API -------------------------------------------------------------


def test_several_files_are_one_run(migrator: ExcelMigrator, tmp_path: Path) -> None:
    first = save(tmp_path, corpus.products(corpus.PRODUCT_ROWS[:2]), "1.xlsx")
    second = corpus.save(tmp_path, "2.csv", corpus.delimited(corpus.products(corpus.PRODUCT_ROWS[1:])))
    with migrator.preview([first, second]) as preview:
        assert (preview.counts.new, preview.counts.duplicate) == (3, 1)
        assert [row.source for row in preview] == [
            "1.xlsx/상품목록",
            "1.xlsx/상품목록",
            "2.csv/CSV",
            "2.csv/CSV",
        ]


def test_option_rows_far_from_their_product(migrator: ExcelMigrator, tmp_path: Path) -> None:
    head = ["상품번호", "상품명", "옵션번호", "옵션명", "재고수량"]
    table = [
        head, [300000001, "티셔츠", 11, "빨강", 3], [300000002, "바지", 21, "28", 5], [300000001, "티셔츠", 12, "파랑", 4],
        [300000002, "바지", 21, "28", 5],
    ]  # fmt: skip
    with migrator.preview(save(tmp_path, table)) as preview:
        shirt, trousers = preview
        assert shirt.record is not None
        assert shirt.rows == (2, 4)
        assert [option.name for option in shirt.record.options] == ["빨강", "파랑"]  # type: ignore[union-attr]
        assert shirt.record.stock_count == 7  # type: ignore[union-attr]
        assert trousers.status is RowStatus.INVALID
        assert [problem.rule for problem in trousers.problems] == ["same-option"]
        assert (preview.counts.new, preview.counts.invalid, preview.counts.duplicate) == (1, 1, 0)


def test_the_api_gives_the_same_preview(
    migrator: ExcelMigrator, target: MemoryTarget, tmp_path: Path
) -> None:
    with migrator.preview(save(tmp_path, corpus.products())) as preview:
        rows = [row.record.as_row() for row in preview if row.record]  # type: ignore[union-attr]
    with migrator.preview_rows([*rows, rows[0], rows[2]], kind=ExportKind.PRODUCTS) as preview:
        assert (preview.counts.new, preview.counts.duplicate) == (3, 0)
        assert [row.record.as_row() for row in preview if row.record] == rows  # type: ignore[union-attr]
        assert migrator.select(preview, sku=NO_LINK).commit(target).complete
    deal = DealRow(deal_no=700001, deal_name="모음전", product_count=2)
    with migrator.preview_rows([deal, deal], kind=ExportKind.DEALS) as preview:
        assert preview.counts.new == 1
    with pytest.raises(WrongKindError):
        migrator.preview_rows([ProductRow(product_no=1, product_name="x")], kind=ExportKind.DEALS)
    with pytest.raises(WrongKindError):
        migrator.preview_rows([], kind=ExportKind.ORDERS)


# --- a part of the catalogue -------------------------------------------------------------------------------


def signs(migrator: ExcelMigrator, folder: Path, titles: list[str], rows: list[list[object]]) -> set[str]:
    table = [*[[title] for title in titles], ["상품번호", "상품명", "상품상태", "등록일"], *rows]
    with migrator.preview(save(folder, table)) as preview:
        return {sign.rule for sign in preview.signs}


def product_rows(count: int, *, states: int = 3, step: int = 30) -> list[list[object]]:
    names = ("판매중", "판매중지", "판매종료")[:states]
    return [
        [300000001 + at, "가방", names[at % states], str(date(2015, 1, 1) + timedelta(days=step * at))]
        for at in range(count)
    ]


def test_a_whole_export_is_not_flagged(migrator: ExcelMigrator, tmp_path: Path) -> None:
    assert signs(migrator, tmp_path, ["상품 목록", "총 43건"], product_rows(43)) == set()


def test_signs_of_a_part(migrator: ExcelMigrator, tmp_path: Path) -> None:
    assert signs(migrator, tmp_path, [], product_rows(100, step=20)) == {"round"}
    assert signs(migrator, tmp_path, [], product_rows(43, states=1)) == {"one-state"}
    assert signs(migrator, tmp_path, [], product_rows(43, step=1)) == {"short-period"}
    assert signs(migrator, tmp_path, ["조회결과 총 1,234건"], product_rows(43)) == {"total"}
    assert signs(migrator, tmp_path, ["조회기간 : 2024-01-01 ~ 2024-06-30"], product_rows(43)) == {"period"}
    assert signs(migrator, tmp_path, ["판매상태: 판매중"], product_rows(43)) == {"filter"}
    assert signs(migrator, tmp_path, ["판매상태: 전체"], product_rows(43)) == set()


# --- periods -----------------------------------------------------------------------------------------------


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(0, 3000), st.integers(1, 12))
def test_deal_periods_leave_no_gap_and_fit(start: date, days: int, months: int) -> None:
    end = start + timedelta(days=days)
    periods = list(deal_export_periods(start, end, months=months))
    assert periods[0].start == start
    assert periods[-1].end == end
    for before, after in pairwise(periods):
        assert after.start == before.end + timedelta(days=1)
    for period in periods:
        assert period.start >= add_months(period.end, -months)


def test_the_last_day_of_february() -> None:
    (period,) = deal_export_periods(date(2023, 2, 28), date(2023, 8, 31))
    assert str(period) == "2023-02-28 ~ 2023-08-31"
    assert len(list(deal_export_periods(date(2023, 2, 27), date(2023, 8, 31)))) == 2
    with pytest.raises(WindowError):
        list(deal_export_periods(date(2024, 1, 2), date(2024, 1, 1)))
    with pytest.raises(WindowError):
        list(deal_export_periods(date(2024, 1, 1), date(2024, 1, 2), months=0))


# --- a kill in the middle ----------------------------------------------------------------------------------

WORKER = textwrap.dedent(
    """
    import sqlite3, sys, time
    from wemakeprice_sdk.models.codes import SkuLinkMode
    from wemakeprice_sdk.excel import ExcelMigrator, SkuChoice

    class Shop:
        seller_id = "shop-1"

    class Target:
        def __init__(self, path):
            self.db = sqlite3.connect(path, isolation_level=None)
            self.db.execute("create table if not exists done (number integer primary key)")
            self.db.execute("create table if not exists calls (number integer)")
        def templates_imported(self, seller): return True
        def known_products(self, seller, numbers):
            marks = ",".join("?" * len(numbers))
            return {row[0] for row in self.db.execute(f"select number from done where number in ({marks})", numbers)}
        def known_deals(self, seller, numbers): return set()
        def import_deal(self, item): raise AssertionError
        def import_product(self, item):
            self.db.execute("begin immediate")
            self.db.execute("insert into calls values (?)", (item.record.product_no,))
            added = self.db.execute("insert or ignore into done values (?)", (item.record.product_no,)).rowcount
            self.db.execute("commit")
            time.sleep(float(sys.argv[3]))
            return bool(added)

    target = Target(sys.argv[2])
    migrator = ExcelMigrator(Shop(), registry=target)
    with migrator.preview(sys.argv[1]) as preview:
        report = migrator.select(preview, sku=SkuChoice(SkuLinkMode.NONE)).commit(target)
    print(len(report.results))
    """
)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_a_kill_in_the_middle_repeats_nothing(tmp_path: Path) -> None:
    rows = [[300000001 + at, f"상품 {at}", *corpus.PRODUCT_ROWS[0][2:]] for at in range(120)]
    file, database = save(tmp_path, corpus.products(rows)), tmp_path / "done.sqlite"
    command = [sys.executable, "-c", WORKER, str(file), str(database)]

    def done() -> int:
        if not database.exists():
            return 0
        with sqlite3.connect(database) as db:
            try:
                count: int = db.execute("select count(*) from done").fetchone()[0]
            except sqlite3.OperationalError:
                count = 0
        db.close()
        return count

    for wanted in (20, 60):
        child = subprocess.Popen([*command, "0.005"])
        until = time.monotonic() + 60
        while done() < wanted and time.monotonic() < until:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        assert wanted <= done() < 120
    finished = subprocess.run([*command, "0"], check=True, capture_output=True, text=True)
    db = sqlite3.connect(database)
    calls, distinct = db.execute("select count(*), count(distinct number) from calls").fetchone()
    db.close()
    assert calls == distinct == 120
    assert 0 < int(finished.stdout) < 100


def test_sheets_that_are_not_read_are_a_sign(migrator: ExcelMigrator, tmp_path: Path) -> None:
    more = corpus.products([[300000009, *corpus.PRODUCT_ROWS[0][1:]]])
    sheets = {name: corpus.sheet_xml(more) for name in ("상품2", "옛 상품")}
    book = corpus.package({"상품1": corpus.sheet_xml(corpus.products()), **sheets}, hidden=["옛 상품"])
    with migrator.preview(corpus.save(tmp_path, "a.xlsx", book)) as preview:
        assert [sign.rule for sign in preview.signs] == ["other-sheet"]
        assert "상품2" in preview.signs[0].message_ko
        assert "옛 상품" not in preview.signs[0].message


def test_a_file_of_people_shows_none_of_them(migrator: ExcelMigrator, tmp_path: Path) -> None:
    """The wrong file, or one whose columns slipped: no person stands in an error, a problem or a repr."""
    people = "홍길동,010-0000-0000,서울시 강남구\n임꺽정,hong@example.com,부산시\n"
    bare = tmp_path / "people.csv"
    bare.write_text(people, encoding="utf-8")
    with pytest.raises(ColumnError) as caught:
        migrator.preview(bare)
    slipped = tmp_path / "slipped.csv"
    slipped.write_text("상품번호,상품명,판매가\n" + people, encoding="utf-8")
    with migrator.preview(slipped, mapping={"product_no": "상품번호"}) as preview:
        problems = [str(problem) for row in preview for problem in row.problems]
    shown = f"{caught.value} {caught.value!r} {problems} {migrator.inspect(slipped)!r}"
    for secret in ("010-0000-0000", "hong@example.com"):
        assert secret not in shown
    assert "홍길동" not in str(caught.value)
