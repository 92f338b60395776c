"""How cassettes are written and read: labelled, without the key, without personal data, without a host."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import vcr
import yaml
from vcr.request import Request

from wemakeprice_sdk import models
from wemakeprice_sdk.models import ReadModel, WriteModel, wire_name
from wemakeprice_sdk.models._base import is_personal

HOST = "http://sandbox.invalid"
LABEL = (
    "Recorded from this project's own sandbox over real HTTP, by scripts/record_cassettes.py. "
    "It is no traffic of the marketplace. Key and personal data are removed."
)
HIDDEN = "***"


def personal_keys() -> frozenset[str]:
    """Return the wire keys of every field that holds personal data in some model."""
    shapes = [
        value
        for value in vars(models).values()
        if isinstance(value, type) and issubclass(value, ReadModel | WriteModel) and attrs.has(value)
    ]
    return frozenset(
        wire_name(item.name) for shape in shapes for item in attrs.fields(shape) if is_personal(item)
    )


PERSONAL = personal_keys()


def scrubbed(value: Any) -> Any:
    """Replace every personal text by stars."""
    if isinstance(value, dict):
        return {key: _scrubbed_field(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    return value


def _scrubbed_field(key: str, item: Any) -> Any:
    # The option's name is personal only behind the bar, where the buyer typed.
    if key == "optionName" and isinstance(item, str):
        return re.sub(r"\|.*", f"|{HIDDEN}", item)
    if key in PERSONAL and isinstance(item, str) and item:
        return HIDDEN
    return scrubbed(item)


def _text(body: bytes | str | None) -> str:
    return body.decode() if isinstance(body, bytes) else body or ""


def _scrubbed_json(body: bytes | str | None) -> bytes:
    text = _text(body)
    return json.dumps(scrubbed(json.loads(text)), ensure_ascii=False).encode() if text else b""


def clean_request(request: Request) -> Request:
    """Take key, host and personal data out of a request; also done before it is matched."""
    body = _scrubbed_json(request.body)
    return Request(request.method, re.sub(r"^http://[^/]+", HOST, request.uri), body or None, {})


def clean_response(response: dict[str, Any]) -> dict[str, Any]:
    """Take personal data and everything that changes by itself out of an answer."""
    kept = {name: value for name, value in response["headers"].items() if name.lower() == "content-type"}
    body = _scrubbed_json(response["body"]["string"])
    return {**response, "headers": kept, "body": {"string": body}}


class Tape:
    """The serializer of one cassette: a label and the numbers it needs, then the exchanges."""

    def __init__(self, operation: str, given: dict[str, int]) -> None:
        self.operation = operation
        self.given = given

    def serialize(self, cassette: dict[str, Any]) -> str:
        head = {"label": LABEL, "operation": self.operation, "given": self.given}
        return yaml.safe_dump({**head, **cassette}, allow_unicode=True, sort_keys=False, width=4096)

    def deserialize(self, text: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(text)
        return {"version": found["version"], "interactions": found["interactions"]}


def recorder(operation: str, given: dict[str, int], mode: str) -> Callable[[Path], Any]:
    """Return what opens a cassette file, for recording (`all`) or replaying (`none`)."""
    machine = vcr.VCR(
        record_mode=mode,
        match_on=("method", "uri", "body"),
        before_record_request=clean_request,
        before_record_response=clean_response,
        serializer="tape",
    )
    machine.register_serializer("tape", Tape(operation, given))
    return lambda path: machine.use_cassette(str(path))
