"""Typed Python library for the WeMakePrice (위메프) partner API, with an offline sandbox.

The names below are the public face; each part is imported on first use. The marketplace's nouns are in
`wemakeprice_sdk.models`, the exceptions in `wemakeprice_sdk.errors`.
"""

from typing import TYPE_CHECKING

from wemakeprice_sdk._version import __version__

if TYPE_CHECKING:
    from wemakeprice_sdk import errors, models
    from wemakeprice_sdk.client import (
        PRODUCTION_URL,
        STAGING_URL,
        AsyncWemakepriceClient,
        WemakepriceClient,
    )
    from wemakeprice_sdk.clock import KST, KoreanBusinessCalendar, ManualClock, SystemClock
    from wemakeprice_sdk.config import ChannelConfig, ChannelRegistry
    from wemakeprice_sdk.errors import (
        ValidationError,
        Violation,
        WemakepriceDeprecationWarning,
        WemakepriceError,
    )
    from wemakeprice_sdk.excel import ExcelMigrator
    from wemakeprice_sdk.policy import SyncPlan, SyncPolicy
    from wemakeprice_sdk.runner import AsyncChannelRunner, ChannelRunner
    from wemakeprice_sdk.secrets import SecretStr
    from wemakeprice_sdk.wire import AlreadyDone, Applied, Outcome, WireOverrides
else:
    from wemakeprice_sdk._lazy import lazy

    _HOMES = {
        "client": ("PRODUCTION_URL", "STAGING_URL", "AsyncWemakepriceClient", "WemakepriceClient"),
        "clock": ("KST", "KoreanBusinessCalendar", "ManualClock", "SystemClock"),
        "config": ("ChannelConfig", "ChannelRegistry"),
        "errors": ("ValidationError", "Violation", "WemakepriceDeprecationWarning", "WemakepriceError"),
        "excel": ("ExcelMigrator",),
        "models": (),
        "policy": ("SyncPlan", "SyncPolicy"),
        "runner": ("AsyncChannelRunner", "ChannelRunner"),
        "secrets": ("SecretStr",),
        "wire": ("AlreadyDone", "Applied", "Outcome", "WireOverrides"),
    }
    __getattr__, __dir__ = lazy(__name__, _HOMES)

__all__ = [
    "KST",
    "PRODUCTION_URL",
    "STAGING_URL",
    "AlreadyDone",
    "Applied",
    "AsyncChannelRunner",
    "AsyncWemakepriceClient",
    "ChannelConfig",
    "ChannelRegistry",
    "ChannelRunner",
    "ExcelMigrator",
    "KoreanBusinessCalendar",
    "ManualClock",
    "Outcome",
    "SecretStr",
    "SyncPlan",
    "SyncPolicy",
    "SystemClock",
    "ValidationError",
    "Violation",
    "WemakepriceClient",
    "WemakepriceDeprecationWarning",
    "WemakepriceError",
    "WireOverrides",
    "__version__",
    "errors",
    "models",
]
