"""The neutral catalogue: goods as any other shop understands them, each value with the place it came from.

A value that no source said is None or empty; nothing is invented. Money is whole won, timestamps are aware
(KST). Codes of the marketplace keep their enums, so a text that nobody knows survives too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, fields

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models.codes import (
    BundleKind,
    CertificationState,
    CertificationType,
    DisplayState,
    OptionSaleStatus,
    ProductStatus,
    ProductType,
    ShipArea,
    ShipType,
    TemplateShipMethod,
)
from wemakeprice_sdk.models.tables import hide

ID_PREFIX: Final = "wmp"


class SourceKind(StrEnum):
    """Where a value of the catalogue came from."""

    API = "api"
    """A live read."""
    LEDGER = "ledger"
    """A record of the ledger, which an earlier read or import left there."""
    ARCHIVE = "archive"
    """A line of an archive folder."""
    EXCEL = "excel"
    """An export of the partner centre."""
    CATALOGUE = "catalogue"
    """A file of JSON lines; only what is refused of it, as values keep the source they had."""
    EDITED = "edited"
    """A catalogue workbook that a person changed and gave back."""


@frozen(kw_only=True)
class Provenance:
    """The place a value came from. Which fields are filled depends on `kind`."""

    kind: SourceKind

    at: datetime | None = None
    """When the source was read or last seen at the marketplace (KST)."""

    file: str = ""
    """Name of the file, without its folder."""

    sha256: str = ""
    """SHA-256 of the file, lower-case hexadecimal."""

    sheet: str = ""
    """Sheet of a workbook."""

    row: int = 0
    """Row of the sheet or line of the file from 1, 0 for none."""

    operation: str = ""
    """Operation of the API (`products_get`)."""

    record: str = ""
    """Kind and key of a record of the ledger (`product/1001`), or part and key of an archive."""


@frozen(kw_only=True)
class Origin:
    """Country of origin (원산지). No read of the marketplace says it outside the text of a notice."""

    code: str | None = None
    """The code as the seller's next shop spells it, as text: zeros in front stay."""

    text: str | None = None
    """Country or region in words (대한민국)."""

    importer: str | None = None
    """Importer of imported goods (수입사)."""


class ImageRole(StrEnum):
    """What a picture is for."""

    MAIN = "main"
    """Main picture (기본이미지)."""
    EXTRA = "extra"
    """Further picture (추가이미지)."""
    LIST = "list"
    """Picture of the list (리스트이미지)."""
    DESCRIPTION = "description"
    """Picture of the description (상세설명 이미지), given as a list or found in the HTML."""


@frozen(kw_only=True)
class CatalogueImage:
    """One picture. All but `url`, `role` and `position` are known once it was fetched."""

    url: str
    role: ImageRole = ImageRole.MAIN

    position: int = 0
    """Place among the pictures of the same role, from 0."""

    sha256: str = ""
    size: int | None = None
    """Bytes."""

    mime: str = ""
    """Media type by content (`image/jpeg`), whatever the server called it."""

    width: int | None = None
    """Pixels."""

    height: int | None = None
    """Pixels."""

    file: str = ""
    """Name below `data/` of the bundle that holds it."""


@frozen(kw_only=True)
class NoticeEntry:
    """One item of a disclosure notice (상품정보고시 항목)."""

    notice_no: int | None = None
    name: str | None = None
    """Item name (항목명); the product itself knows the number only."""
    value: str | None = None


@frozen(kw_only=True)
class CatalogueNotice:
    """A disclosure notice (상품정보고시): group and items."""

    group_no: int | None = None
    group: str | None = None
    """Group name (품목군명); the product itself knows the number only."""
    entries: tuple[NoticeEntry, ...] = ()


class CertificateArea(StrEnum):
    """The law that a KC certificate belongs to."""

    CHILD = "child"
    """어린이제품."""
    LIFE = "life"
    """생활용품."""
    ELECTRIC = "electric"
    """전기용품."""
    BROADCAST = "broadcast"
    """방송통신기자재."""
    CHEMISTRY = "chemistry"
    """생활화학제품."""


@frozen(kw_only=True)
class Certificate:
    """One KC certificate, or that an area needs none or is told in the description (KC 인증)."""

    area: CertificateArea
    state: CertificationState | None = None
    kind: CertificationType | None = None
    number: str | None = None


@frozen(kw_only=True)
class CataloguePlace:
    """An address goods leave from or return to (출고지, 회수지); hidden in every repr."""

    zip_code: str | None = field(default=None, repr=hide)
    road_address: str | None = field(default=None, repr=hide)
    lot_address: str | None = field(default=None, repr=hide)


@frozen(kw_only=True)
class ShippingTerms:
    """Terms of shipping (배송 조건), from the shipping template and the product's own places. Fees in won."""

    template_no: int | None = None
    template_name: str | None = None
    method: TemplateShipMethod | None = None
    bundle_kind: BundleKind | None = None

    fee_kind: ShipType | None = None
    """Free, fixed, free above a sum."""

    fee: int | None = None
    free_over: int | None = None
    """Sum from which shipping is free; with `ShipType.COND`."""

    step: int | None = None
    """The fee is due once for every so many units (수량별 차등); None for once an order."""

    prepaid: bool | None = None
    """Whether the fee is paid with the order; False for cash on delivery (착불)."""

    area: ShipArea | None = None
    jeju_fee: int | None = None
    islands_fee: int | None = None

    return_fee: int | None = None
    """One way (편도)."""

    exchange_fee: int | None = None
    """Both ways (왕복); None unless a person said it, because the marketplace knows the fee of one way."""

    lead_days: int | None = None
    """Days until dispatch (출고기한); None when not decided."""

    courier: str | None = None
    """Courier code of the marketplace (`D002`)."""

    ship_from: CataloguePlace | None = None
    return_to: CataloguePlace | None = None


