from __future__ import annotations

from datetime import date, timedelta

import pytest
from attrs import evolve
from policy_builders import CJ, HANJIN, NOW, bundle, claim, policy, snapshot

from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.errors import StaleSnapshotError, ValidationError
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, ShipMethod, ShipStatus
from wemakeprice_sdk.policy import PendingShipment, ShipBundle, Shipment
from wemakeprice_sdk.policy.dispatch import same_shipment

READY = bundle(1, status=ShipStatus.CONFIRM)


def test_a_confirmed_bundle_ships_whole() -> None:
    plan = policy().plan_dispatch(snapshot(bundles=[READY], shipments=[PendingShipment(1, CJ)]), NOW)
    (action,) = plan
    assert isinstance(action, ShipBundle)
    assert action.after == "배송중 PARCEL D002 123456789012"
    assert action.build()[0].violations() == ()


def test_nothing_ships_without_a_fresh_read_of_claims() -> None:
    shop = {"bundles": [READY], "shipments": [PendingShipment(1, CJ)]}
    with pytest.raises(StaleSnapshotError, match="claims were not read"):
        policy().plan_dispatch(snapshot(**shop, claims_at=None), NOW)
    old = NOW - timedelta(minutes=10, seconds=1)
    with pytest.raises(StaleSnapshotError, match=r"claims were read.*limit is 0:10:00"):
        policy().plan_dispatch(snapshot(**shop, claims_at=old), NOW)
    assert len(policy().plan_dispatch(snapshot(**shop, claims_at=NOW - timedelta(minutes=10)), NOW)) == 1


@pytest.mark.parametrize("status", list(ClaimStatus))
@pytest.mark.parametrize("kind", list(ClaimType))
def test_open_claims_keep_a_bundle_here(kind: ClaimType, status: ClaimStatus) -> None:
    shop = snapshot(
        bundles=[READY], shipments=[PendingShipment(1, CJ)], claims=[claim(kind=kind, status=status)]
    )
    plan = policy().plan_dispatch(shop, NOW)
    assert plan.is_empty == status.is_open
    if plan.is_empty:
        assert plan.held[0].reason.code == ("open-cancel" if kind == ClaimType.CANCEL else "open-return")


@pytest.mark.parametrize(("unread", "held"), [(1, ["unread-cancel"]), (None, ["unread-cancel"]), (2, [])])
def test_a_cancel_that_could_not_be_read_keeps_its_bundle_here(unread: int | None, held: list[str]) -> None:
    shop = snapshot(bundles=[READY], shipments=[PendingShipment(1, CJ)], unread_cancels=frozenset({unread}))
    plan = policy().plan_dispatch(shop, NOW)
    assert [h.reason.code for h in plan.held] == held
    assert plan.is_empty == bool(held)


def test_an_unconfirmed_or_unread_bundle_waits() -> None:
    shipments = [PendingShipment(1, CJ), PendingShipment(2, CJ)]
    plan = policy().plan_dispatch(snapshot(bundles=[bundle(1)], shipments=shipments), NOW)
    assert plan.is_empty
    assert [(str(h.target), h.reason.code) for h in plan.held] == [
        ("bundle:1", "not-confirmed"),
        ("bundle:2", "bundle-unknown"),
    ]


@pytest.mark.parametrize("status", [None, ShipStatus.from_wire("배송보류중")])
def test_a_bundle_in_an_unknown_state_is_not_shipped(status: ShipStatus | None) -> None:
    row = evolve(READY, delivery=evolve(READY.delivery, ship_status=status))  # type: ignore[type-var]
    plan = policy().plan_dispatch(snapshot(bundles=[row], shipments=[PendingShipment(1, CJ)]), NOW)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["unknown-state"]


@pytest.mark.parametrize(
    ("method", "stored", "shipment", "same"),
    [
        (ShipMethod.ETC, {"ship_method_message": "화물 1"}, Shipment(ShipMethod.ETC, message="화물 1"), True),
        (ShipMethod.ETC, {"ship_method_message": "화물 2"}, Shipment(ShipMethod.ETC, message="화물 1"), False),
        (ShipMethod.POST, {}, Shipment(ShipMethod.POST), True),
        (ShipMethod.POST, {"invoice": "12345"}, Shipment(ShipMethod.POST), False),
        (ShipMethod.POST, {"invoice": "1-2345"}, Shipment(ShipMethod.POST, invoice_no="12345"), True),
        (ShipMethod.POST, {"invoice": "12346"}, Shipment(ShipMethod.POST, invoice_no="12345"), False),
        (ShipMethod.POST, {}, Shipment(ShipMethod.POST, invoice_no="12345"), False),
        (ShipMethod.DIRECT, {}, Shipment(ShipMethod.DIRECT, schedule_ship_date=date(2026, 3, 11)), True),
        (ShipMethod.DIRECT, {}, CJ, False),
    ],
)  # fmt: skip
def test_a_bundle_travels_as_sent_when_its_method_and_mark_are_ours(
    method: ShipMethod, stored: dict[str, str], shipment: Shipment, same: bool
) -> None:
    gone = bundle(1, status=ShipStatus.DELIVERY, method=method, **stored)  # type: ignore[arg-type]
    assert same_shipment(gone, shipment) is same


