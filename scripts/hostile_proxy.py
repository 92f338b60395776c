"""A proxy in front of a sandbox server that breaks exchanges in every way a network and a gateway can.

    with SandboxServer(sandbox) as server, HostileProxy(server.url, chooser(0.3, seed=1)) as proxy:
        client = WemakepriceClient(key, base_url=proxy.url)

`Hostility` names the ways. Those below `BEFORE` keep the request from the sandbox; with all others it was carried
out, whatever the caller gets to see. No way tells a lie that nobody could find out, such as a clear refusal of what
was carried out: the journal of the sandbox can then be held against every outcome that the client reports.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import re
import socket
import struct
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_PAGE: Final = "<html><body><h1>위메프 접속이 원활하지 않습니다</h1></body></html>".encode()
_NAMED: Final = ("/order/out/getOrderInfo", "/claim/out/getClaimInfo", "/product/out/getProduct")
"""Reads whose answers name what they are about: only of these can a caller find out that an answer is another one's."""
_RESET: Final = struct.pack("ii", 1, 0)


class Hostility(Enum):
    """How one exchange goes wrong; `NONE` lets it through."""

    NONE = "none"
    # The request does not reach the sandbox.
    RESET_AT_ONCE = "reset-at-once"
    RESET_BEFORE = "reset-before"
    CLOSED_BEFORE = "closed-before"
    HALF_REQUEST = "half-request"
    SILENT_BEFORE = "silent-before"
    PAGE_502_BEFORE = "page-502-before"
    PAGE_403_BEFORE = "page-403-before"
    TIMEOUT_408_BEFORE = "timeout-408-before"
    JSON_503_BEFORE = "json-503-before"
    BUSY_SECONDS = "429-seconds"
    BUSY_DATE = "429-date"
    BUSY_BARE = "429-bare"
    BUSY_NONSENSE = "429-nonsense"
    BUSY_PAGE = "429-page"
    BUSY_IN_ENVELOPE = "429-in-envelope"
    # The request was carried out.
    RESET_AFTER = "reset-after"
    CLOSED_AFTER = "closed-after"
    SILENT_AFTER = "silent-after"
    HALF_CLOSED = "half-closed"
    TRUNCATED_HEAD = "truncated-head"
    TRUNCATED_BODY = "truncated-body"
    RESET_IN_BODY = "reset-in-body"
    LENGTH_TOO_SHORT = "length-too-short"
    LENGTH_TOO_LONG = "length-too-long"
    TWO_LENGTHS = "two-lengths"
    DOUBLED_BODY = "doubled-body"
    DOUBLED_ANSWER = "doubled-answer"
    CROSSED = "crossed"
    STRAY_BYTES = "stray-bytes"
    DRIP = "drip"
    ENDLESS_DRIP = "endless-drip"
    BROKEN_GZIP = "broken-gzip"
    CUT_GZIP = "cut-gzip"
    BOMB = "bomb"
    BROKEN_CHUNKS = "broken-chunks"
    CUT_CHUNKS = "cut-chunks"
    NO_HTTP = "no-http"
    PAGE_200 = "page-200"
    PAGE_500 = "page-500"
    PAGE_504 = "page-504"
    REDIRECT = "redirect"
    EMPTY_200 = "empty-200"
    NOTHING_204 = "nothing-204"
    ERROR_IN_200 = "error-in-200"
    ERROR_500_IN_200 = "error-500-in-200"
    NO_CODE = "no-code"
    BROKEN_TEXT = "broken-text"
    BUSY_AFTER = "429-after"


BEFORE: Final = frozenset(
    list(Hostility)[
        list(Hostility).index(Hostility.RESET_AT_ONCE) : list(Hostility).index(Hostility.RESET_AFTER)
    ]
)
"""What keeps a request from the sandbox."""
Chooser = Callable[[str], Hostility]
"""Says what befalls the next exchange on a path."""


def chooser(share: float, seed: int, ways: tuple[Hostility, ...] = tuple(Hostility)[1:]) -> Chooser:
    """Let a share of all exchanges go wrong, in any of these ways, the same for the same seed."""
    chance, lock = random.Random(seed), threading.Lock()

    def choose(path: str) -> Hostility:
        del path
        with lock:
            return chance.choice(ways) if chance.random() < share else Hostility.NONE

    return choose


