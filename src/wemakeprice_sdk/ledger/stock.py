"""What the links of all accounts may show at most, so that one stock is never offered twice (rule 7.8).

A lease belongs to one account; stock of a SKU is shared by all. So what a link is about to show is written
here before the call, in one transaction that refuses when another account wrote meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from wemakeprice_sdk.checks import check_items, check_kind
from wemakeprice_sdk.ledger.arguments import require_text
from wemakeprice_sdk.ledger.base import AccountRow, LedgerBase, override
from wemakeprice_sdk.ledger.engine import SqlRow, SqlValue, Transaction, text, whole
from wemakeprice_sdk.ledger.parameters import batches, placeholders
from wemakeprice_sdk.ledger.records import IntentState, Lease, StockBook, StockOffer
from wemakeprice_sdk.ledger.skus import option_cell, read_option_cell
from wemakeprice_sdk.ledger.timestamps import to_micros, to_timestamp
from wemakeprice_sdk.models._given import whole_number

_COLUMNS: Final = "product_no, option_key, shown, pending, mark, fence, fallen, fallen_at"
# The operations that write a stock, as intents name them.
_WRITES: Final = ("products_update_sale", "products_update_options")


class LedgerStock(LedgerBase):
    """What links show, and what writes that have no outcome yet may make them show."""

    @override
    def stock_book(self, account: str, products: Iterable[int] | None = None) -> StockBook:
        numbers: list[int] | None = None
        if products is not None:
            check_items("products", products)
            numbers = [whole_number(number, "products") for number in products]
        with self._read(account) as transaction:
            found = transaction.rows("SELECT version, seen FROM stock_accounts WHERE account = ?", account)
            version, seen = (whole(found[0][0]), whole(found[0][1])) if found else (0, 0)
            rows = _rows(transaction, account, numbers)
            offers = tuple(_read_offer(transaction, account, row) for row in rows)
        return StockBook(account, version, to_timestamp(seen) if seen else None, offers)

    @override
    def reserve_stock(
        self,
        lease: Lease,
        offers: Iterable[StockOffer],
        *,
        versions: Mapping[str, int],
        seen: datetime | None = None,
    ) -> bool:
        wanted = _checked(offers)
        check_kind("versions", versions, Mapping)
        micros = None if seen is None else to_micros(seen, "seen")
        with self._write_for(lease) as (transaction, row):
            # Accounts are locked one by one, and two of them reserve the same stock: they queue up here.
            transaction.rows(f"SELECT value FROM meta WHERE name = 'application'{self._engine.lock_clause}")  # noqa: S608
            known = {
                text(account): whole(version)
                for account, version in transaction.rows("SELECT account, version FROM stock_accounts")
            }
            if any(known.get(account, 0) != version for account, version in versions.items()):
                return False
            _write(transaction, row, lease, wanted)
            transaction.many(
                "INSERT INTO stock_accounts (account, version, seen) VALUES (?, 1, ?) "
                "ON CONFLICT (account) DO UPDATE SET version = stock_accounts.version + 1, "
                "seen = CASE WHEN excluded.seen > 0 THEN excluded.seen ELSE stock_accounts.seen END",
                [(row.account, micros or 0)],
            )
            return True


def _checked(offers: Iterable[StockOffer]) -> list[StockOffer]:
    check_items("offers", offers)
    checked = list(offers)
    for offer in checked:
        check_kind("offers", offer, StockOffer)
        for words in offer.option_key:
            require_text("offers", words)
    return checked


def _rows(transaction: Transaction, account: str, numbers: list[int] | None) -> list[SqlRow]:
    sql = f"SELECT {_COLUMNS} FROM stock_offers WHERE account = ?"  # noqa: S608
    if numbers is None:
        return transaction.rows(sql, account)
    return [
        row
        for some in batches(numbers)
        for row in transaction.rows(f"{sql} AND product_no IN ({placeholders(some)})", account, *some)
    ]


def _read_offer(transaction: Transaction, account: str, row: SqlRow) -> StockOffer:
    number, mark, fence = whole(row[0]), whole(row[4]), whole(row[5])
    state: IntentState | None = None
    if row[3] is not None:
        # The write that the row was made for: of its lease, after its mark.
        found = transaction.rows(
            "SELECT state FROM intents WHERE account = ? AND target = ? AND id > ? AND fence = ? "
            "AND operation IN (?, ?) ORDER BY id LIMIT 1",
            account,
            f"product:{number}",
            mark,
            fence,
            *_WRITES,
        )
        state = IntentState(text(found[0][0])) if found else None
    return StockOffer(
        account=account,
        product_no=number,
        option_key=read_option_cell(row[1]),
        shown=whole(row[2]),
        pending=None if row[3] is None else whole(row[3]),
        state=state,
        mark=(mark, fence),
        fallen=whole(row[6]),
        fallen_at=to_timestamp(row[7]) if row[7] else None,
    )


def _write(transaction: Transaction, row: AccountRow, lease: Lease, offers: Iterable[StockOffer]) -> None:
    # Of all accounts: the next of this one is behind it as well, and this one alone takes no index to find.
    last = transaction.rows("SELECT coalesce(max(id), 0) FROM intents")
    fresh = (whole(last[0][0]), lease.fence)
    transaction.many(
        f"INSERT INTO stock_offers (account, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
        "ON CONFLICT (account, product_no, option_key) DO UPDATE SET shown = excluded.shown, "
        "pending = excluded.pending, mark = excluded.mark, fence = excluded.fence, "
        "fallen = excluded.fallen, fallen_at = excluded.fallen_at",
        [_values(row.account, offer, fresh) for offer in offers],
    )


def _values(account: str, offer: StockOffer, fresh: tuple[int, int]) -> tuple[SqlValue, ...]:
    mark, fence = fresh if offer.mark is None else offer.mark
    return (
        account,
        offer.product_no,
        option_cell(offer.option_key),
        offer.shown,
        offer.pending,
        mark,
        fence,
        offer.fallen,
        0 if offer.fallen_at is None else to_micros(offer.fallen_at, "fallen_at"),
    )
