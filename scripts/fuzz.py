"""Fuzzing, one target per room: whatever comes in, only typed errors come out.

    python scripts/fuzz.py                          # 2,000 mutated inputs for each target
    python scripts/fuzz.py wire --count 100000
    python scripts/fuzz.py wire --guided -runs=100000

With `--guided` atheris (`pip install atheris`) looks for inputs that reach new code; what follows is for libFuzzer.
Inputs begin with the seeds below, the recorded answers in `cassettes/`, and what was found before, in `tests/corpora`.
`tests/test_fuzz.py` replays them all. Excel files have a run of their own: `benchmarks/excel_fuzz.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
CORPORA: Final = ROOT / "tests" / "corpora"
Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}
_VALUES: Final = (
    b"null", b"{}", b"[]", b'""', b"0", b"-1", b"1e999", b"9" * 30, b"1.5", b"true", b'"\\ud800"', b'"2024-02-30 24:00:00"', b'"9,999"',
    b'"\xea\xb0\x80"', b"[1]", b'{"a": [{}]}', b'"0001-01-01"', b'"-0.0"',
)  # fmt: skip
_TOKENS: Final = (
    b"null", b"{}", b"[]", b'""', b"0", b"-1", b"1e999", b"9" * 30, b"NaN", b"true", b"\x00", b"\xff", b"\xed\xa0\x80", b'\\ud800', b",",
    b":", b'"', b"[" * 300, b"\n", b"\xef\xbb\xbf", b"2024-02-30 24:00:00", b"0001-01-01", b"9999-12-31", b"\xea\xb0\x80", b"<", b"=", b"[[",
)  # fmt: skip


def target(function: Target) -> Target:
    """Enter a target under its name."""
    TARGETS[function.__name__] = function
    return function


@target
def wire(data: bytes) -> None:
    """Answers of every operation, read to the end."""
    from wemakeprice_sdk import models
    from wemakeprice_sdk.wire.converter import read, read_rows
    from wemakeprice_sdk.wire.envelope import AnswerBytes, read_answer, read_outcome
    from wemakeprice_sdk.wire.operations import OPERATIONS, Shape

    rows = list(OPERATIONS.values())
    row, body = rows[data[0] % len(rows)] if data else rows[0], data[1:]
    answer = AnswerBytes(200 if len(data) % 5 else 500, body, "application/json")
    if not row.is_read:
        read_outcome(row, answer)
        return
    found = read_answer(row, answer).data
    model = getattr(models, row.model or "")
    if row.shape is Shape.OBJECT:
        repr(read(model, found, operation=row))
    else:
        repr(read_rows(model, row, found))


@target
def windows(data: bytes) -> None:
    """Timestamps as text, and the windows between two of them."""
    from wemakeprice_sdk.wire.timestamps import read_datetime
    from wemakeprice_sdk.wire.windows import (
        parse_day,
        parse_hour,
        parse_timestamp,
        split_months,
        split_window,
    )

    first, _, second = data.decode("utf-8", "replace").partition("|")
    for parse in (parse_day, parse_hour, read_datetime):
        with contextlib.suppress(ValueError):  # as they document
            parse(first)
    start, end = parse_timestamp(first), parse_timestamp(second)
    for _, _ in zip(range(50), split_window(start, end), strict=False):
        pass
    for _, _ in zip(range(50), split_months(start, end), strict=False):
        pass


@target
def config(data: bytes) -> None:
    """Configurations and registries in TOML and JSON, and key rings."""
    from wemakeprice_sdk.config import loads_config, loads_registry
    from wemakeprice_sdk.errors import WemakepriceError
    from wemakeprice_sdk.secrets import parse_key_ring

    text = data.decode("utf-8", "replace")
    for syntax in ("toml", "json"):
        for load in (loads_config, loads_registry):
            with contextlib.suppress(WemakepriceError):
                load(text, syntax=syntax, allow_plain=True)  # type: ignore[operator,arg-type]
    parse_key_ring(text)


@target
def payloads(data: bytes) -> None:
    """Documents of the ledger: parted, joined, merged and masked, the same again."""
    from wemakeprice_sdk.ledger import RecordKind, personal

    body = json.loads(data)
    if not isinstance(body, dict):
        raise ValueError("no document")  # noqa: TRY004 - what the ledger is given is checked elsewhere
    kind = RecordKind.BUNDLE
    clear, private = personal.split(kind, body)
    if personal.join(clear, private) != body:
        raise AssertionError("a document does not come back whole")
    once = personal.merge(kind, body, body)
    if personal.merge(kind, once, body) != once:
        raise AssertionError("a merge does not end")
    personal.mask(private)
    personal.spoken(kind, body)


@target
def bank(data: bytes) -> None:
    """Bank statements in whatever format."""
    from wemakeprice_sdk.excel import ExcelMigrator

    with _written(data, "statement.csv") as place:
        repr(ExcelMigrator(_Seller()).bank_statement(place))


@target
def catalogue(data: bytes) -> None:
    """JSON lines of a catalogue."""
    from wemakeprice_sdk.catalogue import read_lines

    with _written(data, "catalogue.jsonl") as place:
        for row in read_lines(place):
            repr(row)


@target
def control(data: bytes) -> None:
    """The control door of the sandbox, and its partner API: answers only."""
    from wemakeprice_sdk.sandbox.front import serve

    name, _, body = data.partition(b"\n")
    path = name.decode("latin-1")
    for place in (f"/__sandbox__/{path}", f"/{path}"):
        reply = serve(_sandbox(), "POST", place, (("apiKey", "fuzz"),), body)
        if reply.status >= 500:
            raise AssertionError(f"the sandbox answers {reply.status}")


class _Seller:
    seller_id = "fuzz"


@cache
def _sandbox():  # type: ignore[no-untyped-def]
    from wemakeprice_sdk.sandbox import Sandbox

    sandbox = Sandbox(seed=1)
    sandbox.add_account("fuzz")
    sandbox.place_order()
    return sandbox


@contextlib.contextmanager
def _written(data: bytes, name: str):  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        place.write_bytes(data)
        yield place


# ---------------------------------------------------------------- inputs

_SEEDS: Final[Mapping[str, tuple[bytes, ...]]] = {
    "windows": (b"2024-05-20 12:00:00|2024-05-21 11:59:59", b"20240520|2024-06-20", b"2024-05-20T12:00:00+09:00|0"),
    "config": (
        b'version = 2\n[channel]\nseller_id = "shop"\nstore_name = "s"\napi_key = "0123456789abcdef"\n',
        b'{"version": 2, "channels": [{"seller_id": "shop", "store_name": "s", "switches": {"master": "off"}}]}',
        b"k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
    ),
    "payloads": (
        b'{"bundleNo": 1, "buyerName": "x", "delivery": {"name": "y", "shipAddress": {"zip": 1}}, "orderProduct": [{"orderNo": 5}]}',
    ),
    "bank": (
        "거래일시,적요,보낸분,출금액,입금액,거래후잔액\n2024-07-08 10:23:11,정산,위메프,0,18000,118400\n".encode(),
        "계좌번호 : 1002-000-000000\n거래일자\t시간\t내용\t맡기신금액\n20240708\t102311\t위메프\t18,000원\n".encode("cp949"),
        "<table><tr><th>거래일시<th>받으신금액<th>보낸분<tr><td>2024.07.08 10:23<td>18,000<td>위메프</table>".encode(),
    ),
    "catalogue": (b'{"product_no": 1, "name": {"value": "x", "source": {"kind": "api"}}}\n',),
    "control": (b"place_order\n{}", b"faults\n[]", b"advance\n{\"days\": 1}", b"order/in/setOrderConfirm\n{\"bundleNo\": 1}"),
}  # fmt: skip


@cache
def inputs(name: str) -> tuple[bytes, ...]:
    """Return the inputs that mutation begins with."""
    found = [path.read_bytes() for path in sorted((CORPORA / name).glob("*"))]
    if name == "wire":
        found += _recorded()
    return (*_SEEDS.get(name, ()), *_WHOLE.get(name, list)(), *found)


def _bodies(operation: str) -> list[bytes]:
    place = ROOT / "cassettes" / f"{operation}.yaml"
    bodies = re.findall(r"string: '(.*)'", place.read_text("utf-8")) if place.exists() else []
    return [body.replace("''", "'").encode() for body in bodies]


def _recorded() -> list[bytes]:
    from wemakeprice_sdk.wire.operations import OPERATIONS

    return [bytes([at]) + body for at, name in enumerate(OPERATIONS) for body in _bodies(name)]


# Documents that hold every field: of a short one mutation never reaches what is read last.


def _whole_config() -> list[bytes]:
    from wemakeprice_sdk.config import ChannelConfig, dumps_config

    return [dumps_config(ChannelConfig("shop", "s"), syntax=syntax).encode() for syntax in ("toml", "json")]


def _whole_payloads() -> list[bytes]:
    answers = [json.loads(body) for name in ("orders_get", "claims_get") for body in _bodies(name)]
    rows = [row for answer in answers if answer["data"] for row in next(iter(answer["data"].values()))]
    return [json.dumps(row, ensure_ascii=False).encode() for row in rows]


def _whole_catalogue() -> list[bytes]:
    from wemakeprice_sdk.catalogue import Provenance, SourceKind, from_product
    from wemakeprice_sdk.catalogue.form import to_json
    from wemakeprice_sdk.models import Product
    from wemakeprice_sdk.wire.converter import read

    answers = [json.loads(body)["data"] for body in _bodies("products_get")]
    products = [
        from_product(read(Product, data), Provenance(kind=SourceKind.API)) for data in answers if data
    ]
    return [json.dumps(to_json(product), ensure_ascii=False).encode() for product in products]


_WHOLE: Final[Mapping[str, Callable[[], list[bytes]]]] = {
    "config": _whole_config,
    "payloads": _whole_payloads,
    "catalogue": _whole_catalogue,
}


def mutated(chance: random.Random, seed: bytes) -> bytes:
    """Change a few places of an input."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        kind = chance.choice((0, 1, 2, 3, 3, 3, 3, 3, 4))
        if kind == 0 and data:
            data[min(at, len(data) - 1)] = chance.randrange(256)
        elif kind == 1:
            data[at:at] = chance.choice(_TOKENS)
        elif kind == 2:
            del data[at : at + chance.choice((1, 2, 8, 40))]
        elif kind == 3:
            numbers = list(re.finditer(rb"\"[^\"]*\"|-?\d+|null|true|false", data))
            if numbers:
                one = chance.choice(numbers)
                data[one.start() : one.end()] = chance.choice(_VALUES)
        else:
            other = chance.randrange(len(data) + 1)
            data[at:at] = data[other : other + chance.choice((4, 30, 200))]
    return bytes(data[:100_000])


