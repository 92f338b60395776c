"""Reading `.xls` (BIFF) through xlrd, in a child process with bounds of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.files.cells import Cell, CellError, Serial, SheetRow
from wemakeprice_sdk.files.limits import Budget, FileLimits
from wemakeprice_sdk.files.workbook import FileFormat, SheetFacts, SheetInfo

_WORKER = Path(__file__).with_name("_xls_worker.py")
_OUT_OF_MEMORY = 4
_UNREADABLE = 3


def _environment() -> dict[str, str]:
    kept = {
        name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH") if name in os.environ
    }
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}


def _run(path: Path, limits: FileLimits, budget: Budget, output: IO[bytes]) -> None:
    """Run the child to its end; raise the typed error its end stands for."""
    bounds = (
        limits.child_memory,
        limits.child_output,
        max(1, int(budget.seconds_left)),
        limits.rows,
        limits.columns,
    )
    command = [sys.executable, "-P", "-B", str(_WORKER), str(path.resolve()), *map(str, bounds)]
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(  # noqa: S603 - our own worker, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=_environment(),
            close_fds=True,
        )
        try:
            code = child.wait(timeout=max(0.1, budget.seconds_left))
        except subprocess.TimeoutExpired:
            raise UnsafeFileError(f"reading took longer than the limit seconds={limits.seconds:g}") from None
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        errors.seek(0)
        reason = errors.read(600).decode("utf-8", "replace")
    if code == _OUT_OF_MEMORY or code < 0 or "MemoryError" in reason:
        raise UnsafeFileError(
            f"reading the file passed the limits of its child process (code {code}, {reason[:80]})"
        )
    if code == _UNREADABLE:
        raise _explain(reason)
    if code:
        raise UnreadableFileError(f"the reader of .xls ended with code {code}: {reason[-200:]}")


def _explain(reason: str) -> UnreadableFileError:
    if "encrypted" in reason.lower():
        return UnreadableFileError(
            "the workbook is protected by a password (암호로 보호된 파일입니다. 암호를 해제해 주세요)"
        )
    return UnreadableFileError(
        f"the .xls file is damaged: {reason} (손상된 파일입니다. 다시 내려받아 주세요)"
    )


def _revive(value: object) -> Cell:
    if isinstance(value, dict):
        if "d" in value:
            return Serial(value["d"])
        return CellError(str(value.get("e", "#ERR")))
    return value if isinstance(value, str | int | float) else None


@define(eq=False)
class XlsWorkbook:
    """A BIFF workbook, as its child process wrote it to an anonymous temporary file."""

    _lines: IO[bytes]
    _limits: FileLimits
    _offsets: list[int] = field(factory=list)
    _infos: list[SheetInfo] = field(factory=list)
    date1904: bool = False
    encoding: str = ""
    _far_rows: int = 0

    format = FileFormat.XLS
    engine = "xlrd-child"

    @classmethod
    def open(cls, path: Path, limits: FileLimits, budget: Budget) -> XlsWorkbook:
        """Read the whole file in the child; raises `UnsafeFileError` or `UnreadableFileError`."""
        lines = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        try:
            _run(path, limits, budget, lines)
            book = cls(lines, limits)
            book._index(budget)
        except BaseException:
            lines.close()
            raise
        return book

    @property
    def sheets(self) -> tuple[SheetInfo, ...]:
        """The sheets in the workbook's order."""
        return tuple(self._infos)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd and did not stop the reading."""
        far = f"cells right of the column limit were left out in {self._far_rows} row(s)"
        return (far,) if self._far_rows else ()

    def facts(self, sheet: int) -> SheetFacts:  # noqa: ARG002 - the child does not tell any
        """Return nothing: xlrd does not tell which rows are hidden."""
        return SheetFacts()

    def close(self) -> None:
        """Forget the temporary file."""
        self._lines.close()

    def _index(self, budget: Budget) -> None:
        self._lines.seek(0)
        ended = False
        for line in self._lines:
            if not line.startswith(b"{"):
                continue
            budget.check_time()
            head = json.loads(line)
            if "sheet" in head:
                self._infos.append(SheetInfo(head["sheet"], head["hidden"]))
                self._offsets.append(self._lines.tell())
                budget.check_sheets(len(self._infos))
                self._far_rows += head["far"]
            elif "book" in head:
                self.date1904 = head["book"]["date1904"]
                self.encoding = f"cp{head['book']['codepage']}" if head["book"]["codepage"] else ""
            ended = ended or "end" in head
        if not ended or not self._infos:
            raise UnreadableFileError(
                "the .xls file holds no worksheet (시트가 없습니다. 다시 내려받아 주세요)"
            )

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Return the rows of a sheet that hold anything."""
        position = self._offsets[sheet]
        while True:
            self._lines.seek(position)
            lines = self._lines.readlines(1 << 20)
            position = self._lines.tell()
            budget.check_time()
            for line in lines:
                if line.startswith(b"{"):
                    return
                number, values = json.loads(line)
                budget.check_row_number(number)
                cells = [_revive(value) for value in values]
                if len(line) > min(self._limits.cell_text, self._limits.row_text):
                    sizes = [len(cell) for cell in cells if isinstance(cell, str)]
                    budget.check_text(max(sizes, default=0), sum(sizes), number)
                budget.spend(1, len(cells))
                yield number, cells
            if not lines:
                return
