"""Write the sync clients from the async ones, or check that they are in step.

`src/wemakeprice_sdk/client/_async` is written by hand, `_sync` comes from it by the rules below, formatted
by ruff. A rule that no longer matches anything is an error, so that dead rules do not pile up.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src/wemakeprice_sdk/client/_async"
TARGET = ROOT / "src/wemakeprice_sdk/client/_sync"
HEADER = "# Generated from client/_async by scripts/unasync.py; edit that one.\n"

RULES: tuple[tuple[str, str], ...] = (
    (r"\basync def\b", "def"),
    (r"\basync with\b", "with"),
    (r"\bawait ", ""),
    (r"\b__aenter__\b", "__enter__"),
    (r"\b__aexit__\b", "__exit__"),
    (r"\b__aiter__\b", "__iter__"),
    (r"\b__anext__\b", "__next__"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\baclose\b", "close"),
    (r"\bclient\._async\b", "client._sync"),
    (r"\bAsync([A-Z]\w*)\b", r"\1"),
    (r"\basynchronous\b", "synchronous"),
    (r"\bAwaitable\[((?:[^\[\]]|\[[^\[\]]*\])+)\]", r"\1"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"^import asyncio$", "import time"),
)


def translate(text: str, used: set[str]) -> str:
    for pattern, replacement in RULES:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        if count:
            used.add(pattern)
    return HEADER + text


def formatted(text: str, name: Path) -> str:
    ruff = Path(sys.executable).with_name("ruff")
    for command in (["check", "--select", "I,F401", "--fix", "--quiet"], ["format", "--quiet"]):
        done = subprocess.run(
            [str(ruff), *command, "--stdin-filename", str(name), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{name}: {done.stdout}{done.stderr}")
        text = done.stdout
    return text


def wanted() -> dict[Path, str]:
    used: set[str] = set()
    files = {}
    for source in sorted(SOURCE.rglob("*.py")):
        target = TARGET / source.relative_to(SOURCE)
        files[target] = formatted(translate(source.read_text(encoding="utf-8"), used), target)
    unused = [pattern for pattern, _ in RULES if pattern not in used]
    if unused:
        raise SystemExit(f"replacement rules that match nothing: {unused}")
    return files


def check(files: dict[Path, str]) -> int:
    there = {path: path.read_text(encoding="utf-8") for path in TARGET.rglob("*.py")}
    for path in sorted({*files, *there}):
        old, new = there.get(path, ""), files.get(path, "")
        name = str(path.relative_to(ROOT))
        sys.stdout.writelines(
            difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "generated")
        )
    return int(files != there)


def write(files: dict[Path, str]) -> int:
    for path in TARGET.rglob("*.py"):
        if path not in files:
            path.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the files differ")
    return (check if parser.parse_args().check else write)(wanted())


if __name__ == "__main__":
    raise SystemExit(main())
