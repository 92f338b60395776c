"""Hostile files: refused with a typed error, in little time and memory, before they can do harm."""

from __future__ import annotations

import io
import itertools
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import excel_corpus as corpus
import pytest

from wemakeprice_sdk.errors import ExcelError, UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, columns
from wemakeprice_sdk.excel import migrator as migrator_module
from wemakeprice_sdk.excel.cellreaders import Faults, column_readers
from wemakeprice_sdk.files.limits import Budget

Bounded = Callable[..., ExcelMigrator]
TABLE = corpus.products()
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


def read(migrator: ExcelMigrator, path: Path) -> list[object]:
    return list(migrator.products(path))


def refused(migrator: ExcelMigrator, path: Path, words: str) -> None:
    began = time.process_time()
    with pytest.raises(UnsafeFileError, match=words):
        read(migrator, path)
    assert time.process_time() - began < 20


def with_doctype(xml: str) -> str:
    head, found, rest = xml.partition("?>")
    return head + found + ENTITIES + rest if found else ENTITIES + xml


@pytest.mark.parametrize("part", ["sheet", "workbook", "relations", "strings"])
def test_document_types_and_entities(migrator: ExcelMigrator, tmp_path: Path, part: str) -> None:
    data = corpus.shared(TABLE)
    wanted = {
        "sheet": "xl/worksheets/sheet1.xml",
        "workbook": "xl/workbook.xml",
        "relations": "_rels/.rels",
        "strings": "xl/sharedStrings.xml",
    }[part]
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(memory, "w") as copy:
        for name in source.namelist():
            text = source.read(name).decode()
            copy.writestr(name, with_doctype(text) if name == wanted else text)
    refused(migrator, corpus.save(tmp_path, "a.xlsx", memory.getvalue()), "document type")


def test_entities_in_xml2003(migrator: ExcelMigrator, tmp_path: Path) -> None:
    refused(
        migrator,
        corpus.save(tmp_path, "a.xls", with_doctype(corpus.xml2003(TABLE).decode()).encode()),
        "document type",
    )


def test_compression_bomb(migrator: ExcelMigrator, tmp_path: Path) -> None:
    bomb = corpus.package({"상품": corpus.sheet_xml(TABLE) + " " * 30_000_000})
    refused(migrator, corpus.save(tmp_path, "a.xlsx", bomb), "compression_ratio")


