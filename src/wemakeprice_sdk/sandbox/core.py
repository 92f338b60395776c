"""The sandbox itself: takes one request, answers it as the contract says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from wemakeprice_sdk.sandbox import (
    broadcast,
    claims,
    cs,
    deals,
    notices,
    orders,
    products,
    reference,
    schema,
    settlement,
    shipping,
)
from wemakeprice_sdk.sandbox.answers import (
    OUTAGE_PAGE,
    Failed,
    Json,
    Refused,
    Reply,
    envelope,
    failure,
    html_reply,
    json_reply,
    read_body,
)
from wemakeprice_sdk.sandbox.base import Call
from wemakeprice_sdk.sandbox.buyers import BuyerActions
from wemakeprice_sdk.sandbox.operators import Account, OperatorActions
from wemakeprice_sdk.sandbox.settings import Fault
from wemakeprice_sdk.sandbox.state import Shop

if TYPE_CHECKING:
    from types import ModuleType

    import httpx

__all__ = ["ROUTES", "Account", "Sandbox"]

Handler = Callable[[Call], Any]
ROUTES: dict[str, Handler] = {
    **reference.ROUTES,
    **shipping.ROUTES,
    **products.ROUTES,
    **deals.ROUTES,
    **orders.ROUTES,
    **claims.ROUTES,
    **cs.ROUTES,
    **settlement.ROUTES,
    **notices.ROUTES,
    **broadcast.ROUTES,
}
_PREPARED = ("products_save", "products_update_sale")

Headers = Mapping[str, str] | Iterable[tuple[str, str]]


def find_operation(method: str, path: str) -> str:
    """Find the operation of a call; raise `Failed` 404 or 405."""
    path = "/" + path.lstrip("/")
    known = [
        (name, row["method"]) for name, row in schema.load()["operations"].items() if row["path"] == path
    ]
    if not known:
        raise Failed(404, "요청하신 경로를 찾을 수 없습니다.")
    for name, verb in known:
        if verb == method.upper():
            return str(name)
    raise Failed(405, "허용되지 않은 메서드입니다.", (("Allow", ", ".join(verb for _, verb in known)),))


class Sandbox(BuyerActions, OperatorActions):
    """A stand-in partner server (샌드박스).

    `seed` makes numbers and invented data repeatable. `clock` is a `Clock`, an aware datetime to stop at,
    or None for the system's time. `settings` are those of the contract. `state_path` names a SQLite file
    that keeps everything; a write is answered only after it is in the file.

    Thread-safe. Beside `handle` it has the buyers' actions (`place_order`, `request_cancel`, ...), the
    operators' (`add_account`, `configure`, ...), `faults`, `journal`, and in-process transports.
    """

    def handle(
        self,
        method: str,
        path: str,
        query: str | Mapping[str, str] = "",
        headers: Headers = (),
        body: bytes = b"",
    ) -> Reply:
        """Answer one call of the partner API; never raises for a bad request."""
        try:
            operation = find_operation(method, path)
        except Failed as failed:
            return self._failed(failed)
        with self.lock:
            self.calls[operation] += 1
            fault = self.faults.take(operation)
            if fault is not None and (reply := self._instead(fault)) is not None:
                return reply
            reply = self._answer(operation, query, headers, body)
        return reply if fault is None else _spoil(fault, reply)

    def _answer(self, operation: str, query: str | Mapping[str, str], headers: Headers, body: bytes) -> Reply:
        try:
            shop = self._authenticate(headers)
            call = Call(self, shop, operation, self.now(), self._read(operation, query, body, shop))
            self.catch_up()
            data = self._run(call)
        except Failed as failed:
            return self._failed(failed)
        reply = json_reply(200, envelope(data))
        try:
            # Nothing may be promised that is not in the state file yet.
            self.commit()
        except sqlite3.Error:
            return self._failed(Failed(500, "처리 중 오류가 발생했습니다."))
        return reply

    def _authenticate(self, headers: Headers) -> Shop:
        pairs = cast(
            "Iterable[tuple[str, str]]", headers.items() if isinstance(headers, Mapping) else headers
        )
        key = next((value for name, value in pairs if name.lower() == "apikey"), "")
        shop = self.shop_by_key(key) if key else None
        if shop is None:
            raise Failed(401, "인증키가 올바르지 않습니다.")
        if not shop.approved:
            raise Failed(403, "승인되지 않은 인증키입니다.")
        return shop

    def _read(self, operation: str, query: str | Mapping[str, str], body: bytes, shop: Shop) -> Json:
        row = schema.load()["operations"][operation]
        strict = self.settings.strict_unknown_keys
        if "query" in row:
            pairs = parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else query.items()
            return schema.read_request(dict(pairs), row["query"], strict=strict)
        value = read_body(body)
        if operation in _PREPARED:
            value = products.prepare(value, shop)
        return schema.read_request(value, row["body"], strict=strict)

    def _run(self, call: Call) -> object:
        try:
            data = ROUTES[call.operation](call)
        except Refused as refused:
            return {"returnKey": 0, "returnMsg": refused.text}
        if call.targets is not None:
            self.record(call.shop, "api", call.operation, call.targets, call.now)
        return data

    def _failed(self, failed: Failed) -> Reply:
        status = 200 if self.settings.error_mode == "envelope" else failed.code
        return json_reply(status, failure(failed.code, failed.text), failed.headers)

    def _instead(self, fault: Fault) -> Reply | None:
        """Return the answer of a fault that keeps the call from being carried out."""
        if fault.kind == "html-500":
            return html_reply(500, OUTAGE_PAGE)
        if fault.kind == "json-500":
            return self._failed(Failed(500, "처리 중 오류가 발생했습니다."))
        if fault.kind == "503":
            after = (("Retry-After", fault.retry_after),) if fault.retry_after else ()
            return self._failed(Failed(503, "잠시 후 다시 시도해 주세요.", after))
        if fault.kind == "error-object":
            status = 200 if self.settings.error_mode == "envelope" else fault.code
            return json_reply(status, failure(fault.code, {"code": fault.code, "message": fault.text}))
        if fault.kind == "drop-before-commit":
            return Reply(0, (), b"", "drop")
        if fault.kind == "timeout" and not fault.commit:
            return Reply(0, (), b"", "hang", fault.hold)
        return None

    def transport(self, module: ModuleType | None = None) -> httpx.BaseTransport:
        """Return a transport for `httpx.Client`: the sandbox in-process, without a port.

        `module` may be another package with httpx's types, such as httpx2.
        """
        from wemakeprice_sdk.sandbox.transport import make_transport

        return make_transport(self, module)

    def async_transport(self, module: ModuleType | None = None) -> httpx.AsyncBaseTransport:
        """Return a transport for `httpx.AsyncClient`; `module` as for `transport`."""
        from wemakeprice_sdk.sandbox.transport import make_async_transport

        return make_async_transport(self, module)


def _spoil(fault: Fault, reply: Reply) -> Reply:
    """Change an answer that was given as a fault wants it sent."""
    if fault.kind == "drop-after-commit":
        return Reply(0, (), b"", "drop")
    if fault.kind == "timeout":
        return Reply(0, (), b"", "hang", fault.hold)
    value = reply.json()
    return json_reply(reply.status, value | {"resultCode": str(value["resultCode"])})
