"""Ask judges that nobody here wrote about the catalogue: two of npm about its JSON-LD, LibreOffice about its workbook.

schema-dts knows every term of schema.org and what it may hold, and TypeScript holds the JSON-LD against it. Adobe's
validator knows what Google asks of a product. Both are installed for this check alone. A judge that is not there fails.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "catalogue")]

import catalogue_kit as kit  # noqa: E402

from wemakeprice_sdk.catalogue import read_edits, to_jsonld, write_workbook  # noqa: E402

JUDGES = (
    "@adobe/structured-data-validator@1.7.1", "@marbec/web-auto-extractor@2.2.1", "schema-dts@2.1.0",
    "typescript@7.0.2",
)  # fmt: skip
VALIDATE = """
import Validator from '@adobe/structured-data-validator';
import extractor from '@marbec/web-auto-extractor';
import fs from 'fs';
const Extractor = extractor.default ?? extractor;
const found = new Extractor({addLocation: true, embedSource: ['rdfa', 'microdata']}).parse(fs.readFileSync('page.html', 'utf8'));
const issues = await new Validator().validate(found);
console.log(JSON.stringify(issues.map(({severity, issueMessage, path}) => ({severity, issueMessage, path}))));
"""


def goods() -> list[dict[str, Any]]:
    """Return the JSON-LD of every shape but the product of which only the number is known: nobody can sell that.

    Twenty options of each are enough, and as many as the judges have patience for.
    """
    found = [json.loads(json.dumps(to_jsonld(product))) for product in kit.shapes() if product.name]
    for body in found:
        body.get("hasVariant", [])[20:] = []
    return found


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {(done.stdout + done.stderr)[-2_000:]}")
    return done.stdout


def judge_terms(folder: Path) -> str:
    lines = ['import type {Product, ProductGroup, WithContext} from "schema-dts";']
    for number, body in enumerate(goods()):
        lines.append(f"export const p{number}: WithContext<{body['@type']}> = {json.dumps(body)};")
    (folder / "goods.ts").write_text("\n".join(lines), encoding="utf-8")
    options = (
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        "nodenext",
        "--moduleResolution",
        "nodenext",
    )
    run(folder, "npx", "--no-install", "tsc", *options, "goods.ts")
    return f"schema-dts: {len(lines) - 1} products are of schema.org"


def judge_products(folder: Path) -> str:
    scripts = (json.dumps(body).replace("</", "<\\/") for body in goods())
    page = "".join(f'<script type="application/ld+json">{text}</script>' for text in scripts)
    (folder / "page.html").write_text(f"<html><head>{page}</head></html>", encoding="utf-8")
    (folder / "validate.mjs").write_text(VALIDATE, encoding="utf-8")
    found = json.loads(run(folder, "node", "validate.mjs"))
    errors = [one for one in found if one["severity"] == "ERROR"]
    if errors:
        raise SystemExit(f"{JUDGES[0]}: {errors[:5]}")
    return f"{JUDGES[0]}: no error, {len(found)} recommendations"


def judge_workbook(folder: Path) -> str:
    office = shutil.which("soffice")
    if office is None:
        raise SystemExit("LibreOffice is not here: apt-get install libreoffice-calc-nogui")
    write_workbook(folder / "a.xlsx", kit.shapes())
    home = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    run(folder, office, home, "--headless", "--convert-to", "xlsx", "--outdir", "saved", "a.xlsx")
    edits = read_edits(folder / "saved" / "a.xlsx", kit.shapes())
    if edits.changes or edits.problems:
        raise SystemExit(f"LibreOffice changed the workbook: {edits.changes[:3]} {edits.problems[:3]}")
    return f"{run(folder, office, '--version').strip()}: saved {edits.rows} rows, and none of them changed"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "package.json").write_text("{}", encoding="utf-8")
        run(folder, "npm", "install", "--no-audit", "--no-fund", "--silent", *JUDGES)
        for judge in (judge_terms, judge_products, judge_workbook):
            print(judge(folder))


if __name__ == "__main__":
    main()
