"""Reading one answer of the marketplace: success, an outcome of a write, or a typed failure.

The decision order is that of contract section 2 (C as a whole). Where a lost answer means for a write
that nobody knows what happened, `outcome_is_unknown` says so; such a write is verified, never repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from attrs import field, frozen

from wemakeprice_sdk.errors import (
    ApiError,
    AuthenticationError,
    BadRequestError,
    CallError,
    ConflictError,
    ContentRejectedError,
    MaintenanceError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    ProtocolError,
    RefusedError,
    ServerError,
    WithdrawnError,
)
from wemakeprice_sdk.models._base import JsonValue
from wemakeprice_sdk.models._rules import MAX_ID
from wemakeprice_sdk.wire.operations import (
    Channel,
    Family,
    Meaning,
    Operation,
    Refusal,
    Shape,
)
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied, Outcome
from wemakeprice_sdk.wire.overrides import NO_OVERRIDES, WireOverrides

_E = TypeVar("_E", bound=CallError)

OK = 200
_ERROR_DEPTH = 5
TEXT_LIMIT = 200
"""Characters of the site's text that an error keeps."""

_ERRORS: Mapping[Meaning, type[ApiError]] = {
    Meaning.WITHDRAWN: WithdrawnError,
    Meaning.NOT_FOUND: NotFoundError,
    Meaning.PRECONDITION: PreconditionError,
    Meaning.CONFLICT: ConflictError,
    Meaning.CONTENT_REJECTED: ContentRejectedError,
    Meaning.MAINTENANCE: MaintenanceError,
}
_OUTAGE = Refusal("위메프 접속이 원활하지 않습니다", Meaning.MAINTENANCE, Channel.HTML, "B")

_PHONE = re.compile(r"(?<!\d)(?:\+?82[-. ]?|0)\d{1,3}[-. ]?\d{3,4}[-. ]?\d{4}(?!\d)", re.ASCII)
_CUSTOMS = re.compile(r"(?<![0-9A-Za-z])[Pp]\d{12}(?!\d)", re.ASCII)
# Bounded: a long text without any @ would else be walked once for each of its characters.
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_KEY = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{24,}(?![0-9A-Za-z])", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


@frozen
class AnswerBytes:
    """One HTTP answer as it came: status code, `Content-Type`, body."""

    status: int
    body: bytes = field(repr=lambda body: f"<{len(body)} bytes>")
    content_type: str = ""


@frozen
class Success:
    """A read that succeeded: the decoded `data`, which holds personal data and is not shown."""

    data: JsonValue = field(repr=False)
    message: str = ""


@frozen
class _Answer:
    """One decoded answer: `code` is None when no `resultCode` came, `text` the Korean error text.

    Neither data nor text shows in its repr: it is a local variable of what raises, and reporters show those.
    """

    operation: Operation
    status: int
    code: int | None
    data: JsonValue = field(repr=False)
    text: str = field(repr=False)

    def failure(self, cls: type[_E], message: str, text: str = "") -> _E:
        """Build an error that names the call, without anything of the body but the given text."""
        row = self.operation
        return cls(
            message, operation=row.id, method=row.method, path=row.path,
            http_status=self.status, result_code=self.code, text=safe_text(text),
        )  # fmt: skip

    def refusal(self, text: str, channel: Channel) -> Refusal | None:
        """Return the first row of the refusal table that stands in the text, None when none does."""
        if not text:
            return None
        rows = (row for row in self.operation.refusals if row.channel is channel)
        return next((row for row in rows if row.found_in(text)), None)


def safe_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return the site's text fit for logs: one line, capped, without phone numbers, addresses or keys."""
    for pattern in (_KEY, _CUSTOMS, _PHONE, _MAIL):
        text = pattern.sub("***", text)
    text = _CONTROL.sub(" ", text).strip()
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def read_answer(
    operation: Operation, answer: AnswerBytes, overrides: WireOverrides = NO_OVERRIDES
) -> Success:
    """Read the answer of a read; raises the typed error of a failure.

    A missing product or deal is `NotFoundError`, whether it came as null or as 데이터가 없습니다; a search
    that finds nothing is an empty success in every form the site uses (`rows_of`). Raises
    `MaintenanceError`, `ProtocolError` or an `ApiError` of errors.py.
    """
    decoded = _decode(overrides.apply(operation), answer)
    if decoded.code == OK:
        if decoded.data is None and operation.shape is Shape.OBJECT:
            raise decoded.failure(NotFoundError, "nothing under this number")
        return Success(decoded.data)
    refusal = _error_refusal(decoded)
    if refusal is not None and refusal.meaning is Meaning.NOT_FOUND and operation.shape is Shape.LIST:
        return Success([])
    raise _failure_of(decoded, refusal)


