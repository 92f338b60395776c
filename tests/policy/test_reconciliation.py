"""Reconciliation: every won is paid, expected, missing or unexplained."""

from __future__ import annotations

import csv
import errno
import pickle
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import openpyxl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import Business, SettlementCycle
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models import (
    BankTransfer,
    Bundle,
    Claim,
    ClaimOption,
    ClaimProduct,
    ClaimStatus,
    ClaimType,
    OrderOption,
    OrderProduct,
    Prepayment,
    SettlementLineKind,
    SettlementOrderLine,
    SettlementShipLine,
    ShipType,
    total_payable,
)
from wemakeprice_sdk.policy import (
    AllocationSettings,
    BankRecords,
    OperatorMatch,
    PaymentBasis,
    Reconciliation,
    SettlementFacts,
    SettlementStatus,
    SettlementTerms,
    reconcile,
    reconcile_business,
)
from wemakeprice_sdk.policy.settlement.facts import OrderFacts, OrderRowFacts
from wemakeprice_sdk.policy.settlement.rows import order_breakdown
from wemakeprice_sdk.runner.export.tables import reconciliation_tables, safe_text, write_csv, write_xlsx
from wemakeprice_sdk.wire.converter import read

DAY = date(2026, 3, 4)
PAYOUT = date(2026, 3, 13)
LATER = date(2026, 3, 20)


def bundle(number: int = 1, *, delivered: bool = True, quantity: int = 2) -> Bundle:
    option = OrderOption(order_option_no=number * 10, option_qty=quantity)
    product = OrderProduct(
        order_no=number * 100, product_price=10_000, product_qty=quantity, order_option=(option,)
    )
    done = datetime(2026, 3, 4, 12, tzinfo=KST) if delivered else None
    return Bundle(bundle_no=number, purchase_no=number, ship_complete_date=done, order_product=(product,))


def line(
    number: int = 1,
    *,
    quantity: int = 2,
    kind: SettlementLineKind = SettlementLineKind.DELIVERED,
    **more: object,
) -> SettlementOrderLine:
    values: dict[str, object] = {
        "basic_dt": DAY,
        "gubun": kind,
        "bundle_no": number,
        "order_no": number * 100,
        "order_opt_no": number * 10,
        "prod_sale_amt": 10_000,
        "complete_qty": quantity,
        "sale_agency_fee": 800 * quantity,
        "settle_pre_dt": PAYOUT,
    }
    return SettlementOrderLine(**{**values, **more})  # type: ignore[arg-type]


def claim(number: int = 1, quantity: int = 2, kind: ClaimType = ClaimType.RETURN) -> Claim:
    option = ClaimOption(order_option_no=number * 10, option_qty=quantity)
    product = ClaimProduct(order_no=number * 100, order_option=(option,))
    return Claim(
        claim_bundle_no=number * 1000,
        bundle_no=number,
        claim_type=kind,
        claim_status=ClaimStatus.APPROVE,
        order_product=(product,),
    )


def one(
    facts: SettlementFacts, as_of: date = LATER, **more: object
) -> tuple[SettlementStatus, str, PaymentBasis]:
    (row,) = reconcile("shop", facts, as_of, **more).rows  # type: ignore[arg-type]
    return row.status, row.reason, row.basis


def test_a_row_is_expected_until_its_day_and_paid_by_schedule_after_it() -> None:
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),))
    assert one(facts, DAY) == (SettlementStatus.EXPECTED, "pay-out-ahead", PaymentBasis.SCHEDULE)
    assert one(facts, PAYOUT) == (SettlementStatus.PAID, "pay-out-day-passed", PaymentBasis.SCHEDULE)
    assert [row.paid for row in reconcile("shop", facts, PAYOUT).rows] == [18_400]


def test_bank_records_prove_or_disprove_a_payment() -> None:
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),), received={PAYOUT: 18_400})
    assert one(facts) == (SettlementStatus.PAID, "received", PaymentBasis.BANK)
    short = evolve(facts, received={PAYOUT: 18_399})
    assert one(short) == (SettlementStatus.SHORT_PAID, "received-in-part", PaymentBasis.BANK)
    (row,) = reconcile("shop", short, LATER).rows
    assert (row.settled, row.paid, row.owed) == (18_400, 18_399, 1), "one won short is one won owed"
    assert one(evolve(facts, received={})) == (SettlementStatus.MISSING, "not-received", PaymentBasis.BANK)
    (total,) = reconcile("shop", short, LATER).payouts
    assert (total.announced, total.received, total.difference) == (18_400, 18_399, -1)


