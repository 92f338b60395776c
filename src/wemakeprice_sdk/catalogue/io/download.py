"""One picture over HTTP: bounded in bytes and time, from public addresses only, without any credentials."""

from __future__ import annotations

import hashlib
import math
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from enum import Enum
from io import FileIO
from ipaddress import ip_network
from pathlib import Path
from typing import Final, Protocol, TypeAlias
from urllib.parse import urljoin, urlsplit

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.catalogue.io.addresses import IpNetwork, is_number, may_connect
from wemakeprice_sdk.catalogue.io.whole import on_disk
from wemakeprice_sdk.catalogue.pictures import PictureFacts, picture_facts, picture_mime
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.errors import ConfigError

_HEADERS: Final = {
    "User-Agent": f"wemakeprice-sdk/{__version__}",
    "Accept": "image/*",
    # Packed bytes could unpack to any size, and pictures gain nothing by it.
    "Accept-Encoding": "identity",
    # A connection of its own for each picture: its address is checked before the request leaves.
    "Connection": "close",
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_GONE: Final = frozenset({404, 410})
_LONGEST_PAUSE: Final = 30.0
_LIBRARIES: Final = ("httpx", "httpx2")


class ImageFault(Enum):
    """Why a picture could not be had."""

    ADDRESS = (
        "address",
        "is no address of the web",
        "웹 주소가 아닙니다. 파트너센터에서 이미지 주소를 확인해 주세요",
    )
    CREDENTIALS = (
        "credentials",
        "holds a user name or a password; pictures are fetched without any",
        "주소에 아이디나 비밀번호가 들어 있습니다. 로그인이 필요 없는 주소로 바꿔 주세요",
    )
    PRIVATE = (
        "private-address",
        "leads to an address that is not public; allow its network if that is meant",
        "공개되지 않은 네트워크의 주소입니다. 의도한 것이라면 허용할 네트워크로 지정해 주세요",
    )
    NOT_FOUND = (
        "not-found",
        "is there no more (404 or 410)",
        "이미지가 더 이상 없습니다. 보관해 둔 원본이 있는지 확인해 주세요",
    )
    STATUS = "status", "was refused by the server", "서버가 거절했습니다. 잠시 후 다시 시도해 주세요"
    REDIRECTS = (
        "redirects",
        "leads from one address to the next and never to a picture",
        "주소가 계속 다른 주소로 넘어갑니다. 이미지 주소를 확인해 주세요",
    )
    TOO_LARGE = (
        "too-large",
        "is larger than the bound",
        "허용한 크기보다 큽니다. 필요한 이미지라면 크기 제한을 늘려 주세요",
    )
    TOO_SLOW = (
        "too-slow",
        "did not come in time",
        "제한 시간 안에 받지 못했습니다. 시간 제한을 늘리거나 나중에 다시 시도해 주세요",
    )
    NO_PICTURE = (
        "no-picture",
        "is no picture by its content",
        "이미지 파일이 아닙니다. 주소를 열어 어떤 내용인지 확인해 주세요",
    )
    DAMAGED = (
        "damaged",
        "begins like a picture, but its size cannot be read",
        "손상된 이미지입니다. 원본 파일이 있는지 확인해 주세요",
    )
    CUT_OFF = (
        "cut-off",
        "ended before it was whole",
        "이미지를 끝까지 받지 못했습니다. 나중에 다시 시도해 주세요",
    )
    NETWORK = (
        "network",
        "could not be reached",
        "서버에 연결할 수 없습니다. 네트워크를 확인하고 다시 시도해 주세요",
    )

    def __init__(self, word: str, message: str, message_ko: str) -> None:
        self.word = word
        self.message = message
        self.message_ko = message_ko


class HttpAnswer(Protocol):
    """A response of a `Client` of httpx or httpx2, as far as it is read."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields."""
        ...

    @property
    def extensions(self) -> Mapping[str, object]:
        """What the library says of the exchange; `network_stream` knows the address."""
        ...

    def iter_raw(self) -> Iterator[bytes]:
        """Yield the body as it came."""
        ...

    def close(self) -> None:
        """Close the response."""
        ...


class ImageClient(Protocol):
    """A `Client` of httpx or httpx2: what fetching pictures calls of it."""

    def build_request(self, method: str, url: str) -> object:
        """Build a request; only its class is used, so that no header or cookie of the client goes out."""
        ...

    # The request is of the library's own class, which is not known here.
    def send(self, request: object, *, stream: bool, auth: None, follow_redirects: bool) -> HttpAnswer:
        """Send a request and return the answer before its body."""
        ...


@frozen(kw_only=True)
class ImageSettings:
    """How pictures are fetched. Raise `ConfigError` naming every value that is out of its bounds."""

    at_once: int = 4
    """Pictures under way at the same time, 1 to 32."""

    per_second: float = 10.0
    """Requests a second to one host, above 0 and at most 1,000; a polite guest keeps the default."""

    max_bytes: int = 20 << 20
    """A picture above it is refused, 1 byte to 1 GiB."""

    max_seconds: float = 60.0
    """Time for one picture with all redirects, 0.01 to 3,600 s; another attempt has as much."""

    attempts: int = 3
    """How often a picture is asked for when the network or the server (429, 5xx) fails, 1 to 10."""

    redirects: int = 5
    """How many redirects are followed, 0 to 20."""

    allowed_networks: tuple[str, ...] = ()
    """Networks that are not public and yet allowed (`10.1.0.0/16`), such as a picture server of one's own."""

    def __attrs_post_init__(self) -> None:
        problems = Problems()
        problems.number("at_once", self.at_once, 1, 32)
        problems.number("max_bytes", self.max_bytes, 1, 1 << 30)
        problems.number("attempts", self.attempts, 1, 10)
        problems.number("redirects", self.redirects, 0, 20)
        for name, low, high in (("per_second", 0.001, 1_000), ("max_seconds", 0.01, 3_600)):
            value = getattr(self, name)
            sound = isinstance(value, int | float) and math.isfinite(value) and low <= value <= high
            problems.require(
                sound,
                name,
                value,
                f"range {low}..{high}",
                f"must be a number between {low} and {high}",
                f"{low}에서 {high} 사이의 숫자여야 합니다",
            )
        problems.each("allowed_networks", self.allowed_networks, str, "text")
        for at, text in enumerate(self.allowed_networks):
            problems.require(
                _is_network(text),
                f"allowed_networks[{at}]",
                text,
                "network such as 10.0.0.0/8",
                "is no network address",
                "네트워크 주소가 아닙니다. 10.0.0.0/8 형식으로 적어 주세요",
            )
        problems.raise_all("image settings", ConfigError)

    @property
    def networks(self) -> tuple[IpNetwork, ...]:
        """The allowed networks."""
        return tuple(ip_network(text) for text in self.allowed_networks)


def _is_network(text: object) -> bool:
    try:
        ip_network(text if isinstance(text, str) else "")
    except ValueError:
        return False
    return True


@frozen(kw_only=True)
class FetchedPicture:
    """A picture that lies in a file: sum, bytes, what it is."""

    sha256: str
    size: int
    facts: PictureFacts


Fetched: TypeAlias = "FetchedPicture | ImageFault"


class _FaultError(Exception):
    """Ends an attempt; never leaves this module."""

    def __init__(self, fault: ImageFault, *, again: bool = False, pause: float = 0.0) -> None:
        self.fault = fault
        self.again = again
        self.pause = pause


class HostPace:
    """Spaces the requests to each host; shared by all threads."""

    def __init__(
        self, per_second: float, monotonic: Callable[[], float], sleep: Callable[[float], object]
    ) -> None:
        self._gap = 1 / per_second
        self._monotonic, self._sleep = monotonic, sleep
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str) -> None:
        """Wait for the turn of a host."""
        with self._lock:
            now = self._monotonic()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + self._gap
        if turn > now:
            self._sleep(turn - now)

    def now(self) -> float:
        """Return the seconds of the clock."""
        return self._monotonic()

    def pause(self, seconds: float) -> None:
        """Wait before another attempt."""
        self._sleep(seconds)