@frozen(kw_only=True)
class VariantAxis:
    """One level of an option: title and value (색상, 빨강). The title is empty when the source has none."""

    name: str = ""
    value: str


@frozen(kw_only=True)
class CatalogueVariant:
    """One option of a product, as it can be bought (옵션, 단품)."""

    key: str
    """What tells it from the other options, the same in every form of it; see `keys.variant_keys`."""

    axes: tuple[VariantAxis, ...]

    option_no: int | None = None
    """Option number (옵션번호), where the source has one."""

    seller_code: str | None = None
    """Seller's option code (업체옵션코드); not unique."""

    surcharge: int | None = None
    """Won on top of the product's price, may be negative (옵션추가금액)."""

    stock: int | None = None
    state: OptionSaleStatus | None = None
    displayed: bool | None = None
    provenance: Mapping[str, Provenance] = field(factory=dict, repr=False, hash=False)

    @property
    def label(self) -> str:
        """The values in one text (`빨강 / M`)."""
        return " / ".join(axis.value for axis in self.axes)


@frozen(kw_only=True)
class CatalogueProduct:
    """One product of the neutral catalogue (상품). `id` stays the same whatever source it is built from."""

    product_no: int
    """Product number at the marketplace (상품번호)."""

    seller_code: str | None = None
    """Seller's product code (업체상품코드); not unique."""

    name: str | None = None
    brand: str | None = None
    """Brand name (브랜드명); the API's product knows the number only."""

    brand_no: int | None = None
    maker: str | None = None
    """Maker name (제조사명); the API's product knows the number only."""

    maker_no: int | None = None
    model: str | None = None
    """Model name (모델명); no source of the marketplace has it."""

    status: ProductStatus | None = None
    sale_status: OptionSaleStatus | None = None
    """Whether it can be bought or is sold out (판매상태), in exports only."""

    display: DisplayState | None = None
    taxable: bool | None = None
    condition: ProductType | None = None
    origin: Origin | None = None
    adult_only: bool | None = None
    parallel_import: bool | None = None
    parallel_import_url: str | None = None

    category: tuple[str, ...] = ()
    """Names from the top (대/중/소/세분류)."""

    category_code: int | None = None
    """Code of the leaf."""

    description_html: str | None = None
    images: tuple[CatalogueImage, ...] = ()
    list_price: int | None = None
    """Won (정상가격)."""

    price: int | None = None
    """Won (판매가격)."""

    stock: int | None = None
    """Units; of a product with options their sum, None unless every option says its stock."""

    sale_start: datetime | None = None
    sale_end: datetime | None = None
    always_on: bool | None = None
    """Sold without an end (상시판매)."""

    notices: tuple[CatalogueNotice, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    shipping: ShippingTerms | None = None
    text_options: tuple[str, ...] = ()
    """Titles of what the buyer types (텍스트옵션)."""

    keywords: tuple[str, ...] = ()
    isbn: str | None = None
    """ISBN-13, or ISBN-10 where there is no other."""

    variants: tuple[CatalogueVariant, ...] = ()
    """Its options in the order of the source; empty for a product without options."""

    provenance: Mapping[str, Provenance] = field(factory=dict, repr=False, hash=False)
    """By field name; fields that nobody said have none. `variants` has that of the list of options."""

    faults: tuple[Violation, ...] = ()
    """What a source held for this product and could not be read or carried."""

    @property
    def id(self) -> str:
        """The id of the product in every export (`wmp-1001`)."""
        return f"{ID_PREFIX}-{self.product_no}"

    def variant_id(self, variant: CatalogueVariant) -> str:
        """Return the id of an option in every export (`wmp-1001-0a1b2c3d4e5f`)."""
        return f"{self.id}-{variant.key}"

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The titles of the options' levels in order, each once; a level without a title is left out."""
        return tuple(dict.fromkeys(axis.name for one in self.variants for axis in one.axes if axis.name))

    def price_of(self, variant: CatalogueVariant) -> int | None:
        """Return the price of an option in won: the product's plus the surcharge. None without a price."""
        return None if self.price is None else self.price + (variant.surcharge or 0)

    def images_of(self, *roles: ImageRole) -> tuple[CatalogueImage, ...]:
        """Return the pictures of some roles, role by role, in their order."""
        found = [image for image in self.images if image.role in roles]
        return tuple(sorted(found, key=lambda image: (roles.index(image.role), image.position)))


VALUE_FIELDS: Final = tuple(
    one.name
    for one in fields(CatalogueProduct)
    if one.name not in ("product_no", "variants", "provenance", "faults")
)
"""The fields of a product that hold a value of their own, in the order of the class."""

VARIANT_FIELDS: Final = tuple(
    one.name for one in fields(CatalogueVariant) if one.name not in ("key", "provenance")
)
"""The same of an option."""
