"""The workbook: what comes back unchanged changes nothing, and each edit is seen before it counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import catalogue_kit as kit
import openpyxl
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.catalogue import CatalogueProduct, Origin, SourceKind, VariantAxis
from wemakeprice_sdk.catalogue.io.workbook import WorkbookEdits, read_edits, write_workbook
from wemakeprice_sdk.catalogue.sheetform import CHECK_TITLE, ID_TITLE, SHEET_COLUMNS
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import CatalogueFileError, UnreadableFileError, ValidationError
from wemakeprice_sdk.models import ProductStatus, ShipType

NOW = datetime(2026, 6, 1, 9, tzinfo=KST)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_workbook(tmp_path / "a.xlsx", kit.shapes())
    return tmp_path / "a.xlsx"


def edited(
    place: Path, change: Callable[[Any], None], products: list[CatalogueProduct] | None = None
) -> WorkbookEdits:
    """Open the workbook as a person's spreadsheet does, change it, save it and read it back."""
    book = openpyxl.load_workbook(place)
    change(book)
    book.save(place)
    return read_edits(place, products if products is not None else kit.shapes(), at=NOW)


def put(book: Any, sheet: str, row_id: str, title: str, value: object) -> None:
    rows = book[sheet]
    columns = {cell.value: cell.column for cell in rows[1]}
    row = next(
        cells[0].row for cells in rows.iter_rows(min_row=2) if cells[columns[ID_TITLE] - 1].value == row_id
    )
    rows.cell(row, columns[title]).value = value


def one(edits: WorkbookEdits, number: int) -> CatalogueProduct:
    return next(product for product in edits.apply(kit.shapes()) if product.product_no == number)


class TestUnchanged:
    def test_nothing_changed_changes_nothing(self, place: Path) -> None:
        edits = read_edits(place, kit.shapes())
        assert (edits.changes, edits.problems) == ((), ())
        assert list(edits.apply(kit.shapes())) == kit.shapes()

    def test_saving_in_another_program_changes_nothing(self, place: Path) -> None:
        edits = edited(place, lambda book: None)
        assert (edits.changes, edits.problems) == ((), ())

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(kit.products(), max_size=3, unique_by=lambda one: one.product_no))
    def test_any_catalogue_comes_back_unchanged(
        self, tmp_path: Path, products: list[CatalogueProduct]
    ) -> None:
        write_workbook(tmp_path / "p.xlsx", products)
        edits = read_edits(tmp_path / "p.xlsx", products)
        assert (edits.changes, edits.problems) == ((), ())

    def test_the_same_goes_in_the_same_comes_out(self, place: Path, tmp_path: Path) -> None:
        report = write_workbook(tmp_path / "b.xlsx", iter(kit.shapes()))
        assert (tmp_path / "b.xlsx").read_bytes() == place.read_bytes()
        assert report.products == 10
        assert report.rows["상품"] == 10
        assert report.rows["옵션"] == sum(len(product.variants) for product in kit.shapes())
        assert report.too_long == ("wmp-1007.description_html",)

    def test_text_is_never_a_formula_and_ids_are_locked(self, place: Path) -> None:
        book = openpyxl.load_workbook(place)
        for name, columns in SHEET_COLUMNS.items():
            assert book[name].protection.sheet
            titles = [cell.value for cell in book[name][1]]
            for row in book[name].iter_rows(min_row=2):
                for title, cell in zip(titles, row, strict=True):
                    assert cell.data_type != "f"
                    editable = title in {column.title for column in columns}
                    assert cell.protection.locked is not editable
                    if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                        assert cell.quotePrefix
            assert titles[0] == ID_TITLE
            assert book[name].column_dimensions[book[name].cell(1, len(titles)).column_letter].hidden


