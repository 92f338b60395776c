"""Which goods of orders are taken from which SKUs (예약 수량)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models.orders import Bundle, OrderOption, OrderProduct
from wemakeprice_sdk.models.sku_links import SkuLink, SkuPart
from wemakeprice_sdk.models.sku_matching import SkuScheme
from wemakeprice_sdk.policy.derived import bundle_lines, is_shipped, option_words, ordered_quantity
from wemakeprice_sdk.policy.seller_inputs import Reservation


@frozen
class OrderedGoods:
    """Goods of one order line: the SKUs of a piece, and the link it was sold through, where that is known."""

    order_option_no: int
    bundle: Bundle
    quantity: int
    parts: tuple[SkuPart, ...]
    link: SkuLink | None


def ordered_goods(bundles: Iterable[Bundle], links: Iterable[SkuLink]) -> Iterator[OrderedGoods]:
    """Return the order lines whose SKUs are known, shipped or not.

    A line belongs to the link whose SKU its seller codes name, else to the only one of its product, else to
    the only one whose option reads like the line's [C]. A line that matches none, or several of different
    SKUs, is left out; a ledger that knows its SKUs can do better.
    """
    of_product: dict[int, list[SkuLink]] = defaultdict(list)
    for link in links:
        if link.needs:
            of_product[link.product_no].append(link)
    for bundle in bundles:
        for product, option in bundle_lines(bundle):
            meant = _meant(of_product.get(product.product_no or 0, ()), product, option)
            if meant:
                known = meant[0] if len(meant) == 1 else None
                quantity = ordered_quantity(product, option)
                yield OrderedGoods(option.order_option_no, bundle, quantity, meant[0].needs, known)


def _meant(links: Sequence[SkuLink], product: OrderProduct, option: OrderOption) -> list[SkuLink]:
    """Return the links that an order line may have come through, all of the same SKUs."""
    code, own = product.seller_product_code, option.seller_option_code
    codes = {own, *(scheme.sku_of(code, own, has_options=True) for scheme in SkuScheme)} - {None, ""}
    words = option_words(option.option_label or "")
    coded = [link for link in links if link.sku in codes]
    alike = [link for link in links if option_words(*link.option_key) == words]
    for some in (coded, list(links), alike):
        if some and len({link.needs for link in some}) == 1:
            # Of several options that bear one code, the line may name its own.
            return [link for link in some if link in alike][:1] or some
    return []


def reservations_of(
    bundles: Iterable[Bundle],
    links: Iterable[SkuLink],
    *,
    shipped_after: datetime | None = None,
) -> tuple[Reservation, ...]:
    """Return the reservations of unshipped bundles, a kit as its parts; see `ordered_goods`.

    Bundles that left `shipped_after` or later are among them with that time.
    """
    found: dict[tuple[int, str], Reservation] = {}
    for goods in ordered_goods(bundles, links):
        shipped_at = goods.bundle.order_shipping_date
        if is_shipped(goods.bundle):
            if shipped_after is None or shipped_at is None or shipped_at < shipped_after:
                continue
        else:
            shipped_at = None
        line, number = goods.order_option_no, goods.bundle.bundle_no
        for part in goods.parts:
            units = goods.quantity * part.quantity
            found[line, part.sku] = Reservation(line, number, part.sku, units, shipped_at)
    return tuple(found.values())
