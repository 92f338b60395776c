"""How cassettes are written and read: labelled, without the key, without personal data, without a host."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import vcr
import yaml
from vcr.request import Request

from wemakeprice_sdk.testing import CassetteScrubber
from wemakeprice_sdk.testing.cassettes import personal_keys

HOST = "http://sandbox.invalid"
LABEL = (
    "Recorded from this project's own sandbox over real HTTP, by scripts/record_cassettes.py. "
    "It is no traffic of the marketplace. Key and personal data are removed."
)


PERSONAL = personal_keys()


def clean_request(request: Request) -> Request:
    """Take key, host and personal data out of a request; also done before it is matched."""
    kept = CassetteScrubber().request(Request(request.method, request.uri, request.body, request.headers))
    return Request(request.method, re.sub(r"^http://[^/]+", HOST, kept.uri), kept.body, {})


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
        before_record_response=CassetteScrubber().response,
        serializer="tape",
    )
    machine.register_serializer("tape", Tape(operation, given))
    return lambda path: machine.use_cassette(str(path))
