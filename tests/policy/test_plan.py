from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from policy_builders import CJ, DAY, NOW, bundle, claim, level, link, policy, product, snapshot

from wemakeprice_sdk.config import ConfirmationMode, IssueSeverity
from wemakeprice_sdk.errors import BlastRadiusError, PolicyError
from wemakeprice_sdk.models.codes import ClaimType, PickupStatus, ShipStatus
from wemakeprice_sdk.policy import (
    ActionKind,
    ClaimSettings,
    ConfirmBundle,
    OrderSettings,
    PendingAnswer,
    PendingInquiryAnswer,
    PendingShipment,
    PickStrategy,
    PlanPart,
    PolicySettings,
    Reason,
    ReturnFacts,
    ReturnInspection,
    ShipBundle,
    StockSettings,
    SyncPlan,
    SyncPolicy,
    Target,
    TargetKind,
    TemplateSettings,
    merge_plans,
)

WHY = Reason("test", "6.3", "a <b>test</b>", "시험")


def a_plan() -> SyncPlan:
    shop = snapshot(
        bundles=[bundle(1), bundle(2, status=ShipStatus.CONFIRM, due=NOW - DAY), bundle(3)],
        claims=[
            claim(500, bundle_no=3),
            claim(501, ClaimType.RETURN, bundle_no=9, pickup=PickupStatus.PICKUP_MOVING),
        ],
        return_facts=[ReturnFacts(claim_bundle_no=501, received=True, inspection=ReturnInspection.PASSED)],
        shipments=[PendingShipment(2, CJ), PendingShipment(1, CJ)],
        products=[product(10, end=NOW + DAY), product(11)],
        links=[link(10), link(11, "SKU-11")],
        stock=[level(quantity=0), level("SKU-11", 200_000)],
    )
    return policy().plan(shop, NOW)


@pytest.mark.parametrize("config", [None, {"api_key": "an-invented-key"}])
def test_a_policy_without_settings_is_refused_at_once(config: Any) -> None:
    with pytest.raises(TypeError, match="config takes a ChannelConfig, not a") as caught:
        SyncPolicy(config)
    assert "an-invented-key" not in str(caught.value)


def test_counts_and_order() -> None:
    plan = a_plan()
    assert [a.key for a in plan] == [
        "approve-cancel:500",
        "complete-pickup:501",
        "approve-return:501",
        "confirm-bundle:1",
        "ship-bundle:1",
        "ship-bundle:2",
        "set-stock:10",
        "set-stock:11",
        "extend-sale-period:10",
    ]
    assert plan.counts == {
        ActionKind.APPROVE_CANCEL: 1,
        ActionKind.COMPLETE_PICKUP: 1,
        ActionKind.APPROVE_RETURN: 1,
        ActionKind.CONFIRM_BUNDLE: 1,
        ActionKind.SHIP_BUNDLE: 2,
        ActionKind.SET_STOCK: 2,
        ActionKind.EXTEND_SALE_PERIOD: 1,
    }
    assert len(plan) == 9
    assert plan
    assert not plan.is_empty


def test_filter_leaves_no_dangling_dependency() -> None:
    plan = a_plan()
    ships = plan.filter(kinds=[ActionKind.SHIP_BUNDLE])
    assert [a.key for a in ships] == ["ship-bundle:2"]
    assert ("ship-bundle:1", "dependency-left-out") in {(h.key, h.reason.code) for h in ships.held}
    only = plan.filter(targets=[Target(TargetKind.BUNDLE, "1")])
    assert [a.key for a in only] == ["confirm-bundle:1", "ship-bundle:1"]
    assert plan.filter(where=lambda action: False).is_empty
    assert plan.filter() == plan


@pytest.mark.parametrize("count", range(11))
def test_limit_never_cuts_a_dependency(count: int) -> None:
    plan = a_plan().limit(count)
    keys = [action.key for action in plan]
    assert len(keys) == min(count, 9)
    assert all(need in keys for action in plan for need in action.depends_on)


def test_limit_refuses_a_negative_count() -> None:
    with pytest.raises(ValueError, match="negative"):
        a_plan().limit(-1)


