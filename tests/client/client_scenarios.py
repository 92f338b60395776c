"""One scenario per operation of the contract: what a developer calls, and what must come of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from client_kit import DAY_END, DAY_START, NOW, Driver, product, saved, ship_policy

from wemakeprice_sdk.models import (
    BroadcastProductInput,
    BroadcastScheduleInput,
    BroadcastType,
    ClaimStatus,
    ClaimType,
    OrderDateType,
    ProductStatus,
    ShipMethod,
    ShippingOwner,
    ShipStatus,
)
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.wire.outcomes import Applied

Scenario = Callable[[Driver, Any, Sandbox], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(operation: str) -> Callable[[Scenario], Scenario]:
    def note(function: Scenario) -> Scenario:
        assert operation not in SCENARIOS
        SCENARIOS[operation] = function
        return function

    return note


def applied(outcome: Any, sandbox: Sandbox, operation: str, **targets: int) -> None:
    """The outcome says so, and it happened exactly once."""
    assert isinstance(outcome, Applied)
    assert outcome.operation == operation
    assert len(sandbox.journal.writes(operation, **targets)) == 1


@scenario("base_list_categories")
def categories(go: Driver, client: Any, sandbox: Sandbox) -> None:
    rows = go(client.reference.list_categories())
    assert rows
    assert all(row.dcate_code > 0 and row.dcate_name for row in rows)


@scenario("base_search_brands")
def brands(go: Driver, client: Any, sandbox: Sandbox) -> None:
    rows = go(client.reference.search_brands("예시브랜드"))
    assert any(row.brand_name == "예시브랜드" and row.brand_no > 0 for row in rows)
    assert go(client.reference.search_brands("없는 이름&x=1")) == ()


@scenario("base_search_makers")
def makers(go: Driver, client: Any, sandbox: Sandbox) -> None:
    rows = go(client.reference.search_makers("예시"))
    assert rows
    assert all("예시" in row.maker_name for row in rows)


@scenario("base_list_notice_groups")
def notice_groups(go: Driver, client: Any, sandbox: Sandbox) -> None:
    rows = go(client.reference.list_notice_groups())
    assert rows[0].notice_list[0].notice_no > 0
    assert any(item.default_value for row in rows for item in row.notice_list)


@scenario("base_list_labels")
def labels(go: Driver, client: Any, sandbox: Sandbox) -> None:
    assert all(row.label_no > 0 for row in go(client.reference.list_labels()))


@scenario("base_list_couriers")
def couriers(go: Driver, client: Any, sandbox: Sandbox) -> None:
    rows = go(client.reference.list_couriers())
    names = {row.parcel_company_code: row.parcel_company_name for row in rows}
    assert names["D002"] == "CJ대한통운"
    assert len(names) == 45


@scenario("shipping_get_seller_ship")
def seller_ship(go: Driver, client: Any, sandbox: Sandbox) -> None:
    first, second = sandbox.make_policy(), go(client.shipping_templates.save(ship_policy())).key
    found = go(client.shipping_templates.get_seller_ship())
    assert [row.shipping_template_no for row in found] == [first, second]
    assert found[1].shipping_template_name == ship_policy().shipping_template_name
    assert {row.ship_mngs for row in found} == {ShippingOwner.SELLER}


@scenario("shipping_list_policies")
def policies(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.make_policy()
    assert [row.shipping_template_no for row in go(client.shipping_templates.list())] == [number]


@scenario("shipping_save_policy")
def save_policy(go: Driver, client: Any, sandbox: Sandbox) -> None:
    outcome = go(client.shipping_templates.save(ship_policy()))
    applied(outcome, sandbox, "shipping_save_policy", shipPolicyNo=outcome.key)
    (row,) = go(client.shipping_templates.list())
    assert (row.shipping_template_no, row.ship_fee, row.free_condition) == (outcome.key, 3000, 50000)


@scenario("products_save")
def save_product(go: Driver, client: Any, sandbox: Sandbox) -> None:
    outcome = go(client.products.save(product(sandbox.make_policy())))
    applied(outcome, sandbox, "products_save", productNo=outcome.key)
    stored = go(client.products.get(outcome.key))
    assert stored.basic.product_name == "예시 면 티셔츠"
    assert stored.sale.sale_price == 12900


@scenario("products_update_basic")
def update_basic(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number, policy = saved(sandbox)
    basic = product(policy, name="새 이름").basic
    applied(
        go(client.products.update_basic(number, basic)), sandbox, "products_update_basic", productNo=number
    )
    assert go(client.products.get(number)).basic.product_name == "새 이름"


@scenario("products_update_sale")
def update_sale(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number, policy = saved(sandbox)
    sale = product(policy, price=9900).sale
    applied(go(client.products.update_sale(number, sale)), sandbox, "products_update_sale", productNo=number)
    assert go(client.products.get(number)).sale.sale_price == 9900


@scenario("products_update_options")
def update_options(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number, policy = saved(sandbox)
    option = product(policy, stock=7).option
    outcome = go(client.products.update_options(number, option))
    applied(outcome, sandbox, "products_update_options", productNo=number)
    stored = go(client.products.get(number)).option
    assert [row.stock_count for row in stored.select_option_value_list] == [7, 7]


@scenario("products_set_status")
def set_status(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.make_product()
    outcome = go(client.products.set_status(number, ProductStatus.STOP))
    applied(outcome, sandbox, "products_set_status", productNo=number)
    assert go(client.products.get(number)).basic.product_status_name == ProductStatus.STOP


@scenario("products_get")
def get_product(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.make_product()
    assert go(client.products.get(number)).product_no == number


@scenario("products_list")
def list_products(go: Driver, client: Any, sandbox: Sandbox) -> None:
    numbers = [saved(sandbox)[0] for _ in range(3)]
    page = go(client.products.list(DAY_START, DAY_END, page=2, size=2))
    assert page.total_count == 3
    assert [row.product_no for row in page.rows] == numbers[2:]


@scenario("products_find_by_seller_code")
def find_by_code(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number, _ = saved(sandbox)
    assert go(client.products.find_by_seller_code("SKU-0001")) == (number,)
    assert go(client.products.find_by_seller_code("SKU-9999")) == ()


@scenario("deals_list")
def list_deals(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.make_deal(products=[sandbox.make_product()])
    page = go(client.deals.list(DAY_START, DAY_END))
    assert [row.deal_no for row in page.rows] == [number]


@scenario("deals_get")
def get_deal(go: Driver, client: Any, sandbox: Sandbox) -> None:
    product = sandbox.make_product()
    number = sandbox.make_deal(products=[product])
    deal = go(client.deals.get(number))
    assert [row.product_no for row in deal.product_list] == [product]


@scenario("orders_list")
def list_orders(go: Driver, client: Any, sandbox: Sandbox) -> None:
    placed = [sandbox.place_order() for _ in range(2)]
    rows = go(client.orders.list(DAY_START, DAY_END, ShipStatus.NEW))
    assert {row.bundle_no for row in rows} == {order.bundle_no for order in placed}
    assert go(client.orders.list(DAY_START, DAY_END, ShipStatus.CONFIRM, OrderDateType.CONFIRM)) == ()


@scenario("orders_get")
def get_order(go: Driver, client: Any, sandbox: Sandbox) -> None:
    order = sandbox.place_order()
    bundle = go(client.orders.get(order.bundle_no))
    assert (bundle.bundle_no, bundle.purchase_no) == (order.bundle_no, order.purchase_no)
    assert go(client.orders.get(999_999)) is None


@scenario("orders_confirm")
def confirm(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.place_order().bundle_no
    applied(go(client.orders.confirm(number)), sandbox, "orders_confirm", bundleNo=number)
    assert go(client.orders.get(number)).delivery.ship_status == ShipStatus.CONFIRM


@scenario("orders_ship")
def ship(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = ordered(sandbox, "CONFIRM")
    outcome = go(client.orders.ship(number, parcel_company_code="CJ대한통운", invoice_no="6000-0000-0001"))
    applied(outcome, sandbox, "orders_ship", bundleNo=number)
    delivery = go(client.orders.get(number)).delivery
    assert (delivery.parcel_company, delivery.invoice_no) == ("CJ대한통운", "600000000001")


@scenario("orders_change_invoice")
def change_invoice(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = ordered(sandbox, "DELIVERY")
    outcome = go(client.orders.change_invoice(number, parcel_company_code="D003", invoice_no="700000000001"))
    applied(outcome, sandbox, "orders_change_invoice", bundleNo=number)
    assert go(client.orders.get(number)).delivery.invoice_no == "700000000001"


@scenario("orders_complete_direct")
def complete_direct(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = ordered(sandbox, "DELIVERY", ship_method="DIRECT")
    applied(go(client.orders.complete_direct(number)), sandbox, "orders_complete_direct", bundleNo=number)
    assert go(client.orders.get(number)).is_delivered


@scenario("orders_cancel_option")
def cancel_option(go: Driver, client: Any, sandbox: Sandbox) -> None:
    order = sandbox.place_order()
    (line,) = order.order_option_nos
    outcome = go(client.orders.cancel_option(line, bundle_no=order.bundle_no))
    applied(outcome, sandbox, "orders_cancel_option", orderOptionNo=line)
    assert go(client.orders.get(order.bundle_no)) is None


def ordered(sandbox: Sandbox, status: str, **options: Any) -> int:
    number = sandbox.place_order(**options).bundle_no
    sandbox.prepare_bundle(bundle_no=number, status=status)
    return number


def cancel(sandbox: Sandbox) -> int:
    return sandbox.request_cancel(bundle_no=sandbox.place_order().bundle_no)


def returned(sandbox: Sandbox, pickup: str = "") -> int:
    number = sandbox.request_return(bundle_no=ordered(sandbox, "DELIVERY"))
    if pickup:
        sandbox.move_pickup(claim_no=number, status=pickup)
    return number


def exchanged(sandbox: Sandbox) -> int:
    number = sandbox.request_exchange(bundle_no=ordered(sandbox, "DELIVERY"))
    sandbox.move_pickup(claim_no=number, status="수거완료")
    return number


@scenario("claims_list")
def list_claims(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = cancel(sandbox)
    rows = go(client.claims.list(DAY_START, DAY_END, ClaimType.CANCEL, ClaimStatus.REQUEST))
    assert [row.claim_bundle_no for row in rows] == [number]
    assert go(client.claims.list(DAY_START, DAY_END, ClaimType.RETURN, ClaimStatus.REQUEST)) == ()


@scenario("claims_get")
def get_claim(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = returned(sandbox)
    claim = go(client.claims.get(number))
    assert (claim.claim_type, claim.claim_status) == (ClaimType.RETURN, ClaimStatus.REQUEST)
    assert go(client.claims.get(999_999)) is None


@scenario("claims_approve")
def approve(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = cancel(sandbox)
    outcome = go(client.claims.approve(number, ClaimType.CANCEL))
    applied(outcome, sandbox, "claims_approve", claimBundleNo=number)
    assert go(client.claims.get(number)).claim_status == ClaimStatus.APPROVE


@scenario("claims_reject")
def reject(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = cancel(sandbox)
    outcome = go(client.claims.reject(number, parcel_company_code="D002", invoice_no="600000000001"))
    applied(outcome, sandbox, "claims_reject", claimBundleNo=number)
    claim = go(client.claims.get(number))
    assert claim.claim_status == ClaimStatus.REJECT
    assert go(client.orders.get(claim.bundle_no)).delivery.ship_status == ShipStatus.DELIVERY


@scenario("claims_hold")
def hold(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = returned(sandbox, "수거완료")
    outcome = go(client.claims.hold(number, pending_reason_detail="상품 확인 중"))
    applied(outcome, sandbox, "claims_hold", claimBundleNo=number)
    assert go(client.claims.get(number)).claim_status == ClaimStatus.PENDING


@scenario("claims_register_pickup")
def register_pickup(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = returned(sandbox)
    outcome = go(
        client.claims.register_pickup(
            number, ClaimType.RETURN, parcel_company_code="D002", invoice_no="600000000002"
        )
    )
    applied(outcome, sandbox, "claims_register_pickup", claimBundleNo=number)
    assert go(client.claims.get(number)).pickup.invoice_no == "600000000002"


@scenario("claims_complete_pickup")
def complete_pickup(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = returned(sandbox)
    outcome = go(client.claims.complete_pickup(number, ClaimType.RETURN))
    applied(outcome, sandbox, "claims_complete_pickup", claimBundleNo=number)
    assert go(client.claims.get(number)).pickup.ship_status.korean == "수거완료"


@scenario("claims_ship_exchange")
def ship_exchange(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = exchanged(sandbox)
    outcome = go(client.claims.ship_exchange(number, parcel_company_code="D002", invoice_no="600000000003"))
    applied(outcome, sandbox, "claims_ship_exchange", claimBundleNo=number)
    assert go(client.claims.get(number)).delivery.invoice_no == "600000000003"


@scenario("claims_complete_exchange")
def complete_exchange(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = exchanged(sandbox)
    go(
        client.claims.ship_exchange(
            number, ship_method=ShipMethod.DIRECT, schedule_ship_date=date(2024, 5, 23)
        )
    )
    outcome = go(client.claims.complete_exchange(number))
    applied(outcome, sandbox, "claims_complete_exchange", claimBundleNo=number)
    assert go(client.claims.get(number)).wire_text("claim_status") == "교환완료"


@scenario("cs_list_questions")
def list_questions(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.ask_question(text="언제 오나요?")
    (row,) = go(client.cs.list_questions(NOW.date()))
    assert (row.qna_seq, row.question) == (number, "언제 오나요?")
    assert go(client.cs.list_questions(NOW.date() - timedelta(days=1))) == ()


@scenario("cs_answer_question")
def answer_question(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.ask_question()
    outcome = go(client.cs.answer_question(number, "안녕하세요. 다음 주에 들어올 예정입니다."))
    assert isinstance(outcome, Applied)
    assert len(sandbox.journal.writes("cs_answer_question")) == 1


@scenario("cs_list_reviews")
def list_reviews(go: Driver, client: Any, sandbox: Sandbox) -> None:
    order = sandbox.place_order()
    sandbox.write_review(order_option_no=order.order_option_nos[0])
    (row,) = go(client.cs.list_reviews(NOW.date()))
    assert 1 <= row.rating <= 5
    assert row.order_option_no == order.order_option_nos[0]


@scenario("cs_list_inquiries")
def list_inquiries(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.ask_inquiry()
    assert [row.inquiry_seq for row in go(client.cs.list_inquiries(NOW))] == [number]


@scenario("cs_answer_inquiry")
def answer_inquiry(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = sandbox.ask_inquiry()
    outcome = go(client.cs.answer_inquiry(number, "안녕하세요. 내일 발송할 예정입니다."))
    assert isinstance(outcome, Applied)
    assert len(sandbox.journal.writes("cs_answer_inquiry")) == 1


def settled(sandbox: Sandbox) -> int:
    number = ordered(sandbox, "COMPLETE")
    sandbox.set_clock(NOW + timedelta(days=1))
    return number


@scenario("settlement_list_order_lines")
def order_lines(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = settled(sandbox)
    rows = go(client.settlement.list_order_lines(NOW.date()))
    assert [row.bundle_no for row in rows] == [number]
    assert sum(row.payable for row in rows) == sandbox.settlement_totals(None, NOW.date()).order_payable


@scenario("settlement_list_ship_lines")
def ship_lines(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = settled(sandbox)
    rows = go(client.settlement.list_ship_lines(NOW.date()))
    assert [row.bundle_no for row in rows] == [number]
    assert sum(row.payable for row in rows) == sandbox.settlement_totals(None, NOW.date()).ship_payable


@scenario("notices_list")
def list_notices(go: Driver, client: Any, sandbox: Sandbox) -> None:
    sandbox.post_notice(title="점검 안내")
    assert [row.title for row in go(client.notices.list())] == ["점검 안내"]
    assert go(client.notices.list(NOW.date() - timedelta(days=1))) == ()


@scenario("broadcast_set_schedule")
def set_schedule(go: Driver, client: Any, sandbox: Sandbox) -> None:
    product = BroadcastProductInput(product_no=sandbox.make_product(), main_prod_yn=True, priority=0)
    programme = BroadcastScheduleInput(
        program_id="EX0001",
        program_name="예시 방송",
        use_yn=True,
        broadcast_channel="0",
        broadcast_type=BroadcastType.VOD,
        vod_url="https://vod.example.com/x.mp4",
        broadcast_date=date(2024, 6, 1),
        display_start_date=NOW,
        display_end_date=NOW + timedelta(hours=1),
        products=(product,),
    )
    outcome = go(client.broadcast.set_schedule([programme]))
    assert isinstance(outcome, Applied)
    assert len(sandbox.journal.writes("broadcast_set_schedule")) == 1
