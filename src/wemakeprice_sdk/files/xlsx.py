"""Reading `.xlsx` packages: transitional and strict, from Excel, LibreOffice, Apache POI and their kin."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import define, evolve, field

from wemakeprice_sdk.errors import ExcelError, UnreadableFileError
from wemakeprice_sdk.files.cells import RowBlock, SheetRow
from wemakeprice_sdk.files.guard import Archive, attribute, is_true, scan_elements
from wemakeprice_sdk.files.limits import Budget, FileLimits
from wemakeprice_sdk.files.rowpattern import CellReaders, Reader, date_reader, padded_reader
from wemakeprice_sdk.files.sharedstrings import SharedStrings, read_shared_strings
from wemakeprice_sdk.files.sheetrows import SheetRows
from wemakeprice_sdk.files.workbook import FileFormat, SheetFacts, SheetInfo

_BUILTIN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ZEROS = re.compile(r"(0{2,20})(?:;|$)")
_MOST_STYLES = 65_536
_LONGEST_CODE = 255


def format_reader(code: str) -> Reader | None:
    """Return the reader that a number format asks for; None for a plain number."""
    if len(code) > _LONGEST_CODE:
        # Excel takes no longer ones, and the patterns below would take minutes.
        return None
    zeros = _ZEROS.match(code)
    if zeros:
        return padded_reader(len(zeros[1]))
    bare = _LITERAL.sub("", code.split(";", 1)[0])
    return (
        date_reader()
        if re.search(r"[ymdhs]", bare, re.IGNORECASE) and "general" not in bare.lower()
        else None
    )


@define(eq=False)
class _Relations:
    """Targets of a part's relations, by id and by the last word of their type."""

    by_id: dict[str, str] = field(factory=dict)
    by_type: dict[str, str] = field(factory=dict)


@define(eq=False)
class _SheetEntry:
    name: str
    hidden: bool
    part: str


