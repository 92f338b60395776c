"""Recording with vcrpy without keeping a key or a person: what every cassette of this API has to leave out.

def test_orders(wemakeprice_vcr_config):
    with vcr.VCR(**wemakeprice_vcr_config).use_cassette("orders.yaml"):
        ...

Only values under keys that the contract knows, and that no model marks as personal, stay as they are. So a
key that the marketplace adds tomorrow is hidden before anybody has looked at it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Final, NoReturn, Protocol, TypedDict, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import attrs

from wemakeprice_sdk import models
from wemakeprice_sdk.models import JsonValue, ReadModel, WriteModel, wire_name
from wemakeprice_sdk.models._base import OWN_FIELDS
from wemakeprice_sdk.models.tables import is_personal
from wemakeprice_sdk.secrets import Redactor, SecretStr
from wemakeprice_sdk.testing._shape import SECOND_SPELLINGS

V = TypeVar("V")

HIDDEN: Final = "***"
NOT_JSON: Final = "(no JSON: removed)"
# The envelope, what stands beside it, and arguments of an address; no model has these.
_BESIDE: Final = frozenset(
    {"resultCode", "data", "returnKey", "bundle", "claim", "basicDate", "page", "size", "code"}
)
_TEXTS: Final = frozenset({"error", "returnMsg"})
# A shorter text stands by chance in any sentence.
_TELLING: Final = 2
_KEY_HEADER: Final = "apikey"
_KEPT_HEADERS: Final = ("content-type",)


class RecordedRequest(Protocol):
    """What is used of vcrpy's request."""

    uri: str
    body: bytes | str | None
    headers: Mapping[str, str]


class RecordedBody(TypedDict):
    """The body of an answer."""

    string: bytes | str | None


class RecordedResponse(TypedDict):
    """What vcrpy hands over of an answer."""

    status: dict[str, int | str]
    headers: dict[str, list[str]]
    body: RecordedBody


class VcrConfig(TypedDict):
    """Arguments of `vcr.VCR`, and of the fixture `vcr_config` of pytest-recording."""

    match_on: tuple[str, ...]
    decode_compressed_response: bool
    before_record_request: Callable[[RecordedRequest], RecordedRequest]
    before_record_response: Callable[[RecordedResponse], RecordedResponse]


@cache
def personal_keys() -> frozenset[str]:
    """Return the wire keys of every field that holds personal data in some model."""
    return frozenset(wire_name(item.name) for item in _fields() if is_personal(item))


@cache
def _clear_keys() -> frozenset[str]:
    known = frozenset(wire_name(item.name) for item in _fields() if item.name not in OWN_FIELDS)
    return (known | SECOND_SPELLINGS | _BESIDE) - personal_keys()


def _fields() -> Iterable[attrs.Attribute[object]]:
    for value in (getattr(models, name) for name in models.__all__):
        if isinstance(value, type) and issubclass(value, ReadModel | WriteModel) and attrs.has(value):
            yield from attrs.fields(value)


class CassetteScrubber:
    """Takes keys and people out of what vcrpy is about to write, and out of a request before it is matched.

    Give the keys that may be echoed in a text. The key of a request's own header is learnt by itself, and so
    is every personal value that was hidden: an error text that repeats one loses it too.
    """

    def __init__(self, secrets: Iterable[SecretStr] = ()) -> None:
        self._secrets = {secret.reveal(): secret for secret in secrets if secret}
        self._redact = Redactor(self._secrets.values())
        self._people: set[str] = set()

    def __repr__(self) -> str:
        """Show nothing: it has learnt keys and people."""
        return "CassetteScrubber(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a CassetteScrubber holds secrets; it cannot be pickled or copied")

    def request(self, request: RecordedRequest) -> RecordedRequest:
        """Return the request without its key, with personal values hidden in query and body."""
        self._learn(request.headers)
        request.uri = self._address(request.uri)
        request.body = self._body(request.body) or None
        request.headers = _headers(request.headers)
        return request

    def response(self, response: RecordedResponse) -> RecordedResponse:
        """Return the answer with personal values hidden; a body that is no JSON is removed whole."""
        return {
            "status": response["status"] | {"message": _phrase(response["status"]["code"])},
            "headers": _headers(response["headers"]),
            "body": {"string": self._body(response["body"]["string"])},
        }

    def _learn(self, headers: Mapping[str, str]) -> None:
        for name, text in headers.items():
            if name.lower() == _KEY_HEADER and text and text not in self._secrets:
                self._secrets[text] = SecretStr(text)
                self._redact = Redactor(self._secrets.values())

    def _address(self, address: str) -> str:
        parts = urlsplit(address)
        query = [
            (name, self._redact(text) if name in _clear_keys() else HIDDEN)
            for name, text in parse_qsl(parts.query, keep_blank_values=True)
        ]
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(
            (parts.scheme, host, self._redact(parts.path), urlencode(query, quote_via=quote), "")
        )

    def _body(self, body: bytes | str | None) -> bytes:
        if not body:
            return b""
        try:
            read = json.loads(body)
        except ValueError:
            return NOT_JSON.encode()
        # Twice: the first pass learns whom an error text of the same body may repeat.
        self._value(read)
        return json.dumps(self._value(read), ensure_ascii=False).encode()

    def _value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, Mapping):
            return {self._redact(key): self._below(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(item) for item in value]
        return self._redact(value) if isinstance(value, str) else value

    def _below(self, key: str, value: JsonValue) -> JsonValue:
        if key in _TEXTS:
            return self._message(value)
        # The option's name is personal only behind the bar, where the buyer typed.
        if key == "optionName" and isinstance(value, str):
            name, bar, typed = value.partition("|")
            return f"{self._redact(name)}{bar}{self._hidden(typed)}"
        return self._value(value) if key in _clear_keys() else self._hidden(value)

    def _message(self, value: JsonValue) -> JsonValue:
        """Keep the texts of a refusal, which decide what it means, under whatever key they stand."""
        if isinstance(value, Mapping):
            return {key: self._message(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._message(item) for item in value]
        if not isinstance(value, str):
            return value
        for known in self._people:
            value = value.replace(known, HIDDEN)
        return self._redact(value)

    def _hidden(self, value: JsonValue) -> JsonValue:
        """Return a value of the same shape that says nothing; blank and absent ones say nothing already."""
        if isinstance(value, Mapping):
            return {
                key if key in _clear_keys() | personal_keys() else HIDDEN: self._hidden(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._hidden(item) for item in value]
        if value is None or isinstance(value, bool) or value == "":
            return value
        if not isinstance(value, str):
            return 0
        if len(value) >= _TELLING and value.strip("*"):
            self._people.add(value)
        return HIDDEN


def _phrase(code: int | str) -> str:
    """Return the standard's own words for the status: a server may say anything beside its number."""
    return HTTPStatus(int(code)).phrase if code in set(HTTPStatus) else ""


def _headers(headers: Mapping[str, V]) -> dict[str, V]:
    return {name: value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}


def vcr_config(secrets: Iterable[SecretStr] = ()) -> VcrConfig:
    """Return the arguments of `vcr.VCR` that keep key and people out of a cassette.

    Address, query and body of a call still tell recordings apart, as they stand after hiding. Hooks of your
    own go behind these: `before_record_request=[config["before_record_request"], yours]`.
    """
    scrubber = CassetteScrubber(secrets)
    return VcrConfig(
        match_on=("method", "uri", "body"),
        decode_compressed_response=True,
        before_record_request=scrubber.request,
        before_record_response=scrubber.response,
    )
