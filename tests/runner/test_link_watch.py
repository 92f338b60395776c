"""A key that dies while jobs run: the state moves, the contacts hear of it once, and nothing else breaks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from kit import KEY, START, Shop, cipher, config, open_shop

from wemakeprice_sdk.config import (
    ChannelRegistry,
    Contact,
    IssueDelivery,
    LinkOutcome,
    LinkRecord,
    LinkState,
    MemoryLinkStore,
    RegistryLinkStore,
    load_registry,
    save_registry,
)
from wemakeprice_sdk.errors import AuthenticationError, PermissionDeniedError
from wemakeprice_sdk.runner import (
    ChannelRunner,
    JobProgress,
    JobVerdict,
    RunnerSettings,
    Skipped,
    VerdictCode,
)

CONTACT = Contact(name="홍길동", email="hong@example.com", mobile="010-0000-0000")
QUICK = RunnerSettings(recovery_delay=0, patience=0.2)


class Heard:
    """A notifier that writes down what people were told."""

    def __init__(self) -> None:
        self.told: list[IssueDelivery] = []

    def deliver(self, delivery: IssueDelivery) -> None:
        self.told.append(delivery)

    @property
    def titles(self) -> list[str]:
        return [one.issue.title.split(": ", 1)[1] for one in self.told]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as made:
        yield made


def kill_key(shop: Shop) -> None:
    """The seller issued another key, so that ours is unknown from now on (401)."""
    move_key(shop, KEY, "another key")


def mend_key(shop: Shop) -> None:
    move_key(shop, "another key", KEY)


def move_key(shop: Shop, old: str, new: str) -> None:
    shops: dict[str, Any] = shop.sandbox._shops
    shops[sha256(new.encode()).hexdigest()] = shops.pop(sha256(old.encode()).hexdigest())


def runner(shop: Shop, **options: Any) -> ChannelRunner:
    return shop.runner(config(contacts=(CONTACT,)), settings=QUICK, **options)


def test_a_week_with_a_key_that_dies_on_day_three(shop: Shop) -> None:
    store, heard = MemoryLinkStore(), Heard()
    seen: list[tuple[int, str, int]] = []
    for day in range(1, 8):
        if day == 3:
            kill_key(shop)
        if day == 6:
            mend_key(shop)
        for _ in range(3):
            # A new process each time, as cron starts it.
            working = runner(shop, link_store=store, notifier=heard)
            try:
                report = working.collect_orders()
                what = f"{report.verdict}" + (f" {report.skipped}" if report.skipped else "")
            except AuthenticationError as error:
                what = type(error).__name__
            seen.append((day, what, len(heard.told)))
        shop.pass_time(days=1)
    assert [row for row in seen if row[0] in (1, 2)] == [(day, "done", 0) for day in (1, 1, 1, 2, 2, 2)]
    assert [row for row in seen if row[0] == 3] == [
        (3, "AuthenticationError", 1),
        (3, "settings-wrong gate-closed", 1),
        (3, "settings-wrong gate-closed", 1),
    ]
    assert {row[1:] for row in seen if row[0] in (4, 5)} == {("settings-wrong gate-closed", 1)}
    assert {row[1:] for row in seen if row[0] in (6, 7)} == {("done", 2)}
    assert heard.titles == [
        "인증키가 거절되었습니다 (the key is refused)",
        "연동이 다시 정상입니다 (the link works again)",
    ]
    assert [one.medium.value for one in heard.told] == ["mobile", "email"]
    kept = store.load("shop")
    assert kept is not None
    assert kept.state is LinkState.APPROVED


def test_the_refusal_names_the_gate_and_the_next_step(shop: Shop) -> None:
    store = MemoryLinkStore()
    kill_key(shop)
    with pytest.raises(AuthenticationError):
        runner(shop, link_store=store).collect_orders()
    report = runner(shop, link_store=store).collect_orders()
    assert report.skipped is Skipped.GATE_CLOSED
    assert report.verdict is JobVerdict.SETTINGS_WRONG
    assert [reason.code for reason in report.reasons] == [VerdictCode.NOT_LINKED]
    calls = sum(shop.sandbox.calls.values())
    runner(shop, link_store=store).collect_orders()
    assert sum(shop.sandbox.calls.values()) == calls + 1, "one question, and no job"


def test_a_key_that_dies_during_an_archive_moves_the_link_as_in_any_job(shop: Shop, tmp_path: Path) -> None:
    shop.order()
    store, heard = MemoryLinkStore(), Heard()
    working = runner(shop, link_store=store, notifier=heard)
    first, last = START - timedelta(days=3), START + timedelta(days=1)

    def die(progress: JobProgress) -> None:
        if progress.phase == "orders":
            kill_key(shop)

    with pytest.raises(AuthenticationError):
        working.archive(tmp_path / "archive", first, last, progress=die)
    kept = store.load("shop")
    assert kept is not None
    assert kept.state is LinkState.KEY_REJECTED
    assert heard.titles == ["인증키가 거절되었습니다 (the key is refused)"]
    assert working.collect_orders().skipped is Skipped.GATE_CLOSED
    mend_key(shop)
    assert working.archive(tmp_path / "archive", first, last).complete


def test_a_403_of_one_operation_is_not_a_rejected_key(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    store, heard = MemoryLinkStore(), Heard()

    def forbidden(*_: Any, **__: Any) -> Any:
        raise PermissionDeniedError("권한이 없습니다")

    monkeypatch.setattr(type(shop.client.orders), "list", forbidden)
    with pytest.raises(PermissionDeniedError):
        runner(shop, link_store=store, notifier=heard).collect_orders()
    assert (store.load("shop"), heard.told) == (None, [])


def test_an_outage_moves_nothing(shop: Shop) -> None:
    store, heard = MemoryLinkStore(), Heard()
    kill_key(shop)
    shop.sandbox.faults.add("shipping_list_policies", "503", None)
    with pytest.raises(AuthenticationError):
        runner(shop, link_store=store, notifier=heard).collect_orders()
    assert (store.load("shop"), heard.told) == (None, [])


class BrokenStore:
    def load(self, seller_id: str) -> LinkRecord | None:
        raise OSError("/secret/path is full")

    def save(self, seller_id: str, record: LinkRecord) -> None:
        raise OSError("/secret/path is full")


class HangingNotifier:
    def __init__(self) -> None:
        self.free = threading.Event()

    def deliver(self, delivery: IssueDelivery) -> None:
        self.free.wait(30)


def test_a_broken_store_and_a_hanging_notifier_fail_no_job(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = HangingNotifier()
    log = logging.getLogger("shop-jobs")
    working = runner(shop, link_store=BrokenStore(), notifier=notifier, logger=log)
    report = working.collect_orders()
    assert report.link_problems == ("link store: OSError",)
    assert report.verdict is JobVerdict.OPERATOR_NEEDED
    kill_key(shop)
    with pytest.raises(AuthenticationError) as caught:
        working.collect_orders()
    notifier.free.set()
    notes = [note for note in caught.value.__notes__ if not note.startswith("attempts")]
    assert notes == ["link store: OSError", "link store: OSError", "notifier: no answer within 0.2 s"]
    assert {record.name for record in caplog.records if "link of shop" in record.message} == {"shop-jobs"}
    heard = Heard()
    repeated = runner(shop, link_store=BrokenStore(), notifier=heard)
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            repeated.collect_orders()
    assert len(heard.told) == 1, "a store that keeps nothing makes nobody hear the same twice"
    everything = caplog.text + "".join(notes)
    assert not any(word in everything for word in ("secret", KEY, "홍길동", "010-0000", "hong@"))


def test_another_worker_that_was_quicker_is_not_repeated(shop: Shop) -> None:
    store, heard = MemoryLinkStore(), Heard()
    working = runner(shop, link_store=store, notifier=heard)
    kill_key(shop)
    late = store.load
    asked = []

    def load(seller_id: str) -> LinkRecord | None:
        asked.append(seller_id)
        if len(asked) == 3:
            # Between the question and the message the other worker kept the state.
            store.save(seller_id, LinkRecord(state=LinkState.KEY_REJECTED))
        return late(seller_id)

    store.load = load  # type: ignore[method-assign]
    with pytest.raises(AuthenticationError):
        working.collect_orders()
    assert (heard.told, len(asked)) == ([], 3)


def test_the_file_of_accounts_can_be_the_store(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    save_registry(path, ChannelRegistry((config(contacts=(CONTACT,)),)), cipher=cipher())
    store, heard = RegistryLinkStore(path, cipher()), Heard()
    kill_key(shop)
    with pytest.raises(AuthenticationError):
        runner(shop, link_store=store, notifier=heard).collect_orders()
    written = load_registry(path, cipher=cipher()).get("shop")
    assert written.link_state is LinkState.KEY_REJECTED
    assert written.api_key.reveal() == KEY
    last = written.link.last
    assert last is not None
    assert (last.outcome, last.detail) == (
        LinkOutcome.KEY_REJECTED,
        "AuthenticationError http=401 resultCode=401",
    )
    # The next start reads the file: an operator has to save again, nothing is asked on the quiet.
    restarted = shop.runner(written, settings=QUICK, link_store=store, notifier=heard)
    assert restarted.collect_orders().skipped is Skipped.GATE_CLOSED
    assert len(heard.told) == 1
