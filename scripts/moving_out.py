"""Write the tables of docs/moving-out.md and its Korean twin from the exporters, or check that they are in step.

A table stands between two comments that name the target. `tests/catalogue/test_export_carried.py` holds the exporters to
what they say.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from wemakeprice_sdk.catalogue.exporters import TARGETS, Exporter
from wemakeprice_sdk.catalogue.exporters.base import OUR_FIELDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"en": ROOT / "docs" / "moving-out.md", "ko": ROOT / "docs" / "moving-out.ko.md"}
HEADS = {
    "en": ("ours has", "target takes", "carried", "why not"),
    "ko": ("우리 항목", "대상 항목", "내보냄", "내보내지 않는 이유"),
}
YES = {"en": ("yes", "no"), "ko": ("예", "아니요")}
MARKED = re.compile(r"(<!-- fields: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(target: type[Exporter], language: str) -> str:
    yes, no = YES[language]
    rows = ["| " + " | ".join(HEADS[language]) + " |", "|---|---|---|---|"]
    rows += [
        f"| `{name}` | {target.carried[name]} | {yes} | |" for name in OUR_FIELDS if name in target.carried
    ]
    for name in OUR_FIELDS:
        if name in target.left:
            left = target.left[name]
            rows.append(f"| `{name}` | – | {no} | {left.why if language == 'en' else left.why_ko} |")
    return "\n".join(rows)


def written(text: str, language: str) -> str:
    by_name = {target.__name__: target for target in TARGETS}
    named = {found[1] for found in MARKED.findall(text)}
    if named != set(by_name):
        raise SystemExit(f"tables of {sorted(named)}, exporters {sorted(by_name)}")
    return MARKED.sub(lambda found: f"{found[1]}\n{table(by_name[found[2]], language)}\n\n{found[3]}", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing, fail when a table is out of step"
    )
    check = parser.parse_args().check
    for language, path in PAGES.items():
        text = path.read_text("utf-8")
        new = written(text, language)
        if check and new != text:
            raise SystemExit(f"{path.relative_to(ROOT)} is out of step: run python scripts/moving_out.py")
        path.write_text(new, "utf-8")


if __name__ == "__main__":
    main()
