"""The account that a command works for: its settings, keys, ledger and client, from what the line names."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click
from attrs import define, evolve, field

from wemakeprice_sdk.cli.console import Bilingual, CommandError, Console
from wemakeprice_sdk.cli.words import FILE, Choice, console_of, option

if TYPE_CHECKING:
    from wemakeprice_sdk.client import WemakepriceClient
    from wemakeprice_sdk.config import ChannelConfig
    from wemakeprice_sdk.ledger import Ledger
    from wemakeprice_sdk.runner import BackOffice, ChannelRunner
    from wemakeprice_sdk.secrets import AesGcmCipher

F = TypeVar("F", bound=Callable[..., object])

KEYRING: Final = "keyring"
_ENVIRONMENT: Final = "WEMAKEPRICE_SELLER_ID"
_SETTINGS: Final = 78


def cipher_of(keys: str | None) -> AesGcmCipher | None:
    """Return the key ring: a file, the system's keyring, or the environment; None when nobody named one."""
    from wemakeprice_sdk import secrets

    if keys == KEYRING:
        return secrets.cipher_from_keyring()
    if keys is not None:
        return secrets.cipher_from_key_file(keys)
    return secrets.cipher_from_env() if os.environ.get(secrets.KEYS_VARIABLE) else None


def accounts_of(file: Path, cipher: AesGcmCipher | None) -> tuple[ChannelConfig, ...]:
    """Read the settings of one account or of many."""
    from wemakeprice_sdk.config import load_config, load_registry
    from wemakeprice_sdk.errors import ConfigError, PlainSecretError, SecretUnavailableError

    try:
        try:
            return (load_config(file, cipher=cipher),)
        except ConfigError as error:
            if all(violation.path != "channels" for violation in error.violations):
                raise
        return tuple(load_registry(file, cipher=cipher))
    except PlainSecretError as error:
        error.add_note(
            Bilingual(
                f"wemakeprice config encrypt {file}",
                f"wemakeprice config encrypt {file}",
            )
        )
        raise
    except SecretUnavailableError as error:
        error.add_note(_NO_KEYS)
        raise


_NO_KEYS: Final = Bilingual(
    "set WEMAKEPRICE_SECRET_KEYS, or name the key ring with --keys FILE (or --keys keyring)",
    "환경변수 WEMAKEPRICE_SECRET_KEYS 또는 --keys 파일(또는 --keys keyring)로 암호화 키를 지정해 주세요",
)


@define
class Shop:
    """One account, opened bit by bit: a command that only reads a ledger never makes a client.

    What is opened is closed when the command ends.
    """

    console: Console
    file: Path | None
    account: str | None
    ledger_at: str | None
    keys: str | None
    gap: float
    _config: ChannelConfig | None = field(default=None, init=False)
    _ledger: Ledger | None = field(default=None, init=False)

    def cipher(self) -> AesGcmCipher | None:
        """Return the key ring, if there is one."""
        return cipher_of(self.keys)

    def config(self) -> ChannelConfig:
        """Return the settings of the account."""
        if self._config is None:
            self._config = self._chosen(self._read())
        return self._config

    def _read(self) -> tuple[ChannelConfig, ...]:
        from wemakeprice_sdk.config import config_from_env

        if self.file is not None:
            return accounts_of(self.file, self.cipher())
        if os.environ.get(_ENVIRONMENT):
            return (config_from_env(cipher=self.cipher()),)
        raise CommandError(
            Bilingual("no account is named", "판매자 계정이 지정되지 않았습니다"),
            Bilingual(
                "pass --config FILE, set WEMAKEPRICE_CLI_CONFIG, or make a file: wemakeprice config new "
                "shop.toml",
                "--config 파일 또는 환경변수 WEMAKEPRICE_CLI_CONFIG를 지정해 주세요. 파일 만들기: "
                "wemakeprice config new shop.toml",
            ),
            _SETTINGS,
        )

    def _chosen(self, accounts: tuple[ChannelConfig, ...]) -> ChannelConfig:
        named = [one for one in accounts if self.account in (None, one.seller_id)]
        if len(named) == 1:
            return named[0]
        known = ", ".join(one.seller_id for one in accounts)
        raise CommandError(
            Bilingual(f"which account? there are: {known}", f"판매자 ID를 선택해 주세요: {known}"),
            Bilingual("pass --account ID", "--account 판매자ID를 지정해 주세요"),
            _SETTINGS,
        )

    def ledger(self) -> Ledger:
        """Return the account's ledger: a file on this machine, or PostgreSQL."""
        if self._ledger is None:
            self._ledger = _closed_at_the_end(self._opened())
        return self._ledger

    def _opened(self) -> Ledger:
        from wemakeprice_sdk.ledger import PostgresLedger, SqliteLedger
        from wemakeprice_sdk.secrets import SecretStr

        cipher, place = self.cipher(), self.ledger_at
        if cipher is None:
            raise CommandError(
                Bilingual(
                    "a ledger is encrypted, and no key ring is named",
                    "원장은 암호화되어 있습니다. 암호화 키가 없습니다",
                ),
                _NO_KEYS,
                _SETTINGS,
            )
        if place is None and self.file is None:
            raise CommandError(
                Bilingual("no ledger is named", "원장이 지정되지 않았습니다"),
                Bilingual(
                    "pass --ledger FILE or set WEMAKEPRICE_CLI_LEDGER",
                    "--ledger 파일 또는 환경변수 WEMAKEPRICE_CLI_LEDGER를 지정해 주세요",
                ),
                _SETTINGS,
            )
        if place is not None and place.startswith(("postgresql://", "postgres://")):
            return PostgresLedger(SecretStr(place), cipher)
        return SqliteLedger(place or cast("Path", self.file).with_suffix(".db"), cipher)

    def client(self) -> WemakepriceClient:
        """Return a client of the account, with its key: of the settings, the environment, or asked for."""
        from wemakeprice_sdk.client import ThrottlePolicy, WemakepriceClient

        throttle = ThrottlePolicy(min_gap=self.gap)
        return _closed_at_the_end(WemakepriceClient.from_config(self._with_key(), throttle=throttle))

    def _with_key(self) -> ChannelConfig:
        from wemakeprice_sdk.secrets import SecretStr

        config = self.config()
        if config.api_key:
            return config
        key = os.environ.get("WEMAKEPRICE_API_KEY") or self.console.secret(
            Bilingual(f"API key of {config.seller_id}", f"{config.seller_id} 인증키")
        )
        self._config = evolve(config, api_key=SecretStr(key))
        return self._config

    def office(self) -> BackOffice:
        """Return what the account does without the marketplace."""
        from wemakeprice_sdk.runner import BackOffice

        return BackOffice(self.ledger(), self.config())

    def runner(self) -> ChannelRunner:
        """Return the account's runner."""
        from wemakeprice_sdk.policy import SyncPolicy
        from wemakeprice_sdk.runner import ChannelRunner

        client = self.client()
        return ChannelRunner(client, self.ledger(), SyncPolicy(self.config()))


