"""The job on claims: collect, decide, answer (취소·반품·교환)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wemakeprice_sdk.errors import ApiError
from wemakeprice_sdk.models import Bundle, Claim, ClaimDateType, ClaimStatus, ClaimType
from wemakeprice_sdk.policy.snapshot import PendingShipment, PickedLine, ReturnFacts, Snapshot
from wemakeprice_sdk.runner._async.orders import in_flight, read_bundle
from wemakeprice_sdk.runner._async.session import AsyncSession
from wemakeprice_sdk.runner._async.sweeps import claim_stream, claims_in, open_streams, settle_vanished
from wemakeprice_sdk.runner.drafts import GONE, bundle_draft, claim_state, restore
from wemakeprice_sdk.runner.outages import concerns_all
from wemakeprice_sdk.runner.records import RecordKind

_R, _E = ClaimType.RETURN, ClaimType.EXCHANGE
_OPEN: Final = (
    (ClaimType.CANCEL, ClaimStatus.REQUEST),
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
    session: AsyncSession,
    shipments: Iterable[PendingShipment],
    picked: Iterable[PickedLine],
    facts: Iterable[ReturnFacts],
) -> None:
    """Collect claims of every kind, decide as the strategy says, and answer."""
    claims_at = session.now
    claims = await _collect(session)
    bundles_at = session.now
    snapshot = Snapshot(
        claims_at=claims_at,
        claims=tuple(claims.values()),
        bundles_at=bundles_at,
        bundles=await _bundles(session, claims.values()),
        shipments=tuple(shipments),
        picked=tuple(picked),
        return_facts=tuple(facts),
        in_flight=await in_flight(session),
    )
    await session.act(session.around.policy.plan_claims(snapshot, session.now))


async def _collect(session: AsyncSession) -> dict[str, Claim]:
    streams = [claim_stream(kind, state) for kind, state in _OPEN]
    streams += [claim_stream(kind, state) for kind, state, _ in _CLOSED]
    await open_streams(session, RecordKind.CLAIM, streams)
    rows: dict[str, Claim] = {}
    for kind, state in _OPEN:
        listed = await claims_in(session, kind, state, ClaimDateType.REQUEST)
        rows |= listed
    for kind, state, by in _CLOSED:
        closed = await claims_in(session, kind, state, by)
        await _bring_back(session, closed.values())
        if (kind, state) == (_E, ClaimStatus.APPROVE):
            # A re-shipped exchange still has to be completed.
            rows |= closed
        else:
            rows = {key: row for key, row in rows.items() if key not in closed}
    for kind, state in _OPEN:
        back = await settle_vanished(session, RecordKind.CLAIM, f"{kind.value}:{state.value}", rows)
        rows |= {key: row for key, row in back.items() if isinstance(row, Claim)}
    rows |= {key: row for key, row in (await _unfinished(session)).items() if key not in rows}
    return rows


async def _bring_back(session: AsyncSession, closed: Iterable[Claim]) -> None:
    """Read bundles again that a return or exchange hid until it was closed: the lists have passed them."""
    around = session.around
    for claim in closed:
        if claim.bundle_no is None or claim.claim_type == ClaimType.CANCEL:
            continue
        hidden = await around.offload(_is_gone, session, claim.bundle_no)
        if hidden and (bundle := await read_bundle(session, claim.bundle_no)) is not None:
            await session.save(RecordKind.BUNDLE, [bundle_draft(bundle, session.now)])


def _is_gone(session: AsyncSession, number: int) -> bool:
    records = session.around.ledger.records(session.account, RecordKind.BUNDLE, ref=str(number))
    return any(record.status == GONE for record in records)


async def _unfinished(session: AsyncSession) -> dict[str, Claim]:
    """Read again the exchanges that were re-shipped and are not completed: lists show them no more."""
    around = session.around
    state = f"{_E.value}:{ClaimStatus.APPROVE.value}"
    limit = session.now - around.settings.max_back
    records = await around.offload(
        lambda: list(around.ledger.records(session.account, RecordKind.CLAIM, status=state, since=limit))
    )
    stored = [restore(Claim, record) for record in records]
    rows: dict[str, Claim] = {}
    for record, claim in zip(records, stored, strict=True):
        if not claim.is_exchange_complete:
            await session.step()
            fresh = await _read(session, claim.claim_bundle_no)
            if fresh is not None and claim_state(fresh) == state:
                rows[record.key] = fresh
    return rows


async def _read(session: AsyncSession, number: int) -> Claim | None:
    try:
        return await session.around.client.claims.get(number)
    except ApiError as error:
        if concerns_all(error):
            raise
        session.note_unread(f"claim:{number}", error)
        return None


async def _bundles(session: AsyncSession, claims: Iterable[Claim]) -> tuple[Bundle, ...]:
    """Read the bundles of open cancels now; those in a return come back empty: the ledger's copy serves."""
    around = session.around
    found: dict[int, Bundle] = {}
    for claim in claims:
        number = claim.bundle_no
        if number is None or number in found or not claim.is_open:
            continue
        await session.step()
        bundle = await read_bundle(session, number) if claim.claim_type == ClaimType.CANCEL else None
        if bundle is not None:
            await session.save(RecordKind.BUNDLE, [bundle_draft(bundle, session.now)])
        elif claim.claim_type != ClaimType.CANCEL:
            bundle = await around.offload(_kept, session, number)
        if bundle is not None:
            found[number] = bundle
    return tuple(found.values())


def _kept(session: AsyncSession, number: int) -> Bundle | None:
    records = session.around.ledger.records(session.account, RecordKind.BUNDLE, ref=str(number))
    return next((restore(Bundle, record) for record in records), None)
