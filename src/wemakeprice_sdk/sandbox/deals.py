"""Deals (딜): design only, read only; operators seed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Failed, Json
from wemakeprice_sdk.sandbox.moments import minus_months
from wemakeprice_sdk.sandbox.products import in_order, page_of

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call

WINDOW_MONTHS = 6


def deal_status(deal: Json, now: str) -> str:
    """Return the status name of a deal."""
    hour = now[:16]
    if hour >= deal["saleEndDate"]:
        return "판매종료"
    if deal["stopped"]:
        return "판매중지"
    return "판매대기" if hour < deal["saleStartDate"] else "판매중"


def deals_list(call: Call) -> Json:
    """List deals registered in a window of at most six calendar months."""
    start, end = in_order(call.body)
    if start < minus_months(end, WINDOW_MONTHS):
        raise Failed(422, f"조회 기간은 {WINDOW_MONTHS}개월 이내여야 합니다: toDate")
    found = list(call.shop.deal_dates.between(start, end))
    rows = [_row(number, call.shop.deals[number], call.now) for number in page_of(found, call.body)]
    return {"totalCount": len(found), "list": rows}


def _row(number: int, deal: Json, now: str) -> Json:
    return {
        "dealNo": number,
        "dealName": deal["dealName"],
        "dealStatusName": deal_status(deal, now),
        "displayYnName": "노출" if deal["displayYn"] == "Y" else "비노출",
        "salePrice": deal["salePrice"],
        "saleStartDate": deal["saleStartDate"],
        "saleEndDate": deal["saleEndDate"],
        "registerDate": deal["registerDate"],
        "changeDate": deal["changeDate"],
        "productCount": len(deal["products"]),
    }


def deals_get(call: Call) -> Json | None:
    """Read one deal; a missing one is null."""
    number = call.body["dealNo"]
    deal = call.shop.deals.get(number)
    if deal is None:
        return None
    return {
        "dealNo": number,
        "basic": {
            "dealName": deal["dealName"],
            "dealStatusName": deal_status(deal, call.now),
            "displayYn": deal["displayYn"],
        },
        "sale": {key: deal[key] for key in ("salePrice", "saleStartDate", "saleEndDate")},
        "productList": [
            {
                "productNo": product_no,
                "productName": call.shop.products[product_no].basic["productName"],
                "salePrice": call.shop.products[product_no].sale["salePrice"],
                "displayYn": "Y" if call.shop.products[product_no].basic["displayYn"] == "Y" else "N",
                "priority": place,
            }
            for place, product_no in enumerate(deal["products"], 1)
        ],
    }


ROUTES = {"deals_list": deals_list, "deals_get": deals_get}
