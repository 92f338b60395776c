"""One call per operation for the cassettes: what the sandbox has to hold, and the call itself.

`prepare` gives the numbers the call needs; they are kept in the cassette, so that it replays alone.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from attrs import frozen
from client_kit import DAY_END, DAY_START, NOW, product, saved, ship_policy
from client_scenarios import cancel, exchanged, ordered, returned, settled

from wemakeprice_sdk.models import (
    BroadcastProductInput,
    BroadcastScheduleInput,
    BroadcastType,
    ClaimStatus,
    ClaimType,
    OrderDateType,
    ProductStatus,
    ShipMethod,
    ShipStatus,
)
from wemakeprice_sdk.sandbox import Sandbox

Given = dict[str, int]
D002 = {"parcel_company_code": "D002", "invoice_no": "600000000009"}


@frozen
class Case:
    """How one operation is called."""

    prepare: Callable[[Sandbox], Given]
    call: Callable[[Any, Given], Any]


def nothing(sandbox: Sandbox) -> Given:
    return {}


def bundle(status: str = "", **options: Any) -> Callable[[Sandbox], Given]:
    def prepare(sandbox: Sandbox) -> Given:
        number = ordered(sandbox, status, **options) if status else sandbox.place_order(**options).bundle_no
        return {"bundle_no": number}

    return prepare


def claim(make: Callable[[Sandbox], int]) -> Callable[[Sandbox], Given]:
    return lambda sandbox: {"claim_bundle_no": make(sandbox)}


def stored(sandbox: Sandbox) -> Given:
    number, policy = saved(sandbox)
    return {"product_no": number, "shipping_template_no": policy}


def line(sandbox: Sandbox) -> Given:
    order = sandbox.place_order()
    return {"bundle_no": order.bundle_no, "order_option_no": order.order_option_nos[0]}


def reviewed(sandbox: Sandbox) -> Given:
    given = line(sandbox)
    sandbox.write_review(order_option_no=given["order_option_no"])
    return given


def noticed(sandbox: Sandbox) -> Given:
    sandbox.post_notice(title="점검 안내")
    return {}


def shipped_exchange(sandbox: Sandbox) -> int:
    from wemakeprice_sdk.client import WemakepriceClient

    number = exchanged(sandbox)
    import httpx
    from client_kit import KEY

    with httpx.Client(transport=sandbox.transport()) as inner:
        WemakepriceClient(KEY, base_url="http://sandbox.invalid", http_client=inner).claims.ship_exchange(
            number, ship_method=ShipMethod.DIRECT, schedule_ship_date=date(2024, 5, 23)
        )
    return number


def programme(given: Given) -> BroadcastScheduleInput:
    item = BroadcastProductInput(product_no=given["product_no"], main_prod_yn=True, priority=0)
    return BroadcastScheduleInput(
        program_id="EX0001",
        program_name="예시 방송",
        use_yn=True,
        broadcast_channel="0",
        broadcast_type=BroadcastType.VOD,
        vod_url="https://vod.example.com/x.mp4",
        broadcast_date=date(2024, 6, 1),
        display_start_date=NOW,
        display_end_date=NOW + timedelta(hours=1),
        products=(item,),
    )


ANSWER = "안녕하세요. 다음 주에 다시 들어올 예정입니다."
DAY = NOW.date()

CASES: dict[str, Case] = {
    "base_list_categories": Case(nothing, lambda c, g: c.reference.list_categories()),
    "base_search_brands": Case(nothing, lambda c, g: c.reference.search_brands("예시브랜드")),
    "base_search_makers": Case(nothing, lambda c, g: c.reference.search_makers("예시")),
    "base_list_notice_groups": Case(nothing, lambda c, g: c.reference.list_notice_groups()),
    "base_list_labels": Case(nothing, lambda c, g: c.reference.list_labels()),
    "base_list_couriers": Case(nothing, lambda c, g: c.reference.list_couriers()),
    "shipping_get_seller_ship": Case(stored, lambda c, g: c.shipping_templates.get_seller_ship()),
    "shipping_list_policies": Case(stored, lambda c, g: c.shipping_templates.list()),
    "shipping_save_policy": Case(nothing, lambda c, g: c.shipping_templates.save(ship_policy())),
    "products_save": Case(
        stored, lambda c, g: c.products.save(product(g["shipping_template_no"], code=None))
    ),
    "products_update_basic": Case(
        stored,
        lambda c, g: c.products.update_basic(
            g["product_no"], product(g["shipping_template_no"], name="새 이름").basic
        ),
    ),
    "products_update_sale": Case(
        stored,
        lambda c, g: c.products.update_sale(
            g["product_no"], product(g["shipping_template_no"], price=9900).sale
        ),
    ),
    "products_update_options": Case(
        stored,
        lambda c, g: c.products.update_options(
            g["product_no"], product(g["shipping_template_no"], stock=7).option
        ),
    ),
    "products_set_status": Case(
        stored, lambda c, g: c.products.set_status(g["product_no"], ProductStatus.STOP)
    ),
    "products_get": Case(stored, lambda c, g: c.products.get(g["product_no"])),
    "products_list": Case(stored, lambda c, g: c.products.list(DAY_START, DAY_END)),
    "products_find_by_seller_code": Case(stored, lambda c, g: c.products.find_by_seller_code("SKU-0001")),
    "deals_list": Case(
        lambda sandbox: {"deal_no": sandbox.make_deal(products=[saved(sandbox)[0]])},
        lambda c, g: c.deals.list(DAY_START, DAY_END),
    ),
    "deals_get": Case(
        lambda sandbox: {"deal_no": sandbox.make_deal(products=[saved(sandbox)[0]])},
        lambda c, g: c.deals.get(g["deal_no"]),
    ),
    "orders_list": Case(
        bundle(), lambda c, g: c.orders.list(DAY_START, DAY_END, ShipStatus.NEW, OrderDateType.NEW)
    ),
    "orders_get": Case(bundle("DELIVERY"), lambda c, g: c.orders.get(g["bundle_no"])),
    "orders_confirm": Case(bundle(), lambda c, g: c.orders.confirm(g["bundle_no"])),
    "orders_ship": Case(bundle("CONFIRM"), lambda c, g: c.orders.ship(g["bundle_no"], **D002)),
    "orders_change_invoice": Case(
        bundle("DELIVERY"), lambda c, g: c.orders.change_invoice(g["bundle_no"], **D002)
    ),
    "orders_complete_direct": Case(
        bundle("DELIVERY", ship_method="DIRECT"), lambda c, g: c.orders.complete_direct(g["bundle_no"])
    ),
    "orders_cancel_option": Case(line, lambda c, g: c.orders.cancel_option(g["order_option_no"])),
    "claims_list": Case(
        claim(cancel),
        lambda c, g: c.claims.list(DAY_START, DAY_END, ClaimType.CANCEL, ClaimStatus.REQUEST),
    ),
    "claims_get": Case(claim(returned), lambda c, g: c.claims.get(g["claim_bundle_no"])),
    "claims_approve": Case(
        claim(cancel), lambda c, g: c.claims.approve(g["claim_bundle_no"], ClaimType.CANCEL)
    ),
    "claims_reject": Case(claim(cancel), lambda c, g: c.claims.reject(g["claim_bundle_no"], **D002)),
    "claims_hold": Case(
        claim(lambda sandbox: returned(sandbox, "수거완료")),
        lambda c, g: c.claims.hold(g["claim_bundle_no"], pending_reason_detail="상품 확인 중"),
    ),
    "claims_register_pickup": Case(
        claim(returned),
        lambda c, g: c.claims.register_pickup(g["claim_bundle_no"], ClaimType.RETURN, **D002),
    ),
    "claims_complete_pickup": Case(
        claim(returned), lambda c, g: c.claims.complete_pickup(g["claim_bundle_no"], ClaimType.RETURN)
    ),
    "claims_ship_exchange": Case(
        claim(exchanged), lambda c, g: c.claims.ship_exchange(g["claim_bundle_no"], **D002)
    ),
    "claims_complete_exchange": Case(
        claim(shipped_exchange), lambda c, g: c.claims.complete_exchange(g["claim_bundle_no"])
    ),
    "cs_list_questions": Case(
        lambda sandbox: {"qna_seq": sandbox.ask_question()}, lambda c, g: c.cs.list_questions(DAY)
    ),
    "cs_answer_question": Case(
        lambda sandbox: {"qna_seq": sandbox.ask_question()},
        lambda c, g: c.cs.answer_question(g["qna_seq"], ANSWER),
    ),
    "cs_list_reviews": Case(reviewed, lambda c, g: c.cs.list_reviews(DAY)),
    "cs_list_inquiries": Case(
        lambda sandbox: {"inquiry_seq": sandbox.ask_inquiry()}, lambda c, g: c.cs.list_inquiries(DAY)
    ),
    "cs_answer_inquiry": Case(
        lambda sandbox: {"inquiry_seq": sandbox.ask_inquiry()},
        lambda c, g: c.cs.answer_inquiry(g["inquiry_seq"], ANSWER),
    ),
    "settlement_list_order_lines": Case(
        lambda sandbox: {"bundle_no": settled(sandbox)}, lambda c, g: c.settlement.list_order_lines(DAY)
    ),
    "settlement_list_ship_lines": Case(
        lambda sandbox: {"bundle_no": settled(sandbox)}, lambda c, g: c.settlement.list_ship_lines(DAY)
    ),
    "notices_list": Case(noticed, lambda c, g: c.notices.list(DAY)),
    "broadcast_set_schedule": Case(stored, lambda c, g: c.broadcast.set_schedule([programme(g)])),
}