def read_outcome(
    operation: Operation, answer: AnswerBytes, overrides: WireOverrides = NO_OVERRIDES
) -> Outcome:
    """Read the answer of a write: `Applied`, `AlreadyDone`, or the typed error of its refusal.

    `AlreadyDone.needs_verifying` is True for texts that may hide another state. After an error for which
    `outcome_is_unknown` is True nobody knows yet whether the write happened.
    """
    decoded = _decode(overrides.apply(operation), answer)
    if decoded.code == OK:
        result = _outcome(decoded)
        if isinstance(result, CallError):
            raise result
        return result
    refusal = _error_refusal(decoded)
    if refusal is not None and refusal.meaning is Meaning.ALREADY_DONE:
        return AlreadyDone(operation.id, safe_text(decoded.text), needs_verifying=refusal.verify)
    raise _failure_of(decoded, refusal)


def outcome_is_unknown(error: CallError) -> bool:
    """Return whether a write that ended in this error may have been carried out all the same.

    True for anything that is not a clear refusal: a page instead of JSON, a body cut short, any 5xx, 408,
    429, or an HTTP failure around a `resultCode` of 200.
    """
    if isinstance(error, ProtocolError | ServerError):
        return True
    status = error.http_status or 0
    return isinstance(error, ApiError) and (status == 408 or (error.result_code == OK and status >= 400))


def _decode(operation: Operation, answer: AnswerBytes) -> _Answer:
    blank = _Answer(operation, answer.status, None, None, "")
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise _not_json(blank, answer) from None
    if not isinstance(body, dict):
        raise blank.failure(ProtocolError, f"the body is a JSON {type(body).__name__}, not an envelope")
    code, has_code = _whole(body.get("resultCode")), body.get("resultCode") is not None
    decoded = _Answer(operation, answer.status, code, body.get("data"), _error_text(body.get("error")))
    del body  # personal data, and no business of whatever shows the local variables of an error
    if code is None and has_code:
        raise decoded.failure(ProtocolError, "resultCode is not a whole number")
    if (code is None or code == OK) and answer.status not in (200, 201):
        raise _status_failure(decoded)
    if code is None:
        raise decoded.failure(ProtocolError, "the envelope has no resultCode", decoded.text)
    return decoded


def _not_json(blank: _Answer, answer: AnswerBytes) -> CallError:
    page = answer.body.decode("utf-8", "replace")
    if _OUTAGE.found_in(page) or blank.refusal(page, Channel.HTML) is not None:
        return blank.failure(MaintenanceError, "the site is down for a while", _OUTAGE.match)
    if page.lstrip()[:1] in ("{", "["):
        return blank.failure(ProtocolError, "the body is JSON cut short or damaged")
    kind = answer.content_type.partition(";")[0].strip()[:60] or "unknown type"
    return blank.failure(ProtocolError, f"the body is not JSON ({safe_text(kind)}, {len(answer.body)} bytes)")


def _whole(value: JsonValue) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII) else None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    return value if isinstance(value, int) and abs(value) <= MAX_ID else None


def _error_text(value: JsonValue, depth: int = _ERROR_DEPTH) -> str:
    """Read `error` as text, as an object that holds one, or as a list of them, `depth` levels down."""
    if isinstance(value, str):
        return value
    if not depth:
        return ""
    items: Iterable[JsonValue] = ()
    if isinstance(value, Mapping):
        named = [value[key] for key in ("message", "msg", "errorMessage", "error", "text") if key in value]
        items = [*named, *value.values()]
    elif isinstance(value, Sequence):
        items = value
    return next((text for item in items if (text := _error_text(item, depth - 1))), "")


def _status_failure(decoded: _Answer) -> CallError:
    if decoded.status < 400:
        return decoded.failure(ProtocolError, "an HTTP status the contract does not know", decoded.text)
    return decoded.failure(_class_of(decoded.status), "refused by HTTP status", decoded.text)


