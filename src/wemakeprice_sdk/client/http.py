"""What the client needs of an HTTP library, httpx or httpx2, without importing either.

An injected client is used as it is; the exception classes of its library are found through its class.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import ModuleType
from typing import Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.client.options import PHASES, BaseUrl, TimeoutTuple
from wemakeprice_sdk.secrets import Redactor, SecretStr
from wemakeprice_sdk.wire.requests import WireRequest

T = TypeVar("T")

ACCEPT_ENCODING: Final = "gzip, deflate"
"""What is asked for. httpx would ask for more, and unpacks one piece whole, however large it becomes."""
USER_AGENT: Final = f"wemakeprice-sdk/{__version__}"
KEY_HEADER: Final = "apiKey"

_LIBRARIES: Final = ("httpx", "httpx2")
# Raised before a byte of the request can have reached the marketplace. InvalidURL is not among them: httpx
# also raises it for the Location of an answer, redirects or not.
_NEVER_SENT: Final = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "ConnectionNotAvailable",
        "PoolTimeout",
        "ProxyError",
        "UnsupportedProtocol",
    }
)


class AnyHttpResponse(Protocol):
    """The part of a response that is read, whichever way its body comes."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields."""
        ...

    @property
    def is_stream_consumed(self) -> bool:
        """Whether the body was read already, as by an event hook of the client or by a stand-in."""
        ...

    @property
    def content(self) -> bytes:
        """The whole body, once it was read."""
        ...


class HttpResponse(AnyHttpResponse, Protocol):
    """A response of a `Client`."""

    def iter_raw(self) -> Iterator[bytes]:
        """Yield the body as it came, packed."""
        ...


class AsyncHttpResponse(AnyHttpResponse, Protocol):
    """A response of an `AsyncClient`."""

    def aiter_raw(self) -> AsyncIterator[bytes]:
        """Yield the body as it came, packed."""
        ...


class HttpClient(Protocol):
    """A `Client` of httpx or httpx2: what the library calls of it."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        timeout: TimeoutTuple = ...,
        extensions: Mapping[str, object] | None = None,
    ) -> AbstractContextManager[HttpResponse]:
        """Send one request and give the answer before its body was read."""
        ...


class AsyncHttpClient(Protocol):
    """An `AsyncClient` of httpx or httpx2: what the library calls of it."""

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
        timeout: TimeoutTuple = ...,
        extensions: Mapping[str, object] | None = None,
    ) -> AbstractAsyncContextManager[AsyncHttpResponse]:
        """Send one request and give the answer before its body was read."""
        ...


@frozen
class Reply:
    """One HTTP answer: status, content type, body, and the raw `Retry-After` header.

    `excess` names the bound that the body broke; it is empty then.
    """

    status: int
    content_type: str = field(repr=False)
    body: bytes = field(repr=lambda body: f"<{len(body)} bytes>")
    retry_after: str | None = field(default=None, repr=False)
    excess: str = ""


class TransportError(Exception):
    """An exchange failed below HTTP.

    `kind` is the name of the library's exception, `sent` says whether the request may have reached the
    marketplace, `timed_out` whether time ran out, `past_deadline` that it was the time of the whole call.
    The library's own exception is not kept: it holds the request, and the request holds the key.
    """

    def __init__(self, text: str, *, sent: bool, timed_out: bool, past_deadline: bool = False) -> None:
        self.past_deadline = past_deadline
        self.text = text
        self.kind: str = text.partition(":")[0]
        self.sent = sent
        self.timed_out = timed_out
        super().__init__(text)

    def cleaned(self, clean: Redactor) -> TransportError:
        """Return the same failure without what the other side echoed."""
        return TransportError(
            clean(self.text), sent=self.sent, timed_out=self.timed_out, past_deadline=self.past_deadline
        )


@frozen
class Dialect:
    """The exceptions of the HTTP library in use.

    `not_available` has its pool close a connection and take another one; None where it has none.
    """

    errors: tuple[type[Exception], ...]
    not_available: type[Exception] | None = None

    @classmethod
    def of(cls, client: object, wanted: str) -> Dialect:
        """Find the library of a client; raises `TypeError` for any but a `wanted` of httpx or httpx2."""
        for ancestor in type(client).__mro__:
            library = ancestor.__module__.partition(".")[0]
            if library in _LIBRARIES and ancestor.__name__ == wanted:
                return cls.of_library(sys.modules[library])
        raise TypeError(
            f"http_client is a {type(client).__name__}; give a {wanted} of httpx or httpx2, or none at all"
        )

    @classmethod
    def of_library(cls, library: ModuleType) -> Dialect:
        """Return what a library raises."""
        names = ("HTTPError", "InvalidURL", "StreamError")
        core = sys.modules.get(library.__name__.replace("httpx", "httpcore"))
        busy: type[Exception] | None = getattr(core, "ConnectionNotAvailable", None)
        # UnicodeError: what the library lets through for a host in the Location of an answer. A transport
        # without a pool lets through that its connection is not available.
        errors = (*(getattr(library, name) for name in names), OSError, UnicodeError)
        return cls(errors if busy is None else (*errors, busy), busy)


def failure_of(error: BaseException, clean: Redactor) -> TransportError:
    """Describe an exception of the HTTP library without keeping anything of it but names and text."""
    names = {ancestor.__name__ for ancestor in type(error).__mro__}
    text = clean(f"{type(error).__name__}: {error}").strip().rstrip(":")
    timed_out = "TimeoutException" in names or isinstance(error, TimeoutError)
    return TransportError(text, sent=not names & _NEVER_SENT, timed_out=timed_out)


class Late(Exception):  # noqa: N818 - never seen outside of the client
    """The time of an exchange is over; raised inside of it, where no type of the HTTP library is known."""


def too_late(seconds: float, *, sent: bool, past_deadline: bool) -> TransportError:
    """Return the failure of an exchange that was not over in time."""
    what = "the whole call" if past_deadline else "one exchange"
    text = f"TotalTimeout: {what} is bounded to {seconds:g} s"
    return TransportError(text, sent=sent, timed_out=True, past_deadline=past_deadline)


def timeouts_of(client: object) -> TimeoutTuple:
    """Return the timeouts that an injected client has of its own."""
    own = getattr(client, "timeout", None)
    connect, read, write, pool = (getattr(own, phase, None) for phase in PHASES)
    return (connect, read, write, pool)


def without_new_cookies(client: T) -> T:
    """Return a shallow twin of an injected client that shares all but the cookies set by an answer.

    Several accounts may share one HTTP client: its cookies are sent with every call, but what the answer to
    one account sets must not be sent for another one.
    """
    twin = copy.copy(client)
    cookies = getattr(client, "cookies", None)
    if cookies is not None:
        setattr(twin, "cookies", cookies)  # noqa: B010 - the setter of httpx copies the jar
    return twin


def url_of(base: BaseUrl, request: WireRequest) -> str:
    """Return the full address of a request, its query percent-encoded as UTF-8."""
    address = base.join(request.path)
    return f"{address}?{urlencode(request.query, quote_via=quote)}" if request.query else address


def headers_of(request: WireRequest, key: SecretStr) -> dict[str, str]:
    """Return the header fields of a request, the key among them."""
    fields = {"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPT_ENCODING}
    return {**fields, **dict(request.headers), KEY_HEADER: key.reveal()}


def reply_of(response: AnyHttpResponse, body: bytes, excess: str) -> Reply:
    """Take what is needed out of a response."""
    headers = response.headers
    kind, again = headers.get("content-type", ""), headers.get("retry-after")
    return Reply(response.status_code, kind, body, again, excess)
