"""Behaviours 23 to 53: orders."""

from datetime import datetime, timedelta

import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import OrderLine

FROM, TO = "2024-05-20 00:00:00", "2024-05-20 23:59:59"
PARCEL = {"shipMethod": "PARCEL", "parcelCompanyCode": "D002", "invoiceNo": "600000000001"}


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)


def test_023_a_window_of_24_hours_is_refused(partner):
    window = {"fromDate": "2024-05-19 10:00:00", "type": "NEW", "searchDateType": "NEW"}
    text = partner.failed("orders_list", 422, toDate="2024-05-20 10:00:00", **window)
    assert "24시간미만" in text.replace(" ", "")
    partner.data("orders_list", toDate="2024-05-20 09:59:59", **window)


def test_024_an_end_in_the_future_passes(partner):
    order = partner.order()
    assert partner.listed("NEW", fromDate="2024-05-20 09:00:00", toDate="2024-05-21 08:59:59") == [
        order.bundle_no
    ]


def test_025_a_reversed_window_is_422(partner):
    window = {"fromDate": "2024-05-20 10:00:01", "toDate": "2024-05-20 10:00:00"}
    assert "toDate" in partner.failed("orders_list", 422, **window, type="NEW", searchDateType="NEW")


def test_026_both_ends_are_inclusive(partner):
    order = partner.order(paid_at="2024-05-20 07:00:00")
    for start, end, hit in (
        ("2024-05-20 07:00:00", "2024-05-20 07:00:00", True),
        ("2024-05-20 06:00:00", "2024-05-20 07:00:00", True),
        ("2024-05-20 07:00:00", "2024-05-20 08:00:00", True),
        ("2024-05-20 07:00:01", "2024-05-20 08:00:00", False),
        ("2024-05-20 06:00:00", "2024-05-20 06:59:59", False),
    ):
        assert partner.listed("NEW", fromDate=start, toDate=end) == [order.bundle_no] * hit


def test_027_new_gives_what_was_paid_in_the_window_and_nothing_else(partner):
    inside = [partner.order(paid_at=f"2024-05-20 0{hour}:00:00").bundle_no for hour in (3, 1, 2)]
    partner.order(paid_at="2024-05-19 23:59:59")
    partner.confirmed(paid_at="2024-05-20 04:00:00")
    assert set(partner.listed("NEW")) == set(inside)


def test_028_a_confirmed_bundle_moves_from_new_to_confirm(partner):
    order = partner.order()
    assert (partner.listed("NEW"), partner.listed("CONFIRM")) == ([order.bundle_no], [])
    partner.done("orders_confirm", bundleNo=order.bundle_no)
    assert (partner.listed("NEW"), partner.listed("CONFIRM")) == ([], [order.bundle_no])
    assert partner.listed("CONFIRM", "CONFIRM") == [order.bundle_no]


def test_029_delivery_by_confirm_date_filters_on_the_confirm_date(partner):
    order = partner.shipped(paid_at="2024-05-18 10:00:00")
    assert partner.bundle(order.bundle_no)["orderConfirmDate"] == "2024-05-20 10:00:00"
    assert partner.listed("DELIVERY", "CONFIRM") == [order.bundle_no]
    assert partner.listed("DELIVERY", "NEW") == []
    day = {"fromDate": "2024-05-18 00:00:00", "toDate": "2024-05-18 23:59:59"}
    assert partner.listed("DELIVERY", "NEW", **day) == [order.bundle_no]
    assert partner.listed("DELIVERY", "CONFIRM", **day) == []


def test_030_new_by_confirm_date_is_empty(partner):
    partner.order()
    partner.confirmed()
    assert partner.listed("NEW", "CONFIRM") == []


