"""Secrets: a string that never shows itself, and ciphers for what is stored."""

from __future__ import annotations

import base64
import hmac
import html
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Final, NoReturn, ParamSpec, Protocol, TypeVar, final, runtime_checkable

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.errors import (
    ConfigError,
    SecretUnavailableError,
    TamperedError,
    TruncatedError,
    UnknownKeyError,
    Violation,
    WrongKeyError,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_P = ParamSpec("_P")
_T = TypeVar("_T")

_KEY_BYTES: Final = 32
# Nine bytes fill whole base64 characters, so that one changed character never touches check and nonce both.
_CHECK_BYTES: Final = 9
_NONCE_BYTES: Final = 12
_VERSION: Final = "wmp1"
_END: Final = "end"
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_KEY_FILE_LIMIT: Final = 65_536

# Stray characters that come along when a key is copied from a web page or a message.
_INVISIBLE: Final[dict[int, None]] = dict.fromkeys(
    (0x00A0, 0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF),
)


@final
class SecretStr:
    """A secret text, such as the API key (인증키), that shows itself only through `reveal()`.

    White space around it and zero-width characters anywhere in it are dropped. `repr`, `str`, `format`
    and `len` tell nothing. A pickle does not hold the value: what comes back from one raises
    `SecretUnavailableError` on `reveal()`. `copy` and `deepcopy` give the same object.
    """

    __slots__ = ("_value",)
    _value: str | None

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value.translate(_INVISIBLE).strip())

    @classmethod
    def verbatim(cls, value: str) -> SecretStr:
        """Make a secret of free text, such as a memo (메모), without cleaning it."""
        secret = cls("")
        object.__setattr__(secret, "_value", value)
        return secret

    def reveal(self) -> str:
        """Return the secret itself; raise `SecretUnavailableError` when it was left out of a pickle."""
        if self._value is None:
            raise SecretUnavailableError("the secret was left out of a pickle; load it again from its source")
        return self._value

    @property
    def available(self) -> bool:
        """Return whether `reveal()` would give a value."""
        return self._value is not None

    def __bool__(self) -> bool:
        """Return whether there is a secret that is not empty."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare in constant time with another secret."""
        if not isinstance(other, SecretStr) or self._value is None or other._value is None:
            return self is other
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        """Hash like the type, so that the hash tells nothing about the value."""
        return hash(SecretStr)

    def __repr__(self) -> str:
        """Return stars."""
        return "SecretStr('***')"

    __str__ = __repr__

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a SecretStr cannot change")

    def __copy__(self) -> SecretStr:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> SecretStr:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _sealed, ()


def _sealed() -> SecretStr:
    secret = SecretStr("")
    object.__setattr__(secret, "_value", None)
    return secret


class Cipher(Protocol):
    """Encrypts what is stored, and binds it to where it belongs.

    `context` names the account and field. It is not part of the token; the same bytes are needed to read it.
    """

    def encrypt(self, plaintext: bytes, *, context: bytes) -> str:
        """Return a printable token without blanks; two calls never give the same one."""
        ...

    def decrypt(self, token: str, *, context: bytes) -> bytes:
        """Return the plaintext of a token; raise a `DecryptionError` when it cannot be read."""
        ...


@runtime_checkable
class RotatingCipher(Cipher, Protocol):
    """A cipher that knows which tokens are still under an older key."""

    def is_current(self, token: str) -> bool:
        """Return whether a token is under the primary key; raise `TruncatedError` for other text."""
        ...


@final
class SecretKey:
    """One AES-256 key: 32 bytes that never show themselves.

    A pickle does not hold them. Raises `ValueError` for another length.
    """

    __slots__ = ("_data", "_derived")
    _data: bytes | None
    _derived: tuple[bytes, AESGCM] | None

    def __init__(self, data: bytes) -> None:
        if len(data) != _KEY_BYTES:
            raise ValueError(f"a key has {_KEY_BYTES} bytes, not {len(data)}")
        object.__setattr__(self, "_data", bytes(data))
        object.__setattr__(self, "_derived", None)

    @classmethod
    def from_text(cls, text: str) -> SecretKey:
        """Read a key as `to_text` gives it; raise `ValueError`, without the text, when it is none."""
        try:
            return cls(_from_base64(text.strip().rstrip("=")))
        except ValueError:
            raise ValueError(f"a key is {_KEY_BYTES} bytes in URL-safe base64") from None

    def to_text(self) -> str:
        """Return the key as URL-safe base64, for a secret store."""
        return _to_base64(self.reveal())

    def reveal(self) -> bytes:
        """Return the bytes; raise `SecretUnavailableError` when they were left out of a pickle."""
        if self._data is None:
            raise SecretUnavailableError("the key was left out of a pickle; load it again from its source")
        return self._data

    def __eq__(self, other: object) -> bool:
        """Compare in constant time with another key."""
        if not isinstance(other, SecretKey) or self._data is None or other._data is None:
            return self is other
        return hmac.compare_digest(self._data, other._data)

    def __hash__(self) -> int:
        """Hash like the type, so that the hash tells nothing about the key."""
        return hash(SecretKey)

    def __repr__(self) -> str:
        """Return stars."""
        return "SecretKey('***')"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a SecretKey cannot change")

    def __copy__(self) -> SecretKey:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> SecretKey:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _sealed_key, ()


