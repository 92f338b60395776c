"""Which header words stand for which field, normalised and weighed."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TypeAlias

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.errors import ValidationError, Violation
from wemakeprice_sdk.excel.records import ExportKind, ProblemSeverity

_KEPT_MARKS = frozenset("()[]{}<>【】〔〕%")
_NUMBERING = re.compile(
    r"^\s*(?:\(?\d{1,2}(?:-\d{1,2})?\s?[.):_\-]|\d{1,2}\s+|[A-Za-z가나다라마바사아자차카타파하]\s?[.):]|[\u2160-\u217b]\s?[.):]?)\s*(?=\D)"
)
_MARKS = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209f\u2139\u2460-\u24ff\u2776-\u2793\u2b00-\u2bff]")
"""Numbers in circles, footnote marks and ⓘ: ornaments that would become letters and digits."""
_REQUIRED = re.compile(
    r"^(?:필수|선택|required|optional)\s*[\s:/|·*]\s*|\s*[\s:/|·*]\s*(?:필수|선택|required|optional)(?:\s*(?:입력|항목|값))?$",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"(?<![a-z])(?:usd|us\$|jpy|cny|cnh|rmb|eur|euro|gbp|hkd|twd|ntd|vnd|sgd|thb|cad|aud|nzd|myr|idr|php|inr|chf|rub|"
    r"mxn|brl|aed|try|mop|kzt|mnt)(?![a-z])|krw\s*외|달러|불\)|엔화|\(엔\)|엔$|위안|유로|파운드|외화|바트|링깃|루피|루블|프랑|동화|"
    r"[元円圓￥]|천\s*원|만\s*원|억\s*원|[(\[\s](?:k|rm|천|만|백만|억)[)\]]|thousands?|millions?|"
    r"단위\s*[:：]?\s*(?:천|만|백만|억)|(?:천|만)\s*(?:개|건|ea)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>|【[^】]*】|〔[^〕]*〕")
_BRACKETS = re.compile(r"[()\[\]{}<>【】〔〕]")
_NUMBER_WORDS = re.compile(r"(?:코드번호|번호코드|코드|번호|넘버|number|code|no|id|아이디)$")
_DATE_WORDS = re.compile(r"(?:일시|일자|날짜|시각|시간)$")
_MONEY_WORDS = re.compile(r"(?<=[가액비격료금ce])(?:원화?|krw|won)$")
_PARTS = re.compile(r"[\n/|()\[\]{}<>【】〔〕]")
_NAME_WORDS = re.compile(r"(?:이름|명칭|명)$")
_MOST_LABEL = 200
_MOST_PARTS = 4

_OWN = re.compile(r"^(?:위메프|wmp|wemakeprice)")
_OWN_BRACKETED = re.compile(r"[(\[]\s*(?:위메프|wmp|wemakeprice)\s*[)\]]", re.IGNORECASE)
_SPECIFIC = 1.1

FIELD_TYPES = frozenset(
    [
        "id",
        "id_list",
        "text",
        "code",
        "won",
        "count",
        "moment",
        "flag",
        "product_status",
        "sale_status",
        "deal_status",
        "display",
        "ship_status",
        "ship_method",
        "prepayment",
        "settle_kind",
        "claim_type",
        "claim_status",
        "claim_who",
        "pickup_status",
    ]
)
"""The types that a field of an alias file can have."""


def _flat(label: str) -> str:
    """Return a label's letters, digits and brackets; ornaments, blanks and the like mean nothing."""
    text = unicodedata.normalize("NFKC", label).lower()
    return "".join(mark for mark in text if (mark.isalnum() and mark != "\u1160") or mark in _KEPT_MARKS)


def names_other_money(label: str) -> bool:
    """Return whether a header says that its amounts are not plain won: `판매가(USD)`, `판매가(천원)`."""
    text = unicodedata.normalize("NFKC", label)
    signs = not text.isascii() or "$" in text
    if signs and any(unicodedata.category(mark) == "Sc" and mark != "₩" for mark in text):
        return True
    return _FOREIGN.search(text) is not None


def spellings(label: str) -> tuple[str, str, str]:
    """Return a header as its words, without bracketed parts, with 코드/번호, 일시/일 and 명 made alike."""
    return _spellings(label[:_MOST_LABEL])