class TestChanges:
    def test_only_the_changed_cells_count_and_they_say_where_they_are_from(self, place: Path) -> None:
        def change(book: Any) -> None:
            put(book, "상품", "wmp-1001", "판매가격", 21_000)
            put(book, "상품", "wmp-1001", "상품명", "새 이름")

        edits = edited(place, change)
        assert [(one.id, one.field, one.before, one.after, one.conflict) for one in edits.changes] == [
            ("wmp-1001", "name", "면 티셔츠", "새 이름", False), ("wmp-1001", "price", "19900", "21000", False),
        ]  # fmt: skip
        assert edits.changes[1].place == "상품!U2"
        product = one(edits, 1001)
        assert (product.price, product.name, product.stock) == (21_000, "새 이름", 7)
        source = product.provenance["price"]
        assert (source.kind, source.at, source.file, source.sheet, source.row) == (
            SourceKind.EDITED, NOW, "a.xlsx", "상품", 2,
        )  # fmt: skip
        assert len(source.sha256) == 64
        assert product.provenance["stock"] == kit.API

    def test_every_form_of_cell_can_be_edited(self, place: Path) -> None:
        changes: dict[str, object] = {
            "상품상태": "판매중지", "과세여부": "아니오", "원산지코드": "00", "원산지": "대한민국",
            "카테고리(한 줄에 한 단계)": "가구\n의자", "정상가격": "30,000", "판매종료일": datetime(2027, 1, 2, 23),
            "판매시작일": "2026-01-02 10:00", "배송비 종류": "무료", "키워드(한 줄에 하나)": " 가 \n\n나",
            "업체상품코드": 7, "카테고리 코드": None, "병행수입": True,
        }  # fmt: skip

        def change(book: Any) -> None:
            for title, value in changes.items():
                put(book, "상품", "wmp-1001", title, value)

        edits = edited(place, change)
        assert edits.problems == ()
        assert len(edits.changes) == len(changes)
        product = one(edits, 1001)
        assert (product.status, product.taxable, product.origin) == (
            ProductStatus.STOP, False, Origin(code="00", text="대한민국"),
        )  # fmt: skip
        assert (product.category, product.category_code, product.list_price) == (
            ("가구", "의자"),
            None,
            30_000,
        )
        assert product.sale_end == datetime(2027, 1, 2, 23, tzinfo=KST)
        assert product.sale_start == datetime(2026, 1, 2, 10, tzinfo=KST)
        assert product.shipping is not None
        assert product.shipping.fee_kind == ShipType.FREE
        assert (product.keywords, product.seller_code, product.parallel_import) == (("가", "나"), "7", True)

    def test_options_and_notices_can_be_edited_and_keep_their_ids(self, place: Path) -> None:
        before = kit.full()
        first, second = (before.variant_id(variant) for variant in before.variants[:2])

        def change(book: Any) -> None:
            put(book, "옵션", first, "옵션값1", "다홍")
            put(book, "옵션", first, "옵션 재고수량", 0)
            put(book, "옵션", second, "옵션명2", None)
            put(book, "옵션", second, "옵션값2", None)
            put(book, "옵션", second, "옵션추가금액", -500)
            put(book, "고시", "wmp-1002#0.1", "내용", "베트남")

        edits = edited(place, change)
        product = one(edits, 1002)
        assert [product.variant_id(variant) for variant in product.variants[:2]] == [first, second]
        assert product.variants[0].axes[0] == VariantAxis(name="색상", value="다홍")
        assert [axis.value for axis in product.variants[1].axes] == ["빨강"]
        assert (product.variants[1].surcharge, product.variants[0].stock, product.stock) == (-500, 0, 36)
        assert product.notices[0].entries[1].value == "베트남"
        assert product.variants[0].provenance["stock"].row == 2

    def test_a_catalogue_that_moved_on_is_not_undone_and_conflicts_are_shown(self, place: Path) -> None:
        newer = [
            evolve(product, price=99, name="새것") if product.product_no == 1001 else product
            for product in kit.shapes()
        ]
        edits = edited(place, lambda book: put(book, "상품", "wmp-1001", "판매가격", 21_000), newer)
        assert [(one.field, one.before, one.conflict) for one in edits.changes] == [("price", "99", True)]
        assert edits.conflicts == edits.changes
        first = next(iter(edits.apply(newer)))
        assert (first.price, first.name) == (21_000, "새것")
        assert next(iter(edits.apply(newer, without_conflicts=True))).price == 99

    def test_deleted_rows_and_columns_change_nothing(self, place: Path) -> None:
        def change(book: Any) -> None:
            book["상품"].delete_rows(3, 4)
            book["상품"].delete_cols(4)
            book["옵션"].insert_cols(3)
            put(book, "상품", "wmp-1001", "판매가격", 1)

        edits = edited(place, change)
        assert [(one.field, one.after) for one in edits.changes] == [("price", "1")]
        assert edits.problems == ()

    def test_a_long_text_stays_unless_it_is_replaced(self, place: Path) -> None:
        assert "자: 셀에" in str(openpyxl.load_workbook(place)["상품"]["AP8"].value)
        edits = edited(place, lambda book: put(book, "상품", "wmp-1007", "상세설명 HTML", "<p>짧게</p>"))
        assert one(edits, 1007).description_html == "<p>짧게</p>"


