"""Child process: reads one `.xls` with xlrd under limits and streams the rows of the sheets it is asked for.

Run by file name (`python -P _xls_worker.py PATH MEMORY`); imports nothing of the package, so that the child
starts fast and holds little. It reads commands, one a line (`R sheet seconds rows columns`, `N` for the next
rows, `S` to stop), and writes frames: four bytes of length, then a marshalled tuple. xlrd's loop over the
records is used as it is; its cells go into a frame instead of xlrd's own table, so that the first rows leave
at once.
"""

from __future__ import annotations

import importlib
import itertools
import marshal
import os
import re
import struct
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any

_OUT_OF_MEMORY = 4
_FIRST_ROWS, _ROWS = 16, 256
# So many frames may lie in the pipe before the parent has taken one: both processes work at a time.
_AHEAD = 3
_LOGGED = 300
_NUMBERS_TO = 1e15
# A sheet of this format has 256 columns.
_WIDEST = 256
# Up to this version of BIFF (times ten) a file is one stream of sheets.
_SEVERAL_AT_ONCE = 45
_TEXT, _NUMBER, _DATE, _BOOL, _ERROR = 1, 2, 3, 4, 5
_NOTHING = (0, 6)
_HALF = re.compile("[\ud800-\udfff]")


class StopReadingError(Exception):
    """The parent wants no more rows of this sheet."""


# --- bounds ------------------------------------------------------------------------------------------------


def limit_process(memory: int) -> None:
    """Bound this process; where the platform has no such bounds the parent's clock is all there is.

    A bound that the process was started under may be lower, and may not be raised.
    """
    try:
        import resource
    except ImportError:
        return
    for kind, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (bound, bound))


