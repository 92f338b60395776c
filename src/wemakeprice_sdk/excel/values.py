"""Reading one value out of a cell: numbers, ids, dates and yes/no in every form that exports use.

Every function gives the value, or raises `FaultError` with the rule that was broken. What is read but
doubtful is given together with a rule to flag (`Doubt`).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from wemakeprice_sdk.clock import KST, DateSentinel, date_sentinel
from wemakeprice_sdk.files.cells import EXACT_DIGITS, Cell, CellError, Serial, serial_to_datetime

# Zero-width marks, marks of direction, and the fillers of Hangul that show nothing.
_FILLERS = "\u115f\u1160\u3164\uffa0"
_UNSEEN = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\u200f\u034f\u061c\u202a\u202b\u202c\u202d\u202e"
    "\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufff9\ufffa\ufffb"
)
_ZERO_WIDTH = dict.fromkeys(map(ord, _UNSEEN + _FILLERS))
_CONTROLS = {code: None for code in range(32) if code not in (9, 10, 13)} | {127: None}
EMPTY_MARKS = frozenset(("-", "--", "—", "–", "N/A", "n/a", "없음", "null", "NULL", "(null)", "해당없음"))
_EXACT_LIMIT = 10**EXACT_DIGITS
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_NORMALISED_AT_ONCE = 512
_LOOKED_AT_ONCE = 2_048


class FaultError(Exception):
    """A value that breaks a rule; caught where the row is known, never seen by callers of the library."""

    def __init__(self, rule: str, detail: str = "") -> None:
        self.rule = rule
        self.detail = detail
        super().__init__(rule)


class Doubt(NamedTuple):
    """A value that could be read, with the rule that says why it should be looked at."""

    value: object
    rule: str


_QUOTED_CODE = re.compile(r"'[^']*")
_HALVES = re.compile("[\u0300-\u036f\u1100-\u11ff\u3099\u309a]")
"""Combining marks and the letters of decomposed Hangul (macOS writes them)."""


def clean(text: str) -> str:
    """Strip blanks of every kind, zero-width and control characters, and what only keeps digits as text.

    The one cleaning of every text column: composed form (NFC), no-break spaces become spaces, and an
    apostrophe in front goes, as spreadsheets write it to keep `'0012` as text. A quoted word at the
    beginning stays.
    """
    text = _bare(text)
    if not is_clean(text):
        text = _composed(text).strip()
    return text[1:].strip() if text[:1] == "'" and _QUOTED_CODE.fullmatch(text) else text


_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE_MARK = re.compile("[\uff01-\uff5e\u2018\u2019]")


def clean_code(text: str) -> str:
    """Clean a code: `ＡＢ－０１` is typed for `AB-01`, and any apostrophe in front keeps digits as text."""
    text = clean(text)
    if text.isascii() or _WIDE_MARK.search(text) is None:
        return text
    text = text.translate(_WIDE)
    return clean("'" + text[1:] if text[:1] in ("\u2018", "\u2019") else text)


def is_clean_code(text: str) -> bool:
    """Return whether a text is clean as a code, too."""
    return text.isascii() or _WIDE_MARK.search(text) is None


_FORMULA = re.compile(
    r"=[-+\s(]*(?:[A-Za-z_][\w.]*\(.*|\$?[A-Za-z]{1,3}\$?\d{1,7}(?:\s*[-+*/^&:,)].*)?|'[^']+'!.*|\w+![$A-Za-z].*|"
    r"[\d.\s+\-*/^%()]+)",
    re.DOTALL,
)


def is_formula(text: str) -> bool:
    """Return whether a text is a formula that no spreadsheet ever computed: `=VLOOKUP(A2,…)`, `=B2*2`."""
    return text[:1] == "=" and _FORMULA.fullmatch(text) is not None


_ERROR_WORD = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA|"
    r"FORMULA|이름\?|값!|참조!)|Err:\d{3}"
)


def is_error_word(text: str) -> bool:
    """Return whether a text is what a spreadsheet shows for an error; a CSV keeps it as text."""
    return text[:1] in ("#", "E") and _ERROR_WORD.fullmatch(text.strip()) is not None


def _bare(text: str) -> str:
    if not text.isascii():
        text = text.translate(_ZERO_WIDTH).replace("\u00a0", " ").replace("\u3000", " ")
        text = text.replace("\u2007", " ").replace("\u202f", " ")
    return text.translate(_CONTROLS).strip()


def _composed(text: str) -> str:
    if len(text) <= _NORMALISED_AT_ONCE:
        return unicodedata.normalize("NFC", text)
    # Sorting combining marks takes the square of their number, so a long text is taken in pieces that begin
    # where no mark or half of a syllable stands.
    pieces: list[str] = []
    begin = 0
    while begin < len(text):
        end = min(begin + _NORMALISED_AT_ONCE, len(text))
        while end < len(text) and end < begin + 2 * _NORMALISED_AT_ONCE and _HALVES.match(text, end):
            end += 1
        pieces.append(unicodedata.normalize("NFC", text[begin:end]))
        begin = end
    return "".join(pieces)


def is_clean(text: str) -> bool:
    """Return whether a text is composed and without fillers, which `str.isprintable` does not tell."""
    if text.isascii():
        return True
    if any(filler in text for filler in _FILLERS):
        return False
    # Long texts are taken in pieces that overlap, for the same reason as above.
    pieces = range(0, len(text), _LOOKED_AT_ONCE)
    return all(unicodedata.is_normalized("NFC", text[at : at + _LOOKED_AT_ONCE + 4]) for at in pieces)


def narrow(text: str) -> str:
    """Clean, and turn full-width digits and signs into plain ones."""
    if text.isascii():
        return clean(text)
    text = _bare(text)
    if len(text) <= _NORMALISED_AT_ONCE:
        return clean(unicodedata.normalize("NFKC", text))
    # Sorting combining marks takes the square of their number, so a long text is taken in pieces.
    pieces = range(0, len(text), _NORMALISED_AT_ONCE)
    return _bare("".join(unicodedata.normalize("NFKC", text[at : at + _NORMALISED_AT_ONCE]) for at in pieces))


def is_empty_mark(text: str) -> bool:
    """Return whether a text stands for nothing (`-`, 없음)."""
    return not text or text in EMPTY_MARKS


# --- numbers -----------------------------------------------------------------------------------------------

_UNITS = re.compile(r"(?:krw|won|원|￦|₩|\\|개|건|ea|pcs|점|장|박스|박)", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DIGITS = re.compile(r"\d{1,40}", re.ASCII)


def parse_amount(cell: Cell) -> int | None:
    """Read won or a count: `12,900원`, `₩12,900`, `１２９００`, `12900.0`, `(1,000)`, `△500`, `1.29E+4`."""
    if isinstance(cell, str):
        return _amount_text(narrow(cell))
    if isinstance(cell, bool):
        raise FaultError("number")
    if isinstance(cell, int | float):
        return _whole(cell)
    if isinstance(cell, CellError):
        raise FaultError("error-value")
    return None


def is_grouped(text: str) -> bool:
    """Return whether a text is one number with thousands commas: `10,200`."""
    return _GROUPED.fullmatch(narrow(text)) is not None


def _whole(value: float) -> int:
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise FaultError("number")
    nearest = round(value)
    # 0.1 + 0.2 arithmetic in sheets leaves dust in the last digits; half a won is a real fraction.
    if abs(value - nearest) > 1e-6 * max(1.0, abs(value) * 1e-6):
        raise FaultError("whole-number")
    return nearest


def _amount_text(text: str) -> int | None:
    if is_empty_mark(text):
        return None
    negative = False
    if text[:1] == "(" and text[-1:] == ")":
        negative, text = True, text[1:-1]
    if text[:1] in "△▲▽▼\u2212":
        negative, text = True, text[1:]
    elif text[1:] and text[-1] in "-\u2212":  # accounting programs write the minus behind the number
        negative, text = True, text[:-1]
    bare = _UNITS.sub("", text).replace(" ", "")
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    if _PLAIN.fullmatch(bare) is None:
        raise FaultError("number")
    value = _decimal(bare)
    if value != value.to_integral_value():
        raise FaultError("whole-number")
    number = int(value)
    # Two marks of less, as in (-500) or △-500, are one: nobody writes a deposit so.
    return -abs(number) if negative else number


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise FaultError("number") from None
    if value.adjusted() > 60:
        raise FaultError("number")
    return value


def parse_id(cell: Cell) -> int | Doubt | None:
    """Read a number that names something (상품번호): exact, or refused.

    A spreadsheet keeps 15 digits; a number cell with more, or scientific text with fewer digits than its
    exponent asks for, has lost some and raises `FaultError("damaged-id")`.
    """
    if isinstance(cell, str):
        return _id_text(narrow(cell))
    if cell is None:
        return None
    if isinstance(cell, bool | Serial):
        raise FaultError("id")
    if isinstance(cell, CellError):
        raise FaultError("error-value")
    if isinstance(cell, float) and not (math.isfinite(cell) and cell.is_integer()):
        raise FaultError("id")
    return _id_number(int(cell), exact=isinstance(cell, int))


def _id_number(number: int, *, exact: bool) -> int | Doubt:
    if number < 0:
        raise FaultError("id")
    if number < _EXACT_LIMIT:
        return number
    digits = str(number)
    # Digits after the 15th that are not zero were never rounded away: a writer other than Excel kept them.
    if exact and number < 1 << 63 and digits[EXACT_DIGITS:].strip("0"):
        return Doubt(number, "long-id")
    raise FaultError("damaged-id")


def _id_text(text: str) -> int | Doubt | None:
    if is_empty_mark(text):
        return None
    bare = text.removeprefix("'").replace(" ", "")
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    if _DIGITS.fullmatch(bare):
        number = int(bare)
        if number >= 1 << 63:
            raise FaultError("id")
        return number
    if _PLAIN.fullmatch(bare) is None:
        raise FaultError("id")
    return _scientific_id(bare)


def _scientific_id(text: str) -> int | Doubt:
    value = _decimal(text)
    if value < 0 or value != value.to_integral_value() or value >= 1 << 63:
        raise FaultError("id")
    mantissa = re.split("[eE]", text)[0]
    digits = len(mantissa.replace(".", "").lstrip("+0")) if "e" in text.lower() else 99
    if digits <= value.adjusted():
        raise FaultError("damaged-id")
    return Doubt(int(value), "recovered-id")


# --- yes and no --------------------------------------------------------------------------------------------

_YES = frozenset(
    [
        "y",
        "yes",
        "t",
        "true",
        "o",
        "1",
        "예",
        "네",
        "사용",
        "노출",
        "과세",
        "있음",
        "유",
        "가능",
        "on",
        "○",
        "◯",
        "적용",
        "설정",
        "대상",
        "v",
        "√",
        "✓",
    ]
)
_NO = frozenset(
    [
        "n",
        "no",
        "f",
        "false",
        "x",
        "0",
        "아니오",
        "아니요",
        "미사용",
        "비노출",
        "면세",
        "없음",
        "무",
        "불가",
        "불가능",
        "off",
        "×",
        "✕",
        "미적용",
        "미설정",
        "비대상",
    ]
)


def parse_flag(cell: Cell) -> bool | None:
    """Read Y/N, 예/아니오, 사용/미사용, 과세/면세, O/X, TRUE/FALSE, 1/0."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, CellError):
        raise FaultError("error-value")
    text = narrow(cell).lower() if isinstance(cell, str) else f"{cell:g}"
    if not text or text in ("-", "null"):
        return None
    bare = text.removesuffix("상품").strip()
    if bare in _YES:
        return True
    if bare in _NO:
        return False
    raise FaultError("yes-no")


