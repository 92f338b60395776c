from __future__ import annotations

from datetime import timedelta

import pytest
from policy_builders import DAY, HOUR, NOW, bundle, claim, link, policy, snapshot

from wemakeprice_sdk.config import ConfirmationMode, IssueSeverity, MixedBundlePolicy
from wemakeprice_sdk.errors import NaiveDatetimeError, StaleSnapshotError
from wemakeprice_sdk.models.codes import ClaimStatus, ShipMethod, ShipStatus
from wemakeprice_sdk.policy import (
    ActionKind,
    OrderSettings,
    PendingShipment,
    PolicySettings,
    Shipment,
    Snapshot,
)

RUNPLE = link(10, runple=True, stock_sync=False)


def test_manual_mode_never_confirms_and_says_which_gate() -> None:
    plan = policy(mode=ConfirmationMode.MANUAL).plan_orders(snapshot(bundles=[bundle(1), bundle(2)]), NOW)
    assert plan.is_empty
    (blocked,) = plan.blocked
    assert (blocked.kind, blocked.gate, blocked.targets) == (
        ActionKind.CONFIRM_BUNDLE,
        "feature.order-confirmation.manual",
        2,
    )


def test_auto_mode_confirms_new_bundles_only() -> None:
    rows = [bundle(number, status=status) for number, status in enumerate(ShipStatus, start=1)]
    plan = policy().plan_orders(snapshot(bundles=rows), NOW)
    (action,) = plan
    assert (action.key, action.before, action.after) == ("confirm-bundle:1", "신규주문", "상품준비중")
    assert action.reason.rule == "3.2"


@pytest.mark.parametrize(
    "rows",
    [
        [bundle(1, confirmed=NOW - HOUR)],
        [bundle(1), bundle(1, status=ShipStatus.CONFIRM)],
        [bundle(1, status=ShipStatus.CONFIRM), bundle(1)],
    ],
    ids=["confirmed by an operator", "listed before and after", "listed after and before"],
)
def test_overlap_of_manual_and_auto_confirms_nothing_twice(rows: list[object]) -> None:
    assert policy().plan_orders(snapshot(bundles=rows), NOW).is_empty


@pytest.mark.parametrize(
    "shop",
    [
        snapshot(bundles=[bundle(1)], confirmed=[1]),
        snapshot(bundles=[bundle(1, confirmed=NOW - HOUR)]),
    ],
    ids=["by us", "with its date"],
)
def test_a_late_read_does_not_confirm_again_what_was_confirmed(shop: Snapshot) -> None:
    plan = policy().plan_orders(shop, NOW)
    assert plan.is_empty
    assert [held.reason.code for held in plan.held] == ["confirmed-before"]


def test_an_open_intent_is_held_and_not_repeated() -> None:
    plan = policy().plan_orders(snapshot(bundles=[bundle(1)], in_flight=["confirm-bundle:1"]), NOW)
    assert plan.is_empty
    assert [held.reason.code for held in plan.held] == ["in-flight"]


def test_runple_mode_confirms_only_runple_bundles() -> None:
    rows = [bundle(1, lines=[(10, 1)]), bundle(2, lines=[(99, 1)]), bundle(3, lines=[(10, 1), (99, 1)])]
    plan = policy(mode=ConfirmationMode.RUNPLE).plan_orders(snapshot(bundles=rows, links=[RUNPLE]), NOW)
    assert [action.key for action in plan] == ["confirm-bundle:1"]
    assert [(b.gate, str(b.target)) for b in plan.blocked] == [("flag.runple", "bundle:2")]
    assert [(h.reason.code, str(h.target)) for h in plan.held] == [("mixed-runple", "bundle:3")]


def test_mixed_bundles_are_confirmed_whole_when_set_so() -> None:
    rows = [bundle(3, lines=[(10, 1), (99, 1)])]
    mine = policy(mode=ConfirmationMode.RUNPLE, mixed=MixedBundlePolicy.CONFIRM)
    plan = mine.plan_orders(snapshot(bundles=rows, links=[RUNPLE]), NOW)
    assert [(a.key, a.reason.code) for a in plan] == [("confirm-bundle:3", "mixed-runple-confirmed")]


@pytest.mark.parametrize("status", list(ClaimStatus))
def test_only_an_open_cancel_keeps_a_bundle_from_being_confirmed(status: ClaimStatus) -> None:
    plan = policy().plan_orders(snapshot(bundles=[bundle(1)], claims=[claim(status=status)]), NOW)
    held = [h.reason.code for h in plan.held]
    assert held == (["open-cancel"] if status.is_open else [])
    assert plan.is_empty == status.is_open


@pytest.mark.parametrize(("unread", "held"), [(1, ["unread-cancel"]), (None, ["unread-cancel"]), (2, [])])
def test_a_cancel_that_could_not_be_read_keeps_its_bundle_from_being_confirmed(
    unread: int | None, held: list[str]
) -> None:
    plan = policy().plan_orders(snapshot(bundles=[bundle(1)], unread_cancels=frozenset({unread})), NOW)
    assert [h.reason.code for h in plan.held] == held
    assert plan.is_empty == bool(held)


