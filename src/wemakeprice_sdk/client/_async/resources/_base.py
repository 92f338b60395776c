"""What every resource group stands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from wemakeprice_sdk.client._async.caller import AsyncCaller
from wemakeprice_sdk.errors import ProtocolError
from wemakeprice_sdk.models import ListResult, ReadModel
from wemakeprice_sdk.wire.converter import read, read_page, read_rows, unreadable
from wemakeprice_sdk.wire.operations import OPERATIONS
from wemakeprice_sdk.wire.requests import Payload

M = TypeVar("M", bound=ReadModel)


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

    async def _row(
        self, model: type[M], operation: str, payload: Payload, number: int, number_of: Callable[[M], int]
    ) -> M | None:
        """Read the one row of a detail call; None when the answer is empty.

        Raises `ProtocolError` for several rows and for a row of another number: taking the first would lose
        the others, or answer with somebody else's. Raises `UnreadableValueError` for an unreadable row.
        """
        rows, row = await self._rows(model, operation, payload), OPERATIONS[operation]
        if not rows and not rows.unread:
            return None
        if len(rows) == 1 and not rows.unread and number_of(rows[0]) == number:
            return rows[0]
        count = len(rows) + len(rows.unread)
        fault = rows.unread[0].faults[0] if rows.unread and count == 1 else None
        del rows  # personal data, and no business of whatever shows the local variables of an error
        if fault is not None:
            raise unreadable(fault, row)
        what = f"{count} rows" if count > 1 else "another number"
        raise ProtocolError(
            f"$.data: one row of the number asked for was expected, {what} found",
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