def respond(status: str, body: bytes, kind: str = "application/json; charset=utf-8", head: str = "") -> bytes:
    """Write an answer whose length is right."""
    lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{head}Content-Length: {len(body)}\r\n\r\n"
    return lines.encode() + body


def _failure(code: int, text: str) -> bytes:
    return json.dumps({"resultCode": code, "data": None, "error": text}, ensure_ascii=False).encode()


_BUSY: Final = _failure(429, "잠시 후 다시 시도해 주세요.")
_HTML: Final = "text/html; charset=utf-8"
_ANSWERS_BEFORE: Final[Mapping[Hostility, bytes]] = {
    Hostility.PAGE_502_BEFORE: respond("502 Bad Gateway", _PAGE, _HTML),
    Hostility.PAGE_403_BEFORE: respond("403 Forbidden", _PAGE, _HTML),
    Hostility.TIMEOUT_408_BEFORE: respond("408 Request Timeout", b"", "text/plain"),
    Hostility.JSON_503_BEFORE: respond("503 X", _failure(503, "점검 중"), head="Retry-After: 1\r\n"),
    Hostility.BUSY_SECONDS: respond("429 X", _BUSY, head="Retry-After: 2\r\n"),
    Hostility.BUSY_DATE: respond("429 X", _BUSY, head="Retry-After: Wed, 21 Oct 2037 07:28:00 GMT\r\n"),
    Hostility.BUSY_BARE: respond("429 X", _BUSY),
    Hostility.BUSY_NONSENSE: respond("429 X", _BUSY, head="Retry-After: soon\r\n"),
    Hostility.BUSY_PAGE: respond("429 X", _PAGE, _HTML),
    Hostility.BUSY_IN_ENVELOPE: respond("200 OK", _BUSY),
}
_ANSWERS_AFTER: Final[Mapping[Hostility, bytes]] = {
    Hostility.NO_HTTP: b"220 mail.example.com ESMTP\r\n",
    Hostility.PAGE_200: respond("200 OK", _PAGE, _HTML),
    Hostility.PAGE_500: respond("500 X", _PAGE, _HTML),
    Hostility.PAGE_504: respond("504 Gateway Timeout", b"upstream timed out", "text/plain"),
    Hostility.REDIRECT: respond("302 Found", b"", head="Location: http://127.0.0.1:9/login\r\n"),
    Hostility.EMPTY_200: respond("200 OK", b""),
    Hostility.NOTHING_204: b"HTTP/1.1 204 No Content\r\n\r\n",
    Hostility.ERROR_IN_200: respond("200 OK", _failure(200, "처리 중 오류가 발생했습니다.")),
    Hostility.ERROR_500_IN_200: respond("200 OK", _failure(500, "처리 중 오류가 발생했습니다.")),
    Hostility.BUSY_AFTER: respond("429 X", _BUSY, head="Retry-After: 1\r\n"),
    Hostility.BROKEN_GZIP: respond("200 OK", b"\x1f\x8b\x08\x00no gzip", head="Content-Encoding: gzip\r\n"),
    Hostility.BROKEN_CHUNKS: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
}
_SILENT: Final = frozenset({Hostility.SILENT_BEFORE, Hostility.SILENT_AFTER})
_RESETS: Final = frozenset({Hostility.RESET_AT_ONCE, Hostility.RESET_BEFORE, Hostility.RESET_AFTER})


@dataclass(frozen=True)
class _Answer:
    """One answer of the sandbox."""

    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.head + b"\r\n\r\n" + self.body

    def packed(self, body: bytes, more: str = "") -> bytes:
        return respond("200 OK", body, head=more)


