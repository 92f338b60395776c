"""What is written is what is read, faults come together, and no file holds a secret in clear."""

import contextlib
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time as clock
import tomllib
from datetime import UTC, datetime, time
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import (
    WINSELLING,
    Agency,
    ChannelConfig,
    ChannelRegistry,
    ConfirmationMode,
    Contact,
    DailyMaintenance,
    DatedMaintenance,
    DayWindow,
    EndedGoodsPolicy,
    ExtensionLength,
    LengthUnit,
    LinkAttempt,
    LinkOutcome,
    LinkRecord,
    LinkState,
    MixedBundlePolicy,
    OnboardingState,
    OrderConfirmation,
    PayoutShift,
    SalePeriodExtension,
    SettlementCycle,
    SettlementCycleKind,
    Switches,
    config_from_env,
    config_to_env,
    dumps_config,
    dumps_registry,
    load_config,
    load_registry,
    loads_config,
    loads_registry,
    rotate_file,
    save_config,
    save_registry,
)
from wemakeprice_sdk.config._document import MIGRATIONS, VERSION, migrate
from wemakeprice_sdk.config.storage import Syntax
from wemakeprice_sdk.errors import (
    ConfigError,
    PlainSecretError,
    SecretUnavailableError,
    TamperedError,
    UnknownKeyError,
)
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey, SecretStr

OLD, NEW = SecretKey(b"\x01" * 32), SecretKey(b"\x02" * 32)
CIPHER = AesGcmCipher({"new": NEW, "old": OLD}, "new")
OLD_CIPHER = AesGcmCipher({"old": OLD}, "old")
KEY = "0123456789abcdef0123456789abcdef"
PERSON = Contact("홍길동", "과장", "팀장", "물류", "hong@example.com", "02-000-0000", "010-0000-0000")
SECRETS = (KEY, "홍길동", "hong@", "010-0000", "과장", "물류", "비밀")
TIMESTAMP = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=KST)

FULL = ChannelConfig(
    "shop1",
    "첫 가게",
    KEY,
    agency=WINSELLING,
    selected_agency="㈜윈윈소프트",
    onboarding=OnboardingState.COMPLETE,
    link=LinkRecord(LinkState.APPROVED, 3, TIMESTAMP, (LinkAttempt(TIMESTAMP, LinkOutcome.APPROVED, "ok"),)),
    representative_category="생활/주방",
    settlement_cycle=SettlementCycle("매월 말 마감", SettlementCycleKind.MONTHLY, 15),
    memo="비밀 메모\n둘째 줄 ",
    contacts=(PERSON, Contact("김철수")),
    switches=Switches(master=False, cs_kinds=("question", "전화상담"), sku_sync=True),
    confirmation=OrderConfirmation(ConfirmationMode.RUNPLE, MixedBundlePolicy.CONFIRM),
    runple=True,
    sale_period=SalePeriodExtension(
        True,
        10,
        ExtensionLength(3, LengthUnit.MONTHS),
        DayWindow(time(3, 30), time(5)),
        EndedGoodsPolicy.EXTEND,
    ),
    maintenance=(
        DailyMaintenance(time(23, 30), time(0, 30), (5, 6), "정기 점검"),
        DatedMaintenance(TIMESTAMP, datetime(2026, 3, 3, tzinfo=UTC), "공지"),
    ),
    base_url="https://wapi-stg.wemakeprice.com",
    path_overrides={"getOrderDetail": "/order/out/getOrderDetail"},
)
BARE = ChannelConfig("shop2", "둘째 가게")
SYNTAXES: tuple[Syntax, ...] = ("toml", "json")


def words(**limits: int) -> st.SearchStrategy[str]:
    alphabet = st.characters(exclude_categories=("Cc", "Cs"))
    return st.text(alphabet, **limits).filter(lambda text: text == text.strip())


