"""Makes a realistic shop of any size, quickly. All data is invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.sandbox.core import Sandbox


@dataclass(frozen=True, slots=True)
class SeededShop:
    """What was made."""

    products: int
    orders: int


def seed_shop(
    sandbox: Sandbox, key: str | None = None, *, products: int = 20, orders: int = 200
) -> SeededShop:
    """Make a shop (for now a simple one)."""
    for _ in range(orders):
        sandbox.place_order(key)
    return SeededShop(products, orders)