def test_without_an_announced_day_the_cycle_says_when() -> None:
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(settle_pre_dt=None),))
    result = reconcile("shop", facts, DAY, terms=SettlementTerms(cycle=SettlementCycle("주정산")))
    assert (result.rows[0].payout_day, result.rows[0].basis) == (PAYOUT, PaymentBasis.CYCLE)
    assert one(facts)[1] == "pay-out-day-unknown"


def test_a_delivered_line_without_a_row_is_expected_then_missing() -> None:
    facts = SettlementFacts(bundles=(bundle(),))
    monthly = SettlementTerms(cycle=SettlementCycle.general())
    for after, status, reason in (
        (10, SettlementStatus.EXPECTED, "row-ahead"),
        (11, SettlementStatus.EXPECTED, "no-settlement-row"),
        (100, SettlementStatus.MISSING, "no-settlement-row"),
    ):
        as_of = DAY + timedelta(days=after)
        assert one(facts, as_of, terms=monthly) == (status, reason, PaymentBasis.CYCLE)
        assert one(facts, as_of)[0] is SettlementStatus.NO_DUE_DAY, "nobody knows the cycle"
    returned = SettlementFacts(bundles=(bundle(),), claims=(claim(),))
    assert reconcile("shop", returned, LATER).rows == (), "a returned line is owed nothing"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line(7), "no-such-order-line"),
        (line(prod_sale_amt=9_000), "price-differs"),
        (line(gubun=None), "unknown-row-kind"),
        (line(kind=SettlementLineKind.from_wire("9")), "unknown-row-kind"),
        (line(quantity=-1, kind=SettlementLineKind.REFUNDED), "refund-without-claim"),
    ],
)
def test_what_nothing_explains_is_said_so(row: SettlementOrderLine, reason: str) -> None:
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(), row))
    found = [found for found in reconcile("shop", facts, LATER).rows if found.reason == reason]
    assert [found[0].status] == [SettlementStatus.UNEXPLAINED]


@pytest.mark.parametrize(("price", "quantity"), [(10_000, -2), (-10_000, 2), (-10_000, -2)])
def test_refunds_take_back_what_was_paid_wherever_the_minus_stands(price: int, quantity: int) -> None:
    refund = line(
        quantity=quantity,
        kind=SettlementLineKind.REFUNDED,
        prod_sale_amt=price,
        sale_agency_fee=-1_600,
        claim_no=1000,
    )
    facts = SettlementFacts(bundles=(bundle(),), claims=(claim(),), order_lines=(line(), refund))
    result = reconcile("shop", facts, LATER)
    assert sum(row.settled for row in result.rows) == 0
    assert {row.reason for row in result.rows} == {"pay-out-day-passed", "refund"}


def test_an_approved_return_without_its_refund_row_is_still_to_come() -> None:
    facts = SettlementFacts(bundles=(bundle(),), claims=(claim(quantity=1),), order_lines=(line(),))
    (ahead,) = [row for row in reconcile("shop", facts, LATER).rows if row.reason == "refund-ahead"]
    assert (ahead.status, ahead.expected) == (SettlementStatus.EXPECTED, -10_000)


def test_a_correction_of_quantity_zero_is_a_row_of_its_own() -> None:
    zero = line(quantity=0, sale_agency_fee=0, seller_charge_coupon_amt=500)
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(), zero))
    rows = {row.reason: row.settled for row in reconcile("shop", facts, LATER).rows}
    assert rows["coupon-correction"] == -500


def test_corrections_that_are_equal_in_everything_count_each(tmp_path: Path) -> None:
    zero = line(quantity=0, sale_agency_fee=0, seller_charge_coupon_amt=500)
    result = reconcile("shop", SettlementFacts(bundles=(bundle(),), order_lines=(line(), zero, zero)), LATER)
    assert [row.settled for row in result.rows if row.reason == "coupon-correction"] == [-500, -500]
    (total,) = result.payouts
    assert (total.announced, total.rows) == (18_400 - 1_000, 3)


def test_a_row_that_left_its_day_is_unexplained_and_pays_nothing() -> None:
    ship = SettlementShipLine(basic_dt=DAY, gubun=SettlementLineKind.DELIVERED, bundle_no=1, ship_amt=2_500)
    later = line(1, basic_dt=DAY + timedelta(days=1), sale_agency_fee=1_601)
    given = (line(2), later, ship, line(1, order_opt_no=9), line())
    result = reconcile("shop", SettlementFacts(withdrawn=given), LATER)
    assert [
        (row.subject, row.bundle_no, row.order_option_no, row.sales_day, row.expected) for row in result.rows
    ] == [
        ("product", 1, 9, DAY, 18_400),
        ("product", 1, 10, DAY, 18_400),
        ("product", 2, 20, DAY, 18_400),
        ("product", 1, 10, DAY + timedelta(days=1), 18_399),
        ("shipping", 1, None, DAY, 2_500),
    ]
    assert {(row.reason, row.settled) for row in result.rows} == {("row-withdrawn", 0)}
    assert result.totals[SettlementStatus.UNEXPLAINED] == 4 * 18_400 - 1 + 2_500
    assert result.payouts == ()


