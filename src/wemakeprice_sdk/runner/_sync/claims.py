# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The job on claims: collect, decide, answer (취소·반품·교환)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wemakeprice_sdk.models import Bundle, Claim, ClaimDateType, ClaimStatus, ClaimType
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.snapshot import PendingShipment, PickedLine, ReturnFacts, Snapshot
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.orders import in_flight, read_bundle
from wemakeprice_sdk.runner._sync.polling import claim_stream, claims_in, close_vanished, open_streams
from wemakeprice_sdk.runner.conversion import GONE, bundle_draft, claim_state, restore
from wemakeprice_sdk.runner.outages import TARGET_ERRORS, concerns_all

_R, _E = ClaimType.RETURN, ClaimType.EXCHANGE
_OPEN: Final = (
    (ClaimType.CANCEL, ClaimStatus.REQUEST),
    (ClaimType.CANCEL, ClaimStatus.PENDING),
    (_R, ClaimStatus.REQUEST),
    (_R, ClaimStatus.PENDING),
    (_E, ClaimStatus.REQUEST),
    (_E, ClaimStatus.PENDING),
)
# Cancels are approved by the site itself after two business days, returns at first sight when sold out.
_CLOSED: Final = (
    (ClaimType.CANCEL, ClaimStatus.APPROVE, ClaimDateType.APPROVE),
    (_R, ClaimStatus.APPROVE, ClaimDateType.APPROVE),
    (_E, ClaimStatus.APPROVE, ClaimDateType.APPROVE),
    (_R, ClaimStatus.WITHDRAW, ClaimDateType.WITHDRAW),
    (_E, ClaimStatus.WITHDRAW, ClaimDateType.WITHDRAW),
)


def answer_claims(
    run: JobRun,
    shipments: Iterable[PendingShipment],
    picked: Iterable[PickedLine] | None,
    facts: Iterable[ReturnFacts],
) -> None:
    """Collect claims of every kind, decide as the strategy says, and answer."""
    claims_at = run.now
    claims = _collect(run)
    bundles_at = run.now
    snapshot = Snapshot(
        claims_at=claims_at,
        claims=tuple(claims.values()),
        bundles_at=bundles_at,
        bundles=_bundles(run, claims.values()),
        shipments=tuple(shipments),
        picked=None if picked is None else tuple(picked),
        return_facts=tuple(facts),
        in_flight=in_flight(run),
    )
    run.act(run.context.policy.plan_claims(snapshot, run.now))


def _collect(run: JobRun) -> dict[str, Claim]:
    streams = [claim_stream(kind, state) for kind, state in _OPEN]
    streams += [claim_stream(kind, state) for kind, state, _ in _CLOSED]
    open_streams(run, RecordKind.CLAIM, streams)
    rows: dict[str, Claim] = {}
    for kind, state in _OPEN:
        listed = claims_in(run, kind, state, ClaimDateType.REQUEST)
        rows |= listed
    for kind, state, by in _CLOSED:
        closed = claims_in(run, kind, state, by)
        _bring_back(run, closed.values())
        if (kind, state) == (_E, ClaimStatus.APPROVE):
            # A re-shipped exchange still has to be completed.
            rows |= closed
        else:
            rows = {key: row for key, row in rows.items() if key not in closed}
    for kind, state in _OPEN:
        back = close_vanished(run, RecordKind.CLAIM, f"{kind.value}:{state.value}", rows)
        rows |= {key: row for key, row in back.items() if isinstance(row, Claim)}
    rows |= {key: row for key, row in (_unfinished(run)).items() if key not in rows}
    return rows


def _bring_back(run: JobRun, closed: Iterable[Claim]) -> None:
    """Read bundles again that a return or exchange hid until it was closed: the lists have passed them."""
    for claim in closed:
        if claim.bundle_no is None or claim.claim_type == ClaimType.CANCEL:
            continue
        hidden = _is_gone(run, claim.bundle_no)
        if hidden and (bundle := read_bundle(run, claim.bundle_no)) is not None:
            run.save(RecordKind.BUNDLE, [bundle_draft(bundle, run.now)])


def _is_gone(run: JobRun, number: int) -> bool:
    records = run.context.ledger.records(run.account, RecordKind.BUNDLE, ref=str(number))
    return GONE in [record.status for record in records]


def _unfinished(run: JobRun) -> dict[str, Claim]:
    """Read again the exchanges that were re-shipped and are not completed: lists show them no more."""
    context = run.context
    state = f"{_E.value}:{ClaimStatus.APPROVE.value}"
    limit = run.now - context.settings.max_back
    records = context.ledger.records(run.account, RecordKind.CLAIM, status=state, since=limit)
    # All are read before the first is asked for: what is saved meanwhile must not shift them.
    stored = [(record.key, restore(Claim, record)) for record in records]
    rows: dict[str, Claim] = {}
    for key, claim in stored:
        if not claim.is_exchange_complete:
            run.step()
            fresh = _read(run, claim.claim_bundle_no)
            if fresh is not None and claim_state(fresh) == state:
                rows[key] = fresh
    return rows


def _read(run: JobRun, number: int) -> Claim | None:
    try:
        return run.context.client.claims.get(number)
    except TARGET_ERRORS as error:
        if concerns_all(error):
            raise
        run.note_unread(f"claim:{number}", error)
        return None


def _bundles(run: JobRun, claims: Iterable[Claim]) -> tuple[Bundle, ...]:
    """Read the bundles of open cancels now; those in a return come back empty: the ledger's copy serves."""
    found: dict[int, Bundle] = {}
    for claim in claims:
        number = claim.bundle_no
        if number is None or number in found or not claim.is_open:
            continue
        run.step()
        bundle = read_bundle(run, number) if claim.claim_type == ClaimType.CANCEL else None
        if bundle is not None:
            run.save(RecordKind.BUNDLE, [bundle_draft(bundle, run.now)])
        elif claim.claim_type != ClaimType.CANCEL:
            bundle = _kept(run, number)
        if bundle is not None:
            found[number] = bundle
    return tuple(found.values())


def _kept(run: JobRun, number: int) -> Bundle | None:
    for record in run.context.ledger.records(run.account, RecordKind.BUNDLE, ref=str(number)):
        return restore(Bundle, record)
    return None
