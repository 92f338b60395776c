"""Retention over an archive or a dossier: by class, whole or untouched, valid afterwards, nothing left out silently."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import bagit
import openpyxl
import pytest
from kit import KEY, START, cipher, config, delivered, open_shop
from test_dossier import AS_OF, every_text, filled, rows_of, sources

from wemakeprice_sdk.clock import KST, ManualClock
from wemakeprice_sdk.errors import BagError, LedgerCorruptError, LedgerUnavailableError, ValidationError
from wemakeprice_sdk.files.bagit import write_bag
from wemakeprice_sdk.ledger import MemoryLedger, RecordDraft, SqliteLedger
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import HoldPurpose, RetentionOverride, RetentionPeriod, RetentionPolicy
from wemakeprice_sdk.runner import BackOffice, verify_archive
from wemakeprice_sdk.runner.export.archive import lock_folder
from wemakeprice_sdk.runner.export.retention.folders import prepare_folder, replace_folder
from wemakeprice_sdk.runner.export.retention.terms import FolderRetention, FolderTerms

GONE = datetime(2031, 1, 7, tzinfo=KST)
"""Five years after the day of the dossier, which dates the rows that have no day."""
FROM, TO = START - timedelta(days=6), START + timedelta(days=10)


def hmac(kind: str, key: str) -> str:
    return sha256(f"{kind}/{key}".encode()).hexdigest()


def terms(at: datetime, policy: RetentionPolicy | None = None, **options: object) -> FolderTerms:
    values: dict[str, object] = {"confirmed": {}, "by": "김운영", "copies": False, **options}
    used = policy or RetentionPolicy()
    return FolderTerms(policy=used, as_of=at, key_hmac=hmac, **values)  # type: ignore[arg-type]


def run(folder: Path, given: FolderTerms, *, dry_run: bool = False) -> FolderRetention:
    prepared = prepare_folder(folder, "shop", given, dry_run=dry_run)
    if prepared.found.changed:
        replace_folder(prepared)
    return prepared.found


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".lock")
    }


def neighbours(folder: Path) -> set[str]:
    return {path.name for path in folder.parent.iterdir()}


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "보관"
    with open_shop() as shop:
        delivered(shop, 2)
        shop.order()
        shop.sandbox.ask_question(KEY, product_no=None)
        shop.pass_time(days=1)
        runner = shop.runner()
        runner.collect_orders()
        runner.cs()
        assert runner.back_office.archive(folder, FROM, TO).complete
    return folder


@pytest.fixture
def archive(archived: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "보관"
    subprocess.run(["cp", "-a", str(archived), str(folder)], check=True)
    return folder


def orders(folder: Path) -> list[dict[str, object]]:
    rows = [json.loads(line)["data"] for line in (folder / "orders.jsonl").read_text("utf-8").splitlines()]
    return sorted(rows, key=lambda row: str(row["bundleNo"]))


def later(days: int) -> datetime:
    return START + timedelta(days=days)


# an archive ------------------------------------------------------------------


def test_each_class_goes_in_its_time_and_the_rest_stays(archive: Path) -> None:
    before = orders(archive)
    report = run(archive, terms(later(40)))
    assert report.changed
    after = orders(archive)
    kept = {"buyerName", "buyerPhone"}
    for old, new in zip(before, after, strict=True):
        assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
        assert new["orderProduct"] == old["orderProduct"]
    codes = [row["delivery"]["customsPin"] for row in after]  # type: ignore[index]
    assert codes[:2] == [None, None], "delivered: the customs code goes"
    assert codes[2] == before[2]["delivery"]["customsPin"], "nobody knows of a delivery yet"  # type: ignore[index]
    by_class = {line.data_class: line for line in report.lines if line.file == "orders.jsonl"}
    customs, contract = by_class[RetentionClass.CUSTOMS], by_class[RetentionClass.CONTRACT]
    assert (customs.destroyed, customs.kept, customs.fields) == (2, 1, ("customsPin",))
    assert len(set(customs.keys)) == 2
    assert (contract.destroyed, contract.kept) == (0, 3)
    assert contract.kept_until is not None
    assert contract.kept_until.year == 2031
    assert "전자상거래법" in contract.basis


def test_the_archive_is_whole_afterwards_and_says_what_was_taken(archive: Path) -> None:
    assert run(archive, terms(later(40))).changed
    assert verify_archive(archive).complete
    book = openpyxl.load_workbook(archive / "archive.xlsx", read_only=True)
    (names, *rows) = book["orders"].iter_rows(values_only=True)
    place = list(names).index("delivery.customsPin")
    assert sum(row[place] is not None for row in rows) == 1
    book.close()
    (log,) = json.loads((archive / "retention.json").read_text("utf-8"))
    assert (log["by"], log["as_of"]) == ("김운영", later(40).isoformat())
    (line,) = [line for line in log["lines"] if line["file"] == "orders.jsonl"]
    assert (line["data_class"], line["destroyed"], len(line["keys"])) == ("customs", 2, 2)
    assert neighbours(archive) == {archive.name}


def test_masking_comes_first_then_destruction_then_nothing_more(archive: Path) -> None:
    masked = run(archive, terms(later(94)))
    phones = [row["buyerPhone"] for row in orders(archive)]
    assert masked.masked > 0
    assert all(str(phone).startswith("***") for phone in phones[:2])
    assert run(archive, terms(later(94))).changed is False, "nothing is due a second time"
    assert run(archive, terms(later(110))).destroyed > 0
    assert [row["buyerPhone"] for row in orders(archive)] == [None, None, None]
    assert all(row["buyerName"] for row in orders(archive))
    assert run(archive, terms(later(6 * 366))).destroyed > 0
    assert [row["buyerName"] for row in orders(archive)] == [None, None, None]
    assert len(json.loads((archive / "retention.json").read_text("utf-8"))) == 3
    last = run(archive, terms(later(7 * 366)))
    assert (last.changed, last.lines) == (False, ())
    assert verify_archive(archive).complete


def test_a_confirmed_purchase_starts_the_clock(archive: Path) -> None:
    numbers = [int(str(row["bundleNo"])) for row in orders(archive)]
    confirmed = dict.fromkeys(numbers, later(100).date())
    for day, count in ((110, 0), (195, 0), (196, 3)):
        report = run(archive, terms(later(day), confirmed=confirmed), dry_run=True)
        (contact,) = [
            line
            for line in report.lines
            if (line.file, line.data_class) == ("orders.jsonl", RetentionClass.CONTACT)
        ]
        assert contact.destroyed == count, day


def test_a_dry_run_counts_the_same_and_writes_nothing(archive: Path) -> None:
    before = contents(archive)
    dry = run(archive, terms(later(110)), dry_run=True)
    assert (contents(archive), dry.changed) == (before, False)
    assert neighbours(archive) == {archive.name}
    assert run(archive, terms(later(110))).lines == dry.lines


def test_the_same_input_gives_the_same_bytes(archive: Path, archived: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["cp", "-a", str(archived), str(other)], check=True)
    for folder in (archive, other):
        run(folder, terms(later(110)))
    assert contents(archive) == contents(other)


def test_files_nobody_knows_are_named_and_carried_over(archive: Path) -> None:
    (archive / "메모").mkdir()
    (archive / "메모" / "구매자.txt").write_text("홍길동", "utf-8")
    report = run(archive, terms(later(110)))
    assert report.unknown == ("메모/구매자.txt",)
    assert (archive / "메모" / "구매자.txt").read_text("utf-8") == "홍길동"


def test_a_sellers_setting_holds_for_folders_too(archive: Path) -> None:
    soon = RetentionOverride(
        data_class=RetentionClass.CONTACT, keep=RetentionPeriod(days=5), reason="내부 규정"
    )
    assert run(archive, terms(later(20), RetentionPolicy(overrides=[soon]))).destroyed
    assert [row["buyerPhone"] for row in orders(archive)] == [None, None, None]


def test_what_is_not_whole_is_not_sealed_as_right(archive: Path) -> None:
    with (archive / "orders.jsonl").open("ab") as file:
        file.write(b'{"key":"1","data":{"buyerName":"\xea\xb9\x80"}}\n')
    before = contents(archive)
    with pytest.raises(LedgerCorruptError, match=r"orders\.jsonl.*nothing|nothing was changed"):
        run(archive, terms(later(110)))
    assert contents(archive) == before


def test_the_folder_of_another_account_and_of_another_kind_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="another seller account"):
        prepare_folder(archive, "other", terms(later(110)), dry_run=False)
    (tmp_path / "photos").mkdir()
    with pytest.raises(ValidationError) as caught:
        run(tmp_path / "photos", terms(later(110)))
    assert "보관 폴더나" in caught.value.violations[0].message_ko
    write_bag(tmp_path / "bag", {"a.txt": b"a"}, date=date(2026, 1, 1))
    with pytest.raises(ValidationError):
        run(tmp_path / "bag", terms(later(110)))


def test_nobody_writes_into_it_meanwhile(archive: Path) -> None:
    lock = lock_folder(archive)
    with pytest.raises(LedgerUnavailableError, match="another archive is being written"):
        run(archive, terms(later(110)))
    lock.close()
    assert run(archive, terms(later(110))).changed


def test_nobody_writes_into_it_while_it_is_replaced(archive: Path) -> None:
    before = contents(archive)
    prepared = prepare_folder(archive, "shop", terms(later(110)), dry_run=False)
    lock = lock_folder(archive)
    with pytest.raises(LedgerUnavailableError, match="another archive is being written"):
        replace_folder(prepared)
    lock.close()
    assert contents(archive) == before
    replace_folder(prepared)
    assert contents(archive) != before


@pytest.mark.parametrize("change", ["grown", "added", "removed"])
def test_what_was_written_into_it_since_it_was_read_is_not_lost(archive: Path, change: str) -> None:
    prepared = prepare_folder(archive, "shop", terms(later(110)), dry_run=False)
    if change == "grown":
        with (archive / "orders.jsonl").open("ab") as file:
            file.write(b"\n")
    elif change == "added":
        (archive / "fresh.txt").touch()
    else:
        (archive / "archive.xlsx").unlink()
    now = contents(archive)
    with pytest.raises(LedgerUnavailableError, match="written into meanwhile"):
        replace_folder(prepared)
    assert contents(archive) == now
    assert neighbours(archive) == {archive.name}, "the draft holds people too"


def test_a_folder_made_between_the_two_renames_costs_neither_the_old_one_nor_the_new(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def renamed(path: Path, target: Path) -> Path:
        done = rename(path, target)
        if path == archive:
            (archive / "orders.jsonl").parent.mkdir()
            (archive / "orders.jsonl").touch()
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", renamed)
        with pytest.raises(LedgerUnavailableError):
            run(archive, terms(later(110)))
    with pytest.raises(LedgerUnavailableError, match="made anew while retention replaced it"):
        run(archive, terms(later(110)))
    assert len(neighbours(archive)) == 3
    rename(archive, archive.with_name("moved"))
    assert not run(archive, terms(later(110))).changed, "the new folder was whole already"
    assert verify_archive(archive).complete


def test_names_of_fields_are_no_values(tmp_path: Path) -> None:
    extras = {"010-0000-0000": "x", "연락처": "010-0000-0000"}
    row = RecordDraft("export", "product/7", "IMPORTED", START, {"extras": extras})  # type: ignore[arg-type]
    with open_shop() as shop:
        shop.ledger.open_account("shop", "")
        lease = shop.ledger.acquire_lease("shop", "w1", 60)
        assert lease is not None
        shop.ledger.save(lease, [row], START)
        shop.ledger.release_lease(lease)
        shop.runner().back_office.archive(tmp_path / "a", FROM, TO)
    report = run(tmp_path / "a", terms(later(6 * 366), RetentionPolicy(exports=True)))
    assert report.destroyed == 1
    assert {name for line in report.lines for name in line.fields} == {"*", "연락처"}
    assert "010-0000-0000" not in (tmp_path / "a" / "retention.json").read_text("utf-8")


def test_an_archive_of_the_marketplace_goes_on_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with open_shop() as shop:
        shop.order()
        runner = shop.runner()
        end = START + timedelta(days=60)
        first = runner.archive(folder, FROM, end)
        assert first.counts["orders"] == 1
        shop.pass_time(days=1)
        assert run(folder, terms(later(93))).masked
        assert str(orders(folder)[0]["buyerPhone"]).startswith("***")
        shop.order()
        again = runner.archive(folder, FROM, end)
        assert (again.complete, again.counts["orders"]) == (True, 2)
        assert (folder / "retention.json").is_file()
        assert "retention.json" in {file.name for file in again.files}


# a dossier -------------------------------------------------------------------


def dossier(folder: Path, *, personal: bool = True) -> Path:
    with MemoryLedger(cipher()) as ledger:
        desk = filled(ledger, sources(folder / "in"))
        files = list((folder / "in").iterdir())
        desk.dossier(folder / "out", as_of=AS_OF, files=files, personal=personal)
    return folder / "out"


def test_a_dossier_loses_its_people_and_stays_a_valid_bag(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    assert "홍길동" in every_text(folder)
    sums = [row["owed"] for row in rows_of(folder, "lines")]
    kept = run(folder, terms(AS_OF))
    assert (kept.changed, kept.destroyed) == (False, 0)
    assert {line.data_class for line in kept.lines} == {
        RetentionClass.CONTRACT,
        RetentionClass.PAYMENT_SUPPLY,
    }
    report = run(folder, terms(GONE))
    assert report.destroyed > 0
    bag = bagit.Bag(str(folder))
    bag.validate()
    assert bag.info["Bagging-Date"] == "2031-01-07"
    assert "홍길동" not in every_text(folder)
    assert [row["owed"] for row in rows_of(folder, "lines")] == sums
    assert neighbours(folder) == {"in", "out"}


def test_the_rest_of_a_dossier_is_as_it_was(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    before = contents(folder / "data")
    run(folder, terms(GONE))
    after = contents(folder / "data")
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {"lines.csv", "transfers.csv", "cover.html", "dossier.xlsx"}
    book = openpyxl.load_workbook(folder / "data" / "dossier.xlsx")
    days = [row[0].value for row in book["입금 대조"].iter_rows(min_row=2, min_col=2, max_col=2)]
    assert all(isinstance(day, datetime) for day in days), "days are still days"
    page = (folder / "data" / "cover.html").read_text("utf-8")
    assert page.count("<tr>") == before["cover.html"].decode().count("<tr>")


def test_copies_that_hold_people_are_named_and_go_when_asked(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    named = run(folder, terms(AS_OF), dry_run=True).inseparable
    assert {name.rpartition("/")[2] for name in named} == {"주문.xlsx", "통장.xlsx"}
    report = run(folder, terms(AS_OF, copies=True))
    assert report.destroyed == 2
    bagit.Bag(str(folder)).validate()
    assert not any((folder / "data" / name).exists() for name in named)
    copies = {row["name"]: row["copy"] for row in rows_of(folder, "sources")}
    assert copies["주문.xlsx"] == copies["통장.xlsx"] == "destroyed-2026-01-06"
    assert copies["정산.xlsx"].startswith("sources/")
    page = (folder / "data" / "cover.html").read_text("utf-8")
    assert page.count("destroyed-2026-01-06") == 2
    digests = {row["sha256"] for row in rows_of(folder, "sources") if row["copy"].startswith("destroyed")}
    assert set(bagit.Bag(str(folder)).info["Sources-Left-Out"].split()) == digests


def test_copies_stay_while_there_is_a_hold(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    held = {("question", RetentionClass.DISPUTE): "분쟁 (~2030-01-01)"}
    report = run(folder, terms(AS_OF, copies=True, holds=held))
    assert (report.changed, len(report.inseparable)) == (False, 2)
    lines = [line for line in report.lines if line.data_class is RetentionClass.UNCLASSIFIED]
    assert [(line.held, line.destroyed, line.holds) for line in lines] == [
        (1, 0, ("분쟁 (~2030-01-01)",))
    ] * 2
    assert all((folder / "data" / name).exists() for name in report.inseparable)


def test_every_table_of_a_dossier_is_known(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    assert {"interest.csv", "terms.csv"} <= {path.name for path in (folder / "data").iterdir()}
    assert run(folder, terms(AS_OF)).unknown == ()


def test_a_dossier_without_people_has_only_covered_names(tmp_path: Path) -> None:
    folder = dossier(tmp_path, personal=False)
    report = run(folder, terms(datetime(2026, 7, 9, tzinfo=KST)))
    assert (report.changed, report.inseparable) == (False, ())


def test_a_damaged_or_strange_bag_is_refused(tmp_path: Path) -> None:
    folder = dossier(tmp_path)
    (folder / "note.txt").write_text("홍길동")
    with pytest.raises(BagError, match=r"note\.txt is no part of a dossier"):
        run(folder, terms(AS_OF))
    (folder / "note.txt").unlink()
    (folder / "data" / "lines.csv").write_text("x")
    with pytest.raises(BagError, match="nothing was changed"):
        run(folder, terms(AS_OF))


# from the back office ---------------------------------------------------------


def office(ledger: MemoryLedger, at: datetime) -> BackOffice:
    return BackOffice(ledger, config(), worker="w", clock=ManualClock(at), sleep=lambda seconds: None)


def notes(ledger: MemoryLedger) -> list[str]:
    return [line.detail for line in ledger.audit("shop") if line.action == "retention_folder"]


def test_a_dry_run_makes_no_ledger(archive: Path, tmp_path: Path) -> None:
    with SqliteLedger(tmp_path / "l.db", cipher()) as ledger:
        desk = BackOffice(ledger, config(), clock=ManualClock(later(110)))
        dry = desk.retention_folder(archive, RetentionPolicy(), by="김운영", dry_run=True)
        assert (dry.changed, ledger.exists()) == (False, False)
        assert dry.destroyed


def test_the_audit_trail_has_the_digest_of_the_folders_log(archive: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = office(ledger, later(110))
        found = desk.retention_folder(archive, RetentionPolicy(), by="김운영")
        assert found.changed
        words = f"{found.destroyed} destroyed, {found.masked} masked, by 김운영; log {found.digest}"
        assert notes(ledger) == [words]
        log = json.loads((archive / "retention.json").read_text("utf-8"))
        line = next(one for one in log[0]["lines"] if one["file"] == "orders.jsonl")
        keys = [json.loads(row)["key"] for row in (archive / "orders.jsonl").read_text("utf-8").splitlines()]
        assert set(line["keys"]) == {ledger.key_hmac("shop", "bundle", key) for key in keys}
        assert not desk.retention_folder(archive, RetentionPolicy(), by="김운영").changed
        assert len(notes(ledger)) == 1


def test_a_hold_of_the_ledger_counts_for_folders(archive: Path) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = office(ledger, later(110))
        desk.set_hold("bundle", later(500), "분쟁", purpose=HoldPurpose.BUYER_DISPUTE)
        found = desk.retention_folder(archive, RetentionPolicy(), by="김운영")
        lines = {line.data_class: line for line in found.lines if line.file == "orders.jsonl"}
        held = lines[RetentionClass.CONTACT]
        assert (held.held, held.destroyed, held.masked) == (3, 0, 0)
        assert held.holds == (f"분쟁 (~{later(500):%Y-%m-%d})",)
        assert lines[RetentionClass.CUSTOMS].destroyed == 3
        assert all(row["buyerPhone"] for row in orders(archive))


def test_nobody_looks_ahead_of_the_clock(archive: Path) -> None:
    before = contents(archive)
    with MemoryLedger(cipher()) as ledger:
        desk = office(ledger, later(10))
        with pytest.raises(ValidationError) as caught:
            desk.retention_folder(archive, RetentionPolicy(), by="김운영", as_of=later(110))
        assert [violation.path for violation in caught.value.violations] == ["as_of"]
        assert contents(archive) == before
        assert desk.retention_folder(archive, RetentionPolicy(), by="김운영", as_of=later(10)).destroyed


def test_a_run_that_died_behind_the_folder_is_noted_by_the_next(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MemoryLedger(cipher()) as ledger:
        desk = office(ledger, later(110))
        with monkeypatch.context() as patch:
            patch.setattr(ledger, "note", lambda *_: (_ for _ in ()).throw(RuntimeError("killed")))
            with pytest.raises(RuntimeError):
                desk.retention_folder(archive, RetentionPolicy(), by="김운영")
        assert notes(ledger) == []
        desk.retention_folder(archive, RetentionPolicy(), by="다른 사람")
        (line,) = notes(ledger)
        assert "by 김운영; log " in line


# kills -----------------------------------------------------------------------

CHILD = """
import hashlib, os, signal, sys
from datetime import datetime
from wemakeprice_sdk.policy.retention import RetentionPolicy
from wemakeprice_sdk.runner.export.retention.folders import prepare_folder, replace_folder
from wemakeprice_sdk.runner.export.retention.terms import FolderTerms

