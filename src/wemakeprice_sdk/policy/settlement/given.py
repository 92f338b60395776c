"""What a reconciliation of one account is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import won_by_day
from wemakeprice_sdk.models.claims import Claim
from wemakeprice_sdk.models.orders import Bundle
from wemakeprice_sdk.models.settlement import SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.policy.settlement.terms import BankRecords


def _receipts(given: Mapping[date, int] | None) -> Mapping[date, int] | None:
    return None if given is None else won_by_day(given, "received")


@frozen(kw_only=True)
class SettlementFacts:
    """Everything a reconciliation looks at; every row counts, so give each day's rows once.

    Each is read once, so an iterator does as well as a tuple and takes no memory. `withdrawn` are settlement
    rows that their day showed once and shows no more. `bank` are bank records; `received` is their short
    form: the won that arrived by day. Raises `ValidationError` for a fraction of a won, and for both at once.
    """

    bundles: Iterable[Bundle] = field(default=(), repr=False)
    claims: Iterable[Claim] = field(default=(), repr=False)
    order_lines: Iterable[SettlementOrderLine] = field(default=(), repr=False)
    ship_lines: Iterable[SettlementShipLine] = field(default=(), repr=False)
    withdrawn: Iterable[SettlementOrderLine | SettlementShipLine] = field(default=(), repr=False)
    received: Mapping[date, int] | None = field(default=None, converter=_receipts)
    bank: BankRecords | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse two accounts of the same money."""
        check_kind("bank", self.bank, BankRecords, optional=True)
        if self.received is not None and self.bank is not None:
            raise ValidationError.single(
                "received",
                "<both>",
                "received or bank",
                "received is the short form of bank; give one of them",
                "입금 자료는 received와 bank 중 하나로만 지정해 주세요",
            )

    @property
    def bank_records(self) -> BankRecords | None:
        """What is known of the bank, in either form; None when nothing is."""
        return self.bank if self.received is None else BankRecords.by_day(self.received)
