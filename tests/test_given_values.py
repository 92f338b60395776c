"""What callers hand in: numbers and times of other classes are taken, what means something else is refused."""

from __future__ import annotations

import asyncio
import pickle
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from inspect import iscoroutine
from typing import Any

import pytest

from wemakeprice_sdk.clock import KST, WeekdayCalendar, require_aware
from wemakeprice_sdk.config import (
    ChannelConfig,
    DatedMaintenance,
    ExtensionLength,
    LengthUnit,
    SettlementCycle,
    SettlementCycleKind,
)
from wemakeprice_sdk.errors import NaiveDatetimeError, ValidationError
from wemakeprice_sdk.ledger import MemoryLedger
from wemakeprice_sdk.models import (
    Bundle,
    BundleNoRequest,
    OrderDateType,
    OrderListRequest,
    ShipMethod,
    ShipStatus,
    SkuLink,
)
from wemakeprice_sdk.policy.actions import Shipment
from wemakeprice_sdk.policy.sale_period import dawn_of
from wemakeprice_sdk.policy.seller_inputs import PendingAnswer, PendingShipment, PickedLine, SkuStock
from wemakeprice_sdk.policy.settings import StockSettings
from wemakeprice_sdk.policy.settlement import SettlementFacts
from wemakeprice_sdk.policy.simulate import advance
from wemakeprice_sdk.policy.snapshot import Part, Snapshot
from wemakeprice_sdk.policy.stock import sku_targets
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import AsyncChannelRunner, ChannelRunner
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey
from wemakeprice_sdk.testing import StubMarketplace
from wemakeprice_sdk.wire.requests import build_request

NAIVE = datetime(2026, 3, 4, 10)
NOW = datetime(2026, 3, 4, 10, tzinfo=KST)


class Int64:
    """A whole number as numpy has it: `__index__`, and no subclass of int."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Bool:
    """A flag as numpy has it: no bool, and no whole number either."""

    def __index__(self) -> int:
        raise TypeError("only integers")


class Timestamp(datetime):
    """A datetime of another class, as pandas has it; its own methods give that class again."""


class NotATime(datetime):
    """pandas' NaT: a datetime by its class, equal to nothing."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = datetime.__hash__


def made_runner(cls: type[Any] = ChannelRunner) -> Any:
    stub = StubMarketplace()
    client = stub.client() if cls is ChannelRunner else stub.async_client()
    ledger = MemoryLedger(AesGcmCipher({"k": SecretKey(b"k" * 32)}, "k"))
    return cls(client, ledger, SyncPolicy(ChannelConfig("shop", "상점"), calendar=WeekdayCalendar()))


@pytest.fixture
def runner() -> ChannelRunner:
    made: ChannelRunner = made_runner()
    return made


STOCK = Snapshot(stock_at=NOW, stock=(SkuStock(sku="A", quantity=1, as_of=NOW),))
CONFIG = ChannelConfig("shop", "상점")


@pytest.mark.parametrize(
    "call",
    [
        lambda: Bundle(bundle_no=1, purchase_no=2, origin_ship_date=NOW).is_late(NAIVE),
        lambda: Bundle(bundle_no=1, purchase_no=2, origin_ship_date=NOW).time_left(NAIVE),
        lambda: SkuStock(sku="A", quantity=1, as_of=NAIVE),
        lambda: PendingAnswer(1, NAIVE, "…"),
        lambda: Snapshot(stock_at=NAIVE),
        lambda: Snapshot(claims_at=NAIVE),
        lambda: STOCK.require_fresh(Part.STOCK, NAIVE, timedelta(hours=1)),
        lambda: sku_targets(STOCK, StockSettings(), NAIVE),
        lambda: advance(STOCK, (), NAIVE),
        lambda: dawn_of(CONFIG, NAIVE),
        lambda: SyncPolicy(CONFIG, calendar=WeekdayCalendar()).plan(STOCK, NAIVE),
        lambda: CONFIG.in_maintenance(NAIVE),
        lambda: CONFIG.next_clear(NAIVE),
        lambda: ExtensionLength(3, LengthUnit.DAYS).after(NAIVE),
        lambda: SettlementCycle("월", SettlementCycleKind.MONTHLY).payout_range(NAIVE),
        lambda: DatedMaintenance(NAIVE, NOW),
        lambda: SettlementFacts(received={NAIVE: 1}),
        lambda: build_request("orders_list", OrderListRequest(from_date=NAIVE, to_date=NOW, type=ShipStatus.NEW, search_date_type=OrderDateType.NEW)),
    ],
)  # fmt: skip
def test_a_naive_time_is_refused_by_name_at_every_door(call: Callable[[], object]) -> None:
    with pytest.raises(ValidationError) as caught:
        call()
    assert any("aware" in violation.rule for violation in caught.value.violations)


