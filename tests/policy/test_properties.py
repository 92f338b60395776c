"""What holds for every plan, over invented shops of every shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import NOW, link, snapshot
from policy_shops import Dice, any_policy, order_parts, product_parts, shop_parts, stock_parts

from wemakeprice_sdk.models.codes import (
    ClaimStatus,
    ClaimType,
    ExchangeShipStatus,
    PickupStatus,
    ProductStatus,
    ShipStatus,
    SkuLinkMode,
)
from wemakeprice_sdk.policy import (
    Action,
    ActionKind,
    ApproveCancel,
    ApproveReturn,
    CompleteExchange,
    CompletePickup,
    ConfirmBundle,
    ExtendSalePeriod,
    HoldReturn,
    ImportDeal,
    ImportProduct,
    LinkFlags,
    PickStrategy,
    PlanPart,
    RegisterPickup,
    RejectCancel,
    SetOptions,
    SetStatus,
    SetStock,
    ShipBundle,
    ShipExchange,
    Snapshot,
    SyncPolicy,
    advance,
    gates,
    merge_plans,
)
from wemakeprice_sdk.policy.actions import BundleAction
from wemakeprice_sdk.policy.derived import (
    bundle_lines,
    claim_lines,
    claimed_quantity,
    option_rows,
    ordered_quantity,
)
from wemakeprice_sdk.policy.sale_period import latest_end

pytestmark = pytest.mark.slow

CASES = settings(max_examples=300, deadline=None)
SEEDS = st.integers(0, 2**48).map(Dice)


def link_flags(shop: Snapshot, action: Action) -> LinkFlags | None:
    """The flags of the link an action goes through, looked up apart from the planner."""
    if isinstance(action, ConfirmBundle):
        return None
    mine = [link for link in shop.links if link.product_no == getattr(action, "product_no", None)]
    if isinstance(action, SetOptions):
        changed = {change.option_key for change in action.changes}
        mine = [link for link in mine if link.option_key in changed]
        assert len(mine) == len(changed)
    if isinstance(action, SetStock):
        mine = [link for link in mine if link.option_key == ()]
    if not mine:
        return None
    through = any if isinstance(action, SetStatus) or action.kind == ActionKind.SET_DISPLAY else all
    return LinkFlags(
        sku_link=through(link.mode is not SkuLinkMode.NONE for link in mine),
        stock_sync=through(link.stock_sync for link in mine),
    )


@CASES
@given(SEEDS)
def test_nothing_is_planned_while_a_gate_blocks(dice: Dice) -> None:
    mine, shop = any_policy(dice), snapshot(**shop_parts(dice))
    plan = mine.plan(shop, NOW)
    for action in plan:
        flags = link_flags(shop, action)
        source = action.source if isinstance(action, ImportProduct | ImportDeal) else None
        closed = gates.check(mine.config, action.kind, flags=flags, source=source)
        assert closed is None, (action, closed)
    if not mine.config.switches.master or not mine.config.is_onboarded:
        assert plan.is_empty


@CASES
@given(SEEDS)
def test_the_order_of_rows_does_not_matter(dice: Dice) -> None:
    mine, parts = any_policy(dice), shop_parts(dice)
    shuffled = {
        name: dice.rng.sample(rows, len(rows)) if isinstance(rows, list) else rows
        for name, rows in parts.items()
    }
    first, second = mine.plan(snapshot(**parts), NOW), mine.plan(snapshot(**shuffled), NOW)
    assert first == second
    assert first.to_json() == second.to_json()


@CASES
@given(SEEDS)
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(dice: Dice) -> None:
    mine, shop = any_policy(dice, open_gates=dice.flag()), snapshot(**shop_parts(dice))
    plan = mine.plan(shop, NOW)
    again = mine.plan(advance(shop, plan, NOW), NOW)
    assert again.is_empty, (list(plan), list(again))


@CASES
@given(SEEDS)
def test_a_plan_cut_anywhere_is_finished_by_the_next(dice: Dice) -> None:
    mine, shop = any_policy(dice, open_gates=True), snapshot(**shop_parts(dice))
    whole = mine.plan(shop, NOW)
    first = whole.limit(dice.number(0, len(whole)))
    rest = mine.plan(advance(shop, first, NOW), NOW)
    done, left = [a.key for a in first], [a.key for a in rest]
    assert not set(done) & set(left)
    assert set(done) | set(left) == {a.key for a in whole}


@CASES
@given(SEEDS)
def test_what_is_in_flight_is_never_repeated(dice: Dice) -> None:
    mine, parts = any_policy(dice, open_gates=True), shop_parts(dice)
    keys = [action.key for action in mine.plan(snapshot(**parts), NOW)]
    flying = set(dice.some(keys))
    plan = mine.plan(snapshot(**{**parts, "in_flight": flying}), NOW)
    waiting = {held.key for held in plan.held if held.reason.code == "in-flight"}
    assert not {action.key for action in plan} & flying
    assert {action.key for action in plan} <= set(keys)
    assert waiting <= flying
    assert bool(waiting) == bool(flying)


class Marketplace:
    """The contract's state machines, strict: an action that is not allowed fails the test."""

    def __init__(self, shop: Snapshot) -> None:
        self.bundles: dict[int, ShipStatus | None] = {
            b.bundle_no: b.delivery.ship_status if b.delivery else None for b in shop.bundles
        }
        self.cancels = {
            c.claim_bundle_no: c.bundle_no
            for c in shop.claims
            if c.claim_type == ClaimType.CANCEL and c.claim_status in (ClaimStatus.REQUEST, ClaimStatus.DELAY)
        }
        # A held cancel keeps its bundle back, and only an operator answers it.
        self.held = {
            c.bundle_no
            for c in shop.claims
            if c.claim_type == ClaimType.CANCEL and c.claim_status == ClaimStatus.PENDING
        }
        self.claims = {c.claim_bundle_no: c for c in shop.claims}
        self.pickups = {c.claim_bundle_no: c.pickup.ship_status if c.pickup else None for c in shop.claims}
        self.status = {c.claim_bundle_no: c.claim_status for c in shop.claims}
        self.resent = {c.claim_bundle_no: c.delivery.ship_status if c.delivery else None for c in shop.claims}

    def do(self, action: Action) -> None:
        match action:
            case ConfirmBundle(bundle_no=number):
                assert self.bundles[number] == ShipStatus.NEW
                assert number not in (*self.cancels.values(), *self.held)
                self.bundles[number] = ShipStatus.CONFIRM
            case ShipBundle(bundle_no=number):
                assert self.bundles[number] == ShipStatus.CONFIRM
                assert number not in (*self.cancels.values(), *self.held)
                self.bundles[number] = ShipStatus.DELIVERY
            case ApproveCancel(claim_bundle_no=number):
                del self.cancels[number]
            case RejectCancel(claim_bundle_no=number, bundle_no=bundle_no):
                del self.cancels[number]
                self.bundles[bundle_no] = ShipStatus.DELIVERY
            case _:
                self.returns(action)

    def returns(self, action: Action) -> None:
        open_states = [status for status in ClaimStatus if status.is_open]
        requested = (ClaimStatus.REQUEST, ClaimStatus.DELAY)
        match action:
            case RegisterPickup(claim_bundle_no=number):
                assert self.status[number] == ClaimStatus.REQUEST
                assert self.pickups[number] == PickupStatus.PICKUP_WAIT
                self.pickups[number] = PickupStatus.PICKUP_REQUESTED
            case CompletePickup(claim_bundle_no=number):
                assert self.status[number] in open_states
                assert self.pickups[number] != PickupStatus.PICKUP_DONE
                self.pickups[number] = PickupStatus.PICKUP_DONE
            case HoldReturn(claim_bundle_no=number):
                assert self.claims[number].claim_type == ClaimType.RETURN
                assert self.status[number] in requested
                assert self.pickups[number] == PickupStatus.PICKUP_DONE
                self.status[number] = ClaimStatus.PENDING
            case ApproveReturn(claim_bundle_no=number) | ShipExchange(claim_bundle_no=number):
                exchange = self.claims[number].claim_type == ClaimType.EXCHANGE
                assert exchange == isinstance(action, ShipExchange)
                assert self.status[number] in open_states
                assert self.pickups[number] == PickupStatus.PICKUP_DONE
                self.status[number] = ClaimStatus.APPROVE
                self.resent[number] = ExchangeShipStatus.DELIVERY if exchange else None
            case CompleteExchange(claim_bundle_no=number):
                assert self.status[number] == ClaimStatus.APPROVE
                assert self.resent[number] in (ExchangeShipStatus.RELEASED, ExchangeShipStatus.DELIVERY)
                self.resent[number] = ExchangeShipStatus.COMPLETE
            case _:
                raise AssertionError(action)


