"""The verdict on a report: the whole truth table, against a table of its own that knows nothing of the code."""

from __future__ import annotations

import inspect
import itertools
import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import pytest
from attrs import evolve
from kit import KEY, Shop, open_shop, parcel

from wemakeprice_sdk import errors
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import IssueSeverity, SettlementCycle
from wemakeprice_sdk.ledger import Intent, IntentState
from wemakeprice_sdk.models import Bundle, ShipMethod, SkuLink
from wemakeprice_sdk.policy import SettlementTerms
from wemakeprice_sdk.policy.actions import ActionKind, Reason, Shipment, Target, TargetKind
from wemakeprice_sdk.policy.dispatch import UNKNOWN_BUNDLE
from wemakeprice_sdk.policy.gates import ClosedGate, GateStep
from wemakeprice_sdk.policy.orders import NO_LINES
from wemakeprice_sdk.policy.plan import Alarm, Blocked, Held, PlanNote, SyncPlan
from wemakeprice_sdk.policy.sku_doubts import held_skus
from wemakeprice_sdk.policy.snapshot import PendingAnswer, PendingShipment, SkuStock
from wemakeprice_sdk.policy.stock import UNKNOWN_SKU
from wemakeprice_sdk.runner import (
    ActionResult,
    ActionState,
    Job,
    JobReport,
    JobVerdict,
    SettlementReport,
    Skipped,
    VerdictCode,
    reason_of_error,
)
from wemakeprice_sdk.wire.converter import read_list

NOW = datetime(2026, 3, 4, 10, tzinfo=KST)
BUNDLE = Target(TargetKind.BUNDLE, "1")
WHY = Reason("some-word", "6.4", "something happened", "문제가 생겼습니다")


def result(state: ActionState, number: int = 1) -> ActionResult:
    target = Target(TargetKind.BUNDLE, str(number))
    return ActionResult(f"confirm-bundle:{number}", ActionKind.CONFIRM_BUNDLE, target, state)


def intent(state: IntentState, number: int = 7) -> Intent:
    return Intent(number, "shop", "cs_answer_question", f"question:{number}", state, NOW, "w", 1)


def plan(**parts: Any) -> SyncPlan:
    return SyncPlan(seller_id="shop", made_at=NOW, **parts)


def alarm(severity: IssueSeverity) -> Alarm:
    return Alarm(BUNDLE, severity, WHY)


def report(**parts: Any) -> JobReport:
    return JobReport(job=Job.CS, account="shop", started_at=NOW, finished_at=NOW, **parts)


# ---------------------------------------------------------------- the table: what weighs how much, by hand

DONE, LATER, OPERATOR, SETTINGS = range(4)
WORDS = ("done", "again-later", "operator-needed", "settings-wrong")

STARTS: Final[Mapping[str, tuple[dict[str, Any], int]]] = {
    "ran": ({}, DONE),
    "lease": ({"skipped": Skipped.LEASE_HELD}, LATER),
    "maintenance": ({"skipped": Skipped.MAINTENANCE}, LATER),
    **{
        step: (
            {"skipped": Skipped.GATE_CLOSED, "gate": ClosedGate(GateStep(step), f"{step}.x", WHY)},
            weight,
        )
        for step, weight in {
            "onboarding": SETTINGS, "link": SETTINGS, "master": DONE, "scope": DONE, "feature": DONE, "flag": DONE,
        }.items()
    },
}  # fmt: skip

