"""Assigning columns to fields: by their headers, and by their content where headers are not enough."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from math import gcd
from typing import ClassVar, Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import of_kind
from wemakeprice_sdk.errors import ColumnError, ValidationError
from wemakeprice_sdk.excel.columns import ColumnBook, ColumnSpec
from wemakeprice_sdk.excel.records import ExportKind
from wemakeprice_sdk.excel.values import (
    Doubt,
    FaultError,
    narrow,
    parse_amount,
    parse_flag,
    parse_id,
    parse_id_list,
    parse_timestamp,
)
from wemakeprice_sdk.files.cells import (
    Cell,
    CellError,
    Serial,
    cell_text,
    column_letter,
    is_blank,
)
from wemakeprice_sdk.models import (
    ClaimStatus,
    ClaimType,
    ClaimWhoReason,
    DealStatus,
    DisplayState,
    OptionSaleStatus,
    PickupStatus,
    Prepayment,
    ProductStatus,
    SettlementLineKind,
    ShipMethod,
    ShipStatus,
)
from wemakeprice_sdk.models._base import OpenEnum
from wemakeprice_sdk.models.tables import Report

ENUMS: Mapping[str, type[OpenEnum]] = {
    "product_status": ProductStatus,
    "sale_status": OptionSaleStatus,
    "deal_status": DealStatus,
    "display": DisplayState,
    "ship_status": ShipStatus,
    "ship_method": ShipMethod,
    "prepayment": Prepayment,
    "settle_kind": SettlementLineKind,
    "claim_type": ClaimType,
    "claim_status": ClaimStatus,
    "claim_who": ClaimWhoReason,
    "pickup_status": PickupStatus,
}
"""The open enum of each field type that has one."""

_YES = ("O", "o", "○", "예", "네", "TRUE", "1", "사용", "공개")
_NO = ("X", "x", "×", "아니오", "아니요", "FALSE", "0", "미사용", "비공개")
_STATE_WORDS: Mapping[type[OpenEnum], Mapping[str, OpenEnum]] = {
    ProductStatus: {
        "판매가능": ProductStatus.SALE,
        "중지": ProductStatus.STOP,
        "판매정지": ProductStatus.STOP,
        "판매중단": ProductStatus.STOP,
        "일시중지": ProductStatus.STOP,
        "종료": ProductStatus.END,
        "대기": ProductStatus.WAIT,
    },
    DealStatus: {
        "중지": DealStatus.STOP,
        "판매정지": DealStatus.STOP,
        "판매중단": DealStatus.STOP,
        "일시중지": DealStatus.STOP,
        "종료": DealStatus.END,
        "대기": DealStatus.WAIT,
    },
    SettlementLineKind: {
        **dict.fromkeys(("배송", "판매", "매출", "정산"), SettlementLineKind.DELIVERED),
        **dict.fromkeys(("환불", "반품", "취소"), SettlementLineKind.REFUNDED),
    },
    PickupStatus: {"요청대기": PickupStatus.PICKUP_WAIT, "수거예약": PickupStatus.PICKUP_REQUESTED},
    ClaimWhoReason: {
        "구매자": ClaimWhoReason.BUYER,
        "고객": ClaimWhoReason.BUYER,
        "판매자": ClaimWhoReason.SELLER,
        "위메프": ClaimWhoReason.WMP,
    },
    OptionSaleStatus: {
        **dict.fromkeys(("판매가능", "재고있음"), OptionSaleStatus.SALE),
        **dict.fromkeys(("일시품절", "재고없음", "soldout", "SOLDOUT"), OptionSaleStatus.SOLD_OUT),
    },
    DisplayState: {
        **dict.fromkeys(
            ("전시", "전시중", "진열", "진열중", "진열함", "전시함", "노출중", "노출함", *_YES),
            DisplayState.SHOWN,
        ),
        **dict.fromkeys(
            (
                "비전시",
                "미전시",
                "전시안함",
                "전시중지",
                "비진열",
                "미진열",
                "진열안함",
                "진열중지",
                "미노출",
                "노출안함",
                "노출중지",
                "전시종료",
                "진열종료",
                "숨김",
                *_NO,
            ),
            DisplayState.HIDDEN,
        ),
    },
}
"""Words of other screens and shops for the states of the contract. [C]"""

KNOWN_STATES = frozenset(
    (
        *("승인대기", "승인요청", "승인거절", "승인거부", "승인반려", "승인완료", "미승인", "반려", "심사중"),
        *("임시저장", "진행대기", "수정대기", "판매예정", "판매금지", "삭제"),
    )
)
"""States that are no code of the contract and no mistake either: kept as they are, without a flag. [C]"""


def state_of(enum: type[OpenEnum], text: str) -> OpenEnum:
    """Return the state that a text names, by the contract's names and by words of other screens."""
    word = _STATE_WORDS.get(enum, {}).get(text.replace(" ", ""))
    return word if word is not None else enum.from_wire(text)


