"""The options of one product as a matrix: axes and rows.

Nothing is flattened and no combination is made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Final

import attrs
from attrs import define

from wemakeprice_sdk._frozen import frozen

JOINT: Final = " / "
"""What stands between the values of axes that were joined into one."""


@frozen(kw_only=True)
class MatrixRow:
    """One combination that is really sold. Money in won, on top of the product's price."""

    key: str
    values: tuple[str, ...]
    surcharge: int
    stock: int
    code: str = ""
    usable: bool = True
    barcode: str = ""


@define(slots=False, frozen=True)
class Matrix:
    """Axes (option names) and the combinations that exist, in their order."""

    axes: tuple[str, ...]
    rows: tuple[MatrixRow, ...]

    @cached_property
    def values(self) -> tuple[tuple[str, ...], ...]:
        """The values of each axis, in the order in which they first come."""
        return tuple(
            tuple(dict.fromkeys(row.values[at] for row in self.rows)) for at in range(len(self.axes))
        )

    @cached_property
    def grid_size(self) -> int:
        """How many combinations the full grid of all values would have."""
        size = 1
        for values in self.values:
            size *= len(values)
        return size

    @property
    def is_full_grid(self) -> bool:
        """Whether every combination of the values exists; otherwise a grid would show phantoms."""
        return self.grid_size == len(self.rows) and not self.repeated()

    def repeated(self) -> tuple[tuple[str, ...], ...]:
        """Return the combinations that are there more than once; case counts."""
        seen = Counter(row.values for row in self.rows)
        return tuple(values for values, times in seen.items() if times > 1)

    def follows_first_axis(self, what: Callable[[MatrixRow], Hashable]) -> bool:
        """Return whether `what` of a row depends on the value of its first axis alone."""
        found: dict[str, Hashable] = {}
        return all(found.setdefault(row.values[0], what(row)) == what(row) for row in self.rows)

    @property
    def is_told_by_first_axis(self) -> bool:
        """Whether surcharges and stocks per value of the first axis say everything."""
        if len(self.axes) == 1:
            return True
        return self.is_full_grid and self.follows_first_axis(lambda row: (row.surcharge, row.stock))

    def joined(self, most: int) -> Matrix:
        """Return the matrix with at most `most` axes: the last ones become one, names and values alike."""
        if len(self.axes) <= most:
            return self
        keep = most - 1
        return Matrix(
            (*self.axes[:keep], JOINT.join(self.axes[keep:])),
            tuple(
                attrs.evolve(row, values=(*row.values[:keep], JOINT.join(row.values[keep:])))
                for row in self.rows
            ),
        )

    def rebased(self) -> tuple[int, Matrix]:
        """Return the smallest surcharge, and the matrix with every surcharge lowered by it."""
        least = min((row.surcharge for row in self.rows), default=0)
        if not least:
            return 0, self
        rows = tuple(attrs.evolve(row, surcharge=row.surcharge - least) for row in self.rows)
        return least, Matrix(self.axes, rows)
