"""Path → validated typed product records, beside pandas, polars and openpyxl on the same file.

    python benchmarks/excel_products.py [--rows 100000] [--rounds 3] [--python PYTHON] [--keep DIR]

Every engine runs in a child process of its own, interleaved round by round; peak memory is the child's own
(`VmHWM`). pandas (engine="calamine") and polars only build a DataFrame; openpyxl in read-only mode makes the
same records by the same plan as the library. `--python` names an interpreter that has pandas, polars, fastexcel,
python-calamine and this package; an engine that is not installed is reported as such.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

ENGINES = ("wemakeprice", "pandas-calamine", "polars", "openpyxl")
HEADERS = [
    "상품번호",
    "상품명",
    "몰구분",
    "상품상태",
    "판매상태",
    "노출여부",
    "판매가",
    "정상가",
    "판매시작일",
    "판매종료일",
    "대카테고리",
    "중카테고리",
    "소카테고리",
    "세카테고리",
    "브랜드번호",
    "브랜드",
    "제조사번호",
    "제조사",
    "배송정책번호",
    "배송템플릿",
    "등록일",
    "수정일",
    "업체상품코드",
    "과세여부",
    "재고수량",
]
EXTRAS = [f"관리항목 {number}" for number in range(1, 16)]


def rows(count: int) -> Iterator[list[object]]:
    """Return invented products, some with markup characters in their names."""
    dice = random.Random(7)
    base = datetime(2019, 1, 1)  # noqa: DTZ001
    for number in range(count):
        start = base + timedelta(hours=dice.randrange(40_000))
        price = dice.randrange(100, 50_000) * 10
        yield [
            300_000_000 + number,
            f"시험 상품 {number} 면 반팔 티셔츠 {'& 바지' if number % 5 == 0 else '(봄/가을)'}",
            "위메프",
            dice.choice(("판매중", "판매중지", "판매대기", "판매종료")),
            dice.choice(("판매중", "품절")),
            "노출",
            price,
            price + 1000,
            start.strftime("%Y-%m-%d %H:00"),
            (start + timedelta(days=365)).strftime("%Y-%m-%d %H:00"),
            "패션의류",
            f"중분류 {number % 17}",
            f"소분류 {number % 131}",
            f"세분류 {number % 997}",
            number % 701 + 1,
            f"브랜드 {number % 701}",
            number % 503 + 1,
            f"제조사 {number % 503}",
            number % 11 + 1000,
            f"배송템플릿 {number % 11}",
            (start - timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S"),
            (start + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S"),
            f"SKU-{number:07d}",
            "과세" if number % 9 else "면세",
            number % 1000,
            *(f"값 {number % 50}-{at}" if at % 3 else number % 1000 for at in range(15)),
        ]


def write(path: Path, count: int, *, inline: bool) -> None:
    """Write the file as a streaming writer (inline strings) or an ordinary one (shared strings) would."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": inline, "strings_to_urls": False})
    sheet = book.add_worksheet("상품목록")
    for at, header in enumerate([*HEADERS, *EXTRAS]):
        sheet.write_string(0, at, header)
    for line, row in enumerate(rows(count), 1):
        for at, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(line, at, value)
            else:
                sheet.write_number(line, at, value)  # type: ignore[arg-type]
    book.close()


def run_wemakeprice(path: Path, began: float) -> tuple[int, float]:
    """Make validated typed records."""
    from wemakeprice_sdk.excel import ExcelMigrator

    class Shop:
        seller_id = "bench"

    count, first, problems = 0, 0.0, 0
    for parsed in ExcelMigrator(Shop()).products(path):
        if not count:
            first = time.perf_counter() - began
        assert parsed.record is not None
        problems += len(parsed.problems)
        count += 1
    assert problems == 0, problems
    return count, first


def run_pandas(path: Path, began: float) -> tuple[int, float]:
    """Make a DataFrame."""
    import pandas as pd

    frame = pd.read_excel(path, engine="calamine")
    return len(frame), time.perf_counter() - began


def run_polars(path: Path, began: float) -> tuple[int, float]:
    """Make a DataFrame."""
    import polars as pl

    frame = pl.read_excel(path, engine="calamine")
    return len(frame), time.perf_counter() - began


