"""When money is due, as far as anybody knows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import WeekdayCalendar
from wemakeprice_sdk.config import PayoutRange, PayoutShift, SettlementCycle, SettlementCycleKind
from wemakeprice_sdk.errors import ConfigError, NaiveDatetimeError, ValidationError

DAYS = st.dates(min_value=date(2010, 1, 1), max_value=date(2090, 1, 1))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("주정산", SettlementCycleKind.WEEKLY),
        (" 주 정산", SettlementCycleKind.WEEKLY),
        ("Weekly", SettlementCycleKind.WEEKLY),
        ("ｗｅｅｋｌｙ", SettlementCycleKind.WEEKLY),
        ("월정산", SettlementCycleKind.MONTHLY),
        ("monthly", SettlementCycleKind.MONTHLY),
        ("월 2회 정산", SettlementCycleKind.OTHER),
        ("weekly, D+3", SettlementCycleKind.OTHER),
    ],
)
def test_only_plain_names_are_recognised(text: str, kind: SettlementCycleKind) -> None:
    assert SettlementCycle(text.strip()).kind is kind
    assert SettlementCycle(text.strip()).text == text.strip()


@pytest.mark.parametrize(
    ("sales_day", "payout"),
    [
        (date(2024, 6, 3), date(2024, 6, 14)),
        (date(2024, 6, 9), date(2024, 6, 14)),
        (date(2024, 6, 10), date(2024, 6, 21)),
        (date(2024, 12, 30), date(2025, 1, 10)),
    ],
)
def test_weekly_is_paid_on_the_next_weeks_friday(sales_day: date, payout: date) -> None:
    assert SettlementCycle("주정산").expected_payout(sales_day) == payout


@given(DAYS)
def test_a_week_has_one_payout(day: date) -> None:
    cycle = SettlementCycle("주정산")
    payout = cycle.expected_payout(day)
    assert payout is not None
    assert payout.weekday() == 4
    assert 5 <= (payout - day).days <= 11
    monday = day - timedelta(days=day.weekday())
    assert {cycle.expected_payout(monday + timedelta(days=n)) for n in range(7)} == {payout}


@pytest.mark.parametrize(
    ("sales_day", "first", "last"),
    [
        (date(2024, 5, 1), date(2024, 7, 1), date(2024, 7, 31)),
        (date(2024, 5, 31), date(2024, 7, 1), date(2024, 7, 31)),
        (date(2024, 11, 30), date(2025, 1, 1), date(2025, 1, 31)),
        (date(2023, 12, 31), date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_monthly_names_a_month_and_no_day(sales_day: date, first: date, last: date) -> None:
    cycle = SettlementCycle("월정산")
    assert cycle.payout_range(sales_day) == PayoutRange(first, last)
    assert cycle.expected_payout(sales_day) is None


def test_a_known_pay_day_makes_it_exact() -> None:
    cycle = SettlementCycle("월 마감 익익월 31일", SettlementCycleKind.MONTHLY, 31)
    assert cycle.expected_payout(date(2024, 5, 5)) == date(2024, 7, 31)
    assert cycle.expected_payout(date(2023, 12, 5)) == date(2024, 2, 29)
    assert cycle.payout_range(date(2023, 12, 5)) == PayoutRange(date(2024, 2, 29), date(2024, 2, 29))


def test_an_unknown_cycle_gives_nothing() -> None:
    assert SettlementCycle("선정산").payout_range(date(2024, 1, 1)) is None
    assert SettlementCycle("선정산").expected_payout(date(2024, 1, 1)) is None


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        (("",), ["text"]),
        ((1,), ["text"]),
        (("월정산", SettlementCycleKind.MONTHLY, 32), ["pay_day"]),
        (("월정산", SettlementCycleKind.MONTHLY, True), ["pay_day"]),
        (("주정산", SettlementCycleKind.WEEKLY, 5), ["pay_day"]),
        (("주정산", "weekly"), ["kind"]),
    ],
)
def test_faults(arguments: tuple[object, ...], paths: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        SettlementCycle(*arguments)  # type: ignore[arg-type]
    assert [violation.path for violation in error.value.violations] == paths


def test_a_pay_day_on_a_weekly_cycle_names_both_sides() -> None:
    with pytest.raises(ConfigError, match="pay_day contradicts kind=weekly"):
        SettlementCycle("주정산", pay_day=5)


def test_a_timestamp_counts_as_its_korean_day() -> None:
    cycle = SettlementCycle("주정산")
    sunday_in_utc = datetime(2024, 6, 9, 15, 30, tzinfo=UTC)  # Monday in Korea
    due = cycle.expected_payout(sunday_in_utc)
    assert due == cycle.expected_payout(date(2024, 6, 10)) == date(2024, 6, 21)
    assert type(due) is date
    with pytest.raises(NaiveDatetimeError, match="sales_day"):
        cycle.payout_range(datetime(2024, 6, 9))
    with pytest.raises(ValidationError, match="a date is needed, not a str"):
        cycle.expected_payout("2024-06-09")  # type: ignore[arg-type]


SOLLAL = WeekdayCalendar(frozenset({date(2024, 2, 9), date(2024, 2, 12)}))


@pytest.mark.parametrize(
    ("cycle", "sold", "due"),
    [
        (SettlementCycle.general(), date(2024, 5, 31), date(2024, 7, 7)),
        (SettlementCycle.general(), date(2023, 12, 1), date(2024, 2, 7)),
        (evolve(SettlementCycle.general(), shift=PayoutShift.NEXT), date(2024, 5, 31), date(2024, 7, 8)),
        (evolve(SettlementCycle.general(), shift=PayoutShift.PREVIOUS), date(2024, 5, 31), date(2024, 7, 5)),
        (SettlementCycle.weekly(), date(2024, 2, 4), date(2024, 2, 9)),
        (evolve(SettlementCycle.weekly(), shift=PayoutShift.NEXT), date(2024, 2, 4), date(2024, 2, 13)),
        (evolve(SettlementCycle.weekly(), shift=PayoutShift.PREVIOUS), date(2024, 2, 4), date(2024, 2, 8)),
    ],
)
def test_a_named_cycle_gives_the_due_day_moved_only_as_its_shift_says(
    cycle: SettlementCycle, sold: date, due: date
) -> None:
    assert cycle.expected_payout(sold, SOLLAL) == due
    assert cycle.basis


def test_a_shift_needs_a_basis_and_a_calendar() -> None:
    with pytest.raises(ConfigError, match="basis"):
        SettlementCycle("주정산", shift=PayoutShift.NEXT)
    with pytest.raises(ConfigError, match="calendar"):
        SettlementCycle("주정산", shift=PayoutShift.NEXT, basis="계약서").expected_payout(date(2024, 2, 4))
