"""What runs on the ledger alone: without a client, and with every switch off."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from kit import START, Shop, cipher, config, delivered, open_shop

from wemakeprice_sdk.config import SettlementCycle
from wemakeprice_sdk.errors import LedgerAccountError, LedgerError, ValidationError
from wemakeprice_sdk.ledger import IntentDraft, IntentState, MemoryLedger, PersonalState, SqliteLedger
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy import SettlementStatus
from wemakeprice_sdk.runner import (
    AsyncBackOffice,
    BackOffice,
    ChannelRunner,
    RetentionPolicy,
    RunnerSettings,
    Skipped,
)

WEEKLY = config(settlement_cycle=SettlementCycle("주정산"))
OFF = evolve(WEEKLY, switches=evolve(WEEKLY.switches, master=False))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        delivered(made, 3)
        made.pass_time(days=1)
        made.runner(WEEKLY).settlement()
        yield made


def office(shop: Shop, worker: str = "office") -> BackOffice:
    return BackOffice(shop.ledger, OFF, worker=worker, clock=shop.clock, sleep=shop.sleep)


def test_settlement_of_the_ledger_says_what_the_runner_said_and_asks_nobody(shop: Shop) -> None:
    told = shop.runner(WEEKLY).settlement().reconciliation
    calls = dict(shop.sandbox.calls)
    report = office(shop).settlement()
    assert report.ok
    assert report.reconciliation == told
    assert told is not None
    assert told.totals[SettlementStatus.EXPECTED] > 0
    assert dict(shop.sandbox.calls) == calls


def test_the_source_is_chosen_and_never_fallen_back_to(shop: Shop) -> None:
    runner = shop.runner(OFF)
    closed = runner.settlement()
    assert (closed.skipped, closed.reconciliation) == (Skipped.GATE_CLOSED, None)
    chosen = runner.settlement(source="ledger")
    assert chosen.ok
    assert chosen.reconciliation == office(shop).settlement().reconciliation


def test_a_source_nobody_knows_and_bounds_that_mean_nothing_are_refused_at_once(shop: Shop) -> None:
    with pytest.raises(ValidationError, match="one of marketplace, ledger"):
        shop.runner().settlement(source="cache")  # type: ignore[arg-type]
    with pytest.raises(ValidationError) as caught:
        shop.runner().settlement(source="ledger", start=START.date(), end=START.date())
    assert [violation.path for violation in caught.value.violations] == ["start", "end"]


def test_a_reading_makes_no_ledger_and_takes_no_lease(tmp_path: Path, shop: Shop) -> None:
    place = tmp_path / "ledger.db"
    with SqliteLedger(place, cipher()) as ledger:
        report = BackOffice(ledger, OFF).settlement()
    assert report.reconciliation is not None
    assert report.reconciliation.rows == ()
    assert not place.exists()
    held = shop.ledger.acquire_lease("shop", "another", 60)
    assert held is not None
    assert office(shop).settlement().ok


def test_retention_runs_with_the_master_switch_off_and_verifies_nothing_at_the_marketplace(
    shop: Shop,
) -> None:
    shop.pass_time(days=100)
    calls = dict(shop.sandbox.calls)
    policy, contact = RetentionPolicy(), RetentionClass.CONTACT
    assert office(shop).retention(policy, by="김운영", dry_run=True).destroyed[contact] == 3
    assert shop.runner(OFF).retention(policy, by="김운영").destroyed[contact] == 3
    assert {row.personal for row in shop.ledger.records("shop", "bundle")} == {PersonalState.PARTIAL}
    assert dict(shop.sandbox.calls) == calls


def test_the_runner_and_its_office_work_in_turn_under_one_name(shop: Shop) -> None:
    runner = shop.runner()
    assert runner.back_office.worker == runner.worker == "w1"
    assert runner.back_office.ledger is runner.ledger
    inside: list[str] = []
    runner.collect_orders(progress=lambda step: inside.append(step.phase))
    runner.back_office.put_links([SkuLink(product_no=1, sku="S")])
    assert [link.sku for link in runner.ledger.links("shop")] == ["S"]


def test_another_worker_is_named_and_nothing_is_written(shop: Shop) -> None:
    assert shop.ledger.acquire_lease("shop", "another", 60) is not None
    with pytest.raises(LedgerError, match="held by another worker"):
        office(shop).put_links([SkuLink(product_no=1, sku="S")])
    assert office(shop).retention(RetentionPolicy(), by="김운영").skipped is Skipped.LEASE_HELD


def test_an_operator_resolves_what_the_marketplace_can_no_longer_say(shop: Shop) -> None:
    lease = shop.ledger.acquire_lease("shop", "dead", 60)
    assert lease is not None
    shop.ledger.begin(lease, IntentDraft("orders_ship", "bundle:1"), shop.clock.now())
    shop.ledger.release_lease(lease)
    (waiting,) = office(shop).waiting()
    assert office(shop).resolve(waiting.id, applied=True, by="김운영").state is IntentState.APPLIED
    assert office(shop).waiting() == ()


def test_the_async_office_is_the_same() -> None:
    async def reconcile() -> object:
        return (await AsyncBackOffice(MemoryLedger(cipher()), OFF).settlement()).reconciliation

    result = asyncio.run(reconcile())
    assert result is not None


def test_what_both_offer_has_the_same_arguments() -> None:
    for name, method in inspect.getmembers(BackOffice, inspect.isfunction):
        twin = getattr(ChannelRunner, name, None)
        if not name.startswith("_") and twin is not None:
            own, more = inspect.signature(method).parameters, inspect.signature(twin).parameters
            assert own.keys() <= more.keys(), name


def test_settings_reach_the_lease() -> None:
    with MemoryLedger(cipher()) as ledger:
        made = BackOffice(ledger, OFF, settings=RunnerSettings(lease_ttl=1, recovery_delay=0))
        made.put_links([])
        assert ledger.acquire_lease("shop", "another", 60) is not None, "the lease was given back"


def test_a_ledger_goes_on_at_another_host_by_an_operators_word(shop: Shop) -> None:
    desk = office(shop)
    with pytest.raises(ValidationError, match="base_url"):
        desk.rebind("마켓", by="김운영")
    assert desk.rebind("http://127.0.0.1:10/", by="김운영") == "http://127.0.0.1:9"
    with pytest.raises(LedgerAccountError, match="rebind"):
        shop.runner().collect_orders()
    desk.rebind("http://127.0.0.1:9", by="김운영")
    assert shop.runner().collect_orders().ok
    assert [row.actor for row in shop.ledger.audit("shop") if row.action == "rebind"] == ["김운영"] * 2
