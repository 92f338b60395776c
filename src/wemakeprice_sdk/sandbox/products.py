"""Products (상품): create, update by block, status, read, list, search by seller code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wemakeprice_sdk.sandbox.answers import DONE, Failed, Json
from wemakeprice_sdk.sandbox.moments import earliest_start, plus_years
from wemakeprice_sdk.sandbox.reference import BRAND_NAMES, CATEGORY_BY_CODE, MAKER_NAMES
from wemakeprice_sdk.sandbox.schema import as_integer
from wemakeprice_sdk.sandbox.state import Product, Shop

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call

NO_DATA = "데이터가 없습니다."
ALWAYS_END = "2037-12-31 23:00"
LONGEST_YEARS = 5
HTML_BYTES = 65535
DISPLAY = {"Y": "노출", "D": "비노출(상세접근가능)", "N": "비노출(상세접근불가)"}
MALL = {"N": "일반", "Y": "비즈몰"}
WAITING, ON_SALE, STOPPED, ENDED = "판매대기", "판매중", "판매중지", "판매종료"


def prepare(body: Json, shop: Shop) -> Json:
    """Change what the server changes before it checks: the end of a sale of period A, whatever was sent.

    The stock of the sale block is dropped for goods with options, whose read total may exceed its bound.
    """
    if not isinstance(body.get("sale"), dict):
        return body
    sale = dict(body["sale"])
    if sale.get("salePeriod") == "A":
        sale["saleEndDate"] = ALWAYS_END
    if _has_options(body, shop):
        sale.pop("stockCount", None)
    return {**body, "sale": sale}


def _has_options(body: Json, shop: Shop) -> bool:
    if "option" in body:
        option = body["option"]
        return isinstance(option, dict) and option.get("selectOptionUseYn") == "Y"
    number = as_integer(body.get("productNo"))
    product = shop.products.get(number) if number is not None else None
    return product is not None and bool(option_rows(product))


def status_of(product: Product, now: str) -> str:
    """Return the status name; the end of the period is itself outside the sale."""
    hour = now[:16]
    if product.closed or hour >= product.sale["saleEndDate"]:
        return ENDED
    if product.stopped:
        return STOPPED
    return WAITING if hour < product.sale["saleStartDate"] else ON_SALE


def option_rows(product: Product) -> list[Json]:
    """Return the selection options, none when the product has no options."""
    rows: list[Json] = product.option.get("selectOptionValueList") or []
    return rows


def total_stock(product: Product) -> int | None:
    """Return the stock: of the options together, else of the product."""
    rows = option_rows(product)
    return sum(row["stockCount"] for row in rows) if rows else product.sale.get("stockCount")


def show_product(product: Product, now: str) -> Json:
    """Write a product as the wire does."""
    return {
        "productNo": product.product_no,
        "partnerGroupId": "EXAMPLE",
        "basic": {
            **product.basic,
            "brandNo": product.basic.get("brandNo") or 0,
            "makerNo": product.basic.get("makerNo") or 0,
            "productStatusName": status_of(product, now),
        },
        "sale": {**product.sale, "stockCount": total_stock(product)},
        "detail": product.detail,
        "option": _show_option(product),
        "noticeList": product.notices,
        "etc": product.etc,
        "branchList": product.branches,
    }


def _show_option(product: Product) -> Json:
    rows = option_rows(product)
    if not rows:
        return product.option
    shown = [
        {
            **row,
            "saleStatus": "S" if row["stockCount"] == 0 else row.get("saleStatus", "A"),
            "sellerOptionCode": row.get("sellerOptionCode"),
        }
        for row in rows
    ]
    return {**product.option, "selectOptionValueList": shown}


def number_of(value: int | str) -> int:
    """Read a product number sent as number or text; text too long to be one gives 0, which no product has."""
    return int(value) if len(str(value)) <= 19 else 0


def _find(call: Call) -> Product:
    product = call.shop.products.get(number_of(call.body["productNo"]))
    if product is None:
        raise Failed(404, NO_DATA)
    if product.product_no in call.box.restrictions.locked_products:
        raise Failed(422, "해당 상품은 이벤트로 지정된 상품입니다.")
    return product


def _images(detail: Json) -> Iterator[str]:
    for value in detail.values():
        for url in value if isinstance(value, list) else [value]:
            if isinstance(url, str):
                yield url


def _check_basic(call: Call, basic: Json, stored: Product | None) -> None:
    rules = call.box.restrictions
    if any(word in basic["productName"] for word in rules.forbidden_words):
        raise Failed(422, "금칙어가 포함되었습니다. (basic.productName)")
    if basic["dcateCode"] in rules.closed_categories:
        raise Failed(422, "API로 정보 등록/수정이 불가능한 카테고리입니다.")
    for key, value in rules.bound_categories.get(str(basic["dcateCode"]), {}).items():
        if basic.get(key, value) != value:
            raise Failed(422, f"카테고리의 정보에 따라 변경 불가능한 항목입니다. (basic.{key})")
    if stored is not None:
        before = stored.basic.get("bizYn", "N")
        if basic.setdefault("bizYn", before) != before:
            raise Failed(422, "사업자 전용 여부(bizYn)는 등록 후 수정할 수 없습니다.")


def _check_sale(call: Call, sale: Json, stored: Product | None) -> None:
    start, end = sale["saleStartDate"], sale["saleEndDate"]
    if stored is not None:
        before = stored.sale["saleStartDate"]
        if start != before and before <= call.now[:16]:
            raise Failed(422, "판매가 시작된 상품의 판매시작일은 변경할 수 없습니다. (sale.saleStartDate)")
    if sale["salePeriod"] == "A":
        return
    if end <= start:
        raise Failed(422, "판매종료일은 시작일 이후여야 합니다. (sale.saleEndDate)")
    if end > plus_years(start, LONGEST_YEARS):
        raise Failed(422, f"판매종료일은 시작일부터 {LONGEST_YEARS}년 이내여야 합니다. (sale.saleEndDate)")


def _check_detail(call: Call, detail: Json) -> None:
    rules = call.box.restrictions
    html = detail.get("descHtml", "")
    if len(html.encode()) > HTML_BYTES:
        raise Failed(422, f"상품 상세설명은 {HTML_BYTES} byte 이하로 입력해 주세요. (detail.descHtml)")
    if "<iframe" in html.lower():
        raise Failed(422, "상품 상세설명 HTML 내 iframe 태그는 사용할 수 없습니다. (detail.descHtml)")
    if any(word in html for word in rules.forbidden_words):
        raise Failed(422, "금칙어가 포함되었습니다. (detail.descHtml)")
    for url in _images(detail):
        if host_of(url) in rules.unreachable_hosts:
            raise Failed(422, "이미지를 다운로드할 수 없습니다. (detail)")


def host_of(url: str) -> str | None:
    """Return the host of a URL, None for text that is none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _check_option(call: Call, option: Json, stored: Product | None) -> None:
    if option.get("selectOptionDepth", 0) > call.settings.max_option_depth:
        raise Failed(422, "입력값이 올바르지 않습니다: option.selectOptionDepth")
    rows = option.get("selectOptionValueList", [])
    values = [tuple(row.get(f"optionValue{level}", "") for level in range(1, 6)) for row in rows]
    if len(set(values)) != len(values):
        raise Failed(422, "중복 옵션이 존재합니다. (option.selectOptionValueList)")
    if stored is not None and option["textOptionUseYn"] != stored.option["textOptionUseYn"]:
        raise Failed(422, "텍스트옵션사용여부는 변경할 수 없습니다. (option.textOptionUseYn)")


