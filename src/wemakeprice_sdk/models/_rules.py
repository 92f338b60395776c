"""Declarative rules of the write shapes, and the one walk that checks them all.

A field states its rules in its annotation: `Annotated[int, Ko("판매가격"), Range(0, 999_999_999)]`. What one
field demands of another stands in the class as `When(...)`. `WriteModel.violations()` walks a value once
and gives every broken rule of it and of everything inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    ClassVar,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

import attrs
from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import ValidationError, Violation
from wemakeprice_sdk.models import couriers
from wemakeprice_sdk.models._base import OpenEnum, wire_name
from wemakeprice_sdk.models._flat import Lists
from wemakeprice_sdk.models._given import plain
from wemakeprice_sdk.models.tables import HIDDEN, Tabular, is_personal

MAX_ID = 2**63 - 1
"""Identifiers and won travel as 64-bit integers."""


@frozen
class Broken:
    """A rule that does not hold: its machine word and one sentence in English and Korean."""

    rule: str
    message: str
    message_ko: str


@frozen
class Ko:
    """The Korean term of a field; it opens the Korean sentence of every violation there."""

    term: str


@frozen
class AsText:
    """A number that goes out as text (the only form ever seen on that call)."""


@frozen
class HourOnly:
    """A timestamp that goes out as `yyyy-MM-dd HH:00`; it must lie on the hour in KST."""

    def check(self, value: object) -> Broken | None:
        """Refuse minutes, seconds and fractions."""
        if not isinstance(value, datetime) or value.utcoffset() is None:
            return None
        local = value.astimezone(KST)
        if (local.minute, local.second, local.microsecond) == (0, 0, 0):
            return None
        return Broken("on the hour", "must lie on the hour (KST)", "한국 시간으로 정시(분·초 00)여야 합니다")


@runtime_checkable
class Rule(Protocol):
    """Something one value has to fulfil."""

    def check(self, value: object) -> Broken | None:
        """Return what is wrong with `value`, or None."""
        ...


@frozen
class Range:
    """A whole number from `low` to `high`, both included."""

    low: int
    high: int = MAX_ID

    def check(self, value: object) -> Broken | None:
        """Refuse numbers outside."""
        if not isinstance(value, int) or self.low <= value <= self.high:
            return None
        bounds = f"{self.low}..{'' if self.high == MAX_ID else self.high}"
        if value > self.high == MAX_ID:
            return Broken(
                f"range {bounds}",
                "does not fit into 64 bits",
                "64비트 정수 범위를 넘습니다. 더 작은 값을 넣어 주세요",
            )
        if self.high == MAX_ID:
            return Broken(f"range {bounds}", f"must be {self.low} or more", f"{self.low} 이상이어야 합니다")
        return Broken(f"range {bounds}", f"must be {bounds}", f"{self.low}~{self.high} 범위여야 합니다")


def _in_words(low: int, high: int | None) -> str:
    return f"{low} or more" if high is None else f"{low}..{high}"


@frozen
class Chars:
    """A text of `low` to `high` characters; with a `low` it must not be blank either."""

    low: int = 0
    high: int | None = None

    def check(self, value: object) -> Broken | None:
        """Refuse texts that are too short, blank or too long; nothing is ever cut."""
        if not isinstance(value, str):
            return None
        length = len(value)
        if self.low and not value.strip():
            return Broken("not blank", "must not be blank", "비워 둘 수 없습니다. 값을 입력해 주세요")
        if length >= self.low and (self.high is None or length <= self.high):
            return None
        bounds = f"{self.low}..{'' if self.high is None else self.high}"
        korean = f"{self.low}자 이상" if self.high is None else f"{self.low}~{self.high}자"
        return Broken(
            f"length {bounds} characters",
            f"has {length} characters, allowed are {_in_words(self.low, self.high)}",
            f"{length}자입니다. {korean} 길이로 입력해 주세요",
        )


@frozen
class Bytes:
    """A text of at most `high` bytes in UTF-8."""

    high: int

    def check(self, value: object) -> Broken | None:
        """Refuse longer texts."""
        if not isinstance(value, str):
            return None
        size = len(value.encode("utf-8", "surrogatepass"))
        if size <= self.high:
            return None
        return Broken(
            f"bytes ..{self.high}",
            f"has {size} bytes in UTF-8, allowed are {self.high}",
            f"{size}byte입니다. {self.high}byte 이하로 입력해 주세요",
        )


@frozen
class Match:
    """A text of one form; `form` and `form_ko` describe it in words."""

    pattern: str
    form: str
    form_ko: str

    def check(self, value: object) -> Broken | None:
        """Refuse texts of another form."""
        if not isinstance(value, str) or re.fullmatch(self.pattern, value):
            return None
        return Broken(
            f"pattern {self.pattern}", f"must be {self.form}", f"다음 형식이어야 합니다: {self.form_ko}"
        )


INVOICE = Match(r"[0-9]{1,15}", "1 to 15 digits and nothing else", "숫자 1~15자리")
ZIP_CODE = Match(r"[0-9]{5}", "a zip code of five digits", "우편번호 숫자 5자리")
KEYWORDS = Match(
    r"([^,]*(,[^,]*){0,9})?", "at most ten keywords, comma separated", "쉼표로 나눈 키워드 10개 이하"
)
ISBN13 = Match(r"([0-9]{13})?", "13 digits, or empty", "숫자 13자리 또는 빈 값")
ISBN10 = Match(
    r"([0-9]{9}[0-9X])?", "10 digits (the last may be X), or empty", "숫자 10자리(끝은 X 가능) 또는 빈 값"
)
REJECT_CODE = Match(r"[CRE]JD[0-9]{1,2}", "a reject code such as CJD3", "거절 사유코드(예: CJD3)")
HOLD_CODE = Match(r"[CRE]PD[0-9]{1,2}", "a hold code such as RPD5", "보류 사유코드(예: RPD5)")


@frozen
class Without:
    """A text that must not hold `pattern` (case ignored)."""

    pattern: str
    what: str
    what_ko: str

    def check(self, value: object) -> Broken | None:
        """Refuse texts that hold it."""
        if not isinstance(value, str) or not re.search(self.pattern, value, re.IGNORECASE):
            return None
        return Broken(
            f"no {self.what}", f"must not hold {self.what}", f"다음 내용을 빼 주세요: {self.what_ko}"
        )


NO_IFRAME = Without(r"<\s*/?\s*iframe\b", "an iframe tag", "iframe 태그")


@frozen
class Items:
    """A list of `low` to `high` items."""

    low: int = 0
    high: int | None = None

    def check(self, value: object) -> Broken | None:
        """Refuse lists that are too short or too long."""
        if not isinstance(value, tuple | list):
            return None
        if len(value) >= self.low and (self.high is None or len(value) <= self.high):
            return None
        bounds = f"{self.low}..{'' if self.high is None else self.high}"
        korean = f"{self.low}개 이상" if self.high is None else f"{self.low}~{self.high}개"
        return Broken(
            f"items {bounds}",
            f"has {len(value)} items, allowed are {_in_words(self.low, self.high)}",
            f"{len(value)}개입니다. 다음 개수로 맞춰 주세요: {korean}",
        )


@frozen
class Only:
    """A code out of a part of its table."""

    codes: tuple[OpenEnum, ...]

    def check(self, value: object) -> Broken | None:
        """Refuse other codes."""
        if not isinstance(value, str) or value in self.codes:
            return None
        return _not_one_of(self.codes)


def only(*codes: OpenEnum) -> Only:
    """Allow only the given codes."""
    return Only(codes)


@frozen
class KnownCourier:
    """A courier code of the table (D001 to D046 without D033)."""

    def check(self, value: object) -> Broken | None:
        """Refuse codes outside the table."""
        if not isinstance(value, str) or value in couriers.COURIERS:
            return None
        english, korean = couriers.advice(value)
        return Broken("courier code", f"is no courier code of the table; {english}", korean)


def _not_one_of(codes: tuple[OpenEnum, ...]) -> Broken:
    values = "|".join(str(code) for code in codes)
    names = ", ".join(f"{code}({code.korean})" for code in codes)
    return Broken(f"enum {values}", f"must be one of {values}", f"다음 중 하나여야 합니다: {names}")


@frozen
class InputLimits:
    """What a caller may ask for beyond the conservative default.

    `max_option_depth` is 2 because only 1 and 2 are documented; five key sets exist (A), so up to 5 may
    be asked for.
    """

    max_option_depth: int = 2


DEFAULT_LIMITS = InputLimits()


@frozen
class FieldSpec:
    """One field of a write shape, taken apart."""

    name: str
    wire: str
    kind: type
    optional: bool
    many: bool
    personal: bool
    korean: str
    rules: tuple[Rule, ...]
    item_rules: tuple[Rule, ...]
    as_text: bool
    hour_only: bool


def _strip(hint: object) -> tuple[object, tuple[object, ...], bool]:
    extras: tuple[object, ...] = ()
    optional = False
    while get_origin(hint) in (Annotated, Union, UnionType):
        if get_origin(hint) is Annotated:
            hint, *found = get_args(hint)
            extras += tuple(found)
        else:
            parts = [part for part in get_args(hint) if part is not type(None)]
            optional, hint = True, parts[0]
    return hint, extras, optional


def _spec(attribute: attrs.Attribute[object], hint: object) -> FieldSpec:
    kind, extras, optional = _strip(hint)
    many = get_origin(kind) is tuple
    item_extras: tuple[object, ...] = ()
    if many:
        kind, item_extras, _ = _strip(get_args(kind)[0])
    if not isinstance(kind, type):
        raise TypeError(f"{attribute.name}: cannot check {kind!r}")
    wire = wire_name(attribute.name)
    terms = [extra.term for extra in extras if isinstance(extra, Ko)]
    everything = extras + item_extras
    return FieldSpec(
        name=attribute.name,
        wire=wire,
        kind=kind,
        optional=optional,
        many=many,
        personal=is_personal(attribute),
        korean=terms[0] if terms else wire,
        rules=tuple(extra for extra in extras if isinstance(extra, Rule)),
        item_rules=tuple(extra for extra in item_extras if isinstance(extra, Rule)),
        as_text=any(isinstance(extra, AsText) for extra in everything),
        hour_only=any(isinstance(extra, HourOnly) for extra in everything),
    )


def field_specs(cls: type[WriteModel]) -> Mapping[str, FieldSpec]:
    """Return the fields of a write shape with their rules, by Python name."""
    return cls._specs()


@frozen
class When:
    """If `name` is one of `values` (or, with `unless`, is none of them), other fields must obey.

    `require` must be there, `forbid` must be None, `equal` maps a field to the one value it may have
    when it is there.
    """

    name: str
    values: tuple[object, ...]
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    equal: Mapping[str, object] = attrs.field(factory=dict)
    unless: bool = False

    def holds(self, model: WriteModel) -> bool:
        """Return whether other fields have to obey."""
        given = getattr(model, self.name)
        return (given in self.values) != self.unless and (given is not None or self.unless)

    def check(self, model: WriteModel) -> Iterator[tuple[str, Broken]]:
        """Return the fields that do not obey, with what is wrong."""
        if not self.holds(model):
            return
        reason, reason_ko = self._reason(model)
        for name in self.require:
            if getattr(model, name) is None:
                yield (
                    name,
                    Broken(
                        "required", f"is required when {reason}", f"{reason_ko} 필수입니다. 값을 넣어 주세요"
                    ),
                )
        for name in self.forbid:
            if getattr(model, name) is not None:
                yield (
                    name,
                    Broken(
                        "forbidden",
                        f"must be left out when {reason}",
                        f"{reason_ko} 보낼 수 없습니다. 값을 빼 주세요",
                    ),
                )
        for name, wanted in self.equal.items():
            value = getattr(model, name)
            if value is not None and value != wanted:
                text = show(wanted)
                yield (
                    name,
                    Broken(
                        f"equal {text}", f"must be {text} when {reason}", f"{reason_ko} {text}이어야 합니다"
                    ),
                )

    def _reason(self, model: WriteModel) -> tuple[str, str]:
        given = getattr(model, self.name)
        wire, text = wire_name(self.name), show(given)
        korean = field_specs(type(model))[self.name].korean
        if given is None:
            return f"{wire} is left out", f"'{korean}' 값이 없으면"
        text_ko = f"{text}({given.korean})" if isinstance(given, OpenEnum) else text
        return f"{wire} is {text}", f"'{korean}' 값이 {text_ko}이면"


def is_aware(value: object) -> bool:
    """Return whether a value is a datetime with a zone."""
    return isinstance(value, datetime) and value.utcoffset() is not None


_REVERSED = Broken(
    "not before fromDate",
    "must not lie before fromDate",
    "조회 종료일시가 조회 시작일시보다 빠릅니다. 기간을 확인해 주세요",
)
_TOO_WIDE = Broken(
    "window < 24 hours",
    "must lie less than 24 hours after fromDate",
    "조회 기간은 24시간 미만이어야 합니다. 기간을 나눠 조회해 주세요",
)


def check_day_window(start: datetime, end: datetime) -> Iterator[tuple[str, Broken]]:
    """Check a search window `from_date`..`to_date`: not reversed (C), strictly below 24 hours (B)."""
    if not (is_aware(start) and is_aware(end)):
        return
    if end < start:
        yield "to_date", _REVERSED
    if end - start >= timedelta(hours=24):
        yield "to_date", _TOO_WIDE


T = TypeVar("T")


def instances(value: object, cls: type[T]) -> list[T]:
    """Return the items of a tuple or list that really are `cls`; nothing of anything else."""
    return [item for item in value if isinstance(item, cls)] if isinstance(value, tuple | list) else []


def show(value: object) -> str:
    """Return a short safe text of a value, as it would stand on the wire."""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return f"{value.astimezone(KST):%Y-%m-%d %H:%M:%S}" if is_aware(value) else f"{value} (no zone)"
    if isinstance(value, tuple | list):
        return f"{len(value)} item(s)"
    if attrs.has(type(value)):
        return type(value).__name__
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


_KIND_NAMES: Mapping[type, tuple[str, str]] = {
    bool: ("a bool (Y/N)", "참/거짓(Y/N)이어야"),
    int: ("a whole number", "정수여야"),
    str: ("a text", "문자열이어야"),
    datetime: ("an aware datetime", "시간대가 있는 시각이어야"),
    date: ("a date and no datetime", "시각이 없는 날짜여야"),
}


def _fits(value: object, kind: type) -> bool:
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is datetime:
        return isinstance(value, datetime) and value.utcoffset() is not None
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    if issubclass(kind, OpenEnum):
        return isinstance(value, str)
    if kind is str:
        return isinstance(value, str) and not isinstance(value, Enum)
    return isinstance(value, kind)


@cache
def _writable(kind: type[OpenEnum]) -> Only:
    return Only(kind.writable())


def _check_one(value: object, spec: FieldSpec, rules: tuple[Rule, ...]) -> Iterator[Broken]:
    if not _fits(value, spec.kind):
        name = spec.kind.__name__
        english, korean = _KIND_NAMES.get(spec.kind, (f"a {name}", f"{name} 객체여야"))
        yield Broken(f"type {name}", f"must be {english}", f"{korean} 합니다")
        return
    if issubclass(spec.kind, OpenEnum) and not any(isinstance(rule, Only) for rule in rules):
        rules = (_writable(spec.kind), *rules)
    for rule in rules:
        broken = rule.check(value)
        if broken is not None:
            yield broken


@frozen(kw_only=True)
class WriteModel(Tabular):
    """A request body. Nothing is sent before `violations()` is empty."""

    LISTS: ClassVar[Lists] = "rows"
    CROSS: ClassVar[tuple[When, ...]] = ()

    def __attrs_post_init__(self) -> None:
        """Take numbers and times of other classes, as columns of a DataFrame hold them, for plain ones."""
        for spec in field_specs(type(self)).values():
            if spec.kind is int or spec.kind is datetime:
                given = getattr(self, spec.name)
                value = tuple(map(plain, given)) if isinstance(given, tuple | list) else plain(given)
                if value is not given:
                    object.__setattr__(self, spec.name, value)

    @classmethod
    @cache
    def _specs(cls) -> Mapping[str, FieldSpec]:
        hints = get_type_hints(cls, include_extras=True)
        return {attribute.name: _spec(attribute, hints[attribute.name]) for attribute in attrs.fields(cls)}

    def violations(self, limits: InputLimits = DEFAULT_LIMITS) -> tuple[Violation, ...]:
        """Return every broken rule of this value and of everything inside it, in field order.

        Lengths (characters or bytes), ranges, forms, codes, and what fields demand of each other. Paths are
        wire keys (`option.selectOptionValueList[3].optionValue1`); personal values are masked.
        """
        found: dict[tuple[str, str], Violation] = {}
        for violation in self._walk("", limits):
            found.setdefault((violation.path, violation.rule), violation)
        return tuple(found.values())

    def validate(self, limits: InputLimits = DEFAULT_LIMITS) -> None:
        """Raise `ValidationError` with every broken rule, if there is one."""
        found = self.violations(limits)
        if found:
            raise ValidationError(found, subject=type(self).__name__)

    def _walk(self, prefix: str, limits: InputLimits) -> Iterator[Violation]:
        for spec in field_specs(type(self)).values():
            value = getattr(self, spec.name)
            path = f"{prefix}{spec.wire}"
            if value is None:
                if not spec.optional:
                    yield make_violation(
                        path, value, spec, Broken("required", "is required", "필수입니다. 값을 넣어 주세요")
                    )
            elif spec.many:
                yield from _walk_many(path, value, spec, limits)
            else:
                yield from _walk_value(path, value, spec, spec.rules, limits)
        for name, broken in self._cross():
            spec = field_specs(type(self))[name]
            yield make_violation(f"{prefix}{spec.wire}", getattr(self, name), spec, broken)
        for deep in self._deep(limits):
            yield evolve(deep, path=f"{prefix}{deep.path}")

    def _cross(self) -> Iterator[tuple[str, Broken]]:
        """Return the own fields that break a rule about several fields."""
        for rule in self.CROSS:
            yield from rule.check(self)

    def _deep(self, limits: InputLimits) -> Iterator[Violation]:  # noqa: ARG002
        """Return what is wrong deeper inside, with paths that start here."""
        yield from ()


def _walk_many(path: str, value: object, spec: FieldSpec, limits: InputLimits) -> Iterator[Violation]:
    if not isinstance(value, tuple | list):
        yield make_violation(path, value, spec, Broken("type tuple", "must be a tuple", "목록이어야 합니다"))
        return
    for rule in spec.rules:
        broken = rule.check(value)
        if broken is not None:
            yield make_violation(path, value, spec, broken)
    for index, item in enumerate(value):
        yield from _walk_value(f"{path}[{index}]", item, spec, spec.item_rules, limits)


def _walk_value(
    path: str, value: object, spec: FieldSpec, rules: tuple[Rule, ...], limits: InputLimits
) -> Iterator[Violation]:
    for broken in _check_one(value, spec, rules):
        yield make_violation(path, value, spec, broken)
    if isinstance(value, WriteModel) and isinstance(value, spec.kind):
        yield from value._walk(f"{path}.", limits)


def make_violation(path: str, value: object, spec: FieldSpec, broken: Broken) -> Violation:
    """Return the violation of a field at `path`; a personal value is masked."""
    text = "" if value is None else HIDDEN if spec.personal else show(value)
    return Violation(
        path, text, broken.rule, f"{spec.wire} {broken.message}", f"{spec.korean}: {broken.message_ko}"
    )
