"""Write the sync clients from the async ones, and the ledger's async face from its protocol, or check them.

`_async` of the client and of the runner is the one to edit, `_sync` comes from it by the rules below,
formatted by ruff. A rule that no longer matches anything is an error, so that dead rules do not pile up.

`Ledger` is synchronous, for whoever writes one; `AsyncLedger` carries each of its methods to a thread.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = tuple(ROOT / "src/wemakeprice_sdk" / room for room in ("client", "runner"))
HEADER = "# Generated from {room}/_async by scripts/unasync.py; edit that one.\n"

PROTOCOL = ROOT / "src/wemakeprice_sdk/ledger/protocol.py"
FACE = PROTOCOL.with_name("async_ledger.py")
FACE_HEAD = '''\
# Generated from ledger/protocol.py by scripts/unasync.py; edit that one, or the head of this one there.
# ruff: noqa: D102 -- the protocol documents the methods
"""The ledger for the event loop: each method of `Ledger` in a thread, so that none holds the loop up."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from itertools import islice
from typing import TypeVar

{imports}
from wemakeprice_sdk.ledger.protocol import Ledger

_T = TypeVar("_T")
# Rows that one turn in a thread hands over. The loop works on them without a pause, so more would hold others
# up (measured: 4 ms for 100 bundles made into models); a turn costs 0.05 ms, so fewer would cost more.
_AT_ONCE: Final = 100


class AsyncLedger:
    """`Ledger`, method by method, in a thread; a cancelled caller does not stop what was begun.

    Records and audit lines come through `async for`, some at a time; nothing is read ahead.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
'''
FACE_FOOT = '''

class _HandedOver(AsyncIterator[_T]):
    """The rows of an iterator that is asked for, and read, in threads."""

    def __init__(self, ask: Callable[[], Iterator[_T]]) -> None:
        self._ask = ask
        self._rows: Iterator[_T] | None = None
        self._ready: deque[_T] = deque()
        self._over = False

    def _some(self) -> list[_T]:
        if self._rows is None:
            self._rows = self._ask()
        return list(islice(self._rows, _AT_ONCE))

    async def __anext__(self) -> _T:
        if not self._ready and not self._over:
            some = await asyncio.to_thread(self._some)
            self._ready.extend(some)
            self._over = len(some) < _AT_ONCE
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()
'''

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
    (r"\[(\w+) async for \1 in ((?:(?! if )[^\n])+)\]$", r"list(\2)"),
    (r"\baiter_raw\b", "iter_raw"),
    (r"\bhandle_async_request\b", "handle_request"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\bAbstractAsync([A-Z]\w*)\b", r"Abstract\1"),
    (r"\basync for\b", "for"),
    (r"\bAsyncLedger\((\w+(?:\(\))?)\)", r"\1"),
    (r"\bledger\.async_ledger import AsyncLedger\b", r"ledger.protocol import Ledger"),
    (r"\b(client|runner)\._async\b", r"\1._sync"),
    (r"\bimport _async\b", "import _sync"),
    (r"\bclient\._event_loop\b", "client._threads"),
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
    return [
        *(path for room in ROOMS for path in (room / "_sync").rglob("*.py")),
        *([FACE] if FACE.exists() else []),
    ]


def async_face(protocol: str) -> str:
    """Return the module of `AsyncLedger`: what `Ledger` takes and returns, with `await`."""
    module = ast.parse(protocol)
    (ledger,) = (node for node in module.body if isinstance(node, ast.ClassDef))
    methods = [node for node in ledger.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    imports = [
        ast.unparse(node)
        for node in module.body
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
    ]
    imports = [
        *imports,
        "from collections.abc import AsyncIterator, Callable",
        "from typing import Final",
    ]
    head = FACE_HEAD.format(imports="\n".join(imports))
    return "\n".join([head, *map(_async_method, methods), FACE_FOOT])


def _async_method(method: ast.FunctionDef) -> str:
    names = [argument.arg for argument in method.args.args[1:]]
    names += [f"{argument.arg}={argument.arg}" for argument in method.args.kwonlyargs]
    returns = ast.unparse(method.returns) if method.returns is not None else "None"
    signature = f"def {method.name}({ast.unparse(method.args)})"
    if returns.startswith("Iterator["):
        call = ", ".join([f"self._ledger.{method.name}", *names])
        return f"    {signature} -> Async{returns}:\n        return _HandedOver(partial({call}))\n"
    call = ", ".join([f"self._ledger.{method.name}", *names])
    return f"    async {signature} -> {returns}:\n        return await asyncio.to_thread({call})\n"


def wanted() -> dict[Path, str]:
    used: set[str] = set()
    texts = {
        room / "_sync" / source.relative_to(room / "_async"): translate(
            source.read_text(encoding="utf-8"), room.name, used
        )
        for room in ROOMS
        for source in sorted((room / "_async").rglob("*.py"))
    }
    texts[FACE] = async_face(PROTOCOL.read_text(encoding="utf-8"))
    unused = [pattern for pattern, _ in RULES if pattern not in used]
    if unused:
        raise SystemExit(f"replacement rules that match nothing: {unused}")
    return formatted(texts)


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
