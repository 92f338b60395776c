"""Answers of a gateway in front of the marketplace: pages, statuses, charsets, over real HTTP."""

import json
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from client_kit import DAY_END, DAY_START, NOW, Driver, product
from raw_server import Call, serving

from wemakeprice_sdk.client import RetryPolicy
from wemakeprice_sdk.clock import ManualClock
from wemakeprice_sdk.errors import (
    AuthenticationError,
    CallError,
    MaintenanceError,
    OutcomeUnknownError,
    PermissionDeniedError,
    ProtocolError,
    ServerError,
)
from wemakeprice_sdk.models import ProductStatus, ShipStatus
from wemakeprice_sdk.wire.outcomes import Applied

PAGE = "<html><h1>잠시 후 다시 시도해 주세요</h1></html>"
BUSY = [408, 429, 500, 502, 503, 504]
BODIES = [(PAGE.encode(), "text/html; charset=utf-8"), (b"", "text/html"), (b"upstream", "text/plain"), (b"[]", "application/json")]  # fmt: skip


def envelope(data: object) -> bytes:
    return json.dumps({"resultCode": 200, "error": None, "data": data}, ensure_ascii=False).encode()


def first(count: int, trouble: Callable[[Call], None], data: object) -> Callable[[Call], None]:
    """Answer the first few calls with trouble and every later one well."""
    return lambda call: trouble(call) if call.number <= count else call.answer(envelope(data))


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=["html", "empty", "text", "list"])
@pytest.mark.parametrize("status", BUSY)
def test_a_read_is_repeated_whatever_the_body(status: int, body: bytes, kind: str, go: Driver) -> None:
    trouble = first(2, lambda call: call.answer(body, status, kind, "Retry-After: 3\r\n"), {"bundle": []})
    with serving(trouble) as server:
        client = go.client(base_url=server.url, random=lambda: 0.0)
        assert go(client.orders.list(DAY_START, DAY_END, ShipStatus.NEW)) == ()
        assert len(server.calls) == 3
    assert go.naps.taken == [3.0, 3.0]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_busy_code_in_the_envelope_counts_too(status: int, go: Driver) -> None:
    body = json.dumps({"resultCode": status, "error": "잠시 후", "data": None}).encode()
    with serving(first(1, lambda call: call.answer(body, 200), [])) as server:
        assert go(go.client(base_url=server.url).reference.list_labels()) == ()
        assert len(server.calls) == 2


def test_a_refusal_inside_of_a_gateway_error_is_repeated(go: Driver) -> None:
    body = json.dumps({"resultCode": 400, "error": "x", "data": None}).encode()
    with serving(first(1, lambda call: call.answer(body, 502), [])) as server:
        assert go(go.client(base_url=server.url).reference.list_labels()) == ()


def test_a_retry_after_date_is_waited_out(go: Driver) -> None:
    date = format_datetime(NOW + timedelta(seconds=7), usegmt=False)
    trouble = first(1, lambda call: call.answer(b"", 503, "text/html", f"Retry-After: {date}\r\n"), [])
    with serving(trouble) as server:
        client = go.client(base_url=server.url, clock=ManualClock(NOW), random=lambda: 0.0)
        assert go(client.reference.list_labels()) == ()
    assert go.naps.taken == [7.0]


@pytest.mark.parametrize("status", BUSY)
def test_what_is_raised_in_the_end_is_the_status(status: int, go: Driver) -> None:
    with serving(lambda call: call.answer(PAGE.encode(), status, "text/html")) as server:
        client = go.client(base_url=server.url, retry=RetryPolicy(attempts=2))
        with pytest.raises(ServerError) as caught:
            go(client.reference.list_labels())
        assert caught.value.http_status == status
        assert len(server.calls) == 2


@pytest.mark.parametrize(("status", "cls"), [(401, AuthenticationError), (403, PermissionDeniedError)])
def test_a_page_that_refuses_the_key_is_told_apart_and_never_repeated(
    status: int, cls: type[CallError], go: Driver
) -> None:
    with serving(lambda call: call.answer(PAGE.encode(), status, "text/html")) as server:
        client = go.client(base_url=server.url)
        for call in (client.reference.list_labels, lambda: client.orders.confirm(1)):
            with pytest.raises(cls) as caught:
                go(call())
            assert type(caught.value) is cls
        assert len(server.calls) == 2


