"""Exports as files: what the pure exporters yield, written to a folder, with the report beside it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import Exporter, TargetRow
from wemakeprice_sdk.catalogue.exporters.export import Export, ExportStep
from wemakeprice_sdk.catalogue.exporters.naver_sheet import NaverSheet, SheetLayout
from wemakeprice_sdk.catalogue.report import (
    REPORT_COLUMNS,
    ExportLine,
    ExportSummary,
    LineKind,
    ReportRow,
    report_row,
)
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.excel.sheetstyle import ILLEGAL, SheetWriter
from wemakeprice_sdk.files.sheetxml import fitted_text
from wemakeprice_sdk.models.tables import Report

if TYPE_CHECKING:
    from openpyxl import Workbook as Book
    from openpyxl.cell.cell import Cell as BookCell
    from openpyxl.worksheet.worksheet import Worksheet

_WIDTHS: Final = (10, 20, 24, 30, 60, 24, 12, 16, 60)
_COUNT_COLUMNS: Final = ("구분", "항목", "내용", "개수", "kind", "rule", "message")
_COUNT_WIDTHS: Final = (10, 24, 60, 8, 12, 16, 60)
_SPECIAL: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "#", "＝", "＋", "－", "＠")
_MOST_ROWS: Final = 1_000_000


@frozen(kw_only=True)
class WrittenExport(Report):
    """What an export left in its folder."""

    files: tuple[Path, ...]
    """The files for the target, in order."""

    report: Path
    """Workbook with a sheet of counts and one sheet per kind of line."""

    rows: Path
    """The same lines as CSV (UTF-8 with byte order mark)."""

    summary: ExportSummary


def sheet_layout(template: str | os.PathLike[str]) -> SheetLayout:
    """Return the layout of the seller's own template of Naver's bulk sheet.

    Raises `ColumnError` for a layout that is not known, `OSError` when the file cannot be read.
    """
    from openpyxl import load_workbook

    book = load_workbook(template, read_only=True)
    try:
        sheet = book[NaverSheet.sheet] if NaverSheet.sheet in book.sheetnames else book.worksheets[0]
        return SheetLayout.detect(
            ["" if value is None else str(value) for value in row]
            for row in sheet.iter_rows(max_row=10, values_only=True)
        )
    finally:
        book.close()


def write_export(
    export: Export, folder: str | os.PathLike[str], *, template: str | os.PathLike[str] | None = None
) -> WrittenExport:
    """Write an export into a folder, which is made: the target's files, `report.xlsx` and `report.csv`.

    A file has the name of the target and a number, such as `shopify-001.csv`. Memory stays flat: a product is
    written as it comes, and a workbook for a target holds at most 500 of them. `template` is the seller's own
    workbook for a target that is a sheet; its rows below the header are replaced, and its other sheets stay.

    Nothing of the same names may be there: raises `FileExistsError` otherwise, and `OSError` when a file
    cannot be written.
    """
    check_kind("export", export, Export)
    base = Path(folder)
    base.mkdir(parents=True, exist_ok=True)
    report, rows = base / "report.xlsx", base / "report.csv"
    with ExitStack() as stack:
        lines = _ReportFiles.open(report, rows, stack)
        files = _Files(base, export, Path(template) if template is not None else None)
        for step in export:
            lines.add(step.lines)
            files.take(step)
        files.close()
        lines.finish(export.summary)
    return WrittenExport(files=tuple(files.written), report=report, rows=rows, summary=export.summary)


@define
class _Files:
    """The files of the target: bytes are appended as they come, rows are kept until their file ends."""

    base: Path
    export: Export
    template: Path | None
    written: list[Path] = field(factory=list)
    stream: IO[bytes] | None = None
    rows: list[TargetRow] = field(factory=list)

    def take(self, step: ExportStep) -> None:
        if not step.file:
            return
        if step.file > len(self.written):
            self._next(step.file)
        if self.stream is not None:
            self.stream.write(step.data)
        self.rows.extend(step.rows)

    def _next(self, number: int) -> None:
        self.close()
        exporter = self.export.exporter
        path = self.base / f"{exporter.target}-{number:03}.{exporter.suffix}"
        self.stream = path.open("xb")
        self.written.append(path)

    def close(self) -> None:
        if self.stream is None:
            return
        with self.stream as stream:
            if self.export.exporter.sheet:
                _write_sheet(stream, self.export.exporter, self.rows, self.template)
        self.stream, self.rows = None, []


def _write_sheet(stream: IO[bytes], exporter: Exporter, rows: list[TargetRow], template: Path | None) -> None:
    from openpyxl import Workbook, load_workbook

    heading = exporter.heading()
    if template is None:
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.title = exporter.sheet
        for row in heading:
            sheet.append(list(row))
    else:
        book = load_workbook(template)
        sheet = book[exporter.sheet] if exporter.sheet in book.sheetnames else book.worksheets[0]
        for merged in list(sheet.merged_cells.ranges):
            if merged.max_row > len(heading):
                sheet.unmerge_cells(str(merged))
        if sheet.max_row > len(heading):
            # Below the header the template has guidance and samples, which would be registered as goods.
            sheet.delete_rows(len(heading) + 1, sheet.max_row - len(heading))
    for number, row in enumerate(rows, len(heading) + 1):
        _fill(sheet, number, row)
    book.save(stream)


def _fill(sheet: Worksheet, number: int, row: TargetRow) -> None:
    for at, value in enumerate(row, 1):
        if value == "":
            continue
        cell = cast("BookCell", sheet.cell(number, at))  # nothing is merged there any more
        if isinstance(value, str):
            # Written as text whatever it begins with; openpyxl would take = for a formula.
            cell.value = value
            cell.data_type = "s"
            cell.number_format = "@"
        else:
            cell.value = value


@define
class _ReportFiles:
    """The report: one sheet per kind and the counts before them, and the lines as CSV."""

    book: Book
    path: Path
    text: IO[str]
    sheets: Mapping[LineKind, SheetWriter]
    counts: SheetWriter
    left: dict[LineKind, int]

    @classmethod
    def open(cls, path: Path, rows: Path, stack: ExitStack) -> _ReportFiles:
        from openpyxl import Workbook

        if path.exists():
            raise FileExistsError(path)
        text = stack.enter_context(rows.open("x", encoding="utf-8-sig", newline=""))
        csv.writer(text).writerow(REPORT_COLUMNS)
        book = Workbook(write_only=True)
        counts = _headed(SheetWriter(book.create_sheet("요약")), _COUNT_COLUMNS, _COUNT_WIDTHS)
        sheets = {
            kind: _headed(SheetWriter(book.create_sheet(kind.korean)), REPORT_COLUMNS, _WIDTHS)
            for kind in LineKind
        }
        return cls(book, path, text, sheets, counts, dict.fromkeys(LineKind, _MOST_ROWS))

    def add(self, lines: tuple[ExportLine, ...]) -> None:
        writer = csv.writer(self.text)
        for line in lines:
            row = report_row(line)
            writer.writerow(tuple(_neutral(row)))
            if self.left[
                line.kind
            ]:  # a sheet takes no more; the CSV has them all, and the counts say how many
                self.left[line.kind] -= 1
                _append(self.sheets[line.kind], row)

    def finish(self, summary: ExportSummary) -> None:
        totals = (
            ("받은 상품", summary.rows_in),
            ("내보낸 상품", summary.rows_out),
            ("제외한 상품", summary.refused),
        )
        for name, number in totals:
            _append(self.counts, ("", "", name, str(number), "", "", ""))
        for row in summary.rows():
            _append(self.counts, row)
        self.book.save(self.path)


def _neutral(row: ReportRow) -> Iterator[str]:
    for cell in row:
        yield f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _headed(writer: SheetWriter, names: tuple[str, ...], widths: tuple[int, ...]) -> SheetWriter:
    writer.widths(widths)
    writer.sheet.freeze_panes = "A2"
    writer.sheet.append([writer.cell(name, bold=True) for name in names])
    return writer


def _append(writer: SheetWriter, row: ReportRow) -> None:
    writer.sheet.append([_shown(writer, fitted_text(ILLEGAL.sub("", cell))) for cell in row])


def _shown(writer: SheetWriter, cell: str) -> object:
    # A styled cell costs ten times a plain one, and a report has hundreds of thousands: only what a
    # spreadsheet would take for something else (a formula, an error, an escape) is written with care.
    return writer.cell(cell) if cell.startswith(_SPECIAL) or "_x" in cell else cell
