"""Child process: reads one `.xls` with xlrd under limits and streams the rows of the sheets it is asked for.

Run by file name (`python -P _xls_worker.py MEMORY`); imports only the room of files besides xlrd. It reads
the path, in hexadecimal, then commands, one a line (`R sheet seconds rows columns`, `N` for the next rows,
`S` to stop), and writes frames: four bytes of length, then a marshalled tuple.

A sheet of texts, numbers and truths is unpacked by the layouts of its rows. Any other (formulas, old kinds of
cells, rows out of order) goes through xlrd's own loop over the records, whose cells go into a frame instead
of xlrd's table. Both ways the first rows leave at once.
"""

from __future__ import annotations

import importlib
import itertools
import marshal
import os
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import IO, Any

from wemakeprice_sdk.files._xls_biff import (
    LABEL,
    RK,
    TRUTH,
    WIDEST,
    Layout,
    Outline,
    SharedTexts,
    Texts,
    exact,
    rk_number,
    whole,
)

_OUT_OF_MEMORY = 4
_FIRST_ROWS, _ROWS = 16, 256
# So many frames may lie in the pipe before the parent has taken one: both processes work at a time.
_AHEAD = 3
_LOGGED = 300
# Up to this version of BIFF (times ten) a file is one stream of sheets.
_SEVERAL_AT_ONCE = 45
_TEXT, _NUMBER, _DATE, _BOOL, _ERROR = 1, 2, 3, 4, 5
_NEVER_CALCULATED = -1
"""An error code of our own: a formula that no program has computed."""
_NOTHING = (0, 6)


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


# --- rows --------------------------------------------------------------------------------------------------


_Rows = tuple[list[int], list[list[object]], dict[int, list[int]], dict[int, list[tuple[int, str]]]]
"""Row numbers, columns, and where dates and errors stand in them."""


_Column = tuple[int, Sequence[object], Sequence[int], Sequence[tuple[int, int]]]
"""Index, cells, which of them are dates, and which errors with their code."""