RESULTS: Final = {
    ActionState.REFUSED: OPERATOR,
    ActionState.UNKNOWN: OPERATOR,
    ActionState.OPEN: LATER,
    ActionState.NOT_APPLIED: LATER,
    ActionState.LEFT_OUT: LATER,
    ActionState.BUSY: DONE,
    ActionState.APPLIED: DONE,
    ActionState.ALREADY_DONE: DONE,
}
WAITING: Final = {IntentState.OPEN: LATER, IntentState.UNKNOWN: OPERATOR}
PLANS: Final[Mapping[str, tuple[SyncPlan | None, int]]] = {
    "none": (None, DONE),
    "empty": (plan(), DONE),
    "serious": (plan(alarms=(alarm(IssueSeverity.SERIOUS),)), OPERATOR),
    "ordinary": (plan(alarms=(alarm(IssueSeverity.ORDINARY),)), DONE),
    "both": (plan(alarms=(alarm(IssueSeverity.ORDINARY), alarm(IssueSeverity.SERIOUS))), OPERATOR),
    "held": (plan(held=(Held(ActionKind.SHIP_BUNDLE, BUNDLE, WHY),)), DONE),
    "link": (plan(blocked=(Blocked(ActionKind.SHIP_BUNDLE, "link.draft", WHY),)), SETTINGS),
    "onboarding": (plan(blocked=(Blocked(ActionKind.SHIP_BUNDLE, "onboarding.waiting", WHY),)), SETTINGS),
    "switch": (plan(blocked=(Blocked(ActionKind.SHIP_BUNDLE, "scope.order-api", WHY),)), DONE),
    "bundle": (plan(held=(Held(ActionKind.SHIP_BUNDLE, BUNDLE, UNKNOWN_BUNDLE),)), OPERATOR),
    "order": (plan(held=(Held(ActionKind.CONFIRM_BUNDLE, BUNDLE, NO_LINES),)), OPERATOR),
    "wrong": (plan(held=(Held(ActionKind.SHIP_BUNDLE, BUNDLE, WHY, wrong_input=True),)), OPERATOR),
    "doubt": (plan(held=held_skus(["001"])), OPERATOR),
    "sku": (plan(notes=(PlanNote(Target(TargetKind.SKU, "A"), UNKNOWN_SKU),)), DONE),
}
FLAGS: Final[tuple[tuple[dict[str, Any], int], ...]] = (
    ({"stopped": True}, LATER),
    ({"unread": ("bundle:2: UnreadableValueError",)}, LATER),
    ({"given_up": ("orders/NEW/NEW: …",)}, OPERATOR),
    ({"faults": ("bundle:1: $.data: a number was expected",)}, DONE),
    ({"link_problems": ("notifier: TimeoutError",)}, OPERATOR),
    ({"dry_run": True, "detail": "x", "recovered": (intent(IntentState.APPLIED),)}, DONE),
)


def subsets(parts: Any) -> list[tuple[Any, ...]]:
    rows = list(parts)
    return [some for size in range(len(rows) + 1) for some in itertools.combinations(rows, size)]


def check(parts: dict[str, Any], weights: list[int]) -> None:
    made = report(**parts)
    assert made.verdict == WORDS[max(weights, default=DONE)], parts


def test_the_truth_table_of_how_a_job_began_and_what_became_of_its_actions() -> None:
    results = [(tuple(map(result, some)), [RESULTS[one] for one in some]) for some in subsets(RESULTS)]
    waiting = [(tuple(map(intent, some)), [WAITING[one] for one in some]) for some in subsets(WAITING)]
    rows = 0
    for (start, weight), (done, these), (left, those) in itertools.product(STARTS.values(), results, waiting):
        check({**start, "results": done, "waiting": left}, [weight, *these, *those])
        rows += 1
    assert rows == 9 * 2**8 * 2**2


def test_the_truth_table_of_how_a_job_began_and_everything_that_is_no_action() -> None:
    """With one action of each weight, so that every pair of contents meets in one table or the other."""
    flags = [
        ({name: value for part, _ in some for name, value in part.items()}, [weight for _, weight in some])
        for some in subsets(FLAGS)
    ]
    actions = {
        state: RESULTS[state] for state in (ActionState.APPLIED, ActionState.OPEN, ActionState.REFUSED)
    }
    rows = 0
    for (start, weight), (wanted, other), (flag, more), (state, last) in itertools.product(
        STARTS.values(), PLANS.values(), flags, actions.items()
    ):
        check({**start, "plan": wanted, **flag, "results": (result(state),)}, [weight, other, *more, last])
        rows += 1
    assert rows == 9 * 14 * 2**6 * 3


def test_nothing_of_a_report_is_left_out_of_the_table() -> None:
    """A new field, or a new word of an old one, has to be given its weight here."""
    silent = {"job", "account", "started_at", "finished_at", "collected", "sku_matches"}
    told = {name for parts, _ in (*STARTS.values(), *FLAGS) for name in parts} | {
        "results",
        "waiting",
        "plan",
    }
    assert {part.name for part in JobReport.__attrs_attrs__} == silent | told  # type: ignore[attr-defined]
    assert set(RESULTS) == set(ActionState)
    assert set(WAITING) == {state for state in IntentState if state.is_active}
    assert {parts.get("skipped") for parts, _ in STARTS.values()} == {None, *Skipped}
    assert {parts["gate"].step for parts, _ in STARTS.values() if "gate" in parts} == set(GateStep)


