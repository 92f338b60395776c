"""What the sandbox answers: replies, envelopes, and the two ways to refuse."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

Json = dict[str, Any]
JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

DONE = "완료 되었습니다."
OUTAGE = "위메프 접속이 원활하지 않습니다"
OUTAGE_PAGE = (
    '<!DOCTYPE html><html lang="ko"><head><meta charset="utf-8"><title>안내</title></head>'
    f"<body><p>{OUTAGE}.</p></body></html>"
)
JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class SandboxError(ValueError):
    """A buyer or operator action, or a setting, that makes no sense in the present state."""


def require_operation(name: str, known: frozenset[str]) -> None:
    """Raise `SandboxError` with the nearest known one for an operationId that the contract does not have."""
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SandboxError(f"no operation {name!r}{hint}")


class Failed(Exception):  # noqa: N818 - an answer, not a fault of the program
    """A technical or validation failure: `resultCode` other than 200 and a Korean `error` text."""

    def __init__(self, code: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text
        self.headers = headers


class Refused(Exception):  # noqa: N818 - an answer, not a fault of the program
    """A business refusal inside HTTP 200 and `resultCode` 200: `returnKey` 0 and a Korean text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; `connection` says what the server does instead of sending it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    connection: Literal["answer", "drop", "hang"] = "answer"
    hold: float = 0.0

    def json(self) -> dict[str, JsonValue]:
        """Decode the body of an answer that is not a page."""
        value: dict[str, JsonValue] = json.loads(self.body)
        return value


def envelope(data: object) -> Json:
    """Wrap the data of a success."""
    return {"resultCode": 200, "data": data, "error": None}


def failure(code: int, text: object) -> Json:
    """Wrap a failure."""
    return {"resultCode": code, "data": None, "error": text}


def done(key: int = 1) -> Json:
    """Return the result of a write that was applied; `key` is 1 except for shipping policies."""
    return {"returnKey": key, "returnMsg": DONE}


def json_reply(status: int, body: object, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Encode `body` as the JSON of an answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Reply(status, (("Content-Type", JSON_TYPE), *headers), text.encode())


def html_reply(status: int, text: str) -> Reply:
    """Send a page."""
    return Reply(status, (("Content-Type", HTML_TYPE),), text.encode())


def read_body(body: bytes) -> Json:
    """Decode a JSON object; raise `Failed` 400 on anything else."""
    try:
        # Given bytes, `json` would take half of a surrogate pair that no answer could repeat.
        value: object = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
        if _SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Failed(400, "잘못된 요청입니다. JSON 본문이 필요합니다.") from error
    if not isinstance(value, dict):
        raise Failed(400, "잘못된 요청입니다. JSON 객체가 필요합니다.")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
