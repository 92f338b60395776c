"""The report workbook: the seller's own columns in their order, problem cells marked, reasons beside them.

Text that a spreadsheet could take for a formula is written as text and marked as such, so opening the file
runs nothing. Control characters are taken out, over-long text is cut where Excel's limit cuts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from wemakeprice_sdk.excel.preview import Preview, PreviewRow, RowStatus
from wemakeprice_sdk.excel.records import ExportKind, Problem, ProblemSeverity
from wemakeprice_sdk.files.cells import Cell, Serial, SheetRow, cell_text, column_index, serial_to_datetime

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as BookCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST = 32_767
_EXACT = 10**15
_RED, _YELLOW, _GREY = "FFFFC7CE", "FFFFF2CC", "FFD9D9D9"
_STATUS: Mapping[RowStatus, str] = {
    RowStatus.NEW: "신규",
    RowStatus.REGISTERED: "이미 등록됨",
    RowStatus.DUPLICATE: "중복",
    RowStatus.INVALID: "오류",
}
Value: TypeAlias = "str | int | float | bool | datetime | None"


@frozen
class SourceTable:
    """The rows of a source for the report: its headers, and its rows from the first data row on."""

    name: str
    headers: tuple[str, ...]
    rows: Iterable[SheetRow]
    date1904: bool = False
    personal: frozenset[int] = frozenset()
    """Columns that hold personal data, which a report shows masked."""


def safe_value(cell: Cell, *, date1904: bool = False) -> Value:
    """Return a cell as something that can be written and cannot run: text stays text, dates become dates."""
    if isinstance(cell, Serial):
        return serial_to_datetime(float(cell), date1904=date1904) or float(cell)
    if isinstance(cell, bool | float) or cell is None:
        return cell
    if isinstance(cell, int):
        return cell if abs(cell) < _EXACT else str(cell)
    return _ILLEGAL.sub("", cell_text(cell))[:_LONGEST]


class _Writer:
    """Writes cells with the few styles a report has."""

    def __init__(self, sheet: WriteOnlyWorksheet) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font, PatternFill

        self.sheet = sheet
        self.make = WriteOnlyCell
        self.bold = Font(bold=True)
        self.fills = {color: PatternFill("solid", fgColor=color) for color in (_RED, _YELLOW, _GREY)}

    def cell(self, value: Value, *, fill: str = "", bold: bool = False, comment: str = "") -> BookCell:
        """Make a cell whose text is never a formula."""
        made = self.make(self.sheet)
        if isinstance(value, str):
            setattr(made, "_value", value)  # noqa: B010 - the public setter would take it for a formula
            made.data_type = "s"
            if value.startswith(_FORMULA_START):
                made.quotePrefix = True
        else:
            made.value = value
        if fill:
            made.fill = self.fills[fill]
        if bold:
            made.font = self.bold
        if comment:
            from openpyxl.comments import Comment

            made.comment = Comment(comment[:2_000], "wemakeprice-sdk")
        return made


def write_report(
    path: Path,
    preview: Preview,
    tables: Sequence[SourceTable],
    *,
    only_problems: bool = False,
    comments: int = 2_000,
) -> None:
    """Write the report of a preview; `only_problems` leaves clean rows out, `comments` bounds cell comments.

    Raises `OSError` when the file cannot be written.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _summary(_Writer(book.create_sheet("요약")), preview)
    left = comments
    for table in tables:
        writer = _Writer(book.create_sheet(_sheet_title(table.name, book.sheetnames)))
        head = ["상태", "사유", *table.headers]
        writer.sheet.append([writer.cell(safe_value(text), fill=_GREY, bold=True) for text in head])
        judged = (row for row in preview if row.source == table.name)
        left = _table(writer, table, judged, left, only_problems=only_problems)
    book.save(path)


def _sheet_title(name: str, taken: Sequence[str]) -> str:
    title = re.sub(r"[\\/*?:\[\]]", " ", _ILLEGAL.sub("", name)).strip("' ")[:25] or "Sheet"
    return title if title not in taken else f"{title[:20]} {len(taken)}"


def _summary(writer: _Writer, preview: Preview) -> None:
    counts = preview.counts
    rows: list[tuple[str, Value]] = [
        ("종류", preview.kind.korean),
        ("판매자 ID", preview.seller_id),
        ("신규", counts.new),
        ("이미 등록됨", counts.registered),
        ("중복", counts.duplicate),
        ("오류", counts.invalid),
        ("확인 필요", counts.flagged),
        ("문제 수", counts.problems),
        ("배송 템플릿", "가져옴" if preview.templates_imported else "먼저 1회 가져와 주세요"),
    ]
    rows += [("일부만 담긴 파일로 보임", sign.message_ko) for sign in preview.signs]
    rows += [("참고", note) for note in preview.notes]
    rows += [("파일에 없는 항목", name) for name in preview.missing_fields]
    rows += [("가져오지 않는 열", header) for header in preview.extra_headers]
    for label, value in rows:
        shown = safe_value(value) if isinstance(value, str) else value
        writer.sheet.append([writer.cell(label, bold=True), writer.cell(shown)])


def _table(
    writer: _Writer, table: SourceTable, judged: Iterable[PreviewRow], comments: int, *, only_problems: bool
) -> int:
    by_row = _by_row(judged)
    for number, cells in table.rows:
        status, problems = by_row.get(number, ("", ()))
        if only_problems and not problems:
            continue
        marks = _marks(problems)
        reasons = "\n".join(f"[{one.column}{one.row}] {one.message_ko}" for one in problems)
        line = [writer.cell(status), writer.cell(_ILLEGAL.sub("", reasons)[:_LONGEST])]
        width = max(len(table.headers), len(cells))
        for index in range(width):
            cell = cells[index] if index < len(cells) else None
            if index in table.personal and cell is not None:
                cell = "***"
            color, text = marks.get(index, ("", ""))
            comment = text if color and comments > 0 else ""
            comments -= bool(comment)
            line.append(writer.cell(safe_value(cell, date1904=table.date1904), fill=color, comment=comment))
        writer.sheet.append(line)
    return comments


def _by_row(judged: Iterable[PreviewRow]) -> Mapping[int, tuple[str, tuple[Problem, ...]]]:
    found: dict[int, tuple[str, tuple[Problem, ...]]] = {}
    for row in judged:
        for number in row.rows:
            problems = tuple(one for one in row.problems if one.row == number)
            found[number] = (_STATUS[row.status], problems)
    return found


def _marks(problems: Iterable[Problem]) -> Mapping[int, tuple[str, str]]:

    marks: dict[int, tuple[str, str]] = {}
    for problem in problems:
        if not problem.column or problem.severity is ProblemSeverity.NOTE:
            continue
        index = column_index(problem.column)
        color = _RED if problem.severity is ProblemSeverity.ERROR else _YELLOW
        before = marks.get(index, ("", ""))
        text = f"{problem.message_ko}\n{problem.message}"
        marks[index] = (_RED if _RED in (color, before[0]) else color, f"{before[1]}\n{text}".strip())
    return marks


def api_table(preview: Preview) -> SourceTable:
    """Return the rows of a preview that came through the API as a table."""
    headers = ("상품번호", "상품명") if preview.kind is ExportKind.PRODUCTS else ("딜번호", "딜명")
    return SourceTable("API", headers, _api_rows(preview))


def _api_rows(preview: Preview) -> Iterator[SheetRow]:
    for row in preview:
        if row.source == "API":
            name = getattr(row.record, "product_name", None) or getattr(row.record, "deal_name", None)
            yield row.rows[0], [row.number, name]
