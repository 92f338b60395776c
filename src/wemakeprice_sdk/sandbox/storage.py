"""The state file: SQLite, written in one transaction before a write is answered.

Records are kept as JSON rows; on start everything is read into memory. The file is locked exclusively
while a sandbox runs on it. API keys are kept only as SHA-256 digests. The file and those SQLite keeps beside
it are the owner's only (0600).
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from wemakeprice_sdk.sandbox.answers import Json, SandboxError
from wemakeprice_sdk.sandbox.journal import JournalEntry
from wemakeprice_sdk.sandbox.state import Shop, load_record, pack

FORMAT = "1"

_TABLES = """
create table if not exists meta (name text primary key, body text not null);
create table if not exists shop (place integer primary key, digest text not null, label text not null,
    approved integer not null);
create table if not exists record (place integer not null, kind text not null, number text not null,
    body text not null, primary key (place, kind, number));
create table if not exists journal (seq integer primary key, body text not null);
"""


def _unusable(path: Path, error: sqlite3.Error) -> SandboxError:
    return SandboxError(f"cannot use {path} as a state file: {error}")


def _create(path: Path) -> None:
    """Create the file as the owner's only; what is wrong with the path SQLite says."""
    if str(path) == ":memory:":
        return
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _close_to_others(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            os.chmod(f"{path}{suffix}", 0o600)


class Storage:
    """One state file. Raises `SandboxError` when it is in use or no sandbox wrote it."""

    def __init__(self, path: Path) -> None:
        _create(path)
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=0.5)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            self._db.execute("pragma locking_mode = exclusive")
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.executescript(_TABLES)
            self._db.execute("begin immediate")
            self._db.execute("insert or ignore into meta values ('format', ?)", (FORMAT,))
            self._db.execute("commit")
        except sqlite3.Error as error:
            self._db.close()
            raise _unusable(path, error) from error
        written = self._db.execute("select body from meta where name = 'format'").fetchone()[0]
        if written != FORMAT:
            self._db.close()
            raise SandboxError(f"{path} was written in state format {written}; this sandbox reads {FORMAT}")
        try:
            _close_to_others(path)
        except OSError as error:
            self._db.close()
            raise SandboxError(f"cannot make {path} its owner's only: {error.strerror}") from error

    def save(self, shops: Iterable[Shop], entries: Iterable[JournalEntry], meta: Json) -> None:
        """Write what was touched, the new journal entries and the meta data, all or nothing."""
        self._db.execute("begin immediate")
        try:
            for place, shop in enumerate(shops):
                self._db.execute(
                    "insert or replace into shop values (?, ?, ?, ?)",
                    (place, shop.digest, shop.label, shop.approved),
                )
                self._db.executemany("insert or replace into record values (?, ?, ?, ?)", _rows(place, shop))
            self._db.executemany(
                "insert or replace into journal values (?, ?)",
                ((entry.seq, _dump(entry.as_json())) for entry in entries),
            )
            self._db.execute("insert or replace into meta values ('state', ?)", (_dump(meta),))
            self._db.execute("commit")
        except BaseException:
            self._db.execute("rollback")
            raise

    def load_meta(self) -> Json:
        """Return the meta data, empty for a new file."""
        row = self._db.execute("select body from meta where name = 'state'").fetchone()
        return dict(json.loads(row[0])) if row else {}

    def load_shops(self) -> Iterator[Shop]:
        """Read every account with its records."""
        shops = self._db.execute("select place, digest, label, approved from shop order by place").fetchall()
        for place, digest, label, approved in shops:
            shop = Shop(label, digest, approved=bool(approved))
            rows = self._db.execute("select kind, number, body from record where place = ?", (place,))
            # Bundles come before claims: a claim only completes what the lines left in a bundle say.
            for kind, number, body in sorted(rows, key=lambda row: row[0] != "bundle"):
                load_record(shop, kind, number if kind == "programme" else int(number), json.loads(body))
            yield shop

    def load_journal(self) -> Iterator[JournalEntry]:
        """Read the journal."""
        for (body,) in self._db.execute("select body from journal order by seq"):
            yield JournalEntry(**json.loads(body))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _rows(place: int, shop: Shop) -> Iterator[tuple[int, str, str, str]]:
    for kind, number in shop.touched:
        yield place, kind, str(number), _dump(pack(shop.table(kind)[number]))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
