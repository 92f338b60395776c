"""Configurations as version 0.1.0 wrote them open, say the same, and are written the same way again.

`files/` holds one configuration and a registry of three accounts, as TOML and as JSON, and one as environment
variables. Its secrets are encrypted under the key `old`. Everything in it is invented.
"""

from __future__ import annotations

import json
import shutil
from datetime import datetime, time
from pathlib import Path
from typing import Final

import pytest

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.config import (
    ChannelConfig,
    DailyMaintenance,
    DatedMaintenance,
    config_from_env,
    config_to_env,
    load_config,
    load_registry,
    rotate_file,
    save_config,
    save_registry,
)
from wemakeprice_sdk.errors import UnknownKeyError
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey, is_token

FILES: Final = Path(__file__).parent / "files"
OLD, NEW = SecretKey(b"a" * 32), SecretKey(b"b" * 32)
THEN: Final = AesGcmCipher({"old": OLD}, "old")
BOTH: Final = AesGcmCipher({"old": OLD, "new": NEW}, "new")
AFTER: Final = AesGcmCipher({"new": NEW}, "new")
AT: Final = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=KST)
ENVIRONMENT: Final[dict[str, str]] = json.loads((FILES / "environment_v1.json").read_text(encoding="utf-8"))


def check_first(found: ChannelConfig) -> None:
    """Compare every value of the account in which everything is set."""
    assert (found.seller_id, found.store_name) == ("shop1", "첫 가게")
    assert found.api_key.reveal() == "0123456789abcdef0123456789abcdef"
    assert found.memo.reveal() == "메모\n둘째 줄 "
    assert [
        [
            part.reveal()
            for part in (
                person.name,
                person.rank,
                person.title,
                person.department,
                person.email,
                person.phone,
                person.mobile,
            )
        ]
        for person in found.contacts
    ] == [
        ["홍길동", "과장", "팀장", "물류", "hong@example.com", "02-000-0000", "010-0000-0000"],
        ["김철수", "", "", "", "", "", ""],
    ]
    assert found.agency is not None
    assert (found.agency.name, found.agency.aliases) == ("윈셀링", ("주식회사 윈윈소프트",))
    assert found.selected_agency == "㈜윈윈소프트"
    assert (str(found.onboarding), found.representative_category) == ("complete", "생활/주방")
    assert found.settlement_cycle is not None
    cycle = found.settlement_cycle
    assert (cycle.text, str(cycle.kind), cycle.pay_day) == ("매월 말 마감", "monthly", 15)
    assert (found.runple, found.base_url) == (True, "https://wapi-stg.wemakeprice.com")
    assert found.path_overrides == (("orders_get", "/order/out/getOrderDetail"),)
    assert (str(found.link.state), found.link.attempts, found.link.approved_at) == ("approved", 3, AT)
    assert [(row.at, str(row.outcome), row.detail) for row in found.link.history] == [
        (AT, "unclear", "세 번째"),
        (AT, "approved", "ok"),
    ]
    check_settings(found)


def check_settings(found: ChannelConfig) -> None:
    switches = found.switches
    assert (switches.master, switches.product_api, switches.order_api) == (False, False, True)
    assert (switches.cs_api, switches.cs_kinds, switches.sku_sync) == (False, ("question", "전화상담"), True)
    assert (str(found.confirmation.mode), str(found.confirmation.mixed_bundles)) == ("runple", "confirm")
    period = found.sale_period
    assert (period.enabled, period.threshold_days, str(period.ended)) == (True, 10, "extend")
    assert (str(period.length), period.window.start, period.window.end) == (
        "3 months",
        time(3, 30),
        time(5),
    )
    daily, dated = found.maintenance
    assert isinstance(daily, DailyMaintenance)
    assert isinstance(dated, DatedMaintenance)
    assert (daily.start, daily.end, daily.weekdays, daily.note) == (
        time(23, 30),
        time(0, 30),
        (5, 6),
        "정기 점검",
    )
    assert (dated.start, dated.end, dated.note) == (AT, datetime(2026, 3, 3, 9, tzinfo=KST), "공지")


@pytest.mark.parametrize("name", ["config_v1.toml", "config_v1.json"])
def test_a_configuration_says_what_it_said(name: str) -> None:
    check_first(load_config(FILES / name, cipher=THEN))


def test_environment_variables_say_what_they_said() -> None:
    check_first(config_from_env(ENVIRONMENT, cipher=THEN))


@pytest.mark.parametrize("name", ["registry_v1.toml", "registry_v1.json"])
def test_a_registry_says_what_it_said(name: str) -> None:
    first, second, third = load_registry(FILES / name, cipher=THEN)
    check_first(first)
    assert (second.seller_id, second.store_name) == ("shop2", "둘째 가게")
    assert second.api_key.reveal() == "fedcba9876543210fedcba9876543210"
    assert (str(second.link_state), str(second.onboarding)) == ("saved-unapproved", "signed-up")
    assert second.settlement_cycle is not None
    assert (second.settlement_cycle.text, str(second.settlement_cycle.kind)) == ("매주 일요일 마감", "weekly")
    assert (str(second.confirmation.mode), str(second.confirmation.mixed_bundles)) == ("auto", "hold")
    assert second.switches.cs_kinds == ("question", "review", "inquiry")
    assert (third.seller_id, third.store_name, str(third.link_state)) == ("shop3", "셋째 가게", "draft")
    assert not third.api_key
    assert third.contacts == ()


def opened(value: object) -> object:
    """Cover what is encrypted: it differs at every writing."""
    if isinstance(value, dict):
        return {name: opened(part) for name, part in value.items()}
    if isinstance(value, list):
        return [opened(part) for part in value]
    return "***" if isinstance(value, str) and is_token(value) else value


@pytest.mark.parametrize("name", ["config_v1", "registry_v1"])
def test_it_is_written_the_same_way_again(name: str, tmp_path: Path) -> None:
    """What is written now must open in version 0.1.0 as well: the layout is still version 1."""
    path = tmp_path / f"{name}.json"
    if name == "config_v1":
        save_config(path, load_config(FILES / f"{name}.toml", cipher=THEN), cipher=THEN)
    else:
        save_registry(path, load_registry(FILES / f"{name}.toml", cipher=THEN), cipher=THEN)
    now, then = (json.loads(place.read_text(encoding="utf-8")) for place in (path, FILES / f"{name}.json"))
    assert opened(now) == opened(then)


def test_the_variables_are_written_the_same_way_again() -> None:
    now = config_to_env(config_from_env(ENVIRONMENT, cipher=THEN), cipher=THEN)
    assert opened(now) == opened(ENVIRONMENT)


@pytest.mark.parametrize("name", ["registry_v1.toml", "registry_v1.json"])
def test_the_keys_of_a_file_rotate(name: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(FILES / name, tmp_path / name))
    report = rotate_file(path, BOTH)
    assert (report.rotated, report.current) == (4, 0)
    with pytest.raises(UnknownKeyError):
        load_registry(path, cipher=THEN)
    check_first(next(iter(load_registry(path, cipher=AFTER))))
