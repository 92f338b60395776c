from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import CJ, HOUR, NOW, at, bundle, claim, policy, snapshot

from wemakeprice_sdk.clock import KoreanBusinessCalendar, WeekdayCalendar
from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.errors import StaleSnapshotError
from wemakeprice_sdk.models.claims import ClaimOption, ClaimProduct
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, ShipMethod, ShipStatus
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.policy import (
    Approve,
    ApproveCancel,
    AtDeadline,
    CancelDecision,
    CancelLine,
    CancelRequest,
    ClaimSettings,
    Hold,
    HoldForOperator,
    PendingShipment,
    PickedLine,
    PickStrategy,
    Reason,
    Reject,
    RejectCancel,
    Shipment,
    SyncPolicy,
)
from wemakeprice_sdk.policy.cancels import cancel_deadline, combine, shipment_of
from wemakeprice_sdk.policy.derived import claimed_quantity

WHY = Reason("test", "6.3", "test", "시험")
SHIPPED = bundle(1, status=ShipStatus.DELIVERY, courier="CJ대한통운", invoice="1234-5678-9012")


def test_not_picked_is_approved() -> None:
    (action,) = policy().plan_claims(snapshot(bundles=[bundle(1)], claims=[claim()]), NOW)
    assert isinstance(action, ApproveCancel)
    assert (action.claim_bundle_no, action.bundle_no, action.reason.code) == (500, 1, "not-picked")


def test_an_invoice_in_hand_rejects_with_it_and_no_ship_call_follows() -> None:
    shop = snapshot(
        bundles=[bundle(1, status=ShipStatus.CONFIRM)], claims=[claim()], shipments=[PendingShipment(1, CJ)]
    )
    plan = policy().plan(shop, NOW)
    (action,) = plan
    assert isinstance(action, RejectCancel)
    assert (action.reason_code, action.shipment) == ("CJD3", CJ)
    assert [note.reason.code for note in plan.notes] == ["already-shipped"]


def test_a_bundle_that_left_rejects_with_its_own_invoice() -> None:
    (action,) = policy().plan_claims(snapshot(bundles=[SHIPPED], claims=[claim()]), NOW)
    assert isinstance(action, RejectCancel)
    assert action.shipment == Shipment(ShipMethod.PARCEL, "D002", "123456789012")


def test_direct_and_other_methods_are_written_back() -> None:
    direct = bundle(
        1, status=ShipStatus.DELIVERY, method=ShipMethod.DIRECT, schedule_ship_date=date(2026, 3, 12)
    )
    other = bundle(2, status=ShipStatus.DELIVERY, method=ShipMethod.ETC, ship_method_message="퀵서비스")
    shop = snapshot(bundles=[direct, other], claims=[claim(500), claim(501, bundle_no=2)])
    shipments = [a.shipment for a in policy().plan_claims(shop, NOW) if isinstance(a, RejectCancel)]
    assert shipments == [
        Shipment(ShipMethod.DIRECT, schedule_ship_date=date(2026, 3, 12)),
        Shipment(ShipMethod.ETC, message="퀵서비스"),
    ]


def test_a_bundle_that_left_with_an_unreadable_invoice_goes_to_an_operator() -> None:
    gone = bundle(1, status=ShipStatus.DELIVERY, courier="동네택배", invoice="AB-1")
    plan = policy().plan_claims(snapshot(bundles=[gone], claims=[claim()]), NOW)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["shipped-without-readable-invoice"]
    assert plan.alarms[0].severity is IssueSeverity.SERIOUS


# The claim of Wednesday 02:00 is approved by the marketplace on Friday 02:00.
DEADLINE = at("2026-03-13T02:00:00")


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (NOW, "picked-without-invoice"),
        (DEADLINE - timedelta(hours=2, seconds=1), "picked-without-invoice"),
        (DEADLINE - timedelta(hours=2), "decide-now"),
        (DEADLINE + HOUR, "decide-now"),
    ],
)
def test_picked_without_invoice_waits_until_just_before_the_deadline(now: object, code: str) -> None:
    shop = snapshot(at=now, bundles=[bundle(1)], claims=[claim()], picked=[PickedLine(100, 2)])  # type: ignore[arg-type]
    plan = policy().plan_claims(shop, now)  # type: ignore[arg-type]
    assert plan.is_empty
    (held,) = plan.held
    assert held.reason.code == code
    assert held.until == (DEADLINE if code == "decide-now" else DEADLINE - timedelta(hours=2))


