"""A folder that is put in the place of another one, whole; what stood there before is overwritten."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from wemakeprice_sdk.errors import LedgerUnavailableError

_CHUNK: Final = 1 << 20


def draft_of(place: Path) -> Path:
    """Return where the folder that is to take the place of `place` is written."""
    return place.with_name(f".{place.name}.retention-new")


def tables_of(place: Path) -> Path:
    """Return where tables are written before they go into the draft."""
    return place.with_name(f".{place.name}.retention-tables")


def _aside(place: Path) -> Path:
    return place.with_name(f".{place.name}.retention-old")


def recover(place: Path) -> None:
    """End what a killed run left: a whole new folder takes its place, half of one goes."""
    draft, aside = draft_of(place), _aside(place)
    # The old folder only steps aside for a new one that is whole and on disk.
    if aside.exists() and draft.exists():
        if place.exists():
            raise LedgerUnavailableError(
                f"{place}: was made anew while retention replaced it; move it away and call again"
            )
        draft.rename(place)
    for path in sorted(place.parent.iterdir()):
        if path.name.lstrip(".").startswith(f"{place.name}.retention-") and path.name.startswith("."):
            wipe(path)


def swap(place: Path) -> None:
    """Put the draft, whole and on disk, in its place; killed in between, `recover` ends it."""
    aside = _aside(place)
    place.rename(aside)
    draft_of(place).rename(place)
    _sync(place.parent)
    wipe(aside)


def wipe(folder: Path) -> None:
    """Overwrite every file of a folder once, then remove it; a file system may still keep older blocks."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            overwrite(path)
    shutil.rmtree(folder)


def overwrite(path: Path) -> None:
    """Overwrite a file once with zeros."""
    left = path.stat().st_size
    path.chmod(0o600)
    with path.open("rb+") as file:
        while left > 0:
            left -= file.write(bytes(min(left, _CHUNK)))
        file.flush()
        os.fsync(file.fileno())


def write_private(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that only its owner can read, to the disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # Windows opens no folder; there a rename is on disk by itself.
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
