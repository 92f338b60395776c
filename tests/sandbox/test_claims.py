"""Behaviours 54 to 80: claims."""

from datetime import datetime, timedelta

import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import OrderLine, SandboxError

PARCEL = {"shipMethod": "PARCEL", "parcelCompanyCode": "D002", "invoiceNo": "600000000001"}
PICKUP = {"shipMethod": "PARCEL", "parcelCompanyCode": "D003", "invoiceNo": "700000000001"}
REJECT = {
    "claimType": "CANCEL",
    "rejectReasonCode": "CJD3",
    "rejectReasonDetail": "이미 출고했습니다",
} | PARCEL


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=KST)


def cancel(partner, **more):
    order = partner.order(quantity=2)
    return order, partner.sandbox.request_cancel(partner.key, order.bundle_no, **more)


def returned(partner, kind="RETURN", **more):
    order = partner.shipped()
    ask = partner.sandbox.request_return if kind == "RETURN" else partner.sandbox.request_exchange
    return order, ask(partner.key, order.bundle_no, **more)


def picked_up(partner, kind="RETURN"):
    order, claim = returned(partner, kind)
    partner.done("claims_complete_pickup", claimBundleNo=claim, claimType=kind)
    return order, claim


def test_054_the_claim_window_follows_the_order_window(partner):
    ask = {"claimType": "CANCEL", "claimStatus": "REQUEST", "fromDate": "2024-05-19 10:00:00"}
    text = partner.failed("claims_list", 422, toDate="2024-05-20 10:00:00", **ask)
    assert "24시간미만" in text.replace(" ", "")
    partner.data("claims_list", toDate="2024-05-20 09:59:59", **ask)
    assert "toDate" in partner.failed("claims_list", 422, toDate="2024-05-19 09:59:59", **ask)
    _, claim = cancel(partner)
    edge = {"fromDate": "2024-05-20 10:00:00", "toDate": "2024-05-20 10:00:00"}
    assert partner.claims("CANCEL", "REQUEST", **edge) == [claim]
    future = {"fromDate": "2024-05-20 10:00:00", "toDate": "2024-05-21 09:00:00"}
    assert partner.claims("CANCEL", "REQUEST", **future) == [claim]
    late = {"fromDate": "2024-05-20 10:00:01", "toDate": "2024-05-20 11:00:00"}
    assert partner.claims("CANCEL", "REQUEST", **late) == []


def test_055_the_list_filters_on_kind_and_status(partner):
    _, wanted = cancel(partner)
    _, approved = cancel(partner)
    partner.done("claims_approve", claimBundleNo=approved, claimType="CANCEL")
    _, back = returned(partner)
    _, swap = returned(partner, "EXCHANGE")
    assert partner.claims("CANCEL", "REQUEST") == [wanted]
    assert partner.claims("CANCEL", "APPROVE") == [approved]
    assert partner.claims("RETURN", "REQUEST") == [back]
    assert partner.claims("EXCHANGE", "REQUEST") == [swap]
    assert partner.claims("RETURN", "PENDING") == []


def test_056_without_a_date_kind_the_request_date_is_used(partner):
    _, claim = cancel(partner, at="2024-05-18 10:00:00")
    partner.done("claims_approve", claimBundleNo=claim, claimType="CANCEL")
    assert partner.claims("CANCEL", "APPROVE") == []
    day = {"fromDate": "2024-05-18 00:00:00", "toDate": "2024-05-18 23:59:59"}
    assert partner.claims("CANCEL", "APPROVE", **day) == [claim]


def test_057_the_date_kind_is_independent_of_the_status(partner):
    _, claim = cancel(partner, at="2024-05-18 10:00:00")
    partner.done("claims_approve", claimBundleNo=claim, claimType="CANCEL")
    day = {"fromDate": "2024-05-18 00:00:00", "toDate": "2024-05-18 23:59:59"}
    assert partner.claims("CANCEL", "APPROVE", searchDateType="REQUEST", **day) == [claim]
    assert partner.claims("CANCEL", "APPROVE", searchDateType="REQUEST") == []
    assert partner.claims("CANCEL", "APPROVE", searchDateType="APPROVE") == [claim]


