"""Shipping policies and places (배송 템플릿, 출고지/회수지)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models._answers import Essential, Quantity, Won
from wemakeprice_sdk.models._base import ReadModel
from wemakeprice_sdk.models._convert import frozen_field, to_write
from wemakeprice_sdk.models._rules import ZIP_CODE, Chars, Ko, Range, When, WriteModel, show
from wemakeprice_sdk.models.codes import (
    BundleKind,
    HolidayExcept,
    ShipArea,
    ShippingOwner,
    ShipType,
    TemplateShipMethod,
)
from wemakeprice_sdk.models.tables import hide


@frozen(kw_only=True)
class ShipInfo(ReadModel):
    """Product-level shipping places (상품별 배송정보). [A]"""

    claim_ship_fee: Won | None = None
    """Return/exchange fee, one way (반품/교환 배송비(편도)). [A]"""

    release_zip_code: str | None = field(default=None, repr=hide)
    """Ship-from zip code, five digits (출고지 우편번호). [A]"""

    release_road_address1: str | None = field(default=None, repr=hide)
    """Road address, base (출고지 도로명 기본주소). [A]"""

    release_road_address2: str | None = field(default=None, repr=hide)
    """Road address, detail (출고지 도로명 상세주소). [A]"""

    release_address1: str | None = field(default=None, repr=hide)
    """Lot address, base (출고지 지번 기본주소). [A]"""

    release_address2: str | None = field(default=None, repr=hide)
    """Lot address, detail (출고지 지번 상세주소). [A]"""

    return_zip_code: str | None = field(default=None, repr=hide)
    """Return zip code, five digits (회수지 우편번호). [A]"""

    return_road_address1: str | None = field(default=None, repr=hide)
    """Road address, base (회수지 도로명 기본주소). [A]"""

    return_road_address2: str | None = field(default=None, repr=hide)
    """Road address, detail (회수지 도로명 상세주소). [A]"""

    return_address1: str | None = field(default=None, repr=hide)
    """Lot address, base (회수지 지번 기본주소). [A]"""

    return_address2: str | None = field(default=None, repr=hide)
    """Lot address, detail (회수지 지번 상세주소). [A]"""

    release_day: int | None = None
    """Days until dispatch (출고기한(일)). [A]"""

    release_time: int | None = None
    """Cut-off hour; with releaseDay 1 (출고기한(시간)). [A]"""

    holiday_except_yn: HolidayExcept | None = None
    """How weekends and holidays count (주말·공휴일 발송여부). [A]"""

    def to_input(self) -> ShipInfoInput:
        """Return the write shape, without nulls and keys that do not apply."""
        return to_write(self, ShipInfoInput)


@frozen(kw_only=True)
class SellerShip(ReadModel):
    """Short row of a shipping policy (판매자 배송 템플릿 조회); `ShippingTemplate` is the whole one. [B]"""

    shipping_template_no: int
    """Policy number (배송 템플릿 번호). [B]"""

    shipping_template_name: str | None = None
    """Policy name (배송 템플릿명). [B]"""

    ship_mngs: ShippingOwner | None = None
    """Who manages shipping; also read from the key `shipMng` (배송 관리 주체). [B]"""

    ship_method: TemplateShipMethod | None = None
    """Shipping method of the policy (배송방법). [B]"""

    bundle_kind: BundleKind | None = None
    """Per product or bundled per seller (배송유형). [B]"""

    ship_type: ShipType | None = None
    """Fee kind (배송비 종류). [B]"""

    ship_fee: Won | None = None
    """Fee in won (배송비). [B]"""

    claim_ship_fee: Won | None = None
    """Return/exchange fee, one way, won (반품/교환 배송비(편도)). [B]"""


@frozen(kw_only=True)
class ShippingTemplate(ReadModel):
    """Stored shipping policy, or template (배송 템플릿). Money in won. [A]"""

    SHOWN: ClassVar[tuple[str, ...]] = (
        "shipping_template_no",
        "shipping_template_name",
        "ship_method",
        "bundle_kind",
        "ship_type",
        "ship_fee",
        "free_condition",
        "claim_ship_fee",
        "ship_area",
        "release_day",
    )

    partner_group_id: str | None = None
    """Seller group id (파트너 그룹 ID). [A]"""

    shipping_template_no: int
    """Policy number (배송 템플릿 번호). [A]"""

    shipping_template_name: str | None = None
    """Policy name; maximum length unknown (배송 템플릿명). [A]"""

    ship_method: TemplateShipMethod | None = None
    """Shipping method of the policy (배송방법). [A]"""

    bundle_kind: BundleKind | None = None
    """Per product or bundled per seller; cannot change after creation (배송유형). [A]"""

    ship_type: Essential[ShipType] | None = None
    """Fee kind (배송비 종류). [A]"""

    ship_fee: Won | None = None
    """Fee in won; with FIXED or COND (배송비). [A]"""

    ship_fee_display_yn: bool | None = None
    """Show the fee; hidden only for cash on delivery (배송비 노출여부). [A]"""

    free_condition: Won | None = None
    """Free-shipping threshold in won; 0 looks refused (C, contradicted) (조건부 무료 기준금액). [A]"""

    difference_yn: bool | None = None
    """Quantity-step fee; only PRD with FIXED (수량별 차등 적용여부). [A]"""

    difference_count: Quantity | None = None
    """Step size for the quantity-step fee (수량별 차등 기준수량). [A]"""

    prepayment_yn: Essential[bool] | None = None
    """Prepaid or cash on delivery; COND is always prepaid (배송비 결제방식). [A]"""

    claim_ship_fee: Won | None = None
    """Return/exchange fee, one way, won (반품/교환 배송비(편도)). [A]"""

    ship_area: ShipArea | None = None
    """Delivery area (배송가능지역). [A]"""

    jeju_ship_fee: Won | None = None
    """Extra fee for Jeju; only with WHOLE (제주 추가배송비). [A]"""

    island_mountain_ship_fee: Won | None = None
    """Extra fee for islands and mountains; only with WHOLE (도서산간 추가배송비). [A]"""

    release_day: int | None = None
    """Days until dispatch; -1 means not decided, 미정 (B) (출고기한(일)). [A]"""

    release_time: int | None = None
    """Cut-off hour; only and always with releaseDay 1 (출고기한(시간)). [A]"""

    holiday_except_yn: HolidayExcept | None = None
    """How weekends and holidays count (주말·공휴일 발송여부). [A]"""

    release_zip_code: str | None = field(default=None, repr=hide)
    """Ship-from zip code, five digits (출고지 우편번호). [A]"""

    release_road_address1: str | None = field(default=None, repr=hide)
    """Road address, base (출고지 도로명 기본주소). [A]"""

    release_road_address2: str | None = field(default=None, repr=hide)
    """Road address, detail (출고지 도로명 상세주소). [A]"""

    release_address1: str | None = field(default=None, repr=hide)
    """Lot address, base (출고지 지번 기본주소). [A]"""

    release_address2: str | None = field(default=None, repr=hide)
    """Lot address, detail (출고지 지번 상세주소). [A]"""

    return_zip_code: str | None = field(default=None, repr=hide)
    """Return zip code, five digits (회수지 우편번호). [A]"""

    return_road_address1: str | None = field(default=None, repr=hide)
    """Road address, base (회수지 도로명 기본주소). [A]"""

    return_road_address2: str | None = field(default=None, repr=hide)
    """Road address, detail (회수지 도로명 상세주소). [A]"""

    return_address1: str | None = field(default=None, repr=hide)
    """Lot address, base (회수지 지번 기본주소). [A]"""

    return_address2: str | None = field(default=None, repr=hide)
    """Lot address, detail (회수지 지번 상세주소). [A]"""

    safety_no_display_yn: bool | None = None
    """Show the buyer safety number (안심번호 노출여부). [A]"""

    ship_mng: ShippingOwner | None = None
    """Who manages shipping; the spelling of the values is ours (배송 관리 주체). [B]"""

    parcel_company_code: str | None = None
    """Courier code of the policy (택배사 코드). [A]"""

    @property
    def is_overseas(self) -> bool:
        """Whether the policy is overseas purchase agency (해외구매대행)."""
        return self.ship_method is not None and self.ship_method.is_overseas

    def to_input(self) -> ShippingTemplateInput:
        """Return the write shape of this policy, to change it and save it again.

        Read-only keys are gone, and so is every key that does not go with the stored kind (a fee of 0
        under FREE). A mandatory key the marketplace left out stays None and is named by `violations()`.
        """
        return to_write(self, ShippingTemplateInput)


@frozen(kw_only=True)
class ShipInfoInput(WriteModel):
    """Product-level places for a per-product (PRD) policy (상품별 배송정보). [A]

    Documented as required for PRD, never sent in practice; leave it out for BND.
    """

    CROSS: ClassVar[tuple[When, ...]] = (
        When("release_day", (1,), require=("release_time",)),
        When("release_day", (1,), forbid=("release_time",), unless=True),
    )

    claim_ship_fee: Annotated[int, Ko("반품/교환 배송비(편도)"), Range(0, 9_999_999)]
    """Return/exchange fee, one way (반품/교환 배송비(편도)). 0..9,999,999. [A]"""

    release_zip_code: Annotated[str, Ko("출고지 우편번호"), ZIP_CODE] = field(repr=hide)
    """Ship-from zip code, five digits (출고지 우편번호). [A]"""

    release_road_address1: Annotated[str, Ko("출고지 도로명 기본주소"), Chars(1)] = field(repr=hide)
    """Road address, base (출고지 도로명 기본주소). [A]"""

    release_road_address2: Annotated[str, Ko("출고지 도로명 상세주소"), Chars(1)] = field(repr=hide)
    """Road address, detail (출고지 도로명 상세주소). [A]"""

    release_address1: Annotated[str, Ko("출고지 지번 기본주소"), Chars(1)] = field(repr=hide)
    """Lot address, base (출고지 지번 기본주소). [A]"""

    release_address2: Annotated[str, Ko("출고지 지번 상세주소"), Chars(1)] = field(repr=hide)
    """Lot address, detail (출고지 지번 상세주소). [A]"""

    return_zip_code: Annotated[str, Ko("회수지 우편번호"), ZIP_CODE] = field(repr=hide)
    """Return zip code, five digits (회수지 우편번호). [A]"""

    return_road_address1: Annotated[str, Ko("회수지 도로명 기본주소"), Chars(1)] = field(repr=hide)
    """Road address, base (회수지 도로명 기본주소). [A]"""

    return_road_address2: Annotated[str, Ko("회수지 도로명 상세주소"), Chars(1)] = field(repr=hide)
    """Road address, detail (회수지 도로명 상세주소). [A]"""

    return_address1: Annotated[str, Ko("회수지 지번 기본주소"), Chars(1)] = field(repr=hide)
    """Lot address, base (회수지 지번 기본주소). [A]"""

    return_address2: Annotated[str, Ko("회수지 지번 상세주소"), Chars(1)] = field(repr=hide)
    """Lot address, detail (회수지 지번 상세주소). [A]"""

    release_day: Annotated[int, Ko("출고기한(일)"), Range(1, 15)]
    """Days until dispatch (출고기한(일)). 1..15. [A]"""

    release_time: Annotated[int | None, Ko("출고기한(시간)"), Range(1, 24)] = None
    """Cut-off hour; with releaseDay 1 (출고기한(시간)). 1..24. [A]"""

    holiday_except_yn: Annotated[HolidayExcept, Ko("주말·공휴일 발송여부")]
    """How weekends and holidays count (주말·공휴일 발송여부). [A]"""


@frozen(kw_only=True)
class ShippingTemplateInput(WriteModel):
    """Shipping policy to create or update (배송 템플릿 등록/수정 요청). [B]

    Changing a policy changes every product linked to it. The matrix of what goes with what stands in
    `CROSS`. Money in won.
    """

    CROSS: ClassVar[tuple[When, ...]] = (
        When("ship_type", (ShipType.FREE,), forbid=("ship_fee", "free_condition")),
        When("ship_type", (ShipType.FIXED,), require=("ship_fee",), forbid=("free_condition",)),
        When(
            "ship_type",
            (ShipType.COND,),
            require=("ship_fee", "free_condition"),
            equal={"prepayment_yn": True},
        ),
        When(
            "difference_yn",
            (True,),
            require=("difference_count",),
            equal={"bundle_kind": BundleKind.PRODUCT, "ship_type": ShipType.FIXED},
        ),
        When("difference_yn", (True,), forbid=("difference_count",), unless=True),
        When("ship_fee_display_yn", (False,), require=("prepayment_yn",), equal={"prepayment_yn": False}),
        When(
            "ship_area", (ShipArea.NO_MOUNTAIN_ISLAND,), forbid=("jeju_ship_fee", "island_mountain_ship_fee")
        ),
        When("release_day", (1,), require=("release_time",)),
        When("release_day", (1,), forbid=("release_time",), unless=True),
    )

    shipping_template_no: Annotated[int | None, Ko("배송 템플릿 번호"), Range(1)] = None
    """Policy number; omit to create, send to update (배송 템플릿 번호). [B]"""

    shipping_template_name: Annotated[str, Ko("배송 템플릿명"), Chars(1)]
    """Policy name; maximum length unknown (배송 템플릿명). [B]"""

    ship_method: Annotated[TemplateShipMethod, Ko("배송방법")]
    """Shipping method of the policy (배송방법). [B]"""

    bundle_kind: Annotated[BundleKind, Ko("배송유형")]
    """Per product or bundled per seller; cannot change after creation (배송유형). [B]"""

    ship_type: Annotated[ShipType, Ko("배송비 종류")]
    """Fee kind (배송비 종류). [B]"""

    ship_fee: Annotated[int | None, Ko("배송비"), Range(1, 9_999_999)] = None
    """Fee in won; with FIXED or COND (배송비). 1..9,999,999. [B]"""

    ship_fee_display_yn: Annotated[bool | None, Ko("배송비 노출여부")] = None
    """Show the fee; hidden only for cash on delivery (배송비 노출여부). Y when left out. [B]"""

    free_condition: Annotated[int | None, Ko("조건부 무료 기준금액"), Range(1, 9_999_999)] = None
    """Free-shipping threshold in won; 0 looks refused (C, contradicted) (조건부 무료 기준금액).

    1..9,999,999. [B]"""

    difference_yn: Annotated[bool | None, Ko("수량별 차등 적용여부")] = None
    """Quantity-step fee; only PRD with FIXED (수량별 차등 적용여부). N when left out. [B]"""

    difference_count: Annotated[int | None, Ko("수량별 차등 기준수량"), Range(1, 9999)] = None
    """Step size for the quantity-step fee (수량별 차등 기준수량). 1..9,999. [B]"""

    prepayment_yn: Annotated[bool | None, Ko("배송비 결제방식")] = None
    """Prepaid or cash on delivery; COND is always prepaid (배송비 결제방식). Y when left out. [B]"""

    claim_ship_fee: Annotated[int, Ko("반품/교환 배송비(편도)"), Range(0, 9_999_999)]
    """Return/exchange fee, one way, won (반품/교환 배송비(편도)). 0..9,999,999. [B]"""

    ship_area: Annotated[ShipArea, Ko("배송가능지역")]
    """Delivery area (배송가능지역). [B]"""

    jeju_ship_fee: Annotated[int | None, Ko("제주 추가배송비"), Range(0, 9_999_999)] = None
    """Extra fee for Jeju; only with WHOLE (제주 추가배송비). 0..9,999,999. [B]"""

    island_mountain_ship_fee: Annotated[int | None, Ko("도서산간 추가배송비"), Range(0, 9_999_999)] = None
    """Extra fee for islands and mountains; only with WHOLE (도서산간 추가배송비). 0..9,999,999. [B]"""

    release_day: Annotated[int, Ko("출고기한(일)"), Range(1, 15)]
    """Days until dispatch (출고기한(일)). 1..15. [B]"""

    release_time: Annotated[int | None, Ko("출고기한(시간)"), Range(1, 24)] = None
    """Cut-off hour; only and always with releaseDay 1 (출고기한(시간)). 1..24. [B]"""

    holiday_except_yn: Annotated[HolidayExcept | None, Ko("주말·공휴일 발송여부")] = None
    """How weekends and holidays count (주말·공휴일 발송여부). Y when left out. [B]"""

    release_zip_code: Annotated[str, Ko("출고지 우편번호"), ZIP_CODE] = field(repr=hide)
    """Ship-from zip code, five digits (출고지 우편번호). [B]"""

    release_road_address1: Annotated[str, Ko("출고지 도로명 기본주소"), Chars(1)] = field(repr=hide)
    """Road address, base (출고지 도로명 기본주소). [B]"""

    release_road_address2: Annotated[str, Ko("출고지 도로명 상세주소"), Chars(1)] = field(repr=hide)
    """Road address, detail (출고지 도로명 상세주소). [B]"""

    release_address1: Annotated[str, Ko("출고지 지번 기본주소"), Chars(1)] = field(repr=hide)
    """Lot address, base (출고지 지번 기본주소). [B]"""

    release_address2: Annotated[str, Ko("출고지 지번 상세주소"), Chars(1)] = field(repr=hide)
    """Lot address, detail (출고지 지번 상세주소). [B]"""

    return_zip_code: Annotated[str, Ko("회수지 우편번호"), ZIP_CODE] = field(repr=hide)
    """Return zip code, five digits (회수지 우편번호). [B]"""

    return_road_address1: Annotated[str, Ko("회수지 도로명 기본주소"), Chars(1)] = field(repr=hide)
    """Road address, base (회수지 도로명 기본주소). [B]"""

    return_road_address2: Annotated[str, Ko("회수지 도로명 상세주소"), Chars(1)] = field(repr=hide)
    """Road address, detail (회수지 도로명 상세주소). [B]"""

    return_address1: Annotated[str, Ko("회수지 지번 기본주소"), Chars(1)] = field(repr=hide)
    """Lot address, base (회수지 지번 기본주소). [B]"""

    return_address2: Annotated[str, Ko("회수지 지번 상세주소"), Chars(1)] = field(repr=hide)
    """Lot address, detail (회수지 지번 상세주소). [B]"""

    safety_no_display_yn: Annotated[bool | None, Ko("안심번호 노출여부")] = None
    """Show the buyer safety number (안심번호 노출여부). [B]"""

    def update_violations(self, stored: ShippingTemplate) -> tuple[Violation, ...]:
        """Return what the marketplace would refuse when this replaces `stored`.

        `bundleKind` cannot change after creation (B). `violations()` is not repeated here.
        """
        if stored.bundle_kind is None or stored.bundle_kind == self.bundle_kind:
            return ()
        return (frozen_field("bundleKind", show(self.bundle_kind), "배송유형"),)
