"""What a ledger or an archive folder holds of a seller's products, as the catalogue takes it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from attrs import evolve, fields

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.catalogue import (
    NO_REFERENCES,
    CatalogueReferences,
    Provenance,
    RefusedRow,
    SourcedProduct,
    SourceKind,
    from_product,
    from_record,
)
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import LedgerCorruptError, UnreadableValueError, Violation
from wemakeprice_sdk.excel import OptionRecord, ProductRecord
from wemakeprice_sdk.ledger import Ledger, RecordKind, StoredRecord
from wemakeprice_sdk.models import (
    DisplayState,
    JsonValue,
    OptionSaleStatus,
    Product,
    ProductRow,
    ProductStatus,
    ShippingTemplate,
)
from wemakeprice_sdk.models._base import OpenEnum
from wemakeprice_sdk.runner.conversion import restore
from wemakeprice_sdk.runner.export.archive import MANIFEST, archived_rows
from wemakeprice_sdk.wire.converter import read
from wemakeprice_sdk.wire.timestamps import read_datetime

T = TypeVar("T")
_EXPORTED_PRODUCT: Final = "product/"
_CODES: Final[Mapping[str, type[OpenEnum]]] = {
    "product_status": ProductStatus,
    "sale_status": OptionSaleStatus,
    "status": OptionSaleStatus,
    "display": DisplayState,
}
_TIMES: Final = frozenset({"sale_start", "sale_end", "registered_at", "changed_at"})


def catalogue_from_ledger(
    ledger: Ledger, account: str, references: CatalogueReferences = NO_REFERENCES
) -> Iterator[SourcedProduct]:
    """Yield what a ledger holds of an account's products; the marketplace is not asked.

    A product that an Excel import brought comes twice: as jobs see it, and as its export row said it, with
    names of brand, maker and category. `merge_catalogue` puts them together. Shipping templates of the ledger
    name the terms of shipping; those in `references` go before them.
    """
    check_kind("ledger", ledger, Ledger, hint="such as SqliteLedger(path)")
    check_kind("account", account, str)
    check_kind("references", references, CatalogueReferences)
    return _of_account(ledger, account, references)


def _of_account(ledger: Ledger, account: str, references: CatalogueReferences) -> Iterator[SourcedProduct]:
    known = _with_templates(references, _ledger_templates(ledger, account))
    for record in ledger.records(account, RecordKind.PRODUCT):
        yield _attempt(_of_ledger(record), partial(_collected, record, known))
    for record in ledger.records(account, RecordKind.EXPORT):
        if record.key.startswith(_EXPORTED_PRODUCT):
            yield _attempt(_of_ledger(record), partial(_exported, record, known))


def _collected(record: StoredRecord, known: CatalogueReferences, source: Provenance) -> SourcedProduct:
    return from_product(restore(Product, record), source, known)


def _exported(record: StoredRecord, known: CatalogueReferences, source: Provenance) -> SourcedProduct:
    return from_record(_export_record(record.body), source, known)


def catalogue_from_archive(
    folder: str | os.PathLike[str], references: CatalogueReferences = NO_REFERENCES
) -> Iterator[SourcedProduct]:
    """Yield the products of an archive folder (`runner.archive`); the marketplace is not asked.

    Rows that could not be read when the archive was written come as `RefusedRow`. The folder's own shipping
    templates name the terms of shipping; those in `references` go before them.

    Raise `LedgerCorruptError` when the folder is no archive, or a line of it is no row.
    """
    check_kind("folder", folder, str, os.PathLike)
    check_kind("references", references, CatalogueReferences)
    archive = _Archive.opened(Path(folder))
    return _of_archive(archive, _with_templates(references, archive.templates()))


def _of_archive(archive: _Archive, known: CatalogueReferences) -> Iterator[SourcedProduct]:
    for number, key, data in archived_rows(archive.folder, "products"):
        source = archive.source(number, key)
        if key.startswith("unread/"):
            yield _refused(source, "readable", "could not be read when the archive was written")
        else:
            yield _attempt(source, partial(_archived, data, known))


def _attempt(source: Provenance, build: Callable[[Provenance], SourcedProduct]) -> SourcedProduct:
    try:
        return build(source)
    except UnreadableValueError as error:
        return _refused(source, error.rule or "readable", f"cannot be read: {error.location or 'the record'}")
    except (KeyError, TypeError, ValueError) as error:
        return _refused(source, "readable", f"is not as the library writes it ({type(error).__name__})")


def _refused(source: Provenance, rule: str, message: str) -> RefusedRow:
    reason = Violation(
        source.record,
        "",
        rule,
        message,
        "읽을 수 없는 기록입니다. 파트너센터의 엑셀 파일로 이 상품을 보완해 주세요",
    )
    return RefusedRow(source=source, reasons=(reason,))


def _with_templates(
    references: CatalogueReferences, found: Iterator[ShippingTemplate]
) -> CatalogueReferences:
    own = {template.shipping_template_no: template for template in found}
    return evolve(references, templates={**own, **references.templates})


def _ledger_templates(ledger: Ledger, account: str) -> Iterator[ShippingTemplate]:
    for record in ledger.records(account, RecordKind.TEMPLATE):
        yield from _readable(partial(restore, ShippingTemplate, record))


def _readable(build: Callable[[], T]) -> Iterator[T]:
    # A template that cannot be read leaves its number: the product says that there is one.
    try:
        yield build()
    except UnreadableValueError:
        return


def _of_ledger(record: StoredRecord) -> Provenance:
    return Provenance(kind=SourceKind.LEDGER, at=record.last_seen, record=f"{record.kind}/{record.key}")


@frozen(kw_only=True)
class _Archive:
    """A folder of an archive, with what its manifest says of it, if it was finished."""

    folder: Path
    at: datetime | None
    sums: Mapping[str, str]

    @classmethod
    def opened(cls, folder: Path) -> _Archive:
        place = folder / MANIFEST
        if not place.exists():
            return cls(folder=folder, at=None, sums={})
        try:
            manifest = json.loads(place.read_text(encoding="utf-8"))
            sums = {str(row["name"]): str(row["sha256"]) for row in manifest["files"]}
            return cls(folder=folder, at=datetime.fromisoformat(manifest["read_until"]), sums=sums)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LedgerCorruptError(f"{place}: no readable manifest ({type(error).__name__})") from error

    def source(self, number: int, key: str) -> Provenance:
        name = "products.jsonl"
        return Provenance(
            kind=SourceKind.ARCHIVE,
            at=self.at,
            file=name,
            sha256=self.sums.get(name, ""),
            row=number,
            record=f"products/{key}",
        )

    def templates(self) -> Iterator[ShippingTemplate]:
        if not (self.folder / "templates.jsonl").exists():
            return
        for _, _, data in archived_rows(self.folder, "templates"):
            yield from _readable(partial(read, ShippingTemplate, dict(data)))


def _archived(
    data: Mapping[str, JsonValue], references: CatalogueReferences, source: Provenance
) -> SourcedProduct:
    if "basic" in data or "sale" in data:
        return from_product(read(Product, dict(data)), source, references)
    # Of a product whose own call was refused, the archive keeps its row of the list.
    return from_record(ProductRecord.from_row(read(ProductRow, dict(data))), source, references)


def _export_record(body: Mapping[str, JsonValue]) -> ProductRecord:
    """Read an export row back as the ledger target wrote it."""
    options = body.get("options")
    rows = options if isinstance(options, list | tuple) else ()
    known = {one.name for one in fields(ProductRecord)} - {"options", "extras"}
    values = {name: _typed(name, body[name]) for name in known & body.keys()}
    return ProductRecord(
        **values,  # type: ignore[arg-type] # typed by `_typed`
        options=tuple(_export_option(row) for row in rows if isinstance(row, Mapping)),
    )


def _export_option(body: Mapping[str, JsonValue]) -> OptionRecord:
    known = {one.name for one in fields(OptionRecord)} - {"extras"}
    return OptionRecord(**{name: _typed(name, body[name]) for name in known & body.keys()})  # type: ignore[arg-type] # typed by `_typed`


def _typed(name: str, value: JsonValue) -> object:
    if value is None or not isinstance(value, str):
        return value
    if name in _CODES:
        return _CODES[name].from_wire(value)
    if name in _TIMES:
        return read_datetime(value)
    return value == "Y" if name in ("taxable", "runple") else value
