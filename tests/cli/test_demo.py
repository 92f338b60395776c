"""The demo runs from end to end and tells what happened."""

import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def printed() -> str:
    command = [sys.executable, "-W", "error", "-m", "wemakeprice_sdk", "demo"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize(
    ("step", "count", "remark"),
    [
        ("shipping templates read", 1, "기본-조건부무료"),
        ("products registered", 1, "판매대기"),
        ("bundles in 신규주문", 24, "won"),
        ("confirmations", 1, "answer lost, verified by a read"),
        ("confirmations", 23, "applied"),
        ("cancels approved", 1, "applied"),
        ("cancels rejected", 1, "ships the bundle with its invoice"),
        ("bundles shipped", 22, "CJ대한통운"),
        ("settlement rows", 23, "due on 2026-12-04"),
        ("the sandbox's journal: confirmations", 24, "each bundle once"),
        ("the sandbox's journal: shipments", 22, "each bundle once"),
    ],
)
def test_the_summary_tells_the_day(printed: str, step: str, count: int, remark: str) -> None:
    table = printed.partition("remark\n")[2]
    assert re.search(rf"^{re.escape(step)} +{count}  .*{re.escape(remark)}", table, re.MULTILINE), table


def test_a_korean_sees_the_day_in_korean() -> None:
    command = [sys.executable, "-m", "wemakeprice_sdk", "demo", "--lang", "ko"]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    english = re.sub(r"http\S+|\(mock\)|CJ", "", told)
    assert re.findall(r"[A-Za-z]{2,}", english) == []
    assert re.search(r"^모의 서버의 기록: 발주확인 +24  배송번호마다 한 번$", told, re.MULTILINE)


def test_no_key_and_no_personal_data_is_printed(printed: str) -> None:
    for hidden in ("demo-key", "홍길동", "010-"):
        assert hidden not in printed


def test_an_unknown_command_is_refused() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "wemakeprice_sdk", "nothing"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert run.stderr == "wemakeprice: no such command: nothing\n  → wemakeprice --help\n"
