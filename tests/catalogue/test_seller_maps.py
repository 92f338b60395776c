"""What the seller hands in is checked at once, all faults together."""

from __future__ import annotations

from typing import Any

import pytest

from wemakeprice_sdk.catalogue.defaults import (
    CodeMap,
    CourierCode,
    CourierMap,
    Defaults,
    Misfit,
    NoticeMap,
    NoticeRule,
    is_web_address,
)
from wemakeprice_sdk.errors import ConfigError


def faults(call: Any) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        call()
    assert all(one.message and one.message_ko for one in caught.value.violations)
    return [(one.path, one.rule) for one in caught.value.violations]


def test_a_category_map_names_every_fault_at_once() -> None:
    rows = [
        ("의류 > 셔츠", "50000001"),
        ("없는 분류", "1"),
        ("의류 > 셔츠", "50000002"),
        ("", "5"),
        ("의류 > 바지", "9"),
    ]
    known = {"의류 > 셔츠", "의류 > 바지"}
    assert faults(lambda: CodeMap.from_rows(rows, known=known, targets={"50000001", "1", "5"})) == [
        ("row[2]", "known"),
        ("row[3]", "one rule for one thing"),
        ("row[4]", "two cells"),
        ("row[5]", "known"),
    ]


def test_a_map_reads_cells_as_a_workbook_gives_them() -> None:
    made = CodeMap.from_rows([(4000001, 50000001.0), (), ("", None), (" 의류 ", "0012")])
    assert made == CodeMap({"4000001": "50000001", "의류": "0012"})
    assert made.get(" 의류") == "0012"
    assert made.get(None) is None


def test_two_same_rules_are_two_rules() -> None:
    assert faults(lambda: CodeMap.from_rows([("a", "1"), ("a", "1")])) == [
        ("row[2]", "one rule for one thing")
    ]


def test_a_notice_map_names_every_fault_at_once() -> None:
    rows = [
        ("의류", "제품 소재", "WEAR", "material"), ("의류", "색상", "BAG", "color"), ("의류", "제품 소재", "WEAR", "size"),
        ("의류", "치수", "WEAR", "material"), ("의류", "", "WEAR", "x"), ("없음", "a", "ETC", "b"),
    ]  # fmt: skip
    assert faults(lambda: NoticeMap.from_rows(rows, known={"의류"})) == [
        ("row[2]", "one rule for one thing"),
        ("row[3]", "one rule for one thing"),
        ("row[4]", "one rule for one thing"),
        ("row[5]", "four cells"),
        ("없음", "known"),
    ]
    assert NoticeMap.from_rows(rows[:1]).rules == {"의류": NoticeRule("WEAR", {"제품 소재": "material"})}


def test_a_courier_map_names_every_fault_at_once() -> None:
    rows = [
        ("로젠", "naver", "LOGEN"),
        ("D004", "Naver", "KGB"),
        ("없는택배", "naver", "X"),
        ("한진", "naver", ""),
    ]
    assert faults(lambda: CourierMap.from_rows(rows)) == [
        ("row[2]", "one rule for one thing"),
        ("row[3]", "courier, target and code"),
        ("row[4]", "courier, target and code"),
    ]


def test_the_sellers_courier_rule_comes_before_the_table() -> None:
    made = CourierMap.from_rows([("로젠", "naver", "LOGEN")])
    assert made.find("D004", "naver") == CourierCode("LOGEN")
    assert CourierMap().find("D004", "naver") == CourierCode("KGB", "LOGEN")


@pytest.mark.parametrize(
    ("courier", "target", "code"),
    [
        ("CJ대한통운", "naver", "CJGLS"), ("D002", "cafe24", "0006"), ("D005", "naver", "HYUNDAI"),
        ("D006", "coupang", "KGBPS"), ("D006", "naver", None), ("D006", "cafe24", None), ("없는택배", "naver", None),
        ("D002", "shopify", None), ("D040", "coupang", "BGF"),
    ],
)  # fmt: skip
def test_a_courier_is_found_or_nothing_is(courier: str, target: str, code: str | None) -> None:
    found = CourierMap().find(courier, target)
    assert (found.code if found else None) == code


def test_kgb_is_not_lotte() -> None:
    lotte, kgb = (CourierMap().find(code, "coupang") for code in ("D005", "D006"))
    assert lotte != kgb


def test_defaults_name_every_fault_at_once() -> None:
    wrong: Any = {
        "after_service_phone": "전화 주세요", "courier": "없는택배", "stock": -1, "link": "shop.example.com", "origin_code": "국산",
        "return_fee": 1.5, "publish": "yes",
    }  # fmt: skip
    assert {path for path, _ in faults(lambda: Defaults(**wrong))} == set(wrong)


def test_a_choice_is_of_its_kind() -> None:
    wrong: Any = "join"
    with pytest.raises(TypeError, match=r"^misfit takes a Misfit, such as Misfit\.JOIN, not a str$"):
        Defaults(misfit=wrong)
    assert Defaults(misfit=Misfit.JOIN).misfit is Misfit.JOIN


def test_nothing_is_preset() -> None:
    made = Defaults(brand="  ")
    assert {
        getattr(made, name) for name in ("brand", "stock", "surcharge", "tax_free", "origin_code", "courier")
    } == {None}
    assert not made.publish


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://a.example.com/x.jpg", True), ("http://a/b?c=d&e", True), ("HTTPS://A/B", True), ("//a/b.jpg", False),
        ("ftp://a/b", False), ("https://a b", False), ("https:///x", False), ("", False), ("https://a/\x00", False),
        ("https://a/\ud800", False), ("javascript:alert(1)", False), ("data:image/png;base64,x", False),
    ],
)  # fmt: skip
def test_web_addresses(text: str, good: bool) -> None:
    assert is_web_address(text) is good