class TestProblems:
    def test_all_are_named_at_once_and_nothing_is_taken(self, place: Path) -> None:
        def change(book: Any) -> None:
            put(book, "상품", "wmp-1001", "판매가격", "공짜")
            put(book, "상품", "wmp-1001", "재고수량", -1)
            put(book, "상품", "wmp-1001", "상품상태", "팔림")
            put(book, "상품", "wmp-1001", "과세여부", "글쎄")
            put(book, "상품", "wmp-1001", "판매종료일", "내일")
            put(book, "상품", "wmp-1002", "재고수량", 5)
            put(book, "상품", "wmp-1003", ID_TITLE, "wmp-9999")
            put(book, "상품", "wmp-1004", CHECK_TITLE, "")
            book["상품"].append(["wmp-5000", "CODE", "추가한 상품"])
            book["상품"].append([cell.value for cell in book["상품"][6]])
            put(book, "상품", "wmp-1005", "판매가격", 5)

        edits = edited(place, change)
        assert sorted((one.path, one.rule) for one in edits.problems) == sorted([
            ("상품!U2", "whole number from 0"), ("상품!V2", "whole number from 0"), ("상품!G2", "a word of the list"),
            ("상품!J2", "yes or no (예, 아니오)"), ("상품!X2", "date and time (2026-03-04 10:00)"),
            ("상품!A4", "id as written"), ("상품!A5", "check value"), ("상품!A12", "check value"),
            ("상품!A13", "each id once"), ("상품!V3", "stock of options"),
        ])  # fmt: skip
        assert [one.field for one in edits.changes] == ["price"]
        with pytest.raises(ValidationError) as caught:
            edits.apply(kit.shapes())
        assert caught.value.violations == edits.problems

    def test_rows_of_another_catalogue(self, place: Path) -> None:
        edits = read_edits(place, [kit.simple(1001)])
        assert {one.rule for one in edits.problems} == {"in the catalogue"}
        assert "상품!A3" in {one.path for one in edits.problems}

    def test_files_that_are_no_such_workbook(self, place: Path, tmp_path: Path) -> None:
        with pytest.raises(CatalogueFileError, match="No such file"):
            read_edits(tmp_path / "missing.xlsx", [])
        (tmp_path / "text.xlsx").write_text("not a workbook", "utf-8")
        with pytest.raises((CatalogueFileError, UnreadableFileError)):
            read_edits(tmp_path / "text.xlsx", [])

        def drop(book: Any) -> None:
            book["상품"].delete_cols(1)

        with pytest.raises(CatalogueFileError, match="no sheet 고시"):
            edited(place, lambda book: book.remove(book["고시"]))
        write_workbook(place, kit.shapes())
        with pytest.raises(CatalogueFileError, match="no column"):
            edited(place, drop)

    def test_more_rows_than_a_sheet_holds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("wemakeprice_sdk.files.sheetxml.MOST_ROWS", 3)
        with pytest.raises(CatalogueFileError, match="in parts"):
            write_workbook(tmp_path / "a.xlsx", kit.shapes())
        assert list(tmp_path.iterdir()) == []
