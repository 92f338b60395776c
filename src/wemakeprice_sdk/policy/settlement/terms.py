"""What a reconciliation is told about an account: cycle, delivery dates, fees, bank (정산 조건)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, of_kind
from wemakeprice_sdk.clock import BusinessCalendar, korean_day
from wemakeprice_sdk.config.settlement import SettlementCycle
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import checked, listed, won_by_day
from wemakeprice_sdk.models.bank import BankTransfer
from wemakeprice_sdk.models.codes import ShipStatus
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.policy.settlement.commission import CommissionRules
from wemakeprice_sdk.policy.settlement.interest import InterestTerms
from wemakeprice_sdk.policy.settlement.money import AllocationSettings, OperatorMatch

GRACE_DAYS: Final = 10
"""Days after delivery within which a settlement row may still be on its way; the real rule is unknown (C)."""


class DatingSource(StrEnum):
    """Which date of an order stands in for its delivery date."""

    ORDER_DATE = "order_date"
    PAY_DATE = "pay_date"
    DISPATCH_DEADLINE = "origin_ship_date"
    SHIPPING_DATE = "order_shipping_date"


@frozen(field_transformer=checked)
class DeliveryDating:
    """A policy that dates orders without a delivery date: `days` after a date they have (배송완료일 추정).

    It is named on every row it dates. Orders that were not shipped, by their state, are not dated. `basis`
    says why this is a fair guess.
    """

    source: DatingSource = field(validator=of_kind(DatingSource))
    days: int
    basis: str

    def __attrs_post_init__(self) -> None:
        """Check the parts."""
        problems = Problems()
        problems.number("days", self.days, 0, 366)
        problems.text("basis", self.basis, required=True)
        problems.raise_all("DeliveryDating")

    @property
    def name(self) -> str:
        """How rows name it: `pay_date+5`."""
        return f"{self.source.value}+{self.days}"

    def day_of(self, bundle: Bundle) -> date | None:
        """Return the day a bundle counts as delivered; None when it has no such date or was not shipped."""
        at = getattr(bundle, self.source.value)
        if at is None or bundle.ship_status in (ShipStatus.NEW, ShipStatus.CONFIRM):
            return None
        return korean_day(at) + timedelta(days=self.days)


@frozen(kw_only=True, field_transformer=checked)
class SettlementTerms:
    """The terms of one account. Each is a setting with a basis; without one nothing is assumed.

    `cycle` gives due days where no row does; one that moves pay-outs off days off needs the `calendar`, else
    `ConfigError`. `grace_days` how long after delivery a row may be on its way.
    `dating` dates orders without a delivery date, `commission` gives the fees that should be charged,
    `allocation` bounds how money is matched, `interest` (off by default) is computed on what came late or
    never.
    """

    cycle: SettlementCycle | None = field(default=None, validator=of_kind(SettlementCycle, optional=True))
    calendar: BusinessCalendar | None = field(
        default=None, validator=of_kind(BusinessCalendar, optional=True)
    )
    grace_days: int = GRACE_DAYS
    dating: DeliveryDating | None = field(default=None, validator=of_kind(DeliveryDating, optional=True))
    commission: CommissionRules | None = field(
        default=None, validator=of_kind(CommissionRules, optional=True)
    )
    allocation: AllocationSettings = field(
        default=AllocationSettings(), validator=of_kind(AllocationSettings)
    )
    interest: InterestTerms | None = field(default=None, validator=of_kind(InterestTerms, optional=True))

    def __attrs_post_init__(self) -> None:
        """Check the days, and that the cycle can be computed."""
        problems = Problems()
        problems.number("grace_days", self.grace_days, 0, 3_660)
        problems.require(
            self.cycle is None or self.cycle.shift is None or self.calendar is not None,
            "calendar",
            None,
            "needed with shift",
            "the cycle moves pay-outs off days off: give a business calendar",
            "휴일 지급 규칙이 있으면 영업일 달력이 필요합니다. 달력을 지정해 주세요",
        )
        problems.raise_all("SettlementTerms")

    def due_day(self, sales_day: date | None) -> date | None:
        """Return when the sales of a day are due by the cycle; None when it does not say."""
        if sales_day is None or self.cycle is None:
            return None
        return self.cycle.expected_payout(sales_day, self.calendar)


@frozen(kw_only=True)
class BankRecords:
    """What bank statements say: merged transfers, an operator's matches, and the days they cover.

    A pay-out that was due before `first` or after `last` rests on the schedule, for the records are silent
    about it; None means no such bound. Merge statements with `merge_statements` first. A match that takes no
    money raises; unless `strict`, the result names it.
    """

    transfers: tuple[BankTransfer, ...] = field(default=(), converter=listed, repr=False)
    matches: tuple[OperatorMatch, ...] = field(default=(), converter=listed)
    first: date | None = None
    last: date | None = None
    strict: bool = True

    def __attrs_post_init__(self) -> None:
        """Check the members and the days."""
        problems = Problems()
        problems.each("transfers", self.transfers, BankTransfer, "BankTransfer")
        problems.each("matches", self.matches, OperatorMatch, "OperatorMatch")
        problems.require(
            self.first is None or self.last is None or self.first <= self.last,
            "last",
            self.last,
            "not before first",
            f"last is before first ({self.first})",
            "종료일이 시작일보다 빠릅니다. 기간을 확인해 주세요",
        )
        problems.raise_all("BankRecords", ValidationError)

    @classmethod
    def by_day(cls, received: Mapping[date, int]) -> BankRecords:
        """Take over what arrived by day, in won; raises `ValidationError` for a fraction of a won."""
        days = won_by_day(received, "received")
        return cls(
            transfers=tuple(
                BankTransfer(received_on=day, amount=won, bank="received")
                for day, won in sorted(days.items())
            )
        )

    def covers(self, day: date | None) -> bool:
        """Return whether a pay-out due on `day` can be looked for; one that nobody dates can."""
        return day is None or (self.first or day) <= day <= (self.last or day)
