"""Behaviour 116: the TV-shopping schedule."""


def programme(product_no, name="예시 방송", number="P-1"):
    return {
        "programId": number,
        "programName": name,
        "useYn": "Y",
        "broadcastChannel": "1",
        "broadcastType": "L",
        "liveUrl": "",
        "broadcastDate": "2024-05-21",
        "displayStartDate": "2024-05-21 09:00:00",
        "displayEndDate": "2024-05-21 11:00:00",
        "products": [{"productNo": str(product_no), "mainProdYn": "Y", "priority": 1}],
    }


def test_116_unknown_products_are_refused_and_a_repeat_replaces(partner, other):
    product = partner.sandbox.make_product(partner.key)
    stored = partner.sandbox.find_shop(partner.key).programmes
    partner.done("broadcast_set_schedule", broadcastSchedules=[programme(product)])
    partner.done("broadcast_set_schedule", broadcastSchedules=[programme(product, "바뀐 방송")])
    assert {key: row["programName"] for key, row in stored.items()} == {"P-1": "바뀐 방송"}
    both = [programme(product, number="P-2"), programme(987654321, number="P-3")]
    assert "존재하지 않는 상품번호" in partner.refused("broadcast_set_schedule", broadcastSchedules=both)
    assert set(stored) == {"P-1"}
    assert "존재하지 않는 상품번호" in other.refused(
        "broadcast_set_schedule", broadcastSchedules=[programme(product)]
    )
    assert "broadcastSchedules" in partner.failed("broadcast_set_schedule", 422, broadcastSchedules=[])
