"""Behaviour 114: deals."""

import pytest


def ask(partner, start, end, **more):
    return partner.send("deals_list", fromDate=start, toDate=end, **more)


@pytest.mark.parametrize(
    ("start", "end", "passes"),
    [
        ("2024-01-01 00:00:00", "2024-06-30 23:59:59", True),
        ("2024-01-01 00:00:00", "2024-07-01 00:00:00", True),
        ("2024-01-01 00:00:00", "2024-07-01 00:00:01", False),
        ("2024-02-29 00:00:00", "2024-08-31 00:00:00", True),
        ("2023-02-28 00:00:00", "2023-08-31 00:00:00", True),
        ("2023-02-27 23:59:59", "2023-08-31 00:00:00", False),
        ("2023-08-31 00:00:00", "2024-02-29 00:00:00", True),
        ("2024-01-01 00:00:00", "2025-01-01 00:00:00", False),
    ],
)
def test_114_a_window_of_at_most_six_calendar_months(partner, start, end, passes):
    answer = ask(partner, start, end).json()
    if passes:
        assert answer["data"] == {"totalCount": 0, "list": []}
    else:
        assert answer["resultCode"] == 422
        assert "6개월" in answer["error"]


def test_deals_are_listed_by_registration_and_read(partner):
    product = partner.sandbox.make_product(partner.key)
    make = partner.sandbox.make_deal
    later = make(partner.key, [product], registered="2024-05-02 00:00:00", end="2024-05-10 00:00")
    early = make(partner.key, [product], registered="2024-05-01 00:00:00", stopped=True, displayed=False)
    make(partner.key, [product], registered="2023-05-01 00:00:00")
    data = ask(partner, "2024-01-01 00:00:00", "2024-05-31 00:00:00", size=1).json()["data"]
    assert (data["totalCount"], [row["dealNo"] for row in data["list"]]) == (2, [early])
    assert data["list"][0]["dealStatusName"] == "판매중지"
    second = ask(partner, "2024-01-01 00:00:00", "2024-05-31 00:00:00", size=1, page=2).json()["data"]["list"]
    assert [(row["dealNo"], row["dealStatusName"]) for row in second] == [(later, "판매종료")]
    deal = partner.data("deals_get", dealNo=later)
    assert deal["productList"][0]["productNo"] == product
    assert deal["sale"]["salePrice"] == 12900
    assert partner.data("deals_get", dealNo=5) is None
    reverse = ask(partner, "2024-05-02 00:00:00", "2024-05-01 00:00:00")
    assert (reverse.status_code, "toDate" in reverse.json()["error"]) == (422, True)
