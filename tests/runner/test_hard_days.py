"""What goes wrong in single places: one target that refuses, an outage, a missing call, a wrong clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from kit import DAWN, FROM, KEY, START, TO, Shop, config, imported, open_shop, parcel, product
from test_recovery import crash

from wemakeprice_sdk.client.gating import gate_of
from wemakeprice_sdk.config import ConfirmationMode, Switches
from wemakeprice_sdk.errors import ClockJumpError, LedgerError, LedgerUnavailableError, ValidationError
from wemakeprice_sdk.ledger import IntentDraft, IntentState
from wemakeprice_sdk.models import ClaimStatus, ClaimType
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.policy.snapshot import (
    PendingAnswer,
    PendingInquiryAnswer,
    ReturnFacts,
    ReturnInspection,
    SkuStock,
    TemplateDelete,
    TemplateSave,
)
from wemakeprice_sdk.runner import ActionState
from wemakeprice_sdk.sandbox.answers import failure, json_reply
from wemakeprice_sdk.sandbox.settings import Fault


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def answer(shop: Shop, path: str, status: int, body: Any, only: bytes = b"") -> None:
    """Let the sandbox answer calls of one path, or only those that hold `only`, in one fixed way."""
    real = shop.sandbox.handle

    def handle(method: str, where: str, query: Any = "", headers: Any = (), sent: bytes = b"") -> Any:
        if path in where and (only in sent or only.decode() in str(query)):
            return json_reply(status, body)
        return real(method, where, query, headers, sent)

    shop.sandbox.handle = handle  # type: ignore[method-assign]


NO_SUCH_PATH = failure(404, "요청하신 경로를 찾을 수 없습니다.")
REFUSED = failure(422, "올바르지 않은 값입니다.")


# ---------------------------------------------------------------- one target must not stop the others


def unreadable(shop: Shop) -> None:
    answer(shop, "getOrderInfo", 200, {"resultCode": 200, "data": "kaputt", "error": None})


def test_an_intent_that_cannot_be_judged_blocks_its_own_target_only(shop: Shop) -> None:
    first = shop.order()
    runner = shop.runner()
    crash(shop, runner.collect_orders, "finish")
    second = shop.order()
    unreadable(shop)
    report = runner.collect_orders()
    assert report.counts == {ActionState.APPLIED: 1}
    assert report.unread == (f"bundle:{first}: ProtocolError",)
    assert not report.ok
    assert [(row.target, row.state) for row in report.waiting] == [(f"bundle:{first}", IntentState.OPEN)]
    assert shop.writes("orders_confirm") == [first, second]
    assert runner.cs().waiting, "another job runs too"


def test_a_switch_that_forbids_the_verifying_read_leaves_the_intent_open(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=90))
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    level = SkuStock(sku="SKU-1", quantity=20, as_of=shop.clock.now())
    crash(shop, lambda: shop.runner().stock([level]), "finish")
    off = config(switches=Switches(sku_sync=True, product_api=False))
    shop.client = shop.client.with_options(gate=gate_of(off))
    shop.order()
    report = shop.runner(off).collect_orders()
    assert report.counts == {ActionState.APPLIED: 1}
    assert "GateClosedError" in report.unread[0]
    shop.client = shop.client.with_options(gate=None)
    assert [row.state for row in shop.runner().recover().recovered] == [IntentState.APPLIED]


def test_one_product_that_cannot_be_read_stops_no_other(shop: Shop) -> None:
    bad, good = (product(shop, ends=START + timedelta(days=5), code=f"SKU-{n}") for n in (1, 2))
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    answer(shop, "getProduct", 422, REFUSED, f"productNo={bad}".encode())
    levels = [SkuStock(sku=f"SKU-{n}", quantity=33, as_of=shop.clock.now()) for n in (1, 2)]
    report = shop.runner().stock(levels)
    assert report.counts == {ActionState.APPLIED: 1}
    assert report.unread == (f"product:{bad}: BadRequestError 422",)
    shop.clock.set(DAWN)
    report = shop.runner().extend_sale_periods()
    assert report.counts == {ActionState.APPLIED: 1}
    assert shop.writes("products_update_sale") == [good, good]


def test_one_product_that_cannot_be_imported_stops_no_other_and_is_tried_again(shop: Shop) -> None:
    first = product(shop, ends=START + timedelta(days=400))
    shop.pass_time(days=40)
    second = product(shop, ends=START + timedelta(days=400), code="SKU-2")
    shop.runner().templates()
    text = "데이터가 없습니다"
    shop.sandbox.faults.put(Fault("products_get", "error-object", count=1, code=404, text=text))
    end = START + timedelta(days=41)
    states = [row.state for row in shop.runner().import_products(FROM, end).results]
    assert states.count(ActionState.NOT_APPLIED) == 1
    shop.runner().import_products(FROM, end)
    assert {str(first), str(second)} <= {row.key for row in shop.ledger.records("shop", "product")}


def test_one_bundle_that_cannot_be_read_is_not_shipped_and_stops_no_other(shop: Shop) -> None:
    bad, good = shop.order(), shop.order()
    runner = shop.runner()
    runner.collect_orders()
    answer(shop, "getOrderInfo", 422, REFUSED, f'"bundleNo":{bad}'.encode())
    report = runner.ship([parcel(bad), parcel(good)])
    assert report.counts == {ActionState.APPLIED: 1}
    assert report.unread == (f"bundle:{bad}: BadRequestError 422",)
    assert shop.writes("orders_ship") == [good]


def test_a_marketplace_without_claim_details_still_confirms_and_ships(shop: Shop) -> None:
    withdrawn, other = shop.order(), shop.order()
    runner = shop.runner()
    claim = shop.sandbox.request_cancel(KEY, withdrawn)
    runner.collect_orders()
    shop.sandbox.withdraw(KEY, claim)
    shop.pass_time(minutes=30)
    answer(shop, "getClaimInfo", 404, NO_SUCH_PATH)
    report = runner.collect_orders()
    assert report.counts == {ActionState.APPLIED: 1}
    assert report.unread
    assert runner.ship([parcel(withdrawn), parcel(other)]).counts == {ActionState.APPLIED: 2}


def test_a_lost_approval_is_proven_from_the_list_where_there_are_no_details(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.request_cancel(KEY, number)
    answer(shop, "getClaimInfo", 404, NO_SUCH_PATH)
    shop.sandbox.faults.add("claims_approve", "drop-after-commit")
    assert runner.claims(picked=()).counts == {ActionState.APPLIED: 1}
    assert runner.waiting() == ()


def test_an_outage_leaves_the_rest_of_a_plan_alone(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(30)]
    runner = shop.runner()

    def lose(step: Any) -> None:
        if (step.phase, step.done) == ("act", 10):
            for operation in ("orders_confirm", "orders_get"):
                shop.sandbox.faults.add(operation, "503", count=None)
            shop.sandbox.calls.clear()

    report = runner.collect_orders(progress=lose)
    assert report.counts == {ActionState.APPLIED: 10, ActionState.OPEN: 3, ActionState.LEFT_OUT: 17}
    assert shop.sandbox.calls["orders_confirm"] == 3
    shop.sandbox.faults.clear()
    shop.pass_time(minutes=1)
    assert runner.collect_orders().ok
    assert shop.writes("orders_confirm") == numbers


# ---------------------------------------------------------------- what lists show late, or no more


def test_a_bundle_that_was_confirmed_and_shipped_by_an_operator_is_followed_too(shop: Shop) -> None:
    runner = shop.runner(config(ConfirmationMode.MANUAL))
    runner.collect_orders()
    runner.track()
    number = shop.order()
    shop.pass_time(minutes=5)
    shop.client.orders.confirm(number)
    shop.pass_time(minutes=20)
    runner.track()
    shop.pass_time(minutes=15)
    shop.client.orders.ship(number, parcel_company_code="D002", invoice_no="123456789")
    shop.pass_time(minutes=30)
    runner.track()
    (record,) = shop.ledger.records("shop", "bundle")
    assert (record.ref, record.status) == (str(number), "DELIVERY")


@pytest.mark.parametrize("quantities", [None, 3])
def test_what_is_cancelled_after_its_confirmation_holds_no_stock_back(
    shop: Shop, quantities: int | None
) -> None:
    goods = product(shop, ends=START + timedelta(days=90))
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    number = shop.order(product_no=goods, quantity=5)
    runner = shop.runner()
    runner.collect_orders()
    for _ in range(3):
        shop.pass_time(minutes=15)
        runner.collect_orders()
    line = shop.client.orders.get(number).lines[0].key  # type: ignore[union-attr]
    shop.sandbox.request_cancel(KEY, number, None if quantities is None else {line: quantities})
    runner.claims(picked=())
    shop.pass_time(minutes=15)
    runner.collect_orders()
    runner.stock([SkuStock(sku="SKU-1", quantity=20, as_of=shop.clock.now())])
    assert shop.client.products.get(goods).stock == (20 if quantities is None else 18)


def test_a_cancel_that_is_older_than_the_ledger_is_seen_before_the_first_bundle(shop: Shop) -> None:
    shop.sandbox.configure(holidays=["2026-03-05", "2026-03-06", "2026-03-09"])
    number = shop.order()
    shop.client.orders.confirm(number)
    shop.pass_time(minutes=5)
    shop.sandbox.request_cancel(KEY, number)
    shop.pass_time(days=4)
    report = shop.runner().ship([parcel(number)])
    assert report.plan is not None
    assert [held.reason.code for held in report.plan.held] == ["open-cancel"]
    assert report.results == ()


def test_a_new_order_that_is_older_than_the_ledger_is_collected(shop: Shop) -> None:
    number = shop.order()
    shop.pass_time(days=20)
    shop.runner().collect_orders()
    assert shop.writes("orders_confirm") == [number]


def test_a_record_that_waits_longer_than_lists_are_searched_is_asked_for_alone(shop: Shop) -> None:
    number = shop.order()
    claim = shop.sandbox.request_cancel(KEY, number)
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.withdraw(KEY, claim)
    shop.pass_time(days=40)
    runner.collect_orders()
    assert [row.status for row in shop.ledger.records("shop", "claim")] == ["GONE"]
    shop.pass_time(minutes=15)
    shop.sandbox.calls.clear()
    runner.collect_orders()
    assert sum(shop.sandbox.calls.values()) < 10


def test_bundles_that_left_are_not_read_one_by_one(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(60)]
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number) for number in numbers])
    runner.track()
    late = shop.order()
    runner.collect_orders()
    shop.sandbox.calls.clear()
    report = runner.ship([parcel(number) for number in [*numbers, late]])
    assert report.counts == {ActionState.APPLIED: 1}
    assert shop.sandbox.calls["orders_get"] <= 1
    other = runner.ship([parcel(numbers[0], "999999999999")])
    assert other.plan is not None
    assert [alarm.reason.code for alarm in other.plan.alarms] == ["shipped-with-another-invoice"]


def test_a_sale_period_that_was_shortened_elsewhere_is_found(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=200))
    imported(shop)
    shop.pass_time(days=4)
    sale = shop.client.products.get(number).sale
    assert sale is not None
    shorter = evolve(sale.to_input(), sale_end_date=START + timedelta(days=8))
    shop.client.products.update_sale(number, shorter)
    shop.clock.set(DAWN + timedelta(days=5))
    assert shop.runner().extend_sale_periods().counts == {ActionState.APPLIED: 1}
    assert shop.runner().extend_sale_periods().counts == {}


def test_a_dry_run_plans_what_the_run_would(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number)])
    shop.sandbox.deliver(KEY, number)
    claim = shop.sandbox.request_return(KEY, number)
    for _ in range(3):
        runner.claims(picked=())
        shop.pass_time(minutes=30)
    shop.client.claims.complete_pickup(claim, ClaimType.RETURN)
    shop.client.claims.hold(claim, pending_reason_detail="확인")
    facts = [ReturnFacts(claim_bundle_no=claim, received=True, inspection=ReturnInspection.PASSED)]
    dry, real = (runner.claims(picked=(), facts=facts, dry_run=dry).plan for dry in (True, False))
    assert dry is not None
    assert real is not None
    assert [action.key for action in dry] == [action.key for action in real] != []


def test_a_hold_that_was_released_elsewhere_may_be_set_again(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number)])
    shop.sandbox.deliver(KEY, number)
    claim = shop.sandbox.request_return(KEY, number)
    facts = [ReturnFacts(claim_bundle_no=claim, received=True, inspection=ReturnInspection.FAILED)]
    runner.claims(picked=(), facts=facts)
    stored = shop.sandbox.find_shop(KEY).claims[claim]
    stored.status, stored.pending_date = ClaimStatus.REQUEST.value, None
    assert [row.state for row in runner.claims(picked=(), facts=facts).results] == [ActionState.APPLIED]
    assert shop.writes("claims_hold") == [claim, claim]


# ---------------------------------------------------------------- templates


def test_a_template_of_products_that_were_never_imported_is_in_use(shop: Shop) -> None:
    number = product(shop, ends=START + timedelta(days=90))
    runner = shop.runner()
    runner.templates()
    basic = shop.client.products.get(number).basic
    assert basic is not None
    policy = basic.shipping_template_no
    assert policy is not None
    report = runner.templates(deletes=[TemplateDelete(policy)])
    assert report.plan is not None
    assert [held.reason.code for held in report.plan.held] == ["template-in-use"]
    stored = next(row for row in shop.client.shipping_templates.list() if row.shipping_template_no == policy)
    dearer = evolve(stored.to_input(), claim_ship_fee=9_000)
    planned = runner.templates(saves=[TemplateSave(dearer)], dry_run=True).plan
    assert planned is not None
    assert [number in action.affected for action in planned] == [True]  # type: ignore[attr-defined]


def test_a_deleted_template_stays_deleted_on_our_side(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=90))
    runner = shop.runner()
    runner.templates()
    template = evolve(shop.client.shipping_templates.list()[0].to_input(), shipping_template_no=None)
    runner.templates(saves=[TemplateSave(evolve(template, shipping_template_name="쓰지 않는 템플릿"))])
    unused = max(row.shipping_template_no for row in shop.client.shipping_templates.list())
    runner.templates()
    planned = runner.templates(deletes=[TemplateDelete(unused)], dry_run=True).plan
    report = runner.templates(deletes=[TemplateDelete(unused)])
    assert planned is not None
    assert [action.key for action in planned] == [row.key for row in report.results]
    assert report.counts == {ActionState.APPLIED: 1}
    again = runner.templates(deletes=[TemplateDelete(unused)])
    assert (again.results, again.ok) == ((), True)
    record = shop.ledger.record("shop", "template", str(unused))
    assert record is not None
    assert record.status == "DELETED"


# ---------------------------------------------------------------- persons, clocks, leases


def test_an_operator_closes_what_a_dead_marketplace_cannot(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    crash(shop, runner.collect_orders, "finish")
    intent = runner.waiting()[0]
    assert intent.state is IntentState.OPEN
    with pytest.raises(LedgerError, match="carried out by 'w1'"):
        runner.resolve(intent.id, applied=True, by="kim")
    lease = shop.ledger.acquire_lease("shop", "w1", 60)
    assert lease is not None
    shop.ledger.release_lease(lease)
    assert runner.resolve(intent.id, applied=True, by="kim").state is IntentState.APPLIED
    with pytest.raises(LedgerError, match="not unknown or open"):
        runner.resolve(intent.id, applied=False, by="kim")
    assert runner.collect_orders().ok
    assert shop.writes("orders_confirm") == [number]


def test_a_clock_that_ran_ahead_is_forgiven_on_an_operators_word(shop: Shop) -> None:
    runner = shop.runner()
    runner.collect_orders()
    shop.pass_time(days=365)
    runner.collect_orders()
    shop.clock.set(START + timedelta(hours=1))
    number = shop.order()
    shop.pass_time(minutes=1)
    with pytest.raises(ClockJumpError):
        runner.collect_orders()
    assert runner.reset_time(by="kim") >= 2
    assert runner.collect_orders().ok
    assert shop.writes("orders_confirm") == [number]
    assert [row.actor for row in shop.ledger.audit("shop") if row.action == "reset_time"] == ["kim"]


def test_a_lease_that_cannot_be_given_back_costs_no_report(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.order()

    def broken(_: object) -> None:
        raise LedgerUnavailableError("gone")

    monkeypatch.setattr(shop.ledger, "release_lease", broken)
    assert shop.runner().collect_orders().counts == {ActionState.APPLIED: 1}


def slow(shop: Shop, ticks: list[float], seconds: float) -> Callable[[], float]:
    """Let every call to the sandbox take some seconds of the worker's own clock."""
    real = shop.sandbox.handle

    def handle(*request: Any) -> Any:
        ticks[0] += seconds
        return real(*request)

    shop.sandbox.handle = handle  # type: ignore[method-assign]
    return lambda: ticks[0]