@pytest.mark.parametrize("verdict", list(JobVerdict))
def test_the_worst_verdict_wins_whatever_the_order(verdict: JobVerdict) -> None:
    lighter = [other for other in JobVerdict if other.weight <= verdict.weight]
    for order in itertools.permutations(lighter):
        assert JobVerdict.worst(order) is verdict
    assert JobVerdict.worst([]) is JobVerdict.DONE


# ---------------------------------------------------------------- ok, and the text


def test_a_report_is_not_ok_beside_a_serious_alarm_and_is_beside_an_ordinary_one() -> None:
    assert report().ok
    assert not report(plan=plan(alarms=(alarm(IssueSeverity.SERIOUS),))).ok
    assert report(plan=plan(alarms=(alarm(IssueSeverity.ORDINARY),))).ok
    closed = STARTS["master"][0]
    assert report(**closed).verdict is JobVerdict.DONE
    assert not report(**closed).ok, "it did not run"


def test_each_reason_stands_in_the_text_in_both_languages_with_its_next_step() -> None:
    parts: dict[str, Any] = {name: value for part, _ in FLAGS for name, value in part.items()}
    full = report(
        **{**parts, **STARTS["link"][0]},
        plan=PLANS["both"][0],
        results=tuple(map(result, ActionState)),
        waiting=tuple(map(intent, WAITING)),
    )
    text = str(full)
    assert text.splitlines()[0].endswith("(dry run): settings-wrong (설정 확인 필요)")
    for reason in full.reasons:
        for words in (reason.text, reason.text_ko, reason.next_step, reason.next_step_ko, *reason.subjects):
            assert words in text
    weights = [reason.verdict.weight for reason in full.reasons]
    assert weights == sorted(weights, reverse=True), "the worst comes first"
    assert {reason.code for reason in full.reasons} == {
        VerdictCode.NOT_LINKED, VerdictCode.REFUSED, VerdictCode.OUTCOME_UNKNOWN, VerdictCode.GIVEN_UP,
        VerdictCode.SERIOUS_ALARM, VerdictCode.NOTICE_FAILED, VerdictCode.STOPPED, VerdictCode.OUTCOME_OPEN,
        VerdictCode.NOT_APPLIED, VerdictCode.LEFT_OUT, VerdictCode.UNREAD, VerdictCode.VALUE_UNREAD, VerdictCode.ALARM,
    }  # fmt: skip


def test_alike_things_are_one_reason_that_counts_them() -> None:
    full = report(results=tuple(result(ActionState.REFUSED, number) for number in range(1, 12)))
    (reason,) = full.reasons
    assert len(reason.subjects) == 11
    assert "[bundle:1, bundle:2, bundle:3, bundle:4, bundle:5, … 11]" in str(reason)
    again = report(
        results=(result(ActionState.UNKNOWN),),
        waiting=(evolve(intent(IntentState.UNKNOWN), target="bundle:1"),),
    )
    assert [reason.subjects for reason in again.reasons] == [("intent 7 bundle:1",)], "said once"


def test_missing_money_needs_an_operator() -> None:
    assert SettlementReport.of(report(), None).verdict is JobVerdict.DONE
    with open_shop() as shop:
        number = shop.order()
        runner = shop.runner()
        runner.collect_orders()
        runner.ship([parcel(number)])
        shop.pass_time(days=3)
        runner.track()
        shop.pass_time(days=60)
        unknown = runner.settlement(received={})
        assert (unknown.missing_won, unknown.undated_won > 0) == (0, True), "nobody knows the cycle"
        assert [reason.code for reason in unknown.reasons] == [VerdictCode.MONEY_MISSING]
        assert unknown.reasons[0].subjects == (f"{unknown.undated_won:,} won without a due day",)
        found = runner.settlement(received={}, terms=SettlementTerms(cycle=SettlementCycle.weekly()))
        assert found.reconciliation is not None
        assert (found.missing_won > 0) == any(row.status == "missing" for row in found.reconciliation.rows)
        assert found.missing_won > 0
        assert [reason.code for reason in found.reasons] == [VerdictCode.MONEY_MISSING]
        assert found.reasons[0].subjects == (f"{found.missing_won:,} won",)


# ---------------------------------------------------------------- errors

