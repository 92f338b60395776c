"""How each setting is written plainly, and read back with every fault named."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar, cast

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, shown, shown_type
from wemakeprice_sdk.config._checks import HIDDEN, closest
from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.secrets import SecretStr

Plain: TypeAlias = "str | int | bool | list[Plain] | dict[str, Plain]"
"""What TOML, JSON and environment variables have in common."""

T = TypeVar("T")
W = TypeVar("W", bound=KoreanWord)

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


@frozen
class DecodeOptions:
    """How a document is read: `lenient` takes numbers, switches and lists from text (environment)."""

    lenient: bool = False


class Codec(Protocol[T]):
    """Writes one kind of value plainly and reads it back, raising `ConfigError` with paths below itself."""

    def encode(self, value: T) -> Plain:
        """Return the plain form."""
        ...

    def decode(self, raw: object, reading: DecodeOptions, /) -> T:
        """Read the plain form."""
        ...


def _wrong_type(raw: object, name: str, korean: str) -> ConfigError:
    return ConfigError.single(
        "", shown_type(raw), f"type {name}", f"must be {name}", f"{korean} 형식이어야 합니다"
    )


@frozen
class Text:
    """Text as it is."""

    def encode(self, value: str) -> Plain:
        """Return the text."""
        return value

    def decode(self, raw: object, _reading: DecodeOptions) -> str:
        """Take text only."""
        if not isinstance(raw, str):
            raise _wrong_type(raw, "text", "문자열")
        return raw


@frozen
class Hidden:
    """Personal text; a fault never shows it."""

    make: Callable[[str], SecretStr] = SecretStr

    def encode(self, value: SecretStr) -> Plain:
        """Return the text in clear; the caller encrypts it."""
        return value.reveal()

    def decode(self, raw: object, _reading: DecodeOptions) -> SecretStr:
        """Take text only."""
        if not isinstance(raw, str):
            raise ConfigError.single("", HIDDEN, "type text", "must be text", "문자열 형식이어야 합니다")
        return self.make(raw)


@frozen
class Flag:
    """A switch."""

    def encode(self, value: bool) -> Plain:
        """Return true or false."""
        return value

    def decode(self, raw: object, reading: DecodeOptions) -> bool:
        """Take true or false; from the environment also 1/0, yes/no, on/off."""
        if isinstance(raw, bool):
            return raw
        if reading.lenient and isinstance(raw, str) and raw.strip().casefold() in _TRUE | _FALSE:
            return raw.strip().casefold() in _TRUE
        raise ConfigError.single(
            "", shown(raw), "true or false", "must be true or false", "true 또는 false여야 합니다"
        )


@frozen
class Whole:
    """A whole number."""

    def encode(self, value: int) -> Plain:
        """Return the number."""
        return value

    def decode(self, raw: object, reading: DecodeOptions) -> int:
        """Take whole numbers only; from the environment also their digits."""
        if isinstance(raw, int) and not isinstance(raw, bool):
            return raw
        if reading.lenient and isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit():
            return int(raw)
        raise ConfigError.single("", shown(raw), "whole number", "must be a whole number", "정수여야 합니다")


@frozen
class Word(Generic[W]):
    """A word of a closed vocabulary, or its Korean name."""

    kind: type[W]

    def encode(self, value: W) -> Plain:
        """Return the word."""
        return str(value)

    def decode(self, raw: object, _reading: DecodeOptions) -> W:
        """Read the word."""
        if not isinstance(raw, str):
            raise _wrong_type(raw, "text", "문자열")
        try:
            return self.kind.from_text(raw)
        except ConfigError as error:
            raise _moved(error, "") from None


@frozen
class Custom(Generic[T]):
    """A value with a text form of its own."""

    write: Callable[[T], str]
    read: Callable[[str], T]

    def encode(self, value: T) -> Plain:
        """Return its text."""
        return self.write(value)

    def decode(self, raw: object, _reading: DecodeOptions) -> T:
        """Read its text."""
        if not isinstance(raw, str):
            raise _wrong_type(raw, "text", "문자열")
        try:
            return self.read(raw)
        except ConfigError as error:
            raise _moved(error, "") from None


@frozen
class Iso(Generic[T]):
    """A time or timestamp in ISO form; TOML's own form is taken as well."""

    kind: type[T]
    write: Callable[[T], str]
    read: Callable[[str], T]
    example: str

    def encode(self, value: T) -> Plain:
        """Return it in ISO form."""
        return self.write(value)

    def decode(self, raw: object, _reading: DecodeOptions) -> T:
        """Read it; whether a timestamp carries a zone is checked where it is used."""
        if isinstance(raw, self.kind):
            return raw
        if isinstance(raw, str):
            with contextlib.suppress(ValueError):
                return self.read(raw)
        raise ConfigError.single(
            "",
            shown(raw),
            f"like {self.example}",
            f"must be written like {self.example}",
            f"{self.example} 형식이어야 합니다",
        )


TIME_OF_DAY: Final = Iso(time, time.isoformat, time.fromisoformat, "02:00")
TIMESTAMP: Final = Iso(datetime, datetime.isoformat, datetime.fromisoformat, "2026-01-02T03:00:00+09:00")


@frozen
class ListOf(Generic[T]):
    """A list; from the environment a JSON array."""

    member: Codec[T]

    def encode(self, value: tuple[T, ...]) -> Plain:
        """Return the list."""
        return [self.member.encode(part) for part in value]

    def decode(self, raw: object, reading: DecodeOptions) -> tuple[T, ...]:
        """Read every member, naming each that is wrong."""
        raw = _from_json(raw, reading)
        if not isinstance(raw, list):
            raise _wrong_type(raw, "list", "목록")
        problems = Problems()
        found: list[T] = []
        for index, part in enumerate(raw):
            try:
                found.append(self.member.decode(part, reading))
            except ConfigError as error:
                problems.take(error.violations, f"[{index}]")
        problems.raise_all("list")
        return tuple(found)


