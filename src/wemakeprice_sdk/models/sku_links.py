"""SKU links: how goods at the marketplace are tied to the seller's stock keeping units (SKU 연동)."""

from __future__ import annotations

from attrs import frozen

from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import checked
from wemakeprice_sdk.models.codes import SkuLinkMode


@frozen(kw_only=True, field_transformer=checked)
class SkuLink:
    """How one option (or a whole product without options) is tied to a SKU of the seller.

    `option_key` holds the option values in order, `()` for a product without selection options.
    `stock_sync` (SKU 재고연동) is the link's own flag; without a SKU link it raises `ValidationError`.
    `runple` marks the product as fulfilled by Runple (런플). `never_pushed` is True from the import until
    the first stock went out through the link: until then a stock of 0 is held, unless `zero_acknowledged`.
    """

    product_no: int
    sku: str | None = None
    option_key: tuple[str, ...] = ()
    mode: SkuLinkMode = SkuLinkMode.BY_SELLER_CODE
    stock_sync: bool = False
    runple: bool = False
    never_pushed: bool = False
    zero_acknowledged: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse a stock sync without a link, and a link without a SKU."""
        linked = self.mode is not SkuLinkMode.NONE
        if self.stock_sync and not linked:
            raise ValidationError.single(
                f"links[{self.product_no}]",
                f"stock_sync=True, mode={self.mode}",
                "stock sync needs a SKU link",
                "stock_sync is on but the SKU link mode is none; set a link or switch the sync off",
                "SKU 연동 없이 SKU 재고연동을 선택할 수 없습니다. SKU 연동 방식을 먼저 선택해 주세요",
            )
        if linked and not self.sku:
            raise ValidationError.single(
                f"links[{self.product_no}]",
                f"sku={self.sku!r}, mode={self.mode}",
                "a SKU link needs a SKU",
                f"the SKU link mode is {self.mode} but no SKU is named",
                "SKU 연동 방식을 선택했으나 SKU를 지정하지 않았습니다. SKU를 지정해 주세요",
            )

    @property
    def syncs(self) -> bool:
        """Whether stock may go through this link as far as the link itself says."""
        return self.stock_sync and self.mode is not SkuLinkMode.NONE
