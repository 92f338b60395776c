"""The settings of one account: what is refused, how it is said, and that nothing secret shows."""

import copy
import pickle
import traceback
from datetime import UTC, datetime, time, timedelta
from typing import get_type_hints

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import (
    WINSELLING,
    Agency,
    ChannelConfig,
    ConfirmationMode,
    Contact,
    CsKind,
    DailyMaintenance,
    DatedMaintenance,
    DayWindow,
    ExtensionLength,
    LengthUnit,
    LinkAttempt,
    LinkOutcome,
    LinkRecord,
    LinkState,
    MixedBundlePolicy,
    OnboardingState,
    OrderConfirmation,
    SalePeriodExtension,
    Switches,
    next_clear,
    normalise_agency,
)
from wemakeprice_sdk.config.channel import ChannelChanges
from wemakeprice_sdk.config.states import EndedGoodsPolicy
from wemakeprice_sdk.errors import ConfigError, NaiveDatetimeError, SecretUnavailableError
from wemakeprice_sdk.secrets import SecretStr

KEY = "0123456789abcdef0123456789abcdef"
PERSON = Contact("홍길동", email="hong@example.com", phone="02-000-0000", mobile="010-0000-0000")


def config(**changes: object) -> ChannelConfig:
    values: dict[str, object] = {"seller_id": "shop1", "store_name": "첫 가게", "api_key": KEY, **changes}
    return ChannelConfig(**values)  # type: ignore[arg-type]


