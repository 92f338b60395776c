"""Every code of the contract with the Korean names it is read by (표시명 ↔ 코드, contract section 7).

Requests carry codes, answers carry Korean names (A). These are open enums: an unknown value is kept as text.
The enums at the end are our own, shared by several rooms.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from wemakeprice_sdk.models._base import OpenEnum, _squeeze


class ShipStatus(OpenEnum):
    """State of a bundle (배송상태, 주문상태). [A]"""

    NEW = "NEW", "신규주문"
    CONFIRM = "CONFIRM", "상품준비중"
    DELIVERY = "DELIVERY", "배송중"
    COMPLETE = "COMPLETE", "배송완료"


_SHIP_PREFIXES = ("일반-", "해외구매대행-")


class ShipMethod(OpenEnum):
    """How something is shipped (배송방법). [A; prefixed names B]

    Plain and prefixed names read alike: 해외구매대행-택배배송 is `PARCEL`; the model that carries it still
    knows the original text. 해외구매대행 alone is `OVERSEAS`, which has no code and cannot be written.
    """

    PARCEL = "PARCEL", "택배배송", "일반-택배배송", "해외구매대행-택배배송"
    DIRECT = "DIRECT", "직접배송", "일반-직접배송", "해외구매대행-직접배송"
    POST = "POST", "우편배송", "일반-우편배송"
    ETC = "ETC", "기타배송"
    OVERSEAS = "OVERSEAS", "해외구매대행"

    @classmethod
    def _without_code(cls) -> tuple[str, ...]:
        return ("OVERSEAS",)

    @classmethod
    def _find(cls, text: str) -> Self | None:
        found = super()._find(text)
        if found is not None:
            return found
        for prefix in _SHIP_PREFIXES:
            if _squeeze(text).startswith(prefix):
                return super()._find(_squeeze(text).removeprefix(prefix))
        return None

    @staticmethod
    def is_overseas_text(text: str | None) -> bool:
        """Return whether a display name names overseas purchase agency (해외구매대행)."""
        return text is not None and _squeeze(text).startswith("해외구매대행")


class TemplateShipMethod(OpenEnum):
    """Shipping method of a shipping policy (배송 템플릿 배송방법). [A; names B]

    `OA` is older than `OP` and `OD` and is only read.
    """

    KP = "KP", "일반-택배배송"
    KD = "KD", "일반-직접배송"
    KM = "KM", "일반-우편배송"
    OP = "OP", "해외구매대행-택배배송"
    OD = "OD", "해외구매대행-직접배송"
    OA = "OA", "해외구매대행"

    @classmethod
    def _without_code(cls) -> tuple[str, ...]:
        return ("OA",)

    @property
    def ship_method(self) -> ShipMethod:
        """The method of a shipment under this policy."""
        return ShipMethod.from_wire(self.korean)

    @property
    def is_overseas(self) -> bool:
        """Whether the policy is overseas purchase agency (해외구매대행)."""
        return self in (TemplateShipMethod.OP, TemplateShipMethod.OD, TemplateShipMethod.OA)


class ShippingOwner(OpenEnum):
    """Who manages shipping (배송 관리 주체); the codes are ours and are never written. [B; 판매자 C]"""

    SELLER = "SELLER", "판매자"
    WMP = "WMP", "위메프 물류센터"
    OUTSIDE = "OUTSIDE", "사외창고"


class ClaimType(OpenEnum):
    """Kind of a claim (클레임유형). [A; Korean names B]"""

    CANCEL = "CANCEL", "취소"
    RETURN = "RETURN", "반품"
    EXCHANGE = "EXCHANGE", "교환"


class ClaimStatus(OpenEnum):
    """State of a claim (클레임상태), read by its suffix: 반품승인 is `APPROVE`, 교환완료 too. [C; some B]

    `DELAY` (반품지연, 교환지연) is a claim that still waits; it has no code and cannot be asked for.
    """

    REQUEST = "REQUEST", "신청"
    PENDING = "PENDING", "보류"
    APPROVE = "APPROVE", "승인", "완료"
    REJECT = "REJECT", "거절", "거부"
    WITHDRAW = "WITHDRAW", "철회"
    DELAY = "DELAY", "지연"

    @classmethod
    def _without_code(cls) -> tuple[str, ...]:
        return ("DELAY",)

    @property
    def is_open(self) -> bool:
        """Whether a claim in this state still waits for an answer: 신청, 보류 or 지연."""
        return self in (ClaimStatus.REQUEST, ClaimStatus.PENDING, ClaimStatus.DELAY)

    @classmethod
    def _find(cls, text: str) -> Self | None:
        found = super()._find(text)
        if found is not None:
            return found
        ending = _squeeze(text)
        return next((status for status in cls if ending.endswith(status.names)), None)


class PickupStatus(OpenEnum):
    """State of a pickup (수거상태); the codes are ours and are never written. [B]

    What 자동접수요청대기 and 수거예약 mean for a pickup that was asked for is not known (C).
    """

    PICKUP_WAIT = "PICKUP_WAIT", "수거요청대기", "요청대기"
    PICKUP_AUTO_WAIT = "PICKUP_AUTO_WAIT", "자동접수요청대기"
    PICKUP_BOOKED = "PICKUP_BOOKED", "수거예약"
    PICKUP_REQUESTED = "PICKUP_REQUESTED", "요청완료"
    PICKUP_MOVING = "PICKUP_MOVING", "수거중"
    PICKUP_DONE = "PICKUP_DONE", "수거완료"
    PICKUP_FAILED = "PICKUP_FAILED", "수거실패"


class ExchangeShipStatus(OpenEnum):
    """State of the re-shipment of an exchange (교환배송상태). [C; 상품출고 B]"""

    READY = "READY", "상품준비중"
    RELEASED = "RELEASED", "상품출고"
    DELIVERY = "DELIVERY", "배송중"
    COMPLETE = "COMPLETE", "배송완료"

    @property
    def is_sent(self) -> bool:
        """Whether the replacement has left: 상품출고, 배송중 or 배송완료."""
        return self in (
            ExchangeShipStatus.RELEASED,
            ExchangeShipStatus.DELIVERY,
            ExchangeShipStatus.COMPLETE,
        )


class ClaimWhoReason(OpenEnum):
    """Who is at fault (귀책); the codes are ours. [B]"""

    BUYER = "BUYER", "구매자책임"
    SELLER = "SELLER", "판매자책임"
    WMP = "WMP", "위메프책임"


class ShipType(OpenEnum):
    """Kind of shipping fee (배송비 종류); 기타 has no code. [B]"""

    FREE = "FREE", "무료"
    FIXED = "FIXED", "유료"
    COND = "COND", "조건부무료"
    OTHER = "OTHER", "기타"

    @classmethod
    def _without_code(cls) -> tuple[str, ...]:
        return ("OTHER",)


class Prepayment(OpenEnum):
    """How the shipping fee of an order is paid (배송비 결제방식). [B]"""

    PREPAID = "Y", "선결제", "선불"
    ON_DELIVERY = "N", "착불"


class ProductStatus(OpenEnum):
    """State of a product (상품상태); only `SALE` and `STOP` can be written. [B; 판매대기 C]"""

    WAIT = "WAIT", "판매대기"
    SALE = "A", "판매중"
    STOP = "S", "판매중지"
    END = "END", "판매종료"
    DRAFT = "T", "임시저장"
    QUEUED = "B", "진행대기"
    EDITING = "E", "수정대기"

    @classmethod
    def _without_code(cls) -> tuple[str, ...]:
        return ("WAIT", "END", "T", "B", "E")


class DealStatus(OpenEnum):
    """State of a deal (딜 상태). [C]"""

    WAIT = "WAIT", "판매대기"
    SALE = "SALE", "판매중"
    STOP = "STOP", "판매중지"
    END = "END", "판매종료"


class MallType(OpenEnum):
    """Kind of mall a product is sold in (몰 유형); never written. [B]"""

    NORMAL = "NOR", "일반"
    HIDDEN_PRICE = "HDN", "히든프라이스"
    BUSINESS = "BIZ", "비즈몰"


class OptionSaleStatus(OpenEnum):
    """State of an option (옵션 판매상태). [A]"""

    SALE = "A", "판매중"
    SOLD_OUT = "S", "품절"


class DisplayState(OpenEnum):
    """Whether something is shown (노출여부). [A; Korean names C]"""

    SHOWN = "Y", "노출"
    LINK_ONLY = "D", "비노출(상세접근가능)"
    HIDDEN = "N", "비노출(상세접근불가)", "비노출"


class ProductType(OpenEnum):
    """Kind of product (상품유형); E, T and M come from the newer list. [A]"""

    NEW = "N", "새상품"
    USED = "U", "중고"
    REFURBISHED = "R", "리퍼"
    RESALE = "B", "반품(리세일)"
    MADE_TO_ORDER = "O", "주문제작"
    E_TICKET = "E", "E티켓"
    RENTAL = "T", "렌탈"
    MART = "M", "마트"


class SalePeriod(OpenEnum):
    """Fixed period or always on sale (판매기간 구분). [A]"""

    PERIOD = "P", "기간설정"
    ALWAYS = "A", "상시판매"


class PurchaseLimitDuration(OpenEnum):
    """Whether a purchase limit counts once or per period (구매제한 타입). [A]"""

    ONCE = "O", "1회"
    PERIOD = "P", "기간제한"


class ReferencePriceType(OpenEnum):
    """Basis of the reference price (기준가격 근거정보 타입). [A]"""

    ONLINE = "ONL", "온라인판매가"
    WMP = "WMP", "위메프가"
    BUSINESS = "BIZ", "사업자혜택가"


class DescType(OpenEnum):
    """How the description is given (상세설명 타입). [A]"""

    IMAGE = "IMG", "이미지"
    HTML = "HTML", "HTML"


class CertificationState(OpenEnum):
    """Whether KC certificates are given (인증여부). [A]"""

    GIVEN = "Y", "인증"
    NONE = "N", "해당없음"
    IN_DESCRIPTION = "D", "상세설명 참조"


class CertificationType(OpenEnum):
    """Kind of KC certificate (인증유형). [A]"""

    KD_SAFETY_CT = "KD_SAFETY_CT", "어린이제품 안전인증"
    KD_SAFETY_CK = "KD_SAFETY_CK", "어린이제품 안전확인"
    KD_SPL = "KD_SPL", "어린이제품 공급자적합성"
    LF_SAFETY_CT = "LF_SAFETY_CT", "생활용품 안전인증"
    LF_SAFETY_CK = "LF_SAFETY_CK", "생활용품 안전확인"
    LF_SPL = "LF_SPL", "생활용품 공급자적합성"
    LF_KD_PRT = "LF_KD_PRT", "생활용품 어린이보호포장"
    ER_SAFETY_CT = "ER_SAFETY_CT", "전기용품 안전인증"
    ER_SAFETY_CK = "ER_SAFETY_CK", "전기용품 안전확인"
    ER_SPL = "ER_SPL", "전기용품 공급자적합성"
    RP_STB = "RP_STB", "방송통신기자재 적합성평가"
    LC_SELF_CHECK = "LC_SELF_CHECK", "생활화학제품 자가검사번호"

    @property
    def is_supplier_declaration(self) -> bool:
        """Whether this kind needs no certificate number (공급자적합성). [B]"""
        return self._value_.endswith("_SPL")


class ReviewDisplay(OpenEnum):
    """What reviews show (구매후기 노출). [A]"""

    RATING_AND_TEXT = "N", "평점+후기"
    RATING_ONLY = "P", "평점만"


class BundleKind(OpenEnum):
    """Shipped per product or bundled per seller (배송유형). [B]"""

    PRODUCT = "PRD", "상품별배송"
    BUNDLE = "BND", "묶음배송(판매자별)"


class ShipArea(OpenEnum):
    """Where a policy delivers (배송가능지역). [B]"""

    WHOLE = "WHOLE", "전국"
    NO_MOUNTAIN_ISLAND = "NO_MOUNTAIN_ISLAND", "전국(제주/도서산간 제외)"


class HolidayExcept(OpenEnum):
    """How weekends and holidays count towards the dispatch deadline (주말·공휴일 발송여부). [B]"""

    EXCLUDED = "Y", "주말·공휴일 제외"
    EXCLUDED_WITH_EVE = "A", "주말·공휴일과 그 전일 제외"
    INCLUDED = "N", "주말·공휴일 포함"


class SettlementLineKind(OpenEnum):
    """Kind of a settlement row (구분). [B]"""

    DELIVERED = "1", "배송완료"
    REFUNDED = "2", "환불완료"
    WMP_REFUNDED = "3", "위메프부담환불"

    @property
    def is_refund(self) -> bool:
        """Whether rows of this kind take money back (negative figures, C)."""
        return self in (SettlementLineKind.REFUNDED, SettlementLineKind.WMP_REFUNDED)


class TransType(OpenEnum):
    """Kind of transaction of a settlement row (거래구분). [B]"""

    CONSIGNMENT = "C", "위탁"
    DIRECT_PURCHASE = "D", "직매입"


class SettleCycleType(OpenEnum):
    """Settlement cycle of a settlement row (정산주기); codes and spellings are ours. [C]"""

    WEEKLY = "WEEKLY", "주정산"
    MONTHLY = "MONTHLY", "월정산"


class FeeFlag(OpenEnum):
    """Whether the commission is a rate or an amount (수수료구분); codes and spellings are ours. [C]"""

    RATE = "RATE", "정률"
    AMOUNT = "AMOUNT", "정액"


class VatFlag(OpenEnum):
    """Whether a settlement row is taxable (부가세구분); codes are ours, names those of the sheet. [C]"""

    TAXABLE = "TAXABLE", "과세"
    EXEMPT = "EXEMPT", "면세"


class BroadcastType(OpenEnum):
    """Live or recorded (방송구분). [B]"""

    LIVE = "L", "라이브"
    VOD = "V", "VOD"
    BOTH = "B", "라이브+VOD"


class OrderDateType(OpenEnum):
    """Date an order window applies to (주문 조회 기준일). [NEW A, CONFIRM B]"""

    NEW = "NEW", "결제완료일"
    CONFIRM = "CONFIRM", "주문확인일"


class ClaimDateType(OpenEnum):
    """Date a claim window applies to (클레임 조회 기준일). [REQUEST A, others B]"""

    REQUEST = "REQUEST", "신청일"
    APPROVE = "APPROVE", "승인일"
    WITHDRAW = "WITHDRAW", "철회일"


class ProductDateType(OpenEnum):
    """Date a product window applies to (상품 조회 기준일). [C]"""

    REGISTER = "REGISTER", "등록일"
    CHANGE = "CHANGE", "수정일"


class SkuLinkMode(StrEnum):
    """How a product is tied to the seller's SKU (SKU 연동). Our own design."""

    BY_SELLER_CODE = "by-seller-code"
    """To the SKU whose code is the seller's product or option code."""
    CREATE = "create"
    """To a new SKU."""
    NONE = "none"
    """To none."""