def test_058_a_withdrawn_cancel_is_never_seen(partner):
    _, claim = cancel(partner)
    partner.sandbox.withdraw(partner.key, claim)
    for date in ("REQUEST", "APPROVE", "WITHDRAW"):
        assert partner.claims("CANCEL", "WITHDRAW", searchDateType=date) == []
    assert partner.data("claims_get", claimBundleNo=claim) == {"claim": []}


def test_059_a_withdrawn_cancel_shows_only_as_a_refusal(partner):
    order, claim = cancel(partner)
    partner.sandbox.withdraw(partner.key, claim)
    text = "철회된 클레임입니다."
    assert partner.refused("claims_approve", claimBundleNo=claim, claimType="CANCEL") == text
    assert partner.refused("claims_reject", claimBundleNo=claim, **REJECT) == text
    assert partner.listed("NEW") == [order.bundle_no]
    partner.done("orders_confirm", bundleNo=order.bundle_no)


@pytest.mark.parametrize("kind", ["RETURN", "EXCHANGE"])
def test_060_withdrawn_returns_and_exchanges_are_listed(partner, kind):
    _, claim = returned(partner, kind)
    partner.sandbox.withdraw(partner.key, claim)
    assert partner.claims(kind, "WITHDRAW") == [claim]
    assert partner.claims(kind, "WITHDRAW", searchDateType="WITHDRAW") == [claim]
    assert partner.claim(claim)["claimStatus"].endswith("철회")
    body = {"claimBundleNo": claim, "claimType": kind}
    assert "철회" in partner.refused("claims_complete_pickup", **body)
    assert "철회" in partner.refused("claims_register_pickup", **body, **PICKUP)


def test_061_kind_and_state_are_korean_names(partner):
    assert partner.claim(cancel(partner)[1])["claimStatus"] == "취소신청"
    back, swap = partner.claim(returned(partner)[1]), partner.claim(returned(partner, "EXCHANGE")[1])
    assert (back["claimType"], back["claimStatus"]) == ("반품", "반품신청")
    assert (swap["claimType"], swap["claimStatus"]) == ("교환", "교환신청")


def test_062_a_part_of_the_pieces_can_be_claimed(partner):
    order = partner.order(quantity=2)
    claim = partner.sandbox.request_cancel(partner.key, order.bundle_no, {order.order_option_nos[0]: 1})
    (product,) = partner.claim(claim)["orderProduct"]
    assert (product["orderOption"][0]["optionQty"], product["productQty"]) == (1, 2)


def test_063_approving_a_cancel_lowers_or_removes_the_line(partner):
    order = partner.order(quantity=3)
    line = order.order_option_nos[0]
    claim = partner.sandbox.request_cancel(partner.key, order.bundle_no, {line: 1})
    partner.done("claims_approve", claimBundleNo=claim, claimType="CANCEL")
    (product,) = partner.bundle(order.bundle_no)["orderProduct"]
    assert (product["orderOption"][0]["optionQty"], product["productQty"]) == (2, 2)
    rest = partner.sandbox.request_cancel(partner.key, order.bundle_no)
    partner.done("claims_approve", claimBundleNo=rest, claimType="CANCEL")
    assert partner.data("orders_get", bundleNo=order.bundle_no) == {"bundle": []}
    assert partner.listed("NEW") == []
    assert partner.claim(claim)["orderProduct"][0]["orderOption"][0]["optionQty"] == 1


def test_064_approving_sets_the_date_and_a_repeat_is_told(partner):
    _, claim = cancel(partner)
    partner.sandbox.advance(minutes=1)
    partner.done("claims_approve", claimBundleNo=claim, claimType="CANCEL")
    assert partner.claim(claim)["approveDate"] == "2024-05-20 10:01:00"
    assert "승인된" in partner.refused("claims_approve", claimBundleNo=claim, claimType="CANCEL")
    assert "승인된" in partner.refused("claims_reject", claimBundleNo=claim, **REJECT)