# ---------------------------------------------------------------- the run


_PARSERS: Final = {"payloads", "windows"}
"""Targets that parse text; a `ValueError` is what parsers document."""


def tried(name: str, data: bytes) -> str:
    """Run one input; return the name of the typed error it came to, "" when there is none. Anything else is raised."""
    from wemakeprice_sdk.errors import WemakepriceError

    try:
        TARGETS[name](data)
    except WemakepriceError as error:
        return type(error).__name__
    except (ValueError, RecursionError) as error:
        if name in _PARSERS:
            return type(error).__name__
        raise
    return ""


def run(name: str, count: int, seed: int) -> Counter[str]:
    """Run mutated inputs; what breaks is kept in the corpus and raised."""
    chance, ended, begun = random.Random(f"{name}/{seed}"), Counter[str](), inputs(name)
    for _ in range(count):
        data = mutated(chance, chance.choice(begun))
        try:
            ended[tried(name, data)] += 1
        except Exception:
            keep(name, data)
            raise
    return ended


def keep(name: str, data: bytes) -> None:
    """Keep an input that broke something, so that it is tried from now on."""
    place = CORPORA / name
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{random.Random(data).getrandbits(48):012x}").write_bytes(data)


def guided(name: str, rest: list[str]) -> None:
    """Let atheris choose the inputs, by what code they reach."""
    import atheris

    with atheris.instrument_imports(include=["wemakeprice_sdk"]), contextlib.suppress(Exception):
        TARGETS[name](inputs(name)[0])

    def once(data: bytes) -> None:
        try:
            tried(name, data)
        except Exception:
            keep(name, data)
            raise

    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(inputs(name)):
            (Path(folder) / f"seed{number}").write_bytes(data)
        atheris.Setup([sys.argv[0], folder, "-max_len=20000", *rest], once)
        atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", nargs="?", choices=[*TARGETS], help="without it: all of them")
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true")
    options, rest = parser.parse_known_args()
    if options.guided:
        guided(options.target or "wire", rest)
        return 0
    for name in [options.target] if options.target else TARGETS:
        print(name, options.count, dict(run(name, options.count, options.seed).most_common(8)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
