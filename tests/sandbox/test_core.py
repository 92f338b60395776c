"""Behaviours 1 to 22: transport, keys, validation, faults."""

import copy
import json
import time

import httpx
import pytest

CATEGORY = "/product/out/getCategory"


def envelope(answer, code):
    assert (answer.status_code, answer.json()["resultCode"]) == (code, code)
    text = answer.json()["error"]
    assert any("가" <= letter <= "힣" for letter in text)
    return text


def test_001_no_key_is_401(http, partner):
    envelope(http.get(CATEGORY), 401)
    envelope(http.get(CATEGORY, headers={"apiKey": ""}), 401)


def test_002_unknown_key_is_401(http, partner):
    envelope(http.get(CATEGORY, headers={"apiKey": partner.key + "0"}), 401)


def test_003_unapproved_key_is_403(http, partner):
    partner.sandbox.approve_key(partner.key, approved=False)
    envelope(http.get(CATEGORY, headers={"apiKey": partner.key}), 403)
    partner.sandbox.approve_key(partner.key)
    assert http.get(CATEGORY, headers={"apiKey": partner.key}).status_code == 200


@pytest.mark.parametrize("name", ["APIKEY", "apikey", "apiKey"])
def test_004_header_name_is_compared_without_case(http, partner, name):
    assert http.get(CATEGORY, headers=[(name.encode(), partner.key.encode())]).status_code == 200


def test_005_data_of_one_key_is_invisible_to_another(partner, other, product_body):
    order = partner.shipped()
    claim = partner.sandbox.request_return(partner.key, order.bundle_no)
    product = partner.data("products_save", **product_body)["productNo"]
    question = partner.sandbox.ask_question(partner.key)
    policy = partner.sandbox.make_policy(partner.key)
    for kind in ("NEW", "CONFIRM", "DELIVERY", "COMPLETE"):
        assert other.listed(kind) == []
    assert other.data("orders_get", bundleNo=order.bundle_no) == {"bundle": []}
    assert other.data("claims_get", claimBundleNo=claim) == {"claim": []}
    assert other.data("shipping_list_policies") == []
    assert other.data("cs_list_questions", basicDate="2024-05-20") == []
    assert "존재하지 않는 배송번호" in other.refused("orders_confirm", bundleNo=order.bundle_no)
    assert "존재하지 않는 옵션주문번호" in other.refused(
        "orders_cancel_option", orderOptionNo=order.order_option_nos[0]
    )
    assert "존재하지 않는 클레임번호" in other.refused(
        "claims_complete_pickup", claimBundleNo=claim, claimType="RETURN"
    )
    assert "데이터가 없습니다" in other.failed(
        "products_set_status", 404, productNo=str(product), productStatus="S"
    )
    assert "존재하지" in other.failed(
        "cs_answer_question", 404, qnaSeq=question, answer="답변은 열 글자 이상입니다."
    )
    assert "데이터가 없습니다" in other.failed(
        "shipping_save_policy",
        404,
        **partner.sandbox.find_shop(partner.key).policies[policy],
        shipPolicyNo=policy,
    )


def test_006_unknown_path_is_404(http, partner):
    for verb in ("GET", "POST", "DELETE"):
        envelope(http.request(verb, "/product/out/nothing", headers={"apiKey": partner.key}), 404)


def test_007_known_path_with_the_wrong_verb_is_405(http, partner, openapi):
    for path, methods in openapi["paths"].items():
        wrong = "GET" if "post" in methods else "POST"
        answer = http.request(wrong, path, headers={"apiKey": partner.key})
        envelope(answer, 405)
        assert answer.headers["allow"] == next(iter(methods)).upper()
    envelope(http.request("TRACE", CATEGORY, headers={"apiKey": partner.key}), 405)


