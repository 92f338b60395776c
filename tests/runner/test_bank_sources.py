"""Bank statements that are the wrong ones: named before anything is taken over, and no won counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from kit import cipher, config
from test_sources import BANK, SETTLEMENT, settled, sheet

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.config import Business, SettlementCycle
from wemakeprice_sdk.errors import ValidationError, WrongAccountError
from wemakeprice_sdk.ledger import MemoryLedger
from wemakeprice_sdk.policy import AllocationSettings, SettlementStatus, SettlementTerms, TransferOutcome
from wemakeprice_sdk.runner import BackOffice

NOW = datetime(2026, 1, 6, 9, 0, tzinfo=KST)
PAID = ["2024-07-08 10:23:11", "정산", "위메프", 0, 18_000, 118_400]
OTHER = ["2024-07-09 09:00:00", "매출", "다른마켓", 0, 18_000, 136_400]


@pytest.fixture
def ledger() -> Iterator[MemoryLedger]:
    with MemoryLedger(cipher()) as made:
        yield made


def office(ledger: MemoryLedger, account: str = "shop") -> BackOffice:
    return BackOffice(ledger, config(seller_id=account), worker="office", clock=ManualClock(NOW))


def statement(place: Path, number: str, *rows: list[object]) -> Path:
    return sheet(place, [f"계좌번호 : {number}", "조회기간 : 2024-06-01 ~ 2025-12-31"], [BANK, *rows])


def filled(ledger: MemoryLedger, folder: Path, account: str = "shop") -> BackOffice:
    desk = office(ledger, account)
    desk.import_source(sheet(folder / f"{account}.xlsx", SETTLEMENT, [settled(100)]))
    return desk


def received(desk: BackOffice) -> int | None:
    result = desk.settlement().reconciliation
    assert result is not None
    return result.sums.received


def test_a_statement_of_another_bank_account_is_refused_and_blocks_nothing(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    desk = filled(ledger, tmp_path)
    desk.import_source(statement(tmp_path / "a.xlsx", "110-000-000000", PAID), bank="주거래")
    wrong = statement(tmp_path / "b.xlsx", "333-00-0000000", OTHER)
    with pytest.raises(WrongAccountError, match="주거래") as caught:
        desk.import_source(wrong, bank="주거래")
    assert "333" not in str(caught.value)
    assert received(desk) == 18_000
    assert {state.source.name for state in desk.settlement().sources} == {"shop.xlsx", "a.xlsx"}
    assert desk.import_source(wrong, bank="보조").ok
    assert received(desk) == 36_000
    with pytest.raises(WrongAccountError):
        desk.preview_source(wrong, bank="보조", account_number="110-000-000000")
    with pytest.raises(WrongAccountError):
        desk.import_source(wrong, bank="보조", account_number="110-000-000000")


def test_the_same_money_under_two_labels_is_refused(ledger: MemoryLedger, tmp_path: Path) -> None:
    desk = filled(ledger, tmp_path)
    file = statement(tmp_path / "a.xlsx", "110-000-000000", PAID)
    desk.import_source(file, bank="주거래")
    longer = statement(tmp_path / "b.xlsx", "110-000-000000", PAID, OTHER)
    for again in (file, longer):
        with pytest.raises(ValidationError, match="주거래"):
            desk.import_source(again, bank="다른 이름")
    assert received(desk) == 18_000
    assert desk.import_source(longer, bank="주거래").ok
    assert received(desk) == 36_000


def test_a_statement_without_money_says_so_and_blocks_nothing(ledger: MemoryLedger, tmp_path: Path) -> None:
    desk = filled(ledger, tmp_path)
    desk.import_source(statement(tmp_path / "a.xlsx", "110-000-000000", PAID), bank="주거래")
    report = desk.import_source(statement(tmp_path / "b.xlsx", "110-000-000000"), bank="주거래")
    assert report.brought is not None
    assert (report.brought.facts, received(desk)) == (0, 18_000)


def test_bad_rows_are_named_lines_and_lose_no_other(ledger: MemoryLedger, tmp_path: Path) -> None:
    desk = filled(ledger, tmp_path)
    bad: list[list[object]] = [
        ["2024-07-09 10:00:00", "입금취소", "위메프", 0, -5, 118_395],
        ["2024-07-10 10:00:00", "이자", "", 0, 0, 118_395],
        ["2024-07-11 10:00:00", "정산", "위메프", 0, "만원", 118_395],
        ["2024-13-45", "정산", "위메프", 0, 5, 118_400],
    ]
    report = desk.import_source(statement(tmp_path / "a.xlsx", "110-000-000000", PAID, *bad), bank="주거래")
    assert report.brought is not None
    assert (report.brought.facts, report.brought.refused) == (2, 2)
    assert [str(problem).split(":")[0] for problem in report.brought.problems] == [
        "Sheet!E6 [입금액] '만원'",
        "Sheet!A7 [거래일시] '2024-13-45'",
    ]
    result = desk.settlement().reconciliation
    assert result is not None
    assert [one.outcome for one in result.transfers] == [
        TransferOutcome.ALLOCATED,
        TransferOutcome.NOT_INCOMING,
    ]


def test_rows_of_unknown_orders_are_named_and_counted(ledger: MemoryLedger, tmp_path: Path) -> None:
    desk = office(ledger)
    rows = [
        settled(100),
        settled(110, 수량=0, 판매대행수수료=0, 제휴수수료=0),
        settled(120, 수량=-2, 구분="환불"),
    ]
    desk.import_source(sheet(tmp_path / "a.xlsx", SETTLEMENT, rows))
    result = desk.settlement(received={}).reconciliation
    assert result is not None
    assert {(row.status, row.reason) for row in result.rows} == {
        (SettlementStatus.UNEXPLAINED, "no-such-order-line")
    }
    assert sum(row.settled for row in result.rows) == result.sums.announced


def test_a_cycle_nobody_knows_is_named_and_nothing_is_assumed(ledger: MemoryLedger, tmp_path: Path) -> None:
    desk = office(ledger)
    desk.import_source(sheet(tmp_path / "a.xlsx", SETTLEMENT, [settled(100, 정산예정일=None)]))
    terms = SettlementTerms(cycle=SettlementCycle("격주 수요일"))
    for given in (None, terms):
        result = desk.settlement(received={}, terms=given).reconciliation
        assert result is not None
        (total,) = result.payouts
        assert (total.status, total.payout_day, total.owed) == (SettlementStatus.NO_DUE_DAY, None, 0)
        assert (result.sums.no_due_day, result.sums.ahead) == (18_000, 18_000)
    known = desk.settlement(
        received={}, terms=SettlementTerms(cycle=SettlementCycle.general())
    ).reconciliation
    assert known is not None
    assert known.sums.owed == 18_000


def test_money_of_others_is_not_taken_where_the_payers_are_named(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    desk = filled(ledger, tmp_path)
    desk.import_source(statement(tmp_path / "a.xlsx", "110-000-000000", OTHER), bank="주거래")
    result = desk.settlement().reconciliation
    assert result is not None
    assert result.sums.owed == 0, "every deposit counts unless the payers are named"
    terms = SettlementTerms(allocation=AllocationSettings(payers=["위메프", "WMP"]))
    result = desk.settlement(terms=terms).reconciliation
    assert result is not None
    assert (result.sums.owed, result.transfers[0].outcome) == (18_000, TransferOutcome.UNEXPLAINED)
    desk.import_source(statement(tmp_path / "b.xlsx", "110-000-000000", PAID, OTHER), bank="주거래")
    result = desk.settlement(terms=terms).reconciliation
    assert result is not None
    assert (result.sums.owed, result.sums.unexplained) == (0, 18_000)


def test_accounts_of_a_business_may_each_bring_the_statements_they_share(
    ledger: MemoryLedger, tmp_path: Path
) -> None:
    one, two = filled(ledger, tmp_path, "one"), filled(ledger, tmp_path, "two")
    business = Business("123-45-67891", ("one", "two"))
    july = statement(tmp_path / "7.xlsx", "110-000-000000", PAID)
    both = statement(tmp_path / "8.xlsx", "110-000-000000", PAID, OTHER)
    one.import_source(july)
    two.import_source(both)
    report = one.dossier(tmp_path / "out", as_of=NOW, business=business, others=[two])
    assert (report.announced, report.paid, report.owed) == (36_000, 36_000, 0)
    one.import_source(statement(tmp_path / "c.xlsx", "555-00-0000000", OTHER), bank="보조")
    two.import_source(statement(tmp_path / "d.xlsx", "666-00-0000000", OTHER), bank="보조")
    report = one.dossier(tmp_path / "more", as_of=NOW, business=business, others=[two])
    text = (tmp_path / "more/data/transfers.csv").read_text(encoding="utf-8-sig")
    assert text.count("보조@one/2024-07-09/18000/1") == text.count("보조@two/2024-07-09/18000/1") == 1
