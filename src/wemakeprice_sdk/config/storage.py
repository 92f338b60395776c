"""Loading and saving: TOML, JSON and environment variables, with secrets encrypted."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal, NoReturn, TypeAlias

import tomli_w

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.config._checks import HIDDEN
from wemakeprice_sdk.config._codecs import Plain
from wemakeprice_sdk.config._document import (
    VERSION,
    Document,
    channel_from_document,
    channel_to_document,
    channels_of,
    check_top,
    encrypted_values,
    migrate,
)
from wemakeprice_sdk.config._files import write_private
from wemakeprice_sdk.config.channel import ChannelConfig
from wemakeprice_sdk.config.registry import ChannelRegistry, build_registry
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models.tables import Tabular
from wemakeprice_sdk.secrets import Cipher, RotatingCipher, forgetful, rotate

Syntax: TypeAlias = Literal["toml", "json"]
"""How a document is written."""

ENV_PREFIX: Final = "WEMAKEPRICE_"
_RESERVED: Final = ("SECRET_", "CLI_")
_ATTEMPTS: Final = 5
_MANY: Final = (
    "holds many accounts; read it with load_registry",
    "여러 계정의 문서입니다. load_registry로 읽어 주세요",
)
_ONE: Final = (
    "holds one account; read it with load_config",
    "한 계정의 문서입니다. load_config로 읽어 주세요",
)


@forgetful
def dumps_config(config: ChannelConfig, *, cipher: Cipher | None = None, syntax: Syntax = "toml") -> str:
    """Write one configuration as text.

    Key, memo and contacts are encrypted; `PlainSecretError` when there are some and no cipher.
    """
    check_kind("config", config, ChannelConfig)
    return _dump({"version": VERSION, "channel": channel_to_document(config, cipher)}, syntax)


@forgetful
def loads_config(
    text: str, *, cipher: Cipher | None = None, syntax: Syntax = "toml", allow_plain: bool = False
) -> ChannelConfig:
    """Read one configuration from text.

    Raises `ConfigError` (every violation, unknown keys with the nearest known one), `DecryptionError`,
    `SecretUnavailableError` without a needed cipher, and `PlainSecretError` for a secret in clear, unless
    `allow_plain` says that this file was written in an editor and is yet to be encrypted.
    """
    document = _parse(text, syntax)
    check_top(document, "channel", "channels", _MANY)
    try:
        return channel_from_document(document["channel"], cipher, allow_plain=allow_plain)
    except ConfigError as error:
        raise _under(error, "channel") from None


@forgetful
def dumps_registry(
    registry: ChannelRegistry, *, cipher: Cipher | None = None, syntax: Syntax = "toml"
) -> str:
    """Write all accounts as one text; see `dumps_config`."""
    check_kind("registry", registry, ChannelRegistry)
    channels: list[Plain] = [channel_to_document(config, cipher) for config in registry]
    return _dump({"version": VERSION, "channels": channels}, syntax)


@forgetful
def loads_registry(
    text: str, *, cipher: Cipher | None = None, syntax: Syntax = "toml", allow_plain: bool = False
) -> ChannelRegistry:
    """Read all accounts from one text; see `loads_config`. The violations of all accounts come together."""
    document = _parse(text, syntax)
    check_top(document, "channels", "channel", _ONE)
    if not isinstance(document["channels"], list):
        raise ConfigError.single("channels", "", "list", "must be a list of tables", "목록이어야 합니다")
    read: list[ChannelConfig | ConfigError] = []
    for raw in channels_of(document):
        try:
            read.append(channel_from_document(raw, cipher, allow_plain=allow_plain))
        except ConfigError as error:
            read.append(error)
    return build_registry(read)


@forgetful
def save_config(path: str | os.PathLike[str], config: ChannelConfig, *, cipher: Cipher | None = None) -> None:
    """Write one configuration to a `.toml` or `.json` file, as a whole or not at all, mode 0600."""
    write_private(Path(path), dumps_config(config, cipher=cipher, syntax=_syntax_of(path)).encode())


@forgetful
def load_config(
    path: str | os.PathLike[str], *, cipher: Cipher | None = None, allow_plain: bool = False
) -> ChannelConfig:
    """Read one configuration from a `.toml` or `.json` file; raises `OSError` and as `loads_config`."""
    return loads_config(_read(path), cipher=cipher, syntax=_syntax_of(path), allow_plain=allow_plain)


@forgetful
def save_registry(
    path: str | os.PathLike[str], registry: ChannelRegistry, *, cipher: Cipher | None = None
) -> None:
    """Write all accounts to a `.toml` or `.json` file, as a whole or not at all, mode 0600."""
    write_private(Path(path), dumps_registry(registry, cipher=cipher, syntax=_syntax_of(path)).encode())


@forgetful
def load_registry(
    path: str | os.PathLike[str], *, cipher: Cipher | None = None, allow_plain: bool = False
) -> ChannelRegistry:
    """Read all accounts from a `.toml` or `.json` file; raises `OSError` and what `loads_registry` does."""
    return loads_registry(_read(path), cipher=cipher, syntax=_syntax_of(path), allow_plain=allow_plain)


@frozen
class RotationReport(Tabular):
    """What a rotation did: values re-encrypted, and values that were under the primary key already."""

    rotated: int
    current: int


def rotate_file(path: str | os.PathLike[str], cipher: RotatingCipher) -> RotationReport:
    """Re-encrypt every secret of a saved configuration or registry under the primary key.

    Only the encrypted values change; comments and layout stay. The file is replaced as a whole, so a rotation
    that is killed is started again and ends the same. Raises `DecryptionError` (nothing written), and
    `ConfigError` when another process keeps changing the file.
    """
    for _ in range(_ATTEMPTS):
        before = _read(path)
        after, report = _rotated(before, _syntax_of(path), cipher)
        if after == before:
            return report
        if _read(path) == before:
            write_private(Path(path), after.encode())
            return report
    raise ConfigError.single(
        "file",
        Path(path).name,
        "unchanged while rotating",
        "another process keeps changing it",
        "다른 프로그램이 파일을 계속 바꾸고 있습니다. 잠시 후 다시 시도해 주세요",
    )


def _rotated(text: str, syntax: Syntax, cipher: RotatingCipher) -> tuple[str, RotationReport]:
    values = encrypted_values(_parse(text, syntax))
    count = 0
    for (old, _), (new, changed) in zip(values, rotate(cipher, values), strict=True):
        if changed:
            text, count = text.replace(old, new), count + 1
    return text, RotationReport(count, len(values) - count)


@forgetful
def config_to_env(
    config: ChannelConfig, *, cipher: Cipher | None = None, prefix: str = ENV_PREFIX
) -> dict[str, str]:
    """Write one configuration as environment variables; tables are joined by `__`, lists are JSON.

    Raises `PlainSecretError` when there are secrets and no cipher.
    """
    check_kind("config", config, ChannelConfig)
    variables = {f"{prefix}VERSION": str(VERSION)}
    for name, value in channel_to_document(config, cipher).items():
        _flatten(f"{prefix}{name.upper()}", value, variables)
    return variables


@forgetful
def config_from_env(
    environ: Mapping[str, str] | None = None,
    *,
    cipher: Cipher | None = None,
    prefix: str = ENV_PREFIX,
    ignore: Iterable[str] = (),
) -> ChannelConfig:
    """Read one configuration from environment variables, such as `WEMAKEPRICE_SWITCHES__MASTER=off`.

    Secrets may stand in clear here or encrypted. Empty variables count as not set; those that begin with
    `WEMAKEPRICE_SECRET_` or `WEMAKEPRICE_CLI_` and those named in `ignore` are left alone; any other unknown
    one is a violation. For several accounts give each a `prefix` of its own. Raises what `loads_config` does.
    """
    variables = os.environ if environ is None else environ
    document: Document = {}
    problems = Problems()
    skipped = {*ignore}
    for name in sorted(variables):
        if not name.startswith(prefix) or name in skipped:
            continue
        if name.removeprefix(prefix).startswith(_RESERVED):
            continue
        if variables[name].strip():
            _nest(document, name, name[len(prefix) :].lower().split("__"), variables[name], problems)
    problems.raise_all("environment")
    migrate({"version": _env_version(document.pop("version", str(VERSION)))})
    try:
        return channel_from_document(document, cipher, allow_plain=True, lenient=True)
    except ConfigError as error:
        raise ConfigError(error.violations, subject="environment") from None


def _env_version(text: object) -> object:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else text


def _nest(table: Document, variable: str, parts: list[str], value: str, problems: Problems) -> None:
    for part in parts[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            break
        table = inner
    else:
        if parts[-1] not in table:
            table[parts[-1]] = value
            return
    problems.add(
        variable,
        HIDDEN,
        "set once",
        "contradicts another variable for the same setting",
        "같은 설정이 중복되었습니다. 하나만 남겨 주세요",
    )


def _flatten(name: str, value: Plain, variables: dict[str, str]) -> None:
    if isinstance(value, dict) and value and not name.endswith("PATH_OVERRIDES"):
        for key, part in value.items():
            _flatten(f"{name}__{key.upper()}", part, variables)
    elif isinstance(value, (list, dict)):
        variables[name] = json.dumps(value, ensure_ascii=False)
    elif value != "":
        variables[name] = str(value).lower() if isinstance(value, bool) else str(value)


def _under(error: ConfigError, path: str) -> ConfigError:
    problems = Problems()
    problems.take(error.violations, path)
    return ConfigError(problems.found, subject="document")


def _syntax_of(path: str | os.PathLike[str]) -> Syntax:
    suffix = Path(path).suffix.casefold()
    if suffix == ".toml":
        return "toml"
    if suffix == ".json":
        return "json"
    raise ConfigError.single(
        "file",
        Path(path).name,
        ".toml or .json",
        "has a name that tells no format",
        "파일 이름은 .toml 또는 .json으로 끝나야 합니다",
    )


def _read(path: str | os.PathLike[str]) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8-sig")  # Notepad may put a mark in front
    except UnicodeDecodeError:
        # The decoder's error carries the whole content.
        raise ConfigError.single(
            "file",
            Path(path).name,
            "UTF-8",
            "is not UTF-8 text; save it as UTF-8",
            "UTF-8 문서가 아닙니다. UTF-8로 저장해 주세요",
        ) from None


def _dump(document: Mapping[str, object], syntax: Syntax) -> str:
    if syntax == "json":
        return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return tomli_w.dumps(document)


def _parse(text: str, syntax: Syntax) -> Document:
    raw: object = None
    reason = ""
    try:
        raw = tomllib.loads(text) if syntax == "toml" else json.loads(text, object_pairs_hook=_once)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
    except json.JSONDecodeError as error:
        reason = f"{error.msg} (line {error.lineno}, column {error.colno})"
    except RecursionError:
        reason = "nested too deeply"
    # Raised outside the handlers, because a decoder's error carries the whole text.
    if reason:
        raise ConfigError.single(
            "document",
            HIDDEN,
            syntax,
            f"is not valid {syntax}: {reason}",
            "문서를 읽을 수 없습니다. 문법을 확인해 주세요",
        )
    if not isinstance(raw, dict):
        raise ConfigError.single("document", HIDDEN, "table", "must be a table", "테이블 형식이어야 합니다")
    return migrate(raw)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        _refuse_twice([name for name, _ in pairs])
    return table


def _refuse_twice(names: list[str]) -> NoReturn:
    twice = sorted({name for name in names if names.count(name) > 1})
    raise ConfigError.single(
        ", ".join(twice),
        HIDDEN,
        "unique key",
        "stands twice in one object",
        "같은 항목이 중복되었습니다. 하나만 남겨 주세요",
    )
