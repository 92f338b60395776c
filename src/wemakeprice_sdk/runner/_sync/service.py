# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on questions, reviews, inquiries and settlement (CS·정산)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from attrs import evolve

from wemakeprice_sdk.client.paging import day_window
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.ledger.records import RecordDraft, RecordKind
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ListResult,
    ReadModel,
    SettlementOrderLine,
    SettlementShipLine,
)
from wemakeprice_sdk.models._answers import unread_of
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.gates import check
from wemakeprice_sdk.policy.reconciliation import Reconciliation, SettlementFacts, reconcile
from wemakeprice_sdk.policy.snapshot import PendingAnswer, PendingInquiryAnswer, Snapshot
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.orders import in_flight
from wemakeprice_sdk.runner._sync.polling import LookBack, Unfinished, open_streams
from wemakeprice_sdk.runner.conversion import (
    GONE,
    LATE_ROWS,
    gone_draft,
    inquiry_draft,
    question_draft,
    restore,
    review_draft,
    settlement_drafts,
)
from wemakeprice_sdk.wire.windows import Window, split_days

T = TypeVar("T")
M = TypeVar("M", bound=ReadModel)


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
    for day in (*_days(again.before(_midnight(first))), *split_days(first, now.date())):
        run.step()
        rows = read(day)
        again.note(kind, day_window(day), rows)
        done = (stream, min(_midnight(day, 1), now)) if day >= first else None
        run.save(kind, [draft(row, now) for row in rows], done)
        run.tell(stream, max((day - start).days + 1, 0))
    again.finish()
    if back is not None:
        back.finish()


def _days(windows: Iterable[Window]) -> tuple[date, ...]:
    return tuple(sorted({day for window in windows for day in split_days(window.start, window.end)}))


def _day_stream(kind: RecordKind) -> str:
    return f"days/{kind.value}"


def _midnight(day: date, later: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=later), time(), KST)


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


def settle(
    run: JobRun, start: date | None, end: date | None, received: Mapping[date, int] | None
) -> tuple[Reconciliation, tuple[date, ...]]:
    """Collect the rows of the days that are missing (and a few before), then reconcile everything.

    Returns the days, too, of which a row could not be read. They are read again by the next run.
    """
    yesterday = run.now.date() - timedelta(days=1)
    last = end or yesterday
    due = _first_day(run, last)
    first = start or due
    # A later start leaves days out, and today is not over: neither may count as read.
    counts = first <= due
    settlement = run.context.client.settlement
    begin = min(first, last)
    again = Unfinished.of(run, "settlement")
    incomplete: list[date] = []
    for day in (*_days(again.before(_midnight(begin))), *split_days(begin, last)):
        orders = settlement.list_order_lines(day)
        ships = settlement.list_ship_lines(day)
        if unread_of(orders) or unread_of(ships):
            incomplete.append(day)
        again.note(RecordKind.SETTLEMENT_SHIP, day_window(day), ships)
        again.note(RecordKind.SETTLEMENT_ORDER, day_window(day), orders)
        _keep_day(run, RecordKind.SETTLEMENT_SHIP, ships, day)
        mark = ("settlement", _midnight(day)) if counts and begin <= day <= yesterday else None
        _keep_day(run, RecordKind.SETTLEMENT_ORDER, orders, day, mark)
        run.tell("settlement", max((day - first).days + 1, 0), (last - first).days + 1)
        if run.stop.pressed:
            break
    else:
        again.finish()
    facts = _facts(run, received)
    cycle = run.context.config.settlement_cycle
    # A year of orders takes seconds.
    result = run.context.offload(reconcile, run.account, facts, run.now.date(), cycle=cycle)
    return result, tuple(incomplete)


def _keep_day(
    run: JobRun,
    kind: RecordKind,
    lines: Sequence[SettlementOrderLine | SettlementShipLine],
    day: date,
    watermark: tuple[str, datetime] | None = None,
) -> None:
    """Keep the rows of a day; a row that the day shows no more stays as gone, for an operator to see.

    A day that suddenly shows nothing at all says nothing: an empty answer is also what an outage gives. Nor
    does a day of which a row could not be read: that row may be the one that seems to be gone.
    """
    first, after = _midnight(day), _midnight(day, 1)
    stored = list(run.context.ledger.records(run.account, kind, since=first, until=after))
    drafts = settlement_drafts(lines, day)
    shown = {draft.key for draft in drafts}
    left = () if unread_of(lines) or not shown else stored
    gone = [gone_draft(row) for row in left if row.key not in shown and row.status != GONE]
    run.save(kind, [*drafts, *gone], watermark)


def _first_day(run: JobRun, last: date) -> date:
    context = run.context
    mark = context.ledger.watermark(run.account, "settlement")
    if mark is None:
        return last - context.settings.max_back
    return min(mark.date() - LATE_ROWS, last)


def _facts(run: JobRun, received: Mapping[date, int] | None) -> SettlementFacts:
    order_lines, ship_lines = RecordKind.SETTLEMENT_ORDER, RecordKind.SETTLEMENT_SHIP
    return SettlementFacts(
        bundles=_all(run, Bundle, RecordKind.BUNDLE),
        claims=_all(run, Claim, RecordKind.CLAIM),
        order_lines=_shown(run, SettlementOrderLine, order_lines),
        ship_lines=_shown(run, SettlementShipLine, ship_lines),
        withdrawn=(
            *_all(run, SettlementOrderLine, order_lines, GONE),
            *_all(run, SettlementShipLine, ship_lines, GONE),
        ),
        received=received,
    )


def _all(run: JobRun, cls: type[M], kind: RecordKind, status: str | None = None) -> tuple[M, ...]:
    records = run.context.ledger.records(run.account, kind, status=status)
    return tuple([restore(cls, row) for row in records])


def _shown(run: JobRun, cls: type[M], kind: RecordKind) -> tuple[M, ...]:
    records = run.context.ledger.records(run.account, kind)
    return tuple([restore(cls, row) for row in records if row.status != GONE])
