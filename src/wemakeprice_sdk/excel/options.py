"""Options of a row: a title and a value in two columns, levels side by side, several options in one cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.structure import RowPlan, TypedRow
from wemakeprice_sdk.excel.values import FaultError, is_empty_mark, is_grouped, parse_amount
from wemakeprice_sdk.files.cells import Cell
from wemakeprice_sdk.models import OptionSaleStatus

Option: TypeAlias = "tuple[object, object, object, object, object]"
"""Number, name, seller code, added price, state."""

SPLIT_FIELDS = frozenset(("stock_count", "option_price", "option_code", "option_status"))
"""Columns that can hold a list as long as the list of options."""

_SEPARATORS = ("\n", ";", "|", ",", "，", "、", "/")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))", re.ASCII)
_TITLED = re.compile(r"\s*([^:=：]{1,40})[:=：]\s*(\S.*)", re.DOTALL)
_MOST_IN_ONE = 500
_REMEMBERED = 4_096
"""Option names repeat over the products of a shop."""
_TITLE_WORDS = (
    "색상|컬러|칼라|색깔|사이즈|싸이즈|크기|치수|용량|중량|무게|길이|종류|구성|수량|디자인|모델|모델명|타입|유형|스타일|패턴|맛|향|호수|"
    "재질|소재|규격|성별|연령|옵션|옵션명|선택|선택옵션|상품선택|제품선택|색상선택|사이즈선택|옵션선택|상품|품목|color|colour|size|type|option|"
    "style|model|design|weight|volume"
)
_TITLES = re.compile(rf"(?:{_TITLE_WORDS})\d?(?:\s*[/,+&·\n]\s*(?:{_TITLE_WORDS})\d?)*", re.IGNORECASE)


@lru_cache(maxsize=_REMEMBERED)
def is_title(text: str) -> bool:
    """Return whether a text is the title of options (색상, 사이즈, 색상/사이즈) and not an option."""
    return _TITLES.fullmatch(re.sub(r"[ *]+", "", text)) is not None


_NONE = re.compile(r"(?:옵션|선택)\s*(?:없음|없슴|미사용)|(?:no\s*option|none)", re.IGNORECASE)
_LONGEST_NONE = 12


def _says_none(cell: object) -> bool:
    """Return whether a cell in a column of options says that there is none: `옵션없음`, `-`."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_NONE:
        return False
    return is_empty_mark(cell) or _NONE.fullmatch(cell) is not None


@frozen
class Crowded:
    """Several options in one cell that cannot be told apart: which stock belongs to which is not said."""

    cell: Cell
    row: int
    parts: int
    """How many there seem to be. Levels of one option (빨강, L) are as many in every row."""
    stock_unclear: bool
    """Whether the stock could be one number with a thousands comma, or several numbers."""


