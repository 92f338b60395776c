"""What a new user gets wrong, and what is said then: mappings, kinds, arguments, paths, files given twice."""

from __future__ import annotations

import gc
import io
import os
import unicodedata
from pathlib import Path

import excel_corpus as corpus
import openpyxl
import pytest

from wemakeprice_sdk.errors import ColumnError, UnreadableFileError, ValidationError, WrongKindError
from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, RowStatus, write_invoices
from wemakeprice_sdk.models import ShipRequest

OPTIONS = [
    ["상품번호", "상품명", "옵션명", "재고수량"],
    [300000001, "티셔츠", "빨강", 3],
    [300000001, "티셔츠", "파랑", 4],
]


def saved(folder: Path, name: str, table: list[list[object]]) -> Path:
    return corpus.save(folder, name, corpus.xlsx(table))


def test_every_wrong_name_of_a_mapping_is_named_with_what_is_near(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    path = saved(tmp_path, "a.xlsx", OPTIONS)
    with pytest.raises(ColumnError, match=r"'product_nam' is no field of products.*product_name"):
        migrator.preview(path, mapping={"product_nam": "상품명"})
    with pytest.raises(ColumnError) as caught:
        migrator.inspect(
            path, kind=ExportKind.PRODUCTS, mapping={"product_name": "상품맹", "stock_count": "재고 수랑"}
        )
    lines = str(caught.value).splitlines()
    assert [line.split("'")[1] for line in lines[1:]] == ["상품맹", "재고 수랑"]
    assert "비슷한 이름): 상품명" in lines[1]
    assert "재고수량" in lines[2]


def test_a_mapping_for_a_file_without_header_is_no_typo(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = saved(tmp_path, "a.xlsx", [["가", "나"], ["다", "라"]])
    with pytest.raises(ColumnError, match="no header row"):
        migrator.preview(path, mapping={"product_name": "상품명"})


def test_another_kind_is_refused_with_what_reads_it_in_both_languages(
    migrator: ExcelMigrator, tmp_path: Path
) -> None:
    deals = saved(tmp_path, "d.xlsx", corpus.deals())
    with pytest.raises(WrongKindError) as caught:
        migrator.preview(deals)
    assert str(caught.value).count("kind=ExportKind.DEALS") == 2
    text = "배송번호,주문번호,상품번호,상품판매가,구분,수량,판매대행수수료\n11,22,300000001,1000,배송,1,100\n"
    path = corpus.save(tmp_path, "s.csv", text.encode())
    with pytest.raises(WrongKindError) as caught:
        migrator.preview(path)
    assert str(caught.value).count("settlement_orders()") == 2


def test_a_file_given_twice_is_read_once(migrator: ExcelMigrator, tmp_path: Path) -> None:
    one = saved(tmp_path, "a.xlsx", OPTIONS)
    copy = tmp_path / "b.xlsx"
    copy.write_bytes(one.read_bytes())
    for paths in ([one, copy], [one, one]):
        with migrator.preview(paths) as preview:
            (row,) = preview
            assert row.status is RowStatus.NEW
            assert row.record is not None
            assert row.record.stock_count == 7
            (note,) = preview.notes
            assert note.startswith(f"{paths[1].name} holds the same as a.xlsx")
            migrator.report(preview, tmp_path / "r.xlsx", paths)
        assert len(openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames) == 2


def test_only_paths_are_files(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = saved(tmp_path, "a.xlsx", OPTIONS)
    with path.open("rb") as stream:
        for wrong in (stream, io.BytesIO(b""), path.read_bytes(), [stream], None, 7):
            with pytest.raises(TypeError, match=r"^files? takes .*, not "):
                migrator.preview(wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="the path of a file"):
            migrator.inspect(stream)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="the path of a file"):
            next(migrator.products(stream))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"such as ExportKind\.DEALS"):
        migrator.preview(path, kind="deals")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="no file was given"):
        migrator.preview([])


@pytest.mark.parametrize("place", ["none/r.xlsx", "folder"])
def test_a_report_that_cannot_be_written_leaves_nothing(
    migrator: ExcelMigrator, tmp_path: Path, place: str
) -> None:
    path = saved(tmp_path, "a.xlsx", OPTIONS)
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with migrator.preview(path) as preview, pytest.raises(ValidationError, match="cannot be written"):
        migrator.report(preview, tmp_path / place, path)
    with pytest.raises(ValidationError, match="cannot be written"):
        write_invoices(tmp_path / place, [ShipRequest.parcel(11, "CJ대한통운", "123456789012")])
    # What openpyxl left open would complain here, and a warning is an error.
    gc.collect()
    assert sorted(tmp_path.rglob("*")) == before


def test_a_report_that_breaks_off_keeps_the_one_before(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = saved(tmp_path, "a.xlsx", OPTIONS)
    out = tmp_path / "r.xlsx"
    with migrator.preview(path) as preview:
        migrator.report(preview, out, path)
        kept = out.read_bytes()
        other = saved(tmp_path, "b.xlsx", [["가"], ["나"]])
        with pytest.raises(ColumnError):
            migrator.report(preview, out, [path, other])
    gc.collect()
    assert out.read_bytes() == kept
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx", "r.xlsx"]


@pytest.mark.parametrize("value", ["<v></v>", "<v/>", ""])
@pytest.mark.parametrize("rows", [3, 400])
def test_errors_in_columns_nobody_understood_are_said_once(
    migrator: ExcelMigrator, tmp_path: Path, value: str, rows: int
) -> None:
    head = corpus.sheet_xml([["상품번호", "상품명", "비고"]])
    body = "".join(
        f'<row r="{n}">{corpus.cell_xml(n, 0, 300000000 + n)}{corpus.cell_xml(n, 1, "가방")}'
        + (f'<c r="C{n}"><f>1+1</f>{value}</c>' if n % 2 else corpus.cell_xml(n, 2, n))
        + "</row>"
        for n in range(2, rows + 2)
    )
    data = corpus.package({"상품": head.replace("</sheetData>", body + "</sheetData>")})
    with migrator.preview(corpus.save(tmp_path, "a.xlsx", data)) as preview:
        (note,) = (one for one in preview.notes if "비고" in one)
        assert f"holds {rows // 2} error value(s)" in note
        assert "first in row 3" in note
        assert preview.counts.new == rows


def test_an_inspection_names_columns_in_other_money(migrator: ExcelMigrator, tmp_path: Path) -> None:
    path = saved(tmp_path, "a.xlsx", [["상품번호", "상품명", "판매가(USD)"], [300000001, "티셔츠", 12]])
    assert any("not in plain won" in note for note in migrator.inspect(path).notes)


def test_titles_of_sheets_are_composed(migrator: ExcelMigrator, tmp_path: Path) -> None:
    title = unicodedata.normalize("NFD", "상품목록")
    data = corpus.package({title: corpus.sheet_xml(OPTIONS)})
    found = migrator.inspect(corpus.save(tmp_path, "a.xlsx", data))
    assert (found.sheet, found.sheets) == ("상품목록", ("상품목록",))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_refused_before_it_is_waited_for(migrator: ExcelMigrator, tmp_path: Path) -> None:
    pipe = tmp_path / "p.csv"
    os.mkfifo(pipe)
    for read in (migrator.inspect, migrator.preview, migrator.bank_statement):
        with pytest.raises(UnreadableFileError, match="pipe"):
            read(pipe)
    with pytest.raises(UnreadableFileError, match="pipe"):
        migrator.preview([pipe, pipe])
