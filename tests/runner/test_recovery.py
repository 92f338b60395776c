"""What an earlier run left open is settled by reads; what nothing can prove waits for an operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from kit import KEY, Shop, open_shop, parcel

from wemakeprice_sdk.errors import LeaseLostError
from wemakeprice_sdk.ledger import IntentState
from wemakeprice_sdk.policy.snapshot import PendingAnswer
from wemakeprice_sdk.runner import ActionState, RunnerSettings
from wemakeprice_sdk.runner._sync.verification import STATES
from wemakeprice_sdk.runner.intents import call_of
from wemakeprice_sdk.wire import Verdict


class PowerCutError(BaseException):
    """Stands for SIGKILL: nothing of the code under test may catch it."""


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def cut_power(shop: Shop, monkeypatch: pytest.MonkeyPatch, place: str, *, skip: int = 0) -> None:
    """Let the next call of a ledger method (before it runs) end the process, so to say."""
    real = getattr(shop.ledger, place)
    left = [skip]

    def cut(*args: Any, **kwargs: Any) -> Any:
        if left[0]:
            left[0] -= 1
            return real(*args, **kwargs)
        raise PowerCutError

    monkeypatch.setattr(shop.ledger, place, cut)


def crash(shop: Shop, job: Any, place: str, skip: int = 0) -> None:
    with pytest.MonkeyPatch.context() as patch:
        cut_power(shop, patch, place, skip=skip)
        patch.setattr(shop.ledger, "release_lease", lambda lease: None)
        with pytest.raises(PowerCutError):
            job()


def test_killed_after_the_act_the_next_run_finds_it_applied(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    crash(shop, runner.collect_orders, "finish")
    assert shop.writes("orders_confirm") == [number]
    assert shop.ledger.active_intents("shop")[0].state is IntentState.OPEN
    report = runner.collect_orders()
    assert [intent.state for intent in report.recovered] == [IntentState.APPLIED]
    assert shop.writes("orders_confirm") == [number]


def test_killed_before_the_act_the_next_run_does_it_once(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    shop.sandbox.faults.add("orders_confirm", "drop-before-commit")
    crash(shop, runner.collect_orders, "finish")
    assert shop.writes("orders_confirm") == []
    report = runner.collect_orders()
    assert [intent.state for intent in report.recovered] == [IntentState.NOT_APPLIED]
    assert shop.writes("orders_confirm") == [number]
    assert report.counts == {ActionState.APPLIED: 1}


@pytest.mark.parametrize("place", ["begin", "save", "finish", "mark_time"])
def test_killed_anywhere_nothing_is_lost_or_repeated(shop: Shop, place: str) -> None:
    numbers = [shop.order() for _ in range(3)]
    runner = shop.runner()
    for skip in range(3):
        try:
            crash(shop, runner.collect_orders, place, skip)
        except pytest.fail.Exception:
            continue  # the run ended before it came that far
    runner.collect_orders()
    assert sorted(shop.writes("orders_confirm")) == numbers
    assert sorted(int(row.ref) for row in shop.ledger.records("shop", "bundle", status="CONFIRM")) == numbers
    assert shop.ledger.active_intents("shop") == ()


def test_a_lost_answer_that_cannot_be_verified_now_stays_open_and_blocks_only_its_target(shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    runner = shop.runner()
    shop.sandbox.faults.add("orders_confirm", "drop-after-commit")
    shop.sandbox.faults.add("orders_get", "html-500", count=None)
    report = runner.collect_orders()
    assert report.counts == {ActionState.OPEN: 1, ActionState.APPLIED: 1}
    assert [intent.target for intent in report.waiting] == [f"bundle:{first}"]
    assert not report.ok
    shop.pass_time(minutes=1)
    report = runner.recover()
    assert [intent.state for intent in report.waiting] == [IntentState.OPEN], "the marketplace is still away"
    shop.sandbox.faults.clear()
    report = runner.recover()
    assert [intent.state for intent in report.recovered] == [IntentState.APPLIED]
    assert shop.writes("orders_confirm") == [first, second]


def test_a_lost_ship_answer_is_proven_in_the_same_run(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    shop.sandbox.faults.add("orders_ship", "drop-after-commit")
    report = runner.ship([parcel(number)])
    assert report.counts == {ActionState.APPLIED: 1}
    assert shop.writes("orders_ship") == [number]


def test_an_answer_to_a_question_that_got_lost_is_never_sent_again(shop: Shop) -> None:
    question = shop.sandbox.ask_question(KEY, product_no=None)
    runner = shop.runner()
    runner.cs()
    row = next(iter(shop.ledger.records("shop", "question")))
    answer = PendingAnswer(question, row.at, "문의 주셔서 감사합니다. 확인하겠습니다.")
    shop.sandbox.faults.add("cs_answer_question", "drop-after-commit")
    report = runner.cs(answers=[answer])
    assert report.counts == {ActionState.UNKNOWN: 1}
    again = runner.cs(answers=[answer])
    assert again.results == ()
    assert shop.sandbox.calls["cs_answer_question"] == 1
    waiting = runner.waiting()
    assert [intent.state for intent in waiting] == [IntentState.UNKNOWN]
    assert call_of(waiting[0]).key.startswith("answer-question:")
    runner.resolve(waiting[0].id, applied=True, by="담당자1")
    assert runner.waiting() == ()
    assert runner.cs(answers=[answer]).results == ()
    assert shop.sandbox.calls["cs_answer_question"] == 1


def test_resolved_as_not_applied_it_is_sent_once_more(shop: Shop) -> None:
    question = shop.sandbox.ask_question(KEY, product_no=None)
    runner = shop.runner()
    runner.cs()
    row = next(iter(shop.ledger.records("shop", "question")))
    answer = PendingAnswer(question, row.at, "문의 주셔서 감사합니다. 확인하겠습니다.")
    shop.sandbox.faults.add("cs_answer_question", "drop-before-commit")
    runner.cs(answers=[answer])
    runner.resolve(runner.waiting()[0].id, applied=False, by="담당자1")
    assert runner.cs(answers=[answer]).counts == {ActionState.APPLIED: 1}
    assert shop.writes("cs_answer_question") == [question]


def test_an_intent_of_a_dead_worker_is_left_alone_for_the_settle_delay(shop: Shop) -> None:
    shop.order()
    crash(shop, shop.runner().collect_orders, "finish")
    shop.pass_time(seconds=2)
    shop.runner(settings=RunnerSettings(recovery_delay=5)).recover()
    assert shop.slept == [3.0]


def test_a_lease_lost_in_mid_action_stops_the_worker_and_leaves_the_rest_to_the_other(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(3)]
    slow, fast = shop.runner(worker="same"), shop.runner(worker="same")
    real = shop.client.request

    def overtaken(operation: str, *rest: Any) -> Any:
        outcome = real(operation, *rest)
        shop.client.request = real  # type: ignore[method-assign]
        fast.collect_orders()
        return outcome

    shop.client.request = overtaken  # type: ignore[method-assign]
    with pytest.raises(LeaseLostError):
        slow.collect_orders()
    assert sorted(shop.writes("orders_confirm")) == numbers
    assert shop.ledger.active_intents("shop") == ()


def test_every_verdict_settles_an_intent() -> None:
    assert STATES == {
        Verdict.APPLIED: IntentState.APPLIED,
        Verdict.NOT_APPLIED: IntentState.NOT_APPLIED,
        Verdict.CONFLICT: IntentState.NOT_APPLIED,
        Verdict.HALF_DONE: IntentState.UNKNOWN,
        Verdict.UNDECIDED: IntentState.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("REJECT", IntentState.UNKNOWN),
        ("REQUEST", IntentState.NOT_APPLIED),
        ("APPROVE", IntentState.NOT_APPLIED),
    ],
)
def test_killed_in_a_reject_the_state_of_claim_and_bundle_decides(
    shop: Shop, status: str, state: IntentState
) -> None:
    assert finished_reject(shop, status, killed=True) is state


def test_a_cancel_rejected_without_its_shipment_waits_for_an_operator(shop: Shop) -> None:
    assert finished_reject(shop, "REJECT", killed=False) is IntentState.UNKNOWN
    assert [row.operation for row in shop.runner().waiting()] == ["claims_reject"]


def finished_reject(shop: Shop, status: str, *, killed: bool) -> IntentState:
    """Lose a reject that the marketplace carried out for the claim alone, recover, and give its state."""
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    claim = shop.sandbox.request_cancel(KEY, number)
    shop.sandbox.faults.add("claims_reject", "drop-before-commit")
    real = shop.client.request

    def half(operation: str, *rest: Any) -> Any:
        if operation == "claims_reject":
            shop.client.request = real  # type: ignore[method-assign]
            with shop.sandbox.acting(KEY, "operator", "half_done") as call:
                call.shop.find_claim(claim).status = status
            if killed:
                raise PowerCutError
        return real(operation, *rest)

    shop.client.request = half  # type: ignore[method-assign]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop.ledger, "release_lease", lambda lease: None)
        with pytest.raises(PowerCutError) if killed else nullcontext():
            runner.claims(picked=(), shipments=[parcel(number)])
    runner.recover()
    (intent,) = (row for row in shop.ledger.intents("shop") if row.operation == "claims_reject")
    assert shop.writes("claims_reject") == []
    return intent.state