@pytest.mark.parametrize(
    ("asked", "holidays", "due"),
    [
        ("2024-05-20 10:00:00", [], "2024-05-22 10:00:00"),
        ("2024-05-24 15:00:00", [], "2024-05-28 15:00:00"),
        ("2024-05-25 12:00:00", [], "2024-05-29 00:00:00"),
        ("2024-05-20 10:00:00", ["2024-05-21"], "2024-05-23 10:00:00"),
        ("2024-05-23 09:00:00", ["2024-05-24", "2024-05-27"], "2024-05-29 09:00:00"),
    ],
)
def test_065_an_untouched_cancel_is_approved_after_two_business_days(partner, asked, holidays, due):
    partner.set(holidays=holidays)
    partner.sandbox.set_clock(at(asked))
    order = partner.order()
    claim = partner.sandbox.request_cancel(partner.key, order.bundle_no)
    partner.sandbox.set_clock(at(due) - timedelta(seconds=1))
    assert partner.claim(claim)["claimStatus"] == "취소신청"
    partner.sandbox.advance(hours=30)
    shown = partner.claim(claim)
    assert (shown["claimStatus"], shown["approveDate"]) == ("취소승인", due)
    assert partner.data("orders_get", bundleNo=order.bundle_no) == {"bundle": []}
    (entry,) = [
        e for e in partner.sandbox.journal if e.targets.get("claimBundleNo") == claim and e.actor == "site"
    ]
    assert (entry.operation, entry.at) == ("auto_approve_cancel", due)


@pytest.mark.parametrize("state", ["NEW", "CONFIRM"])
def test_066_rejecting_a_cancel_ships_the_bundle(partner, state):
    order = partner.order()
    if state == "CONFIRM":
        partner.done("orders_confirm", bundleNo=order.bundle_no)
    claim = partner.sandbox.request_cancel(partner.key, order.bundle_no)
    partner.done("claims_reject", claimBundleNo=claim, **REJECT)
    shown = partner.claim(claim)
    assert (shown["claimStatus"], shown["rejectReason"]) == ("취소거절", "이미출고")
    assert (shown["rejectDate"], shown["rejectReasonDetail"]) == ("2024-05-20 10:00:00", "이미 출고했습니다")
    delivery = partner.bundle(order.bundle_no)["delivery"]
    assert (delivery["shipStatus"], delivery["invoiceNo"]) == ("배송중", "600000000001")
    assert delivery["parcelCompany"] == "CJ대한통운"
    assert "이미" in partner.refused("orders_ship", bundleNo=order.bundle_no, **PARCEL)
    assert "거절된" in partner.refused("claims_reject", claimBundleNo=claim, **REJECT)
    assert "거절된" in partner.refused("claims_approve", claimBundleNo=claim, claimType="CANCEL")
    assert partner.claims("CANCEL", "REJECT") == [claim]


def test_066_a_bad_invoice_on_a_reject_changes_nothing(partner):
    order, claim = cancel(partner)
    assert "invoiceNo" in partner.failed(
        "claims_reject", 422, claimBundleNo=claim, **(REJECT | {"invoiceNo": "6" * 16})
    )
    assert partner.claim(claim)["claimStatus"] == "취소신청"
    assert partner.listed("NEW") == [order.bundle_no]


def test_067_a_reject_keeps_every_line(partner, product_body):
    number = partner.data("products_save", **product_body)["productNo"]
    order = partner.order(lines=[OrderLine(number, 2, 1), OrderLine(number, 1, 2)])
    claim = partner.sandbox.request_cancel(partner.key, order.bundle_no, {order.order_option_nos[0]: 1})
    before = partner.bundle(order.bundle_no)["orderProduct"]
    partner.done("claims_reject", claimBundleNo=claim, **REJECT)
    assert partner.bundle(order.bundle_no)["orderProduct"] == before