# --- dates -------------------------------------------------------------------------------------------------

ALWAYS_END = datetime(2037, 12, 31, 23, tzinfo=KST)
"""The end the marketplace stores for always-on goods (상시판매). [B]"""

_ALWAYS = frozenset(("상시", "상시판매", "무기한", "제한없음", "계속", "상시진행"))
_WEEKDAY = re.compile(r"\(?[월화수목금토일](?:요일)?\)|[월화수목금토일]요일")
_OFFSET = re.compile(r"(?<=\d)\s*(Z|[+-]\d{2}:?\d{2})$")
_DATE = (
    r"(?P<y>\d{4}|\d{2})\s*(?:[-/.]|년)\s*(?P<m>\d{1,2})\s*(?:[-/.]|월)\s*(?P<d>\d{1,2})(?:일|\.)?"
    r"|(?P<us_m>\d{1,2})[/](?P<us_d>\d{1,2})[/](?P<us_y>\d{4}|\d{2})"
    r"|(?P<packed>(?:19|20|29|99)\d{6})"
)
_TIME = (
    r"(?P<half>오전|오후|am|pm|a\.m\.|p\.m\.)?\s*(?P<h>\d{1,2})\s*(?::|시)\s*"
    r"(?:(?P<min>\d{1,2})\s*(?:분|:)?\s*(?:(?P<s>\d{1,2})(?:\.\d{1,9})?\s*초?)?)?\s*(?P<half2>am|pm|오전|오후)?"
)
_TIMESTAMP = re.compile(
    rf"(?:{_DATE})(?:(?:\s*t\s*|\s*[,]?\s*)(?:{_TIME}|(?P<packed_time>\d{{4}}(?:\d{{2}})?)))?", re.ASCII
)
_PM = ("오후", "pm", "p.m.")
_AM = ("오전", "am", "a.m.")


