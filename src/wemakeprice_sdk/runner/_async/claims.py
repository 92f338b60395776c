"""The job on claims: collect, decide, answer (취소·반품·교환)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wemakeprice_sdk.models import Bundle, Claim, ClaimDateType, ClaimStatus, ClaimType
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.snapshot import PendingShipment, PickedLine, ReturnFacts, Snapshot
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner._async.orders import in_flight, read_bundle
from wemakeprice_sdk.runner._async.polling import claim_stream, claims_in, close_vanished, open_streams
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


async def answer_claims(
    run: AsyncJobRun,
    shipments: Iterable[PendingShipment],
    picked: Iterable[PickedLine] | None,
    facts: Iterable[ReturnFacts],
) -> None:
    """Collect claims of every kind, decide as the strategy says, and answer."""
    claims_at = run.now
    claims = await _collect(run)
    bundles_at = run.now
    snapshot = Snapshot(
        claims_at=claims_at,
        claims=tuple(claims.values()),
        bundles_at=bundles_at,
        bundles=await _bundles(run, claims.values()),
        shipments=tuple(shipments),
        picked=None if picked is None else tuple(picked),
        return_facts=tuple(facts),
        in_flight=await in_flight(run),
    )
    await run.act(run.context.policy.plan_claims(snapshot, run.now))


async def _collect(run: AsyncJobRun) -> dict[str, Claim]:
    streams = [claim_stream(kind, state) for kind, state in _OPEN]
    streams += [claim_stream(kind, state) for kind, state, _ in _CLOSED]
    await open_streams(run, RecordKind.CLAIM, streams)
    rows: dict[str, Claim] = {}
    for kind, state in _OPEN:
        listed = await claims_in(run, kind, state, ClaimDateType.REQUEST)
        rows |= listed
    for kind, state, by in _CLOSED:
        closed = await claims_in(run, kind, state, by)
        await _bring_back(run, closed.values())
        if (kind, state) == (_E, ClaimStatus.APPROVE):
            # A re-shipped exchange still has to be completed.
            rows |= closed
        else:
            rows = {key: row for key, row in rows.items() if key not in closed}
    for kind, state in _OPEN:
        back = await close_vanished(run, RecordKind.CLAIM, f"{kind.value}:{state.value}", rows)
        rows |= {key: row for key, row in back.items() if isinstance(row, Claim)}
    rows |= {key: row for key, row in (await _unfinished(run)).items() if key not in rows}
    return rows


async def _bring_back(run: AsyncJobRun, closed: Iterable[Claim]) -> None:
    """Read bundles again that a return or exchange hid until it was closed: the lists have passed them."""
    for claim in closed:
        if claim.bundle_no is None or claim.claim_type == ClaimType.CANCEL:
            continue
        hidden = await _is_gone(run, claim.bundle_no)
        if hidden and (bundle := await read_bundle(run, claim.bundle_no)) is not None:
            await run.save(RecordKind.BUNDLE, [bundle_draft(bundle, run.now)])


async def _is_gone(run: AsyncJobRun, number: int) -> bool:
    records = run.context.ledger.records(run.account, RecordKind.BUNDLE, ref=str(number))
    return GONE in [record.status async for record in records]


async def _unfinished(run: AsyncJobRun) -> dict[str, Claim]:
    """Read again the exchanges that were re-shipped and are not completed: lists show them no more."""
    context = run.context
    state = f"{_E.value}:{ClaimStatus.APPROVE.value}"
    limit = run.now - context.settings.max_back
    records = context.ledger.records(run.account, RecordKind.CLAIM, status=state, since=limit)
    # All are read before the first is asked for: what is saved meanwhile must not shift them.
    stored = [(record.key, restore(Claim, record)) async for record in records]
    rows: dict[str, Claim] = {}
    for key, claim in stored:
        if not claim.is_exchange_complete:
            await run.step()
            fresh = await _read(run, claim.claim_bundle_no)
            if fresh is not None and claim_state(fresh) == state:
                rows[key] = fresh
    return rows


async def _read(run: AsyncJobRun, number: int) -> Claim | None:
    try:
        return await run.context.client.claims.get(number)
    except TARGET_ERRORS as error:
        if concerns_all(error):
            raise
        run.note_unread(f"claim:{number}", error)
        return None


async def _bundles(run: AsyncJobRun, claims: Iterable[Claim]) -> tuple[Bundle, ...]:
    """Read the bundles of open cancels now; those in a return come back empty: the ledger's copy serves."""
    found: dict[int, Bundle] = {}
    for claim in claims:
        number = claim.bundle_no
        if number is None or number in found or not claim.is_open:
            continue
        await run.step()
        bundle = await read_bundle(run, number) if claim.claim_type == ClaimType.CANCEL else None
        if bundle is not None:
            await run.save(RecordKind.BUNDLE, [bundle_draft(bundle, run.now)])
        elif claim.claim_type != ClaimType.CANCEL:
            bundle = await _kept(run, number)
        if bundle is not None:
            found[number] = bundle
    return tuple(found.values())


async def _kept(run: AsyncJobRun, number: int) -> Bundle | None:
    async for record in run.context.ledger.records(run.account, RecordKind.BUNDLE, ref=str(number)):
        return restore(Bundle, record)
    return None
