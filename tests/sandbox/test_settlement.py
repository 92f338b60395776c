"""Behaviours 110 to 113: settlement."""

from datetime import date, datetime, timedelta

import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import OrderLine, Sandbox, seed_shop

DAY = {"basicDt": "2024-05-22"}


def order_payable(row):
    """The first formula of the contract."""
    return (
        (row["prodSaleAmt"] + row["optSaleAmt"]) * row["completeQty"]
        - row["sellerChargeCouponAmt"]
        - row["sellerCartCouponAmt"]
        - row["saleAgencyFee"]
        - row["wmpDiscountBurdenAmt"]
        - row["epFee"]
    )


def ship_payable(row):
    """The second formula of the contract."""
    return (
        row["shipAmt"]
        + row["wmpChargeCouponAmt"]
        + row["custChargeAddShipAmt"]
        + row["custChargeReturnShipAmt"]
        + row["claimDeductAmt"]
    )


@pytest.fixture
def delivered(partner):
    """Two pieces at 12,900 won, discounts of 500 (WMP) and 1,000 (seller), delivered on 22 May."""
    product = partner.sandbox.make_product(partner.key)
    line = OrderLine(product, 2, wmp_discount=500, seller_discount=1000)
    order = partner.shipped(lines=[line])
    partner.sandbox.advance(days=2, minutes=1)
    return order


def test_110_the_day_is_asked_with_dashes_and_answered_without(partner, delivered):
    (row,) = partner.data("settlement_list_order_lines", **DAY)
    assert (row["basicDt"], row["paymentCompleteDt"]) == ("20240522", "20240520")
    assert row["settlePreDt"] == "20240531"
    (ship,) = partner.data("settlement_list_ship_lines", **DAY)
    assert ship["basicDt"] == "20240522"
    for operation in ("settlement_list_order_lines", "settlement_list_ship_lines"):
        assert partner.data(operation, basicDt="2024-05-21") == []
        assert "basicDt" in partner.failed(operation, 422, basicDt="20240522")


def test_111_ids_are_text_and_absent_ones_are_0(partner, delivered):
    (row,) = partner.data("settlement_list_order_lines", **DAY)
    keys = ("purchaseNo", "bundleNo", "orderNo", "orderOptNo", "prodNo")
    assert all(isinstance(row[key], str) and row[key].isdecimal() for key in keys)
    assert row["orderOptNo"] == str(delivered.order_option_nos[0])
    assert (row["claimNo"], row["claimOptNo"], row["gubun"]) == ("0", "0", "1")
    (ship,) = partner.data("settlement_list_ship_lines", **DAY)
    assert (ship["bundleNo"], ship["claimBundleNo"]) == (str(delivered.bundle_no), "0")


def refund(partner, order, **more):
    claim = partner.sandbox.request_return(partner.key, order.bundle_no, **more)
    for operation in ("claims_complete_pickup", "claims_approve"):
        partner.done(operation, claimBundleNo=claim, claimType="RETURN")
    return claim


def test_112_refunds_are_negative_and_a_correction_has_quantity_0(partner, delivered):
    partner.sandbox.advance(days=1)
    claim = refund(partner, delivered)
    back, correction = partner.data("settlement_list_order_lines", basicDt="2024-05-23")
    assert (back["gubun"], back["claimNo"], back["completeQty"]) == ("2", str(claim), -2)
    assert (back["completeAmt"], back["sellerChargeCouponAmt"]) == (-25800, -1000)
    assert back["saleAgencyFee"] == -2580
    assert (correction["gubun"], correction["completeQty"], correction["wmpChargeCouponAmt"]) == (
        "3",
        0,
        -500,
    )
    (ship,) = partner.data("settlement_list_ship_lines", basicDt="2024-05-23")
    assert (ship["gubun"], ship["claimBundleNo"], ship["shipAmt"]) == ("2", str(claim), -3000)


def test_112_a_part_of_the_pieces_keeps_the_coupons(partner, delivered):
    partner.sandbox.advance(days=1)
    refund(partner, delivered, quantities={delivered.order_option_nos[0]: 1}, who="BUYER")
    (back,) = partner.data("settlement_list_order_lines", basicDt="2024-05-23")
    assert (back["completeQty"], back["completeAmt"], back["sellerChargeCouponAmt"]) == (-1, -12900, 0)
    (ship,) = partner.data("settlement_list_ship_lines", basicDt="2024-05-23")
    assert (ship["shipAmt"], ship["custChargeReturnShipAmt"]) == (0, 3000)