@pytest.mark.parametrize(
    ("form", "data"),
    [("list", {"bundle": []}), ("null-list", {"bundle": None}), ("missing-key", {}), ("null-data", None)],
)
def test_031_the_forms_of_an_empty_answer(partner, http, form, data):
    headers = {"apiKey": partner.key}
    partner.set(empty_container=form)
    sent = {"fromDate": FROM, "toDate": TO, "type": "NEW", "searchDateType": "NEW"}
    assert http.post("/order/out/getOrderList", json=sent, headers=headers).json()["data"] == data
    assert http.post("/order/out/getOrderInfo", json={"bundleNo": 1}, headers=headers).json()["data"] == data
    order = partner.order()
    assert partner.listed("NEW") == [order.bundle_no]


def test_032_names_are_korean_and_their_spelling_can_be_set(partner):
    order = partner.shipped()
    bundle = partner.bundle(order.bundle_no)
    shown = bundle["delivery"]
    assert (shown["shipStatus"], shown["shipMethod"], bundle["prepayment"]) == (
        "배송중",
        "택배배송",
        "선결제",
    )
    assert bundle["shipType"] == "조건부무료"
    partner.set(ship_method_display="prefixed", prepaid_display="선불")
    bundle = partner.bundle(order.bundle_no)
    assert (bundle["delivery"]["shipMethod"], bundle["prepayment"]) == ("일반-택배배송", "선불")
    collect = partner.order(prepaid=False)
    assert partner.bundle(collect.bundle_no)["prepayment"] == "착불"


def test_033_confirm_moves_every_line_and_sets_the_date(partner, product_body):
    number = partner.data("products_save", **product_body)["productNo"]
    lines = [OrderLine(number, 2, 1), OrderLine(number, 1, 2)]
    order = partner.order(lines=lines)
    partner.sandbox.advance(minutes=5)
    partner.done("orders_confirm", bundleNo=order.bundle_no)
    bundle = partner.bundle(order.bundle_no)
    assert bundle["delivery"]["shipStatus"] == "상품준비중"
    assert bundle["orderConfirmDate"] == "2024-05-20 10:05:00"
    assert [o["orderOptionNo"] for p in bundle["orderProduct"] for o in p["orderOption"]] == list(
        order.order_option_nos
    )


def test_034_a_repeated_confirm_answers_already_and_keeps_the_date(partner):
    order = partner.confirmed()
    partner.sandbox.advance(hours=1)
    assert "이미" in partner.refused("orders_confirm", bundleNo=order.bundle_no)
    assert partner.bundle(order.bundle_no)["orderConfirmDate"] == "2024-05-20 10:00:00"


def test_035_a_new_bundle_cannot_be_shipped(partner):
    order = partner.order()
    text = partner.refused("orders_ship", bundleNo=order.bundle_no, **PARCEL)
    assert text == "주문확인건만 발송처리 가능합니다"


def test_036_shipping_moves_the_whole_bundle(partner):
    order = partner.shipped()
    bundle = partner.bundle(order.bundle_no)
    assert bundle["orderShippingDate"] == "2024-05-20 10:00:00"
    assert bundle["shipCompleteDate"] == ""
    delivery = bundle["delivery"]
    assert delivery["shipStatus"] == "배송중"
    assert (delivery["parcelCompany"], delivery["invoiceNo"]) == ("CJ대한통운", "600000000001")


@pytest.mark.parametrize("change", [{}, {"invoiceNo": "999"}, {"parcelCompanyCode": "D001"}])
def test_037_repeated_shipping_answers_already_and_keeps_the_invoice(partner, change):
    order = partner.shipped()
    assert "이미" in partner.refused("orders_ship", bundleNo=order.bundle_no, **(PARCEL | change))
    delivery = partner.bundle(order.bundle_no)["delivery"]
    assert (delivery["parcelCompany"], delivery["invoiceNo"]) == ("CJ대한통운", "600000000001")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"parcelCompanyCode": None}, "parcelCompanyCode"),
        ({"invoiceNo": None}, "invoiceNo"),
        ({"invoiceNo": ""}, "invoiceNo"),
        ({"parcelCompanyCode": "D033"}, "parcelCompanyCode"),
        ({"parcelCompanyCode": "D099"}, "parcelCompanyCode"),
        ({"parcelCompanyCode": "CJ대한통운"}, "parcelCompanyCode"),
        ({"shipMethod": "PIGEON"}, "shipMethod"),
    ],
)
def test_038_a_parcel_needs_a_known_courier_and_an_invoice(partner, change, key):
    order = partner.confirmed()
    assert key in partner.failed("orders_ship", 422, bundleNo=order.bundle_no, **(PARCEL | change))
    assert partner.listed("CONFIRM") == [order.bundle_no]