def test_at_the_deadline_it_may_be_set_to_approve() -> None:
    now = DEADLINE - HOUR
    shop = snapshot(at=now, bundles=[bundle(1)], claims=[claim()], picked=[PickedLine(100, 2)])
    mine = policy(cancel_strategy=PickStrategy(at_deadline=AtDeadline.APPROVE))
    assert [a.reason.code for a in mine.plan_claims(shop, now)] == ["approved-at-deadline"]


def test_an_unread_bundle_is_never_approved_blindly() -> None:
    for now in (NOW, DEADLINE - HOUR):
        mine = policy(cancel_strategy=PickStrategy(at_deadline=AtDeadline.APPROVE))
        plan = mine.plan_claims(snapshot(at=now, claims=[claim()]), now)
        assert plan.is_empty
        assert plan.held[0].reason.code == "bundle-unknown"


@pytest.mark.parametrize(
    ("now", "severity"),
    [
        (NOW, None),
        (DEADLINE - timedelta(hours=2, seconds=1), None),
        (DEADLINE - timedelta(hours=2), IssueSeverity.SERIOUS),
        (DEADLINE + timedelta(days=1), IssueSeverity.SERIOUS),
    ],
)
def test_without_word_from_the_warehouse_nothing_is_approved(
    now: datetime, severity: IssueSeverity | None
) -> None:
    """Unknown is not "nothing is picked", not even for a strategy that approves at the deadline."""
    shop = snapshot(at=now, bundles=[bundle(1)], claims=[claim()], picked=None)
    for strategy in (PickStrategy(), PickStrategy(at_deadline=AtDeadline.APPROVE)):
        plan = policy(cancel_strategy=strategy).plan_claims(shop, now)
        assert plan.actions == ()
        (held,) = plan.held
        assert held.reason.code == "warehouse-unknown"
        assert held.auto_approval_at == DEADLINE
        alarms = {alarm.severity for alarm in plan.alarms if alarm.reason.code == "warehouse-unknown"}
        assert alarms == ({severity} if severity else set())
    said = evolve(shop, picked=())
    assert [type(row) for row in policy().plan_claims(said, now).actions] == [ApproveCancel]


def test_a_held_cancel_says_when_the_marketplace_approves_it_by_itself() -> None:
    plan = policy().plan_claims(
        snapshot(bundles=[bundle(1)], claims=[claim()], picked=[PickedLine(100, 2)]), NOW
    )
    (row,) = [row for row in plan.to_rows() if row["state"] == "held"]
    assert row["due"] == DEADLINE
    assert row["reason"].endswith(f"the marketplace approves it by itself at {DEADLINE:%Y-%m-%d %H:%M} (KST)")
    assert row["reason_ko"].endswith(f"처리하지 않으면 {DEADLINE:%Y-%m-%d %H:%M}에 자동 승인됩니다")
    unknown = snapshot(bundles=[bundle(1)], claims=[claim(requested=None)], picked=None)
    (row,) = [row for row in policy().plan_claims(unknown, NOW).to_rows() if row["state"] == "held"]
    assert row["due"] is None
    assert "by itself" not in row["reason"]


@pytest.mark.parametrize(
    ("ordered", "picked", "claimed", "approved"),
    [
        (5, 3, 2, True),
        (5, 3, 3, False),
        (5, 0, 5, True),
        (5, 5, 1, False),
        (1, 1, 1, False),
    ],
)
def test_partial_quantities(ordered: int, picked: int, claimed: int, approved: bool) -> None:
    shop = snapshot(
        bundles=[bundle(1, lines=[(10, ordered)])],
        claims=[claim(lines=[(0, claimed)])],
        picked=[PickedLine(100, picked)],
    )
    assert bool(policy().plan_claims(shop, NOW)) is approved


@frozen
class OneLineRejects:
    """Rejects the line it is told to, approves the others."""

    line_no: int

    def decide(self, request: CancelRequest, line: CancelLine, now: object) -> CancelDecision:
        return Reject(CJ, WHY) if line.order_option_no == self.line_no else Approve(WHY)


