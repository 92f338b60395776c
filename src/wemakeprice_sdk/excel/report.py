"""The report workbook: the seller's own columns in their order, problem cells marked, reasons beside them.

Text that a spreadsheet could take for a formula is written as text and marked as such, so opening the file
runs nothing. Control characters are taken out, over-long text is cut where Excel's limit cuts it. The report
can be corrected and previewed in place of the file: its own columns are recognised and ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.mapping import REPORT_HEADERS, REPORT_STATES
from wemakeprice_sdk.excel.nondata import LEFT_OUT_WORDS, NonDataKind
from wemakeprice_sdk.excel.partial import HIDDEN_SIGNS
from wemakeprice_sdk.excel.preview import Preview, PreviewRow, RowStatus
from wemakeprice_sdk.excel.records import ExportKind, Problem, ProblemSeverity
from wemakeprice_sdk.excel.sheetstyle import (
    GREY,
    ILLEGAL,
    RED,
    YELLOW,
    ReportValue,
    SheetWriter,
    fitted,
    new_workbook,
)
from wemakeprice_sdk.files.cells import (
    Cell,
    Serial,
    SheetRow,
    cell_text,
    column_index,
    column_letter,
    serial_to_datetime,
)
from wemakeprice_sdk.files.sheetxml import fitted_text

_EXACT = 10**15
_MEASURED = 500
_SUMMARY_WIDTH = 70
_MOST_LEFT_OUT = 200
_HANGUL = re.compile("[가-힣]")
_OWN = len(REPORT_HEADERS)
_LEFT_OUT = REPORT_STATES[-1]
_STATUS: Mapping[RowStatus, str] = dict(zip(RowStatus, REPORT_STATES, strict=False))
_KINDS: Mapping[NonDataKind, str] = {
    NonDataKind.TOTAL: "합계 행이므로 가져오지 않습니다",
    NonDataKind.NOTE: "안내 문구이므로 가져오지 않습니다",
    NonDataKind.HEADER: "반복된 제목 행이므로 가져오지 않습니다",
}


@frozen
class SourceTable:
    """The rows of a source for the report: its headers, and its rows from the first data row on."""

    name: str
    headers: tuple[str, ...]
    rows: Iterable[SheetRow]
    date1904: bool = False
    personal: frozenset[int] = frozenset()
    """Columns that hold personal data, which a report shows masked."""
    skipped: int = 0
    """How many columns an earlier report put in front; they are not written again."""


def safe_value(cell: Cell, *, date1904: bool = False) -> ReportValue:
    """Return a cell as something that can be written and cannot run: text stays text, dates become dates."""
    if isinstance(cell, Serial):
        return serial_to_datetime(float(cell), date1904=date1904) or float(cell)
    if isinstance(cell, bool | float) or cell is None:
        return cell
    if isinstance(cell, int):
        return cell if abs(cell) < _EXACT else str(cell)
    return fitted_text(ILLEGAL.sub("", cell_text(cell)))


def write_report(
    path: Path,
    preview: Preview,
    tables: Iterable[SourceTable],
    *,
    only_problems: bool = False,
    comments: int = 2_000,
) -> None:
    """Write the report of a preview; `only_problems` leaves clean rows out, `comments` bounds cell comments.

    Raises `ValidationError` when the file cannot be written.
    """
    with new_workbook(path) as book:
        summary = SheetWriter(book.create_sheet("요약"))
        left = comments
        places = _Places()
        for table in tables:
            title = _sheet_title(table.name, book.sheetnames)
            rows = places.begin(table, title)
            writer = SheetWriter(book.create_sheet(title))
            left = _table(writer, table, preview, left, rows, only_problems=only_problems)
        # Its cells name those of the report, so it is filled last.
        _summary(summary, preview, places)


def _sheet_title(name: str, taken: Sequence[str]) -> str:
    title = re.sub(r"[\\/*?:\[\]]", " ", ILLEGAL.sub("", name)).strip("' ")[:25] or "Sheet"
    return title if title not in taken else f"{title[:20]} {len(taken)}"


@define
class _Places:
    """Where the rows and columns of the sources stand in the report."""

    titles: dict[str, str] = field(factory=dict)
    rows: dict[str, dict[int, int]] = field(factory=dict)
    moved: set[int] = field(factory=set)

    def begin(self, table: SourceTable, title: str) -> dict[int, int]:
        """Return the rows of a table, to be filled: of the source, of the report."""
        self.titles[table.name] = title
        self.moved.add(_OWN - table.skipped)
        return self.rows.setdefault(table.name, {})

    def row(self, source: str, number: int, *, korean: bool) -> str:
        """Return the row of the report and of the source."""
        here = self.rows.get(source, {}).get(number)
        own = (f"{here}행 / " if korean else f"row {here} / ") if here else ""
        return f"{own}원본 {number}행" if korean else f"{own}source row {number}"

    def cite(self, text: str, *, korean: bool) -> str:
        """Put the report's place before every place of the source that a text names."""
        # Sources whose columns moved by different numbers have no common column to cite.
        if len(self.moved) == 1:
            text = _COLUMN.sub(
                lambda match: f"{self._column(match[1])} / {'원본 ' if korean else 'source '}{match[0]}", text
            )
        if len(self.rows) != 1:
            return text
        (source,) = self.rows
        return _ROW.sub(
            lambda match: self.row(source, int(match[1] or match[2] or match[3]), korean=korean), text
        )

    def _column(self, letters: str) -> str:
        (moved,) = self.moved
        return column_letter(column_index(letters) + moved)


