"""Collecting, confirming and shipping orders against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from kit import KEY, Shop, config, open_shop, parcel

from wemakeprice_sdk.config import ConfirmationMode, Switches
from wemakeprice_sdk.errors import AuthenticationError, ClockJumpError, MaintenanceError, ValidationError
from wemakeprice_sdk.ledger import IntentDraft, IntentResult, IntentState
from wemakeprice_sdk.ledger.data_keys import DataKey
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ActionState, ChannelRunner, JobProgress, Skipped, StopSwitch


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def test_auto_mode_confirms_and_stores_in_one_run(shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    report = shop.runner().collect_orders()
    assert report.ok, str(report)
    assert report.counts == {ActionState.APPLIED: 2}
    assert shop.writes("orders_confirm") == [first, second]
    kept = list(shop.ledger.records("shop", "bundle"))
    assert {record.status for record in kept} == {"CONFIRM"}
    assert {int(record.ref) for record in kept} == {first, second}


def test_a_second_run_repeats_nothing(shop: Shop) -> None:
    shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.pass_time(minutes=5)
    report = runner.collect_orders()
    assert report.results == ()
    assert len(shop.writes("orders_confirm")) == 1


def test_bundles_that_stand_as_they_did_are_not_decrypted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.pass_time(minutes=5)
    opened: list[bytes] = []
    monkeypatch.setattr(DataKey, "decrypt", lambda _, token, place: opened.append(place))
    report = runner.collect_orders()
    assert report.collected["bundle"].same == 1
    assert opened == []


def test_manual_mode_collects_without_confirming_and_finds_what_was_confirmed_by_an_operator(
    shop: Shop,
) -> None:
    waiting, by_operator = shop.order(), shop.order()
    shop.sandbox.prepare_bundle(KEY, by_operator, "CONFIRM")
    report = shop.runner(config(ConfirmationMode.MANUAL)).collect_orders()
    assert report.plan is None
    assert shop.writes("orders_confirm") == []
    states = {int(record.ref): record.status for record in shop.ledger.records("shop", "bundle")}
    assert states == {waiting: "NEW", by_operator: "CONFIRM"}


def test_an_operator_confirms_by_number_in_manual_mode(shop: Shop) -> None:
    first, _ = shop.order(), shop.order()
    report = shop.runner(config(ConfirmationMode.MANUAL)).confirm([first])
    assert shop.writes("orders_confirm") == [first]
    assert report.counts == {ActionState.APPLIED: 1}


def test_switching_manual_to_auto_does_not_confirm_twice(shop: Shop) -> None:
    number = shop.order()
    shop.runner(config(ConfirmationMode.MANUAL)).confirm([number])
    shop.runner().collect_orders()
    assert shop.writes("orders_confirm") == [number]


def test_a_bundle_with_an_open_cancel_is_held_and_confirmed_after_the_withdrawal(shop: Shop) -> None:
    number = shop.order()
    claim = shop.sandbox.request_cancel(KEY, number)
    runner = shop.runner()
    report = runner.collect_orders()
    assert report.plan is not None
    assert [held.reason.code for held in report.plan.held] == ["open-cancel"]
    shop.pass_time(hours=30)
    shop.sandbox.withdraw(KEY, claim)
    runner.collect_orders()
    assert shop.writes("orders_confirm") == [number], "older than the overlap, and still found"
    assert [record.status for record in shop.ledger.records("shop", "claim")] == ["GONE"]


def test_a_pause_is_back_filled_from_where_it_stopped(shop: Shop) -> None:
    runner = shop.runner()
    runner.collect_orders()
    off = shop.runner(config(switches=Switches(master=False)))
    placed = []
    for _ in range(9):
        shop.pass_time(days=1)
        placed.append(shop.order())
    report = off.collect_orders()
    assert report.skipped is Skipped.GATE_CLOSED
    assert "master" in report.detail
    runner.collect_orders()
    assert shop.writes("orders_confirm") == placed


def test_a_new_bundle_that_a_buyer_cancelled_away_is_marked_gone(shop: Shop) -> None:
    number = shop.order()
    manual = shop.runner(config(ConfirmationMode.MANUAL))
    manual.collect_orders()
    claim = shop.sandbox.request_cancel(KEY, number)
    shop.runner().claims(picked=())
    assert shop.writes("claims_approve") == [claim]
    manual.collect_orders()
    assert [record.status for record in shop.ledger.records("shop", "bundle")] == ["GONE"]


def test_ship_reads_claims_again_and_holds_what_a_buyer_cancels(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(3)]
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.request_cancel(KEY, numbers[1])
    report = runner.ship([parcel(number) for number in numbers])
    assert shop.writes("orders_ship") == [numbers[0], numbers[2]]
    assert report.plan is not None
    assert [held.target.id for held in report.plan.held] == [str(numbers[1])]


def test_shipping_again_with_the_same_invoice_is_nothing_to_do_with_another_a_conflict(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    assert runner.ship([parcel(number)]).counts == {ActionState.APPLIED: 1}
    same = runner.ship([parcel(number)])
    assert same.plan is not None
    assert same.plan.is_empty
    other = runner.ship([parcel(number, "999")])
    assert other.plan is not None
    assert [alarm.reason.code for alarm in other.plan.alarms] == ["shipped-with-another-invoice"]
    assert len(shop.writes("orders_ship")) == 1


def test_a_report_says_why_something_did_not_move(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.request_cancel(KEY, number)
    said = str(runner.ship([parcel(number)]))
    assert f"held: ship-bundle bundle:{number} [6.3]" in said
    assert "취소" in said


def test_a_runner_names_what_it_was_given_in_the_wrong_place(shop: Shop) -> None:
    policy = SyncPolicy(config())
    with pytest.raises(TypeError, match="client takes a WemakepriceClient"):
        ChannelRunner(shop.ledger, shop.client, policy)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="policy takes a SyncPolicy"):
        ChannelRunner(shop.client, shop.ledger, config())  # type: ignore[arg-type]


def test_many_bundles_are_read_as_a_list(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(12)]
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.calls.clear()
    report = runner.ship([parcel(number) for number in numbers])
    assert report.counts == {ActionState.APPLIED: 12}
    assert shop.sandbox.calls["orders_get"] == 0


def test_track_follows_bundles_to_their_delivery(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number)])
    runner.track()
    assert [record.status for record in shop.ledger.records("shop", "bundle")] == ["DELIVERY"]
    shop.pass_time(days=3)
    runner.track()
    assert [record.status for record in shop.ledger.records("shop", "bundle")] == ["COMPLETE"]


def test_a_dry_run_plans_and_writes_nothing(shop: Shop) -> None:
    shop.order()
    report = shop.runner().collect_orders(dry_run=True)
    assert report.plan is not None
    assert report.plan.counts == {ActionKind.CONFIRM_BUNDLE: 1}
    assert "confirm-bundle" in str(report)
    assert "dry run" in str(report)
    assert shop.writes("orders_confirm") == []
    assert shop.ledger.count("shop", "bundle") == 0
    assert shop.ledger.watermark("shop", "orders/NEW/NEW") is None
    assert shop.ledger.audit_head("shop") == (0, "")


def test_stop_ends_between_two_actions_and_the_next_run_goes_on(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(5)]
    runner, stop = shop.runner(), StopSwitch()

    def watch(step: JobProgress) -> None:
        if step.phase == "act" and step.done == 2:
            stop.press()

    report = runner.collect_orders(progress=watch, stop=stop)
    assert report.stopped
    assert report.counts == {ActionState.APPLIED: 2, ActionState.LEFT_OUT: 3}
    assert shop.ledger.active_intents("shop") == ()
    assert runner.collect_orders().counts == {ActionState.APPLIED: 3}
    assert shop.writes("orders_confirm") == numbers


def test_the_account_of_another_worker_is_left_alone(shop: Shop) -> None:
    shop.order()
    shop.ledger.open_account("shop", "http://127.0.0.1:9")
    lease = shop.ledger.acquire_lease("shop", "somebody", 60)
    report = shop.runner().collect_orders()
    assert report.skipped is Skipped.LEASE_HELD
    assert shop.writes("orders_confirm") == []
    assert lease is not None
    shop.ledger.release_lease(lease)
    assert shop.runner().collect_orders().ok


def test_a_clock_that_jumped_back_stops_the_job_before_anything_happens(shop: Shop) -> None:
    runner = shop.runner()
    runner.collect_orders()
    shop.order()
    shop.clock.advance(timedelta(hours=-2))
    with pytest.raises(ClockJumpError):
        runner.collect_orders()
    assert shop.writes("orders_confirm") == []
    shop.clock.advance(timedelta(hours=2, minutes=1))
    assert runner.collect_orders().ok


def test_a_rejected_key_ends_the_job_and_leaves_no_open_intent(shop: Shop) -> None:
    shop.order()
    shop.sandbox.approve_key(KEY, approved=False)
    with pytest.raises(AuthenticationError):
        shop.runner().collect_orders()
    shop.sandbox.approve_key(KEY)
    assert shop.ledger.active_intents("shop") == ()
    assert shop.runner().collect_orders().ok


def test_a_first_run_killed_half_way_still_fixes_where_every_list_begins(shop: Shop) -> None:
    by_operator = shop.order()
    shop.sandbox.prepare_bundle(KEY, by_operator, "CONFIRM")
    shop.sandbox.faults.add("orders_list", "html-500", count=None)
    with pytest.raises(MaintenanceError):
        shop.runner().collect_orders()
    shop.sandbox.faults.clear()
    shop.pass_time(days=9)
    shop.runner().collect_orders()
    assert [int(row.ref) for row in shop.ledger.records("shop", "bundle")] == [by_operator]


def test_a_stop_is_heeded_while_lists_are_read_and_the_next_run_goes_on(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(2)]
    shop.pass_time(days=2)
    runner, stop = shop.runner(), StopSwitch()
    report = runner.collect_orders(progress=lambda _: stop.press(), stop=stop)
    assert report.stopped
    assert report.results == ()
    assert shop.sandbox.calls["orders_list"] == 1
    assert runner.collect_orders().ok
    assert shop.writes("orders_confirm") == numbers


def test_a_job_that_is_broken_off_leaves_no_outcome_unwritten(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(3)]

    def break_off(step: JobProgress) -> None:
        if (step.phase, step.done) == ("act", 2):
            raise RuntimeError("the caller's own error")

    with pytest.raises(RuntimeError, match="own error"):
        shop.runner().collect_orders(progress=break_off)
    assert shop.ledger.active_intents("shop") == ()
    assert [row.state for row in shop.ledger.intents("shop")] == [IntentState.APPLIED] * 2
    assert shop.writes("orders_confirm") == numbers[:2]


def test_one_busy_target_does_not_take_the_outcome_before_it_away(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(3)]
    shop.ledger.open_account("shop", "http://127.0.0.1:9")
    lease = shop.ledger.acquire_lease("shop", "w1", 60)
    assert lease is not None
    taken = shop.ledger.begin(lease, IntentDraft("orders_confirm", f"bundle:{numbers[1]}"), shop.clock.now())
    shop.ledger.finish(lease, IntentResult(taken, IntentState.UNKNOWN), shop.clock.now())
    report = shop.runner().collect_orders()
    assert report.counts == {ActionState.APPLIED: 2, ActionState.BUSY: 1}
    assert [row.id for row in report.waiting] == [taken.id]
    assert shop.writes("orders_confirm") == [numbers[0], numbers[2]]


def test_claims_are_read_again_while_many_bundles_go_out(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(120)]
    runner = shop.runner()
    runner.collect_orders()

    def change_of_mind(step: JobProgress) -> None:
        if (step.phase, step.done) == ("act", 25) and not shop.sandbox.find_shop(KEY).claims:
            shop.sandbox.request_cancel(KEY, numbers[-1])

    report = runner.ship([parcel(number) for number in numbers], progress=change_of_mind)
    assert report.counts == {ActionState.APPLIED: 119}
    assert report.plan is not None
    assert [(held.target.id, held.reason.code) for held in report.plan.held] == [
        (str(numbers[-1]), "open-cancel")
    ]
    assert shop.writes("orders_ship") == numbers[:-1]


def test_contradicting_shipments_are_refused_before_the_first_goes_out(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(110)]
    runner = shop.runner()
    runner.collect_orders()
    twice = [*(parcel(number) for number in numbers), parcel(numbers[-1], "999999999999")]
    with pytest.raises(ValidationError, match="shipments"):
        runner.ship(twice)
    assert shop.writes("orders_ship") == []
