"""Money that arrived at the seller's bank (입금), as a bank statement shows it."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import korean_day
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import checked, listed
from wemakeprice_sdk.models.sources import SourceRow
from wemakeprice_sdk.models.tables import Report, Tabular, counted, hide

_NUMBER_LIKE: Final = re.compile(r"(?:\d[\s-]?){7}")


def _check_label(_: object, __: object, value: object) -> None:
    # The label is part of keys and audit records, so an account number must not come in by it.
    if isinstance(value, str) and value.strip() and not _NUMBER_LIKE.search(value):
        return
    raise ValidationError.single(
        "bank",
        f"<{type(value).__name__}>",
        "a label without an account number",
        "the bank label is shown in keys and records: use a name of your own, not the account number",
        "통장 이름은 기록에 그대로 남습니다. 계좌번호 대신 구분할 이름을 적어 주세요",
    )


@frozen(kw_only=True, field_transformer=checked)
class BankTransfer(Tabular):
    """One line of a bank statement that says money came in (입금 내역).

    `amount` is won: above 0 for a deposit; 0 and negative lines (입금 취소) are kept, for the allocation
    names them. `bank` is the caller's own label of the bank account, `account` the seller account
    (판매자 ID) the statement was given for, None for a whole business. `nth` counts lines of one bank,
    day and amount in the order of their time, so that two equal deposits stay two. Payer, memo,
    reference, balance and account number may be personal: they never appear in the repr and are no
    part of `key`.
    """

    received_on: date = field(converter=korean_day)
    amount: int
    bank: str = field(default="bank", validator=_check_label)
    account: str | None = None
    nth: int = 1
    received_at: datetime | None = None
    reference: str | None = field(default=None, repr=hide)
    memo: str | None = field(default=None, repr=hide)
    payer: str | None = field(default=None, repr=hide)
    account_number: str | None = field(default=None, repr=hide)
    balance: int | None = field(default=None, repr=hide)
    source: SourceRow | None = None

    @property
    def key(self) -> str:
        """Name of the fact, the same in every statement that shows it: bank, day, won, count."""
        return f"{self.bank}/{self.received_on.isoformat()}/{self.amount}/{self.nth}"


def same_number(one: str, other: str) -> bool:
    """Return whether two account numbers may be the same: their digits are, `*` stands for any."""
    mine, its = (("".join(sign for sign in text if sign.isdigit() or sign == "*")) for text in (one, other))
    return len(mine) == len(its) and all(
        left == right or "*" in (left, right) for left, right in zip(mine, its, strict=True)
    )


@frozen(kw_only=True)
class BankStatement(Report):
    """One statement of a bank account (통장 거래내역): the money that came in, and what it covers.

    `first` and `last` are the days it covers, by its own words or else by its rows; None for an empty one.
    `account_number` is what the statement says of itself, digits and `*`; it is hidden in the repr.
    """

    file: str
    sha256: str
    bank: str = field(default="bank", validator=_check_label)
    account: str | None = None
    account_number: str | None = field(default=None, repr=hide)
    first: date | None = None
    last: date | None = None
    transfers: tuple[BankTransfer, ...] = field(default=(), converter=listed, repr=counted)
