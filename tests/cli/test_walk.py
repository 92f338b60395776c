"""Every command is walked, against the sandbox over real HTTP and with real files."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest
from command_kit import KEY, Place
from openpyxl import Workbook

from wemakeprice_sdk.cli import main
from wemakeprice_sdk.cli.app import app
from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.client.hooks import Event
from wemakeprice_sdk.clock import KST

Walked = Callable[..., str]


def products_file(folder: Path, *, wrong: bool = False) -> str:
    book = Workbook()
    book.active.append(
        ["상품번호", "상품명", "상품상태", "판매가", "판매시작일", "판매종료일", "업체상품코드"]
    )
    book.active.append(
        [1000000001, "예시 컵", "판매중", 12900, "2024-06-01 10:00", "2029-06-01 10:00", "CUP"]
    )
    if wrong:
        book.active.append(
            [1000000002, "예시 책", "판매중", "만원", "2024-06-01 10:00", "2029-06-01 10:00", "B"]
        )
    path = folder / ("틀린 목록.xlsx" if wrong else "상품 목록.xlsx")
    book.save(path)
    return str(path)


def settlement_file(folder: Path) -> str:
    path = folder / "정산 5월.csv"
    rows = [
        "정산예정일,배송번호,주문번호,상품번호,옵션주문번호,상품판매가,구분,수량,판매대행수수료,배송완료일",
        "2024-07-07,100,101,300000001,102,10000,배송,2,1500,2024-05-05",
    ]
    path.write_text("\n".join(rows), encoding="utf-8-sig")
    return str(path)


def leaves(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from leaves(found, (*names, name))
    else:
        yield names


@pytest.fixture
def walk(shop: Place, capsys: pytest.CaptureFixture[str]) -> Walked:
    """Run a command line; its exit code has to be the expected one, and nothing secret may be printed."""

    def run(*words: str, code: int = 0) -> str:
        found = main(words)
        printed = capsys.readouterr()
        assert found == code, f"{words}\n{printed.out}\n{printed.err}"
        assert "Traceback" not in printed.err
        for secret in (KEY, "홍길동", "010-0000-0000"):
            assert secret not in printed.out + printed.err, words
        return printed.out

    return run


# In the order of the work: what a command needs, an earlier one made. `{…}` names what is at the place.
WALK: list[tuple[str, int]] = [
    ("demo", 0),
    ("config new {folder}/second.toml --sandbox --keys {folder}/second.keys", 0),
    ("config check {config} --strict", 0),
    ("config encrypt {config}", 0),
    ("config explain", 0),
    ("templates list", 0),
    ("run templates", 0),
    ("orders list", 0),
    ("orders show {order0}", 0),
    ("orders confirm {order0} {order1} --dry-run", 0),
    ("orders confirm {order0} {order1} --yes", 0),
    ("orders ship {order0} --courier CJ대한통운 --invoice 600000000001 --yes", 0),
    ("claims list --since 30d", 0),
    ("claims show {claim}", 0),
    ("cs list --kind questions", 0),
    ("cs list --kind reviews", 0),
    ("cs list --kind inquiries", 0),
    ("products list --since 400d", 0),
    ("products show {product}", 0),
    ("deals list --since 400d", 0),
    ("deals show {deal}", 0),
    ("plan collect-orders", 0),
    ("apply collect-orders --yes", 0),
    ("run collect-orders cs track", 0),
    ("status --strict", 0),
    ("excel inspect {products}", 0),
    ("excel preview {products} --strict", 0),
    ("excel preview {wrong}", 0),
    ("excel preview {wrong} --strict", 1),
    ("excel report {wrong} {folder}/결과.xlsx", 0),
    ("excel import {products}", 0),
    ("excel import {settlement} --strict", 0),
    ("settlement", 0),
    ("settlement --show rows", 0),
    ("dossier {folder}/dossier --source-file {settlement}", 0),
    ("archive {folder}/archive --since 2024-01-01", 0),
    ("archive {folder}/archive-market --since 3d --source marketplace", 0),
    ("catalogue export shopify {folder}/shopify", 0),
    ("catalogue export lines {folder}/lines --excel {products}", 0),
    ("catalogue export workbook {folder}/workbook --archive {folder}/archive", 0),
    ("catalogue images {folder}/images", 0),
    ("retention --by 김운영 --dry-run", 0),
    ("retention --by 김운영 --yes --register {folder}/대장", 0),
    ("erase {order0} --by 김운영 --dry-run", 0),
    ("erase {order0} --by 김운영 --yes --register {folder}/대장", 0),
]
"""`sandbox` runs until Ctrl-C: it has a test of its own."""


@pytest.fixture(scope="module")
def names(place: Place) -> dict[str, str]:
    claim = place.sandbox.request_cancel(KEY, place.orders[5])
    now = datetime.now(KST)
    with WemakepriceClient(KEY, base_url=place.url, throttle=ThrottlePolicy(min_gap=0)) as client:
        product = next(iter(client.products.iter(now - timedelta(days=400), now))).product_no
        deal = next(iter(client.deals.iter(now - timedelta(days=400), now))).deal_no
    return {
        "folder": str(place.folder),
        "config": place.path("shop.toml"),
        "products": products_file(place.folder),
        "wrong": products_file(place.folder, wrong=True),
        "settlement": settlement_file(place.folder),
        "claim": str(claim),
        "product": str(product),
        "deal": str(deal),
        **{f"order{at}": str(number) for at, number in enumerate(place.orders)},
    }


def filled(line: str, names: dict[str, str]) -> list[str]:
    return [word.format(**names) for word in line.split()]


def test_no_command_is_left_out() -> None:
    begun = [line.split() for line, _ in WALK]
    assert {"sandbox"} == {
        " ".join(leaf) for leaf in leaves(app) if not any(words[: len(leaf)] == list(leaf) for words in begun)
    }


def test_every_command_is_walked(
    walk: Walked, names: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    lost: list[str] = []
    for line, code in WALK:
        walk(*filled(line, names), code=code)
        lost += [line for record in caplog.records if getattr(record, "event", "") == Event.LOST]
        caplog.clear()
    assert lost == ["demo"], "the demo has one answer dropped on purpose; nothing else loses one"


@pytest.mark.parametrize("leaf", [" ".join(leaf) for leaf in leaves(app)])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_command_explains_itself_in_both_languages(walk: Walked, leaf: str, language: str) -> None:
    out = walk(*leaf.split(), "--help", "--lang", language)
    assert out.startswith(f"{'Usage' if language == 'en' else '사용법'}: wemakeprice {leaf}")
    korean = any("가" <= letter <= "힣" for letter in out)
    assert korean == (language == "ko")


def test_rows_for_programs(walk: Walked, shop: Place) -> None:
    rows = json.loads(walk("orders", "list", "-o", "json"))
    assert {row["bundle_no"] for row in rows} >= set(shop.orders[2:5])
    lines = list(csv.DictReader(io.StringIO(walk("orders", "list", "--output", "csv"))))
    assert [int(line["bundle_no"]) for line in lines] == [row["bundle_no"] for row in rows]
    assert {row["delivery_name"] for row in rows} == {"***"}
    assert json.loads(walk("plan", "collect-orders", "-o", "json"))[0]["state"] == "done"


def test_people_are_shown_to_who_asks(shop: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["orders", "list", "--personal", "-o", "json"]) == 0
    printed = capsys.readouterr().out
    assert "홍길동" in printed or "010-" in printed
    assert KEY not in printed


def test_the_ledger_answers_without_the_marketplace(walk: Walked, shop: Place) -> None:
    walk("run", "collect-orders")
    read = sum(shop.sandbox.calls.values())
    for noun in ("orders", "claims", "cs", "products", "templates", "deals"):
        walk(noun, "list", "--source", "ledger")
    assert sum(shop.sandbox.calls.values()) == read


@pytest.mark.usefixtures("interruptible")
def test_the_sandbox_serves_until_ctrl_c() -> None:
    line = [
        sys.executable,
        "-m",
        "wemakeprice_sdk",
        "sandbox",
        "--port",
        "0",
        "--orders",
        "2",
        "--products",
        "2",
    ]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith("sandbox on http://127.0.0.1:")
        running.send_signal(signal.SIGINT)
        assert running.stderr.read() == ""
    assert running.returncode == 0
