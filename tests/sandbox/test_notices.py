"""Behaviour 109: notices."""


def days(partner, **query):
    return [row["regDate"] for row in partner.data("notices_list", **query)]


def test_109_the_seven_days_that_end_on_the_basic_date(partner):
    for day in ("2024-05-12", "2024-05-13", "2024-05-14", "2024-05-19", "2024-05-20", "2024-05-21"):
        partner.sandbox.post_notice(partner.key, day=day)
    assert days(partner) == ["2024-05-20", "2024-05-19", "2024-05-14"]
    assert days(partner, basicDate="2024-05-19") == ["2024-05-19", "2024-05-14", "2024-05-13"]
    assert days(partner, basicDate="2024-05-01") == []
    assert days(partner, basicDate="0001-01-01") == []
    partner.sandbox.advance(days=1)
    assert days(partner)[0] == "2024-05-21"


def test_109_notices_go_to_all_or_to_one(partner, other):
    partner.sandbox.post_notice(None, "모두에게")
    partner.sandbox.post_notice(partner.key, "한 곳에", kind="개별공지")
    assert {row["title"] for row in partner.data("notices_list")} == {"모두에게", "한 곳에"}
    (row,) = other.data("notices_list")
    assert row["title"] == "모두에게"