def _is_state(enum: type[OpenEnum], cell: Cell) -> bool:
    if not isinstance(cell, str) or len(cell) > _LONGEST_VALUE:
        return False
    text = narrow(cell)
    return state_of(enum, text).is_known or (enum in (ProductStatus, DealStatus) and text in KNOWN_STATES)


REPORT_HEADERS = ("상태", "사유")
"""The columns that the report workbook puts in front of the seller's own."""
REPORT_STATES = ("신규", "이미 등록됨", "중복", "오류", "제외")
"""What stands in the first of them: one word per `RowStatus`, then that of rows that are no data."""

_CLOSE = 0.03
_LEAST = 0.35
_MOSTLY = 0.5
_SURE = 0.9
_ID_DIGITS = 6
_FEWEST = 100
"""Two numbers below it are taken for a counter."""
_MOST_GAPS = 4
"""How many lines a counter may go on for each that is there: rows may have been filtered out or deleted."""
_MOST_NAMED = 30
_COUNTED_KINDS = frozenset((ExportKind.PRODUCTS, ExportKind.DEALS))
_LONGEST_VALUE = 2_000
"""No number, date or state is longer, a list of products hardly ever."""


@frozen(kw_only=True)
class ColumnMatch:
    """One column of the file: where it stands, what its header says, what it was understood as, how surely.

    `field` is None for a column nobody understood. `confidence` runs from 0 to 1; `how` is `name`, `alias`,
    `brackets`, `variant`, `content`, `weak`, `explicit`, or why it was left (`unknown`, `duplicate`, `report`
    for the columns of our own report workbook).
    """

    index: int
    letter: str
    header: str
    field: str | None
    confidence: float
    how: str


@frozen(kw_only=True)
class ColumnMap(Report):
    """What every column of a file was understood as; can be saved and used again."""

    MAIN: ClassVar[str] = "matches"

    kind: ExportKind = field(validator=of_kind(ExportKind))
    matches: tuple[ColumnMatch, ...]
    missing: tuple[str, ...] = ()
    """Korean names of the fields that no column was found for."""
    ambiguous: tuple[str, ...] = ()
    """One sentence for every field that several different columns claim to be."""
    unconfirmed: tuple[str, ...] = ()
    """One sentence for every required number whose column is a mere guess; only `mapping=` takes it."""
    _by_field: Mapping[str, ColumnMatch] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Index the columns by field."""
        found = {match.field: match for match in self.matches if match.field is not None}
        object.__setattr__(self, "_by_field", found)

    def get(self, name: str) -> ColumnMatch | None:
        """Return the column of a field."""
        return self._by_field.get(name)

    @property
    def understood(self) -> tuple[ColumnMatch, ...]:
        """The columns that mean something."""
        return tuple(match for match in self.matches if match.field is not None)

    @property
    def unknown(self) -> tuple[ColumnMatch, ...]:
        """The columns nobody understood; carried along as `extras`."""
        return tuple(match for match in self.matches if match.field is None and match.how != "report")

    @property
    def ignored(self) -> frozenset[int]:
        """The columns that our own report workbook put in front of the seller's."""
        return frozenset(match.index for match in self.matches if match.how == "report")

    @property
    def guessed(self) -> tuple[ColumnMatch, ...]:
        """The columns that were understood with less than full confidence."""
        return tuple(match for match in self.understood if match.confidence < _SURE)

    def to_json(self) -> str:
        """Return the mapping as JSON text, for `mapping=` later."""
        columns = self.as_mapping()
        return json.dumps({"kind": self.kind.value, "columns": columns}, ensure_ascii=False, indent=1)

    def as_mapping(self) -> Mapping[str, str]:
        """Return field to header, or to the column letter where another column has the same header."""
        seen = Counter("".join(match.header.split()) for match in self.matches)
        return {
            match.field: match.header if seen["".join(match.header.split())] == 1 else match.letter
            for match in self.understood
            if match.field is not None
        }


# Fields whose name was another when mappings were saved before.
_FORMER: Final = {"ship_policy_no": "shipping_template_no", "ship_policy_name": "shipping_template_name"}


