"""Claims: what is open, how much is claimed, when the marketplace decides by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from wemakeprice_sdk.clock import KST, KoreanBusinessCalendar, WeekdayCalendar
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimHoldRequest,
    ClaimOption,
    ClaimProduct,
    ClaimRejectRequest,
    ClaimStatus,
    ClaimType,
    ExchangeCompleteRequest,
    ExchangeDelivery,
    ExchangeShipStatus,
    OrderOption,
    OrderProduct,
    Pickup,
    PickupRequest,
    PickupStatus,
    ShipMethod,
)

FRIDAY = datetime(2024, 5, 17, 15, tzinfo=KST)


def claim(**changes: Any) -> Claim:
    lines = (
        ClaimProduct(
            order_no=1,
            product_qty=3,
            order_option=(
                ClaimOption(order_option_no=11, option_qty=1),
                ClaimOption(order_option_no=12, option_qty=0),
            ),
        ),
    )
    base: dict[str, Any] = {
        "claim_bundle_no": 5,
        "purchase_no": 3,
        "bundle_no": 7,
        "claim_type": ClaimType.CANCEL,
        "claim_status": ClaimStatus.REQUEST,
        "request_date": FRIDAY,
        "order_product": lines,
    }
    return Claim(**{**base, **changes})


def test_natural_key_carries_the_kind() -> None:
    assert claim().key == (5, 3, 7, ClaimType.CANCEL)
    assert claim().key != claim(claim_type=ClaimType.RETURN).key


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        (ClaimStatus.REQUEST, True),
        (ClaimStatus.PENDING, True),
        (ClaimStatus.APPROVE, False),
        (ClaimStatus.REJECT, False),
        (ClaimStatus.WITHDRAW, False),
        (ClaimStatus.from_wire("반품이상"), False),
        (None, False),
    ],
)
def test_open_claims(status: ClaimStatus | None, is_open: bool) -> None:
    assert claim(claim_status=status).is_open is is_open
    assert claim(claim_status=status).is_withdrawn is (status == ClaimStatus.WITHDRAW)


def test_claimed_quantities() -> None:
    assert claim().quantities == {11: 1, 12: 3}
    assert claim().quantity == 4
    assert Claim(claim_bundle_no=1).quantities == {}


def order(*quantities: int) -> Bundle:
    options = tuple(OrderOption(order_option_no=11 + i, option_qty=n) for i, n in enumerate(quantities))
    product = OrderProduct(order_no=1, product_price=1000, product_qty=sum(quantities), order_option=options)
    return Bundle(bundle_no=7, purchase_no=3, order_product=(product,))


def test_a_claim_covers_a_bundle_only_in_full() -> None:
    assert claim().covers(order(1, 3))
    assert not claim().covers(order(2, 3))
    assert not claim().covers(order(1, 3, 1))
    assert not claim(bundle_no=8).covers(order(1, 3))


def test_a_cancel_is_approved_after_two_business_days() -> None:
    tuesday = datetime(2024, 5, 21, 15, tzinfo=KST)
    assert claim().auto_approval_at(WeekdayCalendar()) == tuesday
    off = WeekdayCalendar(holidays=frozenset({date(2024, 5, 20)}))
    assert claim().auto_approval_at(off) == datetime(2024, 5, 22, 15, tzinfo=KST)


def test_korean_holidays_count() -> None:
    eve_of_buddhas_birthday = datetime(2024, 5, 14, 9, tzinfo=KST)
    deadline = claim(request_date=eve_of_buddhas_birthday).auto_approval_at(KoreanBusinessCalendar())
    assert deadline == datetime(2024, 5, 17, 9, tzinfo=KST)


@pytest.mark.parametrize(
    "changes",
    [
        {"claim_type": ClaimType.RETURN},
        {"claim_status": ClaimStatus.APPROVE},
        {"claim_status": ClaimStatus.WITHDRAW},
        {"request_date": None},
    ],
)
def test_nothing_else_is_approved_by_itself(changes: dict[str, Any]) -> None:
    assert claim(**changes).auto_approval_at(WeekdayCalendar()) is None


def test_sold_out_returns_and_enclosed_fees() -> None:
    assert claim(claim_type=ClaimType.RETURN, claim_reason="재고없음/ 발송불가").is_sold_out_return
    assert not claim(claim_reason="재고없음/발송불가").is_sold_out_return
    assert not claim(claim_type=ClaimType.RETURN, claim_reason="단순변심").is_sold_out_return
    assert claim(claim_ship_fee_enclose="박스 동봉").is_fee_enclosed
    assert not claim().is_fee_enclosed


def test_a_filled_pickup_invoice_means_the_buyer_sent_it() -> None:
    sent = Pickup(invoice_no="123", ship_status=PickupStatus.PICKUP_WAIT, parcel_company="한진택배")
    assert claim(claim_type=ClaimType.RETURN, pickup=sent).buyer_sent_goods
    assert not claim(claim_type=ClaimType.RETURN, pickup=Pickup(invoice_no=" ")).buyer_sent_goods
    assert not claim(claim_status=ClaimStatus.APPROVE, pickup=sent).buyer_sent_goods
    assert not claim().buyer_sent_goods
    assert sent.parcel_company_code == "D003"


def test_pickup_done() -> None:
    assert claim(pickup=Pickup(ship_status=PickupStatus.PICKUP_DONE)).is_pickup_done
    assert not claim(pickup=Pickup(ship_status=PickupStatus.PICKUP_REQUESTED)).is_pickup_done
    assert not claim().is_pickup_done


def test_exchange_has_two_ends() -> None:
    exchange: dict[str, Any] = {"claim_type": ClaimType.EXCHANGE, "claim_status": ClaimStatus.APPROVE}
    moving = claim(**exchange, delivery=ExchangeDelivery(ship_status=ExchangeShipStatus.DELIVERY))
    done = claim(**exchange, delivery=ExchangeDelivery(ship_status=ExchangeShipStatus.COMPLETE))
    assert moving.is_exchange_shipped
    assert not moving.is_exchange_complete
    assert done.is_exchange_shipped
    assert done.is_exchange_complete
    assert claim(**exchange, raw={"claimStatus": "교환완료"}).is_exchange_complete
    assert not claim(**exchange, raw={"claimStatus": "교환승인"}).is_exchange_complete
    assert not claim(claim_type=ClaimType.RETURN, raw={"claimStatus": "반품완료"}).is_exchange_complete


def rules(found: Any) -> set[tuple[str, str]]:
    return {(violation.path, violation.rule) for violation in found}


def test_pickup_invoice_depends_on_the_method() -> None:
    base: dict[str, Any] = {"claim_bundle_no": 1, "claim_type": ClaimType.RETURN}
    free = {
        "ship_method": ShipMethod.DIRECT,
        "schedule_ship_date": date(2024, 5, 20),
        "invoice_no": "문앞 수거",
    }
    assert PickupRequest(**base, **free).violations() == ()
    parcel = {"ship_method": ShipMethod.PARCEL, "parcel_company_code": "D002"}
    assert PickupRequest(**base, **parcel, invoice_no="123456789012345").violations() == ()
    assert rules(PickupRequest(**base, **parcel, invoice_no="문앞 수거").violations()) == {
        ("invoiceNo", "pattern [0-9]{1,15}")
    }
    assert rules(PickupRequest(**base, **parcel, invoice_no="1" * 16).violations()) == {
        ("invoiceNo", "pattern [0-9]{1,15}")
    }


def test_one_kind_claims_need_no_kind() -> None:
    assert ExchangeCompleteRequest(claim_bundle_no=1).violations() == ()
    hold = ClaimHoldRequest(claim_bundle_no=1, pending_reason_code="RPD5", pending_reason_detail="확인 중")
    assert hold.claim_type is ClaimType.RETURN
    assert hold.violations() == ()


def test_only_cancels_are_rejected() -> None:
    reject = ClaimRejectRequest(
        claim_bundle_no=1,
        claim_type=ClaimType.RETURN,
        reject_reason_code="XJD3",
        reject_reason_detail=" ",
        ship_method=ShipMethod.POST,
    )
    assert {violation.path for violation in reject.violations()} == {
        "claimType",
        "rejectReasonCode",
        "rejectReasonDetail",
        "shipMethod",
    }
