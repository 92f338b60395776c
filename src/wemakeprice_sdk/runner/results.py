"""What became of single actions, and why a job did nothing."""

from __future__ import annotations

from enum import StrEnum

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.policy.actions import ActionKind, Target


class ActionState(StrEnum):
    """What became of one planned action."""

    APPLIED = "applied"
    ALREADY_DONE = "already_done"
    REFUSED = "refused"
    NOT_APPLIED = "not_applied"
    OPEN = "open"
    """The answer was lost and could not be verified yet; the next run does."""
    UNKNOWN = "unknown"
    """No read can verify it; an operator decides."""
    BUSY = "busy"
    """Another intent on the target is open, or the effect is there already."""
    LEFT_OUT = "left_out"
    """Not tried: an action it depends on did not succeed, or the run was stopped."""


@frozen
class ActionResult:
    """One action and what became of it; `detail` is free of personal data."""

    key: str
    kind: ActionKind
    target: Target
    state: ActionState
    detail: str = ""


class Skipped(StrEnum):
    """Why a job did nothing at all."""

    LEASE_HELD = "lease-held"
    """Another worker has the account."""
    GATE_CLOSED = "gate-closed"
    """A switch or the link of the account forbids it; the report's `gate` names the first closed one."""
    MAINTENANCE = "maintenance"
    """The marketplace is away, and waiting was not wanted or would leave the window."""
