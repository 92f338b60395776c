"""The catalogue as a workbook that a person edits: columns, cells, and what an edited cell means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, Final

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.model import (
    CatalogueProduct,
    CatalogueVariant,
    NoticeEntry,
    Origin,
    Provenance,
    ShippingTerms,
    VariantAxis,
)
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.files.cells import Cell, cell_text, serial_to_datetime
from wemakeprice_sdk.files.sheetxml import fits_cell, sheet_text
from wemakeprice_sdk.files.streamed import ColumnKind, SheetCell, SheetColumn
from wemakeprice_sdk.models._base import OpenEnum
from wemakeprice_sdk.models.codes import (
    DisplayState,
    OptionSaleStatus,
    ProductStatus,
    ProductType,
    ShipArea,
    ShipType,
)

PRODUCTS, OPTIONS, NOTICES, IMAGES, CERTIFICATES = "상품", "옵션", "고시", "이미지", "인증"
ID_TITLE: Final = "식별자(변경 금지)"
CHECK_TITLE: Final = "확인값(변경 금지)"
MOST_AXES: Final = 5
_DIGEST: Final = 8
_YES, _NO = "예", "아니오"
_FLAGS: Final[Mapping[str, bool]] = {
    "예": True, "y": True, "yes": True, "true": True, "1": True, "o": True,
    "아니오": False, "아니요": False, "n": False, "no": False, "false": False, "0": False, "x": False,
}  # fmt: skip
_NUMBER: Final = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)")
_MOST_NUMBER: Final = 10**12


class CellForm(Enum):
    """What the cells of a column hold, with what a seller has to know to fill one."""

    TEXT = "text", ""
    LINES = "lines", ""
    NUMBER = "whole number", "숫자만 적어 주세요"
    COUNT = "whole number from 0", "0 이상의 숫자만 적어 주세요"
    FLAG = "yes or no (예, 아니오)", "예 또는 아니오로 적어 주세요"
    TIME = "date and time (2026-03-04 10:00)", "날짜와 시각을 적어 주세요. 예: 2026-03-04 10:00"
    CODE = "a word of the list", "목록에 있는 말로 적어 주세요"

    def __init__(self, rule: str, hint_ko: str) -> None:
        self.rule = rule
        self.hint_ko = hint_ko


_KINDS: Final[Mapping[CellForm, ColumnKind]] = {
    CellForm.NUMBER: ColumnKind.NUMBER,
    CellForm.COUNT: ColumnKind.NUMBER,
    CellForm.TIME: ColumnKind.TIME,
}


class BadCellError(Exception):
    """An edited cell that is not what its column holds; caught where the row is known."""


@frozen(kw_only=True)
class FieldColumn:
    """A column that may be edited: the field it shows (`shipping.fee`), its title and form."""

    field: str
    title: str
    form: CellForm = CellForm.TEXT
    codes: type[OpenEnum] | None = None
    width: int = 16

    @property
    def sheet_column(self) -> SheetColumn:
        """The column as it is written."""
        choices: tuple[str, ...] = (_YES, _NO) if self.form is CellForm.FLAG else ()
        if self.codes is not None:
            choices = tuple(code.korean for code in self.codes)
        kind = _KINDS.get(self.form, ColumnKind.TEXT)
        return SheetColumn(title=self.title, width=self.width, kind=kind, editable=True, choices=choices)

    def cell(self, value: object) -> SheetCell:
        """Return a value as it stands in the sheet; a text that no cell holds is named by its length."""
        if value is None or value == ():
            return None
        if isinstance(value, bool):
            return _YES if value else _NO
        if isinstance(value, OpenEnum):
            return value.korean
        if isinstance(value, datetime):
            # A spreadsheet reads its day fractions to the second.
            return (value + timedelta(milliseconds=500)).astimezone(KST).replace(microsecond=0)
        if isinstance(value, int):
            return value
        text = _text_of(value)
        return text if fits_cell(text) else f"〈{len(text):,}자: 셀에 담을 수 없어 원본을 그대로 둡니다〉"

    def holds(self, value: object) -> bool:
        """Return whether a cell can hold a value."""
        return not isinstance(value, str | tuple) or fits_cell(_text_of(value))

    def plain(self, cell: Cell | datetime) -> str:
        """Return a cell as text by which two cells are the same, however a spreadsheet keeps them."""
        if isinstance(cell, datetime):
            return f"{cell.astimezone(KST) if cell.tzinfo else cell:%Y-%m-%d %H:%M:%S}"
        if self.form is CellForm.TIME and isinstance(cell, int | float) and not isinstance(cell, bool):
            found = serial_to_datetime(cell, date1904=False)
            return cell_text(cell) if found is None else f"{found:%Y-%m-%d %H:%M:%S}"
        text = sheet_text(cell_text(cell))
        if self.form in (CellForm.NUMBER, CellForm.COUNT) and _NUMBER.fullmatch(text.strip()):
            return str(int(text.replace(",", "")))
        return text

    def value(self, text: str) -> Any:
        """Return what an edited cell means. Raise `BadCellError` when it is nothing of the column's form."""
        stripped = text.strip()
        if not stripped:
            return () if self.form is CellForm.LINES else None
        match self.form:
            case CellForm.TEXT:
                return text
            case CellForm.LINES:
                return tuple(line.strip() for line in text.split("\n") if line.strip())
            case CellForm.FLAG:
                return _known(_FLAGS.get(stripped.casefold()))
            case CellForm.TIME:
                return _time(stripped)
            case CellForm.CODE:
                code = None if self.codes is None else self.codes.from_wire(stripped)
                return _known(code if code is not None and code.is_known else None)
        return _whole(stripped, lowest=0 if self.form is CellForm.COUNT else -_MOST_NUMBER)


