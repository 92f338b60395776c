"""Jobs on questions, reviews and inquiries (CS)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
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
from wemakeprice_sdk.runner._async.job_run import AsyncJobRun
from wemakeprice_sdk.runner._async.orders import in_flight
from wemakeprice_sdk.runner._async.polling import LookBack, Unfinished, open_streams
from wemakeprice_sdk.runner.conversion import inquiry_draft, midnight, question_draft, review_draft
from wemakeprice_sdk.runner.unfinished import days_of
from wemakeprice_sdk.wire.windows import split_days

T = TypeVar("T")


async def serve_customers(
    run: AsyncJobRun,
    answers: Iterable[PendingAnswer],
    inquiry_answers: Iterable[PendingInquiryAnswer],
) -> None:
    """Collect questions, reviews and inquiries as far as each is switched on, then send the answers."""
    cs = run.context.client.cs
    for kind in (RecordKind.QUESTION, RecordKind.REVIEW, RecordKind.INQUIRY):
        await open_streams(run, kind, [_day_stream(kind)])
    if _is_open(run, ActionKind.COLLECT_QUESTIONS):
        await _by_day(run, RecordKind.QUESTION, cs.list_questions, question_draft)
    if _is_open(run, ActionKind.COLLECT_REVIEWS):
        await _by_day(run, RecordKind.REVIEW, cs.list_reviews, review_draft)
    if _is_open(run, ActionKind.COLLECT_INQUIRIES):
        await _by_day(run, RecordKind.INQUIRY, cs.list_inquiries, inquiry_draft)
    await _answer(run, tuple(answers), tuple(inquiry_answers))


def _is_open(run: AsyncJobRun, kind: ActionKind) -> bool:
    return check(run.context.config, kind) is None


async def _by_day(
    run: AsyncJobRun,
    kind: RecordKind,
    read: Callable[[date], Awaitable[ListResult[T]]],
    draft: Callable[[T, datetime], RecordDraft],
) -> None:
    now = run.now
    stream = _day_stream(kind)
    settings = run.context.settings
    mark = await run.context.ledger.watermark(run.account, stream)
    back = await LookBack.of(run, stream) if kind is not RecordKind.REVIEW else None
    reach = now - settings.backfill if mark is None else mark - settings.overlap
    start = (reach if back is None else min(reach, back.start)).date()
    first = min(start, now.date())
    again = await Unfinished.of(run, stream)
    for day in (*days_of(again.before(midnight(first))), *split_days(first, now.date())):
        await run.step()
        rows = await read(day)
        await again.note(kind, day_window(day), rows)
        # Today is not over: its watermark is now, or the rows of the rest of the day would never be read.
        end = min(midnight(day + timedelta(days=1)), now)
        await run.save(kind, [draft(row, now) for row in rows], (stream, end) if day >= first else None)
        run.tell(stream, max((day - start).days + 1, 0))
    await again.finish()
    if back is not None:
        await back.finish()


def _day_stream(kind: RecordKind) -> str:
    return f"days/{kind.value}"


async def _answer(
    run: AsyncJobRun,
    answers: tuple[PendingAnswer, ...],
    inquiry_answers: tuple[PendingInquiryAnswer, ...],
) -> None:
    if not answers and not inquiry_answers:
        return
    context = run.context
    snapshot = Snapshot(answers=answers, inquiry_answers=inquiry_answers, in_flight=await in_flight(run))
    keys = [action.key for action in context.policy.plan_answers(snapshot, run.now)]
    done = await context.ledger.is_done(run.account, keys)
    await run.act(context.policy.plan_answers(evolve(snapshot, answered=done), run.now))
