"""What a caller may choose: hosts, timeouts, connection limits, verification. All frozen, in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from attrs import Factory, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.secrets import SecretStr

KEY_VARIABLE: Final = "WEMAKEPRICE_API_KEY"
ADDRESS_VARIABLE: Final = "WEMAKEPRICE_BASE_URL"

PRODUCTION_URL: Final = "https://w-api.wemakeprice.com"
"""The marketplace itself (A). Its operator was declared bankrupt on 2025-11-10: assume nobody answers."""

STAGING_URL: Final = "https://wapi-stg.wemakeprice.com"
"""The marketplace's test host, with keys of its own (grade B); assumed unreachable as well."""

TimeoutTuple = tuple[float | None, float | None, float | None, float | None]
PHASES: Final = ("connect", "read", "write", "pool")


def require(holds: bool, path: str, value: object, rule: str, english: str, korean: str) -> None:
    """Raise `ConfigError` naming field, value and rule unless `holds`."""
    if not holds:
        raise ConfigError.single(path, value, rule, english, korean)


def _seconds(name: str, value: float | None) -> None:
    require(
        value is None or 0 < value < float("inf"),
        name,
        value,
        "seconds > 0 or None",
        "a timeout is a positive number of seconds, or None for no limit",
        "시간 제한은 0보다 큰 초 단위 값이거나 None이어야 합니다",
    )


def _four_reads(timeouts: Timeouts) -> float | None:
    return None if timeouts.read is None else 4 * timeouts.read


@frozen(kw_only=True)
class Timeouts:
    """How long each phase of one HTTP exchange may take, in seconds; None means no limit.

    `read` is the longest silence while waiting for the answer. Integrators use 5 s throughout (grade B);
    `read` is longer here because a product write downloads its images during the call (grade B).
    `total` is the longest time of one exchange from connecting to the last byte, so that an answer which
    drips cannot last for ever; four times `read` unless given. `pool` is the wait for a connection of an HTTP
    library's pool; the client's own connections are handed out by its throttle and never waited for.
    """

    connect: float | None = 5.0
    read: float | None = 30.0
    write: float | None = 15.0
    pool: float | None = 30.0
    total: float | None = field(default=Factory(_four_reads, takes_self=True))

    def __attrs_post_init__(self) -> None:
        for name in ("connect", "read", "write", "pool", "total"):
            _seconds(f"timeout.{name}", getattr(self, name))

    def as_tuple(self) -> TimeoutTuple:
        """Return (connect, read, write, pool), the order HTTP clients take."""
        return (self.connect, self.read, self.write, self.pool)


def cut(timeouts: TimeoutTuple, seconds: float | None) -> TimeoutTuple:
    """Return timeouts with no phase longer than `seconds`."""
    if seconds is None:
        return timeouts
    connect, read, write, pool = (seconds if phase is None else min(phase, seconds) for phase in timeouts)
    return (connect, read, write, pool)


@frozen(kw_only=True)
class CallBounds:
    """How long one call may take and how much its answer may hold; also with an injected HTTP client.

    `deadline` (seconds, None for none) is the time of a whole call: waiting for its turn, connecting, every
    attempt and the waits between them. A read that is over it raises `CallDeadlineError`. A write raises it
    only before it was sent; after that its answer counts as lost and is verified, each verifying read with a
    deadline of its own.

    `max_bytes` is the size of an answer once unpacked, `max_values` how many values and containers it holds,
    `max_depth` how deep they are nested. They are checked while the answer arrives and before it is parsed;
    beyond them a read raises `AnswerTooLargeError`, and a write is verified. The defaults hold a day of some
    10,000 bundles.
    """

    deadline: float | None = 300.0
    max_bytes: int = 32 * 1024 * 1024
    max_values: int = 2_000_000
    max_depth: int = 64

    def __attrs_post_init__(self) -> None:
        _seconds("bounds.deadline", self.deadline)
        for name in ("max_bytes", "max_values", "max_depth"):
            value = getattr(self, name)
            require(
                isinstance(value, int) and not isinstance(value, bool) and value >= 1,
                f"bounds.{name}",
                value,
                "whole number >= 1",
                "an answer is bounded by a whole number",
                "응답 크기 한도는 1 이상의 정수여야 합니다",
            )


