"""Permits that are handed over in order of arrival, for threads and for one event loop.

Both kinds are written by hand because they rest on different primitives; the rest of the client is
written once and generated.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque

from wemakeprice_sdk.errors import ClientStateError


class AsyncTurnstile:
    """At most `permits` holders at once, first come first served; a cancelled waiter loses nothing."""

    def __init__(self, permits: int) -> None:
        self._free = permits
        self._waiters: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        """Wait for a permit."""
        if self._free > 0 and not self._waiters:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiters.append(turn)
        try:
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


class Turnstile:
    """At most `permits` holders at once, first come first served, among threads."""

    def __init__(self, permits: int) -> None:
        self._free = permits
        self._waiters: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait for a permit."""
        with self._lock:
            if self._free > 0 and not self._waiters:
                self._free -= 1
                return
            turn = threading.Event()
            self._waiters.append(turn)
        try:
            turn.wait()
        except BaseException:
            self._give_up(turn)
            raise

    def _give_up(self, turn: threading.Event) -> None:
        with self._lock:
            if turn in self._waiters:
                self._waiters.remove(turn)
                return
        # The permit was handed over in the same timestamp: pass it on.
        self.release()

    def release(self) -> None:
        """Hand the permit to the longest waiting caller, or put it back."""
        with self._lock:
            if self._waiters:
                self._waiters.popleft().set()
            else:
                self._free += 1


class _Lifetime:
    def __init__(self) -> None:
        self.closed = False
        self._process: int | None = None

    @property
    def forked(self) -> bool:
        """Whether it was used before this process was forked: then its connections are the parent's."""
        return self._process not in (None, os.getpid())

    def _check(self) -> None:
        if self.closed:
            raise ClientStateError("the client was closed; build a new one (클라이언트가 이미 닫혔습니다)")
        if self.forked:
            raise ClientStateError(
                "the client was used before this process was forked; its connections belong to the parent. "
                "Build one client per process (클라이언트는 프로세스마다 하나씩 만들어야 합니다)"
            )
        self._process = os.getpid()

    def end(self) -> None:
        """Note that the client was closed."""
        self.closed = True


class Lifetime(_Lifetime):
    """Whether a client may still be used, and in which process."""

    def enter(self) -> None:
        """Raise `ClientStateError` after closing, and in a process forked after the first use."""
        self._check()


class AsyncLifetime(_Lifetime):
    """Whether a client may still be used, in which process and in which event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._loop: asyncio.AbstractEventLoop | None = None

    def enter(self) -> None:
        """Raise `ClientStateError` as `Lifetime`, and in any event loop but the first one."""
        self._check()
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ClientStateError(
                "the client was opened in another event loop; its connections belong there. "
                "Build one client per event loop (클라이언트는 이벤트 루프마다 하나씩 만들어야 합니다)"
            )
