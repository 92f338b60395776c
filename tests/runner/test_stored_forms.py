"""Ledgers, an archive and a sandbox's state as version 0.1.0 wrote them: they open, say the same, and work.

`files/README.md` tells what is in the files. What is compared is stored data: wire bodies, kinds, words and
numbers in `files/expected.json`, never the name of a class, so that code may be renamed and moved under them.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import psycopg
import pytest
from kit import KEY, config

from wemakeprice_sdk.client import RetryPolicy, ThrottlePolicy, VerificationPolicy, WemakepriceClient
from wemakeprice_sdk.clock import KST, ManualClock, WeekdayCalendar
from wemakeprice_sdk.config import ConfirmationMode
from wemakeprice_sdk.errors import LedgerAccountError, TamperedError, TargetBusyError, UnknownKeyError
from wemakeprice_sdk.ledger import (
    Intent,
    IntentDraft,
    IntentState,
    PersonalState,
    PostgresLedger,
    RecordDraft,
    RecordKind,
    SqliteLedger,
    StoredRecord,
    audit,
)
from wemakeprice_sdk.ledger.sql import SqlLedger
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    Deal,
    Inquiry,
    Notice,
    Product,
    Question,
    ReadModel,
    Review,
    SettlementOrderLine,
    SettlementShipLine,
    ShippingTemplate,
)
from wemakeprice_sdk.models.codes import SkuLinkMode
from wemakeprice_sdk.models.sku_links import SkuLink
from wemakeprice_sdk.policy.actions import ActionKind, TargetKind, extension_key
from wemakeprice_sdk.policy.sync import SyncPolicy
from wemakeprice_sdk.runner import ChannelRunner, LedgerTarget, RunnerSettings, verify_archive
from wemakeprice_sdk.runner.conversion import restore
from wemakeprice_sdk.runner.intents import call_of
from wemakeprice_sdk.sandbox import Sandbox
from wemakeprice_sdk.secrets import AesGcmCipher, SecretKey
from wemakeprice_sdk.wire.requests import build_request

FILES: Final = Path(__file__).parent / "files"
EXPECTED: Final[dict[str, Any]] = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))
ACCOUNTS: Final = ("second", "shop")
ORIGIN: Final = "http://127.0.0.1:9"
LAST: Final = datetime(2026, 3, 5, 13, 0, tzinfo=KST)
"""When the last of it was written."""
LEASED: Final = datetime(2026, 3, 4, 12, 0, tzinfo=KST)
"""When the lease on `shop` was taken by `w3` for ten minutes, by the SQLite ledger's own clock."""

OLD, NEW = SecretKey(b"a" * 32), SecretKey(b"b" * 32)
BOTH: Final = AesGcmCipher({"old": OLD, "new": NEW}, "new")

KINDS: Final = (
    "bundle",
    "claim",
    "question",
    "review",
    "inquiry",
    "settle_order",
    "settle_ship",
    "template",
    "product",
    "deal",
    "notice",
    "export",
)
MODELS: Final[Mapping[str, tuple[type[ReadModel], str, Callable[[Any], object]]]] = {
    "bundle": (Bundle, "bundleNo", lambda row: row.bundle_no),
    "claim": (Claim, "claimBundleNo", lambda row: row.claim_bundle_no),
    "question": (Question, "qnaSeq", lambda row: row.qna_seq),
    "review": (Review, "reviewSeq", lambda row: row.review_seq),
    "inquiry": (Inquiry, "inquirySeq", lambda row: row.inquiry_seq),
    "settle_order": (SettlementOrderLine, "bundleNo", lambda row: row.bundle_no),
    "settle_ship": (SettlementShipLine, "bundleNo", lambda row: row.bundle_no),
    "template": (ShippingTemplate, "shipPolicyNo", lambda row: row.shipping_template_no),
    "product": (Product, "productNo", lambda row: row.product_no),
    "deal": (Deal, "dealNo", lambda row: row.deal_no),
    "notice": (Notice, "title", lambda row: row.title),
}

Opened = Callable[..., SqlLedger]


def copied(name: str, folder: Path) -> Path:
    """Copy a file of the fixtures, so that opening it changes nothing in the tree."""
    return Path(shutil.copy(FILES / name, folder / name))


