"""The decision order of contract section 2, and refusal texts as outcomes or typed errors."""

from __future__ import annotations

import json
import pickle
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk import errors
from wemakeprice_sdk.errors import CallError
from wemakeprice_sdk.models import ClaimApproveRequest, ClaimType, ShippingTemplate
from wemakeprice_sdk.secrets import Redactor, SecretStr
from wemakeprice_sdk.wire.envelope import (
    AnswerBytes,
    Asked,
    Success,
    asked_of,
    outcome_is_unknown,
    read_answer,
    read_outcome,
    rows_of,
    safe_text,
)
from wemakeprice_sdk.wire.operations import OPERATIONS, Channel, Family, Meaning, Refusal, Shape
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied
from wemakeprice_sdk.wire.overrides import WireOverrides

OUTAGE = "<html><body>위메프 접속이  원활하지 않습니다. 잠시 후 다시 시도해 주세요</body></html>"
READS = [row for row in OPERATIONS.values() if row.is_read]
WRITES = [row for row in OPERATIONS.values() if not row.is_read]
ERRORS: dict[Meaning, type[errors.ApiError]] = {
    Meaning.WITHDRAWN: errors.WithdrawnError,
    Meaning.NOT_FOUND: errors.NotFoundError,
    Meaning.PRECONDITION: errors.PreconditionError,
    Meaning.CONFLICT: errors.ConflictError,
    Meaning.CONTENT_REJECTED: errors.ContentRejectedError,
}


def answer(body: object, status: int = 200, content_type: str = "application/json") -> AnswerBytes:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return AnswerBytes(status, data, content_type)


def refuse(text: str, code: int = 422) -> dict[str, object]:
    return {"resultCode": code, "data": None, "error": text}


def done(key: object, text: str = "완료 되었습니다.", name: str = "returnKey") -> dict[str, object]:
    return {"resultCode": 200, "data": {name: key, "returnMsg": text}, "error": None}


def failed(operation: str, given: AnswerBytes, **kwargs: Any) -> CallError:
    row = OPERATIONS[operation]
    with pytest.raises(CallError) as caught:
        read_answer(row, given, **kwargs) if row.is_read else read_outcome(row, given, **kwargs)
    assert pickle.loads(pickle.dumps(caught.value)).text == caught.value.text
    return caught.value


def test_every_answer_example_of_the_contract_reads(answer_example: tuple[str, str, Any]) -> None:
    operation, name, body = answer_example
    row = OPERATIONS[operation]
    if row.is_read:
        if name in ("missing", "missing_as_null", "missing_as_error"):
            assert type(failed(operation, answer(body))) is errors.NotFoundError
        else:
            assert read_answer(row, answer(body)).data == body["data"]
    elif name == "done":
        outcome = read_outcome(row, answer(body))
        assert isinstance(outcome, Applied)
        assert outcome.key == (None if row.family is Family.RETURN_KEY else next(iter(body["data"].values())))
        assert outcome.message == body["data"]["returnMsg"]
    elif name.startswith("already") and row.id != "orders_cancel_option":
        assert isinstance(read_outcome(row, answer(body)), AlreadyDone)
    elif name == "past_step":
        assert read_outcome(row, answer(body)) == AlreadyDone(row.id, body["data"]["returnMsg"], False, True)
    else:
        assert isinstance(failed(operation, answer(body)), errors.ApiError)


# 2. not JSON


@pytest.mark.parametrize("status", [200, 500, 502])
@pytest.mark.parametrize("operation", ["orders_list", "orders_ship"])
def test_a_page_with_the_outage_text_is_maintenance_whatever_the_status(operation: str, status: int) -> None:
    error = failed(operation, answer(OUTAGE.encode(), status, "text/html; charset=utf-8"))
    assert type(error) is errors.MaintenanceError
    assert error.http_status == status
    assert error.text == "위메프 접속이 원활하지 않습니다"


def test_the_outage_text_counts_also_where_the_refusals_are_replaced() -> None:
    upkeep = Refusal("서비스 점검", Meaning.MAINTENANCE, Channel.HTML, "C")
    overrides = WireOverrides(refusals={"orders_list": [upkeep]})
    for text in (OUTAGE, "<p>서비스 점검 중입니다</p>"):
        error = failed("orders_list", answer(text.encode(), 200, "text/html"), overrides=overrides)
        assert type(error) is errors.MaintenanceError


