# Generated from runner/_async by scripts/unasync.py; edit that one.
"""One run of a job over the ledger alone: the lease it holds, what it saves, what it reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Generic, TypeVar

import attrs
from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import Clock
from wemakeprice_sdk.config import ChannelConfig
from wemakeprice_sdk.errors import UnreadableValueError
from wemakeprice_sdk.ledger.protocol import Ledger
from wemakeprice_sdk.ledger.records import AuditNote, Lease, RecordDraft, SaveCount
from wemakeprice_sdk.models import ReadModel, UnreadRow
from wemakeprice_sdk.models._answers import unread_of
from wemakeprice_sdk.runner._offload import Offload
from wemakeprice_sdk.runner.reports import Job, JobProgress, JobProgressCallback, JobReport, StopSwitch
from wemakeprice_sdk.runner.settings import RunnerSettings


@frozen(kw_only=True)
class LedgerContext:
    """What a run over the ledger needs and does not own; no marketplace is among it."""

    account: str
    config: ChannelConfig
    ledger: Ledger
    clock: Clock
    settings: RunnerSettings
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    offload: Offload


C = TypeVar("C", bound=LedgerContext)

_STEP = 10.0
"""Longest sleep in seconds between two looks at lease and stop switch, so that a press of Ctrl-C or a stop is
heeded soon even where the lease is long."""


class Stopped(Exception):  # noqa: N818 -- no error: someone asked for it, and the report says so
    """Ends a job between two steps, because its `StopSwitch` was pressed."""


@define
class LedgerRun(Generic[C]):
    """One run; `lease` is None in a dry run, and then nothing is written anywhere."""

    context: C
    job: Job
    lease: Lease | None
    progress: JobProgressCallback | None
    stop: StopSwitch
    collected: dict[str, SaveCount] = field(factory=dict)
    unread: list[str] = field(factory=list)
    given_up: list[str] = field(factory=list)
    faults: list[str] = field(factory=list)
    hidden: dict[str, tuple[UnreadRow, ...]] = field(factory=dict)
    """By stream: the rows of this run's reading that could not be read."""
    _renew_at: float = 0.0

    def __attrs_post_init__(self) -> None:
        # After a third: two more renewals may fail or come late before the lease runs out.
        self._renew_at = self.context.monotonic() + self.context.settings.lease_ttl / 3

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be written."""
        return self.lease is None

    @property
    def now(self) -> datetime:
        """The current timestamp (KST)."""
        return self.context.clock.now()

    @property
    def account(self) -> str:
        """The account of this run."""
        return self.context.account

    def tell(self, phase: str, done: int, total: int | None = None) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(JobProgress(self.job, phase, done, total))

    def step(self) -> None:
        """Keep the lease, and raise `Stopped` when someone asked for it; called before every long step."""
        if self.stop.pressed:
            raise Stopped
        self.keep_lease()

    def wait(self, seconds: float) -> None:
        """Sleep in steps short enough to keep the lease and to heed a stop."""
        step = min(self.context.settings.lease_ttl / 3, _STEP)
        while seconds > 0:
            self.step()
            self.context.sleep(min(seconds, step))
            seconds -= step
        self.step()

    def note_unread(self, target: str, error: Exception) -> None:
        """Remember what could not be read, for the report."""
        what = name_of(error)
        if isinstance(error, UnreadableValueError):
            what = f"{error.location}: {error.rule}, {error.kind} found"
        _add(self.unread, f"{target}: {what}")

    def note_given_up(self, window: str) -> None:
        """Remember that rows which could not be read lie too far back to be read again, for the report."""
        _add(self.given_up, f"{window}: not read again, older than max_back")

    def note_rows(self, kind: str, rows: Iterable[object]) -> None:
        """Remember the rows and values of a list that could not be read, for the report."""
        for unread in unread_of(rows):
            _add(self.unread, f"{_target(kind, unread)}: {unread.faults[0]}")
        for row in rows:
            if isinstance(row, ReadModel) and row.faults:
                self.note_faults(kind, row)

    def note_faults(self, kind: str, row: ReadModel) -> None:
        """Remember the values of one thing that could not be read, for the report."""
        number = next((value for value in attrs.astuple(row, recurse=False) if isinstance(value, int)), "")
        for fault in row.faults:
            _add(self.faults, f"{kind}:{number}: {fault}")

    def note_saved(self, kind: str, saved: SaveCount) -> None:
        """Count what was read."""
        self.collected[kind] = self.collected.get(kind, SaveCount()) + saved

    def keep_lease(self) -> Lease | None:
        """Renew the lease when a third of it is gone; raise `LeaseLostError` when it is another's."""
        lease, timestamp = self.lease, self.context.monotonic()
        if lease is not None and timestamp >= self._renew_at:
            ttl = self.context.settings.lease_ttl
            self.lease = self.context.ledger.renew_lease(lease, ttl)
            self._renew_at = timestamp + ttl / 3
        return self.lease

    def save(
        self,
        kind: str,
        drafts: Iterable[RecordDraft],
        watermark: tuple[str, datetime] | None = None,
        *,
        audit: AuditNote | None = None,
    ) -> None:
        """Keep records, and with them how far the stream is complete, and who says so."""
        rows = list(drafts)
        lease = self.keep_lease()
        if lease is None:
            self.note_saved(kind, SaveCount(new=len(rows)))
            return
        saved = self.context.ledger.save(lease, rows, self.now, watermark=watermark, audit=audit)
        self.note_saved(kind, saved)

    def report(self, started: datetime) -> JobReport:
        """Return what the run did."""
        context = self.context
        return JobReport(
            job=self.job,
            account=self.account,
            started_at=started,
            finished_at=context.clock.now(),
            dry_run=self.dry_run,
            stopped=self.stop.pressed,
            collected=dict(self.collected),
            unread=tuple(self.unread),
            given_up=tuple(self.given_up),
            faults=tuple(self.faults),
            waiting=context.ledger.active_intents(self.account),
        )


def _add(notes: list[str], note: str) -> None:
    # The same row is read by several lists of one run, and stands at another place in each.
    if _PLACE.sub("", note) not in {_PLACE.sub("", known) for known in notes}:
        notes.append(note)


_PLACE = re.compile(r"\$\.data(?:\.\w+)?\[\d+\]", re.ASCII)


def _target(kind: str, row: UnreadRow) -> str:
    number = next(iter(row.numbers.values()), None)
    return f"{kind}:{row.path}" if number is None else f"{kind}:{number}"


def name_of(error: Exception) -> str:
    """Return the class of an error and its code: the text of an answer may name people."""
    code = getattr(error, "result_code", None)
    return type(error).__name__ + (f" {code}" if code is not None else "")