def test_008_a_doubled_slash_equals_a_single_one(server, partner):
    headers = {"apiKey": partner.key}
    # Python's own server takes a slash off before anybody sees it; in-process nobody does.
    with httpx.Client(headers=headers, transport=server.sandbox.transport()) as inside:
        assert inside.get("http://sandbox.invalid/" + CATEGORY).status_code == 200
    with httpx.Client(headers=headers) as client:
        single = client.get(server.url + CATEGORY)
        double = client.get(server.url + "/" + CATEGORY)
    assert double.request.url.raw_path == b"/" + CATEGORY.encode()
    assert (double.status_code, double.json()) == (200, single.json())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"bundleNo": NaN}',
        b'{"bundleNo": "\\ud800"}',
        b"\xff\xfe{}",
        b'{"bundleNo":1}x',
        b"[" * 100_000,
        b'{"bundleNo":' + b"9" * 5000 + b"}",
    ],
)
def test_009_an_unparseable_body_is_400(http, partner, body):
    envelope(http.post("/order/in/setOrderConfirm", content=body, headers={"apiKey": partner.key}), 400)


def test_010_an_order_list_by_query_string_is_400(http, partner):
    partner.order()
    sent = {
        "fromDate": "2024-05-20 00:00:00",
        "toDate": "2024-05-20 23:59:59",
        "type": "NEW",
        "searchDateType": "NEW",
    }
    envelope(http.post("/order/out/getOrderList", params=sent, headers={"apiKey": partner.key}), 400)


ORDER_LIST = {
    "fromDate": "2024-05-20 00:00:00",
    "toDate": "2024-05-20 23:59:59",
    "type": "NEW",
    "searchDateType": "NEW",
}


@pytest.mark.parametrize(
    ("operation", "body", "key"),
    [
        ("orders_list", {k: v for k, v in ORDER_LIST.items() if k != "searchDateType"}, "searchDateType"),
        ("orders_list", ORDER_LIST | {"type": "SHIPPED"}, "type"),
        ("orders_list", ORDER_LIST | {"fromDate": "2024-05-20"}, "fromDate"),
        ("orders_list", ORDER_LIST | {"fromDate": "2024-05-20T00:00:00"}, "fromDate"),
        ("orders_list", ORDER_LIST | {"toDate": "2024-02-30 00:00:00"}, "toDate"),
        ("orders_list", ORDER_LIST | {"toDate": "2024-05-20 23:59:59\n"}, "toDate"),
        ("orders_list", ORDER_LIST | {"type": None}, "type"),
        ("orders_confirm", {"bundleNo": True}, "bundleNo"),
        ("orders_confirm", {"bundleNo": 1.5}, "bundleNo"),
        ("orders_confirm", {"bundleNo": "１２"}, "bundleNo"),
        ("orders_confirm", {"bundleNo": 2**63}, "bundleNo"),
        ("orders_confirm", {"bundleNo": 0}, "bundleNo"),
        ("orders_ship", {"bundleNo": 1, "shipMethod": "DIRECT"}, "scheduleShipDate"),
        ("orders_ship", {"bundleNo": 1, "shipMethod": "ETC"}, "shipMethodMessage"),
        ("products_get", {"productNo": "abc"}, "productNo"),
        ("base_search_brands", {"brandName": ""}, "brandName"),
        ("settlement_list_order_lines", {"basicDt": "20240520"}, "basicDt"),
        ("deals_get", {}, "dealNo"),
    ],
)
def test_011_bad_input_is_422_naming_the_key(partner, operation, body, key):
    assert key in partner.failed(operation, 422, **body)


def test_011_every_wrong_key_is_named_and_nothing_is_stored(partner, product_body):
    body = copy.deepcopy(product_body)
    del body["basic"]["dcateCode"]
    body["sale"]["taxYn"] = "X"
    body["option"]["selectOptionValueList"][1]["stockCount"] = "many"
    text = partner.failed("products_save", 422, **body)
    for key in ("basic.dcateCode", "sale.taxYn", "option.selectOptionValueList[1].stockCount"):
        assert key in text
    assert partner.data("products_find_by_seller_code", code="SKU-0001") == []


