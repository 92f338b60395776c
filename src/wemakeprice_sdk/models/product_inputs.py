"""Products as they are written (상품 등록/수정)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, ClassVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models._answers import ALWAYS_ON_END
from wemakeprice_sdk.models._convert import frozen_field
from wemakeprice_sdk.models._rules import (
    NO_IFRAME,
    AsText,
    Broken,
    Bytes,
    Chars,
    HourOnly,
    InputLimits,
    Items,
    Ko,
    Range,
    When,
    WriteModel,
    field_specs,
    instances,
    is_aware,
    make_violation,
    show,
)
from wemakeprice_sdk.models.codes import (
    BundleKind,
    DescType,
    DisplayState,
    ProductStatus,
    ProductType,
    PurchaseLimitDuration,
    ReferencePriceType,
    SalePeriod,
)
from wemakeprice_sdk.models.etc_inputs import BranchInput, NoticeGroupInput, ProductEtcInput
from wemakeprice_sdk.models.option_inputs import ProductOptionInput
from wemakeprice_sdk.models.shipping_templates import ShipInfoInput, ShippingTemplate

if TYPE_CHECKING:
    from wemakeprice_sdk.models.products import Product, ProductBasic, ProductSale

_NOT_ALWAYS_ON_END = Broken(
    "always-on end 2037-12-31 23:00",
    "must be 2037-12-31 23:00 (KST) when salePeriod is A",
    "상시판매의 판매종료일은 2037-12-31 23:00이어야 합니다",
)
_PAST_FIVE_YEARS = Broken(
    "start + 5 years",
    "must not lie more than 5 years after saleStartDate",
    "판매시작일로부터 5년을 넘을 수 없습니다. 판매종료일을 앞당겨 주세요",
)
_END_BEFORE_START = Broken(
    "after saleStartDate", "must lie after saleStartDate", "판매시작일보다 뒤여야 합니다"
)
_START_FROZEN = Broken(
    "frozen once begun",
    "cannot change once the sale has begun; send the stored start back",
    "판매가 시작된 뒤에는 판매시작일을 바꿀 수 없습니다. 저장된 판매시작일을 보내 주세요",
)


def latest_sale_end(start: datetime) -> datetime:
    """Return the latest end of a fixed sale period (판매종료일): five calendar years after an aware `start`.

    In KST; a start on 29 February ends on 28 February (B, the clamping is C).
    """
    local = require_aware(start, "saleStartDate")
    try:
        return local.replace(year=local.year + 5)
    except ValueError:
        return local.replace(year=local.year + 5, day=28)


@frozen(kw_only=True)
class ProductBasicInput(WriteModel):
    """Basic block, always sent whole (기본정보). [A]"""

    product_name: Annotated[str, Ko("상품명"), Chars(1, 70)]
    """Product name (상품명). 1..70 characters; longer is refused here, the server would cut it (B). [A]"""

    product_type: Annotated[ProductType, Ko("상품유형")]
    """Product kind; E, T and M come from the newer list (상품유형). [A]"""

    dcate_code: Annotated[int, Ko("세부 카테고리 코드"), Range(1)]
    """Leaf category code (세부 카테고리 코드). [A]"""

    shipping_template_no: Annotated[int, Ko("배송 템플릿 번호"), Range(1)]
    """Shipping policy number (배송 템플릿 번호). [A]"""

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

    def policy_violations(self, policy: ShippingTemplate) -> tuple[Violation, ...]:
        """Return what does not go with the shipping policy: `shipInfo` is only for per-product ones (B)."""
        if policy.bundle_kind != BundleKind.BUNDLE or self.ship_info is None:
            return ()
        return (
            Violation(
                "shipInfo",
                "ShipInfoInput",
                "forbidden",
                "shipInfo must be left out when the policy's bundleKind is BND",
                "상품별 배송정보: 묶음배송(BND) 배송 템플릿에는 보낼 수 없습니다. 값을 빼 주세요",
            ),
        )

    def update_violations(self, stored: ProductBasic) -> tuple[Violation, ...]:
        """Return what the marketplace would refuse when this replaces `stored`: `bizYn` is frozen (A)."""
        if stored.biz_yn is None or stored.biz_yn == bool(self.biz_yn):
            return ()
        return (frozen_field("bizYn", show(self.biz_yn), "사업자 전용 여부"),)


@frozen(kw_only=True)
class ProductSaleInput(WriteModel):
    """Sale block, always sent whole (판매정보). [A]

    Money in won, dates aware and on the hour in KST. The start cannot change once the sale has begun: read
    it and send it back.
    """

    CROSS: ClassVar[tuple[When, ...]] = (
        When("purchase_limit_yn", (True,), require=("purchase_limit_duration", "purchase_limit_count")),
        When(
            "purchase_limit_yn",
            (False,),
            forbid=("purchase_limit_duration", "purchase_limit_day", "purchase_limit_count"),
        ),
        When("purchase_limit_duration", (PurchaseLimitDuration.PERIOD,), require=("purchase_limit_day",)),
        When("purchase_limit_duration", (PurchaseLimitDuration.ONCE,), forbid=("purchase_limit_day",)),
    )

    sale_period: Annotated[SalePeriod, Ko("판매기간 구분")]
    """Fixed period or always on sale; the server assumes P when absent (판매기간 구분). [A]"""

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

    def _cross(self) -> Iterator[tuple[str, Broken]]:
        yield from super()._cross()
        start, end = self.sale_start_date, self.sale_end_date
        if not (is_aware(start) and is_aware(end)):
            return
        if self.sale_period == SalePeriod.ALWAYS and end != ALWAYS_ON_END:
            yield "sale_end_date", _NOT_ALWAYS_ON_END
        if self.sale_period == SalePeriod.PERIOD and end > latest_sale_end(start):
            yield "sale_end_date", _PAST_FIVE_YEARS
        if end <= start:
            yield "sale_end_date", _END_BEFORE_START

    def update_violations(self, stored: ProductSale, now: datetime) -> tuple[Violation, ...]:
        """Return what the marketplace would refuse when this replaces `stored` at the aware timestamp `now`.

        The start is frozen once the stored one has passed (A).
        """
        begun = stored.sale_start_date
        if begun is None or begun > require_aware(now, "now") or begun == self.sale_start_date:
            return ()
        spec = field_specs(ProductSaleInput)["sale_start_date"]
        return (make_violation(spec.wire, self.sale_start_date, spec, _START_FROZEN),)


@frozen(kw_only=True)
class ProductDetailInput(WriteModel):
    """Image and description block (상세정보). The site downloads the images during the call. [A]"""

    CROSS: ClassVar[tuple[When, ...]] = (
        When("desc_type", (DescType.IMAGE,), require=("desc_img_url_list",), forbid=("desc_html",)),
        When("desc_type", (DescType.HTML,), require=("desc_html",)),
    )

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

    desc_html: Annotated[str | None, Ko("상세설명 HTML"), Chars(1), Bytes(65_535), NO_IFRAME] = None
    """Description HTML; with HTML; no iframe (상세설명 HTML). At most 65,535 bytes in UTF-8. [A]"""

    def _cross(self) -> Iterator[tuple[str, Broken]]:
        yield from super()._cross()
        if self.desc_type == DescType.IMAGE and self.desc_img_url_list is not None:
            broken = Items(1, 50).check(self.desc_img_url_list)
            if broken is not None and not self.desc_img_url_list:
                yield "desc_img_url_list", broken


@frozen(kw_only=True)
class ProductInput(WriteModel):
    """Whole product to create or update (상품 일괄 등록/수정). [A]

    Every mandatory key is sent on update too; full replacement is assumed (C).
    """

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

    def update_violations(self, stored: Product, now: datetime) -> tuple[Violation, ...]:
        """Return what the marketplace would refuse when this replaces `stored` at the aware timestamp `now`.

        What is frozen after creation or once the sale has begun: `bizYn`, `textOptionUseYn`, `saleStartDate`.
        """
        problems = Problems()
        if stored.basic is not None:
            problems.take(self.basic.update_violations(stored.basic), "basic")
        if stored.sale is not None:
            problems.take(self.sale.update_violations(stored.sale, now), "sale")
        if stored.option is not None:
            problems.take(self.option.update_violations(stored.option), "option")
        return tuple(problems.found)

    def _deep(self, limits: InputLimits) -> Iterator[Violation]:  # noqa: ARG002
        options = instances((self.option,), ProductOptionInput)
        sales = instances((self.sale,), ProductSaleInput)
        if any(not block.select_option_use_yn for block in options) and any(
            block.stock_count is None for block in sales
        ):
            spec = field_specs(ProductSaleInput)["stock_count"]
            yield make_violation(f"sale.{spec.wire}", None, spec, _STOCK_NEEDED)


_STOCK_NEEDED = Broken(
    "required",
    "is required when option.selectOptionUseYn is N",
    "선택옵션을 쓰지 않으면 필수입니다. 값을 넣어 주세요",
)


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
