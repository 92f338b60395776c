"""Products as they are written (상품 등록/수정)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from attrs import frozen

from wemakeprice_sdk.models._rules import (
    ISBN10,
    ISBN13,
    KEYWORDS,
    AsText,
    Bytes,
    Chars,
    HourOnly,
    Items,
    Ko,
    Range,
    WriteModel,
)
from wemakeprice_sdk.models.codes import (
    CertificationState,
    CertificationType,
    DescType,
    DisplayState,
    OptionSaleStatus,
    ProductStatus,
    ProductType,
    PurchaseLimitDuration,
    ReferencePriceType,
    ReviewDisplay,
    SalePeriod,
)
from wemakeprice_sdk.models.shipping import ShipInfoInput


@frozen(kw_only=True)
class ProductBasicInput(WriteModel):
    """Basic block, always sent whole (기본정보). [A]"""

    product_name: Annotated[str, Ko("상품명"), Chars(1, 70)]
    """Product name; the server cuts longer input at 70 characters (B) (상품명). 1..70 characters. [A]"""

    product_type: Annotated[ProductType, Ko("상품유형")]
    """Product kind; E, T and M come from the newer list (상품유형). [A]"""

    dcate_code: Annotated[int, Ko("세부 카테고리 코드"), Range(1)]
    """Leaf category code (세부 카테고리 코드). [A]"""

    ship_policy_no: Annotated[int, Ko("배송정책 번호"), Range(1)]
    """Shipping policy number (배송정책 번호). [A]"""

    ship_info: Annotated[ShipInfoInput | None, Ko("상품별 배송정보")] = None
    """Product-level places; only with a PRD policy (상품별 배송정보). [A]"""

    adult_limit_yn: Annotated[bool | None, Ko("미성년자 구매불가 여부")] = None
    """Adults only; category rule may override (미성년자 구매불가 여부). N when left out. [A]"""

    display_yn: Annotated[DisplayState, Ko("노출여부")]
    """Display state (노출여부). [A]"""

    biz_yn: Annotated[bool | None, Ko("사업자 전용 여부")] = None
    """Business buyers only; cannot change after creation (사업자 전용 여부). N when left out. [A]"""

    brand_no: Annotated[int | None, Ko("브랜드 번호"), Range(1)] = None
    """Brand number; leave out for none (브랜드 번호). [A]"""

    maker_no: Annotated[int | None, Ko("제조사 번호"), Range(1)] = None
    """Maker number; leave out for none (제조사 번호). [A]"""


@frozen(kw_only=True)
class ProductSaleInput(WriteModel):
    """Sale block, always sent whole (판매정보). [A]"""

    sale_period: Annotated[SalePeriod, Ko("판매기간 구분")]
    """Fixed period or always on sale; the server assumes P when absent (판매기간 구분). P when left out. [A]"""

    sale_start_date: Annotated[datetime, Ko("판매시작일"), HourOnly()]
    """Start on the hour; frozen once the sale has begun (판매시작일). [A]"""

    sale_end_date: Annotated[datetime, Ko("판매종료일"), HourOnly()]
    """End on the hour; P: at most start + 5 years, A: 2037-12-31 23:00 (판매종료일). [A]"""

    origin_price: Annotated[int | None, Ko("정상가격"), Range(0, 999_999_999)] = None
    """List price, won (정상가격). 0..999,999,999. [A]"""

    sale_price: Annotated[int, Ko("판매가격"), Range(0, 999_999_999)]
    """Sale price, won; round to 10 won (practice, C) (판매가격). 0..999,999,999. [A]"""

    stock_count: Annotated[int | None, Ko("재고수량"), Range(0, 99_999)] = None
    """Stock of a product without options (재고수량). 0..99,999. [A]"""

    tax_yn: Annotated[bool, Ko("과세여부")]
    """Taxable (과세여부). [A]"""

    purchase_min_count: Annotated[int | None, Ko("최소구매수량"), Range(1, 999)] = None
    """Minimum quantity per purchase (최소구매수량). 1..999. 1 when left out. [A]"""

    purchase_limit_yn: Annotated[bool, Ko("1인당 구매제한 사용여부")]
    """Per-buyer limit on or off (1인당 구매제한 사용여부). [A]"""

    purchase_limit_duration: Annotated[PurchaseLimitDuration | None, Ko("구매제한 타입")] = None
    """Limit kind; with limit on (구매제한 타입). [A]"""

    purchase_limit_day: Annotated[int | None, Ko("구매제한 일자"), Range(1, 90)] = None
    """Limit window in days; with duration P (older text says 30) (구매제한 일자). 1..90. [A]"""

    purchase_limit_count: Annotated[int | None, Ko("구매제한 개수"), Range(0, 9999)] = None
    """Limit quantity; with limit on (구매제한 개수). 0..9,999. [A]"""

    basket_limit_yn: Annotated[bool | None, Ko("장바구니제한 여부")] = None
    """Not allowed in the basket; category rule may override (장바구니제한 여부). [A]"""

    reference_price_type: Annotated[ReferencePriceType, Ko("기준가격 근거정보 타입")]
    """Basis of the reference price (기준가격 근거정보 타입). [A]"""


@frozen(kw_only=True)
class ProductDetailInput(WriteModel):
    """Image and description block (상세정보). The site downloads the images during the call. [A]"""

    basic_img_url: Annotated[str, Ko("기본이미지"), Chars(1, 200)]
    """Main image URL (460x460 advised, min 200x200, 2 MB, JPG or PNG) (기본이미지). 1..200 characters. [A]"""

    add_img_url_list: Annotated[
        tuple[Annotated[str, Chars(0, 200)], ...] | None, Ko("추가이미지"), Items(0, 2)
    ] = None
    """Extra images (추가이미지). 0..2 items. [A]"""

    list_img_url: Annotated[str, Ko("리스트이미지"), Chars(1, 200)]
    """List image URL (580x320 advised, min 200x100) (리스트이미지). 1..200 characters. [A]"""

    desc_type: Annotated[DescType, Ko("상세설명 타입")]
    """How the description is given (상세설명 타입). [A]"""

    desc_img_url_list: Annotated[
        tuple[Annotated[str, Chars(0, 200)], ...] | None, Ko("상세설명 이미지"), Items(0, 50)
    ] = None
    """Description images; with IMG (상세설명 이미지). 0..50 items. [A]"""

    desc_html: Annotated[str | None, Ko("상세설명 HTML"), Chars(1), Bytes(65_535)] = None
    """Description HTML; with HTML; no iframe (상세설명 HTML). at most 65,535 bytes. [A]"""


@frozen(kw_only=True)
class OptionValueInput(WriteModel):
    """One selectable option row (선택옵션 값). optAddPrice is deliberately not offered: its support is contradictory. [A]"""

    option_value1: Annotated[str, Ko("옵션값1"), Chars(1, 70)]
    """Level-1 value (옵션값1). 1..70 characters. [A]"""

    option_value2: Annotated[str | None, Ko("옵션값2"), Chars(0, 70)] = None
    """Level-2 value (옵션값2). 0..70 characters. [A]"""

    option_value3: Annotated[str | None, Ko("옵션값3"), Chars(0, 70)] = None
    """Level-3 value (옵션값3). 0..70 characters. [A]"""

    option_value4: Annotated[str | None, Ko("옵션값4"), Chars(0, 70)] = None
    """Level-4 value (옵션값4). 0..70 characters. [A]"""

    option_value5: Annotated[str | None, Ko("옵션값5"), Chars(0, 70)] = None
    """Level-5 value (옵션값5). 0..70 characters. [A]"""

    sale_status: Annotated[OptionSaleStatus | None, Ko("옵션 판매상태")] = None
    """Option state; usually left out on write (the server derives it) (옵션 판매상태). [A]"""

    stock_count: Annotated[int, Ko("옵션 재고수량"), Range(0, 99_999)]
    """Option stock (옵션 재고수량). 0..99,999. [A]"""

    display_yn: Annotated[bool, Ko("옵션 노출여부")]
    """Option shown (옵션 노출여부). [A]"""

    seller_option_code: Annotated[str | None, Ko("업체옵션코드"), Chars(0, 50)] = None
    """Seller option code (업체옵션코드). 0..50 characters. [A]"""


@frozen(kw_only=True)
class ProductOptionInput(WriteModel):
    """Option block, always the complete list (옵션정보). [A]"""

    select_option_use_yn: Annotated[bool, Ko("선택옵션 사용여부")]
    """Selection options used (선택옵션 사용여부). [A]"""

    select_option_depth: Annotated[int | None, Ko("선택옵션 단계"), Range(1, 5)] = None
    """Number of option levels; documented 1-2, five key sets exist (선택옵션 단계). 1..5. [A]"""

    select_option_title1: Annotated[str | None, Ko("선택옵션 타이틀1"), Chars(1, 10)] = None
    """Level-1 title (선택옵션 타이틀1). 1..10 characters. [A]"""

    select_option_title2: Annotated[str | None, Ko("선택옵션 타이틀2"), Chars(1, 10)] = None
    """Level-2 title (선택옵션 타이틀2). 1..10 characters. [A]"""

    select_option_title3: Annotated[str | None, Ko("선택옵션 타이틀3"), Chars(1, 10)] = None
    """Level-3 title (선택옵션 타이틀3). 1..10 characters. [A]"""

    select_option_title4: Annotated[str | None, Ko("선택옵션 타이틀4"), Chars(1, 10)] = None
    """Level-4 title (선택옵션 타이틀4). 1..10 characters. [A]"""

    select_option_title5: Annotated[str | None, Ko("선택옵션 타이틀5"), Chars(1, 10)] = None
    """Level-5 title (선택옵션 타이틀5). 1..10 characters. [A]"""

    select_option_value_list: Annotated[
        tuple[OptionValueInput, ...] | None, Ko("선택옵션 목록"), Items(1, 200)
    ] = None
    """All option rows; duplicates refused (선택옵션 목록). 1..200 items. [A]"""

    text_option_use_yn: Annotated[bool, Ko("텍스트옵션 사용여부")]
    """Buyer-typed options used (텍스트옵션 사용여부). [A]"""

    text_option_depth: Annotated[int | None, Ko("텍스트옵션 단계"), Range(1, 2)] = None
    """Number of typed options (텍스트옵션 단계). 1..2. [A]"""

    text_option_title1: Annotated[str | None, Ko("텍스트옵션 타이틀1"), Chars(1, 15)] = None
    """Typed option 1 title (텍스트옵션 타이틀1). 1..15 characters. [A]"""

    text_option_title2: Annotated[str | None, Ko("텍스트옵션 타이틀2"), Chars(1, 15)] = None
    """Typed option 2 title (텍스트옵션 타이틀2). 1..15 characters. [A]"""


@frozen(kw_only=True)
class NoticeItemInput(WriteModel):
    """One disclosure item (상품정보고시 항목). [A]"""

    notice_no: Annotated[int, Ko("항목번호"), Range(1)]
    """Item number from the disclosure list (항목번호). [A]"""

    description: Annotated[str, Ko("항목 내용"), Chars(1, 1000)]
    """Item text; the server cuts longer input at 1000 characters (B) (항목 내용). 1..1000 characters. [A]"""


@frozen(kw_only=True)
class NoticeGroupInput(WriteModel):
    """Disclosure group of a product (상품정보고시). [A]"""

    product_group_notice_no: Annotated[int | None, Ko("상품별 정보고시 그룹번호"), Range(1)] = None
    """Number of the group stored on this product; send on update when known (상품별 정보고시 그룹번호). [A]"""

    group_notice_no: Annotated[int, Ko("정보고시 정책번호"), Range(1)]
    """Disclosure group number (정보고시 정책번호). [A]"""

    notice_list: Annotated[tuple[NoticeItemInput, ...], Ko("항목 목록"), Items(1)]
    """All items of the group (항목 목록). [A]"""


@frozen(kw_only=True)
class CertificationInput(WriteModel):
    """One KC certificate (KC 인증). [A]"""

    certification_type: Annotated[CertificationType, Ko("인증유형")]
    """Certificate kind (인증유형). [A]"""

    certification_no: Annotated[str | None, Ko("인증번호")]
    """Certificate number; null only for a supplier declaration (B) (인증번호). [A]"""


@frozen(kw_only=True)
class ProductEtcInput(WriteModel):
    """Other block (기타정보). [A]"""

    parallel_import_yn: Annotated[bool, Ko("병행수입 여부")]
    """Parallel import (병행수입 여부). [A]"""

    parallel_import_url: Annotated[str | None, Ko("병행수입 URL"), Chars(1, 200)] = None
    """Proof URL; with parallel import (병행수입 URL). 1..200 characters. [A]"""

    kc_kid_is_certification: Annotated[CertificationState | None, Ko("어린이제품 인증여부")] = None
    """Certificate state: given, none, or stated in the description (어린이제품 인증여부). N when left out. [A]"""

    kc_kid_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("어린이제품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (어린이제품 인증목록). 0..10 items. [A]"""

    kc_life_is_certification: Annotated[CertificationState | None, Ko("생활용품 인증여부")] = None
    """Certificate state: given, none, or stated in the description (생활용품 인증여부). N when left out. [A]"""

    kc_life_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("생활용품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (생활용품 인증목록). 0..10 items. [A]"""

    kc_electric_is_certification: Annotated[CertificationState | None, Ko("전기용품 인증여부")] = None
    """Certificate state: given, none, or stated in the description (전기용품 인증여부). N when left out. [A]"""

    kc_electric_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("전기용품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (전기용품 인증목록). 0..10 items. [A]"""

    kc_report_is_certification: Annotated[CertificationState | None, Ko("방송통신기자재 인증여부")] = None
    """Certificate state: given, none, or stated in the description (방송통신기자재 인증여부). N when left out. [A]"""

    kc_report_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("방송통신기자재 인증목록"), Items(0, 10)
    ] = None
    """Certificates (방송통신기자재 인증목록). 0..10 items. [A]"""

    kc_life_chemistry_is_certification: Annotated[CertificationState | None, Ko("생활화학제품 인증여부")] = (
        None
    )
    """Certificate state: given, none, or stated in the description (생활화학제품 인증여부). N when left out. [A]"""

    kc_life_chemistry_certification_list: Annotated[
        tuple[CertificationInput, ...] | None, Ko("생활화학제품 인증목록"), Items(0, 10)
    ] = None
    """Certificates (생활화학제품 인증목록). 0..10 items. [A]"""

    seller_prod_code: Annotated[str | None, Ko("업체상품코드"), Chars(0, 50)] = None
    """Seller product code; not unique (업체상품코드). 0..50 characters. [A]"""

    price_comparison_site_yn: Annotated[bool | None, Ko("제휴채널 등록여부")] = None
    """Register with partner channels (제휴채널 등록여부). N when left out. [A]"""

    keyword_price_comparison_site: Annotated[str | None, Ko("제휴채널 키워드"), KEYWORDS] = None
    """Up to ten keywords, comma separated (제휴채널 키워드). [A]"""

    keyword_wemakeprice: Annotated[str | None, Ko("위메프 검색 키워드"), KEYWORDS] = None
    """Up to ten keywords, comma separated (위메프 검색 키워드). [A]"""

    isbn13: Annotated[str | None, Ko("국제표준도서번호 13자리"), ISBN13] = None
    """ISBN-13 or empty (국제표준도서번호 13자리). [A]"""

    isbn10: Annotated[str | None, Ko("국제표준도서번호 10자리"), ISBN10] = None
    """ISBN-10 or empty (국제표준도서번호 10자리). [A]"""

    display_only_deal_yn: Annotated[bool | None, Ko("딜에서만 노출 여부")] = None
    """Shown only inside a deal (딜에서만 노출 여부). N when left out. [A]"""

    review_disp: Annotated[ReviewDisplay | None, Ko("구매후기 노출")] = None
    """Review display; categories that show reviews force N (구매후기 노출). [A]"""

    label_no_list: Annotated[
        tuple[Annotated[int, AsText(), Range(1)], ...] | None, Ko("상품속성라벨"), Items(0, 4)
    ] = None
    """Label numbers as text (상품속성라벨). 0..4 items. [A]"""

    luxury_yn: Annotated[bool | None, Ko("명품 여부")] = None
    """Luxury goods (명품 여부). N when left out. [B]"""


@frozen(kw_only=True)
class BranchInput(WriteModel):
    """Branch of an e-ticket product (지점). [B]"""

    branch_id: Annotated[str, Ko("지점 ID"), Chars(1)]
    """Branch id (지점 ID). [B]"""

    origin_price: Annotated[int, Ko("지점 정상가격"), Range(0, 999_999_999)]
    """List price at the branch (지점 정상가격). 0..999,999,999. [B]"""

    sale_price: Annotated[int, Ko("지점 판매가격"), Range(0, 999_999_999)]
    """Sale price at the branch (지점 판매가격). 0..999,999,999. [B]"""

    use_yn: Annotated[bool, Ko("사용여부")]
    """Branch active (사용여부). [B]"""


@frozen(kw_only=True)
class ProductInput(WriteModel):
    """Whole product to create or update (상품 일괄 등록/수정). Every mandatory key is sent on update too. [A]"""

    product_no: Annotated[int | None, Ko("상품번호"), Range(1)] = None
    """Product number; leave out to create, send to update (상품번호). [A]"""

    basic: Annotated[ProductBasicInput, Ko("기본정보")]
    """Basic block (기본정보). [A]"""

    sale: Annotated[ProductSaleInput, Ko("판매정보")]
    """Sale block (판매정보). [A]"""

    detail: Annotated[ProductDetailInput, Ko("상세정보")]
    """Image and description block (상세정보). [A]"""

    option: Annotated[ProductOptionInput, Ko("옵션정보")]
    """Option block (옵션정보). [A]"""

    notice_list: Annotated[tuple[NoticeGroupInput, ...], Ko("상품정보고시"), Items(1, 10)]
    """Disclosure groups (상품정보고시). 1..10 items. [A]"""

    etc: Annotated[ProductEtcInput, Ko("기타정보")]
    """Other block (기타정보). [A]"""

    branch_list: Annotated[tuple[BranchInput, ...] | None, Ko("지점 목록"), Items(0, 200)] = None
    """Branches (지점 목록). 0..200 items. [B]"""


@frozen(kw_only=True)
class ProductBasicUpdate(WriteModel):
    """Replace the basic block (기본정보 수정). [B]"""

    product_no: Annotated[int, Ko("상품번호"), AsText(), Range(1)]
    """Product number as text (상품번호). [B]"""

    basic: Annotated[ProductBasicInput, Ko("기본정보")]
    """Whole basic block (기본정보). [B]"""


@frozen(kw_only=True)
class ProductSaleUpdate(WriteModel):
    """Replace the sale block (판매정보 수정). [B]"""

    product_no: Annotated[int, Ko("상품번호"), AsText(), Range(1)]
    """Product number as text (상품번호). [B]"""

    sale: Annotated[ProductSaleInput, Ko("판매정보")]
    """Whole sale block (판매정보). [B]"""


@frozen(kw_only=True)
class ProductOptionUpdate(WriteModel):
    """Replace the option block and its stock (옵션/재고 수정). [B]"""

    product_no: Annotated[int, Ko("상품번호"), Range(1)]
    """Product number (상품번호). [B]"""

    option: Annotated[ProductOptionInput, Ko("옵션정보")]
    """Whole option block (옵션정보). [B]"""


@frozen(kw_only=True)
class ProductStatusUpdate(WriteModel):
    """Stop or resume the sale (판매상태 변경). [A]"""

    product_no: Annotated[int, Ko("상품번호"), AsText(), Range(1)]
    """Product number as text (상품번호). [A]"""

    product_status: Annotated[ProductStatus, Ko("상품상태")]
    """Wanted status (상품상태). [A]"""
