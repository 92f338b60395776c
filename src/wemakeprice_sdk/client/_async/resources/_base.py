"""What every resource group stands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from wemakeprice_sdk.client._async.caller import AsyncCaller
from wemakeprice_sdk.errors import ProtocolError
from wemakeprice_sdk.models import ReadModel
from wemakeprice_sdk.wire.converter import read_rows
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

    async def _rows(self, model: type[M], operation: str, payload: Payload = None) -> tuple[M, ...]:
        # Held in no local variable: orders and claims are full of personal data.
        return read_rows(model, OPERATIONS[operation], await self._caller.read(operation, payload))

    async def _row(
        self, model: type[M], operation: str, payload: Payload, number: int, number_of: Callable[[M], int]
    ) -> M | None:
        """Read the one row of a detail call; None when the answer is empty.

        Raises `ProtocolError` for several rows and for a row of another number: taking the first would lose
        the others, or answer with somebody else's.
        """
        rows = await self._rows(model, operation, payload)
        if not rows:
            return None
        if len(rows) == 1 and number_of(rows[0]) == number:
            return rows[0]
        what, row = f"{len(rows)} rows" if len(rows) > 1 else "another number", OPERATIONS[operation]
        rows = ()  # personal data, and no business of whatever shows the local variables of an error
        raise ProtocolError(
            f"$.data: one row of the number asked for was expected, {what} found",
            operation=row.id, method=row.method, path=row.path,
        )  # fmt: skip
