"""The neutral catalogue (카탈로그): a seller's goods in a form that other shops take."""

from __future__ import annotations

from wemakeprice_sdk.catalogue.exports import from_preview, from_record
from wemakeprice_sdk.catalogue.io.download import ImageFault, ImageSettings
from wemakeprice_sdk.catalogue.io.images import ImageProgress, ImageReport, MissingImage, fetch_images
from wemakeprice_sdk.catalogue.io.lines import (
    FileShelf,
    catalogue_schema,
    read_lines,
    write_jsonld,
    write_lines,
)
from wemakeprice_sdk.catalogue.io.whole import CatalogueFile
from wemakeprice_sdk.catalogue.io.workbook import (
    CellChange,
    WorkbookEdits,
    WorkbookFile,
    read_edits,
    write_workbook,
)
from wemakeprice_sdk.catalogue.jsonld import to_jsonld
from wemakeprice_sdk.catalogue.keys import DuplicateCode, duplicate_codes
from wemakeprice_sdk.catalogue.merging import (
    CatalogueMerge,
    CatalogueShelf,
    Contradiction,
    MemoryShelf,
    MergedProduct,
    MergePolicy,
    MergeRule,
    StatedValue,
    merge_catalogue,
    merge_product,
)
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
from wemakeprice_sdk.catalogue.products import from_product
from wemakeprice_sdk.catalogue.sources import (
    NO_REFERENCES,
    CatalogueReferences,
    RefusedRow,
    SourcedProduct,
)

__all__ = [
    "NO_REFERENCES",
    "CatalogueFile",
    "CatalogueImage",
    "CatalogueMerge",
    "CatalogueNotice",
    "CataloguePlace",
    "CatalogueProduct",
    "CatalogueReferences",
    "CatalogueShelf",
    "CatalogueVariant",
    "CellChange",
    "Certificate",
    "CertificateArea",
    "Contradiction",
    "DuplicateCode",
    "FileShelf",
    "ImageFault",
    "ImageProgress",
    "ImageReport",
    "ImageRole",
    "ImageSettings",
    "MemoryShelf",
    "MergePolicy",
    "MergeRule",
    "MergedProduct",
    "MissingImage",
    "NoticeEntry",
    "Origin",
    "Provenance",
    "RefusedRow",
    "ShippingTerms",
    "SourceKind",
    "SourcedProduct",
    "StatedValue",
    "VariantAxis",
    "WorkbookEdits",
    "WorkbookFile",
    "catalogue_schema",
    "duplicate_codes",
    "fetch_images",
    "from_preview",
    "from_product",
    "from_record",
    "merge_catalogue",
    "merge_product",
    "read_edits",
    "read_lines",
    "to_jsonld",
    "write_jsonld",
    "write_lines",
    "write_workbook",
]