def test_each_part_of_a_policy_plans_its_own_actions_only() -> None:
    shop = snapshot(
        bundles=[bundle(1), bundle(2, status=ShipStatus.CONFIRM)],
        claims=[claim(501, ClaimType.RETURN, bundle_no=9, pickup=PickupStatus.PICKUP_MOVING)],
        return_facts=[ReturnFacts(claim_bundle_no=501, received=True)],
        shipments=[PendingShipment(2, CJ)],
        products=[product(10, end=NOW + DAY)],
        links=[link(10)],
        stock=[level(quantity=3)],
        answers=[PendingAnswer(1, NOW, "가" * 10)],
    )
    mine = policy()
    found = {
        plan_part.__name__: [action.kind for action in plan_part(shop, NOW)]
        for plan_part in (
            mine.plan_claims, mine.plan_orders, mine.plan_dispatch, mine.plan_templates, mine.plan_imports,
            mine.plan_stock, mine.plan_sale_periods, mine.plan_wind_down, mine.plan_answers,
        )
    }  # fmt: skip
    assert found == {
        "plan_claims": [ActionKind.COMPLETE_PICKUP],
        "plan_orders": [ActionKind.CONFIRM_BUNDLE],
        "plan_dispatch": [ActionKind.SHIP_BUNDLE],
        "plan_templates": [],
        "plan_imports": [],
        "plan_stock": [ActionKind.SET_STOCK],
        "plan_sale_periods": [ActionKind.EXTEND_SALE_PERIOD],
        "plan_wind_down": [ActionKind.SET_STATUS],
        "plan_answers": [ActionKind.ANSWER_QUESTION],
    }


def test_diff() -> None:
    before, after = a_plan(), a_plan().filter(where=lambda action: action.key != "set-stock:11")
    assert before.diff(a_plan()).is_empty
    assert before.diff(a_plan()).kept == 9
    diff = after.diff(before)
    assert ([a.key for a in diff.removed], diff.added) == (["set-stock:11"], ())
    assert [a.key for a in before.diff(after).added] == ["set-stock:11"]
    assert not diff.is_empty
    assert not before.diff(after).is_empty
    shop = snapshot(products=[product()], links=[link()], stock=[level(quantity=1)])
    other = snapshot(products=[product()], links=[link()], stock=[level(quantity=2)])
    changed = policy().plan_stock(shop, NOW).diff(policy().plan_stock(other, NOW))
    assert [(old.after, new.after) for old, new in changed.changed] == [("2", "1")]


def test_rows_and_json_tell_everything() -> None:
    plan = a_plan().filter(where=lambda action: action.key != "confirm-bundle:1")
    rows = plan.to_rows()
    assert len(rows) == len(plan) + len(plan.held) + len(plan.blocked) + len(plan.alarms) + len(plan.notes)
    assert {row["state"] for row in rows} == {"do", "held", "alarm-serious", "note"}
    document = json.loads(plan.to_json(indent=1))
    assert document["seller_id"] == "hong-shop"
    assert document["rows"] == [row | {"due": row["due"].isoformat() if row["due"] else ""} for row in rows]
    assert "발주확인" in plan.to_json()


def test_html_is_escaped_and_bounded() -> None:
    action = ConfirmBundle(bundle_no=1, reason=WHY)
    text = SyncPlan(seller_id="<script>", made_at=NOW, actions=(action,))._repr_html_()
    assert "<b>" not in text
    assert "&lt;b&gt;" in text
    assert "<script>" not in text
    many = SyncPlan(
        seller_id="s", made_at=NOW, actions=tuple(ConfirmBundle(bundle_no=n, reason=WHY) for n in range(300))
    )
    assert many._repr_html_().count("<td>실행</td>") == 200
    assert "100 more" in many._repr_html_()


def test_no_person_stands_in_any_form_of_a_plan() -> None:
    plan = a_plan()
    for text in (plan.to_json(), plan._repr_html_(), repr(plan), str(plan), repr(plan.diff(plan.limit(0)))):
        assert "홍길동" not in text
        assert "010-0000-0000" not in text


def test_a_plan_survives_pickle_and_copy() -> None:
    plan = a_plan()
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert copy.deepcopy(plan) == plan
    assert hash(plan.actions[0]) == hash(pickle.loads(pickle.dumps(plan.actions[0])))