def _numbered_notices(call: Call, notices: list[Json], stored: Product | None) -> list[Json]:
    known = {group["productGroupNoticeNo"] for group in stored.notices} if stored else set()
    out = []
    for group in notices:
        number = group.get("productGroupNoticeNo")
        if number not in known:
            number = call.number("product_notice")
        out.append({**group, "productGroupNoticeNo": number})
    return out


def products_save(call: Call) -> Json:
    """Create a product, or replace every block of the one whose number is sent."""
    body = call.body
    stored = _find(call) if body.get("productNo") else None
    _check_basic(call, body["basic"], stored)
    _check_sale(call, body["sale"], stored)
    _check_detail(call, body["detail"])
    _check_option(call, body["option"], stored)
    notices = _numbered_notices(call, body["noticeList"], stored)
    product = stored or Product(call.number("product"), call.now, {}, {}, {}, {}, [], {}, [])
    if stored is not None:
        _keep_end(stored, call.now)
        stored.change_date = call.now
        _forget_code(call.shop, stored)
    product.basic, product.sale, product.detail = body["basic"], body["sale"], body["detail"]
    product.option, product.notices, product.etc = body["option"], notices, body["etc"]
    product.branches = body.get("branchList", [])
    call.shop.put("product", product.product_no, product)
    return _written(call, product)


def _forget_code(shop: Shop, product: Product) -> None:
    shop.by_seller_code[str(product.etc.get("sellerProdCode") or "")].remove(product.product_no)


def _keep_end(product: Product, now: str) -> None:
    # 판매종료 cannot be left by the API: a new period on an ended product does not bring it back.
    product.closed = status_of(product, now) == ENDED


