# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on orders: collect, confirm, ship, track (주문 수집·발주확인·발송)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from attrs import evolve

from wemakeprice_sdk.config import ConfirmationMode, OrderConfirmation
from wemakeprice_sdk.ledger.parameters import batches
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimDateType,
    ClaimStatus,
    ClaimType,
    ListResult,
    OrderDateType,
    ShipStatus,
)
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.actions import ActionKind, Target, TargetKind
from wemakeprice_sdk.policy.derived import hidden_cancels, may_wait
from wemakeprice_sdk.policy.orders import NOT_NEW
from wemakeprice_sdk.policy.plan import Held
from wemakeprice_sdk.policy.snapshot import PendingShipment, Snapshot
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.polling import (
    bundles_in,
    claim_stream,
    claims_in,
    close_vanished,
    open_streams,
    order_stream,
)
from wemakeprice_sdk.runner.conversion import bundle_draft, restore
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all

_ORDER_STREAMS = (
    order_stream(ShipStatus.NEW, OrderDateType.NEW),
    order_stream(ShipStatus.CONFIRM, OrderDateType.CONFIRM),
    order_stream(ShipStatus.DELIVERY, OrderDateType.CONFIRM),
    order_stream(ShipStatus.COMPLETE, OrderDateType.CONFIRM),
)
# Holding a cancel is allowed per seller; a held one keeps its bundle back like a request.
_OPEN_CANCELS = (ClaimStatus.REQUEST, ClaimStatus.PENDING)
FEW = 5
"""Up to so many bundles are read one by one; for more, a few list calls are cheaper than a call each."""
AT_ONCE = 50
"""After so many bundles the claims are read again: buyers go on cancelling while a long job runs, and what is
sent although its buyer cancelled comes back as a return. Each round costs one list call."""


def collect_orders(run: JobRun) -> None:
    """Collect in two phases (규칙 6.2): new ones, confirmed as the mode says; then confirmed ones.

    The second phase also finds bundles that were confirmed by an operator.
    """
    open_streams(run, RecordKind.BUNDLE, _ORDER_STREAMS)
    open_streams(run, RecordKind.CLAIM, [claim_stream(ClaimType.CANCEL, state) for state in _OPEN_CANCELS])
    new = _new_bundles(run)
    if run.context.config.confirmation.mode is not ConfirmationMode.MANUAL and new:
        _confirm(run, new, run.context.policy)
    _confirmed_bundles(run)
    close_vanished(run, RecordKind.BUNDLE, ShipStatus.NEW.value, new)


def _confirmed_bundles(run: JobRun) -> None:
    """Read the bundles in preparation, and learn what became of those that are no more.

    A line cancelled after the confirmation changes its bundle, so they are read back to the oldest.
    """
    state = ShipStatus.CONFIRM.value
    listed = bundles_in(run, ShipStatus.CONFIRM, OrderDateType.CONFIRM, (state,))
    context = run.context
    left = context.ledger.count(run.account, RecordKind.BUNDLE, state)
    if left > len(listed) + FEW:
        listed |= bundles_in(run, ShipStatus.DELIVERY, OrderDateType.CONFIRM, (state,))
    close_vanished(run, RecordKind.BUNDLE, state, listed)


def confirm(run: JobRun, bundle_nos: Collection[int] | None) -> None:
    """Confirm what the mode says, or, asked by an operator, exactly the bundles named."""
    open_streams(run, RecordKind.BUNDLE, _ORDER_STREAMS)
    new = _new_bundles(run)
    policy = run.context.policy
    if bundle_nos is None:
        _confirm(run, new, policy)
        return
    if not bundle_nos:
        return
    by_operator = policy.config.replace(confirmation=OrderConfirmation(mode=ConfirmationMode.AUTO))
    targets = frozenset(Target(TargetKind.BUNDLE, str(number)) for number in bundle_nos)
    _confirm(run, new, evolve(policy, config=by_operator), targets)


def _new_bundles(run: JobRun) -> dict[str, Bundle]:
    # Bundles that could not be confirmed at first stay NEW, so the oldest of them is looked for again.
    return bundles_in(run, ShipStatus.NEW, OrderDateType.NEW, (ShipStatus.NEW.value,))


def _confirm(
    run: JobRun,
    new: Mapping[str, Bundle],
    policy: SyncPolicy,
    targets: frozenset[Target] = frozenset(),
) -> None:
    claims_at = run.now
    cancels = open_cancels(run)
    context = run.context
    keys = {f"{ActionKind.CONFIRM_BUNDLE}:{row.bundle_no}": row.bundle_no for row in new.values()}
    done = context.ledger.is_done(run.account, keys)
    snapshot = Snapshot(
        bundles_at=claims_at,
        bundles=tuple(new.values()),
        claims_at=claims_at,
        claims=tuple(cancels.values()),
        links=context.ledger.links(run.account),
        unread_cancels=_hidden(run),
        confirmed=frozenset(keys[key] for key in done),
        in_flight=in_flight(run),
    )
    plan = policy.plan_orders(snapshot, run.now)
    if targets:
        known = {Target(TargetKind.BUNDLE, str(row.bundle_no)) for row in new.values()}
        missing = [Held(ActionKind.CONFIRM_BUNDLE, target, NOT_NEW) for target in sorted(targets - known)]
        plan = evolve(plan.filter(targets=targets), held=(*plan.held, *missing))
    run.act(plan)


