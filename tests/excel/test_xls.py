"""BIFF workbooks: damaged and old ones, in any order, and the child process that reads them."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import textwrap
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import excel_corpus as corpus
import pytest
import xlrd
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ExcelError, UnreadableFileError, UnsafeFileError
from wemakeprice_sdk.excel import ExcelMigrator
from wemakeprice_sdk.files import CellError
from wemakeprice_sdk.files.cells import Cell, Serial
from wemakeprice_sdk.files.limits import Budget, FileLimits
from wemakeprice_sdk.files.workbook import SheetFacts
from wemakeprice_sdk.files.xls import XlsWorkbook

FILES = Path(__file__).parent / "files"
Opener = Callable[..., XlsWorkbook]


@pytest.fixture
def opened() -> Iterator[Opener]:
    books: list[XlsWorkbook] = []

    def open_(path: Path, **limits: int) -> XlsWorkbook:
        books.append(XlsWorkbook.open(path, FileLimits(**limits), Budget()))
        return books[-1]

    yield open_
    for book in books:
        book.close()


def rows_of(book: XlsWorkbook, sheet: int = 0) -> list[tuple[int, list[Cell]]]:
    return [(number, list(cells)) for number, cells in book.rows(sheet, Budget())]


def numbers(count: int, columns: int = 5) -> list[list[object]]:
    return [[row * 10 + at for at in range(columns)] for row in range(count)]


def split_records(data: bytes) -> list[bytes]:
    records, at = [], 0
    while at < len(data):
        length = struct.unpack_from("<H", data, at + 2)[0]
        records.append(data[at : at + 4 + length])
        at += 4 + length
    return records


def is_cell(record: bytes) -> bool:
    return struct.unpack_from("<H", record)[0] in (0x0203, 0x0204, 0x00FD)


@pytest.mark.parametrize("count", [1, 16, 17, 300, 2000])
def test_every_row_is_streamed(opened: Opener, tmp_path: Path, count: int) -> None:
    book = opened(corpus.save(tmp_path, "a.xls", corpus.biff8(numbers(count))))
    assert rows_of(book) == [(n, row) for n, row in enumerate(numbers(count), 1)]
    assert all(type(cell) is int for _, cells in rows_of(book) for cell in cells)


def test_cells_in_any_order(opened: Opener, tmp_path: Path) -> None:
    """Old writers of Perl and PHP leave the cells in the order in which the program wrote them."""
    table = numbers(600)
    records = split_records(corpus.biff8(table))
    first = next(at for at, record in enumerate(records) if is_cell(record))
    cells = [record for record in records if is_cell(record)]
    by_column = sorted(cells, key=lambda record: struct.unpack_from("<HH", record, 4)[::-1])
    data = b"".join([*records[:first], *by_column, *records[first + len(cells) :]])
    book = opened(corpus.save(tmp_path, "a.xls", data))
    assert rows_of(book) == [(n, row) for n, row in enumerate(table, 1)]


def test_a_late_cell_is_not_lost(opened: Opener, tmp_path: Path) -> None:
    records = split_records(corpus.biff8(numbers(600)))
    late = corpus.biff_record(0x0203, struct.pack("<HHHd", 0, 7, 0, 99))
    data = b"".join([*records[:-1], late, records[-1]])
    assert rows_of(opened(corpus.save(tmp_path, "a.xls", data)))[0] == (1, [0, 1, 2, 3, 4, None, None, 99])


@pytest.mark.parametrize("counter", [1, 3, 4, 5, 400_000, 0x7FFFFFFF])
def test_counters_of_the_strings_are_not_believed(opened: Opener, tmp_path: Path, counter: int) -> None:
    table: list[list[object]] = [["상품번호", "상품명"], [1, "면 티셔츠 😀"], [2, "바지"]]
    data = bytearray(corpus.biff8(table, split=(2, 6)))
    at = data.index(struct.pack("<II", 4, 4))
    data[at : at + 8] = struct.pack("<II", counter, counter)
    rows = rows_of(opened(corpus.save(tmp_path, "a.xls", bytes(data))))
    assert rows == [(n, row) for n, row in enumerate(table, 1)]


@pytest.mark.parametrize("cut", range(1, 8))
def test_strings_are_cut_anywhere(opened: Opener, tmp_path: Path, cut: int) -> None:
    table: list[list[object]] = [["상품번호", "상품명"], [1, "가나😀다라마바"], [2, "바지"]]
    book = opened(corpus.save(tmp_path, "a.xls", corpus.biff8(table, split=(2, cut))))
    assert rows_of(book) == [(n, row) for n, row in enumerate(table, 1)]


def test_biff_without_a_code_page_is_korean(migrator: ExcelMigrator, tmp_path: Path) -> None:
    table = [["상품번호", "상품명", "판매가"], [300000001, "면 티셔츠", 12900]]
    path = corpus.save(tmp_path, "a.xls", corpus.biff_without_codepage(table))
    assert migrator.inspect(path).encoding == "cp949"
    (parsed,) = migrator.products(path)
    assert parsed.record is not None
    assert (parsed.record.product_name, parsed.record.sale_price) == ("면 티셔츠", 12900)


def test_hidden_rows_and_columns(opened: Opener, tmp_path: Path) -> None:
    records = split_records(corpus.biff8(numbers(40)))
    first = next(at for at, record in enumerate(records) if is_cell(record))
    hidden = [
        corpus.biff_record(0x007D, struct.pack("<HHHHHH", 1, 2, 2000, 0, 1, 0)),
        corpus.biff_record(0x009D, struct.pack("<H", 5)),
        *(
            corpus.biff_record(0x0208, struct.pack("<HHHHHHI", row, 0, 5, 255, 0, 0, 0x20 if row > 36 else 0))
            for row in range(40)
        ),
    ]
    book = opened(corpus.save(tmp_path, "a.xls", b"".join([*records[:first], *hidden, *records[first:]])))
    assert len(rows_of(book)) == 40
    assert book.facts(0) == SheetFacts(
        hidden_rows=3, first_hidden_row=38, hidden_columns=(1, 2), autofilter=True
    )


def test_dates_errors_and_truths(opened: Opener, tmp_path: Path) -> None:
    rows = dict(rows_of(opened(FILES / "poi-hssf.xls"), 1))
    assert {type(cell) for row in rows.values() for cell in row} >= {str, int, Serial}
    records = split_records(corpus.biff8([[1, 2, 3]]))
    flags = corpus.biff_record(0x0205, struct.pack("<HHHBB", 1, 0, 0, 1, 0))
    fault = corpus.biff_record(0x0205, struct.pack("<HHHBB", 1, 1, 0, 0x2A, 1))
    data = b"".join([*records[:-1], flags, fault, records[-1]])
    assert rows_of(opened(corpus.save(tmp_path, "a.xls", data)))[1] == (2, [True, CellError("#N/A"), None])


def test_reading_stops_and_begins_again_in_one_child(opened: Opener, tmp_path: Path) -> None:
    book = opened(corpus.save(tmp_path, "a.xls", corpus.biff8(numbers(60_000, 3))))
    child = book._idle
    for _ in range(3):
        rows = book.rows(0, Budget())
        assert isinstance(rows, Generator)
        assert next(rows) == (1, (0, 1, 2))
        rows.close()
        assert book._idle is child
    assert len(rows_of(book)) == 60_000
    assert book._idle is child


def test_rows_read_at_a_time_do_not_mix(opened: Opener, tmp_path: Path) -> None:
    book = opened(corpus.save(tmp_path, "a.xls", corpus.biff8(numbers(3000))))
    pairs = list(zip(book.rows(0, Budget()), book.rows(0, Budget()), strict=True))
    assert len(pairs) == 3000
    assert all(one == other for one, other in pairs)


def test_a_child_that_is_late_is_ended(opened: Opener, tmp_path: Path) -> None:
    book = opened(corpus.save(tmp_path, "a.xls", corpus.biff8(numbers(60_000, 3))))
    child = book._idle
    assert child is not None
    rows = book.rows(0, Budget())
    next(rows)
    child._end_late()
    with pytest.raises(UnsafeFileError, match="seconds"):
        list(rows)
    assert len(rows_of(book)) == 60_000


def test_a_closed_book_leaves_no_child(tmp_path: Path) -> None:
    book = XlsWorkbook.open(corpus.save(tmp_path, "a.xls", corpus.biff8(numbers(9))), FileLimits(), Budget())
    child = book._idle
    assert child is not None
    book.close()
    assert child.process.returncode is not None


UNDER_LIMITS = """
    import resource, sys
    {limits}
    from pathlib import Path
    from wemakeprice_sdk.errors import ExcelError
    from wemakeprice_sdk.files.limits import Budget, FileLimits
    from wemakeprice_sdk.files.xls import XlsWorkbook
    try:
        book = XlsWorkbook.open(Path(sys.argv[1]), FileLimits(), Budget())
        print(len(list(book.rows(0, Budget()))))
        book.close()
    except ExcelError as error:
        print(f"{{type(error).__name__}}: {{error}}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
@pytest.mark.parametrize(
    ("kind", "bound", "expected"),
    [
        ("RLIMIT_AS", 700 << 20, "30"),
        ("RLIMIT_CPU", 300, "30"),
        ("RLIMIT_FSIZE", 1 << 20, "30"),
    ],
)
def test_a_lower_limit_of_the_machine_is_kept(tmp_path: Path, kind: str, bound: int, expected: str) -> None:
    path = corpus.save(tmp_path, "a.xls", corpus.biff8(numbers(30)))
    limits = f"resource.setrlimit(resource.{kind}, ({bound}, {bound}))"
    program = textwrap.dedent(UNDER_LIMITS).format(limits=limits)
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


@pytest.mark.parametrize("damage", range(24))
def test_no_message_holds_a_path_or_a_traceback(migrator: ExcelMigrator, tmp_path: Path, damage: int) -> None:
    data = bytearray((FILES / "poi-hssf.xls").read_bytes())
    data[512 + damage * 32 : 512 + damage * 32 + 20] = bytes([damage * 7 % 256]) * 20
    path = corpus.save(tmp_path, "비밀.xls", bytes(data))
    said = ""
    try:
        list(migrator.products(path))
    except ExcelError as error:
        said = str(error)
    assert re.search(r"Traceback|/|비밀|\.py", said) is None


def test_a_child_without_memory_is_a_typed_error(
    bounded: Callable[..., ExcelMigrator], tmp_path: Path
) -> None:
    path = corpus.save(tmp_path, "a.xls", corpus.xls(corpus.products()))
    with pytest.raises(ExcelError) as caught:
        list(bounded(child_memory=8 << 20).products(path))
    assert not isinstance(caught.value.__cause__, OSError)
    assert "Traceback" not in str(caught.value)
    assert "xlsx" in str(caught.value)


def test_a_file_that_is_no_workbook_is_damaged(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = corpus.save(tmp_path, "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(UnreadableFileError, match="damaged"):
        migrator.inspect(path)


WORDS = ["상품번호", "면 티셔츠 😀", "", "plain"]
VALUES = st.tuples(
    st.integers(0, len(WORDS) - 1), st.integers(-(2**31), 2**31 - 1), st.floats(allow_nan=False)
)
KINDS = st.sampled_from(["label", "float", "rk", "rks", "blank", "blanks", "truth", "error"])
SHAPE = st.lists(st.tuples(KINDS, st.integers(0, 2), st.sampled_from([0, 15])), max_size=6)


def row_records(row: int, shape: list[tuple[str, int, int]], values: tuple[int, int, float]) -> bytes:
    """Return the records of one row; the cells stand `gap` columns apart, style 15 is that of a date."""
    data, column = b"", 0
    word, packed, number = values
    for kind, gap, style in shape:
        column += gap
        place = struct.pack("<HHH", row, column, style)
        more = struct.pack("<Hi", style, packed)
        bodies = {
            "label": (0x00FD, place + struct.pack("<I", word), 1),
            "float": (0x0203, place + struct.pack("<d", number), 1),
            "rk": (0x027E, place + struct.pack("<i", packed), 1),
            "rks": (0x00BD, place + struct.pack("<i", packed) + more + struct.pack("<H", column + 1), 2),
            "blank": (0x0201, place, 1),
            "blanks": (0x00BE, place + struct.pack("<HHH", style, style, column + 2), 3),
            "truth": (0x0205, place + struct.pack("<BB", packed & 1, 0), 1),
            "error": (0x0205, place + struct.pack("<BB", 0x2A, 1), 1),
        }
        code, body, width = bodies[kind]
        data += corpus.biff_record(code, body)
        column += width
    return data


def seen_by_xlrd(data: bytes) -> dict[int, list[Cell]]:
    """Return the cells as xlrd alone reads them."""
    sheet = xlrd.open_workbook(file_contents=data).sheet_by_index(0)

    def cell(kind: int, value: str | float) -> Cell:
        if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            return None
        if kind == xlrd.XL_CELL_TEXT or isinstance(value, str):
            return value
        if kind == xlrd.XL_CELL_DATE:
            return Serial(value + 0.0)  # a zero of 30 bits has no sign of its own here
        if kind == xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        if kind == xlrd.XL_CELL_ERROR:
            return CellError(xlrd.error_text_from_code[int(value)])
        return int(value) if abs(value) < 1e15 and float(value).is_integer() else value

    rows = {
        at + 1: [*map(cell, sheet.row_types(at), sheet.row_values(at))]  # type: ignore[arg-type] # an array of kinds
        for at in range(sheet.nrows)
    }
    return {number: cells for number, cells in rows.items() if any(cell is not None for cell in cells)}


@settings(deadline=None, max_examples=12)
@given(
    shapes=st.lists(SHAPE, min_size=1, max_size=3),
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2), VALUES), max_size=40),
)
def test_layouts_and_xlrd_read_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    shapes: list[list[tuple[str, int, int]]],
    rows: list[tuple[int, int, tuple[int, int, float]]],
) -> None:
    records = split_records(corpus.biff8([list(WORDS)], split=(1, 3)))
    styles = [at for at, record in enumerate(records) if record[:2] == b"\xe0\x00"]
    dated = records[styles[15]]
    records[styles[15]] = dated[:6] + struct.pack("<H", 14) + dated[8:]
    number, body = 0, []
    for shape, gap, values in rows:
        number += gap
        body.append(row_records(number, shapes[shape % len(shapes)], values))
    data = b"".join([*records[:-1], *body, records[-1]])
    path = corpus.save(tmp_path_factory.mktemp("xls"), "a.xls", data)
    book = XlsWorkbook.open(path, FileLimits(), Budget())
    try:
        found = dict(rows_of(book))
    finally:
        book.close()
    expected = seen_by_xlrd(data)
    width = max(map(len, [*found.values(), *expected.values()]))
    assert {
        at: typed(cells, width) for at, cells in found.items() if any(cell is not None for cell in cells)
    } == {at: typed(cells, width) for at, cells in expected.items()}