@pytest.mark.parametrize("other", [ConfirmationMode.AUTO, ConfirmationMode.RUNPLE])
def test_products_that_runple_ships_stand_beside_others(other: ConfirmationMode) -> None:
    rows, links = [bundle(1, lines=[(10, 1)]), bundle(2, lines=[(11, 1)])], [RUNPLE, link(11, "SKU-11")]
    plan = policy(mode=other).plan_orders(snapshot(bundles=rows, links=links), NOW)
    both = ["confirm-bundle:1", "confirm-bundle:2"]
    assert [action.key for action in plan] == (both if other is ConfirmationMode.AUTO else both[:1])


@pytest.mark.parametrize("status", [ClaimStatus.from_wire("취소심사중"), None])
def test_a_cancel_in_a_state_nobody_knows_keeps_its_bundle_back(status: ClaimStatus) -> None:
    """It may wait for an answer, and goods that are sent although their buyer cancelled come back."""
    cancels = [claim(status=status, bundle_no=1)]
    rows = [bundle(1), bundle(2)]
    plan = policy().plan_orders(snapshot(bundles=rows, claims=cancels), NOW)
    assert [action.key for action in plan] == ["confirm-bundle:2"]
    assert [(held.reason.code, str(held.target)) for held in plan.held] == [("unread-cancel", "bundle:1")]
    ready = [bundle(number, status=ShipStatus.CONFIRM) for number in (1, 2)]
    parcels = [
        PendingShipment(number, Shipment(ShipMethod.PARCEL, "D002", f"60000000000{number}"))
        for number in (1, 2)
    ]
    plan = policy().plan_dispatch(snapshot(bundles=ready, claims=cancels, shipments=parcels), NOW)
    assert [action.key for action in plan] == ["ship-bundle:2"]
    plan = policy().plan_claims(snapshot(bundles=rows, claims=cancels, picked=()), NOW)
    assert plan.is_empty
    assert [(alarm.severity, alarm.reason.code) for alarm in plan.alarms] == [
        (IssueSeverity.SERIOUS, "cancel-state-unknown")
    ]


def test_a_bundle_without_lines_or_of_unknown_state_is_held() -> None:
    rows = [bundle(1, lines=[]), bundle(2, status=ShipStatus.from_wire("배송보류중"))]
    plan = policy().plan_orders(snapshot(bundles=rows), NOW)
    assert plan.is_empty
    assert {(str(h.target), h.reason.code) for h in plan.held} == {
        ("bundle:1", "no-lines"),
        ("bundle:2", "unknown-state"),
    }


@pytest.mark.parametrize(
    ("left", "severity"),
    [
        (timedelta(hours=24, seconds=1), None),
        (timedelta(hours=24), IssueSeverity.ORDINARY),
        (timedelta(0), IssueSeverity.ORDINARY),
        (timedelta(seconds=-1), IssueSeverity.SERIOUS),
    ],
)
@pytest.mark.parametrize("status", list(ShipStatus))
def test_late_shipping_alarms(left: timedelta, severity: IssueSeverity | None, status: ShipStatus) -> None:
    plan = policy().plan_orders(snapshot(bundles=[bundle(1, status=status, due=NOW + left)]), NOW)
    open_states = (ShipStatus.NEW, ShipStatus.CONFIRM)
    wanted = [severity] if severity is not None and status in open_states else []
    assert [alarm.severity for alarm in plan.alarms] == wanted
    assert all(alarm.due == NOW + left for alarm in plan.alarms)


def test_alarms_ring_even_in_manual_mode() -> None:
    plan = policy(mode=ConfirmationMode.MANUAL).plan_orders(snapshot(bundles=[bundle(1, due=NOW - DAY)]), NOW)
    assert [alarm.reason.code for alarm in plan.alarms] == ["ship-overdue"]


def test_naive_now_and_stale_parts_are_refused_naming_both_sides() -> None:
    shop = snapshot(bundles=[bundle(1)])
    with pytest.raises(NaiveDatetimeError):
        policy().plan_orders(shop, NOW.replace(tzinfo=None))
    with pytest.raises(StaleSnapshotError, match=r"bundles were read at 2026-03-11T03:00.*limit is 1:00:00"):
        policy().plan_orders(shop, NOW + HOUR + timedelta(seconds=1))
    with pytest.raises(StaleSnapshotError, match="after the plan's now"):
        policy().plan_orders(shop, NOW - HOUR)
    policy().plan_orders(shop, NOW + HOUR)


def test_confirming_needs_the_claims() -> None:
    with pytest.raises(StaleSnapshotError, match="claims were not read"):
        policy().plan_orders(snapshot(bundles=[bundle(1)], claims_at=None), NOW)
    settings = PolicySettings(orders=OrderSettings(claims_max_age=timedelta(minutes=1)))
    with pytest.raises(StaleSnapshotError, match="claims were read"):
        policy(settings).plan_orders(snapshot(bundles=[bundle(1)], claims_at=NOW - HOUR), NOW)


def test_an_operator_may_confirm_in_manual_mode() -> None:
    from wemakeprice_sdk.policy import gates

    account = policy(mode=ConfirmationMode.MANUAL).config
    assert gates.check(account, ActionKind.CONFIRM_BUNDLE, by_operator=True) is None