_COLUMN = re.compile(r"(?<![A-Za-z])([A-Z]{1,3})(?= \[)")
_ROW = re.compile(
    r"(?:원본 )?(?<![\d,])(\d+)행(?=\)|\.|$)|(?<=the first is )row (\d+)|(?<=the first in )row (\d+)"
)


def _summary(writer: SheetWriter, preview: Preview, places: _Places) -> None:
    """Write what a seller reads in Korean, and beside it the same in English."""
    rows = [*_counts(preview), *_said(preview, places), *_left_out(preview, places)]
    head = ("항목", "내용", "Item", "Content")
    widths = fitted([head, *rows], widest=_SUMMARY_WIDTH)
    writer.widths(widths)
    writer.sheet.freeze_panes = "A2"
    writer.print_setup(header=True)
    writer.sheet.append([writer.cell(text, fill=GREY, bold=True, wrap=True) for text in head])
    for number, row in enumerate(rows, 2):
        writer.height(number, list(zip(row, widths, strict=True)))
        shown = [safe_value(value) if isinstance(value, str) else value for value in row]
        cells = [writer.cell(value, bold=at % 2 == 0, wrap=True) for at, value in enumerate(shown)]
        writer.sheet.append(cells)
    writer.sheet.auto_filter.ref = f"A1:D{len(rows) + 1}"


_SummaryRow: TypeAlias = "tuple[str, ReportValue, str, ReportValue]"


def _counts(preview: Preview) -> Iterator[_SummaryRow]:
    counts = preview.counts
    yield "종류", preview.kind.korean, "Kind", preview.kind.value
    yield "판매자 ID", preview.seller_id, "Seller", preview.seller_id
    for korean, english, count in (
        ("신규", "New", counts.new),
        ("이미 등록됨", "Registered", counts.registered),
        ("중복", "Duplicate", counts.duplicate),
        ("오류", "Invalid", counts.invalid),
        ("확인 필요", "Flagged", counts.flagged),
        ("문제 수", "Problems", counts.problems),
    ):
        yield korean, count, english, count
    done = preview.templates_imported
    korean, english = ("가져옴", "imported") if done else ("먼저 1회 가져와 주세요", "import them once first")
    yield "배송 템플릿", korean, "Shipping templates", english


def _said(preview: Preview, places: _Places) -> Iterator[_SummaryRow]:
    for sign in preview.signs:
        check = sign.rule in HIDDEN_SIGNS
        label, english = (
            ("확인해 주세요", "Check") if check else ("일부만 담긴 파일로 보임", "Looks like a part")
        )
        yield (
            label,
            places.cite(sign.message_ko, korean=True),
            english,
            places.cite(sign.message, korean=False),
        )
    for note in preview.notes:
        if LEFT_OUT_WORDS not in note:
            english, korean = _languages(note)
            yield "참고", places.cite(korean, korean=True), "Note", places.cite(english, korean=False)
    if preview.missing_fields:
        missing = ", ".join(preview.missing_fields)
        yield "파일에 없는 항목", missing, "Not in the file", missing
    if preview.extra_headers:
        kept = ", ".join(preview.extra_headers)
        yield "원문만 보관하는 열", kept, "Kept as they are", kept