lines = words(max_size=8)
names = words(min_size=1, max_size=8)
timestamps = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.sampled_from([KST, UTC])
)
times = st.times()
mobiles = st.from_regex(r"01[016-9]-[0-9]{3,4}-[0-9]{4}", fullmatch=True)
contacts = st.builds(
    Contact,
    name=st.text(st.characters(categories=("L",)), min_size=1, max_size=6),
    rank=lines,
    department=lines,
    email=st.sampled_from(["", "hong@example.com"]),
    mobile=mobiles | st.just(""),
)
agencies = st.builds(
    lambda name, aliases: Agency(f"가{name}나", tuple(f"다{alias}라" for alias in aliases)),
    lines,
    st.lists(lines),
)
cycles = st.one_of(
    st.builds(SettlementCycle, names),
    st.builds(SettlementCycle, names, st.just(SettlementCycleKind.MONTHLY), st.none() | st.integers(1, 31)),
    st.builds(SettlementCycle, names, shift=st.sampled_from(PayoutShift), basis=names),
)
daily = st.builds(
    lambda ends, days, note: DailyMaintenance(*sorted(ends), tuple(days), note),  # type: ignore[call-arg]
    st.lists(times, min_size=2, max_size=2, unique=True),
    st.lists(st.integers(0, 6), max_size=3),
    lines,
)
dated = st.builds(
    lambda ends, note: DatedMaintenance(min(ends), max(ends), note),
    st.lists(timestamps, min_size=2, max_size=2, unique_by=lambda timestamp: timestamp.timestamp()),
    lines,
)
lengths = st.builds(ExtensionLength, st.integers(30, 1826)) | st.builds(
    ExtensionLength, st.integers(2, 60), st.just(LengthUnit.MONTHS)
)
sale_periods = st.builds(
    SalePeriodExtension,
    enabled=st.booleans(),
    threshold_days=st.integers(1, 30),
    length=lengths,
    window=st.lists(times, min_size=2, max_size=2, unique=True).map(lambda ends: DayWindow(*sorted(ends))),
    ended=st.sampled_from(EndedGoodsPolicy),
)
histories = st.lists(st.builds(LinkAttempt, timestamps, st.sampled_from(LinkOutcome), lines), max_size=3).map(
    tuple
)
links = st.builds(
    lambda state, extra, at, history: LinkRecord(state, len(history) + extra, at, history),
    st.sampled_from(LinkState),
    st.integers(0, 5),
    st.none() | timestamps,
    histories,
)
configs = st.builds(
    ChannelConfig,
    seller_id=names,
    store_name=names,
    api_key=st.text("0123456789abcdef", min_size=1, max_size=64).map(SecretStr),
    agency=st.none() | agencies,
    selected_agency=lines,
    onboarding=st.sampled_from(OnboardingState),
    link=links,
    representative_category=lines,
    settlement_cycle=st.none() | cycles,
    memo=st.text(max_size=20).map(SecretStr.verbatim),
    contacts=st.lists(contacts, max_size=2).map(tuple),
    switches=st.builds(
        Switches,
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.lists(st.sampled_from(["question", "review", "전화", "a b"]), unique=True).map(tuple),
        st.booleans(),
    ),
    confirmation=st.builds(
        OrderConfirmation, st.sampled_from(ConfirmationMode), st.sampled_from(MixedBundlePolicy)
    ),
    runple=st.just(True),
    sale_period=sale_periods,
    maintenance=st.lists(daily | dated, max_size=2).map(tuple),
    base_url=st.sampled_from([None, "https://example.com/base", "http://127.0.0.1:8787"]),
    path_overrides=st.dictionaries(
        st.from_regex(r"[a-z][A-Za-z]{0,8}", fullmatch=True), st.just("/order/out/x"), max_size=2
    ),
)