class _Watch:
    """Checks the address of a connection as it is made, and closes it when the time is over."""

    def __init__(self, allowed: tuple[IpNetwork, ...], seconds: float) -> None:
        self._allowed = allowed
        self._stream: object = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.refused = False
        self.late = False

    @contextmanager
    def running(self) -> Iterator[None]:
        self._timer.start()
        try:
            yield
        finally:
            self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Look at a connection before anything is sent over it."""
        if event.endswith(("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")):
            self.see(info.get("return_value"))

    def see(self, stream: object) -> None:
        """Refuse a connection to an address that is not public, or that nobody can tell."""
        with self._lock:
            self._stream = stream
        if not may_connect(_peer(stream), self._allowed):
            self.refused = True
        if self.refused or self.late:
            _close(stream)
            raise _FaultError(ImageFault.PRIVATE if self.refused else ImageFault.TOO_SLOW)

    def check(self) -> None:
        if self.late:
            raise _FaultError(ImageFault.TOO_SLOW)

    def _end(self) -> None:
        with self._lock:
            self.late = True
            stream = self._stream
        # Wakes the thread that waits for bytes; it closes the connection itself.
        plug = _extra(stream, "socket")
        if isinstance(plug, socket.socket):
            with suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)


def _extra(stream: object, name: str) -> object:
    ask = getattr(stream, "get_extra_info", None)
    return ask(name) if callable(ask) else None


def _peer(stream: object) -> str:
    address = _extra(stream, "server_addr")
    return str(address[0]) if isinstance(address, tuple) and address else ""


def _close(stream: object) -> None:
    close = getattr(stream, "close", None)
    if callable(close):
        close()


@frozen
class Downloader:
    """Fetches pictures one by one; may be used by several threads at once."""

    _client: ImageClient
    _settings: ImageSettings
    _pace: HostPace
    _networks: tuple[IpNetwork, ...] = field(init=False)
    _errors: tuple[type[Exception], ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_networks", self._settings.networks)
        object.__setattr__(self, "_errors", _errors_of(self._client))

    def fetch(self, url: str, place: Path) -> Fetched:
        """Fetch a picture into the file `place`; the file is left out unless the picture is whole."""
        for attempt in range(1, self._settings.attempts + 1):
            try:
                return self._follow(url, place)
            except _FaultError as error:
                place.unlink(missing_ok=True)
                if not error.again or attempt == self._settings.attempts:
                    return error.fault
                self._pace.pause(min(error.pause or 0.5 * 2**attempt, _LONGEST_PAUSE))
            except BaseException:
                place.unlink(missing_ok=True)
                raise
        raise AssertionError("attempts is at least 1")

    def _follow(self, url: str, place: Path) -> FetchedPicture:
        address, left = web_address(url), self._settings.max_seconds
        for _ in range(self._settings.redirects + 1):
            # Waiting for its turn is no time of the picture's own.
            self._pace.wait(self._checked_host(address))
            begun = self._pace.now()
            found = self._hop(address, place, left)
            if isinstance(found, FetchedPicture):
                return found
            address, left = found, max(left - (self._pace.now() - begun), 0.01)
        raise _FaultError(ImageFault.REDIRECTS)

    def _hop(self, address: str, place: Path, seconds: float) -> FetchedPicture | str:
        """Return the picture, or the address that a redirect leads to."""
        watch = _Watch(self._networks, seconds)
        with watch.running():
            try:
                with closing(self._send(address, watch)) as answer:
                    watch.see(answer.extensions.get("network_stream"))
                    if answer.status_code not in _REDIRECTS:
                        return self._take(answer, place, watch)
                    return web_address(answer.headers.get("location", ""), address)
            except self._errors as error:
                watch.check()
                raise _failed(error) from None

    def _checked_host(self, address: str) -> str:
        parts = urlsplit(address)
        if parts.username is not None or parts.password is not None:
            raise _FaultError(ImageFault.CREDENTIALS)
        host = parts.hostname or ""
        if is_number(host) and not may_connect(host, self._networks):
            raise _FaultError(ImageFault.PRIVATE)
        return host

    def _send(self, address: str, watch: _Watch) -> HttpAnswer:
        wait = min(10.0, self._settings.max_seconds)
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), wait)
        # Not by `client.get`: the client's own headers, cookies and credentials stay at home.
        request_class = type(self._client.build_request("GET", "http://localhost"))
        try:
            request = request_class(
                "GET",  # type: ignore[call-arg] # the class of the HTTP library
                address,
                headers=_HEADERS,
                extensions={"timeout": timeout, "trace": watch.trace},
            )
        except ValueError:  # a host that IDNA does not know
            raise _FaultError(ImageFault.ADDRESS) from None
        return self._client.send(request, stream=True, auth=None, follow_redirects=False)

    def _take(self, answer: HttpAnswer, place: Path, watch: _Watch) -> FetchedPicture:
        _check_status(answer)
        if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise _FaultError(ImageFault.NO_PICTURE)
        if _number(answer.headers.get("content-length")) > self._settings.max_bytes:
            raise _FaultError(ImageFault.TOO_LARGE)
        with on_disk(place):
            file = place.open("wb", buffering=0)
        with file:
            digest, size = self._write(answer, file, watch)
        with on_disk(place):
            facts = picture_facts(place.read_bytes())
        if facts is None:
            raise _FaultError(ImageFault.DAMAGED)
        return FetchedPicture(sha256=digest, size=size, facts=facts)

    def _write(self, answer: HttpAnswer, file: FileIO, watch: _Watch) -> tuple[str, int]:
        digest, size, head = hashlib.sha256(), 0, b""
        for piece in answer.iter_raw():
            watch.check()
            size += len(piece)
            if size > self._settings.max_bytes:
                raise _FaultError(ImageFault.TOO_LARGE)
            if len(head) < 16:
                head += piece[:16]
                if len(head) >= 16 and not picture_mime(head):
                    raise _FaultError(ImageFault.NO_PICTURE)
            digest.update(piece)
            # A full disk is no fault of the network.
            with on_disk(Path(file.name)):
                file.write(piece)
        watch.check()
        if not picture_mime(head):
            raise _FaultError(ImageFault.NO_PICTURE)
        return digest.hexdigest(), size


def web_address(url: str, base: str = "https:") -> str:
    """Return the address to fetch; one without a scheme (`//host/a.jpg`) has that of `base`."""
    text = ""
    try:
        text = urljoin(base, url.strip())
        parts = urlsplit(text)
        sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise _FaultError(ImageFault.ADDRESS)
    return text


def _check_status(answer: HttpAnswer) -> None:
    status = answer.status_code
    if status in _GONE:
        raise _FaultError(ImageFault.NOT_FOUND)
    if status != 200:
        again = status in _AGAIN
        raise _FaultError(
            ImageFault.STATUS, again=again, pause=_number(answer.headers.get("retry-after")) if again else 0.0
        )


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _failed(error: Exception) -> _FaultError:
    names = {ancestor.__name__ for ancestor in type(error).__mro__}
    if names & {"InvalidURL", "UnsupportedProtocol", "UnicodeError"}:
        return _FaultError(ImageFault.ADDRESS)
    if "TimeoutException" in names:
        return _FaultError(ImageFault.TOO_SLOW, again="ConnectTimeout" in names)
    if names & {"RemoteProtocolError", "ReadError"}:
        return _FaultError(ImageFault.CUT_OFF, again=True)
    return _FaultError(ImageFault.NETWORK, again=True)


def _errors_of(client: ImageClient) -> tuple[type[Exception], ...]:
    for ancestor in type(client).__mro__:
        library = ancestor.__module__.partition(".")[0]
        if library in _LIBRARIES and ancestor.__name__ == "Client":
            names = ("HTTPError", "InvalidURL", "StreamError")
            # UnicodeError: what the library lets through for a host that IDNA does not know.
            return (*(getattr(sys.modules[library], name) for name in names), OSError, UnicodeError)
    raise TypeError(
        f"http_client is a {type(client).__name__}; give a Client of httpx or httpx2, or none at all"
    )
