# Generated from runner/_async by scripts/unasync.py; edit that one.
"""Jobs on questions, reviews, inquiries and settlement (CS·정산)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from attrs import evolve

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models import Bundle, Claim, ReadModel, SettleOrderLine, SettleShipLine
from wemakeprice_sdk.policy.actions import ActionKind
from wemakeprice_sdk.policy.gates import check
from wemakeprice_sdk.policy.snapshot import PendingAnswer, PendingInquiryAnswer, Snapshot
from wemakeprice_sdk.runner._sync.orders import in_flight
from wemakeprice_sdk.runner._sync.session import Session
from wemakeprice_sdk.runner._sync.sweeps import open_streams
from wemakeprice_sdk.runner.drafts import (
    GONE,
    LATE_ROWS,
    gone_draft,
    inquiry_draft,
    question_draft,
    restore,
    review_draft,
    settlement_drafts,
)
from wemakeprice_sdk.runner.reconcile import Reconciliation, SettlementFacts, reconcile
from wemakeprice_sdk.runner.records import RecordDraft, RecordKind
from wemakeprice_sdk.wire.windows import split_days

T = TypeVar("T")
M = TypeVar("M", bound=ReadModel)


def serve_customers(
    session: Session,
    answers: Iterable[PendingAnswer],
    inquiry_answers: Iterable[PendingInquiryAnswer],
) -> None:
    """Collect questions, reviews and inquiries as far as each is switched on, then send the answers."""
    cs = session.around.client.cs
    for kind in (RecordKind.QUESTION, RecordKind.REVIEW, RecordKind.INQUIRY):
        open_streams(session, kind, [_day_stream(kind)])
    if _is_open(session, ActionKind.COLLECT_QUESTIONS):
        _by_day(session, RecordKind.QUESTION, cs.list_questions, question_draft)
    if _is_open(session, ActionKind.COLLECT_REVIEWS):
        _by_day(session, RecordKind.REVIEW, cs.list_reviews, review_draft)
    if _is_open(session, ActionKind.COLLECT_INQUIRIES):
        _by_day(session, RecordKind.INQUIRY, cs.list_inquiries, inquiry_draft)
    _answer(session, tuple(answers), tuple(inquiry_answers))


def _is_open(session: Session, kind: ActionKind) -> bool:
    return check(session.around.config, kind) is None


def _by_day(
    session: Session,
    kind: RecordKind,
    read: Callable[[date], tuple[T, ...]],
    draft: Callable[[T, datetime], RecordDraft],
) -> None:
    now = session.now
    stream = _day_stream(kind)
    settings = session.around.settings
    mark = session.around.offload(session.around.ledger.watermark, session.account, stream)
    start = (now - settings.backfill if mark is None else mark - settings.overlap).date()
    for day in split_days(min(start, now.date()), now.date()):
        session.step()
        rows = read(day)
        session.save(kind, [draft(row, now) for row in rows], (stream, min(_midnight(day, 1), now)))
        session.tell(stream, (day - start).days + 1)


def _day_stream(kind: RecordKind) -> str:
    return f"days/{kind.value}"


def _midnight(day: date, later: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=later), time(), KST)


def _answer(
    session: Session,
    answers: tuple[PendingAnswer, ...],
    inquiry_answers: tuple[PendingInquiryAnswer, ...],
) -> None:
    if not answers and not inquiry_answers:
        return
    around = session.around
    snapshot = Snapshot(answers=answers, inquiry_answers=inquiry_answers, in_flight=in_flight(session))
    keys = [action.key for action in around.policy.plan_answers(snapshot, session.now)]
    done = around.offload(around.ledger.is_done, session.account, keys)
    session.act(around.policy.plan_answers(evolve(snapshot, answered=done), session.now))


def settle(
    session: Session, start: date | None, end: date | None, received: Mapping[date, int] | None
) -> Reconciliation:
    """Collect the rows of the days that are missing (and a few before), then reconcile everything."""
    yesterday = session.now.date() - timedelta(days=1)
    last = end or yesterday
    due = _first_day(session, last)
    first = start or due
    # A later start leaves days out, and today is not over: neither may count as read for good.
    counts = first <= due
    settlement = session.around.client.settlement
    for day in split_days(min(first, last), last):
        orders = settlement.list_order_lines(day)
        ships = settlement.list_ship_lines(day)
        _keep_day(session, RecordKind.SETTLE_SHIP, ships, day)
        mark = ("settlement", _midnight(day)) if counts and day <= yesterday else None
        _keep_day(session, RecordKind.SETTLE_ORDER, orders, day, mark)
        session.tell("settlement", (day - first).days + 1, (last - first).days + 1)
        if session.stop.pressed:
            break
    return session.around.offload(_reconcile, session, received)


def _keep_day(
    session: Session,
    kind: RecordKind,
    lines: Sequence[SettleOrderLine | SettleShipLine],
    day: date,
    watermark: tuple[str, datetime] | None = None,
) -> None:
    """Keep the rows of a day; a row that the day shows no more stays as gone, for a person to see.

    A day that suddenly shows nothing at all says nothing: an empty answer is also what an outage gives.
    """
    around = session.around
    first, after = _midnight(day), _midnight(day, 1)
    stored = around.offload(
        lambda: list(around.ledger.records(session.account, kind, since=first, until=after))
    )
    drafts = settlement_drafts(lines, day)
    shown = {draft.key for draft in drafts}
    gone = [gone_draft(row) for row in stored if shown and row.key not in shown and row.status != GONE]
    session.save(kind, [*drafts, *gone], watermark)


def _first_day(session: Session, last: date) -> date:
    around = session.around
    mark = around.offload(around.ledger.watermark, session.account, "settlement")
    if mark is None:
        return last - around.settings.max_back
    return min(mark.date() - LATE_ROWS, last)


def _reconcile(session: Session, received: Mapping[date, int] | None) -> Reconciliation:
    order_lines, ship_lines = RecordKind.SETTLE_ORDER, RecordKind.SETTLE_SHIP
    facts = SettlementFacts(
        bundles=_all(session, Bundle, RecordKind.BUNDLE),
        claims=_all(session, Claim, RecordKind.CLAIM),
        order_lines=_shown(session, SettleOrderLine, order_lines),
        ship_lines=_shown(session, SettleShipLine, ship_lines),
        withdrawn=(
            *_all(session, SettleOrderLine, order_lines, GONE),
            *_all(session, SettleShipLine, ship_lines, GONE),
        ),
        received=received,
    )
    cycle = session.around.config.settlement_cycle
    return reconcile(session.account, facts, session.now.date(), cycle=cycle)


def _all(session: Session, cls: type[M], kind: RecordKind, status: str | None = None) -> tuple[M, ...]:
    records = session.around.ledger.records(session.account, kind, status=status)
    return tuple(restore(cls, row) for row in records)


def _shown(session: Session, cls: type[M], kind: RecordKind) -> tuple[M, ...]:
    records = session.around.ledger.records(session.account, kind)
    return tuple(restore(cls, row) for row in records if row.status != GONE)
