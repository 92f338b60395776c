"""Breaking exchanges on purpose, to see what an application does when the network fails it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox import Sandbox


class Break(Enum):
    """How one exchange goes wrong; `NONE` lets it through."""

    NONE = "none"
    REFUSED = "refused"
    """No connection: nothing can have been sent."""
    LOST_REQUEST = "lost-request"
    """The request never arrives; the caller cannot know that."""
    LOST_ANSWER = "lost-answer"
    """The request is carried out, the answer never comes."""
    TIMEOUT = "timeout"
    """The request is carried out, the answer comes too late."""


class FaultTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Wraps another httpx transport and breaks its exchanges as the script says, one entry per exchange.

    After the script everything goes through. `left` counts the entries that were not used.
    """

    def __init__(
        self, inner: httpx.BaseTransport | httpx.AsyncBaseTransport, script: Iterable[Break]
    ) -> None:
        self._inner = inner
        self._script = deque(script)
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """How many entries of the script are still to come."""
        return len(self._script)

    def _next(self) -> Break:
        with self._lock:
            return self._script.popleft() if self._script else Break.NONE

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one exchange, or break it."""
        if not isinstance(self._inner, httpx.BaseTransport):
            raise TypeError("the wrapped transport is asynchronous")
        fault = self._next()
        _before(fault, request)
        response = self._inner.handle_request(request)
        if fault in (Break.LOST_ANSWER, Break.TIMEOUT):
            response.read()
            response.close()
        _after(fault, request)
        return response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry out one exchange, or break it."""
        if not isinstance(self._inner, httpx.AsyncBaseTransport):
            raise TypeError("the wrapped transport is synchronous")
        fault = self._next()
        _before(fault, request)
        response = await self._inner.handle_async_request(request)
        if fault in (Break.LOST_ANSWER, Break.TIMEOUT):
            await response.aread()
            await response.aclose()
        _after(fault, request)
        return response


def _before(fault: Break, request: httpx.Request) -> None:
    if fault is Break.REFUSED:
        raise httpx.ConnectError("refused by FaultTransport", request=request)
    if fault is Break.LOST_REQUEST:
        raise httpx.ReadError("request lost by FaultTransport", request=request)


def _after(fault: Break, request: httpx.Request) -> None:
    if fault is Break.LOST_ANSWER:
        raise httpx.RemoteProtocolError("answer lost by FaultTransport", request=request)
    if fault is Break.TIMEOUT:
        raise httpx.ReadTimeout("answer delayed by FaultTransport", request=request)


@contextmanager
def lost_answer(sandbox: Sandbox, operation: str, *, applied: bool = True) -> Iterator[None]:
    """Let the sandbox lose the answer of the next call of `operation`, carried out or not.

    Raises `AssertionError` at the end when no such call came.
    """
    sandbox.faults.add(operation, "drop-after-commit" if applied else "drop-before-commit")
    yield
    if sandbox.faults.take(operation) is not None:
        raise AssertionError(f"{operation} was never called, so no answer was lost")
