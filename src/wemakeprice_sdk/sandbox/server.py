"""The sandbox on a port: HTTP/1.1 with kept connections, on this machine only unless told otherwise."""

from __future__ import annotations

import contextlib
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from wemakeprice_sdk.sandbox.answers import Reply, SandboxError
from wemakeprice_sdk.sandbox.front import serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from wemakeprice_sdk.sandbox.core import Sandbox

LARGEST_BODY = 32 * 1024 * 1024
_LAST_PORT = 65_535


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

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        owner = cast("_Server", self.server).owner
        reply = serve(
            owner.sandbox, self.command, self.path, self.headers.items(), body, controls=owner.controls
        )
        if reply.connection == "answer":
            self._send(reply)
            return
        if reply.connection == "hang":
            owner.closing.wait(reply.hold)
        self.close_connection = True

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked()
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self.send_error(413 if length.isdecimal() else 400)
            return None
        return self.rfile.read(int(length))

    def _chunked(self) -> bytes | None:
        body = bytearray()
        while True:
            size = self.rfile.readline(1024).partition(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                length = -1
            if length < 0 or len(body) + length > LARGEST_BODY:
                self.close_connection = True
                self.send_error(400)
                return None
            body += self.rfile.read(length)
            self.rfile.readline(1024)
            if length == 0:
                return bytes(body)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server gives it
        """Stay quiet; the journal tells what happened."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, owner: SandboxServer, address: tuple[str, int]) -> None:
        self.owner = owner
        self._open: dict[socket.socket, Thread] = {}
        self._guard = Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

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

        if not isinstance(sys.exception(), ConnectionError):
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
    """

    def __init__(
        self, sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0, *, controls: bool = True
    ) -> None:
        if not 0 <= port <= _LAST_PORT:
            raise SandboxError(f"a port is a number from 0 to {_LAST_PORT}, not {port}")
        self.sandbox = sandbox
        self.controls = controls
        self.closing: Event = Event()
        self._server = _Server(self, (host, port))
        self._thread: Thread | None = None

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
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def serve_forever(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.serve_forever()

    def close(self) -> None:
        """Stop serving and close every connection."""
        self.closing.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.close_connections()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