@pytest.mark.parametrize("status", [200, 302, 400, 404, 413])
def test_any_other_page_leaves_a_write_open(status: int, go: Driver) -> None:
    with serving(lambda call: call.answer(PAGE.encode(), status, "text/html")) as server:
        with pytest.raises(OutcomeUnknownError):
            go(go.client(base_url=server.url).orders.confirm(1))
        assert [call.path for call in server.calls].count("/order/in/setOrderConfirm") == 1


def test_a_gateway_page_before_the_verifying_read_does_not_hide_the_outcome(go: Driver) -> None:
    bundle = {"bundleNo": 7, "purchaseNo": 8, "delivery": {"shipStatus": "상품준비중"}, "orderProduct": []}

    def exchange(call: Call) -> None:
        if call.number < 4:  # the write and two verifying reads
            call.answer(PAGE.encode(), 502, "text/html")
        else:
            call.answer(envelope({"bundle": [bundle]}))

    with serving(exchange) as server:
        outcome = go(go.client(base_url=server.url).orders.confirm(7))
        assert outcome == Applied("orders_confirm", verified=True)
        assert [call.path.rpartition("/")[2] for call in server.calls] == ["setOrderConfirm"] + [
            "getOrderInfo"
        ] * 3


def test_a_gateway_page_before_the_baseline_read_does_not_stop_a_create(go: Driver) -> None:
    def exchange(call: Call) -> None:
        if call.number == 1:
            call.answer(b"", 504, "text/html")
        elif call.path.endswith("setProduct"):
            call.answer(envelope({"productNo": 3000000001, "returnMsg": "완료 되었습니다."}))
        else:
            call.answer(envelope([]))

    with serving(exchange) as server:
        outcome = go(go.client(base_url=server.url).products.save(product(1)))
        assert (outcome.key, len(server.calls)) == (3000000001, 3)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("euc-kr", "euc-kr"), ("EUC-KR", "cp949"), ("ks_c_5601-1987", "cp949"), ('"cp949"', "cp949"),
        ("MS949", "cp949"), ("utf-8", "utf-8"), ("utf-8", "utf-8-sig"), ("utf-16", "utf-16"),
        ("x-unknown", "utf-8"), ("zip", "utf-8"), ("iso-8859-1", "utf-8"), ("euc-kr", "utf-8"),
        ("euc-kr", "utf-8-sig"),
    ],
)  # fmt: skip
def test_answers_are_read_by_their_declared_charset(charset: str, codec: str, go: Driver) -> None:
    text = json.dumps(
        {"resultCode": 200, "error": None, "data": [{"brandNo": 1, "brandName": "예시브랜드"}]},
        ensure_ascii=False,
    )
    kind = f"application/json; charset={charset}"
    with serving(lambda call: call.answer(text.encode(codec), 200, kind)) as server:
        (brand,) = go(go.client(base_url=server.url).reference.search_brands("예시"))
    assert brand.brand_name == "예시브랜드"


@pytest.mark.parametrize("kind", ["text/html; charset=euc-kr", "text/html", "text/html; charset=nonsense"])
def test_the_outage_page_is_known_in_korean_charsets(kind: str, go: Driver) -> None:
    page = "<html>위메프 접속이 원활하지 않습니다.</html>".encode("euc-kr")
    with serving(lambda call: call.answer(page, 200, kind)) as server, pytest.raises(MaintenanceError):
        go(go.client(base_url=server.url, retry=RetryPolicy.never()).reference.list_labels())


@pytest.mark.parametrize(
    ("kind", "codec", "cut"),
    [
        ("application/json", "utf-8", 1), ("application/json", "utf-8", 2), ("application/json; charset=utf-8", "utf-8", 1),
        ("application/json; charset=euc-kr", "cp949", 1),
    ],
)  # fmt: skip
def test_a_letter_cut_in_half_costs_no_other_row(kind: str, codec: str, cut: int, go: Driver) -> None:
    """A server that cuts names after so many bytes would else hide every order of the window."""
    rows = [{"brandNo": number, "brandName": f"예시브랜드{number}@"} for number in (1, 2)]
    text = json.dumps({"resultCode": 200, "error": None, "data": rows}, ensure_ascii=False)
    body = text.encode(codec).replace(b"1@", "상".encode(codec)[:-cut], 1)
    with serving(lambda call: call.answer(body, 200, kind)) as server:
        first, second = go(go.client(base_url=server.url).reference.search_brands("예시"))
    assert (first.brand_no, second.brand_no, second.brand_name) == (1, 2, "예시브랜드2@")
    assert first.brand_name is not None
    assert first.brand_name.startswith("예시브랜드"), "what can be read of it is kept"
    assert first.brand_name.strip("예시브랜드") == "\ufffd", "and what cannot is seen"


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_the_other_encoding_of_korea_is_read_without_its_name(kind: str, go: Driver) -> None:
    text = '{"resultCode":200,"error":null,"data":[{"brandNo":1,"brandName":"예시브랜드"}]}'
    with serving(lambda call: call.answer(text.encode("cp949"), 200, kind)) as server:
        (brand,) = go(go.client(base_url=server.url).reference.search_brands("예시"))
    assert brand.brand_name == "예시브랜드"


