"""No process that the library or its command line starts has a key or a person in its arguments or environment."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_canary_day import canary_config
from test_sources import BANK, ORDERS, ordered

import canary_kit as canary
from canary_kit import PEOPLE, found_in
from wemakeprice_sdk.cli import main
from wemakeprice_sdk.config import save_config
from wemakeprice_sdk.secrets import AesGcmCipher, format_key_ring, generate_key

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks into /proc")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Collect what `/proc` says of every process that is started from here on."""
    told: list[bytes] = []

    class Watched(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            place = Path(f"/proc/{self.pid}")
            # For a moment after it began a process has no arguments yet. A reader of .xls waits for its file.
            while not (place / "cmdline").read_bytes() and self.poll() is None:
                pass
            told.append(b"\n".join((place / name).read_bytes() for name in ("cmdline", "environ")))

    monkeypatch.setattr(subprocess, "Popen", Watched)
    return told


def xls(place: Path, header: list[str], row: list[object]) -> Path:
    spec = importlib.util.spec_from_file_location(
        "excel_corpus", Path(__file__).parents[1] / "excel" / "excel_corpus.py"
    )
    assert spec is not None
    assert spec.loader is not None
    corpus = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(corpus)
    place.write_bytes(corpus.xls([header, row]))
    return place


def test_commands_start_no_process_that_tells(
    tmp_path: Path, seen: list[bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, shop, ring = {"k": generate_key()}, tmp_path / "shop.toml", tmp_path / "keys.txt"
    save_config(shop, canary_config("http://127.0.0.1:9"), cipher=AesGcmCipher(keys, "k"))
    ring.write_text(format_key_ring(keys))
    ring.chmod(0o600)
    monkeypatch.setenv("WEMAKEPRICE_API_KEY", canary.KEY)
    monkeypatch.setenv("WEMAKEPRICE_MEMO", PEOPLE["memo"])
    paid: list[object] = ["2024-07-08 10:23:11", "정산", PEOPLE["payer"], 0, 17_999, 118_400]
    buyer = {"구매자": PEOPLE["buyer"], "구매자연락처": PEOPLE["phone"], "받는사람": PEOPLE["recipient"]}
    files = [
        xls(tmp_path / f"{PEOPLE['payer']}.xls", BANK, paid),
        xls(tmp_path / f"{PEOPLE['buyer']} 주문.xls", ORDERS, ordered(100, **buyer)),
    ]
    for file in files:
        for words in (["excel", "inspect"], ["excel", "import", "--config", str(shop), "--keys", str(ring)]):
            code = main([*words, str(file)])
            assert code == 0, capsys.readouterr()
    assert len(seen) >= 4, "one reader of .xls for each"
    assert [told[:200] for told in seen if b"_xls_worker" not in told] == []
    assert [found_in(told) for told in seen if found_in(told)] == []