def limit_seconds(seconds: int) -> None:
    """Bound the processor time of what follows: a child whose parent died ends, whatever it is doing."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    wanted = int(used.ru_utime + used.ru_stime) + seconds + 2
    bound = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (bound, hard))


# --- strings -----------------------------------------------------------------------------------------------


def whole(text: str) -> str:
    """Join the halves of surrogate pairs; a half that stayed alone becomes U+FFFD."""
    if _HALF.search(text) is None:
        return text
    return _HALF.sub("\ufffd", text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))


class Texts:
    """Decodes strings for xlrd, and remembers how long the longest was."""

    def __init__(self) -> None:
        self.longest = 0

    def decode(self, data: bytes, encoding: str) -> str:
        """Decode as xlrd would, but lose no more than a damaged character."""
        errors = "surrogatepass" if encoding == "utf_16_le" else "replace"
        text = whole(data.decode(encoding, errors))
        self.longest = max(self.longest, len(text))
        return text

    def table(self, parts: list[bytes], _count: int) -> tuple[list[str], dict[int, object]]:
        """Read the table of shared strings; its counters are not believed, what is there counts."""
        joined = [*strings_of(parts)]
        self.longest = max(self.longest, max(map(len, joined), default=0))
        return joined, {}


def strings_of(parts: list[bytes]) -> Iterator[str]:
    """Yield the strings of an SST record and the CONTINUE records behind it, to the last whole one.

    A long string goes on in the next record, behind a byte that says anew how its characters are stored.
    """
    number, at, data = 0, 8, parts[0]
    try:
        while True:
            if at >= len(data):
                number, at = number + 1, 0
                data = parts[number]
                continue
            left, flags = struct.unpack_from("<HB", data, at)
            at += 3
            extra = 0
            if flags & 0x08:
                extra += 4 * struct.unpack_from("<H", data, at)[0]
                at += 2
            if flags & 0x04:
                extra += struct.unpack_from("<i", data, at)[0]
                at += 4
            wide = flags & 0x01
            end = at + (left << wide)
            if end <= len(data):
                text = data[at:end].decode("utf-16-le" if wide else "latin-1", "surrogatepass")
                at = end
            else:
                pieces = []
                while True:
                    take = min(left, (len(data) - at) >> wide)
                    end = at + (take << wide)
                    pieces.append(data[at:end].decode("utf-16-le" if wide else "latin-1", "surrogatepass"))
                    left -= take
                    if not left:
                        at = end
                        break
                    number += 1
                    data = parts[number]
                    wide, at = data[0] & 0x01, 1
                text = "".join(pieces)
            yield text if text.isascii() else whole(text)
            at += max(0, extra)
            while at > len(data):
                at -= len(data)
                number += 1
                data = parts[number]
    except (IndexError, struct.error):
        return


# --- looking ahead -----------------------------------------------------------------------------------------

_OLD_CELLS = (0x01, 0x02, 0x03, 0x04, 0x05, 0x06)
_CELLS = frozenset((*_OLD_CELLS, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406))
_BOFS = frozenset((0x09, 0x209, 0x409, 0x809))
_EOF, _ROW, _COLINFO, _FILTER = 0x0A, 0x208, 0x7D, 0x9D
_RUN = re.compile(
    rb"(?=.{4}(..))(?:\xfd\x00\x0a\x00\1.{8}|\x03\x02\x0e\x00\1.{12}|\x7e\x02\x0a\x00\1.{8}"
    rb"|\x01\x02\x06\x00\1.{4}|\x05\x02\x08\x00\1.{6})++",
    re.DOTALL,
)
"""The cells of one row, as far as they are records of a fixed length."""


class Outline:
    """What a walk over the record headers shows: whether rows are in order, and what is hidden."""

    def __init__(self, data: bytes, at: int, columns: int) -> None:
        self.ordered = True
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[int] = []
        self.autofilter = False
        self._walk(data, at, columns)

    def _walk(self, data: bytes, at: int, columns: int) -> None:
        last, depth, size = -1, 0, len(data)
        while at + 4 <= size:
            run = _RUN.match(data, at)
            if run is not None:
                row = int.from_bytes(run[1], "little")
                at = run.end()
            else:
                kind, length = struct.unpack_from("<HH", data, at)
                at += 4 + length
                if kind in _CELLS and length >= 2 and depth <= 1:
                    row = int.from_bytes(data[at - length : at - length + 2], "little")
                else:
                    depth += (kind in _BOFS) - (kind == _EOF)
                    if depth <= 0:
                        return
                    self._see(kind, data[at - length : at], columns)
                    continue
            self.ordered = self.ordered and row >= last
            last = row

    def _see(self, kind: int, record: bytes, columns: int) -> None:
        if kind == _ROW and len(record) >= 16 and record[12] & 0x20:
            self.hidden_rows.append(int.from_bytes(record[:2], "little"))
        elif kind == _COLINFO and len(record) >= 10 and record[8] & 0x01:
            first, last = struct.unpack_from("<HH", record)
            self.hidden_columns += range(first, min(last + 1, columns))
        elif kind == _FILTER:
            self.autofilter = True

    def facts(self) -> tuple[int, int, list[int], bool]:
        """Return how many rows are hidden, the number of the first, the hidden columns, and any filter."""
        first = min(self.hidden_rows) + 1 if self.hidden_rows else 0
        return len(self.hidden_rows), first, self.hidden_columns, self.autofilter


# --- rows --------------------------------------------------------------------------------------------------


_Rows = tuple[list[int], list[list[object]], dict[int, list[int]], dict[int, list[tuple[int, str]]]]
"""Row numbers, columns, and where dates and errors stand in them."""


class _Frame:
    """Rows that are being put together, column by column, and sent when there are enough."""

    def __init__(self, most: int, send: Callable[[_Rows], None], errors: dict[int, str]) -> None:
        self.most = most
        self.send = send
        self.error_texts = errors
        self.size = _FIRST_ROWS
        self.row = -1
        self.far_rows = 0
        self._far_row = -1
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.numbers: list[int] = []
        self.columns: list[list[object]] = [[] for _ in range(min(self.most, _WIDEST))]
        self.dates: dict[int, list[int]] = {}
        self.errors: dict[int, list[tuple[int, str]]] = {}

    def turn(self, row: int) -> None:
        """Begin the next row."""
        if len(self.numbers) >= self.size:
            self.flush()
        self.row = row
        self.numbers.append(row + 1)

    def put(self, column: int, kind: int, value: object) -> None:
        """Put a cell into the row that was begun last; a second one in its place takes it."""
        if column >= self.most:
            self.far_rows += self._far_row != self.row
            self._far_row = self.row
            return
        at = len(self.numbers) - 1
        cells = self.columns[column]
        if kind == _DATE:
            self.dates.setdefault(column, []).append(at)
        elif kind == _BOOL:
            value = bool(value)
        elif kind == _ERROR:
            text = self.error_texts.get(value, "#ERR") if isinstance(value, int) else "#ERR"
            self.errors.setdefault(column, []).append((at, text))
            value = None
        if at < len(cells):
            cells[at] = value
            return
        cells += [None] * (at - len(cells))
        cells.append(value)

    def flush(self) -> None:
        """Send the rows at hand."""
        if not self.numbers:
            return
        count, width = len(self.numbers), 0
        for index, cells in enumerate(self.columns):
            if cells:
                width = index + 1
            cells += [None] * (count - len(cells))
            if index not in self.dates:
                self.columns[index] = exact(cells)
        self.size = _ROWS
        rows = self.numbers, self.columns[:width], self.dates, self.errors
        self.clear()
        self.send(rows)


def exact(cells: list[object]) -> list[object]:
    """Turn whole numbers, all of which BIFF keeps as floats, into integers."""
    kinds = set(map(type, cells))
    if kinds == {str} or float not in kinds:
        return cells
    if kinds == {float}:
        try:
            integers: list[object] = list(map(int, cells))  # type: ignore[arg-type] # floats all
        except (ValueError, OverflowError):
            integers = []
        if integers == cells and max(map(abs, cells)) < _NUMBERS_TO:  # type: ignore[arg-type] # floats all
            return integers
    return [
        int(cell) if isinstance(cell, float) and cell.is_integer() and abs(cell) < _NUMBERS_TO else cell
        for cell in cells
    ]


class Worker:
    """One workbook and the conversation about it."""

    def __init__(self, path: str, commands: IO[bytes], output: IO[bytes]) -> None:
        # Its types do not tell of the places that are replaced here.
        self.xlrd: Any = importlib.import_module("xlrd")
        for part in ("biffh", "book", "sheet"):
            importlib.import_module(f"xlrd.{part}")
        self.path = path
        self.commands, self.output = commands, output
        self.texts = Texts()
        self._ahead = 0
        self.xlrd.book.unicode = self.xlrd.biffh.unicode = self.texts.decode
        self.xlrd.book.unpack_SST_table = self.texts.table
        self.xlrd.sheet.Sheet.put_cell_ragged = _ignore
        self.log = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the process
        self.encoding: str | None = None
        self.book = self._open()
        if self.book.biff_version < 80 and not self.book.codepage:
            # Korean back offices wrote such files with PHP's pack(); a text without a label is CP949 too.
            self.encoding = "cp949"
            self.book = self._open()

    def _open(self) -> Any:
        return self.xlrd.open_workbook(
            self.path, logfile=self.log, on_demand=True, ragged_rows=True, encoding_override=self.encoding
        )

    def say(self, *frame: object) -> None:
        """Write one frame."""
        data = marshal.dumps(frame)  # type: ignore[arg-type] # plain values all
        self.output.write(struct.pack("<I", len(data)))
        self.output.write(data)
        self.output.flush()

    def serve(self) -> None:
        """Tell what the book holds, then answer until the parent is gone."""
        book = self.book
        sheets = [
            (whole(name), bool(hidden))
            for name, hidden in zip(book._sheet_names, book._sheet_visibility, strict=False)
        ]
        codepage = "cp949" if self.encoding else f"cp{book.codepage}" if book.codepage else ""
        self.say("book", book.datemode == 1, codepage, sheets)
        for line in self.commands:
            command, *numbers = line.split()
            if command == b"R":
                self.read(*map(int, numbers))

    def read(self, sheet: int, seconds: int, rows: int, columns: int) -> None:
        """Send the rows of a sheet."""
        limit_seconds(seconds)
        self._ahead = 0
        frame = _Frame(columns, self._send, self.xlrd.error_text_from_code)
        facts: tuple[object, ...] = (0, 0, [], False)
        try:
            if self.book.biff_version > _SEVERAL_AT_ONCE:
                outline = Outline(self.book.mem, self.book._sh_abs_posn[sheet], columns)
                facts = outline.facts()
                if outline.ordered:
                    self._scan(sheet, _straight(frame))
                else:
                    self._sort(sheet, frame, rows)
            else:
                # xlrd reads all sheets of these old files at once, and keeps nothing to read them again.
                self._sort(sheet, frame, rows)
            frame.flush()
        except StopReadingError:
            frame.clear()
        self.say("end", frame.far_rows, *facts)

    def _sort(self, wanted: int, frame: _Frame, rows: int) -> None:
        """Read all cells before any row is sent: they come in the order in which a program wrote them."""
        kept: dict[int, dict[int, tuple[int, object]]] = {}

        def keep(sheet, row, column, kind, value, style):  # type: ignore[no-untyped-def] # called by xlrd
            if sheet.number == wanted:
                kind = sheet._xf_index_to_xl_type_map[style] if kind is None else kind
                kept.setdefault(row, {})[column] = (kind, value)

        self._scan(wanted, keep)
        # One row past the limit, even a blank one, is enough for the parent to refuse the file.
        for row in itertools.islice(sorted(kept), rows + 1):
            frame.turn(row)
            for column, (kind, value) in sorted(kept.pop(row).items()):
                if kind not in _NOTHING:
                    frame.put(column, kind, value)

    def _scan(self, wanted: int, put_cell: PutCell) -> None:
        self.xlrd.sheet.Sheet.put_cell_ragged = put_cell
        try:
            if self.book.biff_version > _SEVERAL_AT_ONCE:
                self.book.get_sheet(wanted)
                self.book.unload_sheet(wanted)
            else:
                self._open()
        finally:
            self.xlrd.sheet.Sheet.put_cell_ragged = _ignore

    def _send(self, rows: _Rows) -> None:
        self.say("rows", *rows, self.texts.longest)
        self._ahead += 1
        if self._ahead > _AHEAD and self.commands.readline() != b"N\n":
            raise StopReadingError


PutCell = Callable[[object, int, int, int | None, object, int], None]
"""What xlrd calls for every cell: sheet, row, column, kind (None for a number), value, style."""


def _ignore(*_: object) -> None:
    """Take no notice: nobody has asked for this sheet."""


def _straight(frame: _Frame) -> PutCell:
    """Return what puts cells into a frame as they come; texts and numbers, nearly all, take the short way."""
    turn, put = frame.turn, frame.put
    row_now, at = -1, -1
    columns = frame.columns
    most = len(columns)

    def put_cell(sheet, row, column, kind, value, style):  # type: ignore[no-untyped-def] # called by xlrd
        nonlocal row_now, at, columns
        if kind is None:
            kind = sheet._xf_index_to_xl_type_map[style]
        if row != row_now:
            turn(row)
            row_now, at, columns = row, len(frame.numbers) - 1, frame.columns
        if kind == _TEXT or kind == _NUMBER:  # noqa: SIM109 - twice as fast
            if column < most:
                cells = columns[column]
                if len(cells) == at:
                    cells.append(value)
                    return
            put(column, kind, value)
        elif kind not in _NOTHING:
            put(column, kind, value)

    return put_cell


def main(arguments: list[str]) -> int:
    """Read the file named first; what cannot be read is told in a frame, and in the exit code."""
    path, memory = arguments
    output = sys.stdout.buffer
    try:
        limit_process(int(memory))
        Worker(path, sys.stdin.buffer, output).serve()
    except MemoryError:
        return _OUT_OF_MEMORY
    except BrokenPipeError:
        os._exit(0)
    except OSError as error:
        return _tell(output, f"{type(error).__name__}: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - this process exists to turn any failure of the reader into a word
        return _tell(output, f"{type(error).__name__}: {error}"[:_LOGGED])
    return 0


def _tell(output: IO[bytes], reason: str) -> int:
    data = marshal.dumps(("error", reason))
    output.write(struct.pack("<I", len(data)) + data)
    output.flush()
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
