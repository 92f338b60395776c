"""The seeded shop: repeatable, quick, consistent, invented."""

import json
import re
import time
from datetime import datetime

import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.sandbox import Sandbox, SandboxError, seed_shop

NOW = datetime(2024, 5, 20, 10, tzinfo=KST)


def made(seed=1, **size):
    sandbox = Sandbox(seed=seed, clock=NOW)
    sandbox.add_account("k")
    return sandbox, seed_shop(sandbox, "k", **size)


def ask(sandbox, method, path, **sent):
    body = json.dumps(sent).encode() if method == "POST" else b""
    return sandbox.handle(method, path, sent if method == "GET" else "", {"apiKey": "k"}, body)


def whole(sandbox):
    shop = sandbox.find_shop("k")
    return repr(
        (shop.bundles, shop.products, shop.claims, shop.questions, shop.reviews, shop.notices, shop.deals)
    )


def test_the_same_seed_makes_the_same_shop():
    size = {"products": 20, "orders": 200, "days": 5}
    first, second, third = made(1, **size)[0], made(1, **size)[0], made(2, **size)[0]
    assert whole(first) == whole(second)
    assert whole(first) != whole(third)


def test_the_summary_is_what_is_there():
    sandbox, shop = made(products=30, orders=600, days=10, claim_rate=0.2)
    counts = sandbox.counts()
    assert (shop.products, shop.orders, shop.policies) == (
        counts["product"],
        counts["bundle"],
        counts["policy"],
    )
    assert (shop.claims, shop.questions, shop.reviews) == (
        counts["claim"],
        counts["question"],
        counts["review"],
    )
    assert (shop.inquiries, shop.notices, shop.deals) == (counts["inquiry"], counts["notice"], counts["deal"])
    assert shop.claims > 20
    assert {"bundle NEW", "bundle CONFIRM", "bundle DELIVERY", "bundle COMPLETE"} <= set(counts)
    assert "2024-05-10" <= shop.first_day < shop.last_day == "2024-05-20"


def test_every_answer_of_a_seeded_shop_keeps_the_contract(server, partner):
    partner.sandbox.find_shop(partner.key)
    seed_shop(partner.sandbox, partner.key, products=40, orders=250, days=8, claim_rate=0.3)
    for day in range(14, 21):
        window = {"fromDate": f"2024-05-{day} 00:00:00", "toDate": f"2024-05-{day} 23:59:59"}
        for kind in ("NEW", "CONFIRM", "DELIVERY", "COMPLETE"):
            partner.data("orders_list", **window, type=kind, searchDateType="NEW")
        for kind in ("CANCEL", "RETURN", "EXCHANGE"):
            for status in ("REQUEST", "APPROVE"):
                partner.data("claims_list", **window, claimType=kind, claimStatus=status)
        for operation in ("cs_list_questions", "cs_list_reviews", "cs_list_inquiries"):
            partner.data(operation, basicDate=f"2024-05-{day}")
        for operation in ("settlement_list_order_lines", "settlement_list_ship_lines"):
            partner.data(operation, basicDt=f"2024-05-{day}")
    year = {"fromDate": "2023-01-01 00:00:00", "toDate": "2024-05-20 23:59:59"}
    rows = partner.data("products_list", **year)["list"]
    assert {row["productStatusName"] for row in rows} == {"판매중", "판매중지", "판매종료", "판매대기"}
    for row in rows:
        partner.product(row["productNo"])


def test_seeded_orders_go_on_like_any_other():
    sandbox, _ = made(products=10, orders=200, days=3)
    shop = sandbox.find_shop("k")
    new = next(b.bundle_no for b in shop.bundles.values() if b.status == "NEW")
    assert ask(sandbox, "POST", "/order/in/setOrderConfirm", bundleNo=new).json()["data"]["returnKey"] == 1
    sandbox.advance(days=10)
    left = {b.status for b in shop.bundles.values()}
    assert left <= {"NEW", "CONFIRM", "COMPLETE"}


def test_all_people_are_invented():
    sandbox, _ = made(products=10, orders=300, days=3)
    for bundle in sandbox.find_shop("k").bundles.values():
        assert re.fullmatch(r"010-0000-\d{4}", bundle.buyer_phone)
        assert bundle.recipient.zipcode == "00000"
        assert "예시" in bundle.recipient.address


def test_a_large_shop_is_quick_and_its_lists_stay_quick():
    started = time.process_time()
    sandbox, shop = made(products=300, orders=8_000, days=30)
    assert shop.orders == 8_000
    assert time.process_time() - started < 4
    window = {"fromDate": "2024-05-10 09:00:00", "toDate": "2024-05-10 09:10:00"}
    started = time.process_time()
    for _ in range(50):
        ask(sandbox, "POST", "/order/out/getOrderList", **window, type="COMPLETE", searchDateType="NEW")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "size", [{"orders": -1}, {"products": 0, "orders": 1}, {"orders": 1, "days": 0}, {"claim_rate": -1}]
)
def test_sizes_that_make_no_sense(size):
    with pytest.raises(SandboxError):
        made(**size)


def test_an_empty_shop_and_a_second_seeding():
    sandbox, shop = made(products=0, orders=0, days=0)
    assert (shop.products, shop.orders, shop.deals) == (0, 0, 0)
    seed_shop(sandbox, "k", products=2, orders=5, days=1)
    seed_shop(sandbox, "k", products=2, orders=5, days=1)
    assert sandbox.counts()["bundle"] == 10