@frozen(kw_only=True)
class ConnectionLimits:
    """How many connections the client's own pool may hold, and how long an idle one is kept (seconds).

    All of them are kept unless `max_keepalive` says less: a call that opens its connection anew takes half as
    long again.
    """

    max_connections: int = 10
    max_keepalive: int = field(default=Factory(lambda limits: limits.max_connections, takes_self=True))
    keepalive_expiry: float = 5.0

    def __attrs_post_init__(self) -> None:
        require(
            self.max_connections >= 1 and 0 <= self.max_keepalive <= self.max_connections,
            "limits",
            f"{self.max_connections}/{self.max_keepalive}",
            "max_connections >= 1, 0 <= max_keepalive <= max_connections",
            "the pool needs room for at least one connection",
            "연결 풀에는 최소 한 개의 연결이 필요합니다",
        )


@frozen(kw_only=True)
class VerificationPolicy:
    """What happens when the answer of a write was lost.

    The client never repeats the write blindly: after each wait of `waits` (seconds) it reads the marketplace,
    until the effect is verified. "Not applied" counts only after the last read, because a slow server may
    still be working on the write. With `repeat_if_not_applied` a write verified undone is sent once more.

    A lost *create* can only be recognised against what existed before, and a cancelled line only against
    the lines there were: with `read_before` the known numbers are read first, one more read for each
    product create with a seller code, shipping template create, and `orders.cancel_option` with a bundle.
    """

    waits: tuple[float, ...] = (0.5, 2.0, 5.0)
    repeat_if_not_applied: bool = False
    read_before: bool = True

    def __attrs_post_init__(self) -> None:
        require(
            bool(self.waits) and all(0 <= wait < float("inf") for wait in self.waits),
            "verification.waits",
            self.waits,
            "one or more waits >= 0",
            "a verification needs at least one read",
            "결과를 확인하는 조회는 한 번 이상이어야 합니다",
        )


def _parts(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _trimmed(value: str) -> str:
    _require_text("base_url", value)
    return value.strip(" \t\r\n").rstrip("/")


# urlsplit() drops line breaks in silence, and an HTTP library folds other alphabets and full stops into the
# host it calls: whatever is checked here has to be what is called.
_PLAIN: Final = re.compile(r"[!-~]*")
_HOST: Final = re.compile(
    r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:%25[\w.-]+)?"
)
_SHOWABLE: Final = re.compile(r"[\w.:/\[\]-]{1,200}")


def _require_text(name: str, value: object) -> None:
    # What an environment variable that is not set gives is None, so this is the first mistake of many.
    require(
        isinstance(value, str),
        name,
        type(value).__name__,
        "type str",
        f"a text is needed, not a {type(value).__name__}",
        "문자열이 필요합니다",
    )


