"""Excel exports of the partner centre: read, previewed, checked, imported (엑셀 가져오기)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.excel.columns import ColumnBook
    from wemakeprice_sdk.excel.commit import CommitReport, ImportProgress, ItemOutcome, NotCarried, RowResult
    from wemakeprice_sdk.excel.deals import ParsedDeal
    from wemakeprice_sdk.excel.invoices import write_invoices
    from wemakeprice_sdk.excel.mapping import ColumnMap, ColumnMatch
    from wemakeprice_sdk.excel.migrator import ExcelMigrator, Inspection
    from wemakeprice_sdk.excel.nondata import LeftOutRow, NonDataKind
    from wemakeprice_sdk.excel.orders import OrderArchiveEntry
    from wemakeprice_sdk.excel.partial import Sign
    from wemakeprice_sdk.excel.plan import ImportPlan, select
    from wemakeprice_sdk.excel.preview import Preview, PreviewCounts, PreviewRow, RowStatus
    from wemakeprice_sdk.excel.products import Parsed
    from wemakeprice_sdk.excel.ranges import ExportPeriod, deal_export_periods
    from wemakeprice_sdk.excel.records import (
        DealRecord,
        ExportKind,
        OptionRecord,
        Problem,
        ProblemSeverity,
        ProductRecord,
    )
    from wemakeprice_sdk.excel.sheetrecords import (
        ClaimRow,
        SettlementOrderRow,
        SettlementShippingRow,
        SheetRecord,
    )
    from wemakeprice_sdk.excel.skus import shared_codes
    from wemakeprice_sdk.excel.statements import StatementReading
    from wemakeprice_sdk.excel.target import (
        BatchTarget,
        DealImport,
        ImportRegistry,
        ImportTarget,
        NothingKnown,
        ProductImport,
        SkuChoice,
        SkuRegistry,
    )
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "columns": ("ColumnBook",),
            "commit": ("CommitReport", "ImportProgress", "ItemOutcome", "NotCarried", "RowResult"),
            "deals": ("ParsedDeal",),
            "invoices": ("write_invoices",),
            "mapping": ("ColumnMap", "ColumnMatch"),
            "migrator": ("ExcelMigrator", "Inspection"),
            "nondata": ("LeftOutRow", "NonDataKind"),
            "orders": ("OrderArchiveEntry",),
            "partial": ("Sign",),
            "plan": ("ImportPlan", "select"),
            "preview": ("Preview", "PreviewCounts", "PreviewRow", "RowStatus"),
            "products": ("Parsed",),
            "ranges": ("ExportPeriod", "deal_export_periods"),
            "records": (
                "DealRecord",
                "ExportKind",
                "OptionRecord",
                "Problem",
                "ProblemSeverity",
                "ProductRecord",
            ),
            "sheetrecords": ("ClaimRow", "SettlementOrderRow", "SettlementShippingRow", "SheetRecord"),
            "skus": ("shared_codes",),
            "statements": ("StatementReading",),
            "target": (
                "BatchTarget",
                "DealImport",
                "ImportRegistry",
                "ImportTarget",
                "NothingKnown",
                "ProductImport",
                "SkuChoice",
                "SkuRegistry",
            ),
        },
    )

__all__ = [
    "BatchTarget",
    "ClaimRow",
    "ColumnBook",
    "ColumnMap",
    "ColumnMatch",
    "CommitReport",
    "DealImport",
    "DealRecord",
    "ExcelMigrator",
    "ExportKind",
    "ExportPeriod",
    "ImportPlan",
    "ImportProgress",
    "ImportRegistry",
    "ImportTarget",
    "Inspection",
    "ItemOutcome",
    "LeftOutRow",
    "NonDataKind",
    "NotCarried",
    "NothingKnown",
    "OptionRecord",
    "OrderArchiveEntry",
    "Parsed",
    "ParsedDeal",
    "Preview",
    "PreviewCounts",
    "PreviewRow",
    "Problem",
    "ProblemSeverity",
    "ProductImport",
    "ProductRecord",
    "RowResult",
    "RowStatus",
    "SettlementOrderRow",
    "SettlementShippingRow",
    "SheetRecord",
    "Sign",
    "SkuChoice",
    "SkuRegistry",
    "StatementReading",
    "deal_export_periods",
    "select",
    "shared_codes",
    "write_invoices",
]
