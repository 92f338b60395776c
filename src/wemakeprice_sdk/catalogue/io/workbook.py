"""The catalogue as an Excel workbook that a person edits and gives back.

A row knows by its check value what it looked like when it was written, so only cells that were really changed
count, even where the catalogue has moved on since.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue import sheetform as form
from wemakeprice_sdk.catalogue.io.whole import measured, on_disk, whole_file
from wemakeprice_sdk.catalogue.model import CatalogueProduct, Provenance, SourceKind
from wemakeprice_sdk.catalogue.sheetform import BadCellError, FieldColumn
from wemakeprice_sdk.checks import Problems, check_items, check_kind, shown
from wemakeprice_sdk.errors import CatalogueFileError, ValidationError, Violation
from wemakeprice_sdk.files import Cell, FileLimits
from wemakeprice_sdk.files.cells import SheetRow, column_letter, is_blank
from wemakeprice_sdk.files.limits import DEFAULT_LIMITS, Budget
from wemakeprice_sdk.files.sniff import open_workbook
from wemakeprice_sdk.files.streamed import SheetColumn, StreamedSheet, StreamedWorkbook
from wemakeprice_sdk.files.workbook import Workbook
from wemakeprice_sdk.models.tables import Report

_ID = SheetColumn(title=form.ID_TITLE, width=24)
_CHECK = SheetColumn(title=form.CHECK_TITLE, hidden=True)
_NAME = SheetColumn(title="상품명(참고)", width=30)
_IMAGES = ("상품", "구분", "순서", "주소", "파일", "SHA-256", "바이트", "가로", "세로")
_CERTIFICATES = ("상품", "분야", "상태", "인증유형", "인증번호")


@frozen(kw_only=True)
class WorkbookFile(Report):
    """A workbook that was written. `too_long` names the fields whose text no cell holds: they stay."""

    path: Path
    products: int
    rows: Mapping[str, int]
    """Rows of each sheet, without the header."""
    size: int
    sha256: str
    too_long: tuple[str, ...]
    """Ids with the field (`wmp-1001.description_html`)."""


def write_workbook(path: str | os.PathLike[str], products: Iterable[CatalogueProduct]) -> WorkbookFile:
    """Write products into a workbook with the sheets 상품, 옵션 and 고시 to edit, 이미지 and 인증 to look at.

    Ids and check values are locked (without a password). The same products give the same bytes, in flat
    memory. Raise `CatalogueFileError` when the disk refuses, or for more rows than a sheet holds.
    """
    check_kind("path", path, str, os.PathLike)
    check_items("products", products)
    place = Path(path)
    with whole_file(place) as file, closing(_Writer()) as writer:
        try:
            for product in products:
                writer.add(product)
        except ValueError as error:
            raise CatalogueFileError(f"{place.name}: {error}; write the catalogue in parts") from error
        writer.book.save(file)
    written = measured(place, writer.products)
    return WorkbookFile(
        path=place, products=writer.products, rows=writer.rows, size=written.size, sha256=written.sha256,
        too_long=tuple(writer.too_long),
    )  # fmt: skip


class _Writer:
    def __init__(self) -> None:
        self.book = StreamedWorkbook()
        self.products = 0
        self.too_long: list[str] = []
        self._sheets = {name: self._editable(name) for name in form.SHEET_COLUMNS}
        self._sheets |= {
            form.IMAGES: self._listing(form.IMAGES, _IMAGES),
            form.CERTIFICATES: self._listing(form.CERTIFICATES, _CERTIFICATES),
        }
        self.rows = dict.fromkeys(self._sheets, 0)

    def _editable(self, name: str) -> StreamedSheet:
        columns = [one.sheet_column for one in form.SHEET_COLUMNS[name]]
        return self.book.sheet(name, [_ID, *([] if name == form.PRODUCTS else [_NAME]), *columns, _CHECK])

    def _listing(self, name: str, titles: Sequence[str]) -> StreamedSheet:
        return self.book.sheet(name, [SheetColumn(title=title, width=18) for title in titles])

    def add(self, product: CatalogueProduct) -> None:
        self.products += 1
        for sheet, row in form.product_rows(product):
            columns = form.SHEET_COLUMNS[sheet]
            cells = [column.cell(value) for column, value in zip(columns, row.values, strict=True)]
            self.too_long += [
                f"{row.id}.{column.field}"
                for column, value in zip(columns, row.values, strict=True)
                if not column.holds(value)
            ]
            named = [] if sheet == form.PRODUCTS else [product.name]
            self._append(sheet, [row.id, *named, *cells, form.row_check(row.id, columns, cells)])
        for image in product.images:
            facts = (image.file, image.sha256, image.size, image.width, image.height)
            self._append(form.IMAGES, [product.id, image.role.value, image.position, image.url, *facts])
        for one in product.certificates:
            state, kind = (code.korean if code is not None else None for code in (one.state, one.kind))
            self._append(form.CERTIFICATES, [product.id, one.area.value, state, kind, one.number])

    def _append(self, sheet: str, cells: Sequence[str | int | datetime | None]) -> None:
        self.rows[sheet] += 1
        self._sheets[sheet].append(cells)

    def close(self) -> None:
        self.book.close()


@frozen(kw_only=True)
class CellChange:
    """One cell that a person changed.

    `id` is that of the product, the option (`wmp-1-0a1b2c3d4e5f`) or the notice item (`wmp-1#0.3`). `before`
    and `after` are shown as in the sheet, empty for nothing. `conflict` says that the catalogue has another
    value by now than when the workbook was written; the change would put `after` in its place.
    """

    id: str
    field: str
    before: str
    after: str
    source: Provenance
    place: str
    """Sheet and cell (`상품!F12`)."""
    conflict: bool = False
    value: Any = attrs.field(default=None, repr=False)


@frozen(kw_only=True)
class WorkbookEdits(Report):
    """What giving a workbook back would change, before it does: look at it, then `apply`.

    `rows` counts the rows that were read; `problems` names cells and rows that cannot be taken.
    """

    path: Path
    rows: int
    changes: tuple[CellChange, ...]
    problems: tuple[Violation, ...]

    @property
    def conflicts(self) -> tuple[CellChange, ...]:
        """The changes that would undo something newer."""
        return tuple(change for change in self.changes if change.conflict)

    def apply(
        self, products: Iterable[CatalogueProduct], *, without_conflicts: bool = False
    ) -> Iterator[CatalogueProduct]:
        """Yield the products with the changes; every changed value names the workbook as its source.

        Raise `ValidationError` with all problems when there are any: nothing is taken in part.
        """
        check_items("products", products)
        if self.problems:
            raise ValidationError(self.problems, subject=self.path.name)
        wanted: dict[str, list[CellChange]] = {}
        for change in self.changes:
            if not (without_conflicts and change.conflict):
                wanted.setdefault(change.id.partition("#")[0], []).append(change)
        return (_changed(product, wanted) for product in products)


def _changed(product: CatalogueProduct, wanted: Mapping[str, Sequence[CellChange]]) -> CatalogueProduct:
    for change in wanted.get(product.id, ()):
        notice = change.id.partition("#")[2]
        if notice:
            product = form.with_notice_field(product, notice, change.field, change.value, change.source)
        else:
            product = form.with_product_field(product, change.field, change.value, change.source)
    variants = list(product.variants)
    for at, variant in enumerate(variants):
        for change in wanted.get(product.variant_id(variant), ()):
            variants[at] = form.with_variant_field(variants[at], change.field, change.value, change.source)
    if variants == list(product.variants):
        return product
    known = [variant.stock for variant in variants if variant.stock is not None]
    return evolve(
        product, variants=tuple(variants), stock=sum(known) if len(known) == len(variants) else None
    )


def read_edits(
    path: str | os.PathLike[str],
    products: Iterable[CatalogueProduct],
    *,
    at: datetime | None = None,
    limits: FileLimits = DEFAULT_LIMITS,
) -> WorkbookEdits:
    """Return what a workbook of `write_workbook` would change in the catalogue; nothing is changed yet.

    `products` is the catalogue as it is now, read once; `at` becomes the time of the changes. A row that was
    deleted changes nothing. Named as problems, all at once: a changed or repeated id, a row that the
    catalogue does not know, a value that is none, a stock that is the sum of options.

    Raise `CatalogueFileError` for a file that is no such workbook, `UnreadableFileError` and
    `UnsafeFileError` for one that cannot be read.
    """
    check_kind("path", path, str, os.PathLike)
    check_items("products", products)
    check_kind("limits", limits, FileLimits)
    place = Path(path)
    with on_disk(place), place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    source = Provenance(kind=SourceKind.EDITED, at=at, file=place.name, sha256=digest)
    budget = Budget(limits)
    reading = _Reading(source)
    with closing(open_workbook(place, limits, budget)) as book:
        reading.sheets(book, limits)
    changes = tuple(reading.against(products))
    return WorkbookEdits(
        path=place, rows=len(reading.seen), changes=changes, problems=tuple(reading.problems.found)
    )


@frozen(kw_only=True)
class _Edit:
    """A cell that differs from what was written, before it is known what the catalogue has."""

    column: FieldColumn
    text: str
    written: str
    value: Any
    place: str
    source: Provenance


class _Reading:
    """One reading of a workbook."""

    def __init__(self, source: Provenance) -> None:
        self._source = source
        self.problems = Problems()
        self.seen: dict[str, str] = {}
        self._edits: dict[str, list[_Edit]] = {}

    def sheets(self, book: Workbook, limits: FileLimits) -> None:
        names = [sheet.name for sheet in book.sheets]
        for name in form.SHEET_COLUMNS:
            if name not in names:
                raise CatalogueFileError(
                    f"{self._source.file}: has no sheet {name}; give back a workbook of write_workbook "
                    f"(시트가 없습니다: {name}. 내보낸 엑셀 파일을 그대로 수정해 주세요)"
                )
            self._sheet(name, book.rows(names.index(name), Budget(limits)))

    def _sheet(self, name: str, rows: Iterator[SheetRow]) -> None:
        _, header = next(rows, (0, ()))
        places = {str(title).strip(): at for at, title in enumerate(header) if title is not None}
        for title in (form.ID_TITLE, form.CHECK_TITLE):
            if title not in places:
                raise CatalogueFileError(
                    f"{self._source.file}: sheet {name} has no column {title} any more; "
                    f"write the workbook again (열이 없습니다: {title}. 엑셀 파일을 다시 내보내 주세요)"
                )
        for number, cells in rows:
            if not all(is_blank(cell) for cell in cells):
                self._row(name, number, cells, places)

    def _row(self, sheet: str, number: int, cells: Sequence[Cell], places: Mapping[str, int]) -> None:
        columns = form.SHEET_COLUMNS[sheet]

        def cell(title: str) -> Cell:
            at = places[title]
            return cells[at] if at < len(cells) else None

        row_id, check = str(cell(form.ID_TITLE) or "").strip(), str(cell(form.CHECK_TITLE) or "")
        here = f"{sheet}!{column_letter(places[form.ID_TITLE])}{number}"
        digests = form.split_check(check, len(columns))
        if not self._knows(row_id, digests, here):
            return
        self.seen[row_id] = here
        source = evolve(self._source, sheet=sheet, row=number)
        for column, written in zip(columns, digests[1:] if digests else (), strict=True):
            if column.title not in places:
                continue
            text = column.plain(cell(column.title))
            if form.cell_digest(text) != written:
                place = f"{sheet}!{column_letter(places[column.title])}{number}"
                self._edit(row_id, column, text, written, place, source)

    def _knows(self, row_id: str, digests: tuple[str, ...] | None, here: str) -> bool:
        if digests is None:
            self.problems.add(
                here,
                row_id,
                "check value",
                "is no row that was written: rows cannot be added, and the check value stays as it is",
                "내보낸 행이 아니거나 확인값이 바뀌었습니다. 행을 새로 추가할 수 없습니다",
            )
        elif form.cell_digest(row_id) != digests[0]:
            self.problems.add(
                here,
                row_id,
                "id as written",
                "is another id than the one that was written here",
                "식별자가 바뀌었습니다. 원래 식별자로 되돌려 주세요",
            )
        elif row_id in self.seen:
            self.problems.add(
                here,
                row_id,
                "each id once",
                f"stands twice: also at {self.seen[row_id]}",
                f"같은 식별자가 두 번 있습니다. 한 행을 지워 주세요: {self.seen[row_id]}",
            )
        else:
            return True
        return False

    def _edit(
        self, row_id: str, column: FieldColumn, text: str, written: str, place: str, source: Provenance
    ) -> None:
        try:
            value = column.value(text)
        except BadCellError:
            self.problems.add(
                place,
                text,
                column.form.rule,
                f"{column.title}: is not a {column.form.rule}",
                f"{column.title}: {column.form.hint_ko}",
            )
            return
        edit = _Edit(column=column, text=text, written=written, value=value, place=place, source=source)
        self._edits.setdefault(row_id, []).append(edit)

    def against(self, products: Iterable[CatalogueProduct]) -> Iterator[CellChange]:
        """Yield the changes, and note what the catalogue does not know."""
        known: set[str] = set()
        for product in products:
            check_kind("products", product, CatalogueProduct)
            for sheet, row in form.product_rows(product):
                known.add(row.id)
                for edit in self._edits.get(row.id, ()):
                    at = form.SHEET_COLUMNS[sheet].index(edit.column)
                    yield from self._change(product, row.id, edit, row.values[at])
        for row_id, here in self.seen.items():
            self.problems.require(
                row_id in known,
                here,
                row_id,
                "in the catalogue",
                "is not in the catalogue that the workbook is given back to",
                "카탈로그에 없는 행입니다. 어느 카탈로그에서 내보낸 파일인지 확인해 주세요",
            )

    def _change(self, product: CatalogueProduct, row_id: str, edit: _Edit, now: Any) -> Iterator[CellChange]:
        column = edit.column
        if column.field == "stock" and row_id == product.id and product.variants:
            self.problems.add(
                edit.place,
                edit.text,
                "stock of options",
                "is the sum of the options: change the stock of the options instead",
                "옵션 재고의 합계입니다. 옵션 시트에서 옵션별 재고를 수정해 주세요",
            )
            return
        before = column.plain(column.cell(now))
        if before == edit.text:
            return  # the catalogue has it already
        yield CellChange(
            id=row_id,
            field=column.field,
            before=shown(before),
            after=shown(edit.text),
            source=edit.source,
            place=edit.place,
            conflict=form.cell_digest(before) != edit.written,
            value=edit.value,
        )