def open_cancels(run: JobRun) -> dict[str, Claim]:
    """Read the cancels that wait for an answer or are on hold, and read again those that vanished."""
    kind = ClaimType.CANCEL
    cancels: dict[str, Claim] = {}
    for state in _OPEN_CANCELS:
        cancels |= claims_in(run, kind, state, ClaimDateType.REQUEST)
    for state in _OPEN_CANCELS:
        back = close_vanished(run, RecordKind.CLAIM, f"{kind.value}:{state.value}", cancels)
        # A request that the list left out, though its detail says that it waits, holds its bundle too.
        cancels |= {key: row for key, row in back.items() if isinstance(row, Claim) and may_wait(row)}
    return cancels


def _hidden(run: JobRun) -> frozenset[int | None]:
    """Return the bundles of cancel requests that the list of this run could not give."""
    stream = claim_stream(ClaimType.CANCEL, ClaimStatus.REQUEST)
    return hidden_cancels(run.hidden.get(stream, ()))


def in_flight(run: JobRun) -> frozenset[str]:
    """Return the keys of actions whose outcome is still open."""
    context = run.context
    active = context.ledger.active_intents(run.account)
    return frozenset(str(intent.payload.get("key")) for intent in active)


def ship(run: JobRun, shipments: Iterable[PendingShipment]) -> None:
    """Ship the bundles that are ready, after reading the claims again (규칙 6.3).

    Buyers go on cancelling while a long job runs, so the claims are read again before every fifty bundles.
    """
    # Contradictions among all bundles are refused before the first of them is dispatched.
    pending = Snapshot(shipments=tuple(shipments)).shipments
    for some in batches(pending, AT_ONCE):
        run.step()
        _ship(run, some)


def _ship(run: JobRun, pending: Sequence[PendingShipment]) -> None:
    bundles_at = run.now
    bundles = _bundles_of(run, {row.bundle_no for row in pending})
    # Last, so that as little time as can be lies between this look and the invoices.
    claims_at = run.now
    cancels = open_cancels(run)
    snapshot = Snapshot(
        bundles_at=bundles_at,
        bundles=tuple(bundles.values()),
        claims_at=claims_at,
        claims=tuple(cancels.values()),
        unread_cancels=_hidden(run),
        shipments=tuple(pending),
        in_flight=in_flight(run),
    )
    run.act(run.context.policy.plan_dispatch(snapshot, run.now))


def _bundles_of(run: JobRun, numbers: set[int]) -> dict[int, Bundle]:
    # What has left does not come back, so the ledger's word is enough for it.
    left = _left(run, numbers)
    found: dict[int, Bundle] = {}
    if len(numbers - left.keys()) > FEW:
        found = _listed(run, numbers)
    for number in sorted(numbers - found.keys() - left.keys()):
        run.step()
        bundle = read_bundle(run, number)
        if bundle is not None:
            found[number] = bundle
    run.save(RecordKind.BUNDLE, [bundle_draft(row, run.now) for row in found.values()])
    return left | found


def _left(run: JobRun, numbers: set[int]) -> dict[int, Bundle]:
    states = (ShipStatus.DELIVERY.value, ShipStatus.COMPLETE.value)
    ledger, account = run.context.ledger, run.account
    return {
        int(row.ref): restore(Bundle, row)
        for number in numbers
        for row in ledger.records(account, RecordKind.BUNDLE, ref=str(number))
        if row.status in states
    }


def read_bundle(run: JobRun, number: int) -> Bundle | None:
    """Read one bundle (배송번호); None, and a word in the report, when it alone cannot be read."""
    try:
        return run.context.client.orders.get(number)
    except TARGET_ERRORS as error:
        if concerns_all(error):
            raise
        run.note_unread(f"bundle:{number}", error)
        return None


def _listed(run: JobRun, numbers: set[int]) -> dict[int, Bundle]:
    start = _oldest_of(run, numbers)
    if start is None:
        return {}
    pager = run.context.client.orders.iter(start, run.now, ShipStatus.CONFIRM, OrderDateType.CONFIRM)
    found: dict[int, Bundle] = {}
    for bundle in pager:
        run.step()
        if bundle.bundle_no in numbers:
            found[bundle.bundle_no] = bundle
    run.note_rows(RecordKind.BUNDLE, ListResult(found.values(), pager.unread))
    return found


def _oldest_of(run: JobRun, numbers: set[int]) -> datetime | None:
    # The payment lies before the confirmation, so this start is early enough.
    limit = run.now - run.context.settings.max_back
    state = ShipStatus.CONFIRM.value
    records = run.context.ledger.records(run.account, RecordKind.BUNDLE, status=state, since=limit)
    for record in records:
        if int(record.ref) in numbers:
            return record.at
    return None


def track(run: JobRun) -> None:
    """Follow shipped bundles to their delivery, as far back as the oldest that is still on its way.

    Those in preparation are read first: a bundle that an operator confirmed and shipped is listed by its
    day of confirmation, which the later lists have passed by then.
    """
    open_streams(run, RecordKind.BUNDLE, _ORDER_STREAMS)
    _confirmed_bundles(run)
    states = (ShipStatus.CONFIRM.value, ShipStatus.DELIVERY.value)
    listed: dict[str, Bundle] = {}
    for state in (ShipStatus.DELIVERY, ShipStatus.COMPLETE):
        listed |= bundles_in(run, state, OrderDateType.CONFIRM, states)
    close_vanished(run, RecordKind.BUNDLE, ShipStatus.DELIVERY.value, listed)