def test_the_lease_is_kept_through_long_readings(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [product(shop, ends=START + timedelta(days=90), code=f"SKU-{n}") for n in range(3)]
    for _ in range(40):
        shop.sandbox.make_deal(KEY, numbers)
    imported(shop)
    monotonic = slow(shop, [0.0], 5.0)
    renewed: list[float] = []
    real = shop.ledger.renew_lease
    monkeypatch.setattr(
        shop.ledger, "renew_lease", lambda lease, ttl: (renewed.append(monotonic()), real(lease, ttl))[1]
    )
    assert shop.runner(monotonic=monotonic).import_deals(FROM, TO).ok
    times = [0.0, *renewed]
    assert max(after - before for before, after in pairwise(times)) < 60


def test_a_named_bundle_that_is_not_new_is_said_so(shop: Shop) -> None:
    number = shop.order()
    report = shop.runner(config(ConfirmationMode.MANUAL)).confirm([number, 123])
    assert report.counts == {ActionState.APPLIED: 1}
    assert report.plan is not None
    assert [(held.target.id, held.reason.code) for held in report.plan.held] == [("123", "not-new")]
    assert shop.runner(config(ConfirmationMode.MANUAL)).confirm([]).results == ()


# ---------------------------------------------------------------- days that are read later


def test_a_first_cs_run_that_breaks_off_still_fixes_where_every_list_begins(shop: Shop) -> None:
    asked = shop.sandbox.ask_inquiry(KEY)
    shop.sandbox.faults.add("cs_list_reviews", "html-500", count=4)
    runner = shop.runner()
    with pytest.raises(Exception, match="down for a while"):
        runner.cs()
    shop.pass_time(days=6)
    runner.cs()
    assert [row.key for row in shop.ledger.records("shop", "inquiry")] == [str(asked)]


def test_an_answer_that_was_sent_before_is_said_so(shop: Shop) -> None:
    question, inquiry = shop.sandbox.ask_question(KEY, product_no=None), shop.sandbox.ask_inquiry(KEY)
    runner = shop.runner()
    runner.cs()
    at = next(iter(shop.ledger.records("shop", "question"))).at
    text = "문의 주셔서 감사합니다. 확인하겠습니다."
    answers = [PendingAnswer(question, at, text)], [PendingInquiryAnswer(inquiry, text)]
    runner.cs(answers=answers[0], inquiry_answers=answers[1])
    report = runner.cs(answers=answers[0], inquiry_answers=answers[1])
    assert report.results == ()
    assert report.plan is not None
    assert [note.reason.code for note in report.plan.notes] == ["answer-sent", "answer-sent"]


@pytest.mark.parametrize("last", [1, 40])
def test_settlement_days_that_were_jumped_over_are_read_later(shop: Shop, last: int) -> None:
    runner = shop.runner()
    runner.settlement()
    number = shop.order()
    runner.collect_orders()
    runner.ship([parcel(number)])
    shop.pass_time(days=20)
    runner.track()
    today = shop.clock.now().date()
    runner.settlement(
        start=today - timedelta(days=2), end=today - timedelta(days=1) + timedelta(days=last - 1)
    )
    shop.pass_time(days=5)
    runner.settlement()
    assert shop.ledger.count("shop", "settle_order") == 1


def test_a_key_that_is_refused_at_a_restart_decides_nothing(shop: Shop) -> None:
    shop.order()
    runner = shop.runner()
    crash(shop, runner.collect_orders, "finish")
    shop.sandbox.approve_key(KEY, approved=False)
    assert [row.state for row in runner.recover().waiting] == [IntentState.OPEN]
    shop.sandbox.approve_key(KEY)
    assert [row.state for row in runner.recover().recovered] == [IntentState.APPLIED]


# ---------------------------------------------------------------- what a second look found


@pytest.mark.parametrize("ahead", [timedelta(minutes=40), timedelta(hours=9)])
def test_what_came_while_a_clock_was_wrong_is_found_when_it_is_past_that(
    shop: Shop, ahead: timedelta
) -> None:
    runner = shop.runner()
    runner.collect_orders()
    shop.clock.advance(ahead)
    runner.collect_orders()
    shop.clock.advance(timedelta(minutes=15) - ahead)
    number = shop.order()
    while True:
        shop.pass_time(minutes=5)
        try:
            runner.collect_orders()
        except ClockJumpError:
            continue
        break
    assert shop.writes("orders_confirm") == [number]
    assert [row.action for row in shop.ledger.audit("shop")].count("reset_time") == 1
    assert shop.ledger.jumped_at("shop") is None


def test_imports_and_dawns_forget_a_clock_that_ran_ahead(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=400))
    shop.runner().templates()
    shop.pass_time(days=90)
    shop.runner().import_products(FROM, START + timedelta(days=200))
    shop.clock.set(START + timedelta(hours=1))
    shop.runner().reset_time(by="kim")
    late = product(shop, ends=START + timedelta(days=400), code="SKU-2")
    shop.runner().import_products(FROM, START + timedelta(days=200))
    assert str(late) in {row.key for row in shop.ledger.records("shop", "product")}
    seen = [row.last_seen for row in shop.ledger.records("shop", "product")]
    assert max(seen) <= shop.clock.now()


