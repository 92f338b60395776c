"""File formats in and out: readers with their guards. This room knows no noun of the marketplace."""

from __future__ import annotations

from wemakeprice_sdk.files.cells import Cell, CellError
from wemakeprice_sdk.files.limits import FileLimits
from wemakeprice_sdk.files.workbook import FileFormat

__all__ = [
    "Cell",
    "CellError",
    "FileFormat",
    "FileLimits",
]
