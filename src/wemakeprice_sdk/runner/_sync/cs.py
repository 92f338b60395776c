# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on questions, reviews and inquiries (CS)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar

from attrs import evolve

from wemakeprice_sdk.client.paging import day_window
from wemakeprice_sdk.ledger.records import RecordDraft
from wemakeprice_sdk.models import ListResult
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.gates import check
from wemakeprice_sdk.policy.snapshot import PendingAnswer, PendingInquiryAnswer, Snapshot
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.orders import in_flight
from wemakeprice_sdk.runner._sync.polling import LookBack, Unfinished, open_streams
from wemakeprice_sdk.runner.conversion import inquiry_draft, midnight, question_draft, review_draft
from wemakeprice_sdk.runner.unfinished import days_of
from wemakeprice_sdk.wire.windows import split_days

T = TypeVar("T")


def serve_customers(
    run: JobRun,
    answers: Iterable[PendingAnswer],
    inquiry_answers: Iterable[PendingInquiryAnswer],
) -> None:
    """Collect questions, reviews and inquiries as far as each is switched on, then send the answers."""
    cs = run.context.client.cs
    for kind in (RecordKind.QUESTION, RecordKind.REVIEW, RecordKind.INQUIRY):
        open_streams(run, kind, [_day_stream(kind)])
    if _is_open(run, ActionKind.COLLECT_QUESTIONS):
        _by_day(run, RecordKind.QUESTION, cs.list_questions, question_draft)
    if _is_open(run, ActionKind.COLLECT_REVIEWS):
        _by_day(run, RecordKind.REVIEW, cs.list_reviews, review_draft)
    if _is_open(run, ActionKind.COLLECT_INQUIRIES):
        _by_day(run, RecordKind.INQUIRY, cs.list_inquiries, inquiry_draft)
    _answer(run, tuple(answers), tuple(inquiry_answers))


def _is_open(run: JobRun, kind: ActionKind) -> bool:
    return check(run.context.config, kind) is None


def _by_day(
    run: JobRun,
    kind: RecordKind,
    read: Callable[[date], ListResult[T]],
    draft: Callable[[T, datetime], RecordDraft],
) -> None:
    now = run.now
    stream = _day_stream(kind)
    settings = run.context.settings
    mark = run.context.ledger.watermark(run.account, stream)
    back = LookBack.of(run, stream) if kind is not RecordKind.REVIEW else None
    reach = now - settings.backfill if mark is None else mark - settings.overlap
    start = (reach if back is None else min(reach, back.start)).date()
    first = min(start, now.date())
    again = Unfinished.of(run, stream)
    for day in (*days_of(again.before(midnight(first))), *split_days(first, now.date())):
        run.step()
        rows = read(day)
        again.note(kind, day_window(day), rows)
        # Today is not over: its watermark is now, or the rows of the rest of the day would never be read.
        end = min(midnight(day + timedelta(days=1)), now)
        run.save(kind, [draft(row, now) for row in rows], (stream, end) if day >= first else None)
        run.tell(stream, max((day - start).days + 1, 0))
    again.finish()
    if back is not None:
        back.finish()


def _day_stream(kind: RecordKind) -> str:
    return f"days/{kind.value}"


def _answer(
    run: JobRun,
    answers: tuple[PendingAnswer, ...],
    inquiry_answers: tuple[PendingInquiryAnswer, ...],
) -> None:
    if not answers and not inquiry_answers:
        return
    context = run.context
    snapshot = Snapshot(answers=answers, inquiry_answers=inquiry_answers, in_flight=in_flight(run))
    keys = [action.key for action in context.policy.plan_answers(snapshot, run.now)]
    done = context.ledger.is_done(run.account, keys)
    run.act(context.policy.plan_answers(evolve(snapshot, answered=done), run.now))