@define(eq=False)
class XlsxWorkbook:
    """An xlsx package. Opening reads the small parts only; a broken style sheet costs date styles alone."""

    _archive: Archive
    _limits: FileLimits
    _entries: list[_SheetEntry] = field(factory=list)
    _numbers: tuple[Reader | None, ...] = ()
    _strings_part: str = ""
    _strings: SharedStrings | None = None
    _strings_budget: Budget | None = None
    _pending: tuple[str, ...] = ("0.0",)
    _facts: dict[int, tuple[int, SheetFacts]] = field(factory=dict)
    """Per sheet: the last row of the pass that went furthest, and what it saw."""
    date1904: bool = False
    _notes: list[str] = field(factory=list)

    format = FileFormat.XLSX
    engine = "xlsx-stream"
    encoding = ""

    @classmethod
    def open(cls, path: Path, limits: FileLimits, budget: Budget) -> XlsxWorkbook:
        """Open a package; raises `UnreadableFileError` or `UnsafeFileError`."""
        archive = Archive.open(path, limits)
        try:
            book = cls(archive, limits)
            book._load(budget)
        except BaseException:
            archive.close()
            raise
        return book

    @property
    def sheets(self) -> tuple[SheetInfo, ...]:
        """The sheets in the workbook's order."""
        return tuple(SheetInfo(entry.name, entry.hidden) for entry in self._entries)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd and did not stop the reading."""
        return tuple(self._notes)

    def close(self) -> None:
        """Close the file and forget the shared strings."""
        if self._strings is not None:
            self._strings.close()
        self._archive.close()

    def rows(self, sheet: int, budget: Budget) -> Iterator[SheetRow]:
        """Return the rows of a sheet."""
        for block in self.blocks(sheet, budget):
            yield from block.rows()

    def blocks(self, sheet: int, budget: Budget) -> Iterator[RowBlock]:
        """Return the rows of a sheet, as many together as were read together."""
        entry = self._entries[sheet]
        strings = self._shared()
        readers = CellReaders(strings.__getitem__, strings.head, self._numbers, strings, self._pending)
        chunks = self._archive.chunks(entry.part, budget, self._limits.sheet_bytes)
        reader = SheetRows(chunks, readers, budget, entry.name)
        try:
            yield from reader.blocks()
        finally:
            if reader.last_row >= self._facts.get(sheet, (0, None))[0]:
                self._facts[sheet] = (reader.last_row, reader.facts)
        strings.read_all()
        if reader.far_cells:
            where = f"{entry.name}, {reader.first_far}"
            note = f"{reader.far_cells} cell(s) right of the column limit were left out, first in {where}"
            if note not in self._notes:
                self._notes.append(note)

    def facts(self, sheet: int) -> SheetFacts:
        """Return what was seen on a sheet so far; complete once its rows were read to the end."""
        _, facts = self._facts.get(sheet, (0, SheetFacts()))
        return evolve(facts, autofilter=facts.autofilter or self._has_table_filter(sheet))

    def _has_table_filter(self, sheet: int) -> bool:
        """Return whether a table of the sheet has a filter."""
        budget, found = Budget(self._limits), False

        def see(element: str, _attributes: dict[str, str]) -> None:
            nonlocal found
            found = found or element == "autoFilter"

        try:
            for target in self._relations(self._entries[sheet].part, budget).by_id.values():
                if "/tables/" in target and target in self._archive:
                    scan_elements(self._archive.read(target, budget), budget, target, see)
        except UnreadableFileError:
            # A damaged table costs nothing but this fact.
            return found
        return found

    def _shared(self) -> SharedStrings:
        """Return the shared strings; a further pass goes on where the last one stopped reading them."""
        if self._strings is None:
            self._strings = SharedStrings(self._limits.shared_string_memory)
            if self._strings_part:
                self._strings_budget = Budget(self._limits)
                chunks = self._archive.chunks(
                    self._strings_part, self._strings_budget, self._limits.sheet_bytes
                )
                self._strings = read_shared_strings(chunks, self._strings_budget)
        if self._strings_budget is not None:
            self._strings_budget.restart()
        return self._strings

    def _load(self, budget: Budget) -> None:
        part = self._workbook_part(budget)
        relations = self._relations(part, budget)
        if part in self._archive:
            self._read_workbook(part, relations, budget)
        if not self._entries:
            self._entries = self._unlisted_sheets()
        if not self._entries:
            raise UnreadableFileError(
                "the workbook holds no worksheet (시트가 없습니다. 다시 내려받아 주세요)"
            )
        strings = relations.by_type.get("sharedstrings", "xl/sharedStrings.xml")
        self._strings_part = strings if strings in self._archive else ""
        self._read_styles(relations.by_type.get("styles", "xl/styles.xml"), budget)

    def _workbook_part(self, budget: Budget) -> str:
        relations = self._relations("", budget)
        return relations.by_type.get("officedocument", "xl/workbook.xml")

    def _relations(self, part: str, budget: Budget) -> _Relations:
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        found = _Relations()

        def see(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip(
                    "/"
                )
                found.by_id[attributes.get("Id", "")] = target
                found.by_type.setdefault(attributes.get("Type", "").rpartition("/")[2].lower(), target)

        if path in self._archive:
            scan_elements(self._archive.read(path, budget), budget, path, see)
        return found

    def _read_workbook(self, part: str, relations: _Relations, budget: Budget) -> None:
        def see(element: str, attributes: dict[str, str]) -> None:
            if element == "workbookPr":
                self.date1904 = is_true(attributes.get("date1904", ""))
            elif element == "calcPr" and is_true(attributes.get("fullCalcOnLoad", "")):
                # The writer leaves it to the spreadsheet to compute: XlsxWriter puts 0 for every formula.
                self._pending = ("0.0", "0")
            elif element == "sheets/sheet":
                target = relations.by_id.get(attribute(attributes, "id"), "")
                if _is_sheet(target):
                    hidden = attributes.get("state", "visible") != "visible"
                    self._entries.append(_SheetEntry(attributes.get("name", ""), hidden, target))
                    budget.check_sheets(len(self._entries))

        scan_elements(self._archive.read(part, budget), budget, part, see)
        self._entries = [entry for entry in self._entries if entry.part in self._archive]

    def _unlisted_sheets(self) -> list[_SheetEntry]:
        parts = [name for name in self._archive.names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
        if parts:
            self._notes.append("the workbook part does not list its sheets; found by their names")
        return [_SheetEntry(posixpath.basename(part), hidden=False, part=part) for part in sorted(parts)]

    def _read_styles(self, part: str, budget: Budget) -> None:
        if part not in self._archive:
            return
        styles = _Styles()
        try:
            scan_elements(self._archive.read(part, budget), budget, part, styles.see)
        except ExcelError as error:
            self._notes.append(
                f"the style sheet is unusable, so numbers cannot be told from dates by style: {error}"
            )
            return
        self._numbers = styles.readers()


def _is_sheet(target: str) -> bool:
    return bool(target) and "chartsheet" not in target.lower() and "dialogsheet" not in target.lower()


@define(eq=False)
class _Styles:
    codes: dict[int, str] = field(factory=dict)
    cell_formats: list[int] = field(factory=list)

    def see(self, element: str, attributes: dict[str, str]) -> None:
        if element == "numFmts/numFmt":
            number = attributes.get("numFmtId", "")
            if number.isdigit() and len(number) < 10:
                self.codes[int(number)] = attributes.get("formatCode", "")
        elif element == "cellXfs/xf" and len(self.cell_formats) < _MOST_STYLES:
            number = attributes.get("numFmtId", "0")
            self.cell_formats.append(int(number) if number.isdigit() and len(number) < 10 else 0)

    def readers(self) -> tuple[Reader | None, ...]:
        """Return one reader per cell format."""
        made: dict[int, Reader | None] = {}
        for number in set(self.cell_formats):
            if number in self.codes:
                made[number] = format_reader(self.codes[number])
            else:
                made[number] = date_reader() if number in _BUILTIN_DATES else None
        return tuple(made[number] for number in self.cell_formats)
