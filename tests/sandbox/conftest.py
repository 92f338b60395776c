"""One sandbox server per module over real HTTP; every test has its own account and the same clock.

Every answer a test sees is held against `contract/openapi.yaml`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import PlacedOrder, Sandbox, SandboxServer, Settings
from wemakeprice_sdk.sandbox.base import Restrictions

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2024, 5, 20, 10, 0, 0, tzinfo=KST)  # a Monday
TODAY = {"fromDate": "2024-05-20 00:00:00", "toDate": "2024-05-20 23:59:59"}
_keys = itertools.count(1)


@cache
def contract() -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(
        (ROOT / "contract" / "openapi.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return document


@cache
def operations() -> dict[str, dict[str, Any]]:
    return {
        item["operationId"]: {"method": method.upper(), "path": path, **item}
        for path, methods in contract()["paths"].items()
        for method, item in methods.items()
    }


@cache
def _registry() -> Any:
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012

    return Registry().with_resource("urn:contract", Resource(contract(), DRAFT202012))  # type: ignore[call-arg]


@cache
def _validator(pointer: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"urn:contract#{pointer}"}, registry=_registry())


def _pointer(operation: str, status: int) -> str:
    row = operations()[operation]
    response = row["responses"][str(status)]
    if "$ref" in response:
        return f"{response['$ref'][1:]}/content/application~1json/schema"
    path = row["path"].replace("~", "~0").replace("/", "~1")
    return f"/paths/{path}/{row['method'].lower()}/responses/{status}/content/application~1json/schema"


def check_contract(operation: str, answer: httpx.Response) -> None:
    """Hold a JSON answer against the schema of its status, and look that no listed key is left out."""
    assert str(answer.status_code) in operations()[operation]["responses"]
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    body = answer.json()
    assert type(body["resultCode"]) is int
    _validator(_pointer(operation, answer.status_code)).validate(body)
    if body["resultCode"] == 200:
        name = operations()[operation]["responses"]["200"]["content"]["application/json"]["schema"]["oneOf"][
            0
        ]["$ref"]
        assert set(body) == {"resultCode", "data", "error"}
        schema = contract()["components"]["schemas"][name.rsplit("/", 1)[1]]
        missing = list(missing_keys(body["data"], schema["properties"]["data"], "data"))
        assert not missing, f"{operation} leaves out {missing}"


def missing_keys(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    """Name every listed key that is neither there nor optional."""
    schemas = contract()["components"]["schemas"]
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    for part in schema.get("anyOf", ()):
        if value is not None and part.get("type") != "null" and ("$ref" in part or isinstance(value, list)):
            yield from missing_keys(value, part, path)
            return
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from missing_keys(item, schema.get("items", {}), f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, part in schema.get("properties", {}).items():
            if key in value:
                yield from missing_keys(value[key], part, f"{path}.{key}")
            elif not part.get("x-optional"):
                yield f"{path}.{key}"


class Partner:
    """A seller's program speaking raw HTTP to the sandbox, and the sandbox behind it for buyers' actions."""

    def __init__(self, http: httpx.Client, sandbox: Sandbox, key: str) -> None:
        self.http, self.sandbox, self.key = http, sandbox, key

    def send(self, operation: str, **values: Any) -> httpx.Response:
        """Call an operation with a JSON body or a query; the answer must keep the contract."""
        row = operations()[operation]
        sent = {"params": values} if row["method"] == "GET" else {"json": values}
        answer = self.http.request(row["method"], row["path"], headers={"apiKey": self.key}, **sent)
        check_contract(operation, answer)
        return answer

    def check(self, operation: str, answer: httpx.Response) -> None:
        """Hold an answer that was got otherwise against the contract."""
        check_contract(operation, answer)

    def data(self, operation: str, **values: Any) -> Any:
        """Call an operation that succeeds and give its data."""
        answer = self.send(operation, **values)
        assert answer.status_code == 200, answer.text
        assert answer.json()["resultCode"] == 200, answer.text
        return answer.json()["data"]

    def done(self, operation: str, **values: Any) -> None:
        """Carry out a write that must be applied."""
        data = self.data(operation, **values)
        assert data == {"returnKey": 1, "returnMsg": "완료 되었습니다."}

    def refused(self, operation: str, **values: Any) -> str:
        """Carry out a write that must be refused inside a success; give its text. Nothing may change."""
        before = self.writes
        data = self.data(operation, **values)
        assert data["returnKey"] == 0
        assert self.writes == before
        return str(data["returnMsg"])

    def failed(self, operation: str, code: int, **values: Any) -> str:
        """Call an operation that must fail; return the error text. Nothing may change."""
        before = self.writes
        answer = self.send(operation, **values)
        assert (answer.status_code, answer.json()["resultCode"]) == (code, code), answer.text
        assert answer.json()["data"] is None
        assert self.writes == before
        return str(answer.json()["error"])

    @property
    def label(self) -> str:
        return self.sandbox.find_shop(self.key).label

    @property
    def writes(self) -> int:
        return len(self.sandbox.journal.writes(account=self.label))

    def order(self, **more: Any) -> PlacedOrder:
        return self.sandbox.place_order(self.key, **more)

    def confirmed(self, **more: Any) -> PlacedOrder:
        order = self.order(**more)
        self.done("orders_confirm", bundleNo=order.bundle_no)
        return order

    def shipped(self, invoice: str = "600000000001", **more: Any) -> PlacedOrder:
        order = self.confirmed(**more)
        self.done(
            "orders_ship",
            bundleNo=order.bundle_no,
            shipMethod="PARCEL",
            parcelCompanyCode="D002",
            invoiceNo=invoice,
        )
        return order

    def bundle(self, number: int) -> Any:
        (bundle,) = self.data("orders_get", bundleNo=number)["bundle"]
        return bundle

    def listed(self, kind: str, date: str = "NEW", **window: str) -> list[int]:
        answer = self.data("orders_list", **(TODAY | window), type=kind, searchDateType=date)
        return [bundle["bundleNo"] for bundle in answer["bundle"]]

    def claim(self, number: int) -> Any:
        (claim,) = self.data("claims_get", claimBundleNo=number)["claim"]
        return claim

    def claims(self, kind: str, status: str, **more: str) -> list[int]:
        answer = self.data("claims_list", **(TODAY | more), claimType=kind, claimStatus=status)
        return [claim["claimBundleNo"] for claim in answer["claim"]]

    def product(self, number: int) -> Any:
        return self.data("products_get", productNo=number)

    def set(self, **settings: Any) -> None:
        self.sandbox.configure(**settings)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    sandbox = Sandbox(seed=7, clock=NOW)
    with SandboxServer(sandbox) as running:
        yield running


@pytest.fixture(scope="module")
def http(server: SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def partner(server: SandboxServer, http: httpx.Client) -> Iterator[Partner]:
    sandbox = server.sandbox
    sandbox.set_clock(NOW)
    key = f"{next(_keys):032x}"
    sandbox.add_account(key)
    yield Partner(http, sandbox, key)
    sandbox.settings = Settings()
    sandbox.restrictions = Restrictions()
    sandbox.faults.clear()


@pytest.fixture
def other(partner: Partner) -> Partner:
    key = f"{next(_keys):032x}"
    partner.sandbox.add_account(key)
    return Partner(partner.http, partner.sandbox, key)


@pytest.fixture(scope="session")
def product_body() -> dict[str, Any]:
    """The create example of the contract."""
    return dict(
        operations()["products_save"]["requestBody"]["content"]["application/json"]["examples"][
            "create_with_options"
        ]["value"]
    )


@pytest.fixture(scope="session")
def policy_body() -> dict[str, Any]:
    """The create example of the contract."""
    return dict(
        operations()["shipping_save_policy"]["requestBody"]["content"]["application/json"]["examples"][
            "create"
        ]["value"]
    )


@pytest.fixture(scope="session")
def openapi() -> dict[str, Any]:
    return contract()
