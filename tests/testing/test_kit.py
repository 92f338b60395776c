"""A whole shop for a test: as fixtures of pytest, also spread over processes, and in unittest."""

import os
import subprocess
import sys
import warnings
from datetime import timedelta
from pathlib import Path

import pytest

from wemakeprice_sdk import testing
from wemakeprice_sdk.config import ChannelConfig
from wemakeprice_sdk.errors import WemakepriceDeprecationWarning
from wemakeprice_sdk.ledger import MemoryLedger
from wemakeprice_sdk.runner import ChannelRunner
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.testing import SandboxShop
from wemakeprice_sdk.testing.factories import NOON

FIXTURES = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_a_run(wemakeprice_clock, wemakeprice_sandbox, wemakeprice_runner, wemakeprice_ledger, number):
    order = wemakeprice_sandbox.place_order()
    assert wemakeprice_runner.confirm([order.bundle_no]).ok
    assert len(wemakeprice_sandbox.journal.writes("orders_confirm")) == 1
    assert wemakeprice_ledger.standing("test-shop") is not None

def test_a_full_shop(wemakeprice_seeded_shop):
    assert wemakeprice_seeded_shop.runner.collect_orders().ok
"""
UNITTEST = """
import unittest
from wemakeprice_sdk.testing import SandboxShop

class Shop(unittest.TestCase):
    def setUp(self):
        self.shop = self.enterContext(SandboxShop())

    def test_a_run(self):
        self.shop.sandbox.place_order()
        self.assertTrue(self.shop.runner.collect_orders().ok)
"""


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "",
        "PYTEST_XDIST_WORKER": "",
    }
    line = [sys.executable, "-W", "error", "-m", *command]
    return subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_the_fixtures_work_in_several_processes(tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(FIXTURES, encoding="utf-8")
    plugins = ("-p", "wemakeprice", "-p", "xdist", "-p", "no:cacheprovider")
    done = run(tmp_path, "pytest", "-q", *plugins, "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_the_shop_works_in_unittest(tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(UNITTEST, encoding="utf-8")
    done = run(tmp_path, "unittest")
    assert done.returncode == 0, done.stderr
    assert "Ran 1 test" in done.stderr


def test_all_of_a_shop_goes_by_one_clock() -> None:
    with SandboxShop() as shop:
        assert shop.clock.now() == NOON
        shop.sandbox.advance(timedelta(days=2))
        assert shop.runner.collect_orders().started_at == NOON + timedelta(days=2)


def test_the_fixtures_are_those_of_one_shop(
    wemakeprice_shop: SandboxShop,
    wemakeprice_sandbox: Sandbox,
    wemakeprice_config: ChannelConfig,
    wemakeprice_ledger: MemoryLedger,
    wemakeprice_runner: ChannelRunner,
) -> None:
    assert wemakeprice_shop.sandbox is wemakeprice_sandbox
    assert wemakeprice_runner.ledger is wemakeprice_ledger
    assert wemakeprice_runner.config is wemakeprice_config


def test_a_shop_is_filled_on_demand() -> None:
    with SandboxShop(products=3, orders=5) as shop:
        found = shop.client.products.iter(NOON - timedelta(days=400), NOON)
        assert len(list(found)) == 3


def test_the_names_are_listed() -> None:
    assert dir(testing) == sorted(testing.__all__)
    for name in testing.__all__:
        assert getattr(testing, name) is not None


def test_a_deprecation_is_one_of_python_and_can_be_told_apart() -> None:
    assert issubclass(WemakepriceDeprecationWarning, DeprecationWarning)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", category=WemakepriceDeprecationWarning)
        warnings.warn("of another library", DeprecationWarning, stacklevel=1)
        with pytest.raises(WemakepriceDeprecationWarning, match="of ours"):
            warnings.warn("of ours", WemakepriceDeprecationWarning, stacklevel=1)
