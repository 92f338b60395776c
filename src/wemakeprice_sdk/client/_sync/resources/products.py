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
        code it ends as `OutcomeUnknownError`.

        Args:
            product: All blocks of the product; `Product.to_input()` makes them of a stored one.
            known: What the caller knew before, such as `Known(product_before=...)`, which lets a lost update
                be decided where only stock differs.

        Raises:
            ContentRejectedError: An operator has to edit the content: 금칙어, a category closed to the API,
                duplicate options, a text that is too long, an iframe (B).
            PreconditionError: A sale date or an image is not accepted, or a value cannot change after
                creation (C).
            NotFoundError: There is no product `product_no` (B).
            ConflictError: The product takes part in an event of the marketplace, or its typed options are
                fixed (B).

        Example:
            ```python
            from attrs import evolve

            stored = client.products.get(3000001001)
            copy = evolve(stored.to_input(), product_no=None)  # without a number it is a new product
            outcome = client.products.save(copy)
            print(outcome.key)  # 3000001002
            ```
        """
        return self._caller.write("products_save", product, known)

    def update_basic(
        self, product_no: int, basic: ProductBasicInput, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Replace the basic block (상품 기본정보 수정). [B]

        Args:
            product_no: Product number (상품번호).
            basic: The whole block; `ProductBasic.to_input()` makes it of a stored one.
            known: What the caller knew before; see `save`.

        Raises:
            ContentRejectedError: An operator has to edit the content: 금칙어, or a category closed to the
                API (B).
            PreconditionError: A value cannot change after creation (C).
            NotFoundError: There is no such product (B).
            ConflictError: The product takes part in an event of the marketplace (B).

        Example:
            ```python
            from attrs import evolve

            product = client.products.get(3000001001)
            renamed = evolve(product.basic.to_input(), product_name="예시 긴팔 티셔츠")
            outcome = client.products.update_basic(3000001001, renamed)
            print(outcome.key)  # 3000001001
            ```
        """
        return self._caller.write(
            "products_update_basic", ProductBasicUpdate(product_no=product_no, basic=basic), known
        )

    def update_sale(
        self, product_no: int, sale: ProductSaleInput, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Replace the sale block (상품 판매정보 수정): period, price in won, stock. [B]

        Args:
            product_no: Product number (상품번호).
            sale: The whole block. Start and end are on the hour; once the sale began, `sale_start_date` has
                to be the stored one (A), which `ProductSale.to_input()` keeps. Prices are multiples of 10
                won in practice (C).
            known: What the caller knew before; see `save`.

        Raises:
            PreconditionError: A sale date is not accepted (C).
            ContentRejectedError: The category does not allow a value (B).
            NotFoundError: There is no such product (B).
            ConflictError: The product takes part in an event of the marketplace (B).

        Example:
            ```python
            from attrs import evolve

            product = client.products.get(3000001001)
            cheaper = evolve(product.sale.to_input(), sale_price=9_900)
            outcome = client.products.update_sale(3000001001, cheaper)
            print(outcome.key)  # 3000001001
            ```
        """
        return self._caller.write(
            "products_update_sale", ProductSaleUpdate(product_no=product_no, sale=sale), known
        )

    def update_options(
        self, product_no: int, option: ProductOptionInput, *, known: Known = NOTHING_KNOWN
    ) -> Outcome:
        """Replace the options and their stock (옵션/재고 수정); rows left out are gone. [B; path C]

        Args:
            product_no: Product number (상품번호).
            option: The whole block; `ProductOption.to_input()` makes it of a stored one.
            known: Orders change the stock too: a lost change of nothing but stock is decided only when
                `known` carries the product as it was (`Known(product_before=...)`), else it may end as
                `OutcomeUnknownError`.

        Raises:
            ContentRejectedError: Two rows have the same values (B).
            NotFoundError: There is no such product (B).
            ConflictError: The product takes part in an event of the marketplace, or its typed options are
                fixed (B).

        Example:
            ```python
            from attrs import evolve

            from wemakeprice_sdk.models import OptionValueInput, ProductOptionInput

            black = OptionValueInput(option_value1="검정", stock_count=50, display_yn=True)
            option = ProductOptionInput(
                select_option_use_yn=True,
                select_option_depth=1,
                select_option_title1="색상",
                select_option_value_list=(black, evolve(black, option_value1="흰색")),
                text_option_use_yn=False,
            )
            outcome = client.products.update_options(3000001001, option)
            print(outcome.key)  # 3000001001
            ```
        """
        return self._caller.write(
            "products_update_options", ProductOptionUpdate(product_no=product_no, option=option), known
        )

    def set_status(self, product_no: int, product_status: ProductStatus) -> Outcome:
        """Stop (`ProductStatus.STOP`) or resume (`ProductStatus.SALE`) the sale (판매상태 변경). [A]

        "Cannot be changed" is read back: a product that is in the wanted state is `AlreadyDone`.

        Args:
            product_no: Product number (상품번호).
            product_status: `STOP` or `SALE`; no other state can be written.

        Raises:
            ConflictError: The product cannot reach that state (판매종료), or takes part in an event (B).
            NotFoundError: There is no such product (B).

        Example:
            ```python
            from wemakeprice_sdk.models import ProductStatus

            outcome = client.products.set_status(3000001001, ProductStatus.STOP)
            print(outcome.key)  # 3000001001
            ```
        """
        return self._caller.write(
            "products_set_status", ProductStatusUpdate(product_no=product_no, product_status=product_status)
        )

    def get(self, product_no: int) -> Product:
        """Read one product (상품 상세 조회). [A]

        Raises:
            NotFoundError: There is no such product.

        Example:
            ```python
            product = client.products.get(3000001001)
            print(product.basic.product_name, product.sale.sale_price)  # 예시 면 티셔츠 12900
            ```
        """
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

        [B; every query value is our design C] `iter` pages through any range.

        Args:
            from_date: Start of the period, aware.
            to_date: End of the period, aware and included.
            search_date_type: Whether the period means the registration or the last change.
            page: Page number, from 1.
            size: Rows per page, at most 100.

        Example:
            ```python
            start = datetime(2024, 5, 20, tzinfo=KST)
            page = client.products.list(start, start + timedelta(days=1))
            print(page.total_count, page.rows[0].product_name)  # 1 예시 면 티셔츠
            ```
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

        Args:
            code: Seller code of 1 to 50 characters. Seller codes are not unique (B); without a match the
                tuple is empty.

        Example:
            ```python
            numbers = client.products.find_by_seller_code("SKU-0001")
            print(numbers)  # (3000001001,)
            ```
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

        Args:
            start: Start of the range, aware and included.
            end: End of the range, aware and included.
            search_date_type: Whether the range means the registration or the last change.
            width: Each query is narrower than this.
            overlap: How far each window reaches back into the one before.
            cursor: `cursor` of an earlier reading with the same filters, to go on after it.
            progress: Called after each page.

        Raises:
            IncompleteListError: From the loop: the pages do not add up to the total, even when read again.

        Example:
            ```python
            start = datetime(2024, 5, 20, tzinfo=KST)
            for product in client.products.iter(start, start + timedelta(days=90)):
                print(product.product_no, product.product_name)  # 3000001001 예시 면 티셔츠
            ```
        """
        operation = "products_list"

        def fetch(window: Window, page: int) -> Page[ProductRow]:
            found = self.list(window.start, window.end, search_date_type=search_date_type, page=page)
            return page_of(found.rows, found.total_count)

        query = fingerprint({"search_date_type": search_date_type})
        reading = ListQuery(operation, query, windows_of(start, end, width, overlap))
        return Pager(reading, fetch, lambda row: (row.product_no,), cursor, progress)