def test_039_long_invoices_are_refused_and_letters_are_422(partner):
    order = partner.confirmed()
    send = {"bundleNo": order.bundle_no} | PARCEL
    assert "송장번호" in partner.refused("orders_ship", **(send | {"invoiceNo": "6" * 16}))
    assert "송장번호" in partner.refused("orders_ship", **(send | {"invoiceNo": "6" * 20}))
    assert "invoiceNo" in partner.failed("orders_ship", 422, **(send | {"invoiceNo": "6000-0001"}))
    partner.done("orders_ship", **(send | {"invoiceNo": "6" * 15}))
    assert "송장번호" in partner.refused(
        "orders_change_invoice", bundleNo=order.bundle_no, parcelCompanyCode="D001", invoiceNo="7" * 16
    )


def test_040_direct_delivery_keeps_its_date_and_no_invoice(partner):
    order = partner.confirmed()
    partner.done("orders_ship", bundleNo=order.bundle_no, shipMethod="DIRECT", scheduleShipDate="2024-05-26")
    delivery = partner.bundle(order.bundle_no)["delivery"]
    assert (delivery["shipMethod"], delivery["scheduleShipDate"]) == ("직접배송", "2024-05-26")
    assert (delivery["invoiceNo"], delivery["parcelCompany"]) == ("", "")


def test_041_other_delivery_keeps_its_message(partner):
    order = partner.confirmed()
    partner.done("orders_ship", bundleNo=order.bundle_no, shipMethod="ETC", shipMethodMessage="퀵서비스")
    delivery = partner.bundle(order.bundle_no)["delivery"]
    assert (delivery["shipMethod"], delivery["shipMethodMessage"]) == ("기타배송", "퀵서비스")
    partner.set(ship_method_display="prefixed")
    assert partner.bundle(order.bundle_no)["delivery"]["shipMethod"] == "기타배송"


def test_042_the_invoice_of_a_parcel_on_its_way_can_be_changed(partner):
    order = partner.shipped()
    change = {"parcelCompanyCode": "D003", "invoiceNo": "700000000002"}
    partner.done("orders_change_invoice", bundleNo=order.bundle_no, **change)
    partner.done("orders_change_invoice", bundleNo=order.bundle_no, **change)
    delivery = partner.bundle(order.bundle_no)["delivery"]
    assert (delivery["parcelCompany"], delivery["invoiceNo"]) == ("한진택배", "700000000002")
    direct = partner.confirmed()
    only = "배송중 상태에서만"
    assert only in partner.refused("orders_change_invoice", bundleNo=direct.bundle_no, **change)
    partner.done("orders_ship", bundleNo=direct.bundle_no, shipMethod="DIRECT", scheduleShipDate="2024-05-26")
    assert only in partner.refused("orders_change_invoice", bundleNo=direct.bundle_no, **change)
    partner.sandbox.deliver(partner.key, order.bundle_no)
    assert only in partner.refused("orders_change_invoice", bundleNo=order.bundle_no, **change)


def test_043_only_direct_deliveries_are_completed_by_hand(partner):
    parcel = partner.shipped()
    assert "직접배송" in partner.refused("orders_complete_direct", bundleNo=parcel.bundle_no)
    order = partner.confirmed(ship_method="DIRECT")
    assert "직접배송" in partner.refused("orders_complete_direct", bundleNo=order.bundle_no)
    partner.done("orders_ship", bundleNo=order.bundle_no, shipMethod="DIRECT", scheduleShipDate="2024-05-21")
    partner.sandbox.advance(hours=2)
    partner.done("orders_complete_direct", bundleNo=order.bundle_no)
    bundle = partner.bundle(order.bundle_no)
    assert (bundle["delivery"]["shipStatus"], bundle["shipCompleteDate"]) == (
        "배송완료",
        "2024-05-20 12:00:00",
    )
    assert "이미" in partner.refused("orders_complete_direct", bundleNo=order.bundle_no)


