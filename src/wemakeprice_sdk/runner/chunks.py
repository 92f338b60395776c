"""Lists of parameters in pieces a database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

_T = TypeVar("_T")
_SIZE: Final = 400


def chunks(items: Iterable[_T], size: int = _SIZE) -> Iterator[list[_T]]:
    """Give the items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def marks(values: Sequence[object]) -> str:
    """Give as many question marks as there are values."""
    return ", ".join("?" * len(values))
