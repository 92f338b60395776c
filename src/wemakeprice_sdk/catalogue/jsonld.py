"""The catalogue as schema.org JSON-LD: a `ProductGroup` with its options, or a `Product`, with offers.

The words are schema.org's own. No live shop has taken these; a validator of others has read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from wemakeprice_sdk.catalogue.model import CatalogueProduct, CatalogueVariant, ImageRole, ShippingTerms
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.codes import OptionSaleStatus, ProductStatus, ProductType, ShipType

CONTEXT: Final = "https://schema.org"

_CONDITIONS: Final[Mapping[ProductType, str]] = {
    ProductType.NEW: "NewCondition",
    ProductType.USED: "UsedCondition",
    ProductType.REFURBISHED: "RefurbishedCondition",
}
_STOPPED: Final = frozenset({ProductStatus.STOP, ProductStatus.END, ProductStatus.DRAFT, ProductStatus.WAIT})
_AXES: Final[Mapping[str, str]] = {
    "색상": "color", "컬러": "color", "칼라": "color", "color": "color", "colour": "color",
    "사이즈": "size", "크기": "size", "size": "size",
    "소재": "material", "재질": "material", "material": "material",
    "패턴": "pattern", "무늬": "pattern", "pattern": "pattern",
}  # fmt: skip
"""Titles of options that schema.org has a property for; any other one is an `additionalProperty`."""


def to_jsonld(product: CatalogueProduct, *, context: bool = True) -> dict[str, JsonValue]:
    """Return a product as JSON-LD. `@id`, `sku` and `productGroupID` stay the same over every export.

    Pictures are those of the product and not of its description. A price stands only where there is one;
    `availability` is out of stock for goods whose sale is stopped or ended.
    """
    check_kind("product", product, CatalogueProduct)
    body: dict[str, JsonValue] = {"@context": CONTEXT} if context else {}
    if not product.variants:
        return body | _single(product)
    varies = [_AXES.get(name.casefold().strip()) for name in product.axis_names]
    body |= {"@type": "ProductGroup", "@id": _urn(product.id), "productGroupID": product.id}
    body |= _shared(product)
    known = [f"{CONTEXT}/{name}" for name in dict.fromkeys(varies) if name]
    return body | _filled(
        {"variesBy": known, "hasVariant": [_variant(product, variant) for variant in product.variants]}
    )


def _urn(product_id: str) -> str:
    return f"urn:wemakeprice:{product_id}"


def _single(product: CatalogueProduct) -> dict[str, JsonValue]:
    available = product.sale_status != OptionSaleStatus.SOLD_OUT and product.stock != 0
    return {
        "@type": "Product",
        "@id": _urn(product.id),
        "sku": product.seller_code or product.id,
        **_shared(product),
        "offers": _offer(product, product.price, product.stock, available=available),
    }


def _shared(product: CatalogueProduct) -> dict[str, JsonValue]:
    roles = (ImageRole.MAIN, ImageRole.EXTRA, ImageRole.LIST)
    origin = product.origin.text if product.origin else None
    brand: JsonValue = {"@type": "Brand", "name": product.brand} if product.brand else None
    maker: JsonValue = {"@type": "Organization", "name": product.maker} if product.maker else None
    return _filled(
        {
            "name": product.name,
            "description": product.description_html,
            "image": list(dict.fromkeys(image.url for image in product.images_of(*roles))),
            "brand": brand,
            "manufacturer": maker,
            "model": product.model,
            "category": " > ".join(product.category),
            "countryOfOrigin": origin,
            "keywords": ", ".join(product.keywords),
            "gtin13": product.isbn if product.isbn and is_gtin13(product.isbn) else None,
            "additionalProperty": list(_properties(product)),
        }
    )


def is_gtin13(text: str) -> bool:
    """Return whether a text is thirteen digits with a right check digit; an ISBN-13 is such a number."""
    if len(text) != 13 or not text.isascii() or not text.isdigit():
        return False
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(text)) % 10 == 0


def _properties(product: CatalogueProduct) -> Iterator[JsonValue]:
    for notice in product.notices:
        for entry in notice.entries:
            if entry.name and entry.value:
                yield {"@type": "PropertyValue", "name": entry.name, "value": entry.value}
    for one in product.certificates:
        if one.kind is not None and one.number:
            yield {"@type": "PropertyValue", "name": one.kind.korean, "value": one.number}


def _variant(product: CatalogueProduct, variant: CatalogueVariant) -> dict[str, JsonValue]:
    properties: list[JsonValue] = []
    named: dict[str, JsonValue] = {}
    for axis in variant.axes:
        word = _AXES.get(axis.name.casefold().strip())
        if word and word not in named:
            named[word] = axis.value
        else:
            properties.append({"@type": "PropertyValue", "name": axis.name or "옵션", "value": axis.value})
    variant_id = product.variant_id(variant)
    images: list[JsonValue] = [image.url for image in product.images_of(ImageRole.MAIN)]
    available = variant.state != OptionSaleStatus.SOLD_OUT and variant.stock != 0
    return _filled(
        {
            "@type": "Product",
            "@id": _urn(variant_id),
            "sku": variant.seller_code or variant_id,
            "inProductGroupWithID": product.id,
            "name": f"{product.name} {variant.label}" if product.name else variant.label,
            "image": images,
            **named,
            "additionalProperty": properties,
            "offers": _offer(product, product.price_of(variant), variant.stock, available=available),
        }
    )


def _offer(
    product: CatalogueProduct, price: int | None, stock: int | None, *, available: bool
) -> dict[str, JsonValue]:
    condition = _CONDITIONS.get(product.condition) if product.condition is not None else None
    sold = "InStock" if available and product.status not in _STOPPED else "OutOfStock"
    level: JsonValue = None if stock is None else {"@type": "QuantitativeValue", "value": stock}
    until = product.sale_end.isoformat() if product.sale_end and not product.always_on else None
    return _filled(
        {
            "@type": "Offer",
            "price": price,
            "priceCurrency": None if price is None else "KRW",
            "priceValidUntil": until,
            "availability": f"{CONTEXT}/{sold}",
            "itemCondition": f"{CONTEXT}/{condition}" if condition else None,
            "inventoryLevel": level,
            "shippingDetails": _shipping(product.shipping) if product.shipping else None,
        }
    )


def _shipping(terms: ShippingTerms) -> JsonValue:
    """Return the rate where there is one for every order; a sum from which it is free has no form here."""
    fee = 0 if terms.fee_kind == ShipType.FREE else terms.fee if terms.fee_kind == ShipType.FIXED else None
    if fee is None or terms.step:
        return None
    return {
        "@type": "OfferShippingDetails",
        "shippingRate": {"@type": "MonetaryAmount", "value": fee, "currency": "KRW"},
        "shippingDestination": {"@type": "DefinedRegion", "addressCountry": "KR"},
    }


def _filled(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {name: value for name, value in values.items() if value is not None and value not in ("", [])}