def typed(cells: list[Cell], width: int) -> list[tuple[type, str]]:
    """Tell 1, 1.0 and True apart, and take one NaN for the other."""
    return [(type(cell), repr(cell)) for cell in [*cells, *[None] * (width - len(cells))]]


def test_a_formula_among_many_rows_is_read_with_them(opened: Opener, tmp_path: Path) -> None:
    records = split_records(corpus.biff8(numbers(600)))
    place = struct.pack("<HHH", 600, 0, 0)
    formula = corpus.biff_record(0x0006, place + struct.pack("<dHIH", 7.0, 0, 0, 0))
    rows = rows_of(opened(corpus.save(tmp_path, "a.xls", b"".join([*records[:-1], formula, records[-1]]))))
    assert rows[-1][1][0] == 7
    assert rows[:-1] == [(n, row) for n, row in enumerate(numbers(600), 1)]


def test_a_string_that_the_table_lacks_is_damage(opened: Opener, tmp_path: Path) -> None:
    lost = corpus.biff_record(0x00FD, struct.pack("<HHHI", 1, 0, 0, 99))
    for table in (corpus.biff8([["상품번호", "상품명"]], split=(1, 2)), corpus.biff8([[1, 2]])):
        end = corpus.biff_record(0x000A)
        data = table.removesuffix(end) + lost + end
        with pytest.raises(UnreadableFileError, match="damaged: IndexError"):
            rows_of(opened(corpus.save(tmp_path, "a.xls", data)))


