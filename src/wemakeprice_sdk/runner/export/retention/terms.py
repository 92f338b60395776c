"""What retention over a folder goes by, counts and says; what a folder is, is known elsewhere.

What a folder says of a run (`retention.json`) names records by the keyed digest that the ledger's register
uses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.retention import RetentionClass
from wemakeprice_sdk.policy.retention import RetentionDates, RetentionPolicy
from wemakeprice_sdk.runner.expiry import Expired, LineTally, RetentionLine, expire


@frozen(kw_only=True)
class FolderTerms:
    """What a run over a folder goes by: policy, time, 구매확정 by bundle, the HMAC of kind and record key.

    `copies` lets copies of sources that hold people go: a foreign file goes as a whole or not at all, so none
    goes while there is any hold.
    """

    policy: RetentionPolicy
    as_of: datetime
    confirmed: Mapping[int, date]
    key_hmac: Callable[[str, str], str]
    by: str
    holds: Mapping[tuple[str, RetentionClass], str] = field(factory=dict)
    """Why a class of a kind is held, and until when."""
    copies: bool = False

    def expire(self, kind: str, body: Mapping[str, JsonValue], dates: RetentionDates) -> Expired:
        """Return a body as it may be kept on the day of the run."""
        return expire(kind, body, dates, self.policy.rules, self.today, self._held(kind))

    @property
    def takes_copies(self) -> bool:
        """Whether copies of sources go."""
        return self.copies and not self.holds

    def _held(self, kind: str) -> frozenset[RetentionClass]:
        return frozenset(data_class for held, data_class in self.holds if held == kind)

    @property
    def today(self) -> date:
        """The day of the run (KST)."""
        return self.as_of.astimezone(KST).date()


@frozen(kw_only=True)
class FolderRetention:
    """What retention did to a folder, or would do.

    `unknown` are files that were left as they are because nobody here knows what they hold; `inseparable` are
    copies of sources that may hold people and can only go as a whole (`copies=True`, and no hold). Look at
    both. `changed`
    says whether the folder was written anew; its run is `digest` (SHA-256) in `retention.json` and, from the
    back office, in the audit trail.
    """

    folder: Path
    account: str
    lines: tuple[RetentionLine, ...]
    unknown: tuple[str, ...] = ()
    inseparable: tuple[str, ...] = ()
    changed: bool = False
    digest: str = ""

    @property
    def destroyed(self) -> int:
        """Records of which a class was destroyed, over all classes."""
        return sum(line.destroyed for line in self.lines)

    @property
    def masked(self) -> int:
        """Records of which a class was masked, over all classes."""
        return sum(line.masked for line in self.lines)


class Rewriter(Protocol):
    """Knows one kind of folder."""

    account: str
    unknown: tuple[str, ...]
    inseparable: tuple[str, ...]

    def survey(self) -> tuple[RetentionLine, ...]:
        """Read the folder and return what is to become of it; nothing is written."""
        ...

    def write(self, draft: Path, log: bytes) -> None:
        """Write the folder anew, whole and on disk, with `log` as its `retention.json`."""
        ...


class FolderTallies:
    """Counts what becomes of the records of a folder, by file and class."""

    def __init__(self, terms: FolderTerms) -> None:
        self._terms = terms
        self._rows: dict[tuple[str, RetentionClass], LineTally] = {}

    def of(self, file: str, data_class: RetentionClass) -> LineTally:
        """Return the counts of one class in one file."""
        place = (file, data_class)
        if place not in self._rows:
            self._rows[place] = LineTally(file, data_class, str(self._terms.policy.rules[data_class].keep))
        return self._rows[place]

    def add(self, file: str, kind: str, key: str, day: date, expired: Expired) -> None:
        """Count what became of one record."""
        for data_class, paths in expired.destroyed.items():
            self.of(file, data_class).destroy(day, paths, self._terms.key_hmac(kind, key))
        for data_class in expired.masked:
            self.of(file, data_class).masked += 1
        for data_class, due in expired.kept.items():
            self.of(file, data_class).keep(due)
        for data_class in expired.held:
            self.of(file, data_class).hold(self._terms.holds[kind, data_class])

    def lines(self) -> tuple[RetentionLine, ...]:
        """Return the lines, file by file."""
        return tuple(tally.line() for tally in self._rows.values())


def run_log(place: Path, lines: Iterable[RetentionLine], terms: FolderTerms) -> tuple[bytes, str]:
    """Return the log of a folder with this run at its end, and the digest of the run."""
    run: dict[str, JsonValue] = {
        "as_of": terms.as_of.astimezone(KST).isoformat(),
        "by": terms.by,
        "lines": [line.to_json() for line in lines if line.destroyed or line.masked],
    }
    return json.dumps([*runs_of(place), run], ensure_ascii=False, indent=1).encode(), _digest(run)


def runs_of(place: Path) -> list[JsonValue]:
    """Return the runs that a folder's log holds; raise `LedgerCorruptError` when it is none."""
    if not place.is_file():
        return []
    try:
        runs = json.loads(place.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LedgerCorruptError(f"{place}: not the log of a retention") from error
    if not isinstance(runs, list):
        raise LedgerCorruptError(f"{place}: not the log of a retention")
    return runs


def last_digest(place: Path) -> str:
    """Return the digest of the last run in a folder's log; empty when there is none."""
    runs = runs_of(place)
    return _digest(runs[-1]) if runs else ""


def _digest(run: JsonValue) -> str:
    # In capitals: small ones would look like a key to the audit trail, and be masked.
    text = json.dumps(run, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest().upper()
