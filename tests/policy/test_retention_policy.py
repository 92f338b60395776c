"""How long each class is kept: defaults as data, what a seller sets, the law's minimum, when a clock starts."""

from __future__ import annotations

import pickle
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.errors import ConfigError, RetentionMinimumError
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import (
    DEFAULT_RULES,
    HoldPurpose,
    RetentionDates,
    RetentionGrade,
    RetentionOverride,
    RetentionPeriod,
    RetentionPolicy,
    RetentionStart,
    RetentionTerm,
)

DAY = date(2024, 2, 29)


def test_every_class_has_a_rule_with_basis_and_how_sure_it_is() -> None:
    assert set(DEFAULT_RULES) == set(RetentionClass)
    for rule in DEFAULT_RULES.values():
        for term in (rule.keep, rule.mask, rule.undated):
            if term is not None:
                assert term.basis
                assert term.note, "every default says what it rests on, or what is not attested"
                assert term.note_ko
                assert term.grade is not RetentionGrade.SELLER


@pytest.mark.parametrize(
    ("data_class", "period", "grade", "article"),
    [
        (RetentionClass.DISPLAY, RetentionPeriod(months=6), RetentionGrade.LAW, "제1호"),
        (RetentionClass.CONTRACT, RetentionPeriod(years=5), RetentionGrade.LAW, "제2호"),
        (RetentionClass.PAYMENT_SUPPLY, RetentionPeriod(years=5), RetentionGrade.LAW, "제3호"),
        (RetentionClass.DISPUTE, RetentionPeriod(years=3), RetentionGrade.LAW, "제4호"),
        (RetentionClass.TAX, RetentionPeriod(years=5), RetentionGrade.LAW, "부가가치세법 제71조"),
        (RetentionClass.CUSTOMS, RetentionPeriod(), RetentionGrade.LAW, "개인정보 보호법 제21조"),
        (RetentionClass.CONTACT, RetentionPeriod(days=95), RetentionGrade.GUIDELINE, "5일"),
    ],
)
def test_the_defaults_are_those_of_the_sources(
    data_class: RetentionClass, period: RetentionPeriod, grade: RetentionGrade, article: str
) -> None:
    term = RetentionPolicy().rules[data_class].keep
    assert (term.period, term.grade) == (period, grade)
    assert article in term.basis


def test_law_and_practice_are_told_apart() -> None:
    contact = DEFAULT_RULES[RetentionClass.CONTACT]
    assert contact.minimum is None, "no law asks for a telephone to be kept"
    assert contact.mask is not None
    assert contact.mask.grade is RetentionGrade.PRACTICE
    assert "법령이 아닙니다" in contact.mask.note_ko
    assert not DEFAULT_RULES[RetentionClass.CUSTOMS].keep.certain
    assert "미확인" in str(DEFAULT_RULES[RetentionClass.CUSTOMS].keep)
    assert str(DEFAULT_RULES[RetentionClass.DISPUTE].keep).startswith("3년 (법령: 전자상거래법")


@given(
    days=st.tuples(st.integers(0, 3000), st.none() | st.integers(0, 3000), st.none() | st.integers(0, 3000))
)
@settings(deadline=None)
def test_the_clock_starts_at_the_confirmation_else_the_completion_else_the_day(
    days: tuple[int, int | None, int | None],
) -> None:
    recorded, completed, confirmed = (None if n is None else date.fromordinal(738_000 + n) for n in days)
    assert recorded is not None
    dates = RetentionDates(recorded=recorded, completed=completed, confirmed=confirmed)
    due = DEFAULT_RULES[RetentionClass.CONTACT].due(dates)
    if confirmed is not None:
        assert (due.start, due.day) == (RetentionStart.CONFIRMED, confirmed)
    elif completed is not None:
        assert (due.start, due.day) == (RetentionStart.COMPLETED, completed)
    else:
        assert (due.start, due.day) == (RetentionStart.RECORDED, recorded)
    # The day itself does not count: 90 days end 90 days later, and the day after that it is masked.
    assert due.mask_from == date.fromordinal(due.day.toordinal() + 91)
    assert due.destroy_from == date.fromordinal(due.day.toordinal() + 96)


def test_tax_starts_at_the_deadline_of_the_return() -> None:
    due = DEFAULT_RULES[RetentionClass.TAX].due(RetentionDates(recorded=DAY, completed=date(2024, 3, 4)))
    assert (due.start, due.day) == (RetentionStart.RETURN_DEADLINE, date(2024, 7, 25))
    assert due.destroy_from == date(2029, 7, 26)


def test_a_customs_code_waits_for_the_parcel_and_not_for_ever() -> None:
    rule = DEFAULT_RULES[RetentionClass.CUSTOMS]
    delivered = rule.due(RetentionDates(recorded=DAY, completed=date(2024, 3, 10)))
    assert delivered.destroy_from == date(2024, 3, 11)
    unknown = rule.due(RetentionDates(recorded=DAY))
    assert (unknown.term.grade, unknown.term.certain) == (RetentionGrade.DESIGN, False)
    assert unknown.destroy_from == date(2024, 5, 30)


