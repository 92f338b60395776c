"""Excel exports of the partner centre: read, previewed, checked, imported (엑셀 가져오기)."""

from __future__ import annotations

from wemakeprice_sdk.excel.cells import Cell, CellError
from wemakeprice_sdk.excel.columns import ColumnBook
from wemakeprice_sdk.excel.commit import CommitReport, ItemOutcome, NotCarried, Progress, RowResult
from wemakeprice_sdk.excel.deals import ParsedDeal
from wemakeprice_sdk.excel.limits import Limits
from wemakeprice_sdk.excel.mapping import ColumnMap, ColumnMatch
from wemakeprice_sdk.excel.migrator import ExcelMigrator, Inspection
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
    ProductRecord,
    Severity,
)
from wemakeprice_sdk.excel.target import (
    DealImport,
    ImportRegistry,
    ImportTarget,
    NothingKnown,
    ProductImport,
    SkuChoice,
    SkuLink,
)
from wemakeprice_sdk.excel.workbook import FileFormat

__all__ = [
    "Cell",
    "CellError",
    "ColumnBook",
    "ColumnMap",
    "ColumnMatch",
    "CommitReport",
    "DealImport",
    "DealRecord",
    "ExcelMigrator",
    "ExportKind",
    "ExportPeriod",
    "FileFormat",
    "ImportPlan",
    "ImportRegistry",
    "ImportTarget",
    "Inspection",
    "ItemOutcome",
    "Limits",
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
    "ProductImport",
    "ProductRecord",
    "Progress",
    "RowResult",
    "RowStatus",
    "Severity",
    "Sign",
    "SkuChoice",
    "SkuLink",
    "deal_export_periods",
    "select",
]