class _Frame:
    """Rows that are being put together, column by column, and sent when there are enough."""

    def __init__(
        self, most: int, send: Callable[[_Rows], None], errors: dict[int, str], *, floats: bool
    ) -> None:
        self.most = most
        self.floats = floats
        """Whether whole numbers come as floats, as BIFF keeps them."""
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
        self.columns: list[list[object]] = [[] for _ in range(min(self.most, WIDEST))]
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

    @property
    def room(self) -> int:
        """How many more rows are sent together."""
        return self.size - len(self.numbers)

    def take(self, numbers: Sequence[int], columns: Iterable[_Column]) -> None:
        """Take whole rows, column by column from the left."""
        begin = len(self.numbers)
        self.numbers += [number + 1 for number in numbers]
        for column, values, dates, faults in columns:
            if column >= self.most:
                self.far_rows += len(numbers)
                break
            cells = self.columns[column]
            cells += [None] * (begin - len(cells))
            cells += values
            if dates:
                self.dates.setdefault(column, []).extend([begin + at for at in dates])
            for at, code in faults:
                text = self.error_texts.get(code, "#ERR")
                self.errors.setdefault(column, []).append((begin + at, text))
        if self.room <= 0:
            self.flush()

    def flush(self) -> None:
        """Send the rows at hand."""
        if not self.numbers:
            return
        count, width = len(self.numbers), 0
        for index, cells in enumerate(self.columns):
            if cells:
                width = index + 1
            cells += [None] * (count - len(cells))
            if self.floats and index not in self.dates:
                self.columns[index] = exact(cells)
        self.size = _ROWS
        rows = self.numbers, self.columns[:width], self.dates, self.errors
        self.clear()
        self.send(rows)


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
        self._outlines: dict[int, Outline] = {}
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
        book = self.xlrd.open_workbook(
            self.path, logfile=self.log, on_demand=True, ragged_rows=True, encoding_override=self.encoding
        )
        book._sharedstrings = book._sharedstrings or SharedTexts(self.texts, iter(()))
        return book

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
        facts: tuple[object, ...] = (0, 0, [], False)
        outline = self._outline(sheet, columns)
        plain = outline is not None and outline.plain
        errors = {**self.xlrd.error_text_from_code, _NEVER_CALCULATED: "#FORMULA"}
        frame = _Frame(columns, self._send, errors, floats=not plain)
        try:
            if outline is None:
                # xlrd reads all sheets of these old files at once, and keeps nothing to read them again.
                self._sort(sheet, frame, rows)
            else:
                facts = outline.facts()
                if plain:
                    self._unpack(sheet, outline, frame)
                elif outline.ordered:
                    self._scan(sheet, _without(outline.pending, _straight(frame)))
                else:
                    self._sort(sheet, frame, rows, outline.pending)
            frame.flush()
        except StopReadingError:
            frame.clear()
        self.say("end", frame.far_rows, *facts)

    def _outline(self, sheet: int, columns: int) -> Outline | None:
        """Walk over a sheet, once: its first rows are asked for before all of them. None for old files."""
        if self.book.biff_version <= _SEVERAL_AT_ONCE:
            return None
        if sheet not in self._outlines:
            self._outlines[sheet] = Outline(self.book.mem, self.book._sh_abs_posn[sheet], columns)
        return self._outlines[sheet]

    def _unpack(self, sheet: int, outline: Outline, frame: _Frame) -> None:
        """Read the rows by their layouts."""
        book = self.book
        book._position = book._sh_abs_posn[sheet]
        book.getbof(self.xlrd.biffh.XL_WORKSHEET)
        at, count = 0, len(outline.rows)
        while at < count:
            number, end = outline.layout_of[at], at + 1
            most = min(count, at + frame.room)
            while end < most and outline.layout_of[end] == number:
                end += 1
            layout = outline.layouts[number]
            if layout.kinds:
                rows = map(layout.unpack_from, itertools.repeat(book.mem), outline.rows[at:end])
                numbers, *fields = zip(*rows, strict=True)
                frame.take(numbers, self._columns(layout, fields))
            at = end

    def _columns(self, layout: Layout, fields: Sequence[Sequence[Any]]) -> Iterator[_Column]:
        """Yield the columns of some rows of one layout."""
        types = self.book._xf_index_to_xl_type_map
        following = iter(fields)
        for column, kind in layout.kinds:
            styles, values = next(following), next(following)
            if kind == LABEL:
                yield column, self.book._sharedstrings.at(values), (), ()
            elif kind == TRUTH:
                wrong = next(following)
                faults = [(at, code) for at, code in enumerate(values) if wrong[at]]
                cells = [None if odd else bool(one) for one, odd in zip(values, wrong, strict=True)]
                yield column, cells, (), faults
            else:
                dated = {style for style in set(styles) if types[style] == _DATE}
                dates = [at for at, style in enumerate(styles) if style in dated] if dated else ()
                yield column, list(map(rk_number, values)) if kind == RK else exact(list(values)), dates, ()

    def _sort(
        self, wanted: int, frame: _Frame, rows: int, pending: AbstractSet[tuple[int, int]] = frozenset()
    ) -> None:
        """Read all cells before any row is sent: they come in the order in which a program wrote them."""
        kept: dict[int, dict[int, tuple[int, object]]] = {}

        def keep(sheet, row, column, kind, value, style):  # type: ignore[no-untyped-def] # called by xlrd
            if sheet.number == wanted:
                kind = sheet._xf_index_to_xl_type_map[style] if kind is None else kind
                kept.setdefault(row, {})[column] = (kind, value)

        self._scan(wanted, _without(pending, keep))
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


def _without(pending: AbstractSet[tuple[int, int]], put: PutCell) -> PutCell:
    """Return what puts an error in place of what formulas show that were never computed."""
    if not pending:
        return put

    def put_cell(sheet, row, column, kind, value, style):  # type: ignore[no-untyped-def] # called by xlrd
        if (row, column) in pending:
            kind, value = _ERROR, _NEVER_CALCULATED
        put(sheet, row, column, kind, value, style)

    return put_cell


def main(arguments: list[str]) -> int:
    """Read the file of the first line; what cannot be read is told in a frame, and in the exit code."""
    (memory,) = arguments
    commands, output = sys.stdin.buffer, sys.stdout.buffer
    try:
        limit_process(int(memory))
        path = os.fsdecode(bytes.fromhex(commands.readline().decode()))
        Worker(path, commands, output).serve()
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
