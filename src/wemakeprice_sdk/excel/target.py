"""What an import is committed to: the runner's ledger, or any object of the caller's with these methods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol, runtime_checkable

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import of_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.excel.records import DealRecord, ProductRecord
from wemakeprice_sdk.files.cells import Cell
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_matching import SkuScheme, SkuUse


class Account(Protocol):
    """The part of a `ChannelConfig` that an import needs. The product switch is not asked (DOMAIN 3.3)."""

    @property
    def seller_id(self) -> str:
        """Partner-centre login id (판매자 ID)."""
        ...


@frozen
class SkuChoice:
    """A user's choice for one product (SKU 연동, SKU 재고연동). Stock sync without a link is refused.

    `scheme` says what of the seller's codes makes the SKU of an option.
    """

    link: SkuLinkMode = field(validator=of_kind(SkuLinkMode))
    stock_sync: bool = field(default=False)
    scheme: SkuScheme = field(default=SkuScheme.OPTION, validator=of_kind(SkuScheme))

    def __attrs_post_init__(self) -> None:
        """Refuse stock sync without a link; raises `ValidationError`."""
        if self.stock_sync and self.link is SkuLinkMode.NONE:
            raise ValidationError.single(
                "sku.stock_sync",
                "True",
                "link != none",
                "stock sync is meaningless without an SKU link",
                "SKU 연동 없이 SKU 재고연동을 선택할 수 없습니다. SKU 연동 방식을 먼저 선택해 주세요",
            )


@frozen
class ProductImport:
    """One product to take over.

    `observed_stock` is what the source said the marketplace has (None: it does not say). It is for the record
    only: an import never sends a stock to the marketplace, so it cannot send 0 by accident (DOMAIN 5.6).
    """

    key: str
    """Natural key: seller id, kind and number. The same product always has the same key."""

    seller_id: str
    record: ProductRecord
    sku: SkuChoice
    extras: Mapping[str, Cell] = field(factory=dict)
    """Columns nobody understood, of the product's first row."""
    option_extras: tuple[Mapping[str, Cell], ...] = ()
    """The same for every option, in the order of `record.options`; empty when there is nothing."""
    shared_skus: tuple[str, ...] = ()
    """Those of its SKUs that the seller said are one thing wherever they stand."""
    runple: bool = False
    """Whether Runple ships it (런플)."""

    @property
    def observed_stock(self) -> int | None:
        """The stock the source shows, None when it does not say or an option does not."""
        return self.record.stock_count


@frozen
class DealImport:
    """One deal to take over. `product_nos` are imported products only, `missing_products` the others."""

    key: str
    seller_id: str
    record: DealRecord
    product_nos: tuple[int, ...] = ()
    missing_products: tuple[int, ...] = ()
    extras: Mapping[str, Cell] = field(factory=dict)
    """Columns nobody understood, of the deal's first row."""
    row_extras: tuple[Mapping[str, Cell], ...] = ()
    """The same for every row of a deal of several rows."""


class ImportRegistry(Protocol):
    """Tells what an account already has."""

    def templates_imported(self, seller_id: str) -> bool:
        """Return whether shipping templates were imported at least once (DOMAIN 4.1)."""
        ...

    def known_products(self, seller_id: str, product_nos: Sequence[int]) -> AbstractSet[int]:
        """Return those of the products that are registered."""
        ...

    def known_deals(self, seller_id: str, deal_nos: Sequence[int]) -> AbstractSet[int]:
        """Return those of the deals that are registered."""
        ...


class ImportTarget(ImportRegistry, Protocol):
    """Takes imports over. Each call is atomic: when it returns, the item is wholly there and stays there."""

    def import_product(self, item: ProductImport) -> bool:
        """Add a product unless `item.key` is there already; return whether it was added."""
        ...

    def import_deal(self, item: DealImport) -> bool:
        """Add a deal unless `item.key` is there already; return whether it was added."""
        ...


@runtime_checkable
class BatchTarget(Protocol):
    """A target that takes many items in one go too, which is faster; it need not.

    The call is atomic: when it returns, every item is there and stays there; when it raises, none of them is.
    A commit then adds them one by one, so that one bad item does not keep the others out.
    """

    def import_all(self, items: Sequence[ProductImport | DealImport]) -> Sequence[bool]:
        """Add items (at most 100 from a commit) unless they are there; return which were added."""
        ...


@runtime_checkable
class SkuRegistry(Protocol):
    """A registry that knows the SKU links too, of every account that shares its stock; it need not."""

    def sku_uses(self) -> Iterable[SkuUse]:
        """Return which options are linked to which SKUs."""
        ...

    def shared_skus(self) -> AbstractSet[str]:
        """Return the SKUs that the seller said are one thing wherever they stand."""
        ...


@frozen
class NothingKnown:
    """A registry of an account that has nothing yet, not even templates; assumed when none is given."""

    def templates_imported(self, seller_id: str) -> bool:  # noqa: ARG002 - nothing is known
        """Say no."""
        return False

    def known_products(self, seller_id: str, product_nos: Sequence[int]) -> AbstractSet[int]:  # noqa: ARG002
        """Return none."""
        return frozenset()

    def known_deals(self, seller_id: str, deal_nos: Sequence[int]) -> AbstractSet[int]:  # noqa: ARG002
        """Return none."""
        return frozenset()