def formula(row: int, column: int, result: bytes, flags: int = 0) -> bytes:
    """Return a FORMULA record (`=1`) with what it shows."""
    tokens = b"\x1e\x01\x00"
    place = struct.pack("<HHH", row, column, 0)
    tail = struct.pack("<HIH", flags, 0, len(tokens)) + tokens
    return corpus.biff_record(0x0006, place + result + tail)


BLANK = b"\x03\x00\x00\x00\x00\x00\xff\xff"
XLWT = corpus.biff_record(0x005C, b"None".ljust(0x70))


@pytest.mark.parametrize("in_order", [True, False])
def test_formulas_that_were_never_computed(opened: Opener, tmp_path: Path, in_order: bool) -> None:
    head, *records = split_records(corpus.biff8([[1, 2, 3]]))
    formulas = [
        formula(1, at, struct.pack("<d", value), flags)
        for at, (value, flags) in enumerate([(0, 2), (0, 0), (7, 2)])
    ]
    more = [formula(2, 0, BLANK), formula(2, 1, struct.pack("<d", 5))]
    tail = [*formulas, *more] if in_order else [*more, *formulas]
    pending = CellError("#FORMULA")
    for user, blank in ((b"", ""), (XLWT, pending)):
        data = b"".join([head, user, *records[:-1], *tail, records[-1]])
        # The sheet begins so many bytes further down.
        at = data.index(corpus.biff_record(0x0085, b"x" * 0)[:2] + b"\x10\x00")
        data = (
            data[: at + 4]
            + struct.pack("<I", struct.unpack_from("<I", data, at + 4)[0] + len(user))
            + data[at + 8 :]
        )
        book = opened(corpus.save(tmp_path, "a.xls", data))
        assert rows_of(book)[1:] == [(2, [pending, 0, 7]), (3, [blank, 5, None])]
