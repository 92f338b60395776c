"""Mutated Excel exports: only records or typed errors, never a crash, a hang or another exception.

    python benchmarks/excel_fuzz.py [--count 5000] [--seed 1] [--xls-share 0.05]

Files come from the corpus of the tests. A child process with bounded memory reads them; for every file that is no
zip bytes are changed, for zip archives the parts inside are changed as well and packed up again, so that the damage
reaches the readers. Prints what came of it; exit code 1 when anything but records or a typed error came out.
"""

from __future__ import annotations

import argparse
import collections
import io
import json
import quopri
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "excel"))

import excel_corpus as corpus

from wemakeprice_sdk.errors import ExcelError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind
from wemakeprice_sdk.files import FileLimits

FILES = Path(__file__).parent.parent / "tests" / "excel" / "files"
MEMORY = 1536 << 20
ALARM = 60
TOKENS = [
    b"<", b">", b"&", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"</row>", b"<row>", b"</sheetData>",
    b"<sheetData>", b'r="XFD1048576"', b't="s"', b"<v>99999999999</v>", b"1e308", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b",", b"\n",
    b"<table>", b"</table>", b"<tr>", b"<td colspan=9999999>", b"PK\x03\x04", b"PK\x01\x02", b"&#xD800;", b"_xD800_", b"<si>", b"</si>",
    b"9" * 400, b"-", b"\xed\xa0\x80", b"<?xml version='1.0' encoding='utf-16'?>", b"ss:Index='99999999'", b'date1904="1"', b"<c/>", b"<c r='A1'>",
]  # fmt: skip


class Shop:
    """An invented account."""

    seller_id = "fuzz"


