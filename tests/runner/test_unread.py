"""A list is not hostage to one value: what cannot be read is named and read again, and the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from kit import FROM, KEY, START, TO, Shop, config, open_shop, parcel, product
from test_recovery import crash

from wemakeprice_sdk.config import ConfirmationMode
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.snapshot import SkuStock
from wemakeprice_sdk.runner import ActionState, JobVerdict, RunnerSettings, VerdictCode
from wemakeprice_sdk.runner.unfinished import joined
from wemakeprice_sdk.sandbox.answers import json_reply
from wemakeprice_sdk.wire.windows import Window

Row = dict[str, Any]
Change = Callable[[Row], Any]
CONTAINERS = ("bundle", "claim", "list")


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


class Edited:
    """Changes rows of the sandbox's answers on their way, until `mend` is called."""

    def __init__(self, shop: Shop, path: str, is_it: Callable[[Row], bool], change: Change) -> None:
        self.calls = 0
        self._broken = True
        real = shop.sandbox.handle

        def handle(method: str, where: str, *rest: Any, **named: Any) -> Any:
            reply = real(method, where, *rest, **named)
            if path not in where:
                return reply
            self.calls += 1
            body = reply.json()
            if self._broken and body.get("data"):
                body["data"] = _changed(body["data"], is_it, change)
            return json_reply(reply.status, body)

        shop.sandbox.handle = handle  # type: ignore[method-assign]

    def mend(self) -> None:
        self._broken = False


def _changed(data: Any, is_it: Callable[[Row], bool], change: Change) -> Any:
    if isinstance(data, list):
        return [change(row) if is_it(row) else row for row in data]
    key = next((key for key in CONTAINERS if key in data), None)
    if key is None:
        return change(data) if is_it(data) else data
    return {**data, key: _changed(data[key] or [], is_it, change)}


def with_value(*path: str | int, value: Any) -> Change:
    def change(row: Row) -> Any:
        row = json.loads(json.dumps(row))
        inner: Any = row
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        return row

    return change


def numbered(name: str, number: int) -> Callable[[Row], bool]:
    return lambda row: row.get(name) == number


HALF_A_WON = with_value("orderProduct", 0, "productPrice", value=12900.5)


@pytest.mark.parametrize(
    "value",
    [
        "0000-00-00 00:00:00", "2026-03-09T23:59:59+09:00", 1773068399, 1773068399000, "2026-03-09 24:00:00",
        "9999-12-31 23:59:59", "곧", {"date": "2026-03-09"}, True,
    ],
)  # fmt: skip
def test_one_odd_deadline_stops_nothing_not_even_its_own_bundle(shop: Shop, value: Any) -> None:
    bad, good = shop.order(), shop.order()
    Edited(shop, "getOrder", numbered("bundleNo", bad), with_value("originShipDate", value=value))
    runner = shop.runner()
    report = runner.collect_orders()
    assert report.counts == {ActionState.APPLIED: 2}
    assert sorted(shop.writes("orders_confirm")) == sorted([bad, good])
    assert report.unread == ()
    assert report.ok
    named = [f"bundle:{bad}: $.data.bundle[0].originShipDate: a timestamp was expected"]
    readable = not isinstance(value, dict | bool) and value != "곧"
    assert [fault.partition(",")[0] for fault in report.faults] == ([] if readable else named)
    assert runner.ship([parcel(bad), parcel(good)]).counts == {ActionState.APPLIED: 2}


@pytest.mark.parametrize("broken", [HALF_A_WON, lambda row: None, lambda row: "kaputt", lambda row: [row]])
def test_of_96_hourly_collections_each_takes_all_orders_but_one_that_cannot_be_read(
    shop: Shop, broken: Change
) -> None:
    bad = shop.order()
    edited = Edited(shop, "getOrder", numbered("bundleNo", bad), broken)
    runner = shop.runner()
    numbers: list[int] = []
    for _ in range(96):
        number = shop.order()
        report = runner.collect_orders()
        assert report.counts == {ActionState.APPLIED: 1}
        assert len(report.unread) >= 1
        assert not report.ok
        assert runner.ship([parcel(number)]).counts == {ActionState.APPLIED: 1}
        numbers.append(number)
        shop.pass_time(hours=1)
    assert shop.writes("orders_confirm") == shop.writes("orders_ship") == numbers
    kept = shop.ledger.progress("shop", "unread/orders/NEW/NEW")
    assert kept is not None
    assert len(kept["windows"]) <= 1  # type: ignore[arg-type]
    edited.mend()
    report = runner.collect_orders()
    assert report.counts == {ActionState.APPLIED: 1}
    assert (report.unread, report.waiting) == ((), ())
    # After four days its dispatch is overdue, which somebody has to know.
    assert [(reason.code, reason.subjects) for reason in report.reasons] == [
        (VerdictCode.SERIOUS_ALARM, (f"bundle:{bad}",))
    ]
    assert not report.ok
    assert shop.writes("orders_confirm") == [*numbers, bad]
    assert runner.ship([parcel(bad)]).counts == {ActionState.APPLIED: 1}
    assert shop.ledger.progress("shop", "unread/orders/NEW/NEW") == {"windows": []}
    calls = []
    for _ in range(4):
        before = edited.calls
        runner.collect_orders()
        calls.append(edited.calls - before)
    assert calls[-1] == calls[-2] == 2, "nothing is read again once all could be read"


