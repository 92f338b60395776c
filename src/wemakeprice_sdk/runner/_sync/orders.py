# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on orders: collect, confirm, ship, track (주문 수집·발주확인·발송)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from wemakeprice_sdk.config import ConfirmationMode, OrderConfirmation
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimDateType,
    ClaimStatus,
    ClaimType,
    OrderDateType,
    ShipStatus,
)
from wemakeprice_sdk.policy.actions import ActionKind, Target, TargetKind
from wemakeprice_sdk.policy.snapshot import PendingShipment, Snapshot
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner._sync.session import Session
from wemakeprice_sdk.runner._sync.sweeps import (
    bundles_in,
    claim_stream,
    claims_in,
    open_streams,
    order_stream,
    settle_vanished,
)
from wemakeprice_sdk.runner.chunks import chunks
from wemakeprice_sdk.runner.drafts import bundle_draft
from wemakeprice_sdk.runner.records import RecordKind

_ORDER_STREAMS = (
    order_stream(ShipStatus.NEW, OrderDateType.NEW),
    order_stream(ShipStatus.CONFIRM, OrderDateType.CONFIRM),
    order_stream(ShipStatus.DELIVERY, OrderDateType.CONFIRM),
    order_stream(ShipStatus.COMPLETE, OrderDateType.CONFIRM),
)
FEW = 5
"""Up to so many bundles are read one by one; more are read as lists."""
AT_ONCE = 100
"""After so many parcels the claims are read again."""


def collect_orders(session: Session) -> None:
    """Collect in two phases (규칙 6.2): new ones, confirmed as the mode says; then confirmed ones.

    The second phase also finds bundles that were confirmed by hand.
    """
    open_streams(session, RecordKind.BUNDLE, _ORDER_STREAMS)
    open_streams(session, RecordKind.CLAIM, (claim_stream(ClaimType.CANCEL, ClaimStatus.REQUEST),))
    new = _new_bundles(session)
    if session.around.config.confirmation.mode is not ConfirmationMode.MANUAL and new:
        _confirm(session, new, session.around.policy)
    bundles_in(session, ShipStatus.CONFIRM, OrderDateType.CONFIRM)
    settle_vanished(session, RecordKind.BUNDLE, ShipStatus.NEW.value, new)


def confirm(session: Session, bundle_nos: Iterable[int] | None) -> None:
    """Confirm what the mode says, or, asked by a person, exactly the bundles named."""
    new = _new_bundles(session)
    policy = session.around.policy
    if bundle_nos is None:
        _confirm(session, new, policy)
        return
    by_hand = policy.config.replace(confirmation=OrderConfirmation(mode=ConfirmationMode.AUTO))
    targets = frozenset(Target(TargetKind.BUNDLE, str(number)) for number in bundle_nos)
    _confirm(session, new, evolve(policy, config=by_hand), targets)


def _new_bundles(session: Session) -> dict[str, Bundle]:
    # Bundles that could not be confirmed at first stay NEW, so the oldest of them is looked for again.
    return bundles_in(session, ShipStatus.NEW, OrderDateType.NEW, (ShipStatus.NEW.value,))


def _confirm(
    session: Session,
    new: Mapping[str, Bundle],
    policy: SyncPolicy,
    targets: frozenset[Target] | None = None,
) -> None:
    claims_at = session.now
    cancels = open_cancels(session)
    around = session.around
    keys = {f"{ActionKind.CONFIRM_BUNDLE}:{row.bundle_no}": row.bundle_no for row in new.values()}
    done = around.offload(around.ledger.is_done, session.account, keys)
    snapshot = Snapshot(
        bundles_at=claims_at,
        bundles=tuple(new.values()),
        claims_at=claims_at,
        claims=tuple(cancels.values()),
        links=around.offload(around.ledger.links, session.account),
        confirmed=frozenset(keys[key] for key in done),
        in_flight=in_flight(session),
    )
    plan = policy.plan_orders(snapshot, session.now)
    session.act(plan if targets is None else plan.filter(targets=targets))


def open_cancels(session: Session) -> dict[str, Claim]:
    """Read the cancel requests that wait for an answer, and settle those that vanished."""
    cancels = claims_in(session, ClaimType.CANCEL, ClaimStatus.REQUEST, ClaimDateType.REQUEST)
    state = f"{ClaimType.CANCEL.value}:{ClaimStatus.REQUEST.value}"
    settle_vanished(session, RecordKind.CLAIM, state, cancels)
    return cancels


def in_flight(session: Session) -> frozenset[str]:
    """Give the keys of actions whose outcome is still open."""
    around = session.around
    active = around.offload(around.ledger.active_intents, session.account)
    return frozenset(str(intent.payload.get("key")) for intent in active)


def ship(session: Session, shipments: Iterable[PendingShipment]) -> None:
    """Ship the parcels that are ready, after reading the claims again (규칙 6.3).

    Buyers go on cancelling while a long job runs, so the claims are read anew for every hundred parcels.
    """
    # Contradictions among all parcels are refused before the first of them goes out.
    pending = Snapshot(shipments=tuple(shipments)).shipments
    for some in chunks(pending, AT_ONCE):
        session.heed_stop()
        _ship(session, some)


def _ship(session: Session, pending: Sequence[PendingShipment]) -> None:
    claims_at = session.now
    cancels = open_cancels(session)
    bundles_at = session.now
    bundles = _bundles_of(session, {row.bundle_no for row in pending})
    snapshot = Snapshot(
        bundles_at=bundles_at,
        bundles=tuple(bundles.values()),
        claims_at=claims_at,
        claims=tuple(cancels.values()),
        shipments=tuple(pending),
        in_flight=in_flight(session),
    )
    session.act(session.around.policy.plan_shipping(snapshot, session.now))


def _bundles_of(session: Session, numbers: set[int]) -> dict[int, Bundle]:
    found: dict[int, Bundle] = {}
    if len(numbers) > FEW:
        found = _listed(session, numbers)
    for number in sorted(numbers - found.keys()):
        session.heed_stop()
        bundle = session.around.client.orders.get(number)
        if bundle is not None:
            found[number] = bundle
    session.save(RecordKind.BUNDLE, [bundle_draft(row, session.now) for row in found.values()])
    return found


def _listed(session: Session, numbers: set[int]) -> dict[int, Bundle]:
    start = session.around.offload(_oldest_of, session, numbers)
    if start is None:
        return {}
    pager = session.around.client.orders.iter(start, session.now, ShipStatus.CONFIRM, OrderDateType.CONFIRM)
    return {bundle.bundle_no: bundle for bundle in pager if bundle.bundle_no in numbers}


def _oldest_of(session: Session, numbers: set[int]) -> datetime | None:
    # The payment lies before the confirmation, so this start is early enough.
    limit = session.now - session.around.settings.max_back
    state = ShipStatus.CONFIRM.value
    records = session.around.ledger.records(session.account, RecordKind.BUNDLE, status=state, since=limit)
    return next((record.at for record in records if int(record.ref) in numbers), None)


def track(session: Session) -> None:
    """Follow shipped bundles to their delivery, as far back as the oldest that is still on its way."""
    states = (ShipStatus.CONFIRM.value, ShipStatus.DELIVERY.value)
    listed: dict[str, Bundle] = {}
    for state in (ShipStatus.DELIVERY, ShipStatus.COMPLETE):
        listed |= bundles_in(session, state, OrderDateType.CONFIRM, states)
    settle_vanished(session, RecordKind.BUNDLE, ShipStatus.DELIVERY.value, listed)
