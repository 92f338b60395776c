"""Bank statements and the months of the VAT page as typed records, each with file, sheet and row.

Of a bank statement only what was chosen enters a record: no column that nobody named, and no outgoing money.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Final

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import UnreadableFileError, WrongAccountError
from wemakeprice_sdk.excel.records import Problem, ProblemSeverity
from wemakeprice_sdk.excel.sheetrecords import SheetRecord
from wemakeprice_sdk.excel.structure import NonDataRows, RowPlan
from wemakeprice_sdk.files.cells import RowBlock
from wemakeprice_sdk.models.bank import BankStatement, BankTransfer, same_number
from wemakeprice_sdk.models.sources import SourceRow
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.models.vat import VatMonth

_ACCOUNT: Final = re.compile(r"계좌\s*(?:번호)?\s*[:：\]]?\s*([\d*][\d*\- ]{6,30}[\d*])")
_CLOCK: Final = re.compile(
    r"(?P<half>오전|오후|am|pm)?\s*(?P<hour>\d{1,2})\s*[:시]?\s*(?P<minute>\d{2})\s*분?(?:\s*:?\s*(?P<second>\d{2})\s*초?)?"
    r"(?:\.\d+)?\s*(?P<after>am|pm)?",
    re.IGNORECASE,
)
_TITLE_DAY: Final = (
    r"(?<!\d)(?:(20\d\d|\d\d)\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})|(20\d\d)(\d\d)(\d\d))(?!\d)"
)
_PERIOD: Final = re.compile(
    rf"{_TITLE_DAY}\s*[.일]?\s*(?:\([월화수목금토일]\))?\s*(?:\d{{1,2}}:\d\d(?::\d\d)?)?\s*(?:[~∼〜～–—-]|부터)\s*{_TITLE_DAY}"
)
# Ten to twelve first: 2024-11 would else be January and its first day.
_MONTH: Final = re.compile(
    r"(20\d\d)\s*[-./년]?\s*(1[0-2]|0?[1-9])\s*월?(?:\s*[-./]?\s*0?1일?)?(?:[ T]00:00(?::00)?)?"
)
_OUT: Final = ("출금", "지급", "송금", "out")
_IN: Final = ("입금", "맡기", "받으", "예입", "deposit", "credit", "in")
"""Headers of columns that hold nothing but deposits; in any other one a minus is money that went out."""
_UNDONE: Final = ("취소", "정정", "반환")
_WON: Final = frozenset(("KRW", "WON", "원", "원화", "한화", "₩", "￦", "대한민국원", "대한민국(KRW)"))
BANK_FIELDS: Final[tuple[str, ...]] = (
    "day", "clock", "incoming", "direction", "balance", "memo", "payer", "reference", "account_number",
    "currency",
)  # fmt: skip
VAT_FIELDS: Final[tuple[str, ...]] = (
    "month", "total", "delivered", "sales_discount", "partner_coupon", "adjustment", "product_deduction",
    "shipping", "shipping_deduction", "cash_receipts", "other",
)  # fmt: skip


@frozen(kw_only=True)
class StatementReading(Report):
    """A bank statement that was read, and what its rows were.

    `outgoing` counts rows that brought no money and were not kept, `refused` those that could not be read;
    `problems` say what is wrong with them. `rows` = transfers + `outgoing` + `refused`.
    """

    statement: BankStatement
    rows: int
    outgoing: int
    refused: int
    problems: tuple[Problem, ...] = field(default=(), repr=False)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 sum of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def require_unchanged(path: Path, digest: str) -> None:
    """Raise `UnreadableFileError` when a file is not what it was when its reading began."""
    if sha256_of(path) != digest:
        raise UnreadableFileError(
            f"{path.name} changed while it was read; read it again "
            "(읽는 동안 파일이 바뀌었습니다. 파일을 닫고 다시 읽어 주세요)"
        )


def read_statement(
    blocks: Iterable[RowBlock],
    plan: RowPlan,
    titles: Sequence[str],
    empty: BankStatement,
    account_number: str | None,
) -> StatementReading:
    """Read a statement whose name, hash and labels `empty` holds."""
    stated = _stated_number(titles)
    _require_number(empty.file, account_number, stated)
    rows = outgoing = refused = 0
    header = plan.steps["incoming"].header
    # A column of deposits holds nothing else, whatever the kind of a row says; 입금/출금액 holds both.
    signed = _is_out(header) or not any(word in header.lower() for word in _IN)
    numbers: list[str | None] = []
    problems: list[Problem] = []
    transfers: list[BankTransfer] = []
    non_data = NonDataRows(plan, "day", "memo")
    days: list[date] = []
    for row in plan.typed(blocks, BANK_FIELDS):
        values: Mapping[str, object] = dict(zip(BANK_FIELDS, row.values, strict=True))
        day, amount = values["day"], values["incoming"]
        if day is None and non_data.takes(row, BANK_FIELDS, None):
            continue
        non_data.started = True
        rows += 1
        found = [one for one in plan.problems(row) if (one.field, one.rule) != ("incoming", "required")]
        if not amount and [(one.field, one.rule) for one in found] == [("day", "required")]:
            outgoing += 1  # what was carried over (이월): a balance without a day
            continue
        problems += found
        if not isinstance(day, datetime) or any(_voids(one) for one in found):
            refused += 1
            continue
        days.append(day.date())
        numbers.append(_text(values["account_number"]))
        if not amount or (signed and (_is_out(values["direction"]) or _went_out(amount, values))):
            outgoing += 1
            continue
        if not _is_won(values["currency"]):
            problems.append(plan.problem(row.number, "currency", str(values["currency"]), "currency"))
            refused += 1
            continue
        source = SourceRow(file=empty.file, sha256=empty.sha256, sheet=plan.sheet, row=row.number)
        transfers.append(_transfer(values, day, source, empty))
    first, last = _covered(titles, days)
    own = stated or _own_number(numbers, account_number)
    _require_number(empty.file, account_number, own)
    statement = evolve(
        empty,
        account_number=own,
        first=first,
        last=last,
        transfers=_numbered([evolve(one, account_number=own) for one in transfers]),
    )
    return StatementReading(
        statement=statement, rows=rows, outgoing=outgoing, refused=refused, problems=tuple(problems)
    )


def _voids(problem: Problem) -> bool:
    """Return whether a row says a day or an amount that cannot be read."""
    return problem.field in ("day", "incoming") and problem.severity is ProblemSeverity.ERROR


def _is_won(currency: object) -> bool:
    return not isinstance(currency, str) or currency.replace(" ", "").upper() in _WON


def _is_out(direction: object) -> bool:
    return isinstance(direction, str) and any(word in direction.lower() for word in _OUT)


def _went_out(amount: object, values: Mapping[str, object]) -> bool:
    """Return whether a minus is a withdrawal; one that takes a deposit back says so."""
    said = f"{values['memo'] or ''} {values['direction'] or ''}"
    return isinstance(amount, int) and amount < 0 and not any(word in said for word in _UNDONE)


def _own_number(numbers: Sequence[str | None], wanted: str | None) -> str | None:
    """Return the account of a column that names it in every row; one of several accounts is other people's.

    Where the wanted account is among several, the file is of all of them, and refused.
    """
    found = dict.fromkeys(number for number in numbers if number)
    if len(found) == 1 and None not in numbers:
        return next(iter(found))
    mine = [number for number in found if wanted is not None and same_number(number, wanted)]
    return next((number for number in found if number not in mine), None) if mine else None


def _transfer(
    values: Mapping[str, object], day: datetime, source: SourceRow, statement: BankStatement
) -> BankTransfer:
    return BankTransfer(
        received_on=day.date(),
        received_at=_moment(day, values["clock"]),
        amount=values["incoming"],  # type: ignore[arg-type] # typed by the plan, here and below
        balance=values["balance"],  # type: ignore[arg-type]
        bank=statement.bank,
        account=statement.account,
        source=source,
        memo=_text(values["memo"]),
        payer=_text(values["payer"]),
        reference=_text(values["reference"]),
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _moment(day: datetime, clock: object) -> datetime | None:
    """Return the time of a transfer, from its day or a column of its own; None when nothing says it."""
    found = _CLOCK.fullmatch(clock.strip()) if isinstance(clock, str) else None
    if found is not None:
        hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
        half = (found["half"] or found["after"] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half in ("오후", "pm") else 0)
        if hour < 24 and minute < 60 and second < 60:
            return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=KST)
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return None if day - midnight == timedelta() else day


def _stated_number(titles: Sequence[str]) -> str | None:
    found = [match.group(1) for title in titles for match in _ACCOUNT.finditer(title)]
    return found[0] if found else None


def _require_number(file: str, wanted: str | None, stated: str | None) -> None:
    if wanted is None or stated is None or same_number(wanted, stated):
        return
    raise WrongAccountError(
        f"{file} is the statement of another bank account than the one that was named; give the file of that "
        "account, or name this one (지정한 계좌의 거래내역이 아닙니다. 계좌번호와 파일을 확인해 주세요)"
    )


def _covered(titles: Sequence[str], days: Sequence[date]) -> tuple[date | None, date | None]:
    """Return the days a statement covers: as its title says, and at least those of its rows."""
    spans = [match.groups() for title in titles for match in _PERIOD.finditer(title)]
    told: list[date] = []
    for span in spans[:1]:
        numbers = [int(part) for part in span if part is not None]
        try:
            told = [_title_day(*numbers[:3]), _title_day(*numbers[3:])]
        except ValueError:
            told = []
    every = [*told, *days]
    return min(every, default=None), max(every, default=None)


def _title_day(year: int, month: int, day: int) -> date:
    return date(year if year > 99 else 2000 + year, month, day)


def _numbered(transfers: Sequence[BankTransfer]) -> tuple[BankTransfer, ...]:
    """Count equal amounts of a day, so that each has a key of its own."""
    counts: defaultdict[tuple[date, int], int] = defaultdict(int)
    numbered: dict[int, BankTransfer] = {}
    order = sorted(range(len(transfers)), key=lambda at: (str(transfers[at].received_at or ""), at))
    for at in order:
        one = transfers[at]
        counts[one.received_on, one.amount] += 1
        numbered[at] = evolve(one, nth=counts[one.received_on, one.amount])
    return tuple(numbered[at] for at in range(len(transfers)))


def read_vat_months(
    blocks: Iterable[RowBlock], plan: RowPlan, file: str, sha256: str
) -> Iterator[SheetRecord[VatMonth]]:
    """Yield the months of a VAT page; a row whose month or total cannot be read has no record."""
    non_data = NonDataRows(plan, "month")
    for row in plan.typed(blocks, VAT_FIELDS):
        values: Mapping[str, object] = dict(zip(VAT_FIELDS, row.values, strict=True))
        month, total = _month(values["month"]), values["total"]
        if month is None and non_data.takes(row, VAT_FIELDS, None):
            continue
        non_data.started = True
        problems = list(plan.problems(row))
        if month is None or not isinstance(total, int):
            if month is None and values["month"] is not None:
                cell = row.cell(plan.steps["month"].index)
                problems.append(plan.problem(row.number, "month", cell, "month"))
            yield SheetRecord(None, row.number, tuple(problems))
            continue
        source = SourceRow(file=file, sha256=sha256, sheet=plan.sheet, row=row.number)
        yield SheetRecord(_vat_month(values, month, source), row.number, tuple(problems))


def _vat_month(values: Mapping[str, object], month: date, source: SourceRow) -> VatMonth:
    make: Callable[..., VatMonth] = VatMonth
    return make(**{**values, "month": month, "source": source})


def _month(value: object) -> date | None:
    found = _MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
    return None if found is None else date(int(found[1]), int(found[2]), 1)
