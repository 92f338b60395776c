"""Write the sync clients from the async ones, or check that they are in step.

`_async` of the client and of the runner is written by an operator, `_sync` comes from it by the rules below,
formatted by ruff. A rule that no longer matches anything is an error, so that dead rules do not pile up.
"""

from __future__ import annotations

import argparse
import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = tuple(ROOT / "src/wemakeprice_sdk" / room for room in ("client", "runner"))
HEADER = "# Generated from {room}/_async by scripts/unasync.py; edit that one.\n"

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
    (r"\basync for\b", "for"),
    (r"\b(client|runner)\._async\b", r"\1._sync"),
    (r"\bAsync([A-Z]\w*)\b", r"\1"),
    (r"\basynchronous\b", "synchronous"),
    (r"\bAwaitable\[((?:[^\[\]]|\[[^\[\]]*\])+)\]", r"\1"),
    (r"\basyncio\.sleep\b", "time.sleep"),
    (r"^import asyncio$", "import time"),
)


def translate(text: str, room: str, used: set[str]) -> str:
    for pattern, replacement in RULES:
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        if count:
            used.add(pattern)
    return HEADER.format(room=room) + text


def formatted(texts: dict[Path, str]) -> dict[Path, str]:
    """Sort imports, drop unused ones and format, all files in one go."""
    ruff = Path(sys.executable).with_name("ruff")
    with tempfile.TemporaryDirectory() as folder:
        places = {target: Path(folder) / target.relative_to(ROOT) for target in texts}
        for target, place in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(texts[target], encoding="utf-8")
        settings = ["--config", str(ROOT / "pyproject.toml"), "--quiet", folder]
        for command in (["check", "--select", "I,F401", "--fix"], ["format"]):
            subprocess.run([str(ruff), *command, *settings], check=True)
        return {target: place.read_text(encoding="utf-8") for target, place in places.items()}


def generated() -> list[Path]:
    return [path for room in ROOMS for path in (room / "_sync").rglob("*.py")]


def wanted() -> dict[Path, str]:
    used: set[str] = set()
    texts = {
        room / "_sync" / source.relative_to(room / "_async"): translate(
            source.read_text(encoding="utf-8"), room.name, used
        )
        for room in ROOMS
        for source in sorted((room / "_async").rglob("*.py"))
    }
    unused = [pattern for pattern, _ in RULES if pattern not in used]
    if unused:
        raise SystemExit(f"replacement rules that match nothing: {unused}")
    return formatted(texts)


def _generated() -> list[Path]:
    return [path for room in ROOMS for path in (room / "_sync").rglob("*.py")]


def check(files: dict[Path, str]) -> int:
    there = {path: path.read_text(encoding="utf-8") for path in generated()}
    for path in sorted({*files, *there}):
        old, new = there.get(path, ""), files.get(path, "")
        name = str(path.relative_to(ROOT))
        sys.stdout.writelines(
            difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "generated")
        )
    return int(files != there)


def write(files: dict[Path, str]) -> int:
    for path in generated():
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
