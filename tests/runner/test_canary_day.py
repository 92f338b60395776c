"""A canary key and canary people live through a whole day: they turn up nowhere but, encrypted, in the ledger."""

from __future__ import annotations

import io
import logging
import pickle
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import psycopg
import pytest
from kit import cipher, config, parcel
from rich.pretty import traverse
from test_retention_job import every
from test_sources import BANK, ORDERS, SETTLEMENT, ordered, settled, sheet

import canary_kit as canary
from canary_kit import PEOPLE, found_in, looked_at
from wemakeprice_sdk.cli import main
from wemakeprice_sdk.cli.catalogues import TARGETS
from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.client._sync.transport import Transport
from wemakeprice_sdk.clock import KST, WeekdayCalendar
from wemakeprice_sdk.config import (
    ChannelConfig,
    Contact,
    config_from_env,
    dumps_config,
    loads_config,
    save_config,
)
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.ledger import PostgresLedger, SqliteLedger
from wemakeprice_sdk.ledger.data_keys import DataKey
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.ledger.sqlite import _SqliteTransaction
from wemakeprice_sdk.policy.snapshot import PendingAnswer, SkuStock
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, JobReport, RunnerSettings
from wemakeprice_sdk.sandbox import Sandbox, SandboxServer
from wemakeprice_sdk.secrets import AesGcmCipher, format_key_ring, generate_key
from wemakeprice_sdk.wire import envelope

BY = "김운영"
CONTACT = Contact(PEOPLE["contact"], email=PEOPLE["contact's mail"], mobile=PEOPLE["contact's mobile"])


def canary_config(url: str) -> ChannelConfig:
    return config(api_key=canary.KEY, base_url=url, contacts=(CONTACT,), memo=PEOPLE["memo"])


