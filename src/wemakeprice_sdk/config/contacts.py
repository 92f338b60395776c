"""The people behind an account (담당자), and how an issue reaches them."""

from __future__ import annotations

import logging
import re
from typing import Final, Protocol, cast, runtime_checkable

from attrs import field, fields

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.config._checks import HIDDEN
from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.errors import ConfigError, WemakepriceError
from wemakeprice_sdk.secrets import SecretStr, forgetful_init

_LOGGER: Final = logging.getLogger("wemakeprice_sdk.config")
_EMAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
_NUMBER: Final = re.compile(r"\+?\d[\d\-. ()]*\d")


def _hidden(value: object) -> SecretStr:
    # A value of a wrong type is named by the validation, so it is not turned into text here.
    return SecretStr(" ".join(value.split())) if isinstance(value, str) else cast("SecretStr", value)


_NOTHING: Final = SecretStr("")


@forgetful_init
@frozen(repr=False)
class Contact:
    """One person in charge (담당자): all personal data, so every field is a `SecretStr`.

    `name` 담당자명, `rank` 직급, `title` 직책, `department` 부서, `email` 이메일 (ordinary issues),
    `phone` 연락처, `mobile` 휴대폰번호 (serious issues only). Plain text is accepted; `reveal()` gives it
    back. A pickle does not hold the values, a file holds them encrypted only. Raises `ConfigError`, values
    never shown.
    """

    name: SecretStr = field(converter=_hidden)
    rank: SecretStr = field(default=_NOTHING, converter=_hidden)
    title: SecretStr = field(default=_NOTHING, converter=_hidden)
    department: SecretStr = field(default=_NOTHING, converter=_hidden)
    email: SecretStr = field(default=_NOTHING, converter=_hidden)
    phone: SecretStr = field(default=_NOTHING, converter=_hidden)
    mobile: SecretStr = field(default=_NOTHING, converter=_hidden)

    def __attrs_post_init__(self) -> None:
        """Check the parts."""
        problems = Problems()
        for part in fields(Contact):
            problems.instance(part.name, getattr(self, part.name), SecretStr, "text")
        if not problems.found:
            self._check(problems)
        problems.raise_all("Contact")

    def _check(self, problems: Problems) -> None:
        if self.name.available and not self.name:
            problems.add("name", HIDDEN, "required", "a contact needs a name", "담당자명을 입력해 주세요")
        if self.email and not _EMAIL.fullmatch(self.email.reveal()):
            problems.add(
                "email",
                HIDDEN,
                "e-mail",
                "is not an e-mail address",
                "이메일 주소 형식이 아닙니다. 이메일을 다시 입력해 주세요",
            )
        if self.mobile and _is_number(self.mobile.reveal()) and _is_landline(self.mobile.reveal()):
            problems.add(
                "mobile",
                HIDDEN,
                "mobile number",
                "is a landline, which gets no text message; put it into phone and give a mobile number",
                "휴대폰번호가 아니라 유선번호입니다. 연락처에 입력하고 휴대폰번호(010 등)를 적어 주세요",
            )
        for path, number in (("phone", self.phone), ("mobile", self.mobile)):
            if number and not _is_number(number.reveal()):
                problems.add(
                    path,
                    HIDDEN,
                    "telephone number",
                    "is not a telephone number",
                    "전화번호 형식이 아닙니다. 번호를 다시 입력해 주세요",
                )

    def __repr__(self) -> str:
        """Return stars."""
        return "Contact('***')"


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and 8 <= sum(sign.isdigit() for sign in text) <= 15


_LANDLINE: Final = re.compile(r"0(?:2|[3-6][1-5]|70|50\d|80)\d{6,9}|1[5-9]\d{6}", re.ASCII)


def _is_landline(text: str) -> bool:
    """Return whether a Korean number is no mobile one; a foreign number cannot be told and passes.

    Area codes (02, 031 to 064), internet and virtual lines (070, 050x), 080 and short numbers such as 1588.
    """
    digits = re.sub(r"\D", "", text)
    if text.lstrip().startswith("+"):
        if not digits.startswith("82"):
            return False
        digits = "0" + digits[2:].lstrip("0")
    return _LANDLINE.fullmatch(digits) is not None


class IssueSeverity(KoreanWord):
    """How serious an issue is (이슈 등급): ordinary ones go to e-mail, serious ones to the mobile number."""

    ORDINARY = ("ordinary", "일반")
    SERIOUS = ("serious", "중대")


@frozen
class Issue:
    """Something the person in charge should hear about; `title` and `text` must hold no personal data."""

    severity: IssueSeverity
    title: str
    text: str = ""


class Medium(KoreanWord):
    """How an issue reaches a contact (연락 수단)."""

    EMAIL = ("email", "이메일")
    MOBILE = ("mobile", "휴대폰")


@frozen
class IssueDelivery:
    """One issue on its way to one person: by which medium, to which address (`reveal()` to use it)."""

    medium: Medium
    address: SecretStr
    contact: Contact
    issue: Issue
    store_name: str


@runtime_checkable
class IssueNotifier(Protocol):
    """Carries issues to people; the library brings none, it is handed in."""

    def deliver(self, delivery: IssueDelivery) -> None:
        """Send one issue; raise an `OSError` (as `smtplib` does) or a `WemakepriceError` when it cannot."""
        ...


class HasContacts(Protocol):
    """What routing needs of a channel configuration."""

    @property
    def store_name(self) -> str:
        """Return the label of the account (스토어명)."""
        ...

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Return the people in charge (담당자)."""
        ...


def route_issue(config: HasContacts, issue: Issue) -> tuple[IssueDelivery, ...]:
    """Say who hears of `issue`, and how: e-mail for ordinary issues, the mobile number for serious ones.

    Pure. Everyone with the needed address gets it. Raises `ConfigError` when nobody has one; a serious issue
    never falls back silently to e-mail.
    """
    check_kind("config", config, HasContacts)
    check_kind("issue", issue, Issue)
    medium = Medium.MOBILE if issue.severity is IssueSeverity.SERIOUS else Medium.EMAIL
    found = [(contact, getattr(contact, medium.value)) for contact in config.contacts]
    deliveries = tuple(
        IssueDelivery(medium, address, contact, issue, config.store_name)
        for contact, address in found
        if address
    )
    if not deliveries:
        raise ConfigError.single(
            "contacts",
            f"{len(config.contacts)} contact(s)",
            f"a contact with {medium}",
            f"no contact of {config.store_name} has a {medium} for {issue.severity} issues",
            f"{config.store_name}: {issue.severity.korean} 이슈를 받을 {medium.korean} 정보가 없습니다. "
            "담당자 정보를 입력해 주세요",
        )
    return deliveries


def notify_issue(config: HasContacts, issue: Issue, notifier: IssueNotifier) -> int:
    """Send `issue` to everyone `route_issue` names and give their number.

    One failing address does not keep the others from hearing: failures (`OSError`, `WemakepriceError`) are
    raised together at the end as an `ExceptionGroup`. Raises `ConfigError` when nobody can be reached. The
    log holds the store, the medium and the count, nothing personal.
    """
    check_kind("config", config, HasContacts)
    check_kind("issue", issue, Issue)
    deliveries = route_issue(config, issue)
    failures: list[Exception] = []
    for delivery in deliveries:
        try:
            notifier.deliver(delivery)
        except (OSError, WemakepriceError) as error:
            failures.append(error)
    sent = len(deliveries) - len(failures)
    _LOGGER.info("%s issue of %s: %d of %d sent", issue.severity, config.store_name, sent, len(deliveries))
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(deliveries)} notices could not be sent", failures)
    return sent