def test_an_old_order_that_waits_still_holds_its_stock_back(shop: Shop) -> None:
    goods = product(shop, ends=START + timedelta(days=400))
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    shop.order(product_no=goods, quantity=3)
    shop.runner().collect_orders()
    shop.pass_time(days=45)
    shop.runner().collect_orders()
    shop.runner().stock([SkuStock(sku="SKU-1", quantity=10, as_of=shop.clock.now())])
    assert shop.client.products.get(goods).stock == 7


@pytest.mark.parametrize("kind", ["return", "exchange"])
def test_a_bundle_that_a_withdrawn_claim_hid_is_followed_again(shop: Shop, kind: str) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.pass_time(hours=20)
    runner.track()
    runner.ship([parcel(number)])
    shop.sandbox.deliver(KEY, number)
    ask = shop.sandbox.request_return if kind == "return" else shop.sandbox.request_exchange
    claim = ask(KEY, number)
    runner.collect_orders()
    assert [row.status for row in shop.ledger.records("shop", "bundle")] == ["GONE"]
    shop.pass_time(hours=1)
    runner.claims(picked=())
    shop.sandbox.withdraw(KEY, claim)
    shop.pass_time(hours=1)
    runner.claims(picked=())
    assert [row.status for row in shop.ledger.records("shop", "bundle")] == ["COMPLETE"]