def test_an_unread_bundle_is_named_by_its_number_and_place_and_never_by_what_stands_there(shop: Shop) -> None:
    bad = shop.order()
    Edited(shop, "getOrder", numbered("bundleNo", bad), with_value("shipPrice", value="홍길동"))
    report = shop.runner().collect_orders()
    assert report.unread == (
        f"bundle:{bad}: $.data.bundle[0].shipPrice: a whole number was expected, string found",
    )
    assert "홍길동" not in str(report)
    assert f"not read: bundle:{bad}" in str(report)


def test_a_window_with_an_unread_row_is_remembered_before_the_watermark_passes_it(shop: Shop) -> None:
    bad = shop.order()
    edited = Edited(shop, "getOrder", numbered("bundleNo", bad), HALF_A_WON)
    runner = shop.runner()
    crash(shop, runner.collect_orders, "save", skip=2)
    shop.pass_time(hours=30)
    edited.mend()
    assert runner.collect_orders().counts == {ActionState.APPLIED: 1}
    assert shop.writes("orders_confirm") == [bad]


def test_a_window_older_than_max_back_is_given_up_and_said_once(shop: Shop) -> None:
    bad = shop.order()
    Edited(shop, "getOrder", numbered("bundleNo", bad), HALF_A_WON)
    settings = RunnerSettings(recovery_delay=0, backfill=timedelta(days=1), max_back=timedelta(days=2))
    runner = shop.runner(settings=settings)
    assert runner.collect_orders().unread
    shop.pass_time(days=4)
    reports = [runner.collect_orders() for _ in range(4)]
    assert [bool(report.given_up) for report in reports] == [True, True, False, False]
    assert not set(reports[0].given_up) & set(reports[1].given_up)
    assert any(line.startswith("orders/NEW/NEW: 2026-03-04T") for line in reports[0].given_up)
    assert reports[0].verdict is JobVerdict.OPERATOR_NEEDED
    assert "given up: orders/NEW/NEW: 2026-03-04T" in str(reports[0])
    assert not reports[3].unread


def test_a_bundle_that_became_unreadable_after_it_was_collected_stops_no_other(shop: Shop) -> None:
    bad = shop.order()
    runner = shop.runner(config(ConfirmationMode.MANUAL))
    runner.collect_orders()
    edited = Edited(shop, "getOrder", numbered("bundleNo", bad), HALF_A_WON)
    good = shop.order()
    report = shop.runner().collect_orders()
    assert shop.writes("orders_confirm") == [good]
    assert len(report.unread) == 1
    held = runner.ship([parcel(bad), parcel(good)])
    assert shop.writes("orders_ship") == [good]
    assert [row.target.id for row in held.plan.held] == [str(bad)]  # type: ignore[union-attr]
    edited.mend()
    assert shop.runner().collect_orders().ok
    assert shop.writes("orders_confirm") == [good, bad]


# ---------------------------------------------------------------- claims


def test_an_unreadable_claim_stops_no_other_and_is_answered_once_it_can_be_read(shop: Shop) -> None:
    numbers = [shop.order(), shop.order()]
    runner = shop.runner()
    runner.collect_orders()
    claims = [shop.sandbox.request_cancel(KEY, bundle_no=number) for number in numbers]
    edited = Edited(
        shop, "getClaim", numbered("claimBundleNo", claims[0]), with_value("claimFee", value="많음")
    )
    report = runner.claims(picked=())
    assert shop.writes("claims_approve") == [claims[1]]
    assert [line.partition(": ")[0] for line in report.unread] == [f"claim:{claims[0]}"]
    for _ in range(5):
        shop.pass_time(hours=1)
        assert runner.claims(picked=()).unread
    edited.mend()
    assert runner.claims(picked=()).ok
    assert shop.writes("claims_approve") == [claims[1], claims[0]]