def test_an_answer_beyond_its_bounds_is_not_parsed() -> None:
    given = AnswerBytes(200, json.dumps(done(1)).encode(), excess="the answer holds more than 5 values")
    error = failed("orders_ship", given)
    assert type(error) is errors.AnswerTooLargeError
    assert outcome_is_unknown(error)


def test_the_end_of_a_very_long_text_shows_nothing_either() -> None:
    key = "Zq7Xw9Lm2Vb4Nc6Rt8Yp1Hg3"
    clean = Redactor([SecretStr(key)])
    for shift in range(len(key) + 1):
        # Blanks become one, so what stands at the cut is within the characters that an error keeps.
        text = f"오류{' ' * (8190 - shift)}{key} {'0' * 1_000_000}"
        body = json.dumps({"resultCode": 400, "error": text, "data": None}).encode()
        assert failed("orders_list", AnswerBytes(200, body, clean=clean)).text == "오류"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, errors.ProtocolError),
        (302, errors.ProtocolError),
        (404, errors.ProtocolError),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (408, errors.MaintenanceError),
        (429, errors.MaintenanceError),
        (499, errors.ProtocolError),
        (500, errors.ServerError),
        (502, errors.ServerError),
        (503, errors.MaintenanceError),
        (504, errors.ServerError),
    ],
)
def test_any_other_page_is_told_by_its_status_and_shows_nothing(
    status: int, expected: type[errors.CallError]
) -> None:
    page = b"<html>Hong Gil-dong 010-0000-0000</html>"
    error = failed("orders_list", answer(page, status, "text/html; charset=utf-8"))
    assert type(error) is expected
    assert error.http_status == status
    assert "Hong" not in str(error)
    assert "0000" not in str(error)
    assert "text/html" in str(error)


@pytest.mark.parametrize(
    "body", [b'{"resultCode":200,"data":{"bundle":[{"buyerName":"X', b'[{"a":1}', b" {]"]
)
def test_truncated_json_is_a_protocol_error(body: bytes) -> None:
    error = failed("orders_list", answer(body))
    assert type(error) is errors.ProtocolError
    assert "cut short or damaged" in str(error)
    assert "buyerName" not in str(error)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"17", b'"ok"', b"\xff\xfe\x00", b"[" * 100_000])
def test_json_that_is_no_envelope_is_a_protocol_error(body: bytes) -> None:
    assert type(failed("orders_list", answer(body))) is errors.ProtocolError


@given(st.binary(max_size=200))
def test_no_body_escapes_the_exception_tree(body: bytes) -> None:
    for operation in ("orders_list", "products_get", "orders_ship", "products_save"):
        row = OPERATIONS[operation]
        try:
            read_answer(row, answer(body)) if row.is_read else read_outcome(row, answer(body))
        except CallError as error:
            named = error
        else:
            continue
        assert named.operation == operation


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(JSONISH, JSONISH, JSONISH, st.integers(100, 599))
def test_no_envelope_escapes_the_exception_tree(
    code: object, data: object, error: object, status: int
) -> None:
    body = json.dumps({"resultCode": code, "data": data, "error": error}).encode()
    for operation in ("orders_list", "deals_get", "orders_ship", "shipping_save_policy"):
        row = OPERATIONS[operation]
        given = AnswerBytes(status, body)
        result: object
        try:
            result = read_answer(row, given) if row.is_read else read_outcome(row, given)
        except CallError as caught:
            result = caught
        if isinstance(result, CallError):
            assert len(result.text) <= 200
        else:
            assert status in (200, 201)
            assert isinstance(result, Success | Applied | AlreadyDone)


# 3. resultCode other than 200