def test_an_open_cancel_that_a_list_leaves_out_holds_its_bundle(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.request_cancel(KEY, number)
    runner.ship([parcel(number)])
    answer(shop, "getClaimList", 200, {"resultCode": 200, "data": {"bundle": []}, "error": None})
    shop.pass_time(minutes=20)
    report = runner.ship([parcel(number)])
    assert report.plan is not None
    assert [held.reason.code for held in report.plan.held] == ["open-cancel"]
    assert report.results == ()


def test_answers_that_nothing_can_read_back_stop_when_nobody_answers(shop: Shop) -> None:
    questions = [shop.sandbox.ask_question(KEY, product_no=None) for _ in range(8)]
    runner = shop.runner()
    runner.cs()
    rounds = {int(row.key.split("@")[0]): row.at for row in shop.ledger.records("shop", "question")}
    text = "문의 주셔서 감사합니다. 확인하겠습니다."
    shop.sandbox.faults.add("cs_answer_question", "drop-before-commit", count=None)
    report = runner.cs(answers=[PendingAnswer(number, rounds[number], text) for number in questions])
    assert report.counts == {ActionState.UNKNOWN: 3, ActionState.LEFT_OUT: 5}


def test_a_day_that_suddenly_shows_nothing_withdraws_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number)])
    shop.pass_time(days=3)
    runner.track()
    shop.pass_time(days=1)
    before = runner.settlement().reconciliation
    with monkeypatch.context() as patch:
        patch.setattr(type(shop.client.settlement), "list_order_lines", lambda self, day: ())
        after = runner.settlement().reconciliation
    assert before is not None
    assert after is not None
    assert after.rows == before.rows


