"""The front door: sends a request to the partner API, the control surface or the start page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox import control, page
from wemakeprice_sdk.sandbox.answers import Reply

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.core import Headers, Sandbox


def serve(
    sandbox: Sandbox,
    method: str,
    target: str,
    headers: Headers = (),
    body: bytes = b"",
    *,
    controls: bool = True,
) -> Reply:
    """Answer any request; `target` is the path with its query, as in the request line."""
    path, _, query = target.partition("?")
    if controls and path.startswith(control.PREFIX):
        return control.serve(sandbox, method, path, body)
    if path == "/" and method == "GET":
        return page.serve(sandbox)
    return sandbox.handle(method, path, query, headers, body)