def loaded(conninfo: str) -> str:
    """Load the dump into a schema of its own and give the schema's name."""
    schema = f"t_{uuid4().hex}"
    dump = (FILES / "ledger_v1.postgres.sql").read_text(encoding="utf-8").replace("ledger_v1", schema)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(dump.encode())
    return schema


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Open one and the same copy of the stored ledger, with any ring."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = copied("ledger_v1.sqlite3", tmp_path)

            def open_it(ring: AesGcmCipher = BOTH) -> SqlLedger:
                now = LEASED.timestamp() + 3600
                return stack.enter_context(SqliteLedger(path, ring, durable=False, lease_clock=lambda: now))

        else:
            conninfo = request.getfixturevalue("postgres")
            schema = loaded(conninfo)

            def open_it(ring: AesGcmCipher = BOTH) -> SqlLedger:
                return stack.enter_context(PostgresLedger(conninfo, ring, schema=schema))

        yield open_it


# --- the whole content, as plain data ----------------------------------------------------------------------


def iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def plain(record: StoredRecord) -> dict[str, Any]:
    return {
        "status": record.status,
        "at": iso(record.at),
        "ref": record.ref,
        "first_seen": iso(record.first_seen),
        "last_seen": iso(record.last_seen),
        "personal": str(record.personal),
        "body": dict(record.body),
    }


def sent(intent: Intent) -> dict[str, Any] | None:
    """Return what an intent would send and what was known before it; None where the payload was emptied."""
    if not intent.payload:
        return None
    what = call_of(intent)
    request = build_request(intent.operation, what.request)
    known = what.known
    before = known.product_before
    return {
        "key": what.key,
        "path": request.path,
        "body": json.loads(request.body or b"null"),
        "bundle_no": known.bundle_no,
        "claim_asked": iso(known.claim_requested_at),
        "templates_before": None if known.template_nos_before is None else sorted(known.template_nos_before),
        "product_before": None
        if before is None
        else {"sale": before.raw["sale"], "number": before.product_no},
    }


def intent_row(intent: Intent) -> dict[str, Any]:
    return {
        "id": intent.id,
        "operation": intent.operation,
        "target": intent.target,
        "state": str(intent.state),
        "opened": iso(intent.opened_at),
        "worker": intent.worker,
        "fence": intent.fence,
        "once_key": intent.once_key,
        "reason": intent.reason,
        "rule": intent.rule,
        "detail": intent.detail,
        "settled": iso(intent.finished_at),
        "resolved_by": intent.resolved_by,
        "sent": sent(intent),
    }


def link_row(link: SkuLink) -> dict[str, Any]:
    return {
        "product_no": link.product_no,
        "option": list(link.option_key),
        "sku": link.sku,
        "mode": str(link.mode),
        "stock_sync": link.stock_sync,
        "runple": link.runple,
        "never_pushed": link.never_pushed,
        "zero_acknowledged": link.zero_acknowledged,
    }


