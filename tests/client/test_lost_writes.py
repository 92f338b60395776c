"""A write whose answer is lost: sent once, verified by a read, never repeated blindly."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from attrs import evolve
from client_kit import KEY, Driver, product, saved, ship_policy
from client_scenarios import cancel, exchanged, ordered, returned
from raw_server import Call as Arrived
from raw_server import serving

from wemakeprice_sdk.client import Known, RetryPolicy, VerificationPolicy
from wemakeprice_sdk.errors import (
    ConflictError,
    MaintenanceError,
    NetworkError,
    NotAppliedError,
    OutcomeUnknownError,
    PreconditionError,
    ServerError,
)
from wemakeprice_sdk.models import ClaimType, ProductStatus, ShipMethod
from wemakeprice_sdk.sandbox import Fault, Sandbox
from wemakeprice_sdk.testing import Break, FaultTransport
from wemakeprice_sdk.wire.operations import OPERATIONS, Retry
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied

Call = Callable[[Any, Sandbox], Callable[[], Any]]

D002 = {"parcel_company_code": "D002", "invoice_no": "600000000001"}
BACK = {"parcel_company_code": "D002", "invoice_no": "600000000002"}


def _exchange_shipped(client: Any, sandbox: Sandbox, go: Driver) -> int:
    number = exchanged(sandbox)
    go(
        client.claims.ship_exchange(
            number, ship_method=ShipMethod.DIRECT, schedule_ship_date=date(2024, 5, 23)
        )
    )
    return number


def prepare(operation: str, client: Any, sandbox: Sandbox, go: Driver) -> Callable[[Any], Any]:
    """Bring the sandbox to where the write is due, and give the call."""
    match operation:
        case "shipping_save_policy":
            return lambda c: c.shipping_templates.save(ship_policy())
        case "products_save":
            policy = sandbox.make_policy()
            return lambda c: c.products.save(product(policy))
        case "products_update_basic":
            number, policy = saved(sandbox)
            return lambda c: c.products.update_basic(number, product(policy, name="새 이름").basic)
        case "products_update_sale":
            number, policy = saved(sandbox)
            return lambda c: c.products.update_sale(number, product(policy, price=9900).sale)
        case "products_update_options":
            number, policy = saved(sandbox)
            option = product(policy, colours=("검정", "빨강")).option
            return lambda c: c.products.update_options(number, option)
        case "products_set_status":
            number = sandbox.make_product()
            return lambda c: c.products.set_status(number, ProductStatus.STOP)
        case "orders_confirm":
            number = sandbox.place_order().bundle_no
            return lambda c: c.orders.confirm(number)
        case "orders_ship":
            number = ordered(sandbox, "CONFIRM")
            return lambda c: c.orders.ship(number, **D002)
        case "orders_change_invoice":
            number = ordered(sandbox, "DELIVERY")
            return lambda c: c.orders.change_invoice(
                number, parcel_company_code="D003", invoice_no="700000000001"
            )
        case "orders_complete_direct":
            number = ordered(sandbox, "DELIVERY", ship_method="DIRECT")
            return lambda c: c.orders.complete_direct(number)
        case "orders_cancel_option":
            order = sandbox.place_order()
            return lambda c: c.orders.cancel_option(order.order_option_nos[0], bundle_no=order.bundle_no)
        case "claims_approve":
            number = cancel(sandbox)
            return lambda c: c.claims.approve(number, ClaimType.CANCEL)
        case "claims_reject":
            number = cancel(sandbox)
            return lambda c: c.claims.reject(number, **D002)
        case "claims_hold":
            number = returned(sandbox, "수거완료")
            return lambda c: c.claims.hold(number, pending_reason_detail="상품 확인 중")
        case "claims_register_pickup":
            number = returned(sandbox)
            return lambda c: c.claims.register_pickup(number, ClaimType.RETURN, **BACK)
        case "claims_complete_pickup":
            number = returned(sandbox)
            return lambda c: c.claims.complete_pickup(number, ClaimType.RETURN)
        case "claims_ship_exchange":
            number = exchanged(sandbox)
            return lambda c: c.claims.ship_exchange(number, **BACK)
        case "claims_complete_exchange":
            number = _exchange_shipped(client, sandbox, go)
            return lambda c: c.claims.complete_exchange(number)
    raise AssertionError(f"no verifiable write {operation}")


VERIFIABLE = [row.id for row in OPERATIONS.values() if row.retry is Retry.VERIFY]


@pytest.mark.parametrize("operation", VERIFIABLE)
def test_a_write_that_was_carried_out_is_proven_applied(
    operation: str, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    call = prepare(operation, client, sandbox, go)
    already = len(sandbox.journal.writes(operation))
    sandbox.faults.add(operation, "drop-after-commit")
    outcome = go(call(client))
    assert isinstance(outcome, Applied)
    assert outcome.verified
    assert len(sandbox.journal.writes(operation)) == already + 1
    assert sandbox.calls[operation] == already + 1


@pytest.mark.parametrize("operation", VERIFIABLE)
def test_a_write_that_never_arrived_is_proven_not_applied_and_sent_again_only_when_allowed(
    operation: str, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    call = prepare(operation, client, sandbox, go)
    already = sandbox.calls[operation]
    sandbox.faults.add(operation, "drop-before-commit")
    with pytest.raises(NotAppliedError) as caught:
        go(call(client))
    assert caught.value.operation == operation
    assert sandbox.calls[operation] == already + 1
    assert go.naps.taken == [0.5, 2.0]

    sandbox.faults.add(operation, "drop-before-commit")
    outcome = go(call(client.with_options(repeat_if_not_applied=True)))
    assert isinstance(outcome, Applied)
    assert sandbox.calls[operation] == already + 3
    assert len(sandbox.journal.writes(operation)) == already + 1


@pytest.mark.parametrize("operation", ["cs_answer_question", "cs_answer_inquiry", "broadcast_set_schedule"])
@pytest.mark.parametrize("kind", ["drop-after-commit", "drop-before-commit"])
def test_what_cannot_be_read_back_stays_unknown_and_is_never_repeated(
    operation: str, kind: str, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    from client_scenarios import SCENARIOS

    sandbox.faults.add(operation, kind)
    with pytest.raises(OutcomeUnknownError):
        SCENARIOS[operation](go, client.with_options(repeat_if_not_applied=True), sandbox)
    assert sandbox.calls[operation] == 1


@pytest.mark.parametrize(
    ("kind", "committed"), [("html-500", False), ("json-500", False), ("503", False), ("timeout", True)]
)
def test_an_answer_that_tells_nothing_is_verified_too(
    kind: str, committed: bool, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", kind, hold=0.01, **({"commit": True} if committed else {}))
    if committed:
        assert go(client.orders.confirm(number)).verified
    else:
        with pytest.raises(NotAppliedError) as caught:
            go(client.orders.confirm(number))
        assert not isinstance(caught.value, ServerError | MaintenanceError)
        assert caught.value.http_status in (500, 503)
    assert sandbox.calls["orders_confirm"] == 1


def test_a_quoted_result_code_of_a_write_is_a_plain_success(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "quoted-code")
    outcome = go(client.orders.confirm(number))
    assert outcome == Applied("orders_confirm", None, "완료 되었습니다.")


def test_an_error_object_keeps_its_text(go: Driver, client: Any, sandbox: Sandbox) -> None:
    from wemakeprice_sdk.errors import BadRequestError

    number = sandbox.place_order().bundle_no
    sandbox.faults.put(Fault("orders_confirm", "error-object", code=422, text="잘못된 값입니다."))
    with pytest.raises(BadRequestError, match="잘못된 값입니다") as caught:
        go(client.orders.confirm(number))
    assert caught.value.result_code == 422


def test_a_verification_whose_reads_fail_leaves_the_outcome_unknown(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    sandbox.faults.add("orders_get", "html-500", None)
    with pytest.raises(OutcomeUnknownError):
        go(client.orders.confirm(number))
    assert sandbox.calls["orders_confirm"] == 1
    assert len(sandbox.journal.writes("orders_confirm")) == 1


def test_a_read_that_came_too_early_is_followed_by_a_later_one(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    """The site is still working on the write when the first verifying read arrives."""
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-before-commit")
    slow = go.naps.taken

    class Late(list[float]):
        def append(self, seconds: float) -> None:
            super().append(seconds)
            if len(self) == 2:
                sandbox.prepare_bundle(bundle_no=number, status="CONFIRM")

    go.naps.taken = Late(slow)
    assert go(client.orders.confirm(number)).verified
    assert go.naps.taken == [0.5, 2.0]


def test_a_lost_shipment_that_went_out_with_another_invoice_is_a_conflict(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number = ordered(sandbox, "CONFIRM")
    sandbox.faults.add("orders_ship", "drop-before-commit")
    sandbox.prepare_bundle(bundle_no=number, status="DELIVERY", invoice="999999999999")
    with pytest.raises(ConflictError):
        go(client.with_options(repeat_if_not_applied=True).orders.ship(number, **D002))
    assert sandbox.calls["orders_ship"] == 1


def test_shipped_before_with_the_same_invoice_is_done_and_with_another_one_a_conflict(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number = ordered(sandbox, "CONFIRM")
    go(client.orders.ship(number, **D002))
    again = go(client.orders.ship(number, **D002))
    assert isinstance(again, AlreadyDone)
    assert again.verified
    with pytest.raises(ConflictError, match="이미"):
        go(client.orders.ship(number, parcel_company_code="D002", invoice_no="999999999999"))
    with pytest.raises(ConflictError):
        go(client.orders.ship(number, parcel_company_code="D003", invoice_no="600000000001"))


def test_confirmed_before_is_an_outcome_of_its_own(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = ordered(sandbox, "CONFIRM")
    assert isinstance(go(client.orders.confirm(number)), AlreadyDone)
    assert sandbox.journal.writes("orders_confirm") == []


def test_a_status_that_cannot_be_reached_is_a_conflict(go: Driver, client: Any, sandbox: Sandbox) -> None:
    stopped, ended = sandbox.make_product(), saved(sandbox)[0]
    go(client.products.set_status(stopped, ProductStatus.STOP))
    assert isinstance(go(client.products.set_status(stopped, ProductStatus.STOP)), AlreadyDone)
    sandbox.close_product(product_no=ended)
    with pytest.raises(ConflictError, match="변경할 수 없는 상태"):
        go(client.products.set_status(ended, ProductStatus.SALE))


def test_already_done_that_no_read_can_prove_is_unknown(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = ordered(sandbox, "CONFIRM")
    go(client.orders.ship(number, **D002))
    sandbox.request_return(bundle_no=number)
    with pytest.raises(OutcomeUnknownError, match="이미"):
        go(client.orders.ship(number, **D002))


def test_a_create_is_told_from_what_was_there_before(go: Driver, client: Any, sandbox: Sandbox) -> None:
    first = go(client.shipping_templates.save(ship_policy())).key
    sandbox.faults.add("shipping_save_policy", "drop-after-commit")
    second = go(client.shipping_templates.save(ship_policy()))
    assert second.verified
    assert second.key not in (None, first)
    sandbox.faults.add("shipping_save_policy", "drop-before-commit")
    with pytest.raises(NotAppliedError):
        go(client.shipping_templates.save(ship_policy()))


def test_without_the_read_beforehand_an_equal_template_decides_nothing(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    client = client.with_options(verification=VerificationPolicy(waits=(0.0,), read_before=False))
    go(client.shipping_templates.save(ship_policy()))
    sandbox.faults.add("shipping_save_policy", "drop-after-commit")
    with pytest.raises(OutcomeUnknownError):
        go(client.shipping_templates.save(ship_policy()))


def test_a_product_create_with_a_seller_code_that_exists_or_without_one_stays_unknown(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    _, policy = saved(sandbox)
    for code in ("SKU-0001", None):
        sandbox.faults.add("products_save", "drop-after-commit")
        with pytest.raises(OutcomeUnknownError):
            go(client.products.save(product(policy, code=code)))


def test_a_cancelled_line_without_its_bundle_stays_unknown(go: Driver, client: Any, sandbox: Sandbox) -> None:
    order = sandbox.place_order()
    sandbox.faults.add("orders_cancel_option", "drop-after-commit")
    with pytest.raises(OutcomeUnknownError):
        go(client.orders.cancel_option(order.order_option_nos[0]))


def test_a_lost_change_of_nothing_but_stock_needs_the_product_as_it_was(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number, policy = saved(sandbox)
    option = product(policy, stock=7).option
    before = go(client.products.get(number))
    sandbox.faults.add("products_update_options", "drop-before-commit", 2)
    with pytest.raises(OutcomeUnknownError):
        go(client.products.update_options(number, option))
    with pytest.raises(NotAppliedError):
        go(client.products.update_options(number, option, known=Known(product_before=before)))


def test_a_line_that_was_never_in_the_bundle_is_not_taken_for_cancelled(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    order, other = sandbox.place_order(), sandbox.place_order()
    sandbox.faults.add("orders_cancel_option", "drop-before-commit")
    with pytest.raises(OutcomeUnknownError):
        go(client.orders.cancel_option(order.order_option_nos[0], bundle_no=other.bundle_no))


def test_a_read_beforehand_that_fails_stops_the_write(go: Driver, client: Any, sandbox: Sandbox) -> None:
    sandbox.faults.add("shipping_list_policies", "html-500", None)
    with pytest.raises(MaintenanceError):
        go(client.shipping_templates.save(ship_policy()))
    assert sandbox.calls["shipping_save_policy"] == 0


def test_a_write_that_never_left_is_a_network_error_and_needs_no_verification(go: Driver) -> None:
    client = go.client(base_url="http://127.0.0.1:9")
    with pytest.raises(NetworkError, match="not reached") as caught:
        go(client.orders.confirm(1))
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert caught.value.operation == "orders_confirm"
    assert go.naps.taken == []


def test_a_refusal_is_final_and_asks_nothing(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.place_order().bundle_no
    with pytest.raises(PreconditionError, match="주문확인건만"):
        go(client.orders.ship(number, **D002))
    assert sandbox.calls["orders_get"] == 0


@pytest.mark.parametrize("fault", [Break.REFUSED, Break.LOST_REQUEST, Break.LOST_ANSWER, Break.TIMEOUT])
def test_the_fault_transport_breaks_exchanges_as_it_says(fault: Break, sandbox: Sandbox) -> None:
    from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient

    number = sandbox.place_order().bundle_no
    transport = FaultTransport(sandbox.transport(), [fault])
    with httpx.Client(transport=transport) as inner:
        client = WemakepriceClient(
            KEY,
            base_url="http://sandbox.invalid",
            http_client=inner,
            throttle=ThrottlePolicy(min_gap=0),
            verification=VerificationPolicy(waits=(0.0,)),
        )
        if fault in (Break.LOST_ANSWER, Break.TIMEOUT):
            assert client.orders.confirm(number).verified  # type: ignore[union-attr]
        else:
            with pytest.raises(NetworkError if fault is Break.REFUSED else NotAppliedError):
                client.orders.confirm(number)
        assert transport.left == 0


def test_a_client_closed_while_a_write_is_on_its_way_leaves_the_outcome_unknown(sandbox: Sandbox) -> None:
    from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient

    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    with httpx.Client(transport=sandbox.transport()) as inner:
        client = WemakepriceClient(
            KEY,
            base_url="http://sandbox.invalid",
            http_client=inner,
            throttle=ThrottlePolicy(min_gap=0),
            sleep=lambda seconds: client.close(),
        )
        with pytest.raises(OutcomeUnknownError, match="closed"):
            client.orders.confirm(number)
    assert len(sandbox.journal.writes("orders_confirm")) == 1


def test_what_stops_a_verification_says_that_the_write_is_open(go: Driver, sandbox: Sandbox) -> None:
    from wemakeprice_sdk.client import Hooks, Purpose, RequestEvent

    def stop(event: RequestEvent) -> None:
        if event.purpose is Purpose.VERIFY:
            raise KeyboardInterrupt

    client = go.client(hooks=Hooks(before=stop))
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-after-commit")
    with pytest.raises(KeyboardInterrupt) as caught:
        go(client.orders.confirm(number))
    assert any("may have been carried out" in note for note in caught.value.__notes__)


def test_a_write_is_sent_at_most_twice_however_often_it_is_lost(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number = sandbox.place_order().bundle_no
    sandbox.faults.add("orders_confirm", "drop-before-commit", None)
    with pytest.raises(NotAppliedError):
        go(client.with_options(repeat_if_not_applied=True).orders.confirm(number))
    assert sandbox.calls["orders_confirm"] == 2


@pytest.mark.parametrize("shipped_elsewhere", [False, True])
def test_a_reject_of_which_only_a_part_shows_is_unknown_and_never_repeated(
    go: Driver, client: Any, sandbox: Sandbox, shipped_elsewhere: bool
) -> None:
    number = cancel(sandbox)
    with sandbox.acting(KEY, "operator", "half_done") as call:
        claim = call.shop.find_claim(number)
        claim.status = "REJECT"
    if shipped_elsewhere:
        sandbox.prepare_bundle(bundle_no=claim.bundle_no, status="DELIVERY", invoice="999999999999")
    sandbox.faults.add("claims_reject", "drop-before-commit")
    with pytest.raises(OutcomeUnknownError, match="the claim is rejected, but"):
        go(client.with_options(repeat_if_not_applied=True).claims.reject(number, **D002))
    assert sandbox.calls["claims_reject"] == 1
    assert go.naps.taken == [0.5, 2.0]
    with pytest.raises(ConflictError, match="거절된"):
        go(client.claims.reject(number, **D002))


def test_a_verification_that_cannot_be_asked_leaves_the_outcome_unknown(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    """A `ValidationError` would say that nothing was sent."""
    line = sandbox.place_order().order_option_nos[0]
    sandbox.faults.add("orders_cancel_option", "drop-after-commit")
    client = client.with_options(verification=VerificationPolicy(waits=(0.0,), read_before=False))
    with pytest.raises(OutcomeUnknownError, match="bundleNo"):
        go(client.orders.cancel_option(line, bundle_no=-5))
    claim = cancel(sandbox)
    sandbox.faults.add("claims_approve", "drop-after-commit")
    sandbox.faults.add("claims_get", "html-500", None)
    known = Known(claim_requested_at=datetime(2024, 5, 20, 12))
    with pytest.raises(OutcomeUnknownError):
        go(client.claims.approve(claim, ClaimType.CANCEL, known=known))


@pytest.mark.parametrize("kind", ["drop-before-commit", "drop-after-commit"])
def test_a_lost_update_that_only_takes_a_value_away_is_not_taken_for_done(
    kind: str, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    number, policy = saved(sandbox)
    bare = evolve(product(policy).sale, origin_price=None)
    sandbox.faults.add("products_update_sale", kind)
    if kind == "drop-after-commit":
        assert go(client.products.update_sale(number, bare)).verified
        assert go(client.products.get(number)).sale.origin_price is None
    else:
        with pytest.raises(OutcomeUnknownError, match=r"sale\.originPrice"):
            go(client.products.update_sale(number, bare))
        assert go(client.products.get(number)).sale.origin_price == 15000


def test_a_line_not_known_to_have_been_in_the_bundle_is_not_taken_for_cancelled(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    order, other = sandbox.place_order(), sandbox.place_order()
    client = client.with_options(verification=VerificationPolicy(waits=(0.0,), read_before=False))
    sandbox.faults.add("orders_cancel_option", "drop-before-commit")
    with pytest.raises(OutcomeUnknownError):
        go(client.orders.cancel_option(order.order_option_nos[0], bundle_no=other.bundle_no))
    assert go(client.orders.get(order.bundle_no)) is not None


@pytest.mark.parametrize("kind", ["empty", "page"])
def test_a_verifying_read_is_repeated_after_any_garbled_answer_and_without_a_budget(
    kind: str, go: Driver
) -> None:
    garbled = (b"", "application/json") if kind == "empty" else (b"<html>", "text/html")
    bundle = {"bundleNo": 1, "purchaseNo": 2, "delivery": {"shipStatus": "상품준비중"}}

    def answer(call: Arrived) -> None:
        if call.path.endswith("setOrderConfirm"):
            call.answer(b"", 502, "text/html")
        elif call.number < 4:
            call.answer(garbled[0], 200, garbled[1])
        else:
            call.answer(json.dumps({"resultCode": 200, "data": {"bundle": [bundle]}, "error": None}).encode())

    with serving(answer) as server:
        client = go.client(
            base_url=server.url,
            retry=RetryPolicy(attempts=4, budget=0),
            verification=VerificationPolicy(waits=(0.0,)),
        )
        assert go(client.orders.confirm(1)).verified
        assert len(server.calls) == 4


def test_an_error_text_without_data_is_not_taken_for_a_line_that_is_gone(go: Driver) -> None:
    bundle = {
        "bundleNo": 1,
        "purchaseNo": 2,
        "orderProduct": [
            {"orderNo": 3, "productNo": 4, "orderOption": [{"orderOptionNo": 5, "optionQty": 1}]}
        ],
    }

    def answer(call: Arrived) -> None:
        if call.path.endswith("getOrderInfo") and call.number == 1:
            call.answer(json.dumps({"resultCode": 200, "data": {"bundle": [bundle]}, "error": None}).encode())
        elif call.path.endswith("getOrderInfo"):
            call.answer(json.dumps({"resultCode": 200, "data": None, "error": "처리 중 오류"}).encode())
        else:
            call.answer(b"", 502, "text/html")

    with serving(answer) as server:
        client = go.client(base_url=server.url, verification=VerificationPolicy(waits=(0.0,)))
        with pytest.raises(OutcomeUnknownError):
            go(client.orders.cancel_option(5, bundle_no=1))
