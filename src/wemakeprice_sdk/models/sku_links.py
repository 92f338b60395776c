"""SKU links: how goods at the marketplace are tied to the seller's stock keeping units (SKU 연동)."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, of_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import checked, listed
from wemakeprice_sdk.models.codes import SkuLinkMode


@frozen(field_transformer=checked)
class SkuPart:
    """One part of a kit (세트 구성품): a SKU and how many units of it go into one piece, 1 or more."""

    sku: str
    quantity: int = 1


@frozen(kw_only=True, field_transformer=checked)
class SkuLink:
    """How one option (or a whole product without options) is tied to a SKU of the seller, or to several.

    `option_key` holds the option values in order, `()` for a product without selection options.
    `parts` make a kit (세트) of it: several SKUs with quantities in the place of the one `sku`; what it can
    sell is the smallest quotient of stock and quantity.
    `stock_sync` (SKU 재고연동) is the link's own flag; without a SKU link it raises `ValidationError`.
    `runple` marks the product as fulfilled by Runple (런플). `never_pushed` is True from the import until
    the first stock went out through the link: until then a stock of 0 is held, unless `zero_acknowledged`.
    """

    product_no: int
    sku: str | None = None
    option_key: tuple[str, ...] = ()
    mode: SkuLinkMode = field(default=SkuLinkMode.BY_SELLER_CODE, validator=of_kind(SkuLinkMode))
    stock_sync: bool = False
    runple: bool = False
    never_pushed: bool = False
    zero_acknowledged: bool = False
    parts: tuple[SkuPart, ...] = field(default=(), converter=listed)

    def __attrs_post_init__(self) -> None:
        """Refuse a stock sync without a link, a link without a SKU, and a kit that contradicts itself."""
        linked = self.mode is not SkuLinkMode.NONE
        if self.parts:
            self._check_parts(linked=linked)
        if self.stock_sync and not linked:
            raise ValidationError.single(
                f"links[{self.product_no}]",
                f"stock_sync=True, mode={self.mode}",
                "stock sync needs a SKU link",
                "stock_sync is on but the SKU link mode is none; set a link or switch the sync off",
                "SKU 연동 없이 SKU 재고연동을 선택할 수 없습니다. SKU 연동 방식을 먼저 선택해 주세요",
            )
        if linked and not self.sku and not self.parts:
            raise ValidationError.single(
                f"links[{self.product_no}]",
                f"sku={self.sku!r}, mode={self.mode}",
                "a SKU link needs a SKU",
                f"the SKU link mode is {self.mode} but no SKU is named",
                "SKU 연동 방식을 선택했으나 SKU를 지정하지 않았습니다. SKU를 지정해 주세요",
            )

    def _check_parts(self, *, linked: bool) -> None:
        problems, path = Problems(), f"links[{self.product_no}].parts"
        names = [part.sku for part in self.parts]
        problems.require(
            linked and self.sku is None,
            path,
            f"sku={self.sku!r}, mode={self.mode}",
            "parts in the place of sku",
            "a kit names its SKUs as parts; leave sku empty and choose a link mode",
            "세트는 구성품으로 SKU를 지정합니다. sku를 비우고 SKU 연동 방식을 선택해 주세요",
        )
        problems.require(
            len(set(names)) == len(names) and all(names),
            path,
            ", ".join(names),
            "each SKU once",
            "a part names no SKU, or a SKU stands twice; add its quantities up",
            "구성품의 SKU가 비어 있거나 중복되었습니다. 수량을 합쳐 SKU마다 한 번만 지정해 주세요",
        )
        problems.require(
            all(part.quantity > 0 for part in self.parts),
            path,
            ", ".join(str(part.quantity) for part in self.parts),
            "quantity >= 1",
            "a kit holds at least one unit of each part",
            "구성품의 수량은 1 이상이어야 합니다",
        )
        problems.raise_all("links", ValidationError)

    @property
    def needs(self) -> tuple[SkuPart, ...]:
        """The SKUs that one piece takes, with quantities; `()` without a link."""
        if self.parts:
            return self.parts
        return () if self.sku is None else (SkuPart(self.sku),)

    @property
    def syncs(self) -> bool:
        """Whether stock may go through this link as far as the link itself says."""
        return self.stock_sync and self.mode is not SkuLinkMode.NONE


def require_one_each(links: Iterable[SkuLink]) -> None:
    """Raise `ValidationError` when links of one option say different things: the last would count unseen."""
    problems, known = Problems(), dict[tuple[int, tuple[str, ...]], SkuLink]()
    for link in links:
        first = known.setdefault((link.product_no, link.option_key), link)
        problems.require(
            first == link,
            f"links[{link.product_no}]",
            " / ".join(link.option_key),
            "one link per option",
            f"two links of the option name {first.needs} and {link.needs}, or differ in their flags",
            "같은 옵션의 SKU 연동 정보가 서로 다릅니다. 옵션마다 하나만 남겨 주세요",
        )
    problems.raise_all("links", ValidationError)
