"""Everything that crosses the wire, without I/O and without a clock.

The operation table, the writer of requests, the tolerant reader of answers, refusal texts as outcomes or
typed errors, the verification of writes whose answer was lost, and query windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.wire.envelope import AnswerBytes, Success, read_answer, read_outcome
    from wemakeprice_sdk.wire.operations import (
        OPERATIONS,
        Channel,
        Family,
        Meaning,
        Operation,
        Refusal,
        Retry,
    )
    from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied, Outcome
    from wemakeprice_sdk.wire.overrides import NO_OVERRIDES, WireOverrides
    from wemakeprice_sdk.wire.requests import WireRequest, build_request
    from wemakeprice_sdk.wire.verdicts import Known, Verdict, Verification
    from wemakeprice_sdk.wire.verification import plan_verification, verification_steps, verify
    from wemakeprice_sdk.wire.windows import Window, split_days, split_months, split_weeks, split_window
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "envelope": ("AnswerBytes", "Success", "read_answer", "read_outcome"),
            "operations": ("OPERATIONS", "Channel", "Family", "Meaning", "Operation", "Refusal", "Retry"),
            "outcomes": ("AlreadyDone", "Applied", "Outcome"),
            "overrides": ("NO_OVERRIDES", "WireOverrides"),
            "requests": ("WireRequest", "build_request"),
            "verdicts": ("Known", "Verdict", "Verification"),
            "verification": ("plan_verification", "verification_steps", "verify"),
            "windows": ("Window", "split_days", "split_months", "split_weeks", "split_window"),
        },
    )

__all__ = [
    "NO_OVERRIDES",
    "OPERATIONS",
    "AlreadyDone",
    "AnswerBytes",
    "Applied",
    "Channel",
    "Family",
    "Known",
    "Meaning",
    "Operation",
    "Outcome",
    "Refusal",
    "Retry",
    "Success",
    "Verdict",
    "Verification",
    "Window",
    "WireOverrides",
    "WireRequest",
    "build_request",
    "plan_verification",
    "read_answer",
    "read_outcome",
    "split_days",
    "split_months",
    "split_weeks",
    "split_window",
    "verification_steps",
    "verify",
]