@pytest.mark.parametrize("status", [ShipStatus.DELIVERY, ShipStatus.COMPLETE])
@pytest.mark.parametrize(
    ("courier", "invoice", "shipment", "same"),
    [
        ("CJ대한통운", "1234-5678-9012", CJ, True),
        ("D002", "123456789012", CJ, True),
        ("CJ대한통운", "123456789013", CJ, False),
        ("한진택배", "123456789012", CJ, False),
        (None, None, CJ, False),
        ("한진택배", "555566667777", HANJIN, True),
    ],
)
def test_already_shipped_is_nothing_or_a_conflict(
    status: ShipStatus, courier: str | None, invoice: str | None, shipment: Shipment, same: bool
) -> None:
    gone = bundle(1, status=status, courier=courier, invoice=invoice)
    plan = policy().plan_dispatch(snapshot(bundles=[gone], shipments=[PendingShipment(1, shipment)]), NOW)
    assert plan.is_empty
    if same:
        assert [n.reason.code for n in plan.notes] == ["already-shipped"]
        assert not plan.held
    else:
        assert [h.reason.code for h in plan.held] == ["shipped-with-another-invoice"]
        assert [a.severity for a in plan.alarms] == [IssueSeverity.SERIOUS]


def test_other_methods_compare_what_they_carry() -> None:
    direct = Shipment(ShipMethod.DIRECT, schedule_ship_date=date(2026, 3, 12))
    other = Shipment(ShipMethod.ETC, message="퀵서비스")
    rows = [
        bundle(1, status=ShipStatus.DELIVERY, method=ShipMethod.DIRECT),
        bundle(2, status=ShipStatus.DELIVERY, method=ShipMethod.ETC, ship_method_message="화물"),
    ]
    shipments = [PendingShipment(1, direct), PendingShipment(2, other)]
    plan = policy().plan_dispatch(snapshot(bundles=rows, shipments=shipments), NOW)
    assert [str(n.target) for n in plan.notes] == ["bundle:1"]
    assert [str(h.target) for h in plan.held] == ["bundle:2"]


@pytest.mark.parametrize(
    "shipment",
    [
        Shipment(ShipMethod.PARCEL, "D033", "1"),
        Shipment(ShipMethod.PARCEL, "D002", "1234567890123456"),
        Shipment(ShipMethod.PARCEL, "D002"),
        Shipment(ShipMethod.DIRECT),
        Shipment(ShipMethod.ETC),
    ],
)
def test_an_invalid_shipment_is_held_with_its_reasons(shipment: Shipment) -> None:
    plan = policy().plan_dispatch(snapshot(bundles=[READY], shipments=[PendingShipment(1, shipment)]), NOW)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["shipment-invalid"]
    assert plan.held[0].reason.text
    assert plan.held[0].reason.text_ko


def test_two_shipments_for_one_bundle_are_a_contradiction() -> None:
    with pytest.raises(ValidationError, match=r"shipments\[1\]"):
        snapshot(bundles=[READY], shipments=[PendingShipment(1, CJ), PendingShipment(1, HANJIN)])


def test_a_bundle_confirmed_in_the_plan_ships_in_the_plan_and_depends_on_it() -> None:
    plan = policy().plan(snapshot(bundles=[bundle(1)], shipments=[PendingShipment(1, CJ)]), NOW)
    assert [a.key for a in plan] == ["confirm-bundle:1", "ship-bundle:1"]
    assert plan.actions[1].depends_on == ("confirm-bundle:1",)


@pytest.mark.parametrize(("invoice", "same"), [(None, True), ("123", False)])
def test_post_without_an_invoice_equals_itself(invoice: str | None, same: bool) -> None:
    gone = bundle(1, status=ShipStatus.DELIVERY, method=ShipMethod.POST, invoice=invoice)
    shop = snapshot(bundles=[gone], shipments=[PendingShipment(1, Shipment(ShipMethod.POST))])
    assert bool(policy().plan_dispatch(shop, NOW).notes) is same
