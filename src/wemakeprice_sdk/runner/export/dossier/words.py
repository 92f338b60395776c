"""The stable words of a dossier's tables in Korean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wemakeprice_sdk.runner.export.tables import TableValue

WORDS: Final[Mapping[str, str]] = {
    "no-due-day": "지급일 미상",
    "settlement-row": "정산예정일",
    "rows-of-sales-day": "같은 매출일의 정산예정일",
    "settlement-rows": "정산 내역",
    "orders-without-rows": "주문(정산 내역 없음)",
    "pay-out-day-unknown": "정산예정일·정산주기 미상",
    "pay-out-ahead": "지급일 전",
    "row-ahead": "정산 내역 발행 전",
    "no-such-order-line": "주문 자료에 없는 옵션주문번호",
    "no-such-bundle": "주문 자료에 없는 배송번호",
    "price-differs": "주문과 금액이 다름",
    "quantity-differs": "주문과 수량이 다름",
    "figures-missing": "금액 또는 수량 누락",
    "unknown-row-kind": "알 수 없는 구분",
    "refund-without-claim": "클레임이 없는 환불",
    "refund-ahead": "환불 예정",
    "refund": "환불",
    "coupon-correction": "쿠폰 정정",
    "row-withdrawn": "없어진 정산 내역",
    "nothing-due": "지급액 0원",
    "tied": "지급분 미확정",
    "received-without-row": "정산 내역 없이 입금",
    "fee-by-rule-differs": "규칙과 수수료가 다름",
    "not-shipped": "미발송",
    "cancelled-unsent": "발송 전 취소",
    "not-delivered": "배송 중",
    "delivery-date-unreadable": "읽을 수 없는 배송완료일",
    "agrees": "일치",
    "differs": "차이",
    "contradicts": "자료끼리 다름",
    "alone": "자료가 하나뿐",
    "cycle": "정산주기",
    "delivery-dating": "배송완료일 추정",
    "commission": "수수료 규칙",
    "grace-days": "정산 내역을 기다리는 일수",
    "allocation-window": "입금을 찾는 기간(일)",
    "payers": "입금자 이름",
    "on-time-days": "늦지 않은 것으로 보는 일수",
    "offset-negative": "음수 지급분 상계",
    "interest": "지연이자",
    "match-no-such-transfer": "입금을 찾을 수 없는 수동 매칭",
    "match-no-such-pay-out": "지급분을 찾을 수 없는 수동 매칭",
    "match-more-than-both-have": "금액이 맞지 않는 수동 매칭",
    "bank-repeated-row": "되풀이된 통장 행",
    "bank-fact-differs": "서로 다른 통장 자료",
    "over": "초과 입금",
    "not-incoming": "입금 아님",
    "reversed": "취소된 입금",
    "vat-month": "부가세 화면",
    "paid": "지급",
    "bank": "통장",
    "schedule": "정산예정일",
    "none": "없음",
    "late": "늦게 입금",
    "short-paid": "일부 입금",
    "expected": "지급 예정",
    "missing": "미입금",
    "no-delivery-date": "배송완료일 미상",
    "commission-differs": "수수료 차이",
    "unexplained": "미확인",
    "not-received": "미입금",
    "received": "입금",
    "received-in-part": "일부만 입금",
    "received-late": "늦은 입금",
    "no-settlement-row": "정산 내역 누락",
    "settled-in-part": "일부만 정산",
    "days-without-settlement-rows": "정산 내역이 없는 날",
    "rows-unexplained": "설명되지 않는 행",
    "source-half-imported": "끝까지 읽지 못한 파일",
    "source-rows-unread": "읽지 못한 행이 있는 파일",
    "record-unread": "읽지 못한 기록",
    "acts-of-unknown-outcome": "결과를 모르는 처리",
    "no-vat-page": "부가세 화면 자료가 없는 계정",
    "no-tax-invoices": "세금계산서 자료가 없는 계정",
    "no-bank-records": "통장 자료 미제출",
    "paid-by-schedule-only": "지급일만 지났고 입금을 확인할 수 없는 금액",
    "outside-bank-records": "입금 자료 기간 밖",
    "pay-out-day-passed": "지급일 지남",
    "source-copy-no-copy-given": "사본을 주지 않은 출처 파일",
    "source-copy-holds-people": "개인정보가 있어 사본을 뺀 출처 파일",
    "no-copy-given": "사본 미제출",
    "holds-people": "개인정보로 제외",
    "allocated": "사용됨",
    "bank-gap": "통장 자료가 없는 기간",
    "bank-overlap": "겹치는 통장 자료",
    "bank-doubled-upload": "두 번 넣은 통장 자료",
    "settlement-orders": "상품 매출 정산",
    "settlement-shipping": "배송비 정산",
    "settlement-order": "상품 정산",
    "orders": "주문",
    "claims": "클레임",
    "bank-statement": "통장 거래내역",
    "vat-months": "부가세 화면",
    "product": "상품",
    "shipping": "배송비",
}
"""What the stable words of the tables are called on paper and in the workbook."""
_COLUMNS: Final = frozenset(
    {
        "subject", "status", "reason", "basis", "told_by", "due_by", "what", "detail", "outcome", "kind",
        "copy", "sales_status", "fees_status",
    }
)  # fmt: skip
"""Columns that hold such words."""
_FIELDS: Final[Mapping[str, str]] = {
    "line": "옵션주문번호",
    "quantity": "수량",
    "unit_price": "단가",
    "product_no": "상품번호",
    "ship_price": "배송비",
    "bundle_no": "배송번호",
    "prod_no": "상품번호",
    "prod_sale_amt": "상품판매가",
    "opt_sale_amt": "옵션가",
    "complete_qty": "수량",
    "sale_agency_fee": "판매대행수수료",
    "ep_fee": "제휴수수료",
    "settle_pre_dt": "정산예정일",
    "payable": "지급액",
    "total": "총매출액",
}


def in_korean(column: str, value: TableValue) -> TableValue:
    """Return a cell as people read it: stable words in Korean, everything else as it is."""
    if not isinstance(value, str):
        return value
    if column in _COLUMNS:
        return ": ".join(WORDS.get(word, word) for word in value.split(": "))
    if column == "field":
        return " ".join(_FIELDS.get(word, word) for word in value.split(" "))
    return value
