"""Every code against the contract's tables, and values nobody knew of."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.models import (
    ClaimDateType,
    ClaimStatus,
    ClaimType,
    ClaimWhoReason,
    DealStatus,
    DisplayState,
    ExchangeShipStatus,
    MallType,
    OpenEnum,
    OptionSaleStatus,
    OrderDateType,
    PickupStatus,
    Prepayment,
    ProductStatus,
    SettlementLineKind,
    ShipMethod,
    ShippingOwner,
    ShipStatus,
    ShipType,
    TemplateShipMethod,
    TransType,
)

TABLES: dict[str, type[OpenEnum]] = {
    "shipStatus": ShipStatus,
    "shipMethod": ShipMethod,
    "claimType": ClaimType,
    "claimStatus": ClaimStatus,
    "pickupShipStatus": PickupStatus,
    "shipType": ShipType,
    "prepayment": Prepayment,
    "claimWhoReason": ClaimWhoReason,
    "productStatusName": ProductStatus,
    "optionSaleStatus": OptionSaleStatus,
    "displayYn": DisplayState,
}


def test_every_table_of_the_contract_is_covered(contract: Any) -> None:
    assert set(contract.document["x-display-codes"]) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_display_name_reads_as_its_code(contract: Any, name: str) -> None:
    table = contract.document["x-display-codes"][name]
    for display, code in table["to_code"].items():
        member = TABLES[name].from_wire(display)
        assert member.is_known, display
        assert member.code == code, display
    for code, display in table["to_display"].items():
        assert TABLES[name].from_wire(code).korean == display


def test_prefixed_and_policy_methods(contract: Any) -> None:
    table = contract.document["x-display-codes"]["shipMethod"]
    for code, display in table["prefixed"].items():
        assert ShipMethod.from_wire(display) is ShipMethod(code)
    for code, display in table["policy"].items():
        assert TemplateShipMethod(code).korean == display
        assert TemplateShipMethod.from_wire(display).value == code
        assert TemplateShipMethod(code).ship_method is ShipMethod.from_wire(display)
        assert TemplateShipMethod(code).is_overseas == display.startswith("해외구매대행")


def test_enums_of_every_schema_are_known(contract: Any) -> None:
    """Walk x-enum-ko and x-enum-code of every schema property and query parameter."""
    everything = [member for code in OpenEnum.__subclasses__() for member in code]
    names = {name for member in everything for name in (member.value, *member.names)}
    squeezed = {"".join(name.split()) for name in names}
    flags = {"Y", "N"}
    for schema in contract.schemas.values():
        for prop in schema.get("properties", {}).values():
            for display in prop.get("x-enum-code", {}):
                assert "".join(display.split()) in squeezed or ClaimStatus.from_wire(display).is_known, (
                    display
                )
            pairs = prop.get("x-enum-ko", {})
            if set(pairs) - flags:
                assert set(pairs) <= names, pairs


def test_closed_choices_have_exactly_the_contract_codes(contract: Any, code_table: type[OpenEnum]) -> None:
    """Each enum equals one code list that some schema or parameter carries, or one of our own tables."""
    lists = [
        set(prop["x-enum-ko"])
        for schema in contract.schemas.values()
        for prop in schema.get("properties", {}).values()
        if "x-enum-ko" in prop
    ]
    lists += [
        set(parameter["schema"].get("x-enum-ko", {}))
        for methods in contract.document["paths"].values()
        for operation in methods.values()
        if isinstance(operation, dict)
        for parameter in operation.get("parameters", [])
        if "schema" in parameter
    ]
    lists += [
        {code for code in prop["x-enum-code"].values() if code is not None}
        for schema in contract.schemas.values()
        for prop in schema.get("properties", {}).values()
        if "x-enum-code" in prop
    ]
    own = {DealStatus}
    if code_table not in own:
        assert {str(member.code) for member in code_table.writable()} in lists


def test_overseas_alone_has_no_code() -> None:
    overseas = ShipMethod.from_wire("해외구매대행")
    assert overseas.is_known
    assert overseas.code is None
    assert overseas not in ShipMethod.writable()


def test_statuses_without_a_code_cannot_be_written() -> None:
    assert [member.value for member in ProductStatus.writable()] == ["A", "S"]
    assert ProductStatus.from_wire("판매종료").code is None
    assert ShipType.from_wire("기타").code is None


@pytest.mark.parametrize("kind", ["취소", "반품", "교환", ""])
@pytest.mark.parametrize(
    ("suffix", "status"),
    [
        ("신청", ClaimStatus.REQUEST),
        ("보류", ClaimStatus.PENDING),
        ("승인", ClaimStatus.APPROVE),
        ("완료", ClaimStatus.APPROVE),
        ("거절", ClaimStatus.REJECT),
        ("거부", ClaimStatus.REJECT),
        ("철회", ClaimStatus.WITHDRAW),
    ],
)
def test_claim_status_is_read_by_its_suffix(kind: str, suffix: str, status: ClaimStatus) -> None:
    assert ClaimStatus.from_wire(f"{kind}{suffix}") is status
    assert ClaimStatus.from_wire(f" {kind} {suffix} ") is status


def test_claim_status_suffixes_are_those_of_the_contract(contract: Any) -> None:
    suffixes = contract.document["x-display-codes"]["claimStatus"]["suffix"]
    assert {name: str(member) for member in ClaimStatus for name in member.names} == suffixes


def test_codes_read_numbers_and_blanks() -> None:
    assert SettlementLineKind.from_wire(2) is SettlementLineKind.REFUNDED
    assert ShipType.from_wire("조건부 무료") is ShipType.COND
    assert SettlementLineKind.REFUNDED.is_refund
    assert not SettlementLineKind.DELIVERED.is_refund


def test_a_member_is_its_code() -> None:
    assert ShipStatus.NEW == "NEW"
    assert f"{ShipStatus.NEW}" == str(ShipStatus.NEW) == "NEW"
    assert {ShipStatus.NEW: 1}["NEW"] == 1
    assert repr(ShipStatus.NEW) == "<ShipStatus.NEW: 'NEW'>"
    assert OrderDateType.NEW.korean == "결제완료일"
    assert ClaimDateType.WITHDRAW.korean == "철회일"


@settings(max_examples=25, deadline=None)
@given(text=st.text(min_size=1, max_size=12))
def test_unknown_values_keep_their_text(code_table: type[OpenEnum], text: str) -> None:
    raw = f"?{text}?"
    value = code_table.from_wire(raw)
    assert isinstance(value, code_table)
    assert not value.is_known
    assert value.raw_text == raw == str(value) == value.korean
    assert value.code is None
    assert value == code_table.from_wire(raw)
    assert hash(value) == hash(code_table.from_wire(raw))
    assert value not in list(code_table)
    for copied in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert copied == value
        assert not copied.is_known
        assert type(copied) is code_table


def test_known_members_stay_themselves_through_pickle(code_table: type[OpenEnum]) -> None:
    for member in code_table:
        assert pickle.loads(pickle.dumps(member)) is member
        assert copy.deepcopy(member) is member
        assert code_table.from_wire(member.value) is member
        assert all(code_table.from_wire(name) is member for name in member.names)


def test_reading_unknown_values_adds_no_member(code_table: type[OpenEnum]) -> None:
    before = list(code_table)
    code_table.from_wire("모르는 값")
    assert list(code_table) == before


def test_the_python_name_is_not_a_spelling() -> None:
    assert not Prepayment.from_wire("PREPAID").is_known
    assert not DisplayState.from_wire("SHOWN").is_known


def test_something_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="None is not a valid"):
        ShipStatus(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("요청대기", PickupStatus.PICKUP_WAIT),
        ("자동접수요청대기", PickupStatus.PICKUP_AUTO_WAIT),
        ("수거예약", PickupStatus.PICKUP_BOOKED),
        ("상품출고", ExchangeShipStatus.RELEASED),
        ("반품지연", ClaimStatus.DELAY),
        ("교환지연", ClaimStatus.DELAY),
        ("취소보류", ClaimStatus.PENDING),
        ("OA", TemplateShipMethod.OA),
        ("위메프 물류센터", ShippingOwner.WMP),
        ("히든프라이스", MallType.HIDDEN_PRICE),
        ("직매입", TransType.DIRECT_PURCHASE),
        ("임시저장", ProductStatus.DRAFT),
    ],
)
def test_vocabulary_of_screens_and_tables_is_known(text: str, member: OpenEnum) -> None:
    assert type(member).from_wire(text) is member


def test_older_and_screen_only_values_are_read_and_never_written() -> None:
    for member in (TemplateShipMethod.OA, ClaimStatus.DELAY, ProductStatus.DRAFT, ProductStatus.EDITING):
        assert member.is_known
        assert member.code is None
    assert TemplateShipMethod.OA.is_overseas
    assert TemplateShipMethod.OA.ship_method is ShipMethod.OVERSEAS


def test_open_claims_and_sent_replacements() -> None:
    assert {status for status in ClaimStatus if status.is_open} == {
        ClaimStatus.REQUEST,
        ClaimStatus.PENDING,
        ClaimStatus.DELAY,
    }
    assert not ExchangeShipStatus.READY.is_sent
    assert ExchangeShipStatus.RELEASED.is_sent
    assert not ClaimStatus.from_wire("확인중").is_open
