# Generated from client/_async by scripts/unasync.py; edit that one.
"""The throttle of one account, synchronous."""

from __future__ import annotations

from collections.abc import Callable

from wemakeprice_sdk.client._threads import Turnstile
from wemakeprice_sdk.client.http import Late
from wemakeprice_sdk.client.throttle import Pace, ThrottlePolicy


class Throttle:
    """Lets `most` calls through at once, as the policy says, in order of arrival; no permit is ever lost."""

    def __init__(
        self,
        policy: ThrottlePolicy,
        most: int,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._turnstile = Turnstile(min(policy.max_concurrent, most))
        self._pace = Pace(policy.min_gap)
        self._monotonic = monotonic
        self._sleep = sleep

    def acquire(self, left: Callable[[], float | None]) -> None:
        """Wait for this call's turn; raises `Late` when that is not before the time that is left is over."""
        self._turnstile.acquire(left())
        try:
            wait, rest = self._pace.book(self._monotonic()), left()
            if rest is not None and wait >= rest:
                raise Late  # noqa: TRY301 - the permit has to go back
            if wait > 0:
                self._sleep(wait)
        except BaseException:
            self._turnstile.release()
            raise

    def release(self) -> None:
        """Let the next call go on."""
        self._pace.ended(self._monotonic())
        self._turnstile.release()
