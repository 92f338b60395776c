"""The folder of an archive: JSON lines that grow window by window, a workbook, a manifest with sums.

A line is `{"key": …, "data": …}` with the JSON as the marketplace sent it. How far each part came stands in
`state.json`; what a crash wrote beyond that is cut off when the archive goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from attrs import frozen

from wemakeprice_sdk.errors import LedgerCorruptError
from wemakeprice_sdk.models import JsonValue
from wemakeprice_sdk.runner.tables import Value, write_xlsx

STATE: Final = "state.json"
MANIFEST: Final = "manifest.json"
WORKBOOK: Final = "archive.xlsx"


@frozen(kw_only=True)
class ArchivedFile:
    """One file of an archive: rows (0 for the workbook as a whole), bytes and SHA-256."""

    name: str
    rows: int
    size: int
    sha256: str


@frozen(kw_only=True)
class ArchiveReport:
    """What an archive holds; `problems` is empty when every file is as the manifest says."""

    folder: Path
    account: str
    start: datetime
    end: datetime
    files: tuple[ArchivedFile, ...]
    complete: bool
    problems: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by part."""
        return {
            file.name.removesuffix(".jsonl"): file.rows
            for file in self.files
            if file.rows or ".jsonl" in file.name
        }


class ArchiveFolder:
    """Writes an archive so that it can be broken off anywhere and gone on with."""

    def __init__(self, folder: str | os.PathLike[str], account: str, start: datetime, end: datetime) -> None:
        self.path = Path(folder)
        self.account = account
        self.start, self.end = start, end
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._state = self._load()

    def _load(self) -> dict[str, dict[str, int]]:
        head = {"account": self.account, "start": self.start.isoformat(), "end": self.end.isoformat()}
        place = self.path / STATE
        if not place.exists():
            _replace(place, json.dumps({"head": head, "parts": {}}))
            return {}
        try:
            known = json.loads(place.read_text(encoding="utf-8"))
            parts: dict[str, dict[str, int]] = known["parts"]
            same = known["head"] == head
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerCorruptError(f"{place}: not the state of an archive") from error
        if not same:
            raise LedgerCorruptError(f"{place}: the folder holds an archive of another account or period")
        return parts

    def done(self, part: str) -> int:
        """Give how many windows of a part are complete."""
        return self._state.get(part, {}).get("windows", 0)

    def keys(self, part: str) -> set[str]:
        """Give the keys a part already holds, after cutting off what is not complete."""
        place = self.path / f"{part}.jsonl"
        kept = self._state.get(part, {}).get("bytes", 0)
        if not place.exists():
            if kept:
                raise LedgerCorruptError(f"{place} is missing, and the state says it holds {kept} bytes")
            place.touch(mode=0o600)
        if place.stat().st_size < kept:
            raise LedgerCorruptError(f"{place} is shorter than the state says")
        os.truncate(place, kept)
        return {str(row["key"]) for row in _rows(place)}

    def append(self, part: str, rows: Iterable[tuple[str, Mapping[str, JsonValue]]]) -> None:
        """Add the rows of one window, then say that the window is complete."""
        place = self.path / f"{part}.jsonl"
        with place.open("ab") as file:
            for key, data in rows:
                line = json.dumps({"key": key, "data": data}, ensure_ascii=False, separators=(",", ":"))
                file.write(line.encode("utf-8", "surrogatepass") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._state[part] = {"windows": self.done(part) + 1, "bytes": place.stat().st_size}
        head = {"account": self.account, "start": self.start.isoformat(), "end": self.end.isoformat()}
        _replace(self.path / STATE, json.dumps({"head": head, "parts": self._state}))

    def finish(self, parts: Sequence[str]) -> ArchiveReport:
        """Write the workbook and the manifest, read everything again and compare."""
        write_xlsx(self.path / WORKBOOK, {part: _table(self.path / f"{part}.jsonl") for part in parts})
        names = [*(f"{part}.jsonl" for part in parts), WORKBOOK]
        files = [_measure(self.path / name) for name in names]
        manifest = {
            "account": self.account,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "files": [
                {"name": file.name, "rows": file.rows, "size": file.size, "sha256": file.sha256}
                for file in files
            ],
        }
        _replace(self.path / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        return verify_archive(self.path)


def verify_archive(folder: str | os.PathLike[str]) -> ArchiveReport:
    """Read every file of an archive again and hold it against the manifest.

    Raises `LedgerCorruptError` when there is no readable manifest; anything else is in `problems`.
    """
    path = Path(folder)
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        files = tuple(ArchivedFile(**row) for row in manifest["files"])
        start, end = datetime.fromisoformat(manifest["start"]), datetime.fromisoformat(manifest["end"])
        account = str(manifest["account"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LedgerCorruptError(
            f"{path / MANIFEST}: no readable manifest ({type(error).__name__})"
        ) from error
    problems = [problem for file in files for problem in _problems(path, file)]
    return ArchiveReport(
        folder=path,
        account=account,
        start=start,
        end=end,
        files=files,
        complete=not problems,
        problems=tuple(problems),
    )


def _problems(path: Path, file: ArchivedFile) -> Iterator[str]:
    place = path / file.name
    if place.parent != path or not place.is_file():
        yield f"{file.name}: missing"
        return
    try:
        found = _measure(place)
    except LedgerCorruptError as error:
        yield str(error)
        return
    if found != file:
        yield (
            f"{file.name}: {found.rows} rows, {found.size} bytes, sum {found.sha256[:12]}; "
            f"the manifest says {file.rows}, {file.size}, {file.sha256[:12]}"
        )


def _measure(place: Path) -> ArchivedFile:
    digest = hashlib.sha256()
    with place.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    rows = sum(1 for _ in _rows(place)) if place.suffix == ".jsonl" else 0
    return ArchivedFile(name=place.name, rows=rows, size=place.stat().st_size, sha256=digest.hexdigest())


def _rows(place: Path) -> Iterator[dict[str, JsonValue]]:
    with place.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line.decode("utf-8", "surrogatepass"))
            except ValueError as error:
                raise LedgerCorruptError(f"{place.name}: line {number} is not JSON") from error
            if not isinstance(row, dict) or not {"key", "data"} <= row.keys():
                raise LedgerCorruptError(f"{place.name}: line {number} is not a row of an archive")
            yield row


def _table(place: Path) -> tuple[Sequence[str], Iterator[Sequence[Value]]]:
    columns: dict[str, None] = {}
    for row in _rows(place):
        columns.update(dict.fromkeys(_flat(row["data"])))
    names = list(columns)
    return ["key", *names], ([str(row["key"]), *_cells(row["data"], names)] for row in _rows(place))


def _cells(data: JsonValue, names: Sequence[str]) -> list[Value]:
    flat = _flat(data)
    return [flat.get(name) for name in names]


def _flat(data: JsonValue, prefix: str = "") -> dict[str, Value]:
    """Give the scalar values by dotted name; lists go into one cell as JSON."""
    flat: dict[str, Value] = {}
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
    fresh = place.with_suffix(".new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(place)
