"""Retention over an archive: JSON lines by class, then workbook, state and manifest anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.ledger.personal import PERSONAL_KINDS
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.runner.expiry import RetentionLine, dates_of
from wemakeprice_sdk.runner.export.archive import (
    LOCK,
    MANIFEST,
    RETENTION,
    STATE,
    ArchiveFolder,
    line_bytes,
    verify_archive,
)
from wemakeprice_sdk.runner.export.retention.swap import write_private
from wemakeprice_sdk.runner.export.retention.terms import FolderTallies, FolderTerms
from wemakeprice_sdk.runner.export.stored import STORED_PARTS

# SQLite keeps a journal beside a lock that somebody has.
_OWN: Final = frozenset({MANIFEST, STATE, LOCK, f"{LOCK}-journal", RETENTION})
_KINDS: Final = {part.name: part.kind for part in STORED_PARTS}


class ArchiveRewriter:
    """An archive that is to be rewritten; it has to be whole, or its damage would be sealed as right.

    Raises `LedgerCorruptError` when it is not as its manifest says.
    """

    inseparable: tuple[str, ...] = ()

    def __init__(self, place: Path, terms: FolderTerms) -> None:
        self._place, self._terms = place, terms
        self._report = verify_archive(place)
        if self._report.problems:
            flaws = "; ".join(self._report.problems)
            raise LedgerCorruptError(f"{place}: not as its manifest says, so nothing was changed: {flaws}")
        listed = [file.name for file in self._report.files]
        self._parts = [name.removesuffix(".jsonl") for name in listed if name.endswith(".jsonl")]
        self._others = sorted(
            path.relative_to(place).as_posix()
            for path in place.rglob("*")
            if not path.is_dir() and path.relative_to(place).as_posix() not in {*listed, *_OWN}
        )
        self.account = self._report.account
        strange = [f"{part}.jsonl" for part in self._parts if part not in _KINDS]
        self.unknown = (*strange, *self._others)
        state = place / STATE
        self._known = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
        self._state: Mapping[str, Mapping[str, int]] = self._known.get("parts", {})

    def survey(self) -> tuple[RetentionLine, ...]:
        """Read the folder and return what is to become of it."""
        tallies = FolderTallies(self._terms)
        for part in self._personal():
            for _ in self._rows(part, tallies):
                pass
        return tallies.lines()

    def _personal(self) -> list[str]:
        kinds = {part: _KINDS[part] for part in self._parts if part in _KINDS}
        reaches = self._terms.policy.reaches
        return [part for part, kind in kinds.items() if kind in PERSONAL_KINDS and reaches(kind)]

    def _rows(
        self, part: str, tallies: FolderTallies | None = None
    ) -> Iterator[tuple[int, Mapping[str, JsonValue]]]:
        """Yield where a line ends, and its row as it may be kept."""
        kind, terms = _KINDS[part], self._terms
        otherwise, end = self._report.read_until.astimezone(KST).date(), 0
        with (self._place / f"{part}.jsonl").open("rb") as file:
            for line in file:
                end += len(line)
                row = json.loads(line.decode("utf-8", "surrogatepass"))
                dates = dates_of(kind, row["data"], otherwise, terms.confirmed)
                expired = terms.expire(kind, row["data"], dates)
                if tallies is not None:
                    tallies.add(f"{part}.jsonl", kind, str(row["key"]), dates.recorded, expired)
                yield end, {**row, "data": expired.body}

    def write(self, draft: Path, log: bytes) -> None:
        """Write the folder anew."""
        draft.mkdir(mode=0o700)
        for name in self._others:
            (draft / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(self._place / name, draft / name, follow_symlinks=False)
        self._write_state(draft, {part: self._write_part(draft, part) for part in self._parts})
        write_private(draft / RETENTION, (log,))
        report = self._report
        head = json.loads((self._place / MANIFEST).read_text(encoding="utf-8"))
        folder = ArchiveFolder(
            draft, report.account, report.start, report.end, mask=bool(head["mask"]), source=report.source
        )
        try:
            found = folder.finish(self._parts, report.read_until)
        finally:
            folder.close()
        if not found.complete:
            raise LedgerCorruptError(f"{draft}: was not written whole: {'; '.join(found.problems)}")

    def _write_part(self, draft: Path, part: str) -> tuple[int, int]:
        """Write one file; return where the rows end that were read for good, and where all of them end."""
        source, target = self._place / f"{part}.jsonl", draft / f"{part}.jsonl"
        passed = self._state.get(part, {}).get("passed", 0)
        if part not in self._personal():
            write_private(target, _pieces(source))
            return passed, target.stat().st_size
        sizes = {0: 0}
        size = 0

        def lines() -> Iterator[bytes]:
            nonlocal size
            for end, row in self._rows(part):
                line = line_bytes(row)
                size += len(line)
                sizes.update({end: size} if end == passed else {})
                yield line

        write_private(target, lines())
        return sizes.get(passed, size), size

    def _write_state(self, draft: Path, ends: Mapping[str, tuple[int, int]]) -> None:
        """Write the state anew, so that an archive of the marketplace can go on in the folder."""
        if not self._known:
            return
        parts = {
            part: {**reached, "passed": ends[part][0], "size": ends[part][1]} if part in ends else reached
            for part, reached in self._state.items()
        }
        write_private(draft / STATE, (json.dumps({**self._known, "parts": parts}).encode(),))


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