def test_a_crooked_plan_cannot_be_made() -> None:
    one = ConfirmBundle(bundle_no=1, reason=WHY)
    with pytest.raises(PolicyError, match="stands twice"):
        SyncPlan(seller_id="s", made_at=NOW, actions=(one, one))
    ship = ShipBundle(bundle_no=1, shipment=CJ, reason=WHY, depends_on=(one.key,))
    with pytest.raises(PolicyError, match="does not stand before it"):
        SyncPlan(seller_id="s", made_at=NOW, actions=(ship, one))
    assert len(SyncPlan(seller_id="s", made_at=NOW, actions=(one, ship))) == 2


def test_radius() -> None:
    plan = a_plan()
    assert (plan.radius.targets, plan.radius.products) == (9, 2)
    assert plan.require_radius(9) is plan
    assert plan.require_radius({ActionKind.SET_STOCK: 2, ActionKind.DELETE_TEMPLATE: 0}) is plan
    with pytest.raises(BlastRadiusError, match="limit 8"):
        plan.require_radius(8)
    with pytest.raises(BlastRadiusError, match="set-stock 1"):
        plan.require_radius({ActionKind.SET_STOCK: 1})
    with pytest.raises(BlastRadiusError):
        policy(PolicySettings(max_targets=0)).plan_orders(snapshot(bundles=[bundle(1)]), NOW)


def test_merge() -> None:
    shop = snapshot(bundles=[bundle(1), bundle(3)], claims=[claim(bundle_no=3)])
    mine = policy()
    merged = merge_plans([mine.plan_claims(shop, NOW), mine.plan_orders(shop, NOW)])
    assert [a.key for a in merged] == ["approve-cancel:500", "confirm-bundle:1"]
    with pytest.raises(PolicyError, match="another account or timestamp"):
        merge_plans([mine.plan_claims(shop, NOW), SyncPlan(seller_id="x", made_at=NOW)])
    with pytest.raises(PolicyError, match="no plan"):
        merge_plans([])


def test_only_jobs_with_data_run_unless_named() -> None:
    empty = snapshot(
        bundles_at=None,
        claims_at=None,
        products_at=None,
        stock_at=None,
        templates_at=None,
        templates_imported=None,
    )
    plan = policy().plan(empty, NOW)
    assert plan.is_empty
    assert not [*plan.held, *plan.blocked]
    assert policy().plan(empty, NOW, jobs=[]).is_empty
    every = policy().plan(snapshot(bundles=[bundle(1)]), NOW, jobs=list(PlanPart))
    assert [a.key for a in every] == ["confirm-bundle:1"]


def test_answers_are_sent_once_and_their_text_stays_private() -> None:
    asked = PendingAnswer(77, NOW - DAY, "안녕하세요, 내일 발송됩니다.")
    inquiry = PendingInquiryAnswer(88, "확인 후 연락드리겠습니다.")
    shop = snapshot(answers=[asked], inquiry_answers=[inquiry])
    plan = policy().plan(shop, NOW)
    assert [a.key for a in plan] == ["answer-question:77@2026-03-10 03:00:00", "answer-inquiry:88"]
    assert "내일" not in plan.to_json() + repr(plan)
    again = snapshot(answers=[asked], inquiry_answers=[inquiry], answered=[a.key for a in plan])
    assert policy().plan(again, NOW).is_empty
    follow_up = snapshot(
        answers=[PendingAnswer(77, NOW, "네, 오늘 도착합니다. 감사합니다.")], answered=[plan.actions[0].key]
    )
    assert len(policy().plan(follow_up, NOW)) == 1


@pytest.mark.parametrize(("length", "sent"), [(9, False), (10, True), (1500, True), (1501, False)])
def test_answers_have_a_length(length: int, sent: bool) -> None:
    plan = policy().plan_answers(snapshot(answers=[PendingAnswer(1, NOW, "가" * length)]), NOW)
    assert bool(plan) is sent
    assert [held.wrong_input for held in plan.held] == [] if sent else [True]


def test_cs_switch_blocks_answers() -> None:
    shop = snapshot(
        answers=[PendingAnswer(1, NOW, "가" * 10)], inquiry_answers=[PendingInquiryAnswer(2, "가" * 10)]
    )
    plan = policy(cs_kinds=("inquiry",)).plan_answers(shop, NOW)
    assert [a.key for a in plan] == ["answer-inquiry:2"]
    assert [b.gate for b in plan.blocked] == ["scope.cs-api.question"]