@frozen
class BaseUrl:
    """The address of the marketplace, staging or sandbox, with or without a path prefix."""

    text: str = field(converter=_trimmed)

    def __attrs_post_init__(self) -> None:
        parts = _parts(self.text)
        good = (
            parts is not None
            and parts.scheme in ("http", "https")
            and _PLAIN.fullmatch(self.text) is not None
            and _HOST.fullmatch(parts.hostname or "") is not None
        )
        require(
            good,
            "base_url",
            self.safe,
            "http(s)://host[:port][/path]",
            "give the address explicitly, for example PRODUCTION_URL or the sandbox's url",
            "접속 주소를 명시해야 합니다(예: PRODUCTION_URL 또는 샌드박스 주소)",
        )
        if parts is not None:
            self._refuse_extras(parts)

    def _refuse_extras(self, parts: SplitResult) -> None:
        require(
            not (parts.username or parts.password or parts.query or parts.fragment),
            "base_url",
            self.safe,
            "no user, password, query or fragment",
            "the address carries only scheme, host, port and path",
            "접속 주소에는 계정 정보나 쿼리를 넣을 수 없습니다. 주소만 적어 주세요",
        )
        # The key travels in a header: over plain http anybody on the way reads it.
        require(
            parts.scheme == "https" or not (parts.hostname or "").rstrip(".").endswith("wemakeprice.com"),
            "base_url",
            self.safe,
            "https for the marketplace's hosts",
            "the key would travel unencrypted",
            "인증키가 암호화되지 않은 채 전송됩니다. https 주소를 사용해 주세요",
        )

    @property
    def safe(self) -> str:
        """The address without anything that could be a secret."""
        parts = _parts(self.text)
        if parts is None or parts.scheme not in ("http", "https") or not _PLAIN.fullmatch(self.text):
            # Shown as it was typed, or not at all: put together anew it would read as something else.
            return self.text if _SHOWABLE.fullmatch(self.text) else "<unreadable>"
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"

    @property
    def is_secure(self) -> bool:
        """Whether the connection is encrypted."""
        return self.text.lower().startswith("https:")

    def join(self, path: str) -> str:
        """Return the full address of one path of the contract."""
        return f"{self.text}/{path.lstrip('/')}"


def secret_key(value: SecretStr | str) -> SecretStr:
    """Return the key (인증키) as a secret; raise `ConfigError` when it is no text."""
    if isinstance(value, SecretStr):
        return value
    _require_text("api_key", value)
    return SecretStr(value)


def checked_key(secret: SecretStr) -> SecretStr:
    """Return the key back; raise `ConfigError` when no header can carry it."""
    require(
        _fits_a_header(secret),
        "api_key",
        "***",
        "one or more printable ASCII characters without blanks",
        "the key is empty or holds a character that no HTTP header can carry",
        "인증키가 비어 있거나 HTTP 헤더에 쓸 수 없는 문자를 포함합니다. 인증키를 다시 복사해 입력해 주세요",
    )
    return secret


def _fits_a_header(secret: SecretStr) -> bool:
    # Apart, so that no frame of the error holds the text.
    text = secret.reveal()
    return bool(text) and all("!" <= character <= "~" for character in text)


def base_url_of(value: str | None) -> str:
    """Return an address that was stated somewhere; raise `ConfigError` when it was not."""
    if not value:
        raise ConfigError.single(
            "base_url",
            "None",
            "required",
            "nothing says where to call; give the url of a sandbox (SandboxServer(...).url), or the "
            f"marketplace's PRODUCTION_URL ({PRODUCTION_URL}), which nobody promises to answer",
            "접속 주소가 지정되지 않았습니다. base_url에 샌드박스 주소를 적어 주세요. "
            "위메프의 주소는 PRODUCTION_URL이지만 응답하지 않을 수 있습니다",
        )
    return value


def key_and_address(environ: Mapping[str, str]) -> tuple[SecretStr, str]:
    """Return the two variables that a client needs; raise `ConfigError` naming every one that is missing."""
    problems = Problems()
    names = {KEY_VARIABLE: "인증키", ADDRESS_VARIABLE: "접속 주소"}
    for name, korean in names.items():
        problems.require(
            bool(environ.get(name, "").strip()),
            name,
            "",
            "set",
            "the environment variable is not set",
            f"{korean} 환경 변수가 없습니다. 값을 설정해 주세요",
        )
    problems.raise_all("environment")
    return SecretStr(environ[KEY_VARIABLE].strip()), environ[ADDRESS_VARIABLE]


def refuse_mixing(
    injected: object | None, *, timeout: Timeouts | None, connection_limits: ConnectionLimits | None
) -> None:
    """Raise `TypeError` when own transport options come with an injected HTTP client."""
    given = {"timeout": timeout, "connection_limits": connection_limits}
    names = [name for name, value in given.items() if value is not None]
    if injected is not None and names:
        raise TypeError(f"an injected http_client is used as it is; set {', '.join(names)} on it instead")
