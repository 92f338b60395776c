"""Erasing one order or one person: found first, what may go goes for good, what must stay says why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import evolve
from kit import KEY, START, Shop, cipher, config, delivered, open_shop, parcel
from test_sources import ORDERS, ordered, sheet

from wemakeprice_sdk.errors import LedgerAccountError, ValidationError
from wemakeprice_sdk.ledger import MemoryLedger, PostgresLedger, SqliteLedger
from wemakeprice_sdk.ledger.records import IntentDraft, IntentResult, IntentState, RecordDraft
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import HoldPurpose, RetentionOverride, RetentionPeriod, RetentionPolicy
from wemakeprice_sdk.policy.snapshot import PendingAnswer
from wemakeprice_sdk.runner import BackOffice, ErasureItem, ErasurePreview, verify_register

CONTACT, CONTRACT, CUSTOMS = RetentionClass.CONTACT, RetentionClass.CONTRACT, RetentionClass.CUSTOMS
BY = "김운영"
PHONE, NAME = "010-1234-0000", "임꺽정"


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    ledger: SqlLedger = SqliteLedger(tmp_path / "l.db", cipher())
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        ledger = PostgresLedger(postgres, cipher(), schema=f"t_{uuid4().hex}")
    with open_shop(ledger) as made:
        delivered(made, 2)
        save(made, bundle(900, PHONE, NAME))
        yield made


def save(shop: Shop, *drafts: RecordDraft) -> None:
    lease = shop.ledger.acquire_lease("shop", "w1", 60)
    assert lease is not None
    shop.ledger.save(lease, drafts, shop.clock.now())
    shop.ledger.release_lease(lease)


def bundle(number: int, phone: str, name: str, **changes: object) -> RecordDraft:
    body = {
        "bundleNo": number,
        "purchaseNo": 1,
        "payDate": "2026-03-04 09:00:00",
        "shipCompleteDate": "2026-03-05 09:00:00",
        "buyerName": name,
        "buyerPhone": phone,
        "delivery": {"name": name, "phone": phone, "customsPin": "P000000000000"},
        "orderProduct": [{"orderNo": number + 1, "orderOption": [{"orderOptionNo": number + 2}]}],
        **changes,
    }
    return RecordDraft("bundle", f"{number}/1", "COMPLETE", START, body, str(number))  # type: ignore[arg-type]


def question(number: int, text: str, order: int | None = None) -> RecordDraft:
    body = {"qnaSeq": number, "question": text, "orderNo": order}
    return RecordDraft("question", str(number), "ASKED", START, body)  # type: ignore[arg-type]


def desk(shop: Shop) -> BackOffice:
    return shop.runner().back_office


def body(shop: Shop, key: str = "900/1", kind: str = "bundle") -> dict[str, object]:
    record = shop.ledger.record("shop", kind, key)
    assert record is not None
    return dict(record.body)


def names(preview: ErasurePreview) -> set[tuple[str, str]]:
    return set(preview.records)


# one order -------------------------------------------------------------------


def test_an_order_loses_what_nothing_keeps_and_says_what_stays_and_why(shop: Shop) -> None:
    preview = desk(shop).preview_erasure(bundle_no=900)
    assert {item.data_class for item in preview.destroyed} == {CONTACT, CUSTOMS}
    kept = {item.data_class: item for item in preview.kept}
    assert set(kept) == {CONTRACT, RetentionClass.PAYMENT_SUPPLY}
    assert str(kept[CONTRACT].kept_until) == "2031-03-05"
    assert "전자상거래법" in kept[CONTRACT].basis
    assert "법령" in kept[CONTRACT].basis
    assert body(shop)["buyerPhone"] == PHONE, "a preview does nothing"
    report = desk(shop).erase(preview, by=BY)
    assert report.ok
    assert (set(report.destroyed), set(report.kept)) == (set(preview.destroyed), set(preview.kept))
    after = body(shop)
    assert (after["buyerPhone"], after["buyerName"]) == (None, NAME)
    assert after["delivery"] == {"name": NAME, "phone": None, "customsPin": None}
    assert "stays until 2031-03-05" in str(report)
    others = [record for record in shop.ledger.records("shop", "bundle") if record.key != "900/1"]
    assert all(record.body["buyerPhone"] for record in others)


def test_what_was_erased_never_comes_in_again(shop: Shop) -> None:
    desk(shop).erase(desk(shop).preview_erasure(bundle_no=900), by=BY)
    save(shop, bundle(900, "010-9999-0000", NAME))
    assert body(shop)["buyerPhone"] is None
    assert desk(shop).preview_erasure(bundle_no=900).destroyed == ()


def test_what_belongs_to_the_order_goes_with_it(shop: Shop, tmp_path: Path) -> None:
    desk(shop).import_source(sheet(tmp_path / "주문.xlsx", ORDERS, [ordered(900, 구매번호=1)]))
    claim = {"claimBundleNo": 7, "bundleNo": 900, "claimType": "RETURN", "pickup": {"phone": PHONE}}
    save(
        shop,
        RecordDraft("claim", "7/900/RETURN", "RETURN:APPROVE", START, claim, "900"),  # type: ignore[arg-type]
        question(1, "언제 오나요", 901),
        question(2, "다른 문의", 55),
        RecordDraft("review", "3", "WRITTEN", START, {"content": "좋아요", "orderOptionNo": 902}),
    )
    found = names(desk(shop).preview_erasure(bundle_no=900))
    assert {("bundle", "900/1"), ("claim", "7/900/RETURN"), ("question", "1")} <= found
    assert ("question", "2") not in found
    assert ("review", "3") in found
    assert any(kind == "file_bundle" for kind, _ in found)


def test_what_was_sent_about_it_goes_too() -> None:
    with open_shop() as shop:
        number = shop.order()
        shop.sandbox.ask_question(KEY, product_no=None)
        runner = shop.runner()
        runner.collect_orders()
        runner.ship([parcel(number)])
        runner.cs()
        (asked,) = shop.client.cs.list_questions(START.date())
        answer = PendingAnswer(
            qna_seq=asked.qna_seq, question_date=asked.question_date, answer="홍길동님, 내일 도착합니다."
        )
        assert runner.cs(answers=[answer]).ok
        shop.pass_time(days=6 * 366)
        preview = desk(shop).preview_erasure(bundle_no=number)
        assert [item.kind for item in preview.destroyed].count("intent") == 2
        desk(shop).erase(preview, by=BY)
        left = [intent.target for intent in shop.ledger.intents("shop") if intent.payload]
        assert all(target.startswith("question:") for target in left)


def test_an_order_on_its_way_keeps_what_it_is_delivered_by() -> None:
    with open_shop() as shop:
        number = shop.order()
        shop.runner().collect_orders()
        preview = desk(shop).preview_erasure(bundle_no=number)
        assert preview.destroyed == ()
        (contact,) = [item for item in preview.kept if item.data_class is CONTACT]
        assert contact.kept_until is None
        assert contact.basis.startswith("거래가 끝나지 않음")
        shop.pass_time(days=120)
        assert desk(shop).preview_erasure(bundle_no=number).destroyed, "nobody delivers it any more"


ON_ITS_WAY, ARRIVED = "배송중", "배송완료"


def listed(shop: Shop, place: Path, number: int, state: str) -> None:
    """Take an order of today from a file."""
    row = ordered(number, 구매번호=1, 배송상태=state, 주문일=f"{START:%F %T}", 결제일=f"{START:%F %T}")
    assert desk(shop).import_source(sheet(place, ORDERS, [row])).ok


def contact_in_file(preview: ErasurePreview) -> ErasureItem:
    (item,) = [item for item in preview.items if (item.kind, item.data_class) == ("file_bundle", CONTACT)]
    return item


@pytest.mark.parametrize("state", [ON_ITS_WAY, ARRIVED])
def test_an_order_that_only_a_file_shows_is_kept_while_it_is_on_its_way(
    shop: Shop, tmp_path: Path, state: str
) -> None:
    listed(shop, tmp_path / "주문.xlsx", 970, state)
    contact = contact_in_file(desk(shop).preview_erasure(bundle_no=970))
    assert contact.destroyed is (state == ARRIVED)
    assert contact.basis.startswith("거래가 끝나지 않음") is (state == ON_ITS_WAY)
    shop.pass_time(days=120)
    assert contact_in_file(desk(shop).preview_erasure(bundle_no=970)).destroyed


def test_a_file_of_yesterday_keeps_nothing_of_an_order_that_is_over(shop: Shop, tmp_path: Path) -> None:
    listed(shop, tmp_path / "주문.xlsx", 900, ON_ITS_WAY)
    assert contact_in_file(desk(shop).preview_erasure(bundle_no=900)).destroyed


@pytest.mark.parametrize(("state", "goes"), [("REQUEST", False), ("APPROVE", True)])
def test_a_claim_that_is_not_over_keeps_its_telephone(shop: Shop, state: str, *, goes: bool) -> None:
    body = {"claimBundleNo": 7, "bundleNo": 990, "claimType": "RETURN", "pickup": {"phone": PHONE}}
    of_file = {"fact": {**body, "claimStatus": state}, "file": "f", "sha256": "0", "sheet": "s", "rows": "2"}
    save(
        shop,
        RecordDraft("claim", "6/980/RETURN", f"RETURN:{state}", START, {**body, "bundleNo": 980}, "980"),
        RecordDraft("file_claim", "7/RETURN@0#1", "FILE", START, of_file, "7/RETURN"),  # type: ignore[arg-type]
    )
    for number in (980, 990):
        (item,) = desk(shop).preview_erasure(bundle_no=number).items
        assert (item.data_class, item.destroyed) == (CONTACT, goes)


@pytest.mark.parametrize("ended", [None, f"{START:%F %T}"])
def test_a_file_without_a_state_goes_by_the_day_of_the_end(shop: Shop, ended: str | None) -> None:
    fact = {"bundleNo": 995, "buyerPhone": PHONE, "shipCompleteDate": ended}
    body = {"fact": fact, "file": "f", "sha256": "0", "sheet": "s", "rows": "2"}
    save(shop, RecordDraft("file_bundle", "995/1@0#1", "FILE", START, body, "995/1"))  # type: ignore[arg-type]
    assert contact_in_file(desk(shop).preview_erasure(bundle_no=995)).destroyed is (ended is not None)


def test_a_hold_stays_in_the_way_of_a_request(shop: Shop) -> None:
    until = shop.clock.now() + timedelta(days=100)
    preview = desk(shop).preview_erasure(bundle_no=900)
    desk(shop).set_hold("bundle", until, "분쟁", purpose=HoldPurpose.BUYER_DISPUTE)
    report = desk(shop).erase(preview, by=BY)
    kept = {item.data_class: item for item in report.kept}
    assert {item.data_class for item in report.destroyed} == {CUSTOMS}, "a hold set after the preview counts"
    assert (kept[CONTACT].basis, kept[CONTACT].kept_until) == ("보존 조치: 분쟁", until.date())
    assert str(kept[CONTRACT].kept_until) == "2031-03-05", "of several reasons the longest counts"
    assert body(shop)["buyerPhone"] == PHONE


@pytest.mark.parametrize("longer", ["whole", "class"])
def test_of_two_holds_on_one_class_the_longer_one_is_named(shop: Shop, longer: str) -> None:
    soon, late = (shop.clock.now() + timedelta(days=days) for days in (10, 100))
    desk(shop).set_hold("bundle", late if longer == "whole" else soon, "수사")
    until = soon if longer == "whole" else late
    desk(shop).set_hold("bundle", until, "분쟁", purpose=HoldPurpose.BUYER_DISPUTE)
    kept = {item.data_class: item for item in desk(shop).preview_erasure(bundle_no=900).kept}
    basis = f"보존 조치: {'수사' if longer == 'whole' else '분쟁'}"
    assert (kept[CONTACT].basis, kept[CONTACT].kept_until) == (basis, late.date())


def sent(shop: Shop, operation: str, target: str, state: IntentState = IntentState.APPLIED) -> None:
    lease = shop.ledger.acquire_lease("shop", "w1", 60)
    assert lease is not None
    intent = shop.ledger.begin(lease, IntentDraft(operation, target, {"name": NAME}), shop.clock.now())
    shop.ledger.finish(lease, IntentResult(intent, state), shop.clock.now())
    shop.ledger.release_lease(lease)


def payloads(shop: Shop) -> list[str]:
    return sorted(
        intent.operation for intent in shop.ledger.intents("shop") if NAME in intent.payload.values()
    )


def test_what_was_sent_about_an_order_stands_under_the_holds_of_its_kind(shop: Shop) -> None:
    sent(shop, "orders_ship", "bundle:900")
    sent(shop, "claims_hold", "bundle:900")
    shop.pass_time(days=6 * 366)
    preview = desk(shop).preview_erasure(bundle_no=900)
    assert [item.kind for item in preview.destroyed].count("intent") == 2
    until = shop.clock.now() + timedelta(days=100)
    desk(shop).set_hold("bundle", until, "정산금 청구", purpose=HoldPurpose.MARKETPLACE_CLAIM)
    report = desk(shop).erase(preview, by=BY)
    (kept,) = [item for item in report.kept if item.kind == "intent"]
    assert (kept.basis, kept.kept_until) == ("보존 조치: 정산금 청구", until.date())
    assert [item.kind for item in report.destroyed].count("intent") == 1
    assert payloads(shop) == ["orders_ship"]
    (line,) = [entry for entry in shop.ledger.audit("shop") if entry.action == "erasure_request"]
    assert line.detail.startswith(f"{len(report.destroyed)} destroyed, {len(report.kept)} kept")


@pytest.mark.parametrize("how", ["unknown", "held"])
def test_what_was_sent_stays_while_its_outcome_is_unknown_and_under_a_hold_of_its_own(
    shop: Shop, how: str
) -> None:
    sent(shop, "orders_ship", "bundle:900", IntentState.UNKNOWN if how == "unknown" else IntentState.APPLIED)
    shop.pass_time(days=6 * 366)
    if how == "held":
        desk(shop).set_hold("intent", shop.clock.now() + timedelta(days=1), "분쟁")
    report = desk(shop).erase(desk(shop).preview_erasure(bundle_no=900), by=BY)
    (kept,) = report.kept
    assert (kept.kind, kept.basis) == (
        "intent",
        "보존 조치: 분쟁" if how == "held" else "결과를 모르는 요청(결과를 확인할 때까지 필요함)",
    )
    assert payloads(shop) == ["orders_ship"]


def test_what_was_sent_is_named_once_and_found_from_a_claim_alone(shop: Shop) -> None:
    body = {"bundleNo": 980, "claimBundleNo": 7, "claimType": "RETURN", "pickup": {"phone": PHONE}}
    save(
        shop,
        evolve(bundle(900, PHONE, NAME), key="900/2"),
        RecordDraft("claim", "7/980/RETURN", "RETURN:APPROVE", START, body, "980"),  # type: ignore[arg-type]
    )
    for operation, target in (
        ("orders_ship", "bundle:900"),
        ("claims_approve", "bundle:980"),
        ("claims_hold", "claim:7"),
        ("claims_reject", "claim:8"),
    ):
        sent(shop, operation, target)
    shop.pass_time(days=6 * 366)
    for number, count in ((900, 1), (980, 2)):
        preview = desk(shop).preview_erasure(bundle_no=number)
        assert [item.kind for item in preview.destroyed].count("intent") == count
        desk(shop).erase(preview, by=BY)
    assert payloads(shop) == ["claims_reject"]


def test_five_years_later_everything_may_go(shop: Shop) -> None:
    shop.pass_time(days=6 * 366)
    preview = desk(shop).preview_erasure(bundle_no=900)
    assert preview.kept == ()
    desk(shop).erase(preview, by=BY)
    assert body(shop)["buyerName"] is None


def test_a_period_that_the_seller_confirmed_counts_here_too(shop: Shop) -> None:
    short = RetentionOverride(
        data_class=CONTRACT, keep=RetentionPeriod(days=1), reason="내부 규정", confirmed_by="김책임"
    )
    preview = desk(shop).preview_erasure(bundle_no=900, policy=RetentionPolicy(overrides=[short]))
    assert CONTRACT in {item.data_class for item in preview.destroyed}
    long = RetentionOverride(data_class=CONTACT, keep=RetentionPeriod(years=3), reason="내부 규정")
    preview = desk(shop).preview_erasure(bundle_no=900, policy=RetentionPolicy(overrides=[long]))
    assert CONTACT in {item.data_class for item in preview.destroyed}, (
        "a seller's wish is no reason against it"
    )
    longer = RetentionPolicy(overrides=[evolve(long, data_class=CONTRACT, keep=RetentionPeriod(years=10))])
    shop.pass_time(days=6 * 366)
    assert desk(shop).preview_erasure(bundle_no=900, policy=longer).kept == (), (
        "nor beyond what a law asks for"
    )


# one person ------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": PHONE},
        {"phone": "+82 10 1234 0000"},
        {"phone": "01012340000", "name": " 임 꺽정 "},
        {"name": NAME},
    ],
)
def test_a_person_is_found_however_he_is_written(shop: Shop, asked: dict[str, str]) -> None:
    save(
        shop,
        question(3, "전화 주세요 010.1234.0000", None),
        question(4, "Call me: +82 10-1234-0000, 9-18h", None),
        bundle(950, "010-5555-0000", "홍길동"),
    )
    found = names(desk(shop).preview_erasure(**asked))  # type: ignore[arg-type]
    assert ("bundle", "900/1") in found
    assert ("bundle", "950/1") not in found
    said = {key for kind, key in found if kind == "question"}
    assert said == ({"3", "4"} if "phone" in asked else set()), (
        "a telephone inside a text is found, a name is not"
    )


def test_telephone_and_name_have_to_be_in_the_same_record(shop: Shop) -> None:
    save(shop, bundle(950, "010-5555-0000", NAME))
    assert names(desk(shop).preview_erasure(name=NAME)) == {("bundle", "900/1"), ("bundle", "950/1")}
    assert names(desk(shop).preview_erasure(name=NAME, phone=PHONE)) == {("bundle", "900/1")}


@pytest.mark.parametrize("phone", ["010-7777-0000", "1588-0000"])
def test_nobody_is_found_who_is_not_there(shop: Shop, phone: str) -> None:
    preview = desk(shop).preview_erasure(phone=phone)
    assert (preview.records, preview.items) == ((), ())
    report = desk(shop).erase(preview, by=BY)
    assert (report.ok, report.destroyed, report.kept) == (True, (), ())


def test_the_request_is_audited_without_the_person_and_stands_in_the_register(
    shop: Shop, tmp_path: Path
) -> None:
    office = desk(shop)
    office.erase(office.preview_erasure(phone=PHONE, name=NAME), by=BY)
    trail = list(shop.ledger.audit("shop"))
    (line,) = [entry for entry in trail if entry.action == "erasure_request"]
    assert (line.target, line.detail) == ("person", f"2 destroyed, 2 kept, by {BY}")
    report = office.destruction_register(tmp_path / "r")
    assert {entry.note.reason.value for entry in report.entries} == {"request"}
    assert {entry.note.exceptions for entry in report.entries} == {0}, "of its own class nothing had to stay"
    text = report.lines.read_text("utf-8") + "".join(str(entry) for entry in trail)
    for secret in (NAME, "임꺽", PHONE, "1234"):
        assert secret not in text
    assert verify_register(report.lines.read_text("utf-8").splitlines(), trail).ok


def test_a_preview_shows_no_value_of_anybody(shop: Shop) -> None:
    preview = desk(shop).preview_erasure(phone=PHONE, name=NAME)
    for text in (repr(preview), str(preview)):
        assert NAME not in text
        assert "1234" not in text


# what is refused -------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({}, "bundle_no"),
        ({"bundle_no": 1, "phone": PHONE}, "bundle_no"),
        ({"phone": "010"}, "phone"),
        ({"phone": "홍길동홍길동홍길동"}, "phone"),
    ],
)
def test_a_request_is_about_one_order_or_one_person(asked: dict[str, object], path: str) -> None:
    with open_shop() as shop, pytest.raises(ValidationError) as caught:
        desk(shop).preview_erasure(**asked)  # type: ignore[arg-type]
    assert [violation.path for violation in caught.value.violations] == [path]
    assert "홍길동" not in str(caught.value)


def test_the_preview_of_another_account_is_refused(shop: Shop) -> None:
    preview = desk(shop).preview_erasure(bundle_no=900)
    with MemoryLedger(cipher()) as ledger, pytest.raises(LedgerAccountError, match="'shop'"):
        BackOffice(ledger, config(seller_id="other")).erase(preview, by=BY)
