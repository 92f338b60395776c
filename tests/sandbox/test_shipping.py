"""Behaviours 103 to 105: shipping policies."""

import pytest


def save(partner, body):
    return partner.data("shipping_save_policy", **body)["returnKey"]


def listed(partner):
    return {row["shipPolicyNo"]: row for row in partner.data("shipping_list_policies")}


def without(body, *keys):
    return {key: value for key, value in body.items() if key not in keys}


def test_103_create_answers_the_number_and_the_number_updates(partner, policy_body):
    number = save(partner, policy_body)
    assert number > 1
    row = listed(partner)[number]
    assert all(row[key] == value for key, value in policy_body.items())
    assert save(partner, policy_body | {"shipPolicyNo": str(number), "shipFee": 2500}) == number
    assert listed(partner)[number]["shipFee"] == 2500
    other = save(partner, policy_body | {"shipPolicyNo": 0})
    assert other != number
    assert set(listed(partner)) == {number, other}
    assert "데이터가 없습니다" in partner.failed(
        "shipping_save_policy", 404, **policy_body, shipPolicyNo=987654321
    )


FREE = {"shipType": "FREE", "shipFee": None, "freeCondition": None}
FIXED = {"shipType": "FIXED", "freeCondition": None}
STEPS = FIXED | {"differenceYn": "Y", "differenceCount": 5}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (FREE | {"shipFee": 3000}, "shipFee"),
        (FREE | {"freeCondition": 1}, "freeCondition"),
        (FIXED | {"shipFee": None}, "shipFee"),
        (FIXED | {"shipFee": 0}, "shipFee"),
        (FIXED | {"shipFee": 10_000_000}, "shipFee"),
        (FIXED | {"freeCondition": 1}, "freeCondition"),
        ({"shipFee": None}, "shipFee"),
        ({"freeCondition": None}, "freeCondition"),
        ({"freeCondition": 0}, "freeCondition"),
        ({"freeCondition": 10_000_000}, "freeCondition"),
        ({"prepaymentYn": "N"}, "prepaymentYn"),
        (STEPS | {"bundleKind": "BND"}, "bundleKind"),
        ({"differenceYn": "Y", "differenceCount": 5}, "shipType"),
        (STEPS | {"differenceCount": None}, "differenceCount"),
        (STEPS | {"differenceCount": 0}, "differenceCount"),
        (STEPS | {"differenceCount": 10_000}, "differenceCount"),
        (FIXED | {"differenceYn": "N", "differenceCount": 5}, "differenceCount"),
        (FIXED | {"differenceCount": 5}, "differenceCount"),
        (FIXED | {"shipFeeDisplayYn": "N", "prepaymentYn": "Y"}, "prepaymentYn"),
        (FIXED | {"shipFeeDisplayYn": "N", "prepaymentYn": None}, "prepaymentYn"),
        ({"shipArea": "NO_MOUNTAIN_ISLAND"}, "jejuShipFee"),
        ({"shipArea": "NO_MOUNTAIN_ISLAND", "jejuShipFee": 0}, "islandMountainShipFee"),
        ({"jejuShipFee": 10_000_000}, "jejuShipFee"),
        ({"islandMountainShipFee": -1}, "islandMountainShipFee"),
        ({"releaseDay": 1}, "releaseTime"),
        ({"releaseDay": 1, "releaseTime": 25}, "releaseTime"),
        ({"releaseDay": 2, "releaseTime": 14}, "releaseTime"),
        ({"releaseDay": 16}, "releaseDay"),
        ({"releaseDay": 0}, "releaseDay"),
        ({"claimShipFee": None}, "claimShipFee"),
        ({"claimShipFee": 10_000_000}, "claimShipFee"),
        ({"releaseZipCode": "1234"}, "releaseZipCode"),
        ({"returnZipCode": "123456"}, "returnZipCode"),
        *(
            ({f"{leg}{part}": value}, f"{leg}{part}")
            for leg in ("release", "return")
            for part in ("RoadAddress1", "RoadAddress2", "Address1", "Address2")
            for value in (None, "")
        ),
    ],
)
def test_104_each_row_of_the_matrix_is_refused_when_broken(partner, policy_body, change, key):
    assert key in partner.failed("shipping_save_policy", 422, **(policy_body | change))
    assert partner.data("shipping_list_policies") == []


@pytest.mark.parametrize(
    "change",
    [
        FREE,
        FIXED,
        STEPS,
        {"shipFee": 1, "freeCondition": 1},
        FIXED | {"shipFeeDisplayYn": "N", "prepaymentYn": "N"},
        {"shipArea": "NO_MOUNTAIN_ISLAND", "jejuShipFee": None, "islandMountainShipFee": 0},
        {"jejuShipFee": None, "islandMountainShipFee": None},
        {"releaseDay": 1, "releaseTime": 24},
        {"releaseDay": 15},
        {"claimShipFee": 0},
        {"claimShipFee": 9_999_999},
    ],
)
def test_104_and_passes_when_kept(partner, policy_body, change):
    assert save(partner, policy_body | change) > 1


def test_105_the_bundle_kind_cannot_change(partner, policy_body):
    number = save(partner, policy_body)
    text = partner.failed(
        "shipping_save_policy", 422, **(policy_body | {"shipPolicyNo": number, "bundleKind": "BND"})
    )
    assert "등록 후 수정할 수 없습니다" in text
    assert listed(partner)[number]["bundleKind"] == "PRD"


def test_the_fee_of_an_order_follows_the_policy(partner, policy_body, product_body):
    fixed = without(policy_body | STEPS, "freeCondition")
    number = save(partner, fixed)
    product_body = product_body | {"basic": product_body["basic"] | {"shipPolicyNo": number}}
    product = partner.data("products_save", **product_body)["productNo"]
    order = partner.order(product_no=product, quantity=6, option_no=1)
    bundle = partner.bundle(order.bundle_no)
    assert (bundle["shipPrice"], bundle["shipType"], bundle["prepayment"]) == (6000, "유료", "선결제")


def test_117_get_seller_ship_lists_a_short_row_per_policy(partner, policy_body):
    assert partner.data("shipping_get_seller_ship") == []
    first = save(partner, policy_body)
    second = save(partner, policy_body | FREE | {"shipPolicyName": "무료배송"})
    rows = partner.data("shipping_get_seller_ship")
    assert [(row["shipPolicyNo"], row["shipPolicyName"], row["shipFee"]) for row in rows] == [
        (first, policy_body["shipPolicyName"], policy_body["shipFee"]),
        (second, "무료배송", None),
    ]
    assert {frozenset(row) for row in rows} == {
        frozenset(
            [
                "shipPolicyNo",
                "shipPolicyName",
                "shipMngs",
                "shipMethod",
                "bundleKind",
                "shipType",
                "shipFee",
                "claimShipFee",
            ]
        )
    }


def test_117_the_older_guess_is_one_object_of_addresses(partner, http, policy_body):
    save(partner, policy_body)
    partner.set(seller_ship_shape="object")
    answer = http.get("/product/out/getSellerShip", headers={"apiKey": partner.key}).json()
    assert answer["data"]["releaseZipCode"] == "00000"


def test_119_a_free_condition_of_0_is_refused_or_by_a_setting_stored(partner, policy_body):
    zero = policy_body | {"freeCondition": 0}
    assert "freeCondition" in partner.failed("shipping_save_policy", 422, **zero)
    partner.set(free_condition_zero="accept")
    number = save(partner, zero)
    assert listed(partner)[number]["freeCondition"] == 0