def _written(call: Call, product: Product) -> Json:
    call.applied(productNo=product.product_no)
    return {"productNo": product.product_no, "returnMsg": DONE}


def _change(call: Call, product: Product) -> Json:
    product.change_date = call.now
    call.shop.note("product", product.product_no)
    return _written(call, product)


def products_update_basic(call: Call) -> Json:
    """Replace the basic block."""
    product = _find(call)
    _check_basic(call, call.body["basic"], product)
    product.basic = call.body["basic"]
    return _change(call, product)


def products_update_sale(call: Call) -> Json:
    """Replace the sale block."""
    product, sale = _find(call), call.body["sale"]
    if not option_rows(product) and "stockCount" not in sale:
        raise Failed(422, "필수 항목이 누락되었습니다: sale.stockCount")
    _check_sale(call, sale, product)
    _keep_end(product, call.now)
    product.sale = sale
    return _change(call, product)


def products_update_options(call: Call) -> Json:
    """Replace the option block; rows not sent are gone."""
    product = _find(call)
    _check_option(call, call.body["option"], product)
    product.option = call.body["option"]
    return _change(call, product)


def products_set_status(call: Call) -> Json:
    """Stop or resume the sale."""
    product, stop = _find(call), call.body["productStatus"] == "S"
    if status_of(product, call.now) == ENDED or product.stopped == stop:
        raise Failed(422, "변경할 수 없는 상태 입니다.")
    product.stopped = stop
    return _change(call, product)


def products_get(call: Call) -> Json | None:
    """Read one product; a missing one is an error or null, as the settings say."""
    product = call.shop.products.get(call.body["productNo"])
    if product is not None:
        return show_product(product, call.now)
    if call.settings.missing_product == "error":
        raise Failed(404, NO_DATA)
    return None


def in_order(body: Json) -> tuple[str, str]:
    """Check that a list window is not reversed."""
    start, end = body["fromDate"], body["toDate"]
    if end < start:
        raise Failed(422, f"입력값이 올바르지 않습니다: toDate ({start} 이후여야 합니다)")
    return start, end


def page_of(rows: list[int], body: Json) -> list[int]:
    """Cut one page out of the numbers found."""
    page, size = body.get("page", 1), body.get("size", 100)
    return rows[(page - 1) * size : page * size]


def products_list(call: Call) -> Json:
    """List products registered or changed in a window, a page at a time."""
    start, end = in_order(call.body)
    limit = call.settings.product_window
    if limit is not None and start < earliest_start(end, limit):
        raise Failed(422, f"입력값이 올바르지 않습니다: toDate (조회 기간은 {limit} 이내여야 합니다)")
    index = call.shop.changed if call.body.get("searchDateType") == "CHANGE" else call.shop.registered
    found = list(index.between(start, end))
    rows = [_row(call.shop.products[number], call.now) for number in page_of(found, call.body)]
    return {"totalCount": len(found), "list": rows}


def _row(product: Product, now: str) -> Json:
    basic, sale = product.basic, product.sale
    names = CATEGORY_BY_CODE.get(basic["dcateCode"], (None, None, None, None))
    brand, maker = basic.get("brandNo") or 0, basic.get("makerNo") or 0
    return {
        "productNo": product.product_no,
        "productName": basic["productName"],
        "mallTypeName": MALL[basic.get("bizYn", "N")],
        "productStatusName": status_of(product, now),
        "saleStatusName": "품절" if total_stock(product) == 0 else "판매중",
        "displayYnName": DISPLAY[basic["displayYn"]],
        "salePrice": sale["salePrice"],
        "saleStartDate": sale["saleStartDate"],
        "saleEndDate": sale["saleEndDate"],
        "lcateName": names[0],
        "mcateName": names[1],
        "scateName": names[2],
        "dcateName": names[3],
        "brandNo": brand,
        "brandName": BRAND_NAMES.get(brand, ""),
        "makerNo": maker,
        "makerName": MAKER_NAMES.get(maker, ""),
        "shipPolicyNo": basic["shipPolicyNo"],
        "registerDate": product.register_date,
        "changeDate": product.change_date,
    }


def products_find_by_seller_code(call: Call) -> list[Json]:
    """Find every product under a seller code."""
    return [{"productNo": number} for number in sorted(call.shop.by_seller_code.get(call.body["code"], ()))]


ROUTES = {
    "products_save": products_save,
    "products_update_basic": products_update_basic,
    "products_update_sale": products_update_sale,
    "products_update_options": products_update_options,
    "products_set_status": products_set_status,
    "products_get": products_get,
    "products_list": products_list,
    "products_find_by_seller_code": products_find_by_seller_code,
}