def run_openpyxl(path: Path, began: float) -> tuple[int, float]:
    """Make the library's records from openpyxl's read-only cells."""
    import openpyxl

    from wemakeprice_sdk.excel.columns import ColumnBook
    from wemakeprice_sdk.excel.header import Sample, find_header
    from wemakeprice_sdk.excel.products import read_products
    from wemakeprice_sdk.excel.records import ExportKind
    from wemakeprice_sdk.excel.structure import compile_plan
    from wemakeprice_sdk.files.cells import blocks_of
    from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget

    book = openpyxl.load_workbook(path, read_only=True)
    sheet = book.worksheets[0]
    table = ColumnBook.default()

    def cells() -> Iterator[tuple[int, list[object]]]:
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, list(values)

    sample = Sample.take(cells(), 120).rows  # type: ignore[arg-type]
    header = find_header(sample, table, (ExportKind.PRODUCTS,), None, Budget(DEFAULT_LIMITS))
    assert header is not None
    plan = compile_plan("s", header.columns, table, [row for _, row in sample[1:]], date1904=False)
    count, first = 0, 0.0
    blocks = blocks_of(row for row in cells() if row[0] > 1)  # type: ignore[misc]
    for parsed in read_products(blocks, plan):
        first = first or time.perf_counter() - began
        assert parsed.record is not None
        count += 1
    return count, first


RUNS = {
    "wemakeprice": run_wemakeprice,
    "pandas-calamine": run_pandas,
    "polars": run_polars,
    "openpyxl": run_openpyxl,
}


def peak_memory() -> float:
    """Return the peak resident memory of this process in MiB; `ru_maxrss` would show the parent's as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def child(engine: str, path: Path) -> None:
    """Run one engine and print one line of JSON; imports are not timed."""
    if engine == "pandas-calamine":
        import pandas as pd  # noqa: F401
        import python_calamine  # noqa: F401
    elif engine == "polars":
        import fastexcel  # noqa: F401
        import polars as pl  # noqa: F401
    elif engine == "openpyxl":
        import openpyxl  # noqa: F401
    import wemakeprice_sdk.excel  # noqa: F401

    baseline = peak_memory()
    began, cpu = time.perf_counter(), time.process_time()
    count, first = RUNS[engine](path, began)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    figures = {"count": count, "seconds": took, "cpu": cpu, "first": first}
    print(json.dumps(figures | {"peak": peak_memory(), "base": baseline}))


def measure(python: str, engine: str, path: Path) -> dict[str, float] | str:
    """Run one engine in a child; give its figures, or why there are none."""
    command = [python, __file__, "--child", engine, "--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no output"]
        return "not installed" if "ModuleNotFoundError" in lines[-1] else lines[-1]
    return json.loads(done.stdout)


def table(title: str, results: dict[str, list[dict[str, float] | str]]) -> None:
    """Print medians per engine, with ratios to the library; processor time is steadier on a busy machine."""
    print(f"\n{title}")
    names = f"{'engine':<18}{'median s':>10}{'cpu s':>9}{'ratio':>8}{'cpu ratio':>11}{'peak MB':>9}"
    print(f"{names}{'first row s':>13}")
    own = [one for one in results.get("wemakeprice", []) if isinstance(one, dict)]
    for engine, measured in results.items():
        good = [one for one in measured if isinstance(one, dict)]
        if not good:
            print(f"{engine:<18}{measured[0] if measured else 'not run'}")
            continue
        seconds, cpu, first = (middle(good, name) for name in ("seconds", "cpu", "first"))
        ratio = seconds / middle(own, "seconds") if own else float("nan")
        cpu_ratio = cpu / middle(own, "cpu") if own else float("nan")
        peak = max(one["peak"] for one in good)
        line = f"{engine:<18}{seconds:>10.2f}{cpu:>9.2f}{ratio:>8.2f}{cpu_ratio:>11.2f}{peak:>9.0f}"
        print(f"{line}{first:>13.2f}")


def middle(measured: list[dict[str, float]], name: str) -> float:
    """Return the median of a figure."""
    return statistics.median(one[name] for one in measured)


def main() -> None:
    """Write the files, run the engines, print the tables."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--engines", default=",".join(ENGINES))
    options.add_argument("--kinds", default="inline,shared")
    options.add_argument("--keep", type=Path)
    options.add_argument("--child", help=argparse.SUPPRESS)
    options.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        child(given.child, given.file)
        return
    engines = given.engines.split(",")
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in given.kinds.split(","):
            path = folder / f"products-{kind}-{given.rows}.xlsx"
            if not path.exists():
                write(path, given.rows, inline=kind == "inline")
            results: dict[str, list[dict[str, float] | str]] = {engine: [] for engine in engines}
            for _ in range(given.rounds):
                for engine in engines:
                    results[engine].append(measure(given.python, engine, path))
            size = path.stat().st_size / (1 << 20)
            table(
                f"{kind} strings, {given.rows:,} products x 40 columns, {size:.0f} MB, {given.rounds} round(s)",
                results,
            )


if __name__ == "__main__":
    main()
