# Generated from client/_async by scripts/unasync.py; edit that one.
"""Products (상품)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from wemakeprice_sdk.client._sync.pager import Pager
from wemakeprice_sdk.client._sync.resources._base import Resource
from wemakeprice_sdk.client.paging import (
    PAGE_SIZE,
    Cursor,
    ListQuery,
    Page,
    ProgressCallback,
    fingerprint,
    page_of,
    windows_of,
)
from wemakeprice_sdk.models import (
    ListResult,
    Product,
    ProductBasicInput,
    ProductBasicUpdate,
    ProductDateType,
    ProductInput,
    ProductNoRow,
    ProductOptionInput,
    ProductOptionUpdate,
    ProductPage,
    ProductRow,
    ProductSaleInput,
    ProductSaleUpdate,
    ProductStatus,
    ProductStatusUpdate,
)
from wemakeprice_sdk.wire.outcomes import Outcome
from wemakeprice_sdk.wire.verdicts import NOTHING_KNOWN, Known
from wemakeprice_sdk.wire.windows import Window

WINDOW: Final = timedelta(days=31)
"""How wide `products.iter` asks; the marketplace's own limit is unknown (C)."""


class Products(Resource):
    """Products (상품): register, change, stop, read."""

    __slots__ = ()

    def save(self, product: ProductInput, *, known: Known = NOTHING_KNOWN) -> Outcome:
        """Register a product, or replace the one whose `product_no` is given (상품 일괄 등록/수정). [A]

        `Applied.key` is the product number; the product is live at once. A create whose answer was lost is
        looked for by its seller code (업체상품코드), against the numbers read beforehand; without a seller
        code it ends as `OutcomeUnknownError`. `known` says what the caller knew before, such as
        `Known(product_before=...)`, which lets a lost update be decided where only stock differs.
        """
        return self._caller.write("products_save", product, known)

    def update_basic(
        self, product_no: int, basic: ProductBasicInput, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Replace the basic block (상품 기본정보 수정). [B]"""
        return self._caller.write(
            "products_update_basic", ProductBasicUpdate(product_no=product_no, basic=basic), known
        )

    def update_sale(
        self, product_no: int, sale: ProductSaleInput, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Replace the sale block (상품 판매정보 수정): period, price in won, stock. [B]

        Once the sale began `sale_start_date` has to be the stored one (A).
        """
        return self._caller.write(
            "products_update_sale", ProductSaleUpdate(product_no=product_no, sale=sale), known
        )

    def update_options(
        self, product_no: int, option: ProductOptionInput, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Replace the options and their stock (옵션/재고 수정); rows left out are gone. [B; path C]

        Orders change the stock too: a lost change of nothing but stock is decided only when `known` carries
        the product as it was (`Known(product_before=...)`), else it may end as `OutcomeUnknownError`.
        """
        return self._caller.write(
            "products_update_options", ProductOptionUpdate(product_no=product_no, option=option), known
        )

    def set_status(self, product_no: int, product_status: ProductStatus) -> Outcome:
        """Stop (`ProductStatus.STOP`) or resume (`ProductStatus.SALE`) the sale (판매상태 변경). [A]

        "Cannot be changed" is read back: a product that is in the wanted state is `AlreadyDone`, one that
        cannot reach it (판매종료) raises `ConflictError`.
        """
        return self._caller.write(
            "products_set_status", ProductStatusUpdate(product_no=product_no, product_status=product_status)
        )

    def get(self, product_no: int) -> Product:
        """Read one product (상품 상세 조회). [A] Raises `NotFoundError` when there is none."""
        return self._one(Product, "products_get", {"product_no": product_no})

    def list(
        self,
        from_date: datetime,
        to_date: datetime,
        *,
        search_date_type: ProductDateType = ProductDateType.REGISTER,
        page: int = 1,
        size: int = PAGE_SIZE,
    ) -> ProductPage:
        """List one page of the products registered or changed in a period (상품 목록 조회).

        [B; every query value is our design C] `size` is at most 100. `iter` pages through any range.
        """
        query: dict[str, object] = {
            "from_date": from_date,
            "to_date": to_date,
            "search_date_type": search_date_type,
            "page": page,
            "size": size,
        }
        return self._page(ProductPage, "products_list", query)

    def find_by_seller_code(self, code: str) -> ListResult[int]:
        """Return the product numbers that carry a seller code (업체상품코드로 상품 조회). [B]

        Seller codes are not unique (B); without a match the tuple is empty.
        """
        rows = self._rows(ProductNoRow, "products_find_by_seller_code", {"code": code})
        return ListResult((row.product_no for row in rows), rows.unread)

    def iter(
        self,
        start: datetime,
        end: datetime,
        *,
        search_date_type: ProductDateType = ProductDateType.REGISTER,
        width: timedelta = WINDOW,
        overlap: timedelta = timedelta(0),
        cursor: Cursor | None = None,
        progress: ProgressCallback | None = None,
    ) -> Pager[ProductRow]:
        """Read every product of a range lazily, window by window and page by page, each number once.

        `start` and `end` are aware and included; each query is narrower than `width`.
        """
        operation = "products_list"

        def fetch(window: Window, page: int) -> Page[ProductRow]:
            found = self.list(window.start, window.end, search_date_type=search_date_type, page=page)
            return page_of(found.rows, found.total_count)

        query = fingerprint({"search_date_type": search_date_type})
        reading = ListQuery(operation, query, windows_of(start, end, width, overlap))
        return Pager(reading, fetch, lambda row: (row.product_no,), cursor, progress)
