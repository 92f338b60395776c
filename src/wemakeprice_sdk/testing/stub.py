"""A marketplace that answers only what was queued, checked against the contract on both sides."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qsl

import httpx
from attrs import field

from wemakeprice_sdk import models
from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client import (
    AsyncWemakepriceClient,
    RetryPolicy,
    ThrottlePolicy,
    VerificationPolicy,
    WemakepriceClient,
)
from wemakeprice_sdk.errors import CallError
from wemakeprice_sdk.models import JsonValue, ReadModel, ValueFault
from wemakeprice_sdk.testing._shape import unknown_keys
from wemakeprice_sdk.wire.answers import wire_json
from wemakeprice_sdk.wire.converter import read, read_rows
from wemakeprice_sdk.wire.envelope import AnswerBytes, read_outcome
from wemakeprice_sdk.wire.operations import OPERATIONS, Channel, Family, Operation, Shape

_URL = "http://stub.invalid"
_FAILURES = {
    "refused": httpx.ConnectError,
    "dropped": httpx.RemoteProtocolError,
    "timeout": httpx.ReadTimeout,
}
_RESULT_KEYS = frozenset({"returnKey", "productNo", "returnMsg"})


class StubError(AssertionError):
    """The test and the stub disagree: an unexpected call, an unused answer, or an impossible one."""


@frozen
class _Queued:
    operation: Operation
    status: int
    body: bytes | None
    failure: str | None
    expect: Mapping[str, JsonValue] | None
    headers: tuple[tuple[str, str], ...] = field(default=())


class StubMarketplace:
    """Answers queued per call, in order; anything else fails loudly.

        with StubMarketplace() as stub:
            stub.answer("orders_confirm", {"returnKey": 1, "returnMsg": "완료 되었습니다."})
            stub.client().orders.confirm(210000001)

    Leaving the `with` block raises `StubError` when an answer was not used.
    """

    def __init__(self) -> None:
        self._queue: deque[_Queued] = deque()
        self.requests: list[tuple[str, Mapping[str, JsonValue]]] = []
        """Every call so far: operationId and decoded body or query."""

    def answer(
        self,
        operation: str,
        data: JsonValue | ReadModel | Sequence[ReadModel] = None,
        *,
        expect: Mapping[str, JsonValue] | None = None,
        http_status: int = 200,
    ) -> None:
        """Queue a success. `data` has to be what the contract sends for this operation.

        It is a model, several models, or the JSON itself.

        `expect` names values that the request's body or query has to carry. Raises `StubError` for an
        unknown operation, a key the contract does not list, or data that cannot be read.
        """
        row = _row(operation)
        sent = _sent(row, data)
        body = _encode({"resultCode": 200, "data": sent, "error": None})
        _check(row, sent, AnswerBytes(http_status, body, "application/json"))
        self._queue.append(_Queued(row, http_status, body, None, expect))

    def refuse(
        self,
        operation: str,
        text: str,
        *,
        result_code: int = 422,
        expect: Mapping[str, JsonValue] | None = None,
    ) -> None:
        """Queue a refusal with this Korean text, in the place where the contract puts it.

        A text of the operation's own table goes where the table says; any other text goes to `error`.
        """
        row = _row(operation)
        known = next((refusal for refusal in row.refusals if refusal.found_in(text)), None)
        if known is not None and known.channel is Channel.RETURN_MSG:
            body: JsonValue = {"resultCode": 200, "data": {"returnKey": 0, "returnMsg": text}, "error": None}
            self._queue.append(_Queued(row, 200, _encode(body), None, expect))
            return
        body = {"resultCode": result_code, "data": None, "error": text}
        self._queue.append(_Queued(row, result_code, _encode(body), None, expect))

    def fail(self, operation: str, how: str) -> None:
        """Queue a broken exchange: `refused` (never sent), `dropped`, `timeout`, or `outage` (HTML page)."""
        row = _row(operation)
        if how == "outage":
            page = "<html><body>위메프 접속이 원활하지 않습니다.</body></html>".encode()
            self._queue.append(_Queued(row, 500, page, None, None))
        elif how in _FAILURES:
            self._queue.append(_Queued(row, 0, None, how, None))
        else:
            raise StubError(f"no failure {how!r}; known are outage, {', '.join(_FAILURES)}")

    def client(self, *, retry: RetryPolicy | None = None) -> WemakepriceClient:
        """Return a synchronous client of this stub that never sleeps and, unless told, never repeats."""
        return WemakepriceClient(
            "stub-key",
            base_url=_URL,
            http_client=httpx.Client(transport=httpx.MockTransport(self._handle)),
            retry=retry or RetryPolicy.never(),
            throttle=ThrottlePolicy(min_gap=0),
            verification=VerificationPolicy(waits=(0.0,), read_before=False),
            sleep=_no_sleep,
        )

    def async_client(self, *, retry: RetryPolicy | None = None) -> AsyncWemakepriceClient:
        """Return an asynchronous client of this stub that never sleeps and, unless told, never repeats."""
        return AsyncWemakepriceClient(
            "stub-key",
            base_url=_URL,
            http_client=httpx.AsyncClient(transport=httpx.MockTransport(self._handle)),
            retry=retry or RetryPolicy.never(),
            throttle=ThrottlePolicy(min_gap=0),
            verification=VerificationPolicy(waits=(0.0,), read_before=False),
            sleep=_no_async_sleep,
        )

    def assert_all_used(self) -> None:
        """Raise `StubError` when a queued answer was not used."""
        if self._queue:
            raise StubError(f"never called: {', '.join(item.operation.id for item in self._queue)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.assert_all_used()

    def _handle(self, request: httpx.Request) -> httpx.Response:
        called, values = _called(request)
        self.requests.append((called.id, values))
        if not self._queue:
            raise StubError(f"unexpected call of {called.id}: nothing is queued")
        queued = self._queue[0]
        if queued.operation.id != called.id:
            raise StubError(f"unexpected call of {called.id}: {queued.operation.id} is queued")
        _compare(called, values, queued.expect)
        self._queue.popleft()
        if queued.failure is not None:
            raise _FAILURES[queued.failure](f"{queued.failure} by the stub", request=request)
        kind = "application/json" if queued.body and queued.body[:1] == b"{" else "text/html"
        return httpx.Response(queued.status, content=queued.body, headers={"content-type": kind})


def _no_sleep(seconds: float) -> None:  # noqa: ARG001 - the shape of sleep
    return None


async def _no_async_sleep(seconds: float) -> None:  # noqa: ARG001 - the shape of sleep
    return None


def _row(operation: str) -> Operation:
    if operation not in OPERATIONS:
        raise StubError(f"the contract has no operation {operation!r}")
    return OPERATIONS[operation]


_CONTAINERS = {Shape.BUNDLES: "bundle", Shape.CLAIMS: "claim"}


def _sent(row: Operation, data: JsonValue | ReadModel | Sequence[ReadModel]) -> JsonValue:
    """Put models where the contract has them."""
    if isinstance(data, ReadModel):
        one = wire_json(data)
        return {_CONTAINERS[row.shape]: [one]} if row.shape in _CONTAINERS else one
    if isinstance(data, list | tuple) and data and all(isinstance(item, ReadModel) for item in data):
        rows: list[JsonValue] = [wire_json(item) for item in data if isinstance(item, ReadModel)]
        return {_CONTAINERS[row.shape]: rows} if row.shape in _CONTAINERS else rows
    return cast("JsonValue", data)


def _encode(body: JsonValue) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _called(request: httpx.Request) -> tuple[Operation, Mapping[str, JsonValue]]:
    target = (request.method, request.url.path)
    row = next((row for row in OPERATIONS.values() if (row.method, row.path) == target), None)
    if row is None:
        raise StubError(f"no operation of the contract is {request.method} {request.url.path}")
    if row.method == "GET":
        return row, dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    return row, json.loads(request.content)


def _compare(row: Operation, values: Mapping[str, JsonValue], expect: Mapping[str, JsonValue] | None) -> None:
    wrong = sorted(name for name, value in (expect or {}).items() if values.get(name) != value)
    if wrong:
        raise StubError(f"{row.id} was called with other values than expected: {', '.join(wrong)}")


def _check(row: Operation, data: JsonValue, answer: AnswerBytes) -> None:
    try:
        if row.family is not Family.READ:
            read_outcome(row, answer)
            extra = sorted(set(data) - _RESULT_KEYS) if isinstance(data, Mapping) else []
        else:
            extra = _check_read(row, data)
    except CallError as error:
        raise StubError(f"{row.id} never answers that: {error.message}") from None
    if extra:
        raise StubError(f"{row.id} never answers with {', '.join(extra)}")


def _check_read(row: Operation, data: JsonValue) -> list[str]:
    model = getattr(models, row.model)
    if data is None:
        return []
    if row.shape is Shape.OBJECT:
        _refuse_faults(row, read(model, data).faults)
        return unknown_keys(model, data)
    rows = read_rows(model, row, data)
    _refuse_faults(row, rows.faults)
    return sorted({key for found in rows for key in unknown_keys(model, found.raw)} | _extra(row, data))


def _refuse_faults(row: Operation, faults: Sequence[ValueFault]) -> None:
    if faults:
        raise StubError(f"{row.id} never answers that: {faults[0]}")


def _extra(row: Operation, data: JsonValue) -> set[str]:
    if not isinstance(data, Mapping):
        return set()
    known = {"list", "totalCount"} if row.shape is Shape.PAGE else {_CONTAINERS.get(row.shape, "")}
    return set(data) - known
