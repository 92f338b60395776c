"""Terms of an account: fees by rule, and dates for orders that have none."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from wemakeprice_sdk.clock import KST, KoreanBusinessCalendar
from wemakeprice_sdk.config import PayoutShift, SettlementCycle
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimOption,
    ClaimProduct,
    ClaimStatus,
    ClaimType,
    Delivery,
    OrderOption,
    OrderProduct,
    Prepayment,
    SettlementLineKind,
    SettlementOrderLine,
    ShipStatus,
)
from wemakeprice_sdk.policy import (
    CommissionRule,
    CommissionRules,
    DatingSource,
    DeliveryDating,
    ReconciledRow,
    SettlementFacts,
    SettlementStatus,
    SettlementTerms,
    WonRounding,
    reconcile,
)

PAID = datetime(2024, 5, 1, 9, tzinfo=KST)
AS_OF = date(2024, 12, 31)


def rule(**more: Any) -> CommissionRule:
    values = {"rate": "12.5", "basis": "계약서 3조", **more}
    if "amount" in more:
        del values["rate"]
    return CommissionRule(**values)


def rules(*given: CommissionRule, **more: Any) -> SettlementTerms:
    return SettlementTerms(commission=CommissionRules(rules=given, **more))


def bundle(status: ShipStatus | None = None, **more: Any) -> Bundle:
    option = OrderOption(order_option_no=10, option_qty=3)
    product = OrderProduct(
        order_no=100, product_no=7, product_price=1_003, product_qty=3, order_option=(option,)
    )
    values = {
        "delivery": None if status is None else Delivery(ship_status=status),
        "pay_date": PAID,
        "order_product": (product,),
        **more,
    }
    return Bundle(bundle_no=1, purchase_no=1, **values)


def settled(fee: int, quantity: int = 3, **more: Any) -> SettlementOrderLine:
    kind = SettlementLineKind.DELIVERED if quantity > 0 else SettlementLineKind.REFUNDED
    values: dict[str, Any] = {"basic_dt": date(2024, 5, 3), **more}
    return SettlementOrderLine(
        gubun=kind,
        bundle_no=1,
        order_opt_no=10,
        prod_no=7,
        prod_sale_amt=1_003,
        complete_qty=quantity,
        sale_agency_fee=fee,
        **values,
    )


def of(status: SettlementStatus, facts: SettlementFacts, terms: SettlementTerms) -> list[ReconciledRow]:
    return list(reconcile("shop", facts, AS_OF, terms=terms).of(status))


@pytest.mark.parametrize(
    ("rounding", "fee"), [(WonRounding.DOWN, 376), (WonRounding.HALF_UP, 376), (WonRounding.UP, 377)]
)
def test_a_rate_is_rounded_as_the_rule_says_and_a_refund_like_its_sale(
    rounding: WonRounding, fee: int
) -> None:
    assert rule(rounding=rounding).fee(3_009, 3) == fee  # 376.125
    assert rule(rounding=rounding).fee(-3_009, -3) == -fee
    assert rule(rate=50, rounding=rounding).fee(1, 1) == (0 if rounding is WonRounding.DOWN else 1)


def test_an_amount_is_for_each_piece() -> None:
    assert (rule(amount=300).fee(3_009, 3), rule(amount=300).fee(-1_003, -1)) == (900, -300)
    assert rule(amount=300).fee(-2_006, 2) == -600, "a refund may say its pieces without a sign"


def test_the_fee_of_an_order_without_a_row_is_expected_by_rule() -> None:
    facts = SettlementFacts(bundles=[bundle(ship_complete_date=PAID)])
    (row,) = of(SettlementStatus.NO_DUE_DAY, facts, rules(rule()))
    assert (row.expected, row.fee, row.fee_basis) == (3_009 - 376, 376, "계약서 3조")
    (row,) = of(SettlementStatus.NO_DUE_DAY, facts, SettlementTerms())
    assert (row.expected, row.fee, row.fee_basis) == (3_009, None, "")


def test_product_goes_before_category_and_that_before_everything() -> None:
    every, category, product = rule(), rule(category="도서", rate=5), rule(product_no=7, rate=1)
    found = CommissionRules(rules=(every, category, product), categories={7: "도서", 8: "도서"})
    assert [found.rule_for(number, None) for number in (7, 8, 9, None)] == [product, category, every, every]


def test_a_rule_holds_within_its_period_only() -> None:
    first, second = rule(last=date(2024, 5, 31)), rule(first=date(2024, 6, 1), rate=10)
    found = CommissionRules(rules=(first, second))
    assert found.rule_for(7, date(2024, 5, 31)) is first
    assert found.rule_for(7, date(2024, 6, 1)) is second
    assert found.rule_for(7, None) is None, "an unknown day is in no period"


def test_the_fee_by_rule_is_that_of_the_product_the_day_and_the_pieces() -> None:
    given = (rule(product_no=7, amount=10, first=date(2024, 5, 3), last=date(2024, 5, 3)), rule(amount=1))
    for day, fee in ((date(2024, 5, 3), 30), (date(2024, 5, 4), 3)):
        facts = SettlementFacts(bundles=[bundle()], order_lines=[settled(100, basic_dt=day)])
        (row,) = of(SettlementStatus.COMMISSION_DIFFERS, facts, rules(*given))
        assert (row.expected, row.fee, row.sales_day) == (100 - fee, fee, day)


def test_a_fee_that_is_not_the_one_by_rule_is_a_status_of_its_own() -> None:
    for charged, quantity, difference in ((400, 3, 24), (370, 3, -6), (-400, -3, -24)):
        facts = SettlementFacts(
            bundles=[bundle()], order_lines=[settled(charged, quantity, order_no=100, claim_no=5)]
        )
        result = reconcile("shop", facts, AS_OF, terms=rules(rule()))
        (row,) = result.of(SettlementStatus.COMMISSION_DIFFERS)
        assert (row.expected, row.settled, row.fee) == (difference, 0, 376 if quantity > 0 else -376)
        assert result.sums.fee_difference == difference
        assert (row.subject, row.reason, row.fee_basis) == ("commission", "fee-by-rule-differs", "계약서 3조")
        assert (row.bundle_no, row.order_no, row.order_option_no, row.claim_no) == (1, 100, 10, 5)
        assert row.sales_day == date(2024, 5, 3)
    same = SettlementFacts(bundles=[bundle()], order_lines=[settled(376), settled(0, 0)])
    assert of(SettlementStatus.COMMISSION_DIFFERS, same, rules(rule())) == []


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"rate": 12.5}, "rate"),
        ({"rate": "twelve"}, "rate"),
        ({"rate": Decimal("NaN")}, "rate"),
        ({"rate": True}, "rate"),
        ({"rate": 101}, "rate"),
        ({"amount": 300, "rate": 5}, "rate"),
        ({"rate": None}, "rate"),
        ({"basis": ""}, "basis"),
        ({"category": "도서", "product_no": 7}, "category"),
        ({"first": date(2024, 6, 1), "last": date(2024, 5, 1)}, "last"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        CommissionRule(**{"rate": "12.5", "basis": "계약서", **wrong})
    assert path in {one.path for one in caught.value.violations}


def test_two_rules_for_one_day_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"rules\[1\]"):
        CommissionRules(rules=(rule(last=date(2024, 5, 31)), rule(first=date(2024, 5, 31))))


DATING = DeliveryDating(DatingSource.PAY_DATE, 5, "평균 배송 기간")


def test_a_dating_policy_is_named_on_the_row() -> None:
    facts = SettlementFacts(bundles=[bundle(ship_price=2_500, prepayment=Prepayment.PREPAID)])
    terms = SettlementTerms(dating=DATING, cycle=SettlementCycle.general())
    rows = of(SettlementStatus.MISSING, facts, terms)
    assert [(row.subject, row.sales_day, row.payout_day, row.dated_by) for row in rows] == [
        ("product", date(2024, 5, 6), date(2024, 7, 7), "pay_date+5"),
        ("shipping", date(2024, 5, 6), date(2024, 7, 7), "pay_date+5"),
    ]
    known = SettlementFacts(bundles=[bundle(ship_complete_date=PAID)])
    (row,) = of(SettlementStatus.MISSING, known, terms)
    assert (row.sales_day, row.dated_by) == (PAID.date(), "")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ShipStatus.NEW, "not-shipped"),
        (ShipStatus.CONFIRM, "not-shipped"),
        (ShipStatus.DELIVERY, "not-delivered"),
        (ShipStatus.COMPLETE, "no-delivery-date"),
        (None, "no-delivery-date"),
    ],
)
def test_an_order_without_a_date_says_why(status: ShipStatus | None, reason: str) -> None:
    facts = SettlementFacts(bundles=[bundle(status)])
    (row,) = of(SettlementStatus.NO_DELIVERY_DATE, facts, SettlementTerms())
    assert (row.reason, row.expected) == (reason, 3_009)
    dated = of(SettlementStatus.NO_DELIVERY_DATE, facts, SettlementTerms(dating=DATING))
    assert [one.reason for one in dated] == ([reason] if reason == "not-shipped" else [])


@pytest.mark.parametrize(
    ("status", "claimed", "kind", "state", "reason", "owed"),
    [
        (ShipStatus.CONFIRM, 3, ClaimType.CANCEL, ClaimStatus.APPROVE, "cancelled-unsent", 0),
        (ShipStatus.CONFIRM, 2, ClaimType.CANCEL, ClaimStatus.APPROVE, "not-shipped", 3_009),
        (ShipStatus.CONFIRM, 3, ClaimType.CANCEL, ClaimStatus.REQUEST, "not-shipped", 3_009),
        (ShipStatus.CONFIRM, 3, ClaimType.EXCHANGE, ClaimStatus.APPROVE, "not-shipped", 3_009),
        (ShipStatus.DELIVERY, 3, ClaimType.CANCEL, ClaimStatus.APPROVE, "not-delivered", 3_009),
    ],
)
def test_what_was_cancelled_before_it_was_sent_is_named_and_owed_nothing(
    status: ShipStatus, claimed: int, kind: ClaimType, state: ClaimStatus, reason: str, owed: int
) -> None:
    sold = evolve(bundle(status), ship_price=2_500, prepayment=Prepayment.PREPAID)
    (line,) = sold.lines
    option = ClaimOption(order_option_no=line.key, option_qty=claimed)
    cancel = Claim(
        claim_bundle_no=1,
        bundle_no=sold.bundle_no,
        claim_type=kind,
        claim_status=state,
        order_product=(ClaimProduct(order_no=line.product.order_no, order_option=(option,)),),
    )
    facts = SettlementFacts(bundles=[sold], claims=[cancel])
    result = reconcile("shop", facts, AS_OF)
    rows = {row.subject: (row.reason, row.expected) for row in result.rows}
    assert rows["product"] == (reason, owed)
    assert rows["shipping"] == (reason, 2_500 if owed else 0)
    assert result.sums.undated == sum(row.expected or 0 for row in result.rows)


def test_a_cycle_that_moves_days_off_needs_a_calendar() -> None:
    cycle = evolve(SettlementCycle.general(), shift=PayoutShift.NEXT)
    with pytest.raises(ConfigError, match="calendar"):
        SettlementTerms(cycle=cycle)
    terms = SettlementTerms(cycle=cycle, calendar=KoreanBusinessCalendar())
    assert terms.due_day(date(2024, 5, 3)) == date(2024, 7, 8), "7 July 2024 is a Sunday"
