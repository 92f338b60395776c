"""What every builder of the catalogue shares: reference data, provenance, rows that give no product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Self, TypeAlias

from attrs import evolve, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.descriptions import image_urls
from wemakeprice_sdk.catalogue.model import (
    VALUE_FIELDS,
    VARIANT_FIELDS,
    CatalogueImage,
    CataloguePlace,
    CatalogueProduct,
    CatalogueVariant,
    ImageRole,
    Provenance,
    ShippingTerms,
)
from wemakeprice_sdk.errors import Violation
from wemakeprice_sdk.models import (
    Brand,
    Category,
    Maker,
    NoticeTemplateGroup,
    ShipInfo,
    ShippingTemplate,
)


@frozen(kw_only=True)
class CatalogueReferences:
    """Names for the numbers that a product bears: categories, brands, makers, notice groups, templates."""

    categories: Mapping[int, tuple[str, ...]] = field(factory=dict)
    brands: Mapping[int, str] = field(factory=dict)
    makers: Mapping[int, str] = field(factory=dict)
    notices: Mapping[int, NoticeTemplateGroup] = field(factory=dict)
    templates: Mapping[int, ShippingTemplate] = field(factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        *,
        categories: Iterable[Category] = (),
        brands: Iterable[Brand] = (),
        makers: Iterable[Maker] = (),
        notices: Iterable[NoticeTemplateGroup] = (),
        templates: Iterable[ShippingTemplate] = (),
    ) -> Self:
        """Take over what `client.reference` and `client.shipping_templates` list."""
        return cls(
            categories={row.dcate_code: category_path(row) for row in categories},
            brands={row.brand_no: row.brand_name for row in brands if row.brand_name},
            makers={row.maker_no: row.maker_name for row in makers if row.maker_name},
            notices={row.group_notice_no: row for row in notices},
            templates={row.shipping_template_no: row for row in templates},
        )


def category_path(row: Category) -> tuple[str, ...]:
    """Return the names of a category from the top."""
    return names_of(row.lcate_name, row.mcate_name, row.scate_name, row.dcate_name)


def names_of(*names: str | None) -> tuple[str, ...]:
    """Return the names that are there."""
    return tuple(name for name in names if name)


NO_REFERENCES = CatalogueReferences()
"""No names of categories, brands and makers: a product keeps their numbers only."""


@frozen(kw_only=True)
class RefusedRow:
    """One thing of a source that gives no product, and why; it is counted, never dropped."""

    source: Provenance
    reasons: tuple[Violation, ...]
    product_no: int | None = None


SourcedProduct: TypeAlias = "CatalogueProduct | RefusedRow"
"""What a source yields: products, and the rows that give none."""


def with_provenance(
    product: CatalogueProduct,
    source: Provenance,
    rows: Sequence[Provenance] = (),
    *,
    said: Iterable[str] = (),
) -> CatalogueProduct:
    """Return the product with the source of every value that is there.

    `rows` holds the source of each option where it has one of its own. `said` names fields that the source
    stated to be empty.
    """
    names = [name for name in (*VALUE_FIELDS, "variants") if is_said(getattr(product, name))]
    variants = tuple(
        _variant_with(variant, rows[at] if rows else source) for at, variant in enumerate(product.variants)
    )
    return evolve(product, variants=variants, provenance=dict.fromkeys([*names, *said], source))


def _variant_with(variant: CatalogueVariant, source: Provenance) -> CatalogueVariant:
    names = [name for name in VARIANT_FIELDS if is_said(getattr(variant, name))]
    return evolve(variant, provenance=dict.fromkeys(names, source))


def is_said(value: object) -> bool:
    """Return whether a source said anything by this value."""
    return value is not None and value != ()


def images_of(
    main: str | None, extra: Sequence[str], listed: str | None, described: Sequence[str], html: str | None
) -> tuple[CatalogueImage, ...]:
    """Return the pictures of a product by role; one address is one picture of a role."""
    roles = {
        ImageRole.MAIN: [main] if main else [],
        ImageRole.EXTRA: list(extra),
        ImageRole.LIST: [listed] if listed else [],
        ImageRole.DESCRIPTION: [*described, *image_urls(html or "")],
    }
    return tuple(
        CatalogueImage(url=url, role=role, position=position)
        for role, urls in roles.items()
        for position, url in enumerate(dict.fromkeys(url.strip() for url in urls if url.strip()))
    )


def terms_of(
    template_no: int | None,
    template: ShippingTemplate | None,
    own: ShipInfo | None = None,
    *,
    template_name: str | None = None,
) -> ShippingTerms | None:
    """Return the terms of shipping: the template's, with the product's own places and fee above them."""
    if template is None and own is None and not template_no and not template_name:
        return None
    terms = ShippingTerms(template_no=template_no or None, template_name=template_name)
    if template is not None:
        terms = _of_template(template)
    if own is None:
        return terms
    days = _days(own.release_day)
    return evolve(
        terms,
        return_fee=terms.return_fee if own.claim_ship_fee is None else own.claim_ship_fee,
        lead_days=terms.lead_days if days is None else days,
        ship_from=_ship_from(own) or terms.ship_from,
        return_to=_return_to(own) or terms.return_to,
    )


def _of_template(template: ShippingTemplate) -> ShippingTerms:
    return ShippingTerms(
        template_no=template.shipping_template_no,
        template_name=template.shipping_template_name,
        method=template.ship_method,
        bundle_kind=template.bundle_kind,
        fee_kind=template.ship_type,
        fee=template.ship_fee,
        free_over=template.free_condition,
        step=template.difference_count if template.difference_yn else None,
        prepaid=template.prepayment_yn,
        area=template.ship_area,
        jeju_fee=template.jeju_ship_fee,
        islands_fee=template.island_mountain_ship_fee,
        return_fee=template.claim_ship_fee,
        lead_days=_days(template.release_day),
        courier=template.parcel_company_code or None,
        ship_from=_ship_from(template),
        return_to=_return_to(template),
    )


def _days(days: int | None) -> int | None:
    # -1 says that the time until dispatch is not decided (미정).
    return None if days is None or days < 0 else days


def _ship_from(row: ShippingTemplate | ShipInfo) -> CataloguePlace | None:
    return _place(
        row.release_zip_code,
        names_of(row.release_road_address1, row.release_road_address2),
        names_of(row.release_address1, row.release_address2),
    )


def _return_to(row: ShippingTemplate | ShipInfo) -> CataloguePlace | None:
    return _place(
        row.return_zip_code,
        names_of(row.return_road_address1, row.return_road_address2),
        names_of(row.return_address1, row.return_address2),
    )


def _place(zip_code: str | None, road: Sequence[str], lot: Sequence[str]) -> CataloguePlace | None:
    if not zip_code and not road and not lot:
        return None
    return CataloguePlace(
        zip_code=zip_code or None, road_address=" ".join(road) or None, lot_address=" ".join(lot) or None
    )
