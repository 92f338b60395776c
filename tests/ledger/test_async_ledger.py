"""The ledger's async face: every method in a thread, rows some at a time."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from ledger_kit import NOW, KeyCipher, calls
from wemakeprice_sdk.errors import LedgerAccountError, WemakepriceError
from wemakeprice_sdk.ledger import (
    AsyncLedger,
    IntentDraft,
    Ledger,
    MemoryLedger,
    RecordDraft,
    StoredRecord,
)

METHODS = [name for name in vars(Ledger) if not name.startswith("_")]
YIELDING = {"records", "audit", "personal_parts", "mentioning", "tombstones"}


class Watched:
    """A ledger that notes in which thread each method runs, and how many rows were drawn."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.threads: dict[str, int] = {}
        self.drawn = 0

    def __getattr__(self, name: str) -> Any:
        def method(*args: Any, **kwargs: Any) -> Any:
            self.threads[name] = threading.get_ident()
            found = getattr(self.ledger, name)(*args, **kwargs)
            return self._counted(found) if name in YIELDING else found

        return method

    def _counted(self, rows: Iterator[Any]) -> Iterator[Any]:
        for row in rows:
            self.drawn += 1
            yield row


@pytest.fixture
def watched(cipher: KeyCipher) -> Watched:
    ledger = MemoryLedger(cipher)
    ledger.open_account("shop", "https://sandbox")
    return Watched(ledger)


def stored(ledger: Ledger, count: int) -> None:
    lease = ledger.acquire_lease("shop", "w", 60)
    assert lease is not None
    drafts = [RecordDraft("product", f"{n:04}", "A", NOW, {"productNo": n}) for n in range(count)]
    ledger.save(lease, drafts, NOW)


def test_every_method_has_its_twin_with_the_same_parameters() -> None:
    for name in METHODS:
        sync, twin = inspect.signature(getattr(Ledger, name)), inspect.signature(getattr(AsyncLedger, name))
        assert twin.parameters == sync.parameters, name
        wanted = f"Async{sync.return_annotation}" if name in YIELDING else sync.return_annotation
        assert twin.return_annotation == wanted, name


def test_every_method_runs_in_a_thread_with_its_arguments(watched: Watched) -> None:
    plain = watched.ledger
    lease = plain.acquire_lease("shop", "w", 60)
    assert lease is not None
    intent = plain.begin(lease, IntentDraft("orders_confirm", "bundle:1"), NOW)
    every = {**calls(lease, intent), "exists": {}, "close": {}}

    async def ask() -> None:
        ledger = AsyncLedger(watched)  # type: ignore[arg-type]
        for name in METHODS:
            found = getattr(ledger, name)(**every[name])
            if name in YIELDING:
                assert [row async for row in found] == list(getattr(plain, name)(**every[name]))
                continue
            # Each call stands where the one before left the ledger; its own answer is not looked at.
            with suppress(WemakepriceError):
                await found

    asyncio.run(ask())
    assert watched.threads.keys() == set(METHODS)
    assert threading.get_ident() not in watched.threads.values()


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1234])
def test_rows_come_wholly_in_order_and_never_far_ahead(watched: Watched, count: int) -> None:
    stored(watched.ledger, count)
    wanted = [row.key for row in watched.ledger.records("shop", "product")]

    async def read() -> list[str]:
        keys: list[str] = []
        async for row in AsyncLedger(watched).records("shop", "product"):  # type: ignore[arg-type]
            keys.append(row.key)
            assert watched.drawn <= (len(keys) + 99) // 100 * 100
        return keys

    assert asyncio.run(read()) == wanted
    assert len(wanted) == count


def test_a_reader_that_stops_early_leaves_nothing_behind(watched: Watched) -> None:
    stored(watched.ledger, 250)

    async def first() -> StoredRecord | None:
        async for row in AsyncLedger(watched).records("shop", "product"):  # type: ignore[arg-type]
            return row
        return None

    found = asyncio.run(first())
    assert found is not None
    assert found.key == "0000"
    assert watched.drawn == 100


def test_an_error_comes_through(watched: Watched) -> None:
    ledger = AsyncLedger(watched.ledger)
    with pytest.raises(LedgerAccountError, match="does not know"):
        asyncio.run(ledger.acquire_lease("nobody", "w", 60))

    async def read() -> list[StoredRecord]:
        return [row async for row in ledger.records(5, "product")]  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="account takes text"):
        asyncio.run(read())
