"""The pytest plugin, as a user's project meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wemakeprice_sdk.client import AsyncWemakepriceClient, WemakepriceClient
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.testing import StubMarketplace, lost_answer

PROJECT = """
import asyncio
import sys
import urllib.request


def test_nothing_is_loaded_before_it_is_used():
    loaded = {"httpx", "httpx2", "openpyxl", "cryptography", "wemakeprice_sdk.sandbox", "wemakeprice_sdk.client"}
    assert not loaded & set(sys.modules)


def test_client(wemakeprice_sandbox, wemakeprice_client):
    order = wemakeprice_sandbox.place_order()
    wemakeprice_client.orders.confirm(order.bundle_no)
    assert len(wemakeprice_sandbox.journal.writes("orders_confirm")) == 1


def test_async_client(wemakeprice_sandbox, wemakeprice_async_client):
    order = wemakeprice_sandbox.place_order()

    async def run():
        async with wemakeprice_async_client as client:
            return await client.orders.get(order.bundle_no)

    assert asyncio.run(run()).bundle_no == order.bundle_no


def test_server(wemakeprice_server):
    assert urllib.request.urlopen(wemakeprice_server.url, timeout=5).status == 200


def test_stub(wemakeprice_stub):
    wemakeprice_stub.answer("base_list_labels", [{"labelNo": 1}])
    assert wemakeprice_stub.client().reference.list_labels()[0].label_no == 1
"""


def run_pytest(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project of its own, with our plugin loaded by its entry point and no other one."""
    (folder / "test_shop.py").write_text(test, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "wemakeprice", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_users_project_gets_the_fixtures_without_a_warning(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout
    assert "warning" not in done.stdout + done.stderr


def test_an_unused_answer_of_the_stub_fixture_fails_the_test(tmp_path: Path) -> None:
    test = 'def test_stub(wemakeprice_stub):\n    wemakeprice_stub.answer("base_list_labels", [])\n'
    done = run_pytest(tmp_path, test)
    assert done.returncode == 1
    assert "never called: base_list_labels" in done.stdout


def test_lost_answers_are_lost_once_and_have_to_be_lost(
    wemakeprice_sandbox: Sandbox, wemakeprice_client: WemakepriceClient
) -> None:
    number = wemakeprice_sandbox.place_order().bundle_no
    with lost_answer(wemakeprice_sandbox, "orders_confirm"):
        assert wemakeprice_client.orders.confirm(number).verified
    assert len(wemakeprice_sandbox.journal.writes("orders_confirm")) == 1
    with pytest.raises(AssertionError, match="never called"), lost_answer(wemakeprice_sandbox, "orders_ship"):
        pass


def test_the_fixtures_have_the_types_they_say(
    wemakeprice_server: SandboxServer,
    wemakeprice_async_client: AsyncWemakepriceClient,
    wemakeprice_stub: StubMarketplace,
) -> None:
    assert wemakeprice_server.url.startswith("http://127.0.0.1:")
    assert isinstance(wemakeprice_async_client, AsyncWemakepriceClient)
    assert isinstance(wemakeprice_stub, StubMarketplace)
