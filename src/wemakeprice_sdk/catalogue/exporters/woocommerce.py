r"""WooCommerce's product CSV: `variable` products with one `variation` row per option, English column names.

Attested: the sample file and the source of the importer are public (official): `a > b` for categories, `\,`
for a comma inside a value, and a quote mark in front of `= + - @`, which the importer takes away again from
the values of attributes, but not from names. Not tried: no file was imported into a live shop. The columns
`Brands` (9.6) and `GTIN, UPC, EAN, or ISBN` (9.2) are newer than others; older shops leave them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from wemakeprice_sdk.catalogue.exporters.matrix import Matrix, MatrixRow
from wemakeprice_sdk.catalogue.report import LineCode

_AXES: Final = 5
_SKU: Final = TextLimit(100)
_WORDS: Final = TextLimit(200)
_PICTURES: Final = 100
_FORMULA: Final = ("=", "+", "-", "@")

_COLUMNS: Final = (
    "Type", "SKU", "GTIN, UPC, EAN, or ISBN", "Name", "Published", "Description", "Tax status", "In stock?",
    "Stock", "Sale price", "Regular price", "Categories", "Tags", "Brands", "Images", "Parent", "Position",
    *(
        f"Attribute {at} {what}"
        for at in range(1, _AXES + 1)
        for what in ("name", "value(s)", "visible", "global")
    ),
)  # fmt: skip


@frozen
class WooCommerce(Exporter):
    """Products as WooCommerce's product CSV. The parent's SKU is the product's stable id."""

    target: ClassVar[str] = "woocommerce"
    suffix: ClassVar[str] = "csv"
    carried: ClassVar[Mapping[str, str]] = {
        "name": "Name",
        "description_html": "Description",
        "images": "Images",
        "brand": "Brands",
        "category": "Categories",
        "keywords": "Tags",
        "isbn": "GTIN, UPC, EAN, or ISBN",
        "price": "Regular price, Sale price",
        "list_price": "Regular price",
        "taxable": "Tax status",
        "stock": "Stock, In stock?",
        "display": "Published",
        "seller_code": "SKU",
        "option.axes": "Attribute N name, value(s)",
        "option.seller_code": "SKU",
        "option.surcharge": "Regular price, Sale price",
        "option.stock": "Stock, In stock?",
        "option.state": "Published",
        "option.displayed": "Published",
    }
    left: ClassVar[Mapping[str, LeftField]] = left_out(
        carried, {"status": SET_BY_PUBLISH, "sale_status": SET_BY_PUBLISH}
    )

    def head(self) -> bytes:
        """Return the header row."""
        return csv_line(_COLUMNS).encode()

    def write(self, job: ExportJob) -> bytes:
        """Return the product's row, and one row per option under it."""
        product = self._product(job)
        matrix = job.matrix("Attribute", most_axes=_AXES, separators=("\\",), closable=True, limit=_WORDS)
        if matrix is None:
            stock = job.stock("Stock", job.product.stock)
            rows = [product | {"Type": "simple", "SKU": job.sku()} | _stock(stock) | _prices(job, 0)]
        else:
            parent = product | {"Type": "variable", "SKU": job.product.id} | _terms(matrix)
            rows = [parent, *(self._variation(job, matrix, at) for at in range(len(matrix.rows)))]
        return "".join(csv_line(self._cells(job, row)) for row in rows).encode()

    def _product(self, job: ExportJob) -> dict[str, TargetCell]:
        product = job.product
        job.price("Regular price")
        taxable = job.taxable("Tax status")
        return {
            "GTIN, UPC, EAN, or ISBN": job.text("GTIN, UPC, EAN, or ISBN", product.isbn),
            "Name": job.name("Name", _WORDS),
            "Published": 1 if job.shown else -1,
            "Description": job.description("Description"),
            "Tax status": "" if taxable is None else "taxable" if taxable else "none",
            "Categories": self._categories(job),
            "Tags": _values(job.text("Tags", word) for word in product.keywords),
            "Brands": _values([job.text("Brands", product.brand, default=job.defaults.brand, gap=Gap.ASK)]),
            "Images": _values(job.pictures("Images", _PICTURES)),
            "Position": 0,
        }

    def _categories(self, job: ExportJob) -> str:
        names = job.product.category
        mapped = job.category("Categories", Gap.QUIET)
        if mapped:
            return mapped
        if any(">" in name for name in names):
            job.notes.ask(LineCode.SEPARATOR, "Categories", names[-1], ">")
            return ""
        if not names:
            job.missing("Categories", Gap.ASK)
        return " > ".join(_escaped(job.clean("Categories", name)) for name in names)

    def _variation(self, job: ExportJob, matrix: Matrix, at: int) -> dict[str, TargetCell]:
        row = matrix.rows[at]
        cells: dict[str, TargetCell] = {
            "Type": "variation",
            "SKU": job.text("SKU", row.code, limit=_SKU),
            "Name": job.clean("Name", f"{job.product.name} - {', '.join(row.values)}"),
            "Published": int(row.usable),
            "Parent": job.product.id,
            "Position": at + 1,
        }
        for number, (title, value) in enumerate(zip(matrix.axes, row.values, strict=True), 1):
            # A value with a comma is one term here too, so it is escaped as in the parent's list.
            cells |= {f"Attribute {number} name": title, f"Attribute {number} value(s)": _escaped(value)}
            cells[f"Attribute {number} global"] = 0
        return cells | _stock(row.stock) | _prices(job, row.surcharge, row)

    def _cells(self, job: ExportJob, row: dict[str, TargetCell]) -> Iterable[TargetCell]:
        for name in _COLUMNS:
            cell = row.get(name, "")
            # From a name or description the importer would not take the mark away, so it stays off there.
            if isinstance(cell, str) and name.endswith("value(s)") and cell.startswith(_FORMULA):
                job.notes.change(LineCode.NEUTRALISED, name, cell)
                cell = f"'{cell}"
            yield cell


def _escaped(value: str) -> str:
    return value.replace(",", "\\,")


def _values(values: Iterable[str]) -> str:
    return ", ".join(_escaped(value) for value in values if value)


def _terms(matrix: Matrix) -> dict[str, TargetCell]:
    cells: dict[str, TargetCell] = {}
    for number, (title, values) in enumerate(zip(matrix.axes, matrix.values, strict=True), 1):
        cells |= {
            f"Attribute {number} name": title,
            f"Attribute {number} value(s)": _values(values),
            f"Attribute {number} visible": 1,
            f"Attribute {number} global": 0,
        }
    return cells | {"In stock?": int(any(row.stock for row in matrix.rows))}


def _stock(stock: int) -> dict[str, TargetCell]:
    return {"In stock?": int(stock > 0), "Stock": stock}


def _prices(job: ExportJob, surcharge: int, row: MatrixRow | None = None) -> dict[str, TargetCell]:
    price = (job.product.price or 0) if row is None else job.total("Regular price", row)
    listed = job.list_price()
    if listed is None:
        return {"Regular price": price}
    return {"Regular price": listed + surcharge, "Sale price": price}
