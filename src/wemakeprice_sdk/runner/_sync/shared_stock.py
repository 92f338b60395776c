# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Stock that several accounts of a ledger sell: read what all promise, and reserve before a call."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import define, evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.ledger.collection import SAVED
from wemakeprice_sdk.ledger.records import StockBook, StockOffer, StoredRecord
from wemakeprice_sdk.models import Bundle, Product, ShipStatus
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import ActionKind, TargetKind
from wemakeprice_sdk.policy.plan import SyncPlan
from wemakeprice_sdk.policy.seller_inputs import Reservation, SkuOffer
from wemakeprice_sdk.policy.shares import LinkKey
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner.conversion import restore
from wemakeprice_sdk.runner.shared_stock import (
    LinkIndex,
    SoldGoods,
    offers_elsewhere,
    own_offers,
    reserved_offers,
    settled_offers,
    sold_goods,
)

_WAITING: Final = (ShipStatus.NEW.value, ShipStatus.CONFIRM.value)
_BEFORE_ALL: Final = datetime(1971, 1, 1, tzinfo=KST)
"""Stands for the last save of an account that never saved anything."""
_SHIPS: Final = "orders_ship"
"""The operation of a parcel, as its intents name it."""


@frozen
class StockView:
    """What was known of shared stock at one time: enough to plan, and to notice that it changed since."""

    reservations: tuple[Reservation, ...]
    offers: tuple[SkuOffer, ...]
    own: Mapping[LinkKey, StockOffer]
    book: StockBook
    versions: Mapping[str, int]


@define
class SharedStock:
    """The stock of one run: the links of all accounts, and what their collected orders took.

    Orders of the own account cannot come in while its lease is held, so they are read once; those of other
    accounts are read for every view.
    """

    run: JobRun
    index: LinkIndex
    counted_at: datetime
    """The oldest time at which a level was counted: what left since still stands in it."""
    _mine: SoldGoods = field(default=SoldGoods((), {}))
    _settled: Mapping[LinkKey, StockOffer] = field(factory=dict)
    """Of a dry run: the own offers that it would have written. Others read them in the ledger."""

    def settle(self) -> None:
        """Draw the outcomes of earlier writes and the orders collected since into the own offers."""
        run, ledger, account = self.run, self.run.context.ledger, self.run.account
        book = ledger.stock_book(account)
        saved = ledger.watermark(account, SAVED) or _BEFORE_ALL
        self._mine = self._sold(book)
        lease = run.keep_lease()
        if book.seen == saved:
            return
        offers = settled_offers(book, self._mine.taken)
        if lease is None:
            self._settled = {offer.key: offer for offer in offers}
        else:
            ledger.reserve_stock(lease, offers, versions={}, seen=saved)

    def view(self, links: Sequence[SkuLink], products: Sequence[Product]) -> StockView:
        """Return what is promised of the SKUs of some links, in every account."""
        run = self.run
        ledger, account = run.context.ledger, run.account
        shared = self.index.shared(links)
        beside = self.index.beside(account, shared)
        numbers: dict[str, set[int]] = {account: {link.product_no for link in shared}}
        for owner, (number, _) in beside:
            numbers.setdefault(owner, set()).add(number)
        books: dict[str, StockBook] = {}
        sold: dict[str, SoldGoods] = {account: self._mine}
        for owner, wanted in numbers.items():
            books[owner] = ledger.stock_book(owner, sorted(wanted))
            if owner != account:
                sold[owner] = self._sold(books[owner])
        taken = {owner: goods.taken for owner, goods in sold.items() if owner != account}
        book = books[account] = self._as_settled(books[account])
        patience = run.context.policy.settings.stock.unexplained_for
        own = own_offers(book, shared, products, run.now, patience)
        rows = {offer.key: offer.most(own=True) for offer in book.offers} | {
            key: offer.shown for key, offer in own.items()
        }
        mine = [
            SkuOffer(
                account=account,
                product_no=link.product_no,
                option_key=link.option_key,
                parts=link.needs,
                quantity=rows.get((link.product_no, link.option_key)),
            )
            for link in shared
        ]
        return StockView(
            tuple(row for goods in sold.values() for row in goods.reservations),
            (*mine, *offers_elsewhere(books, taken, beside, account)),
            own,
            book,
            {owner: one.version for owner, one in books.items() if owner != account},
        )

    def reserve(self, view: StockView, plan: SyncPlan) -> bool:
        """Write what a plan is about to offer; False when another account wrote since the view."""
        lease = self.run.keep_lease()
        if lease is None:
            return True
        offers = reserved_offers(view.book, view.own, plan)
        if not offers:
            return True
        return self.run.context.ledger.reserve_stock(lease, offers, versions=view.versions)

    def _as_settled(self, book: StockBook) -> StockBook:
        return evolve(book, offers=tuple(self._settled.get(offer.key, offer) for offer in book.offers))

    def _sold(self, book: StockBook) -> SoldGoods:
        """Return what the collected orders of an account took.

        What still waits is read before what changed lately: a bundle that moves meanwhile is then in the
        second reading at the latest.
        """
        ledger, account = self.run.context.ledger, book.account
        records: dict[str, StoredRecord] = {}
        for state in _WAITING:
            for record in ledger.records(account, RecordKind.BUNDLE, status=state):
                records[record.key] = record
        after = self.counted_at if book.seen is None else min(self.counted_at, book.seen)
        while rows := ledger.changes(account, [RecordKind.BUNDLE], after=after):
            records.update((record.key, record) for record in rows)
            after = rows[-1].last_seen
        left = ledger.done_since(account, _SHIPS, self.counted_at)
        keys = {f"{ActionKind.SHIP_BUNDLE}:{record.ref}": record.ref for record in records.values()}
        done = {keys[key] for key in ledger.is_done(account, keys)}
        shipped = {int(ref): left.get(f"{TargetKind.BUNDLE}:{ref}") for ref in done}
        return self.run.context.offload(self._counted, account, book, records.values(), shipped)

    def _counted(
        self,
        account: str,
        book: StockBook,
        records: Collection[StoredRecord],
        shipped: Mapping[int, datetime | None],
    ) -> SoldGoods:
        bundles = [(record, restore(Bundle, record)) for record in records]
        # A cancelled bundle stands in neither state and never left.
        kept = [bundle for record, bundle in bundles if record.status in _WAITING or bundle.is_shipped]
        seen = book.seen
        new = [bundle for record, bundle in bundles if seen is not None and record.first_seen > seen]
        numbers = {product.product_no or 0 for _, bundle in bundles for product in bundle.order_product or ()}
        links = self.index.of_products(account, sorted(numbers))
        return sold_goods(kept, new, shipped, links, self.counted_at)