class HostileProxy:
    """Passes every request on to `upstream`, a base URL, unless `choose` says otherwise; use it as a context manager.

    `patience` is how long a silent answer lasts, in seconds. `met` counts what was done to the exchanges.
    """

    def __init__(self, upstream: str, choose: Chooser, *, patience: float = 5.0) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "", parts.port or 80)
        self._choose = choose
        self._patience = patience
        self.met: Counter[Hostility] = Counter()
        self.calm = False
        self._seen: dict[str, deque[tuple[bytes, bytes]]] = {}
        self._stop = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, and end every connection."""
        self._stop.set()
        with contextlib.suppress(OSError), socket.create_connection(self._door.getsockname()):
            pass
        self._thread.join()
        self._door.close()
        with self._guard:
            left = list(self._open)
        for plug in left:
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            plug, _ = self._door.accept()
            if self._stop.is_set():
                plug.close()
                return
            with self._guard:
                self._open.add(plug)
            threading.Thread(target=self._serve, args=(plug,), daemon=True).start()

    def _serve(self, plug: socket.socket) -> None:
        try:
            while self._exchange(plug):
                pass
        except OSError:
            pass
        finally:
            with self._guard:
                self._open.discard(plug)
            plug.close()

    def _exchange(self, plug: socket.socket) -> bool:
        """Carry out one exchange; return whether the connection lives on."""
        request = read_message(plug)
        if request is None:
            return False
        head, body = request
        path = head.split(b" ", 2)[1].partition(b"?")[0].decode()
        way = Hostility.NONE if self.calm else self._choose(path)
        with self._guard:
            self.met[way] += 1
        return self._before(plug, way, head, body) if way in BEFORE else self._after(plug, way, head, body)

    def _before(self, plug: socket.socket, way: Hostility, head: bytes, body: bytes) -> bool:
        if way in _ANSWERS_BEFORE:
            plug.sendall(_ANSWERS_BEFORE[way])
            return True
        if way is Hostility.HALF_REQUEST:
            with socket.create_connection(self._upstream) as half:
                half.sendall((head + b"\r\n\r\n" + body)[: len(head) + 4 + len(body) // 2] or b"GET")
        return self._end(plug, way)

    def _end(self, plug: socket.socket, way: Hostility) -> bool:
        if way in _SILENT:
            self._stop.wait(self._patience)
        elif way in _RESETS:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        return False

    def _after(self, plug: socket.socket, way: Hostility, head: bytes, body: bytes) -> bool:
        if way is Hostility.HALF_CLOSED:
            plug.shutdown(socket.SHUT_WR)
        answer = self._ask(head, body)
        path = head.split(b" ", 2)[1].decode()
        if way is Hostility.CROSSED:
            plug.sendall(self._crossed(path.partition("?")[0], path.encode() + body, answer))
            return False
        self._remember(path.partition("?")[0], path.encode() + body, answer)
        if way in _ANSWERS_AFTER:
            plug.sendall(_ANSWERS_AFTER[way])
            return way not in (Hostility.NO_HTTP, Hostility.BROKEN_CHUNKS)
        return _MANGLERS[way](self, plug, answer) if way in _MANGLERS else self._end(plug, way)

    def _ask(self, head: bytes, body: bytes) -> _Answer:
        lines = [
            line for line in head.split(b"\r\n") if not line.lower().startswith((b"connection:", b"host:"))
        ]
        host = f"Host: {self._upstream[0]}:{self._upstream[1]}".encode()
        with socket.create_connection(self._upstream) as asked:
            asked.sendall(b"\r\n".join([*lines, host, b"Connection: close"]) + b"\r\n\r\n" + body)
            found = read_message(asked)
        if found is None:
            raise ConnectionResetError("the sandbox gave no answer")
        return _Answer(*found)

    def _remember(self, path: str, asked: bytes, answer: _Answer) -> None:
        if path in _NAMED:
            with self._guard:
                self._seen.setdefault(path, deque(maxlen=20)).append((asked, answer.raw))

    def _crossed(self, path: str, asked: bytes, answer: _Answer) -> bytes:
        """Return the answer to another request; half an answer where nobody could tell it from the right one."""
        places = [path] if "/out/" in path else list(_NAMED)
        with self._guard:
            rows = [row for place in places for row in self._seen.get(place, ())]
        return next((raw for other, raw in rows if other != asked), answer.raw[:-5])

    def drip(self, plug: socket.socket, data: bytes, pause: float) -> None:
        """Send a few bytes at a time."""
        for start in range(0, len(data), 40):
            plug.sendall(data[start : start + 40])
            if self._stop.wait(pause):
                return


def read_message(plug: socket.socket) -> tuple[bytes, bytes] | None:
    """Read one request, or one answer with a length; None when the other side closed before it was whole."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = plug.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    length = int(found[1]) if found else 0
    while len(body) < length:
        more = plug.recv(65536)
        if not more:
            return None
        body += more
    return head, body[:length]


