"""Logs, hooks, taps and gates: everything can be seen, and nothing that must stay hidden."""

import logging
import traceback
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from client_kit import DAY_END, DAY_START, KEY, Driver
from client_scenarios import ordered

from wemakeprice_sdk.client import Hooks, Purpose, RawAnswer, RequestEvent, ResponseEvent, RetryPolicy
from wemakeprice_sdk.client.options import Timeouts, VerificationPolicy
from wemakeprice_sdk.config import ChannelConfig, LinkState, OnboardingState, Switches
from wemakeprice_sdk.errors import (
    ConfigError,
    GateClosedError,
    NotAppliedError,
    NotFoundError,
    ProtocolError,
    WemakepriceError,
)
from wemakeprice_sdk.models import InputLimits, ShipStatus
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.wire.operations import OPERATIONS, Operation
from wemakeprice_sdk.wire.overrides import WireOverrides

SECRET_WORDS = (KEY, "홍길동", "010-0000-0000", "600000000001", "예시브랜드", "견본로")


def lines(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    for record in caplog.records:
        yield formatter.format(record) + repr(record.__dict__)


def test_no_logger_ever_sees_the_key_a_body_or_personal_data(
    go: Driver, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = go.client()
    number = ordered(sandbox, "CONFIRM")
    sandbox.faults.add("orders_ship", "drop-after-commit")
    go(client.orders.ship(number, parcel_company_code="D002", invoice_no="600000000001"))
    go(client.orders.list(DAY_START, DAY_END, ShipStatus.DELIVERY))
    sandbox.faults.add("base_list_labels", "html-500")
    go(client.reference.list_labels())
    names = {record.name.partition(".")[0] for record in caplog.records}
    assert {"wemakeprice_sdk", "httpcore"} <= names
    for line in lines(caplog):
        assert not any(word in line for word in SECRET_WORDS), line


def test_our_own_lines_hold_no_query_value(go: Driver, client: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wemakeprice_sdk")
    go(client.reference.search_brands("예시브랜드"))
    go(client.products.find_by_seller_code("SKU-SECRET"))
    ours = [record for record in caplog.records if record.name.startswith("wemakeprice_sdk")]
    assert ours
    assert not any(
        "예시브랜드" in str(record.__dict__) or "SKU-SECRET" in str(record.__dict__) for record in ours
    )


def test_event_names_are_stable_and_carry_operation_attempt_and_duration(
    go: Driver, client: Any, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "wemakeprice_sdk")
    sandbox.faults.add("base_list_labels", "503")
    go(client.reference.list_labels())
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    go(client.orders.confirm(number))
    sandbox.faults.add("orders_confirm", "drop-before-commit", 3)
    with pytest.raises(NotAppliedError):
        go(client.with_options(repeat_if_not_applied=True).orders.confirm(sandbox.place_order().bundle_no))
    seen = [record for record in caplog.records if record.name == "wemakeprice_sdk.client"]
    events = [record.__dict__["event"] for record in seen]
    assert events[:5] == [
        "exchange.sent", "exchange.failed", "read.retry", "exchange.sent", "exchange.answered",
    ]  # fmt: skip
    assert {"write.lost", "write.verified", "write.repeated", "write.not_applied"} <= set(events)
    assert all(record.message.split()[0] == record.__dict__["event"] for record in seen)
    assert all(record.__dict__["operation"] in OPERATIONS for record in seen)
    assert all(record.__dict__["duration"] >= 0 for record in seen if "duration" in record.__dict__)


def test_the_key_is_in_no_error_repr_or_traceback_with_locals(go: Driver, sandbox: Sandbox) -> None:
    client = go.client(base_url="http://127.0.0.1:9", retry=RetryPolicy.never())
    for call in (lambda: client.reference.list_labels(), lambda: client.orders.confirm(1)):
        with pytest.raises(WemakepriceError) as caught:
            go(call())
        error: BaseException | None = caught.value
        shown = "".join(
            traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
        )
        assert KEY not in shown
        while error is not None:
            assert KEY not in repr(error) + str(vars(error))
            assert not type(error).__module__.startswith("httpx")
            error = error.__cause__ or error.__context__


def library_frames(error: BaseException) -> str:
    """Show an error with the local variables of the library's frames, without those of the test."""
    trace = error.__traceback__
    while trace is not None and "wemakeprice_sdk" not in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    shown = traceback.TracebackException(type(error), error, trace, capture_locals=True)
    return "".join(shown.format())


@pytest.mark.parametrize("kind", ["error", "refusal", "no key", "no code", "status"])
def test_no_answer_shows_in_the_local_variables_of_its_error(go: Driver, kind: str) -> None:
    private = f"010-0000-0000 {KEY}"
    data = {"returnKey": 0, "returnMsg": private}
    status, body = {
        "error": (422, {"resultCode": 422, "error": private, "data": data}),
        "refusal": (200, {"resultCode": 200, "data": data}),
        "no key": (200, {"resultCode": 200, "data": {"returnMsg": private}}),
        "no code": (200, {"data": data, "error": private}),
        "status": (404, {"resultCode": 200, "data": data, "error": private}),
    }[kind]
    transport = httpx.MockTransport(lambda request: httpx.Response(status, json=body))
    inner = httpx.Client(transport=transport) if go.kind == "sync" else httpx.AsyncClient(transport=transport)
    client = go.client(http_client=inner, base_url="http://sandbox.invalid", retry=RetryPolicy.never())
    calls = [lambda: client.orders.confirm(1)]
    if kind in ("error", "no code", "status"):
        calls.append(lambda: client.orders.get(1))
    for call in calls:
        with pytest.raises(WemakepriceError) as caught:
            go(call())
        shown = library_frames(caught.value)
        assert "in _exchange" in shown or "in _carry_out" in shown
        assert KEY not in shown
        assert "010-0000-0000" not in shown


@pytest.mark.parametrize("wrong", ["row", "rows", "data"])
def test_no_row_shows_in_the_local_variables_of_an_error(go: Driver, wrong: str) -> None:
    good = {"bundleNo": 1, "purchaseNo": 2, "buyerName": "홍길동", "buyerPhone": "010-0000-0000"}
    data = {
        "row": {"bundle": [{**good, "bundleNo": 5}, {**good, "shipPrice": "홍길동"}]},
        "rows": {"bundle": good},
        "data": [good],
    }[wrong]
    body = {"resultCode": 200, "data": data}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=body))
    inner = httpx.Client(transport=transport) if go.kind == "sync" else httpx.AsyncClient(transport=transport)
    client = go.client(http_client=inner, base_url="http://sandbox.invalid")
    with pytest.raises(ProtocolError, match=r"bundle\[1\].shipPrice|rows expected") as caught:
        go(client.orders.get(1))
    shown = library_frames(caught.value)
    assert "in _row" in shown or "in read_rows" in shown
    assert "홍길동" not in shown
    assert "010-0000-0000" not in shown


def test_hooks_see_every_exchange_and_why_it_took_place(go: Driver, sandbox: Sandbox) -> None:
    before: list[RequestEvent] = []
    after: list[ResponseEvent] = []
    client = go.client(hooks=Hooks(before=before.append, after=after.append))
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    go(client.orders.confirm(number))
    assert [(event.operation, event.purpose, event.attempt) for event in before] == [
        ("orders_confirm", Purpose.CALL, 1),
        ("orders_get", Purpose.VERIFY, 1),
    ]
    assert [(event.http_status, event.error) for event in after] == [
        (None, "RemoteProtocolError"),
        (200, None),
    ]
    assert all(event.duration >= 0 for event in after)
    with pytest.raises(NotFoundError):
        go(client.products.get(1))
    assert after[-1].error == "NotFoundError(404)"
    assert before[-1].path == "/product/out/getProduct"


def test_a_hook_that_raises_before_stops_the_call_and_one_after_does_not_hide_the_outcome(
    go: Driver, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    def veto(event: RequestEvent) -> None:
        raise PermissionError("not now")

    def broken(event: object) -> None:
        raise ZeroDivisionError

    number = sandbox.place_order().bundle_no
    with pytest.raises(PermissionError):
        go(go.client(hooks=Hooks(before=veto)).orders.confirm(number))
    assert sandbox.calls["orders_confirm"] == 0
    go(go.client(hooks=Hooks(after=broken), tap=broken).orders.confirm(number))
    assert len(sandbox.journal.writes("orders_confirm")) == 1
    assert sum(record.message.startswith("hook.failed") for record in caplog.records) == 2


def test_the_tap_gets_every_answer_as_it_came(go: Driver, client: Any, sandbox: Sandbox) -> None:
    answers: list[RawAnswer] = []
    tapped = client.with_options(tap=answers.append)
    order = sandbox.place_order()
    go(tapped.orders.get(order.bundle_no))
    go(client.orders.get(order.bundle_no))
    (answer,) = answers
    assert (answer.operation, answer.http_status) == ("orders_get", 200)
    body: Any = answer.json()
    assert body["data"]["bundle"][0]["buyerName"] == "홍길동"
    assert "홍길동" not in repr(answer)
    sandbox.faults.add("orders_get", "html-500", None)
    with pytest.raises(WemakepriceError):
        go(tapped.with_options(retry=RetryPolicy.never()).orders.get(order.bundle_no))
    assert "위메프 접속이" in answers[-1].body.decode()


def test_any_operation_can_be_called_by_its_id(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.make_product()
    data = go(client.request("products_get", {"product_no": number}))
    assert data["productNo"] == number
    found = go(client.request("products_find_by_seller_code", {"code": "none"}))
    assert found == []
    from wemakeprice_sdk.models import BundleNoRequest

    bundle = sandbox.place_order().bundle_no
    go(client.request("orders_confirm", BundleNoRequest(bundle_no=bundle)))
    assert len(sandbox.journal.writes("orders_confirm", bundleNo=bundle)) == 1
    with pytest.raises(KeyError, match="no operation 'orders_explode'"):
        go(client.request("orders_explode"))
    with pytest.raises(KeyError, match=r"did you mean orders_get\?"):
        go(client.request("orders_gett"))
    with pytest.raises(TypeError, match="request model"):
        go(client.request("orders_confirm", {"bundle_no": bundle}))


def test_a_gate_is_asked_before_anything_is_sent_and_not_for_verifying_reads(
    go: Driver, sandbox: Sandbox
) -> None:
    asked: list[str] = []

    def gate(operation: Operation, payload: object) -> None:
        asked.append(operation.id)
        if operation.id == "orders_ship":
            raise GateClosedError("scope.order-api", "orders are off", "주문 API 꺼짐")

    client = go.client(gate=gate)
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    go(client.orders.confirm(number))
    with pytest.raises(GateClosedError):
        go(client.orders.ship(number, parcel_company_code="D002", invoice_no="600000000001"))
    assert asked == ["orders_confirm", "orders_ship"]
    assert sandbox.calls["orders_ship"] == 0
    assert sandbox.calls["orders_get"] == 1


def approved(**changes: Any) -> ChannelConfig:
    defaults: dict[str, Any] = {
        "seller_id": "seller",
        "store_name": "가게",
        "api_key": KEY,
        "onboarding": OnboardingState.COMPLETE,
        "link": LinkState.APPROVED,
        "switches": Switches(master=True, order_api=True, product_api=True),
    }
    return ChannelConfig(**{**defaults, **changes})


def test_a_configuration_gives_key_host_paths_and_gates(go: Driver, sandbox: Sandbox) -> None:
    cls = type(go.client())
    number = sandbox.place_order().bundle_no
    with cls_open(go, cls.from_config(approved(base_url=go.url))) as client:
        go(client.orders.confirm(number))
    closed = approved(base_url=go.url, switches=Switches(master=False))
    with cls_open(go, cls.from_config(closed)) as client, pytest.raises(GateClosedError):
        go(client.orders.confirm(number))
    with pytest.raises(ConfigError, match="base_url"):
        cls.from_config(approved())
    moved = approved(base_url=go.url, path_overrides=[("base_list_labels", "/product/out/getTag")])
    with cls_open(go, cls.from_config(moved)) as client, pytest.raises(WemakepriceError, match="getTag"):
        go(client.reference.list_labels())


class cls_open:  # noqa: N801 - reads as a function
    """Close a client of either kind."""

    def __init__(self, go: Driver, client: Any) -> None:
        self.go, self.client = go, client

    def __enter__(self) -> Any:
        return self.client

    def __exit__(self, *error: object) -> None:
        self.go(self.client.close() if self.go.kind == "sync" else self.client.aclose())


def test_other_options_make_a_clone_on_the_same_connections(go: Driver, client: Any) -> None:
    logger = logging.getLogger("wemakeprice_sdk.shop7")
    clone = client.with_options(
        timeout=Timeouts(read=1.0),
        retry=RetryPolicy.never(),
        verification=VerificationPolicy(waits=(0.0,)),
        repeat_if_not_applied=True,
        overrides=WireOverrides(paths={"orders_get": "/order/out/getOrderDetail"}),
        input_limits=InputLimits(max_option_depth=5),
        gate=None,
        hooks=Hooks(),
        tap=None,
        logger=logger,
    )
    assert clone._caller.shared is client._caller.shared
    assert client._caller.options.verification.repeat_if_not_applied is False
    assert clone._caller.options.verification.waits == (0.0,)
    assert clone._caller.options.verification.repeat_if_not_applied is True
    with pytest.raises(WemakepriceError, match="getOrderDetail"):
        go(clone.orders.get(1))
    assert go(client.orders.get(1)) is None
    with pytest.raises(TypeError, match="timeouts"):
        client.with_options(timeouts=Timeouts())


@pytest.mark.parametrize("wrong", [(), (-1.0,), (float("nan"),)])
def test_an_impossible_verification_is_refused(wrong: tuple[float, ...]) -> None:
    with pytest.raises(ConfigError):
        VerificationPolicy(waits=wrong)


def test_the_httpx_error_is_told_by_name_only() -> None:
    from wemakeprice_sdk.client.http import failure_of
    from wemakeprice_sdk.secrets import Redactor, SecretStr

    error = httpx.LocalProtocolError(f"Illegal header value b'{KEY}'")
    failure = failure_of(error, Redactor([SecretStr(KEY)]))
    assert KEY not in str(failure)
    assert failure.text.startswith("LocalProtocolError")
    assert failure.sent