def test_shipping_rows_follow_the_pay_out_day_of_their_sales_day() -> None:
    ship = SettlementShipLine(basic_dt=DAY, gubun=SettlementLineKind.DELIVERED, bundle_no=1, ship_amt=2_500)
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),), ship_lines=(ship,))
    rows = [row for row in reconcile("shop", facts, LATER).rows if row.subject == "shipping"]
    assert [(row.settled, row.payout_day, row.status) for row in rows] == [
        (2_500, PAYOUT, SettlementStatus.PAID)
    ]
    stranger = SettlementFacts(ship_lines=(ship,))
    assert one(stranger)[:2] == (SettlementStatus.UNEXPLAINED, "no-such-bundle")


def refund(quantity: int, **more: object) -> SettlementOrderLine:
    values: dict[str, object] = {"kind": SettlementLineKind.REFUNDED, "sale_agency_fee": 0, "claim_no": 1000}
    return line(quantity=quantity, **{**values, **more})  # type: ignore[arg-type]


def owed(facts: SettlementFacts) -> list[tuple[str, str, int | None]]:
    """What orders say beyond the settlement rows."""
    rows = reconcile("shop", facts, LATER).rows
    return [(row.status.value, row.reason, row.expected) for row in rows if row.expected is not None]


def reasons(facts: SettlementFacts) -> list[str]:
    return [row.reason for row in reconcile("shop", facts, LATER).rows]


def options(*ordered: int) -> Bundle:
    """Return a delivered bundle with one product of several options (option order numbers 10, 11, …)."""
    rows = tuple(
        OrderOption(order_option_no=10 + index, option_qty=quantity) for index, quantity in enumerate(ordered)
    )
    product = OrderProduct(order_no=100, product_price=10_000, product_qty=sum(ordered), order_option=rows)
    return evolve(bundle(), order_product=(product,))


def test_a_coupon_correction_settles_no_unit() -> None:
    zero = line(quantity=0, sale_agency_fee=0, seller_charge_coupon_amt=500)
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(zero,))
    assert owed(facts) == [("missing", "no-settlement-row", 20_000)]
    absent = [row for row in reconcile("shop", facts, LATER).rows if row.reason == "no-settlement-row"]
    assert [(row.bundle_no, row.order_no, row.order_option_no) for row in absent] == [(1, 100, 10)]


def test_units_without_a_row_are_missing_when_others_of_the_line_are_settled() -> None:
    facts = SettlementFacts(bundles=(bundle(quantity=3),), order_lines=(line(quantity=1),))
    assert owed(facts) == [("missing", "settled-in-part", 20_000)]
    (_, row) = reconcile("shop", facts, PAYOUT - timedelta(days=1)).rows
    assert (row.status, row.reason) == (SettlementStatus.EXPECTED, "row-ahead")
    in_pieces = evolve(facts, order_lines=(line(quantity=1), line(quantity=2)))
    assert owed(in_pieces) == []


def test_a_line_whose_rows_cannot_be_counted_claims_no_money() -> None:
    for row in (
        line(quantity=1, complete_qty=None),
        line(quantity=1, kind=SettlementLineKind.from_wire("9")),
    ):
        assert owed(SettlementFacts(bundles=(bundle(quantity=3),), order_lines=(row,))) == []


def test_a_missing_unit_is_expected_without_the_discount_that_settled_rows_carry() -> None:
    whole = bundle(quantity=3)
    discounted = evolve(
        whole, order_product=(evolve(whole.order_product[0], seller_charge_discount_price=3_000),)
    )
    row = line(quantity=1, seller_charge_coupon_amt=3_000)
    facts = SettlementFacts(bundles=(discounted,), order_lines=(row,))
    assert owed(facts) == [("missing", "settled-in-part", 20_000)]
    assert owed(evolve(facts, order_lines=(line(quantity=1),))) == [("missing", "settled-in-part", 17_000)]
    assert owed(evolve(facts, order_lines=())) == [("no-due-day", "no-settlement-row", 27_000)]


def test_the_quantity_of_a_product_with_several_options_verifies_nothing() -> None:
    short = SettlementFacts(bundles=(options(2, 1),), order_lines=(line(quantity=1), line(quantity=3)))
    second = evolve(short, order_lines=(line(quantity=1), line(quantity=3, order_opt_no=11)))
    assert owed(second) == [("unexplained", "quantity-differs", 10_000)]
    whole = evolve(short, order_lines=(line(quantity=3), line(quantity=3, order_opt_no=11)))
    assert (owed(whole), reasons(whole)) == ([], ["pay-out-day-passed"] * 2)
    assert owed(evolve(short, order_lines=(line(quantity=3),))) == [("missing", "no-settlement-row", 10_000)]


