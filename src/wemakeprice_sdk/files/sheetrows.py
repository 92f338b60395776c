"""The rows of an xlsx worksheet, streamed: whole rows matched in C, anything unusual through expat.

One expat parser, the *shell*, sees everything that the patterns do not: what stands before the rows, every
row that is unusual, and what stands after the rows. So the document as a whole is checked, and a row read by
either way gives the same cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import chain

from attrs import define, field

from wemakeprice_sdk.errors import UnreadableFileError
from wemakeprice_sdk.files import rowpattern
from wemakeprice_sdk.files.cells import (
    FORMULA_WITHOUT_VALUE,
    MAX_COLUMNS,
    Cell,
    RowBlock,
    SheetRow,
    blocks_of,
    column_letter,
    split_reference,
)
from wemakeprice_sdk.files.guard import GuardedXml, attribute, holds_declarations, is_true
from wemakeprice_sdk.files.limits import Budget, over
from wemakeprice_sdk.files.rowpattern import NUMBER, CellReaders, Groups, Learner, RowPattern, unescaped
from wemakeprice_sdk.files.sharedstrings import CrowdedError, SharedStrings, unescape_x
from wemakeprice_sdk.files.workbook import SheetFacts

_SHEET_DATA = re.compile(rb"<((?:[A-Za-z][\w.-]{0,30}:)?)sheetData\s*+>")
_NOT_UTF8 = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-8|us-ascii)", re.IGNORECASE)
_HIDDEN = re.compile(r'\s(?:hidden="(?:1|true|on)"|ht="0(?:\.0+)?")')
"""A row is hidden too when it has no height."""
_FLAT = re.compile(r"0(?:\.0+)?")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_LEARN_ROWS = 200
# A sheet that changes its way of writing further down is learned anew, but not for ever: a lesson takes as
# long as some hundred rows.
_UNLEARNED_ROWS = 100
_LESSONS = 8
_ROOM = 4 << 20
_PIECE = 1 << 15


@define(eq=False)
class _Rows:
    """Collects rows from XML events."""

    readers: CellReaders
    budget: Budget
    rows: list[SheetRow] = field(factory=list)
    far_cells: int = 0
    first_far: str = ""
    last_row: int = 0
    """Number of the row that was read last, or is being read."""
    _column: int = 0
    _cells: list[Cell] = field(factory=list)
    _kind: str = ""
    _style: str = ""
    _value: list[str] | None = None
    _inline: list[str] | None = None
    _formula: bool = False
    _into: list[str] | None = None
    _phonetic: int = 0
    _text_size: int = 0
    _row_size: int = 0
    outside: int = 0
    """How deep the parser is within an extension list, of which nothing is believed, or within a choice for
    readers of some extension: what is meant for all others follows it (`mc:AlternateContent`)."""
    hidden_rows: int = 0
    first_hidden_row: int = 0
    hidden_columns: list[int] = field(factory=list)
    autofilter: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("extLst", "Choice") or self.outside:
            self._into = None
            self.outside += 1
        elif name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._into = self._value = []
        elif name == "t" and not self._phonetic:
            if self._inline is None:
                self._inline = []
            self._into = self._inline
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = True
            self._into = None
        elif name == "rPh":
            self._phonetic += 1
        elif name == "col":
            self._see_columns(attributes)
        elif name == "autoFilter":
            self.autofilter = True

    def _see_columns(self, attributes: dict[str, str]) -> None:
        low, high = attributes.get("min", ""), attributes.get("max", "")
        hidden = is_true(attributes.get("hidden", "")) or _FLAT.fullmatch(attributes.get("width", ""))
        if hidden and _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high):
            self.hidden_columns += range(int(low) - 1, min(int(high), self.budget.limits.columns))

    def see_hidden(self, number: int, count: int = 1) -> None:
        """Count hidden rows, the first of which has that number."""
        self.hidden_rows += count
        self.first_hidden_row = self.first_hidden_row or number

    def place(self) -> str:
        """Return where the parser is, for errors."""
        if not self.last_row:
            return ""
        return f", row {self.last_row}, column {column_letter(min(self._column, MAX_COLUMNS - 1))}"

    def end(self, name: str) -> None:
        self._into = None
        if self.outside:
            self.outside -= 1
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self.budget.spend(0, len(self._cells))
            check_looked_up(self.readers.store, [(self.last_row, self._cells)], len(self._cells), self.budget)
            self.rows.append((self.last_row, self._cells))
            self._cells = []
        elif name == "rPh":
            self._phonetic -= 1

    def text(self, data: str) -> None:
        if self._into is None:
            return
        self._text_size += len(data)
        self._row_size += len(data)
        if self._text_size > self.budget.limits.cell_text or self._row_size > self.budget.limits.row_text:
            column = column_letter(min(self._column, MAX_COLUMNS - 1))
            self.budget.check_text(self._text_size, self._row_size, self.last_row, column)
        self._into.append(data)

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self.last_row = (
            int(given) if given.isdigit() and len(given) < 9 and given.isascii() else self.last_row + 1
        )
        self.budget.check_row_number(self.last_row)
        if is_true(attributes.get("hidden", "")) or _FLAT.fullmatch(attributes.get("ht", "")):
            self.see_hidden(self.last_row)
        self._column = self._row_size = 0
        self._cells = []

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._kind = attribute(attributes, "t")
        self._style = attribute(attributes, "s")
        self._value = self._inline = None
        self._formula = False
        self._text_size = 0
        reference = attributes.get("r")
        if reference is None:
            return
        place = split_reference(reference)
        if place is None:
            raise UnreadableFileError(
                f"row {self.last_row}: {reference[:20]!r} is no cell of a sheet "
                "(손상된 파일입니다. 다시 내려받아 주세요)"
            )
        self._column = place[1]

    def _end_cell(self) -> None:
        value = None if self._value is None else "".join(self._value)
        inline = None if self._inline is None else "".join(self._inline)
        # openpyxl writes `<v/>` for a formula; only a text formula (t="str") can have come out empty.
        blank = value is None or (not value and self._kind != "str")
        if self._formula and inline is None and (blank or self._is_pending(value or "")):
            cell: Cell = FORMULA_WITHOUT_VALUE
        else:
            value = unescape_x(value) if value is not None and "_x" in value else value
            inline = unescape_x(inline) if inline is not None and "_x" in inline else inline
            style = self._style if self._style.isdigit() and len(self._style) < 10 else ""
            try:
                cell = self.readers.make(self._kind, style, value, inline)
            except UnreadableFileError as error:
                raise UnreadableFileError(f"{self.place()[2:]}: {error}") from error
        self._place(cell)
        self._column += 1

    def _is_pending(self, value: str) -> bool:
        """Return whether a formula was never computed: POI leaves `0.0` then, Excel `0` for a real zero."""
        return value in self.readers.pending and self._kind in ("", "n")

    def _place(self, cell: Cell) -> None:
        if self._column >= self.budget.limits.columns:
            if cell is not None:
                self.far_cells += 1
                self.first_far = self.first_far or f"row {self.last_row}"
            return
        missing = self._column - len(self._cells)
        if missing >= 0:
            self._cells += [None] * missing
            self._cells.append(cell)
        else:
            self._cells[self._column] = cell

    def take(self) -> list[SheetRow]:
        taken, self.rows = self.rows, []
        return taken


def check_looked_up(
    store: SharedStrings | None, rows: Iterable[SheetRow], columns: int, budget: Budget
) -> None:
    """Refuse rows of too much text, where shared strings were looked up that are long enough for it."""
    if store is None or store.longest * columns <= budget.limits.row_text:
        return
    for number, cells in rows:
        budget.check_text(0, sum(len(cell) for cell in cells if isinstance(cell, str)), number)


@define(eq=False)
class SheetRows:
    """Iterates over the rows of one worksheet, given the bytes of its part; rows may be ragged."""

    chunks: Iterable[bytes]
    readers: CellReaders
    budget: Budget
    where: str
    slow_rows: int = field(default=0, init=False)
    """Rows that went through expat."""
    fast_rows: int = field(default=0, init=False)
    """Rows that were matched in C."""
    _sink: _Rows = field(init=False)
    _shell: GuardedXml = field(init=False)
    _prefix: str = field(default="", init=False)
    _columns: int = field(default=0, init=False)
    _patterns: list[RowPattern] = field(factory=list, init=False)
    _learner: Learner | None = field(default=None, init=False)
    _lessons: int = field(default=0, init=False)
    _unlearned: int = field(default=0, init=False)
    """Rows since the last lesson that no learned pattern took."""

    def __attrs_post_init__(self) -> None:
        """Arm the shell."""
        self._sink = _Rows(self.readers, self.budget)
        self._shell = GuardedXml(self._sink, self.budget, self.where, locate=self._sink.place)

    @property
    def far_cells(self) -> int:
        """Cells right of the column limit, which were not read."""
        return self._sink.far_cells

    @property
    def first_far(self) -> str:
        """Where the first of them stands."""
        return self._sink.first_far

    @property
    def facts(self) -> SheetFacts:
        """What was seen so far besides the cells."""
        sink = self._sink
        return SheetFacts(
            hidden_rows=sink.hidden_rows,
            first_hidden_row=sink.first_hidden_row,
            hidden_columns=tuple(sink.hidden_columns),
            autofilter=sink.autofilter,
        )

    @property
    def last_row(self) -> int:
        """Number of the row that was read last."""
        return self._sink.last_row

    def __iter__(self) -> Iterator[SheetRow]:
        """Return the rows in file order; raise a typed error where the file is damaged or unsafe."""
        for block in self.blocks():
            yield from block.rows()

    def blocks(self) -> Iterator[RowBlock]:
        """Return the rows in file order, as many together as were read together."""
        chunks = iter(self.chunks)
        buffer, opening = self._prologue(chunks)
        if opening is not None:
            self._prefix = opening[1].decode()
            self._shell.feed(buffer[: opening.end()])
            buffer = yield from self._fast(buffer[opening.end() :], chunks)
        while buffer:
            for at in range(0, len(buffer), _PIECE):
                yield from blocks_of(self._slow(buffer[at : at + _PIECE]))
            buffer = next(chunks, b"")
        self._shell.feed(b"", final=True)
        yield from blocks_of(self._taken())

    def _prologue(self, chunks: Iterator[bytes]) -> tuple[bytes, re.Match[bytes] | None]:
        """Read up to the first row; no match means that the whole sheet is left to expat."""
        buffer = next(chunks, b"")
        if buffer[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in buffer[:64] or _NOT_UTF8.search(buffer[:200]):
            return buffer, None
        opening = _SHEET_DATA.search(buffer)
        while opening is None and len(buffer) < self.budget.limits.xml_token and (piece := next(chunks, b"")):
            buffer += piece
            opening = _SHEET_DATA.search(buffer)
        if opening is None or b"<!" in buffer[: opening.end()]:
            return buffer, None
        return buffer, opening

    def _fast(self, buffer: bytes, chunks: Iterator[bytes]) -> Generator[RowBlock, None, bytes]:
        """Match rows block by block; give back the bytes from which on expat has to go on."""
        end = f"</{self._prefix}row>".encode()
        while True:
            cut = buffer.rfind(end)
            if cut >= 0:
                cut += len(end)
                if holds_declarations(buffer):
                    return buffer
                yield from self._block(buffer[:cut])
                buffer = buffer[cut:]
            if len(buffer) > self.budget.limits.xml_token:
                return buffer
            piece = next(chunks, b"")
            if not piece:
                return buffer
            buffer += piece

    def _block(self, data: bytes) -> Iterator[RowBlock]:
        self.budget.check_time()
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            row = data.count(f"</{self._prefix}row>".encode(), 0, error.start)
            raise UnreadableFileError(
                f"{self.where}, {row + 1} row(s) below row {self.last_row}, is not UTF-8: {error.reason} "
                "(손상된 파일입니다. 다시 내려받아 주세요)"
            ) from error
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not self._patterns or (self._unlearned > _UNLEARNED_ROWS and self._lessons < _LESSONS):
            self._learn(text)
        pieces = self._match(text)
        first, second = next(pieces, None), next(pieces, None)
        if second is None and isinstance(first, RowBlock):
            yield first
            return
        some = (piece for piece in (first, second) if piece is not None)
        rows = (piece.rows() if isinstance(piece, RowBlock) else piece for piece in chain(some, pieces))
        yield from blocks_of(chain.from_iterable(rows))

    def _learn(self, text: str) -> None:
        """Learn from the rows at hand which cells this sheet writes, and how."""
        sample = text[: _position_of(text, f"</{self._prefix}row>", _LEARN_ROWS)]
        if self._learner is None:
            self._learner = Learner(self._prefix, self.readers)
        self._lessons += 1
        self._unlearned = 0
        self._learner.look(sample)
        columns = self._learner.columns
        if 0 < columns <= min(rowpattern.MOST_COLUMNS, self.budget.limits.columns):
            self._columns, self._patterns = columns, self._learner.patterns()

    def _match(self, text: str) -> Iterator[RowBlock | list[SheetRow]]:
        """Match row after row; rows of one pattern are turned into cells together, odd rows come as rows."""
        position, length = 0, len(text)
        bound = min(self.budget.limits.cell_text, self.budget.limits.row_text)
        # Single characters are found soonest, see the guard.
        escaped = "&" in text or ("_" in text and "_x" in text)
        run: list[Groups] = []
        using: RowPattern | None = None
        begin = 0
        while position < length:
            for pattern in () if self._sink.outside else self._patterns:
                match = pattern.match(text, position)
                if match is not None:
                    break
            else:
                yield from self._made(using, run, escaped, text[begin:position])
                using, run = None, []
                end = self._end_of_row(text, position)
                self._unlearned += 1
                yield self._slow(text[position:end].encode())
                position = end
                continue
            if pattern is self._patterns[-1]:
                self._unlearned += 1
            if using is None or pattern.make is not using.make:
                yield from self._made(using, run, escaped, text[begin:position])
                using, run, begin = pattern, [], position
            groups: Groups = match.groups()
            end = match.end()
            if end - position > bound and self._is_long(groups, pattern):
                self._slow(text[position:end].encode())
            position = end
            run.append(groups)
        yield from self._made(using, run, escaped, text[begin:])

    def _made(
        self, pattern: RowPattern | None, run: list[Groups], escaped: bool, text: str
    ) -> Iterator[RowBlock]:
        if pattern is None:
            return
        self.fast_rows += len(run)
        self.budget.spend(len(run), len(run) * self._columns)
        numbers = [int(groups[NUMBER] or 0) for groups in run]
        self.budget.check_row_number(max(numbers))
        # A row without a number, which expat reads, counts on from the row above it.
        self._sink.last_row = numbers[-1]
        self._see_hidden(run)
        try:
            yield from self._looked_up(lambda rows: pattern.make(rows, escaped), run, numbers)
        except UnreadableFileError:
            # The parser says in which row and column.
            self._slow(text.encode())
            raise

    def _see_hidden(self, run: list[Groups]) -> None:
        """Count the hidden rows; most runs hold one or two sets of attributes."""
        hidden = {
            (before, after)
            for before, after in {(groups[0], groups[2]) for groups in run}
            if _HIDDEN.search(f"{before}{after}")
        }
        if hidden:
            numbers = [int(groups[NUMBER] or 0) for groups in run if (groups[0], groups[2]) in hidden]
            self._sink.see_hidden(numbers[0], len(numbers))

    def _looked_up(
        self,
        make: Callable[[list[Groups]], Sequence[Sequence[Cell]]],
        run: list[Groups],
        numbers: list[int],
    ) -> Iterator[RowBlock]:
        """Turn rows into cells; in halves when they refer to more text than is held at a time."""
        store, bound = self.readers.store, self.budget.limits.row_text
        if store is not None:
            store.allow(max(_ROOM, bound))
        try:
            block = RowBlock(numbers, make(run))
        except CrowdedError:
            block = None
        # Not in the handler: the error would hold what was looked up.
        if block is not None:
            check_looked_up(store, block.rows(), self._columns, self.budget)
            yield block
        elif store is not None and len(run) == 1:
            raise over("row_text", store.given, bound, f"row {numbers[0]}")
        else:
            half = len(run) // 2
            yield from self._looked_up(make, run[:half], numbers[:half])
            yield from self._looked_up(make, run[half:], numbers[half:])

    def _is_long(self, groups: Groups, pattern: RowPattern) -> bool:
        """Return whether a row holds more text than is allowed; the parser says where."""
        sizes = [len(text) for text in unescaped(pattern.texts(groups)) if text is not None]
        limits = self.budget.limits
        return max(sizes, default=0) > limits.cell_text or sum(sizes) > limits.row_text

    def _end_of_row(self, text: str, position: int) -> int:
        end_tag = f"</{self._prefix}row>"
        end = text.find(end_tag, position)
        return len(text) if end < 0 else end + len(end_tag)

    def _slow(self, data: bytes) -> list[SheetRow]:
        if self.readers.store is not None:
            self.readers.store.allow()
        self._shell.feed(data)
        return self._taken()

    def _taken(self) -> list[SheetRow]:
        rows = self._sink.take()
        self.slow_rows += len(rows)
        self.budget.spend(len(rows), 0)
        return rows


def _position_of(text: str, needle: str, count: int) -> int:
    position = 0
    for _ in range(count):
        found = text.find(needle, position)
        if found < 0:
            break
        position = found + len(needle)
    return position