# Rows of data are looked at too while a header is sought, so what is remembered has to be bounded.
@lru_cache(maxsize=4_096)
def _spellings(label: str) -> tuple[str, str, str]:
    label = _REQUIRED.sub("", _NUMBERING.sub("", _MARKS.sub("", label)).strip())
    whole = _BRACKETS.sub("", _flat(label))
    bare = _flat(_BRACKETED.sub("", unicodedata.normalize("NFKC", label)))
    bare = _BRACKETS.sub("", bare) or whole
    stem = _NUMBER_WORDS.sub("번호", bare)
    stem = _MONEY_WORDS.sub("", _DATE_WORDS.sub("일", stem))
    shorter = _NAME_WORDS.sub("", stem)
    return whole, bare, shorter or stem


@frozen(kw_only=True)
class ColumnSpec:
    """One field of an export: its type, its bounds and the headers it is known by."""

    name: str
    korean: str
    type: str
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    """Headers that mean this field only when the content agrees."""
    required: bool = False
    severity: ProblemSeverity = ProblemSeverity.ERROR
    """What an unreadable value is worth."""
    minimum: int | None = None
    maximum: int | None = None
    personal: bool = False
    zero_is_none: bool = False
    secondary: bool = False
    """Whether most exports have no such column, so that nobody misses it."""


@frozen(kw_only=True)
class KindSpec:
    """One kind of export."""

    kind: ExportKind
    korean: str
    english: str
    fields: Mapping[str, ColumnSpec]
    preference: float = 0.0
    """Weighs a whole header of this kind against one of another kind."""
    excluded_by: frozenset[str] = frozenset()
    """Headers of which one shows that a sheet is of another kind."""
    excluded_by_two: frozenset[str] = frozenset()
    """Headers of which two show it."""
    markers: frozenset[str] = frozenset()
    """Headers by which the kind is named where its required columns are not all there."""
    least_markers: int = 3
    most_columns: int = 0
    """A sheet of more columns is of another kind; 0 means any number."""


@frozen(kw_only=True)
class Stranger:
    """An export that is none of ours, known well enough to be named."""

    korean: str
    english: str
    headers: frozenset[str]


Candidate: TypeAlias = "tuple[str, float, str]"
"""Field, confidence, how it was found."""


