"""What an answer holds: JSON, the values and rows that could not be read, and the list of those that could.

A field of a read shape says by its annotation what an unreadable value costs. `Won`, `Quantity` and
`Essential[...]` cost the row, because a decision rests on them; anything else becomes None with its fault.
An absent value is None in both cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Self, TypeAlias, TypeVar

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.clock import KST
from wemakeprice_sdk.models.tables import TableList

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
"""Anything that JSON can say."""


@frozen
class EssentialMark:
    """Marks a field whose unreadable value costs the whole row."""


@frozen
class SaleEndMark:
    """Marks the end of a sale, where a far date means "for ever"."""


Essential: TypeAlias = Annotated[T, EssentialMark()]
"""A value a decision rests on: what cannot be read there is never None."""

Won: TypeAlias = Annotated[int, EssentialMark()]
"""An amount in won; what cannot be read is neither None nor 0."""

Quantity: TypeAlias = Annotated[int, EssentialMark()]
"""A number of units; what cannot be read is neither None nor 0."""

ALWAYS_ON_END: Final = datetime(2037, 12, 31, 23, tzinfo=KST)
"""End of sale of goods that are always on sale (상시판매). [B]"""

SaleEnd: TypeAlias = Annotated[datetime, SaleEndMark()]
"""The end of a sale: a date that stands for "for ever" reads as the always-on end (상시판매)."""


@frozen
class ValueFault:
    """One value of an answer that could not be read (읽지 못한 값).

    `path` is its JSON path in the answer (`$.data.bundle[3].payDate`), `kind` the JSON type that stood there
    (`string`, `number`, `boolean`, `array`, `object`, `null`), `rule` what was expected. The value itself may
    be personal, so it is not here; it stays in `raw`.
    """

    path: str
    kind: str
    rule: str

    def __str__(self) -> str:
        """Return path, rule and kind as one line."""
        return f"{self.path}: {self.rule}, {self.kind} found"


def json_kind(value: JsonValue) -> str:
    """Return the JSON type of a decoded value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "object" if isinstance(value, Mapping) else "array"


@frozen(kw_only=True)
class UnreadRow:
    """One row of a list that could not be read, while the others were (읽지 못한 행).

    `operation` is the read it came from, `path` its JSON path in the answer, `faults` what is wrong with it
    (the value that cost the row comes first), `numbers` the identifiers that could be read all the same, by
    field name (`bundle_no`). `raw` is the row as it came; it holds personal data and is not shown.
    """

    operation: str = ""
    path: str
    faults: tuple[ValueFault, ...]
    numbers: Mapping[str, int] = field(factory=dict)
    raw: JsonValue = field(default=None, repr=False, eq=False)

    def __str__(self) -> str:
        """Return the identifiers and the first fault, without any personal value."""
        numbers = " ".join(f"{name}={number}" for name, number in self.numbers.items())
        return " ".join(part for part in (numbers, str(self.faults[0])) if part)


class ListResult(tuple[T_co, ...], TableList[T_co]):
    """The rows of a list answer: a tuple of what could be read, and `unread`, the rows that could not.

    A row in `unread` is at the marketplace and is not in the tuple. A row in the tuple may miss single
    optional values; those are named in its own `faults`.
    """

    unread: tuple[UnreadRow, ...]

    def __new__(cls, rows: Iterable[T_co] = (), unread: Iterable[UnreadRow] = ()) -> Self:
        """Build the result from the rows that were read and those that were not."""
        made = super().__new__(cls, rows)
        made.unread = tuple(unread)
        return made

    @property
    def faults(self) -> tuple[ValueFault, ...]:
        """Every fault of the answer: of the rows that were read, then of those that were not."""
        return tuple(self._faults())

    def _faults(self) -> Iterator[ValueFault]:
        for row in (*self, *self.unread):
            found: tuple[ValueFault, ...] = getattr(row, "faults", ())
            yield from found


def unread_of(rows: Iterable[object]) -> tuple[UnreadRow, ...]:
    """Return the unread rows of a list result; a plain sequence has none."""
    return rows.unread if isinstance(rows, ListResult) else ()
