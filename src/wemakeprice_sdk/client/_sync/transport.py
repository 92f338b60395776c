# Generated from client/_async by scripts/unasync.py; edit that one.
"""One HTTP exchange over httpx or httpx2, synchronous."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from wemakeprice_sdk.client._threads import Clearing, Lifetime, TimeLimit
from wemakeprice_sdk.client.body import Body
from wemakeprice_sdk.client.http import (
    Dialect,
    HttpClient,
    HttpResponse,
    Late,
    Reply,
    TransportError,
    failure_of,
    headers_of,
    reply_of,
    timeouts_of,
    too_late,
    url_of,
    without_new_cookies,
)
from wemakeprice_sdk.client.lines import Closable, is_clean, opened, tls_for
from wemakeprice_sdk.client.options import PHASES, BaseUrl, ConnectionLimits, Timeouts, TimeoutTuple, cut
from wemakeprice_sdk.errors import ClientStateError
from wemakeprice_sdk.secrets import Redactor, SecretStr, forget_locals
from wemakeprice_sdk.wire.requests import WireRequest

if TYPE_CHECKING:
    import ssl


class Line:
    """One connection of our own: a transport of httpx that has no other one.

    The client of httpx above it is left out. What it adds (cookies, redirects, proxies and .netrc of the
    machine) must not happen to a request that carries the key, and is a quarter of its time.
    """

    def __init__(self, tls: ssl.SSLContext, keepalive: float) -> None:
        import httpx

        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=keepalive)
        self._transport = httpx.HTTPTransport(verify=tls, limits=limits, trust_env=False)
        # Addresses are read once: a client asks few lists, and a list without a query is one address.
        self._request, self._address = httpx.Request, lru_cache(64)(httpx.URL)
        self.errors = Dialect.of_library(httpx).errors
        self.limit = TimeLimit()
        self.limit.guard(getattr(self._transport, "_pool", None))
        self.idle_since = 0.0
        self._stream: Closable | None = None

    @property
    def is_clean(self) -> bool:
        """Whether the connection may carry another call."""
        return is_clean(self._transport)

    @contextmanager
    def stream(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str], times: TimeoutTuple
    ) -> Iterator[HttpResponse]:
        """Send one request and give the answer before its body was read."""
        extensions = {"timeout": dict(zip(PHASES, times, strict=True)), "trace": self._trace}
        request = self._request(
            method, self._address(url), content=content, headers=headers, extensions=extensions
        )
        response = self._transport.handle_request(request)
        try:
            yield response
        finally:
            response.close()

    def _trace(self, event: str, info: Mapping[str, object]) -> None:
        """Remember the socket: a call that is cancelled during the TLS handshake leaves it with nobody."""
        stream = opened(event, info)
        if stream is not None:
            self._stream = cast("Closable", stream)

    def close(self) -> None:
        """Close the connection, in whatever state."""
        try:
            self._transport.close()
        finally:
            if self._stream is not None:
                self._stream.close()


class FirstUse:
    """Sends a request of an injected client on a new connection only.

    The other side may be closing a kept one just now, and then nobody knows whether a write arrived. The pool
    of httpcore closes a connection that is not available and takes another one, in the end a new one.
    """

    def __init__(self, not_available: type[Exception]) -> None:
        self._not_available = not_available
        self._is_new = False

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Refuse a connection that was not opened for this request, before a byte goes out on it."""
        del info
        if ".connect_" in event:
            self._is_new = True
        elif event == "http11.send_request_headers.started" and not self._is_new:
            raise self._not_available


