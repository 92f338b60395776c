"""Order confirmation (발주확인) and alarms about late shipments (rules 3.2, 6.2, 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from wemakeprice_sdk.clock import korean_minute
from wemakeprice_sdk.config import ConfirmationMode, IssueSeverity, MixedBundlePolicy, OrderConfirmation
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.codes import ShipStatus
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.policy.actions import ActionKind, ConfirmBundle, Reason, Target, TargetKind
from wemakeprice_sdk.policy.derived import (
    bundle_lines,
    bundle_status,
    is_open_cancel,
    is_unclear_cancel,
    is_unconfirmed,
)
from wemakeprice_sdk.policy.gates import LinkFlags
from wemakeprice_sdk.policy.plan_builder import PlanBuilder
from wemakeprice_sdk.policy.settings import OrderSettings
from wemakeprice_sdk.policy.snapshot import Part, Snapshot

_AUTO = Reason(
    "auto-confirmation",
    "3.2",
    "collecting confirms in the same run",
    "주문 수집과 동시에 발주확인합니다",
)
_RUNPLE = Reason(
    "runple-confirmation", "3.2", "every product ships through Runple", "모든 상품이 런플 상품입니다"
)
_MIXED_CONFIRM = Reason(
    "mixed-runple-confirmed",
    "3.2",
    "some products ship through Runple, and mixed bundles are set to be confirmed whole",
    "런플 상품이 섞인 묶음배송도 전체 발주확인하도록 설정되어 있습니다",
)
MIXED = Reason(
    "mixed-runple",
    "3.2",
    "the bundle mixes Runple and other goods, and only whole bundles can be confirmed",
    "런플 상품과 일반 상품이 섞인 묶음배송이며, 발주확인은 묶음 단위로만 가능합니다. "
    "내용을 보고 직접 발주확인해 주세요",
)
NOT_NEW = Reason(
    "not-new",
    "6.2",
    "the bundle is not among the new ones: confirmed before, shipped, cancelled, or not of this account",
    "신규주문에 없는 배송번호입니다. "
    "이미 발주확인·발송·취소되었거나 다른 계정의 주문입니다. 배송번호를 확인해 주세요",
)
OPEN_CANCEL = Reason(
    "open-cancel",
    "6.3",
    "a cancel request of the bundle is not answered yet",
    "아직 처리하지 않은 취소신청이 있습니다. 취소를 먼저 승인하거나 거절해 주세요",
)
UNREAD_CANCEL = Reason(
    "unread-cancel",
    "6.3",
    "a cancel of the bundle, or of nobody knows which, could not be read or is in an unknown state",
    "읽을 수 없거나 상태를 알 수 없는 취소신청이 있습니다. 파트너센터에서 취소 여부를 확인해 주세요",
)
_CONFIRMED_BEFORE = Reason(
    "confirmed-before",
    "6.1",
    "the bundle was confirmed before and the read still shows the old state",
    "이미 발주확인했으나 조회 결과에 아직 반영되지 않았습니다. 다음 조회에서 다시 확인합니다",
)
UNKNOWN_STATE = Reason(
    "unknown-state",
    "6.2",
    "the state of the bundle is not one the contract knows",
    "알 수 없는 배송상태입니다. 파트너센터에서 배송상태를 확인해 주세요",
)
NO_LINES = Reason(
    "no-lines",
    "6.2",
    "the bundle came without any product line",
    "주문 상품 정보가 없는 묶음배송입니다. 파트너센터에서 주문을 확인해 주세요",
)


def bundle_target(bundle_no: int) -> Target:
    """Return the target of a bundle."""
    return Target(TargetKind.BUNDLE, str(bundle_no))


def open_cancels(snapshot: Snapshot) -> Mapping[int, Claim]:
    """Return the bundles with a cancel request that waits for an answer."""
    return {
        claim.bundle_no: claim
        for claim in snapshot.claims
        if claim.bundle_no is not None and is_open_cancel(claim)
    }


def with_unclear_cancels(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with the cancels whose state nobody knows among those that could not be read."""
    unclear = {claim.bundle_no for claim in snapshot.claims if is_unclear_cancel(claim)} - {None}
    return evolve(snapshot, unread_cancels=snapshot.unread_cancels | unclear) if unclear else snapshot


def hides_cancel(snapshot: Snapshot, bundle_no: int) -> bool:
    """Return whether a cancel request that could not be read is, or may be, about the bundle."""
    return not snapshot.unread_cancels.isdisjoint((bundle_no, None))


