"""Path → validated typed product records, beside the readers that others use, on the file shapes others write.

    python -m venv PEERS && PEERS/bin/pip install . polars fastexcel pyarrow python-calamine pandas openpyxl xlsxwriter xlwt
    PEERS/bin/python benchmarks/excel_products.py [--rows 100000] [--rounds 3] [--shapes poi-sxssf,excel] [--keep DIR]

Shapes (`excel_shapes.py`): `poi-sxssf` and `poi-xssf` of Apache POI, `excel`, `libreoffice`, `xlsxwriter-inline`,
`xlsxwriter-shared`, `xls` (at most 65,535 rows) and `csv`; `+options` gives every product four option rows, `+clean`
leaves the rows out that deserve a warning (15 of 100 otherwise). The peers are an optional requirement of this file
alone: one that is not installed is reported as such.

Every engine runs in a child process of its own, interleaved round by round; processor time counts the children of an
engine too, peak memory is its own (`VmHWM`). Only `wemakeprice` and `openpyxl` make checked records, by the same
compiled plan; `calamine` makes lists of rows, `xlrd` its table, `csv` lists of texts, the others a data frame.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import excel_shapes

SHAPES = (*excel_shapes.WRITTEN_SHAPES, *excel_shapes.LIBRARY_SHAPES)
PEERS = {
    "xlsx": ("wemakeprice", "calamine", "fastexcel", "polars", "pandas-calamine", "openpyxl"),
    "xls": ("wemakeprice", "xlrd", "calamine", "pandas-calamine"),
    "csv": ("wemakeprice", "csv"),
}
MODULES = {
    "calamine": ["python_calamine"],
    "fastexcel": ["fastexcel"],
    "polars": ["polars", "fastexcel"],
    "pandas-calamine": ["pandas", "python_calamine"],
    "openpyxl": ["openpyxl"],
    "xlrd": ["xlrd"],
}


def run_wemakeprice(path: Path, began: float) -> tuple[int, float]:
    """Make validated typed records."""
    from wemakeprice_sdk.excel import ExcelMigrator

    class Shop:
        seller_id = "bench"

    count, first = 0, 0.0
    for parsed in ExcelMigrator(Shop()).products(path):
        if not count:
            first = time.perf_counter() - began
        assert parsed.record is not None
        count += max(1, len(parsed.rows))
    return count, first


def run_calamine(path: Path, began: float) -> tuple[int, float]:
    """Make lists of cells."""
    import python_calamine

    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return len(rows) - 1, time.perf_counter() - began


def run_fastexcel(path: Path, began: float) -> tuple[int, float]:
    """Make a record batch."""
    import fastexcel

    sheet = fastexcel.read_excel(path).load_sheet(0)
    return sheet.to_arrow().num_rows, time.perf_counter() - began


def run_xlrd(path: Path, began: float) -> tuple[int, float]:
    """Make xlrd's table."""
    import xlrd

    return xlrd.open_workbook(str(path)).sheet_by_index(0).nrows - 1, time.perf_counter() - began


def run_csv(path: Path, began: float) -> tuple[int, float]:
    """Make lists of texts, in an encoding that is known."""
    with path.open(encoding="cp949", newline="") as stream:
        rows = sum(1 for _ in csv.reader(stream))
    return rows - 1, time.perf_counter() - began


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
        count += max(1, len(parsed.rows))
    return count, first


RUNS = {
    "wemakeprice": run_wemakeprice,
    "calamine": run_calamine,
    "fastexcel": run_fastexcel,
    "polars": run_polars,
    "pandas-calamine": run_pandas,
    "openpyxl": run_openpyxl,
    "xlrd": run_xlrd,
    "csv": run_csv,
}


def processor_seconds() -> float:
    """Return the processor time of this process and of the children that ended."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in each)


def peak_memory() -> float:
    """Return the peak resident memory of this process in MiB; `ru_maxrss` would show the parent's as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def child(engine: str, path: Path) -> None:
    """Run one engine and print one line of JSON; imports are not timed."""
    for name in MODULES.get(engine, ()):
        importlib.import_module(name)
    import wemakeprice_sdk.excel  # noqa: F401

    baseline = peak_memory()
    began, cpu = time.perf_counter(), processor_seconds()
    count, first = RUNS[engine](path, began)
    took, cpu = time.perf_counter() - began, processor_seconds() - cpu
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
    options.add_argument("--engines", help="only these")
    options.add_argument("--shapes", default=",".join(SHAPES))
    options.add_argument("--keep", type=Path)
    options.add_argument("--child", help=argparse.SUPPRESS)
    options.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.child:
        child(given.child, given.file)
        return
    only = given.engines.split(",") if given.engines else None
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for wish in given.shapes.split(","):
            shape, *extras = wish.split("+")
            kind = shape if shape in PEERS else "xlsx"
            path = folder / f"{wish}-{given.rows}.{kind}"
            if not path.exists():
                flagged = 0.0 if "clean" in extras else 0.15
                excel_shapes.write(path, shape, given.rows, flagged=flagged, options="options" in extras)
            engines = [engine for engine in PEERS[kind] if only is None or engine in only]
            results: dict[str, list[dict[str, float] | str]] = {engine: [] for engine in engines}
            for _ in range(given.rounds):
                for engine in engines:
                    results[engine].append(measure(given.python, engine, path))
            size = path.stat().st_size / (1 << 20)
            title = f"{wish}, {given.rows:,} rows x 40 columns, {size:.0f} MB, {given.rounds} round(s)"
            table(title, results)


if __name__ == "__main__":
    main()