def test_012_numbers_and_numeric_text_stand_for_each_other(partner, product_body):
    body = copy.deepcopy(product_body)
    body["sale"] |= {"salePrice": 12900.0, "originPrice": "15000", "purchaseMinCount": "2"}
    body["basic"]["dcateCode"] = "4100001"
    body["option"]["selectOptionDepth"] = "1"
    body["option"]["selectOptionValueList"][0]["stockCount"] = "30.0"
    body["etc"]["labelNoList"] = [1, "2"]
    number = partner.data("products_save", **body)["productNo"]
    stored = partner.product(number)
    assert (stored["sale"]["salePrice"], stored["sale"]["originPrice"]) == (12900, 15000)
    assert stored["etc"]["labelNoList"] == ["1", "2"]
    partner.data("products_set_status", productNo=number, productStatus="S")
    order = partner.order()
    partner.done("orders_confirm", bundleNo=str(order.bundle_no))
    partner.done(
        "orders_ship",
        bundleNo=order.bundle_no,
        shipMethod="PARCEL",
        parcelCompanyCode="D002",
        invoiceNo=600000000001,
    )
    assert partner.bundle(order.bundle_no)["delivery"]["invoiceNo"] == "600000000001"


def test_013_unknown_keys_and_empty_keys_that_do_not_apply_are_ignored(partner, policy_body, product_body):
    order = partner.confirmed()
    partner.done(
        "orders_ship",
        bundleNo=order.bundle_no,
        shipMethod="DIRECT",
        scheduleShipDate="2024-05-22",
        invoiceNo="",
        parcelCompanyCode=None,
        shipMethodMessage="",
        someday=[1, 2],
    )
    free = policy_body | {"shipType": "FREE", "shipFee": 0, "freeCondition": None, "releaseTime": "0"}
    partner.data("shipping_save_policy", **free)
    body = copy.deepcopy(product_body)
    body["basic"] |= {"brandNo": 0, "makerNo": "0"}
    body["option"]["selectOptionValueList"][0] |= {"optionValue2": "", "optAddPrice": 0}
    stored = partner.product(partner.data("products_save", **body)["productNo"])
    assert (stored["basic"]["brandNo"], stored["basic"]["makerNo"]) == (0, 0)


def test_013_a_filled_key_that_does_not_apply_is_always_422(partner):
    order = partner.confirmed()
    text = partner.failed(
        "orders_ship",
        422,
        bundleNo=order.bundle_no,
        shipMethod="DIRECT",
        scheduleShipDate="2024-05-22",
        invoiceNo="600000000001",
    )
    assert "invoiceNo" in text


def test_013_strict_mode_refuses_unknown_keys(partner):
    order = partner.order()
    partner.set(strict_unknown_keys=True)
    assert "someday" in partner.failed("orders_confirm", 422, bundleNo=order.bundle_no, someday=1)
    assert "someday" in partner.failed("base_search_brands", 422, brandName="예시", someday=1)
    partner.done("orders_confirm", bundleNo=order.bundle_no)


def test_014_result_code_is_a_number_in_every_answer(partner, http):
    # `send` checks it for every answer of every test here; these are the ones it does not see.
    for answer in (http.get("/nowhere"), http.get(CATEGORY), http.post(CATEGORY)):
        assert type(answer.json()["resultCode"]) is int


@pytest.mark.parametrize("code", [401, 403, 404, 405, 400, 422])
def test_015_error_mode_says_where_the_code_stands(partner, http, code):
    def ask():
        headers = {"apiKey": partner.key if code != 401 else "x"}
        if code == 403:
            partner.sandbox.approve_key(partner.key, approved=False)
        if code == 404:
            return http.get("/product/out/getProduct", params={"productNo": 5}, headers=headers)
        if code == 405:
            return http.post(CATEGORY, headers=headers)
        if code in (400, 422):
            body = b"{" if code == 400 else b"{}"
            return http.post("/order/in/setOrderConfirm", content=body, headers=headers)
        return http.get(CATEGORY, headers=headers)

    plain = ask()
    assert (plain.status_code, plain.json()["resultCode"]) == (code, code)
    partner.set(error_mode="envelope")
    wrapped = ask()
    assert wrapped.status_code == 200
    assert wrapped.json() == plain.json()