@frozen
class TextTable:
    """A table of text to text, kept as sorted pairs; from the environment a JSON object."""

    def encode(self, value: tuple[tuple[str, str], ...]) -> Plain:
        """Return the table."""
        return dict(value)

    def decode(self, raw: object, reading: DecodeOptions) -> tuple[tuple[str, str], ...]:
        """Read the table."""
        raw = _from_json(raw, reading)
        if not isinstance(raw, dict):
            raise _wrong_type(raw, "table", "테이블")
        problems = Problems()
        for name, value in raw.items():
            problems.instance(str(name), value, str, "text")
        problems.raise_all("table")
        return tuple(sorted(raw.items()))


@frozen
class TableCodec(Generic[T]):
    """A table with known keys.

    `short` reads a single text in place of the table. `stand_ins` replace a value that could not be read, so
    that the rest is still checked without a fault appearing twice. `unwritten` are values that are left out
    of what is written: an earlier version, which does not know the setting, reads it then as before.
    """

    build: Callable[..., T]
    fields: Mapping[str, Codec[Any]]
    required: frozenset[str] = frozenset()
    short: Callable[[str], T] | None = None
    stand_ins: Mapping[str, object] = field(factory=dict)
    tag: tuple[str, str] | None = None
    unwritten: Mapping[str, object] = field(factory=dict)

    def encode(self, value: T) -> dict[str, Plain]:
        """Return the table, without what is None or need not be written."""
        table: dict[str, Plain] = dict([self.tag]) if self.tag else {}
        for name, codec in self.fields.items():
            part = getattr(value, name)
            if part is not None and (name not in self.unwritten or part != self.unwritten[name]):
                table[name] = codec.encode(part)
        return table

    def decode(self, raw: object, reading: DecodeOptions) -> T:
        """Read the table, naming unknown keys, wrong values and contradictions all at once."""
        raw = _from_json(raw, reading)
        if self.short is not None and isinstance(raw, str):
            return _read_short(self.short, raw)
        if not isinstance(raw, dict):
            raise _wrong_type(raw, "table", "테이블")
        problems = Problems()
        self._name_unknown(raw, problems)
        values = self._parts(raw, reading, problems)
        built: T | None = None
        if values.keys() >= self.required:
            try:
                built = self.build(**values)
            except ConfigError as error:
                problems.take(error.violations)
        problems.raise_all("table")
        return cast("T", built)

    def _name_unknown(self, raw: Mapping[str, object], problems: Problems) -> None:
        known = {*self.fields, *([self.tag[0]] if self.tag else [])}
        for name in raw:
            if name in known:
                continue
            near = closest(str(name), known - raw.keys())
            problems.add(
                str(name),
                HIDDEN,
                "known setting",
                "is no setting" + (f"; did you mean {near}?" if near else ""),
                "알 수 없는 설정입니다. 이름을 확인해 주세요" + (f" ({near}?)" if near else ""),
            )

    def _parts(
        self, raw: Mapping[str, object], reading: DecodeOptions, problems: Problems
    ) -> dict[str, object]:
        values: dict[str, object] = {}
        for name, codec in self.fields.items():
            if raw.get(name) is not None:
                try:
                    values[name] = codec.decode(raw[name], reading)
                    continue
                except ConfigError as error:
                    problems.take(error.violations, name)
            elif name in self.required:
                problems.add(name, "", "required", "is missing", "필수 항목이 없습니다. 값을 적어 주세요")
            else:
                continue
            if name in self.stand_ins:
                values[name] = self.stand_ins[name]
        return values


@frozen
class OneOf(Generic[T]):
    """One of several tables, told apart by the word in their `kind`."""

    records: Mapping[str, TableCodec[Any]]
    kind_of: Callable[[T], str]

    def encode(self, value: T) -> Plain:
        """Return the table, its kind first."""
        return self.records[self.kind_of(value)].encode(value)

    def decode(self, raw: object, reading: DecodeOptions) -> T:
        """Read the table its kind names."""
        if not isinstance(raw, dict):
            raise _wrong_type(raw, "table", "테이블")
        kind: object = raw.get("kind")
        if not isinstance(kind, str) or kind not in self.records:
            words = ", ".join(self.records)
            raise ConfigError.single(
                "kind",
                shown(kind),
                f"one of {words}",
                f"must be one of {words}",
                f"{words} 중 하나여야 합니다",
            )
        return cast("T", self.records[kind].decode(raw, reading))


def _read_short(short: Callable[[str], T], raw: str) -> T:
    try:
        return short(raw)
    except ConfigError as error:
        raise _moved(error, "") from None


def _from_json(raw: object, reading: DecodeOptions) -> object:
    if not (reading.lenient and isinstance(raw, str) and raw.lstrip()[:1] in {"[", "{"}):
        return raw
    try:
        return cast("object", json.loads(raw))
    except (ValueError, RecursionError):
        # The decoder's own error carries the whole text, which may hold personal data.
        raise ConfigError.single(
            "", HIDDEN, "JSON", "is not valid JSON", "올바른 JSON이 아닙니다. 문법을 확인해 주세요"
        ) from None


def _moved(error: ConfigError, under: str) -> ConfigError:
    return ConfigError([evolve(found, path=under) for found in error.violations], subject=error.subject)
