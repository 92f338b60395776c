"""How reads are repeated: full jitter, bounded waits, `Retry-After`, and a budget shared by one client.

Writes never come here: a write whose answer was lost is verified instead.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client.options import require
from wemakeprice_sdk.errors import (
    AnswerTooLargeError,
    ApiError,
    CallDeadlineError,
    CallError,
    NetworkError,
    ProtocolError,
    ServerError,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]*)?")
_BUSY_STATUS = frozenset({408, 429})


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently a read is repeated; times in seconds.

    Before attempt n+1 a random time between 0 and `first_wait` times 2^(n-1), at most `max_wait`, passes
    (full jitter). A `Retry-After` of the answer is waited for in full; one longer than `max_retry_after`
    ends the attempts. All waits of one call together stay below `max_total_wait`. Every client owns
    `budget` repeats; each costs one, each success returns `budget_refill`.
    """

    attempts: int = 4
    first_wait: float = 0.5
    max_wait: float = 8.0
    max_total_wait: float = 30.0
    max_retry_after: float = 30.0
    budget: float = 10.0
    budget_refill: float = 0.1

    def __attrs_post_init__(self) -> None:
        require(
            self.attempts >= 1,
            "retry.attempts",
            self.attempts,
            ">= 1",
            "a call is attempted at least once",
            "시도 횟수는 1 이상이어야 합니다",
        )
        for name in (
            "first_wait",
            "max_wait",
            "max_total_wait",
            "max_retry_after",
            "budget",
            "budget_refill",
        ):
            require(
                0 <= getattr(self, name) < float("inf"),
                f"retry.{name}",
                getattr(self, name),
                ">= 0 and finite",
                "retries are bounded by finite numbers",
                "재시도 설정은 0 이상의 유한한 값이어야 합니다",
            )

    @classmethod
    def never(cls) -> RetryPolicy:
        """Return a policy that repeats nothing."""
        return cls(attempts=1)


class RetryBudget:
    """A bucket of repeats shared by everything one client does; safe among threads."""

    def __init__(self, size: float, refill: float) -> None:
        self._size = size
        self._refill = refill
        self._left = size
        self._lock = threading.Lock()

    @property
    def left(self) -> float:
        """How many repeats are left."""
        return self._left

    def spend(self) -> bool:
        """Take one repeat; return whether there was one."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def refund(self) -> None:
        """Note a success."""
        with self._lock:
            self._left = min(self._size, self._left + self._refill)


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Read a `Retry-After` header, seconds or HTTP date, as seconds from `now`; None when it says nothing.

    A header that came several times asks for the longest wait; more digits than a number holds for an
    infinite one.
    """
    if text is None or not text.strip():
        return None
    parts = [part.strip() for part in text.split(",")]
    if all(_SECONDS.fullmatch(part) for part in parts):
        return max(float(part) for part in parts)
    return _until(text.strip(), now)


def _until(text: str, now: datetime) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        timestamp = parsedate_to_datetime(text)
    except ValueError:
        return None
    if timestamp.tzinfo is None:
        # "-0000" means UTC without a statement about the zone; naive arithmetic would fail.
        from datetime import UTC

        timestamp = timestamp.replace(tzinfo=UTC)
    return max(0.0, (timestamp - now).total_seconds())


def is_repeatable(error: BaseException) -> bool:
    """Return whether a *read* that failed like this may be tried again."""
    if isinstance(error, NetworkError | ServerError):
        return not isinstance(error, CallDeadlineError)
    if not isinstance(error, ApiError):
        return False
    # A gateway's status counts whatever the body says, and the other way round.
    return any(
        code in _BUSY_STATUS or code >= 500 for code in (error.http_status or 0, error.result_code or 0)
    )


@frozen
class Deadline:
    """When a whole call has to be over, on a monotonic time in seconds."""

    seconds: float | None
    ends: float
    monotonic: Callable[[], float]

    @classmethod
    def starting(cls, seconds: float | None, monotonic: Callable[[], float]) -> Deadline:
        """Return the deadline of a call that starts now; None for a call without one."""
        return cls(seconds, 0.0 if seconds is None else monotonic() + seconds, monotonic)

    def left(self) -> float | None:
        """Return the seconds that are left, 0 when it is over, None without a deadline."""
        return None if self.seconds is None else max(0.0, self.ends - self.monotonic())


@frozen
class RetryPlan:
    """One policy with its budget and random source, in the shapes tenacity asks for."""

    policy: RetryPolicy
    budget: RetryBudget
    random: Callable[[], float]
    left: Callable[[], float | None]
    verifying: bool = False

    @classmethod
    def to_verify(cls, policy: RetryPolicy, random: Callable[[], float], deadline: Deadline) -> RetryPlan:
        """Return the plan of a read that verifies a write.

        What it does not tell, an operator has to find out. So it is repeated however many other calls failed
        meanwhile, and after a garbled answer too; the attempts of the policy and its waits bound it.
        """
        return cls(policy, RetryBudget(policy.attempts, 0), random, deadline.left, verifying=True)

    def wants(self, state: RetryCallState) -> bool:
        """Return whether the failure is worth another attempt."""
        error = _error_of(state)
        if self.verifying and isinstance(error, ProtocolError):
            return not isinstance(error, AnswerTooLargeError)
        return error is not None and is_repeatable(error)

    def wait(self, state: RetryCallState) -> float:
        """Return the seconds before the next attempt."""
        ceiling = min(self.policy.max_wait, self.policy.first_wait * 2.0 ** min(state.attempt_number - 1, 60))
        return max(self.random() * ceiling, _asked(_error_of(state)) or 0.0)

    def stop(self, state: RetryCallState) -> bool:
        """Return whether to give up: attempts, waits, time or budget is used up, or the wait is too long."""
        if state.attempt_number >= self.policy.attempts:
            return True
        if (_asked(_error_of(state)) or 0.0) > self.policy.max_retry_after:
            return True
        if state.idle_for + state.upcoming_sleep > self.policy.max_total_wait:
            return True
        left = self.left()
        # The failure that is known says more than "too late" after one more wait.
        if left is not None and state.upcoming_sleep >= left:
            return True
        return not self.budget.spend()


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def _asked(error: BaseException | None) -> float | None:
    return error.retry_after if isinstance(error, CallError) else None


def note_attempts(error: BaseException, attempts: int, waited: float) -> None:
    """Write on the error how often the call was tried."""
    error.add_note(f"attempts: {attempts}, waited {waited:.2f} s between them")
