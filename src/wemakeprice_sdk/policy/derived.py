"""Small readings of models that several rules share; each tolerates what the marketplace leaves out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from wemakeprice_sdk.models._answers import UnreadRow
from wemakeprice_sdk.models.claims import Claim, ClaimOption, ClaimProduct
from wemakeprice_sdk.models.codes import ClaimStatus, ClaimType, ProductStatus, ShipStatus
from wemakeprice_sdk.models.orders import Bundle, OrderOption, OrderProduct
from wemakeprice_sdk.models.products import OptionValue, Product


def bundle_status(bundle: Bundle) -> ShipStatus | None:
    """Return the state of a bundle (배송상태)."""
    return bundle.delivery.ship_status if bundle.delivery else None


def is_unconfirmed(bundle: Bundle) -> bool:
    """Return whether a bundle still waits for its confirmation: 신규주문 and never confirmed.

    A date that is there and cannot be read says that it was confirmed, as a readable one does.
    """
    confirmed = bundle.order_confirm_date is not None or bundle.is_unreadable("order_confirm_date")
    return bundle_status(bundle) == ShipStatus.NEW and not confirmed


def is_shipped(bundle: Bundle) -> bool:
    """Return whether a bundle has left: 배송중, 배송완료 or a shipping date."""
    return bundle.is_shipped


def bundle_lines(bundle: Bundle) -> Iterator[tuple[OrderProduct, OrderOption]]:
    """Go through the option lines of a bundle with the product line each stands in."""
    for product in bundle.order_product or ():
        for option in product.order_option or ():
            yield product, option


def ordered_quantity(product: OrderProduct, option: OrderOption) -> int:
    """Return the ordered quantity: `optionQty`, or `productQty` when that is below 1 (grade B).

    Never below 0: goods that are reserved by less than nothing would be offered beyond what is there.
    """
    if option.option_qty is not None and option.option_qty >= 1:
        return option.option_qty
    return max(product.product_qty or 0, 0)


def claim_lines(claim: Claim) -> Iterator[tuple[ClaimProduct, ClaimOption]]:
    """Go through the claimed option lines with the product line each stands in."""
    for product in claim.order_product or ():
        for option in product.order_option or ():
            yield product, option


def hidden_cancels(rows: Iterable[UnreadRow]) -> frozenset[int | None]:
    """Return the bundles of cancel requests that could not be read; None where that number could not be.

    A row that is no object at all, or names no bundle, holds nothing up.
    """
    found: set[int | None] = set()
    for row in rows:
        if isinstance(row.raw, Mapping) and row.raw.get("bundleNo") not in (None, ""):
            found.add(row.numbers.get("bundle_no"))
    return frozenset(found)


def is_open_cancel(claim: Claim) -> bool:
    """Return whether a cancel still waits for an answer: requested (취소신청) or on hold (취소보류)."""
    return claim.claim_type == ClaimType.CANCEL and claim.is_open


def is_unclear_cancel(claim: Claim) -> bool:
    """Return whether a cancel is in no state that the contract knows, so that it may wait for an answer."""
    status = claim.claim_status
    return claim.claim_type == ClaimType.CANCEL and (status is None or not status.is_known)


def may_wait(claim: Claim) -> bool:
    """Return whether a cancel waits for an answer, as far as anyone can tell."""
    return is_open_cancel(claim) or is_unclear_cancel(claim)


def is_held_cancel(claim: Claim) -> bool:
    """Return whether a cancel was put on hold in the partner centre, which some sellers may do (grade B)."""
    return claim.claim_type == ClaimType.CANCEL and claim.claim_status == ClaimStatus.PENDING


def claimed_quantity(product: ClaimProduct, option: ClaimOption) -> int:
    """Return the claimed quantity: `optionQty`, or `productQty` when that is below 1 (grade A)."""
    if option.option_qty is not None and option.option_qty >= 1:
        return option.option_qty
    return max(product.product_qty or 0, 0)


def option_key(value: OptionValue) -> tuple[str, ...]:
    """Return the values of an option row in order (옵션값1..5), which tell it from the others."""
    return value.values


_SIGNS = re.compile(r"(?<![^\W_])-(?=\d)|[+.%°]")


def option_words(*values: str) -> str:
    """Return what is left of option values without blanks and separators, to tell whether two mean the same.

    Signs that make another size of it (M+, 1.5m, -1) stay.

    An export or an order spells the values of an option in one text (빨강/M), and nobody knows how. [C]
    """
    folded = unicodedata.normalize("NFKC", "/".join(values)).casefold()
    signs = {found.start() for found in _SIGNS.finditer(folded)}
    return "".join(letter for at, letter in enumerate(folded) if letter.isalnum() or at in signs)


def option_rows(product: Product) -> tuple[OptionValue, ...]:
    """Return the selection options of a product, `()` when it has none."""
    option = product.option
    if option is None or option.select_option_use_yn is False:
        return ()
    return option.select_option_value_list or ()


def product_status(product: Product) -> ProductStatus | None:
    """Return the state of a product (상품상태)."""
    return product.basic.product_status_name if product.basic else None


def bundle_essence(bundle: Bundle) -> tuple[object, ...]:
    """Return what decisions about a bundle rest on, without personal data."""
    delivery = bundle.delivery
    lines = tuple(
        sorted(
            (o.order_option_no, p.product_no or 0, ordered_quantity(p, o)) for p, o in bundle_lines(bundle)
        )
    )
    status = None if delivery is None else delivery.ship_status
    invoice = None if delivery is None else (delivery.parcel_company, delivery.invoice_no)
    return (
        bundle.bundle_no,
        status,
        bundle.order_confirm_date,
        is_shipped(bundle),
        bundle.origin_ship_date,
        invoice,
        lines,
    )


def claim_essence(claim: Claim) -> tuple[object, ...]:
    """Return what decisions about a claim rest on, without personal data."""
    pickup, delivery = claim.pickup, claim.delivery
    lines = tuple(sorted((o.order_option_no, claimed_quantity(p, o)) for p, o in claim_lines(claim)))
    return (
        claim.claim_bundle_no,
        claim.claim_type,
        claim.claim_status,
        claim.bundle_no,
        claim.request_date,
        None if pickup is None else (pickup.ship_status, pickup.invoice_no),
        None if delivery is None else (delivery.ship_status, delivery.invoice_no),
        lines,
    )