ERRORS: Final[Mapping[str, str]] = {
    "NetworkError": "again-later", "NetworkTimeoutError": "again-later", "CallDeadlineError": "again-later",
    "ServerError": "again-later", "MaintenanceError": "again-later",
    "LedgerUnavailableError": "again-later", "LeaseLostError": "again-later", "StaleSnapshotError": "again-later",
    "AuthenticationError": "settings-wrong", "ConfigError": "settings-wrong", "RetentionMinimumError": "settings-wrong", "GateClosedError": "settings-wrong",
    "SecretError": "settings-wrong", "SecretUnavailableError": "settings-wrong", "PlainSecretError": "settings-wrong",
    "DecryptionError": "settings-wrong", "UnknownKeyError": "settings-wrong", "WrongKeyError": "settings-wrong",
    "TamperedError": "settings-wrong", "TruncatedError": "settings-wrong",
    "LedgerSchemaError": "settings-wrong", "LedgerAccountError": "settings-wrong",
}  # fmt: skip
"""Every other error needs an operator."""


def made(cls: type[errors.WemakepriceError]) -> errors.WemakepriceError:
    if issubclass(cls, errors.ValidationError):
        return cls.single("field", "1", "rule", "is wrong", "값이 틀립니다")
    if cls is errors.GateClosedError:
        return errors.GateClosedError("master", "off", "꺼져 있습니다")
    return cls("x")


@pytest.mark.parametrize(
    "cls",
    [
        cls
        for _, cls in inspect.getmembers(errors, inspect.isclass)
        if issubclass(cls, errors.WemakepriceError) and cls.__module__ == errors.__name__
    ],
    ids=lambda cls: cls.__name__,
)
def test_every_error_has_its_verdict(cls: type[errors.WemakepriceError]) -> None:
    reason = reason_of_error(made(cls))
    assert reason.verdict == ERRORS.get(cls.__name__, "operator-needed")
    assert reason.subjects[0].startswith(cls.__name__)
    assert reason.next_step
    assert reason.next_step_ko.endswith("주세요")


def test_the_text_of_an_answer_is_not_in_the_reason() -> None:
    error = errors.ConflictError(
        "홍길동", operation="orders_ship", http_status=200, result_code=500, text="홍길동"
    )
    reason = reason_of_error(error)
    assert reason.subjects == ("ConflictError orders_ship http=200 resultCode=500",)
    assert "홍길동" not in str(reason)


# ---------------------------------------------------------------- on the sandbox


@pytest.fixture
def shop() -> Any:
    with open_shop() as opened:
        yield opened


def test_the_level_of_a_sku_nobody_knows_is_named_and_the_other_links_are_not(shop: Shop) -> None:
    runner = shop.runner()
    runner.put_links(
        [SkuLink(product_no=number, sku=f"SKU-{number}", stock_sync=True) for number in (1, 2, 3)]
    )
    levels = [SkuStock(sku=name, quantity=3, as_of=shop.clock.now()) for name in ("TYPO", "SKU-1")]
    found = runner.stock(levels)
    assert [(reason.code, reason.subjects) for reason in found.reasons] == [
        (VerdictCode.UNKNOWN_SKU, ("TYPO",))
    ]
    assert found.ok
    assert "unknown-sku [TYPO]" in str(found)
    assert "SKU-2" not in str(found)


@pytest.mark.parametrize(
    ("said", "value"), [("shipStatus", "결제보류"), ("orderProduct", [])], ids=["unknown-state", "no-lines"]
)
def test_an_order_that_nothing_confirms_is_named(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, said: str, value: Any
) -> None:
    number = shop.order()
    kind = type(shop.client.orders)
    real = kind.list

    def shown(self: Any, *given: Any, **named: Any) -> Any:
        raws = [json.loads(json.dumps(row.raw)) for row in real(self, *given, **named)]
        for raw in raws:
            (raw["delivery"] if said == "shipStatus" else raw)[said] = value
        return read_list(Bundle, raws)

    monkeypatch.setattr(kind, "list", shown)
    found = shop.runner().collect_orders()
    assert [(reason.code, reason.subjects) for reason in found.reasons] == [
        (VerdictCode.HELD_ORDER, (f"bundle:{number}",))
    ]
    assert found.verdict is JobVerdict.OPERATOR_NEEDED


