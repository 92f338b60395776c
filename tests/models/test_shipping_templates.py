"""Shipping policies: the matrix row by row, and the way back from what is stored."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve

from wemakeprice_sdk.models import (
    BundleKind,
    HolidayExcept,
    ShipArea,
    ShipInfo,
    ShippingTemplate,
    ShippingTemplateInput,
    ShipType,
    TemplateShipMethod,
)

PLACES = {
    f"{place}_{part}": "04524" if part == "zip_code" else "주소"
    for place in ("release", "return")
    for part in ("zip_code", "road_address1", "road_address2", "address1", "address2")
}


def policy(**changes: Any) -> ShippingTemplateInput:
    base: dict[str, Any] = {
        "shipping_template_name": "기본",
        "ship_method": TemplateShipMethod.KP,
        "bundle_kind": BundleKind.PRODUCT,
        "ship_type": ShipType.FIXED,
        "ship_fee": 2_500,
        "claim_ship_fee": 2_500,
        "ship_area": ShipArea.WHOLE,
        "release_day": 2,
        **PLACES,
    }
    return ShippingTemplateInput(**{**base, **changes})


def rules(found: Any) -> list[tuple[str, str]]:
    return [(violation.path, violation.rule) for violation in found]


FREE: dict[str, Any] = {"ship_type": ShipType.FREE, "ship_fee": None}
COND: dict[str, Any] = {"ship_type": ShipType.COND, "free_condition": 30_000}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        FREE,
        COND,
        {**COND, "prepayment_yn": True},
        {"prepayment_yn": False, "ship_fee_display_yn": False},
        {"difference_yn": True, "difference_count": 3},
        {"difference_yn": False},
        {"jeju_ship_fee": 0, "island_mountain_ship_fee": 9_999_999},
        {"ship_area": ShipArea.NO_MOUNTAIN_ISLAND},
        {"release_day": 1, "release_time": 24},
        {"claim_ship_fee": 0},
    ],
)
def test_rows_of_the_matrix_that_hold(changes: dict[str, Any]) -> None:
    assert policy(**changes).violations() == ()


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({**FREE, "ship_fee": 1}, [("shipFee", "forbidden")]),
        ({**FREE, "free_condition": 1}, [("freeCondition", "forbidden")]),
        ({"ship_fee": None}, [("shipFee", "required")]),
        ({"ship_fee": 0}, [("shipFee", "range 1..9999999")]),
        ({"free_condition": 1}, [("freeCondition", "forbidden")]),
        ({**COND, "free_condition": None}, [("freeCondition", "required")]),
        ({**COND, "ship_fee": None}, [("shipFee", "required")]),
        ({**COND, "prepayment_yn": False}, [("prepaymentYn", "equal Y")]),
        ({"difference_yn": True}, [("differenceCount", "required")]),
        ({"difference_count": 3}, [("differenceCount", "forbidden")]),
        (
            {**FREE, "difference_yn": True, "difference_count": 3, "bundle_kind": BundleKind.BUNDLE},
            [("bundleKind", "equal PRD"), ("shipType", "equal FIXED")],
        ),
        ({"ship_fee_display_yn": False}, [("prepaymentYn", "required")]),
        ({"ship_fee_display_yn": False, "prepayment_yn": True}, [("prepaymentYn", "equal N")]),
        (
            {"ship_area": ShipArea.NO_MOUNTAIN_ISLAND, "jeju_ship_fee": 0, "island_mountain_ship_fee": 1},
            [("jejuShipFee", "forbidden"), ("islandMountainShipFee", "forbidden")],
        ),
        ({"release_day": 1}, [("releaseTime", "required")]),
        ({"release_day": 2, "release_time": 10}, [("releaseTime", "forbidden")]),
        ({"release_day": 16}, [("releaseDay", "range 1..15")]),
        ({"release_zip_code": "045-24"}, [("releaseZipCode", "pattern [0-9]{5}")]),
        ({"return_address2": " "}, [("returnAddress2", "not blank")]),
        ({"ship_type": ShipType.OTHER}, [("shipType", "enum FREE|FIXED|COND")]),
    ],
)
def test_rows_of_the_matrix_that_break(changes: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    assert rules(policy(**changes).violations()) == wanted


def test_every_broken_row_comes_at_once() -> None:
    wrong = policy(
        **FREE,
        free_condition=0,
        release_day=1,
        difference_count=0,
        claim_ship_fee=-1,
        shipping_template_name="",
    )
    assert {violation.path for violation in wrong.violations()} == {
        "freeCondition", "releaseTime", "differenceCount", "claimShipFee", "shipPolicyName",
    }  # fmt: skip


def test_sentences_are_there_in_both_languages() -> None:
    (found,) = policy(**FREE, jeju_ship_fee=1, free_condition=5).violations()
    assert found.message == "freeCondition must be left out when shipType is FREE"
    assert (
        found.message_ko
        == "조건부 무료 기준금액: '배송비 종류' 값이 FREE(무료)이면 보낼 수 없습니다. 값을 빼 주세요"
    )
    assert found.value == "5"


def stored(**changes: Any) -> ShippingTemplate:
    base: dict[str, Any] = {
        "shipping_template_no": 5, "partner_group_id": "G1", "shipping_template_name": "기본", "ship_method": TemplateShipMethod.OP,
        "bundle_kind": BundleKind.BUNDLE, "ship_type": ShipType.FREE, "ship_fee": 0, "free_condition": 0,
        "difference_yn": False, "difference_count": 0, "prepayment_yn": True, "claim_ship_fee": 2_500,
        "ship_area": ShipArea.WHOLE, "jeju_ship_fee": 0, "release_day": 2, "release_time": 0,
        "holiday_except_yn": HolidayExcept.EXCLUDED, "ship_mng": "SELLER", "parcel_company_code": "D002", **PLACES,
    }  # fmt: skip
    return ShippingTemplate(**{**base, **changes})


def test_a_stored_policy_can_be_sent_back_as_it_is(tools: SimpleNamespace, contract: Any) -> None:
    body = tools.dump(stored().to_input())
    assert stored().to_input().violations() == ()
    assert contract.validator("ShippingTemplateInput").is_valid(body)
    assert body["shipPolicyNo"] == 5
    assert body["jejuShipFee"] == 0
    assert not {
        "shipFee",
        "freeCondition",
        "differenceCount",
        "releaseTime",
        "shipMng",
        "partnerGroupId",
    } & set(body)


def test_an_unknown_kind_is_reported_and_not_replaced() -> None:
    found = stored(ship_type=ShipType.from_wire("새요금제"), ship_fee=None).to_input().violations()
    assert rules(found) == [("shipType", "enum FREE|FIXED|COND")]
    assert found[0].value == "새요금제"


def test_bundle_kind_is_frozen() -> None:
    new = stored().to_input()
    assert new.update_violations(stored()) == ()
    assert rules(evolve(new, bundle_kind=BundleKind.PRODUCT).update_violations(stored())) == [
        ("bundleKind", "frozen")
    ]
    assert new.update_violations(ShippingTemplate(shipping_template_no=5)) == ()


def test_overseas_and_table() -> None:
    assert stored().is_overseas
    assert not stored(ship_method=TemplateShipMethod.KP).is_overseas
    assert not stored(ship_method=TemplateShipMethod.from_wire("XX")).is_overseas
    html = stored()._repr_html_()
    assert "기본" in html
    assert "주소" not in html


def test_product_places_come_back_too() -> None:
    info = ShipInfo(
        claim_ship_fee=0, release_day=1, release_time=10, holiday_except_yn=HolidayExcept.INCLUDED, **PLACES
    )
    assert info.to_input().violations() == ()
    assert evolve(info, release_day=3).to_input().release_time is None