def _text_of(value: object) -> str:
    return sheet_text("\n".join(value) if isinstance(value, tuple) else str(value))


def _known(value: object) -> object:
    if value is None:
        raise BadCellError
    return value


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.replace(".", "-").replace("/", "-"))
    except ValueError:
        raise BadCellError from None
    return found.astimezone(KST) if found.tzinfo else found.replace(tzinfo=KST)


def _whole(text: str, *, lowest: int) -> int:
    if not _NUMBER.fullmatch(text) or not lowest <= int(text.replace(",", "")) <= _MOST_NUMBER:
        raise BadCellError
    return int(text.replace(",", ""))


_T, _N, _C = CellForm.TEXT, CellForm.NUMBER, CellForm.COUNT

PRODUCT_COLUMNS: Final = tuple(
    FieldColumn(field=field, title=title, form=form, codes=codes, width=width)
    for field, title, form, codes, width in (
        ("seller_code", "업체상품코드", _T, None, 16),
        ("name", "상품명", _T, None, 40),
        ("brand", "브랜드명", _T, None, 16),
        ("maker", "제조사명", _T, None, 16),
        ("model", "모델명", _T, None, 16),
        ("status", "상품상태", CellForm.CODE, ProductStatus, 12),
        ("sale_status", "판매상태", CellForm.CODE, OptionSaleStatus, 12),
        ("display", "노출여부", CellForm.CODE, DisplayState, 12),
        ("taxable", "과세여부", CellForm.FLAG, None, 10),
        ("condition", "상품유형", CellForm.CODE, ProductType, 12),
        ("origin.code", "원산지코드", _T, None, 12),
        ("origin.text", "원산지", _T, None, 16),
        ("origin.importer", "수입사", _T, None, 16),
        ("adult_only", "미성년자구매불가", CellForm.FLAG, None, 10),
        ("parallel_import", "병행수입", CellForm.FLAG, None, 10),
        ("parallel_import_url", "병행수입 URL", _T, None, 20),
        ("category", "카테고리(한 줄에 한 단계)", CellForm.LINES, None, 24),
        ("category_code", "카테고리 코드", _C, None, 14),
        ("list_price", "정상가격", _C, None, 12),
        ("price", "판매가격", _C, None, 12),
        ("stock", "재고수량", _C, None, 10),
        ("sale_start", "판매시작일", CellForm.TIME, None, 20),
        ("sale_end", "판매종료일", CellForm.TIME, None, 20),
        ("always_on", "상시판매", CellForm.FLAG, None, 10),
        ("text_options", "텍스트옵션(한 줄에 하나)", CellForm.LINES, None, 20),
        ("keywords", "키워드(한 줄에 하나)", CellForm.LINES, None, 20),
        ("isbn", "ISBN", _T, None, 16),
        ("shipping.template_name", "배송 템플릿명", _T, None, 16),
        ("shipping.fee_kind", "배송비 종류", CellForm.CODE, ShipType, 12),
        ("shipping.fee", "배송비", _C, None, 10),
        ("shipping.free_over", "무료배송 기준금액", _C, None, 12),
        ("shipping.step", "수량별 차등 기준수량", _C, None, 12),
        ("shipping.prepaid", "선결제", CellForm.FLAG, None, 10),
        ("shipping.area", "배송가능지역", CellForm.CODE, ShipArea, 16),
        ("shipping.jeju_fee", "제주 추가배송비", _C, None, 12),
        ("shipping.islands_fee", "도서산간 추가배송비", _C, None, 12),
        ("shipping.return_fee", "반품배송비(편도)", _C, None, 12),
        ("shipping.exchange_fee", "교환배송비(왕복)", _C, None, 12),
        ("shipping.lead_days", "출고기한(일)", _C, None, 10),
        ("shipping.courier", "택배사 코드", _T, None, 10),
        ("description_html", "상세설명 HTML", _T, None, 40),
    )
)

