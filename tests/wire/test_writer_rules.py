"""The twelve writer rules of contract section 10, each by its number, and every request against its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import jsonschema
import pytest

from wemakeprice_sdk import errors, models
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError, WindowError
from wemakeprice_sdk.models import (
    BundleNoRequest,
    CertificationInput,
    CertificationType,
    InputLimits,
    NoticeItemInput,
    OptionValueInput,
    OrderDateType,
    OrderListRequest,
    PickupRequest,
    ProductBasicInput,
    ProductInput,
    ProductOptionInput,
    ProductSaleInput,
    ShipMethod,
    ShipRequest,
    ShipStatus,
    WriteModel,
)
from wemakeprice_sdk.wire import windows
from wemakeprice_sdk.wire.converter import write
from wemakeprice_sdk.wire.envelope import AnswerBytes, read_answer, read_outcome
from wemakeprice_sdk.wire.operations import OPERATIONS, Retry
from wemakeprice_sdk.wire.requests import WireRequest, build_request, request_model
from wemakeprice_sdk.wire.verification import plan_verification

Build = Callable[[type[WriteModel], dict[str, Any]], Any]


def sent(request: WireRequest) -> dict[str, Any]:
    assert request.body is not None
    body: dict[str, Any] = json.loads(request.body)
    return body


@pytest.fixture
def product(bodies: dict[str, Any], build: Build) -> Any:
    examples = bodies["products_save"]["requestBody"]["content"]["application/json"]["examples"]
    return build(ProductInput, examples["create_with_options"]["value"])


def check_schema(contract: dict[str, Any], name: str, body: dict[str, Any]) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract["components"]}
    jsonschema.Draft202012Validator(schema).validate(body)


def test_every_request_example_of_the_contract_is_written_as_it_stands(
    request_example: tuple[str, str, dict[str, Any]], contract: dict[str, Any], build: Build
) -> None:
    operation, _, body = request_example
    row = OPERATIONS[operation]
    request = build_request(row, build(request_model(row), body))
    expected = json.loads(json.dumps(body))
    for sale in (expected.get("sale"), expected if "salePrice" in expected else None):
        if sale is not None:
            sale.setdefault("originPrice", None)
    assert sent(request) == expected
    check_schema(contract, str(row.request), sent(request))
    assert (request.method, request.path, request.query) == ("POST", row.path, ())


@pytest.mark.parametrize("name", [row.id for row in OPERATIONS.values() if row.request])
def test_every_body_has_a_model_of_the_contracts_name(name: str) -> None:
    assert request_model(OPERATIONS[name]).__name__ == OPERATIONS[name].request


def test_writer_rule_01_only_listed_keys_and_no_nulls_but_two(product: Any) -> None:
    bare = attrs.evolve(product, sale=attrs.evolve(product.sale, origin_price=None))
    body = sent(build_request("products_save", bare))

    def nulls(value: Any, key: str = "") -> list[str]:
        if isinstance(value, dict):
            return [found for name, inner in value.items() for found in nulls(inner, name)]
        if isinstance(value, list):
            return [found for inner in value for found in nulls(inner, key)]
        return [key] if value is None else []

    assert nulls(body) == ["originPrice"]
    declaration = CertificationInput(certification_type=CertificationType.KD_SPL, certification_no=None)
    assert write(declaration) == {"certificationType": "KD_SPL", "certificationNo": None}
    with pytest.raises(ValidationError, match="no value named colour"):
        build_request("orders_confirm", {"bundle_no": 1, "colour": "red"})


def test_writer_rule_02_numbers_are_numbers_and_text_only_where_text_was_seen(product: Any) -> None:
    number = 3_000_000_000
    assert sent(build_request("orders_confirm", {"bundle_no": number})) == {"bundleNo": number}
    updates = {
        "products_update_basic": {"basic": product.basic},
        "products_update_sale": {"sale": product.sale},
        "products_set_status": {"product_status": models.ProductStatus.STOP},
    }
    for operation, rest in updates.items():
        assert sent(build_request(operation, {"product_no": number, **rest}))["productNo"] == "3000000000"
    options = sent(build_request("products_update_options", {"product_no": number, "option": product.option}))
    assert options["productNo"] == number
    assert (
        sent(build_request("products_save", attrs.evolve(product, product_no=number)))["productNo"] == number
    )
    labelled = attrs.evolve(product, etc=attrs.evolve(product.etc, label_no_list=(19, 20)))
    assert sent(build_request("products_save", labelled))["etc"]["labelNoList"] == ["19", "20"]
    item = models.BroadcastProductInput(product_no=number, main_prod_yn=True, priority=0)
    assert write(item) == {"productNo": "3000000000", "mainProdYn": "Y", "priority": 0}


def test_writer_rule_03_a_create_has_no_product_number(product: Any) -> None:
    assert product.product_no is None
    assert "productNo" not in sent(build_request("products_save", product))
    with pytest.raises(ValidationError, match="productNo"):
        build_request("products_save", attrs.evolve(product, product_no=0))


def test_writer_rule_04_blocks_go_whole_and_without_read_only_keys(
    product: Any, contract: dict[str, Any]
) -> None:
    row = OPERATIONS["products_update_sale"]
    with pytest.raises(ValidationError, match="sale is required"):
        build_request(row, {"product_no": 1})
    body = sent(build_request(row, {"product_no": 1, "sale": product.sale}))
    schemas = contract["components"]["schemas"]
    assert set(schemas["ProductSaleInput"]["required"]) <= set(body["sale"])
    assert body["sale"]["saleStartDate"] == "2024-06-01 10:00"
    keys = {
        spec.wire
        for cls in (ProductBasicInput, OptionValueInput)
        for spec in models.field_specs(cls).values()
    }
    assert not keys & {"optAddPrice", "productStatusName", "partnerGroupId"}


def test_writer_rule_05_nothing_is_cut_silently(product: Any) -> None:
    long = attrs.evolve(product, basic=attrs.evolve(product.basic, product_name="가" * 71))
    group = attrs.evolve(
        product.notice_list[0], notice_list=(NoticeItemInput(notice_no=1, description="나" * 1001),)
    )
    with pytest.raises(ValidationError) as caught:
        build_request("products_save", attrs.evolve(long, notice_list=(group,)))
    assert {violation.path for violation in caught.value.violations} == {
        "basic.productName", "noticeList[0].noticeList[0].description",
    }  # fmt: skip
    fits = attrs.evolve(product, basic=attrs.evolve(product.basic, product_name="가" * 70))
    assert len(sent(build_request("products_save", fits))["basic"]["productName"]) == 70


@pytest.mark.parametrize(
    "text", ["6000-0000-0001", " 6000 0000 0001 ", "６０００００００００01", "600000000001\u200b"]
)
def test_writer_rule_06_dashes_and_blanks_leave_the_invoice(text: str) -> None:
    ship = {
        "bundle_no": 1,
        "ship_method": ShipMethod.PARCEL,
        "parcel_company_code": "D002",
        "invoice_no": text,
    }
    assert sent(build_request("orders_ship", ship))["invoiceNo"] == "600000000001"
    change = {"bundle_no": 1, "parcel_company_code": "D002", "invoice_no": text}
    assert sent(build_request("orders_change_invoice", change))["invoiceNo"] == "600000000001"
    pickup = PickupRequest(
        claim_bundle_no=1, claim_type=models.ClaimType.RETURN, ship_method=ShipMethod.PARCEL,
        parcel_company_code="D002", invoice_no=text,
    )  # fmt: skip
    assert sent(build_request("claims_register_pickup", pickup))["invoiceNo"] == "600000000001"


@pytest.mark.parametrize("text", ["1" * 16, "", "-", "A123", "12.3", "12/34"])
def test_writer_rule_06_what_is_no_invoice_is_refused(text: str) -> None:
    ship = ShipRequest(
        bundle_no=1, ship_method=ShipMethod.PARCEL, parcel_company_code="D002", invoice_no=text
    )
    with pytest.raises(ValidationError) as caught:
        build_request("orders_ship", ship)
    assert {violation.path for violation in caught.value.violations} == {"invoiceNo"}


@pytest.mark.parametrize("reference", ["방문-12 오전", "12-34"])
def test_writer_rule_06_the_free_reference_of_a_direct_pickup_is_not_touched(reference: str) -> None:
    pickup = PickupRequest(
        claim_bundle_no=1, claim_type=models.ClaimType.RETURN, ship_method=ShipMethod.DIRECT,
        invoice_no=reference, schedule_ship_date=date(2026, 1, 2),
    )  # fmt: skip
    assert sent(build_request("claims_register_pickup", pickup))["invoiceNo"] == reference


def orders(start: datetime, end: datetime) -> OrderListRequest:
    return OrderListRequest(
        from_date=start, to_date=end, type=ShipStatus.NEW, search_date_type=OrderDateType.NEW
    )


def test_writer_rule_07_windows_end_at_23_59_59_and_can_overlap(contract: dict[str, Any]) -> None:
    start = datetime(2026, 1, 1, tzinfo=KST)
    for window in windows.split_window(start, start + timedelta(days=3), overlap=windows.DEFAULT_OVERLAP):
        body = sent(build_request("orders_list", orders(window.start, window.end)))
        check_schema(contract, "OrderListRequest", body)
    assert timedelta(0) < windows.DEFAULT_OVERLAP
    widest = sent(build_request("orders_list", orders(start, start + timedelta(days=1, seconds=-1))))
    assert (widest["fromDate"], widest["toDate"]) == ("2026-01-01 00:00:00", "2026-01-01 23:59:59")
    with pytest.raises(WindowError, match="below 24 hours"):
        build_request("orders_list", orders(start, start + timedelta(days=1)))


def test_writer_rule_07_times_go_out_in_korean_time_whatever_their_zone() -> None:
    start = datetime(2026, 1, 1, 15, tzinfo=UTC)
    body = sent(build_request("orders_list", orders(start, start + timedelta(hours=1))))
    assert (body["fromDate"], body["toDate"]) == ("2026-01-02 00:00:00", "2026-01-02 01:00:00")


def deep(product: Any) -> Any:
    option = ProductOptionInput(
        select_option_use_yn=True, select_option_depth=3, select_option_title1="색상", select_option_title2="크기",
        select_option_title3="소재", text_option_use_yn=False,
        select_option_value_list=(
            OptionValueInput(option_value1="검정", option_value2="L", option_value3="면", stock_count=1, display_yn=True),
        ),
    )  # fmt: skip
    return attrs.evolve(product, option=option)


def test_writer_rule_08_option_depth_is_one_or_two_unless_asked(
    product: Any, contract: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError, match="selectOptionDepth"):
        build_request("products_save", deep(product))
    body = sent(build_request("products_save", deep(product), limits=InputLimits(max_option_depth=5)))
    assert body["option"]["selectOptionDepth"] == 3
    check_schema(contract, "ProductInput", body)


def test_writer_rule_09_the_sale_period_is_always_sent(product: Any) -> None:
    field = attrs.fields(ProductSaleInput).sale_period
    assert field.default is attrs.NOTHING
    assert write(product.sale)["salePeriod"] == "P"


def test_writer_rule_10_every_write_is_verified_or_never_repeated(
    build: Build, bodies: dict[str, Any]
) -> None:
    for row in OPERATIONS.values():
        if row.is_read:
            continue
        assert row.retry in (Retry.VERIFY, Retry.NEVER)
        example = next(
            iter(bodies[row.id]["requestBody"]["content"]["application/json"]["examples"].values())
        )
        plan = plan_verification(row, build(request_model(row), example["value"]))
        if row.retry is Retry.NEVER or row.id == "orders_cancel_option":
            assert plan.reads == ()
        else:
            assert {read.operation.id for read in plan.reads} <= {row.verify_with, row.verify_create}
            assert plan.reads


@pytest.mark.parametrize("name", [row.id for row in OPERATIONS.values()])
def test_writer_rule_11_a_request_holds_no_key_and_shows_no_values(name: str) -> None:
    row = OPERATIONS[name]
    request = WireRequest(name, row.method, row.path, (("code", "비밀-1"),), '{"name":"홍길동"}'.encode())
    assert {key.lower() for key, _ in request.headers} == {"content-type", "accept"}
    assert dict(request.headers)["Content-Type"] == "application/json"
    assert "비밀" not in repr(request)
    assert "홍길동" not in repr(request)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 422, 500, 503])
def test_writer_rule_12_http_and_envelope_errors_end_as_one_type(code: int) -> None:
    body = json.dumps({"resultCode": code, "data": None, "error": "오류"}).encode()
    for name in ("orders_list", "orders_ship"):
        row = OPERATIONS[name]
        kinds = set()
        for status in (code, 200):
            with pytest.raises(errors.ApiError) as caught:
                (read_answer if row.is_read else read_outcome)(row, AnswerBytes(status, body))
            kinds.add(type(caught.value))
        assert len(kinds) == 1


# Requests beyond the rules


@pytest.mark.parametrize(
    ("operation", "payload", "query"),
    [
        ("products_get", {"product_no": 3_000_000_000}, [("productNo", "3000000000")]),
        ("base_search_brands", {"brand_name": "예시 브랜드"}, [("brandName", "예시 브랜드")]),
        ("cs_list_questions", {"basic_date": date(2026, 1, 2)}, [("basicDate", "2026-01-02")]),
        ("settlement_list_order_lines", {"basic_dt": datetime(2026, 1, 1, 15, tzinfo=UTC)}, [("basicDt", "2026-01-02")]),
        ("notices_list", None, []),
        ("notices_list", {"basic_date": None}, []),
        ("base_list_categories", {}, []),
        ("products_list",
         {"from_date": datetime(2026, 1, 1, tzinfo=KST), "to_date": datetime(2026, 3, 1, tzinfo=KST),
          "search_date_type": models.ProductDateType.CHANGE, "page": 2, "size": 100},
         [("fromDate", "2026-01-01 00:00:00"), ("toDate", "2026-03-01 00:00:00"), ("searchDateType", "CHANGE"),
          ("page", "2"), ("size", "100")]),
    ],
)  # fmt: skip
def test_queries_are_spelt_in_contract_order(
    operation: str, payload: Any, query: list[tuple[str, str]]
) -> None:
    request = build_request(operation, payload)
    assert list(request.query) == query
    assert request.body is None
    assert request.method == "GET"


@pytest.mark.parametrize(
    ("operation", "payload", "paths"),
    [
        ("products_get", {}, {"productNo"}), ("products_get", {"product_no": 0}, {"productNo"}),
        ("products_get", {"product_no": 2**63}, {"productNo"}), ("products_get", {"product_no": True}, {"productNo"}),
        ("products_get", {"product_no": "1"}, {"productNo"}), ("products_get", {"productNo": 1}, {"productNo"}),
        ("base_search_brands", {"brand_name": " "}, {"brandName"}), ("base_search_brands", {"brand_name": 5}, {"brandName"}),
        ("products_find_by_seller_code", {"code": "가" * 51}, {"code"}),
        ("products_find_by_seller_code", {"code": "A\ud800"}, {"code"}),
        ("products_find_by_seller_code", {"code": "나\udfff다"}, {"code"}),
        ("cs_list_questions", {"basic_date": "2026-01-02"}, {"basicDate"}),
        ("deals_list", {"page": 0, "size": 101}, {"fromDate", "toDate", "page", "size"}),
        ("products_list", {"from_date": 1, "to_date": 2, "search_date_type": "X"}, {"fromDate", "toDate", "searchDateType"}),
        ("orders_confirm", {}, {"bundleNo"}), ("orders_confirm", {"bundle_no": -1}, {"bundleNo"}),
        ("orders_ship", {"colour": 1}, {"colour", "bundleNo", "shipMethod"}),
    ],
)  # fmt: skip
def test_every_violation_is_named_at_once(operation: str, payload: dict[str, Any], paths: set[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        build_request(operation, payload)
    assert type(caught.value) is ValidationError
    assert {violation.path for violation in caught.value.violations} == paths
    assert all(violation.message and violation.message_ko for violation in caught.value.violations)


@pytest.mark.parametrize(
    ("operation", "payload", "rule"),
    [
        ("products_get", {"product_no": 0}, "range 1.."), ("products_get", {"product_no": "1"}, "type int"),
        ("products_get", {}, "required"), ("base_search_brands", {"brand_name": " "}, "not blank"),
        ("products_find_by_seller_code", {"code": "가" * 51}, "length 1..50 characters"),
        ("products_find_by_seller_code", {"code": "\ud800"}, "valid Unicode"),
    ],
)  # fmt: skip
def test_a_violation_names_the_rule_that_was_broken(
    operation: str, payload: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        build_request(operation, payload)
    assert [violation.rule for violation in caught.value.violations] == [rule]


def test_the_bounds_of_a_number_and_of_a_text_can_be_sent() -> None:
    widest = {"from_date": datetime(2026, 1, 1, tzinfo=KST), "to_date": datetime(2026, 1, 2, tzinfo=KST)}
    request = build_request("deals_list", {**widest, "page": 1, "size": 100})
    assert list(request.query)[-2:] == [("page", "1"), ("size", "100")]
    assert build_request("products_get", {"product_no": 2**63 - 1}).query == (("productNo", str(2**63 - 1)),)
    code = "가" * 50
    assert build_request("products_find_by_seller_code", {"code": code}).query == (("code", code),)


@pytest.mark.parametrize("payload", [None, ShipRequest(bundle_no=1, ship_method=ShipMethod.PARCEL)])
def test_the_wrong_request_model_is_refused(payload: Any) -> None:
    with pytest.raises(ValidationError, match="BundleNoRequest"):
        build_request("orders_confirm", payload)


@pytest.mark.parametrize(
    ("operation", "name", "path"),
    [("settlement_list_order_lines", "basic_dt", "basicDt"), ("products_list", "from_date", "fromDate")],
)
def test_a_naive_query_value_is_named_as_on_the_wire(operation: str, name: str, path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        build_request(operation, {name: datetime(2026, 1, 1)})
    assert path in {item.path for item in caught.value.violations if item.rule == "aware datetime"}


def test_what_was_read_is_told_from_what_can_be_sent() -> None:
    with pytest.raises(
        ValidationError, match=r"takes a ShippingTemplateInput.*its to_input\(\) is what can be sent"
    ):
        build_request("shipping_save_policy", models.ShippingTemplate(shipping_template_no=1))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="takes a BundleNoRequest") as caught:
        build_request("orders_confirm", models.Bundle(bundle_no=1, purchase_no=2))  # type: ignore[arg-type]
    assert "to_input" not in str(caught.value)


@pytest.mark.parametrize("operation", ["orders_confirm", "products_get"])
def test_a_wire_name_is_answered_with_the_python_name(operation: str) -> None:
    wire, name = ("bundleNo", "bundle_no") if operation == "orders_confirm" else ("productNo", "product_no")
    with pytest.raises(ValidationError) as caught:
        build_request(operation, {wire: 1})
    first = caught.value.violations[0]
    assert (first.path, first.message) == (wire, f"write {name} instead of {wire}")


@pytest.mark.parametrize("start", ["2026-01-01", date(2026, 1, 1), 5])
def test_a_period_of_the_wrong_type_is_a_violation_and_no_crash(start: Any) -> None:
    end = datetime(2026, 1, 1, tzinfo=KST)
    for operation, more in (
        ("orders_list", {"type": "NEW", "search_date_type": "NEW"}),
        ("claims_list", {"claim_type": "CANCEL", "claim_status": "REQUEST"}),
        ("products_list", {"search_date_type": "REGISTER"}),
        ("deals_list", {}),
    ):
        with pytest.raises(ValidationError) as caught:
            build_request(operation, {"from_date": start, "to_date": end, **more})
        found = [(violation.path, violation.rule) for violation in caught.value.violations]
        assert found == [("fromDate", "type datetime")], operation
        with pytest.raises(ValidationError) as caught:
            build_request(operation, {"from_date": end, "to_date": start, **more})
        found = [(violation.path, violation.rule) for violation in caught.value.violations]
        assert found == [("toDate", "type datetime")], operation


def test_a_body_for_a_query_is_refused() -> None:
    with pytest.raises(ValidationError, match="query values"):
        build_request("products_get", BundleNoRequest(bundle_no=1))
    with pytest.raises(TypeError, match="no JSON body"):
        request_model(OPERATIONS["products_get"])


def test_naive_times_are_their_own_error() -> None:
    naive = datetime(2026, 1, 1)
    with pytest.raises(NaiveDatetimeError) as caught:
        build_request("orders_list", orders(naive, naive))
    assert {violation.path for violation in caught.value.violations} == {"fromDate", "toDate"}
    with pytest.raises(NaiveDatetimeError):
        build_request("deals_list", {"from_date": naive, "to_date": naive})
    with pytest.raises(NaiveDatetimeError):
        build_request("cs_list_questions", {"basic_date": naive})


def test_reversed_and_overlong_periods_are_window_errors() -> None:
    start = datetime(2026, 1, 31, tzinfo=KST)
    with pytest.raises(WindowError, match="not before start"):
        build_request("orders_list", orders(start, start - timedelta(seconds=1)))
    with pytest.raises(WindowError, match="at most 6 months"):
        build_request(
            "deals_list", {"from_date": start, "to_date": datetime(2026, 7, 31, 0, 0, 1, tzinfo=KST)}
        )
    claims = {
        "from_date": start, "to_date": start + timedelta(hours=24),
        "claim_type": models.ClaimType.CANCEL, "claim_status": models.ClaimStatus.REQUEST,
    }  # fmt: skip
    with pytest.raises(WindowError, match="below 24 hours") as caught:
        build_request("claims_list", claims)
    assert [violation.path for violation in caught.value.violations] == ["toDate"]


def test_a_wrong_period_hides_no_other_violation_and_is_said_once() -> None:
    start = datetime(2026, 1, 31, tzinfo=KST)
    period = {"from_date": start, "to_date": start + timedelta(hours=24)}
    for operation, payload, other in (
        ("orders_list", {**period, "type": "모름", "search_date_type": "NEW"}, "type"),
        ("products_list", {"from_date": start, "to_date": start - timedelta(1), "search_date_type": "X"}, "searchDateType"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as caught:
            build_request(operation, payload)
        assert type(caught.value) is ValidationError
        assert sorted(violation.path for violation in caught.value.violations) == sorted([other, "toDate"])


def test_unknown_couriers_and_overlong_invoices_are_named_together() -> None:
    for code in ("D033", "D099", "CJ"):
        ship = ShipRequest(
            bundle_no=0, ship_method=ShipMethod.PARCEL, parcel_company_code=code, invoice_no="1" * 16
        )
        with pytest.raises(ValidationError) as caught:
            build_request("orders_ship", ship)
        assert {violation.path for violation in caught.value.violations} == {
            "bundleNo", "parcelCompanyCode", "invoiceNo",
        }  # fmt: skip


def test_half_a_surrogate_pair_cannot_be_sent() -> None:
    with pytest.raises(ValidationError, match="surrogate"):
        build_request("cs_answer_question", {"qna_seq": 1, "answer": "열 글자가 넘는 답변\ud800"})


def test_bodies_are_utf8_without_escapes() -> None:
    request = build_request("cs_answer_question", {"qna_seq": 1, "answer": "열 글자가 넘는 답변입니다"})
    assert request.body is not None
    assert "열 글자가 넘는 답변입니다" in request.body.decode("utf-8")
