"""Permits in order of arrival, time limits, clearing away and lifetime, for threads.

`_event_loop.py` has the same for one event loop. Both are written by hand because they rest on different
primitives, and the sync client never loads asyncio; the rest of the client is written once and generated.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from wemakeprice_sdk.client.http import Late
from wemakeprice_sdk.client.lines import TimedBackend
from wemakeprice_sdk.errors import ClientStateError


class Turnstile:
    """At most `permits` holders at once, first come first served, among threads."""

    def __init__(self, permits: int) -> None:
        self._free = permits
        self._waiters: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def acquire(self, seconds: float | None = None) -> None:
        """Wait for a permit, `seconds` at most; raises `Late` when none came by then."""
        with self._lock:
            if self._free > 0 and not self._waiters:
                self._free -= 1
                return
            turn = threading.Event()
            self._waiters.append(turn)
        try:
            if not turn.wait(seconds):
                raise Late  # noqa: TRY301 - the permit may have come in the same instant
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


class TimeLimit:
    """Ends what runs inside of `within` after some seconds with `Late`.

    A thread cannot be interrupted from outside: it has to `check` between two steps, and the connections of a
    guarded pool wait no longer than what is left.
    """

    def __init__(self) -> None:
        self._ends: float | None = None

    @contextlib.contextmanager
    def within(self, seconds: float | None) -> Iterator[None]:
        """Limit everything inside of the block."""
        self._ends = None if seconds is None else time.monotonic() + seconds
        try:
            yield
        except Exception:
            # A read that was cut to the time that was left ends as a timeout of the HTTP library.
            self.check()
            raise
        finally:
            self._ends = None

    def check(self) -> None:
        """Raise `Late` when the time is over."""
        if self._ends is not None and time.monotonic() >= self._ends:
            raise Late from None

    def _left(self, timeout: float | None) -> float | None:
        if self._ends is None:
            return timeout
        self.check()
        left = self._ends - time.monotonic()
        return left if timeout is None else min(timeout, left)

    def guard(self, pool: object) -> None:
        """Let no connection of an httpcore pool wait longer than what is left."""
        backend = getattr(pool, "_network_backend", None)
        if backend is not None:
            setattr(pool, "_network_backend", TimedBackend(backend, self._left))  # noqa: B010


class Clearing:
    """Closes what was thrown away, at once."""

    def throw_away(self, close: Callable[[], None]) -> None:
        """Close something."""
        with contextlib.suppress(Exception):
            close()

    def close(self) -> None:
        """Do nothing: everything is closed."""


class BaseLifetime:
    def __init__(self) -> None:
        self.closed = False
        self._process: int | None = None

    @property
    def forked(self) -> bool:
        """Whether it was used before this process was forked: then its connections are the parent's."""
        return self._process not in (None, os.getpid())

    def _check(self) -> None:
        if self.closed:
            raise ClientStateError(
                "the client was closed; build a new one (클라이언트가 이미 닫혔습니다. 새로 만들어 주세요)"
            )
        if self.forked:
            raise ClientStateError(
                "the client was used before this process was forked; its connections belong to the parent. "
                "Build one client per process (클라이언트를 프로세스마다 하나씩 만들어 주세요)"
            )
        self._process = os.getpid()

    def end(self) -> None:
        """Note that the client was closed."""
        self.closed = True


class Lifetime(BaseLifetime):
    """Whether a client may still be used, and in which process."""

    def enter(self) -> None:
        """Raise `ClientStateError` after closing, and in a process forked after the first use."""
        self._check()