def _sealed_key() -> SecretKey:
    key = SecretKey(bytes(_KEY_BYTES))
    object.__setattr__(key, "_data", None)
    return key


def generate_key() -> SecretKey:
    """Make a new random key from the operating system's source."""
    return SecretKey(os.urandom(_KEY_BYTES))


def _is_no_key(value: object) -> bool:
    return not isinstance(value, SecretKey)


def _key_map(keys: Mapping[str, SecretKey]) -> Mapping[str, SecretKey]:
    return dict(keys)


@final
@frozen(eq=False, repr=False)
class AesGcmCipher:
    """AES-256-GCM with a ring of keys: `primary` encrypts, every key of `keys` decrypts.

    A token reads `wmp1.<key id>.<base64>.end`. The base64 holds a 9-byte key check, a random 12-byte nonce
    and the ciphertext with its tag; key id and `context` are authenticated with it. So a wrong key
    (`WrongKeyError`), a key id that is not in the ring (`UnknownKeyError`), a changed token or another
    account (`TamperedError`) and a cut token (`TruncatedError`) can be told apart. `entropy` replaces the
    nonce source in tests; a repeated nonce breaks the encryption, so leave it alone elsewhere.

    Raises `ConfigError` for an empty ring, a bad key id (1..32 of A-Z a-z 0-9 _ -), a key that is no
    `SecretKey`, or a primary that is not in it.
    Safe to share between threads. A pickle holds no keys.
    """

    keys: Mapping[str, SecretKey] = field(converter=_key_map)
    primary: str
    entropy: Callable[[int], bytes] = os.urandom

    def __attrs_post_init__(self) -> None:
        """Check the ring."""
        plain = [name for name, key in self.keys.items() if _is_no_key(key)]
        if plain:
            raise ConfigError.single(
                "keys",
                plain,
                "type SecretKey",
                "a key is a SecretKey: generate_key() makes one, SecretKey.from_text() reads one",
                "키는 SecretKey여야 합니다. generate_key()로 만들거나 SecretKey.from_text()로 읽어 주세요",
            )
        bad = [name for name in self.keys if _KEY_ID.fullmatch(name) is None]
        if bad:
            raise ConfigError.single(
                "keys",
                bad,
                "key id",
                "a key id is 1..32 of A-Z a-z 0-9 _ -",
                "키 ID 형식이 아닙니다. 영문자, 숫자, _, - 1~32자로 적어 주세요",
            )
        if self.primary not in self.keys:
            raise ConfigError.single(
                "primary",
                self.primary,
                f"one of {', '.join(self.keys) or '(no keys)'}",
                "the primary key is not in the ring",
                "기본 키가 키 목록에 없습니다. 키 목록에 추가해 주세요",
            )

    @classmethod
    def single(cls, key: SecretKey, key_id: str = "k1") -> AesGcmCipher:
        """Make a ring of one key."""
        return cls({key_id: key}, key_id)

    def encrypt(self, plaintext: bytes, *, context: bytes) -> str:
        """Encrypt under the primary key and bind to `context`."""
        check, box = _derived_of(self.keys[self.primary])
        header = f"{_VERSION}.{self.primary}"
        nonce = self.entropy(_NONCE_BYTES)
        sealed = box.encrypt(nonce, plaintext, _bound(header, context))
        return f"{header}.{_to_base64(check + nonce + sealed)}.{_END}"

    def decrypt(self, token: str, *, context: bytes) -> bytes:
        """Decrypt and check; raise the `DecryptionError` that fits."""
        from cryptography.exceptions import InvalidTag

        parts = _read_token(token)
        check, box = _derived_of(self._key(parts.key_id))
        right_key = hmac.compare_digest(parts.check, check)
        try:
            plaintext = box.decrypt(parts.nonce, parts.sealed, _bound(parts.header, context))
        except InvalidTag:
            if right_key:
                raise TamperedError(
                    "the encrypted value was changed, or belongs to another account or field"
                ) from None
            raise WrongKeyError(f"key {parts.key_id} is not the one that encrypted the value") from None
        if not right_key:
            raise TamperedError("the key check of the encrypted value was changed")
        return plaintext

    def is_current(self, token: str) -> bool:
        """Return whether a token is under the primary key; raise `TruncatedError` or `TamperedError`."""
        parts = _read_token(token)
        same_id = parts.key_id == self.primary
        return same_id and hmac.compare_digest(parts.check, _derived_of(self.keys[self.primary])[0])

    def _key(self, key_id: str) -> SecretKey:
        if key_id not in self.keys:
            raise UnknownKeyError(f"the key ring holds no key {key_id}, only {', '.join(self.keys)}")
        return self.keys[key_id]

    def __repr__(self) -> str:
        """Name the keys without showing them."""
        return f"AesGcmCipher(primary={self.primary!r}, keys={sorted(self.keys)!r})"


