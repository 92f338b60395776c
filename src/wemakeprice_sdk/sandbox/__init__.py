"""A stand-in partner server (샌드박스): the 44 operations of the contract, on this machine only.

    from wemakeprice_sdk.sandbox import Sandbox, SandboxServer

    sandbox = Sandbox(seed=1)
    sandbox.add_account("my-test-key")
    order = sandbox.place_order("my-test-key")
    with SandboxServer(sandbox) as server:
        ...  # any HTTP client against server.url, or httpx.Client(transport=sandbox.transport())

It knows nothing of the library's models: it speaks raw JSON as `contract/openapi.yaml` and
`contract/CONTRACT.md` say, so a mistake in our models cannot hide by being made twice. All data in it
is invented.
"""

from wemakeprice_sdk.sandbox.answers import Reply, SandboxError
from wemakeprice_sdk.sandbox.buyers import OrderLine, PlacedOrder
from wemakeprice_sdk.sandbox.core import Account, Sandbox
from wemakeprice_sdk.sandbox.journal import Journal, JournalEntry
from wemakeprice_sdk.sandbox.moments import SandboxClock
from wemakeprice_sdk.sandbox.seed import SeededShop, seed_shop
from wemakeprice_sdk.sandbox.server import SandboxServer
from wemakeprice_sdk.sandbox.settings import Fault, Faults, Settings
from wemakeprice_sdk.sandbox.settlement import SettlementTotals

__all__ = [
    "Account",
    "Fault",
    "Faults",
    "Journal",
    "JournalEntry",
    "OrderLine",
    "PlacedOrder",
    "Reply",
    "Sandbox",
    "SandboxClock",
    "SandboxError",
    "SandboxServer",
    "SeededShop",
    "Settings",
    "SettlementTotals",
    "seed_shop",
]