def test_a_parcel_of_an_order_that_is_not_confirmed_is_named(shop: Shop) -> None:
    number = shop.order()
    found = shop.runner().ship([parcel(number)])
    assert [reason.code for reason in found.reasons] == [VerdictCode.HELD_ORDER]
    assert not shop.sandbox.journal.writes("orders_ship")


def test_a_parcel_for_a_bundle_nobody_knows_is_named_and_stops_no_other(shop: Shop) -> None:
    number = shop.order()
    runner = shop.runner()
    runner.collect_orders()
    for _ in range(2):
        found = runner.ship([parcel(number), parcel(999_999)])
        assert "bundle:999999" in str(found)
        assert found.verdict is JobVerdict.OPERATOR_NEEDED
        assert [(reason.code, reason.subjects) for reason in found.reasons] == [
            (VerdictCode.UNKNOWN_BUNDLE, ("bundle:999999",))
        ]
    assert shop.writes("orders_ship") == [number], "the good one went out, and once"


def test_a_parcel_with_a_wrong_courier_needs_somebody_and_stops_no_other(shop: Shop) -> None:
    good, bad = shop.order(), shop.order()
    runner = shop.runner()
    runner.collect_orders()
    by_name = PendingShipment(bad, Shipment(ShipMethod.PARCEL, "CJ대한통운", "600000000002"))
    found = runner.ship([parcel(good), by_name])
    assert found.verdict is JobVerdict.OPERATOR_NEEDED
    assert [(reason.code, reason.subjects) for reason in found.reasons] == [
        (VerdictCode.WRONG_INPUT, (f"bundle:{bad}",))
    ]
    assert "did you mean D002 CJ대한통운" in str(found)
    assert shop.writes("orders_ship") == [good]


def test_an_answer_of_a_wrong_length_needs_somebody(shop: Shop) -> None:
    number = shop.sandbox.ask_question(product_no=shop.sandbox.make_product())
    asked = shop.clock.now()
    runner = shop.runner()
    runner.cs()
    found = runner.cs(answers=[PendingAnswer(number, asked, "짧다")])
    assert [reason.code for reason in found.reasons] == [VerdictCode.WRONG_INPUT]
    assert not found.ok


def test_a_parcel_whose_bundle_only_could_not_be_read_now_is_no_unknown_one() -> None:
    held = plan(held=(Held(ActionKind.SHIP_BUNDLE, BUNDLE, UNKNOWN_BUNDLE),))
    found = report(plan=held, unread=("bundle:1: $.data.shipPrice: a whole number was expected",))
    assert [reason.code for reason in found.reasons] == [VerdictCode.UNREAD]


def test_a_parcel_of_another_account_is_a_bundle_nobody_knows_here(shop: Shop) -> None:
    shop.sandbox.add_account("f" * 32)
    other = shop.sandbox.place_order("f" * 32).bundle_no
    runner = shop.runner()
    runner.collect_orders()
    found = runner.ship([parcel(other)])
    assert [reason.subjects for reason in found.reasons] == [(f"bundle:{other}",)]
    assert shop.writes("orders_ship") == []


# ---------------------------------------------------------------- the log


def test_the_injected_logger_hears_of_each_job_and_of_nobody_and_no_key(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    mine = logging.getLogger("my.shop")
    number = shop.order()
    runner = shop.runner(logger=mine)
    with caplog.at_level(logging.DEBUG):
        runner.collect_orders()
        runner.ship([parcel(number), parcel(999_999)])
        shop.sandbox.approve_key(KEY, approved=False)
        with pytest.raises(errors.PermissionDeniedError):
            runner.templates()
    lines = [(row.levelname, row.getMessage()) for row in caplog.records if row.name == "my.shop"]
    assert lines == [
        ("INFO", "shop collect_orders: done "),
        ("ERROR", "shop ship: operator-needed unknown-bundle=1"),
        ("WARNING", "link of shop: approved → saved-unapproved"),
        ("ERROR", "shop templates: operator-needed: not-permitted PermissionDeniedError"),
    ]
    bundle = shop.ledger.record("shop", "bundle", next(iter(shop.ledger.records("shop", "bundle"))).key)
    assert bundle is not None
    people = [value for value in _texts(bundle.body) if re.search("[가-힣]{2}|010", value)]
    assert people
    said = "\n".join(row.getMessage() for row in caplog.records)
    assert not [value for value in (*people, KEY) if value in said]
    assert not [row for row in caplog.records if row.name == "wemakeprice_sdk.runner"]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    rows = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [text for row in rows for text in _texts(row)]
