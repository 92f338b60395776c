"""Shipping policies (배송 템플릿), whole and as short rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wemakeprice_sdk.sandbox.answers import Failed, Json, done
from wemakeprice_sdk.sandbox.schema import WRONG, load

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.base import Call
    from wemakeprice_sdk.sandbox.settings import Settings

DEFAULTS = {"shipFeeDisplayYn": "Y", "differenceYn": "N", "prepaymentYn": "Y", "holidayExceptYn": "Y"}
PLACES = {
    f"{leg}{part}": text
    for leg, room in (("release", "물류동 1층"), ("return", "반품동 1층"))
    for part, text in (
        ("ZipCode", "00000"),
        ("RoadAddress1", "예시특별시 가상구 견본로 10"),
        ("RoadAddress2", room),
        ("Address1", "예시특별시 가상구 견본동 10"),
        ("Address2", room),
    )
}
EXAMPLE_POLICY: Json = {
    "shipPolicyName": "기본-조건부무료",
    "shipMethod": "KP",
    "bundleKind": "BND",
    "shipType": "COND",
    "shipFee": 3000,
    "freeCondition": 30000,
    "claimShipFee": 3000,
    "shipArea": "WHOLE",
    "jejuShipFee": 3000,
    "islandMountainShipFee": 5000,
    "releaseDay": 3,
    "safetyNoDisplayYn": "Y",
    **DEFAULTS,
    **PLACES,
}


OWNER = "판매자"
SHORT_KEYS = ("shipPolicyName", "shipMethod", "bundleKind", "shipType", "shipFee", "claimShipFee")


def owner(settings: Settings) -> str | None:
    """Return who manages shipping; nobody knows how the wire spells it."""
    return OWNER if settings.unknown_values == "filled" else None


def shipping_get_seller_ship(call: Call) -> list[Json] | Json:
    """List every policy as a short row; one object of addresses when the settings say so."""
    if call.settings.seller_ship_shape == "object":
        return dict(PLACES)
    return [
        {"shipPolicyNo": number, "shipMngs": owner(call.settings)}
        | {key: policy.get(key) for key in SHORT_KEYS}
        for number, policy in sorted(call.shop.policies.items())
    ]


def show_policy(number: int, policy: Json, settings: Settings) -> Json:
    """Write a policy as the wire does: every key of the contract, null where it does not apply."""
    keys = load()["schemas"]["ShippingTemplateInput"]["properties"]
    return {
        "partnerGroupId": "EXAMPLE",
        **{key: policy.get(key, DEFAULTS.get(key)) for key in keys},
        "shipPolicyNo": number,
        "shipMng": owner(settings),
        "parcelCompanyCode": "D002" if policy["shipMethod"] in ("KP", "OP") else None,
    }


def shipping_list_policies(call: Call) -> list[Json]:
    """List every policy of the account."""
    return [
        show_policy(number, policy, call.settings) for number, policy in sorted(call.shop.policies.items())
    ]


def shipping_save_policy(call: Call) -> Json:
    """Create a policy, or replace the one whose number is sent."""
    body = dict(call.body)
    number = body.pop("shipPolicyNo", 0)
    if body.get("freeCondition") == 0 and call.settings.free_condition_zero == "refuse":
        raise Failed(422, f"{WRONG}: freeCondition")
    if number:
        stored = call.shop.policies.get(number)
        if stored is None:
            raise Failed(404, "데이터가 없습니다.")
        if stored["bundleKind"] != body["bundleKind"]:
            raise Failed(422, "배송유형(bundleKind)은 등록 후 수정할 수 없습니다.")
    else:
        number = call.number("policy")
    call.shop.put("policy", number, body)
    call.applied(shipPolicyNo=number)
    return done(number)


ROUTES = {
    "shipping_get_seller_ship": shipping_get_seller_ship,
    "shipping_list_policies": shipping_list_policies,
    "shipping_save_policy": shipping_save_policy,
}