def _sent(data: Callable[[HostileProxy, _Answer], bytes], *, lives: bool = False) -> _Mangler:
    def mangle(proxy: HostileProxy, plug: socket.socket, answer: _Answer) -> bool:
        plug.sendall(data(proxy, answer))
        return lives

    return mangle


def _reset_in_body(proxy: HostileProxy, plug: socket.socket, answer: _Answer) -> bool:
    del proxy
    plug.sendall(answer.raw[:-5])
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    return False


def _length_too_long(proxy: HostileProxy, plug: socket.socket, answer: _Answer) -> bool:
    """Promise more than comes, and keep the connection open."""
    plug.sendall(_with_length(answer, len(answer.body) + 9))
    return proxy._end(plug, Hostility.SILENT_AFTER)


def _drip(proxy: HostileProxy, plug: socket.socket, answer: _Answer) -> bool:
    proxy.drip(plug, answer.raw, 0.001)
    return True


def _endless(proxy: HostileProxy, plug: socket.socket, answer: _Answer) -> bool:
    proxy.drip(plug, answer.raw + b" " * 40 * 500, 0.05)
    return False


def _with_length(answer: _Answer, length: int) -> bytes:
    return _LENGTH.sub(f"\r\nContent-Length: {length}".encode(), answer.head) + b"\r\n\r\n" + answer.body


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * 34_000_000, 1)


def _without_code(answer: _Answer) -> bytes:
    value = json.loads(answer.body)
    value.pop("resultCode", None)
    return answer.packed(json.dumps(value).encode())


def _chunked(answer: _Answer, end: bytes) -> bytes:
    size = f"{len(answer.body):x}\r\n".encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + size + answer.body[: len(answer.body) // 2] + end


_Mangler = Callable[[HostileProxy, socket.socket, _Answer], bool]
_GZIP: Final = "Content-Encoding: gzip\r\n"
_MANGLERS: Final[Mapping[Hostility, _Mangler]] = {
    Hostility.NONE: _sent(lambda _, answer: answer.raw.replace(b"Connection: close\r\n", b""), lives=True),
    Hostility.TRUNCATED_HEAD: _sent(lambda _, answer: answer.head[:30]),
    Hostility.TRUNCATED_BODY: _sent(lambda _, answer: answer.raw[:-5]),
    Hostility.RESET_IN_BODY: _reset_in_body,
    Hostility.LENGTH_TOO_SHORT: _sent(
        lambda _, answer: _with_length(answer, len(answer.body) - 7), lives=True
    ),
    Hostility.LENGTH_TOO_LONG: _length_too_long,
    Hostility.TWO_LENGTHS: _sent(
        lambda _, answer: answer.raw.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n", 1)
    ),
    Hostility.DOUBLED_BODY: _sent(lambda _, answer: answer.packed(answer.body * 2), lives=True),
    Hostility.DOUBLED_ANSWER: _sent(lambda _, answer: answer.raw * 2, lives=True),
    Hostility.STRAY_BYTES: _sent(lambda _, answer: answer.raw + b"\r\n{}", lives=True),
    Hostility.DRIP: _drip,
    Hostility.ENDLESS_DRIP: _endless,
    Hostility.CUT_GZIP: _sent(
        lambda _, answer: answer.packed(gzip.compress(answer.body)[:-12], _GZIP), lives=True
    ),
    Hostility.BOMB: _sent(lambda _, answer: answer.packed(_bomb(), _GZIP)),
    Hostility.CUT_CHUNKS: _sent(lambda _, answer: _chunked(answer, b"")),
    Hostility.NO_CODE: _sent(lambda _, answer: _without_code(answer), lives=True),
    Hostility.BROKEN_TEXT: _sent(
        lambda _, answer: answer.packed(answer.body.replace(b'"', b"\xff", 3)), lives=True
    ),
}
