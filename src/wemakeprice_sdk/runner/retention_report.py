"""What `retention` returns: the report of a job, with what was due, done and held by class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Self

from attrs import evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.runner.expiry import RetentionLine
from wemakeprice_sdk.runner.reports import JobReport, report_parts


@frozen(kw_only=True)
class RetentionReport(JobReport):
    """The report of `retention`: for each class of each kind what was due, done, held, and has to stay.

    `lines` has them in order. What was sent stands under `intent`, and of it only what was emptied is
    counted. In a dry run the numbers say what would be done. `masked`, `destroyed`, `held` and `kept` are
    sums over the kinds, by class.
    """

    lines: tuple[RetentionLine, ...] = ()

    @property
    def masked(self) -> Mapping[RetentionClass, int]:
        """Records that were masked, by class."""
        return self._sums(lambda line: line.masked)

    @property
    def destroyed(self) -> Mapping[RetentionClass, int]:
        """Records of which the class was destroyed, and emptied payloads, by class."""
        return self._sums(lambda line: line.destroyed)

    @property
    def held(self) -> Mapping[RetentionClass, int]:
        """Records that were due and stand under a hold, by class."""
        return self._sums(lambda line: line.held)

    @property
    def kept(self) -> Mapping[RetentionClass, int]:
        """Records that have to stay, by class."""
        return self._sums(lambda line: line.kept)

    def of_kind(self, kind: str) -> Mapping[RetentionClass, RetentionLine]:
        """Return the lines of one kind of record, by class."""
        return {line.data_class: line for line in self.lines if line.file == kind}

    def _sums(self, count: Callable[[RetentionLine], int]) -> Mapping[RetentionClass, int]:
        sums: Counter[RetentionClass] = Counter()
        for line in self.lines:
            sums[line.data_class] += count(line)
        return {data_class: sums[data_class] for data_class in RetentionClass if sums[data_class]}

    def __str__(self) -> str:
        """Return the report in lines of text, with every class that stands or went."""
        return "\n".join([super().__str__(), *(f"  {line}" for line in self.lines if line.counted)])

    @classmethod
    def of(cls, report: JobReport, lines: Iterable[RetentionLine]) -> Self:
        """Add the lines to a report."""
        return evolve(cls(**report_parts(report)), lines=tuple(lines))