def test_112_a_return_before_delivery_is_booked_with_the_delivery(partner):
    order = partner.shipped()
    refund(partner, order)
    assert partner.data("settlement_list_order_lines", basicDt="2024-05-20") == []
    partner.sandbox.advance(days=3)
    rows = partner.data("settlement_list_order_lines", **DAY)
    assert [(row["gubun"], row["completeQty"]) for row in rows] == [("1", 1), ("2", -1)]
    assert sum(map(order_payable, rows)) == 0


def test_113_the_formulas_over_one_order_counted_by_hand(partner, delivered):
    (row,) = partner.data("settlement_list_order_lines", **DAY)
    # 2 x 12,900 less 10 % commission and the seller's coupon; shares that hang on the number are read back.
    assert (
        order_payable(row)
        == 25800 - 2580 - 1000 - row["sellerCartCouponAmt"] - row["wmpDiscountBurdenAmt"] - row["epFee"]
    )
    assert row["epFee"] == (129 if delivered.order_nos[0] % 3 == 0 else 0)
    (ship,) = partner.data("settlement_list_ship_lines", **DAY)
    assert ship_payable(ship) == 3000


def test_113_the_formulas_over_a_seeded_month_give_its_totals():
    sandbox = Sandbox(seed=3, clock=datetime(2024, 6, 20, 10, tzinfo=KST))
    sandbox.add_account("k")
    seed_shop(sandbox, "k", products=40, orders=2500, days=30, claim_rate=0.2)
    seen, whole = set(), 0
    for back in range(28):
        day = (date(2024, 6, 20) - timedelta(days=back)).isoformat()
        orders = rows_of(sandbox, "/settle/out/getSettleDailyOrderInfo", day)
        ships = rows_of(sandbox, "/settle/out/getSettleShipInfo", day)
        totals = sandbox.settlement_totals("k", day)
        assert sum(map(order_payable, orders)) == totals.order_payable
        assert sum(map(ship_payable, ships)) == totals.ship_payable
        keys = [
            tuple(row[k] for k in ("orderNo", "orderOptNo", "claimNo", "claimOptNo", "gubun"))
            for row in orders
        ]
        assert len(set(keys)) == len(keys)
        seen |= {row["gubun"] for row in orders}
        whole += len(orders)
    assert seen == {"1", "2", "3"}
    assert whole > 2000


def rows_of(sandbox, path, day):
    return sandbox.handle("GET", path, {"basicDt": day}, {"apiKey": "k"}).json()["data"]


VOCABULARY = {
    "transType": "C",
    "settleCycleType": "주정산",
    "prodType": "N",
    "shipMng": "판매자",
    "feeFlag": "정률",
    "vatFlag": "과세",
}


def test_120_keys_of_unknown_values_are_filled_and_null_by_a_setting(partner, delivered):
    (row,) = partner.data("settlement_list_order_lines", **DAY)
    assert {key: row[key] for key in VOCABULARY} == VOCABULARY
    (ship,) = partner.data("settlement_list_ship_lines", **DAY)
    (policy, *_) = partner.data("shipping_list_policies")
    assert (ship["shipMng"], policy["shipMng"]) == ("판매자", "판매자")
    partner.set(unknown_values="null")
    (row,) = partner.data("settlement_list_order_lines", **DAY)
    assert {row[key] for key in VOCABULARY} == {None}
    assert partner.data("settlement_list_ship_lines", **DAY)[0]["shipMng"] is None


def test_121_the_older_spelling_of_the_two_deductions(partner, delivered):
    (newer,) = partner.data("settlement_list_order_lines", **DAY)
    partner.set(settlement_names="older")
    (older,) = partner.data("settlement_list_order_lines", **DAY)
    assert older.pop("wmpDiscountBurdenFee") == newer.pop("wmpDiscountBurdenAmt")
    assert older.pop("wmpEpAmt") == newer.pop("epFee")
    assert older == newer
