"""Code as users write it, for the type checkers only; every name has the type it seems to have."""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_type

import httpx
import httpx2

from wemakeprice_sdk.client import (
    AsyncPager,
    AsyncWemakepriceClient,
    Cursor,
    Hooks,
    Pager,
    RetryPolicy,
    Timeouts,
    WemakepriceClient,
)
from wemakeprice_sdk.models import (
    Bundle,
    Claim,
    ClaimStatus,
    ClaimType,
    DealRow,
    ListResult,
    Product,
    ProductPage,
    ProductRow,
    Question,
    SellerShip,
    SettlementOrderLine,
    SettlementShipLine,
    ShippingTemplate,
    ShipStatus,
)
from wemakeprice_sdk.wire.outcomes import AlreadyDone, Applied


def collect(client: WemakepriceClient, start: datetime, end: datetime) -> list[int]:
    assert_type(client.orders.list(start, end, ShipStatus.NEW), ListResult[Bundle])
    assert_type(client.orders.get(1), Bundle | None)
    assert_type(client.orders.confirm(1), Applied | AlreadyDone)
    assert_type(client.claims.get(1), Claim | None)
    assert_type(client.products.get(1), Product)
    assert_type(client.products.list(start, end), ProductPage)
    assert_type(client.products.find_by_seller_code("SKU"), ListResult[int])
    assert_type(client.shipping_templates.list(), ListResult[ShippingTemplate])
    assert_type(client.shipping_templates.get_seller_ship(), ListResult[SellerShip])
    pager = client.orders.iter(start, end, ShipStatus.NEW)
    assert_type(pager, Pager[Bundle])
    assert_type(pager.cursor, Cursor)
    return [bundle.bundle_no for bundle in pager]


def settle(client: WemakepriceClient, first: date, last: date) -> int:
    assert_type(client.settlement.iter(first, last), Pager[SettlementOrderLine])
    assert_type(client.settlement.iter(first, last, "order"), Pager[SettlementOrderLine])
    assert_type(client.settlement.iter(first, last, "ship"), Pager[SettlementShipLine])
    return sum(line.payable for line in client.settlement.iter_order_lines(first, last))


async def collect_async(client: AsyncWemakepriceClient, start: datetime, end: datetime) -> list[int]:
    assert_type(await client.orders.list(start, end, ShipStatus.NEW), ListResult[Bundle])
    assert_type(await client.orders.confirm(1), Applied | AlreadyDone)
    assert_type(client.claims.iter(start, end, ClaimType.CANCEL, ClaimStatus.REQUEST), AsyncPager[Claim])
    assert_type(client.products.iter(start, end), AsyncPager[ProductRow])
    assert_type(client.deals.iter(start, end), AsyncPager[DealRow])
    assert_type(client.cs.iter_questions(start, end), AsyncPager[Question])
    return [bundle.bundle_no async for bundle in client.orders.iter(start, end, ShipStatus.NEW)]


def outcome(client: WemakepriceClient) -> str:
    match client.orders.confirm(1):
        case Applied(verified=True):
            return "proven"
        case Applied():
            return "done"
        case AlreadyDone():
            return "done before"


def build(url: str) -> WemakepriceClient:
    WemakepriceClient("key", base_url=url, timeout=Timeouts(read=5.0), retry=RetryPolicy.never())
    WemakepriceClient("key", base_url=url, http_client=httpx2.Client())
    client = WemakepriceClient("key", base_url=url, http_client=httpx.Client())
    assert_type(client.with_options(repeat_if_not_applied=True, hooks=Hooks()), WemakepriceClient)
    return client


async def build_async(url: str) -> None:
    AsyncWemakepriceClient("key", base_url=url, http_client=httpx2.AsyncClient())
    async with AsyncWemakepriceClient("key", base_url=url, http_client=httpx.AsyncClient()) as client:
        assert_type(client, AsyncWemakepriceClient)
