"""The runner, written once; the sync one is generated from it. A job is loaded when it is first run."""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = [
    "archive",
    "claims",
    "cs",
    "dossier",
    "erasure",
    "facts",
    "file_facts",
    "imports",
    "job_run",
    "ledger_archive",
    "matches",
    "orders",
    "polling",
    "retained_folders",
    "retention",
    "sale_periods",
    "settlement",
    "shared_stock",
    "sources",
    "stock",
    "stored",
    "templates",
    "wind_down",
]

if TYPE_CHECKING:
    from wemakeprice_sdk.runner._async import (
        archive,
        claims,
        cs,
        dossier,
        erasure,
        facts,
        file_facts,
        imports,
        job_run,
        ledger_archive,
        matches,
        orders,
        polling,
        retained_folders,
        retention,
        sale_periods,
        settlement,
        shared_stock,
        sources,
        stock,
        stored,
        templates,
        wind_down,
    )
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(__name__, dict.fromkeys(__all__, ()))
