"""Reading one answer of the marketplace: success, an outcome of a write, or a typed failure.

The decision order is that of contract section 2 (C as a whole). Where a lost answer means for a write
that nobody knows what happened, `outcome_is_unknown` says so; such a write is verified, never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import (
    AnswerTooLargeError,
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
from wemakeprice_sdk.models._base import JsonValue, wire_name
from wemakeprice_sdk.models._given import plain
from wemakeprice_sdk.models._rules import MAX_ID
from wemakeprice_sdk.secrets import forgetful, redact
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
from wemakeprice_sdk.wire.text import charset_of, decode_json, decode_page

_E = TypeVar("_E", bound=CallError)

OK = 200
_ERROR_DEPTH = 5
_EXACT_FLOAT: Final = 2**53
_NUMBER: Final = re.compile(r"([+-]?(?:\d{1,19}|\d{1,3}(?:,\d{3}){1,6}))(?:\.0*)?", re.ASCII)
_CLEANED: Final = 8192
_CUT_END: Final = 256
_GATEWAY_STATUS: Final = frozenset({401, 403, 408, 429})
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
_KEY = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{24,}(?![0-9A-Za-z])", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


@frozen
class Asked:
    """The number that a request named, and the wire key under which an answer would repeat it."""

    key: str
    number: int


@frozen
class AnswerBytes:
    """One HTTP answer as it came: status code, `Content-Type`, body.

    `excess` names the bound that the answer broke; such a body is never parsed. `asked` is the number the
    request named, `clean` takes the client's own key out of a text that the other side echoes.
    """

    status: int
    body: bytes = field(repr=lambda body: f"<{len(body)} bytes>")
    content_type: str = field(default="", repr=False)
    excess: str = ""
    asked: Asked | None = None
    clean: Callable[[str], str] = field(default=redact, repr=False)


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
    clean: Callable[[str], str] = field(default=redact, repr=False)

    def failure(self, cls: type[_E], message: str, text: str = "") -> _E:
        """Build an error that names the call, without anything of the body but the given text."""
        row = self.operation
        return cls(
            message, operation=row.id, method=row.method, path=row.path,
            http_status=self.status, result_code=self.code, text=self.safe(text),
        )  # fmt: skip

    def safe(self, text: str) -> str:
        """Return the site's text fit for logs; the key goes first, since a cut would leave half of it."""
        if len(text) <= _CLEANED:
            return safe_text(self.clean(text))
        # Ten million characters take seconds to search. Where the text was cut half a key may stand: that end
        # is dropped as well.
        return safe_text(self.clean(text[:_CLEANED])[:-_CUT_END])

    def refusal(self, text: str, channel: Channel) -> Refusal | None:
        """Return the first row of the refusal table that stands in the text, None when none does."""
        rows = (row for row in self.operation.refusals if row.channel is channel)
        return next((row for row in rows if row.found_in(text)), None)


def safe_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return the site's text fit for logs: one line, capped, without phone numbers, addresses or keys."""
    text = redact(text)
    for pattern in (_KEY, _CUSTOMS, _PHONE):
        text = pattern.sub("***", text)
    text = _CONTROL.sub(" ", text).strip()
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


@forgetful
def read_answer(
    operation: Operation, answer: AnswerBytes, overrides: WireOverrides = NO_OVERRIDES
) -> Success:
    """Read the answer of a read; raises the typed error of a failure.

    A missing product or deal is `NotFoundError`, whether it came as null or as 데이터가 없습니다; a search
    that finds nothing is an empty success in every form the site uses (`rows_of`). Raises
    `MaintenanceError`, `ProtocolError` or an `ApiError` of errors.py.
    """
    decoded = _decode(overrides.apply(operation), answer)
    refusal = _error_refusal(decoded)
    if decoded.code == OK and (decoded.data or not decoded.text.strip()):
        if decoded.data is None and operation.shape is Shape.OBJECT:
            raise decoded.failure(NotFoundError, "nothing under this number")
        _check_echo(decoded, answer.asked)
        return Success(decoded.data)
    if decoded.code == OK and refusal is None:
        # Taken for "there is nothing", it would have a write called undone, or a line gone, that is not.
        raise decoded.failure(ServerError, "no data, but an error text", decoded.text)
    if refusal is not None and refusal.meaning is Meaning.NOT_FOUND and operation.shape is Shape.LIST:
        return Success([])
    raise _failure_of(decoded, refusal)