def test_more_than_was_ordered_is_unexplained_and_a_sale_after_a_refund_is_not() -> None:
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(), line()))
    assert reasons(facts) == ["quantity-differs"] * 2
    undone = evolve(facts, claims=(claim(),), order_lines=(line(), refund(-2), line()))
    assert reasons(undone) == ["quantity-differs", "quantity-differs", "refund"]
    withdrawn = evolve(claim(), claim_status=ClaimStatus.WITHDRAW)
    again = evolve(undone, claims=(withdrawn,))
    assert reasons(again) == ["pay-out-day-passed", "pay-out-day-passed", "refund"]


def test_a_cancel_may_explain_a_difference_and_is_never_a_refund_to_come() -> None:
    cancel = claim(quantity=2, kind=ClaimType.CANCEL)
    facts = SettlementFacts(bundles=(bundle(quantity=3),), claims=(cancel,), order_lines=(line(quantity=1),))
    assert owed(facts) == [("unexplained", "quantity-differs", 20_000)]
    assert owed(evolve(facts, order_lines=())) == [("no-due-day", "no-settlement-row", 30_000)]
    lowered = evolve(facts, bundles=(bundle(quantity=1),))
    assert owed(lowered) == []
    assert owed(evolve(lowered, order_lines=())) == [("unexplained", "quantity-differs", 10_000)]


@pytest.mark.parametrize("correction", [(), (0,)])
@pytest.mark.parametrize(
    ("returned", "refunded", "ahead"),
    [((2,), (), -20_000), ((1, 1), (-1,), -10_000), ((1, 1), (-1, -1), None), ((2,), (1,), -10_000)],
)
def test_returned_units_are_to_come_until_refunds_cover_them(
    correction: tuple[int, ...], returned: tuple[int, ...], refunded: tuple[int, ...], ahead: int | None
) -> None:
    claims = tuple(
        evolve(claim(quantity=quantity), claim_bundle_no=1000 + index)
        for index, quantity in enumerate(returned)
    )
    rows = tuple(refund(quantity) for quantity in (*refunded, *correction))
    facts = SettlementFacts(bundles=(bundle(),), claims=claims, order_lines=(line(), *rows))
    assert owed(facts) == ([] if ahead is None else [("expected", "refund-ahead", ahead)])


def test_a_return_before_its_settlement_is_neither_missing_nor_to_be_refunded() -> None:
    facts = SettlementFacts(bundles=(bundle(),), claims=(claim(quantity=1),), order_lines=(line(quantity=1),))
    assert owed(facts) == []
    assert owed(evolve(facts, order_lines=())) == [("no-due-day", "no-settlement-row", 10_000)]
    assert owed(evolve(facts, bundles=(bundle(quantity=3),))) == [("missing", "settled-in-part", 10_000)]


def test_a_refund_of_more_than_was_claimed_is_unexplained() -> None:
    facts = SettlementFacts(
        bundles=(bundle(),), claims=(claim(quantity=1),), order_lines=(line(), refund(-2))
    )
    assert reasons(facts) == ["pay-out-day-passed", "quantity-differs"]


@pytest.mark.parametrize(("fee", "coupon"), [(1_600, 300), (0, 0)])
def test_a_refund_without_any_minus_undoes_the_sale_as_a_whole(fee: int, coupon: int) -> None:
    figures: dict[str, object] = {"sale_agency_fee": fee, "seller_charge_coupon_amt": coupon}
    sale, back = line(**figures), refund(2, **figures)  # type: ignore[arg-type]
    assert order_breakdown(back).net == -order_breakdown(sale).net == -(20_000 - fee - coupon)
    assert order_breakdown(refund(2, sale_agency_fee=-1_600)).net == -18_400, (
        "a fee with a minus is given back"
    )
    assert order_breakdown(refund(-2, sale_agency_fee=1_600)).net == -21_600, (
        "a minus anywhere: signs are kept"
    )
    assert order_breakdown(refund(0, seller_charge_coupon_amt=500)).net == -500, (
        "corrections are read as they are"
    )


def shipped(price: int | None = 2_500, prepayment: Prepayment | None = Prepayment.PREPAID) -> Bundle:
    return evolve(bundle(), ship_price=price, prepayment=prepayment)


def fee_row(**more: object) -> SettlementShipLine:
    values: dict[str, object] = {"basic_dt": DAY, "gubun": SettlementLineKind.DELIVERED, "bundle_no": 1}
    return SettlementShipLine(**{**values, "ship_amt": 2_500, **more})  # type: ignore[arg-type]


