"""A picture host on 127.0.0.1 that behaves as badly as a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define, field

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


def png(width: int = 3, height: int = 2, body: bytes = b"") -> bytes:
    """Make bytes that are a PNG of a size, as far as a header goes."""
    return PNG + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00" + body


@define
class Request:
    """One request: its path and head, and the wire to answer on."""

    path: str
    head: str
    wire: socket.socket

    def answer(self, body: bytes = b"", status: int = 200, *headers: str, length: int | None = None) -> None:
        lines = [
            f"HTTP/1.1 {status} X",
            f"Content-Length: {len(body) if length is None else length}",
            *headers,
        ]
        self.wire.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def redirect(self, target: str, status: int = 302) -> None:
        self.answer(b"", status, f"Location: {target}")


Behaviour = Callable[[Request], object]


@define
class ImageServer:
    """Answers each path as `pages` says, anything else with a picture; one connection, one request."""

    host: str = "127.0.0.1"
    pages: dict[str, Behaviour] = field(factory=dict)
    requests: list[Request] = field(factory=list)
    connections: int = 0
    most_at_once: int = 0
    over: threading.Event = field(factory=threading.Event)
    _door: socket.socket = field(init=False)
    _threads: list[threading.Thread] = field(factory=list)
    _at_once: int = 0
    _lock: threading.Lock = field(factory=threading.Lock)

    def __attrs_post_init__(self) -> None:
        self._door = socket.create_server((self.host, 0))
        self._threads.append(threading.Thread(target=self._accept, daemon=True))
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.requests)

    def _accept(self) -> None:
        while True:
            wire, _ = self._door.accept()
            if self.over.is_set():
                wire.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(wire,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, wire: socket.socket) -> None:
        with wire:
            head = b""
            try:
                while b"\r\n\r\n" not in head:
                    piece = wire.recv(65536)
                    if not piece:
                        return
                    head += piece
                self._answer(Request(head.split(b" ")[1].decode(), head.decode("latin-1"), wire))
            except OSError:
                return

    def _answer(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            self.pages.get(request.path, lambda one: one.answer(png(body=one.path.encode())))(request)
        finally:
            with self._lock:
                self._at_once -= 1

    def close(self) -> None:
        self.over.set()
        with socket.create_connection(self._door.getsockname()):
            pass
        for thread in self._threads:
            thread.join()
        self._door.close()


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[ImageServer]:
    server = ImageServer(host)
    try:
        yield server
    finally:
        server.close()
