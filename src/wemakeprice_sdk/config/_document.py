"""A configuration as a plain document, and back: which keys there are, and which are encrypted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from wemakeprice_sdk.checks import Problems, shown
from wemakeprice_sdk.config._checks import HIDDEN, closest
from wemakeprice_sdk.config._codecs import (
    TIME_OF_DAY,
    TIMESTAMP,
    Custom,
    DecodeOptions,
    Flag,
    Hidden,
    ListOf,
    OneOf,
    Plain,
    TableCodec,
    Text,
    TextTable,
    Whole,
    Word,
)
from wemakeprice_sdk.config._link_record import LinkAttempt, LinkOutcome, LinkRecord
from wemakeprice_sdk.config.agency import Agency
from wemakeprice_sdk.config.channel import ChannelConfig
from wemakeprice_sdk.config.contacts import Contact
from wemakeprice_sdk.config.maintenance import DailyMaintenance, DatedMaintenance, MaintenanceWindow
from wemakeprice_sdk.config.settlement import PayoutShift, SettlementCycle, SettlementCycleKind
from wemakeprice_sdk.config.states import (
    ConfirmationMode,
    EndedGoodsPolicy,
    LinkState,
    MixedBundlePolicy,
    OnboardingState,
)
from wemakeprice_sdk.config.switches import (
    DayWindow,
    ExtensionLength,
    OrderConfirmation,
    SalePeriodExtension,
    Switches,
)
from wemakeprice_sdk.errors import ConfigError, PlainSecretError, SecretUnavailableError
from wemakeprice_sdk.secrets import Cipher, SecretStr, is_token

VERSION: Final = 1
Document: TypeAlias = dict[str, object]
Migration: TypeAlias = Callable[[Document], Document]

# Version n → the step to n + 1. Version 1 is the first layout ever written, so there is none yet.
MIGRATIONS: Final[Mapping[int, Migration]] = {}

SECRET_FIELDS: Final = ("api_key", "memo", "contacts")

_CONTACT: Final = TableCodec(
    Contact,
    dict.fromkeys(("name", "rank", "title", "department", "email", "phone", "mobile"), Hidden()),
    frozenset({"name"}),
)
_CONTACTS: Final = ListOf(_CONTACT)

_WINDOWS: Final[Mapping[str, TableCodec[MaintenanceWindow]]] = {
    "daily": TableCodec(
        DailyMaintenance,
        {"start": TIME_OF_DAY, "end": TIME_OF_DAY, "weekdays": ListOf(Whole()), "note": Text()},
        frozenset({"start", "end"}),
        tag=("kind", "daily"),
    ),
    "dated": TableCodec(
        DatedMaintenance,
        {"start": TIMESTAMP, "end": TIMESTAMP, "note": Text()},
        frozenset({"start", "end"}),
        tag=("kind", "dated"),
    ),
}

_SALE_PERIOD: Final = TableCodec(
    SalePeriodExtension,
    {
        "enabled": Flag(),
        "threshold_days": Whole(),
        "length": Custom(str, ExtensionLength.parse),
        "window": TableCodec(
            DayWindow, {"start": TIME_OF_DAY, "end": TIME_OF_DAY}, frozenset({"start", "end"})
        ),
        "ended": Word(EndedGoodsPolicy),
    },
    stand_ins={"threshold_days": 1, "length": ExtensionLength(1826)},
)

_LINK: Final = TableCodec(
    LinkRecord,
    {
        "state": Word(LinkState),
        "attempts": Whole(),
        "approved_at": TIMESTAMP,
        "history": ListOf(
            TableCodec(
                LinkAttempt,
                {"at": TIMESTAMP, "outcome": Word(LinkOutcome), "detail": Text()},
                frozenset({"at", "outcome"}),
            )
        ),
    },
    short=lambda text: LinkRecord(LinkState.from_text(text)),
    stand_ins={"attempts": 2**53},
)

_OPEN: Final = TableCodec(
    ChannelConfig,
    {
        "seller_id": Text(),
        "store_name": Text(),
        "agency": TableCodec(
            Agency, {"name": Text(), "aliases": ListOf(Text())}, frozenset({"name"}), short=Agency
        ),
        "selected_agency": Text(),
        "onboarding": Word(OnboardingState),
        "representative_category": Text(),
        "settlement_cycle": TableCodec(
            SettlementCycle,
            {
                "text": Text(),
                "kind": Word(SettlementCycleKind),
                "pay_day": Whole(),
                "shift": Word(PayoutShift),
                "basis": Text(),
            },
            frozenset({"text"}),
            short=SettlementCycle,
            stand_ins={"kind": SettlementCycleKind.MONTHLY},
        ),
        "runple": Flag(),
        "base_url": Text(),
        "link": _LINK,
        "switches": TableCodec(
            Switches,
            {
                "master": Flag(),
                "product_api": Flag(),
                "order_api": Flag(),
                "cs_api": Flag(),
                "cs_kinds": ListOf(Text()),
                "sku_sync": Flag(),
                "wind_down": Flag(),
            },
            unwritten={"wind_down": False},
        ),
        "confirmation": TableCodec(
            OrderConfirmation, {"mode": Word(ConfirmationMode), "mixed_bundles": Word(MixedBundlePolicy)}
        ),
        "sale_period": _SALE_PERIOD,
        "maintenance": ListOf(
            OneOf[MaintenanceWindow](
                _WINDOWS, lambda window: "daily" if isinstance(window, DailyMaintenance) else "dated"
            )
        ),
        "path_overrides": TextTable(),
    },
    frozenset({"seller_id", "store_name"}),
    stand_ins={"seller_id": "-", "store_name": "-", "runple": True},
)

_CHANNEL: Final = TableCodec(
    ChannelConfig,
    {**_OPEN.fields, "api_key": Hidden(), "memo": Hidden(SecretStr.verbatim), "contacts": _CONTACTS},
    _OPEN.required,
    stand_ins={**_OPEN.stand_ins, "api_key": SecretStr("-")},
)


def secret_context(seller_id: str, name: str) -> bytes:
    """Return the associated data that binds a secret to its account and field."""
    return f"wemakeprice-sdk/config/{seller_id}/{name}".encode()


def channel_to_document(config: ChannelConfig, cipher: Cipher | None) -> dict[str, Plain]:
    """Write a configuration plainly, its secrets encrypted.

    Raises `PlainSecretError` when there is a secret and no cipher, `SecretUnavailableError` when a secret was
    left out of a pickle.
    """
    table = _OPEN.encode(config)
    secrets = _secrets_of(config)
    if secrets and cipher is None:
        raise PlainSecretError(
            f"{config.store_name}: {', '.join(secrets)} would be written in clear; give a cipher (cipher=...)"
        )
    for name, text in secrets.items():
        if cipher is not None:
            context = secret_context(config.seller_id, name)
            table[name] = cipher.encrypt(text.encode(), context=context)
    first = {name: table.pop(name) for name in ("seller_id", "store_name", *secrets)}
    return {**first, **table}


def _secrets_of(config: ChannelConfig) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, secret in (("api_key", config.api_key), ("memo", config.memo)):
        # A secret that is missing after a pickle must fail here, not be written as if there were none.
        if secret or not secret.available:
            found[name] = json.dumps(secret.reveal())
    if config.contacts:
        found["contacts"] = json.dumps(_CONTACTS.encode(config.contacts))
    return found


def channel_from_document(
    raw: object, cipher: Cipher | None, *, allow_plain: bool = False, lenient: bool = False
) -> ChannelConfig:
    """Read a configuration, decrypting its secrets.

    Raises `ConfigError` with every violation, `DecryptionError`, `SecretUnavailableError` when something is
    encrypted and no cipher was given, `PlainSecretError` for a secret in clear unless `allow_plain`.
    """
    if isinstance(raw, dict):
        raw = {**raw, **_opened(raw, cipher, allow_plain=allow_plain)}
        if not isinstance(raw.get("seller_id"), str):
            raw = {name: value for name, value in raw.items() if not _is_encrypted(value)}
    return _CHANNEL.decode(raw, DecodeOptions(lenient))


def _opened(raw: Mapping[str, object], cipher: Cipher | None, *, allow_plain: bool) -> dict[str, object]:
    opened: dict[str, object] = {}
    for name in SECRET_FIELDS:
        value, seller_id = raw.get(name), raw.get("seller_id")
        if value and not allow_plain and not _is_encrypted(value):
            raise PlainSecretError(
                f"{name} stands in clear; read it with allow_plain=True once, and save it encrypted"
            )
        if isinstance(value, str) and _is_encrypted(value) and isinstance(seller_id, str):
            if cipher is None:
                raise SecretUnavailableError(
                    f"{name} is encrypted; return the cipher it was saved with (cipher=...)"
                )
            text = cipher.decrypt(value, context=secret_context(seller_id, name)).decode()
            opened[name] = json.loads(text)
    return opened


def _is_encrypted(value: object) -> bool:
    return isinstance(value, str) and is_token(value)


def encrypted_values(document: Mapping[str, object]) -> list[tuple[str, bytes]]:
    """Return every encrypted value of a document with its context."""
    found: list[tuple[str, bytes]] = []
    for raw in channels_of(document):
        seller_id = raw.get("seller_id") if isinstance(raw, dict) else None
        if isinstance(raw, dict) and isinstance(seller_id, str):
            values = ((name, raw.get(name)) for name in SECRET_FIELDS)
            found += [
                (value, secret_context(seller_id, name))
                for name, value in values
                if isinstance(value, str) and is_token(value)
            ]
    return found


def channels_of(document: Mapping[str, object]) -> list[object]:
    """Return the channel tables of a document, whether it holds one or many."""
    many = document.get("channels")
    if isinstance(many, list):
        return list(many)
    return [document["channel"]] if "channel" in document else []


def migrate(
    document: Mapping[str, object],
    *,
    current: int = VERSION,
    steps: Mapping[int, Migration] = MIGRATIONS,
) -> Document:
    """Bring a document of an earlier version to the current one, step by step.

    Raises `ConfigError` for a version that is missing, unknown, or newer than this library.
    """
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise ConfigError.single(
            "version",
            "" if version is None else shown(version),
            f"whole number up to {current}",
            f"the document names no version; this library writes version = {current}",
            f"문서 버전(version) 항목이 없습니다. 현재 버전({current})을 적어 주세요",
        )
    if version > current:
        raise ConfigError.single(
            "version",
            version,
            f"at most {current}",
            "was written by a newer version of the library",
            "더 새로운 버전의 라이브러리로 저장된 문서입니다. 라이브러리를 업데이트해 주세요",
        )
    moved: Document = dict(document)
    while version < current:
        if version not in steps:
            raise ConfigError.single(
                "version",
                version,
                f"{current}",
                f"there is no way from version {version} to {current}",
                f"{version} 버전을 {current} 버전으로 바꿀 수 없습니다. 문서 버전을 확인해 주세요",
            )
        moved = steps[version](moved)
        version += 1
        moved["version"] = version
    return moved


def check_top(document: Mapping[str, object], key: str, other: str, hint: tuple[str, str]) -> None:
    """Name unknown top-level keys, and a document of the other kind."""
    problems = Problems()
    if other in document:
        problems.add(other, "", f"[{key}]", *hint)
    elif key not in document:
        problems.add(
            key,
            "",
            "required",
            f"the document has no [{key}]",
            f"[{key}] 항목이 없습니다. 항목을 적어 주세요",
        )
    for name in document.keys() - {"version", key, other}:
        near = closest(name, {"version", key})
        problems.add(
            name,
            HIDDEN,
            "known setting",
            "is no setting" + (f"; did you mean {near}?" if near else ""),
            "알 수 없는 설정입니다. 이름을 확인해 주세요" + (f" ({near}?)" if near else ""),
        )
    problems.raise_all("document")
