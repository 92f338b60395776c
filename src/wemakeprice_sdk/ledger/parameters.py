"""Lists of parameters in pieces a database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

_T = TypeVar("_T")
# A statement takes 999 parameters in SQLite before 3.32, the smallest bound of all engines. Statements over a
# list take one parameter an item and a few more, so with 400 there is room for a second one.
_SIZE: Final = 400


def batches(items: Iterable[_T], size: int = _SIZE) -> Iterator[list[_T]]:
    """Yield the items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def placeholders(values: Sequence[object]) -> str:
    """Return as many question placeholders as there are values."""
    return ", ".join("?" * len(values))