_SHORT = 40
_ISO_TEXT = r"\d{4}-\d\d-\d\d(?: (?!2[4-9])[0-2]\d:[0-5]\d(?::[0-5]\d)?+)?+"
_ISO_TEXTS = re.compile(rf"{_ISO_TEXT}(?:\|{_ISO_TEXT})*+", re.ASCII)
_ISO_ONE = re.compile(_ISO_TEXT, re.ASCII).fullmatch
_YEARS = (str(_FIRST_YEAR), str(_LAST_YEAR + 1))


def parse_timestamp(cell: Cell, *, date1904: bool = False, sale_end: bool = False) -> datetime | Doubt | None:
    """Read a timestamp in Korean time from a date number or any usual spelling; a day becomes its midnight.

    A date that stands for none (`clock.date_sentinel`) is None; one that stands for "for ever" is the
    always-on end where a sale ends, and None elsewhere.
    """
    if isinstance(cell, str):
        if len(cell) in (16, 19) and cell[4] == "-" and cell[10] == " " and cell.isascii():
            quick = iso_timestamp(cell)
            if quick is not None:
                return quick
        read = _short_timestamp if len(cell) <= _SHORT else _timestamp_text
        return read(cell, date1904=date1904, sale_end=sale_end)
    if cell is None:
        return None
    if isinstance(cell, CellError):
        raise FaultError("error-value")
    if isinstance(cell, bool):
        raise FaultError("date")
    return _timestamp_number(cell, date1904=date1904, sale_end=sale_end)


