"""What users need in their own tests: a strict stub, fault injection, and a pytest plugin.

`StubMarketplace` answers only what was queued and checks it against the contract; the fault helpers break
exchanges on purpose; `vcr_config` keeps keys and people out of recordings; `make_bundle` and
`models_of` invent models; `SandboxShop` is a whole account with its runner; the plugin gives all of it as
fixtures. Everything is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wemakeprice_sdk.testing.cassettes import CassetteScrubber as CassetteScrubber
    from wemakeprice_sdk.testing.cassettes import vcr_config as vcr_config
    from wemakeprice_sdk.testing.factories import make as make
    from wemakeprice_sdk.testing.factories import make_bundle as make_bundle
    from wemakeprice_sdk.testing.factories import make_claim as make_claim
    from wemakeprice_sdk.testing.factories import make_product as make_product
    from wemakeprice_sdk.testing.factories import make_question as make_question
    from wemakeprice_sdk.testing.faults import Break as Break
    from wemakeprice_sdk.testing.faults import FaultTransport as FaultTransport
    from wemakeprice_sdk.testing.faults import lost_answer as lost_answer
    from wemakeprice_sdk.testing.shop import SandboxShop as SandboxShop
    from wemakeprice_sdk.testing.strategies import models_of as models_of
    from wemakeprice_sdk.testing.stub import StubError as StubError
    from wemakeprice_sdk.testing.stub import StubMarketplace as StubMarketplace

_HOMES = {
    "Break": "faults",
    "CassetteScrubber": "cassettes",
    "FaultTransport": "faults",
    "SandboxShop": "shop",
    "StubError": "stub",
    "StubMarketplace": "stub",
    "lost_answer": "faults",
    "make": "factories",
    "make_bundle": "factories",
    "make_claim": "factories",
    "make_product": "factories",
    "make_question": "factories",
    "models_of": "strategies",
    "vcr_config": "cassettes",
}

__all__ = [
    "Break",
    "CassetteScrubber",
    "FaultTransport",
    "SandboxShop",
    "StubError",
    "StubMarketplace",
    "lost_answer",
    "make",
    "make_bundle",
    "make_claim",
    "make_product",
    "make_question",
    "models_of",
    "vcr_config",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
