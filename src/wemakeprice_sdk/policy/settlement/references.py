"""What a transfer says about the pay-out it is for (입금 적요)."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Final

from wemakeprice_sdk.models.bank import BankTransfer
from wemakeprice_sdk.policy.settlement.money import Payable

_DAY: Final = re.compile(r"(?<!\d)(20\d\d)([-./]?)(\d\d)\2(\d\d)(?!\d)")


def refers_to(transfer: BankTransfer, payable: Payable) -> bool:
    """Return whether reference or memo name the pay-out: one of its references, or its day in full.

    A day is named by year, month and day (`2024-06-07`, `20240607`). The pay-out of a day may be of several
    accounts: a text that names the account means that one only.
    """
    texts = [text for text in (transfer.reference, transfer.memo) if text]
    if any(_holds(text, reference) for text in texts for reference in payable.references):
        return True
    if payable.day is None or not any(payable.day in _days(text) for text in texts):
        return False
    return transfer.account in (None, payable.account) or any(_holds(text, payable.account) for text in texts)


def _holds(text: str, word: str) -> bool:
    return bool(word) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _days(text: str) -> set[date]:
    found = set()
    for year, _, month, day in _DAY.findall(text):
        with suppress(ValueError):
            found.add(date(int(year), int(month), int(day)))
    return found
