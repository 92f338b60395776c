"""Files and bank transfers as sources: provenance, the same fact once, contradictions, kills, changed files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from kit import Shop, cipher, config, delivered, open_shop

from wemakeprice_sdk.errors import SourceChangedError, UnreadableFileError, WrongKindError
from wemakeprice_sdk.excel import ExportKind
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.models import SettlementOrderLine
from wemakeprice_sdk.models.vat import TaxInvoice
from wemakeprice_sdk.policy import SettlementStatus
from wemakeprice_sdk.runner import BackOffice, RetentionPolicy, StopSwitch

SETTLEMENT = [
    "정산예정일", "배송번호", "주문번호", "상품번호", "상품명", "옵션주문번호", "상품판매가", "옵션가", "구분", "수량", "판매대행수수료",
    "할인분담금", "제휴수수료", "판매자쿠폰", "정산금액", "구매번호", "결제완료일", "배송완료일", "환불완료일",
]  # fmt: skip
SHIPPING = [
    "배송번호",
    "클레임번호",
    "주문번호",
    "구매번호",
    "구분",
    "정산예정일",
    "배송비",
    "결제완료일",
    "배송완료일",
]
ORDERS = [
    "배송번호", "주문번호", "옵션주문번호", "주문일", "배송상태", "발송기한", "구매번호", "상품번호", "상품명", "옵션", "수량", "상품금액",
    "총상품금액", "구매자", "구매자연락처", "받는사람", "받는사람연락처", "배송비", "결제일",
]  # fmt: skip
CLAIMS = [
    "클레임번호", "구매번호", "주문번호", "옵션주문번호", "처리상태", "반품신청일", "반품사유", "상품번호", "상품명", "옵션", "수량", "배송번호",
    "구매자",
]  # fmt: skip


def sheet(place: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (header, *rows):
        page.append(list(row))
    book.save(place)
    return place


def settled(number: int, **changes: object) -> list[object]:
    row: dict[str, object] = {
        "정산예정일": "2024-07-07", "배송번호": number, "주문번호": number + 1, "상품번호": 300000001, "상품명": "가방",
        "옵션주문번호": number + 2, "상품판매가": 10000, "옵션가": 0, "구분": "배송", "수량": 2, "판매대행수수료": 1500, "할인분담금": 0,
        "제휴수수료": 100, "판매자쿠폰": 400, "정산금액": 18000, "구매번호": 7, "결제완료일": "2024-05-01", "배송완료일": "2024-05-05",
        "환불완료일": None, **changes,
    }  # fmt: skip
    return [row[header] for header in SETTLEMENT]


def ordered(number: int, **changes: object) -> list[object]:
    row: dict[str, object] = {
        "배송번호": number, "주문번호": number + 1, "옵션주문번호": number + 2, "주문일": "2024-05-01 10:00:00", "배송상태": "배송완료",
        "발송기한": "2024-05-03", "구매번호": 7, "상품번호": 300000001, "상품명": "가방", "옵션": "빨강", "수량": 2, "상품금액": 10000,
        "총상품금액": 20000, "구매자": "홍길동", "구매자연락처": "010-0000-0000", "받는사람": "홍길동", "받는사람연락처": "010-0000-0000",
        "배송비": 2500, "결제일": "2024-05-01 10:01:00", **changes,
    }  # fmt: skip
    return [row[header] for header in ORDERS]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def office(shop: Shop) -> BackOffice:
    return BackOffice(shop.ledger, config(), worker="office", clock=shop.clock, sleep=shop.sleep)


def test_settlement_from_files_alone_to_the_won(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    place = sheet(tmp_path / "정산.xlsx", SETTLEMENT, [settled(number) for number in range(100, 130, 10)])
    preview = desk.preview_source(place)
    assert (preview.facts, preview.refused, preview.first) == (3, 0, date(2024, 5, 5))
    assert preview.source.kind is ExportKind.SETTLEMENT_ORDERS
    assert desk.settlement().sources == (), "a preview takes nothing over"
    report = desk.import_source(place, preview=preview)
    assert report.ok, str(report)
    assert report.brought == preview
    ships = [[100, None, 101, 7, "배송", "2024-07-07", 2500, "2024-05-01", "2024-05-05"]]
    desk.import_source(sheet(tmp_path / "배송비.xlsx", SHIPPING, ships))
    desk.import_source(sheet(tmp_path / "주문.xlsx", ORDERS, [ordered(number) for number in (100, 110, 120)]))
    result = desk.settlement()
    assert result.reconciliation is not None
    assert result.reconciliation.sums.announced == 3 * 18000 + 2500
    assert [state.whole for state in result.sources] == [True] * 3
    assert result.contradictions == ()


def test_the_same_file_again_and_an_overlapping_one_change_nothing(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    rows = [settled(number) for number in (100, 110, 120)]
    first = sheet(tmp_path / "a.xlsx", SETTLEMENT, rows)
    desk.import_source(first)
    again = desk.import_source(first)
    assert again.collected["file_settle_order"].same == 3
    desk.import_source(sheet(tmp_path / "b.xlsx", SETTLEMENT, [*rows[1:], settled(130)]))
    result = desk.settlement()
    assert result.reconciliation is not None
    assert result.reconciliation.sums.announced == 4 * 18000
    assert result.contradictions == ()
    rows = [settled(100), settled(100)]
    desk.import_source(sheet(tmp_path / "c.xlsx", SETTLEMENT, rows))
    twice = desk.settlement().reconciliation
    assert twice is not None
    assert twice.sums.announced == 5 * 18000, "a row that one file shows twice is two"


def test_the_api_and_a_file_are_one_fact_and_what_differs_is_said(shop: Shop, tmp_path: Path) -> None:
    delivered(shop, 2)
    shop.pass_time(days=1)
    told = shop.runner().settlement().reconciliation
    assert told is not None
    lines = [row for row in office(shop).stored.settlement_rows() if isinstance(row, SettlementOrderLine)]
    same, other = (as_sheet(line) for line in lines)
    other[SETTLEMENT.index("판매대행수수료")] = 1
    desk = office(shop)
    desk.import_source(sheet(tmp_path / "정산.xlsx", SETTLEMENT, [same, other]))
    result = desk.settlement()
    assert result.reconciliation is not None
    assert result.reconciliation.sums == told.sums
    (found,) = result.contradictions
    assert (found.subject, found.field, found.other) == ("settlement-order", "sale_agency_fee", 1)
    assert found.counted == lines[1].sale_agency_fee
    assert (str(found.counted_origin), str(found.other_origin)) == ("API", "정산.xlsx!Sheet!3")


def test_a_file_that_leaves_the_option_out_is_no_second_payment(shop: Shop, tmp_path: Path) -> None:
    delivered(shop, 1)
    shop.pass_time(days=1)
    told = shop.runner().settlement().reconciliation
    (line,) = [row for row in office(shop).stored.settlement_rows() if isinstance(row, SettlementOrderLine)]
    row = as_sheet(line)
    row[SETTLEMENT.index("옵션주문번호")] = 0
    desk = office(shop)
    desk.import_source(sheet(tmp_path / "정산.xlsx", SETTLEMENT, [row]))
    after = desk.settlement().reconciliation
    assert told is not None
    assert after is not None
    assert after.sums == told.sums


def as_sheet(line: SettlementOrderLine) -> list[object]:
    day = None if line.basic_dt is None else line.basic_dt.isoformat()
    values: dict[str, object] = {
        "정산예정일": line.settle_pre_dt and line.settle_pre_dt.isoformat(), "배송번호": line.bundle_no, "주문번호": line.order_no,
        "상품번호": line.prod_no, "상품명": line.prod_name, "옵션주문번호": line.order_opt_no, "상품판매가": line.prod_sale_amt,
        "옵션가": line.opt_sale_amt, "구분": "배송완료", "수량": line.complete_qty, "판매대행수수료": line.sale_agency_fee,
        "할인분담금": line.wmp_discount_burden_amt, "제휴수수료": line.ep_fee, "판매자쿠폰": line.seller_charge_coupon_amt,
        "정산금액": line.payable, "구매번호": line.purchase_no, "결제완료일": day, "배송완료일": day, "환불완료일": None,
    }  # fmt: skip
    return [values[header] for header in SETTLEMENT]


def test_orders_of_two_files_join_their_lines_and_say_what_differs(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    desk.import_source(sheet(tmp_path / "a.xlsx", ORDERS, [ordered(100)]))
    more = ordered(100, 주문번호=105, 옵션주문번호=106)
    desk.import_source(sheet(tmp_path / "b.xlsx", ORDERS, [ordered(100, 수량=3, 총상품금액=30000), more]))
    result = desk.settlement()
    assert [(row.field, row.counted, row.other) for row in result.contradictions] == [
        ("line 102 quantity", 2, 3)
    ] or [(row.field, row.counted, row.other) for row in result.contradictions] == [
        ("line 102 quantity", 3, 2)
    ]
    assert result.reconciliation is not None
    named = [row.order_option_no for row in result.reconciliation.of(SettlementStatus.NO_DELIVERY_DATE)]
    assert {102, 106} <= set(named)


def test_claims_of_a_grid_explain_refunds(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    claim = [
        900,
        7,
        101,
        102,
        "반품완료",
        "2024-05-10 10:00",
        "단순변심",
        300000001,
        "가방",
        "빨강",
        2,
        100,
        "홍길동",
    ]
    desk.import_source(sheet(tmp_path / "반품.xlsx", CLAIMS, [claim]))
    (record,) = shop.ledger.records("shop", "file_claim")
    assert (record.ref, record.body["file"]) == ("900/RETURN", "반품.xlsx")
    desk.import_source(sheet(tmp_path / "주문.xlsx", ORDERS, [ordered(100)]))
    assert desk.settlement().contradictions == ()


def test_people_of_files_are_encrypted_and_retention_reaches_them(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    desk.import_source(sheet(tmp_path / "주문.xlsx", ORDERS, [ordered(100)]))
    (record,) = shop.ledger.records("shop", "file_bundle")
    assert "홍길동" in str(record.body)
    with shop.ledger._begin(write=False) as transaction:
        rows = transaction.rows("SELECT body FROM records WHERE kind = 'file_bundle'")
    assert "홍길동" not in str(rows)
    assert "010-0000" not in str(rows)
    desk.retention(RetentionPolicy(), by="김운영")
    (record,) = shop.ledger.records("shop", "file_bundle")
    assert "010-0000" not in str(record.body), "nothing needs the telephone of an order of May 2024"
    assert "홍길동" in str(record.body), "the law wants the order kept until 2029"
    shop.pass_time(days=4 * 366)
    desk.retention(RetentionPolicy(), by="김운영")
    (record,) = shop.ledger.records("shop", "file_bundle")
    assert "홍" not in str(record.body)
    assert record.body["rows"] == "2"


def test_a_file_that_changed_after_its_preview_is_refused_whole(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    place = sheet(tmp_path / "정산.xlsx", SETTLEMENT, [settled(100)])
    preview = desk.preview_source(place)
    sheet(place, SETTLEMENT, [settled(100), settled(110)])
    with pytest.raises(SourceChangedError, match="not the file that was previewed"):
        desk.import_source(place, preview=preview)
    assert shop.ledger.count("shop", "file_settle_order") == shop.ledger.count("shop", "source") == 0


def test_a_row_that_cannot_be_read_is_named_and_stops_no_other(shop: Shop, tmp_path: Path) -> None:
    bad = settled(110, 주문번호="없음")
    report = office(shop).import_source(
        sheet(tmp_path / "정산.xlsx", SETTLEMENT, [settled(100), bad, settled(120)])
    )
    assert report.brought is not None
    assert (report.brought.facts, report.brought.refused) == (2, 1)
    assert [problem.row for problem in report.brought.problems] == [3]


def test_other_files_are_refused_by_name(shop: Shop, tmp_path: Path) -> None:
    place = sheet(
        tmp_path / "상품.xlsx",
        ["상품번호", "상품명", "판매가", "재고수량", "상품상태"],
        [[1, "가방", 100, 1, "판매중"]],
    )
    with pytest.raises(WrongKindError, match="products"):
        office(shop).preview_source(place)
    with pytest.raises(UnreadableFileError, match=r"없다\.xlsx"):
        office(shop).preview_source(tmp_path / "없다.xlsx")


def test_a_stopped_import_is_named_as_half_and_goes_on(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    place = sheet(tmp_path / "정산.xlsx", SETTLEMENT, [settled(100 + 10 * at) for at in range(1100)])
    stop = StopSwitch()
    report = desk.import_source(place, stop=stop, progress=lambda step: stop.press())
    assert (report.stopped, report.brought) == (True, None)
    (state,) = desk.settlement().sources
    assert (state.whole, shop.ledger.count("shop", "file_settle_order")) == (False, 500)
    assert desk.import_source(place).ok
    (state,) = desk.settlement().sources
    assert (state.whole, state.facts, shop.ledger.count("shop", "file_settle_order")) == (True, 1100, 1100)


IMPORTER = """
import sys
sys.path[:0] = {path!r}
from kit import cipher, config
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.runner import BackOffice
office = BackOffice(SqliteLedger({place!r}, cipher()), config(), worker="office")
office.import_source({file!r}, progress=lambda step: print(step.done, flush=True) or sys.stdin.readline())
"""


def test_a_killed_import_goes_on_and_brings_every_row_once(tmp_path: Path) -> None:
    file = sheet(tmp_path / "정산.xlsx", SETTLEMENT, [settled(100 + 10 * at) for at in range(1200)])
    place = str(tmp_path / "ledger.db")
    code = IMPORTER.format(path=sys.path, place=place, file=str(file))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "500\n"
        os.kill(worker.pid, signal.SIGKILL)
    with SqliteLedger(place, cipher()) as ledger:
        desk = BackOffice(ledger, config(), worker="office")
        assert [state.whole for state in desk.settlement().sources] == [False]
        assert desk.import_source(file).ok
        result = desk.settlement()
        assert [state.whole for state in result.sources] == [True]
        assert result.reconciliation is not None
        assert result.reconciliation.sums.announced == 1200 * 18000


BANK = ["거래일시", "적요", "보낸분", "출금액", "입금액", "거래후잔액"]


def test_a_bank_statement_settles_what_arrived_to_the_won(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    desk.import_source(sheet(tmp_path / "정산.xlsx", SETTLEMENT, [settled(100)]))
    rows = [
        ["2024-07-08 10:23:11", "정산", "위메프", 0, 17_999, 118_400],
        ["2024-08-01 09:00:00", "이자", "", 0, 1, 5],
    ]
    for name, most in (("7월.xlsx", 1), ("7-8월.xlsx", 2)):
        report = desk.import_source(sheet(tmp_path / name, BANK, rows[:most]), bank="주거래")
        assert report.ok, str(report)
    result = desk.settlement().reconciliation
    assert result is not None
    assert (result.sums.received, result.sums.paid, result.sums.owed) == (18_000, 18_000, 0)
    assert [state.transfer.amount for state in result.transfers] == [17_999, 1], "the overlap counts once"
    with shop.ledger._begin(write=False) as transaction:
        assert "위메프" not in str(transaction.rows("SELECT body FROM records WHERE kind = 'bank_transfer'"))
    given = desk.settlement(received={date(2024, 7, 7): 5}).reconciliation
    assert given is not None
    assert given.sums.received == 5


def test_months_of_the_vat_page_and_tax_invoices_are_kept(shop: Shop, tmp_path: Path) -> None:
    desk = office(shop)
    page = sheet(
        tmp_path / "부가세.xlsx", ["귀속월", "총매출액", "배송완료금액"], [["2024-05", 20_000, 20_000]]
    )
    assert desk.import_source(page).ok
    invoice = TaxInvoice(month=date(2024, 5, 1), amount=20_000)
    for _ in range(2):
        assert desk.import_tax_invoices([invoice, invoice]).ok
    assert shop.ledger.count("shop", "vat_month") == 1
    assert shop.ledger.count("shop", "tax_invoice") == 2
