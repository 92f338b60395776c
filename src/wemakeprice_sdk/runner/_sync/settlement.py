# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The job on settlement (정산)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from wemakeprice_sdk.client.paging import day_window
from wemakeprice_sdk.models import SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.models._answers import unread_of
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.policy.settlement import BankRecords, Reconciliation, SettlementTerms
from wemakeprice_sdk.runner._sync.facts import StoredFacts, reconcile_stored
from wemakeprice_sdk.runner._sync.job_run import JobRun
from wemakeprice_sdk.runner._sync.polling import Unfinished
from wemakeprice_sdk.runner.conversion import (
    GONE,
    LATE_ROWS,
    gone_draft,
    midnight,
    settlement_drafts,
)
from wemakeprice_sdk.runner.unfinished import days_of
from wemakeprice_sdk.wire.windows import split_days


def reconcile_settlement(
    run: JobRun,
    start: date | None,
    end: date | None,
    bank: BankRecords | None,
    terms: SettlementTerms | None,
) -> tuple[Reconciliation, StoredFacts, tuple[date, ...]]:
    """Collect the rows of the days that are missing (and a few before), then reconcile everything.

    Returns the days, too, of which a row could not be read. They are read again by the next run.
    """
    yesterday = run.now.date() - timedelta(days=1)
    last = end or yesterday
    due = _first_day(run, last)
    first = start or due
    # A later start leaves days out, and today is not over: with a watermark, neither would be read again.
    counts = first <= due
    settlement = run.context.client.settlement
    begin = min(first, last)
    again = Unfinished.of(run, "settlement")
    incomplete: list[date] = []
    for day in (*days_of(again.before(midnight(begin))), *split_days(begin, last)):
        orders = settlement.list_order_lines(day)
        ships = settlement.list_ship_lines(day)
        if unread_of(orders) or unread_of(ships):
            incomplete.append(day)
        again.note(RecordKind.SETTLEMENT_SHIP, day_window(day), ships)
        again.note(RecordKind.SETTLEMENT_ORDER, day_window(day), orders)
        _keep_day(run, RecordKind.SETTLEMENT_SHIP, ships, day)
        mark = ("settlement", midnight(day)) if counts and begin <= day <= yesterday else None
        _keep_day(run, RecordKind.SETTLEMENT_ORDER, orders, day, mark)
        run.tell("settlement", max((day - first).days + 1, 0), (last - first).days + 1)
        if run.stop.pressed:
            break
    else:
        again.finish()
    return *reconcile_stored(run.context, bank, terms), tuple(incomplete)


def _keep_day(
    run: JobRun,
    kind: RecordKind,
    lines: Sequence[SettlementOrderLine | SettlementShipLine],
    day: date,
    watermark: tuple[str, datetime] | None = None,
) -> None:
    """Keep the rows of a day; a row that the day shows no more stays as gone, for an operator to see.

    A day that suddenly shows nothing at all says nothing: an outage answers with an empty list too. Nor
    does a day of which a row could not be read: that row may be the one that seems to be gone; or an answer
    that shows rows of other days, whatever it was asked for.
    """
    first, after = midnight(day), midnight(day + timedelta(days=1))
    stored = list(run.context.ledger.records(run.account, kind, since=first, until=after))
    drafts = settlement_drafts(lines, day)
    shown = {draft.key for draft in drafts}
    asked = all(line.basic_dt in (None, day) for line in lines)
    left = stored if shown and asked and not unread_of(lines) else ()
    gone = [gone_draft(row) for row in left if row.key not in shown and row.status != GONE]
    run.save(kind, [*drafts, *gone], watermark)


def _first_day(run: JobRun, last: date) -> date:
    context = run.context
    mark = context.ledger.watermark(run.account, "settlement")
    if mark is None:
        return last - context.settings.max_back
    return min(mark.date() - LATE_ROWS, last)
