"""What a client and its `with_options` clones share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client._async.throttle import AsyncThrottle
from wemakeprice_sdk.client._async.transport import AsyncTransport
from wemakeprice_sdk.client.retry import RetryBudget
from wemakeprice_sdk.clock import Clock


@frozen
class AsyncShared:
    """Connections, throttle, retry budget, and the injected sources of time and chance."""

    transport: AsyncTransport
    throttle: AsyncThrottle
    budget: RetryBudget
    clock: Clock
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]