# what a seller sets ----------------------------------------------------------


def test_a_longer_period_is_the_sellers_own() -> None:
    ten = RetentionOverride(
        data_class=RetentionClass.CONTRACT, keep=RetentionPeriod(years=10), reason="내부 규정"
    )
    policy = RetentionPolicy(overrides=[ten])
    rule = policy.rules[RetentionClass.CONTRACT]
    assert (rule.keep.period, rule.keep.grade, rule.keep.note) == (
        RetentionPeriod(years=10),
        RetentionGrade.SELLER,
        "내부 규정",
    )
    assert rule.minimum == DEFAULT_RULES[RetentionClass.CONTRACT].minimum
    assert policy.rules[RetentionClass.DISPUTE] == DEFAULT_RULES[RetentionClass.DISPUTE]
    assert pickle.loads(pickle.dumps(policy)) == policy


@pytest.mark.parametrize(
    "short", [{"keep": RetentionPeriod(days=5 * 365)}, {"keep": RetentionPeriod(years=4)}]
)
def test_less_than_the_law_is_refused_until_somebody_is_named(short: dict[str, RetentionPeriod]) -> None:
    values = {"data_class": RetentionClass.CONTRACT, "reason": "내부 규정", **short}
    with pytest.raises(RetentionMinimumError) as caught:
        RetentionOverride(**values)  # type: ignore[arg-type]
    [violation] = caught.value.violations
    assert violation.path == "contract.keep"
    assert "5 years" in violation.rule
    assert "시행령 제6조" in violation.message_ko
    assert "confirmed_by" in violation.message
    confirmed = RetentionOverride(**values, confirmed_by="김책임")  # type: ignore[arg-type]
    assert confirmed.rule().keep.note == "내부 규정, confirmed by 김책임"
    assert confirmed.rule().keep.note_ko == "내부 규정, 확인: 김책임"


def test_masking_what_the_law_wants_kept_is_less_than_the_law_too() -> None:
    with pytest.raises(RetentionMinimumError) as caught:
        RetentionOverride(
            data_class=RetentionClass.DISPUTE,
            keep=RetentionPeriod(years=3),
            mask=RetentionPeriod(days=90),
            reason="화면",
        )
    assert [violation.path for violation in caught.value.violations] == ["dispute.mask"]


def test_where_no_law_asks_for_a_period_the_seller_is_free() -> None:
    soon = RetentionOverride(data_class=RetentionClass.CONTACT, keep=RetentionPeriod(days=5), reason="지침")
    assert RetentionPolicy(overrides=(soon,)).rules[RetentionClass.CONTACT].mask is None


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "두\n줄"}, "reason"),
        ({"mask": RetentionPeriod(years=11)}, "mask"),
    ],
)
def test_settings_that_make_no_sense_are_named(wrong: dict[str, object], path: str) -> None:
    values = {"data_class": RetentionClass.CONTACT, "keep": RetentionPeriod(years=10), "reason": "내부 규정"}
    with pytest.raises(ConfigError) as caught:
        RetentionOverride(**{**values, **wrong})  # type: ignore[arg-type]
    assert [violation.path for violation in caught.value.violations] == [path]


@pytest.mark.parametrize(("wrong", "path"), [({"basis": " "}, "basis"), ({"certain": 1}, "certain")])
def test_a_term_says_what_it_rests_on(wrong: dict[str, object], path: str) -> None:
    values = {"period": RetentionPeriod(years=5), "basis": "전자상거래법 제6조", "grade": RetentionGrade.LAW}
    with pytest.raises(ConfigError) as caught:
        RetentionTerm(**{**values, **wrong})  # type: ignore[arg-type]
    assert {violation.path for violation in caught.value.violations} == {path}


def test_a_class_is_set_once() -> None:
    one = RetentionOverride(data_class=RetentionClass.CONTACT, keep=RetentionPeriod(days=5), reason="지침")
    with pytest.raises(ConfigError, match="more than once"):
        RetentionPolicy(overrides=[one, one])


def test_the_settings_of_older_versions_say_what_stands_in_their_place() -> None:
    with pytest.raises(ConfigError) as caught:
        RetentionPolicy(mask_after=None, kinds={})  # type: ignore[call-arg]
    assert [violation.path for violation in caught.value.violations] == ["mask_after", "kinds"]
    assert "RetentionOverride" in caught.value.violations[0].message_ko


# holds -----------------------------------------------------------------------


def test_a_claim_against_the_marketplace_holds_no_telephone() -> None:
    held = HoldPurpose.MARKETPLACE_CLAIM.classes
    assert {RetentionClass.CONTRACT, RetentionClass.PAYMENT_SUPPLY} <= held
    assert not {RetentionClass.CONTACT, RetentionClass.CUSTOMS, RetentionClass.UNCLASSIFIED} & held
    assert RetentionClass.CONTACT in HoldPurpose.BUYER_DISPUTE.classes
    assert HoldPurpose.from_text("세무 조사·신고") is HoldPurpose.TAX
