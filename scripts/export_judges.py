"""Ask judges that nobody here wrote about the catalogue's exports: preflight-kit (Shopify) and LibreOffice (sheets).

preflight-kit is source-available and may be used to check one's own files, so it is installed for this check alone and
is no dependency of anything. It is weak on prices; the tests have their own for those. A judge that is not there fails.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "catalogue")]

import catalogue_kit as kit  # noqa: E402
import export_kit  # noqa: E402

from wemakeprice_sdk.catalogue.exporters import Exporter, NaverSheet, Shopify, export  # noqa: E402
from wemakeprice_sdk.catalogue.io.outgoing import WrittenExport, write_export  # noqa: E402

PREFLIGHT = "preflight-kit==0.2.0"


def goods() -> list[Any]:
    return [*kit.shapes(), export_kit.grid(2001), export_kit.single(2002, name='따옴표 "와", 쉼표')]


def write(target: Exporter, folder: Path) -> WrittenExport:
    return write_export(export(goods(), target, defaults=export_kit.JOINING, maps=export_kit.MAPS), folder)


def judge_shopify(folder: Path) -> str:
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PREFLIGHT], check=True
    )
    made = write(Shopify(), folder / "shopify")
    for number, path in enumerate(made.files):
        out = folder / f"verdict-{number}"
        # --intent new: every product is to be made, so a missing title or price is critical
        command = [
            folder / "venv" / "bin" / "preflight",
            "check",
            path,
            "--intent",
            "new",
            "--no-fix",
            "--out-dir",
            out,
        ]
        done = subprocess.run(command, check=False)
        with (out / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
            found = [row for row in csv.DictReader(file) if not allowed(row)]
        if done.returncode or found:
            raise SystemExit(f"{PREFLIGHT} on {path.name}: {found[:10]}")
    return f"{PREFLIGHT}: {made.summary.rows_out} products, nothing found"


def allowed(row: dict[str, str]) -> bool:
    # The text of one product has curly quotes; a description may.
    return row.get("rule_id") == "F02"


def judge_sheets(folder: Path) -> str:
    office = shutil.which("soffice")
    if office is None:
        raise SystemExit("LibreOffice is not here: apt-get install libreoffice-calc-nogui")
    sheet = NaverSheet()
    made = write(sheet, folder / "naver")
    home = (folder / "office").as_uri()
    for path in (*made.files, made.report):
        subprocess.run(
            [office, f"-env:UserInstallation={home}", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1",
             "--outdir", folder / "csv", path], check=True, capture_output=True, timeout=100,
        )  # fmt: skip
    with (folder / "csv" / "naver-001.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.reader(file))[2:]
    ours = [
        [str(cell) for cell in row]
        for step in export(goods(), sheet, defaults=export_kit.JOINING, maps=export_kit.MAPS)
        for row in step.rows
    ]
    if read != ours:
        raise SystemExit(
            f"LibreOffice reads other cells: {[pair for pair in zip(read, ours, strict=False) if pair[0] != pair[1]][:1]}"
        )
    version = subprocess.run([office, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{version}: {len(ours)} rows read back as written, the report opens"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        for judge in (judge_shopify, judge_sheets):
            print(judge(Path(name)))


if __name__ == "__main__":
    main()
