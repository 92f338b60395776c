"""Whole numbers in columns: a table of a year's rows in a tenth of the memory that objects take."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, MutableSequence, Sequence
from typing import Final

_NONE: Final = -(2**63)


class IntTable:
    """Rows of whole numbers and None, appended and read by position; 8 bytes for each number."""

    __slots__ = ("_columns",)

    def __init__(self, width: int) -> None:
        self._columns: list[MutableSequence[int]] = [array("q") for _ in range(width)]

    def append(self, values: Sequence[int | None]) -> int:
        """Add a row; return its position."""
        for at, value in enumerate(values):
            number = _NONE if value is None else value
            try:
                self._columns[at].append(number)
            except OverflowError:
                # Beyond 64 bits: this column keeps its numbers as objects.
                self._columns[at] = [*self._columns[at], number]
        return len(self) - 1

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._columns[-1])

    def row(self, at: int) -> tuple[int | None, ...]:
        """Return a row."""
        return tuple(None if number == _NONE else number for number in self.numbers(at))

    def numbers(self, at: int) -> tuple[int, ...]:
        """Return a row as numbers that can be compared; None is below all of them."""
        return tuple(column[at] for column in self._columns)

    def in_order(self, *by: int) -> Iterator[int]:
        """Yield the positions ordered by some columns, rows that are equal there by all others."""
        columns = [self._columns[at] for at in by]
        positions = sorted(range(len(self)), key=lambda at: tuple(column[at] for column in columns))
        start = 0
        while start < len(positions):
            end = start + 1
            first = [column[positions[start]] for column in columns]
            while end < len(positions) and [column[positions[end]] for column in columns] == first:
                end += 1
            yield from (
                sorted(positions[start:end], key=self.numbers) if end - start > 1 else positions[start:end]
            )
            start = end

    def __eq__(self, other: object) -> bool:
        """Return whether all numbers are equal."""
        if not isinstance(other, IntTable):
            return NotImplemented
        return [list(column) for column in self._columns] == [list(column) for column in other._columns]

    __hash__ = None  # type: ignore[assignment]
