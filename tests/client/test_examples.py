"""The example in the docstring of every call: it is there, it runs, and it prints what it says."""

import ast
import asyncio
import builtins
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import httpx
import pytest

from wemakeprice_sdk.client import AsyncWemakepriceClient, ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.client._async.resources._base import AsyncResource
from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.testing.shop import URL
from wemakeprice_sdk.wire.operations import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs/reference/index.md"
EXAMPLE = re.compile(r"^Example:\n    ```python\n(.*?)^    ```$", re.MULTILINE | re.DOTALL)
PRINTS = re.compile(r"^\s*print\(.*\)  # (.+)$")
CLIENTS = {
    "sync": WemakepriceClient("k", base_url="http://127.0.0.1:9"),
    "async": AsyncWemakepriceClient("k", base_url="http://127.0.0.1:9"),
}


def is_resource(value: object) -> bool:
    return isinstance(value, Resource | AsyncResource)


def calls(kind: str) -> Iterator[tuple[str, str]]:
    """Yield the dotted name and the docstring of every call that the client offers."""
    for group, resource in inspect.getmembers(CLIENTS[kind], is_resource):
        for name, method in inspect.getmembers(resource, inspect.ismethod):
            if not name.startswith("_"):
                yield f"{group}.{name}", inspect.getdoc(method) or ""


def example(name: str, doc: str) -> str:
    found = EXAMPLE.search(doc)
    assert found, f"the docstring of {name} has no example"
    return textwrap.dedent(found[1])


@cache
def shop_source() -> CodeType:
    """The block of the reference that readers start from."""
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return compile(source, str(PAGE), "exec", dont_inherit=True)


async def awaited(code: CodeType, names: dict[str, Any]) -> None:
    """Run an example of the asynchronous client against the shop of `names`."""
    shop = names["shop"]
    async with (
        httpx.AsyncClient(transport=shop.sandbox.async_transport()) as http,
        AsyncWemakepriceClient(
            shop.key, base_url=URL, http_client=http, throttle=ThrottlePolicy(min_gap=0)
        ) as names["client"],
    ):
        await eval(code, names)


def run(kind: str, source: str, name: str) -> dict[int, list[str]]:
    """Run an example in a new shop; return what each of its lines printed."""
    printed: dict[int, list[str]] = {}

    def note(*values: object) -> None:
        line = inspect.currentframe().f_back.f_lineno  # type: ignore[union-attr]
        printed.setdefault(line, []).append(" ".join(map(str, values)))

    names: dict[str, Any] = {"__builtins__": {**vars(builtins), "print": note}}
    exec(shop_source(), names)
    try:
        if kind == "sync":
            exec(compile(source, name, "exec", dont_inherit=True), names)
        else:
            flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            asyncio.run(awaited(compile(source, name, "exec", flags, dont_inherit=True), names))
    finally:
        names["shop"].close()
    return printed


@pytest.mark.parametrize(
    ("kind", "name", "doc"),
    [pytest.param(kind, *call, id=f"{kind}-{call[0]}") for kind in CLIENTS for call in calls(kind)],
)
def test_the_example_of_a_call_runs_and_prints_what_it_says(kind: str, name: str, doc: str) -> None:
    source = example(name, doc)
    assert f"client.{name}(" in source
    said = {
        number: found[1]
        for number, line in enumerate(source.splitlines(), start=1)
        if (found := PRINTS.match(line))
    }
    assert said, "an example shows what comes back"
    printed = run(kind, source, name)
    assert {number: ", ".join(texts) for number, texts in printed.items()} == said


def test_every_call_of_the_contract_is_walked() -> None:
    walked = {kind: {name for name, _ in calls(kind)} for kind in CLIENTS}
    assert walked["sync"] == walked["async"] >= {row.sdk_method for row in OPERATIONS.values()}


def test_an_example_that_lies_is_seen() -> None:
    with pytest.raises(AssertionError, match="no example"):
        example("orders.confirm", "Confirm a bundle.")
    assert run("sync", "print(client.orders.get(1))", "wrong") == {1: ["None"]}
    with pytest.raises(AttributeError):
        run("sync", "client.orders.confrim(210001002)", "wrong")