@contextmanager
def every_log() -> Iterator[io.StringIO]:
    """Collect what every logger of the process says at DEBUG, with tracebacks, as a handler on the root would."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    loggers = [root, *(one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger))]
    levels = [(one, one.level) for one in loggers]
    root.addHandler(handler)
    try:
        for one in loggers:
            one.setLevel(logging.DEBUG)
        yield heard
    finally:
        root.removeHandler(handler)
        for one, level in levels:
            one.setLevel(level)


@attrs.define
class Day:
    """A runner of canaries over real HTTP, and everything that its jobs returned."""

    sandbox: Sandbox
    client: WemakepriceClient
    runner: ChannelRunner
    bundles: list[int]
    results: list[Any] = attrs.field(factory=list)

    def jobs(self) -> dict[str, Callable[[], Any]]:
        run, now = self.runner, self.sandbox.clock.now()
        return {
            "templates": run.templates,
            "import": lambda: run.import_products(now - timedelta(days=2), now),
            "collect": run.collect_orders,
            "claims": lambda: run.claims(picked=()),
            "cs": self.answer,
            "ship": lambda: run.ship([parcel(number) for number in self.bundles[1:]]),
            "track": run.track,
            "stock": lambda: run.stock([SkuStock(sku="SKU-0001", quantity=5, as_of=now)]),
            "settlement": run.settlement,
        }

    def answer(self) -> Any:
        self.runner.cs()
        today = self.sandbox.clock.now().date()
        asked = self.client.cs.list_questions(today)
        return self.runner.cs(
            answers=[
                PendingAnswer(qna_seq=row.qna_seq, question_date=row.question_date, answer=canary.ANSWER)
                for row in asked
            ]
        )

    def work(self) -> None:
        self.results += [job() for job in self.jobs().values()]


@contextmanager
def day_over(ledger: SqlLedger) -> Iterator[Day]:
    sandbox = Sandbox(seed=1)
    sandbox.add_account(canary.KEY)
    bundles = canary.fill(sandbox)
    with SandboxServer(sandbox) as server, ledger:
        channel = canary_config(server.url)
        with WemakepriceClient(
            canary.KEY,
            base_url=server.url,
            throttle=ThrottlePolicy(min_gap=0),
            retry=RetryPolicy.never(),
            verification=VerificationPolicy(waits=(0.0,)),
        ) as client:
            policy = SyncPolicy(channel, calendar=WeekdayCalendar())
            settings = RunnerSettings(recovery_delay=0, max_back=timedelta(days=3))
            runner = ChannelRunner(client, ledger, policy, settings=settings, worker="w", clock=sandbox.clock)
            yield Day(sandbox, client, runner, bundles)


@pytest.fixture(params=["sqlite", "postgres"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[SqlLedger, Path]:
    """Return a ledger and the folder in which its database keeps its files."""
    if request.param == "sqlite":
        (tmp_path / "db").mkdir()
        return SqliteLedger(tmp_path / "db" / "l.db", cipher()), tmp_path / "db"
    conninfo = request.getfixturevalue("postgres")
    ledger = PostgresLedger(conninfo, cipher(), schema=f"t_{uuid4().hex}")
    return ledger, Path(psycopg.conninfo.conninfo_to_dict(conninfo)["host"]) / "data"


def written(folder: Path, since: float = 0.0) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in files if path.stat().st_mtime >= since)


def canaries_in(folder: Path, since: float = 0.0) -> dict[str, set[str]]:
    return {path.name: found for path in written(folder, since) if (found := found_in(path.read_bytes()))}


def sources(folder: Path) -> dict[str, Path]:
    folder.mkdir()
    buyer = {"구매자": PEOPLE["buyer"], "구매자연락처": PEOPLE["phone"], "받는사람": PEOPLE["recipient"]}
    paid = ["2024-07-08 10:23:11", "정산", PEOPLE["payer"], 0, 17_999, 118_400]
    return {
        "settlement": sheet(folder / "정산.xlsx", SETTLEMENT, [settled(100)]),
        "orders": sheet(folder / "주문.xlsx", ORDERS, [ordered(100, **buyer)]),
        "bank": sheet(folder / "통장.xlsx", ["조회기간 : 2024-06-01 ~ 2025-12-31"], [BANK, paid]),
    }


def tokens(ledger: SqlLedger) -> list[bytes]:
    """Return what stands encrypted in the ledger: a piece out of the middle of every value and data key."""
    sql = "SELECT token FROM personal UNION ALL SELECT wrapped FROM data_keys"
    with ledger._engine.begin(write=False) as transaction:
        return [str(value)[20:52].encode() for (value,) in transaction.rows(sql)]


def test_a_day_tells_nobody(home: tuple[SqlLedger, Path], tmp_path: Path) -> None:
    ledger, files = home
    out, started = tmp_path / "out", time.time() - 2
    with every_log() as heard, day_over(ledger) as day:
        desk = day.runner.back_office
        day.work()
        for name, place in sources(tmp_path / "in").items():
            day.results.append(desk.import_source(place, bank="주거래" if name == "bank" else ""))
        day.results += [desk.settlement(), day.runner.status(), day.runner.waiting(), desk.matches()]
        day.results += [
            list(ledger.audit("shop")),
            list(ledger.intents("shop")),
            desk.stored,
            day.runner.config,
        ]
        now = datetime.now(KST)
        day.results.append(desk.dossier(out / "dossier"))
        day.results.append(desk.archive(out / "archive", now - timedelta(days=900), now, mask=True))
        day.results.append(day.runner.archive(out / "site", now - timedelta(days=1), now, mask=True))
        assert canaries_in(files, started) == {}, "encrypted, or not there"
        before = tokens(ledger)
        assert len(before) > 20
        day.results.append(desk.preview_erasure(name=PEOPLE["buyer"], phone=PEOPLE["phone"]))
        day.results.append(desk.erase(day.results[-1], by=BY))
        day.sandbox.clock.advance(timedelta(days=3))
        day.results.append(desk.retention(every(None, 0), by=BY))
        day.results.append(desk.destruction_register(out / "register"))
        left = tokens(ledger)
        assert len(left) < len(before) / 2, left
        tables = files if files.name != "data" else files / "base"
        data = b"".join(path.read_bytes() for path in written(tables, started))
        assert [token for token in before if token not in left and token in data] == [], "gone for good"
        assert canaries_in(files, started) == {}
    shown = "\n".join(text for result in day.results for text in looked_at(result))
    assert found_in(shown) == set()
    assert canaries_in(out) == {}
    said = heard.getvalue()
    assert found_in(said) == set()
    assert all(word in said for word in ("send_request_headers", "shop cs: done"))
    pickled = b"".join(pickle.dumps(result) for result in day.results if isinstance(result, JobReport))
    pickled += pickle.dumps(day.runner.config)
    assert found_in(pickled) <= {"answer", "payer"}, (
        "a plan is carried out from its pickle, and so is a match"
    )


class BrokenError(Exception):
    """What breaks in the middle of the library, where nobody expects it."""


def in_frames(error: BaseException) -> Iterator[str]:
    """Yield the local variables of the library's frames as rich (through its own eyes) and pytest (repr) show them."""
    link: BaseException | None = error
    while link is not None:
        yield from (str(link), repr(link), *getattr(link, "__notes__", ()))
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if "wemakeprice_sdk" in frame.f_code.co_filename:
                for name, value in frame.f_locals.items():
                    yield f"{frame.f_code.co_qualname} {name} = {traverse(value, max_length=100)} {value!r}"
        link = link.__cause__ or link.__context__


DEEP: dict[str, tuple[Any, str]] = {
    "encrypting": (AesGcmCipher, "encrypt"),
    "decrypting": (AesGcmCipher, "decrypt"),
    "writing rows": (_SqliteTransaction, "many"),
    "reading rows": (_SqliteTransaction, "rows"),
    "asking": (Transport, "exchange"),
    "sealing values": (DataKey, "encrypt"),
    "opening values": (DataKey, "decrypt"),
    "decoding answers": (envelope, "decode_json"),
}
"""Where a day is broken."""


