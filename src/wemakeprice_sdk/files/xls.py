"""Reading `.xls` (BIFF) through xlrd, in a child process with bounds of its own that streams the rows."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeAlias

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.files.cells import Cell, CellError, RowBlock, Serial, SheetRow
from wemakeprice_sdk.files.limits import Budget, FileLimits, over
from wemakeprice_sdk.files.workbook import FileFormat, SheetFacts, SheetInfo

_WORKER = Path(__file__).with_name("_xls_worker.py")
_OUT_OF_MEMORY = 4

_Frame: TypeAlias = "tuple[object, ...]"
"""What the child says: a word, then what belongs to it."""


def _environment() -> dict[str, str]:
    kept = {
        name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH") if name in os.environ
    }
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONIOENCODING": "utf-8"}


@define(eq=False)
class _Child:
    """The process that holds the open file, and the conversation with it."""

    limits: FileLimits
    process: subprocess.Popen[bytes]
    received: int = 0
    """Bytes since `watch`."""
    late: bool = False
    """Whether the child was killed because the time was used up."""
    _watchdog: threading.Timer | None = None

    @classmethod
    def start(cls, path: Path, limits: FileLimits) -> _Child:
        """Start the child on a file."""
        command = [sys.executable, "-P", "-B", str(_WORKER), str(limits.child_memory)]
        process = subprocess.Popen(  # noqa: S603 - our own worker, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            close_fds=True,
        )
        child = cls(limits, process)
        # Arguments can be read by everybody on the machine, and a seller may name a file after a person.
        child.ask(os.fsencode(path.resolve()).hex())
        return child

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def watch(self, budget: Budget) -> None:
        """Begin an account: the child is killed when the time of `budget` is used up."""
        self.received = 0
        self._watchdog = threading.Timer(budget.seconds_left, self._end_late)
        self._watchdog.daemon = True
        self._watchdog.start()

    def _end_late(self) -> None:
        self.late = True
        self.process.kill()

    def unwatch(self) -> None:
        """Close the account."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None

    def ask(self, command: str) -> None:
        """Send a command; a child that is gone shows when it is listened to."""
        stream = self.process.stdin
        with suppress(BrokenPipeError, ValueError):
            if stream is not None:
                stream.write(f"{command}\n".encode())
                stream.flush()

    def listen(self) -> _Frame:
        """Return the next frame; raise the typed error that the end of the child stands for."""
        stream = self.process.stdout
        head = stream.read(4) if stream is not None else b""
        length = int.from_bytes(head, "little")
        self.received += length
        if self.received > self.limits.child_output:
            raise over("child_output", self.received, self.limits.child_output)
        data = stream.read(length) if stream is not None else b""
        if len(head) < 4 or len(data) < length:
            raise self._ended()
        # Plain values, written a moment ago by our own worker under the same interpreter.
        frame: _Frame = marshal.loads(data)  # noqa: S302
        if frame[0] == "error":
            raise _explain(str(frame[1]))
        return frame

    def _ended(self) -> UnreadableFileError | UnsafeFileError:
        code = self.process.wait()
        if self.late:
            return UnsafeFileError(f"reading took longer than the limit seconds={self.limits.seconds:g}")
        if code == _OUT_OF_MEMORY or code < 0:
            return UnsafeFileError(
                f"reading the .xls file passed the limits of its child process (code {code}); "
                "save it as .xlsx (.xlsx로 다시 저장해 주세요)"
            )
        return UnreadableFileError(
            f"the reader of .xls ended with code {code}; save the file as .xlsx (.xlsx로 다시 저장해 주세요)"
        )

    def close(self) -> None:
        """End the child."""
        self.unwatch()
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                _close(stream)
        self.process.wait()


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()


def _explain(reason: str) -> UnreadableFileError:
    if "encrypted" in reason.lower():
        return UnreadableFileError(
            "the workbook is protected by a password; save it without one "
            "(암호로 보호된 파일입니다. 암호를 해제하고 저장한 뒤 다시 올려 주세요)"
        )
    if "find workbook in OLE2" in reason:
        return UnreadableFileError(
            "this is a document of another program, not a workbook (한글·워드 등 엑셀이 아닌 문서입니다)"
        )
    return UnreadableFileError(
        f"the .xls file is damaged: {reason}; save it as .xlsx if Excel opens it "
        "(손상된 파일입니다. 엑셀에서 열린다면 .xlsx로 저장한 뒤 다시 올려 주세요)"
    )