class Transport:
    """Sends requests with the key in their header; follows no redirect, so the key stays with the host."""

    def __init__(
        self,
        base_url: BaseUrl,
        key: SecretStr,
        limits: ConnectionLimits,
        injected: HttpClient | None,
    ) -> None:
        self._base_url = base_url
        self._key = key
        self.clean = Redactor((key,))
        self._limits = limits
        self._injected = injected
        self._dialect = Dialect.of(injected, "Client") if injected is not None else Dialect(())
        self._lifetime = Lifetime()
        self._clearing = Clearing()
        self._idle: list[Line] = []
        self._busy = 0
        self._opening = threading.Lock()

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._lifetime.closed

    def enter(self) -> None:
        """Raise `ClientStateError` when this client must not be used here and now."""
        self._lifetime.enter()
        if self._injected is not None and self._injected.is_closed:
            raise ClientStateError(
                "the injected HTTP client was closed (주입된 HTTP 클라이언트가 닫혔습니다. "
                "새로 만들어 주세요)"
            )

    def _take(self, *, fresh: bool) -> Line:
        """Return a connection: a kept one for what may be repeated, a new one for anything else."""
        with self._opening:
            stale = time.monotonic() - self._limits.keepalive_expiry
            kept = [line for line in self._idle if line.idle_since > stale]
            gone = [line for line in self._idle if line.idle_since <= stale]
            line = kept.pop() if kept and not fresh else None
            while line is None and kept and len(kept) + self._busy >= self._limits.max_connections:
                gone.append(kept.pop(0))
            self._idle = kept
            self._busy += 1
            try:
                if line is None:
                    tls = tls_for(secure=self._base_url.is_secure)
                    line = Line(tls, self._limits.keepalive_expiry)
            except BaseException:
                self._busy -= 1
                raise
        for old in gone:
            self._clearing.throw_away(old.close)
        return line

    def _give_back(self, line: Line, *, keep: bool) -> None:
        with self._opening:
            self._busy -= 1
            keep = keep and not self.closed and len(self._idle) < self._limits.max_keepalive
            if keep:
                line.idle_since = time.monotonic()
                self._idle.append(line)
        if not keep:
            self._clearing.throw_away(line.close)

    def exchange(
        self,
        request: WireRequest,
        timeouts: Timeouts,
        max_bytes: int,
        left: float | None,
        *,
        fresh: bool,
    ) -> Reply:
        """Send one request and read the whole answer; raises `TransportError` when there is none.

        Takes at most `left` seconds, what is left of the whole call. A `fresh` exchange has a connection of
        its own: an answer that somebody else's call left behind cannot be taken for the one to a write, or
        for what a read says about it.
        """
        total = timeouts.total if self._injected is None else None
        seconds = min((value for value in (total, left) if value is not None), default=None)
        outer = sys.exception()
        line: Line | None = None
        errors, limit = self._dialect.errors, None
        try:
            client: HttpClient | Line | None = self._injected
            if client is None:
                client = line = self._take(fresh=fresh)
                errors, limit = line.errors, line.limit
            limit = limit or TimeLimit()
            asked = self._asked(client, request, timeouts, seconds, fresh=fresh)
            with limit.within(seconds), asked as response:
                reply = self._collected(response, max_bytes, limit)
        except Late:
            failure = too_late(seconds or 0.0, sent=True, past_deadline=seconds == left)
        except TransportError as error:
            failure = error.cleaned(self.clean)
        except errors as error:
            failure = failure_of(error, self.clean)
        except BaseException as error:
            closed = self._injected is not None and self._injected.is_closed
            if closed and isinstance(error, RuntimeError):
                # Closed between the check and the call: the library refuses before it sends anything.
                raise ClientStateError(
                    "the client was closed (클라이언트가 이미 닫혔습니다. 새로 만들어 주세요)"
                ) from None
            forget_locals(error, outer)
            raise
        else:
            if line is not None:
                done, line = line, None
                self._give_back(done, keep=not fresh and not reply.excess and done.is_clean)
            return reply
        finally:
            if line is not None:
                # Whatever ended the exchange in the middle, an answer may still be on its way here.
                self._give_back(line, keep=False)
        # Raised out here, without the library's exception as its context: that one holds the key.
        raise failure

    def _asked(
        self,
        client: HttpClient | Line,
        request: WireRequest,
        timeouts: Timeouts,
        seconds: float | None,
        *,
        fresh: bool,
    ) -> AbstractContextManager[HttpResponse]:
        url, headers = url_of(self._base_url, request), headers_of(request, self._key)
        if isinstance(client, Line):
            return client.stream(
                request.method, url, request.body, headers, cut(timeouts.as_tuple(), seconds)
            )
        client, not_available = without_new_cookies(client), self._dialect.not_available
        only_new = FirstUse(not_available).trace if fresh and not_available else None
        return client.stream(
            request.method,
            url,
            content=request.body,
            headers=headers,
            follow_redirects=False,
            timeout=cut(timeouts_of(client), seconds),
            extensions=None if only_new is None else {"trace": only_new},
        )

    def _collected(self, response: HttpResponse, max_bytes: int, limit: TimeLimit) -> Reply:
        body = Body(response, max_bytes)
        if response.is_stream_consumed:
            body.add_unpacked(response.content)
        elif not body.is_too_large:
            for piece in response.iter_raw():
                limit.check()
                if not body.add(piece):
                    break
        return reply_of(response, body.take(), body.excess)

    def close(self) -> None:
        """Close the own connections; an injected client stays open."""
        # A forked child leaves its parent's connections alone: closing one tells the other side goodbye.
        if self._lifetime.closed or self._lifetime.forked:
            return
        self._lifetime.enter()
        self._lifetime.end()
        with self._opening:
            idle, self._idle = self._idle, []
        for line in idle:
            self._clearing.throw_away(line.close)
        self._clearing.close()
