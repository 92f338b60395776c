"""One failing test for each room, on purpose: `test_canary_frames.py` runs them and reads what reporters show.

What breaks is the innermost function that has people or a key in its hands, after its work is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import frozen
from kit import cipher
from test_canary_day import Day, canary_config, day_over, sources
from test_sources import sheet

import canary_kit as canary
from canary_kit import PEOPLE
from wemakeprice_sdk.catalogue.exporters.shopify import Shopify
from wemakeprice_sdk.cli import console, main
from wemakeprice_sdk.client import AsyncWemakepriceClient, ThrottlePolicy
from wemakeprice_sdk.client._async.transport import AsyncTransport
from wemakeprice_sdk.client._sync.transport import Transport
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import load_config, save_config
from wemakeprice_sdk.excel import ExcelMigrator, orders, statements
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.ledger import personal as personal_data
from wemakeprice_sdk.models import InquiryAnswerRequest
from wemakeprice_sdk.runner.export import archive
from wemakeprice_sdk.runner.export.dossier import parts
from wemakeprice_sdk.secrets import AesGcmCipher, format_key_ring, generate_key
from wemakeprice_sdk.wire import converter, requests

GOODS = ["상품번호", "상품명", "상품상태", "판매가", "판매시작일", "판매종료일", "업체상품코드"]


class BrokenError(BaseException):
    """What breaks in the middle of the library, and is caught nowhere."""


@frozen
class Room:
    """Where something breaks, and at which time; `prepare` returns what is then called."""

    owner: Any
    name: str
    prepare: Callable[[ExitStack, Path], Callable[[], object]]
    at: int = 1


def opened(stack: ExitStack, folder: Path) -> Day:
    return stack.enter_context(day_over(SqliteLedger(folder / "l.db", cipher())))


def in_day(act: Callable[[Day], object]) -> Callable[[ExitStack, Path], Callable[[], object]]:
    def prepare(stack: ExitStack, folder: Path) -> Callable[[], object]:
        day = opened(stack, folder)
        return lambda: act(day)

    return prepare


def at_the_desk(act: Callable[[Day, Path], object]) -> Callable[[ExitStack, Path], Callable[[], object]]:
    def prepare(stack: ExitStack, folder: Path) -> Callable[[], object]:
        day = opened(stack, folder)
        day.work()
        for name, place in sources(folder / "in").items():
            day.runner.back_office.import_source(place, bank="주거래" if name == "bank" else "")
        return lambda: act(day, folder)

    return prepare


def tasks(stack: ExitStack, folder: Path) -> Callable[[], object]:
    day = opened(stack, folder)

    async def together() -> None:
        throttle = ThrottlePolicy(min_gap=0)
        url = day.runner.config.base_url
        async with (
            AsyncWemakepriceClient(canary.KEY, base_url=url, throttle=throttle) as client,
            asyncio.TaskGroup() as group,
        ):
            for number in day.bundles:
                group.create_task(client.orders.get(number))

    return lambda: asyncio.run(together())


def settings(stack: ExitStack, folder: Path) -> Callable[[], object]:
    keys, place = AesGcmCipher.single(generate_key()), folder / "shop.toml"
    save_config(place, canary_config("http://127.0.0.1:9"), cipher=keys)
    return lambda: load_config(place, cipher=keys)


def read_file(name: str, method: str) -> Callable[[ExitStack, Path], Callable[[], object]]:
    def prepare(stack: ExitStack, folder: Path) -> Callable[[], object]:
        migrator, place = ExcelMigrator(SimpleNamespace(seller_id="shop")), sources(folder / "in")[name]
        return lambda: list(getattr(migrator, method)(place))

    return prepare


def command(line: str) -> Callable[[ExitStack, Path], Callable[[], object]]:
    return lambda stack, folder: at_the_shell(line, stack, folder)


def at_the_shell(line: str, stack: ExitStack, folder: Path) -> Callable[[], object]:
    day, keys, place = opened(stack, folder), {"k": generate_key()}, folder / "shop.toml"
    save_config(place, canary_config(day.runner.config.base_url or ""), cipher=AesGcmCipher(keys, "k"))
    ring = folder / "keys.txt"
    ring.write_text(format_key_ring(keys))
    ring.chmod(0o600)
    goods = [1000000001, "예시 컵", "판매중", 12900, "2024-06-01 10:00", "2029-06-01 10:00", "CUP"]
    sheet(folder / "goods.xlsx", GOODS, [goods])
    rest = ["--config", str(place), "--keys", str(ring), "--gap", "0"]
    return lambda: main([*line.format(folder=folder).split(), *rest])


def now() -> datetime:
    return datetime.now(KST)


ROOMS: dict[str, Room] = {
    "client call": Room(converter, "read_list", in_day(lambda day: day.client.orders.get(day.bundles[1]))),
    "client calls awaited together": Room(AsyncTransport, "_collected", tasks, 2),
    "client write": Room(
        requests, "_encode", in_day(lambda day: day.client.cs.answer_inquiry(1, canary.ANSWER))
    ),
    "input of a write": Room(
        InquiryAnswerRequest,
        "__attrs_post_init__",
        in_day(lambda day: day.client.cs.answer_inquiry(1, canary.ANSWER)),
    ),
    "ledger write": Room(personal_data, "split", in_day(lambda day: day.runner.collect_orders()), 2),
    "config load": Room(AesGcmCipher, "decrypt", settings, 2),
    "Excel read": Room(orders, "_bundle", read_file("orders", "orders")),
    "bank statement": Room(statements, "_transfer", read_file("bank", "bank_statement")),
    "erasure": Room(
        personal_data,
        "spoken",
        at_the_desk(
            lambda day, _: day.runner.back_office.preview_erasure(name=PEOPLE["buyer"], phone=PEOPLE["phone"])
        ),
    ),
    "dossier": Room(
        parts,
        "_buyer",
        at_the_desk(lambda day, folder: day.runner.back_office.dossier(folder / "dossier", personal=True)),
    ),
    "archive": Room(
        archive,
        "line_bytes",
        at_the_desk(
            lambda day, folder: day.runner.back_office.archive(
                folder / "archive", now() - timedelta(days=900), now(), mask=False
            )
        ),
        2,
    ),
    "catalogue export": Room(
        Shopify, "write", command("catalogue export shopify {folder}/out --excel {folder}/goods.xlsx")
    ),
    "runner job": Room(Transport, "_collected", in_day(lambda day: day.answer()), 2),
    "command line": Room(console.Console, "_table", command("orders list --personal")),
}


def break_in(room: Room, stack: ExitStack, folder: Path, patch: pytest.MonkeyPatch) -> Callable[[], object]:
    """Prepare a room and break it; what is returned fails."""
    act = room.prepare(stack, folder)
    whole, left = getattr(room.owner, room.name), [room.at]

    def breaks(*args: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0]:
            return whole(*args, **options)
        whole(*args, **options)
        del args, options
        raise BrokenError

    async def breaks_later(*args: Any, **options: Any) -> Any:
        found = await whole(*args, **options)
        left[0] -= 1
        if left[0]:
            return found
        del args, options, found
        raise BrokenError

    patch.setattr(room.owner, room.name, breaks_later if asyncio.iscoroutinefunction(whole) else breaks)
    return act


@pytest.mark.parametrize("name", list(ROOMS))
def test_fails(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        break_in(ROOMS[name], stack, tmp_path, monkeypatch)()
