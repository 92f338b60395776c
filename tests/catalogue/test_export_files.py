"""Exports as files: split where the target's limits are, a template kept, and a report that opens everywhere."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import catalogue_kit as kit
import export_kit
import openpyxl
import pytest
from attrs import evolve
from python_calamine import load_workbook

from wemakeprice_sdk.catalogue.exporters import (
    LAYOUT_2026_07,
    TARGETS,
    Exporter,
    GoogleFeed,
    NaverApi,
    NaverSheet,
    SheetLayout,
    Shopify,
    export,
)
from wemakeprice_sdk.catalogue.io.outgoing import sheet_layout, write_export
from wemakeprice_sdk.catalogue.report import REPORT_COLUMNS, LineKind, report_row
from wemakeprice_sdk.errors import ColumnError


def made(products: Any, target: Exporter, **more: Any) -> Any:
    return export(products, target, defaults=export_kit.JOINING, maps=export_kit.maps_for(target), **more)


def template(path: Path, columns: tuple[str, ...] = LAYOUT_2026_07.columns) -> Path:
    """Make a workbook like the template: groups, names with line breaks, four rows of guidance, a list sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "일괄등록"
    sheet.append(["상품 기본정보"])
    sheet.append(list(columns))
    for text in ("필수", "예시", "도움말", "입력하지 마세요"):
        sheet.append([text] * len(columns))
    sheet.merge_cells("A3:C3")
    sheet.merge_cells("D4:D6")
    book.create_sheet("코드표").append(["신상품", "중고상품"])
    book.save(path)
    return path


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_files_and_report_are_written(target: type[Exporter], tmp_path: Path) -> None:
    goods = [*kit.shapes(), export_kit.grid(2002), export_kit.single(2001)]
    written = write_export(made(goods, target()), tmp_path / "out")
    assert [path.name for path in written.files] == [f"{target.target}-001.{target.suffix}"]
    assert written.summary.rows_in == written.summary.rows_out + written.summary.refused == len(goods)
    told = [line for step in made(goods, target()) for line in step.lines]
    book = load_workbook(written.report)
    assert book.sheet_names == ["요약", *(kind.korean for kind in LineKind)]
    for kind in LineKind:
        rows = book.get_sheet_by_name(kind.korean).to_python(skip_empty_area=False)
        ours = [list(report_row(line)) for line in told if line.kind is kind]
        assert rows[0] == list(REPORT_COLUMNS)
        assert [row[1] for row in rows[1:]] == [row[1] for row in ours]
    counted = {row[2]: row[3] for row in book.get_sheet_by_name("요약").to_python()}
    assert counted["받은 상품"] == str(len(goods))
    with written.rows.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(told) + 1


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_export(made([export_kit.grid()], Shopify()), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(FileExistsError):
        write_export(made([export_kit.grid()], Shopify()), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_formula_in_the_report_runs_nowhere(tmp_path: Path) -> None:
    product = export_kit.grid(name="=HYPERLINK(1)" + "가" * 300)
    written = write_export(made([product], Shopify()), tmp_path)
    with written.rows.open(encoding="utf-8-sig", newline="") as file:
        assert not any(cell.startswith("=") for row in csv.reader(file) for cell in row)
    for sheet in openpyxl.load_workbook(written.report).worksheets:
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def test_shopify_files_stay_below_their_bytes(tmp_path: Path) -> None:
    goods = list(kit.many(40))
    written = write_export(made(goods, Shopify(most_bytes=6_000)), tmp_path)
    assert len(written.files) > 2
    seen: list[str] = []
    for path in written.files:
        assert path.stat().st_size <= 6_000
        seen += dict.fromkeys(row["URL handle"] for row in export_kit.table(path.read_bytes()))
    assert seen == [one.id for one in goods]


def test_a_product_that_fills_no_file_is_refused(tmp_path: Path) -> None:
    goods = [export_kit.grid(1), export_kit.grid(2, description_html="가" * 5_000), export_kit.grid(3)]
    written = write_export(made(goods, Shopify(most_bytes=6_000)), tmp_path)
    assert (written.summary.rows_out, written.summary.refused) == (2, 1)


def test_a_sheet_holds_so_many_products_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert NaverSheet.most_products == 500
    monkeypatch.setattr(NaverSheet, "most_products", 5)
    goods = (export_kit.single(at) for at in range(1, 12))
    written = write_export(made(goods, NaverSheet()), tmp_path)
    sizes = [len(load_workbook(path).get_sheet_by_index(0).to_python()) for path in written.files]
    assert sizes == [7, 7, 3]


def test_the_sellers_own_template_is_filled_and_kept(tmp_path: Path) -> None:
    own = template(tmp_path / "template.xlsx")
    layout = sheet_layout(own)
    assert (layout.columns, layout.header_row, layout.own) == (LAYOUT_2026_07.columns, 2, True)
    goods = [export_kit.grid(), export_kit.single(name="=1+1")]
    written = write_export(made(goods, NaverSheet(layout)), tmp_path / "out", template=own)
    book = load_workbook(written.files[0])
    assert book.sheet_names == ["일괄등록", "코드표"]
    rows = book.get_sheet_by_name("일괄등록").to_python()
    assert [str(row[0]) for row in rows[2:]] == ["wmp-1002", "wmp-1001"]
    names = ["".join(str(name).split()) for name in rows[1]]
    cells = dict(zip(names, rows[2], strict=True))
    assert cells["원산지코드"] == "00"
    assert (cells["옵션값"], cells["옵션재고수량"]) == ("빨강,파랑\nM,L", "5,5")
    assert cells["판매가"] == 29_900
    assert dict(zip(names, rows[3], strict=True))["상품명"] == "=1+1"


@pytest.mark.parametrize(
    "columns",
    [
        LAYOUT_2026_07.columns[:-1],
        tuple(name.replace("\n", " ") for name in LAYOUT_2026_07.columns),
        tuple(
            name
            for name in LAYOUT_2026_07.columns
            if name not in ("단위가격 사용여부", "표시용량", "표시단위", "총용량")
        ),
        (*LAYOUT_2026_07.columns[40:], *LAYOUT_2026_07.columns[:40]),
    ],
    ids=["without 판매준수가", "blanks", "older", "another order"],
)
def test_other_known_layouts_are_taken_by_name(columns: tuple[str, ...], tmp_path: Path) -> None:
    layout = sheet_layout(template(tmp_path / "template.xlsx", columns))
    found, _ = export_kit.steps([export_kit.grid()], NaverSheet(layout))
    row = next(step.rows[0] for step in found if step.rows)
    cells = dict(zip(("".join(name.split()) for name in columns), row, strict=True))
    assert (cells["상품명"], cells["옵션값"]) == ("린넨 셔츠 긴팔", "빨강,파랑\nM,L")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ((*LAYOUT_2026_07.columns, "새 항목"), "새항목"),
        ((*LAYOUT_2026_07.columns, "상품명"), "twice"),
        (LAYOUT_2026_07.columns[1:], "판매자 상품코드"),
        (("상품번호", "상품명", "판매가"), "no row of the template"),
    ],
)
def test_a_template_of_an_unknown_layout_is_refused(
    columns: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    with pytest.raises(ColumnError, match=told):
        sheet_layout(template(tmp_path / "template.xlsx", columns))


def test_a_layout_that_is_not_the_sellers_own_is_flagged() -> None:
    told = export_kit.lines([export_kit.grid()], NaverSheet())
    assert [(line.product, line.value) for line in told if line.code.word == "layout"] == [("", "2026-07")]
    own = SheetLayout(LAYOUT_2026_07.columns)
    assert "layout" not in {line.code.word for line in export_kit.lines([export_kit.grid()], NaverSheet(own))}


def test_lines_of_json_are_one_request_each(tmp_path: Path) -> None:
    written = write_export(made([export_kit.grid(1), export_kit.single(2)], NaverApi()), tmp_path)
    bodies = [json.loads(line) for line in written.files[0].read_text("utf-8").splitlines()]
    codes = [
        body["originProduct"]["detailAttribute"]["sellerCodeInfo"]["sellerManagementCode"] for body in bodies
    ]
    assert codes == ["wmp-1", "wmp-2"]


def test_an_export_of_nothing_writes_a_report_only(tmp_path: Path) -> None:
    written = write_export(made([kit.bare()], GoogleFeed()), tmp_path)
    assert written.files == ()
    assert written.report.exists()
    assert evolve(written).summary.refused == 1