@pytest.mark.parametrize("status", [200, 201, None])
@pytest.mark.parametrize(
    ("code", "cls"),
    [
        (400, errors.BadRequestError), (401, errors.AuthenticationError), (403, errors.PermissionDeniedError),
        (404, errors.BadRequestError), (405, errors.BadRequestError), (422, errors.BadRequestError),
        (500, errors.ServerError), (502, errors.ServerError), (503, errors.MaintenanceError),
        (429, errors.MaintenanceError), (0, errors.RefusedError), (300, errors.RefusedError),
        (-1, errors.RefusedError), (399, errors.RefusedError), (499, errors.BadRequestError),
    ],
)  # fmt: skip
@pytest.mark.parametrize("operation", ["orders_list", "orders_confirm", "products_save"])
def test_codes_make_the_same_error_under_their_own_status_and_under_http_200(
    operation: str, code: int, cls: type[CallError], status: int | None
) -> None:
    http = status or (code if 400 <= code < 600 else 200)
    error = failed(operation, answer(refuse("알 수 없는 오류", code), http))
    assert type(error) is cls
    assert (error.result_code, error.http_status, error.text) == (code, http, "알 수 없는 오류")
    assert (error.method, error.path) == (OPERATIONS[operation].method, OPERATIONS[operation].path)


@pytest.mark.parametrize("code", ["401", " 401 ", 401.0, "+401"])
def test_a_quoted_code_is_read_as_its_number(code: object) -> None:
    error = failed("orders_list", answer({"resultCode": code, "error": "인증 실패"}))
    assert type(error) is errors.AuthenticationError
    assert error.result_code == 401


@pytest.mark.parametrize("code", [True, "OK", "", 200.5, [200], {"code": 200}, "2e2", "９"])
def test_a_code_that_is_no_number_is_a_protocol_error(code: object) -> None:
    assert type(failed("orders_list", answer({"resultCode": code, "data": []}))) is errors.ProtocolError


@pytest.mark.parametrize(
    "error",
    ["금칙어가 포함되었습니다.", {"message": "금칙어가 포함되었습니다."}, {"code": 7, "detail": {"msg": "금칙어가 포함되었습니다."}},
     [{"field": "productName"}, "x", "금칙어가 포함되었습니다."][2:]],
)  # fmt: skip
def test_the_error_text_is_found_in_a_text_an_object_or_a_list(error: object) -> None:
    found = failed("products_save", answer({"resultCode": 422, "error": error}))
    assert type(found) is errors.ContentRejectedError
    assert found.text == "금칙어가 포함되었습니다."


@pytest.mark.parametrize("name", ["message", "msg", "errorMessage", "error", "text"])
def test_the_error_text_is_told_from_a_code_beside_it(name: str) -> None:
    found = failed(
        "products_save",
        answer({"resultCode": 422, "error": {"code": "E17", name: "금칙어가 포함되었습니다."}}),
    )
    assert type(found) is errors.ContentRejectedError
    assert found.text == "금칙어가 포함되었습니다."


@pytest.mark.parametrize("opened", [("[", "]"), ('{"a":', "}")])
def test_an_error_nested_beyond_all_measure_is_still_typed(opened: tuple[str, str]) -> None:
    for depth in (4, 700):
        body = (
            f'{{"resultCode":422,"error":{opened[0] * depth}"금칙어가 포함되었습니다."{opened[1] * depth}}}'
        )
        found = failed("products_save", AnswerBytes(422, body.encode(), "application/json"))
        assert isinstance(found, errors.ContentRejectedError if depth == 4 else errors.BadRequestError)


@pytest.mark.parametrize("text", ["a." * 100_000, "-" * 200_000, "a@" + "x" * 200_000])
def test_a_text_of_any_length_is_masked_in_no_time(text: str) -> None:
    started = time.perf_counter()
    assert len(safe_text(text)) == 200
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("numbers", "foreign"),
    [
        ([1007], False), (["1,007.0"], False), ([1007, 8], False), ([8, "1007"], False), ([], False),
        ([None], False), (["?"], False), ([8], True), (["8.0"], True), (["1,008"], True), ([8, None], True),
    ],
)  # fmt: skip
def test_an_answer_that_names_other_numbers_only_is_refused(numbers: list[object], foreign: bool) -> None:
    body = {"resultCode": 200, "data": {"bundle": [{"bundleNo": number} for number in numbers]}}
    given = AnswerBytes(200, json.dumps(body).encode(), asked=Asked("bundleNo", 1007))
    if foreign:
        assert type(failed("orders_get", given)) is errors.ProtocolError
    else:
        assert read_answer(OPERATIONS["orders_get"], given).data == body["data"]


