"""What a verifying read proves about every unsafe write, and what it must leave undecided."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import BadRequestError, NetworkError, NotFoundError
from wemakeprice_sdk.models import (
    BundleNoRequest,
    CertificationInput,
    CertificationState,
    CertificationType,
    ChangeInvoiceRequest,
    ClaimApproveRequest,
    ClaimDateType,
    ClaimHoldRequest,
    ClaimRejectRequest,
    ClaimStatus,
    ClaimType,
    ExchangeCompleteRequest,
    ExchangeShipRequest,
    OptionCancelRequest,
    PickupCompleteRequest,
    PickupRequest,
    ProductBasicUpdate,
    ProductInput,
    ProductOptionUpdate,
    ProductSaleUpdate,
    ProductStatus,
    ProductStatusUpdate,
    ShipMethod,
    ShippingTemplateInput,
    ShipRequest,
    ShipType,
    WriteModel,
)
from wemakeprice_sdk.wire import windows
from wemakeprice_sdk.wire.converter import read, write
from wemakeprice_sdk.wire.envelope import Success
from wemakeprice_sdk.wire.operations import OPERATIONS, Retry
from wemakeprice_sdk.wire.verification import (
    NOTHING_KNOWN,
    Known,
    Verdict,
    Verification,
    VerificationData,
    VerifyRead,
    plan_verification,
    verification_steps,
    verify,
)

A, N, C, U, H = (
    Verdict.APPLIED,
    Verdict.NOT_APPLIED,
    Verdict.CONFLICT,
    Verdict.UNDECIDED,
    Verdict.HALF_DONE,
)
DAY = windows.parse_day("2026-01-05")

# The rules as the contract words them; whoever changes the contract has to come by here.
RULES = {
    "shipping_save_policy": "create: a row with the same name, kind, fees and addresses; update: the row with this shipPolicyNo carries the sent values",
    "products_save": "update: stored values equal the sent ones after name and notice cutting",
    "products_update_basic": "data.basic equals the sent block after name cutting",
    "products_update_sale": "data.sale equals the sent block",
    "products_update_options": "data.option.selectOptionValueList equals the sent list by values, stock and display",
    "products_set_status": "basic.productStatusName is 판매중지 after S; neither 판매중지 nor 판매종료 after A",
    "orders_confirm": "delivery.shipStatus is 상품준비중 or later, or orderConfirmDate is set",
    "orders_ship": "delivery.shipStatus is 배송중 or 배송완료 and parcelCompany and invoiceNo equal the sent ones",
    "orders_change_invoice": "delivery.parcelCompany and invoiceNo equal the sent ones",
    "orders_complete_direct": "shipCompleteDate is non-empty or delivery.shipStatus is 배송완료",
    "orders_cancel_option": "the option line is gone from the bundle, or the bundle is empty",
    "claims_approve": "claimStatus reads as APPROVE",
    "claims_reject": "claimStatus reads as REJECT and the bundle is 배송중 with the sent invoice",
    "claims_hold": "claimStatus reads as PENDING",
    "claims_register_pickup": "pickup.shipStatus is no longer 수거요청대기 and pickup.invoiceNo equals the sent one",
    "claims_complete_pickup": "pickup.shipStatus is 수거완료",
    "claims_ship_exchange": "delivery.shipStatus is 배송중 or 배송완료 and delivery.invoiceNo equals the sent one",
    "claims_complete_exchange": "claimStatus is 교환완료",
}
CREATE_RULE = (
    "exactly one new productNo under a seller code that was unused before; without sellerProdCode never retry"
)


def test_the_rules_are_still_those_of_the_contract(bodies: dict[str, Any]) -> None:
    assert {name: body["x-verify-rule"] for name, body in bodies.items() if "x-verify-rule" in body} == RULES
    assert bodies["products_save"]["x-variants"]["create"]["x-verify-rule"] == CREATE_RULE
    assert set(RULES) == {row.id for row in OPERATIONS.values() if row.retry is Retry.VERIFY}


def verified(
    operation: str, sent: WriteModel, *reads: tuple[str, Any], known: Known = NOTHING_KNOWN
) -> Verification:
    read_back = VerificationData()
    for name, data in reads:
        read_back = read_back.add(VerifyRead(OPERATIONS[name]), data)
    verification = verify(OPERATIONS[operation], sent, read_back, known)
    assert verification.reason
    assert verification.reason_ko
    return verification


def bundle(status: str | None = "상품준비중", *, no: int = 1, **changes: Any) -> tuple[str, Any]:
    delivery = {"shipStatus": status, **changes.pop("delivery", {})}
    row = {"bundleNo": no, "purchaseNo": 9, "delivery": delivery, **changes}
    return "orders_get", {"bundle": [row]}


EMPTY: list[tuple[str, Any]] = [("orders_get", data) for data in (None, {}, {"bundle": None}, {"bundle": []})]
BUNDLE = BundleNoRequest(bundle_no=1)
PARCEL = ShipRequest(
    bundle_no=1, ship_method=ShipMethod.PARCEL, parcel_company_code="D002", invoice_no="600000000001"
)
DIRECT = ShipRequest(bundle_no=1, ship_method=ShipMethod.DIRECT, schedule_ship_date=DAY)
OTHER = ShipRequest(bundle_no=1, ship_method=ShipMethod.ETC, ship_method_message="화물 예시 1234")
POST = ShipRequest(bundle_no=1, ship_method=ShipMethod.POST, invoice_no="123")
INVOICE = ChangeInvoiceRequest(bundle_no=1, parcel_company_code="D002", invoice_no="600000000001")
OURS = {"shipMethod": "택배배송", "parcelCompany": "CJ대한통운", "invoiceNo": "6000-0000-0001"}


@pytest.mark.parametrize("empty", EMPTY)
@pytest.mark.parametrize(
    ("operation", "sent"),
    [("orders_confirm", BUNDLE), ("orders_ship", PARCEL), ("orders_change_invoice", INVOICE),
     ("orders_complete_direct", BUNDLE)],
)  # fmt: skip
def test_an_empty_detail_is_never_proof_of_failure(
    operation: str, sent: WriteModel, empty: tuple[str, Any]
) -> None:
    assert verified(operation, sent, empty).verdict is U
    assert verified(operation, sent, bundle("배송중", no=2, delivery=OURS)).verdict is U


@pytest.mark.parametrize(
    ("read_back", "verdict"),
    [
        (bundle("신규주문"), N), (bundle("상품준비중"), A), (bundle("배송중"), A), (bundle("배송완료"), A),
        (bundle("신규주문", orderConfirmDate="2026-01-01 10:00:00"), A), (bundle("배송보류"), U), (bundle(None), U),
        (bundle("신규주문", orderConfirmDate=""), N),
    ],
)  # fmt: skip
def test_confirm(read_back: tuple[str, Any], verdict: Verdict) -> None:
    assert verified("orders_confirm", BUNDLE, read_back).verdict is verdict


@pytest.mark.parametrize(
    ("sent", "status", "delivery", "verdict"),
    [
        (PARCEL, "배송중", OURS, A),
        (PARCEL, "배송완료", OURS, A),
        (PARCEL, "배송중", {**OURS, "shipMethod": "일반-택배배송", "parcelCompany": "D002"}, A),
        (PARCEL, "배송중", {**OURS, "shipMethod": None}, A),
        (PARCEL, "배송중", {**OURS, "invoiceNo": "600000000002"}, C),
        (PARCEL, "배송중", {**OURS, "parcelCompany": "한진택배"}, C),
        (PARCEL, "배송중", {**OURS, "shipMethod": "직접배송"}, C),
        (PARCEL, "배송중", {**OURS, "parcelCompany": "모르는택배"}, U),
        (PARCEL, "배송중", {**OURS, "parcelCompany": None}, U),
        (PARCEL, "배송중", {**OURS, "invoiceNo": None}, U),
        (PARCEL, "배송중", {**OURS, "invoiceNo": "6000****0001"}, U),
        (PARCEL, "배송보류", OURS, U),
        (PARCEL, None, OURS, U),
        (PARCEL, "상품준비중", {}, N),
        (PARCEL, "신규주문", {}, N),
        (DIRECT, "배송중", {"shipMethod": "직접배송", "scheduleShipDate": "2026-01-05"}, A),
        (DIRECT, "배송중", {"shipMethod": "직접배송", "scheduleShipDate": "2026-01-06"}, C),
        (DIRECT, "배송중", {"shipMethod": "직접배송"}, U),
        (DIRECT, "배송중", {"scheduleShipDate": "2026-01-05"}, U),
        (DIRECT, "배송중", {**OURS}, C),
        (OTHER, "배송중", {"shipMethod": "기타배송", "shipMethodMessage": "화물  예시 1234"}, A),
        (OTHER, "배송중", {"shipMethod": "기타배송", "shipMethodMessage": "다른 화물"}, C),
        (OTHER, "배송중", {"shipMethod": "기타배송", "shipMethodMessage": None}, U),
        (POST, "배송중", {"shipMethod": "우편배송", "invoiceNo": "123"}, A),
        (POST, "배송중", {"shipMethod": "우편배송", "invoiceNo": "124"}, C),
        (POST, "배송중", {"shipMethod": "우편배송"}, U),
        (POST, "배송중", {"invoiceNo": "123"}, U),
        (POST, "배송중", {"shipMethod": "드론배송", "invoiceNo": "123"}, U),
        (attrs.evolve(POST, invoice_no=None), "배송중", {"shipMethod": "우편배송"}, A),
        (PARCEL, "배송중", {**OURS, "shipMethod": "드론배송"}, A),
        (attrs.evolve(PARCEL, invoice_no=None), "배송중", OURS, U),
        (attrs.evolve(PARCEL, parcel_company_code=None), "배송중", OURS, U),
        (DIRECT, "배송중", {"shipMethod": "드론배송", "scheduleShipDate": "2026-01-05"}, U),
        (
            attrs.evolve(DIRECT, schedule_ship_date=None),
            "배송중",
            {"shipMethod": "직접배송", "scheduleShipDate": "2026-01-05"},
            U,
        ),
        (OTHER, "배송중", {"shipMethod": "기타배송", "shipMethodMessage": "화물 ****"}, U),
    ],
)
def test_ship(sent: ShipRequest, status: str | None, delivery: dict[str, Any], verdict: Verdict) -> None:
    assert verified("orders_ship", sent, bundle(status, delivery=delivery)).verdict is verdict


@given(st.text("0123456789", min_size=1, max_size=15), st.text("0123456789", min_size=1, max_size=15),
       st.sampled_from(["CJ대한통운", "한진택배", "우체국택배"]))  # fmt: skip
def test_a_shipped_bundle_is_ours_exactly_when_courier_and_invoice_are(
    sent: str, stored: str, courier: str
) -> None:
    request = attrs.evolve(PARCEL, invoice_no=sent)
    delivery = {"shipMethod": "택배배송", "parcelCompany": courier, "invoiceNo": stored}
    verdict = verified("orders_ship", request, bundle("배송중", delivery=delivery)).verdict
    assert verdict is (A if sent == stored and courier == "CJ대한통운" else C)


@pytest.mark.parametrize(
    ("delivery", "verdict"),
    [(OURS, A), ({**OURS, "invoiceNo": "1"}, N), ({**OURS, "parcelCompany": "한진택배"}, N),
     ({**OURS, "invoiceNo": None}, U), ({**OURS, "parcelCompany": "모름"}, U)],
)  # fmt: skip
def test_change_invoice(delivery: dict[str, Any], verdict: Verdict) -> None:
    assert verified("orders_change_invoice", INVOICE, bundle("배송중", delivery=delivery)).verdict is verdict


def test_an_invoice_of_a_bundle_without_a_delivery_is_undecided() -> None:
    read_back = ("orders_get", {"bundle": [{"bundleNo": 1, "purchaseNo": 9, "delivery": None}]})
    assert verified("orders_change_invoice", INVOICE, read_back).verdict is U


@pytest.mark.parametrize(
    ("operation", "sent"),
    [("orders_confirm", BUNDLE), ("orders_ship", PARCEL), ("orders_change_invoice", INVOICE),
     ("orders_complete_direct", BUNDLE)],
)  # fmt: skip
def test_what_was_not_read_at_all_is_undecided(operation: str, sent: WriteModel) -> None:
    assert verified(operation, sent).verdict is U


@pytest.mark.parametrize(
    ("read_back", "verdict"),
    [(bundle("배송완료"), A), (bundle("배송중", shipCompleteDate="2026-01-01 10:00:00"), A),
     (bundle("배송중", shipCompleteDate=""), N), (bundle("상품준비중"), N), (bundle("모름"), U)],
)  # fmt: skip
def test_complete_direct(read_back: tuple[str, Any], verdict: Verdict) -> None:
    assert verified("orders_complete_direct", BUNDLE, read_back).verdict is verdict


def lines(*numbers: int) -> tuple[str, Any]:
    options = [{"orderOptionNo": number, "optionQty": 1} for number in numbers]
    return bundle(orderProduct=[{"orderNo": 5, "orderOption": options}])


def test_cancel_option() -> None:
    sent, known = OptionCancelRequest(order_option_no=7), Known(bundle_no=1)
    before = attrs.evolve(known, option_nos_before=frozenset({7, 8}))
    assert verified("orders_cancel_option", sent, lines(7, 8), known=known).verdict is N
    assert verified("orders_cancel_option", sent, lines(8), known=before).verdict is A
    for empty in EMPTY:
        assert verified("orders_cancel_option", sent, empty, known=before).verdict is A
    assert verified("orders_cancel_option", sent, lines(8)).verdict is U
    assert verified("orders_cancel_option", sent, lines(8), known=known).verdict is U
    assert verified("orders_cancel_option", sent, bundle(no=2, orderProduct=[]), known=before).verdict is U
    elsewhere = Known(bundle_no=1, option_nos_before=frozenset({8}))
    assert verified("orders_cancel_option", sent, lines(8), known=elsewhere).verdict is U
    assert verified("orders_cancel_option", sent, known=known).verdict is U


def test_an_option_line_is_gone_only_from_a_bundle_that_was_read() -> None:
    sent, options = OptionCancelRequest(order_option_no=7), frozenset({7, 8})
    before = Known(bundle_no=1, option_nos_before=options)
    assert verified("orders_cancel_option", sent, known=before).verdict is U
    for empty in EMPTY:
        nameless = Known(option_nos_before=options)
        assert verified("orders_cancel_option", sent, empty, known=nameless).verdict is U
    assert verified("orders_cancel_option", sent, beside(lines(8), None), known=before).verdict is A


def claim(status: str | None, **changes: Any) -> tuple[str, Any]:
    row = {"claimBundleNo": 3, "claimStatus": status, "bundleNo": 1, "orderProduct": [], **changes}
    return "claims_get", {"claim": [row]}


APPROVE = ClaimApproveRequest(claim_bundle_no=3, claim_type=ClaimType.RETURN)
HOLD = ClaimHoldRequest(
    claim_bundle_no=3, claim_type=ClaimType.RETURN, pending_reason_code="RPD5", pending_reason_detail="확인"
)
REJECT = ClaimRejectRequest(
    claim_bundle_no=3, claim_type=ClaimType.CANCEL, reject_reason_code="CJD3", reject_reason_detail="이미출고",
    ship_method=ShipMethod.PARCEL, parcel_company_code="D002", invoice_no="600000000001",
)  # fmt: skip
PICKUP = PickupRequest(
    claim_bundle_no=3, claim_type=ClaimType.RETURN, ship_method=ShipMethod.PARCEL, parcel_company_code="D002",
    invoice_no="600000000001",
)  # fmt: skip
FETCH = PickupRequest(
    claim_bundle_no=3, claim_type=ClaimType.RETURN, ship_method=ShipMethod.DIRECT, schedule_ship_date=DAY,
    invoice_no="방문-1",
)  # fmt: skip
BACK = PickupCompleteRequest(claim_bundle_no=3, claim_type=ClaimType.RETURN)
EXCHANGE = ExchangeShipRequest(
    claim_bundle_no=3, claim_type=ClaimType.EXCHANGE, ship_method=ShipMethod.PARCEL, parcel_company_code="D002",
    invoice_no="600000000001",
)  # fmt: skip
BY_OPERATOR = ExchangeShipRequest(
    claim_bundle_no=3, claim_type=ClaimType.EXCHANGE, ship_method=ShipMethod.DIRECT, schedule_ship_date=DAY
)
FINISH = ExchangeCompleteRequest(claim_bundle_no=3, claim_type=ClaimType.EXCHANGE)


@pytest.mark.parametrize(
    ("operation", "sent"),
    [("claims_approve", APPROVE), ("claims_reject", REJECT), ("claims_hold", HOLD),
     ("claims_register_pickup", PICKUP), ("claims_complete_pickup", BACK), ("claims_ship_exchange", EXCHANGE),
     ("claims_complete_exchange", FINISH)],
)  # fmt: skip
@pytest.mark.parametrize(
    "data", [None, {}, {"claim": []}, {"claim": [{"claimBundleNo": 4, "claimStatus": "반품승인"}]}]
)
def test_a_claim_that_is_not_shown_proves_nothing(operation: str, sent: WriteModel, data: Any) -> None:
    assert verified(operation, sent, ("claims_get", data)).verdict is U
    for status in (None, "모름"):
        assert verified(operation, sent, claim(status)).verdict is U


@pytest.mark.parametrize(
    ("status", "approve", "hold"),
    [("반품신청", N, N), ("반품지연", N, N), ("취소보류", N, A), ("반품보류", N, A), ("반품승인", A, C), ("반품완료", A, C), ("반품거절", C, C),
     ("반품거부", C, C), ("반품철회", C, C)],
)  # fmt: skip
def test_approve_and_hold(status: str, approve: Verdict, hold: Verdict) -> None:
    assert verified("claims_approve", APPROVE, claim(status)).verdict is approve
    assert verified("claims_hold", HOLD, claim(status)).verdict is hold


@pytest.mark.parametrize(
    ("status", "shipped", "verdict"),
    [
        ("취소거절", bundle("배송중", delivery=OURS), A),
        ("취소거절", bundle("배송중", delivery={**OURS, "invoiceNo": "1"}), H),
        ("취소거절", bundle("상품준비중"), H),
        ("취소거절", bundle("신규주문"), H),
        ("취소거절", EMPTY[0], U),
        ("취소거절", bundle("배송중"), U),
        ("취소신청", EMPTY[0], N),
        ("취소승인", EMPTY[0], C),
        ("취소철회", EMPTY[0], C),
    ],
)
def test_reject_needs_the_shipped_bundle(status: str, shipped: tuple[str, Any], verdict: Verdict) -> None:
    assert verified("claims_reject", REJECT, claim(status), shipped).verdict is verdict
    nameless = claim(status, bundleNo=None)
    assert verified("claims_reject", REJECT, nameless, shipped, known=Known(bundle_no=1)).verdict is verdict


@pytest.mark.parametrize(
    ("sent", "pickup", "verdict"),
    [
        (PICKUP, {"shipStatus": "수거요청대기", **OURS}, N),
        (PICKUP, {"shipStatus": "요청대기", **OURS}, N),
        (PICKUP, {"shipStatus": "자동접수요청대기", **OURS}, U),
        (PICKUP, {"shipStatus": "수거예약", **OURS}, U),
        (PICKUP, {"shipStatus": "요청완료", **OURS}, A),
        (PICKUP, {"shipStatus": "수거완료", **OURS}, A),
        (PICKUP, {"shipStatus": "요청완료", **OURS, "invoiceNo": "1"}, C),
        (PICKUP, {"shipStatus": "요청완료", **OURS, "shipMethod": "직접배송"}, C),
        (PICKUP, {"shipStatus": "요청완료", "shipMethod": "택배배송"}, U),
        (PICKUP, {"shipStatus": "모름", **OURS}, U),
        (PICKUP, None, U),
        (FETCH, {"shipStatus": "요청완료", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-05", "invoiceNo": "방문-1"}, A),
        (FETCH, {"shipStatus": "요청완료", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-05", "invoiceNo": "방문-2"}, C),
        (FETCH, {"shipStatus": "요청완료", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-07", "invoiceNo": "방문-1"}, C),
        (FETCH, {"shipStatus": "요청완료", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-05", "invoiceNo": {"no": 1}}, U),
        (attrs.evolve(FETCH, invoice_no="12"), {"shipStatus": "요청완료", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-05", "invoiceNo": "1-2"}, A),
        (attrs.evolve(FETCH, invoice_no=None), {"shipStatus": "요청완료", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-05", "invoiceNo": "방문-1"}, A),
    ],
)  # fmt: skip
def test_register_pickup(sent: PickupRequest, pickup: Any, verdict: Verdict) -> None:
    assert verified("claims_register_pickup", sent, claim("반품신청", pickup=pickup)).verdict is verdict
    assert verified("claims_register_pickup", sent, claim("반품철회", pickup=pickup)).verdict is C


@pytest.mark.parametrize(
    ("status", "pickup", "verdict"),
    [
        ("반품신청", "수거완료", A), ("반품승인", "수거완료", A), ("반품신청", "요청완료", N), ("반품보류", "수거중", N),
        ("반품신청", "모름", U), ("반품신청", None, U), ("반품승인", "요청완료", C), ("반품철회", "요청완료", C),
    ],
)  # fmt: skip
def test_complete_pickup(status: str, pickup: str | None, verdict: Verdict) -> None:
    read_back = claim(status, pickup={"shipStatus": pickup})
    assert verified("claims_complete_pickup", BACK, read_back).verdict is verdict


@pytest.mark.parametrize(
    ("sent", "status", "delivery", "verdict"),
    [
        (EXCHANGE, "교환승인", {"shipStatus": "배송중", **OURS}, A),
        (EXCHANGE, "교환승인", {"shipStatus": "상품출고", **OURS}, A),
        (EXCHANGE, "교환지연", None, N),
        (EXCHANGE, "교환완료", {"shipStatus": "배송완료", **OURS}, A),
        (EXCHANGE, "교환승인", {"shipStatus": "배송중", **OURS, "invoiceNo": "1"}, C),
        (EXCHANGE, "교환승인", {"shipStatus": "배송중"}, U),
        (EXCHANGE, "교환신청", None, N),
        (EXCHANGE, "교환보류", {"shipStatus": "상품준비중"}, N),
        (EXCHANGE, "교환신청", {"shipStatus": "모름"}, U),
        (EXCHANGE, "교환철회", None, C),
        (BY_OPERATOR, "교환승인", {"shipStatus": "배송중", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-05 09:00:00"}, A),
        (BY_OPERATOR, "교환승인", {"shipStatus": "배송중", "shipMethod": "직접배송", "scheduleShipDate": "2026-01-06"}, C),
    ],
)  # fmt: skip
def test_ship_exchange(sent: ExchangeShipRequest, status: str, delivery: Any, verdict: Verdict) -> None:
    assert verified("claims_ship_exchange", sent, claim(status, delivery=delivery)).verdict is verdict


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("교환완료", A), ("교환 완료", A), ("교환승인", N), ("교환신청", N), ("교환보류", N), ("교환철회", C),
     ("교환거절", C), ("APPROVE", U)],
)  # fmt: skip
def test_complete_exchange_tells_finished_from_approved(status: str, verdict: Verdict) -> None:
    assert verified("claims_complete_exchange", FINISH, claim(status)).verdict is verdict


# Products


@pytest.fixture
def sent_product(bodies: dict[str, Any], build: Callable[..., Any]) -> ProductInput:
    examples = bodies["products_save"]["requestBody"]["content"]["application/json"]["examples"]
    product: ProductInput = build(ProductInput, examples["update"]["value"])
    return product


@pytest.fixture
def stored(sent_product: ProductInput) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(write(sent_product)))
    return found


def saved(data: Any) -> tuple[str, Any]:
    return "products_get", data


def test_an_update_stored_as_sent_is_applied(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    assert verified("products_save", sent_product, saved(stored)).verdict is A
    stored["basic"].update(productStatusName="판매중", makerNo=0)
    stored["noticeList"][0]["productGroupNoticeNo"] = 77
    stored["noticeList"].append({"groupNoticeNo": 99, "noticeList": []})
    stored["option"]["selectOptionValueList"].reverse()
    stored["sale"]["salePrice"] = f"{stored['sale']['salePrice']:,}"
    assert verified("products_save", sent_product, saved(stored)).verdict is A


def test_the_cuts_of_the_server_are_no_difference(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    basic = attrs.evolve(sent_product.basic, product_name="가" * 75)
    stored["basic"]["productName"] = "가" * 70
    update = ProductBasicUpdate(product_no=1, basic=basic)
    assert verified("products_update_basic", update, saved(stored)).verdict is A
    item = attrs.evolve(sent_product.notice_list[0].notice_list[0], description="나" * 1100)
    group = attrs.evolve(
        sent_product.notice_list[0], notice_list=(item, *sent_product.notice_list[0].notice_list[1:])
    )
    stored["noticeList"][0]["noticeList"][0]["description"] = "나" * 1000
    sent = attrs.evolve(sent_product, basic=basic, notice_list=(group, *sent_product.notice_list[1:]))
    assert verified("products_save", sent, saved(stored)).verdict is A


def test_another_value_is_not_applied_and_named(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    stored["sale"]["salePrice"] += 100
    verification = verified(
        "products_update_sale", ProductSaleUpdate(product_no=1, sale=sent_product.sale), saved(stored)
    )
    assert verification.verdict is N
    assert "sale.salePrice" in verification.reason


def test_a_foreign_change_in_between_is_undecided(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    old, foreign = copy.deepcopy(stored), copy.deepcopy(stored)
    old["sale"]["salePrice"] = 9_000
    foreign["sale"]["salePrice"] = 8_000
    update = ProductSaleUpdate(product_no=1, sale=sent_product.sale)
    known = Known(product_before=before(old))
    assert verified("products_update_sale", update, saved(old), known=known).verdict is N
    assert verified("products_update_sale", update, saved(foreign), known=known).verdict is U
    assert verified("products_update_sale", update, saved(stored), known=known).verdict is A
    half = {**stored, "sale": {**old["sale"], "taxYn": "N"}}
    assert verified("products_update_sale", update, saved(half), known=known).verdict is U


def before(data: dict[str, Any]) -> Any:
    from wemakeprice_sdk.models import Product

    return read(Product, data)


def test_stock_sold_since_is_no_proof_of_failure(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    stored["option"] = {"selectOptionUseYn": "N"}
    old, sold = copy.deepcopy(stored), copy.deepcopy(stored)
    old["sale"]["stockCount"] = 5
    sold["sale"]["stockCount"] -= 1
    update = ProductSaleUpdate(product_no=1, sale=sent_product.sale)
    assert verified("products_update_sale", update, saved(sold)).verdict is U
    known = Known(product_before=before(old))
    assert verified("products_update_sale", update, saved(sold), known=known).verdict is U
    assert verified("products_update_sale", update, saved(old), known=known).verdict is N


def test_the_total_stock_of_option_goods_is_not_compared(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    stored["sale"]["stockCount"] = 1
    update = ProductSaleUpdate(product_no=1, sale=sent_product.sale)
    assert verified("products_update_sale", update, saved(stored)).verdict is A


@pytest.mark.parametrize(
    ("block", "key", "value"),
    [("basic", "adultLimitYn", "Y"), ("sale", "basketLimitYn", "Y"), ("etc", "reviewDisp", "P"),
     ("detail", "basicImgUrl", "https://cdn.example.com/1.jpg"), ("detail", "descHtml", "<div>x</div>")],
)  # fmt: skip
def test_values_the_site_overrides_are_undecided(
    sent_product: ProductInput, stored: dict[str, Any], block: str, key: str, value: str
) -> None:
    stored[block][key] = value
    assert verified("products_save", sent_product, saved(stored)).verdict is U
    known = Known(product_before=before(stored))
    assert verified("products_save", sent_product, saved(stored), known=known).verdict is U


def test_a_left_out_value_that_is_still_stored_is_undecided(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    """An update that only takes something away would else be proven by the state from before."""
    sale = attrs.evolve(sent_product.sale, origin_price=None)
    stored["sale"]["originPrice"] = 15_000
    update = ProductSaleUpdate(product_no=1, sale=sale)
    verification = verified("products_update_sale", update, saved(stored))
    assert verification.verdict is U
    assert "sale.originPrice" in verification.reason
    known = Known(product_before=before(stored))
    assert verified("products_update_sale", update, saved(stored), known=known).verdict is U
    assert (
        verified(
            "products_update_sale", update, saved({**stored, "sale": {**stored["sale"], "salePrice": 1}})
        ).verdict
        is N
    )
    for gone in (None, 0):
        stored["sale"]["originPrice"] = gone
        assert verified("products_update_sale", update, saved(stored)).verdict is A


def test_an_option_still_held_back_is_not_taken_for_reopened(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    update = ProductOptionUpdate(product_no=1, option=sent_product.option)
    row = stored["option"]["selectOptionValueList"][0]
    assert row["stockCount"] > 0
    for status, verdict in (("A", A), ("품절", U), (None, A)):
        row["saleStatus"] = status
        assert verified("products_update_options", update, saved(stored)).verdict is verdict
    first, *others = sent_product.option.select_option_value_list
    emptied = attrs.evolve(
        sent_product.option, select_option_value_list=(attrs.evolve(first, stock_count=0), *others)
    )
    row.update(saleStatus="품절", stockCount=0)
    update = ProductOptionUpdate(product_no=1, option=emptied)
    assert verified("products_update_options", update, saved(stored)).verdict is A


def test_a_value_that_does_not_apply_is_not_taken_for_left_over(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    sale = attrs.evolve(
        sent_product.sale,
        purchase_limit_yn=False,
        purchase_limit_duration=None,
        purchase_limit_day=None,
        purchase_limit_count=None,
    )
    assert not sale.violations()
    stored["sale"].update(purchaseLimitYn="N", purchaseLimitCount=3, purchaseLimitDay=7, stockCount=9)
    update = ProductSaleUpdate(product_no=1, sale=sale)
    assert verified("products_update_sale", update, saved(stored)).verdict is A


def test_a_list_left_out_that_is_still_stored_is_undecided(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    assert sent_product.etc.label_no_list == ()
    stored["etc"]["labelNoList"] = [19]
    verification = verified("products_save", sent_product, saved(stored))
    assert verification.verdict is U
    assert "etc.labelNoList" in verification.reason


def test_a_value_that_the_site_fills_in_is_not_left_over(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    sale = attrs.evolve(sent_product.sale, basket_limit_yn=None)
    stored["sale"]["basketLimitYn"] = "Y"
    update = ProductSaleUpdate(product_no=1, sale=sale)
    assert verified("products_update_sale", update, saved(stored)).verdict is A


def test_a_value_left_out_does_not_decide_beside_stock_that_moved(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    stored["option"] = {"selectOptionUseYn": "N"}
    stored["sale"].update(originPrice=15_000, stockCount=49)
    update = ProductSaleUpdate(product_no=1, sale=attrs.evolve(sent_product.sale, origin_price=None))
    assert verified("products_update_sale", update, saved(stored)).verdict is U


def test_an_absent_value_differs_unless_no_product_is_without_it(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    stored["sale"]["originPrice"] = None
    stored["basic"]["productName"] = None
    sale = ProductSaleUpdate(product_no=1, sale=sent_product.sale)
    assert verified("products_update_sale", sale, saved(stored)).verdict is N
    basic = ProductBasicUpdate(product_no=1, basic=sent_product.basic)
    assert verified("products_update_basic", basic, saved(stored)).verdict is U


def test_lists_compare_by_what_is_in_them(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    sent = attrs.evolve(sent_product, etc=attrs.evolve(sent_product.etc, label_no_list=(19, 20)))
    for labels, verdict in (([20, 19], A), ([19], N), ([19, 21], N), ([], N)):
        stored["etc"]["labelNoList"] = labels
        assert verified("products_save", sent, saved(stored)).verdict is verdict


def test_another_certificate_is_not_applied(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    certificate = CertificationInput(
        certification_type=CertificationType.KD_SAFETY_CT, certification_no="CB061R0001-0001"
    )
    etc = attrs.evolve(
        sent_product.etc,
        kc_kid_is_certification=CertificationState.GIVEN,
        kc_kid_certification_list=(certificate,),
    )
    sent = attrs.evolve(sent_product, etc=etc)
    stored["etc"] = write(etc)
    assert verified("products_save", sent, saved(stored)).verdict is A
    other, kind = (
        attrs.evolve(certificate, certification_no="CB061R0001-0002"),
        CertificationType.KD_SAFETY_CK,
    )
    for wrong in (other, attrs.evolve(certificate, certification_type=kind)):
        stored["etc"] = write(attrs.evolve(etc, kc_kid_certification_list=(wrong,)))
        assert verified("products_save", sent, saved(stored)).verdict is N


@pytest.mark.parametrize("left", [0, 1])
def test_a_disclosure_that_is_not_stored_is_not_applied(
    sent_product: ProductInput, stored: dict[str, Any], left: int
) -> None:
    stored["noticeList"][0]["noticeList"] = stored["noticeList"][0]["noticeList"][:left]
    assert verified("products_save", sent_product, saved(stored)).verdict is N
    stored["noticeList"] = []
    assert verified("products_save", sent_product, saved(stored)).verdict is N


@pytest.mark.parametrize("block", ["basic", "sale", "option"])
def test_a_block_the_answer_lacks_is_undecided(
    sent_product: ProductInput, stored: dict[str, Any], block: str
) -> None:
    stored[block] = None
    assert verified("products_save", sent_product, saved(stored)).verdict is U
    assert verified("products_save", sent_product, saved(None)).verdict is U


def test_always_on_sale_stores_its_own_end(sent_product: ProductInput, stored: dict[str, Any]) -> None:
    from wemakeprice_sdk.models import SalePeriod

    sale = attrs.evolve(sent_product.sale, sale_period=SalePeriod.ALWAYS)
    stored["sale"].update(salePeriod="A", saleEndDate="2037-12-31 23:00")
    assert (
        verified("products_update_sale", ProductSaleUpdate(product_no=1, sale=sale), saved(stored)).verdict
        is A
    )
    stored["sale"]["salePrice"] += 100
    verification = verified("products_update_sale", ProductSaleUpdate(product_no=1, sale=sale), saved(stored))
    assert verification.verdict is N


def test_another_end_of_a_sale_period_is_not_applied(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    stored["sale"]["saleEndDate"] = "2029-06-01 11:00"
    update = ProductSaleUpdate(product_no=1, sale=sent_product.sale)
    assert verified("products_update_sale", update, saved(stored)).verdict is N


def test_options_compare_by_values_stock_and_display(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    update = ProductOptionUpdate(product_no=1, option=sent_product.option)
    rows = stored["option"]["selectOptionValueList"]
    rows[0]["saleStatus"] = "A"
    assert verified("products_update_options", update, saved(stored)).verdict is A
    for change, verdict in (
        ({"displayYn": "N"}, N), ({"stockCount": 0}, U), ({"optionValue1": "노랑"}, N),
    ):  # fmt: skip
        other = copy.deepcopy(stored)
        other["option"]["selectOptionValueList"][0].update(change)
        assert verified("products_update_options", update, saved(other)).verdict is verdict
    rows[1]["optionValue2"] = ""
    assert verified("products_update_options", update, saved(stored)).verdict is A
    stored["option"]["selectOptionValueList"].append({"optionValue1": "남은 옵션", "stockCount": 1})
    assert verified("products_update_options", update, saved(stored)).verdict is N


@pytest.mark.parametrize(
    ("wanted", "status", "verdict"),
    [
        (ProductStatus.STOP, "판매중지", A), (ProductStatus.STOP, "판매중", N), (ProductStatus.STOP, "판매대기", N),
        (ProductStatus.STOP, "판매종료", C), (ProductStatus.SALE, "판매중", A), (ProductStatus.SALE, "판매대기", A),
        (ProductStatus.SALE, "판매중지", N), (ProductStatus.SALE, "판매종료", C), (ProductStatus.SALE, "점검중", U),
        (ProductStatus.STOP, None, U), (ProductStatus.SALE, "임시저장", U), (ProductStatus.STOP, "수정대기", U),
    ],
)  # fmt: skip
def test_set_status(wanted: ProductStatus, status: str | None, verdict: Verdict) -> None:
    sent = ProductStatusUpdate(product_no=1, product_status=wanted)
    read_back = saved({"productNo": 1, "basic": {"productStatusName": status}})
    assert verified("products_set_status", sent, read_back).verdict is verdict
    assert verified("products_set_status", sent, saved(None)).verdict is U


def numbers(*found: int) -> tuple[str, Any]:
    return "products_find_by_seller_code", [{"productNo": number} for number in found]


@pytest.mark.parametrize(
    ("before_nos", "found", "verdict", "key"),
    [
        (frozenset(), (), N, None),
        (frozenset(), (5,), A, 5),
        (frozenset(), (5, 6), U, None),
        (frozenset({4}), (4,), N, None),
        (frozenset({4}), (4, 5), U, None),
        (frozenset({4}), (5,), U, None),
        (None, (), N, None),
        (None, (5,), U, None),
    ],
)
def test_a_create_is_proven_by_exactly_one_new_number(
    sent_product: ProductInput, before_nos: Any, found: tuple[int, ...], verdict: Verdict, key: int | None
) -> None:
    sent = attrs.evolve(sent_product, product_no=None)
    verification = verified(
        "products_save", sent, numbers(*found), known=Known(product_nos_before=before_nos)
    )
    assert (verification.verdict, verification.key) == (verdict, key)


def test_a_create_without_a_seller_code_has_no_verification(sent_product: ProductInput) -> None:
    for code in (None, "", " "):
        sent = attrs.evolve(
            sent_product, product_no=None, etc=attrs.evolve(sent_product.etc, seller_prod_code=code)
        )
        assert plan_verification(OPERATIONS["products_save"], sent).reads == ()
        assert verified("products_save", sent).verdict is U


# Shipping policies


@pytest.fixture
def policy(bodies: dict[str, Any], build: Callable[..., Any]) -> ShippingTemplateInput:
    examples = bodies["shipping_save_policy"]["requestBody"]["content"]["application/json"]["examples"]
    found: ShippingTemplateInput = build(ShippingTemplateInput, examples["create"]["value"])
    return found


def policies(*rows: dict[str, Any]) -> tuple[str, Any]:
    return "shipping_list_policies", list(rows)


def test_a_new_policy_is_told_from_an_older_twin(policy: ShippingTemplateInput) -> None:
    row = dict(write(policy))
    twin, new = {**row, "shipPolicyNo": 10}, {**row, "shipPolicyNo": 11}
    none, both, older = (
        Known(template_nos_before=frozenset()),
        Known(),
        Known(template_nos_before=frozenset({10})),
    )
    name = "shipping_save_policy"
    assert verified(name, policy, policies(), known=none).verdict is N
    assert verified(name, policy, policies(twin), known=older).verdict is N
    verification = verified(name, policy, policies(twin, new), known=older)
    assert (verification.verdict, verification.key) == (A, 11)
    assert verified(name, policy, policies(twin, new), known=none).verdict is U
    assert verified(name, policy, policies(new), known=both).verdict is U
    assert verified(name, policy).verdict is U


@pytest.mark.parametrize(
    ("key", "value"),
    [("shipPolicyName", "다른 이름"), ("claimShipFee", 1), ("jejuShipFee", 1), ("releaseAddress1", "다른 주소"),
     ("bundleKind", "BND"), ("shipMethod", "KD"), ("freeCondition", 77)],
)  # fmt: skip
def test_a_policy_with_another_value_is_another_policy(
    policy: ShippingTemplateInput, key: str, value: Any
) -> None:
    row = {**write(policy), "shipPolicyNo": 11}
    assert row.get(key) != value
    other = policies({**row, key: value})
    known = Known(template_nos_before=frozenset())
    assert verified("shipping_save_policy", policy, other, known=known).verdict is N


def test_a_new_policy_with_a_fee_that_was_not_sent_is_another_one(policy: ShippingTemplateInput) -> None:
    sent, known = attrs.evolve(policy, jeju_ship_fee=None), Known(template_nos_before=frozenset())
    for fee, verdict in ((3_000, N), (0, A), (None, A)):
        row = {**write(policy), "shipPolicyNo": 11, "jejuShipFee": fee}
        assert verified("shipping_save_policy", sent, policies(row), known=known).verdict is verdict
    fixed = attrs.evolve(policy, ship_type=ShipType.FIXED, ship_fee=3_000, free_condition=None)
    for condition, verdict in ((30_000, N), (None, A)):
        row = {**write(fixed), "shipPolicyNo": 11, "freeCondition": condition}
        assert verified("shipping_save_policy", fixed, policies(row), known=known).verdict is verdict


def test_a_policy_update_goes_by_its_number(policy: ShippingTemplateInput) -> None:
    sent = attrs.evolve(policy, shipping_template_no=11)
    row = dict(write(sent))
    verification = verified("shipping_save_policy", sent, policies({**row, "shipPolicyNo": 10}, row))
    assert (verification.verdict, verification.key) == (A, 11)
    assert verified("shipping_save_policy", sent, policies({**row, "claimShipFee": 1})).verdict is N
    assert verified("shipping_save_policy", sent, policies()).verdict is U
    assert verified("shipping_save_policy", sent, policies({**row, "claimShipFee": None})).verdict is U
    without = attrs.evolve(sent, jeju_ship_fee=None)
    assert row["jejuShipFee"] == 3000
    assert verified("shipping_save_policy", without, policies(row)).verdict is U
    assert verified("shipping_save_policy", without, policies({**row, "claimShipFee": 1})).verdict is N
    other = policies({**row, "claimShipFee": None, "jejuShipFee": 1})
    assert verified("shipping_save_policy", sent, other).verdict is N
    broken = policies({**row, "shipMethod": {}, "claimShipFee": 1})
    assert verified("shipping_save_policy", sent, broken).verdict is U


# Plans and the driver


def run(
    operation: str, sent: WriteModel, answers: list[Any], known: Known = NOTHING_KNOWN
) -> tuple[list[str], Verification]:
    steps = verification_steps(OPERATIONS[operation], sent, known)
    asked: list[str] = []
    given = iter(answers)
    try:
        wanted = next(steps)
        while True:
            asked.append(wanted.operation.id)
            wanted = steps.send(next(given))
    except StopIteration as stop:
        return asked, stop.value


def test_the_driver_asks_once_and_proves() -> None:
    asked, verification = run("orders_confirm", BUNDLE, [Success(bundle("상품준비중")[1])])
    assert (asked, verification.verdict) == (["orders_get"], A)


def test_a_failed_read_leaves_the_write_undecided() -> None:
    asked, verification = run("orders_confirm", BUNDLE, [NetworkError("gone")])
    assert (asked, verification.verdict) == (["orders_get"], U)


def test_a_missing_product_is_an_answer_and_not_a_failed_read() -> None:
    sent = ProductStatusUpdate(product_no=1, product_status=ProductStatus.STOP)
    asked, verification = run("products_set_status", sent, [NotFoundError("none")])
    assert (asked, verification.reason) == (["products_get"], "the status of the product is not known")


def test_a_rejected_cancel_reads_its_bundle_too() -> None:
    answers = [Success(claim("취소거절")[1]), Success(bundle("배송중", delivery=OURS)[1])]
    asked, verification = run("claims_reject", REJECT, answers)
    assert (asked, verification.verdict) == (["claims_get", "orders_get"], A)
    asked, verification = run("claims_reject", REJECT, [Success(claim("취소신청")[1])])
    assert (asked, verification.verdict) == (["claims_get"], N)
    known, nameless = Known(bundle_no=1), Success(claim("취소거절", bundleNo=None)[1])
    asked, verification = run("claims_reject", REJECT, [nameless, answers[1]], known)
    assert (asked, verification.verdict) == (["claims_get", "orders_get"], A)
    asked, verification = run("claims_reject", REJECT, [nameless])
    assert (asked, verification.verdict) == (["claims_get"], U)
    asked, verification = run("claims_reject", REJECT, [Success({"claim": []})], known)
    assert (asked, verification.verdict) == (["claims_get"], U)


def test_a_claim_that_was_read_is_not_looked_for_in_the_lists() -> None:
    known = Known(claim_requested_at=datetime(2026, 1, 5, 10, tzinfo=KST))
    asked, verification = run("claims_approve", APPROVE, [Success(claim("반품승인")[1])], known)
    assert (asked, verification.verdict) == (["claims_get"], A)


def test_a_product_is_read_by_its_number_and_a_new_one_by_its_code(sent_product: ProductInput) -> None:
    row = OPERATIONS["products_save"]
    (read_back,) = plan_verification(row, sent_product).reads
    assert (read_back.operation.id, read_back.payload) == ("products_get", {"product_no": 1_000_000_001})
    (read_back,) = plan_verification(row, attrs.evolve(sent_product, product_no=None)).reads
    found = (read_back.operation.id, read_back.payload)
    assert found == ("products_find_by_seller_code", {"code": "SKU-0001"})


def test_without_a_claim_detail_the_lists_around_the_request_decide() -> None:
    asked_at = datetime(2026, 1, 5, 10, tzinfo=KST)
    known = Known(claim_requested_at=asked_at)
    none, found = Success({"claim": []}), Success(claim("반품승인")[1])
    asked, verification = run("claims_approve", APPROVE, [BadRequestError("no such path"), found], known)
    assert (asked, verification.verdict) == (["claims_get", "claims_list"], A)
    asked, verification = run(
        "claims_approve", APPROVE, [BadRequestError(""), none, Success(claim("반품신청")[1])], known
    )
    assert (asked, verification.verdict) == (["claims_get", "claims_list", "claims_list"], N)
    asked, verification = run("claims_approve", APPROVE, [BadRequestError(""), none, none, none, none], known)
    assert (len(asked), verification.verdict) == (5, U)
    asked, verification = run("claims_approve", APPROVE, [BadRequestError("")])
    assert (asked, verification.verdict) == (["claims_get"], U)


def test_the_fallback_lists_stay_inside_one_window_and_start_where_success_would_be() -> None:
    known = Known(claim_requested_at=datetime(2026, 1, 5, 10, tzinfo=KST))
    targets = {
        "claims_approve": (APPROVE, ClaimStatus.APPROVE), "claims_reject": (REJECT, ClaimStatus.REJECT),
        "claims_hold": (HOLD, ClaimStatus.PENDING), "claims_register_pickup": (PICKUP, ClaimStatus.REQUEST),
        "claims_complete_pickup": (BACK, ClaimStatus.REQUEST), "claims_ship_exchange": (EXCHANGE, ClaimStatus.APPROVE),
        "claims_complete_exchange": (FINISH, ClaimStatus.APPROVE),
    }  # fmt: skip
    for operation, (sent, status) in targets.items():
        reads = plan_verification(OPERATIONS[operation], sent, known).fallback
        requests: list[Any] = [read.payload for read in reads]
        assert requests[0].claim_status == status
        assert len({request.claim_status for request in requests}) == len(requests)
        for request in requests:
            assert request.violations() == ()
            assert request.search_date_type == ClaimDateType.REQUEST
            assert request.to_date - request.from_date == timedelta(minutes=2)


def test_never_operations_cannot_be_verified(build: Callable[..., Any], bodies: dict[str, Any]) -> None:
    from wemakeprice_sdk.wire.requests import request_model

    for row in OPERATIONS.values():
        if row.retry is Retry.NEVER:
            examples = bodies[row.id]["requestBody"]["content"]["application/json"]["examples"]
            sent = build(request_model(row), next(iter(examples.values()))["value"])
            asked, verification = run(row.id, sent, [])
            assert (asked, verification.verdict) == ([], U)
            assert verify(row, sent, VerificationData()).verdict is U


def test_a_cancel_of_an_option_is_planned_with_its_bundle() -> None:
    sent = OptionCancelRequest(order_option_no=7)
    plan = plan_verification(OPERATIONS["orders_cancel_option"], sent, Known(bundle_no=1))
    assert [read.payload for read in plan.reads] == [BUNDLE]


STATUS = st.sampled_from(["신규주문", "상품준비중", "배송중", "배송완료", "보류", None])


@given(
    STATUS,
    st.sampled_from(["", None, "600000000001", "1"]),
    st.sampled_from(["CJ대한통운", "한진택배", "?", None]),
)
def test_a_shipment_counts_as_ours_only_when_everything_was_read(
    status: str | None, invoice: str | None, courier: str | None
) -> None:
    delivery = {"shipMethod": "택배배송", "invoiceNo": invoice, "parcelCompany": courier}
    verdict = verified("orders_ship", PARCEL, bundle(status, delivery=delivery)).verdict
    ours = status in ("배송중", "배송완료") and invoice == "600000000001" and courier == "CJ대한통운"
    assert (verdict is A) is ours
    assert (verdict is N) is (status in ("신규주문", "상품준비중"))


# ---------------------------------------------------------------- rows and values that cannot be read


def beside(read_back: tuple[str, Any], *others: Any) -> tuple[str, Any]:
    operation, data = read_back
    return operation, {key: [*others, *rows] for key, rows in data.items()}


@pytest.mark.parametrize("other", [None, "kaputt", {"bundleNo": 8, "shipPrice": 0.5}, {"purchaseNo": 2}])
def test_a_faulty_row_elsewhere_leaves_the_verdict_alone(other: Any) -> None:
    assert verified("orders_confirm", BUNDLE, beside(bundle("상품준비중"), other)).verdict is A
    assert verified("orders_confirm", BUNDLE, beside(bundle("신규주문"), other)).verdict is N
    assert verified("orders_ship", PARCEL, beside(bundle("배송중", delivery=OURS), other)).verdict is A


def test_a_value_that_the_verdict_rests_on_and_cannot_be_read_leaves_it_undecided() -> None:
    assert verified("orders_confirm", BUNDLE, bundle("신규주문", orderConfirmDate="어제")).verdict is U
    assert verified("orders_confirm", BUNDLE, bundle("상품준비중", orderConfirmDate="어제")).verdict is A
    assert verified("orders_confirm", BUNDLE, bundle("신규주문", payDate="어제")).verdict is N
    assert verified("orders_confirm", BUNDLE, bundle("신규주문", orderConfirmDate="0000-00-00")).verdict is N
    assert verified("orders_confirm", BUNDLE, bundle("신규주문", shipPrice=0.5)).verdict is U
    assert verified("orders_complete_direct", BUNDLE, bundle("배송중", shipCompleteDate="어제")).verdict is U
    assert verified("orders_complete_direct", BUNDLE, bundle("배송중", originShipDate="어제")).verdict is N
    assert (
        verified("orders_ship", PARCEL, bundle("배송중", delivery={**OURS, "invoiceNo": True})).verdict is U
    )
    assert verified("orders_ship", PARCEL, bundle("배송중", delivery={**OURS, "phone": True})).verdict is A


def test_an_option_line_is_not_gone_because_its_bundle_cannot_be_read() -> None:
    sent = OptionCancelRequest(order_option_no=5)
    known = Known(bundle_no=1, option_nos_before=frozenset({5}))
    unreadable = ("orders_get", {"bundle": [{"bundleNo": 1, "purchaseNo": 9, "shipPrice": 0.5}]})
    nameless = ("orders_get", {"bundle": [None]})
    foreign = ("orders_get", {"bundle": [{"bundleNo": 2, "shipPrice": 0.5}]})
    assert verified("orders_cancel_option", sent, unreadable, known=known).verdict is U
    assert verified("orders_cancel_option", sent, nameless, known=known).verdict is U
    assert verified("orders_cancel_option", sent, foreign, known=known).verdict is A


def test_a_pickup_reference_that_cannot_be_read_is_no_conflict() -> None:
    sent = PickupRequest(
        claim_bundle_no=1, claim_type=ClaimType.RETURN, ship_method=ShipMethod.POST, invoice_no="123"
    )
    pickup = {"shipStatus": "수거중", "shipMethod": "우편배송", "invoiceNo": {"no": 123}}
    assert verified("claims_register_pickup", sent, claim("반품신청", pickup=pickup)).verdict is U


def test_a_product_value_that_cannot_be_read_is_neither_equal_nor_another_one(
    sent_product: ProductInput, stored: dict[str, Any]
) -> None:
    basic = ProductBasicUpdate(product_no=1, basic=sent_product.basic)
    broken = {**stored, "basic": {**stored["basic"], "productName": {"ko": "이름"}}}
    assert verified("products_update_basic", basic, saved(broken)).verdict is U
    elsewhere = {**stored, "sale": {**stored["sale"], "taxYn": "?"}}
    assert verified("products_update_basic", basic, saved(elsewhere)).verdict is A
    sale = ProductSaleUpdate(product_no=1, sale=sent_product.sale)
    assert verified("products_update_sale", sale, saved(elsewhere)).verdict is U


def test_a_create_is_not_decided_over_a_number_that_cannot_be_read(sent_product: ProductInput) -> None:
    sent, known = attrs.evolve(sent_product, product_no=None), Known(product_nos_before=frozenset())
    for rows in ([{"productNo": "가"}], [{"productNo": 5}, None]):
        read_back = ("products_find_by_seller_code", rows)
        assert verified("products_save", sent, read_back, known=known).verdict is U


def test_a_policy_row_that_cannot_be_read_may_be_the_new_one(policy: ShippingTemplateInput) -> None:
    row = {**write(policy), "shipPolicyNo": 7}
    bad = {"shipPolicyNo": 9, "shipFee": 0.5}
    found = ("shipping_list_policies", [row, bad])
    assert (
        verified(
            "shipping_save_policy", policy, found, known=Known(template_nos_before=frozenset({9}))
        ).verdict
        is A
    )
    only = ("shipping_list_policies", [bad])
    assert (
        verified(
            "shipping_save_policy", policy, only, known=Known(template_nos_before=frozenset({9}))
        ).verdict
        is N
    )
    assert (
        verified("shipping_save_policy", policy, only, known=Known(template_nos_before=frozenset())).verdict
        is U
    )
    assert verified("shipping_save_policy", policy, only).verdict is U
    both = ("shipping_list_policies", [row, bad])
    known = Known(template_nos_before=frozenset())
    assert verified("shipping_save_policy", policy, both, known=known).verdict is A
    broken = policies({**row, "shipMethod": {}})
    assert verified("shipping_save_policy", policy, broken, known=known).verdict is U
    nameless = ("shipping_list_policies", [None])
    assert (
        verified(
            "shipping_save_policy", policy, nameless, known=Known(template_nos_before=frozenset())
        ).verdict
        is U
    )