def test_bytes_of_no_korean_encoding_are_never_guessed(go: Driver) -> None:
    body = b'{"resultCode":200,"error":null,"data":[{"brandNo":1,"brandName":"\xff\xfe\xff"}]}'
    with serving(lambda call: call.answer(body)) as server, pytest.raises(ProtocolError, match="damaged"):
        go(go.client(base_url=server.url).reference.search_brands("예시"))


@pytest.mark.parametrize(
    ("write", "data"),
    [
        (lambda c: c.products.set_status(3, ProductStatus.STOP), {"productNo": 4}),
        (lambda c: c.products.update_basic(3, product(1).basic), {"productNo": "4"}),
        (lambda c: c.products.update_sale(3, product(1).sale), {"productNo": 4.0}),
        (lambda c: c.products.update_options(3, product(1).option), {"productNo": 4}),
        (lambda c: c.products.save(product(1, number=3)), {"productNo": 4}),
        (lambda c: c.orders.confirm(3), {"returnKey": 1, "bundleNo": 4}),
        (lambda c: c.orders.cancel_option(3), {"returnKey": 1, "orderOptionNo": 4}),
        (lambda c: c.claims.complete_exchange(3), {"returnKey": 1, "claimBundleNo": 4}),
        (lambda c: c.cs.answer_question(3, "다음 주에 들어올 예정입니다."), {"returnKey": 1, "qnaSeq": 4}),
    ],
)  # fmt: skip
def test_a_write_answered_about_another_number_is_a_lost_answer(write: Any, data: Any, go: Driver) -> None:
    def exchange(call: Call) -> None:
        if "/in/" in call.path:
            call.answer(envelope({"returnMsg": "완료 되었습니다.", **data}))
        else:
            call.answer(b"", 500, "text/html")

    with serving(exchange) as server:
        with pytest.raises(OutcomeUnknownError, match="another number"):
            go(write(go.client(base_url=server.url, retry=RetryPolicy.never())))
        assert sum("/in/" in call.path for call in server.calls) == 1


def test_a_template_update_answered_with_another_number_is_a_lost_answer(go: Driver) -> None:
    from client_kit import ship_policy

    def exchange(call: Call) -> None:
        call.answer(envelope({"returnKey": 4, "returnMsg": ""}) if "/in/" in call.path else envelope([]))

    with serving(exchange) as server, pytest.raises(CallError, match="another number"):
        go(go.client(base_url=server.url).shipping_templates.save(ship_policy(3)))


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (lambda c: c.products.get(3), {"productNo": 4}),
        (lambda c: c.deals.get(3), {"dealNo": 4}),
        (lambda c: c.orders.get(3), {"bundle": [{"bundleNo": 4, "purchaseNo": 1}]}),
        (lambda c: c.claims.get(3), {"claim": [{"claimBundleNo": 4}]}),
    ],
)
def test_a_read_answered_about_another_number_is_refused(read: Any, data: Any, go: Driver) -> None:
    with (
        serving(lambda call: call.answer(envelope(data))) as server,
        pytest.raises(ProtocolError, match="another number"),
    ):
        go(read(go.client(base_url=server.url)))


def test_a_verifying_read_about_another_product_proves_nothing(go: Driver) -> None:
    def exchange(call: Call) -> None:
        if "/in/" in call.path:
            call.answer(b"", 502, "text/html")
        else:
            call.answer(envelope({"productNo": 4, "basic": {"productStatusName": "판매중지"}}))

    with serving(exchange) as server, pytest.raises(OutcomeUnknownError):
        go(go.client(base_url=server.url).products.set_status(3, ProductStatus.STOP))
