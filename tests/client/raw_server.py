"""A server on 127.0.0.1 that writes the bytes a test wants, well-formed or not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

JSON = b'{"resultCode":200,"data":[],"error":null}'
Exchange = Callable[["Call"], None]


class Call:
    """One request that arrived: its path, the number of its connection, and how to answer it."""

    def __init__(self, plug: socket.socket, head: bytes, connection: int, number: int) -> None:
        self.path = head.split(b" ")[1].decode().partition("?")[0]
        self.head = head.decode("latin-1")
        self.connection = connection
        self.number = number
        self._plug = plug

    def send(self, data: bytes) -> None:
        self._plug.sendall(data)

    def answer(self, body: bytes, status: int = 200, kind: str = "application/json", head: str = "") -> None:
        self.send(answer(body, status, kind, head))


def answer(body: bytes, status: int = 200, kind: str = "application/json", head: str = "") -> bytes:
    lines = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{head}Content-Length: {len(body)}\r\n\r\n"
    return lines.encode() + body


class RawServer:
    """Hands every request to `exchange`; a connection stays open until either side closes it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.calls: list[Call] = []
        self.connections = 0
        self.stop = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._plugs: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                plug, _ = self._door.accept()
            except OSError:
                return
            if self.stop.is_set():
                plug.close()
                return
            self.connections += 1
            self._plugs.append(plug)
            thread = threading.Thread(target=self._serve, args=(plug, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plug: socket.socket, connection: int) -> None:
        with plug:
            try:
                for head in requests(plug):
                    call = Call(plug, head, connection, len(self.calls) + 1)
                    self.calls.append(call)
                    self.exchange(call)
            except OSError:
                return

    def close(self) -> None:
        self.stop.set()
        with socket.create_connection(self._door.getsockname()):
            pass
        for plug in self._plugs:
            try:
                plug.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._door.close()
        for thread in self._threads:
            thread.join()


def requests(plug: socket.socket) -> Iterator[bytes]:
    waiting = b""
    while True:
        while b"\r\n\r\n" not in waiting:
            more = plug.recv(65536)
            if not more:
                return
            waiting += more
        head, _, waiting = waiting.partition(b"\r\n\r\n")
        fields = [line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:]]
        length = int(dict(fields).get(b"content-length", b"0"))
        while len(waiting) < length:
            waiting += plug.recv(65536)
        waiting = waiting[length:]
        yield head


@contextmanager
def serving(exchange: Exchange) -> Iterator[RawServer]:
    server = RawServer(exchange)
    try:
        yield server
    finally:
        server.close()
