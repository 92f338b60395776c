"""The sandbox on a port: HTTP/1.1 with kept connections, on this machine only unless told otherwise."""

from __future__ import annotations

import contextlib
import io
import math
import re
import selectors
import socket
import time
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from wemakeprice_sdk.sandbox.answers import Reply, SandboxError, failure, json_reply
from wemakeprice_sdk.sandbox.front import serve
from wemakeprice_sdk.sandbox.hosts import HostRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import WriteableBuffer

    from wemakeprice_sdk.sandbox.core import Sandbox

LARGEST_BODY = 32 * 1024 * 1024
TIMEOUT = 60.0
"""Seconds a connection may be silent between requests, and that a request may take to arrive."""
_LENGTH_DIGITS = 18
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
_TRAILERS = 100
_LAST_PORT = 65_535
_LONGEST = 86_400


class _TimedReader(io.RawIOBase):
    """Reads from a connection until a deadline, however few bytes come at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "wemakeprice-sandbox"
    # Headers and body go out at once: Nagle against delayed acknowledgements costs 40 ms a call.
    disable_nagle_algorithm = True
    wbufsize = -1

    def __getattr__(self, name: str) -> Callable[[], None]:
        # Any verb reaches the sandbox, which answers 405; http.server would answer 501.
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    @property
    def _owner(self) -> SandboxServer:
        return cast("_Server", self.server).owner

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._timed = _TimedReader(self.connection)
        self.rfile = self._buffered = io.BufferedReader(self._timed)

    def handle_one_request(self) -> None:
        """Wait for a request as long as a connection may be silent, then take it in as long again."""
        self._allow_time()
        try:
            self._buffered.peek(1)
        except TimeoutError:
            self.close_connection = True
            return
        self._allow_time()
        super().handle_one_request()

    def _allow_time(self) -> None:
        self._timed.deadline = time.monotonic() + self._owner.timeout

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        self.connection.settimeout(self._owner.timeout)
        owner, headers = self._owner, self.headers.items()
        refusal = owner.hosts.refusal(headers)
        if refusal is not None:
            self._send(json_reply(403, failure(403, refusal)))
            return
        reply = serve(owner.sandbox, self.command, self.path, headers, body, controls=owner.controls)
        if reply.connection == "answer":
            self._send(reply)
            return
        if reply.connection == "hang":
            owner.closing.wait(reply.hold)
        self.close_connection = True

    def _body(self) -> bytes | None:
        """Read the body; answer and end the connection where nobody can say where the next request begins."""
        coding = self.headers.get("Transfer-Encoding")
        if coding is None:
            return self._counted()
        if coding.strip().lower() == "chunked" and "Content-Length" not in self.headers:
            return self._chunked()
        self.send_error(400, "send either Content-Length or Transfer-Encoding: chunked")
        return None

    def _counted(self) -> bytes | None:
        lengths = {length.strip() for length in self.headers.get_all("Content-Length", ["0"])}
        length = lengths.pop()
        if lengths or not length.isascii() or not length.isdecimal():
            self.send_error(400, "Content-Length is one whole number")
            return None
        if len(length) > _LENGTH_DIGITS or int(length) > LARGEST_BODY:
            self.send_error(413, f"a body has at most {LARGEST_BODY} bytes")
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            # Half a body may read as a whole one; what was not sent to the end is not carried out.
            self.close_connection = True
            return None
        return body

    def _chunked(self) -> bytes | None:
        body = bytearray()
        while True:
            size = self.rfile.readline(1024).partition(b";")[0].strip()
            length = int(size, 16) if _CHUNK_SIZE.fullmatch(size) else -1
            if length < 0 or len(body) + length > LARGEST_BODY:
                self.send_error(400, "not a chunk, or too many of them")
                return None
            if length == 0:
                break
            chunk = self.rfile.read(length)
            if len(chunk) < length or self.rfile.readline(3).strip():
                self.send_error(400, "a chunk is not as long as it says")
                return None
            body += chunk
        for _ in range(_TRAILERS):
            if self.rfile.readline(1024) in (b"\r\n", b"\n", b""):
                return bytes(body)
        self.send_error(400, "too many trailers")
        return None

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that cannot be read in JSON, and end the connection."""
        del explain
        self.close_connection = True
        # A request line that cannot be read counts as HTTP/0.9, whose answers have no head.
        self.request_version = self.protocol_version
        text = message or self.responses[HTTPStatus(code)][0]
        self._send(json_reply(code, failure(code, text), (("Connection", "close"),)))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server gives it
        """Stay quiet; the journal tells what happened."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    timeout = 0  # of `handle_request`, which is called when a connection is there

    def __init__(self, owner: SandboxServer, address: tuple[str, int]) -> None:
        self.owner = owner
        self._open: dict[socket.socket, Thread] = {}
        self._guard = Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def serve_until(self, told: socket.socket) -> None:
        """Take connections until the other end of `told` is closed, which `serve_forever` would poll for."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(told, selectors.EVENT_READ)
            while told not in [key.fileobj for key, _ in selector.select()]:
                self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection in a thread that can be waited for."""
        thread = Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        with self._guard:
            self._open[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and forget it."""
        super().shutdown_request(request)
        with self._guard:
            self._open.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that went away in the middle; anything else is shown."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """End every connection and wait for its thread."""
        with self._guard:
            waiting = list(self._open.items())
        for request, _ in waiting:
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
        for _, thread in waiting:
            thread.join(5)


class SandboxServer:
    """Runs a sandbox on a port; use it as a context manager.

    `port` 0 takes a free one, told by `url`. `controls=False` leaves out `/__sandbox__/`, which anyone
    who reaches the port can otherwise use. The sandbox is not closed with the server.

    Requests whose `Host` or `Origin` names another host are refused with 403, so that no page in a browser
    drives the sandbox. Loopback names and the bound address are known; `allowed_hosts` adds names such as
    that of a container, `*` allows any. A connection that is silent for `timeout` seconds, or takes longer to
    send one request, is closed.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        controls: bool = True,
        allowed_hosts: Iterable[str] = (),
        timeout: float = TIMEOUT,
    ) -> None:
        if not 0 <= port <= _LAST_PORT:
            raise SandboxError(f"a port is a number from 0 to {_LAST_PORT}, not {port}")
        if not 0 < timeout <= _LONGEST or math.isnan(timeout):
            raise SandboxError(f"timeout is a number of seconds above 0 and up to {_LONGEST}, not {timeout}")
        self.sandbox = sandbox
        self.controls = controls
        self.timeout = timeout
        self.hosts = HostRule(host, allowed_hosts)
        self.closing: Event = Event()
        self._server = _Server(self, (host, port))
        self._thread: Thread | None = None
        self._teller: socket.socket | None = None

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        host, port = self._server.server_address[:2]
        name = host.decode() if isinstance(host, (bytes, bytearray)) else host
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def __repr__(self) -> str:
        """Show the address and whether it still serves."""
        return f"<SandboxServer {self.url} {'closed' if self.closing.is_set() else 'open'}>"

    def start(self) -> Self:
        """Serve in a thread of its own."""
        told, self._teller = socket.socketpair()
        self._thread = Thread(target=self._serve, args=(told,), daemon=True)
        self._thread.start()
        return self

    def _serve(self, told: socket.socket) -> None:
        with told:
            self._server.serve_until(told)

    def serve_forever(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.serve_forever()

    def close(self) -> None:
        """Stop serving and close every connection."""
        self.closing.set()
        if self._thread is not None and self._teller is not None:
            self._teller.close()
            self._thread.join()
            self._thread = self._teller = None
        self._server.close_connections()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
