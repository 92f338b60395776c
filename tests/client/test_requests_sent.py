"""Every request the clients send is one the contract describes, and the examples run."""

import json
import runpy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import yaml
from cassette_cases import CASES
from client_kit import KEY
from jsonschema import Draft202012Validator

from wemakeprice_sdk.client import ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.sandbox import Sandbox

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    text = (ROOT / "contract/openapi.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return found


class Recorder:
    """Lets requests through to a sandbox and keeps them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.sent: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        reply = self.sandbox.handle(
            request.method,
            request.url.path,
            request.url.query.decode(),
            request.headers.multi_items(),
            request.content,
        )
        return httpx.Response(reply.status, content=reply.body, headers=list(reply.headers))


def problems(schema: dict[str, Any], value: Any, contract: dict[str, Any]) -> list[str]:
    whole = {**schema, "components": contract["components"]}
    return [error.json_path for error in Draft202012Validator(whole).iter_errors(value)]


def typed(text: str, schema: dict[str, Any]) -> Any:
    return int(text) if schema["type"] == "integer" else text


@pytest.mark.parametrize("operation", list(CASES))
def test_the_request_of_an_operation_is_the_contracts(
    operation: str, contract: dict[str, Any], sandbox: Sandbox
) -> None:
    given = CASES[operation].prepare(sandbox)
    sandbox.configure(strict_unknown_keys=True)
    recorder = Recorder(sandbox)
    client = WemakepriceClient(
        KEY,
        base_url="http://sandbox.invalid",
        http_client=httpx.Client(transport=httpx.MockTransport(recorder)),
        throttle=ThrottlePolicy(min_gap=0),
        verification=VerificationPolicy(read_before=False),
    )
    CASES[operation].call(client, given)
    (request,) = recorder.sent
    row = contract["paths"][request.url.path][request.method.lower()]
    assert row["operationId"] == operation
    assert request.headers["apikey"] == KEY
    assert request.headers["content-type"] == "application/json"
    if request.method == "POST":
        schema = row["requestBody"]["content"]["application/json"]["schema"]
        assert problems(schema, json.loads(request.content), contract) == []
        assert not request.url.query
        return
    values = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True, strict_parsing=False))
    known = {parameter["name"]: parameter for parameter in row.get("parameters", [])}
    assert set(values) <= set(known)
    assert {name for name, parameter in known.items() if parameter.get("required")} <= set(values)
    for name, text in values.items():
        assert problems(known[name]["schema"], typed(text, known[name]["schema"]), contract) == []
    assert request.content == b""


def test_the_check_can_fail(contract: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/ShipRequest"}
    assert problems(schema, {"bundleNo": 1, "shipMethod": "PARCEL", "extra": 1}, contract)
    assert problems(schema, {"bundleNo": "x", "shipMethod": "DRONE"}, contract)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        (
            "collect_and_ship",
            "cancel 610007001 approved\nbundle 210007002 shipped\nbundle 210007003 shipped\n",
        ),
        ("lost_answer", "sent 1 time(s), applied 1 time(s)\n"),
        ("async_settlement", "account 1: 11,610 won\naccount 2: 11,610 won\n"),
    ],
)
def test_an_example_runs(name: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / f"examples/{name}.py"), run_name="__main__")
    assert capsys.readouterr().out.endswith(printed)
