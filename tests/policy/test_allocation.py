"""Money that arrived: every won has one place, by an operator, a reference, an exact amount, or the oldest."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from wemakeprice_sdk.config import Business
from wemakeprice_sdk.errors import ConfigError, ValidationError
from wemakeprice_sdk.models import BankTransfer
from wemakeprice_sdk.policy import (
    Allocation,
    AllocationRule,
    AllocationSettings,
    OpenTie,
    OperatorMatch,
    Payable,
    SettlementStatus,
    TransferOutcome,
    allocate,
)

FRIDAY = date(2024, 6, 7)
LATER = date(2024, 12, 31)
BOTH = Business("123-45-67891", ("a", "b"))


def due(amount: int, weeks: int = 0, account: str = "a", **more: Any) -> Payable:
    return Payable(account=account, day=FRIDAY + timedelta(weeks=weeks), amount=amount, **more)


def came(amount: int, days: int = 0, **more: Any) -> BankTransfer:
    return BankTransfer(received_on=FRIDAY + timedelta(days=days), amount=amount, **more)


def of(payables: list[Payable], transfers: list[BankTransfer], **more: Any) -> Allocation:
    values: dict[str, Any] = {"owner": "a", **more}
    found = allocate(payables, transfers, LATER, **values)
    for state in found.payables:
        assert state.payable.amount == state.paid + state.owed + state.ahead + state.open_tie
    for one in found.transfers:
        if one.transfer.amount > 0 and one.outcome is not TransferOutcome.REVERSED:
            assert one.transfer.amount == sum(use.amount for use in one.uses) + one.tied + one.unexplained
    again = allocate(reversed(payables), reversed(transfers), LATER, **values)
    assert again == found, "the order of the input means nothing"
    return found


def said(found: Allocation) -> list[tuple[str, int, int]]:
    return [(one.status.value, one.paid, one.owed) for one in found.payables]


def outcomes(found: Allocation) -> list[tuple[str, int]]:
    return [(one.outcome.value, one.unexplained) for one in found.transfers]


def test_one_won_short_leaves_one_won_owed() -> None:
    assert said(of([due(18_400)], [came(18_399)])) == [("short-paid", 18_399, 1)]


def test_money_of_others_is_not_taken_where_the_payer_is_known() -> None:
    known = AllocationSettings(payers=("위메프", "WMP 정산"))
    for said_by in ({"payer": "(주)위메프"}, {"memo": "wmp정산"}, {"reference": "6월 위 메 프"}):
        assert said(of([due(100)], [came(100, **said_by)], settings=known)) == [("paid", 100, 0)]
    for other in ({"payer": "홍길동"}, {}):
        assert said(of([due(100)], [came(100, **other)], settings=known)) == [("missing", 0, 100)]


def test_money_after_the_due_day_is_late_within_the_window_and_unexplained_beyond_it() -> None:
    late = of([due(100)], [came(100, 30)])
    assert (said(late), late.payables[0].uses[0].days_late) == ([("late", 100, 0)], 30)
    beyond = of([due(100)], [came(100, 91)])
    assert (said(beyond), outcomes(beyond)) == ([("missing", 0, 100)], [("unexplained", 100)])
    wide = of([due(100)], [came(100, 91)], settings=AllocationSettings(late_days=200, on_time_days=91))
    assert said(wide) == [("paid", 100, 0)]


def test_an_exact_amount_goes_before_the_oldest_due() -> None:
    found = of([due(100), due(250, 1)], [came(250, 7)])
    assert said(found) == [("missing", 0, 100), ("paid", 250, 0)]
    assert found.payables[1].uses[0].rule is AllocationRule.EXACT


def test_of_equal_pay_outs_the_one_of_the_day_is_taken_else_the_oldest_and_the_others_are_named() -> None:
    weekly = [due(100), due(100, 1), due(100, 2)]
    assert said(of(weekly, [came(100, 14)])) == [
        ("missing", 0, 100), ("missing", 0, 100), ("paid", 100, 0),
    ]  # fmt: skip
    found = of(weekly, [came(100, 17)])
    assert said(found)[0] == ("late", 100, 0)
    assert found.payables[0].uses[0].rivals == ("a/2024-06-14", "a/2024-06-21")


def test_a_reference_goes_before_an_exact_amount() -> None:
    found = of([due(100), due(100, 1)], [came(100, 0, memo="정산 20240614")])
    assert said(found) == [("missing", 0, 100), ("paid", 100, 0)]
    named = of([due(100), due(100, 1, references=("S-2",))], [came(100, 0, reference="S-2")])
    assert said(named) == said(found)
    assert named.payables[1].uses[0].rule is AllocationRule.REFERENCE
    other = of([due(100), due(100, 1, references=("S-2",))], [came(100, 0, reference="S-20")])
    assert said(other)[0] == ("paid", 100, 0), "a longer text is another reference"


def test_an_operator_overrides_every_rule_and_is_recorded() -> None:
    match = OperatorMatch(transfer="bank/2024-06-07/100/1", payable="a/2024-06-14", by="kim", reason="통화")
    found = of([due(100), due(100, 1)], [came(100)], matches=[match])
    assert said(found) == [("missing", 0, 100), ("paid", 100, 0)]
    (use,) = found.payables[1].uses
    assert (use.rule, use.by, use.reason) == (AllocationRule.OPERATOR, "kim", "통화")


@pytest.mark.parametrize(
    ("match", "path"),
    [
        ({"transfer": "bank/2024-06-08/100/1"}, "matches.transfer"),
        ({"payable": "a/2024-06-15"}, "matches.payable"),
        ({"amount": 101}, "matches[bank/2024-06-07/100/1].amount"),
    ],
)
def test_a_match_that_cannot_be_is_refused_by_name(match: dict[str, Any], path: str) -> None:
    values = {"transfer": "bank/2024-06-07/100/1", "payable": "a/2024-06-07", "by": "kim", **match}
    with pytest.raises(ValidationError) as caught:
        allocate([due(200)], [came(100)], LATER, owner="a", matches=[OperatorMatch(**values)])
    assert [one.path for one in caught.value.violations] == [path]


def test_a_pay_out_may_come_in_parts_and_one_transfer_may_pay_several() -> None:
    split = of([due(300)], [came(100), came(200)])
    assert said(split) == [("paid", 300, 0)]
    assert len(split.payables[0].transfers) == 2
    several = of([due(100), due(200, 1), due(50, 2)], [came(300, 8)])
    assert said(several) == [("late", 100, 0), ("late", 200, 0), ("missing", 0, 50)]
    assert {use.rule for use in several.transfers[0].uses} == {AllocationRule.EXACT}
    older = of([due(150), due(300, 1)], [came(100, 7), came(200, 7)])
    assert said(older) == [("missing", 0, 150), ("paid", 300, 0)], "what came on a day is that day's"


def test_more_than_was_due_is_over_and_money_for_nothing_is_unexplained() -> None:
    found = of([due(100)], [came(130), came(70, 200)])
    assert outcomes(found) == [("over", 30), ("unexplained", 70)]
    assert (found.payables[0].over, found.received, found.unexplained) == (30, 200, 100)


def test_a_transfer_serves_several_accounts_only_under_one_business_number() -> None:
    shared = of([due(100), due(200, 0, "b")], [came(300)], owner=BOTH)
    assert [one.status for one in shared.payables] == [SettlementStatus.PAID] * 2
    with pytest.raises(ValidationError, match=r"payables\.account=b"):
        allocate([due(100), due(200, 0, "b")], [came(300)], LATER, owner="a")
    with pytest.raises(ValidationError, match=r"transfers\.account=c"):
        allocate([due(100)], [came(300, account="c")], LATER, owner=BOTH)


def test_a_tie_between_accounts_is_named_and_stays_open_until_all_is_there() -> None:
    equal = [due(100), due(100, 0, "b")]
    tie = of(equal, [came(100)], owner=BOTH)
    assert [(one.status, one.open_tie, one.owed) for one in tie.payables] == [
        (SettlementStatus.UNEXPLAINED, 100, 0)
    ] * 2
    (transfer,) = tie.transfers
    assert (transfer.outcome, transfer.tied) == (TransferOutcome.TIED, 100)
    assert transfer.ties == (OpenTie(100, ("a/2024-06-07", "b/2024-06-07"), FRIDAY, True, False),)
    whole = of(equal, [came(100), came(100, 1)], owner=BOTH)
    assert sum(one.paid for one in whole.payables) == 200
    own = of(equal, [came(100, account="b")], owner=BOTH)
    assert said(own) == [("missing", 0, 100), ("paid", 100, 0)]
    match = OperatorMatch(transfer="bank/2024-06-07/100/1", payable="b/2024-06-07", by="kim")
    assert said(of(equal, [came(100)], owner=BOTH, matches=[match])) == said(own)


def test_a_negative_pay_out_is_taken_from_the_next_one() -> None:
    found = of([due(-300), due(1_000, 1)], [came(700, 7)])
    assert said(found) == [("paid", -300, 0), ("paid", 1_000, 0)]
    full = of([due(-300), due(1_000, 1)], [came(1_000, 7)])
    assert [(one.paid, one.ahead) for one in full.payables] == [(0, -300), (1_000, 0)]
    apart = of([due(-300), due(1_000, 1)], [came(700, 7)], settings=AllocationSettings(offset_negative=False))
    assert said(apart) == [("expected", 0, 0), ("short-paid", 700, 300)]


def test_a_deposit_that_was_taken_back_counts_for_nothing() -> None:
    found = of([due(100)], [came(100), came(-100, 1), came(-5, 2), came(0, 3)])
    assert said(found) == [("missing", 0, 100)]
    assert [one.outcome.value for one in found.transfers] == [
        "reversed", "reversed", "not-incoming", "not-incoming",
    ]  # fmt: skip
    assert found.received == 0


def test_what_only_orders_let_expect_comes_after_what_was_announced() -> None:
    found = of([due(100, announced=False), due(100, 1)], [came(100, 8), came(60, 9)])
    assert [(one.payable.announced, one.paid) for one in found.payables] == [(True, 100), (False, 60)]


def test_a_pay_out_that_is_ahead_is_expected_and_may_come_a_little_early() -> None:
    ahead = Payable(account="a", day=LATER + timedelta(days=2), amount=100)
    assert of([ahead], []).payables[0].status is SettlementStatus.EXPECTED
    early = BankTransfer(received_on=LATER, amount=100)
    assert of([ahead], [early]).payables[0].status is SettlementStatus.PAID


def test_the_same_fact_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="merge statements first"):
        allocate([due(100)], [came(100), came(100)], LATER, owner="a")


@pytest.mark.parametrize("wrong", [True, 1.0, Decimal(1), "1", None])
def test_money_is_whole_at_every_door(wrong: Any) -> None:
    for make in (
        lambda: Payable(account="a", day=FRIDAY, amount=wrong),
        lambda: BankTransfer(received_on=FRIDAY, amount=wrong),
    ):
        with pytest.raises(ValidationError, match="type int"):
            make()
    if wrong is not None:
        with pytest.raises(ValidationError, match="amount"):
            OperatorMatch(transfer="t", payable="p", by="kim", amount=wrong)


def test_no_person_and_no_account_number_is_shown() -> None:
    transfer = came(1, payer="홍길동", memo="홍길동 정산", account_number="110-123-456789", balance=77)
    assert "홍길동" not in repr(transfer)
    assert "123" not in repr(transfer)
    with pytest.raises(ValidationError, match="account number"):
        came(1, bank="110-123-456789")


@pytest.mark.parametrize("number", ["123-45-67890", "12345", "", "abc", None])
def test_a_business_number_has_its_check_digit(number: Any) -> None:
    with pytest.raises(ConfigError, match="number"):
        Business(number, ("a",))
