"""The ledger on every engine: leases, intents, records, watermarks, links, audit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from ledger_kit import NOTE, NOW
from wemakeprice_sdk.errors import (
    ClockJumpError,
    LeaseLostError,
    LedgerAccountError,
    LedgerError,
    NaiveDatetimeError,
    TargetBusyError,
)
from wemakeprice_sdk.ledger import audit
from wemakeprice_sdk.ledger.records import (
    ImportDraft,
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    LegalHold,
    PersonalState,
    RecordDraft,
    SaveCount,
    StockBook,
    StockOffer,
)
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.sku_links import SkuLink

CONFIRM = IntentDraft("orders_confirm", "bundle:1", {"bundleNo": 1}, once_key="confirm:1", reason="auto")


def bundle(number: int, *, name: str = "홍길동", status: str = "NEW", **extra: object) -> RecordDraft:
    body = {
        "bundleNo": number,
        "purchaseNo": number * 10,
        "buyerName": name,
        "delivery": {"phone": "010-0000-0000", "invoiceNo": None, "shipAddress": {"addrDetail": "101동"}},
        "orderProduct": [{"orderNo": 5, "orderOption": [{"orderOptionNo": 7, "optionName": "빨강|각인"}]}],
        **extra,
    }
    return RecordDraft(RecordKind.BUNDLE, f"{number * 10}/{number}", status, NOW, body)  # type: ignore[arg-type]


@pytest.fixture
def lease(ledger: SqlLedger) -> Lease:
    taken = ledger.acquire_lease("shop", "w1", 60)
    assert taken is not None
    return taken


def test_a_lease_is_held_by_one_worker_and_given_back(ledger: SqlLedger, lease: Lease) -> None:
    assert ledger.acquire_lease("shop", "w2", 60) is None
    assert ledger.renew_lease(lease, 120).fence == lease.fence
    ledger.release_lease(lease)
    second = ledger.acquire_lease("shop", "w2", 60)
    assert second is not None
    assert second.fence == lease.fence + 1


def test_a_restarted_worker_takes_its_own_lease_over_with_a_new_fence(
    ledger: SqlLedger, lease: Lease
) -> None:
    again = ledger.acquire_lease("shop", "w1", 60)
    assert again is not None
    assert again.fence == lease.fence + 1
    with pytest.raises(LeaseLostError, match="overtaken"):
        ledger.begin(lease, CONFIRM, NOW)


def test_every_write_under_a_lost_lease_is_refused_and_leaves_nothing(
    ledger: SqlLedger, lease: Lease
) -> None:
    intent = ledger.begin(lease, CONFIRM, NOW)
    ledger.acquire_lease("shop", "w1", 60)
    writes = [
        lambda: ledger.renew_lease(lease, 10),
        lambda: ledger.mark_time(lease, NOW, 1),
        lambda: ledger.begin(lease, IntentDraft("x", "bundle:2"), NOW),
        lambda: ledger.finish(lease, IntentResult(intent, IntentState.APPLIED), NOW),
        lambda: ledger.save(lease, [bundle(1)], NOW, watermark=("orders", NOW)),
        lambda: ledger.mark_processed(lease, "q", ["1"], NOW),
        lambda: ledger.begin(
            lease, IntentDraft("x", "bundle:2"), NOW, after=IntentResult(intent, IntentState.APPLIED)
        ),
        lambda: ledger.register(lease, bundle(1), NOW),
        lambda: ledger.register_all(lease, [ImportDraft(bundle(1)), ImportDraft(bundle(2))], NOW),
        lambda: ledger.put_links(lease, [SkuLink(sku="s", product_no=1)], NOW),
        lambda: ledger.put_progress(lease, "j", {}, NOW),
        lambda: ledger.set_hold(lease, LegalHold("shop", "bundle", NOW, "r"), NOW),
        lambda: ledger.mask_personal(lease, "bundle", NOW, NOW),
        lambda: ledger.destroy_personal(lease, "bundle", NOW, NOW),
        lambda: ledger.note(lease, "a", "t", "d", NOW),
    ]
    for write in writes:
        with pytest.raises(LeaseLostError):
            write()
    assert [found.state for found in ledger.active_intents("shop")] == [IntentState.OPEN]
    assert ledger.count("shop", "bundle") == 0
    assert ledger.watermark("shop", "orders") is None
    assert ledger.links("shop") == ()
    assert list(ledger.audit("shop")) == []


def test_an_intent_blocks_its_target_until_it_is_settled(ledger: SqlLedger, lease: Lease) -> None:
    intent = ledger.begin(lease, CONFIRM, NOW)
    with pytest.raises(TargetBusyError, match="bundle:1"):
        ledger.begin(lease, IntentDraft("orders_ship", "bundle:1"), NOW)
    ledger.begin(lease, IntentDraft("orders_ship", "bundle:2"), NOW)
    finished = ledger.finish(lease, IntentResult(intent, IntentState.APPLIED), NOW.astimezone(UTC))
    assert finished.state is IntentState.APPLIED
    assert finished.finished_at is not None
    assert finished.finished_at.isoformat() == NOW.isoformat(), "in Korean time, as it is read again"
    ship = ledger.begin(lease, IntentDraft("orders_ship", "bundle:1", {"invoiceNo": "123"}), NOW)
    assert [found.id for found in ledger.intents("shop", target="bundle:1")] == [ship.id, intent.id]
    assert ledger.intents("shop", target="bundle:1")[0].payload == {"invoiceNo": "123"}
    with pytest.raises(LedgerError, match="not open"):
        ledger.finish(lease, IntentResult(intent, IntentState.REFUSED), NOW)


def test_an_intent_carries_the_outcome_of_the_act_before_it(ledger: SqlLedger, lease: Lease) -> None:
    first = ledger.begin(lease, CONFIRM, NOW)
    done = IntentResult(first, IntentState.APPLIED, "at once")
    second = ledger.begin(lease, IntentDraft("orders_confirm", "bundle:2"), NOW, after=done)
    assert [(row.id, row.state, row.detail) for row in ledger.intents("shop")] == [
        (second.id, IntentState.OPEN, ""),
        (first.id, IntentState.APPLIED, "at once"),
    ]
    assert [row.detail for row in ledger.audit("shop")] == ["applied at once"]


def test_a_refused_intent_leaves_the_outcome_before_it_unwritten(ledger: SqlLedger, lease: Lease) -> None:
    first = ledger.begin(lease, CONFIRM, NOW)
    ledger.begin(lease, IntentDraft("orders_ship", "bundle:2"), NOW)
    with pytest.raises(TargetBusyError):
        ledger.begin(
            lease, IntentDraft("orders_ship", "bundle:2"), NOW, after=IntentResult(first, IntentState.APPLIED)
        )
    assert [row.target for row in ledger.active_intents("shop")] == ["bundle:1", "bundle:2"]
    assert list(ledger.audit("shop")) == []


def test_an_import_is_wholly_there_or_not_at_all(ledger: SqlLedger, lease: Lease) -> None:
    draft = RecordDraft(RecordKind.PRODUCT, "300", "A", NOW, {"productNo": 300})
    link = SkuLink(sku="s", product_no=300)
    assert ledger.register(lease, draft, NOW, links=[link])
    assert not ledger.register(
        lease, evolve(draft, status="S"), NOW, links=[SkuLink(sku="t", product_no=300)]
    )
    assert ledger.registered("shop", "product", ["300", "301"]) == {"300"}
    assert ledger.registered("shop", "deal", ["300"]) == frozenset()
    assert [record.status for record in ledger.records("shop", "product")] == ["A"]
    assert ledger.links("shop") == (link,)
    broken = RecordDraft(RecordKind.PRODUCT, "301", "A", NOW.replace(tzinfo=None), {"productNo": 301})
    with pytest.raises(NaiveDatetimeError):
        ledger.register(lease, broken, NOW)
    assert ledger.registered("shop", "product", ["301"]) == frozenset()


def test_many_imports_are_there_all_of_them_or_none(ledger: SqlLedger, lease: Lease) -> None:
    def draft(number: int, at: datetime = NOW) -> ImportDraft:
        record = RecordDraft(RecordKind.PRODUCT, str(number), "A", at, {"productNo": number})
        export = RecordDraft(RecordKind.EXPORT, f"product/{number}", "IMPORTED", NOW, {"name": "홍길동"})
        link = SkuLink(sku=f"s{number}", product_no=number)
        return ImportDraft(record, (link,), export, (f"s{number}",))

    def kept() -> tuple[object, ...]:
        counts = [ledger.count("shop", kind) for kind in (RecordKind.PRODUCT, RecordKind.EXPORT)]
        links = [link.sku for link in ledger.links("shop")]
        return counts, links, ledger.shared_skus(), [line.target for line in ledger.audit("shop")]

    before = kept()
    broken = draft(302, NOW.replace(tzinfo=None))
    with pytest.raises(NaiveDatetimeError):
        ledger.register_all(lease, [draft(300), draft(301), broken, draft(303)], NOW)
    assert kept() == before
    assert ledger.register_all(lease, [draft(300)], NOW) == (True,)
    again = [draft(300), draft(301), draft(301), draft(303)]
    assert ledger.register_all(lease, again, NOW) == (False, True, False, True)
    numbers = (300, 301, 303)
    trail = [line for n in numbers for line in (f"sku:s{n}", f"product:{n}")]
    assert kept() == ([3, 3], ["s300", "s301", "s303"], {"s300", "s301", "s303"}, trail)
    assert ledger.register_all(lease, [], NOW) == ()
    assert audit.verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok
    assert [row.body for row in ledger.records("shop", RecordKind.EXPORT)] == [{"name": "홍길동"}] * 3


@pytest.mark.parametrize("state", [IntentState.APPLIED, IntentState.ALREADY_DONE])
def test_a_once_only_effect_is_refused_for_ever(ledger: SqlLedger, lease: Lease, state: IntentState) -> None:
    ledger.finish(lease, IntentResult(ledger.begin(lease, CONFIRM, NOW), state), NOW)
    with pytest.raises(TargetBusyError, match="done already"):
        ledger.begin(lease, CONFIRM, NOW)
    assert ledger.is_done("shop", ["confirm:1", "confirm:2"]) == {"confirm:1"}


@pytest.mark.parametrize("state", [IntentState.NOT_APPLIED, IntentState.REFUSED])
def test_an_effect_that_did_not_happen_may_be_tried_again(
    ledger: SqlLedger, lease: Lease, state: IntentState
) -> None:
    ledger.finish(lease, IntentResult(ledger.begin(lease, CONFIRM, NOW), state), NOW)
    assert ledger.begin(lease, CONFIRM, NOW).state is IntentState.OPEN
    assert ledger.is_done("shop", ["confirm:1"]) == frozenset()


def test_an_unknown_intent_waits_for_a_person_and_blocks_only_its_target(
    ledger: SqlLedger, lease: Lease
) -> None:
    unknown = ledger.finish(lease, IntentResult(ledger.begin(lease, CONFIRM, NOW), IntentState.UNKNOWN), NOW)
    with pytest.raises(TargetBusyError):
        ledger.begin(lease, IntentDraft("orders_ship", "bundle:1"), NOW)
    ledger.begin(lease, IntentDraft("orders_ship", "bundle:2"), NOW)
    assert [found.id for found in ledger.active_intents("shop", IntentState.UNKNOWN)] == [unknown.id]
    assert [found.target for found in ledger.active_intents("shop", IntentState.OPEN)] == ["bundle:2"]
    with pytest.raises(ValueError, match="applied or not_applied"):
        ledger.resolve("shop", unknown.id, IntentState.UNKNOWN, NOW, by="kim")
    resolved = ledger.resolve("shop", unknown.id, IntentState.NOT_APPLIED, NOW, by="kim")
    assert resolved.resolved_by == "kim"
    assert ledger.intents("shop", target="bundle:1") == (resolved,)
    with pytest.raises(LedgerError, match="not unknown"):
        ledger.resolve("shop", unknown.id, IntentState.APPLIED, NOW, by="kim")
    ledger.begin(lease, CONFIRM, NOW)


def test_an_open_intent_is_not_resolved_under_the_hands_of_its_worker(
    ledger: SqlLedger, lease: Lease
) -> None:
    intent = ledger.begin(lease, CONFIRM, NOW)
    with pytest.raises(LedgerError, match="carried out by 'w1' just now"):
        ledger.resolve("shop", intent.id, IntentState.APPLIED, NOW, by="kim")
    assert ledger.acquire_lease("shop", "w1", 60) is not None
    resolved = ledger.resolve("shop", intent.id, IntentState.APPLIED, NOW, by="kim")
    assert resolved.state is IntentState.APPLIED, "the run that began it is over"


def test_records_are_counted_as_new_changed_and_same(ledger: SqlLedger, lease: Lease) -> None:
    assert ledger.save(lease, [bundle(1), bundle(2)], NOW) == SaveCount(new=2)
    later = NOW + timedelta(hours=1)
    saved = ledger.save(lease, [bundle(1), bundle(2, status="CONFIRM"), bundle(3)], later)
    assert saved == SaveCount(new=1, changed=1, same=1)
    stored = ledger.record("shop", "bundle", "20/2")
    assert stored is not None
    assert (stored.status, stored.first_seen, stored.last_seen) == ("CONFIRM", NOW, later)
    assert stored.body == bundle(2).body
    assert [found.key for found in ledger.records("shop", "bundle", status="NEW")] == ["10/1", "30/3"]
    assert ledger.count("shop", "bundle") == 3


def test_a_record_says_whether_it_holds_personal_data(ledger: SqlLedger, lease: Lease) -> None:
    plain = RecordDraft(RecordKind.BUNDLE, "90/9", "NEW", NOW, {"bundleNo": 9, "purchaseNo": 90})
    ledger.save(lease, [bundle(1), plain], NOW)
    found = {row.key: row.personal for row in ledger.records("shop", "bundle")}
    assert found == {"10/1": PersonalState.CLEAR, "90/9": PersonalState.NONE}


def test_a_save_is_noted_in_the_trail_when_it_changed_something(ledger: SqlLedger, lease: Lease) -> None:
    for status, noted in (("NEW", 1), ("NEW", 1), ("CONFIRM", 2)):
        ledger.save(lease, [bundle(1, status=status)], NOW, audit=NOTE)
        trail = [row for row in ledger.audit("shop") if row.action == NOTE.action]
        assert len(trail) == noted
    assert {(row.actor, row.target, row.detail) for row in trail} == {(NOTE.actor, NOTE.target, NOTE.detail)}


def test_an_intent_is_read_as_it_was_begun(ledger: SqlLedger, lease: Lease) -> None:
    draft = IntentDraft(
        "orders_ship", "bundle:7", payload={"bundleNo": 7}, once_key="ship:7", reason="dispatch", rule="6.3"
    )
    begun = ledger.begin(lease, draft, NOW)
    assert ledger.intents("shop") == (begun,)
    assert (begun.reason, begun.rule, begun.once_key, begun.worker) == (
        "dispatch",
        "6.3",
        "ship:7",
        lease.worker,
    )
    with pytest.raises(ValueError, match="opened again"):
        ledger.finish(lease, IntentResult(begun, IntentState.OPEN), NOW)
    done = ledger.finish(lease, IntentResult(begun, IntentState.APPLIED, "1"), NOW)
    assert ledger.intents("shop") == (done,)


def test_stock_is_reserved_only_upon_the_books_that_were_read(ledger: SqlLedger, lease: Lease) -> None:
    offer = StockOffer(
        account="shop", product_no=1, option_key=("빨강", "L"), shown=3, pending=5, fallen=2, fallen_at=NOW
    )
    assert not ledger.reserve_stock(lease, [offer], versions={"shop": 1})
    assert ledger.stock_book("shop") == StockBook("shop", 0, None, ())
    assert ledger.reserve_stock(lease, [offer], versions={"shop": 0, "other": 0}, seen=NOW)
    assert not ledger.reserve_stock(lease, [], versions={"shop": 0})
    assert ledger.reserve_stock(lease, [evolve(offer, product_no=2, pending=None)], versions={"shop": 1})
    book = ledger.stock_book("shop")
    assert (book.version, book.seen) == (2, NOW)
    assert [evolve(found, mark=None) for found in book.offers] == [
        offer, evolve(offer, product_no=2, pending=None),
    ]  # fmt: skip
    assert ledger.stock_book("shop", [2]).offers == book.offers[1:]
    ledger.begin(lease, IntentDraft("products_update_basic", "product:1"), NOW)
    assert ledger.stock_book("shop", [1]).offers[0].state is None, "no write of stock"


def test_the_state_of_reserved_stock_is_that_of_its_write(ledger: SqlLedger, lease: Lease) -> None:
    write = IntentDraft("products_update_sale", "product:1")
    before = ledger.begin(lease, write, NOW)
    ledger.finish(lease, IntentResult(before, IntentState.APPLIED), NOW)
    ledger.reserve_stock(lease, [StockOffer(account="shop", product_no=1, pending=5)], versions={})
    assert [offer.state for offer in ledger.stock_book("shop").offers] == [None], "the write came before"
    ledger.begin(lease, evolve(write, target="product:2"), NOW)
    assert [offer.state for offer in ledger.stock_book("shop").offers] == [None]
    begun = ledger.begin(lease, write, NOW)
    assert [offer.state for offer in ledger.stock_book("shop").offers] == [IntentState.OPEN]
    ledger.finish(lease, IntentResult(begun, IntentState.UNKNOWN), NOW)
    assert [offer.state for offer in ledger.stock_book("shop").offers] == [IntentState.UNKNOWN]


def test_a_sku_is_shared_until_it_is_taken_back(ledger: SqlLedger, lease: Lease) -> None:
    assert ledger.share_skus(lease, ["A", "B", "A"], NOW, by="김운영") == 2
    assert ledger.share_skus(lease, ["A"], NOW, by="김운영") == 0
    assert ledger.share_skus(lease, ["A", "C"], NOW, by="김운영", shared=False) == 1
    assert ledger.shared_skus() == {"B"}
    trail = [(row.action, row.target) for row in ledger.audit("shop") if row.target.startswith("sku:")]
    assert trail == [("share-sku", "sku:A"), ("share-sku", "sku:B"), ("unshare-sku", "sku:A")]


def test_records_come_page_by_page_in_order_and_by_time(ledger: SqlLedger, lease: Lease) -> None:
    drafts = [
        RecordDraft("product", str(n), "A", NOW + timedelta(minutes=n // 3), {"n": n}, ref=f"r{n % 2}")
        for n in range(1203)
    ]
    ledger.save(lease, drafts, NOW)
    found = [(record.at, record.key) for record in ledger.records("shop", "product")]
    assert len(found) == 1203
    assert found == sorted(found)
    some = list(
        ledger.records(
            "shop", "product", since=NOW + timedelta(minutes=10), until=NOW + timedelta(minutes=12), ref="r0"
        )
    )
    assert {record.key for record in some} == {"30", "32", "34"}


def test_keys_come_in_the_order_of_the_records(ledger: SqlLedger, lease: Lease) -> None:
    drafts = [
        evolve(bundle(n, status="NEW" if n % 2 else "CONFIRM"), at=NOW - timedelta(hours=n))
        for n in (1, 2, 3, 4)
    ]
    ledger.save(lease, [*drafts, evolve(bundle(9), kind=RecordKind.CLAIM)], NOW)
    assert ledger.keys("shop", "bundle") == tuple(row.key for row in ledger.records("shop", "bundle"))
    assert ledger.keys("shop", "bundle", status="NEW") == ("30/3", "10/1")
    assert ledger.keys("other", "bundle") == ()


def test_personal_data_is_not_readable_in_the_store(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1, newKey="010-1111-2222")], NOW)
    ledger.begin(lease, IntentDraft("cs_answer_question", "question:1", {"answer": "홍길동 고객님"}), NOW)
    with ledger._engine.begin(write=False) as transaction:
        dump = json.dumps(
            [
                transaction.rows("SELECT body, sealed FROM records"),
                transaction.rows("SELECT payload FROM intents"),
            ],
            ensure_ascii=True,
        )
    text = dump.encode().decode("unicode_escape") + dump
    for secret in ("홍길동", "010-0000-0000", "101동", "각인", "010-1111-2222"):
        assert secret not in text
        assert json.dumps(secret)[1:-1] not in text


def test_masked_values_never_overwrite_clear_ones(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1)], NOW)
    ledger.save(lease, [bundle(1, name="홍*동", status="CONFIRM")], NOW)
    stored = ledger.record("shop", "bundle", "10/1")
    assert stored is not None
    assert (stored.body["buyerName"], stored.status) == ("홍길동", "CONFIRM")
    ledger.save(lease, [bundle(1, name="김철수")], NOW)
    stored = ledger.record("shop", "bundle", "10/1")
    assert stored is not None
    assert stored.body["buyerName"] == "김철수"


def test_blank_and_missing_values_never_overwrite_clear_ones(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1)], NOW)
    emptied = {"phone": None, "invoiceNo": "700", "shipAddress": {}}
    ledger.save(lease, [bundle(1, name="", status="COMPLETE", delivery=emptied)], NOW)
    stored = ledger.record("shop", "bundle", "10/1")
    assert stored is not None
    assert (stored.body["buyerName"], stored.status) == ("홍길동", "COMPLETE")
    assert stored.body["delivery"] == {
        "phone": "010-0000-0000",
        "invoiceNo": "700",
        "shipAddress": {"addrDetail": "101동"},
    }


def test_a_masked_twin_in_the_same_save_does_not_win(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1), bundle(1, name="홍**")], NOW)
    stored = ledger.record("shop", "bundle", "10/1")
    assert stored is not None
    assert stored.body["buyerName"] == "홍길동"


def test_retention_masks_then_destroys_and_nothing_brings_it_back(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1)], NOW)
    assert ledger.mask_personal(lease, "bundle", NOW, NOW) == 0, "not older than the bound"
    assert ledger.mask_personal(lease, "bundle", NOW + timedelta(days=1), NOW) == 1
    stored = ledger.record("shop", "bundle", "10/1")
    assert stored is not None
    assert stored.personal is PersonalState.MASKED
    assert stored.body["buyerName"] == "홍**"
    assert stored.body["delivery"]["phone"] == "***-****-0000"  # type: ignore[index,call-overload]
    ledger.save(lease, [bundle(1, status="DELIVERY")], NOW)
    stored = ledger.record("shop", "bundle", "10/1")
    assert stored is not None
    assert (stored.body["buyerName"], stored.status) == ("홍**", "DELIVERY")
    assert ledger.destroy_personal(lease, "bundle", NOW + timedelta(days=1), NOW) == 1
    ledger.save(lease, [bundle(1, status="COMPLETE")], NOW)
    stored = ledger.record("shop", "bundle", "10/1")
    assert stored is not None
    assert stored.personal is PersonalState.DESTROYED
    assert (stored.body["buyerName"], stored.body["bundleNo"], stored.status) == (None, 1, "COMPLETE")
    actions = [entry.action for entry in ledger.audit("shop")]
    assert actions == ["mask_personal", "destroy_personal"]


def test_a_legal_hold_stops_retention_of_its_kind_until_it_ends(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1)], NOW)
    until = NOW + timedelta(days=10)
    ledger.set_hold(lease, LegalHold("shop", "bundle", until, "전자상거래법 5년"), NOW)
    assert ledger.holds("shop")[0].until == until
    bound = NOW + timedelta(days=5)
    assert ledger.destroy_personal(lease, "bundle", bound, until - timedelta(seconds=1)) == 0
    assert ledger.destroy_personal(lease, "bundle", bound, until) == 1


def test_a_watermark_moves_with_the_records_and_never_back(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1)], NOW, watermark=("orders", NOW))
    ledger.save(lease, [], NOW, watermark=("orders", NOW - timedelta(hours=1)))
    assert ledger.watermark("shop", "orders") == NOW
    with pytest.raises(NaiveDatetimeError):
        ledger.save(lease, [bundle(2)], NOW, watermark=("orders", NOW.replace(tzinfo=None)))
    assert ledger.record("shop", "bundle", "20/2") is None, "the failed call left nothing"


def test_a_clock_that_jumps_back_is_refused(ledger: SqlLedger, lease: Lease) -> None:
    ledger.mark_time(lease, NOW, 60)
    ledger.mark_time(lease, NOW - timedelta(seconds=60), 60)
    with pytest.raises(ClockJumpError, match="the clock says"):
        ledger.mark_time(lease, NOW - timedelta(seconds=61), 60)


def test_links_progress_and_processed_keys(ledger: SqlLedger, lease: Lease) -> None:
    first = SkuLink(sku="sku-1", product_no=2**40, option_key=("빨강", "L"), stock_sync=True, runple=True)
    ledger.put_links(lease, [first, SkuLink(sku="sku-2", product_no=5, never_pushed=True)], NOW)
    ledger.put_links(lease, [SkuLink(sku="sku-9", product_no=5)], NOW)
    assert ledger.links("shop") == (SkuLink(sku="sku-9", product_no=5), first)
    assert ledger.links("shop", sku="sku-1") == (first,)
    moved = evolve(first, option_key=("빨강", "XL"))
    ledger.put_links(lease, [moved], NOW, instead_of=[first])
    assert ledger.links("shop") == (SkuLink(sku="sku-9", product_no=5), moved)
    ledger.put_progress(lease, "import", {"page": 3}, NOW)
    ledger.put_progress(lease, "import", {"page": 4}, NOW)
    assert ledger.progress("shop", "import") == {"page": 4}
    assert ledger.progress("shop", "other") is None
    ledger.mark_processed(lease, "question", ["1", "2"], NOW)
    ledger.mark_processed(lease, "question", ["2"], NOW)
    assert ledger.processed("shop", "question", ["2", "3"]) == {"2"}


def test_an_account_belongs_to_one_origin(ledger: SqlLedger) -> None:
    ledger.open_account("shop", "https://sandbox")
    with pytest.raises(LedgerAccountError, match="https://sandbox"):
        ledger.open_account("shop", "https://elsewhere")
    with pytest.raises(LedgerAccountError, match="does not know"):
        ledger.acquire_lease("stranger", "w", 1)


def test_accounts_do_not_see_each_other(ledger: SqlLedger, lease: Lease) -> None:
    ledger.open_account("other", "https://sandbox")
    other = ledger.acquire_lease("other", "w2", 60)
    assert other is not None
    ledger.begin(lease, CONFIRM, NOW)
    ledger.begin(other, CONFIRM, NOW)
    ledger.save(lease, [bundle(1)], NOW, watermark=("orders", NOW))
    assert ledger.count("other", "bundle") == 0
    assert ledger.watermark("other", "orders") is None
    assert len(ledger.active_intents("other")) == 1


def test_the_audit_trail_is_a_chain_that_shows_every_flaw(ledger: SqlLedger, lease: Lease) -> None:
    for number in range(4):
        draft = IntentDraft("orders_confirm", f"bundle:{number}")
        ledger.finish(lease, IntentResult(ledger.begin(lease, draft, NOW), IntentState.APPLIED), NOW)
    lines = list(audit.export(ledger, "shop"))
    head = ledger.audit_head("shop")
    assert audit.verify_lines(lines, head=head) == audit.AuditVerdict(4)
    changed = [*lines[:1], lines[1].replace("bundle:1", "bundle:9"), *lines[2:]]
    assert "line 2 was changed" in audit.verify_lines(changed).problem
    assert "line 2 is missing" in audit.verify_lines([lines[0], *lines[2:]]).problem
    assert "ends at line 3" in audit.verify_lines(lines[:3], head=head).problem
    assert audit.verify_lines([*lines[:2], "{}"]).problem
    assert audit.verify_lines(["nonsense"]).problem


def test_a_lease_runs_for_a_sane_time(ledger: SqlLedger, lease: Lease) -> None:
    for ttl in (0, -1, 3601):
        with pytest.raises(ValueError, match="seconds"):
            ledger.renew_lease(lease, ttl)
