"""The in-process transports: same answers as over a port, and the exceptions a broken connection gives."""

import asyncio
import subprocess
import sys
import threading

import httpx
import httpx2
import pytest

from wemakeprice_sdk.sandbox import Sandbox

BASE = "http://sandbox.invalid"
DAY = {
    "fromDate": "2024-05-20 00:00:00",
    "toDate": "2024-05-20 23:59:59",
    "type": "NEW",
    "searchDateType": "NEW",
}


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def module(request):
    return request.param


@pytest.fixture
def sandbox():
    from datetime import datetime

    from wemakeprice_sdk.clock import KST

    box = Sandbox(clock=datetime(2024, 5, 20, 10, tzinfo=KST))
    box.add_account("k")
    return box


def test_sync(sandbox, module):
    order = sandbox.place_order("k")
    with module.Client(transport=sandbox.transport(module), base_url=BASE, headers={"apiKey": "k"}) as client:
        answer = client.post("/order/out/getOrderList", json=DAY)
        assert [bundle["bundleNo"] for bundle in answer.json()["data"]["bundle"]] == [order.bundle_no]
        assert client.get("/product/out/getBrand", params={"brandName": "예시"}).json()["data"]
        assert client.get("/").headers["content-type"].startswith("text/html")
        assert isinstance(answer, module.Response)


def test_async(sandbox, module):
    order = sandbox.place_order("k")

    async def run():
        transport = sandbox.async_transport(module)
        async with module.AsyncClient(transport=transport, base_url=BASE, headers={"apiKey": "k"}) as client:
            return await client.post("/order/in/setOrderConfirm", json={"bundleNo": order.bundle_no})

    assert asyncio.run(run()).json()["data"]["returnKey"] == 1


@pytest.mark.parametrize(
    ("kind", "error", "applied"),
    [
        ("drop-before-commit", "RemoteProtocolError", 0),
        ("drop-after-commit", "RemoteProtocolError", 1),
        ("timeout", "ReadTimeout", 0),
    ],
)
def test_broken_connections(sandbox, module, kind, error, applied):
    order = sandbox.place_order("k")
    sandbox.faults.add("orders_confirm", kind)
    with module.Client(transport=sandbox.transport(module), base_url=BASE, headers={"apiKey": "k"}) as client:
        with pytest.raises(getattr(module, error)) as raised:
            client.post("/order/in/setOrderConfirm", json={"bundleNo": order.bundle_no})
        assert raised.value.request.url.path == "/order/in/setOrderConfirm"
    assert len(sandbox.journal.writes("orders_confirm")) == applied


def test_a_sandbox_alone_loads_no_http_client():
    code = "import sys, wemakeprice_sdk.sandbox; assert not {'httpx', 'httpx2', 'yaml', 'attrs'} & set(sys.modules) - {'attrs'}"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_many_threads_share_one_sandbox(sandbox):
    orders = [sandbox.place_order("k").bundle_no for _ in range(40)]
    applied = []

    def work():
        with httpx.Client(transport=sandbox.transport(), base_url=BASE, headers={"apiKey": "k"}) as client:
            for number in orders:
                data = client.post("/order/in/setOrderConfirm", json={"bundleNo": number}).json()["data"]
                if data["returnKey"] == 1:
                    applied.append(number)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == orders
    assert len(sandbox.journal.writes("orders_confirm")) == 40
    assert [entry.seq for entry in sandbox.journal] == list(range(1, len(sandbox.journal) + 1))
