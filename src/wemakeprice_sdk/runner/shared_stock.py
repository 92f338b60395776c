"""Small pure readings on shared stock: what orders took, what links offer at most, what to write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.records import StockBook, StockOffer
from wemakeprice_sdk.models import Bundle, Product
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import Action, SetOptions, SetStock
from wemakeprice_sdk.policy.reservations import ordered_goods, reservations_of
from wemakeprice_sdk.policy.seller_inputs import Reservation, SkuOffer
from wemakeprice_sdk.policy.shares import LinkKey, shown_of

_Place = tuple[str, LinkKey]
"""Account, and product number with option key."""


class LinkIndex:
    """The links of all accounts, found by product and by SKU."""

    def __init__(self, links: Mapping[str, Iterable[SkuLink]]) -> None:
        self._of_product: dict[tuple[str, int], list[SkuLink]] = defaultdict(list)
        # Most SKUs have one link: a dictionary for each would be most of the memory of a large shop.
        self._first: dict[str, tuple[str, SkuLink]] = {}
        self._more: dict[str, list[tuple[str, SkuLink]]] = {}
        for account, rows in links.items():
            for link in rows:
                self._add(account, link)

    def _add(self, account: str, link: SkuLink) -> None:
        self._of_product[account, link.product_no].append(link)
        for part in link.needs:
            if self._first.setdefault(part.sku, (account, link)) != (account, link):
                self._more.setdefault(part.sku, []).append((account, link))

    def replace(self, account: str, old: SkuLink, new: SkuLink) -> None:
        """Put a link in the place of another of the same product and SKUs."""
        rows = self._of_product[account, old.product_no]
        rows[rows.index(old)] = new
        for part in old.needs:
            if self._first[part.sku] == (account, old):
                self._first[part.sku] = (account, new)
            else:
                more = self._more[part.sku]
                more[more.index((account, old))] = (account, new)

    def of_products(self, account: str, numbers: Iterable[int]) -> list[SkuLink]:
        """Return the links of some products of an account."""
        return [link for number in numbers for link in self._of_product.get((account, number), ())]

    def shared(self, links: Iterable[SkuLink]) -> list[SkuLink]:
        """Return those of some links that are a kit, or whose SKU something else sells too."""
        return [link for link in links if link.parts or (link.sku or "") in self._more]

    def beside(self, account: str, links: Collection[SkuLink]) -> dict[_Place, SkuLink]:
        """Return what sells SKUs of some links of an account and is none of them."""
        mine = {(account, _key(link)) for link in links}
        found: dict[_Place, SkuLink] = {}
        for sku in {part.sku for link in links for part in link.needs}:
            for owner, link in (self._first[sku], *self._more.get(sku, ())):
                if (owner, _key(link)) not in mine:
                    found[owner, _key(link)] = link
        return found


def _key(link: SkuLink) -> LinkKey:
    return link.product_no, link.option_key


@frozen
class SoldGoods:
    """What the collected orders of an account took: reservations, and units by link since last time."""

    reservations: tuple[Reservation, ...]
    taken: Mapping[LinkKey, int]


def sold_goods(
    bundles: Iterable[Bundle],
    new: Iterable[Bundle],
    shipped: Mapping[int, datetime | None],
    links: Iterable[SkuLink],
    shipped_after: datetime,
) -> SoldGoods:
    """Return what bundles took.

    `new` are all that were collected since the offers were settled. `shipped` are those that we shipped, with
    the time where it lies after the oldest level: no level holds the goods of the others any more.
    """
    known = list(links)
    reserved = tuple(
        evolve(row, shipped_at=row.shipped_at or shipped.get(row.bundle_no))
        for row in reservations_of(bundles, known, shipped_after=shipped_after)
        if shipped.get(row.bundle_no, shipped_after) is not None
    )
    taken: dict[LinkKey, int] = defaultdict(int)
    for goods in ordered_goods(new, known):
        if goods.link is not None:
            taken[goods.link.product_no, goods.link.option_key] += goods.quantity
    return SoldGoods(reserved, taken)


def settled_offers(book: StockBook, taken: Mapping[LinkKey, int]) -> tuple[StockOffer, ...]:
    """Return the offers of the own account that are to be written: less what was taken, outcomes drawn in."""
    found = []
    for offer in book.offers:
        units = taken.get(offer.key, 0)
        open_ = offer.state is not None and offer.state.is_active
        if units == 0 and (offer.pending is None or open_):
            continue
        pending = max(0, (offer.pending or 0) - units) if open_ else None
        most = offer.shown if open_ else offer.most(own=True)
        left, fallen = max(0, most - units), max(0, offer.fallen - units)
        found.append(evolve(offer, shown=left, pending=pending, fallen=fallen))
    return tuple(found)


def offers_elsewhere(
    books: Mapping[str, StockBook],
    taken: Mapping[str, Mapping[LinkKey, int]],
    beside: Mapping[_Place, SkuLink],
    own: str,
) -> list[SkuOffer]:
    """Return what other links of some SKUs offer at most; None for those that sync and were never read."""
    rows = {(account, offer.key): offer for account, book in books.items() for offer in book.offers}
    found = []
    for (account, key), link in beside.items():
        row = rows.get((account, key))
        if row is None and not link.syncs:
            # Nobody asked to have its stock looked after, and nobody ever read it.
            continue
        most = None
        if row is not None:
            most = max(0, row.most(own=account == own) - taken.get(account, {}).get(key, 0))
        found.append(
            SkuOffer(account=account, product_no=key[0], option_key=key[1], parts=link.needs, quantity=most)
        )
    return found


def own_offers(
    book: StockBook,
    links: Iterable[SkuLink],
    products: Iterable[Product],
    now: datetime,
    unexplained_for: timedelta,
) -> dict[LinkKey, StockOffer]:
    """Return the offers of links whose products were read just now.

    What fell without an order that explains it counts as sold until `unexplained_for` is over. A link with a
    write that has no outcome yet is left out: its row stays as it is.
    """
    rows = {offer.key: offer for offer in book.offers}
    shown = {product.product_no: shown_of(product) for product in products}
    found: dict[LinkKey, StockOffer] = {}
    for link in links:
        key = (link.product_no, link.option_key)
        stock, row = shown.get(link.product_no, {}).get(link.option_key), rows.get(key)
        if stock is None or (row is not None and row.state is not None and row.state.is_active):
            continue
        offer = row or StockOffer(account=book.account, product_no=key[0], option_key=key[1], shown=stock)
        fallen = max(0, offer.most(own=True) - stock)
        since = offer.fallen_at if offer.fallen_at is not None and fallen <= offer.fallen else now
        if fallen and now - since >= unexplained_for:
            fallen = 0
        found[key] = evolve(
            offer,
            shown=stock + fallen,
            pending=None,
            state=None,
            fallen=fallen,
            fallen_at=since if fallen else None,
        )
    return found


def reserved_offers(
    book: StockBook, offers: Mapping[LinkKey, StockOffer], plan: Iterable[Action]
) -> tuple[StockOffer, ...]:
    """Return the offers to write before a plan is carried out: with what its writes would make of them."""
    known = {offer.key: evolve(offer, mark=None) for offer in book.offers}
    wanted: dict[LinkKey, int] = {}
    for action in plan:
        if isinstance(action, SetStock):
            wanted[action.product_no, ()] = action.stock_count
        elif isinstance(action, SetOptions):
            for change in action.changes:
                if change.stock_count is not None:
                    wanted[action.product_no, change.option_key] = change.stock_count
    made = (
        evolve(offer, mark=None, pending=wanted[key] + offer.fallen if key in wanted else None)
        for key, offer in offers.items()
    )
    return tuple(offer for offer in made if offer != known.get(offer.key))