def iso_timestamp(text: str) -> datetime | None:
    """Read `2024-01-15 10:00:00` as Korean time; None when it is no plausible timestamp."""
    try:
        timestamp = datetime.fromisoformat(text).replace(tzinfo=KST)
    except ValueError:
        return None
    return timestamp if _FIRST_YEAR <= timestamp.year <= _LAST_YEAR else None


def iso_timestamps(texts: Sequence[str]) -> list[datetime] | None:
    """Read many texts such as `2024-01-15 10:00:00` at once; None when any of them is another."""
    if not _ISO_TEXTS.fullmatch("|".join(texts)) or not _YEARS[0] <= min(texts) <= max(texts) < _YEARS[1]:
        return None
    try:
        # Twice as fast as `replace(tzinfo=...)`.
        return [datetime.combine(wall, wall.time(), KST) for wall in map(datetime.fromisoformat, texts)]
    except ValueError:
        return None


def looks_iso(cell: Cell) -> bool:
    """Return whether a cell has the length of a text such as `2024-01-15 10:00:00` and its first dash."""
    return type(cell) is str and len(cell) in (10, 16, 19) and cell[4] == "-"


def iso_text_timestamp(text: str) -> datetime | None:
    """Read one text such as `2024-01-15 10:00:00`, or its day alone; None when it is another."""
    return iso_timestamp(text) if _ISO_ONE(text) else None


def _timestamp_number(value: float, *, date1904: bool, sale_end: bool) -> datetime | Doubt | None:
    if isinstance(value, int) or value.is_integer():
        digits = str(int(value))
        if len(digits) in (8, 12, 14):
            return _timestamp_text(digits, date1904=date1904, sale_end=sale_end)
    if not value:
        # A formula that points at a blank date cell gives 0, shown as 1900-01-00.
        return None
    wall = serial_to_datetime(float(value), date1904=date1904)
    if wall is None:
        raise FaultError("date")
    sentinel = date_sentinel(wall) if isinstance(value, Serial) else None
    if sentinel is not None:
        return _stands_for(sentinel, sale_end=sale_end)
    timestamp = _plausible(wall.replace(tzinfo=KST))
    return timestamp if isinstance(value, Serial) else Doubt(timestamp, "unformatted-date")


def _stands_for(sentinel: DateSentinel, *, sale_end: bool) -> datetime | None:
    return ALWAYS_END if sale_end and sentinel is DateSentinel.ENDLESS else None


