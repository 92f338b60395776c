"""What an observer of the client sees: one event before and one after every HTTP exchange.

Neither carries the key, a body, a query value or personal data. `RawAnswer` does carry the body and goes
only to whoever asks for it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, TypeVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client.http import TransportError
from wemakeprice_sdk.errors import CallError
from wemakeprice_sdk.models import JsonValue, ListResult, UnreadRow, ValueFault
from wemakeprice_sdk.wire.operations import Operation

_T = TypeVar("_T")

LOGGER_NAME: Final = "wemakeprice_sdk.client"


class Purpose(Enum):
    """Why an exchange takes place."""

    CALL = "call"
    BASELINE = "baseline"
    VERIFY = "verify"


class Event:
    """The stable names in the log, each the first word of its line and the value of `record.event`."""

    SENT: Final = "exchange.sent"
    ANSWERED: Final = "exchange.answered"
    FAILED: Final = "exchange.failed"
    ABANDONED: Final = "exchange.abandoned"
    RETRY: Final = "read.retry"
    LOST: Final = "write.lost"
    VERIFIED: Final = "write.verified"
    NOT_APPLIED: Final = "write.not_applied"
    REPEATED: Final = "write.repeated"
    UNKNOWN: Final = "write.unknown"
    UNREADABLE: Final = "answer.unreadable"
    HOOK_FAILED: Final = "hook.failed"


@frozen(kw_only=True)
class RequestEvent:
    """An exchange is about to start; `attempt` counts from 1."""

    operation: str
    method: str
    path: str
    attempt: int
    purpose: Purpose


@frozen(kw_only=True)
class ResponseEvent:
    """An exchange ended after `duration` seconds.

    `http_status` is None when no answer came; `error` is the name of the exception class (that of the HTTP
    library when there was no answer), None on success.
    """

    operation: str
    method: str
    path: str
    attempt: int
    purpose: Purpose
    duration: float
    http_status: int | None
    error: str | None


@frozen(kw_only=True)
class UnreadableEvent:
    """An answer was read, but not all of it: rows that could not be read, values that are None instead.

    `unread` are the rows that are missing from the result, `faults` the values that are missing from rows
    in it. A fault never shows the value; `UnreadRow.raw` does, and is personal.
    """

    operation: str
    unread: tuple[UnreadRow, ...] = ()
    faults: tuple[ValueFault, ...] = ()


@frozen(kw_only=True)
class Hooks:
    """Callables around every exchange.

    `before` may raise to stop the exchange: nothing is sent then. An exception of `after` is logged and
    goes no further, because it must not hide what became of a write. `unreadable` is told of every answer
    of which a row or a value could not be read; its exceptions are logged too.
    """

    before: Callable[[RequestEvent], None] | None = None
    after: Callable[[ResponseEvent], None] | None = None
    unreadable: Callable[[UnreadableEvent], None] | None = None


@frozen(kw_only=True)
class RawAnswer:
    """One answer as it came over the wire. `body` holds personal data and is not shown."""

    operation: str
    http_status: int
    content_type: str
    body: bytes = field(repr=lambda body: f"<{len(body)} bytes>")
    duration: float

    def json(self) -> JsonValue:
        """Decode the body; raises `ValueError` when it is not JSON."""
        decoded: JsonValue = json.loads(self.body)
        return decoded


Tap = Callable[[RawAnswer], None]
"""Takes every raw answer."""


@frozen
class Observer:
    """Tells hooks, tap and logger about one client's exchanges."""

    hooks: Hooks
    tap: Tap | None
    logger: logging.Logger

    def sent(self, event: RequestEvent) -> None:
        """Announce an exchange."""
        self.logger.debug(
            "%s operation=%s method=%s path=%s attempt=%d purpose=%s",
            Event.SENT,
            event.operation,
            event.method,
            event.path,
            event.attempt,
            event.purpose.value,
            extra={"event": Event.SENT, "operation": event.operation, "attempt": event.attempt},
        )
        if self.hooks.before is not None:
            self.hooks.before(event)

    def ended(self, request: RequestEvent, duration: float, status: int | None, error: str | None) -> None:
        """Tell how an exchange ended."""
        name = Event.ANSWERED if error is None else Event.FAILED
        self.logger.log(
            logging.DEBUG if error is None else logging.INFO,
            "%s operation=%s attempt=%d purpose=%s http=%s error=%s duration=%.3f",
            name,
            request.operation,
            request.attempt,
            request.purpose.value,
            status,
            error,
            duration,
            extra={
                "event": name,
                "operation": request.operation,
                "attempt": request.attempt,
                "duration": duration,
            },
        )
        if self.hooks.after is not None:
            self._guarded(self.hooks.after, _response_event(request, duration, status, error))

    def raw(self, answer: RawAnswer) -> None:
        """Hand a raw answer to the tap."""
        if self.tap is not None:
            self._guarded(self.tap, answer)

    def note(self, level: int, event: str, operation: Operation, detail: str, attempt: int = 1) -> None:
        """Log something that happened around an exchange."""
        self.logger.log(
            level,
            "%s operation=%s attempt=%d %s",
            event,
            operation.id,
            attempt,
            detail,
            extra={"event": event, "operation": operation.id, "attempt": attempt},
        )

    def unreadable(
        self, operation: Operation, rows: Iterable[object] = (), faults: tuple[ValueFault, ...] = ()
    ) -> None:
        """Tell of the rows and values of an answer that could not be read; silent when there are none."""
        unread = rows.unread if isinstance(rows, ListResult) else ()
        for row in rows:
            faults += getattr(row, "faults", ())
        if not unread and not faults:
            return
        first = unread[0].faults[0] if unread else faults[0]
        self.note(
            logging.WARNING if unread else logging.INFO,
            Event.UNREADABLE,
            operation,
            f"rows={len(unread)} values={len(faults)} first={first}",
        )
        if self.hooks.unreadable is not None:
            event = UnreadableEvent(operation=operation.id, unread=unread, faults=faults)
            self._guarded(self.hooks.unreadable, event)

    def _guarded(self, call: Callable[[_T], None], value: _T) -> None:
        # The exchange is over: a faulty observer must not turn a known outcome into an exception.
        try:
            call(value)
        except Exception as error:
            self.logger.exception(
                "%s error=%s", Event.HOOK_FAILED, type(error).__name__, extra={"event": Event.HOOK_FAILED}
            )


def _response_event(
    request: RequestEvent, duration: float, status: int | None, error: str | None
) -> ResponseEvent:
    return ResponseEvent(
        operation=request.operation,
        method=request.method,
        path=request.path,
        attempt=request.attempt,
        purpose=request.purpose,
        duration=duration,
        http_status=status,
        error=error,
    )


def error_name(error: BaseException) -> str:
    """Name an exception for the log: its class, and the result code when it has one."""
    if isinstance(error, TransportError):
        return error.kind
    code = error.result_code if isinstance(error, CallError) else None
    return type(error).__name__ if code is None else f"{type(error).__name__}({code})"
