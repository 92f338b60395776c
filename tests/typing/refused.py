"""Mistakes the type checkers have to find: an ignore that is not needed is an error here."""

from __future__ import annotations

import httpx

from wemakeprice_sdk.client import AsyncWemakepriceClient, WemakepriceClient
from wemakeprice_sdk.models import ShipStatus


def mistakes(client: WemakepriceClient, url: str) -> None:
    WemakepriceClient("key", base_url=url, http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    AsyncWemakepriceClient("key", base_url=url, http_client=httpx.Client())  # type: ignore[arg-type]
    client.orders.ship(1, "D002")  # type: ignore[call-arg, arg-type]
    client.orders.list("2024-05-20", "2024-05-21", ShipStatus.NEW)  # type: ignore[arg-type]
    client.with_options(timeouts=1)  # type: ignore[call-arg]
    client.orders.confirm("1")  # type: ignore[arg-type]
    client.settlement.iter(None, None, "both")  # type: ignore[call-overload]
