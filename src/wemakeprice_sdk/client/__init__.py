"""The only room that talks to the marketplace: a client per account, asynchronous and synchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.client._async.client import AsyncWemakepriceClient
    from wemakeprice_sdk.client._async.pager import AsyncPager
    from wemakeprice_sdk.client._sync.client import WemakepriceClient
    from wemakeprice_sdk.client._sync.pager import Pager
    from wemakeprice_sdk.client.calloptions import Gate
    from wemakeprice_sdk.client.gating import gate_of
    from wemakeprice_sdk.client.hooks import (
        Hooks,
        Purpose,
        RawAnswer,
        RequestEvent,
        ResponseEvent,
        Tap,
        UnreadableEvent,
    )
    from wemakeprice_sdk.client.http import AsyncHttpClient, HttpClient
    from wemakeprice_sdk.client.options import (
        PRODUCTION_URL,
        STAGING_URL,
        CallBounds,
        ConnectionLimits,
        Timeouts,
        VerificationPolicy,
    )
    from wemakeprice_sdk.client.paging import Cursor, ProgressCallback, ReadProgress
    from wemakeprice_sdk.client.retry import RetryPolicy
    from wemakeprice_sdk.client.throttle import ThrottlePolicy
    from wemakeprice_sdk.wire.verdicts import Known
else:
    from wemakeprice_sdk._lazy import lazy

    __getattr__, __dir__ = lazy(
        __name__,
        {
            "_async.client": ("AsyncWemakepriceClient",),
            "_async.pager": ("AsyncPager",),
            "_sync.client": ("WemakepriceClient",),
            "_sync.pager": ("Pager",),
            "calloptions": ("Gate",),
            "gating": ("gate_of",),
            "hooks": (
                "Hooks",
                "Purpose",
                "RawAnswer",
                "RequestEvent",
                "ResponseEvent",
                "Tap",
                "UnreadableEvent",
            ),
            "http": ("AsyncHttpClient", "HttpClient"),
            "options": (
                "PRODUCTION_URL",
                "STAGING_URL",
                "CallBounds",
                "ConnectionLimits",
                "Timeouts",
                "VerificationPolicy",
            ),
            "paging": ("Cursor", "ProgressCallback", "ReadProgress"),
            "retry": ("RetryPolicy",),
            "throttle": ("ThrottlePolicy",),
            "wemakeprice_sdk.wire.verdicts": ("Known",),
        },
    )

__all__ = [
    "PRODUCTION_URL",
    "STAGING_URL",
    "AsyncHttpClient",
    "AsyncPager",
    "AsyncWemakepriceClient",
    "CallBounds",
    "ConnectionLimits",
    "Cursor",
    "Gate",
    "Hooks",
    "HttpClient",
    "Known",
    "Pager",
    "ProgressCallback",
    "Purpose",
    "RawAnswer",
    "ReadProgress",
    "RequestEvent",
    "ResponseEvent",
    "RetryPolicy",
    "Tap",
    "ThrottlePolicy",
    "Timeouts",
    "UnreadableEvent",
    "VerificationPolicy",
    "WemakepriceClient",
    "gate_of",
]
