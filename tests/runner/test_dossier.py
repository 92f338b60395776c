"""The dossier: from files alone, valid by a library nobody here wrote, the same bytes again, nobody named."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import bagit
import openpyxl
import pytest
from kit import cipher, config
from test_sources import BANK, ORDERS, SETTLEMENT, SHIPPING, ordered, settled, sheet

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.config import Business, SettlementCycle
from wemakeprice_sdk.errors import BagError, ValidationError
from wemakeprice_sdk.ledger import MemoryLedger, RecordDraft, RecordKind
from wemakeprice_sdk.models.vat import TaxInvoice, TaxInvoiceKind
from wemakeprice_sdk.policy import (
    CommissionRule,
    CommissionRules,
    DatingSource,
    DeliveryDating,
    InterestTerms,
    SettlementTerms,
)
from wemakeprice_sdk.runner import BackOffice, DossierReport

AS_OF = datetime(2026, 1, 6, 9, 0, tzinfo=KST)
NUMBER = "123-45-67891"


def office(ledger: MemoryLedger, account: str = "shop") -> BackOffice:
    return BackOffice(ledger, config(seller_id=account), worker="office", clock=ManualClock(AS_OF))


def sources(folder: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    ships = [[100, None, 101, 7, "배송", "2024-07-07", 2500, "2024-05-01", "2024-05-05"]]
    rows = [["2024-07-08 10:23:11", "정산", "홍길동", 0, 17_999, 118_400]]
    return {
        "settlement": sheet(
            folder / "정산.xlsx", SETTLEMENT, [settled(100), settled(110, 배송완료일="2024-05-09")]
        ),
        "shipping": sheet(folder / "배송비.xlsx", SHIPPING, ships),
        "orders": sheet(
            folder / "주문.xlsx", ORDERS, [ordered(100), ordered(110, 수량=3, 총상품금액=30000), ordered(120)]
        ),
        "bank": sheet(folder / "통장.xlsx", ["조회기간 : 2024-06-01 ~ 2025-12-31"], [BANK, *rows]),
        "vat": sheet(
            folder / "부가세.xlsx", ["귀속월", "총매출액", "배송완료금액"], [["2024-05", 41_700, 41_700]]
        ),
    }


def filled(ledger: MemoryLedger, files: dict[str, Path], account: str = "shop") -> BackOffice:
    desk = office(ledger, account)
    for file in files.values():
        assert desk.import_source(file, bank="주거래").ok
    desk.import_tax_invoices([TaxInvoice(month=date(2024, 5, 1), amount=41_000)])
    return desk


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def made(folder: Path, **options: object) -> tuple[DossierReport, Path]:
    with MemoryLedger(cipher()) as ledger:
        desk = filled(ledger, sources(folder / "in"))
        files = list((folder / "in").iterdir())
        report = desk.dossier(folder / "out", as_of=AS_OF, files=files, **options)  # type: ignore[arg-type]
    return report, folder / "out"


def test_it_is_a_valid_bag_and_its_lines_add_up(tmp_path: Path) -> None:
    report, folder = made(tmp_path)
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.info["Bagging-Date"] == "2026-01-06"
    lines = rows_of(folder, "lines")
    deductions = (
        "item_coupon",
        "cart_coupon",
        "agency_fee",
        "discount_burden",
        "channel_fee",
        "claim_deduction",
    )
    for line in lines:
        assert int(line["gross"]) - sum(int(line[name]) for name in deductions) == int(line["net"])
    owed = sum(int(line["owed"]) for line in lines)
    assert owed == report.owed == json.loads((folder / "data/summary.json").read_text())["owed"]
    announced = 2 * 18_000 + 2_500
    assert sum(int(line["net"]) for line in lines) == report.announced == announced
    assert report.owed == announced - 17_999 + 10_000 + 2_500, "one unit and one fee of 110 have no row"
    assert (report.paid, report.unverified) == (17_999, 0)
    assert report.lines == len(lines)


def test_every_line_names_its_source_by_file_sheet_and_row(tmp_path: Path) -> None:
    _, folder = made(tmp_path)
    lines = [line for line in rows_of(folder, "lines") if line["subject"] == "product"]
    by_option = {line["order_option_no"]: line for line in reversed(lines)}
    assert by_option["102"]["source"] == "정산.xlsx!Sheet!2"
    assert by_option["112"]["source"] == "정산.xlsx!Sheet!3"
    assert by_option["122"]["source"] == "주문.xlsx!Sheet!4", "an order without a settlement row"
    digest = hashlib.sha256((tmp_path / "in" / "정산.xlsx").read_bytes()).hexdigest()
    (source,) = [row for row in rows_of(folder, "sources") if row["sha256"] == digest]
    assert (folder / "data" / source["copy"]).read_bytes() == (tmp_path / "in" / "정산.xlsx").read_bytes()


def test_what_is_not_there_is_part_of_it(tmp_path: Path) -> None:
    _, folder = made(tmp_path)
    missing = {(row["what"], row["detail"]) for row in rows_of(folder, "missing")}
    assert ("days-without-settlement-rows", "2024-05-06..2024-05-08") in missing
    words = {what for what, _ in missing}
    assert "source-copy-holds-people" in words
    assert any("no-delivery-date" in detail for _, detail in missing)
    with MemoryLedger(cipher()) as ledger:
        office(ledger).dossier(tmp_path / "empty", as_of=AS_OF)
    words = {row["what"] for row in rows_of(tmp_path / "empty", "missing")}
    assert words == {"no-vat-page", "no-tax-invoices", "no-bank-records"}


def test_what_no_bank_record_covers_is_not_called_received(tmp_path: Path) -> None:
    files = sources(tmp_path / "in")
    files["bank"] = sheet(files["bank"], BANK, [["2024-07-08 10:23:11", "이자", "", 0, 5, 118_400]])
    with MemoryLedger(cipher()) as ledger:
        report = filled(ledger, files).dossier(tmp_path / "out", as_of=AS_OF)
    assert (report.paid, report.unverified) == (38_500, 38_500)
    (row,) = [row for row in rows_of(tmp_path / "out", "missing") if row["what"] == "paid-by-schedule-only"]
    assert row["won"] == "38500"


def test_three_way_check_and_contradictions(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = filled(ledger, sources(tmp_path / "in"))
        desk.import_source(sheet(tmp_path / "b.xlsx", ORDERS, [ordered(110, 수량=4, 총상품금액=40000)]))
        desk.import_tax_invoices([TaxInvoice(month=date(2024, 5, 1), amount=1, kind=TaxInvoiceKind.FEES)])
        desk.dossier(tmp_path / "out", as_of=AS_OF)
    (month,) = rows_of(tmp_path / "out", "three-way")
    sales = 2 * (20_000 - 400) + 2_500
    assert (month["month"], int(month["rows"]), int(month["vat_page"])) == ("2024-05", sales, 41_700)
    assert int(month["rows_minus_vat_page"]) == 0
    assert int(month["rows_minus_invoices"]) == sales - 41_000
    assert int(month["fees_minus_invoices"]) == 2 * 1_600 - 1
    (found,) = rows_of(tmp_path / "out", "contradictions")
    assert found["field"] == "line 112 quantity"
    assert {found["counted"], found["other"]} == {"3", "4"}


TERMS = SettlementTerms(
    cycle=SettlementCycle.general(),
    dating=DeliveryDating(DatingSource.PAY_DATE, 5, "평균 배송 기간"),
    commission=CommissionRules(rules=[CommissionRule(rate="12.5", basis="계약서 3조")]),
    interest=InterestTerms.commercial(date(2025, 11, 9)),
)


def test_the_proof_shows_the_figures_of_the_reconciliation_and_what_they_rest_on(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = filled(ledger, sources(tmp_path / "in"))
        told = desk.settlement(terms=TERMS)
        report = desk.dossier(tmp_path / "out", as_of=AS_OF, terms=TERMS)
    result = told.reconciliation
    assert result is not None
    folder = tmp_path / "out"
    summary = json.loads((folder / "data/summary.json").read_text())
    assert (report.owed, summary["owed"]) == (result.sums.due, told.missing_won)
    assert (summary["owed_unannounced"], summary["no_due_day"], summary["undated"]) == (
        result.sums.owed_unannounced, 0, 0,
    )  # fmt: skip
    (alone,) = [line for line in rows_of(folder, "lines") if line["order_option_no"] == "122"]
    assert (alone["status"], alone["payout_day"], alone["expected"], alone["fee"]) == (
        "missing", "2024-07-07", "17500", "2500",
    )  # fmt: skip
    assert alone["fee_basis"] == "계약서 3조"
    assert alone["dated_by"] == "pay_date+5 (평균 배송 기간)"
    assert alone["due_by"] == SettlementCycle.general().name
    (fee, *_) = [line for line in rows_of(folder, "lines") if line["subject"] == "commission"]
    assert (fee["expected"], fee["fee"], fee["source"]) == ("-1000", "2500", "정산.xlsx!Sheet!2")
    lines = rows_of(folder, "interest")
    assert sum(int(line["amount"]) for line in lines) == report.interest == summary["interest"] > 0
    assert [int(line["amount"]) for line in lines] == [line.amount for line in told.interest]
    late, never, *_ = lines
    assert (late["principal"], late["received_on"], late["days"], late["formula"]) == (
        "17999", "2024-07-08", "1", "floor(17999 × 6% × 1 / 365)",
    )  # fmt: skip
    assert (never["principal"], never["until"], never["days"]) == ("20501", "2025-11-09", "490")
    assert {line["basis"] for line in lines} == {"상법 제54조(연 6%)"}
    terms = {(line["what"], line["basis"]) for line in rows_of(folder, "terms")}
    assert ("cycle", SettlementCycle.general().basis) in terms
    assert {("commission", "계약서 3조"), ("interest", "상법 제54조(연 6%)")} <= terms
    page = (folder / "data/cover.html").read_text()
    assert f"이자 합계 {report.interest:,}원" in page
    assert "언론 보도" in page


def test_without_terms_nothing_is_assumed_and_no_interest_is_claimed(tmp_path: Path) -> None:
    files = sources(tmp_path / "in")
    del files["settlement"], files["bank"]
    with MemoryLedger(cipher()) as ledger:
        desk = filled(ledger, files)
        lease = ledger.acquire_lease("shop", "t", 60)
        assert lease is not None
        option = {"orderOptionNo": 8, "optionQty": 1}
        product = {"orderNo": 6, "productPrice": 2500, "productQty": 1, "orderOption": [option]}
        body: dict[str, Any] = {"bundleNo": 5, "purchaseNo": 5, "shipCompleteDate": "2024-05-05 10:00:00"}
        body |= {"orderProduct": [product]}
        ledger.save(lease, [RecordDraft(RecordKind.BUNDLE, "5/5", "COMPLETE", AS_OF, body)], AS_OF)
        report = desk.dossier(tmp_path / "out", as_of=AS_OF)
    (line,) = [line for line in rows_of(tmp_path / "out", "lines") if line["bundle_no"] == "5"]
    assert (line["status"], line["owed"], line["expected"]) == ("no-due-day", "0", "2500")
    assert ("rows-unexplained", "no-due-day: no-settlement-row", "2500") in {
        (row["what"], row["detail"], row["won"]) for row in rows_of(tmp_path / "out", "missing")
    }
    (expected, *_) = [
        row for row in rows_of(tmp_path / "out", "payouts") if row["told_by"] == "orders-without-rows"
    ]
    assert (expected["status"], expected["owed"], expected["payout_day"]) == ("no-due-day", "0", "")
    assert (report.interest, rows_of(tmp_path / "out", "interest")) == (0, [])
    assert "이자는 계산하지 않았습니다" in (tmp_path / "out/data/cover.html").read_text()


def test_accounts_that_share_money_share_interest_and_windows(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        one, other = office(ledger, "a"), office(ledger, "b")
        business = Business(NUMBER, ("a", "b"))
        given = {"a": TERMS, "b": SettlementTerms(), "c": TERMS}
        with pytest.raises(ValidationError) as caught:
            one.dossier(tmp_path / "x", business=business, others=[other], terms=given)
        assert [found.rule for found in caught.value.violations] == [
            "accounts of the dossier", "one interest and one allocation for all accounts",
        ]  # fmt: skip
        wrong: Any = {"a": TERMS, "b": "weekly"}
        with pytest.raises(TypeError, match=r"terms\[b\] takes a SettlementTerms, .*not a str"):
            one.dossier(tmp_path / "x", business=business, others=[other], terms=wrong)
        one.dossier(tmp_path / "x", business=business, others=[other], terms=TERMS)


def every_text(folder: Path) -> str:
    texts = [
        place.read_text("utf-8-sig")
        for place in folder.rglob("*")
        if place.suffix in (".csv", ".html", ".json", ".txt")
    ]
    book = openpyxl.load_workbook(folder / "data" / "dossier.xlsx")
    texts += [str(cell.value) for page in book for row in page.iter_rows() for cell in row]
    return "\n".join(texts)


def test_nobody_is_named_unless_asked(tmp_path: Path) -> None:
    report, folder = made(tmp_path / "masked")
    text = every_text(folder)
    assert "홍길동" not in text
    assert "홍**" in text
    assert "010-0000" not in text
    copies = {place.name for place in (folder / "data" / "sources").rglob("*.xlsx")}
    assert copies == {"정산.xlsx", "배송비.xlsx", "부가세.xlsx"}
    assert sorted(report.left_out) == ["주문.xlsx", "통장.xlsx"]
    tag = (folder / "bag-info.txt").read_text()
    digest = hashlib.sha256((tmp_path / "masked/in/주문.xlsx").read_bytes()).hexdigest()
    assert digest in re.sub(r"\n[ \t]+", "", tag).replace("\n ", "")
    report, folder = made(tmp_path / "clear", personal=True)
    assert "홍길동" in every_text(folder)
    assert report.left_out == ()
    assert len(list((folder / "data" / "sources").rglob("*.xlsx"))) == 5


def test_the_same_facts_and_time_give_the_same_bytes(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = filled(ledger, sources(tmp_path / "in"))
        files = sorted((tmp_path / "in").iterdir())
        desk.dossier(tmp_path / "a", as_of=AS_OF, files=files)
        desk.dossier(tmp_path / "b", as_of=AS_OF, files=files[::-1])
        with pytest.raises(BagError, match="is there already"):
            desk.dossier(tmp_path / "a", as_of=AS_OF)
        desk.dossier(tmp_path / "a", as_of=AS_OF, files=files, replace=True)
    first = {
        place.relative_to(tmp_path / "a"): place.read_bytes()
        for place in (tmp_path / "a").rglob("*")
        if place.is_file()
    }
    second = {
        place.relative_to(tmp_path / "b"): place.read_bytes()
        for place in (tmp_path / "b").rglob("*")
        if place.is_file()
    }
    assert first == second


def test_accounts_of_a_business_share_its_transfers(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        one, other = office(ledger, "a"), office(ledger, "b")
        one.import_source(sheet(tmp_path / "a.xlsx", SETTLEMENT, [settled(100)]))
        other.import_source(sheet(tmp_path / "b.xlsx", SETTLEMENT, [settled(200, 상품판매가=9_000)]))
        rows = [["2024-07-07 10:00:00", "정산", "위메프", 0, 34_000, 1]]
        one.import_source(sheet(tmp_path / "c.xlsx", BANK, rows))
        business = Business(NUMBER, ("a", "b"))
        report = one.dossier(tmp_path / "out", as_of=AS_OF, business=business, others=[other])
        assert (report.accounts, report.announced, report.owed) == (("a", "b"), 34_000, 0)
        page = (tmp_path / "out/data/cover.html").read_text()
        assert NUMBER in page
        with pytest.raises(ValidationError, match="business number"):
            one.dossier(tmp_path / "x", others=[other])
        with pytest.raises(ValidationError, match="not an account of the business"):
            one.dossier(tmp_path / "x", business=Business(NUMBER, ("a",)), others=[other])


def test_money_tied_between_accounts_of_a_business_is_neither_lost_nor_claimed_twice(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        one, other = office(ledger, "a"), office(ledger, "b")
        one.import_source(sheet(tmp_path / "a.xlsx", SETTLEMENT, [settled(100)]))
        other.import_source(sheet(tmp_path / "b.xlsx", SETTLEMENT, [settled(200)]))
        bank = sheet(tmp_path / "c.xlsx", BANK, [["2024-07-07 10:00:00", "정산", "위메프", 0, 18_000, 1]])
        for desk in (one, other):
            desk.import_source(bank)
        business = Business(NUMBER, ("a", "b"))
        report = one.dossier(tmp_path / "out", as_of=AS_OF, business=business, others=[other], terms=TERMS)
    assert (report.announced, report.paid, report.owed) == (36_000, 18_000, 0)
    assert (report.received_in_ties, report.owed_in_ties) == (18_000, 18_000), (
        "one of two, nobody knows which"
    )
    summary = json.loads((tmp_path / "out/data/summary.json").read_text())
    assert (summary["received_in_ties"], summary["owed_in_ties"]) == (18_000, 18_000)
    assert [int(row["principal"]) for row in rows_of(tmp_path / "out", "interest")] == [18_000]
    page = (tmp_path / "out/data/cover.html").read_text()
    for title in ("입금 (명세 외)", "미지급액 (명세 외)", "미지급 총액"):
        assert f'{title}</td><td class="n">18,000원</td>' in page


def test_a_record_that_cannot_be_read_is_named_and_hides_nothing(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = filled(ledger, sources(tmp_path / "in"))
        lease = ledger.acquire_lease("shop", "t", 60)
        assert lease is not None
        bad = RecordDraft(RecordKind.BUNDLE, "9/9", "NEW", AS_OF - timedelta(days=1), {"bundleNo": "아홉"})
        ledger.save(lease, [bad], AS_OF)
        report = desk.dossier(tmp_path / "out", as_of=AS_OF)
    assert report.lines > 3
    assert ("record-unread", "bundle:9/9") in {
        (row["what"], row["detail"]) for row in rows_of(tmp_path / "out", "missing")
    }


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_cover_is_one_whole_page_without_foreign_parts_or_advice(tmp_path: Path) -> None:
    _, folder = made(tmp_path)
    text = (folder / "data" / "cover.html").read_text()
    page = Page()
    page.feed(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "http" not in text
    assert "법률 의견이 아니며" in text
    assert "33,001원" in text, "38,500 announced, 17,999 arrived, 12,500 without a row"
    assert text.count("<table") >= 8


def test_a_name_in_a_file_breaks_neither_page_nor_sheet(tmp_path: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = BackOffice(ledger, config(store_name="<b>상점</b>"), clock=ManualClock(AS_OF))
        desk.import_source(sheet(tmp_path / "=1+1 &정산.xlsx", SETTLEMENT, [settled(100)]))
        desk.dossier(tmp_path / "out", as_of=AS_OF)
    assert "<b>상점" not in (tmp_path / "out/data/cover.html").read_text()
    (source,) = rows_of(tmp_path / "out", "sources")
    assert source["name"].startswith("'=1+1")
