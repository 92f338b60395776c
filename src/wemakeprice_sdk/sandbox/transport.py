"""In-process transports for httpx, or for another package with its types. httpx is imported only here."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from wemakeprice_sdk.sandbox.answers import Reply
from wemakeprice_sdk.sandbox.front import serve

if TYPE_CHECKING:
    import httpx

    from wemakeprice_sdk.sandbox.core import Sandbox


def _answer(module: Any, request: Any, reply: Reply) -> Any:
    if reply.connection == "drop":
        raise module.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    if reply.connection == "hang":
        raise module.ReadTimeout("timed out", request=request)
    return module.Response(reply.status, headers=list(reply.headers), content=reply.body, request=request)


def _serve(sandbox: Sandbox, request: Any, body: bytes) -> Reply:
    return serve(
        sandbox, request.method, request.url.raw_path.decode("ascii"), request.headers.multi_items(), body
    )


def make_transport(sandbox: Sandbox, module: ModuleType | None = None) -> httpx.BaseTransport:
    """Return a synchronous transport of `module` (httpx when None)."""
    types: Any = module or importlib.import_module("httpx")

    class SandboxTransport(types.BaseTransport):  # type: ignore[misc]
        def handle_request(self, request: Any) -> Any:
            return _answer(types, request, _serve(sandbox, request, request.read()))

    transport: httpx.BaseTransport = SandboxTransport()
    return transport


def make_async_transport(sandbox: Sandbox, module: ModuleType | None = None) -> httpx.AsyncBaseTransport:
    """Return an asynchronous transport of `module` (httpx when None)."""
    types: Any = module or importlib.import_module("httpx")

    class AsyncSandboxTransport(types.AsyncBaseTransport):  # type: ignore[misc]
        async def handle_async_request(self, request: Any) -> Any:
            return _answer(types, request, _serve(sandbox, request, await request.aread()))

    transport: httpx.AsyncBaseTransport = AsyncSandboxTransport()
    return transport
