"""The public face: exactly what is exported, and light to import."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest

import wemakeprice_sdk

SOURCE = Path(wemakeprice_sdk.__file__)
HEAVY = [
    "openpyxl",
    "cryptography",
    "httpx",
    "holidays",
    "xlrd",
    "tenacity",
    "wemakeprice_sdk.sandbox",
    "wemakeprice_sdk.client",
]


def names_for_type_checkers(source: Path = SOURCE) -> set[str]:
    block = next(
        node for node in ast.parse(source.read_text(encoding="utf-8")).body if isinstance(node, ast.If)
    )
    return {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def in_order(names: list[str]) -> list[str]:
    """Constants, then classes, then the rest, each sorted."""
    constants = sorted(name for name in names if name.isupper())
    classes = sorted(name for name in names if not name.isupper() and name[0].isupper())
    return [*constants, *classes, *sorted(name for name in names if not name[0].isupper())]


def test_all_is_sorted_and_is_exactly_what_is_exported() -> None:
    assert wemakeprice_sdk.__all__ == in_order(wemakeprice_sdk.__all__)
    lazy = {name for names in vars(wemakeprice_sdk)["_HOMES"].values() for name in names}
    assert set(wemakeprice_sdk.__all__) == lazy | {"__version__", "errors", "models"}
    assert names_for_type_checkers() == lazy | {"errors", "models"}


@pytest.mark.parametrize("name", wemakeprice_sdk.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(wemakeprice_sdk, name) is not None
    assert name in dir(wemakeprice_sdk)


def test_a_name_that_is_not_exported_says_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(wemakeprice_sdk, "nothing")  # noqa: B009 - type checkers know that it is not there


LAZY = ["catalogue", "client", "config", "excel", "files", "ledger", "models", "policy", "runner", "wire"]


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_see_the_names_that_a_room_gives(package: str) -> None:
    module = import_module(f"wemakeprice_sdk.{package}")
    assert names_for_type_checkers(SOURCE.parent / package / "__init__.py") == set(module.__all__)
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(
        AttributeError, match=f"module 'wemakeprice_sdk.{package}' has no attribute 'nothing'"
    ):
        module.nothing  # noqa: B018


def test_a_client_loads_what_it_is_asked_for() -> None:
    """Classes are what importing costs: a client for orders must not make those of products."""
    code = """
import json, sys
before = set(sys.modules)
from wemakeprice_sdk.client import WemakepriceClient
client = WemakepriceClient("key", base_url="http://127.0.0.1:9")
made = set(sys.modules) - before
client.orders
print(json.dumps([sorted(made), sorted(set(sys.modules) - before)]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = json.loads(done.stdout)
    # Each of them is a tenth of the import of a client, or more.
    assert {"asyncio", "ssl", "tenacity", "httpx"}.isdisjoint(loaded[0])
    before, after = (
        {name.removeprefix("wemakeprice_sdk.models.") for name in names if "wemakeprice_sdk.models." in name}
        for names in loaded
    )
    assert before == {
        "_answers",
        "_base",
        "_flat",
        "_given",
        "_rules",
        "couriers",
        "known",
        "tables",
    }
    assert after - before == {"codes", "orders"}


def test_a_runner_loads_no_reader_of_files_and_no_other_http_client() -> None:
    code = """
import json, sys
before = set(sys.modules)  # what measures the tests loads modules too
from wemakeprice_sdk.runner import ChannelRunner
print(json.dumps(sorted(set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = set(json.loads(done.stdout))
    unwanted = {
        "urllib.request",
        "cattrs",
        "openpyxl",
        "wemakeprice_sdk.excel.migrator",
        "wemakeprice_sdk.catalogue.model",
        "asyncio",
        "csv",
        "sqlite3",
        "zipfile",
        "wemakeprice_sdk.models.orders",
        "wemakeprice_sdk.policy.settlement",
        "wemakeprice_sdk.policy.sync",
        "wemakeprice_sdk.runner.sources",
        "wemakeprice_sdk.runner._sync.job_run",
    }
    assert loaded & {*HEAVY, *unwanted} <= {"cryptography", "tenacity", "wemakeprice_sdk.client"}


ROOMS = [
    "client",
    "config",
    "excel",
    "files",
    "ledger",
    "models",
    "notebook",
    "policy",
    "runner",
    "sandbox",
    "testing",
    "wire",
]


@pytest.mark.parametrize("package", ROOMS)
def test_the_names_of_every_room_are_sorted_and_there(package: str) -> None:
    module = __import__(f"wemakeprice_sdk.{package}", fromlist=["x"])
    assert module.__all__ == in_order(module.__all__)
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("package", [*ROOMS, "catalogue", "catalogue.exporters"])
def test_the_types_of_every_public_class_can_be_read(package: str) -> None:
    """cattrs, pydantic and whoever injects by types ask for them (`attrs.resolve_types`)."""
    room = import_module(f"wemakeprice_sdk.{package}")
    classes = [value for name in room.__all__ if isinstance(value := getattr(room, name), type)]
    unread = {}
    for cls in classes:
        try:
            get_type_hints(cls)
        except NameError as error:
            unread[cls.__name__] = str(error)
    assert unread == {}


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import json, sys, wemakeprice_sdk; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not set(HEAVY) & set(json.loads(run.stdout))