@frozen
class _Token:
    key_id: str
    check: bytes
    nonce: bytes
    sealed: bytes

    @property
    def header(self) -> str:
        return f"{_VERSION}.{self.key_id}"


def _read_token(token: str) -> _Token:
    parts = token.split(".")
    if parts[0] != _VERSION:
        raise TruncatedError("the text is no encrypted value")
    if len(parts) < 4 or (len(parts) == 4 and parts[3] in {"", "e", "en"}):
        raise TruncatedError("the encrypted value is cut short")
    if len(parts) != 4 or parts[3] != _END or _KEY_ID.fullmatch(parts[1]) is None:
        raise TamperedError("the encrypted value was changed")
    try:
        payload = _from_base64(parts[2])
    except ValueError:
        raise TamperedError("the encrypted value was changed") from None
    start = _CHECK_BYTES + _NONCE_BYTES
    return _Token(parts[1], payload[:_CHECK_BYTES], payload[_CHECK_BYTES:start], payload[start:])


def is_token(text: str) -> bool:
    """Return whether a text is meant to be an encrypted value, whole or damaged."""
    return text.startswith(f"{_VERSION}.")


def rotate_token(cipher: RotatingCipher, token: str, *, context: bytes) -> str:
    """Return the value encrypted under the primary key; the very same token when it already is.

    So a rotation that was killed is simply started again. Raises a `DecryptionError`.
    """
    if cipher.is_current(token):
        return token
    return cipher.encrypt(cipher.decrypt(token, context=context), context=context)


def rotate(cipher: RotatingCipher, tokens: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bool]]:
    """Rotate many `(token, context)` pairs, in order: each new token, and whether it changed."""
    for token, context in tokens:
        rotated = rotate_token(cipher, token, context=context)
        yield rotated, rotated != token


def _to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _to_base64(data) != text:
        # Base64 has spare bits at its end; a change there would otherwise go unseen.
        raise ValueError("not canonical base64")
    return data


def _derived_of(key: SecretKey) -> tuple[bytes, AESGCM]:
    """Return the check of a key and what encrypts under it; both stay with the key, as secret as it is."""
    found = key._derived
    if found is None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        check = hmac.digest(key.reveal(), b"wemakeprice-sdk/v1/key check", "sha256")[:_CHECK_BYTES]
        found = check, AESGCM(hmac.digest(key.reveal(), b"wemakeprice-sdk/v1/encryption", "sha256"))
        object.__setattr__(key, "_derived", found)
    return found


def _bound(header: str, context: bytes) -> bytes:
    return header.encode() + b"\0" + context


