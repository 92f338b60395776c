"""SKUs over all accounts of a ledger: which links name them, and which the seller said are shared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.audit import require_words
from wemakeprice_sdk.ledger.base import AccountRow, LedgerBase, append_audit, override
from wemakeprice_sdk.ledger.engine import SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.records import Lease
from wemakeprice_sdk.ledger.timestamps import to_micros
from wemakeprice_sdk.models.sku_matching import SkuUse


class LedgerSkus(LedgerBase):
    """What the accounts of a ledger have in common: SKUs."""

    @override
    def accounts(self) -> tuple[str, ...]:
        with self._begin(write=False) as transaction:
            return tuple(text(row[0]) for row in transaction.rows("SELECT account FROM accounts ORDER BY 1"))

    @override
    def sku_uses(self) -> tuple[SkuUse, ...]:
        with self._begin(write=False) as transaction:
            rows = transaction.rows(
                "SELECT account, product_no, option_key, sku FROM links WHERE sku <> '' "
                "ORDER BY account, product_no, option_key"
            )
        return tuple(
            SkuUse(
                account=text(account),
                product_no=whole(number),
                option_key=read_option_cell(key),
                sku=text(sku),
                standing=True,
            )
            for account, number, key, sku in rows
        )

    @override
    def shared_skus(self) -> frozenset[str]:
        with self._begin(write=False) as transaction:
            return frozenset(text(row[0]) for row in transaction.rows("SELECT sku FROM shared_skus"))

    @override
    def share_skus(
        self, lease: Lease, skus: Iterable[str], now: datetime, *, by: str, shared: bool = True
    ) -> int:
        named, by = checked_skus(skus, "skus"), require_words(by, "by", 100)
        check_kind("shared", shared, bool)
        with self._write_for(lease) as (transaction, row):
            if shared:
                return insert_shared(transaction, row, named, now, by)
            return _delete_shared(transaction, row, named, now, by)


def option_cell(option_key: tuple[str, ...]) -> str:
    """Return the key of an option as a cell of the database."""
    return json.dumps(option_key, ensure_ascii=False)


def read_option_cell(cell: SqlValue) -> tuple[str, ...]:
    """Return the key of an option that `option_cell` wrote."""
    return tuple(str(word) for word in json.loads(text(cell)))


def checked_skus(skus: Iterable[str], name: str) -> list[str]:
    """Return SKUs that are text, each once."""
    check_items(name, skus)
    named = list(dict.fromkeys(skus))
    for sku in named:
        require_text(name, sku)
    return named


def insert_shared(
    transaction: Transaction, row: AccountRow, skus: Iterable[str], now: datetime, by: str
) -> int:
    """Remember that SKUs are one thing wherever they stand; return how many of them are new."""
    count = 0
    for sku in skus:
        sql = "INSERT INTO shared_skus (sku, at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING sku"
        if transaction.rows(sql, sku, to_micros(now, "now")):
            append_audit(transaction, row, by, "share-sku", f"sku:{sku}", "", now)
            count += 1
    return count


def _delete_shared(
    transaction: Transaction, row: AccountRow, skus: Iterable[str], now: datetime, by: str
) -> int:
    count = 0
    for sku in skus:
        if transaction.rows("DELETE FROM shared_skus WHERE sku = ? RETURNING sku", sku):
            append_audit(transaction, row, by, "unshare-sku", f"sku:{sku}", "", now)
            count += 1
    return count