def test_016_the_outage_page(partner, http):
    partner.sandbox.faults.add("orders_confirm", "html-500")
    order = partner.order()
    answer = http.post(
        "/order/in/setOrderConfirm", json={"bundleNo": order.bundle_no}, headers={"apiKey": partner.key}
    )
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "위메프 접속이 원활하지 않습니다" in answer.text
    assert partner.writes == 0
    partner.done("orders_confirm", bundleNo=order.bundle_no)


@pytest.mark.parametrize(("kind", "applied"), [("drop-after-commit", 1), ("drop-before-commit", 0)])
def test_017_dropped_connections_store_the_write_or_not(partner, http, kind, applied):
    partner.sandbox.faults.add("orders_confirm", kind)
    order = partner.order()
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(
            "/order/in/setOrderConfirm", json={"bundleNo": order.bundle_no}, headers={"apiKey": partner.key}
        )
    assert len(partner.sandbox.journal.writes("orders_confirm", partner.label)) == applied
    assert partner.listed("CONFIRM") == [order.bundle_no] * applied
    assert partner.listed("NEW") == [order.bundle_no] * (1 - applied)


@pytest.mark.parametrize("applied", [False, True])
def test_017_a_timeout_holds_the_connection(partner, server, applied):
    partner.sandbox.faults.add("orders_confirm", "timeout", hold=60, commit=applied)
    order = partner.order()
    started = time.monotonic()
    limits = httpx.Timeout(30, read=0.3)
    with httpx.Client(base_url=server.url, timeout=limits) as client, pytest.raises(httpx.ReadTimeout):
        client.post(
            "/order/in/setOrderConfirm",
            json={"bundleNo": order.bundle_no},
            headers={"apiKey": partner.key},
        )
    assert 0.3 <= time.monotonic() - started < 50
    assert partner.writes == applied


