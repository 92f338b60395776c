"""Lazy reading: every item of any range once, whatever the windows, and on from a cursor."""

import json
from collections.abc import Hashable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from client_kit import DAY_START, KEY, NOW, Driver, saved
from client_scenarios import cancel
from hypothesis import example, given, settings
from hypothesis import strategies as st
from raw_server import Call, serving

from wemakeprice_sdk.client import Cursor, ReadProgress, WemakepriceClient
from wemakeprice_sdk.client.paging import (
    ListQuery,
    Next,
    Page,
    Tally,
    Walk,
    day_window,
    key_text,
    page_of,
    windows_below_a_day,
)
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import MaintenanceError, NaiveDatetimeError, ValidationError, WindowError
from wemakeprice_sdk.models import ClaimStatus, ClaimType, ListResult, ShipStatus, UnreadRow, ValueFault
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.wire.windows import Window

START, END = DAY_START - timedelta(days=3), NOW


def orders(sandbox: Sandbox, count: int = 9) -> list[int]:
    """Place orders spread over the range, the last one now."""
    step = (END - START) / count
    return [sandbox.place_order(paid_at=START + step * (index + 1)).bundle_no for index in range(count)]


def bundles(rows: list[Any]) -> list[int]:
    return [row.bundle_no for row in rows]


@pytest.mark.parametrize("overlap", [timedelta(0), timedelta(hours=6)])
def test_orders_of_any_range_come_once(overlap: timedelta, go: Driver, client: Any, sandbox: Sandbox) -> None:
    placed = orders(sandbox)
    progress: list[ReadProgress] = []
    pager = client.orders.iter(START, END, ShipStatus.NEW, overlap=overlap, progress=progress.append)
    assert sandbox.calls["orders_list"] == 0
    assert bundles(go.all(pager)) == placed
    assert sandbox.calls["orders_list"] == progress[-1].queries_total == progress[-1].queries_done >= 4
    assert progress[-1].items == len(placed)
    assert [step.queries_done for step in progress] == list(range(1, len(progress) + 1))


STATES = [ShipStatus.DELIVERY, ShipStatus.NEW, ShipStatus.CONFIRM]