def test_a_cancel_request_that_cannot_be_read_holds_its_own_bundle_only(shop: Shop) -> None:
    bad, good = shop.order(), shop.order()
    runner = shop.runner()
    runner.collect_orders()
    claim = shop.sandbox.request_cancel(KEY, bundle_no=bad)
    edited = Edited(shop, "getClaim", numbered("claimBundleNo", claim), with_value("claimFee", value=0.5))
    report = runner.ship([parcel(bad), parcel(good)])
    assert shop.writes("orders_ship") == [good]
    assert report.plan is not None
    assert [(row.target.id, row.reason.code) for row in report.plan.held] == [(str(bad), "unread-cancel")]
    edited.mend()
    report = runner.ship([parcel(bad)])
    assert report.plan is not None
    assert [row.reason.code for row in report.plan.held] == ["open-cancel"]


@pytest.mark.parametrize(
    ("change", "held"),
    [
        (with_value("bundleNo", value="??"), True),  # it may be about any bundle
        (lambda row: None, False),  # says nothing of any bundle
    ],
)
def test_a_cancel_request_of_no_readable_bundle_holds_every_shipment_an_empty_row_none(
    shop: Shop, change: Change, held: bool
) -> None:
    first, second = shop.order(), shop.order()
    new = shop.runner(config(ConfirmationMode.MANUAL))
    new.collect_orders()
    new.confirm([first, second])
    third = shop.order()
    claim = shop.sandbox.request_cancel(KEY, bundle_no=first)
    Edited(shop, "getClaim", numbered("claimBundleNo", claim), change)
    report = shop.runner().ship([parcel(second)])
    assert shop.writes("orders_ship") == ([] if held else [second])
    assert report.unread
    shop.runner().collect_orders()
    assert (third in shop.writes("orders_confirm")) is not held


# ---------------------------------------------------------------- customers and settlement


def test_questions_reviews_and_inquiries_go_on_around_what_cannot_be_read(shop: Shop) -> None:
    questions = [shop.sandbox.ask_question(KEY, product_no=None) for _ in range(2)]
    inquiries = [shop.sandbox.ask_inquiry(KEY) for _ in range(2)]
    edits = [
        Edited(shop, "Qna", numbered("qnaSeq", questions[0]), with_value("questionDate", value="어제")),
        Edited(shop, "Inquir", numbered("inquirySeq", inquiries[0]), with_value("inquirySeq", value="가")),
    ]
    runner = shop.runner()
    report = runner.cs()
    assert len(report.unread) == 2
    assert shop.ledger.count("shop", "question") == shop.ledger.count("shop", "inquiry") == 1
    shop.pass_time(days=3)
    assert len(runner.cs().unread) == 2
    for edited in edits:
        edited.mend()
    shop.pass_time(days=3)
    assert runner.cs().ok
    assert shop.ledger.count("shop", "question") == shop.ledger.count("shop", "inquiry") == 2


def test_an_unreadable_review_is_read_once_it_can_be(shop: Shop) -> None:
    (number,) = delivered(shop)
    bundle = shop.client.orders.get(number)
    assert bundle is not None
    review = shop.sandbox.write_review(KEY, bundle.lines[0].key)
    edited = Edited(shop, "Review", numbered("reviewSeq", review), lambda row: None)
    runner = shop.runner()
    assert runner.cs().unread
    assert shop.ledger.count("shop", "review") == 0
    shop.pass_time(days=2)
    edited.mend()
    assert runner.cs().ok
    assert shop.ledger.count("shop", "review") == 1


def delivered(shop: Shop, count: int = 1) -> list[int]:
    numbers = [shop.order() for _ in range(count)]
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number) for number in numbers])
    shop.pass_time(days=3)
    runner.track()
    return numbers


