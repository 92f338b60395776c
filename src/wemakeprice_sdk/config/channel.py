"""One store account and everything a seller sets for it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypedDict, Unpack, cast
from urllib.parse import urlsplit

from attrs import field, fields

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, shown
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.config._checks import HIDDEN, as_tuple
from wemakeprice_sdk.config._link_record import LinkRecord
from wemakeprice_sdk.config.agency import Agency
from wemakeprice_sdk.config.contacts import Contact
from wemakeprice_sdk.config.maintenance import (
    DailyMaintenance,
    DatedMaintenance,
    MaintenanceWindow,
    leaves_no_time,
    next_clear,
)
from wemakeprice_sdk.config.settlement import SettlementCycle
from wemakeprice_sdk.config.states import ConfirmationMode, LinkState, OnboardingState
from wemakeprice_sdk.config.switches import OrderConfirmation, SalePeriodExtension, Switches
from wemakeprice_sdk.secrets import SecretStr, forgetful_init

_NOTHING: Final = SecretStr("")
_LOCAL_SUFFIXES: Final = (".localhost", ".local", ".internal", ".test")


# A value of a wrong type passes the converters unchanged; the validation names it.


def _secret(value: object) -> SecretStr:
    return SecretStr(value) if isinstance(value, str) else cast("SecretStr", value)


def _memo(value: object) -> SecretStr:
    return SecretStr.verbatim(value) if isinstance(value, str) else cast("SecretStr", value)


def _link(value: object) -> LinkRecord:
    return LinkRecord(value) if isinstance(value, LinkState) else cast("LinkRecord", value)


def _people(value: object) -> tuple[Contact, ...]:
    return cast("tuple[Contact, ...]", as_tuple(value))


def _windows(value: object) -> tuple[MaintenanceWindow, ...]:
    return cast("tuple[MaintenanceWindow, ...]", as_tuple(value))


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    pairs = as_tuple(value.items() if isinstance(value, Mapping) else value)
    if isinstance(pairs, tuple) and all(isinstance(pair, (tuple, list)) for pair in pairs):
        pairs = tuple(sorted((tuple(pair) for pair in pairs), key=repr))
    return cast("tuple[tuple[str, str], ...]", pairs)


class ChannelChanges(TypedDict, total=False):
    """The fields that `ChannelConfig.replace` takes, with their types."""

    seller_id: str
    store_name: str
    api_key: SecretStr | str
    agency: Agency | None
    selected_agency: str
    onboarding: OnboardingState
    link: LinkRecord | LinkState
    representative_category: str
    settlement_cycle: SettlementCycle | None
    memo: SecretStr | str
    contacts: tuple[Contact, ...]
    switches: Switches
    confirmation: OrderConfirmation
    runple: bool
    sale_period: SalePeriodExtension
    maintenance: tuple[MaintenanceWindow, ...]
    base_url: str | None
    path_overrides: Mapping[str, str] | tuple[tuple[str, str], ...]


_IDENTITY: Final = frozenset({"seller_id", "api_key", "agency", "selected_agency", "base_url"})


@forgetful_init
@frozen
class ChannelConfig:
    """One store account (판매채널): who it is, how it is linked, and what may be done for it.

    - `seller_id` 판매자 ID: the login id of the partner centre.
    - `store_name` 스토어명: the label that tells accounts apart.
    - `api_key` API 인증 KEY: secret; empty while there is none yet. Plain text is accepted and cleaned.
    - `agency` API 대행사: who runs this integration. `selected_agency`: the name the seller sees chosen
      in the partner centre, empty when not known.
    - `onboarding` 입점 상태, `link` 연동 승인: the gates before everything. A `LinkState` is accepted.
    - `representative_category` 대표카테고리: informational; it decides no product's category, is never sent.
    - `settlement_cycle` 정산주기, typed in by an operator.
    - `memo` 메모: free text that may hold personal data; never shown, encrypted in files.
    - `contacts` 담당자, encrypted in files.
    - `switches` API 연동설정, `confirmation` 자동 발주확인, `runple`: the account uses Runple (런플).
    - `sale_period` 판매기간 자동연장, `maintenance` 점검 시간.
    - `base_url`: which host, None until someone says so; plain http only for this machine or a private
      network.
    - `path_overrides`: operation id → path, for paths whose evidence is weak (grade C); sorted pairs.

    Frozen. Raises `ConfigError` with every violation at once; contradictions name both settings.
    A pickle leaves key, memo and contacts out.
    """

    seller_id: str
    store_name: str
    api_key: SecretStr = field(default=_NOTHING, converter=_secret)
    agency: Agency | None = None
    selected_agency: str = ""
    onboarding: OnboardingState = OnboardingState.SIGNED_UP
    link: LinkRecord = field(factory=LinkRecord, converter=_link)
    representative_category: str = ""
    settlement_cycle: SettlementCycle | None = None
    memo: SecretStr = field(default=_NOTHING, converter=_memo, repr=False)
    contacts: tuple[Contact, ...] = field(default=(), converter=_people, repr=False)
    switches: Switches = field(factory=Switches)
    confirmation: OrderConfirmation = field(factory=OrderConfirmation)
    runple: bool = False
    sale_period: SalePeriodExtension = field(factory=SalePeriodExtension)
    maintenance: tuple[MaintenanceWindow, ...] = field(default=(), converter=_windows)
    base_url: str | None = None
    path_overrides: tuple[tuple[str, str], ...] = field(default=(), converter=_pairs)

    def __attrs_post_init__(self) -> None:
        """Check every field, then the fields against each other."""
        problems = Problems()
        self._check_texts(problems)
        self._check_types(problems)
        self._check_base_url(problems)
        _check_paths(problems, self.path_overrides)
        self._check_contradictions(problems)
        problems.raise_all("ChannelConfig")

    def _check_texts(self, problems: Problems) -> None:
        problems.text("seller_id", self.seller_id, required=True)
        problems.text("store_name", self.store_name, required=True)
        problems.text("selected_agency", self.selected_agency)
        problems.text("representative_category", self.representative_category)
        if not _is_header_text(self.api_key):
            problems.add(
                "api_key",
                HIDDEN,
                "printable ASCII without blanks",
                "holds characters that no key has",
                "인증키에 사용할 수 없는 문자가 있습니다. 인증키를 다시 복사해 입력해 주세요",
            )

    def _check_types(self, problems: Problems) -> None:
        for path, kind in _KINDS.items():
            problems.instance(path, getattr(self, path), kind, kind.__name__)
        for path, kind in _OPTIONAL_KINDS.items():
            value = getattr(self, path)
            if value is not None:
                problems.instance(path, value, kind, kind.__name__)
        problems.each("contacts", self.contacts, Contact, "Contact")
        problems.each(
            "maintenance", self.maintenance, (DailyMaintenance, DatedMaintenance), "MaintenanceWindow"
        )

    def _check_base_url(self, problems: Problems) -> None:
        if self.base_url is None:
            return
        if not problems.instance("base_url", self.base_url, str, "text"):
            return
        reason = _url_fault(self.base_url)
        if reason is not None:
            # A URL may carry credentials, so only its rule is told.
            problems.add("base_url", HIDDEN if "@" in self.base_url else self.base_url, *reason)

    def _check_contradictions(self, problems: Problems) -> None:
        if _part(self.confirmation, "mode") is ConfirmationMode.RUNPLE and not self.runple:
            problems.add(
                "confirmation.mode",
                "runple",
                "needs runple=true",
                "confirmation.mode=runple contradicts runple=false: the account does not use Runple",
                "런플상품발주는 런플 서비스를 이용하는 계정만 선택할 수 있습니다. "
                "런플 이용 여부를 확인해 주세요",
            )
        if _part(self.link, "state") is LinkState.APPROVED and _is_empty(self.api_key):
            problems.add(
                "link.state",
                "approved",
                "needs api_key",
                "link.state=approved contradicts an empty api_key: there is nothing that was approved",
                "연동 상태가 승인완료인데 인증키가 없습니다. 인증키를 입력해 주세요",
            )
        windows = _daily(self.maintenance)
        if leaves_no_time(windows):
            problems.add(
                "maintenance",
                f"{len(windows)} daily window(s)",
                "leaves some time free",
                "the daily windows cover the whole week; nothing could ever run",
                "점검 시간이 일주일 내내 이어져 아무 작업도 할 수 없습니다. 점검 시간을 줄여 주세요",
            )

    @property
    def link_state(self) -> LinkState:
        """Return the state of the link (연동 승인 상태)."""
        return self.link.state

    @property
    def is_onboarded(self) -> bool:
        """Return whether the account may use the API at all (입점완료)."""
        return self.onboarding is OnboardingState.COMPLETE

    def in_maintenance(self, timestamp: datetime) -> bool:
        """Return whether an aware `timestamp` lies in a maintenance window."""
        at = require_aware(timestamp, "timestamp")
        return any(window.covers(at) for window in self.maintenance)

    def next_clear(self, timestamp: datetime) -> datetime:
        """Return an aware `timestamp`, or the first one after it outside all maintenance windows, in KST."""
        return next_clear(self.maintenance, timestamp)

    def replace(self, **changes: Unpack[ChannelChanges]) -> ChannelConfig:
        """Return a configuration with some fields changed and everything checked again.

        Another seller id, key, agency or host is another link: it becomes a draft until it is saved again,
        unless `link` is given too. Raises `ConfigError`; `TypeError` for a name that is no field.
        """
        values: dict[str, object] = {part.name: getattr(self, part.name) for part in fields(ChannelConfig)}
        values.update(changes)
        build = cast("Callable[..., ChannelConfig]", ChannelConfig)
        if "link" in changes or not changes.keys() & _IDENTITY:
            return build(**values)
        # Built as a draft first: the old approval must not count against an emptied key.
        moved = build(**{**values, "link": self.link.reset()})
        same = all(getattr(moved, name) == getattr(self, name) for name in _IDENTITY)
        return build(**values) if same else moved


_KINDS: Final[Mapping[str, type]] = {
    "api_key": SecretStr,
    "onboarding": OnboardingState,
    "link": LinkRecord,
    "memo": SecretStr,
    "switches": Switches,
    "confirmation": OrderConfirmation,
    "runple": bool,
    "sale_period": SalePeriodExtension,
}
_OPTIONAL_KINDS: Final[Mapping[str, type]] = {"agency": Agency, "settlement_cycle": SettlementCycle}


def _is_header_text(key: object) -> bool:
    if not isinstance(key, SecretStr) or not key.available:
        return True
    return all("!" <= sign <= "~" for sign in key.reveal())


def _is_empty(key: object) -> bool:
    return isinstance(key, SecretStr) and key.available and not key


def _part(owner: object, name: str) -> object:
    return getattr(owner, name, None)


def _daily(windows: object) -> list[DailyMaintenance]:
    return [w for w in windows if isinstance(w, DailyMaintenance)] if isinstance(windows, tuple) else []


def _check_paths(problems: Problems, pairs: object) -> None:
    if not isinstance(pairs, tuple):
        problems.instance("path_overrides", pairs, dict, "mapping of operation id to path")
        return
    seen: set[str] = set()
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            problems.add(
                "path_overrides",
                shown(pair),
                "operation id → path",
                "needs two texts",
                "작업 ID와 경로를 모두 문자열로 적어 주세요",
            )
            continue
        operation, path = pair
        if not operation.isidentifier() or operation in seen:
            problems.add(
                f"path_overrides.{operation}",
                operation,
                "unique operation id",
                "is no operation id, or stands twice",
                "작업 ID 형식이 아니거나 중복되었습니다. 작업 ID를 확인해 주세요",
            )
        seen.add(operation)
        if not path.startswith("/") or any(sign in "?#\\" or not "!" <= sign <= "~" for sign in path):
            problems.add(
                f"path_overrides.{operation}",
                path,
                "path",
                "must start with / and hold neither blanks, query nor fragment",
                "/로 시작해야 하며 공백, ?, #, \\를 쓸 수 없습니다",
            )


def _url_fault(text: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "URL", "is not a URL", "URL 형식이 아닙니다. 접속 주소를 확인해 주세요"
    if parts.scheme not in {"http", "https"} or not host or any(not "!" <= sign <= "~" for sign in text):
        return "http(s) URL", "must be an absolute http or https URL", "http 또는 https 전체 주소여야 합니다"
    if parts.username or parts.password or parts.query or parts.fragment:
        return _no_extras()
    if parts.scheme == "http" and not _is_private(host):
        return (
            "https",
            "plain http would send the key unprotected; use https",
            "http는 인증키를 암호화하지 않고 전송합니다. https를 사용해 주세요",
        )
    return None


def _no_extras() -> tuple[str, str, str]:
    return (
        "no credentials, query or fragment",
        "must hold neither credentials nor query nor fragment",
        "사용자 정보, ?, #을 포함할 수 없습니다. 주소만 적어 주세요",
    )


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.casefold().endswith(_LOCAL_SUFFIXES)