def _left_out(preview: Preview, places: _Places) -> Iterator[_SummaryRow]:
    """Name the rows that are no data by their place in the report and in the source."""
    for row in preview.left_out[:_MOST_LEFT_OUT]:
        sheet = places.titles.get(row.sheet, row.sheet)
        korean = f"{sheet}!{places.row(row.sheet, row.row, korean=True)}: {_KINDS[row.kind]}"
        english = f"{sheet}!{places.row(row.sheet, row.row, korean=False)}: {row.kind.value}"
        yield "자료가 아닌 행", korean, "No data", english
    more = len(preview.left_out) - _MOST_LEFT_OUT
    if more > 0:
        yield "자료가 아닌 행", f"그 밖에 {more}행", "No data", f"{more} more"


def _languages(note: str) -> tuple[str, str]:
    """Return a note's English, and the Korean in brackets at its end; the note twice where there is none."""
    depth, at = 0, len(note)
    while at > 1:
        at -= 1
        depth += (note[at] == ")") - (note[at] == "(")
        if not depth:
            break
    english, korean = note[:at].strip(), note[at + 1 : -1]
    return (english, korean) if english and _HANGUL.search(korean) else (note, note)


def _table(
    writer: SheetWriter,
    table: SourceTable,
    preview: Preview,
    comments: int,
    rows: dict[int, int],
    *,
    only_problems: bool,
) -> int:
    judged = _by_row(row for row in preview if row.source == table.name)
    left_out = {row.row: _KINDS[row.kind] for row in preview.left_out if row.sheet == table.name}
    head = [safe_value(text) for text in (*REPORT_HEADERS, *table.headers)]
    lines = _lines(table, judged, left_out, only_problems=only_problems)
    first = list(islice(lines, _MEASURED))
    widths = fitted([head, *(line.values for line in first)])
    writer.widths(widths)
    writer.sheet.freeze_panes = f"{column_letter(_OWN)}2"
    writer.print_setup(header=True)
    writer.sheet.append([writer.cell(text, fill=GREY, bold=True) for text in head])
    count, width = 1, len(head)
    for line in chain(first, lines):
        count += 1
        rows[line.number] = count
        width = max(width, len(line.values))
        cells = []
        for at, value in enumerate(line.values):
            color, text = line.marks.get(at - _OWN + table.skipped, ("", ""))
            comment = text if color and comments > 0 else ""
            comments -= bool(comment)
            cells.append(writer.cell(value, fill=color, comment=comment, wrap=at == 1 and bool(value)))
        reasons = _reasons(line, count, _OWN - table.skipped)
        writer.height(count, [(reasons, widths[1])])
        cells[1] = writer.cell(reasons, wrap=bool(line.problems or line.note))
        writer.sheet.append(cells)
    writer.sheet.auto_filter.ref = f"A1:{column_letter(width - 1)}{count}"
    return comments


@frozen
class _Line:
    """A row of the report before it is written."""

    number: int
    """Of the source."""
    values: Sequence[ReportValue]
    problems: Sequence[Problem]
    marks: Mapping[int, tuple[str, str]]
    note: str


def _lines(
    table: SourceTable,
    judged: Mapping[int, tuple[str, tuple[Problem, ...]]],
    left_out: Mapping[int, str],
    *,
    only_problems: bool,
) -> Iterator[_Line]:
    for number, cells in table.rows:
        note = left_out.get(number, "")
        status, problems = judged.get(number, (_LEFT_OUT if note else "", ()))
        if only_problems and not problems:
            continue
        width = max(len(table.headers) + table.skipped, len(cells))
        values: list[ReportValue] = [status, _reason_text(problems, 1, _OWN) or note]
        for index in range(table.skipped, width):
            cell = cells[index] if index < len(cells) else None
            if index in table.personal and cell is not None:
                cell = "***"
            values.append(safe_value(cell, date1904=table.date1904))
        yield _Line(number, values, problems, _marks(problems), note)


def _reasons(line: _Line, row: int, moved: int) -> str:
    return fitted_text(ILLEGAL.sub("", _reason_text(line.problems, row, moved) or line.note))


def _reason_text(problems: Iterable[Problem], row: int, moved: int) -> str:
    """Return the reasons, each with its cell in the report (`moved` to the right) and in the source."""
    lines = []
    for one in problems:
        index = column_index(one.column) if one.column else -1
        here = f"{column_letter(index + moved)}{row}" if index >= 0 else f"{row}행"
        lines.append(f"{here} / 원본 [{one.column}{one.row}] {one.message_ko}")
    return "\n".join(lines)


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
        color = RED if problem.severity is ProblemSeverity.ERROR else YELLOW
        before = marks.get(index, ("", ""))
        text = f"{problem.message_ko}\n{problem.message}"
        marks[index] = (RED if RED in (color, before[0]) else color, f"{before[1]}\n{text}".strip())
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
