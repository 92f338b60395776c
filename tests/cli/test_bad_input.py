"""What goes wrong on a command line ends with the right words and exit code, and without a traceback."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from command_kit import KEY, Place

from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.cli import demo, main
from wemakeprice_sdk.cli.console import Console
from wemakeprice_sdk.cli.words import UNTIL
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import ChannelConfig, ChannelRegistry, save_registry
from wemakeprice_sdk.runner import ChannelRunner, JobReport, StopSwitch
from wemakeprice_sdk.secrets import cipher_from_key_file

Printed = pytest.CaptureFixture[str]
WITHOUT_CLICK = (
    "import sys; sys.modules['click'] = None; from wemakeprice_sdk.cli import main; sys.exit(main())"
)


def command(
    *words: str, python: tuple[str, ...] = ("-m", "wemakeprice_sdk"), **environment: str
) -> list[str]:
    return [
        "env",
        *(f"{name}={value}" for name, value in environment.items()),
        sys.executable,
        "-W",
        "error",
        *python,
        *words,
    ]


def run(*words: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(*words, **environment), input=stdin, capture_output=True, timeout=60, check=False
    )


# ---------------------------------------------------------------- the line itself


@pytest.mark.parametrize(
    ("words", "english", "korean"),
    [
        (["ordres"], "no such command: ordres (orders?)", "없는 명령입니다: ordres (orders?)"),
        (["orders", "lst"], "no such command: lst (list?)", "없는 명령입니다: lst (list?)"),
        (
            ["orders", "list", "--outptu", "json"],
            "no such option: --outptu (--output, ",
            "없는 옵션입니다: --outptu (--output, ",
        ),
        (
            ["orders", "list", "--status", "sold"],
            "--status: sold is not one of: new, ",
            "--status: sold: 다음 중 하나를 입력해 주세요: new, ",
        ),
        (["orders", "show"], "missing: BUNDLE_NO", "필수 값이 없습니다: BUNDLE_NO"),
        (
            ["orders", "show", "가나다"],
            "BUNDLE_NO: a whole number is needed",
            "BUNDLE_NO: 0 이상의 숫자를 입력해 주세요",
        ),
        (
            ["orders", "list", "--since", "어제"],
            "--since: a day such as 2026-11-23",
            "--since: 날짜(2026-11-23)",
        ),
        (
            ["orders", "ship", "1"],
            "give a bundle with --courier and --invoice",
            "배송번호와 --courier, --invoice",
        ),
        (
            ["run", "claims"],
            "claims: this job needs --parcels",
            "claims: 이 작업에는 --parcels 값이 필요합니다",
        ),
        (
            ["run", "everything"],
            "everything is not one of: collect-orders",
            "everything: 다음 중 하나를 입력해 주세요",
        ),
    ],
)
def test_a_wrong_line_names_what_is_wrong_and_where_help_is(
    words: list[str], english: str, korean: str, shop: Place, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert english in printed.err
    assert printed.err.rstrip().endswith("--help")
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert main(words) == 2
    assert korean in capsys.readouterr().err


def test_no_command_shows_what_there_is(capsys: Printed) -> None:
    assert main([]) == 2
    assert "orders: list, show, confirm, ship" in capsys.readouterr().err


def test_lang_wins_over_the_locale(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert main(["--help", "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("Usage")
    assert main(["--lang=ko", "--help"]) == 0
    assert capsys.readouterr().out.startswith("사용법")


# ---------------------------------------------------------------- the extra


def test_what_needs_the_extra_says_which() -> None:
    done = subprocess.run(
        command("orders", "list", python=("-c", WITHOUT_CLICK)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 78
    assert "pip install 'wemakeprice-sdk[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("word", "shown"), [("demo", "settlement rows"), ("--version", "0.")])
def test_the_demo_needs_no_extra(word: str, shown: str) -> None:
    line = command(word, python=("-c", WITHOUT_CLICK))
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert shown in done.stdout


# ---------------------------------------------------------------- files and settings


@pytest.fixture
def lone(tmp_path: Path) -> Path:
    folder = tmp_path / "빈 폴더"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["excel", "inspect", "{}/없는 파일.xlsx"], 1, "없는 파일.xlsx: there is no such file"),
        (["excel", "preview", "{}"], 1, "is a folder, not a file"),
        (["config", "check", "{}/none.toml"], 1, "none.toml: there is no such file"),
        (["config", "check", "{}/shop.txt"], 78, ".toml or .json"),
        (["orders", "list", "--config", "{}/none.toml"], 1, "none.toml: there is no such file"),
        (["orders", "list"], 78, "no account is named"),
        (["config", "new", "{}/new.toml", "--seller-id", "a", "--store-name", "b"], 78, "pass --keys FILE"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    words: list[str], code: int, text: str, lone: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lone)
    (lone / "shop.txt").touch()
    assert main([word.format(lone) for word in words]) == code
    printed = capsys.readouterr()
    assert text in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no archive", b"\x00\xff\xfe", b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_damaged_export_is_refused(content: bytes, lone: Path, capsys: Printed) -> None:
    (lone / "깨진 파일.xlsx").write_bytes(content)
    assert main(["excel", "preview", str(lone / "깨진 파일.xlsx")]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_bad_line_of_parcels_refuses_the_file(shop: Place, lone: Path, capsys: Printed) -> None:
    parcels = lone / "송장 목록.csv"
    parcels.write_text(
        f"bundle_no,courier,invoice_no\n{shop.orders[3]},CJ대한통운,600000000009\nx,,\n", "utf-8-sig"
    )
    assert main(["orders", "ship", "--parcels", str(parcels), "--yes"]) == 78
    error = capsys.readouterr().err
    assert "송장 목록.csv:3" in error
    assert "nothing of the file is used" in error
    assert not shop.sandbox.journal.writes("orders_ship", bundleNo=shop.orders[3])


def test_many_accounts_have_to_be_told_apart(shop: Place, lone: Path, capsys: Printed) -> None:
    many = ChannelRegistry([ChannelConfig("one", "첫 가게"), ChannelConfig("two", "둘째 가게")])
    save_registry(lone / "shops.toml", many, cipher=cipher_from_key_file(shop.path("keys.txt")))
    words = ["status", "--config", str(lone / "shops.toml")]
    assert main(words) == 78
    assert "which account? there are: one, two" in capsys.readouterr().err
    assert main([*words, "--account", "two"]) == 0
    assert main([*words, "--account", "three"]) == 78


@pytest.mark.parametrize(
    "address",
    ["postgresql://shop:canary-word@127.0.0.1:9/db", "postgresql://shop@127.0.0.1:9/db?password=canary-word"],
)
def test_a_password_is_not_taken_from_the_line(
    shop: Place, capsys: Printed, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    assert main(["status", "--ledger", address]) == 2
    error = capsys.readouterr().err
    assert "WEMAKEPRICE_CLI_LEDGER" in error
    assert "canary-word" not in error
    monkeypatch.setenv("WEMAKEPRICE_CLI_LEDGER", "postgresql://shop:canary-word@127.0.0.1:9/db")
    assert main(["status"]) in (1, 75)
    assert "canary-word" not in capsys.readouterr().err


def test_a_refused_key_is_a_matter_of_settings(
    shop: Place, lone: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEMAKEPRICE_API_KEY", "another-canary-key")
    made = [
        "config",
        "new",
        str(lone / "shop.toml"),
        "--seller-id",
        "a",
        "--store-name",
        "b",
        "--base-url",
        shop.url,
    ]
    assert main(made) == 0
    assert main(["templates", "list", "--config", str(lone / "shop.toml")]) == 78
    assert "another-canary-key" not in "".join(capsys.readouterr())
    assert b"another-canary-key" not in (lone / "shop.toml").read_bytes()


def test_a_file_written_in_an_editor_is_encrypted(shop: Place, lone: Path, capsys: Printed) -> None:
    file = lone / "shop.toml"
    file.write_text(
        'version = 1\n[channel]\nseller_id = "a"\nstore_name = "b"\napi_key = "plain-canary"\n', "utf-8"
    )
    assert main(["config", "check", str(file)]) == 78
    assert f"wemakeprice config encrypt {file}" in capsys.readouterr().err
    assert main(["config", "encrypt", str(file)]) == 0
    assert main(["config", "check", str(file)]) == 0
    assert "plain-canary" not in "".join(capsys.readouterr())
    assert b"plain-canary" not in file.read_bytes()


def test_encrypting_makes_the_ring_that_is_named_and_none_for_a_file_that_is_not_there(lone: Path) -> None:
    file, ring = lone / "shop.toml", lone / "new.key"
    assert main(["config", "encrypt", str(file), "--keys", str(ring)]) == 1
    assert not ring.exists()
    text = 'version = 1\n[channel]\nseller_id = "a"\nstore_name = "b"\napi_key = "plain-canary"\n'
    file.write_text(text, "utf-8")
    assert main(["config", "encrypt", str(file), "--keys", str(ring)]) == 0
    assert b"plain-canary" not in file.read_bytes()
    assert main(["config", "check", str(file), "--keys", str(ring)]) == 0


def test_the_time_of_a_reading_belongs_to_the_ledger(shop: Place, capsys: Printed) -> None:
    words = ["archive", "kept", "--since", "3d", "--source", "marketplace", "--as-of", "2026-11-23"]
    assert main(words) == 2
    assert "--as-of goes with --source ledger only" in capsys.readouterr().err


def test_an_error_nobody_foresaw_shows_nothing_but_its_kind(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("홍길동 010-0000-0000")

    monkeypatch.setattr(demo, "run", broken)
    assert main(["demo"]) == 70
    error = capsys.readouterr().err
    assert error == "an error that nobody foresaw: LookupError; --traceback shows where\n"
    assert main(["demo", "--traceback"]) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


# ---------------------------------------------------------------- terminals, pipes, signals


@pytest.mark.parametrize(
    "words",
    [
        ["orders", "confirm", "{}"],
        ["orders", "ship", "{}", "--courier", "D002", "--invoice", "600000000001"],
        ["apply", "collect-orders"],
    ],
)
def test_without_a_terminal_nothing_is_changed(words: list[str], shop: Place, capsys: Printed) -> None:
    assert not sys.stdin.isatty()
    before = len(shop.sandbox.journal.writes("orders_confirm")) + len(
        shop.sandbox.journal.writes("orders_ship")
    )
    assert main([word.format(shop.orders[4]) for word in words]) == 1
    assert "pass --yes" in capsys.readouterr().err
    assert before == len(shop.sandbox.journal.writes("orders_confirm")) + len(
        shop.sandbox.journal.writes("orders_ship")
    )


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 1), (b"\n", 1), (b"y\n", 0)])
def test_a_person_is_asked(answer: bytes, code: int, shop: Place) -> None:
    here, there = pty.openpty()
    number = shop.orders[4]
    with subprocess.Popen(
        command("orders", "confirm", str(number)), stdin=there, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stderr is not None
        os.write(here, answer)
        shown = running.stderr.read().decode()
        assert running.stdout is not None
        assert f"bundle:{number}" in running.stdout.read().decode()
    os.close(here)
    os.close(there)
    assert "carry out 1 action(s) for my-shop? [y/N]" in shown
    assert running.returncode == code
    assert len(shop.sandbox.journal.writes("orders_confirm", bundleNo=number)) == (code == 0)


def test_the_key_is_asked_for_without_showing_it(shop: Place, lone: Path) -> None:
    words = ["config", "new", str(lone / "shop.toml"), "--seller-id", "a", "--store-name", "b"]
    line = command(*words)
    child, here = pty.fork()
    if child == 0:
        os.execvp(line[0], line)
    shown = b""
    while b"API key: " not in shown:
        shown += os.read(here, 1024)
    os.write(here, b"typed-canary-key\n")
    with contextlib.suppress(OSError):  # Linux says so at the end of a terminal
        while part := os.read(here, 1024):
            shown += part
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, shown
    os.close(here)
    assert b"typed-canary-key" not in shown + (lone / "shop.toml").read_bytes()


def test_a_reader_that_goes_away_is_no_failure(shop: Place) -> None:
    line = f"{' '.join(command('orders', 'list', '--source', 'ledger', '-o', 'csv'))} | true; exit ${{PIPESTATUS[0]}}"
    assert main(["run", "collect-orders"]) == 0
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    assert done.returncode in (0, 141)  # a quick writer is done before the reader is gone


def test_a_full_disk_is_said_once() -> None:
    line = f"{' '.join(command('--help'))} > /dev/full"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "No space left on device\n")


def test_standard_input_is_a_file_too(lone: Path) -> None:
    rows = "상품번호,상품명,상품상태,판매가,판매종료일\n300000001,컵,판매중,공짜,2029-01-15 10:00\n".encode(
        "cp949"
    )
    done = run("excel", "preview", "-", "--strict", "-o", "json", stdin=rows)
    assert done.returncode == 1
    assert "공짜" in done.stdout.decode()
    assert list(lone.iterdir()) == []


def test_a_pipe_is_a_file_too(lone: Path) -> None:
    """As bash gives one: `excel inspect <(zcat products.csv.gz)`."""
    line = (
        f"{' '.join(command('excel', 'inspect'))} <(printf '상품번호,상품명,판매가\\n300000001,컵,1000\\n')"
    )
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "상품번호" in done.stdout.decode()


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_stream_that_is_closed_is_no_failure(closed: str) -> None:
    line = f"{' '.join(command('--help'))} {closed}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_module_of_the_commands_runs_them_too() -> None:
    words = [sys.executable, "-m", "wemakeprice_sdk.cli", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == __version__


@pytest.mark.parametrize("encoding", ["ascii", "cp949"])
def test_a_console_without_korean_shows_tables_and_errors(encoding: str, shop: Place) -> None:
    done = run("orders", "list", "--lang", "ko", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert str(shop.orders[2]) in done.stdout.decode(encoding)
    wrong = run("없는명령", "--lang", "ko", PYTHONIOENCODING=encoding)
    assert wrong.returncode == 2
    assert b"Traceback" not in wrong.stderr
    assert run("orders", "list", "-o", "json", PYTHONIOENCODING=encoding).returncode == 0


@pytest.fixture
def hanging(shop: Place, interruptible: None) -> Iterator[subprocess.Popen[str]]:
    """A job whose first call is not answered."""
    seen = sum(shop.sandbox.calls.values())
    shop.sandbox.faults.add("*", "timeout", hold=20)
    with subprocess.Popen(
        command("run", "collect-orders", "--ledger", str(shop.folder / "hanging.db")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        while sum(shop.sandbox.calls.values()) == seen:
            assert running.poll() is None
            time.sleep(0.01)
        yield running
        running.kill()


def test_ctrl_c_first_asks_then_breaks_off(hanging: subprocess.Popen[str]) -> None:
    assert hanging.stderr is not None
    hanging.send_signal(signal.SIGINT)
    assert hanging.stderr.readline() == "stopping after this step; Ctrl-C again breaks it off\n"
    hanging.send_signal(signal.SIGINT)
    assert hanging.stderr.read() == "interrupted\n"
    assert hanging.wait(60) == 130


def test_a_stop_while_the_plan_is_shown_ends_it_all(shop: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from wemakeprice_sdk.cli import jobs

    seen: list[bool] = []

    def stopped(runner: ChannelRunner, has: jobs.Supplies) -> jobs.RunnerJob:
        def job(*, dry_run: bool, progress: object, stop: StopSwitch) -> JobReport:
            seen.append(dry_run)
            report = runner.collect_orders(dry_run=dry_run, stop=stop)
            signal.raise_signal(signal.SIGTERM)
            return report

        return job

    monkeypatch.setattr(jobs, "JOBS", {**jobs.JOBS, "collect-orders": stopped})
    confirmed = shop.sandbox.calls["orders_confirm"]  # the shop is that of other tests too
    assert main(["apply", "collect-orders", "--yes"]) == 75
    assert seen == [True]
    assert shop.sandbox.calls["orders_confirm"] == confirmed


def test_what_a_buyer_wrote_moves_no_cursor(capsys: Printed) -> None:
    Console().facts([("name", "\x1b[2J홍길동\n010")])
    assert capsys.readouterr().out == "  name  [2J홍길동 010\n"


def test_up_to_a_day_has_that_day_in_it() -> None:
    for text, last in (
        ("2024-12-31", datetime(2024, 12, 31, 23, 59, 59, tzinfo=KST)),
        ("20241231", datetime(2024, 12, 31, 23, 59, 59, tzinfo=KST)),
        ("2024-12-31T00:00", datetime(2024, 12, 31, tzinfo=KST)),
    ):
        assert UNTIL.convert(text, None, None) == last


# ---------------------------------------------------------------- completions


@pytest.mark.parametrize(
    ("line", "there"),
    [
        ("wemakeprice ord", "orders"),
        ("wemakeprice orders ", "confirm"),
        ("wemakeprice orders list --st", "--status"),
    ],
)
def test_a_shell_completes(line: str, there: str) -> None:
    words = line.split(" ")
    done = run(_WEMAKEPRICE_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    assert f"plain,{there}" in done.stdout.decode()
    assert b"complete" in run(_WEMAKEPRICE_COMPLETE="zsh_source").stdout


def test_the_key_of_the_place_is_a_canary() -> None:
    assert KEY.startswith("canary")


# ---------------------------------------------------------------- what cannot be undone


@pytest.mark.parametrize("words", [["retention", "--by", "김운영"], ["erase", "{}", "--by", "김운영"]])
def test_nothing_is_destroyed_without_a_yes(words: list[str], shop: Place, capsys: Printed) -> None:
    assert main(["run", "collect-orders"]) == 0
    assert main([word.format(shop.orders[2]) for word in words]) == 1
    assert "pass --yes" in capsys.readouterr().err
    assert main(["orders", "list", "--source", "ledger", "--personal", "-o", "json"]) == 0
    assert str(shop.orders[2]) in capsys.readouterr().out


def test_a_person_is_named_on_standard_input_only(shop: Place, capsys: Printed) -> None:
    assert main(["run", "collect-orders"]) == 0
    words = ["erase", "--person", "--by", "김운영", "--dry-run"]
    found = run(*words, stdin="010-0000-0000\n홍길동\n".encode())
    assert found.returncode == 0, found.stderr
    assert b"bundle" in found.stdout
    assert "홍길동" not in found.stdout.decode() + found.stderr.decode()
    nobody = run(*words, stdin="010-9999-0000\n없는사람\n".encode())
    assert nobody.returncode == 1
    assert b"nothing in the ledger matches" in nobody.stderr
    assert main(["erase", "--by", "김운영"]) == 2
    capsys.readouterr()
