"""The operation table: one row per operation of the contract (44), without I/O.

A row says how an operation is called, what its answer looks like, whether a lost answer may be
repeated or verified, and what each known refusal text means. Every field equals
`contract/openapi.yaml`; a test compares them all. Grades: A two or more public implementations
agree, B one, C inferred or our own design.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, Literal

from wemakeprice_sdk._frozen import frozen


class Retry(Enum):
    """What may follow a lost answer (contract `x-retry`)."""

    SAFE = "safe"
    VERIFY = "unsafe-verify"
    NEVER = "never"


class Family(Enum):
    """How success is told (contract `x-success-when`)."""

    READ = "resultCode == 200"
    RETURN_KEY = "data.returnKey == 1"
    PRODUCT_NO = "data.productNo > 0"
    POLICY_NO = "data.returnKey >= 1"


class Meaning(Enum):
    """What a refusal text means (contract `x-refusals.meaning`)."""

    ALREADY_DONE = "already_done"
    WITHDRAWN = "withdrawn"
    NOT_FOUND = "not_found"
    PRECONDITION = "precondition"
    CONFLICT = "conflict"
    CONTENT_REJECTED = "content_rejected"
    MAINTENANCE = "maintenance"


class Channel(Enum):
    """Where a refusal text stands (contract `x-refusals.channel`)."""

    ERROR = "error"
    RETURN_MSG = "returnMsg"
    HTML = "html-500"


class Shape(Enum):
    """What `data` of a successful answer is."""

    LIST = "list"
    BUNDLES = "bundle"
    CLAIMS = "claim"
    PAGE = "page"
    OBJECT = "object"
    RESULT = "result"


class ParamKind(Enum):
    """How one query parameter is spelt."""

    TEXT = "text"
    NUMBER = "number"
    TIMESTAMP = "yyyy-MM-dd HH:mm:ss KST"
    DAY = "yyyy-MM-dd KST"
    CODE = "code"


Grade = Literal["A", "B", "C"]


@frozen
class Refusal:
    """One known refusal text (거절 문구) of an operation.

    `match` is a substring, compared after removing all blanks from both sides; the first match in
    table order wins. `verify` says that an `already_done` is only a claim: the state has to be read
    and compared before it counts as done.
    """

    match: str
    meaning: Meaning
    channel: Channel
    evidence: Grade
    verify: bool = False

    def found_in(self, text: str) -> bool:
        """Return whether the text carries this refusal, blanks aside."""
        return "".join(self.match.split()) in "".join(text.split())


@frozen
class Param:
    """One query parameter of a GET operation; bounds are characters for text, values for numbers."""

    name: str
    kind: ParamKind
    required: bool = True
    minimum: int | None = None
    maximum: int | None = None
    codes: tuple[str, ...] = ()
    default: str | int | None = None


@frozen
class Operation:
    """One operation of the contract (API 한 건): a row of the table.

    `request` is the schema of the JSON body (POST), `params` the query (GET), `model` the schema of
    one row or of the object in `data`, `shape` where it stands. `verify_with` names the read that
    proves a lost write, `verify_create` the other one for a create, `verify_fallback` the one for a
    read that may not exist in reality. `window` is the contract's limit on one query.
    """

    id: str
    method: Literal["GET", "POST"]
    path: str
    sdk_method: str
    korean: str
    evidence_operation: Grade
    evidence_path: Grade
    response: str
    model: str
    shape: Shape
    family: Family = Family.READ
    retry: Retry = Retry.SAFE
    request: str | None = None
    params: tuple[Param, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    verify_with: str | None = None
    verify_create: str | None = None
    verify_fallback: str | None = None
    window: str | None = None
    window_evidence: Grade | None = None

    @property
    def is_read(self) -> bool:
        """Return whether a repeat changes nothing; order and claim reads are POST and still reads."""
        return self.family is Family.READ

    @property
    def group(self) -> str:
        """Return the resource group on the client, such as `orders`."""
        return self.sdk_method.partition(".")[0]


def _refusal(
    match: str,
    meaning: Meaning,
    evidence: Grade,
    channel: Channel = Channel.RETURN_MSG,
    *,
    verify: bool = False,
) -> Refusal:
    return Refusal(match, meaning, channel, evidence, verify)


def _error(match: str, meaning: Meaning, evidence: Grade, *, verify: bool = False) -> Refusal:
    return Refusal(match, meaning, Channel.ERROR, evidence, verify)


_DONE, _GONE, _NONE = Meaning.ALREADY_DONE, Meaning.WITHDRAWN, Meaning.NOT_FOUND
_FIRST, _CLASH, _EDIT = Meaning.PRECONDITION, Meaning.CONFLICT, Meaning.CONTENT_REJECTED

_OUTAGE = _refusal("위메프 접속이 원활하지 않습니다", Meaning.MAINTENANCE, "B", Channel.HTML)
_NO_DATA = _error("데이터가 없습니다", _NONE, "B")
_EVENT = _error("해당 상품은 이벤트로 지정된 상품입니다", _CLASH, "B")
_WORD = _error("금칙어가 포함되었습니다", _EDIT, "B")
_CLOSED = _error("API로 정보 등록/수정이 불가능한 카테고리", _EDIT, "B")
_RULE = _error("카테고리의 정보에 따라 변경 불가능", _EDIT, "B")
_TWIN = _error("중복 옵션이 존재", _EDIT, "B")
_TYPED = _error("텍스트옵션사용여부", _CLASH, "B")
_START = _error("판매시작일", _FIRST, "C")
_END = _error("판매종료일", _FIRST, "C")
_FIXED = _error("등록 후 수정할 수 없습니다", _FIRST, "C")
_OVER_DAY = _error("24시간 미만", _FIRST, "C")
_CANCEL_OPEN = _refusal("취소신청", _CLASH, "C")
_INVOICE = _refusal("송장번호", _FIRST, "C")
_NO_BUNDLE = _refusal("존재하지 않는 배송번호", _NONE, "C")
_NO_CLAIM = _refusal("존재하지 않는 클레임번호", _NONE, "C")
_GONE_CANCEL = _refusal("철회", _GONE, "B")
_GONE_OTHER = _refusal("철회", _GONE, "C")
# A text that only says "too late for this step" also fits a withdrawn claim, a shipped line or a
# closed sale; such claims of success are checked before anybody relies on them.
_DONE_C = _refusal("이미", _DONE, "C", verify=True)

_PERIOD = (Param("fromDate", ParamKind.TIMESTAMP), Param("toDate", ParamKind.TIMESTAMP))
_PAGING = (
    Param("page", ParamKind.NUMBER, False, 1, default=1),
    Param("size", ParamKind.NUMBER, False, 1, 100, default=100),
)
_DAY = (Param("basicDate", ParamKind.DAY),)
_SETTLE_DAY = (Param("basicDt", ParamKind.DAY),)
_ONE_DAY: Final = "P1D one calendar day"
_BELOW_A_DAY: Final = "PT24H exclusive"


def _get(
    id: str,  # noqa: A002
    path: str,
    sdk_method: str,
    korean: str,
    grades: tuple[Grade, Grade],
    model: str,
    response: str,
    params: tuple[Param, ...] = (),
    *,
    shape: Shape = Shape.LIST,
    refusals: tuple[Refusal, ...] = (),
    window: tuple[str, Grade] | None = None,
) -> Operation:
    return Operation(
        id, "GET", path, sdk_method, korean, *grades, f"{response}Envelope", model, shape,
        params=params, refusals=(*refusals, _OUTAGE),
        window=window and window[0], window_evidence=window and window[1],
    )  # fmt: skip


def _find(
    id: str,  # noqa: A002
    path: str,
    sdk_method: str,
    korean: str,
    grades: tuple[Grade, Grade],
    shape: Shape,
    request: str,
    *,
    refusals: tuple[Refusal, ...] = (),
    window: tuple[str, Grade] | None = None,
) -> Operation:
    model = "Bundle" if shape is Shape.BUNDLES else "Claim"
    return Operation(
        id, "POST", path, sdk_method, korean, *grades, f"{model}Envelope", model, shape,
        request=request, refusals=(*refusals, _OUTAGE),
        window=window and window[0], window_evidence=window and window[1],
    )  # fmt: skip


def _write(
    id: str,  # noqa: A002
    path: str,
    sdk_method: str,
    korean: str,
    grades: tuple[Grade, Grade],
    request: str,
    refusals: tuple[Refusal, ...],
    verify_with: str | None,
    *,
    family: Family = Family.RETURN_KEY,
    verify_create: str | None = None,
) -> Operation:
    prefix = {Family.RETURN_KEY: "", Family.PRODUCT_NO: "Product", Family.POLICY_NO: "ShippingTemplate"}[
        family
    ]
    model = f"{prefix}WriteResult" if prefix else "WriteResult"
    return Operation(
        id, "POST", path, sdk_method, korean, *grades, f"{prefix}WriteEnvelope", model, Shape.RESULT,
        family, Retry.VERIFY if verify_with else Retry.NEVER, request,
        refusals=(*refusals, _OUTAGE), verify_with=verify_with, verify_create=verify_create,
        verify_fallback="claims_list" if verify_with == "claims_get" else None,
    )  # fmt: skip


def _reference() -> tuple[Operation, ...]:
    return (
        _get("base_list_categories", "/product/out/getCategory", "reference.list_categories",
             "카테고리 전체 조회", ("A", "A"), "Category", "CategoryList"),
        _get("base_search_brands", "/product/out/getBrand", "reference.search_brands", "브랜드 조회",
             ("A", "B"), "Brand", "BrandList", (Param("brandName", ParamKind.TEXT, minimum=1),)),
        _get("base_search_makers", "/product/out/getMaker", "reference.search_makers", "제조사 조회",
             ("A", "B"), "Maker", "MakerList", (Param("makerName", ParamKind.TEXT, minimum=1),)),
        _get("base_list_notice_groups", "/product/out/getNotice", "reference.list_notice_groups",
             "상품정보고시 조회", ("A", "A"), "NoticeTemplateGroup", "NoticeGroupList"),
        _get("base_list_labels", "/product/out/getLabel", "reference.list_labels", "상품속성라벨 조회",
             ("A", "B"), "Label", "LabelList"),
        _get("base_list_couriers", "/order/out/getParcelCompany", "reference.list_couriers", "택배사 조회",
             ("B", "C"), "Courier", "CourierList"),
        _get("shipping_get_seller_ship", "/product/out/getSellerShip", "shipping_templates.get_seller_ship",
             "판매자 배송정보 조회", ("B", "B"), "SellerShip", "SellerShip"),
        _get("shipping_list_policies", "/product/out/getSellerShipPolicy", "shipping_templates.list",
             "배송 템플릿 목록 조회", ("A", "A"), "ShippingTemplate", "ShippingTemplateList"),
        _write("shipping_save_policy", "/product/in/setSellerShipPolicy", "shipping_templates.save",
               "배송 템플릿 등록/수정", ("B", "B"), "ShippingTemplateInput", (_FIXED,),
               "shipping_list_policies", family=Family.POLICY_NO),
    )  # fmt: skip


def _products() -> tuple[Operation, ...]:
    number = Family.PRODUCT_NO
    bytes_over = _error("byte 이하로 입력", _EDIT, "B")
    iframe = _error("상품 상세설명 HTML 내 iframe 태그", _EDIT, "B")
    stuck = _error("변경할 수 없는 상태", _DONE, "B", verify=True)
    search_date = Param(
        "searchDateType", ParamKind.CODE, False, codes=("REGISTER", "CHANGE"), default="REGISTER"
    )
    return (
        _write("products_save", "/product/in/setProduct", "products.save", "상품 일괄 등록/수정",
               ("A", "A"), "ProductInput",
               (_WORD, _CLOSED, _RULE, _TWIN, bytes_over, iframe, _NO_DATA, _EVENT, _TYPED, _START, _END,
                _FIXED, _error("이미지", _FIRST, "C")),
               "products_get", family=number, verify_create="products_find_by_seller_code"),
        _write("products_update_basic", "/product/in/setProductBasic", "products.update_basic",
               "상품 기본정보 수정", ("B", "B"), "ProductBasicUpdate",
               (_WORD, _CLOSED, _RULE, _NO_DATA, _EVENT, _FIXED), "products_get", family=number),
        _write("products_update_sale", "/product/in/setProductSale", "products.update_sale",
               "상품 판매정보 수정", ("B", "B"), "ProductSaleUpdate",
               (_NO_DATA, _EVENT, _RULE, _START, _END), "products_get", family=number),
        _write("products_update_options", "/product/in/setProductOption", "products.update_options",
               "옵션/재고 수정", ("B", "C"), "ProductOptionUpdate",
               (_TWIN, _NO_DATA, _EVENT, _TYPED), "products_get", family=number),
        _write("products_set_status", "/product/in/setProductStatus", "products.set_status",
               "판매상태 변경", ("A", "A"), "ProductStatusUpdate", (stuck, _NO_DATA, _EVENT),
               "products_get", family=number),
        _get("products_get", "/product/out/getProduct", "products.get", "상품 상세 조회", ("A", "A"),
             "Product", "Product", (Param("productNo", ParamKind.NUMBER, minimum=1),),
             shape=Shape.OBJECT, refusals=(_NO_DATA,)),
        _get("products_list", "/product/out/getProductList", "products.list", "상품 목록 조회", ("B", "B"),
             "ProductRow", "ProductPage", (*_PERIOD, search_date, *_PAGING),
             shape=Shape.PAGE, window=("unknown", "C")),
        _get("products_find_by_seller_code", "/product/out/sellerProdCode/getProductList",
             "products.find_by_seller_code", "업체상품코드로 상품 조회", ("B", "B"), "ProductNoRow",
             "ProductNoList", (Param("code", ParamKind.TEXT, minimum=1, maximum=50),), refusals=(_NO_DATA,)),
        _get("deals_list", "/deal/out/getDealList", "deals.list", "딜 목록 조회", ("C", "C"), "DealRow",
             "DealPage", (*_PERIOD, *_PAGING), shape=Shape.PAGE,
             refusals=(_error("6개월", _FIRST, "C"),), window=("P6M inclusive", "C")),
        _get("deals_get", "/deal/out/getDeal", "deals.get", "딜 상세 조회", ("C", "C"), "Deal", "Deal",
             (Param("dealNo", ParamKind.NUMBER, minimum=1),), shape=Shape.OBJECT,
             refusals=(_error("데이터가 없습니다", _NONE, "C"),)),
    )  # fmt: skip


def _orders() -> tuple[Operation, ...]:
    return (
        _find("orders_list", "/order/out/getOrderList", "orders.list", "주문 목록 조회", ("A", "A"),
              Shape.BUNDLES, "OrderListRequest", refusals=(_OVER_DAY,), window=(_BELOW_A_DAY, "B")),
        _find("orders_get", "/order/out/getOrderInfo", "orders.get", "주문 상세(배송번호) 조회", ("B", "C"),
              Shape.BUNDLES, "BundleNoRequest"),
        _write("orders_confirm", "/order/in/setOrderConfirm", "orders.confirm", "발주확인(상품준비중 처리)",
               ("A", "B"), "BundleNoRequest", (_DONE_C, _CANCEL_OPEN, _NO_BUNDLE), "orders_get"),
        _write("orders_ship", "/order/in/setOrderDelivery", "orders.ship", "발송처리", ("A", "B"),
               "ShipRequest",
               (_refusal("주문확인건만", _FIRST, "B"), _refusal("이미", _DONE, "A", verify=True),
                _CANCEL_OPEN, _INVOICE, _NO_BUNDLE), "orders_get"),
        _write("orders_change_invoice", "/order/in/setParcelDelivery", "orders.change_invoice", "송장 수정",
               ("B", "C"), "ChangeInvoiceRequest",
               (_refusal("배송중 상태에서만", _FIRST, "C"), _INVOICE, _NO_BUNDLE), "orders_get"),
        _write("orders_complete_direct", "/order/in/setDeliveryComplete", "orders.complete_direct",
               "배송완료(직접배송 전용)", ("B", "C"), "BundleNoRequest",
               (_DONE_C, _refusal("직접배송", _FIRST, "C"), _NO_BUNDLE), "orders_get"),
        _write("orders_cancel_option", "/order/in/setOrderCancel", "orders.cancel_option",
               "판매자 주문취소(품절)", ("A", "C"), "OptionCancelRequest",
               (_DONE_C, _refusal("발송 전 주문만", _FIRST, "C"),
                _refusal("존재하지 않는 옵션주문번호", _NONE, "C")), "orders_get"),
    )  # fmt: skip


def _claims() -> tuple[Operation, ...]:
    after_pickup = _refusal("수거완료 후", _FIRST, "C")
    read = "claims_get"
    return (
        _find("claims_list", "/claim/out/getClaimList", "claims.list", "클레임 목록 조회", ("A", "C"),
              Shape.CLAIMS, "ClaimListRequest", refusals=(_OVER_DAY,), window=(_BELOW_A_DAY, "B")),
        _find("claims_get", "/claim/out/getClaimInfo", "claims.get", "클레임 상세 조회", ("C", "C"),
              Shape.CLAIMS, "ClaimInfoRequest"),
        _write("claims_approve", "/claim/in/setClaimApprove", "claims.approve", "클레임 승인", ("B", "C"),
               "ClaimApproveRequest",
               (_GONE_CANCEL, _refusal("승인된", _DONE, "B"), _refusal("완료된", _DONE, "B", verify=True),
                after_pickup, _refusal("거절된", _CLASH, "C"), _NO_CLAIM), read),
        _write("claims_reject", "/claim/in/setClaimReject", "claims.reject", "클레임 거절(취소)", ("B", "C"),
               "ClaimRejectRequest",
               (_GONE_CANCEL, _refusal("승인된", _CLASH, "C"), _refusal("거절된", _DONE, "C", verify=True),
                _NO_CLAIM), read),
        _write("claims_hold", "/claim/in/setClaimPending", "claims.hold", "클레임 보류", ("B", "C"),
               "ClaimHoldRequest",
               (_refusal("수거완료 상태에서만", _FIRST, "C"), _refusal("보류된", _DONE, "C", verify=True),
                _GONE_OTHER, _NO_CLAIM), read),
        _write("claims_register_pickup", "/claim/in/setClaimPickup", "claims.register_pickup", "수거요청",
               ("B", "C"), "PickupRequest",
               (_refusal("수거요청대기 상태에서만", _DONE, "B", verify=True),
                _refusal("클레임 신청단계만", _DONE, "B", verify=True),
                _refusal("원송장 정보와 동일", _CLASH, "B"), _GONE_OTHER, _NO_CLAIM), read),
        _write("claims_complete_pickup", "/claim/in/setClaimPickupComplete", "claims.complete_pickup",
               "수거완료", ("B", "C"), "PickupCompleteRequest",
               (_refusal("수거완료된", _DONE, "B"), _refusal("신청/보류 단계만", _DONE, "B", verify=True),
                _GONE_OTHER, _NO_CLAIM), read),
        _write("claims_ship_exchange", "/claim/in/setClaimDelivery", "claims.ship_exchange", "교환배송 등록",
               ("B", "C"), "ExchangeShipRequest",
               (_refusal("신청/보류", _DONE, "B", verify=True), after_pickup, _GONE_OTHER, _NO_CLAIM), read),
        _write("claims_complete_exchange", "/claim/in/setClaimComplete", "claims.complete_exchange",
               "교환완료", ("B", "C"), "ExchangeCompleteRequest",
               (_refusal("완료된", _DONE, "C", verify=True), _refusal("교환배송 등록 후", _FIRST, "C"),
                _GONE_OTHER, _NO_CLAIM), read),
    )  # fmt: skip


def _desk() -> tuple[Operation, ...]:
    answered = _refusal("이미", _DONE, "C")
    return (
        _get("cs_list_questions", "/qna/out/getQnaList", "cs.list_questions", "상품문의 조회", ("B", "C"),
             "Question", "QuestionList", _DAY, window=(_ONE_DAY, "B")),
        _write("cs_answer_question", "/qna/in/setQnaAnswer", "cs.answer_question", "상품문의 답변",
               ("B", "C"), "AnswerRequest", (_error("존재하지", _NONE, "B"), answered), None),
        _get("cs_list_reviews", "/review/out/getReviewList", "cs.list_reviews", "구매후기 조회", ("C", "C"),
             "Review", "ReviewList", _DAY, window=(_ONE_DAY, "C")),
        _get("cs_list_inquiries", "/cs/out/getInquiryList", "cs.list_inquiries", "CS문의 조회", ("C", "C"),
             "Inquiry", "InquiryList", _DAY, window=(_ONE_DAY, "C")),
        _write("cs_answer_inquiry", "/cs/in/setInquiryAnswer", "cs.answer_inquiry", "CS문의 답변",
               ("C", "C"), "InquiryAnswerRequest", (_error("존재하지", _NONE, "C"), answered), None),
        _get("settlement_list_order_lines", "/settle/out/getSettleDailyOrderInfo",
             "settlement.list_order_lines", "일별 상품 정산 조회", ("A", "B"), "SettlementOrderLine",
             "SettlementOrderList", _SETTLE_DAY, window=(_ONE_DAY, "A")),
        _get("settlement_list_ship_lines", "/settle/out/getSettleShipInfo", "settlement.list_ship_lines",
             "배송비 정산 조회", ("A", "B"), "SettlementShipLine", "SettlementShipList", _SETTLE_DAY,
             window=(_ONE_DAY, "A")),
        _get("notices_list", "/notice/out/getNoticeList", "notices.list", "파트너 공지사항 조회", ("A", "B"),
             "Notice", "NoticeList", (Param("basicDate", ParamKind.DAY, False),),
             window=("P7D returned per call", "B")),
        _write("broadcast_set_schedule", "/product/in/setBroadcastSchedule", "broadcast.set_schedule",
               "방송편성 등록/수정", ("B", "C"), "BroadcastScheduleRequest",
               (_refusal("존재하지 않는 상품번호", _NONE, "C"),), None),
    )  # fmt: skip


OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {row.id: row for row in (*_reference(), *_products(), *_orders(), *_claims(), *_desk())}
)
"""Every operation of the contract by its operationId, in contract order."""


def operation_of(name: str) -> Operation:
    """Return the row of an operationId; raise `KeyError` with the nearest known one when there is none."""
    if name not in OPERATIONS:
        from difflib import get_close_matches

        near = get_close_matches(str(name), OPERATIONS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise KeyError(f"the contract has no operation {name!r}{hint}")
    return OPERATIONS[name]
