"""An operator's matches: kept, audited, used by the next run and the dossier, and taken back."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
from kit import config
from test_sources import BANK, SETTLEMENT, settled, sheet

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.config import Business
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.policy import AllocationRule, MatchFault, OperatorMatch
from wemakeprice_sdk.runner import BackOffice

AS_OF = datetime(2026, 1, 6, 9, 0, tzinfo=KST)
MATCH = OperatorMatch(
    transfer="주거래/2024-07-08/18000/1", payable="shop/2024-07-14", by="김운영", reason="통장 적요"
)


def office(ledger: SqlLedger, account: str = "shop") -> BackOffice:
    return BackOffice(ledger, config(seller_id=account), worker="office", clock=ManualClock(AS_OF))


def filled(ledger: SqlLedger, folder: Path, account: str = "shop") -> BackOffice:
    """Two pay-outs of one amount and one transfer: without a word it is for the older."""
    desk = office(ledger, account)
    rows = [settled(100), settled(110, 정산예정일="2024-07-14", 배송완료일="2024-05-12")]
    desk.import_source(sheet(folder / "정산.xlsx", SETTLEMENT, rows))
    bank = [["2024-07-08 10:23:11", "정산", "위메프", 0, 18_000, 118_000]]
    desk.import_source(
        sheet(folder / "통장.xlsx", ["조회기간 : 2024-06-01 ~ 2025-12-31"], [BANK, *bank]), bank="주거래"
    )
    return desk


def owed(desk: BackOffice) -> list[int]:
    result = desk.settlement().reconciliation
    assert result is not None
    return [total.owed for total in result.payouts]


def test_a_match_is_used_from_then_on_and_audited_once(ledger: SqlLedger, tmp_path: Path) -> None:
    desk = filled(ledger, tmp_path)
    assert owed(desk) == [0, 18_000]
    for _ in range(2):
        desk.put_match(MATCH)
    assert office(ledger).matches() == (MATCH,)
    result = office(ledger).settlement().reconciliation
    assert result is not None
    assert [total.owed for total in result.payouts] == [18_000, 0]
    (use,) = result.transfers[0].uses
    assert (use.rule, use.by, use.reason) == (AllocationRule.OPERATOR, "김운영", "통장 적요")
    lines = [line for line in ledger.audit("shop") if "match" in line.action]
    assert [(line.actor, line.action, line.target, line.at) for line in lines] == [
        ("김운영", "match_transfer", f"{MATCH.transfer} -> {MATCH.payable}", AS_OF)
    ]
    assert "통장 적요" in lines[0].detail
    desk.dossier(tmp_path / "out", as_of=AS_OF)
    with (tmp_path / "out/data/transfers.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["used_for"] == "shop/2024-07-14 18000 (operator)"


def test_taken_back_it_counts_no_more_and_the_trail_says_who(ledger: SqlLedger, tmp_path: Path) -> None:
    desk = filled(ledger, tmp_path)
    desk.put_match(MATCH)
    assert desk.take_back_match(MATCH.transfer, MATCH.payable, by="박운영", reason="다른 입금")
    assert not desk.take_back_match(MATCH.transfer, MATCH.payable, by="박운영")
    assert (desk.matches(), owed(desk)) == ((), [0, 18_000])
    lines = [(line.actor, line.action) for line in ledger.audit("shop") if "match" in line.action]
    assert lines == [("김운영", "match_transfer"), ("박운영", "take_back_match")]
    assert verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok
    desk.put_match(MATCH)
    assert desk.matches() == (MATCH,)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"transfer": "주거래/2024-07-08/1/1"}, "matches.transfer"),
        ({"payable": "shop/2024-07-15"}, "matches.payable"),
        ({"amount": 18_001}, f"matches[{MATCH.transfer}].amount"),
    ],
)
def test_what_fits_nothing_is_refused_and_not_kept(
    ledger: SqlLedger, tmp_path: Path, changes: dict[str, object], path: str
) -> None:
    desk = filled(ledger, tmp_path)
    values = {"transfer": MATCH.transfer, "payable": MATCH.payable, "by": "김운영", **changes}
    with pytest.raises(ValidationError) as caught:
        desk.put_match(OperatorMatch(**values))  # type: ignore[arg-type]
    assert [found.path for found in caught.value.violations] == [path]
    assert desk.matches() == ()
    assert [line for line in ledger.audit("shop") if "match" in line.action] == []


def test_one_that_fits_no_more_is_named_and_stops_nothing(ledger: SqlLedger, tmp_path: Path) -> None:
    desk = filled(ledger, tmp_path)
    desk.put_match(MATCH)
    corrected = settled(120, 정산예정일="2024-07-14", 배송완료일="2024-05-13", 구분="환불", 수량=-2,
                        판매대행수수료=-1500, 제휴수수료=-100, 판매자쿠폰=-400)  # fmt: skip
    desk.import_source(sheet(tmp_path / "정정.xlsx", SETTLEMENT, [corrected]))
    exact = OperatorMatch(transfer=MATCH.transfer, payable=MATCH.payable, by="김운영", amount=18_000)
    with pytest.raises(ValidationError, match="more won"):
        desk.put_match(exact)
    result = desk.settlement().reconciliation
    assert result is not None
    assert [(one.match, one.fault) for one in result.unfit_matches] == [(MATCH, MatchFault.TOO_MUCH)]
    desk.dossier(tmp_path / "out", as_of=AS_OF)
    with (tmp_path / "out/data/missing.csv").open(encoding="utf-8-sig", newline="") as file:
        assert "match-more-than-both-have" in {row["what"] for row in csv.DictReader(file)}


def test_a_match_for_another_account_counts_for_the_business(ledger: SqlLedger, tmp_path: Path) -> None:
    desk = filled(ledger, tmp_path)
    other = office(ledger, "other")
    other.import_source(sheet(tmp_path / "b.xlsx", SETTLEMENT, [settled(200)]))
    desk.put_match(OperatorMatch(transfer=MATCH.transfer, payable="other/2024-07-07", by="김운영"))
    assert owed(desk) == [0, 18_000], "alone, the account knows nothing of the other"
    business = Business("123-45-67891", ("shop", "other"))
    desk.dossier(tmp_path / "out", as_of=AS_OF, business=business, others=[other])
    with (tmp_path / "out/data/payouts.csv").open(encoding="utf-8-sig", newline="") as file:
        found = {(row["account"], row["payout_day"]): int(row["owed"]) for row in csv.DictReader(file)}
    assert found == {
        ("shop", "2024-07-07"): 18_000,
        ("shop", "2024-07-14"): 18_000,
        ("other", "2024-07-07"): 0,
    }
