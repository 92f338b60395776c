# Generated from client/_async by scripts/unasync.py; edit that one.
"""What a client and its `with_options` clones share."""

from __future__ import annotations

from collections.abc import Callable

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.client._sync.throttle import Throttle
from wemakeprice_sdk.client._sync.transport import Transport
from wemakeprice_sdk.client.retry import RetryBudget
from wemakeprice_sdk.clock import Clock


@frozen
class Shared:
    """Connections, throttle, retry budget, and the injected sources of time and chance."""

    transport: Transport
    throttle: Throttle
    budget: RetryBudget
    clock: Clock
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]