@pytest.mark.slow
@pytest.mark.parametrize("place", list(DEEP))
def test_wherever_it_breaks_the_frames_name_nobody(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name = DEEP[place]
    whole, left, broken = getattr(owner, name), [0], 0

    def breaks(*args: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise BrokenError
        return whole(*args, **options)

    monkeypatch.setattr(owner, name, breaks)
    with day_over(SqliteLedger(tmp_path / "l.db", cipher())) as day:
        for job in ("collect", "claims", "cs", "ship", "track"):
            # The first calls of a job one by one, the later ones, which are much alike, with growing steps.
            for at in (1, 2, 4, 9):
                left[0] = at
                try:
                    day.jobs()[job]()
                except Exception as error:
                    shown = [text for text in in_frames(error) if found_in(text)]
                    assert shown == [], f"call {at} of {name} in {job}"
                    broken += 1
                else:
                    break
                finally:
                    left[0] = 0
            day.jobs()[job]()
    assert broken > 3


class Away:
    """A cipher whose keys are out of reach."""

    def encrypt(self, plaintext: bytes, *, context: bytes) -> str:
        raise BrokenError

    def decrypt(self, token: str, *, context: bytes) -> bytes:
        if context.endswith(b"contacts"):
            raise BrokenError
        return b'"' + canary.KEY.encode() + b'"'


def wrong_settings() -> dict[str, Callable[[Path], object]]:
    keys = AesGcmCipher.single(generate_key())
    whole = dumps_config(canary_config("http://127.0.0.1:9"), cipher=keys)
    variables = {"WEMAKEPRICE_API_KEY": canary.KEY, "WEMAKEPRICE_MEMO": PEOPLE["memo"]}
    return {
        "a cipher that does not encrypt": lambda folder: save_config(
            folder / "shop.toml", canary_config("http://127.0.0.1:9"), cipher=Away()
        ),
        "a cipher that decrypts one of two": lambda _: loads_config(whole, cipher=Away()),
        "a setting nobody knows": lambda _: loads_config(f"{whole}\nwrong = 1", cipher=keys),
        "an environment that lacks a setting": lambda _: config_from_env(variables),
        "a configuration that is none": lambda _: canary_config("ftp://127.0.0.1"),
        "a contact that is none": lambda _: attrs.evolve(CONTACT, mobile=PEOPLE["phone"], email="none"),
    }


@pytest.mark.parametrize("wrong", list(wrong_settings()))
def test_settings_that_fail_show_no_secret(wrong: str, tmp_path: Path) -> None:
    with pytest.raises((ConfigError, BrokenError)) as caught:
        wrong_settings()[wrong](tmp_path)
    assert [text for text in in_frames(caught.value) if found_in(text)] == []


COMMANDS = """
config check {config} --strict
config encrypt {config}
config explain
run collect-orders cs track templates
orders list
orders show {order}
orders list --output json
orders list --source ledger --output csv
orders confirm {order} --yes
orders ship {order} --courier CJ대한통운 --invoice 600000000001 --yes
claims list --since 30d
claims list --source ledger
cs list --kind questions
cs list --kind reviews
cs list --kind inquiries
products list --since 2d
status
excel import {settlement}
settlement --show rows
dossier {folder}/dossier
catalogue export jsonld {folder}/jsonld
catalogue export workbook {folder}/workbook
retention --by 김운영 --dry-run
erase {order} --by 김운영 --yes --register {folder}/register
"""


def test_no_command_prints_or_writes_a_canary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = Sandbox(seed=1)
    sandbox.add_account(canary.KEY)
    bundles = canary.fill(sandbox)
    keys = {"k": generate_key()}
    folder, out = tmp_path / "place", tmp_path / "out"
    given = sources(folder)
    (folder / "keys.txt").write_text(format_key_ring(keys))
    (folder / "keys.txt").chmod(0o600)
    shop = folder / "shop.toml"
    with SandboxServer(sandbox) as server, every_log() as heard:
        save_config(shop, canary_config(server.url), cipher=AesGcmCipher(keys, "k"))
        monkeypatch.setenv("WEMAKEPRICE_CLI_CONFIG", str(shop))
        monkeypatch.setenv("WEMAKEPRICE_CLI_KEYS", str(folder / "keys.txt"))
        monkeypatch.setenv("WEMAKEPRICE_CLI_GAP", "0")
        exports = [f"catalogue export {target} {{folder}}/{target}" for target in TARGETS]
        for line in [*COMMANDS.strip().splitlines(), *exports]:
            words = {"config": shop, "folder": out, "order": bundles[1], **given}
            code = main([word.format(**words) for word in line.split()])
            printed = capsys.readouterr()
            assert code == 0, f"{line}: {printed}"
            assert found_in(printed.out + printed.err) == set(), line
    assert found_in(heard.getvalue()) == set()
    assert canaries_in(out) == {}
    assert set(canaries_in(folder)) == {given["orders"].name, given["bank"].name}, "what the seller brought"