def paths(error: pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return [violation.path for violation in error.value.violations]


class TestDefaults:
    def test_nothing_risky_is_on(self) -> None:
        fresh = ChannelConfig("shop1", "첫 가게")
        assert fresh.link_state is LinkState.DRAFT
        assert fresh.onboarding is OnboardingState.SIGNED_UP
        assert not fresh.is_onboarded
        assert fresh.confirmation == OrderConfirmation(ConfirmationMode.MANUAL, MixedBundlePolicy.HOLD)
        assert not fresh.switches.sku_sync
        assert not fresh.sale_period.enabled
        assert fresh.sale_period.threshold == timedelta(days=7)
        assert fresh.sale_period.ended is EndedGoodsPolicy.SKIP
        assert not fresh.runple
        assert fresh.base_url is None

    def test_a_configuration_cannot_change(self) -> None:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            config().store_name = "다른 가게"  # type: ignore[misc]

    def test_it_can_be_a_key_of_a_mapping(self) -> None:
        assert {config(): 1}[config()] == 1
        assert config() != config(api_key=KEY.replace("0", "1"))


class TestViolations:
    def test_all_at_once_in_both_languages(self) -> None:
        with pytest.raises(ConfigError) as error:
            config(
                seller_id=" ",
                store_name="가게\x07",
                api_key="key with blanks",
                runple="yes",
                switches=None,
                contacts=["홍길동"],
                maintenance=[time(1)],
                agency="윈셀링",
                settlement_cycle="주정산",
                base_url="ftp://host",
                path_overrides={"getOrderList": "no slash"},
            )
        assert set(paths(error)) == {
            "seller_id",
            "store_name",
            "api_key",
            "runple",
            "switches",
            "contacts[0]",
            "maintenance[0]",
            "agency",
            "settlement_cycle",
            "base_url",
            "path_overrides.getOrderList",
        }
        for violation in error.value.violations:
            assert violation.message.isascii() or "→" in violation.message
            assert any("가" <= sign <= "힣" for sign in violation.message_ko)
            assert violation.rule

    def test_a_word_in_the_place_of_a_state_names_what_reads_it(self) -> None:
        with pytest.raises(ConfigError) as caught:
            ChannelConfig("shop", "가게", onboarding="입점완료")  # type: ignore[arg-type]
        (found,) = caught.value.violations
        assert found.message.endswith("; OnboardingState.from_text reads a word")
        assert found.message_ko.endswith("다음 함수로 읽어 주세요: OnboardingState.from_text")

    def test_one_in_the_place_of_many_is_told_in_both_languages(self) -> None:
        with pytest.raises(ConfigError) as caught:
            ChannelConfig("shop", "가게", contacts=Contact("홍길동"))  # type: ignore[arg-type]
        (found,) = caught.value.violations
        assert (found.message, found.message_ko) == (
            "a list of Contact is needed",
            "Contact 목록이 필요합니다",
        )

    def test_a_misplaced_secret_is_not_shown(self) -> None:
        with pytest.raises(ConfigError) as error:
            config(switches=KEY, contacts=("010-0000-0000",), api_key=f"{KEY} 한글", memo=["비밀 메모"])
        text = "".join(traceback.format_exception(error.value)[-1:])
        assert KEY not in text
        assert "010-0000" not in text
        assert "비밀" not in text

    def test_runple_mode_needs_the_capability_and_both_sides_are_named(self) -> None:
        runple = OrderConfirmation(ConfirmationMode.RUNPLE)
        with pytest.raises(ConfigError) as error:
            config(confirmation=runple)
        (violation,) = error.value.violations
        assert "confirmation.mode" in violation.message
        assert "runple=false" in violation.message
        assert config(confirmation=runple, runple=True).confirmation is runple

    def test_approved_needs_a_key(self) -> None:
        with pytest.raises(ConfigError, match=r"link\.state=approved contradicts an empty api_key"):
            config(api_key="", link=LinkState.APPROVED)

    def test_windows_that_never_end_are_refused(self) -> None:
        halves = (DailyMaintenance(time(0), time(12)), DailyMaintenance(time(12), time(0)))
        with pytest.raises(ConfigError, match="whole week"):
            config(maintenance=halves)
        assert config(maintenance=(halves[0],)).maintenance == (halves[0],)

    @pytest.mark.parametrize(
        "url",
        [
            "https://w-api.wemakeprice.com",
            "http://127.0.0.1:8787",
            "http://localhost:8787/base",
            "http://sandbox:8787",
            "http://10.0.0.7",
            "http://[::1]:80",
            "http://api.internal",
        ],
    )
    def test_hosts_that_pass(self, url: str) -> None:
        assert config(base_url=url).base_url == url

    @pytest.mark.parametrize(
        ("url", "rule"),
        [
            ("http://w-api.wemakeprice.com", "https"),
            ("http://8.8.8.8", "https"),
            ("w-api.wemakeprice.com", "http(s) URL"),
            ("https://", "http(s) URL"),
            ("https://host:99999", "URL"),
            ("https://[::1", "URL"),
            ("https://user:pw@host", "no credentials, query or fragment"),
            ("https://host?apiKey=1", "no credentials, query or fragment"),
            ("https://ho st", "http(s) URL"),
            (8080, "type text"),
        ],
    )
    def test_hosts_that_do_not(self, url: object, rule: str) -> None:
        with pytest.raises(ConfigError) as error:
            config(base_url=url)
        assert [violation.rule for violation in error.value.violations] == [rule]
        assert "pw" not in str(error.value)

    @pytest.mark.parametrize(
        "overrides",
        [{"getOrderList": "//x?y"}, {"get orders": "/x"}, {"a": ""}, {"a": 1}, 5, [("a", "/x"), ("a", "/y")]],
    )
    def test_path_overrides_that_do_not_pass(self, overrides: object) -> None:
        with pytest.raises(ConfigError) as error:
            config(path_overrides=overrides)
        assert all(path.startswith("path_overrides") for path in paths(error))

    def test_path_overrides_are_sorted_pairs(self) -> None:
        two = config(path_overrides={"b": "/2", "a": "/1"})
        assert two.path_overrides == (("a", "/1"), ("b", "/2"))
        assert two == config(path_overrides=[("a", "/1"), ("b", "/2")])


class TestSecrets:
    def test_the_key_is_cleaned(self) -> None:
        assert config(api_key=f"\ufeff {KEY[:9]}\u200b{KEY[9:]}\n").api_key.reveal() == KEY

    def test_the_memo_is_kept_as_typed(self) -> None:
        memo = "  전화 👨‍👩‍👧 \n"
        assert config(memo=memo).memo.reveal() == memo

    def test_no_text_form_shows_key_memo_or_people(self) -> None:
        whole = config(memo="비밀 메모", contacts=[PERSON])
        for text in (repr(whole), str(whole), f"{whole}", repr(PERSON), f"{PERSON!s}", str(whole.contacts)):
            for secret in (KEY, "비밀", "홍길동", "hong@", "010-0000"):
                assert secret not in text

    def test_a_pickle_holds_none_of_them(self) -> None:
        whole = config(memo="비밀 메모", contacts=[PERSON], link=LinkState.APPROVED)
        data = pickle.dumps(whole)
        for secret in (KEY, "비밀", "홍길동", "hong@", "010-0000"):
            assert secret.encode() not in data
        back = pickle.loads(data)
        assert (back.seller_id, back.switches, back.link) == (whole.seller_id, whole.switches, whole.link)
        for secret in (back.api_key, back.memo, back.contacts[0].email):
            with pytest.raises(SecretUnavailableError):
                secret.reveal()

    def test_what_came_from_a_pickle_can_still_be_changed(self) -> None:
        back = pickle.loads(pickle.dumps(config(link=LinkState.APPROVED, contacts=[PERSON])))
        assert back.replace(runple=True).runple
        assert back.replace(runple=True).link_state is LinkState.APPROVED
        assert back.replace(api_key=KEY, contacts=(PERSON,)).contacts == (PERSON,)

    def test_copies_are_equal(self) -> None:
        whole = config(contacts=[PERSON], memo="x")
        assert copy.deepcopy(whole) == whole == copy.copy(whole)


class TestContact:
    def test_all_faults_without_a_value(self) -> None:
        with pytest.raises(ConfigError) as error:
            Contact(" ", email="not-an-address-xyz", phone="전화", mobile="12")
        assert paths(error) == ["name", "email", "phone", "mobile"]
        assert "not-an-address-xyz" not in str(error.value)

    def test_wrong_types_are_named_without_a_value(self) -> None:
        with pytest.raises(ConfigError) as error:
            Contact("홍길동", mobile=1000000000)  # type: ignore[arg-type]
        assert paths(error) == ["mobile"]
        assert "1000000000" not in str(error.value)

    @pytest.mark.parametrize("number", ["010-0000-0000", "+82 10-0000-0000", "02)000-0000", "01000000000"])
    def test_numbers_as_people_write_them(self, number: str) -> None:
        assert Contact("홍길동", phone=number).phone.reveal() == number

    @pytest.mark.parametrize(
        "number", ["010-0000-0000", "+82 10-0000-0000", "01000000000", "011-000-0000", "+1 212-000-0000"]
    )
    def test_a_mobile_number_is_one(self, number: str) -> None:
        assert Contact("홍길동", mobile=number).mobile.reveal() == number

    @pytest.mark.parametrize(
        "number",
        [
            "02)000-0000",
            "02-0000-0000",
            "031-000-0000",
            "+82 2-000-0000",
            "070-0000-0000",
            "0505-000-0000",
            "1588-0000",
        ],
    )
    def test_a_landline_is_no_mobile_number(self, number: str) -> None:
        with pytest.raises(ConfigError) as error:
            Contact("홍길동", mobile=number)
        (violation,) = error.value.violations
        assert (violation.path, violation.rule, violation.value) == ("mobile", "mobile number", "***")
        assert number not in str(error.value)


class TestReplace:
    def test_the_typed_changes_name_every_field(self) -> None:
        assert set(get_type_hints(ChannelChanges)) == {part.name for part in attrs.fields(ChannelConfig)}

    def test_everything_is_checked_again(self) -> None:
        with pytest.raises(ConfigError):
            config().replace(confirmation=OrderConfirmation(ConfirmationMode.RUNPLE))
        with pytest.raises(TypeError):
            config().replace(stor_name="x")  # type: ignore[call-arg]

    @pytest.mark.parametrize(
        "change",
        [
            {"api_key": KEY.replace("0", "f")},
            {"seller_id": "shop2"},
            {"agency": Agency("다른 대행사")},
            {"selected_agency": "다른 대행사"},
            {"base_url": "https://example.com"},
        ],
    )
    def test_another_identity_is_a_draft_again(self, change: dict[str, object]) -> None:
        timestamp = datetime(2026, 3, 2, tzinfo=KST)
        record = LinkRecord(LinkState.APPROVED, 1, timestamp, (LinkAttempt(timestamp, LinkOutcome.APPROVED),))
        before = config(link=record)
        after = before.replace(**change)  # type: ignore[arg-type]
        assert after.link_state is LinkState.DRAFT
        assert after.link.approved_at is None
        assert after.link.history == record.history
        assert (
            before.replace(**change, link=LinkState.SAVED_UNAPPROVED).link_state is LinkState.SAVED_UNAPPROVED
        )  # type: ignore[arg-type]

    def test_other_changes_keep_the_link(self) -> None:
        approved = config(link=LinkState.APPROVED)
        assert approved.replace(switches=Switches(master=False)).link_state is LinkState.APPROVED
        assert approved.replace(api_key=f" {KEY} ").link_state is LinkState.APPROVED

    def test_a_new_key_cannot_fail_on_the_old_approval(self) -> None:
        assert config(link=LinkState.APPROVED).replace(api_key="").link_state is LinkState.DRAFT


class TestAgency:
    @pytest.mark.parametrize(
        "name",
        [
            "윈셀링",
            " 윈 셀링 ",
            "주식회사 윈윈소프트",
            "(주)윈윈소프트",
            "㈜ 윈윈소프트",
            "윈윈소프트（주）",
            "윈윈소프트 주식회사",
        ],
    )
    def test_brand_and_legal_name_are_one(self, name: str) -> None:
        assert WINSELLING.matches(name)
        assert WINSELLING.matches(Agency("새 이름", (name.strip(),)))

    @pytest.mark.parametrize("name", ["윈셀", "윈윈", "주식회사", "", "윈윈소프트웨어"])
    def test_other_names_are_not(self, name: str) -> None:
        assert not WINSELLING.matches(name)

    def test_brand_and_legal_name_are_two_without_the_alias(self) -> None:
        assert not Agency("윈셀링").matches("주식회사 윈윈소프트")

    def test_case_and_width_do_not_matter(self) -> None:
        assert Agency("Ｗｉｎ Selling").matches("WIN SELLING")

    def test_a_company_word_inside_a_name_stays(self) -> None:
        assert normalise_agency("한국주식회사정보") == "한국주식회사정보"

    @pytest.mark.parametrize(
        "bad", [("주식회사", ()), ("", ()), ("a", ("㈜",)), (1, ()), ("a", (1,)), ("a", "bc")]
    )
    def test_names_that_name_nobody(self, bad: tuple[object, object]) -> None:
        with pytest.raises(ConfigError):
            Agency(*bad)  # type: ignore[arg-type]

    @given(st.text(max_size=12))
    def test_folding_twice_changes_nothing(self, name: str) -> None:
        once = normalise_agency(name)
        assert normalise_agency(once) == once


class TestSwitches:
    def test_kinds_are_open_and_known_by_their_korean_name(self) -> None:
        for name in ("판매자문의", "상품문의", CsKind.QUESTION.korean):
            assert Switches(cs_kinds=[name]).cs_kinds == ("question",)  # type: ignore[arg-type]
        switches = Switches(cs_kinds=["판매자문의", "review", "전화상담"])  # type: ignore[arg-type]
        assert switches.cs_kinds == ("question", "review", "전화상담")
        assert switches.covers_cs(CsKind.QUESTION)
        assert switches.covers_cs("구매후기")
        assert switches.covers_cs("전화상담")
        assert not switches.covers_cs(CsKind.INQUIRY)
        assert not attrs.evolve(switches, cs_api=False).covers_cs("review")

    def test_faults(self) -> None:
        with pytest.raises(ConfigError) as error:
            Switches(master="on", sku_sync=1)  # type: ignore[arg-type]
        assert paths(error) == ["master", "sku_sync"]
        with pytest.raises(ConfigError) as error:
            Switches(cs_kinds=("review", "구매후기", " "))
        assert paths(error) == ["cs_kinds[1]", "cs_kinds[2]"]
        with pytest.raises(ConfigError):
            Switches(cs_kinds="review")  # type: ignore[arg-type]


class TestSalePeriod:
    def test_enabled_needs_a_length(self) -> None:
        with pytest.raises(ConfigError, match="enabled=true contradicts a missing length"):
            SalePeriodExtension(enabled=True)

    @pytest.mark.parametrize(
        ("threshold", "length", "fits"),
        [
            (7, ExtensionLength(7), True),
            (8, ExtensionLength(7), False),
            (28, ExtensionLength(1, LengthUnit.MONTHS), True),
            (29, ExtensionLength(1, LengthUnit.MONTHS), False),
            (59, ExtensionLength(2, LengthUnit.MONTHS), True),
            (60, ExtensionLength(2, LengthUnit.MONTHS), False),
        ],
    )
    def test_a_threshold_longer_than_the_length_names_both(
        self, threshold: int, length: ExtensionLength, fits: bool
    ) -> None:
        if fits:
            assert SalePeriodExtension(True, threshold, length).threshold_days == threshold
            return
        with pytest.raises(ConfigError) as error:
            SalePeriodExtension(True, threshold, length)
        (violation,) = error.value.violations
        assert f"threshold_days={threshold}" in violation.message
        assert f"length={length}" in violation.message
        assert f"({length.amount}{length.unit.korean})" in violation.message_ko

    def test_several_faults_at_once(self) -> None:
        with pytest.raises(ConfigError) as error:
            SalePeriodExtension("on", 0, 30, time(2), "skip")  # type: ignore[arg-type]
        assert paths(error) == ["enabled", "threshold_days", "window", "ended", "length"]

    @given(
        st.integers(1, 60),
        st.dates(min_value=datetime(1990, 1, 1).date(), max_value=datetime(2090, 1, 1).date()),
    )
    def test_no_number_of_months_is_shorter_than_said(self, months: int, day: object) -> None:
        length = ExtensionLength(months, LengthUnit.MONTHS)
        start = datetime.combine(day, time(3), KST)  # type: ignore[arg-type]
        assert length.after(start) - start >= length.shortest

    def test_the_shortest_is_reached(self) -> None:
        for months in range(1, 61):
            length = ExtensionLength(months, LengthUnit.MONTHS)
            starts = [
                datetime(year, month, 1, tzinfo=KST) for year in range(2021, 2029) for month in range(1, 13)
            ]
            assert min(length.after(start) - start for start in starts) == length.shortest

    def test_months_keep_the_day_and_the_hour(self) -> None:
        month = ExtensionLength(1, LengthUnit.MONTHS)
        assert month.after(datetime(2027, 1, 31, 23, tzinfo=KST)) == datetime(2027, 2, 28, 23, tzinfo=KST)
        assert month.after(datetime(2028, 1, 31, 23, tzinfo=KST)) == datetime(2028, 2, 29, 23, tzinfo=KST)
        assert month.after(datetime(2026, 1, 31, 15, tzinfo=UTC)).isoformat() == "2026-03-01T00:00:00+09:00"
        with pytest.raises(NaiveDatetimeError):
            month.after(datetime(2026, 1, 1))

    @pytest.mark.parametrize(
        ("text", "length"),
        [
            ("30 days", ExtensionLength(30)),
            ("1day", ExtensionLength(1)),
            ("30일", ExtensionLength(30)),
            ("3 months", ExtensionLength(3, LengthUnit.MONTHS)),
            (" 3개월 ", ExtensionLength(3, LengthUnit.MONTHS)),
            ("12M", ExtensionLength(12, LengthUnit.MONTHS)),
        ],
    )
    def test_lengths_as_text(self, text: str, length: ExtensionLength) -> None:
        assert ExtensionLength.parse(text) == length
        assert ExtensionLength.parse(str(length)) == length

    @pytest.mark.parametrize(
        "text", ["", "30", "days", "-3 days", "1.5 months", "0 days", "61 months", "1827 days", "3 years"]
    )
    def test_lengths_that_are_none(self, text: str) -> None:
        with pytest.raises(ConfigError):
            ExtensionLength.parse(text)

    def test_the_window_lies_in_one_day(self) -> None:
        window = DayWindow(time(2), time(6))
        assert window.covers(datetime(2026, 1, 1, 2, tzinfo=KST))
        assert not window.covers(datetime(2026, 1, 1, 6, tzinfo=KST))
        assert window.covers(datetime(2026, 1, 1, 20, 59, tzinfo=UTC))
        for start, end in [
            (time(6), time(2)),
            (time(2), time(2)),
            (time(2, tzinfo=KST), time(6)),
            ("02:00", time(6)),
        ]:
            with pytest.raises(ConfigError):
                DayWindow(start, end)  # type: ignore[arg-type]


class TestMaintenance:
    night = DailyMaintenance(time(23, 30), time(1), note="정기 점검")

    @pytest.mark.parametrize(
        ("hour", "minute", "inside"),
        [(23, 29, False), (23, 30, True), (0, 59, True), (1, 0, False), (12, 0, False)],
    )
    def test_a_window_over_midnight(self, hour: int, minute: int, inside: bool) -> None:
        assert self.night.covers(datetime(2026, 5, 5, hour, minute, tzinfo=KST)) is inside

    def test_its_end_is_the_next_morning(self) -> None:
        assert self.night.end_at(datetime(2026, 5, 5, 23, 45, tzinfo=KST)) == datetime(
            2026, 5, 6, 1, tzinfo=KST
        )
        assert self.night.end_at(datetime(2026, 5, 5, 0, 45, tzinfo=KST)) == datetime(
            2026, 5, 5, 1, tzinfo=KST
        )

    def test_weekdays_name_the_day_it_starts(self) -> None:
        sunday = DailyMaintenance(time(22), time(4), (6,))
        assert sunday.covers(datetime(2026, 11, 22, 23, tzinfo=KST))
        assert sunday.covers(datetime(2026, 11, 23, 3, tzinfo=KST))
        assert not sunday.covers(datetime(2026, 11, 22, 3, tzinfo=KST))

    def test_dated(self) -> None:
        once = DatedMaintenance(datetime(2026, 1, 1, 15, tzinfo=UTC), datetime(2026, 1, 2, 3, tzinfo=KST))
        assert once.start.isoformat() == "2026-01-02T00:00:00+09:00"
        assert once.covers(once.start)
        assert not once.covers(once.end)

    def test_windows_that_follow_each_other_are_one_wait(self) -> None:
        windows = (
            self.night,
            DatedMaintenance(datetime(2026, 5, 6, 0, 30, tzinfo=KST), datetime(2026, 5, 6, 2, tzinfo=KST)),
        )
        clear = datetime(2026, 5, 6, 2, tzinfo=KST)
        assert config(maintenance=windows).next_clear(datetime(2026, 5, 5, 23, 45, tzinfo=KST)) == clear
        assert config(maintenance=windows).next_clear(clear) == clear
        assert config(maintenance=windows).in_maintenance(datetime(2026, 5, 6, 1, 30, tzinfo=KST))

    def test_faults(self) -> None:
        with pytest.raises(ConfigError) as error:
            DailyMaintenance(time(1), time(1))
        assert paths(error) == ["end"]
        with pytest.raises(ConfigError) as error:
            DailyMaintenance("1", time(1, tzinfo=KST), (7, -1))  # type: ignore[arg-type]
        assert paths(error)[:2] == ["start", "end"]
        with pytest.raises(ConfigError) as error:
            DailyMaintenance(time(1), time(2), (7, 0, True))
        assert "weekdays[0]" in paths(error)
        with pytest.raises(ConfigError) as error:
            DatedMaintenance(datetime(2026, 1, 1), "x")  # type: ignore[arg-type]
        assert paths(error) == ["start", "end"]
        with pytest.raises(ConfigError, match="is not after start"):
            DatedMaintenance(datetime(2026, 1, 2, tzinfo=KST), datetime(2026, 1, 1, tzinfo=KST))
        with pytest.raises(NaiveDatetimeError):
            self.night.covers(datetime(2026, 1, 1))

    times = st.times(timezones=st.none())
    daily = st.builds(
        lambda pair, days: (pair, tuple(sorted(days))),
        st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]),
        st.sets(st.integers(0, 6), max_size=6),
    )

    @given(
        st.lists(daily, max_size=4),
        st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1)),
    )
    def test_the_next_clear_timestamp_is_clear_and_the_first(
        self, windows: list[tuple[tuple[time, time], tuple[int, ...]]], naive: datetime
    ) -> None:
        built = [DailyMaintenance(start, end, days) for (start, end), days in windows]
        try:
            channel = config(maintenance=built)
        except ConfigError:
            self.assert_always_covered(built, naive.replace(tzinfo=KST))
            return
        timestamp = naive.replace(tzinfo=KST)
        clear = next_clear(built, timestamp)
        assert clear >= timestamp
        assert not channel.in_maintenance(clear)
        if clear > timestamp:
            assert channel.in_maintenance(timestamp)
            assert channel.in_maintenance(clear - timedelta(microseconds=1))

    @given(times, times)
    def test_windows_that_meet_to_the_microsecond_leave_no_time(self, start: time, end: time) -> None:
        assume(start.replace(fold=0) != end.replace(fold=0))
        with pytest.raises(ConfigError, match="maintenance"):
            config(maintenance=[DailyMaintenance(start, end), DailyMaintenance(end, start)])

    @staticmethod
    def assert_always_covered(windows: list[DailyMaintenance], timestamp: datetime) -> None:
        edges = [timestamp]
        for window in windows:
            for day in range(8):
                base = datetime(2026, 1, 1, tzinfo=KST) + timedelta(days=day)
                edges += [datetime.combine(base.date(), edge, KST) for edge in (window.start, window.end)]
        assert all(any(window.covers(edge) for window in windows) for edge in edges)


