"""What the client needs of an HTTP library, httpx or httpx2, without importing either.

An injected client is used as it is; the exception classes of its library are found through its class.
"""

from __future__ import annotations

import ssl
import sys
import traceback
from collections.abc import Mapping
from types import ModuleType
from typing import Final, Protocol
from urllib.parse import quote, urlencode

from attrs import field, frozen

from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.client.options import BaseUrl, TimeoutTuple
from wemakeprice_sdk.secrets import SecretStr
from wemakeprice_sdk.wire.requests import WireRequest

USER_AGENT: Final = f"wemakeprice-sdk/{__version__}"
KEY_HEADER: Final = "apiKey"

_LIBRARIES: Final = ("httpx", "httpx2")
# Raised before a byte of the request can have reached the marketplace. InvalidURL is not among them: httpx
# also raises it for the Location of an answer, redirects or not.
_NEVER_SENT: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}
)


class HttpResponse(Protocol):
    """The part of a response that is read."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields."""
        ...

    @property
    def content(self) -> bytes:
        """The whole body."""
        ...


class HttpClient(Protocol):
    """A `Client` of httpx or httpx2."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...

    def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        timeout: TimeoutTuple = ...,
    ) -> HttpResponse:
        """Send one request and read the whole answer."""
        ...


class AsyncHttpClient(Protocol):
    """An `AsyncClient` of httpx or httpx2."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...

    async def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        timeout: TimeoutTuple = ...,  # noqa: ASYNC109 - the name httpx gave it
    ) -> HttpResponse:
        """Send one request and read the whole answer."""
        ...


@frozen
class Reply:
    """One HTTP answer: status, content type, body, and the raw `Retry-After` header."""

    status: int
    content_type: str
    body: bytes = field(repr=lambda body: f"<{len(body)} bytes>")
    retry_after: str | None = None


class TransportError(Exception):
    """An exchange failed below HTTP.

    `kind` is the name of the library's exception, `sent` says whether the request may have reached the
    marketplace, `timed_out` whether time ran out. The library's own exception is not kept: it holds the
    request, and the request holds the key.
    """

    def __init__(self, text: str, *, sent: bool, timed_out: bool) -> None:
        self.text = text
        self.kind: str = text.partition(":")[0]
        self.sent = sent
        self.timed_out = timed_out
        super().__init__(text)


@frozen
class Dialect:
    """The exceptions of the HTTP library in use."""

    errors: tuple[type[Exception], ...]

    @classmethod
    def of(cls, client: object, wanted: str) -> Dialect:
        """Find the library of a client; raises `TypeError` for any but a `wanted` of httpx or httpx2."""
        for ancestor in type(client).__mro__:
            library = ancestor.__module__.partition(".")[0]
            if library in _LIBRARIES and ancestor.__name__ == wanted:
                return cls._from(sys.modules[library])
        raise TypeError(
            f"http_client is a {type(client).__name__}; give a {wanted} of httpx or httpx2, or none at all"
        )

    @classmethod
    def _from(cls, library: ModuleType) -> Dialect:
        names = ("HTTPError", "InvalidURL", "StreamError")
        # UnicodeError: what the library lets through for a host in the Location of an answer.
        return cls((*(getattr(library, name) for name in names), OSError, UnicodeError))


def forget_locals(error: BaseException, outer: BaseException | None) -> None:
    """Empty the frames that an exception passed in the HTTP library, and those it came from there.

    They hold the header with the key, and error reporters send local variables along. `outer` is the
    exception that was being handled before the call; its frames are left alone.
    """
    link: BaseException | None = error
    while link is not None and link is not outer:
        traceback.clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__


def failure_of(error: BaseException, key: SecretStr) -> TransportError:
    """Describe an exception of the HTTP library without keeping anything of it but names and text."""
    names = {ancestor.__name__ for ancestor in type(error).__mro__}
    text = f"{type(error).__name__}: {error}".replace(key.reveal(), "***").strip().rstrip(":")
    timed_out = "TimeoutException" in names or isinstance(error, TimeoutError)
    return TransportError(text, sent=not names & _NEVER_SENT, timed_out=timed_out)


def url_of(base: BaseUrl, request: WireRequest) -> str:
    """Return the full address of a request, its query percent-encoded as UTF-8."""
    address = base.join(request.path)
    return f"{address}?{urlencode(request.query, quote_via=quote)}" if request.query else address


def headers_of(request: WireRequest, key: SecretStr) -> dict[str, str]:
    """Return the header fields of a request, the key among them."""
    return {"User-Agent": USER_AGENT, **dict(request.headers), KEY_HEADER: key.reveal()}


def reply_of(response: HttpResponse) -> Reply:
    """Take what is needed out of a response."""
    headers = response.headers
    return Reply(
        response.status_code, headers.get("content-type", ""), response.content, headers.get("retry-after")
    )


def tls_for(base: BaseUrl) -> ssl.SSLContext | bool:
    """Return the TLS settings of the own connections.

    Loading the machine's certificates takes longer than many a call, so plain http does without: its
    context trusts nobody.
    """
    return base.is_secure or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
