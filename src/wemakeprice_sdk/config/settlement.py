"""The settlement cycle (정산주기) as an operator reads it in the partner centre, and when money is due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from attrs import Factory, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, check_kind
from wemakeprice_sdk.clock import BusinessCalendar, add_months, korean_day
from wemakeprice_sdk.config._checks import fold
from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.errors import ConfigError
from wemakeprice_sdk.models._given import taken

_FRIDAY: Final = 4


class SettlementCycleKind(KoreanWord):
    """Settlement cycle whose dates are known (정산주기 종류); everything else is `OTHER`."""

    WEEKLY = ("weekly", "주정산")
    MONTHLY = ("monthly", "월정산")
    OTHER = ("other", "기타")


class PayoutShift(KoreanWord):
    """Where a pay-out goes that falls on a day off (휴일 지급 규칙)."""

    NEXT = ("next", "다음 영업일")
    PREVIOUS = ("previous", "직전 영업일")


_KNOWN: Final = {
    SettlementCycleKind.WEEKLY: ("weekly", "주정산", "주간정산", "주단위", "주단위정산"),
    SettlementCycleKind.MONTHLY: ("monthly", "월정산", "월간정산", "월단위", "월단위정산"),
}


def _kind_of(text: object) -> SettlementCycleKind:
    if isinstance(text, str):
        for kind, names in _KNOWN.items():
            if fold(text) in names:
                return kind
    return SettlementCycleKind.OTHER


@frozen
class PayoutRange:
    """The days between which a pay-out is due, both ends included."""

    first: date
    last: date


@frozen(field_transformer=taken)
class SettlementCycle:
    """A settlement cycle (정산주기): what an operator typed, and the known rule it stands for.

    `text` is kept as typed; `kind` follows from it when the text is the plain name of a known cycle, and can
    be given for any other wording. `pay_day` is the day of the month (1..31) a monthly cycle pays on, if
    the seller knows it; in a shorter month the last day counts.
    Known cycles: weekly, Monday to Sunday, paid on the next week's Friday; monthly, the month is closed and
    paid in the month after next. A pay-out on a day off stays there unless `shift` says where it goes: no
    source says it for all, so it needs a `basis`, the place where the rule stands.
    """

    text: str
    kind: SettlementCycleKind = field(default=Factory(lambda self: _kind_of(self.text), takes_self=True))
    pay_day: int | None = None
    shift: PayoutShift | None = None
    basis: str | None = None

    @classmethod
    def general(cls) -> SettlementCycle:
        """Return the cycle of most sellers: a month is paid on the 7th of the month after next. (press)"""
        return cls(
            "일반정산", SettlementCycleKind.MONTHLY, 7, basis="언론 보도: 판매월의 다다음 달 7일에 지급"
        )

    @property
    def name(self) -> str:
        """How lines name it: as it was typed, and its basis where one was given."""
        return f"{self.text} ({self.basis})" if self.basis else self.text

    @classmethod
    def weekly(cls) -> SettlementCycle:
        """Return the weekly cycle since October 2019: Monday to Sunday, paid on the next week's Friday."""
        return cls("주정산", basis="2019년 10월 이후 주정산: 다음 주 금요일에 지급")

    def __attrs_post_init__(self) -> None:
        """Check the parts against each other."""
        problems = Problems()
        problems.text("text", self.text, required=True)
        problems.instance("kind", self.kind, SettlementCycleKind, "SettlementCycleKind")
        if self.pay_day is not None and problems.number("pay_day", self.pay_day, 1, 31):
            self._check_pay_day(problems)
        if self.basis is not None:
            problems.text("basis", self.basis, required=True)
        if self.shift is not None and problems.instance("shift", self.shift, PayoutShift, "PayoutShift"):
            problems.require(
                self.basis is not None,
                "basis",
                None,
                "needed with shift",
                "moving pay-outs off days off needs a basis: say where the rule stands",
                "휴일 지급 규칙에는 근거가 필요합니다. 규칙이 적힌 곳을 적어 주세요",
            )
        problems.raise_all("SettlementCycle")

    def _check_pay_day(self, problems: Problems) -> None:
        if self.kind is not SettlementCycleKind.MONTHLY:
            problems.add(
                "pay_day",
                self.pay_day,
                "only with kind=monthly",
                f"pay_day contradicts kind={self.kind}: only a monthly cycle pays on a day of the month",
                f"지급일은 월정산에만 지정할 수 있습니다(현재 정산주기: {self.kind.korean}). "
                "지급일을 비우거나 월정산으로 바꿔 주세요",
            )

    def payout_range(self, sales_day: date) -> PayoutRange | None:
        """Return the days on which the sales of `sales_day` may be paid; None when the cycle is not known.

        Days off are not looked at. An aware datetime counts as its Korean day; a naive one is a
        `NaiveDatetimeError`.
        """
        sales_day = korean_day(sales_day, "sales_day")
        if self.kind is SettlementCycleKind.WEEKLY:
            monday = sales_day - timedelta(days=sales_day.weekday())
            friday = monday + timedelta(days=7 + _FRIDAY)
            return PayoutRange(friday, friday)
        if self.kind is SettlementCycleKind.MONTHLY:
            first = add_months(sales_day.replace(day=1), 2)
            last = add_months(first, 1) - timedelta(days=1)
            if self.pay_day is None:
                return PayoutRange(first, last)
            day = first.replace(day=min(self.pay_day, last.day))
            return PayoutRange(day, day)
        return None

    def expected_payout(self, sales_day: date, calendar: BusinessCalendar | None = None) -> date | None:
        """Return the one day on which the sales of `sales_day` are due; None when no single day is known.

        A monthly cycle without `pay_day` names a month only: see `payout_range`. `calendar` moves the day as
        `shift` says; a cycle with a shift needs it (`ConfigError`).
        """
        check_kind("calendar", calendar, BusinessCalendar, optional=True)
        due = self.payout_range(sales_day)
        if due is None or due.first != due.last:
            return None
        return due.first if self.shift is None else _moved(due.first, self.shift, calendar)


def _moved(day: date, shift: PayoutShift, calendar: BusinessCalendar | None) -> date:
    if calendar is None:
        raise ConfigError.single(
            "calendar",
            None,
            "needed with shift",
            "the cycle moves pay-outs off days off: give a business calendar",
            "휴일 지급 규칙이 있으면 영업일 달력이 필요합니다. 달력을 지정해 주세요",
        )
    step = timedelta(days=1 if shift is PayoutShift.NEXT else -1)
    while not calendar.is_business_day(day):
        day += step
    return day