def test_slow_readings_of_many_products_do_not_keep_stock_from_being_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wemakeprice_sdk.runner._sync.stock._AT_ONCE", 2)
    numbers = [product(shop, ends=START + timedelta(days=90), code=f"SKU-{n}") for n in range(5)]
    imported(shop, sku_link=SkuLinkMode.BY_SELLER_CODE, stock_sync=True)
    shop.order(product_no=numbers[0], quantity=2)
    shop.runner().collect_orders()
    levels = [SkuStock(sku=f"SKU-{n}", quantity=30, as_of=shop.clock.now()) for n in range(5)]
    report = shop.runner().stock(levels)
    assert report.counts == {ActionState.APPLIED: 5}
    assert [shop.client.products.get(number).stock for number in numbers] == [28, 30, 30, 30, 30]
    with pytest.raises(ValidationError, match="stock"):
        shop.runner().stock([*levels, evolve(levels[4], quantity=1)])


def test_a_dawn_write_that_meets_an_outage_is_sent_again(shop: Shop) -> None:
    numbers = [product(shop, ends=START + timedelta(days=5), code=f"SKU-{n}") for n in range(2)]
    imported(shop)
    shop.clock.set(DAWN)
    shop.sandbox.faults.add("products_update_sale", "html-500", count=1, skip=1)
    report = shop.runner().extend_sale_periods()
    assert report.counts == {ActionState.APPLIED: 2}, str(report)
    assert sum(shop.slept) >= 60
    assert sorted(shop.writes("products_update_sale")) == numbers


