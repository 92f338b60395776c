"""The driver of an export: products in, bytes and rows out, one after the other, and a report beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue.defaults import Defaults, SellerMaps, SkuSource
from wemakeprice_sdk.catalogue.exporters.base import Exporter, ExportJob, TargetRow
from wemakeprice_sdk.catalogue.keys import duplicate_codes
from wemakeprice_sdk.catalogue.model import CatalogueProduct
from wemakeprice_sdk.catalogue.report import ExportLine, ExportSummary, LineCode, Notes
from wemakeprice_sdk.checks import check_items, check_kind


@frozen(kw_only=True)
class ExportStep:
    """What came of one product, or the end of a file. Written in order, the steps of a file are the file."""

    product: str = ""
    """The product's stable id; empty at the end of a file."""

    file: int = 0
    """Number of the file that `data` and `rows` go to, from 1; 0 for a refused product."""

    data: bytes = b""
    """Bytes to append. The first step of a file begins with its head."""

    rows: tuple[TargetRow, ...] = ()
    """Rows to append, of a target that is a workbook."""

    lines: tuple[ExportLine, ...] = ()
    """What the report says about the product."""

    refused: bool = False


class Export:
    """An export under way: iterating it yields one `ExportStep` per product, and the counts grow meanwhile.

    It goes through the products once. `exporter` is the target, `summary` the counts so far.
    """

    def __init__(
        self,
        products: Iterable[CatalogueProduct],
        exporter: Exporter,
        defaults: Defaults,
        maps: SellerMaps,
        shared: frozenset[str],
    ) -> None:
        self.exporter = exporter
        self.summary = ExportSummary()
        self._products = products
        self._defaults = defaults
        self._maps = maps
        self._shared = shared
        self._file = 0
        self._in_file = 0
        self._bytes = 0

    def __iter__(self) -> Iterator[ExportStep]:
        """Yield the steps in the products' order, then the end of the last file."""
        seen: set[int] = set()
        if self.exporter.remarks:
            yield ExportStep(lines=self.exporter.remarks)
        for product in self._products:
            check_kind("products", product, CatalogueProduct)
            notes = Notes(product.id)
            if product.product_no in seen:
                notes.refuse(LineCode.DUPLICATE_KEY, "id", product.id)
                yield self._step(notes, b"", ())
                continue
            seen.add(product.product_no)
            yield from self._one(product, notes)
        if self._file:
            yield ExportStep(file=self._file, data=self.exporter.tail())

    def _one(self, product: CatalogueProduct, notes: Notes) -> Iterator[ExportStep]:
        exporter = self.exporter
        job = ExportJob(product, notes, self._defaults, self._maps, exporter.target, self._shared)
        for fault in product.faults:
            notes.ask(LineCode.SOURCE, fault.path, fault.value, fault.rule)
        written = exporter.write(job)
        job.drop(exporter.left)
        data, rows = (written, ()) if isinstance(written, bytes) else (b"", written)
        if exporter.most_bytes is not None:
            alone = len(exporter.head()) + len(data) + len(exporter.tail())
            if alone > exporter.most_bytes:
                notes.refuse(LineCode.TOO_LONG, "file", alone, f"{exporter.most_bytes} bytes")
        if not notes.refused and self._file and not self._fits(len(data)):
            yield ExportStep(file=self._file, data=exporter.tail())
            self._in_file = 0
        yield self._step(notes, data, rows)

    def _fits(self, size: int) -> bool:
        exporter = self.exporter
        if exporter.most_products is not None and self._in_file >= exporter.most_products:
            return False
        whole = self._bytes + size + len(exporter.tail())
        return exporter.most_bytes is None or whole <= exporter.most_bytes

    def _step(self, notes: Notes, data: bytes, rows: tuple[TargetRow, ...]) -> ExportStep:
        refused = notes.refused
        lines = tuple(dict.fromkeys(notes.lines))
        self.summary.count(lines, refused=refused)
        if refused:
            return ExportStep(product=notes.product, lines=lines, refused=True)
        if not self._in_file:
            self._file += 1
            data = self.exporter.head() + data
            self._bytes = 0
        self._in_file += 1
        self._bytes += len(data)
        return ExportStep(product=notes.product, file=self._file, data=data, rows=rows, lines=lines)


def export(
    products: Iterable[CatalogueProduct],
    target: Exporter,
    *,
    defaults: Defaults | None = None,
    maps: SellerMaps | None = None,
    shared_codes: Iterable[str] | None = None,
) -> Export:
    """Return the export of products to a target; nothing is read or written until it is iterated.

    `defaults` fill gaps and say what happens to what does not fit, `maps` turn our words into the target's.
    With `SkuSource.SELLER` the products are gone through twice, first for codes that two things share; an
    iterator that can be read only once needs `shared_codes` (see `duplicate_codes`).

    Raises `TypeError` for an argument of a wrong kind. What is wrong with a product never raises: it is a
    line of the report, and the product is refused.
    """
    check_items("products", products)
    check_kind("target", target, Exporter, hint="such as Shopify()")
    check_kind("defaults", defaults, Defaults, optional=True)
    check_kind("maps", maps, SellerMaps, optional=True)
    chosen = defaults or Defaults()
    shared = frozenset(shared_codes or ())
    if chosen.sku is SkuSource.SELLER and shared_codes is None:
        if iter(products) is products:
            raise TypeError(
                "products are read twice for the seller's codes: hand in a list, or shared_codes as well"
            )
        shared = frozenset(one.code for one in duplicate_codes(products))
    return Export(products, target, chosen, maps or SellerMaps(), shared)
