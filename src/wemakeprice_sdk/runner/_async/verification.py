"""Verifying by reads what became of a write whose outcome nobody wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wemakeprice_sdk.client._async.client import AsyncWemakepriceClient
from wemakeprice_sdk.errors import CallError
from wemakeprice_sdk.ledger.records import IntentState
from wemakeprice_sdk.models import JsonValue, WriteModel
from wemakeprice_sdk.runner.outages import concerns_all
from wemakeprice_sdk.wire.envelope import Success
from wemakeprice_sdk.wire.operations import Operation
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied
from wemakeprice_sdk.wire.verdicts import Known, Verdict, undecided
from wemakeprice_sdk.wire.verification import plan_verification, verification_steps

STATES: Final[Mapping[Verdict, IntentState]] = {
    Verdict.APPLIED: IntentState.APPLIED,
    Verdict.NOT_APPLIED: IntentState.NOT_APPLIED,
    # Another value stands there: ours was not applied, and an operator sees the refusal of the next try.
    Verdict.CONFLICT: IntentState.NOT_APPLIED,
    # Neither repeating nor forgetting it is right, so an operator looks.
    Verdict.HALF_DONE: IntentState.UNKNOWN,
    Verdict.UNDECIDED: IntentState.UNKNOWN,
}
"""The state each verdict closes an intent in."""


async def verify_intent(
    client: AsyncWemakepriceClient, operation: Operation, sent: WriteModel, known: Known
) -> tuple[IntentState, str]:
    """Return the state an intent is to be closed in; OPEN when the marketplace could not be asked now."""
    if not plan_verification(operation, sent, known).reads:
        return IntentState.UNKNOWN, "no read can decide this write"
    steps = verification_steps(operation, sent, known)
    unreachable = False
    found = undecided(
        "nothing was read", "결과를 확인하는 조회를 하지 못했습니다. 파트너센터에서 결과를 확인해 주세요"
    )
    try:
        read = next(steps)
        while True:
            answer: Success | CallError
            try:
                answer = Success(_data(await client.request(read.operation.id, read.payload)))
            except CallError as error:
                unreachable = unreachable or concerns_all(error)
                answer = error
            read = steps.send(answer)
    except StopIteration as done:
        found = done.value
    if found.verdict is Verdict.UNDECIDED and unreachable:
        return IntentState.OPEN, found.reason
    return STATES[found.verdict], found.reason


def _data(answer: JsonValue | Applied | AlreadyDone) -> JsonValue:
    if isinstance(answer, Applied | AlreadyDone):
        raise TypeError("a verifying read gave the outcome of a write")
    return answer