def seeds() -> dict[str, bytes]:
    """Return the files that are mutated."""
    orders = [
        corpus.ORDER_HEADERS,
        *[corpus.order_row(9000 + at // 2, 8000 + at, 7000 + at) for at in range(6)],
    ]
    table = corpus.products(corpus.PRODUCT_ROWS * 6)
    styles = '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy-mm-dd"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>'
    return {
        "inline": corpus.xlsx(table, styles=styles),
        "shared": corpus.shared(table),
        "rich": corpus.shared(table, rich=True),
        "deals": corpus.xlsx(corpus.deals()),
        "orders": corpus.xlsx(orders),
        "strict": corpus.package(
            {"s": corpus.sheet_xml(table, namespace=corpus.STRICT)}, strict=True, date1904=True
        ),
        "html": corpus.html_table(table),
        "html949": corpus.html_table(table, encoding="euc-kr", closed=False),
        "xml2003": corpus.xml2003(table),
        "csv": corpus.delimited(table),
        "csv949": corpus.delimited(table, encoding="cp949"),
        "csv-quoted": corpus.delimited([[*row, 'a "b", c\nd'] for row in table]),
        "mhtml": b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; '
        b'charset="euc-kr"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        + quopri.encodestring(corpus.html_table(table, encoding="euc-kr"))
        + b"\r\n--b--\r\n",
        **{path.name: path.read_bytes() for path in sorted(FILES.glob("*.xls*"))},
        "xls-php": corpus.biff_without_codepage(table),
        "csv16": corpus.delimited(table, encoding="utf-16", delimiter="\t"),
        "xls": corpus.xls(table),
    }


def mutate_bytes(data: bytes, dice: random.Random) -> bytes:
    """Change a few places of some bytes."""
    mutated = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 12))):
        at = dice.randrange(len(mutated) + 1)
        span = min(len(mutated) - at, dice.choice((1, 2, 8, 64, 512)))
        kind = dice.randrange(7)
        if kind == 0 and span:
            mutated[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            mutated[at : at + span] = dice.randbytes(span)
        elif kind == 2:
            del mutated[at : at + span]
        elif kind == 3:
            mutated[at:at] = dice.choice(TOKENS)
        elif kind == 4:
            mutated[at:at] = mutated[at : at + span] * dice.choice((1, 2, 30))
        elif kind == 5:
            del mutated[at:]
        else:
            other = dice.randrange(len(mutated) + 1)
            mutated[at:at] = mutated[other : other + span]
    return bytes(mutated)


def mutate_archive(data: bytes, dice: random.Random) -> bytes:
    """Change one or two parts inside an archive and pack it up again."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for name in dice.sample(sorted(parts), dice.choice((1, 1, 2))):
        parts[name] = mutate_bytes(parts[name], dice)
    if dice.random() < 0.1:
        parts.pop(dice.choice(sorted(parts)))
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return memory.getvalue()


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return one mutation of a file."""
    if data.startswith(b"PK") and dice.random() < 0.8:
        return mutate_archive(data, dice)
    return mutate_bytes(data, dice)


def read_all(path: Path) -> str:
    """Read a file in every way; return what came of it."""
    limits = FileLimits(
        seconds=20, rows=100_000, cells=2_000_000, sheet_bytes=64 << 20, child_memory=512 << 20
    )
    migrator = ExcelMigrator(Shop(), limits=limits)
    kind = migrator.inspect(path).kind
    if kind is ExportKind.ORDERS:
        return f"records {sum(1 for _ in migrator.orders(path)) > 0}"
    with migrator.preview(path, kind=kind) as preview:
        rows = list(preview)
    return "records" if rows else "no rows"


def stop(*_: object) -> None:
    """Turn the alarm into an exception that nothing catches."""
    raise SystemExit("hang")


def child(count: int, seed: int, xls_share: float) -> None:
    """Read mutations and print the tally."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, stop)
    sources, dice = seeds(), random.Random(seed)
    tally: collections.Counter[str] = collections.Counter()
    slowest, bad = 0.0, []
    names = [name for name in sources if "xls" not in name or name.endswith(".xlsx")]
    binary = [name for name in sources if name not in names]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        for number in range(count):
            name = dice.choice(binary if dice.random() < xls_share else names)
            path.write_bytes(mutated(sources[name], dice))
            began = time.monotonic()
            signal.alarm(ALARM)
            outcome = attempt(read_all, path)
            signal.alarm(0)
            slowest = max(slowest, time.monotonic() - began)
            tally[outcome] += 1
            if outcome.startswith("BAD"):
                bad.append([number, name, outcome])
                Path(tempfile.gettempdir(), f"fuzz-{seed}-{number}.bin").write_bytes(path.read_bytes())
    print(json.dumps({"tally": tally, "slowest": slowest, "bad": bad}))


def attempt(read: Callable[[Path], str], path: Path) -> str:
    """Return records, the name of a typed error, or BAD."""
    try:
        return read(path)
    except ExcelError as error:
        return type(error).__name__
    except SystemExit:
        return "BAD hang"
    except BaseException as error:  # noqa: BLE001 - anything else is what is being looked for
        return f"BAD {type(error).__name__}: {error}"[:200]


def main() -> int:
    """Run the child and judge its end."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--count", type=int, default=5_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--xls-share", type=float, default=0.05)
    options.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        child(given.count, given.seed, given.xls_share)
        return 0
    command = [sys.executable, __file__, "--child", "--count", str(given.count), "--seed", str(given.seed)]
    done = subprocess.run(
        [*command, "--xls-share", str(given.xls_share)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"the child ended with {done.returncode}\n{done.stderr[-2000:]}")
        return 1
    result = json.loads(done.stdout)
    print(f"{given.count} mutated files, seed {given.seed}, slowest {result['slowest']:.2f} s")
    for outcome, count in sorted(result["tally"].items(), key=lambda one: -one[1]):
        print(f"{count:>7}  {outcome}")
    for number, name, outcome in result["bad"][:20]:
        print(f"file {number} from {name}: {outcome}")
    return 1 if result["bad"] else 0


if __name__ == "__main__":
    sys.exit(main())
