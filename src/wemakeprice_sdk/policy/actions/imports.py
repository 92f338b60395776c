"""Actions that register on our side what already sells (상품·딜 가져오기); none of them is a call."""

from __future__ import annotations

from typing import ClassVar

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models.codes import ImportSource, SkuLinkMode
from wemakeprice_sdk.policy.actions.base import Action, ActionKind, Target, TargetKind
from wemakeprice_sdk.policy.actions.products import ProductAction
from wemakeprice_sdk.policy.world import World


@frozen(kw_only=True)
class ImportProduct(ProductAction):
    """Register on our side a product that already sells (상품 가져오기), with the user's two choices."""

    kind: ClassVar[ActionKind] = ActionKind.IMPORT_PRODUCT

    source: ImportSource
    sku_link: SkuLinkMode
    stock_sync: bool

    @property
    def import_source(self) -> ImportSource | None:
        """Where it was found."""
        return self.source

    def apply(self, world: World) -> None:
        """Register the product."""
        world.registered_products.add(self.product_no)


@frozen(kw_only=True)
class ImportDeal(Action):
    """Register on our side a deal (딜, 그룹상품); `missing_products` are named, never invented."""

    kind: ClassVar[ActionKind] = ActionKind.IMPORT_DEAL

    deal_no: int
    source: ImportSource
    missing_products: tuple[int, ...] = ()

    @property
    def target(self) -> Target:
        """The deal."""
        return Target(TargetKind.DEAL, str(self.deal_no))

    @property
    def import_source(self) -> ImportSource | None:
        """Where it was found."""
        return self.source

    def apply(self, world: World) -> None:
        """Register the deal."""
        world.registered_deals.add(self.deal_no)
