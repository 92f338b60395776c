"""How much of the ledger is read, rewritten or handed out at once."""

from __future__ import annotations

from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.engine import SqlRow

PAGE: Final = 500
"""Rows that are read, re-encrypted or handed out at once. A page is held in memory as a whole, and a written
one locks out others: larger ones would make waiting workers run into their timeout, smaller ones cost a
transaction (on PostgreSQL a round trip) each."""


@frozen
class RotationPage:
    """Values to write anew, as rows; how many were looked at; after what the next page begins."""

    changes: tuple[SqlRow, ...]
    seen: int
    after: SqlRow | None = None