class OptionReader:
    """Puts the option of a row together from its columns."""

    def __init__(self, plan: RowPlan) -> None:
        self.plan = plan
        names = ("option_no", "option_name", "option_value", "option_code")
        present = [name for name in names if name in plan.steps]
        self.any = bool(present)
        """Whether the table has columns of options."""
        self.field = next((name for name in ("option_value", *names) if name in plan.steps), "option_name")
        """The column that problems with an option point to."""
        self._levels = any(name in plan.steps for name in ("option_value", "option_value_2", "option_name_2"))

    def read(self, cells: Sequence[object]) -> Option:
        """Return the option of a row; a title without a value (옵션명 색상, 옵션값 blank) is none."""
        number, *cells = [None if _says_none(cell) else cell for cell in cells]
        name, code, price, status = cells[:4]
        if self._levels:
            levels = ((name, cells[4]), (cells[5], cells[6]), (cells[7], cells[8]))
            name = "/".join(filter(None, (_level(title, value) for title, value in levels))) or None
        elif isinstance(name, str) and len(name) < _MOST_IN_ONE and is_title(name):
            name = None
        return number, name, code, price, status

    def several(
        self, row: TypedRow, option: Option | Sequence[object]
    ) -> list[tuple[Option, object]] | Crowded | None:
        """Return the options of one cell with their stock, `Crowded` when they cannot be told apart.

        They can when the stock, or else the price or code, is a list of the same length.
        """
        name = option[1]
        if not isinstance(name, str) or len(name) > _MOST_IN_ONE:
            return None
        for mark, names, seeming in _cuts(name):
            made = self._apart(row, option, names, mark)
            if made is not None:
                return made
            if seeming:
                return Crowded(name, row.number, seeming, self._stock_unclear(row, seeming))
        return None

    def _apart(
        self, row: TypedRow, option: Option | Sequence[object], names: Sequence[str], mark: str
    ) -> list[tuple[Option, object]] | None:
        stock = self._cell(row, "stock_count")
        if stock not in (None, "") and not isinstance(stock, str):
            # One number for all of them.
            return None
        lists: dict[str, list[object]] = {}
        for name in SPLIT_FIELDS:
            cell = self._cell(row, name)
            if not isinstance(cell, str) or not cell.strip():
                continue
            found = _list_of(name, cell, len(names), mark)
            if found is not None:
                lists[name] = found
        if not lists or (stock not in (None, "") and "stock_count" not in lists):
            return None
        number, _, code, price, status = option
        return [
            (
                (
                    number if at == 0 else None,
                    name,
                    lists.get("option_code", [code] * len(names))[at],
                    lists.get("option_price", [price] * len(names))[at],
                    lists.get("option_status", [status] * len(names))[at],
                ),
                lists["stock_count"][at] if "stock_count" in lists else None,
            )
            for at, name in enumerate(names)
        ]

    def _stock_unclear(self, row: TypedRow, count: int) -> bool:
        cell = self._cell(row, "stock_count")
        return isinstance(cell, str) and cell.count(",") == count - 1

    def _cell(self, row: TypedRow, name: str) -> Cell:
        step = self.plan.steps.get(name)
        return None if step is None else row.cell(step.index)


@lru_cache(maxsize=_REMEMBERED)
def _cuts(name: str) -> Sequence[tuple[str, Sequence[str], int]]:
    """Return the ways in which a name may be a list: the separator, the names, and how many it seems to hold.

    It seems to hold none where no list of stocks agrees: 1,000ml, 블랙/L, 색상:빨강|사이즈:L are one option.
    """
    prefix = _prefix_of(name)
    lists = ((mark, [part.strip() for part in name.removeprefix(prefix).split(mark)]) for mark in _SEPARATORS)
    return [
        (mark, [prefix + part for part in parts], _seeming(name, mark))
        for mark, parts in lists
        if len(parts) > 1 and all(parts)
    ]


def _seeming(name: str, mark: str) -> int:
    parts = (_THOUSANDS.sub("", name) if mark == "," else name).split(mark)
    if len(parts) < 2 or _are_levels(parts) or (mark == "/" and len(parts) == 2):
        return 0
    return len(parts)


def _prefix_of(name: str) -> str:
    """Return the title that 색상:빨강,파랑 names once for all; 색상:빨강 / 색상:파랑 names it each time."""
    match = _TITLED.fullmatch(name)
    if match is None or "/" in match[1] or re.search("[:=：]", match[2]):
        return ""
    return name[: match.start(2)]


def _are_levels(parts: Sequence[str]) -> bool:
    """Return whether parts are levels of one option, each with a title of its own: 색상:빨강|사이즈:L."""
    titled = [_TITLED.fullmatch(part) for part in parts]
    titles = {match[1].strip() for match in titled if match is not None}
    numbers = all(match is not None and match[2].strip().isdigit() for match in titled)
    return len(titles) == len(parts) and not numbers


def _level(title: object, value: object) -> str | None:
    if not isinstance(value, str):
        return title if isinstance(title, str) and not is_title(title) else None
    if not isinstance(title, str) or value.startswith(f"{title}:"):
        return value
    return f"{title}:{value}"


def _list_of(name: str, cell: str, count: int, mark: str) -> list[object] | None:
    """Return the parts of a list; None when it is one value, or could be: 10,200 may be ten thousand."""
    for cut in dict.fromkeys((mark, "\n", ";", ",", "，", "、", "/")):
        parts = [part.strip() for part in cell.split(cut)]
        if len(parts) != count or (
            cut == "," and name in ("stock_count", "option_price") and is_grouped(cell)
        ):
            continue
        if name == "option_code":
            return list(parts)
        if name == "option_status":
            return [OptionSaleStatus.from_wire(part) for part in parts]
        try:
            return [parse_amount(part) for part in parts]
        except FaultError:
            return None
    return None