def test_an_intent_that_cannot_be_read_blocks_its_own_target_only(shop: Shop) -> None:
    shop.ledger.open_account("shop", "http://127.0.0.1:9")
    lease = shop.ledger.acquire_lease("shop", "w1", 60)
    assert lease is not None
    broken = {"class": "BundleNoRequest", "request": {}, "known": {}, "key": "x"}
    shop.ledger.begin(lease, IntentDraft("orders_confirm", "bundle:1", broken), shop.clock.now())
    shop.ledger.begin(lease, IntentDraft("orders_fly", "bundle:2", broken), shop.clock.now())
    number = shop.order()
    report = shop.runner().collect_orders()
    assert shop.writes("orders_confirm") == [number]
    assert [what.partition(":")[2] for what in report.unread] == [
        "1: LedgerCorruptError",
        "2: LedgerCorruptError",
    ]


def test_saving_a_template_takes_its_deletion_back(shop: Shop) -> None:
    product(shop, ends=START + timedelta(days=90))
    runner = shop.runner()
    runner.templates()
    wish = evolve(shop.client.shipping_templates.list()[0].to_input(), shipping_template_no=None)
    runner.templates(saves=[TemplateSave(evolve(wish, shipping_template_name="다시 쓸 템플릿"))])
    number = max(row.shipping_template_no for row in shop.client.shipping_templates.list())
    runner.templates()
    runner.templates(deletes=[TemplateDelete(number)])
    again = evolve(
        wish, shipping_template_no=number, shipping_template_name="다시 쓸 템플릿", claim_ship_fee=7_000
    )
    assert runner.templates(saves=[TemplateSave(again)]).counts == {ActionState.APPLIED: 1}
    record = shop.ledger.record("shop", "template", str(number))
    assert record is not None
    assert record.status == "SAVED"
