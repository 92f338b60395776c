"""Any table that is written is read back equal, whatever wrote it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import excel_corpus as corpus
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.excel import ExcelMigrator
from wemakeprice_sdk.files.cells import cell_text
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget
from wemakeprice_sdk.files.sniff import open_workbook

Table = Sequence[Sequence[object]]


def by_openpyxl(table: Table) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, values in enumerate(table, 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(row, column)
            cell._value = value  # type: ignore[union-attr]
            cell.data_type = "s" if isinstance(value, str) else "n"  # type: ignore[union-attr]
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def by_xlsxwriter(table: Table, *, inline: bool = False) -> bytes:
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"constant_memory": inline, "in_memory": not inline})
    sheet = book.add_worksheet("상품목록")
    for row, values in enumerate(table):
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write_number(row, column, value)
    book.close()
    return memory.getvalue()


WRITERS: dict[str, Callable[[Table], bytes]] = {
    "openpyxl": by_openpyxl,
    "xlsxwriter": by_xlsxwriter,
    "xlsxwriter-inline": lambda table: by_xlsxwriter(table, inline=True),
    "inline": corpus.xlsx,
    "shared": corpus.shared,
    "rich": lambda table: corpus.shared(table, rich=True),
    "html": corpus.html_table,
    "xml2003": corpus.xml2003,
    "csv": corpus.delimited,
    "tsv-utf16": lambda table: corpus.delimited(table, encoding="utf-16", delimiter="\t"),
}

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zs", "Zl", "Zp", "Cf"], max_codepoint=0xFFFD),
    min_size=1,
    max_size=12,
).filter(lambda text: "_x" not in text and not text.startswith("="))
NUMBER = st.one_of(
    st.integers(-(10**14), 10**14), st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 4))
)
TABLES = st.lists(
    st.lists(st.one_of(TEXT, NUMBER, st.none()), min_size=1, max_size=5), min_size=1, max_size=8
)


def read_back(data: bytes) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = corpus.save(Path(folder), "export.bin", data)
        book = open_workbook(path, DEFAULT_LIMITS, Budget())
        try:
            rows = {number: [cell_text(cell) for cell in cells] for number, cells in book.rows(0, Budget())}
        finally:
            book.close()
    return [trimmed(rows.get(number, [])) for number in range(1, max(rows, default=0) + 1)]


def trimmed(row: Sequence[str]) -> list[str]:
    kept = list(row)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def as_text(table: Table, writer: str) -> list[list[str]]:
    def show(value: object) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        assert isinstance(value, int | float)
        # Text formats say what Python says; spreadsheets hold a number, in which -0.0 and 3.0 are 0 and 3.
        return str(value) if writer in ("html", "csv", "tsv-utf16") else cell_text(value)

    rows = [trimmed([show(value) for value in row]) for row in table]
    while rows and not rows[-1]:
        rows.pop()
    return rows


@pytest.mark.parametrize("writer", WRITERS)
@settings(deadline=None, max_examples=25)
@given(table=TABLES)
def test_read_back_equal(writer: str, table: Table) -> None:
    head = [["머리", "말", "셋"], *table, ["끝", "끝"]]
    assert read_back(WRITERS[writer](head)) == as_text(head, writer)


ROWS = [[300000001 + at, f"상품 {at} & <{at}>", *corpus.PRODUCT_ROWS[at % 3][2:]] for at in range(300)]


def check(migrator: ExcelMigrator, path: Path) -> None:
    parsed = list(migrator.products(path))
    assert [one.number for one in parsed] == [row[0] for row in ROWS]
    assert [one.problems for one in parsed] == [()] * len(ROWS)
    assert [one.record.product_name for one in parsed if one.record] == [row[1] for row in ROWS]
    assert [str(one.record.sale_start)[:16] for one in parsed if one.record] == [row[6] for row in ROWS]
    assert [one.record.seller_product_code for one in parsed if one.record] == [row[8] for row in ROWS]


@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter", "xlsxwriter-inline"])
def test_files_of_python_writers(migrator: ExcelMigrator, tmp_path: Path, writer: str) -> None:
    check(migrator, corpus.save(tmp_path, "a.xlsx", WRITERS[writer]([corpus.PRODUCT_HEADERS, *ROWS])))


def missing(what: str) -> NoReturn:
    """Skip a test whose tool is not there; where the tools were just installed that is a failure."""
    if "FOREIGN_REQUIRED" in os.environ:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    program = shutil.which("soffice")
    if program is None:
        missing("LibreOffice (soffice) is not installed on this machine")
    profile = tmp_path_factory.mktemp("office")

    def convert(path: Path, wanted: str) -> Path:
        out = path.parent / "converted"
        command = [
            program,
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            wanted,
            "--outdir",
            str(out),
        ]
        subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=180)
        return out / f"{path.stem}.{wanted.partition(':')[0]}"

    return convert


@pytest.mark.slow
@pytest.mark.parametrize("wanted", ["xlsx", "xls"])
def test_files_of_libreoffice(
    migrator: ExcelMigrator, tmp_path: Path, office: Callable[[Path, str], Path], wanted: str
) -> None:
    source = corpus.save(tmp_path, "a.xlsx", by_xlsxwriter([corpus.PRODUCT_HEADERS, *ROWS]))
    check(migrator, office(source, wanted))


JAVA = Path("/usr/share/java")
POI_SOURCE = textwrap.dedent(
    """
    import java.io.*; import java.nio.file.*; import java.util.*;
    import org.apache.poi.ss.usermodel.*; import org.apache.poi.hssf.usermodel.*;
    public class Write {
      public static void main(String[] a) throws Exception {
        List<String> lines = Files.readAllLines(Paths.get(a[0]));
        Workbook book = new HSSFWorkbook();
        Sheet sheet = book.createSheet("list");
        for (int r = 0; r < lines.size(); r++) {
          Row row = sheet.createRow(r); String[] parts = lines.get(r).split("\\t", -1);
          for (int c = 0; c < parts.length; c++) {
            Cell cell = row.createCell(c);
            if (r > 0 && parts[c].matches("\\\\d+")) cell.setCellValue(Double.parseDouble(parts[c]));
            else cell.setCellValue(parts[c]);
          }
        }
        try (OutputStream out = new FileOutputStream(a[1])) { book.write(out); }
      }
    }
    """
)


@pytest.mark.slow
def test_files_of_apache_poi(migrator: ExcelMigrator, tmp_path: Path) -> None:
    """BIFF by POI's HSSF; what its streaming XLSX writer leaves is built in the corpus (inline, no dimension)."""
    jars = [
        JAVA / f"{name}.jar" for name in ("poi", "commons-collections4", "commons-codec", "commons-math3")
    ]
    if shutil.which("javac") is None or not all(jar.exists() for jar in jars):
        missing("a JDK with Apache POI (libapache-poi-java) is not installed on this machine")
    (tmp_path / "Write.java").write_text(POI_SOURCE, encoding="utf-8")
    rows = [corpus.PRODUCT_HEADERS, *ROWS]
    (tmp_path / "rows.tsv").write_text("\n".join("\t".join(map(str, row)) for row in rows), encoding="utf-8")
    out = tmp_path / "poi.xls"
    command = ["java", "-Dfile.encoding=UTF-8", "-cp", ":".join(map(str, jars)), str(tmp_path / "Write.java")]
    done = subprocess.run(
        [*command, str(tmp_path / "rows.tsv"), str(out)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    check(migrator, out)
