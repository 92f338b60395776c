"""Money, quantities, deadlines and shipment facts of orders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError
from wemakeprice_sdk.models import (
    Bundle,
    Delivery,
    OrderDateType,
    OrderListRequest,
    OrderOption,
    OrderProduct,
    Prepayment,
    ShipMethod,
    ShipRequest,
    ShipStatus,
    split_option_name,
)

WON = st.integers(0, 10_000_000)
COUNT = st.integers(-1, 50)
OPTIONS = st.lists(
    st.builds(
        OrderOption,
        order_option_no=st.integers(1, 2**40),
        option_qty=st.one_of(st.none(), COUNT),
        option_add_price=st.one_of(st.none(), st.integers(-1000, 100_000)),
    ),
    max_size=5,
).map(tuple)
PRODUCTS = st.builds(
    OrderProduct,
    order_no=st.integers(1, 2**40),
    product_price=WON,
    product_qty=st.integers(1, 50),
    wmp_charge_discount_price=st.one_of(st.none(), WON),
    seller_charge_discount_price=st.one_of(st.none(), WON),
    card_charge_discount_price=st.one_of(st.none(), WON),
    order_option=OPTIONS,
)


def product(**changes: Any) -> OrderProduct:
    options = (
        OrderOption(order_option_no=11, option_qty=2, option_add_price=500),
        OrderOption(order_option_no=12, option_qty=1),
    )
    base: dict[str, Any] = {
        "order_no": 1,
        "product_price": 10_000,
        "product_qty": 3,
        "wmp_charge_discount_price": 700,
        "seller_charge_discount_price": 300,
        "card_charge_discount_price": 5_000,
        "order_option": options,
    }
    return OrderProduct(**{**base, **changes})


def test_discount_is_booked_once_on_the_first_option() -> None:
    first, second = product().lines
    assert (first.amount, first.discount, first.revenue) == (21_000, 1_000, 20_000)
    assert (second.amount, second.discount, second.revenue) == (10_000, 0, 10_000)
    assert (product().amount, product().revenue, product().quantity) == (31_000, 30_000, 3)
    assert (first.key, second.key) == (11, 12)


def test_card_discount_is_not_deducted() -> None:
    assert (
        product(card_charge_discount_price=9_999).revenue == product(card_charge_discount_price=None).revenue
    )


@settings(deadline=None)
@given(line=PRODUCTS)
def test_options_sum_up_to_the_product(line: OrderProduct) -> None:
    if line.order_option:
        assert sum(option.revenue for option in line.lines) == line.revenue
        assert sum(option.amount for option in line.lines) == line.amount
        assert sum(option.discount for option in line.lines) == line.discount
    assert line.amount - line.discount == line.revenue
    paid = (line.wmp_charge_discount_price or 0) + (line.seller_charge_discount_price or 0)
    assert line.discount == paid
    for option in line.lines:
        stated = option.option.option_qty
        expected = stated if stated is not None and stated >= 1 else line.product_qty
        assert option.quantity == expected
        assert option.amount == (line.product_price + (option.option.option_add_price or 0)) * expected


@settings(deadline=None)
@given(products=st.lists(PRODUCTS, max_size=4).map(tuple))
def test_products_sum_up_to_the_bundle(products: tuple[OrderProduct, ...]) -> None:
    bundle = Bundle(bundle_no=1, purchase_no=2, order_product=products, ship_price=2_500)
    assert bundle.amount == sum(item.amount for item in products)
    assert bundle.revenue == sum(item.revenue for item in products)
    assert bundle.quantity == sum(item.quantity for item in products)
    assert len(bundle.lines) == sum(len(item.order_option) for item in products)


@pytest.mark.parametrize(("stated", "expected"), [(2, 2), (1, 1), (0, 3), (-1, 3), (None, 3)])
def test_quantity_below_one_falls_back_to_the_product(stated: int | None, expected: int) -> None:
    line = product(order_option=(OrderOption(order_option_no=1, option_qty=stated),)).lines[0]
    assert line.quantity == expected


def test_a_product_without_options_counts_by_itself() -> None:
    bare = product(order_option=())
    assert (bare.lines, bare.quantity, bare.amount, bare.revenue) == ((), 3, 30_000, 29_000)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"product_price": None}, "productPrice"),
        ({"product_qty": None, "order_option": (OrderOption(order_option_no=1),)}, "productQty"),
    ],
)
def test_missing_figures_are_named_and_never_counted_as_zero(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Bundle(bundle_no=1, purchase_no=2, order_product=(product(**changes),)).amount  # noqa: B018
    assert [violation.path for violation in caught.value.violations] == [path]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="|"), max_size=20)


@settings(deadline=None)
@given(label=TEXT, typed=st.text(max_size=20))
def test_option_name_splits_at_the_first_bar(label: str, typed: str) -> None:
    assert split_option_name(f"{label}|{typed}") == (label.strip(), typed.strip())
    assert split_option_name(label) == (label.strip(), None)


def test_option_name_parts() -> None:
    option = OrderOption(order_option_no=1, option_name="빨강 / L | 생일 축하해 | 둘째 줄")
    assert option.option_label == "빨강 / L"
    assert option.typed_text == "생일 축하해 | 둘째 줄"
    assert split_option_name(None) == (None, None)
    assert split_option_name("|문구") == ("", "문구")


NOON = datetime(2024, 5, 20, 12, tzinfo=KST)


def bundle(**changes: Any) -> Bundle:
    delivery = Delivery(ship_status=changes.pop("status", ShipStatus.CONFIRM))
    return Bundle(
        **{"bundle_no": 7, "purchase_no": 3, "origin_ship_date": NOON, "delivery": delivery, **changes}
    )


def test_natural_key() -> None:
    assert bundle().key == (3, 7)


def test_dispatch_deadline() -> None:
    assert bundle().dispatch_deadline == NOON
    assert not bundle().is_late(NOON)
    assert bundle().is_late(NOON + timedelta(seconds=1))
    assert bundle().time_left(NOON - timedelta(hours=2)) == timedelta(hours=2)
    assert bundle().time_left(NOON + timedelta(hours=2)) == timedelta(hours=-2)


def test_deadline_is_compared_across_zones() -> None:
    assert not bundle().is_late(datetime(2024, 5, 20, 3, tzinfo=UTC))
    assert bundle().is_late(datetime(2024, 5, 20, 3, 0, 1, tzinfo=UTC))


def test_naive_now_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError):
        bundle().is_late(datetime(2024, 5, 20, 12))
    with pytest.raises(NaiveDatetimeError):
        bundle(origin_ship_date=None).time_left(datetime(2024, 5, 20, 12))


def test_a_shipped_bundle_is_judged_by_when_it_left() -> None:
    after, before = NOON + timedelta(hours=1), NOON - timedelta(hours=1)
    assert bundle(order_shipping_date=after).is_late(before)
    assert not bundle(order_shipping_date=before).is_late(after)
    assert not bundle(status=ShipStatus.DELIVERY).is_late(after)
    assert bundle(status=ShipStatus.DELIVERY).time_left(after) is None


def test_without_a_deadline_nothing_is_late() -> None:
    assert not bundle(origin_ship_date=None).is_late(NOON + timedelta(days=99))
    assert bundle(origin_ship_date=None).time_left(NOON) is None


def test_delivered_means_ship_complete_date_is_filled() -> None:
    assert not bundle(status=ShipStatus.COMPLETE).is_delivered
    assert bundle(ship_complete_date=NOON).is_delivered


def test_a_bundle_without_delivery_reads() -> None:
    empty = Bundle(bundle_no=1, purchase_no=2)
    assert empty.ship_status is None
    assert not empty.is_shipped
    assert (empty.amount, empty.revenue, empty.lines) == (0, 0, ())
    assert "<table" in empty._repr_html_()


def test_ship_price_on_delivery_is_not_prepaid() -> None:
    assert bundle(ship_price=2_500, prepayment=Prepayment.PREPAID).prepaid_ship_price == 2_500
    assert bundle(ship_price=2_500, prepayment=Prepayment.ON_DELIVERY).prepaid_ship_price == 0
    assert bundle().prepaid_ship_price == 0


def test_overseas_survives_reading_as_a_parcel() -> None:
    overseas = Delivery(ship_method=ShipMethod.PARCEL, raw={"shipMethod": "해외구매대행-택배배송"})
    plain = Delivery(ship_method=ShipMethod.PARCEL, raw={"shipMethod": "일반-택배배송"})
    assert overseas.is_overseas
    assert not plain.is_overseas
    assert Delivery(ship_method=ShipMethod.OVERSEAS).is_overseas
    assert not Delivery().is_overseas


@pytest.mark.parametrize(
    ("courier", "invoice", "same"),
    [
        ("D002", "1234-5678", True),
        ("CJ 대한통운", 12345678, True),
        ("D003", "12345678", False),
        ("D002", "12345679", False),
        ("번개", "12345678", False),
    ],
)
def test_same_shipment_decides_already_shipped(courier: str, invoice: str | int, same: bool) -> None:
    delivery = Delivery(parcel_company="CJ대한통운", invoice_no="12345678")
    assert delivery.carries(courier, invoice) is same
    assert delivery.parcel_company_code == "D002"


def test_unknown_couriers_are_compared_by_text() -> None:
    delivery = Delivery(parcel_company="번개배송", invoice_no="1")
    assert delivery.parcel_company_code is None
    assert delivery.carries("번개배송", "1")
    assert not delivery.carries("D002", "1")
    assert not Delivery().carries("D002", "1")
    assert not Delivery().carries("", "1")


def test_ship_requests_are_built_tolerantly_and_are_valid() -> None:
    parcel = ShipRequest.parcel(1, "cj대한통운", "1234-5678 9012")
    assert (parcel.parcel_company_code, parcel.invoice_no) == ("D002", "123456789012")
    direct = ShipRequest.direct(1, date(2024, 5, 21))
    other = ShipRequest.other(1, "번개배송 12345")
    assert parcel.violations() == direct.violations() == other.violations() == ()


@pytest.mark.parametrize(("courier", "invoice"), [("번개", "1"), ("D002", "1234567890123456"), ("D033", "1")])
def test_a_wrong_courier_or_invoice_never_becomes_a_request(courier: str, invoice: str) -> None:
    with pytest.raises(ValidationError):
        ShipRequest.parcel(1, courier, invoice)


def test_methods_without_a_code_cannot_be_sent() -> None:
    for method in (ShipMethod.OVERSEAS, ShipMethod.from_wire("드론배송")):
        found = ShipRequest(bundle_no=1, ship_method=method).violations()
        assert [(violation.path, violation.rule) for violation in found] == [
            ("shipMethod", "enum PARCEL|DIRECT|POST|ETC")
        ]


def request(start: datetime, end: datetime) -> OrderListRequest:
    return OrderListRequest(
        from_date=start, to_date=end, type=ShipStatus.NEW, search_date_type=OrderDateType.NEW
    )


@pytest.mark.parametrize(
    ("length", "rules"),
    [
        (timedelta(0), []),
        (timedelta(hours=23, minutes=59, seconds=59), []),
        (timedelta(hours=24), ["window < 24 hours"]),
        (timedelta(days=30), ["window < 24 hours"]),
        (timedelta(seconds=-1), ["not before fromDate"]),
    ],
)
def test_order_windows_stay_below_a_day(length: timedelta, rules: list[str]) -> None:
    assert [violation.rule for violation in request(NOON, NOON + length).violations()] == rules


def test_naive_window_ends_are_a_type_violation() -> None:
    found = request(datetime(2024, 5, 20), NOON).violations()
    assert [(violation.path, violation.rule) for violation in found] == [("fromDate", "type datetime")]


def test_all_violations_come_at_once_and_as_one_error() -> None:
    wrong = ShipRequest(
        bundle_no=0, ship_method=ShipMethod.PARCEL, invoice_no="1" * 16, parcel_company_code="D033"
    )
    with pytest.raises(ValidationError) as caught:
        wrong.validate()
    assert [violation.path for violation in caught.value.violations] == [
        "bundleNo",
        "parcelCompanyCode",
        "invoiceNo",
    ]
    assert caught.value.subject == "ShipRequest"
    ShipRequest.other(1, "직접 전달").validate()
