"""The rules that a cell can break, in words."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, tuple[str, str]] = {
    "required": ("a value is needed here", "값이 비어 있습니다. 값을 입력해 주세요"),
    "number": ("this is not a number", "숫자가 아닙니다. 숫자로 입력해 주세요"),
    "month": ("this is not a month, such as 2024-05", "월이 아닙니다. 2024-05처럼 입력해 주세요"),
    "currency": ("this money is not won", "원화가 아닌 금액입니다. 원화 계좌의 거래내역을 사용해 주세요"),
    "whole-number": ("this has to be a whole number", "정수가 아닙니다. 소수점 없이 입력해 주세요"),
    "id": ("this is not a number that names something", "번호 형식이 아닙니다. 번호를 확인해 주세요"),
    "damaged-id": (
        "digits are gone: the spreadsheet kept only 15 (or showed it in scientific notation)",
        "번호의 뒷자리가 손실되었습니다(엑셀은 15자리까지만 보존). 셀을 텍스트로 바꿔 다시 입력해 주세요",
    ),
    "long-id": (
        "a number of more than 15 digits, read exactly; check it",
        "15자리가 넘는 번호입니다. 번호를 확인해 주세요",
    ),
    "recovered-id": ("read exactly from another notation", "다른 표기에서 정확히 복원한 번호입니다"),
    "leading-zero": (
        "stored as a number, so leading zeros are lost",
        "숫자로 저장되어 앞자리 0이 사라졌습니다. 값을 확인해 주세요",
    ),
    "error-value": (
        "the cell holds an error, or a formula that was never calculated; save it in Excel and try again",
        "셀에 오류 값이 있거나 계산되지 않은 수식입니다. 엑셀에서 파일을 열어 저장한 뒤 다시 올려 주세요",
    ),
    "date": ("this is not a date", "날짜 형식이 아닙니다. 연-월-일 형식으로 입력해 주세요"),
    "year": ("the year cannot be right", "연도가 올바르지 않습니다. 날짜를 확인해 주세요"),
    "two-digit-year": (
        "the year has two digits; read as 20xx",
        "연도가 두 자리여서 20xx년으로 읽었습니다. 날짜를 확인해 주세요",
    ),
    "american-date": (
        "month and day could be swapped; read as month/day",
        "월과 일의 순서가 모호하여 월/일 순서로 읽었습니다. 날짜를 확인해 주세요",
    ),
    "unformatted-date": (
        "a bare number, read as a date",
        "날짜 서식이 없는 숫자를 날짜로 읽었습니다. 날짜를 확인해 주세요",
    ),
    "date-in-text": (
        "the spreadsheet turned this text into a date",
        "엑셀이 텍스트를 날짜로 바꾸었습니다. 값을 확인해 주세요",
    ),
    "yes-no": ("this is neither yes nor no", "예/아니오 값이 아닙니다. 예 또는 아니오로 입력해 주세요"),
    "unknown-name": (
        "a name nobody knows; kept as it is",
        "알 수 없는 값이어서 원문을 유지했습니다. 값을 확인해 주세요",
    ),
    "range": ("outside the allowed range", "허용 범위를 벗어났습니다. 값을 확인해 주세요"),
    "too-long": ("longer than allowed", "허용 길이를 초과했습니다. 길이를 줄여 주세요"),
    "cleaned": (
        "put right: invisible or full-width characters, an apostrophe in front, letters taken apart",
        "보이지 않는 문자, 전각 문자, 맨 앞의 작은따옴표, 분리된 글자를 바로잡았습니다",
    ),
    "formula-text": (
        "a formula that stands as text and was never calculated; enter its value",
        "계산되지 않은 수식이 글자로 들어 있습니다. 값으로 바꿔 주세요",
    ),
    "masked": (
        "masked personal data; it never replaces clear data",
        "마스킹된 개인정보입니다. 원래 값을 덮어쓰지 않습니다",
    ),
    "period-order": (
        "the sale ends before it starts",
        "판매종료일이 판매시작일보다 빠릅니다. 판매기간을 확인해 주세요",
    ),
    "price-order": (
        "the list price is below the sale price",
        "정상가가 판매가보다 낮습니다. 가격을 확인해 주세요",
    ),
    "same-number": (
        "the same number stands in an earlier row",
        "앞의 행과 번호가 같습니다. 중복된 행을 확인해 주세요",
    ),
    "other-content": (
        "the same number as an earlier row, with other content",
        "번호는 같은데 내용이 다른 행입니다. 맞는 행만 남겨 주세요",
    ),
    "same-option": (
        "the same option stands in an earlier row of the product",
        "같은 상품에 동일한 옵션이 있습니다. 옵션을 확인해 주세요",
    ),
    "group-differs": (
        "differs from the first row of the same item; the first is used",
        "같은 상품(딜)의 첫 행과 값이 다릅니다. 첫 행의 값을 사용합니다",
    ),
    "too-many-options": ("more than 200 options", "옵션이 200개를 넘습니다. 옵션 수를 줄여 주세요"),
    "count-differs": (
        "the number of products differs from the list of products",
        "구성상품수와 상품번호 목록이 다릅니다. 구성상품을 확인해 주세요",
    ),
    "missing-product": (
        "refers to a product that is not imported",
        "가져오지 않은 상품을 참조합니다. 딜에 포함된 상품을 먼저 가져와 주세요",
    ),
    "no-products-known": (
        "the file does not say which products belong to the deal",
        "딜의 구성상품을 알 수 없습니다. 파트너센터에서 구성상품을 확인해 주세요",
    ),
    "same-line": (
        "the same order option number stands in an earlier row; it is not counted twice",
        "앞의 행과 옵션주문번호가 같아 중복 집계하지 않았습니다",
    ),
    "bundle-apart": (
        "rows of this bundle stand further up too; sort the file by bundle number",
        "같은 배송번호의 행이 떨어져 있습니다. 배송번호 순으로 정렬해 주세요",
    ),
    "row-wide": (
        "more values than columns, so values may have moved right; put them back (in a CSV: in quotes)",
        "값이 제목 열보다 많아 값이 밀렸을 수 있습니다. 맞는 열로 옮겨 주세요(CSV는 따옴표로 감싸 주세요)",
    ),
    "row-short": (
        "the row has fewer values than the header has columns; check that no line break cut it",
        "행의 값이 제목 열보다 적습니다. 줄바꿈으로 행이 나뉘지 않았는지 확인해 주세요",
    ),
    "beyond-header": (
        "a value stands right of the last header and is not carried over",
        "제목이 없는 오른쪽 열의 값은 가져오지 않습니다",
    ),
    "looks-total": (
        "this reads like a total, but its numbers are not the sum of the rows above; check it",
        "합계 행처럼 보이지만 위 행들의 합과 다릅니다. 확인해 주세요",
    ),
    "several-options": (
        "several options stand in one cell; give each option a row of its own, with its own stock",
        "한 셀에 여러 옵션이 있습니다. 옵션마다 행을 나누고 재고를 각각 적어 주세요",
    ),
    "row-price": (
        "the price differs from row to row, so it is the products' and not the deal's; it was not taken",
        "행마다 가격이 달라 딜의 대표가격이 아닌 상품 가격으로 보고 사용하지 않았습니다",
    ),
    "total-differs": (
        "price times quantity is not the total",
        "상품금액과 수량의 곱이 총상품금액과 다릅니다. 금액을 확인해 주세요",
    ),
}
"""Per rule: one sentence in English and one in Korean."""


_TWO_DETAILS = frozenset(("row-wide", "row-short", "beyond-header"))
"""Rules whose detail is a sentence of its own in each language."""


def sentences(rule: str, detail: str = "") -> tuple[str, str]:
    """Return both sentences of a rule, with the bound that was broken."""
    english, korean = MESSAGES[rule]
    if detail and rule in _TWO_DETAILS:
        first, _, second = detail.partition("|")
        return f"{english}: {first}", f"{korean}: {second}"
    return (f"{english}: {detail}", f"{korean}: {detail}") if detail else (english, korean)
