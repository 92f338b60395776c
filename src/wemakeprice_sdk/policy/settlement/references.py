"""What a transfer says about the pay-out it is for (입금 적요)."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import date
from typing import Final

from wemakeprice_sdk.models.bank import BankTransfer
from wemakeprice_sdk.policy.settlement.money import Payable

_DAY: Final = re.compile(r"(?<!\d)(20\d\d)([-./]?)(\d\d)\2(\d\d)(?!\d)")


def refers_to(transfer: BankTransfer, payable: Payable) -> bool:
    """Return whether reference, memo or payer name the pay-out: one of its references, or its day in full.

    A day is named by year, month and day (`2024-06-07`, `20240607`). The pay-out of a day may be of several
    accounts: a text that names the account means that one only.
    """
    texts = _texts(transfer)
    if any(_holds(text, reference) for text in texts for reference in payable.references):
        return True
    if payable.day is None or not any(payable.day in _days(text) for text in texts):
        return False
    return transfer.account in (None, payable.account) or any(_holds(text, payable.account) for text in texts)


def comes_from(transfer: BankTransfer, words: Collection[str]) -> bool:
    """Return whether a transfer names one of `words`, wherever its bank writes it; without words it may."""
    said = ["".join(text.split()).casefold() for text in _texts(transfer)]
    return not words or any("".join(word.split()).casefold() in text for word in words for text in said)


def _texts(transfer: BankTransfer) -> list[str]:
    return [text for text in (transfer.reference, transfer.memo, transfer.payer) if text]


def _holds(text: str, word: str) -> bool:
    return bool(word) and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _days(text: str) -> set[date]:
    found = set()
    for year, _, month, day in _DAY.findall(text):
        with suppress(ValueError):
            found.add(date(int(year), int(month), int(day)))
    return found
