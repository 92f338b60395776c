"""Numbers, ids, dates and yes/no in every form exports use."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.excel.values import (
    ALWAYS_END,
    Doubt,
    FaultError,
    clean,
    iso_timestamps,
    parse_amount,
    parse_flag,
    parse_id,
    parse_id_list,
    parse_timestamp,
)
from wemakeprice_sdk.files.cells import (
    Cell,
    CellError,
    Serial,
    column_index,
    column_letter,
    number_cell,
    serial_to_datetime,
    split_reference,
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=KST)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (12900, 12900), ("12900", 12900), ("12,900", 12900), ("12,900원", 12900), ("₩ 12,900", 12900), ("￦12,900", 12900),
        ("１２，９００", 12900), ("12900.0", 12900), ("12900.", 12900), (12900.0, 12900), ("1.29E+4", 12900), ("-500", -500),
        ("(1,000)", -1000), ("△500", -500), ("▲ 500", -500), ("+5", 5), ("15개", 15), ("\u200b15\u00a0", 15), (12899.9999999999, 12900),
        ("", None), ("-", None), (None, None), ("없음", None), ("0", 0),
    ],
)  # fmt: skip
def test_amounts(cell: Cell, value: int | None) -> None:
    assert parse_amount(cell) == value


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("12.5", "whole-number"), (12.5, "whole-number"), ("12,90", "number"), ("1,2345", "number"), ("abc", "number"),
        ("1만", "number"), (True, "number"), (CellError("#N/A"), "error-value"), ("1e400", "number"), ("--5", "number"), ("٣", "number"),
    ],
)  # fmt: skip
def test_amounts_that_are_none(cell: Cell, rule: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse_amount(cell)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (300000001, 300000001), (300000001.0, 300000001), ("300000001", 300000001), ("'0300", 300), ("1,234,567", 1234567),
        ("３００", 300), ("12345678901234567", 12345678901234567), ("", None), (None, None), ("-", None),
        ("1.23456789E+8", Doubt(123456789, "recovered-id")), ("123456789.0", Doubt(123456789, "recovered-id")),
        (12345678901234567, Doubt(12345678901234567, "long-id")), (999_999_999_999_999, 999_999_999_999_999),
    ],
)  # fmt: skip
def test_ids(cell: Cell, value: object) -> None:
    assert parse_id(cell) == value


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        (1e17, "damaged-id"), (1234567890123450.0, "damaged-id"), (12345678901234500000, "damaged-id"), ("1.23457E+08", "damaged-id"),
        ("1E+17", "damaged-id"), (1000000000000000, "damaged-id"), ("12.5", "id"), (12.5, "id"), ("-5", "id"), (-5, "id"), ("A12", "id"),
        (True, "id"), ("9" * 30, "id"), (Serial(45306), "id"), (CellError("#REF!"), "error-value"),
    ],
)  # fmt: skip
def test_ids_that_cannot_be_trusted(cell: Cell, rule: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse_id(cell)
    assert caught.value.rule == rule


@given(st.integers(1, 10**15 - 1))
def test_every_id_of_fifteen_digits_survives_a_spreadsheet(number: int) -> None:
    for cell in (
        number,
        float(number),
        str(number),
        f"{number:,}",
        f"{number}.0",
        number_cell(repr(float(number))),
    ):
        value = parse_id(cell)
        assert (value.value if isinstance(value, Doubt) else value) == number


@given(st.integers(10**15, 2**63 - 1))
def test_a_longer_id_is_exact_or_refused_never_wrong(number: int) -> None:
    for cell in (float(number), number_cell(repr(float(number))), f"{float(number):.5E}"):
        try:
            value = parse_id(cell)
        except FaultError as fault:
            rule = fault.rule
            assert rule == "damaged-id"
        else:
            assert isinstance(value, Doubt)
            assert value.value == number


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2024-01-15", at(2024, 1, 15)), ("2024/1/5", at(2024, 1, 5)), ("2024.01.15", at(2024, 1, 15)), ("2024. 1. 5.", at(2024, 1, 5)),
        ("20240115", at(2024, 1, 15)), (20240115, at(2024, 1, 15)), ("2024년 1월 5일", at(2024, 1, 5)), ("2024년1월5일(금)", at(2024, 1, 5)),
        ("2024-01-15 10:00", at(2024, 1, 15, 10)), ("2024-01-15 10:20:30", at(2024, 1, 15, 10, 20, 30)),
        ("2024-01-15T10:20:30.123", at(2024, 1, 15, 10, 20, 30)), ("2024-01-15 10:20:30.0", at(2024, 1, 15, 10, 20, 30)),
        ("2024-01-15T01:20:30Z", at(2024, 1, 15, 10, 20, 30)), ("2024-01-15 10:20:30+09:00", at(2024, 1, 15, 10, 20, 30)),
        ("2024-01-15 오전 10:20", at(2024, 1, 15, 10, 20)), ("2024-01-15 오후 3:20:05", at(2024, 1, 15, 15, 20, 5)),
        ("2024-01-15 오전 12:30", at(2024, 1, 15, 0, 30)), ("2024-01-15 오후 12:30", at(2024, 1, 15, 12, 30)),
        ("2024-01-15 3:20 PM", at(2024, 1, 15, 15, 20)), ("2024년 1월 15일 오후 3시 20분", at(2024, 1, 15, 15, 20)),
        ("2024-01-15 15시", at(2024, 1, 15, 15)), ("2024-01-15(월) 15:00", at(2024, 1, 15, 15)), ("2024-01-15 월요일 15:00", at(2024, 1, 15, 15)),
        ("2024-01-15 24:00", at(2024, 1, 16)), ("2024-01-15 24:00:00", at(2024, 1, 16)), ("20240115103045", at(2024, 1, 15, 10, 30, 45)),
        ("202401151030", at(2024, 1, 15, 10, 30)), ("1/15/2024", at(2024, 1, 15)), ("２０２４－０１－１５", at(2024, 1, 15)),
        (Serial(45306), at(2024, 1, 15)), (Serial(45306.4166666667), at(2024, 1, 15, 10)), (45306.5, at(2024, 1, 15, 12)), ("45306.5", at(2024, 1, 15, 12)),
        ("상시판매", None), ("", None), ("-", None), (None, None),
    ],
)  # fmt: skip
def test_timestamps(cell: Cell, value: datetime | None) -> None:
    found = parse_timestamp(cell)
    assert (found.value if isinstance(found, Doubt) else found) == value


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("24-01-15", "two-digit-year"),
        ("24.1.5", "two-digit-year"),
        ("1/5/2024", "american-date"),
        (45306, "unformatted-date"),
    ],
)
def test_timestamps_in_doubt(cell: Cell, rule: str) -> None:
    found = parse_timestamp(cell)
    assert isinstance(found, Doubt)
    assert found.rule == rule


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("2024-02-30", "date"), ("2024-13-01", "date"), ("hello", "date"), ("2024-01-15 25:00", "date"), ("2024-01-15 10:60", "date"),
        ("오전", "date"), ("2024-01-15 오전 13:00", "date"), ("1901-05-05", "year"), ("3024-01-01", "year"), (Serial(60), "date"), (-1.5, "date"),
        ("2024-01-15-10:00", "date"), (True, "date"), (CellError("#VALUE!"), "error-value"), ("9" * 5000, "date"), ("2024-01-15" * 30, "date"), (500.5, "year"),
    ],
)  # fmt: skip
def test_timestamps_that_are_none(cell: Cell, rule: str) -> None:
    with pytest.raises(FaultError) as caught:
        parse_timestamp(cell)
    assert caught.value.rule == rule


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31)))
def test_any_timestamp_read_back(timestamp: datetime) -> None:
    whole = timestamp.replace(microsecond=0)
    aware = whole.replace(tzinfo=KST)
    assert parse_timestamp(whole.isoformat(sep=" ")) == aware
    assert parse_timestamp(f"{whole:%Y년 %m월 %d일 %H시 %M분 %S초}") == aware
    assert (
        parse_timestamp(
            f"{whole:%Y.%m.%d} {'오전' if whole.hour < 12 else '오후'} {(whole.hour - 1) % 12 + 1}:{whole:%M:%S}"
        )
        == aware
    )
    days = (whole - datetime(1899, 12, 30)).total_seconds() / 86_400
    assert parse_timestamp(Serial(days)) == aware
    assert parse_timestamp(Serial(days - 1462), date1904=True) == aware


@given(
    st.lists(
        st.one_of(
            st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31, 23, 59, 59)).map(
                lambda timestamp: timestamp.isoformat(" ", "seconds")
            ),
            st.dates(date(1980, 1, 1), date(2110, 1, 1)).map(str),
            st.from_regex(r"\A20[0-9]{2}-[0-9]{2}-[0-3][0-9][ T|](2[0-4]|1[0-9]):[0-5][0-9]\Z"),
            st.sampled_from(
                ["2024-01-15 10-09", "2024-01-15 10:00-09", "2024-01-15|10:00", "20240115 10:00:00", "2024-W03-1",
                 "2024-02-30", "2024-01-15 24:00", "٢٠٢٤-01-15", "상시", "", "2024-01-15|2024-01-16"]
            ),
        ),
        min_size=1,
        max_size=4,
    )
)  # fmt: skip
def test_timestamps_read_together_are_those_read_alone(texts: list[str]) -> None:
    timestamps = iso_timestamps(texts)
    if timestamps is not None:
        assert timestamps == [parse_timestamp(text) for text in texts]
        assert {timestamp.tzinfo for timestamp in timestamps} == {KST}


def test_usual_timestamps_are_read_together() -> None:
    texts = ["2024-01-15 10:00:00", "1990-01-01", "2100-12-31 23:59"]
    assert iso_timestamps(texts) is not None
    for other in ("1989-12-31", "2101-01-01", "2024-02-30", "2024-01-15 24:00", "2024-01-15 10:00-09", ""):
        assert iso_timestamps([*texts, other]) is None


@given(st.text(max_size=40))
def test_any_text_is_read_or_a_fault(text: str) -> None:
    for parse in (parse_amount, parse_id, parse_timestamp, parse_flag, parse_id_list):
        try:
            parse(text)
        except FaultError as fault:
            rule = fault.rule
            assert rule


def test_the_leap_bug_of_1900() -> None:
    assert serial_to_datetime(59, date1904=False) == datetime(1900, 2, 28)
    assert serial_to_datetime(60, date1904=False) is None
    assert serial_to_datetime(61, date1904=False) == datetime(1900, 3, 1)
    assert serial_to_datetime(0, date1904=True) == datetime(1904, 1, 1)
    assert serial_to_datetime(-1, date1904=True) is None
    assert serial_to_datetime(1e9, date1904=True) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("Y", True), ("n", False), ("예", True), ("아니오", False), ("과세", True), ("면세", False), ("과세상품", True), ("사용", True),
     ("미사용", False), ("O", True), ("X", False), ("TRUE", True), ("1", True), ("", None), ("-", None)],
)  # fmt: skip
def test_flags(text: str, value: bool | None) -> None:
    assert parse_flag(text) is value


def test_flags_that_are_none() -> None:
    for cell in ("maybe", "2", 2, CellError("#N/A")):
        with pytest.raises(FaultError):
            parse_flag(cell)
    assert parse_flag(1) is True
    assert parse_flag(False) is False


def test_id_lists() -> None:
    assert parse_id_list("1, 2;3\n2 | 4") == (1, 2, 3, 4)
    assert parse_id_list("[300000001]") == (300000001,)
    assert parse_id_list(300000001.0) == (300000001,)
    assert parse_id_list("-") == ()
    with pytest.raises(FaultError):
        parse_id_list("1, x")


def test_clean() -> None:
    assert clean("\ufeff 가\u200b나\u00a0\x07 ") == "가나"


@given(st.integers(0, 16_383))
def test_columns(index: int) -> None:
    assert column_index(column_letter(index)) == index
    assert split_reference(f"{column_letter(index)}7") == (7, index)


def test_no_such_cell() -> None:
    assert column_letter(16_383) == "XFD"
    for text in ("XFE1", "A0", "1A", "A", "A1048576000"):
        assert split_reference(text) is None


@pytest.mark.parametrize(
    "cell",
    [
        "0000-00-00 00:00:00",
        "0000-00-00",
        "00000000",
        "1900-01-00",
        "1899-12-31",
        0,
        Serial(0),
        "0001-01-01",
        "1900-01-01",
        "1970-01-01 09:00:00",
    ],
)
def test_a_date_that_stands_for_none_is_an_empty_cell(cell: object) -> None:
    assert parse_timestamp(cell) is None  # type: ignore[arg-type]
    assert parse_timestamp(cell, sale_end=True) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    [
        "9999-12-31",
        "9999-12-31 23:59:59",
        "9999-12-31 24:00",
        "12/31/9999 24:00",
        "2999.12.31",
        "99991231",
        99991231,
        Serial(2958465),
        "상시",
    ],
)
def test_a_date_that_stands_for_ever_ends_a_sale_never_and_is_empty_elsewhere(cell: object) -> None:
    assert parse_timestamp(cell, sale_end=True) == ALWAYS_END  # type: ignore[arg-type]
    assert parse_timestamp(cell) is None  # type: ignore[arg-type]
