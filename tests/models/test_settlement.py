"""The two payable formulas, keys and totals."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models import SettlementLineKind, SettlementOrderLine, SettlementShipLine, total_payable

AMOUNT = st.one_of(st.none(), st.integers(-1_000_000, 1_000_000))
ORDER_PARTS = {
    "seller_charge_coupon_amt": "sellerChargeCouponAmt",
    "seller_cart_coupon_amt": "sellerCartCouponAmt",
    "sale_agency_fee": "saleAgencyFee",
    "wmp_discount_burden_amt": "wmpDiscountBurdenAmt",
    "ep_fee": "epFee",
}
NOT_PART = ("wmp_charge_coupon_amt", "card_charge_coupon_amt", "wmp_cart_coupon_amt", "card_cart_coupon_amt")
NOT_PART += ("claim_deduct_amt", "complete_amt", "fee_amt")
SHIP_PARTS = {
    "ship_amt": "shipAmt",
    "wmp_charge_coupon_amt": "wmpChargeCouponAmt",
    "cust_charge_add_ship_amt": "custChargeAddShipAmt",
    "cust_charge_return_ship_amt": "custChargeReturnShipAmt",
    "claim_deduct_amt": "claimDeductAmt",
}


def contract_value(formula: str, row: Any, parts: dict[str, str]) -> int:
    """Compute a formula of the contract as it is written there."""
    names = {wire: getattr(row, name) or 0 for name, wire in parts.items()}
    return int(eval(formula, {"__builtins__": {}}, names))


def order_line(**changes: Any) -> SettlementOrderLine:
    base: dict[str, Any] = {
        "gubun": SettlementLineKind.DELIVERED,
        "prod_sale_amt": 10_000,
        "opt_sale_amt": 500,
    }
    return SettlementOrderLine(**{**base, "complete_qty": 2, **changes})


def test_order_line_payable_by_hand() -> None:
    line = order_line(
        seller_charge_coupon_amt=1_000,
        seller_cart_coupon_amt=200,
        sale_agency_fee=2_100,
        wmp_discount_burden_amt=300,
        ep_fee=400,
        wmp_charge_coupon_amt=999,
        claim_deduct_amt=999,
    )
    assert line.gross == 21_000
    assert line.payable == 17_000


@settings(deadline=None)
@given(data=st.data())
def test_order_line_payable_is_the_contract_formula(contract: Any, data: st.DataObject) -> None:
    parts = {
        **ORDER_PARTS,
        "prod_sale_amt": "prodSaleAmt",
        "opt_sale_amt": "optSaleAmt",
        "complete_qty": "completeQty",
    }
    values = {name: data.draw(AMOUNT, label=name) for name in (*ORDER_PARTS, "opt_sale_amt", *NOT_PART)}
    values["prod_sale_amt"] = data.draw(st.integers(0, 10_000_000))
    values["complete_qty"] = data.draw(st.integers(-5, 5))
    line = SettlementOrderLine(**values)
    formula = contract.document["x-settlement-formulas"]["orderLinePayable"]["formula"]
    assert line.payable == contract_value(formula, line, parts)


@settings(deadline=None)
@given(data=st.data())
def test_ship_line_payable_is_the_contract_formula(contract: Any, data: st.DataObject) -> None:
    line = SettlementShipLine(**{name: data.draw(AMOUNT, label=name) for name in SHIP_PARTS})
    formula = contract.document["x-settlement-formulas"]["shipLinePayable"]["formula"]
    assert line.payable == contract_value(formula, line, SHIP_PARTS)


def test_a_refund_takes_back_exactly_what_was_paid() -> None:
    paid = order_line(sale_agency_fee=2_100, ep_fee=100)
    refund = order_line(
        gubun=SettlementLineKind.REFUNDED, complete_qty=-2, sale_agency_fee=-2_100, ep_fee=-100
    )
    assert refund.payable == -paid.payable
    assert refund.is_refund
    assert not paid.is_refund
    assert total_payable([paid, refund]) == 0


def test_a_quantity_of_zero_is_a_coupon_correction() -> None:
    line = order_line(complete_qty=0, prod_sale_amt=None, seller_charge_coupon_amt=-300)
    assert line.is_correction
    assert line.payable == 300


@pytest.mark.parametrize(
    ("changes", "path"), [({"complete_qty": None}, "completeQty"), ({"prod_sale_amt": None}, "prodSaleAmt")]
)
def test_a_missing_base_is_named(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        order_line(**changes).payable  # noqa: B018
    assert caught.value.violations[0].path == path
    assert "<table" in order_line(**changes)._repr_html_()


def test_total_mixes_both_feeds() -> None:
    rows: list[SettlementOrderLine | SettlementShipLine] = [order_line(), SettlementShipLine(ship_amt=2_500)]
    assert total_payable(rows) == 23_500
    assert total_payable([]) == 0


def test_natural_keys(contract: Any) -> None:
    line = order_line(order_no=1, order_opt_no=None, claim_no=3, claim_opt_no=4)
    assert line.key == (1, None, 3, 4, SettlementLineKind.DELIVERED)
    assert contract.schemas["SettlementOrderLine"]["x-key"] == [
        "orderNo",
        "orderOptNo",
        "claimNo",
        "claimOptNo",
        "gubun",
    ]
    ship = SettlementShipLine(bundle_no=7, claim_bundle_no=None, gubun=SettlementLineKind.REFUNDED)
    assert ship.key == (7, None, SettlementLineKind.REFUNDED)
    assert ship.is_refund
