"""The folder of an archive: JSON lines that grow window by window, a workbook, a manifest with sums.

A line is `{"key": …, "data": …}` with the JSON as the marketplace sent it; from the ledger it also has the
`status` under which the ledger keeps it. How far each part came stands in
`state.json`; what a crash wrote beyond that is cut off when the archive goes on. Rows of a window that was
read before it had passed stay at the end of their file until that window has been read again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from attrs import asdict, evolve

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import LedgerCorruptError, LedgerUnavailableError, UnreadableFileError
from wemakeprice_sdk.files.sheetwriter import count_sheet_rows
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.models.tables import Report
from wemakeprice_sdk.runner.export.tables import TableValue, write_xlsx
from wemakeprice_sdk.runner.settings import FactSource

STATE: Final = "state.json"
MANIFEST: Final = "manifest.json"
WORKBOOK: Final = "archive.xlsx"
RETENTION: Final = "retention.json"
"""What retention took out of the folder, run by run; it stays when the archive is written on."""
LOCK: Final = ".lock"
_FORM: Final = 2
"""Of the windows that the state counts: since 2, the catalogue has windows of its own."""


@frozen(kw_only=True)
class ArchivedFile:
    """One file of an archive: rows (0 for the workbook as a whole), bytes and SHA-256."""

    name: str
    rows: int
    size: int
    sha256: str


@frozen(kw_only=True)
class ArchiveReport(Report):
    """What an archive holds.

    `complete` means that everything up to `read_until` is there and `problems` is empty: every file is as
    the manifest says, and the workbook opens with as many rows. `read_until` is `end`, or the time of the
    reading where `end` was still ahead: a later call adds what came since. `source` says where the rows
    come from.
    """

    folder: Path
    account: str
    start: datetime
    end: datetime
    read_until: datetime
    files: tuple[ArchivedFile, ...]
    complete: bool
    problems: tuple[str, ...] = ()
    source: FactSource = "marketplace"

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by part."""
        return {
            file.name.removesuffix(".jsonl"): file.rows
            for file in self.files
            if file.rows or ".jsonl" in file.name
        }


ArchiveLine: TypeAlias = Mapping[str, JsonValue]
"""A row of an archive: its `key`, its `data`, and what else is known of it."""


@frozen
class _Reached:
    """How far a part came: whole windows, where their rows end in the file, and where all rows end."""

    windows: int = 0
    passed: int = 0
    size: int = 0


def line_bytes(row: ArchiveLine) -> bytes:
    """Return a row as the line of its file."""
    line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate becomes the JSON escape it came from, so that the file is UTF-8.
    return line.encode("utf-8", "backslashreplace") + b"\n"


