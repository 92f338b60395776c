"""Shopify's product CSV, in the column names of 2025 and in the older ones.

Attested: the columns and the continuation rows stand in Shopify's help pages and sample files (official).
Limits (255 characters, 2,048 variants, formerly 100, 250 pictures, 15 MB) are Shopify's own figures. Not
tried: no file was imported into a live shop.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from itertools import zip_longest
from typing import ClassVar, Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.exporters.base import (
    SET_BY_PUBLISH,
    Exporter,
    ExportJob,
    Gap,
    LeftField,
    TargetCell,
    TextLimit,
    csv_line,
    left_out,
)
from wemakeprice_sdk.catalogue.exporters.matrix import MatrixRow
from wemakeprice_sdk.catalogue.report import LineCode
from wemakeprice_sdk.models.codes import ProductType

_WORDS: Final = TextLimit(255)
_PICTURES: Final = 250
_MOST_AXES: Final = 3

# Column of 2025, its older name
_COLUMNS: Final = (
    ("Title", "Title"),
    ("URL handle", "Handle"),
    ("Description", "Body (HTML)"),
    ("Vendor", "Vendor"),
    ("Product category", "Product Category"),
    ("Type", "Type"),
    ("Tags", "Tags"),
    ("Published on online store", "Published"),
    ("Status", "Status"),
    ("SKU", "Variant SKU"),
    ("Barcode", "Variant Barcode"),
    ("Option1 name", "Option1 Name"),
    ("Option1 value", "Option1 Value"),
    ("Option2 name", "Option2 Name"),
    ("Option2 value", "Option2 Value"),
    ("Option3 name", "Option3 Name"),
    ("Option3 value", "Option3 Value"),
    ("Price", "Variant Price"),
    ("Compare-at price", "Variant Compare At Price"),
    ("Charge tax", "Variant Taxable"),
    ("Inventory tracker", "Variant Inventory Tracker"),
    ("Inventory quantity", "Variant Inventory Qty"),
    ("Continue selling when out of stock", "Variant Inventory Policy"),
    ("Requires shipping", "Variant Requires Shipping"),
    ("Fulfillment service", "Variant Fulfillment Service"),
    ("Product image URL", "Image Src"),
    ("Image position", "Image Position"),
    ("Gift card", "Gift Card"),
)
_OLDER_ORDER: Final = ("URL handle", "Title")
"""The older files begin with the handle."""


class ShopifyDialect(Enum):
    """Which names the columns have."""

    CURRENT = "2025"
    LEGACY = "legacy"
    """For tools that know the older names only."""


@frozen
class Shopify(Exporter):
    """Products as Shopify's product CSV. The handle is the product's stable id.

    `most_variants` is how many options one product may have; None for what the dialect's time allowed.
    """

    target: ClassVar[str] = "shopify"
    suffix: ClassVar[str] = "csv"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "Title",
        "description_html": "Description",
        "images": "Product image URL",
        "brand": "Vendor",
        "category": "Type, Product category",
        "keywords": "Tags",
        "isbn": "Barcode",
        "price": "Price",
        "list_price": "Compare-at price",
        "taxable": "Charge tax",
        "stock": "Inventory quantity",
        "condition": "Requires shipping",
        "seller_code": "SKU",
        "display": "Published on online store, Status",
        "option.axes": "Option1 to 3 name, value",
        "option.seller_code": "SKU",
        "option.surcharge": "Price",
        "option.stock": "Inventory quantity",
        "option.state": "Inventory quantity",
        "option.displayed": "Inventory quantity",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried, {"status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH}
    )

    dialect: ShopifyDialect = ShopifyDialect.CURRENT
    most_variants: int | None = None
    most_bytes: int | None = 15 * 1024 * 1024

    def head(self) -> bytes:
        """Return the header row."""
        at = 0 if self.dialect is ShopifyDialect.CURRENT else 1
        return csv_line(names[at] for names in self._ordered()).encode()

    def _ordered(self) -> tuple[tuple[str, str], ...]:
        if self.dialect is ShopifyDialect.CURRENT:
            return _COLUMNS
        first = tuple(names for new in _OLDER_ORDER for names in _COLUMNS if names[0] == new)
        return first + tuple(names for names in _COLUMNS if names[0] not in _OLDER_ORDER)

    def write(self, job: ExportJob) -> bytes:
        """Return the product's rows: one per option, further ones for further pictures."""
        product = self._product(job)
        options = self._options(job)
        pictures = job.pictures("Product image URL", _PICTURES)
        lines = []
        for at, (option, url) in enumerate(zip_longest(options, pictures)):
            row: dict[str, TargetCell] = {"URL handle": job.product.id, **(product if not at else {})}
            row |= option or {}
            if url:
                row |= {"Product image URL": url, "Image position": at + 1}
            lines.append(csv_line(row.get(new, "") for new, _ in self._ordered()))
        return "".join(lines).encode()

    def _product(self, job: ExportJob) -> dict[str, TargetCell]:
        product = job.product
        leaf = product.category[-1] if product.category else None
        return {
            "Title": job.name("Title", _WORDS),
            "Description": job.description("Description"),
            "Vendor": job.text(
                "Vendor", product.brand, default=job.defaults.brand, gap=Gap.ASK, limit=_WORDS, cut=True
            ),
            "Product category": job.category("Product category"),
            "Type": job.text("Type", leaf, limit=_WORDS, cut=True),
            "Tags": ", ".join(job.text("Tags", word, limit=_WORDS, cut=True) for word in product.keywords),
            "Published on online store": _truth(job.shown),
            "Status": "active" if job.shown else "draft",
            "Gift card": _truth(False),
        }

    def _options(self, job: ExportJob) -> list[dict[str, TargetCell]]:
        common = self._common(job)
        listed = job.list_price()
        matrix = job.matrix("Option", most_axes=_MOST_AXES, most_rows=self._most_rows(), limit=_WORDS)
        if matrix is None:
            single = MatrixRow(
                key=job.product.id, values=("Default Title",), surcharge=0, code=job.sku(),
                stock=job.stock("Inventory quantity", job.product.stock),
            )  # fmt: skip
            barcode = job.text("Barcode", job.product.isbn)
            return [self._row(job, common, single, ("Title",), listed) | {"Barcode": barcode}]
        if job.product.isbn:
            job.notes.ask(LineCode.NOT_HELD, "Barcode", job.product.isbn)
        again = self._repeated(matrix.axes)
        return [
            self._row(job, common, row, again if at else matrix.axes, listed)
            for at, row in enumerate(matrix.rows)
        ]

    def _most_rows(self) -> int:
        if self.most_variants is not None:
            return self.most_variants
        return 2_048 if self.dialect is ShopifyDialect.CURRENT else 100

    def _repeated(self, titles: tuple[str, ...]) -> tuple[str, ...]:
        # Shopify's older samples leave the titles out of continuation rows.
        return titles if self.dialect is ShopifyDialect.CURRENT else ("",) * len(titles)

    def _common(self, job: ExportJob) -> dict[str, TargetCell]:
        job.price("Price")
        taxable = job.taxable("Charge tax")
        return {
            "Charge tax": "" if taxable is None else _truth(taxable),
            "Inventory tracker": "shopify",
            "Continue selling when out of stock": "deny",
            "Requires shipping": _truth(job.product.condition != ProductType.E_TICKET),
            "Fulfillment service": "manual",
        }

    def _row(
        self, job: ExportJob, common: dict[str, TargetCell], row: MatrixRow, titles: tuple[str, ...],
        listed: int | None,
    ) -> dict[str, TargetCell]:  # fmt: skip
        cells: dict[str, TargetCell] = dict(common)
        for at, (title, value) in enumerate(zip(titles, row.values, strict=True), 1):
            cells |= {f"Option{at} name": title, f"Option{at} value": value}
        cells |= {"SKU": row.code, "Price": job.total("Price", row), "Inventory quantity": row.stock}
        if listed is not None:
            cells["Compare-at price"] = listed + row.surcharge
        return cells


def _truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"
