"""What a caller knows before a write. It stands here because decisions and the wire both speak of it."""

from __future__ import annotations

from datetime import datetime

from attrs import field

from wemakeprice_sdk import models
from wemakeprice_sdk._frozen import frozen


@frozen
class Known:
    """What the caller knew before a write; some writes can be verified only with it.

    `bundle_no`: the bundle of an option line to cancel, or of a cancel claim to reject.
    `option_nos_before`: the option lines that bundle had.
    `claim_requested_at`: when the claim was requested, for the fallback that lists claims.
    `product_nos_before`: the products found under the seller code before a create.
    `product_before`: the product as it was before an update.
    `template_nos_before`: the numbers of all shipping policies before a create.
    None means not known; an empty set means known to be none.
    """

    bundle_no: int | None = None
    option_nos_before: frozenset[int] | None = None
    claim_requested_at: datetime | None = None
    product_nos_before: frozenset[int] | None = None
    product_before: models.Product | None = field(default=None, repr=False)
    template_nos_before: frozenset[int] | None = None


NOTHING_KNOWN = Known()