@pytest.mark.parametrize("line_no", [100, 101, 102])
def test_reject_wins_inside_one_claim(line_no: int) -> None:
    shop = snapshot(
        bundles=[bundle(1, lines=[(10, 1), (11, 1), (12, 1)])], claims=[claim(lines=[(0, 1), (1, 1), (2, 1)])]
    )
    (action,) = policy(cancel_strategy=OneLineRejects(line_no)).plan_claims(shop, NOW)
    assert isinstance(action, RejectCancel)


decisions = st.lists(
    st.one_of(
        st.just(Approve(WHY)),
        st.just(Reject(CJ, WHY)),
        st.builds(
            Hold,
            st.just(WHY),
            st.one_of(st.none(), st.datetimes().map(lambda d: d.replace(tzinfo=NOW.tzinfo))),
            st.one_of(st.none(), st.sampled_from(IssueSeverity)),
        ),
    ),
    max_size=5,
)


@settings(deadline=None)
@given(decisions, st.randoms())
def test_combining_does_not_depend_on_the_order_of_lines(rows: list[CancelDecision], random: object) -> None:
    first = combine(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    second = combine(shuffled)
    assert type(first) is type(second)
    if any(isinstance(row, Reject) for row in rows):
        assert isinstance(first, Reject)
    elif any(isinstance(row, Hold) for row in rows) or not rows:
        assert isinstance(first, Hold)
        assert isinstance(second, Hold)
        assert first.until == second.until
    else:
        assert isinstance(first, Approve)


@pytest.mark.parametrize(
    ("option", "product", "claimed"), [(1, 5, 1), (2, 5, 2), (0, 5, 5), (None, 5, 5), (None, None, 0)]
)
def test_the_claimed_quantity_is_that_of_the_option_else_of_the_product(
    option: int | None, product: int | None, claimed: int
) -> None:
    row = ClaimOption(order_option_no=100, option_qty=option)
    assert claimed_quantity(ClaimProduct(order_no=1, product_qty=product), row) == claimed


def test_without_lines_a_claim_is_left_to_an_operator() -> None:
    plan = policy().plan_claims(snapshot(bundles=[bundle(1)], claims=[claim(lines=[])]), NOW)
    assert plan.is_empty
    assert plan.alarms[0].severity is IssueSeverity.SERIOUS


@pytest.mark.parametrize("status", [s for s in ClaimStatus if not s.is_open])
def test_answered_and_withdrawn_cancels_need_nothing(status: ClaimStatus) -> None:
    plan = policy().plan_claims(snapshot(bundles=[bundle(1)], claims=[claim(status=status)]), NOW)
    assert plan.is_empty
    assert not plan.held


@pytest.mark.parametrize("strategy", [PickStrategy(), HoldForOperator()])
@pytest.mark.parametrize("age", [HOUR, timedelta(days=30)])
@pytest.mark.parametrize("shop", [[bundle(1)], [SHIPPED], []])
def test_a_held_cancel_is_neither_approved_nor_lost(
    strategy: PickStrategy | HoldForOperator, age: timedelta, shop: list[Bundle]
) -> None:
    held = claim(status=ClaimStatus.PENDING, requested=NOW - age)
    plan = policy(cancel_strategy=strategy).plan_claims(snapshot(bundles=shop, claims=[held]), NOW)
    assert plan.is_empty
    assert [(str(h.target), h.reason.code) for h in plan.held] == [("claim:500", "cancel-on-hold")]
    assert [(str(a.target), a.reason.code) for a in plan.alarms] == [("claim:500", "cancel-on-hold")]


def test_the_strategy_can_be_replaced() -> None:
    plan = policy(cancel_strategy=HoldForOperator()).plan_claims(
        snapshot(bundles=[bundle(1)], claims=[claim()]), NOW
    )
    assert [h.reason.code for h in plan.held] == ["left-to-operator"]
    assert plan.held[0].until == DEADLINE


@pytest.mark.parametrize(
    ("requested", "deadline"),
    [
        ("2026-03-11T02:00:00", "2026-03-13T02:00:00"),
        ("2026-03-13T15:30:00", "2026-03-17T15:30:00"),
        ("2026-03-14T10:00:00", "2026-03-18T00:00:00"),
        # Lunar New Year 2026: 16 to 18 February are days off.
        ("2026-02-13T09:00:00", "2026-02-20T09:00:00"),
        # 1 March 2026 is a Sunday, so Monday the 2nd is its substitute holiday.
        ("2026-02-27T18:00:00", "2026-03-04T18:00:00"),
    ],
)
def test_the_deadline_counts_korean_business_days(requested: str, deadline: str) -> None:
    found = cancel_deadline(claim(requested=at(requested)), KoreanBusinessCalendar(), ClaimSettings())
    assert found == at(deadline)


timestamps = st.datetimes(
    min_value=at("2024-01-01T00:00:00").replace(tzinfo=None),
    max_value=at("2027-12-01T00:00:00").replace(tzinfo=None),
).map(lambda timestamp: timestamp.replace(tzinfo=NOW.tzinfo))
days_off = st.frozensets(st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 31)), max_size=20)


