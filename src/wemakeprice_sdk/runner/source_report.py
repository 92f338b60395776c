"""What `import_source` returns: the report of a job, with what the file brought."""

from __future__ import annotations

from typing import Self

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.runner.reports import JobReport, report_parts
from wemakeprice_sdk.runner.sources.files import SourcePreview


@frozen(kw_only=True)
class SourceReport(JobReport):
    """The report of `import_source`: what the file brought; None when the job did not run."""

    brought: SourcePreview | None = None

    @classmethod
    def of(cls, report: JobReport, brought: SourcePreview | None) -> Self:
        """Add what the file brought to a report."""
        return evolve(cls(**report_parts(report)), brought=brought)
