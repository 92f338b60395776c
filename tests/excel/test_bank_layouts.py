"""Bank statements as Korean banks lay them out: columns are found, and the money is right to the won.

The layouts are written after what the banks' sites show; no customer's file is among them. [C]
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import excel_corpus as corpus
import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import WrongAccountError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind

LAYOUTS: dict[str, list[list[Any]]] = {}
LAYOUTS["kb.xlsx"] = [
    ["거래내역조회"],
    ["계좌번호 : 123456-04-000000"],
    ["조회기간 : 2024.07.01 ~ 2024.07.31"],
    [],
    ["거래일시", "적요", "보낸분/받는분", "송금메모", "출금액", "입금액", "잔액", "거래점", "구분"],
    ["2024.07.08 13:22:11", "전자금융", "위메프", "20240707", "0", "18,000", "118,000", "강남", "FBS"],
    ["2024.07.09 09:00:00", "체크카드", "홍길동", "", "30,000", "0", "88,000", "강남", "카드"],
    ["2024.07.10 10:00:00", "이자", "", "", "0", "5", "88,005", "", "기타"],
    ["합계", "", "", "", "30,000", "18,005", "", "", ""],
]
LAYOUTS["shinhan.xls"] = [
    ["신한은행 거래내역조회"],
    ["계좌번호", "110-000-000000", "", "조회기간", "2024-07-01 ~ 2024-07-31"],
    ["거래일자", "거래시간", "적요", "출금(원)", "입금(원)", "내용", "잔액(원)", "거래점"],
    ["2024-07-08", "13:22:11", "타행이체", "0", "18,000", "위메프", "118,000", "본점"],
    ["2024-07-09", "09:00:00", "모바일", "30,000", "0", "홍길동", "88,000", "본점"],
    ["2024-07-10", "10:00:00", "이자", "0", "5", "", "88,005", "본점"],
    ["합계", "", "", "30,000", "18,005", "", "", ""],
]
LAYOUTS["woori.csv"] = [
    ["우리은행 거래내역"],
    ["No.", "거래일시", "적요", "기재내용", "찾으신금액", "맡기신금액", "거래후 잔액", "취급점", "메모"],
    ["1", "2024.07.08 13:22:11", "인터넷", "위메프", "0", "18,000", "118,000", "본점", ""],
    ["2", "2024.07.09 09:00:00", "체크", "홍길동", "30,000", "0", "88,000", "본점", ""],
    ["3", "2024.07.10 10:00:00", "이자", "", "0", "5", "88,005", "본점", ""],
    ["", "", "", "합계", "30,000", "18,005", "", "", ""],
]
LAYOUTS["woori2.xlsx"] = [
    ["No.", "거래일시", "적요", "기재내용", "지급(원)", "입금(원)", "거래후 잔액(원)", "취급점"],
    [1, "2024.07.08 13:22:11", "인터넷", "위메프", 0, 18000, 118000, "본점"],
    [2, "2024.07.09 09:00:00", "체크", "홍길동", 30000, 0, 88000, "본점"],
    [3, "2024.07.10 10:00:00", "이자", "", 0, 5, 88005, "본점"],
]
LAYOUTS["hana.xlsx"] = [
    ["하나은행 거래내역"],
    ["계좌번호 : 100-000000-00000", "예금주명 : 홍길동"],
    ["거래일시", "적요", "의뢰인/수취인", "입금", "출금", "거래후잔액", "구분", "거래점", "거래특이사항"],
    ["2024-07-08 13:22:11", "타행이체", "위메프", "18,000", "", "118,000", "입금", "본점", ""],
    ["2024-07-09 09:00:00", "카드", "홍길동", "", "30,000", "88,000", "출금", "본점", ""],
    ["2024-07-10 10:00:00", "이자", "", "5", "", "88,005", "입금", "본점", ""],
    ["합계", "", "", "18,005", "30,000", "", "", "", ""],
]
LAYOUTS["nh.csv"] = [
    ["입출금거래내역조회"],
    [
        "순번",
        "거래일시",
        "출금금액",
        "입금금액",
        "거래 후 잔액",
        "거래내용",
        "거래기록사항",
        "거래점",
        "거래메모",
    ],
    ["1", "2024/07/08 13:22:11", "0원", "18,000원", "118,000원", "타행이체", "위메프", "본점", ""],
    ["2", "2024/07/09 09:00:00", "30,000원", "0원", "88,000원", "체크", "홍길동", "본점", ""],
    ["3", "2024/07/10 10:00:00", "0원", "5원", "88,005원", "이자", "", "본점", ""],
    ["합계", "", "30,000원", "18,005원", "", "", "", "", ""],
]
LAYOUTS["ibk.xlsx"] = [
    ["거래내역조회_입출식 예금"],
    [
        "순번",
        "거래일시",
        "출금",
        "입금",
        "거래후 잔액",
        "거래내용",
        "상대계좌번호",
        "상대은행",
        "메모",
        "거래구분",
        "수표어음금액",
        "CMS코드",
        "상대계좌예금주명",
    ],
    [
        1,
        datetime(2024, 7, 8, 13, 22, 11),
        0,
        18000,
        118000,
        "위메프",
        "333-00-0000000",
        "하나",
        "",
        "전자금융",
        0,
        "",
        "위메프",
    ],
    [2, datetime(2024, 7, 9, 9, 0, 0), 30000, 0, 88000, "홍길동", "", "", "", "체크", 0, "", ""],
    [3, datetime(2024, 7, 10, 10, 0, 0), 0, 5, 88005, "이자", "", "", "", "이자", 0, "", ""],
    ["합계", "", 30000, 18005, "", "", "", "", "", "", "", "", ""],
]
LAYOUTS["kakao.xlsx"] = [
    ["", "카카오뱅크 거래내역"],
    ["", "성명", "홍길동", "", "계좌번호", "3333-00-0000000"],
    ["", "조회기간", "2024.07.01 - 2024.07.31"],
    [],
    ["", "거래일시", "구분", "거래금액", "거래 후 잔액", "거래구분", "내용", "메모"],
    ["", "2024.07.08 13:22:11", "입금", "18,000", "118,000", "일반입금", "위메프", ""],
    ["", "2024.07.09 09:00:00", "출금", "-30,000", "88,000", "체크카드결제", "홍길동", ""],
    ["", "2024.07.10 10:00:00", "입금", "5", "88,005", "예금이자", "", ""],
]
LAYOUTS["toss.xlsx"] = [
    ["토스뱅크 거래내역"],
    ["성명", "홍길동"],
    ["조회기간", "2024.07.01 ~ 2024.07.31"],
    [],
    ["거래 일시", "적요", "거래 유형", "거래 기관", "계좌번호", "거래 금액", "거래 후 잔액", "메모"],
    ["2024.07.08 13:22:11", "위메프", "입금", "하나은행", "333-00-0000000", "18,000", "118,000", ""],
    ["2024.07.08 14:00:00", "홍길동", "이체", "국민은행", "444-00-0000000", "-18,000", "100,000", ""],
    ["2024.07.09 09:00:00", "편의점", "체크카드결제", "", "", "-12,000", "88,000", ""],
    ["2024.07.10 10:00:00", "토스뱅크", "이자입금", "", "", "5", "88,005", ""],
]
LAYOUTS["nts.csv"] = [
    ["거래일자", "거래시각", "입금액", "출금액", "잔액", "거래처", "적요"],
    ["20240708", "132211", "18000", "0", "118000", "위메프", "정산"],
    ["20240709", "090000", "0", "30000", "88000", "홍길동", "카드"],
    ["20240710", "100000", "5", "0", "88005", "", "이자"],
]
LAYOUTS["kbank.csv"] = [
    ["케이뱅크 거래내역"],
    ["거래일시", "거래구분", "입금금액", "출금금액", "잔액", "상대 예금주명", "적요내용", "메모"],
    ["2024.07.08 13:22:11", "타행입금", "18,000", "0", "118,000", "위메프", "위메프", ""],
    ["2024.07.09 09:00:00", "체크카드", "0", "30,000", "88,000", "", "편의점", ""],
    ["2024.07.10 10:00:00", "이자", "5", "0", "88,005", "", "이자", ""],
]
LAYOUTS["mg.xlsx"] = [
    ["새마을금고"],
    ["거래일", "거래시간", "거래내용", "지급금액", "입금금액", "거래후잔액", "적요", "취급점"],
    ["2024-07-08", "13:22", "위메프", "", "18,000", "118,000", "대체", "본점"],
    ["2024-07-09", "09:00", "홍길동", "30,000", "", "88,000", "카드", "본점"],
    ["2024-07-10", "10:00", "이자", "", "5", "88,005", "이자", "본점"],
    ["합계 3건", "", "", "30,000", "18,005", "", "", ""],
]
LAYOUTS["post.csv"] = [
    ["우체국 예금 거래내역"],
    ["일자", "구분", "지급금액", "예입금액", "현재잔액", "내용", "취급국"],
    ["2024-07-08", "입금", "", "18,000", "118,000", "위메프", "강남"],
    ["2024-07-09", "출금", "30,000", "", "88,000", "홍길동", "강남"],
    ["2024-07-10", "입금", "", "5", "88,005", "이자", "강남"],
]


def written(folder: Path, name: str, table: Sequence[Sequence[Any]]) -> Path:
    if name.endswith(".xlsx"):
        return corpus.save(folder, name, corpus.xlsx(table))
    cells = [["" if cell is None else cell for cell in row] for row in table]
    if name.endswith(".xls"):
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
        return corpus.save(folder, name, f"<html><body><table>{rows}</table></body></html>".encode("cp949"))
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    encoding = "utf-8-sig" if name in ("nts.csv", "kbank.csv") else "cp949"
    return corpus.save(folder, name, text.getvalue().encode(encoding))


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_money_of_each_layout_is_right(migrator: ExcelMigrator, tmp_path: Path, name: str) -> None:
    place = written(tmp_path, name, LAYOUTS[name])
    assert migrator.inspect(place).kind is ExportKind.BANK_STATEMENT, "nobody has to say what it is"
    found = migrator.bank_statement(place)
    transfers = found.statement.transfers
    assert [(one.received_on, one.amount, one.balance) for one in transfers] == [
        (date(2024, 7, 8), 18_000, 118_000),
        (date(2024, 7, 10), 5, 88_005),
    ]
    assert found.refused == 0
    assert found.rows == len(transfers) + found.outgoing
    assert found.problems == ()
    times = {"post.csv": None, "mg.xlsx": datetime(2024, 7, 8, 13, 22, tzinfo=KST)}
    assert transfers[0].received_at == times.get(name, datetime(2024, 7, 8, 13, 22, 11, tzinfo=KST))
    said = [transfers[0].memo, transfers[0].payer]
    assert any(text and "위메프" in text for text in said), "who paid is known, wherever the bank writes it"


def test_a_withdrawal_with_a_minus_takes_no_deposit_back(migrator: ExcelMigrator, tmp_path: Path) -> None:
    found = migrator.bank_statement(written(tmp_path, "toss.xlsx", LAYOUTS["toss.xlsx"]))
    assert (len(found.statement.transfers), found.outgoing) == (2, 2)
    undone = [row[:] for row in LAYOUTS["toss.xlsx"]]
    undone[6][1:3] = ["입금취소", "취소"]
    found = migrator.bank_statement(written(tmp_path, "toss.xlsx", undone))
    assert [one.amount for one in found.statement.transfers] == [18_000, -18_000, 5]


@pytest.mark.parametrize("title", ["거래유형", "거래구분", "구분"])
def test_a_kind_that_speaks_of_sending_takes_no_deposit(
    migrator: ExcelMigrator, tmp_path: Path, title: str
) -> None:
    """In a column of deposits 송금, 이자지급 and 정산지급 came in, whatever their words are."""
    table: list[list[Any]] = [["거래일시", title, "출금액", "입금액", "거래후잔액"]]
    for day, (kind, amount) in enumerate((("타행송금", 18_000), ("이자지급", 5), ("정산지급", 700)), 1):
        table.append([f"2024-07-0{day} 10:00:00", kind, 0, amount, 100_000])
    table.append(["2024-07-09 10:00:00", "출금", 30_000, 0, 70_000])
    found = migrator.bank_statement(written(tmp_path, "kinds.xlsx", table))
    assert [one.amount for one in found.statement.transfers] == [18_000, 5, 700]
    assert (found.outgoing, found.refused) == (1, 0)


def test_one_column_for_both_directions_keeps_withdrawals_apart(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    table = [["거래일시", "내용", "입금/출금액", "거래후잔액"]]
    table += [["2024-07-08 13:22:11", "위메프", "18,000", "118,000"]]
    table += [["2024-07-09 09:00:00", "홍길동", "-18,000", "100,000"]]
    found = migrator.bank_statement(written(tmp_path, "both.csv", table))
    assert ([one.amount for one in found.statement.transfers], found.outgoing) == ([18_000], 1)


def test_a_payer_whose_name_ends_like_a_total_is_no_total(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [
        ["거래일시", "입금자명", "입금액"],
        ["2024-07-08", "위메프", "5"],
        ["2024-13-45", "Benjamin", "50,000"],
    ]
    found = migrator.bank_statement(written(tmp_path, "name.csv", table))
    assert (found.rows, found.refused) == (2, 1), "its day cannot be read, and nobody may lose it"


def test_a_column_of_other_peoples_accounts_is_not_the_statements_own(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    place = written(tmp_path, "toss.xlsx", LAYOUTS["toss.xlsx"])
    found = migrator.bank_statement(place, account_number="1000-0000-0000")
    assert found.statement.account_number is None
    assert {one.account_number for one in found.statement.transfers} == {None}
    own = [["거래일시", "계좌번호", "적요", "출금액", "입금액", "거래후잔액"]]
    own += [[f"2024-07-0{day} 10:00:00", "110-000-000000", "정산", 0, 5, 5 * day] for day in (1, 2)]
    place = written(tmp_path, "own.xlsx", own)
    assert migrator.bank_statement(place).statement.account_number == "110-000-000000"
    with pytest.raises(WrongAccountError):
        migrator.bank_statement(place, account_number="1000-0000-0000")
