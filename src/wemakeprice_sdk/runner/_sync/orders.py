# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on orders: collect, confirm, ship, track (주문 수집·발주확인·발송)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from wemakeprice_sdk.config import ConfirmationMode, OrderConfirmation
from wemakeprice_sdk.errors import ApiError
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
from wemakeprice_sdk.policy.orders import NOT_NEW
from wemakeprice_sdk.policy.plan import Held
from wemakeprice_sdk.policy.reading import is_open_cancel
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
from wemakeprice_sdk.runner.drafts import bundle_draft, restore
from wemakeprice_sdk.runner.outages import concerns_all
from wemakeprice_sdk.runner.records import RecordKind

_ORDER_STREAMS = (
    order_stream(ShipStatus.NEW, OrderDateType.NEW),
    order_stream(ShipStatus.CONFIRM, OrderDateType.CONFIRM),
    order_stream(ShipStatus.DELIVERY, OrderDateType.CONFIRM),
    order_stream(ShipStatus.COMPLETE, OrderDateType.CONFIRM),
)
FEW = 5
"""Up to so many bundles are read one by one; more are read as lists."""
AT_ONCE = 50
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
    _confirmed_bundles(session)
    settle_vanished(session, RecordKind.BUNDLE, ShipStatus.NEW.value, new)


def _confirmed_bundles(session: Session) -> None:
    """Read the bundles in preparation, and learn what became of those that are no more.

    A line cancelled after the confirmation changes its bundle, so they are read back to the oldest.
    """
    state = ShipStatus.CONFIRM.value
    listed = bundles_in(session, ShipStatus.CONFIRM, OrderDateType.CONFIRM, (state,))
    around = session.around
    left = around.offload(around.ledger.count, session.account, RecordKind.BUNDLE, state)
    if left > len(listed) + FEW:
        listed |= bundles_in(session, ShipStatus.DELIVERY, OrderDateType.CONFIRM, (state,))
    settle_vanished(session, RecordKind.BUNDLE, state, listed)


def confirm(session: Session, bundle_nos: Collection[int] | None) -> None:
    """Confirm what the mode says, or, asked by a person, exactly the bundles named."""
    open_streams(session, RecordKind.BUNDLE, _ORDER_STREAMS)
    new = _new_bundles(session)
    policy = session.around.policy
    if bundle_nos is None:
        _confirm(session, new, policy)
        return
    if not bundle_nos:
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
    targets: frozenset[Target] = frozenset(),
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
    if targets:
        known = {Target(TargetKind.BUNDLE, str(row.bundle_no)) for row in new.values()}
        missing = [Held(ActionKind.CONFIRM_BUNDLE, target, NOT_NEW) for target in sorted(targets - known)]
        plan = evolve(plan.filter(targets=targets), held=(*plan.held, *missing))
    session.act(plan)


def open_cancels(session: Session) -> dict[str, Claim]:
    """Read the cancel requests that wait for an answer, and settle those that vanished."""
    cancels = claims_in(session, ClaimType.CANCEL, ClaimStatus.REQUEST, ClaimDateType.REQUEST)
    state = f"{ClaimType.CANCEL.value}:{ClaimStatus.REQUEST.value}"
    back = settle_vanished(session, RecordKind.CLAIM, state, cancels)
    # A request that the list left out, though its detail says that it waits, holds its bundle too.
    waiting = {key: row for key, row in back.items() if isinstance(row, Claim) and is_open_cancel(row)}
    return cancels | waiting


def in_flight(session: Session) -> frozenset[str]:
    """Give the keys of actions whose outcome is still open."""
    around = session.around
    active = around.offload(around.ledger.active_intents, session.account)
    return frozenset(str(intent.payload.get("key")) for intent in active)


def ship(session: Session, shipments: Iterable[PendingShipment]) -> None:
    """Ship the parcels that are ready, after reading the claims again (규칙 6.3).

    Buyers go on cancelling while a long job runs, so the claims are read anew for every fifty parcels.
    """
    # Contradictions among all parcels are refused before the first of them goes out.
    pending = Snapshot(shipments=tuple(shipments)).shipments
    for some in chunks(pending, AT_ONCE):
        session.step()
        _ship(session, some)


def _ship(session: Session, pending: Sequence[PendingShipment]) -> None:
    bundles_at = session.now
    bundles = _bundles_of(session, {row.bundle_no for row in pending})
    # Last, so that as little time as can be lies between this look and the invoices.
    claims_at = session.now
    cancels = open_cancels(session)
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
    # What has left does not come back, so the ledger's word is enough for it.
    left = session.around.offload(_left, session, numbers)
    found: dict[int, Bundle] = {}
    if len(numbers - left.keys()) > FEW:
        found = _listed(session, numbers)
    for number in sorted(numbers - found.keys() - left.keys()):
        session.step()
        bundle = read_bundle(session, number)
        if bundle is not None:
            found[number] = bundle
    session.save(RecordKind.BUNDLE, [bundle_draft(row, session.now) for row in found.values()])
    return left | found


def _left(session: Session, numbers: set[int]) -> dict[int, Bundle]:
    states = (ShipStatus.DELIVERY.value, ShipStatus.COMPLETE.value)
    ledger, account = session.around.ledger, session.account
    records = (
        row for number in numbers for row in ledger.records(account, RecordKind.BUNDLE, ref=str(number))
    )
    return {int(row.ref): restore(Bundle, row) for row in records if row.status in states}


def read_bundle(session: Session, number: int) -> Bundle | None:
    """Read one bundle (배송번호); None, and a word in the report, when it alone cannot be read."""
    try:
        return session.around.client.orders.get(number)
    except ApiError as error:
        if concerns_all(error):
            raise
        session.note_unread(f"bundle:{number}", error)
        return None


def _listed(session: Session, numbers: set[int]) -> dict[int, Bundle]:
    start = session.around.offload(_oldest_of, session, numbers)
    if start is None:
        return {}
    pager = session.around.client.orders.iter(start, session.now, ShipStatus.CONFIRM, OrderDateType.CONFIRM)
    found: dict[int, Bundle] = {}
    for bundle in pager:
        session.step()
        if bundle.bundle_no in numbers:
            found[bundle.bundle_no] = bundle
    return found


def _oldest_of(session: Session, numbers: set[int]) -> datetime | None:
    # The payment lies before the confirmation, so this start is early enough.
    limit = session.now - session.around.settings.max_back
    state = ShipStatus.CONFIRM.value
    records = session.around.ledger.records(session.account, RecordKind.BUNDLE, status=state, since=limit)
    return next((record.at for record in records if int(record.ref) in numbers), None)


def track(session: Session) -> None:
    """Follow shipped bundles to their delivery, as far back as the oldest that is still on its way.

    Those in preparation are read first: a bundle that was confirmed and shipped by hand is listed by the day
    of its confirmation, which the later lists have passed by then.
    """
    open_streams(session, RecordKind.BUNDLE, _ORDER_STREAMS)
    _confirmed_bundles(session)
    states = (ShipStatus.CONFIRM.value, ShipStatus.DELIVERY.value)
    listed: dict[str, Bundle] = {}
    for state in (ShipStatus.DELIVERY, ShipStatus.COMPLETE):
        listed |= bundles_in(session, state, OrderDateType.CONFIRM, states)
    settle_vanished(session, RecordKind.BUNDLE, ShipStatus.DELIVERY.value, listed)
