# Generated from client/_async by scripts/unasync.py; edit that one.
"""Lazy reading over many queries, synchronous."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from wemakeprice_sdk.client.paging import Cursor, ListQuery, Page, ProgressCallback, Walk
from wemakeprice_sdk.models import ListResult, UnreadRow
from wemakeprice_sdk.models.tables import TableRow
from wemakeprice_sdk.wire.windows import Window

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

T = TypeVar("T")


class Pager(Generic[T]):
    """Items of a range, read query by query as they are asked for; each natural key comes once.

    `cursor` says at any time where to go on after the items taken so far. A query that fails raises its
    error from the loop; the next step asks the same query again.
    """

    def __init__(
        self,
        reading: ListQuery,
        fetch: Callable[[Window, int], Page[T]],
        key: Callable[[T], tuple[Hashable, ...]],
        cursor: Cursor | None,
        progress: ProgressCallback | None,
    ) -> None:
        self._walk = Walk(reading, key, cursor, progress)
        self._fetch = fetch

    @property
    def cursor(self) -> Cursor:
        """Where to go on after everything taken so far."""
        return self._walk.cursor

    @property
    def unread(self) -> tuple[UnreadRow, ...]:
        """The rows of the queries asked so far that could not be read; they are not among the items."""
        return self._walk.unread

    def __repr__(self) -> str:
        """Show what is read and how far; the items come by iterating."""
        return f"<{type(self).__name__} {self._walk}>"

    def _repr_html_(self) -> str:
        return self._walk.html(type(self).__name__)

    def to_rows(self, *, personal: bool = False) -> list[TableRow]:
        """Read everything that is left and return it as flat rows; see `ListResult.to_rows`."""
        return (self._rest()).to_rows(personal=personal)

    def to_pandas(self, *, personal: bool = False) -> pd.DataFrame:
        """Read everything that is left and return it as a pandas data frame (extra `pandas`)."""
        return (self._rest()).to_pandas(personal=personal)

    def to_polars(self, *, personal: bool = False) -> pl.DataFrame:
        """Read everything that is left and return it as a polars data frame (extra `polars`)."""
        return (self._rest()).to_polars(personal=personal)

    def _rest(self) -> ListResult[T]:
        items = list(self)
        return ListResult(items, self.unread)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        """Return the next item; asks the marketplace only when the last answer is used up."""
        while True:
            item = self._walk.take()
            if item is not None:
                return item
            query = self._walk.next_query()
            if query is None:
                raise StopIteration
            self._walk.answered(self._fetch(*query))