@pytest.mark.parametrize("kind", ["RETURN", "EXCHANGE"])
def test_068_registering_a_pickup_leaves_the_waiting_state(partner, kind):
    _, claim = returned(partner, kind)
    body = {"claimBundleNo": claim, "claimType": kind} | PICKUP
    assert partner.claim(claim)["pickup"]["shipStatus"] == "수거요청대기"
    partner.done("claims_register_pickup", **body)
    pickup = partner.claim(claim)["pickup"]
    assert (pickup["shipStatus"], pickup["shipMethod"]) == ("요청완료", "택배배송")
    assert (pickup["parcelCompany"], pickup["invoiceNo"]) == ("한진택배", "700000000001")
    assert "수거요청대기 상태에서만" in partner.refused("claims_register_pickup", **body)


def test_069_the_outbound_invoice_is_refused_for_a_parcel_pickup(partner):
    _, claim = returned(partner)
    body = {"claimBundleNo": claim, "claimType": "RETURN"}
    text = partner.refused("claims_register_pickup", **body, **PARCEL)
    assert "원송장 정보와 동일" in text
    partner.done(
        "claims_register_pickup",
        **body,
        shipMethod="DIRECT",
        scheduleShipDate="2024-05-22",
        invoiceNo="600000000001",
    )
    pickup = partner.claim(claim)["pickup"]
    assert (pickup["shipMethod"], pickup["scheduleShipDate"]) == ("직접배송", "2024-05-22")
    assert pickup["invoiceNo"] == "600000000001"


def test_070_a_pickup_is_registered_in_request_only(partner):
    _, claim = picked_up(partner)
    partner.done("claims_approve", claimBundleNo=claim, claimType="RETURN")
    text = partner.refused("claims_register_pickup", claimBundleNo=claim, claimType="RETURN", **PICKUP)
    assert "클레임 신청단계만" in text


@pytest.mark.parametrize("kind", ["RETURN", "EXCHANGE"])
def test_071_completing_a_pickup_and_its_repeat(partner, kind):
    _, claim = returned(partner, kind)
    body = {"claimBundleNo": claim, "claimType": kind}
    partner.done("claims_register_pickup", **body, **PICKUP)
    partner.done("claims_complete_pickup", **body)
    pickup = partner.claim(claim)["pickup"]
    assert (pickup["shipStatus"], pickup["invoiceNo"]) == ("수거완료", "700000000001")
    assert "수거완료된" in partner.refused("claims_complete_pickup", **body)


def test_072_completing_a_pickup_outside_request_and_pending(partner):
    _, claim = picked_up(partner)
    partner.done("claims_approve", claimBundleNo=claim, claimType="RETURN")
    text = partner.refused("claims_complete_pickup", claimBundleNo=claim, claimType="RETURN")
    assert "신청/보류 단계만" in text


def test_073_a_return_is_approved_after_the_pickup(partner):
    order, claim = returned(partner)
    body = {"claimBundleNo": claim, "claimType": "RETURN"}
    assert "수거완료 후" in partner.refused("claims_approve", **body)
    partner.done("claims_complete_pickup", **body)
    partner.done("claims_approve", **body)
    shown = partner.claim(claim)
    assert (shown["claimStatus"], shown["approveDate"]) == ("반품승인", "2024-05-20 10:00:00")
    assert partner.bundle(order.bundle_no)["orderProduct"]