def test_lying_sizes(bounded: Bounded, tmp_path: Path) -> None:
    data = bytearray(corpus.xlsx(TABLE * 400))
    directory = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/worksheets/sheet1.xml"))
    data[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    with pytest.raises((UnsafeFileError, UnreadableFileError)):
        read(bounded(), corpus.save(tmp_path, "a.xlsx", bytes(data)))


def test_too_much_once_unpacked(bounded: Bounded, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(TABLE * 200))
    refused(bounded(sheet_bytes=10_000), path, "bytes")


def test_file_size(bounded: Bounded, tmp_path: Path) -> None:
    refused(bounded(file_bytes=100), corpus.save(tmp_path, "a.xlsx", corpus.xlsx(TABLE)), "file_bytes")


def test_many_members(bounded: Bounded, tmp_path: Path) -> None:
    data = corpus.xlsx(TABLE, extra={f"junk/{number}": b"" for number in range(60)})
    refused(bounded(archive_members=50), corpus.save(tmp_path, "a.xlsx", data), "archive_members")


def test_a_table_of_contents_too_long_to_read(bounded: Bounded, tmp_path: Path) -> None:
    data = corpus.xlsx(TABLE, extra={f"{number:0200d}": b"" for number in range(300)})
    refused(bounded(archive_members=50), corpus.save(tmp_path, "a.xlsx", data), "table of contents")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = io.BytesIO(corpus.xlsx(TABLE))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("XL/worksheets\\sheet1.xml", "<other/>")
    refused(migrator, corpus.save(tmp_path, "a.xlsx", data.getvalue()), "twice")


def test_overlapping_members(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = bytearray(corpus.xlsx(TABLE, extra={"a.bin": b"x" * 4000}, compression=0))
    first = data.find(b"PK\x01\x02")
    entries = []
    while first >= 0:
        entries.append(first)
        first = data.find(b"PK\x01\x02", first + 4)
    for entry in entries[-2:]:
        data[entry + 42 : entry + 46] = data[entries[2] + 42 : entries[2] + 46]
    refused(migrator, corpus.save(tmp_path, "a.xlsx", bytes(data)), "overlap")


def test_encrypted_member(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = bytearray(corpus.xlsx(TABLE))
    entry = data.find(b"PK\x01\x02")
    data[entry + 8] |= 1
    with pytest.raises(UnreadableFileError, match="encrypted"):
        read(migrator, corpus.save(tmp_path, "a.xlsx", bytes(data)))


def test_damaged_stream(migrator: ExcelMigrator, tmp_path: Path) -> None:
    data = bytearray(corpus.xlsx(TABLE * 300))
    middle = data.find(b"xl/worksheets/sheet1.xml") + 400
    data[middle : middle + 40] = bytes(40)
    with pytest.raises(UnreadableFileError):
        read(migrator, corpus.save(tmp_path, "a.xlsx", bytes(data)))


def test_deep_nesting(migrator: ExcelMigrator, tmp_path: Path) -> None:
    deep = "<a>" * 50_000
    xml = corpus.sheet_xml(TABLE).replace("<sheetData>", deep + "<sheetData>")
    refused(migrator, corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": xml})), "xml_depth")
    page = "<table><tr><td>" * 5_000
    refused(migrator, corpus.save(tmp_path, "b.xls", page.encode()), "xml_depth")


def test_row_bomb(bounded: Bounded, tmp_path: Path) -> None:
    body = "".join(f'<row r="{number}"/>' for number in range(3, 60_000))
    head = "".join(
        f'<row r="{n}">{"".join(corpus.cell_xml(n, at, value) for at, value in enumerate(row))}</row>'
        for n, row in enumerate(TABLE[:2], 1)
    )
    path = corpus.save(tmp_path, "a.xlsx", corpus.package({"상품": corpus.sheet_xml([], body=head + body)}))
    refused(bounded(rows=20_000), path, "rows")
    assert len(read(bounded(), path)) == 1


def test_cell_bomb(bounded: Bounded, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(corpus.products(corpus.PRODUCT_ROWS * 700)))
    refused(bounded(cells=5_000), path, "cells")


@pytest.mark.parametrize("kind", ["inline", "odd", "shared", "html", "xml2003", "csv"])
def test_text_bomb(bounded: Bounded, tmp_path: Path, kind: str) -> None:
    rows = [list(row) for row in corpus.PRODUCT_ROWS]
    rows[1][1] = "가" * 60_000
    table = corpus.products(rows)
    data = {
        "inline": lambda: corpus.xlsx(table),
        "odd": lambda: (
            corpus.xlsx(table).replace(b"", b"")
            and corpus.package({"s": corpus.sheet_xml(table).replace("<sheetData>", "<!-- --><sheetData>")})
        ),
        "shared": lambda: corpus.shared(table),
        "html": lambda: corpus.html_table(table),
        "xml2003": lambda: corpus.xml2003(table),
        "csv": lambda: corpus.delimited(table),
    }[kind]()
    refused(bounded(cell_text=50_000), corpus.save(tmp_path, "a.xlsx", data), "cell_text")


def test_endless_tag(bounded: Bounded, tmp_path: Path) -> None:
    xml = corpus.sheet_xml(TABLE).replace("<sheetData>", f"<sheetData junk='{'x' * 3_000_000}'>")
    memory = corpus.package({"상품": xml}, compression=zipfile.ZIP_STORED)
    refused(bounded(xml_token=1_000_000), corpus.save(tmp_path, "a.xlsx", memory), "xml_token")
    page = b"<html><table><tr><td>" + b"<!-- " + b"x" * 3_000_000
    refused(bounded(xml_token=1_000_000), corpus.save(tmp_path, "b.xls", page), "xml_token")
    refused(bounded(xml_token=100_000), corpus.save(tmp_path, "c.csv", b"a,b\n" + b"x" * 200_000), "line")


def test_time_runs_out(bounded: Bounded, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(TABLE * 100))
    refused(bounded(seconds=0.0), path, "seconds")
    refused(bounded(seconds=0.0), corpus.save(tmp_path, "b.csv", corpus.delimited(TABLE * 100)), "seconds")
    refused(bounded(seconds=0.0), corpus.save(tmp_path, "c.xls", corpus.xls(TABLE)), "seconds")


def test_child_memory(bounded: Bounded, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xls", corpus.xls(TABLE))
    with pytest.raises(ExcelError):
        read(bounded(child_memory=8 << 20), path)


def test_child_output(bounded: Bounded, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xls", corpus.xls(corpus.products(corpus.PRODUCT_ROWS * 300)))
    with pytest.raises(UnsafeFileError, match="child"):
        read(bounded(child_output=4_096), path)


def test_wide_rows(bounded: Bounded, tmp_path: Path) -> None:
    wide = [[*row, *["x"] * 400] for row in TABLE]
    migrator = bounded(columns=100)
    assert len(read(migrator, corpus.save(tmp_path, "a.xlsx", corpus.xlsx(wide)))) == 3
    refused(migrator, corpus.save(tmp_path, "b.csv", corpus.delimited(wide)), "columns")
    refused(migrator, corpus.save(tmp_path, "c.xls", corpus.html_table(wide)), "columns")


def test_wide_spans(migrator: ExcelMigrator, tmp_path: Path) -> None:
    page = "<table>" + "<tr><td colspan=99999999 rowspan=9999999>x</td></tr>" * 50 + "</table>"
    with pytest.raises(ExcelError):
        read(migrator, corpus.save(tmp_path, "a.xls", page.encode()))


def test_endless_number_format(migrator: ExcelMigrator, tmp_path: Path) -> None:
    styles = (
        f'<styleSheet xmlns="{corpus.TRANSITIONAL}"><numFmts><numFmt numFmtId="170" formatCode="{"[" * 400_000}"/>'
        '</numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    began = time.process_time()
    assert len(read(migrator, corpus.save(tmp_path, "a.xlsx", corpus.xlsx(TABLE, styles=styles)))) == 3
    assert time.process_time() - began < 10


def test_endless_combining_marks(migrator: ExcelMigrator, tmp_path: Path) -> None:
    rows = [list(row) for row in corpus.PRODUCT_ROWS]
    for row in rows:
        row[5] = row[6] = "a" + "\u0300\u0316" * 60_000
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(corpus.products(rows), compression=zipfile.ZIP_STORED))
    began = time.process_time()
    assert len(read(migrator, path)) == 3
    assert time.process_time() - began < 10


def test_endless_declaration_of_the_strings(bounded: Bounded, tmp_path: Path) -> None:
    strings = "<?xml " + 'encoding="utf-8"' * 40_000 + "<sst>"
    body = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    data = corpus.package(
        {"s": corpus.sheet_xml([], body=body)}, strings=strings, compression=zipfile.ZIP_STORED
    )
    began = time.process_time()
    with pytest.raises(ExcelError):
        read(bounded(), corpus.save(tmp_path, "a.xlsx", data))
    assert time.process_time() - began < 10


def many_sheets_xlsx(count: int) -> bytes:
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(f'<sheet name="{at}" r:id="rId1"/>' for at in range(count))
    book = (
        f'<workbook xmlns="{corpus.TRANSITIONAL}" xmlns:r="{relations}"><sheets>{listed}</sheets></workbook>'
    )
    source = zipfile.ZipFile(io.BytesIO(corpus.xlsx(TABLE)))
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, book if name == "xl/workbook.xml" else source.read(name))
    return memory.getvalue()


MANY_SHEETS: dict[str, Callable[[int], bytes]] = {
    "xlsx": many_sheets_xlsx,
    "html": lambda count: b"<table></table>" * (count - 1) + corpus.html_table(TABLE),
    "xml2003": lambda count: corpus.xml2003(TABLE).replace(
        b"<Worksheet", b"<Worksheet/>" * (count - 1) + b"<Worksheet"
    ),
}


@pytest.mark.parametrize("kind", MANY_SHEETS)
def test_too_many_sheets(bounded: Bounded, tmp_path: Path, kind: str) -> None:
    refused(bounded(), corpus.save(tmp_path, "a.xls", MANY_SHEETS[kind](100_000)), "sheets")
    assert len(read(bounded(sheets=20), corpus.save(tmp_path, "b.xls", MANY_SHEETS[kind](20)))) == 3


def test_the_search_for_the_sheet_has_one_clock(
    bounded: Bounded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = itertools.count(step=0.5)
    monkeypatch.setattr(migrator_module, "Budget", partial(Budget, monotonic=lambda: next(ticks)))
    refused(bounded(seconds=20), corpus.save(tmp_path, "a.xls", MANY_SHEETS["html"](60)), "seconds")


def test_a_wide_header_is_sought_within_the_time(bounded: Bounded, tmp_path: Path) -> None:
    table = [["상태"] * 1_000 for _ in range(45)]
    refused(bounded(seconds=1), corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table)), "seconds")


def test_titles_are_cut(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["총1" + " " * 90_000] * 10, *TABLE]
    path = corpus.save(tmp_path, "a.xlsx", corpus.xlsx(table, compression=zipfile.ZIP_STORED))
    assert len(migrator.inspect(path).titles[0]) <= 400


def test_spellings_of_cells_are_not_kept_for_ever() -> None:
    size = columns._spellings.cache_info().maxsize
    assert size is not None
    for at in range(size + 10):
        columns.spellings(f"고객 {at}" + "x" * 500)
    assert columns._spellings.cache_info().currsize == size


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xml2003"])
def test_far_cells_are_reported(bounded: Bounded, tmp_path: Path, kind: str) -> None:
    data = {"xlsx": corpus.xlsx, "xls": corpus.biff8, "xml2003": corpus.xml2003}[kind](TABLE)
    with bounded(columns=5).preview(corpus.save(tmp_path, "a.xls", data)) as preview:
        assert preview.counts.new == 3
        assert any("column limit" in note for note in preview.notes)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xml2003", "html", "csv"])
def test_rows_past_the_limit_are_refused_not_lost(bounded: Bounded, tmp_path: Path, kind: str) -> None:
    table = corpus.products(corpus.PRODUCT_ROWS * 3)
    data = {
        "xlsx": corpus.xlsx,
        "xls": corpus.biff8,
        "xml2003": corpus.xml2003,
        "html": corpus.html_table,
        "csv": corpus.delimited,
    }[kind](table)
    refused(bounded(rows=5), corpus.save(tmp_path, "a.xls", data), "rows")


@pytest.mark.parametrize("junk", ["<!", "<!--", "<?", "</", "</a ", "<!doctype ["])
def test_tags_without_end(migrator: ExcelMigrator, tmp_path: Path, junk: str) -> None:
    page = corpus.html_table(TABLE) + junk.encode() * 300_000
    began = time.process_time()
    with pytest.raises(UnreadableFileError, match="never closed"):
        read(migrator, corpus.save(tmp_path, "a.xls", page))
    assert time.process_time() - began < 10


def test_endless_line_breaks_in_a_cell(bounded: Bounded, tmp_path: Path) -> None:
    page = b"<table><tr><td>x" + b"<br>" * 60_000 + b"</td></tr></table>"
    refused(bounded(cell_text=50_000), corpus.save(tmp_path, "a.xls", page), "cell_text")


@pytest.mark.parametrize("kind", ["inline", "odd", "html", "xml2003", "csv", "xls"])
def test_row_of_much_text(bounded: Bounded, tmp_path: Path, kind: str) -> None:
    table = [[*row, *["가" * 900] * 20] for row in TABLE]
    table[0] = TABLE[0]
    data = {
        "inline": lambda: corpus.xlsx(table),
        "odd": lambda: corpus.package(
            {"s": corpus.sheet_xml(table).replace("<sheetData>", "<!-- --><sheetData>")}
        ),
        "html": lambda: corpus.html_table(table),
        "xml2003": lambda: corpus.xml2003(table),
        "csv": lambda: corpus.delimited(table),
        "xls": lambda: corpus.biff8(table),
    }[kind]()
    path = corpus.save(tmp_path, "a.xls", data)
    refused(bounded(row_text=15_000), path, "row_text")
    assert len(read(bounded(row_text=20_000), path)) == 3


def test_a_blank_row_at_the_limit_hides_no_rows_of_xls(bounded: Bounded, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xls", corpus.biff8([*TABLE, [], *TABLE[1:]]))
    refused(bounded(rows=len(TABLE)), path, "rows")
    assert len(read(bounded(rows=len(TABLE) * 2), path)) == 2 * len(TABLE) - 2


@pytest.mark.parametrize(("field", "word"), [("taxable", "과세"), ("product_status", "판매중")])
def test_long_cells_are_not_remembered(field: str, word: str) -> None:
    spec = columns.ColumnBook.default().kinds[ExportKind.PRODUCTS].fields[field]
    read_cell, _ = column_readers(spec, Faults(), [], date1904=False)
    assert read_cell(word) is not None
    tracemalloc.start()
    try:
        for blanks in range(300):
            assert read_cell(word + " " * (10_000 + blanks)) == read_cell(word)
        assert tracemalloc.get_traced_memory()[0] < 1 << 20
    finally:
        tracemalloc.stop()