def test_a_shipping_row_says_whether_it_takes_money_back() -> None:
    rows = (fee_row(), fee_row(gubun=SettlementLineKind.REFUNDED, claim_bundle_no=1000, ship_amt=-2_500))
    facts = SettlementFacts(bundles=(shipped(),), claims=(claim(),), order_lines=(line(),), ship_lines=rows)
    found = [row for row in reconcile("shop", facts, PAYOUT).rows if row.subject == "shipping"]
    assert [row.reason == "refund" for row in found] == [row.claim_no is not None for row in found]
    assert len(found) == 2


@pytest.mark.parametrize(
    "wrong", [{"complete_qty": 0}, {"basic_dt": None}, {"gubun": SettlementLineKind.REFUNDED}]
)
def test_only_the_sale_of_goods_says_when_a_bundle_was_delivered(wrong: dict[str, object]) -> None:
    facts, rows = OrderFacts(None), OrderRowFacts()
    facts.add(bundle(delivered=False))
    rows.add(line(**wrong))  # type: ignore[arg-type]
    for row in rows:
        facts.date_by_row(row)
    found = facts.bundle(1)
    assert found is not None
    assert (found.delivered, found.dated_by) == (None, "")
    sold = OrderRowFacts()
    for day in (DAY + timedelta(days=1), DAY):
        sold.add(line(basic_dt=day))
    for row in sold:
        facts.date_by_row(row)
    found = facts.bundle(1)
    assert found is not None
    assert (found.delivered, found.dated_by) == (DAY, "settlement-row")


@pytest.mark.parametrize(
    "row", [(), (fee_row(bundle_no=2),), (fee_row(gubun=SettlementLineKind.REFUNDED, claim_bundle_no=1000),)]
)
def test_a_prepaid_fee_without_a_shipping_row_is_missing(row: tuple[SettlementShipLine, ...]) -> None:
    facts = SettlementFacts(bundles=(shipped(),), order_lines=(line(),), ship_lines=row)
    assert owed(facts) == [("missing", "no-settlement-row", 2_500)]
    ahead = reconcile("shop", facts, PAYOUT - timedelta(days=1)).rows[-1]
    assert (ahead.subject, ahead.bundle_no, ahead.payout_day) == ("shipping", 1, PAYOUT)
    assert (ahead.status, ahead.reason) == (SettlementStatus.EXPECTED, "row-ahead")


@pytest.mark.parametrize(
    "facts",
    [
        SettlementFacts(bundles=(shipped(),), ship_lines=(fee_row(),)),
        SettlementFacts(bundles=(shipped(prepayment=Prepayment.ON_DELIVERY),)),
        SettlementFacts(bundles=(shipped(0),)),
        SettlementFacts(bundles=(evolve(shipped(), ship_type=ShipType.FREE),)),
        SettlementFacts(bundles=(shipped(),), claims=(claim(),)),
    ],
    ids=["booked", "on-delivery", "zero", "free", "returned"],
)
def test_no_fee_is_claimed_where_none_is_owed(facts: SettlementFacts) -> None:
    settled = evolve(facts, order_lines=(line(), refund(-2)) if facts.claims else (line(),))
    rows = [row for row in reconcile("shop", settled, LATER).rows if row.subject == "shipping"]
    assert [row for row in rows if row.expected is not None] == []


def test_claims_are_looked_at_once_whatever_the_number_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    real = ClaimProduct.quantities

    def count(self: ClaimProduct) -> Mapping[int, int]:
        nonlocal looked
        looked += 1
        return real.fget(self)  # type: ignore[attr-defined, no-any-return]

    monkeypatch.setattr(ClaimProduct, "quantities", property(count))
    numbers = range(1, 101)
    reconcile(
        "shop",
        SettlementFacts(
            bundles=tuple(bundle(number) for number in numbers),
            claims=tuple(claim(number) for number in numbers),
            order_lines=tuple(line(number) for number in numbers),
        ),
        LATER,
    )
    assert looked <= 3 * len(numbers)