def parse_key_ring(text: str) -> AesGcmCipher:
    """Read a key ring: `id:key` entries, one per line or parted by commas, the first one primary.

    Blank lines and lines that start with `#` are skipped. Raises `ConfigError`, never showing a key.
    """
    # Editors of Windows begin a file in UTF-8 with a mark.
    lines = (line for line in text.lstrip("\ufeff").splitlines() if not line.lstrip().startswith("#"))
    entries = [entry.strip() for line in lines for entry in line.split(",") if entry.strip()]
    keys: dict[str, SecretKey] = {}
    problems = Problems()
    for number, entry in enumerate(entries):
        name, _, text_of_key = entry.partition(":")
        key = _key_or_none(text_of_key)
        if key is None or name in keys or _KEY_ID.fullmatch(name) is None:
            problems.take([_bad_entry(number)])
        else:
            keys[name] = key
    if not entries:
        problems.take([_bad_entry(0)])
    problems.raise_all("key ring")
    return AesGcmCipher(keys, next(iter(keys)))


def _key_or_none(text: str) -> SecretKey | None:
    try:
        return SecretKey.from_text(text)
    except ValueError:
        return None


def _bad_entry(number: int) -> Violation:
    return Violation(
        f"keys[{number}]",
        "***",
        "id:key",
        "needs a unique id, a colon and 32 bytes in URL-safe base64",
        "고유한 ID와 콜론, URL-safe base64로 적은 32바이트 키가 필요합니다",
    )


def format_key_ring(keys: Mapping[str, SecretKey]) -> str:
    """Write a key ring as `parse_key_ring` reads it, the first key primary; the keys stand in clear."""
    return "".join(f"{name}:{key.to_text()}\n" for name, key in keys.items())


KEYS_VARIABLE: Final = "WEMAKEPRICE_SECRET_KEYS"


def cipher_from_env(name: str = KEYS_VARIABLE, environ: Mapping[str, str] | None = None) -> AesGcmCipher:
    """Make a cipher from a key ring in an environment variable.

    Raises `SecretUnavailableError` when it is not set, `ConfigError` when it is no key ring.
    """
    text = (os.environ if environ is None else environ).get(name, "")
    if not text.strip():
        raise SecretUnavailableError(f"the environment variable {name} is not set; it holds the key ring")
    return parse_key_ring(text)


def cipher_from_key_file(path: str | os.PathLike[str]) -> AesGcmCipher:
    """Make a cipher from a key ring in a file that only its owner may read (mode 0600 or 0400).

    Raises `OSError` when it cannot be read, `ConfigError` when others may read it or it is no key ring.
    """
    with open(path, encoding="utf-8") as file:
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and mode & 0o077:
            raise ConfigError.single(
                "key file",
                oct(mode & 0o777),
                "mode 0600",
                "others may read the key file; run chmod 600 on it",
                "다른 사용자가 키 파일을 읽을 수 있습니다. chmod 600으로 바꿔 주세요",
            )
        try:
            return parse_key_ring(file.read(_KEY_FILE_LIMIT))
        except UnicodeDecodeError:
            raise ConfigError((_bad_entry(0),), subject="key ring") from None


def cipher_from_keyring(service: str = "wemakeprice-sdk", username: str = "keys") -> AesGcmCipher:
    """Make a cipher from a key ring in the system's keyring (extra `keyring`).

    Raises `SecretUnavailableError` when the package or the entry is missing or the keyring is locked.
    """
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise SecretUnavailableError(
            "the system keyring needs the extra: pip install 'wemakeprice-sdk[keyring]'"
        ) from None
    try:
        text = keyring.get_password(service, username)
    except keyring.errors.KeyringError as error:
        raise SecretUnavailableError(f"the system keyring cannot be used: {type(error).__name__}") from None
    if not text:
        raise SecretUnavailableError(f"the system keyring has no entry {username} of {service}")
    return parse_key_ring(text)


# Bounded: a long text without any @ would else be walked once for each of its characters.
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w-])(?:\+82[ -]?\d{1,3}|0\d{1,3})[ .-]?\d{3,4}[ .-]?\d{4}(?![\w-])")
_KEY_LIKE: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32,}(?![0-9A-Za-z])")
_KEY_HEADER: Final = re.compile(r"(api_?key[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&]+", re.IGNORECASE)


def forget_locals(error: BaseException, outer: BaseException | None) -> None:
    """Empty the frames that an exception passed on its way here, and those it came from.

    Error reporters send local variables along, and some hold a secret. `outer` is the exception that was
    being handled before; its frames are left alone, and so are those that still run.
    """
    link: BaseException | None = error
    while link is not None and link is not outer:
        traceback.clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__


