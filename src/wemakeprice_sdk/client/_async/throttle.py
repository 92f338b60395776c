"""The throttle of one account, asynchronous."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType

from wemakeprice_sdk.client._synchronization import AsyncTurnstile
from wemakeprice_sdk.client.throttle import Pace, ThrottlePolicy


class AsyncThrottle:
    """Lets calls through as the policy says, in order of arrival; no failure loses a permit."""

    def __init__(
        self,
        policy: ThrottlePolicy,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._turnstile = AsyncTurnstile(policy.max_concurrent)
        self._pace = Pace(policy.min_gap)
        self._monotonic = monotonic
        self._sleep = sleep

    async def __aenter__(self) -> None:
        await self._turnstile.acquire()
        try:
            wait = self._pace.book(self._monotonic())
            if wait > 0:
                await self._sleep(wait)
        except BaseException:
            self._turnstile.release()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pace.ended(self._monotonic())
        self._turnstile.release()
