"""SyncPolicy: settings, data and a time become a plan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind, of_kind
from wemakeprice_sdk.clock import BusinessCalendar, KoreanBusinessCalendar, require_aware
from wemakeprice_sdk.config import ChannelConfig
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.answers import plan_answers
from wemakeprice_sdk.policy.cancels import CancelStrategy, PickStrategy, plan_cancels
from wemakeprice_sdk.policy.dispatch import plan_dispatch
from wemakeprice_sdk.policy.gates import Gatekeeper
from wemakeprice_sdk.policy.imports import plan_imports
from wemakeprice_sdk.policy.orders import plan_orders
from wemakeprice_sdk.policy.plan import SyncPlan
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.returns import note_sold_out, plan_returns
from wemakeprice_sdk.policy.sale_period import plan_sale_periods
from wemakeprice_sdk.policy.settings import PolicySettings
from wemakeprice_sdk.policy.simulate import advance
from wemakeprice_sdk.policy.snapshot import Part, Snapshot
from wemakeprice_sdk.policy.stock import plan_stock
from wemakeprice_sdk.policy.templates import plan_templates
from wemakeprice_sdk.policy.winddown import hold_confirmations, hold_extensions, hold_stock, plan_stops

__all__ = ["PlanPart", "SyncPolicy"]


class PlanPart(StrEnum):
    """The parts of a plan, in the order in which they are planned."""

    CLAIMS = "claims"
    ORDERS = "orders"
    DISPATCH = "dispatch"
    TEMPLATES = "templates"
    IMPORTS = "imports"
    STOCK = "stock"
    SALE_PERIODS = "sale-periods"
    WIND_DOWN = "wind-down"
    ANSWERS = "answers"


@frozen
class SyncPolicy:
    """Decides what should be done for one account.

    Pure: no I/O and no clock; the same configuration, snapshot and time give the same plan, whatever the
    order of the rows. `cancel_strategy` answers cancel requests, `calendar` counts the business days until
    the marketplace answers itself, `settings` fill what the rules leave open. While the configuration winds
    the account down (`switches.wind_down`), nothing is confirmed, extended, resumed or sent as stock any
    more; claims, dispatch and answers go on, and `plan_wind_down` stops every sale.
    """

    config: ChannelConfig = field(validator=of_kind(ChannelConfig))
    calendar: BusinessCalendar = field(
        factory=KoreanBusinessCalendar, validator=of_kind(BusinessCalendar), kw_only=True
    )
    cancel_strategy: CancelStrategy = field(
        factory=PickStrategy, validator=of_kind(CancelStrategy), kw_only=True
    )
    settings: PolicySettings = field(factory=PolicySettings, validator=of_kind(PolicySettings), kw_only=True)

    def plan(self, snapshot: Snapshot, now: datetime, *, jobs: Iterable[PlanPart] | None = None) -> SyncPlan:
        """Plan every job whose data the snapshot holds, or exactly `jobs`.

        Later jobs see what earlier ones will have done: a bundle confirmed here may be shipped here, and
        depends on it. Raises `NaiveDatetimeError`, `StaleSnapshotError` when data is older than the settings
        allow, `BlastRadiusError` when the plan touches more than `settings.max_targets`.
        """
        check_kind("snapshot", snapshot, Snapshot)
        at = require_aware(now, "now")
        wanted = frozenset(_ready(snapshot) if jobs is None else jobs)
        for part in wanted:
            check_kind("jobs", part, PlanPart)
        builder = PlanBuilder(Gatekeeper(self.config), at, snapshot.in_flight)
        self._plan_orders(builder, snapshot, wanted)
        self._plan_products(builder, snapshot, wanted)
        if PlanPart.ANSWERS in wanted:
            plan_answers(builder, snapshot)
        plan = builder.plan(self.config.seller_id)
        return plan if self.settings.max_targets is None else plan.require_radius(self.settings.max_targets)

    def plan_claims(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan the answers to cancel requests and the next steps of returns and exchanges."""
        return self.plan(snapshot, now, jobs=(PlanPart.CLAIMS,))

    def plan_orders(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan confirmations, and alarms about late shipments."""
        return self.plan(snapshot, now, jobs=(PlanPart.ORDERS,))

    def plan_dispatch(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan to send the bundles whose invoice is ready."""
        return self.plan(snapshot, now, jobs=(PlanPart.DISPATCH,))

    def plan_templates(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan the first import of templates, and wished changes and deletions."""
        return self.plan(snapshot, now, jobs=(PlanPart.TEMPLATES,))

    def plan_imports(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan the import of products and deals that are not registered yet."""
        return self.plan(snapshot, now, jobs=(PlanPart.IMPORTS,))

    def plan_stock(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan stock, sale state and display by SKU."""
        return self.plan(snapshot, now, jobs=(PlanPart.STOCK,))

    def plan_sale_periods(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan the nightly extension of sale periods."""
        return self.plan(snapshot, now, jobs=(PlanPart.SALE_PERIODS,))

    def plan_wind_down(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan to stop the sale of every product of the snapshot (판매채널 정리)."""
        return self.plan(snapshot, now, jobs=(PlanPart.WIND_DOWN,))

    def plan_answers(self, snapshot: Snapshot, now: datetime) -> SyncPlan:
        """Plan the answers to questions and inquiries that an operator wrote."""
        return self.plan(snapshot, now, jobs=(PlanPart.ANSWERS,))

    def _plan_orders(self, builder: PlanBuilder, snapshot: Snapshot, wanted: frozenset[PlanPart]) -> None:
        if wanted.isdisjoint((PlanPart.CLAIMS, PlanPart.ORDERS, PlanPart.DISPATCH)):
            return
        view = _orders_view(snapshot)
        if PlanPart.CLAIMS in wanted:
            self._claims(builder, view)
            view = _after(builder, view, since=0)
        done = len(builder.actions)
        if PlanPart.ORDERS in wanted and self.config.switches.wind_down:
            hold_confirmations(builder, view)
        elif PlanPart.ORDERS in wanted:
            plan_orders(builder, view, self.config.confirmation, self.settings.orders)
            view = _after(builder, view, since=done)
        if PlanPart.DISPATCH in wanted:
            plan_dispatch(builder, view, self.settings.dispatch)

    def _claims(self, builder: PlanBuilder, snapshot: Snapshot) -> None:
        if not builder.is_open(ActionKind.APPROVE_CANCEL, len(snapshot.claims)):
            return
        snapshot.require_fresh(Part.CLAIMS, builder.now, self.settings.claims.max_age)
        plan_cancels(builder, snapshot, self.cancel_strategy, self.calendar, self.settings.claims)
        plan_returns(builder, snapshot)
        note_sold_out(builder, snapshot)

    def _plan_products(self, builder: PlanBuilder, snapshot: Snapshot, wanted: frozenset[PlanPart]) -> None:
        if PlanPart.TEMPLATES in wanted:
            plan_templates(builder, snapshot, self.settings.templates)
        if PlanPart.IMPORTS in wanted:
            plan_imports(builder, snapshot)
        winding_down = self.config.switches.wind_down
        if PlanPart.STOCK in wanted and winding_down:
            hold_stock(builder, snapshot)
        elif PlanPart.STOCK in wanted:
            plan_stock(builder, snapshot, self.settings.stock)
        if PlanPart.WIND_DOWN in wanted:
            plan_stops(builder, snapshot, self.settings.stock)
        if PlanPart.SALE_PERIODS in wanted and winding_down:
            hold_extensions(builder, snapshot)
        elif PlanPart.SALE_PERIODS in wanted:
            plan_sale_periods(builder, snapshot, self.config, self.settings.sale_period)


def _ready(snapshot: Snapshot) -> set[PlanPart]:
    asked = {
        PlanPart.CLAIMS: snapshot.claims_at is not None,
        PlanPart.ORDERS: snapshot.bundles_at is not None,
        PlanPart.DISPATCH: bool(snapshot.shipments),
        PlanPart.TEMPLATES: snapshot.templates_imported is not None,
        PlanPart.IMPORTS: bool(snapshot.product_candidates or snapshot.deal_candidates),
        PlanPart.STOCK: snapshot.products_at is not None,
        PlanPart.SALE_PERIODS: snapshot.products_at is not None,
        PlanPart.ANSWERS: bool(snapshot.answers or snapshot.inquiry_answers),
    }
    return {job for job, ready in asked.items() if ready}


def _orders_view(snapshot: Snapshot) -> Snapshot:
    # Products and stock can be a million rows; orders only need to know which products are Runple.
    return evolve(
        snapshot,
        products=(),
        stock=(),
        stock_at=None,
        reservations=(),
        links=tuple(link for link in snapshot.links if link.runple),
    )


def _after(builder: PlanBuilder, view: Snapshot, *, since: int) -> Snapshot:
    fresh = list(builder.actions.values())[since:]
    return advance(view, fresh, builder.now) if fresh else view