def test_several_states_are_read_together_in_the_order_of_a_bundle(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    placed = orders(sandbox)
    for number in placed[::2]:
        go(client.orders.confirm(number))
    progress: list[ReadProgress] = []
    pager = client.orders.iter(START, END, iter(STATES), progress=progress.append)
    assert sorted(bundles(go.all(pager))) == placed
    assert sandbox.calls["orders_list"] == 3 * progress[-1].queries_total
    assert progress[-1].queries_done == progress[-1].queries_total


def test_a_bundle_that_moves_on_while_it_is_read_is_not_missed(
    go: Driver, client: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = orders(sandbox, 1)
    place = type(client.orders)
    listing, asked = place.list, list[ShipStatus]()

    def moving(self: Any, start: datetime, end: datetime, state: ShipStatus, *rest: Any) -> Any:
        if end >= END:
            asked.append(state)
        if asked == [ShipStatus.NEW, ShipStatus.CONFIRM]:
            with WemakepriceClient(KEY, base_url=client.base_url) as seller:
                seller.orders.confirm(number)
        return listing(self, start, end, state, *rest)

    monkeypatch.setattr(place, "list", moving)
    assert bundles(go.all(client.orders.iter(START, END, STATES))) == [number]
    assert asked == [ShipStatus.NEW, ShipStatus.CONFIRM, ShipStatus.DELIVERY]


@pytest.mark.parametrize("taken", [0, 1, 4, 8, 9])
def test_a_cursor_of_several_states_goes_on_after_the_last_item_taken(
    taken: int, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    placed = orders(sandbox)
    for number in placed[::2]:
        go(client.orders.confirm(number))
    pager = client.orders.iter(START, END, STATES)
    first = bundles(go.take(pager, taken))
    again = client.orders.iter(START, END, reversed(STATES), cursor=pager.cursor)
    assert sorted(first + bundles(go.all(again))) == placed
    with pytest.raises(ValidationError, match="cursor"):
        client.orders.iter(START, END, ShipStatus.NEW, cursor=pager.cursor)


def test_one_state_in_a_list_reads_as_that_state(go: Driver, client: Any, sandbox: Sandbox) -> None:
    placed = orders(sandbox)
    cursor = client.orders.iter(START, END, ShipStatus.NEW).cursor
    assert bundles(go.all(client.orders.iter(START, END, [ShipStatus.NEW], cursor=cursor))) == placed


def test_claims_of_several_states_come_together(go: Driver, client: Any, sandbox: Sandbox) -> None:
    number = cancel(sandbox)
    states = [ClaimStatus.APPROVE, ClaimStatus.REQUEST]
    rows = go.all(client.claims.iter(START, END + timedelta(days=1), ClaimType.CANCEL, states))
    assert [row.claim_bundle_no for row in rows] == [number]


def test_states_that_are_none_are_refused(client: Any) -> None:
    with pytest.raises(ValidationError, match="하나 이상"):
        client.orders.iter(START, END, [])
    with pytest.raises(TypeError, match="type takes a ShipStatus, not a str"):
        client.orders.iter(START, END, ["NEW"])
    with pytest.raises(TypeError, match="claim_status takes a ClaimStatus"):
        client.claims.iter(START, END, ClaimType.CANCEL, [ShipStatus.NEW])


def test_reading_is_lazy(go: Driver, client: Any, sandbox: Sandbox) -> None:
    orders(sandbox)
    pager = client.orders.iter(START, END, ShipStatus.NEW)
    go.take(pager, 1)
    assert sandbox.calls["orders_list"] == 1


@pytest.mark.parametrize("taken", [0, 1, 4, 8, 9])
def test_a_cursor_goes_on_after_the_last_item_taken(
    taken: int, go: Driver, client: Any, sandbox: Sandbox
) -> None:
    placed = orders(sandbox)
    pager = client.orders.iter(START, END, ShipStatus.NEW)
    first = bundles(go.take(pager, taken))
    text = pager.cursor.to_json()
    again = client.orders.iter(START, END, ShipStatus.NEW, cursor=Cursor.from_json(text))
    assert first + bundles(go.all(again)) == placed


def test_a_finished_cursor_goes_on_with_a_range_that_grew(go: Driver, client: Any, sandbox: Sandbox) -> None:
    placed = orders(sandbox)
    pager = client.orders.iter(START, END, ShipStatus.NEW)
    assert bundles(go.all(pager)) == placed
    done = pager.cursor
    assert go.all(client.orders.iter(START, END, ShipStatus.NEW, cursor=done)) == []
    sandbox.set_clock(END + timedelta(days=2))
    later = [
        sandbox.place_order(paid_at=END + timedelta(minutes=1)).bundle_no,
        sandbox.place_order().bundle_no,
    ]
    grown = client.orders.iter(START, END + timedelta(days=2), ShipStatus.NEW, cursor=done)
    assert bundles(go.all(grown)) == later


def test_a_query_that_fails_is_asked_again_by_the_next_step(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    placed = orders(sandbox)
    pager = client.orders.iter(START, END, ShipStatus.NEW)
    first = go.take(pager, 3)
    sandbox.faults.add("orders_list", "html-500", 3)
    rest: list[Any] = []

    def take_rest() -> None:
        while True:
            rest.extend(go.take(pager, 1))

    with pytest.raises(MaintenanceError):
        take_rest()
    assert bundles(first + rest + go.all(pager)) == placed


def test_a_cursor_of_another_reading_or_a_damaged_one_is_refused(
    go: Driver, client: Any, sandbox: Sandbox
) -> None:
    cursor = client.orders.iter(START, END, ShipStatus.NEW).cursor
    for other in (
        lambda: client.orders.iter(START, END, ShipStatus.CONFIRM, cursor=cursor),
        lambda: client.claims.iter(START, END, ClaimType.CANCEL, ClaimStatus.REQUEST, cursor=cursor),
    ):
        with pytest.raises(ValidationError, match="cursor"):
            other()
    good = cursor.to_json()
    pages = [good.replace('"page":1', f'"page":{page}') for page in ("0", "-5", "1.5", "Infinity", "true")]
    far = good.replace(cursor.position.isoformat(), "9999-12-31T23:00:00-09:00")
    keys = good.replace("[]", '"abc"')
    naive = good.replace("+09:00", "")
    for text in ("", "{}", "[]", "null", "[" * 100_000, good[:-5], naive, far, keys, *pages):
        assert text != good
        with pytest.raises(ValidationError, match="cursor"):
            Cursor.from_json(text)


def test_naive_and_reversed_ranges_are_refused_at_once(go: Driver, client: Any, sandbox: Sandbox) -> None:
    with pytest.raises(NaiveDatetimeError):
        client.orders.iter(datetime(2024, 5, 1), END, ShipStatus.NEW)
    with pytest.raises(WindowError):
        client.orders.iter(END, START, ShipStatus.NEW)
    with pytest.raises(WindowError):
        go(client.orders.list(START, START + timedelta(hours=24), ShipStatus.NEW))
    assert sandbox.calls["orders_list"] == 0


def test_claims_of_a_range_come_once(go: Driver, client: Any, sandbox: Sandbox) -> None:
    numbers = [cancel(sandbox) for _ in range(3)]
    pager = client.claims.iter(START, END, ClaimType.CANCEL, ClaimStatus.REQUEST, overlap=timedelta(hours=2))
    assert sorted(row.claim_bundle_no for row in go.all(pager)) == sorted(numbers)


def test_products_page_through_every_window(go: Driver, client: Any, sandbox: Sandbox) -> None:
    numbers = [saved(sandbox)[0] for _ in range(205)]
    pager = client.products.iter(START, END, width=timedelta(days=2))
    first = [row.product_no for row in go.take(pager, 150)]
    cursor = Cursor.from_json(pager.cursor.to_json())
    assert (cursor.page, len(cursor.delivered)) == (2, 150)
    rest = client.products.iter(START, END, width=timedelta(days=2), cursor=cursor)
    assert first + [row.product_no for row in go.all(rest)] == numbers


def test_deals_of_years_are_asked_for_in_half_years(go: Driver, client: Any, sandbox: Sandbox) -> None:
    timestamps = [datetime(2022, 8, 31, 1, tzinfo=KST), datetime(2023, 2, 28, 23, 59, 59, tzinfo=KST), NOW]
    product = sandbox.make_product()
    numbers = [sandbox.make_deal(products=[product], registered=timestamp) for timestamp in timestamps]
    pager = client.deals.iter(datetime(2022, 8, 31, tzinfo=KST), NOW)
    assert [row.deal_no for row in go.all(pager)] == numbers
    assert sandbox.calls["deals_list"] == 4


def test_questions_reviews_and_inquiries_come_day_by_day(go: Driver, client: Any, sandbox: Sandbox) -> None:
    days = [NOW - timedelta(days=2), NOW - timedelta(days=1), NOW]
    question = sandbox.ask_question(at=days[0])
    sandbox.ask_question(follow_up=question, text="아직인가요?", at=days[1])
    inquiry = sandbox.ask_inquiry(at=days[1])
    order = sandbox.place_order()
    review = sandbox.write_review(order_option_no=order.order_option_nos[0])
    asked = go.all(client.cs.iter_questions(days[0], days[2]))
    assert [(row.qna_seq, row.question_date) for row in asked] == [(question, days[0]), (question, days[1])]
    assert [row.inquiry_seq for row in go.all(client.cs.iter_inquiries(days[0], days[2]))] == [inquiry]
    assert [row.review_seq for row in go.all(client.cs.iter_reviews(NOW.date(), NOW.date()))] == [review]
    assert sandbox.calls["cs_list_questions"] == 3


def test_settlement_comes_day_by_day_and_sums_up(go: Driver, client: Any, sandbox: Sandbox) -> None:
    total = 0
    for back in (2, 1, 0):
        sandbox.set_clock(NOW - timedelta(days=back))
        number = sandbox.place_order().bundle_no
        sandbox.prepare_bundle(bundle_no=number, status="COMPLETE")
    sandbox.set_clock(NOW + timedelta(days=1))
    first, last = NOW.date() - timedelta(days=2), NOW.date()
    for offset in range(3):
        total += sandbox.settlement_totals(None, first + timedelta(days=offset)).order_payable
    lines = go.all(client.settlement.iter(first, last))
    assert len(lines) == 3
    assert sum(line.payable for line in lines) == total
    assert go.all(client.settlement.iter_order_lines(first, last)) == lines
    assert go.all(client.settlement.iter(first, last, "ship")) == go.all(
        client.settlement.iter_ship_lines(first, last)
    )


SETTLED = {
    "basicDt": "20260305", "gubun": "1", "bundleNo": "1", "orderNo": "2", "orderOptNo": "0", "claimNo": "0",
    "claimOptNo": "0", "prodSaleAmt": 10_000, "completeQty": 1,
}  # fmt: skip


def test_settlement_rows_of_one_key_are_rows_of_their_own(go: Driver) -> None:
    """A coupon correction repeats the key of its row, and so do the options of a feed without option numbers."""
    rows = [
        SETTLED,
        {**SETTLED, "completeQty": 0, "sellerChargeCouponAmt": 500},
        SETTLED,
        {**SETTLED, "orderNo": "3"},
    ]
    ships = [{**SETTLED, "shipAmt": 3_000}, {**SETTLED, "shipAmt": -500}]

    def exchange(call: Call) -> None:
        data = ships if "getSettleShipInfo" in call.head else rows
        call.answer(json.dumps({"resultCode": 200, "error": None, "data": data}).encode())

    with serving(exchange) as server:
        settlement = go.client(base_url=server.url).settlement
        lines = go.all(settlement.iter_order_lines(date(2026, 3, 5), date(2026, 3, 6)))
        fees = go.all(settlement.iter_ship_lines(date(2026, 3, 5), date(2026, 3, 6)))
        pager = settlement.iter_order_lines(date(2026, 3, 5), date(2026, 3, 6))
        first = go.take(pager, 2)
        rest = go.all(settlement.iter_order_lines(date(2026, 3, 5), date(2026, 3, 6), cursor=pager.cursor))
    assert [line.payable for line in lines] == [10_000, -500, 10_000, 10_000], (
        "and the next day shows them again"
    )
    assert [line.payable for line in fees] == [3_000, -500]
    assert [*first, *rest] == lines


def test_notices_come_week_by_week(go: Driver, client: Any, sandbox: Sandbox) -> None:
    for day in (1, 9, 17):
        sandbox.post_notice(title=f"공지 {day}", day=date(2024, 5, day))
    found = go.all(client.notices.iter(date(2024, 5, 1), date(2024, 5, 20)))
    assert sorted(row.title for row in found) == ["공지 1", "공지 17", "공지 9"]
    assert sandbox.calls["notices_list"] == 3


def test_natural_keys_are_spelt_without_personal_data() -> None:
    assert key_text((1, None, NOW, date(2024, 5, 1), ClaimType.CANCEL)) == (
        "1::2024-05-20T12:00:00+09:00:2024-05-01:CANCEL"
    )


def test_a_page_is_counted_by_the_rows_that_came() -> None:
    fault = ValueFault("$.data.list[1].productNo", "string", "a whole number was expected")
    rows = ListResult(("one",), [UnreadRow(path="$.data.list[1]", faults=(fault,))])
    assert page_of(rows, 7) == Page(rows, 2, 7)
    assert page_of(("one",), None) == Page(("one",), 1, None)


Reading_ = list[tuple[list[int], int | None]]


@pytest.mark.parametrize(
    ("pages", "steps"),
    [
        ([([], 0)], "DONE"),
        ([([], None)], "DONE"),
        ([([1, 2], 2)], "DONE"),
        ([([1, 2], 3), ([3], 3)], "MORE DONE"),
        ([([1, 1], 2)], "DONE"),
        ([([1, 2], None), ([], None)], "MORE DONE"),
        ([([1, 2], None), ([1, 2], None)], "MORE DONE"),
        ([([1, 2], 0), ([3], 0), ([], 0)], "MORE MORE DONE"),
        ([([1, 2], 3), ([], 3)], "MORE AGAIN"),
        ([([1, 2], 4), ([2, 3], 4), ([4], 4)], "MORE MORE DONE"),
        ([([1, 2], 4), ([4], 3)], "MORE AGAIN"),
        ([([1, 2], 3), ([3], 4), ([4], 4)], "MORE MORE DONE"),
        ([(list(range(100)), None), (list(range(100)), None)], "MORE MISSING"),
        ([(list(range(100)), 120), (list(range(100)), 120)], "MORE AGAIN"),
    ],
)  # fmt: skip
def test_what_is_next_follows_from_what_came(pages: Reading_, steps: str) -> None:
    tally = Tally()
    assert " ".join(tally.note(map(str, rows), len(rows), total).name for rows, total in pages) == steps


def test_a_window_is_read_three_times_at_most() -> None:
    tally, steps = Tally(), []
    for _ in range(3):
        tally.note(["1"], 1, 3)
        steps.append(tally.note([], 0, 3))
        tally = tally.anew()
    assert steps == [Next.AGAIN, Next.AGAIN, Next.MISSING]


TIMESTAMPS = st.integers(0, 5 * 86400 - 1).map(lambda seconds: START + timedelta(seconds=seconds))


class Site:
    """Bundles by the second they were paid in, as the marketplace's list gives them."""

    def __init__(self, timestamps: list[datetime]) -> None:
        self.rows = list(enumerate(timestamps))

    def ask(self, window: Window) -> Page[tuple[int, datetime]]:
        return Page(tuple(row for row in self.rows if window.start <= row[1] <= window.end))


def row_key(row: tuple[int, datetime]) -> tuple[Hashable, ...]:
    return (row[0],)


def drain(walk: Walk[tuple[int, datetime]], site: Site, count: int) -> list[int]:
    taken: list[int] = []
    while len(taken) < count:
        item = walk.take()
        if item is not None:
            taken.append(item[0])
            continue
        query = walk.next_query()
        if query is None:
            break
        walk.answered(site.ask(query[0]))
    return taken


@settings(deadline=None, max_examples=60)
@given(
    st.lists(TIMESTAMPS, max_size=30),
    st.lists(st.integers(0, 12), max_size=6),
    st.integers(0, 12 * 3600 - 1),
    st.integers(0, 5 * 86400 - 1),
)
@example([START + timedelta(hours=12, seconds=1)], [], 12 * 3600 - 1, 86400)
def test_however_often_it_is_interrupted_and_grows_every_item_comes_exactly_once(
    timestamps: list[datetime], stops: list[int], overlap: int, first_end: int
) -> None:
    site = Site(timestamps)
    ends = [START + timedelta(seconds=first_end), START + timedelta(days=5) - timedelta(seconds=1)]
    cursor: Cursor | None = None
    taken: list[int] = []
    for end in ends:
        windows = windows_below_a_day(START, end, timedelta(seconds=overlap))
        for stop in [*stops, 1000]:
            walk = Walk(ListQuery("orders_list", "q", windows), row_key, cursor, None)
            taken += drain(walk, site, stop)
            cursor = Cursor.from_json(walk.cursor.to_json())
    assert sorted(taken) == [number for number, _ in site.rows]


def test_a_window_of_several_pages_is_not_delivered_again_when_the_range_grows() -> None:
    pages = [[(number, START) for number in range(first, first + 3)] for first in (0, 3, 6)]
    taken: list[int] = []
    cursor: Cursor | None = None
    for hours in (2, 5):
        windows = windows_below_a_day(START, START + timedelta(hours=hours), timedelta(0))
        walk = Walk(ListQuery("products_list", "q", windows), row_key, cursor, None)
        while (query := walk.next_query()) is not None:
            page = query[1]
            walk.answered(Page(tuple(pages[page - 1]), 3, 9))
            while (item := walk.take()) is not None:
                taken.append(item[0])
        cursor = walk.cursor
    assert taken == list(range(9))


def test_a_day_is_a_window_of_whole_seconds() -> None:
    window = day_window(date(2024, 2, 29))
    assert window.start == datetime(2024, 2, 29, tzinfo=KST)
    assert window.end == datetime(2024, 2, 29, 23, 59, 59, tzinfo=KST)


def test_a_pager_becomes_a_table_of_what_is_left(go: Driver, client: Any, sandbox: Sandbox) -> None:
    """On both clients, without people unless they are asked for."""
    sandbox.place_order(paid_at=START + timedelta(hours=1), buyer_name="홍길동")
    numbers = orders(sandbox, 4)

    def pager() -> Any:
        return client.orders.iter(START, END, ShipStatus.NEW)

    rows = go(pager().to_rows())
    assert set(numbers) < {row["bundle_no"] for row in rows}
    assert len(rows) == 5
    assert {row["buyer_name"] for row in rows} == {"***"}
    assert "홍길동" in list(go(pager().to_pandas(personal=True))["buyer_name"])
    assert go(pager().to_polars()).height == 5