@settings(deadline=None)
@given(timestamps, timestamps, st.integers(0, 5), days_off)
def test_a_later_request_never_has_an_earlier_deadline(
    one: object, two: object, days: int, off: frozenset[date]
) -> None:
    early, late = sorted([one, two])  # type: ignore[type-var]
    calendar, settings = WeekdayCalendar(off), ClaimSettings(business_days=days)
    first = cancel_deadline(claim(requested=early), calendar, settings)  # type: ignore[arg-type]
    second = cancel_deadline(claim(requested=late), calendar, settings)  # type: ignore[arg-type]
    assert first is not None
    assert second is not None
    assert first <= second
    assert early <= first  # type: ignore[operator]


def test_a_claim_without_a_request_timestamp_presses_at_once() -> None:
    shop = snapshot(bundles=[bundle(1)], claims=[claim(requested=None)], picked=[PickedLine(100, 2)])
    plan = policy().plan_claims(shop, NOW)
    assert plan.is_empty
    assert (plan.held[0].until, plan.alarms[0].severity) == (None, IssueSeverity.SERIOUS)


def test_stale_claims_are_refused() -> None:
    with pytest.raises(StaleSnapshotError, match="claims were read"):
        policy().plan_claims(snapshot(claims_at=NOW - 2 * HOUR, claims=[claim()]), NOW)


def test_the_default_calendar_is_the_korean_one() -> None:
    assert isinstance(SyncPolicy(policy().config).calendar, KoreanBusinessCalendar)


def test_order_switch_off_blocks_claims_too() -> None:
    plan = policy(switches={"order_api": False}).plan_claims(snapshot(claims=[claim()]), NOW)
    assert plan.is_empty
    assert [(b.gate, b.targets) for b in plan.blocked] == [("scope.order-api", 1)]
    assert claim().claim_type == ClaimType.CANCEL


def test_two_requests_for_one_line_do_not_let_picked_goods_go() -> None:
    shop = snapshot(
        bundles=[bundle(1, lines=[(10, 2)])],
        claims=[claim(500, lines=[(0, 1)]), claim(501, lines=[(0, 1)])],
        picked=[PickedLine(100, 1)],
    )
    plan = policy().plan_claims(shop, NOW)
    assert [a.key for a in plan] == ["approve-cancel:500"]
    assert [(str(h.target), h.reason.code) for h in plan.held] == [("claim:501", "picked-without-invoice")]
    spare = evolve(shop, picked=())
    assert [a.key for a in policy().plan_claims(spare, NOW)] == ["approve-cancel:500", "approve-cancel:501"]


@frozen
class Faulty:
    """A strategy of the caller's own that fails on one claim."""

    broken: int
    answer: object = None

    def decide(self, request: CancelRequest, line: CancelLine, now: object) -> CancelDecision:
        if request.claim.claim_bundle_no != self.broken:
            return Approve(WHY)
        if self.answer is None:
            raise KeyError("홍길동 010-0000-0000")
        return self.answer  # type: ignore[return-value]


def test_every_earlier_request_of_a_line_counts() -> None:
    shop = snapshot(
        bundles=[bundle(1, lines=[(10, 4)])],
        claims=[claim(500, lines=[(0, 2)]), claim(501, lines=[(0, 1)]), claim(502, lines=[(0, 1)])],
        picked=[PickedLine(100, 1)],
    )
    plan = policy().plan_claims(shop, NOW)
    assert [a.key for a in plan] == ["approve-cancel:500", "approve-cancel:501"]
    assert [str(h.target) for h in plan.held] == ["claim:502"]