@CASES
@given(SEEDS)
def test_every_order_action_is_allowed_by_the_contract_when_its_turn_comes(dice: Dice) -> None:
    mine, parts, runple = any_policy(dice, open_gates=True), order_parts(dice), dice.some([10, 11, 12])
    links = [link(n, "A", runple=n in runple, stock_sync=False) for n in (10, 11, 12)]
    shop = snapshot(**parts, links=links)
    place = Marketplace(shop)
    for action in mine.plan(shop, NOW, jobs=[PlanPart.CLAIMS, PlanPart.ORDERS, PlanPart.DISPATCH]):
        place.do(action)


@CASES
@given(SEEDS)
def test_approved_cancels_together_leave_the_picked_goods_alone(dice: Dice) -> None:
    mine = evolve(any_policy(dice, open_gates=True), cancel_strategy=PickStrategy())
    shop = snapshot(**order_parts(dice))
    ordered = {o.order_option_no: ordered_quantity(p, o) for b in shop.bundles for p, o in bundle_lines(b)}
    left = Counter(ordered)
    claims = {row.claim_bundle_no: row for row in shop.claims}
    for action in mine.plan_claims(shop, NOW):
        if isinstance(action, ApproveCancel):
            for product, option in claim_lines(claims[action.claim_bundle_no]):
                left[option.order_option_no] -= claimed_quantity(product, option)
    for row in shop.picked:
        if left[row.order_option_no] < ordered.get(row.order_option_no, 0):
            assert left[row.order_option_no] >= row.quantity


