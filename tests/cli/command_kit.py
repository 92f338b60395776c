"""A seller's place of work: an embedded sandbox on a port, settings, keys and a ledger in a folder with a hard name."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from attrs import frozen

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import ChannelConfig, LinkState, OnboardingState, save_config
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.sandbox.seed import seed_shop
from wemakeprice_sdk.secrets import AesGcmCipher, format_key_ring, generate_key

KEY = "canary-key-0f9e8d7c6b5a4938"


@frozen
class Place:
    """Where the commands run, and what is there."""

    folder: Path
    sandbox: Sandbox
    url: str
    orders: tuple[int, ...]

    def path(self, name: str) -> str:
        return str(self.folder / name)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests, and English."""
    for name in [name for name in os.environ if name.startswith(("WEMAKEPRICE_", "LC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    # As macOS writes names: decomposed, and with a blank.
    folder = tmp_path_factory.mktemp("cli") / unicodedata.normalize("NFD", "내 상점")
    folder.mkdir()
    sandbox = Sandbox(seed=3)
    sandbox.add_account(KEY, "my-shop")
    seed_shop(sandbox, KEY, products=4, orders=6, days=3, deals=2)
    now = datetime.now(KST)
    orders = [sandbox.place_order(KEY, paid_at=now - timedelta(minutes=9)).bundle_no for _ in range(6)]
    with SandboxServer(sandbox) as server:
        config = ChannelConfig(
            "my-shop",
            "내 상점",
            KEY,
            onboarding=OnboardingState.COMPLETE,
            link=LinkState.APPROVED,
            base_url=server.url,
        )
        keys = {"k1": generate_key()}
        save_config(folder / "shop.toml", config, cipher=AesGcmCipher(keys, "k1"))
        ring = folder / "keys.txt"
        ring.write_text(format_key_ring(keys), encoding="utf-8")
        ring.chmod(0o600)
        yield Place(folder, sandbox, server.url, tuple(orders))


@pytest.fixture
def shop(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The place, named by the environment as an operator would."""
    monkeypatch.setenv("WEMAKEPRICE_CLI_CONFIG", place.path("shop.toml"))
    monkeypatch.setenv("WEMAKEPRICE_CLI_KEYS", place.path("keys.txt"))
    monkeypatch.setenv("WEMAKEPRICE_CLI_GAP", "0")
    return place
