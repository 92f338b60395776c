"""The windows a ledger remembers because a row in them could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.wire.windows import DAY_LIMIT, SECOND, Window, split_days


def kept_windows(kept: Mapping[str, JsonValue] | None) -> tuple[Window, ...]:
    """Return the windows as the ledger keeps them."""
    rows = kept.get("windows") if kept is not None else None
    found: list[Window] = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, list) and len(row) == 2:
            start, end = (datetime.fromisoformat(str(part)) for part in row)
            found.append(Window(start, end))
    return tuple(found)


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Return the windows in order, those that touch as one, each still short enough for one query."""
    done: list[Window] = []
    for window in sorted(set(windows), key=lambda window: (window.start, window.end)):
        last = done[-1] if done else None
        end = window.end if last is None else max(last.end, window.end)
        if last is not None and window.start <= last.end + SECOND and end - last.start < DAY_LIMIT:
            done[-1] = Window(last.start, end)
        elif last is None or window.end > last.end:
            done.append(window)
    return tuple(done)


def days_of(windows: Iterable[Window]) -> tuple[date, ...]:
    """Return the days (KST) that the windows touch, in order."""
    return tuple(sorted({day for window in windows for day in split_days(window.start, window.end)}))
