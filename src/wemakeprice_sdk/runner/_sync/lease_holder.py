# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The jobs of one account, one at a time, each under the account's lease."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import finalize

from wemakeprice_sdk.client._threads import Turnstile
from wemakeprice_sdk.errors import LedgerError
from wemakeprice_sdk.ledger.protocol import Ledger
from wemakeprice_sdk.ledger.records import Lease
from wemakeprice_sdk.policy.gates import ClosedGate
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, LedgerRun, Stopped
from wemakeprice_sdk.runner.reports import Job, JobReport
from wemakeprice_sdk.runner.results import Skipped
from wemakeprice_sdk.runner.settings import worker_name
from wemakeprice_sdk.runner.status import RUN, run_note
from wemakeprice_sdk.secrets import AesGcmCipher, generate_key

if TYPE_CHECKING:
    from wemakeprice_sdk.ledger.sqlite import MemoryLedger

R = TypeVar("R", bound=LedgerRun[Any])


class LeaseHolder:
    """Takes the lease of an account for a job and gives it back; other jobs of the same object wait."""

    def __init__(self, context: LedgerContext, worker: str | None) -> None:
        self._context = context
        self._worker = worker
        self._default_worker = secrets.token_hex(4)
        self._turn = Turnstile(1)

    @property
    def worker(self) -> str:
        """The name the lease is held under."""
        return self._worker or worker_name(self._default_worker)

    def run(
        self,
        job: Job,
        make: Callable[[Ledger, Lease | None], R],
        body: Callable[[R], None],
        *,
        origin: str = "",
        dry_run: bool = False,
        finish: Callable[[JobReport], JobReport] | None = None,
    ) -> JobReport:
        """Run `body` under the lease, or without one where nothing is written.

        `finish` adds to the report what only the job knows, before the ledger notes how the run ended.
        """
        self._turn.acquire()
        try:
            started = self._context.clock.now()
            if not dry_run:
                return self._under_lease(job, make, body, started, origin, finish)
            run = make(self.looking_around(), None)
            _until_stopped(run, body)
            report = run.report(started)
            return report if finish is None else finish(report)
        finally:
            self._turn.release()

    def looking_around(self) -> Ledger:
        """Return what may be read; a ledger that is not there yet is not made for it."""
        ledger = self._context.ledger
        if ledger.exists():
            return ledger
        empty = _empty()
        # Whoever reads in it does not know that it has to be closed.
        finalize(self, empty.close)
        return empty

    def _under_lease(
        self,
        job: Job,
        make: Callable[[Ledger, Lease | None], R],
        body: Callable[[R], None],
        started: datetime,
        origin: str,
        finish: Callable[[JobReport], JobReport] | None,
    ) -> JobReport:
        context = self._context
        ledger, settings, account = context.ledger, context.settings, context.account
        ledger.open_account(account, origin)
        lease = ledger.acquire_lease(account, self.worker, settings.lease_ttl)
        if lease is None:
            return self.skipped(job, started, Skipped.LEASE_HELD)
        run = make(ledger, lease)
        try:
            if job is not Job.RESET_TIME:
                ledger.mark_time(lease, started, settings.clock_tolerance)
                if ledger.jumped_at(account) is not None:
                    # The clock is past what it wrongly recorded; what came meanwhile was never listed.
                    reset_time(run, self.worker[:100])
            _until_stopped(run, body)
            report = run.report(started)
            report = report if finish is None else finish(report)
            # Only for the status: a job that is done does not fail because of it.
            with suppress(LedgerError):
                ledger.put_progress(lease, f"{RUN}{job}", run_note(report), run.now)
            return report
        finally:
            # What was done is in the ledger; a lease that cannot be given back runs out.
            with suppress(LedgerError):
                ledger.release_lease(lease)

    def skipped(
        self,
        job: Job,
        started: datetime,
        why: Skipped,
        gate: ClosedGate | None = None,
        *,
        dry_run: bool = False,
    ) -> JobReport:
        """Return the report of a job that did nothing at all."""
        return JobReport(
            job=job,
            account=self._context.account,
            started_at=started,
            finished_at=self._context.clock.now(),
            dry_run=dry_run,
            skipped=why,
            detail="" if gate is None else f"{gate.gate}: {gate.reason.text} ({gate.reason.text_ko})",
            gate=gate,
        )


def reset_time(run: LedgerRun[Any], by: str) -> int:
    """Forget what was recorded under a clock that ran ahead; return how many lists begin anew."""
    context: LedgerContext = run.context
    lease, now = run.keep_lease(), run.now
    if lease is None:
        return 0
    back = now - context.settings.max_back
    return context.ledger.reset_time(lease, now, back, by=by)


def _empty() -> MemoryLedger:
    from wemakeprice_sdk.ledger.sqlite import MemoryLedger

    return MemoryLedger(AesGcmCipher.single(generate_key()))


def _until_stopped(run: R, body: Callable[[R], None]) -> None:
    with suppress(Stopped):
        body(run)
