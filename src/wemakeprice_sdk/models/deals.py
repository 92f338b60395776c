"""Deals (딜); the whole shape is our design, no public trace exists. [C]"""

from __future__ import annotations

from datetime import datetime

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models._answers import Essential, SaleEnd, UnreadRow, Won, unread_of
from wemakeprice_sdk.models._base import ReadModel
from wemakeprice_sdk.models.codes import DealStatus, DisplayState


@frozen(kw_only=True)
class DealRow(ReadModel):
    """Deal row (딜 목록 행); our design, no public trace. [C]"""

    deal_no: int
    """Deal number (딜번호). [C]"""

    deal_name: str | None = None
    """Deal name (딜명). [C]"""

    deal_status_name: DealStatus | None = None
    """Deal status (딜 상태명). [C]"""

    display_yn_name: DisplayState | None = None
    """Display state (노출여부명). [C]"""

    sale_price: Won | None = None
    """Representative price (대표 판매가). [C]"""

    sale_start_date: datetime | None = field(default=None, repr=str)
    """Sale start (판매시작일). [C]"""

    sale_end_date: SaleEnd | None = field(default=None, repr=str)
    """Sale end (판매종료일). [C]"""

    register_date: datetime | None = field(default=None, repr=str)
    """Registered at (등록일시). [C]"""

    change_date: datetime | None = field(default=None, repr=str)
    """Changed at (수정일시). [C]"""

    product_count: int | None = None
    """Number of products (구성상품 수). [C]"""


@frozen(kw_only=True)
class DealPage(ReadModel):
    """Page of deals (딜 목록). [C]"""

    total_count: int | None = None
    """Number of matches (전체 건수). [C]"""

    rows: tuple[DealRow, ...] = ()
    """Rows (목록). [C]"""

    @property
    def unread(self) -> tuple[UnreadRow, ...]:
        """The rows of this page that could not be read."""
        return unread_of(self.rows)


@frozen(kw_only=True)
class DealBasic(ReadModel):
    """Deal basic block (딜 기본정보). [C]"""

    deal_name: str | None = None
    """Deal name (딜명). [C]"""

    deal_status_name: DealStatus | None = None
    """Deal status (딜 상태명). [C]"""

    display_yn: bool | None = None
    """Displayed (노출여부). [C]"""


@frozen(kw_only=True)
class DealSale(ReadModel):
    """Deal sale block (딜 판매정보). [C]"""

    sale_price: Won | None = None
    """Representative price (대표 판매가). [C]"""

    sale_start_date: datetime | None = field(default=None, repr=str)
    """Sale start (판매시작일). [C]"""

    sale_end_date: SaleEnd | None = field(default=None, repr=str)
    """Sale end (판매종료일). [C]"""


@frozen(kw_only=True)
class DealProduct(ReadModel):
    """Product inside a deal (딜 구성상품). [C]"""

    product_no: int
    """Product number (상품번호). [C]"""

    product_name: str | None = None
    """Product name (상품명). [C]"""

    sale_price: Won | None = None
    """Price (판매가격). [C]"""

    display_yn: bool | None = None
    """Displayed (노출여부). [C]"""

    priority: int | None = None
    """Order inside the deal (노출순서). [C]"""


@frozen(kw_only=True)
class Deal(ReadModel):
    """Deal (딜); our design, no public trace. [C]"""

    deal_no: int
    """Deal number (딜번호). [C]"""

    basic: DealBasic | None = None
    """Basic block (기본정보). [C]"""

    sale: Essential[DealSale] | None = None
    """Sale block (판매정보). [C]"""

    product_list: Essential[tuple[DealProduct, ...]] = ()
    """Products (구성상품 목록). [C]"""