def test_the_pay_out_day_of_shipping_does_not_hang_on_the_order_of_rows() -> None:
    rows = (line(), line(settle_pre_dt=PAYOUT + timedelta(days=7)))
    for lines in (rows, rows[::-1]):
        facts = SettlementFacts(bundles=(bundle(),), order_lines=lines, ship_lines=(fee_row(),))
        shipping = [row for row in reconcile("shop", facts, LATER).rows if row.subject == "shipping"]
        assert [row.payout_day for row in shipping] == [PAYOUT + timedelta(days=7)]


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(-3, 3), st.integers(0, 20)), max_size=30))
def test_no_won_is_lost_between_rows_and_pay_outs(rows: list[tuple[int, int, int]]) -> None:
    lines = tuple(
        line(
            number,
            quantity=quantity,
            basic_dt=DAY + timedelta(days=days),
            settle_pre_dt=PAYOUT + timedelta(days=days),
        )
        for number, quantity, days in rows
    )
    result = reconcile("shop", SettlementFacts(bundles=(bundle(),), order_lines=lines), LATER)
    settled = [row for row in result.rows if row.payout_day is not None and row.expected is None]
    assert sum(total.announced for total in result.payouts) == sum(row.settled for row in settled)
    assert sum(total.rows for total in result.payouts) == len(settled)
    shuffled = SettlementFacts(bundles=(bundle(),), order_lines=tuple(reversed(lines)))
    assert reconcile("shop", shuffled, LATER).payouts == result.payouts


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1", "\r=1", "\n=1", " \t1"]
)
def test_no_text_becomes_a_formula(text: str, tmp_path: Path) -> None:
    assert safe_text(text).startswith("'")
    write_csv(tmp_path / "t.csv", ["a"], [[text]])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][0].startswith("'")
    write_xlsx(tmp_path / "t.xlsx", {"t": (["a"], [[text]])})
    cell = openpyxl.load_workbook(tmp_path / "t.xlsx")["t"]["A2"]
    assert (cell.data_type, str(cell.value)[0]) == ("s", "'")


@pytest.mark.parametrize(
    "before", ["\u3000", "\xa0", "\ufeff", "\u200b", "\x0b", "\ufffe", "\ud800", " \u3000"]
)
def test_nothing_invisible_hides_a_formula(before: str) -> None:
    assert safe_text(f"{before}=1+1").startswith("'")
    assert safe_text(f"{before}가=1+1")[0] != "'"


def test_what_no_sheet_can_hold_is_left_out(tmp_path: Path) -> None:
    text = "가\ud800나\ufffe\uffff\x00다\x7f"
    assert safe_text(text) == "가나다\x7f"
    write_csv(tmp_path / "t.csv", [text], [[text]])
    assert "가나다" in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    write_xlsx(tmp_path / "t.xlsx", {"t": ([text], [[text]])})
    assert openpyxl.load_workbook(tmp_path / "t.xlsx")["t"]["A2"].value == "가나다\x7f"


def test_a_workbook_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows() -> Iterator[list[str]]:
        yield ["홍길동"]
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OSError, match="disk full"):
        write_xlsx(tmp_path / "t.xlsx", {"first": (["name"], [["홍길동"]]), "second": (["name"], rows())})
    assert list(tmp_path.iterdir()) == []


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_any_text_makes_a_sheet_that_opens(text: str) -> None:
    kept = safe_text(text)
    ET.fromstring(f"<t>{escape(kept)}</t>")
    kept.encode()
    assert safe_text(safe_text(text)).removeprefix("'") == kept.removeprefix("'")


def test_no_text_begins_a_cell_where_a_semicolon_parts_columns(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["a", "b"], [[7, "x;=1+1"]])
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";"))[1][0] == '7,"x'
    assert (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()[1] == '7,"x;=1+1"'


def test_exports_hold_every_row_and_keep_numbers_as_numbers(tmp_path: Path) -> None:
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(), line(7)))
    result = reconcile("shop", facts, LATER)
    tables = reconciliation_tables([result, evolve(result, account="=shop2")])
    counts = write_xlsx(tmp_path / "r.xlsx", tables)
    assert counts == {"rows": 4, "payouts": 2, "totals": 2 * len(SettlementStatus)}
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["rows"]
    header = [cell.value for cell in sheet[1]]
    settled = sheet.cell(2, header.index("settled") + 1)
    assert (settled.data_type, settled.value) == ("n", 18_400)
    assert str(sheet.cell(4, 1).value) == "'=shop2"


def test_a_delivered_line_whose_date_cannot_be_read_is_named_and_not_left_out() -> None:
    raw = {
        "bundleNo": 1,
        "purchaseNo": 1,
        "shipCompleteDate": "어제",
        "orderProduct": [
            {"orderNo": 100, "productPrice": 10000, "productQty": 2, "orderOption": [{"orderOptionNo": 10}]}
        ],
    }
    facts = SettlementFacts(bundles=(read(Bundle, raw),))
    (row,) = reconcile("shop", facts, date(2026, 6, 1)).rows
    assert (row.status, row.reason, row.order_option_no, row.expected) == (
        SettlementStatus.NO_DELIVERY_DATE, "delivery-date-unreadable", 10, 20_000,
    )  # fmt: skip
    absent = SettlementFacts(bundles=(read(Bundle, {**raw, "shipCompleteDate": "0000-00-00"}),))
    (row,) = reconcile("shop", absent, date(2026, 6, 1)).rows
    assert (row.status, row.reason) == (SettlementStatus.NO_DELIVERY_DATE, "no-delivery-date")


