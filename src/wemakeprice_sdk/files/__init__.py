"""File formats in and out: readers with their guards. This room knows no noun of the marketplace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.files.cells import Cell, CellError
    from wemakeprice_sdk.files.limits import FileLimits
    from wemakeprice_sdk.files.workbook import FileFormat
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "cells": ("Cell", "CellError"),
            "limits": ("FileLimits",),
            "workbook": ("FileFormat",),
        },
    )

__all__ = [
    "Cell",
    "CellError",
    "FileFormat",
    "FileLimits",
]
