"""From records of an Excel export, and rows of the API's product list, to the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from wemakeprice_sdk.catalogue.keys import OptionSpelling, titled_axes, variant_keys
from wemakeprice_sdk.catalogue.model import CatalogueProduct, CatalogueVariant, Provenance
from wemakeprice_sdk.catalogue.sources import (
    NO_REFERENCES,
    CatalogueReferences,
    RefusedRow,
    SourcedProduct,
    names_of,
    terms_of,
    with_provenance,
)
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.errors import ValidationError, Violation
from wemakeprice_sdk.excel import (
    ExportKind,
    OptionRecord,
    Preview,
    PreviewRow,
    Problem,
    ProblemSeverity,
    ProductRecord,
)


def from_record(
    record: ProductRecord, source: Provenance, references: CatalogueReferences = NO_REFERENCES
) -> CatalogueProduct:
    """Return a record of an export as the catalogue holds it.

    `ProductRecord.from_row` makes a record of a row of the API's list. An option's own row of the sheet
    becomes the row of its provenance. Not carried are mall type, times of registration and change, and the
    columns nobody understood (`Preview.extra_headers`).
    """
    check_kind("record", record, ProductRecord)
    check_kind("source", source, Provenance)
    check_kind("references", references, CatalogueReferences)
    rows = [evolve(source, row=option.row) if option.row else source for option in record.options]
    return with_provenance(_built(record, references), source, rows)


def _built(record: ProductRecord, references: CatalogueReferences) -> CatalogueProduct:
    named = names_of(record.category_1, record.category_2, record.category_3, record.category_4)
    return CatalogueProduct(
        product_no=record.product_no,
        seller_code=record.seller_product_code or None,
        name=record.product_name or None,
        brand=record.brand_name or references.brands.get(record.brand_no or 0),
        brand_no=record.brand_no or None,
        maker=record.maker_name or references.makers.get(record.maker_no or 0),
        maker_no=record.maker_no or None,
        status=record.product_status,
        sale_status=record.sale_status,
        display=record.display,
        taxable=record.taxable,
        category=named or references.categories.get(record.category_code or 0, ()),
        category_code=record.category_code,
        list_price=record.origin_price,
        price=record.sale_price,
        stock=record.stock_count,
        sale_start=record.sale_start,
        sale_end=record.sale_end,
        shipping=terms_of(
            record.shipping_template_no,
            references.templates.get(record.shipping_template_no or 0),
            template_name=record.shipping_template_name or None,
        ),
        variants=_variants(record.options),
    )


def _variants(options: Sequence[OptionRecord]) -> tuple[CatalogueVariant, ...]:
    texts = [option.name or option.seller_option_code or str(option.option_no or "") for option in options]
    keys = variant_keys(
        [
            OptionSpelling(
                values=(text,), seller_code=option.seller_option_code or None, option_no=option.option_no
            )
            for text, option in zip(texts, options, strict=True)
        ]
    )
    return tuple(
        CatalogueVariant(
            key=key,
            axes=axes,
            option_no=option.option_no,
            seller_code=option.seller_option_code or None,
            surcharge=option.add_price,
            stock=option.stock_count,
            state=option.status,
        )
        for key, axes, option in zip(keys, titled_axes(texts), options, strict=True)
    )


def from_preview(
    preview: Preview, source: Provenance, references: CatalogueReferences = NO_REFERENCES
) -> Iterator[SourcedProduct]:
    """Yield the products of an export that `ExcelMigrator.preview` read; nothing needs to be imported first.

    `source` names the file and when it was exported; sheet and row come from the preview. A product with
    faulty cells is carried with them in `faults`; rows without a number or a name come as `RefusedRow`.

    Raise `ValidationError` for a preview of deals.
    """
    check_kind("preview", preview, Preview)
    check_kind("source", source, Provenance)
    check_kind("references", references, CatalogueReferences)
    if preview.kind is not ExportKind.PRODUCTS:
        raise ValidationError.single(
            "preview",
            preview.kind.value,
            ExportKind.PRODUCTS.value,
            "the catalogue is made of products; preview the export of products",
            "카탈로그는 상품으로 만듭니다. 상품 목록 파일을 선택해 주세요",
        )
    return (_of_preview_row(row, source, references) for row in preview)


def _of_preview_row(row: PreviewRow, source: Provenance, references: CatalogueReferences) -> SourcedProduct:
    here = evolve(source, sheet=row.source, row=row.rows[0] if row.rows else 0)
    faults = tuple(_fault(one) for one in row.problems if one.severity is not ProblemSeverity.NOTE)
    if not isinstance(row.record, ProductRecord):
        return RefusedRow(source=here, reasons=faults, product_no=row.number)
    return evolve(from_record(row.record, here, references), faults=faults)


def _fault(problem: Problem) -> Violation:
    return Violation(
        f"{problem.sheet}!{problem.column}{problem.row}",
        problem.value,
        problem.rule,
        f"{problem.header or problem.field}: {problem.message}",
        problem.message_ko,
    )