class ArchiveFolder:
    """Writes an archive so that it can be broken off anywhere and gone on with; one process at a time.

    Every method raises `LedgerUnavailableError` when the disk is full or a file cannot be read or written.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        account: str,
        start: datetime,
        end: datetime,
        *,
        mask: bool,
        source: FactSource = "marketplace",
    ) -> None:
        self.path = Path(folder)
        self._account, self._start, self._end = account, start, end
        self._mask = mask
        self._source: FactSource = source
        with _on_disk(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = lock_folder(self.path)
            try:
                self._parts = self._load()
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Let other processes write into the folder; so does the end of this one, however it ends."""
        self._lock.close()

    def _load(self) -> dict[str, _Reached]:
        place = self.path / STATE
        if not place.exists():
            self._save({})
            return {}
        try:
            known = json.loads(place.read_text(encoding="utf-8"))
            head = dict(known["head"])
            parts = {str(part): _Reached(**reached) for part, reached in known["parts"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LedgerCorruptError(f"{place}: not the state of an archive") from error
        if known.get("form") != _FORM:
            raise LedgerCorruptError(
                f"{place}: the archive was begun by an older version, which left goods out; "
                "give another folder"
            )
        mask = head.pop("mask", None)
        if head | {"mask": self._mask} != self._head():
            raise LedgerCorruptError(
                f"{place}: the folder holds an archive of another account or period, or from another source"
            )
        if mask is not self._mask:
            raise LedgerCorruptError(
                f"{place}: the folder holds an archive that was begun with mask={mask}; "
                f"go on with mask={mask}, or give another folder"
            )
        return parts

    def _head(self) -> dict[str, str | bool]:
        return {
            "account": self._account,
            "start": self._start.isoformat(),
            "end": self._end.isoformat(),
            "mask": self._mask,
            "source": self._source,
        }

    def _save(self, parts: Mapping[str, _Reached]) -> None:
        rows = {part: asdict(reached) for part, reached in parts.items()}
        _replace(self.path / STATE, json.dumps({"form": _FORM, "head": self._head(), "parts": rows}))

    def _reached(self, part: str) -> _Reached:
        return self._parts.get(part, _Reached())

    def done(self, part: str) -> int:
        """Return how many windows of a part had passed when they were read."""
        return self._reached(part).windows

    def keys(self, part: str) -> set[str]:
        """Return the keys that a part holds completely, after cutting off what a crash left behind."""
        place, reached = self.path / f"{part}.jsonl", self._reached(part)
        with _on_disk(place):
            if not place.exists():
                if reached.size:
                    raise LedgerCorruptError(
                        f"{place} is missing, the state says it holds {reached.size} bytes"
                    )
                place.touch(mode=0o600)
            if place.stat().st_size < reached.size:
                raise LedgerCorruptError(f"{place} is shorter than the state says")
            if place.stat().st_mode & 0o077:
                place.chmod(0o600)
            os.truncate(place, reached.size)
            return {str(row["key"]) for row in _rows(place, reached.passed)}

    def begin_anew(self, part: str) -> None:
        """Forget what a part holds."""
        self._parts[part] = _Reached()
        with _on_disk(self.path):
            self._save(self._parts)
        self.keys(part)

    def append(self, part: str, rows: Iterable[ArchiveLine], *, windows: int, passed: bool) -> None:
        """Add the rows of the next windows in place of what an earlier reading of them left.

        A later call reads again the windows that had not `passed`; they come last and together.
        """
        place, reached = self.path / f"{part}.jsonl", self._reached(part)
        with _on_disk(place):
            if reached.size > reached.passed:
                self._parts[part] = evolve(reached, size=reached.passed)
                self._save(self._parts)
            os.truncate(place, reached.passed)
            with place.open("ab") as file:
                file.writelines(line_bytes(row) for row in rows)
                file.flush()
                os.fsync(file.fileno())
            size = place.stat().st_size
            self._parts[part] = (
                _Reached(reached.windows + windows, size, size) if passed else evolve(reached, size=size)
            )
            self._save(self._parts)

    def stopped(self, parts: Sequence[str], read_until: datetime) -> ArchiveReport:
        """Return what is there when someone asked to stop; nothing is verified."""
        files: list[ArchivedFile] = []
        with _on_disk(self.path):
            for part in parts:
                place = self.path / f"{part}.jsonl"
                if place.exists():
                    self.keys(part)
                    files.append(_measure(place))
        return ArchiveReport(
            folder=self.path,
            account=self._account,
            start=self._start,
            end=self._end,
            read_until=read_until,
            files=tuple(files),
            complete=False,
            source=self._source,
            problems=("stopped before its end; call again with the same arguments to go on",),
        )

    def finish(self, parts: Sequence[str], read_until: datetime) -> ArchiveReport:
        """Write the workbook and the manifest, read everything again and compare."""
        with _on_disk(self.path):
            tables = {part: _table(self.path / f"{part}.jsonl") for part in parts}
            _replace_by(self.path / WORKBOOK, lambda fresh: write_xlsx(fresh, tables, created=read_until))
            names = [*(f"{part}.jsonl" for part in parts), WORKBOOK]
            names += [RETENTION] if (self.path / RETENTION).is_file() else []
            manifest = {
                **self._head(),
                "read_until": read_until.isoformat(),
                "files": [asdict(_measure(self.path / name)) for name in names],
            }
            _replace(self.path / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
            return verify_archive(self.path)


def lock_folder(folder: Path) -> sqlite3.Connection:
    """Return a lock on an archive; it lasts until it is closed, or the process ends."""
    place = folder / LOCK
    place.touch(mode=0o600)
    # A lock of SQLite's works on every system and ends with its process.
    lock = sqlite3.connect(place, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise LedgerUnavailableError(
                f"{place.parent}: another archive is being written into it"
            ) from None
        raise LedgerUnavailableError(f"{place}: {error}") from None
    return lock


@contextmanager
def _on_disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerUnavailableError(
            f"{place}: {error.strerror or type(error).__name__}; "
            "call again with the same arguments to go on once that is mended"
        ) from error


def verify_archive(folder: str | os.PathLike[str]) -> ArchiveReport:
    """Read every file of an archive again and hold it against the manifest.

    Raises `LedgerCorruptError` when there is no readable manifest; anything else is in `problems`.
    """
    path = Path(folder)
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        files = tuple(ArchivedFile(**row) for row in manifest["files"])
        start, end = datetime.fromisoformat(manifest["start"]), datetime.fromisoformat(manifest["end"])
        until = datetime.fromisoformat(manifest.get("read_until", manifest["end"]))
        account = str(manifest["account"])
        source: FactSource = "ledger" if manifest.get("source") == "ledger" else "marketplace"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerCorruptError(
            f"{path / MANIFEST}: no readable manifest ({type(error).__name__})"
        ) from error
    problems = [problem for file in files for problem in _problems(path, file)]
    if not problems:
        problems += _workbook_problems(path, files)
    return ArchiveReport(
        folder=path,
        account=account,
        start=start,
        end=end,
        read_until=until,
        files=files,
        complete=not problems,
        problems=tuple(problems),
        source=source,
    )


def _problems(path: Path, file: ArchivedFile) -> Iterator[str]:
    place = path / file.name
    if place.parent != path or not place.is_file():
        yield f"{file.name}: missing"
        return
    try:
        found = _measure(place)
    except OSError as error:
        yield f"{file.name}: cannot be read ({error.strerror or type(error).__name__})"
        return
    if found != file:
        yield (
            f"{file.name}: {found.rows} rows, {found.size} bytes, sum {found.sha256[:12]}; "
            f"the manifest says {file.rows}, {file.size}, {file.sha256[:12]}"
        )


def _workbook_problems(path: Path, files: Sequence[ArchivedFile]) -> Iterator[str]:
    if all(file.name != WORKBOOK for file in files):
        return
    try:
        sheets = count_sheet_rows(path / WORKBOOK)
    except UnreadableFileError as error:
        yield str(error)
        return
    for file in files:
        part = file.name.removesuffix(".jsonl")
        rows = [count for sheet, count in sheets.items() if re.fullmatch(rf"{re.escape(part)}(-\d+)?", sheet)]
        if file.name.endswith(".jsonl") and (not rows or sum(rows) != file.rows):
            yield f"{WORKBOOK}: {sum(rows)} rows of {part}; the manifest says {file.rows}"


def _measure(place: Path) -> ArchivedFile:
    digest, lines = hashlib.sha256(), 0
    with place.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
            lines += chunk.count(b"\n")
    rows = lines if place.suffix == ".jsonl" else 0
    return ArchivedFile(name=place.name, rows=rows, size=place.stat().st_size, sha256=digest.hexdigest())


def _rows(place: Path, limit: int | None = None) -> Iterator[dict[str, JsonValue]]:
    read = 0
    with place.open("rb") as file:
        for number, line in enumerate(file, start=1):
            read += len(line)
            if limit is not None and read > limit:
                return
            try:
                row = json.loads(line.decode("utf-8", "surrogatepass"))
            except ValueError as error:
                raise LedgerCorruptError(f"{place.name}: line {number} is not JSON") from error
            if not isinstance(row, dict) or not {"key", "data"} <= row.keys():
                raise LedgerCorruptError(f"{place.name}: line {number} is not a row of an archive")
            yield row


def archived_rows(
    folder: str | os.PathLike[str], part: str
) -> Iterator[tuple[int, str, Mapping[str, JsonValue]]]:
    """Yield line number, key and JSON of the rows of a part, as far as they were written completely.

    Raises `LedgerCorruptError` for a folder without that part, or with a line that is no row.
    """
    place, state = Path(folder) / f"{part}.jsonl", Path(folder) / STATE
    try:
        parts = json.loads(state.read_text(encoding="utf-8"))["parts"] if state.exists() else {}
        limit = int(parts[part]["size"]) if part in parts else None
        for number, row in enumerate(_rows(place, limit), start=1):
            data = row["data"]
            yield number, str(row["key"]), data if isinstance(data, Mapping) else {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerCorruptError(
            f"{place}: no readable part of an archive ({type(error).__name__})"
        ) from error


def _table(place: Path) -> tuple[Sequence[str], Iterator[Sequence[TableValue]]]:
    columns: dict[str, None] = {}
    for row in _rows(place):
        columns.update(dict.fromkeys(_columns(row)))
    names = list(columns)
    return names, (_cells(row, names) for row in _rows(place))


def _columns(row: Mapping[str, JsonValue]) -> dict[str, TableValue]:
    """Return what is known of a row, then its data, by column."""
    return {name: str(value) for name, value in row.items() if name != "data"} | _flat(row["data"])


def _cells(row: Mapping[str, JsonValue], names: Sequence[str]) -> list[TableValue]:
    flat = _columns(row)
    return [flat.get(name) for name in names]


def _flat(data: JsonValue, prefix: str = "") -> dict[str, TableValue]:
    """Return the scalar values by dotted name; lists go into one cell as JSON."""
    flat: dict[str, TableValue] = {}
    if not isinstance(data, Mapping):
        return flat
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{name}.")
        elif isinstance(value, bool | float) or (isinstance(value, Sequence) and not isinstance(value, str)):
            flat[name] = json.dumps(value, ensure_ascii=False)[:32_000]
        else:
            flat[name] = value[:32_000] if isinstance(value, str) else value
    return flat


def _replace(place: Path, content: str) -> None:
    _replace_by(place, lambda fresh: fresh.write_text(content, encoding="utf-8"))


def _replace_by(place: Path, write: Callable[[Path], object]) -> None:
    """Write a file that only its owner can read, and put it in its place when it is whole."""
    fresh = place.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    try:
        write(fresh)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        fresh.replace(place)
    finally:
        fresh.unlink(missing_ok=True)