@pytest.mark.parametrize(
    ("operation", "data", "foreign"),
    [
        ("orders_get", {"bundle": [None, {"bundleNo": 8}]}, True), ("orders_get", {"bundle": [None]}, False),
        ("orders_get", {"bundle": 7}, False), ("orders_get", {"bundle": "8"}, False),
        ("orders_get", [{"bundleNo": 8}], False),
        ("products_get", {"bundleNo": 8}, True), ("products_get", {"bundleNo": 1007}, False),
    ],
)  # fmt: skip
def test_only_rows_name_the_number_they_are_about(operation: str, data: object, foreign: bool) -> None:
    body = json.dumps({"resultCode": 200, "data": data}).encode()
    given = AnswerBytes(200, body, asked=Asked("bundleNo", 1007))
    if foreign:
        assert type(failed(operation, given)) is errors.ProtocolError
    else:
        assert read_answer(OPERATIONS[operation], given).data == data


@pytest.mark.parametrize(
    ("operation", "asked", "data", "foreign"),
    [
        ("products_save", Asked("productNo", 5), {"productNo": 5}, False),
        ("products_save", Asked("productNo", 5), {"productNo": 6}, True),
        ("products_save", None, {"productNo": 6}, False),
        ("shipping_save_policy", Asked("shipPolicyNo", 5), {"returnKey": 6}, True),
        ("orders_ship", Asked("bundleNo", 5), {"returnKey": 1}, False),
        ("orders_ship", Asked("bundleNo", 5), {"returnKey": 1, "bundleNo": "5"}, False),
        ("orders_ship", Asked("bundleNo", 5), {"returnKey": 1, "bundleNo": 6}, True),
    ],
)
def test_a_success_of_another_number_is_not_ours(
    operation: str, asked: Asked | None, data: object, foreign: bool
) -> None:
    given = AnswerBytes(200, json.dumps({"resultCode": 200, "data": data}).encode(), asked=asked)
    if foreign:
        error = failed(operation, given)
        assert type(error) is errors.ProtocolError
        assert outcome_is_unknown(error)
    else:
        assert isinstance(read_outcome(OPERATIONS[operation], given), Applied)


def test_a_request_is_about_the_number_it_names() -> None:
    reject = ClaimApproveRequest(claim_bundle_no=3, claim_type=ClaimType.CANCEL)
    assert asked_of(reject) == Asked("claimBundleNo", 3)
    assert asked_of({"product_no": 5, "bundle_no": 6}) == Asked("productNo", 5)
    assert asked_of(ShippingTemplate(shipping_template_no=7)) == Asked("shipPolicyNo", 7)
    for nothing in (None, {}, {"product_no": None}, {"product_no": True}, {"product_no": "5"}):
        assert asked_of(nothing) is None


@pytest.mark.parametrize("body", [{"resultCode": 422}, {"resultCode": 422, "error": None}])
def test_a_failure_without_a_text_is_still_typed(body: object) -> None:
    error = failed("products_save", answer(body, 422))
    assert type(error) is errors.BadRequestError
    assert error.text == ""


def test_a_known_text_says_more_than_its_code_but_not_more_than_a_refused_key() -> None:
    assert (
        type(failed("products_save", answer(refuse("중복 옵션이 존재합니다", 500))))
        is errors.ContentRejectedError
    )
    for code, cls in ((401, errors.AuthenticationError), (403, errors.PermissionDeniedError)):
        assert type(failed("products_save", answer(refuse("데이터가 없습니다", code)))) is cls


# 4. HTTP failure without a code


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, errors.BadRequestError), (401, errors.AuthenticationError), (403, errors.PermissionDeniedError),
        (404, errors.BadRequestError), (418, errors.BadRequestError), (500, errors.ServerError),
        (503, errors.MaintenanceError),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [{"message": "no"}, {"resultCode": 200, "data": {"returnKey": 1}}])
