"""Interest: off unless asked for, each line with what it takes to redo it by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.config import Business
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models import SettlementLineKind, SettlementOrderLine
from wemakeprice_sdk.policy import (
    BankRecords,
    InterestTerms,
    SettlementFacts,
    interest,
    reconcile,
    reconcile_business,
)

DUE = date(2024, 7, 7)
BEFORE_BANKRUPTCY = date(2025, 11, 9)


def facts(price: int = 1_000_003, **more: Any) -> SettlementFacts:
    row = SettlementOrderLine(
        basic_dt=date(2024, 5, 1),
        gubun=SettlementLineKind.DELIVERED,
        bundle_no=1,
        order_opt_no=10,
        prod_sale_amt=price,
        complete_qty=1,
        settle_pre_dt=DUE,
    )
    return SettlementFacts(order_lines=[row], **more)


def test_interest_is_off_unless_it_is_asked_for() -> None:
    assert interest(reconcile("shop", facts(received={}), BEFORE_BANKRUPTCY), None) == ()


def test_a_line_says_formula_and_days() -> None:
    result = reconcile("shop", facts(received={DUE: 3}), BEFORE_BANKRUPTCY)
    (line,) = interest(result, InterestTerms.commercial(BEFORE_BANKRUPTCY))
    assert (line.principal, line.first, line.until, line.days) == (
        1_000_000, date(2024, 7, 8), BEFORE_BANKRUPTCY, 490,
    )  # fmt: skip
    assert (line.formula, line.amount) == ("floor(1000000 × 6% × 490 / 365)", 80_547)
    assert ("상법 제54조" in line.basis, line.disputed) == (True, False)


def test_nothing_is_counted_before_the_day_after_the_due_day() -> None:
    result = reconcile("shop", facts(received={}), DUE)
    for until, days in ((DUE - timedelta(days=3), 0), (DUE, 0), (DUE + timedelta(days=1), 1)):
        (line,) = interest(result, InterestTerms.commercial(until))
        assert (line.days, line.amount) == (days, 1_000_003 * 6 * days // 36_500)


def test_the_higher_rate_is_listed_only_as_disputed() -> None:
    assert InterestTerms.large_retail(DUE).disputed
    with pytest.raises(ConfigError, match="disputed"):
        InterestTerms(rate="15.50", until=DUE, basis="고시")


@pytest.mark.parametrize("rate", [6.0, 0, -1, 101, "six", Decimal("NaN"), True, None])
def test_a_rate_is_exact(rate: Any) -> None:
    with pytest.raises(ConfigError, match="rate"):
        InterestTerms(rate=rate, until=DUE, basis="계약서")


def test_what_is_tied_between_accounts_is_one_line_of_the_business() -> None:
    business = Business("123-45-67891", ("one", "two"))
    bank = BankRecords.by_day({DUE: 6})
    result = reconcile_business(business, {"one": facts(), "two": facts()}, BEFORE_BANKRUPTCY, bank=bank)
    (line,) = interest(result, InterestTerms.commercial(BEFORE_BANKRUPTCY))
    assert (line.account, line.principal) == ("1234567891", 2_000_000)
    assert result.sums.owed == line.principal


@given(st.integers(1, 10**12), st.integers(0, 4_000), st.decimals("0.01", "100", places=2))
def test_interest_is_the_whole_won_below_the_exact_value(principal: int, days: int, rate: Decimal) -> None:
    terms = InterestTerms(rate=rate, until=DUE + timedelta(days=days), basis="계약서", disputed=True)
    assert terms.amount(principal, DUE) == principal * int(rate * 100) * days // 3_650_000
