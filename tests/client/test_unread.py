"""Rows and values that cannot be read reach the caller, the hook and the log, and stop nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from client_kit import DAY_END, DAY_START, KEY, Driver

from wemakeprice_sdk.client import Hooks, UnreadableEvent, VerificationPolicy
from wemakeprice_sdk.errors import OutcomeUnknownError, ProtocolError, UnreadableValueError
from wemakeprice_sdk.models import ListResult, ShipStatus
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.sandbox.answers import json_reply
from wemakeprice_sdk.wire.outcomes import Applied

Row = dict[str, Any]


def edit(sandbox: Sandbox, path: str, change: Callable[[Any], Any]) -> None:
    """Change the `data` of the sandbox's answers under one path on their way."""
    real = sandbox.handle

    def handle(method: str, where: str, *rest: Any, **named: Any) -> Any:
        reply = real(method, where, *rest, **named)
        if path not in where:
            return reply
        body = reply.json()
        return json_reply(reply.status, {**body, "data": change(json.loads(json.dumps(body["data"])))})

    sandbox.handle = handle  # type: ignore[method-assign]


def rows(change: Callable[[list[Any]], list[Any]], key: str = "bundle") -> Callable[[Any], Any]:
    return lambda data: {**data, key: change(data[key])}


def broken(number: int, **values: Any) -> Callable[[Any], Any]:
    return rows(lambda found: [{**row, **values} if row["bundleNo"] == number else row for row in found])


