"""Personal values by retention class: what goes, what stays, what never comes back, and what is said of it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ledger_kit import NOW, KeyCipher
from wemakeprice_sdk.errors import LedgerCorruptError, TamperedError, ValidationError
from wemakeprice_sdk.ledger import (
    IntentDraft,
    IntentResult,
    IntentState,
    Lease,
    LegalHold,
    MemoryLedger,
    PersonalState,
    RecordDraft,
    SaveCount,
    SqliteLedger,
    StoredRecord,
)
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models.codes import RecordKind
from wemakeprice_sdk.models.retention import RetentionClass

CONTRACT, SUPPLY = RetentionClass.CONTRACT, RetentionClass.PAYMENT_SUPPLY
CONTACT, CUSTOMS = RetentionClass.CONTACT, RetentionClass.CUSTOMS
LATER = NOW + timedelta(days=1)
BODY: dict[str, Any] = {
    "bundleNo": 1,
    "buyerName": "홍길동",
    "buyerPhone": "010-0000-0000",
    "delivery": {
        "name": "김받음",
        "phone": "010-0000-0001",
        "customsPin": "P000000000000",
        "invoiceNo": "700",
        "shipAddress": {"addrFixed": "가상구 1", "message": "문 앞"},
    },
}


def bundle(number: int = 1, **changes: Any) -> RecordDraft:
    body = {**BODY, "bundleNo": number, **changes}
    return RecordDraft(RecordKind.BUNDLE, f"{number}/{number}", "NEW", NOW, body, str(number))


@pytest.fixture
def lease(ledger: SqlLedger) -> Lease:
    taken = ledger.acquire_lease("shop", "w1", 60)
    assert taken is not None
    return taken


def found(ledger: SqlLedger, key: str = "1/1", kind: str = RecordKind.BUNDLE) -> StoredRecord:
    record = ledger.record("shop", kind, key)
    assert record is not None
    return record


def without(*paths: str) -> dict[str, Any]:
    """Return the body with these values taken away."""
    body = json.loads(json.dumps(BODY))
    for path in paths:
        *places, last = path.split(".")
        node = body
        for place in places:
            node = node[place]
        node[last] = None
    return dict(body)


PHONES = ("buyerPhone", "delivery.phone", "delivery.shipAddress.message")


# What goes and what stays ------------------------------------------------------------------------------------


def test_one_class_goes_and_the_others_stay(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle()], NOW)
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT) == 1
    assert found(ledger).body == without(*PHONES)
    assert found(ledger).personal is PersonalState.PARTIAL
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT) == 0
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CUSTOMS) == 1
    assert found(ledger).body == without(*PHONES, "delivery.customsPin")
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER) == 1
    assert found(ledger).personal is PersonalState.DESTROYED


def test_what_went_does_not_come_back_and_is_not_taken_for_a_change(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle()], NOW)
    ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT)
    assert ledger.save(lease, [bundle()], LATER) == SaveCount(changed=1)
    assert ledger.save(lease, [bundle()], LATER) == SaveCount(same=1), "nor does it look changed each time"
    other = bundle(buyerPhone="010-0000-0009", buyerName="홍길순")
    assert ledger.save(lease, [other], LATER) == SaveCount(changed=1)
    assert found(ledger).body == {**without(*PHONES), "buyerName": "홍길순"}
    assert found(ledger).personal is PersonalState.PARTIAL
    ledger.save(lease, [bundle(buyerPhone=None, delivery=None)], LATER)
    assert found(ledger).personal is PersonalState.PARTIAL, "also when the marketplace shows it no more"


def test_no_digest_tells_whether_a_guess_of_what_went_is_right(ledger: SqlLedger, lease: Lease) -> None:
    """The digest of a record that lost something is that of the rest, whatever the marketplace shows."""
    for number, phone in enumerate(["010-0000-0001", "010-0000-0002"], 1):
        ledger.save(lease, [bundle(number)], NOW)
        ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT)
        ledger.save(lease, [evolve(bundle(number, bundleNo=1, buyerPhone=phone), ref="1")], LATER)
    with ledger._engine.begin(write=False) as transaction:
        digests = {row[0] for row in transaction.rows("SELECT digest FROM records")}
    assert len(digests) == 1


def test_masking_covers_one_class_and_keeps_it_covered(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle()], NOW)
    assert ledger.mask_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT) == 1
    assert found(ledger).personal is PersonalState.MASKED
    assert ledger.save(lease, [bundle()], LATER) == SaveCount(changed=1)
    assert ledger.save(lease, [bundle()], LATER) == SaveCount(same=1)
    body = found(ledger).body
    assert body["buyerName"] == "홍길동"
    assert body["buyerPhone"] == "***-****-0000"
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=SUPPLY) == 1
    assert ledger.mask_personal(lease, "bundle", LATER, LATER, retention_class=CONTRACT) == 1
    assert found(ledger).personal is PersonalState.PARTIAL, "what lost a part has lost a part"


def test_a_whole_record_takes_nothing_personal_again_of_any_class(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(delivery=None, buyerPhone=None)], NOW)
    ledger.destroy_personal(lease, "bundle", LATER, LATER)
    ledger.save(lease, [bundle(newKey="누구")], LATER)
    assert found(ledger).personal is PersonalState.DESTROYED
    everything = (
        *PHONES,
        "buyerName",
        "delivery.name",
        "delivery.customsPin",
        "delivery.shipAddress.addrFixed",
    )
    assert found(ledger).body == {**without(*everything), "newKey": None}


def test_a_new_class_of_a_record_that_lost_another_is_kept(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(delivery=None, buyerName=None)], NOW)
    ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT)
    assert found(ledger).personal is PersonalState.DESTROYED
    ledger.save(lease, [bundle()], LATER)
    assert found(ledger).body == without(*PHONES)
    assert found(ledger).personal is PersonalState.PARTIAL


@pytest.mark.parametrize("retention_class", [None, CONTACT])
def test_a_record_that_is_gone_altogether_still_keeps_it_out(
    ledger: SqlLedger, lease: Lease, retention_class: RetentionClass | None
) -> None:
    ledger.save(lease, [bundle()], NOW)
    ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=retention_class)
    with ledger._engine.begin(write=True) as transaction:
        for table in ("records", "personal"):
            transaction.rows(f"DELETE FROM {table} RETURNING 1")
    assert ledger.save(lease, [bundle()], LATER) == SaveCount(new=1)
    assert found(ledger).body["buyerPhone"] is None
    assert found(ledger).body["buyerName"] == (None if retention_class is None else "홍길동")


def file_draft(kind: str, key: str, fact: dict[str, Any]) -> RecordDraft:
    body = {"fact": fact, "file": "orders.xlsx", "sha256": "0" * 64, "sheet": "주문", "rows": "2"}
    return RecordDraft(kind, f"{key}@{'0' * 16}#1", "FILE", NOW, body, key)  # type: ignore[arg-type]


CLAIM = {"claimBundleNo": 9, "claimReasonDetail": "사유", "pickup": {"name": "홍", "phone": "010-0000-0000"}}


@pytest.mark.parametrize("file_first", [False, True], ids=["api_first", "file_first"])
@pytest.mark.parametrize(
    ("api", "file"),
    [
        (bundle(), file_draft(RecordKind.FILE_BUNDLE, "1/1", BODY)),
        (
            RecordDraft(RecordKind.CLAIM, "9/1/RETURN", "RETURN:REQUEST", NOW, CLAIM, "1"),
            file_draft(RecordKind.FILE_CLAIM, "9/RETURN", CLAIM),
        ),
    ],
    ids=["bundle", "claim"],
)
def test_a_file_does_not_bring_back_what_the_marketplace_showed_nor_the_other_way_round(
    ledger: SqlLedger, lease: Lease, api: RecordDraft, file: RecordDraft, *, file_first: bool
) -> None:
    first, second = (file, api) if file_first else (api, file)
    ledger.save(lease, [first], NOW)
    assert ledger.destroy_personal(lease, first.kind, LATER, LATER, retention_class=CONTACT) == 1
    ledger.save(lease, [second], LATER)
    record = found(ledger, second.key, second.kind)
    assert "010-0000" not in json.dumps(record.body)
    assert record.personal is PersonalState.PARTIAL
    assert ledger.save(lease, [second], LATER).same == 1


def test_what_still_stands_is_not_lost_because_a_file_of_it_was_destroyed(
    ledger: SqlLedger, lease: Lease
) -> None:
    """The period of the file may have begun earlier: what stands goes in its own time, with a line of its own."""
    ledger.save(lease, [bundle(), file_draft(RecordKind.FILE_BUNDLE, "1/1", BODY)], NOW)
    ledger.destroy_personal(lease, RecordKind.FILE_BUNDLE, LATER, LATER)
    ledger.save(lease, [bundle(buyerName="홍길순")], LATER)
    assert found(ledger).body == {**BODY, "buyerName": "홍길순"}
    assert found(ledger).personal is PersonalState.CLEAR


# Holds and periods -------------------------------------------------------------------------------------------


def test_a_hold_on_a_class_keeps_its_fields_and_lets_the_others_go(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle()], NOW)
    until = LATER + timedelta(days=1)
    for retention_class in (CONTRACT, SUPPLY):
        ledger.set_hold(lease, LegalHold("shop", "bundle", until, "정산금 청구", retention_class), NOW)
    assert {hold.retention_class for hold in ledger.holds("shop")} == {CONTRACT, SUPPLY}
    assert ledger.due_personal("shop", "bundle", LATER, None, LATER) == (0, 1)
    assert ledger.due_personal("shop", "bundle", LATER, None, LATER, retention_class=CONTRACT) == (0, 0)
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTRACT) == 0
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER) == 1
    assert found(ledger).body == without(*PHONES, "delivery.customsPin")
    ledger.save(lease, [bundle(buyerName="홍길순")], LATER)
    assert found(ledger).body["buyerName"] == "홍길순", "what is held may still change"
    assert ledger.destroy_personal(lease, "bundle", LATER, until) == 1
    assert found(ledger).personal is PersonalState.DESTROYED


def test_a_hold_without_a_class_holds_everything(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle()], NOW)
    ledger.set_hold(lease, LegalHold("shop", "bundle", LATER + timedelta(days=1), "분쟁"), NOW)
    for retention_class in (None, *RetentionClass):
        assert ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=retention_class) == 0
    assert found(ledger).body == BODY


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


@pytest.mark.parametrize(
    ("draft", "starts"),
    [
        (bundle(), 0),
        (bundle(shipCompleteDate=f"{day(3):%Y-%m-%d %H:%M:%S}"), 3),
        (bundle(shipCompleteDate=day(3).isoformat()), 3),
        (bundle(shipCompleteDate=f"{day(-3):%Y-%m-%d %H:%M:%S}"), 0),
        (bundle(shipCompleteDate=f"{day(300):%Y-%m-%d %H:%M:%S}"), 0),
        (bundle(shipCompleteDate="soon"), 0),
        (bundle(shipCompleteDate=7), 0),
        (
            file_draft(RecordKind.FILE_BUNDLE, "1/1", {**BODY, "shipCompleteDate": day(4).isoformat()}),
            4,
        ),
        (
            RecordDraft(
                RecordKind.CLAIM,
                "9/1/RETURN",
                "RETURN:APPROVE",
                NOW,
                {**CLAIM, "approveDate": f"{day(2):%Y-%m-%d %H:%M:%S}", "rejectDate": None},
            ),
            2,
        ),
        (RecordDraft(RecordKind.REVIEW, "5", "WRITTEN", NOW, {"content": "좋아요"}), 0),
    ],
    ids=range(10),
)
def test_the_period_begins_when_the_thing_was_over_where_that_is_known(
    ledger: SqlLedger, lease: Lease, draft: RecordDraft, starts: int
) -> None:
    ledger.save(lease, [draft], day(10))
    parts = list(ledger.personal_parts("shop", draft.kind))
    assert {part.starts_at for part in parts} == {day(starts)}
    assert {(part.key, part.at, part.status, part.ref) for part in parts} == {
        (draft.key, draft.at, draft.status, draft.ref)
    }
    bound, behind = day(starts), day(starts) + timedelta(microseconds=1)
    assert ledger.destroy_personal(lease, draft.kind, bound, day(11)) == 0
    assert ledger.due_personal("shop", draft.kind, day(11), behind, bound) == (1, 0), "the bound is left out"
    assert ledger.due_personal("shop", draft.kind, day(11), behind, behind) == (0, 1), "not masked as well"
    assert ledger.due_personal("shop", draft.kind, day(11), None, behind) == (0, 1)
    assert ledger.destroy_personal(lease, draft.kind, behind, day(11)) == 1


def test_the_period_begins_anew_when_the_delivery_becomes_known(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle()], NOW)
    ledger.save(lease, [bundle(shipCompleteDate=f"{day(3):%Y-%m-%d %H:%M:%S}")], day(4))
    assert {part.starts_at for part in ledger.personal_parts("shop", "bundle")} == {day(3)}


def test_parts_are_listed_by_class_and_time_over_pages(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [evolve(bundle(n), at=day(n % 2)) for n in range(400)], day(5))
    parts = list(ledger.personal_parts("shop", "bundle"))
    assert len({(part.key, part.retention_class) for part in parts}) == len(parts) == 4 * 400
    some = list(ledger.personal_parts("shop", "bundle", retention_class=CUSTOMS, before=day(1)))
    assert {part.key for part in some} == {f"{n}/{n}" for n in range(0, 400, 2)}
    assert len(some) == 200


# Chosen records ----------------------------------------------------------------------------------------------


def test_named_records_go_whatever_their_time(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(n) for n in range(1, 5)], NOW)
    keys = ["1/1", "3/3", "9/9", "1/1"]
    assert ledger.mask_personal(lease, "bundle", None, NOW, keys=keys, retention_class=CONTACT) == 2
    assert ledger.destroy_personal(lease, "bundle", None, NOW, keys=keys, reason="삭제 요구") == 2
    assert [found(ledger, f"{n}/{n}").personal for n in range(1, 5)] == [
        PersonalState.DESTROYED,
        PersonalState.CLEAR,
        PersonalState.DESTROYED,
        PersonalState.CLEAR,
    ]
    line = list(ledger.audit("shop"))[-1]
    assert line.detail.startswith("2 records named; register ")
    assert line.detail.endswith("; 삭제 요구")
    assert ledger.destroy_personal(lease, "bundle", LATER, LATER, keys=["2/2"]) == 1
    line = list(ledger.audit("shop"))[-1]
    assert line.detail.startswith(f"1 records named before {LATER.isoformat()}; register ")


def test_many_named_records_take_as_many_as_the_limit_says(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(n) for n in range(450)], NOW)
    keys = [f"{n}/{n}" for n in range(450)]
    done = [ledger.destroy_personal(lease, "bundle", None, NOW, keys=keys, limit=430) for _ in range(3)]
    assert done == [430, 20, 0]


@pytest.mark.parametrize("method", ["mask_personal", "destroy_personal"])
def test_everything_at_once_is_refused(ledger: SqlLedger, lease: Lease, method: str) -> None:
    with pytest.raises(ValidationError, match="give a time or name the records"):
        getattr(ledger, method)(lease, "bundle", None, NOW)
    ledger.save(lease, [bundle()], NOW)
    assert getattr(ledger, method)(lease, "bundle", None, NOW, keys=[]) == 0


@pytest.mark.parametrize("reason", ["a\nb", "가" * 121, "  "])
def test_a_reason_is_one_short_line(ledger: SqlLedger, lease: Lease, reason: str) -> None:
    with pytest.raises(ValidationError, match="reason"):
        ledger.destroy_personal(lease, "bundle", LATER, LATER, reason=reason)


FULL_WIDTH = "01000000001".translate({ord("0"): 0xFF10, ord("1"): 0xFF11})


@pytest.mark.parametrize("value", ["010-0000-0001", "01000000001", "+82 10-0000-0001", "김 받음", FULL_WIDTH])
def test_a_persons_records_are_found_however_the_value_is_written(
    ledger: SqlLedger, lease: Lease, value: str
) -> None:
    delivery = {"name": "이남", "phone": "010-0000-0002"}
    ledger.save(lease, [bundle(1), bundle(2, delivery=delivery)], NOW)
    assert [record.key for record in ledger.mentioning("shop", "bundle", [value])] == ["1/1"]
    assert list(ledger.mentioning("shop", "bundle", ["700", "", "없음"])) == [], "700 is no personal value"
    assert list(ledger.mentioning("shop", "bundle", [])) == []


# The register ------------------------------------------------------------------------------------------------


def test_every_class_of_every_record_leaves_a_line_that_the_trail_vouches_for(
    ledger: SqlLedger, lease: Lease
) -> None:
    ledger.save(lease, [bundle(1), bundle(2)], NOW)
    reason = "보유기간 만료"
    ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT, reason=reason)
    ledger.destroy_personal(lease, "bundle", LATER, LATER, limit=1)
    lines = list(ledger.tombstones("shop"))
    assert [line.number for line in lines] == sorted({line.number for line in lines})
    assert list(ledger.tombstones("shop", after=lines[1].number)) == lines[2:]
    assert [(line.retention_class, line.fields) for line in lines[:2]] == [
        (CONTACT, ("buyerPhone", "message", "phone"))
    ] * 2
    assert {line.key_hmac for line in lines[:2]} == {
        ledger.key_hmac("shop", "bundle", f"{n}/{n}") for n in (1, 2)
    }
    assert {(line.kind, line.by, line.destroyed_at) for line in lines} == {("bundle", "w1", LATER)}
    assert [line.reason for line in lines] == [reason] * 2 + [""] * 3
    assert {line.retention_class for line in lines[2:]} == {CONTRACT, SUPPLY, CUSTOMS}
    acts = defaultdict(list)
    for line in lines:
        acts[line.audit_number].append(
            [line.kind, str(line.retention_class), line.key_hmac, list(line.fields)]
        )
    for entry in ledger.audit("shop"):
        texts = sorted(
            json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in acts[entry.number]
        )
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest().upper()
        assert f"register {digest}" in entry.detail
    assert verify(ledger.audit("shop"), head=ledger.audit_head("shop")).ok


def test_the_register_names_nobody(ledger: SqlLedger, lease: Lease) -> None:
    extras = {
        "담당 자": "홍길동",
        "010-0000-0000": "x",
        "a" * 41: "x",
        "전화01012345678": "x",
        "rows": ["010-0000-0009"],
    }
    export = RecordDraft(RecordKind.EXPORT, "product/7", "IMPORTED", NOW, {"extras": extras})  # type: ignore[arg-type]
    ledger.save(lease, [bundle(), export], NOW)
    for kind in ("bundle", "export"):
        ledger.destroy_personal(lease, kind, LATER, LATER)
    with ledger._engine.begin(write=False) as transaction:
        rows = transaction.rows("SELECT * FROM tombstones")
    written = json.dumps(rows, ensure_ascii=False)
    for value in ("홍길동", "김받음", "0000", "1/1", "product/7", "문 앞"):
        assert value not in written.replace("0" * 5, ""), value
    [line] = [line for line in ledger.tombstones("shop") if line.kind == "export"]
    assert line.fields == ("*", "rows", "담당_자")


def test_payloads_go_by_class_and_leave_lines_too(ledger: SqlLedger, lease: Lease) -> None:
    numbers = {}
    for operation in ("orders_ship", "claims_reject", "cs_answer_question", "products_update_sale"):
        intent = ledger.begin(lease, IntentDraft(operation, f"{operation}:1", {"a": "홍길동"}), NOW)
        ledger.finish(lease, IntentResult(intent, IntentState.APPLIED), NOW)
        numbers[operation] = str(intent.id)
    lost = ledger.begin(lease, IntentDraft("orders_cancel", "bundle:9", {"a": "홍길동"}), NOW)
    ledger.finish(lease, IntentResult(lost, IntentState.UNKNOWN), NOW)
    assert ledger.destroy_personal(lease, "intent", NOW, LATER) == 0, "the bound is left out"
    full = lambda: {one.operation for one in ledger.intents("shop") if one.payload}  # noqa: E731
    hold = LegalHold("shop", "bundle", day(9), "분쟁", CONTACT)
    ledger.set_hold(lease, hold, NOW)
    assert ledger.due_personal("shop", "intent", LATER, None, LATER, retention_class=SUPPLY) == (0, 1)
    assert ledger.destroy_personal(lease, "intent", LATER, LATER, retention_class=SUPPLY) == 1
    assert full() == {"claims_reject", "cs_answer_question", "products_update_sale", "orders_cancel"}
    assert ledger.destroy_personal(lease, "intent", LATER, LATER, retention_class=CUSTOMS) == 0
    ledger.set_hold(lease, evolve(hold, kind="claim", retention_class=CONTRACT), NOW)
    named = [numbers["claims_reject"], numbers["cs_answer_question"], "999", "x", "9" * 30]
    assert ledger.destroy_personal(lease, "intent", None, LATER, keys=named) == 1
    assert full() == {"claims_reject", "products_update_sale", "orders_cancel"}
    assert ledger.destroy_personal(lease, "intent", LATER, LATER, retention_class=RetentionClass.DISPLAY) == 1
    assert full() == {"claims_reject", "orders_cancel"}, "one without an outcome is verified by what was sent"
    lines = list(ledger.tombstones("shop"))
    assert [(line.kind, line.retention_class, line.fields) for line in lines] == [
        ("intent", SUPPLY, ("payload",)),
        ("intent", RetentionClass.DISPUTE, ("payload",)),
        ("intent", RetentionClass.DISPLAY, ("payload",)),
    ]
    assert lines[0].key_hmac == ledger.key_hmac("shop", "intent", numbers["orders_ship"])


def test_no_more_payloads_go_at_once_than_the_limit_however_many_are_named(
    ledger: SqlLedger, lease: Lease
) -> None:
    numbers = []
    for target in ("bundle:1", "bundle:2"):
        intent = ledger.begin(lease, IntentDraft("orders_ship", target, {"a": "홍길동"}), NOW)
        ledger.finish(lease, IntentResult(intent, IntentState.APPLIED), NOW)
        numbers.append(str(intent.id))
    named = [numbers[0], *map(str, range(10_000, 10_500)), numbers[1]]
    done = [ledger.destroy_personal(lease, "intent", None, LATER, keys=named, limit=1) for _ in range(3)]
    assert done == [1, 1, 0]


# Keys --------------------------------------------------------------------------------------------------------


def rows_of(ledger: SqlLedger, sql: str) -> list[tuple[Any, ...]]:
    with ledger._engine.begin(write=False) as transaction:
        return list(transaction.rows(sql))


def test_each_class_and_month_has_a_key_that_goes_with_its_last_value(
    ledger: SqlLedger, lease: Lease
) -> None:
    ledger.save(lease, [bundle(1), bundle(2), evolve(bundle(3), at=NOW + timedelta(days=31))], day(40))
    keys = rows_of(ledger, "SELECT class, period, number FROM data_keys")
    assert sorted(key[:2] for key in keys) == sorted(
        (one.value, month) for one in (CONTRACT, SUPPLY, CONTACT, CUSTOMS) for month in ("2026-03", "2026-04")
    )
    first = ledger.destroy_personal(lease, "bundle", None, day(50), keys=["1/1"], retention_class=CONTACT)
    assert (first, len(rows_of(ledger, "SELECT 1 FROM data_keys"))) == (1, 8), "the second stands under it"
    ledger.destroy_personal(lease, "bundle", None, day(50), keys=["2/2"], retention_class=CONTACT)
    left = rows_of(ledger, "SELECT class, period FROM data_keys")
    assert ("contact", "2026-03") not in left
    assert ("contact", "2026-04") in left
    ledger.save(lease, [bundle(4)], day(50))
    again = rows_of(ledger, "SELECT number FROM data_keys WHERE class = 'contact' AND period = '2026-03'")
    assert again[0][0] not in {key[2] for key in keys}, "a number is never given twice"


def test_a_row_out_of_a_backup_is_unreadable_once_its_key_was_destroyed(
    ledger: SqlLedger, lease: Lease
) -> None:
    ledger.save(lease, [bundle()], NOW)
    columns = "account, kind, record_key, class, state, starts, data_key, token"
    kept = rows_of(ledger, f"SELECT {columns} FROM personal WHERE class = 'contact'")
    ledger.destroy_personal(lease, "bundle", LATER, LATER, retention_class=CONTACT)
    with ledger._engine.begin(write=True) as transaction:
        transaction.many(f"INSERT INTO personal ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", kept)
    with pytest.raises(LedgerCorruptError, match=r"data key \d+ of .* is missing"):
        found(ledger)
    assert ledger.destroy_personal(lease, "bundle", None, LATER, keys=["1/1"], retention_class=CONTACT) == 1
    assert found(ledger).body == without(*PHONES), "and it can be destroyed again"


def test_values_are_bound_to_record_class_and_account(ledger: SqlLedger, lease: Lease) -> None:
    ledger.save(lease, [bundle(1), bundle(2)], NOW)
    [(token,)] = rows_of(ledger, "SELECT token FROM personal WHERE record_key = '2/2' AND class = 'contact'")
    with ledger._engine.begin(write=True) as transaction:
        sql = "UPDATE personal SET token = ? WHERE record_key = '1/1' AND class = 'contact'"
        transaction.many(sql, [(token,)])
    with pytest.raises(TamperedError, match="another record"):
        found(ledger)


def test_a_key_of_a_transaction_that_was_rolled_back_is_never_used(ledger: SqlLedger, lease: Lease) -> None:
    def failing() -> Iterator[RecordDraft]:
        yield from (bundle(n) for n in range(500))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.save(lease, failing(), NOW)
    assert rows_of(ledger, "SELECT 1 FROM data_keys") == []
    ledger.save(lease, [bundle()], NOW)
    ledger.close()
    assert found(ledger).body == BODY


def test_another_process_writes_under_no_key_that_was_destroyed(tmp_path: Path, cipher: KeyCipher) -> None:
    with SqliteLedger(tmp_path / "l.db", cipher) as first, SqliteLedger(tmp_path / "l.db", cipher) as second:
        first.open_account("shop", "https://sandbox")
        lease = first.acquire_lease("shop", "w1", 60)
        assert lease is not None
        first.save(lease, [bundle(1)], NOW)
        second.destroy_personal(lease, "bundle", LATER, LATER)
        first.save(lease, [bundle(2)], NOW)
        assert found(second, "2/2").body == {**BODY, "bundleNo": 2}


# Any order of events, against a model that knows nothing of tables ------------------------------------------

FIELDS = {
    "buyerName": CONTRACT,
    "buyerPhone": CONTACT,
    "delivery.name": SUPPLY,
    "delivery.customsPin": CUSTOMS,
    "tomorrow": RetentionClass.UNCLASSIFIED,
}
_CLASSES = st.sampled_from([None, *sorted(set(FIELDS.values()))])
_NUMBERS = st.integers(1, 3)


class Retention(RuleBasedStateMachine):
    """Three bundles, saved, masked and destroyed in any order; beside the ledger a plain account of it."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = MemoryLedger(KeyCipher())
        self.ledger.open_account("shop", "https://sandbox")
        lease = self.ledger.acquire_lease("shop", "w", 3600)
        assert lease is not None
        self.lease = lease
        self.values: dict[int, dict[str, str]] = {}
        self.masked: set[tuple[int, RetentionClass]] = set()
        self.gone: set[tuple[int, RetentionClass | None]] = set()
        self.lines = 0

    def _standing(self, number: int, wanted: RetentionClass | None) -> set[RetentionClass]:
        present = {FIELDS[path] for path in self.values.get(number, {})}
        return present if wanted is None else present & {wanted}

    @rule(number=_NUMBERS, paths=st.sets(st.sampled_from(sorted(FIELDS))), word=st.sampled_from("가나다"))
    def save(self, number: int, paths: set[str], word: str) -> None:
        body: dict[str, Any] = {"bundleNo": number, "delivery": {}}
        kept = dict(self.values.get(number, {}))
        for path in sorted(paths):
            node, last = (body["delivery"], path[9:]) if path.startswith("delivery.") else (body, path)
            node[last] = word
        for path in paths:
            barred = (number, None) in self.gone or (number, FIELDS[path]) in self.gone
            if FIELDS[path] in self._standing(number, None) or not barred:
                kept[path] = word
        self.ledger.save(
            self.lease, [RecordDraft("bundle", f"{number}/{number}", "NEW", NOW, body, word)], NOW
        )
        self.values[number] = kept

    @rule(wanted=_CLASSES, numbers=st.sets(_NUMBERS))
    def mask(self, wanted: RetentionClass | None, numbers: set[int]) -> None:
        keys = [f"{number}/{number}" for number in sorted(numbers)]
        clear = {
            number: {one for one in self._standing(number, wanted) if (number, one) not in self.masked}
            for number in numbers
        }
        done = self.ledger.mask_personal(self.lease, "bundle", None, NOW, keys=keys, retention_class=wanted)
        assert done == sum(map(bool, clear.values()))
        self.masked |= {(number, one) for number, classes in clear.items() for one in classes}

    @rule(wanted=_CLASSES, numbers=st.sets(_NUMBERS))
    def destroy(self, wanted: RetentionClass | None, numbers: set[int]) -> None:
        keys = [f"{number}/{number}" for number in sorted(numbers)]
        going = {number: self._standing(number, wanted) for number in numbers}
        done = self.ledger.destroy_personal(
            self.lease, "bundle", None, NOW, keys=keys, retention_class=wanted
        )
        assert done == sum(map(bool, going.values()))
        for number, classes in going.items():
            if not classes:
                continue
            self.lines += len(classes)
            self.gone |= {(number, one) for one in classes} | ({(number, None)} if wanted is None else set())
            self.masked -= {(number, one) for one in classes}
            self.values[number] = {
                path: word for path, word in self.values[number].items() if FIELDS[path] not in classes
            }

    @invariant()
    def the_ledger_says_the_same(self) -> None:
        for number, values in self.values.items():
            record = found(self.ledger, f"{number}/{number}")
            delivery = record.body["delivery"]
            assert isinstance(delivery, dict)
            seen = {path: record.body.get(path) for path in FIELDS if "." not in path}
            seen |= {path: delivery.get(path[9:]) for path in FIELDS if "." in path}
            masks: dict[bool, Callable[[str, str], str]] = {
                True: lambda path, word: word + "**" if path in ("buyerName", "delivery.name") else "***",
                False: lambda path, word: word,
            }
            wanted = {
                path: masks[(number, FIELDS[path]) in self.masked](path, word)
                for path, word in values.items()
            }
            assert {path: word for path, word in seen.items() if word is not None} == wanted

    @invariant()
    def every_line_and_every_key_is_accounted_for(self) -> None:
        assert len(list(self.ledger.tombstones("shop"))) == self.lines
        keys = {row[0] for row in rows_of(self.ledger, "SELECT class FROM data_keys")}
        standing = {FIELDS[path].value for values in self.values.values() for path in values}
        assert keys == standing


TestRetention = Retention.TestCase
TestRetention.settings = settings(max_examples=20, stateful_step_count=20)