def test_074_hold_and_approval_from_hold(partner):
    _, claim = returned(partner)
    body = {"claimBundleNo": claim, "claimType": "RETURN"}
    hold = body | {"pendingReasonCode": "RPD5", "pendingReasonDetail": "검수 중입니다"}
    assert "수거완료 상태에서만" in partner.refused("claims_hold", **hold)
    partner.done("claims_complete_pickup", **body)
    partner.done("claims_hold", **hold)
    shown = partner.claim(claim)
    assert (shown["claimStatus"], shown["pendingDate"]) == ("반품보류", "2024-05-20 10:00:00")
    assert (shown["pendingReason"], shown["pendingReasonDetail"]) == ("반품임시보류", "검수 중입니다")
    assert "보류된" in partner.refused("claims_hold", **hold)
    assert partner.claims("RETURN", "PENDING") == [claim]
    partner.done("claims_approve", **body)
    assert partner.claim(claim)["claimStatus"] == "반품승인"
    assert "수거완료 상태에서만" in partner.refused("claims_hold", **hold)


def test_075_exchange_shipment(partner):
    _, claim = returned(partner, "EXCHANGE")
    body = {"claimBundleNo": claim, "claimType": "EXCHANGE"}
    send = body | {"shipMethod": "PARCEL", "parcelCompanyCode": "D001", "invoiceNo": "800000000001"}
    assert "수거완료 후" in partner.refused("claims_ship_exchange", **send)
    partner.done("claims_complete_pickup", **body)
    partner.done("claims_ship_exchange", **send)
    shown = partner.claim(claim)
    assert shown["claimStatus"] == "교환승인"
    leg = shown["delivery"]
    assert (leg["shipStatus"], leg["parcelCompany"], leg["invoiceNo"]) == (
        "배송중",
        "우체국택배",
        "800000000001",
    )
    assert "신청/보류" in partner.refused("claims_ship_exchange", **send)
    assert partner.claim(claim)["delivery"] == leg


def test_075_exchange_shipment_by_hand_carries_a_day(partner):
    _, claim = picked_up(partner, "EXCHANGE")
    partner.done(
        "claims_ship_exchange",
        claimBundleNo=claim,
        claimType="EXCHANGE",
        shipMethod="DIRECT",
        scheduleShipDate="2024-05-23",
    )
    assert partner.claim(claim)["delivery"]["scheduleShipDate"] == "2024-05-23"


def test_076_completing_an_exchange(partner):
    _, claim = picked_up(partner, "EXCHANGE")
    body = {"claimBundleNo": claim, "claimType": "EXCHANGE"}
    assert "교환배송 등록 후" in partner.refused("claims_complete_exchange", **body)
    partner.done("claims_ship_exchange", **body, shipMethod="DIRECT", scheduleShipDate="2024-05-23")
    assert partner.data("orders_get", bundleNo=partner.claim(claim)["bundleNo"]) == {"bundle": []}
    partner.done("claims_complete_exchange", **body)
    shown = partner.claim(claim)
    assert (shown["claimStatus"], shown["delivery"]["shipStatus"]) == ("교환완료", "배송완료")
    assert "완료된" in partner.refused("claims_complete_exchange", **body)
    assert partner.claims("EXCHANGE", "APPROVE") == [claim]
    assert partner.bundle(shown["bundleNo"])


def test_077_approve_is_not_for_exchanges_and_reject_not_for_returns(partner):
    _, swap = returned(partner, "EXCHANGE")
    assert "claimType" in partner.failed("claims_approve", 422, claimBundleNo=swap, claimType="EXCHANGE")
    _, back = returned(partner)
    assert "claimType" in partner.failed(
        "claims_reject", 422, claimBundleNo=back, **(REJECT | {"claimType": "RETURN"})
    )


def test_078_goods_the_buyer_sent_can_be_picked_up_at_once(partner):
    _, claim = returned(partner, courier="D002", invoice="900000000009")
    pickup = partner.claim(claim)["pickup"]
    assert (pickup["shipStatus"], pickup["invoiceNo"]) == ("수거요청대기", "900000000009")
    partner.done("claims_complete_pickup", claimBundleNo=claim, claimType="RETURN")
    assert partner.claim(claim)["pickup"]["shipStatus"] == "수거완료"


