"""The ground the sandbox stands on: accounts, numbers, time, journal, storage, one lock around them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from threading import RLock

from wemakeprice_sdk.clock import Clock, WeekdayCalendar
from wemakeprice_sdk.sandbox import claims, orders, schema
from wemakeprice_sdk.sandbox.answers import Json, SandboxError
from wemakeprice_sdk.sandbox.journal import Journal, JournalEntry, Target
from wemakeprice_sdk.sandbox.moments import SandboxClock, stamp, to_stamp
from wemakeprice_sdk.sandbox.settings import Faults, Settings
from wemakeprice_sdk.sandbox.state import Shop
from wemakeprice_sdk.sandbox.storage import Storage

FIRST_NUMBERS = {
    "policy": 100_001,
    "product_notice": 500_001,
    "bundle": 210_000_001,
    "purchase": 310_000_001,
    "order": 410_000_001,
    "option_line": 510_000_001,
    "claim": 610_000_001,
    "deal": 810_000_001,
    "question": 910_000_001,
    "review": 920_000_001,
    "inquiry": 930_000_001,
    "notice": 1,
    # Product numbers of the site exceed 31 bits; so do these, to catch a 32-bit reader.
    "product": 3_000_000_001,
}


@dataclass(slots=True)
class Restrictions:
    """What an operator of the site has set up: content and category rules, locks, dead image hosts."""

    forbidden_words: list[str] = field(default_factory=list)
    closed_categories: list[int] = field(default_factory=list)
    bound_categories: dict[str, Json] = field(default_factory=dict)
    locked_products: list[int] = field(default_factory=list)
    unreachable_hosts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """One call or action on its way: whose, when, with what, and what it changed."""

    box: SandboxBase
    shop: Shop
    operation: str
    now: str
    body: Json = field(default_factory=dict)
    targets: dict[str, Target] | None = None

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.box.settings

    def number(self, kind: str) -> int:
        """Return the next number of a kind."""
        return self.box.next_number(kind)

    def applied(self, **targets: Target) -> None:
        """Say that state was changed, and on what."""
        self.targets = targets


def _is_no(value: object, kind: type) -> bool:
    return value is not None and not isinstance(value, kind)


class SandboxBase:
    """State and time of a sandbox; the rooms above add the calls, the buyers and the operators."""

    seed: int
    """What makes numbers and invented data repeatable."""
    clock: SandboxClock
    """The time of the sandbox; `advance` and `set_clock` also let happen what falls due."""
    journal: Journal
    """What really happened, oldest first."""
    calls: Counter[str]
    """How many requests came, by operationId."""
    faults: Faults
    """What goes wrong with the next calls."""
    restrictions: Restrictions
    """Forbidden words, closed categories and blocked image hosts."""
    lock: RLock
    """Held while anything changes."""
    random: Random
    """Where invented data come from."""

    def __init__(
        self,
        seed: int = 0,
        clock: Clock | datetime | None = None,
        settings: Settings | None = None,
        state_path: str | Path | None = None,
    ) -> None:
        self.seed = seed
        self.clock = SandboxClock(clock)
        self.lock = RLock()
        self.random = Random(seed)  # noqa: S311 - invented data, not secrets
        operations = frozenset(schema.load()["operations"])
        self.journal = Journal(operations)
        self.calls = Counter()
        self.faults = Faults(operations)
        self.restrictions = Restrictions()
        self._settings = settings or Settings()
        self._shops: dict[str, Shop] = {}
        self._numbers = {kind: first + seed % 1000 * 1000 for kind, first in FIRST_NUMBERS.items()}
        self._unsaved: list[JournalEntry] = []
        self._storage: Storage | None = None
        if state_path is not None:
            self._storage = Storage(Path(state_path))
            self._restore(self._storage)

    def __repr__(self) -> str:
        """Count the accounts and tell the time, without a key."""
        return f"<{type(self).__name__} {len(self._shops)} account(s), {stamp(self.clock.now())}>"

    @property
    def settings(self) -> Settings:
        """The settings in force; change them with `configure`."""
        return self._settings

    @settings.setter
    def settings(self, value: Settings) -> None:
        with self.lock:
            self._settings = value
            self.commit()

    @property
    def shops(self) -> tuple[Shop, ...]:
        """The accounts, in the order they were added."""
        return tuple(self._shops.values())

    def shop_by_key(self, key: str) -> Shop | None:
        """Find the account an API key belongs to."""
        return self._shops.get(sha256(key.encode()).hexdigest())

    def find_shop(self, key: str | None) -> Shop:
        """Find an account by key or label; None means the only one. Raise `SandboxError` otherwise."""
        if _is_no(key, str):
            raise SandboxError(
                f"the first argument is the key or label of an account, not {key!r}; "
                "with one account leave it out and name the others, such as bundle_no="
            )
        if key is None:
            if len(self._shops) != 1:
                raise SandboxError("say which account: there is not exactly one")
            return self.shops[0]
        shop = self.shop_by_key(key)
        if shop is None:
            shop = next((other for other in self.shops if other.label == key), None)
        if shop is None:
            raise SandboxError("no account with that key or label; add it with add_account")
        return shop

    def enter_shop(self, shop: Shop) -> None:
        """Enter an account."""
        self._shops[shop.digest] = shop

    def next_number(self, kind: str) -> int:
        """Return the next number of a kind; numbers are one sequence over all accounts."""
        number = self._numbers[kind]
        self._numbers[kind] += 1
        return number

    def now(self) -> str:
        """Return the sandbox's time as the wire writes it."""
        return stamp(self.clock.now())

    def moment(self, value: datetime | str | None) -> str:
        """Read a moment given to an action; now when None."""
        return self.now() if value is None else to_stamp(value)

    @property
    def calendar(self) -> WeekdayCalendar:
        """The business days: Monday to Friday without the `holidays` setting."""
        return WeekdayCalendar(map(date.fromisoformat, self._settings.holidays))

    def catch_up(self) -> None:
        """Let everything happen that was due by now: deliveries arrive, cancels are approved."""
        for shop in self._shops.values():
            for operation, number, at in orders.arrive(shop, self.clock.now(), self._settings.transit_days):
                self.record(shop, "site", operation, {"bundleNo": number}, at)
            for number, at in claims.approve_overdue(shop, self.clock.now(), self.calendar):
                self.record(shop, "site", "auto_approve_cancel", {"claimBundleNo": number}, at)

    def record(self, shop: Shop, actor: str, operation: str, targets: dict[str, Target], at: str) -> None:
        """Write one thing into the journal."""
        entry = JournalEntry(self.journal.next_seq, at, shop.label, actor, operation, targets)
        self.journal.add(entry)
        if self._storage is not None:
            self._unsaved.append(entry)

    def commit(self) -> None:
        """Make what was changed durable; a write is answered only after this."""
        if self._storage is not None:
            self._storage.save(self.shops, self._unsaved, self._meta())
            self._unsaved.clear()
        for shop in self._shops.values():
            shop.touched.clear()

    @contextmanager
    def acting(self, key: str | None, actor: str, operation: str) -> Iterator[Call]:
        """Carry out one action of a buyer or an operator: locked, in time, journalled, durable."""
        with self.lock:
            shop = self.find_shop(key)
            self.catch_up()
            call = Call(self, shop, operation, self.now())
            yield call
            self.record(shop, actor, operation, call.targets or {}, call.now)
            self.commit()

    def advance(self, delta: timedelta | None = None, **parts: float) -> datetime:
        """Move the clock by `delta`, or by `days=`, `hours=`, `minutes=`; what falls due happens at once."""
        if _is_no(delta, timedelta):
            raise SandboxError(f"advance takes a timedelta, or days=, hours=, minutes=, not {delta!r}")
        with self.lock:
            try:
                self.clock.advance(timedelta(**parts) if delta is None else delta)
            except OverflowError as error:
                raise SandboxError(f"the clock does not go that far: {error}") from error
            self.catch_up()
            self.commit()
            return self.clock.now()

    def set_clock(self, moment: datetime | str | None = None, *, shift_seconds: float = 0.0) -> datetime:
        """Stop the clock at `moment`; None lets it run with the machine's, `shift_seconds` ahead."""
        with self.lock:
            if moment is None:
                self.clock.follow_system(timedelta(seconds=shift_seconds))
            elif isinstance(moment, datetime):
                self.clock.set(moment)
            else:
                self.clock.restore({"mode": "fixed", "at": to_stamp(moment)})
            self.catch_up()
            self.commit()
            return self.clock.now()

    def close(self) -> None:
        """Close the state file, if there is one."""
        with self.lock:
            if self._storage is not None:
                self._storage.close()
                self._storage = None

    def _meta(self) -> Json:
        rules = self.restrictions
        return {
            "seed": self.seed,
            "numbers": self._numbers,
            "settings": self._settings.as_json(),
            "clock": self.clock.describe(),
            "restrictions": {name: getattr(rules, name) for name in Restrictions.__slots__},
        }

    def _restore(self, storage: Storage) -> None:
        meta = storage.load_meta()
        if not meta:
            return
        self.seed = meta["seed"]
        self._numbers |= meta["numbers"]
        self._settings = Settings().changed(**meta["settings"])
        self.clock.restore(meta["clock"])
        self.restrictions = Restrictions(**meta["restrictions"])
        for shop in storage.load_shops():
            self.enter_shop(shop)
        for entry in storage.load_journal():
            self.journal.add(entry)
