"""How fast one account may call. No limit is published (A), so the default is polite."""

from __future__ import annotations

import threading

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client.options import require


@frozen(kw_only=True)
class ThrottlePolicy:
    """How many calls may run at once, and the quiet time between them.

    `max_concurrent` calls at most run together. No call starts within `min_gap` seconds after another
    one started or ended. The default is what integrators do (grade A): one call at a time.
    """

    max_concurrent: int = 1
    min_gap: float = 0.1

    def __attrs_post_init__(self) -> None:
        require(
            self.max_concurrent >= 1,
            "throttle.max_concurrent",
            self.max_concurrent,
            ">= 1",
            "at least one call has to be allowed",
            "동시 호출은 1 이상이어야 합니다",
        )
        require(
            0 <= self.min_gap < float("inf"),
            "throttle.min_gap",
            self.min_gap,
            "seconds >= 0",
            "the gap is a number of seconds",
            "호출 간격은 0초 이상이어야 합니다",
        )


class Pace:
    """Books the next time at which a call may start, on a monotonic time in seconds; safe among threads."""

    __slots__ = ("_gap", "_lock", "_next")

    def __init__(self, min_gap: float) -> None:
        self._gap = min_gap
        self._next = float("-inf")
        self._lock = threading.Lock()

    def book(self, now: float) -> float:
        """Reserve the next start and give the seconds to wait for it."""
        with self._lock:
            start = max(now, self._next)
            self._next = start + self._gap
        return start - now

    def ended(self, now: float) -> None:
        """Note that a call ended."""
        with self._lock:
            self._next = max(self._next, now + self._gap)
