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
from wemakeprice_sdk.runner._async.session import AsyncSession
from wemakeprice_sdk.runner._async.sweeps import (
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


async def collect_orders(session: AsyncSession) -> None:
    """Collect in two phases (규칙 6.2): new ones, confirmed as the mode says; then confirmed ones.

    The second phase also finds bundles that were confirmed by hand.
    """
    await open_streams(session, RecordKind.BUNDLE, _ORDER_STREAMS)
    await open_streams(session, RecordKind.CLAIM, (claim_stream(ClaimType.CANCEL, ClaimStatus.REQUEST),))
    new = await _new_bundles(session)
    if session.around.config.confirmation.mode is not ConfirmationMode.MANUAL and new:
        await _confirm(session, new, session.around.policy)
    await _confirmed_bundles(session)
    await settle_vanished(session, RecordKind.BUNDLE, ShipStatus.NEW.value, new)


async def _confirmed_bundles(session: AsyncSession) -> None:
    """Read the bundles in preparation, and learn what became of those that are no more.

    A line cancelled after the confirmation changes its bundle, so they are read back to the oldest.
    """
    state = ShipStatus.CONFIRM.value
    listed = await bundles_in(session, ShipStatus.CONFIRM, OrderDateType.CONFIRM, (state,))
    around = session.around
    left = await around.offload(around.ledger.count, session.account, RecordKind.BUNDLE, state)
    if left > len(listed) + FEW:
        listed |= await bundles_in(session, ShipStatus.DELIVERY, OrderDateType.CONFIRM, (state,))
    await settle_vanished(session, RecordKind.BUNDLE, state, listed)


async def confirm(session: AsyncSession, bundle_nos: Collection[int] | None) -> None:
    """Confirm what the mode says, or, asked by a person, exactly the bundles named."""
    await open_streams(session, RecordKind.BUNDLE, _ORDER_STREAMS)
    new = await _new_bundles(session)
    policy = session.around.policy
    if bundle_nos is None:
        await _confirm(session, new, policy)
        return
    if not bundle_nos:
        return
    by_hand = policy.config.replace(confirmation=OrderConfirmation(mode=ConfirmationMode.AUTO))
    targets = frozenset(Target(TargetKind.BUNDLE, str(number)) for number in bundle_nos)
    await _confirm(session, new, evolve(policy, config=by_hand), targets)


async def _new_bundles(session: AsyncSession) -> dict[str, Bundle]:
    # Bundles that could not be confirmed at first stay NEW, so the oldest of them is looked for again.
    return await bundles_in(session, ShipStatus.NEW, OrderDateType.NEW, (ShipStatus.NEW.value,))


async def _confirm(
    session: AsyncSession,
    new: Mapping[str, Bundle],
    policy: SyncPolicy,
    targets: frozenset[Target] = frozenset(),
) -> None:
    claims_at = session.now
    cancels = await open_cancels(session)
    around = session.around
    keys = {f"{ActionKind.CONFIRM_BUNDLE}:{row.bundle_no}": row.bundle_no for row in new.values()}
    done = await around.offload(around.ledger.is_done, session.account, keys)
    snapshot = Snapshot(
        bundles_at=claims_at,
        bundles=tuple(new.values()),
        claims_at=claims_at,
        claims=tuple(cancels.values()),
        links=await around.offload(around.ledger.links, session.account),
        confirmed=frozenset(keys[key] for key in done),
        in_flight=await in_flight(session),
    )
    plan = policy.plan_orders(snapshot, session.now)
    if targets:
        known = {Target(TargetKind.BUNDLE, str(row.bundle_no)) for row in new.values()}
        missing = [Held(ActionKind.CONFIRM_BUNDLE, target, NOT_NEW) for target in sorted(targets - known)]
        plan = evolve(plan.filter(targets=targets), held=(*plan.held, *missing))
    await session.act(plan)


async def open_cancels(session: AsyncSession) -> dict[str, Claim]:
    """Read the cancel requests that wait for an answer, and settle those that vanished."""
    cancels = await claims_in(session, ClaimType.CANCEL, ClaimStatus.REQUEST, ClaimDateType.REQUEST)
    state = f"{ClaimType.CANCEL.value}:{ClaimStatus.REQUEST.value}"
    back = await settle_vanished(session, RecordKind.CLAIM, state, cancels)
    # A request that the list left out, though its detail says that it waits, holds its bundle too.
    waiting = {key: row for key, row in back.items() if isinstance(row, Claim) and is_open_cancel(row)}
    return cancels | waiting


async def in_flight(session: AsyncSession) -> frozenset[str]:
    """Give the keys of actions whose outcome is still open."""
    around = session.around
    active = await around.offload(around.ledger.active_intents, session.account)
    return frozenset(str(intent.payload.get("key")) for intent in active)


async def ship(session: AsyncSession, shipments: Iterable[PendingShipment]) -> None:
    """Ship the parcels that are ready, after reading the claims again (규칙 6.3).

    Buyers go on cancelling while a long job runs, so the claims are read anew for every fifty parcels.
    """
    # Contradictions among all parcels are refused before the first of them goes out.
    pending = Snapshot(shipments=tuple(shipments)).shipments
    for some in chunks(pending, AT_ONCE):
        await session.step()
        await _ship(session, some)


async def _ship(session: AsyncSession, pending: Sequence[PendingShipment]) -> None:
    bundles_at = session.now
    bundles = await _bundles_of(session, {row.bundle_no for row in pending})
    # Last, so that as little time as can be lies between this look and the invoices.
    claims_at = session.now
    cancels = await open_cancels(session)
    snapshot = Snapshot(
        bundles_at=bundles_at,
        bundles=tuple(bundles.values()),
        claims_at=claims_at,
        claims=tuple(cancels.values()),
        shipments=tuple(pending),
        in_flight=await in_flight(session),
    )
    await session.act(session.around.policy.plan_shipping(snapshot, session.now))


async def _bundles_of(session: AsyncSession, numbers: set[int]) -> dict[int, Bundle]:
    # What has left does not come back, so the ledger's word is enough for it.
    left = await session.around.offload(_left, session, numbers)
    found: dict[int, Bundle] = {}
    if len(numbers - left.keys()) > FEW:
        found = await _listed(session, numbers)
    for number in sorted(numbers - found.keys() - left.keys()):
        await session.step()
        bundle = await read_bundle(session, number)
        if bundle is not None:
            found[number] = bundle
    await session.save(RecordKind.BUNDLE, [bundle_draft(row, session.now) for row in found.values()])
    return left | found


def _left(session: AsyncSession, numbers: set[int]) -> dict[int, Bundle]:
    states = (ShipStatus.DELIVERY.value, ShipStatus.COMPLETE.value)
    ledger, account = session.around.ledger, session.account
    records = (
        row for number in numbers for row in ledger.records(account, RecordKind.BUNDLE, ref=str(number))
    )
    return {int(row.ref): restore(Bundle, row) for row in records if row.status in states}


async def read_bundle(session: AsyncSession, number: int) -> Bundle | None:
    """Read one bundle (배송번호); None, and a word in the report, when it alone cannot be read."""
    try:
        return await session.around.client.orders.get(number)
    except ApiError as error:
        if concerns_all(error):
            raise
        session.note_unread(f"bundle:{number}", error)
        return None


async def _listed(session: AsyncSession, numbers: set[int]) -> dict[int, Bundle]:
    start = await session.around.offload(_oldest_of, session, numbers)
    if start is None:
        return {}
    pager = session.around.client.orders.iter(start, session.now, ShipStatus.CONFIRM, OrderDateType.CONFIRM)
    found: dict[int, Bundle] = {}
    async for bundle in pager:
        await session.step()
        if bundle.bundle_no in numbers:
            found[bundle.bundle_no] = bundle
    return found


def _oldest_of(session: AsyncSession, numbers: set[int]) -> datetime | None:
    # The payment lies before the confirmation, so this start is early enough.
    limit = session.now - session.around.settings.max_back
    state = ShipStatus.CONFIRM.value
    records = session.around.ledger.records(session.account, RecordKind.BUNDLE, status=state, since=limit)
    return next((record.at for record in records if int(record.ref) in numbers), None)


async def track(session: AsyncSession) -> None:
    """Follow shipped bundles to their delivery, as far back as the oldest that is still on its way.

    Those in preparation are read first: a bundle that was confirmed and shipped by hand is listed by the day
    of its confirmation, which the later lists have passed by then.
    """
    await open_streams(session, RecordKind.BUNDLE, _ORDER_STREAMS)
    await _confirmed_bundles(session)
    states = (ShipStatus.CONFIRM.value, ShipStatus.DELIVERY.value)
    listed: dict[str, Bundle] = {}
    for state in (ShipStatus.DELIVERY, ShipStatus.COMPLETE):
        listed |= await bundles_in(session, state, OrderDateType.CONFIRM, states)
    await settle_vanished(session, RecordKind.BUNDLE, ShipStatus.DELIVERY.value, listed)