class ImportSource(StrEnum):
    """Where a row to import comes from: the partner centre's Excel export or the API. Our own design."""

    EXCEL = "excel"
    API = "api"


class RecordKind(StrEnum):
    """What a record of the ledger is. Our own design."""

    BUNDLE = "bundle"
    CLAIM = "claim"
    QUESTION = "question"
    REVIEW = "review"
    INQUIRY = "inquiry"
    SETTLEMENT_ORDER = "settle_order"
    SETTLEMENT_SHIP = "settle_ship"
    TEMPLATE = "template"
    PRODUCT = "product"
    DEAL = "deal"
    NOTICE = "notice"
    EXPORT = "export"
    """A row of an Excel export, whole and encrypted: a seller's own columns may hold anything."""
    SOURCE = "source"
    """A file whose rows were taken over as facts: name, SHA-256, what it is, how far it came."""
    FILE_BUNDLE = "file_bundle"
    """An order as a file shows it, beside what the marketplace showed; so are the next three."""
    FILE_CLAIM = "file_claim"
    FILE_SETTLEMENT_ORDER = "file_settle_order"
    FILE_SETTLEMENT_SHIP = "file_settle_ship"
    BANK_TRANSFER = "bank_transfer"
    """Money that arrived, as a bank statement shows it."""
    VAT_MONTH = "vat_month"
    """A month of the partner centre's VAT page."""
    TAX_INVOICE = "tax_invoice"
    """A tax invoice of the seller's own."""
    BANK_MATCH = "bank_match"
    """An operator's word that money that arrived is for a pay-out, or that it is not any more."""