def _class_of(code: int) -> type[ApiError]:
    if code in (429, 503):
        return MaintenanceError
    if code >= 500:
        return ServerError
    known: Mapping[int, type[ApiError]] = {401: AuthenticationError, 403: PermissionDeniedError}
    return known.get(code, BadRequestError if 400 <= code < 500 else RefusedError)


def _error_refusal(decoded: _Answer) -> Refusal | None:
    # A key that is not accepted was not looked at any further, whatever the text says.
    return None if decoded.code in (401, 403) else decoded.refusal(decoded.text, Channel.ERROR)


def _failure_of(decoded: _Answer, refusal: Refusal | None) -> ApiError:
    code = decoded.code or 0
    if refusal is None:
        return decoded.failure(_class_of(code), _HEADLINES.get(code, "refused"), decoded.text)
    return decoded.failure(_ERRORS[refusal.meaning], _headline(refusal), decoded.text)


def _headline(refusal: Refusal) -> str:
    return refusal.meaning.value.replace("_", " ")


_HEADLINES: Mapping[int, str] = {
    400: "bad input",
    401: "the key is missing or unknown",
    403: "the key is not allowed to do this",
    404: "no such path or data",
    405: "wrong verb",
    422: "failed validation",
    503: "the site is overloaded",
}


def _outcome(decoded: _Answer) -> Outcome | CallError:
    operation = decoded.operation
    name = "productNo" if operation.family is Family.PRODUCT_NO else "returnKey"
    data = decoded.data
    key = _whole(data.get(name)) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or key is None:
        return decoded.failure(ProtocolError, f"the answer of a write has no {name}")
    message = data.get("returnMsg")
    text = message if isinstance(message, str) else decoded.text
    if _succeeded(operation.family, key):
        number = None if operation.family is Family.RETURN_KEY else key
        return Applied(operation.id, number, safe_text(text))
    refusal = decoded.refusal(text, Channel.RETURN_MSG)
    if refusal is not None and refusal.meaning is Meaning.ALREADY_DONE:
        return AlreadyDone(operation.id, safe_text(text), needs_verifying=refusal.verify)
    cls = RefusedError if refusal is None else _ERRORS[refusal.meaning]
    return decoded.failure(cls, "refused" if refusal is None else _headline(refusal), text)


def _succeeded(family: Family, key: int) -> bool:
    return key == 1 if family is Family.RETURN_KEY else key > 0


_CONTAINERS: Mapping[Shape, str] = {Shape.BUNDLES: "bundle", Shape.CLAIMS: "claim", Shape.PAGE: "list"}
_IDENTIFIERS = frozenset({"bundleNo", "claimBundleNo", "productNo", "dealNo", "totalCount"})


@frozen
class Rows:
    """The rows of a list answer, the JSON path they stood at, and the total of a page (else None)."""

    rows: Sequence[JsonValue] = field(repr=False)
    path: str
    total: int | None = None


def rows_of(operation: Operation, data: JsonValue) -> Rows:
    """Take the rows out of `data`: null data, a missing or null container and `[]` all mean none.

    Raises `ProtocolError` when something else stands where rows belong, and when the container is missing
    although the object says something: a single row in place of the container must not read as no row.
    """
    key = _CONTAINERS.get(operation.shape)
    path = "$.data" if key is None else f"$.data.{key}"
    rows, total = data, None
    # An empty list in place of the container object is one more way of saying nothing.
    if key is not None and data is not None and data != []:
        if not isinstance(data, Mapping):
            kind = type(data).__name__
            data = rows = None
            raise _not_rows(operation, "$.data", kind)
        rows = data.get(key)
        total = _whole(data.get("totalCount"))
        if rows is None and _says_something(data):
            data = None
            raise _not_rows(operation, path, "an object without them")
    if rows is None:
        rows = []
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        kind = type(rows).__name__
        data = rows = None
        raise _not_rows(operation, path, kind)
    return Rows(rows, path, total)


def _says_something(data: Mapping[str, JsonValue]) -> bool:
    for name, value in data.items():
        if (name in _IDENTIFIERS and _whole(value)) or (value and isinstance(value, Mapping | list)):
            return True
    return False


def _not_rows(operation: Operation, path: str, kind: str) -> ProtocolError:
    return ProtocolError(
        f"{path}: rows expected, {kind} found",
        operation=operation.id, method=operation.method, path=operation.path,
    )  # fmt: skip