@CASES
@given(SEEDS)
def test_no_plan_contradicts_itself(dice: Dice) -> None:
    plan = any_policy(dice).plan(snapshot(**shop_parts(dice)), NOW)
    done = {(action.target, action.kind) for action in plan}
    for one, other in CONTRADICTIONS:
        assert not {target for target, kind in done if kind is one} & {
            target for target, kind in done if kind is other
        }
    refused = {action.bundle_no for action in plan if isinstance(action, RejectCancel)}
    left_alone = {ActionKind.CONFIRM_BUNDLE, ActionKind.SHIP_BUNDLE}
    assert not {a.bundle_no for a in plan if isinstance(a, BundleAction) and a.kind in left_alone} & refused
    stopped = {a.product_no for a in plan if isinstance(a, SetStatus) and a.status == ProductStatus.STOP}
    assert not {a.product_no for a in plan if isinstance(a, ExtendSalePeriod)} & stopped
    # Nothing that is done is held or blocked as well; of the options of one product some may wait.
    assert (
        not {(held.target, held.kind) for held in plan.held if held.kind is not ActionKind.SET_OPTIONS} & done
    )
    assert not done & {(row.target, row.kind) for row in plan.blocked if row.target is not None}
    assert len({(row.target, row.kind, row.gate) for row in plan.blocked}) == len(plan.blocked)


CONTRADICTIONS = [
    (ActionKind.APPROVE_CANCEL, ActionKind.REJECT_CANCEL),
    (ActionKind.HOLD_RETURN, ActionKind.APPROVE_RETURN),
    (ActionKind.SAVE_TEMPLATE, ActionKind.DELETE_TEMPLATE),
    (ActionKind.SET_STOCK, ActionKind.SET_OPTIONS),
]


@CASES
@given(SEEDS)
def test_the_parts_of_a_plan_make_the_plan(dice: Dice) -> None:
    plan = any_policy(dice, open_gates=dice.flag()).plan(snapshot(**shop_parts(dice)), NOW)
    kinds = frozenset(dice.some(ActionKind))
    kept, rest = plan.filter(kinds=kinds), plan.filter(where=lambda action: action.kind not in kinds)
    assert plan.filter() == plan == merge_plans([plan])
    assert kept.filter(kinds=kinds) == kept
    assert {a.key for a in kept} <= {a.key for a in plan if a.kind in kinds}
    # What a filter does not keep, it either was told to drop or says it holds.
    for part, wanted in ((kept, kinds), (rest, frozenset(ActionKind) - kinds)):
        left_out = {held.key for held in part.held if held.reason.code == "dependency-left-out"}
        assert {a.key for a in plan if a.kind in wanted} <= {a.key for a in part} | left_out
    empty = evolve(plan, actions=(), held=(), blocked=(), alarms=(), notes=())
    assert merge_plans([empty, plan]) == plan == merge_plans([plan, empty])
    assert plan.diff(plan).is_empty
    assert {a.key for a in plan.diff(empty).added} == {a.key for a in plan}
    assert [a.key for a in plan.limit(2)] == [a.key for a in plan][:2]


@CASES
@given(SEEDS)
def test_stock_stays_in_range_and_lists_stay_complete(dice: Dice) -> None:
    mine = any_policy(dice, open_gates=True)
    shop = snapshot(**product_parts(dice), **stock_parts(dice))
    plan = mine.plan_stock(shop, NOW)
    known = {row.product_no: row for row in shop.products}
    fresh = {(row.product_no, row.option_key): row for row in shop.links}
    for action in plan:
        counts: Mapping[tuple[str, ...], int | None] = {}
        if isinstance(action, SetStock):
            counts = {(): action.stock_count}
        elif isinstance(action, SetOptions):
            counts = {change.option_key: change.stock_count for change in action.changes}
        for key, count in counts.items():
            assert count is None or 0 <= count <= 99_999
            row = fresh[action.product_no, key]  # type: ignore[attr-defined]
            assert count != 0 or not row.never_pushed or row.zero_acknowledged
    after = {row.product_no: row for row in advance(shop, plan, NOW).products}
    for number, row in known.items():
        assert [r.values for r in option_rows(row)] == [r.values for r in option_rows(after[number])]
        untouched = [r for r in option_rows(row) if not _syncs(fresh.get((number, r.values)))]
        assert all(r in option_rows(after[number]) for r in untouched)


