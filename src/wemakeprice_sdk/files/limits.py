"""How much a file may ask of the machine, and the running account of what it has asked."""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import UnsafeFileError

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB


@frozen(kw_only=True)
class FileLimits:
    """Bounds on what reading a file may cost; past any of them reading stops with `UnsafeFileError`.

    Sizes are bytes, `seconds` is wall time for one pass over one file. The defaults let through every
    export that Excel itself could hold, but for rows of more than 32 completely full cells (`row_text`) and
    columns right of the 1,024th, which are counted only (`columns`).
    """

    file_bytes: int = 512 * _MIB
    """Size of the file on disk."""

    archive_members: int = 2_000
    """Members of a zip archive."""

    sheets: int = 2_000
    """Sheets of a workbook, or tables of a page."""

    sheet_bytes: int = 4 * _GIB
    """Unpacked size of one sheet, or of the shared strings."""

    part_bytes: int = 16 * _MIB
    """Unpacked size of any other part that is read (workbook, styles, relations)."""

    mhtml_bytes: int = 64 * _MIB
    """Size of a web page archive (MHTML), which is held in memory."""

    compression_ratio: int = 400
    """Unpacked over packed size of a member above one MiB; honest exports stay far below."""

    rows: int = 1_048_576
    """Rows of a sheet, and the highest row number."""

    columns: int = 1_024
    """Columns held per row. Cells further right (up to XFD) are counted and reported, never materialised."""

    cells: int = 100_000_000
    """Cells of a sheet."""

    cell_text: int = 131_072
    """Characters of one cell (Excel itself stops at 32,767). For quoted cells of a CSV
    `csv.field_size_limit()` holds as well, which is 131,072 unless the process sets it."""

    row_text: int = _MIB
    """Characters of all the cells of one row, shared strings among them: 32 cells of Excel's 32,767
    characters. Some hundred rows are held at a time, so a higher bound costs memory."""

    xml_depth: int = 64
    """Nesting of XML elements and of HTML tables."""

    xml_token: int = 4 * _MIB
    """Bytes of one tag, comment or stretch of markup that is not finished yet."""

    shared_string_memory: int = 48 * _MIB
    """Memory for shared strings; what goes beyond lies in an anonymous temporary file."""

    header_rows: int = 40
    """How far down the header is looked for."""

    scattered_rows: int = 200_000
    """Option rows that stand away from their product and have to be remembered."""

    child_memory: int = _GIB
    """Memory of the child process that reads `.xls` (POSIX)."""

    child_output: int = 2 * _GIB
    """What that child may write to its temporary file (POSIX)."""

    seconds: float = 600.0
    """Wall time for one pass over one file."""


DEFAULT_LIMITS = FileLimits()


@define
class Budget:
    """The account of one pass over one file: time, rows and cells spent against `limits`."""

    limits: FileLimits = DEFAULT_LIMITS
    monotonic: Callable[[], float] = time.monotonic
    rows: int = field(default=0, init=False)
    cells: int = field(default=0, init=False)
    _until: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Start the clock."""
        self.restart()

    def again(self) -> Budget:
        """Return an account of its own for a further pass that has to end at the same time as this one."""
        further = Budget(self.limits, self.monotonic)
        further._until = self._until
        return further

    def restart(self) -> None:
        """Start the clock anew, for another pass."""
        self._until = self.monotonic() + self.limits.seconds

    @property
    def seconds_left(self) -> float:
        """Wall time that is left, at least zero."""
        return max(0.0, self._until - self.monotonic())

    def check_time(self) -> None:
        """Raise `UnsafeFileError` when the time is used up."""
        if self.monotonic() > self._until:
            raise UnsafeFileError(
                f"reading took longer than the limit seconds={self.limits.seconds:g}; give a smaller file "
                "(읽는 시간이 한도를 넘었습니다. 파일을 나누어 주세요)"
            )

    def spend(self, rows: int, cells: int) -> None:
        """Account for rows and cells that were read."""
        self.rows += rows
        self.cells += cells
        if self.rows > self.limits.rows:
            raise over("rows", self.rows, self.limits.rows)
        if self.cells > self.limits.cells:
            raise over("cells", self.cells, self.limits.cells)

    def check_sheets(self, count: int) -> None:
        """Refuse a file of more sheets than are allowed."""
        if count > self.limits.sheets:
            raise over("sheets", count, self.limits.sheets)

    def check_text(self, cell: int, row_text: int, row: int, column: str = "") -> None:
        """Refuse a cell, or a row, of more characters than are allowed."""
        if cell > self.limits.cell_text:
            place = f"row {row}, column {column}" if column else f"row {row}"
            raise over("cell_text", cell, self.limits.cell_text, place)
        if row_text > self.limits.row_text:
            raise over("row_text", row_text, self.limits.row_text, f"row {row}")

    def check_row_number(self, number: int) -> None:
        """Refuse a row number no sheet can have."""
        if number > self.limits.rows:
            raise over("rows", number, self.limits.rows)


def over(name: str, found: int, bound: int, where: str = "") -> UnsafeFileError:
    """Return the error for a bound that was passed, naming the bound and what was found."""
    place = f" in {where}" if where else ""
    return UnsafeFileError(
        f"{name}={found:,}{place} is above the limit {name}={bound:,} "
        f"(파일이 허용 한도를 넘었습니다. 파일을 나누어 주세요: {name} {found:,} > {bound:,})"
    )
