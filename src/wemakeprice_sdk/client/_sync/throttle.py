# Generated from client/_async by scripts/unasync.py; edit that one.
"""The throttle of one account, synchronous."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from wemakeprice_sdk.client._synchronization import Turnstile
from wemakeprice_sdk.client.throttle import Pace, ThrottlePolicy


class Throttle:
    """Lets calls through as the policy says, in order of arrival; no failure loses a permit."""

    def __init__(
        self,
        policy: ThrottlePolicy,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._turnstile = Turnstile(policy.max_concurrent)
        self._pace = Pace(policy.min_gap)
        self._monotonic = monotonic
        self._sleep = sleep

    def __enter__(self) -> None:
        self._turnstile.acquire()
        try:
            wait = self._pace.book(self._monotonic())
            if wait > 0:
                self._sleep(wait)
        except BaseException:
            self._turnstile.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pace.ended(self._monotonic())
        self._turnstile.release()