OPTION_COLUMNS: Final = tuple(
    FieldColumn(field=f"axes.{level}.{part}", title=f"{title}{level + 1}")
    for level in range(MOST_AXES)
    for part, title in (("name", "옵션명"), ("value", "옵션값"))
) + tuple(
    FieldColumn(field=field, title=title, form=form, codes=codes, width=12)
    for field, title, form, codes in (
        ("seller_code", "업체옵션코드", _T, None),
        ("surcharge", "옵션추가금액", _N, None),
        ("stock", "옵션 재고수량", _C, None),
        ("state", "옵션 판매상태", CellForm.CODE, OptionSaleStatus),
        ("displayed", "옵션 노출여부", CellForm.FLAG, None),
    )
)

NOTICE_COLUMNS: Final = (
    FieldColumn(field="name", title="항목명", width=24),
    FieldColumn(field="value", title="내용", width=60),
)

SHEET_COLUMNS: Final[Mapping[str, tuple[FieldColumn, ...]]] = {
    PRODUCTS: PRODUCT_COLUMNS,
    OPTIONS: OPTION_COLUMNS,
    NOTICES: NOTICE_COLUMNS,
}
"""The sheets that may be edited, with their columns."""


@frozen
class RowView:
    """One editable row: its id, and the value behind each of its fields."""

    id: str
    values: tuple[Any, ...]


def product_rows(product: CatalogueProduct) -> Iterator[tuple[str, RowView]]:
    """Yield the editable rows of a product, each with its sheet."""
    yield PRODUCTS, RowView(product.id, tuple(_get(product, one.field) for one in PRODUCT_COLUMNS))
    for variant in product.variants:
        values = tuple(_get(variant, one.field) for one in OPTION_COLUMNS)
        yield OPTIONS, RowView(product.variant_id(variant), values)
    for place, entry in notice_entries(product):
        yield NOTICES, RowView(f"{product.id}#{place}", (entry.name, entry.value))


def notice_entries(product: CatalogueProduct) -> Iterator[tuple[str, NoticeEntry]]:
    """Yield the notice items of a product with their places (`0.3`: group 0, item 3)."""
    for group, notice in enumerate(product.notices):
        for item, entry in enumerate(notice.entries):
            yield f"{group}.{item}", entry


def _get(thing: object, path: str) -> Any:
    for part in path.split("."):
        if isinstance(thing, tuple):
            thing = thing[int(part)] if int(part) < len(thing) else None
        else:
            thing = getattr(thing, part, None)
    return thing


def row_check(row_id: str, columns: Sequence[FieldColumn], cells: Iterable[Cell | datetime]) -> str:
    """Return what tells later whether the id or any cell of a row was changed."""
    parts = (row_id, *(column.plain(cell) for column, cell in zip(columns, cells, strict=True)))
    return "".join(cell_digest(part) for part in parts)


def cell_digest(text: str) -> str:
    """Return the digest of one cell in `row_check`."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]


def split_check(check: str, columns: int) -> tuple[str, ...] | None:
    """Return the digests of id and cells, None for a text that is no check of so many columns."""
    if len(check) != _DIGEST * (columns + 1) or not re.fullmatch("[0-9a-f]+", check):
        return None
    return tuple(check[at : at + _DIGEST] for at in range(0, len(check), _DIGEST))


def with_product_field(
    product: CatalogueProduct, path: str, value: Any, source: Provenance
) -> CatalogueProduct:
    """Return a product with one field changed, and the source of the change."""
    name, _, part = path.partition(".")
    provenance = {**product.provenance, path: source}
    provenance.setdefault(name, source)
    if part:
        made: Callable[[], Any] = Origin if name == "origin" else ShippingTerms
        value = evolve(getattr(product, name) or made(), **{part: value})
    return evolve(product, **{name: value}, provenance=provenance)


def with_variant_field(
    variant: CatalogueVariant, path: str, value: Any, source: Provenance
) -> CatalogueVariant:
    """Return an option with one field changed; its key stays, whatever its values are called now."""
    name, _, part = path.partition(".")
    if part:
        level, _, side = part.partition(".")
        value = _with_axis(variant.axes, int(level), side, value)
    return evolve(variant, **{name: value}, provenance={**variant.provenance, name: source})


def _with_axis(
    axes: Sequence[VariantAxis], level: int, side: str, value: str | None
) -> tuple[VariantAxis, ...]:
    grown = [*axes, *(VariantAxis(value="") for _ in range(level + 1 - len(axes)))]
    grown[level] = evolve(grown[level], **{side: value or ""})
    while grown and not grown[-1].name and not grown[-1].value:
        grown.pop()
    return tuple(grown)


def with_notice_field(
    product: CatalogueProduct, place: str, name: str, value: Any, source: Provenance
) -> CatalogueProduct:
    """Return a product with one notice item changed."""
    group, item = (int(part) for part in place.split("."))
    notices = list(product.notices)
    entries = list(notices[group].entries)
    entries[item] = evolve(entries[item], **{name: value})
    notices[group] = evolve(notices[group], entries=tuple(entries))
    return evolve(product, notices=tuple(notices), provenance={**product.provenance, "notices": source})
