"""One HTTP exchange over httpx or httpx2, asynchronous."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from wemakeprice_sdk.client._synchronization import AsyncLifetime
from wemakeprice_sdk.client.http import (
    AsyncHttpClient,
    Dialect,
    HttpResponse,
    Reply,
    failure_of,
    forget_locals,
    headers_of,
    reply_of,
    tls_for,
    url_of,
)
from wemakeprice_sdk.client.options import BaseUrl, ConnectionLimits, Timeouts
from wemakeprice_sdk.errors import ClientStateError
from wemakeprice_sdk.secrets import SecretStr
from wemakeprice_sdk.wire.requests import WireRequest

if TYPE_CHECKING:
    import httpx


class AsyncTransport:
    """Sends requests with the key in their header; follows no redirect, so the key stays with the host."""

    def __init__(
        self,
        base_url: BaseUrl,
        key: SecretStr,
        limits: ConnectionLimits,
        injected: AsyncHttpClient | None,
    ) -> None:
        self._base_url = base_url
        self._key = key
        self._limits = limits
        self._injected = injected
        self._own: httpx.AsyncClient | None = None
        self._dialect = Dialect.of(injected, "AsyncClient") if injected is not None else None
        self._lifetime = AsyncLifetime()
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
                "the injected HTTP client was closed (주입된 HTTP 클라이언트가 닫혔습니다)"
            )

    def _client(self) -> tuple[AsyncHttpClient, Dialect]:
        if self._injected is not None and self._dialect is not None:
            return self._injected, self._dialect
        with self._opening:
            return self._opened()

    def _opened(self) -> tuple[AsyncHttpClient, Dialect]:
        if self._own is None:
            import httpx

            # Proxies and .netrc of the machine are left out: what carries the key is chosen explicitly.
            self._own = httpx.AsyncClient(
                trust_env=False,
                verify=tls_for(self._base_url),
                limits=httpx.Limits(
                    max_connections=self._limits.max_connections,
                    max_keepalive_connections=self._limits.max_keepalive,
                    keepalive_expiry=self._limits.keepalive_expiry,
                ),
            )
        return self._own, Dialect.of(self._own, "AsyncClient")

    async def exchange(self, request: WireRequest, timeouts: Timeouts) -> Reply:
        """Send one request and read the whole answer; raises `TransportError` when there is none."""
        client, dialect = self._client()
        outer = sys.exception()
        try:
            response = await self._request(client, request, timeouts)
            return reply_of(response)
        except dialect.errors as error:
            failure = failure_of(error, self._key)
        except BaseException as error:
            if isinstance(error, RuntimeError) and client.is_closed:
                # Closed between the check and the call: the library refuses before it sends anything.
                raise ClientStateError("the client was closed (클라이언트가 이미 닫혔습니다)") from None
            forget_locals(error, outer)
            raise
        # Raised out here, without the library's exception as its context: that one holds the key.
        raise failure

    async def _request(
        self, client: AsyncHttpClient, request: WireRequest, timeouts: Timeouts
    ) -> HttpResponse:
        url = url_of(self._base_url, request)
        if self._injected is not None:
            return await client.request(
                request.method,
                url,
                content=request.body,
                headers=headers_of(request, self._key),
                follow_redirects=False,
            )
        return await client.request(
            request.method,
            url,
            content=request.body,
            headers=headers_of(request, self._key),
            follow_redirects=False,
            timeout=timeouts.as_tuple(),
        )

    async def aclose(self) -> None:
        """Close the own connections; an injected client stays open."""
        # A forked child leaves its parent's connections alone: closing one tells the other side goodbye.
        if self._lifetime.closed or self._lifetime.forked:
            return
        self._lifetime.enter()
        self._lifetime.end()
        if self._own is not None:
            await self._own.aclose()
