"""What the rows of an export become: typed records, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.files.cells import Cell
from wemakeprice_sdk.models import (
    DealRow,
    DealStatus,
    DisplayState,
    MallType,
    OptionSaleStatus,
    ProductRow,
    ProductStatus,
)
from wemakeprice_sdk.models.tables import Tabular


class ExportKind(Enum):
    """Which export of the partner centre a file is."""

    PRODUCTS = "products"
    DEALS = "deals"
    ORDERS = "orders"
    CLAIMS = "claims"
    """Claim grids: 취소관리, 반품관리, 교환관리."""
    SETTLEMENT_ORDERS = "settlement-orders"
    """Settlement of orders, 31 columns (일별 상품 매출 정산)."""
    SETTLEMENT_SHIPPING = "settlement-shipping"
    """Settlement of shipping fees, 18 columns (배송비 정산)."""
    FIRST_ORDERS = "first-orders"
    """Order sheet of the first generation (WMP 1.0); named, and read by nothing."""
    BANK_STATEMENT = "bank-statement"
    """Statement of a bank account (통장 거래내역)."""
    VAT_MONTHS = "vat-months"
    """Monthly figures of the partner centre's VAT page (부가세 신고내역)."""
    INVOICES = "invoices"
    """Invoice upload sheet (송장 일괄등록)."""

    @property
    def korean(self) -> str:
        """The Korean name."""
        return _KOREAN[self.value]


_KOREAN: Mapping[str, str] = {
    "products": "상품 목록",
    "deals": "딜(그룹상품) 목록",
    "orders": "주문 목록",
    "claims": "클레임(취소·반품·교환) 목록",
    "settlement-orders": "상품 매출 정산 내역",
    "settlement-shipping": "배송비 정산 내역",
    "first-orders": "구 버전(WMP 1.0) 주문 목록",
    "bank-statement": "통장 거래내역",
    "vat-months": "부가세 신고내역",
    "invoices": "송장 등록 양식",
}

READERS: Mapping[ExportKind, str] = {
    ExportKind.ORDERS: "orders",
    ExportKind.CLAIMS: "claims",
    ExportKind.SETTLEMENT_ORDERS: "settlement_orders",
    ExportKind.SETTLEMENT_SHIPPING: "settlement_shipping",
    ExportKind.BANK_STATEMENT: "bank_statement",
    ExportKind.VAT_MONTHS: "vat_months",
}
"""The method of `ExcelMigrator` that reads a kind that is not imported."""


class ProblemSeverity(Enum):
    """How much a problem matters."""

    ERROR = "error"
    """The row cannot be imported."""

    WARNING = "warning"
    """The row can be imported, and should be looked at first."""

    NOTE = "note"
    """Said for completeness: a value was recovered exactly."""


@frozen
class Problem(Tabular):
    """One thing that is wrong with one cell.

    `column` is the letter, `header` the seller's own header, `value` the cell as seen (personal data shown as
    `***`, long text cut), `rule` a stable machine word, `message` and `message_ko` one sentence each.
    """

    sheet: str
    row: int
    column: str
    header: str
    field: str
    value: str
    rule: str
    severity: ProblemSeverity
    message: str
    message_ko: str

    def __str__(self) -> str:
        """Return one line that a seller can act on."""
        return f"{self.place} {self.value!r}: {self.message} ({self.message_ko})"

    @property
    def place(self) -> str:
        """The cell and its header."""
        return f"{self.sheet}!{self.column}{self.row} [{self.header}]"


@frozen
class OptionRecord:
    """An option row of a product (옵션). `stock_count` None means that the file does not say, never 0."""

    option_no: int | None = None
    name: str | None = None
    seller_option_code: str | None = None
    add_price: int | None = None
    status: OptionSaleStatus | None = None
    stock_count: int | None = None
    row: int = 0
    extras: tuple[Cell, ...] = ()
    """The columns nobody understood, of this option's own row."""