name, left = sys.argv[3], int(sys.argv[4])
call = getattr(os, name)

def counted(*args, **options):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return call(*args, **options)

setattr(os, name, counted)
hmac = lambda kind, key: hashlib.sha256(f"{kind}/{key}".encode()).hexdigest()
terms = FolderTerms(policy=RetentionPolicy(), as_of=datetime.fromisoformat(sys.argv[2]), key_hmac=hmac,
                    confirmed={}, by="김운영")
replace_folder(prepare_folder(sys.argv[1], "shop", terms, dry_run=False))
"""


def killed_at(folder: Path, at: datetime, call: str, earlier: int) -> None:
    """Run retention in a process that is killed at a call of the operating system, after some of its kind."""
    args = [sys.executable, "-c", CHILD, str(folder), at.isoformat(), call, str(earlier)]
    ended = subprocess.run(args, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


KILLS = [("fsync", 2), ("replace", 1), ("rename", 0), ("rename", 1), ("rmdir", 0)]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX only")
@pytest.mark.parametrize(("call", "earlier"), KILLS)
def test_an_archive_is_whole_or_untouched_wherever_it_is_killed(
    archive: Path, archived: Path, call: str, earlier: int, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    subprocess.run(["cp", "-a", str(archived), str(done)], check=True)
    run(done, terms(later(110)))
    killed_at(archive, later(110), call, earlier)
    if (call, earlier) == ("rename", 1):
        assert not archive.exists(), "between the two renames: both folders stand beside, whole"
    else:
        assert contents(archive) in (contents(archived), contents(done))
    again = run(archive, terms(later(110)))
    assert contents(archive) == contents(done)
    assert again.unknown == ()
    assert neighbours(archive) == {archive.name, "done"}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX only")
@pytest.mark.parametrize(("call", "earlier"), [("fsync", 4), ("rename", 2)])
def test_a_dossier_is_too(tmp_path: Path, call: str, earlier: int) -> None:
    folder, at = dossier(tmp_path), GONE
    killed_at(folder, at, call, earlier)
    if folder.exists():
        assert "홍길동" in every_text(folder)
    run(folder, terms(at))
    bagit.Bag(str(folder)).validate()
    assert "홍길동" not in every_text(folder)
    assert neighbours(folder) == {"in", "out"}
