"""What users need in their own tests: a strict stub, fault injection, and a pytest plugin.

`StubMarketplace` answers only what was queued and checks it against the contract; the fault helpers break
exchanges on purpose; `vcr_config` keeps keys and people out of recordings; the plugin gives sandbox and
client fixtures. Everything is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.testing.cassettes import CassetteScrubber as CassetteScrubber
    from wemakeprice_sdk.testing.cassettes import vcr_config as vcr_config
    from wemakeprice_sdk.testing.faults import Break as Break
    from wemakeprice_sdk.testing.faults import FaultTransport as FaultTransport
    from wemakeprice_sdk.testing.faults import lost_answer as lost_answer
    from wemakeprice_sdk.testing.stub import StubError as StubError
    from wemakeprice_sdk.testing.stub import StubMarketplace as StubMarketplace

_HOMES = {
    "Break": "faults",
    "CassetteScrubber": "cassettes",
    "FaultTransport": "faults",
    "StubError": "stub",
    "StubMarketplace": "stub",
    "lost_answer": "faults",
    "vcr_config": "cassettes",
}

__all__ = [
    "Break",
    "CassetteScrubber",
    "FaultTransport",
    "StubError",
    "StubMarketplace",
    "lost_answer",
    "vcr_config",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