def test_044_a_direct_delivery_completes_after_seven_days(partner):
    order = partner.confirmed()
    partner.done("orders_ship", bundleNo=order.bundle_no, shipMethod="DIRECT", scheduleShipDate="2024-05-21")
    partner.sandbox.set_clock(at("2024-05-27 09:59:59"))
    assert partner.bundle(order.bundle_no)["delivery"]["shipStatus"] == "배송중"
    partner.sandbox.set_clock(at("2024-05-29 09:00:00"))
    bundle = partner.bundle(order.bundle_no)
    assert (bundle["delivery"]["shipStatus"], bundle["shipCompleteDate"]) == (
        "배송완료",
        "2024-05-27 10:00:00",
    )


@pytest.mark.parametrize("days", [0, 1, 2, 5])
def test_045_a_parcel_arrives_after_the_transit_days(partner, days):
    partner.set(transit_days=days)
    order = partner.shipped()
    if days:
        partner.sandbox.advance(timedelta(days=days, seconds=-1))
        assert partner.bundle(order.bundle_no)["delivery"]["shipStatus"] == "배송중"
        partner.sandbox.advance(seconds=1)
    bundle = partner.bundle(order.bundle_no)
    assert bundle["delivery"]["shipStatus"] == "배송완료"
    assert bundle["shipCompleteDate"] == f"2024-05-{20 + days} 10:00:00"


def two_options(partner, product_body, **more):
    number = partner.data("products_save", **product_body)["productNo"]
    first, second = OrderLine(number, 2, 1, wmp_discount=500, seller_discount=1000), OrderLine(number, 1, 2)
    return partner.order(lines=[first, second], **more)


def test_046_seller_cancel_removes_exactly_one_line(partner, product_body):
    order = two_options(partner, product_body)
    first, second = order.order_option_nos
    partner.done("orders_cancel_option", orderOptionNo=first)
    bundle = partner.bundle(order.bundle_no)
    assert [o["orderOptionNo"] for p in bundle["orderProduct"] for o in p["orderOption"]] == [second]
    assert bundle["orderProduct"][0]["productQty"] == 1
    assert "이미" in partner.refused("orders_cancel_option", orderOptionNo=first)
    partner.done("orders_cancel_option", orderOptionNo=second)
    assert partner.listed("NEW") == []
    assert partner.data("orders_get", bundleNo=order.bundle_no) == {"bundle": []}
    assert "존재하지 않는 배송번호" in partner.refused("orders_confirm", bundleNo=order.bundle_no)
    assert "존재하지 않는 옵션주문번호" in partner.refused("orders_cancel_option", orderOptionNo=1)


def test_047_seller_cancel_after_shipping_is_refused(partner):
    order = partner.shipped()
    text = partner.refused("orders_cancel_option", orderOptionNo=order.order_option_nos[0])
    assert "발송 전 주문만" in text


def test_048_seller_cancel_leaves_the_stock(partner, product_body):
    order = two_options(partner, product_body)
    number = partner.bundle(order.bundle_no)["orderProduct"][0]["productNo"]
    before = partner.product(number)["option"]
    assert [row["stockCount"] for row in before["selectOptionValueList"]] == [28, 19]
    partner.done("orders_cancel_option", orderOptionNo=order.order_option_nos[0])
    assert partner.product(number)["option"] == before


def test_049_seller_cancel_is_booked_as_an_approved_cancel(partner):
    order = partner.order()
    partner.done("orders_cancel_option", orderOptionNo=order.order_option_nos[0])
    (number,) = partner.claims("CANCEL", "APPROVE")
    claim = partner.claim(number)
    assert (claim["claimWhoReason"], claim["claimStatus"]) == ("판매자책임", "취소승인")
    assert claim["orderProduct"][0]["orderOption"][0]["orderOptionNo"] == order.order_option_nos[0]
    assert partner.claims("CANCEL", "REQUEST") == []


