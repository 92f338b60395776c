"""Units by option order number: settled, refunded and claimed, each counted once over all rows."""

from __future__ import annotations

from collections import Counter

from wemakeprice_sdk.models.settlement import SettlementOrderLine
from wemakeprice_sdk.policy.settlement.facts import ClaimFact


class UnitCounts:
    """The units of all order lines, filled row by row."""

    def __init__(self) -> None:
        self.sold: Counter[int] = Counter()
        self.refunded: Counter[int] = Counter()
        self.discounted: Counter[int] = Counter()
        self.cancelled: Counter[int] = Counter()
        self.returned: Counter[int] = Counter()
        self.claimed: Counter[int] = Counter()
        self.uncounted: set[int] = set()

    def add_line(self, line: SettlementOrderLine) -> None:
        """Count a settlement row; a correction of coupons (quantity 0) counts nothing."""
        key, quantity = line.order_opt_no, line.complete_qty
        if key is None or quantity == 0:
            return
        if quantity is None or line.gubun is None or not line.gubun.is_known:
            self.uncounted.add(key)
        elif line.is_refund:
            self.refunded[key] += abs(quantity)
        else:
            self.sold[key] += quantity
            discount = (line.seller_charge_coupon_amt or 0) + (line.wmp_charge_coupon_amt or 0)
            if discount:
                self.discounted[key] += discount

    def add_claim(self, claim: ClaimFact) -> None:
        """Count a claim."""
        quantities = dict(claim.quantities)
        self.claimed.update(quantities)
        if claim.cancelled:
            self.cancelled.update(quantities)
        if claim.returned:
            self.returned.update(quantities)

    def unrefunded(self, key: int) -> int:
        """Units whose return was approved and that no refund row covers."""
        return max(self.returned[key] - self.refunded[key], 0)

    def unsold(self, key: int, ordered: int) -> int:
        """Units that no row settles; one that was returned before it was settled is owed nothing."""
        return max(ordered - max(self.sold[key], 0) - self.unrefunded(key), 0)

    def refunds_ahead(self, key: int, ordered: int) -> int:
        """Units that were settled and returned, and are not taken back yet."""
        return min(self.unrefunded(key), max(self.sold[key] + self.unrefunded(key) - ordered, 0))

    def oversold(self, key: int, ordered: int) -> bool:
        """Whether more is settled than was ordered, what refunds without a return took back left out."""
        return self.sold[key] - max(self.refunded[key] - self.returned[key], 0) > ordered