def test_what_cannot_be_read_is_on_the_result_in_the_hook_and_in_the_log(
    go: Driver, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    bad, odd, good = (sandbox.place_order().bundle_no for _ in range(3))
    edit(sandbox, "getOrderList", broken(bad, shipPrice="홍길동"))
    edit(sandbox, "getOrderList", broken(odd, payDate="어제"))
    events: list[UnreadableEvent] = []
    client = go.client(hooks=Hooks(unreadable=events.append))
    with caplog.at_level(logging.INFO):
        found = go(client.orders.list(DAY_START, DAY_END, ShipStatus.NEW))
    assert isinstance(found, ListResult)
    assert sorted(row.bundle_no for row in found) == sorted([odd, good])
    (unread,) = found.unread
    assert (unread.numbers["bundle_no"], unread.raw["shipPrice"]) == (bad, "홍길동")
    (event,) = events
    assert (event.operation, event.unread) == ("orders_list", (unread,))
    assert [fault.path.rpartition(".")[2] for fault in event.faults] == ["payDate"]
    (record,) = [one for one in caplog.records if getattr(one, "event", "") == "answer.unreadable"]
    assert record.levelno == logging.WARNING
    assert "rows=1 values=1" in record.getMessage()
    assert unread.faults[0].path in record.getMessage()
    assert "홍길동" not in caplog.text + repr(events) + repr(found.unread)
    assert "어제" not in caplog.text + repr(events)


def test_an_answer_that_could_be_read_tells_nobody(
    go: Driver, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.place_order()
    events: list[UnreadableEvent] = []
    client = go.client(hooks=Hooks(unreadable=events.append))
    with caplog.at_level(logging.DEBUG):
        found = go(client.orders.list(DAY_START, DAY_END, ShipStatus.NEW))
    assert (len(found), found.unread, found.faults, events) == (1, (), (), [])
    assert "answer.unreadable" not in caplog.text


def test_a_faulty_hook_takes_nothing_from_the_caller(go: Driver, sandbox: Sandbox) -> None:
    bad, good = sandbox.place_order().bundle_no, sandbox.place_order().bundle_no
    edit(sandbox, "getOrderList", broken(bad, bundleNo=None))

    def fail(_: UnreadableEvent) -> None:
        raise RuntimeError("kaputt")

    client = go.client(hooks=Hooks(unreadable=fail))
    assert [row.bundle_no for row in go(client.orders.list(DAY_START, DAY_END, ShipStatus.NEW))] == [good]


def test_one_thing_that_cannot_be_read_raises_and_names_field_rule_and_path(
    go: Driver, sandbox: Sandbox
) -> None:
    bad, good = sandbox.place_order().bundle_no, sandbox.place_order().bundle_no
    edit(sandbox, "getOrderInfo", broken(bad, shipPrice=0.5))
    client = go.client()
    with pytest.raises(UnreadableValueError) as caught:
        go(client.orders.get(bad))
    assert isinstance(caught.value, ProtocolError)
    assert caught.value.message == "$.data.bundle[0].shipPrice: a whole number was expected"
    assert (caught.value.operation, caught.value.kind) == ("orders_get", "number")
    assert go(client.orders.get(good)).bundle_no == good


def test_a_faulty_row_beside_the_one_that_was_asked_for_does_not_matter(go: Driver, sandbox: Sandbox) -> None:
    good = sandbox.place_order().bundle_no
    edit(sandbox, "getOrderInfo", rows(lambda found: [None, {"bundleNo": 5, "shipPrice": "?"}, *found]))
    assert go(go.client().orders.get(good)).bundle_no == good


def test_a_product_whose_optional_value_cannot_be_read_is_told_of_and_not_written_back(
    go: Driver, sandbox: Sandbox
) -> None:
    number = sandbox.make_product(KEY)
    edit(sandbox, "out/getProduct", lambda data: {**data, "etc": {**data["etc"], "luxuryYn": "?"}})
    events: list[UnreadableEvent] = []
    product = go(go.client(hooks=Hooks(unreadable=events.append)).products.get(number))
    assert product.etc.luxury_yn is None
    assert [fault.path for fault in product.faults] == ["$.data.etc.luxuryYn"]
    assert [event.operation for event in events] == ["products_get"]
    with pytest.raises(ValueError, match="cannot be written back"):
        product.to_input()


def test_a_lazy_reading_goes_over_a_full_page_with_unread_rows_and_keeps_them(
    go: Driver, sandbox: Sandbox
) -> None:
    numbers = [sandbox.make_product(KEY) for _ in range(120)]

    def page(data: Any) -> Any:
        return {"list": [None if row["productNo"] == numbers[3] else row for row in data["list"]]}

    edit(sandbox, "getProductList", page)
    pager = go.client().products.iter(DAY_START, DAY_END)
    found = {row.product_no for row in go.all(pager)}
    assert found >= set(numbers) - {numbers[3]}
    assert numbers[3] not in found
    assert pager.unread[0].path.startswith("$.data.list[")
    assert len(pager.unread) == 1


def test_a_verification_looks_past_a_faulty_row_elsewhere_in_the_list(go: Driver, sandbox: Sandbox) -> None:
    number = sandbox.place_order().bundle_no
    edit(sandbox, "getOrderInfo", rows(lambda found: [{"bundleNo": 7, "shipPrice": 0.5}, *found, None]))
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    outcome = go(go.client().orders.confirm(number))
    assert isinstance(outcome, Applied)
    assert outcome.verified


def test_a_verification_does_not_decide_on_the_faulty_row_itself(go: Driver, sandbox: Sandbox) -> None:
    number = sandbox.place_order().bundle_no
    edit(sandbox, "getOrderInfo", broken(number, shipPrice=0.5))
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    with pytest.raises(OutcomeUnknownError):
        go(go.client(verification=VerificationPolicy(waits=(0.0,))).orders.confirm(number))


def test_a_reading_over_many_windows_names_a_row_of_each(go: Driver, sandbox: Sandbox) -> None:
    sandbox.place_order()
    edit(sandbox, "getOrderList", rows(lambda found: [*found, "kaputt"]))
    pager = go.client().orders.iter(DAY_START, DAY_START + timedelta(days=2), ShipStatus.NEW)
    assert len(go.all(pager)) == 1
    assert len(pager.unread) == 3