@forgetful
def read_outcome(
    operation: Operation, answer: AnswerBytes, overrides: WireOverrides = NO_OVERRIDES
) -> Outcome:
    """Read the answer of a write: `Applied`, `AlreadyDone`, or the typed error of its refusal.

    `AlreadyDone.needs_verifying` is True for texts that may hide another state. After an error for which
    `outcome_is_unknown` is True nobody knows yet whether the write happened.
    """
    decoded = _decode(overrides.apply(operation), answer)
    if decoded.code == OK:
        result = _outcome(decoded, answer.asked)
        if isinstance(result, CallError):
            raise result
        return result
    refusal = _error_refusal(decoded)
    if refusal is not None and refusal.meaning is Meaning.ALREADY_DONE:
        return AlreadyDone(operation.id, decoded.safe(decoded.text), needs_verifying=refusal.verify)
    raise _failure_of(decoded, refusal)


def outcome_is_unknown(error: CallError) -> bool:
    """Return whether a write that ended in this error may have been carried out all the same.

    True for anything that is not a clear refusal: a page instead of JSON (but for 401 and 403), a body cut
    short or beyond its bounds, an answer about another number, any 5xx, 408, 429, or an HTTP failure around
    a `resultCode` of 200.
    """
    if isinstance(error, ProtocolError | ServerError):
        return True
    status = error.http_status or 0
    if not isinstance(error, ApiError):
        return False
    return 408 in (status, error.result_code) or (error.result_code == OK and status >= 400)


def _decode(operation: Operation, answer: AnswerBytes) -> _Answer:
    blank = _Answer(operation, answer.status, None, None, "", answer.clean)
    if answer.excess:
        raise _no_envelope(blank, AnswerTooLargeError, answer.excess)
    charset = charset_of(answer.content_type)
    body = decode_json(answer.body, charset)
    if isinstance(body, UnicodeError | ValueError | RecursionError):
        raise _not_json(blank, answer, charset)
    if not isinstance(body, dict):
        kind = type(body).__name__
        body = None
        raise _no_envelope(blank, ProtocolError, f"the body is a JSON {kind}, not an envelope")
    code, has_code = whole_number(body.get("resultCode")), body.get("resultCode") is not None
    text = _error_text(body.get("error"))
    decoded = _Answer(operation, answer.status, code, body.get("data"), text, answer.clean)
    body, text = None, ""  # personal data, and no business of whatever shows the local variables of an error
    if code is None and has_code:
        raise _no_envelope(decoded, ProtocolError, "resultCode is not a whole number")
    if (code is None or code == OK) and answer.status not in (200, 201):
        raise _status_failure(decoded)
    if code is None:
        raise decoded.failure(ProtocolError, "the envelope has no resultCode", decoded.text)
    return decoded


def _no_envelope(blank: _Answer, cls: type[CallError], message: str) -> CallError:
    """Return the error of an answer without an envelope: the HTTP status decides where it says enough.

    A gateway in front of the marketplace answers in pages of its own. Only a status that asks to come again,
    or that refuses the key, is believed: any other 4xx page may stand in for an answer that was lost.
    """
    if blank.status in _GATEWAY_STATUS or blank.status >= 500:
        return blank.failure(_class_of(blank.status), f"{_HEADLINES.get(blank.status, 'refused')}: {message}")
    return blank.failure(cls, message)


def _not_json(blank: _Answer, answer: AnswerBytes, charset: str | None) -> CallError:
    page = decode_page(answer.body, charset)
    if _OUTAGE.found_in(page) or blank.refusal(page, Channel.HTML) is not None:
        return blank.failure(MaintenanceError, "the site is down for a while", _OUTAGE.match)
    if page.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return _no_envelope(blank, ProtocolError, "the body is JSON cut short or damaged")
    kind = blank.safe(answer.content_type).partition(";")[0].strip()[:60] or "unknown type"
    message = f"the body is not JSON ({kind}, {len(answer.body)} bytes)"
    return _no_envelope(blank, ProtocolError, message)


