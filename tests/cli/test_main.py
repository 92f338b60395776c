"""The thin commands print what the library says, and its errors in words."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from wemakeprice_sdk.cli import main
from wemakeprice_sdk.config import ChannelConfig, ChannelRegistry, save_config, save_registry
from wemakeprice_sdk.secrets import AesGcmCipher, format_key_ring, generate_key

HEADERS = ["상품번호", "상품명", "상품상태", "판매가", "판매시작일", "판매종료일"]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    sheet.append([1000000001, "예시 면 티셔츠", "판매중", 12900, "2024-06-01 10:00", "2029-06-01 10:00"])
    sheet.append([1000000002, "예시 그림책", "판매중", "만원", "2024-06-01 10:00", "2029-06-01 10:00"])
    path = tmp_path / "상품목록.xlsx"
    book.save(path)
    return path


def test_inspect_tells_kind_and_columns(export: Path, capsys) -> None:
    assert main(["excel", "inspect", str(export)]) == 0
    out = capsys.readouterr().out
    assert "products (상품 목록)" in out
    assert "'판매종료일' -> " in out


def test_preview_counts_and_names_the_wrong_cell(export: Path, capsys) -> None:
    assert main(["excel", "preview", str(export)]) == 0
    out = capsys.readouterr().out
    assert "new" in out
    assert re.search(r"^  error: .*만원", out, re.MULTILINE)
    assert "판매가" in out


def test_a_product_export_is_no_deal_export(export: Path, capsys) -> None:
    assert main(["excel", "preview", "--kind", "deals", str(export)]) == 1
    error = capsys.readouterr().err
    assert "WrongKindError" in error
    assert f"excel preview --kind products {export}" in error


def test_config_shows_the_account_without_its_secrets(tmp_path: Path, capsys, monkeypatch) -> None:
    keys = {"k1": generate_key()}
    path = tmp_path / "shop.toml"
    config = ChannelConfig(seller_id="shop-1", store_name="첫 가게", api_key="an-invented-key")
    save_config(path, config, cipher=AesGcmCipher(keys, primary="k1"))
    monkeypatch.setenv("WEMAKEPRICE_SECRET_KEYS", format_key_ring(keys))
    assert main(["config", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "shop-1 (첫 가게)" in out
    assert "an-invented-key" not in out


def test_config_lists_every_violation(tmp_path: Path, capsys) -> None:
    path = tmp_path / "shop.toml"
    path.write_text('version = 1\nseller_id = ""\nstore_nam = "x"\n', encoding="utf-8")
    assert main(["config", "check", str(path)]) == 78
    err = capsys.readouterr().err
    assert "store_nam" in err
    assert "seller_id" in err


def test_config_shows_every_account_of_a_registry(tmp_path: Path, capsys) -> None:
    path = tmp_path / "shops.toml"
    save_registry(
        path, ChannelRegistry([ChannelConfig("shop-1", "첫 가게"), ChannelConfig("shop-2", "둘째")])
    )
    assert main(["config", "check", str(path)]) == 0
    out = capsys.readouterr().out
    assert "shop-1 (첫 가게)" in out
    assert "shop-2 (둘째)" in out


def test_violations_name_the_file(tmp_path: Path, capsys) -> None:
    path = tmp_path / "shop.toml"
    path.write_text('version = 1\n[channel]\nseller_id = "a"\n', encoding="utf-8")
    assert main(["config", "check", str(path)]) == 78
    err = capsys.readouterr().err
    assert err.startswith("ConfigError: document\n")
    assert "store_name" in err


def test_a_missing_key_ring_is_named(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.delenv("WEMAKEPRICE_SECRET_KEYS", raising=False)
    path = tmp_path / "shop.toml"
    config = ChannelConfig("shop-1", "첫 가게", api_key="an-invented-key")
    save_config(path, config, cipher=AesGcmCipher.single(generate_key()))
    assert main(["config", "check", str(path)]) == 78
    assert "set WEMAKEPRICE_SECRET_KEYS" in capsys.readouterr().err


def test_a_preview_says_why_a_file_looks_partial(tmp_path: Path, capsys) -> None:
    book = Workbook()
    book.active.append(HEADERS)
    for number in range(100):
        book.active.append(
            [1000000001 + number, "예시", "판매중", 12900, "2024-06-01 10:00", "2029-06-01 10:00"]
        )
    book.save(tmp_path / "export.xlsx")
    assert main(["excel", "preview", str(tmp_path / "export.xlsx")]) == 0
    out = capsys.readouterr().out
    assert re.search(r"looks partial +yes\n  note: \S", out)


def test_what_the_system_says_is_not_repeated(tmp_path: Path, capsys) -> None:
    path = tmp_path / "none.toml"
    assert main(["config", "check", str(path)]) == 1
    assert capsys.readouterr().err == f"{path}: there is no such file\n"


def command(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-W", "error", "-m", "wemakeprice_sdk", *arguments]
    env = {**os.environ, **environment}
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)


@pytest.mark.parametrize("encoding", ["ascii", "cp949"])
@pytest.mark.parametrize(
    "arguments",
    [("demo",), ("excel", "inspect", "EXPORT"), ("excel", "preview", "EXPORT"), ("--help", "--lang", "ko")],
)
def test_every_encoding_can_show_the_output(arguments: tuple[str, ...], encoding: str, export: Path) -> None:
    words = [str(export) if word == "EXPORT" else word for word in arguments]
    out, err = command(*words, PYTHONIOENCODING=encoding).communicate(timeout=60)
    assert err == b""
    assert out.decode(encoding)


def test_korean_windows_shows_the_demo_without_escapes() -> None:
    out, _ = command("demo", PYTHONIOENCODING="cp949").communicate(timeout=60)
    assert "\\u" not in out.decode("cp949")


def test_a_reader_that_goes_away_is_no_failure() -> None:
    with command("demo") as running:
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_without_a_traceback() -> None:
    with command("demo") as running:
        # By then the HTTP library is there: what breaks off an import may leave its file open.
        assert any("주문 수집" in line.decode() for line in running.stdout)
        running.send_signal(signal.SIGINT)
        assert running.stderr.read() == b"interrupted\n"
    assert running.returncode == 130


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("late", [0, 0.05], ids=["", "busy"])
@pytest.mark.parametrize("rest", ["for _ in range(1000): time.sleep(0.01)", "pass"])
def test_ctrl_c_in_a_finalizer_is_not_lost(rest: str, late: float) -> None:
    """Also where the thread that repeats it starts so late that it is heard in the middle of its start."""
    code = (
        "import os, signal, sys, threading, time\n"
        "start = threading.Timer.start\n"
        f"threading.Timer.start = lambda timer: (start(timer), time.sleep({late}))\n"
        "from wemakeprice_sdk.cli import demo, main as command\n"
        "class Late:\n"
        "    def __del__(self):\n"
        "        signal.raise_signal(signal.SIGINT)\n"
        "def run(*_):\n"
        "    Late()\n"
        f"    {rest}\n"
        "demo.run = run\n"
        "sys.exit(command(['demo']))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, b"interrupted\n")


def test_other_failures_of_finalizers_are_shown() -> None:
    code = (
        "import sys\n"
        "from wemakeprice_sdk.cli import demo, main as command\n"
        "class Broken:\n"
        "    def __del__(self):\n"
        "        raise ValueError('as always')\n"
        "demo.run = lambda *_: Broken() and None\n"
        "sys.exit(command(['demo']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert b"ValueError: as always" in done.stderr
