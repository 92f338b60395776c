"""Cancel requests (취소신청): a replaceable strategy, the deadline, reject wins (rules 6.3, 6.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind, of_kind
from wemakeprice_sdk.clock import BusinessCalendar, add_business_days, korean_minute
from wemakeprice_sdk.config import IssueSeverity
from wemakeprice_sdk.models import couriers
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import ClaimType, ShipMethod, ShipStatus
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.policy.actions import (
    ActionKind,
    ApproveCancel,
    Reason,
    RejectCancel,
    Shipment,
    Target,
    TargetKind,
)
from wemakeprice_sdk.policy.derived import (
    bundle_lines,
    bundle_status,
    claim_lines,
    claimed_quantity,
    is_held_cancel,
    is_open_cancel,
    is_shipped,
    is_unclear_cancel,
    ordered_quantity,
)
from wemakeprice_sdk.policy.dispatch import request_fault
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.settings import ClaimSettings, not_negative
from wemakeprice_sdk.policy.snapshot import Part, Snapshot

__all__ = [
    "Approve",
    "AtDeadline",
    "CancelDecision",
    "CancelLine",
    "CancelRequest",
    "CancelStrategy",
    "Hold",
    "HoldForOperator",
    "PickStrategy",
    "Reject",
    "combine",
]


@frozen
class CancelLine:
    """One line of a cancel request: claimed, ordered and picked units.

    `ordered` is without what the plan already lets go for an earlier request of the same line; None when the
    bundle is not known. `picked` is None when the warehouse said nothing: unknown is not 0.
    """

    order_option_no: int
    claimed: int
    ordered: int | None
    picked: int | None

    @property
    def touches_picked(self) -> bool | None:
        """Whether goods already taken from the shelf would have to go back; None when nobody knows."""
        if self.picked is None:
            return None
        if self.ordered is None:
            return self.picked > 0
        return self.picked + self.claimed > self.ordered


@frozen
class CancelRequest:
    """What a strategy decides on: claim, lines, bundle, the parcel that exists, the deadline (KST).

    At the deadline the marketplace approves the claim itself (grade B); None when the request time is not
    known. `shipped` says that the bundle has left, even if its invoice cannot be read.
    """

    claim: Claim = field(repr=False)
    lines: tuple[CancelLine, ...]
    bundle: Bundle | None = field(repr=False)
    shipment: Shipment | None
    shipped: bool
    deadline: datetime | None


@frozen
class Approve:
    """Let the buyer cancel."""

    reason: Reason = field(validator=of_kind(Reason))


@frozen
class Reject:
    """Refuse, because the goods travel with `shipment`; the marketplace ships the bundle with it."""

    shipment: Shipment = field(validator=of_kind(Shipment))
    reason: Reason = field(validator=of_kind(Reason))


@frozen
class Hold:
    """Decide later: `until` is the timestamp to look again, `severity` says how much it presses."""

    reason: Reason = field(validator=of_kind(Reason))
    until: datetime | None = None
    severity: IssueSeverity | None = field(default=None, validator=of_kind(IssueSeverity, optional=True))


CancelDecision: TypeAlias = Approve | Reject | Hold
"""What a strategy says about one line."""


class CancelStrategy(Protocol):
    """Decides cancel requests line by line; pure.

    One that raises, or answers anything but a `CancelDecision`, leaves that claim to an operator with a
    serious alarm (`strategy-failed`); the other claims go on.
    """

    def decide(self, request: CancelRequest, line: CancelLine, now: datetime) -> CancelDecision:
        """Return what happens to one line; `combine` makes one decision of all lines."""
        ...


class AtDeadline(StrEnum):
    """What happens just before the deadline to a request whose goods are picked but have no invoice.

    `ASK` (default) stays on hold with a serious alarm: without an answer the marketplace approves. `APPROVE`
    approves, so that the goods go back to the shelf because we decided so.
    """

    ASK = "ask"
    APPROVE = "approve"


_NOT_PICKED = Reason(
    "not-picked",
    "6.3",
    "the goods were not taken from the shelf yet",
    "아직 피킹하지 않은 상품입니다",
)
_INVOICE = Reason(
    "invoice-exists",
    "6.3",
    "the goods already travel with an invoice, so the request is refused with it",
    "송장이 발행되어 출고된 상품이므로 송장 정보를 등록하고 취소를 거절합니다",
)
_PICKED = Reason(
    "picked-without-invoice",
    "6.6",
    "the goods are picked but have no invoice yet; wait for the invoice",
    "피킹했으나 아직 송장이 없습니다. 송장 발행을 기다립니다",
)
_DECIDE = Reason(
    "decide-now",
    "6.6",
    "the goods are picked, there is no invoice and the marketplace is about to approve the request itself",
    "피킹했으나 송장이 없습니다. 곧 자동 승인되므로 지금 취소를 승인하거나 송장을 등록해 거절해 주세요",
)
_DEADLINE_APPROVE = Reason(
    "approved-at-deadline",
    "6.6",
    "no invoice came before the deadline; the goods go back to the shelf",
    "자동 승인 기한까지 송장이 발행되지 않아 취소를 승인합니다",
)
_NO_WORD = Reason(
    "warehouse-unknown",
    "6.10",
    "nobody said what the warehouse has picked; pass picked, an empty collection when nothing is picked",
    "창고의 피킹 여부를 알 수 없어 취소를 보류합니다. picked로 피킹 내역을 전달해 주세요(없으면 빈 목록)",
)
_UNREADABLE = Reason(
    "shipped-without-readable-invoice",
    "6.3",
    "the bundle has left, but its courier or invoice cannot be sent back with a refusal",
    "이미 발송되었으나 택배사 또는 송장번호를 확인할 수 없습니다. "
    "파트너센터에서 송장을 등록해 취소를 거절해 주세요",
)
_NO_BUNDLE = Reason(
    "bundle-unknown",
    "6.3",
    "the bundle of the claim was not read, so nobody knows whether it has left",
    "클레임의 배송 정보를 조회하지 못해 출고 여부를 알 수 없습니다. 파트너센터에서 출고 여부를 확인해 주세요",
)
_NO_STATE = Reason(
    "bundle-state-unknown",
    "6.3",
    "the bundle is in a state the contract does not know, so nobody knows whether it has left",
    "배송상태를 몰라 출고 여부를 알 수 없습니다. 파트너센터에서 출고 여부를 확인해 주세요",
)
_HELD = Reason(
    "cancel-on-hold",
    "6.3",
    "the cancel was put on hold in the partner centre; an operator ends the hold there",
    "파트너센터에서 보류한 취소입니다. 파트너센터에서 취소를 승인하거나 거절해 주세요",
)
_UNCLEAR = Reason(
    "cancel-state-unknown",
    "6.3",
    "the cancel is in a state the contract does not know; an operator looks at it",
    "알 수 없는 상태의 취소입니다. 파트너센터에서 취소 상태를 확인해 주세요",
)
_OPERATOR = Reason(
    "left-to-operator",
    "6.3",
    "an operator decides",
    "자동으로 처리하지 않는 취소입니다. 파트너센터에서 취소를 승인하거나 거절해 주세요",
)


@frozen
class PickStrategy:
    """The default: not picked → approve; invoice exists → reject with it; picked without invoice → wait.

    Waiting ends `margin` before the deadline; then `at_deadline` applies. A request whose bundle was not
    read, or is in a state the contract does not know, waits until then and is left to an operator, because
    nobody can say whether its goods have left. So does one without word from the warehouse.
    """

    # Time for an operator to act on the alarm before the marketplace approves by itself.
    margin: timedelta = timedelta(hours=2)
    at_deadline: AtDeadline = field(default=AtDeadline.ASK, validator=of_kind(AtDeadline))

    def __attrs_post_init__(self) -> None:
        """Refuse a negative margin: it would wait past the deadline."""
        problems = Problems()
        not_negative(problems, margin=self.margin)
        problems.raise_all("cancels")

    def decide(self, request: CancelRequest, line: CancelLine, now: datetime) -> CancelDecision:
        """Decide one line; see the class."""
        if request.shipment is not None:
            return Reject(request.shipment, _INVOICE)
        if request.shipped:
            return Hold(_UNREADABLE, request.deadline, IssueSeverity.SERIOUS)
        if request.bundle is None:
            return self._wait(request.deadline, now, _NO_BUNDLE, AtDeadline.ASK)
        if bundle_status(request.bundle) not in (ShipStatus.NEW, ShipStatus.CONFIRM):
            return self._wait(request.deadline, now, _NO_STATE, AtDeadline.ASK)
        if line.touches_picked is None:
            return self._wait(request.deadline, now, _NO_WORD, AtDeadline.ASK)
        if not line.touches_picked:
            return Approve(_NOT_PICKED)
        return self._wait(request.deadline, now, _PICKED, self.at_deadline)

    def _wait(
        self, deadline: datetime | None, now: datetime, why: Reason, then: AtDeadline
    ) -> CancelDecision:
        if deadline is None:
            return Hold(why, None, IssueSeverity.SERIOUS)
        if now < deadline - self.margin:
            return Hold(why, deadline - self.margin)
        if then is AtDeadline.APPROVE:
            return Approve(_DEADLINE_APPROVE)
        return Hold(_DECIDE if why is _PICKED else why, deadline, IssueSeverity.SERIOUS)


@frozen
class HoldForOperator:
    """Leaves every cancel request to an operator."""

    def decide(self, request: CancelRequest, line: CancelLine, now: datetime) -> CancelDecision:
        """Hold until the deadline."""
        del line, now
        return Hold(_OPERATOR, request.deadline)


def combine(decisions: Sequence[CancelDecision]) -> CancelDecision:
    """Make one decision of the lines of a claim: a reject wins, then a hold, else it is approved.

    Writes act on the whole claim, and one rejected line rejects it (grade B). Of several holds the one that
    ends first counts, and a serious one before others. An empty claim is held.
    """
    rejects = [decision for decision in decisions if isinstance(decision, Reject)]
    if rejects:
        return rejects[0]
    holds = [decision for decision in decisions if isinstance(decision, Hold)]
    if holds:
        return min(holds, key=_hold_rank)
    return decisions[0] if decisions else Hold(_OPERATOR, None, IssueSeverity.SERIOUS)


def _hold_rank(hold: Hold) -> tuple[bool, bool, float, str]:
    until = 0.0 if hold.until is None else hold.until.timestamp()
    return (hold.severity is None, hold.until is None, until, hold.reason.code)


def cancel_deadline(claim: Claim, calendar: BusinessCalendar, settings: ClaimSettings) -> datetime | None:
    """Return the time at which the marketplace approves a cancel request itself (grade B; calendar C)."""
    if claim.request_date is None:
        return None
    return add_business_days(claim.request_date, settings.business_days, calendar)


def shipment_of(bundle: Bundle) -> Shipment | None:
    """Return the parcel a shipped bundle travels with, None when it cannot be written back."""
    delivery = bundle.delivery
    if delivery is None or not is_shipped(bundle):
        return None
    if delivery.ship_method == ShipMethod.DIRECT and delivery.schedule_ship_date is not None:
        return Shipment(ShipMethod.DIRECT, schedule_ship_date=delivery.schedule_ship_date)
    if delivery.ship_method == ShipMethod.ETC and delivery.ship_method_message:
        return Shipment(ShipMethod.ETC, message=delivery.ship_method_message)
    code = couriers.lookup(delivery.parcel_company)
    # The invoice equals itself only when it is one that may be written.
    if code is None or not couriers.same_invoice(delivery.invoice_no, delivery.invoice_no):
        return None
    return Shipment(ShipMethod.PARCEL, code, couriers.normalise_invoice(delivery.invoice_no or ""))


def plan_cancels(
    builder: PlanBuilder,
    snapshot: Snapshot,
    strategy: CancelStrategy,
    calendar: BusinessCalendar,
    settings: ClaimSettings,
) -> None:
    """Answer every open cancel request as the strategy says, and warn before each deadline.

    A cancel on hold (보류) is never answered: an operator put it there, and whether the marketplace approves
    it by itself is unknown (C). It stays in the plan as held, with an alarm; so does one in an unknown state.
    Raises `StaleSnapshotError` when a request is open and the bundles were read too long ago to say whether
    its goods have left.
    """
    for claim in snapshot.claims:
        if is_unclear_cancel(claim):
            _leave(builder, claim, _UNCLEAR, IssueSeverity.SERIOUS)
    waiting = [claim for claim in snapshot.claims if is_open_cancel(claim)]
    if waiting and snapshot.bundles_at is not None:
        snapshot.require_fresh(Part.BUNDLES, builder.now, settings.bundles_max_age)
    bundles = {bundle.bundle_no: bundle for bundle in snapshot.bundles}
    shipments = {pending.bundle_no: pending.shipment for pending in snapshot.shipments}
    told = snapshot.picked
    picked = None if told is None else {row.order_option_no: row.quantity for row in told}
    given_up: dict[int, int] = defaultdict(int)
    for claim in waiting:
        number = claim.bundle_no or 0
        lines = _lines(claim, bundles.get(number), picked, given_up)
        if is_held_cancel(claim):
            _leave(builder, claim, _HELD, IssueSeverity.ORDINARY)
            continue
        deadline = cancel_deadline(claim, calendar, settings)
        request = _request(claim, lines, bundles.get(number), shipments.get(number), deadline)
        decision = _decide(strategy, request, builder.now)
        if isinstance(decision, Approve):
            for line in request.lines:
                given_up[line.order_option_no] += line.claimed
        _answer(builder, request, decision, settings)


def _decide(strategy: CancelStrategy, request: CancelRequest, now: datetime) -> CancelDecision:
    """Return what the strategy says of all lines; a strategy that fails leaves the claim to an operator."""
    try:
        decisions = [strategy.decide(request, line, now) for line in request.lines]
        for decision in decisions:
            check_kind("the cancel strategy's answer", decision, Approve, Reject, Hold)
        return combine(decisions)
    except Exception as error:  # noqa: BLE001 - the caller's code; its failure on one claim must stop no other
        # Only the kind of the failure: its text may hold what the claim says of the buyer.
        failed = Reason(
            "strategy-failed",
            "6.3",
            f"the cancel strategy raised {type(error).__name__}; an operator decides",
            f"취소 판단 기능(strategy)에 오류가 있습니다({type(error).__name__}). "
            "파트너센터에서 취소를 승인하거나 거절해 주세요",
        )
        return Hold(failed, request.deadline, IssueSeverity.SERIOUS)


def _leave(builder: PlanBuilder, claim: Claim, why: Reason, severity: IssueSeverity) -> None:
    target = Target(TargetKind.CLAIM, str(claim.claim_bundle_no))
    builder.hold(ActionKind.APPROVE_CANCEL, target, why)
    builder.alarm(target, severity, why)


def _request(
    claim: Claim,
    lines: tuple[CancelLine, ...],
    bundle: Bundle | None,
    parcel: Shipment | None,
    deadline: datetime | None,
) -> CancelRequest:
    sent = None if bundle is None else shipment_of(bundle)
    return CancelRequest(
        claim=claim,
        lines=lines,
        bundle=bundle,
        shipment=sent or parcel,
        shipped=bundle is not None and is_shipped(bundle),
        deadline=deadline,
    )


def _lines(
    claim: Claim, bundle: Bundle | None, picked: Mapping[int, int] | None, given_up: Mapping[int, int]
) -> tuple[CancelLine, ...]:
    ordered = {
        o.order_option_no: ordered_quantity(p, o) - given_up.get(o.order_option_no, 0)
        for p, o in (bundle_lines(bundle) if bundle else ())
    }
    lines: Iterable[CancelLine] = (
        CancelLine(
            option.order_option_no,
            claimed_quantity(product, option),
            ordered.get(option.order_option_no),
            None if picked is None else picked.get(option.order_option_no, 0),
        )
        for product, option in claim_lines(claim)
    )
    return tuple(sorted(lines, key=lambda line: line.order_option_no))


def _answer(
    builder: PlanBuilder, request: CancelRequest, decision: CancelDecision, settings: ClaimSettings
) -> None:
    target = Target(TargetKind.CLAIM, str(request.claim.claim_bundle_no))
    if isinstance(decision, Hold):
        held = (ActionKind.APPROVE_CANCEL, target, decision.reason, decision.until)
        builder.hold(*held, auto_approval_at=request.deadline)
        if decision.severity is not None:
            builder.alarm(target, decision.severity, decision.reason, request.deadline)
        taken = False
    else:
        taken = _send(builder, _action(request.claim, decision), request.deadline)
    if not taken:
        _warn(builder, target, request.deadline, settings)


def _action(claim: Claim, decision: Approve | Reject) -> ApproveCancel | RejectCancel:
    if isinstance(decision, Approve):
        return ApproveCancel(
            claim_bundle_no=claim.claim_bundle_no,
            requested_at=claim.request_date,
            bundle_no=claim.bundle_no or 0,
            claim_type=ClaimType.CANCEL,
            reason=decision.reason,
            before="취소신청",
            after="취소승인",
        )
    return RejectCancel(
        claim_bundle_no=claim.claim_bundle_no,
        requested_at=claim.request_date,
        bundle_no=claim.bundle_no or 0,
        claim_type=ClaimType.CANCEL,
        shipment=decision.shipment,
        reason=decision.reason,
        before="취소신청",
        after=f"취소거절 {decision.shipment}",
    )


def _send(builder: PlanBuilder, action: ApproveCancel | RejectCancel, deadline: datetime | None) -> bool:
    fault = request_fault(action)
    if fault is None:
        return builder.add(action)
    builder.hold(action.kind, action.target, fault, deadline, auto_approval_at=deadline, wrong_input=True)
    builder.alarm(action.target, IssueSeverity.SERIOUS, fault, deadline)
    return False


def _warn(builder: PlanBuilder, target: Target, deadline: datetime | None, settings: ClaimSettings) -> None:
    if deadline is None or deadline - builder.now > settings.warn_before:
        return
    reason = Reason(
        "cancel-deadline",
        "6.6",
        f"unanswered; the marketplace approves the cancel request at {deadline.isoformat()}",
        f"처리하지 않으면 {korean_minute(deadline)}에 취소신청이 자동 승인됩니다. "
        "그 전에 승인하거나 거절해 주세요",
    )
    builder.alarm(target, IssueSeverity.SERIOUS, reason, deadline)
