"""What every resource group stands on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from wemakeprice_sdk.client._async.caller import AsyncCaller
from wemakeprice_sdk.client.paging import Page
from wemakeprice_sdk.errors import ProtocolError
from wemakeprice_sdk.models import ListResult, ReadModel, UnreadRow
from wemakeprice_sdk.wire.converter import read, read_page, read_rows, unreadable
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.requests import Payload

M = TypeVar("M", bound=ReadModel)
S = TypeVar("S")


class AsyncResource:
    """A group of operations that belong together."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    def __repr__(self) -> str:
        """Name the calls of the group."""
        calls = ", ".join(name for name in dir(self) if not name.startswith("_"))
        return f"<{type(self).__name__}: {calls}>"

    # What was read is held in no local variable before it is a model: it is full of personal data.

    async def _rows(self, model: type[M], operation: str, payload: Payload = None) -> ListResult[M]:
        row = OPERATIONS[operation]
        rows = read_rows(model, row, await self._caller.read(operation, payload))
        self._caller.options.observer.unreadable(row, rows)
        return rows

    async def _in_turn(self, states: Iterable[S], ask: Callable[[S], Awaitable[ListResult[M]]]) -> Page[M]:
        """Ask for one state after the other, and return what came as one page."""
        rows, unread = list[M](), list[UnreadRow]()
        for state in states:
            found = await ask(state)
            rows += found
            unread += found.unread
        return Page(ListResult(rows, unread))

    async def _row(self, model: type[M], operation: str, payload: Payload, name: str) -> M | None:
        """Read the one row of a detail call, that of the number in `name`; None when the answer is empty.

        Raises `ProtocolError` for several rows: taking one would lose the others. The answer of another
        number is refused before, where the envelope is read. Raises `UnreadableValueError` where a row that
        cannot be read is, or may be, the one asked for.
        """
        rows, row = await self._rows(model, operation, payload), OPERATIONS[operation]
        number = getattr(payload, name)
        asked, count = any(getattr(found, name) == number for found in rows), len(rows)
        if asked and count == 1:
            return rows[0]
        if not rows and not rows.unread:
            return None
        fault = next((one.faults[0] for one in rows.unread if one.numbers.get(name, number) == number), None)
        del rows  # personal data, and no business of whatever shows the local variables of an error
        if fault is not None and not asked:
            raise unreadable(fault, row)
        raise ProtocolError(
            f"$.data: one row of the number asked for was expected, {count} rows found",
            operation=row.id, method=row.method, path=row.path,
        )  # fmt: skip

    async def _page(self, model: type[M], operation: str, payload: Payload = None) -> M:
        row = OPERATIONS[operation]
        page = read_page(model, row, await self._caller.read(operation, payload))
        self._caller.options.observer.unreadable(row, getattr(page, "rows", ()), page.faults)
        return page

    async def _one(self, model: type[M], operation: str, payload: Payload = None) -> M:
        row = OPERATIONS[operation]
        one = read(model, await self._caller.read(operation, payload), path="$.data", operation=row)
        self._caller.options.observer.unreadable(row, (), one.faults)
        return one
