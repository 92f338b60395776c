"""What the seller's side knows and wishes: the rows of a snapshot that do not come from the marketplace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems, of_kind
from wemakeprice_sdk.errors import ValidationError
from wemakeprice_sdk.models._given import checked, whole_number
from wemakeprice_sdk.models.codes import DisplayState, ImportSource, SkuLinkMode
from wemakeprice_sdk.models.shipping_templates import ShippingTemplateInput
from wemakeprice_sdk.models.sku_links import SkuPart
from wemakeprice_sdk.policy.actions import Shipment

__all__ = [
    "DealCandidate",
    "PendingAnswer",
    "PendingInquiryAnswer",
    "PendingShipment",
    "PickedLine",
    "ProductCandidate",
    "Reservation",
    "ReturnFacts",
    "ReturnInspection",
    "SkuOffer",
    "SkuStock",
    "TemplateDelete",
    "TemplateSave",
]


@frozen(kw_only=True, field_transformer=checked)
class SkuStock:
    """What the seller's own system says about a SKU: goods on hand (not yet reduced by open orders).

    A negative `quantity` raises `ValidationError`. `on_sale` and `display` are the seller's wish for every
    option or product tied to the SKU; None leaves them alone.
    """

    sku: str
    quantity: int
    as_of: datetime
    on_sale: bool | None = None
    display: DisplayState | None = field(default=None, validator=of_kind(DisplayState, optional=True))

    def __attrs_post_init__(self) -> None:
        """Refuse a negative quantity."""
        if self.quantity < 0:
            raise ValidationError.single(
                f"stock[{self.sku}]",
                str(self.quantity),
                "quantity >= 0",
                "stock on hand cannot be negative; correct it at its source",
                "재고는 0 이상이어야 합니다",
            )


@frozen(field_transformer=checked)
class Reservation:
    """Goods of one order line that were collected but not yet shipped (예약 수량).

    Goods that left at `shipped_at` still stand in a level that was counted before, and in no later one.
    """

    order_option_no: int
    bundle_no: int
    sku: str
    quantity: int
    shipped_at: datetime | None = None


@frozen(kw_only=True, field_transformer=checked)
class SkuOffer:
    """What one link offers at most: its stock at the marketplace with what was sold of it and not collected.

    `parts` are the SKUs that one piece takes. `quantity` is None while nobody has read what it shows; then no
    other link of its SKUs may offer more than it does.
    """

    account: str
    product_no: int
    option_key: tuple[str, ...] = ()
    parts: tuple[SkuPart, ...] = ()
    quantity: int | None = None


def reserved_units(units: Mapping[str, int]) -> Mapping[str, int]:
    """Return the units by SKU that are promised elsewhere; raise `ValidationError` naming every wrong one."""
    problems, found = Problems(), {}
    for sku, count in units.items():
        found[sku] = whole_number(count, f"reservations[{sku}]")
        problems.require(
            found[sku] >= 0,
            f"reservations[{sku}]",
            count,
            "quantity >= 0",
            "units that are promised cannot be negative",
            "예약 수량은 0 이상이어야 합니다",
        )
    problems.raise_all("reservations", ValidationError)
    return found


@frozen(field_transformer=checked)
class PendingShipment:
    """A parcel of a bundle that is ready: an invoice exists and the ship call may go out."""

    bundle_no: int
    shipment: Shipment = field(validator=of_kind(Shipment))


@frozen(field_transformer=checked)
class PickedLine:
    """How many goods of an order line were taken from the shelf (피킹)."""

    order_option_no: int
    quantity: int


class ReturnInspection(StrEnum):
    """Result of looking at returned goods."""

    PASSED = "passed"
    FAILED = "failed"


@frozen(kw_only=True, field_transformer=checked)
class ReturnFacts:
    """What the seller knows about a return or exchange.

    `pickup` is the courier and invoice to register for the pickup; `outbound_invoice` the invoice the goods
    went out with; `received` says that *all* goods are back; `replacement` is the re-shipment of an exchange.
    """

    claim_bundle_no: int
    pickup: Shipment | None = field(default=None, validator=of_kind(Shipment, optional=True))
    outbound_invoice: str | None = None
    received: bool = False
    inspection: ReturnInspection | None = field(
        default=None, validator=of_kind(ReturnInspection, optional=True)
    )
    hold_detail: str | None = None
    replacement: Shipment | None = field(default=None, validator=of_kind(Shipment, optional=True))
    replacement_delivered: bool = False


@frozen
class TemplateSave:
    """A shipping template as it should be stored (배송 템플릿 등록/수정)."""

    template: ShippingTemplateInput = field(repr=False, validator=of_kind(ShippingTemplateInput))


@frozen(field_transformer=checked)
class TemplateDelete:
    """A template to forget on our side; `reassign_to` names the template its products get instead."""

    shipping_template_no: int
    reassign_to: int | None = None


@frozen(kw_only=True, field_transformer=checked)
class ProductCandidate:
    """A product found at the marketplace that may be imported, with the user's choices."""

    product_no: int
    source: ImportSource = field(default=ImportSource.EXCEL, validator=of_kind(ImportSource))
    sku_link: SkuLinkMode = field(default=SkuLinkMode.NONE, validator=of_kind(SkuLinkMode))
    stock_sync: bool = False


@frozen(kw_only=True, field_transformer=checked)
class DealCandidate:
    """A deal found at the marketplace that may be imported, with the products it names."""

    deal_no: int
    product_nos: tuple[int, ...] = ()
    source: ImportSource = field(default=ImportSource.EXCEL, validator=of_kind(ImportSource))


@frozen(field_transformer=checked)
class PendingAnswer:
    """An answer an operator wrote to one round of a question; 10 to 1500 characters."""

    qna_seq: int
    question_date: datetime
    answer: str = field(repr=False)


@frozen(field_transformer=checked)
class PendingInquiryAnswer:
    """An answer an operator wrote to an inquiry of the CS centre; 10 to 1500 characters."""

    inquiry_seq: int
    answer: str = field(repr=False)
