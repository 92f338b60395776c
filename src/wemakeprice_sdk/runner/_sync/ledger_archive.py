# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The archive out of the ledger alone: what was collected and imported, into one folder (보관)."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Final

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import require_aware
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, Stopped
from wemakeprice_sdk.runner.export.archive import ArchiveFolder, ArchiveLine, ArchiveReport
from wemakeprice_sdk.runner.export.stored import STORED_PARTS, StoredPart, stored_line
from wemakeprice_sdk.runner.reports import Job, JobProgress, JobProgressCallback, StopSwitch
from wemakeprice_sdk.wire.windows import check_window

_AT_ONCE: Final = 500
"""Rows between two looks at the stop switch, each with one write to disk; only so many are in memory."""


def archive_stored(
    context: LedgerContext,
    folder: str | os.PathLike[str],
    start: datetime,
    end: datetime,
    *,
    mask: bool,
    as_of: datetime | None,
    progress: JobProgressCallback | None,
    stop: StopSwitch | None,
) -> ArchiveReport:
    """Write what the ledger holds of a period into `folder`, anew at each call."""
    check_kind("stop", stop, StopSwitch, optional=True)
    first, last = require_aware(start, "start"), require_aware(end, "end")
    check_window(None, first, last)
    now = context.clock.now() if as_of is None else require_aware(as_of, "as_of")
    until = max(first, min(last, now))
    names = [part.name for part in STORED_PARTS]
    place = context.offload(ArchiveFolder, folder, context.account, first, last, mask=mask, source="ledger")
    writer = _Writer(context, place, mask, progress, stop or StopSwitch())
    try:
        for part in STORED_PARTS:
            writer.fill(part, first, last)
        return context.offload(place.finish, names, until)
    except Stopped:
        return context.offload(place.stopped, names, until)
    finally:
        place.close()


@frozen
class _Writer:
    context: LedgerContext
    place: ArchiveFolder
    mask: bool
    progress: JobProgressCallback | None
    stop: StopSwitch

    def fill(self, part: StoredPart, start: datetime, end: datetime) -> None:
        """Write one part."""
        self.context.offload(self.place.begin_anew, part.name)
        since, until = part.bounds(start, end)
        lines: list[ArchiveLine] = []
        done = 0
        records = self.context.ledger.records(self.context.account, part.kind, since=since, until=until)
        for record in records:
            lines.append(stored_line(record, mask=self.mask))
            if len(lines) == _AT_ONCE:
                done = self._write(part, lines, done)
                lines = []
        self._write(part, lines, done)

    def _write(self, part: StoredPart, lines: list[ArchiveLine], done: int) -> int:
        if self.stop.pressed:
            raise Stopped
        self.context.offload(self.place.append, part.name, lines, windows=0, passed=True)
        if self.progress is not None:
            self.progress(JobProgress(Job.ARCHIVE, part.name, done + len(lines), None))
        return done + len(lines)