def test_079_a_sold_out_return_is_approved_at_first_sight(partner):
    _, claim = returned(partner, sold_out=True)
    assert partner.claims("RETURN", "REQUEST") == []
    assert partner.claims("RETURN", "APPROVE") == [claim]
    shown = partner.claim(claim)
    assert (shown["claimStatus"], shown["claimReason"]) == ("반품승인", "재고없음/발송불가")


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("claims_approve", {"claimType": "CANCEL"}),
        ("claims_reject", REJECT),
        ("claims_hold", {"claimType": "RETURN", "pendingReasonCode": "RPD5", "pendingReasonDetail": "검수"}),
        ("claims_register_pickup", {"claimType": "RETURN"} | PICKUP),
        ("claims_complete_pickup", {"claimType": "EXCHANGE"}),
        ("claims_ship_exchange", {"claimType": "EXCHANGE"} | PICKUP),
        ("claims_complete_exchange", {"claimType": "EXCHANGE"}),
    ],
)
def test_080_unknown_claims(partner, operation, more):
    assert partner.data("claims_get", claimBundleNo=987654321) == {"claim": []}
    assert "존재하지 않는 클레임번호" in partner.refused(operation, claimBundleNo=987654321, **more)


def test_a_claim_of_another_kind_is_unknown(partner):
    _, claim = returned(partner)
    assert "존재하지 않는 클레임번호" in partner.refused(
        "claims_approve", claimBundleNo=claim, claimType="CANCEL"
    )


def test_buyers_cannot_do_what_makes_no_sense(partner):
    order, claim = cancel(partner)
    with pytest.raises(SandboxError, match="open cancel"):
        partner.sandbox.request_cancel(partner.key, order.bundle_no)
    partner.sandbox.withdraw(partner.key, claim)
    with pytest.raises(SandboxError, match="WITHDRAW"):
        partner.sandbox.withdraw(partner.key, claim)
    with pytest.raises(SandboxError, match="2 pieces"):
        partner.sandbox.request_cancel(partner.key, order.bundle_no, {order.order_option_nos[0]: 3})
    with pytest.raises(SandboxError, match="DELIVERY or COMPLETE"):
        partner.sandbox.request_return(partner.key, order.bundle_no)
    with pytest.raises(SandboxError, match="no bundle"):
        partner.sandbox.request_cancel(partner.key, 5)


def test_box_fee_and_fault_are_shown(partner):
    _, claim = returned(partner, who="BUYER", enclosed=True)
    shown = partner.claim(claim)
    assert (shown["claimShipFeeEnclose"], shown["claimWhoReason"], shown["claimFee"]) == (
        "박스동봉",
        "구매자책임",
        3000,
    )


def test_122_a_held_cancel_waits_for_an_answer_however_long(partner):
    order, claim = cancel(partner)
    partner.sandbox.hold_cancel(partner.key, claim, "출고 확인 중")
    assert partner.claims("CANCEL", "REQUEST") == []
    assert partner.claims("CANCEL", "PENDING") == [claim]
    shown = partner.claim(claim)
    assert (shown["claimStatus"], shown["pendingReasonDetail"]) == ("취소보류", "출고 확인 중")
    partner.sandbox.advance(days=14)
    assert partner.claim(claim)["claimStatus"] == "취소보류"
    assert "취소신청" in partner.refused("orders_confirm", bundleNo=order.bundle_no)
    partner.done("claims_approve", claimBundleNo=claim, claimType="CANCEL")
    assert partner.claim(claim)["claimStatus"] == "취소승인"
    with pytest.raises(SandboxError, match="CANCEL in APPROVE; hold takes a CANCEL in REQUEST"):
        partner.sandbox.hold_cancel(partner.key, claim)


def test_122_a_held_cancel_can_be_rejected(partner):
    order, claim = cancel(partner)
    partner.sandbox.hold_cancel(partner.key, claim)
    partner.done("claims_reject", claimBundleNo=claim, **REJECT)
    assert partner.claim(claim)["claimStatus"] == "취소거절"
    assert partner.bundle(order.bundle_no)["delivery"]["shipStatus"] == "배송중"