class TestLinkRecord:
    def test_faults(self) -> None:
        timestamp = datetime(2026, 1, 1, tzinfo=KST)
        with pytest.raises(ConfigError) as error:
            LinkRecord("approved", -1, datetime(2026, 1, 1), (1,))  # type: ignore[arg-type]
        assert paths(error) == ["state", "attempts", "history[0]", "approved_at"]
        with pytest.raises(ConfigError, match="attempts=0"):
            LinkRecord(LinkState.APPROVED, 0, None, (LinkAttempt(timestamp, LinkOutcome.APPROVED),))
        with pytest.raises(ConfigError):
            LinkAttempt(datetime(2026, 1, 1), LinkOutcome.APPROVED)


def test_words_know_their_korean_names() -> None:
    assert OnboardingState.from_text("입점완료") is OnboardingState.COMPLETE
    assert OnboardingState.from_text("승인 대기") is OnboardingState.WAITING
    assert LinkState.from_text("SAVED_UNAPPROVED") is LinkState.SAVED_UNAPPROVED
    assert str(ConfirmationMode.RUNPLE) == "runple"
    assert ConfirmationMode.RUNPLE.korean == "런플상품발주"
    assert pickle.loads(pickle.dumps(ConfirmationMode.AUTO)) is ConfirmationMode.AUTO
    with pytest.raises(ConfigError, match="did you mean manual"):
        ConfirmationMode.from_text("manuel")


def test_secrets_given_as_secrets_stay() -> None:
    secret = SecretStr(KEY)
    assert config(api_key=secret).api_key is secret