C = TypeVar("C", bound="AbstractContextManager[Any]")


def _closed_at_the_end(thing: C) -> C:
    return cast("C", click.get_current_context().with_resource(thing))


def _no_password(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse a password on the command line, where every process of the machine can read it."""
    from click.core import ParameterSource

    given = context.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE
    address = value.partition("://")[2] if value and given else ""
    if ":" in address.rpartition("@")[0] or "password=" in address.partition("?")[2]:
        raise click.BadParameter(
            Bilingual(
                "a password on the command line can be read by everybody; set WEMAKEPRICE_CLI_LEDGER",
                "명령줄의 비밀번호는 누구나 볼 수 있습니다. 환경변수 WEMAKEPRICE_CLI_LEDGER로 지정해 주세요",
            ),
            context,
            parameter,
        )
    return value


keys_option = option(
    "--keys",
    envvar="WEMAKEPRICE_CLI_KEYS",
    show_envvar=True,
    metavar="FILE",
    help=Bilingual(
        "file of the key ring, or keyring for that of the system; otherwise WEMAKEPRICE_SECRET_KEYS",
        "암호화 키 파일. 시스템 키링은 keyring (기본: WEMAKEPRICE_SECRET_KEYS)",
    ),
)
_OPTIONS: Final = (
    option(
        "--config",
        "-c",
        "settings",
        type=FILE,
        envvar="WEMAKEPRICE_CLI_CONFIG",
        show_envvar=True,
        help=Bilingual("settings of the account, or of many", "판매채널 설정 파일"),
    ),
    option(
        "--account",
        envvar="WEMAKEPRICE_CLI_ACCOUNT",
        show_envvar=True,
        help=Bilingual("seller id, where the file has many", "판매자 ID (계정이 여럿일 때)"),
    ),
    option(
        "--ledger",
        "ledger_at",
        envvar="WEMAKEPRICE_CLI_LEDGER",
        show_envvar=True,
        metavar="FILE",
        callback=_no_password,
        help=Bilingual(
            "file of the ledger, or a postgresql:// address without a password; otherwise beside the "
            "settings, as .db",
            "원장 파일 또는 비밀번호 없는 postgresql:// 주소 (기본: 설정 파일과 같은 이름의 .db)",
        ),
    ),
    keys_option,
    option(
        "--gap",
        type=click.FloatRange(min=0),
        default=0.1,
        envvar="WEMAKEPRICE_CLI_GAP",
        show_envvar=True,
        metavar="SECONDS",
        help=Bilingual("quiet time between two calls of the marketplace (0.1)", "호출 간격(초, 기본 0.1)"),
    ),
)


def with_shop(run: Callable[..., object]) -> Callable[..., object]:
    """Hand the account to a command as its first argument."""

    def call(
        settings: Path | None,
        account: str | None,
        ledger_at: str | None,
        keys: str | None,
        gap: float,
        **values: object,
    ) -> object:
        console = console_of(click.get_current_context())
        # Reports say it all; without a handler Python would print the log's warnings beside them.
        logging.getLogger("wemakeprice_sdk").addHandler(logging.NullHandler())
        return run(Shop(console, settings, account, ledger_at, keys, gap), **values)

    # click finds the options of a command on its function.
    call.__dict__.update(run.__dict__)
    for add in reversed(_OPTIONS):
        call = add(call)
    return call


source_option = option(
    "--source",
    type=Choice(["marketplace", "ledger"]),
    default="marketplace",
    show_default=True,
    help=Bilingual(
        "ask the marketplace, or only the ledger", "조회할 곳: 마켓(marketplace) 또는 원장(ledger)"
    ),
)