def test_a_held_cancel_stops_none_of_those_after_it() -> None:
    held = claim(500, status=ClaimStatus.PENDING)
    shop = snapshot(bundles=[bundle(1), bundle(2)], claims=[held, claim(501, bundle_no=2)])
    plan = policy().plan_claims(shop, NOW)
    assert [a.key for a in plan] == ["approve-cancel:501"]
    (left,), (alarm,) = plan.held, plan.alarms
    assert (left.key, alarm.severity) == ("approve-cancel:500", IssueSeverity.ORDINARY)


def test_an_answer_says_what_it_answers() -> None:
    shop = snapshot(bundles=[bundle(1), bundle(2)], claims=[claim(500), claim(501, bundle_no=2)])
    shop = evolve(shop, shipments=(PendingShipment(2, CJ),))
    approved, rejected = policy().plan_claims(shop, NOW)
    assert isinstance(approved, ApproveCancel)
    assert isinstance(rejected, RejectCancel)
    for answer, code in ((approved, "not-picked"), (rejected, "invoice-exists")):
        assert (answer.requested_at, answer.claim_type, answer.before) == (
            NOW - HOUR,
            ClaimType.CANCEL,
            "취소신청",
        )
        assert answer.reason.code == code
    assert (approved.after, rejected.after) == ("취소승인", f"취소거절 {CJ}")


@pytest.mark.parametrize("early", [timedelta(0), timedelta(seconds=1)])
@pytest.mark.parametrize("strategy", [HoldForOperator(), Faulty(500)])
def test_what_stays_unanswered_is_warned_of_before_the_deadline(
    strategy: HoldForOperator | Faulty, early: timedelta
) -> None:
    now = DEADLINE - ClaimSettings().warn_before - early
    plan = policy(cancel_strategy=strategy).plan_claims(
        snapshot(at=now, bundles=[bundle(1)], claims=[claim()]), now
    )
    (held,) = plan.held
    assert (held.until, held.auto_approval_at) == (DEADLINE, DEADLINE)
    warned = [alarm for alarm in plan.alarms if alarm.reason.code == "cancel-deadline"]
    if early:
        assert warned == []
    else:
        (alarm,) = warned
        assert (str(alarm.target), alarm.severity, alarm.due) == (
            "claim:500",
            IssueSeverity.SERIOUS,
            DEADLINE,
        )
        assert alarm.reason.rule == "6.6"
        assert DEADLINE.isoformat() in alarm.reason.text
        assert f"{DEADLINE:%Y-%m-%d %H:%M}에 취소신청이 자동 승인됩니다" in alarm.reason.text_ko
    if isinstance(strategy, Faulty):
        serious = [alarm for alarm in plan.alarms if alarm.reason.code == "strategy-failed"]
        assert [(alarm.severity, alarm.due) for alarm in serious] == [(IssueSeverity.SERIOUS, DEADLINE)]
        assert held.reason.rule == "6.3"
        assert "KeyError" in held.reason.text
        assert "KeyError" in held.reason.text_ko


@pytest.mark.parametrize(
    "sent",
    [
        bundle(1, status=ShipStatus.DELIVERY, method=ShipMethod.DIRECT),
        bundle(1, status=ShipStatus.DELIVERY, method=ShipMethod.ETC),
        bundle(1, status=ShipStatus.DELIVERY, courier="CJ대한통운", invoice="AB-1"),
        bundle(1, status=ShipStatus.DELIVERY, courier="동네택배", invoice="123456789012"),
        bundle(1, status=ShipStatus.DELIVERY, courier="CJ대한통운"),
    ],
)
def test_what_a_bundle_travels_with_is_whole_or_unknown(sent: Bundle) -> None:
    assert shipment_of(sent) is None
    plan = policy().plan_claims(snapshot(bundles=[sent], claims=[claim()]), NOW)
    (held,) = plan.held
    assert (held.reason.code, held.until) == ("shipped-without-readable-invoice", DEADLINE)