def test_http_failures_without_a_code_or_around_200_go_by_their_status(
    body: object, status: int, cls: type[CallError]
) -> None:
    assert type(failed("orders_ship", answer(body, status))) is cls


@pytest.mark.parametrize("status", [202, 204, 206, 302, 304, 399])
def test_other_statuses_below_400_are_a_protocol_error(status: int) -> None:
    assert type(failed("orders_ship", answer(done(1), status))) is errors.ProtocolError


def test_no_code_at_all_under_http_200_is_a_protocol_error() -> None:
    assert type(failed("orders_ship", answer({"data": {"returnKey": 1}}))) is errors.ProtocolError


# 5. success, and what the write families call success


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("code", [200, "200", 200.0])
def test_http_201_and_a_quoted_200_are_success(status: int, code: object) -> None:
    body = {"resultCode": code, "data": {"returnKey": 1, "returnMsg": "완료 되었습니다."}}
    assert read_outcome(OPERATIONS["orders_ship"], answer(body, status)) == Applied(
        "orders_ship", None, "완료 되었습니다."
    )


@pytest.mark.parametrize("key", [0, 2, -1, "0", "7"])
def test_order_writes_succeed_only_with_return_key_one(key: object) -> None:
    assert type(failed("orders_ship", answer(done(key, "처리할 수 없습니다")))) is errors.RefusedError


@pytest.mark.parametrize("key", [1, "1", 100001, "100001"])
def test_the_return_key_of_a_policy_is_its_number(key: object) -> None:
    outcome = read_outcome(OPERATIONS["shipping_save_policy"], answer(done(key)))
    assert outcome == Applied("shipping_save_policy", int(str(key)), "완료 되었습니다.")
    assert type(failed("shipping_save_policy", answer(done(0)))) is errors.RefusedError
    assert type(failed("shipping_save_policy", answer(done(-5)))) is errors.RefusedError


def test_product_writes_succeed_with_a_number_above_31_bits() -> None:
    outcome = read_outcome(OPERATIONS["products_save"], answer(done("3000000000", name="productNo")))
    assert outcome == Applied("products_save", 3_000_000_000, "완료 되었습니다.")
    assert type(failed("products_save", answer(done(0, name="productNo")))) is errors.RefusedError
    for beyond in (2**63, 10**50, 1e300):
        lost = failed("products_save", answer(done(beyond, name="productNo")))
        assert type(lost) is errors.ProtocolError
        assert outcome_is_unknown(lost)


@pytest.mark.parametrize(
    "data", [None, {}, [], "1", {"returnKey": None}, {"returnKey": "가"}, {"productNo": 1}]
)
def test_a_write_without_its_key_is_a_protocol_error(data: object) -> None:
    error = failed("orders_ship", answer({"resultCode": 200, "data": data}))
    assert type(error) is errors.ProtocolError
    assert outcome_is_unknown(error)


@pytest.mark.parametrize("name", [row.id for row in WRITES])
def test_every_refusal_text_of_every_write_means_what_the_contract_says(name: str) -> None:
    row = OPERATIONS[name]
    for refusal in row.refusals:
        spaced = f"[안내] {' '.join(refusal.match.replace(' ', ''))} ."
        if refusal.channel is Channel.HTML:
            continue
        key = "productNo" if row.family is Family.PRODUCT_NO else "returnKey"
        body = done(0, spaced, key) if refusal.channel is Channel.RETURN_MSG else refuse(spaced)
        if refusal.meaning is Meaning.ALREADY_DONE:
            outcome = read_outcome(row, answer(body))
            assert outcome == AlreadyDone(name, spaced, needs_verifying=refusal.verify)
        else:
            assert type(failed(name, answer(body))) is ERRORS[refusal.meaning]


def test_a_refusal_without_its_own_text_is_told_by_the_error_text() -> None:
    body = {"resultCode": 200, "data": {"returnKey": 0}, "error": "주문확인건만 발송처리 가능합니다."}
    assert type(failed("orders_ship", answer(body))) is errors.PreconditionError