@pytest.mark.parametrize(
    "call",
    [
        lambda runner: runner.import_products(NAIVE, NOW),
        lambda runner: runner.import_deals(NOW, NAIVE),
        lambda runner: runner.settlement(start=NAIVE),
        lambda runner: runner.settlement(received={NAIVE: 1}),
        lambda runner: runner.set_hold("bundle", NAIVE, "분쟁"),
        lambda runner: runner.archive("nowhere", NAIVE, NOW),
    ],
)
def test_a_naive_time_is_refused_by_the_runner_before_anything_is_asked(
    runner: ChannelRunner, call: Callable[[ChannelRunner], object]
) -> None:
    with pytest.raises(NaiveDatetimeError):
        call(runner)


@pytest.mark.parametrize("wrong", [1.5, 100.0, True, "100", None, Bool(), float("nan")])
def test_money_that_is_no_whole_number_is_refused_by_name(runner: ChannelRunner, wrong: Any) -> None:
    day = date(2026, 3, 4)
    for call in (
        lambda: runner.settlement(received={day: wrong}),
        lambda: SettlementFacts(received={day: wrong}),
    ):
        with pytest.raises(ValidationError) as caught:
            call()
        (violation,) = caught.value.violations
        assert (violation.path, violation.rule) == ("received[2026-03-04]", "type int")
        assert type(wrong).__name__ in violation.message
        assert "정수" in violation.message_ko


@pytest.mark.parametrize("wrong", [1.0, True, "1", Bool(), None])
def test_a_number_that_is_none_is_refused_where_a_number_is_meant(wrong: Any, runner: ChannelRunner) -> None:
    for make in (
        lambda: PendingShipment(wrong, Shipment(ShipMethod.DIRECT)),
        lambda: PickedLine(wrong, 1),
        lambda: SkuStock(sku="A", quantity=wrong, as_of=NOW),
        lambda: build_request("orders_confirm", BundleNoRequest(bundle_no=wrong)),
        lambda: build_request("products_get", {"product_no": wrong}),
        lambda: runner.confirm([wrong]),
        lambda: runner.resolve(wrong, applied=True, by="kim"),
    ):
        with pytest.raises(ValidationError):
            make()


COLLECTIONS: dict[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("confirm", "bundle_nos"): lambda runner, rows: runner.confirm(rows),
    ("ship", "shipments"): lambda runner, rows: runner.ship(rows),
    ("claims", "shipments"): lambda runner, rows: runner.claims(shipments=rows),
    ("claims", "picked"): lambda runner, rows: runner.claims(picked=rows),
    ("claims", "facts"): lambda runner, rows: runner.claims(facts=rows),
    ("stock", "levels"): lambda runner, rows: runner.stock(rows),
    ("wind_down", "products"): lambda runner, rows: runner.wind_down(NOW, products=rows),
    ("templates", "saves"): lambda runner, rows: runner.templates(saves=rows),
    ("templates", "deletes"): lambda runner, rows: runner.templates(deletes=rows),
    ("import_products", "shared"): lambda runner, rows: runner.import_products(NOW, NOW, shared=rows),
    ("import_products", "runple"): lambda runner, rows: runner.import_products(NOW, NOW, runple=rows),
    ("cs", "answers"): lambda runner, rows: runner.cs(answers=rows),
    ("cs", "inquiry_answers"): lambda runner, rows: runner.cs(inquiry_answers=rows),
    ("put_links", "links"): lambda runner, rows: runner.put_links(rows),
    ("share_skus", "skus"): lambda runner, rows: runner.share_skus(rows, by="kim"),
    ("set_runple", "goods"): lambda runner, rows: runner.set_runple(rows),
    ("import_tax_invoices", "invoices"): lambda runner, rows: runner.back_office.import_tax_invoices(rows),
}
NO_COLLECTIONS: dict[str, Callable[[], Any]] = {
    "mapping": lambda: {"SKU": 5},
    "text": lambda: "SKU",
    "none": lambda: None,
    "number": lambda: 5,
    "objects": lambda: [object()],
    "generator": lambda: (object() for _ in range(2)),
}


def called(cls: type[Any], call: Callable[[Any, Any], Any], rows: Any) -> None:
    result = call(made_runner(cls), rows)
    if iscoroutine(result):
        asyncio.run(result)


