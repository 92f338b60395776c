"""The job of retention: by class, by the right day, around holds; stopped and killed; the register of it."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import openpyxl
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit import KEY, START, Shop, cipher, config, delivered, open_shop, parcel
from test_sources import ORDERS, ordered, sheet

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.errors import LedgerUnavailableError, ValidationError
from wemakeprice_sdk.ledger import PersonalState, PostgresLedger, SqliteLedger
from wemakeprice_sdk.ledger.audit import verify
from wemakeprice_sdk.ledger.records import RecordDraft
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import HoldPurpose, RetentionOverride, RetentionPeriod, RetentionPolicy
from wemakeprice_sdk.policy.snapshot import PendingAnswer
from wemakeprice_sdk.runner import (
    BackOffice,
    DestructionNote,
    DestructionReason,
    JobProgress,
    RetentionReport,
    StopSwitch,
    verify_register,
)

CONTACT, CONTRACT, CUSTOMS = RetentionClass.CONTACT, RetentionClass.CONTRACT, RetentionClass.CUSTOMS
SUPPLY, DISPUTE = RetentionClass.PAYMENT_SUPPLY, RetentionClass.DISPUTE
BY = "김운영"


def every(mask: int | None, keep: int) -> RetentionPolicy:
    """A policy of one period for all classes, in days."""
    overrides = [
        RetentionOverride(
            data_class=one,
            keep=RetentionPeriod(days=keep),
            mask=None if mask is None else RetentionPeriod(days=mask),
            reason="시험",
            confirmed_by="김책임",
        )
        for one in RetentionClass
    ]
    return RetentionPolicy(overrides=overrides)


OLD = every(30, 60)


def retention(shop: Shop, policy: RetentionPolicy | None = None, **options: object) -> RetentionReport:
    return shop.runner().retention(policy or RetentionPolicy(), by=BY, **options)  # type: ignore[arg-type]


def orders(shop: Shop) -> list[dict[str, object]]:
    rows = [dict(record.body) for record in shop.ledger.records("shop", "bundle")]
    return sorted(rows, key=lambda row: str(row["bundleNo"]))


def at_day(shop: Shop, days: int) -> None:
    """Move the clock to a number of days behind the day of the last delivery."""
    shop.clock.advance(DELIVERED + timedelta(days=days) - shop.clock.now())


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    ledger: SqlLedger = SqliteLedger(tmp_path / "l.db", cipher())
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        ledger = PostgresLedger(postgres, cipher(), schema=f"t_{uuid4().hex}")
    with open_shop(ledger) as made:
        delivered(made, 2)
        made.order()
        made.runner().collect_orders()
        yield made


DELIVERED = datetime(2026, 3, 6, 10, 0, tzinfo=KST)
"""Of the first two; the third was ordered on the day after and never delivered."""


def test_each_class_goes_in_its_own_time(shop: Shop) -> None:
    assert {record.body["shipCompleteDate"] for record in shop.ledger.records("shop", "bundle")} >= {None}
    assert shop.clock.now().date() == DELIVERED.date() + timedelta(days=1)
    report = retention(shop)
    assert report.destroyed == {CUSTOMS: 2}, "delivered yesterday; the third is still on its way"
    customs, paid = report.of_kind("bundle")[CUSTOMS], {str(row["payDate"])[:10] for row in orders(shop)[:2]}
    assert customs.kept == 1
    assert (str(customs.first), str(customs.last)) == (min(paid), max(paid))
    assert "라이브러리 기준" in report.of_kind("bundle")[CUSTOMS].basis
    at_day(shop, 92)
    report = retention(shop)
    assert report.masked[CONTACT] == 3
    assert report.destroyed == {CUSTOMS: 1}, "nobody ever said that it was delivered"
    again = retention(shop, dry_run=True)
    assert (again.masked, again.of_kind("bundle")[CONTACT].kept) == ({}, 3), "covered once"
    assert all(str(row["buyerPhone"]).startswith("***") for row in orders(shop))
    assert all(row["buyerName"] for row in orders(shop))
    at_day(shop, 97)
    report = retention(shop)
    assert report.destroyed == {CONTACT: 3}
    assert [row["buyerPhone"] for row in orders(shop)] == [None] * 3
    stays = report.of_kind("bundle")[CONTRACT]
    assert (stays.kept, stays.kept_until) == (3, date(2031, 3, 7))
    assert "전자상거래법" in stays.basis
    assert "until 2031-03-07" in str(report)
    assert "법령" in str(report)


def test_five_years_later_nobody_is_left(shop: Shop) -> None:
    shop.clock.advance(datetime(2031, 3, 6, 23, 59, tzinfo=KST) - shop.clock.now())
    assert CONTRACT not in retention(shop).destroyed
    shop.pass_time(minutes=1)
    assert retention(shop).destroyed[CONTRACT] == 2
    shop.pass_time(days=1)
    assert retention(shop).destroyed[CONTRACT] == 1, "it has the day of its payment, for want of another"
    assert {record.personal for record in shop.ledger.records("shop", "bundle")} == {PersonalState.DESTROYED}
    assert not retention(shop).destroyed


def test_the_clock_starts_at_the_confirmation_where_somebody_knows_it(shop: Shop) -> None:
    numbers = [int(str(row["bundleNo"])) for row in orders(shop)]
    confirmed = {number: (DELIVERED + timedelta(days=10)).date() for number in numbers}
    at_day(shop, 97)
    assert CONTACT not in retention(shop, confirmed=confirmed, dry_run=True).destroyed
    at_day(shop, 107)
    assert retention(shop, confirmed=confirmed).destroyed[CONTACT] == 3


def test_a_confirmation_counts_for_what_a_file_says_of_the_order_too(tmp_path: Path) -> None:
    with open_shop() as made:
        row = ordered(970, 주문일=f"{START:%F %T}", 결제일=f"{START:%F %T}")
        made.runner().back_office.import_source(sheet(tmp_path / "주문.xlsx", ORDERS, [row]))
        made.pass_time(days=100)
        assert CONTACT in retention(made, dry_run=True).destroyed
        confirmed = {970: (START + timedelta(days=10)).date()}
        assert CONTACT not in retention(made, confirmed=confirmed).destroyed
        made.pass_time(days=7)
        assert retention(made, confirmed=confirmed).destroyed[CONTACT] == 1


def test_what_was_sent_is_emptied_on_the_first_day_that_nobody_keeps_it(shop: Shop) -> None:
    first = min(intent.opened_at for intent in shop.ledger.intents("shop"))
    free = datetime(first.year + 5, first.month, first.day, tzinfo=KST) + timedelta(days=1)
    shop.clock.advance(free - timedelta(minutes=1) - shop.clock.now())
    assert retention(shop, dry_run=True).of_kind("intent")[SUPPLY].destroyed == 0
    shop.pass_time(minutes=1)
    assert retention(shop).of_kind("intent")[SUPPLY].destroyed >= 1


def test_rows_of_exports_are_the_sellers_own_unless_he_says_otherwise() -> None:
    row = RecordDraft("export", "product/7", "IMPORTED", START, {"extras": {"담당자": "홍길동"}})
    with open_shop() as made:
        made.ledger.open_account("shop", "")
        lease = made.ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        made.ledger.save(lease, [row], START)
        made.ledger.release_lease(lease)
        made.pass_time(days=120)
        assert not retention(made).destroyed
        assert retention(made, RetentionPolicy(exports=True)).destroyed == {RetentionClass.UNCLASSIFIED: 1}


def test_the_reason_for_what_stays_is_that_of_the_last_to_go(shop: Shop) -> None:
    day = {int(str(row["bundleNo"])): row["shipCompleteDate"] for row in orders(shop)}
    number = next(number for number, delivered in day.items() if delivered)
    late = (DELIVERED + timedelta(days=200)).date()
    for confirmed, grade in (({}, "라이브러리 기준"), ({number: late}, "법령")):
        line = retention(shop, confirmed=confirmed, dry_run=True).of_kind("bundle")[CUSTOMS]
        assert grade in line.basis


@pytest.mark.parametrize("wrong", [{"x": date(2026, 1, 1)}, {1: "2026-01-01"}, [1]])
def test_what_is_no_day_of_a_bundle_is_refused(wrong: object) -> None:
    with open_shop() as made, pytest.raises((ValidationError, TypeError), match="confirmed"):
        retention(made, confirmed=wrong)


@pytest.mark.parametrize("by", ["", "a\nb", "가" * 51])
def test_who_answers_for_it_is_named_in_one_line(by: str) -> None:
    with open_shop() as made, pytest.raises(ValidationError, match="by"):
        made.runner().retention(RetentionPolicy(), by=by)


# holds -----------------------------------------------------------------------


def test_a_claim_against_the_marketplace_holds_trade_and_no_telephone(shop: Shop) -> None:
    until = shop.clock.now() + timedelta(days=10 * 366)
    shop.runner().set_hold("bundle", until, "정산금 청구", purpose=HoldPurpose.MARKETPLACE_CLAIM)
    shop.clock.advance(datetime(2031, 3, 9, tzinfo=KST) - shop.clock.now())
    report = retention(shop)
    lines = report.of_kind("bundle")
    assert (lines[CONTRACT].held, lines[CONTRACT].destroyed) == (3, 0)
    assert lines[CONTRACT].holds == (f"정산금 청구 (~{until:%Y-%m-%d})",)
    assert lines[CONTACT].destroyed == 3
    assert all(row["buyerName"] and not row["buyerPhone"] for row in orders(shop))
    assert "held by 정산금 청구" in str(report)
    shop.clock.advance(until - shop.clock.now() + timedelta(days=1))
    assert retention(shop).destroyed[CONTRACT] == 3


def test_a_hold_without_a_purpose_keeps_everything_of_its_kind(shop: Shop) -> None:
    shop.runner().set_hold("bundle", shop.clock.now() + timedelta(days=3650), "소송")
    at_day(shop, 200)
    report = retention(shop)
    assert not report.destroyed
    assert not report.masked
    assert report.held == {CONTACT: 3, CUSTOMS: 3}


# the job as a job ------------------------------------------------------------


def answered(shop: Shop) -> None:
    """Send an answer that names the buyer, and ship a bundle."""
    number = shop.order()
    shop.sandbox.ask_question(KEY, product_no=None)
    runner = shop.runner()
    runner.collect_orders()
    runner.ship([parcel(number)])
    runner.cs()
    question = shop.client.cs.list_questions(START.date())[0]
    text = "홍길동님 010-0000-0000 으로 연락드리겠습니다."
    answer = PendingAnswer(qna_seq=question.qna_seq, question_date=question.question_date, answer=text)
    assert runner.cs(answers=[answer]).ok


def test_no_text_that_was_sent_outlives_the_retention() -> None:
    with open_shop() as shop:
        answered(shop)
        shop.pass_time(days=3 * 366)
        sent = retention(shop).of_kind("intent")
        assert (sent[DISPUTE].destroyed, sent[SUPPLY].destroyed) == (1, 0)
        shop.pass_time(days=2 * 366)
        assert retention(shop).of_kind("intent")[SUPPLY].destroyed == 2
        assert [intent.payload for intent in shop.ledger.intents("shop")] == [{}, {}, {}]
        assert shop.ledger.is_done("shop", [shop.ledger.intents("shop")[-1].once_key or ""])


def test_a_dry_run_says_what_would_be_done_and_does_nothing() -> None:
    with open_shop() as shop:
        answered(shop)
        for days in (50, 40):
            shop.pass_time(days=days)
            shop.order()
            shop.runner().collect_orders()
            head = shop.ledger.audit_head("shop")
            dry = retention(shop, OLD, dry_run=True)
            assert dry.lines
            assert shop.ledger.audit_head("shop") == head
            real = retention(shop, OLD)
            assert (real.masked, real.destroyed, real.kept) == (dry.masked, dry.destroyed, dry.kept)
        assert real.destroyed[DISPUTE] == 2, "the question, and what was answered"


def test_retention_lets_others_write_and_stops_between_pages(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with open_shop(SqliteLedger(path, cipher())) as shop:
        shop.ledger.open_account("shop", shop.client.base_url)
        lease = shop.ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        drafts = [
            RecordDraft("bundle", str(n), "COMPLETE", START, {"buyerPhone": "010"}) for n in range(1200)
        ]
        shop.ledger.save(lease, drafts, START)
        shop.ledger.release_lease(lease)
        shop.pass_time(days=40)
        stop, seen = StopSwitch(), []

        def step(progress: JobProgress) -> None:
            seen.append(progress.done)
            other = sqlite3.connect(path, timeout=0)
            other.execute("BEGIN IMMEDIATE")
            other.close()
            if progress.done == 1000:
                stop.press()

        report = retention(shop, OLD, progress=step, stop=stop)
        assert (report.stopped, report.masked) == (True, {CONTACT: 1000})
        assert [number for number in seen if number] == [500, 1000]
        assert retention(shop, OLD).masked == {CONTACT: 200}


def test_a_scrub_that_a_reader_hinders_is_done_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with open_shop(SqliteLedger(path, cipher(), busy_timeout=0.1)) as shop:
        shop.order()
        shop.runner().collect_orders()
        shop.pass_time(days=100)
        reader = sqlite3.connect(path)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM records").fetchone()
        with pytest.raises(LedgerUnavailableError, match="another worker reads"):
            retention(shop, OLD)
        reader.close()
        assert not retention(shop, OLD).destroyed, "only the files were left to do"
        lines = len(list(shop.ledger.audit("shop")))
        assert [line.action for line in shop.ledger.audit("shop")][-1] == "scrub"
        retention(shop, OLD)
        assert len(list(shop.ledger.audit("shop"))) == lines, "nothing was due, so nothing is rewritten"


def test_a_dry_run_makes_no_ledger(tmp_path: Path, postgres: str) -> None:
    path, schema = tmp_path / "l.db", f"t_{uuid4().hex}"
    for ledger in (SqliteLedger(path, cipher()), PostgresLedger(postgres, cipher(), schema=schema)):
        with open_shop(ledger) as shop:
            shop.order()
            assert shop.runner().collect_orders(dry_run=True).plan is not None
            assert not retention(shop, OLD, dry_run=True).destroyed
            assert not ledger.exists()
            assert list(tmp_path.iterdir()) == []
            with psycopg.connect(postgres, autocommit=True) as admin:
                assert admin.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() == (None,)
            assert shop.runner().collect_orders().ok
            assert ledger.exists()
            assert retention(shop, OLD, dry_run=True).ok
        path.unlink(missing_ok=True)


# the register ----------------------------------------------------------------


def register(shop: Shop, folder: Path, at: datetime | None = None, **names: str) -> list[str]:
    report = shop.runner().back_office.destruction_register(folder, as_of=at or shop.clock.now(), **names)
    return report.lines.read_text("utf-8").splitlines()


def verdict(shop: Shop, lines: list[str]) -> tuple[str, ...]:
    return verify_register(lines, shop.ledger.audit("shop"), head=shop.ledger.audit_head("shop")).problems


def test_the_register_says_what_was_destroyed_and_the_trail_agrees(shop: Shop, tmp_path: Path) -> None:
    shop.runner().set_hold(
        "bundle", START + timedelta(days=3650), "소송", purpose=HoldPurpose.MARKETPLACE_CLAIM
    )
    at_day(shop, 97)
    retention(shop)
    desk = shop.runner().back_office
    report = desk.destruction_register(tmp_path / "r", as_of=shop.clock.now())
    entries = {entry.data_class: entry for entry in report.entries}
    contact = entries[CONTACT]
    assert (contact.count, contact.note.by, contact.note.reason) == (3, BY, DestructionReason.PERIOD_OVER)
    assert (contact.note.first, contact.note.last) == (date(2026, 3, 4), date(2026, 3, 7))
    assert {"buyerPhone", "phone"} <= set(contact.fields)
    assert contact.destroyed_on == shop.clock.now().date()
    keys = {shop.ledger.key_hmac("shop", "bundle", row.key) for row in shop.ledger.records("shop", "bundle")}
    assert set(contact.keys) == keys
    lines = report.lines.read_text("utf-8").splitlines()
    assert len(lines) == 6
    assert verdict(shop, lines) == ()
    assert "홍길동" not in "".join(lines)
    assert verify(shop.ledger.audit("shop"), head=shop.ledger.audit_head("shop")).ok


def test_a_line_that_was_changed_left_out_or_added_shows(shop: Shop, tmp_path: Path) -> None:
    at_day(shop, 97)
    retention(shop)
    lines = register(shop, tmp_path)
    first = json.loads(lines[0])
    for name, value in {
        "key_hmac": "0" * 64,
        "data_class": "tax",
        "fields": [],
        "reason": "period-over - kept=0 by 남",
        "destroyed_at": "2020-01-01T00:00:00+09:00",
        "audit_number": 1,
    }.items():
        changed = [json.dumps({**first, name: value}), *lines[1:]]
        assert verdict(shop, changed), name
    assert verdict(shop, lines[1:])
    assert verdict(shop, [*lines, lines[0]])
    assert verdict(shop, [*lines, "{}"]) == ("line 7 is no line of a register (KeyError)",)
    assert verdict(shop, [])


def test_the_workbook_is_the_register_to_sign(shop: Shop, tmp_path: Path) -> None:
    at_day(shop, 97)
    retention(shop)
    register(shop, tmp_path, department_head="박부서", confirmed_by="이확인")
    book = openpyxl.load_workbook(tmp_path / "destruction-register.xlsx")
    header, *rows = book["파기 관리대장"].iter_rows(values_only=True)
    assert header[:8] == (
        "번호", "개인정보파일명", "자료의 종류", "생성일", "폐기(파기)일", "폐기사유", "처리담당자", "처리부서장",
    )  # fmt: skip
    by_class = {row[2]: dict(zip(header, row, strict=True)) for row in rows}
    contact = by_class["연락처"]
    assert contact["개인정보파일명"] == "주문"
    assert contact["폐기사유"] == "보유기간 경과"
    assert (contact["처리담당자"], contact["처리부서장"], contact["확인자"]) == (BY, "박부서", "이확인")
    assert (contact["건수"], contact["보존 예외 건수"]) == (3, 0)
    assert "구매자 연락처" in str(contact["항목"])
    assert "개인정보 보호법 제21조" in str(contact["근거 조항"])
    assert book["기록 키(HMAC)"].max_row == 1 + 6


def test_the_same_ledger_gives_the_same_bytes(shop: Shop, tmp_path: Path) -> None:
    at_day(shop, 97)
    retention(shop)
    at = shop.clock.now()
    for name in ("a", "b"):
        register(shop, tmp_path / name, at)
        shop.pass_time(days=1)
    for file in ("destruction-register.jsonl", "destruction-register.xlsx"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_an_empty_register_is_one_too(tmp_path: Path) -> None:
    with open_shop() as shop:
        assert register(shop, tmp_path) == []
        assert verdict(shop, []) == ()


@given(
    by=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=50),
    days=st.none() | st.tuples(st.dates(), st.dates()),
    kept=st.integers(0, 10**6),
)
@settings(deadline=None)
def test_what_is_said_of_a_destruction_is_read_back(
    by: str, days: tuple[date, date] | None, kept: int
) -> None:
    first, last = days or (None, None)
    note = DestructionNote(reason=DestructionReason.REQUEST, by=by, first=first, last=last, exceptions=kept)
    assert DestructionNote.from_text(note.to_text()) == note
    assert len(note.to_text()) <= 120


def test_a_destruction_by_other_means_is_named_as_it_was_said() -> None:
    assert DestructionNote.from_text("창고 이전").reason is DestructionReason.OTHER


# kills -----------------------------------------------------------------------

CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
sys.path[:0] = [sys.argv[2], str(Path(sys.argv[2]).parent)]
from kit import config, cipher
from wemakeprice_sdk.clock import ManualClock
from wemakeprice_sdk.ledger import SqliteLedger
from wemakeprice_sdk.runner import BackOffice, RetentionPolicy

class Killing(SqliteLedger):
    left = int(sys.argv[4])

    def destroy_personal(self, *args, **options):
        done = super().destroy_personal(*args, **options)
        Killing.left -= 1
        if Killing.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

clock = ManualClock(datetime.fromisoformat(sys.argv[3]))
with Killing(Path(sys.argv[1]), cipher()) as ledger:
    BackOffice(ledger, config(), worker="w", clock=clock, sleep=lambda seconds: None).retention(RetentionPolicy(), by="김운영")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX only")
def test_a_killed_run_is_gone_on_with_and_the_register_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    clock = ManualClock(START)
    with SqliteLedger(path, cipher()) as ledger:
        ledger.open_account("shop", "")
        lease = ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        ledger.save(
            lease,
            [
                RecordDraft("bundle", f"{n}/1", "COMPLETE", START, {"buyerPhone": f"010{n:08}"})
                for n in range(1200)
            ],
            START,
        )
        ledger.release_lease(lease)
    at = START + timedelta(days=120)
    args = [sys.executable, "-c", CHILD, str(path), str(Path(__file__).parent), at.isoformat(), "2"]
    ended = subprocess.run(args, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    clock.advance(at - START + timedelta(minutes=5))
    with SqliteLedger(path, cipher()) as ledger:
        desk = BackOffice(ledger, config(), worker="w", clock=clock, sleep=lambda seconds: None)
        report = desk.retention(RetentionPolicy(), by=BY)
        assert report.destroyed == {CONTACT: 200}
        made = desk.destruction_register(tmp_path / "r", as_of=at)
        (entry,) = made.entries
        assert (entry.count, len(set(entry.keys))) == (1200, 1200)
        lines = made.lines.read_text("utf-8").splitlines()
        assert verify_register(lines, ledger.audit("shop"), head=ledger.audit_head("shop")).ok