def test_an_order_without_a_delivery_date_is_named_with_its_amount() -> None:
    undated = evolve(shipped(), ship_complete_date=None)
    result = reconcile("shop", SettlementFacts(bundles=(undated,)), LATER)
    assert [(row.subject, row.status, row.reason, row.expected) for row in result.rows] == [
        ("product", SettlementStatus.NO_DELIVERY_DATE, "no-delivery-date", 20_000),
        ("shipping", SettlementStatus.NO_DELIVERY_DATE, "no-delivery-date", 2_500),
    ]
    assert (result.sums.undated, result.totals[SettlementStatus.NO_DELIVERY_DATE]) == (22_500, 22_500)


def test_a_settlement_row_dates_its_bundle() -> None:
    undated = evolve(shipped(), ship_complete_date=None)
    result = reconcile("shop", SettlementFacts(bundles=(undated,), order_lines=(line(),)), LATER)
    (fee,) = [row for row in result.rows if row.subject == "shipping"]
    assert (fee.status, fee.sales_day, fee.dated_by) == (SettlementStatus.MISSING, DAY, "settlement-row")
    assert fee.due_by == "rows-of-sales-day"


def test_accounts_of_one_business_share_what_arrived() -> None:
    business = Business("123-45-67891", ("one", "two"))
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),))
    bank = BankRecords.by_day({PAYOUT: 36_799})
    result = reconcile_business(business, {"one": facts, "two": facts}, LATER, bank=bank)
    assert [(one.sums.tied, one.sums.owed) for one in result.accounts] == [(18_400, 0)] * 2
    sums = result.sums
    assert (sums.announced, sums.paid, sums.owed, sums.received) == (36_800, 36_799, 1, 36_799)
    assert [row.reason for one in result.accounts for row in one.rows] == ["tied", "tied"]
    scheduled = reconcile_business(business, {"one": facts, "two": facts}, LATER)
    assert (scheduled.sums.paid, scheduled.sums.received) == (36_800, None)
    with pytest.raises(ValidationError, match="three"):
        reconcile_business(business, {"three": facts}, LATER)
    with pytest.raises(ValidationError, match="bank of the business"):
        reconcile_business(business, {"one": evolve(facts, bank=bank)}, LATER)


def test_money_of_a_business_is_matched_by_the_terms_of_its_first_account() -> None:
    business, bank = Business("123-45-67891", ("one",)), BankRecords.by_day({LATER: 18_400})
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),))
    narrow = SettlementTerms(allocation=AllocationSettings(late_days=6))
    for terms, paid in (({}, 18_400), ({"one": narrow}, 0)):
        sums = reconcile_business(business, {"one": facts}, LATER, bank=bank, terms=terms).sums
        assert (sums.paid, sums.owed, sums.unexplained) == (paid, 18_400 - paid, 18_400 - paid)


@pytest.mark.parametrize(("as_of", "owed_won", "ahead"), [(PAYOUT - timedelta(1), 0, 1), (PAYOUT, 1, 0)])
def test_the_rest_of_a_tie_is_owed_from_its_pay_out_day_on(as_of: date, owed_won: int, ahead: int) -> None:
    business = Business("123-45-67891", ("one", "two"))
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),))
    bank = BankRecords.by_day({PAYOUT - timedelta(1): 36_799})
    sums = reconcile_business(business, {"one": facts, "two": facts}, as_of, bank=bank).sums
    assert (sums.paid, sums.owed, sums.ahead) == (36_799, owed_won, ahead)


def test_the_price_of_an_option_belongs_to_the_price_of_its_line() -> None:
    ordered = bundle()
    (product,) = ordered.order_product
    option = evolve(product.order_option[0], option_add_price=1_000)
    dearer = evolve(ordered, order_product=(evolve(product, product_price=9_000, order_option=(option,)),))
    rows = (line(prod_sale_amt=9_000, opt_sale_amt=1_000),)
    assert one(SettlementFacts(bundles=(dearer,), order_lines=rows))[1] == "pay-out-day-passed"
    for wrong in (0, 2_000):
        rows = (line(prod_sale_amt=9_000, opt_sale_amt=wrong),)
        assert one(SettlementFacts(bundles=(dearer,), order_lines=rows))[1] == "price-differs"


