"""Runner, ledger and sandbox under any interleaving of buyers, sellers, faults, crashes and clock jumps.

The model is what must hold whatever happened: an effect happens at most once, a bundle never travels with
another invoice than its own, nothing is both cancelled and shipped, and once the faults are over a few
quiet runs finish everything and the ledger agrees with the marketplace.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from kit import KEY, Shop, config, open_shop, parcel

from wemakeprice_sdk.config import ConfirmationMode
from wemakeprice_sdk.errors import CallError, ClockJumpError
from wemakeprice_sdk.ledger import IntentState
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.snapshot import PendingShipment
from wemakeprice_sdk.runner import ChannelRunner
from wemakeprice_sdk.sandbox import SandboxError

pytestmark = pytest.mark.slow
WRITES = ("orders_confirm", "orders_ship", "claims_approve", "claims_reject")
FAULTS = ("drop-before-commit", "drop-after-commit", "html-500", "503", "timeout")


class PowerCutError(BaseException):
    """Stands for SIGKILL."""


class RunnerMachine(RuleBasedStateMachine):
    """See the module."""

    @initialize()
    def open(self) -> None:
        self.stack = ExitStack()
        self.shop: Shop = self.stack.enter_context(open_shop())
        self.bundles: list[int] = []
        self.claims: list[int] = []
        # The day the account is linked: from here on everything has to be found, however long a pause is.
        self.runner().collect_orders()
        self.runner().claims(picked=())

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            try:
                self.finish()
            finally:
                self.stack.close()

    def runner(self, mode: ConfirmationMode = ConfirmationMode.AUTO) -> ChannelRunner:
        return self.shop.runner(config(mode))

    # buyers ------------------------------------------------------------------

    @rule(count=st.integers(1, 3))
    def order(self, count: int) -> None:
        self.bundles += [self.shop.order(quantity=2) for _ in range(count)]

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if self.bundles:
            try:
                number = data.draw(st.sampled_from(self.bundles))
                self.claims.append(self.shop.sandbox.request_cancel(KEY, number))
            except SandboxError:
                pass  # shipped, or asked before

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        if self.claims:
            with suppress(SandboxError):  # answered before
                self.shop.sandbox.withdraw(KEY, data.draw(st.sampled_from(self.claims)))

    # sellers -----------------------------------------------------------------

    @rule(data=st.data())
    def confirm_by_operator(self, data: st.DataObject) -> None:
        if self.bundles:
            with suppress(SandboxError):  # confirmed before
                self.shop.sandbox.prepare_bundle(KEY, data.draw(st.sampled_from(self.bundles)), "CONFIRM")

    @rule(mode=st.sampled_from([ConfirmationMode.AUTO, ConfirmationMode.MANUAL]))
    def collect(self, mode: ConfirmationMode) -> None:
        self.attempt(lambda: self.runner(mode).collect_orders())

    @rule(with_shipments=st.booleans())
    def answer(self, with_shipments: bool) -> None:
        parcels = self.ready() if with_shipments else ()
        self.attempt(lambda: self.runner().claims(picked=(), shipments=parcels))

    @rule()
    def ship(self) -> None:
        self.attempt(lambda: self.runner().ship(self.ready()))

    # trouble -----------------------------------------------------------------

    @rule(
        operation=st.sampled_from([*WRITES, "orders_list", "orders_get", "claims_list", "claims_get"]),
        kind=st.sampled_from(FAULTS),
        count=st.integers(1, 3),
    )
    def fault(self, operation: str, kind: str, count: int) -> None:
        self.shop.sandbox.faults.add(operation, kind, count=count, hold=0.0)

    @rule(
        place=st.sampled_from(["begin", "finish", "save", "mark_time", "acquire_lease"]),
        skip=st.integers(0, 4),
        after=st.booleans(),
        job=st.sampled_from(["collect", "ship", "claims"]),
    )
    def crash(self, place: str, skip: int, after: bool, job: str) -> None:
        ledger = self.shop.ledger
        real, left = getattr(ledger, place), [skip]

        def cut(*args: Any, **kwargs: Any) -> Any:
            if left[0] == 0:
                if after:
                    real(*args, **kwargs)
                raise PowerCutError
            left[0] -= 1
            return real(*args, **kwargs)

        jobs = {
            "collect": lambda: self.runner().collect_orders(),
            "ship": lambda: self.runner().ship(self.ready()),
            "claims": lambda: self.runner().claims(picked=(), shipments=self.ready()),
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ledger, place, cut)
            patch.setattr(ledger, "release_lease", lambda lease: None)
            with suppress(PowerCutError):
                self.attempt(jobs[job])

    @rule(minutes=st.sampled_from([1, 9, 61, 60 * 25, 60 * 24 * 4]))
    def pass_time(self, minutes: int) -> None:
        self.shop.pass_time(minutes=minutes)

    @rule(minutes=st.integers(1, 600))
    def clock_jumps_back_and_is_repaired(self, minutes: int) -> None:
        before = len(self.shop.sandbox.journal)
        here = self.shop.clock.now()
        self.shop.clock.set(here - timedelta(minutes=minutes))
        try:
            self.attempt(lambda: self.runner().recover())
        except ClockJumpError:
            assert len(self.shop.sandbox.journal) == before
        finally:
            self.shop.clock.set(here)

    # helpers -----------------------------------------------------------------

    def attempt(self, job: Any) -> None:
        with suppress(CallError):  # the marketplace failed; the next run goes on
            job()

    def ready(self) -> list[PendingShipment]:
        ledger = self.shop.ledger
        numbers = [int(row.ref) for row in ledger.records("shop", "bundle", status="CONFIRM")]
        keys = {f"{ActionKind.SHIP_BUNDLE}:{number}": number for number in numbers}
        done = ledger.is_done("shop", keys)
        return [parcel(number) for key, number in keys.items() if key not in done]

    # what must hold ----------------------------------------------------------

    @invariant()
    def every_effect_happened_at_most_once(self) -> None:
        if not hasattr(self, "shop"):
            return
        for operation in WRITES:
            targets = self.shop.writes(operation)
            assert len(targets) == len(set(targets)), f"{operation} twice"

    @invariant()
    def parcels_travel_with_their_own_invoice_and_nothing_cancelled_travels(self) -> None:
        if not hasattr(self, "shop"):
            return
        for number, bundle in self.shop.sandbox.find_shop(KEY).bundles.items():
            assert bundle.invoice in (None, f"7{number}")
            assert bundle.products or not self.was_shipped(number)

    def was_shipped(self, number: int) -> bool:
        return number in self.shop.writes("orders_ship")

    def finish(self) -> None:
        self.shop.sandbox.faults.clear()
        for _ in range(4):
            self.shop.pass_time(minutes=2)
            self.runner().collect_orders()
            self.runner().claims(picked=(), shipments=self.ready())
            self.runner().ship(self.ready())
        sandbox = self.shop.sandbox.find_shop(KEY)
        active = self.shop.ledger.active_intents("shop")
        assert not active, [
            (intent.state is IntentState.OPEN, intent.target, intent.detail) for intent in active
        ]
        left = {
            n: b.status for n, b in sandbox.bundles.items() if b.products and b.status in ("NEW", "CONFIRM")
        }
        assert not left, "nothing may be left over"
        assert all(claim.status != "REQUEST" for claim in sandbox.claims.values())
        kept = [int(row.ref) for row in self.shop.ledger.records("shop", "bundle")]
        assert len(kept) == len(set(kept))
        assert set(sandbox.bundles) - set(kept) <= {n for n, b in sandbox.bundles.items() if not b.products}
        assert verify(self.shop.ledger.audit("shop"), head=self.shop.ledger.audit_head("shop")).ok


TestRunner = RunnerMachine.TestCase
TestRunner.settings = settings(
    max_examples=20,
    stateful_step_count=18,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
