"""What of one body is due on a day: its days first, then each class, masked, destroyed, held or kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import DEFAULT_RULES, RetentionDates
from wemakeprice_sdk.runner.expiry import LineTally, dates_of, expire

CONTACT, CONTRACT = RetentionClass.CONTACT, RetentionClass.CONTRACT
OTHERWISE, PAID, ENDED = date(2026, 5, 1), date(2026, 3, 4), date(2026, 3, 6)
Body = dict[str, JsonValue]


@pytest.mark.parametrize(
    ("kind", "body", "recorded", "completed"),
    [
        ("bundle", {"orderDate": "2026-03-03 09:00:00", "payDate": "2026-03-04 09:00:00"}, PAID, None),
        ("bundle", {"payDate": "0000-00-00 00:00:00", "orderDate": "2026-03-04"}, PAID, None),
        ("bundle", {"payDate": 7, "shipCompleteDate": "2026-03-06 23:59:59"}, OTHERWISE, ENDED),
        ("file_bundle", {"fact": {"payDate": "2026-03-04", "shipCompleteDate": "2026-03-06"}}, PAID, ENDED),
        (
            "claim",
            {"requestDate": "2026-03-04", "rejectDate": "2026-03-06", "withdrawDate": "2026-03-05"},
            PAID,
            ENDED,
        ),
        ("product", {"payDate": "2026-03-04"}, OTHERWISE, None),
    ],
)
def test_the_days_of_a_body(kind: str, body: Body, recorded: date, completed: date | None) -> None:
    assert dates_of(kind, body, OTHERWISE, {}) == RetentionDates(recorded=recorded, completed=completed)


def test_a_confirmation_is_known_by_the_bundle_also_inside_a_file() -> None:
    for body in ({"bundleNo": 900}, {"fact": {"bundleNo": 900}}):
        assert dates_of("file_bundle", body, OTHERWISE, {900: ENDED}).confirmed == ENDED  # type: ignore[arg-type]
        assert dates_of("file_bundle", body, OTHERWISE, {901: ENDED}).confirmed is None  # type: ignore[arg-type]


def test_each_class_is_covered_then_goes_and_a_hold_counts_for_what_is_due_only() -> None:
    body: Body = {"bundleNo": 900, "buyerName": "홍길동", "buyerPhone": "010-0000-0000"}
    covered = {**body, "buyerPhone": "***-****-0000"}
    dates = RetentionDates(recorded=PAID, completed=ENDED)
    for day, left, masked, destroyed in (
        (90, body, {}, {}),
        (91, covered, {CONTACT: (".buyerPhone",)}, {}),
        (95, covered, {CONTACT: (".buyerPhone",)}, {}),
        (96, {**body, "buyerPhone": None}, {}, {CONTACT: (".buyerPhone",)}),
    ):
        today = ENDED + timedelta(days=day)
        found = expire("bundle", body, dates, DEFAULT_RULES, today)
        assert (found.body, found.masked, found.destroyed) == (left, masked, destroyed), day
        assert (CONTACT in found.kept) is (CONTACT not in destroyed)
        assert expire("bundle", found.body, dates, DEFAULT_RULES, today).masked == {}, "covered already"
        held = expire("bundle", body, dates, DEFAULT_RULES, today, {CONTACT, CONTRACT})
        assert (held.body, held.held) == (body, () if day == 90 else (CONTACT,))
        assert CONTRACT in held.kept


def test_the_basis_of_a_line_is_that_of_the_last_to_go() -> None:
    customs = DEFAULT_RULES[RetentionClass.CUSTOMS]
    soon, late = (customs.due(RetentionDates(recorded=PAID, completed=day)) for day in (ENDED, None))
    for dues in ((soon, late), (late, soon)):
        tally = LineTally("orders.jsonl", RetentionClass.CUSTOMS, "basis")
        for due in dues:
            tally.keep(due)
        line = tally.line()
        assert (line.due, line.counted) == (0, 2)
        assert (line.kept, line.kept_until, line.basis) == (2, PAID + timedelta(days=90), str(late.term))


def test_a_line_spans_the_days_of_all_that_went() -> None:
    tally = LineTally("orders.jsonl", CONTACT, "basis")
    for day in (PAID, ENDED, OTHERWISE, PAID):
        tally.destroy(day, [".buyerPhone"], "key")
    tally.hold("분쟁")
    line = tally.line()
    assert (line.first, line.last, line.destroyed, line.fields) == (PAID, OTHERWISE, 4, ("buyerPhone",))
    assert (line.due, line.counted) == (5, 5)
