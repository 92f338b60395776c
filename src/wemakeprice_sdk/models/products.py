"""Products as the marketplace stores them (상품)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.models._answers import (
    ALWAYS_ON_END,
    Essential,
    Quantity,
    SaleEnd,
    UnreadRow,
    Won,
    unread_of,
)
from wemakeprice_sdk.models._base import ReadModel
from wemakeprice_sdk.models._convert import to_write
from wemakeprice_sdk.models.codes import (
    CertificationState,
    CertificationType,
    DescType,
    DisplayState,
    MallType,
    OptionSaleStatus,
    ProductStatus,
    ProductType,
    PurchaseLimitDuration,
    ReferencePriceType,
    ReviewDisplay,
    SalePeriod,
)
from wemakeprice_sdk.models.etc_inputs import (
    BranchInput,
    CertificationInput,
    NoticeGroupInput,
    NoticeItemInput,
    ProductEtcInput,
)
from wemakeprice_sdk.models.option_inputs import OptionValueInput, ProductOptionInput, cut_to_depth
from wemakeprice_sdk.models.product_inputs import (
    ProductBasicInput,
    ProductDetailInput,
    ProductInput,
    ProductSaleInput,
)
from wemakeprice_sdk.models.shipping_templates import ShipInfo


@frozen(kw_only=True)
class ProductBasic(ReadModel):
    """Basic block as read (기본정보). [A]"""

    product_name: str | None = None
    """Product name; the server cuts longer input at 70 characters (B) (상품명). [A]"""

    product_type: ProductType | None = None
    """Product kind; E, T and M come from the newer list (상품유형). [A]"""

    dcate_code: int | None = None
    """Leaf category code (세부 카테고리 코드). [A]"""

    shipping_template_no: Essential[int] | None = None
    """Shipping policy number (배송 템플릿 번호). [A]"""

    ship_info: ShipInfo | None = None
    """Product-level places; only with a PRD policy (상품별 배송정보). [A]"""

    adult_limit_yn: bool | None = None
    """Adults only; category rule may override (미성년자 구매불가 여부). [A]"""

    display_yn: Essential[DisplayState] | None = None
    """Display state (노출여부). [A]"""

    biz_yn: bool | None = None
    """Business buyers only; cannot change after creation (사업자 전용 여부). [A]"""

    brand_no: int | None = None
    """Brand number, 0 or null for none (브랜드 번호). [A]"""

    maker_no: int | None = None
    """Maker number, 0 or null for none (제조사 번호). [A]"""

    product_status_name: Essential[ProductStatus] | None = None
    """Status text; only 판매종료 is attested, the other values are ours (C) (상품상태명). [B]"""

    def to_input(self) -> ProductBasicInput:
        """Return the write shape, without nulls, read-only keys and keys that do not apply."""
        return to_write(self, ProductBasicInput)


@frozen(kw_only=True)
class ProductSale(ReadModel):
    """Sale block as read (판매정보). For option goods stockCount is the total of the options (C). [A]

    That total may exceed 99,999; the marketplace ignores it on write (B), and `to_input` leaves it out.
    """

    sale_period: Essential[SalePeriod] | None = None
    """Fixed period or always on sale; the server assumes P when absent (판매기간 구분). [A]"""

    sale_start_date: datetime | None = field(default=None, repr=str)
    """Start on the hour; frozen once the sale has begun (판매시작일). [A]"""

    sale_end_date: SaleEnd | None = field(default=None, repr=str)
    """End on the hour; P: at most start + 5 years, A: 2037-12-31 23:00 (판매종료일). [A]"""

    origin_price: Won | None = None
    """List price, won (정상가격). [A]"""

    sale_price: Won | None = None
    """Sale price, won; round to 10 won (practice, C) (판매가격). [A]"""

    stock_count: Quantity | None = None
    """Stock of a product without options (재고수량). [A]"""

    tax_yn: bool | None = None
    """Taxable (과세여부). [A]"""

    purchase_min_count: Quantity | None = None
    """Minimum quantity per purchase (최소구매수량). [A]"""

    purchase_limit_yn: bool | None = None
    """Per-buyer limit on or off (1인당 구매제한 사용여부). [A]"""

    purchase_limit_duration: PurchaseLimitDuration | None = None
    """Limit kind; with limit on (구매제한 타입). [A]"""

    purchase_limit_day: int | None = None
    """Limit window in days; with duration P (older text says 30) (구매제한 일자). [A]"""

    purchase_limit_count: Quantity | None = None
    """Limit quantity; with limit on (구매제한 개수). [A]"""

    basket_limit_yn: bool | None = None
    """Not allowed in the basket; category rule may override (장바구니제한 여부). [A]"""

    reference_price_type: ReferencePriceType | None = None
    """Basis of the reference price (기준가격 근거정보 타입). [A]"""

    def to_input(self, *, option_goods: bool = False) -> ProductSaleInput:
        """Return the write shape, with the stored `saleStartDate`, without nulls and keys that do not apply.

        `option_goods` leaves `stockCount` out: for goods with selection options it reads as their total (C).
        A missing `salePeriod` becomes `A` when the end is the always-on end, else `P`, the server's default.
        """
        sale = to_write(self, ProductSaleInput)
        if self.sale_period is None:
            sale = evolve(sale, sale_period=SalePeriod.ALWAYS if self.is_always_on else SalePeriod.PERIOD)
        return evolve(sale, stock_count=None) if option_goods else sale

    @property
    def is_always_on(self) -> bool:
        """Whether the goods are always on sale (상시판매)."""
        return self.sale_period == SalePeriod.ALWAYS or (
            self.sale_period is None and self.sale_end_date == ALWAYS_ON_END
        )

    def remaining(self, now: datetime) -> timedelta | None:
        """Return the time until the sale ends, negative once it has; None without an end. `now` is aware."""
        timestamp = require_aware(now, "now")
        return None if self.sale_end_date is None else self.sale_end_date - timestamp


@frozen(kw_only=True)
class ProductDetail(ReadModel):
    """Image and description block as read (상세정보). [A]"""

    basic_img_url: str | None = None
    """Main image URL (460x460 advised, min 200x200, 2 MB, JPG or PNG) (기본이미지). [A]"""

    add_img_url_list: tuple[str, ...] = ()
    """Extra images (추가이미지). [A]"""

    list_img_url: str | None = None
    """List image URL (580x320 advised, min 200x100) (리스트이미지). [A]"""

    desc_type: DescType | None = None
    """How the description is given (상세설명 타입). [A]"""

    desc_img_url_list: tuple[str, ...] = ()
    """Description images; with IMG (상세설명 이미지). [A]"""

    desc_html: str | None = None
    """Description HTML; with HTML; no iframe (상세설명 HTML). [A]"""

    def to_input(self) -> ProductDetailInput:
        """Return the write shape, without nulls, read-only keys and keys that do not apply."""
        return to_write(self, ProductDetailInput)


@frozen(kw_only=True)
class OptionValue(ReadModel):
    """Option row as read (선택옵션 값). [A]"""

    option_value1: Essential[str] | None = None
    """Level-1 value (옵션값1). [A]"""

    option_value2: Essential[str] | None = None
    """Level-2 value (옵션값2). [A]"""

    option_value3: Essential[str] | None = None
    """Level-3 value (옵션값3). [A]"""

    option_value4: Essential[str] | None = None
    """Level-4 value (옵션값4). [A]"""

    option_value5: Essential[str] | None = None
    """Level-5 value (옵션값5). [A]"""

    sale_status: Essential[OptionSaleStatus] | None = None
    """Option state; usually left out on write (the server derives it) (옵션 판매상태). [A]"""

    stock_count: Quantity | None = None
    """Option stock (옵션 재고수량). [A]"""

    display_yn: bool | None = None
    """Option shown (옵션 노출여부). [A]"""

    seller_option_code: str | None = None
    """Seller option code (업체옵션코드). [A]"""

    opt_add_price: Won | None = None
    """Extra price; presence disputed (옵션추가금액). [B]"""

    @property
    def values(self) -> tuple[str, ...]:
        """The level values that are filled, in order."""
        levels = (
            self.option_value1,
            self.option_value2,
            self.option_value3,
            self.option_value4,
            self.option_value5,
        )
        return tuple(filter(None, levels))

    def to_input(self) -> OptionValueInput:
        """Return the write shape, without nulls and `optAddPrice`.

        `saleStatus` is kept only where stock alone would not give it: sold out (S) with stock left.
        """
        row = to_write(self, OptionValueInput)
        held_back = self.sale_status == OptionSaleStatus.SOLD_OUT and (self.stock_count or 0) > 0
        return row if held_back else evolve(row, sale_status=None)


@frozen(kw_only=True)
class ProductOption(ReadModel):
    """Option block as read (옵션정보). [A]"""

    select_option_use_yn: Essential[bool] | None = None
    """Selection options used (선택옵션 사용여부). [A]"""

    select_option_depth: int | None = None
    """Number of option levels; documented 1-2, five key sets exist (선택옵션 단계). [A]"""

    select_option_title1: str | None = None
    """Level-1 title (선택옵션 타이틀1). [A]"""

    select_option_title2: str | None = None
    """Level-2 title (선택옵션 타이틀2). [A]"""

    select_option_title3: str | None = None
    """Level-3 title (선택옵션 타이틀3). [A]"""

    select_option_title4: str | None = None
    """Level-4 title (선택옵션 타이틀4). [A]"""

    select_option_title5: str | None = None
    """Level-5 title (선택옵션 타이틀5). [A]"""

    select_option_value_list: Essential[tuple[OptionValue, ...]] = ()
    """All option rows; duplicates refused (선택옵션 목록). [A]"""

    text_option_use_yn: bool | None = None
    """Buyer-typed options used (텍스트옵션 사용여부). [A]"""

    text_option_depth: int | None = None
    """Number of typed options (텍스트옵션 단계). [A]"""

    text_option_title1: str | None = None
    """Typed option 1 title (텍스트옵션 타이틀1). [A]"""

    text_option_title2: str | None = None
    """Typed option 2 title (텍스트옵션 타이틀2). [A]"""

    @property
    def total_stock(self) -> int:
        """Sum of the stock of all option rows; a row without a figure counts 0."""
        return sum(row.stock_count or 0 for row in self.select_option_value_list)

    def to_input(self) -> ProductOptionInput:
        """Return the write shape with the complete list of rows, without nulls and `optAddPrice`.

        Titles and values beyond the stored depth are left out. A depth above 2 is refused by
        `violations()` unless `InputLimits(max_option_depth=...)` allows it.
        """
        block = to_write(self, ProductOptionInput)
        if block.select_option_value_list is None:
            return block
        rows = tuple(row.to_input() for row in self.select_option_value_list)
        return evolve(block, select_option_value_list=cut_to_depth(rows, block.select_option_depth))


@frozen(kw_only=True)
class NoticeItem(ReadModel):
    """One disclosure item as read (상품정보고시 항목). [A]"""

    notice_no: int | None = None
    """Item number from the disclosure list (항목번호). [A]"""

    description: str | None = None
    """Item text; the server cuts longer input at 1000 characters (B) (항목 내용). [A]"""

    def to_input(self) -> NoticeItemInput:
        """Return the write shape, without nulls, read-only keys and keys that do not apply."""
        return to_write(self, NoticeItemInput)


@frozen(kw_only=True)
class NoticeGroup(ReadModel):
    """Disclosure group as read (상품정보고시). [A]"""

    product_group_notice_no: int | None = None
    """Number of the stored group; send it on update when known (상품별 정보고시 그룹번호). [A]"""

    group_notice_no: int | None = None
    """Disclosure group number (정보고시 정책번호). [A]"""

    notice_list: tuple[NoticeItem, ...] = ()
    """Items (항목 목록). [A]"""

    def to_input(self) -> NoticeGroupInput:
        """Return the write shape, without nulls; `productGroupNoticeNo` stays, to prevent a second group."""
        return to_write(self, NoticeGroupInput)


@frozen(kw_only=True)
class Certification(ReadModel):
    """One KC certificate as read (KC 인증). [A]"""

    certification_type: CertificationType | None = None
    """Certificate kind (인증유형). [A]"""

    certification_no: str | None = None
    """Certificate number; null only for a supplier declaration (B) (인증번호). [A]"""

    def to_input(self) -> CertificationInput:
        """Return the write shape, without nulls, read-only keys and keys that do not apply."""
        return to_write(self, CertificationInput)


@frozen(kw_only=True)
class ProductEtc(ReadModel):
    """Other block as read (기타정보). [A]"""

    parallel_import_yn: bool | None = None
    """Parallel import (병행수입 여부). [A]"""

    parallel_import_url: str | None = None
    """Verification URL; with parallel import (병행수입 URL). [A]"""

    kc_kid_is_certification: CertificationState | None = None
    """Certificate state: given, none, or stated in the description (어린이제품 인증여부). [A]"""

    kc_kid_certification_list: tuple[Certification, ...] = ()
    """Certificates (어린이제품 인증목록). [A]"""

    kc_life_is_certification: CertificationState | None = None
    """Certificate state: given, none, or stated in the description (생활용품 인증여부). [A]"""

    kc_life_certification_list: tuple[Certification, ...] = ()
    """Certificates (생활용품 인증목록). [A]"""

    kc_electric_is_certification: CertificationState | None = None
    """Certificate state: given, none, or stated in the description (전기용품 인증여부). [A]"""

    kc_electric_certification_list: tuple[Certification, ...] = ()
    """Certificates (전기용품 인증목록). [A]"""

    kc_report_is_certification: CertificationState | None = None
    """Certificate state: given, none, or stated in the description (방송통신기자재 인증여부). [A]"""

    kc_report_certification_list: tuple[Certification, ...] = ()
    """Certificates (방송통신기자재 인증목록). [A]"""

    kc_life_chemistry_is_certification: CertificationState | None = None
    """Certificate state: given, none, or stated in the description (생활화학제품 인증여부). [A]"""

    kc_life_chemistry_certification_list: tuple[Certification, ...] = ()
    """Certificates (생활화학제품 인증목록). [A]"""

    seller_prod_code: str | None = None
    """Seller product code; not unique (업체상품코드). [A]"""

    price_comparison_site_yn: bool | None = None
    """Register with partner channels (제휴채널 등록여부). [A]"""

    keyword_price_comparison_site: str | None = None
    """Up to ten keywords, comma separated (제휴채널 키워드). [A]"""

    keyword_wemakeprice: str | None = None
    """Up to ten keywords, comma separated (위메프 검색 키워드). [A]"""

    isbn13: str | None = None
    """ISBN-13 or empty (국제표준도서번호 13자리). [A]"""

    isbn10: str | None = None
    """ISBN-10 or empty (국제표준도서번호 10자리). [A]"""

    display_only_deal_yn: bool | None = None
    """Shown only inside a deal (딜에서만 노출 여부). [A]"""

    review_disp: ReviewDisplay | None = None
    """Review display; categories that show reviews force N (구매후기 노출). [A]"""

    label_no_list: tuple[int, ...] = ()
    """Label numbers as text (상품속성라벨). [A]"""

    luxury_yn: bool | None = None
    """Luxury goods (명품 여부). [B]"""

    def to_input(self) -> ProductEtcInput:
        """Return the write shape, without nulls, read-only keys and keys that do not apply."""
        return to_write(self, ProductEtcInput)


@frozen(kw_only=True)
class Branch(ReadModel):
    """Branch as read (지점). [A]"""

    branch_id: str | None = None
    """Branch id (지점 ID). [A]"""

    origin_price: Won | None = None
    """List price at the branch (지점 정상가격). [A]"""

    sale_price: Won | None = None
    """Sale price at the branch (지점 판매가격). [A]"""

    use_yn: bool | None = None
    """Branch active (사용여부). [A]"""

    def to_input(self) -> BranchInput:
        """Return the write shape, without nulls, read-only keys and keys that do not apply."""
        return to_write(self, BranchInput)


@frozen(kw_only=True)
class Product(ReadModel):
    """Stored product (상품). [A]"""

    SHOWN: ClassVar[tuple[str, ...]] = (
        "product_no",
        "basic_product_name",
        "basic_product_status_name",
        "sale_sale_price",
        "sale_stock_count",
        "sale_sale_start_date",
        "sale_sale_end_date",
        "option_value1",
        "option_value2",
        "sale_status",
        "stock_count",
        "basic_shipping_template_no",
    )

    product_no: int
    """Product number (상품번호). [A]"""

    partner_group_id: str | None = None
    """Seller group id (파트너 그룹 ID). [B]"""

    basic: Essential[ProductBasic] | None = None
    """Basic block (기본정보). [A]"""

    sale: Essential[ProductSale] | None = None
    """Sale block (판매정보). [A]"""

    detail: ProductDetail | None = None
    """Image and description block (상세정보). [A]"""

    option: Essential[ProductOption] | None = None
    """Option block (옵션정보). [A]"""

    notice_list: tuple[NoticeGroup, ...] = ()
    """Disclosure groups (상품정보고시). [A]"""

    etc: ProductEtc | None = None
    """Other block (기타정보). [A]"""

    branch_list: tuple[Branch, ...] = ()
    """Branches (지점 목록). [B]"""

    @property
    def status(self) -> ProductStatus | None:
        """State of the product (상품상태); only 판매종료 is attested. [C]"""
        return None if self.basic is None else self.basic.product_status_name

    @property
    def has_options(self) -> bool:
        """Whether the product uses selection options (선택옵션)."""
        return self.option is not None and bool(self.option.select_option_use_yn)

    @property
    def stock(self) -> int | None:
        """Stock: the sum over the options, else `sale.stockCount`; None when unknown."""
        if self.option is not None and self.has_options:
            return self.option.total_stock
        return None if self.sale is None else self.sale.stock_count

    def to_input(self) -> ProductInput:
        """Return the write shape of the whole product, to change it and save it again.

        Nulls, read-only keys, `optAddPrice` and keys that do not go with the stored switches are gone; the
        stored `saleStartDate`, `productNo` and `productGroupNoticeNo` stay. A mandatory block or key that the
        marketplace left out stays None and is named by `violations()`.
        """
        product = to_write(self, ProductInput)
        changes: dict[str, Any] = {}
        if self.sale is not None:
            changes["sale"] = self.sale.to_input(option_goods=self.has_options)
        if self.option is not None:
            changes["option"] = self.option.to_input()
        return evolve(product, **changes)


@frozen(kw_only=True)
class ProductRow(ReadModel):
    """Row of the product list (상품 목록 행). [B]"""

    product_no: int
    """Product number (상품번호). [B]"""

    product_name: str | None = None
    """Product name (상품명). [B]"""

    mall_type_name: MallType | None = None
    """Mall kind name (몰 유형명). [B]"""

    product_status_name: ProductStatus | None = None
    """Status name (상품상태명). [B]"""

    sale_status_name: OptionSaleStatus | None = None
    """Sale status name (판매상태명). [B]"""

    display_yn_name: DisplayState | None = None
    """Display name; values are ours (노출여부명). [B]"""

    sale_price: Won | None = None
    """Sale price (판매가격). [B]"""

    sale_start_date: datetime | None = field(default=None, repr=str)
    """Sale start (판매시작일). [B]"""

    sale_end_date: SaleEnd | None = field(default=None, repr=str)
    """Sale end (판매종료일). [B]"""

    lcate_name: str | None = None
    """Level-1 category (대분류명). [B]"""

    mcate_name: str | None = None
    """Level-2 category (중분류명). [B]"""

    scate_name: str | None = None
    """Level-3 category (소분류명). [B]"""

    dcate_name: str | None = None
    """Leaf category (세부분류명). [B]"""

    brand_no: int | None = None
    """Brand number (브랜드 번호). [B]"""

    brand_name: str | None = None
    """Brand name (브랜드명). [B]"""

    maker_no: int | None = None
    """Maker number (제조사 번호). [B]"""

    maker_name: str | None = None
    """Maker name (제조사명). [B]"""

    shipping_template_no: Essential[int] | None = None
    """Shipping policy number (배송 템플릿 번호). [B]"""

    register_date: datetime | None = field(default=None, repr=str)
    """Registered at; format is ours (C) (등록일시). [B]"""

    change_date: datetime | None = field(default=None, repr=str)
    """Changed at; format is ours (C) (수정일시). [B]"""


@frozen(kw_only=True)
class ProductPage(ReadModel):
    """Page of products (상품 목록). [B]"""

    total_count: int | None = None
    """Number of matches over all pages (전체 건수). [B]"""

    rows: tuple[ProductRow, ...] = ()
    """Rows (목록). [B]"""

    @property
    def unread(self) -> tuple[UnreadRow, ...]:
        """The rows of this page that could not be read."""
        return unread_of(self.rows)


@frozen(kw_only=True)
class ProductNoRow(ReadModel):
    """Product number found by seller code (업체상품코드 조회 결과). [B]"""

    product_no: int
    """Product number (상품번호). [B]"""