def plan_orders(
    builder: PlanBuilder, snapshot: Snapshot, confirmation: OrderConfirmation, settings: OrderSettings
) -> None:
    """Confirm what the mode says, hold the rest with its reason, and warn about late shipments."""
    snapshot.require_fresh(Part.BUNDLES, builder.now, settings.max_age)
    waiting = [bundle for bundle in snapshot.bundles if bundle_status(bundle) == ShipStatus.NEW]
    _warn_late(builder, snapshot, settings)
    _hold_unknown(builder, snapshot)
    if not waiting or not builder.is_open(ActionKind.CONFIRM_BUNDLE, len(waiting)):
        return
    snapshot.require_fresh(Part.CLAIMS, builder.now, settings.claims_max_age)
    snapshot = with_unclear_cancels(snapshot)
    cancels = open_cancels(snapshot)
    runple = frozenset(link.product_no for link in snapshot.links if link.runple)
    for bundle in waiting:
        _confirm(builder, bundle, snapshot, cancels, runple, confirmation)


def _confirm(
    builder: PlanBuilder,
    bundle: Bundle,
    snapshot: Snapshot,
    cancels: Mapping[int, Claim],
    runple: frozenset[int],
    confirmation: OrderConfirmation,
) -> None:
    target = bundle_target(bundle.bundle_no)
    if bundle.bundle_no in snapshot.confirmed or not is_unconfirmed(bundle):
        builder.hold(ActionKind.CONFIRM_BUNDLE, target, _CONFIRMED_BEFORE)
    elif bundle.bundle_no in cancels:
        builder.hold(ActionKind.CONFIRM_BUNDLE, target, OPEN_CANCEL)
    elif hides_cancel(snapshot, bundle.bundle_no):
        builder.hold(ActionKind.CONFIRM_BUNDLE, target, UNREAD_CANCEL)
    elif not any(bundle_lines(bundle)):
        builder.hold(ActionKind.CONFIRM_BUNDLE, target, NO_LINES)
    elif confirmation.mode is ConfirmationMode.RUNPLE:
        _confirm_runple(builder, bundle, runple, confirmation.mixed_bundles)
    else:
        builder.add(_action(bundle, _AUTO))


def _confirm_runple(
    builder: PlanBuilder, bundle: Bundle, runple: frozenset[int], mixed: MixedBundlePolicy
) -> None:
    ours = [product.product_no in runple for product, _ in bundle_lines(bundle)]
    if all(ours):
        builder.add(_action(bundle, _RUNPLE), flags=LinkFlags(runple=True))
    elif not any(ours):
        builder.add(_action(bundle, _RUNPLE), flags=LinkFlags(runple=False))
    elif mixed is MixedBundlePolicy.CONFIRM:
        builder.add(_action(bundle, _MIXED_CONFIRM), flags=LinkFlags(runple=True))
    else:
        builder.hold(ActionKind.CONFIRM_BUNDLE, bundle_target(bundle.bundle_no), MIXED)


def _action(bundle: Bundle, reason: Reason) -> ConfirmBundle:
    return ConfirmBundle(
        bundle_no=bundle.bundle_no,
        reason=reason,
        before=ShipStatus.NEW.korean,
        after=ShipStatus.CONFIRM.korean,
    )


def _hold_unknown(builder: PlanBuilder, snapshot: Snapshot) -> None:
    for bundle in snapshot.bundles:
        status = bundle_status(bundle)
        if status is None or not status.is_known:
            builder.hold(ActionKind.CONFIRM_BUNDLE, bundle_target(bundle.bundle_no), UNKNOWN_STATE)


def _warn_late(builder: PlanBuilder, snapshot: Snapshot, settings: OrderSettings) -> None:
    for bundle in snapshot.bundles:
        due = bundle.origin_ship_date
        if due is None or bundle_status(bundle) not in (ShipStatus.NEW, ShipStatus.CONFIRM):
            continue
        target = bundle_target(bundle.bundle_no)
        if due < builder.now:
            builder.alarm(target, IssueSeverity.SERIOUS, _late(due), due)
        elif due - builder.now <= settings.late_warning:
            builder.alarm(target, IssueSeverity.ORDINARY, _soon(due), due)


def _late(due: datetime) -> Reason:
    return Reason(
        "ship-overdue",
        "6.2",
        f"the dispatch deadline {due.isoformat()} has passed and the bundle is not shipped",
        f"발송기한이 지났습니다({korean_minute(due)}). 바로 발송처리해 주세요",
    )


def _soon(due: datetime) -> Reason:
    return Reason(
        "ship-due-soon",
        "6.2",
        f"the dispatch deadline {due.isoformat()} is near and the bundle is not shipped",
        f"발송기한이 임박했습니다({korean_minute(due)}). 기한 안에 발송처리해 주세요",
    )