def _syncs(row: object) -> bool:
    return row is not None and row.syncs  # type: ignore[attr-defined,no-any-return]


@CASES
@given(SEEDS)
def test_more_stock_never_lowers_what_any_option_shows(dice: Dice) -> None:
    mine = any_policy(dice, open_gates=True)
    poor = snapshot(**product_parts(dice), **stock_parts(dice))
    more = dice.number(0, 60)
    rich = evolve(poor, stock=tuple(evolve(row, quantity=row.quantity + more) for row in poor.stock))
    for before, after in zip(_shown(mine, poor), _shown(mine, rich), strict=True):
        assert before <= after


def _shown(mine: SyncPolicy, shop: Snapshot) -> list[int]:
    # A link fresh from an import keeps what it has instead of 0, which is no statement about stock.
    shop = evolve(shop, links=tuple(evolve(row, never_pushed=False) for row in shop.links))
    found = []
    for row in advance(shop, mine.plan_stock(shop, NOW), NOW).products:
        rows = option_rows(row)
        found += [r.stock_count or 0 for r in rows] or [row.sale.stock_count or 0]  # type: ignore[union-attr]
    return found


@CASES
@given(SEEDS)
def test_extensions_grow_stay_in_five_years_and_come_once(dice: Dice) -> None:
    mine = any_policy(dice, open_gates=True)
    shop = snapshot(**product_parts(dice), **stock_parts(dice))
    known = {row.product_no: row for row in shop.products}
    for action in mine.plan_sale_periods(shop, NOW):
        assert isinstance(action, ExtendSalePeriod)
        sale = known[action.product_no].sale
        assert sale is not None
        assert sale.sale_start_date is not None
        assert action.old_end < action.new_end <= latest_end(sale.sale_start_date)
        assert action.old_end - NOW < timedelta(days=7)
        assert action.new_end > NOW
        assert action.new_end.minute == 0
        assert shop.last_extension.get(action.product_no) != action.dawn


@CASES
@given(SEEDS)
def test_every_word_of_a_plan_is_said_in_both_languages(dice: Dice) -> None:
    plan = any_policy(dice).plan(snapshot(**shop_parts(dice)), NOW)
    entries = [*plan.actions, *plan.held, *plan.blocked, *plan.alarms, *plan.notes]
    for entry in entries:
        reason = entry.reason  # type: ignore[attr-defined]
        assert reason.code
        assert reason.rule
        assert reason.text
        assert any("가" <= char <= "힣" for char in reason.text_ko)
        assert not any(odd in reason.text_ko for odd in ("+09:00", "(가)", "(을)", "(으)", "None"))
    assert len({(h.key, h.reason.code) for h in plan.held}) == len(plan.held)


@pytest.mark.parametrize("job", list(PlanPart))
def test_jobs_alone_do_not_leave_their_room(job: PlanPart) -> None:
    allowed = {
        PlanPart.CLAIMS: {"claim"},
        PlanPart.ORDERS: {"bundle"},
        PlanPart.DISPATCH: {"bundle"},
        PlanPart.TEMPLATES: {"template", "account", "product"},
        PlanPart.IMPORTS: {"product", "deal"},
        PlanPart.STOCK: {"product"},
        PlanPart.SALE_PERIODS: {"product"},
        PlanPart.WIND_DOWN: {"product"},
        PlanPart.ANSWERS: {"question", "inquiry"},
    }[job]

    for seed in range(60):
        dice = Dice(seed)
        mine = any_policy(dice, open_gates=True)
        plan = mine.plan(snapshot(**shop_parts(dice)), NOW, jobs=[job])
        assert {action.target.kind.value for action in plan} <= allowed


def test_the_invented_shops_produce_every_kind_of_action() -> None:
    seen: set[ActionKind] = set()
    for seed in range(400):
        dice = Dice(seed)
        seen.update(any_policy(dice, open_gates=True).plan(snapshot(**shop_parts(dice)), NOW).counts)
    planned = {kind for kind in ActionKind if not kind.value.startswith("collect-")}
    elsewhere = {"change-invoice", "complete-direct", "cancel-option", "save-product", "set-broadcast"}
    rare = {"import-templates", "answer-inquiry"}
    assert {kind.value for kind in planned - seen} == elsewhere | rare