class TestRoundTrip:
    @settings(max_examples=150, deadline=None)
    @given(configs, st.sampled_from(SYNTAXES))
    def test_text(self, config: ChannelConfig, syntax: Syntax) -> None:
        text = dumps_config(config, cipher=CIPHER, syntax=syntax)
        assert loads_config(text, cipher=CIPHER, syntax=syntax) == config

    @settings(max_examples=150, deadline=None)
    @given(configs)
    def test_environment(self, config: ChannelConfig) -> None:
        variables = config_to_env(config, cipher=CIPHER)
        assert all(isinstance(value, str) and "\0" not in value for value in variables.values())
        assert config_from_env(variables, cipher=CIPHER) == config

    @settings(max_examples=40, deadline=None)
    @given(st.lists(configs, max_size=4), st.sampled_from(SYNTAXES))
    def test_registry(self, channels: list[ChannelConfig], syntax: Syntax) -> None:
        different = [
            attrs.evolve(config, seller_id=f"shop{n}", store_name=f"가게{n}", api_key=SecretStr(f"{n}" * 32))
            for n, config in enumerate(channels)
        ]
        registry = ChannelRegistry(different)
        text = dumps_registry(registry, cipher=CIPHER, syntax=syntax)
        assert loads_registry(text, cipher=CIPHER, syntax=syntax) == registry

    @pytest.mark.parametrize("name", ["shop.toml", "shop.JSON"])
    @pytest.mark.parametrize("config", [FULL, BARE], ids=["full", "bare"])
    def test_file(self, tmp_path: Path, name: str, config: ChannelConfig) -> None:
        path = tmp_path / name
        save_config(path, config, cipher=CIPHER)
        assert load_config(path, cipher=CIPHER) == config
        save_config(path, config.replace(runple=True), cipher=CIPHER)
        assert load_config(path, cipher=CIPHER).runple
        assert [entry.name for entry in tmp_path.iterdir()] == [name]
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_process_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in config_to_env(FULL, cipher=CIPHER, prefix="WMP_TEST_").items():
            monkeypatch.setenv(name, value)
        assert config_from_env(cipher=CIPHER, prefix="WMP_TEST_") == FULL

    def test_registry_file(self, tmp_path: Path) -> None:
        registry = ChannelRegistry([FULL, BARE])
        save_registry(tmp_path / "all.toml", registry, cipher=CIPHER)
        assert load_registry(tmp_path / "all.toml", cipher=CIPHER) == registry

    def test_a_symbolic_link_stays_one(self, tmp_path: Path) -> None:
        (tmp_path / "real.toml").write_text("")
        (tmp_path / "link.toml").symlink_to("real.toml")
        save_config(tmp_path / "link.toml", BARE)
        assert (tmp_path / "link.toml").is_symlink()
        assert load_config(tmp_path / "real.toml") == BARE


class TestSecretsAtRest:
    @pytest.mark.parametrize("syntax", SYNTAXES)
    def test_nothing_stands_in_clear(self, syntax: Syntax) -> None:
        for text in (
            dumps_config(FULL, cipher=CIPHER, syntax=syntax),
            dumps_registry(ChannelRegistry([FULL]), cipher=CIPHER, syntax=syntax),
            json.dumps(config_to_env(FULL, cipher=CIPHER), ensure_ascii=False),
        ):
            for secret in SECRETS:
                assert secret not in text
                assert json.dumps(secret)[1:-1] not in text

    @pytest.mark.parametrize("secret", [{"api_key": KEY}, {"memo": "비밀"}, {"contacts": (PERSON,)}])
    def test_saving_without_a_cipher_is_refused(self, tmp_path: Path, secret: dict[str, object]) -> None:
        config = BARE.replace(**secret)  # type: ignore[arg-type]
        path = tmp_path / "shop.toml"
        save_config(path, BARE)
        before = path.read_bytes()
        with pytest.raises(PlainSecretError, match=next(iter(secret))):
            save_config(path, config)
        with pytest.raises(PlainSecretError):
            save_registry(path, ChannelRegistry([BARE.replace(seller_id="x", store_name="y"), config]))
        with pytest.raises(PlainSecretError):
            config_to_env(config)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_a_configuration_from_a_pickle_is_not_saved_as_if_it_had_no_key(self) -> None:
        import pickle

        with pytest.raises(SecretUnavailableError):
            dumps_config(pickle.loads(pickle.dumps(FULL)), cipher=CIPHER)

    def test_a_key_in_clear_is_refused_unless_allowed(self) -> None:
        text = f'version = 1\n[channel]\nseller_id = "s"\nstore_name = "t"\napi_key = "{KEY}"\n'
        text += '[[channel.contacts]]\nname = "홍길동"\n'
        with pytest.raises(PlainSecretError) as error:
            loads_config(text, cipher=CIPHER)
        assert KEY not in str(error.value)
        read = loads_config(text, allow_plain=True)
        assert read.api_key.reveal() == KEY
        assert read.contacts[0].name.reveal() == "홍길동"

    def test_the_environment_may_hold_the_key_in_clear(self) -> None:
        variables = {
            "WEMAKEPRICE_SELLER_ID": "s",
            "WEMAKEPRICE_STORE_NAME": "t",
            "WEMAKEPRICE_API_KEY": KEY,
            "WEMAKEPRICE_CONTACTS": '[{"name": "홍길동", "mobile": "010-0000-0000"}]',
        }
        assert config_from_env(variables).contacts[0].mobile.reveal() == "010-0000-0000"

    def test_reading_needs_the_cipher_and_the_right_one(self) -> None:
        text = dumps_config(FULL, cipher=CIPHER)
        with pytest.raises(SecretUnavailableError, match="api_key is encrypted"):
            loads_config(text)
        with pytest.raises(UnknownKeyError):
            loads_config(text, cipher=OLD_CIPHER)

    def test_secrets_are_bound_to_account_and_field(self) -> None:
        raw = json.loads(dumps_config(FULL, cipher=CIPHER, syntax="json"))
        other = {**raw, "channel": {**raw["channel"], "seller_id": "shop9"}}
        with pytest.raises(TamperedError):
            loads_config(json.dumps(other), cipher=CIPHER, syntax="json")
        moved = {**raw, "channel": {**raw["channel"], "memo": raw["channel"]["api_key"]}}
        with pytest.raises(TamperedError):
            loads_config(json.dumps(moved), cipher=CIPHER, syntax="json")


