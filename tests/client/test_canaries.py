"""What the other side echoes: the key in any spelling, and personal data, show nowhere."""

import base64
import html
import json
import pickle
import re
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from client_kit import DAY_END, DAY_START, Driver
from raw_server import Call, serving

from wemakeprice_sdk.client import RetryPolicy, VerificationPolicy
from wemakeprice_sdk.errors import CallError, ValidationError
from wemakeprice_sdk.models import ClaimType, ShipStatus
from wemakeprice_sdk.secrets import Redactor, SecretStr, redact

SECRET = 'Zq7+Xw/9"Lm2<Vb4&Nc6=Rt8-Yp1_Hg3'
PHONE, MAIL, CUSTOMS = "010-9876-5432", "canary.buyer@example.com", "P123456789012"
MASKED_KEY_LIKE = "feedfacefeedfacefeedfacefeedface"


def escaped(text: str, pattern: str) -> str:
    return "".join(pattern.format(ord(character)) for character in text)


SPELLINGS: dict[str, str] = {
    "as it is": SECRET,
    "upper case": SECRET.upper(),
    "lower case": SECRET.lower(),
    "in a URL": quote(SECRET, safe=""),
    "percent by percent": escaped(SECRET, "%{:02X}"),
    "percent twice": quote(escaped(SECRET, "%{:02x}")),
    "in JSON": json.dumps(SECRET)[1:-1],
    "in JSON, all escaped": escaped(SECRET, "\\u{:04x}"),
    "in HTML": html.escape(SECRET),
    "in HTML, all escaped": escaped(SECRET, "&#{};"),
    "in HTML, hexadecimal": escaped(SECRET, "&#x{:X};"),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 in a longer text": base64.b64encode(f"user:{SECRET}:x".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"k={SECRET}".encode()).decode(),
    "hexadecimal": SECRET.encode().hex(),
    "spread": " ".join(SECRET),
    "in groups": " ".join(SECRET[start : start + 4] for start in range(0, len(SECRET), 4)),
    "with invisible characters": "\u200b".join(SECRET),
    "cut short": f"{SECRET[:17]}…",
}


def traces(shown: str) -> list[str]:
    """Return the pieces of the key, eight characters long, that can be read out of a text in any way."""
    found = []
    squeezed = re.sub(r"[^0-9a-z]", "", shown.lower())
    forms = [SECRET.lower(), SECRET.encode().hex()]
    for start in range(3):
        inner = base64.b64encode(b"x" * start + SECRET.encode()).decode().lower()
        forms.append(inner[4:-4])
    for form in forms:
        plain = re.sub(r"[^0-9a-z]", "", form)
        found += [plain[at : at + 8] for at in range(len(plain) - 7) if plain[at : at + 8] in squeezed]
    return found + [canary for canary in (PHONE, MAIL, CUSTOMS, MASKED_KEY_LIKE) if canary in shown]


@pytest.mark.parametrize("spelling", list(SPELLINGS))
def test_the_key_is_found_in_every_spelling(spelling: str) -> None:
    text = f"잘못된 키 [{SPELLINGS[spelling]}] 입니다"
    shown = Redactor([SecretStr(SECRET)])(text)
    assert traces(shown) == []
    assert shown.startswith("잘못된 키 [")
    assert shown.endswith("] 입니다")


def test_other_text_stays() -> None:
    text = "상품번호 3000000001, 완료 되었습니다. 2024-05-20 12:00:00 Zq7+Xw/9 https://example.com/a?b=c"
    assert Redactor([SecretStr(SECRET)])(text) == text
    assert redact("abc", [SecretStr("b")]) == "a***c"
    assert redact("ABC", [SecretStr("b")]) == "ABC"


def test_a_redactor_shows_nothing_and_does_not_travel() -> None:
    redactor = Redactor([SecretStr(SECRET)])
    redactor("x")
    assert SECRET[:4] not in repr(redactor)
    with pytest.raises(TypeError, match="secrets"):
        pickle.dumps(redactor)


def echo(spelling: str) -> str:
    padding = "가" * 150  # the cut of long texts goes right through the key
    return f"{PHONE} {MAIL} {CUSTOMS} {MASKED_KEY_LIKE} {padding} {SPELLINGS[spelling]}"


def envelope(code: int, error: object = None, data: object = None) -> bytes:
    return json.dumps({"resultCode": code, "error": error, "data": data}, ensure_ascii=False).encode()


def header_text(text: str) -> str:
    return re.sub(r"[^ -~]", "", text)


