"""The neutral catalogue (카탈로그): a seller's goods in a form that other shops take."""

from __future__ import annotations

from wemakeprice_sdk.catalogue.keys import DuplicateCode, duplicate_codes
from wemakeprice_sdk.catalogue.model import (
    CatalogueImage,
    CatalogueNotice,
    CataloguePlace,
    CatalogueProduct,
    CatalogueVariant,
    Certificate,
    CertificateArea,
    ImageRole,
    NoticeEntry,
    Origin,
    Provenance,
    ShippingTerms,
    SourceKind,
    VariantAxis,
)

__all__ = [
    "CatalogueImage",
    "CatalogueNotice",
    "CataloguePlace",
    "CatalogueProduct",
    "CatalogueVariant",
    "Certificate",
    "CertificateArea",
    "DuplicateCode",
    "ImageRole",
    "NoticeEntry",
    "Origin",
    "Provenance",
    "ShippingTerms",
    "SourceKind",
    "VariantAxis",
    "duplicate_codes",
]
