"""Files that are whole or not there."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.errors import CatalogueFileError
from wemakeprice_sdk.models.tables import Tabular


@frozen(kw_only=True)
class CatalogueFile(Tabular):
    """A file that was written: products in it, bytes, SHA-256."""

    path: Path
    products: int
    size: int
    sha256: str


@contextmanager
def on_disk(place: Path) -> Iterator[None]:
    """Turn an error of the disk into `CatalogueFileError`."""
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise CatalogueFileError(f"{place}: {what}; mend that and call again") from error


@contextmanager
def whole_file(place: Path) -> Iterator[BinaryIO]:
    """Open a file beside `place` and move it there when the block ends well; else nothing is left.

    Only its owner can read it: a catalogue holds addresses.
    """
    with on_disk(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.unfinished-", dir=place.parent)
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)


def measured(place: Path, products: int) -> CatalogueFile:
    """Return size and sum of a file."""
    with on_disk(place), place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return CatalogueFile(path=place, products=products, size=file.tell(), sha256=digest)
