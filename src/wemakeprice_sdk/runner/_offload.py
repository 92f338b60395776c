"""Blocking calls (the ledger, files) made from the event loop or straight from a thread.

Both kinds are written here; the rest of the runner is written once and generated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class AsyncOffload:
    """Runs blocking calls in a thread, so that they do not hold up the event loop."""

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one call; a cancelled caller does not stop it."""
        import asyncio  # here, so that a runner of threads never loads it

        return await asyncio.to_thread(function, *args, **kwargs)


class Offload:
    """Runs blocking calls where it stands."""

    def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one call."""
        return function(*args, **kwargs)