@pytest.mark.parametrize("wrong", ["N", "Y", 0, 1, None, Bool()])
def test_a_switch_that_is_neither_on_nor_off_is_refused_by_name(wrong: Any) -> None:
    """The N of a sheet would count as yes, and push stock that its seller wants left alone."""
    for name in ("stock_sync", "runple", "never_pushed", "zero_acknowledged"):
        with pytest.raises(ValidationError, match=rf"SkuLink\.{name}"):
            SkuLink(product_no=1, sku="A", **{name: wrong})
    if wrong is not None:
        with pytest.raises(ValidationError, match=r"SkuStock\.on_sale"):
            SkuStock(sku="A", quantity=1, as_of=NOW, on_sale=wrong)


@pytest.mark.parametrize("wrong", [1001, 7.0, float("nan"), Int64(1001)])
def test_a_code_that_was_made_a_number_is_refused_by_name(wrong: Any) -> None:
    """0012 in a column of numbers is 12, and would belong to another SKU."""
    with pytest.raises(ValidationError, match=r"SkuLink\.sku"):
        SkuLink(product_no=1, sku=wrong)
    with pytest.raises(ValidationError, match=r"SkuStock\.sku"):
        SkuStock(sku=wrong, quantity=1, as_of=NOW)


def test_the_switches_of_numpy_are_taken() -> None:
    numpy = pytest.importorskip("numpy")
    link = SkuLink(product_no=1, sku="A", stock_sync=numpy.bool_(True), runple=numpy.bool_(False))
    assert (link.stock_sync, link.runple) == (True, False)
    assert type(link.stock_sync) is bool


@pytest.mark.parametrize("second", [{"sku": "B"}, {"sku": "A", "stock_sync": True}])
def test_two_links_of_one_option_that_contradict_each_other_are_refused(
    second: dict[str, Any], runner: ChannelRunner
) -> None:
    first = SkuLink(product_no=1, sku="A", option_key=("빨강",))
    with pytest.raises(ValidationError, match="two links of the option"):
        runner.put_links([first, SkuLink(product_no=1, option_key=("빨강",), **second)])
    assert runner.ledger.links(runner.account) == ()
    runner.put_links([first, first])
    assert runner.ledger.links(runner.account) == (first,)


@pytest.mark.parametrize("cls", [ChannelRunner, AsyncChannelRunner])
@pytest.mark.parametrize("wrong", NO_COLLECTIONS)
@pytest.mark.parametrize(("job", "name"), COLLECTIONS)
def test_what_is_no_collection_of_the_right_things_is_refused_by_name(
    job: str, name: str, wrong: str, cls: type[Any]
) -> None:
    if wrong == "none" and name in ("bundle_nos", "picked"):
        return  # None means something there
    with pytest.raises((TypeError, ValidationError)) as caught:
        called(cls, COLLECTIONS[job, name], NO_COLLECTIONS[wrong]())
    if isinstance(caught.value, ValidationError):
        assert caught.value.violations[0].path in (name, f"{name}[0]")
    else:
        assert re.match(rf"{name}(\[0\])? takes ", str(caught.value)), str(caught.value)


@pytest.mark.parametrize("wrong", [[5], "SKU", 5])
def test_what_is_no_mapping_is_refused_by_name(wrong: Any, runner: ChannelRunner) -> None:
    with pytest.raises(TypeError, match=r"^reservations takes a Mapping, not "):
        runner.stock((), reservations=wrong)
    for call in (lambda: runner.settlement(received=wrong), lambda: SettlementFacts(received=wrong)):
        with pytest.raises(TypeError, match=r"^received takes a Mapping, not "):
            call()


@pytest.mark.parametrize("cls", [ChannelRunner, AsyncChannelRunner])
def test_what_a_generator_yields_is_taken(cls: type[Any]) -> None:
    given: dict[tuple[str, str], Iterable[Any]] = {
        ("confirm", "bundle_nos"): (Int64(number) for number in (1, 2)),
        ("ship", "shipments"): (PendingShipment(n, Shipment(ShipMethod.DIRECT)) for n in (1, 2)),
        ("stock", "levels"): (row for row in STOCK.stock),
        ("import_products", "runple"): (name for name in (1, "SKU", Int64(2))),
        ("put_links", "links"): (SkuLink(product_no=number, sku="A") for number in (1, 2)),
        ("share_skus", "skus"): iter(["A"]),
    }
    for key, rows in given.items():
        called(cls, COLLECTIONS[key], rows)
        assert list(rows) == []