def test_049_seller_cancel_takes_the_line_out_of_an_open_cancel(partner, product_body):
    order = two_options(partner, product_body)
    first, second = order.order_option_nos
    both = partner.sandbox.request_cancel(partner.key, order.bundle_no)
    partner.done("orders_cancel_option", orderOptionNo=first)
    options = [o["orderOptionNo"] for p in partner.claim(both)["orderProduct"] for o in p["orderOption"]]
    assert options == [second]
    partner.done("orders_cancel_option", orderOptionNo=second)
    assert partner.refused("claims_approve", claimBundleNo=both, claimType="CANCEL") == "철회된 클레임입니다."


@pytest.mark.parametrize("kind", ["return", "exchange"])
def test_050_the_detail_of_a_bundle_in_a_claim_is_empty(partner, kind):
    order = partner.shipped()
    ask = partner.sandbox.request_return if kind == "return" else partner.sandbox.request_exchange
    claim = ask(partner.key, order.bundle_no)
    assert partner.data("orders_get", bundleNo=order.bundle_no) == {"bundle": []}
    assert partner.listed("DELIVERY") == [order.bundle_no]
    partner.sandbox.withdraw(partner.key, claim)
    assert partner.bundle(order.bundle_no)["bundleNo"] == order.bundle_no


def test_051_two_options_share_one_set_of_discounts(partner, product_body):
    order = two_options(partner, product_body)
    (product,) = partner.bundle(order.bundle_no)["orderProduct"]
    assert [o["optionQty"] for o in product["orderOption"]] == [2, 1]
    assert (product["wmpChargeDiscountPrice"], product["sellerChargeDiscountPrice"]) == (500, 1000)
    assert all("wmpChargeDiscountPrice" not in option for option in product["orderOption"])
    assert product["productQty"] == 3


def test_052_an_open_cancel_blocks_confirm_and_ship(partner):
    new, confirmed = partner.order(), partner.confirmed()
    for order in (new, confirmed):
        partner.sandbox.request_cancel(partner.key, order.bundle_no)
    assert "취소신청" in partner.refused("orders_confirm", bundleNo=new.bundle_no)
    assert "취소신청" in partner.refused("orders_ship", bundleNo=confirmed.bundle_no, **PARCEL)
    assert (partner.listed("NEW"), partner.listed("CONFIRM")) == ([new.bundle_no], [confirmed.bundle_no])


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("orders_confirm", {}),
        ("orders_ship", PARCEL),
        ("orders_change_invoice", {"parcelCompanyCode": "D002", "invoiceNo": "1"}),
        ("orders_complete_direct", {}),
    ],
)
def test_053_unknown_bundles(partner, operation, more):
    assert partner.data("orders_get", bundleNo=987654321) == {"bundle": []}
    assert "존재하지 않는 배송번호" in partner.refused(operation, bundleNo=987654321, **more)


def test_typed_text_follows_a_bar_and_numbers_follow_the_checkout(partner, product_body):
    number = partner.data("products_save", **product_body)["productNo"]
    first = partner.order(lines=[{"product_no": number, "option_no": 2, "typed": "홍길동"}])
    second = partner.order(purchase_no=first.purchase_no)
    assert partner.bundle(first.bundle_no)["orderProduct"][0]["orderOption"][0]["optionName"] == "흰색|홍길동"
    assert partner.bundle(second.bundle_no)["purchaseNo"] == first.purchase_no
    assert number > 2**31


@pytest.mark.parametrize(("setting", "blank"), [("empty", ""), ("null", None)])
def test_123_order_texts_that_do_not_apply_are_empty_and_null_by_a_setting(partner, setting, blank):
    partner.set(blank_text=setting)
    delivery = partner.bundle(partner.order().bundle_no)["delivery"]
    keys = ("shipMethodMessage", "parcelCompany", "invoiceNo", "customsPin")
    assert [delivery[key] for key in keys] == [blank] * 4
