"""Cells of the workbooks that are written: text that never runs, widths by content, a set-up for print."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.files.sheetxml import LINE_HEIGHT, MOST_LINES, literal, text_width

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell as BookCell
    from openpyxl.worksheet.worksheet import Worksheet

RED, YELLOW, GREY = "FFFFC7CE", "FFFFF2CC", "FFD9D9D9"
ReportValue: TypeAlias = "str | int | float | bool | datetime | None"

ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NARROWEST, _WIDEST = 8, 60
_DATE_WIDTH = 20


def width_of(value: ReportValue) -> int:
    """Return how many columns of type a value takes; Hangul and other wide letters count two."""
    if value is None:
        return 0
    if isinstance(value, datetime):
        return _DATE_WIDTH
    lines = str(value)[:1_000].split("\n")
    return max(map(text_width, lines))


def fitted(rows: Iterable[Sequence[ReportValue]], *, widest: int = _WIDEST) -> list[int]:
    """Return a width per column for rows of values, within reason."""
    widths: list[int] = []
    for row in rows:
        widths += [0] * (len(row) - len(widths))
        for at, value in enumerate(row):
            widths[at] = max(widths[at], width_of(value))
    return [min(max(width + 2, _NARROWEST), widest) for width in widths]


@contextmanager
def new_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook for writing row by row; what lies under `path` is replaced once all of it is written.

    Raises `ValidationError` when the file cannot be written; nothing half-written stays.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    partial = path.with_name(f".{path.name[:40]}.{os.getpid()}-{id(book)}.part")
    try:
        with _opened(partial, path) as stream:
            yield book
            _save(book, stream, path)
        _move(partial, path)
    except BaseException:
        _drop(book)
        raise
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def _opened(partial: Path, path: Path) -> IO[bytes]:
    try:
        return partial.open("wb")
    except OSError as error:
        raise _unwritable(path, error) from error


def _move(partial: Path, path: Path) -> None:
    try:
        partial.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _save(book: Workbook, stream: IO[bytes], path: Path) -> None:
    try:
        book.save(stream)
        stream.flush()
    except OSError as error:
        raise _unwritable(path, error) from error


def _drop(book: Workbook) -> None:
    """Close sheets that were left open: their writers would complain when they are collected."""
    for sheet in book.worksheets:
        with suppress(Exception):
            sheet.close()


def _unwritable(path: Path, error: OSError) -> ValidationError:
    return ValidationError.single(
        "path",
        path.name,
        "writable file",
        f"the file cannot be written: {error.strerror}; name a file in a folder that exists, "
        "and close it in Excel",
        "파일을 저장할 수 없습니다. 폴더가 있는지, 엑셀에서 열려 있지 않은지 확인해 주세요",
    )


class SheetWriter:
    """Makes cells with the few styles that written sheets have."""

    def __init__(self, sheet: Worksheet) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Font, PatternFill

        self.sheet = sheet
        self.make = WriteOnlyCell
        self.bold = Font(bold=True)
        self.fills = {color: PatternFill("solid", fgColor=color) for color in (RED, YELLOW, GREY)}
        self.wrapped = Alignment(wrap_text=True, vertical="top", horizontal="left")
        self.top = Alignment(vertical="top")

    def cell(
        self, value: ReportValue, *, fill: str = "", bold: bool = False, comment: str = "", wrap: bool = False
    ) -> BookCell:
        """Make a cell whose text is never a formula."""
        made = self.make(self.sheet)
        if isinstance(value, str):
            setattr(made, "_value", literal(value))  # noqa: B010 - the public setter would take it for a formula
            made.data_type = "s"
            if value.startswith(_FORMULA_START):
                made.quotePrefix = True
        else:
            made.value = value
        if fill:
            made.fill = self.fills[fill]
        if bold:
            made.font = self.bold
        made.alignment = self.wrapped if wrap else self.top
        if comment:
            from openpyxl.comments import Comment

            made.comment = Comment(comment[:2_000], "wemakeprice-sdk", height=120, width=320)
        return made

    def text(self, value: str) -> BookCell:
        """Make a cell that stays text when somebody edits it: leading zeros are kept."""
        made = self.cell(value)
        made.number_format = "@"
        return made

    def widths(self, widths: Sequence[int]) -> None:
        """Set the widths of the columns; has to come before the first row."""
        from openpyxl.utils import get_column_letter

        for at, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(at)].width = width

    def height(self, row: int, texts: Iterable[tuple[ReportValue, int]]) -> None:
        """Make a row high enough for wrapped texts, each with the width of its column."""
        lines = 1
        for value, width in texts:
            parts = str(value or "").split("\n")
            lines = max(lines, sum(max(1, -(-width_of(part) // max(1, width - 1))) for part in parts))
        if lines > 1:
            self.sheet.row_dimensions[row].height = LINE_HEIGHT * min(lines, MOST_LINES)

    def print_setup(self, *, header: bool) -> None:
        """Fit the sheet to the width of a landscape A4 page, with the header and the page number on each."""
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = self.sheet
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if sheet.oddFooter is not None:
            sheet.oddFooter.center.text = "&P / &N"
        if header:
            sheet.print_title_rows = "1:1"
