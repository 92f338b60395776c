"""What `settlement` returns: the report of a job, with the reconciliation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Self

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.policy.settlement import InterestLine, Reconciliation
from wemakeprice_sdk.runner.reports import JobReport, report_parts
from wemakeprice_sdk.runner.sources.merging import FactContradiction
from wemakeprice_sdk.runner.sources.states import SourceState


@frozen(kw_only=True)
class SettlementReport(JobReport):
    """The report of `settlement`, with the reconciliation.

    `incomplete` are the sales days of which a row could not be read: what the reconciliation says of them
    lacks that row's money. They are read again by the next run. `contradictions` say where a file and the
    API, or two files, say different things of one fact; both stand, the API counts. `sources` are the files
    that facts came from; one that is not `whole` was broken off, import it again. `interest` is empty unless
    the terms ask for it.
    """

    DERIVED: ClassVar[tuple[str, ...]] = ("verdict", "reasons", "missing_won", "undated_won")

    reconciliation: Reconciliation | None = None
    incomplete: tuple[date, ...] = ()
    contradictions: tuple[FactContradiction, ...] = ()
    sources: tuple[SourceState, ...] = ()
    interest: tuple[InterestLine, ...] = ()

    @property
    def missing_won(self) -> int:
        """Won that were due and did not come, wholly or in part, as the reconciliation has it."""
        return 0 if self.reconciliation is None else self.reconciliation.sums.due

    @property
    def undated_won(self) -> int:
        """Won that did not come and are due nobody knows when, for no row and no known cycle says it."""
        return 0 if self.reconciliation is None else max(self.reconciliation.sums.no_due_day, 0)

    @classmethod
    def of(
        cls,
        report: JobReport,
        reconciliation: Reconciliation | None,
        contradictions: Iterable[FactContradiction] = (),
        sources: Iterable[SourceState] = (),
        interest: Iterable[InterestLine] = (),
    ) -> Self:
        """Add the reconciliation to a report."""
        return evolve(
            cls(**report_parts(report)),
            reconciliation=reconciliation,
            contradictions=tuple(contradictions),
            sources=tuple(sources),
            interest=tuple(interest),
        )