def test_a_settlement_day_with_a_row_of_unreadable_money_is_incomplete_and_read_again(shop: Shop) -> None:
    bad, good = delivered(shop, 2)
    shop.pass_time(days=2)
    runner = shop.runner()
    edited = Edited(shop, "ettle", lambda row: str(row.get("bundleNo")) == str(bad) and "prodSaleAmt" in row,
                    with_value("prodSaleAmt", value="12900.5"))  # fmt: skip
    report = runner.settlement()
    assert len(report.incomplete) == 1
    assert not report.ok
    assert any("prodSaleAmt: a whole number was expected" in line for line in report.unread)
    stored = {row.ref for row in shop.ledger.records("shop", "settle_order")}
    assert stored == {str(good)}
    shop.pass_time(days=20)
    assert runner.settlement().incomplete == report.incomplete
    edited.mend()
    done = runner.settlement()
    assert (done.incomplete, done.ok) == ((), True)
    assert {row.ref for row in shop.ledger.records("shop", "settle_order")} == {str(bad), str(good)}


def test_a_settlement_row_that_cannot_be_read_any_more_is_not_taken_for_withdrawn(shop: Shop) -> None:
    numbers = delivered(shop, 2)
    shop.pass_time(days=2)
    runner = shop.runner()
    assert runner.settlement().ok
    before = sorted((row.key, row.status) for row in shop.ledger.records("shop", "settle_order"))
    edited = Edited(shop, "ettle", lambda row: str(row.get("bundleNo")) == str(numbers[0]), lambda row: None)
    report = runner.settlement()
    assert report.incomplete
    assert sorted((row.key, row.status) for row in shop.ledger.records("shop", "settle_order")) == before
    edited.mend()
    assert runner.settlement().ok


# ---------------------------------------------------------------- goods


def test_an_unreadable_product_stops_no_other(shop: Shop) -> None:
    bad = product(shop, ends=START + timedelta(days=90), code="SKU-1")
    good = product(shop, ends=START + timedelta(days=90), code="SKU-2")
    runner = shop.runner()
    runner.templates()
    edited = Edited(shop, "roduct", numbered("productNo", bad), with_value("salePrice", value=0.5))
    report = runner.import_products(FROM, TO)
    stored = {int(row.key) for row in shop.ledger.records("shop", "product")}
    assert (good in stored, bad in stored) == (True, False)
    assert [line.partition(": ")[0] for line in report.unread] == [f"product:{bad}"]
    edited.mend()
    assert runner.import_products(FROM, TO).ok
    assert bad in {int(row.key) for row in shop.ledger.records("shop", "product")}
    Edited(shop, "getProduct", numbered("productNo", bad), with_value("sale", "stockCount", value="many"))
    runner.put_links([SkuLink(product_no=bad, sku="SKU-1"), SkuLink(product_no=good, sku="SKU-2")])
    report = runner.stock([SkuStock(sku="SKU-2", quantity=3, as_of=shop.clock.now())])
    assert [line.partition(",")[0] for line in report.unread] == [
        f"product:{bad}: $.data.sale.stockCount: a whole number was expected"
    ]


@pytest.mark.parametrize("mask", [False, True])
def test_an_archive_keeps_what_cannot_be_read_as_it_came(shop: Shop, tmp_path: Path, mask: bool) -> None:
    bad, good = shop.order(), shop.order()
    number = product(shop, ends=START + timedelta(days=90))
    Edited(shop, "getOrderList", numbered("bundleNo", bad), HALF_A_WON)
    Edited(shop, "getOrderList", numbered("bundleNo", good), with_value("originShipDate", value="곧"))
    Edited(shop, "getProduct", numbered("productNo", number), with_value("sale", value="kaputt"))
    shop.pass_time(days=1)
    report = shop.runner().archive(tmp_path / "all", START - timedelta(days=1), shop.clock.now(), mask=mask)
    assert report.complete
    lines = (tmp_path / "all" / "orders.jsonl").read_text("utf-8").splitlines()
    kept = [json.loads(line) for line in lines]
    text = "\n".join(lines)
    assert len(kept) == 2
    assert str(bad) in text
    assert str(good) in text
    assert "12900.5" in text
    assert str(number) in (tmp_path / "all" / "products.jsonl").read_text("utf-8")


def test_joined_windows_stay_below_a_day_and_lose_nothing() -> None:
    hours = [
        Window(START + timedelta(hours=hour), START + timedelta(hours=hour + 1, minutes=5))
        for hour in range(60)
    ]
    merged = joined([*reversed(hours), hours[3]])
    assert merged[0].start == hours[0].start
    assert merged[-1].end == hours[-1].end
    assert all(window.span < timedelta(hours=24) for window in merged)
    for window in hours:
        covered = [one for one in merged if one.start <= window.end and window.start <= one.end]
        assert min(one.start for one in covered) <= window.start
        assert max(one.end for one in covered) >= window.end
    assert len(merged) <= 4
    assert joined(()) == ()
