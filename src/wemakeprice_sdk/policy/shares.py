"""One stock over several links and accounts: how much of it each of them may offer (rule 7.8).

What is there of a SKU is divided among everything that sells it, so that the sum never exceeds it. A decrease
may go out at once. An increase waits until there is room beside what the others offer at most: their stock at
the marketplace, with what was sold of it and not collected yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models.codes import ProductStatus
from wemakeprice_sdk.models.products import Product
from wemakeprice_sdk.models.sku_links import SkuLink, SkuPart
from wemakeprice_sdk.policy.actions import Reason
from wemakeprice_sdk.policy.derived import option_key, option_rows, product_status
from wemakeprice_sdk.policy.settings import MAX_STOCK, StockShares, evenly
from wemakeprice_sdk.policy.snapshot import Snapshot

LinkKey: TypeAlias = "tuple[int, tuple[str, ...]]"
"""Product number and option key."""

SHARED_STOCK_WAITS: Final = Reason(
    "shared-stock-waits",
    "7.8",
    "the link may offer more as soon as the other links of the SKU are known to offer less",
    "같은 SKU를 쓰는 다른 연동의 재고가 줄어든 것을 확인한 뒤에 재고를 늘립니다",
)


@frozen
class Share:
    """What one link may offer: `stock` pieces now, and whether it waits for more."""

    stock: int
    waits: bool


@define
class _Holder:
    """Something that sells a SKU: a link of the snapshot (with what it shows), or one elsewhere."""

    account: str
    key: LinkKey
    needs: tuple[SkuPart, ...]
    most: int | None
    """What it offers at most, None where nobody knows."""
    shown: int | None = None
    """What it shows, None for a link that is not of the snapshot."""
    wanted: int = 0

    @property
    def sold(self) -> int:
        """What was sold of it and not collected."""
        return 0 if self.shown is None or self.most is None else max(0, self.most - self.shown)


def is_shared(link: SkuLink, several: AbstractSet[str]) -> bool:
    """Return whether a link sells a SKU that something else sells too, or is a kit."""
    return bool(link.parts) or link.sku in several


def several_of(snapshot: Snapshot) -> AbstractSet[str]:
    """Return the SKUs that more than one link or offer of the snapshot sells."""
    named = [link.sku for link in snapshot.links if link.sku is not None]
    named += [part.sku for link in snapshot.links if link.parts for part in link.parts]
    several = {part.sku for offer in snapshot.offers for part in offer.parts}
    # Usually each stands once, and there may be a million of them.
    if len(set(named)) < len(named):
        several |= {sku for sku, count in Counter(named).items() if count > 1}
    return several


def shares_of(
    snapshot: Snapshot,
    several: AbstractSet[str],
    account: str,
    free: Callable[[str], int | None],
    shares: StockShares,
) -> Mapping[LinkKey, Share]:
    """Return what every link of the snapshot that shares a SKU (`several`), or is a kit, may offer.

    `free` is what is there of a SKU and not reserved, None where no level can be trusted: a link with such a
    part gets no share and keeps the stock it has.
    """
    links = [link for link in snapshot.links if is_shared(link, several)]
    if not links:
        return {}
    holders = [*_own(snapshot, links, account), *_elsewhere(snapshot, links, account)]
    holders.sort(key=lambda one: (one.account, one.key))
    return _Division(holders, free, shares).shares()


def _own(snapshot: Snapshot, links: Iterable[SkuLink], account: str) -> list[_Holder]:
    products = {product.product_no: product for product in snapshot.products}
    shown = {
        number: shown_of(products[number])
        for number in {link.product_no for link in links}
        if number in products
    }
    offers = {
        (offer.product_no, offer.option_key): offer for offer in snapshot.offers if offer.account == account
    }
    found = []
    for link in links:
        key = (link.product_no, link.option_key)
        offer = offers.get(key)
        most = None if offer is None else offer.quantity
        stock = shown.get(link.product_no, {}).get(link.option_key)
        # A link that does not sync keeps what it shows, which the others have to leave to it.
        is_ours = link.syncs and stock is not None
        if stock is not None:
            most = max(stock, most or 0)
        found.append(_Holder(account, key, link.needs, most, stock if is_ours else None))
    return found


def shown_of(product: Product) -> Mapping[tuple[str, ...], int]:
    """Return the stock that a product shows, by option key; ended goods show 0, the unsaid is left out."""
    ended = product_status(product) == ProductStatus.END
    rows = option_rows(product)
    if rows:
        counts = {option_key(row): row.stock_count for row in rows}
    else:
        counts = {(): product.sale.stock_count if product.sale else None}
    return {key: 0 if ended else count or 0 for key, count in counts.items() if ended or count is not None}


def _elsewhere(snapshot: Snapshot, links: Iterable[SkuLink], account: str) -> list[_Holder]:
    mine = {(link.product_no, link.option_key) for link in links}
    return [
        _Holder(offer.account, (offer.product_no, offer.option_key), offer.parts, offer.quantity)
        for offer in snapshot.offers
        if offer.account != account or (offer.product_no, offer.option_key) not in mine
    ]


@define
class _Division:
    """Divides what is there among the holders, then lets each link go as far as there is room."""

    holders: Sequence[_Holder]
    free: Callable[[str], int | None]
    rule: StockShares
    left: dict[str, int] = field(factory=dict)
    """By SKU: what is there, less what was sold of it and not collected."""
    of_sku: dict[str, list[tuple[int, _Holder, int]]] = field(factory=lambda: defaultdict(list))
    """By SKU: the place of each holder of it, the holder, and how many it takes at a time."""

    def shares(self) -> Mapping[LinkKey, Share]:
        """Return the share of every link whose levels can be trusted."""
        for at, holder in enumerate(self.holders):
            for part in holder.needs:
                self.of_sku[part.sku].append((at, holder, part.quantity))
        known = {sku: count for sku in self.of_sku if (count := self.free(sku)) is not None}
        self.left = {
            sku: max(0, count - sum(one.sold * quantity for _, one, quantity in self.of_sku[sku]))
            for sku, count in known.items()
        }
        self._divide()
        room = {sku: self._room(sku, count) for sku, count in known.items()}
        found: dict[LinkKey, Share] = {}
        for holder in self.holders:
            if holder.shown is not None and all(part.sku in known for part in holder.needs):
                found[holder.key] = _share(holder, room)
        return found

    def _divide(self) -> None:
        """Set what each holder wants: the smallest quotient of its units, then a part of what that leaves."""
        given = {sku: self._units(sku, count) for sku, count in self.left.items()}
        for at, holder in enumerate(self.holders):
            quotients = [
                given[part.sku].get(at, 0) // part.quantity for part in holder.needs if part.sku in given
            ]
            holder.wanted = min(quotients, default=0)
        # A kit takes whole pieces only, and what one part leaves over would lie idle.
        over = {
            sku: sum(units.values()) - sum(one.wanted * quantity for _, one, quantity in self.of_sku[sku])
            for sku, units in given.items()
        }
        for holder in self.holders:
            if all(part.sku in over for part in holder.needs):
                more = min(over[part.sku] // part.quantity for part in holder.needs)
                holder.wanted += more
                for part in holder.needs:
                    over[part.sku] -= more * part.quantity

    def _units(self, sku: str, count: int) -> Mapping[int, int]:
        """Return the units of a SKU that each holder gets, by its place."""
        places: dict[str, list[int]] = defaultdict(list)
        for at, holder, _ in self.of_sku[sku]:
            places[holder.account].append(at)
        found: dict[int, int] = {}
        for account, units in self.rule.divide(count, tuple(places)).items():
            mine = places[account]
            found.update(zip(mine, evenly(units, [1] * len(mine)), strict=True))
        return found

    def _room(self, sku: str, count: int) -> int:
        """Return how many units more may be offered, nothing while it is not known what another offers."""
        offered = [(holder.most, quantity) for _, holder, quantity in self.of_sku[sku]]
        if any(most is None for most, _ in offered):
            return 0
        return max(0, count - sum((most or 0) * quantity for most, quantity in offered))


def _share(holder: _Holder, room: dict[str, int]) -> Share:
    shown, wanted = holder.shown or 0, min(holder.wanted, MAX_STOCK)
    if wanted <= shown:
        return Share(wanted, waits=False)
    more = min([wanted - shown, *(room[part.sku] // part.quantity for part in holder.needs)])
    for part in holder.needs:
        room[part.sku] -= more * part.quantity
    return Share(shown + more, waits=shown + more < wanted)
