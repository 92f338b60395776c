"""A call that is interrupted in its middle, as a notebook's stop button does: the client goes on."""

import asyncio
import os
import signal
import threading

import pytest
from raw_server import JSON, Call, RawServer, serving

from wemakeprice_sdk.client import AsyncWemakepriceClient, ConnectionLimits, ThrottlePolicy, WemakepriceClient
from wemakeprice_sdk.models import ShippingTemplate

KEY = "test-key-0000"
ROUNDS = 5
OPTIONS = {
    "throttle": ThrottlePolicy(min_gap=0),
    "connection_limits": ConnectionLimits(max_connections=1, max_keepalive=1),
}

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals of POSIX"),
    pytest.mark.usefixtures("interruptible"),
]


def test_a_keyboard_interrupt_leaves_a_client_that_works() -> None:
    main = threading.main_thread().ident
    assert main is not None

    def exchange(call: Call) -> None:
        # The odd calls are never answered: the reader is interrupted while it waits.
        if call.number % 2:
            signal.pthread_kill(main, signal.SIGINT)
        else:
            call.answer(JSON)

    with serving(exchange) as server, WemakepriceClient(KEY, base_url=server.url, **OPTIONS) as client:
        for _ in range(ROUNDS):
            with pytest.raises(KeyboardInterrupt):
                client.shipping_templates.list()
            assert list(client.shipping_templates.list()) == list[ShippingTemplate]()
        assert len(server.calls) == 2 * ROUNDS


def test_a_cancelled_task_leaves_a_client_that_works() -> None:
    async def use(server: RawServer, arrived: asyncio.Event) -> None:
        async with AsyncWemakepriceClient(KEY, base_url=server.url, **OPTIONS) as client:
            for _ in range(ROUNDS):
                arrived.clear()
                task = asyncio.create_task(client.shipping_templates.list())
                await arrived.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert list(await client.shipping_templates.list()) == list[ShippingTemplate]()

    async def run() -> int:
        arrived, loop = asyncio.Event(), asyncio.get_running_loop()

        def exchange(call: Call) -> None:
            if call.number % 2:
                loop.call_soon_threadsafe(arrived.set)
            else:
                call.answer(JSON)

        with serving(exchange) as server:
            await use(server, arrived)
            return len(server.calls)

    assert asyncio.run(run()) == 2 * ROUNDS


def test_an_interrupted_pager_asks_the_same_query_again() -> None:
    from datetime import datetime

    from wemakeprice_sdk.clock import KST
    from wemakeprice_sdk.models import ShipStatus

    body = (
        b'{"resultCode":200,"data":{"bundle":[{"bundleNo":1,"purchaseNo":2,"orderProduct":[{"orderNo":3,'
        b'"productNo":4,"productPrice":5,"orderOption":[{"orderOptionNo":6,"optionQty":1}]}]}]},"error":null}'
    )

    def exchange(call: Call) -> None:
        if call.number == 1:
            os.kill(os.getpid(), signal.SIGINT)
        else:
            call.answer(body)

    noon = datetime(2024, 5, 20, 12, tzinfo=KST)
    with serving(exchange) as server, WemakepriceClient(KEY, base_url=server.url, **OPTIONS) as client:
        pager = client.orders.iter(noon, noon, ShipStatus.NEW)
        with pytest.raises(KeyboardInterrupt):
            next(pager)
        assert [bundle.bundle_no for bundle in pager] == [1]
