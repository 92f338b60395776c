# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Masking and destroying personal data by class, page by page (개인정보 보유기간)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Final

from attrs import define, field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.ledger.personal import PERSONAL_KINDS
from wemakeprice_sdk.ledger.records import Lease, LegalHold, PersonalState
from wemakeprice_sdk.models.retention import INTENTS, RetentionClass
from wemakeprice_sdk.policy.retention import RetentionPolicy
from wemakeprice_sdk.runner._sync.ledger_run import LedgerContext, LedgerRun, Stopped
from wemakeprice_sdk.runner.conversion import midnight
from wemakeprice_sdk.runner.expiry import LineTally, part_dates
from wemakeprice_sdk.runner.export.retention.register import DestructionNote, DestructionReason

HeldPlace = tuple[str, RetentionClass]
"""Kind and class."""
_Run = LedgerRun[LedgerContext]

_BREATH: Final = 0.1
"""Pause in seconds between two pages. SQLite's waiting writers look every 0.1 s whether it is their turn:
without the pause a long retention would keep every other worker out."""
PAGE: Final = 500
"""Records of one call: the ledger is locked meanwhile."""
SCRUB: Final = "scrub"
"""Key of the progress that says whether the files still have to be rewritten."""


@frozen(kw_only=True)
class RetentionTask:
    """What one run of the job goes by."""

    policy: RetentionPolicy
    by: str
    today: date
    confirmed: Mapping[int, date]
    holds: Mapping[HeldPlace, LegalHold]

    def note(self, days: Iterable[date], exceptions: int) -> str:
        """Return what the register is told of a page."""
        known = list(days)
        return DestructionNote(
            reason=DestructionReason.PERIOD_OVER,
            by=self.by,
            first=min(known, default=None),
            last=max(known, default=None),
            exceptions=exceptions,
        ).to_text()


@define
class _Due:
    """The records of one class of a kind that are due, by key, each with the day it belongs to."""

    tally: LineTally
    destroy: dict[str, date] = field(factory=dict)
    mask: dict[str, date] = field(factory=dict)


def running_holds(context: LedgerContext) -> Mapping[HeldPlace, LegalHold]:
    """Return the holds that have not ended, by kind and class; of two on one class the longer one."""
    now, found = context.clock.now(), context.ledger.holds(context.account)
    return {
        (hold.kind, data_class): hold
        for hold in sorted(found, key=lambda hold: hold.until)
        for data_class in RetentionClass
        if now < hold.until and hold.retention_class in (None, data_class)
    }


def hold_words(hold: LegalHold) -> str:
    """Return why something is held, and until when."""
    return f"{hold.reason} (~{hold.until:%Y-%m-%d})"


def forget(run: _Run, task: RetentionTask, tallies: list[LineTally]) -> None:
    """Carry the policy out, kind by kind, and count in `tallies`; a dry run only counts."""
    for kind in PERSONAL_KINDS:
        if task.policy.reaches(kind):
            due = _survey(run, task, kind)
            tallies += [one.tally for one in due]
            for one in due:
                _carry_out(run, task, one)
    for data_class in RetentionClass:
        tally = LineTally(INTENTS, data_class, str(task.policy.rules[data_class].keep))
        tallies.append(tally)
        _payloads(run, task, tally)


def _survey(run: _Run, task: RetentionTask, kind: str) -> Sequence[_Due]:
    """Return what is due of a kind, by class."""
    found: dict[RetentionClass, _Due] = {}
    rules = task.policy.rules
    for part in run.context.ledger.personal_parts(run.account, kind):
        data_class = part.retention_class
        if data_class not in found:
            found[data_class] = _Due(LineTally(kind, data_class, str(rules[data_class].keep)))
        one, dates = found[data_class], part_dates(part, task.confirmed)
        when, hold = rules[data_class].due(dates), task.holds.get((kind, data_class))
        destroy = when.destroy_from <= task.today
        mask = when.is_masked_on(task.today) and part.state is PersonalState.CLEAR
        if not destroy and not mask:
            one.tally.keep(when)
        elif hold is not None:
            one.tally.hold(hold_words(hold))
        else:
            (one.destroy if destroy else one.mask)[part.key] = dates.recorded
    return list(found.values())


def _carry_out(run: _Run, task: RetentionTask, due: _Due) -> None:
    ledger, tally = run.context.ledger, due.tally
    if run.lease is None:
        tally.destroyed, tally.masked = len(due.destroy), len(due.mask)
        return
    total, done = len(due.destroy) + len(due.mask), 0
    for page in _pages(due.destroy):
        lease = begin_page(run)
        note = task.note(page.values(), tally.held)
        tally.destroyed += ledger.destroy_personal(
            lease, tally.file, None, run.now, retention_class=tally.data_class, keys=list(page), reason=note
        )
        tally.days += [min(page.values()), max(page.values())]
        done += len(page)
        end_page(run, tally.file, done, total)
    for page in _pages(due.mask):
        lease = begin_page(run)
        tally.masked += ledger.mask_personal(
            lease, tally.file, None, run.now, retention_class=tally.data_class, keys=list(page)
        )
        done += len(page)
        end_page(run, tally.file, done, total)


def _payloads(run: _Run, task: RetentionTask, tally: LineTally) -> None:
    """Empty what was sent: payloads know no more than the time at which they were opened."""
    last = task.policy.rules[tally.data_class].keep.period.last_free(task.today)
    if last is None:
        return
    ledger, before = run.context.ledger, midnight(last + timedelta(days=1))
    due = ledger.due_personal(run.account, INTENTS, run.now, None, before, retention_class=tally.data_class)
    if run.lease is None:
        tally.destroyed = due[1]
        return
    done = due[1]
    while done:
        lease = begin_page(run)
        done = ledger.destroy_personal(
            lease,
            INTENTS,
            before,
            run.now,
            retention_class=tally.data_class,
            reason=task.note((), 0),
        )
        tally.destroyed += done
        end_page(run, INTENTS, tally.destroyed, due[1])


def _pages(keys: Mapping[str, date]) -> Iterator[Mapping[str, date]]:
    rows = iter(keys.items())
    while page := dict(islice(rows, PAGE)):
        yield page


def begin_page(run: _Run) -> Lease:
    """Return the lease for a page, and note that the files are to be rewritten.

    Noted before the first page, so that a run that is killed behind it leaves the note to the next.
    """
    run.step()
    lease = run.keep_lease()
    if lease is None:
        raise Stopped
    run.context.ledger.put_progress(lease, SCRUB, {"due": True}, run.now)
    return lease


def end_page(run: _Run, phase: str, done: int, total: int) -> None:
    """Tell how far a kind is, and let others write."""
    run.tell(phase, done, total)
    run.wait(_BREATH)


def scrub(run: _Run) -> None:
    """Leave nothing of what was masked and destroyed in the ledger's files, by this run or one before."""
    ledger, noted = run.context.ledger, run.context.ledger.progress(run.account, SCRUB)
    if noted is None or not noted["due"] or run.keep_lease() is None:
        return
    run.step()
    ledger.scrub()
    if (lease := run.keep_lease()) is not None:
        ledger.note(lease, "scrub", "ledger", "files rewritten", run.now)
        ledger.put_progress(lease, SCRUB, {"due": False}, run.now)
