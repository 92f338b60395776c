"""An account and a target that remembers, for the tests of Excel imports."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from wemakeprice_sdk.excel import DealImport, ProductImport


@define
class Shop:
    """What a ChannelConfig gives an import."""

    seller_id: str = "shop-1"


@define
class MemoryTarget:
    """A target in memory that counts every import."""

    templates: bool = True
    products: dict[int, ProductImport] = field(factory=dict)
    deals: dict[int, DealImport] = field(factory=dict)
    calls: list[str] = field(factory=list)

    def templates_imported(self, seller_id: str) -> bool:
        return self.templates

    def known_products(self, seller_id: str, product_nos: Sequence[int]) -> set[int]:
        return set(product_nos) & set(self.products)

    def known_deals(self, seller_id: str, deal_nos: Sequence[int]) -> set[int]:
        return set(deal_nos) & set(self.deals)

    def import_product(self, item: ProductImport) -> bool:
        self.calls.append(item.key)
        if item.record.product_no in self.products:
            return False
        self.products[item.record.product_no] = item
        return True

    def import_deal(self, item: DealImport) -> bool:
        self.calls.append(item.key)
        if item.record.deal_no in self.deals:
            return False
        self.deals[item.record.deal_no] = item
        return True
