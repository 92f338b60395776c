"""Issues reach the people in charge by the right way, and nothing personal is logged."""

import logging
import smtplib

import pytest

from wemakeprice_sdk.config import (
    ChannelConfig,
    Contact,
    Issue,
    IssueDelivery,
    IssueSeverity,
    Medium,
    notify_issue,
    route_issue,
)
from wemakeprice_sdk.errors import ConfigError

BOTH = Contact("홍길동", email="hong@example.com", phone="02-000-0000", mobile="010-0000-0000")
MAIL = Contact("김철수", email="kim@example.com")
NONE = Contact("이영희", phone="02-000-0001")
ORDINARY, SERIOUS = (
    Issue(IssueSeverity.ORDINARY, "재고 연동 지연"),
    Issue(IssueSeverity.SERIOUS, "인증키 거절", "다시 저장"),
)


def config(*contacts: Contact) -> ChannelConfig:
    return ChannelConfig("shop1", "첫 가게", contacts=contacts)


class Notifier:
    def __init__(self, *failing: str) -> None:
        self.sent: list[tuple[Medium, str]] = []
        self.failing = failing

    def deliver(self, delivery: IssueDelivery) -> None:
        address = delivery.address.reveal()
        if address in self.failing:
            raise smtplib.SMTPServerDisconnected("gone")
        self.sent.append((delivery.medium, address))


def test_ordinary_issues_go_to_email_only() -> None:
    found = route_issue(config(BOTH, NONE, MAIL), ORDINARY)
    assert [(d.medium, d.address.reveal(), d.store_name) for d in found] == [
        (Medium.EMAIL, "hong@example.com", "첫 가게"),
        (Medium.EMAIL, "kim@example.com", "첫 가게"),
    ]


def test_serious_issues_go_to_the_mobile_only() -> None:
    found = route_issue(config(MAIL, BOTH, NONE), SERIOUS)
    assert [(d.medium, d.address.reveal()) for d in found] == [(Medium.MOBILE, "010-0000-0000")]
    assert found[0].issue is SERIOUS
    assert found[0].contact is BOTH


@pytest.mark.parametrize(
    ("contacts", "issue", "needed"),
    [
        ((), ORDINARY, "email"),
        ((NONE,), ORDINARY, "email"),
        ((MAIL, NONE), SERIOUS, "mobile"),
        ((), SERIOUS, "mobile"),
    ],
)
def test_a_missing_contact_is_an_error(contacts: tuple[Contact, ...], issue: Issue, needed: str) -> None:
    notifier = Notifier()
    with pytest.raises(ConfigError) as error:
        notify_issue(config(*contacts), issue, notifier)
    (violation,) = error.value.violations
    assert violation.path == "contacts"
    assert needed in violation.rule
    assert "첫 가게" in violation.message_ko
    assert "example.com" not in str(error.value)
    assert notifier.sent == []


def test_one_failure_does_not_silence_the_others(caplog: pytest.LogCaptureFixture) -> None:
    notifier = Notifier("hong@example.com")
    with caplog.at_level(logging.DEBUG), pytest.raises(ExceptionGroup, match="1 of 2") as error:
        notify_issue(config(BOTH, MAIL), ORDINARY, notifier)
    assert notifier.sent == [(Medium.EMAIL, "kim@example.com")]
    assert isinstance(error.value.exceptions[0], smtplib.SMTPException)
    assert "1 of 2" in caplog.text


def test_a_mistake_in_the_notifier_is_not_swallowed() -> None:
    class Broken:
        def deliver(self, delivery: IssueDelivery) -> None:
            raise TypeError("bug")

    with pytest.raises(TypeError):
        notify_issue(config(MAIL), ORDINARY, Broken())


def test_nothing_personal_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert notify_issue(config(BOTH, MAIL), ORDINARY, Notifier()) == 2
    shown = caplog.text + repr(route_issue(config(BOTH), SERIOUS))
    for personal in ("홍길동", "김철수", "example.com", "0000"):
        assert personal not in shown
    assert "2 of 2" in caplog.text