def in_frames(error: BaseException) -> str:
    """Show the local variables of the library's frames, as reporters do."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    ours = [frame.locals or {} for frame in frames if "wemakeprice_sdk" in frame.filename]
    assert ours
    return repr(ours)


def everything(error: BaseException) -> str:
    """Show an error in all the ways it leaves a process."""
    parts = [str(error), repr(vars(error)), repr(pickle.dumps(error))]
    link: BaseException | None = error
    while link is not None:
        parts += [in_frames(link) if link.__traceback__ is not None else "", repr(link), repr(vars(link))]
        link = link.__cause__ or link.__context__
    return "\n".join(parts)


ANSWERS: dict[str, Callable[[str], tuple[bytes, int, str, str]]] = {
    "error of the envelope": lambda text: (envelope(400, text), 200, "application/json", ""),
    "error inside of an object": lambda text: (envelope(400, {"message": text}), 200, "application/json", ""),
    "refused key": lambda text: (envelope(401, text), 401, "application/json", ""),
    "refused by the status": lambda text: (envelope(200, text), 400, "application/json", ""),
    "no code": lambda text: (json.dumps({"error": text}).encode(), 200, "application/json", ""),
    "a list": lambda text: (json.dumps([text]).encode(), 200, "application/json", ""),
    "a page": lambda text: (f"<html>{text}</html>".encode(), 200, "text/html", ""),
    "a page of a gateway": lambda text: (f"<html>{text}</html>".encode(), 502, "text/html", ""),
    "cut JSON": lambda text: (envelope(400, text)[:-9], 200, "application/json", ""),
    "content type": lambda text: (b"x", 200, header_text(text), ""),
    "content encoding": lambda text: (b"x", 200, "a/b", f"Content-Encoding: {header_text(SECRET)}\r\n"),
    "location": lambda text: (b"", 302, "a/b", f"Location: http://{header_text(text)}\r\n"),
    "returnMsg": lambda text: (envelope(200, None, {"returnKey": 0, "returnMsg": text}), 200, "application/json", ""),
    "already done": lambda text: (
        envelope(200, None, {"returnKey": 0, "returnMsg": f"이미 {text}"}), 200, "application/json", ""),
}  # fmt: skip
CALLS: dict[str, Callable[[Any], Any]] = {
    "orders.list": lambda c: c.orders.list(DAY_START, DAY_END, ShipStatus.NEW),
    "products.get": lambda c: c.products.get(1),
    "products.list": lambda c: c.products.list(DAY_START, DAY_END),
    "shipping_templates.get_seller_ship": lambda c: c.shipping_templates.get_seller_ship(),
    "orders.confirm": lambda c: c.orders.confirm(1),
    "claims.approve": lambda c: c.claims.approve(1, ClaimType.CANCEL),
    "cs.answer_question": lambda c: c.cs.answer_question(1, "다음 주에 들어올 예정입니다."),
}


def raised_by(call: Callable[[], object]) -> CallError | None:
    try:
        call()
    except CallError as error:
        return error
    return None


@pytest.mark.parametrize("spelling", ["as it is", "in a URL", "base64", "spread", "in JSON, all escaped"])
@pytest.mark.parametrize("what", list(ANSWERS))
def test_no_error_shows_what_was_echoed(what: str, spelling: str, go: Driver) -> None:
    body, status, kind, head = ANSWERS[what](echo(spelling))
    raised = 0
    with serving(lambda call: call.answer(body, status, kind, head)) as server:
        client = go.client(
            api_key=SECRET,
            base_url=server.url,
            retry=RetryPolicy.never(),
            verification=VerificationPolicy(waits=(0.0,)),
        )
        for call in CALLS.values():
            error = raised_by(lambda call=call: go(call(client)))
            if error is not None:
                raised += 1
                assert traces(everything(error)) == []
    assert raised >= 3


@pytest.mark.parametrize("spelling", ["as it is", "in HTML", "base64", "in groups"])
@pytest.mark.parametrize("message", ["완료 {}", "승인된 {}"])
def test_no_outcome_shows_what_was_echoed(message: str, spelling: str, go: Driver) -> None:
    key = 1 if message.startswith("완료") else 0
    body = envelope(200, None, {"returnKey": key, "returnMsg": message.format(echo(spelling))})
    with serving(lambda call: call.answer(body)) as server:
        outcome = go(go.client(api_key=SECRET, base_url=server.url).claims.approve(1, ClaimType.CANCEL))
    assert outcome.message.startswith(message[:2])
    assert traces(f"{outcome!r} {pickle.dumps(outcome)!r}") == []


def test_the_log_shows_nothing_either(go: Driver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "wemakeprice_sdk")
    body = envelope(500, echo("as it is"))
    with serving(lambda call: call.answer(body, 500)) as server:
        with pytest.raises(CallError):
            go(go.client(api_key=SECRET, base_url=server.url).orders.confirm(1))
        with pytest.raises(CallError):
            go(go.client(api_key=SECRET, base_url=server.url).reference.list_labels())
    assert traces(caplog.text) == []
    assert "write.unknown" in caplog.text


REPLY = "비밀 답변 카나리아 열한 글자"


@pytest.mark.parametrize("name", ["answer_question", "answer_inquiry"])
@pytest.mark.parametrize("trouble", ["refused", "lost", "broken text", "no number", "too long"])
def test_what_a_seller_answers_is_in_no_frame(name: str, trouble: str, go: Driver) -> None:
    texts = {"broken text": f"{REPLY}\ud800", "too long": REPLY * 200}
    number: Any = "x" if trouble == "no number" else 1

    def refuse(call: Call) -> None:
        if trouble == "lost":
            call.answer(b"", 502, "text/html")
        else:
            call.answer(envelope(400, "x"))

    with serving(refuse) as server:
        client = go.client(base_url=server.url)
        with pytest.raises((CallError, ValidationError)) as caught:
            go(getattr(client.cs, name)(number, texts.get(trouble, REPLY)))
    assert REPLY not in in_frames(caught.value)
    assert REPLY not in str(caught.value)
    link: BaseException | None = caught.value
    while link is not None:
        assert REPLY not in repr(link)
        link = link.__cause__ or link.__context__