def forgetful(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Wrap a function that handles secrets in clear: an error out of it carries no local variable of it."""

    @wraps(function)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        outer = sys.exception()
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            forget_locals(error, outer)
            raise
        finally:
            del args, kwargs

    return wrapped


def forgetful_init(cls: type[_T]) -> type[_T]:
    """Do for the construction of a class what `forgetful` does for a function; stands above `@frozen`."""
    setattr(cls, "__init__", forgetful(vars(cls)["__init__"]))  # noqa: B010 - mypy refuses a plain assignment
    return cls


# A shorter key is looked for as it is: its other spellings would be found in every text.
_SHAPED: Final = 8
_HALF_SHOWN: Final = 12
_BETWEEN: Final = r"(?:[\s\u00ad\u200b-\u200f\u2060\ufeff]|%20|\\[nrt]){0,3}"


def _spellings(character: str) -> str:
    code = ord(character)
    ways = (
        rf"%(?:25)?{code:02x}",
        rf"\\(?:u00|x){code:02x}",
        rf"&\#(?:0*{code}|x0*{code:x});",
        rf"\\{re.escape(character)}",
        re.escape(html.escape(character)),
        re.escape(character),
    )
    # Atomic, and each way once: a text of many beginnings of the key would take ages otherwise.
    return f"(?>{'|'.join(dict.fromkeys(ways))})"


def _base64_cores(secret: bytes) -> Iterator[str]:
    """Yield what base64 makes of the secret wherever it stands in a longer text: three ways to line it up."""
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + secret)[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6]
        yield text.decode().translate({ord("+"): "[+-]", ord("/"): "[/_]"})


def _shapes(secret: str) -> str:
    pieces = [_spellings(character) for character in secret]
    whole = _BETWEEN.join(pieces[:_HALF_SHOWN])
    # What was cut short on its way still shows most of the secret, so everything behind the twelfth may miss.
    for piece in pieces[_HALF_SHOWN:]:
        whole += f"(?:{_BETWEEN}{piece})?+"
    raw = secret.encode()
    return "|".join((re.escape(secret), whole, raw.hex(), *_base64_cores(raw)))


@final
class Redactor:
    """Masks in free text the given secrets and what `redact` knows by its look; built once, used often.

    A secret is found as it is, in any case, percent-encoded, escaped as in JSON or HTML, in base64 or
    hexadecimal, spread with blanks, and cut short after its twelfth character. Shows no secret itself.
    """

    __slots__ = ("_pattern", "_secrets")

    def __init__(self, secrets: Iterable[SecretStr] = ()) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        self._pattern: re.Pattern[str] | None = None

    def _known(self) -> re.Pattern[str]:
        # Compiling takes about 20 ms, and most clients never meet a text.
        if self._pattern is None:
            known = sorted((secret.reveal() for secret in self._secrets), key=len, reverse=True)
            shapes = (_shapes(text) if len(text) >= _SHAPED else f"(?-i:{re.escape(text)})" for text in known)
            self._pattern = re.compile("|".join(shapes), re.IGNORECASE)
        return self._pattern

    @forgetful
    def __call__(self, text: str) -> str:
        """Return the text with everything masked that is known."""
        if self._secrets and text:
            text = self._known().sub("***", text)
        text = _KEY_HEADER.sub(r"\1***", text)
        for pattern in (_KEY_LIKE, _PHONE, _EMAIL):
            text = pattern.sub("***", text)
        return text

    def __repr__(self) -> str:
        """Show nothing."""
        return "Redactor(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Redactor holds secrets; it cannot be pickled or copied")


_BY_LOOK: Final = Redactor()


def redact(text: str, secrets: Iterable[SecretStr] = ()) -> str:
    """Mask in free text the given secrets, whatever looks like a key, Korean telephone numbers and e-mail.

    A safety net, not a permit: names and addresses cannot be recognised, so they must not get here.
    `Redactor` does the same for many texts.
    """
    known = tuple(secrets)
    return (Redactor(known) if known else _BY_LOOK)(text)


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - whatever the texts of the arguments raise
        # A wrong log call is reported by logging and never raised; a filter must not change that.
        return f"{record.msg} (cannot be formatted: {type(error).__name__})"


class RedactingFilter(logging.Filter):
    """A logging filter that masks messages and tracebacks with `redact`; attach it to a handler."""

    def __init__(self, secrets: Iterable[SecretStr] = ()) -> None:
        super().__init__()
        self._redact = Redactor(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place and let it through."""
        record.msg, record.args = self._redact(_message_of(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._redact(record.exc_text)
            record.exc_info = None
        return True
