# Generated from client/_async by scripts/unasync.py; edit that one.
"""What a client can be built with, beside its key and host."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypedDict

from wemakeprice_sdk.client.calloptions import Gate
from wemakeprice_sdk.client.hooks import Hooks, Tap
from wemakeprice_sdk.client.http import HttpClient
from wemakeprice_sdk.client.options import CallBounds, ConnectionLimits, Timeouts, VerificationPolicy
from wemakeprice_sdk.client.retry import RetryPolicy
from wemakeprice_sdk.client.throttle import ThrottlePolicy
from wemakeprice_sdk.clock import Clock
from wemakeprice_sdk.models import InputLimits
from wemakeprice_sdk.wire.overrides import WireOverrides


class ClientSettings(TypedDict, total=False):
    """The keyword arguments of the client, for code that passes them on."""

    http_client: HttpClient | None
    timeout: Timeouts | None
    bounds: CallBounds | None
    connection_limits: ConnectionLimits | None
    retry: RetryPolicy | None
    throttle: ThrottlePolicy | None
    verification: VerificationPolicy | None
    overrides: WireOverrides
    input_limits: InputLimits | None
    gate: Gate | None
    hooks: Hooks | None
    tap: Tap | None
    logger: logging.Logger | None
    clock: Clock | None
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]
