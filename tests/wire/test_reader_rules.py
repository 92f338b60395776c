"""The fourteen reader rules of contract section 10, each by its number."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk import models
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import (
    BadRequestError,
    MaintenanceError,
    ProtocolError,
    ServerError,
    UnreadableValueError,
    ValidationError,
)
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimStatus,
    Delivery,
    ExchangeDelivery,
    NoticeTemplateItem,
    OrderOption,
    Prepayment,
    Product,
    ProductBasic,
    ProductRow,
    Question,
    ReadModel,
    SettlementOrderLine,
    SettlementShipLine,
    ShipMethod,
    ShippingTemplate,
    ShipStatus,
    ValueFault,
    couriers,
    field_name,
    merge_clear,
)
from wemakeprice_sdk.wire.converter import _read_carefully, read, read_list, read_page, read_rows
from wemakeprice_sdk.wire.envelope import AnswerBytes, read_answer, read_outcome, rows_of
from wemakeprice_sdk.wire.operations import OPERATIONS, Operation, Shape
from wemakeprice_sdk.wire.outcomes import Applied

ORDERS = OPERATIONS["orders_list"]


def bundle(**changes: Any) -> dict[str, Any]:
    delivery = {"shipStatus": "신규주문", "name": "홍길동", "phone": "010-0000-0000"}
    return {"bundleNo": 1, "purchaseNo": 2, "delivery": delivery, "orderProduct": [], **changes}


def answer(body: object, status: int = 200) -> AnswerBytes:
    return AnswerBytes(status, json.dumps(body).encode(), "application/json")


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (12900, 12900), (12900.0, 12900), ("12900", 12900), ("12,900", 12900), ("12900.0", 12900),
        (" 12,900.00 ", 12900), ("-1,234,567", -1234567), ("+5", 5), (-0.0, 0), ("", None), (" ", None),
        (None, None), (3_000_000_000, 3_000_000_000), (2**63 - 1, 2**63 - 1), ("9007199254740993", 9007199254740993),
        (str(2**63 - 1), 2**63 - 1), (1 - 2**63, 1 - 2**63), (2.0**53, 2**53),
    ],
)  # fmt: skip
def test_reader_rule_01_numbers_come_as_numbers_text_or_with_commas(given: Any, number: int | None) -> None:
    found = read(Bundle, bundle(shipPrice=given))
    assert found.ship_price == number
    assert type(found.ship_price) in (int, type(None))


@pytest.mark.parametrize(
    "given",
    [
        1.9,
        "1.9",
        True,
        "12,90",
        "1,2345",
        "0x10",
        "1e3",
        "１２",
        "값",
        [],
        {},
        float("inf"),
        2.0**60,
        "1" * 20,
        2**63,
        -(2**63),
        str(2**63),
        10**50,
        float("nan"),
    ],
)
def test_reader_rule_01_what_is_no_whole_number_is_never_bent_into_one(given: Any) -> None:
    with pytest.raises(ProtocolError, match=r"\$\.shipPrice: a whole number was expected"):
        read(Bundle, bundle(shipPrice=given))


@given(st.integers(-(10**15), 10**15))
def test_reader_rule_01_every_spelling_of_a_number_reads_alike(number: int) -> None:
    for spelling in (number, str(number), f"{number:,}", f"{number}.0", float(number)):
        assert read(OrderOption, {"orderOptionNo": 1, "optionAddPrice": spelling}).option_add_price == number


def test_reader_rule_02_the_result_code_may_be_text() -> None:
    body = {"resultCode": "200", "data": {"returnKey": "1", "returnMsg": "완료"}}
    assert read_outcome(OPERATIONS["orders_confirm"], answer(body)) == Applied("orders_confirm", None, "완료")


@pytest.mark.parametrize(
    ("extra", "text"),
    [({}, ""), ({"error": None}, ""), ({"error": "오류"}, "오류"), ({"error": {"message": "오류"}}, "오류")],
)
def test_reader_rule_03_error_may_be_absent_null_text_or_an_object(extra: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequestError) as caught:
        read_answer(ORDERS, answer({"resultCode": 422, **extra}))
    assert caught.value.text == text
    assert read_answer(ORDERS, answer({"resultCode": 200, "data": {"bundle": [1]}, **extra})).data is not None
    nothing = answer({"resultCode": 200, "data": None, **extra})
    if text:
        with pytest.raises(ServerError, match="no data, but an error text"):
            read_answer(ORDERS, nothing)
    else:
        assert read_answer(ORDERS, nothing).data is None


@pytest.mark.parametrize("data", [None, {}, {"bundle": None}, {"bundle": []}])
def test_reader_rule_04_every_form_of_nothing_is_an_empty_tuple(data: Any) -> None:
    assert read_rows(Bundle, ORDERS, data) == ()
    row = OPERATIONS["products_list"]
    page = read_page(models.ProductPage, row, None if data is None else {"list": data.get("bundle")})
    assert page.rows == ()


def test_reader_rule_05_unknown_keys_and_codes_are_kept_raw() -> None:
    given = bundle(newKey={"deep": [1]}, prepayment="후불")
    given["delivery"]["shipStatus"] = "배송보류"
    found = read(Bundle, given)
    assert found.raw["newKey"] == {"deep": [1]}
    assert found.prepayment is not None
    assert not found.prepayment.is_known
    assert found.prepayment.raw_text == "후불"
    assert found.delivery is not None
    assert found.delivery.ship_status is not None
    assert (found.delivery.ship_status.is_known, str(found.delivery.ship_status)) == (False, "배송보류")
    assert read(Question, {"qnaSeq": 1, "privateYn": "X"}).private_yn is None


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"defaltValue": "상세"}, "상세"), ({"defaultValue": "상세"}, "상세"), ({"defaltValue": ""}, ""),
        ({"defaltValue": None, "defaultValue": "상세"}, "상세"), ({}, None),
        ({"defaltValue": "먼저", "defaultValue": "나중"}, "먼저"),
    ],
)  # fmt: skip
def test_reader_rule_06_both_spellings_of_the_disclosure_default(
    given: dict[str, Any], text: str | None
) -> None:
    item = read(NoticeTemplateItem, {"noticeNo": 1, "noticeName": "도서명", **given})
    assert item.default_value == text
    assert set(item.raw) == {"noticeNo", "noticeName", *given}


@pytest.mark.parametrize("given", [None, "", " "])
def test_reader_rule_07_an_empty_completion_date_is_not_delivered(given: Any) -> None:
    assert read(Bundle, bundle(shipCompleteDate=given)).ship_complete_date is None
    done = read(Bundle, bundle(shipCompleteDate="2026-01-02 03:04:05"))
    assert done.ship_complete_date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=KST)
    assert done.ship_complete_date.tzinfo is KST


@pytest.mark.parametrize("given", ["2026-01-02", "2026-01-02 15:00:00", "20260102", " 2026-01-02 "])
def test_reader_rule_08_an_exchange_date_is_a_day_or_a_timestamp(given: str) -> None:
    assert read(ExchangeDelivery, {"scheduleShipDate": given}).schedule_ship_date == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("given", "method"),
    [
        ("택배배송", ShipMethod.PARCEL), ("일반-택배배송", ShipMethod.PARCEL), ("PARCEL", ShipMethod.PARCEL),
        ("해외구매대행-직접배송", ShipMethod.DIRECT), ("기타배송", ShipMethod.ETC), ("우편배송", ShipMethod.POST),
    ],
)  # fmt: skip
def test_reader_rule_09_plain_and_prefixed_methods_and_courier_codes(given: str, method: ShipMethod) -> None:
    found = read(Delivery, {"shipMethod": given, "parcelCompany": "D002"})
    assert found.ship_method == method
    assert found.wire_text("ship_method") == given
    assert found.parcel_company is not None
    assert couriers.find(found.parcel_company) == couriers.find("CJ대한통운") == "D002"


def test_reader_rule_10_bodies_that_are_not_json() -> None:
    with pytest.raises(MaintenanceError):
        read_answer(ORDERS, AnswerBytes(500, "<p>위메프 접속이 원활하지 않습니다.</p>".encode(), "text/html"))
    with pytest.raises(ProtocolError):
        read_answer(ORDERS, AnswerBytes(200, b"<p>login</p>", "text/html"))


def test_reader_rule_11_http_201_is_read_as_200() -> None:
    assert read_answer(ORDERS, answer({"resultCode": 200, "data": {"bundle": []}}, 201)).data == {
        "bundle": []
    }


def test_reader_rule_12_an_error_body_under_http_200_is_a_failure() -> None:
    with pytest.raises(BadRequestError) as caught:
        read_answer(ORDERS, answer({"resultCode": 422, "error": "조회 조건 오류"}))
    assert (caught.value.http_status, caught.value.result_code) == (200, 422)


def readable() -> list[type[ReadModel]]:
    found = (getattr(models, name) for name in models.__all__)
    return [
        cls for cls in found if isinstance(cls, type) and issubclass(cls, ReadModel) and cls is not ReadModel
    ]


IDENTIFIERS: dict[type[ReadModel], set[str]] = {
    models.Bundle: {"bundleNo", "purchaseNo"},
    models.Claim: {"claimBundleNo"},
    models.Product: {"productNo"},
    models.SettlementOrderLine: set(),
}


@pytest.mark.parametrize("cls", readable(), ids=lambda cls: cls.__name__)
def test_reader_rule_13_only_identifiers_are_essential(cls: type[ReadModel]) -> None:
    needed = [field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING]
    least = {models.wire_name(name): "D002" if cls is models.Courier else 7 for name in needed}
    assert IDENTIFIERS.get(cls, set(least)) == set(least)
    found = read(cls, least)
    for field in attrs.fields(cls):
        if field.name not in (*needed, "raw", "faults"):
            assert getattr(found, field.name) in (None, ())
    for key in least:
        for broken in (
            {k: v for k, v in least.items() if k != key},
            {**least, key: None},
            {**least, key: ""},
        ):
            if broken.get(key) == "" and isinstance(getattr(found, field_name(key)), str):
                continue
            with pytest.raises(ProtocolError, match=rf"^\$\.{key}: an identifier is missing$"):
                read(cls, broken)


def test_reader_rule_14_masked_personal_data_does_not_overwrite_clear_data() -> None:
    stored = read(Bundle, bundle(buyerName="홍길동", buyerPhone="010-0000-0000"))
    later = bundle(buyerName="홍*동", buyerPhone=None, shipPrice=2500)
    later["delivery"] = {"shipStatus": "배송완료", "name": "홍**", "phone": "010-****-0000"}
    kept = merge_clear(stored, read(Bundle, later))
    assert (kept.buyer_name, kept.buyer_phone, kept.ship_price) == ("홍길동", "010-0000-0000", 2500)
    assert kept.delivery is not None
    assert (kept.delivery.name, kept.delivery.phone) == ("홍길동", "010-0000-0000")
    assert kept.delivery.ship_status == ShipStatus.COMPLETE


# Beyond the rules: the whole contract through the reader


def read_example(row: Operation, data: Any) -> tuple[ReadModel, ...]:
    cls = getattr(models, row.model)
    if row.shape is Shape.OBJECT:
        return (read(cls, data, path="$.data", operation=row),)
    return read_list(cls, rows_of(row, data).rows, operation=row)


def check_nothing_is_lost(model: ReadModel, raw: dict[str, Any]) -> None:
    assert model.raw is raw
    for key, value in raw.items():
        found = getattr(model, field_name(key))
        if value in (None, "") or (type(model).ZERO_MEANS_ABSENT and value == "0"):
            continue
        assert found is not None, key
        if isinstance(value, dict):
            check_nothing_is_lost(found, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            assert len(found) == len(value)
            for inner, raw_inner in zip(found, value, strict=True):
                check_nothing_is_lost(inner, raw_inner)
        elif isinstance(value, int):
            assert found == value


def test_every_answer_example_of_the_contract_becomes_models_without_loss(
    answer_example: tuple[str, str, dict[str, Any]],
) -> None:
    operation, _, body = answer_example
    row = OPERATIONS[operation]
    if not row.is_read or body["resultCode"] != 200 or body["data"] is None:
        return
    raws = [body["data"]] if row.shape is Shape.OBJECT else list(rows_of(row, body["data"]).rows)
    found = read_example(row, body["data"])
    assert len(found) == len(raws)
    for model, raw in zip(found, raws, strict=True):
        assert isinstance(raw, dict)
        check_nothing_is_lost(model, raw)


def test_flags_are_never_the_truth_of_a_text() -> None:
    for text, flag in (("Y", True), ("N", False), ("n", False), (" y ", True), (True, True), (False, False)):
        assert read(ShippingTemplate, {"shipPolicyNo": 1, "prepaymentYn": text}).prepayment_yn is flag
    for spelling, flag in ((1, True), ("0", False), ("true", True), ("FALSE", False)):
        assert read(ShippingTemplate, {"shipPolicyNo": 1, "differenceYn": spelling}).difference_yn is flag
    for wrong in (2, "X", "예", 1.0, [True]):
        policy = read(ShippingTemplate, {"shipPolicyNo": 1, "differenceYn": wrong})
        assert policy.difference_yn is None
        assert [fault.rule for fault in policy.faults] == ["Y or N was expected"]


def test_texts_are_never_made_of_none_flags_or_objects() -> None:
    assert read(ProductBasic, {"productName": None}).product_name is None
    for number, text in ((600000000001, "600000000001"), (600000000001.0, "600000000001"), (1.5, "1.5")):
        assert read(Delivery, {"invoiceNo": number}).invoice_no == text
    for wrong, kind in ((True, "boolean"), (["a"], "array"), ({"a": 1}, "object")):
        delivery = read(Delivery, {"invoiceNo": wrong})
        assert delivery.invoice_no is None
        assert delivery.faults == (ValueFault("$.invoiceNo", kind, "a text was expected"),)
        assert delivery.raw["invoiceNo"] is wrong


def test_codes_read_from_names_codes_and_numbers() -> None:
    assert read(Bundle, bundle(prepayment="선불")).prepayment == Prepayment.PREPAID
    for absent in (None, ""):
        assert read(Bundle, bundle(prepayment=absent)).prepayment is None
    assert read(Claim, {"claimBundleNo": 1, "claimStatus": "교환 완료"}).claim_status == ClaimStatus.APPROVE
    line = read(SettlementOrderLine, {"gubun": 2})
    assert line.gubun == models.SettlementLineKind.REFUNDED
    with pytest.raises(ProtocolError, match=r"\$\.prepayment: a code was expected"):
        read(Bundle, bundle(prepayment={"Y": 1}))


def test_absent_settlement_numbers_are_none_and_rates_are_decimals() -> None:
    line = read(SettlementOrderLine, {"orderOptNo": "0", "claimNo": "0", "claimOptNo": None, "prodNo": "3000000000",
                                  "feeRate": "8.00", "basicDt": "20260102", "completeQty": "0"})  # fmt: skip
    assert (line.order_opt_no, line.claim_no, line.claim_opt_no) == (None, None, None)
    assert (line.prod_no, line.fee_rate, line.basic_dt) == (3_000_000_000, Decimal("8.00"), date(2026, 1, 2))
    assert line.complete_qty == 0
    assert read(SettlementShipLine, {"claimBundleNo": "0"}).claim_bundle_no is None
    for rate, meant in (
        (8, "8"),
        (8.5, "8.5"),
        ("1,234.5", "1234.5"),
        (" 8.0 ", "8"),
        (".5", "0.5"),
        ("-8", "-8"),
    ):
        assert read(SettlementOrderLine, {"feeRate": rate}).fee_rate == Decimal(meant)
    for absent in (None, "", " "):
        line = read(SettlementOrderLine, {"feeRate": absent})
        assert (line.fee_rate, line.faults) == (None, ())
    for wrong in ("팔", "NaN", True, [], [8], "8,5", "1,2345", "1e3", "8.0.0", "1_0", "８", float("inf")):
        line = read(SettlementOrderLine, {"feeRate": wrong})
        assert (line.fee_rate, line.is_unreadable("fee_rate")) == (None, True)


@pytest.mark.parametrize(
    "given",
    [
        "2026-02-30 10:00:00", "어제", True, [], "2026-01-01 10:00:00 CET", "2026-01-01x10:00:00", "2026", 2026,
        "2026-01-01 24:30:00", "2026-01-01 10:60", "01/02/2026", "2026-01/02", 2026010215, "2026010215", 1.5,
        "9999999999999999", "2026-01-01 10:00:00+99:00", 1767290645.5, "0767290645",
        "2026-01-01 10:00:60", "2026-01-01 25:00:00", "2026-01-01 24:00:01", "2026-01-01 24:00:00.5", "１７６７２９０６４５", {"at": 1767290645},
    ],
)  # fmt: skip
def test_an_unreadable_optional_date_is_none_and_named_without_being_shown(given: Any) -> None:
    rows = [bundle(), bundle(), bundle(), bundle(bundleNo=4, payDate=given)]
    found = read_rows(Bundle, ORDERS, {"bundle": rows})
    assert [row.bundle_no for row in found] == [1, 1, 1, 4]
    assert found.unread == ()
    (fault,) = found.faults
    assert found[3].faults == (fault,)
    assert (fault.path, fault.rule) == ("$.data.bundle[3].payDate", "a timestamp was expected")
    assert found[3].pay_date is None
    assert found[3].raw["payDate"] is given
    assert not isinstance(given, str) or given not in repr(found.faults)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2026-01-02T03:04:05", "2026-01-02 03:04:05"), ("2026-01-02T03:04:05Z", "2026-01-02 12:04:05"),
        ("2026-01-02 03:04:05+09:00", "2026-01-02 03:04:05"), ("2026-01-02T03:04:05.123456789+0900", "2026-01-02 03:04:05.123456"),
        ("2026-01-02 03:04:05 KST", "2026-01-02 03:04:05"), ("2026-01-02T03:04:05-05", "2026-01-02 17:04:05"),
        ("2026-01-02 24:00:00", "2026-01-03 00:00:00"), ("2026-12-31T24:00", "2027-01-01 00:00:00"),
        ("2026.01.02 3:04", "2026-01-02 03:04:00"), ("2026/1/2", "2026-01-02 00:00:00"),
        ("20260102", "2026-01-02 00:00:00"), (20260102, "2026-01-02 00:00:00"), ("20260102030405", "2026-01-02 03:04:05"),
        (1767290645, "2026-01-02 03:04:05"), ("1767290645", "2026-01-02 03:04:05"), (1767290645000.0, "2026-01-02 03:04:05"),
        (1767290645250, "2026-01-02 03:04:05.250000"), (" 2026-01-02 03:04:05 ", "2026-01-02 03:04:05"),
        ("2026-01-02 03:04", "2026-01-02 03:04:00"), ("2026-01-02T03:04+05", "2026-01-02 07:04:00"),
        ("2026-01-02 03:04:05.25", "2026-01-02 03:04:05.250000"), ("2026-01-02 23:59:59", "2026-01-02 23:59:59"),
        ("2026/01/02 23:59:59", "2026-01-02 23:59:59"), ("2026-01-01 18:04:05 UTC", "2026-01-02 03:04:05"),
        ("2026-01-01 18:04:05 gmt", "2026-01-02 03:04:05"), ("2026-01-02 03:04:05+05:30", "2026-01-02 06:34:05"),
        ("2026-01-02 03:04:05+0530", "2026-01-02 06:34:05"), ("2026-01-02T03:04:05-0330", "2026-01-02 15:34:05"),
    ],
)  # fmt: skip
def test_a_date_in_any_spelling_of_one_meaning_is_read(given: Any, wanted: str) -> None:
    found = read(Bundle, bundle(payDate=given))
    assert found.pay_date == datetime.fromisoformat(wanted).replace(tzinfo=KST)
    assert found.pay_date.tzinfo is KST
    assert found.faults == ()
    if "24:" not in str(given):
        day = read(Delivery, {"scheduleShipDate": given})
        assert (day.schedule_ship_date, day.faults) == (date.fromisoformat(wanted[:10]), ())


@pytest.mark.parametrize(
    "given", ["2026-01-02T03:04-0", "2026-W01-1 10:11:12", "2026-W01-1", "2026-02-30 03:04", "20260230"]
)
def test_a_date_that_python_alone_would_take_is_none(given: str) -> None:
    found = read(Bundle, bundle(payDate=given, delivery={"scheduleShipDate": given}))
    assert (found.pay_date, found.is_unreadable("pay_date")) == (None, True)
    assert found.delivery is not None
    assert found.delivery.is_unreadable("schedule_ship_date")


def test_the_end_of_a_day_is_no_day() -> None:
    found = read(Delivery, {"scheduleShipDate": "2026-01-02 24:00:00"})
    assert (found.schedule_ship_date, found.is_unreadable("schedule_ship_date")) == (None, True)


NO_DATES = [
    "0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00", "00000000", "0000.00.00", "0000-00-01", 0, "0",
    "0001-01-01 00:00:00", "0001-01-01T00:00:00Z", "1753-01-01", "1899-12-30", "1900-01-01 00:00:00", "1970-01-01",
    "1970-01-01 09:00:00", "19700101",
]  # fmt: skip
ENDLESS = [
    "9999-12-31", "9999-12-31 23:59:59", "9999-12-31T23:59:59.9999999Z", "99991231", "2999-12-31", "2999-01-01",
]  # fmt: skip


@pytest.mark.parametrize("given", [*NO_DATES, *ENDLESS])
def test_a_date_that_is_none_is_read_as_none_and_is_no_fault(given: Any) -> None:
    found = read(Bundle, bundle(shipCompleteDate=given, orderShippingDate=given, originShipDate=given))
    assert (found.is_delivered, found.is_shipped, found.dispatch_deadline) == (False, False, None)
    assert found.faults == ()
    leg = read(ExchangeDelivery, {"scheduleShipDate": given})
    line = read(SettlementOrderLine, {"basicDt": given, "paymentCompleteDt": given, "settlePreDt": given})
    assert (leg.schedule_ship_date, line.basic_dt, line.settle_pre_dt) == (None, None, None)
    assert leg.faults == line.faults == ()


def test_a_sale_without_an_end_goes_on_for_ever() -> None:
    for text in ENDLESS:
        for found in (
            read(models.ProductSale, {"saleEndDate": text}),
            read(ProductRow, {"productNo": 1, "saleEndDate": text}),
            read(models.DealSale, {"saleEndDate": text}),
        ):
            assert found.sale_end_date == models.ALWAYS_ON_END
            assert found.faults == ()
    for text in NO_DATES:
        assert read(models.ProductSale, {"saleEndDate": text}).sale_end_date is None
    assert read(models.ProductSale, {"saleStartDate": "9999-12-31"}).sale_start_date is None
    end = read(models.ProductSale, {"saleEndDate": "2026-01-02 03:00"}).sale_end_date
    assert end == datetime(2026, 1, 2, 3, tzinfo=KST)


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        ({"shipPrice": 12900.5}, ".shipPrice", "a whole number was expected"),
        ({"prepayment": {"Y": 1}}, ".prepayment", "a code was expected"),
        ({"delivery": {"shipStatus": ["신규주문"]}}, ".delivery.shipStatus", "a code was expected"),
        ({"orderProduct": [{"orderNo": 1}, {"orderNo": "홍길동"}]}, ".orderProduct[1].orderNo", "a whole number was expected"),
        ({"orderProduct": [{"orderNo": 1, "orderOption": [{}]}]},
         ".orderProduct[0].orderOption[0].orderOptionNo", "an identifier is missing"),
        ({"orderProduct": [{"orderNo": 1, "productQty": "여럿"}]}, ".orderProduct[0].productQty", "a whole number was expected"),
        ({"orderProduct": ["홍길동"]}, ".orderProduct[0]", "an object was expected"),
        ({"orderProduct": {"orderNo": 1}}, ".orderProduct", "a list was expected"),
        ({"orderProduct": 5}, ".orderProduct", "a list was expected"),
        ({"orderProduct": 0}, ".orderProduct", "a list was expected"),
        ({"delivery": "홍길동"}, ".delivery", "an object was expected"),
    ],
)  # fmt: skip
def test_an_unreadable_essential_value_costs_its_row_and_no_other(
    change: dict[str, Any], path: str, rule: str
) -> None:
    row = bundle(bundleNo=7, payDate="어제", **change)
    found = read_rows(Bundle, ORDERS, {"bundle": [bundle(), row, bundle(bundleNo=3)]})
    assert [row.bundle_no for row in found] == [1, 3]
    (unread,) = found.unread
    assert (unread.path, unread.operation, unread.raw) == ("$.data.bundle[1]", "orders_list", row)
    assert (unread.faults[0].path, unread.faults[0].rule) == (f"$.data.bundle[1]{path}", rule)
    assert unread.numbers == {"bundle_no": 7, "purchase_no": 2}
    assert "홍길동" not in repr(unread) + str(unread)
    assert "어제" not in repr(unread) + str(unread)
    with pytest.raises(UnreadableValueError) as caught:
        read(Bundle, row, path="$.data", operation=ORDERS)
    error = caught.value
    assert error.message == f"$.data{path}: {rule}"
    assert (error.location, error.rule, error.operation) == (f"$.data{path}", rule, "orders_list")
    assert "홍길동" not in str(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("row", "kind"), [("홍길동", "string"), (None, "null"), (7, "number"), ([], "array"), (True, "boolean")]
)
def test_a_row_that_is_no_object_is_named_and_stops_no_other(row: Any, kind: str) -> None:
    found = read_rows(Bundle, ORDERS, {"bundle": [bundle(), row, bundle(bundleNo=3)]})
    assert [row.bundle_no for row in found] == [1, 3]
    (unread,) = found.unread
    assert unread.faults == (ValueFault("$.data.bundle[1]", kind, "an object was expected"),)
    assert (unread.raw, unread.numbers) == (row, {})


def test_several_optional_faults_of_a_row_are_all_named_where_they_stand() -> None:
    delivery = {
        "shipStatus": "신규주문",
        "shipAddress": {"zipcode": ["00000"]},
        "name": 5,
        "scheduleShipDate": "곧",
    }
    (found,) = read_rows(Bundle, ORDERS, {"bundle": [bundle(delivery=delivery, orderDate={})]})
    paths = {fault.path.removeprefix("$.data.bundle[0].") for fault in found.faults}
    assert paths == {"orderDate", "delivery.shipAddress.zipcode", "delivery.scheduleShipDate"}
    assert found.delivery is not None
    assert len(found.delivery.faults) == 2
    assert found.delivery.name == "5"
    assert found.is_unreadable("schedule_ship_date")
    assert not found.is_unreadable("ship_status")


def test_a_value_nested_beyond_all_measure_is_unreadable_and_no_crash() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    assert read(SettlementOrderLine, {"feeRate": deep}).is_unreadable("fee_rate")
    assert read(Bundle, bundle(payDate=deep)).is_unreadable("pay_date")
    template = read(ShippingTemplate, {"shipPolicyNo": 1, "differenceYn": deep})
    assert template.is_unreadable("difference_yn")


def test_what_is_absent_stays_none_and_is_no_fault() -> None:
    for empty in (None, "", " "):
        found = read(SettlementOrderLine, {"prodSaleAmt": empty, "completeQty": empty, "basicDt": empty})
        assert (found.prod_sale_amt, found.complete_qty, found.basic_dt, found.faults) == (
            None,
            None,
            None,
            (),
        )


@pytest.mark.parametrize("cls", readable(), ids=lambda cls: cls.__name__)
def test_money_and_quantities_are_essential_in_every_model(cls: type[ReadModel]) -> None:
    money = re.compile(
        r"(?:_price|_amt|_fee|_qty|_cust|_seller|_wmp|stock_count|_condition)$|^sale_agency_fee$"
    )
    least = {models.wire_name(field.name): 7 for field in attrs.fields(cls) if field.default is attrs.NOTHING}
    for field in attrs.fields(cls):
        if money.search(field.name):
            for wrong in (12900.5, "만원", True, [1], {}):
                with pytest.raises(UnreadableValueError):
                    read(cls, {**least, models.wire_name(field.name): wrong})


def test_a_product_with_a_faulty_value_is_not_written_back() -> None:
    product = read(Product, {"productNo": 1, "etc": {"labelNoList": [1, "가", 3]}, "sale": {"taxYn": "?"}})
    assert product.etc is not None
    assert product.etc.label_no_list == (1, 3)
    assert {fault.path for fault in product.faults} == {"$.etc.labelNoList[1]", "$.sale.taxYn"}
    assert product.etc.is_unreadable("label_no_list")
    for part in (product, product.etc, product.sale):
        assert part is not None
        with pytest.raises(ValidationError, match="cannot be written back"):
            part.to_input()


def test_a_list_result_is_a_tuple_and_survives_pickle_and_copy() -> None:
    found = read_rows(Bundle, ORDERS, {"bundle": [bundle(), None, bundle(bundleNo=3, payDate="어제")]})
    assert isinstance(found, tuple)
    assert found == tuple(found)
    for again in (pickle.loads(pickle.dumps(found)), copy.copy(found), copy.deepcopy(found)):
        assert type(again) is models.ListResult
        assert again == found
        assert again.unread == found.unread
        assert again.unread[0].raw is None
        assert [fault.path for fault in again.faults] == ["$.data.bundle[2].payDate", "$.data.bundle[1]"]


def test_loosely_typed_emptiness_is_no_object() -> None:
    for empty in (None, "", []):
        assert read(Bundle, bundle(delivery=empty)).delivery is None
        assert read(Product, {"productNo": 1, "etc": {"labelNoList": empty}}).etc is not None


def test_lists_of_texts_and_numbers_name_the_item() -> None:
    etc = {"labelNoList": ["19", 20, "21.0"]}
    product = read(
        Product, {"productNo": 1, "etc": etc, "detail": {"addImgUrlList": ["https://a.example/1.jpg"]}}
    )
    assert product.etc is not None
    assert product.etc.label_no_list == (19, 20, 21)
    for hole in (None, ""):
        holed = read(Product, {"productNo": 1, "etc": {"labelNoList": [1, hole, 3]}})
        assert holed.etc is not None
        assert holed.etc.label_no_list == (1, 3)
        assert [fault.path for fault in holed.faults] == ["$.etc.labelNoList[1]"]
    bad = read(Product, {"productNo": 1, "etc": {"labelNoList": [1, "가"]}})
    assert bad.faults == (ValueFault("$.etc.labelNoList[1]", "string", "a whole number was expected"),)


def test_pages_read_their_rows_and_total() -> None:
    row = OPERATIONS["products_list"]
    page = read_page(models.ProductPage, row, {"totalCount": "201", "list": [{"productNo": 1}]})
    assert page.total_count == 201
    assert page.rows == (read(ProductRow, {"productNo": 1}),)
    data = {"totalCount": "많음", "list": [{"productNo": 1}, {}, {"productNo": 3, "salePrice": 0.5}]}
    page = read_page(models.ProductPage, row, data)
    assert [item.product_no for item in page.rows] == [1]
    assert [item.path for item in page.unread] == ["$.data.list[1]", "$.data.list[2]"]
    assert [item.numbers for item in page.unread] == [{}, {"product_no": 3}]
    assert (page.total_count, page.is_unreadable("total_count"), page.raw) == (None, True, data)
    assert [fault.path for fault in page.faults] == ["$.data.totalCount"]


def test_a_row_of_a_plain_list_is_named_by_its_place() -> None:
    row = OPERATIONS["products_find_by_seller_code"]
    found = read_rows(models.ProductNoRow, row, [{"productNo": 1}, {"productNo": "가"}])
    assert [(item.operation, item.path) for item in found.unread] == [(row.id, "$.data[1]")]


def test_an_unread_row_keeps_every_number_it_is_known_by() -> None:
    rows = [{"bundleNo": "가", "purchaseNo": 2, "shipPrice": 3}, {"bundleNo": 4, "shipPrice": 0.5}]
    found = read_rows(Bundle, ORDERS, {"bundle": rows})
    assert [row.numbers for row in found.unread] == [{"purchase_no": 2}, {"bundle_no": 4}]
    asked = read_list(Question, [{"qnaSeq": 5, "productNo": 6, "questionDate": "어제"}])
    assert [row.numbers for row in asked.unread] == [{"qna_seq": 5, "product_no": 6}]


@given(st.data())
def test_the_second_look_reads_what_the_first_pass_reads(data: st.DataObject) -> None:
    spellings = st.sampled_from(
        ["", None, 1, "1", "2,000", "Y", "20260102", "2026-01-02 03:04:05", "신규주문", [], {}]
    )
    keys = ["shipPrice", "payDate", "prepayment", "buyerName", "delivery", "orderProduct", "shipType"]
    row = bundle(**data.draw(st.dictionaries(st.sampled_from(keys), spellings)))
    found = read_rows(Bundle, ORDERS, {"bundle": [row]})
    if found and not found.faults:
        again: list[ValueFault] = []
        assert _read_carefully(Bundle, row, "$", again) == found[0]
        assert again == []


@pytest.mark.parametrize("cls", readable(), ids=lambda cls: cls.__name__)
def test_a_model_is_what_its_own_init_would_make(cls: type[ReadModel]) -> None:
    """The first pass calls no `__init__`: there must be nothing in it but the fields."""
    for field in attrs.fields(cls):
        assert (field.converter, field.validator) == (None, None)
        assert field.name == "raw" or field.default in (attrs.NOTHING, None, ())
    assert not hasattr(cls, "__attrs_post_init__")
    needed = [field.name for field in attrs.fields(cls) if field.default is attrs.NOTHING]
    row = {models.wire_name(name): "D002" if cls is models.Courier else 7 for name in needed}
    found = read(cls, row)
    assert type(found) is cls
    assert found == cls(**{name: getattr(found, name) for name in needed})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.raw = {}  # type: ignore[misc]


def test_what_was_read_survives_pickle_and_copy() -> None:
    found = read(Bundle, bundle(orderProduct=[{"orderNo": 3, "orderOption": [{"orderOptionNo": 4}]}]))
    assert pickle.loads(pickle.dumps(found)) == found == copy.deepcopy(found)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["bundleNo", "purchaseNo", "payDate", "shipPrice", "buyerName", "prepayment",
                                        "delivery", "orderProduct"]), JSONISH))  # fmt: skip
def test_no_object_escapes_the_exception_tree(given: dict[str, Any]) -> None:
    found: object
    try:
        found = read(Bundle, given)
    except ProtocolError as error:
        found = error
    if isinstance(found, ProtocolError):
        assert found.message.startswith("$.")
    else:
        assert isinstance(found, Bundle)
        assert found.raw is given


def test_reader_rule_06_both_spellings_of_the_shipping_owner() -> None:
    for key in ("shipMngs", "shipMng"):
        row = read(models.SellerShip, {"shipPolicyNo": 1, key: "위메프 물류센터"})
        assert row.ship_mngs == models.ShippingOwner.WMP
    unknown = read(models.SellerShip, {"shipPolicyNo": 1, "shipMngs": "무인창고"}).ship_mngs
    assert (unknown, unknown is not None and unknown.is_known) == ("무인창고", False)


def test_reader_rule_06_the_older_deductions_lower_what_is_paid_out() -> None:
    base = {"prodSaleAmt": 10_000, "completeQty": 2, "saleAgencyFee": 1_600}
    newer = read(SettlementOrderLine, {**base, "wmpDiscountBurdenAmt": 300, "epFee": 70})
    older = read(SettlementOrderLine, {**base, "wmpDiscountBurdenFee": "300", "wmpEpAmt": 70})
    both = read(
        SettlementOrderLine,
        {**base, "wmpDiscountBurdenAmt": 300, "epFee": 70, "wmpDiscountBurdenFee": 999, "wmpEpAmt": 999},
    )
    blank = read(
        SettlementOrderLine,
        {**base, "wmpDiscountBurdenAmt": "", "epFee": None, "wmpDiscountBurdenFee": 300, "wmpEpAmt": 70},
    )
    beside = read(
        SettlementOrderLine,
        {
            **base,
            "wmpDiscountBurdenAmt": "",
            "wmpDiscountBurdenFee": 300,
            "epFee": 70,
            "prodName": [],
        },
    )
    rows = (newer, older, both, blank, beside)
    assert [row.payable for row in rows] == [20_000 - 1_600 - 370] * 5
    assert [len(row.faults) for row in rows] == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    "data",
    [
        {"bundleNo": 1, "delivery": {}, "orderProduct": []},
        {"bundle": None, "bundles": [{"bundleNo": 1}]},
        {"list": [{"bundleNo": 1}]},
        {"totalCount": "3"},
    ],
)
def test_a_missing_container_is_not_empty_when_the_object_says_something(data: Any) -> None:
    with pytest.raises(ProtocolError, match=r"\$\.data\.bundle: rows expected"):
        rows_of(ORDERS, data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"totalCount": 0},
        {"totalCount": "0"},
        {"bundle": None, "note": "없음"},
        {"bundle": None, "page": 1, "paging": {}},
    ],
)
def test_a_missing_container_is_empty_when_the_object_says_nothing_else(data: Any) -> None:
    assert list(rows_of(ORDERS, data).rows) == []


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"orderProduct": {"orderNo": 1}}, r"\$\.orderProduct: a list was expected"),
        ({"orderProduct": [[{"orderNo": 1}]]}, r"\$\.orderProduct\[0\]: an object was expected"),
        ({"delivery": [{"shipStatus": "신규주문"}]}, r"\$\.delivery: an object was expected"),
    ],
)
def test_a_list_for_an_object_inside_a_row_is_never_read_in_part(broken: Any, place: str) -> None:
    with pytest.raises(ProtocolError, match=place):
        read(Bundle, bundle(**broken))