def mapping_from_json(text: str, kind: ExportKind) -> Mapping[str, str]:
    """Read what `ColumnMap.to_json` wrote: field to header. Raises `ValidationError` for anything else."""
    try:
        data = json.loads(text)
        columns = {_FORMER.get(str(name), str(name)): str(header) for name, header in data["columns"].items()}
        saved = str(data["kind"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValidationError.single(
            "mapping",
            type(error).__name__,
            "saved mapping",
            "not a saved column mapping",
            "저장된 열 매핑이 아닙니다. 열 매핑을 다시 저장해 주세요",
        ) from error
    if saved != kind.value:
        raise ValidationError.single(
            "mapping.kind",
            saved,
            kind.value,
            f"the mapping is for {saved}",
            f"다른 파일의 열 매핑입니다. 다음 파일의 열 매핑을 사용해 주세요: {kind.korean}",
        )
    return columns


# --- how well content fits a type --------------------------------------------------------------------------


def _reads(parse: Callable[[Cell], object]) -> Callable[[Cell], bool]:
    def test(cell: Cell) -> bool:
        if isinstance(cell, str) and len(cell) > _LONGEST_VALUE:
            return False
        try:
            return parse(cell) is not None
        except FaultError:
            return False

    return test


def _is_name(cell: Cell) -> bool:
    return isinstance(cell, str) and not narrow(cell).replace(",", "").isdigit()


_READS: Mapping[str, Callable[[Cell], bool]] = {
    "id": _reads(parse_id),
    "id_list": _reads(lambda cell: parse_id_list(cell) or None),
    "won": _reads(parse_amount),
    "count": _reads(parse_amount),
    "moment": _reads(parse_timestamp),
    "flag": _reads(parse_flag),
    "text": _is_name,
    "code": lambda cell: not isinstance(cell, Serial | CellError),
}


def fit(spec: ColumnSpec, cells: Sequence[Cell]) -> float:
    """Say how much of the content reads as the field's type: 0 to 1, 0.7 when there is none."""
    filled = [cell for cell in cells if not is_blank(cell)]
    if not filled:
        return 0.7
    enum = ENUMS.get(spec.type)
    if enum is not None:
        good = sum(_is_state(enum, cell) for cell in filled)
    else:
        good = sum(map(_READS[spec.type], filled))
    return good / len(filled)


def is_counter(cells: Sequence[Cell]) -> bool:
    """Return whether cells count lines: numbers of fewer than six digits that leave few gaps.

    Up or down, in any constant step, also sorted by something else or with rows taken out. Numbers of the
    marketplace have nine digits and more. A number that is repeated for every option counts once.
    """
    filled = [cell for cell in cells if not is_blank(cell)]
    whole = [number for number in map(_short_number, filled) if number is not None]
    numbers = sorted(set(whole))
    if len(numbers) < 2 or len(whole) * 5 < len(filled) * 4:
        return False
    step = gcd(*(two - one for one, two in pairwise(numbers)))
    if len(numbers) == 2:
        # Any two numbers have a constant step.
        return numbers[-1] < _FEWEST or step == 1
    return (numbers[-1] - numbers[0]) // step < _MOST_GAPS * len(numbers)


def _short_number(cell: Cell) -> int | None:
    try:
        number = parse_id(cell)
    except FaultError:
        return None
    value = number.value if isinstance(number, Doubt) else number
    return value if isinstance(value, int) and value < 10 ** (_ID_DIGITS - 1) else None


# --- assignment --------------------------------------------------------------------------------------------


@frozen
class _Claim:
    """A column's claim to a field."""

    score: float
    index: int
    field: str
    how: str


def map_columns(
    book: ColumnBook,
    kind: ExportKind,
    labels: Sequence[Sequence[str]],
    sample: Sequence[Sequence[Cell]],
    explicit: Mapping[str, str] | None = None,
) -> ColumnMap:
    """Assign columns to fields.

    `labels` gives per column the spellings to try (bottom row of the header first), `sample` rows of data,
    `explicit` a caller's own choice: field to header or column letter. Raises `ColumnError` for an explicit
    column that is not there.
    """
    headers = [" ".join(options[0].split()) if options else "" for options in labels]
    own = _report_columns(headers, sample)
    claims = _claims(book, kind, [() if at in own else one for at, one in enumerate(labels)], sample)
    taken: dict[int, _Claim] = {}
    fields: dict[str, int] = {}
    for name, wanted in (explicit or {}).items():
        index = _explicit_column(
            book, kind, name, wanted, ["" if at in own else one for at, one in enumerate(headers)]
        )
        if index in own:
            raise ColumnError(
                f"{wanted!r} is a column of the report itself, not {name}; name the column by its header "
                "(결과 파일의 열입니다. 열 문자 대신 열 제목을 지정해 주세요)"
            )
        taken[index] = _Claim(1.0, index, name, "explicit")
        fields[name] = index
    for claim in claims:
        if claim.index not in taken and claim.field not in fields:
            taken[claim.index] = claim
            fields[claim.field] = claim.index
    ambiguous, rivals = _rivals(claims, fields, sample, headers, book, kind, frozenset(explicit or ()))
    for name in rivals:
        taken.pop(fields[name], None)
    unconfirmed: list[str] = []
    for name, index in list(fields.items()):
        doubt = _doubt(book, kind, taken.get(index), [row[index] for row in sample if index < len(row)])
        if doubt and name not in (explicit or ()):
            letter = column_letter(index)
            unconfirmed.append(f"{book.kinds[kind].fields[name].korean}: {letter} [{headers[index]}] {doubt}")
            taken.pop(index)
    matches = tuple(
        _match(index, header, taken.get(index), claims, report=index in own)
        for index, header in enumerate(headers)
    )
    found = {match.field for match in matches}
    missing = tuple(
        spec.korean
        for name, spec in book.kinds[kind].fields.items()
        if name not in found and not spec.secondary
    )
    return ColumnMap(
        kind=kind, matches=matches, missing=missing, ambiguous=ambiguous, unconfirmed=tuple(unconfirmed)
    )


def _doubt(book: ColumnBook, kind: ExportKind, claim: _Claim | None, cells: Sequence[Cell]) -> str:
    """Return why a column must not be taken for a required number unasked; empty when it may."""
    if claim is None or kind not in _COUNTED_KINDS:
        return ""
    spec = book.kinds[kind].fields[claim.field]
    if not spec.required or spec.type != "id" or claim.how == "explicit":
        return ""
    if is_counter(cells):
        return "counts the lines (행 번호로 보입니다)"
    return "has a header that says too little (제목만으로는 알 수 없습니다)" if claim.how == "weak" else ""


def _claims(
    book: ColumnBook, kind: ExportKind, labels: Sequence[Sequence[str]], sample: Sequence[Sequence[Cell]]
) -> list[_Claim]:
    specs = book.kinds[kind].fields
    order = {name: position for position, name in enumerate(specs)}
    claims: list[_Claim] = []
    for index, options in enumerate(labels):
        best: dict[str, _Claim] = {}
        cells = [row[index] for row in sample if index < len(row)]
        for depth, label in enumerate(options):
            for name, confidence, how in book.candidates(kind, label):
                content = fit(specs[name], cells)
                if how == "weak" and content < 0.8:
                    continue
                score = confidence * (0.98**depth) * _trust(content)
                if name not in best or score > best[name].score:
                    best[name] = _Claim(score, index, name, how)
        shared = len(best) > 1
        claims += [
            _Claim(one.score, one.index, one.field, "content" if shared else one.how)
            for one in best.values()
            if one.score >= _LEAST
        ]
    return sorted(claims, key=lambda one: (-round(one.score, 3), order[one.field], one.index))


def _trust(content: float) -> float:
    """Weigh content: some bad cells are problems of the cells, a column of bad cells is a wrong column."""
    return 0.9 + 0.1 * content if content >= _MOSTLY else 0.6 + 0.4 * content


def check_mapping(
    book: ColumnBook, kind: ExportKind, explicit: Mapping[str, str], headers: Sequence[str] | None = None
) -> None:
    """Raise one `ColumnError` naming every field and every column of a mapping that does not exist.

    Each comes with what may have been meant. Columns are held against `headers` where these are known.
    """
    fields = book.kinds[kind].fields
    lines = [
        f"  - {name!r} is no field of {kind.value} (없는 항목입니다); {_nearest(name, tuple(fields))}"
        for name in explicit
        if name not in fields
    ]
    there = tuple(filter(None, headers or ()))
    lines += [
        f"  - no column {wanted!r} for {name} (없는 열입니다); {_nearest(wanted, there)}"
        for name, wanted in (explicit.items() if headers is not None else ())
        if name in fields and _column_of(wanted, headers or ()) is None
    ]
    if lines:
        raise ColumnError(
            "the mapping names what is not there (열 매핑에 없는 이름이 있습니다. 이름을 확인해 주세요):\n"
            + "\n".join(lines)
        )


def _nearest(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=3, cutoff=0.5)
    if near:
        return f"did you mean (비슷한 이름): {', '.join(near)}"
    more = " …" if len(known) > _MOST_NAMED else ""
    return f"there are (있는 이름): {', '.join(known[:_MOST_NAMED])}{more}"


def _column_of(wanted: str, headers: Sequence[str]) -> int | None:
    squeezed = "".join(wanted.split())
    for index, header in enumerate(headers):
        if "".join(header.split()) == squeezed:
            return index
    letters = (index for index in range(len(headers)) if column_letter(index) == wanted.strip().upper())
    return next(letters, None)


def _explicit_column(
    book: ColumnBook, kind: ExportKind, name: str, wanted: str, headers: Sequence[str]
) -> int:
    index = _column_of(wanted, headers) if name in book.kinds[kind].fields else None
    if index is None:
        check_mapping(book, kind, {name: wanted}, headers)
    return index or 0


def _rivals(
    claims: Sequence[_Claim],
    fields: Mapping[str, int],
    sample: Sequence[Sequence[Cell]],
    headers: Sequence[str],
    book: ColumnBook,
    kind: ExportKind,
    explicit: frozenset[str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the fields that two columns with different content claim equally well."""
    sentences: list[str] = []
    rivals: list[str] = []
    by_field: defaultdict[str, list[_Claim]] = defaultdict(list)
    used = set(fields.values())
    for claim in claims:
        if claim.field in fields and (claim.index == fields[claim.field] or claim.index not in used):
            by_field[claim.field].append(claim)
    for name, contenders in by_field.items():
        best = contenders[0].score
        close = [one for one in contenders if best - one.score < _CLOSE]
        contents = {
            tuple(cell_text(row[one.index]) if one.index < len(row) else "" for row in sample)
            for one in close
        }
        if len(close) > 1 and len(contents) > 1 and name not in explicit:
            places = ", ".join(f"{column_letter(one.index)} [{headers[one.index]}]" for one in close)
            sentences.append(f"{book.kinds[kind].fields[name].korean}: {places}")
            rivals.append(name)
    return tuple(sentences), tuple(rivals)


def _report_columns(headers: Sequence[str], sample: Sequence[Sequence[Cell]]) -> frozenset[int]:
    """Return the columns that our own report put in front: 상태 and 사유, with its words under the first."""
    if tuple(headers[: len(REPORT_HEADERS)]) != REPORT_HEADERS:
        return frozenset()
    states = {cell_text(row[0]).strip() for row in sample if row and not is_blank(row[0])}
    return frozenset(range(len(REPORT_HEADERS))) if states <= set(REPORT_STATES) else frozenset()


def _match(
    index: int, header: str, claim: _Claim | None, claims: Sequence[_Claim], *, report: bool = False
) -> ColumnMatch:
    letter = column_letter(index)
    if claim is not None:
        score = min(1.0, claim.score)
        return ColumnMatch(
            index=index,
            letter=letter,
            header=header,
            field=claim.field,
            confidence=round(score, 3),
            how=claim.how,
        )
    if report:
        return ColumnMatch(
            index=index, letter=letter, header=header, field=None, confidence=1.0, how="report"
        )
    how = "duplicate" if any(one.index == index for one in claims) else "unknown"
    return ColumnMatch(index=index, letter=letter, header=header, field=None, confidence=0.0, how=how)


def require_columns(columns: ColumnMap, book: ColumnBook) -> None:
    """Raise one `ColumnError` naming every required field without a column, and what could be it."""
    specs = book.kinds[columns.kind].fields
    missing = [spec for name, spec in specs.items() if spec.required and columns.get(name) is None]
    if not missing:
        return
    lines = [f"  - {spec.korean} ({spec.name}); known as {', '.join(spec.aliases[:6])}" for spec in missing]
    lines += [f"  - ambiguous (중복): {sentence}" for sentence in columns.ambiguous]
    lines += [f"  - to be confirmed (확인해 주세요): {sentence}" for sentence in columns.unconfirmed]
    candidates = ", ".join(f"{match.letter} [{match.header}]" for match in columns.unknown if match.header)
    raise ColumnError(
        f"required columns of {columns.kind.value} are missing or ambiguous (필수 열을 찾을 수 없습니다. "
        "열을 직접 지정해 주세요):\n"
        + "\n".join(lines)
        + f"\n  candidates (후보): {candidates or 'none'}"
        + f"\n  decide it with mapping={{{missing[0].name!r}: header or letter}} "
        + "(mapping=에 항목과 열 제목 또는 열 문자를 지정해 주세요. 원본 파일인지도 확인해 주세요)"
    )


def digit_lengths(cells: Sequence[Cell]) -> int:
    """Return the usual number of digits of a code column, 0 when there is no usual one."""
    lengths = Counter(
        len(text)
        for text in (cell_text(cell).strip() for cell in cells if cell is not None)
        if text.isdigit()
    )
    if not lengths:
        return 0
    length, votes = lengths.most_common(1)[0]
    return length if votes * 2 >= sum(lengths.values()) else 0