def test_the_first_match_in_table_order_wins() -> None:
    both = "이미 발송된 건입니다. 주문확인건만 발송처리 가능합니다."
    assert type(failed("orders_ship", answer(done(0, both)))) is errors.PreconditionError
    text = "철회된 클레임은 이미 승인된 것과 같습니다"
    assert type(failed("claims_approve", answer(done(0, text)))) is errors.WithdrawnError


def test_a_text_counts_only_in_its_own_channel() -> None:
    assert type(failed("orders_ship", answer(refuse("이미 발송되었습니다", 422)))) is errors.BadRequestError
    assert (
        type(failed("products_save", answer(done(0, "금칙어가 포함되었습니다", "productNo"))))
        is errors.RefusedError
    )
    assert (
        type(failed("orders_ship", answer(done(0, "위메프 접속이 원활하지 않습니다")))) is errors.RefusedError
    )


def test_the_same_text_means_opposite_things_for_approve_and_reject() -> None:
    text = "이미 승인된 클레임입니다"
    assert isinstance(read_outcome(OPERATIONS["claims_approve"], answer(done(0, text))), AlreadyDone)
    assert type(failed("claims_reject", answer(done(0, text)))) is errors.ConflictError


def test_an_overridden_refusal_table_is_used() -> None:
    mine = Refusal("출고 지시", Meaning.CONFLICT, Channel.RETURN_MSG, "C")
    overrides = WireOverrides(refusals={"orders_confirm": [mine, *OPERATIONS["orders_confirm"].refusals]})
    given = answer(done(0, "출고지시된 주문입니다"))
    assert type(failed("orders_confirm", given)) is errors.RefusedError
    assert type(failed("orders_confirm", given, overrides=overrides)) is errors.ConflictError


# 6. nothing found


@pytest.mark.parametrize("name", [row.id for row in READS if row.shape is not Shape.OBJECT])
@pytest.mark.parametrize("data", [None, [], {}, {"bundle": None, "claim": None, "list": None}])
def test_the_forms_of_an_empty_answer_all_mean_no_rows(name: str, data: Any) -> None:
    row = OPERATIONS[name]
    if row.shape is Shape.LIST and isinstance(data, dict):
        return
    body = {"resultCode": 200, "data": data}
    assert list(rows_of(row, read_answer(row, answer(body)).data).rows) == []


@pytest.mark.parametrize("key", ["bundle"])
def test_the_four_forms_of_an_empty_order_list(key: str) -> None:
    row = OPERATIONS["orders_list"]
    for data in ({key: []}, {key: None}, {}, None):
        assert list(rows_of(row, read_answer(row, answer({"resultCode": 200, "data": data})).data).rows) == []


@pytest.mark.parametrize("data", [7, "없음", {"bundle": 7}, {"bundle": "x"}, {"bundle": {}}, [1]])
def test_anything_else_where_rows_belong_is_a_protocol_error(data: Any) -> None:
    with pytest.raises(errors.ProtocolError, match="rows expected"):
        rows_of(OPERATIONS["orders_list"], data)


@pytest.mark.parametrize("name", ["products_get", "deals_get"])
@pytest.mark.parametrize(
    "body", [{"resultCode": 200, "data": None}, {"resultCode": 200}, refuse("데이터가 없습니다.", 404)]
)
def test_a_missing_product_or_deal_is_not_found_in_every_form(name: str, body: object) -> None:
    assert type(failed(name, answer(body))) is errors.NotFoundError


def test_a_search_that_finds_nothing_is_empty_in_every_form() -> None:
    row = OPERATIONS["products_find_by_seller_code"]
    for body in (
        {"resultCode": 200, "data": []},
        {"resultCode": 200, "data": None},
        refuse("데이터가 없습니다", 404),
    ):
        assert list(rows_of(row, read_answer(row, answer(body)).data).rows) == []


def test_a_known_text_under_200_is_what_it_says() -> None:
    body = refuse("데이터가 없습니다", 200)
    assert read_answer(OPERATIONS["products_find_by_seller_code"], answer(body)).data == []
    assert type(failed("products_get", answer(body))) is errors.NotFoundError