def _timestamp_text(text: str, *, date1904: bool, sale_end: bool) -> datetime | Doubt | None:
    text = narrow(text)
    if is_empty_mark(text) or date_sentinel(text) is not None:
        return None
    if text.replace(" ", "") in _ALWAYS:
        return _stands_for(DateSentinel.ENDLESS, sale_end=sale_end)
    lowered, zone = _without_zone(_WEEKDAY.sub(" ", text.lower()).strip())
    if re.fullmatch(r"\d{5}(?:\.\d{1,12})?", lowered, re.ASCII):
        return _timestamp_number(Serial(lowered), date1904=date1904, sale_end=sale_end)
    match = _TIMESTAMP.fullmatch(lowered) if len(lowered) <= 60 else None
    if match is None:
        raise FaultError("date")
    day, rule = _day(match)
    sentinel = date_sentinel(day)
    if sentinel is not None:
        # Before its time is added: midnight after 9999-12-31 would be past the last year there is.
        return _stands_for(sentinel, sale_end=sale_end)
    timestamp = _plausible(day + _time(match))
    timestamp = (
        timestamp.replace(tzinfo=KST) if zone is None else timestamp.replace(tzinfo=zone).astimezone(KST)
    )
    return Doubt(timestamp, rule) if rule else timestamp


_short_timestamp = lru_cache(maxsize=4_096)(_timestamp_text)
"""Days repeat: few sales begin or end on a day of their own."""


def _without_zone(text: str) -> tuple[str, timezone | None]:
    match = _OFFSET.search(text.upper())
    if match is None or ":" not in text[: match.start()]:
        # Without a time of day in front it is no offset: 2024-01-15-10:00.
        return text, None
    sign = match[1]
    if sign == "Z":
        return text[: match.start()].strip(), UTC
    minutes = int(sign[1:3]) * 60 + int(sign[-2:])
    if minutes > 14 * 60:
        raise FaultError("date")
    delta = timedelta(minutes=minutes)
    return text[: match.start()].strip(), timezone(-delta if sign[0] == "-" else delta)


def _day(match: re.Match[str]) -> tuple[datetime, str]:
    rule = ""
    if match["packed"]:
        packed = match["packed"]
        year, month, day = int(packed[:4]), int(packed[4:6]), int(packed[6:])
    elif match["us_m"]:
        year, month, day = int(match["us_y"]), int(match["us_m"]), int(match["us_d"])
        rule = "american-date" if day <= 12 and day != month else ""
    else:
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    if year < 100 and len(match["y"] or match["us_y"]) < 4:
        year += 2000
        rule = rule or "two-digit-year"
    try:
        return datetime(year, month, day), rule  # noqa: DTZ001 - the zone is joined by the caller
    except ValueError:
        raise FaultError("date") from None


def _time(match: re.Match[str]) -> timedelta:
    packed = match["packed_time"]
    if packed:
        hour, minute, second = int(packed[:2]), int(packed[2:4]), int(packed[4:] or 0)
    elif match["h"]:
        hour, minute, second = int(match["h"]), int(match["min"] or 0), int(match["s"] or 0)
        hour = _half_day(hour, match["half"] or match["half2"])
    else:
        return timedelta()
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        raise FaultError("date")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _half_day(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if hour > 12:
        if half in _AM:
            raise FaultError("date")
        return hour
    return hour % 12 + (12 if half in _PM else 0)


def _plausible(timestamp: datetime) -> datetime:
    if not _FIRST_YEAR <= timestamp.year <= _LAST_YEAR:
        raise FaultError("year")
    return timestamp


# --- lists of ids ------------------------------------------------------------------------------------------

_SEPARATORS = re.compile(r"[,;|/\s]+")


def parse_id_list(cell: Cell) -> tuple[int, ...]:
    """Read the ids of one cell, separated by commas, semicolons, bars or line breaks; each once, in order."""
    if not isinstance(cell, str):
        one = parse_id(cell)
        single = one.value if isinstance(one, Doubt) else one
        return (single,) if isinstance(single, int) else ()
    found: dict[int, None] = {}
    text = narrow(cell)
    for part in () if is_empty_mark(text) else _SEPARATORS.split(text.strip("[](){} ")):
        value = parse_id(part)
        number = value.value if isinstance(value, Doubt) else value
        if isinstance(number, int) and number > 0:
            found[number] = None
        elif part:
            raise FaultError("id")
    return tuple(found)