@define(eq=False)
class XlsWorkbook:
    """A BIFF workbook, read by a child process that lives as long as the workbook is open."""

    _path: Path
    _limits: FileLimits
    _idle: _Child | None
    """The child, unless rows are being read."""
    _infos: tuple[SheetInfo, ...]
    date1904: bool
    encoding: str
    _far_rows: dict[int, int] = field(factory=dict, init=False)
    _facts: dict[int, SheetFacts] = field(factory=dict, init=False)

    format = FileFormat.XLS
    engine = "xlrd-child"

    @classmethod
    def open(cls, path: Path, limits: FileLimits, budget: Budget) -> XlsWorkbook:
        """Start the child and learn the sheets; raises `UnsafeFileError` or `UnreadableFileError`."""
        budget.check_time()
        child, (date1904, encoding, sheets) = _opened(path, limits, budget)
        try:
            infos = _infos(sheets, budget)
        except BaseException:
            child.close()
            raise
        return cls(path, limits, child, infos, date1904, encoding)

    @property
    def sheets(self) -> tuple[SheetInfo, ...]:
        """The sheets in the workbook's order."""
        return self._infos

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd and did not stop the reading."""
        rows = sum(self._far_rows.values())
        return (f"cells right of the column limit were left out in {rows} row(s)",) if rows else ()

    def facts(self, sheet: int) -> SheetFacts:
        """Return what was seen on a sheet so far; complete once its rows were read to the end."""
        return self._facts.get(sheet, SheetFacts())

    def close(self) -> None:
        """End the child."""
        if self._idle is not None:
            self._idle.close()
            self._idle = None

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Yield the rows of a sheet that hold anything."""
        for block in self.blocks(sheet, budget):
            yield from block.rows()

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:
        """Yield the rows of a sheet that hold anything, as many together as the child sent."""
        budget.check_time()
        # Rows that are read while others are (the report does) have a child of their own.
        child, self._idle = self._idle, None
        if child is None or not child.is_alive:
            child, _ = _opened(self._path, self._limits, budget)
        ended = False
        try:
            child.watch(budget)
            limits = self._limits
            child.ask(f"R {sheet} {int(budget.seconds_left) + 1} {limits.rows} {limits.columns}")
            while (frame := child.listen())[0] == "rows":
                child.ask("N")
                yield _block(frame, budget)
            ended = True
            self._take_facts(sheet, frame)
        except GeneratorExit:
            ended = self._stop(child, sheet)
            raise
        finally:
            child.unwatch()
            if ended and self._idle is None:
                self._idle = child
            else:
                child.close()

    def _stop(self, child: _Child, sheet: int) -> bool:
        """Ask for no more rows; return whether the child can be asked for others."""
        child.ask("S")
        try:
            while (frame := child.listen())[0] == "rows":
                pass
        except (UnreadableFileError, UnsafeFileError):
            return False
        self._take_facts(sheet, frame)
        return True

    def _take_facts(self, sheet: int, frame: _Frame) -> None:
        _, far, hidden, first, columns, autofilter = frame
        self._far_rows[sheet] = max(self._far_rows.get(sheet, 0), far)  # type: ignore[call-overload] # the child's end
        self._facts[sheet] = SheetFacts(
            hidden_rows=hidden,  # type: ignore[arg-type] # a count
            first_hidden_row=first,  # type: ignore[arg-type] # a row number
            hidden_columns=tuple(columns),  # type: ignore[arg-type] # indexes
            autofilter=bool(autofilter),
        )


def _infos(sheets: Sequence[tuple[str, bool]], budget: Budget) -> tuple[SheetInfo, ...]:
    budget.check_sheets(len(sheets))
    if not sheets:
        raise UnreadableFileError("the .xls file holds no worksheet (시트가 없습니다. 다시 내려받아 주세요)")
    return tuple(SheetInfo(name, hidden) for name, hidden in sheets)


def _opened(
    path: Path, limits: FileLimits, budget: Budget
) -> tuple[_Child, tuple[bool, str, list[tuple[str, bool]]]]:
    """Start a child; return it with what it tells about the book."""
    child = _Child.start(path, limits)
    try:
        child.watch(budget)
        _, *book = child.listen()
    except BaseException:
        child.close()
        raise
    child.unwatch()
    date1904, encoding, sheets = book
    return child, (bool(date1904), str(encoding), sheets)  # type: ignore[return-value] # pairs of name and hidden


def _block(frame: _Frame, budget: Budget) -> RowBlock:
    """Make a block of what the child sent: dates and errors travel apart from the plain cells."""
    _, numbers, columns, dates, errors, longest = frame
    block = RowBlock(numbers, columns)  # type: ignore[arg-type] # as the child makes them
    for index, places in dates.items():  # type: ignore[attr-defined] # by column
        cells = columns[index]  # type: ignore[index] # lists of cells
        for at in places:
            cells[at] = Serial(cells[at])
    for index, found in errors.items():  # type: ignore[attr-defined] # by column
        for at, text in found:
            columns[index][at] = CellError(text)  # type: ignore[index] # lists of cells
    _check(block, int(longest), budget)  # type: ignore[call-overload] # a length
    return block


def _check(block: RowBlock, longest: int, budget: Budget) -> None:
    budget.check_time()
    budget.check_row_number(max(block.numbers))
    budget.spend(len(block.numbers), len(block.numbers) * len(block.columns))
    limits = budget.limits
    if longest <= limits.cell_text and longest * len(block.columns) <= limits.row_text:
        return
    for number, cells in block.rows():
        sizes = _sizes(cells)
        budget.check_text(max(sizes, default=0), sum(sizes), number)


def _sizes(cells: Sequence[Cell]) -> list[int]:
    return [len(cell) for cell in cells if isinstance(cell, str)]