def test_a_search_that_was_refused_is_not_one_that_found_nothing() -> None:
    mine = Refusal("조회 순서", Meaning.PRECONDITION, Channel.ERROR, "C")
    overrides = WireOverrides(refusals={"products_find_by_seller_code": [mine]})
    given = answer(refuse("조회 순서가 아닙니다", 404))
    error = failed("products_find_by_seller_code", given, overrides=overrides)
    assert type(error) is errors.PreconditionError


def test_pages_carry_their_total() -> None:
    rows = rows_of(OPERATIONS["products_list"], {"totalCount": "17", "list": [{}]})
    assert (rows.total, rows.path, len(rows.rows)) == (17, "$.data.list", 1)


# what a failed write leaves open


@pytest.mark.parametrize(
    ("given", "unknown"),
    [
        (answer(b"", 200), True), (answer(OUTAGE.encode(), 500), True), (answer(refuse("오류", 500), 500), True),
        (answer(refuse("과부하", 503), 200), True), (answer(done(1), 500), True), (answer(done(1), 404), True),
        (answer(done(1), 400), True), (answer({"resultCode": "OK"}, 404), True),
        (answer({"message": "slow"}, 408), True), (answer(refuse("많음", 429), 429), True),
        (answer(done(0, "주문확인건만 가능")), False), (answer(done(0, "안됨")), False),
        (answer(refuse("인증", 401), 401), False), (answer(refuse("값 오류", 422), 200), False),
        (answer({"message": "no"}, 404), False),
    ],
)  # fmt: skip
def test_only_a_clear_refusal_settles_a_write(given: AnswerBytes, unknown: bool) -> None:
    assert outcome_is_unknown(failed("orders_ship", given)) is unknown


@pytest.mark.parametrize(("code", "unknown"), [(408, True), (422, False)])
def test_a_text_that_came_too_late_does_not_settle_a_write(code: int, unknown: bool) -> None:
    error = failed("products_save", answer(refuse("금칙어가 포함되었습니다.", code)))
    assert type(error) is errors.ContentRejectedError
    assert outcome_is_unknown(error) is unknown


def test_a_lost_answer_is_nobodys_refusal() -> None:
    assert not outcome_is_unknown(errors.NetworkError("never sent"))
    assert not outcome_is_unknown(errors.NotAppliedError("read back", http_status=408))


# what errors may say


@pytest.mark.parametrize(
    "secret",
    ["010-0000-0000", "01000000000", "0505 0000 0000", "+82-10-0000-0000", "02.000.0000", "P000000000000",
     "hong@example.com", "0123456789abcdef0123456789abcdef"],
)  # fmt: skip
def test_texts_are_masked_before_they_reach_an_error(secret: str) -> None:
    error = failed("orders_ship", answer(done(0, f"수취인 {secret} 님 처리 불가")))
    assert secret not in str(error)
    assert secret not in repr(error.__dict__)
    assert "수취인 *** 님 처리 불가" in error.text


def test_texts_are_masked_in_outcomes_too() -> None:
    outcome = read_outcome(OPERATIONS["orders_ship"], answer(done(0, "이미 010-0000-0000 로 발송")))
    assert outcome.message == "이미 *** 로 발송"


def test_numbers_of_the_marketplace_stay_readable() -> None:
    assert (
        safe_text("존재하지 않는 배송번호 210000001, 1000000001")
        == "존재하지 않는 배송번호 210000001, 1000000001"
    )


def test_texts_are_one_line_and_capped() -> None:
    error = failed("orders_ship", answer(done(0, "가\r\n\t나\u2028다\x1b[31m" + "라" * 500)))
    assert len(error.text) == 200
    assert safe_text("가" * 200) == "가" * 200
    assert safe_text("가" * 201) == "가" * 199 + "…"
    assert error.text.startswith("가 나 다 [31m라")
    assert error.text.endswith("…")


def test_neither_bodies_nor_data_show_in_a_repr() -> None:
    assert "홍길동" not in repr(answer({"resultCode": 200, "data": "홍길동"}))
    assert "홍길동" not in repr(Success({"name": "홍길동"}))
    assert "홍길동" not in repr(rows_of(OPERATIONS["orders_list"], {"bundle": [{"name": "홍길동"}]}))