def test_the_method_decides_what_a_parcel_is_known_by() -> None:
    left: dict[str, object] = {"schedule_ship_date": date(2026, 3, 12), "ship_method_message": "퀵서비스"}
    parcel = bundle(1, status=ShipStatus.DELIVERY, courier="CJ대한통운", invoice="1234-5678-9012", **left)
    assert shipment_of(parcel) == Shipment(ShipMethod.PARCEL, "D002", "123456789012")
    # Written, but not sent yet.
    assert (
        shipment_of(bundle(1, status=ShipStatus.CONFIRM, courier="CJ대한통운", invoice="123456789012"))
        is None
    )


@pytest.mark.parametrize(
    "parcel",
    [
        Shipment(ShipMethod.PARCEL, "D002", "1234567890123456"),
        Shipment(ShipMethod.PARCEL, "D033", "123456789012"),
        Shipment(ShipMethod.POST),
    ],
)
def test_a_refusal_that_cannot_be_sent_presses_an_operator(parcel: Shipment) -> None:
    shop = snapshot(
        bundles=[bundle(1, status=ShipStatus.CONFIRM)],
        claims=[claim()],
        shipments=[PendingShipment(1, parcel)],
    )
    plan = policy().plan(shop, NOW)
    assert plan.is_empty
    assert [(h.key, h.reason.code) for h in plan.held] == [
        ("reject-cancel:500", "shipment-invalid"),
        ("ship-bundle:1", "open-cancel"),
    ]
    assert [(a.severity, a.reason.code, a.due) for a in plan.alarms] == [
        (IssueSeverity.SERIOUS, "shipment-invalid", DEADLINE)
    ]


@pytest.mark.parametrize("status", [None, ShipStatus.from_wire("배송보류")])
def test_a_bundle_in_an_unknown_state_is_never_approved_blindly(status: ShipStatus | None) -> None:
    row = bundle(1)
    row = evolve(row, delivery=evolve(row.delivery, ship_status=status))  # type: ignore[type-var]
    plan = policy().plan_claims(snapshot(bundles=[row], claims=[claim()]), NOW)
    assert plan.is_empty
    assert [h.reason.code for h in plan.held] == ["bundle-state-unknown"]


def test_a_shipping_date_says_that_the_bundle_has_left() -> None:
    row = evolve(SHIPPED, order_shipping_date=NOW)
    row = evolve(row, delivery=evolve(row.delivery, ship_status=ShipStatus.CONFIRM))  # type: ignore[type-var]
    (action,) = policy().plan_claims(snapshot(bundles=[row], claims=[claim()]), NOW)
    assert isinstance(action, RejectCancel)


def test_stale_bundles_are_refused_where_a_request_rests_on_them() -> None:
    old = {"bundles_at": NOW - 2 * HOUR, "bundles": [bundle(1)]}
    with pytest.raises(StaleSnapshotError, match="bundles were read"):
        policy().plan_claims(snapshot(**old, claims=[claim()]), NOW)
    assert policy().plan_claims(snapshot(**old, claims=[]), NOW).is_empty


def test_claims_without_a_bundle_number_do_not_wait_for_each_other() -> None:
    @frozen
    class ApproveAll:
        def decide(self, request: CancelRequest, line: CancelLine, now: object) -> CancelDecision:
            return Approve(WHY)

    rows = [evolve(claim(number), bundle_no=None) for number in (500, 501)]
    plan = policy(cancel_strategy=ApproveAll()).plan_claims(snapshot(claims=rows), NOW)
    assert [(a.key, a.depends_on) for a in plan] == [("approve-cancel:500", ()), ("approve-cancel:501", ())]


@pytest.mark.parametrize("answer", [None, "approve", True])
def test_a_strategy_that_fails_names_its_claim_and_stops_no_other(answer: object) -> None:
    shop = snapshot(
        bundles=[bundle(1), bundle(2)],
        claims=[claim(500), claim(501, bundle_no=2)],
    )
    strategy = Faulty(500, answer)
    plan = policy(cancel_strategy=strategy).plan_claims(shop, NOW)
    (action,) = plan
    assert isinstance(action, ApproveCancel)
    assert action.claim_bundle_no == 501
    (held,) = plan.held
    assert (held.target.id, held.reason.code) == ("500", "strategy-failed")
    assert [(a.target.id, a.severity) for a in plan.alarms if a.reason.code == "strategy-failed"] == [
        ("500", IssueSeverity.SERIOUS)
    ]
    assert "홍길동" not in f"{plan!r}{held.reason}"
