"""Records as models, and feeds for other systems."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from kit import START, Shop, cipher, config, delivered, imported, open_shop

from wemakeprice_sdk.errors import StaleBatchError, ValidationError
from wemakeprice_sdk.ledger import RecordDraft, RecordKind, SqliteLedger
from wemakeprice_sdk.models import SettlementOrderLine, SettlementShipLine
from wemakeprice_sdk.runner import AsyncBackOffice, BackOffice, Stored


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def office(shop: Shop) -> BackOffice:
    return BackOffice(shop.ledger, config(), worker="office", clock=shop.clock)


def save(shop: Shop, draft: RecordDraft) -> None:
    lease = shop.ledger.acquire_lease("shop", "test", 60)
    assert lease is not None
    shop.ledger.save(lease, [draft], shop.clock.now())
    shop.ledger.release_lease(lease)


def test_every_reader_yields_its_models(shop: Shop) -> None:
    numbers = delivered(shop, 2)
    shop.pass_time(days=1)
    shop.runner().settlement()
    imported(shop)
    stored = office(shop).stored
    assert sorted(row.bundle_no for row in stored.orders()) == numbers
    assert {type(row) for row in stored.settlement_rows()} == {SettlementOrderLine, SettlementShipLine}
    assert [row.product_no for row in stored.products()]
    assert [row.shipping_template_no for row in stored.shipping_templates()]
    assert list(stored.claims()) == list(stored.deals()) == list(stored.questions()) == []
    assert list(stored.reviews()) == list(stored.inquiries()) == []


def test_a_range_is_of_the_time_a_record_belongs_to(shop: Shop) -> None:
    first = shop.order()
    shop.pass_time(hours=2)
    second = shop.order()
    shop.runner().collect_orders()
    stored = office(shop).stored
    later = START + timedelta(hours=1)
    assert [row.bundle_no for row in stored.orders(since=later)] == [second]
    assert [row.bundle_no for row in stored.orders(until=later)] == [first]


def test_nothing_on_the_reader_writes_and_nothing_is_made_for_it(tmp_path: Path) -> None:
    place = tmp_path / "ledger.db"
    with SqliteLedger(place, cipher()) as ledger:
        reader = BackOffice(ledger, config())
        assert list(reader.stored.orders()) == []
        batch = reader.feed("warehouse").orders()
        assert (len(batch), batch.until) == (0, None)
        reader.feed("warehouse").acknowledge(batch)
    assert not place.exists()
    writers = {"save", "register", "put_links", "acknowledge", "begin", "finish", "resolve", "put_progress"}
    assert not writers & {name for name, _ in inspect.getmembers(Stored)}
    assert not {name for name in vars(Stored) if name[0] != "_"} & {"settlement", "retention", "archive"}


def test_what_is_gone_is_apart_so_that_nobody_ships_it(shop: Shop) -> None:
    shop.order()
    shop.runner().collect_orders()
    record = next(shop.ledger.records("shop", "bundle"))
    feed = office(shop).feed("warehouse")
    batch = feed.orders()
    assert (len(batch.items), batch.gone) == (1, ())
    feed.acknowledge(batch)
    save(shop, RecordDraft("bundle", record.key, "GONE", record.at, record.body, record.ref))
    batch = feed.orders()
    assert (batch.items, [row.bundle_no for row in batch.gone]) == ((), [int(record.ref)])
    assert list(office(shop).stored.orders()) == []
    assert [row.bundle_no for row in office(shop).stored.orders(gone=True)] == [int(record.ref)]


def test_a_record_that_cannot_be_read_is_named_and_blocks_nothing(shop: Shop) -> None:
    shop.order()
    shop.runner().collect_orders()
    save(shop, RecordDraft(RecordKind.BUNDLE, "9/9", "NEW", START, {"bundleNo": "아홉", "purchaseNo": 9}))
    rows = office(shop).stored.orders()
    assert len(list(rows)) == 1
    assert [row.path for row in rows.unread] == ["bundle[9/9][0]"]
    batch = office(shop).feed("warehouse").orders()
    assert (len(batch.items), len(batch.unread)) == (1, 1)


def test_a_feed_brings_the_same_until_it_is_acknowledged_also_after_a_restart(shop: Shop) -> None:
    numbers = [shop.order() for _ in range(3)]
    shop.runner().collect_orders()
    first = office(shop).feed("warehouse").orders()
    assert sorted(row.bundle_no for row in first) == numbers
    again = office(shop).feed("warehouse")
    assert again.orders() == first
    again.acknowledge(first)
    assert len(office(shop).feed("warehouse").orders()) == 0
    assert len(office(shop).feed("bookkeeping").orders()) == 3
    assert len(office(shop).feed("warehouse").claims()) == 0


def test_a_feed_goes_on_while_a_job_holds_the_account(shop: Shop) -> None:
    shop.order()
    shop.runner().collect_orders()
    assert shop.ledger.acquire_lease("shop", "a long job", 60) is not None
    feed = office(shop).feed("warehouse")
    feed.acknowledge(feed.orders())
    assert len(feed.orders()) == 0


def test_the_batch_of_another_reader_and_one_from_before_a_set_back_are_refused(shop: Shop) -> None:
    shop.order()
    shop.runner().collect_orders()
    feed = office(shop).feed("warehouse")
    with pytest.raises(ValidationError, match="another name"):
        office(shop).feed("books").acknowledge(feed.orders())
    feed.acknowledge(feed.orders())
    shop.order()
    shop.pass_time(minutes=30)
    shop.runner().collect_orders()
    held = feed.orders()
    shop.clock.advance(-timedelta(hours=2))
    office(shop).reset_time(by="김운영")
    with pytest.raises(StaleBatchError):
        feed.acknowledge(held)
    assert len(feed.orders()) == 2


@pytest.mark.parametrize("name", ["", "a/b", "두\n줄", "x" * 61])
def test_a_reader_has_a_name_of_one_line(shop: Shop, name: str) -> None:
    with pytest.raises(ValidationError):
        office(shop).feed(name)


def test_the_other_feeds_and_their_async_twins(shop: Shop) -> None:
    delivered(shop, 1)
    shop.pass_time(days=1)
    shop.runner().settlement()

    async def counts() -> list[int]:
        feed = AsyncBackOffice(shop.ledger, config()).feed("async")
        asked = (
            feed.orders,
            feed.claims,
            feed.products,
            feed.settlement_rows,
            feed.questions,
            feed.inquiries,
        )
        batches = [await ask() for ask in asked]
        await feed.acknowledge(batches[3])
        found = [len(batch) for batch in batches]
        rows = [row async for row in AsyncBackOffice(shop.ledger, config()).stored.orders()]
        return [*found, len(rows), len(await feed.settlement_rows())]

    assert asyncio.run(counts()) == [1, 0, 0, 2, 0, 0, 1, 0]
