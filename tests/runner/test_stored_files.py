"""Readers and feeds of a seller who has nothing but files: his orders, claims and settlement, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kit import START, Shop, cipher, config, delivered, open_shop
from test_sources import CLAIMS, ORDERS, SETTLEMENT, SHIPPING, ordered, settled, sheet

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.runner import BackOffice

NOW = datetime(2026, 1, 6, 9, 0, tzinfo=KST)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def office(ledger: SqlLedger) -> BackOffice:
    return BackOffice(ledger, config(), worker="office", clock=ManualClock(NOW))


def claimed(number: int, **changes: object) -> list[object]:
    row: dict[str, object] = {
        "클레임번호": number * 10, "구매번호": 7, "주문번호": number + 1, "옵션주문번호": number + 2, "처리상태": "반품완료",
        "반품신청일": "2024-05-10", "반품사유": "단순변심", "상품번호": 300000001, "상품명": "가방", "옵션": "빨강", "수량": 1,
        "배송번호": number, "구매자": "홍길동", **changes,
    }  # fmt: skip
    return [row[header] for header in CLAIMS]


def test_orders_claims_and_settlement_of_files_are_models_with_their_rows(
    ledger: SqlLedger, tmp_path: Path
) -> None:
    desk = office(ledger)
    later = {"주문일": "2024-06-01 10:00:00", "결제일": "2024-06-01 10:01:00"}
    desk.import_source(sheet(tmp_path / "주문.xlsx", ORDERS, [ordered(100), ordered(110, **later)]))
    desk.import_source(sheet(tmp_path / "반품.xlsx", CLAIMS, [claimed(100)]))
    desk.import_source(sheet(tmp_path / "정산.xlsx", SETTLEMENT, [settled(100), settled(110)]))
    ships = [[100, None, 101, 7, "배송", "2024-07-07", 2500, "2024-05-01", "2024-05-05"]]
    desk.import_source(sheet(tmp_path / "배송비.xlsx", SHIPPING, ships))
    stored = office(ledger).stored
    orders = stored.orders()
    found = [(row.bundle_no, row.buyer_name, [str(one) for one in orders.origins]) for row in orders]
    assert found == [
        (100, "홍길동", ["주문.xlsx!Sheet!2"]),
        (110, "홍길동", ["주문.xlsx!Sheet!3"]),
    ]
    assert [row.bundle_no for row in stored.orders(since=datetime(2024, 6, 1, tzinfo=KST))] == [110]
    assert [row.bundle_no for row in stored.orders(until=datetime(2024, 6, 1, tzinfo=KST))] == [100]
    (claim,) = stored.claims()
    assert (claim.claim_bundle_no, claim.quantities) == (1000, {102: 1})
    rows = list(stored.settlement_rows())
    assert [type(row) for row in rows] == [SettlementOrderLine, SettlementOrderLine, SettlementShipLine]
    assert list(stored.products()) == []


def test_a_feed_brings_files_once_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    with SqliteLedger(place, cipher()) as ledger:
        office(ledger).import_source(sheet(tmp_path / "a.xlsx", ORDERS, [ordered(100), ordered(110)]))
        feed = office(ledger).feed("warehouse")
        batch = feed.orders()
        assert [row.bundle_no for row in batch] == [100, 110]
        assert [[str(one) for one in origins] for origins in batch.origins] == [
            ["a.xlsx!Sheet!2"], ["a.xlsx!Sheet!3"],
        ]  # fmt: skip
        feed.acknowledge(batch)
    with SqliteLedger(place, cipher()) as ledger:
        desk = office(ledger)
        assert len(desk.feed("warehouse").orders()) == 0
        desk.import_source(tmp_path / "a.xlsx")
        assert len(desk.feed("warehouse").orders()) == 0, "the same file again says nothing new"
        desk.import_source(sheet(tmp_path / "b.xlsx", ORDERS, [ordered(110), ordered(120)]))
        batch = desk.feed("warehouse").orders()
        assert [row.bundle_no for row in batch] == [110, 120]
        assert {str(one) for one in batch.origins[0]} == {"a.xlsx!Sheet!3", "b.xlsx!Sheet!2"}
        assert len(list(desk.stored.orders())) == 3, "an order of two files is one"


def test_what_the_marketplace_showed_too_is_one_fact_and_its_word_counts(shop: Shop, tmp_path: Path) -> None:
    (number,) = delivered(shop, 1)
    shop.pass_time(days=1)
    shop.runner().settlement()
    bundle = shop.client.orders.get(number)
    assert bundle is not None
    product, line = bundle.order_product[0], bundle.lines[0]
    known = ordered(
        number,
        주문번호=product.order_no,
        옵션주문번호=line.key,
        구매번호=bundle.purchase_no,
        상품번호=product.product_no,
        수량=line.quantity,
        상품금액=line.unit_price,
        총상품금액=line.quantity * line.unit_price,
        배송비=bundle.ship_price,
    )
    desk = BackOffice(shop.ledger, config(), worker="office", clock=shop.clock)
    before = list(desk.stored.settlement_rows())
    feed = desk.feed("warehouse")
    feed.acknowledge(feed.orders())
    desk.import_source(sheet(tmp_path / "주문.xlsx", ORDERS, [known, ordered(120)]))
    orders = desk.stored.orders()
    found = {row.bundle_no: [str(one) for one in orders.origins] for row in orders}
    assert found == {number: ["API", "주문.xlsx!Sheet!2"], 120: ["주문.xlsx!Sheet!3"]}
    assert [row.bundle_no for row in feed.orders()] == [120], "nothing new is known of the other"
    assert list(desk.stored.settlement_rows()) == before


def test_an_order_of_a_file_that_the_api_shows_later_comes_again_as_it_says(
    shop: Shop, tmp_path: Path
) -> None:
    number = shop.order()
    bundle = shop.client.orders.get(number)
    assert bundle is not None
    desk = BackOffice(shop.ledger, config(), worker="office", clock=shop.clock)
    file = sheet(tmp_path / "주문.xlsx", ORDERS, [ordered(number, 구매번호=bundle.purchase_no)])
    desk.import_source(file)
    feed = desk.feed("warehouse")
    first = feed.orders()
    assert [row.bundle_no for row in first] == [number]
    feed.acknowledge(first)
    shop.pass_time(minutes=5)
    shop.runner().collect_orders()
    (again,) = feed.orders()
    assert (again.bundle_no, again.buyer_name) == (number, bundle.buyer_name)
    assert [row.bundle_no for row in desk.stored.orders()] == [number]
    assert START < shop.clock.now() < START + timedelta(days=1)
