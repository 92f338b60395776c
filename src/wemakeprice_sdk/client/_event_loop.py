"""Permits in order of arrival, time limits, clearing away and lifetime, for one event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from wemakeprice_sdk.client._threads import BaseLifetime
from wemakeprice_sdk.client.http import Late
from wemakeprice_sdk.errors import ClientStateError


class AsyncTurnstile:
    """At most `permits` holders at once, first come first served; a cancelled waiter loses nothing."""

    def __init__(self, permits: int) -> None:
        self._free = permits
        self._waiters: deque[asyncio.Future[None]] = deque()

    async def acquire(self, seconds: float | None = None) -> None:
        """Wait for a permit, `seconds` at most; raises `Late` when none came by then."""
        if self._free > 0 and not self._waiters:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiters.append(turn)
        try:
            async with _limited(seconds):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # The permit was handed over in the same timestamp: pass it on.
                self.release()
            elif turn in self._waiters:  # a release may have thrown it out already
                self._waiters.remove(turn)
            raise

    def release(self) -> None:
        """Hand the permit to the longest waiting caller, or put it back."""
        while self._waiters:
            turn = self._waiters.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


@contextlib.asynccontextmanager
async def _limited(seconds: float | None) -> AsyncIterator[None]:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        # One of the HTTP library's own is no business of this limit.
        if not limit.expired():
            raise
        raise Late from None


class AsyncTimeLimit:
    """Ends what runs inside of `within` after some seconds with `Late`."""

    def within(self, seconds: float | None) -> contextlib.AbstractAsyncContextManager[None]:
        """Limit everything inside of the block."""
        return _limited(seconds)

    def check(self) -> None:
        """Do nothing: the event loop watches the time."""

    def guard(self, pool: object) -> None:
        """Do nothing: the event loop interrupts a connection that is stuck."""


class AsyncClearing:
    """Closes what was thrown away, in tasks of its own that no caller can cancel."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def throw_away(self, close: Callable[[], Awaitable[None]]) -> None:
        """Close something soon."""
        task = asyncio.get_running_loop().create_task(_closed(close))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Wait until everything is closed."""
        if self._tasks:
            await asyncio.wait(self._tasks)


async def _closed(close: Callable[[], Awaitable[None]]) -> None:
    # It is of no use any more, and broken connections fail to say goodbye in many ways.
    with contextlib.suppress(Exception):
        await close()


class AsyncLifetime(BaseLifetime):
    """Whether a client may still be used, in which process and in which event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._loop: asyncio.AbstractEventLoop | None = None

    def enter(self) -> None:
        """Raise `ClientStateError` as `Lifetime`, and in any event loop but the first one."""
        self._check()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise ClientStateError(
                "the asynchronous client works in an event loop of asyncio, and none is running "
                "(비동기 클라이언트는 asyncio 이벤트 루프 안에서만 사용할 수 있습니다)"
            ) from None
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ClientStateError(
                "the client was opened in another event loop; its connections belong there. "
                "Build one client per event loop (클라이언트를 이벤트 루프마다 하나씩 만들어 주세요)"
            )
