"""The strict stub: checked answers, loud surprises, nothing left over."""

import asyncio
from typing import Any

import pytest

from wemakeprice_sdk import testing
from wemakeprice_sdk.errors import (
    MaintenanceError,
    NetworkError,
    NetworkTimeoutError,
    NotFoundError,
    OutcomeUnknownError,
    WithdrawnError,
)
from wemakeprice_sdk.models import ClaimType
from wemakeprice_sdk.testing import StubError, StubMarketplace
from wemakeprice_sdk.wire.outcomes import Applied

DONE = {"returnKey": 1, "returnMsg": "완료 되었습니다."}
BUNDLE = {
    "bundleNo": 1,
    "purchaseNo": 2,
    "delivery": {"shipStatus": "신규주문"},
    "orderProduct": [{"orderNo": 3, "orderOption": [{"orderOptionNo": 4, "optionQty": 1}]}],
}


def test_queued_answers_come_in_order_and_requests_are_kept() -> None:
    with StubMarketplace() as stub:
        stub.answer("orders_get", {"bundle": [BUNDLE]})
        stub.answer("orders_confirm", DONE, expect={"bundleNo": 1})
        stub.answer("products_find_by_seller_code", [{"productNo": 7}], expect={"code": "A&B"})
        client = stub.client()
        bundle = client.orders.get(1)
        assert bundle is not None
        assert bundle.order_product[0].order_option[0].order_option_no == 4
        assert isinstance(client.orders.confirm(1), Applied)
        assert client.products.find_by_seller_code("A&B") == (7,)
    assert stub.requests == [
        ("orders_get", {"bundleNo": 1}),
        ("orders_confirm", {"bundleNo": 1}),
        ("products_find_by_seller_code", {"code": "A&B"}),
    ]


def test_the_async_client_of_a_stub() -> None:
    with StubMarketplace() as stub:
        stub.answer("base_list_labels", [{"labelNo": 1}])
        assert len(asyncio.run(stub.async_client().reference.list_labels())) == 1


def test_an_unexpected_call_fails_loudly() -> None:
    stub = StubMarketplace()
    with pytest.raises(StubError, match="unexpected call of orders_confirm: nothing is queued"):
        stub.client().orders.confirm(1)
    stub.answer("orders_get", {"bundle": []})
    with pytest.raises(StubError, match="orders_get is queued"):
        stub.client().orders.confirm(1)


def test_an_answer_that_was_not_used_fails() -> None:
    with pytest.raises(StubError, match="never called: orders_confirm"), StubMarketplace() as stub:
        stub.answer("orders_confirm", DONE)


def test_an_error_inside_the_block_is_not_hidden_by_what_is_left_over() -> None:
    stub = StubMarketplace()
    stub.answer("orders_confirm", DONE)
    with pytest.raises(ZeroDivisionError), stub:
        raise ZeroDivisionError


def test_a_request_with_other_values_fails_and_is_not_shown() -> None:
    stub = StubMarketplace()
    stub.answer("cs_answer_question", DONE, expect={"answer": "안녕하세요. 홍길동 고객님"})
    with pytest.raises(StubError, match="answer") as caught:
        stub.client().cs.answer_question(1, "다른 답변입니다. 안녕하세요.")
    assert "홍길동" not in str(caught.value)


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        ("orders_explode", None),
        ("orders_confirm", {"productNo": 1}),
        ("orders_confirm", {"returnKey": 0, "returnMsg": "모르는 문구"}),
        ("orders_confirm", {"returnKey": 1, "returnMessage": "완료"}),
        ("orders_get", {"bundle": [{**BUNDLE, "bundelNo": 1}]}),
        ("orders_get", {"bundle": [{**BUNDLE, "delivery": {"shipState": "신규주문"}}]}),
        ("orders_get", {"bundle": [{"purchaseNo": 2}]}),
        ("orders_get", {"bundles": []}),
        ("orders_get", {"bundle": [{**BUNDLE, "payDate": "yesterday"}]}),
        ("products_get", {"productNo": 1, "basics": {}}),
        ("products_list", {"totalCount": 1, "list": [{"productName": "x"}]}),
        ("base_list_labels", {"labelNo": 1}),
    ],
)
def test_an_answer_the_contract_does_not_know_cannot_be_queued(operation: str, data: Any) -> None:
    with pytest.raises(StubError):
        StubMarketplace().answer(operation, data)


def test_refusals_go_where_the_contract_puts_them() -> None:
    with StubMarketplace() as stub:
        stub.refuse("claims_approve", "철회된 클레임입니다.")
        stub.refuse("products_get", "데이터가 없습니다.", result_code=404)
        with pytest.raises(WithdrawnError) as withdrawn:
            stub.client().claims.approve(1, ClaimType.CANCEL)
        assert withdrawn.value.result_code == 200
        with pytest.raises(NotFoundError):
            stub.client().products.get(1)


@pytest.mark.parametrize(
    ("how", "read", "write"),
    [
        ("refused", NetworkError, NetworkError),
        ("dropped", NetworkError, OutcomeUnknownError),
        ("timeout", NetworkTimeoutError, OutcomeUnknownError),
        ("outage", MaintenanceError, OutcomeUnknownError),
    ],
)
def test_broken_exchanges(how: str, read: type[Exception], write: type[Exception]) -> None:
    with StubMarketplace() as stub:
        stub.fail("base_list_labels", how)
        stub.fail("cs_answer_question", how)
        with pytest.raises(read):
            stub.client().reference.list_labels()
        with pytest.raises(write):
            stub.client().cs.answer_question(1, "안녕하세요. 곧 들어옵니다.")
    with pytest.raises(StubError, match="no failure"):
        stub.fail("orders_get", "explode")


def test_a_lost_write_of_the_stub_is_verified_by_the_next_answer() -> None:
    with StubMarketplace() as stub:
        stub.fail("orders_confirm", "dropped")
        stub.answer("orders_get", {"bundle": [{**BUNDLE, "delivery": {"shipStatus": "상품준비중"}}]})
        assert stub.client().orders.confirm(1) == Applied("orders_confirm", verified=True)


def test_the_names_of_the_package_are_loaded_when_used() -> None:
    assert all(getattr(testing, name) for name in testing.__all__)
    with pytest.raises(AttributeError):
        testing.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        ("products_get", [{"productNo": 7}]),
        ("shipping_get_seller_ship", {"shipPolicyNo": 7}),
        ("orders_list", [BUNDLE]),
        ("orders_list", BUNDLE),
    ],
)
def test_an_answer_of_another_shape_cannot_be_queued(operation: str, data: object) -> None:
    with StubMarketplace() as stub, pytest.raises(StubError, match="never answers that"):
        stub.answer(operation, data)  # type: ignore[arg-type]
