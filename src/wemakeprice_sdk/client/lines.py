"""What the client's own connections need of httpx beyond its front door. All of it fails safe.

Every connection has an HTTP client of its own. httpcore's pool (1.0.9) keeps for ever a connection whose call
was cancelled between being given out and being opened, and the slot of a call that was cancelled while its
answer was being closed: ten of those, and every later call ends in `PoolTimeout`. A client that is thrown
away after a call that did not end well cannot keep anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ssl

    import httpx


@cache
def tls_for(*, secure: bool) -> ssl.SSLContext:
    """Return the TLS settings of the own connections, one for all clients of the process.

    Loading the certificates takes as long as twenty calls, and 0.7 MB: too much for each of a thousand
    accounts. Nothing of an account is in the context, and nobody changes it. Plain http does without, its
    context trusts nobody. The environment is left out: what carries the key is chosen explicitly.
    """
    if not secure:
        import ssl

        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def is_clean(transport: httpx.HTTPTransport | httpx.AsyncHTTPTransport) -> bool:
    """Return whether a connection holds nothing beyond the answer that was read from it.

    What is left over would be taken for the answer to the next call. Looks into httpcore and h11; where it
    cannot see, the connection counts as unclean and is not used again.
    """
    connections = getattr(getattr(transport, "_pool", None), "connections", ())
    return bool(connections) and all(_holds_nothing(connection) for connection in connections)


def _holds_nothing(connection: object) -> bool:
    protocol = getattr(getattr(connection, "_connection", None), "_h11_state", None)
    return getattr(protocol, "trailing_data", None) == (b"", False)


class Closable(Protocol):
    """A network stream, of either kind."""

    def close(self) -> None:
        """Close it, of a synchronous one."""
        ...

    async def aclose(self) -> None:
        """Close it, of an asynchronous one."""
        ...


class _Stream(Protocol):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...
    def write(self, buffer: bytes, timeout: float | None = None) -> None: ...
    def close(self) -> None: ...
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream: ...
    def get_extra_info(self, info: str) -> object: ...


class _Backend(Protocol):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: object = None,
    ) -> _Stream: ...


class TimedStream:
    """A network stream of httpcore on which no read or write outlasts the exchange it belongs to.

    httpcore reads the head of an answer in a loop of its own, each read with the whole timeout: one byte now
    and then would keep it there for days. It writes the head of a request and its body apart: here they leave
    together, when the answer is waited for, which is a tenth of the processor time of a small call.
    """

    def __init__(self, inner: _Stream, within: Callable[[float | None], float | None]) -> None:
        self._inner = inner
        self._within = within
        self._unsent = b""
        self._sending: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Send what was written, then read what has arrived."""
        if self._unsent:
            self._send()
        return self._inner.read(max_bytes, self._within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take what is to be sent before the next read."""
        self._unsent += buffer
        self._sending = timeout

    def _send(self) -> None:
        import httpcore

        unsent, self._unsent = self._unsent, b""
        # As httpcore does: whoever takes no more of a request may have answered it already.
        with contextlib.suppress(httpcore.WriteError):
            self._inner.write(unsent, self._within(self._sending))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> TimedStream:
        """Encrypt what follows."""
        inner = self._inner.start_tls(ssl_context, server_hostname, self._within(timeout))
        return TimedStream(inner, self._within)

    def get_extra_info(self, info: str) -> object:
        """Return what is known about the connection."""
        return self._inner.get_extra_info(info)


class TimedBackend:
    """Opens connections of httpcore as `TimedStream`."""

    def __init__(self, inner: _Backend, within: Callable[[float | None], float | None]) -> None:
        self._inner = inner
        self._within = within

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: object = None,
    ) -> TimedStream:
        """Open a connection."""
        inner = self._inner.connect_tcp(
            host, port, self._within(timeout), local_address=local_address, socket_options=socket_options
        )
        return TimedStream(inner, self._within)


def opened(event: str, info: Mapping[str, object]) -> object | None:
    """Return the network stream that a trace event of httpcore reports as open, None for other events."""
    return info.get("return_value") if event == "connection.connect_tcp.complete" else None
