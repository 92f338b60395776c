"""Couriers by name or code, and invoices."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models import (
    COURIERS,
    ShipMethod,
    ShipRequest,
    couriers,
    normalise_invoice,
    same_invoice,
)


def test_the_table_is_the_contract_one(contract: Any) -> None:
    assert dict(COURIERS) == contract.document["x-couriers"]["codes"]
    assert len(COURIERS) == 45
    assert "D033" not in COURIERS


def test_every_courier_is_found_by_code_and_name() -> None:
    for code, name in COURIERS.items():
        assert couriers.find(code) == code
        assert couriers.find(name) == code
        assert couriers.find(f" {name.upper()} ") == code
        assert couriers.name_of(name) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cj 대한통운", "D002"),
        ("CJ대한통운(주)", "D002"),
        ("㈜한진택배", "D003"),
        ("주식회사 로젠택배", "D004"),
        ("d002", "D002"),
        ("ＣＪ대한통운", "D002"),
        ("CVSnet편의점택배", "D020"),
        ("apex ecms express", "D032"),
        ("DHL-Global-Mail", "D028"),
    ],
)
def test_spelling_does_not_matter(text: str, code: str) -> None:
    assert couriers.find(text) == code


@pytest.mark.parametrize("text", ["", "D033", "D099", "번개배송", "CJ", "택배"])
def test_unknown_couriers_are_never_guessed(text: str) -> None:
    assert couriers.lookup(text) is None
    with pytest.raises(ValidationError) as caught:
        couriers.find(text)
    violation = caught.value.violations[0]
    assert violation.path == "parcelCompanyCode"
    assert "ETC" in violation.message
    assert "D002 CJ대한통운" in violation.message
    assert "기타배송" in violation.message_ko


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("CJ", ["D002 CJ대한통운", "D036 CJ대한통운 국제특송"]),
        ("CJ대한통은", ["D002 CJ대한통운"]),
        ("롯대택배", ["D005 롯데택배"]),
        ("편의점", ["D020 CVSnet 편의점택배", "D040 CU 편의점택배"]),
        ("D06", []),
        ("택배", []),
        ("", []),
    ],
)
def test_couriers_that_may_be_meant_are_named(text: str, meant: list[str]) -> None:
    english, korean = couriers.advice(text)
    assert [name in english for name in meant] == [name in korean for name in meant] == [True] * len(meant)
    assert ("did you mean" in english) == ("비슷한" in korean) == bool(meant)
    assert ("name the courier" in english) == (not text)


def test_a_request_names_them_too() -> None:
    request = ShipRequest(
        bundle_no=1, ship_method=ShipMethod.PARCEL, parcel_company_code="CJ", invoice_no="1"
    )
    (broken,) = request.violations()
    assert "did you mean D002 CJ대한통운" in broken.message
    assert "비슷한 택배사: D002 CJ대한통운" in broken.message_ko


def test_a_number_is_no_courier() -> None:
    assert couriers.lookup(2) is None  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="parcelCompanyCode=2"):
        couriers.find(2)  # type: ignore[arg-type]


def test_no_courier_is_no_code() -> None:
    assert couriers.lookup(None) is None


def test_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        COURIERS["D033"] = "새택배"  # type: ignore[index]


@settings(deadline=None)
@given(
    digits=st.text("0123456789", min_size=1, max_size=15),
    blanks=st.lists(st.sampled_from([" ", "-", "\t", "–", "\u200b", "\u3000"]), max_size=5),
)
def test_blanks_and_dashes_are_stripped(digits: str, blanks: list[str]) -> None:
    text = "".join(digits[i : i + 1] + (blanks[i] if i < len(blanks) else "") for i in range(len(digits)))
    assert normalise_invoice(text) == digits
    assert normalise_invoice(normalise_invoice(text)) == digits


@settings(deadline=None)
@given(digits=st.text("0123456789", min_size=16, max_size=30))
def test_sixteen_digits_are_refused_and_never_cut(digits: str) -> None:
    with pytest.raises(ValidationError) as caught:
        normalise_invoice(digits)
    assert caught.value.violations[0].path == "invoiceNo"
    assert caught.value.violations[0].rule == "digits 1..15"


@pytest.mark.parametrize("text", ["", " - ", "12a4", "1234.5", "１２34x", "-", "٣٤", "1234+5"])
def test_anything_but_digits_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        normalise_invoice(text)


def test_numbers_and_full_width_digits_are_fine() -> None:
    assert normalise_invoice(123456789012345) == "123456789012345"
    assert normalise_invoice("１２３-４") == "1234"
    assert normalise_invoice("0012") == "0012"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("123-456", "123456", True),
        (123456, "123456", True),
        ("0123", "123", False),
        (None, "123", False),
        ("123", None, False),
        ("abc", "abc", False),
    ],
)
def test_invoices_are_compared_as_numbers_sent(left: Any, right: Any, same: bool) -> None:
    assert same_invoice(left, right) is same


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("한진", "D003"), ("로젠", "D004"), ("우체국", "D001"), ("대한통운", "D002"), ("롯데글로벌로지스", "D005"),
        ("롯데글로벌로지스(주)", "D005"), (" 한 진 ", "D003"), ("롯데", "D005"), ("kgb", "D006"),
    ],
)  # fmt: skip
def test_the_short_name_of_a_courier_is_understood(text: str, code: str) -> None:
    assert couriers.find(text) == couriers.lookup(text) == code


def test_a_short_name_means_one_courier_and_stands_for_a_part_of_its_name() -> None:
    for short, code in couriers.SHORT_NAMES.items():
        assert code in couriers.COURIERS
        owners = {key for key, name in couriers.COURIERS.items() if short in name and "국제" not in name}
        assert owners <= {code}, short
    for unknown in ("현대", "택배", "로지스", "쿠팡", "CJ", "편의점택배", "롯데캐피탈"):
        assert couriers.lookup(unknown) is None