def content(ledger: SqlLedger, account: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that the ledger holds of an account; `asked` names what can only be asked by name."""
    records = {kind: {row.key: plain(row) for row in ledger.records(account, kind)} for kind in KINDS}
    number, digest = ledger.audit_head(account)
    return {
        "records": {kind: rows for kind, rows in records.items() if rows},
        "intents": [intent_row(row) for row in reversed(ledger.intents(account))],
        "links": [link_row(link) for link in ledger.links(account)],
        "watermarks": {name: iso(ledger.watermark(account, name)) for name in asked["watermarks"]},
        "progress": {job: ledger.progress(account, job) for job in asked["progress"]},
        "processed": {
            kind: sorted(ledger.processed(account, kind, [*keys, "0"]))
            for kind, keys in asked["processed"].items()
        },
        "holds": [[row.kind, iso(row.until), row.reason] for row in ledger.holds(account)],
        "jumped": iso(ledger.jumped_at(account)),
        "audit": [
            [row.number, iso(row.at), row.actor, row.action, row.target, row.detail]
            for row in ledger.audit(account)
        ],
        "audit_head": [number, digest],
    }


# --- ledgers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_ledger_says_what_it_said(opened: Opened, account: str) -> None:
    expected = EXPECTED["ledger"][account]
    found = content(opened(), account, expected)
    assert found.keys() == expected.keys()
    for part, rows in expected.items():
        assert found[part] == rows, part


def test_the_fixtures_hold_every_form_there_is() -> None:
    rows = [EXPECTED["ledger"][account] for account in ACCOUNTS]
    intents = [intent for row in rows for intent in row["intents"]]
    records = [(kind, record) for kind, found in rows[1]["records"].items() for record in found.values()]
    assert {intent["state"] for intent in intents} == {
        "open",
        "applied",
        "already_done",
        "refused",
        "not_applied",
        "unknown",
    }
    for state in ("open", "unknown"):
        assert {intent["operation"] for intent in intents if intent["state"] == state} == set(
            EXPECTED["operations"]
        )
    assert {kind for kind, _ in records} == set(KINDS)
    personal = ("bundle", "claim", "question", "review", "inquiry", "export")
    assert {(kind, record["personal"]) for kind, record in records} >= {
        (kind, state) for kind in personal for state in ("clear", "masked", "destroyed")
    }
    assert {link["mode"] for link in rows[1]["links"]} == {"by-seller-code", "create", "none"}
    assert {line[2] for line in rows[1]["audit"]} >= {"w1", "w2", "excel-1"}
    assert {line[2] for line in rows[0]["audit"]} >= {"w1", "담당자1"}


# Words that stand in stored rows: kinds, states, and the first word of targets and of once-only effects.
WORDS: Final[Mapping[type[StrEnum], frozenset[str]]] = {
    RecordKind: frozenset(KINDS),
    IntentState: frozenset({"open", "applied", "already_done", "refused", "not_applied", "unknown"}),
    PersonalState: frozenset({"none", "clear", "masked", "destroyed"}),
    SkuLinkMode: frozenset({"by-seller-code", "create", "none"}),
    TargetKind: frozenset({"bundle", "claim", "product", "template", "question", "inquiry", "sku", "deal"}),
    ActionKind: frozenset(
        {
            "approve-cancel",
            "reject-cancel",
            "register-pickup",
            "complete-pickup",
            "hold-return",
            "approve-return",
            "ship-exchange",
            "complete-exchange",
            "confirm-bundle",
            "ship-bundle",
            "save-template",
            "reassign-template",
            "set-stock",
            "set-options",
            "set-status",
            "set-display",
            "extend-sale-period",
            "answer-question",
            "answer-inquiry",
        }
    ),
}


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_the_words_of_stored_rows_are_still_the_words(words: type[StrEnum]) -> None:
    """New words may come; one that changed would leave the rows under the old one behind."""
    assert {word.value for word in words} >= WORDS[words]


def test_the_first_word_of_every_stored_key_is_an_action() -> None:
    intents = [row for account in ACCOUNTS for row in EXPECTED["ledger"][account]["intents"]]
    keys = {row["once_key"] for row in intents} | {row["sent"]["key"] for row in intents if row["sent"]}
    assert {key.split(":")[0] for key in keys if key is not None} <= WORDS[ActionKind]
    once = [row["once_key"] for row in intents if row["operation"] == "products_update_sale"]
    (extended,) = {key for key in once if key is not None and row_of(key, intents)["state"] == "open"}
    number = int(extended.split(":")[1])
    assert extension_key(number, date(2026, 3, 4)) == extended


def row_of(key: str, intents: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in intents if row["once_key"] == key)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_audit_trail_verifies(opened: Opened, account: str) -> None:
    ledger = opened()
    lines = list(audit.export(ledger, account))
    verdict = audit.verify_lines(lines, head=ledger.audit_head(account))
    assert (verdict.problem, verdict.entries) == ("", EXPECTED["ledger"][account]["audit_head"][0])
    first = json.loads(lines[0])
    assert list(first) == [
        "account",
        "number",
        "at",
        "actor",
        "action",
        "target",
        "detail",
        "previous",
        "digest",
    ]


@pytest.mark.parametrize("kind", MODELS)
def test_records_become_models_again(opened: Opened, kind: str) -> None:
    model, key, number = MODELS[kind]
    records = list(opened().records("shop", kind))
    assert len(records) == len(EXPECTED["ledger"]["shop"]["records"][kind])
    for record in records:
        row = restore(model, record)
        assert dict(row.raw) == dict(record.body)
        assert str(number(row)) == str(record.body[key])


def test_a_masked_record_stays_masked_and_a_destroyed_one_destroyed(opened: Opened) -> None:
    ledger = opened()
    lease = ledger.acquire_lease("shop", "w3", 60)
    assert lease is not None
    for record in list(ledger.records("shop", "bundle")):
        fresh = {**record.body, "buyerName": "김철수"}
        draft = RecordDraft(record.kind, record.key, "COMPLETE", record.at, fresh, record.ref)
        ledger.save(lease, [draft], LAST)
        again = ledger.record("shop", "bundle", record.key)
        assert again is not None
        assert again.personal == record.personal
        name = {"clear": "김철수", "masked": "김**", "destroyed": None}[str(record.personal)]
        assert again.body["buyerName"] == name


def test_what_was_collected_before_counts_as_known(opened: Opened) -> None:
    """The keyed digests are stored too: another digest would make every record look changed."""
    ledger = opened()
    lease = ledger.acquire_lease("shop", "w3", 60)
    assert lease is not None
    same = [
        RecordDraft(row.kind, row.key, row.status, row.at, row.body, row.ref)
        for kind in KINDS
        for row in ledger.records("shop", kind)
        if str(row.personal) in ("none", "clear")
    ]
    saved = ledger.save(lease, same, LAST)
    assert (saved.new, saved.changed, saved.same) == (0, 0, len(same))


def test_effects_that_must_happen_once_are_still_known(opened: Opened) -> None:
    ledger = opened()
    for account in ACCOUNTS:
        intents = EXPECTED["ledger"][account]["intents"]
        keys = {row["once_key"]: row["state"] for row in intents if row["once_key"] is not None}
        done = {key for key, state in keys.items() if state in ("applied", "already_done")}
        assert ledger.is_done(account, keys) == done
        lease = ledger.acquire_lease(account, "w3", 60)
        assert lease is not None
        for key, state in keys.items():
            if state in ("applied", "already_done", "open", "unknown"):
                with pytest.raises(TargetBusyError):
                    ledger.begin(lease, IntentDraft("orders_confirm", f"free:{key}", {}, once_key=key), LAST)


def test_the_origin_and_the_lease_are_kept(opened: Opened) -> None:
    ledger = opened()
    with pytest.raises(LedgerAccountError, match=r"127\.0\.0\.1"):
        ledger.open_account("shop", "https://elsewhere.example")
    ledger.open_account("shop", ORIGIN)
    lease = ledger.acquire_lease("shop", "w9", 60)
    assert lease is not None
    assert lease.fence == max(row["fence"] for row in EXPECTED["ledger"]["shop"]["intents"]) + 1


def test_a_lease_that_still_runs_keeps_others_out(tmp_path: Path) -> None:
    path = copied("ledger_v1.sqlite3", tmp_path)
    with SqliteLedger(path, BOTH, lease_clock=lambda: LEASED.timestamp() + 599) as ledger:
        assert ledger.acquire_lease("shop", "w9", 60) is None
    with SqliteLedger(path, BOTH, lease_clock=lambda: LEASED.timestamp() + 600) as ledger:
        assert ledger.acquire_lease("shop", "w9", 60) is not None


def test_holds_still_hold(opened: Opened) -> None:
    ledger = opened()
    later = LAST + timedelta(days=30)
    assert ledger.due_personal("shop", "bundle", LAST, later, None) == (0, 0), "held until 2031"
    claims = EXPECTED["ledger"]["shop"]["records"]["claim"].values()
    clear = sum(row["personal"] == "clear" for row in claims)
    assert ledger.due_personal("shop", "claim", LAST, later, None) == (clear, 0)


def test_values_are_bound_to_their_place(tmp_path: Path) -> None:
    path = copied("ledger_v1.sqlite3", tmp_path)
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT record_key, sealed FROM records "
            "WHERE account = 'shop' AND kind = 'bundle' AND sealed IS NOT NULL ORDER BY record_key"
        ).fetchall()
        (first, _), (_, other) = rows[:2]
        connection.execute(
            "UPDATE records SET sealed = ? WHERE account = 'shop' AND record_key = ?", (other, first)
        )
    connection.close()
    with SqliteLedger(path, BOTH) as ledger, pytest.raises(TamperedError):
        ledger.record("shop", "bundle", first)


def test_the_keys_rotate_and_nothing_else_changes(opened: Opened) -> None:
    ledger = opened()
    first = ledger.rotate_keys()
    assert [first.rotated, first.current] == EXPECTED["rotation"]
    assert ledger.rotate_keys().rotated == 0
    ledger.close()
    last = opened(AesGcmCipher({"new": NEW}, "new"))
    for account in ACCOUNTS:
        assert content(last, account, EXPECTED["ledger"][account]) == EXPECTED["ledger"][account]


@pytest.mark.parametrize("ring", [{"old": OLD}, {"new": NEW}], ids=["old", "new"])
def test_before_the_rotation_one_key_is_not_enough(opened: Opened, ring: dict[str, SecretKey]) -> None:
    ledger = opened(AesGcmCipher(ring, next(iter(ring))))
    with pytest.raises(UnknownKeyError):
        ledger.intents("shop")


def test_a_ledger_for_one_account_stays_one(tmp_path: Path) -> None:
    path = copied("ledger_v1_one_account.sqlite3", tmp_path)
    with SqliteLedger(path, AesGcmCipher({"old": OLD}, "old")) as ledger:
        record = ledger.record("shop", "bundle", "5/6")
        assert record is not None
        assert plain(record) == EXPECTED["one_account"]
        assert ledger.watermark("shop", "orders/NEW/NEW") == datetime(2026, 3, 2, 10, 0, tzinfo=KST)
        with pytest.raises(LedgerAccountError, match="made for account 'shop'"):
            ledger.open_account("second", ORIGIN)


# --- going on ----------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Open the sandbox of then from its state file; its clock stands at `LAST`."""
    with ExitStack() as stack:
        made = Sandbox(clock=ManualClock(LAST), state_path=copied("sandbox_v1.sqlite3", tmp_path))
        stack.callback(made.close)
        yield made


@pytest.fixture
def runner(opened: Opened, sandbox: Sandbox) -> Iterator[ChannelRunner]:
    """Run the account `shop` over the stored ledger and the stored sandbox."""
    clock = ManualClock(LAST + timedelta(minutes=1))
    with httpx.Client(transport=sandbox.transport()) as http:
        client = WemakepriceClient(
            KEY,
            base_url=ORIGIN,
            http_client=http,
            throttle=ThrottlePolicy(),
            retry=RetryPolicy(),
            verification=VerificationPolicy(waits=(0.0, 0.0)),
            clock=clock,
            sleep=lambda seconds: None,
        )
        yield ChannelRunner(
            client,
            opened(),
            SyncPolicy(config(ConfirmationMode.MANUAL), calendar=WeekdayCalendar()),
            worker="w9",
            settings=RunnerSettings(recovery_delay=0),
            clock=clock,
            sleep=lambda seconds: None,
        )


def test_open_intents_are_verified_by_reads(runner: ChannelRunner, sandbox: Sandbox) -> None:
    """The sandbox of then carried out every second write; what it shows decides, and nothing is sent again."""
    known = len(sandbox.journal)
    report = runner.recover()
    found = {str(row.id): [row.operation, str(row.state)] for row in report.recovered}
    assert found == EXPECTED["recovered"]
    assert [entry.operation for entry in sandbox.journal][known:] == []
    assert {str(row.state) for row in runner.waiting()} == {"unknown"}
    verdict = audit.verify(runner.ledger.audit("shop"), head=runner.ledger.audit_head("shop"))
    assert verdict.ok, verdict.problem


def test_jobs_go_on_where_they_stopped(runner: ChannelRunner) -> None:
    """A stream or kind under another name would be read from its beginning, and leave the stored one."""
    streams = EXPECTED["ledger"]["shop"]["watermarks"]
    for job in (runner.collect_orders, runner.track, runner.cs):
        job()
    for stream, before in streams.items():
        moved = runner.ledger.watermark("shop", stream)
        assert moved is not None
        if stream.startswith(("orders/", "days/")):
            assert moved > LAST, stream
        else:
            assert iso(moved) == before, stream
    target = LedgerTarget(runner.ledger, "shop")
    assert target.templates_imported("shop")
    products = [int(key) for key in EXPECTED["ledger"]["shop"]["records"]["product"]]
    deals = [int(key) for key in EXPECTED["ledger"]["shop"]["records"]["deal"]]
    assert target.known_products("shop", [*products, 1]) == set(products)
    assert target.known_deals("shop", [*deals, 1]) == set(deals)


def test_an_archive_still_verifies(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FILES / "archive_v1", tmp_path / "archive_v1"))
    report = verify_archive(folder)
    assert report.problems == ()
    assert report.complete
    assert dict(report.counts) == EXPECTED["archive"]["counts"]
    assert report.account == "shop"
    assert [iso(report.start), iso(report.end), iso(report.read_until)] == EXPECTED["archive"]["period"]