class TestFaults:
    @pytest.mark.parametrize("name", ["shop.toml", "shop.json"])
    def test_a_byte_order_mark_of_a_windows_editor_is_no_fault(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        save_config(path, BARE)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        assert load_config(path) == BARE

    def test_a_document_of_the_other_kind_names_its_reader(self) -> None:
        with pytest.raises(ConfigError, match="read it with load_registry"):
            loads_config(dumps_registry(ChannelRegistry([BARE])))
        with pytest.raises(ConfigError, match="read it with load_config"):
            loads_registry(dumps_config(BARE))

    def test_everything_wrong_is_named_once(self) -> None:
        text = """
            version = 1
            [channel]
            seller_id = 5
            stor_name = "가게"
            onboarding = "done"
            runple = "maybe"
            base_url = "nowhere"
            [channel.agency]
            name = "주식회사"
            [channel.link]
            state = "approved"
            attempts = "many"
            [channel.confirmation]
            mode = "runple"
            [channel.switches]
            mastr = true
            cs_kinds = "review"
            [channel.sale_period]
            enabled = true
            length = "two weeks"
            [channel.sale_period.window]
            start = "25:00"
            [[channel.maintenance]]
            kind = "weekly"
            [[channel.maintenance]]
            kind = "dated"
            start = 2026-01-01T00:00:00
            end = 2026-01-01T00:00:00+09:00
            [channel.path_overrides]
            getOrderList = 5
        """
        with pytest.raises(ConfigError) as error:
            loads_config(text)
        found = [violation.path.removeprefix("channel.") for violation in error.value.violations]
        assert sorted(found) == sorted(
            [
                "seller_id",
                "stor_name",
                "store_name",
                "onboarding",
                "runple",
                "base_url",
                "agency.name",
                "link.attempts",
                "switches.mastr",
                "switches.cs_kinds",
                "sale_period.length",
                "sale_period.window.start",
                "sale_period.window.end",
                "maintenance[0].kind",
                "maintenance[1].start",
                "path_overrides.getOrderList",
            ]
        )
        messages = {violation.path: violation for violation in error.value.violations}
        assert "did you mean store_name" in messages["channel.stor_name"].message
        assert "store_name" in messages["channel.stor_name"].message_ko
        assert "did you mean master" in messages["channel.switches.mastr"].message
        assert all(violation.message_ko for violation in error.value.violations)

    def test_a_contradiction_names_both_sides(self) -> None:
        text = 'version = 1\n[channel]\nseller_id = "s"\nstore_name = "t"\n[channel.confirmation]\nmode = "런플상품발주"\n'
        with pytest.raises(ConfigError, match="runple=false") as error:
            loads_config(text)
        assert [violation.path for violation in error.value.violations] == ["channel.confirmation.mode"]

    def test_personal_values_are_not_repeated(self) -> None:
        text = f"""
            version = 1
            [channel]
            seller_id = "s"
            store_name = "t"
            api_key = ["{KEY}"]
            memo = 1000000000
            apikey = "{KEY}"
            [[channel.contacts]]
            nam = "홍길동"
            mobile = 1000000000
        """
        with pytest.raises(ConfigError) as error:
            loads_config(text, allow_plain=True)
        assert [violation.path.removeprefix("channel.") for violation in error.value.violations] == [
            "apikey",
            "api_key",
            "memo",
            "contacts[0].nam",
            "contacts[0].name",
            "contacts[0].mobile",
        ]
        for secret in (KEY, "홍길동", "1000000000"):
            assert secret not in str(error.value)

    def test_null_is_not_set(self) -> None:
        text = (
            '{"version": 1, "channel": {"seller_id": "s", "store_name": "t", "base_url": null, "memo": null}}'
        )
        assert loads_config(text, syntax="json") == ChannelConfig("s", "t")
        with pytest.raises(ConfigError) as error:
            loads_config(text.replace('"t"', "null"), syntax="json")
        assert [violation.path for violation in error.value.violations] == ["channel.store_name"]

    def test_short_forms(self) -> None:
        text = """
            version = 1
            [channel]
            seller_id = "s"
            store_name = "t"
            agency = "윈셀링"
            settlement_cycle = "주정산"
            onboarding = "입점완료"
            link = "저장됨(미승인)"
            [channel.sale_period.window]
            start = 01:30:00
            end = "05:00"
        """
        read = loads_config(text)
        assert read.agency == Agency("윈셀링")
        assert read.settlement_cycle == SettlementCycle("주정산")
        assert read.onboarding is OnboardingState.COMPLETE
        assert read.link_state is LinkState.SAVED_UNAPPROVED
        assert read.sale_period.window == DayWindow(time(1, 30), time(5))
        for short in ('agency = "주식회사"', 'settlement_cycle = ""', 'link = "linked"'):
            with pytest.raises(ConfigError) as error:
                loads_config(f'version = 1\n[channel]\nseller_id = "s"\nstore_name = "t"\n{short}\n')
            assert [v.path for v in error.value.violations] == [f"channel.{short.split()[0]}"]

    @pytest.mark.parametrize(
        ("text", "syntax", "path"),
        [
            ("version = 1\n[channel", "toml", "document"),
            ("{", "json", "document"),
            ("[]", "json", "document"),
            ("[" * 100_000, "json", "document"),
            ('{"version": 1, "version": 1}', "json", "version"),
            ('{"version": 1, "channel": {"seller_id": "a", "seller_id": "b"}}', "json", "seller_id"),
            ("version = 1", "toml", "channel"),
            ("version = 1\n[chanel]\n", "toml", "channel"),
            ("version = 1\n[[channels]]\n", "toml", "channels"),
            ("version = 1\nchannel = 1", "toml", "channel"),
            ("[channel]\n", "toml", "version"),
            ("version = true\n[channel]\n", "toml", "version"),
            ('version = "1"\n[channel]\n', "toml", "version"),
            ("version = 2\n[channel]\n", "toml", "version"),
            ("version = 0\n[channel]\n", "toml", "version"),
        ],
    )
    def test_documents_that_are_none(self, text: str, syntax: Syntax, path: str) -> None:
        with pytest.raises(ConfigError) as error:
            loads_config(text, syntax=syntax)
        assert error.value.violations[0].path == path
        assert error.value.__cause__ is None
        assert error.value.__context__ is None or error.value.__suppress_context__

    def test_a_broken_file_is_not_repeated_in_the_error(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.json"
        for broken in (f'{{"api_key": "{KEY}",,}}'.encode(), b"\xff" + KEY.encode()):
            path.write_bytes(broken)
            with pytest.raises(ConfigError) as error:
                load_config(path)
            shown: BaseException | None = error.value
            while shown is not None:
                assert KEY not in str(vars(shown)) + str(shown)
                shown = shown.__cause__ or (None if shown.__suppress_context__ else shown.__context__)

    def test_names_that_tell_no_format(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="tells no format"):
            save_config(tmp_path / "shop.yaml", BARE)
        assert list(tmp_path.iterdir()) == []

    def test_missing_files_and_folders(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            load_config(tmp_path / "none.toml")
        with pytest.raises(FileNotFoundError):
            save_config(tmp_path / "none" / "shop.toml", BARE)

    def test_registry_faults_come_together(self) -> None:
        text = """
            version = 1
            [[channels]]
            seller_id = "a"
            [[channels]]
            seller_id = "b"
            store_name = "t"
            runple = 3
        """
        with pytest.raises(ConfigError) as error:
            loads_registry(text)
        assert [violation.path for violation in error.value.violations] == [
            "channels[0].store_name",
            "channels[1].runple",
        ]
        for other in ("version = 1\n[channel]\n", "version = 1\nchannels = 1", "version = 1\nchannels = [1]"):
            with pytest.raises(ConfigError):
                loads_registry(other)


SMALLEST = {"WEMAKEPRICE_SELLER_ID": "s", "WEMAKEPRICE_STORE_NAME": "t"}


class TestEnvironment:
    @pytest.mark.parametrize(
        ("text", "on"),
        [("true", True), ("On", True), ("1", True), ("no", False), ("0", False), (" off ", False)],
    )
    def test_switches(self, text: str, on: bool) -> None:
        assert config_from_env({**SMALLEST, "WEMAKEPRICE_SWITCHES__MASTER": text}).switches.master is on

    def test_tables_lists_and_numbers(self) -> None:
        read = config_from_env(
            {
                **SMALLEST,
                "WEMAKEPRICE_SALE_PERIOD__THRESHOLD_DAYS": "14",
                "WEMAKEPRICE_SALE_PERIOD__LENGTH": "30일",
                "WEMAKEPRICE_SALE_PERIOD__ENABLED": "yes",
                "WEMAKEPRICE_SALE_PERIOD__WINDOW": '{"start": "01:00", "end": "02:00"}',
                "WEMAKEPRICE_SWITCHES__CS_KINDS": '["판매자문의"]',
                "WEMAKEPRICE_AGENCY": "윈셀링",
                "WEMAKEPRICE_MEMO": "",
                "WEMAKEPRICE_LINK": "approved",
                "WEMAKEPRICE_API_KEY": KEY,
                "WEMAKEPRICE_PATH_OVERRIDES": '{"getOrderList": "/x"}',
                "PATH": "/bin",
                "WEMAKEPRICE_SECRET_KEYS": "not mine",
                "WEMAKEPRICE_OTHER": "left alone",
            },
            ignore=["WEMAKEPRICE_OTHER"],
        )
        assert read.sale_period == SalePeriodExtension(
            True, 14, ExtensionLength(30), DayWindow(time(1), time(2))
        )
        assert read.switches.cs_kinds == ("question",)
        assert read.link_state is LinkState.APPROVED
        assert dict(read.path_overrides) == {"getOrderList": "/x"}

    def test_faults(self) -> None:
        with pytest.raises(ConfigError) as error:
            config_from_env(
                {
                    "WEMAKEPRICE_SELLERID": "s",
                    "WEMAKEPRICE_STORE_NAME": "t",
                    "WEMAKEPRICE_SWITCHES__MASTER": "perhaps",
                    "WEMAKEPRICE_SALE_PERIOD__THRESHOLD_DAYS": "7.5",
                    "WEMAKEPRICE_CONTACTS": '[{"name": "홍길동"',
                    "WEMAKEPRICE_SWITCHES__CS_KINDS": "review",
                }
            )
        assert sorted(violation.path for violation in error.value.violations) == [
            "contacts",
            "sale_period.threshold_days",
            "seller_id",
            "sellerid",
            "switches.cs_kinds",
            "switches.master",
        ]
        assert "홍길동" not in str(error.value)

    @pytest.mark.parametrize(
        "pair", [("AGENCY", "AGENCY__NAME"), ("AGENCY", "AGENCY__NAME__X"), ("MEMO", "memo")]
    )
    def test_a_setting_given_twice(self, pair: tuple[str, str]) -> None:
        with pytest.raises(ConfigError, match="another variable"):
            config_from_env({**SMALLEST, **{f"WEMAKEPRICE_{name}": "윈셀링" for name in pair}})

    def test_versions(self) -> None:
        assert config_from_env({**SMALLEST, "WEMAKEPRICE_VERSION": "1"}).seller_id == "s"
        for version in ("2", "one"):
            with pytest.raises(ConfigError) as error:
                config_from_env({**SMALLEST, "WEMAKEPRICE_VERSION": version})
            assert error.value.violations[0].path == "version"


class TestMigration:
    def test_steps_run_in_order_and_only_the_needed_ones(self) -> None:
        steps = {
            1: lambda document: {**document, "trail": [*document.get("trail", []), 1]},
            2: lambda document: {**document, "trail": [*document.get("trail", []), 2]},
        }
        before: dict[str, object] = {"version": 1}
        assert migrate(before, current=3, steps=steps) == {"version": 3, "trail": [1, 2]}  # type: ignore[arg-type]
        assert migrate({"version": 2}, current=3, steps=steps) == {"version": 3, "trail": [2]}  # type: ignore[arg-type]
        assert migrate({"version": 3}, current=3, steps=steps) == {"version": 3}  # type: ignore[arg-type]
        assert before == {"version": 1}

    def test_a_gap_and_the_future_are_refused(self) -> None:
        with pytest.raises(ConfigError, match="no way from version 1"):
            migrate({"version": 1}, current=2, steps={})
        with pytest.raises(ConfigError, match="newer version"):
            migrate({"version": 9})

    def test_every_version_ever_written_has_a_way_up(self) -> None:
        assert set(MIGRATIONS) == set(range(1, VERSION))


class TestRegistry:
    def test_clashes_name_both_sides(self) -> None:
        with pytest.raises(ConfigError) as error:
            ChannelRegistry(
                [
                    ChannelConfig("shop1", "첫 가게", KEY),
                    ChannelConfig("ＳＨＯＰ1", "둘째 가게"),
                    ChannelConfig("shop3", "첫가게", KEY),
                ]
            )
        assert [(violation.path, violation.message) for violation in error.value.violations] == [
            ("channels[1].seller_id", "the same seller_id as channels[0]"),
            ("channels[2].store_name", "the same store_name as channels[0]"),
            ("channels[2].api_key", "the same api_key as channels[0]"),
        ]
        assert [violation.message_ko for violation in error.value.violations] == [
            "판매자 ID가 다른 계정과 같습니다(channels[0]). 서로 다른 값을 적어 주세요",
            "스토어명이 다른 계정과 같습니다(channels[0]). 서로 다른 값을 적어 주세요",
            "인증키가 다른 계정과 같습니다(channels[0]). 서로 다른 값을 적어 주세요",
        ]
        assert KEY not in str(error.value)

    def test_accounts_come_and_go(self) -> None:
        one = ChannelRegistry().add(FULL)
        two = one.add(BARE)
        assert len(one) == 1
        assert [config.seller_id for config in two] == ["shop1", "shop2"]
        assert two.get("SHOP2") is BARE
        assert two.by_store("첫 가게") is FULL
        assert "shop1" in two
        assert "shop3" not in two
        assert 5 not in two
        changed = two.replace(BARE.replace(runple=True))
        assert changed.get("shop2").runple
        assert [config.seller_id for config in changed] == ["shop1", "shop2"]
        assert [config.seller_id for config in two.remove("shop1")] == ["shop2"]

    def test_clashes_and_strangers_are_refused(self) -> None:
        registry = ChannelRegistry([FULL])
        with pytest.raises(ConfigError):
            registry.add(FULL)
        with pytest.raises(ConfigError):
            ChannelRegistry([FULL, "shop2"])  # type: ignore[list-item]
        for call in (registry.get, registry.by_store, registry.remove):
            with pytest.raises(KeyError):
                call("none")
        with pytest.raises(KeyError, match=rf"did you mean {FULL.seller_id}\?"):
            registry.get(f"{FULL.seller_id}x")
        with pytest.raises(KeyError, match=rf"did you mean {FULL.store_name}\?"):
            registry.by_store(FULL.store_name[:-1])
        with pytest.raises(KeyError):
            registry.replace(BARE)

    def test_accounts_without_a_key_do_not_clash(self) -> None:
        assert len(ChannelRegistry([BARE, BARE.replace(seller_id="shop3", store_name="셋째")])) == 2


def many(count: int) -> ChannelRegistry:
    return ChannelRegistry(
        [
            ChannelConfig(f"shop{n}", f"가게 {n}", f"{n:032x}", memo=f"메모 {n}", contacts=(PERSON,))
            for n in range(count)
        ]
    )


class TestRotation:
    @pytest.mark.parametrize("name", ["all.toml", "all.json"])
    def test_only_the_encrypted_values_change(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        registry = many(3)
        save_registry(path, registry, cipher=OLD_CIPHER)
        if name.endswith("toml"):
            path.write_text("# my notes\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
        report = rotate_file(path, CIPHER)
        assert (report.rotated, report.current) == (9, 0)
        text = path.read_text(encoding="utf-8")
        assert "wmp1.old." not in text
        assert text.count("wmp1.new.") == 9
        assert text.startswith("# my notes") == name.endswith("toml")
        assert load_registry(path, cipher=AesGcmCipher({"new": NEW}, "new")) == registry

    def test_again_does_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.toml"
        save_config(path, FULL, cipher=OLD_CIPHER)
        rotate_file(path, CIPHER)
        before = (path.read_bytes(), path.stat().st_mtime_ns)
        report = rotate_file(path, CIPHER)
        assert (report.rotated, report.current) == (0, 3)
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before

    def test_one_value_that_cannot_be_read_changes_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "all.toml"
        save_registry(path, many(3), cipher=OLD_CIPHER)
        text = path.read_text(encoding="utf-8").replace('seller_id = "shop2"', 'seller_id = "shop9"')
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TamperedError):
            rotate_file(path, CIPHER)
        assert path.read_text(encoding="utf-8") == text

    def test_a_change_by_another_process_is_not_lost(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.toml"
        save_config(path, FULL, cipher=OLD_CIPHER)
        later = FULL.replace(representative_category="바뀐 분류")

        class Meddling:
            saves = 1

            def is_current(self, token: str) -> bool:
                return CIPHER.is_current(token)

            def decrypt(self, token: str, *, context: bytes) -> bytes:
                if self.saves:
                    self.saves -= 1
                    save_config(path, later, cipher=OLD_CIPHER)
                return CIPHER.decrypt(token, context=context)

            def encrypt(self, plaintext: bytes, *, context: bytes) -> str:
                return CIPHER.encrypt(plaintext, context=context)

        meddling = Meddling()
        assert rotate_file(path, meddling).rotated == 3
        assert load_config(path, cipher=AesGcmCipher({"new": NEW}, "new")) == later
        save_config(path, FULL, cipher=OLD_CIPHER)
        meddling.saves = 10**6
        with pytest.raises(ConfigError, match="keeps changing"):
            rotate_file(path, meddling)

    def test_a_crash_of_the_disk_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "shop.toml"
        save_config(path, FULL, cipher=OLD_CIPHER)
        before = path.read_bytes()

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            rotate_file(path, CIPHER)
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]

    def test_left_over_files_are_swept_once_old(self, tmp_path: Path) -> None:
        path = tmp_path / "shop.toml"
        old, fresh, other = (tmp_path / f".{name}.tmp" for name in ("shop.toml.1", "shop.toml.2", "x.toml.1"))
        for left in (old, fresh, other):
            left.write_text("")
        for left in (old, other):
            os.utime(left, (1, 1))
        save_config(path, BARE)
        assert not old.exists()
        assert fresh.exists()
        assert other.exists()

    @pytest.mark.skipif(os.name != "posix", reason="kills with SIGKILL")
    def test_killed_at_any_timestamp_and_started_again(self, tmp_path: Path) -> None:
        registry = many(12)
        files = [tmp_path / f"{n}.toml" for n in range(25)]
        for path in files:
            save_registry(path, registry, cipher=OLD_CIPHER)
        # The worker rotates one file per line it is sent, and says so when it is done with it.
        code = (
            "import sys; from wemakeprice_sdk.config import rotate_file;"
            "from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey;"
            "c = AesGcmCipher({'new': SecretKey(b'\\x02' * 32), 'old': SecretKey(b'\\x01' * 32)}, 'new');"
            "[print(rotate_file(line.strip(), c).rotated, flush=True) for line in sys.stdin]"
        )
        chance = random.Random(20260302)
        left = list(files)
        for _ in range(8):
            with subprocess.Popen(
                [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as process:
                assert process.stdin is not None
                assert process.stdout is not None
                for _ in range(2):
                    print(left.pop(), file=process.stdin, flush=True)
                    assert process.stdout.readline() in {"36\n", "0\n"}
                print(left[-1], file=process.stdin, flush=True)
                clock.sleep(chance.uniform(0.0, 0.01))
                process.kill()
                assert process.wait() == -signal.SIGKILL
                process.stdin.close()
            for path in files:
                keys = {
                    line.split(".")[1] for line in path.read_text("utf-8").splitlines() if "wmp1." in line
                }
                assert keys in ({"old"}, {"new"})
        done = [rotate_file(path, CIPHER) for path in files]
        assert sum(report.rotated + report.current for report in done) == 25 * 36
        assert {(report.rotated, report.current) for report in done} == {(0, 36), (36, 0)}
        only_new = AesGcmCipher({"new": NEW}, "new")
        for path in files:
            assert load_registry(path, cipher=only_new) == registry
        for half in tmp_path.glob(".*.tmp"):
            assert not any(secret.encode() in half.read_bytes() for secret in SECRETS)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda part: (
            st.lists(part, max_size=3)
            | st.dictionaries(
                st.sampled_from(["seller_id", "store_name", "link", "switches", "contacts", "state", "x"]),
                part,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(
        ["link", "agency", "maintenance", "contacts", "sale_period", "path_overrides", "memo", "switches"]
    ),
)
def test_no_document_breaks_the_reader(junk: object, name: str) -> None:
    document = {"version": 1, "channel": {"seller_id": "s", "store_name": "t", name: junk}}
    with contextlib.suppress(ConfigError):
        loads_config(json.dumps(document), syntax="json", allow_plain=True)


def test_toml_is_what_a_person_would_write() -> None:
    raw = tomllib.loads(dumps_config(BARE))
    assert list(raw) == ["version", "channel"]
    assert list(raw["channel"])[:2] == ["seller_id", "store_name"]
    assert raw["channel"]["switches"]["master"] is True
