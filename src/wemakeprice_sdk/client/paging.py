"""The pure part of lazy reading: cursors, progress, de-duplication, and the queries a range needs."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from hashlib import blake2s
from typing import Final, Generic, Self, TypeVar, cast

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import check_kind
from wemakeprice_sdk.clock import KST, require_aware
from wemakeprice_sdk.errors import IncompleteListError, ValidationError
from wemakeprice_sdk.models import OpenEnum, UnreadRow
from wemakeprice_sdk.models._answers import unread_of
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.windows import SECOND, Window, split_days, split_months, split_weeks, split_window

T = TypeVar("T")
C = TypeVar("C", bound=OpenEnum)

PAGE_SIZE: Final = 100
"""Rows per page, the contract's maximum."""

_CURSOR_KEYS: Final = ("operation", "query", "position", "page", "delivered")


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@frozen
class Cursor:
    """How far a lazy reading came; give it back to the same `iter` method to go on from there.

    It holds no personal data, only the operation, a digest of its filters, the start of the window that is
    being read, the page, and the natural keys already delivered from that window and the one before it.
    """

    operation: str
    query: str
    position: datetime
    page: int = 1
    delivered: tuple[str, ...] = field(default=(), converter=_texts)

    def to_json(self) -> str:
        """Return the cursor as one line of JSON."""
        values = {
            "operation": self.operation,
            "query": self.query,
            "position": self.position.isoformat(),
            "page": self.page,
            "delivered": list(self.delivered),
        }
        return json.dumps(values, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote; raises `ValidationError` when it is anything else."""
        try:
            values = json.loads(text)
            operation, query, position, page, delivered = (values[key] for key in _CURSOR_KEYS)
            found = cls(
                str(operation),
                str(query),
                require_aware(datetime.fromisoformat(position), "cursor.position"),
                page,
                tuple(str(key) for key in delivered),
            )
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            raise _bad_cursor("<text>", "JSON of Cursor.to_json()") from None
        if type(page) is not int or page < 1 or not isinstance(delivered, list):
            raise _bad_cursor("<text>", "a page from 1 on and a list of keys")
        return found


@frozen(kw_only=True)
class ReadProgress:
    """One query of a lazy reading is through.

    `queries_done` of `queries_total` windows are read (a window of several pages counts once, when its
    last page is through), `items` were delivered so far including this answer's, `window` is what was
    just read.
    """

    operation: str
    queries_done: int
    queries_total: int
    items: int
    window: Window


ProgressCallback = Callable[[ReadProgress], None]
"""Called after each page that a pager read."""


def _bad_cursor(value: str, rule: str) -> ValidationError:
    return ValidationError.single(
        "cursor",
        value,
        rule,
        "the cursor belongs to another reading or is damaged",
        "커서가 다른 조회의 것이거나 손상되었습니다. 처음부터 다시 조회해 주세요",
    )


def _is_no_cursor(value: object) -> bool:
    return not isinstance(value, Cursor)


def fingerprint(filters: Mapping[str, object]) -> str:
    """Return a short digest of the filters of a query, so that a cursor cannot be used for another one."""
    text = "&".join(f"{name}={value}" for name, value in sorted(filters.items()) if value is not None)
    return blake2s(text.encode(), digest_size=8).hexdigest()


def in_turn(name: str, given: C | Iterable[C], kind: type[C]) -> tuple[C, ...]:
    """Return the states to ask for, each once, in the order in which something goes through them.

    Something that moves on between two questions is then found by the later one at the latest; asked in the
    other order, it would have left one state and not yet have reached the other.
    """
    if isinstance(given, str) or not isinstance(given, Iterable):
        # One state, or what the request will refuse by name.
        return (cast("C", given),)
    wanted: set[C] = set(given)
    for one in wanted:
        check_kind(name, one, kind)
    if not wanted:
        raise ValidationError.single(
            name,
            "nothing",
            "at least one",
            "no state to read was named",
            "조회할 상태를 하나 이상 지정해 주세요",
        )
    order = list(kind)
    return tuple(sorted(wanted, key=lambda one: order.index(one) if one in order else len(order)))


def key_text(key: Iterable[Hashable]) -> str:
    """Spell a natural key as text."""
    return ":".join("" if part is None else _spelt(part) for part in key)


def _numbered(keys: Iterable[str]) -> list[str]:
    """Return the keys of one answer with a number behind those that came before in it."""
    seen: Counter[str] = Counter()
    found = []
    for key in keys:
        seen[key] += 1
        found.append(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return found


def _spelt(part: Hashable) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)


def day_window(day: date) -> Window:
    """Return a Korean calendar day as a window of whole seconds."""
    start = datetime(day.year, day.month, day.day, tzinfo=KST)
    return Window(start, start + timedelta(days=1) - SECOND)


def windows_below_a_day(start: datetime, end: datetime, overlap: timedelta) -> tuple[Window, ...]:
    """Return the windows of an order or claim reading (strictly below 24 hours each)."""
    return tuple(split_window(start, end, overlap=overlap))


def windows_of_months(start: datetime, end: datetime, overlap: timedelta) -> tuple[Window, ...]:
    """Return the windows of a deal reading (at most six calendar months each)."""
    return tuple(split_months(start, end, overlap=overlap))


def windows_of(start: datetime, end: datetime, width: timedelta, overlap: timedelta) -> tuple[Window, ...]:
    """Return the windows of a product reading, each strictly shorter than `width`."""
    return tuple(split_window(start, end, limit=width, overlap=overlap))


def windows_of_days(start: date, end: date) -> tuple[Window, ...]:
    """Return one window per Korean calendar day."""
    return tuple(day_window(day) for day in split_days(start, end))


def windows_of_weeks(start: date, end: date) -> tuple[Window, ...]:
    """Return the days to ask notices for, each standing for the week that ends on it."""
    return tuple(day_window(day) for day in split_weeks(start, end))


@frozen
class ListQuery:
    """What to read: the operation, the digest of its filters, and all windows of the range, in order.

    `repeats` says that one answer may hold several rows of one key, each a row of its own.
    """

    operation: str
    query: str
    windows: tuple[Window, ...]
    repeats: bool = False

    def resumed(self, cursor: Cursor | None) -> tuple[Window, ...]:
        """Return the windows still to be read; raises `ValidationError` for a cursor of another reading."""
        if cursor is None:
            return self.windows
        if _is_no_cursor(cursor):
            raise _bad_cursor(type(cursor).__name__, "a Cursor; Cursor.from_json(text) makes one of text")
        if (cursor.operation, cursor.query) != (self.operation, self.query):
            raise _bad_cursor(cursor.operation, f"a cursor of {self.operation} with the same filters")
        starts = [window.start for window in self.windows]
        if cursor.position in starts:
            return self.windows[starts.index(cursor.position) :]
        # A range that grew since: the window that was the last one then is read again as a whole.
        return tuple(window for window in self.windows if window.end >= cursor.position)


class Delivered:
    """Remembers natural keys: all of this run against repeats, those of two windows for the cursor."""

    __slots__ = ("_all", "_current", "_previous")

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._current = dict.fromkeys(keys)
        self._previous: dict[str, None] = {}
        self._all = set(self._current)

    def is_new(self, key: str) -> bool:
        """Note a key that was read; return whether it is new.

        One that the window before delivered belongs to this window too, where the two overlap.
        """
        if key not in self._all:
            self._all.add(key)
            return True
        if key in self._previous:
            self._current[key] = None
        return False

    def deliver(self, key: str) -> None:
        """Note that the caller has it."""
        self._current[key] = None

    def next_window(self) -> None:
        """Note that one window is through."""
        self._previous, self._current = self._current, {}

    @property
    def latest(self) -> tuple[str, ...]:
        """The keys of the window being read and of the one before it."""
        return tuple(self._previous | self._current)


@frozen
class Page(Generic[T]):
    """The items of one query.

    `came` is how many rows the answer held when the window may have more pages, None when one query holds the
    whole window; `total` is how many rows the answer says that there are.
    """

    items: tuple[T, ...]
    came: int | None = None
    total: int | None = None


def page_of(items: tuple[T, ...], total: int | None) -> Page[T]:
    """Return one page of a list, counted by the rows that came, readable or not."""
    return Page(items, len(items) + len(unread_of(items)), total)


def unread_key(row: UnreadRow) -> str | None:
    """Return what an unread row is known again by, None where it holds nothing that could tell it."""
    if not isinstance(row.raw, Mapping) or not row.raw:
        return None
    # The whole row, because the number itself may be what cannot be read.
    return "unread:" + blake2s(json.dumps(row.raw, sort_keys=True).encode(), digest_size=8).hexdigest()


class Next(Enum):
    """What to do after one page of a window."""

    MORE = "ask for the next page"
    DONE = "the window is read"
    AGAIN = "read the window once more"
    MISSING = "rows are missing, however often the window is read"


READINGS: Final = 3
"""How often a window is read before missing rows are an error."""


class Tally:
    """Counts what came of one window, page by page, and holds it against the total.

    Pages are counted by their rows and never by the size that was asked for: a server may give fewer. Rows
    that move while they are read come twice or not at all, so a reading that falls short, or whose total
    shrank, is made again.
    """

    __slots__ = ("_full", "_readings", "_seen", "_shrank", "_total", "rows")

    def __init__(self, readings: int = 1) -> None:
        self.rows = 0
        self._seen: set[str] = set()
        self._total: int | None = None
        self._shrank = False
        self._full = False
        self._readings = readings

    def has(self, key: str) -> bool:
        """Return whether an earlier page of this reading held the row."""
        return key in self._seen

    def note(self, keys: Iterable[str], came: int, total: int | None) -> Next:
        """Take one page and tell what is next; `came` counts the rows without a key too."""
        keys = tuple(keys)
        fresh = came - sum(key in self._seen for key in keys)
        over = not fresh or self._seen.issuperset(keys)
        self._seen.update(keys)
        self.rows += fresh
        self._shrank |= total is not None and self._total is not None and total < self._total
        self._full |= came >= PAGE_SIZE
        self._total = total
        # Fewer than came already: such a total counts something else.
        if total is None or (total < self.rows and not self._shrank):
            return self._uncounted(over=over, came=came)
        if not over and self.rows < total:
            return Next.MORE
        return self._again() if self.rows < total or self._shrank else Next.DONE

    def _uncounted(self, *, over: bool, came: int) -> Next:
        if not over:
            return Next.MORE
        # A full page that comes again is a server that ignores the page: the rest is out of reach.
        return Next.MISSING if came and self._full else Next.DONE

    def _again(self) -> Next:
        return Next.AGAIN if self._readings < READINGS else Next.MISSING

    def anew(self) -> Tally:
        """Return the count of another reading of the same window."""
        return Tally(self._readings + 1)


class Walk(Generic[T]):
    """The state of a lazy reading without its I/O: what to ask next, what is new, where the cursor stands."""

    def __init__(
        self,
        reading: ListQuery,
        key: Callable[[T], tuple[Hashable, ...]],
        cursor: Cursor | None,
        progress: ProgressCallback | None,
    ) -> None:
        self._reading = reading
        self._key = key
        self._progress = progress
        self._windows = reading.resumed(cursor)
        self._total = len(self._windows)
        self._index = 0
        # From the first page on, also after a cursor within a window: pages have moved since, and what was
        # delivered is known by its keys.
        self._page = 1
        self._tally = Tally()
        self._delivered = Delivered(cursor.delivered if cursor is not None else ())
        self._waiting: deque[tuple[str, T]] = deque()
        self._next: Next | None = None
        self._items = 0
        self.unread: tuple[UnreadRow, ...] = ()
        self._unread_before = 0
        self._last = cursor.position if cursor is not None else reading.windows[0].start

    def __str__(self) -> str:
        """Name the operation and the queries done."""
        return f"{self._reading.operation}: {self._index} of {self._total} windows read"

    def html(self, name: str) -> str:
        """Return how far the reading came, for a notebook; nothing is asked for to show it."""
        from wemakeprice_sdk.notebook.page import facts_page

        return facts_page(
            f"{OPERATIONS[self._reading.operation].korean} {name}",
            {
                "조회": self._reading.operation,
                "읽은 기간": f"{self._index:,} / {self._total:,}",
                "읽은 항목": self._items,
                "읽지 못한 항목": len(self.unread),
                "안내": "for 문이나 to_rows()로 나머지를 조회합니다 / iterate or call to_rows() to read on",
            },
        )

    @property
    def cursor(self) -> Cursor:
        """Where to go on after everything delivered so far."""
        return Cursor(
            self._reading.operation, self._reading.query, self._position(), self._page, self._delivered.latest
        )

    def _position(self) -> datetime:
        return self._windows[self._index].start if self._index < self._total else self._last

    def take(self) -> T | None:
        """Return the next item of the last answer, None when a new query is needed or all is read."""
        if not self._waiting:
            return None
        key, item = self._waiting.popleft()
        self._delivered.deliver(key)
        return item

    def next_query(self) -> tuple[Window, int] | None:
        """Return the window and page to ask for, None when everything is read."""
        if self._next is not None:
            self._advance(self._next)
        return (self._windows[self._index], self._page) if self._index < self._total else None

    def _advance(self, step: Next) -> None:
        self._next = None
        if step is Next.MORE:
            self._page += 1
            return
        self._page = 1
        if step is Next.AGAIN:
            self._tally = self._tally.anew()
            return
        self._tally = Tally()
        self._unread_before = len(self.unread)
        self._delivered.next_window()
        self._last = self._windows[self._index].end + SECOND
        self._index += 1

    def answered(self, page: Page[T]) -> None:
        """Take the answer to the last query; raises `IncompleteListError` when rows are missing."""
        keys = [key_text(self._key(item)) for item in page.items]
        if self._reading.repeats:
            keys = _numbered(keys)
        for key, item in zip(keys, page.items, strict=True):
            if self._delivered.is_new(key):
                self._waiting.append((key, item))
        hidden = [(unread_key(row), row) for row in unread_of(page.items)]
        if self._page == 1:
            # The window is read from its start, maybe once more: what an earlier reading found comes again.
            self.unread = self.unread[: self._unread_before]
        self.unread += tuple(row for key, row in hidden if key is None or not self._tally.has(key))
        keys += [key for key, _ in hidden if key is not None]
        self._items += len(self._waiting)
        step = Next.DONE if page.came is None else self._tally.note(keys, page.came, page.total)
        if step is Next.MISSING:
            rows, self._tally, self._page = self._tally.rows, Tally(), 1
            raise self._incomplete(rows, page.total)
        self._next = step
        if self._progress is not None:
            self._progress(
                ReadProgress(
                    operation=self._reading.operation,
                    queries_done=self._index + (step is Next.DONE),
                    queries_total=self._total,
                    items=self._items,
                    window=self._windows[self._index],
                )
            )

    def _incomplete(self, rows: int, total: int | None) -> IncompleteListError:
        row, window = OPERATIONS[self._reading.operation], self._windows[self._index]
        counted = (
            f"{rows} of {total} rows" if total is not None else f"{rows} rows, one page again and again,"
        )
        return IncompleteListError(
            f"rows are missing: {counted} came from {window.start.isoformat()} to {window.end.isoformat()} "
            f"in up to {READINGS} readings; read a shorter range "
            "(목록의 일부가 빠져 있습니다. 조회 기간을 줄여 다시 조회해 주세요)",
            operation=row.id,
            method=row.method,
            path=row.path,
        )