def whole_number(value: JsonValue) -> int | None:
    """Return the whole number that a value of an answer spells, None when it spells none."""
    number: int | None = None
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip())
        number = int(found[1].replace(",", "")) if found else None
    elif isinstance(value, float):
        number = int(value) if value.is_integer() and abs(value) <= _EXACT_FLOAT else None
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    return number if number is not None and abs(number) <= MAX_ID else None


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
    if code in (408, 429, 503):
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
    408: "the request took too long to arrive",
    422: "failed validation",
    429: "too many requests",
    502: "a gateway got no answer",
    503: "the site is overloaded",
    504: "a gateway waited too long",
}


def _outcome(decoded: _Answer, asked: Asked | None) -> Outcome | CallError:
    operation = decoded.operation
    name = "productNo" if operation.family is Family.PRODUCT_NO else "returnKey"
    data = decoded.data
    key = whole_number(data.get(name)) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or key is None:
        return decoded.failure(ProtocolError, f"the answer of a write has no {name}")
    message = data.get("returnMsg")
    text = message if isinstance(message, str) else decoded.text
    if _succeeded(operation.family, key):
        number = None if operation.family is Family.RETURN_KEY else key
        if asked is not None and {number, whole_number(data.get(asked.key))} - {None, asked.number}:
            return decoded.failure(ProtocolError, _FOREIGN)
        return Applied(operation.id, number, decoded.safe(text))
    refusal = decoded.refusal(text, Channel.RETURN_MSG)
    if refusal is not None and refusal.meaning is Meaning.ALREADY_DONE:
        return AlreadyDone(operation.id, decoded.safe(text), needs_verifying=refusal.verify)
    cls = RefusedError if refusal is None else _ERRORS[refusal.meaning]
    return decoded.failure(cls, "refused" if refusal is None else _headline(refusal), text)


# In the order in which they are looked for: a claim names its bundle too, but is asked for by its own number.
_ASKED_BY: Final = (
    "product_no", "shipping_template_no", "deal_no", "claim_bundle_no", "order_option_no", "bundle_no",
    "qna_seq", "inquiry_seq",
)  # fmt: skip
_FOREIGN: Final = "the answer is about another number than the one asked for"


def asked_of(payload: object) -> Asked | None:
    """Return the number that a request is about, None when it names none (a list, a create)."""
    for name in _ASKED_BY:
        value = plain(payload.get(name) if isinstance(payload, Mapping) else getattr(payload, name, None))
        if isinstance(value, int) and not isinstance(value, bool):
            return Asked(wire_name(name), value)
    return None


def _check_echo(decoded: _Answer, asked: Asked | None) -> None:
    """Raise `ProtocolError` when the answer belongs to another request, as after a connection went astray.

    It does when it names numbers and the one asked for is not among them. Whoever reads the rows tells what
    others beside it mean.
    """
    if asked is None:
        return
    keys = (row.get(asked.key) for row in _rows_in(decoded) if isinstance(row, Mapping))
    named = {whole_number(key) for key in keys} - {None}
    if named and asked.number not in named:
        raise decoded.failure(ProtocolError, _FOREIGN)


def _rows_in(decoded: _Answer) -> Sequence[JsonValue]:
    # What is no list is told by whoever reads the rows.
    data, container = decoded.data, _CONTAINERS.get(decoded.operation.shape)
    rows = data.get(container) if container is not None and isinstance(data, Mapping) else [data]
    return rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ()


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


@forgetful
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
        total = whole_number(data.get("totalCount"))
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
        if (name in _IDENTIFIERS and whole_number(value)) or (value and isinstance(value, Mapping | list)):
            return True
    return False


def _not_rows(operation: Operation, path: str, kind: str) -> ProtocolError:
    return ProtocolError(
        f"{path}: rows expected, {kind} found",
        operation=operation.id, method=operation.method, path=operation.path,
    )  # fmt: skip