def test_017_a_timeout_ends_as_a_closed_connection(partner, http):
    partner.sandbox.faults.add("base_list_labels", "timeout", hold=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        http.get("/product/out/getLabel", headers={"apiKey": partner.key})


def test_018_no_answer_carries_a_paging_key_or_total(partner):
    order = partner.shipped()
    partner.sandbox.request_return(partner.key, order.bundle_no)
    reads = {
        "orders_list": ORDER_LIST | {"type": "DELIVERY"},
        "orders_get": {"bundleNo": order.bundle_no},
        "claims_list": {
            "fromDate": "2024-05-20 00:00:00",
            "toDate": "2024-05-20 23:59:59",
            "claimType": "RETURN",
            "claimStatus": "REQUEST",
        },
        "cs_list_questions": {"basicDate": "2024-05-20"},
        "cs_list_reviews": {"basicDate": "2024-05-20"},
        "cs_list_inquiries": {"basicDate": "2024-05-20"},
        "settlement_list_order_lines": {"basicDt": "2024-05-20"},
        "settlement_list_ship_lines": {"basicDt": "2024-05-20"},
    }
    for operation, sent in reads.items():
        answer = partner.send(operation, **sent).json()
        data = answer["data"]
        assert set(answer) == {"resultCode", "data", "error"}
        assert isinstance(data, list) or set(data) in ({"bundle"}, {"claim"})


def test_019_never_429_and_503_only_by_fault(partner, http):
    codes = {http.get(CATEGORY, headers={"apiKey": partner.key}).status_code for _ in range(60)}
    assert codes == {200}
    partner.sandbox.faults.add("base_list_categories", "503", retry_after="7")
    answer = partner.send("base_list_categories")
    assert (answer.status_code, answer.json()["resultCode"], answer.headers["retry-after"]) == (503, 503, "7")
    assert partner.send("base_list_categories").status_code == 200


def test_020_a_successful_write_says_so(partner, product_body, policy_body):
    order = partner.order()
    partner.done("orders_confirm", bundleNo=order.bundle_no)
    assert partner.data("products_save", **product_body)["returnMsg"] == "완료 되었습니다."
    assert partner.data("shipping_save_policy", **policy_body)["returnMsg"] == "완료 되었습니다."


def test_021_a_business_refusal_is_a_success_with_key_0(partner):
    order = partner.order()
    before = partner.bundle(order.bundle_no)
    text = partner.refused("orders_ship", bundleNo=order.bundle_no, shipMethod="ETC", shipMethodMessage="퀵")
    assert text == "주문확인건만 발송처리 가능합니다"
    assert partner.bundle(order.bundle_no) == before
    claim = partner.sandbox.request_cancel(partner.key, order.bundle_no)
    partner.sandbox.withdraw(partner.key, claim)
    assert (
        partner.refused("claims_approve", claimBundleNo=claim, claimType="CANCEL") == "철회된 클레임입니다."
    )


def test_022_every_listed_key_is_there(partner, product_body, policy_body):
    # `send` looks for left-out keys in every answer; here each shape is filled once.
    partner.data("shipping_save_policy", **policy_body)
    partner.data("products_save", **product_body)
    order = partner.order()
    partner.sandbox.write_review(partner.key, order.order_option_nos[0])
    partner.sandbox.ask_question(partner.key)
    partner.sandbox.ask_inquiry(partner.key)
    partner.sandbox.post_notice(partner.key)
    partner.sandbox.make_deal(partner.key, [next(iter(partner.sandbox.find_shop(partner.key).products))])
    day = {"fromDate": "2024-05-20 00:00:00", "toDate": "2024-05-20 23:59:59"}
    for operation, sent in (
        ("shipping_list_policies", {}),
        ("shipping_get_seller_ship", {}),
        ("products_list", day),
        ("deals_list", day),
        ("cs_list_questions", {"basicDate": "2024-05-20"}),
        ("cs_list_reviews", {"basicDate": "2024-05-20"}),
        ("cs_list_inquiries", {"basicDate": "2024-05-20"}),
        ("notices_list", {}),
        ("base_list_notice_groups", {}),
        ("base_list_couriers", {}),
        ("base_list_labels", {}),
    ):
        data = partner.data(operation, **sent)
        assert data if isinstance(data, list) else data.get("list", True)


@pytest.mark.parametrize(("kind", "code"), [("json-500", 500), ("error-object", 500)])
def test_faults_that_answer_in_json_store_nothing(partner, http, kind, code):
    partner.sandbox.faults.add("orders_confirm", kind)
    order = partner.order()
    answer = http.post(
        "/order/in/setOrderConfirm", json={"bundleNo": order.bundle_no}, headers={"apiKey": partner.key}
    )
    assert (answer.status_code, answer.json()["resultCode"]) == (code, code)
    assert isinstance(answer.json()["error"], dict if kind == "error-object" else str)
    assert partner.writes == 0


def test_fault_quoted_code_applies_the_write_and_quotes_the_code(partner, http):
    partner.sandbox.faults.add("orders_confirm", "quoted-code")
    order = partner.order()
    answer = http.post(
        "/order/in/setOrderConfirm", json={"bundleNo": order.bundle_no}, headers={"apiKey": partner.key}
    )
    assert answer.json()["resultCode"] == "200"
    assert partner.writes == 1


def test_faults_count_skip_and_match_any_operation(partner, http):
    partner.sandbox.faults.add("*", "json-500", 2, skip=1)
    codes = [http.get(CATEGORY, headers={"apiKey": partner.key}).status_code for _ in range(5)]
    assert codes == [200, 500, 500, 200, 200]
    partner.set(faults=[{"operationId": "base_list_labels", "count": None, "kind": "503"}])
    assert [partner.send("base_list_labels").status_code for _ in range(4)] == [503] * 4
    assert partner.send("base_list_categories").status_code == 200


def test_the_body_may_come_in_chunks(http, partner):
    order = partner.order()
    text = json.dumps({"bundleNo": order.bundle_no}).encode()
    answer = http.post(
        "/order/in/setOrderConfirm", content=iter([text[:5], text[5:]]), headers={"apiKey": partner.key}
    )
    assert answer.json()["data"]["returnKey"] == 1
