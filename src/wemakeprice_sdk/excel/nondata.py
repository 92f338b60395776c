"""Rows of a table that are no data: totals, notes, page feet, repeated headers (소계, 합계, 안내).

Such a row is never a record and never an option. It is left out, and named. A word alone decides nothing: a
row with an identifier of its own is a total only when its numbers are the sums of the rows above it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from itertools import compress

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.files.cells import Cell, CellError, cell_text, is_blank

_LONGEST_LABEL = 120
_MOST_NAMED = 12
_MOST_KEPT = 10_000


class NonDataKind(Enum):
    """What a row is that is no data."""

    TOTAL = "total"
    """A sum of rows above it (소계, 합계)."""

    NOTE = "note"
    """A guide, a note or the foot of a page (안내, 비고, 쪽 번호)."""

    HEADER = "header"
    """The header once more (반복된 제목 행)."""


LEFT_OUT_WORDS = "자료가 아닌 행"
_NAMES: Mapping[NonDataKind, tuple[str, str]] = {
    NonDataKind.TOTAL: ("totals", "합계"),
    NonDataKind.NOTE: ("notes", "안내 문구"),
    NonDataKind.HEADER: ("repeated headers", "반복된 제목"),
}


@frozen
class LeftOutRow:
    """A row that is no data and was left out: why, where, and what it says.

    Of a file with personal columns `text` is a word for a total or empty, never what stands in its cells.
    """

    kind: NonDataKind
    sheet: str
    row: int
    text: str


# --- words of totals ---------------------------------------------------------------------------------------

_STRONG = frozenset(
    (
        *("합계", "소계", "총계", "총합", "총합계", "누계", "부분합", "중간합계", "중간계", "소합계"),
        *("전체합계", "합산", "총누계", "합계금액", "총합계금액"),
        *("total", "totals", "subtotal", "subtotals", "grandtotal", "sumtotal"),
    )
)
_WEAK = frozenset(
    (
        *("계", "총", "전체", "중계", "월계", "일계", "총액"),
        *("sum",),
    )
)
"""Words that also are usual names of goods: they need the numbers to agree where a name may stand."""

_FIGURES = frozenset(
    (
        *("요약", "평균", "개수", "숫자개수", "최대", "최소", "최대값", "최소값", "최댓값", "최솟값"),
        *("표준편차", "분산"),
        *("전체평균", "전체개수", "전체요약", "전체최대값", "전체최소값"),
        *("summary", "average", "avg", "mean", "count", "max", "min", "maximum", "minimum"),
    )
)
"""What else a spreadsheet writes below a table (Excel's subtotals, totals rows); no name of goods."""

_OF_COLUMN = re.compile(
    r"(?:총|전체)(?:판매|재고|상품|주문|옵션|매출|정산|배송|결제|입금|할인|취소|반품)?"
    r"(?:재고|수량|상품|금액|액|수|건수|개수|갯수|가격|판매가|수수료|배송비|합)"
)
"""총 재고, 총 상품수, 전체 판매금액: the total of one column."""

_NO_WORD = re.compile(r"[\W_]+")
_COUNTED = re.compile(r"\d+(?:건|개|원|행|종|명|ea|rows?|items?)?")
_ENDING = re.compile(
    r"(?P<of>.*?)[\s(\[<:_\-]*(?:부분합|총합계|합계|소계|총계|누계|요약|평균|개수|최대값|최소값|최댓값|최솟값|최대|최소|"
    r"(?<![a-z])(?:grand\s*total|sub\s*total|total|sum|average|count|max|min))"
    r"[\s)\]>:]*",
    re.IGNORECASE,
)


_UNIT = re.compile(r"[(\[（](?:원|개|건|점|won|krw|ea|vat[^)]*|부가세[^)]*)[)\]）]", re.IGNORECASE)


def _words(text: str) -> str:
    if len(text) > _LONGEST_LABEL:
        return ""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_total_word(text: str, *, strong: bool = False) -> bool:
    """Return whether a text is but a word for a total: `합 계`, `[소계]`, `합계(3건)`, `Grand Total`.

    A `strong` one is no usual name of goods.
    """
    words = _words(_UNIT.sub("", text))
    bare = _COUNTED.sub("", words) or words
    if bare in _STRONG or bare in _FIGURES:
        return True
    return not strong and (bare in _WEAK or _OF_COLUMN.fullmatch(bare) is not None)


def total_of(text: str) -> str | None:
    """Return what a text is the total of: `티셔츠` for `티셔츠 요약`; None when it ends otherwise."""
    if len(text) > _LONGEST_LABEL:
        return None
    match = _ENDING.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return match["of"].strip() if match else None


_LAST = (
    frozenset("계합약분체균수값총액산대소차")
    | frozenset("lLmMsSyYeEtTgGnNxX")
    | frozenset("ＬＭＳＥＴＧＮＸｌｍｓｅｔｇｎｘ")
)
_CLOSING = frozenset(")]>:.）］＞：．")
_ENDS = _LAST | _CLOSING
_HINTS = re.compile("[계합약균총값체수액산대소차]|[lmstgnx][()\\]>:.\\s\\d]", re.IGNORECASE)
_TAIL = 24


@lru_cache(maxsize=4_096)
def _reads_total(text: str) -> bool:
    return is_total_word(text) or total_of(text) is not None


def reads_like_total(text: object) -> bool:
    """Return whether a name could be a total's; most names show by their end that they are none."""
    if not isinstance(text, str):
        return False
    last = text[-1:]
    if last not in _ENDS or len(text) > _LONGEST_LABEL:
        return False
    return (
        last in _LAST or (last in _CLOSING and _HINTS.search(text, max(0, len(text) - _TAIL)) is not None)
    ) and _reads_total(text)


# --- words of notes ----------------------------------------------------------------------------------------

_NOTE_MARK = re.compile(
    r"^\s*(?:※|\*\s|[·•▶■●◆★☞]|주\)|주의\b|참고|안내|비고\s*:|note\b|notice\b|"
    r"\[(?:안내|참고|주의|공지)\])",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"""^\s*(?:
      (?:page|페이지|쪽)\s*[:.]?\s*\d+(?:\s*(?:of|/)\s*\d+)? | \d+\s*(?:페이지|쪽)
      | [-–—]\s*\d+\s*[-–—] | \d+\s*/\s*\d+
      | [-–—*=<\s]*이하\s*여백[-–—*=>\s]* | [-–—*=<\s]*(?:끝|이상)[-–—*=>.\s]* | end(?:\s+of\s+\w+)?[.]?
      | (?:출력|조회|다운로드|작성|생성|인쇄|추출)\s*(?:일시|일자|일|시간|자|기간|조건)?\s*[:：]?.*
      | (?:총|전체|검색\s*결과|조회\s*결과|조회\s*건수|총\s*건수)\s*[:：]?\s*[\d,]+\s*(?:건|개|행)?
      | [-–—=_*.·\s]{3,}
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_GUIDE = re.compile(
    r"필수|선택\s*입력|입력|자\s*이내|예\s*[):：]|예시|숫자만|형식|미입력|기입|작성\s*(?:방법|요령)|"
    r"required|optional|e\.g\.|^\s*[(\[]?(?:number|text|string|integer|date|숫자|문자|텍스트|날짜|정수|선택)[)\]]?\s*$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:다|요|오|시오|음|함|것|임)[.!)\s]*$")


def is_note_text(text: str) -> bool:
    """Return whether a text is marked as a note or reads like the foot of a page."""
    return bool(_NOTE_MARK.match(text) or _FOOT.match(text))


# --- sums --------------------------------------------------------------------------------------------------


@define(eq=False)
class Sums:
    """Sums of the columns of won and counts, so that a total can be told by its numbers.

    Whole blocks are added at once; only a row that may be a total asks for the sum up to it.
    """

    names: tuple[str, ...] = ()
    _before: dict[str, int] = field(factory=lambda: defaultdict(int))
    _mark: dict[str, int] = field(factory=lambda: defaultdict(int))
    _not_data: dict[str, int] = field(factory=lambda: defaultdict(int))
    _counts: dict[str, int] = field(factory=lambda: defaultdict(int))
    _block: Mapping[str, Sequence[object]] = field(factory=dict)

    def begin(self, names: Sequence[str], columns: Sequence[Sequence[object]]) -> None:
        """Take the typed columns of the next block."""
        for name, column in self._block.items():
            self._before[name] += _sum(column)
            self._counts[name] += len(column) - column.count(None)
        wanted = [name in self.names for name in names]
        self._block = dict(zip(compress(names, wanted), compress(columns, wanted), strict=True))

    def agrees(
        self, at: int, *, carried: Mapping[str, object], group: Mapping[str, int], addends: int = 2
    ) -> bool:
        """Return whether every number of a row is a sum of rows above it, or the product's own value again.

        Sums are those of the product (`group`), of the rows since the last total, and of all rows; at least
        one has to have so many `addends`, as one row above would make every copy of its price a total.
        """
        hits = 0
        for name, column in self._block.items():
            value = column[at]
            if not isinstance(value, int):
                continue
            upto = self._before[name] + _sum(column[:at])
            sums = (upto - self._not_data[name], upto - self._mark[name], group.get(name))
            many = self._counts[name] + at - column[:at].count(None) >= addends
            if value in sums and many and (value or group):
                hits += 1
            elif value not in (0, carried.get(name)):
                return False
        return hits > 0

    def leave_out(self, at: int) -> None:
        """Take a row for a total: later sums begin below it and do not count it."""
        for name, column in self._block.items():
            value = column[at]
            if isinstance(value, int):
                self._not_data[name] += value
                self._counts[name] -= 1
            self._mark[name] = self._before[name] + _sum(column[: at + 1])


def _sum(column: Sequence[object]) -> int:
    try:
        return sum(filter(None, column))  # type: ignore[arg-type] # int or None; anything else is a fault's
    except TypeError:
        return sum(value for value in column if isinstance(value, int))


# --- judging a row -----------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Place:
    """A row that may be no data, and what its table knows about it."""

    cells: Sequence[Cell]
    id_cell: Cell
    names: tuple[Cell, ...]
    """The cells where a name stands: of the product, of the option."""
    headers: Sequence[str]
    """The header's words per column."""
    readable: int
    """How many cells of typed columns (numbers, dates, states) hold a readable value."""
    sums_agree: bool
    above: tuple[str, ...] = ()
    """Names and numbers that the record above goes by."""
    before_data: bool = False
    """Whether no record stands above the row."""


def classify(place: Place) -> NonDataKind | None:
    """Return what a row without an identifier is; None when it is a record that is broken."""
    filled = [(at, cell) for at, cell in enumerate(place.cells) if not is_blank(cell)]
    texts = [cell for _, cell in filled if isinstance(cell, str)]
    if _repeats_header(filled, place.headers):
        return NonDataKind.HEADER
    if len(filled) == 1 and texts and _FOOT.match(texts[0]):
        return NonDataKind.NOTE
    if _is_total(place, texts):
        return NonDataKind.TOTAL
    if _is_note(place, filled, texts):
        return NonDataKind.NOTE
    return NonDataKind.HEADER if _is_second_header(place, filled, texts) else None


def _is_second_header(place: Place, filled: Sequence[tuple[int, Cell]], texts: Sequence[str]) -> bool:
    """Return whether a row right below the header is all in English: a second header, or names of fields."""
    if not place.before_data or place.readable or not isinstance(place.id_cell, str):
        return False
    said = "".join(texts)
    return len(texts) == len(filled) >= 3 and said.isascii() and not any(map(str.isdigit, said))


def _repeats_header(filled: Sequence[tuple[int, Cell]], headers: Sequence[str]) -> bool:
    words = [(_words(cell) if isinstance(cell, str) else "", at) for at, cell in filled]
    alike = sum(bool(text) and at < len(headers) and _same_header(text, headers[at]) for text, at in words)
    return alike >= 2 and alike * 3 >= len(filled) * 2


def _same_header(text: str, header: str) -> bool:
    own = _words(header)
    return bool(own) and (text == own or own.startswith(text) or own.endswith(text))


def _is_total(place: Place, texts: Sequence[str]) -> bool:
    texts_of_names = (cell_text(cell) for cell in place.names if not is_blank(cell))
    names = [text for text in texts_of_names if not _COUNTED.fullmatch(_words(text))]
    worded = [text for text in texts if is_total_word(text)]
    own = place.id_cell if isinstance(place.id_cell, str) else ""
    if is_total_word(own, strong=True):
        return True
    if not names:
        # Totals rows whose formulas were never computed hold nothing but them.
        empty = not texts and all(isinstance(cell, CellError) for cell in place.cells if not is_blank(cell))
        return (
            bool(worded)
            or any(total_of(text) is not None for text in (texts if is_blank(place.id_cell) else [own]))
            or empty
            or (not texts and place.sums_agree)
        )
    if not all(is_total_word(name) or total_of(name) is not None for name in names):
        # A name that is no total's: a product or an option, whatever stands beside it.
        return False
    if place.sums_agree or any(is_total_word(text, strong=True) for text in texts):
        return True
    ends = [total_of(name) for name in names]
    return any(of in place.above for of in ends if of) or is_total_word(own) or bool(total_of(own))


def _is_note(place: Place, filled: Sequence[tuple[int, Cell]], texts: Sequence[str]) -> bool:
    if not texts:
        return False
    first = texts[0]
    named = any(not is_blank(cell) for cell in place.names)
    if is_note_text(first) and place.readable == 0:
        return True
    if len(filled) == 1:
        # A name alone is a product whose other cells are gone, unless it reads like a sentence.
        digits = first.strip().replace(",", "")
        if named:
            return bool(_SENTENCE.search(first)) and " " in first.strip()
        return not re.fullmatch(r"[+'\d.eE\-]+", digits) and (" " in digits or not digits.isascii())
    unread = isinstance(place.id_cell, str) and not place.id_cell.strip().isdigit()
    guides = sum(bool(_GUIDE.search(text)) for text in texts)
    if place.readable or not unread:
        return bool(guides) and isinstance(place.id_cell, str) and bool(_GUIDE.search(place.id_cell))
    return guides * 2 >= len(texts) or (place.before_data and guides > 0)


# --- in words ----------------------------------------------------------------------------------------------


@define(eq=False)
class LeftOutRows:
    """The rows of a file that are no data; the first ten thousand are kept, all are counted."""

    rows: list[LeftOutRow] = field(factory=list)
    count: int = 0
    listener: Callable[[LeftOutRow], object] | None = None
    """Called with every row."""

    def add(self, row: LeftOutRow) -> None:
        """Take notice of a row."""
        self.count += 1
        if self.listener is not None:
            self.listener(row)
        if len(self.rows) < _MOST_KEPT:
            self.rows.append(row)

    def sentence(self) -> str:
        """Return one line in English and Korean that names them; empty when there are none."""
        if not self.rows:
            return ""
        english = "; ".join(_listed(rows, kind, 0) for kind, rows in self._grouped())
        korean = ", ".join(_listed(rows, kind, 1) for kind, rows in self._grouped())
        return (
            f"{self.count} row(s) are no data and were left out: {english} "
            f"({LEFT_OUT_WORDS} {self.count}개를 제외했습니다: {korean})"
        )

    def _grouped(self) -> Iterable[tuple[NonDataKind, list[LeftOutRow]]]:
        for kind in NonDataKind:
            rows = [row for row in self.rows if row.kind is kind]
            if rows:
                yield kind, rows


def _listed(rows: Sequence[LeftOutRow], kind: NonDataKind, language: int) -> str:
    places = ", ".join(str(row.row) for row in rows[:_MOST_NAMED]) + (" …" if len(rows) > _MOST_NAMED else "")
    words = dict.fromkeys(row.text for row in rows if row.text)
    said = ", ".join(list(words)[:3]) + (" …" if len(words) > 3 else "")
    name = _NAMES[kind][language]
    where = f"{name} in rows {places}" if language == 0 else f"{name} {places}행"
    return f"{where} [{said}]" if said and language == 0 else where