@frozen
class ColumnBook:
    """The table of headers. `ColumnBook.default()` is the packaged one; extend it, or load your own.

    The headers of the product and deal exports are nowhere documented (C); the 36 of the order export are
    known (B).
    """

    kinds: Mapping[ExportKind, KindSpec]
    strangers: tuple[Stranger, ...] = ()
    _index: Mapping[ExportKind, Mapping[str, tuple[Candidate, ...]]] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Build the look-up."""
        index = {kind: _index_of(spec) for kind, spec in self.kinds.items()}
        object.__setattr__(self, "_index", index)

    @classmethod
    def default(cls) -> ColumnBook:
        """Return the packaged table."""
        return _default_book()

    @classmethod
    def load(cls, path: Path) -> ColumnBook:
        """Load a table of the shape of `aliases.json`; raises `ValidationError` listing every mistake."""
        return book_from_json(path.read_text(encoding="utf-8"))

    def extended(self, kind: ExportKind, aliases: Mapping[str, Iterable[str]]) -> ColumnBook:
        """Add headers to fields; raises `ValidationError` for a field the kind does not have."""
        check_kind("kind", kind, ExportKind)
        spec = self.kinds[kind]
        unknown = sorted(set(aliases) - set(spec.fields))
        if unknown:
            raise ValidationError(_unknown_field(name, spec) for name in unknown)
        fields = {
            name: evolve(one, aliases=(*one.aliases, *aliases.get(name, ())))
            for name, one in spec.fields.items()
        }
        return ColumnBook({**self.kinds, kind: evolve(spec, fields=fields)}, self.strangers)

    def candidates(self, kind: ExportKind, label: str) -> tuple[Candidate, ...]:
        """Return the fields that a header may stand for, each with its confidence."""
        check_kind("kind", kind, ExportKind)
        if not label.strip():
            return ()
        known = self._known(kind, label)
        if any(how != "weak" for _, _, how in known):
            return known
        return self._known_by_parts(kind, label) or known

    def _known_by_parts(self, kind: ExportKind, label: str) -> tuple[Candidate, ...]:
        """Read a header of several words, in two languages or with a guide: `상품번호/Product No`."""
        text = unicodedata.normalize("NFKC", label[:_MOST_LABEL])
        parts = [part for part in _PARTS.split(text) if part.strip()]
        found = [self._known(kind, part) for part in parts] if 1 < len(parts) <= _MOST_PARTS else []
        known = [candidates for candidates in found if any(how != "weak" for _, _, how in candidates)]
        fields = [{name for name, _, _ in candidates} for candidates in known]
        if not known or not set.intersection(*fields):
            # 옵션/수량 is either.
            return ()
        foreign = names_other_money(label)
        return tuple(
            (name, confidence * 0.9, "brackets")
            for name, confidence, _ in known[0]
            if all(name in one for one in fields)
            and not (foreign and self.kinds[kind].fields[name].type in ("won", "count"))
        )

    def _known(self, kind: ExportKind, label: str) -> tuple[Candidate, ...]:
        index = self._index[kind]
        specs = self.kinds[kind].fields
        best: dict[str, Candidate] = {}
        foreign = names_other_money(label)
        for spelling, weight, how in _weighed(label, index):
            for name, confidence, found in index.get(spelling, ()):
                value = confidence * weight
                if foreign and specs[name].type in ("won", "count"):
                    continue
                if value > best.get(name, ("", 0.0, ""))[1]:
                    best[name] = (name, value, found if how == "name" or found == "weak" else how)
        exact = [one for one in best.values() if one[1] >= 0.9]
        return tuple(exact or best.values())

    def excludes(self, kind: ExportKind, labels: Sequence[str]) -> bool:
        """Return whether headers show that a sheet is not of a kind, whatever else it has."""
        check_kind("kind", kind, ExportKind)
        spec, seen = self.kinds[kind], _bare_words(labels)
        if spec.most_columns and len([label for label in labels if label.strip()]) > spec.most_columns:
            return True
        one = _hits(spec.excluded_by, seen)
        return one > 0 or _hits(spec.excluded_by_two, seen) > 1

    def named_by(self, labels: Sequence[str]) -> KindSpec | None:
        """Return the kind that headers speak of; None when too few do."""
        seen = _bare_words(labels)
        found = [
            spec
            for spec in self.kinds.values()
            if spec.markers
            and _hits(spec.markers, seen) >= spec.least_markers
            and not self.excludes(spec.kind, labels)
        ]
        return max(found, key=lambda spec: spec.preference, default=None)

    def stranger(self, labels: Sequence[str]) -> Stranger | None:
        """Name an export of another kind when at least three of its headers are there."""
        seen = {spellings(label)[1] for label in labels if label.strip()}
        for stranger in self.strangers:
            if len({word for word in stranger.headers if spellings(word)[1] in seen}) >= 3:
                return stranger
        return None


def _weighed(label: str, index: Mapping[str, object]) -> Iterator[tuple[str, float, str]]:
    """Yield the spellings of a header with what a match of each is worth."""
    whole, bare, stem = spellings(label)
    yield from ((whole, 1.0, "name"), (bare, 0.92, "brackets"), (stem, 0.78, "variant"))
    own = _OWN_BRACKETED.sub("", label)
    rest = _OWN.sub("", spellings(own)[0])
    if rest != whole and whole not in index:
        # 위메프 상품명, 상품번호(위메프): says more than the same words without it.
        yield rest, _SPECIFIC, "name"


def _bare_words(labels: Sequence[str]) -> frozenset[str]:
    return frozenset(word for label in labels if label.strip() for word in spellings(label)[:2])


def _hits(words: frozenset[str], seen: frozenset[str]) -> int:
    return len({spellings(word)[1] for word in words} & seen)


def _index_of(spec: KindSpec) -> Mapping[str, tuple[Candidate, ...]]:
    index: dict[str, dict[str, Candidate]] = {}

    def add(word: str, name: str, confidence: float, how: str) -> None:
        whole, _, stem = spellings(word)
        for spelling, weight in ((whole, 1.0), (stem, 0.99)):
            slot = index.setdefault(spelling, {})
            if confidence * weight > slot.get(name, ("", 0.0, ""))[1]:
                slot[name] = (name, confidence * weight, how)

    for name, one in spec.fields.items():
        add(one.korean, name, 1.0, "name")
        known = {spellings(word)[0] for word in (one.korean, *one.aliases)}
        for word in one.aliases:
            # 위메프 상품번호 says more than 상품코드 or 상품번호 beside it.
            rest = _OWN.sub("", spellings(word)[0])
            specific = rest != spellings(word)[0] and rest in known
            add(word, name, 0.96 * _SPECIFIC if specific else 0.96, "alias")
        for word in one.weak:
            add(word, name, 0.5, "weak")
    return {word: tuple(slot.values()) for word, slot in index.items()}


def _unknown_field(name: str, spec: KindSpec) -> Violation:
    known = ", ".join(spec.fields)
    return Violation(
        name,
        name,
        "known field",
        f"{spec.english} has no such field; it has {known}",
        "없는 항목입니다. 항목 이름을 확인해 주세요",
    )


@cache
def _default_book() -> ColumnBook:
    text = resources.files("wemakeprice_sdk.excel").joinpath("aliases.json").read_text(encoding="utf-8")
    return book_from_json(text)


def book_from_json(text: str) -> ColumnBook:
    """Build a table from JSON text of the packaged file's shape."""
    problems = Problems()
    try:
        data = json.loads(text)
        kinds = {
            ExportKind(name): _kind(ExportKind(name), body, problems) for name, body in data["kinds"].items()
        }
        strangers = tuple(
            Stranger(korean=body["korean"], english=body["english"], headers=frozenset(body["headers"]))
            for body in data.get("strangers", {}).values()
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValidationError.single(
            "aliases",
            type(error).__name__,
            "shape of aliases.json",
            f"not an alias table: {error}",
            "별칭 파일 형식이 아닙니다. 파일을 확인해 주세요",
        ) from error
    problems.raise_all("aliases", ValidationError)
    return ColumnBook(kinds, strangers)


def _kind(kind: ExportKind, body: Mapping[str, object], problems: Problems) -> KindSpec:
    fields = body["fields"]
    if not isinstance(fields, dict):
        raise TypeError("fields is not a table")
    specs = {name: _field(kind, name, one, problems) for name, one in fields.items()}
    preference, least = body.get("preference", 0), body.get("least_markers", 3)
    return KindSpec(
        kind=kind,
        korean=str(body["korean"]),
        english=str(body["english"]),
        fields=specs,
        preference=float(preference) if isinstance(preference, int | float) else 0.0,
        excluded_by=frozenset(_words(body.get("excluded_by"))),
        excluded_by_two=frozenset(_words(body.get("excluded_by_two"))),
        markers=frozenset(_words(body.get("markers"))),
        least_markers=_bound(least) or 3,
        most_columns=_bound(body.get("most_columns")) or 0,
    )


def _field(kind: ExportKind, name: str, body: Mapping[str, object], problems: Problems) -> ColumnSpec:
    path = f"kinds.{kind.value}.fields.{name}"
    type_ = str(body.get("type"))
    if type_ not in FIELD_TYPES:
        known = ", ".join(sorted(FIELD_TYPES))
        problems.add(
            f"{path}.type",
            type_,
            "known type",
            f"types are {known}",
            "알 수 없는 자료형입니다. 자료형 이름을 확인해 주세요",
        )
    severity = str(body.get("severity", "error"))
    if severity not in ("error", "warning"):
        problems.add(
            f"{path}.severity",
            severity,
            "error or warning",
            "severity is error or warning",
            "error 또는 warning으로 적어 주세요",
        )
        severity = "error"
    return ColumnSpec(
        name=name,
        korean=str(body["korean"]),
        type=type_,
        aliases=_words(body.get("aliases")),
        weak=_words(body.get("weak")),
        required=bool(body.get("required", False)),
        severity=ProblemSeverity(severity),
        minimum=_bound(body.get("minimum")),
        maximum=_bound(body.get("maximum")),
        personal=bool(body.get("personal", False)),
        zero_is_none=bool(body.get("zero_is_none", False)),
        secondary=bool(body.get("secondary", False)),
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()


def _bound(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