def test_numbers_and_times_of_a_data_frame_are_taken_as_what_they_mean(runner: ChannelRunner) -> None:
    stamp: Any = Timestamp(2026, 3, 4, 1, tzinfo=UTC)
    number: Any = Int64(210000001)
    assert type(require_aware(stamp)) is datetime
    assert require_aware(stamp) == NOW
    request = BundleNoRequest(bundle_no=number)
    assert (request.bundle_no, type(request.bundle_no)) == (210000001, int)
    assert b"210000001" in (build_request("orders_confirm", request).body or b"")
    assert dict(build_request("products_get", {"product_no": number}).query) == {"productNo": "210000001"}
    listed = build_request(
        "orders_list",
        OrderListRequest(
            from_date=stamp, to_date=NOW, type=ShipStatus.NEW, search_date_type=OrderDateType.NEW
        ),
    )
    assert b'"fromDate":"2026-03-04 10:00:00"' in (listed.body or b"")
    assert PendingShipment(number, Shipment(ShipMethod.DIRECT)).bundle_no == 210000001
    level = SkuStock(sku="A", quantity=Int64(3), as_of=stamp)  # type: ignore[arg-type]
    assert (level.quantity, type(level.as_of), level.as_of) == (3, datetime, NOW)
    assert SkuLink(product_no=number, sku="A").product_no == 210000001
    assert SettlementFacts(received={date(2026, 3, 4): number}).received == {date(2026, 3, 4): 210000001}
    assert ExtensionLength(Int64(3), LengthUnit.DAYS).amount == 3  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(level)) == level


def test_a_missing_time_of_a_data_frame_is_no_time() -> None:
    with pytest.raises(ValidationError, match="an aware datetime is needed"):
        require_aware(NotATime(2026, 3, 4), "start")


FROZEN = """
    import sys
    from datetime import datetime as real_datetime, date as real_date
    import datetime as module

    import copyreg

    # What freezegun does: classes of its own, whose metaclass takes real values for theirs.
    class DateMeta(type):
        def __instancecheck__(cls, value): return isinstance(value, real_date)
        def __subclasscheck__(cls, other): return issubclass(other, real_date)
    class DatetimeMeta(DateMeta):
        def __instancecheck__(cls, value): return isinstance(value, real_datetime)
        def __subclasscheck__(cls, other): return issubclass(other, real_datetime)
    class FakeDate(real_date, metaclass=DateMeta): pass
    class FakeDatetime(real_datetime, FakeDate, metaclass=DatetimeMeta): pass

    def freeze():
        copyreg.dispatch_table[real_datetime] = lambda at: (
            FakeDatetime, (at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, at.tzinfo)
        )
        copyreg.dispatch_table[real_date] = lambda day: (FakeDate, (day.year, day.month, day.day))
        module.datetime, module.date = FakeDatetime, FakeDate
        for loaded in list(sys.modules.values()):
            for name, value in list(vars(loaded).items()) if hasattr(loaded, "__dict__") else ():
                if value is real_datetime and loaded.__name__ != "__main__": setattr(loaded, name, FakeDatetime)
                if value is real_date and loaded.__name__ != "__main__": setattr(loaded, name, FakeDate)
"""
USED = """
    import pickle
    from wemakeprice_sdk.models import Bundle, BundleNoRequest, Delivery, SettlementOrderLine
    from wemakeprice_sdk.wire.converter import read, read_rows
    from wemakeprice_sdk.wire.operations import OPERATIONS
    row = {"bundleNo": 1, "purchaseNo": 2, "payDate": "2026-03-04 10:00:00", "orderDate": "2026-03-04T24:00",
           "delivery": {"scheduleShipDate": "2026-03-04"}}
    found = read_rows(Bundle, OPERATIONS["orders_list"], {"bundle": [row, None]})
    assert len(found) == 1 and len(found.unread) == 1, found
    assert found[0].faults == (), found[0].faults
    assert isinstance(found[0].pay_date, real_datetime) and found[0].order_date.hour == 0
    assert pickle.loads(pickle.dumps(found)) == found
    assert read(SettlementOrderLine, {"basicDt": "20260304"}).basic_dt == real_date(2026, 3, 4)
"""


@pytest.mark.parametrize(
    "early", ["import wemakeprice_sdk.wire.converter", "import wemakeprice_sdk.models", ""]
)
def test_models_are_read_while_a_test_holds_the_time_still(early: str) -> None:
    code = "\n".join([textwrap.dedent(FROZEN), early, "freeze()", textwrap.dedent(USED)])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
