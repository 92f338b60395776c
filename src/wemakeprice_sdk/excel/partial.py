"""Signs that an export shows only a part of what the seller has (DOMAIN 5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.excel.columns import names_other_money
from wemakeprice_sdk.excel.records import DealRecord, ProductRecord
from wemakeprice_sdk.files.cells import column_letter
from wemakeprice_sdk.files.workbook import SheetFacts

_ROUND = frozenset(
    (50, 100, 200, 300, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 20_000, 30_000, 50_000, 100_000)
)
_SHEET_ENDS = frozenset((65_534, 65_535, 65_536, 1_048_574, 1_048_575, 1_048_576))
_TOTAL = re.compile(
    r"(?:총|전체|합계|검색결과|조회결과|total)\D{0,10}?([\d,]{1,12})\s*(?:건|개)", re.IGNORECASE
)
_PERIOD = re.compile(
    r"(\d{4}[-./]\d{1,2}[-./]\d{1,2})[^~∼\d]{0,20}[~∼-][^\d]{0,20}(\d{4}[-./]\d{1,2}[-./]\d{1,2})"
)
_ALL_STATES = frozenset(("판매대기", "판매중", "판매중지", "판매종료"))
_STATE_FILTER = re.compile(r"(?:상품상태|판매상태|딜상태|상태)\s*[:：]\s*([^\s,/|]+)")
_SHORT = timedelta(days=100)
_ENOUGH_ROWS = 20
_MOST_NAMES = 10


@frozen
class Sign:
    """One sign that the file is a part only, in English and Korean."""

    rule: str
    message: str
    message_ko: str


HIDDEN_SIGNS = frozenset(("hidden-rows", "hidden-columns", "filtered", "unit"))
"""Signs that do not speak of a part: hidden rows are imported too, and amounts may be in thousands."""

_UNIT = re.compile(
    r"(?:단위|통화|currency|unit)\s*[:：]?\s*[(\[]?\s*([^\s,;)\]]{1,10}(?:\s원)?)", re.IGNORECASE
)


def unit_of(title: str) -> str | None:
    """Return the unit of amounts that a title names, None when it names none or won."""
    unit = _UNIT.search(title)
    return unit[1] if unit and names_other_money(f"({unit[1]})") else None


def facts_signs(facts: SheetFacts) -> Iterable[Sign]:
    """Yield what a seller may not see when looking at the sheet; all of it is read and imported."""
    if facts.hidden_rows:
        first = facts.first_hidden_row
        yield Sign(
            "hidden-rows",
            f"{facts.hidden_rows} hidden row(s), the first is row {first}, are imported too; "
            "delete them in the file if they are not meant",
            f"숨겨진 행 {facts.hidden_rows}개(첫 행: {first}행)도 가져옵니다. "
            "제외하려면 파일에서 삭제해 주세요",
        )
    if facts.hidden_columns:
        letters = ", ".join(map(column_letter, facts.hidden_columns[:_MOST_NAMES]))
        yield Sign(
            "hidden-columns",
            f"hidden columns are read too: {letters}; delete them in the file if they are not meant",
            f"숨겨진 열({letters})도 읽습니다. 제외하려면 파일에서 삭제해 주세요",
        )
    if facts.autofilter and facts.hidden_rows:
        yield Sign(
            "filtered",
            "the table is filtered; the rows that the filter hides are imported too",
            "필터가 적용된 표입니다. 필터로 가려진 행도 가져옵니다",
        )


@define
class PartialCheck:
    """Collects what the signs rest on while the records pass by."""

    titles: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    rows: int = 0
    states: set[str] = field(factory=set)
    sale_states: set[str] = field(factory=set)
    earliest: datetime | None = None
    latest: datetime | None = None

    def see(self, record: ProductRecord | DealRecord) -> None:
        """Take notice of a record."""
        self.rows += 1
        if isinstance(record, ProductRecord):
            if record.product_status is not None:
                self.states.add(record.product_status.korean)
            if record.sale_status is not None:
                self.sale_states.add(record.sale_status.korean)
        elif record.deal_status is not None:
            self.states.add(record.deal_status.korean)
        at = record.registered_at
        if at is not None:
            self.earliest = at if self.earliest is None or at < self.earliest else self.earliest
            self.latest = at if self.latest is None or at > self.latest else self.latest

    def signs(self, file_rows: int) -> tuple[Sign, ...]:
        """Return the signs found; none does not prove that the file is whole."""
        found = [*self._titles(file_rows), *self._counts(file_rows), *self._contents()]
        return tuple(found)

    def _titles(self, file_rows: int) -> Iterable[Sign]:
        for title in self.titles:
            total = _TOTAL.search(title)
            if total and int(total[1].replace(",", "") or 0) not in (self.rows, file_rows):
                count = total[1]
                yield Sign(
                    "total",
                    f"the title says {count} rows, the file has {self.rows}",
                    f"제목은 {count}건인데 파일에는 {self.rows}건이 있습니다. 전체를 다시 내려받아 주세요",
                )
            period = _PERIOD.search(title)
            if period:
                text = f"{period[1]} ~ {period[2]}"
                yield Sign(
                    "period",
                    f"exported for {text} only",
                    f"일부 기간만 담긴 파일입니다({text}). 조회기간을 최대로 설정해 주세요",
                )
            unit = unit_of(title)
            if unit is not None:
                yield Sign(
                    "unit",
                    f"the title says that amounts are in {unit}; they were read as won, check them",
                    f"제목의 금액 단위: {unit}. 값은 원 단위로 읽었으니 확인해 주세요",
                )
            state = _STATE_FILTER.search(title)
            if state and state[1] not in ("전체", "all", "ALL"):
                yield Sign(
                    "filter",
                    f"exported for the state {state[1]} only",
                    f"일부 상태만 담긴 파일입니다({state[1]}). 상태를 전체로 조회해 주세요",
                )

    def _counts(self, file_rows: int) -> Iterable[Sign]:
        if self.other_sheets:
            names = ", ".join(self.other_sheets[:_MOST_NAMES])
            yield Sign(
                "other-sheet",
                f"further sheets look the same and were not read: {names}; give each as a file of its own",
                f"같은 형식의 다른 시트는 읽지 않았습니다: {names}. 시트마다 파일로 나누어 올려 주세요",
            )
        if file_rows in _ROUND:
            yield Sign(
                "round",
                f"exactly {file_rows:,} rows: looks like one page",
                f"정확히 {file_rows:,}행입니다. 한 페이지만 받은 파일인지 확인해 주세요",
            )
        if file_rows in _SHEET_ENDS:
            yield Sign(
                "sheet-end",
                "the rows end where a sheet ends",
                "시트의 마지막 행까지 차 있습니다. 잘린 파일인지 확인해 주세요",
            )

    def _contents(self) -> Iterable[Sign]:
        if self.rows < _ENOUGH_ROWS:
            return
        if len(self.states) == 1 and self.states <= _ALL_STATES:
            state = next(iter(self.states))
            yield Sign(
                "one-state",
                f"every row is {state}; export all states",
                f"모든 행이 {state}입니다. 상태를 전체로 조회해 주세요",
            )
        if len(self.sale_states) == 1:
            state = next(iter(self.sale_states))
            yield Sign(
                "one-sale-state",
                f"every row is {state}; export all sale states",
                f"모든 행의 판매상태가 {state}입니다. 판매상태를 전체로 조회해 주세요",
            )
        if self.earliest is not None and self.latest is not None and self.latest - self.earliest < _SHORT:
            days = (self.latest - self.earliest).days + 1
            yield Sign(
                "short-period",
                f"all rows were registered within {days} days; widen the period",
                f"등록일이 {days}일 이내에 몰려 있습니다. 조회기간을 최대로 설정해 주세요",
            )