def test_what_nobody_knows_when_it_is_due_is_a_sum_of_its_own() -> None:
    rows = (line(settle_pre_dt=None, basic_dt=None),)
    facts = SettlementFacts(bundles=(bundle(),), order_lines=rows, bank=BankRecords())
    sums = reconcile("shop", facts, LATER).sums
    assert (sums.announced, sums.ahead, sums.no_due_day) == (18_400, 18_400, 18_400)
    dated = SettlementFacts(bundles=(bundle(),), order_lines=(line(),), bank=BankRecords())
    sums = reconcile("shop", dated, DAY).sums
    assert (sums.announced, sums.ahead, sums.no_due_day) == (18_400, 18_400, 0)


def test_what_the_bank_records_do_not_cover_goes_by_the_schedule() -> None:
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),), bank=BankRecords(first=LATER))
    assert one(facts) == (SettlementStatus.PAID, "outside-bank-records", PaymentBasis.SCHEDULE)


def test_a_pay_out_that_the_records_show_all_the_same_is_the_one_that_came() -> None:
    after = PAYOUT + timedelta(days=1)

    def shown(amount: int, *more: SettlementOrderLine, **kept: Any) -> Reconciliation:
        transfer = BankTransfer(received_on=after, amount=amount)
        bank = BankRecords(transfers=[transfer], first=after, last=LATER, **kept)
        facts = SettlementFacts(bundles=(bundle(), bundle(2)), order_lines=(line(), *more), bank=bank)
        return reconcile("shop", facts, LATER)

    whole = shown(18_400)
    assert [(row.status, row.reason) for row in whole.rows if row.settled] == [
        (SettlementStatus.LATE, "received-late")
    ]
    assert (whole.sums.owed, whole.sums.unexplained) == (0, 0)
    part = shown(18_399)
    assert [row.reason for row in part.rows if row.settled] == ["outside-bank-records"]
    assert (part.sums.owed, part.sums.unexplained) == (0, 18_399), "what came before is not in the records"
    match = OperatorMatch(transfer=part.transfers[0].transfer.key, payable=f"shop/{PAYOUT}", by="김운영")
    told = shown(18_399, matches=[match])
    assert (told.sums.owed, told.sums.unexplained) == (1, 0)


@pytest.mark.parametrize(("days", "counts"), [(-2, False), (-1, True), (10, True), (11, False)])
def test_money_shows_a_pay_out_from_the_first_to_the_last_day_of_its_window(days: int, counts: bool) -> None:
    transfer = BankTransfer(received_on=PAYOUT + timedelta(days=days), amount=18_400)
    # The records speak of no day on which it was due.
    kept = {"first": PAYOUT + timedelta(days=1)} if days > 0 else {"last": PAYOUT - timedelta(days=1)}
    bank = BankRecords(transfers=[transfer], **kept)
    facts = SettlementFacts(bundles=(bundle(),), order_lines=(line(),), bank=bank)
    window = SettlementTerms(allocation=AllocationSettings(early_days=1, late_days=10))
    result = reconcile("shop", facts, LATER, terms=window)
    assert (result.sums.unexplained, result.sums.received) == (0 if counts else 18_400, 18_400)
    (row,) = [row for row in result.rows if row.settled]
    assert (row.basis is PaymentBasis.BANK) is counts


@pytest.mark.parametrize("wrong", [True, 1.0, Decimal(1), "1"])
def test_a_figure_that_is_not_whole_is_refused_by_name(wrong: Any) -> None:
    for facts, name in (
        (SettlementFacts(order_lines=[line(prod_sale_amt=wrong)]), "SettlementOrderLine.prod_sale_amt"),
        (SettlementFacts(order_lines=[line(sale_agency_fee=wrong)]), "SettlementOrderLine.sale_agency_fee"),
        (SettlementFacts(withdrawn=[line(ep_fee=wrong)]), "SettlementOrderLine.ep_fee"),
        (SettlementFacts(ship_lines=[fee_row(ship_amt=wrong)]), "SettlementShipLine.ship_amt"),
        (SettlementFacts(bundles=[shipped(wrong)]), "Bundle.ship_price"),
        (SettlementFacts(bundles=[bundle(quantity=wrong)]), "OrderProduct.product_qty"),
    ):
        with pytest.raises(ValidationError, match="type int") as caught:
            reconcile("shop", facts, LATER)
        assert caught.value.violations[0].path == name
    with pytest.raises(ValidationError, match=r"SettlementOrderLine\.ep_fee"):
        total_payable([line(ep_fee=wrong)])


def test_the_repr_is_short_whatever_the_number_of_rows() -> None:
    numbers = range(1, 1_001)
    result = reconcile("shop", SettlementFacts(bundles=tuple(bundle(number) for number in numbers)), LATER)
    assert len(result.rows) == 1_000
    assert len(repr(result)) < 3_000
    assert pickle.loads(pickle.dumps(result)) == result
    assert result.rows[-1] == result.rows[999] == tuple(result.rows)[-1]