FULL = {
    "bundles": [bundle(1), bundle(2, status=ShipStatus.CONFIRM), bundle(3)],
    "claims": [claim(500, bundle_no=3)],
    "shipments": [PendingShipment(2, CJ)],
    "products": [product(10, end=NOW + DAY)],
    "links": [link()],
    "stock": [level(quantity=0)],
}


def test_master_off_beats_everything_and_says_so() -> None:
    plan = policy(switches={"master": False}).plan(snapshot(**FULL), NOW)
    assert plan.is_empty
    assert {b.gate for b in plan.blocked} == {"master"}
    assert {b.kind for b in plan.blocked} == {
        ActionKind.APPROVE_CANCEL,
        ActionKind.CONFIRM_BUNDLE,
        ActionKind.SHIP_BUNDLE,
        ActionKind.SET_STOCK,
        ActionKind.EXTEND_SALE_PERIOD,
    }
    wound = policy(switches={"master": False, "wind_down": True})
    assert wound.plan(snapshot(**FULL), NOW).is_empty
    assert wound.plan_wind_down(snapshot(**FULL), NOW).is_empty


def test_winding_down_stops_sales_and_still_serves_open_orders() -> None:
    from wemakeprice_sdk.models.codes import ProductStatus

    states = [*ProductStatus, None]
    rows = [product(10 + i, status=state, end=NOW + DAY) for i, state in enumerate(states)]
    mine = policy(mode=ConfirmationMode.AUTO, switches={"sku_sync": True, "wind_down": True})
    shop = snapshot(**{**FULL, "products": rows})
    served = mine.plan(shop, NOW)
    assert [a.key for a in served] == ["approve-cancel:500", "ship-bundle:2"]
    assert {h.reason.code for h in served.held} == {
        "wind-down-no-confirmation", "wind-down-no-extension", "wind-down-no-stock",
    }  # fmt: skip
    off = policy(switches={"sku_sync": False, "wind_down": True})
    plan = off.plan_wind_down(shop, NOW)
    assert [a.key for a in plan] == [
        "set-status:10",
        "set-status:11",
        "set-status:14",
        "set-status:15",
        "set-status:16",
        "set-status:17",
    ]
    assert {a.after for a in plan.filter(kinds=[ActionKind.SET_STATUS])} == {"판매중지"}
    assert [str(h.target) for h in served.held if h.kind == ActionKind.CONFIRM_BUNDLE] == ["bundle:1"]


def test_settings_refuse_nonsense() -> None:
    from datetime import timedelta

    from wemakeprice_sdk.errors import ConfigError

    with pytest.raises(ConfigError, match="claims_max_age"):
        OrderSettings(claims_max_age=timedelta(0))
    with pytest.raises(ConfigError, match="max_age"):
        OrderSettings(max_age=timedelta(0))
    with pytest.raises(ConfigError, match=r"buffers\[A\]"):
        StockSettings(buffer=-1, buffers={"A": -2})
    with pytest.raises(ConfigError, match="max_affected"):
        TemplateSettings(max_affected=-1)
    with pytest.raises(ConfigError, match="business_days"):
        ClaimSettings(business_days=-1)
    with pytest.raises(ConfigError, match="warn_before"):
        ClaimSettings(warn_before=timedelta(-1))
    with pytest.raises(ConfigError, match="late_warning"):
        OrderSettings(late_warning=timedelta(hours=-1))
    with pytest.raises(ConfigError, match="max_targets"):
        PolicySettings(max_targets=-1)
    with pytest.raises(ConfigError, match="margin"):
        PickStrategy(margin=timedelta(hours=-1))


def test_another_answer_of_the_same_length_is_a_change() -> None:
    def plan_with(text: str) -> SyncPlan:
        return policy().plan_answers(snapshot(answers=[PendingAnswer(7, NOW, text)]), NOW)

    one, other = plan_with("안녕하세요. 오늘 발송합니다."), plan_with("안녕하세요. 내일 발송합니다.")
    assert one.actions[0].after == other.actions[0].after
    assert len(other.diff(one).changed) == 1
    assert other.diff(plan_with("안녕하세요. 내일 발송합니다.")).is_empty


def test_severities_are_the_ones_contacts_are_routed_by() -> None:
    assert {alarm.severity for alarm in a_plan().alarms} <= set(IssueSeverity)