@frozen
class ProductRecord:
    """A product as an export, or the product list of the API, shows it (상품).

    Won and counts are `int`, timestamps aware in KST; None means that the source does not say. The stock of a
    product with options is their sum (C), and None unless every option says its stock. `extras` holds the
    columns nobody understood, in the order of the file (`Preview.extra_headers`).
    """

    product_no: int
    product_name: str
    mall_type: str | None = None
    product_status: ProductStatus | None = None
    sale_status: OptionSaleStatus | None = None
    display: DisplayState | None = None
    sale_price: int | None = None
    origin_price: int | None = None
    sale_start: datetime | None = None
    sale_end: datetime | None = None
    category_1: str | None = None
    category_2: str | None = None
    category_3: str | None = None
    category_4: str | None = None
    category_code: int | None = None
    brand_no: int | None = None
    brand_name: str | None = None
    maker_no: int | None = None
    maker_name: str | None = None
    shipping_template_no: int | None = None
    shipping_template_name: str | None = None
    registered_at: datetime | None = None
    changed_at: datetime | None = None
    seller_product_code: str | None = None
    taxable: bool | None = None
    runple: bool | None = None
    """Whether Runple ships the product (런플); a column of the seller's own. [C]"""
    stock_count: int | None = None
    options: tuple[OptionRecord, ...] = ()
    extras: tuple[Cell, ...] = ()

    @classmethod
    def from_row(cls, row: ProductRow) -> ProductRecord:
        """Take over a row of the API's product list, which knows no stock, codes or options. [B]"""
        return cls(
            product_no=row.product_no,
            product_name=row.product_name or "",
            mall_type=row.mall_type_name.korean if row.mall_type_name else None,
            product_status=row.product_status_name,
            sale_status=row.sale_status_name,
            display=row.display_yn_name,
            sale_price=row.sale_price,
            sale_start=row.sale_start_date,
            sale_end=row.sale_end_date,
            category_1=row.lcate_name,
            category_2=row.mcate_name,
            category_3=row.scate_name,
            category_4=row.dcate_name,
            brand_no=row.brand_no or None,
            brand_name=row.brand_name,
            maker_no=row.maker_no or None,
            maker_name=row.maker_name,
            shipping_template_no=row.shipping_template_no,
            registered_at=row.register_date,
            changed_at=row.change_date,
        )

    def as_row(self) -> ProductRow:
        """Return the record as the API's product list would show it."""
        return ProductRow(
            product_no=self.product_no,
            product_name=self.product_name,
            mall_type_name=MallType.from_wire(self.mall_type) if self.mall_type else None,
            product_status_name=self.product_status,
            sale_status_name=self.sale_status,
            display_yn_name=self.display,
            sale_price=self.sale_price,
            sale_start_date=self.sale_start,
            sale_end_date=self.sale_end,
            lcate_name=self.category_1,
            mcate_name=self.category_2,
            scate_name=self.category_3,
            dcate_name=self.category_4,
            brand_no=self.brand_no,
            brand_name=self.brand_name,
            maker_no=self.maker_no,
            maker_name=self.maker_name,
            shipping_template_no=self.shipping_template_no,
            register_date=self.registered_at,
            change_date=self.changed_at,
        )


@frozen
class DealRecord:
    """A deal (딜, 그룹상품). `product_nos` are those the file names; `product_count` what it counts. [C]"""

    deal_no: int
    deal_name: str
    deal_status: DealStatus | None = None
    display: DisplayState | None = None
    sale_price: int | None = None
    sale_start: datetime | None = None
    sale_end: datetime | None = None
    product_count: int | None = None
    registered_at: datetime | None = None
    changed_at: datetime | None = None
    product_nos: tuple[int, ...] = ()
    extras: tuple[Cell, ...] = ()
    row_extras: tuple[tuple[Cell, ...], ...] = ()
    """Of a deal of several rows: the columns nobody understood, row by row; `extras` are the first row's."""

    @classmethod
    def from_row(cls, row: DealRow, product_nos: tuple[int, ...] = ()) -> DealRecord:
        """Take over a row of the API's deal list; its products come from the deal's own call. [C]"""
        return cls(
            deal_no=row.deal_no,
            deal_name=row.deal_name or "",
            deal_status=row.deal_status_name,
            display=row.display_yn_name,
            sale_price=row.sale_price,
            sale_start=row.sale_start_date,
            sale_end=row.sale_end_date,
            product_count=row.product_count,
            registered_at=row.register_date,
            changed_at=row.change_date,
            product_nos=product_nos,
        )
