"""Bank statements and VAT pages: what came in becomes typed records with their file, sheet and row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import excel_corpus as corpus
import pytest
from attrs import astuple

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import (
    ColumnError,
    UnreadableFileError,
    ValidationError,
    WrongAccountError,
    WrongKindError,
)
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, StatementReading
from wemakeprice_sdk.excel import migrator as reading

HEADER = ["거래일시", "적요", "보낸분", "출금액", "입금액", "거래후잔액", "거래점"]
TITLES = [
    ["입출금 거래내역"],
    ["계좌번호 : 110-000-000000", "", "예금주 : 홍길동"],
    ["조회기간 : 2024-06-01 ~ 2024-06-30"],
]
ROWS: list[list[object]] = [
    ["2024-06-07 10:23:11", "정산 20240607", "위메프", 0, 18400, 118400, "온라인"],
    ["2024-06-07 10:23:12", "정산", "위메프", "", "18,400", "136,800", "온라인"],
    ["2024-06-10 09:00:00", "택배비", "홍길동", 30000, 0, 106800, "온라인"],
    ["2024-06-11 09:00:00", "입금취소", "위메프", None, -18400, 88400, "온라인"],
    ["2024-06-12 09:00:00", "이자", "", "", 0, 88400, ""],
]


def read(
    migrator: ExcelMigrator,
    folder: Path,
    table: Sequence[Sequence[object]],
    name: str = "s.xlsx",
    **more: Any,
) -> StatementReading:
    data = corpus.delimited(table) if name.endswith("csv") else corpus.xlsx(table)
    return migrator.bank_statement(corpus.save(folder, name, data), **more)


@pytest.mark.parametrize("name", ["s.xlsx", "s.csv"])
def test_what_came_in_is_read_with_its_source(migrator: ExcelMigrator, tmp_path: Path, name: str) -> None:
    found = read(migrator, tmp_path, [*TITLES, HEADER, *ROWS], name)
    statement = found.statement
    assert (found.rows, found.outgoing, found.refused, found.problems) == (5, 2, 0, ())
    assert [(one.received_on, one.amount, one.nth) for one in statement.transfers] == [
        (date(2024, 6, 7), 18_400, 1),
        (date(2024, 6, 7), 18_400, 2),
        (date(2024, 6, 11), -18_400, 1),
    ]
    first = statement.transfers[0]
    assert first.received_at == datetime(2024, 6, 7, 10, 23, 11, tzinfo=KST)
    assert (first.memo, first.payer, first.balance) == ("정산 20240607", "위메프", 118_400)
    digest = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    assert first.source is not None
    assert (first.source.file, first.source.sha256, first.source.row) == (name, digest, 5)
    assert (statement.sha256, statement.first, statement.last) == (
        digest, date(2024, 6, 1), date(2024, 6, 30),
    )  # fmt: skip
    assert (statement.account_number, first.account) == ("110-000-000000", migrator.account.seller_id)
    shared = read(migrator, tmp_path, [*TITLES, HEADER, *ROWS], name, whole_business=True)
    assert {one.account for one in shared.statement.transfers} == {shared.statement.account} == {None}


def test_only_chosen_columns_enter_and_no_person_is_shown(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [*TITLES, [*HEADER, "상대계좌"], *([*row, "333-00-0000000"] for row in ROWS)]
    found = read(migrator, tmp_path, table)
    text = repr(found) + repr(found.statement) + repr(found.statement.transfers)
    for secret in ("홍길동", "위메프", "110-000", "333-00", "118400"):
        assert secret not in text
    assert "333-00-0000000" not in str([astuple(one) for one in found.statement.transfers])
    shown = migrator.inspect(tmp_path / "s.xlsx", kind=ExportKind.BANK_STATEMENT)
    assert "홍길동" not in str(shown.first_rows)


def test_a_bank_writes_date_and_time_apart_and_says_in_or_out(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    table = [
        ["거래일자", "거래시간", "구분", "거래금액", "잔액", "내용"],
        ["2024.06.07", "10:23", "입금", "5,000", "5,000", "정산"],
        ["2024.06.08", "112233", "출금", "1,000", "4,000", "택배"],
        ["20240609", "", "입금", "2,000", "6,000", "정산"],
    ]
    found = read(migrator, tmp_path, table)
    assert [(one.received_on.day, one.received_at, one.amount) for one in found.statement.transfers] == [
        (7, datetime(2024, 6, 7, 10, 23, tzinfo=KST), 5_000),
        (9, None, 2_000),
    ]
    assert found.outgoing == 1


def test_columns_are_named_by_mapping_too(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["언제", "얼마", "누가", "비밀"],
        ["2024-06-07", 100, "홍길동", "x"],
        ["2024-06-08", 200, "홍길동", "x"],
    ]
    with pytest.raises(ColumnError):
        read(migrator, tmp_path, table)
    mapping = {"day": "언제", "incoming": "얼마", "reference": "비밀"}
    found = read(migrator, tmp_path, table, mapping=mapping)
    (first, _) = found.statement.transfers
    assert (first.amount, first.payer, first.reference) == (100, None, "x")
    assert (found.statement.first, found.statement.last) == (date(2024, 6, 7), date(2024, 6, 8))


def test_a_row_that_cannot_be_read_takes_no_other_with_it(migrator: ExcelMigrator, tmp_path: Path) -> None:
    bad: list[list[object]] = [
        ["어제", "정산", "위메프", "", 100, 1, ""],
        ["2024-06-13", "정산", "위메프", "", "많이", 1, ""],
        ["2024-06-14", "정산", "위메프", "", 10.5, 1, ""],
    ]
    found = read(migrator, tmp_path, [HEADER, *ROWS, *bad])
    assert (found.rows, found.refused, len(found.statement.transfers)) == (8, 3, 3)
    assert {(one.row, one.field) for one in found.problems} == {(7, "day"), (8, "incoming"), (9, "incoming")}
    assert all("위메프" not in str(one) for one in found.problems)


def test_totals_at_the_end_are_no_money(migrator: ExcelMigrator, tmp_path: Path) -> None:
    found = read(migrator, tmp_path, [HEADER, *ROWS, ["합계", "", "", 30000, 18400, "", ""]])
    assert (found.rows, found.problems) == (5, ())


def test_the_statement_of_another_account_is_refused_without_showing_either(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    table = [*TITLES, HEADER, *ROWS]
    assert read(migrator, tmp_path, table, account_number="110 000 000000").rows == 5
    assert read(migrator, tmp_path, table, account_number="110-***-000000").rows == 5
    with pytest.raises(WrongAccountError) as caught:
        read(migrator, tmp_path, table, account_number="220-000-000000")
    assert "110-" not in str(caught.value)
    assert "220-" not in str(caught.value)
    with pytest.raises(ValidationError, match="account number"):
        read(migrator, tmp_path, table, bank="110-000-000000")


def test_a_file_of_another_kind_is_named(migrator: ExcelMigrator, tmp_path: Path) -> None:
    products = corpus.save(tmp_path, "p.xlsx", corpus.xlsx(corpus.products()))
    with pytest.raises(WrongKindError, match="product list"):
        migrator.bank_statement(products)
    bank = corpus.save(tmp_path, "b.xlsx", corpus.xlsx([*TITLES, HEADER, *ROWS]))
    with pytest.raises(WrongKindError, match=r"bank statement.*bank_statement\(\)"):
        migrator.preview(bank)


def test_a_file_that_changes_while_it_is_read_is_refused(
    migrator: ExcelMigrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "sha256_of", lambda path: "0" * 64)
    with pytest.raises(UnreadableFileError, match="changed while it was read"):
        read(migrator, tmp_path, [HEADER, *ROWS])


VAT = [
    "귀속월", "배송완료금액", "매출에누리", "파트너사부담쿠폰", "계산서대상 임의조정", "상품공제", "배송비", "배송비공제", "총매출액",
    "현금영수증 합계", "기타",
]  # fmt: skip


@pytest.mark.parametrize(
    "month", ["2024-05", "2024.5", "202405", "2024년 5월", "2024년05월", 202405, "2024-05-01"]
)
def test_a_month_of_the_vat_page_adds_up(migrator: ExcelMigrator, tmp_path: Path, month: object) -> None:
    row = [month, "1,000,000", 10_000, 5_000, 100, -200, 25_000, -1_000, 1_008_900, 1_000_000, 8_900]
    total = ["합계", *row[1:]]
    path = corpus.save(tmp_path, "v.xlsx", corpus.xlsx([VAT, row, total]))
    (found,) = migrator.vat_months(path)
    assert found.record is not None
    assert (found.record.month, found.record.total, found.record.differences) == (
        date(2024, 5, 1),
        1_008_900,
        {},
    )
    assert found.record.source is not None
    assert found.record.source.row == 2


@pytest.mark.parametrize("number", range(1, 13))
def test_every_month_is_read_in_every_spelling(migrator: ExcelMigrator, tmp_path: Path, number: int) -> None:
    """`2024-11` is November, and not January and its first day."""
    spellings = [
        f"2024-{number:02}", f"2024-{number}", f"2024.{number:02}", f"2024/{number:02}", f"2024{number:02}",
        f"2024년 {number}월", f"2024년{number:02}월", f"2024{number:02}01", f"2024-{number:02}-01", datetime(2024, number, 1),
    ]  # fmt: skip
    rows = [[spelling, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0] for spelling in spellings]
    found = migrator.vat_months(corpus.save(tmp_path, "v.xlsx", corpus.xlsx([VAT, *rows])))
    months = [one.record.month if one.record else None for one in found]
    assert months == [date(2024, number, 1)] * len(spellings)


@pytest.mark.parametrize("unit", ["천원", "만원", "백만원", "USD"])
def test_a_proof_in_other_money_is_refused(migrator: ExcelMigrator, tmp_path: Path, unit: str) -> None:
    vat = [[f"(단위: {unit})"], VAT, ["2024-05", 1, 0, 0, 0, 0, 0, 0, 1, 1, 0]]
    with pytest.raises(UnreadableFileError, match=unit):
        next(migrator.vat_months(corpus.save(tmp_path, "v.xlsx", corpus.xlsx(vat))))
    with pytest.raises(UnreadableFileError, match=unit):
        read(migrator, tmp_path, [*TITLES, [f"단위 : {unit}"], HEADER, *ROWS])
    assert len(read(migrator, tmp_path, [*TITLES, ["(단위: 원)"], HEADER, *ROWS]).statement.transfers) == 3


def test_money_of_another_currency_is_no_won(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        [*HEADER, "통화"],
        *([*row, code] for row, code in zip(ROWS, ["USD", "KRW", "USD", "원화", ""], strict=True)),
    ]
    found = read(migrator, tmp_path, table)
    assert [one.amount for one in found.statement.transfers] == [18_400, -18_400]
    assert (found.outgoing, found.refused, [one.rule for one in found.problems]) == (2, 1, ["currency"])


def test_a_balance_that_is_carried_over_brings_nothing(migrator: ExcelMigrator, tmp_path: Path) -> None:
    carried = ["", "전월이월", "", "", "", 100_000, ""]
    found = read(migrator, tmp_path, [*TITLES, HEADER, carried, *ROWS])
    assert (len(found.statement.transfers), found.outgoing, found.refused) == (3, 3, 0)


@pytest.mark.parametrize(
    "title",
    [
        "조회기간 : 2024-06-01 00:00 ~ 2024-06-30 23:59", "조회기간 20240601 ~ 20240630", "2024.06.01 ∼ 2024.06.30",
        "2024.06.01～2024.06.30", "2024.06.01(토) ~ 2024.06.30(일)", "2024. 6. 1. ~ 2024. 6. 30.", "24.06.01 ~ 24.06.30",
        "2024년 6월 1일 ~ 2024년 6월 30일", "2024-06-01부터 2024-06-30까지", "2024-06-30 ~ 2024-06-01",
    ],
)  # fmt: skip
def test_a_title_says_which_days_are_covered(migrator: ExcelMigrator, tmp_path: Path, title: str) -> None:
    statement = read(migrator, tmp_path, [["입출금 거래내역"], [title], HEADER, *ROWS]).statement
    assert (statement.first, statement.last) == (date(2024, 6, 1), date(2024, 6, 30))


@pytest.mark.parametrize(
    ("clock", "hour"),
    [("13:22:11", 13), ("132211", 13), ("오후 1:22:11", 13), ("13시 22분 11초", 13), ("01:22:11 PM", 13), ("오전 12:22:11", 0)],
)  # fmt: skip
def test_a_time_of_its_own_is_read(migrator: ExcelMigrator, tmp_path: Path, clock: str, hour: int) -> None:
    table = [
        ["거래일자", "거래시간", "적요", "출금액", "입금액", "잔액"],
        ["2024-06-07", clock, "위메프", 0, 5, 5],
    ]
    (transfer,) = read(migrator, tmp_path, table).statement.transfers
    assert transfer.received_at == datetime(2024, 6, 7, hour, 22, 11, tzinfo=KST)


@pytest.mark.parametrize(
    "taken", ["-18,400", "\u221218,400", "18,400-", "(18,400)", "(-18,400)", "△18,400", "△-18,400"]
)
def test_what_was_taken_back_keeps_its_sign(migrator: ExcelMigrator, tmp_path: Path, taken: str) -> None:
    row = ["2024-06-11 09:00:00", "입금취소", "위메프", None, taken, 88_400, ""]
    (transfer,) = read(migrator, tmp_path, [HEADER, row]).statement.transfers
    assert transfer.amount == -18_400


def test_a_month_that_does_not_add_up_names_the_difference(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows = [
        ["2024-05", 1_000, 0, 0, 0, 0, 0, 0, 1_001, 999, 0],
        ["2024-06", "", "", "", "", "", "", "", 5, "", ""],
        ["언젠가", 1, 0, 0, 0, 0, 0, 0, 1, 1, 0],
        ["2024-07", 1, 0, 0, 0, 0, 0, 0, "많이", 1, 0],
    ]
    first, second, third, fourth = migrator.vat_months(
        corpus.save(tmp_path, "v.xlsx", corpus.xlsx([VAT, *rows]))
    )
    assert first.record is not None
    assert first.record.differences == {"parts": 1, "receipts": 2}
    assert second.record is not None
    assert second.record.differences == {}
    assert [one.rule for one in third.problems] == ["month"]
    assert (third.record, fourth.record) == (None, None)
    assert [one.field for one in fourth.problems] == ["total"]
